//! The steps that delete, in the order in which the provider lets go: role, user, numbers, location, customer.

use std::collections::{HashMap, HashSet};

use super::Builder;
use super::lines::release;
use crate::check::{Deleted, Deletion};
use crate::model::{Package, Role};
use crate::plan::id::StepId;
use crate::plan::known::Known;
use crate::plan::step::{Action, Calls, Source, Stage, Step};
use crate::plan::work::{ReleaseWork, RemovalWork, Removed, Work};

impl Builder<'_> {
    /// Adds the steps of every row that deletes, and lets others wait for what is freed by them.
    pub(super) fn deletions(&mut self) {
        let deletions = self.batch.deletions();
        if deletions.is_empty() {
            return;
        }
        let mut removals = Removals::new(self.known);
        // Users first, since locations wait for them, and rows of their own before those of customers.
        for Deletion { row, what } in deletions {
            if let Deleted::User { customer, email } = what {
                removals.user((*row).into(), customer.as_deref(), email);
            }
        }
        for Deletion { row, what } in deletions {
            if let Deleted::Customer { external_id } = what {
                removals.users_of((*row).into(), external_id);
            }
        }
        for Deletion { row, what } in deletions {
            if let Deleted::Location { customer, name } = what {
                removals.location((*row).into(), customer, name);
            }
        }
        for Deletion { row, what } in deletions {
            if let Deleted::Customer { external_id } = what {
                removals.customer((*row).into(), external_id);
            }
        }
        for (email, number) in self.lines.departures() {
            removals.release(email, number);
        }
        let freed = removals.freed();
        for step in &mut self.plan.steps {
            let before = freed.before(step);
            step.needs.extend(before);
        }
        self.plan.steps.extend(removals.steps);
    }
}

/// What deleted users leave for others: numbers, and extensions at a location of a customer.
#[derive(Default)]
struct Freed {
    numbers: HashMap<String, StepId>,
    extensions: HashMap<[String; 3], StepId>,
}

impl Freed {
    /// The deletions that a step has to wait for.
    fn before(&self, step: &Step) -> Vec<StepId> {
        let Work::User(user) = &step.work else { return Vec::new() };
        let number = user.phone_number.as_ref().and_then(|number| self.numbers.get(number));
        let seat = user.location.clone().zip(user.extension.clone());
        let extension =
            seat.and_then(|(location, extension)| self.extensions.get(&[user.customer.clone(), location, extension]));
        number.into_iter().chain(extension).cloned().collect()
    }
}

/// Steps that delete, being put in order.
pub struct Removals<'a> {
    known: &'a Known,
    pub steps: Vec<Step>,
    present: HashSet<StepId>,
    /// Every known user of each customer; gathered when the first customer goes.
    users: Option<HashMap<&'a str, Vec<&'a StepId>>>,
}

impl<'a> Removals<'a> {
    pub fn new(known: &'a Known) -> Self {
        Self { known, steps: Vec::new(), present: HashSet::new(), users: None }
    }

    /// The user, and before them the role.
    pub fn user(&mut self, source: Source, customer: Option<&str>, email: &str) {
        let id = StepId::user(email);
        if self.present.contains(&id) {
            return;
        }
        let recorded = self.field(&id, "customer_external_id");
        let customer = customer.map(str::to_owned).or(recorded);
        let role = self.field(&StepId::role(email), "role").and_then(|word| Role::parse(&word));
        let mut needs = Vec::new();
        if let Some(role) = role {
            needs.push(StepId::role(email));
            self.role(source, customer.clone(), email, role.scim_value());
        }
        let what = Removed::User { email: email.to_owned() };
        self.push(id, Stage::Users, source, needs, RemovalWork { customer, what });
    }

    /// Takes a number from a user before the user goes.
    fn release(&mut self, email: &str, number: &str) {
        let id = StepId::user(email);
        let Some(place) = self.steps.iter().position(|step| step.id == id) else { return };
        let work = ReleaseWork {
            customer: customer_of(&self.steps[place]).unwrap_or_default().to_owned(),
            email: email.to_owned(),
            number: number.to_owned(),
            location: self.field(&id, "location"),
            next: None,
            gone: true,
        };
        let step = release(self.steps[place].source, Vec::new(), work);
        self.steps[place].needs.push(step.id.clone());
        self.steps.push(step);
    }

    pub fn role(&mut self, source: Source, customer: Option<String>, email: &str, role: &str) {
        let what = Removed::Role { email: email.to_owned(), role: role.to_owned() };
        self.push(StepId::role(email), Stage::Roles, source, Vec::new(), RemovalWork { customer, what });
    }

    /// The branch, and before it its users and its numbers.
    pub fn location(&mut self, source: Source, customer: &str, name: &str) {
        let users = self.users_at(customer, name);
        let id = StepId::location(customer, name);
        let mut needs = users.clone();
        if self.may_call(customer) {
            needs.push(StepId::numbers(customer, name));
            self.numbers(source, customer, name, None, users);
        }
        let work =
            RemovalWork { customer: Some(customer.to_owned()), what: Removed::Location { name: name.to_owned() } };
        self.push(id, Stage::Locations, source, needs, work);
    }

    pub fn numbers(
        &mut self,
        source: Source,
        customer: &str,
        location: &str,
        only: Option<Vec<String>>,
        needs: Vec<StepId>,
    ) {
        let what = Removed::Numbers { location: location.to_owned(), only, with_customer: false };
        let work = RemovalWork { customer: Some(customer.to_owned()), what };
        self.push(StepId::numbers(customer, location), Stage::Numbers, source, needs, work);
    }

    /// Every user that turnup knows of a customer that goes: without the customer nobody manages them.
    fn users_of(&mut self, source: Source, external_id: &str) {
        let known = self.known;
        let users = self.users.get_or_insert_with(|| users_by_customer(known)).remove(external_id);
        for user in users.into_iter().flatten() {
            if let [email] = user.parts().as_slice() {
                self.user(source, Some(external_id), email);
            }
        }
    }

    /// The customer, after whatever of it goes too.
    pub fn customer(&mut self, source: Source, external_id: &str) {
        let of_it = self.steps.iter_mut().filter(|step| customer_of(step) == Some(external_id));
        let needs = of_it
            .map(|step| {
                if let Work::Removal(RemovalWork { what: Removed::Numbers { only, with_customer, .. }, .. }) =
                    &mut step.work
                {
                    *with_customer = only.is_some();
                }
                step.id.clone()
            })
            .collect();
        let work = RemovalWork { customer: Some(external_id.to_owned()), what: Removed::Customer };
        self.push(StepId::customer(external_id), Stage::Customers, source, needs, work);
    }

    fn push(&mut self, id: StepId, stage: Stage, source: Source, needs: Vec<StepId>, work: RemovalWork) {
        if !self.present.insert(id.clone()) {
            return;
        }
        let action = if self.known.is_gone(&id) { Action::Unchanged } else { Action::Delete };
        let calls =
            if action == Action::Delete { calls(&work.what, self.known.get(&id).is_some()) } else { Calls::default() };
        self.steps.push(Step {
            id,
            stage,
            action,
            needs,
            source,
            fields: crate::plan::Fields::default(),
            changes: Vec::new(),
            calls,
            work: Work::Removal(work),
        });
    }

    /// The users who go and who are, or may be, at a location.
    pub fn users_at(&self, customer: &str, name: &str) -> Vec<StepId> {
        let is_there = |step: &&Step| {
            step.stage == Stage::Users
                && customer_of(step).is_none_or(|of| of == customer)
                && self.field(&step.id, "location").is_none_or(|location| location == name)
        };
        self.steps.iter().filter(is_there).map(|step| step.id.clone()).collect()
    }

    /// May locations of the customer have calling?
    fn may_call(&self, customer: &str) -> bool {
        let packages = self.field(&StepId::customer(customer), "packages");
        packages.is_none_or(|list| list.split(';').filter_map(Package::parse).any(Package::is_calling))
    }

    fn field(&self, id: &StepId, column: &str) -> Option<String> {
        self.known.get(id)?.fields.get(column).cloned()
    }

    /// What users leave that are going to be deleted.
    fn freed(&self) -> Freed {
        let users = self.steps.iter().filter(|step| step.stage == Stage::Users && step.action == Action::Delete);
        let mut freed = Freed::default();
        for step in users {
            if let Some(number) = self.field(&step.id, "phone_number") {
                freed.numbers.insert(number, step.id.clone());
            }
            let seat = ["customer_external_id", "location", "extension"].map(|column| self.field(&step.id, column));
            if let [Some(customer), Some(location), Some(extension)] = seat {
                freed.extensions.insert([customer, location, extension], step.id.clone());
            }
        }
        freed
    }
}

fn customer_of(step: &Step) -> Option<&str> {
    match &step.work {
        Work::Removal(removal) => removal.customer.as_deref(),
        _ => None,
    }
}

fn users_by_customer(known: &Known) -> HashMap<&str, Vec<&StepId>> {
    let mut users: HashMap<&str, Vec<&StepId>> = HashMap::new();
    for (id, confirmed) in known.iter().filter(|(id, _)| id.stage() == Some(Stage::Users)) {
        if let Some(customer) = confirmed.fields.get("customer_external_id") {
            users.entry(customer).or_default().push(id);
        }
    }
    // The known state has no order, and a plan must have one.
    for of_one in users.values_mut() {
        of_one.sort_unstable();
    }
    users
}

/// Requests that a deletion takes when nothing goes wrong.
const fn calls(what: &Removed, is_known: bool) -> Calls {
    let look = if is_known { 0 } else { 1 };
    match what {
        // The check before it, the job and one look at it.
        Removed::Location { .. } => Calls { read: look + 2, write: 2 },
        Removed::Numbers { .. } => Calls { read: look + 4, write: 1 },
        Removed::Customer => Calls { read: look + 1, write: 1 },
        Removed::User { .. } | Removed::Role { .. } => Calls { read: look, write: 1 },
    }
}
