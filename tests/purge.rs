//! What runs of long ago keep of persons is removed for good; what stands stays known, and what is needed stays.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::{Bench, Ran, Simulator, USERS, Working};

const LATER: &str = "2026-11-25T22:00:00Z";

fn command(bench: &Bench, simulator: &Simulator, now: &str, args: &[&str]) -> Command {
    let mut command = bench.turnup(args);
    command.env("TURNUP_API_URL", &simulator.url).env("TURNUP_TOKEN", "good-token").env("TURNUP_NOW", now);
    command.env("TURNUP_POLL_MS", "20").env("TURNUP_GRACE_MS", "100");
    command
}

fn ran(bench: &Bench, simulator: &Simulator, now: &str, args: &[&str], code: i32) -> Ran {
    Ran::of(&mut command(bench, simulator, now, args)).expect_code(code)
}

/// Every file below a folder that holds one of the texts.
fn holders(folder: &Path, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holders(&path, texts));
            continue;
        }
        let mut bytes = fs::read(&path).expect("it can be read");
        if path.extension().is_some_and(|ending| ending == "xlsx") {
            bytes = unpacked(&path);
        }
        let has = |text: &&&str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        found.extend(texts.iter().find(has).map(|text| format!("{text} in {}", path.display())));
    }
    found
}

/// The parts of a workbook, which are packed in it.
fn unpacked(path: &Path) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).expect("a file")).expect("a workbook is a zip file");
    let mut all = Vec::new();
    for at in 0..archive.len() {
        std::io::copy(&mut archive.by_index(at).expect("a part"), &mut all).expect("it can be unpacked");
    }
    all
}

fn runs(bench: &Bench) -> Vec<String> {
    let listed = bench.ran(&["runs", "work"]).expect_code(0).out;
    listed.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// Vera comes and goes, Zita is rejected, and nobody of today has heard of them.
const FORMER: [&str; 2] = ["vera.cruz@tejo.example", "zita.sol@tejo.example"];

/// Four runs: two of March by night, one of April, one of November.
fn history(bench: &Bench, simulator: &Simulator) {
    fs::create_dir_all(bench.path("work/inbox")).expect("the folder is new");
    let settings = "[nightly]\nsettle_seconds = 0\n";
    bench.write("work/turnup.toml", settings);
    let (vera, zita) = (
        format!("tejo,Vera,Cruz,{},webex_calling,1007,", FORMER[0]),
        format!("tejo,Zita,Sol,{},no_such_package,1008,", FORMER[1]),
    );
    bench.write("work/inbox/users.csv", &format!("{USERS}{vera}\n{zita}\n"));
    ran(bench, simulator, "2026-03-01T22:00:00Z", &["nightly", "work", "--wait", "0"], 3);
    let header = USERS.replacen("role\n", "role,action\n", 1);
    bench.write("work/inbox/users.csv", &format!("{header}{vera},delete\n"));
    ran(bench, simulator, "2026-03-02T22:00:00Z", &["nightly", "work", "--wait", "0", "--anyway"], 0);
    bench.write("work/users.csv", USERS);
    ran(bench, simulator, "2026-04-01T10:00:00Z", &["run", "work", "--yes"], 0);
    ran(bench, simulator, "2026-11-20T10:00:00Z", &["run", "work", "--yes"], 0);
}

#[test]
fn what_is_old_goes_for_good_and_what_stands_stays_known() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    history(&bench, &simulator);
    let before = runs(&bench);
    assert_eq!(before.len(), 4, "{before:?}");
    for former in FORMER {
        assert_ne!(holders(&bench.work(), &[former]), Vec::<String>::new(), "the test would prove nothing");
    }
    let purge = ["purge", "work", "--older-than", "90d"];
    let shown = ran(&bench, &simulator, LATER, &[&purge[..], &["--dry-run"]].concat(), 0);
    for words in ["goes: 3 runs in the journal of 2026-03-01 to 2026-04-01", "2 arrivals in the archive", "the latest"]
    {
        assert!(shown.out.contains(words), "{words}: {shown:#?}");
    }
    assert_eq!(runs(&bench), before, "it was only shown");
    let unconfirmed = ran(&bench, &simulator, LATER, &purge, 2);
    assert!(unconfirmed.err.contains("--yes"), "{unconfirmed:#?}");
    assert_eq!(runs(&bench), before);

    let requests = simulator.requests();
    ran(&bench, &simulator, LATER, &[&purge[..], &["--yes"]].concat(), 0);
    assert_eq!(runs(&bench), before[3..]);
    assert_eq!(holders(&bench.work(), &FORMER), Vec::<String>::new());
    let again = ran(&bench, &simulator, LATER, &[&purge[..], &["--yes"]].concat(), 0);
    assert!(again.out.contains("nothing goes"), "{again:#?}");

    let old = ran(&bench, &simulator, LATER, &["report", &before[0], "-C", "work"], 1);
    assert!(old.err.contains("was removed by `turnup purge` on 2026-11-25T22:00:00"), "{old:#?}");
    ran(&bench, &simulator, LATER, &["report", "-C", "work"], 0);
    let listed = bench.ran(&["runs", "work"]).expect_code(0);
    assert!(listed.err.contains("3 runs were removed"), "{listed:#?}");

    let next = ran(&bench, &simulator, LATER, &["run", "work", "--yes"], 0);
    assert!(next.out.contains("unchanged"), "{next:#?}");
    assert_eq!(simulator.requests(), requests, "nobody was asked anything");
    let doctor = bench.ran(&["doctor", "work", "--simulate"]);
    assert!(doctor.out.contains("it is whole"), "{doctor:#?}");
}

#[test]
fn what_an_undo_refers_to_stays_and_what_was_purged_cannot_be_undone() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, "2026-03-01T22:00:00Z", &["run", "work", "--yes"], 0);
    let more = format!("{USERS}tejo,Vera,Cruz,{},webex_calling,1007,\n", FORMER[0]);
    bench.write("work/users.csv", &more);
    ran(&bench, &simulator, "2026-03-02T22:00:00Z", &["run", "work", "--yes"], 0);
    let all = runs(&bench);
    ran(&bench, &simulator, "2026-11-20T22:00:00Z", &["undo", &all[1], "-C", "work", "--yes"], 0);
    bench.write("work/users.csv", USERS);
    ran(&bench, &simulator, "2026-11-21T22:00:00Z", &["run", "work", "--yes"], 0);
    let purged = ran(&bench, &simulator, LATER, &["purge", "work", "--older-than", "2026-04-01", "--yes"], 0);
    assert!(purged.out.contains(&format!("stays: {} (", all[1])), "{purged:#?}");
    let left = runs(&bench);
    assert_eq!((left.len(), left.contains(&all[0])), (3, false), "{left:?}");
    // The reports of what stays can still be made.
    for run in &left {
        ran(&bench, &simulator, LATER, &["report", run, "-C", "work"], 0);
    }
    let undone = ran(&bench, &simulator, LATER, &["undo", &all[0], "-C", "work", "--yes"], 1);
    assert!(undone.err.contains("was removed by `turnup purge`"), "{undone:#?}");
    // What is known was learnt of that Webex, also when no run says so any more.
    let elsewhere = bench.ran(&["run", "work", "--simulate", "--yes"]).expect_code(1);
    assert!(elsewhere.err.contains("the runs of this folder went to"), "{elsewhere:#?}");
}

#[test]
fn nothing_is_removed_while_another_run_works_in_the_folder_and_nothing_that_is_none_of_ours() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, "2026-03-01T22:00:00Z", &["run", "work", "--yes"], 0);
    for name in
        ["reports/kept-by-hand", "archive/2025", "reports/20260101T000000Z-0000", "archive/20260101T000000Z-0000"]
    {
        fs::create_dir_all(bench.path("work").join(name)).expect("a folder can be made");
        fs::write(bench.path("work").join(name).join("notes.txt"), "mine").expect("a file can be written");
    }
    let slow = Bench::small();
    let hanging = Simulator::start(&slow, &["--latency-ms", "3000"]);
    let working = Working::start(&mut slow.against(&hanging, &["run", "work", "--yes"]));
    support::eventually("it works", || slow.path("work/.turnup/state.db").exists());
    let locked = slow.ran(&["purge", "work", "--older-than", "0d", "--yes"]).expect_code(7);
    assert!(locked.err.contains("another run works in this folder"), "{locked:#?}");
    drop(working);

    ran(&bench, &simulator, LATER, &["purge", "work", "--older-than", "2026-12-24", "--yes"], 2);
    ran(&bench, &simulator, LATER, &["purge", "work", "--older-than", "6m", "--yes"], 2);
    ran(&bench, &simulator, LATER, &["purge", "work", "--older-than", "0d", "--yes"], 0);
    assert_eq!(runs(&bench).len(), 1, "the latest stays");
    let stands = |name: &str| bench.path("work").join(name).exists();
    assert!(stands("reports/kept-by-hand/notes.txt") && stands("archive/2025/notes.txt"));
    assert!(!stands("reports/20260101T000000Z-0000") && !stands("archive/20260101T000000Z-0000"));
}
