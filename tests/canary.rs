//! Secrets that are easy to find again, in every place where turnup takes one: no command tells any of them, however loudly
//! it logs and however it ends.

#[path = "nightly/listeners.rs"]
mod listeners;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use listeners::{MailServer, WebServer};
use serde_json::Value;
use support::{Bench, Ran, Simulator, USERS};

const TOKEN: &str = "canary-token-1f6b";
const FILE_TOKEN: &str = "canary-file-token-2a7c";
const CLIENT_SECRET: &str = "canary-client-secret-3b8d";
const REFRESH_TOKEN: &str = "canary-refresh-token-4c9e";
const SMTP_PASSWORD: &str = "canary-smtp-password-5daf";
const WEBHOOK_SECRET: &str = "canary-webhook-secret-6eb0";
const CANARIES: [&str; 6] = [TOKEN, FILE_TOKEN, CLIENT_SECRET, REFRESH_TOKEN, SMTP_PASSWORD, WEBHOOK_SECRET];

/// The secrets, and how they look in what was encoded for a header or a body.
fn canaries() -> Vec<String> {
    let encoded = |canary: &&str| {
        let all = STANDARD_NO_PAD.encode(canary);
        // Behind a name and a colon, as in basic authentication, letters shift; what is in the middle stays the same.
        let behind = |before: &str| STANDARD_NO_PAD.encode(format!("{before}{canary}"))[4..].to_owned();
        [all, behind("\0\0\0"), behind("\0\0\0\0")[2..].to_owned(), behind("\0\0\0\0\0")[3..].to_owned()]
    };
    let whole = |text: String| text[..text.len() - 2].to_owned();
    let copies = CANARIES.iter().flat_map(encoded).map(whole);
    CANARIES.into_iter().map(str::to_owned).chain(copies).collect()
}

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Tokens end soon, rows are refused, answers are lost.
const FAULTS: &str = "token_requests = 12

[[fault]]
method = \"POST\"
path = \"/wholesale/subscribers\"
kind = \"status\"
status = 400

[[fault]]
method = \"POST\"
path = \"/wholesale/subscribers\"
kind = \"drop\"
after = true
";

/// A file for its owner alone, beside the workspace.
fn secret(bench: &Bench, name: &str, text: &str) -> String {
    let path = bench.path("secrets").join(name);
    fs::create_dir_all(bench.path("secrets")).expect("the test may write here");
    fs::write(&path, format!("{text}\n")).expect("the test may write here");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is the test's own");
    path.display().to_string()
}

fn configure(bench: &Bench, mail: &MailServer, web: &WebServer, with_password: bool) {
    let password = secret(bench, "smtp", SMTP_PASSWORD);
    let user = format!("smtp_user = \"turnup\"\nsmtp_password_file = \"{password}\"\n");
    let text = format!(
        "[nightly]\nsettle_seconds = 0\n[notify]\nmail_to = \"ops@partner.example\"\nmail_from = \"turnup@partner.example\"\n\
         smtp = \"smtp://{}\"\n{}webhook = \"http://{}/hook\"\nwebhook_secret_file = \"{}\"\n[metrics]\ntextfile = \"{}\"\n",
        mail.address,
        if with_password { user.as_str() } else { "" },
        web.address,
        secret(bench, "webhook", WEBHOOK_SECRET),
        bench.path("turnup.prom").display()
    );
    fs::create_dir_all(bench.path("home/config/turnup")).expect("the test may write here");
    bench.write("home/config/turnup/config.toml", &text);
}

/// A command with every secret in its environment; the token in a file where `by_file`.
fn ran(bench: &Bench, simulator: &Simulator, args: &[&str], (level, form): (&str, &str), by_file: bool) -> Ran {
    let mut command = bench.turnup(args);
    command.args(["--log", level, "--log-format", form]);
    command.env("TURNUP_API_URL", &simulator.url).env("TURNUP_POLL_MS", "20").env("TURNUP_GRACE_MS", "100");
    if by_file {
        command.env("TURNUP_TOKEN_FILE", secret(bench, "token", FILE_TOKEN));
    } else {
        command.env("TURNUP_TOKEN", TOKEN).env("TURNUP_CLIENT_ID", "client");
        command.env("TURNUP_CLIENT_SECRET", CLIENT_SECRET).env("TURNUP_REFRESH_TOKEN", REFRESH_TOKEN);
    }
    let ran = Ran::of(command.env("RUST_BACKTRACE", "1"));
    assert!(!ran.err.contains("panicked"), "{args:?}: {ran:#?}");
    for canary in canaries() {
        let told = ran.out.contains(&canary) || ran.err.contains(&canary);
        assert!(!told, "{canary} at {level}, {args:?}: {ran:#?}");
    }
    ran
}

/// Every file below a folder that holds a canary.
fn tellers(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(tellers(&path));
            continue;
        }
        let bytes = fs::read(&path).expect("it can be read");
        let has = |canary: &&String| bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
        found.extend(canaries().iter().find(has).map(|canary| format!("{canary} in {}", path.display())));
    }
    found
}

#[test]
fn no_command_tells_a_secret_at_any_level_of_its_log() {
    let all = LEVELS.into_iter().flat_map(|level| [(level, "text"), (level, "json")]);
    for (at, (level, form)) in all.enumerate() {
        let bench = Bench::small();
        let simulator = Simulator::with_faults(&bench, FAULTS);
        let commands: [&[&str]; 11] = [
            &["check", "work", "--online"],
            &["plan", "work"],
            &["run", "work", "--yes"],
            &["resume", "work"],
            &["retry", "work", "--yes"],
            &["status", "work"],
            &["report", "-C", "work"],
            &["compare", "work"],
            &["doctor", "work"],
            &["export", "work"],
            &["login", "--show"],
        ];
        for args in commands {
            let told = ran(&bench, &simulator, args, (level, form), at / 2 % 2 == 1);
            assert_ne!(told.code, Some(2), "{args:?}: {told:#?}");
            // Who listens closely hears something, or the test would prove nothing.
            assert!(level != "trace" || args[0] != "run" || told.err.contains("sending"), "{told:#?}");
        }
        assert_eq!(tellers(&bench.work()), Vec::<String>::new(), "{level}");
        assert_eq!(tellers(&bench.path("home")), Vec::<String>::new(), "{level}");
    }
}

#[test]
fn a_night_tells_no_secret_to_anybody() {
    for (with_password, is_taken) in [(false, true), (true, false), (true, true)] {
        let bench = Bench::small();
        let simulator = Simulator::with_faults(&bench, FAULTS);
        let mail = if with_password && is_taken { MailServer::after_passwords(1) } else { MailServer::taking(1) };
        let web = WebServer::start();
        configure(&bench, &mail, &web, with_password);
        fs::create_dir(bench.path("work/inbox")).expect("the folder is new");
        bench.write("work/inbox/users.csv", &format!("{USERS}tejo,Vera,Cruz,vera@tejo.example,webex_meetings,,\n"));
        let night = ran(&bench, &simulator, &["nightly", "work", "--wait", "0"], ("trace", "text"), false);
        assert!(night.out.contains("reports/"), "{night:#?}");
        let (head, body) = web.message();
        let mut told = vec![head, body];
        if is_taken {
            told.push(mail.letter());
        } else {
            // The listener knows no passwords, so the mail cannot be sent, and that is said.
            assert!(night.err.contains("the mail cannot be sent"), "{night:#?}");
        }
        for text in told {
            assert!(!canaries().iter().any(|canary| text.contains(canary)), "{text}");
        }
        assert_eq!(tellers(&bench.path("home")), Vec::<String>::new());
        assert!(bench.path("turnup.prom").exists());
        assert_eq!(tellers(&bench.work()), Vec::<String>::new());
        let metrics = fs::read_to_string(bench.path("turnup.prom")).expect("metrics are written");
        assert!(!CANARIES.iter().any(|canary| metrics.contains(canary)), "{metrics}");
    }
}

/// Errors about secrets name the place and never the secret.
#[test]
fn a_secret_that_cannot_be_used_is_not_told() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let path = secret(&bench, "token", FILE_TOKEN);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is the test's own");
    let mut open = bench.turnup(&["run", "work", "--yes"]);
    let open = Ran::of(open.env("TURNUP_API_URL", &simulator.url).env("TURNUP_TOKEN_FILE", &path));
    assert!(open.fault().contains("chmod 600") && !open.err.contains(FILE_TOKEN), "{open:#?}");
    let mut broken = bench.turnup(&["run", "work", "--yes"]);
    broken.env("TURNUP_API_URL", &simulator.url).env("TURNUP_TOKEN", format!("{TOKEN} {REFRESH_TOKEN}"));
    let broken = Ran::of(&mut broken);
    assert!(!CANARIES.iter().any(|canary| broken.fault().contains(canary)), "{broken:#?}");
    assert_eq!(simulator.requests(), 0);
}

/// What was stored by a login stands in its file alone, and `--show` tells only its end.
#[test]
fn a_stored_login_is_told_by_nothing_but_its_file() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    for (args, typed) in [
        (&["login"][..], format!("{TOKEN}\n")),
        (&["login", "--integration"], format!("client\n{CLIENT_SECRET}\n{REFRESH_TOKEN}\n")),
    ] {
        let input = bench.path("typed");
        fs::write(&input, typed).expect("the test may write here");
        let quiet = |args: &[&str], stdin: bool| {
            let mut command = bench.turnup(args);
            command.env("TURNUP_API_URL", &simulator.url).args(["--log", "trace", "--log-format", "json"]);
            if stdin {
                command.stdin(fs::File::open(&input).expect("it is there"));
            }
            let ran = Ran::of(&mut command).expect_code(0);
            let told = canaries().into_iter().find(|canary| ran.out.contains(canary) || ran.err.contains(canary));
            assert_eq!(told, None, "{args:?}: {ran:#?}");
        };
        quiet(args, true);
        fs::remove_file(&input).expect("it is the test's own");
        quiet(&["login", "--show"], false);
        quiet(&["run", "work", "--yes"], false);
        let told = tellers(&bench.path("."));
        let is_login = |place: &String| place.contains("home/config/turnup/credentials/default.toml");
        assert!(told.len() == 1 && told.iter().all(is_login), "{told:?}");
    }
}

/// The lines of a log in JSON, which is all that stands on standard error.
fn logged(bench: &Bench, simulator: &Simulator, more: &[&str]) -> (Ran, Vec<Value>) {
    let mut command = bench.against(simulator, &["run", "work", "--yes", "--quiet"]);
    command.args(["--log", "trace", "--log-format", "json"]).args(more);
    let ran = Ran::of(&mut command).expect_code(0);
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let lines = ran.err.lines().map(line).collect();
    (ran, lines)
}

#[test]
fn every_request_is_logged_with_its_run_and_step_and_nobody_is_named() {
    let bench = Bench::small();
    let numbers = "tejo,Sara,Melo,sara@tejo.example,webex_calling,1002,";
    let with_number = USERS.replacen("extension,role", "extension,role,phone_number", 1);
    let with_number: Vec<String> = with_number
        .lines()
        .map(|line| if line == numbers { format!("{line},+351211234567") } else { line.to_owned() })
        .collect();
    bench.write("work/users.csv", &(with_number.join(",\n").replace("phone_number,\n", "phone_number\n") + "\n"));
    let simulator = Simulator::start(&bench, &[]);
    let (ran, lines) = logged(&bench, &simulator, &[]);
    let run = ran.report().rsplit('/').next().expect("a run").to_owned();
    let sent: Vec<&Value> = lines.iter().filter(|line| line["message"] == "sending").collect();
    assert!(sent.len() > 20, "{}", sent.len());
    for line in &lines {
        for key in ["timestamp", "level", "target"] {
            assert!(line[key].is_string(), "{key}: {line}");
        }
    }
    for line in sent {
        let tracking = line["tracking_id"].as_str().unwrap_or_default();
        assert!(tracking.contains(&run), "{line}");
        assert_eq!(line["run"], run.as_str(), "{line}");
        assert!(line["step"].is_string() && line["fields"]["path"].is_string(), "{line}");
    }
    let over = lines.iter().filter(|line| line["message"] == "the step is over");
    assert!(over.clone().any(|line| line["step"] == "user/s…@t….example" && line["fields"]["row"] == 5), "{}", ran.err);
    for secret in ["sara@", "@tejo.example", "Melo", "Carla", "351211234567", "good-token", "Rua do Sol"] {
        assert!(!ran.err.contains(secret), "{secret} is in the log");
    }

    // Asked for by name, persons are shown; secrets never are.
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let (ran, _) = logged(&bench, &simulator, &["--log-personal"]);
    assert!(ran.err.contains("user/sara@tejo.example") && !ran.err.contains("good-token"));
    let loud = bench.ran(&["check", "work", "--log", "loud"]).expect_code(2);
    assert!(loud.err.contains("no level"), "{loud:#?}");
}
