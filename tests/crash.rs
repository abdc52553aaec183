//! Real SIGKILLs of the real binary at random moments, under faults, against a simulator in a process of its own that
//! accepts duplicates, so that every object made twice shows. `TURNUP_KILLS` sets how many kills there must be.

#[path = "support/totals.rs"]
mod totals;

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use totals::Totals;

/// Kills that the gate makes.
const KILLS: u64 = 20;
/// Times that each run is killed before it may end.
const KILLS_PER_SEED: u64 = 3;
/// A run that is never in time for its kills must not go on for ever.
const SEEDS_PER_KILL_MAX: u64 = 4;

struct Simulator {
    process: Child,
    url: String,
}

impl Simulator {
    /// Every second seed brings its weather along.
    fn start(seed: u64, folder: &Path) -> Self {
        let faults = folder.join("faults.toml");
        let weather = if seed.is_multiple_of(2) { String::new() } else { format!("weather = {seed}\n") };
        std::fs::write(&faults, format!("duplicates = \"allow\"\n{weather}")).expect("a file can be written");
        let mut process = Command::new(env!("CARGO_BIN_EXE_turnup"))
            .args(["simulate", "--latency-ms", "15", "--provision-ms", "150", "--faults"])
            .arg(&faults)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the simulator starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("its output is piped");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        let url = line.trim().strip_prefix("listening ").expect("it says `listening URL`").to_owned();
        Self { process, url }
    }

    fn state(&self) -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let answer = reqwest::get(format!("{}/_turnup/state", self.url)).await.expect("it answers");
            answer.json().await.expect("its state is JSON")
        })
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn turnup(command: &str, workspace: &Path, url: &str) -> Command {
    let mut turnup = Command::new(env!("CARGO_BIN_EXE_turnup"));
    turnup.args([command]).arg(workspace).args(["--api-url", url]);
    // Longer than the slowest answer of any weather, so that only hanging ones are given up.
    turnup.args(["--poll-ms", "30", "--grace-ms", "250", "--timeout-ms", "2000"]);
    if command == "run" {
        turnup.arg("--yes");
    }
    turnup.env("TURNUP_TOKEN", "token").env("XDG_CONFIG_HOME", workspace).stdout(Stdio::piped()).stderr(Stdio::piped());
    turnup
}

/// A number below `limit`, reproducible from the seed.
fn random(seed: u64, limit: u64) -> u64 {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    x ^= x >> 31;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (x ^ (x >> 29)) % limit
}

fn copy_sample(to: &Path) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/acme");
    for name in ["templates.toml", "customers.csv", "locations.csv", "users.csv"] {
        std::fs::copy(sample.join(name), to.join(name)).expect("the sample can be copied");
    }
}

/// Runs to the end, killed several times on the way; also says how many kills were in time.
fn killed_and_resumed(seed: u64, workspace: &Path, url: &str) -> (Output, u64) {
    let mut command = "run";
    let mut killed = 0;
    for kill in 0..KILLS_PER_SEED {
        let mut process = turnup(command, workspace, url).spawn().expect("turnup starts");
        std::thread::sleep(Duration::from_millis(random(seed * 31 + kill, 900)));
        process.kill().expect("it can be killed, or has ended");
        let ended = process.wait_with_output().expect("it has ended");
        killed += u64::from(ended.status.code().is_none());
        // Killed before the run was recorded, there is nothing to resume yet.
        let has_run = workspace.join(".turnup/state.db").exists() && runs(workspace) > 0;
        command = if has_run { "resume" } else { "run" };
        if ended.status.success() {
            return (ended, killed);
        }
    }
    (turnup(command, workspace, url).output().expect("turnup starts"), killed)
}

fn runs(workspace: &Path) -> usize {
    let output = Command::new(env!("CARGO_BIN_EXE_turnup")).arg("runs").arg(workspace).output().expect("turnup starts");
    String::from_utf8_lossy(&output.stdout).lines().count()
}

/// The values of some columns of a sheet, joined by `/`.
fn column(path: &Path, headers: &[&str]) -> HashSet<String> {
    let mut reader = csv::Reader::from_path(path).expect("the sheet is there");
    let names = reader.headers().expect("it has a header").clone();
    let at: Vec<usize> =
        headers.iter().map(|h| names.iter().position(|name| name == *h).expect("the column is there")).collect();
    let row = |row: csv::StringRecord| at.iter().map(|&at| row[at].to_owned()).collect::<Vec<_>>().join("/");
    reader.records().map(|record| row(record.expect("it is well-formed"))).collect()
}

/// Everything that was wanted stands, and nothing else, and each once.
fn compare(totals: &mut Totals, seed: u64, workspace: &Path, state: &Value) {
    let sheets = [
        ("customers", column(&workspace.join("customers.csv"), &["external_id"])),
        ("subscribers", column(&workspace.join("users.csv"), &["email"])),
    ];
    for (kind, wanted) in sheets {
        let made: HashSet<String> = state[kind].as_object().expect("it is told").keys().cloned().collect();
        for key in wanted.symmetric_difference(&made) {
            totals.missing += usize::from(wanted.contains(key));
            totals.say(seed, format!("{kind} {key} is missing or too many"));
        }
    }
    let branches = column(&workspace.join("locations.csv"), &["customer_external_id", "name"]);
    let made = state["locations"].as_object().expect("it is told");
    for key in branches.iter().filter(|key| !made.contains_key(*key)) {
        totals.missing += 1;
        totals.say(seed, format!("location {key} is missing"));
    }
    for kind in ["customers", "organizations", "locations", "people", "subscribers"] {
        let objects = state[kind].as_object().expect("it is told").iter();
        for (key, object) in objects.filter(|(_, object)| object["copies"] != 1) {
            totals.duplicates += 1;
            totals.say(seed, format!("{kind} {key} has {} copies", object["copies"]));
        }
    }
}

/// Every row of the last report has one outcome, and it is a good one.
fn read_report(totals: &mut Totals, seed: u64, workspace: &Path, output: &Output) {
    if !output.status.success() {
        totals.say(seed, format!("{} {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    let Some(folder) = report_folder(workspace, output) else { return totals.say(seed, "no report") };
    for kind in ["customers", "locations", "users"] {
        let sheet = csv::Reader::from_path(workspace.join(format!("{kind}.csv"))).expect("the sheet is there");
        let rows = sheet.into_records().count();
        let results =
            csv::Reader::from_path(folder.join(format!("{kind}.results.csv"))).expect("the results are there");
        let outcomes: Vec<String> = results
            .into_deserialize::<std::collections::HashMap<String, String>>()
            .map(|row| row.expect("they are well-formed")["result"].clone())
            .collect();
        totals.rows += rows;
        let empty = outcomes.iter().filter(|outcome| outcome.is_empty() || outcome.contains([' ', ';'])).count();
        let odd = rows.abs_diff(outcomes.len()) + empty;
        if odd > 0 {
            totals.without_one_outcome += odd;
            totals.say(seed, format!("{odd} of {rows} rows of {kind} have not exactly one outcome"));
        }
        for outcome in outcomes.iter().filter(|outcome| *outcome != "created") {
            totals.say(seed, format!("{kind}: {outcome}"));
        }
    }
}

/// Where the last report is. Killed after its last entry and before its last word, it is asked for once more.
fn report_folder(workspace: &Path, output: &Output) -> Option<PathBuf> {
    let mut again = Command::new(env!("CARGO_BIN_EXE_turnup"));
    again.arg("report").arg(workspace).env("XDG_CONFIG_HOME", workspace);
    let mut report = || again.output().expect("turnup starts").stdout;
    let stdout = if output.stdout.is_empty() { report() } else { output.stdout.clone() };
    String::from_utf8_lossy(&stdout).lines().last().map(PathBuf::from)
}

#[test]
fn killed_at_random_moments_nothing_is_missing_and_nothing_is_made_twice() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wanted = std::env::var("TURNUP_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let mut totals = Totals::default();
    for seed in 1..=wanted * SEEDS_PER_KILL_MAX {
        if totals.tries >= wanted {
            break;
        }
        let folder = tempfile::tempdir().expect("a folder can be made");
        copy_sample(folder.path());
        let simulator = Simulator::start(seed, folder.path());
        let (output, killed) = killed_and_resumed(seed, folder.path(), &simulator.url);
        totals.tries += killed;
        compare(&mut totals, seed, folder.path(), &simulator.state());
        read_report(&mut totals, seed, folder.path(), &output);
    }
    tell(&totals.line("kills"));
    assert!(totals.bad.is_empty(), "{}", totals.bad.join("\n"));
    assert!(totals.tries >= wanted, "only {} kills of {wanted} were in time", totals.tries);
}

/// A line for people; shown where the output of tests is.
fn tell(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}
