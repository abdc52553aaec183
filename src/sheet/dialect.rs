//! What stands between the cells of a CSV text, told from its header row.

use super::header;
use super::mapping::Mapping;
use super::split::{Dialect, needs_escapes, row_cells, rows};
use crate::model::SheetKind;

/// Delimiters that are looked for, in the order in which they are preferred.
pub(super) const DELIMITERS: [u8; 4] = *b",;\t|";

/// Takes a line such as `sep=;` off the beginning, which spreadsheets understand and do not show, and returns what it
/// names.
pub(super) fn take_separator_line(text: &mut String) -> Option<u8> {
    let line = text.split(['\r', '\n']).next().unwrap_or_default();
    let bare = line.trim_matches('"').to_ascii_lowercase();
    let named = bare.strip_prefix("sep=").and_then(|rest| rest.bytes().next())?;
    if !DELIMITERS.contains(&named) {
        return None;
    }
    let mut length = line.len();
    length += if text[length..].starts_with("\r\n") { 2 } else { usize::from(length < text.len()) };
    text.drain(..length);
    Some(named)
}

/// Finds the dialect of a text. The delimiter is the one by which most header cells are known columns, then the one
/// that makes most cells.
pub(super) fn dialect(kind: SheetKind, text: &str, named: Option<u8>, mapping: &Mapping) -> Dialect {
    let delimiter = named.unwrap_or_else(|| {
        let value = |delimiter: u8| {
            let header = header_cells(text, delimiter);
            (header::known_count(kind, &header, mapping), header.len())
        };
        // The first of equals wins, so a header of one column is read with a comma.
        DELIMITERS.into_iter().rev().max_by_key(|delimiter| value(*delimiter)).unwrap_or(b',')
    });
    Dialect { delimiter, escapes: needs_escapes(text, delimiter) }
}

/// The cells of the first row that is not blank, under a delimiter.
pub(super) fn header_cells(text: &str, delimiter: u8) -> Vec<String> {
    let dialect = Dialect::rfc4180(delimiter);
    // An open quote may run to the end of the file, so the header is looked for in its first lines.
    let mut first_lines = text.split_inclusive(['\n', '\r']).scan(0, |length, line| {
        *length += line.len();
        Some((*length, line))
    });
    let end = first_lines.find(|(_, line)| !line.trim().is_empty()).map_or(0, |(length, _)| length);
    let line = &text[..end];
    let Some(row) = rows(line, dialect).rows.first().copied() else { return Vec::new() };
    let mut cells = Vec::new();
    row_cells(line, row.start as usize, dialect, &mut cells);
    cells.iter().map(|cell| cell.text(line, dialect).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (char, bool) {
        let mut text = text.to_owned();
        let named = take_separator_line(&mut text);
        let dialect = dialect(SheetKind::Users, &text, named, &Mapping::default());
        (char::from(dialect.delimiter), dialect.escapes)
    }

    #[test]
    fn delimiters_are_told_from_the_header() {
        for delimiter in [',', ';', '\t', '|'] {
            assert_eq!(found(&format!("\nemail{delimiter}package\na{delimiter}b")), (delimiter, false));
        }
        assert_eq!(found("email\nx;y"), (',', false));
        assert_eq!(found("email;notes (a, b, c, d);package\n"), (';', false));
    }

    #[test]
    fn a_separator_line_is_believed_and_no_row() {
        for line in ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\r"] {
            let mut text = format!("{line}email;package\n");
            assert_eq!(take_separator_line(&mut text), Some(b';'), "{line:?}");
            assert_eq!(text, "email;package\n");
        }
        assert_eq!(found("separate,email\n"), (',', false));
    }

    #[test]
    fn control_hubs_escapes_are_seen() {
        assert_eq!(found("email,last name\na@b.example,Smith\\, Barney\n"), (',', true));
    }
}
