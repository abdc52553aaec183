//! How near a run comes to what its requests need at least: whole processes, against a simulator in a process of its own.
//!
//! `cargo bench --bench run`. It fails where a target is missed.

#[path = "run/overhead.rs"]
mod overhead;
#[path = "run/sheets.rs"]
mod sheets;
mod webex;
#[path = "../flow/world.rs"]
mod world;

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use webex::Webex;

const CUSTOMERS: usize = 20;
const BRANCHES: usize = 2;
const USERS_PER_CUSTOMER: usize = 50;
const LATENCY_MS: &str = "25";
const PROVISION: Duration = Duration::from_millis(200);
const RATE: f64 = 300.0;
/// Creations, polls, openings and location lists of 20 customers; two calls a branch; a validation a customer; a batch of
/// numbers and a main number a location; the users; the roles.
const NEEDED: f64 = 1320.0;
/// Runs of each kind; medians are told.
const TURNS: usize = 3;

fn say(text: &str) {
    writeln!(stdout(), "{text}").expect("somebody reads along");
}

/// The simulator of every run, and what this one has besides.
fn flags<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["--latency-ms", LATENCY_MS, "--provision-ms", "200"], more].concat()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn workspace(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("run-{name}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the bench may clear its own folder");
    }
    fs::create_dir_all(&folder).expect("the bench may write here");
    folder
}

/// What one run took.
#[derive(Debug, Clone, Copy)]
struct Taken {
    /// From the first request to the last answer.
    seconds: f64,
    requests: f64,
    throttled: f64,
}

fn run(webex: &Webex, folder: &Path, more: &[&str]) -> Taken {
    let before = webex.requests();
    let status = Command::new(env!("CARGO_BIN_EXE_turnup"))
        .args(["run", "--yes", "--quiet", "--poll-ms", "25", "--api-url", &webex.url])
        .args(more)
        .arg(folder)
        .env("TURNUP_TOKEN", "token")
        .env("XDG_CONFIG_HOME", folder)
        .stdout(Stdio::null())
        .status()
        .expect("turnup runs");
    assert!(status.success(), "the run ends with {status}");
    let after = webex.requests();
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let throttled = |requests: &Value| -> f64 {
        let routes = requests["by_route"].as_object().into_iter().flat_map(|routes| routes.values());
        routes.map(|ends| number(&ends["429"])).sum()
    };
    let begun = if number(&before["total"]) > 0.0 { number(&before["last_ms"]) } else { number(&after["first_ms"]) };
    Taken {
        seconds: (number(&after["last_ms"]) - begun) / 1000.0 + webex.latency(),
        requests: number(&after["total"]) - number(&before["total"]),
        throttled: throttled(&after) - throttled(&before),
    }
}

/// Tells a median and whether it keeps to its target.
fn judged(what: &str, value: f64, target: f64, details: &str) -> bool {
    let verdict = if value <= target { "held" } else { "MISSED" };
    say(&format!("{what}: {value:.3} (target {target}: {verdict}); {details}"));
    value <= target
}

/// One kind of run, several times: the median ratio of its time to a bound.
fn measured(name: &str, server: &[&str], client: &[&str], bound: impl Fn(f64) -> f64) -> (f64, Taken) {
    let mut all = Vec::new();
    for turn in 0..TURNS {
        let webex = Webex::start(&flags(server));
        let latency = webex.latency();
        let fresh = Webex::start(&flags(server));
        let folder = workspace(&format!("{name}-{turn}"));
        sheets::write(&folder, 1);
        let taken = run(&fresh, &folder, client);
        all.push((taken.seconds / bound(latency), taken));
    }
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    all[TURNS / 2]
}

fn shown(taken: Taken) -> String {
    format!("{:.3} s, {} requests, {} answered 429", taken.seconds, taken.requests, taken.throttled)
}

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let in_flight = |latency: f64| PROVISION.as_secs_f64() + latency + (NEEDED - 20.0) * latency / 20.0;
    let mut is_met = true;
    let (ratio, twenty) = measured("twenty", &[], &["--max-in-flight", "20"], in_flight);
    is_met &= judged("20 in flight, times the bound", ratio, 1.10, &shown(twenty));
    is_met &= judged("requests per needed request", twenty.requests / NEEDED, 1.05, "first run");
    let (ratio, adaptive) = measured("adaptive", &[], &[], |_| twenty.seconds);
    is_met &= judged("found out by itself, times 20 in flight", ratio, 1.0, &shown(adaptive));
    let limit = ["--rate", "300"];
    let (ratio, told) = measured("told", &limit, &["--max-in-flight", "20", "--rate", "300"], |_| NEEDED / RATE);
    is_met &= judged("limit told, times needed / rate", ratio, 1.06, &shown(told));
    let (ratio, untold) = measured("untold", &limit, &["--max-in-flight", "20"], |_| NEEDED / RATE);
    is_met &= judged("limit not told, first contact", ratio, 1.5, &shown(untold));
    is_met &= learnt_and_unchanged();
    is_met &= overhead::is_small();
    std::process::exit(i32::from(!is_met));
}

/// A second run under the same limit, which the first one has learnt; and one that has nothing to do.
fn learnt_and_unchanged() -> bool {
    let webex = Webex::start(&flags(&["--rate", "300"]));
    let folder = workspace("learnt");
    sheets::write(&folder, 1);
    run(&webex, &folder, &["--max-in-flight", "20"]);
    let unchanged = run(&webex, &folder, &["--max-in-flight", "20"]);
    let is_idle = judged("requests of an unchanged second run", unchanged.requests, 0.0, "same sheets");
    // A fresh Webex, so that its time begins with the second work.
    let again = Webex::start(&flags(&["--rate", "300"]));
    sheets::write(&folder, 2);
    let taken = run(&again, &folder, &["--max-in-flight", "20"]);
    let is_fast = judged("limit learnt, times needed / rate", taken.seconds * RATE / NEEDED, 1.12, &shown(taken));
    let share = taken.throttled / taken.requests;
    is_idle & is_fast & judged("share of answers 429 when learnt", share, 0.01, "same run")
}
