//! Batch -> steps.

mod activation;
mod deletes;
mod emergency;
mod fields;
mod judge;
mod lines;
mod locations;
mod numbers;
mod places;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::diff::{Diff, Immovable, Means, means};
use super::digest::fingerprint;
use super::id::StepId;
use super::known::{CALLING, Confirmed, Known, STANDS_WITH_ERRORS, WAITS_FOR};
use super::step::{Action, Calls, Source, Stage, Step};
use super::work::{CustomerWork, Work, expand};
use crate::check::{Batch, Sourced};
use crate::model::{Customer, Phone};
pub use activation::activation;
pub(super) use deletes::Removals;
use fields::customer_fields;
use lines::Lines;
pub use numbers::{live_and_staged, staged_numbers};
use places::Places;

/// Numbers sent in one request. Cisco publishes no figure for direct numbers.
pub const NUMBERS_PER_REQUEST: usize = 500;

/// `sha256:…` over some values, one after the other.
pub(super) fn digest<T: serde::Serialize>(values: impl Iterator<Item = T>) -> String {
    fingerprint(
        values.map(|value| serde_json::to_vec(&value).expect("they are texts, numbers and maps with text keys")),
    )
}

/// Ordered steps, and the values that cannot be changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Their rows take no part in the plan.
    pub immovable: Vec<Immovable>,
}

impl Plan {
    /// `sha256:…` over all steps; moves when inputs, rules or known state move.
    pub fn digest(&self) -> String {
        digest(self.steps.iter())
    }

    /// How many steps make a call.
    pub fn open_steps(&self) -> u64 {
        self.steps.iter().filter(|step| step.action != Action::Unchanged).count() as u64
    }

    /// Does any step make a call?
    pub fn is_idle(&self) -> bool {
        self.steps.iter().all(|step| step.action == Action::Unchanged)
    }
}

/// Plans a batch against what is known.
pub fn plan(batch: &Batch, known: &Known) -> Plan {
    let mut builder = Builder::new(batch, known);
    builder.gather();
    for customer in batch.customers() {
        builder.customer(customer);
    }
    for location in batch.locations() {
        builder.location(location.row.into(), [&location.removed, &location.blank], &location.value, false);
    }
    for user in batch.users() {
        builder.user(user);
    }
    builder.deletions();
    builder.finish()
}

struct Builder<'a> {
    batch: &'a Batch,
    known: &'a Known,
    /// Numbers of users, by customer and location.
    numbers: HashMap<(&'a str, &'a str), BTreeSet<Phone>>,
    /// The step of each customer's administrator.
    administrators: HashMap<&'a str, StepId>,
    /// The step of each customer's headquarters.
    headquarters: HashMap<&'a str, StepId>,
    /// Rows of the users sheet that want something that cannot be done.
    refused: HashSet<usize>,
    lines: Lines,
    places: Places<'a>,
    /// One copy of every key, for all who need it.
    shared: std::collections::HashSet<StepId>,
    plan: Plan,
}

/// A step before it is compared with what is known.
struct Draft<'a> {
    id: StepId,
    stage: Stage,
    source: Source,
    needs: Vec<StepId>,
    fields: BTreeMap<String, String>,
    removed: &'a [&'static str],
    work: Work,
}

impl<'a> Builder<'a> {
    fn new(batch: &'a Batch, known: &'a Known) -> Self {
        Self {
            batch,
            known,
            numbers: HashMap::new(),
            administrators: HashMap::new(),
            headquarters: HashMap::new(),
            refused: HashSet::new(),
            lines: Lines::default(),
            places: Places::new(known),
            shared: std::collections::HashSet::new(),
            plan: Plan::default(),
        }
    }

    fn gather(&mut self) {
        let emails: BTreeSet<&str> = self.batch.users().iter().map(|user| user.value.email.as_str()).collect();
        for customer in self.batch.customers() {
            let email = customer.value.admin_email.as_str();
            if emails.contains(email) {
                self.administrators.insert(&customer.value.external_id, StepId::user(email));
            }
        }
        let refused = self.batch.users().iter().filter(|user| self.is_refused(user)).map(|user| user.row.index);
        self.refused = refused.collect();
        self.exchange_lines();
        self.refused.extend(self.lines.refused());
        // What a row that takes no part names goes nowhere.
        for sourced in self.batch.users().iter().filter(|user| !self.refused.contains(&user.row.index)) {
            let user = &sourced.value;
            if let (Some(location), Some(number)) = (&user.location, user.phone_number) {
                self.numbers.entry((&user.customer, location)).or_default().insert(number);
            }
        }
    }

    fn push(&mut self, draft: Draft<'_>) {
        let Draft { id, stage, source, needs, fields, removed, work } = draft;
        let mut diff = self.compare(&id, stage, fields, removed, &work);
        if stage == Stage::Users {
            diff.immovable.extend_from_slice(self.lines.obstacles(source.index));
        }
        let calls = calls(stage, &diff, &work);
        let work = work.completed(&diff);
        let Diff { action, changes, immovable, fields } = diff;
        let values = immovable.into_iter().map(|value| value.of(source));
        self.plan.immovable.extend(values);
        let id = self.shared(id);
        let needs = needs.into_iter().map(|need| self.shared(need)).collect();
        // A creation sets every field, so they are not said twice.
        let changes = if action == Action::Create { Vec::new() } else { changes };
        let fields = fields.into();
        self.plan.steps.push(Step { id, stage, action, needs, source, fields, changes, calls, work });
    }

    fn shared(&mut self, id: StepId) -> StepId {
        if let Some(known) = self.shared.get(&id) {
            return known.clone();
        }
        self.shared.insert(id.clone());
        id
    }

    fn customer(&mut self, sourced: &'a Sourced<Customer>) {
        let customer = &sourced.value;
        let id = StepId::customer(&customer.external_id);
        let mut fields = customer_fields(customer);
        if self.known.made(&id).is_some() {
            fields.retain(|column, _| !sourced.blank.contains(&column.as_str()));
        }
        // The organisation that a customer has is no change, also where the row did not name it when it was made.
        let own = self.known.made(&id).filter(|made| !made.fields.contains_key("org_id"));
        if own.and_then(|made| made.ids.get("org_id")).is_some_and(|own| fields.get("org_id") == Some(own)) {
            fields.remove("org_id");
        }
        self.push(Draft {
            id,
            stage: Stage::Customers,
            source: sourced.row.into(),
            needs: Vec::new(),
            fields,
            removed: &sourced.removed,
            work: Work::Customer(Box::new(CustomerWork::new(customer))),
        });
        if let Some(headquarters) = &customer.headquarters {
            let id = StepId::location(&customer.external_id, &headquarters.name);
            self.headquarters.insert(&customer.external_id, id);
            self.location(sourced.row.into(), [&sourced.removed, &sourced.blank], headquarters, true);
        }
    }

    fn sells_calling(&self, customer: &str) -> bool {
        let in_batch = self.batch.customers().iter().find(|sourced| sourced.value.external_id == customer);
        in_batch.map_or_else(
            || self.known.get(&StepId::customer(customer)).is_some_and(Confirmed::sells_calling),
            |sourced| sourced.value.headquarters.is_some(),
        )
    }

    /// Rows with a value that cannot be changed take no part; needs that are no part of the plan are known already.
    fn finish(mut self) -> Plan {
        let out: BTreeSet<(&str, usize)> =
            self.plan.immovable.iter().map(|i| (i.source.sheet.name(), i.source.index)).collect();
        self.plan.steps.retain(|step| !out.contains(&(step.source.sheet.name(), step.source.index)));
        let ids: std::collections::HashSet<StepId> = self.plan.steps.iter().map(|step| step.id.clone()).collect();
        for step in &mut self.plan.steps {
            step.needs.retain(|need| ids.contains(need));
        }
        self.plan
    }
}

impl From<crate::check::RowRef> for Source {
    fn from(row: crate::check::RowRef) -> Self {
        Self { sheet: row.sheet, index: row.index }
    }
}

/// Requests a step takes when nothing goes wrong (`webex-api.md`, whole flow).
fn calls(stage: Stage, diff: &Diff, work: &Work) -> Calls {
    let means: HashSet<Means> = diff.changes.iter().filter_map(|change| means(stage, &change.column)).collect();
    match (diff.action, work) {
        (Action::Unchanged, _) => return Calls::default(),
        // The packages that stand, and a poll.
        (Action::Update, Work::Customer(_)) => return Calls { read: 2, write: 1 },
        (Action::Update, Work::Location(_)) => {
            // Somebody may have switched calling on again, so that is looked at first.
            let switches = u64::from(diff.changed(CALLING).is_some());
            return Calls { read: switches, write: means.len() as u64 + switches };
        }
        // A look at what waits, and what is to be done then.
        (Action::Waiting, Work::Customer(_)) => {
            if diff.fields.get(WAITS_FOR).is_some_and(|what| what == STANDS_WITH_ERRORS) {
                return Calls { read: 1, write: 0 };
            }
            let updates = u64::from(!means.is_empty());
            return Calls { read: 2 + 2 * updates, write: updates };
        }
        (Action::Waiting, _) => {
            return Calls { read: 1 + u64::from(means.contains(&Means::Person)), write: means.len() as u64 };
        }
        (Action::Update, Work::User(_)) => {
            // Changing a person begins with reading the person.
            return Calls { read: u64::from(means.contains(&Means::Person)), write: means.len() as u64 };
        }
        _ => {}
    }
    match work {
        // Look-up, one poll, opening the organisation; and the creation itself.
        Work::Customer(_) => Calls { read: 3, write: 1 },
        Work::Location(location) if location.headquarters => {
            Calls { read: 1, write: u64::from(location.speaks_otherwise()) }
        }
        Work::Location(location) => Calls { read: 0, write: if location.calling { 2 } else { 1 } },
        Work::Numbers(numbers) => {
            let batches = batches_of(&numbers.add);
            // The headquarters is made with its emergency id.
            let has_id = numbers.emergency_location_id.is_some();
            let sets_id = has_id && !(numbers.headquarters && diff.action == Action::Create);
            let sets = u64::from(numbers.main.is_some() || sets_id);
            let connects = u64::from(numbers.pstn.is_some());
            let switches = batches_of(&numbers.activate) + batches_of(&numbers.deactivate);
            let looks = batches.min(1) + (batches + switches).min(1);
            let helps = u64::from(numbers.emergency_address.is_some());
            let callbacks = u64::from(numbers.emergency_callback);
            // What was never chosen may stand as wanted, and is looked at before it is set.
            let is_first = |column: &str| {
                let change = diff.changes.iter().find(|change| change.column == column);
                change.is_some_and(|change| change.from.as_ref().is_none_or(String::is_empty))
            };
            let firsts = u64::from(is_first("pstn_connection"))
                + u64::from(is_first("main_number") || is_first("emergency_location_id"));
            let firsts = if diff.action == Action::Update { firsts } else { 0 };
            Calls {
                read: looks + connects + helps + callbacks + firsts,
                write: batches + sets + connects + switches + helps,
            }
        }
        Work::Release(_) => Calls { read: 1, write: 1 },
        // What deletions take is counted where they are planned.
        Work::User(_) | Work::Role(_) | Work::Removal(_) => Calls { read: 0, write: 1 },
    }
}

/// How many requests a list of numbers takes.
fn batches_of(list: &[String]) -> u64 {
    expand(list).len().div_ceil(NUMBERS_PER_REQUEST) as u64
}
