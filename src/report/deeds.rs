//! What happened to a step, entry by entry, in words.

use super::printable;
use crate::diagnostic::Code;
use crate::journal::{Ending, Event, Reason};
use crate::plan::{Stage, StepId};
use crate::text::{self, Lang, phrase, say};

/// One event in words.
pub fn event_words(event: &Event, lang: Lang) -> String {
    let call_words =
        |words: &str, call: &crate::journal::Call| say(lang, words, &[("call", &phrase(lang, call.words()))]);
    let tracked = |words: String, tracking_id: &Option<String>| match tracking_id {
        Some(id) => format!("{words} ({})", say(lang, "tracking id {id}", &[("id", id)])),
        None => words,
    };
    match event {
        Event::Started => phrase(lang, "taken up").to_owned(),
        Event::Intent { call } => call_words("{call}: about to be sent", call),
        Event::Answered { call, tracking_id, .. } => tracked(call_words("{call}: took effect", call), tracking_id),
        Event::Refused { call, tracking_id } => tracked(call_words("{call}: refused by Webex", call), tracking_id),
        Event::Recalled { call } => call_words("{call}: was not sent after all", call),
        Event::Lost { call, why } => {
            format!(
                "{} ({})",
                call_words("{call}: no answer came, so it is in doubt", call),
                printable(&text::retold(lang, why))
            )
        }
        Event::Found { call, .. } => call_words("{call}: looked up, and it had taken effect", call),
        Event::Absent { call } => call_words("{call}: looked up, and it had no effect", call),
        Event::Existing { call, .. } => call_words("{call}: not needed, since an equal object stands there", call),
        Event::Noted { ids } => {
            let names: Vec<&str> = ids.keys().map(String::as_str).collect();
            say(lang, "learnt: {names}", &[("names", &names.join(", "))])
        }
        Event::Finished { ending, reason, .. } => {
            let ended = say(lang, "ended: {ending}", &[("ending", &ending_word(*ending))]);
            match reason {
                Some(reason) => format!("{ended}; {}", printable(&reason_words(reason, lang))),
                None => ended,
            }
        }
    }
}

/// The word of an ending, as results have it.
pub const fn ending_word(ending: Ending) -> &'static str {
    match ending {
        Ending::Created => "created",
        Ending::Updated => "updated",
        Ending::Unchanged => "unchanged",
        Ending::AlreadyThere => "already_there",
        Ending::Deleted => "deleted",
        Ending::Waiting => "waiting",
        Ending::Failed => "failed",
        Ending::Conflict => "conflict",
        Ending::Unconfirmed => "unconfirmed",
        Ending::Blocked => "blocked",
    }
}

/// Why a step ended as it did: everything there is to say, with codes and tracking ids.
pub fn reason_words(reason: &Reason, lang: Lang) -> String {
    reason.all().map(|reason| one_reason(reason, lang)).collect::<Vec<_>>().join("; ")
}

/// Why it ended so, in the words of its code.
pub fn code_words(reason: &Reason, lang: Lang) -> String {
    match reason.code.as_deref().and_then(Code::from_id) {
        Some(code) => {
            let message = text::entry(lang, code.id()).message;
            let message =
                text::fill(message, |name| (name == "reason").then(|| text::retold(lang, &reason.text).into_owned()));
            format!("{message} ({code})")
        }
        None => text::retold(lang, &reason.text).into_owned(),
    }
}

fn one_reason(reason: &Reason, lang: Lang) -> String {
    let mut words = code_words(reason, lang);
    if let Some(root) = &reason.blocked_by {
        let waits = say(lang, "waits for {step}", &[("step", &thing_words(root, lang))]);
        words = if words.is_empty() { waits } else { format!("{words}; {waits}") };
    }
    if let Some(id) = &reason.tracking_id {
        words = format!("{words} ({})", say(lang, "tracking id {id}", &[("id", id)]));
    }
    words
}

/// What is waited for, in words that name the word of Webex.
pub fn wait_cause(word: &str, lang: Lang) -> &str {
    match word {
        "pending_rpl_review" => phrase(lang, "a review at Cisco (pending_rpl_review)"),
        "pending_user_migration" => phrase(lang, "consent of the person (pending_user_migration)"),
        other => phrase(lang, other),
    }
}

/// What a step is about, such as `user ana@acme.example`.
pub fn thing_words(step: &StepId, lang: Lang) -> String {
    let parts = step.parts();
    let name = parts.last().cloned().unwrap_or_default();
    let words = match step.stage() {
        Some(Stage::Customers) => "customer {name}",
        Some(Stage::Locations) => "location {name}",
        Some(Stage::Numbers) => "numbers of {name}",
        Some(Stage::Users) => "user {name}",
        Some(Stage::Roles) => "role of {name}",
        None => return step.to_string(),
    };
    say(lang, words, &[("name", &printable(&name))])
}
