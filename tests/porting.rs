//! Numbers, porting day and emergency addresses: the whole engine against the simulator, on a clock that jumps.

#[path = "flow/crashing.rs"]
mod crashing;
#[path = "flow/losses.rs"]
mod losses;
#[path = "flow/world.rs"]
mod world;

use std::collections::{BTreeMap, HashMap};

use crashing::Crashing;
use losses::{LOSSES, ended, rule_of};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use turnup::api::Weight;
use turnup::api::wire::{Method, Request};
use turnup::journal::{Ending, Log, Memory, Record};
use turnup::plan::{Action, Known, Plan, StepId};
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{Webex, attempt, faults_of, head, planned, planned_of};

const TEMPLATES: &str = "[templates.eu]\nprovisioning_id = \"Zj\"\nsupported_location = true\n";

/// A customer with a branch and a user, whose numbers are in this state; the third number of the branch is spare.
fn sheets(state: &str) -> [String; 3] {
    let customers = format!(
        "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,timezone,language,\
         numbers,number_state,main_number\n\
         c-1,Aurora,ana@aurora.example,eu,webex_calling,Rua Um 1,Lisboa,1100-148,PT,Europe/Lisbon,pt_pt,\
         +351211234501-+351211235700,{state},+351211234501\n"
    );
    let locations = format!(
        "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers,number_state\n\
         c-1,Braga,Rua Cinco 5,Braga,4700-001,PT,Europe/Lisbon,+351253123401-+351253123403,{state}\n"
    );
    let users = "customer_external_id,first_name,last_name,email,package,location,phone_number,role\n\
                 c-1,Ana,Reis,ana@aurora.example,webex_calling,Headquarters,+351211234502,full_admin\n";
    [customers, locations, users.to_owned()]
}

fn plan_of(state: &str, known: &Known) -> Plan {
    let [customers, locations, users] = sheets(state);
    planned_of(TEMPLATES, [&customers, &locations, &users], known)
}

fn webex(faults: Faults) -> Webex {
    let settings = Settings { latency_ms: 25, provision_ms: 700, duplicates: Duplicates::Allow, ..Settings::default() };
    Webex::new(Simulator::new(settings, faults))
}

/// Carries out a plan in a run of its own; returns the records.
async fn carried_out(webex: &Webex, began: Instant, plan: &Plan, known: &mut Known) -> HashMap<StepId, Record> {
    let mut log = Memory::remembering(known);
    log.begin(&head(), plan).expect("memory takes it");
    let finish = attempt(webex, began, plan, HashMap::new(), &mut log, known).await.expect("nothing stops it");
    *known = log.known().expect("memory can be read");
    finish.records
}

fn endings(plan: &Plan, records: &HashMap<StepId, Record>) -> Vec<String> {
    let steps = plan.steps.iter().filter(|step| step.action != Action::Unchanged);
    steps.map(|step| format!("{} {:?}", step.id, records.get(&step.id).and_then(Record::ending))).collect()
}

/// How many numbers are live, and how many are staged.
fn live_and_staged(webex: &Webex) -> (usize, usize) {
    let state = webex.state();
    let numbers = state["numbers"].as_object().expect("the state tells numbers").clone();
    let live = numbers.values().filter(|number| number["state"] == "ACTIVE").count();
    (live, numbers.len() - live)
}

fn switches(webex: &Webex) -> Vec<(String, usize)> {
    let traffic = webex.traffic.lock().expect("no test panics in it");
    let switch = traffic.iter().filter(|(request, answer)| {
        request.method == Method::Put && request.path.ends_with("/numbers") && answer.status < 300
    });
    let told = switch.map(|(request, _)| {
        let body = request.body.as_ref().expect("a switch has a body");
        let count = body["phoneNumbers"].as_array().map_or(0, Vec::len);
        (body["action"].as_str().unwrap_or_default().to_owned(), count)
    });
    told.collect()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

/// How often each kind of request was answered, by method and last part of the path.
fn counted(webex: &Webex) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (request, _) in webex.traffic.lock().expect("no test panics in it").iter() {
        let last = request.path.rsplit('/').next().unwrap_or_default();
        *counts.entry(format!("{:?} {last}", request.method)).or_default() += 1;
    }
    counts
}

/// New locations have what their organisation has by default, unless their row names a connection; and nothing stands
/// in them yet.
#[test]
fn one_look_at_the_connection_serves_all_new_locations_of_a_customer() {
    let settings = Settings { latency_ms: 25, provision_ms: 700, ..Settings::default() };
    let webex = Webex::new(Simulator::new(settings, Faults::none()));
    let known = Known::default();
    let plan = planned(&known);
    let mut log = Memory::default();
    log.begin(&head(), &plan).expect("memory takes it");
    let finish = runtime().block_on(async {
        attempt(&webex, tokio::time::Instant::now(), &plan, HashMap::new(), &mut log, &known).await
    });
    let records = finish.expect("nothing stops it").records;
    assert_eq!(faults_of(&webex, &plan, &records), Vec::<String>::new());
    let counts = counted(&webex);
    let of = |kind: &str| counts.get(kind).copied().unwrap_or_default();
    // Sede and Braga share one, Evora names its own, and the second customer has one location.
    assert_eq!(of("Get connection"), 3, "{counts:?}");
    assert_eq!(of("Post numbers"), 4, "{counts:?}");
    assert_eq!(of("Post invoke"), 2, "one validation for each customer with numbers: {counts:?}");
    assert_eq!(of("Get numbers"), 0, "{counts:?}");
}

#[test]
fn staged_numbers_go_live_when_the_sheet_says_active() {
    let webex = webex(Faults::none());
    let mut known = Known::default();
    runtime().block_on(async {
        let began = Instant::now();
        let staged = plan_of("inactive", &Known::default());
        carried_out(&webex, began, &staged, &mut known).await;
        assert_eq!(live_and_staged(&webex), (0, 1203));
        assert!(plan_of("inactive", &known).is_idle());
        let live = plan_of("active", &known);
        let records = carried_out(&webex, began, &live, &mut known).await;
        let updated = ["numbers/c-1/Headquarters Some(Updated)", "numbers/c-1/Braga Some(Updated)"];
        assert_eq!(endings(&live, &records), updated);
        assert_eq!(live_and_staged(&webex), (1203, 0));
        let mut sent = switches(&webex);
        sent.sort();
        let activate = |count| ("ACTIVATE".to_owned(), count);
        assert_eq!(sent, [activate(3), activate(200), activate(500), activate(500)], "at most 500 at a time");
        assert!(plan_of("active", &known).is_idle());
    });
}

/// Only numbers that are nobody's are taken out of service; a row that wants more is refused in words.
#[test]
fn a_cell_that_turns_inactive_is_refused_where_numbers_are_in_use() {
    let webex = webex(Faults::none());
    let mut known = Known::default();
    runtime().block_on(async {
        let began = Instant::now();
        carried_out(&webex, began, &plan_of("active", &Known::default()), &mut known).await;
        let back = plan_of("inactive", &known);
        let refused: Vec<_> = back.immovable.iter().map(|i| (i.source.sheet.name(), i.column.as_str())).collect();
        assert_eq!(refused, [("customers", "number_state")]);
        let records = carried_out(&webex, began, &back, &mut known).await;
        assert_eq!(endings(&back, &records), ["numbers/c-1/Braga Some(Updated)"]);
        assert_eq!(switches(&webex), [("DEACTIVATE".to_owned(), 3)]);
        assert_eq!(live_and_staged(&webex), (1200, 3));
    });
}

/// One number that was taken away does not keep the others from going live.
#[test]
fn the_others_go_live_without_a_number_that_is_gone() {
    let webex = webex(Faults::none());
    let mut known = Known::default();
    runtime().block_on(async {
        let began = Instant::now();
        let staged = plan_of("inactive", &Known::default());
        let records = carried_out(&webex, began, &staged, &mut known).await;
        let id = |step: StepId, key: &str| records[&step].ids[key].clone();
        let (org, braga) = (id(StepId::customer("c-1"), "org_id"), id(StepId::location("c-1", "Braga"), "location_id"));
        let path = format!("/telephony/config/locations/{braga}/numbers");
        let gone = Request::new(Method::Delete, path).with_query("orgId", org);
        let gone = gone.with_body(serde_json::json!({ "phoneNumbers": ["+351253123402"] }));
        world::client(&webex, began).send(Weight::Once, gone).await.expect("somebody takes a number away");
        let live = plan_of("active", &known);
        let records = carried_out(&webex, began, &live, &mut known).await;
        let numbers = &records[&StepId::numbers("c-1", "Braga")];
        assert_eq!(numbers.ending(), Some(Ending::Updated));
        let reason = numbers.reason.as_ref().expect("something is missing");
        assert_eq!(reason.missing, ["+351253123402"]);
        assert_eq!(reason.text, "+351253123402: not in the location any more");
        assert_eq!(live_and_staged(&webex), (1202, 0));
        let again = plan_of("active", &known);
        let open: Vec<_> = again.steps.iter().filter(|step| step.action != Action::Unchanged).collect();
        assert_eq!(open.len(), 1, "the number that is missing is tried again");
    });
}

/// The first answers of a switch are lost in every way; every number goes live all the same.
#[test]
fn every_lost_answer_of_a_switch_is_recovered() {
    let route = "PUT /telephony/config/locations/{locationId}/numbers";
    for (loss, end) in LOSSES {
        let webex = webex(Faults::parse(&rule_of(route, 2, loss)).expect("the faults of a test are well-formed"));
        let mut known = Known::default();
        runtime().block_on(async {
            let began = Instant::now();
            carried_out(&webex, began, &plan_of("inactive", &Known::default()), &mut known).await;
            carried_out(&webex, began, &plan_of("active", &known), &mut known).await;
        });
        assert_eq!(live_and_staged(&webex), (1203, 0), "{loss}");
        assert!(plan_of("active", &known).is_idle(), "{loss}: something is left to do");
        assert_eq!(ended(&webex.state(), route, end), 2, "{loss}: it was hit");
    }
}

/// Porting day under faults, with a crash at every entry: every number goes live, and the next run has nothing to do.
#[test]
fn a_crash_at_any_entry_of_porting_day_leaves_no_number_behind() {
    let mut crash_at = 0;
    loop {
        let webex = webex(if crash_at % 2 == 0 { Faults::none() } else { Faults::from_seed(crash_at as u64) });
        let crashed = runtime().block_on(async {
            let began = Instant::now();
            let mut before = Known::default();
            carried_out(&webex, began, &plan_of("inactive", &Known::default()), &mut before).await;
            let plan = plan_of("active", &before);
            let mut log = Crashing { inner: Memory::remembering(&before), entries_left: crash_at };
            log.begin(&head(), &plan).expect("memory takes it");
            let first = attempt(&webex, began, &plan, HashMap::new(), &mut log, &before).await;
            let crashed = first.is_err();
            let (stored, records) = log.inner.replay("r").expect("what was written can be read");
            let last = attempt(&webex, began, &stored, records, &mut log.inner, &before).await;
            last.expect("nothing stops it");
            let after = log.inner.known().expect("memory can be read");
            assert!(plan_of("active", &after).is_idle(), "crash at {crash_at}: something is left to do");
            crashed
        });
        assert_eq!(live_and_staged(&webex), (1203, 0), "crash at {crash_at}");
        if !crashed {
            break;
        }
        crash_at += 1;
    }
    assert!(crash_at > 10, "porting day has more than {crash_at} entries");
}
