//! Whole commands over workbooks and CSV files of real programs: the same cells, the same findings, the same run.

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
    filled(sheets).save_to_buffer().expect("memory takes it")
}

fn filled(sheets: &[&str]) -> Workbook {
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
    book
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

/// What a form of the sheets is called, and its files: name in the workspace, name among the fixtures.
type Form = (&'static str, Vec<(String, String)>);

/// The same three sheets as every program and every dialect writes them.
fn forms() -> Vec<Form> {
    let book = |program: &'static str| (program, vec![("workbook.xlsx".to_owned(), format!("{program}.xlsx"))]);
    let each = |form: &'static str, folder: &str, kind: &str| {
        let file = |name: &str| (format!("{name}.{kind}"), format!("{folder}/{name}.{kind}"));
        (form, SHEETS.map(file).to_vec())
    };
    let mut forms: Vec<Form> = super::ALIKE.into_iter().map(book).collect();
    forms.push(each("one workbook for each sheet", "single", "xlsx"));
    for dialect in ["comma-utf8", "semicolon-utf8", "tab-utf16", "semicolon-windows1252"] {
        forms.push(each(dialect, &format!("csv/{dialect}"), "csv"));
    }
    forms
}

fn of_fixtures(files: &[(String, String)]) -> TempDir {
    let read = |(name, fixture): &(String, String)| (name.clone(), super::bytes(fixture));
    let files: Vec<(String, Vec<u8>)> = files.iter().map(read).collect();
    workspace(&files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect::<Vec<_>>())
}

/// The findings as `file row column code`.
fn findings(folder: &Path) -> Vec<String> {
    let check = turnup(&["check", "--format", "csv"], folder);
    let mut reader = csv::Reader::from_reader(check.stdout.as_slice());
    let shown = |record: csv::StringRecord| format!("{} {} {} {}", &record[0], &record[1], &record[2], &record[3]);
    reader.records().map(|record| shown(record.expect("findings are CSV"))).collect()
}

#[test]
fn every_form_of_the_sheets_is_read_as_the_same_cells() {
    for (form, files) in forms() {
        let folder = of_fixtures(&files);
        let sheets = turnup::sheet::read(folder.path(), &turnup::sheet::Options::default()).expect("they are there");
        for kind in turnup::model::SheetKind::ALL {
            let sheet = sheets.get(kind);
            let mut rows = vec![sheet.header.clone()];
            rows.extend((0..sheet.row_count()).map(|row| {
                let mut cells: Vec<String> = sheet.cells(row).iter().map(std::borrow::Cow::into_owned).collect();
                cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
                cells
            }));
            // Windows-1252 has no Chinese.
            let kept = |c: char| if form == "semicolon-windows1252" && u32::from(c) > 255 { '?' } else { c };
            let cell = |cell: &String| cell.chars().map(kept).collect::<String>();
            let wanted: Vec<Vec<String>> =
                super::content(kind.name()).iter().map(|cells| cells.iter().map(cell).collect()).collect();
            assert_eq!(rows, wanted, "{form} {kind}");
        }
        let found = findings(folder.path());
        let is_assumed = |finding: &String| finding.ends_with(" F112");
        let assumed = found.iter().filter(|finding| is_assumed(finding)).count();
        // What stands between the cells is said once for each file, unless it is a comma.
        let expected = if form.starts_with("semicolon") || form.starts_with("tab") { 3 } else { 0 };
        assert_eq!((assumed, found.len()), (expected, expected), "{form}: {found:?}");
    }
}

#[test]
fn names_survive_reading_and_reporting_as_text() {
    let (_, files) = &forms()[2];
    let folder = of_fixtures(files);
    let run = turnup(&["run", "--simulate", "--yes"], folder.path());
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    let said = text(&run.stdout);
    let report = Path::new(said.lines().last().expect("the last line is the folder"));
    let results = fs::read_to_string(report.join("users.results.csv")).expect("it is there");
    for name in ["O'Brien", "Müller", "João", "李", "'=cmd|' /C calc'!A0", "0123"] {
        assert!(results.contains(&format!(",{name},")), "{name} in {results}");
    }
}

#[test]
fn what_a_spreadsheet_kept_in_place_of_text_is_found_at_its_cell() {
    let book = |fixture: &str| vec![("workbook.xlsx".to_owned(), fixture.to_owned())];
    let users = |finding: &&str| format!("workbook.xlsx#users {finding}");
    let by_openpyxl = [
        "2 phone_number C223",
        "2 extension C241",
        "3 phone_number C242",
        "4 role C246",
        "5 extension C248",
        "6 role C248",
        "7 extension C205",
        "7 extension C241",
    ];
    let found = findings(of_fixtures(&book("typed-openpyxl.xlsx")).path());
    let of_users: Vec<String> = found.iter().filter(|finding| finding.contains("#users")).cloned().collect();
    assert_eq!(of_users, by_openpyxl.iter().map(users).collect::<Vec<_>>());
    let of_customers: Vec<&String> = found.iter().filter(|finding| finding.contains("#customers")).collect();
    assert_eq!(of_customers, ["workbook.xlsx#customers 2 wave C247", "workbook.xlsx#customers 3 wave C247"]);
}

#[test]
fn what_a_workbook_says_of_its_own_sizes_is_not_believed() {
    type Change = (&'static str, &'static str, &'static str);
    let changes: [Change; 3] = [
        ("sharedStrings.xml", " uniqueCount=\"", " uniqueCount=\"99999999999999999"),
        ("sheet1.xml", "<v>0</v>", "<f t=\"shared\" ref=\"A1\" si=\"4000000000\">1</f><v>0</v>"),
        ("sheet3.xml", "<sheetData>", "<dimension ref=\"A1:XFD1048576\"/><sheetData>"),
    ];
    for (part, from, to) in changes {
        let mut parts = super::unzipped(&super::bytes("libreoffice.xlsx"));
        let (_, bytes) = parts.iter_mut().find(|(name, _)| name.ends_with(part)).expect("the workbook has the part");
        let xml = String::from_utf8(std::mem::take(bytes)).expect("it is XML");
        let larger = xml.replacen(from, to, 1);
        assert_ne!(larger, xml, "{part}");
        *bytes = larger.into_bytes();
        let folder = workspace(&[("workbook.xlsx", super::zipped(&parts))]);
        let check = turnup(&["check", "--format", "csv"], folder.path());
        assert_eq!(check.status.code(), Some(0), "{part}: {check:?}");
        assert_eq!(findings(folder.path()), [""; 0], "{part}");
    }
}

#[test]
fn rows_of_nothing_but_formulas_without_values_are_found() {
    let mut book = Workbook::new();
    for name in SHEETS {
        let tab = book.add_worksheet().set_name(name).expect("it is a good name");
        let header = super::content(name).swap_remove(0);
        for (column, cell) in (0..).zip(header) {
            tab.write_string(0, column, cell).expect("it fits");
        }
    }
    let bytes = book.save_to_buffer().expect("memory takes it");
    let mut parts = super::unzipped(&bytes);
    let sheet = parts.iter_mut().find(|(name, _)| name.ends_with("sheet3.xml")).expect("users is the third");
    let xml = String::from_utf8(std::mem::take(&mut sheet.1)).expect("it is XML");
    sheet.1 = xml.replace("</sheetData>", "<row r=\"2\"><c r=\"D2\"><f>x!D2</f></c></row></sheetData>").into_bytes();
    let folder = workspace(&[("workbook.xlsx", super::zipped(&parts))]);
    assert_eq!(findings(folder.path()), ["workbook.xlsx#users 2 email C248"]);
}

#[test]
fn files_that_only_look_like_a_sheet_are_named() {
    for (name, fixture, words) in [
        ("users.csv", "other/libreoffice.xls", "an old Excel workbook (XLS), not CSV text"),
        ("users.csv", "other/libreoffice.ods", "an OpenDocument spreadsheet (ODS), not CSV text"),
        ("users.csv", "other/html-table.xls", "a web page (HTML), not CSV text"),
        ("users.csv", "openpyxl.xlsx", "an Excel workbook (XLSX), not CSV text"),
        ("users.xlsx", "other/renamed-ods.xlsx", "an OpenDocument spreadsheet (ODS), not an Excel workbook (XLSX)"),
        ("users.xlsx", "other/encrypted.xlsx", "an Office file locked with a password, not an Excel workbook (XLSX)"),
        ("users.xlsx", "csv/comma-utf8/users.csv", "a text file, not an Excel workbook (XLSX)"),
    ] {
        let csv = |sheet: &str| (format!("{sheet}.csv"), format!("csv/comma-utf8/{sheet}.csv"));
        let folder = of_fixtures(&[csv("customers"), csv("locations"), (name.to_owned(), fixture.to_owned())]);
        let check = turnup(&["check", "--format", "csv"], folder.path());
        assert_eq!(check.status.code(), Some(3), "{check:?}");
        let said = text(&check.stdout);
        assert!(said.contains("F113") && said.contains(words), "{fixture}: {said}");
        let run = turnup(&["run", "--simulate", "--yes"], folder.path());
        assert!(run.status.code() == Some(3) && text(&run.stderr).contains("nothing was sent"), "{run:?}");
    }
}

/// A second sheet with rows of these sheets would be left out silently; notes, pivots and blank or hidden copies are none.
#[test]
fn rows_of_a_second_sheet_are_not_left_out_silently() {
    let users = "customer_external_id,first_name,last_name,email,package\nx,Rui,Sá,rui@x.example,webex_suite\n";
    let header = users.lines().next().expect("a header");
    let spoken = users.replace(header, "Cliente,Nome,Sobrenome,E-mail,Pacote");
    let titled = format!("New people of March\n,,\n{users}");
    let report = turnup::sheet::OWN_SHEETS[5];
    for (tab, text, is_hidden, code) in [
        ("users 2", users, false, Some("F120")),
        ("titled", titled.as_str(), false, Some("F120")),
        ("Sheet1", spoken.as_str(), false, Some("F120")),
        ("users (2)", header, false, Some("F117")),
        ("users 2", users, true, None),
        (report, users, false, None),
        ("notes", "ask Rui for users 30 to 40", false, Some("F117")),
        ("pivot", "package,users\nwebex_suite,3\nwebex_calling,4\n", false, Some("F117")),
    ] {
        for (file, name) in [("workbook.xlsx", &SHEETS[..]), ("users.xlsx", &SHEETS[2..])] {
            let mut book = filled(name);
            let sheet = book.add_worksheet().set_name(tab).expect("it is a good name").set_hidden(is_hidden);
            for (row, line) in (0..).zip(text.lines()) {
                for (column, cell) in (0..).zip(line.split(',')) {
                    sheet.write_string(row, column, cell).expect("it fits");
                }
            }
            let mut files = vec![(file, book.save_to_buffer().expect("memory takes it"))];
            if file == "users.xlsx" {
                let csv = |name: &str| fs::read(sample().join(name)).expect("the sample has it");
                files.extend(["customers.csv", "locations.csv"].map(|name| (name, csv(name))));
            }
            let folder = workspace(&files);
            let expected: Vec<String> = code.iter().map(|code| format!("{file}   {code}")).collect();
            assert_eq!(findings(folder.path()), expected, "{tab} of {file}");
            let run = turnup(&["run", "--simulate", "--yes"], folder.path());
            assert_eq!(run.status.code(), Some(if code == Some("F120") { 3 } else { 0 }), "{tab} of {file}: {run:?}");
        }
    }
}

/// The sheet that is missing is probably the one that has its rows, however it is called.
#[test]
fn a_sheet_under_another_name_is_suggested() {
    let mut book = filled(&SHEETS[..2]);
    let sheet = book.add_worksheet().set_name("Plan1").expect("it is a good name");
    for (row, cells) in [
        ["customer_external_id", "first_name", "last_name", "email", "package"],
        ["x", "Rui", "Reis", "rui@x.example", "webex_suite"],
    ]
    .into_iter()
    .enumerate()
    {
        sheet.write_row(u32::try_from(row).expect("two rows"), 0, cells).expect("it fits");
    }
    let folder = workspace(&[("workbook.xlsx", book.save_to_buffer().expect("memory takes it"))]);
    let check = text(&turnup(&["check", "--format", "csv"], folder.path()).stdout);
    assert!(check.contains("the workbook has no sheet called `users`; is `Plan1` meant?"), "{check}");
    assert_eq!(check.matches(",F1").count(), 1, "{check}");
}

/// A number with a format such as `0000` is read as the spreadsheet shows it; with any other it is what it is.
#[test]
fn numbers_that_are_shown_with_zeros_are_read_with_them() {
    let mut book = Workbook::new();
    for name in SHEETS {
        let tab = book.add_worksheet().set_name(name).expect("it is a good name");
        let mut reader = csv::Reader::from_path(sample().join(format!("{name}.csv"))).expect("the sample has it");
        let header = reader.headers().expect("a header").clone();
        tab.write_row(0, 0, header.iter().map(|cell| cell.trim_start_matches('\u{feff}'))).expect("it fits");
        for (row, record) in (1..).zip(reader.records()) {
            let record = record.expect("the sample is CSV");
            for (column, (cell, header)) in (0..).zip(record.iter().zip(&header)) {
                tab.write_string(row, column, cell).expect("it fits");
                let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
                let (Ok(number), Some(format)) = (
                    digits.parse::<f64>(),
                    match header {
                        "extension" => Some("0".repeat(digits.len())),
                        "phone_number" => Some("\\+0".to_owned()),
                        "postal_code" if digits.len() == 8 => Some("00000-000".to_owned()),
                        _ => None,
                    },
                ) else {
                    continue;
                };
                let format = rust_xlsxwriter::Format::new().set_num_format(format);
                tab.write_number_with_format(row, column, number, &format).expect("it fits");
            }
        }
    }
    let folder = workspace(&[("workbook.xlsx", book.save_to_buffer().expect("memory takes it"))]);
    assert_eq!(findings(folder.path()), Vec::<String>::new());
    let sheets = turnup::sheet::read(folder.path(), &turnup::sheet::Options::default()).expect("they are there");
    let csv = workspace(&SHEETS.map(|name| {
        let name = format!("{name}.csv");
        let bytes = fs::read(sample().join(&name)).expect("the sample has it");
        (&*name.leak(), bytes)
    }));
    let before = turnup::sheet::read(csv.path(), &turnup::sheet::Options::default()).expect("they are there");
    for column in ["extension", "phone_number"] {
        for row in 0..before.users.row_count() {
            assert_eq!(sheets.users.cell(row, column), before.users.cell(row, column), "{column} of row {row}");
        }
    }
}
