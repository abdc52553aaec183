//! What a second day changes of a first one: the whole engine against the simulator, on a clock that jumps. After the
//! second run everything is as its sheets say, and a third run has nothing to do.

#[path = "flow/crashing.rs"]
#[allow(dead_code, reason = "shared with other tests, which use all of it")]
mod crashing;
#[path = "flow/losses.rs"]
mod losses;
#[path = "delta/office.rs"]
mod office;
#[path = "flow/world.rs"]
mod world;

use std::collections::HashMap;
use std::time::Duration;

use crashing::Crashing;
use losses::{LOSSES, ended, rule_of, writes};
use office::{Day, first_day, second_day};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use turnup::journal::{Ending, Log, Memory, Record};
use turnup::plan::{Action, Known, Plan, StepId};
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{Webex, attempt, head};

/// Seeds that the gate tries.
const SEEDS: u64 = 60;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

fn settings() -> Settings {
    Settings { latency_ms: 25, provision_ms: 700, duplicates: Duplicates::Allow, ..Settings::default() }
}

/// What stands after a first day without faults, and what is known of it.
struct Morning {
    stands: String,
    known: Known,
}

impl Morning {
    fn after(day: &Day) -> Self {
        let webex = Webex::new(Simulator::new(settings(), Faults::none()));
        let (known, wrong) = runtime().block_on(async { lived(&webex, Instant::now(), day, &Known::default()).await });
        assert_eq!(wrong, Vec::<String>::new(), "the first day");
        Self { stands: webex.snapshot(), known }
    }

    fn webex(&self, faults: Faults) -> Webex {
        Webex::new(Simulator::restore(settings(), faults, &self.stands).expect("it was written by a simulator"))
    }
}

/// A later hour: what stands since the first day is visible.
async fn later() -> Instant {
    let began = Instant::now();
    tokio::time::sleep(Duration::from_hours(1)).await;
    began
}

fn begun(plan: &Plan, known: &Known) -> Memory {
    let mut log = Memory::remembering(known);
    log.begin(&head(), plan).expect("memory takes it");
    log
}

/// What is known after a run, on top of what was known before.
fn learnt(log: &Memory) -> Known {
    log.known().expect("memory can be read")
}

fn bad_ends(plan: &Plan, records: &HashMap<StepId, Record>) -> Vec<String> {
    let steps = plan.steps.iter().filter(|step| step.action != Action::Unchanged);
    steps
        .filter(|step| !records.get(&step.id).and_then(Record::ending).is_some_and(Ending::is_good))
        .map(|step| format!("{} ended as {:?}", step.id, records.get(&step.id).map(|r| (r.state, r.reason.clone()))))
        .collect()
}

/// Runs a day and says what went wrong; returns what is known then.
async fn lived(webex: &Webex, began: Instant, day: &Day, known: &Known) -> (Known, Vec<String>) {
    let plan = day.planned(known);
    let mut wrong: Vec<String> = plan.immovable.iter().map(|value| format!("{value:?}")).collect();
    let mut log = begun(&plan, known);
    match attempt(webex, began, &plan, HashMap::new(), &mut log, known).await {
        Ok(finish) => wrong.extend(bad_ends(&plan, &finish.records)),
        Err(error) => wrong.push(format!("{error:#}")),
    }
    wrong.extend(day.differences(&webex.state()));
    (learnt(&log), wrong)
}

fn requests(webex: &Webex) -> usize {
    webex.traffic.lock().expect("no test panics in it").len()
}

fn steps_left(day: &Day, known: &Known) -> Vec<String> {
    let plan = day.planned(known);
    let left = plan.steps.iter().filter(|step| step.action != Action::Unchanged);
    left.map(|step| format!("{} is not done with", step.id)).collect()
}

#[test]
fn the_second_day_is_as_its_sheets_say_and_the_third_costs_nothing() {
    let (first, second) = (first_day(), second_day());
    let morning = Morning::after(&first);
    assert_eq!(steps_left(&first, &morning.known), Vec::<String>::new());
    let webex = morning.webex(Faults::none());
    let (known, wrong) = runtime().block_on(async { lived(&webex, later().await, &second, &morning.known).await });
    assert_eq!(wrong, Vec::<String>::new(), "the second day");
    assert_eq!(steps_left(&second, &known), Vec::<String>::new());
    let spent = requests(&webex);
    // Three addresses are looked up and replaced, one callback number is read, and so are the people, once, for the one
    // who is new.
    assert!(spent < 60 + 8, "{spent} requests for the changes");
    let state = webex.state();
    assert_eq!(state["subscribers"]["rui@boreal.example"]["package"], "webex_meetings", "absence deletes nothing");
    assert_eq!(state["subscribers"]["u11@aurora.example"]["number"], "+351253123421", "a blank leaves it alone");
    assert_eq!(state["locations"]["c-1/Evora"]["preferredLanguage"], "pt_pt", "a blank leaves it alone");
    let registered = |place: &str| state["locations"][place]["emergencyAddress"].clone();
    assert_eq!(registered("c-1/Evora")["address1"], "Rua Quatro 5", "what is registered follows the row");
    assert_eq!(registered("c-1/Braga")["address2"], serde_json::Value::Null, "what is removed goes there too");
}

#[test]
fn whatever_breaks_the_second_day_is_as_its_sheets_say() {
    let count = std::env::var("TURNUP_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    let morning = Morning::after(&first_day());
    let mut bad = Vec::new();
    for seed in 1..=count {
        let webex = morning.webex(Faults::from_seed(seed));
        let (known, mut wrong) =
            runtime().block_on(async { lived(&webex, later().await, &second_day(), &morning.known).await });
        wrong.extend(steps_left(&second_day(), &known));
        bad.extend(wrong.into_iter().map(|wrong| format!("seed {seed}: {wrong}")));
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// The first answer of every kind of change is lost in every way; the day ends as its sheets say all the same.
#[test]
fn every_lost_answer_of_a_change_is_recovered() {
    let (morning, day) = (Morning::after(&first_day()), second_day());
    let healthy = morning.webex(Faults::none());
    runtime().block_on(async { lived(&healthy, later().await, &day, &morning.known).await });
    let routes = writes(&healthy.state());
    for route in [
        "PUT /locations/{locationId}",
        "PUT /telephony/pstn/locations/{locationId}/emergencyAddresses/{addressId}",
        "PATCH /identity/scim/{orgId}/v2/Users/{userId}",
        "PUT /people/{personId}",
        "PUT /telephony/config/people/{personId}/numbers",
        "PUT /wholesale/customers/{customerId}",
        "PUT /wholesale/subscribers/{subscriberId}",
    ] {
        assert!(routes.contains(route), "{route} is not among {routes:?}");
    }
    let mut bad = Vec::new();
    for (route, (loss, end)) in routes.iter().flat_map(|route| LOSSES.map(|loss| (route, loss))) {
        let faults = Faults::parse(&rule_of(route, 1, loss)).expect("the faults of a test are well-formed");
        let webex = morning.webex(faults);
        let (known, mut wrong) = runtime().block_on(async { lived(&webex, later().await, &day, &morning.known).await });
        wrong.extend(steps_left(&day, &known));
        assert!(ended(&webex.state(), route, end) > 0, "{route}, {loss}: it was hit");
        bad.extend(wrong.into_iter().map(|wrong| format!("{route}, {loss}: {wrong}")));
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_crash_at_any_entry_of_the_second_day_loses_nothing() {
    let (morning, day) = (Morning::after(&first_day()), second_day());
    let plan = day.planned(&morning.known);
    let mut bad = Vec::new();
    let mut crash_at = 0;
    loop {
        let faults = if crash_at % 3 == 0 { Faults::none() } else { Faults::from_seed(crash_at as u64) };
        let webex = morning.webex(faults);
        let mut log = Crashing { inner: begun(&plan, &morning.known), entries_left: crash_at };
        let (crashed, mut wrong) = runtime().block_on(async {
            let began = later().await;
            let first = attempt(&webex, began, &plan, HashMap::new(), &mut log, &morning.known).await;
            if first.is_ok() {
                return (false, Vec::new());
            }
            let (stored, records) = log.inner.replay("r").expect("what was written can be read");
            let known = learnt(&log.inner);
            match attempt(&webex, began, &stored, records, &mut log.inner, &known).await {
                Ok(finish) => (true, bad_ends(&plan, &finish.records)),
                Err(error) => (true, vec![format!("{error:#}")]),
            }
        });
        wrong.extend(day.differences(&webex.state()));
        wrong.extend(steps_left(&day, &learnt(&log.inner)));
        bad.extend(wrong.into_iter().map(|wrong| format!("crash at {crash_at}: {wrong}")));
        if !crashed {
            break;
        }
        crash_at += 1;
    }
    assert!(crash_at > 60, "the run has more than {crash_at} entries");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
