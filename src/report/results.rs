//! The result files: every row as it came, with what became of it; and the rows to mend.

use std::borrow::Cow;

use super::row::RowResult;
use crate::sheet::{CsvText, RESULT_COLUMNS, ROW_COLUMN, Sheet, Use};

/// `*.results.csv`: the input's header and cells in their order, then what became of the row.
pub fn results_csv(sheet: &Sheet, results: &[RowResult]) -> String {
    let kept = kept_columns(sheet);
    let mut file = CsvText::new(sheet.delimiter());
    file.row(kept.iter().map(|&at| header_cell(sheet, at)).chain(RESULT_COLUMNS.map(Cow::Borrowed)));
    for result in results {
        let cells = sheet.cells(result.row);
        file.row(kept.iter().map(|&at| cells.get(at).unwrap_or_default()).chain(result.columns()));
    }
    file.finish()
}

/// `*.rejected.csv`: the rows whose own cells must change, the reason first, ready to be mended and sent back.
pub fn rejected_csv(sheet: &Sheet, results: &[RowResult]) -> String {
    let kept = kept_columns(sheet);
    let mut file = CsvText::new(sheet.delimiter());
    file.row(
        [Cow::Borrowed("reason")]
            .into_iter()
            .chain(kept.iter().map(|&at| header_cell(sheet, at)))
            .chain([Cow::Borrowed(ROW_COLUMN)]),
    );
    for result in results.iter().filter(|result| result.needs_mending()) {
        let reason = format!("{} ({})", result.reason, result.fix);
        let number = sheet.number(result.row).unwrap_or_default().to_string();
        let cells = sheet.cells(result.row);
        let cells = kept.iter().map(|&at| cells.get(at).unwrap_or_default());
        file.row([Cow::Owned(reason)].into_iter().chain(cells).chain([Cow::Owned(number)]));
    }
    file.finish()
}

/// The columns of the input, without those that an earlier report added.
pub(super) fn kept_columns(sheet: &Sheet) -> Vec<usize> {
    let widest = (0..sheet.row_count()).map(|row| sheet.cells(row).len()).max().unwrap_or(0).max(sheet.header.len());
    (0..widest).filter(|&at| !matches!(sheet.uses.get(at), Some(Use::Report))).collect()
}

fn header_cell(sheet: &Sheet, at: usize) -> Cow<'_, str> {
    sheet.header.get(at).map(|header| Cow::Borrowed(header.as_str())).unwrap_or_default()
}
