//! Sheets that turnup writes: UTF-8 with BOM, CRLF, and nothing that a spreadsheet would run.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr3};

/// The beginning of every CSV file that turnup writes, by which spreadsheets know UTF-8.
pub const BOM: &str = "\u{feff}";

/// Rows of a CSV file in memory.
#[derive(Debug)]
pub struct CsvText {
    text: String,
    delimiter: u8,
}

impl CsvText {
    /// No rows yet, with this between their cells.
    pub const fn new(delimiter: u8) -> Self {
        Self { text: String::new(), delimiter }
    }

    /// The same with room for so many bytes.
    pub fn with_room(delimiter: u8, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), delimiter }
    }

    /// Adds a row.
    pub fn row<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) {
        let start = self.text.len();
        let mut count = 0;
        for cell in cells {
            if count > 0 {
                self.text.push(char::from(self.delimiter));
            }
            count += 1;
            self.cell(&cell);
        }
        if count == 1 && self.text.len() == start {
            // A row of one blank cell would be a blank line.
            self.text.push_str("\"\"");
        }
        self.text.push_str("\r\n");
    }

    /// Adds a row that begins as a plain one does, with so many blank cells behind it and then others.
    pub fn row_behind<'a>(&mut self, plain: &str, blank: usize, cells: impl Iterator<Item = Cow<'a, str>>) {
        let delimiter = char::from(self.delimiter);
        self.text.push_str(plain);
        (0..blank).for_each(|_| self.text.push(delimiter));
        for cell in cells {
            self.text.push(delimiter);
            self.cell(&cell);
        }
        self.text.push_str("\r\n");
    }

    fn cell(&mut self, cell: &str) {
        let risk = if is_risky(cell) { "'" } else { "" };
        if !self.has_special(cell.as_bytes()) {
            self.text.push_str(risk);
            self.text.push_str(cell);
            return;
        }
        self.text.push('"');
        self.text.push_str(risk);
        for (at, part) in cell.split('"').enumerate() {
            if at > 0 {
                self.text.push_str("\"\"");
            }
            self.text.push_str(part);
        }
        self.text.push('"');
    }

    /// Must a cell with these bytes stand in quotes? The other usual delimiters count too, since a spreadsheet that takes one
    /// of them for this file's would find a cell that begins behind it.
    fn has_special(&self, cell: &[u8]) -> bool {
        memchr3(b'"', b'\r', b'\n', cell).is_some()
            || memchr3(b',', b';', b'\t', cell).is_some()
            || (!USUAL.contains(&self.delimiter) && memchr(self.delimiter, cell).is_some())
    }

    /// The rows.
    pub fn finish(self) -> String {
        self.text
    }
}

/// What usually stands between cells.
const USUAL: [u8; 3] = [b',', b';', b'\t'];

/// How many cells a row without its terminator has, where all of them may be written as they stand: nothing in quotes, no
/// other delimiter, no formula.
pub(super) fn plain_cells(row: &str, delimiter: u8) -> Option<usize> {
    let others = match delimiter {
        b',' => [b';', b'\t'],
        b';' => [b',', b'\t'],
        b'\t' => [b',', b';'],
        _ => return None,
    };
    if memchr3(b'"', others[0], others[1], row.as_bytes()).is_some() {
        return None;
    }
    let (mut from, mut cells) = (0, 0);
    for end in memchr_iter(delimiter, row.as_bytes()).chain([row.len()]) {
        if is_risky(&row[from..end]) {
            return None;
        }
        cells += 1;
        from = end + 1;
    }
    Some(cells)
}

/// Would a spreadsheet take it for a formula? E.164 numbers are none.
fn is_risky(cell: &str) -> bool {
    if cell.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
    // Some spreadsheets of eastern Asia take the wide signs for the narrow ones.
    let is_sign = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']);
    let is_number = cell
        .strip_prefix('+')
        .is_some_and(|digits| (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
    is_sign && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(delimiter: u8, rows: &[&[&str]]) -> String {
        let mut file = CsvText::new(delimiter);
        for row in rows {
            file.row(row.iter().map(|cell| Cow::Borrowed(*cell)));
        }
        file.finish()
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_defused() {
        for risky in [
            "=cmd|' /C calc'!A0",
            "+1+1",
            "-2",
            "@SUM(A1)",
            "+16175234000-+16175234009",
            "+1234567890123456",
            "+",
            "＝1+1",
        ] {
            assert_eq!(written(b',', &[&[risky]]), format!("'{risky}\r\n"));
        }
        for harmless in ["+351211234567", "O'Brien", "Müller", "1-2", "'=x", "+1"] {
            assert_eq!(written(b',', &[&[harmless]]), format!("{harmless}\r\n"));
        }
        assert_eq!(written(b',', &[&["\tx", "\r=x", "\n=x"]]), "\"'\tx\",\"'\r=x\",\"'\n=x\"\r\n");
    }

    #[test]
    fn cells_that_another_delimiter_would_cut_stand_in_quotes() {
        assert_eq!(
            written(b';', &[&["a,=1+1", "b;c", "d"], &[""], &["", ""]]),
            "\"a,=1+1\";\"b;c\";d\r\n\"\"\r\n;\r\n"
        );
        assert_eq!(written(b'|', &[&["a|b", "say \"x\""]]), "\"a|b\"|\"say \"\"x\"\"\"\r\n");
    }

    #[test]
    fn a_plain_row_is_written_as_it_stands() {
        for (row, delimiter, cells) in [
            ("a,b,,+351211234567", b',', Some(4)),
            ("", b',', Some(1)),
            ("Müller\tO'Brien", b'\t', Some(2)),
            ("a,\"b\"", b',', None),
            ("a,b;c", b',', None),
            ("a,=1+1", b',', None),
            ("a|b", b'|', None),
        ] {
            assert_eq!(plain_cells(row, delimiter), cells, "{row}");
        }
        let mut file = CsvText::with_room(b';', 9);
        file.row_behind("a;b", 2, ["=c", "d;e"].map(Cow::Borrowed).into_iter());
        assert_eq!(file.finish(), "a;b;;;'=c;\"d;e\"\r\n");
    }

    proptest! {
        #[test]
        fn the_csv_crate_reads_what_is_written(
            rows in prop::collection::vec(prop::collection::vec("[ab\"',;\t\r\n=+é]{0,6}", 1..4), 1..5),
            delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        ) {
            let mut file = CsvText::new(delimiter);
            for row in &rows {
                file.row(row.iter().map(|cell| Cow::Borrowed(cell.as_str())));
            }
            let text = file.finish();
            let mut reader = csv::ReaderBuilder::new();
            let mut reader = reader.has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
            let read: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.expect("memory can be read").iter().map(str::to_owned).collect())
                .collect();
            let wanted: Vec<Vec<String>> = rows
                .iter()
                .map(|row| row.iter().map(|cell| if is_risky(cell) { format!("'{cell}") } else { cell.clone() }).collect())
                .collect();
            prop_assert_eq!(read, wanted);
        }
    }
}
