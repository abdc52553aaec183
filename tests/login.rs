//! Credentials: stored for the user alone, renewed before they end and written back, told nowhere; and several partners
//! in one installation.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{Bench, Ran, Simulator};

const TOKEN: &str = "access-canary-0123456789-tail";
const APP: &str = "client-id\nsecret-canary-0123456789-tale\nrefresh-canary-0123456789-toll\n";
const SECRETS: [&str; 3] = [TOKEN, "secret-canary-0123456789-tale", "refresh-canary-0123456789-toll"];

/// A command against a simulator, with no token of its environment.
fn command(bench: &Bench, simulator: &Simulator, args: &[&str]) -> Command {
    let mut command = bench.turnup(args);
    command.env("TURNUP_API_URL", &simulator.url).env("TURNUP_POLL_MS", "20").env("TURNUP_GRACE_MS", "100");
    command
}

/// The same with something piped in.
fn piped(command: &mut Command, text: &str) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    // A command that refuses at once reads nothing.
    let _ = child.stdin.take().expect("it is piped").write_all(text.as_bytes());
    child.wait_with_output().expect("it ends").into()
}

fn login(bench: &Bench, simulator: &Simulator, args: &[&str], text: &str) -> Ran {
    let ran = piped(&mut command(bench, simulator, &[&["login"], args].concat()), text);
    for secret in SECRETS.into_iter().chain(["access-1"]) {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:#?}");
    }
    ran
}

fn stored(bench: &Bench, profile: &str) -> PathBuf {
    bench.path("home/config/turnup/credentials").join(format!("{profile}.toml"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("it can be read")
}

const RUN: [&str; 3] = ["run", "work", "--yes"];

fn requests(simulator: &Simulator, route: &str, status: &str) -> u64 {
    simulator.state()["requests"]["by_route"][route][status].as_u64().unwrap_or_default()
}

fn refused(simulator: &Simulator) -> u64 {
    simulator.state()["requests"]["by_status"]["401"].as_u64().unwrap_or_default()
}

#[test]
fn a_token_is_tried_stored_for_its_owner_and_used() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let ran = login(&bench, &simulator, &[], &format!("{TOKEN}\n")).expect_code(0);
    assert!(ran.err.contains("Partner Administrator") && ran.err.contains("only you can read"), "{ran:#?}");
    let path = stored(&bench, "default");
    assert_eq!((mode(&path), mode(path.parent().expect("it has one"))), (0o600, 0o700));
    assert_eq!(requests(&simulator, "GET /people/me", "200"), 1);
    let ran = Ran::of(command(&bench, &simulator, &RUN).env("TURNUP_LOG", "trace")).expect_code(0);
    assert!(!ran.err.contains(TOKEN) && !ran.out.contains(TOKEN), "{ran:#?}");
    assert_eq!(simulator.stands(), [2, 2, 6]);
    let shown = Ran::of(&mut command(&bench, &simulator, &["login", "--show"])).expect_code(0).out;
    assert!(shown.contains("…tail") && !shown.contains(TOKEN) && shown.contains("default.toml"), "{shown}");
}

#[test]
fn what_webex_does_not_accept_is_not_stored() {
    let bench = Bench::bare();
    let simulator = Simulator::start(&bench, &[]);
    for (args, input, word) in [
        (&[][..], "wrong\n", "does not accept the token"),
        (&["--integration"], "client\nsecret\nwrong\n", "cannot be refreshed"),
    ] {
        let ran = login(&bench, &simulator, args, input);
        assert!(ran.fault().contains(word) && ran.fault().contains("nothing was stored"), "{ran:#?}");
        assert!(!stored(&bench, "default").exists());
    }
    login(&bench, &simulator, &["--offline"], "wrong\n").expect_code(0);
    assert!(stored(&bench, "default").exists(), "nobody was asked");
    assert!(Ran::of(&mut command(&bench, &simulator, &["login", "--show"])).expect_code(0).out.contains("token"));
}

#[test]
fn what_is_not_as_wanted_is_said_and_not_repeated() {
    let bench = Bench::bare();
    let simulator = Simulator::start(&bench, &[]);
    for (args, input) in [
        (&[][..], ""),
        (&[], "one\ntwo\n"),
        (&["--integration"], TOKEN),
        (&["--service-app"], "a\nb\nc\nd\n"),
        (&[TOKEN], ""),
        (&[TOKEN, "more"], ""),
    ] {
        login(&bench, &simulator, args, input).expect_code(2);
    }
    login(&bench, &simulator, &["--offline"], "two words\n").fault();
    login(&bench, &simulator, &["--show"], "").expect_code(1);
    assert_eq!(simulator.requests(), 0);
    assert!(!stored(&bench, "default").exists());
}

/// A login as an integration whose access token has ended since.
fn ended_login(bench: &Bench, simulator: &Simulator, form: &str) {
    login(bench, simulator, &[form], APP).expect_code(0);
    let path = stored(bench, "default");
    let before = text(&path);
    assert!(before.contains("access_token = \"access-1\"") && before.contains("ends = \""), "{before}");
    let ended: Vec<String> = before
        .lines()
        .map(
            |line| {
                if line.starts_with("ends") { "ends = \"2026-01-01T00:00:00Z\"".to_owned() } else { line.to_owned() }
            },
        )
        .collect();
    fs::write(&path, ended.join("\n")).expect("the test may write here");
}

#[test]
fn a_token_that_has_ended_is_renewed_before_anything_is_sent_and_written_back() {
    for form in ["--integration", "--service-app"] {
        let bench = Bench::small();
        let simulator = Simulator::start(&bench, &[]);
        ended_login(&bench, &simulator, form);
        Ran::of(&mut command(&bench, &simulator, &RUN)).expect_code(0);
        assert_eq!((requests(&simulator, "POST /access_token", "200"), refused(&simulator)), (2, 0));
        let path = stored(&bench, "default");
        assert!(text(&path).contains("access_token = \"access-2\""), "{}", text(&path));
        assert!(text(&path).contains(SECRETS[2]) && mode(&path) == 0o600);
        let shown = Ran::of(&mut command(&bench, &simulator, &["login", "--show"])).expect_code(0).out;
        assert!(shown.contains("…toll") && shown.contains("…tale") && shown.contains("client-id"), "{shown}");
        assert!(!SECRETS.iter().any(|secret| shown.contains(secret)), "{shown}");
        // The next run takes the new one as it is.
        Ran::of(&mut command(&bench, &simulator, &["export", "work"])).expect_code(0);
        assert_eq!((requests(&simulator, "POST /access_token", "200"), refused(&simulator)), (2, 0));
    }
}

#[test]
fn a_login_whose_refresh_token_has_ended_names_the_login_as_the_cure() {
    let bench = Bench::small();
    let faults = format!(
        "[[fault]]\nmethod = \"POST\"\npath = \"/access_token\"\nkind = \"status\"\nstatus = 400\ntimes = 0\n\
         body = '{{\"message\":\"the refresh token {} has ended\"}}'\n",
        SECRETS[2]
    );
    let simulator = Simulator::with_faults(&bench, &faults);
    login(&bench, &simulator, &["--integration", "--offline", "--profile", "north"], APP).expect_code(0);
    let ran = Ran::of(&mut command(&bench, &simulator, &[&RUN[..], &["--profile", "north"]].concat()));
    let told = ran.fault();
    for part in [
        "the refresh token … has ended (400)",
        "run `turnup login --integration --profile north` again",
        "`turnup resume work`",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!SECRETS.iter().any(|secret| ran.out.contains(secret) || ran.err.contains(secret)), "{ran:#?}");
    assert_eq!(requests(&simulator, "POST /access_token", "200"), 0);
}

#[test]
fn a_login_that_others_can_read_is_refused_with_the_cure() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    login(&bench, &simulator, &[], TOKEN).expect_code(0);
    let before = simulator.requests();
    for open in [0o644, 0o640, 0o604] {
        fs::set_permissions(stored(&bench, "default"), fs::Permissions::from_mode(open)).expect("it is the test's own");
        for args in [&RUN[..], &["login", "--show"]] {
            let ran = Ran::of(&mut command(&bench, &simulator, args));
            assert!(ran.fault().contains("chmod 600") && !ran.err.contains(TOKEN), "{open:o}: {ran:#?}");
        }
    }
    assert_eq!(simulator.requests(), before);
}

#[test]
fn a_systemd_credential_may_hold_what_a_login_stores() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    ended_login(&bench, &simulator, "--integration");
    fs::create_dir(bench.path("credentials")).expect("it is new");
    let credential = bench.path("credentials/turnup-token");
    fs::rename(stored(&bench, "default"), &credential).expect("it can be moved");
    let before = text(&credential);
    fs::set_permissions(&credential, fs::Permissions::from_mode(0o400)).expect("it is the test's own");
    let mut run = command(&bench, &simulator, &RUN);
    Ran::of(run.env("CREDENTIALS_DIRECTORY", bench.path("credentials"))).expect_code(0);
    assert_eq!((requests(&simulator, "POST /access_token", "200"), refused(&simulator)), (2, 0));
    assert_eq!(text(&credential), before, "it is nobody's to write");
}

#[test]
fn a_secret_that_is_typed_does_not_show() {
    let bench = Bench::bare();
    let simulator = Simulator::start(&bench, &[]);
    let line = format!("{} login --integration --lang en --api-url {}", env!("CARGO_BIN_EXE_turnup"), simulator.url);
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).env("HOME", bench.path("home")).env_remove("XDG_CONFIG_HOME");
    let mut person =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("`script` of bsdutils is there");
    let (mut keys, mut screen) =
        (person.stdin.take().expect("it is piped"), person.stdout.take().expect("it is piped"));
    let mut seen = String::new();
    for (question, answer) in ["client id: ", "client secret: ", "refresh token: "].iter().zip(APP.lines()) {
        while !seen.ends_with(question) {
            let mut byte = [0];
            assert_eq!(screen.read(&mut byte).expect("it can be read"), 1, "it ended early: {seen}");
            seen.push(char::from(byte[0]));
        }
        // The question stands before the terminal is told to show nothing.
        std::thread::sleep(std::time::Duration::from_millis(200));
        writeln!(keys, "{answer}").expect("it listens");
    }
    let mut rest = Vec::new();
    let _ = screen.read_to_end(&mut rest);
    let seen = seen + &String::from_utf8_lossy(&rest);
    assert!(person.wait().expect("it ends").success(), "{seen}");
    assert!(seen.contains("client-id") && !seen.contains("canary"), "{seen}");
    assert!(text(&bench.path("home/.config/turnup/credentials/default.toml")).contains(SECRETS[2]));
}

// ---- several partners ----

/// The user's own settings.
fn configure(bench: &Bench, text: &str) {
    fs::create_dir_all(bench.path("home/config/turnup")).expect("a folder can be made");
    bench.write("home/config/turnup/config.toml", text);
}

fn run_alone(bench: &Bench, args: &[&str]) -> Ran {
    Ran::of(bench.turnup(args).env("TURNUP_POLL_MS", "20").env("TURNUP_GRACE_MS", "100"))
}

#[test]
fn each_profile_has_its_own_api_and_its_own_login() {
    let bench = Bench::small();
    let (north, south) = (Simulator::start(&bench, &[]), Simulator::start(&bench, &[]));
    let profiles = format!(
        "[profiles.north]\napi_url = \"{}\"\n[profiles.south]\napi_url = \"{}\"\nrate = 50\n",
        north.url, south.url
    );
    configure(&bench, &profiles);
    for (profile, simulator) in [("north", &north), ("south", &south)] {
        piped(&mut bench.turnup(&["login", "--profile", profile]), &format!("token-of-{profile}\n")).expect_code(0);
        assert_eq!(requests(simulator, "GET /people/me", "200"), 1);
    }
    assert!(text(&stored(&bench, "south")).contains("token-of-south"));
    bench.write("work/turnup.toml", "profile = \"south\"\n");
    run_alone(&bench, &RUN).expect_code(0);
    assert_eq!((south.stands(), north.requests()), ([2, 2, 6], 1));
    // What this folder knows, it knows of one partner.
    let ran = run_alone(&bench, &[&RUN[..], &["--profile", "north"]].concat());
    assert!(ran.fault().contains("as south") && ran.fault().contains("as north"), "{ran:#?}");
    assert_eq!(north.requests(), 1);
}

#[test]
fn a_workspace_names_a_profile_and_says_nothing_of_what_it_holds() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    configure(&bench, &format!("[profiles.north]\napi_url = \"{}\"\n", simulator.url));
    for (settings, words) in [
        ("profile = \"nowhere\"\n", "is not known here"),
        ("[profiles.north]\napi_url = \"http://127.0.0.1:9\"\n", "remove `[profiles]`"),
        ("[profiles.mine]\ntoken_file = \"secret\"\n", "remove `[profiles]`"),
    ] {
        bench.write("work/turnup.toml", settings);
        let ran = Ran::of(bench.turnup(&RUN).env("TURNUP_TOKEN", TOKEN));
        assert!(ran.fault().contains(words) && !ran.err.contains(TOKEN), "{settings}: {ran:#?}");
    }
    bench.write("work/turnup.toml", "profile = \"../../etc\"\n");
    let ran = Ran::of(bench.turnup(&RUN).env("TURNUP_TOKEN", TOKEN)).expect_code(3);
    assert!(ran.err.contains("name of a profile"), "{ran:#?}");
    assert_eq!(simulator.requests(), 0);
}

#[test]
fn a_profile_without_a_login_has_no_token_of_another() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    configure(&bench, &format!("[profiles.north]\napi_url = \"{}\"\n", simulator.url));
    piped(&mut bench.turnup(&["login", "--offline"]), TOKEN).expect_code(0);
    let ran = run_alone(&bench, &[&RUN[..], &["--profile", "north"]].concat());
    assert!(ran.fault().contains("turnup login --profile north"), "{ran:#?}");
    assert_eq!(simulator.requests(), 0);
}

// ---- sub-partners ----

/// A stand-in for Webex that notes the first line and the body of each request, and refuses everything but the look-ups.
fn noted() -> (String, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    let notes = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = std::sync::Arc::clone(&notes);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.set_read_timeout(Some(std::time::Duration::from_millis(300)));
            let mut bytes = vec![0; 1 << 16];
            let mut count = 0;
            while let Ok(more @ 1..) = stream.read(&mut bytes[count..]) {
                count += more;
            }
            let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
            let is_look = text.starts_with("GET ");
            heard.lock().expect("nobody panicked with it").push(text);
            let (status, body) =
                if is_look { ("200 OK", "{\"items\":[]}") } else { ("400 Bad Request", "{\"message\":\"no\"}") };
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        }
    });
    (url, notes)
}

#[test]
fn what_is_made_on_a_sub_partners_behalf_names_it_in_every_wholesale_request() {
    let bench = Bench::small();
    let (url, notes) = noted();
    let mut run = bench.against_url(&url, &[&RUN[..], &["--sub-partner", "Sub-Org-Id"]].concat());
    Ran::of(run.args(["--sub-partner-admin", "ops@sub.example"])).expect_code(4);
    let notes = notes.lock().expect("nobody panicked with it").clone();
    let wholesale: Vec<&String> = notes.iter().filter(|text| text.contains(" /wholesale/")).collect();
    assert!(wholesale.len() >= 2, "{notes:#?}");
    assert!(wholesale.iter().all(|text| text.contains("onBehalfOfSubPartnerOrgId=Sub-Org-Id")), "{notes:#?}");
    let made: Vec<&String> = notes.iter().filter(|text| text.starts_with("POST /wholesale/customers?")).collect();
    assert!(!made.is_empty(), "{notes:#?}");
    assert!(made.iter().all(|text| text.contains("\"subPartnerAdminEmail\":\"ops@sub.example\"")), "{made:#?}");
    let ran = Ran::of(&mut bench.against_url(&url, &[&RUN[..], &["--sub-partner-admin", "a@b.example"]].concat()));
    assert!(ran.fault().contains("--sub-partner ORG_ID"), "{ran:#?}");
}

// ---- the doctor ----

#[test]
fn the_doctor_names_each_problem_with_its_cure() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let ran = Ran::of(&mut command(&bench, &simulator, &["doctor", "work"])).expect_code(1);
    assert!(ran.out.contains("!! token") && ran.out.contains("turnup login"), "{ran:#?}");
    login(&bench, &simulator, &[], TOKEN).expect_code(0);
    let ran = Ran::of(&mut command(&bench, &simulator, &["doctor", "work"])).expect_code(0);
    for well in ["ok settings", "ok token", "ok clock", "ok scope"] {
        assert!(ran.out.contains(well) && !ran.out.contains("!!"), "{well}: {ran:#?}");
    }
    // What every night needs besides its sheets, in a folder that has none yet, too.
    let templates = fs::read_to_string(bench.path("work/templates.toml")).expect("it has templates");
    fs::create_dir(bench.path("bare")).expect("the folder is new");
    let cure = "`turnup template add -C bare` asks for one and makes the file";
    for (name, text, words) in [
        ("templates.toml", "", cure),
        ("templates.toml", "[templates.", "!! templates   templates.toml:1: the file is not valid TOML"),
        ("corrections.csv", "a,b\n1,2\n", "!! corrections corrections.csv:1: this cannot be used as"),
        ("waves.csv", "wave\nnorth\n", "!! waves       waves.csv:1: this cannot be used as"),
    ] {
        bench.write("bare/templates.toml", &templates);
        bench.write(&format!("bare/{name}"), text);
        if text.is_empty() {
            bench.remove(&format!("bare/{name}"));
        }
        let ran = Ran::of(&mut command(&bench, &simulator, &["doctor", "bare"])).expect_code(1);
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(squeezed(&ran.out).contains(&squeezed(words)), "{words}: {ran:#?}");
        assert_eq!((ran.out.matches("!!").count(), ran.out.matches("cure: ").count()), (1, 1), "{ran:#?}");
        if text.is_empty() {
            continue;
        }
        bench.remove(&format!("bare/{name}"));
    }
    Ran::of(&mut command(&bench, &simulator, &RUN)).expect_code(0);
    let state = bench.path("work/.turnup");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).expect("it is the test's own");
    let ran = Ran::of(&mut command(&bench, &simulator, &["doctor", "work", "--format", "json"])).expect_code(1);
    let page: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let ill: Vec<&str> = page["checkups"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|checkup| !checkup["cure"].is_null())
        .filter_map(|checkup| checkup["what"].as_str())
        .collect();
    assert_eq!(ill, ["modes"], "{page:#}");
    let ran = Ran::of(&mut command(&bench, &simulator, &["doctor", "work", "--notify"])).expect_code(1);
    assert!(ran.out.contains("!! notify"), "{ran:#?}");
    fs::write(state.join("state.db"), "no journal").expect("the test may write here");
    let ran = Ran::of(&mut command(&bench, &simulator, &["doctor", "work"])).expect_code(1);
    assert!(ran.out.contains("!! journal"), "{ran:#?}");
}
