//! A run over HTTP whose tokens expire again and again: one refresh at a time, nothing fails, and nothing tells a secret.

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{Bench, Ran, Simulator, USERS, outcomes};

const SECRETS: [&str; 3] = ["first-token-5d1c", "client-secret-7e2b", "refresh-token-9a3f"];

/// Requests that a token is good for.
const LIFE: u64 = 50;

/// Requests under way at one time.
const IN_FLIGHT: u64 = 20;

/// The token endpoint takes twenty times as long as anything else: whoever did not wait for it would be refused often.
const FAULTS: &str = "token_requests = 50
latency_ms = 5

[[fault]]
method = \"POST\"
path = \"/access_token\"
kind = \"slow\"
ms = 100
times = 0
";

/// So many more people of one shop, that there are a thousand requests.
const PEOPLE: usize = 990;

#[test]
fn tokens_that_expire_every_fifty_requests_are_renewed_once_for_all() {
    let bench = Bench::small();
    let more = (0..PEOPLE).map(|n| format!("aurora,U{n},Reis,user{n}@aurora.example,webex_calling,{},\n", 20_000 + n));
    bench.write("work/users.csv", &format!("{USERS}{}", more.collect::<String>()));
    let simulator = Simulator::with_faults(&bench, FAULTS);
    let mut command = bench.against(&simulator, &["run", "work", "--yes", "--max-in-flight", &IN_FLIGHT.to_string()]);
    command.env("TURNUP_TOKEN", SECRETS[0]).env("TURNUP_CLIENT_ID", "client");
    command.env("TURNUP_CLIENT_SECRET", SECRETS[1]).env("TURNUP_REFRESH_TOKEN", SECRETS[2]);
    let ran = Ran::of(&mut command).expect_code(0);
    assert_eq!(outcomes(&bench, &ran), [("created".to_owned(), PEOPLE + 8)].into());
    assert_eq!(simulator.stands(), [2, 2, PEOPLE + 6]);

    let requests = simulator.state()["requests"].clone();
    let count = |value: &Value| value.as_u64().unwrap_or_default();
    let (total, refused) = (count(&requests["total"]), count(&requests["by_status"]["401"]));
    let refreshes = count(&requests["by_route"]["POST /access_token"]["200"]);
    assert!(total > 1_000, "{requests}");
    // Each token is used up before the next one is asked for; only what was under way then is refused, and the rest waits.
    let good = total - refused - refreshes;
    assert_eq!(refreshes, (good - 1) / LIFE, "{requests}");
    assert!(refused >= refreshes && refused <= IN_FLIGHT * refreshes, "{requests}");

    for secret in SECRETS.into_iter().chain(["access-1"]) {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:#?}");
        assert_eq!(files_with(&bench.work(), secret), Vec::<String>::new());
    }
}

/// A run with everything that tokens are renewed with in its environment.
fn ran(bench: &Bench, simulator: &Simulator) -> Ran {
    let mut command = bench.against(simulator, &["run", "work", "--yes"]);
    command.env("TURNUP_TOKEN", SECRETS[0]).env("TURNUP_CLIENT_ID", "client");
    command.env("TURNUP_CLIENT_SECRET", SECRETS[1]).env("TURNUP_REFRESH_TOKEN", SECRETS[2]);
    Ran::of(&mut command)
}

/// Nothing of a secret is told or stays behind.
fn keeps_its_secrets(bench: &Bench, ran: &Ran) {
    for secret in SECRETS {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:#?}");
        assert_eq!(files_with(&bench.work(), secret), Vec::<String>::new());
    }
}

#[test]
fn a_token_endpoint_that_is_in_trouble_for_a_moment_ends_no_run() {
    let bench = Bench::small();
    let once = |what: &str| format!("[[fault]]\nmethod = \"POST\"\npath = \"/access_token\"\n{what}\n");
    let faults = [
        "kind = \"status\"\nstatus = 503",
        "kind = \"status\"\nstatus = 429\nretry_after = \"1\"",
        "kind = \"drop\"\nafter = true",
    ];
    let faults = format!("token_requests = 15\n{}", faults.map(once).concat());
    let simulator = Simulator::with_faults(&bench, &faults);
    let ran = ran(&bench, &simulator).expect_code(0);
    assert_eq!(outcomes(&bench, &ran), [("created".to_owned(), 8)].into());
    let asked = simulator.state()["requests"]["by_route"]["POST /access_token"].clone();
    assert!(asked["503"] == 1 && asked["429"] == 1 && asked["200"].as_u64() >= Some(1), "{asked}");
    keeps_its_secrets(&bench, &ran);
}

#[test]
fn a_server_that_repeats_what_it_was_sent_makes_nothing_tell_it() {
    let bench = Bench::small();
    let told = format!("no; Authorization: Bearer {}, refresh_token={}, secret {}", SECRETS[0], SECRETS[2], SECRETS[1]);
    let faults = ["/wholesale/subscribers", "/locations"].map(|path| {
        format!(
            "[[fault]]\nmethod = \"POST\"\npath = \"{path}\"\nkind = \"status\"\nstatus = 400\ntimes = 0\n\
             body = '{{\"message\":\"{told}\"}}'\n"
        )
    });
    let simulator = Simulator::with_faults(&bench, &faults.concat());
    let ran = ran(&bench, &simulator);
    let words = "no; Authorization: Bearer …, refresh_token=…, secret …";
    assert!(!files_with(&bench.work(), words).is_empty(), "{ran:#?}");
    keeps_its_secrets(&bench, &ran);
}

/// The files below a folder that hold a text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes())) {
            found.push(path.display().to_string());
        }
    }
    found
}
