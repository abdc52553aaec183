//! What is known of a step's object once the step is over, whole or in part.

use super::hand::{AS_FOUND, FOUND, Hand, STAGED};
use super::step::is_done;
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Reason};
use crate::plan::{
    Action, CALLING, Change, Confirmed, EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, MADE_BY, OFF, Stage, WAITS_SINCE,
    WAITS_WITH, Work,
};

impl Hand {
    /// What is known of the object once the step is over; none when that is what was known before, or nothing.
    pub(super) fn known_from_now_on(&self, ending: Ending, reason: Option<&Reason>) -> Option<Confirmed> {
        match ending {
            Ending::Deleted => None,
            // What it took from the person was noted at once.
            _ if matches!(self.step.work, Work::Release(_)) => None,
            Ending::Waiting => {
                let what = reason.map(|reason| reason.text.as_str()).unwrap_or_default();
                let waiting = || self.confirmed(ending).waiting(what, (self.shared.options.clock)());
                // Changing what stands may bring it under review, and so may changing what was just released.
                let own = [Call::CreateCustomer, Call::CreateSubscriber, Call::UpdateCustomer];
                if !own.iter().any(|call| self.record.done.contains(call)) {
                    return None;
                }
                Some(if self.stood() { waiting().changed(&self.columns_in_doubt()) } else { waiting() })
            }
            Ending::Failed if is_of_customer(reason) => self.known_after_error(ending),
            _ if ending.is_good() => Some(self.confirmed(ending)),
            _ => self.confirmed_in_part(ending),
        }
    }

    /// What is known of a customer whose provisioning ended in an error: that it stands as it stood before the change.
    fn known_after_error(&self, ending: Ending) -> Option<Confirmed> {
        self.stood().then(|| self.confirmed(ending).without(&self.columns_in_doubt()))
    }

    /// Did the object stand before the change of this step, or the one it waits with?
    pub fn stood(&self) -> bool {
        self.step.action == Action::Update || self.step.fields.get(WAITS_WITH).is_some()
    }

    /// The columns of which Webex has not said that it took them.
    fn columns_in_doubt(&self) -> Vec<&str> {
        let waited = self.step.fields.get(WAITS_WITH).map(|columns| columns.split(';')).into_iter().flatten();
        waited.chain(self.step.changes.iter().map(|change| change.column.as_str())).collect()
    }

    /// What is known of an object of which some values were changed and others were not, so that no change that went
    /// through is sent again.
    fn confirmed_in_part(&self, ending: Ending) -> Option<Confirmed> {
        let is_change = matches!(self.step.action, Action::Update | Action::Waiting);
        let (done, open): (Vec<&Change>, Vec<&Change>) =
            self.step.changes.iter().partition(|change| is_done(self, change));
        if !is_change || self.step.stage == Stage::Numbers || done.is_empty() {
            return None;
        }
        let mut confirmed = self.confirmed(ending);
        for Change { column, from, .. } in open {
            confirmed = confirmed.as_before(column, from.as_deref());
        }
        Some(confirmed)
    }

    /// What is known of the object from now on.
    fn confirmed(&self, ending: Ending) -> Confirmed {
        let mut ids = self.given.own.clone();
        // What is noted under a key with a colon is for the step alone.
        let is_news = |key: &str| !key.contains(':');
        ids.extend(self.record.ids.iter().filter(|(key, _)| is_news(key)).map(|(k, v)| (k.clone(), v.clone())));
        if self.step.stage == Stage::Locations && ending == Ending::Created && self.record.existing.is_empty() {
            ids.insert(MADE_BY.to_owned(), "turnup".to_owned());
        }
        let mut confirmed = Confirmed { fields: self.step.fields.to_map(), ids }.released();
        if self.record.ids.contains_key(AS_FOUND) {
            confirmed = confirmed.all_live();
        }
        for column in self.undone_help() {
            confirmed.fields.remove(column);
        }
        for column in self.noted(FOUND) {
            let value = self.record.ids.get(&format!("{FOUND}{column}"));
            confirmed = confirmed.as_before(column, value.map(String::as_str));
        }
        let has_made = self.record.done.contains(&Call::CreateLocation) || self.record.ids.contains_key("made");
        if let (Work::Location(work), false) = (&self.step.work, has_made) {
            confirmed = confirmed.without(&work.assumed.iter().map(String::as_str).collect::<Vec<_>>());
        }
        // A branch of a customer without calling gets it once the customer has it.
        if matches!(&self.step.work, Work::Location(work) if !work.headquarters && !work.calling) {
            confirmed.fields.insert(CALLING.to_owned(), OFF.to_owned());
        }
        let still_staged: Vec<String> = self.noted(STAGED).map(str::to_owned).collect();
        let is_refused = |number: &str| self.refused_number(number).is_some();
        let before = |column: &str| {
            let change = self.step.changes.iter().find(|change| change.column == column);
            change.and_then(|change| change.from.as_deref())
        };
        for (column, _) in self.unset() {
            confirmed = confirmed.as_before(column, before(column));
        }
        let confirmed = confirmed.with_main_number(is_refused, before("main_number"));
        confirmed.with_numbers(is_refused, &still_staged).with_errors(|| {
            let known = self.step.fields.get(WAITS_SINCE).filter(|_| self.step.follows_errors());
            known.map_or_else(|| (self.shared.options.clock)(), str::to_owned)
        })
    }

    /// What of the emergency settings the step was to set and did not.
    fn undone_help(&self) -> impl Iterator<Item = &'static str> {
        let wanted = match &self.step.work {
            Work::Numbers(work) => [work.emergency_address.is_some(), work.emergency_callback],
            _ => [false, false],
        };
        let calls = [(EMERGENCY_ADDRESS, Call::SetEmergencyAddress), (EMERGENCY_CALLBACK, Call::SetCallback)];
        let open =
            wanted.into_iter().zip(calls).filter(|(wanted, (_, call))| *wanted && !self.record.is_settled(*call));
        open.map(|(_, (column, _))| column)
    }
}

/// Did Webex give the provisioning of a customer up?
fn is_of_customer(reason: Option<&Reason>) -> bool {
    reason.and_then(|reason| reason.code.as_deref()) == Some(Code::CustomerFailed.id())
}
