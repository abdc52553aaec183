//! Changes and deletions of which a part took effect and the rest did not: what was taken away is known to be gone, so the
//! sheets of the day before put it back.

mod support;

use serde_json::Value;
use support::{Bench, Ran, Results, Simulator, USERS, outcomes};

const RUN: [&str; 3] = ["run", "work", "--yes"];
const BOTH: [&str; 2] = ["bruno", "carla"];

/// The first shop with a branch of seven numbers, where two persons sit: extension and number of each.
fn seated(bench: &Bench, seats: [[&str; 2]; 2]) {
    branch(bench, "");
    let line = |line: &str| {
        let seat = BOTH.iter().position(|who| line.contains(&format!("{who}@"))).map(|who| seats[who]);
        let cells: Vec<&str> = line.split(',').collect();
        match (seat, cells[0]) {
            (Some([extension, number]), _) => format!("{},{extension},,Braga,{number}\n", cells[..5].join(",")),
            (None, "customer_external_id") => format!("{line},location,phone_number\n"),
            (None, "aurora") => format!("{line},Headquarters,\n"),
            _ => format!("{line},,\n"),
        }
    };
    bench.write("work/users.csv", &USERS.lines().map(line).collect::<String>());
}

/// The branch, with what is said of its numbers; or that it goes.
fn branch(bench: &Bench, state: &str) {
    let header =
        "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers,number_state,action\n";
    let row = match state {
        "delete" => "aurora,Braga,,,,,,,,delete\n".to_owned(),
        state => {
            format!("aurora,Braga,Rua Cinco 5,Braga,4700-001,PT,Europe/Lisbon,+351253123400-+351253123406,{state},\n")
        }
    };
    bench.write("work/locations.csv", &format!("{header}{row}"));
}

fn fault(method: &str, path: &str, skip: u32, times: u32) -> String {
    format!(
        "[[fault]]\nmethod = \"{method}\"\npath = \"{path}\"\nskip = {skip}\ntimes = {times}\nkind = \"status\"\nstatus = 400\n\
         body = '{{\"message\":\"not now\"}}'\n"
    )
}

fn ran(bench: &Bench, simulator: &Simulator, code: i32) -> Ran {
    Ran::of(&mut bench.against(simulator, &RUN)).expect_code(code)
}

fn numbers_of_both(simulator: &Simulator) -> [Value; 2] {
    let state = simulator.state();
    BOTH.map(|who| state["subscribers"][format!("{who}@aurora.example")]["number"].clone())
}

/// The numbers of the branch, and how many of them can be called.
fn numbers(simulator: &Simulator) -> (usize, usize) {
    let state = simulator.state();
    let numbers: Vec<&Value> = state["numbers"].as_object().into_iter().flatten().map(|(_, number)| number).collect();
    (numbers.len(), numbers.iter().filter(|number| number["state"] == "ACTIVE").count())
}

const SEATS: [[&str; 2]; 2] = [["1002", "+351253123401"], ["1003", "+351253123402"]];
const SWAPPED: [[&str; 2]; 2] = [["1002", "+351253123402"], ["1003", "+351253123401"]];

#[test]
fn numbers_that_were_taken_for_a_swap_that_failed_are_given_back() {
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, &fault("PUT", "/people/*", 0, 1));
    seated(&bench, SEATS);
    ran(&bench, &simulator, 0);
    seated(&bench, SWAPPED);
    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    let line = plan.lines().find(|line| line.starts_with("users ")).expect("users are counted");
    assert_eq!(line.split_whitespace().nth(2), Some("2"), "each person once: {line}");
    assert!(plan.contains("gives up +3512531234") && plan.contains(", which goes on to somebody else"), "{plan}");
    assert!(!plan.contains("-> ``"), "no number is lost: {plan}");
    ran(&bench, &simulator, 4);
    seated(&bench, SEATS);
    ran(&bench, &simulator, 0);
    assert_eq!(numbers_of_both(&simulator), ["+351253123401", "+351253123402"]);
    assert_eq!(outcomes(&bench, &ran(&bench, &simulator, 0)).len(), 1, "all are unchanged");
}

#[test]
fn a_number_goes_on_without_anybody_being_without_one() {
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, "");
    let only_numbers = [["", "+351253123401"], ["", "+351253123402"]];
    seated(&bench, only_numbers);
    ran(&bench, &simulator, 0);
    // The one gets another number, the other the first one's.
    seated(&bench, [["", "+351253123403"], ["", "+351253123401"]]);
    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(!plan.contains("release/"), "{plan}");
    ran(&bench, &simulator, 0);
    assert_eq!(numbers_of_both(&simulator), ["+351253123403", "+351253123401"]);
    // Nobody can give the number up first.
    seated(&bench, [["", "+351253123401"], ["", "+351253123403"]]);
    let refused = ran(&bench, &simulator, 3);
    let told = Results::read(&bench, &refused, "users.results.csv").lines(&["result", "code", "reason"]);
    assert!(told[1].contains("C239") && told[1].contains("need an extension, or a free number"), "{told:?}");
    assert_eq!(numbers_of_both(&simulator), ["+351253123403", "+351253123401"]);
}

/// The branch without anybody in it.
fn spare(bench: &Bench, state: &str) {
    branch(bench, state);
    let line = |line: &str| match line.split_once(',') {
        Some(("customer_external_id", _)) => format!("{line},location\n"),
        Some(("aurora", _)) => format!("{line},Headquarters\n"),
        _ => format!("{line},\n"),
    };
    bench.write("work/users.csv", &USERS.lines().map(line).collect::<String>());
}

#[test]
fn a_branch_that_went_in_part_is_put_back() {
    let numbers_refused = fault("DELETE", "/telephony/config/locations/*/numbers", 1, 1);
    let location_refused = fault("DELETE", "/locations/*", 0, 1);
    for faults in [numbers_refused, location_refused] {
        let bench = Bench::small();
        let simulator = Simulator::with_faults(&bench, &faults);
        spare(&bench, "");
        ran(&bench, &simulator, 0);
        spare(&bench, "delete");
        ran(&bench, &simulator, 4);
        assert!(numbers(&simulator).0 < 7, "some are gone: {faults}");
        spare(&bench, "");
        let back = ran(&bench, &simulator, 0);
        assert_eq!(numbers(&simulator), (7, 7), "{faults}{}", back.out);
        assert_eq!(outcomes(&bench, &ran(&bench, &simulator, 0)).len(), 1, "all are unchanged");
    }
}

#[test]
fn numbers_that_were_taken_out_of_service_in_part_are_brought_back() {
    let bench = Bench::small();
    let path = "/telephony/config/locations/*/numbers";
    let simulator = Simulator::with_faults(&bench, &fault("PUT", path, 1, 1));
    let row = "aurora,Braga,Rua Cinco 5,Braga,4700-001,PT,Europe/Lisbon,+351253120000-+351253120699";
    let header = "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers,number_state\n";
    spare(&bench, "");
    let say = |state: &str| bench.write("work/locations.csv", &format!("{header}{row},{state}\n"));
    say("active");
    ran(&bench, &simulator, 0);
    say("inactive");
    ran(&bench, &simulator, 4);
    assert_eq!(numbers(&simulator), (700, 200));
    say("active");
    ran(&bench, &simulator, 0);
    assert_eq!(numbers(&simulator), (700, 700));
}
