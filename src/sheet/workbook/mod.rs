//! An XLSX workbook -> its tabs as CSV, and which cells hold no text.
//!
//! The bundle is read piece by piece, with limits on everything that a hostile file could blow up; nothing here knows
//! what a column means, and no formula is ever computed.

mod book;
mod bundle;
mod cells;
mod kind;
mod limits;
mod problem;
mod rich;
mod strings;
mod table;
mod value;
mod xml;

use book::Book;
use bundle::Bundle;
use cells::Cells;
use limits::{LIMITS, Limits};
use strings::Strings;
use table::Table;

pub use kind::{FileType, kind};
pub use problem::{Damage, Excess, WorkbookProblem};

/// One tab of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// As the spreadsheet shows it.
    pub name: String,
    pub is_hidden: bool,
    /// Its cells as CSV in UTF-8: `,` between cells, `\n` after every record, RFC 4180 quotes where they are needed.
    /// Record k is row k of the sheet, so blank rows are blank records; rows after the last filled one are left out.
    /// Nothing for a tab that was not wanted.
    pub csv: Vec<u8>,
    /// The first rows of a tab that was not wanted and is not hidden, likewise; nothing when they cannot be read.
    pub beginning: Vec<u8>,
    /// The cells that are no text, in reading order.
    pub typed: Vec<TypedCell>,
}

/// A cell that is no text, so that what was typed may have been lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypedCell {
    /// As the spreadsheet shows it: the first row is 1.
    pub row: u32,
    /// The first column is 0.
    pub column: u32,
    pub kind: CellKind,
}

/// What a cell holds that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CellKind {
    /// A number; leading zeros and a `+` are gone, and digits after the fifteenth are 0.
    Number,
    /// A number that is shown as a day or a time; its text is ISO 8601.
    Date,
    /// An error such as `#REF!`.
    Error,
    /// A formula that no spreadsheet has computed yet; its text is blank.
    FormulaWithoutValue,
    /// `TRUE` or `FALSE`.
    Boolean,
}

/// How much of a tab that is not wanted is looked at, unfolded.
const BEGINNING_BYTES: u64 = 256 << 10;

/// Reads the tabs of a workbook, in their order. Those whose name is wanted are read (without regard to case and blanks),
/// of the others only the name is told, and how they begin.
///
/// # Errors
/// When it is locked with a password, too large, or damaged. No input makes it panic or take much more than 1 GiB.
pub fn read(bytes: &[u8], wanted: &[&str]) -> Result<Vec<Tab>, WorkbookProblem> {
    read_within(bytes, wanted, &LIMITS)
}

fn read_within(bytes: &[u8], wanted: &[&str], limits: &Limits) -> Result<Vec<Tab>, WorkbookProblem> {
    if kind(bytes) == FileType::EncryptedOffice {
        return Err(WorkbookProblem::Encrypted);
    }
    let mut bundle = Bundle::open(bytes, limits)?;
    let book = Book::read(&mut bundle, limits)?;
    let is_wanted = |name: &str| wanted.iter().any(|wanted| is_called(name, wanted));
    let strings = match &book.strings {
        Some(part) if !wanted.is_empty() => Strings::read(&mut bundle, part, limits)?,
        _ => Strings::default(),
    };
    let mut table = Table::new();
    let mut tabs = Vec::new();
    for tab in book.tabs {
        let (mut typed, mut beginning) = (Vec::new(), Vec::new());
        match tab.part {
            Some(part) if is_wanted(&tab.name) => {
                let mut cells = Cells { strings: &strings, formats: &book.formats, limits, table: &mut table, typed };
                cells.read(bundle.large(&part)?)?;
                typed = cells.typed;
                typed.shrink_to_fit();
            }
            Some(part) if !wanted.is_empty() && !tab.is_hidden => {
                let mut table = Table::new();
                let mut cells =
                    Cells { strings: &strings, formats: &book.formats, limits, table: &mut table, typed: vec![] };
                let read = bundle.large(&part).and_then(|xml| cells.read_within(xml, BEGINNING_BYTES));
                beginning = read.map(|()| table.finish()).unwrap_or_default();
            }
            _ => {}
        }
        tabs.push(Tab { name: tab.name, is_hidden: tab.is_hidden, csv: table.finish(), beginning, typed });
    }
    Ok(tabs)
}

/// Is that the tab's name, but for case and blanks?
pub fn is_called(tab: &str, name: &str) -> bool {
    let bare =
        |name: &str| -> String { name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect() };
    bare(tab) == bare(name)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    /// A workbook with three sheets of one text each, all of them read from the same part.
    fn small() -> Vec<u8> {
        let sheet = |name: &str| format!("<sheet name=\"{name}\" id=\"r\"/>");
        let sheets = [sheet("customers"), sheet("locations"), sheet("users")].concat();
        let relations = "<Relationship Id=\"r\" Type=\"/worksheet\" Target=\"s.xml\"/>\
            <Relationship Id=\"t\" Type=\"/sharedStrings\" Target=\"t.xml\"/>";
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [
            ("xl/workbook.xml", format!("<workbook>{sheets}</workbook>")),
            ("xl/_rels/workbook.xml.rels", format!("<Relationships>{relations}</Relationships>")),
            (
                "xl/s.xml",
                "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c><v>1</v></c></row></sheetData></worksheet>"
                    .to_owned(),
            ),
            ("xl/t.xml", "<sst><si><t>text</t></si></sst>".to_owned()),
        ] {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory takes it");
            writer.write_all(text.as_bytes()).expect("memory takes it");
        }
        writer.finish().expect("memory takes it").into_inner()
    }

    fn excess(limits: &Limits) -> Option<Excess> {
        match read_within(&small(), &["customers", "Loc ations", "USERS"], limits) {
            Ok(_) => None,
            Err(WorkbookProblem::TooLarge { reason }) => Some(reason),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_small_workbook_is_read() {
        let tabs = read(&small(), &["locations"]).expect("it is whole");
        let csv: Vec<&[u8]> = tabs.iter().map(|tab| &tab.csv[..]).collect();
        assert_eq!(csv, [&b""[..], b"text,1\n", b""]);
        assert_eq!(tabs[1].typed, [TypedCell { row: 1, column: 1, kind: CellKind::Number }]);
    }

    #[test]
    fn every_limit_holds_for_the_whole_workbook() {
        assert_eq!(excess(&LIMITS), None);
        // Each sheet has about 100 bytes, 2 cells and 7 bytes of CSV.
        let limits = |change: fn(&mut Limits)| {
            let mut limits = LIMITS;
            change(&mut limits);
            excess(&limits)
        };
        assert_eq!(limits(|l| l.parts = 3), Some(Excess::Parts(3)));
        assert_eq!(limits(|l| l.parts = 4), None);
        assert_eq!(limits(|l| l.tabs = 2), Some(Excess::Tabs(2)));
        assert_eq!(limits(|l| l.tabs = 3), None);
        assert_eq!(limits(|l| l.unfolded = 500), Some(Excess::Unfolded(500)));
        assert_eq!(limits(|l| l.settings = 100), Some(Excess::Settings(100)));
        assert_eq!(limits(|l| (l.ratio, l.unfolded_free) = (1, 0)), Some(Excess::Ratio(1)));
        assert_eq!(limits(|l| l.shared = 3), Some(Excess::SharedTexts(3)));
        assert_eq!(limits(|l| l.shared_count = 0), Some(Excess::SharedTexts(LIMITS.shared)));
        assert_eq!(limits(|l| l.text = 3), Some(Excess::Text(3)));
        assert_eq!(limits(|l| l.cells = 20), Some(Excess::Cells(20)));
        assert_eq!(limits(|l| l.cell_count = 6), None);
        assert_eq!(limits(|l| l.cell_count = 5), Some(Excess::CellCount(5)));
    }
}
