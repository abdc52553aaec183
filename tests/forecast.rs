//! Forecasts against the simulator, on a clock that jumps: the range that a plan tells holds for work of other shapes than
//! the run that measured the pace.

#[path = "flow/world.rs"]
mod world;

use std::fmt::Write as _;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use turnup::api::{Client, LATENCY, PREPARATION, PREPARATION_MOST};
use turnup::journal::{Ending, Log, Memory, Record};
use turnup::plan::{Forecast, Known, Pace, Plan, Preparation, forecast};
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{TEMPLATES, Webex, carried_out, head, paced_client, planned, planned_of};

const IN_FLIGHT: usize = 8;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

fn webex(rate: Option<u32>) -> Webex {
    let settings =
        Settings { latency_ms: 40, provision_ms: 2_000, rate, duplicates: Duplicates::Refuse, ..Settings::default() };
    Webex::new(Simulator::new(settings, Faults::none()))
}

const CUSTOMERS: &str =
    "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,timezone,language,numbers\n";
const LOCATIONS: &str = "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers\n";
const USERS: &str = "customer_external_id,first_name,last_name,email,package,location,extension,role\n";

/// So many customers, each with so many branches of so many numbers, and so many users.
fn shape(customers: usize, branches: usize, numbers: usize, users: usize) -> Plan {
    let [mut sheet, mut places, mut people] = [CUSTOMERS, LOCATIONS, USERS].map(str::to_owned);
    let mut next = 351_211_200_000;
    let mut range = || {
        next += numbers;
        if numbers == 0 { String::new() } else { format!("+{}-+{}", next - numbers, next - 1) }
    };
    for c in 0..customers {
        let row = format!(
            "c-{c},Cliente {c},u0@c{c}.example,eu,webex_calling,Rua {c},Lisboa,1100-148,PT,Europe/Lisbon,pt_pt"
        );
        let _ = writeln!(sheet, "{row},{}", range());
        for b in 0..branches {
            let _ = writeln!(places, "c-{c},B{b},Rua {b},Porto,4000-008,PT,Europe/Lisbon,{}", range());
        }
        for u in 0..users {
            let role = if u == 0 { "full_admin" } else { "" };
            let _ =
                writeln!(people, "c-{c},U{u},Teste,u{u}@c{c}.example,webex_calling,Headquarters,{},{role}", 2000 + u);
        }
    }
    planned_of(TEMPLATES, [&sheet, &places, &people], &Known::default())
}

/// What a run takes, and what its client has measured.
async fn ran(plan: &Plan, webex: &Webex, rate: Option<f64>) -> (Duration, Client) {
    let began = Instant::now();
    let client = paced_client(webex, began, Some(IN_FLIGHT), rate);
    let mut log = Memory::default();
    log.begin(&head(), plan).expect("memory takes it");
    let finish = carried_out("r", began, client.clone(), &mut log).await.expect("nothing stops it");
    for step in &plan.steps {
        let ending = finish.records.get(&step.id).and_then(Record::ending);
        assert!(ending.is_some_and(Ending::is_good), "{} ended as {ending:?}", step.id);
    }
    (began.elapsed(), client)
}

/// The forecast of somebody who has run something small before.
async fn foretold(plan: &Plan, rate: Option<f64>) -> Forecast {
    let (_, client) = ran(&planned(&Known::default()), &webex(None), None).await;
    let measured = client.measured();
    let of = |name: &str| measured.iter().find(|(of, _)| of == name).map(|(_, value)| *value);
    let mean = of(PREPARATION).expect("customers were made");
    let preparation = Some(Preparation { mean, most: of(PREPARATION_MOST).expect("customers were made") });
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let in_flight = [IN_FLIGHT as f64; 2];
    let latency = of(LATENCY);
    assert!(latency.is_some(), "it was measured");
    forecast(plan, &Known::default(), Pace { in_flight, latency, rate, preparation, poll: 0.1 })
}

/// Runs a shape and holds it against its forecast.
fn holds(plan: &Plan, rate: Option<u32>, bottleneck: &str) {
    runtime().block_on(async {
        let told = foretold(plan, rate.map(f64::from)).await;
        let (took, client) = ran(plan, &webex(rate), rate.map(f64::from)).await;
        let took = took.as_secs_f64();
        let words = format!("{:.1} s to {:.1} s were foretold, {took:.1} s it took", told.least, told.most);
        assert!(told.least <= took && took <= told.most, "{words}");
        assert!(told.least <= told.seconds && told.seconds <= told.most, "{words}, {} in between", told.seconds);
        assert!(told.most < 3.0 * told.least, "a range that always holds says nothing: {words}");
        assert_eq!(told.bottleneck, bottleneck, "{words}");
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let (calls, sent) = (told.calls.total() as f64, client.sent() as f64);
        // How often somebody looks at a customer who is not ready yet, only that customer decides.
        let is_small = calls < 100.0;
        assert!(is_small || (0.8..1.25).contains(&(sent / calls)), "{calls} calls were foretold, {sent} were made");
    });
}

#[test]
fn the_range_holds_for_many_small_customers() {
    holds(&shape(120, 0, 0, 4), None, "requests in flight");
}

#[test]
fn the_range_holds_for_one_huge_customer() {
    holds(&shape(1, 3, 10, 1500), None, "requests in flight");
}

#[test]
fn the_range_holds_for_many_numbers_under_a_limit() {
    holds(&shape(3, 12, 2000, 2), Some(10), "rate limit");
}

#[test]
fn the_range_holds_where_webex_takes_its_time() {
    holds(&shape(2, 0, 0, 2), None, "provisioning of customers");
}
