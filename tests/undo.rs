//! Taking a run back, and the ceiling on changes, from the command line against a simulator behind a port.

mod support;

use support::{Bench, Ran, Results, Simulator, USERS, outcomes};

const BRANCHES: &str = "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers
aurora,Porto,Rua do Norte 1,Porto,4000-008,PT,Europe/Lisbon,+351221234510
";

/// Two shops, one of them with a branch of its own numbers.
fn bench() -> Bench {
    let bench = Bench::small();
    bench.write("work/locations.csv", BRANCHES);
    let users = USERS.replace("extension,role", "location,extension,role");
    let seated = |line: &str| match line.split(',').collect::<Vec<_>>()[..] {
        ["aurora", first, last, email, package, extension, role] => {
            format!("aurora,{first},{last},{email},{package},{},{extension},{role}\n", seat(first))
        }
        [customer, first, last, email, package, extension, role] => {
            format!("{customer},{first},{last},{email},{package},,{extension},{role}\n")
        }
        _ => format!("{line}\n"),
    };
    bench.write("work/users.csv", &users.lines().map(seated).collect::<String>());
    bench
}

/// Both shops in one wave.
fn waved() -> Bench {
    let bench = bench();
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("it is there");
    let waved = customers
        .lines()
        .map(|line| format!("{line},{}\n", if line.starts_with("external_id") { "wave" } else { "1" }));
    bench.write("work/customers.csv", &waved.collect::<String>());
    bench
}

fn seat(first: &str) -> &'static str {
    if first == "Carla" { "Porto" } else { "Headquarters" }
}

fn ran(bench: &Bench, simulator: &Simulator, args: &[&str], code: i32) -> Ran {
    Ran::of(&mut bench.against(simulator, args)).expect_code(code)
}

/// The run that a report folder is named after.
fn run_of(ran: &Ran) -> String {
    ran.report().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

#[test]
fn a_run_is_taken_back_and_leaves_organisations_and_persons() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    let first = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    assert_eq!(simulator.stands(), [2, 3, 6]);
    let asked = Ran::of(&mut bench.against(&simulator, &["undo", &run_of(&first), "-C", "work"])).expect_code(2);
    assert!(asked.err.contains("add --yes"), "{}", asked.err);
    let undone = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    assert!(!undone.err.contains("provisioning of customers"), "nothing is provisioned: {}", undone.err);
    assert!(
        undone.err.contains("delete customer/aurora") && undone.err.contains("cannot be taken back"),
        "{}",
        undone.err
    );
    assert_eq!(simulator.stands(), [0, 2, 0], "the headquarters stay with their organisations");
    assert_eq!(outcomes(&bench, &undone)["deleted"], 9);
    let users = Results::read(&bench, &undone, "users.results.csv");
    assert!(users.lines(&["reason"])[0].contains("the person stays in Webex"));
    let needs = "a run that is to make the customer again needs";
    assert_eq!(undone.err.matches(needs).count(), 2, "each shop once: {}", undone.err);
    let customers = Results::read(&bench, &undone, "customers.results.csv");
    let reason = customers.lines(&["reason"]).swap_remove(0);
    assert!(reason.contains("write the organisation's id into its column `org_id`; org_id "), "{reason}");
    let again = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    assert!(again.err.contains("there is nothing to take back"), "{}", again.err);
}

#[test]
fn what_has_changed_since_and_what_stood_before_stays() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    let first = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &format!("{users}tejo,Vera,Cruz,vera@tejo.example,webex_calling,,1007,\n"));
    let second = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    // The second run made Vera alone; the first one cannot take her shop away.
    let undone = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    assert!(undone.err.contains("customer/tejo stays: something that stays is in it"), "{}", undone.err);
    assert_eq!(simulator.stands(), [1, 2, 1]);
    let undone = ran(&bench, &simulator, &["undo", &run_of(&second), "-C", "work", "--yes"], 0);
    assert_eq!(simulator.stands(), [1, 2, 0]);
    let counts = outcomes(&bench, &undone);
    assert_eq!((counts["deleted"], counts["skipped"]), (1, 9), "{counts:?}");
    ran(&bench, &simulator, &["undo", "20260101T000000Z-0000", "-C", "work", "--yes"], 1);
}

/// The run was of a wave whose first customer went ahead; nothing of that is left when it is taken back.
#[test]
fn a_wave_is_taken_back_whole_whatever_its_first_customer_says() {
    let bench = waved();
    let fault = "[[fault]]\nmethod = \"DELETE\"\npath = \"/wholesale/subscribers/*\"\ntimes = 3\nkind = \"status\"\nstatus = 400\n\
                 body = '{\"message\":\"not now\"}'\n";
    let simulator = Simulator::with_faults(&bench, fault);
    let first = ran(&bench, &simulator, &["run", "work", "--wave", "1", "--yes"], 0);
    let undone = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 4);
    assert!(!undone.err.contains("wave"), "{}", undone.err);
    let again = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    assert!(again.report().contains("reports"), "{again:#?}");
    assert_eq!(simulator.stands(), [0, 2, 0], "{}", again.err);
}

/// A wave whose first customer cannot be had: the cure of its failures is to take back what it made.
#[test]
fn a_run_that_left_off_is_settled_and_taken_back() {
    let bench = waved();
    let simulator = Simulator::start(&bench, &[]);
    let first = ran(&bench, &simulator, &["run", "work", "--wave", "1", "--yes"], 0);
    ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    let left = ran(&bench, &simulator, &["run", "work", "--wave", "1", "--yes"], 5);
    assert!(left.err.contains("turnup resume work"), "the second customer is not begun: {left:#?}");
    // Nobody is there to confirm, so nothing happens to the run that left off.
    let asked = ran(&bench, &simulator, &["undo", &run_of(&left), "-C", "work"], 2);
    assert!(asked.err.contains("add --yes"), "{asked:#?}");
    assert!(bench.ran(&["runs", "work"]).out.contains("unfinished (left off"));
    let undone = ran(&bench, &simulator, &["undo", &run_of(&left), "-C", "work", "--yes"], 0);
    assert!(undone.err.contains("what it has sent is settled first"), "{undone:#?}");
    assert_eq!(Results::read(&bench, &undone, "customers.results.csv").lines(&["result"]), ["deleted", "skipped"]);
    let shown = ran(&bench, &simulator, &["undo", &run_of(&left), "-C", "work"], 0);
    assert!(shown.err.contains("there is nothing to take back"), "{shown:#?}");
    // What failed before it was taken back says nothing any more.
    let status = bench.ran(&["status", "work"]).expect_code(3).out;
    assert!(!status.contains("failed") && status.matches("in the column `org_id`").count() == 2, "{status}");
}

/// The cure that `undo` names: the same sheets, with the organisations that stayed.
#[test]
fn what_was_taken_back_is_made_again_in_the_organisation_that_stayed() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    let first = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let undone = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    let planned = ran(&bench, &simulator, &["plan", "work"], 0).out;
    assert!(planned.contains("the organisation of aurora stays in Webex"), "{planned}");
    assert!(!planned.contains("no run of this folder knows"), "a run has taken it back: {planned}");
    // As they are, the sheets ask for new organisations, which cannot have those users.
    let failed = ran(&bench, &simulator, &["run", "work", "--yes"], 4);
    assert_eq!(outcomes(&bench, &failed)["failed"], 2, "the administrators' e-mails are taken: {}", failed.err);
    let again = self::bench();
    let simulator = Simulator::start(&again, &[]);
    let first = ran(&again, &simulator, &["run", "work", "--yes"], 0);
    let undone_again = ran(&again, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    assert_eq!(outcomes(&again, &undone_again), outcomes(&bench, &undone));
    let reasons = Results::read(&again, &undone_again, "customers.results.csv").lines(&["external_id", "reason"]);
    let id_of = |customer: &str| {
        let line = reasons.iter().find(|line| line.starts_with(customer)).expect("both shops went");
        line.rsplit(' ').next().expect("the id is its last word").to_owned()
    };
    let customers = std::fs::read_to_string(again.path("work/customers.csv")).expect("it is there");
    let with_id = |line: &str| match line.split(',').next() {
        Some(shop @ ("aurora" | "tejo")) => format!("{line},{}\n", id_of(shop)),
        _ => format!("{line},org_id\n"),
    };
    again.write("work/customers.csv", &customers.lines().map(with_id).collect::<String>());
    let planned = ran(&again, &simulator, &["plan", "work"], 0).out;
    assert!(!planned.contains("stays in Webex"), "{planned}");
    let made = ran(&again, &simulator, &["run", "work", "--yes"], 0);
    assert_eq!(outcomes(&again, &made)["created"], 9, "{}", made.err);
    assert_eq!(simulator.stands(), [2, 3, 6], "no new organisation, no second headquarters");
    ran(&again, &simulator, &["run", "work", "--yes"], 0);
}

/// Everything of the sheets is to go.
fn deleting(bench: &Bench) {
    bench.write("work/customers.csv", "external_id,name,admin_email,template,packages,address_line1,city,country,action\naurora,,,,,,,,delete\ntejo,,,,,,,,delete\n");
    bench.write(
        "work/locations.csv",
        "customer_external_id,name,address_line1,city,country,timezone,action\naurora,Porto,,,,,delete\n",
    );
    bench.write("work/users.csv", "customer_external_id,first_name,last_name,email,package,action\n");
}

#[test]
fn too_many_changes_wait_for_a_person() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    bench.write("work/turnup.toml", "[guards]\nmax_changes = 3\n");
    deleting(&bench);
    let parked = ran(&bench, &simulator, &["run", "work", "--yes"], 5);
    assert_eq!(simulator.stands(), [2, 3, 6], "nothing was sent");
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    let last = runs.lines().last().expect("two runs");
    assert!(last.contains("waits for approval"), "{runs}\n{}", parked.err);
    let run = last.split(' ').next().expect("a run").to_owned();
    let resumed = ran(&bench, &simulator, &["resume", "work", "--yes"], 0);
    assert!(resumed.err.contains("nothing to resume"), "{}", resumed.err);
    // Whoever changed the sheets since means something else than what was parked.
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &(users.clone() + ",,,,,\n"));
    let changed = ran(&bench, &simulator, &["approve", &run, "-C", "work"], 5);
    assert!(changed.err.contains("`work/users.csv` has changed since"), "{}", changed.err);
    assert_eq!(simulator.stands(), [2, 3, 6], "nothing was sent");
    bench.write("work/users.csv", &users);
    let approved = ran(&bench, &simulator, &["approve", &run, "-C", "work"], 0);
    assert_eq!(simulator.stands(), [0, 2, 0]);
    assert_eq!(outcomes(&bench, &approved)["deleted"], 3);
    ran(&bench, &simulator, &["approve", &run, "-C", "work"], 2);
}

#[test]
fn a_parked_run_is_not_let_go_when_something_has_moved() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    bench.write("work/turnup.toml", "[guards]\nmax_changes = 3\n");
    let sheets = ["customers", "locations", "users"].map(|sheet| format!("work/{sheet}.csv"));
    let before = sheets.each_ref().map(|path| std::fs::read_to_string(bench.path(path)).expect("it is there"));
    deleting(&bench);
    ran(&bench, &simulator, &["run", "work", "--yes"], 5);
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    let run = runs.lines().last().and_then(|line| line.split(' ').next()).expect("a run").to_owned();
    for (path, text) in sheets.iter().zip(before) {
        bench.write(path, &text);
    }
    let next = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    assert!(next.err.contains("today's sheets take its place"), "{}", next.err);
    let refused = ran(&bench, &simulator, &["approve", &run, "-C", "work"], 5);
    assert!(refused.err.contains("has moved since"), "{}", refused.err);
    assert_eq!(simulator.stands(), [2, 3, 6]);
    assert!(bench.ran(&["runs", "work"]).out.contains("never approved"));
}

#[test]
fn what_a_later_run_changed_stays_and_changes_are_not_taken_back() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    let first = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &users.replace("Sara,Melo", "Sara,Mello"));
    let second = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let undone = ran(&bench, &simulator, &["undo", &run_of(&second), "-C", "work", "--yes"], 0);
    assert!(undone.err.contains("user/sara@tejo.example stays: it stood before the run"), "{}", undone.err);
    assert_eq!(simulator.stands(), [2, 3, 6]);
    let undone = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    assert!(undone.err.contains("user/sara@tejo.example stays: a later run has changed it"), "{}", undone.err);
    assert!(undone.err.contains("customer/tejo stays: something that stays is in it"), "{}", undone.err);
    assert_eq!(simulator.stands(), [1, 2, 1]);
}

/// What Webex refused has changed nothing, so nothing of it stays for that.
#[test]
fn a_later_run_that_failed_keeps_nothing() {
    let bench = bench();
    let fault = "[[fault]]\nmethod = \"PUT\"\npath = \"/wholesale/customers/*\"\ntimes = 9\nkind = \"status\"\nstatus = 400\n\
                 body = '{\"message\":\"not now\"}'\n";
    let simulator = Simulator::with_faults(&bench, fault);
    let first = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("it is there");
    bench.write("work/customers.csv", &customers.replace("calling;webex_suite", "calling;webex_suite;webex_meetings"));
    ran(&bench, &simulator, &["run", "work", "--yes"], 4);
    let undone = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    assert!(!undone.err.contains("a later run has changed it"), "{}", undone.err);
    assert_eq!(simulator.stands(), [0, 2, 0]);
}

/// An administrator with a number, whom a later run has changed.
#[test]
fn who_stays_keeps_role_and_number() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    let first = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &users.replace("Rui,Pinto", "Ruy,Pinto"));
    ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let undone = ran(&bench, &simulator, &["undo", &run_of(&first), "-C", "work", "--yes"], 0);
    for stays in ["user/rui@tejo.example", "role/rui@tejo.example"] {
        assert!(undone.err.contains(&format!("{stays} stays")), "{stays}: {}", undone.err);
    }
    let state = simulator.state();
    assert!(state["roles"]["rui@tejo.example"].to_string().contains("full_admin"), "{:#}", state["roles"]);
    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    assert!(!plan.contains("role/rui@tejo.example"), "{plan}");
}
