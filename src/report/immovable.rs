//! Findings for values that cannot be changed any more.

use crate::check::RowRef;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Immovable, Plan, Twin, Why};
use crate::sheet::Sheets;

/// A finding for every new person who seems to be known under another e-mail.
pub fn twin_findings(sheets: &Sheets, twins: &[Twin]) -> Vec<Diagnostic> {
    let finding = |twin: &Twin| {
        let sheet = sheets.get(twin.source.sheet);
        let mut place = sheet.place(twin.source.index, Some("email"));
        place.column_index = sheet.position("email").and_then(|at| u32::try_from(at).ok());
        Diagnostic::new(Code::KnownByOtherEmail, place).value(&twin.email).with("known", &twin.known)
    };
    twins.iter().map(finding).collect()
}

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
    let code = match value.why {
        Why::LineHeld => Code::LineHeld,
        Why::Elsewhere => Code::NumberElsewhere,
        _ => Code::CannotChange,
    };
    Diagnostic::new(code, place)
        .value(&value.to)
        .with("from", &value.from)
        .with("to", &value.to)
        .with("because", value.why.because())
        .with("by", &value.by)
        .with("cure", value.why.cure())
}
