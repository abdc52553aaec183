//! Where customers stand, over all runs, and the exit code that is the go or no-go.

mod support;

use serde_json::Value;
use support::{Bench, CUSTOMERS, Ran, Results, Simulator, USERS};

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// Aurora in wave 1, Tejo in wave 2, with owners.
fn waves() -> Bench {
    let bench = Bench::small();
    let cells = ["wave,owner", "1,Marta", "2,"];
    let customers =
        CUSTOMERS.lines().zip(cells).fold(String::new(), |text, (line, cell)| format!("{text}{line},{cell}\n"));
    bench.write("work/customers.csv", &customers);
    bench
}

#[test]
fn a_customer_is_ready_when_everything_its_rows_say_stands() {
    let bench = waves();
    let before = bench.ran(&["status", "work"]).expect_code(3).out;
    assert!(before.starts_with("wave 1: 0 of 1 customer ready\n  aurora  open  users 0/3"), "{before}");
    bench.ran(&["run", "work", "--yes", "--simulate", "--wave", "1"]).expect_code(0);
    let half = bench.ran(&["status", "work"]).expect_code(3).out;
    assert!(half.contains("aurora  ready  users 3/3  numbers 0 live, 0 staged  ana@aurora.example"), "{half}");
    assert!(half.contains("Marta") && half.contains("wave 2: 0 of 1 customer ready"), "{half}");
    bench.ran(&["status", "work", "--wave", "1"]).expect_code(0);
    bench.ran(&["status", "work", "--wave", "2"]).expect_code(3);
    bench.ran(&["status", "work", "--wave", "7"]).expect_code(2);
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let all = json(&bench.ran(&["status", "work", "--format", "json"]).expect_code(0));
    assert_eq!((all["schema"].as_str(), all["ready"].as_bool()), (Some("turnup.status/1"), Some(true)));
    let tejo = &all["customers"][1];
    assert_eq!((tejo["customer"].as_str(), tejo["users"]["done"].as_u64()), (Some("tejo"), Some(3)));
    assert!(tejo["owner"].as_str().is_some_and(|owner| owner.contains('@')), "who ran it last: {tejo}");
    assert_eq!(tejo["administrator"]["stands"], true);
}

#[test]
fn what_cannot_be_changed_is_no_go_and_a_new_role_makes_nobody() {
    let bench = waves();
    let simulator = Simulator::start(&bench, &[]);
    let run = |code| Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(code);
    run(0);
    bench.write("work/users.csv", &USERS.replace("1002,\ntejo,Tiago", "1002,user_admin\ntejo,Tiago"));
    let granted = run(0);
    let users = Results::read(&bench, &granted, "users.results.csv").lines(&["email", "result"]);
    assert_eq!(
        users.iter().filter(|line| !line.ends_with("unchanged")).collect::<Vec<_>>(),
        ["sara@tejo.example updated"]
    );
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("it is there");
    bench.write("work/customers.csv", &customers.replace("Padaria Aurora", "Padaria Nova"));
    run(3);
    let status = bench.ran(&["status", "work", "--wave", "1"]).expect_code(3).out;
    assert!(status.contains("aurora  rejected") && status.contains("C239"), "{status}");
}

#[test]
fn mistakes_and_failures_are_named_with_their_codes() {
    let bench = waves();
    bench.write("work/users.csv", &USERS.replace("carla@aurora", "carla aurora"));
    let faults = "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nbody_contains = \"sara@tejo\"\nkind = \"status\"\n\
                  status = 400\nbody = '{\"errors\":[{\"errorCode\":2220051,\"description\":\"License is used up\"}]}'\n";
    let simulator = Simulator::with_faults(&bench, faults);
    let ran = Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"]));
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    let status = json(&bench.ran(&["status", "work", "--format", "json"]).expect_code(4));
    let [aurora, tejo] = [0, 1].map(|at| &status["customers"][at]);
    assert_eq!(
        (aurora["standing"].as_str(), aurora["waits"][0]["what"].as_str()),
        (Some("rejected"), Some("mistakes to mend (C202)"))
    );
    assert_eq!(tejo["standing"], "failed");
    let what = tejo["waits"][0]["what"].as_str().unwrap_or_default();
    assert!(what.contains("(R601)") && tejo["waits"][0]["since"].is_string(), "{tejo}");
    let portuguese = bench.ran(&["status", "work", "--lang", "pt-BR"]).expect_code(4).out;
    assert!(portuguese.contains("erros a corrigir (C202)") && portuguese.contains("falhou"), "{portuguese}");
}

#[test]
fn what_waits_for_cisco_says_since_when() {
    let bench = waves();
    let holds = "[[hold]]\nexternal_id = \"tejo\"\nstatus = \"pending_rpl_review\"\n";
    let simulator = Simulator::with_faults(&bench, holds);
    let mut since = Vec::new();
    for night in ["2026-11-22T22:00:00Z", "2026-11-23T22:00:00Z"] {
        let ran = Ran::of(bench.against(&simulator, &["run", "work", "--yes"]).env("TURNUP_NOW", night));
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let status = json(&bench.ran(&["status", "work", "--format", "json"]).expect_code(3));
        let tejo = &status["customers"][1];
        assert_eq!(tejo["standing"], "waiting");
        assert!(tejo["waits"][0]["what"].as_str().is_some_and(|what| what.contains("pending_rpl_review")), "{tejo}");
        since.push(tejo["waits"][0]["since"].as_str().unwrap_or_default().to_owned());
    }
    assert!(since[0].starts_with("2026-11-22T22:00"), "{since:?}");
    assert_eq!(since[0], since[1], "the second night changes nothing about since when");
}

/// The one line of a customer.
fn line(bench: &Bench, customer: &str, code: u8) -> String {
    let status = bench.ran(&["status", "work"]).expect_code(code.into()).out;
    let found = status.lines().find(|line| line.trim_start().starts_with(customer));
    found.unwrap_or_else(|| panic!("{customer} is not in {status}")).to_owned()
}

fn change(bench: &Bench, file: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(bench.path(file)).expect("it is there");
    assert!(text.contains(from), "{from} is not in {text}");
    bench.write(file, &text.replace(from, to));
}

/// The sheets with a column `action`, in which every row of Tejo says delete.
fn tejo_goes(bench: &Bench) {
    for sheet in ["customers", "locations", "users"] {
        let file = format!("work/{sheet}.csv");
        let text = std::fs::read_to_string(bench.path(&file)).expect("it is there");
        let cell = |(at, line): (usize, &str)| match at {
            0 => format!("{line},action\n"),
            _ => format!("{line},{}\n", if line.starts_with("tejo,") { "delete" } else { "" }),
        };
        bench.write(&file, &text.lines().enumerate().map(cell).collect::<String>());
    }
}

#[test]
fn a_deleted_customer_is_told_as_deleted_and_its_way_back_names_its_organisation() {
    let bench = waves();
    let sheets = ["customers", "locations", "users"].map(|sheet| {
        let file = format!("work/{sheet}.csv");
        (file.clone(), std::fs::read_to_string(bench.path(&file)).expect("it is there"))
    });
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    tejo_goes(&bench);
    assert!(line(&bench, "tejo", 3).contains("the next run"), "its deletion is open");
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let status = bench.ran(&["status", "work"]).expect_code(0).out;
    assert!(status.contains("wave 2: 0 of 0 customers ready, 1 deleted"), "{status}");
    assert!(status.contains("tejo    deleted  users 0/0"), "{status}");
    let evidence = bench.ran(&["report", "work", "--customer", "tejo"]).expect_code(0).out;
    assert!(evidence.contains("standing: deleted") && !evidence.contains("devices"), "{evidence}");
    for (file, text) in &sheets {
        bench.write(file, text);
    }
    let again = line(&bench, "tejo", 3);
    assert!(again.contains("its organisation in the column `org_id`") && !again.contains("the next run"), "{again}");
}

#[test]
fn somebody_who_stands_at_another_customer_is_not_there() {
    let bench = waves();
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    bench.write("work/users.csv", &USERS.replace("tejo,Sara", "aurora,Sara"));
    let status = bench.ran(&["status", "work"]).expect_code(3).out;
    assert!(status.contains("users 3/4") && status.contains("users 2/2"), "{status}");
}

#[test]
fn users_that_stand_count_though_their_rows_are_rejected() {
    let bench = waves();
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    change(&bench, "work/users.csv", "Tiago", "");
    let tejo = line(&bench, "tejo", 3);
    assert!(tejo.contains("rejected  users 3/3"), "{tejo}");
    // Twice the same person is one that is there.
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    let last = users.lines().last().expect("a user");
    bench.write("work/users.csv", &format!("{}\n{last}\n", USERS.trim_end()));
    let tejo = line(&bench, "tejo", 3);
    assert!(tejo.contains("users 3/4"), "{tejo}");
}

#[test]
fn what_the_next_run_cannot_do_is_named() {
    let bench = waves();
    bench.write(
        "work/waves.csv",
        "wave,opens_at,closes_at,timezone,owner\n1,2026-11-21 22:00,2026-11-22 06:00,Europe/Lisbon,\n\
         2,2026-11-23 22:00,2026-11-24 06:00,Europe/Lisbon,\n",
    );
    let told = |now: &str| {
        let mut command = bench.turnup(&["status", "work"]);
        let ran = Ran::of(command.env("TURNUP_NOW", now)).expect_code(3).out;
        assert!(!ran.contains("the next run"), "{ran}");
        ran
    };
    let between = told("2026-11-22T22:00:00Z");
    assert!(between.contains("a new window in waves.csv: that of wave `1` is over"), "{between}");
    assert!(between.contains("the window of wave `2`, which opens in 1 d 0 h 0 min"), "{between}");
}

#[test]
fn a_customer_whose_run_is_parked_waits_for_approval() {
    let bench = waves();
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    bench.write("work/turnup.toml", "[guards]\nmax_changes = 1\n");
    change(&bench, "work/users.csv", "1002,", "1102,");
    change(&bench, "work/users.csv", "1001,", "1101,");
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(5);
    let status = bench.ran(&["status", "work"]).expect_code(3).out;
    assert!(status.contains("users 3/3") && status.contains("waiting"), "{status}");
    assert!(status.contains("approval: `turnup approve 20") && !status.contains("the next run"), "{status}");
    let parked = bench.ran(&["report", "-C", "work"]).expect_code(5);
    assert!(parked.out.contains("the run waits for approval, so nothing of it was sent"), "{parked:#?}");
    // Once its files have changed, nobody can let it go.
    change(&bench, "work/users.csv", "1101,", "1201,");
    let status = bench.ran(&["status", "work"]).expect_code(3).out;
    assert!(status.contains("the next run") && !status.contains("turnup approve"), "{status}");
    let doctor = bench.ran(&["doctor", "work", "--simulate"]);
    assert!(doctor.out.contains("its files have changed since"), "{doctor:#?}");
    assert!(!doctor.out.contains("turnup approve"), "{doctor:#?}");
}

#[test]
fn an_emergency_address_that_was_refused_is_not_taken_for_one_that_nobody_wants() {
    let bench = waves();
    let text = std::fs::read_to_string(bench.path("work/customers.csv")).expect("it is there");
    let cell = |(at, line): (usize, &str)| format!("{line},{}\n", ["emergency_address", "yes"].get(at).unwrap_or(&""));
    bench.write("work/customers.csv", &text.lines().enumerate().map(cell).collect::<String>());
    let forbidden = "[[fault]]\nmethod = \"POST\"\npath = \"/telephony/pstn/locations/*/emergencyAddress/lookup\"\n\
                     kind = \"status\"\nstatus = 403\ntimes = 9\n";
    let simulator = Simulator::with_faults(&bench, forbidden);
    Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(4);
    let aurora = line(&bench, "aurora", 4);
    assert!(aurora.contains("failed  users 3/3") && aurora.contains("(R6"), "{aurora}");
    assert!(aurora.contains("emergency registered at 0 of ") && !aurora.contains("the next run"), "{aurora}");
    assert!(line(&bench, "tejo", 4).contains("emergency -"));
}

#[test]
fn the_rows_of_a_customer_that_is_skipped_belong_to_somebody() {
    let bench = waves();
    tejo_goes(&bench);
    let text = std::fs::read_to_string(bench.path("work/customers.csv")).expect("it is there");
    bench.write("work/customers.csv", &text.replace(",delete", ",skip"));
    bench.ran(&["run", "work", "--yes", "--simulate"]);
    let status = bench.ran(&["status", "work"]).expect_code(0).out;
    assert!(!status.contains("belong"), "{status}");
}

#[test]
fn what_stands_in_the_way_of_every_run_is_no_go() {
    let bench = waves();
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    bench.ran(&["status", "work"]).expect_code(0);
    bench
        .write("work/waves.csv", "wave,opens_at,closes_at,timezone,owner\n1,someday,2026-11-24 06:00,Europe/Lisbon,\n");
    let status = bench.ran(&["status", "work"]).expect_code(3).out;
    assert!(status.contains("waves.csv:2"), "{status}");
    assert_eq!(json(&bench.ran(&["status", "work", "--format", "json"]).expect_code(3))["ready"], false);
    bench.remove("work/waves.csv");
    // Rejected rows in the place of the sheet are not all users.
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    let mut lines = users.lines().take(2);
    let (header, row) = (lines.next().expect("a header"), lines.next().expect("a row"));
    bench.write("work/users.csv", &format!("reason,{header},turnup_row\nwas wrong,{row},2\n"));
    let status = bench.ran(&["status", "work"]).expect_code(3).out;
    assert!(status.contains("`users.csv` is a file of rejected rows"), "{status}");
    assert!(status.contains("the exit code is not 0 while it is in the place of the sheet"), "{status}");
}
