//! How long `turnup check` takes and how much memory, beside a plain loop over the records of users.csv.
//!
//! `cargo bench --bench check` measures everything; `-- --quick` leaves out what takes long. It fails where a target is
//! missed.

mod generator;

use std::fs::File;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use generator::{Shape, write};
use nix::sys::resource::{UsageWho, getrusage};

const USERS_PER_CUSTOMER: usize = 500;
/// Pairs of runs, in turns.
const TURNS: usize = 7;
/// Most times that checking may take what the plain loop takes.
const RATIO_MAX: f64 = 4.0;
/// Most memory for a million users, in MiB.
const MEMORY_MAX: f64 = 250.0;
/// Most lines that a page about a million mistakes may have.
const LINES_MAX: usize = 2_000;

/// What one process took.
#[derive(Clone, Copy)]
struct Taken {
    seconds: f64,
    mebibytes: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--loop", file] => plain_loop(Path::new(file)),
        ["--measure", output, program, rest @ ..] => measure(output, program, rest),
        list => {
            let is_met = report(list.contains(&"--quick"));
            std::process::exit(i32::from(!is_met));
        }
    }
}

/// The yardstick: every record is read, none is looked at.
fn plain_loop(file: &Path) {
    let mut reader = csv::Reader::from_path(file).expect("the sheet is there");
    let mut record = csv::ByteRecord::new();
    let mut cells = 0;
    while reader.read_byte_record(&mut record).expect("the sheet is CSV") {
        cells += record.len();
    }
    say(&format!("{cells}"));
}

/// Runs one program and tells what it took; a process of its own, so that nothing else is counted.
fn measure(output: &str, program: &str, arguments: &[&str]) {
    let out = File::create(output).expect("the bench may write here");
    let begun = Instant::now();
    let run = Command::new(program).args(arguments).stdout(out).stderr(Stdio::null()).status();
    let seconds = begun.elapsed().as_secs_f64();
    run.expect("the program runs");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    say(&format!("{seconds} {}", usage.max_rss()));
}

fn say(text: &str) {
    writeln!(stdout(), "{text}").expect("somebody reads along");
}

fn taken(output: &Path, program: &str, arguments: &[&str]) -> Taken {
    let own = std::env::current_exe().expect("this program has a name");
    let run = Command::new(own).arg("--measure").arg(output).arg(program).args(arguments).output();
    let text = String::from_utf8(run.expect("this program runs").stdout).expect("it writes text");
    let mut numbers = text.split_whitespace().map(|number| number.parse::<f64>().expect("it writes numbers"));
    let mut next = || numbers.next().expect("it writes two numbers");
    Taken { seconds: next(), mebibytes: next() / 1024.0 }
}

fn workspace(users: usize, mistakes_per_mille: u64) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = target.join(format!("bench-{users}-{mistakes_per_mille}"));
    if !folder.join("made").exists() {
        let shape = Shape { users, mistakes_per_mille, seed: 1 };
        write(&folder, shape, USERS_PER_CUSTOMER).expect("the bench may write here");
        File::create(folder.join("made")).expect("the bench may write here");
    }
    folder
}

fn check(folder: &Path, format: &str) -> (Taken, PathBuf) {
    let output = folder.join(format!("findings.{format}"));
    let name = folder.to_str().expect("the folder's name is text");
    (taken(&output, env!("CARGO_BIN_EXE_turnup"), &["check", name, "--format", format]), output)
}

fn plain(folder: &Path) -> Taken {
    let own = std::env::current_exe().expect("this program has a name");
    let users = folder.join("users.csv");
    let (own, users) = (own.to_str().expect("text"), users.to_str().expect("text"));
    taken(&folder.join("cells"), own, &["--loop", users])
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
fn report(is_quick: bool) -> bool {
    let users = if is_quick { 100_000 } else { 1_000_000 };
    let folder = workspace(users, 5);
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        pairs.push((plain(&folder), check(&folder, "csv").0));
    }
    let (plain, checked) =
        (median(pairs.iter().map(|pair| pair.0.seconds)), median(pairs.iter().map(|pair| pair.1.seconds)));
    let ratio = median(pairs.iter().map(|pair| pair.1.seconds / pair.0.seconds));
    let memory = pairs.iter().map(|pair| pair.1.mebibytes).fold(0.0, f64::max);
    say(&format!("{users} users, {TURNS} pairs in turns, whole processes, medians:"));
    say(&format!(
        "  plain loop {plain:.3} s, check {checked:.3} s: {ratio:.2} times (target {RATIO_MAX}); {memory:.0} MiB"
    ));
    say("    users   seconds   ns a row       MiB");
    let sizes: &[usize] = if is_quick { &[10_000, 100_000] } else { &[10_000, 100_000, 1_000_000, 5_000_000] };
    for &users in sizes {
        let (taken, _) = check(&workspace(users, 5), "csv");
        let each = taken.seconds * 1e9 / users as f64;
        say(&format!("{users:>9} {:>9.3} {each:>10.0} {:>9.0}", taken.seconds, taken.mebibytes));
    }
    let (bad, page) = check(&workspace(users, 1000), "text");
    let lines = std::fs::read_to_string(page).expect("the page is text").lines().count();
    say(&format!("{users} mistakes: {:.3} s, {:.0} MiB, a page of {lines} lines", bad.seconds, bad.mebibytes));
    ratio <= RATIO_MAX && memory <= MEMORY_MAX && bad.mebibytes <= MEMORY_MAX && lines <= LINES_MAX
}
