//! What the mail and the message of a night say of what stopped it, and what comes next.

use std::fs;

use serde_json::Value;

use super::listeners::{MailServer, WebServer};
use super::support::{self, Bench, Ran, Results, Simulator};
use super::{configure, deliver, first_night, night, second_users};

/// Lets so many letters and every message come here.
pub fn listening(bench: &Bench, letters: usize) -> (MailServer, WebServer) {
    let (mail, web) = (MailServer::taking(letters), WebServer::start());
    let notify = format!(
        "[notify]\nmail_to = \"ops@partner.example\"\nmail_from = \"turnup@partner.example\"\nsmtp = \"smtp://{}\"\n\
         webhook = \"http://{}/hook\"\n",
        mail.address, web.address
    );
    configure(bench, &notify);
    (mail, web)
}

pub fn told((mail, web): &(MailServer, WebServer)) -> (String, Value) {
    let letter = mail.letter();
    (letter, serde_json::from_str(&web.message().1).expect("it is JSON"))
}

pub fn findings(message: &Value) -> String {
    let findings = message["findings"].as_array().into_iter().flatten();
    findings.filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_parked_night_names_the_run_and_how_it_goes_on() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    bench.write("work/turnup.toml", "[guards]\nmax_changes = 1\nmax_change_rate = 0.01\n");
    deliver(&bench, &[("users.csv", &second_users())]);
    let ears = listening(&bench, 3);
    night(&bench, &simulator, &[]).expect_code(5);
    let (letter, message) = told(&ears);
    let run = message["run"].as_str().expect("the run is named").to_owned();
    assert!(letter.contains("Subject: turnup work: parked until somebody approves it"), "{letter}");
    assert!(
        letter.contains(&format!("turnup approve {run}")) && letter.contains("2 changes and deletions"),
        "{letter}"
    );
    assert!(findings(&message).contains(&format!("`turnup approve {run} -C {}`", bench.work().display())), "{message}");
    // What waits is counted, and nobody is named.
    for words in [
        "what would change or go: users: 1 row changes (last_name); users: 1 row goes",
        "1 row is rejected and 0 held back by another row; they take no part in it",
    ] {
        assert!(letter.contains(words) && findings(&message).contains(words), "{words}: {letter} {message}");
    }
    assert!(!letter.contains("Lopes") && !letter.contains("carla@"), "{letter}");
    let doctor = Ran::of(&mut bench.against(&simulator, &["doctor", "work"])).expect_code(1);
    assert!(doctor.out.contains(&format!("{run} waits for approval")), "{}", doctor.out);

    // The next night wants the very same: whoever read the first mail can still approve what it names.
    night(&bench, &simulator, &[]).expect_code(5);
    let (letter, message) = told(&ears);
    assert_eq!(message["run"].as_str(), Some(run.as_str()));
    assert!(letter.contains(&format!("turnup approve {run}")) && !letter.contains("can no longer"), "{letter}");
    assert!(letter.contains("Subject: turnup work: parked until somebody approves it"), "{letter}");
    // One with other sheets parks a run of its own, and only that one can be approved.
    deliver(&bench, &[("users.csv", &second_users().replace("Lopes", "Lobo"))]);
    night(&bench, &simulator, &[]).expect_code(5);
    let (letter, message) = told(&ears);
    let newer = message["run"].as_str().expect("the run is named");
    assert_ne!(newer, run);
    assert!(letter.contains(&format!("turnup approve {newer}")), "{letter}");
    assert!(
        !letter.contains(&format!("turnup approve {run}")) && letter.contains("can no longer be approved"),
        "{letter}"
    );
    let late = Ran::of(&mut bench.against(&simulator, &["approve", &run, "-C", "work", "--yes"])).expect_code(5);
    assert!(late.err.contains(&format!("{newer} takes its place and waits for approval")), "{late:#?}");
}

/// A first night that was killed once a customer stood.
fn killed_night() -> (Bench, Simulator) {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &["--latency-ms", "300"]);
    let working = support::Working::start(&mut bench.against(&simulator, &["nightly", "work"]));
    simulator.await_objects("customers", 1);
    working.signal("KILL");
    drop(working);
    (bench, simulator)
}

#[test]
fn a_night_after_a_crash_says_what_it_carried_on() {
    let (bench, simulator) = killed_night();
    let doctor = Ran::of(&mut bench.against(&simulator, &["doctor", "work"])).expect_code(1);
    assert!(doctor.out.contains("was cut off") && doctor.out.contains("turnup resume"), "{}", doctor.out);
    let ears = listening(&bench, 1);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    let (letter, message) = told(&ears);
    assert!(letter.contains("Subject: turnup work: a night that was cut off was carried on"), "{letter}");
    // What the killed run made of a row was never told, so it is no update of something that stood before.
    let customers = Results::read(&bench, &ran, "customers.results.csv").lines(&["external_id", "result"]);
    assert_eq!(customers, ["aurora created", "tejo created"]);
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    let first = runs.lines().next().unwrap_or_default();
    assert!(first.contains("cut off; what it had sent was settled ") && !first.contains("finished"), "{runs}");
    let words = "was cut off; what it had sent was settled, and its sheets were carried on with";
    assert!(letter.contains(words) && findings(&message).contains(words), "{letter}");
}

#[test]
fn rows_to_mend_and_the_next_step_stand_first() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    deliver(&bench, &[("users.csv", &second_users().replace(",delete", ","))]);
    let ears = listening(&bench, 1);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    assert!(ran.err.contains(&format!("next: `turnup review {}`", bench.work().display())), "{}", ran.err);
    let (letter, message) = told(&ears);
    let place = |words: &str| letter.find(words).unwrap_or_else(|| panic!("{words}: {letter}"));
    assert!(place("rows to look at: 1 rejected") < place("next: ") && place("next: ") < place("requests"), "{letter}");
    assert!(findings(&message).contains(&format!("turnup retry {} --from FILE", bench.work().display())), "{message}");
}

#[test]
fn a_night_without_webex_says_that_the_sheets_were_taken() {
    let bench = first_night();
    let ears = listening(&bench, 1);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port");
    let url = format!("http://{closed}");
    let arguments = ["nightly", "work", "--wait", "0", "--lang", "pt-BR"];
    Ran::of(&mut bench.against_url(&url, &arguments)).expect_code(1);
    let (_, message) = told(&ears);
    let said = findings(&message);
    assert!(
        said.contains(&format!(
            "foram retiradas de `{}`; a próxima noite segue com elas",
            bench.path("work/inbox").display()
        )),
        "{said}"
    );
    assert!(!said.contains("cannot be reached"), "{said}");
    let doctor = Ran::of(&mut bench.against_url(&url, &["doctor", "work"])).expect_code(1);
    assert!(doctor.out.contains("cure: look at the network"), "{}", doctor.out);
}

#[test]
fn a_folder_that_is_no_workspace_is_left_as_it_is() {
    let bench = first_night();
    configure(&bench, "");
    fs::create_dir(bench.path("elsewhere")).expect("the folder is new");
    let ran = bench.ran(&["nightly", "elsewhere", "--simulate"]).expect_code(1);
    assert!(ran.err.contains("elsewhere` holds no sheets"), "{}", ran.err);
    assert_eq!(fs::read_dir(bench.path("elsewhere")).expect("it is there").count(), 0);
    // What it names can be typed as it stands.
    fs::create_dir(bench.path("my shops")).expect("the folder is new");
    let init = format!("`turnup init '{}'`", bench.path("my shops").display());
    for lang in ["en", "pt-BR"] {
        let ran = bench.ran(&["nightly", "my shops", "--simulate", "--lang", lang]).expect_code(1);
        assert!(ran.err.contains(&init), "{}", ran.err);
    }
}

/// The new sheet was refused, and what stands waits for approval: both stand last on the screen and beside the run.
#[test]
fn a_night_that_took_nothing_and_parks_says_so_where_people_look() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    bench.write("work/turnup.toml", "[guards]\nmax_changes = 1\nmax_change_rate = 0.01\n");
    // Somebody has changed the sheet that stands, and what comes is no users sheet.
    bench.write("work/users.csv", &second_users());
    deliver(&bench, &[("users.csv", "Branch,Street,City,Opening hours\nTejo,Rua 1,Lisboa,9-17\n")]);
    let ran = night(&bench, &simulator, &[]).expect_code(5);
    assert!(ran.err.contains("update user/c…@a….example: last_name `…` -> `…`"), "the plan names nobody: {ran:#?}");
    assert!(!ran.err.contains("Lopes") && !ran.err.contains("carla@"), "{ran:#?}");
    let last = ran.err.lines().last().unwrap_or_default();
    assert!(last.starts_with("turnup: the night ends with exit code 5: "), "{last}");
    assert!(last.contains("users.csv: ") && last.contains("the new sheets were not taken; "), "{last}");
    assert!(last.ends_with(", which waits for approval, is of sheets that were taken before"), "{last}");
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    let line = runs.lines().last().unwrap_or_default();
    let words = "lets it go; no new sheet was taken in its night";
    assert!(line.contains("waits for approval") && line.ends_with(words), "{runs}");
    let json = bench.ran(&["runs", "work", "--format", "json"]).expect_code(0).out;
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!((&json["runs"][1]["state"], &json["runs"][1]["night_exit"]), (&"parked".into(), &5.into()));
}

/// Whoever saw the mistake in the parked plan has mended the sheet: the old changes are not sent all the same.
#[test]
fn a_parked_run_whose_sheets_were_mended_is_not_let_go() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    bench.write("work/turnup.toml", "[guards]\nmax_changes = 1\nmax_change_rate = 0.01\n");
    deliver(&bench, &[("users.csv", &second_users())]);
    night(&bench, &simulator, &[]).expect_code(5);
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    let run = runs.lines().last().and_then(|line| line.split(' ').next()).expect("a run").to_owned();
    let approve = |run: &str| Ran::of(&mut bench.against(&simulator, &["approve", run, "-C", "work", "--yes"]));
    let before = simulator.requests();
    bench.write("work/users.csv", &second_users().replace("Lopes", "Lobo"));
    let ran = approve(&run).expect_code(5);
    // The folder is named as it was typed.
    let words = format!(
        "`work/users.csv` has changed since {run} was parked, so it is not let go; look at `turnup plan work`, then run again"
    );
    assert!(ran.err.contains(&words), "{ran:#?}");
    for (name, text) in [("corrections.csv", "key,column,was,now\n"), ("users.xlsx", "doubled")] {
        bench.write("work/users.csv", &second_users());
        bench.write(&format!("work/{name}"), text);
        assert!(approve(&run).expect_code(5).err.contains("has changed since"), "{name}");
        bench.remove(&format!("work/{name}"));
    }
    assert_eq!(simulator.requests(), before, "nothing was sent");
    // Other settings are no other plan.
    bench.write("work/turnup.toml", "[guards]\nmax_changes = 2\n");
    approve(&run).expect_code(3);
    let again = approve(&run).expect_code(2);
    assert!(
        again.err.contains(&format!("it is over; `turnup report {run} -C work` tells what came of it")),
        "{again:#?}"
    );
}

/// A run that was begun and left off is no matter of approval.
#[test]
fn whoever_approves_a_run_that_left_off_is_told_how_it_goes_on() {
    let (bench, simulator) = killed_night();
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    let run = runs.split(' ').next().expect("a run").to_owned();
    let ran = Ran::of(&mut bench.against(&simulator, &["approve", &run, "-C", "work", "--yes"])).expect_code(2);
    assert!(ran.err.contains("it was begun and is not over; `turnup resume work` goes on where it stands"), "{ran:#?}");
}
