//! `check --online` before a wave: which customers and users stand in Webex already, told by reading alone.

mod support;

use serde_json::{Value, json};
use support::{Bench, CUSTOMERS, Ran, Simulator, USERS};

const ONLINE: [&str; 5] = ["check", "work", "--online", "--format", "json"];

/// A third shop.
const PORTO: &str =
    "porto,Café Porto,eva@porto.example,shop,webex_calling,Rua Alta 7,Porto,4050-001,PT,Europe/Lisbon\n";
const EVA: &str = "porto,Eva,Costa,eva@porto.example,webex_calling,1001,full_admin\n";

/// The rows of one shop alone.
fn only(sheet: &str, shop: &str) -> String {
    let is_kept = |(at, line): &(usize, &str)| *at == 0 || line.starts_with(shop);
    let kept: Vec<&str> = sheet.lines().enumerate().filter(is_kept).map(|(_, line)| line).collect();
    kept.join("\n") + "\n"
}

/// Aurora stands already; the sheets want Tejo and Porto too.
fn before_a_wave(faults: &str) -> (Bench, Simulator) {
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, faults);
    bench.write("work/customers.csv", &only(CUSTOMERS, "aurora"));
    bench.write("work/users.csv", &only(USERS, "aurora"));
    Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(0);
    std::fs::remove_dir_all(bench.path("work/.turnup")).expect("the memory of the run is the test's own");
    bench.write("work/customers.csv", &format!("{CUSTOMERS}{PORTO}"));
    bench.write("work/users.csv", &format!("{USERS}{EVA}"));
    (bench, simulator)
}

fn survey(ran: &Ran) -> Value {
    let page: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    page["survey"].clone()
}

fn at(survey: &Value) -> Vec<&str> {
    survey["customers"].as_array().expect("a list").iter().map(|one| one["at"].as_str().expect("a word")).collect()
}

#[test]
fn it_tells_new_existing_and_elsewhere_and_makes_nothing() {
    let taken = |email| format!("[[hold]]\nemail = \"{email}\"\nstatus = \"taken\"\n");
    let (bench, simulator) = before_a_wave(&(taken("eva@porto.example") + &taken("sara@tejo.example")));
    let before = simulator.state();
    let ran = Ran::of(&mut bench.against(&simulator, &ONLINE)).expect_code(3);
    let survey = survey(&ran);
    let expected = json!([
        {
            "customer": "aurora", "at": "existing", "why": "Webex says `provisioned`",
            "users": { "all": 3, "existing": 3, "elsewhere": 0, "new": 0, "unknown": 0 },
        },
        {
            "customer": "tejo", "at": "new", "why": null,
            "users": { "all": 3, "existing": 0, "elsewhere": 1, "new": 2, "unknown": 0 },
        },
        {
            "customer": "porto", "at": "elsewhere", "why": "somebody in Webex has its administrator's e-mail",
            "users": { "all": 1, "existing": 0, "elsewhere": 1, "new": 0, "unknown": 0 },
        },
    ]);
    assert_eq!(survey["customers"], expected);
    for what in ["customers", "subscribers", "numbers", "locations"] {
        assert_eq!(simulator.state()[what], before[what], "{what}");
    }
    assert!(!bench.path("work/.turnup").exists(), "a survey leaves nothing behind");
    let schema = bench.ran(&["columns", "--schema"]).expect_code(0).out;
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("the schema is one");
    let page: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!(schema.iter_errors(&page).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);

    let table = Ran::of(&mut bench.against(&simulator, &["check", "work", "--online"])).expect_code(3).out;
    assert!(table.contains("customer  in Webex"), "{table}");
    assert!(table.contains("surveyed 3 customers: 1 new, 1 existing, 1 elsewhere, 0 unknown"), "{table}");
    let portuguese = ["check", "work", "--online", "--lang", "pt-BR"];
    let table = Ran::of(&mut bench.against(&simulator, &portuguese)).expect_code(3).out;
    assert!(table.contains("em outro lugar") && table.contains("o Webex diz `provisioned`"), "{table}");
}

#[test]
fn what_cannot_be_read_is_unknown_and_no_mistake_of_the_sheets() {
    let refused = "[[fault]]\nmethod = \"GET\"\npath = \"/wholesale/customers\"\nkind = \"status\"\nstatus = 400\n";
    let (bench, simulator) = before_a_wave("");
    drop(simulator);
    let simulator = Simulator::with_faults(&bench, refused);
    let ran = Ran::of(&mut bench.against(&simulator, &ONLINE)).expect_code(0);
    let survey = survey(&ran);
    let unknown: Vec<&Value> =
        survey["customers"].as_array().expect("a list").iter().filter(|one| one["at"] == "unknown").collect();
    assert_eq!((unknown.len(), at(&survey).iter().filter(|at| **at == "new").count()), (1, 2), "{survey}");
    assert!(unknown[0]["why"].as_str().is_some_and(|why| why.contains("did not answer")), "{survey}");
    assert_eq!(unknown[0]["users"]["unknown"], unknown[0]["users"]["all"]);
}

/// A list may begin with an empty page that names a next one.
#[test]
fn a_next_page_is_never_missed() {
    let (bench, simulator) = before_a_wave("empty_pages = true\n");
    let ran = Ran::of(&mut bench.against(&simulator, &ONLINE)).expect_code(0);
    assert_eq!(at(&survey(&ran)), ["existing", "new", "new"], "looked up one by one");
    // A row that names an organisation has the whole list read.
    let header = CUSTOMERS.lines().next().expect("a header");
    let attached = CUSTOMERS.replace(header, &format!("{header},org_id")).replace("Lisbon\n", "Lisbon,\n");
    let porto = PORTO
        .replace('\n', ",Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE\n");
    bench.write("work/customers.csv", &(attached + &porto));
    let ran = Ran::of(&mut bench.against(&simulator, &ONLINE));
    let survey = survey(&ran);
    assert_eq!(at(&survey), ["existing", "new", "elsewhere"], "{survey}");
    assert_eq!(survey["customers"][0]["users"]["existing"], 3, "{survey}");
}

#[test]
fn it_keeps_to_its_budget_and_says_so() {
    let (bench, simulator) = before_a_wave("");
    let before = simulator.requests();
    let ran = Ran::of(&mut bench.against(&simulator, &[&ONLINE[..], &["--budget", "4"]].concat())).expect_code(0);
    let survey = survey(&ran);
    assert!(simulator.requests() - before <= 4, "{survey}");
    assert!(at(&survey).contains(&"unknown"), "{survey}");
    assert!(ran.out.contains("--budget raises it"), "{survey}");
    bench.ran(&["check", "work", "--budget", "4"]).expect_code(2);
}

#[test]
fn without_a_token_it_names_the_cure() {
    let bench = Bench::small();
    let ran = bench.ran(&ONLINE).expect_code(1);
    assert!(ran.err.contains("turnup login") && ran.out.is_empty(), "{} {}", ran.err, ran.out);
}

/// Two profiles of one installation act for two sub-partners of one Webex.
#[test]
fn sub_partners_do_not_see_each_others_customers() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let profile = |name: &str, org: &str| format!("[profiles.{name}]\nsub_partner = \"{org}\"\n");
    let north = profile("north", "11111111-2222-4333-8444-555555555555");
    let south = profile("south", "66666666-7777-4888-8999-000000000000");
    std::fs::create_dir_all(bench.path("home/config/turnup")).expect("it is new");
    bench.write("home/config/turnup/config.toml", &(north + &south));
    Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes", "--profile", "north"])).expect_code(0);
    std::fs::remove_dir_all(bench.path("work/.turnup")).expect("the memory of the run is the test's own");
    for (profile, expected, lines) in [("north", "existing", 3), ("south", "elsewhere", 1)] {
        let ran = Ran::of(&mut bench.against(&simulator, &[&ONLINE[..], &["--profile", profile]].concat()));
        assert_eq!(at(&survey(&ran)), [expected; 2], "{profile}: {}", ran.out);
        let export = ["export", "work", "--out", profile, "--profile", profile];
        Ran::of(&mut bench.against(&simulator, &export)).expect_code(0);
        let sheet = std::fs::read_to_string(bench.path(&format!("{profile}/customers.csv"))).expect("it is written");
        assert_eq!(sheet.lines().count(), lines, "{profile}: {sheet}");
    }
}
