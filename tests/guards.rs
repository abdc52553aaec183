//! What stops a run, seen from outside: deadlines, error rates, selections, saved plans. Each stop is told with its reason,
//! the report adds up, and the rest can be done later.

mod support;

use std::collections::HashMap;

use support::{Bench, LOCATIONS, Ran, Results, Simulator, Working, copy_acme, outcomes};

const RUN: [&str; 3] = ["run", "work", "--yes"];
const USERS_HEADER: &str = "customer_external_id,first_name,last_name,email,package,extension,role\n";

/// Two shops with so many users each besides the administrator; every user is called `user` and a number.
fn shops(aurora: usize, tejo: usize) -> Bench {
    let bench = Bench::small();
    let mut users = USERS_HEADER.to_owned();
    for (shop, admin, count) in [("aurora", "ana", aurora), ("tejo", "rui", tejo)] {
        users += &format!("{shop},{admin},Silva,{admin}@{shop}.example,webex_calling,1000,full_admin\n");
        for number in 1..=count {
            users += &format!("{shop},U{number},Reis,user{number}@{shop}.example,webex_calling,{},\n", 2000 + number);
        }
    }
    bench.write("work/locations.csv", LOCATIONS);
    bench.write("work/users.csv", &users);
    let customers = support::CUSTOMERS.replace("webex_calling;webex_suite", "webex_calling;webex_meetings");
    bench.write("work/customers.csv", &customers);
    bench
}

/// The first so many creations of users whose body holds that text are refused.
fn refusing(text: &str, times: usize) -> String {
    format!(
        "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nbody_contains = \"{text}\"\nkind = \"status\"\n\
         status = 400\ntimes = {times}\n"
    )
}

/// How many rows had each outcome, as a sorted text.
fn counted(bench: &Bench, ran: &Ran) -> String {
    let mut counts: Vec<_> = outcomes(bench, ran).into_iter().map(|(word, count)| format!("{word} {count}")).collect();
    counts.sort();
    counts.join(", ")
}

/// The reasons of the user rows of that outcome, each once.
fn reasons(bench: &Bench, ran: &Ran, outcome: &str) -> Vec<String> {
    let of = |row: &HashMap<String, String>| (row["result"] == outcome).then(|| row["reason"].clone());
    let mut reasons: Vec<_> = Results::read(bench, ran, "users.results.csv").rows.iter().filter_map(of).collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

// ---- the deadline ----

#[test]
fn from_the_deadline_on_nothing_is_begun_and_the_rest_is_done_later() {
    let bench = Bench::empty();
    copy_acme(&bench.work());
    let simulator = Simulator::start(&bench, &["--latency-ms", "60"]);
    let mut run = bench.against(&simulator, &RUN);
    run.args(["--until", "06:00", "--max-in-flight", "4"]).env("TURNUP_NOW", "2026-11-22T05:59:56Z");
    let ran = Ran::of(&mut run).expect_code(5);
    assert!(ran.err.contains("2026-11-22 06:00 +00:00 on (UTC; in 0 h 1 min)"), "{ran:#?}");
    assert!(ran.err.lines().last().is_some_and(|line| line.contains("the time is over")), "{ran:#?}");
    let counts = outcomes(&bench, &ran);
    let stands = ["created", "incomplete"].iter().filter_map(|word| counts.get(*word)).sum::<usize>();
    assert!(counts["not_reached"] > 0 && stands > 0, "{counts:?}");
    assert!(!counts.contains_key("unconfirmed") && !counts.contains_key("failed"), "{counts:?}");
    assert_eq!(counts.values().sum::<usize>(), 196);
    assert_eq!(reasons(&bench, &ran, "not_reached"), ["the time was over before this row was reached"]);
    assert!(bench.ran(&["runs", "work"]).out.contains("exit code 5: its time was over"));
    Ran::of(&mut bench.against(&simulator, &["resume", "work"])).expect_code(0);
    assert_eq!(simulator.stands(), [10, 24, 172]);
}

#[test]
fn a_deadline_that_is_over_or_no_time_is_wrong_usage() {
    let bench = Bench::small();
    let mut run = bench.turnup(&["run", "work", "--yes", "--simulate", "--until", "2026-11-22T05:00:00Z"]);
    let ran = Ran::of(run.env("TURNUP_NOW", "2026-11-22T06:00:00Z")).expect_code(2);
    assert!(ran.err.contains("over already") && ran.err.contains("nothing was sent"), "{ran:#?}");
    let ran = bench.ran(&["run", "work", "--yes", "--simulate", "--until", "noon"]).expect_code(2);
    assert!(ran.err.contains("06:00"), "{ran:#?}");
    assert!(!bench.work().join(".turnup").exists(), "nothing was begun");
}

// ---- the error rate ----

#[test]
fn a_customer_with_too_many_failed_rows_is_stopped_and_the_others_go_on() {
    let bench = shops(20, 20);
    let simulator =
        Simulator::with_faults(&bench, &refusing("@aurora.example", 0).replace("times = 0", "skip = 1\ntimes = 4"));
    let mut run = bench.against(&simulator, &RUN);
    let ran = Ran::of(run.args(["--max-in-flight", "1"])).expect_code(5);
    assert!(ran.err.contains("too many rows failed at aurora (4/10)"), "{ran:#?}");
    let counts = outcomes(&bench, &ran);
    assert_eq!((counts["failed"], counts.values().sum::<usize>()), (4, 44), "{counts:?}");
    // Of its 22 rows: the ten of which it tells, and what was under way then.
    let over = 22 - counts["not_reached"];
    assert!((10..=17).contains(&over), "{counts:?}");
    let why = ["4 of 10 rows of this customer had failed, so the rest of it was not begun"];
    assert_eq!(reasons(&bench, &ran, "not_reached"), why);
    let of_tejo = simulator.state()["subscribers"].to_string().matches("@tejo.example\":").count();
    assert_eq!(of_tejo, 21, "the other customer is done");
    let resumed = Ran::of(&mut bench.against(&simulator, &["resume", "work"])).expect_code(4);
    assert_eq!(counted(&bench, &resumed), "created 40, failed 4");
}

#[test]
fn too_many_failed_rows_over_all_stop_the_run() {
    let bench = shops(20, 20);
    bench.write("work/turnup.toml", "[guards]\nfailure_rows_min = 12\ncustomer_rows_min = 1000\n");
    let simulator = Simulator::with_faults(&bench, &refusing("user", 6));
    let ran = Ran::of(bench.against(&simulator, &RUN).args(["--max-in-flight", "1"])).expect_code(5);
    assert!(
        ran.err.contains("of 12 rows failed, which is too many") && ran.err.contains("max_failure_rate"),
        "{ran:#?}"
    );
    let counts = outcomes(&bench, &ran);
    assert!(counts["not_reached"] >= 28 && counts["failed"] > 2, "{counts:?}");
    assert_eq!(counts.values().sum::<usize>(), 44);
    let resumed = Ran::of(&mut bench.against(&simulator, &["resume", "work"])).expect_code(4);
    assert_eq!(counted(&bench, &resumed), "created 38, failed 6");
}

#[test]
fn a_higher_limit_lets_rows_fail() {
    let bench = shops(20, 20);
    bench.write("work/turnup.toml", "[guards]\nmax_failure_rate = 1.0\n");
    let simulator = Simulator::with_faults(&bench, &refusing("user", 0));
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    assert_eq!(counted(&bench, &ran), "created 4, failed 40");
}

// ---- part of the sheets ----

/// The shops, each in a wave of its own.
fn waves(aurora: usize, tejo: usize) -> Bench {
    let bench = shops(aurora, tejo);
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("the bench has it");
    let wave = |(index, line): (usize, &str)| format!("{line},{}\n", ["wave", "1", "2"][index]);
    bench.write("work/customers.csv", &customers.lines().enumerate().map(wave).collect::<String>());
    bench
}

#[test]
fn a_wave_provisions_its_customers_and_skips_the_others() {
    let bench = waves(3, 3);
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("the bench has it");
    bench.write("work/users.csv", &users.replace("user2@", "user2 at ").replace("user3@aurora", "user3 at aurora"));
    let simulator = Simulator::start(&bench, &[]);
    let plan = bench.ran(&["plan", "work", "--wave", "2"]).expect_code(3);
    assert!(plan.out.contains("1 row is rejected and 4 held back"), "a customer stays out whole: {}", plan.out);
    let ran = Ran::of(bench.against(&simulator, &RUN).args(["--wave", "2"])).expect_code(3);
    assert_eq!(counted(&bench, &ran), "blocked 4, rejected 1, skipped 5");
    assert_eq!(reasons(&bench, &ran, "skipped"), ["outside the wave `2` of this run"]);
    bench.write("work/users.csv", &users.replace("user2@aurora", "user2 at aurora"));
    let ran = Ran::of(bench.against(&simulator, &RUN).args(["--wave", "2"])).expect_code(0);
    assert_eq!(counted(&bench, &ran), "created 5, skipped 5");
    assert_eq!(simulator.stands(), [1, 1, 4]);
    let again = bench.ran(&["report", "-C", "work"]).expect_code(0);
    assert_eq!(counted(&bench, &again), "created 5, skipped 5", "the report knows what the run was for");
}

#[test]
fn a_wave_that_nobody_is_in_is_wrong_usage() {
    let bench = waves(1, 1);
    for command in ["run", "plan"] {
        let mut args = vec![command, "work", "--wave", "7"];
        args.extend(if command == "run" { vec!["--yes", "--simulate"] } else { vec![] });
        let ran = bench.ran(&args).expect_code(2);
        assert!(ran.err.contains("no customer has the wave `7`") && ran.err.contains("`1`, `2`"), "{ran:#?}");
    }
    assert_eq!(bench.ran(&["runs", "work"]).out, "");
}

#[test]
fn the_first_customer_of_a_wave_goes_ahead_and_stops_the_others_when_it_goes_badly() {
    let bench = waves(4, 4);
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("the bench has it");
    bench.write("work/customers.csv", &customers.replace(",1\n", ",2\n"));
    let simulator = Simulator::with_faults(&bench, &refusing("user", 2));
    let ran = Ran::of(bench.against(&simulator, &RUN).args(["--wave", "2"])).expect_code(5);
    assert!(ran.err.contains("2 of 6 rows of the wave's first customers failed"), "{ran:#?}");
    assert_eq!(counted(&bench, &ran), "created 4, failed 2, not_reached 6");
    assert_eq!(simulator.each_once("customers"), 1, "the other customer was not begun");
    let resumed = Ran::of(&mut bench.against(&simulator, &["resume", "work"])).expect_code(4);
    assert_eq!(counted(&bench, &resumed), "created 10, failed 2");
}

#[test]
fn the_others_of_a_wave_follow_when_the_first_goes_well() {
    let bench = waves(4, 4);
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("the bench has it");
    bench.write("work/customers.csv", &customers.replace(",1\n", ",2\n"));
    let ran = bench.ran(&["run", "work", "--yes", "--simulate", "--wave", "2"]).expect_code(0);
    assert_eq!(counted(&bench, &ran), "created 12");
}

#[test]
fn single_stages_are_done_and_what_they_need_is_told() {
    let bench = shops(2, 2);
    let simulator = Simulator::start(&bench, &[]);
    let ran = Ran::of(bench.against(&simulator, &RUN).args(["--only", "users,roles"])).expect_code(3);
    assert_eq!(counted(&bench, &ran), "blocked 6, skipped 2");
    assert_eq!(simulator.requests(), 0);
    let users = Results::read(&bench, &ran, "users.results.csv");
    let first = &users.rows[0];
    assert!(first["reason"].contains("`customer/aurora` is neither known nor part of this run"), "{first:?}");
    assert_eq!(first["blocked_by"], "customers.csv:2");
    let ran =
        Ran::of(bench.against(&simulator, &RUN).args(["--only", "customers", "--only", "locations"])).expect_code(0);
    assert_eq!(counted(&bench, &ran), "created 2, skipped 6");
    assert_eq!(reasons(&bench, &ran, "skipped"), ["outside this run, which was for customers, locations alone"]);
    assert_eq!(simulator.stands(), [2, 2, 0]);
    let ran = Ran::of(bench.against(&simulator, &RUN).args(["--only", "users,roles"])).expect_code(0);
    assert_eq!(counted(&bench, &ran), "created 6, skipped 2");
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(counted(&bench, &ran), "unchanged 8");
}

// ---- saved plans ----

#[test]
fn a_saved_plan_runs_exactly_as_it_was_saved() {
    let bench = waves(2, 2);
    let simulator = Simulator::start(&bench, &[]);
    let plan = bench.ran(&["plan", "work", "--wave", "1", "--out", "friday.plan"]).expect_code(0);
    assert!(plan.err.contains("turnup run work --plan friday.plan"), "{plan:#?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(bench.path("friday.plan")).expect("it was saved").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it is for its owner alone");
    }
    let with_plan = ["run", "work", "--yes", "--plan", "friday.plan"];
    let ran = Ran::of(&mut bench.against(&simulator, &with_plan)).expect_code(0);
    assert_eq!(counted(&bench, &ran), "created 4, skipped 4");
    let again = Ran::of(&mut bench.against(&simulator, &with_plan)).expect_code(5);
    assert!(again.err.contains("another run has changed what is known since the plan was saved"), "{again:#?}");
}

#[test]
fn a_saved_plan_is_refused_when_anything_has_moved() {
    for (file, text, word) in [
        ("users.csv", "\n", "`users.csv` has changed"),
        ("templates.toml", "\n", "`templates.toml` has changed"),
        ("turnup.toml", "[severity]\nC226 = \"error\"\n", "`turnup.toml` has changed"),
    ] {
        let bench = shops(1, 1);
        let simulator = Simulator::start(&bench, &[]);
        bench.ran(&["plan", "work", "--out", "saved"]).expect_code(0);
        let before = std::fs::read_to_string(bench.work().join(file)).unwrap_or_default();
        bench.write(&format!("work/{file}"), &format!("{before}{text}"));
        let ran = Ran::of(bench.against(&simulator, &RUN).args(["--plan", "saved"])).expect_code(5);
        assert!(ran.err.contains(word) && ran.err.contains("nothing was sent"), "{ran:#?}");
        assert_eq!((simulator.requests(), bench.ran(&["runs", "work"]).out.as_str()), (0, ""));
    }
}

#[test]
fn what_is_no_saved_plan_is_told() {
    let bench = shops(1, 1);
    bench.ran(&["plan", "work", "--out", "saved"]).expect_code(0);
    let saved = std::fs::read_to_string(bench.path("saved")).expect("it was saved");
    bench.write("changed", &saved.replace("user1@aurora", "other@aurora"));
    bench.write("other", "{\"schema\":\"turnup.saved-plan/99\"}");
    bench.write("nonsense", "\u{0}\u{1}");
    for (file, word) in [
        ("nowhere", "cannot read the saved plan `nowhere`"),
        ("nonsense", "no saved plan"),
        ("other", "saved-plan/99"),
        ("changed", "changed after it was saved"),
    ] {
        let ran = bench.ran(&["run", "work", "--yes", "--simulate", "--plan", file]);
        assert!(ran.fault().contains(word), "{file}: {ran:#?}");
    }
    bench.ran(&["run", "work", "--yes", "--simulate", "--plan", "saved", "--wave", "1"]).expect_code(2);
    bench.ran(&["run", "work", "--yes", "--simulate", "--plan", "saved", "--strict"]).expect_code(2);
}

// ---- retry ----

#[test]
fn a_retry_does_only_what_did_not_end_well() {
    let bench = shops(9, 9);
    let simulator = Simulator::with_faults(&bench, &refusing("user", 3));
    let first = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    assert_eq!(counted(&bench, &first), "created 19, failed 3");
    let none =
        Ran::of(&mut bench.against(&simulator, &["retry", "work", "--yes", "--class", "waiting"])).expect_code(0);
    assert!(none.err.contains("no row of") && none.out.is_empty(), "{none:#?}");
    let before = simulator.requests();
    let retried = Ran::of(&mut bench.against(&simulator, &["retry", "work", "--yes"])).expect_code(0);
    assert_eq!(counted(&bench, &retried), "created 3", "the other rows are none of its results");
    assert!(simulator.requests() - before < 12, "{} requests for three rows", simulator.requests() - before);
    assert_eq!(simulator.stands(), [2, 2, 20]);
    let second = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(counted(&bench, &second), "unchanged 22");
}

#[test]
fn a_retry_names_its_run_and_wants_somebody_to_confirm() {
    let bench = shops(1, 1);
    let nothing = bench.ran(&["retry", "work", "--simulate", "--yes"]).expect_code(0);
    assert!(nothing.err.contains("nothing to retry"), "{nothing:#?}");
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let unconfirmed = bench.ran(&["retry", "work", "--simulate"]).expect_code(2);
    assert!(unconfirmed.err.contains("--yes"), "{unconfirmed:#?}");
    let unknown = bench.ran(&["retry", "work", "--simulate", "--yes", "--run", "x"]);
    assert!(unknown.fault().contains("no run `x`"), "{unknown:#?}");
}

#[test]
fn a_mended_file_of_rejected_rows_is_done_alone_however_it_is_sorted() {
    let bench = shops(4, 4);
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("the bench has it");
    // The administrator of one shop and two users of the other are wrong.
    let admin = "rui@tejo.example,webex_calling";
    let wrong = users.replace(admin, "rui@tejo.example,webex_caling").replace("user1@aurora", "user1 at aurora");
    bench.write("work/users.csv", &wrong.replace("user3@aurora", "user3 at aurora"));
    let simulator = Simulator::start(&bench, &[]);
    let first = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(3);
    assert_eq!(counted(&bench, &first), "blocked 4, created 5, rejected 3");
    let rejected = bench.path(first.report()).join("users.rejected.csv");
    let text = std::fs::read_to_string(rejected).expect("the report has it");
    let mut lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 4);
    // One row is mended later; the others are mended and come in another order.
    lines.remove(2);
    lines.swap(1, 2);
    let mended = lines.join("\r\n").replace(" at ", "@").replace(",webex_caling", ",webex_calling");
    bench.write("users.rejected.csv", &(mended + "\r\n"));
    let args = ["retry", "work", "--yes", "--from", "users.rejected.csv"];
    let retried = Ran::of(&mut bench.against(&simulator, &args)).expect_code(0);
    assert_eq!(
        counted(&bench, &retried),
        "created 6",
        "two mended rows, and four that the administrator had held back"
    );
    assert_eq!(simulator.stands(), [2, 2, 9]);
    let again = bench.ran(&["report", "-C", "work"]).expect_code(0);
    assert_eq!(counted(&bench, &again), "created 6");
}

#[test]
fn a_file_that_is_not_of_that_run_is_refused_in_words() {
    let bench = shops(2, 2);
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    bench.write("users.csv", &format!("{USERS_HEADER}aurora,X,Y,stranger@aurora.example,webex_calling,3000,\n"));
    bench.write("mended.csv", "name,city\nX,Y\n");
    bench.write("mended.pdf", "%PDF-1.7");
    bench.write("users.empty.csv", USERS_HEADER);
    for (file, word) in [
        ("users.csv", "row 2 of `users.csv` was in no sheet of that run"),
        ("mended.csv", "neither its header nor its name says which sheet `mended.csv` is of"),
        ("mended.pdf", "this is a PDF document"),
        ("users.empty.csv", "no row that can be read"),
    ] {
        let ran = bench.ran(&["retry", "work", "--simulate", "--yes", "--from", file]).expect_code(3);
        assert!(ran.err.contains(word), "{file}: {ran:#?}");
    }
}

// ---- leaving off ----

#[test]
fn a_drained_run_tells_the_truth_about_every_row() {
    let bench = Bench::empty();
    copy_acme(&bench.work());
    let simulator = Simulator::start(&bench, &["--latency-ms", "60"]);
    let run = Working::start(bench.against(&simulator, &RUN).args(["--max-in-flight", "4"]));
    simulator.await_objects("subscribers", 20);
    run.signal("INT");
    let ran = run.end().expect_code(6);
    let users = Results::read(&bench, &ran, "users.results.csv");
    let told = users.rows.iter().filter(|row| ["created", "incomplete"].contains(&row["result"].as_str())).count();
    assert_eq!(told, simulator.stands()[2], "every user that stands is told, and no other");
    let counts = outcomes(&bench, &ran);
    assert!(!counts.contains_key("unconfirmed"), "what never left is not in doubt: {counts:?}");
    Ran::of(&mut bench.against(&simulator, &["resume", "work"])).expect_code(0);
    assert_eq!(simulator.stands(), [10, 24, 172]);
}
