//! Lists that begin with an empty page, which only its link says is not the last, and ids of roles that say nothing by
//! themselves: the whole engine against the simulator.
//! Nothing that stands is taken for absent: not made twice, not told as deleted, not left out of an export.

#[path = "flow/world.rs"]
mod world;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use turnup::export::{Budget, customers, read};
use turnup::journal::{Ending, Log, Memory, Record};
use turnup::plan::{Known, Plan, StepId};
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{ALL_GO, TEMPLATES, Webex, attempt_of, client, faults_of, head_of, planned, planned_of};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

/// A second object is made instead of refused, so that whoever overlooks the first one is found out.
fn webex() -> Webex {
    let settings = Settings { latency_ms: 25, duplicates: Duplicates::Allow, ..Settings::default() };
    Webex::new(Simulator::new(
        settings,
        Faults::parse("empty_pages = true\nopaque_roles = true").expect("a good fault file"),
    ))
}

async fn ran(run: &str, webex: &Webex, began: Instant, plan: &Plan, log: &mut Memory) -> HashMap<StepId, Record> {
    let known = log.known().expect("memory can be read");
    log.begin(&head_of(run), plan).expect("memory takes it");
    attempt_of(run, webex, began, plan, HashMap::new(), log, &known).await.expect("nothing stops it").records
}

fn otherwise(plan: &Plan, records: &HashMap<StepId, Record>, wanted: Ending) -> Vec<String> {
    let ended = |id: &StepId| records.get(id).and_then(Record::ending);
    let others = plan.steps.iter().filter(|step| ended(&step.id) != Some(wanted));
    others.map(|step| format!("{} ended as {:?}: {:?}", step.id, ended(&step.id), records.get(&step.id))).collect()
}

/// What stands, without what was asked.
fn standing(webex: &Webex) -> Value {
    let mut state = webex.state();
    state.as_object_mut().expect("the state is an object").remove("requests");
    state
}

#[test]
fn what_stands_behind_an_empty_page_is_found_by_runs_deletes_and_export() {
    let webex = webex();
    runtime().block_on(async {
        let began = Instant::now();
        let (plan, mut log) = (planned(&Known::default()), Memory::default());
        let records = ran("r", &webex, began, &plan, &mut log).await;
        assert_eq!(faults_of(&webex, &plan, &records), Vec::<String>::new());
        let stands = standing(&webex);

        // A folder that knows nothing finds everything, and makes nothing; only an emergency address is registered anew.
        let mut fresh = Memory::default();
        let records = ran("f", &webex, began, &plan, &mut fresh).await;
        let made = otherwise(&plan, &records, Ending::AlreadyThere);
        let is_address = |step: &String| step.contains("done: {SetEmergencyAddress}");
        assert!(made.len() == 1 && made.iter().all(is_address), "{made:?}");
        assert_eq!(standing(&webex), stands);

        let (client, budget) = (client(&webex, began), Budget::default());
        let (list, unread) = customers(&client, &budget).await.expect("nothing fails").expect("no budget is set");
        let reading = read(&client, &budget, list.into_iter().map(|customer| (customer, 0)).collect(), 2).await;
        let pictures = reading.expect("nothing fails").pictures;
        let sizes: Vec<_> = pictures.iter().map(|it| (&*it.external_id, it.sites.len(), it.people.len())).collect();
        assert_eq!((unread.len(), sizes), (0, vec![("c-1", 3, 9), ("c-2", 1, 7), ("c-3", 0, 4)]));
        let roles = pictures.iter().flat_map(|it| &it.people).filter_map(|person| person.fields.get("role"));
        assert_eq!(roles.collect::<Vec<_>>(), ["full_admin"; 3]);

        let known = fresh.known().expect("memory can be read");
        let plan = planned_of(TEMPLATES, ALL_GO, &known);
        let records = ran("d", &webex, began, &plan, &mut fresh).await;
        assert_eq!(otherwise(&plan, &records, Ending::Deleted), Vec::<String>::new());
    });
    let state = webex.state();
    let names = |kind: &str| state[kind].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    let left: [BTreeSet<String>; 2] = ["customers", "locations"].map(names);
    assert_eq!((left[0].len(), left[1].len()), (0, 2), "the headquarters stay: {left:?}");
}

#[test]
fn users_are_deleted_by_whoever_knows_only_their_address() {
    let webex = webex();
    let sheets = [
        "external_id,name,admin_email,template,packages,address_line1,city,country,action\n",
        "customer_external_id,name,address_line1,city,country,timezone,action\n",
        "customer_external_id,first_name,last_name,email,package,action\n\
         ,,,ana@aurora.example,,delete\n,,,b0@boreal.example,,delete\n,,,nobody@aurora.example,,delete\n",
    ];
    runtime().block_on(async {
        let began = Instant::now();
        ran("r", &webex, began, &planned(&Known::default()), &mut Memory::default()).await;
        let plan = planned_of(TEMPLATES, sheets, &Known::default());
        let records = ran("d", &webex, began, &plan, &mut Memory::default()).await;
        assert_eq!(otherwise(&plan, &records, Ending::Deleted), Vec::<String>::new());
        let text = |email: &str| records[&StepId::user(email)].reason.clone().unwrap_or_default().text;
        assert!(!text("ana@aurora.example").contains("not there"), "{}", text("ana@aurora.example"));
        assert!(text("nobody@aurora.example").contains("not there"));
    });
    let state = webex.state();
    let gone = ["ana@aurora.example", "b0@boreal.example"].map(|email| state["subscribers"].get(email).is_none());
    assert_eq!((gone, state["subscribers"].as_object().map(serde_json::Map::len)), ([true; 2], Some(18)));
}
