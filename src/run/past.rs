//! What the journal knows beside the board: steps as they were planned, and what earlier ones have learnt.

use std::collections::HashMap;

use super::board::Given;
use super::hand::{Ids, RELEASED};
use crate::journal::{Ending, Log, Record};
use crate::plan::{RemovalWork, Removed, Step, StepId, Work};

/// Objects whose ids are kept at hand. Steps of one customer come one after the other, so a few are asked for again
/// and again.
const AT_HAND_MAX: usize = 256;

/// Among what is given of a customer: that it is attached to an organisation that stood before.
pub(super) const ATTACHED: &str = "attached:";

/// What steps have learnt that are over, and whether they made their object, as far as it was asked for lately.
#[derive(Debug, Default)]
pub(super) struct AtHand(HashMap<StepId, (Ids, bool)>);

/// The journal of a run, to be read.
#[derive(Clone, Copy)]
pub(super) struct Past<'a> {
    pub log: &'a dyn Log,
    pub run: &'a str,
}

impl Past<'_> {
    /// What a step needs to know of the steps it builds on: what this run learnt, else what was confirmed earlier.
    pub fn given(&self, step: &Step, at_hand: &mut AtHand) -> anyhow::Result<Given> {
        let (customer, location, email) = match &step.work {
            Work::Customer(work) => (&work.external_id, None, None),
            Work::Location(work) => (&work.customer, None, None),
            Work::Numbers(work) => (&work.customer, Some(&work.location), None),
            Work::User(work) => (&work.customer, work.location.as_ref(), None),
            Work::Role(work) => (&work.customer, None, Some(&work.email)),
            Work::Removal(work) => of_removal(work),
            Work::Release(work) => (&work.customer, work.location.as_ref(), Some(&work.email)),
        };
        let mut learnt = |id: Option<StepId>| id.map_or_else(|| Ok((Ids::new(), false)), |id| self.learnt(id, at_hand));
        let (customer_ids, customer_is_new) = learnt(Some(StepId::customer(customer)))?;
        let (location_ids, location_is_new) = learnt(location.map(|name| StepId::location(customer, name)))?;
        Ok(Given {
            customer: customer_ids,
            location: location_ids,
            numbers: learnt(location.map(|name| StepId::numbers(customer, name)))?.0,
            user: learnt(email.map(|email| StepId::user(email)))?.0,
            own: self.confirmed(&step.id)?,
            customer_is_new,
            location_is_new: customer_is_new && location_is_new,
            location_is_made: location_is_new,
        })
    }

    fn confirmed(&self, id: &StepId) -> anyhow::Result<Ids> {
        Ok(self.log.confirmed(id)?.map(|confirmed| confirmed.ids).unwrap_or_default())
    }

    fn learnt(&self, id: StepId, at_hand: &mut AtHand) -> anyhow::Result<(Ids, bool)> {
        if let Some(known) = at_hand.0.get(&id) {
            return Ok(known.clone());
        }
        let record = self.log.snapshot(self.run, &id)?.unwrap_or_default();
        let is_over = record.ending().is_some();
        let is_new = is_made(&record);
        let confirmed = self.log.confirmed(&id)?.unwrap_or_default();
        let is_attached = confirmed.fields.get("org_id").is_some_and(|org_id| !org_id.is_empty());
        let mut ids = confirmed.ids;
        ids.extend(record.ids);
        ids.extend(is_attached.then(|| (ATTACHED.to_owned(), String::new())));
        // Whoever is not over may learn more.
        if is_over {
            if at_hand.0.len() >= AT_HAND_MAX {
                at_hand.0.clear();
            }
            at_hand.0.insert(id, (ids.clone(), is_new));
        }
        Ok((ids, is_new))
    }
}

impl Given {
    /// Was the organisation made in this run, so that nobody and nothing of anybody's stood in it?
    pub fn organisation_is_ours(&self) -> bool {
        self.customer_is_new && !self.customer.contains_key(ATTACHED)
    }
}

/// Customer, location and person that a removal is about.
fn of_removal(work: &RemovalWork) -> (&String, Option<&String>, Option<&String>) {
    static NOT_SAID: String = String::new();
    let customer = work.customer.as_ref().unwrap_or(&NOT_SAID);
    match &work.what {
        Removed::Customer => (customer, None, None),
        Removed::Location { name } | Removed::Numbers { location: name, .. } => (customer, Some(name), None),
        Removed::User { email } | Removed::Role { email, .. } => (customer, None, Some(email)),
    }
}

/// Did the step itself make its object, so that nothing of anybody's stands in it?
fn is_made(record: &Record) -> bool {
    record.ending() == Some(Ending::Created) && record.existing.is_empty() && !record.ids.contains_key(RELEASED)
}
