//! Secrets that are easy to find again, in every place where turnup takes one: no command tells any of them, however loudly
//! it logs and however it ends.

#[path = "nightly/listeners.rs"]
mod listeners;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use listeners::{MailServer, WebServer};
use support::{Bench, Ran, Simulator, USERS};

const TOKEN: &str = "canary-token-1f6b";
const FILE_TOKEN: &str = "canary-file-token-2a7c";
const CLIENT_SECRET: &str = "canary-client-secret-3b8d";
const REFRESH_TOKEN: &str = "canary-refresh-token-4c9e";
const SMTP_PASSWORD: &str = "canary-smtp-password-5daf";
const WEBHOOK_SECRET: &str = "canary-webhook-secret-6eb0";
const CANARIES: [&str; 6] = [TOKEN, FILE_TOKEN, CLIENT_SECRET, REFRESH_TOKEN, SMTP_PASSWORD, WEBHOOK_SECRET];

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
fn ran(bench: &Bench, simulator: &Simulator, args: &[&str], level: &str, by_file: bool) -> Ran {
    let mut command = bench.turnup(args);
    command.env("TURNUP_API_URL", &simulator.url).env("TURNUP_POLL_MS", "20").env("TURNUP_GRACE_MS", "100");
    if by_file {
        command.env("TURNUP_TOKEN_FILE", secret(bench, "token", FILE_TOKEN));
    } else {
        command.env("TURNUP_TOKEN", TOKEN).env("TURNUP_CLIENT_ID", "client");
        command.env("TURNUP_CLIENT_SECRET", CLIENT_SECRET).env("TURNUP_REFRESH_TOKEN", REFRESH_TOKEN);
    }
    let ran = Ran::of(command.env("TURNUP_LOG", level).env("RUST_BACKTRACE", "1"));
    assert!(!ran.err.contains("panicked"), "{args:?}: {ran:#?}");
    for canary in CANARIES {
        assert!(!ran.out.contains(canary) && !ran.err.contains(canary), "{canary} at {level}, {args:?}: {ran:#?}");
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
        let has = |canary: &&&str| bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
        found.extend(CANARIES.iter().find(has).map(|canary| format!("{canary} in {}", path.display())));
    }
    found
}

#[test]
fn no_command_tells_a_secret_at_any_level_of_its_log() {
    for (at, level) in LEVELS.into_iter().enumerate() {
        let bench = Bench::small();
        let simulator = Simulator::with_faults(&bench, FAULTS);
        let commands: [&[&str]; 9] = [
            &["check", "work", "--online"],
            &["plan", "work"],
            &["run", "work", "--yes"],
            &["resume", "work"],
            &["retry", "work", "--yes"],
            &["status", "work"],
            &["report", "-C", "work"],
            &["compare", "work"],
            &["doctor", "work"],
        ];
        for args in commands {
            let told = ran(&bench, &simulator, args, level, at % 2 == 1);
            assert_ne!(told.code, Some(2), "{args:?}: {told:#?}");
            // Who listens closely hears something, or the test would prove nothing.
            assert!(level != "trace" || args[0] != "run" || told.err.contains("sending"), "{told:#?}");
        }
        assert_eq!(tellers(&bench.work()), Vec::<String>::new(), "{level}");
    }
}

#[test]
fn a_night_tells_no_secret_to_anybody() {
    for with_password in [false, true] {
        let bench = Bench::small();
        let simulator = Simulator::with_faults(&bench, FAULTS);
        let (mail, web) = (MailServer::taking(1), WebServer::start());
        configure(&bench, &mail, &web, with_password);
        fs::create_dir(bench.path("work/inbox")).expect("the folder is new");
        bench.write("work/inbox/users.csv", &format!("{USERS}tejo,Vera,Cruz,vera@tejo.example,webex_meetings,,\n"));
        let night = ran(&bench, &simulator, &["nightly", "work", "--wait", "0"], "trace", false);
        assert!(night.out.contains("reports/"), "{night:#?}");
        let (head, body) = web.message();
        let mut told = vec![head, body];
        if with_password {
            // The listener knows no passwords, so the mail cannot be sent, and that is said.
            assert!(night.err.contains("the mail cannot be sent"), "{night:#?}");
        } else {
            told.push(mail.letter());
        }
        for text in told {
            assert!(!CANARIES.iter().any(|canary| text.contains(canary)), "{text}");
        }
        assert!(bench.path("turnup.prom").exists());
        fs::rename(bench.path("secrets"), bench.path("home/secrets")).expect("a folder can be moved");
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
