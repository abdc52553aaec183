//! Running the program on folders, and reading what it leaves behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_turnup");

/// The sheets, in the order of the results.
pub const SHEETS: [&str; 3] = ["customers", "locations", "users"];

/// A folder below `samples`.
pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// The program, with nothing of the person who runs the tests.
pub fn turnup(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(PROGRAM);
    let ours = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("TURNUP_"));
    ours.for_each(|name| {
        command.env_remove(name);
    });
    let nowhere = folder.join("no-config");
    command
        .arg(arguments[0])
        .arg(folder)
        .args(&arguments[1..])
        .env("XDG_CONFIG_HOME", nowhere)
        .output()
        .expect("the program starts")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the program writes UTF-8")
}

/// The exit code as it stands in an expect file.
pub fn exit(output: &Output) -> String {
    output.status.code().map_or_else(|| "killed\n".to_owned(), |code| format!("{code}\n"))
}

/// The names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Copies the files of a folder, not the folders in it.
pub fn copy_files(from: &Path, to: &Path) {
    for name in names(from) {
        if from.join(&name).is_file() {
            fs::copy(from.join(&name), to.join(&name)).expect("it can be copied");
        }
    }
}

/// A copy that may be run.
pub fn copy(from: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    copy_files(from, folder.path());
    folder
}

/// The records of a CSV file, each with its values by header.
pub fn records(path: &Path) -> Vec<std::collections::HashMap<String, String>> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|record| record.expect("it is CSV")).collect()
}

/// The report folder that a run names in its last line.
pub fn report(output: &Output) -> PathBuf {
    let text = stdout(output);
    let said = String::from_utf8_lossy(&output.stderr);
    PathBuf::from(text.lines().next_back().unwrap_or_else(|| panic!("no report is named: {said}")))
}

/// Result, code and reason of every row that passes, ordered as the sheets are.
pub fn results(output: &Output, shown: fn(&str, &str) -> bool) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |record: [&str; 5]| writer.write_record(record).expect("memory takes every record");
    write(["file", "row", "result", "code", "reason"]);
    for sheet in SHEETS {
        let file = format!("{sheet}.csv");
        for (index, row) in records(&report(output).join(format!("{sheet}.results.csv"))).iter().enumerate() {
            if shown(&row["result"], &row["code"]) {
                write([&file, &(index + 2).to_string(), &row["result"], &row["code"], &row["reason"]]);
            }
        }
    }
    String::from_utf8(writer.into_inner().expect("memory takes every record")).expect("every field was text")
}

/// The lines that are wanted and not there (`-`), and there but not wanted (`+`).
pub fn difference(wanted: &str, found: &str) -> String {
    let lines = |sign: char, from: &str, other: &str| {
        let other: Vec<&str> = other.lines().collect();
        let alone = from.lines().filter(|line| !other.contains(line)).map(|line| format!("  {sign} {line}\n"));
        alone.collect::<String>()
    };
    let shown = lines('-', wanted, found) + &lines('+', found, wanted);
    if shown.is_empty() { "  the same lines in another order or number\n".to_owned() } else { shown }
}
