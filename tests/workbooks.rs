//! Workbooks as LibreOffice, openpyxl and exceljs write them, files that only look like one, and hostile ones. The
//! files are made by `tests/fixtures/make_sheets.sh`.

#[path = "workbooks/bundle.rs"]
mod bundle;
#[path = "workbooks/hostile.rs"]
mod hostile;
#[path = "workbooks/runs.rs"]
mod runs;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use turnup::sheet::workbook::{CellKind, Damage, FileType, Tab, TypedCell, WorkbookProblem, kind, read};

use bundle::{unzipped, workbook, zipped};

const SHEETS: [&str; 3] = ["customers", "locations", "users"];
/// The same three sheets from different programs: shared texts, texts in the cells, formatted runs.
const ALIKE: [&str; 5] = ["openpyxl", "openpyxl-inline", "libreoffice", "exceljs", "exceljs-rich"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(fixtures().join("sheets").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn tabs(name: &str) -> Vec<Tab> {
    read(&bytes(name), &SHEETS).unwrap_or_else(|problem| panic!("{name}: {problem}"))
}

/// The records of a CSV text without the blank ones, each without blank cells at its end.
fn records(csv: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(csv);
    let record = |record: Result<csv::StringRecord, csv::Error>| {
        let mut cells: Vec<String> = record.expect("it is CSV").iter().map(str::to_owned).collect();
        cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
        cells
    };
    reader.records().map(record).filter(|cells| !cells.is_empty()).collect()
}

/// What the sheet was made from.
fn content(name: &str) -> Vec<Vec<String>> {
    records(&fs::read(fixtures().join(format!("content/{name}.csv"))).expect("it is a file"), b',')
}

#[test]
fn workbooks_of_all_programs_hold_the_same_cells() {
    for program in ALIKE {
        let tabs = tabs(&format!("{program}.xlsx"));
        assert_eq!(tabs.len(), 3, "{program}");
        for (tab, name) in tabs.iter().zip(SHEETS) {
            assert_eq!((tab.name.as_str(), tab.is_hidden), (name, false), "{program}");
            assert_eq!(records(&tab.csv, b','), content(name), "{program} {name}");
            assert!(tab.typed.is_empty(), "{program} {name}: {:?}", tab.typed);
            assert_eq!(tab.csv.last(), Some(&b'\n'), "{program} {name}");
        }
    }
}

#[test]
fn a_workbook_of_one_sheet_is_read_as_the_same_rows() {
    for name in SHEETS {
        let tabs = tabs(&format!("single/{name}.xlsx"));
        let tab = tabs.first().expect("there is one");
        assert_eq!((tabs.len(), tab.name.as_str()), (1, name));
        assert_eq!(records(&tab.csv, b','), content(name), "{name}");
        assert!(tab.typed.is_empty(), "{name}: {:?}", tab.typed);
    }
}

#[test]
fn tabs_are_found_by_name_and_rows_keep_their_numbers() {
    let tabs = tabs("odd-openpyxl.xlsx");
    let seen: Vec<_> = tabs.iter().map(|tab| (tab.name.as_str(), tab.is_hidden, tab.csv.is_empty())).collect();
    let wanted = [
        ("Notes", false, true),
        ("Chart", false, true),
        (" USERS ", false, false),
        ("Customers", false, false),
        ("locations", true, false),
    ];
    assert_eq!(seen, wanted);
    assert_eq!(records(&tabs[2].csv, b','), content("users"));
    let lines: Vec<&[u8]> = tabs[2].csv.split(|b| *b == b'\n').collect();
    assert!(lines[0].starts_with(b"customer_external_id,") && lines[3].starts_with(b"acme-001,"), "{lines:?}");
    assert_eq!((lines[1], lines[2], lines.len()), (&b""[..], &b""[..], 12), "two blank rows, and an end to the last");
}

/// The typed cells of all sheets with their text, as `users!G2 Number 551155550110`.
fn typed(name: &str) -> Vec<String> {
    let tabs = tabs(name);
    let shown = |tab: &Tab, cell: &TypedCell| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&tab.csv[..]);
        let record = reader.records().nth(cell.row as usize - 1).expect("the row is there").expect("it is CSV");
        let letter = char::from(b'A' + u8::try_from(cell.column).expect("the columns are few"));
        let text = record.get(cell.column as usize).unwrap_or_default();
        format!("{}!{letter}{} {:?} {text}", tab.name, cell.row, cell.kind)
    };
    tabs.iter().flat_map(|tab| tab.typed.iter().map(|cell| shown(tab, cell)).collect::<Vec<_>>()).collect()
}

#[test]
fn cells_that_are_no_text_are_told_with_what_was_typed() {
    let by_openpyxl = [
        "customers!G2 Boolean TRUE",
        "customers!X2 Date 2026-10-12",
        "customers!X3 Date 2026-10-12T09:30:00",
        "users!G2 Number 551155550110",
        "users!H2 Number 2101",
        "users!G3 Number 35121123456700000",
        "users!I4 Error #REF!",
        "users!H5 FormulaWithoutValue ",
        "users!I6 FormulaWithoutValue ",
        "users!H7 Number 0.5",
    ];
    assert_eq!(typed("typed-openpyxl.xlsx"), by_openpyxl);
    let mut by_libreoffice = by_openpyxl.to_vec();
    // It computed the formulas; one gives a number, the other a text.
    by_libreoffice[7] = "users!H5 Number 42";
    by_libreoffice.remove(8);
    assert_eq!(typed("typed-libreoffice.xlsx"), by_libreoffice);
    let roles = tabs("typed-libreoffice.xlsx").pop().expect("users is the last");
    // 123 with the format 0000 is read as it is shown.
    assert!(roles.csv.windows(6).any(|cells| cells == b",0123,"), "{}", String::from_utf8_lossy(&roles.csv));
    assert!(String::from_utf8(roles.csv).expect("texts are UTF-8").contains("full_admin"));
    let by_exceljs = [
        "users!G2 Number 551155550110",
        "users!H2 Number 42",
        "users!H3 FormulaWithoutValue ",
        "users!I4 Error #N/A",
        "users!I5 Boolean TRUE",
        "users!I6 Date 2026-10-12",
    ];
    assert_eq!(typed("typed-exceljs.xlsx"), by_exceljs);
}

#[test]
fn files_are_known_by_what_is_in_them() {
    for (name, expected) in [
        ("openpyxl.xlsx", FileType::Xlsx),
        ("single/users.xlsx", FileType::Xlsx),
        ("other/libreoffice.xls", FileType::Xls),
        ("other/libreoffice.ods", FileType::Ods),
        ("other/renamed-ods.xlsx", FileType::Ods),
        ("other/encrypted.xlsx", FileType::EncryptedOffice),
        ("other/html-table.xls", FileType::Html),
        ("csv/comma-utf8/users.csv", FileType::Text),
        ("csv/tab-utf16/users.csv", FileType::Text),
        ("csv/semicolon-windows1252/users.csv", FileType::Text),
    ] {
        assert_eq!(kind(&bytes(name)), expected, "{name}");
    }
}

#[test]
fn what_is_no_workbook_is_refused() {
    assert_eq!(read(&bytes("other/encrypted.xlsx"), &SHEETS), Err(WorkbookProblem::Encrypted));
    for name in ["other/libreoffice.xls", "csv/comma-utf8/users.csv"] {
        let directory = WorkbookProblem::Broken { reason: Damage::Directory };
        assert_eq!(read(&bytes(name), &SHEETS), Err(directory), "{name}");
    }
    let missing = Damage::Missing { part: "xl/workbook.xml".to_owned() };
    assert_eq!(read(&bytes("other/renamed-ods.xlsx"), &SHEETS), Err(WorkbookProblem::Broken { reason: missing }));
}

/// The CSV files that LibreOffice wrote, so that whoever reads dialects can rely on them.
#[test]
fn the_csv_files_hold_the_same_cells() {
    let utf8 = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it is UTF-8");
    let utf16 = |bytes: &[u8]| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        String::from_utf16(&units).expect("it is UTF-16").trim_start_matches('\u{feff}').to_owned()
    };
    // The two agree on every character of these sheets.
    let latin = |bytes: &[u8]| bytes.iter().map(|b| char::from(*b)).collect::<String>();
    let without_chinese =
        |text: &str| text.chars().map(|c| if u32::from(c) > 255 { '?' } else { c }).collect::<String>();
    for name in SHEETS {
        let file = |dialect: &str| bytes(&format!("csv/{dialect}/{name}.csv"));
        let wanted = content(name);
        assert_eq!(records(utf8(&file("comma-utf8")).as_bytes(), b','), wanted);
        assert_eq!(records(utf8(&file("semicolon-utf8")).as_bytes(), b';'), wanted);
        assert_eq!(records(utf16(&file("tab-utf16")).as_bytes(), b'\t'), wanted);
        let wanted: Vec<Vec<String>> =
            wanted.iter().map(|cells| cells.iter().map(|cell| without_chinese(cell)).collect()).collect();
        assert_eq!(records(latin(&file("semicolon-windows1252")).as_bytes(), b';'), wanted);
    }
}

#[test]
fn a_workbook_that_was_cut_off_is_broken() {
    for program in ALIKE {
        let whole = bytes(&format!("{program}.xlsx"));
        for end in (0..whole.len()).step_by(100) {
            let problem = read(&whole[..end], &SHEETS).expect_err("its end is missing");
            assert!(matches!(problem, WorkbookProblem::Broken { .. }), "{program} at {end}: {problem:?}");
        }
        assert_eq!(kind(&whole[..whole.len() / 2]), FileType::Xlsx, "{program}");
    }
}

/// One cell of the sheet `users`, as CSV and with its kind.
fn one_cell(cell: &str, items: &str) -> (String, Option<CellKind>) {
    let tabs = read(&workbook(&format!("<row r=\"1\">{cell}</row>"), items), &SHEETS);
    let tab = tabs.unwrap_or_else(|problem| panic!("{cell}: {problem}")).remove(0);
    (String::from_utf8(tab.csv).expect("texts are UTF-8"), tab.typed.first().map(|typed| typed.kind))
}

#[test]
fn texts_are_read_as_they_stand() {
    let inline = |inside: &str| format!("<c r=\"A1\" t=\"inlineStr\"><is>{inside}</is></c>");
    for (inside, csv) in [
        ("<t>a &amp; b&#x41;</t>", "a & bA\n"),
        ("<t> a </t>", "a\n"),
        ("<t xml:space=\"preserve\"> a </t>", " a \n"),
        ("<t>a_x000D_\nb</t>", "\"a\r\nb\"\n"),
        ("<t>_x005F_x0041_</t>", "_x0041_\n"),
        ("<t>a\r\nb</t>", "\"a\nb\"\n"),
        ("<r><t xml:space=\"preserve\">a </t></r><r><t>b</t></r><rPh><t>spoken</t></rPh>", "a b\n"),
        ("<t><![CDATA[<b>]]></t>", "<b>\n"),
        ("<t>a\u{301}</t>", "a\u{301}\n"),
        ("<t>'0123</t>", "'0123\n"),
        ("<t></t>", ""),
    ] {
        assert_eq!(one_cell(&inline(inside), ""), (csv.to_owned(), None), "{inside}");
        let shared = one_cell("<c t=\"s\"><v>1</v></c>", &format!("<si/><si>{inside}</si>"));
        assert_eq!(shared, (csv.to_owned(), None), "{inside}");
    }
    let formula = one_cell("<c t=\"str\"><f>A2&amp;\"\"</f><v>x_x0041_</v></c>", "");
    assert_eq!(formula, ("xA\n".to_owned(), None));
    assert_eq!(one_cell("<c t=\"str\"><f>A2</f><v></v></c>", ""), (String::new(), None));
    assert_eq!(one_cell("<c><f>A2</f></c>", ""), (String::new(), Some(CellKind::FormulaWithoutValue)));
    assert_eq!(
        one_cell("<x:c xmlns:x=\"m\" r=\"C1\"><x:v>1</x:v></x:c>", ""),
        (",,1\n".to_owned(), Some(CellKind::Number))
    );
    assert_eq!(one_cell("<c t=\"d\"><v>2026-10-12</v></c>", ""), ("2026-10-12\n".to_owned(), Some(CellKind::Date)));
}

/// Changes to a part or a file: at a place, so many bytes are replaced by others.
type Edit = (prop::sample::Index, usize, Vec<u8>);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let pieces = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..6),
        1 => prop::sample::select(vec!["<", "</c>", "<row r=\"1048576\">", "<c r=\"XFD1\">", "&#0;", "&x;", "]]>", "<!--", "\"", "9"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), 0..8_usize, pieces), 1..4)
}

fn edited(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for (place, length, new) in edits.iter().filter(|_| !bytes.is_empty()).cloned().collect::<Vec<_>>() {
        let at = place.index(bytes.len().max(1));
        bytes.splice(at..(at + length).min(bytes.len()), new);
    }
    bytes
}

/// Whatever can be read is CSV whose rows are those of the typed cells.
fn assert_sound(bytes: &[u8]) {
    kind(bytes);
    for tab in read(bytes, &SHEETS).unwrap_or_default() {
        assert!(tab.csv.is_empty() || tab.csv.ends_with(b"\n"));
        records(&tab.csv, b',');
        assert!(tab.typed.is_sorted_by_key(|cell| (cell.row, cell.column)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_damaged_bundle_panics(program in prop::sample::select(ALIKE.to_vec()), edits in edits()) {
        assert_sound(&edited(bytes(&format!("{program}.xlsx")), &edits));
    }

    #[test]
    fn no_damaged_part_panics(
        name in prop::sample::select(vec!["openpyxl", "libreoffice", "exceljs-rich", "typed-libreoffice", "odd-openpyxl"]),
        part in any::<prop::sample::Index>(),
        edits in edits(),
    ) {
        let mut parts = unzipped(&bytes(&format!("{name}.xlsx")));
        let part = part.index(parts.len());
        parts[part].1 = edited(std::mem::take(&mut parts[part].1), &edits);
        assert_sound(&zipped(&parts));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), start in prop::sample::select(vec!["", "PK\u{3}\u{4}", "<?xml", "\u{feff}"])) {
        assert_sound(&[start.as_bytes(), &bytes].concat());
    }
}
