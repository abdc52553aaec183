//! A file -> a sheet: its text, its rows, what its header means.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use encoding_rs::Encoding;
use rayon::prelude::*;

use super::blank_workbook::OWN_SHEETS;
use super::dialect::{dialect, take_separator_line};
use super::encoding::decode;
use super::mapping::Mapping;
use super::split::{Dialect, RowAt, row_cells, rows};
use super::workbook::{self, CellKind, FileType, Tab, TypedCell, WorkbookProblem, is_called};
use super::{Sheet, Sheets, header, told};
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
    for kind in SheetKind::ALL {
        let [csv, xlsx] = of(kind);
        match (is_there(&csv), is_there(&xlsx)) {
            (true, true) => {
                bail!("`{shown}` has both {csv} and {xlsx}; move one away, so that it is certain which counts")
            }
            (true, false) => files.push(csv),
            (false, true) => files.push(xlsx),
            (false, false) => lacking.push(kind),
        }
    }
    let near = told::near(folder, &lacking).join("; ");
    let init = if near.is_empty() { "`turnup init DIR` makes a workspace with blank sheets" } else { &near };
    if lacking.len() == SheetKind::ALL.len() {
        bail!(
            "`{shown}` holds no sheets: customers.csv, locations.csv and users.csv are wanted, or {WORKBOOK}; {init}"
        );
    }
    if !lacking.is_empty() {
        let lacking: Vec<String> = lacking.into_iter().map(file_name).collect();
        bail!("`{shown}` has no {}; a sheet with nothing but its header is fine; {init}", lacking.join(", "));
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
    at_once(path, size).with_context(|| format!("cannot read `{shown}`"))
}

/// Reads a file, the parts of a large one side by side.
#[cfg(unix)]
fn at_once(path: &Path, size: u64) -> std::io::Result<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    const PART_BYTES: usize = 4 << 20;
    let file = std::fs::File::open(path)?;
    let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
    let read = |(at, part): (usize, &mut [u8])| file.read_exact_at(part, (at * PART_BYTES) as u64);
    match bytes.par_chunks_mut(PART_BYTES).enumerate().try_for_each(read) {
        // Somebody writes it, so the size was that of another moment.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => std::fs::read(path),
        read => read.map(|()| bytes),
    }
}

#[cfg(not(unix))]
fn at_once(path: &Path, _: u64) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// Reads a CSV file. What is wrong with the file as a whole is found here; cells are read later.
pub fn parse(kind: SheetKind, file: &str, bytes: Vec<u8>, options: &Options, found: &mut Vec<Diagnostic>) -> Sheet {
    let file: Arc<str> = file.into();
    let place = Place::file(&file, Some(kind.name()));
    if let Some(finding) = unlike(workbook::kind(&bytes), FileType::Text, &place) {
        found.push(finding);
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
    if is_binary(&decoded.text) {
        found.extend(unlike(FileType::Binary, FileType::Text, &place));
        return Sheet::empty(kind, file);
    }
    let named = take_separator_line(&mut decoded.text);
    let dialect = dialect(kind, &decoded.text, named, &options.mapping);
    let is_usual = named.is_some() || dialect.delimiter == b',';
    if !decoded.text.is_empty() && (decoded.is_guess || !is_usual || dialect.escapes) {
        found.push(assumed(place.clone(), decoded.encoding, dialect));
    }
    sheet(Sheet { dialect, text: decoded.text, ..Sheet::empty(kind, file) }, options, found)
}

/// Is it what some program keeps for itself, or a file of zeros that a crash left? A text has next to no control characters.
fn is_binary(text: &str) -> bool {
    const LOOKED_AT: usize = 8192;
    const FEW: usize = 8;
    let is_control = |c: &char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    let (mut all, mut controls) = (0, 0);
    for c in text.chars().take(LOOKED_AT) {
        all += 1;
        controls += usize::from(is_control(&c));
    }
    controls > FEW && controls * 50 > all
}

/// A finding when a file is something else than its name says.
fn unlike(is: FileType, wanted: FileType, place: &Place) -> Option<Diagnostic> {
    let finding = || Diagnostic::new(Code::FileKind, place.clone()).with("kind", is.describe());
    let named = if wanted == FileType::Text { "CSV text" } else { wanted.describe() };
    (is != wanted).then(|| finding().with("wanted", named).with("cure", is.cure()))
}

/// Reads the tabs of those names; none when the workbook cannot be read, which is found.
fn tabs(bytes: &[u8], names: &[&str], place: &Place, found: &mut Vec<Diagnostic>) -> Option<Vec<Tab>> {
    if let Some(finding) = unlike(workbook::kind(bytes), FileType::Xlsx, place) {
        found.push(finding);
        return None;
    }
    let problem = match workbook::read(bytes, names) {
        Ok(tabs) => return Some(tabs),
        Err(problem) => problem,
    };
    let code = match problem {
        WorkbookProblem::TooLarge { .. } => Code::WorkbookTooLarge,
        WorkbookProblem::Broken { .. } | WorkbookProblem::Encrypted => Code::WorkbookBroken,
    };
    found.push(Diagnostic::new(code, place.clone()).with("reason", problem));
    None
}

/// A workbook with all three sheets.
fn book(file: &str, bytes: &[u8], options: &Options, found: &mut Vec<Diagnostic>) -> [Sheet; 3] {
    let place = Place::file(&file.into(), None);
    let Some(mut tabs) = tabs(bytes, &SheetKind::ALL.map(SheetKind::name), &place, found) else {
        return SheetKind::ALL.map(|kind| Sheet::empty(kind, file.into()));
    };
    let names: Vec<String> = tabs.iter().map(|tab| tab.name.clone()).collect();
    let sheets = SheetKind::ALL.map(|kind| {
        if let Some(at) = tabs.iter().position(|tab| is_called(&tab.name, kind.name())) {
            return of_tab(kind, file, tabs.remove(at), options, found);
        }
        // One that is meant by its rows is told here, and not as one that nobody reads.
        let alike = tabs.iter().position(|tab| is_filled(tab, kind, options)).map(|at| tabs.remove(at).name);
        let near = closest(kind.name(), names.iter().map(String::as_str));
        let near = alike.as_deref().or(near);
        let place = Place::file(&file.into(), Some(kind.name()));
        found.push(Diagnostic::new(Code::SheetMissing, place).with("sheet", kind.name()).suggest(near));
        Sheet::empty(kind, file.into())
    });
    ignored(&tabs, &SheetKind::ALL, &place, options, found);
    sheets
}

/// A workbook for one sheet: the tab of its name, or else the first that is not hidden.
fn one(kind: SheetKind, file: &str, bytes: &[u8], options: &Options, found: &mut Vec<Diagnostic>) -> Sheet {
    let place = Place::file(&file.into(), Some(kind.name()));
    let Some(listed) = tabs(bytes, &[], &place, found) else { return Sheet::empty(kind, file.into()) };
    let own = listed.iter().find(|tab| is_called(&tab.name, kind.name()));
    let Some(name) = own.or_else(|| listed.iter().find(|tab| !tab.is_hidden)).map(|tab| tab.name.as_str()) else {
        found.push(Diagnostic::new(Code::SheetMissing, place).with("sheet", kind.name()));
        return Sheet::empty(kind, file.into());
    };
    let mut tabs = tabs(bytes, &[name], &place, found).unwrap_or_default();
    let Some(at) = tabs.iter().position(|tab| tab.name == name) else { return Sheet::empty(kind, file.into()) };
    let tab = tabs.remove(at);
    ignored(&tabs, &[kind], &place, options, found);
    of_tab(kind, file, tab, options, found)
}

/// Names the tabs that nobody reads; it is an error where one has rows of these sheets, which would be lost. Those that
/// turnup made itself, and hidden ones, surprise nobody.
fn ignored(tabs: &[Tab], kinds: &[SheetKind], place: &Place, options: &Options, found: &mut Vec<Diagnostic>) {
    for tab in tabs.iter().filter(|tab| is_for_people(tab)) {
        let finding = match kinds.iter().find(|kind| is_filled(tab, **kind, options)) {
            Some(kind) => Diagnostic::new(Code::SheetLeftOut, place.clone()).with("sheet", kind.name()),
            None => Diagnostic::new(Code::SheetIgnored, place.clone()),
        };
        found.push(finding.value(&tab.name));
    }
}

fn is_for_people(tab: &Tab) -> bool {
    !tab.is_hidden && !OWN_SHEETS.contains(&tab.name.as_str())
}

/// Lines that may stand above the header of a tab that nobody reads, such as a title.
const ABOVE_MAX: usize = 5;

/// Has a tab that nobody reads the columns of that sheet, and rows below them?
fn is_filled(tab: &Tab, kind: SheetKind, options: &Options) -> bool {
    let rows = beginning(tab);
    let headers = rows.iter().take(rows.len().saturating_sub(1)).take(ABOVE_MAX + 1);
    is_for_people(tab) && headers.into_iter().any(|cells| header::has_all(kind, cells, &options.mapping))
}

/// The first rows of a tab that nobody reads.
fn beginning(tab: &Tab) -> Vec<Vec<String>> {
    // Two tabs may have one name but for blanks.
    let csv = if tab.csv.is_empty() { &tab.beginning } else { &tab.csv };
    let (Ok(text), dialect) = (str::from_utf8(csv), Dialect::rfc4180(b',')) else { return Vec::new() };
    let first = rows(text, dialect).rows.into_iter().take(ABOVE_MAX + 2);
    first.map(|row| header_cells(text, dialect, row)).collect()
}

/// The cells of a header row.
fn header_cells(text: &str, dialect: Dialect, row: RowAt) -> Vec<String> {
    let mut cells = Vec::new();
    row_cells(text, row.start as usize, dialect, &mut cells);
    cells.iter().map(|cell| cell.text(text, dialect).trim().to_owned()).collect()
}

/// Reads a file that came back from a person, CSV or workbook: the sheets that it holds. None when neither its header, nor its
/// name, nor its tabs say which they are.
pub fn read_back(path: &Path, options: &Options, found: &mut Vec<Diagnostic>) -> anyhow::Result<Vec<Sheet>> {
    let (shown, bytes) = (path.display().to_string(), bytes(path)?);
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let by_name = SheetKind::ALL.into_iter().find(|kind| name.starts_with(kind.name()));
    let place = Place::file(&shown.as_str().into(), None);
    let is = workbook::kind(&bytes);
    if is != FileType::Xlsx {
        if let Some(finding) = unlike(is, FileType::Text, &place) {
            found.push(finding);
            return Ok(Vec::new());
        }
        let kind = told::by_text(&bytes, options).or(by_name);
        return Ok(kind.map(|kind| parse(kind, &shown, bytes, options, found)).into_iter().collect());
    }
    let Some(tabs) = tabs(&bytes, &SheetKind::ALL.map(SheetKind::name), &place, found) else { return Ok(Vec::new()) };
    let of = |tab: &Tab| SheetKind::ALL.into_iter().find(|kind| is_called(&tab.name, kind.name()));
    let mut taken = Vec::new();
    let (known, others): (Vec<Tab>, Vec<Tab>) = tabs.into_iter().partition(|tab| {
        let kind = of(tab).filter(|kind| !taken.contains(kind));
        taken.extend(kind);
        kind.is_some()
    });
    if known.is_empty() {
        // A spreadsheet calls the only tab of a CSV file as the file.
        let shown_first = others.iter().find(|tab| !tab.is_hidden);
        let kind = shown_first.and_then(|tab| told::by_header(beginning(tab).first()?, &options.mapping));
        return Ok(kind.or(by_name).map(|kind| one(kind, &shown, &bytes, options, found)).into_iter().collect());
    }
    ignored(&others, &SheetKind::ALL, &place, options, found);
    Ok(known.into_iter().filter_map(|tab| Some(of_tab(of(&tab)?, &shown, tab, options, found))).collect())
}

fn of_tab(kind: SheetKind, file: &str, tab: Tab, options: &Options, found: &mut Vec<Diagnostic>) -> Sheet {
    let empty = Sheet::empty(kind, format!("{file}#{}", tab.name).into());
    let text = String::from_utf8(tab.csv).expect("a table is put together from texts");
    let sheet = sheet(Sheet { text, typed: tab.typed, ..empty }, options, found);
    // Rows of nothing but formulas without values look blank, and blank rows are none.
    let is_unseen = |cell: &&TypedCell| {
        let is_formula = cell.kind == CellKind::FormulaWithoutValue;
        is_formula && !sheet.header.is_empty() && sheet.row_of(cell.row).is_none()
    };
    if let Some(cell) = sheet.typed.iter().find(is_unseen) {
        let header = usize::try_from(cell.column).ok().and_then(|at| sheet.header.get(at));
        let column = header.map(|header| header.as_str().into());
        let place = Place::file(&sheet.file, Some(kind.name()));
        let place = Place { row: Some(cell.row), column, column_index: Some(cell.column), ..place };
        found.push(Diagnostic::new(Code::FormulaWithoutValue, place));
    }
    sheet
}

/// What the file itself does not say, said once.
fn assumed(place: Place, encoding: &str, dialect: Dialect) -> Diagnostic {
    let delimiter = match dialect.delimiter {
        b'\t' => "tabs".to_owned(),
        other => format!("`{}`", char::from(other)),
    };
    let escape = if dialect.escapes { format!("`\\{}`", char::from(dialect.delimiter)) } else { String::new() };
    let finding = Diagnostic::new(Code::FileAssumed, place).with("encoding", encoding);
    finding.with("delimiter", delimiter).with("escape", escape)
}

/// What a sheet should be called that stands in that file, or in that tab of it, under the name of another one.
fn name_of(kind: SheetKind, file: &str) -> String {
    match file.rsplit_once('#') {
        Some((book, _)) if book.ends_with(WORKBOOK) => kind.name().to_owned(),
        Some(_) => format!("{kind}.xlsx"),
        None => file_name(kind),
    }
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
    sheet.header = header_cells(&sheet.text, sheet.dialect, first);
    sheet.uses = header::uses(sheet.kind, &sheet.header, &options.mapping);
    let other = header::other_sheet(&sheet, &options.mapping);
    if let Some(other) = other {
        // A copy of another sheet: what its rows say of this one is nonsense, and so would be what is found in them.
        sheet.uses = vec![header::Use::Unknown; sheet.header.len()];
        let finding = Diagnostic::new(Code::WrongSheet, place.clone()).with("sheet", sheet.kind.name());
        found.push(finding.with("other", other.name()).with("name", name_of(other, &sheet.file)));
    }
    let is_foreign = other.is_none() && header::is_foreign(&sheet, &options.mapping);
    if is_foreign {
        found.push(Diagnostic::new(Code::ForeignSheet, place.clone()).with("sheet", sheet.kind.name()));
    }
    for (at, used) in sheet.uses.iter().enumerate() {
        if let header::Use::Column(spec) = used {
            sheet.positions.set(spec, at);
        }
    }
    sheet.rows = scan.rows;
    sheet.rows.shrink_to_fit();
    sheet.is_unclosed = scan.is_unclosed;
    if other.is_none() && !is_foreign {
        found.extend(header::findings(&sheet, first.number, &options.mapping));
    }
    if scan.is_unclosed {
        let row = sheet.rows.last().map_or(first.number, |row| row.number);
        found.push(Diagnostic::new(Code::UnclosedQuote, Place { row: Some(row), ..place }));
    }
    sheet
}
