//! Taking a run back, with the whole engine against the simulator, under faults and crashes at every entry of the journal:
//! what the run made is gone, what stood before stands as it stood, and every row has exactly one outcome.

#[path = "flow/crashing.rs"]
mod crashing;
#[path = "flow/world.rs"]
mod world;

use std::collections::{BTreeMap, HashMap, HashSet};

use crashing::Crashing;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use turnup::journal::{Ending, Log, Memory, Record, made};
use turnup::plan::{self, Kept, Known, Plan, StepId, Undo};
use turnup::report::Outcome;
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{Webex, attempt, attempt_of, duplicates, head, head_of, outcomes_of, planned, planned_of};

/// Seeds that the gate tries.
const SEEDS: u64 = 100;

/// What another run has made long before: one of the three customers with a branch, and some of their users.
const BEFORE: [&str; 3] = [
    "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,location_name,timezone,language,\
     numbers,main_number\n\
     c-1,Aurora,ana@aurora.example,eu,webex_calling;webex_meetings,Rua Um 1,Lisboa,1100-148,PT,Sede,Europe/Lisbon,pt_pt,\
     +351211234500-+351211234501,+351211234500\n",
    "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers,main_number,pstn_connection,\
     emergency_address,emergency_callback\n\
     c-1,Evora,Rua Quatro 4,\u{c9}vora,7000-001,PT,Europe/Lisbon,+351266123400,+351266123401,Cloud Connected PSTN,yes,main_number\n",
    "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role\n\
     c-1,ana,Teste,ana@aurora.example,webex_calling,Sede,+351211234510,1000,full_admin\n\
     c-1,m1,Teste,m1@aurora.example,webex_meetings,,,,\n",
];

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

/// The world before the run: somebody's earlier run, and nothing that is faulty.
struct Morning {
    snapshot: String,
    known: Known,
    /// What stands, by kind and key, with the id of each object.
    stands: BTreeMap<String, String>,
}

const KINDS: [&str; 5] = ["customers", "locations", "numbers", "subscribers", "roles"];

/// What stands. Numbers and roles have no id, and are told whole.
fn standing(webex: &Webex) -> BTreeMap<String, String> {
    let state = webex.state();
    let of = |kind: &'static str, state: &Value| -> Vec<(String, String)> {
        let objects = state[kind].as_object().expect("the state tells every kind");
        let id = |object: &Value| object["id"].as_str().map_or_else(|| object.to_string(), str::to_owned);
        objects.iter().map(|(key, object)| (format!("{kind} {key}"), id(object))).collect()
    };
    KINDS.into_iter().flat_map(|kind| of(kind, &state)).collect()
}

fn counts(webex: &Webex) -> [usize; 5] {
    let state = webex.state();
    KINDS.map(|kind| state[kind].as_object().map_or(0, serde_json::Map::len))
}

fn settings() -> Settings {
    Settings { latency_ms: 25, provision_ms: 700, duplicates: Duplicates::Allow, ..Settings::default() }
}

fn morning() -> Morning {
    let webex = Webex::new(Simulator::new(settings(), Faults::none()));
    let plan = planned_of(world::TEMPLATES, BEFORE, &Known::default());
    let mut log = Memory::default();
    log.begin(&head(), &plan).expect("memory takes it");
    let finish = runtime()
        .block_on(async { attempt(&webex, Instant::now(), &plan, HashMap::new(), &mut log, &Known::default()).await });
    let bad = badly(&plan, &finish.expect("nothing stops it").records, Ending::is_good);
    assert_eq!(bad, Vec::<String>::new());
    Morning { snapshot: webex.snapshot(), known: log.known().expect("memory can be read"), stands: standing(&webex) }
}

/// Steps that did not end as they should.
fn badly(plan: &Plan, records: &HashMap<StepId, Record>, is_good: fn(Ending) -> bool) -> Vec<String> {
    let ending = |id| records.get(id).and_then(Record::ending);
    let open = plan.steps.iter().filter(|step| step.action != plan::Action::Unchanged);
    let bad = open.filter(|step| !ending(&step.id).is_some_and(is_good));
    bad.map(|step| format!("{} ended as {:?}: {:?}", step.id, ending(&step.id), records.get(&step.id))).collect()
}

/// A run over all three customers, and the plan that takes it back.
struct Day {
    webex: Webex,
    log: Memory,
    undo: Undo,
}

/// Everything that the small partner wants beyond the morning is made, under the same faults as what follows.
async fn lived(morning: &Morning, faults: Faults, began: Instant) -> Result<Day, String> {
    let webex = Webex::new(Simulator::restore(settings(), faults, &morning.snapshot)?);
    // A later hour: what stands since the morning is visible.
    tokio::time::sleep(std::time::Duration::from_hours(1)).await;
    let mut log = Memory::remembering(&morning.known);
    let plan = planned(&morning.known);
    log.begin(&head(), &plan).expect("memory takes it");
    let finish = attempt(&webex, began, &plan, HashMap::new(), &mut log, &morning.known).await;
    let finish = finish.map_err(|error| format!("{error:#}"))?;
    let bad = badly(&plan, &finish.records, Ending::is_good);
    if !bad.is_empty() {
        return Err(format!("the run itself: {}", bad.join("; ")));
    }
    let known = log.known().expect("memory can be read");
    let undo = plan::undo(&made(&plan, &finish.records, &HashSet::new()), &known);
    Ok(Day { webex, log, undo })
}

/// What is not as it was. The headquarters of a new organisation stay with it, with its numbers, and so does a first
/// person's being its administrator.
fn differences(morning: &Morning, webex: &Webex) -> Vec<String> {
    let now = standing(webex);
    let lost = morning.stands.iter().filter(|(key, id)| now.get(*key) != Some(id));
    let lost = lost.map(|(key, id)| format!("{key} {id} stood before, now {:?}", now.get(key)));
    let survives =
        ["locations c-2/Headquarters", "numbers +35122", "roles bea@boreal.example", "roles ivo@austral.example"];
    let more = now.keys().filter(|key| !morning.stands.contains_key(*key));
    let more = more.filter(|key| !survives.iter().any(|left| key.starts_with(left)));
    let more = more.map(|key| format!("{key} is left"));
    lost.chain(more).chain(duplicates(webex)).collect()
}

/// Every row has one outcome: what took part was deleted, or lost what the run had given to something that stood before.
fn rows_without_one(log: &dyn Log) -> Vec<String> {
    let (rows, outcomes) = outcomes_of("u", log);
    let is_good = |outcome: &Outcome| {
        matches!(outcome, Outcome::Deleted | Outcome::Updated | Outcome::Skipped | Outcome::Unchanged)
    };
    let odd = outcomes.iter().filter(|outcome| !is_good(outcome));
    let mut bad: Vec<String> = odd.map(|outcome| format!("a row ended as {outcome}")).collect();
    if rows != outcomes.len() {
        bad.push(format!("{rows} rows and {} outcomes", outcomes.len()));
    }
    bad
}

async fn taken_back(morning: &Morning, faults: Faults) -> Vec<String> {
    let began = Instant::now();
    let Day { webex, mut log, undo } = match lived(morning, faults, began).await {
        Ok(day) => day,
        Err(wrong) => return vec![wrong],
    };
    let known = log.known().expect("memory can be read");
    log.begin(&head_of("u"), &undo.plan).expect("memory takes it");
    match attempt_of("u", &webex, began, &undo.plan, HashMap::new(), &mut log, &known).await {
        Ok(finish) => {
            let mut bad = badly(&undo.plan, &finish.records, |ending| ending == Ending::Deleted);
            bad.extend(differences(morning, &webex));
            bad.extend(rows_without_one(&log));
            bad
        }
        Err(error) => vec![format!("{error:#}")],
    }
}

#[test]
fn only_what_the_run_made_goes() {
    let morning = morning();
    let bad = runtime().block_on(async {
        let began = Instant::now();
        let Day { undo, .. } = lived(&morning, Faults::none(), began).await.expect("nothing stops it");
        let ids: Vec<&str> = undo.plan.steps.iter().map(|step| step.id.as_str()).collect();
        for id in ["customer/c-2", "customer/c-3", "location/c-1/Braga", "numbers/c-1/Sede", "user/u0@aurora.example"] {
            assert!(ids.contains(&id), "{id} goes: {ids:?}");
        }
        for id in ["customer/c-1", "location/c-1/Evora", "user/ana@aurora.example", "user/m1@aurora.example"] {
            assert!(!ids.contains(&id), "{id} stays: {ids:?}");
        }
        assert!(undo.kept.iter().all(|(_, kept)| *kept != Kept::Touched), "{:?}", undo.kept);
        taken_back(&morning, Faults::none()).await
    });
    assert_eq!(bad, Vec::<String>::new());
}

#[test]
fn whatever_breaks_the_run_is_taken_back() {
    let count = std::env::var("TURNUP_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    let morning = morning();
    let mut bad = Vec::new();
    for seed in 1..=count {
        let wrong = runtime().block_on(taken_back(&morning, Faults::from_seed(seed)));
        bad.extend(wrong.into_iter().map(|wrong| format!("seed {seed}: {wrong}")));
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_crash_at_any_entry_of_the_journal_takes_back_all_the_same() {
    let morning = morning();
    let mut bad = Vec::new();
    let mut crash_at = 0;
    loop {
        let faults = if crash_at % 3 == 0 { Faults::none() } else { Faults::from_seed(crash_at as u64) };
        let (crashed, wrong) = runtime().block_on(crashed(&morning, faults, crash_at));
        bad.extend(wrong.into_iter().map(|wrong| format!("crash at {crash_at}: {wrong}")));
        if !crashed {
            break;
        }
        crash_at += 1;
    }
    assert!(crash_at > 60, "the run has more than {crash_at} entries");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Crashes at an entry of the taking back, and goes on; says whether it did crash.
async fn crashed(morning: &Morning, faults: Faults, crash_at: usize) -> (bool, Vec<String>) {
    let began = Instant::now();
    let Day { webex, log, undo } = match lived(morning, faults, began).await {
        Ok(day) => day,
        Err(wrong) => return (true, vec![wrong]),
    };
    let known = log.known().expect("memory can be read");
    let mut log = Crashing { inner: log, entries_left: crash_at };
    log.begin(&head_of("u"), &undo.plan).expect("memory takes it");
    if attempt_of("u", &webex, began, &undo.plan, HashMap::new(), &mut log, &known).await.is_ok() {
        return (false, differences(morning, &webex));
    }
    let (stored, records) = log.inner.replay("u").expect("what was written can be read");
    let known = log.inner.known().expect("memory can be read");
    let mut bad = match attempt_of("u", &webex, began, &stored, records, &mut log.inner, &known).await {
        Ok(finish) => badly(&undo.plan, &finish.records, |ending| ending == Ending::Deleted),
        Err(error) => vec![format!("{error:#}")],
    };
    bad.extend(differences(morning, &webex));
    bad.extend(rows_without_one(&log.inner));
    (true, bad)
}

/// What was taken back can be made again, in the organisations that stayed, and only there.
#[test]
fn made_again_in_the_organisations_that_stayed() {
    let morning = morning();
    runtime().block_on(async {
        let began = Instant::now();
        let Day { webex, mut log, undo } = lived(&morning, Faults::none(), began).await.expect("nothing stops it");
        let known = log.known().expect("memory can be read");
        log.begin(&head_of("u"), &undo.plan).expect("memory takes it");
        attempt_of("u", &webex, began, &undo.plan, HashMap::new(), &mut log, &known).await.expect("nothing stops it");
        let known = log.known().expect("memory can be read");
        let left = plan::left_organisations(&planned(&known), &known);
        let names: Vec<&str> = left.iter().map(|(customer, _)| customer.as_str()).collect();
        assert_eq!(names, ["c-2", "c-3"]);
        let again = world::attached(&left, &known);
        assert!(plan::left_organisations(&again, &known).is_empty(), "the rows name their organisations now");
        log.begin(&head_of("again"), &again).expect("memory takes it");
        let finish = attempt_of("again", &webex, began, &again, HashMap::new(), &mut log, &known).await;
        let finish = finish.expect("nothing stops it");
        assert_eq!(badly(&again, &finish.records, Ending::is_good), Vec::<String>::new());
        assert_eq!(counts(&webex), [3, 4, 15, 20, 3]);
        assert_eq!(duplicates(&webex), Vec::<String>::new());
        assert_eq!(
            webex.state()["organizations"].as_object().map(serde_json::Map::len),
            Some(3),
            "no new organisation"
        );
    });
}

/// A customer with a branch, whose users have numbers of both places.
const ALONE: [&str; 3] = [
    "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,location_name,timezone,language,\
     numbers,main_number\n\
     c-9,Aurora,ana@aurora.example,eu,webex_calling,Rua Um 1,Lisboa,1100-148,PT,Sede,Europe/Lisbon,pt_pt,\
     +351211234500-+351211234501,+351211234500\n",
    "customer_external_id,name,address_line1,city,postal_code,country,timezone\n\
     c-9,Evora,Rua Quatro 4,\u{c9}vora,7000-001,PT,Europe/Lisbon\n",
    "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role\n\
     c-9,ana,Teste,ana@aurora.example,webex_calling,Sede,+351211234510,1000,full_admin\n\
     c-9,rui,Teste,rui@aurora.example,webex_calling,Evora,+351266123421,1001,\n",
];

#[test]
fn a_customer_goes_though_persons_keep_its_numbers_and_its_branch() {
    let webex = Webex::new(Simulator::new(Settings { persons_keep_calling: true, ..settings() }, Faults::none()));
    runtime().block_on(async {
        let began = Instant::now();
        let plan = planned_of(world::TEMPLATES, ALONE, &Known::default());
        let mut log = Memory::default();
        log.begin(&head(), &plan).expect("memory takes it");
        attempt(&webex, began, &plan, HashMap::new(), &mut log, &Known::default()).await.expect("nothing stops it");
        let known = log.known().expect("memory can be read");
        let (stored, records) = log.replay("r").expect("memory can be read");
        let undo = plan::undo(&made(&stored, &records, &HashSet::new()), &known);
        log.begin(&head_of("u"), &undo.plan).expect("memory takes it");
        let finish = attempt_of("u", &webex, began, &undo.plan, HashMap::new(), &mut log, &known).await;
        let records = finish.expect("nothing stops it").records;
        // The branch cannot go, and is told to be there still; the customer goes.
        let bad = undo.plan.steps.iter().filter(|step| !records[&step.id].ending().is_some_and(Ending::is_good));
        let bad: Vec<&str> = bad.map(|step| step.id.as_str()).collect();
        assert_eq!(bad, ["numbers/c-9/Evora", "location/c-9/Evora"]);
        assert_eq!(records[&StepId::customer("c-9")].ending(), Some(Ending::Deleted));
        let reason = records[&StepId::numbers("c-9", "Sede")].reason.clone().unwrap_or_default();
        assert!(reason.text.contains("+351211234510"), "{reason:?}");
    });
    assert_eq!(counts(&webex)[..2], [0, 2]);
}
