//! What stops a run, seen from outside: deadlines, error rates, selections, saved plans. Each stop is told with its reason,
//! the report adds up, and the rest can be done later.

mod support;

use std::collections::HashMap;

use support::{Bench, LOCATIONS, Ran, Results, Simulator, copy_acme, outcomes};

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
    assert!(ran.err.contains("2026-11-22 06:00 +00:00 (UTC; in 0 h 1 min)"), "{ran:#?}");
    assert!(ran.err.lines().last().is_some_and(|line| line.contains("the time is over")), "{ran:#?}");
    let counts = outcomes(&bench, &ran);
    let stands = ["created", "incomplete"].iter().filter_map(|word| counts.get(*word)).sum::<usize>();
    assert!(counts["not_reached"] > 0 && stands > 0, "{counts:?}");
    assert!(!counts.contains_key("failed"), "{counts:?}");
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
    assert!((5..=11).contains(&counts["not_reached"]), "{counts:?}");
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
