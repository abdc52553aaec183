//! An update of several values of which one request went through and another was refused: what stands is known, and
//! only what is missing is sent again.

mod support;

use serde_json::Value;
use support::{Bench, CUSTOMERS, Ran, Results, Simulator, USERS, outcomes};

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

/// Webex answers well and shows the person as before.
const UNMOVED: &str = "[[fault]]\nmethod = \"PUT\"\npath = \"/people/*\"\nkind = \"status\"\nstatus = 200\ntimes = 1\n\
                       body = '{\"id\":\"x\",\"firstName\":\"Bruno\",\"lastName\":\"Reis\",\"extension\":\"1002\"}'\n";

#[test]
fn a_change_that_the_answer_itself_denies_is_sent_again_by_the_next_run() {
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, UNMOVED);
    Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    bench.write("work/users.csv", &USERS.replace("Bruno", "Bruna"));
    let denied = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    let line = &Results::read(&bench, &denied, "users.results.csv").lines(&["result", "missing"])[1];
    assert!(line.contains("first_name"), "{line}");
    bench.ran(&["status", "work"]).expect_code(4);
    let again = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &again)["updated"], 1);
    assert_eq!(simulator.state()["subscribers"]["bruno@aurora.example"]["firstName"], "Bruna");
}

/// Webex answers well and shows the old package, also when it is asked once more.
const SAME_PACKAGE: &str = "[[fault]]\nmethod = \"PUT\"\npath = \"/wholesale/subscribers/*\"\nkind = \"status\"\n\
                            status = 200\ntimes = 1\nbody = '{\"id\":\"x\",\"packages\":[\"webex_calling\"]}'\n";

#[test]
fn a_package_that_the_answer_itself_denies_is_asked_for_once_more_and_sent_again_by_the_next_run() {
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, SAME_PACKAGE);
    Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    let users =
        USERS.replace("Bruno,Reis,bruno@aurora.example,webex_calling", "Bruno,Reis,bruno@aurora.example,webex_suite");
    bench.write("work/users.csv", &users);
    let denied = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    let line = &Results::read(&bench, &denied, "users.results.csv").lines(&["result", "reason", "missing"])[1];
    assert!(line.contains("package is still `webex_calling` and should be `webex_suite`"), "{line}");
    assert!(line.ends_with(" package"), "{line}");
    let again = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &again)["updated"], 1);
    assert_eq!(simulator.state()["subscribers"]["bruno@aurora.example"]["package"], "webex_suite");
}

/// One change of a location's calling is answered 206, after so many that get through.
fn in_part(skip: usize) -> String {
    format!(
        "[[fault]]\nmethod = \"PUT\"\npath = \"/telephony/config/locations/*\"\nkind = \"partial\"\nskip = {skip}\n"
    )
}

/// The small partner, whose first shop has a main number and speaks so.
fn speaking(bench: &Bench, language: &str) {
    let line = |line: &str| match line.split_once(',') {
        Some(("external_id", _)) => format!("{line},language,announcement_language,numbers,main_number\n"),
        Some(("aurora", _)) => format!("{line},pt_pt,{language},+351211234500,+351211234500\n"),
        _ => format!("{line},pt_pt,,,\n"),
    };
    bench.write("work/customers.csv", &CUSTOMERS.lines().map(line).collect::<String>());
}

fn told(bench: &Bench, ran: &Ran) -> String {
    let results = Results::read(bench, ran, "customers.results.csv");
    results.lines(&["result", "code", "reason", "missing"]).swap_remove(0)
}

fn location(simulator: &Simulator, what: &str) -> Value {
    simulator.state()["locations"]["aurora/Headquarters"][what].clone()
}

#[test]
fn a_main_number_that_webex_did_not_set_is_missing_and_set_by_the_next_run() {
    let bench = Bench::small();
    speaking(&bench, "pt_pt");
    let simulator = Simulator::with_faults(&bench, &in_part(0));
    let first = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    let reason = "the main number +351211234500 could not be set (206)";
    assert!(told(&bench, &first).starts_with(&format!("incomplete R601 Webex refused it: {reason}")));
    assert!(told(&bench, &first).ends_with(" main number"), "{}", told(&bench, &first));
    assert_eq!(location(&simulator, "mainNumber"), Value::Null);

    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(plan.contains("update numbers/aurora/Headquarters: main_number"), "{plan}");
    let second = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(told(&bench, &second).trim_end(), "updated");
    assert_eq!(location(&simulator, "mainNumber"), "+351211234500");
    let third = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &third), [("unchanged".to_owned(), 8)].into());
}

#[test]
fn an_announcement_language_that_webex_did_not_set_is_missing_and_set_by_the_next_run() {
    let bench = Bench::small();
    speaking(&bench, "pt_pt");
    let simulator = Simulator::with_faults(&bench, &in_part(1));
    Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    speaking(&bench, "es_es");
    let second = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    let reason = "the location could not be changed now (206)";
    assert_eq!(told(&bench, &second), format!("incomplete R601 Webex refused it: {reason} announcement language"));
    assert_eq!(location(&simulator, "announcementLanguage"), "pt_pt");

    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(plan.contains("announcement_language `pt_pt` -> `es_es`"), "{plan}");
    Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(location(&simulator, "announcementLanguage"), "es_es");
    let fourth = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &fourth), [("unchanged".to_owned(), 8)].into());
}

/// The first shop with a main number and an emergency address.
fn with_help(bench: &Bench) {
    let line = |line: &str| match line.split_once(',') {
        Some(("external_id", _)) => format!("{line},numbers,main_number,emergency_address\n"),
        Some(("aurora", _)) => format!("{line},+351211234500,+351211234500,yes\n"),
        _ => format!("{line},,,\n"),
    };
    bench.write("work/customers.csv", &CUSTOMERS.lines().map(line).collect::<String>());
}

fn registrations(simulator: &Simulator) -> u64 {
    let route = "POST /telephony/pstn/locations/{locationId}/emergencyAddress";
    simulator.state()["requests"]["by_route"][route]
        .as_object()
        .map_or(0, |told| told.values().filter_map(Value::as_u64).sum())
}

#[test]
fn an_emergency_address_is_registered_once_however_often_the_main_number_is_refused() {
    let bench = Bench::small();
    with_help(&bench);
    let refused = "[[fault]]\nmethod = \"PUT\"\npath = \"/telephony/config/locations/*\"\nkind = \"status\"\nstatus = 400\ntimes = 2\n";
    let simulator = Simulator::with_faults(&bench, refused);
    for _ in 0..2 {
        Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    }
    Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(registrations(&simulator), 1);
}

#[test]
fn numbers_and_users_do_not_wait_for_an_emergency_address_that_webex_forbids() {
    let bench = Bench::small();
    with_help(&bench);
    let forbidden = "[[fault]]\nmethod = \"POST\"\npath = \"/telephony/pstn/locations/*/emergencyAddress/lookup\"\n\
                     kind = \"status\"\nstatus = 403\ntimes = 9\n";
    let simulator = Simulator::with_faults(&bench, forbidden);
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    assert_eq!(outcomes(&bench, &ran), [("created".to_owned(), 7), ("incomplete".to_owned(), 1)].into());
    assert!(told(&bench, &ran).contains("emergency address"), "{}", told(&bench, &ran));
    assert_eq!((location(&simulator, "mainNumber"), registrations(&simulator)), ("+351211234500".into(), 0));
}

#[test]
fn numbers_and_users_do_not_wait_for_an_emergency_address_whose_answer_never_comes() {
    for trouble in ["kind = \"status\"\nstatus = 503\n", "kind = \"drop\"\n"] {
        let bench = Bench::small();
        with_help(&bench);
        let broken = format!(
            "[[fault]]\nmethod = \"POST\"\npath = \"/telephony/pstn/locations/*/emergencyAddress\"\ntimes = 99\n{trouble}"
        );
        let simulator = Simulator::with_faults(&bench, &broken);
        let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
        assert_eq!(outcomes(&bench, &ran), [("created".to_owned(), 7), ("incomplete".to_owned(), 1)].into());
        assert!(told(&bench, &ran).ends_with(" emergency address"), "{}", told(&bench, &ran));
        let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
        assert!(plan.contains("update numbers/aurora/Headquarters: emergency_address"), "{plan}");
        assert_eq!(location(&simulator, "mainNumber"), "+351211234500");
    }
}

/// The first shop with ten numbers.
fn with_numbers(bench: &Bench) {
    let line = |line: &str| match line.split_once(',') {
        Some(("external_id", _)) => format!("{line},numbers\n"),
        Some(("aurora", _)) => format!("{line},+351211234500-+351211234509\n"),
        _ => format!("{line},\n"),
    };
    bench.write("work/customers.csv", &CUSTOMERS.lines().map(line).collect::<String>());
}

#[test]
fn a_location_that_takes_no_numbers_is_told_once() {
    const UNCONNECTED: &str = "[[fault]]\nmethod = \"GET\"\npath = \"/telephony/pstn/locations/*/connection\"\n\
                               kind = \"status\"\nstatus = 404\ntimes = 0\n\
                               [[fault]]\nmethod = \"POST\"\npath = \"/telephony/config/locations/*/numbers\"\n\
                               kind = \"status\"\nstatus = 400\nbody = '{\"message\":\"not now\"}'\ntimes = 0\n";
    let bench = Bench::small();
    with_numbers(&bench);
    let simulator = Simulator::with_faults(&bench, UNCONNECTED);
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    let reason = "+351211234500-+351211234509: the location has no PSTN connection: not now (400)";
    assert!(
        told(&bench, &ran).starts_with(&format!("incomplete R601 Webex refused it: {reason}")),
        "{}",
        told(&bench, &ran)
    );
}

#[test]
fn a_number_that_webex_names_does_not_keep_the_others_out() {
    const NAMED: &str = "[[fault]]\nmethod = \"POST\"\npath = \"/telephony/config/locations/*/numbers\"\nkind = \"status\"\n\
                         status = 400\nbody = '[{\"errors\":[{\"number\":\"+351211234505\",\"errorCode\":\"8363\",\
                         \"errorMessage\":\"DN is in use : +351211234505\"}]}]'\n";
    let bench = Bench::small();
    with_numbers(&bench);
    let simulator = Simulator::with_faults(&bench, NAMED);
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(4);
    let reason = "+351211234505: DN is in use : +351211234505 (400, code 8363)";
    let words = format!("incomplete R607 Webex does not take the number {reason}");
    assert!(
        told(&bench, &ran).starts_with(&words) && told(&bench, &ran).ends_with(" +351211234505"),
        "{}",
        told(&bench, &ran)
    );
    assert_eq!(simulator.state()["numbers"].as_object().map(serde_json::Map::len), Some(9));
}
