//! What somebody changed by hand in Webex: `compare` names it, `compare --accept` takes it over, and the next run does what
//! the sheets say.

mod support;

use serde_json::{Value, json};
use support::{Bench, LOCATIONS, Ran, Simulator, USERS};

/// Runs a command against the simulator.
fn ran(bench: &Bench, simulator: &Simulator, args: &[&str]) -> Ran {
    Ran::of(&mut bench.against(simulator, args))
}

/// Two shops, the first with a branch that has numbers; all of it stands.
fn provisioned() -> (Bench, Simulator) {
    let bench = Bench::small();
    let locations = LOCATIONS.replace("timezone\n", "timezone,numbers,main_number\n");
    let branch =
        "aurora,Porto,Rua do Norte 8,Porto,4000-008,PT,Europe/Lisbon,+351221000010-+351221000012,+351221000010\n";
    bench.write("work/locations.csv", &(locations + branch));
    let of_aurora = |line: &str| {
        let location = match line.starts_with("aurora,") {
            _ if line.starts_with("customer") => "location",
            true => "Headquarters",
            false => "",
        };
        format!("{line},{location}\n")
    };
    bench.write("work/users.csv", &USERS.lines().map(of_aurora).collect::<String>());
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    ran(&bench, &simulator, &["compare", "work"]).expect_code(0);
    (bench, simulator)
}

/// An id of something that stands, such as `customers/aurora/orgId`.
fn id(simulator: &Simulator, kind: &str, key: &str, name: &str) -> String {
    simulator.state()[kind][key][name].as_str().unwrap_or_else(|| panic!("{kind} {key} stands")).to_owned()
}

/// Everything that stands, without what was asked.
fn standing(simulator: &Simulator) -> Value {
    let mut state = simulator.state();
    state.as_object_mut().expect("the state is an object").remove("requests");
    state
}

/// What `compare` says on its two streams.
fn told(bench: &Bench, simulator: &Simulator, code: i32, args: &[&str]) -> String {
    let args: Vec<&str> = ["compare", "work"].iter().chain(args).copied().collect();
    let Ran { out, err, .. } = ran(bench, simulator, &args).expect_code(code);
    out + &err
}

#[test]
fn calling_that_was_switched_off_is_named_and_switched_on_again() {
    let (bench, simulator) = provisioned();
    let before = standing(&simulator);
    let (org, porto) =
        (id(&simulator, "customers", "aurora", "orgId"), id(&simulator, "locations", "aurora/Porto", "id"));
    let off = json!({ "locationId": porto, "locationName": "Porto" });
    simulator.asked("POST", &format!("/telephony/config/jobs/locations/deleteCallingLocation?orgId={org}"), &off);
    let found = told(&bench, &simulator, 3, &[]);
    assert!(
        found.starts_with("locations aurora/Porto: its calling is switched off in Webex\n1 difference;"),
        "{found}"
    );
    let accepted = told(&bench, &simulator, 0, &["--accept", "--yes"]);
    assert!(accepted.contains("2 known objects"), "{accepted}");
    let plan = ran(&bench, &simulator, &["plan", "work"]).out;
    assert!(plan.contains("update location/aurora/Porto: calling `off` -> `on`"), "{plan}");
    let wanted = told(&bench, &simulator, 3, &[]);
    assert!(wanted.contains("locations aurora/Porto: the sheet wants `calling` to be `on`, and no run"), "{wanted}");
    assert!(!wanted.contains("switched off"), "it is known: {wanted}");
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert_eq!(standing(&simulator), before, "calling, numbers and the main number stand again");
    told(&bench, &simulator, 0, &[]);
    let idle = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert!(idle.out.contains("0 requests"), "{}", idle.out);
}

/// A list of locations with calling may be short for a moment, so each is asked for by its id.
#[test]
fn calling_that_only_a_list_lacks_is_not_accepted_as_off() {
    let bench = Bench::small();
    let run = ["run", "work", "--yes", "--simulate"];
    bench.ran(&run).expect_code(0);
    let short = "[[fault]]\nmethod = \"GET\"\npath = \"/telephony/config/locations\"\ntimes = 0\nkind = \"status\"\nstatus = 200\nbody = '{\"locations\":[]}'\n";
    bench.write("short.toml", short);
    let short = bench.path("short.toml").display().to_string();
    let compare = ["compare", "work", "--simulate", "--faults", &short];
    let found = bench.ran(&compare).expect_code(3);
    assert!(found.out.contains("customers aurora: calling of the headquarters is switched off"), "{found:#?}");
    let accepted = bench.ran(&[&compare[..], &["--accept", "--yes"]].concat()).expect_code(4);
    assert!(accepted.err.contains("2 objects are missing from a list and were found by their ids"), "{accepted:#?}");
    let unchanged = bench.ran(&run).expect_code(0);
    assert!(unchanged.out.contains("0 requests"), "{unchanged:#?}");
}
