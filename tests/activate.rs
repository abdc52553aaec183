//! Porting day, seen from outside: what goes live, wave by wave, and what stays as it is.

mod support;

use support::{Bench, LOCATIONS, Ran, Results, Simulator};

const ACTIVATE: [&str; 3] = ["activate", "work", "--yes"];

/// Two shops in two waves, whose numbers are staged.
fn staged() -> Bench {
    let bench = Bench::small();
    let mut customers = support::CUSTOMERS.replace("timezone\n", "timezone,numbers,number_state,wave\n");
    customers = customers.replacen("Europe/Lisbon\n", "Europe/Lisbon,+351211234501-+351211234503,inactive,1\n", 1);
    customers = customers.replace("Europe/Lisbon\n", "Europe/Lisbon,+351211234511-+351211234512,inactive,2\n");
    bench.write("work/customers.csv", &customers);
    bench.write("work/locations.csv", LOCATIONS);
    bench
}

fn live(simulator: &Simulator) -> usize {
    let state = simulator.state();
    let numbers = state["numbers"].as_object().expect("the state tells numbers");
    numbers.values().filter(|number| number["state"] == "ACTIVE").count()
}

#[test]
fn staged_numbers_go_live_wave_by_wave_and_stay_live() {
    let bench = staged();
    let simulator = Simulator::start(&bench, &[]);
    Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(0);
    assert_eq!(live(&simulator), 0);

    let unasked = Ran::of(&mut bench.against(&simulator, &["activate", "work"])).expect_code(2);
    assert!(unasked.err.contains("add --yes"), "{unasked:#?}");
    let nobody = Ran::of(&mut bench.against(&simulator, &["activate", "work", "--yes", "--wave", "9"])).expect_code(2);
    assert!(nobody.err.contains("no customer has the wave `9`"), "{nobody:#?}");
    assert_eq!(live(&simulator), 0);

    let first = Ran::of(&mut bench.against(&simulator, &["activate", "work", "--yes", "--wave", "2"])).expect_code(0);
    assert!(first.err.contains("tejo, Headquarters: 2 numbers go live now"), "{first:#?}");
    assert!(!first.err.contains("aurora, Headquarters"), "{first:#?}");
    assert_eq!(live(&simulator), 2);
    let results = Results::read(&bench, &first, "customers.results.csv");
    assert_eq!(results.lines(&["external_id", "result"]), ["aurora skipped", "tejo updated"]);

    let before = simulator.requests();
    Ran::of(&mut bench.against(&simulator, &ACTIVATE)).expect_code(0);
    assert_eq!((live(&simulator), simulator.requests() - before), (5, 2), "a look and a switch");
    let before = simulator.requests();
    let again = Ran::of(&mut bench.against(&simulator, &ACTIVATE)).expect_code(0);
    assert!(again.err.contains("no number is staged"), "{again:#?}");
    let run = Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(0);
    assert!(run.err.contains("2 locations say `inactive`, but their numbers were brought live"), "{run:#?}");
    assert_eq!((live(&simulator), simulator.requests() - before), (5, 0), "nothing is sent, and nothing staged back");
}

/// Numbers that wait for the window of their wave are staged all the same, and the activation says so.
#[test]
fn staged_numbers_of_a_closed_wave_are_said_to_wait() {
    let bench = staged();
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("it is there");
    bench.write("work/customers.csv", &customers.replace("inactive,1\n", ",\n"));
    let simulator = Simulator::start(&bench, &[]);
    Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(0);
    bench.write("work/waves.csv", "wave,opens_at,closes_at,timezone\n2,2020-01-01 20:00,2020-01-02 06:00,UTC\n");
    let before = (live(&simulator), simulator.requests());
    let ran = Ran::of(&mut bench.against(&simulator, &ACTIVATE)).expect_code(5);
    assert!(ran.err.contains("it is over; its rows are left out"), "{ran:#?}");
    let words = "turnup: 2 staged numbers wait for the windows of their waves (waves.csv says when); nothing was sent";
    assert!(ran.err.contains(words) && !ran.err.contains("no number is staged"), "{ran:#?}");
    let ran = Ran::of(&mut bench.against(&simulator, &[&ACTIVATE[..], &["--lang", "pt-BR"]].concat())).expect_code(5);
    assert!(ran.err.contains("2 números preparados esperam as janelas das suas ondas"), "{ran:#?}");
    assert_eq!((live(&simulator), simulator.requests()), before);
}

#[test]
fn where_nothing_was_run_nothing_goes_live() {
    let ran = staged().ran(&["activate", "work", "--yes", "--simulate"]).expect_code(0);
    assert!(ran.err.contains("no number is staged"), "{ran:#?}");
}
