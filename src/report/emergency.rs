//! What a location's row says of emergency calls: set, verified, or not done by turnup.

use crate::journal::Record;
use crate::plan::{Action, EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, Step, Work};
use crate::text::{Lang, phrase, say};

/// What the steps of a row did for emergency calls.
#[derive(Debug, Default)]
pub(super) struct Help {
    /// Was a location with calling made or taken over?
    is_new: bool,
    address: Option<String>,
    callback: Option<String>,
}

impl Help {
    /// Is the step one that has something to tell?
    pub fn is_in(step: &Step) -> bool {
        matches!(step.work, Work::Location(_) | Work::Numbers(_))
            && matches!(step.action, Action::Create | Action::Update)
    }

    pub fn add(&mut self, step: &Step, record: &Record) {
        match &step.work {
            Work::Location(work) if work.calling && step.action == Action::Create => {
                self.is_new |= record.ending().is_some_and(crate::journal::Ending::is_good);
            }
            Work::Numbers(_) => {
                self.address = record.ids.get(EMERGENCY_ADDRESS).cloned();
                self.callback = record.ids.get(EMERGENCY_CALLBACK).cloned();
            }
            _ => {}
        }
    }

    /// Words for a row whose location is new, or whose emergency settings were touched.
    pub fn words(&self, lang: Lang) -> Option<String> {
        if !self.is_new && self.address.is_none() && self.callback.is_none() {
            return None;
        }
        let told = |how: &Option<String>| match how.as_deref() {
            Some("set") => phrase(lang, "set"),
            Some("verified") => phrase(lang, "verified"),
            _ => phrase(lang, "not done by turnup"),
        };
        let words = "emergency address: {address}; emergency callback number: {callback}";
        Some(say(lang, words, &[("address", &told(&self.address)), ("callback", &told(&self.callback))]))
    }
}
