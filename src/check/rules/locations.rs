//! Rules of locations and their names.

use std::collections::HashMap;

use crate::check::context::{Context, judged_customers, judged_locations, meant_locations};
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::model::{Action, fold};
use crate::sheet::{LocationFields, LocationRow, RowRef, customers as c, locations as l};

use super::deletions::deletes_headquarters;

/// Longest name of a location with calling (help.webex.com/9zloqf).
const NAME_CHARS_MAX: usize = 80;

/// Every location's row, customer and name, the headquarters first.
fn names<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (RowRef, &'a str, &'a str, &'static str)> {
    let customers = judged_customers(context.rows).filter_map(|row| {
        Some((row.at(), row.external_id.as_deref()?, Context::headquarters_name(row), c::LOCATION_NAME.spec.header))
    });
    // A row that deletes the headquarters has a finding of its own.
    let is_of_headquarters = |row: &&LocationRow| row.action == Action::Delete && deletes_headquarters(context, row);
    let branches = meant_locations(context.rows)
        .filter(move |row| !is_of_headquarters(row))
        .filter_map(|row| Some((row.at(), row.customer.as_deref()?, row.name.as_deref()?, l::NAME.spec.header)));
    customers.chain(branches)
}

pub(super) fn names_are_short_enough(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (row, _, name, header) in names(context) {
        let length = name.chars().count();
        if length > NAME_CHARS_MAX {
            let finding = context.at(Code::LocationNameTooLong, row, header).span(NAME_CHARS_MAX, length);
            found.push(finding.with("length", length).with("limit", NAME_CHARS_MAX));
        }
    }
}

pub(super) fn names_are_unique_within_the_customer(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(&str, String), (RowRef, &'static str)> = HashMap::new();
    for (row, customer, name, header) in names(context) {
        let key = (customer, fold(name));
        if let Some((first, first_header)) = seen.get(&key) {
            if row.sheet != first.sheet || row.sheet == crate::model::SheetKind::Locations {
                let place = context.place(*first, first_header);
                found.push(context.at(Code::LocationTwice, row, header).related(place));
            }
        } else {
            seen.insert(key, (row, header));
        }
    }
}

/// Only what stands may have a main number that no cell names.
pub(super) fn callbacks_have_a_main_number(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = l::EMERGENCY_CALLBACK.spec.header;
    let lacks = |fields: &LocationFields| fields.emergency_callback == Some(true) && fields.main_number.is_none();
    for row in judged_customers(context.rows).filter(|row| lacks(&row.location)) {
        let stands = row.external_id.as_ref().is_some_and(|id| context.standing.customers.contains_key(id));
        if !stands {
            found.push(context.at(Code::CallbackWithoutNumber, row.at(), header));
        }
    }
    for row in judged_locations(context.rows).filter(|row| lacks(&row.location)) {
        let key = row.customer.clone().zip(row.name.clone());
        if !key.is_some_and(|key| context.standing.locations.contains(&key)) {
            found.push(context.at(Code::CallbackWithoutNumber, row.at(), header));
        }
    }
}

pub(super) fn customers_exist(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_locations(context.rows) {
        if let Some(id) = &row.customer
            && let Some(finding) = unlinked(context, row.at(), id, true)
        {
            found.push(finding);
        }
    }
}

/// A finding when no customer has that external id; none while the customers sheet itself cannot be understood.
pub(super) fn unlinked(context: &Context<'_>, row: RowRef, id: &str, suggests: bool) -> Option<Diagnostic> {
    let sheet = &context.sheets.customers;
    let unreadable = sheet.position(c::EXTERNAL_ID.spec.header).is_none();
    if unreadable || context.customer(Some(id)).is_some() {
        return None;
    }
    let finding = context.at(Code::CustomerUnlinked, row, l::CUSTOMER.spec.header);
    if context.standing.customers.contains_key(id) {
        return Some(finding.with("earlier", "an earlier run"));
    }
    let near = if suggests { closest(id, context.customer_ids()) } else { None };
    Some(finding.suggest(near))
}
