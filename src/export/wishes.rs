//! What the sheets want and no run has had confirmed: rows that are new or other than at the last run, or whose request was
//! refused.

use std::collections::HashSet;

use super::compare::{Difference, Kind};
use crate::model::SheetKind;
use crate::plan::{Action, CALLING, COLUMNS, Known, Plan, Stage, Step, StepId, Work};

/// Every wish of a plan that is not among the differences already. Of a customer that no run knows nothing was wanted yet.
pub fn wishes(plan: &Plan, known: &Known, found: &[Difference]) -> Vec<Difference> {
    let told: HashSet<(SheetKind, &str)> =
        found.iter().filter(|one| one.column.is_none()).map(|one| (one.sheet, one.key.as_str())).collect();
    let mut wishes = Vec::new();
    for step in plan.steps.iter().filter(|step| !matches!(step.action, Action::Unchanged | Action::Waiting)) {
        let Some((customer, key)) = named(step) else { continue };
        let is_ours = known.get(&StepId::customer(&customer)).is_some();
        if is_ours && !told.contains(&(step.source.sheet, key.as_str())) {
            of_step(step, known, &customer, &key, &mut wishes);
        }
    }
    wishes.sort_unstable();
    wishes.dedup();
    wishes
}

/// The customer of a step, and how its row is called.
fn named(step: &Step) -> Option<(String, String)> {
    let parts = step.id.parts();
    match (step.source.sheet, parts.as_slice()) {
        (SheetKind::Customers, [customer, ..]) if step.stage <= Stage::Numbers => {
            Some((customer.clone(), customer.clone()))
        }
        (SheetKind::Locations, [customer, name]) => Some((customer.clone(), format!("{customer}/{name}"))),
        (SheetKind::Users, [email]) => Some((customer_of(&step.work)?, email.clone())),
        _ => None,
    }
}

fn customer_of(work: &Work) -> Option<String> {
    match work {
        Work::User(user) => Some(user.customer.clone()),
        Work::Role(role) => Some(role.customer.clone()),
        Work::Removal(removal) => removal.customer.clone(),
        _ => None,
    }
}

fn of_step(step: &Step, known: &Known, customer: &str, key: &str, wishes: &mut Vec<Difference>) {
    let mut wish = |kind, column, from: Option<&str>, to: Option<&str>| {
        let (customer, key, text) = (customer.to_owned(), key.to_owned(), |text: &str| text.to_owned());
        let (known, found) = (from.map(text), to.map(text));
        wishes.push(Difference {
            customer,
            sheet: step.source.sheet,
            key,
            kind,
            column,
            known,
            found,
            steps: Vec::new(),
        });
    };
    match step.action {
        Action::Delete => wish(Kind::NotDeleted, None, None, None),
        Action::Update => {
            for change in &step.changes {
                let from = change.from.as_deref().unwrap_or_default();
                wish(Kind::NotDone, column(step.stage, &change.column), Some(from), Some(&change.to));
            }
        }
        // What is about an object that is known is told column by column; a new one is told as a whole.
        _ if matches!(step.stage, Stage::Numbers | Stage::Roles) && is_known(step, known) => {
            for (name, to) in step.fields.to_map() {
                if let Some(column) = column(step.stage, &name) {
                    wish(Kind::NotDone, Some(column), Some(""), Some(&to));
                }
            }
        }
        _ if matches!(step.stage, Stage::Numbers | Stage::Roles) => {}
        _ => wish(Kind::NotDone, None, None, None),
    }
}

/// Is the object known that numbers or a role are about?
fn is_known(step: &Step, known: &Known) -> bool {
    match step.id.parts().as_slice() {
        [customer, location] => known.get(&StepId::location(customer, location)).is_some(),
        [email] => known.get(&StepId::user(email)).is_some(),
        _ => false,
    }
}

fn column(stage: Stage, name: &str) -> Option<&'static str> {
    // No column says it, but calling of a location is told like one.
    if stage == Stage::Locations && name == CALLING {
        return Some(CALLING);
    }
    COLUMNS.iter().find(|column| column.stage == stage && column.header == name).map(|column| column.header)
}
