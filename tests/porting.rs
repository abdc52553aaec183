//! Numbers, porting day and emergency addresses: the whole engine against the simulator, on a clock that jumps.

#[path = "flow/world.rs"]
mod world;

use std::collections::{BTreeMap, HashMap};

use tokio::runtime::{Builder, Runtime};
use turnup::journal::{Log, Memory};
use turnup::plan::Known;
use turnup::simulator::{Faults, Settings, Simulator};
use world::{Webex, attempt, faults_of, head, planned};

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
