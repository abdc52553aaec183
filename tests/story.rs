//! One row's whole story, and one customer's evidence, from the journal.

mod support;

use serde_json::Value;
use support::{Bench, CUSTOMERS, Ran, Simulator, USERS};

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// A run in which Carla is rejected and the rows of Tejo wait for their customer; the next night both are mended.
fn two_nights() -> Bench {
    let bench = Bench::small();
    bench.write("work/users.csv", &USERS.replace("carla@aurora", "carla aurora"));
    bench.write("work/customers.csv", &CUSTOMERS.replace("1200-451,PT", "1200-451,Portugall"));
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(3);
    bench
}

#[test]
fn a_story_tells_result_root_cause_and_what_was_sent() {
    let bench = two_nights();
    let told = bench.ran(&["why", "users.csv:3", "-C", "work"]).expect_code(0).out;
    for words in [
        "what became of it: created",
        "user bruno@aurora.example: create the user: took effect (tracking id ",
        "ended: created",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let held = bench.ran(&["why", "users.csv:6", "-C", "work"]).expect_code(0).out;
    for words in
        ["what became of it: blocked", "what it waits for: customers.csv:3", "[C207]", "nothing was ever sent for it"]
    {
        assert!(held.contains(words), "{words}: {held}");
    }
    let rejected = bench.ran(&["why", "users:4", "-C", "work"]).expect_code(0).out;
    assert!(rejected.contains("cause: cell `email` of users.csv:4"), "{rejected}");
    for nowhere in ["users.csv:99", "users.csv", "nothing.csv:2", "users.csv:x"] {
        bench.ran(&["why", nowhere, "-C", "work"]).expect_code(2);
    }
}

#[test]
fn a_story_goes_over_all_runs() {
    let bench = two_nights();
    bench.write("work/customers.csv", CUSTOMERS);
    bench.write("work/users.csv", &USERS.replace("Bruno,Reis", "Bruno,Rei"));
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let story = json(&bench.ran(&["why", "users.csv:3", "-C", "work", "--format", "json"]).expect_code(0));
    assert_eq!((story["schema"].as_str(), story["result"]["result"].as_str()), (Some("turnup.why/1"), Some("updated")));
    let runs = story["runs"].as_array().expect("a list");
    assert_eq!(runs.len(), 2);
    assert!(runs[0]["by"].as_str().is_some_and(|by| by.contains('@')), "{story}");
    let first = runs[0]["run"].as_str().expect("a name");
    let before =
        json(&bench.ran(&["why", "users.csv:3", "-C", "work", "--run", first, "--format", "json"]).expect_code(0));
    assert_eq!(before["result"]["result"], "created");
}

#[test]
fn evidence_is_of_one_customer_alone_in_the_language_that_was_asked() {
    let bench = two_nights();
    let evidence = bench.ran(&["report", "-C", "work", "--customer", "aurora"]).expect_code(0).out;
    assert!(evidence.starts_with("evidence for customer aurora, Padaria Aurora\n"), "{evidence}");
    for words in
        ["create the customer (", "user bruno@aurora.example: create the user", "tracking id TURNUP_", "[ ] devices: "]
    {
        assert!(evidence.contains(words), "{words}: {evidence}");
    }
    assert!(!evidence.contains("tejo"), "{evidence}");
    let portuguese = bench.ran(&["report", "-C", "work", "--customer", "aurora", "--lang", "pt-BR"]).expect_code(0).out;
    assert!(portuguese.contains("criar o usuário") && portuguese.contains("a fazer manualmente"), "{portuguese}");
    let for_programs =
        json(&bench.ran(&["report", "-C", "work", "--customer", "aurora", "--format", "json"]).expect_code(0));
    assert_eq!(for_programs["schema"], "turnup.evidence/1");
    assert!(for_programs["deeds"][0]["by"].as_str().is_some_and(|by| by.contains('@')), "{for_programs}");
    let nobody = bench.ran(&["report", "-C", "work", "--customer", "nobody"]).expect_code(2);
    assert!(nobody.err.contains("`nobody`"), "{nobody:#?}");
}

#[test]
fn refusals_and_lost_answers_stand_in_the_story() {
    let faults = "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nbody_contains = \"bruno\"\nkind = \"drop\"\nafter = true\n\
                  [[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nbody_contains = \"carla\"\nkind = \"status\"\nstatus = 400\n";
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, faults);
    assert_eq!(Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).code, Some(4));
    let lost = bench.ran(&["why", "users.csv:3", "-C", "work"]).expect_code(0).out;
    assert!(
        lost.contains("no answer came, so it is in doubt") && lost.contains("looked up, and it had taken effect"),
        "{lost}"
    );
    let refused = bench.ran(&["why", "users.csv:4", "-C", "work"]).expect_code(0).out;
    assert!(refused.contains("create the user: refused by Webex") && refused.contains("(R601)"), "{refused}");
}
