//! Cells -> CSV: record k is row k of the sheet.

use super::limits::Limits;
use super::problem::Excess;

/// The CSV that is written, and what all tables of the workbook took before.
#[derive(Debug)]
pub(super) struct Table {
    csv: Vec<u8>,
    /// The record that is written, from 1, and the field in it, from 0.
    row: u32,
    column: u32,
    /// Bytes and cells of the tables before.
    before: usize,
    cells: usize,
}

impl Table {
    pub const fn new() -> Self {
        Self { csv: Vec::new(), row: 1, column: 0, before: 0, cells: 0 }
    }

    /// Counts a cell that holds something.
    pub fn count(&mut self, limits: &Limits) -> Result<(), Excess> {
        self.cells += 1;
        if self.cells > limits.cell_count { Err(Excess::CellCount(limits.cell_count)) } else { Ok(()) }
    }

    /// Writes a cell; the ones before it in reading order were written before. A blank one is nothing.
    pub fn put(&mut self, row: u32, column: u32, text: &str, limits: &Limits) -> Result<(), Excess> {
        if text.is_empty() {
            return Ok(());
        }
        self.count(limits)?;
        let (rows, from) = (row.saturating_sub(self.row), if row > self.row { 0 } else { self.column });
        let gap = rows as usize + column.saturating_sub(from) as usize;
        // Every `"` is doubled, two stand around the text, and a line ends.
        if self.before + self.csv.len() + gap + 2 * text.len() + 3 > limits.cells {
            return Err(Excess::Cells(limits.cells));
        }
        self.csv.resize(self.csv.len() + rows as usize, b'\n');
        self.csv.resize(self.csv.len() + column.saturating_sub(from) as usize, b',');
        (self.row, self.column) = (self.row + rows, column);
        self.quote(text);
        Ok(())
    }

    fn quote(&mut self, text: &str) {
        if !text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
            self.csv.extend_from_slice(text.as_bytes());
            return;
        }
        self.csv.push(b'"');
        for (index, part) in text.split('"').enumerate() {
            if index > 0 {
                self.csv.extend_from_slice(b"\"\"");
            }
            self.csv.extend_from_slice(part.as_bytes());
        }
        self.csv.push(b'"');
    }

    /// The CSV of a sheet that was read to its end; the table begins anew.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut csv = std::mem::take(&mut self.csv);
        if !csv.is_empty() {
            csv.push(b'\n');
        }
        csv.shrink_to_fit();
        (self.row, self.column) = (1, 0);
        self.before += csv.len();
        csv
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::LIMITS;
    use super::*;

    fn written(cells: &[(u32, u32, &str)]) -> String {
        let mut table = Table::new();
        for (row, column, text) in cells {
            table.put(*row, *column, text, &LIMITS).expect("it is small");
        }
        String::from_utf8(table.finish()).expect("texts are UTF-8")
    }

    #[test]
    fn record_k_is_row_k() {
        assert_eq!(written(&[]), "");
        assert_eq!(written(&[(1, 0, "a"), (1, 2, "b"), (4, 1, "c"), (4, 2, ""), (9, 0, "")]), "a,,b\n\n\n,c\n");
        assert_eq!(written(&[(1, 0, "a,b"), (1, 1, "\"q\""), (2, 0, "c\nd\r")]), "\"a,b\",\"\"\"q\"\"\"\n\"c\nd\r\"\n");
    }

    #[test]
    fn a_lone_cell_far_away_costs_its_commas_and_line_ends() {
        let far = written(&[(1_048_576, 16_383, "x")]);
        assert_eq!(far.len(), 1_048_575 + 16_383 + 2);
    }

    #[test]
    fn limits_hold_over_all_sheets() {
        let limits = Limits { cells: 20, cell_count: 3, ..LIMITS };
        let mut table = Table::new();
        table.put(1, 0, "12345", &limits).expect("it fits");
        table.finish();
        assert_eq!(table.put(1, 0, "123456", &limits), Err(Excess::Cells(20)));
        assert_eq!(table.put(1, 5, "1", &limits), Ok(()));
        assert_eq!(table.put(1, 6, "", &limits), Ok(()));
        assert_eq!(table.count(&limits), Err(Excess::CellCount(3)));
    }
}
