//! What a person types on a real terminal before many changes go out: the right number goes on, anything else sends
//! nothing.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use support::{Bench, Ran, Simulator};

/// Two shops that stand, sheets that delete them, and a ceiling below that.
fn deleting(bench: &Bench) -> Simulator {
    let simulator = Simulator::start(bench, &[]);
    Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(0);
    bench.write("work/turnup.toml", "[guards]\nmax_changes = 1\n");
    let gone = "external_id,name,admin_email,template,packages,address_line1,city,country,action\n\
                aurora,,,,,,,,delete\ntejo,,,,,,,,delete\n";
    bench.write("work/customers.csv", gone);
    bench.write("work/users.csv", "customer_external_id,first_name,last_name,email,package,action\n");
    simulator
}

/// What somebody sees who types these lines on a terminal, and the exit code.
fn typed(bench: &Bench, simulator: &Simulator, args: &str, answers: &str) -> (String, Option<i32>) {
    let binary = env!("CARGO_BIN_EXE_turnup");
    let line = format!("{binary} {args} --lang en --api-url {} --poll-ms 20 --grace-ms 100", simulator.url);
    on_terminal(bench, &line, answers)
}

fn on_terminal(bench: &Bench, line: &str, answers: &str) -> (String, Option<i32>) {
    let mut command = Command::new("script");
    command.args(["-qec", line, "/dev/null"]).env("HOME", bench.path("home")).env("TURNUP_TOKEN", "good-token");
    command.current_dir(bench.path("")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut person = command.spawn().expect("`script` of bsdutils gives a terminal; install bsdutils");
    person.stdin.take().expect("it is piped").write_all(answers.as_bytes()).expect("it listens");
    let said = person.wait_with_output().expect("it ends");
    (String::from_utf8_lossy(&said.stdout).into_owned(), said.status.code())
}

/// How many changes the page asks for.
fn asked(page: &str) -> String {
    let (_, behind) = page.split_once("type ").unwrap_or_else(|| panic!("nothing was asked: {page}"));
    behind.split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn only_the_right_number_lets_many_changes_go() {
    let bench = Bench::small();
    let simulator = deleting(&bench);
    let (before, requests) = (simulator.stands(), simulator.requests());
    let mut count = String::new();
    // A wrong number, a word for yes, an empty line, and the end of input (Ctrl-D).
    for answer in ["0\n", "y\n", "\n", "\u{4}"] {
        let (page, code) = typed(&bench, &simulator, "run work --yes", answer);
        count = asked(&page);
        assert_eq!(code, Some(5), "{answer:?}: {page}");
        assert_eq!((simulator.stands(), simulator.requests()), (before, requests), "{answer:?} sends nothing");
    }
    let (page, code) = typed(&bench, &simulator, "run work --yes", &format!("{count}\n"));
    assert_eq!((code, simulator.stands()[0], simulator.stands()[2]), (Some(0), 0, 0), "{page}");
}

#[test]
fn a_parked_run_is_let_go_by_its_name() {
    let bench = Bench::small();
    let simulator = deleting(&bench);
    Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(5);
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    let run = runs.lines().last().and_then(|line| line.split(' ').next()).expect("a run").to_owned();
    let stands = simulator.stands();
    let (page, code) = typed(&bench, &simulator, &format!("approve {run} -C work"), "n\n");
    assert!(page.contains("delete customer/aurora") && page.contains("send this to Webex?"), "{page}");
    assert_eq!((code, simulator.stands()), (Some(0), stands), "{page}");
    let (page, code) = typed(&bench, &simulator, &format!("approve {run} -C work --yes"), "");
    assert!(!page.contains("[y/N]"), "{page}");
    assert_eq!((code, simulator.stands()[0]), (Some(0), 0), "{page}");
}

#[test]
fn the_question_says_to_whom_it_is_sent() {
    let bench = Bench::small();
    let line = format!("{} run work --simulate --lang en", env!("CARGO_BIN_EXE_turnup"));
    let (page, code) = on_terminal(&bench, &line, "n\n");
    assert!(page.contains("send this to the simulator? [y/N]") && page.contains("nothing was sent"), "{page}");
    assert_eq!(code, Some(0), "{page}");
}
