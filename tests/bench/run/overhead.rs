//! What the journal on disk adds to a run: the engine with it and with the one in memory, in turns.

use std::sync::Arc;
use std::time::{Duration, Instant};

use turnup::api::{BaseUrl, Client, ClientSettings, Renewal, Token, Tokens, Transport};
use turnup::journal::{Log, Memory, Sqlite};
use turnup::plan::{Known, Plan};
use turnup::run::progress::Quiet;
use turnup::run::{Guards, Job, Mode, Options, run};

use super::webex::Webex;
use super::world::{head, planned_of};
use super::{flags, judged, median, sheets, workspace};

/// Pairs of runs.
const PAIRS: usize = 7;
const OVERHEAD_MAX: f64 = 1.05;

/// With 20 requests in flight; every group is synced before its requests leave.
pub fn is_small() -> bool {
    let [customers, locations, users] = sheets::sheets(1);
    let plan = planned_of(sheets::TEMPLATES, [&customers, &locations, &users], &Known::default());
    let (mut ratios, mut disk, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let on_disk = || {
            let folder = workspace(&format!("overhead-{pair}"));
            taken(&plan, &mut Sqlite::open(&folder.join("state.db")).expect("a new journal"))
        };
        let in_memory = || taken(&plan, &mut Memory::default());
        // Who goes first changes, so that what grows or tires on the way falls on both.
        let (with, without) = if pair % 2 == 0 {
            let with = on_disk();
            (with, in_memory())
        } else {
            let without = in_memory();
            (on_disk(), without)
        };
        ratios.push(with / without);
        disk.push(with);
        memory.push(without);
    }
    let details = format!("{:.3} s on disk, {:.3} s in memory, {PAIRS} pairs", median(disk), median(memory));
    judged("a journal on disk, times one in memory", median(ratios), OVERHEAD_MAX, &details)
}

/// Seconds of one run against a fresh Webex.
fn taken(plan: &Plan, log: &mut dyn Log) -> f64 {
    let webex = Webex::start(&flags(&[]));
    log.begin(&head(), plan).expect("a new run");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let base = BaseUrl::parse(&format!("{}/v1", webex.url)).expect("it is a URL");
    let tokens = Tokens::new(Token::new("token").expect("it is a token"), Renewal::None);
    let transport = Transport::http(base, tokens, Duration::from_secs(30)).expect("no TLS is needed");
    let settings = ClientSettings { in_flight: Some(20), rate: None, backoff: Duration::from_secs(1) };
    let options = Options {
        mode: Mode::Everything,
        poll: Duration::from_millis(25),
        poll_for: Duration::from_mins(1),
        grace: Duration::from_secs(3),
        guards: Guards::default(),
        clock: Arc::new(|| "2026-11-22T10:00:00Z".to_owned()),
    };
    let (_raise, interrupt) = tokio::sync::watch::channel(false);
    let begun = Instant::now();
    let client = Client::new(transport, settings, "bench");
    let finish = runtime.block_on(run(Job { run: "r", options }, log, client, &mut Quiet, interrupt));
    let seconds = begun.elapsed().as_secs_f64();
    let finish = finish.expect("the journal can be written");
    assert!(finish.stopped.is_none(), "the run goes to its end");
    seconds
}
