//! A file -> a sheet: its text, its rows, what its header means.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use encoding_rs::Encoding;

use super::dialect::{dialect, take_separator_line};
use super::encoding::decode;
use super::kind::FileKind;
use super::mapping::Mapping;
use super::split::{Dialect, row_cells, rows};
use super::{Sheet, Sheets, header};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::SheetKind;

/// Largest file that is read, in bytes. A sheet of a million users has about 110 MB.
const FILE_BYTES_MAX: u64 = 2 << 30;

/// What the user says about how files are to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The encoding of every text file; told from the file when none.
    pub encoding: Option<&'static Encoding>,
    /// Headers of the user's own.
    pub mapping: Mapping,
}

/// The file of a sheet below the workspace.
pub fn file_name(kind: SheetKind) -> String {
    format!("{kind}.csv")
}

/// Reads the three sheets of a folder.
///
/// # Errors
/// When the operating system refuses a file, or one is not there.
pub fn read(folder: &Path, options: &Options) -> anyhow::Result<Sheets> {
    find(folder)?;
    let mut found = Vec::new();
    let mut sheet = |kind| -> anyhow::Result<Sheet> {
        let bytes = bytes(&folder.join(file_name(kind)))?;
        Ok(parse(kind, &file_name(kind), bytes, options, &mut found))
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

/// Reads a CSV file. What is wrong with the file as a whole is found here; cells are read later.
pub fn parse(kind: SheetKind, file: &str, bytes: Vec<u8>, options: &Options, found: &mut Vec<Diagnostic>) -> Sheet {
    let file: Arc<str> = file.into();
    let place = Place::file(&file, Some(kind.name()));
    let is = FileKind::of(&bytes);
    if is != FileKind::Text {
        let (words, cure) = is.words();
        let finding = Diagnostic::new(Code::FileKind, place).with("kind", words).with("wanted", "CSV text");
        found.push(finding.with("cure", cure));
        return Sheet::empty(kind, file);
    }
    let mut decoded = match decode(bytes, options.encoding) {
        Ok(decoded) => decoded,
        Err(wrong) => {
            let finding = Diagnostic::new(Code::NotText, place).with("encoding", wrong.encoding);
            found.push(finding.with("bad_row", wrong.lines_before + 1));
            return Sheet::empty(kind, file);
        }
    };
    let named = take_separator_line(&mut decoded.text);
    let dialect = dialect(kind, &decoded.text, named, &options.mapping);
    let is_usual = named.is_some() || dialect.delimiter == b',';
    if !decoded.text.is_empty() && (decoded.is_guess || !is_usual || dialect.escapes) {
        found.push(assumed(place.clone(), decoded.encoding, dialect));
    }
    sheet(Sheet { dialect, text: decoded.text, ..Sheet::empty(kind, file) }, options, found)
}

/// What the file itself does not say, said once.
fn assumed(place: Place, encoding: &'static Encoding, dialect: Dialect) -> Diagnostic {
    let delimiter = match dialect.delimiter {
        b'\t' => "tabs".to_owned(),
        other => format!("`{}`", char::from(other)),
    };
    let escape = if dialect.escapes { format!("`\\{}`", char::from(dialect.delimiter)) } else { String::new() };
    let finding = Diagnostic::new(Code::FileAssumed, place).with("encoding", encoding.name());
    finding.with("delimiter", delimiter).with("escape", escape)
}

/// Finds header and rows in the text of a sheet.
fn sheet(mut sheet: Sheet, options: &Options, found: &mut Vec<Diagnostic>) -> Sheet {
    let place = Place::file(&sheet.file, Some(sheet.kind.name()));
    let mut scan = rows(&sheet.text, sheet.dialect);
    if scan.rows.is_empty() {
        found.push(Diagnostic::new(Code::EmptyFile, place));
        return sheet;
    }
    let first = scan.rows.remove(0);
    let mut cells = Vec::new();
    row_cells(&sheet.text, first.start as usize, sheet.dialect, &mut cells);
    let header = |cell: &super::CellAt| cell.text(&sheet.text, sheet.dialect).trim().to_owned();
    sheet.header = cells.iter().map(header).collect();
    sheet.uses = header::uses(sheet.kind, &sheet.header, &options.mapping);
    for (at, used) in sheet.uses.iter().enumerate() {
        if let header::Use::Column(spec) = used {
            sheet.positions.set(spec, at);
        }
    }
    sheet.rows = scan.rows;
    sheet.rows.shrink_to_fit();
    sheet.is_unclosed = scan.is_unclosed;
    found.extend(header::findings(&sheet, first.number, &options.mapping));
    if scan.is_unclosed {
        let row = sheet.rows.last().map_or(first.number, |row| row.number);
        found.push(Diagnostic::new(Code::UnclosedQuote, Place { row: Some(row), ..place }));
    }
    sheet
}
