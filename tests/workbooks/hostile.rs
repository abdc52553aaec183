//! Workbooks that try to fill the memory or to hang: each is read by a process of its own, whose memory is bounded and
//! measured.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use turnup::sheet::workbook::{Damage, Excess, WorkbookProblem, read};

use super::bundle::{parts, shared, sheet, workbook, zipped};

/// Names the workbook that the process is to read, and the file that takes what came of it.
const INPUT: &str = "TURNUP_TEST_WORKBOOK";
/// Address space of the reading process, in KiB. Much of it is never touched.
const ADDRESSES: u32 = 2 << 20;
const SECONDS_MAX: u64 = 60;

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    /// What reading it comes to.
    result: String,
    /// The most memory that the whole process may have touched, in MiB.
    memory: u64,
}

fn refused(name: &'static str, bytes: Vec<u8>, problem: impl Into<WorkbookProblem>) -> Case {
    Case { name, bytes, result: format!("{:?}", problem.into()), memory: 96 }
}

/// The XML of so many rows, each made from its number.
fn rows(count: u32, row: impl Fn(u32) -> String) -> String {
    (1..=count).map(|number| ["<row r=\"", &number.to_string(), "\">", &row(number), "</row>"].concat()).collect()
}

/// 64 KiB that say nothing and pack well.
fn comment() -> String {
    format!("<!--{:65529}-->", "")
}

fn large() -> Vec<Case> {
    let padded = |padding: &str, times: usize| {
        zipped(&parts(&sheet("").replace("<sheetData>", &format!("{}<sheetData>", padding.repeat(times))), &shared("")))
    };
    let wide = |_| "<c t=\"s\"><v>0</v></c>".repeat(16_384);
    let text = "x".repeat(32_767);
    let far = |number| format!("<c r=\"XFD{number}\"><v>1</v></c>");
    let mut cases = vec![
        refused("a small file that unfolds to much", padded(&comment(), 1 << 10), Excess::Ratio(200)),
        refused("one text without an end", padded(" ", 64 << 20), Excess::Text(1 << 20)),
        refused(
            "one tag without an end",
            padded(&format!("<a {}/>", "b='' ".repeat(1 << 20)), 1),
            Excess::Text(1 << 20),
        ),
        refused("many files", zipped(&vec_of_files(10_001)), Excess::Parts(10_000)),
        refused("one more row than there is", workbook("<row r=\"1048577\"/>", ""), Excess::Rows(1 << 20)),
        refused(
            "one more column than there is",
            workbook("<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>", ""),
            Excess::Columns(1 << 14),
        ),
        refused(
            "a shared text repeated",
            workbook(&rows(1, wide), &format!("<si><t>{text}</t></si>")),
            Excess::Cells(512 << 20),
        ),
        refused("rows that reach to the last column", workbook(&rows(40_000, far), ""), Excess::Cells(512 << 20)),
    ];
    for case in cases.iter_mut().filter(|case| case.result.contains("Cells(")) {
        case.memory = 640;
    }
    cases
}

fn vec_of_files(count: usize) -> Vec<(String, Vec<u8>)> {
    (0..count).map(|number| (format!("xl/{number}"), Vec::new())).collect()
}

fn malformed() -> Vec<Case> {
    let part = || "xl/worksheets/sheet1.xml".to_owned();
    let declared = |declaration: &str, text: &str| {
        let xml = sheet(&format!("<row r=\"1\"><c t=\"inlineStr\"><is><t>{text}</t></is></c></row>"));
        zipped(&parts(&xml.replace("<worksheet", &format!("{declaration}<worksheet")), &shared("")))
    };
    let laughs: String = (1..10)
        .map(|level| ["<!ENTITY l", &level.to_string(), " \"", &format!("&l{};", level - 1).repeat(10), "\">"].concat())
        .collect();
    let laughs = format!("<!DOCTYPE l [<!ENTITY l0 \"lol\">{laughs}]>");
    let outside = "<!DOCTYPE l [<!ENTITY l SYSTEM \"file:///etc/passwd\">]>";
    let document_type = || Damage::DocumentType { part: part() };
    let at =
        |xml: &str| u64::try_from(sheet("").find("</sheetData>").expect("it is there") + xml.len()).expect("short");
    let broken = |rows: &str| workbook(rows, "<si><t>x</t></si>");
    let twice = "<row r=\"2\"></row>";
    let shared_text = "<row r=\"1\"><c t=\"s\"><v>1</v>";
    vec![
        refused("a billion laughs", declared(&laughs, "&l9;"), document_type()),
        refused("a file of the machine", declared(outside, "&l;"), document_type()),
        refused("an unknown entity", declared("", "&l;"), Damage::Entity { part: part() }),
        refused("deep elements", broken(&"<a>".repeat(1 << 20)), Damage::Depth { part: part() }),
        refused("an element left open", broken("<row r=\"1\">"), Damage::Xml { part: part(), at: at("<row r=\"1\">") }),
        refused("a row twice", broken(&twice.repeat(2)), Damage::Address { part: part(), at: at(twice) }),
        refused(
            "a text that is not there",
            broken(&format!("{shared_text}</c></row>")),
            Damage::SharedText { part: part(), at: at(shared_text) },
        ),
    ]
}

/// One that is legal: a dense table of it would have 17 thousand million cells.
fn lone_cell() -> Case {
    let bytes = workbook("<row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t>x</t></is></c></row>", "");
    Case { name: "a lone cell far away", bytes, result: format!("{} bytes of CSV", 1_048_575 + 16_383 + 2), memory: 96 }
}

/// A directory that states a size of 10 bytes for what unfolds to 64 MiB.
fn liar() -> Case {
    let mut bytes = zipped(&parts(&sheet(&comment().repeat(1 << 10)), &shared("")));
    let size = u32::try_from(sheet("").len() + (64 << 20)).expect("it is short").to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == size).collect();
    assert!(!places.is_empty(), "the directory states the size");
    for at in places {
        bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    refused("a size that is a lie", bytes, Damage::Packed { part: "xl/worksheets/sheet1.xml".to_owned() })
}

/// Reads the workbook that the parent names, and writes what came of it and how much memory it took.
fn read_for_parent(input: &Path) {
    let bytes = fs::read(input).expect("the parent wrote it");
    let result = match read(&bytes, &["users"]) {
        Ok(tabs) => format!("{} bytes of CSV", tabs[0].csv.len()),
        Err(problem) => format!("{problem:?}"),
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|line| line.trim().trim_end_matches(" kB"));
    fs::write(input.with_extension("result"), format!("{result}\n{}", peak.unwrap_or("0")))
        .expect("the folder is the test's");
}

#[test]
fn hostile_workbooks_are_refused_in_little_memory() {
    if let Some(input) = std::env::var_os(INPUT) {
        return read_for_parent(Path::new(&input));
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let cases = large().into_iter().chain(malformed()).chain([lone_cell(), liar()]);
    for case in cases {
        let input = folder.path().join("workbook.xlsx");
        fs::write(&input, &case.bytes).expect("the folder is the test's");
        let started = Instant::now();
        let run = Command::new("sh")
            .args(["-c", &format!("ulimit -v {ADDRESSES}; exec \"$0\" \"$@\"")])
            .arg(std::env::current_exe().expect("the test is a program"))
            .args(["--exact", "hostile::hostile_workbooks_are_refused_in_little_memory"])
            .env(INPUT, &input)
            .output()
            .expect("the test can start itself");
        assert!(run.status.success(), "{}: {}", case.name, String::from_utf8_lossy(&run.stderr));
        assert!(started.elapsed() < Duration::from_secs(SECONDS_MAX), "{}: {:?}", case.name, started.elapsed());
        let result = fs::read_to_string(input.with_extension("result")).expect("it was read");
        fs::remove_file(input.with_extension("result")).expect("it is there");
        let (result, peak) = result.split_once('\n').expect("two lines");
        assert_eq!(result, case.result, "{}", case.name);
        let peak = peak.parse::<u64>().expect("a number of KiB") >> 10;
        assert!(peak <= case.memory, "{}: {peak} MiB of {}", case.name, case.memory);
    }
}
