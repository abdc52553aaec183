//! Sheets that turnup writes: UTF-8 with BOM, CRLF, and nothing that a spreadsheet would run.

use std::borrow::Cow;

const BOM: &str = "\u{feff}";

/// A CSV file in memory.
#[derive(Debug)]
pub struct CsvText(csv::Writer<Vec<u8>>);

impl CsvText {
    /// An empty file with this between its cells.
    pub fn new(delimiter: u8) -> Self {
        let writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(csv::Terminator::CRLF)
            .from_writer(BOM.as_bytes().to_vec());
        Self(writer)
    }

    /// Adds a row.
    ///
    /// # Panics
    /// Never: memory takes every row.
    pub fn row<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) {
        for cell in cells {
            self.0.write_field(defused(&cell).as_bytes()).expect("memory takes every field");
        }
        self.0.write_record(None::<&[u8]>).expect("memory takes every record");
    }

    /// The whole text.
    ///
    /// # Panics
    /// Never: every field was text.
    pub fn finish(self) -> String {
        let bytes = self.0.into_inner().expect("memory takes every record");
        String::from_utf8(bytes).expect("every field was text")
    }
}

/// A leading `'` for what a spreadsheet would take for a formula; E.164 numbers stay as they are.
fn defused(cell: &str) -> Cow<'_, str> {
    let is_risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']);
    let is_number = cell
        .strip_prefix('+')
        .is_some_and(|digits| (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
    if is_risky && !is_number { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_defused() {
        for risky in
            ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\tx", "+16175234000-+16175234009", "+1234567890123456"]
        {
            assert_eq!(defused(risky), format!("'{risky}"));
        }
        for harmless in ["+351211234567", "O'Brien", "", "Müller", "1-2", "'=x"] {
            assert_eq!(defused(harmless), harmless);
        }
    }
}
