//! Taking away, with the whole engine against the simulator: what sheets delete, under faults and crashes at every entry
//! of the journal, leaves organisations and persons and nothing else.

#[path = "flow/crashing.rs"]
mod crashing;
#[path = "flow/losses.rs"]
mod losses;
#[path = "flow/world.rs"]
mod world;

use std::collections::{BTreeSet, HashMap};

use crashing::Crashing;
use losses::{LOSSES, ended, rule_of, writes};
use tokio::runtime::{Builder, Runtime};
use turnup::journal::{Ending, Log, Memory, Record};
use turnup::plan::{Known, Plan, StepId};
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{ALL_GO, TEMPLATES, Webex, attempt, head, planned, planned_of};

/// Seeds that the gate tries.
const SEEDS: u64 = 100;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

fn webex(faults: Faults) -> Webex {
    let settings = Settings { latency_ms: 25, provision_ms: 700, duplicates: Duplicates::Allow, ..Settings::default() };
    Webex::new(Simulator::new(settings, faults))
}

/// Makes everything, and forgets how.
async fn made(webex: &Webex, began: tokio::time::Instant) -> Memory {
    let plan = planned(&Known::default());
    let mut log = Memory::default();
    log.begin(&head(), &plan).expect("memory takes it");
    attempt(webex, began, &plan, HashMap::new(), &mut log, &Known::default()).await.expect("nothing stops it");
    log
}

/// One user, one branch with its user, one user whom nobody knows.
const SOME: [&str; 3] = [
    "external_id,name,admin_email,template,packages,address_line1,city,country,action\n",
    "customer_external_id,name,address_line1,city,country,timezone,action\nc-1,Braga,,,,,delete\n",
    "customer_external_id,first_name,last_name,email,package,action\n\
     ,,,ana@aurora.example,,delete\nc-1,,,u2@aurora.example,,delete\n,,,u5@aurora.example,,delete\n\
     ,,,nobody@aurora.example,,delete\n",
];

fn counts(webex: &Webex) -> [usize; 5] {
    let state = webex.state();
    ["customers", "locations", "numbers", "subscribers", "roles"]
        .map(|kind| state[kind].as_object().map_or(0, serde_json::Map::len))
}

fn badly(plan: &Plan, records: &HashMap<StepId, Record>) -> Vec<String> {
    let ending = |id| records.get(id).and_then(Record::ending);
    let bad = plan.steps.iter().filter(|step| ending(&step.id) != Some(Ending::Deleted));
    bad.map(|step| format!("{} ended as {:?}: {:?}", step.id, ending(&step.id), records.get(&step.id))).collect()
}

/// Carries out what some sheets delete, against everything made.
fn deleted(webex: &Webex, sheets: [&str; 3]) -> (Plan, HashMap<StepId, Record>, Memory) {
    runtime().block_on(async {
        let began = tokio::time::Instant::now();
        let mut log = made(webex, began).await;
        let known = log.known().expect("memory can be read");
        let plan = planned_of(TEMPLATES, sheets, &known);
        log.begin(&world::head_of("d"), &plan).expect("memory takes it");
        let finish = world::attempt_of("d", webex, began, &plan, HashMap::new(), &mut log, &known).await;
        (plan, finish.expect("nothing stops it").records, log)
    })
}

/// Two users go whose numbers others get: one who has a number, and one who is new.
const HANDED_ON: [&str; 3] = [
    "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,location_name,timezone,language\n\
     c-1,Aurora,ana@aurora.example,eu,webex_calling;webex_meetings,Rua Um 1,Lisboa,1100-148,PT,Sede,Europe/Lisbon,pt_pt\n",
    "customer_external_id,name,address_line1,city,postal_code,country,timezone\n\
     c-1,Evora,Rua Quatro 4,\u{c9}vora,7000-001,PT,Europe/Lisbon\n",
    "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role,action\n\
     ,,,u3@aurora.example,,,,,,delete\n,,,u1@aurora.example,,,,,,delete\n\
     c-1,ana,Teste,ana@aurora.example,webex_calling,Sede,+351211234510,1000,full_admin,\n\
     c-1,u6,Teste,u6@aurora.example,webex_calling,Sede,+351211234523,,,\n\
     c-1,Nova,Teste,nova@aurora.example,webex_calling,Evora,+351266123421,,,\n",
];

#[test]
fn a_number_of_someone_who_goes_is_another_ones_in_the_same_run_wherever_webex_leaves_it() {
    for persons_keep_calling in [false, true] {
        let settings =
            Settings { duplicates: Duplicates::Allow, provision_ms: 700, persons_keep_calling, ..Settings::default() };
        let webex = Webex::new(Simulator::new(settings, Faults::none()));
        let (plan, records, log) = deleted(&webex, HANDED_ON);
        assert!(plan.immovable.is_empty(), "{:?}", plan.immovable);
        let bad: Vec<_> = records.iter().filter(|(_, record)| !record.ending().is_some_and(Ending::is_good)).collect();
        assert!(bad.is_empty(), "{bad:#?}");
        let state = webex.state();
        let number = |email: &str| state["subscribers"][email]["number"].clone();
        assert_eq!(number("u6@aurora.example"), "+351211234523");
        assert_eq!(number("nova@aurora.example"), "+351266123421");
        assert!(
            state["subscribers"]["u3@aurora.example"].is_null() && state["subscribers"]["u1@aurora.example"].is_null()
        );
        assert!(planned_of(TEMPLATES, HANDED_ON, &log.known().expect("memory can be read")).is_idle());
    }
}

/// The same in two runs: first two users go, and later others get their numbers.
const GONE: [&str; 3] = [
    HANDED_ON[0],
    HANDED_ON[1],
    "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role,action\n\
     ,,,u3@aurora.example,,,,,,delete\n,,,u1@aurora.example,,,,,,delete\n\
     c-1,ana,Teste,ana@aurora.example,webex_calling,Sede,+351211234510,1000,full_admin,\n",
];

#[test]
fn a_number_of_someone_who_went_in_an_earlier_run_is_another_ones_wherever_webex_left_it() {
    for persons_keep_calling in [false, true] {
        let settings =
            Settings { duplicates: Duplicates::Allow, provision_ms: 700, persons_keep_calling, ..Settings::default() };
        let webex = Webex::new(Simulator::new(settings, Faults::none()));
        let (_, _, mut log) = deleted(&webex, GONE);
        runtime().block_on(async {
            let began = tokio::time::Instant::now();
            // The next night, for Webex too.
            tokio::time::sleep(std::time::Duration::from_hours(24)).await;
            let known = log.known().expect("memory can be read");
            let plan = planned_of(TEMPLATES, HANDED_ON, &known);
            log.begin(&world::head_of("e"), &plan).expect("memory takes it");
            let finish = world::attempt_of("e", &webex, began, &plan, HashMap::new(), &mut log, &known).await;
            let records = finish.expect("nothing stops it").records;
            let bad: Vec<_> =
                records.iter().filter(|(_, record)| !record.ending().is_some_and(Ending::is_good)).collect();
            assert!(bad.is_empty(), "{bad:#?}");
        });
        let number = |email: &str| webex.state()["subscribers"][email]["number"].clone();
        assert_eq!(number("u6@aurora.example"), "+351211234523");
        assert_eq!(number("nova@aurora.example"), "+351266123421");
        assert!(planned_of(TEMPLATES, HANDED_ON, &log.known().expect("memory can be read")).is_idle());
    }
}

/// Two headquarters stay with their organisations and their numbers, and one person is the administrator of an
/// organisation by being its first.
const LEFT: [usize; 5] = [0, 2, 9, 0, 1];

#[test]
fn customers_go_with_their_users_and_branches() {
    let webex = webex(Faults::none());
    let (plan, records, log) = deleted(&webex, ALL_GO);
    assert_eq!(badly(&plan, &records), Vec::<String>::new());
    assert_eq!(counts(&webex), LEFT);
    let known = log.known().expect("memory can be read");
    assert!(known.is_empty(), "{known:?}");
    let again = planned_of(TEMPLATES, ALL_GO, &known);
    assert!(again.is_idle(), "a second run has nothing to do");
    assert_eq!(again.steps.len(), 7, "each is known to be gone"); // Three customers, two branches and their numbers.
}

#[test]
fn users_and_branches_go_alone() {
    let webex = webex(Faults::none());
    let (plan, records, log) = deleted(&webex, SOME);
    assert_eq!(badly(&plan, &records), Vec::<String>::new());
    assert_eq!(counts(&webex), [3, 3, 13, 17, 2]);
    let known = log.known().expect("memory can be read");
    assert!(known.is_gone(&StepId::user("ana@aurora.example")) && known.is_gone(&StepId::location("c-1", "Braga")));
    let reason = records[&StepId::user("nobody@aurora.example")].reason.clone().unwrap_or_default();
    assert!(reason.text.starts_with("it was not there any more"), "{reason:?}");
    assert!(planned_of(TEMPLATES, SOME, &known).is_idle(), "a second run has nothing to do");
    // What was deleted by mistake is made again.
    let back = planned(&known);
    assert!(back.steps.iter().any(|step| step.id == StepId::location("c-1", "Braga") && step.calls.write > 0));
}

#[test]
fn a_branch_in_use_and_its_numbers_stay() {
    let webex = webex(Faults::none());
    let in_use = [SOME[0], SOME[1], "customer_external_id,first_name,last_name,email,package,action\n"];
    let (_, records, log) = deleted(&webex, in_use);
    let reason = records[&StepId::numbers("c-1", "Braga")].reason.clone().unwrap_or_default();
    assert_eq!((reason.code.as_deref(), reason.text.as_str()), (Some("R616"), "usersInUseCount 2"));
    assert_eq!(records[&StepId::location("c-1", "Braga")].ending(), Some(Ending::Blocked));
    assert_eq!(counts(&webex), [3, 4, 15, 20, 3]);
    assert!(log.known().expect("memory can be read").get(&StepId::location("c-1", "Braga")).is_some());
}

#[test]
fn whatever_breaks_everything_goes() {
    let count = std::env::var("TURNUP_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    let mut bad = Vec::new();
    for seed in 1..=count {
        let webex = webex(Faults::from_seed(seed));
        let (plan, records, _) = deleted(&webex, ALL_GO);
        bad.extend(badly(&plan, &records).into_iter().map(|fault| format!("seed {seed}: {fault}")));
        if counts(&webex) != LEFT {
            bad.push(format!("seed {seed}: {:?} is left", counts(&webex)));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// The first answer of every kind of removal is lost in every way; everything goes all the same.
#[test]
fn every_lost_answer_of_a_removal_is_recovered() {
    let (healthy, created) = (webex(Faults::none()), webex(Faults::none()));
    runtime().block_on(async { made(&created, tokio::time::Instant::now()).await });
    deleted(&healthy, ALL_GO);
    let (all, before) = (writes(&healthy.state()), writes(&created.state()));
    let routes: BTreeSet<&String> = all.difference(&before).collect();
    assert!(routes.len() >= 4, "what is made is taken away by more than {routes:?}");
    let mut bad = Vec::new();
    for (route, (loss, end)) in routes.into_iter().flat_map(|route| LOSSES.map(|loss| (route, loss))) {
        let webex = webex(Faults::parse(&rule_of(route, 1, loss)).expect("the faults of a test are well-formed"));
        let (plan, records, _) = deleted(&webex, ALL_GO);
        let case = format!("{route}, {loss}");
        assert!(ended(&webex.state(), route, end) > 0, "{case}: it was hit");
        bad.extend(badly(&plan, &records).into_iter().map(|fault| format!("{case}: {fault}")));
        if counts(&webex) != LEFT {
            bad.push(format!("{case}: {:?} is left", counts(&webex)));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_crash_at_any_entry_of_the_journal_leaves_nothing_undeleted() {
    let mut bad = Vec::new();
    let mut crash_at = 0;
    loop {
        let webex = webex(if crash_at % 3 == 0 { Faults::none() } else { Faults::from_seed(crash_at as u64) });
        let (crashed, plan, finish) = runtime().block_on(async {
            let began = tokio::time::Instant::now();
            let inner = made(&webex, began).await;
            let known = inner.known().expect("memory can be read");
            let plan = planned_of(TEMPLATES, ALL_GO, &known);
            let mut log = Crashing { inner, entries_left: crash_at };
            log.begin(&world::head_of("d"), &plan).expect("memory takes it");
            let first = world::attempt_of("d", &webex, began, &plan, HashMap::new(), &mut log, &known).await;
            if let Ok(finish) = first {
                return (false, plan, Ok(finish));
            }
            let (stored, records) = log.inner.replay("d").expect("what was written can be read");
            assert_eq!(stored.digest(), plan.digest());
            let known = log.inner.known().expect("memory can be read");
            let finish = world::attempt_of("d", &webex, began, &stored, records, &mut log.inner, &known).await;
            (true, plan, finish)
        });
        match finish {
            Ok(finish) => {
                bad.extend(
                    badly(&plan, &finish.records).into_iter().map(|fault| format!("crash at {crash_at}: {fault}")),
                );
            }
            Err(error) => bad.push(format!("crash at {crash_at}: {error:#}")),
        }
        if counts(&webex) != LEFT {
            bad.push(format!("crash at {crash_at}: {:?} is left", counts(&webex)));
        }
        if !crashed {
            break;
        }
        crash_at += 1;
    }
    assert!(crash_at > 80, "the run has more than {crash_at} entries");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
