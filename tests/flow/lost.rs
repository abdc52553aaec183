//! Lost answers, one kind of write after the other, in every way in which an answer can be lost: the work is done
//! and the connection cut, a gateway fails, nobody answers; or the work was never done. And look-ups that fail.

use std::collections::HashMap;

use serde_json::Value;
use turnup::journal::{Ending, Log, Memory, Record};
use turnup::plan::{Known, Plan, StepId};
use turnup::report::Outcome;
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};

use crate::losses::{LOSSES, ended, rule, writes};
use crate::runtime;
use crate::world::{Webex, attempt, duplicates, faults_of, head, outcomes, planned};

/// A Webex that makes everything twice that it is asked for twice, and shows what is new as late as a client bears.
fn webex(faults: &str, visibility_ms: u64) -> Webex {
    let duplicates = Duplicates::Allow;
    let settings = Settings { latency_ms: 25, provision_ms: 700, duplicates, visibility_ms, ..Settings::default() };
    Webex::new(Simulator::new(settings, Faults::parse(faults).expect("the faults of a test are well-formed")))
}

fn provision(webex: &Webex) -> (Plan, HashMap<StepId, Record>, Memory) {
    let plan = planned(&Known::default());
    let mut log = Memory::default();
    log.begin(&head(), &plan).expect("memory takes it");
    let finish = runtime().block_on(async {
        attempt(webex, tokio::time::Instant::now(), &plan, HashMap::new(), &mut log, &Known::default()).await
    });
    (plan, finish.expect("nothing stops it").records, log)
}

/// The first answers of that route are lost, in every way: all is made once, and every row is well.
fn every_loss_is_recovered(method: &str, path: &str, template: &str) {
    every_loss_is_recovered_with("", method, path, template);
}

/// The same, where something else of Webex is not as usual.
fn every_loss_is_recovered_with(unusual: &str, method: &str, path: &str, template: &str) {
    for (loss, end) in LOSSES {
        for visibility_ms in [0, 3_000] {
            let webex = webex(&(unusual.to_owned() + &rule(method, path, 2, loss)), visibility_ms);
            let (plan, records, log) = provision(&webex);
            let case = format!("{method} {path}, {loss}, visible after {visibility_ms} ms");
            assert_eq!(faults_of(&webex, &plan, &records), Vec::<String>::new(), "{case}");
            let (rows, outcomes) = outcomes(&log);
            assert_eq!(outcomes, vec![Outcome::Created; rows], "{case}");
            assert_eq!(ended(&webex.state(), &format!("{method} {template}"), end), 2, "{case}: the route was hit");
        }
    }
}

macro_rules! lost {
    ($($name:ident: $method:literal $path:literal $template:literal,)*) => {
        $(
            #[test]
            fn $name() {
                every_loss_is_recovered($method, $path, $template);
            }
        )*

        const TESTED: &[&str] = &[$(concat!($method, " ", $template)),*];
    };
}

lost! {
    a_lost_customer_is_made_once: "POST" "/wholesale/customers" "/wholesale/customers",
    a_lost_location_is_made_once: "POST" "/locations" "/locations",
    a_lost_calling_location_is_enabled_once: "POST" "/telephony/config/locations" "/telephony/config/locations",
    a_lost_connection_is_set: "PUT" "/telephony/pstn/locations/*/connection"
        "/telephony/pstn/locations/{locationId}/connection",
    lost_numbers_are_added: "POST" "/telephony/config/locations/*/numbers"
        "/telephony/config/locations/{locationId}/numbers",
    a_lost_main_number_is_set: "PUT" "/telephony/config/locations/*" "/telephony/config/locations/{locationId}",
    a_lost_emergency_address_is_set: "POST" "/telephony/pstn/locations/*/emergencyAddress"
        "/telephony/pstn/locations/{locationId}/emergencyAddress",
    a_lost_subscriber_is_made_once: "POST" "/wholesale/subscribers" "/wholesale/subscribers",
    a_lost_role_is_given: "PATCH" "/identity/scim/*/v2/Users/*" "/identity/scim/{orgId}/v2/Users/{userId}",
}

/// A new location calls its main number back by itself, so the write is seen only where something else is chosen.
#[test]
fn a_lost_callback_number_is_set() {
    let path = "/telephony/config/locations/*/features/emergencyCallbackNumber";
    let template = "/telephony/config/locations/{locationId}/features/emergencyCallbackNumber";
    let of_member = "kind = \"status\"\nstatus = 200\nbody = '{\"selected\":\"LOCATION_MEMBER_NUMBER\"}'";
    every_loss_is_recovered_with(&rule("GET", path, 0, of_member), "PUT", path, template);
}

#[test]
fn every_kind_of_write_of_a_first_run_has_its_test() {
    let webex = webex("", 0);
    provision(&webex);
    let tested = TESTED.iter().map(|route| (*route).to_owned()).collect();
    assert_eq!(writes(&webex.state()), tested);
}

/// How a look-up can fail, for ever.
const FAILED_LOOKS: [&str; 5] = [
    "kind = \"status\"\nstatus = 503",
    "kind = \"status\"\nstatus = 403",
    "kind = \"status\"\nstatus = 200\nbody = \"<html>sign in</html>\"",
    "kind = \"drop\"",
    "kind = \"hang\"",
];

/// Writes that make something, with the list in which they are looked for.
const MADE: [(&str, &str); 3] = [
    ("/wholesale/customers", "/wholesale/customers"),
    ("/locations", "/locations"),
    ("/wholesale/subscribers", "/wholesale/subscribers"),
];

/// The answer to a write is lost, and so is every look for what it made: nothing is sent again, and nobody says that
/// it went well.
#[test]
fn a_failed_look_up_never_counts_as_absent() {
    for (write, list) in MADE {
        for failed in FAILED_LOOKS {
            let lost = rule("POST", write, 0, "kind = \"drop\"\nafter = true");
            // What precedes the first write may be seen; from the loss on, nothing is.
            let blind = blind_after_first_loss(write, list, failed);
            let webex = webex(&(lost + &blind), 0);
            let (plan, records, _) = provision(&webex);
            let case = format!("POST {write}, then GET {list}: {failed}");
            assert_eq!(duplicates(&webex), Vec::<String>::new(), "{case}");
            let good = |step: &StepId| records.get(step).and_then(Record::ending).is_some_and(Ending::is_good);
            assert!(!plan.steps.iter().all(|step| good(&step.id)), "{case}: not all can be well");
            let state = webex.state();
            assert_eq!(sent(&state, write), standing(&state, write), "{case}: nothing is sent twice");
        }
    }
}

fn blind_after_first_loss(write: &str, list: &str, failed: &str) -> String {
    let looks_before = looks_before_first_write(write, list);
    rule("GET", list, 0, &format!("skip = {looks_before}\n{failed}"))
}

/// How often a healthy run reads the list before its first write of that kind.
fn looks_before_first_write(write: &str, list: &str) -> usize {
    let webex = webex("", 0);
    provision(&webex);
    let traffic = webex.traffic.lock().expect("no test panics in it");
    let before = traffic.iter().take_while(|(request, _)| request.method.as_str() != "POST" || request.path != write);
    before.filter(|(request, _)| request.method.as_str() == "GET" && request.path == list).count()
}

/// How many requests of that write came.
fn sent(state: &Value, write: &str) -> u64 {
    let ends = state["requests"]["by_route"][&format!("POST {write}")].as_object();
    ends.into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum()
}

/// How many objects of that write stand. Headquarters come with their customers.
fn standing(state: &Value, write: &str) -> u64 {
    let kind = write.rsplit('/').next().unwrap_or_default();
    let made = state[kind].as_object().into_iter().flatten().filter(|(_, object)| object["headquarters"] != true);
    u64::try_from(made.count()).unwrap_or_default()
}

/// What becomes visible only when the grace is over, in the last moment, is still found and not made again.
#[test]
fn what_becomes_visible_within_the_grace_is_found() {
    let writes = ["/wholesale/customers", "/locations", "/telephony/config/locations", "/wholesale/subscribers"];
    let all: String = writes.iter().map(|path| rule("POST", path, 0, "kind = \"drop\"\nafter = true")).collect();
    for visibility_ms in [1, 1_000, 2_999, 3_000] {
        let webex = webex(&all, visibility_ms);
        let (plan, records, _) = provision(&webex);
        assert_eq!(faults_of(&webex, &plan, &records), Vec::<String>::new(), "visible after {visibility_ms} ms");
    }
}
