//! The review over a real socket: who is refused, what a page shows of hostile text, and a row that is mended and sent.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use support::Bench;

/// A review that is being served, and the browser that was let in.
struct Review {
    child: Child,
    port: u16,
    token: String,
    cookie: String,
    csrf: String,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Review {
    /// Starts the command, and opens nothing.
    fn start(bench: &Bench, args: &[&str]) -> Self {
        let mut command = bench.turnup(&[&["review", "work", "--simulate"], args].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary is there");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).expect("it says its address");
        let (address, token) = line.trim().split_once("/open?token=").expect("an address with a token");
        let port = address.rsplit_once(':').expect("a port").1.parse().expect("a number");
        Self { child, port, token: token.to_owned(), cookie: String::new(), csrf: String::new() }
    }

    /// Starts it and lets one browser in.
    fn opened(bench: &Bench, args: &[&str]) -> Self {
        let mut review = Self::start(bench, args);
        let opened = review.ask("GET", &format!("/open?token={}", review.token), &[], "");
        assert_eq!(opened.status, 200);
        let cookie = opened.header("set-cookie").expect("a cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        review.cookie = cookie.split(';').next().map(str::to_owned).expect("a name and a value");
        let page = review.get("/runs").body;
        review.csrf = String::from(between(&page, "name=\"csrf\" content=\"", "\""));
        review
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a socket has one");
        let own = [("host", format!("127.0.0.1:{}", self.port)), ("cookie", self.cookie.clone())];
        let own = own.iter().filter(|(name, _)| !headers.iter().any(|(other, _)| other == name));
        let own = own.map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
        let more = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\n{own}{more}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
        .expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers in text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Sends a form as a page of the review would.
    fn post(&self, path: &str, fields: &str) -> Answer {
        let origin = format!("http://127.0.0.1:{}", self.port);
        let headers = [("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
        self.ask("POST", path, &headers, &format!("csrf={}&{fields}", self.csrf))
    }

    /// Waits until a page says it.
    fn wait_for(&self, path: &str, words: &str) -> String {
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            let page = self.get(path);
            if page.status == 200 && page.body.contains(words) {
                return page.body;
            }
            assert!(Instant::now() < until, "{path} never said {words}: {}", page.body);
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Review {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no `{from}` in {text}"));
    rest.split_once(to).expect("it ends").0
}

/// A run of the small workspace with these users, and its name.
fn ran(bench: &Bench, users: &str) -> String {
    bench.write("work/users.csv", users);
    bench.ran(&["run", "work", "--simulate", "--yes"]).expect_code(3);
    let runs = std::fs::read_dir(bench.path("work/reports")).expect("there is a report");
    runs.map(|run| run.expect("it can be listed").file_name().into_string().expect("plain")).next().expect("one run")
}

/// Name, method, headers, body, and what the answer says.
type Refused<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

#[test]
fn whoever_was_not_let_in_is_refused() {
    let bench = Bench::small();
    let review = Review::opened(&bench, &[]);
    let own = format!("http://127.0.0.1:{}", review.port);
    let foreign_port = format!("127.0.0.1:{}", review.port ^ 1);
    let cases: &[Refused<'_>] = &[
        ("a foreign host", "GET", &[("host", "evil.example")], "", "names another host"),
        ("the host of another port", "GET", &[("host", &foreign_port)], "", "names another host"),
        ("a foreign origin", "POST", &[("origin", "http://evil.example")], "", "another origin"),
        ("an origin that is hidden", "POST", &[("origin", "null")], "", "another origin"),
        ("a write without origin", "POST", &[], "", "another origin"),
        ("another site", "GET", &[("sec-fetch-site", "cross-site")], "", "another site"),
        ("another port of this machine", "GET", &[("sec-fetch-site", "same-site")], "", "another site"),
        ("no session", "GET", &[("cookie", "")], "", "was not let in"),
        ("a session that was guessed", "GET", &[("cookie", "turnup_review=1")], "", "was not let in"),
        ("a write without its token", "POST", &[("origin", &own)], "", "not of this session"),
        ("a write with a wrong token", "POST", &[("origin", &own)], "csrf=0", "not of this session"),
        ("the same in a header", "POST", &[("origin", &own), ("x-turnup-csrf", "0")], "", "not of this session"),
    ];
    for (name, method, headers, body, words) in cases {
        let answer = review.ask(method, "/plan", headers, body);
        assert_eq!(answer.status, 403, "{name}");
        assert!(answer.body.contains(words), "{name}: {}", answer.body);
        assert!(!answer.body.contains(&review.csrf), "{name} learns the token of the session");
    }
    let used = review.ask("GET", &format!("/open?token={}", review.token), &[], "");
    assert_eq!(used.status, 403, "a token that was used");
    assert!(used.header("set-cookie").is_none());
    assert_eq!(review.ask("GET", "/open?token=", &[], "").status, 403, "no token");
    assert_eq!(review.get("/nothing").status, 404);
    assert_eq!(review.ask("PUT", "/plan", &[("origin", &own), ("x-turnup-csrf", &review.csrf)], "").status, 404);
}

#[test]
fn every_answer_keeps_the_browser_strict() {
    let bench = Bench::small();
    let review = Review::opened(&bench, &[]);
    for path in ["/", "/runs", "/plan", "/assets/style.css", "/assets/review.js", "/nothing"] {
        let answer = review.get(path);
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let inline = ["<style", "style=\"", "onclick", "javascript:"].iter().find(|word| answer.body.contains(**word));
        assert_eq!(inline, None, "{path}");
    }
    let (_, port) = ("", review.port);
    let elsewhere = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    if let Ok(address) = elsewhere.map(|address| address.ip()).map(|ip| (ip, port))
        && !address.0.is_loopback()
    {
        assert!(TcpStream::connect_timeout(&address.into(), Duration::from_secs(2)).is_err(), "{address:?} is open");
    }
}

/// What must never become anything but text.
const HOSTILE: [&str; 4] =
    ["<script>alert(1)</script>", "=HYPERLINK(\"http://x\",\"y\")", "\u{202e}gnp.exe", "a\u{200b}b\u{feff}"];

#[test]
fn hostile_text_is_shown_as_text_on_every_page() {
    let bench = Bench::small();
    let header = "customer_external_id,first_name,last_name,email,package,extension,role,<img src=x>\n";
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let fields = HOSTILE.map(|text| {
        let text = quoted(text);
        format!("aurora,{text},{text},{text},{text},{text},,{text}\n")
    });
    let good = "aurora,Ana,Silva,ana@aurora.example,webex_suite,1001,full_admin,\n";
    let run = ran(&bench, &format!("{header}{good}{}", fields.concat()));
    let review = Review::opened(&bench, &[]);
    let mut pages = vec![format!("/runs/{run}"), format!("/runs/{run}/rows"), format!("/runs/{run}/causes/0")];
    pages.extend((3..7).map(|row| format!("/runs/{run}/rows/users/{row}")));
    pages.extend(["/".to_owned(), "/plan".to_owned(), format!("/runs/{run}/rows?q=%3Cscript%3E")]);
    for path in &pages {
        let page = review.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        assert!(!page.body.contains("<script>alert") && !page.body.contains("<img"), "{path}");
        // In a field to be edited it must stand as it is; anywhere else what hides is named.
        let mut outside = page.body.clone();
        while let Some((before, rest)) = outside.split_once(" value=\"") {
            let (_, after) = rest.split_once('"').expect("a value ends");
            outside = format!("{before}{after}");
        }
        for hidden in ['\u{202e}', '\u{200b}', '\u{feff}'] {
            assert!(!outside.contains(hidden), "{path} hides {hidden:?}");
        }
    }
    let rows = review.get(&format!("/runs/{run}/rows")).body;
    assert!(rows.contains("U+202E") && rows.contains("U+200B") && rows.contains("&lt;script&gt;"), "{rows}");
}

#[test]
fn a_row_is_mended_checked_sent_and_created() {
    let bench = Bench::small();
    let run = ran(&bench, &support::USERS.replace("bruno@aurora", "bruno at aurora"));
    let review = Review::opened(&bench, &[]);
    let row = format!("/runs/{run}/rows/users/3");
    let page = review.get(&row).body;
    assert!(page.contains("C202") && page.contains("cannot be sent like this"), "{page}");
    let still = review.post(&format!("{row}/check"), "c3=bruno@").body;
    assert!(still.contains("C202"), "{still}");
    let clean = review.post(&format!("{row}/check"), "c3=bruno@aurora.example").body;
    assert!(clean.contains("data-clean") && !clean.contains("C202"), "{clean}");
    let taken = review.post(&format!("{row}/check"), "c3=carla@aurora.example").body;
    assert!(taken.contains("users.csv:4") && !taken.contains("data-clean"), "an e-mail of another row: {taken}");
    assert!(review.get(&row).body.contains("cannot be sent like this"), "a look keeps nothing");

    assert_eq!(review.post(&row, "c3=bruno@aurora.example&c1=Brunno").header("location"), Some(row.as_str()));
    assert!(review.get(&row).body.contains("clean and can be sent"));
    let on = review.post(&row, "c3=bruno@aurora.example&c1=Bruno&then=send");
    assert_eq!(on.header("location"), Some(format!("/runs/{run}/send").as_str()), "kept, and on to sending");
    assert!(review.get(&row).body.contains("value=\"Bruno\""), "a cell that was typed is not lost");
    review.post(&format!("/runs/{run}/undo"), &format!("back={row}"));
    review.post(&format!("/runs/{run}/undo"), &format!("back={row}"));
    assert!(review.get(&row).body.contains("cannot be sent like this"), "taken back as a whole");
    let away = review.post(&format!("/runs/{run}/undo"), "back=//evil.example");
    assert_eq!(away.header("location"), Some(format!("/runs/{run}").as_str()));

    review.post(&row, "c3=bruno@aurora.example");
    let confirm = review.get(&format!("/runs/{run}/send")).body;
    assert!(confirm.contains("1 of 1 mended row is clean"), "{confirm}");
    assert_eq!(review.post(&format!("/runs/{run}/send"), "seen=other").status, 409, "only what was seen is sent");
    let saved = review.post(&format!("/runs/{run}/save"), "").body;
    assert!(saved.contains("users.mended.csv"), "{saved}");
    let mended = std::fs::read_to_string(bench.path(&format!("work/reports/{run}/users.mended.csv"))).expect("saved");
    assert!(mended.lines().count() == 2 && mended.contains("bruno@aurora.example"), "{mended}");
    let seen = between(&confirm, "name=\"seen\" value=\"", "\"").to_owned();
    let sent = review.post(&format!("/runs/{run}/send"), &format!("seen={seen}&keep=yes"));
    assert_eq!(sent.status, 303, "{}", sent.body);
    let new = sent.header("location").expect("the new run").to_owned();
    review.wait_for(&new, "its rows are well");
    let rows = review.get(&format!("{new}/rows?outcome=created")).body;
    assert!(rows.contains("users.csv:3") && !rows.contains("users.csv:4"), "{rows}");
    assert!(review.get(&format!("/runs/{run}")).body.contains("were sent as run"));
    let kept = std::fs::read_to_string(bench.path("work/corrections.csv")).expect("the mend is kept");
    assert!(kept.contains("user/bruno at aurora.example,email,bruno at aurora.example,bruno@aurora.example"), "{kept}");
}

/// The board leads to the row that says why, and whoever mends it sees how many rows go along.
#[test]
fn a_customer_of_which_nothing_was_sent_is_mended_from_the_board() {
    let bench = Bench::small();
    bench.write("work/customers.csv", &support::CUSTOMERS.replacen("1200-451,PT", "1200-451,Portugall", 1));
    let run = ran(&bench, support::USERS);
    let review = Review::opened(&bench, &[]);
    let board = review.get("/").body;
    let row = format!("/runs/{run}/rows/customers/3");
    assert!(board.contains(&format!("<a href=\"{row}\"><bdi dir=\"auto\">Livraria Tejo<")), "{board}");
    assert!(board.contains(&format!("<a href=\"/runs/{run}\"><bdi dir=\"auto\">Padaria Aurora<")), "{board}");
    let page = review.get(&row).body;
    assert!(page.contains("C207"), "{page}");
    let country = support::CUSTOMERS.lines().next().expect("a header").split(',').position(|head| head == "country");
    review.post(&row, &format!("c{}=PT", country.expect("a column")));
    let confirm = review.get(&format!("/runs/{run}/send")).body;
    assert!(confirm.contains("Send 1 row and 3 rows that they had held back to the simulator"), "{confirm}");
}

#[test]
fn the_saved_file_goes_back_by_the_command_line_too() {
    let bench = Bench::small();
    let run = ran(&bench, &support::USERS.replace("bruno@aurora", "bruno at aurora"));
    let review = Review::opened(&bench, &[]);
    review.post(&format!("/runs/{run}/rows/users/3"), "c3=bruno@aurora.example");
    review.post(&format!("/runs/{run}/save"), "");
    let file = bench.path(&format!("work/reports/{run}/users.mended.csv"));
    let file = file.to_str().expect("plain");
    let retried = bench.ran(&["retry", "work", "--simulate", "--yes", "--from", file]).expect_code(0);
    assert!(retried.out.contains("1 created"), "{}", retried.out);
}

#[test]
fn one_value_mends_all_rows_of_a_cause_and_a_run_begins_from_the_plan() {
    let bench = Bench::small();
    let run = ran(&bench, &support::USERS.replace("webex_calling", "webex_caling"));
    let review = Review::opened(&bench, &["--lang", "pt-BR"]);
    let page = review.get(&format!("/runs/{run}/causes/0")).body;
    assert!(page.contains("lang=\"pt-BR\"") && page.contains("Corrigir todas"), "{page}");
    review.post(&format!("/runs/{run}/causes/0"), "column=4&now=webex_calling");
    let page = review.get(&format!("/runs/{run}/causes/0")).body;
    assert!(page.contains("4 de 4 linhas estão limpas agora"), "{page}");
    bench.write("work/users.csv", support::USERS);
    let plan = review.get("/plan").body;
    let seen = between(&plan, "name=\"seen\" value=\"", "\"").to_owned();
    assert_eq!(review.post("/plan", "seen=other").status, 409);
    assert_eq!(review.post("/plan", &format!("seen={seen}")).header("location"), Some("/runs"));
    review.wait_for("/runs", "tudo certo");
    let board = review.get("/").body;
    assert!(board.contains("Padaria Aurora") && board.contains("pronto"), "{board}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_review_lets_its_run_leave_off_in_order() {
    let bench = Bench::small();
    bench.write("slow.toml", "latency_ms = 300\nprovision_ms = 2000\n");
    let faults = bench.path("slow.toml");
    let mut review = Review::opened(&bench, &["--faults", faults.to_str().expect("plain")]);
    let seen = between(&review.get("/plan").body, "name=\"seen\" value=\"", "\"").to_owned();
    review.post("/plan", &format!("seen={seen}"));
    review.wait_for("/runs", "under way");
    let told = std::process::Command::new("kill").args(["-TERM", &review.child.id().to_string()]).status();
    assert!(told.is_ok_and(|told| told.success()));
    assert_eq!(review.child.wait().expect("it ends").code(), Some(0));
    let listed = bench.ran(&["runs", "work", "--format", "json"]).expect_code(0).out;
    assert!(listed.contains("\"halt\"") || listed.contains("interrupted"), "it says how it left off: {listed}");
    bench.ran(&["resume", "work", "--simulate"]).expect_code(0);
}

#[test]
fn what_two_tabs_keep_at_the_same_moment_is_all_kept() {
    let bench = Bench::small();
    let wrong =
        support::USERS.replace("bruno@", "bruno at ").replace("sara@", "sara at ").replace("tiago@", "tiago at ");
    let run = ran(&bench, &wrong);
    let review = Review::opened(&bench, &[]);
    let rows = [(3, "bruno@aurora.example"), (6, "sara@tejo.example"), (7, "tiago@tejo.example")];
    std::thread::scope(|scope| {
        for (row, email) in rows {
            let (review, path) = (&review, format!("/runs/{run}/rows/users/{row}"));
            scope.spawn(move || {
                for turn in 0..8 {
                    let kept = review.post(&path, &format!("c3={email}&c1=Turn{turn}"));
                    assert_eq!(kept.status, 303, "{}", kept.body);
                }
            });
        }
    });
    let page = review.get(&format!("/runs/{run}/send")).body;
    assert!(page.contains("3 of 3 mended rows are clean"), "{page}");
    // Every change was kept as one of its own, so that each can be taken back.
    for _ in 0..rows.len() * 8 {
        assert!(!review.get(&format!("/runs/{run}/send")).body.contains("nothing to send"));
        review.post(&format!("/runs/{run}/undo"), "");
    }
    assert!(review.get(&format!("/runs/{run}/send")).body.contains("nothing to send"));
}

#[test]
fn two_reviews_of_one_workspace_keep_what_both_change_and_say_who_was_first() {
    let bench = Bench::small();
    let wrong = support::USERS.replace("bruno@", "bruno at ").replace("sara@", "sara at ");
    let run = ran(&bench, &wrong);
    let [one, other] = [0; 2].map(|_| Review::opened(&bench, &[]));
    let (bruno, sara) = (format!("/runs/{run}/rows/users/3"), format!("/runs/{run}/rows/users/6"));
    let shown = "w1=Bruno&w3=bruno at aurora.example".replace(' ', "+");
    // Each changes another row at the same moment, many times.
    std::thread::scope(|scope| {
        for (review, row) in [(&one, &bruno), (&other, &sara)] {
            scope.spawn(move || {
                (0..8).for_each(|turn| assert_eq!(review.post(row, &format!("c2=Turn{turn}")).status, 303));
            });
        }
    });
    assert_eq!(other.post(&bruno, &format!("{shown}&c1=Bruno&c3=bruno@aurora.example")).status, 303);
    // A form of before leaves the other cells of its row alone, and changes none that the other review has changed.
    let kept = one.post(&bruno, &format!("{shown}&c1=Brunno&c3=bruno+at+aurora.example"));
    assert_eq!(kept.status, 303, "{}", kept.body);
    let page = one.get(&bruno).body;
    assert!(page.contains("clean and can be sent") && page.contains("Brunno"), "{page}");
    let late = one.post(&bruno, &format!("{shown}&c1=Bruno&c3=b@aurora.example"));
    assert!(
        late.status == 409 && late.body.contains(&format!(":{} since this page was shown", other.port)),
        "{}",
        late.body
    );

    let confirm = other.get(&format!("/runs/{run}/send")).body;
    assert!(confirm.contains(&format!(":{} too.", one.port)), "{confirm}");
    assert!(confirm.contains("Take back the last change of"), "the last one is the other's: {confirm}");
    let changes = between(&confirm, "name=\"changes\" value=\"", "\"").to_owned();
    one.post(&sara, "c3=sara@tejo.example");
    assert_eq!(other.post(&format!("/runs/{run}/undo"), &format!("changes={changes}")).status, 409);
    for _ in 0..19 {
        assert_eq!(one.post(&format!("/runs/{run}/undo"), "").status, 303);
    }
    assert!(
        other.get(&format!("/runs/{run}/send")).body.contains("nothing to send"),
        "every change was one of its own"
    );
}
