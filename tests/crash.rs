//! Real SIGKILLs of the real binary at random moments, against a simulator in a process of its own that accepts
//! duplicates, so that every object made twice shows. `TURNUP_KILLS` sets how many seeds are tried.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Seeds that the gate tries.
const SEEDS: u64 = 20;
/// Times that each run is killed before it may end.
const KILLS_PER_SEED: u64 = 3;

struct Simulator {
    process: Child,
    url: String,
}

impl Simulator {
    fn start(folder: &Path) -> Self {
        let faults = folder.join("faults.toml");
        std::fs::write(&faults, "duplicates = \"allow\"\n").expect("a file can be written");
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
    turnup.args([command]).arg(workspace).args(["--api-url", url, "--poll-ms", "30", "--grace-ms", "250"]);
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

/// Runs to the end, killed several times on the way.
fn killed_and_resumed(seed: u64, workspace: &Path, url: &str) -> Output {
    let mut command = "run";
    for kill in 0..KILLS_PER_SEED {
        let mut process = turnup(command, workspace, url).spawn().expect("turnup starts");
        std::thread::sleep(Duration::from_millis(random(seed * 31 + kill, 900)));
        process.kill().expect("it can be killed, or has ended");
        let ended = process.wait_with_output().expect("it has ended");
        // Killed before the run was recorded, there is nothing to resume yet.
        let has_run = workspace.join(".turnup/state.db").exists() && runs(workspace) > 0;
        command = if has_run { "resume" } else { "run" };
        if ended.status.success() {
            return ended;
        }
    }
    turnup(command, workspace, url).output().expect("turnup starts")
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

fn faults(seed: u64, workspace: &Path, state: &Value, output: &Output) -> Vec<String> {
    let mut faults = Vec::new();
    if !output.status.success() {
        faults.push(format!("seed {seed}: {} {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    let wanted = [
        ("customers", column(&workspace.join("customers.csv"), &["external_id"])),
        ("subscribers", column(&workspace.join("users.csv"), &["email"])),
    ];
    for (kind, wanted) in wanted {
        let made: HashSet<String> = state[kind].as_object().expect("it is told").keys().cloned().collect();
        faults.extend(
            wanted.symmetric_difference(&made).map(|key| format!("seed {seed}: {kind} {key} is missing or too many")),
        );
    }
    let branches = column(&workspace.join("locations.csv"), &["customer_external_id", "name"]);
    let made = state["locations"].as_object().expect("it is told");
    faults.extend(
        branches
            .iter()
            .filter(|key| !made.contains_key(*key))
            .map(|key| format!("seed {seed}: location {key} is missing")),
    );
    for kind in ["customers", "locations", "subscribers"] {
        let objects = state[kind].as_object().expect("it is told").iter();
        let doubles = objects.filter(|(_, object)| object["copies"] != 1);
        faults
            .extend(doubles.map(|(key, object)| format!("seed {seed}: {kind} {key} has {} copies", object["copies"])));
    }
    faults
}

/// Every row of the last report has one outcome, and it is a good one.
fn bad_rows(seed: u64, workspace: &Path, output: &Output) -> Vec<String> {
    // Killed after its last entry and before its last word: the report is asked for once more.
    let mut again = Command::new(env!("CARGO_BIN_EXE_turnup"));
    again.arg("report").arg(workspace).env("XDG_CONFIG_HOME", workspace);
    let mut report = || again.output().expect("turnup starts").stdout;
    let stdout = if output.stdout.is_empty() { report() } else { output.stdout.clone() };
    let stdout = String::from_utf8_lossy(&stdout);
    let Some(folder) = stdout.lines().last().map(Path::new) else { return vec![format!("seed {seed}: no report")] };
    let mut bad = Vec::new();
    for kind in ["customers", "locations", "users"] {
        let results = folder.join(format!("{kind}.results.csv"));
        let outcomes: Vec<String> = csv::Reader::from_path(&results)
            .expect("the results are there")
            .deserialize::<std::collections::HashMap<String, String>>()
            .map(|row| row.expect("they are well-formed")["result"].clone())
            .collect();
        let rows = csv::Reader::from_path(workspace.join(format!("{kind}.csv"))).expect("the sheet").records().count();
        if outcomes.len() != rows {
            bad.push(format!("seed {seed}: {} outcomes for {rows} rows of {kind}", outcomes.len()));
        }
        bad.extend(
            outcomes
                .iter()
                .filter(|outcome| *outcome != "created")
                .map(|outcome| format!("seed {seed}: {kind}: {outcome}")),
        );
    }
    bad
}

#[test]
fn killed_at_random_moments_nothing_is_missing_and_nothing_is_made_twice() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let seeds = std::env::var("TURNUP_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    let mut bad = Vec::new();
    for seed in 1..=seeds {
        let folder = tempfile::tempdir().expect("a folder can be made");
        copy_sample(folder.path());
        let simulator = Simulator::start(folder.path());
        let output = killed_and_resumed(seed, folder.path(), &simulator.url);
        bad.extend(faults(seed, folder.path(), &simulator.state(), &output));
        bad.extend(bad_rows(seed, folder.path(), &output));
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
