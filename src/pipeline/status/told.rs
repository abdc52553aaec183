//! What the journal says of a step that is not done, in words.

use crate::journal::{Ending, Reason, Record, State};
use crate::plan::Step;
use crate::report::{self, Standing};
use crate::text::{Lang, phrase};

/// What the journal says of a step that is not done.
pub(super) struct Told {
    pub standing: Standing,
    pub what: String,
    /// Since when; RFC 3339.
    pub since: Option<String>,
    pub ending: Option<Ending>,
}

/// What the record of a step that is not done says; none where it says nothing of its own.
pub(super) fn told(step: &Step, record: &Record, lang: Lang) -> Option<Told> {
    let (standing, what) = match record.state {
        State::Pending | State::Running | State::Finished(Ending::Blocked) => return None,
        State::Finished(Ending::Waiting) => (Standing::Waiting, waiting(record.reason.as_ref()?, lang)?),
        State::Finished(ending) if ending.is_good() => {
            let lacking = record.reason.as_ref().filter(|reason| !reason.missing.is_empty())?;
            (Standing::Failed, failure(step, Some(lacking), lang))
        }
        State::Sending(_) | State::Doubtful(_) => {
            // Nothing failed; who goes on with the run, or the next one, asks for it.
            (Standing::Open, phrase(lang, "an answer of Webex is outstanding").to_owned())
        }
        State::Finished(_) => (Standing::Failed, failure(step, record.reason.as_ref(), lang)),
    };
    let (since, ending) = (record.finished_at.clone(), record.ending());
    Some(Told { standing, what, since, ending })
}

/// What is waited for, with the word of Webex; none for what waits behind another row.
fn waiting(reason: &Reason, lang: Lang) -> Option<String> {
    if reason.blocked_by.is_some() {
        return None;
    }
    Some(report::wait_cause(&reason.text, lang).to_owned())
}

/// Why it failed, in the words of its code.
fn failure(step: &Step, reason: Option<&Reason>, lang: Lang) -> String {
    reason.map_or_else(|| step.id.to_string(), |reason| report::code_words(reason, lang))
}
