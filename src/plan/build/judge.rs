//! What a row wants of an object that is known, and what of it cannot be done.

use std::collections::BTreeMap;

use super::Builder;
use super::fields::user_fields;
use crate::check::Sourced;
use crate::model::{Package, Role, User};
use crate::plan::diff::{Diff, Obstacle, Why, diff};
use crate::plan::id::StepId;
use crate::plan::known::{CALLING, Confirmed, OFF, sells_calling};
use crate::plan::step::{Action, Change, Stage};
use crate::plan::work::{CustomerWork, LocationWork, NumbersWork, UserWork, Work, expand};

impl<'a> Builder<'a> {
    /// The difference between what is wanted and what is known, without what may not be.
    pub(super) fn compare(
        &self,
        id: &StepId,
        stage: Stage,
        fields: BTreeMap<String, String>,
        removed: &[&str],
        work: &Work,
    ) -> Diff {
        let known = self.known.made(id);
        let mut diff = diff(stage, fields, removed, known);
        let Some(known) = known else { return diff };
        match work {
            Work::Customer(customer) => self.judge_customer(customer, &mut diff),
            Work::User(user) => self.judge_user(user, &mut diff),
            Work::Role(_) => judge_role(&mut diff),
            Work::Numbers(numbers) => self.judge_numbers(id, numbers, &mut diff),
            Work::Location(location) => self.switch_on(location, known, &mut diff),
            Work::Release(_) | Work::Removal(_) => {}
        }
        diff
    }

    /// Does the row of a user want something that cannot be done? Then all of it takes no part.
    pub(super) fn is_refused(&self, sourced: &'a Sourced<User>) -> bool {
        let user = &sourced.value;
        let id = StepId::user(user.email.as_str());
        if self.known.made(&id).is_none() {
            return false;
        }
        let work = Work::User(UserWork::new(user));
        let is_kept = |diff: Diff| !diff.immovable.is_empty();
        is_kept(self.compare(&id, Stage::Users, user_fields(user), &sourced.removed, &work))
            || self
                .role(sourced)
                .is_some_and(|role| is_kept(self.compare(&role.id, role.stage, role.fields, role.removed, &role.work)))
    }

    /// A package that somebody still has is not taken away from the customer.
    fn judge_customer(&self, customer: &CustomerWork, diff: &mut Diff) {
        let Some(change) = diff.changed("packages") else { return };
        let before = change.from.clone().unwrap_or_default();
        let dropped: Vec<&str> =
            before.split(';').filter(|name| !customer.packages.iter().any(|kept| kept == name)).collect();
        if dropped.is_empty() {
            return;
        }
        let users = self.known.iter().filter(|(id, _)| id.stage() == Some(Stage::Users));
        let mut holders = users.filter(|(_, known)| {
            known.fields.get("customer_external_id") == Some(&customer.external_id)
                && known.fields.get("package").is_some_and(|package| dropped.contains(&package.as_str()))
        });
        if let Some((id, _)) = holders.next() {
            let by = id.parts().concat();
            diff.turn_down("packages", Why::PackageHeld, by);
        }
    }

    /// A number that stands in another location is not taken from there.
    fn judge_numbers(&self, id: &StepId, numbers: &NumbersWork, diff: &mut Diff) {
        let column = |number: &String| {
            if numbers.main.as_ref() == Some(number) { "main_number" } else { "numbers" }
        };
        for number in expand(&numbers.own) {
            let Some(place) = self.places.holding(&number).filter(|place| *place != id) else { continue };
            let from = diff.fields.get("main_number").filter(|_| column(&number) == "main_number");
            diff.immovable.push(Obstacle {
                column: column(&number).to_owned(),
                from: from.filter(|from| **from != number).cloned().unwrap_or_default(),
                to: number,
                why: Why::Elsewhere,
                by: place.parts().join("/"),
            });
        }
    }

    /// Calling that a location does not have is switched on where it is to have it; else it is still known to be off. The
    /// headquarters of a customer gets it with the customer's packages.
    fn switch_on(&self, location: &LocationWork, known: &Confirmed, diff: &mut Diff) {
        let customer = self.known.get(&StepId::customer(&location.customer));
        let packages = customer.and_then(|customer| customer.fields.get("packages"));
        let never_had_it = !location.headquarters && packages.is_some_and(|packages| !sells_calling(packages));
        if !known.is_without_calling() && !never_had_it {
            return;
        }
        if !location.calling {
            diff.fields.insert(CALLING.to_owned(), OFF.to_owned());
            return;
        }
        diff.changes.push(Change { column: CALLING.to_owned(), from: Some(OFF.to_owned()), to: "on".to_owned() });
        diff.action = Action::Update;
    }

    fn judge_user(&self, user: &UserWork, diff: &mut Diff) {
        let package = diff.changed("package");
        let rank = |name: &str| Package::parse(name).and_then(Package::rank);
        let is_smaller = package.is_some_and(|change| rank(&change.to) < change.from.as_deref().and_then(rank));
        if is_smaller && self.is_full_administrator(user) {
            diff.turn_down("package", Why::AdministratorPackage, String::new());
        }
        let is_calling = |name: &String| Package::parse(name).is_some_and(Package::is_calling);
        if diff.fields.get("package").is_some_and(is_calling) {
            keep_a_line(diff);
        } else {
            // Location, number and extension go with calling.
            diff.fields.retain(|column, _| !["location", "phone_number", "extension"].contains(&column.as_str()));
        }
    }

    fn is_full_administrator(&self, user: &UserWork) -> bool {
        let role = self.known.get(&StepId::role(&user.email)).and_then(|known| known.fields.get("role"));
        let customer = self.known.get(&StepId::customer(&user.customer));
        let leads = customer.and_then(|known| known.fields.get("admin_email")) == Some(&user.email);
        leads || role.is_some_and(|role| Role::parse(role) == Some(Role::FullAdmin))
    }
}

/// A calling user who would have neither number nor extension left keeps what the row wants cleared.
fn keep_a_line(diff: &mut Diff) {
    let columns = ["phone_number", "extension"];
    if columns.iter().any(|column| diff.fields.contains_key(*column)) {
        return;
    }
    if !diff.fields.contains_key("location") || diff.changed("location").is_some() {
        diff.turn_down("package", Why::LineNeeded, String::new());
    }
    for column in columns {
        if diff.changed(column).is_some_and(|change| change.to.is_empty()) {
            diff.turn_down(column, Why::LineNeeded, String::new());
        }
    }
}

fn judge_role(diff: &mut Diff) {
    let is_full = |role: &str| Role::parse(role) == Some(Role::FullAdmin);
    if diff.changed("role").is_some_and(|change| change.from.as_deref().is_some_and(is_full)) {
        diff.turn_down("role", Why::FullAdministrator, String::new());
    }
}
