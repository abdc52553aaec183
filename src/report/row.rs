//! What is said of one row.

use std::borrow::Cow;
use std::sync::Arc;

use super::outcome::Outcome;
use super::waiting::Awaits;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::sheet::RESULT_COLUMNS;
use crate::text::{self, Lang};

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReason {
    pub code: Option<Code>,
    pub provider_code: Option<String>,
    /// The canonical column; none where it is the whole row, or an answer of Webex.
    pub column: Option<Arc<str>>,
    /// The cell as it stands in the file, or the wrong part of it.
    pub value: String,
    /// The onboarding template that it is about.
    pub template: Option<String>,
    pub message: String,
    pub fix: String,
}

/// Everything that is said of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowResult {
    /// The position of the row in its sheet.
    pub row: usize,
    pub outcome: Outcome,
    pub codes: Vec<String>,
    /// All that is wrong with the row itself, thing by thing.
    pub reasons: Vec<RowReason>,
    /// The same in one text, with what else there is to say.
    pub reason: String,
    pub fix: String,
    /// What holds it back.
    pub root: Option<Place>,
    /// File and row of the root that holds it back.
    pub blocked_by: String,
    pub done: Vec<String>,
    pub missing: Vec<String>,
    pub webex_id: String,
    pub attempts: u32,
    pub tracking_id: String,
    /// RFC 3339 with offset.
    pub finished_at: String,
    /// What it waits for, where it does.
    pub awaits: Option<Box<Awaits>>,
}

impl RowReason {
    pub(super) fn of(finding: &Diagnostic, lang: Lang) -> Self {
        Self {
            code: Some(finding.code),
            provider_code: None,
            column: finding.place.column.clone(),
            value: finding.value.clone(),
            template: finding.arg("template").map(str::to_owned),
            message: finding.message(lang),
            fix: finding.fix(lang),
        }
    }
}

impl RowResult {
    /// A result of which nothing else is known yet; its row is the first.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            row: 0,
            outcome,
            codes: Vec::new(),
            reasons: Vec::new(),
            reason: String::new(),
            fix: String::new(),
            root: None,
            blocked_by: String::new(),
            done: Vec::new(),
            missing: Vec::new(),
            webex_id: String::new(),
            attempts: 0,
            tracking_id: String::new(),
            finished_at: String::new(),
            awaits: None,
        }
    }

    /// A row that waits for another one.
    pub(super) fn blocked(root: &Place, lang: Lang) -> Self {
        let by = root.to_string();
        let reason = text::say(lang, "{by} stands in the way", &[("by", &by)]);
        let fix = text::say(lang, "see {by}; this row goes with it", &[("by", &by)]);
        Self { reason, fix, root: Some(root.clone()), blocked_by: by, ..Self::new(Outcome::Blocked) }
    }

    /// What the results say of it, in the order of their columns.
    pub fn columns(&self) -> [Cow<'_, str>; RESULT_COLUMNS.len()] {
        [
            Cow::Borrowed(self.outcome.word()),
            joined(&self.codes),
            Cow::Borrowed(&self.reason),
            Cow::Borrowed(&self.fix),
            Cow::Borrowed(&self.blocked_by),
            joined(&self.done),
            joined(&self.missing),
            Cow::Borrowed(&self.webex_id),
            Cow::Owned(self.attempts.to_string()),
            Cow::Borrowed(&self.tracking_id),
            Cow::Borrowed(&self.finished_at),
        ]
    }

    /// Must the row's own cells change before it can go?
    pub fn needs_mending(&self) -> bool {
        const MENDABLE: [Code; 4] = [Code::Refused, Code::EmailTaken, Code::NumberRefused, Code::PstnOptionUnknown];
        let mendable = || self.codes.iter().any(|code| MENDABLE.iter().any(|known| known.id() == code));
        match self.outcome {
            Outcome::Rejected => true,
            Outcome::Failed | Outcome::Incomplete => mendable(),
            _ => false,
        }
    }
}

fn joined(texts: &[String]) -> Cow<'_, str> {
    match texts {
        [] => Cow::Borrowed(""),
        [only] => Cow::Borrowed(only),
        several => Cow::Owned(several.join(";")),
    }
}
