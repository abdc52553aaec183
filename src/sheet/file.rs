//! A file -> a sheet: its text, its rows, what its header means.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use encoding_rs::Encoding;

use super::blank_workbook::{EXAMPLES, LISTS};
use super::dialect::{dialect, take_separator_line};
use super::encoding::decode;
use super::kind::FileKind;
use super::mapping::Mapping;
use super::split::{Dialect, row_cells, rows};
use super::workbook::{self, Problem, Tab};
use super::{Sheet, Sheets, header};
use crate::diagnostic::{Code, Diagnostic, Place, closest};
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

/// The workbook that may hold all three sheets.
pub const WORKBOOK: &str = "workbook.xlsx";

/// The CSV file of a sheet below the workspace.
pub fn file_name(kind: SheetKind) -> String {
    format!("{kind}.csv")
}

/// Where the sheets of a folder are.
enum Source {
    Workbook,
    /// One file each, CSV or XLSX.
    Files([String; 3]),
}

/// Finds the sheets, and says in one sentence which the folder lacks, or has twice.
fn source(folder: &Path) -> anyhow::Result<Source> {
    let is_there = |name: &String| folder.join(name).exists();
    let of = |kind: SheetKind| [file_name(kind), format!("{kind}.xlsx")];
    let shown = folder.display();
    if folder.join(WORKBOOK).exists() {
        if let Some(other) = SheetKind::ALL.into_iter().flat_map(of).find(is_there) {
            bail!("`{shown}` has both {WORKBOOK} and {other}; move one away, so that it is certain which counts");
        }
        return Ok(Source::Workbook);
    }
    let mut files = Vec::new();
    let mut lacking = Vec::new();
    for [csv, xlsx] in SheetKind::ALL.map(of) {
        match (is_there(&csv), is_there(&xlsx)) {
            (true, true) => {
                bail!("`{shown}` has both {csv} and {xlsx}; move one away, so that it is certain which counts")
            }
            (true, false) => files.push(csv),
            (false, true) => files.push(xlsx),
            (false, false) => lacking.push(csv),
        }
    }
    let init = "`turnup init DIR` makes a workspace with blank sheets";
    if lacking.len() == SheetKind::ALL.len() {
        bail!(
            "`{shown}` holds no sheets: customers.csv, locations.csv and users.csv are wanted, or {WORKBOOK}; {init}"
        );
    }
    if !lacking.is_empty() {
        bail!("`{shown}` has no {}; a sheet with nothing but its header is fine; {init}", lacking.join(" and no "));
    }
    files.try_into().map(Source::Files).map_err(|_| anyhow::anyhow!("there are three sheets"))
}

/// The files that hold the sheets of a folder.
///
/// # Errors
/// When a sheet is missing, or stands in two files.
pub fn files(folder: &Path) -> anyhow::Result<Vec<String>> {
    Ok(match source(folder)? {
        Source::Workbook => vec![WORKBOOK.to_owned()],
        Source::Files(files) => files.into(),
    })
}

/// Reads the three sheets of a folder.
///
/// # Errors
/// When the operating system refuses a file, or one is not there.
pub fn read(folder: &Path, options: &Options) -> anyhow::Result<Sheets> {
    let mut found = Vec::new();
    let [customers, locations, users] = match source(folder)? {
        Source::Workbook => book(WORKBOOK, &bytes(&folder.join(WORKBOOK))?, options, &mut found),
        Source::Files(files) => {
            let mut sheet = |kind: SheetKind, file: &String| -> anyhow::Result<Sheet> {
                let bytes = bytes(&folder.join(file))?;
                let is_csv = *file == file_name(kind);
                Ok(if is_csv {
                    parse(kind, file, bytes, options, &mut found)
                } else {
                    one(kind, file, &bytes, options, &mut found)
                })
            };
            let [customers, locations, users] = &files;
            [
                sheet(SheetKind::Customers, customers)?,
                sheet(SheetKind::Locations, locations)?,
                sheet(SheetKind::Users, users)?,
            ]
        }
    };
    Ok(Sheets { customers, locations, users, found })
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

/// Reads the tabs of a workbook; none when it cannot be read, which is found.
fn tabs(
    file: &str,
    bytes: &[u8],
    sheet: Option<SheetKind>,
    is_wanted: impl Fn(&str) -> bool,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<Tab>> {
    let place = Place::file(&file.into(), sheet.map(SheetKind::name));
    let is = FileKind::of(bytes);
    if is != FileKind::Zip {
        let (words, cure) =
            if is == FileKind::Text { ("a text", "save it as XLSX, or call it `.csv`") } else { is.words() };
        let finding = Diagnostic::new(Code::FileKind, place).with("kind", words).with("wanted", "an XLSX workbook");
        found.push(finding.with("cure", cure));
        return None;
    }
    let (code, reason) = match workbook::read(bytes, is_wanted) {
        Ok(tabs) => return Some(tabs),
        Err(Problem::TooLarge(reason)) => (Code::WorkbookTooLarge, reason),
        Err(Problem::Broken(reason)) => (Code::WorkbookBroken, reason),
    };
    found.push(Diagnostic::new(code, place).with("reason", reason));
    None
}

fn is_called(name: &str, kind: SheetKind) -> bool {
    name.trim().eq_ignore_ascii_case(kind.name())
}

/// A workbook with all three sheets.
fn book(file: &str, bytes: &[u8], options: &Options, found: &mut Vec<Diagnostic>) -> [Sheet; 3] {
    let is_wanted = |name: &str| SheetKind::ALL.into_iter().any(|kind| is_called(name, kind));
    let Some(mut tabs) = tabs(file, bytes, None, is_wanted, found) else {
        return SheetKind::ALL.map(|kind| Sheet::empty(kind, file.into()));
    };
    let names: Vec<String> = tabs.iter().map(|tab| tab.name.clone()).collect();
    let sheets = SheetKind::ALL.map(|kind| {
        if let Some(at) = tabs.iter().position(|tab| is_called(&tab.name, kind)) {
            return of_tab(kind, file, tabs.remove(at), options, found);
        }
        let near = closest(kind.name(), names.iter().map(String::as_str));
        let place = Place::file(&file.into(), Some(kind.name()));
        found.push(Diagnostic::new(Code::SheetMissing, place).with("sheet", kind.name()).suggest(near));
        Sheet::empty(kind, file.into())
    });
    ignored(file, None, &tabs, found);
    sheets
}

/// A workbook for one sheet: the tab of its name, or else the first that is not hidden.
fn one(kind: SheetKind, file: &str, bytes: &[u8], options: &Options, found: &mut Vec<Diagnostic>) -> Sheet {
    let Some(mut tabs) = tabs(file, bytes, Some(kind), |_| true, found) else { return Sheet::empty(kind, file.into()) };
    let named = tabs.iter().position(|tab| is_called(&tab.name, kind));
    let Some(at) = named.or_else(|| tabs.iter().position(|tab| !tab.is_hidden)) else {
        let place = Place::file(&file.into(), Some(kind.name()));
        found.push(Diagnostic::new(Code::SheetMissing, place).with("sheet", kind.name()));
        return Sheet::empty(kind, file.into());
    };
    let tab = tabs.remove(at);
    ignored(file, Some(kind), &tabs, found);
    of_tab(kind, file, tab, options, found)
}

/// Names the tabs that nobody reads. Those that turnup made itself, and hidden ones, surprise nobody.
fn ignored(file: &str, sheet: Option<SheetKind>, tabs: &[Tab], found: &mut Vec<Diagnostic>) {
    for tab in tabs.iter().filter(|tab| !tab.is_hidden && ![EXAMPLES, LISTS].contains(&tab.name.as_str())) {
        let place = Place::file(&file.into(), sheet.map(SheetKind::name));
        found.push(Diagnostic::new(Code::SheetIgnored, place).value(&tab.name));
    }
}

fn of_tab(kind: SheetKind, file: &str, tab: Tab, options: &Options, found: &mut Vec<Diagnostic>) -> Sheet {
    let cells = tab.cells.unwrap_or_default();
    let empty = Sheet::empty(kind, format!("{file}#{}", tab.name).into());
    sheet(Sheet { text: cells.csv, typed: cells.typed, ..empty }, options, found)
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
