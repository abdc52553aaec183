//! A small partner, a simulated Webex and a clock that jumps: everything a run needs, without socket or disk.
#![allow(dead_code, reason = "each test file uses its own share")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use turnup::api::wire::{Answer, Method, Request};
use turnup::api::{Client, ClientSettings, Lost, Transport};
use turnup::check::{Checked, HoldBack, Material, Rulebook, Standing, check};
use turnup::journal::{Ending, Log, Record, RunHead};
use turnup::model::SheetKind;
use turnup::plan::{Known, Plan, Selection, StepId, plan};
use turnup::report::{Outcome, Rows, row_results};
use turnup::run::progress::Quiet;
use turnup::run::{Finish, Guards, Job, Mode, Options, run};
use turnup::sheet::{self, Sheets, parse};
use turnup::simulator::{Delivery, Simulator};
use turnup::template;
use turnup::text::Lang;

/// How long a client waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Its templates.
pub const TEMPLATES: &str = "[templates.eu]\nprovisioning_id = \"Zj\"\nsupported_location = true\n";

const CUSTOMERS: &str = "\
external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,location_name,timezone,language,numbers,main_number
c-1,Aurora,ana@aurora.example,eu,webex_calling;webex_meetings,Rua Um 1,Lisboa,1100-148,PT,Sede,Europe/Lisbon,pt_pt,+351211234500-+351211234504,+351211234500
c-2,Boreal,bea@boreal.example,eu,webex_suite,Rua Dois 2,Porto,4000-008,PT,,Europe/Lisbon,pt_pt,,
c-3,Austral,ivo@austral.example,eu,webex_meetings,Rua Tres 3,Faro,8000-001,PT,,,pt_pt,,
";

const LOCATIONS: &str = "\
customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers,main_number,pstn_connection,emergency_address,emergency_callback
c-1,Evora,Rua Quatro 4,Évora,7000-001,PT,Europe/Lisbon,+351266123400,+351266123401,Cloud Connected PSTN,yes,main_number
c-1,Braga,Rua Cinco 5,Braga,4700-001,PT,Europe/Lisbon,,,,,
";

/// Sheets that delete every customer and branch, with nothing but their keys.
pub const ALL_GO: [&str; 3] = [
    "external_id,name,admin_email,template,packages,address_line1,city,country,action\n\
     c-1,,,,,,,,delete\nc-2,,,,,,,,delete\nc-3,,,,,,,,delete\n",
    "customer_external_id,name,address_line1,city,country,timezone,action\nc-1,Evora,,,,,delete\nc-1,Braga,,,,,delete\n",
    "customer_external_id,first_name,last_name,email,package,action\n",
];

/// A user row.
fn user(customer: &str, email: &str, package: &str, place: &str, number: &str, extension: &str, role: &str) -> String {
    let name = email.split('@').next().unwrap_or_default();
    format!("{customer},{name},Teste,{email},{package},{place},{number},{extension},{role}\n")
}

fn users() -> String {
    let mut users =
        "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role\n".to_owned();
    users += &user("c-1", "u0@aurora.example", "webex_calling", "Sede", "", "2000", "");
    users += &user("c-1", "ana@aurora.example", "webex_calling", "Sede", "+351211234510", "1000", "full_admin");
    for n in 1..7 {
        let (place, number) = [("Sede", "+35121123452"), ("Evora", "+35126612342"), ("Braga", "+35125312342")][n % 3];
        users += &user("c-1", &format!("u{n}@aurora.example"), "webex_calling", place, &format!("{number}{n}"), "", "");
    }
    users += &user("c-1", "m1@aurora.example", "webex_meetings", "", "", "", "");
    users += &user("c-2", "bea@boreal.example", "webex_suite", "", "+351221234510", "", "full_admin");
    for n in 0..6 {
        users += &user("c-2", &format!("b{n}@boreal.example"), "webex_suite", "", "", &format!("300{n}"), "");
    }
    users += &user("c-3", "ivo@austral.example", "webex_meetings", "", "", "", "user_admin");
    for n in 0..3 {
        users += &user("c-3", &format!("i{n}@austral.example"), "webex_meetings", "", "", "", "");
    }
    users
}

/// The plan of the small partner against what is known.
pub fn planned(known: &Known) -> Plan {
    planned_of(TEMPLATES, [CUSTOMERS, LOCATIONS, users().as_str()], known)
}

/// The plan of the small partner after somebody has written something else into its sheets.
pub fn planned_with(from: &str, to: &str, known: &Known) -> Plan {
    let texts = [CUSTOMERS, LOCATIONS, users().as_str()].map(|text| text.replace(from, to));
    planned_of(TEMPLATES, texts.each_ref().map(String::as_str), known)
}

/// The plan of the small partner whose customers name organisations that stand already.
pub fn attached(organisations: &[(String, String)], known: &Known) -> Plan {
    let with_id = |(index, line): (usize, &str)| {
        let of = organisations.iter().find(|(customer, _)| line.starts_with(&format!("{customer},")));
        let cell = of.map_or(if index == 0 { "org_id" } else { "" }, |(_, org_id)| org_id);
        format!("{line},{cell}\n")
    };
    let customers: String = CUSTOMERS.lines().enumerate().map(with_id).collect();
    planned_of(TEMPLATES, [&customers, LOCATIONS, &users()], known)
}

/// The plan of some clean sheets against what is known.
pub fn planned_of(templates: &str, texts: [&str; 3], known: &Known) -> Plan {
    with_sheets(templates, texts, |_, checked| plan(&checked.batch(), known))
}

/// How many rows the small partner has, and the outcome of each as a report of the run tells it.
pub fn outcomes(log: &dyn Log) -> (usize, Vec<Outcome>) {
    outcomes_of("r", log)
}

/// The same of the run of that name.
pub fn outcomes_of(run: &str, log: &dyn Log) -> (usize, Vec<Outcome>) {
    with_sheets(TEMPLATES, [CUSTOMERS, LOCATIONS, users().as_str()], |sheets, checked| {
        let (selection, lang) = (&Selection::default(), Lang::En);
        let organisations = &HashMap::new();
        let rows = Rows {
            sheets,
            checked,
            log,
            run,
            left: None,
            selection,
            picked: None,
            organisations,
            is_parked: false,
            lang,
        };
        let (results, _) = row_results(&rows).expect("memory can be read");
        let count = SheetKind::ALL.into_iter().map(|kind| sheets.get(kind).row_count()).sum();
        (count, results.into_values().flatten().map(|row| row.outcome).collect())
    })
}

/// Some clean sheets, read and checked.
fn with_sheets<T>(templates: &str, texts: [&str; 3], take: impl FnOnce(&Sheets, &Checked<'_>) -> T) -> T {
    let mut found = Vec::new();
    let mut sheets = SheetKind::ALL
        .into_iter()
        .zip(texts)
        .map(|(kind, text)| parse(kind, &format!("{kind}.csv"), text.into(), &sheet::Options::default(), &mut found));
    let mut next = || sheets.next().expect("there are three sheets");
    let (customers, locations, users) = (next(), next(), next());
    drop(sheets);
    let sheets = Sheets { customers, locations, users, found };
    let (templates, template_findings) = template::read("templates.toml", templates);
    let (rows, of_cells) = sheet::rows(&sheets);
    let (standing, rulebook) = (Standing::default(), Rulebook::default());
    let material =
        Material { sheets: &sheets, rows: &rows, templates: &templates, standing: &standing, rulebook: &rulebook };
    let checked = check(&material, HoldBack::Row, [template_findings, of_cells].concat());
    let found = checked.findings();
    let errors: Vec<_> = found.iter().filter(|d| d.code.id() != "T406").collect();
    assert!(errors.is_empty(), "the sheets are clean: {errors:?}");
    take(&sheets, &checked)
}

/// A simulated Webex that many clients may talk to, one after the other.
#[derive(Clone)]
pub struct Webex {
    simulator: Arc<Mutex<Simulator>>,
    pub traffic: Arc<Mutex<Vec<(Request, Answer)>>>,
}

impl Webex {
    pub fn new(simulator: Simulator) -> Self {
        Self { simulator: Arc::new(Mutex::new(simulator)), traffic: Arc::default() }
    }

    fn transport(&self, began: tokio::time::Instant) -> Transport {
        let (simulator, traffic) = (Arc::clone(&self.simulator), Arc::clone(&self.traffic));
        Transport::Function(Arc::new(move |request: Request| {
            let (simulator, traffic) = (Arc::clone(&simulator), Arc::clone(&traffic));
            Box::pin(async move {
                // A second lies between two attempts, so that time never runs backwards for the simulator.
                let now = u64::try_from(began.elapsed().as_millis()).expect("tests are short");
                let reply = simulator.lock().expect("no test panics in it").handle(now, Some("token"), &request);
                tokio::time::sleep(Duration::from_millis(reply.delay_ms)).await;
                match reply.delivery {
                    Delivery::Answer(answer) => {
                        traffic.lock().expect("no test panics in it").push((request, answer.clone()));
                        Ok(answer)
                    }
                    Delivery::Drop => Err(Lost::Unanswered("the connection was cut".to_owned())),
                    Delivery::Hang => {
                        tokio::time::sleep(TIMEOUT).await;
                        Err(Lost::Unanswered("no answer in time".to_owned()))
                    }
                }
            })
        }))
    }

    /// What somebody else is answered who asks now.
    pub fn asked(&self, began: tokio::time::Instant, request: &Request) -> Answer {
        let now = u64::try_from(began.elapsed().as_millis()).expect("tests are short");
        let mut simulator = self.simulator.lock().expect("no test panics in it");
        match simulator.handle(now, Some("token"), request).delivery {
            Delivery::Answer(answer) => answer,
            other => panic!("nothing is faulty, not {other:?}"),
        }
    }

    /// Everything that stands, for another simulator to go on with.
    pub fn snapshot(&self) -> String {
        self.simulator.lock().expect("no test panics in it").snapshot()
    }

    pub fn state(&self) -> Value {
        let request = Request::new(Method::Get, "/_turnup/state");
        let mut simulator = self.simulator.lock().expect("no test panics in it");
        match simulator.handle(u64::MAX / 2, None, &request).delivery {
            Delivery::Answer(answer) => serde_json::from_str(&answer.body).expect("the state is JSON"),
            other => panic!("the state is always told, not {other:?}"),
        }
    }
}

/// Somebody who talks to the simulated Webex.
pub fn client(webex: &Webex, began: tokio::time::Instant) -> Client {
    paced_client(webex, began, Some(4), None)
}

/// The same at a pace that somebody has told.
pub fn paced_client(webex: &Webex, began: tokio::time::Instant, in_flight: Option<usize>, rate: Option<f64>) -> Client {
    let settings = ClientSettings { in_flight, rate, backoff: Duration::from_millis(200) };
    Client::new(webex.transport(began), settings, "test")
}

/// What an attempt leaves.
pub struct Attempt {
    /// The record of every step that something happened to.
    pub records: HashMap<StepId, Record>,
}

/// One attempt to carry out a plan from where its records stand. The engine takes all of it from the journal; what the
/// test believes of plan, records and known state is held against that.
pub async fn attempt(
    webex: &Webex,
    began: tokio::time::Instant,
    plan: &Plan,
    records: HashMap<StepId, Record>,
    log: &mut dyn Log,
    known: &Known,
) -> anyhow::Result<Attempt> {
    attempt_of("r", webex, began, plan, records, log, known).await
}

/// The same for a run of that name.
pub async fn attempt_of(
    run_id: &str,
    webex: &Webex,
    began: tokio::time::Instant,
    plan: &Plan,
    records: HashMap<StepId, Record>,
    log: &mut dyn Log,
    known: &Known,
) -> anyhow::Result<Attempt> {
    let is_fresh = records.is_empty();
    assert!(log.replay(run_id)? == (plan.clone(), records), "the journal holds another run");
    assert!(!is_fresh || log.known()? == *known, "the journal knows something else");
    carried_out(run_id, began, client(webex, began), log).await
}

/// Carries out a recorded run with a client.
pub async fn carried_out(
    run_id: &str,
    began: tokio::time::Instant,
    client: Client,
    log: &mut dyn Log,
) -> anyhow::Result<Attempt> {
    let options = Options {
        mode: Mode::Everything,
        poll: Duration::from_millis(100),
        poll_for: Duration::from_mins(10),
        grace: Duration::from_secs(3),
        guards: Guards::default(),
        clock: Arc::new(move || at(began)),
    };
    let (_raise, interrupt) = tokio::sync::watch::channel(false);
    let Finish { stopped, .. } = run(Job { run: run_id, options }, log, client, &mut Quiet, interrupt).await?;
    anyhow::ensure!(stopped.is_none(), "stopped by {stopped:?}");
    Ok(Attempt { records: log.replay(run_id)?.1 })
}

/// What the journal's clock shows: days go by as the paused one is moved on.
fn at(began: tokio::time::Instant) -> String {
    format!("2026-11-{:02}T10:00:00Z", 10 + began.elapsed().as_secs() / 86_400)
}

pub fn head() -> RunHead {
    head_of("r")
}

pub fn head_of(run: &str) -> RunHead {
    RunHead {
        run: run.to_owned(),
        started: String::new(),
        finished: None,
        exit: None,
        digest: String::new(),
        tool_version: String::new(),
        hold_back: "row".to_owned(),
        provider: String::new(),
        by: String::new(),
        ..RunHead::default()
    }
}

/// What is wrong with the end of a run: steps that did not end well, objects that are missing or twice.
pub fn faults_of(webex: &Webex, plan: &Plan, records: &HashMap<StepId, Record>) -> Vec<String> {
    let mut faults = Vec::new();
    for step in &plan.steps {
        let ending = records.get(&step.id).and_then(Record::ending);
        if !ending.is_some_and(Ending::is_good) {
            let reason = records.get(&step.id).and_then(|record| record.reason.clone());
            faults.push(format!("{} ended as {ending:?}: {reason:?}", step.id));
        }
    }
    let state = webex.state();
    for (kind, wanted) in [("customers", 3), ("locations", 4), ("subscribers", 20), ("roles", 3)] {
        let objects = state[kind].as_object().expect("the state tells every kind");
        if objects.len() != wanted {
            faults.push(format!("{} {kind} instead of {wanted}", objects.len()));
        }
    }
    faults.extend(duplicates(webex));
    let numbers = state["numbers"].as_object().map_or(0, serde_json::Map::len);
    if numbers != 15 {
        faults.push(format!("{numbers} numbers instead of 15"));
    }
    faults
}

/// Every object that was made more than once.
pub fn duplicates(webex: &Webex) -> Vec<String> {
    let state = webex.state();
    let kinds = ["customers", "organizations", "locations", "people", "subscribers"];
    let objects = kinds.into_iter().flat_map(|kind| {
        state[kind].as_object().into_iter().flatten().map(move |(key, object)| (kind, key, &object["copies"]))
    });
    let doubles = objects.filter(|(.., copies)| **copies != 1);
    doubles.map(|(kind, key, copies)| format!("{kind} {key} has {copies} copies")).collect()
}
