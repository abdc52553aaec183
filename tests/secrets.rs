//! Attacks from outside: a workspace from somebody else, a server that lures, a machine where others look on. The token
//! goes only where the user said, and turnup writes only below its workspace.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::{Bench, Ran, Results, Simulator, outcomes};

const CANARY: &str = "canary-4f6b1c9e-do-not-tell";
const RUN: [&str; 3] = ["run", "work", "--yes"];

/// A server that notes what it hears and answers every request with the same words, with `PORT` for its own port.
struct Ear {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Ear {
    fn listen(answer: impl Fn(&str) -> String + Send + 'static) -> Self {
        // All addresses, so that every name of this machine leads here.
        let listener = TcpListener::bind("0.0.0.0:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                hear(stream, &notes, &answer);
            }
        });
        Self { port, heard }
    }

    /// One that hears and never answers well.
    fn deaf() -> Self {
        Self::listen(|_| answer("500 Internal Server Error", "", "{}"))
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("nobody panicked with it").clone()
    }
}

fn hear(mut stream: TcpStream, notes: &Mutex<Vec<String>>, answer: &impl Fn(&str) -> String) {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
    let mut bytes = vec![0; 16 << 10];
    let count = stream.read(&mut bytes).unwrap_or(0);
    let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
    let reply = answer(text.lines().next().unwrap_or_default());
    notes.lock().expect("nobody panicked with it").push(text);
    let _ = stream.write_all(reply.as_bytes());
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    )
}

/// A run with the user's real token and without any word on the host: the workspace alone decides.
fn run_trusting(bench: &Bench) -> Ran {
    Ran::of(bench.turnup(&RUN).env("TURNUP_TOKEN", CANARY).env("TURNUP_TIMEOUT_MS", "2000"))
}

// ---- what a workspace may say ----

#[test]
fn a_workspace_cannot_name_another_host() {
    let ear = Ear::deaf();
    let port = ear.port;
    for url in [
        format!("https://0.0.0.0:{port}/v1"),
        format!("http://0.0.0.0:{port}/v1"),
        format!("https://webexapis.com@0.0.0.0:{port}/v1"),
        format!("https://webexapis.com:x@0.0.0.0:{port}/v1"),
        format!("https://webexapis.com.evil.example:{port}/v1"),
        format!("http://localhost.evil.example:{port}/v1"),
        format!("http://127.0.0.1.evil.example:{port}/v1"),
        format!("https://[::ffff:0.0.0.0]:{port}/v1"),
        "http://webexapis.com/v1".to_owned(),
        "https://evil.example/webexapis.com".to_owned(),
        "file:///etc/passwd".to_owned(),
        "//evil.example".to_owned(),
    ] {
        let bench = Bench::small();
        bench.write("work/turnup.toml", &format!("[api]\nurl = \"{url}\"\n"));
        let ran = run_trusting(&bench);
        ran.fault();
        assert!(!ran.err.contains(CANARY) && ran.out.is_empty(), "{url}: {ran:#?}");
        assert!(!bench.work().join(".turnup").exists(), "{url}: nothing was begun");
    }
    assert_eq!(ear.heard(), Vec::<String>::new());
}

#[test]
fn a_workspace_may_name_this_machine() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    bench.write("work/turnup.toml", &format!("[api]\nurl = \"{}\"\npoll_ms = 20\ngrace_ms = 100\n", simulator.url));
    run_trusting(&bench).expect_code(0);
    assert_eq!(simulator.stands(), [2, 2, 6]);
}

#[test]
fn a_host_that_the_user_names_counts_before_the_workspace() {
    let bench = Bench::small();
    let (simulator, ear) = (Simulator::start(&bench, &[]), Ear::deaf());
    bench.write("work/turnup.toml", &format!("[api]\nurl = \"http://127.0.0.1:{}\"\n", ear.port));
    Ran::of(&mut bench.against(&simulator, &RUN)).expect_code(0);
    fs::create_dir_all(bench.path("home/config/turnup")).expect("it is new");
    bench.write("home/config/turnup/config.toml", &format!("[api]\nurl = \"{}\"\n", simulator.url));
    run_trusting(&bench).expect_code(0);
    assert_eq!(ear.heard(), Vec::<String>::new());
}

#[test]
fn a_workspace_can_name_neither_a_token_file_nor_a_command() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    bench.write("secret", CANARY);
    bench.write("work/turnup.toml", "[token]\nfile = \"../secret\"\n");
    let ran = Ran::of(&mut bench.against(&simulator, &RUN));
    assert!(ran.fault().contains("token file") && ran.fault().contains("remove"), "{ran:#?}");
    assert_eq!(simulator.requests(), 0);
    let touch = format!("touch {}", bench.path("pwned").display());
    bench.write("work/turnup.toml", &format!("[token]\ncommand = \"{touch}\"\n[notify]\ncommand = \"{touch}\"\n"));
    let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(0);
    assert!(check.out.contains("token.command") && check.out.contains("notify"), "both are named: {}", check.out);
    Ran::of(&mut bench.against(&simulator, &RUN));
    assert!(!bench.path("pwned").exists());
}

#[test]
fn shell_text_and_paths_in_cells_stay_text() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let touch = format!("$(touch {})", bench.path("pwned").display());
    bench.write(
        "work/customers.csv",
        &support::CUSTOMERS.replace("aurora,Padaria Aurora", &format!("../../aurora,{touch}")),
    );
    bench.write("work/users.csv", &support::USERS.replace("aurora,", "../../aurora,").replace("Carla", "`id`"));
    let ran = Ran::of(&mut bench.against(&simulator, &RUN));
    assert!(ran.code == Some(0) || ran.code == Some(3), "{ran:#?}");
    assert!(!bench.path("pwned").exists());
    let outside: Vec<_> =
        fs::read_dir(bench.path(".")).expect("it is there").flatten().map(|entry| entry.file_name()).collect();
    assert!(outside.iter().all(|name| ["home", "work"].iter().any(|known| name == known)), "{outside:?}");
    assert_eq!(simulator.state()["customers"]["../../aurora"]["name"], touch);
}

// ---- state that leads elsewhere, or is not ours ----

/// No command touches the other place, and each that needs the state says why.
fn assert_refused(bench: &Bench, word: &str) {
    let simulator = Simulator::start(bench, &[]);
    for args in [RUN.to_vec(), vec!["resume", "work"], vec!["plan", "work"]] {
        let ran = Ran::of(&mut bench.against(&simulator, &args));
        assert!(ran.fault().contains(word), "{args:?}: {ran:#?}");
    }
    for args in [vec!["check", "work"], vec!["report", "-C", "work"], vec!["runs", "work"]] {
        let ran = bench.ran(&args);
        assert!(ran.fault().contains(word), "{args:?}: {ran:#?}");
    }
    assert_eq!(simulator.requests(), 0);
}

#[test]
fn a_workspace_whose_state_or_reports_are_links_is_refused() {
    for folder in [".turnup", "reports"] {
        let bench = Bench::small();
        fs::create_dir(bench.path("elsewhere")).expect("it is new");
        symlink(bench.path("elsewhere"), bench.work().join(folder)).expect("links can be made");
        assert_refused(&bench, &format!("`work/{folder}` is a link"));
        assert_eq!(fs::read_dir(bench.path("elsewhere")).expect("it is there").count(), 0);
    }
}

#[test]
fn a_link_inside_the_state_cannot_make_turnup_overwrite_another_file() {
    for name in ["lock", "state.db", "state.db-wal", "simulator.json", "simulator.new", "inputs"] {
        let bench = Bench::small();
        bench.write("precious", "the user's own\n");
        fs::create_dir(bench.work().join(".turnup")).expect("it is new");
        symlink(bench.path("precious"), bench.work().join(".turnup").join(name)).expect("links can be made");
        assert_refused(&bench, &format!("`work/.turnup/{name}` is a link"));
        bench.ran(&["run", "work", "--yes", "--simulate"]).fault();
        assert_eq!(fs::read_to_string(bench.path("precious")).expect("it is there"), "the user's own\n", "{name}");
    }
}

#[test]
fn state_of_another_user_is_not_trusted() {
    let bench = Bench::small();
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let state = bench.work().join(".turnup");
    let given = Command::new("chown").arg("65534").arg(&state).status();
    assert!(given.is_ok_and(|status| status.success()), "root is needed for this test: chown");
    assert_refused(&bench, "belongs to another user");
}

#[test]
fn state_full_of_garbage_is_told_and_nothing_is_sent() {
    let garbage: Vec<u8> = (0..9_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[1]).collect();
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    fs::create_dir(bench.work().join(".turnup")).expect("it is new");
    fs::write(bench.work().join(".turnup/state.db"), &garbage).expect("the test may write here");
    for args in [RUN.to_vec(), vec!["resume", "work"], vec!["plan", "work"]] {
        let ran = Ran::of(&mut bench.against(&simulator, &args));
        assert!(ran.fault().contains("`work/.turnup/state.db` cannot be used"), "{args:?}: {ran:#?}");
    }
    assert_eq!(simulator.requests(), 0);
    for state in [garbage.as_slice(), b"{\"format\":\"turnup.simulator/99\"}\n", b"[]\n{}"] {
        let bench = Bench::small();
        fs::create_dir(bench.work().join(".turnup")).expect("it is new");
        fs::write(bench.work().join(".turnup/simulator.json"), state).expect("the test may write here");
        let ran = bench.ran(&["run", "work", "--yes", "--simulate"]);
        assert!(ran.fault().contains("simulator.json") && ran.fault().contains("remove it"), "{ran:#?}");
    }
}

#[test]
fn others_cannot_look_into_the_state() {
    let bench = Bench::small();
    fs::create_dir(bench.work().join(".turnup")).expect("it is new");
    fs::set_permissions(bench.work().join(".turnup"), fs::Permissions::from_mode(0o777)).expect("it is the test's own");
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let metadata = fs::metadata(bench.work().join(".turnup")).expect("it is there");
    assert_eq!(metadata.mode() & 0o777, 0o700);
}

// ---- the token ----

/// Every file below a folder that holds the text.
fn tellers(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(tellers(&path, text));
        } else if fs::read(&path).expect("it can be read").windows(text.len()).any(|part| part == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn the_token_is_told_nowhere() {
    let faults = [
        "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nskip = 3\nkind = \"status\"\nstatus = 401\n",
        "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nkind = \"status\"\nstatus = 400\n",
        "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nkind = \"drop\"\nafter = true\n",
        "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/customers\"\nkind = \"status\"\nstatus = 503\n",
    ];
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, &faults.concat());
    for args in [RUN.to_vec(), vec!["resume", "work"], RUN.to_vec()] {
        let mut command = bench.against(&simulator, &args);
        let ran = Ran::of(command.env("TURNUP_TOKEN", CANARY).env("TURNUP_LOG", "trace").env("RUST_BACKTRACE", "1"));
        assert!(ran.err.contains("sending"), "the log speaks: {}", ran.err);
        assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{ran:#?}");
    }
    assert_eq!(tellers(&bench.path("."), CANARY), Vec::<String>::new());
    assert_eq!(tellers(&bench.path("."), "authorization"), Vec::<String>::new());
    simulator.stands();
}

#[test]
fn the_token_is_not_told_by_usage_and_help() {
    let bench = Bench::small();
    for args in [vec!["run", "--help"], vec!["run", "work", "--nonsense"], vec!["run", "work", "--rate", "x"]] {
        let ran = Ran::of(bench.turnup(&args).env("TURNUP_TOKEN", CANARY).env("TURNUP_API_URL", CANARY));
        assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{ran:#?}");
    }
}

#[test]
fn a_token_with_blanks_inside_is_refused_without_telling_it() {
    for token in ["canary-a canary-b", "canary-a\ncanary-b", "canary-a\r\nX-Other: canary-b", "canary-é"] {
        let bench = Bench::small();
        let simulator = Simulator::start(&bench, &[]);
        let ran = Ran::of(bench.against(&simulator, &RUN).env("TURNUP_TOKEN", token));
        assert!(ran.fault().contains("TURNUP_TOKEN: the token holds blanks"), "{ran:#?}");
        assert!(!ran.err.contains("canary") && simulator.requests() == 0, "{ran:#?}");
    }
}

#[test]
fn a_token_file_that_others_can_read_is_refused_with_the_cure() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    bench.write("token", &format!("{CANARY}\n"));
    let path = bench.path("token");
    for mode in [0o644, 0o640, 0o604, 0o660] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is the test's own");
        let mut command = bench.against(&simulator, &RUN);
        let ran = Ran::of(command.env_remove("TURNUP_TOKEN").env("TURNUP_TOKEN_FILE", &path));
        assert!(ran.fault().contains("chmod 600") && !ran.err.contains(CANARY), "{mode:o}: {ran:#?}");
        assert_eq!(simulator.requests(), 0);
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is the test's own");
    let mut command = bench.against(&simulator, &RUN);
    Ran::of(command.env_remove("TURNUP_TOKEN").env("TURNUP_TOKEN_FILE", &path)).expect_code(0);
    assert_eq!(simulator.stands(), [2, 2, 6]);
}

#[test]
fn a_token_file_that_is_not_there_or_empty_is_told() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    bench.write("empty", "\n");
    fs::set_permissions(bench.path("empty"), fs::Permissions::from_mode(0o600)).expect("it is the test's own");
    for (file, word) in [("nowhere", "cannot read the token file"), ("empty", "the token is empty")] {
        let mut command = bench.against(&simulator, &RUN);
        let ran = Ran::of(command.env_remove("TURNUP_TOKEN").env("TURNUP_TOKEN_FILE", bench.path(file)));
        assert!(ran.fault().contains(word) && ran.fault().contains(file), "{ran:#?}");
    }
    assert_eq!(simulator.requests(), 0);
}

#[test]
fn a_redirect_does_not_take_the_token_along() {
    let thief = Ear::deaf();
    let port = thief.port;
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let bench = Bench::small();
        let location = format!("location: http://127.0.0.1:{port}/taken\r\n");
        let lure = Ear::listen(move |_| answer(status, &location, ""));
        let ran = Ran::of(&mut bench.against_url(&format!("http://127.0.0.1:{}", lure.port), &RUN)).expect_code(4);
        assert!(!outcomes(&bench, &ran).contains_key("created"), "{ran:#?}");
        assert!(
            lure.heard()
                .iter()
                .any(|request| request.contains("Bearer good-token") || request.contains("bearer good-token"))
        );
    }
    assert_eq!(thief.heard(), Vec::<String>::new());
}

#[test]
fn a_next_page_on_another_host_is_asked_for_at_home() {
    let thief = Ear::deaf();
    let next = format!("link: <http://127.0.0.1:{}/v1/locations?start=100>; rel=\"next\"\r\n", thief.port);
    let lure = Ear::listen(move |line| match line.split(' ').nth(1).unwrap_or_default() {
        path if path.starts_with("/wholesale/customers/") => answer("200 OK", "", PROVISIONED),
        path if path.starts_with("/wholesale/customers") => {
            answer("200 OK", "", &format!("{{\"items\":[{PROVISIONED}]}}"))
        }
        path if path.starts_with("/organizations/") => {
            answer("200 OK", "", "{\"id\":\"x\",\"displayName\":\"Padaria Aurora\"}")
        }
        path if path.starts_with("/locations") && path.contains("start=100") => answer("200 OK", "", "{\"items\":[]}"),
        path if path.starts_with("/locations") => answer("200 OK", &next, "{\"items\":[]}"),
        _ => answer("400 Bad Request", "", "{\"message\":\"no\"}"),
    });
    let bench = Bench::small();
    bench.write("work/customers.csv", &support::CUSTOMERS.lines().take(2).collect::<Vec<_>>().join("\n"));
    let users: Vec<_> = support::USERS.lines().filter(|line| !line.starts_with("tejo")).collect();
    bench.write("work/users.csv", &users.join("\n"));
    let ran = Ran::of(&mut bench.against_url(&format!("http://127.0.0.1:{}", lure.port), &RUN));
    assert_eq!(thief.heard(), Vec::<String>::new());
    let second_pages = lure.heard().iter().filter(|request| request.contains("start=100")).count();
    assert!(second_pages > 0, "the next page was asked for: {ran:#?} {:#?}", lure.heard());
    assert!(!Results::read(&bench, &ran, "users.results.csv").rows.is_empty());
}

/// A customer as Webex tells it, so that the locations are asked for.
const PROVISIONED: &str = r#"{"id":"Y2lzY29zcGFyazovL3VzL0VOVEVSUFJJU0UvMDAwMDAwMDEtZGI1ZC00N2UzLTgzYjUtMTRkODIwMTU0YjFi",
"orgId":"Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi8wMDAwMDAwMS1kYjVkLTQ3ZTMtODNiNS0xNGQ4MjAxNTRiMWI",
"externalId":"aurora","status":"provisioned","packages":["webex_calling","webex_suite"],
"address":{"addressLine1":"Rua Augusta 24","city":"Lisboa","zipOrPostalCode":"1100-053","country":"PT"},
"customerInfo":{"name":"Padaria Aurora","primaryEmail":"ana@aurora.example"}}"#;
