//! What stands already is taken over when it is as the sheets say, whoever made it, and a conflict when any value is
//! another one: the whole engine against the simulator, from a folder that knows nothing.

#[path = "flow/world.rs"]
mod world;

use std::collections::HashMap;

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use turnup::journal::{Ending, Log, Memory, Record};
use turnup::plan::{Known, Plan, StepId};
use turnup::simulator::{Faults, Settings, Simulator};
use world::{TEMPLATES, Webex, attempt_of, head_of, planned_of};

const CUSTOMER: [(&str, &str); 15] = [
    ("external_id", "c-1"),
    ("name", "Aurora"),
    ("admin_email", "ana@aurora.example"),
    ("template", "eu"),
    ("packages", "webex_calling"),
    ("address_line1", "Rua Um 1"),
    ("address_line2", "2.º"),
    ("city", "Lisboa"),
    ("postal_code", "1100-148"),
    ("country", "PT"),
    ("location_name", "Sede"),
    ("timezone", "Europe/Lisbon"),
    ("language", "pt_pt"),
    ("announcement_language", "es_es"),
    ("number_state", ""),
];
const BRANCH: [(&str, &str); 11] = [
    ("customer_external_id", "c-1"),
    ("name", "Porto"),
    ("address_line1", "Rua Dois 2"),
    ("address_line2", "3.º esq."),
    ("city", "Porto"),
    ("postal_code", "4000-008"),
    ("country", "PT"),
    ("timezone", "Europe/Lisbon"),
    ("language", "pt_pt"),
    ("announcement_language", "pt_pt"),
    ("numbers", "+351221234500"),
];

/// The sheets, with one value of one of them changed, against nothing that is known.
fn planned(sheet: &str, column: &str, value: &str) -> Plan {
    let text = |name: &str, cells: &[(&str, &str)]| {
        let header: Vec<&str> = cells.iter().map(|(column, _)| *column).collect();
        let of = |(at, own): &(&str, &str)| if name == sheet && *at == column { value } else { own }.to_owned();
        format!("{}\n{}\n", header.join(","), cells.iter().map(of).collect::<Vec<_>>().join(","))
    };
    let users = "customer_external_id,first_name,last_name,email,package,location,extension\n\
                 c-1,Ana,Silva,ana@aurora.example,webex_calling,Sede,1000\n";
    let sheets = [text("customers", &CUSTOMER), text("locations", &BRANCH), users.to_owned()];
    planned_of(TEMPLATES, sheets.each_ref().map(String::as_str), &Known::default())
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

/// A folder that knows nothing carries its sheets out.
async fn ran(webex: &Webex, began: Instant, plan: &Plan) -> HashMap<StepId, Record> {
    let mut log = Memory::default();
    log.begin(&head_of("r"), plan).expect("memory takes it");
    attempt_of("r", webex, began, plan, HashMap::new(), &mut log, &Known::default())
        .await
        .expect("nothing stops it")
        .records
}

/// What a second folder says of every step, when the first one has carried out the sheets as they are.
fn taken_over(sheet: &str, column: &str, value: &str) -> (HashMap<StepId, Record>, Value) {
    let webex = Webex::new(Simulator::new(Settings { latency_ms: 25, ..Settings::default() }, Faults::none()));
    runtime().block_on(async {
        let began = Instant::now();
        let records = ran(&webex, began, &planned("", "", "")).await;
        let bad: Vec<_> = records.iter().filter(|(_, it)| !it.ending().is_some_and(Ending::is_good)).collect();
        assert!(bad.is_empty(), "{bad:?}");
        (ran(&webex, began, &planned(sheet, column, value)).await, webex.state())
    })
}

#[test]
fn what_is_equal_is_already_there() {
    for (sheet, column, value) in [
        ("", "", ""),
        // Only the form differs, or the row says nothing.
        ("customers", "city", "LISBOA"),
        ("locations", "address_line2", "3.º  Esq."),
        ("locations", "city", "PORTO"),
        ("locations", "language", ""),
        ("customers", "announcement_language", ""),
    ] {
        let (records, state) = taken_over(sheet, column, value);
        let made: Vec<_> = records.iter().filter(|(_, it)| it.ending() != Some(Ending::AlreadyThere)).collect();
        assert!(made.is_empty(), "{sheet} {column}: {made:?}");
        assert_eq!(
            state["locations"]["c-1/Sede"]["announcementLanguage"], "es_es",
            "the headquarters says what it shall"
        );
    }
}

#[test]
fn what_differs_in_any_value_is_a_conflict() {
    let (customer, headquarters) = (StepId::customer("c-1"), StepId::location("c-1", "Sede"));
    let branch = StepId::location("c-1", "Porto");
    for (sheet, column, value, step, words) in [
        ("customers", "name", "Boreal", &customer, "name is `Aurora` and should be `Boreal`"),
        ("customers", "address_line2", "3.º", &customer, "address_line2 is `2.º` and should be `3.º`"),
        ("customers", "postal_code", "1100-149", &customer, "postal_code is `1100-148` and should be `1100-149`"),
        ("customers", "timezone", "Atlantic/Azores", &headquarters, "timezone is `Europe/Lisbon`"),
        ("customers", "language", "en_us", &headquarters, "language is `pt_pt` and should be `en_us`"),
        ("customers", "announcement_language", "fr_fr", &headquarters, "announcement_language is `es_es`"),
        ("locations", "address_line2", "4.º", &branch, "address_line2 is `3.º esq.` and should be `4.º`"),
        ("locations", "postal_code", "4000-009", &branch, "postal_code is `4000-008`"),
        ("locations", "timezone", "Atlantic/Azores", &branch, "timezone is `Europe/Lisbon`"),
        ("locations", "language", "en_us", &branch, "language is `pt_pt` and should be `en_us`"),
        ("locations", "announcement_language", "es_es", &branch, "announcement_language is `pt_pt`"),
    ] {
        let (records, _) = taken_over(sheet, column, value);
        let record = &records[step];
        let text = record.reason.clone().unwrap_or_default().text;
        assert_eq!((record.ending(), text.starts_with(words)), (Some(Ending::Conflict), true), "{column}: {text}");
    }
}

#[test]
fn a_number_that_stands_inactive_is_told_and_not_brought_live() {
    let webex = Webex::new(Simulator::new(Settings { latency_ms: 25, ..Settings::default() }, Faults::none()));
    let state = |plan: Plan| {
        runtime().block_on(async {
            let records = ran(&webex, Instant::now(), &plan).await;
            let number = webex.state()["numbers"]["+351221234500"]["state"].clone();
            (records[&StepId::numbers("c-1", "Porto")].clone(), number)
        })
    };
    let staged = |value: &str| {
        let branch: Vec<(&str, &str)> = BRANCH.into_iter().chain([("number_state", value)]).collect();
        let (header, cells): (Vec<_>, Vec<_>) = branch.into_iter().unzip();
        let customers =
            CUSTOMER.map(|(column, _)| column).join(",") + "\n" + &CUSTOMER.map(|(_, cell)| cell).join(",") + "\n";
        let locations = format!("{}\n{}\n", header.join(","), cells.join(","));
        let users = "customer_external_id,first_name,last_name,email,package,location,extension\n\
                     c-1,Ana,Silva,ana@aurora.example,webex_calling,Sede,1000\n";
        planned_of(TEMPLATES, [&customers, &locations, users], &Known::default())
    };
    assert_eq!(state(staged("inactive")).1, "INACTIVE");
    let (record, number) = state(staged("active"));
    let reason = record.reason.unwrap_or_default();
    assert_eq!(
        (reason.code.as_deref(), reason.text.as_str()),
        (Some("R620"), "+351221234500: it stands there inactive")
    );
    assert_eq!((reason.missing, number), (vec!["+351221234500".to_owned()], Value::from("INACTIVE")));
}
