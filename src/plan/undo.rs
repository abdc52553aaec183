//! What takes a run back: the deletion of what it made, as far as nothing has changed since.

use std::collections::HashSet;

use super::build::{Plan, Removals};
use super::id::StepId;
use super::known::{Known, MADE_BY};
use super::step::{Stage, Step};
use super::work::{Work, without};

/// What a step of the run has made, and what became of it.
#[derive(Debug, Clone)]
pub struct Made<'a> {
    pub step: &'a Step,
    pub what: Effect,
    /// Did a later run change anything of it?
    pub is_touched: bool,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The object itself.
    Object,
    /// These numbers of a location.
    Numbers(Vec<String>),
    /// Something of an object that stood before.
    Change,
}

/// Why something is not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It stood before; what the run changed of it stays changed.
    Changed,
    /// A later run has changed it.
    Touched,
    /// Something that stays is in it.
    InUse,
}

/// How a run is taken back.
#[derive(Debug, Default)]
pub struct Undo {
    pub plan: Plan,
    pub kept: Vec<(StepId, Kept)>,
}

/// Plans taking back what a run has made.
pub fn undo(made: &[Made<'_>], known: &Known) -> Undo {
    let mut undo = Undo::default();
    let mut removals = Removals::new(known);
    let touched: HashSet<&StepId> = made.iter().filter(|made| made.is_touched).map(|made| &made.step.id).collect();
    let mut going: HashSet<StepId> = HashSet::new();
    let objects = |stage: Stage| made.iter().filter(move |made| made.step.stage == stage);
    for made in objects(Stage::Users) {
        let Work::User(user) = &made.step.work else { continue };
        let is_touched = made.is_touched || touched.contains(&StepId::role(&user.email));
        if undo.may_go(made, is_touched, false) {
            removals.user(made.step.source, Some(&user.customer), &user.email);
            going.insert(made.step.id.clone());
        }
    }
    for made in objects(Stage::Roles) {
        let Work::Role(role) = &made.step.work else { continue };
        let user = StepId::user(&role.email);
        // Whoever was made with the role and stays keeps it: without it a customer may be without administrator.
        let is_used = objects(Stage::Users).any(|made| made.step.id == user);
        if !going.contains(&user) && undo.may_go(made, made.is_touched, is_used) {
            removals.role(made.step.source, Some(role.customer.clone()), &role.email, &role.role);
        }
    }
    for made in objects(Stage::Locations) {
        let Work::Location(location) = &made.step.work else { continue };
        let is_touched = made.is_touched || touched.contains(&StepId::numbers(&location.customer, &location.name));
        let is_used = users_of(known, &location.customer, Some(&location.name)).any(|id| !going.contains(id));
        if undo.may_go(made, is_touched, is_used) {
            removals.location(made.step.source, &location.customer, &location.name);
            going.insert(made.step.id.clone());
        }
    }
    for made in objects(Stage::Numbers) {
        let Work::Numbers(work) = &made.step.work else { continue };
        if going.contains(&StepId::location(&work.customer, &work.location)) {
            continue;
        }
        let Effect::Numbers(numbers) = &made.what else {
            undo.kept.push((made.step.id.clone(), Kept::Changed));
            continue;
        };
        let free = not_held(numbers, known, &work.customer, &going);
        if undo.may_go(made, made.is_touched, free.is_empty()) {
            let users = removals.users_at(&work.customer, &work.location);
            removals.numbers(made.step.source, &work.customer, &work.location, Some(free), users);
        }
    }
    for made in objects(Stage::Customers) {
        let Work::Customer(customer) = &made.step.work else { continue };
        let external_id = &customer.external_id;
        let headquarters = customer.headquarters.as_ref().map(|site| StepId::location(external_id, &site.name));
        let stays = |id: &StepId| !going.contains(id) && Some(id) != headquarters.as_ref();
        let below = StepId::location(external_id, "");
        // A branch that turnup only found was there without the customer, and stays so.
        let own = known.iter().filter(|(_, confirmed)| confirmed.ids.contains_key(MADE_BY));
        let mut branches = own.map(|(id, _)| id).filter(|id| id.as_str().starts_with(below.as_str()));
        let is_used = users_of(known, external_id, None).any(stays) || branches.any(stays);
        if undo.may_go(made, made.is_touched, is_used) {
            removals.customer(made.step.source, external_id);
        }
    }
    undo.plan.steps = removals.steps;
    undo
}

impl Undo {
    /// May it go? If not, says why.
    fn may_go(&mut self, made: &Made<'_>, is_touched: bool, is_used: bool) -> bool {
        let kept = match made.what {
            Effect::Change => Kept::Changed,
            _ if is_touched => Kept::Touched,
            _ if is_used => Kept::InUse,
            _ => return true,
        };
        self.kept.push((made.step.id.clone(), kept));
        false
    }
}

/// The known users of a customer, or of one of its locations.
fn users_of<'k>(known: &'k Known, customer: &'k str, location: Option<&'k str>) -> impl Iterator<Item = &'k StepId> {
    let is = move |fields: &std::collections::BTreeMap<String, String>| {
        fields.get("customer_external_id").map(String::as_str) == Some(customer)
            && location.is_none_or(|name| fields.get("location").map(String::as_str) == Some(name))
    };
    let users = known.iter().filter(|(id, _)| id.stage() == Some(Stage::Users));
    users.filter(move |(_, confirmed)| is(&confirmed.fields)).map(|(id, _)| id)
}

/// Those of some numbers that no known person of the customer has who stays.
fn not_held(numbers: &[String], known: &Known, customer: &str, going: &HashSet<StepId>) -> Vec<String> {
    let staying = users_of(known, customer, None).filter(|id| !going.contains(id));
    let held: HashSet<&str> =
        staying.filter_map(|id| known.get(id)?.fields.get("phone_number").map(String::as_str)).collect();
    let free = without(&numbers.join(";"), |number| held.contains(number));
    free.split(';').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}
