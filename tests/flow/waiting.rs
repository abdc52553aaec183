//! Customers under review and people who must consent: what a run has made waits, is followed up by the next runs, and
//! is never made again.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::Instant;
use turnup::api::wire::{Method, Request};
use turnup::journal::{Carried, Ending, Log, Memory, Record};
use turnup::plan::{Action, Known, Plan, StepId};
use turnup::report::Outcome;
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};

use crate::crashing::Crashing;
use crate::runtime;
use crate::world::{Webex, attempt_of, faults_of, head_of, outcomes_of, planned, planned_with};

const DAY: Duration = Duration::from_hours(24);

/// A customer under review, a user, and an administrator with a role: all are let go on the evening of the second day.
const HELD: &str = "
[[hold]]
external_id = \"c-1\"
status = \"pending_rpl_review\"
release_ms = 130000000
[[hold]]
email = \"b0@boreal.example\"
status = \"pending_user_migration\"
release_ms = 130000000
[[hold]]
email = \"ivo@austral.example\"
status = \"pending_user_migration\"
release_ms = 130000000
";

fn webex() -> Webex {
    let duplicates = Duplicates::Allow;
    let settings = Settings { latency_ms: 25, provision_ms: 700, duplicates, ..Settings::default() };
    Webex::new(Simulator::new(settings, Faults::parse(HELD).expect("a good fault file")))
}

/// A run of a plan, from its beginning to its end, in a journal that may crash once on the way.
async fn run(name: &str, webex: &Webex, began: Instant, plan: &Plan, log: &mut Crashing) -> HashMap<StepId, Record> {
    let known = log.known().expect("memory can be read");
    log.begin(&head_of(name), plan).expect("memory takes it");
    let first = attempt_of(name, webex, began, plan, HashMap::new(), log, &known).await;
    if let Ok(finish) = first {
        return finish.records;
    }
    log.entries_left = usize::MAX;
    let (stored, records) = log.replay(name).expect("what was written can be read");
    let known = log.known().expect("memory can be read");
    attempt_of(name, webex, began, &stored, records, log, &known).await.expect("nothing stops it").records
}

fn journal() -> Crashing {
    Crashing { inner: Memory::default(), entries_left: usize::MAX }
}

/// How many steps a plan has of each action that is none of `unchanged`.
fn actions(plan: &Plan) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.action != Action::Unchanged) {
        *counts.entry(step.action.word()).or_default() += 1;
    }
    counts
}

/// The requests since the count, as `GET /wholesale/customers/{id}` without what is asked for.
fn requests(webex: &Webex, since: usize) -> Vec<String> {
    let traffic = webex.traffic.lock().expect("no test panics in it");
    let line = |request: &Request| format!("{:?} {}", request.method, request.path);
    traffic.iter().skip(since).map(|(request, _)| line(request)).collect()
}

fn sent(webex: &Webex) -> usize {
    webex.traffic.lock().expect("no test panics in it").len()
}

/// What is wrong when everything was to be created in the end. Headquarters and the first administrator's role come
/// with their organisation, so those steps find them there.
fn not_created(plan: &Plan, records: &HashMap<StepId, Record>) -> Vec<String> {
    let given = [StepId::location("c-1", "Sede"), StepId::role("ana@aurora.example")];
    let is_well = |id: &StepId, ending| match ending {
        Some(Ending::AlreadyThere) => given.contains(id),
        other => other == Some(Ending::Created),
    };
    let open = plan.steps.iter().filter(|step| step.action != Action::Unchanged);
    let bad = open.filter(|step| !is_well(&step.id, records.get(&step.id).and_then(Record::ending)));
    bad.map(|step| format!("{}: {:?}", step.id, records.get(&step.id))).collect()
}

#[test]
fn what_waits_is_followed_up_with_reads_and_created_once_it_is_released() {
    let (webex, mut log) = (webex(), journal());
    runtime().block_on(async {
        let began = Instant::now();
        let first = run("r", &webex, began, &planned(&Known::default()), &mut log).await;
        assert_eq!(first[&StepId::customer("c-1")].ending(), Some(Ending::Waiting));
        let waiting = outcomes_of("r", &log).1.into_iter().filter(|outcome| *outcome == Outcome::Waiting).count();

        tokio::time::sleep(DAY).await;
        let plan = planned(&log.known().expect("memory can be read"));
        assert_eq!(actions(&plan)["waiting"], 3, "{:?}", actions(&plan));
        let before = sent(&webex);
        let second = run("r2", &webex, began, &plan, &mut log).await;
        let asked = requests(&webex, before);
        assert_eq!(asked.len(), 3, "one look for each that waits: {asked:?}");
        assert!(asked.iter().all(|line| line.starts_with("Get")), "{asked:?}");
        let since = Carried::Since("2026-11-10T10:00:00Z".to_owned());
        for id in [StepId::customer("c-1"), StepId::user("b0@boreal.example"), StepId::role("ivo@austral.example")] {
            assert_eq!(second[&id].ending(), Some(Ending::Waiting), "{id}");
            let carried = second[&id].reason.as_ref().and_then(|reason| reason.carried.as_deref());
            assert_eq!(carried, Some(&since), "{id}");
        }
        let still = outcomes_of("r2", &log).1.into_iter().filter(|outcome| *outcome == Outcome::Waiting).count();
        assert_eq!(still, waiting);

        tokio::time::sleep(DAY).await;
        let plan = planned(&log.known().expect("memory can be read"));
        let before = sent(&webex);
        let third = run("r3", &webex, began, &plan, &mut log).await;
        assert_eq!(not_created(&plan, &third), Vec::<String>::new());
        let (rows, outcomes) = outcomes_of("r3", &log);
        assert_eq!(outcomes.len(), rows);
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Created).count(), waiting);
        let made_again = |line: &&String| *line == "Post /wholesale/customers";
        assert_eq!(requests(&webex, before).iter().filter(made_again).count(), 0);
    });
    assert_eq!(faults_of(&webex, &Plan::default(), &HashMap::new()), Vec::<String>::new());
    assert!(planned(&log.known().expect("memory can be read")).is_idle(), "a last run has nothing to do");
}

#[test]
fn a_crash_at_any_entry_makes_nothing_that_waits_again() {
    let mut bad = Vec::new();
    let mut crash_at = 0;
    loop {
        let (webex, mut log) = (webex(), Crashing { inner: Memory::default(), entries_left: crash_at });
        let (plan, records) = runtime().block_on(async {
            let began = Instant::now();
            run("r", &webex, began, &planned(&Known::default()), &mut log).await;
            tokio::time::sleep(2 * DAY).await;
            let plan = planned(&log.known().expect("memory can be read"));
            let records = run("r2", &webex, began, &plan, &mut log).await;
            (plan, records)
        });
        let faults = not_created(&plan, &records).into_iter();
        let faults = faults.chain(faults_of(&webex, &Plan::default(), &HashMap::new()));
        bad.extend(faults.map(|fault| format!("crash at {crash_at}: {fault}")));
        let (rows, outcomes) = outcomes_of("r2", &log);
        assert_eq!(outcomes.len(), rows, "crash at {crash_at}");
        let is_well = |outcome: &Outcome| matches!(outcome, Outcome::Created | Outcome::Unchanged);
        assert!(outcomes.iter().all(is_well), "crash at {crash_at}: {outcomes:?}");
        if log.entries_left < usize::MAX / 2 {
            break;
        }
        crash_at += 1;
    }
    assert!(crash_at > 100, "the two runs have more than {crash_at} entries");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn what_today_changes_of_a_waiting_row_is_done_when_it_is_released() {
    for (from, to, change) in [
        ("Rua Um 1", "Rua Um 9", "Put /wholesale/customers/"),
        (
            "b0,Teste,b0@boreal.example,webex_suite,,,3000",
            "Bia,Teste,b0@boreal.example,webex_suite,,,3000",
            "Put /people/",
        ),
    ] {
        let (webex, mut log) = (webex(), journal());
        runtime().block_on(async {
            let began = Instant::now();
            run("r", &webex, began, &planned(&Known::default()), &mut log).await;
            tokio::time::sleep(DAY).await;
            let plan = planned_with(from, to, &log.known().expect("memory can be read"));
            assert_eq!(actions(&plan)["waiting"], 3, "{:?}", actions(&plan));
            let before = sent(&webex);
            run("r2", &webex, began, &plan, &mut log).await;
            let asked = requests(&webex, before);
            assert!(asked.iter().all(|line| line.starts_with("Get")), "nothing is changed of what waits: {asked:?}");

            tokio::time::sleep(DAY).await;
            let plan = planned_with(from, to, &log.known().expect("memory can be read"));
            let before = sent(&webex);
            run("r3", &webex, began, &plan, &mut log).await;
            // The change has brought the customer under review again.
            tokio::time::sleep(2 * DAY).await;
            let plan = planned_with(from, to, &log.known().expect("memory can be read"));
            let records = run("r4", &webex, began, &plan, &mut log).await;
            assert_eq!(not_created(&plan, &records), Vec::<String>::new(), "{to}");
            let changes = requests(&webex, before).into_iter().filter(|line| line.starts_with(change)).count();
            assert_eq!(changes, 1, "{to}");
            let idle = planned_with(from, to, &log.known().expect("memory can be read"));
            assert!(idle.is_idle(), "{to}: {:?}", actions(&idle));
        });
    }
}

#[test]
fn what_vanished_while_it_waited_is_no_success_and_made_anew_by_the_next_run() {
    let (webex, mut log) = (webex(), journal());
    let began_with = planned(&Known::default());
    runtime().block_on(async {
        let began = Instant::now();
        let first = run("r", &webex, began, &began_with, &mut log).await;
        let customer = &first[&StepId::customer("c-1")].ids["customer_id"];
        let deletion = Request::new(Method::Delete, format!("/wholesale/customers/{customer}"));
        assert!(webex.asked(began, &deletion).status < 300, "somebody else takes it away");
        tokio::time::sleep(DAY).await;
        let plan = planned(&log.known().expect("memory can be read"));
        let second = run("r2", &webex, began, &plan, &mut log).await;
        let record = &second[&StepId::customer("c-1")];
        assert_eq!(record.ending(), Some(Ending::Failed));
        let reason = record.reason.clone().unwrap_or_default();
        assert_eq!(reason.text, "it waited for pending_rpl_review since 2026-11-10T10:00:00Z and is no longer there");
        assert_eq!(second[&StepId::user("ana@aurora.example")].ending(), Some(Ending::Blocked));
        let anew = planned(&log.known().expect("memory can be read"));
        let action = anew.steps.iter().find(|step| step.id == StepId::customer("c-1")).map(|step| step.action);
        assert_eq!(action, Some(Action::Create));
    });
}
