//! What somebody meets who knows only the README: what is said where they stumble.

mod support;

use support::{Bench, CUSTOMERS, Simulator, USERS};

/// Some rows with a column `action`, filled in where a name says so.
fn with_actions(sheet: &str, actions: &[(&str, &str)]) -> String {
    let action = |line: &str| {
        let found = actions.iter().find(|(name, _)| line.contains(&format!(",{name},")));
        found.map_or("", |(_, action)| action).to_owned()
    };
    let rows = sheet.lines().skip(1).map(|line| format!("{line},{}\n", action(line)));
    format!("{},action\n{}", sheet.lines().next().unwrap_or_default(), rows.collect::<String>())
}

#[test]
fn the_last_administrator_of_a_customer_does_not_go_unnoticed() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let ran = |args: &[&str]| support::Ran::of(&mut bench.against(&simulator, args));
    // Carla is an administrator without being the one of the customer's row.
    let people =
        USERS.replace("carla@aurora.example,webex_calling,1003,", "carla@aurora.example,webex_suite,1003,full_admin");
    bench.write("work/users.csv", &people);
    ran(&["run", "work", "--yes"]).expect_code(0);
    let with = |actions: &[(&str, &str)]| {
        bench.write("work/users.csv", &with_actions(&people, actions));
        let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(0);
        let lines = check.out.lines().filter(|line| line.contains(",L326,"));
        lines.map(|line| line.split(',').take(2).collect::<Vec<_>>().join(":")).collect::<Vec<_>>()
    };
    assert!(with(&[]).is_empty() && with(&[("Ana", "delete")]).is_empty(), "Carla stays");
    assert!(with(&[("Bruno", "delete"), ("Sara", "delete")]).is_empty(), "they administer nothing");
    assert_eq!(with(&[("Ana", "delete"), ("Carla", "delete")]), ["users.csv:4"], "once for each customer");
    assert_eq!(with(&[("Ana", "delete"), ("Rui", "delete"), ("Carla", "delete")]), ["users.csv:4", "users.csv:5"]);
    // The customer goes too, and needs none any more.
    bench.write("work/customers.csv", &with_actions(CUSTOMERS, &[("Livraria Tejo", "delete")]));
    let gone = [("Rui", "delete"), ("Sara", "delete"), ("Tiago", "delete")];
    assert!(with(&gone).is_empty());
}

#[test]
fn a_plan_names_the_customer_that_is_left_without_an_administrator() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let ran = |args: &[&str]| support::Ran::of(&mut bench.against(&simulator, args));
    ran(&["run", "work", "--yes"]).expect_code(0);
    bench.write("work/users.csv", &with_actions(USERS, &[("Rui", "delete")]));
    let words = "with `rui@tejo.example` the customer `tejo` loses the last administrator that turnup knows of";
    let plan = bench.ran(&["plan", "work"]).expect_code(0);
    assert!(plan.out.contains(words), "{}", plan.out);
    // Somebody else is made one, and so all is well.
    let made = with_actions(USERS, &[("Rui", "delete")])
        .replace("webex_calling,1002,,\ntejo,Tiago", "webex_calling,1002,full_admin,\ntejo,Tiago");
    bench.write("work/users.csv", &made);
    let plan = bench.ran(&["plan", "work"]).expect_code(0);
    assert!(!plan.out.contains(words), "{}", plan.out);
    bench.write("work/users.csv", &with_actions(USERS, &[("Rui", "delete")]));
    let run = ran(&["run", "work", "--yes"]).expect_code(0);
    assert!(run.err.contains(words), "{}", run.err);
}
