//! Windows of waves: nothing is sent to a customer outside the window of its wave, by any command.

mod support;

use std::fs;

use serde_json::Value;
use support::{Bench, CUSTOMERS, Ran, Results, Simulator, outcomes};

const WAVES: &str = "wave,opens_at,closes_at,timezone,owner
1,2026-11-22 22:00,2026-11-23 06:00,America/Sao_Paulo,Ana Lima
2,2026-11-23 22:00,2026-11-24 06:00,Europe/Lisbon,
";
const WINDOW_1: &str =
    "2026-11-22 22:00 – 2026-11-23 06:00 America/Sao_Paulo (2026-11-23 01:00 – 2026-11-23 09:00 UTC)";
const BEFORE: &str = "2026-11-22T22:40:00Z";
const OPEN: &str = "2026-11-23T02:00:00Z";
const OVER: &str = "2026-11-23T09:00:00Z";

/// Aurora is of wave 1, Tejo of wave 2.
fn bench() -> Bench {
    let bench = Bench::small();
    let waves = ["wave", "1", "2"].into_iter();
    let rows: Vec<String> = CUSTOMERS.lines().zip(waves).map(|(row, wave)| format!("{row},{wave}")).collect();
    bench.write("work/customers.csv", &(rows.join("\n") + "\n"));
    bench.write("work/waves.csv", WAVES);
    bench
}

fn at(bench: &Bench, simulator: &Simulator, now: &str, args: &[&str]) -> Ran {
    Ran::of(bench.against(simulator, args).env("TURNUP_NOW", now))
}

#[test]
fn a_wave_is_refused_outside_its_window_and_told_when_it_opens() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    for command in [vec!["run", "work", "--yes", "--wave", "1"], vec!["nightly", "work", "--wait", "0", "--wave", "1"]]
    {
        let early = at(&bench, &simulator, BEFORE, &command).expect_code(5);
        assert!(
            early.err.contains(&format!("wave `1` is {WINDOW_1}: it opens in 2 h 20 min; nothing was sent")),
            "{early:#?}"
        );
        let late = at(&bench, &simulator, OVER, &command).expect_code(5);
        assert!(late.err.contains(&format!("wave `1` is {WINDOW_1}: it is over")), "{late:#?}");
    }
    assert_eq!(simulator.requests(), 0);
    assert!(bench.ran(&["runs", "work"]).out.is_empty(), "no run is left behind");
    let ran = at(&bench, &simulator, OPEN, &["run", "work", "--yes", "--wave", "1"]).expect_code(0);
    assert!(
        ran.err.contains("nothing is begun from 2026-11-23 06:00 -03:00 on, when the window of wave `1` closes"),
        "{ran:#?}"
    );
    assert_eq!(simulator.stands(), [1, 1, 3]);
    let portuguese =
        at(&bench, &simulator, OVER, &["run", "work", "--yes", "--wave", "1", "--lang", "pt-BR"]).expect_code(5);
    assert!(portuguese.err.contains("já terminou; nada foi enviado"), "{portuguese:#?}");
    // What is wrong in Webex goes whenever somebody wants it away.
    let run = ran.report().rsplit('/').next().expect("a run").to_owned();
    let undone = at(&bench, &simulator, OVER, &["undo", &run, "-C", "work", "--yes"]).expect_code(0);
    assert_eq!(outcomes(&bench, &undone)["deleted"], 4, "{undone:#?}");
}

#[test]
fn the_next_step_after_a_wave_is_of_that_wave() {
    let bench = bench();
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &users.replace("carla@aurora", "carla at aurora"));
    let simulator = Simulator::start(&bench, &[]);
    let ran = at(&bench, &simulator, OPEN, &["run", "work", "--yes", "--wave", "1"]).expect_code(3);
    assert!(ran.err.contains("mend the sheets and `turnup run work --wave 1`"), "{ran:#?}");
}

#[test]
fn a_check_of_a_wave_says_the_same_as_its_plan_and_its_run() {
    let bench = bench();
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    let wrong = users.replacen("webex_calling", "webex_caling", 2);
    assert_ne!(users, wrong);
    bench.write("work/users.csv", &wrong);
    bench.write("work/waves.csv", "");
    fs::remove_file(bench.path("work/waves.csv")).expect("it is there");
    let plan = bench.ran(&["plan", "work", "--wave", "1"]).expect_code(3);
    assert!(plan.out.contains("`turnup check work --wave 1` says why"), "{plan:#?}");
    let causes = |text: &str| {
        let from = text.find(" not well, and ").expect("causes are named");
        let from = text[..from].rfind('\n').map_or(0, |at| at + 1);
        text[from..].lines().take_while(|line| !line.starts_with("work/")).map(str::to_owned).collect::<Vec<_>>()
    };
    let checked = bench.ran(&["check", "work", "--wave", "1"]).expect_code(3);
    let ran = bench.ran(&["run", "work", "--wave", "1", "--simulate", "--yes"]).expect_code(3);
    assert_eq!(causes(&checked.out), causes(&ran.out), "{checked:#?}{ran:#?}");
    assert!(checked.out.contains("checked 1 customer, "), "{checked:#?}");
    let of_two = bench.ran(&["check", "work", "--wave", "2"]).expect_code(0);
    assert!(of_two.out.contains("checked 1 customer, ") && of_two.out.contains("0 errors"), "{of_two:#?}");
    let none = bench.ran(&["check", "work", "--wave", "9"]).expect_code(2);
    assert!(none.err.contains("no customer has the wave `9`"), "{none:#?}");
}

#[test]
fn a_run_of_everything_leaves_closed_waves_out_and_says_so_in_the_results() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &[]);
    let ran = at(&bench, &simulator, OPEN, &["run", "work", "--yes"]).expect_code(0);
    assert!(ran.err.contains("the window of wave `2` is 2026-11-23 22:00"), "{ran:#?}");
    let counts = outcomes(&bench, &ran);
    assert_eq!((counts["created"], counts["skipped"]), (4, 4), "{counts:?}");
    let users = Results::read(&bench, &ran, "users.results.csv").lines(&["email", "result", "reason"]);
    assert!(
        users[3].starts_with("rui@tejo.example skipped outside the window of wave `2` (2026-11-23 22:00"),
        "{users:?}"
    );
    assert_eq!(simulator.stands(), [1, 1, 3]);
    let refused = at(&bench, &simulator, OVER, &["run", "work", "--yes"]).expect_code(5);
    assert!(refused.err.contains("wave `1`") && refused.err.contains("wave `2`"), "both are named: {refused:#?}");
    let again = at(&bench, &simulator, "2026-11-23T22:30:00Z", &["run", "work", "--yes"]).expect_code(0);
    assert_eq!(outcomes(&bench, &again)["created"], 4);
    let rebuilt = bench.ran(&["report", ran.report().rsplit('/').next().expect("a run"), "-C", "work"]).expect_code(0);
    assert!(rebuilt.out.contains("4 skipped") || rebuilt.out.contains("3 skipped"), "{}", rebuilt.out);
}

#[test]
fn retry_activate_and_saved_plans_keep_to_the_window_too() {
    let bench = bench();
    let faults =
        "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\ntimes = 1\nkind = \"status\"\nstatus = 400\n";
    let simulator = Simulator::with_faults(&bench, faults);
    let plan = bench.path("friday.plan").display().to_string();
    let planned = at(&bench, &simulator, BEFORE, &["plan", "work", "--wave", "1", "--out", &plan]).expect_code(0);
    assert!(planned.err.contains("it opens in 2 h 20 min"), "{planned:#?}");
    at(&bench, &simulator, OVER, &["run", "work", "--yes", "--plan", &plan]).expect_code(5);
    assert_eq!(simulator.requests(), 0);
    at(&bench, &simulator, OPEN, &["run", "work", "--yes", "--plan", &plan]).expect_code(4);
    let before = simulator.requests();
    for command in [
        vec!["retry", "work", "--yes"],
        vec!["activate", "work", "--yes"],
        vec!["activate", "work", "--yes", "--wave", "1"],
    ] {
        let refused = at(&bench, &simulator, OVER, &command).expect_code(5);
        assert!(refused.err.contains("nothing was sent"), "{command:?}: {refused:#?}");
    }
    assert_eq!(simulator.requests(), before);
    at(&bench, &simulator, OPEN, &["retry", "work", "--yes"]).expect_code(0);
}

#[test]
fn a_run_that_is_under_way_when_the_window_closes_stops_and_is_resumed_in_the_next() {
    let bench = bench();
    let simulator = Simulator::start(&bench, &["--latency-ms", "500"]);
    let ran =
        at(&bench, &simulator, "2026-11-23T08:59:58.500Z", &["run", "work", "--yes", "--wave", "1"]).expect_code(5);
    assert!(ran.err.contains("the time is over, so nothing more was begun"), "{ran:#?}");
    // What Webex has made already is not told as if nothing had been begun.
    let customers = Results::read(&bench, &ran, "customers.results.csv");
    for (result, id) in customers.lines(&["result"]).iter().zip(customers.lines(&["webex_id"])) {
        assert_eq!(result == "incomplete", !id.is_empty(), "{ran:#?}");
    }
    let before = simulator.requests();
    let refused = at(&bench, &simulator, OVER, &["resume", "work"]).expect_code(5);
    assert!(refused.err.contains("wave `1`") && refused.err.contains("it is over"), "{refused:#?}");
    assert_eq!(simulator.requests(), before);
    bench.write("work/waves.csv", &WAVES.replace("2026-11-23 06:00", "2026-11-23 07:00"));
    at(&bench, &simulator, OVER, &["resume", "work"]).expect_code(0);
    assert_eq!(simulator.stands(), [1, 1, 3]);
}

#[test]
fn a_file_that_cannot_be_read_lets_nothing_be_sent() {
    let bench = bench();
    bench.write("work/waves.csv", &WAVES.replace("Europe/Lisbon", "Lisboa"));
    let simulator = Simulator::start(&bench, &[]);
    let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(3);
    assert!(check.out.contains("waves.csv,3,timezone,F145,error,Lisboa"), "{}", check.out);
    let ran = at(&bench, &simulator, OPEN, &["run", "work", "--yes", "--wave", "1"]).expect_code(3);
    assert!(ran.err.contains("waves.csv:3") && ran.err.contains("nothing was sent"), "{ran:#?}");
    assert_eq!(simulator.requests(), 0);
}

#[test]
fn the_status_shows_owner_and_window() {
    let bench = bench();
    let mut command = bench.turnup(&["status", "work"]);
    let text = Ran::of(command.env("TURNUP_NOW", BEFORE)).expect_code(3).out;
    assert!(text.contains(&format!("  window {WINDOW_1}, opens in 2 h 20 min; Ana Lima answers for it\n")), "{text}");
    let mut command = bench.turnup(&["status", "work", "--format", "json"]);
    let json: Value = serde_json::from_str(&Ran::of(command.env("TURNUP_NOW", OPEN)).out).expect("it is JSON");
    let window = &json["waves"][0]["window"];
    assert_eq!((&window["owner"], &window["phase"]), (&"Ana Lima".into(), &"open".into()));
    assert_eq!(window["opens_at"], "2026-11-22T22:00:00-03:00");
    assert_eq!(json["customers"][0]["owner"], "Ana Lima");
    fs::remove_file(bench.path("work/waves.csv")).expect("it is there");
    assert!(!bench.ran(&["status", "work"]).out.contains("window"));
}
