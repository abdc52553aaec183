//! Bytes of a CSV file -> a sheet with its rows numbered as a spreadsheet shows them.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::SheetKind;

use super::{Row, Sheet, header};

const BOM: &[u8] = b"\xef\xbb\xbf";
/// Delimiters that are looked for in the header line.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads a CSV file. What is wrong with the file as a whole is found here; cells are read later.
pub fn parse(kind: SheetKind, file: &str, bytes: &[u8], found: &mut Vec<Diagnostic>) -> Sheet {
    let file: Arc<str> = file.into();
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let delimiter = delimiter(bytes);
    let mut sheet = Sheet { kind, file, delimiter, header: Vec::new(), uses: Vec::new(), rows: Vec::new() };
    let place = Place::file(&sheet.file, Some(kind.name()));
    let records = match records(bytes, delimiter) {
        Ok(records) => records,
        Err(bad_row) => {
            found.push(Diagnostic::new(Code::NotUtf8, place).with("bad_row", bad_row));
            return sheet;
        }
    };
    let mut records = records.into_iter();
    let Some(first) = records.next() else {
        found.push(Diagnostic::new(Code::EmptyFile, place));
        return sheet;
    };
    sheet.header = first.cells.iter().map(|cell| cell.trim().to_owned()).collect();
    sheet.uses = header::uses(kind, &sheet.header);
    sheet.rows = records.collect();
    found.extend(header::findings(&sheet, first.number));
    if is_unclosed(bytes, delimiter) {
        let row = sheet.rows.last().map_or(first.number, |row| row.number);
        found.push(Diagnostic::new(Code::UnclosedQuote, Place { row: Some(row), ..place }));
    }
    sheet
}

/// The delimiter that the header line uses most.
fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.split(|b| matches!(b, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    let count = |delimiter: u8| {
        let mut quoted = false;
        line.iter()
            .filter(|&&b| {
                quoted ^= b == b'"';
                b == delimiter && !quoted
            })
            .count()
    };
    // The first of equals wins, so a header of one column is read with a comma.
    DELIMITERS.into_iter().rev().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

/// The records that are not blank, each with its row number; the row of the first byte that is not UTF-8 otherwise.
fn records(bytes: &[u8], delimiter: u8) -> Result<Vec<Row>, u32> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    let mut rows = Vec::new();
    let mut number = 0;
    let mut record = csv::ByteRecord::new();
    loop {
        let start = offset(&reader);
        if !reader.read_byte_record(&mut record).expect("reading from memory cannot fail, and records are flexible") {
            return Ok(rows);
        }
        number += 1 + blank_lines(bytes, start);
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue;
        }
        let cells = csv::StringRecord::from_byte_record(std::mem::take(&mut record)).map_err(|_| number)?;
        rows.push(Row { number, cells });
    }
}

fn offset<R: std::io::Read>(reader: &csv::Reader<R>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

/// How many empty lines the reader skips before the record that begins at or after `start`.
fn blank_lines(bytes: &[u8], start: usize) -> u32 {
    let mut rest = bytes.get(start..).unwrap_or_default();
    if start > 0 && bytes.get(start - 1) == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut blank = 0;
    loop {
        rest = match rest {
            [b'\r', b'\n', tail @ ..] | [b'\r' | b'\n', tail @ ..] => tail,
            _ => return blank,
        };
        blank += 1;
    }
}

/// Does the file end inside a quoted cell?
fn is_unclosed(bytes: &[u8], delimiter: u8) -> bool {
    let mut quoted = false;
    let mut cell_starts = true;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if quoted {
            if byte == b'"' && bytes.get(at + 1) == Some(&b'"') {
                at += 1;
            } else if byte == b'"' {
                quoted = false;
            }
        } else {
            quoted = byte == b'"' && cell_starts;
            cell_starts = byte == delimiter || matches!(byte, b'\n' | b'\r');
        }
        at += 1;
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a file as `number: cells`.
    fn shown(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let sheet = parse(SheetKind::Users, "users.csv", text.as_bytes(), &mut found);
        let rows =
            sheet.rows.iter().map(|row| format!("{}: {}", row.number, row.cells.iter().collect::<Vec<_>>().join("|")));
        rows.collect()
    }

    fn codes(text: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        parse(SheetKind::Users, "users.csv", text, &mut found);
        found.iter().filter(|d| d.code != Code::MissingColumn).map(|d| format!("{} {}", d.place, d.code)).collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let wanted = ["2: a|b", "5: c|d\ne", "6: f|g"];
        for line in ["\n", "\r\n", "\r"] {
            let text = "email,package\na,b\n\n,,\nc,\"d\u{1}e\"\nf,g\n".replace('\n', line).replace('\u{1}', "\n");
            assert_eq!(shown(&text), wanted, "{line:?}");
        }
    }

    #[test]
    fn blank_lines_before_the_header_count() {
        assert_eq!(shown("\n\nemail\nx\n"), ["4: x"]);
    }

    #[test]
    fn delimiters_are_found_in_the_header() {
        for delimiter in [',', ';', '\t', '|'] {
            assert_eq!(shown(&format!("email{delimiter}package\na{delimiter}b")), ["2: a|b"]);
        }
    }

    #[test]
    fn faults_of_the_file_are_found() {
        assert_eq!(codes(b""), ["users.csv F105"]);
        assert_eq!(codes(b"\n\n"), ["users.csv F105"]);
        assert_eq!(codes(b"email\nJos\xe9\n"), ["users.csv F104"]);
        assert_eq!(codes(b"email,e-mal,Email\na,b,c\n"), ["users.csv:1 F102", "users.csv:1 F103"]);
        assert_eq!(codes(b"email,package\nx,\"y\n"), ["users.csv:2 F107"]);
        assert_eq!(codes(b"email,\"package\nx,y\n"), ["users.csv:1 F102", "users.csv:1 F107"]);
        assert_eq!(codes(b"email,package\nx,y \"z\n"), Vec::<String>::new());
    }
}
