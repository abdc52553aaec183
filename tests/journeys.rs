//! The three journeys of the README, run as they stand there: each line in one shell, with the exit code that its remark
//! names. Two things are done for the person: another port is taken for the simulated Webex, and the review is ended.

mod support;

use std::fmt::Write;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use support::Bench;

/// The port that the README names.
const PORT: &str = "4010";

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("there is a README")
}

/// The lines that somebody copies.
fn steps<'a>(readme: &'a str, journey: &str) -> Vec<&'a str> {
    let (_, rest) = readme.split_once(&format!("<!-- journey {journey} -->\n```sh\n")).expect("the README tells it");
    let (block, _) = rest.split_once("\n```\n<!-- /journey -->").expect("the README marks its end");
    block.lines().filter(|line| !line.trim().is_empty()).collect()
}

/// The exit codes that a line may end with: what its remark says, or 0.
fn codes(line: &str) -> String {
    let named = line.split_once("# exit code ").map_or("0", |(_, named)| named);
    let named = named.split([':', ';']).next().unwrap_or_default();
    named.split(" or ").map(str::trim).collect::<Vec<_>>().join("|")
}

/// The lines with a look at each exit code between them.
fn script(steps: &[&str], port: &str) -> String {
    let mut script = String::new();
    for line in steps {
        let typed =
            line.replace(PORT, port).replace("turnup review ", "timeout --preserve-status -s INT 5 turnup review ");
        let _ = writeln!(script, "{typed}");
        let told = line.replace('\'', "'\\''");
        let _ =
            writeln!(script, "code=$?; case $code in {}) ;; *) echo \"$code\" '{told}'; exit 99;; esac", codes(line));
        if line.split('#').next().unwrap_or_default().trim_end().ends_with('&') {
            let _ = writeln!(script, "until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.05; done");
        }
    }
    script
}

/// A folder with the samples, as a clone has it, and what the shell said there.
fn travelled(journey: &str) -> (Bench, String) {
    let bench = Bench::bare();
    copied(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples"), &bench.path("samples"));
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port();
    let folder = Path::new(env!("CARGO_BIN_EXE_turnup")).parent().expect("a binary lies in a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let readme = readme();
    let mut shell = Command::new("bash");
    shell.args(["-c", &script(&steps(&readme, journey), &port.to_string())]).env_clear().env("PATH", path);
    shell.env("HOME", bench.path("home")).current_dir(bench.path("")).stdin(Stdio::null());
    let ended = shell.output().expect("bash is there");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert_eq!(ended.status.code(), Some(0), "{out}\n{err}");
    (bench, out.into_owned())
}

/// Without what runs of the samples left there.
fn copied(from: &Path, to: &Path) {
    fs::create_dir(to).expect("the folder is new");
    for entry in fs::read_dir(from).expect("the samples are there").flatten() {
        let target = to.join(entry.file_name());
        let is_left = entry.file_name() == ".turnup" || entry.file_name() == "reports";
        if entry.path().is_dir() && !is_left {
            copied(&entry.path(), &target);
        } else if entry.path().is_file() {
            fs::copy(entry.path(), target).expect("the test may write here");
        }
    }
}

#[test]
fn the_migration_lead_moves_ten_customers() {
    let (_, out) = travelled("lead");
    for words in ["wave 1: 4 of 4 customers ready", "0 differences; 10 customers", "left to do by hand", "deleted"] {
        assert!(out.contains(words), "{words}: {out}");
    }
}

#[test]
fn the_night_operator_has_three_nights() {
    let (bench, out) = travelled("operator");
    for words in ["waits for a review at Cisco", "wave 2: 2 of 2 customers ready", "OnCalendar="] {
        assert!(out.contains(words), "{words}: {out}");
    }
    assert_eq!(fs::read_dir(bench.path("nights/inbox")).expect("it is there").count(), 0, "every sheet was taken");
}

#[test]
fn the_error_reviewer_mends_every_row() {
    let (bench, out) = travelled("reviewer");
    for words in ["3.51222E+11", "review http://127.0.0.1:", "3 of 3 customers ready"] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let readme = readme();
    let (_, files) = readme.split_once("### Result files").expect("there is a chapter of them");
    for run in fs::read_dir(bench.path("mend/reports")).expect("there are reports").flatten() {
        for file in fs::read_dir(run.path()).expect("a folder").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            assert!(files.contains(&format!("`{name}`")), "the README does not tell what {name} is");
        }
    }
}
