//! Workbooks in place of CSV files: the same cells, the same findings, the same run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

const SHEETS: [&str; 3] = ["customers", "locations", "users"];

fn sample() -> PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest say where the project is");
    PathBuf::from(root).join("samples/acme")
}

/// Puts CSV files into the tabs of one workbook, every cell as text.
fn book(sheets: &[&str]) -> Vec<u8> {
    let mut book = Workbook::new();
    for name in sheets {
        let tab = book.add_worksheet().set_name(*name).expect("it is a good name");
        let mut reader = csv::ReaderBuilder::new();
        let path = sample().join(format!("{name}.csv"));
        let mut reader = reader.has_headers(false).flexible(true).from_path(path).expect("the sample has it");
        for (row, record) in (0..).zip(reader.records()) {
            let record = record.expect("the sample is CSV");
            for (column, cell) in (0..).zip(&record) {
                tab.write_string(row, column, cell.trim_start_matches('\u{feff}')).expect("it fits");
            }
        }
    }
    book.save_to_buffer().expect("memory takes it")
}

fn workspace(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().expect("the test may write here");
    fs::copy(sample().join("templates.toml"), folder.path().join("templates.toml")).expect("the sample has templates");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("the test may write here");
    }
    folder
}

fn turnup(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_turnup")).args(arguments).arg(folder).output().expect("turnup runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn one_workbook_runs_as_three_files_do() {
    let folder = workspace(&[("workbook.xlsx", book(&SHEETS))]);
    let check = turnup(&["check", "--format", "csv"], folder.path());
    assert_eq!(text(&check.stdout), "file,row,column,code,severity,value,message,fix\n", "{check:?}");
    let run = turnup(&["run", "--simulate", "--yes"], folder.path());
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    let said = text(&run.stdout);
    let report = said.lines().last().expect("the last line is the folder");
    for name in SHEETS {
        let results = fs::read_to_string(Path::new(report).join(format!("{name}.results.csv"))).expect("it is there");
        let input =
            csv::Reader::from_path(sample().join(format!("{name}.csv"))).map(|mut input| input.records().count());
        let rows = csv::Reader::from_reader(results.as_bytes()).records().count();
        assert_eq!(rows, input.expect("the sample has it"), "{name}");
        assert!(!results.contains("rejected") && results.contains("created"), "{results}");
    }
}

#[test]
fn init_makes_a_workbook_that_checks_clean() {
    let folder = tempfile::tempdir().expect("the test may write here");
    let made = turnup(&["init", "--xlsx"], &folder.path().join("new"));
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let check = turnup(&["check", "--format", "csv"], &folder.path().join("new"));
    assert_eq!(text(&check.stdout), "file,row,column,code,severity,value,message,fix\n", "{check:?}");
}

#[test]
fn a_workbook_for_each_sheet_is_read_too() {
    let one = |name| (format!("{name}.xlsx"), book(&[name]));
    let files = SHEETS.map(one);
    let files = files.each_ref().map(|(name, bytes)| (name.as_str(), bytes.clone()));
    let folder = workspace(&files);
    let check = turnup(&["check", "--format", "csv"], folder.path());
    assert_eq!(text(&check.stdout), "file,row,column,code,severity,value,message,fix\n", "{check:?}");
}

#[test]
fn a_sheet_that_stands_twice_is_refused() {
    let csv = fs::read(sample().join("users.csv")).expect("the sample has it");
    for (files, names) in [
        (vec![("workbook.xlsx", book(&SHEETS)), ("users.csv", csv.clone())], ["workbook.xlsx", "users.csv"]),
        (vec![("users.xlsx", book(&["users"])), ("users.csv", csv)], ["users.csv", "users.xlsx"]),
    ] {
        let folder = workspace(&files);
        let check = turnup(&["check"], folder.path());
        assert_eq!(check.status.code(), Some(1), "{check:?}");
        assert!(names.iter().all(|name| text(&check.stderr).contains(name)), "{check:?}");
    }
}
