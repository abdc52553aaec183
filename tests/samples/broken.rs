//! `samples/broken`: one folder per code.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use ::turnup::diagnostic::Code;

use crate::turnup::{copy, copy_files, difference, exit, names, results, sample, stdout, turnup};

/// Runs at one time; most of their time is spent waiting.
const RUNS_AT_A_TIME: usize = 4;

/// What a run leaves behind.
const LEFTOVERS: [&str; 2] = [".turnup", "reports"];

fn folders() -> Vec<String> {
    names(&sample("broken"))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Compares an expect file, or writes it when `TURNUP_BLESS` is set; a mismatch is told with its difference.
fn compare(folder: &str, file: &str, found: &str) -> Option<String> {
    let path = sample("broken").join(folder).join(file);
    if std::env::var_os("TURNUP_BLESS").is_some() {
        fs::write(&path, found).expect("the expect file can be written");
        return None;
    }
    let wanted = text(&path);
    (wanted != found).then(|| format!("{folder}/{file}\n{}", difference(&wanted, found)))
}

fn checked(folder: &str) -> Vec<String> {
    let output = turnup(&["check", "--format", "csv"], &sample("broken").join(folder));
    let found = [("expect.csv", stdout(&output)), ("expect.exit", exit(&output))];
    found.into_iter().filter_map(|(file, found)| compare(folder, file, &found)).collect()
}

fn is_run(folder: &str) -> bool {
    (folder.starts_with('R') && !is_online(folder)) || sample("broken").join(folder).join("earlier").is_dir()
}

fn is_online(folder: &str) -> bool {
    sample("broken").join(folder).join("expect.online.exit").exists()
}

/// Checks a copy with the simulator's precheck.
fn asked(folder: &str) -> Vec<String> {
    let copy = copy(&sample("broken").join(folder));
    let faults = sample("broken").join(folder).join("faults.toml");
    let faults = faults.to_str().expect("the path is UTF-8");
    let output = turnup(&["check", "--format", "csv", "--online", "--simulate", "--faults", faults], copy.path());
    let found = [("expect.online.csv", stdout(&output)), ("expect.online.exit", exit(&output))];
    found.into_iter().filter_map(|(file, found)| compare(folder, file, &found)).collect()
}

/// Runs a copy; every row that is not simply `created` is expected by name.
fn ran(folder: &str) -> Vec<String> {
    let origin = sample("broken").join(folder);
    let copy = copy(&origin);
    let mut wrong = Vec::new();
    if origin.join("earlier").is_dir() {
        copy_files(&origin.join("earlier"), copy.path());
        turnup(&["run", "--simulate", "--yes"], copy.path());
        copy_files(&origin, copy.path());
    }
    if is_warned_later(folder) {
        let output = turnup(&["check", "--format", "csv"], copy.path());
        wrong.extend(compare(folder, "expect.later.csv", &stdout(&output)));
    }
    let faults = origin.join("faults.toml");
    let mut arguments = vec!["run", "--simulate", "--yes"];
    if faults.exists() {
        arguments.extend(["--faults", faults.to_str().expect("the path is UTF-8")]);
    }
    let output = turnup(&arguments, copy.path());
    let rows = results(&output, |result, code| result != "created" || !code.is_empty());
    let found = [("expect.run.csv", rows), ("expect.run.exit", exit(&output))];
    wrong.extend(found.into_iter().filter_map(|(file, found)| compare(folder, file, &found)));
    wrong
}

/// Is the code a warning of a check that knows what an earlier run has provisioned?
fn is_warned_later(folder: &str) -> bool {
    sample("broken").join(folder).join("expect.later.csv").exists()
}

#[test]
fn every_code_has_exactly_one_folder_that_shows_it() {
    let folders = folders();
    let mut wrong: Vec<String> = Vec::new();
    for code in Code::ALL {
        let own: Vec<&String> = folders.iter().filter(|name| name.starts_with(&format!("{code}-"))).collect();
        let [folder] = own.as_slice() else {
            wrong.push(format!("{code} has {} folders", own.len()));
            continue;
        };
        let path = sample("broken").join(folder);
        let file = match (is_online(folder), is_run(folder)) {
            (true, _) => "expect.online.csv",
            (false, true) if is_warned_later(folder) => "expect.later.csv",
            (false, true) => "expect.run.csv",
            (false, false) => "expect.csv",
        };
        let expected = text(&path.join(file));
        if !expected.contains(code.id()) {
            wrong.push(format!("{folder} does not show {code}"));
        }
    }
    let strangers = folders.iter().filter(|name| !Code::ALL.iter().any(|code| name.starts_with(&format!("{code}-"))));
    wrong.extend(strangers.map(|name| format!("{name} belongs to no code")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn checks_say_what_is_expected() {
    let wrong: Vec<String> = folders().iter().flat_map(|folder| checked(folder)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn runs_end_as_expected() {
    let open = Mutex::new(folders().into_iter().filter(|folder| is_run(folder)));
    let next = || open.lock().expect("no run panicked").next();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let worker = || std::iter::from_fn(next).flat_map(|folder| ran(&folder)).collect::<Vec<_>>();
        let workers: Vec<_> = (0..RUNS_AT_A_TIME).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no run panicked")).collect()
    });
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn prechecks_say_what_is_expected() {
    let wrong: Vec<String> =
        folders().iter().filter(|folder| is_online(folder)).flat_map(|folder| asked(folder)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn answers_of_the_api_need_clean_sheets() {
    for folder in folders().iter().filter(|folder| is_run(folder) || is_online(folder)) {
        let path = sample("broken").join(folder);
        assert_eq!(text(&path.join("expect.csv")).lines().count(), 1, "{folder} has findings before it is run");
        assert_eq!(text(&path.join("expect.exit")), "0\n", "{folder}");
    }
}

#[test]
fn no_sample_holds_what_a_run_leaves_behind() {
    let broken = folders().into_iter().map(|folder| sample("broken").join(folder));
    for folder in broken.chain([sample("acme")]) {
        for leftover in LEFTOVERS {
            assert!(!folder.join(leftover).exists(), "{} holds {leftover}", folder.display());
        }
    }
}
