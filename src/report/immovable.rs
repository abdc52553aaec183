//! Findings that hold rows against what is known: values that cannot be changed any more, and what a person should look at.

use crate::check::{Batch, RowRef};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::plan::{Immovable, Known, Leaderless, Plan, Source, Twin, Why, leaderless, twins};
use crate::sheet::Sheets;

/// What a person should look at before it is sent: a finding for every new person who seems to be known under another e-mail,
/// and for every customer that the plan leaves without an administrator.
pub fn known_warnings(sheets: &Sheets, batch: &Batch, known: &Known, plan: &Plan) -> Vec<Diagnostic> {
    let twin = |twin: &Twin| {
        let place = cell(sheets, twin.source, "email");
        Diagnostic::new(Code::KnownByOtherEmail, place).value(&twin.email).with("known", &twin.known)
    };
    let last = |last: &Leaderless| {
        let place = cell(sheets, last.source, "action");
        Diagnostic::new(Code::LastAdministrator, place).value(&last.email).with("customer", &last.customer)
    };
    let (twins, mut leaderless) = (twins(batch, known), leaderless(batch, known));
    leaderless.retain(|last| plan.steps.iter().any(|step| step.source == last.source));
    twins.iter().map(twin).chain(leaderless.iter().map(last)).collect()
}

fn cell(sheets: &Sheets, row: Source, column: &str) -> Place {
    let sheet = sheets.get(row.sheet);
    let mut place = sheet.place(row.index, Some(column));
    place.column_index = sheet.position(column).and_then(|at| u32::try_from(at).ok());
    place
}

/// A finding for every value that cannot be changed.
pub fn immovable_findings(sheets: &Sheets, plan: &Plan) -> Vec<Diagnostic> {
    let row = |value: &Immovable| RowRef { sheet: value.source.sheet, index: value.source.index };
    plan.immovable.iter().map(|value| immovable_finding(sheets, row(value), value)).collect()
}

/// The finding for a value that cannot be changed.
pub(super) fn immovable_finding(sheets: &Sheets, row: RowRef, value: &Immovable) -> Diagnostic {
    let place = cell(sheets, row.into(), &value.column);
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
