//! Nights: sheets arrive, are taken, run and told of; what is not as usual is a finding of its own. Mail and messages go
//! to listeners of the test on this machine.

#[path = "nightly/listeners.rs"]
mod listeners;
#[path = "nightly/stays.rs"]
mod stays;
mod support;
#[path = "nightly/told.rs"]
mod told;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use listeners::{MailServer, WebServer};
use support::{Bench, CUSTOMERS, LOCATIONS, Ran, Simulator, USERS};

/// A workspace with nothing but its templates, and what a first night finds in its inbox.
fn first_night() -> Bench {
    let bench = Bench::small();
    for name in ["customers.csv", "locations.csv", "users.csv"] {
        bench.remove(&format!("work/{name}"));
    }
    fs::create_dir(bench.path("work/inbox")).expect("the folder is new");
    deliver(&bench, &[("customers.csv", CUSTOMERS), ("locations.csv", LOCATIONS), ("users.csv", USERS)]);
    bench
}

fn deliver(bench: &Bench, sheets: &[(&str, &str)]) {
    for (name, text) in sheets {
        bench.write(&format!("work/inbox/{name}"), text);
    }
}

fn inbox(bench: &Bench) -> Vec<String> {
    let entries = fs::read_dir(bench.path("work/inbox")).expect("the inbox is there");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

fn night(bench: &Bench, simulator: &Simulator, more: &[&str]) -> Ran {
    let arguments = [&["nightly", "work", "--wait", "0"], more].concat();
    Ran::of(&mut bench.against(simulator, &arguments))
}

/// The user's own settings: quick looks, and whatever a test adds.
fn configure(bench: &Bench, more: &str) {
    let folder = bench.path("home/config/turnup");
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(folder.join("config.toml"), format!("[nightly]\nsettle_seconds = 0\n{more}")).expect("a file");
}

fn secret(bench: &Bench, name: &str, text: &str, mode: u32) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = bench.path(name);
    fs::write(&path, text).expect("a file can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode can be set");
    path
}

#[test]
fn three_nights_in_a_row() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    assert_eq!(simulator.each_once("subscribers"), 6);
    assert_eq!(inbox(&bench), Vec::<String>::new());
    assert_eq!(fs::read_dir(bench.path("work/archive")).expect("what arrived is kept").count(), 1);

    // The second night: one person has a new name, one goes, one is new, and one row is wrong.
    let users = second_users();
    deliver(&bench, &[("users.csv", &users)]);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    for outcome in ["1 created", "1 updated", "1 deleted", "1 rejected"] {
        assert!(ran.out.contains(outcome), "{outcome}: {}", ran.out);
    }
    assert_eq!(simulator.each_once("subscribers"), 6);

    // The third: the same sheet once more, since nobody exported anything.
    deliver(&bench, &[("users.csv", &users)]);
    let before = simulator.requests();
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    assert!(ran.err.contains("the same as last time"), "{}", ran.err);
    assert_eq!(simulator.requests(), before, "nothing was sent");
    assert_eq!(fs::read_dir(bench.path("work/archive")).expect("what arrived is kept").count(), 3);
}

/// The users of the second night.
fn second_users() -> String {
    let changed = USERS.replace("Carla,Dias", "Carla,Lopes");
    let mut rows: Vec<String> = changed.lines().map(|line| format!("{line},")).collect();
    rows[0] += "action";
    let tiago = rows.iter().position(|row| row.contains("tiago@")).expect("he has a row");
    rows[tiago] += "delete";
    rows.push("tejo,Vera,Cruz,vera@tejo.example,webex_calling,1009,,".to_owned());
    rows.push("tejo,Otto,Paz,otto at tejo,webex_calling,1010,,".to_owned());
    rows.join("\n") + "\n"
}

#[test]
fn what_is_not_as_usual_is_a_finding_of_its_own() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    let mut many = USERS.to_owned();
    for n in 0..30 {
        many += &format!("tejo,P{n},Q,p{n}@tejo.example,webex_meetings,,\n");
    }
    deliver(&bench, &[("users.csv", &many)]);
    night(&bench, &simulator, &[]).expect_code(0);
    deliver(&bench, &[("users (1).csv", USERS)]);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    assert!(ran.err.contains("(only users (1).csv, whose name is no sheet's)"), "{}", ran.err);
    bench.remove("work/inbox/users (1).csv");
    deliver(&bench, &[("users.csv", USERS)]);
    let ran = night(&bench, &simulator, &[]).expect_code(5);
    assert!(ran.err.contains("has 6 rows and the last one had 36"), "{}", ran.err);
    assert_eq!(inbox(&bench), ["users.csv"], "it was not taken");
    night(&bench, &simulator, &["--anyway"]).expect_code(0);
    deliver(&bench, &[("users.csv", "foo,bar\n1,2\n")]);
    let ran = night(&bench, &simulator, &["--anyway"]).expect_code(3);
    assert!(ran.err.contains("the new sheets were not taken"), "{}", ran.err);
    assert_eq!(inbox(&bench), ["users.csv"], "a file that is no users sheet does not take the place of one");
    // A quote that is never closed swallows rows; that is no sheet that became shorter.
    let quote = USERS.replacen("Bruno", "\"Bruno", 1);
    assert_ne!(quote, USERS);
    deliver(&bench, &[("users.csv", &quote)]);
    let ran = night(&bench, &simulator, &["--anyway"]).expect_code(3);
    assert!(ran.err.contains("is never closed") && ran.err.contains("the new sheets were not taken"), "{}", ran.err);
    // A sheet of few rows that comes empty.
    let header = USERS.lines().next().expect("it has a header").to_owned() + "\n";
    deliver(&bench, &[("users.csv", &header)]);
    let ran = night(&bench, &simulator, &[]).expect_code(5);
    assert!(ran.err.contains("has 0 rows"), "{}", ran.err);
    bench.remove("work/inbox/users.csv");
    deliver(&bench, &[("users.csv.part", "customer_ext")]);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    assert!(ran.err.contains("a file that is not whole yet, so no file was taken from there"), "{}", ran.err);
    assert_eq!(inbox(&bench), ["users.csv.part"]);
}

/// A sheet under another one's name is left in the inbox, also on the first night, when there is nothing to compare it with.
#[test]
fn a_sheet_under_anothers_name_is_not_taken() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    let is_told = |ran: &Ran| {
        let words = "users.csv: this looks like the customers sheet, not like the users sheet; call it `customers.csv`";
        assert!(ran.err.contains(words) && ran.err.matches("users.csv").count() < 5, "{}", ran.err);
        assert!(ran.err.contains("the new sheets were not taken"), "{}", ran.err);
    };
    deliver(&bench, &[("users.csv", CUSTOMERS)]);
    is_told(&night(&bench, &simulator, &[]).expect_code(3));
    assert_eq!(inbox(&bench).len(), 3, "nothing was taken");
    deliver(&bench, &[("users.csv", USERS)]);
    night(&bench, &simulator, &[]).expect_code(0);
    deliver(&bench, &[("users.csv", CUSTOMERS)]);
    is_told(&night(&bench, &simulator, &[]).expect_code(3));
    assert_eq!(inbox(&bench), ["users.csv"]);
}

/// What came is doubled or nothing at all: that stands last on the screen, first in the mail, and in the list of runs.
#[test]
fn a_night_without_new_sheets_says_so_where_people_look() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    deliver(&bench, &[("users (1).csv", USERS)]);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    let inbox_folder = bench.path("work/inbox");
    let doubled = format!(
        "`users (1).csv` in `{}` is called like a doubled download of `users.csv`, so it was not taken",
        inbox_folder.display()
    );
    let doubled = doubled.as_str();
    let last = ran.err.lines().last().unwrap_or_default();
    assert!(last.starts_with("turnup: the night ends with exit code 3: ") && last.contains(doubled), "{last}");
    assert!(!last.contains("taken before"), "the others were taken: {last}");
    assert_eq!((inbox(&bench), simulator.each_once("subscribers")), (vec!["users (1).csv".to_owned()], 6));
    bench.remove("work/inbox/users (1).csv");

    let (mail, web) = (MailServer::taking(1), WebServer::start());
    let notify = format!(
        "[notify]\nmail_to = \"ops@partner.example\"\nmail_from = \"turnup@partner.example\"\nsmtp = \"smtp://{}\"\n\
         webhook = \"http://{}/hook\"\n",
        mail.address, web.address
    );
    configure(&bench, &notify);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    let last = ran.err.lines().last().unwrap_or_default();
    assert!(
        last.contains("exit code 3: no new sheet is in") && last.ends_with("sheets that were taken before"),
        "{last}"
    );
    let letter = mail.letter();
    assert!(letter.contains("Subject: turnup work: no new sheet was taken"), "{letter}");
    let place = |words: &str| letter.find(words).unwrap_or_else(|| panic!("{words}: {letter}"));
    assert!(
        place("no new sheet is in") < place("What follows is what stands")
            && place("What follows") < place("6 unchanged")
    );
    let body: serde_json::Value = serde_json::from_str(&web.message().1).expect("it is JSON");
    assert_eq!((&body["exit"], &body["verdict"]), (&3.into(), &"no new sheet was taken".into()));
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    let lines: Vec<&str> = runs.lines().collect();
    assert!(lines[0].ends_with("with exit code 0"), "it took the sheets: {runs}");
    assert!(lines[1].ends_with("with exit code 0; its night with 3, since no new sheet was taken"), "{runs}");
    let json = bench.ran(&["runs", "work", "--format", "json"]).expect_code(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!((&json["runs"][1]["exit"], &json["runs"][1]["night_exit"]), (&0.into(), &3.into()));
    assert!(json["runs"][0].get("night_exit").is_none());
}

#[test]
fn sheets_full_of_mistakes_are_left_in_the_inbox_and_the_good_ones_stand_on() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    let many = |at_sign: char| {
        let row = |at: usize| format!("tejo,Eva,Prado{at},eva{at}{at_sign}tejo.example,webex_meetings,,\n");
        format!("{USERS}{}", (0..60).map(row).collect::<String>())
    };
    deliver(&bench, &[("users.csv", &many(' '))]);
    let ran = night(&bench, &simulator, &["--lang", "en"]).expect_code(5);
    assert!(
        ran.err.contains("60 of 68 rows of the new sheets have mistakes, more than 20 %")
            && ran.err.contains("is not an e-mail address"),
        "{ran:#?}"
    );
    // Where they are is told, and nobody is named.
    let place = format!("60 rows (such as {}:8) in column `email`: ", bench.path("work/inbox/users.csv").display());
    assert!(ran.err.contains(&place) && !ran.err.contains("Prado"), "{ran:#?}");
    assert_eq!(inbox(&bench), ["users.csv"]);
    assert_eq!(fs::read_to_string(bench.path("work/users.csv")).expect("it stands"), USERS);
    assert!(ran.out.contains("unchanged"), "what stood before is followed up: {ran:#?}");
    deliver(&bench, &[("users.csv", &many('@'))]);
    night(&bench, &simulator, &[]).expect_code(0);
}

#[test]
fn sheets_that_were_taken_by_a_night_that_ended_before_its_run_are_said_to_be_run() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    // What taking leaves behind: the archive has it, the folder has it, and no run has begun.
    fs::create_dir_all(bench.path("work/archive/20260101T000000Z-0001")).expect("a folder");
    for name in inbox(&bench) {
        fs::rename(bench.path("work/inbox").join(&name), bench.path("work").join(&name)).expect("it is taken");
    }
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    assert!(ran.err.contains("an earlier night took from the inbox (archive/20260101T000000Z-0001)"), "{ran:#?}");
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    assert!(!ran.err.contains("an earlier night took"), "{ran:#?}");
}

#[test]
fn a_second_night_waits_and_then_says_who_is_there() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &["--latency-ms", "400"]);
    let working = support::Working::start(&mut bench.against(&simulator, &["nightly", "work"]));
    simulator.await_objects("customers", 1);
    let ears = told::listening(&bench, 1);
    let ran = night(&bench, &simulator, &[]).expect_code(7);
    let holder = ran.err.split("another run works in this folder: ").nth(1).expect("it says who is there");
    let holder = holder.split("; wait for it").next().unwrap_or_default();
    assert!(holder.starts_with("process ") && holder.contains('@') && !holder.contains('…'), "{}", ran.err);
    // Who reads of it in the morning is told the same.
    let (letter, message) = told::told(&ears);
    assert!(letter.contains(holder) && told::findings(&message).contains(holder), "{holder}: {letter} {message}");
    working.signal("INT");
    working.end().expect_code(6);
}

/// An API that never answers: the night leaves off at its deadline, and the report says what was not reached.
#[test]
fn a_night_ends_at_its_deadline() {
    let bench = first_night();
    configure(&bench, "");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    let until = jiff::Zoned::now().saturating_add(jiff::Span::new().seconds(3)).timestamp().to_string();
    let begun = Instant::now();
    let ran = Ran::of(&mut bench.against_url(&url, &["nightly", "work", "--wait", "0", "--until", &until]));
    let ran = ran.expect_code(5);
    assert!(begun.elapsed() < Duration::from_secs(30), "it took {:?}", begun.elapsed());
    assert!(ran.out.contains("not_reached") || ran.out.contains("unconfirmed"), "{}", ran.out);
}

#[test]
fn people_and_programs_are_told() {
    let bench = first_night();
    let simulator = Simulator::start(&bench, &[]);
    let (mail, web) = (MailServer::taking(1), WebServer::start());
    let secret = secret(&bench, "webhook-secret", "Jefe\n", 0o600);
    let metrics = bench.path("turnup.prom");
    configure(
        &bench,
        &format!(
            "[notify]\nmail_to = \"ops@partner.example\"\nmail_from = \"turnup@partner.example\"\nsmtp = \"smtp://{}\"\n\
             webhook = \"http://{}/hook\"\nwebhook_secret_file = \"{}\"\n[metrics]\ntextfile = \"{}\"\n",
            mail.address,
            web.address,
            secret.display(),
            metrics.display()
        ),
    );
    night(&bench, &simulator, &[]).expect_code(0);
    let letter = mail.letter();
    assert!(letter.contains("Subject: turnup work: all well"), "{letter}");
    assert!(letter.contains("text/html") && letter.contains("reports/"), "{letter}");
    assert!(!letter.contains("ana@aurora.example"), "no cell of a sheet is in it: {letter}");
    let (head, body) = web.message();
    let body: serde_json::Value = serde_json::from_str(&body).expect("it is JSON");
    assert!(head.contains("x-turnup-signature: sha256="), "{head}");
    assert_eq!((&body["schema"], &body["exit"]), (&"turnup.night/1".into(), &0.into()));
    assert_eq!(body["counts"]["users"]["created"], 6);
    let text = fs::read_to_string(&metrics).expect("metrics are written");
    let has = |begin: &str| text.lines().any(|line| line.starts_with(begin));
    assert!(has("turnup_last_success_timestamp_seconds{") && has("turnup_exit_code{") && has("turnup_rows{"), "{text}");

    // The mail server is gone: the night goes well all the same, and says so.
    drop(mail);
    deliver(&bench, &[("users.csv", &format!("{USERS}tejo,Vera,Cruz,vera@tejo.example,webex_meetings,,\n"))]);
    let ran = night(&bench, &simulator, &["--lang", "pt-BR"]).expect_code(0);
    assert!(ran.err.contains("não foi possível enviar (e-mail)"), "{}", ran.err);
}

#[test]
fn mails_messages_and_what_a_night_prints_name_nobody_unless_sheets_are_asked_for() {
    let bench = first_night();
    let simulator = Simulator::start(&bench, &[]);
    let (mail, web) = (MailServer::taking(2), WebServer::start());
    let notify = format!(
        "[notify]\nmail_to = \"ops@partner.example\"\nmail_from = \"turnup@partner.example\"\nsmtp = \"smtp://{}\"\nwebhook = \"http://{}/hook\"\n",
        mail.address, web.address
    );
    configure(&bench, &notify);
    let wrong = format!(
        "{USERS}tejo,Vera,Segredo,segredo at tejo.example,webex_meetings,,\ntejo,Rui,Cruz,rui@tejo.example,webex_caling,,\n"
    );
    deliver(&bench, &[("users.csv", &wrong)]);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    let letter = mail.letter();
    for told in [&letter, &web.message().1, &ran.out, &ran.err] {
        assert!(!told.to_lowercase().contains("segredo"), "{told}");
    }
    assert!(ran.out.contains("`…` is not an e-mail address") && ran.out.contains("`webex_caling`"), "{ran:#?}");
    assert!(!letter.contains("users.rejected.csv\""), "no sheet comes with it: {letter}");
    // A person who looks at the report of that night sees what is to be mended.
    assert!(bench.ran(&["report", "work"]).expect_code(3).out.contains("segredo at tejo"));
    configure(&bench, &notify.replace("webhook", "mail_sheets = true\nwebhook"));
    night(&bench, &simulator, &[]).expect_code(3);
    let letter = mail.letter();
    for name in ["users.rejected.csv", "report.xlsx"] {
        assert!(letter.contains(&format!("attachment; filename=\"{name}\"")), "{name}: {letter}");
    }
    assert!(!letter.contains("locations.rejected.csv"), "a sheet without rows does not come: {letter}");
}

/// What arrived is whole for itself, and the rest never came: it waits in the inbox.
#[test]
fn sheets_that_cannot_stand_alone_are_left_in_the_inbox() {
    let bench = first_night();
    configure(&bench, "");
    bench.remove("work/inbox/customers.csv");
    let simulator = Simulator::start(&bench, &[]);
    let ran = night(&bench, &simulator, &[]).expect_code(5);
    assert!(ran.err.contains("has no customers.csv") && ran.err.contains("they were not taken"), "{}", ran.err);
    assert!(!ran.err.contains(".turnup"), "{}", ran.err);
    assert_eq!(inbox(&bench).len(), 2);
    deliver(&bench, &[("customers.csv", CUSTOMERS)]);
    night(&bench, &simulator, &[]).expect_code(0);
}

#[test]
fn a_night_that_cannot_run_says_so_to_everybody() {
    let bench = first_night();
    let web = WebServer::start();
    configure(&bench, &format!("[notify]\nwebhook = \"http://{}/\"\n", web.address));
    bench.remove("work/templates.toml");
    let simulator = Simulator::start(&bench, &[]);
    let ran = night(&bench, &simulator, &[]).expect_code(1);
    assert!(ran.err.contains("templates.toml"), "{}", ran.err);
    let (_, body) = web.message();
    let body: serde_json::Value = serde_json::from_str(&body).expect("it is JSON");
    assert_eq!((&body["exit"], &body["verdict"]), (&1.into(), &"could not run".into()));
    assert!(body["findings"][0].as_str().is_some_and(|words| words.contains("templates.toml")), "{body}");
    assert!(body["workspace"].as_str().is_some_and(|path| path.starts_with('/')), "{body}");
}

/// A program that takes longer than the night has.
#[test]
fn a_night_that_is_over_before_its_run_sends_nothing() {
    let bench = first_night();
    let simulator = Simulator::start(&bench, &[]);
    configure(&bench, "command = [\"sleep\", \"2\"]\n");
    let until = jiff::Zoned::now().saturating_add(jiff::Span::new().seconds(1)).timestamp().to_string();
    let ran = night(&bench, &simulator, &["--until", &until]).expect_code(1);
    assert!(ran.err.contains("has not ended in time"), "{}", ran.err);
    configure(&bench, "");
    let over = jiff::Zoned::now().saturating_sub(jiff::Span::new().seconds(1)).timestamp().to_string();
    let ran = night(&bench, &simulator, &["--until", &over]).expect_code(5);
    assert!(ran.err.contains("the time was over before the run could begin"), "{}", ran.err);
    assert_eq!(simulator.each_once("customers"), 0);
}

#[test]
fn a_workspace_may_neither_notify_nor_run_anything() {
    for section in [
        "[notify]\nwebhook = \"http://127.0.0.1:9\"",
        "[nightly]\ncommand = [\"touch\", \"here\"]",
        "[metrics]\ntextfile = \"x\"",
    ] {
        let bench = first_night();
        bench.write("work/turnup.toml", section);
        let ran = bench.ran(&["nightly", "work", "--simulate"]).expect_code(1);
        assert!(ran.err.contains("only your own settings may"), "{}", ran.err);
        assert_eq!(inbox(&bench).len(), 3);
    }
}

#[test]
fn a_program_may_bring_the_sheets() {
    let bench = first_night();
    let from = bench.path("elsewhere");
    fs::rename(bench.path("work/inbox"), &from).expect("a folder can be moved");
    configure(&bench, &format!("command = [\"sh\", \"-c\", \"cp {}/*.csv .\"]\n", from.display()));
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    assert_eq!(simulator.each_once("subscribers"), 6);
    configure(&bench, "command = [\"false\"]\n");
    let ran = night(&bench, &simulator, &[]).expect_code(1);
    assert!(ran.err.contains("which brings new sheets, ended with"), "{}", ran.err);
}

#[test]
fn an_open_secret_is_refused_with_the_cure() {
    let bench = first_night();
    let simulator = Simulator::start(&bench, &[]);
    let web = WebServer::start();
    let secret = secret(&bench, "webhook-secret", "Jefe", 0o644);
    configure(
        &bench,
        &format!("[notify]\nwebhook = \"http://{}/\"\nwebhook_secret_file = \"{}\"\n", web.address, secret.display()),
    );
    let ran = night(&bench, &simulator, &[]).expect_code(0);
    assert!(ran.err.contains("chmod 600"), "{}", ran.err);
}

#[test]
fn units_are_as_systemd_wants_them() {
    let bench = first_night();
    let folder = bench.path("units");
    let folder_name = folder.display().to_string();
    bench
        .ran(&["schedule", "work", "--at", "22:00", "--zone", "America/Sao_Paulo", "--install", &folder_name])
        .expect_code(0);
    let (service, timer) = (folder.join("turnup-work.service"), folder.join("turnup-work.timer"));
    let verified = std::process::Command::new("systemd-analyze").arg("verify").args([&service, &timer]).output();
    let verified = verified.expect("systemd-analyze is there; tests/run.sh installs it");
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success() && said.is_empty(), "{said}");
    let rated = std::process::Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--threshold=40"])
        .arg(&service)
        .output()
        .expect("systemd-analyze is there");
    let said = String::from_utf8_lossy(&rated.stdout).into_owned() + &String::from_utf8_lossy(&rated.stderr);
    assert!(rated.status.success(), "{said}");
    let mut cron = bench.turnup(&["schedule", "work", "--cron", "--jitter", "0", "--lang", "pt-BR"]);
    let line = Ran::of(cron.env("TURNUP_PROFILE", "sul").env("TURNUP_TOKEN", "secret-token")).expect_code(0).out;
    assert!(line.contains("\nTURNUP_LANG=pt-BR\nTURNUP_PROFILE=sul\n") && !line.contains("secret-token"), "{line}");
    assert!(line.contains("0 22 * * * '"), "{line}");
}

#[test]
fn the_doctor_tries_mail_and_message() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let (mail, web) = (MailServer::taking(1), WebServer::start());
    let path = secret(&bench, "webhook-secret", "a secret of the doctor", 0o600);
    let notify = format!(
        "[notify]\nmail_to = \"ops@partner.example\"\nmail_from = \"turnup@partner.example\"\nsmtp = \"smtp://{}\"\n\
         webhook = \"http://{}/hook\"\nwebhook_secret_file = \"{}\"\n",
        mail.address,
        web.address,
        path.display()
    );
    configure(&bench, &notify);
    let doctor = |code| Ran::of(&mut bench.against(&simulator, &["doctor", "work", "--notify"])).expect_code(code);
    let ran = doctor(0);
    assert_eq!(ran.out.matches("it was sent").count(), 2, "{ran:#?}");
    let letter = mail.letter();
    assert!(letter.contains("To: ops@partner.example") && letter.contains("this is a test"), "{letter}");
    assert!(letter.contains("Subject: turnup work: a test") && !letter.contains("exit code"), "{letter}");
    let (head, body) = web.message();
    assert!(head.contains("x-turnup-signature: sha256="), "{head}");
    assert!(
        body.contains("this is a test of `turnup doctor ") && body.contains("work --notify`; nothing was run"),
        "{body}"
    );
    assert!(!bench.path("work/reports").exists() && !bench.path("work/.turnup").exists(), "nothing was run");
    // Nobody takes mails any more, and a secret that others can read is not used.
    secret(&bench, "webhook-secret", "a secret of the doctor", 0o644);
    let ran = doctor(1);
    assert!(ran.out.contains("!! mail") && ran.out.contains("chmod 600"), "{ran:#?}");
}
