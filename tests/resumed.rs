//! Steps that are taken up again while one of their requests is in doubt: what comes before it is not done a second time, and
//! what comes after it is done.

#[path = "flow/crashing.rs"]
mod crashing;
#[path = "flow/world.rs"]
mod world;

use std::collections::HashMap;

use crashing::Crashing;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use turnup::journal::{Call, Ending, Entry, Event, Log, Memory};
use turnup::plan::{Known, Plan, StepId};
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{TEMPLATES, Webex, attempt, faults_of, head, planned, planned_of};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

fn settings() -> Settings {
    Settings { latency_ms: 25, provision_ms: 700, duplicates: Duplicates::Allow, ..Settings::default() }
}

fn begun(plan: &Plan) -> Memory {
    let mut log = Memory::default();
    log.begin(&head(), plan).expect("memory takes it");
    log
}

/// A customer whose headquarters has numbers, this one the main number.
fn with_main_number(number: &str) -> Plan {
    let customers = format!(
        "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,location_name,timezone,language,\
         numbers,main_number\n\
         c-9,Aurora,ana@aurora.example,eu,webex_calling,Rua Um 1,Lisboa,1100-148,PT,Sede,Europe/Lisbon,pt_pt,\
         +351211234500-+351211234501,{number}\n"
    );
    let locations = "customer_external_id,name,address_line1,city,postal_code,country,timezone\n";
    let users = "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role\n\
                 c-9,ana,Teste,ana@aurora.example,webex_calling,Sede,+351211234510,1000,full_admin\n";
    planned_of(TEMPLATES, [&customers, locations, users], &Known::default())
}

/// Where the connection takes no numbers over the API they are only verified; the main number is set all the same.
#[test]
fn a_crash_at_any_entry_loses_nothing_where_numbers_are_only_verified() {
    let first = Webex::new(Simulator::new(settings(), Faults::none()));
    let plan = with_main_number("+351211234500");
    let made =
        async { attempt(&first, Instant::now(), &plan, HashMap::new(), &mut begun(&plan), &Known::default()).await };
    runtime().block_on(made).expect("nothing stops it");
    let stands = first.snapshot().replace("NON_INTEGRATED_CCP", "INTEGRATED_CCP");
    assert_ne!(stands, first.snapshot());
    // Another folder, which wants another main number.
    let plan = with_main_number("+351211234501");
    let mut crash_at = 0;
    loop {
        let restored = Simulator::restore(settings(), Faults::none(), &stands).expect("it was written by a simulator");
        let webex = Webex::new(restored);
        let crashed = runtime().block_on(async {
            let began = Instant::now();
            tokio::time::sleep(std::time::Duration::from_hours(1)).await;
            let mut log = Crashing { inner: begun(&plan), entries_left: crash_at };
            let whole = attempt(&webex, began, &plan, HashMap::new(), &mut log, &Known::default()).await;
            if whole.is_ok() {
                return false;
            }
            let (stored, records) = log.inner.replay("r").expect("what was written can be read");
            let known = log.inner.known().expect("memory can be read");
            let rest = attempt(&webex, began, &stored, records, &mut log.inner, &known).await;
            let records = rest.unwrap_or_else(|error| panic!("crash at {crash_at}: {error:#}")).records;
            let bad: Vec<_> = records.iter().filter(|(_, it)| !it.ending().is_some_and(Ending::is_good)).collect();
            assert!(bad.is_empty(), "crash at {crash_at}: {bad:#?}");
            true
        });
        assert!(crashed || crash_at > 10, "the run has more than {crash_at} entries");
        if !crashed {
            break;
        }
        assert_eq!(webex.state()["locations"]["c-9/Sede"]["mainNumber"], "+351211234501", "crash at {crash_at}");
        crash_at += 1;
    }
}

/// Journals of before hold the emergency address as the first request of a location's numbers.
#[test]
fn an_emergency_address_in_doubt_keeps_nothing_of_its_location_undone() {
    let webex = Webex::new(Simulator::new(settings(), Faults::none()));
    let plan = planned(&Known::default());
    let mut log = begun(&plan);
    let step = StepId::numbers("c-1", "Evora");
    let event = |event| Entry { step: step.clone(), at: String::new(), event };
    log.append("r", &[event(Event::Started), event(Event::Intent { call: Call::SetEmergencyAddress })])
        .expect("memory takes it");
    let (stored, records) = log.replay("r").expect("what was written can be read");
    let finish = runtime()
        .block_on(async { attempt(&webex, Instant::now(), &stored, records, &mut log, &Known::default()).await });
    assert_eq!(faults_of(&webex, &plan, &finish.expect("nothing stops it").records), Vec::<String>::new());
    assert!(webex.state()["locations"]["c-1/Evora"]["emergencyAddress"].is_object());
}
