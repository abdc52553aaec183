//! An update of several values of which one request went through and another was refused: what stands is known, and
//! only what is missing is sent again.

mod support;

use support::{Bench, Ran, Results, Simulator, USERS, outcomes};

const RUN: [&str; 3] = ["run", "work", "--yes"];
const REFUSED: &str = "[[fault]]\nmethod = \"PUT\"\npath = \"/people/*\"\nkind = \"status\"\nstatus = 400\ntimes = 1\n";

#[test]
fn a_change_that_went_through_is_not_sent_again() {
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, REFUSED);
    Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    let users =
        USERS.replace("Bruno,Reis,bruno@aurora.example,webex_calling", "Bruna,Reis,bruno@aurora.example,webex_suite");
    bench.write("work/users.csv", &users);
    let sent = |route: &str| simulator.state()["requests"]["by_route"][route]["200"].as_u64().unwrap_or_default();

    let partly = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    let results = Results::read(&bench, &partly, "users.results.csv");
    assert_eq!(results.lines(&["result", "done", "missing"])[1], "incomplete package first_name");
    let routes = ["PUT /wholesale/subscribers/{subscriberId}", "PUT /people/{personId}"];
    assert_eq!(routes.map(sent), [1, 0]);
    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(plan.contains("update user/bruno@aurora.example: first_name `Bruno` -> `Bruna`\n"), "{plan}");

    let rest = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &rest), [("unchanged".to_owned(), 7), ("updated".to_owned(), 1)].into());
    assert_eq!(routes.map(sent), [1, 1], "the package is not changed a second time");
}
