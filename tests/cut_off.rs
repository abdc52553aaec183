//! A run that is killed at any moment, and the next one with the same sheets: what the first one made is turnup's own, and
//! never something that stood there before.

mod support;

use std::fs;

use serde_json::Value;
use support::{Bench, Ran, Simulator, USERS, Working, eventually, outcomes};

const RUN: [&str; 3] = ["run", "work", "--yes"];
/// So many requests are answered before each kill: while customers are made, places, numbers, users.
const KILLED_AFTER: [u64; 8] = [2, 4, 6, 8, 10, 13, 16, 20];

/// A branch with numbers, and a template that asks for emergency addresses where turnup makes the location.
fn sheets(bench: &Bench) {
    let branch = "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers\n\
                  aurora,Braga,Rua Cinco 5,Braga,4700-001,PT,Europe/Lisbon,+351253123400-+351253123404\n\
                  tejo,Faro,Rua Seis 6,Faro,8000-001,PT,Europe/Lisbon,+351289123400-+351289123404\n";
    bench.write("work/locations.csv", branch);
    let seated = |line: &str| match line {
        line if line.starts_with("customer_external_id") => format!("{line},location\n"),
        line if line.contains("webex_meetings") => format!("{line},\n"),
        line => format!("{line},Headquarters\n"),
    };
    bench.write("work/users.csv", &USERS.lines().map(seated).collect::<String>());
    let templates = fs::read_to_string(bench.path("work/templates.toml")).expect("the workspace has templates");
    bench.write("work/templates.toml", &format!("{templates}emergency_address = true\n"));
}

fn registered(simulator: &Simulator) -> u64 {
    let route = "POST /telephony/pstn/locations/{locationId}/emergencyAddress";
    let told = simulator.state()["requests"]["by_route"][route].clone();
    told.as_object().map_or(0, |told| told.values().filter_map(Value::as_u64).sum())
}

#[test]
fn what_a_killed_run_has_made_is_its_own() {
    for after in KILLED_AFTER {
        let bench = Bench::small();
        sheets(&bench);
        let simulator = Simulator::start(&bench, &["--latency-ms", "30"]);
        let working = Working::start(&mut bench.against(&simulator, &RUN));
        eventually("it sends", || simulator.requests() >= after);
        working.signal("KILL");
        assert_eq!(working.end().code, None, "it was killed");
        let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
        let found = outcomes(&bench, &ran);
        assert!(!found.contains_key("already_there"), "killed after {after}: {found:?}");
        assert_eq!(simulator.stands(), [2, 4, 6], "killed after {after}");
        assert!(registered(&simulator) >= 4, "killed after {after}: {} of 4 addresses", registered(&simulator));
        let again = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
        assert_eq!(outcomes(&bench, &again), [("unchanged".to_owned(), 10)].into(), "killed after {after}");
    }
}

/// Nothing failed: the answer comes with whoever goes on with the run.
#[test]
fn a_run_that_is_under_way_or_was_cut_off_is_told_as_open() {
    let bench = Bench::small();
    let faults = "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nkind = \"hang\"\n";
    let simulator = Simulator::with_faults(&bench, faults);
    let working = Working::start(&mut bench.against(&simulator, &RUN));
    let is_sent = || bench.ran(&["status", "work"]).out.contains("an answer of Webex is outstanding");
    eventually("it sends", is_sent);
    let told = || {
        let status = bench.ran(&["status", "work"]).expect_code(3).out;
        assert!(!status.contains("failed"), "{status}");
        [status, bench.ran(&["runs", "work"]).expect_code(0).out]
    };
    for text in told() {
        assert!(text.contains("under way now (process ") && !text.contains("turnup resume"), "{text}");
    }
    working.signal("KILL");
    assert_eq!(working.end().code, None, "it was killed");
    let after = told();
    assert!(after[0].contains("an answer of Webex is outstanding"), "{after:?}");
    for text in after {
        assert!(text.contains("`turnup resume work`") && !text.contains("under way"), "{text}");
    }
}
