//! Mends of rejected rows over several runs: kept once a run is let go and not before, mended a second time, and known to
//! the status while the sheet still has the mistake.

mod support;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{Bench, CUSTOMERS, Ran, Results, Simulator};

const USERS: &str = "customer_external_id,first_name,last_name,email,package\n\
                     aurora,Ana,Silva,ana@aurora.example,webex_meetings\n\
                     aurora,Rui,Costa,rui at aurora.example,webex_meeting\n";

/// One shop with a person whose e-mail and package are wrong.
fn shop(bench: &Bench) -> Simulator {
    let lines: Vec<&str> = CUSTOMERS.lines().take(2).collect();
    bench
        .write("work/customers.csv", &(lines.join("\n") + "\n").replace("webex_calling;webex_suite", "webex_meetings"));
    bench.write("work/users.csv", USERS);
    bench.write("work/turnup.toml", "[guards]\nmax_error_rate = 1.0\n");
    Simulator::start(bench, &[])
}

fn run(bench: &Bench, simulator: &Simulator) -> Ran {
    Ran::of(&mut bench.against(simulator, &["run", "work", "--yes"]))
}

/// Sends the rejected users of a run back, with one text in them put right.
fn sent_back(bench: &Bench, simulator: &Simulator, from: &Ran, (was, now): (&str, &str), keep: bool) -> Ran {
    let rejected = fs::read_to_string(bench.path(from.report()).join("users.rejected.csv")).expect("the report has it");
    // The reason names the value too; only the cell counts.
    bench.write("users.rejected.csv", &rejected.replace(was, now));
    let mut args = vec!["retry", "work", "--yes", "--from", "users.rejected.csv"];
    args.extend(keep.then_some("--keep"));
    Ran::of(&mut bench.against(simulator, &args))
}

#[test]
fn a_second_mend_is_done_again_after_the_e_mail_itself_was_mended() {
    let bench = Bench::small();
    let simulator = shop(&bench);
    let first = run(&bench, &simulator).expect_code(3);
    let email = ("rui at aurora.example", "rui@aurora.example");
    let second = sent_back(&bench, &simulator, &first, email, true).expect_code(3);
    let third = sent_back(&bench, &simulator, &second, (",webex_meeting,", ",webex_meetings,"), true).expect_code(0);
    assert!(third.err.contains("1 mend is kept"), "{third:#?}");
    let kept = fs::read_to_string(bench.path("work/corrections.csv")).expect("it was made");
    let lines: Vec<&str> = kept.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "user/rui at aurora.example,email,rui at aurora.example,rui@aurora.example",
            "user/rui at aurora.example,package,webex_meeting,webex_meetings"
        ]
    );
    let night = run(&bench, &simulator).expect_code(0);
    assert!(night.err.contains("2 cells are taken as corrections.csv says"), "{night:#?}");
    let users = Results::read(&bench, &night, "users.results.csv");
    assert_eq!(users.lines(&["email", "package", "result"])[1], "rui at aurora.example webex_meeting unchanged");
}

#[test]
fn mends_are_kept_once_their_run_is_let_go_and_not_before() {
    let bench = Bench::small();
    let simulator = shop(&bench);
    let first = run(&bench, &simulator).expect_code(3);
    let mended = fs::read_to_string(bench.path(first.report()).join("users.rejected.csv")).expect("the report has it");
    let mended =
        mended.replace("rui at aurora.example", "rui@aurora.example").replace(",webex_meeting,", ",webex_meetings,");
    bench.write("users.rejected.csv", &mended);
    let line = format!(
        "{} retry work --from users.rejected.csv --keep --lang en --api-url {} --poll-ms 20 --grace-ms 100",
        env!("CARGO_BIN_EXE_turnup"),
        simulator.url
    );
    let kept = bench.path("work/corrections.csv");
    for (answer, is_kept) in [("n\n", false), ("y\n", true)] {
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).env("HOME", bench.path("home")).env("TURNUP_TOKEN", "good-token");
        command.current_dir(bench.path("")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut person = command.spawn().expect("`script` of bsdutils gives a terminal; install bsdutils");
        person.stdin.take().expect("it is piped").write_all(answer.as_bytes()).expect("it listens");
        let said = person.wait_with_output().expect("it ends");
        let page = String::from_utf8_lossy(&said.stdout).into_owned();
        assert_eq!((said.status.code(), kept.exists()), (Some(0), is_kept), "{answer:?}: {page}");
    }
    let status = bench.ran(&["status", "work"]).expect_code(0).out;
    assert!(!status.contains("still say"), "what is kept is done again: {status}");
}

#[test]
fn the_status_knows_what_was_mended_while_the_sheet_still_has_the_mistake() {
    let bench = Bench::small();
    let simulator = shop(&bench);
    let first = run(&bench, &simulator).expect_code(3);
    let status = |code: i32| -> Value {
        let ran = bench.ran(&["status", "work", "--format", "json"]).expect_code(code);
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
    };
    assert_eq!(status(3)["customers"][0]["standing"], "rejected");
    let email = ("rui at aurora.example", "rui@aurora.example");
    let second = sent_back(&bench, &simulator, &first, email, false).expect_code(3);
    assert_eq!(status(3)["customers"][0]["waits"][0]["what"], "mistakes to mend (C214)", "one of two is mended");
    sent_back(&bench, &simulator, &second, (",webex_meeting,", ",webex_meetings,"), false).expect_code(0);
    let ready = status(0);
    let aurora = &ready["customers"][0];
    assert_eq!((&aurora["standing"], &aurora["users"]["done"]), (&"ready".into(), &2.into()), "{ready}");
    assert_eq!(ready["unmended"], 2);
    let text = bench.ran(&["status", "work"]).expect_code(0).out;
    assert!(text.contains("2 cells of the sheets still say what was mended"), "{text}");
    // What was sent can be kept afterwards, with the same file and the words that the status names.
    let rejected = fs::read_to_string(bench.path(second.report()).join("users.rejected.csv")).expect("it is there");
    bench.write("users.rejected.csv", &rejected.replace(",webex_meeting,", ",webex_meetings,"));
    let keep = ["retry", "work", "--yes", "--from", "users.rejected.csv", "--keep"];
    let kept = Ran::of(&mut bench.against(&simulator, &keep)).expect_code(0);
    assert!(kept.err.contains("2 mends are kept in corrections.csv"), "{kept:#?}");
    assert!(!bench.ran(&["status", "work"]).expect_code(0).out.contains("still say"));
    let again = Ran::of(&mut bench.against(&simulator, &keep)).expect_code(0);
    assert!(again.err.contains("these rows bring no mend that is not kept already"), "{again:#?}");
    bench.remove("work/corrections.csv");
    // Once the source says something else, that counts.
    bench.write("work/users.csv", &USERS.replace("webex_meeting\n", "webex_none\n"));
    assert_eq!(status(3)["customers"][0]["standing"], "rejected");
}

/// The other way of sending rejected rows: in the place of the sheet, which is put back afterwards.
#[test]
fn rows_that_were_mended_in_the_place_of_the_sheet_count_as_sent_once_it_is_put_back() {
    let bench = Bench::small();
    let simulator = shop(&bench);
    let first = run(&bench, &simulator).expect_code(3);
    let rejected =
        fs::read_to_string(bench.path(first.report()).join("users.rejected.csv")).expect("the report has it");
    // Its columns in another order, and one that is new.
    let mended = rejected.replace("rui at aurora", "rui@aurora").replace("webex_meeting,", "webex_meetings,");
    let turned: String = mended
        .trim_start_matches('\u{feff}')
        .lines()
        .map(|line| line.split(',').rev().fold("x".to_owned(), |text, cell| format!("{text},{cell}")) + "\n")
        .collect();
    bench.write("work/users.csv", &turned);
    run(&bench, &simulator).expect_code(0);
    bench.write("work/users.csv", USERS);
    let text = bench.ran(&["status", "work"]).expect_code(0).out;
    assert!(text.contains("users 2/2") && text.contains("2 cells of the sheets still say what was mended"), "{text}");
    // A row of the sheet has the story of who stands there, whatever the file in its place was.
    let ana = bench.ran(&["why", "users.csv:2", "-C", "work"]).expect_code(0);
    assert!(ana.out.contains("ana@aurora.example") && !ana.out.contains("rui@"), "{ana:#?}");
    let rui = bench.ran(&["why", "users.csv:3", "-C", "work"]).expect_code(0);
    assert!(rui.out.contains("rui@aurora.example") && rui.out.contains("created"), "{rui:#?}");
    assert!(rui.err.contains("of what stands in users.csv:3 now, row 2 of the run "), "{rui:#?}");
}

#[test]
fn what_rows_need_of_another_sheet_is_taken_as_it_is_there_today() {
    let bench = Bench::small();
    let simulator = shop(&bench);
    let limited = fs::read_to_string(bench.path("work/customers.csv")).expect("it was made");
    let limits = |count: usize| {
        let cells = ["package_limits".to_owned(), format!("webex_meetings={count}")];
        limited.lines().zip(cells).map(|(line, cell)| [line, ",", &cell, "\n"].concat()).collect::<String>()
    };
    bench.write("work/customers.csv", &limits(1));
    bench.write(
        "work/users.csv",
        &USERS.replace("rui at", "rui@").replace(" aurora", "aurora").replace("webex_meeting\n", "webex_meetings\n"),
    );
    let first = run(&bench, &simulator).expect_code(3);
    let send = |code| sent_back(&bench, &simulator, &first, ("Rui", "Rui"), false).expect_code(code);
    let refused = send(3);
    assert!(refused.out.contains("P507"), "{refused:#?}");
    bench.write("work/customers.csv", &limits(2));
    send(0);
    assert!(bench.ran(&["status", "work"]).expect_code(0).out.contains("users 2/2"));
}

#[test]
fn the_status_tells_of_registered_emergency_addresses() {
    let bench = Bench::small();
    let lines: Vec<String> =
        CUSTOMERS.lines().take(2).zip([",emergency_address", ",yes"]).map(|(a, b)| format!("{a}{b}\n")).collect();
    bench.write("work/customers.csv", &lines.concat());
    bench.write("work/users.csv", &(support::USERS.lines().take(2).collect::<Vec<_>>().join("\n") + "\n"));
    let ran = bench.ran(&["run", "work", "--yes", "--simulate", "--poll-ms", "20"]).expect_code(0);
    let told = Results::read(&bench, &ran, "customers.results.csv").lines(&["reason"])[0].clone();
    assert!(told.contains("emergency address: set"), "{told}");
    let status = bench.ran(&["status", "work"]).expect_code(0).out;
    assert!(status.contains("emergency registered at 1 of 1 location"), "{status}");
    let evidence = bench.ran(&["report", "--customer", "aurora", "-C", "work"]).expect_code(0).out;
    assert!(evidence.contains("registered at 1 of 1 location"), "{evidence}");
}

/// A person with the e-mail of another one.
const TWICE: &str = "customer_external_id,first_name,last_name,email,package\n\
                     aurora,Ana,Silva,ana@aurora.example,webex_meetings\n\
                     aurora,Rui,Costa,ana@aurora.example,webex_meetings\n";

#[test]
fn a_mended_duplicate_counts_as_it_was_sent_and_can_be_kept() {
    for keep in [false, true] {
        let bench = Bench::small();
        let simulator = shop(&bench);
        bench.write("work/users.csv", TWICE);
        let first = run(&bench, &simulator).expect_code(3);
        let mended = ("Rui,Costa,ana@", "Rui,Costa,rui@");
        let second = sent_back(&bench, &simulator, &first, mended, keep).expect_code(0);
        assert_eq!(second.err.contains("1 mend is kept"), keep, "{second:#?}");
        let status = bench.ran(&["status", "work"]).expect_code(0).out;
        assert!(status.contains("users 2/2"), "{status}");
        assert_eq!(status.contains("1 cell of the sheets still says"), !keep, "{status}");
        // Whatever their order, it is the row of that person.
        let lines: Vec<&str> = TWICE.lines().collect();
        bench.write("work/users.csv", &[lines[0], lines[2], lines[1], ""].join("\n"));
        bench.ran(&["status", "work"]).expect_code(0);
        let night = run(&bench, &simulator).expect_code(if keep { 0 } else { 3 });
        let users = Results::read(&bench, &night, "users.results.csv").lines(&["first_name", "result"]);
        assert_eq!(users[0] == "Rui unchanged" && users[1] == "Ana unchanged", keep, "{night:#?}");
    }
}

#[test]
fn a_mend_of_a_row_that_is_twice_in_every_cell_says_why_it_cannot_be_kept() {
    let bench = Bench::small();
    let simulator = shop(&bench);
    bench.write("work/users.csv", &TWICE.replace("Rui,Costa", "Ana,Silva"));
    let first = run(&bench, &simulator).expect_code(3);
    let ran = sent_back(&bench, &simulator, &first, ("Ana,Silva,ana@", "Ana,Silva,eva@"), true).expect_code(0);
    assert!(ran.err.contains("1 mend cannot be kept, since its row is twice in the sheet"), "{ran:#?}");
}
