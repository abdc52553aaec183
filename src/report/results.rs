//! The result files: every row as it came, with what became of it; and the rows to mend.

use std::borrow::Cow;
use std::io;

use rayon::prelude::*;

use super::row::RowResult;
use crate::sheet::{BOM, CsvText, RESULT_COLUMNS, ROW_COLUMN, Sheet, Use};

/// Rows that one thread writes at a time, and how many such parts are held at once.
const PART_ROWS: usize = 4096;
const PARTS_HELD: usize = 8;
/// About what a row takes.
const ROW_BYTES: usize = 320;

/// What is added to the cells of a row.
pub(super) const REASON_COLUMN: &str = "reason";

/// `*.results.csv`: the input's header and cells in their order, then what became of the row.
///
/// # Errors
/// When the writer refuses.
pub fn results_csv(sheet: &Sheet, results: &[RowResult], out: &mut (dyn io::Write + Send)) -> io::Result<()> {
    let kept = kept_columns(sheet);
    // Then a row may be copied as it stands.
    let is_whole = kept.iter().copied().eq(0..kept.len());
    let mut header = CsvText::new(sheet.delimiter());
    header.row(kept.iter().map(|&at| header_cell(sheet, at)).chain(RESULT_COLUMNS.map(Cow::Borrowed)));
    let row = |file: &mut CsvText, result: &RowResult| {
        let corrected = sheet.corrected(result.row);
        let plain = if is_whole && corrected.is_empty() { sheet.plain_row(result.row) } else { None };
        if let Some((plain, cells)) = plain.filter(|(_, cells)| *cells <= kept.len()) {
            return file.row_behind(plain, kept.len() - cells, result.columns().into_iter());
        }
        let cells = sheet.cells(result.row);
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
pub fn rejected_csv(sheet: &Sheet, results: &[RowResult], out: &mut (dyn io::Write + Send)) -> io::Result<()> {
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

/// Writes rows in their order; the next ones are made side by side meanwhile.
fn write(
    header: &str,
    results: &[&RowResult],
    delimiter: u8,
    row: impl Fn(&mut CsvText, &RowResult) + Sync,
    out: &mut (dyn io::Write + Send),
) -> io::Result<()> {
    out.write_all(BOM.as_bytes())?;
    out.write_all(header.as_bytes())?;
    let part = |rows: &[&RowResult]| {
        let mut file = CsvText::with_room(delimiter, rows.len() * ROW_BYTES);
        for result in rows {
            row(&mut file, result);
        }
        file.finish()
    };
    let make = |rows: &[&RowResult]| rows.par_chunks(PART_ROWS).map(part).collect::<Vec<String>>();
    let mut parts = results.chunks(PART_ROWS * PARTS_HELD);
    let mut ready = parts.next().map(make);
    while let Some(texts) = ready {
        let next = parts.next();
        let (written, more) =
            rayon::join(|| texts.iter().try_for_each(|text| out.write_all(text.as_bytes())), || next.map(make));
        written?;
        ready = more;
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
