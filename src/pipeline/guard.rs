//! Guards: what stops a run before it does harm.

use crate::check::Checked;
use crate::diagnostic::{Code, Severity};
use crate::settings::Settings;
use crate::sheet::Sheets;
use crate::text::Lang;

/// Fewer rows than this are never judged by their share of mistakes.
const ROWS_MIN: usize = 50;

/// Says why the file is probably the wrong one: too many of its rows have mistakes of their own.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
pub(super) fn too_many_errors(sheets: &Sheets, checked: &Checked, max_error_rate: f64) -> Option<String> {
    let (rows, rejected) = (sheets.row_count(), checked.verdicts.rejected());
    if rows < ROWS_MIN || rejected as f64 <= max_error_rate * rows as f64 {
        return None;
    }
    Some(format!(
        "{rejected} of {rows} rows have mistakes, more than {:.0} %: these are probably the wrong files, so nothing was \
         sent; `turnup check` shows the mistakes, `max_error_rate` under `[guards]` in turnup.toml sets the limit",
        max_error_rate * 100.0
    ))
}

/// Says which sheet could not be read at all: it has no rows that could tell, so the run must.
pub(super) fn unreadable_sheet(checked: &Checked) -> Option<String> {
    let wrong = checked.found.iter().find(|found| matches!(found.code, Code::NotUtf8 | Code::EmptyFile))?;
    let (message, fix) = (wrong.message(Lang::default()), wrong.fix(Lang::default()));
    Some(format!("{}: {message}; {fix}; nothing was sent", wrong.place))
}

/// Says which setting cannot be read: nothing is sent under a default where a ceiling or a guard was meant.
pub(super) fn unreadable_settings(settings: &Settings) -> Option<String> {
    let wrong = settings.found.iter().find(|found| found.severity == Severity::Error)?;
    let (message, fix) = (wrong.message(settings.lang), wrong.fix(settings.lang));
    Some(format!("{}: {message}; {fix}; nothing was sent", wrong.place))
}
