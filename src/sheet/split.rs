//! Where rows and cells stand in the bytes of a CSV text. Nothing is copied; a cell is a pair of offsets until somebody
//! asks for its text.
//!
//! The rules are RFC 4180 as the `csv` crate reads it, which a property test holds: a quote opens a cell only at its
//! beginning, a doubled quote stands for one, a row ends at LF, CR or both outside of quotes.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};
use rayon::prelude::*;

/// What stands between cells, and whether a backslash takes that meaning from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: u8,
    /// `\,` is a comma inside a cell, as Control Hub writes it.
    pub escapes: bool,
}

impl Dialect {
    pub const fn rfc4180(delimiter: u8) -> Self {
        Self { delimiter, escapes: false }
    }

    /// Does the byte before `at` end a cell, so that a quote at `at` opens one?
    fn begins_cell(self, text: &[u8], row_start: usize, at: usize) -> bool {
        let after_delimiter = at > row_start && text[at - 1] == self.delimiter;
        at == row_start || (after_delimiter && !(self.escapes && is_escaped(text, row_start, at - 1)))
    }
}

fn is_escaped(text: &[u8], row_start: usize, at: usize) -> bool {
    at > row_start && text[at - 1] == b'\\'
}

/// Where a row that is not blank begins, and the number a spreadsheet shows for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowAt {
    pub start: u32,
    pub number: u32,
}

/// The rows of a text.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub rows: Vec<RowAt>,
    /// The last row ends inside a quoted cell.
    pub is_unclosed: bool,
}

/// Finds the rows that are not blank. Blank rows count in the numbers.
///
/// The text must be shorter than 4 GiB.
pub(super) fn rows(text: &str, dialect: Dialect) -> Scan {
    if text.len() <= PART_BYTES || has(text, b'"') {
        return rows_between(text, 0, text.len(), dialect).0;
    }
    // Without quotes every line is a row, so parts can be scanned side by side.
    let bytes = text.as_bytes();
    let line_after = |at: usize| {
        let found =
            memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |found| after_terminator(bytes, at + found));
        found.min(bytes.len())
    };
    let mut starts = vec![0];
    while let Some(last) = starts.last().filter(|last| *last + PART_BYTES < bytes.len()) {
        starts.push(line_after(last + PART_BYTES));
    }
    starts.push(bytes.len());
    let parts: Vec<(Scan, u32)> =
        starts.par_windows(2).map(|part| rows_between(text, part[0], part[1], dialect)).collect();
    let mut all = Scan::default();
    all.rows.reserve_exact(parts.iter().map(|(part, _)| part.rows.len()).sum());
    let mut before = 0;
    for (part, lines) in parts {
        all.rows.extend(part.rows.iter().map(|row| RowAt { number: row.number + before, ..*row }));
        before += lines;
    }
    all
}

/// Is the byte anywhere in the text?
fn has(text: &str, byte: u8) -> bool {
    text.as_bytes().par_chunks(PART_BYTES).any(|part| memchr(byte, part).is_some())
}

/// Bytes that one thread scans at a time.
const PART_BYTES: usize = 4 << 20;

/// The rows between two line beginnings, and how many there are with the blank ones.
fn rows_between(text: &str, from: usize, to: usize, dialect: Dialect) -> (Scan, u32) {
    let bytes = &text.as_bytes()[..to];
    // A row of users has about a hundred bytes.
    let mut scan = Scan { rows: Vec::with_capacity((to - from) / 80), is_unclosed: false };
    let mut start = from;
    let mut number = 1;
    let mut cells = Vec::new();
    while start < bytes.len() {
        let (end, closed) = row_end(bytes, start, dialect);
        let offset = u32::try_from(start).expect("texts of 4 GiB are refused before");
        if !is_blank(text, start, end, dialect, &mut cells) {
            scan.rows.push(RowAt { start: offset, number });
            scan.is_unclosed = !closed;
        }
        start = after_terminator(bytes, end);
        number += 1;
    }
    (scan, number - 1)
}

/// The end of a row without its terminator, and whether its last quote is closed.
fn row_end(text: &[u8], start: usize, dialect: Dialect) -> (usize, bool) {
    let mut at = start;
    while let Some(found) = memchr3(b'"', b'\n', b'\r', &text[at..]) {
        at += found;
        if text[at] != b'"' {
            return (at, true);
        }
        if !dialect.begins_cell(text, start, at) {
            at += 1;
            continue;
        }
        match closing_quote(text, at + 1) {
            Some(close) => at = close + 1,
            None => return (text.len(), false),
        }
    }
    (text.len(), true)
}

/// The quote that closes a cell whose text begins at `from`; doubled ones do not.
fn closing_quote(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'"', text.get(at..)?)?;
        if text.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn after_terminator(text: &[u8], end: usize) -> usize {
    match text.get(end..) {
        Some([b'\r', b'\n', ..]) => end + 2,
        _ => end + 1,
    }
}

/// Has the row nothing but white space in its cells?
fn is_blank(text: &str, start: usize, end: usize, dialect: Dialect, cells: &mut Vec<CellAt>) -> bool {
    let may_be_blank =
        |byte: u8| byte == dialect.delimiter || byte.is_ascii_whitespace() || byte == b'"' || byte > 0x7f;
    let telling =
        text.as_bytes()[start..end].iter().find(|byte| **byte == b'"' || !may_be_blank(**byte) || **byte > 0x7f);
    match telling {
        None => true,
        Some(byte) if !may_be_blank(*byte) => false,
        Some(_) => {
            row_cells(text, start, dialect, cells);
            cells.iter().all(|cell| cell.text(text, dialect).trim().is_empty())
        }
    }
}

/// Where a cell stands: its text without the quotes around it, and what must be done to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellAt {
    from: u32,
    to: u32,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Exactly as it stands.
    Plain,
    /// With doubled quotes, or with text after the closing quote; from the opening quote on.
    Quoted,
    /// With escaped delimiters.
    Escaped,
}

impl CellAt {
    fn new(from: usize, to: usize, form: Form) -> Self {
        let offset = |at| u32::try_from(at).expect("texts of 4 GiB are refused before");
        Self { from: offset(from), to: offset(to), form }
    }

    /// Where it begins and ends in the text, the quotes around it included.
    pub fn with_quotes(self, text: &str) -> (usize, usize) {
        let (from, to) = (self.from as usize, self.to as usize);
        // Before a cell without quotes stands a delimiter, a line end, or nothing.
        let is_quoted = self.form == Form::Plain && from > 0 && text.as_bytes()[from - 1] == b'"';
        if is_quoted { (from - 1, to + 1) } else { (from, to) }
    }

    /// The cell's text where it stands in the file as it is meant.
    pub fn plain(self, text: &str) -> Option<&str> {
        (self.form == Form::Plain).then(|| &text[self.from as usize..self.to as usize])
    }

    /// The cell's text.
    pub fn text(self, text: &str, dialect: Dialect) -> Cow<'_, str> {
        let raw = &text[self.from as usize..self.to as usize];
        match self.form {
            Form::Plain => Cow::Borrowed(raw),
            Form::Quoted => Cow::Owned(unquoted(raw)),
            Form::Escaped => {
                let delimiter = char::from(dialect.delimiter);
                Cow::Owned(raw.replace(&format!("\\{delimiter}"), delimiter.encode_utf8(&mut [0; 4])))
            }
        }
    }
}

/// A cell that begins with a quote, read to its end: doubled quotes are one, what follows the closing quote is text.
fn unquoted(raw: &str) -> String {
    let inner = &raw[1..];
    let close = closing_quote(inner.as_bytes(), 0).unwrap_or(inner.len());
    let rest = inner.get(close + 1..).unwrap_or_default();
    inner[..close].replace("\"\"", "\"") + rest
}

/// Finds the cells of the row that begins at `start`; returns where the row ends, without its terminator.
pub(super) fn row_cells(text: &str, start: usize, dialect: Dialect, cells: &mut Vec<CellAt>) -> usize {
    let bytes = text.as_bytes();
    cells.clear();
    let end = start + memchr2(b'\n', b'\r', &bytes[start..]).unwrap_or(bytes.len() - start);
    if memchr(b'"', &bytes[start..end]).is_none() && !dialect.escapes {
        let mut from = start;
        for at in memchr::memchr_iter(dialect.delimiter, &bytes[start..end]) {
            cells.push(CellAt::new(from, start + at, Form::Plain));
            from = start + at + 1;
        }
        cells.push(CellAt::new(from, end, Form::Plain));
        return end;
    }
    let mut from = start;
    loop {
        let (cell, end) = cell(bytes, from, dialect);
        cells.push(cell);
        if bytes.get(end) != Some(&dialect.delimiter) {
            return end;
        }
        from = end + 1;
    }
}

/// The cell that begins at `from`, and the delimiter, terminator or end of text behind it.
fn cell(text: &[u8], from: usize, dialect: Dialect) -> (CellAt, usize) {
    if text.get(from) != Some(&b'"') {
        return plain_cell(text, from, from, dialect);
    }
    let Some(close) = closing_quote(text, from + 1) else {
        return (CellAt::new(from, text.len(), Form::Quoted), text.len());
    };
    let (_, end) = plain_cell(text, close + 1, close + 1, Dialect { escapes: false, ..dialect });
    let has_doubled = memchr(b'"', &text[from + 1..close]).is_some();
    if end == close + 1 && !has_doubled {
        return (CellAt::new(from + 1, close, Form::Plain), end);
    }
    (CellAt::new(from, end, Form::Quoted), end)
}

fn plain_cell(text: &[u8], from: usize, mut at: usize, dialect: Dialect) -> (CellAt, usize) {
    let mut form = Form::Plain;
    loop {
        let Some(found) = text.get(at..).and_then(|rest| memchr3(dialect.delimiter, b'\n', b'\r', rest)) else {
            return (CellAt::new(from, text.len(), form), text.len());
        };
        at += found;
        if !(dialect.escapes && text[at] == dialect.delimiter && at > from && text[at - 1] == b'\\') {
            return (CellAt::new(from, at, form), at);
        }
        form = Form::Escaped;
        at += 1;
    }
}

/// Does the text hold cells that only make sense when `\,` is a comma inside a cell? Proven by a row that has more
/// cells than the header when every comma counts, and no more when escaped ones do not.
pub(super) fn needs_escapes(text: &str, delimiter: u8) -> bool {
    let pattern = [b'\\', delimiter];
    if !has(text, b'\\') || memchr::memmem::find(text.as_bytes(), &pattern).is_none() {
        return false;
    }
    let (strict, escaped) = (Dialect::rfc4180(delimiter), Dialect { delimiter, escapes: true });
    let mut cells = Vec::new();
    let mut count = |start: u32, dialect| {
        row_cells(text, start as usize, dialect, &mut cells);
        cells.len()
    };
    let found = rows(text, strict).rows;
    let Some((header, rows)) = found.split_first() else { return false };
    let wanted = count(header.start, escaped);
    rows.iter().any(|row| count(row.start, strict) > wanted && count(row.start, escaped) <= wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str, dialect: Dialect) -> Vec<Vec<String>> {
        let mut cells = Vec::new();
        let rows = rows(text, dialect).rows;
        let texts = |row: &RowAt| {
            row_cells(text, row.start as usize, dialect, &mut cells);
            cells.iter().map(|cell| cell.text(text, dialect).into_owned()).collect()
        };
        rows.iter().map(texts).collect()
    }

    fn split_by_csv_crate(text: &str, delimiter: u8) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
        let rows = reader.records().map(|record| record.expect("memory can be read, and any row is taken"));
        rows.filter(|row| !row.iter().all(|cell| cell.trim().is_empty()))
            .map(|row| row.iter().map(str::to_owned).collect())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn it_splits_as_the_csv_crate_does(text in r#"[ab"',;\r\n \\é]{0,40}"#, semicolon: bool) {
            let delimiter = if semicolon { b';' } else { b',' };
            prop_assert_eq!(split(&text, Dialect::rfc4180(delimiter)), split_by_csv_crate(&text, delimiter));
        }

        #[test]
        fn it_splits_arbitrary_text_as_the_csv_crate_does(text: String) {
            let text = text.trim_start_matches('\u{feff}');
            prop_assert_eq!(split(text, Dialect::rfc4180(b',')), split_by_csv_crate(text, b','));
        }
    }

    #[test]
    fn escaped_commas_stay_inside_their_cell() {
        let dialect = Dialect { delimiter: b',', escapes: true };
        assert_eq!(split("a\\,b,c\n\"d\\\",e\n", dialect), [["a,b", "c"], ["d\\", "e"]]);
    }

    #[test]
    fn escapes_are_believed_only_when_a_row_proves_them() {
        assert!(needs_escapes("name,city\nSmith\\, Barney,Bedrock\n", b','));
        assert!(!needs_escapes("path,city\nC:\\,Bedrock\n", b','));
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        for line in ["\n", "\r\n", "\r"] {
            let text = "h,i\na,b\n\n,,\nc,\"d\u{1}e\"\n \u{a0},\"\"\nf,g\n".replace('\n', line).replace('\u{1}', "\n");
            let numbers: Vec<u32> = rows(&text, Dialect::rfc4180(b',')).rows.iter().map(|row| row.number).collect();
            assert_eq!(numbers, [1, 2, 5, 7], "{line:?}");
        }
    }

    #[test]
    fn parts_of_a_long_text_are_put_together() {
        let dialect = Dialect::rfc4180(b',');
        for line in ["\n", "\r\n", "\r"] {
            let long = format!("a,b{line}{line}{}{line}", "x".repeat(1000)).repeat(9000);
            let (whole, lines) = rows_between(&long, 0, long.len(), dialect);
            assert_eq!(rows(&long, dialect).rows, whole.rows, "{line:?}");
            assert_eq!((whole.rows.len(), lines), (18_000, 27_000));
        }
    }

    #[test]
    fn an_open_quote_is_seen() {
        let is_unclosed = |text| rows(text, Dialect::rfc4180(b',')).is_unclosed;
        assert!(is_unclosed("a\n\"b"));
        assert!(is_unclosed("a\n\"b\"\"\n\n"));
        assert!(!is_unclosed("a\n\"b\""));
        assert!(!is_unclosed("a\nb \"c\n"));
    }
}
