//! `corrections.csv`: mends that were kept, and are done again as long as the sheet still says what was mended.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::fix::{Repair, repaired};
use super::split::rows;
use super::touched::is_touched;
use super::{BOM, CsvText, Sheet, Sheets, Use, customers, locations, parse_text, users};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::SheetKind;

/// The file below the workspace.
pub const CORRECTIONS: &str = "corrections.csv";
const COLUMNS: [&str; 4] = ["key", "column", "was", "now"];

/// One mend of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// What the row is: `user/ana@acme.pt`, `customer/acme-001`, `location/acme-001/Lisboa`, as the sheet has it; behind it
    /// the mark of the row where others have that key too.
    pub key: String,
    /// The canonical column, or the header of a column that turnup does not know.
    pub column: String,
    pub was: String,
    pub now: String,
    /// The row of the file; 0 where it is in none yet.
    pub line: u32,
}

/// A cell that a kept mend has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    pub row: usize,
    pub position: usize,
    pub column: Arc<str>,
    /// As it came.
    pub was: String,
    pub now: String,
    /// The row of `corrections.csv`.
    pub line: u32,
}

/// The key that a row has as it came.
pub fn row_key(sheet: &Sheet, row: usize) -> String {
    let part = |header: &str| {
        let position = sheet.position(header);
        encoded(&position.map(|at| sheet.came(row, at)).unwrap_or_default())
    };
    match sheet.kind {
        SheetKind::Customers => format!("customer/{}", part(customers::EXTERNAL_ID.spec.header)),
        SheetKind::Locations => {
            format!("location/{}/{}", part(locations::CUSTOMER.spec.header), part(locations::NAME.spec.header))
        }
        SheetKind::Users => format!("user/{}", part(users::EMAIL.spec.header).to_lowercase()),
    }
}

/// The key of a row that shares it with others: behind it a mark that its cells as they came make, so that the mend of one is
/// never done to another, whatever their order.
pub fn marked_key(sheet: &Sheet, row: usize) -> String {
    let mut cells: Vec<String> = (0..sheet.header.len())
        .filter_map(|at| {
            let cell = sheet.came(row, at).trim().to_owned();
            (!cell.is_empty()).then_some(())?;
            Some(format!("{}={cell}\n", column_name(sheet, at)?))
        })
        .collect();
    cells.sort_unstable();
    let mut hash = Sha256::new();
    for cell in &cells {
        hash.update(cell);
    }
    let mut key = row_key(sheet, row) + "/";
    for byte in hash.finalize().iter().take(MARK_BYTES) {
        write!(key, "{byte:02x}").expect("a text takes every write");
    }
    key
}

/// Enough to tell the rows of one key from each other.
const MARK_BYTES: usize = 6;

/// A part of a key: a slash in it is none between parts.
fn encoded(part: &str) -> String {
    part.trim().replace('%', "%25").replace('/', "%2F")
}

impl Correction {
    /// Is it about a row of that sheet?
    pub fn is_of(&self, kind: SheetKind) -> bool {
        kind_of(self.key.trim()) == Some(kind)
    }

    /// The key as rows have it: addresses are in lower case.
    fn row_key(&self) -> String {
        let key = self.key.trim();
        // A mark is in lower case too.
        if self.is_of(SheetKind::Users) { key.to_lowercase() } else { key.to_owned() }
    }
}

fn kind_of(key: &str) -> Option<SheetKind> {
    let (word, rest) = key.split_once('/')?;
    let kind = match word {
        "customer" => SheetKind::Customers,
        "location" => SheetKind::Locations,
        "user" => SheetKind::Users,
        _ => return None,
    };
    (!rest.is_empty()).then_some(kind)
}

/// Reads the file. A line that cannot be understood is found: nothing may be sent without a mend that was meant.
pub fn corrections(bytes: Vec<u8>, found: &mut Vec<Diagnostic>) -> Vec<Correction> {
    let file: Arc<str> = CORRECTIONS.into();
    let malformed = |row: Option<u32>, reason: &'static str| {
        let place = Place { row, ..Place::file(&file, None) };
        Diagnostic::new(Code::CorrectionsMalformed, place).with("reason", reason)
    };
    let Some(text) = parse_text(bytes) else {
        found.push(malformed(None, "it is no text"));
        return Vec::new();
    };
    let mut reader = csv::ReaderBuilder::new();
    let delimiter = if text.lines().next().is_some_and(|line| line.contains(';')) { b';' } else { b',' };
    let mut reader = reader.delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let at = COLUMNS.map(|name| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name)));
    let [Some(key), Some(column), Some(was), Some(now)] = at else {
        found.push(malformed(Some(1), "its header must name `key`, `column`, `was` and `now`"));
        return Vec::new();
    };
    let mut corrections = Vec::new();
    for (line, record) in (2..).zip(reader.records()) {
        let Ok(record) = record else { continue };
        let cell = |at: usize| {
            let text = record.get(at).unwrap_or_default();
            text.strip_prefix('\'').unwrap_or(text).to_owned()
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let correction =
            Correction { key: cell(key), column: cell(column).trim().to_owned(), was: cell(was), now: cell(now), line };
        if kind_of(correction.key.trim()).is_none() {
            let reason = "a key is `customer/`, `location/` or `user/` and what follows it";
            found.push(malformed(Some(line), reason));
        } else if correction.column.is_empty() {
            found.push(malformed(Some(line), "it names no column"));
        } else {
            corrections.push(correction);
        }
    }
    corrections
}

/// Mends with more of them; one of the same cell takes the place of an earlier one. A mend of a row whose key was mended
/// before goes by the key that the source has, so that it is done again with it.
pub fn with_corrections(mut corrections: Vec<Correction>, more: Vec<Correction>) -> Vec<Correction> {
    // All of them name the keys that rows had before any of them was done.
    let of_source: Vec<Option<String>> = more.iter().map(|new| key_before(&corrections, new)).collect();
    for (mut new, key) in more.into_iter().zip(of_source) {
        new.key = key.unwrap_or(new.key);
        let is_same = |old: &&mut Correction| old.row_key() == new.row_key() && old.column == new.column;
        match corrections.iter_mut().find(is_same) {
            Some(old) if old.now == new.now => old.line = old.line.max(new.line),
            // What was mended twice was in the source before the first time.
            Some(old) if old.now == new.was => old.now = new.now,
            Some(old) => *old = new,
            None => corrections.push(new),
        }
    }
    corrections
}

/// The file of these mends.
pub fn corrections_text(corrections: &[Correction]) -> String {
    let mut file = CsvText::new(b',');
    file.row(COLUMNS.iter().map(|name| (*name).into()));
    for one in corrections {
        file.row([&one.key, &one.column, &one.was, &one.now].into_iter().map(|cell| cell.as_str().into()));
    }
    [BOM, &file.finish()].concat()
}

/// The key of the row in the source, where kept mends have made it the key that a new mend names.
fn key_before(corrections: &[Correction], new: &Correction) -> Option<String> {
    let wanted = new.row_key();
    let leads_there = |old: &&Correction| {
        let old = old.row_key();
        old != wanted && mended_key(corrections, &old).as_ref() == Some(&wanted)
    };
    corrections.iter().find(leads_there).map(|old| old.key.clone())
}

/// A key without its mark.
fn shared_key(key: &str, kind: SheetKind) -> String {
    let parts = if kind == SheetKind::Locations { 3 } else { 2 };
    key.splitn(parts + 1, '/').take(parts).collect::<Vec<_>>().join("/")
}

/// The key that a row has once everything that is kept for it is done; none where nothing of it touches the key.
fn mended_key(corrections: &[Correction], key: &str) -> Option<String> {
    let kind = kind_of(key)?;
    let columns: &[&str] = match kind {
        SheetKind::Customers => &[customers::EXTERNAL_ID.spec.header],
        SheetKind::Locations => &[locations::CUSTOMER.spec.header, locations::NAME.spec.header],
        SheetKind::Users => &[users::EMAIL.spec.header],
    };
    let mut parts: Vec<String> = key.split('/').map(str::to_owned).collect();
    let mut is_touched = false;
    for one in corrections.iter().filter(|one| one.row_key() == key) {
        let at = columns.iter().position(|column| *column == one.column).map(|at| at + 1);
        if let Some(part) = at.and_then(|at| parts.get_mut(at)) {
            *part = encoded(&one.now);
            is_touched = true;
        }
    }
    // Its new key is its own, so it needs no mark.
    parts.truncate(columns.len() + 1);
    let mended = parts.join("/");
    is_touched.then(|| if kind == SheetKind::Users { mended.to_lowercase() } else { mended })
}

/// Does kept mends again, where the sheet still says what was mended, and says so of each; and of those whose cell says
/// something else by now, or is not certain.
pub fn correct(sheets: &mut Sheets, corrections: &[&Correction]) {
    if corrections.is_empty() {
        return;
    }
    for kind in SheetKind::ALL {
        let mut wanted: HashMap<String, Vec<&Correction>> = HashMap::new();
        for one in corrections.iter().copied().filter(|one| one.is_of(kind)) {
            wanted.entry(shared_key(&one.row_key(), kind)).or_default().push(one);
        }
        if wanted.is_empty() {
            continue;
        }
        let (repairs, corrected, found) = judged(sheets.get(kind), &wanted);
        sheets.found.extend(found);
        if !repairs.is_empty() {
            let sheet = sheets.get_mut(kind);
            sheet.text = repaired(sheet, &repairs);
            let mut scan = rows(&sheet.text, sheet.dialect);
            scan.rows.remove(0);
            sheet.rows = scan.rows;
            let is_mended = |row: u32, column: u32| {
                repairs.iter().any(|one| one.place.row == Some(row) && one.place.column_index == Some(column))
            };
            sheet.typed.retain(|cell| !is_mended(cell.row, cell.column));
            sheet.corrected = corrected;
        }
    }
}

type Judged = (Vec<Repair>, Vec<Corrected>, Vec<Diagnostic>);

/// What of the mends is done, in reading order.
fn judged(sheet: &Sheet, wanted: &HashMap<String, Vec<&Correction>>) -> Judged {
    let mut of_key: HashMap<String, Vec<usize>> = HashMap::new();
    for row in 0..sheet.row_count() {
        let key = row_key(sheet, row);
        if wanted.contains_key(&key) {
            of_key.entry(key).or_default().push(row);
        }
    }
    let (mut repairs, mut corrected, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for (key, rows) in &of_key {
        for one in &wanted[key] {
            let Some(position) = column(sheet, &one.column) else { continue };
            let wanted = one.row_key();
            let is_marked = wanted != *key;
            let rows: Vec<usize> =
                rows.iter().copied().filter(|row| !is_marked || marked_key(sheet, *row) == wanted).collect();
            // The row with that mark is no more, and the others are none of its business.
            let Some(&row) = rows.first() else { continue };
            let cell = sheet.cells(row).get(position).unwrap_or_default().into_owned();
            let header: Arc<str> = one.column.as_str().into();
            let place = Place {
                column: Some(Arc::clone(&header)),
                column_index: u32::try_from(position).ok(),
                ..sheet.place(row, None)
            };
            let line = Place { row: Some(one.line), ..Place::file(&CORRECTIONS.into(), None) };
            let finding = |code| {
                let finding = Diagnostic::new(code, place.clone()).value(&cell).related(line.clone());
                finding.with("was", &one.was).with("now", &one.now)
            };
            if cell == one.now {
                continue;
            }
            if rows.len() > 1 {
                found.push(finding(Code::CorrectionStopped).with("twice", rows.len()));
            } else if cell == one.was || is_touched(&one.was, &cell) {
                found.push(finding(Code::CorrectionApplied));
                let (before, after) = (cell.clone(), one.now.clone());
                repairs.push(Repair { sheet: sheet.kind, place, codes: Vec::new(), before, after });
                corrected.push(Corrected {
                    row,
                    position,
                    column: header,
                    was: cell,
                    now: one.now.clone(),
                    line: one.line,
                });
            } else {
                found.push(finding(Code::CorrectionStopped).with("changed", &one.was));
            }
        }
    }
    // `repaired` goes through the text once.
    repairs.sort_by_key(|repair| (repair.place.row, repair.place.column_index));
    corrected.sort_by_key(|cell| (cell.row, cell.position));
    found.sort_by_key(|found| (found.place.row, found.place.column_index));
    (repairs, corrected, found)
}

/// Where a column stands, by its canonical name or by the header that the sheet has for it.
fn column(sheet: &Sheet, name: &str) -> Option<usize> {
    sheet.position(name).or_else(|| sheet.header.iter().position(|header| header == name))
}

/// What a column is called in the file of kept mends.
pub fn column_name(sheet: &Sheet, position: usize) -> Option<&str> {
    match sheet.uses.get(position)? {
        Use::Column(spec) => Some(spec.header),
        _ => sheet.header.get(position).map(String::as_str).filter(|header| !header.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Options, parse};

    const USERS: &str =
        "email,extension,phone_number,Cost\nrui at a,0012,\"+35121\",x\nana@a,0013,,y\neva@a,1,,\nEVA@a,1,,\n";

    fn sheets(text: &str) -> Sheets {
        let mut found = Vec::new();
        let mut of = |kind, text: &str| parse(kind, "users.csv", text.into(), &Options::default(), &mut found);
        let (customers, locations) = (of(SheetKind::Customers, "external_id\n"), of(SheetKind::Locations, "name\n"));
        let users = of(SheetKind::Users, text);
        Sheets { customers, locations, users, found: Vec::new() }
    }

    fn told(sheets: &Sheets) -> Vec<String> {
        let one = |found: &Diagnostic| {
            format!("{} {} {}", found.code, found.place, found.place.column.as_deref().unwrap_or_default())
        };
        sheets.found.iter().map(one).collect()
    }

    #[test]
    fn mends_are_done_again_while_the_sheet_says_what_was_mended() {
        let file = "key,column,was,now\nuser/rui at a,email,rui at a,rui@a\nuser/rui at a,phone_number,+35121,+351211234567\n\
                    user/ana@a,extension,13,0014\nuser/ana@a,Cost,z,w\nuser/eva@a,extension,1,2\nuser/nobody,email,a,b\n";
        let mut found = Vec::new();
        let kept = corrections(file.into(), &mut found);
        assert_eq!((kept.len(), found.len()), (6, 0));
        let mut sheets = sheets(USERS);
        correct(&mut sheets, &kept.iter().collect::<Vec<_>>());
        assert_eq!(
            told(&sheets),
            [
                "C270 users.csv:2 email",
                "C270 users.csv:2 phone_number",
                "C271 users.csv:3 extension",
                "C271 users.csv:3 Cost",
                "C271 users.csv:4 extension",
            ]
        );
        let users = &sheets.users;
        assert_eq!((users.cell(0, "email"), users.cell(0, "phone_number")), ("rui@a".into(), "+351211234567".into()));
        assert_eq!(
            (users.came(0, 0), users.came(0, 1), users.came(1, 0)),
            ("rui at a".into(), "0012".into(), "ana@a".into())
        );
        assert_eq!((users.cell(3, "email"), users.row_count()), ("EVA@a".into(), 4));
        assert_eq!(row_key(users, 0), "user/rui at a", "the key is that of the source");
        let lines: Vec<_> = users.corrected(0).iter().map(|cell| (&*cell.column, cell.line)).collect();
        assert_eq!(lines, [("email", 2), ("phone_number", 3)]);
    }

    #[test]
    fn what_a_spreadsheet_did_to_the_source_changes_nothing() {
        let kept = corrections(b"key;column;was;now\nuser/ana@a;extension;0013;0014\n".to_vec(), &mut Vec::new());
        let mut sheets = sheets(&USERS.replace("0013", "13"));
        correct(&mut sheets, &kept.iter().collect::<Vec<_>>());
        assert_eq!(sheets.users.cell(1, "extension"), "0014");
    }

    #[test]
    fn a_file_that_cannot_be_understood_is_found() {
        for (file, count) in [
            ("key,column,now\n", 1),
            ("key,column,was,now\nana@a,email,a,b\nuser/,email,a,b\nuser/a,,a,b\n\n,,,\n", 3),
            ("\u{feff}KEY,Column,was,now\nuser/a,email,a,b\n", 0),
        ] {
            let mut found = Vec::new();
            corrections(file.into(), &mut found);
            assert_eq!(found.len(), count, "{file}: {found:?}");
            assert!(found.iter().all(|found| found.code == Code::CorrectionsMalformed));
        }
    }

    #[test]
    fn mends_of_the_same_cell_take_the_place_of_earlier_ones() {
        let one = |key: &str, now: &str| Correction {
            key: key.to_owned(),
            column: "phone_number".to_owned(),
            was: "=1".to_owned(),
            now: now.to_owned(),
            line: 0,
        };
        let all = with_corrections(
            vec![one("user/a", "x"), one("user/b", "y")],
            vec![one("user/a", "+351"), one("user/c", "z")],
        );
        let read = corrections(corrections_text(&all).into_bytes(), &mut Vec::new());
        let told: Vec<_> = read.iter().map(|one| (one.key.as_str(), one.was.as_str(), one.now.as_str())).collect();
        assert_eq!(told, [("user/a", "=1", "+351"), ("user/b", "=1", "y"), ("user/c", "=1", "z")]);
    }

    #[test]
    fn a_mend_of_a_row_whose_key_was_mended_goes_by_the_key_of_the_source() {
        let one = |key: &str, column: &str, was: &str, now: &str| Correction {
            key: key.to_owned(),
            column: column.to_owned(),
            was: was.to_owned(),
            now: now.to_owned(),
            line: 0,
        };
        let first = vec![
            one("user/Rui at a", "email", "Rui at a", "rui@a"),
            one("location/c%2F1/Lisboa", "customer_external_id", "c/1", "c/2"),
            one("location/c%2F1/Lisboa", "name", "Lisboa", "Porto"),
        ];
        let second = vec![
            one("user/rui@a", "email", "rui@a", "rui@b"),
            one("user/rui@a", "extension", "1", "0012"),
            one("location/c%2F2/Porto", "city", "Lisboa", "Porto"),
            one("user/eva@a", "extension", "1", "2"),
        ];
        let kept = with_corrections(first, second);
        let told = |kept: &[Correction]| -> Vec<String> {
            kept.iter().map(|one| format!("{} {}: {} -> {}", one.key, one.column, one.was, one.now)).collect()
        };
        let wanted = [
            "user/Rui at a email: Rui at a -> rui@b",
            "location/c%2F1/Lisboa customer_external_id: c/1 -> c/2",
            "location/c%2F1/Lisboa name: Lisboa -> Porto",
            "user/Rui at a extension: 1 -> 0012",
            "location/c%2F1/Lisboa city: Lisboa -> Porto",
            "user/eva@a extension: 1 -> 2",
        ];
        assert_eq!(told(&kept), wanted);
    }
}
