//! The whole engine against the simulator, on a clock that jumps: every fault is seeded, every failing seed is a bug
//! report. `TURNUP_SEEDS` sets how many seeds are tried, `TURNUP_SEED` picks one.

#[path = "flow/crashing.rs"]
mod crashing;
#[path = "flow/losses.rs"]
mod losses;
#[path = "flow/lost.rs"]
mod lost;
#[path = "support/totals.rs"]
mod totals;
#[path = "flow/waiting.rs"]
mod waiting;
#[path = "flow/world.rs"]
mod world;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crashing::Crashing;
use tokio::runtime::{Builder, Runtime};
use totals::Totals;
use turnup::journal::{Ending, Log, Memory, State, Stored, Which};
use turnup::plan::Known;
use turnup::report::Outcome;
use turnup::simulator::{Duplicates, Faults, Settings, Simulator};
use world::{Webex, attempt, duplicates, faults_of, head, outcomes, planned};

/// Seeds that the gate tries.
const SEEDS: u64 = 1_000;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built")
}

fn webex(faults: Faults, visibility_ms: u64) -> Webex {
    let settings = Settings {
        latency_ms: 25,
        provision_ms: 700,
        duplicates: Duplicates::Allow,
        visibility_ms,
        ..Settings::default()
    };
    Webex::new(Simulator::new(settings, faults))
}

#[test]
fn without_faults_everything_is_made_once_with_few_requests() {
    let webex = webex(Faults::none(), 0);
    let plan = planned(&Known::default());
    let mut log = Memory::default();
    log.begin(&head(), &plan).expect("memory takes it");
    let finish = runtime().block_on(async {
        attempt(&webex, tokio::time::Instant::now(), &plan, HashMap::new(), &mut log, &Known::default()).await
    });
    let finish = finish.expect("nothing stops it");
    assert_eq!(faults_of(&webex, &plan, &finish.records), Vec::<String>::new());
    assert_eq!(webex.state()["roles"]["ana@aurora.example"][0], "id_full_admin");
    let again = planned(&log.known().expect("memory can be read"));
    assert!(
        again.is_idle(),
        "a second run has nothing to do: {:?}",
        again.steps.iter().find(|s| !s.changes.is_empty())
    );
}

/// What is blocked by two steps at once is written once, so that the journal can be replayed.
#[test]
fn the_journal_of_a_run_with_failures_can_be_replayed() {
    let hold = "[[hold]]\nexternal_id = \"c-1\"\nstatus = \"error\"\n[[hold]]\nemail = \"bea@boreal.example\"\nstatus = \"taken\"";
    let webex = webex(Faults::parse(hold).expect("a good fault file"), 0);
    let plan = planned(&Known::default());
    let mut log = Memory::default();
    log.begin(&head(), &plan).expect("memory takes it");
    let finish = runtime().block_on(async {
        attempt(&webex, tokio::time::Instant::now(), &plan, HashMap::new(), &mut log, &Known::default()).await
    });
    let finish = finish.expect("nothing stops it");
    let mut snapshots = HashMap::new();
    let mut take = |stored: Stored| {
        let happened = stored.record.state != State::Pending;
        snapshots.extend(happened.then_some((stored.step.id, stored.record)));
        Ok(())
    };
    log.walk("r", Which::All, &mut take).expect("memory can be read");
    assert_eq!(snapshots, finish.records, "every event follows on the one before");
    let blocked = snapshots.values().filter(|record| record.ending() == Some(Ending::Blocked)).count();
    assert!(blocked > 10, "only {blocked} steps are blocked");
}

/// The counts of two workers together.
fn sum(one: Totals, other: Totals) -> Totals {
    Totals {
        tries: one.tries + other.tries,
        rows: one.rows + other.rows,
        missing: one.missing + other.missing,
        duplicates: one.duplicates + other.duplicates,
        without_one_outcome: one.without_one_outcome + other.without_one_outcome,
        bad: [one.bad, other.bad].concat(),
    }
}

/// Runs the small partner under the faults of one seed.
fn try_seed(totals: &mut Totals, seed: u64) {
    let webex = webex(Faults::from_seed(seed), (seed % 4) * 500);
    let plan = planned(&Known::default());
    let mut log = Memory::default();
    log.begin(&head(), &plan).expect("memory takes it");
    let finish = runtime().block_on(async {
        attempt(&webex, tokio::time::Instant::now(), &plan, HashMap::new(), &mut log, &Known::default()).await
    });
    totals.tries += 1;
    match finish {
        Ok(finish) => {
            let (rows, outcomes) = outcomes(&log);
            let good = outcomes.iter().filter(|outcome| **outcome == Outcome::Created).count();
            totals.rows += rows;
            totals.without_one_outcome += rows.abs_diff(outcomes.len());
            totals.missing += rows.saturating_sub(good);
            totals.duplicates += duplicates(&webex).len();
            for fault in faults_of(&webex, &plan, &finish.records) {
                totals.say(seed, fault);
            }
        }
        Err(error) => totals.say(seed, format!("{error:#}")),
    }
}

/// The seeds are shared out among the processors; each seed is a world of its own.
#[test]
fn whatever_breaks_everything_is_made_once() {
    let picked: Option<u64> = std::env::var("TURNUP_SEED").ok().and_then(|text| text.parse().ok());
    let count = std::env::var("TURNUP_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    let (first, last) = picked.map_or((1, count), |seed| (seed, seed));
    let next = AtomicU64::new(first);
    let work = || {
        let mut totals = Totals::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > last {
                return totals;
            }
            try_seed(&mut totals, seed);
        }
    };
    let totals = std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let totals = workers.into_iter().map(|worker| worker.join().expect("a worker does not panic"));
        totals.fold(Totals::default(), sum)
    });
    tell(&totals.line("seeds"));
    assert!(totals.bad.is_empty(), "{}", totals.bad.join("\n"));
    assert_eq!((totals.missing, totals.duplicates, totals.without_one_outcome), (0, 0, 0), "{}", totals.line("seeds"));
}

/// A line for people; shown where the output of tests is.
fn tell(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[test]
fn a_crash_at_any_entry_of_the_journal_loses_and_doubles_nothing() {
    let mut bad = Vec::new();
    let mut crash_at = 0;
    loop {
        let webex = webex(if crash_at % 3 == 0 { Faults::none() } else { Faults::from_seed(crash_at as u64) }, 0);
        let plan = planned(&Known::default());
        let mut log = Crashing { inner: Memory::default(), entries_left: crash_at };
        log.begin(&head(), &plan).expect("memory takes it");
        let known = Known::default();
        let (crashed, finish) = runtime().block_on(async {
            let began = tokio::time::Instant::now();
            let first = attempt(&webex, began, &plan, HashMap::new(), &mut log, &known).await;
            if let Ok(finish) = first {
                return (false, Ok(finish));
            }
            let (stored, records) = log.inner.replay("r").expect("what was written can be read");
            assert_eq!(stored.digest(), plan.digest());
            let known = log.inner.known().expect("memory can be read");
            (true, attempt(&webex, began, &stored, records, &mut log.inner, &known).await)
        });
        match finish {
            Ok(finish) => {
                let faults = faults_of(&webex, &plan, &finish.records);
                bad.extend(faults.into_iter().map(|fault| format!("crash at {crash_at}: {fault}")));
            }
            Err(error) => bad.push(format!("crash at {crash_at}: {error:#}")),
        }
        if !crashed {
            break;
        }
        crash_at += 1;
    }
    assert!(crash_at > 100, "the run has more than {crash_at} entries");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
