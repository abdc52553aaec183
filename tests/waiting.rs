//! Rows that wait for somebody else, over several nights, from the command line with the built-in simulator.

mod support;

use serde_json::Value;
use support::{Bench, Ran, Results, outcomes};

const RUN: [&str; 7] = ["run", "work", "--yes", "--simulate", "--poll-ms", "20", "--quiet"];

/// A shop under review, and a person of the other shop who has to consent.
const HELD: &str = "[[hold]]\nexternal_id = \"aurora\"\nstatus = \"pending_rpl_review\"\n\
                    [[hold]]\nemail = \"sara@tejo.example\"\nstatus = \"pending_user_migration\"\n";

fn night(bench: &Bench, time: &str, faults: bool) -> Ran {
    let mut command = bench.turnup(&RUN);
    if faults {
        command.args(["--faults", "held.toml"]);
    }
    Ran::of(command.env("TURNUP_NOW", time)).expect_code(0)
}

fn counts(bench: &Bench, ran: &Ran) -> Vec<(String, usize)> {
    let mut counts: Vec<_> = outcomes(bench, ran).into_iter().collect();
    counts.sort();
    counts
}

fn named(pairs: &[(&str, usize)]) -> Vec<(String, usize)> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn three_nights_of_waiting_end_as_created() {
    let bench = Bench::small();
    bench.write("held.toml", HELD);
    let first = night(&bench, "2026-11-20T22:00:00Z", true);
    assert_eq!(counts(&bench, &first), named(&[("created", 3), ("waiting", 5)]));

    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(plan.contains("carried over customer/aurora: pending_rpl_review since 2026-11-20T22:00:0"), "{plan}");
    let plan = bench.ran(&["plan", "work", "--format", "json"]).expect_code(0).out;
    let plan: Value = serde_json::from_str(&plan).expect("it is JSON");
    assert_eq!((&plan["totals"]["customers"]["waiting"], &plan["totals"]["users"]["waiting"]), (&1.into(), &1.into()));
    let step = |id: &str| plan["steps"].as_array().into_iter().flatten().find(|step| step["id"] == id).cloned();
    let sara = step("user/sara@tejo.example").expect("a step of the plan");
    assert_eq!((&sara["action"], &sara["waits_for"]), (&"waiting".into(), &"pending_user_migration".into()));

    let second = night(&bench, "2026-11-21T22:00:00Z", true);
    assert_eq!(counts(&bench, &second), named(&[("unchanged", 3), ("waiting", 5)]));
    let users = Results::read(&bench, &second, "users.results.csv");
    assert!(users.lines(&["email", "reason"])[4].contains("pending_user_migration since 2026-11-20T22:00:0"));
    assert!(users.lines(&["email", "reason"])[0].contains("pending_rpl_review since 2026-11-20T22:00:0"));

    let third = night(&bench, "2026-11-22T22:00:00Z", false);
    assert_eq!(counts(&bench, &third), named(&[("created", 5), ("unchanged", 3)]));
    let fourth = night(&bench, "2026-11-23T22:00:00Z", false);
    assert_eq!(counts(&bench, &fourth), named(&[("unchanged", 8)]));
}
