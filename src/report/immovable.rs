//! Findings for values that cannot be changed any more.

use crate::check::RowRef;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Immovable, Plan};
use crate::sheet::Sheets;

/// A finding for every value that cannot be changed.
pub fn immovable_findings(sheets: &Sheets, plan: &Plan) -> Vec<Diagnostic> {
    let row = |value: &Immovable| RowRef { sheet: value.source.sheet, index: value.source.index };
    plan.immovable.iter().map(|value| immovable_finding(sheets, row(value), value)).collect()
}

/// The finding for a value that cannot be changed.
pub(super) fn immovable_finding(sheets: &Sheets, row: RowRef, value: &Immovable) -> Diagnostic {
    let sheet = sheets.get(row.sheet);
    let column: &str = &value.column;
    let mut place = sheet.place(row.index, Some(column));
    place.column_index = sheet.position(column).and_then(|at| u32::try_from(at).ok());
    Diagnostic::new(Code::CannotChange, place).value(&value.to).with("from", &value.from)
}
