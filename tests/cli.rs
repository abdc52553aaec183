//! The binary from outside: what an operator sees when all goes well, when the environment does not allow it, when
//! rows are wrong and when a run is cut off. Data in, text out; nothing of the inside is known here.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Bench, Ran, Results, SHEETS, Simulator, Working, copy_acme, eventually, outcomes};

/// What `samples/acme` comes to: customers; locations with the headquarters of each customer; users.
const ACME: [usize; 3] = [10, 24, 172];

const RUN: [&str; 3] = ["run", "work", "--yes"];

// ---- the daily work ----

#[test]
fn a_clean_workspace_checks_runs_and_has_nothing_left_to_do() {
    let bench = Bench::acme();
    bench.ran(&["check", "work"]).expect_code(0);
    let simulator = Simulator::start(&bench, &[]);
    let first = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &first), [("created".to_owned(), 196)].into());
    assert_eq!(simulator.stands(), ACME);
    let requests = simulator.requests();
    let second = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &second), [("unchanged".to_owned(), 196)].into());
    assert_eq!(simulator.requests(), requests, "nothing changed, so nothing is asked");
}

#[test]
fn the_report_folder_is_the_last_line_and_the_report_can_be_made_again() {
    let bench = Bench::small();
    let ran = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let folder = bench.path(ran.report());
    let files = files(&folder);
    for sheet in SHEETS {
        for what in ["results", "rejected"] {
            assert!(files.contains_key(&format!("{sheet}.{what}.csv")), "{sheet} {what}");
        }
    }
    fs::remove_dir_all(&folder).expect("it is the test's own");
    bench.write("work/users.csv", "something else\n");
    let again = bench.ran(&["report", "-C", "work"]).expect_code(0);
    assert_eq!((again.report(), self::files(&folder)), (ran.report(), files), "byte for byte the same");
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let file = |path: PathBuf| {
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        (name, fs::read(&path).expect("it can be read"))
    };
    entries.flatten().map(|entry| file(entry.path())).collect()
}

#[test]
fn header_only_sheets_are_fine_and_cost_nothing() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    bench.write("work/users.csv", "customer_external_id,first_name,last_name,email,package\n");
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &ran), [("created".to_owned(), 2)].into());
    let requests = simulator.requests();
    bench.write("work/customers.csv", support::CUSTOMERS.lines().next().expect("a header"));
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert!(outcomes(&bench, &ran).is_empty() && ran.out.contains("0 requests\n"), "{ran:#?}");
    assert_eq!(simulator.requests(), requests);
}

#[test]
fn a_new_workspace_checks_clean_and_is_never_overwritten() {
    let bench = Bench::bare();
    bench.ran(&["init", "work"]).expect_code(0);
    let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(0);
    assert_eq!(check.out.lines().count(), 1, "a header and no finding: {}", check.out);
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let before = fs::read(bench.path("work/users.csv")).expect("init made it");
    let again = bench.ran(&["init", "work"]);
    assert!(again.fault().contains("overwrites nothing"), "{again:#?}");
    assert_eq!(fs::read(bench.path("work/users.csv")).expect("it is still there"), before);
}

// ---- what is wrong with the folder ----

/// Every command that reads the folder says the same one sentence.
fn assert_fault(bench: &Bench, folder: &str, words: &[&str]) {
    for args in [vec!["check", folder], vec!["plan", folder], vec!["run", folder, "--yes", "--simulate"]] {
        let ran = bench.ran(&args);
        let sentence = ran.fault();
        for word in words {
            assert!(sentence.contains(word), "`{word}` is missing in: {sentence}");
        }
        assert_eq!(ran.out, "", "{args:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_worked_in_is_told_with_its_cure() {
    let bench = Bench::small();
    assert_fault(&bench, "nowhere", &["`nowhere`", "turnup init"]);
    bench.write("file", "");
    assert_fault(&bench, "file", &["`file` is not a folder", "name the folder"]);
    fs::create_dir(bench.path("void")).expect("it is new");
    assert_fault(&bench, "void", &["`void`", "customers.csv, locations.csv and users.csv", "turnup init"]);
}

#[test]
fn a_missing_file_is_told_with_its_cure() {
    let sheets = ["customers.csv", "locations.csv", "users.csv"].map(|file| (file, "`turnup init DIR`"));
    // `init` begins a new folder, and this one has sheets.
    for (file, cure) in sheets.into_iter().chain([("templates.toml", "`turnup template add -C work`")]) {
        let bench = Bench::small();
        bench.remove(&format!("work/{file}"));
        assert_fault(&bench, "work", &["`work` has no", file, cure]);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_cure() {
    for file in ["users.csv", "templates.toml"] {
        let bench = Bench::small();
        bench.remove(&format!("work/{file}"));
        fs::create_dir(bench.work().join(file)).expect("it is new");
        assert_fault(&bench, "work", &[&format!("`work/{file}` is no file"), "put the file of that name"]);
    }
    if !am_root() {
        let bench = Bench::small();
        let mode = Command::new("chmod").args(["000", "users.csv"]).current_dir(bench.work()).status();
        assert!(mode.is_ok_and(|status| status.success()));
        assert_fault(&bench, "work", &["cannot read `work/users.csv`", "allow yourself"]);
    }
}

fn am_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

#[test]
fn a_pipe_in_the_place_of_a_sheet_is_refused_and_not_waited_for() {
    let bench = Bench::small();
    bench.remove("work/users.csv");
    let made = Command::new("mkfifo").arg(bench.work().join("users.csv")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is there");
    assert_fault(&bench, "work", &["`work/users.csv` is no file"]);
    let bench = Bench::small();
    let made = Command::new("mkfifo").arg(bench.work().join("turnup.toml")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is there");
    assert_fault(&bench, "work", &["`work/turnup.toml` is no file"]);
}

#[test]
fn a_sheet_that_cannot_be_read_at_all_is_no_success() {
    for (code, bytes) in [
        ("F104", b"\xef\xbb\xbfcustomer_external_id,email\naurora,jo\xe3o\n".as_slice()),
        ("F105", b""),
        ("F113", b"PK\x03\x04"),
    ] {
        let bench = Bench::small();
        let simulator = Simulator::start(&bench, &[]);
        fs::write(bench.work().join("users.csv"), bytes).expect("the test may write here");
        let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(3);
        assert!(ran.err.contains("turnup: users.csv") && ran.err.contains("nothing was sent"), "{code}: {ran:#?}");
        assert_eq!(simulator.requests(), 0);
        let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(3);
        assert!(check.out.contains(code), "{}", check.out);
    }
}

#[test]
fn a_report_is_made_again_with_what_the_run_read_by() {
    let bench = Bench::small();
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("the bench has it");
    let first = users.lines().nth(1).and_then(|row| row.split(',').nth(1)).expect("there is a row").to_owned();
    let own = users.replacen("email", "Correio", 1).replacen(&first, "Jo\u{1}o", 1);
    let bytes: Vec<u8> = own.bytes().map(|byte| if byte == 1 { 0x8b } else { byte }).collect();
    fs::write(bench.path("work/users.csv"), bytes).expect("the test may write here");
    fs::write(bench.path("work/turnup.toml"), "[columns.users]\nemail = \"Correio\"\n")
        .expect("the test may write here");
    let run = bench.ran(&["run", "work", "--simulate", "--yes", "--encoding", "macintosh"]).expect_code(0);
    let results = Path::new(run.out.lines().last().expect("the last line is the folder")).join("users.results.csv");
    let path = if results.is_absolute() { results } else { bench.path(results.to_str().expect("text")) };
    let before = fs::read_to_string(&path).expect("the run wrote it");
    assert!(before.contains("João") && !before.contains("rejected"), "{before}");
    bench.remove("work/turnup.toml");
    bench.ran(&["report", "-C", "work"]).expect_code(0);
    assert_eq!(fs::read_to_string(&path).expect("it is written again"), before);
}

#[test]
fn nothing_is_sent_under_settings_that_cannot_be_read() {
    for settings in ["[api]\nrate = \"slow\"\n", "[api\n", "[guards]\nmax_error_rate = 7\n"] {
        let bench = Bench::small();
        let simulator = Simulator::start(&bench, &[]);
        bench.write("work/turnup.toml", settings);
        let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(3);
        assert!(ran.err.starts_with("turnup: turnup.toml:") && ran.out.is_empty(), "{ran:#?}");
        assert_eq!(simulator.requests(), 0);
        let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(3);
        assert!(check.out.contains("F111"), "{}", check.out);
    }
}

// ---- what is wrong around it ----

/// After the cause is gone, everything is created, each object once.
fn assert_recovers(bench: &Bench, simulator: &Simulator, how: &str) {
    let args = if how == "resume" { vec!["resume", "work"] } else { RUN.to_vec() };
    let ran = Ran::of(&mut bench.against(simulator, &args)).expect_code(0);
    assert_eq!(simulator.stands(), [2, 2, 6]);
    assert!(outcomes(bench, &ran).keys().all(|word| ["created", "unchanged"].contains(&word.as_str())), "{ran:#?}");
}

#[test]
fn a_refused_token_is_told_and_the_run_goes_on_with_another() {
    for how in ["resume", "run"] {
        let bench = Bench::small();
        let simulator = Simulator::start(&bench, &[]);
        let ran = Ran::of(bench.against(&simulator, &RUN).env("TURNUP_TOKEN", "wrong"));
        let sentence = ran.fault();
        assert!(sentence.contains("does not accept the token") && sentence.contains("TURNUP_TOKEN"), "{sentence}");
        assert!(sentence.contains("turnup resume"), "{sentence}");
        assert_eq!(outcomes(&bench, &ran), [("not_reached".to_owned(), 8)].into());
        assert_recovers(&bench, &simulator, how);
    }
}

#[test]
fn a_missing_token_is_told_before_anything_is_sent() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let ran = Ran::of(bench.against(&simulator, &RUN).env_remove("TURNUP_TOKEN"));
    assert!(ran.fault().contains("TURNUP_TOKEN_FILE"), "{ran:#?}");
    assert_eq!((ran.out.as_str(), simulator.requests()), ("", 0));
    assert_eq!(bench.ran(&["runs", "work"]).out, "", "a run that could not begin leaves none to resume");
    assert_recovers(&bench, &simulator, "run");
}

#[test]
fn a_server_that_is_down_is_told_within_ten_seconds() {
    let bench = Bench::small();
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        format!("http://{}", listener.local_addr().expect("it is bound"))
    };
    let began = Instant::now();
    let ran = Ran::of(&mut bench.against_url(&nobody, &RUN));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let sentence = ran.fault();
    assert!(sentence.contains("cannot be reached") && sentence.contains("check the network"), "{sentence}");
    assert_eq!(outcomes(&bench, &ran), [("not_reached".to_owned(), 8)].into());
    let simulator = Simulator::start(&bench, &[]);
    assert_recovers(&bench, &simulator, "resume");
}

/// A small disk of its own; unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: PathBuf, size: &str) -> Self {
        fs::create_dir_all(&at).expect("it is new");
        let options = format!("size={size},mode=0700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&at).output();
        let is_mounted = mounted.as_ref().is_ok_and(|output| output.status.success());
        assert!(is_mounted, "a small disk cannot be mounted; root is needed for this test: {mounted:?}");
        Self(at)
    }

    /// Fills it to the last byte, or but for some bytes.
    fn fill(&self, spare: u64) {
        let mut at = fs::File::create(self.0.join("filler")).expect("there is room for a name");
        while std::io::Write::write_all(&mut at, &[b'x'; 1024]).is_ok() {}
        let length = at.metadata().expect("it is a file").len();
        at.set_len(length.saturating_sub(spare)).expect("it can shrink");
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("filler")).expect("it was filled");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_from_the_start_is_told_and_nothing_is_sent() {
    for spare in [0, 8 << 10, 64 << 10] {
        let bench = Bench::bare();
        let disk = Disk::mount(bench.work(), "1m");
        support::fill(&bench.work());
        let simulator = Simulator::start(&bench, &[]);
        disk.fill(spare);
        let ran = Ran::of(&mut bench.against(&simulator, &RUN));
        let sentence = ran.fault();
        assert!(sentence.contains("`work/.turnup/"), "the place is named: {sentence}");
        let cures = ["make room", "No space left", "disk is full"];
        assert!(cures.iter().any(|cure| sentence.contains(cure)), "and what is to be done: {sentence}");
        assert_eq!(simulator.requests(), 0);
        disk.make_room();
        assert_recovers(&bench, &simulator, "run");
    }
}

#[test]
fn a_disk_that_fills_up_in_the_middle_stops_the_run_and_nothing_is_made_twice() {
    let bench = Bench::bare();
    let disk = Disk::mount(bench.work(), "6m");
    copy_acme(&bench.work());
    let simulator = Simulator::start(&bench, &["--latency-ms", "60"]);
    let run = Working::start(bench.against(&simulator, &RUN).args(["--max-in-flight", "4"]));
    simulator.await_objects("subscribers", 10);
    disk.fill(0);
    let ran = run.end();
    let sentence = ran.fault();
    assert!(sentence.contains("work/.turnup/state.db") && sentence.contains("turnup resume"), "{sentence}");
    assert!(simulator.stands()[2] < ACME[2], "it stopped in the middle");
    disk.make_room();
    Ran::of(&mut bench.against(&simulator, &["resume", "work"])).expect_code(0);
    assert_eq!(simulator.stands(), ACME);
}

// ---- usage ----

#[test]
fn wrong_usage_is_refused_with_a_sentence() {
    let bench = Bench::small();
    let unconfirmed = bench.ran(&["run", "work", "--simulate"]).expect_code(2);
    assert!(unconfirmed.err.contains("--yes") && unconfirmed.out.is_empty(), "{unconfirmed:#?}");
    assert!(!bench.work().join(".turnup").exists(), "nothing was begun");
    let unknown = bench.ran(&["frobnicate"]).expect_code(2);
    assert!(unknown.err.contains("frobnicate"), "{unknown:#?}");
    bench.ran(&["run", "work", "--yes", "--faults", "7"]).expect_code(2);
    bench.ran(&["run", "work", "--strict", "--hold-back", "row"]).expect_code(2);
    bench.ran(&["run", "work", "--yes", "--token", "x"]).expect_code(2);
    bench.ran(&["simulate", "--rate", "0"]).expect_code(2);
    for (flag, value, word) in [
        ("--rate", "0", "rate"),
        ("--rate", "nan", "rate"),
        ("--rate", "inf", "rate"),
        ("--max-in-flight", "0", "in flight"),
        ("--max-in-flight", "100000", "in flight"),
        ("--api-url", "http://webexapis.com/v1", "https"),
        ("--api-url", "nonsense", "not a URL"),
    ] {
        let ran = bench.ran(&["run", "work", "--yes", flag, value]);
        assert!(ran.fault().contains(word), "{flag} {value}: {ran:#?}");
    }
    assert!(!bench.work().join(".turnup").exists(), "nothing was begun");
}

#[test]
fn a_quiet_run_off_a_terminal_still_says_why_it_refuses() {
    let bench = Bench::small();
    let ran = bench.ran(&["run", "work", "--simulate", "--quiet"]).expect_code(2);
    assert!(ran.err.contains("--yes"), "{ran:#?}");
}

// ---- two at a time, and interruptions ----

#[test]
fn a_second_run_is_told_who_works_where_and_since_when() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &["--latency-ms", "300"]);
    let first = Working::start(bench.against(&simulator, &RUN).env("USER", "ana"));
    eventually("the first run asks", || simulator.requests() > 0);
    for args in [RUN.to_vec(), vec!["resume", "work"]] {
        let second = Ran::of(&mut bench.against(&simulator, &args)).expect_code(7);
        let sentence = second.err.lines().last().unwrap_or_default();
        for word in ["turnup: another run works in this folder", "process ", "ana@", "since 20"] {
            assert!(sentence.contains(word), "{second:#?}");
        }
        assert_eq!(second.out, "");
    }
    first.end().expect_code(0);
    assert_eq!(simulator.stands(), [2, 2, 6]);
}

#[test]
fn an_interrupted_run_leaves_off_cleanly_and_resumes() {
    for signal in ["INT", "TERM"] {
        let bench = Bench::acme();
        let simulator = Simulator::start(&bench, &["--latency-ms", "40"]);
        let run = Working::start(&mut bench.against(&simulator, &RUN));
        simulator.await_objects("subscribers", 5);
        let began = Instant::now();
        run.signal(signal);
        let ran = run.end().expect_code(6);
        assert!(began.elapsed() < Duration::from_secs(5), "{signal} took {:?}", began.elapsed());
        assert!(ran.err.contains("turnup resume"), "{ran:#?}");
        let counts = outcomes(&bench, &ran);
        assert!(counts["not_reached"] > 0 && counts["created"] > 0, "{counts:?}");
        assert_eq!(counts.values().sum::<usize>(), 196);
        Ran::of(&mut bench.against(&simulator, &["resume", "work"])).expect_code(0);
        assert_eq!(simulator.stands(), ACME);
    }
}

#[test]
fn a_second_interrupt_ends_the_run_at_once_and_it_still_resumes() {
    let bench = Bench::small();
    let faults = "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nkind = \"hang\"\nafter = true\n";
    let simulator = Simulator::with_faults(&bench, faults);
    let run = Working::start(&mut bench.against(&simulator, &RUN));
    simulator.await_objects("subscribers", 1);
    run.signal("INT");
    std::thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    run.signal("INT");
    run.end().expect_code(6);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_recovers(&bench, &simulator, "resume");
}

/// Interrupts a run once it is under way; it must leave off within a few seconds.
fn assert_leaves_off(bench: &Bench, run: Working, what: &str) {
    std::thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    run.signal("INT");
    let ran = run.end().expect_code(6);
    assert!(began.elapsed() < Duration::from_secs(5), "{what}: {:?}", began.elapsed());
    assert!(ran.err.contains("turnup resume"), "{what}: {ran:#?}");
    assert_eq!(outcomes(bench, &ran).values().sum::<usize>(), 8, "{what}");
}

#[test]
fn a_run_that_waits_for_a_customer_can_be_interrupted() {
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, "provision_ms = 3000\n");
    let run = Working::start(&mut bench.against(&simulator, &RUN));
    simulator.await_objects("customers", 2);
    assert_leaves_off(&bench, run, "waiting for a customer");
    assert_recovers(&bench, &simulator, "resume");
}

#[test]
fn a_run_in_a_pause_that_webex_asked_for_can_be_interrupted() {
    let bench = Bench::small();
    let fault = "[[fault]]\npath = \"/wholesale/subscribers\"\nkind = \"status\"\nstatus = 429\nretry_after = \"30\"\n";
    let simulator = Simulator::with_faults(&bench, fault);
    let run = Working::start(&mut bench.against(&simulator, &RUN));
    eventually("the pause is asked for", || simulator.state()["requests"].to_string().contains("\"429\""));
    assert_leaves_off(&bench, run, "in a pause");
    assert_recovers(&bench, &simulator, "resume");
}

#[test]
fn a_run_whose_server_went_away_can_be_interrupted() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &["--latency-ms", "50", "--state", "webex.json"]);
    let run = Working::start(&mut bench.against(&simulator, &RUN));
    simulator.await_objects("customers", 1);
    drop(simulator);
    assert_leaves_off(&bench, run, "server away");
    let simulator = Simulator::start(&bench, &["--state", "webex.json"]);
    assert_recovers(&bench, &simulator, "resume");
}

#[test]
fn a_killed_run_is_settled_by_the_next_one_and_nothing_is_made_twice() {
    for how in ["resume", "run"] {
        let bench = Bench::acme();
        let simulator = Simulator::start(&bench, &["--latency-ms", "20"]);
        let run = Working::start(&mut bench.against(&simulator, &RUN));
        simulator.await_objects("subscribers", 20);
        run.signal("KILL");
        assert_eq!(run.end().code, None);
        let args = if how == "resume" { vec!["resume", "work"] } else { RUN.to_vec() };
        let ran = Ran::of(&mut bench.against(&simulator, &args)).expect_code(0);
        assert_eq!(simulator.stands(), ACME);
        assert_eq!(outcomes(&bench, &ran).values().sum::<usize>(), 196);
    }
}

// ---- guards and pace ----

#[test]
fn a_file_with_too_many_mistakes_is_not_sent() {
    let bench = Bench::acme();
    let simulator = Simulator::start(&bench, &[]);
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("the sample is there");
    let spoilt = |(index, line): (usize, &str)| {
        if (1..=45).contains(&index) { line.replace('@', " at ") } else { line.to_owned() }
    };
    let users: Vec<_> = users.lines().enumerate().map(spoilt).collect();
    bench.write("work/users.csv", &users.join("\n"));
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(5);
    assert!(ran.err.contains("nothing was sent") && ran.err.contains("max_error_rate"), "{ran:#?}");
    assert_eq!((ran.out.as_str(), simulator.requests()), ("", 0));
    bench.write("work/turnup.toml", "[guards]\nmax_error_rate = 0.9\n");
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(3);
    assert!(outcomes(&bench, &ran)["rejected"] >= 45);
}

#[test]
fn a_quiet_run_still_says_which_guard_stopped_it() {
    let bench = Bench::acme();
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("the sample is there").replace('@', " at ");
    bench.write("work/users.csv", &users);
    let ran = bench.ran(&["run", "work", "--yes", "--simulate", "--quiet"]).expect_code(5);
    assert!(ran.err.contains("max_error_rate"), "{ran:#?}");
}

#[test]
fn strict_sends_nothing_while_one_error_stands() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    bench.write("work/users.csv", &support::USERS.replace("tiago@", "tiago at "));
    let ran = Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes", "--strict"])).expect_code(3);
    assert_eq!(outcomes(&bench, &ran), [("rejected".to_owned(), 1), ("blocked".to_owned(), 7)].into());
    assert_eq!(simulator.requests(), 0);
}

#[test]
fn a_pause_that_webex_asks_for_is_kept() {
    let bench = Bench::small();
    let fault = "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nkind = \"status\"\nstatus = 429\nretry_after = \"2\"\n";
    let simulator = Simulator::with_faults(&bench, fault);
    let began = Instant::now();
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(outcomes(&bench, &ran), [("created".to_owned(), 8)].into());
    assert_eq!(simulator.stands(), [2, 2, 6]);
}

#[test]
fn a_server_that_limits_the_rate_delays_rows_and_fails_none() {
    let bench = Bench::acme();
    let simulator = Simulator::start(&bench, &["--rate", "60"]);
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &ran), [("created".to_owned(), 196)].into());
    assert_eq!(simulator.stands(), ACME);
    assert!(simulator.state()["requests"].to_string().contains("\"429\""), "the limit was felt");
}

// ---- rows that are wrong, and rows that are odd ----

const MIXED_CUSTOMERS: &str = "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,timezone,CRM id
aurora,Padaria Aurora,ana@aurora.example,shop,webex_calling;webex_suite,Rua Augusta 24,Lisboa,1100-053,PT,Europe/Lisbon,crm-1
minho,Café Minho,eva@minho.example,shop,webex_calling,Avenida João Crisóstomo de Amorim e Vasconcelos 123,Lisboa,1070-101,PT,Europe/Lisbon,crm-3
douro,Adega Douro,gil@douro.example,shop,webex_calling;webex_suite,Rua do Cais 9,Porto,4050-509,PT,Europe/Lisbon,crm-4
";
const MIXED_LOCATIONS: &str = "customer_external_id,name,address_line1,city,postal_code,country,timezone
minho,Filial,Rua A 1,Braga,4700-001,PT,Europe/Lisbon
";
const MIXED_USERS: &str = "email,customer_external_id,first_name,last_name,package,extension,role,Cost centre
ana@aurora.example,aurora,Ana,Silva,webex_suite,1001,full_admin,cc-1
bruno@aurora.example,aurora,Bruno,O'Brien,webex_calling,1002,,=1+1
bruno@aurora.example,aurora,Dora,Müller,webex_calling,1004,,
joao@aurora.example,aurora,João,Paz,webex_meetings,,,
caio@aurora.example,auroa,Caio,Reis,webex_calling,1006,,
eva@minho.example,minho,Eva,Luz,webex_calling,1001,full_admin,
gil@douro.example,douro,Gil,Paz,webex_calling,1001,full_admin,
hugo@douro.example,douro,Hugo,Sá,webex_suite,1002,,
";

fn mixed() -> Bench {
    let bench = Bench::small();
    bench.write("work/customers.csv", MIXED_CUSTOMERS);
    bench.write("work/locations.csv", MIXED_LOCATIONS);
    bench.write(
        "work/users.csv",
        &MIXED_USERS.replace("eva@minho.example,minho,Eva,Luz,webex_calling,1001,full_admin,\n", ""),
    );
    bench
}

#[test]
fn wrong_rows_are_refused_at_their_cell_and_the_others_are_created() {
    let bench = mixed();
    let simulator = Simulator::start(&bench, &[]);
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(3);
    let users = Results::read(&bench, &ran, "users.results.csv");
    assert_eq!(
        users.lines(&["email", "result", "code", "blocked_by"]),
        [
            "ana@aurora.example created",
            "bruno@aurora.example created",
            "bruno@aurora.example rejected L303",
            "joao@aurora.example rejected P501",
            "caio@aurora.example rejected L306",
            "gil@douro.example rejected P506",
            "hugo@douro.example blocked  users.csv:7",
        ]
    );
    let customers = Results::read(&bench, &ran, "customers.results.csv");
    assert_eq!(
        customers.lines(&["external_id", "result", "code", "CRM id"]),
        ["aurora created  crm-1", "minho rejected C210 crm-3", "douro created  crm-4"]
    );
    let locations = Results::read(&bench, &ran, "locations.results.csv");
    assert_eq!(locations.lines(&["name", "result", "blocked_by"]), ["Filial blocked customers.csv:3"]);
    for row in users.rows.iter().chain(&customers.rows).filter(|row| row["result"] == "rejected") {
        let (cell, _) = row["reason"].split_once(": ").expect("the reason begins with the cell");
        assert!(users.header.iter().chain(&customers.header).any(|name| name == cell), "{row:?}");
        assert!(!row["fix"].is_empty(), "{row:?}");
    }
    assert_eq!(simulator.stands(), [2, 2, 2]);
}

#[test]
fn results_keep_the_columns_of_the_input_and_add_their_own() {
    const ADDED: [&str; 11] = [
        "result",
        "code",
        "reason",
        "fix",
        "blocked_by",
        "done",
        "missing",
        "webex_id",
        "attempts",
        "tracking_id",
        "finished_at",
    ];
    let bench = mixed();
    let ran = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(3);
    for sheet in SHEETS {
        let input = fs::read_to_string(bench.path(&format!("work/{sheet}.csv"))).expect("the test wrote it");
        let header: Vec<_> = input.lines().next().expect("a header").split(',').collect();
        let results = Results::read(&bench, &ran, &format!("{sheet}.results.csv"));
        assert_eq!(results.header, [header.as_slice(), &ADDED].concat());
        assert_eq!(results.rows.len(), input.lines().count() - 1, "one result for every row of {sheet}");
        let rejected = Results::read(&bench, &ran, &format!("{sheet}.rejected.csv"));
        assert_eq!(rejected.header, [&["reason"], header.as_slice(), &["turnup_row"]].concat());
        let refused = results.rows.iter().filter(|row| row["result"] == "rejected").count();
        assert_eq!(rejected.rows.len(), refused);
    }
    let users = Results::read(&bench, &ran, "users.results.csv");
    assert_eq!(users.lines(&["Cost centre"])[..2], ["cc-1", "'=1+1"]);
    for row in users.rows.iter().filter(|row| row["result"] == "created") {
        assert!(!row["webex_id"].is_empty() && row["attempts"] != "0", "{row:?}");
        assert!(
            row["finished_at"].starts_with("20") && row["finished_at"].len() >= 25,
            "RFC 3339 with offset: {row:?}"
        );
    }
}

#[test]
fn rejected_rows_can_be_mended_and_sent_back() {
    let bench = mixed();
    let simulator = Simulator::start(&bench, &[]);
    let first = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(3);
    let mend = |sheet: &str, cures: &[(&str, &str)]| {
        let path = bench.path(first.report()).join(format!("{sheet}.rejected.csv"));
        let mut text = fs::read_to_string(path).expect("the run handed it back");
        for (wrong, right) in cures {
            assert!(text.contains(wrong), "{wrong} in {text}");
            text = text.replace(wrong, right);
        }
        bench.write(&format!("work/{sheet}.csv"), &text);
    };
    // The addition for one address is the deepest of cures; the others change a cell of their own row.
    let cures = [
        (
            "\r\n\"email: the e-mail `bruno@aurora.example` is already in users.csv:3 (give each person an address of their own, or remove one of the two rows)\",bruno@aurora.example",
            "\r\n,dora@aurora.example",
        ),
        ("Paz,webex_meetings", "Paz,webex_calling"),
        ("caio@aurora.example,auroa", "caio@aurora.example,aurora"),
        ("Paz,webex_calling,1001,full_admin", "Paz,webex_suite,1001,full_admin"),
        ("João,Paz,webex_calling,,", "João,Paz,webex_calling,1005,"),
    ];
    mend("users", &cures);
    bench.write(
        "work/customers.csv",
        &MIXED_CUSTOMERS
            .replace("minho,", "skipped,")
            .replace("Avenida João Crisóstomo de Amorim e Vasconcelos 123", "Rua A 1"),
    );
    bench.write("work/locations.csv", &MIXED_LOCATIONS.replace("minho", "skipped"));
    let second = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    let users = Results::read(&bench, &second, "users.results.csv");
    assert_eq!(
        users.lines(&["email", "result"]),
        [
            "dora@aurora.example created",
            "joao@aurora.example created",
            "caio@aurora.example created",
            "gil@douro.example created",
            // The administrator had held it back, so it goes along though the file of rejected rows has it not.
            "hugo@douro.example created",
        ]
    );
    assert!(!users.header[..8].iter().any(|name| name == "reason") && !users.header.contains(&"turnup_row".to_owned()));
    let customers = Results::read(&bench, &second, "customers.results.csv");
    assert_eq!(customers.lines(&["result"]), ["unchanged", "created", "unchanged"]);
    bench.write(
        "work/users.csv",
        &MIXED_USERS.lines().filter(|line| !line.contains("minho")).collect::<Vec<_>>().join("\n"),
    );
    let third = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(3);
    let hugo = Results::read(&bench, &third, "users.results.csv").lines(&["email", "result"]);
    assert!(hugo[..2].iter().all(|line| line.ends_with("unchanged")), "{hugo:?}");
    simulator.stands();
}

const NAMES: [&str; 8] = ["O'Brien", "Müller", "João", "李", "=cmd|' /C calc'!A0", "+1+1", "@x", "-2"];

#[test]
fn odd_names_arrive_as_they_were_written_and_are_harmless_in_results() {
    let bench = Bench::small();
    let user = |(at, name): (usize, &&str)| format!("aurora,{name},{name},u{at}@aurora.example,webex_suite,20{at}0,\n");
    let users: String = NAMES.iter().enumerate().map(user).collect();
    bench.write("work/users.csv", &(support::USERS.to_owned() + &users));
    let simulator = Simulator::start(&bench, &[]);
    let ran = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    let state = simulator.state();
    for (at, name) in NAMES.iter().enumerate() {
        let subscriber = &state["subscribers"][format!("u{at}@aurora.example")];
        assert_eq!((&subscriber["firstName"], &subscriber["lastName"]), (&Value::from(*name), &Value::from(*name)));
    }
    let shown = Results::read(&bench, &ran, "users.results.csv").lines(&["last_name"]);
    assert_eq!(shown[6..], ["O'Brien", "Müller", "João", "李", "'=cmd|' /C calc'!A0", "'+1+1", "'@x", "'-2"]);
    let folder = bench.path(ran.report());
    fs::copy(folder.join("users.results.csv"), bench.path("work/users.csv")).expect("the test may write here");
    let again = Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    assert_eq!(outcomes(&bench, &again), [("unchanged".to_owned(), 16)].into(), "results read back as what they were");
}

// ---- machine output ----

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().map(String::as_str).collect()
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

#[test]
fn check_as_json_has_exactly_the_promised_keys() {
    let bench = mixed();
    let page = json(&bench.ran(&["check", "work", "--format", "json"]).expect_code(3));
    let schema = json(&bench.ran(&["columns", "--schema"]).expect_code(0));
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    assert_eq!(schema.iter_errors(&page).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(keys(&page), ["schema", "counts", "rows", "blocked", "findings"].into());
    assert_eq!(page["schema"], "turnup.check/1");
    assert_eq!(keys(&page["counts"]), ["error", "warning", "notice"].into());
    assert_eq!(page["rows"], serde_json::json!({ "customers": 3, "locations": 1, "users": 7 }));
    assert_eq!(page["blocked"], 2);
    let findings = page["findings"].as_array().expect("a list");
    let expected =
        ["code", "severity", "file", "sheet", "row", "column", "cell", "span", "value", "message", "fix", "related"];
    for finding in findings {
        assert_eq!(keys(finding), expected.into());
        for related in finding["related"].as_array().expect("a list") {
            assert_eq!(keys(related), ["file", "sheet", "row", "column"].into());
        }
    }
    let long = findings.iter().find(|finding| finding["code"] == "C210").expect("the long address is found");
    let length = long["value"].as_str().expect("a text").chars().count();
    assert_eq!((length, &long["span"]), (51, &serde_json::json!([50, 51])), "spans count characters, not bytes");
    assert_eq!((&long["cell"], &long["row"], &long["column"]), (&"F3".into(), &3.into(), &"address_line1".into()));
}

#[test]
fn check_as_csv_tells_the_same_findings_as_json() {
    let bench = mixed();
    let csv = bench.ran(&["check", "work", "--format", "csv"]).expect_code(3);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    assert_eq!(header, ["file", "row", "column", "code", "severity", "value", "message", "fix"]);
    let rows: Vec<_> = reader.records().map(|record| record.expect("rows are as wide as the header")).collect();
    let page = json(&bench.ran(&["check", "work", "--format", "json"]));
    let findings = page["findings"].as_array().expect("a list");
    assert_eq!(rows.len(), findings.len());
    for (row, finding) in rows.iter().zip(findings) {
        let told = header.iter().map(|key| match &finding[key] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        assert_eq!(row.iter().map(str::to_owned).collect::<Vec<_>>(), told.collect::<Vec<_>>());
    }
}

#[test]
fn a_plan_tells_time_hour_licences_and_price_and_the_run_is_held_against_it() {
    let bench = Bench::small();
    bench.write("work/turnup.toml", "[prices]\ncurrency = \"EUR\"\nwebex_calling = 9.90\nwebex_suite = 14.5\n");
    let mut plan = bench.turnup(&["plan", "work", "--simulate"]);
    let planned = Ran::of(plan.env("TURNUP_NOW", "2026-11-22T23:59:00Z")).expect_code(0).out;
    for words in [
        "; the time goes into: provisioning of customers",
        "begun now, it is done between 23:59 and 2026-11-23 00:0",
        "(UTC)",
        "6 persons may get a mail from Webex, 6 packages become billable",
        "licences: webex_calling 0 -> 4, webex_meetings 0 -> 1, webex_suite 0 -> 1",
        "a month, by your price list: 0.00 -> 54.10 EUR; without webex_meetings, of which it has no price",
    ] {
        assert!(planned.contains(words), "{words}: {planned}");
    }
    let ran = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    assert!(ran.out.contains("the forecast was ") && ran.out.contains("; it took "), "{}", ran.out);
    let text = std::fs::read_to_string(bench.path(ran.report()).join("report.json")).expect("the report has it");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let told = &report["forecast"];
    assert!(told["took_seconds"].as_f64() > Some(0.0) && told["sent"].as_u64() > Some(0), "{told}");
    assert!(told["error"].is_number() && told["requests_error"].is_number(), "{told}");
    // The first run has measured the pace, so the next forecast is closer than what was assumed.
    let most = told["most_seconds"].as_f64();
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &users.replace("Sara,Melo", "Sara,Mello"));
    let next = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let text = std::fs::read_to_string(bench.path(next.report()).join("report.json")).expect("the report has it");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert!(report["forecast"]["most_seconds"].as_f64() < most, "{}", report["forecast"]);
    let idle = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    assert!(!idle.out.contains("the forecast was"), "{}", idle.out);
}

#[test]
fn plan_as_json_has_exactly_the_promised_keys() {
    let bench = mixed();
    let plan = json(&bench.ran(&["plan", "work", "--format", "json"]).expect_code(3));
    let expected =
        ["schema", "digest", "steps", "totals", "calls", "seconds", "bottleneck", "licences", "rejected", "blocked"];
    assert_eq!(keys(&plan), expected.into());
    assert_eq!(plan["schema"], "turnup.plan/1");
    assert!(plan["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")));
    assert_eq!((&plan["rejected"], &plan["blocked"]), (&5.into(), &2.into()));
    assert_eq!(keys(&plan["calls"]), ["read", "write"].into());
    assert_eq!(keys(&plan["totals"]), ["customers", "locations", "numbers", "users", "roles"].into());
    for stage in plan["totals"].as_object().expect("an object").values() {
        assert_eq!(keys(stage), ["create", "update", "unchanged", "delete", "waiting"].into());
    }
    let steps = plan["steps"].as_array().expect("a list");
    for step in steps {
        assert_eq!(keys(step), ["id", "stage", "action", "needs", "file", "row", "changes", "calls"].into());
        for change in step["changes"].as_array().expect("a list") {
            assert_eq!(keys(change), ["column", "from", "to"].into());
        }
    }
    let ana = steps.iter().find(|step| step["id"] == "user/ana@aurora.example").expect("her step is planned");
    assert!(ana["changes"].as_array().is_some_and(|changes| !changes.is_empty()), "a creation lists what it sets");
    for licence in plan["licences"].as_array().expect("a list") {
        assert_eq!(keys(licence), ["customer", "package", "before", "after", "limit"].into());
    }
}

#[test]
fn a_plan_is_forecast_with_what_the_last_run_measured() {
    let bench = Bench::small();
    let seconds =
        |bench: &Bench| json(&bench.ran(&["plan", "work", "--format", "json", "--simulate"]))["seconds"].as_f64();
    let assumed = seconds(&bench).expect("a number");
    bench.ran(&["run", "work", "--simulate", "--yes"]).expect_code(0);
    bench.write("work/users.csv", &format!("{}tejo,Vera,Cruz,vera@tejo.example,webex_calling,1009,\n", support::USERS));
    let measured = seconds(&bench).expect("a number");
    assert!(assumed > 100.0 && 0.0 < measured && measured < 0.15, "{assumed}, then {measured}");
}

#[test]
fn a_later_row_with_the_administrators_address_holds_nobody_back() {
    let bench = Bench::small();
    bench.write("work/users.csv", &format!("{}aurora,Zoe,Lima,ana@aurora.example,webex_meetings,,\n", support::USERS));
    let ran = bench.ran(&["run", "work", "--simulate", "--yes"]).expect_code(3);
    assert!(ran.out.contains("6 created, 1 rejected"), "{}", ran.out);
}

// ---- explanations ----

/// Every code of the page, whatever the list of codes is by now.
fn codes(bench: &Bench) -> Vec<String> {
    let unknown = bench.ran(&["explain", "X000"]);
    unknown.fault();
    let (_, list) = unknown.err.split_once("the codes are\n").expect("the codes are listed");
    list.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn every_code_is_explained() {
    let bench = Bench::bare();
    let codes = codes(&bench);
    assert!(codes.len() > 80, "{codes:?}");
    for code in codes {
        let page = bench.ran(&["explain", &code]).expect_code(0).out;
        for word in [code.as_str(), "cause:", "example:", "cure:"] {
            assert!(page.contains(word), "{code}: {page}");
        }
    }
}

#[test]
fn every_column_is_listed() {
    const CUSTOMERS: &str = "external_id name admin_email template packages package_limits supported_location \
        address_line1 address_line2 city state postal_code country location_name timezone language \
        announcement_language numbers number_state main_number pstn_connection emergency_location_id org_id wave action \
        emergency_address emergency_callback";
    const LOCATIONS: &str = "customer_external_id name address_line1 address_line2 city state postal_code country \
        timezone language announcement_language numbers number_state main_number pstn_connection \
        emergency_location_id action emergency_address emergency_callback";
    const USERS: &str =
        "customer_external_id first_name last_name email package location phone_number extension role action";
    let page = Bench::bare().ran(&["columns"]).expect_code(0).out;
    let sheets: Vec<_> = page.split("\n\n").collect();
    for (sheet, columns) in sheets.iter().zip([CUSTOMERS, LOCATIONS, USERS]) {
        let listed = sheet.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names: Vec<_> = listed.filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(names, columns.split_whitespace().collect::<Vec<_>>());
    }
}

#[test]
fn what_is_certain_is_repaired_in_a_copy() {
    let bench = Bench::small();
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    let (_, email) =
        users.split_once('@').map(|(before, _)| before.rsplit_once(',').expect("it has columns")).expect("it has");
    let damaged = users.replacen(email, &format!(" {}", email.to_uppercase()), 1);
    bench.write("work/users.csv", &damaged);
    let shown = bench.ran(&["fix", "work"]).expect_code(0).out;
    assert!(shown.contains(&format!("+ `{email}@")) && shown.contains("(C221, C222)"), "{shown}");
    assert!(!bench.path("work/fixed").exists(), "nothing is written unless asked for");
    let applied = bench.ran(&["fix", "work", "--apply"]).expect_code(0);
    assert!(applied.out.ends_with("work/fixed\n"), "{}", applied.out);
    let fixed = fs::read_to_string(bench.path("work/fixed/users.csv")).expect("it was written");
    assert_eq!(fixed.trim_start_matches('\u{feff}'), users.trim_start_matches('\u{feff}'));
    assert_eq!(fs::read_to_string(bench.path("work/users.csv")).expect("it is there"), damaged);
    let clean = bench.ran(&["check", "work/fixed"]).expect_code(0).out;
    assert!(clean.contains(" 0 errors, 0 warnings, 0 notices"), "{clean}");
    bench.ran(&["fix", "work/fixed"]).expect_code(0);
    assert!(bench.ran(&["fix", "work", "--apply"]).expect_code(1).err.contains("overwrites nothing"));
}

#[test]
fn a_template_is_added_by_flags_and_shown() {
    let bench = Bench::small();
    let before = fs::read_to_string(bench.path("work/templates.toml")).expect("it is there");
    let add = [
        "template",
        "add",
        "-C",
        "work",
        "--name",
        "new",
        "--country",
        "pt",
        "--packages",
        "webex_calling",
        "--emergency-address",
        "yes",
    ];
    let refused = bench.ran(&add).expect_code(2);
    assert!(refused.err.contains("give --provisioning-id"), "{}", refused.err);
    let wrong = bench.ran(&["template", "add", "-C", "work", "--country", "Portugal"]).expect_code(2);
    assert!(wrong.err.contains("--country"), "{}", wrong.err);
    bench.ran(&[&add[..], &["--provisioning-id", "abc"]].concat()).expect_code(0);
    let after = fs::read_to_string(bench.path("work/templates.toml")).expect("it is there");
    assert!(
        after.starts_with(&before)
            && after.ends_with("packages = [\"webex_calling\"]\nemergency_address = true\nprovisioning_id = \"abc\"\n")
    );
    assert!(bench.ran(&["template", "list", "work"]).expect_code(0).out.contains("new"));
    let list: Value =
        serde_json::from_str(&bench.ran(&["template", "list", "work", "--format", "json"]).out).expect("JSON");
    assert_eq!(list["schema"], "turnup.templates/1");
    assert!(
        bench
            .ran(&["template", "show", "new", "-C", "work"])
            .expect_code(0)
            .out
            .contains("countries                PT")
    );
    assert!(bench.ran(&["template", "show", "newer", "-C", "work"]).expect_code(1).err.contains("did you mean `new`?"));
    bench.ran(&[&add[..], &["--provisioning-id", "abc"]].concat()).expect_code(2);
    bench.ran(&["check", "work"]).expect_code(0);
}

#[test]
fn a_person_walks_the_wizard() {
    let bench = Bench::small();
    let binary = env!("CARGO_BIN_EXE_turnup");
    let (home, folder) = (bench.path("home"), bench.path(""));
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{binary} template add -C work --lang en"), "/dev/null"]);
    command
        .env("HOME", home)
        .current_dir(folder)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut person = command.spawn().expect("`script` of bsdutils gives a terminal; install bsdutils");
    let answers = "walked\nPT\n\n\npt_pt\n\n\n\n\n\n\n\n\n\n\nabc\n";
    std::io::Write::write_all(&mut person.stdin.take().expect("it is piped"), answers.as_bytes()).expect("it listens");
    let said = person.wait_with_output().expect("it ends");
    let page = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success() && page.contains("Cisco recommends to leave this blank"), "{page}");
    let after = fs::read_to_string(bench.path("work/templates.toml")).expect("it is there");
    assert!(
        after.ends_with(
            "[templates.walked]\ncountry = \"PT\"\ndefault_language = \"pt_pt\"\nprovisioning_id = \"abc\"\n"
        )
    );
}

// ---- what stumbled a new user ----

/// What does not exist is said before anybody is told to add `--yes`, and before a plan is made.
#[test]
fn what_is_not_there_is_said_first() {
    let bench = Bench::small();
    let wave = bench.ran(&["run", "work", "--wave", "7", "--simulate"]).expect_code(2);
    assert!(wave.err.contains("no customer has the wave `7`") && !wave.err.contains("--yes"), "{}", wave.err);
    bench.ran(&["undo", "nothing", "-C", "work", "--simulate"]).expect_code(1);
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    for arguments in [["undo", "nothing", "-C", "work"], ["retry", "work", "--run", "nothing"]] {
        let ran = bench.ran(&[&arguments[..], &["--simulate"]].concat()).expect_code(1);
        assert!(ran.err.contains("there is no") && !ran.err.contains("--yes"), "{}", ran.err);
    }
    let ran = bench.ran(&["retry", "work", "--simulate"]).expect_code(2);
    assert!(ran.err.contains("add --yes"), "{}", ran.err);
    let faults = bench.ran(&["run", "work", "--yes", "--simulate", "--faults", "missing.toml"]).expect_code(1);
    assert!(faults.fault().contains("cannot read the fault file `missing.toml`"), "{}", faults.err);
    assert!(!faults.err.contains("customers "), "no plan was shown before: {}", faults.err);
    let explained = bench.ran(&["explain", "C999"]).expect_code(1);
    assert!(explained.err.lines().all(|line| line.chars().count() < 80), "{}", explained.err);
}

#[test]
fn a_plan_of_rejected_rows_alone_does_not_say_that_all_is_done() {
    let bench = Bench::small();
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    assert!(bench.ran(&["plan", "work"]).expect_code(0).out.contains("nothing to do: no request would be made"));
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &(users + "tejo,Vera,Cruz,vera at tejo,webex_calling,1009,\n"));
    let plan = bench.ran(&["plan", "work"]).expect_code(3).out;
    assert!(plan.contains("but not everything is as the sheets say"), "{plan}");
    assert!(plan.contains("1 row is rejected and 0 held back") && !plan.contains("nothing to do"), "{plan}");
}

/// The list of runs says what each was, in the order of their ids.
#[test]
fn runs_say_what_they_were() {
    let bench = Bench::small();
    let first = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let run = first.report().rsplit('/').next().expect("a folder has a name").to_owned();
    bench.write("work/customers.csv", &support::CUSTOMERS.replace("Rua do Sol 3", "Rua do Sol 4"));
    bench.ran(&["nightly", "work", "--wait", "0", "--simulate"]);
    bench.ran(&["undo", &run, "-C", "work", "--yes", "--simulate"]).expect_code(0);
    let listed = bench.ran(&["runs", "work"]).expect_code(0).out;
    let ids: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let words: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(words, ["run", "nightly", "undo"], "{listed}");
    assert!(ids.is_sorted() && listed.contains(&format!("undo of {run} ")), "{listed}");
    let json = bench.ran(&["runs", "work", "--format", "json"]).expect_code(0).out;
    assert!(json.contains("\"what\":\"undo\""), "{json}");
}

/// Accents that a wrong encoding damaged reach Webex as they are, so a run and a retry say it before they send.
#[test]
fn damaged_text_is_said_before_it_is_sent() {
    let bench = Bench::small();
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &users.replace("sara@tejo", "sara at tejo"));
    let first = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(3);
    assert!(!first.err.contains("C243"), "{}", first.err);
    let rejected = fs::read_to_string(bench.path(first.report()).join("users.rejected.csv")).expect("it is there");
    bench.write("users.rejected.csv", &rejected.replace("sara at tejo", "sara@tejo").replace("Melo", "SÃ£o"));
    let again = bench.ran(&["retry", "work", "--from", "users.rejected.csv", "--yes", "--simulate"]).expect_code(0);
    assert!(again.err.contains("`SÃ£o`"), "{}", again.err);
}
