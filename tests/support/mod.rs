//! What the black-box tests share: workspaces in temporary folders, the binary in a clean environment, and a
//! simulated Webex behind a port. Nothing here knows the inside of turnup.
#![allow(dead_code, reason = "each test file uses its own share")]

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The sheets, in the order of reports.
pub const SHEETS: [&str; 3] = ["customers", "locations", "users"];

const TEMPLATES: &str = "[templates.shop]
provisioning_id = \"ZDczN2FlYTUtNzQ4Yi00MGM2LWE1N2EtYjAwZmM5NjI1Yzdm\"
country = \"PT\"
packages = [\"webex_calling\", \"webex_suite\", \"webex_meetings\", \"webex_voice\"]
supported_location = true
";

/// A small customers sheet: two shops in Portugal.
pub const CUSTOMERS: &str =
    "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,timezone
aurora,Padaria Aurora,ana@aurora.example,shop,webex_calling;webex_suite,Rua Augusta 24,Lisboa,1100-053,PT,Europe/Lisbon
tejo,Livraria Tejo,rui@tejo.example,shop,webex_calling;webex_meetings,Rua do Sol 3,Lisboa,1200-451,PT,Europe/Lisbon
";

/// No branches.
pub const LOCATIONS: &str = "customer_external_id,name,address_line1,city,postal_code,country,timezone\n";

/// Three persons for each shop, the administrator among them.
pub const USERS: &str = "customer_external_id,first_name,last_name,email,package,extension,role
aurora,Ana,Silva,ana@aurora.example,webex_suite,1001,full_admin
aurora,Bruno,Reis,bruno@aurora.example,webex_calling,1002,
aurora,Carla,Dias,carla@aurora.example,webex_calling,1003,
tejo,Rui,Pinto,rui@tejo.example,webex_calling,1001,full_admin
tejo,Sara,Melo,sara@tejo.example,webex_calling,1002,
tejo,Tiago,Luz,tiago@tejo.example,webex_meetings,,
";

/// A temporary folder with a home and a workspace called `work`.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    /// A home and no workspace.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(folder.path().join("home")).expect("the folder is new");
        Self { folder }
    }

    /// A workspace without a file.
    pub fn empty() -> Self {
        let bench = Self::bare();
        fs::create_dir(bench.work()).expect("the folder is new");
        bench
    }

    /// Two shops with three persons each.
    pub fn small() -> Self {
        let bench = Self::empty();
        fill(&bench.work());
        bench
    }

    /// A copy of `samples/acme`.
    pub fn acme() -> Self {
        let bench = Self::empty();
        copy_acme(&bench.work());
        bench
    }

    pub fn work(&self) -> PathBuf {
        self.path("work")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the test may write here");
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("the file is there");
    }

    /// The binary, run in this folder, with a home of its own and without any setting of the machine.
    pub fn turnup(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_turnup"));
        let foreign = |name: &str| {
            name.starts_with("TURNUP_")
                || name.to_ascii_uppercase().ends_with("_PROXY")
                || name == "CREDENTIALS_DIRECTORY"
                || name == "LANG"
                || name.starts_with("LC_")
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(foreign)) {
            command.env_remove(name);
        }
        let home = self.path("home");
        command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join("config")).current_dir(self.folder.path());
        command.args(args).stdin(Stdio::null());
        command
    }

    /// Runs the binary to its end.
    pub fn ran(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.turnup(args))
    }

    /// A command against a simulator behind a port, with a token that it accepts.
    pub fn against(&self, simulator: &Simulator, args: &[&str]) -> Command {
        self.against_url(&simulator.url, args)
    }

    /// The same against any base.
    pub fn against_url(&self, url: &str, args: &[&str]) -> Command {
        let mut command = self.turnup(args);
        command.args(["--api-url", url, "--poll-ms", "20", "--grace-ms", "100"]).env("TURNUP_TOKEN", "good-token");
        command
    }
}

/// Writes the small workspace into a folder.
pub fn fill(folder: &Path) {
    let files = [
        ("customers.csv", CUSTOMERS),
        ("locations.csv", LOCATIONS),
        ("users.csv", USERS),
        ("templates.toml", TEMPLATES),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("the test may write here");
    }
}

/// Copies `samples/acme` into a folder.
pub fn copy_acme(folder: &Path) {
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/acme");
    for entry in fs::read_dir(acme).expect("the sample is there").flatten() {
        if entry.path().is_file() {
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("the test may write here");
        }
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(command: &mut Command) -> Self {
        command.output().expect("the binary can be started").into()
    }

    /// The one sentence of a fault: exit code 1, one line that begins `turnup: `, and no row that went well.
    pub fn fault(&self) -> &str {
        let sentences: Vec<_> = self.err.lines().filter(|line| line.starts_with("turnup: ")).collect();
        assert_eq!((self.code, sentences.len()), (Some(1), 1), "{self:#?}");
        assert!(!self.out.contains("created") && !self.err.contains("panicked"), "{self:#?}");
        sentences[0]
    }

    /// The report folder: the last line of the results.
    pub fn report(&self) -> &str {
        self.out.lines().last().unwrap_or_else(|| panic!("nothing was handed back: {self:#?}"))
    }

    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("turnup writes UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A command that works in the background; ended when dropped.
pub struct Working(Option<Child>);

impl Working {
    pub fn start(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        Self(Some(child.expect("the binary can be started")))
    }

    pub fn signal(&self, name: &str) {
        let id = self.0.as_ref().expect("it was not awaited yet").id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().expect("`kill` is there");
        assert!(sent.success(), "it works no more");
    }

    pub fn end(mut self) -> Ran {
        let child = self.0.take().expect("it was not awaited yet");
        child.wait_with_output().expect("it is a child of ours").into()
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// `turnup simulate` on a free port; ended when dropped.
pub struct Simulator {
    child: Child,
    pub url: String,
}

impl Simulator {
    pub fn start(bench: &Bench, args: &[&str]) -> Self {
        let mut command = bench.turnup(&["simulate", "--provision-ms", "20"]);
        let mut child = command.args(args).stdout(Stdio::piped()).spawn().expect("the binary can be started");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("it says where it listens");
        let url = line.trim().strip_prefix("listening ").expect("the first line tells the URL").to_owned();
        Self { child, url }
    }

    /// A simulator with a fault file.
    pub fn with_faults(bench: &Bench, faults: &str) -> Self {
        bench.write("faults.toml", faults);
        Self::start(bench, &["--faults", "faults.toml"])
    }

    /// Everything that stands, by natural key.
    pub fn state(&self) -> Value {
        let address = self.url.strip_prefix("http://").expect("it is plain HTTP");
        let mut stream = TcpStream::connect(address).expect("the simulator listens");
        write!(stream, "GET /_turnup/state HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")
            .expect("the simulator reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("the simulator answers");
        let (_, body) = text.split_once("\r\n\r\n").expect("an answer has a head and a body");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    /// Somebody's request, made by hand; what is answered must be well.
    pub fn asked(&self, method: &str, path: &str, body: &Value) -> Value {
        let address = self.url.strip_prefix("http://").expect("it is plain HTTP");
        let mut stream = TcpStream::connect(address).expect("the simulator listens");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer good-token\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .expect("the simulator reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("the simulator answers");
        assert!(text.starts_with("HTTP/1.1 20"), "{method} {path}: {text}");
        let (_, body) = text.split_once("\r\n\r\n").expect("an answer has a head and a body");
        serde_json::from_str(body).unwrap_or_default()
    }

    /// The only entry of a list.
    pub fn only(&self, path: &str) -> Value {
        self.asked("GET", path, &Value::Null)["items"][0].clone()
    }

    /// How many requests came.
    pub fn requests(&self) -> u64 {
        self.state()["requests"]["total"].as_u64().expect("a count")
    }

    /// How many objects of a kind stand; each must stand once.
    pub fn each_once(&self, kind: &str) -> usize {
        let state = self.state();
        let objects = state[kind].as_object().expect("a kind of object");
        for (key, object) in objects {
            assert_eq!(object["copies"], 1, "{kind} {key}");
        }
        objects.len()
    }

    /// How many customers, locations and subscribers stand; each must stand once.
    pub fn stands(&self) -> [usize; 3] {
        ["customers", "locations", "subscribers"].map(|kind| self.each_once(kind))
    }

    /// Waits until so many objects of a kind stand.
    pub fn await_objects(&self, kind: &str, count: usize) {
        eventually(&format!("{count} {kind} stand"), || {
            self.state()[kind].as_object().is_some_and(|objects| objects.len() >= count)
        });
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for something that must come true soon.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "in vain waited for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A results file, by column.
pub struct Results {
    pub header: Vec<String>,
    pub rows: Vec<HashMap<String, String>>,
}

impl Results {
    /// Reads one file of a report.
    pub fn read(bench: &Bench, ran: &Ran, file: &str) -> Self {
        let path = bench.path(ran.report()).join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = text.strip_prefix('\u{feff}').expect("a results file begins with a BOM");
        assert!(
            text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']),
            "{file} has CRLF everywhere"
        );
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let row = |record: csv::StringRecord| header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
        let rows = reader.records().map(|record| row(record.expect("rows are as wide as the header"))).collect();
        Self { header, rows }
    }

    /// One line for every row: the cells of these columns, joined by blanks.
    pub fn lines(&self, columns: &[&str]) -> Vec<String> {
        let cells =
            |row: &HashMap<String, String>| columns.iter().map(|&column| row[column].clone()).collect::<Vec<_>>();
        self.rows.iter().map(|row| cells(row).join(" ").trim().to_owned()).collect()
    }
}

/// How many rows of all three sheets had each outcome.
pub fn outcomes(bench: &Bench, ran: &Ran) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for sheet in SHEETS {
        for line in Results::read(bench, ran, &format!("{sheet}.results.csv")).lines(&["result"]) {
            *counts.entry(line).or_default() += 1;
        }
    }
    counts
}

/// A workbook with other texts in its parts.
pub fn with_parts(workbook: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut bundle = zip::ZipArchive::new(Cursor::new(workbook)).expect("it is a workbook");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..bundle.len() {
        let mut part = bundle.by_index(index).expect("it is whole");
        let name = part.name().expect("it is text").into_owned();
        let mut text = Vec::new();
        part.read_to_end(&mut text).expect("it is whole");
        if name.rsplit_once('.').is_some_and(|(_, kind)| kind == "xml") {
            text = change(&String::from_utf8(text).expect("XML is text")).into_bytes();
        }
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory takes it");
        writer.write_all(&text).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}
