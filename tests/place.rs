//! One state per workspace: a copy of a folder that still stands sends nothing; a folder that was moved, or used on
//! another machine, is named.

mod support;

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use support::{Bench, Ran, Simulator};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it can be read").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("a file can be copied");
        }
    }
}

fn ran(bench: &Bench, simulator: &Simulator, args: &[&str], code: i32) -> Ran {
    Ran::of(&mut bench.against(simulator, args)).expect_code(code)
}

const RUN: [&str; 3] = ["run", "copy", "--yes"];

#[test]
fn a_copy_of_a_folder_that_stands_sends_nothing_until_somebody_means_it() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    copy(&bench.work(), &bench.path("copy"));
    let more = format!("{}tejo,Vera,Cruz,vera@tejo.example,webex_calling,1007,\n", support::USERS);
    bench.write("copy/users.csv", &more);
    let requests = simulator.requests();
    for args in [&RUN[..], &["retry", "copy", "--yes"], &["nightly", "copy", "--wait", "0"]] {
        let refused = ran(&bench, &simulator, args, 1);
        let place = bench.work().canonicalize().expect("it stands").display().to_string();
        let words = format!("this folder is a copy of `{place}`, which still stands");
        assert!(refused.err.contains(&words) && refused.err.contains("--this-copy"), "{refused:#?}");
    }
    assert_eq!(simulator.requests(), requests, "nothing was sent");
    let doctor = ran(&bench, &simulator, &["doctor", "copy"], 1);
    assert!(doctor.out.contains("!! place") && doctor.out.contains("--this-copy"), "{doctor:#?}");
    // Looking is free, and the other folder goes on as before.
    ran(&bench, &simulator, &["plan", "copy"], 0);
    let original = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    assert!(!original.err.contains("copy of"), "{original:#?}");

    ran(&bench, &simulator, &[&RUN[..], &["--this-copy"]].concat(), 0);
    assert_eq!(simulator.each_once("subscribers"), 7);
    let again = ran(&bench, &simulator, &RUN, 0);
    assert!(!again.err.contains("copy of"), "once is enough: {again:#?}");
    let doctor = ran(&bench, &simulator, &["doctor", "copy"], 0);
    assert!(doctor.out.contains("ok place"), "{doctor:#?}");
}

#[test]
fn a_folder_that_was_moved_is_told_once_and_goes_on() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    fs::rename(bench.work(), bench.path("copy")).expect("a folder can be moved");
    let moved = ran(&bench, &simulator, &RUN, 0);
    assert!(moved.err.contains("this folder was moved"), "{moved:#?}");
    let again = ran(&bench, &simulator, &RUN, 0);
    assert!(!again.err.contains("moved"), "{again:#?}");
    // Another workspace in the old place is no reason to stop, nor is a second way to the same folder.
    support::fill(&{
        fs::create_dir(bench.work()).expect("nothing is there any more");
        bench.work()
    });
    ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let again = ran(&bench, &simulator, &RUN, 0);
    assert!(!again.err.contains("copy of"), "{again:#?}");
    std::os::unix::fs::symlink(bench.path("copy"), bench.path("way")).expect("a link can be made");
    let by_link = ran(&bench, &simulator, &["run", "way", "--yes"], 0);
    assert!(!by_link.err.contains("this folder"), "{by_link:#?}");
}

#[test]
fn another_machine_is_named_and_an_older_journal_is_taken_as_it_is() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    let journal = Connection::open(bench.path("work/.turnup/state.db")).expect("a journal");
    journal.execute("UPDATE place SET host = 'old-server'", []).expect("it was settled");
    drop(journal);
    let doctor = ran(&bench, &simulator, &["doctor", "work"], 1);
    assert!(doctor.out.contains("were made on `old-server` so far"), "{doctor:#?}");
    fs::create_dir(bench.path("work/inbox")).expect("the folder is new");
    let night = ran(&bench, &simulator, &["nightly", "work", "--wait", "0"], 3);
    assert!(night.err.contains("were made on `old-server` so far, not on this machine"), "{night:#?}");
    let again = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    assert!(!again.err.contains("old-server"), "{again:#?}");

    let journal = Connection::open(bench.path("work/.turnup/state.db")).expect("a journal");
    journal.execute("DROP TABLE place", []).expect("it is there");
    drop(journal);
    let older = ran(&bench, &simulator, &["run", "work", "--yes"], 0);
    assert!(!older.err.contains("this folder"), "{older:#?}");
}
