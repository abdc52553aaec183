//! An XLSX workbook -> its sheets as CSV text, and what its cells were besides text.
//!
//! A small workbook can unfold into a full memory, so its parts are unfolded into nothing first and counted; what they
//! say of their own size is not believed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use zip::ZipArchive;

/// Most bytes that the parts of a workbook may have together. A million users have about 700 MB.
const UNFOLDED_BYTES_MAX: u64 = 1 << 30;
/// Most parts; a workbook has a few dozen.
const PARTS_MAX: usize = 1000;
/// Most bytes of CSV text that one sheet may become.
const TEXT_BYTES_MAX: usize = 1 << 29;
/// The largest number whose digits a spreadsheet keeps.
const EXACT_MAX: f64 = 1e15;

/// A sheet of a workbook.
#[derive(Debug)]
pub(super) struct Tab {
    pub name: String,
    pub is_hidden: bool,
    /// None for a sheet that was not wanted.
    pub cells: Option<Cells>,
}

/// The cells of a sheet.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// RFC 4180; row `n` of the sheet is record `n`.
    pub csv: String,
    pub typed: Typed,
}

/// What a cell was, where it was no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    Number,
    /// A number with more digits than are kept.
    Cut,
    Date,
    /// A formula whose value was not saved.
    Formula,
}

/// The cells that were no text, by row number and position.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed(BTreeMap<(u32, u16), CellKind>);

impl Typed {
    /// What the cell was; none for a text.
    pub fn kind(&self, number: u32, position: usize) -> Option<CellKind> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(number, u16::try_from(position).ok()?)).copied()
    }
}

/// Why a workbook is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It would fill the memory; what is too large.
    TooLarge(String),
    /// It is damaged; where.
    Broken(String),
}

impl From<XlsxError> for Problem {
    fn from(error: XlsxError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Reads the sheets of a workbook that are wanted.
///
/// # Errors
/// When it is too large or damaged.
pub(super) fn read(bytes: &[u8], is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Tab>, Problem> {
    weigh(bytes, UNFOLDED_BYTES_MAX)?;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))?;
    let sheets = book.sheets_metadata().to_vec();
    let mut tabs = Vec::new();
    for sheet in sheets {
        let cells = if is_wanted(&sheet.name) { Some(cells(&mut book, &sheet.name)?) } else { None };
        tabs.push(Tab { name: sheet.name, is_hidden: sheet.visible != SheetVisible::Visible, cells });
    }
    Ok(tabs)
}

/// Unfolds every part into nothing, so that a bomb goes off here.
fn weigh(bytes: &[u8], limit: u64) -> Result<(), Problem> {
    let broken = |error: &dyn std::fmt::Display| Problem::Broken(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > PARTS_MAX {
        return Err(Problem::TooLarge(format!("it has {} parts, and {PARTS_MAX} are the most", archive.len())));
    }
    let mut left = limit;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| broken(&error))?;
        let name = part.name().map(Cow::into_owned).unwrap_or_default();
        let size = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|error| broken(&error))?;
        left = left.checked_sub(size).ok_or_else(|| {
            Problem::TooLarge(format!("unfolded it has more than {limit} bytes, up to its part `{name}`"))
        })?;
    }
    Ok(())
}

fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Cells, Problem> {
    let mut reader = book.worksheet_cells_reader(name)?;
    let mut page = Page::default();
    while let Some(cell) = reader.next_cell_with_formula()? {
        let is_formula = cell.formula.is_some();
        let (text, kind) = match cell.value {
            DataRef::Empty if is_formula => (String::new(), Some(CellKind::Formula)),
            DataRef::Empty => continue,
            DataRef::String(text) => (text, None),
            DataRef::SharedString(text) => (text.to_owned(), None),
            DataRef::Int(number) => (number.to_string(), Some(CellKind::Number)),
            DataRef::Float(number) => {
                (number.to_string(), Some(if number.abs() < EXACT_MAX { CellKind::Number } else { CellKind::Cut }))
            }
            DataRef::Bool(is_true) => (if is_true { "TRUE" } else { "FALSE" }.to_owned(), None),
            DataRef::DateTime(date) => {
                let (year, month, day, ..) = date.to_ymd_hms_milli();
                (format!("{year:04}-{month:02}-{day:02}"), Some(CellKind::Date))
            }
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text, Some(CellKind::Date)),
            DataRef::Error(error) => (error.to_string(), None),
        };
        page.put(cell.pos, &text, kind)?;
    }
    Ok(page.finish())
}

/// A sheet being written cell by cell, from left to right and from top to bottom.
#[derive(Debug, Default)]
struct Page {
    cells: Cells,
    row: u32,
    column: u32,
}

impl Page {
    fn put(&mut self, (row, column): (u32, u32), text: &str, kind: Option<CellKind>) -> Result<(), Problem> {
        let is_behind = (row, column) >= (self.row, self.column);
        if !is_behind {
            return Err(Problem::Broken(format!("its cells are out of order in row {}", row + 1)));
        }
        let csv = &mut self.cells.csv;
        while self.row < row {
            csv.push('\n');
            (self.row, self.column) = (self.row + 1, 0);
        }
        while self.column < column {
            csv.push(',');
            self.column += 1;
        }
        if text.contains(['"', ',', '\n', '\r']) {
            *csv += &format!("\"{}\"", text.replace('"', "\"\""));
        } else {
            *csv += text;
        }
        if csv.len() > TEXT_BYTES_MAX {
            return Err(Problem::TooLarge(format!("row {} goes beyond {TEXT_BYTES_MAX} bytes of text", row + 1)));
        }
        if let (Some(kind), Ok(column)) = (kind, u16::try_from(column)) {
            self.cells.typed.0.insert((row + 1, column), kind);
        }
        Ok(())
    }

    fn finish(self) -> Cells {
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn book(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
        let mut book = Workbook::new();
        fill(book.add_worksheet().set_name("users").expect("it is a good name"));
        book.add_worksheet().set_name("notes").expect("it is a good name").set_hidden(true);
        book.save_to_buffer().expect("memory takes it")
    }

    fn users(bytes: &[u8]) -> Cells {
        let tabs = read(bytes, |name| name == "users").expect("it is a workbook");
        assert_eq!(
            tabs.iter().map(|tab| (tab.name.as_str(), tab.is_hidden)).collect::<Vec<_>>(),
            [("users", false), ("notes", true)]
        );
        assert!(tabs[1].cells.is_none());
        tabs.into_iter().next().and_then(|tab| tab.cells).expect("it is wanted")
    }

    #[test]
    fn cells_keep_their_rows_and_what_they_were() {
        let bytes = book(|sheet| {
            let date = Format::new().set_num_format("yyyy-mm-dd");
            sheet.write(0, 0, "email").expect("it fits");
            sheet.write(3, 1, "a,\"b\"\nc").expect("it fits");
            sheet.write(4, 0, 351_211_234_567_u64).expect("it fits");
            sheet.write(4, 1, 1.5).expect("it fits");
            sheet.write(4, 2, 35_121_123_456_700_000_f64).expect("it fits");
            sheet
                .write_with_format(4, 3, ExcelDateTime::from_ymd(2026, 12, 10).expect("it is a day"), &date)
                .expect("it fits");
            sheet.write(5, 0, Formula::new("A1&\"x\"").set_result("emailx")).expect("it fits");
            sheet.write(5, 1, true).expect("it fits");
            sheet.write(5, 2, "=cmd|' /C calc'!A0").expect("it fits");
        });
        let cells = users(&bytes);
        let text = "email\n\n\n,\"a,\"\"b\"\"\nc\"\n351211234567,1.5,35121123456700000,2026-12-10\nemailx,TRUE,=cmd|' /C calc'!A0";
        assert_eq!(cells.csv, text);
        assert_eq!(cells.typed.kind(5, 0), Some(CellKind::Number));
        assert_eq!(cells.typed.kind(5, 2), Some(CellKind::Cut));
        assert_eq!(cells.typed.kind(5, 3), Some(CellKind::Date));
        assert_eq!(cells.typed.kind(4, 1), None);
    }

    #[test]
    fn a_cell_far_away_costs_nothing_but_its_blank_rows() {
        let cells = users(&book(|sheet| {
            sheet.write(1_048_575, 16_383, "x").expect("it fits");
        }));
        assert_eq!(cells.csv.len(), 1_048_575 + 16_383 + 1);
    }

    #[test]
    fn what_unfolds_to_more_than_the_limit_is_refused() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).expect("memory takes it");
        let zeros = vec![b' '; 1 << 20];
        zip.write_all(&zeros).expect("memory takes it");
        let bytes = zip.finish().expect("memory takes it").into_inner();
        assert!(bytes.len() < 1 << 13);
        assert!(weigh(&bytes, 1 << 20).is_ok());
        assert!(matches!(weigh(&bytes, (1 << 20) - 1), Err(Problem::TooLarge(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

        #[test]
        fn a_damaged_workbook_never_panics(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), cut in any::<prop::sample::Index>(), is_cut: bool) {
            let mut bytes = book(|sheet| {
                sheet.write(0, 0, "email").expect("it fits");
                sheet.write(1, 0, 5.5).expect("it fits");
            });
            for (at, byte) in edits {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            drop(read(&bytes, |_| true));
        }
    }
}
