//! Stage 1: files -> rows.
//!
//! A sheet keeps its text exactly as it stands in the file, and knows where rows and cells begin; a cell's text is
//! drawn when somebody asks for it. Rows hold what the cells mean. Reading finds and never fails; only the operating
//! system can refuse a file. Whether values fit each other is not decided here.

mod beside;
mod blank;
mod blank_workbook;
mod cells;
mod columns;
mod corrections;
mod damage;
mod dialect;
mod encoding;
mod file;
mod fix;
mod header;
mod lost;
mod mapping;
mod rewritten;
mod rows;
mod split;
mod told;
mod touched;
mod waves;
pub mod workbook;
mod write;

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place};
use crate::model::SheetKind;

use memchr::memchr2;
use rayon::prelude::*;

use columns::Positions;
use split::{CellAt, Dialect, RowAt, row_cells};
use workbook::{CellKind, TypedCell};
use write::plain_cells;

pub use beside::{beside, original};
pub use blank::blank;
pub use blank_workbook::{CAUSES, Choices, OWN_SHEETS, blank_workbook, results_tab, set_up};
pub use columns::{HEADERS, Need, Spec, customers, locations, specs, users};
pub use corrections::{
    CORRECTIONS, Corrected, Correction, column_name, correct, corrections, corrections_text, marked_key, row_key,
    with_corrections,
};
pub use damage::DIGITS_KEPT;
pub use encoding::{Encoding, encoding};
pub use file::{Options, WORKBOOK, file_name, files, parse, read, read_back};
pub use fix::{Repair, repair, repaired};
pub use header::{RESULT_COLUMNS, ROW_COLUMN, Use};
pub use lost::lost_cells;
pub use mapping::Mapping;
pub use rewritten::{Columns, Mended, Restored, Rewritten, completed, edited, rewritten};
pub use rows::{CustomerRow, LocationFields, LocationRow, RowRef, Rows, UserReader, UserRow, rows};
pub use waves::{Phase, WAVES, Wave, waves, without_window};
pub use write::{BOM, CsvText};

/// Rows that one thread looks at in one go.
const ROWS_AT_ONCE: usize = 8192;

/// The text of a small file, whatever its encoding.
fn parse_text(bytes: Vec<u8>) -> Option<String> {
    encoding::decode(bytes, None).ok().map(|decoded| decoded.text)
}

/// One sheet as it stands in its file.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub kind: SheetKind,
    /// The file's name below the workspace.
    pub file: Arc<str>,
    /// The header cells as they stand in the file.
    pub header: Vec<String>,
    /// What each header cell means, in the same order.
    pub uses: Vec<Use>,
    text: String,
    dialect: Dialect,
    /// The rows below the header.
    rows: Vec<RowAt>,
    positions: Positions,
    /// The last row swallowed the rest of its file.
    is_unclosed: bool,
    /// The cells of a workbook that were no text, in reading order.
    typed: Vec<TypedCell>,
    /// The cells that kept mends have changed, in reading order.
    corrected: Vec<Corrected>,
}

impl Sheet {
    /// A sheet without header and rows.
    fn empty(kind: SheetKind, file: Arc<str>) -> Self {
        Self {
            kind,
            file,
            header: Vec::new(),
            uses: Vec::new(),
            text: String::new(),
            dialect: Dialect::rfc4180(b','),
            rows: Vec::new(),
            positions: Positions::none(),
            is_unclosed: false,
            typed: Vec::new(),
            corrected: Vec::new(),
        }
    }

    /// What stands between the cells of the file.
    pub const fn delimiter(&self) -> u8 {
        self.dialect.delimiter
    }

    /// How many rows there are below the header; blank ones are none.
    pub const fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// The number a spreadsheet shows for a row: the header is row 1, blank rows count.
    pub fn number(&self, row: usize) -> Option<u32> {
        self.rows.get(row).map(|row| row.number)
    }

    /// The row of that number.
    pub fn row_of(&self, number: u32) -> Option<usize> {
        self.rows.binary_search_by_key(&number, |row| row.number).ok()
    }

    /// The cells of a row, as they stand in the file; none where there is no such row.
    pub fn cells(&self, row: usize) -> RowCells<'_> {
        let mut cells = Vec::new();
        if let Some(row) = self.rows.get(row) {
            row_cells(&self.text, row.start as usize, self.dialect, &mut cells);
        }
        RowCells { sheet: self, cells }
    }

    /// A row as it stands in its file, and how many cells it has, where all of them may be written again as they stand.
    pub fn plain_row(&self, row: usize) -> Option<(&str, usize)> {
        let rest = self.text.get(self.rows.get(row)?.start as usize..)?;
        let end = memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        let cells = if self.dialect.escapes { None } else { plain_cells(&rest[..end], self.dialect.delimiter) };
        cells.map(|cells| (&rest[..end], cells))
    }

    /// How many cells its header or its longest row has.
    pub fn width(&self) -> usize {
        let longest = self.rows.par_chunks(ROWS_AT_ONCE).map(|rows| {
            let mut cells = Vec::new();
            let mut count = |row: &RowAt| {
                row_cells(&self.text, row.start as usize, self.dialect, &mut cells);
                cells.len()
            };
            rows.iter().map(&mut count).max().unwrap_or(0)
        });
        longest.max().unwrap_or(0).max(self.header.len())
    }

    /// Where the column stands in the file.
    pub fn position(&self, header: &str) -> Option<usize> {
        self.positions.of_header(header)
    }

    /// The cell as it stands in the file; empty where the row or the file is shorter.
    pub fn cell(&self, row: usize, header: &str) -> Cow<'_, str> {
        self.position(header).and_then(|at| self.cells(row).get(at)).unwrap_or_default()
    }

    /// The cell as it came, before kept mends were done again.
    pub fn came(&self, row: usize, position: usize) -> Cow<'_, str> {
        match self.corrected(row).iter().find(|cell| cell.position == position) {
            Some(cell) => Cow::Borrowed(&cell.was),
            None => self.cells(row).get(position).unwrap_or_default(),
        }
    }

    /// The cells of a row that kept mends have changed.
    pub fn corrected(&self, row: usize) -> &[Corrected] {
        let from = self.corrected.partition_point(|cell| cell.row < row);
        let rest = &self.corrected[from..];
        &rest[..rest.partition_point(|cell| cell.row == row)]
    }

    /// How many cells kept mends have changed.
    pub const fn corrected_count(&self) -> usize {
        self.corrected.len()
    }

    /// The rows of those cells that were mended and sent, and stand in no file of kept mends; a row once for each cell.
    pub fn corrected_since(&self) -> impl Iterator<Item = usize> {
        self.corrected.iter().filter(|cell| cell.line == 0).map(|cell| cell.row)
    }

    /// Is nothing in the cell? A formula whose value was not saved is something.
    pub fn is_blank(&self, row: usize, header: &str) -> bool {
        let Some(at) = self.position(header) else { return true };
        self.cells(row).get(at).unwrap_or_default().trim().is_empty() && self.typed(row, at).is_none()
    }

    /// The place of a row, and of a column in it.
    pub fn place(&self, row: usize, header: Option<&str>) -> Place {
        let position = header.and_then(|header| self.position(header));
        Place {
            file: Arc::clone(&self.file),
            sheet: Some(self.kind.name()),
            row: self.number(row),
            column: header.map(Arc::from),
            column_index: position.and_then(|at| u32::try_from(at).ok()),
        }
    }

    /// What a cell of a workbook was, if it was no text.
    fn typed(&self, row: usize, position: usize) -> Option<CellKind> {
        if self.typed.is_empty() {
            return None;
        }
        let wanted = (self.number(row)?, u32::try_from(position).ok()?);
        let at = self.typed.binary_search_by_key(&wanted, |cell| (cell.row, cell.column)).ok()?;
        Some(self.typed[at].kind)
    }

    /// Does it come from the files of rejected rows? They say of every row which one it was.
    pub fn is_back(&self) -> bool {
        self.row_column().is_some()
    }

    /// The column that says which row of its sheet a row was.
    fn row_column(&self) -> Option<usize> {
        let is_report = |at: &usize| matches!(self.uses.get(*at), Some(Use::Report));
        (0..self.header.len()).filter(is_report).find(|&at| header::bare(&self.header[at]) == header::bare(ROW_COLUMN))
    }

    /// The number that the row had in the sheet it came from, where it says so.
    pub fn number_before(&self, row: usize) -> Option<u32> {
        self.cells(row).get(self.row_column()?)?.trim().parse().ok()
    }

    /// Is it the row whose open quote swallowed the rest of its file?
    pub fn is_swallowing(&self, row: usize) -> bool {
        self.is_unclosed && row + 1 == self.rows.len()
    }
}

/// The cells of one row.
#[derive(Debug)]
pub struct RowCells<'a> {
    sheet: &'a Sheet,
    cells: Vec<CellAt>,
}

impl<'a> RowCells<'a> {
    /// How many there are; a row may have more or fewer than the header.
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Are there none?
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cell at a position, without the quotes around it.
    pub fn get(&self, position: usize) -> Option<Cow<'a, str>> {
        self.cells.get(position).map(|cell| cell.text(&self.sheet.text, self.sheet.dialect))
    }

    /// Every cell, from left to right.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.cells.iter().map(|cell| cell.text(&self.sheet.text, self.sheet.dialect))
    }
}

/// The three sheets of a workspace, and what was found while reading them.
#[derive(Debug, Clone)]
pub struct Sheets {
    pub customers: Sheet,
    pub locations: Sheet,
    pub users: Sheet,
    pub found: Vec<Diagnostic>,
}

impl Sheets {
    /// The sheet of a kind.
    pub const fn get(&self, kind: SheetKind) -> &Sheet {
        match kind {
            SheetKind::Customers => &self.customers,
            SheetKind::Locations => &self.locations,
            SheetKind::Users => &self.users,
        }
    }

    const fn get_mut(&mut self, kind: SheetKind) -> &mut Sheet {
        match kind {
            SheetKind::Customers => &mut self.customers,
            SheetKind::Locations => &mut self.locations,
            SheetKind::Users => &mut self.users,
        }
    }

    /// How many rows there are in all.
    pub fn row_count(&self) -> usize {
        SheetKind::ALL.into_iter().map(|kind| self.get(kind).row_count()).sum()
    }
}
