//! Rows that wait for somebody else, over several nights, from the command line with the built-in simulator.

mod support;

use serde_json::Value;
use support::{Bench, CUSTOMERS, Ran, Results, USERS, outcomes};

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

fn failing_night(bench: &Bench, time: &str) -> Ran {
    let mut command = bench.turnup(&RUN);
    Ran::of(command.args(["--faults", "held.toml"]).env("TURNUP_NOW", time)).expect_code(4)
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

#[test]
fn those_that_wait_are_named_with_their_days_and_counted_once_they_are_old() {
    let bench = Bench::small();
    bench.write("held.toml", HELD);
    let columns = ["sheet", "row", "customer_external_id", "email", "waits_for", "days"];
    let first = night(&bench, "2026-11-01T22:00:00Z", true);
    let waiting = Results::read(&bench, &first, "waiting.csv");
    assert_eq!(waiting.lines(&columns)[0], "customers 2 aurora  pending_rpl_review 0");
    let sara = waiting.lines(&columns).into_iter().find(|line| line.contains("sara"));
    assert_eq!(sara.as_deref(), Some("users 6 tejo sara@tejo.example pending_user_migration 0"));
    assert_eq!(waiting.rows.len(), 5);
    assert!(
        waiting.rows.iter().all(|row| row["since"].starts_with("2026-11-01T22:00:0") && !row["what_to_do"].is_empty())
    );
    assert!(!first.out.contains("for longer than"), "{}", first.out);

    let second = night(&bench, "2026-11-09T22:00:01Z", true);
    assert!(
        second.out.contains("5 rows wait for longer than 3 days, 5 of them longer than 7 and 0 longer"),
        "{}",
        second.out
    );
    let waiting = Results::read(&bench, &second, "waiting.csv");
    assert!(waiting.rows.iter().all(|row| row["days"] == "8" && row["since"].starts_with("2026-11-01T22:00:0")));

    let third = night(&bench, "2026-11-10T22:00:00Z", false);
    assert!(Results::read(&bench, &third, "waiting.csv").rows.is_empty());
    assert!(!third.out.contains("for longer than"), "{}", third.out);
}

fn reminded(bench: &Bench, time: &str, is_sent: bool) -> Vec<Value> {
    let mut command = bench.turnup(&["remind", "work", "--simulate", "--faults", "held.toml", "--format", "json"]);
    command.args(is_sent.then_some("--yes"));
    let ran = Ran::of(command.env("TURNUP_NOW", time)).expect_code(0);
    let told: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    told["waiting"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_person_is_reminded_three_times_at_most_and_three_days_apart() {
    let bench = Bench::small();
    bench.write("held.toml", HELD);
    assert!(reminded(&bench, "2026-11-01T21:00:00Z", true).is_empty());
    night(&bench, "2026-11-01T22:00:00Z", true);
    let mail = |time: &str, is_sent: bool| {
        let all = reminded(&bench, time, is_sent);
        let of = |step: &str| all.iter().find(|one| one["step"] == step).cloned().expect("it waits");
        assert_eq!((all.len(), &of("customer/aurora")["mail"]), (2, &"none".into()));
        let sara = of("user/sara@tejo.example");
        assert_eq!(sara["customer"], "tejo");
        format!("{} {}", sara["mail"].as_str().expect("a word"), sara["mails"].as_array().map_or(0, Vec::len))
    };
    for (time, is_sent, expected) in [
        ("2026-11-02T22:00:00Z", true, "too_soon 0"),
        ("2026-11-05T22:00:00Z", false, "due 0"),
        ("2026-11-05T22:00:00Z", true, "sent 1"),
        ("2026-11-05T23:00:00Z", true, "too_soon 1"),
        ("2026-11-08T23:00:00Z", true, "sent 2"),
        ("2026-11-12T23:00:00Z", true, "sent 3"),
        ("2026-11-20T23:00:00Z", true, "enough 3"),
    ] {
        assert_eq!(mail(time, is_sent), expected, "{time}");
    }
}

/// Only the shop is under review.
const REVIEWED: &str = "[[hold]]\nexternal_id = \"aurora\"\nstatus = \"pending_rpl_review\"\n";
const FAILED: &str = "[[hold]]\nexternal_id = \"aurora\"\nstatus = \"error\"\n";

/// A bench with everything made, and one more package and another name to come.
fn changed_bench() -> Bench {
    let bench = Bench::small();
    night(&bench, "2026-11-20T22:00:00Z", false);
    let packages = ("webex_calling;webex_suite", "webex_calling;webex_suite;webex_meetings");
    bench.write("work/customers.csv", &CUSTOMERS.replace(packages.0, packages.1));
    bench.write("work/users.csv", &USERS.replace("Bruno", "Breno"));
    bench
}

#[test]
fn a_change_that_comes_under_review_is_sent_once_and_ends_as_updated() {
    let bench = changed_bench();
    bench.write("held.toml", REVIEWED);
    let second = night(&bench, "2026-11-21T22:00:00Z", true);
    assert_eq!(counts(&bench, &second), named(&[("unchanged", 6), ("waiting", 2)]));

    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(plan.contains("carried over customer/aurora: pending_rpl_review since 2026-11-21T22:00:0"), "{plan}");
    let third = night(&bench, "2026-11-22T22:00:00Z", true);
    assert_eq!(counts(&bench, &third), named(&[("unchanged", 6), ("waiting", 2)]));
    let story = bench.ran(&["why", "-C", "work", "customers.csv:2"]).expect_code(0).out;
    assert_eq!(story.matches("update the customer: took effect").count(), 1, "{story}");

    let fourth = night(&bench, "2026-11-23T22:00:00Z", false);
    assert_eq!(counts(&bench, &fourth), named(&[("unchanged", 6), ("updated", 2)]));
    let fifth = night(&bench, "2026-11-24T22:00:00Z", false);
    assert_eq!(counts(&bench, &fifth), named(&[("unchanged", 8)]));
}

#[test]
fn a_review_that_ends_in_an_error_waits_no_more_and_the_change_is_still_to_be_made() {
    let bench = changed_bench();
    bench.write("held.toml", REVIEWED);
    night(&bench, "2026-11-21T22:00:00Z", true);
    bench.write("held.toml", FAILED);
    let third = failing_night(&bench, "2026-11-22T22:00:00Z");
    assert_eq!(counts(&bench, &third), named(&[("blocked", 1), ("failed", 1), ("unchanged", 6)]));

    // The customer stands with an error, so nothing more can be done but to say so, and to try again.
    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(!plan.contains("carried over") && plan.contains("packages"), "{plan}");
    let fourth = failing_night(&bench, "2026-11-23T22:00:00Z");
    assert_eq!(counts(&bench, &fourth), named(&[("blocked", 1), ("failed", 1), ("unchanged", 6)]));
}

#[test]
fn a_new_customer_whose_review_ends_in_an_error_waits_no_more() {
    let bench = Bench::small();
    bench.write("held.toml", REVIEWED);
    night(&bench, "2026-11-20T22:00:00Z", true);
    bench.write("held.toml", FAILED);
    let second = failing_night(&bench, "2026-11-21T22:00:00Z");
    assert_eq!(counts(&bench, &second), named(&[("blocked", 3), ("failed", 1), ("unchanged", 4)]));
    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(!plan.contains("carried over"), "{plan}");
}

/// A package of the shop fails.
const BROKEN: &str = "[[hold]]\nexternal_id = \"aurora\"\nstatus = \"provisioned_with_errors\"\npackage = \"webex_calling\"\n\
                      reason = \"no trunk is free\"\n";

#[test]
fn a_customer_with_a_broken_package_is_followed_up_until_webex_has_mended_it() {
    let bench = Bench::small();
    bench.write("held.toml", BROKEN);
    let told = |ran: &Ran| {
        Results::read(&bench, ran, "customers.results.csv").lines(&["result", "reason", "missing"]).swap_remove(0)
    };

    // Whoever has a sound package is made, and nobody else.
    let first = failing_night(&bench, "2026-11-20T22:00:00Z");
    assert_eq!(counts(&bench, &first), named(&[("blocked", 2), ("created", 5), ("incomplete", 1)]));
    let reason = "Webex provisioned the customer with errors: webex_calling: no trunk is free";
    assert!(told(&first).starts_with(&format!("incomplete {reason}")), "{}", told(&first));
    assert!(told(&first).ends_with(" webex_calling"), "{}", told(&first));
    let users = Results::read(&bench, &first, "users.results.csv");
    let bruno = users.lines(&["result", "reason", "blocked_by"]).swap_remove(1);
    assert_eq!(bruno, "blocked Webex could not provision its package customers.csv:2");
    let status = bench.ran(&["status", "work"]).expect_code(4).out;
    assert!(status.contains("packages with errors: webex_calling (provisioned_with_errors)"), "{status}");

    // One look and nothing else, as long as it is so.
    let second = failing_night(&bench, "2026-11-21T22:00:00Z");
    assert_eq!(counts(&bench, &second), named(&[("blocked", 2), ("incomplete", 1), ("unchanged", 5)]));
    assert!(told(&second).starts_with(&format!("incomplete {reason}")), "{}", told(&second));
    assert!(second.out.contains("\n1 request"), "{}", second.out);
    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(plan.contains("carried over customer/aurora: provisioned_with_errors since 2026-11-20T22:00:0"), "{plan}");

    let third = night(&bench, "2026-11-22T22:00:00Z", false);
    assert_eq!(counts(&bench, &third), named(&[("created", 2), ("unchanged", 5), ("updated", 1)]));
    bench.ran(&["status", "work"]).expect_code(0);
    let fourth = night(&bench, "2026-11-23T22:00:00Z", false);
    assert_eq!(counts(&bench, &fourth), named(&[("unchanged", 8)]));
}
