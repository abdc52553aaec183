//! The result files: every row as it came, with what became of it; and the rows to mend.

use std::borrow::Cow;

use super::outcome::RowResult;
use crate::sheet::{RESULT_COLUMNS, ROW_COLUMN, Sheet, Use};

const BOM: &str = "\u{feff}";

/// `*.results.csv`: the input's header and cells in their order, then what became of the row.
pub fn results_csv(sheet: &Sheet, results: &[RowResult]) -> String {
    let kept = kept_columns(sheet);
    let mut file = File::new(sheet);
    file.row(kept.iter().map(|&at| header_cell(sheet, at)).chain(RESULT_COLUMNS.map(Cow::Borrowed)));
    for (row, result) in results.iter().enumerate() {
        let cells = sheet.cells(row);
        let (codes, done, missing) = (result.codes.join(";"), result.done.join(";"), result.missing.join(";"));
        let attempts = result.attempts.to_string();
        let added = [
            result.outcome.word(),
            &codes,
            &result.reason,
            &result.fix,
            &result.blocked_by,
            &done,
            &missing,
            &result.webex_id,
            &attempts,
            &result.tracking_id,
            &result.finished_at,
        ];
        file.row(kept.iter().map(|&at| cells.get(at).unwrap_or_default()).chain(added.map(Cow::Borrowed)));
    }
    file.finish()
}

/// `*.rejected.csv`: the rows whose own cells must change, the reason first, ready to be mended and sent back.
pub fn rejected_csv(sheet: &Sheet, results: &[RowResult]) -> String {
    let kept = kept_columns(sheet);
    let mut file = File::new(sheet);
    file.row(
        [Cow::Borrowed("reason")]
            .into_iter()
            .chain(kept.iter().map(|&at| header_cell(sheet, at)))
            .chain([Cow::Borrowed(ROW_COLUMN)]),
    );
    for (row, result) in results.iter().enumerate().filter(|(_, result)| result.needs_mending()) {
        let reason = format!("{} ({})", result.reason, result.fix);
        let number = sheet.number(row).unwrap_or_default().to_string();
        let cells = sheet.cells(row);
        let cells = kept.iter().map(|&at| cells.get(at).unwrap_or_default());
        file.row([Cow::Owned(reason)].into_iter().chain(cells).chain([Cow::Owned(number)]));
    }
    file.finish()
}

/// The columns of the input, without those that an earlier report added.
fn kept_columns(sheet: &Sheet) -> Vec<usize> {
    let widest = (0..sheet.row_count()).map(|row| sheet.cells(row).len()).max().unwrap_or(0).max(sheet.header.len());
    (0..widest).filter(|&at| !matches!(sheet.uses.get(at), Some(Use::Report))).collect()
}

fn header_cell(sheet: &Sheet, at: usize) -> Cow<'_, str> {
    sheet.header.get(at).map(|header| Cow::Borrowed(header.as_str())).unwrap_or_default()
}

/// A CSV file in memory: UTF-8 with BOM, the input's delimiter, CRLF, nothing that a spreadsheet would run.
struct File(csv::Writer<Vec<u8>>);

impl File {
    fn new(sheet: &Sheet) -> Self {
        let writer = csv::WriterBuilder::new()
            .delimiter(sheet.delimiter())
            .terminator(csv::Terminator::CRLF)
            .from_writer(BOM.as_bytes().to_vec());
        Self(writer)
    }

    fn row<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) {
        for cell in cells {
            self.0.write_field(defused(&cell).as_bytes()).expect("memory takes every field");
        }
        self.0.write_record(None::<&[u8]>).expect("memory takes every record");
    }

    fn finish(self) -> String {
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
