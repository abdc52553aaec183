//! Stage 1: files -> rows.
//!
//! A sheet keeps its cells exactly as they stand in the file, for the reports; rows hold what the cells mean.
//! Reading finds and never fails; only the operating system can refuse a file. Whether values fit each other is
//! not decided here.

mod blank;
mod cells;
mod columns;
mod header;
mod rows;
mod table;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

use crate::diagnostic::{Diagnostic, Place};
use crate::model::SheetKind;

pub use blank::blank;
pub use columns::{Need, Spec, customers, locations, specs, users};
pub use header::{RESULT_COLUMNS, ROW_COLUMN, Use};
pub use rows::{CustomerRow, LocationFields, LocationRow, RowRef, Rows, UserRow, rows};
pub use table::parse;

/// Largest file that is read, in bytes. A sheet of a million users has about 110 MB.
const FILE_BYTES_MAX: u64 = 2 << 30;

/// One sheet as it stands in its file.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub kind: SheetKind,
    /// The file's name below the workspace.
    pub file: Arc<str>,
    pub delimiter: u8,
    /// The header cells as they stand in the file.
    pub header: Vec<String>,
    /// What each header cell means, in the same order.
    pub uses: Vec<Use>,
    pub rows: Vec<Row>,
}

/// One row that is not blank.
#[derive(Debug, Clone)]
pub struct Row {
    /// As the spreadsheet shows it: the header is row 1, blank rows count.
    pub number: u32,
    pub cells: csv::StringRecord,
}

impl Sheet {
    /// Where the column stands in the file.
    pub fn position(&self, header: &str) -> Option<usize> {
        self.uses.iter().position(|used| matches!(used, Use::Column(spec) if spec.header == header))
    }

    /// The cell as it stands in the file; empty where the row or the file is shorter.
    pub fn cell(&self, row: usize, header: &str) -> &str {
        let cell = self.position(header).and_then(|at| self.rows.get(row)?.cells.get(at));
        cell.unwrap_or_default()
    }

    /// The place of a row, and of a column in it.
    pub fn place(&self, row: usize, header: Option<&str>) -> Place {
        let position = header.and_then(|header| self.position(header));
        Place {
            file: Arc::clone(&self.file),
            sheet: Some(self.kind.name()),
            row: self.rows.get(row).map(|row| row.number),
            column: header.map(Arc::from),
            column_index: position.and_then(|at| u32::try_from(at).ok()),
        }
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
    pub fn get(&self, kind: SheetKind) -> &Sheet {
        match kind {
            SheetKind::Customers => &self.customers,
            SheetKind::Locations => &self.locations,
            SheetKind::Users => &self.users,
        }
    }

    /// How many rows there are in all.
    pub fn row_count(&self) -> usize {
        SheetKind::ALL.into_iter().map(|kind| self.get(kind).rows.len()).sum()
    }
}

/// The file of a sheet below the workspace.
pub fn file_name(kind: SheetKind) -> String {
    format!("{kind}.csv")
}

/// Reads the three sheets of a folder.
///
/// # Errors
/// When the operating system refuses a file, or one is not there.
pub fn read(folder: &Path) -> anyhow::Result<Sheets> {
    find(folder)?;
    let mut found = Vec::new();
    let mut sheet = |kind| -> anyhow::Result<Sheet> {
        let bytes = bytes(&folder.join(file_name(kind)))?;
        Ok(parse(kind, &file_name(kind), &bytes, &mut found))
    };
    let (customers, locations, users) =
        (sheet(SheetKind::Customers)?, sheet(SheetKind::Locations)?, sheet(SheetKind::Users)?);
    Ok(Sheets { customers, locations, users, found })
}

/// Says in one sentence which sheets the folder lacks.
///
/// # Errors
/// When it lacks one.
pub fn find(folder: &Path) -> anyhow::Result<()> {
    let lacking: Vec<_> =
        SheetKind::ALL.into_iter().map(file_name).filter(|name| !folder.join(name).exists()).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let init = "`turnup init DIR` makes a workspace with blank sheets";
    if lacking.len() == SheetKind::ALL.len() {
        bail!("`{}` holds no sheets: customers.csv, locations.csv and users.csv are wanted; {init}", folder.display());
    }
    bail!(
        "`{}` has no {}; a sheet with nothing but its header is fine; {init}",
        folder.display(),
        lacking.join(" and no ")
    );
}

fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let size = std::fs::metadata(path).with_context(|| format!("cannot read `{shown}`"))?.len();
    if size > FILE_BYTES_MAX {
        bail!("`{shown}` has {size} bytes; at most {FILE_BYTES_MAX} are read; split it");
    }
    std::fs::read(path).with_context(|| format!("cannot read `{shown}`"))
}
