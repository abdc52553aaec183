//! What the journal costs: how soon a resumed run sends, what an append takes, and how much memory a large run needs.
//!
//! `cargo bench --bench journal` measures the first two, `-- --memory` a run of 2,000 customers with 100,000 users against
//! a simulator in a process of its own. It fails where a target is missed.

mod generator;
#[path = "journal/memory.rs"]
mod memory;
mod webex;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write, stdout};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use turnup::journal::{Call, Ending, Entry, Event, Log, Memory, RunHead, Sqlite};
use turnup::model::SheetKind;
use turnup::plan::{
    Action, AddressWork, Calls, Confirmed, CustomerWork, Plan, Source, Stage, Step, StepId, UserWork, Work,
};

const FINISHED: usize = 1_000_000;
const OPEN: usize = 10;
const USERS_PER_CUSTOMER: usize = 500;
/// Within this a resumed run has sent its first request.
const SENDS_WITHIN: Duration = Duration::from_secs(2);
const TURNS: usize = 5;
/// Entries in one synced group: what comes together at 20 requests in flight.
const GROUP: usize = 10;

fn main() {
    let is_met = if std::env::args().any(|argument| argument == "--memory") {
        memory::is_flat()
    } else {
        appends();
        resumes_at_once()
    };
    std::process::exit(i32::from(!is_met));
}

fn say(text: &str) {
    writeln!(stdout(), "{text}").expect("somebody reads along");
}

fn customer_name(number: usize) -> String {
    format!("customer-{number:06}")
}

fn customer(number: usize) -> Step {
    let work = CustomerWork {
        external_id: customer_name(number),
        name: format!("Company {number}"),
        admin_email: format!("admin@company-{number:06}.example"),
        provisioning_id: "abc".to_owned(),
        packages: vec!["webex_calling".to_owned()],
        limits: BTreeMap::new(),
        language: "en_us".to_owned(),
        org_id: None,
        address: AddressWork::default(),
        headquarters: None,
        level: None,
    };
    step(
        StepId::customer(&work.external_id),
        Stage::Customers,
        SheetKind::Customers,
        number,
        Vec::new(),
        Work::Customer(Box::new(work)),
    )
}

fn user(number: usize) -> Step {
    let customer = customer_name(number / USERS_PER_CUSTOMER);
    let email = format!("person.number{number:08}@{customer}.example");
    let work = UserWork {
        customer: customer.clone(),
        email: email.clone(),
        first_name: "Charlotte".to_owned(),
        last_name: "van den Berg".to_owned(),
        package: "webex_meetings".to_owned(),
        location: None,
        phone_number: None,
        extension: None,
    };
    let needs = vec![StepId::customer(&customer)];
    step(StepId::user(&email), Stage::Users, SheetKind::Users, number, needs, Work::User(work))
}

fn step(id: StepId, stage: Stage, sheet: SheetKind, index: usize, needs: Vec<StepId>, work: Work) -> Step {
    let action = Action::Create;
    let (source, calls) = (Source { sheet, index }, Calls { read: 0, write: 1 });
    Step { id, stage, action, needs, source, fields: fields().into(), changes: Vec::new(), calls, work }
}

fn fields() -> BTreeMap<String, String> {
    let pairs = [("customer_external_id", "customer"), ("first_name", "Charlotte"), ("last_name", "van den Berg")];
    pairs.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect()
}

/// The entries of a step that goes well.
fn made(step: &StepId, call: Call) -> [Entry; 4] {
    let ids = |key: &str| BTreeMap::from([(key.to_owned(), "a".repeat(60)), ("status".to_owned(), "ok".to_owned())]);
    let ids = match call {
        Call::CreateCustomer => ids("customer_id"),
        _ => ids("subscriber_id"),
    };
    let confirmed = Some(Confirmed { fields: fields(), ids: ids.clone() });
    let events = [
        Event::Started,
        Event::Intent { call },
        Event::Answered { call, ids, tracking_id: Some("ROUTER_0123456789".to_owned()) },
        Event::Finished { ending: Ending::Created, reason: None, confirmed },
    ];
    events.map(|event| Entry { step: step.clone(), at: "2026-11-22T10:00:00Z".to_owned(), event })
}

fn head(run: &str) -> RunHead {
    RunHead {
        run: run.to_owned(),
        started: "2026-11-22T10:00:00Z".to_owned(),
        hold_back: "row".to_owned(),
        provider: "this machine".to_owned(),
        ..RunHead::default()
    }
}

/// What one synced group takes, beside the same in memory.
fn appends() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-appends");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the bench may write here");
    let mut sqlite = Sqlite::open(&folder.join("state.db")).expect("a new journal");
    let each = |log: &mut dyn Log| {
        let plan = Plan { steps: (0..5_000).map(user).collect(), immovable: Vec::new() };
        log.begin(&head("r"), &plan).expect("a new run");
        // Ten steps move side by side, as in a run, so that a group holds one entry of each.
        let mut groups = Vec::new();
        for side_by_side in plan.steps.chunks(GROUP) {
            let moves: Vec<_> = side_by_side.iter().map(|step| made(&step.id, Call::CreateSubscriber)).collect();
            groups.extend((0..4).map(|at| moves.iter().map(|of| of[at].clone()).collect::<Vec<_>>()));
        }
        let begun = Instant::now();
        for group in &groups {
            log.append("r", group).expect("the disk takes it");
        }
        let seconds = begun.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand groups")]
        let each = seconds * 1e6 / groups.len() as f64;
        each
    };
    let (disk, memory) = (each(&mut sqlite), each(&mut Memory::default()));
    say(&format!("a group of {GROUP} entries: {disk:.0} µs synced to disk, {memory:.0} µs in memory"));
}

/// A folder whose journal holds a run of a million finished rows and a few open ones.
fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-resume-{FINISHED}"));
    if folder.join("made").exists() {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".turnup")).expect("the bench may write here");
    let begun = Instant::now();
    let users = FINISHED + OPEN;
    let customers = users.div_ceil(USERS_PER_CUSTOMER);
    let plan =
        Plan { steps: (0..customers).map(customer).chain((0..users).map(user)).collect(), immovable: Vec::new() };
    let mut log = Sqlite::open(&folder.join(".turnup/state.db")).expect("a new journal");
    log.begin(&head("r"), &plan).expect("a new run");
    for steps in plan.steps[..customers + FINISHED].chunks(10_000) {
        let call =
            |step: &Step| if step.stage == Stage::Customers { Call::CreateCustomer } else { Call::CreateSubscriber };
        let entries: Vec<Entry> = steps.iter().flat_map(|step| made(&step.id, call(step))).collect();
        log.append("r", &entries).expect("the disk takes it");
    }
    drop(log);
    say(&format!("a journal of {FINISHED} finished rows was made in {:.0} s", begun.elapsed().as_secs_f64()));
    File::create(folder.join("made")).expect("the bench may write here");
    folder
}

/// The real program, from its start to the first byte of its first request.
fn resumes_at_once() -> bool {
    let folder = workspace();
    let mut times = Vec::new();
    for _ in 0..TURNS {
        // Each turn finds the journal as the crash left it.
        let copy = folder.with_extension("turn");
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir_all(copy.join(".turnup")).expect("the bench may write here");
        fs::copy(folder.join(".turnup/state.db"), copy.join(".turnup/state.db")).expect("the bench may write here");
        times.push(first_request(&copy));
        let _ = fs::remove_dir_all(&copy);
    }
    times.sort();
    let (median, worst) = (times[TURNS / 2], times[TURNS - 1]);
    let (median_seconds, worst_seconds) = (median.as_secs_f64(), worst.as_secs_f64());
    say(&format!(
        "resumed after {FINISHED} finished rows, with {OPEN} open: the first request leaves after {median_seconds:.3} s, at \
         worst {worst_seconds:.3} s (target {} s)",
        SENDS_WITHIN.as_secs()
    ));
    worst <= SENDS_WITHIN
}

fn first_request(folder: &Path) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    let begun = Instant::now();
    let mut turnup = Command::new(env!("CARGO_BIN_EXE_turnup"))
        .arg("resume")
        .arg(folder)
        .args(["--api-url", &url])
        .env("TURNUP_TOKEN", "token")
        .env("XDG_CONFIG_HOME", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("turnup starts");
    listener.set_nonblocking(true).expect("a listener need not wait");
    let mut stream: TcpStream = loop {
        match listener.accept() {
            Ok((stream, _)) => break stream,
            Err(_) => std::thread::sleep(Duration::from_millis(1)),
        }
        assert!(turnup.try_wait().expect("it can be asked").is_none(), "it ended before it sent anything");
    };
    stream.set_nonblocking(false).expect("a connection may wait");
    let came = stream.read(&mut [0; 16]).expect("it sends");
    let taken = begun.elapsed();
    assert!(came > 0, "it sends a request");
    turnup.kill().expect("it can be stopped");
    let _ = turnup.wait();
    taken
}
