//! The result files: every row as it came, with what became of it; and the rows to mend.

use std::borrow::Cow;
use std::io;

use rayon::prelude::*;

use super::row::RowResult;
use crate::sheet::{BOM, CsvText, RESULT_COLUMNS, ROW_COLUMN, Sheet, Use};

/// Rows that one thread writes at a time, and how many such parts are held at once.
const PART_ROWS: usize = 4096;
const PARTS_HELD: usize = 16;

/// What is added to the cells of a row.
pub(super) const REASON_COLUMN: &str = "reason";

/// `*.results.csv`: the input's header and cells in their order, then what became of the row.
///
/// # Errors
/// When the writer refuses.
pub fn results_csv(sheet: &Sheet, results: &[RowResult], out: &mut dyn io::Write) -> io::Result<()> {
    let kept = kept_columns(sheet);
    let mut header = CsvText::new(sheet.delimiter());
    header.row(kept.iter().map(|&at| header_cell(sheet, at)).chain(RESULT_COLUMNS.map(Cow::Borrowed)));
    let row = |file: &mut CsvText, result: &RowResult| {
        let cells = sheet.cells(result.row);
        let corrected = sheet.corrected(result.row);
        let came = |&at: &usize| match corrected.iter().find(|cell| cell.position == at) {
            Some(cell) => Cow::Borrowed(cell.was.as_str()),
            None => cells.get(at).unwrap_or_default(),
        };
        file.row(kept.iter().map(came).chain(result.columns()));
    };
    write(&header.finish(), &results.iter().collect::<Vec<_>>(), sheet.delimiter(), row, out)
}

/// `*.rejected.csv`: the rows whose own cells must change, the reason first, ready to be mended and sent back.
///
/// # Errors
/// When the writer refuses.
pub fn rejected_csv(sheet: &Sheet, results: &[RowResult], out: &mut dyn io::Write) -> io::Result<()> {
    let kept = kept_columns(sheet);
    let mut header = CsvText::new(sheet.delimiter());
    let own = kept.iter().map(|&at| header_cell(sheet, at));
    header.row([Cow::Borrowed(REASON_COLUMN)].into_iter().chain(own).chain([Cow::Borrowed(ROW_COLUMN)]));
    let row = |file: &mut CsvText, result: &RowResult| {
        let number = sheet.number(result.row).unwrap_or_default().to_string();
        let cells = sheet.cells(result.row);
        let cells = kept.iter().map(|&at| cells.get(at).unwrap_or_default());
        file.row([Cow::Owned(reason(result))].into_iter().chain(cells).chain([Cow::Owned(number)]));
    };
    let rejected: Vec<&RowResult> = results.iter().filter(|result| result.needs_mending()).collect();
    write(&header.finish(), &rejected, sheet.delimiter(), row, out)
}

/// Why a row is to be mended, and how.
pub(super) fn reason(result: &RowResult) -> String {
    if result.fix.is_empty() { result.reason.clone() } else { format!("{} ({})", result.reason, result.fix) }
}

/// Writes rows in their order, made side by side.
fn write(
    header: &str,
    results: &[&RowResult],
    delimiter: u8,
    row: impl Fn(&mut CsvText, &RowResult) + Sync,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    out.write_all(BOM.as_bytes())?;
    out.write_all(header.as_bytes())?;
    for parts in results.chunks(PART_ROWS * PARTS_HELD) {
        let part = |rows: &[&RowResult]| {
            let mut file = CsvText::new(delimiter);
            for result in rows {
                row(&mut file, result);
            }
            file.finish()
        };
        let texts: Vec<String> = parts.par_chunks(PART_ROWS).map(part).collect();
        texts.iter().try_for_each(|text| out.write_all(text.as_bytes()))?;
    }
    Ok(())
}

/// The columns of the input, without those that an earlier report added.
pub(super) fn kept_columns(sheet: &Sheet) -> Vec<usize> {
    (0..sheet.width()).filter(|&at| !matches!(sheet.uses.get(at), Some(Use::Report))).collect()
}

pub(super) fn header_cell(sheet: &Sheet, at: usize) -> Cow<'_, str> {
    sheet.header.get(at).map(|header| Cow::Borrowed(header.as_str())).unwrap_or_default()
}
