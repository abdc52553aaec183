//! Customers that are attached to an organisation that stands: nothing is made a second time, and nothing is taken for what it
//! is not.

#[path = "flow/crashing.rs"]
mod crashing;
#[path = "flow/world.rs"]
mod world;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crashing::Crashing;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use turnup::api::wire::{Method, Request};
use turnup::journal::{Ending, Log, Memory, Record, made};
use turnup::plan::{Action, Known, Plan, Step, StepId, undo};
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{TEMPLATES, Webex, attempt_of, duplicates, head_of, planned_of};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

fn webex(faults: Faults, provision_ms: u64) -> Webex {
    let settings = Settings { latency_ms: 25, provision_ms, duplicates: Duplicates::Allow, ..Settings::default() };
    Webex::new(Simulator::new(settings, faults))
}

/// A customer that somebody else made by hand, with headquarters of another name.
async fn by_hand(webex: &Webex, began: Instant, external_id: &str) -> (String, String) {
    let address =
        json!({ "addressLine1": "Rua Velha 1", "city": "Lisboa", "zipOrPostalCode": "1100-148", "country": "PT" });
    let location =
        json!({ "name": "Velha Sede", "address": address, "timezone": "Europe/Lisbon", "language": "pt_pt" });
    let body = json!({
        "provisioningId": "Zj", "packages": ["webex_calling"], "externalId": external_id, "address": address,
        "customerInfo": { "name": "Velha", "primaryEmail": "old@velha.example" },
        "provisioningParameters": { "calling": { "location": location } },
    });
    let answer = webex.asked(began, &Request::new(Method::Post, "/wholesale/customers").with_body(body));
    let url =
        serde_json::from_str::<Value>(&answer.body).expect("it is JSON")["url"].as_str().expect("a url").to_owned();
    let id = url.rsplit('/').next().expect("it ends with the id").to_owned();
    tokio::time::sleep(Duration::from_hours(1)).await;
    let shown = webex.asked(began, &Request::new(Method::Get, format!("/wholesale/customers/{id}")));
    let shown: Value = serde_json::from_str(&shown.body).expect("it is JSON");
    (id, shown["orgId"].as_str().expect("it stands").to_owned())
}

/// The same when the tie to the partner was taken away.
async fn left_alone(webex: &Webex, began: Instant) -> String {
    let (id, org_id) = by_hand(webex, began, "old").await;
    webex.asked(began, &Request::new(Method::Delete, format!("/wholesale/customers/{id}")));
    tokio::time::sleep(Duration::from_hours(1)).await;
    org_id
}

/// The customer as a partner's sheets have it, with a branch and users.
fn sheets(org_id: &str, known: &Known) -> Plan {
    let customers = format!(
        "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,location_name,timezone,language,\
         numbers,org_id\n\
         c-9,Velha,old@velha.example,eu,webex_calling,Rua Velha 1,Lisboa,1100-148,PT,Velha Sede,Europe/Lisbon,pt_pt,\
         +351211234500-+351211234503,{org_id}\n"
    );
    let locations = "customer_external_id,name,address_line1,city,postal_code,country,timezone\n\
                     c-9,Braga,Rua Cinco 5,Braga,4700-001,PT,Europe/Lisbon\n";
    let users = "customer_external_id,first_name,last_name,email,package,location,extension,role\n\
                 c-9,Old,Teste,old@velha.example,webex_calling,Velha Sede,2000,full_admin\n\
                 c-9,New,Teste,new@velha.example,webex_calling,Braga,2001,\n";
    planned_of(TEMPLATES, [&customers, locations, users], known)
}

async fn ran(run: &str, webex: &Webex, began: Instant, plan: &Plan, log: &mut Memory) -> HashMap<StepId, Record> {
    let known = log.known().expect("memory can be read");
    log.begin(&head_of(run), plan).expect("memory takes it");
    attempt_of(run, webex, began, plan, HashMap::new(), log, &known).await.expect("nothing stops it").records
}

fn told(records: &HashMap<StepId, Record>) -> (Option<Ending>, String) {
    let record = &records[&StepId::customer("c-9")];
    let reason = record.reason.clone().unwrap_or_default();
    (record.ending(), format!("{} {}", reason.code.unwrap_or_default(), reason.text))
}

/// Everything stands once, in the organisation that stood before.
fn assert_attached(webex: &Webex, org_id: &str) {
    let state = webex.state();
    let count = |kind: &str| state[kind].as_object().map_or(0, serde_json::Map::len);
    assert_eq!((count("organizations"), count("locations"), count("subscribers")), (1, 2, 2), "{state:#}");
    assert_eq!(state["customers"]["c-9"]["orgId"], org_id);
    assert_eq!(duplicates(webex), Vec::<String>::new());
}

#[test]
fn a_customer_is_made_in_the_organisation_that_stands() {
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::none(), 700));
        let org_id = left_alone(&webex, began).await;
        let mut log = Memory::default();
        let records = ran("one", &webex, began, &sheets(&org_id, &Known::default()), &mut log).await;
        let bad: Vec<_> = records.values().filter(|record| !record.ending().is_some_and(Ending::is_good)).collect();
        assert!(bad.is_empty(), "{bad:?}");
        assert_attached(&webex, &org_id);
        assert!(sheets(&org_id, &log.known().expect("memory can be read")).is_idle(), "a second run has nothing to do");
    });
}

#[test]
fn a_place_that_stood_before_the_attachment_is_not_called_made_and_does_not_keep_the_customer() {
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::none(), 700));
        let org_id = left_alone(&webex, began).await;
        let address = json!({ "address1": "Rua Cinco 5", "city": "Braga", "state": "", "postalCode": "4700-001", "country": "PT" });
        let branch = json!({
            "name": "Braga", "timeZone": "Europe/Lisbon", "preferredLanguage": "pt_pt", "announcementLanguage": "pt_pt",
            "address": address,
        });
        webex.asked(began, &Request::new(Method::Get, format!("/organizations/{org_id}")));
        let request = Request::new(Method::Post, "/locations").with_query("orgId", &org_id).with_body(branch);
        let made_by_hand = webex.asked(began, &request);
        assert_eq!(made_by_hand.status, 201, "{}", made_by_hand.body);
        let mut log = Memory::default();
        let plan = sheets(&org_id, &Known::default());
        let records = ran("one", &webex, began, &plan, &mut log).await;
        let ending = |id: StepId| records[&id].ending();
        assert_eq!(ending(StepId::customer("c-9")), Some(Ending::Created));
        assert_eq!(ending(StepId::location("c-9", "Velha Sede")), Some(Ending::AlreadyThere));

        let taken_back = undo(&made(&plan, &records, &HashSet::new()), &log.known().expect("memory can be read"));
        let is_customer = |step: &&Step| step.id == StepId::customer("c-9");
        let customer = taken_back.plan.steps.iter().find(is_customer).map(|step| step.action);
        assert_eq!(customer, Some(Action::Delete), "{:?}", taken_back.kept);
    });
}

#[test]
fn a_role_that_stood_before_the_attachment_is_taken_over_and_not_taken_back() {
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::none(), 700));
        let (id, org_id) = by_hand(&webex, began, "old").await;
        let places = webex.asked(began, &Request::new(Method::Get, "/locations").with_query("orgId", &org_id));
        let places: Value = serde_json::from_str(&places.body).expect("it is JSON");
        let seat = json!({ "firstName": "Old", "lastName": "Teste", "extension": "2000", "locationId": places["items"][0]["id"] });
        let body = json!({ "customerId": id, "email": "old@velha.example", "packages": ["webex_calling"], "provisioningParameters": seat });
        let made = webex.asked(began, &Request::new(Method::Post, "/wholesale/subscribers").with_body(body));
        assert_eq!(made.status, 200, "{}", made.body);
        assert!(webex.state()["roles"]["old@velha.example"].to_string().contains("full_admin"), "{:#}", webex.state());
        webex.asked(began, &Request::new(Method::Delete, format!("/wholesale/customers/{id}")));
        tokio::time::sleep(Duration::from_hours(1)).await;
        let mut log = Memory::default();
        let records = ran("one", &webex, began, &sheets(&org_id, &Known::default()), &mut log).await;
        let role = &records[&StepId::role("old@velha.example")];
        assert_eq!(role.ending(), Some(Ending::AlreadyThere), "{role:?}");
    });
}

#[test]
fn under_faults_nothing_is_attached_or_made_twice() {
    let mut bad = Vec::new();
    for seed in 1..=20 {
        runtime().block_on(async {
            let began = Instant::now();
            let quiet = webex(Faults::none(), 700);
            let org_id = left_alone(&quiet, began).await;
            let settings =
                Settings { latency_ms: 25, provision_ms: 700, duplicates: Duplicates::Allow, ..Settings::default() };
            let restored = Simulator::restore(settings, Faults::from_seed(seed), &quiet.snapshot());
            let webex = Webex::new(restored.expect("it was written by a simulator"));
            let mut log = Memory::default();
            let records = ran("one", &webex, began, &sheets(&org_id, &Known::default()), &mut log).await;
            let open = records.values().filter(|record| !record.ending().is_some_and(Ending::is_good));
            bad.extend(open.map(|record| format!("seed {seed}: {record:?}")));
            let state = webex.state();
            let organisations = state["organizations"].as_object().map_or(0, serde_json::Map::len);
            if organisations != 1 || !duplicates(&webex).is_empty() {
                bad.push(format!("seed {seed}: {organisations} organisations, {:?}", duplicates(&webex)));
            }
        });
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Consent takes days, and no state tells of it: the row is unconfirmed, and the next run makes nothing again.
#[test]
fn a_consent_that_takes_its_time_is_looked_after_by_the_next_run() {
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::none(), 30 * 60 * 1000));
        let org_id = left_alone(&webex, began).await;
        let mut log = Memory::default();
        let records = ran("one", &webex, began, &sheets(&org_id, &Known::default()), &mut log).await;
        let (ending, words) = told(&records);
        assert!(ending == Some(Ending::Unconfirmed) && words.starts_with("R611 "), "{ending:?} {words}");
        tokio::time::sleep(Duration::from_hours(1)).await;
        let plan = sheets(&org_id, &log.known().expect("memory can be read"));
        let records = ran("two", &webex, began, &plan, &mut log).await;
        assert!(records.values().all(|record| record.ending().is_some_and(Ending::is_good)), "{records:?}");
        assert_attached(&webex, &org_id);
        let made = &webex.state()["requests"]["by_route"]["POST /wholesale/customers"];
        let made: u64 = made.as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum();
        assert_eq!(made, 2, "one by hand, one by turnup");
    });
}

#[test]
fn another_organisation_is_a_conflict_and_an_unknown_one_is_refused() {
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::none(), 700));
        let elsewhere = left_alone(&webex, began).await;
        let (_, own) = by_hand(&webex, began, "c-9").await;
        assert_ne!(elsewhere, own);
        let records = ran("one", &webex, began, &sheets(&elsewhere, &Known::default()), &mut Memory::default()).await;
        let (ending, words) = told(&records);
        assert!(ending == Some(Ending::Conflict) && words.contains("org_id is `"), "{ending:?} {words}");
        let nobody = "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi8wMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDA";
        let fresh = self::webex(Faults::none(), 700);
        let records = ran("one", &fresh, began, &sheets(nobody, &Known::default()), &mut Memory::default()).await;
        let (ending, words) = told(&records);
        assert!(ending == Some(Ending::Failed) && words.contains("no organization"), "{ending:?} {words}");
    });
}

/// Whoever writes the organisation of a customer into its row later changes nothing; another one cannot be had.
#[test]
fn the_organisation_that_a_customer_has_is_no_change() {
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::none(), 700));
        let mut log = Memory::default();
        ran("one", &webex, began, &sheets("", &Known::default()), &mut log).await;
        let known = log.known().expect("memory can be read");
        let own = known.get(&StepId::customer("c-9")).expect("it was made").ids["org_id"].clone();
        assert!(sheets(&own, &known).is_idle() && sheets(&own, &known).immovable.is_empty());
        let other =
            sheets("Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE", &known);
        let refused: Vec<&str> = other.immovable.iter().map(|value| value.column.as_str()).collect();
        assert_eq!(refused, ["org_id"]);
        assert!(other.steps.iter().all(|step| step.action == Action::Unchanged));
    });
}

/// Whoever looks up what stands may be told of it in other forms than those in which it was made.
#[test]
fn what_stands_is_known_in_every_form_of_ids_and_numbers() {
    for id_form in ["padded", "upper"] {
        runtime().block_on(async {
            let forms = format!("id_form = \"{id_form}\"\nnumber_form = \"spaced\"\n");
            let (began, webex) = (Instant::now(), webex(Faults::parse(&forms).expect("it is a fault file"), 700));
            let plan = world::planned(&Known::default());
            ran("one", &webex, began, &plan, &mut Memory::default()).await;
            webex.traffic.lock().expect("no test panics in it").clear();
            let records = ran("two", &webex, began, &plan, &mut Memory::default()).await;
            assert_eq!(world::faults_of(&webex, &plan, &records), Vec::<String>::new(), "{id_form}");
            let users = plan.steps.iter().filter(|step| step.stage == turnup::plan::Stage::Users);
            let other: Vec<_> = users.map(|step| &records[&step.id]).collect();
            let other: Vec<_> = other.iter().filter(|it| it.ending() != Some(Ending::AlreadyThere)).collect();
            assert!(other.is_empty(), "{id_form}: {other:?}");
            let traffic = webex.traffic.lock().expect("no test panics in it");
            let spaced = traffic.iter().any(|(_, answer)| answer.body.contains("\"+35 121 123 452 3\""));
            assert!(spaced, "the simulator wrote a number of a person with blanks");
        });
    }
}

/// How often the list of people was asked for.
fn lists_of_people(webex: &Webex) -> usize {
    let traffic = webex.traffic.lock().expect("no test panics in it");
    traffic.iter().filter(|(request, _)| request.method == Method::Get && request.path == "/people").count()
}

fn ending_of(records: &HashMap<StepId, Record>, email: &str) -> (Option<Ending>, String, Vec<String>) {
    let record = &records[&StepId::user(email)];
    let reason = record.reason.clone().unwrap_or_default();
    (record.ending(), reason.text, reason.missing)
}

/// What a plan wants of a user, as `column: from -> to`.
fn changes_of(plan: &Plan, email: &str) -> (Action, Vec<String>) {
    let step = plan.steps.iter().find(|step| step.id == StepId::user(email)).expect("a step of the plan");
    let line = |change: &turnup::plan::Change| {
        format!("{}: {} -> {}", change.column, change.from.clone().unwrap_or_default(), change.to)
    };
    (step.action, step.changes.iter().map(line).collect())
}

/// A person of an organisation that stood before may have calling already. What Webex then ignores is told, is known as
/// it stands, and is changed by the next run.
#[test]
fn what_webex_ignores_of_a_caller_is_missing_and_set_by_the_next_run() {
    let new = "new@velha.example";
    let held =
        format!("[[hold]]\nemail = \"{new}\"\nstatus = \"has_calling\"\nextension = \"7001\"\nlocation = \"Braga\"\n");
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::parse(&held).expect("it is a fault file"), 700));
        let org_id = left_alone(&webex, began).await;
        let mut log = Memory::default();
        let records = ran("one", &webex, began, &sheets(&org_id, &Known::default()), &mut log).await;
        let words = "extension is `7001` and should be `2001`".to_owned();
        assert_eq!(ending_of(&records, new), (Some(Ending::Created), words, vec!["extension".to_owned()]));
        assert_eq!(ending_of(&records, "old@velha.example"), (Some(Ending::Created), String::new(), Vec::new()));
        // Nobody comes before the administrator, so that one is looked at alone; and one list tells who has which role.
        assert!((1..=3 + 4).contains(&lists_of_people(&webex)), "{}", lists_of_people(&webex));

        let plan = sheets(&org_id, &log.known().expect("memory can be read"));
        assert_eq!(changes_of(&plan, new), (Action::Update, vec!["extension: 7001 -> 2001".to_owned()]));
        let records = ran("two", &webex, began, &plan, &mut log).await;
        assert_eq!(ending_of(&records, new), (Some(Ending::Updated), String::new(), Vec::new()));
        assert_eq!(webex.state()["people"][new]["extension"], "2001");
        assert!(sheets(&org_id, &log.known().expect("memory can be read")).is_idle());
    });
}

/// Where the person sits cannot be changed, so a row that wants another place is no row to be done.
#[test]
fn a_caller_who_sits_elsewhere_is_never_unchanged() {
    let new = "new@velha.example";
    let held = format!(
        "[[hold]]\nemail = \"{new}\"\nstatus = \"has_calling\"\nextension = \"2001\"\nlocation = \"Velha Sede\"\n"
    );
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::parse(&held).expect("it is a fault file"), 700));
        let org_id = left_alone(&webex, began).await;
        let mut log = Memory::default();
        let records = ran("one", &webex, began, &sheets(&org_id, &Known::default()), &mut log).await;
        let words = "location is `Velha Sede` and should be `Braga`".to_owned();
        assert_eq!(ending_of(&records, new), (Some(Ending::Created), words, vec!["location".to_owned()]));
        let plan = sheets(&org_id, &log.known().expect("memory can be read"));
        let refused: Vec<_> = plan.immovable.iter().map(|it| (it.column.as_str(), it.from.as_str())).collect();
        assert_eq!(refused, [("location", "Velha Sede")]);
    });
}

/// What becomes visible late is no difference; what does not within the grace is not taken for right.
#[test]
fn who_is_seen_late_is_waited_for_and_then_looked_at_by_the_next_run() {
    for (late, is_seen) in [(2000, true), (20_000, false)] {
        runtime().block_on(async {
            let faults = Faults::parse(&format!("[late]\npeople = {late}\n")).expect("it is a fault file");
            let (began, webex) = (Instant::now(), webex(faults, 700));
            let org_id = left_alone(&webex, began).await;
            let mut log = Memory::default();
            let records = ran("one", &webex, began, &sheets(&org_id, &Known::default()), &mut log).await;
            let (ending, words, _) = ending_of(&records, "new@velha.example");
            assert_eq!((ending, words.is_empty()), (Some(Ending::Created), is_seen), "{late}: {words}");
            tokio::time::sleep(Duration::from_hours(1)).await;
            let plan = sheets(&org_id, &log.known().expect("memory can be read"));
            assert_eq!(plan.is_idle(), is_seen, "{late}");
            let records = ran("two", &webex, began, &plan, &mut log).await;
            let bad: Vec<_> = records.values().filter(|record| !record.ending().is_some_and(Ending::is_good)).collect();
            assert!(bad.is_empty(), "{late}: {bad:?}");
            assert!(sheets(&org_id, &log.known().expect("memory can be read")).is_idle(), "{late}");
        });
    }
}

/// In a customer that this run has made nobody can have calling, and nobody is looked at. Whoever had to consent was
/// somebody's before.
#[test]
fn only_who_consented_may_have_had_calling_in_a_new_customer() {
    let held = "[[hold]]\nemail = \"b0@boreal.example\"\nstatus = \"pending_user_migration\"\nrelease_ms = 86400000\n\
                [[hold]]\nemail = \"b0@boreal.example\"\nstatus = \"has_calling\"\nextension = \"7001\"\n";
    let b0 = "b0@boreal.example";
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::parse(held).expect("it is a fault file"), 700));
        let mut log = Memory::default();
        let records = ran("one", &webex, began, &world::planned(&Known::default()), &mut log).await;
        assert_eq!(ending_of(&records, b0).0, Some(Ending::Waiting));
        assert_eq!(lists_of_people(&webex), 0);

        tokio::time::sleep(Duration::from_hours(48)).await;
        let plan = world::planned(&log.known().expect("memory can be read"));
        let records = ran("two", &webex, began, &plan, &mut log).await;
        let words = "extension is `7001` and should be `3000`".to_owned();
        assert_eq!(ending_of(&records, b0), (Some(Ending::Created), words, vec!["extension".to_owned()]));
        let outcomes = world::outcomes_of("two", &log).1;
        let incomplete = outcomes.iter().filter(|outcome| **outcome == turnup::report::Outcome::Incomplete).count();
        assert_eq!(incomplete, 1, "{outcomes:?}");

        let plan = world::planned(&log.known().expect("memory can be read"));
        assert_eq!(changes_of(&plan, b0), (Action::Update, vec!["extension: 7001 -> 3000".to_owned()]));
        ran("three", &webex, began, &plan, &mut log).await;
        assert_eq!(webex.state()["people"][b0]["extension"], "3000");
        assert!(world::planned(&log.known().expect("memory can be read")).is_idle());
    });
}

/// Everything stands, and somebody has changed a value by hand: a row that says otherwise takes nothing over.
#[test]
fn a_user_who_stands_with_other_values_is_a_conflict() {
    let (u1, i0) = ("u1@aurora.example", "i0@austral.example");
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::none(), 700));
        let plan = world::planned(&Known::default());
        let made = ran("one", &webex, began, &plan, &mut Memory::default()).await;
        let change = |email: &str, body: Value| {
            let id = &made[&StepId::user(email)].ids["person_id"];
            let request = Request::new(Method::Put, format!("/people/{id}")).with_query("callingData", "true");
            let answer = webex.asked(began, &request.with_body(body));
            assert_eq!(answer.status, 200, "{}", answer.body);
        };
        change(u1, json!({ "displayName": "u1", "firstName": "u1", "lastName": "Teste", "extension": "1999" }));
        change(i0, json!({ "displayName": "i0", "firstName": "Ivo", "lastName": "Teste" }));
        let records = ran("two", &webex, began, &plan, &mut Memory::default()).await;
        let told = |email: &str| ending_of(&records, email);
        let (ending, words, _) = told(u1);
        assert!(
            ending == Some(Ending::Conflict) && words.starts_with("phone_number is missing and should be `+351"),
            "{words}"
        );
        assert_eq!(
            (told(i0).0, told(i0).1.as_str()),
            (Some(Ending::Conflict), "first_name is `Ivo` and should be `i0`")
        );
        let others = plan.steps.iter().filter(|step| step.id.as_str().starts_with("user/"));
        let others = others.filter(|step| step.id != StepId::user(u1) && step.id != StepId::user(i0));
        let bad: Vec<_> = others.filter(|step| records[&step.id].ending() != Some(Ending::AlreadyThere)).collect();
        assert!(bad.is_empty(), "{bad:?}");
        // One list for each customer, and a few for who seems to lack a value.
        assert!(lists_of_people(&webex) <= 3 + 5, "{}", lists_of_people(&webex));
    });
}

/// Nobody is taken for right who could not be looked at, and nobody is made again.
#[test]
fn who_cannot_be_looked_at_is_unconfirmed() {
    let refused = "[[fault]]\nmethod = \"GET\"\npath = \"/people\"\ntimes = 0\nkind = \"status\"\nstatus = 400\n";
    runtime().block_on(async {
        let (began, webex) = (Instant::now(), webex(Faults::parse(refused).expect("it is a fault file"), 700));
        let org_id = left_alone(&webex, began).await;
        let mut log = Memory::default();
        let plan = sheets(&org_id, &Known::default());
        let records = ran("one", &webex, began, &plan, &mut log).await;
        let (ending, words, _) = ending_of(&records, "old@velha.example");
        assert!(ending == Some(Ending::Unconfirmed) && words.contains("simulated failure 400"), "{ending:?} {words}");
        assert_eq!(ending_of(&records, "new@velha.example").0, Some(Ending::Blocked));
        let settings = Settings { duplicates: Duplicates::Allow, ..Settings::default() };
        let restored = Simulator::restore(settings, Faults::none(), &webex.snapshot());
        let webex = Webex::new(restored.expect("it was written by a simulator"));
        let plan = sheets(&org_id, &log.known().expect("memory can be read"));
        let records = ran("two", &webex, began, &plan, &mut log).await;
        assert_eq!(ending_of(&records, "old@velha.example").0, Some(Ending::AlreadyThere));
        assert_eq!(ending_of(&records, "new@velha.example").0, Some(Ending::Created));
        assert_attached(&webex, &org_id);
    });
}

/// Wherever a run ends, a row that differs from what stands is never taken for done.
#[test]
fn a_crash_at_any_entry_leaves_no_caller_unchanged_who_differs() {
    let new = "new@velha.example";
    let held =
        format!("[[hold]]\nemail = \"{new}\"\nstatus = \"has_calling\"\nextension = \"7001\"\nlocation = \"Braga\"\n");
    let mut bad = Vec::new();
    for crash_at in 0.. {
        let crashed = runtime().block_on(async {
            let (began, webex) = (Instant::now(), webex(Faults::parse(&held).expect("it is a fault file"), 700));
            let org_id = left_alone(&webex, began).await;
            let mut log = Crashing { inner: Memory::default(), entries_left: crash_at };
            let plan = sheets(&org_id, &Known::default());
            log.begin(&head_of("one"), &plan).expect("memory takes it");
            let known = Known::default();
            let first = attempt_of("one", &webex, began, &plan, HashMap::new(), &mut log, &known).await;
            let (crashed, mut log) = (first.is_err(), log.inner);
            if crashed {
                let (stored, records) = log.replay("one").expect("what was written can be read");
                let known = log.known().expect("memory can be read");
                attempt_of("one", &webex, began, &stored, records, &mut log, &known).await.expect("nothing stops it");
            }
            let plan = sheets(&org_id, &log.known().expect("memory can be read"));
            ran("two", &webex, began, &plan, &mut log).await;
            let state = webex.state();
            let extension = &state["people"][new]["extension"];
            if extension != "2001" || !sheets(&org_id, &log.known().expect("memory can be read")).is_idle() {
                bad.push(format!("crash at {crash_at}: {extension}, {:?}", changes_of(&plan, new)));
            }
            if state["locations"].as_object().map_or(0, serde_json::Map::len) != 2 || !duplicates(&webex).is_empty() {
                bad.push(format!("crash at {crash_at}: {:#}", state["locations"]));
            }
            crashed
        });
        if !crashed {
            assert!(crash_at > 30, "the run has more than {crash_at} entries");
            break;
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
