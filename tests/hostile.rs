//! A folder from somebody else: it names hosts, webhooks, mail servers and programs, and links lead out of it. Whatever is
//! done in it, nothing arrives anywhere that the user did not name, and the token reaches nobody.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::{Bench, Ran, Simulator};

const CANARY: &str = "canary-77ab-do-not-tell";

/// A listener that writes down everything that arrives, and answers as the worst host would.
struct Trap {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Trap {
    fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(Duration::from_millis(300)));
                let mut bytes = vec![0; 16 << 10];
                let count = stream.read(&mut bytes).unwrap_or(0);
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                notes.lock().expect("nobody panicked with it").push(format!("a connection: {text}"));
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\n{\"items\":[]}");
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("nobody panicked with it").clone()
    }
}

/// Everything that is tried in a folder from somebody else.
fn commands() -> Vec<Vec<&'static str>> {
    vec![
        vec!["check", "work"],
        vec!["check", "work", "--online"],
        vec!["fix", "work"],
        vec!["plan", "work"],
        vec!["run", "work", "--yes"],
        vec!["resume", "work"],
        vec!["nightly", "work", "--wait", "0"],
        vec!["doctor", "work"],
        vec!["doctor", "work", "--notify"],
        vec!["remind", "work", "--yes"],
        vec!["status", "work"],
        vec!["report", "-C", "work"],
        vec!["runs", "work"],
        vec!["compare", "work"],
        vec!["export", "work"],
    ]
}

/// Tries everything with the user's token in the environment; nothing that is said tells the token.
fn try_everything(bench: &Bench, api: Option<&str>) -> Vec<(String, Ran)> {
    let tried = commands().into_iter().map(|args| {
        let mut command = bench.turnup(&args);
        command.env("TURNUP_TOKEN", CANARY).env("TURNUP_TIMEOUT_MS", "2000").env("TURNUP_POLL_MS", "20");
        command.env("TURNUP_GRACE_MS", "100");
        if let Some(url) = api {
            command.env("TURNUP_API_URL", url);
        }
        let ran = Ran::of(&mut command);
        assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{args:?}: {ran:#?}");
        assert!(!ran.err.contains("panicked"), "{args:?}: {ran:#?}");
        (args.join(" "), ran)
    });
    tried.collect()
}

/// What a hostile folder may say in its settings, with `PORT` for the trap and `OUT` for a place outside of it.
const SETTINGS: &[&str] = &[
    "[notify]\nwebhook = \"http://127.0.0.1:PORT/\"\n",
    "[notify]\nmail_to = \"x@evil.example\"\nmail_from = \"y@evil.example\"\nsmtp = \"smtp://127.0.0.1:PORT\"\n",
    "[nightly]\ncommand = [\"sh\", \"-c\", \"touch OUT/pwned\"]\n",
    "[nightly]\ncommand = [\"curl\", \"http://127.0.0.1:PORT/\"]\n",
    "[metrics]\ntextfile = \"OUT/pwned\"\n",
    "[nightly]\ninbox = \"OUT/theirs\"\n",
    "[nightly]\ninbox = \"../home\"\n",
    "[token]\nfile = \"OUT/secret\"\n",
    "[token]\ncommand = \"touch OUT/pwned\"\n",
    "profile = \"theirs\"\n[profiles.theirs]\napi_url = \"http://127.0.0.1:PORT/v1\"\n",
    "[profiles.default]\napi_url = \"http://127.0.0.1:PORT/v1\"\ntoken_file = \"OUT/secret\"\n",
    "[profiles.default]\nsub_partner = \"Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi9ldmls\"\n",
];

#[test]
fn nothing_that_a_folder_names_is_asked_told_or_run() {
    for settings in SETTINGS {
        let bench = Bench::small();
        let (trap, simulator) = (Trap::set(), Simulator::start(&bench, &[]));
        fs::create_dir(bench.path("theirs")).expect("it is new");
        bench.write("theirs/users.csv", "taken,from,outside\n");
        bench.write("secret", CANARY);
        let out = bench.path(".").canonicalize().expect("it is there");
        let text = settings.replace("PORT", &trap.port.to_string()).replace("OUT", &out.display().to_string());
        bench.write("work/turnup.toml", &text);
        // The user has named a Webex; the folder has not been asked.
        try_everything(&bench, Some(&simulator.url));
        assert_eq!(trap.heard(), Vec::<String>::new(), "{text}");
        assert!(!bench.path("pwned").exists(), "{text}");
        let theirs = fs::read_to_string(bench.path("theirs/users.csv")).expect("it is left alone");
        assert_eq!(theirs, "taken,from,outside\n", "{text}");
        assert!(!text.contains("sub_partner") || !format!("{}", simulator.state()).contains("evil"), "{text}");
    }
}

#[test]
fn a_folder_that_names_a_foreign_api_gets_neither_the_token_nor_a_request() {
    let bench = Bench::small();
    let trap = Trap::set();
    bench.write("work/turnup.toml", &format!("[api]\nurl = \"https://127.0.0.1.evil.example:{}/v1\"\n", trap.port));
    for (args, ran) in try_everything(&bench, None) {
        let is_offline =
            ["check work", "fix", "status", "runs", "report", "plan"].iter().any(|word| args.starts_with(word));
        assert!(ran.code != Some(0) || is_offline, "{args}: {ran:#?}");
    }
    assert_eq!(trap.heard(), Vec::<String>::new());
    assert!(!bench.path("work/.turnup/state.db").exists(), "nothing was begun");
}

/// Sheets, templates and settings that are links lead to files of somebody else, whose text must not leave the machine.
#[test]
fn links_out_of_the_folder_take_nothing_along() {
    for name in ["customers.csv", "users.csv", "templates.toml", "turnup.toml", "waves.csv", "corrections.csv"] {
        let bench = Bench::small();
        let simulator = Simulator::start(&bench, &[]);
        bench.write("private", "a,b\nprivate-text-of-the-user,1\n");
        let path = bench.path(&format!("work/{name}"));
        let _ = fs::remove_file(&path);
        symlink(bench.path("private"), &path).expect("links can be made");
        fs::create_dir_all(bench.path("work/inbox")).expect("it is new");
        symlink(bench.path("private"), bench.path("work/inbox/users.csv")).expect("links can be made");
        try_everything(&bench, Some(&simulator.url));
        let private = fs::read_to_string(bench.path("private")).expect("it is there");
        assert_eq!(private, "a,b\nprivate-text-of-the-user,1\n", "{name}: the file behind the link is as it was");
        assert!(!simulator.state().to_string().contains("private-text"), "{name}");
    }
}

/// Links in the places that turnup writes into.
#[test]
fn nothing_is_written_through_a_link() {
    for name in ["reports", "fixed", "export", "inbox", "archive", ".turnup"] {
        let bench = Bench::small();
        let simulator = Simulator::start(&bench, &[]);
        fs::create_dir(bench.path("outside")).expect("it is new");
        symlink(bench.path("outside"), bench.path(&format!("work/{name}"))).expect("links can be made");
        try_everything(&bench, Some(&simulator.url));
        Ran::of(&mut bench.turnup(&["fix", "work", "--apply"]));
        let written: Vec<_> = fs::read_dir(bench.path("outside")).expect("it is there").flatten().collect();
        assert!(written.is_empty(), "{name}: {written:?}");
    }
}

/// The trap does hear what the user's own settings name.
#[test]
fn what_the_user_names_arrives_without_the_token() {
    let bench = Bench::small();
    let (trap, simulator) = (Trap::set(), Simulator::start(&bench, &[]));
    fs::create_dir_all(bench.path("home/config/turnup")).expect("it is new");
    let settings = format!("[notify]\nwebhook = \"http://127.0.0.1:{}/\"\n", trap.port);
    bench.write("home/config/turnup/config.toml", &settings);
    try_everything(&bench, Some(&simulator.url));
    let heard = trap.heard();
    assert!(!heard.is_empty(), "nothing arrived");
    assert!(heard.iter().all(|text| !text.contains(CANARY)), "{heard:?}");
}
