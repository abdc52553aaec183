//! Cells of a mended workbook that hold something in place of a text, so that nothing can be read from them.

use super::cells::lost;
use super::rewritten::header;
use super::workbook::{CellKind, TypedCell};
use super::{Columns, Restored, Sheet, Use};
use crate::diagnostic::{Code, Diagnostic};

/// The cells of a mended workbook from which nothing can be read, since a formula without its value, a day or a number that
/// was cut stands there in place of a text; those are none that are again what they were. A CSV could not tell them any more.
pub fn lost_cells(
    back: &Sheet,
    sheet: &Sheet,
    place_of: &dyn Fn(usize) -> Option<usize>,
    restored: &[Restored],
) -> Vec<Diagnostic> {
    let columns = Columns::new(sheet, back);
    let finding = |typed: &TypedCell| {
        let (row, at) = (back.row_of(typed.row)?, usize::try_from(typed.column).ok()?);
        let Some(Use::Column(spec)) = back.uses.get(at) else { return None };
        let text = back.cells(row).get(at).unwrap_or_default();
        let code = lost(typed.kind, text.trim())?;
        let source = columns.of.iter().position(|from| *from == Some(at));
        let is_as_before = place_of(row).zip(source).is_some_and(|(place, source)| {
            let is_restored = || restored.iter().any(|one| one.row == place && one.header == header(sheet, source));
            !text.is_empty() && (sheet.cells(place).get(source).as_ref() == Some(&text) || is_restored())
        });
        (!is_as_before).then(|| Diagnostic::new(code, back.place(row, Some(spec.header))).value(text))
    };
    back.typed.iter().filter_map(finding).collect()
}

impl Sheet {
    /// Marks the cells of a workbook that became this text from which nothing can be read.
    pub fn mark_lost(&mut self, lost: &[Diagnostic]) {
        let cell = |found: &Diagnostic| {
            let kind = match found.code {
                Code::DateCell => CellKind::Date,
                Code::FormulaWithoutValue => CellKind::FormulaWithoutValue,
                Code::DigitsLost => CellKind::Number,
                _ => return None,
            };
            Some(TypedCell { row: found.place.row?, column: found.place.column_index?, kind })
        };
        let of_sheet = lost.iter().filter(|found| found.place.sheet == Some(self.kind.name()));
        if let Some(first) = of_sheet.clone().next() {
            self.file.clone_from(&first.place.file);
        }
        self.typed = of_sheet.filter_map(cell).collect();
        self.typed.sort_by_key(|cell| (cell.row, cell.column));
    }
}
