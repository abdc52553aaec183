//! Rules of the customers sheet.

use std::collections::HashMap;

use crate::check::context::{Context, judged_customers, meant_customers};
use crate::check::people::People;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Package, may_be_organisation};
use crate::sheet::{UserReader, customers as c, users as u};

pub(super) fn external_ids_are_unique(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for row in meant_customers(context.rows) {
        let Some(id) = &row.external_id else { continue };
        let header = c::EXTERNAL_ID.spec.header;
        if let Some(first) = seen.get(id) {
            found.push(context.at(Code::CustomerTwice, row.at(), header).related(context.place(*first, header)));
        } else {
            seen.insert(id, row.at());
        }
    }
}

pub(super) fn names_have_no_percent_sign(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_customers(context.rows) {
        if row.name.as_deref().is_some_and(|name| name.contains('%')) {
            found.push(context.at(Code::PercentInName, row.at(), c::NAME.spec.header));
        }
    }
}

pub(super) fn org_ids_are_of_organisations(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_customers(context.rows) {
        if row.org_id.as_deref().is_some_and(|id| !may_be_organisation(id)) {
            found.push(context.at(Code::OrganisationIdUnusual, row.at(), c::ORG_ID.spec.header));
        }
    }
}

pub(super) fn administrators_belong_to_one_customer(
    context: &Context<'_>,
    people: &People,
    found: &mut Vec<Diagnostic>,
) {
    let header = c::ADMIN_EMAIL.spec.header;
    let mut seen = HashMap::new();
    for row in judged_customers(context.rows) {
        let Some(email) = &row.admin_email else { continue };
        if let Some(&(first, customer)) = seen.get(email) {
            // A customer that stands there twice has a finding of its own.
            if customer != &row.external_id {
                found.push(context.at(Code::AdminEmailTwice, row.at(), header).related(context.place(first, header)));
            }
            continue;
        }
        seen.insert(email, (row.at(), &row.external_id));
        let Some(index) = people.first(context, email.as_str(), false) else { continue };
        let user = UserReader::new(&context.sheets.users).read(index, &mut Vec::new());
        if user.customer.is_some() && user.customer.as_deref() != row.external_id.as_deref() {
            let place = context.place(user.at(), u::EMAIL.spec.header);
            found.push(context.at(Code::AdminEmailElsewhere, row.at(), header).related(place));
        }
    }
}

pub(super) fn administrators_are_users_of_their_customer(
    context: &Context<'_>,
    people: &People,
    found: &mut Vec<Diagnostic>,
) {
    if context.sheets.users.position(u::EMAIL.spec.header).is_none() {
        return;
    }
    for row in judged_customers(context.rows) {
        let Some(email) = &row.admin_email else { continue };
        let stands = context.standing.users.contains(email.as_str());
        if !stands && people.first(context, email.as_str(), true).is_none() {
            found.push(context.at(Code::AdministratorMissing, row.at(), c::ADMIN_EMAIL.spec.header));
        }
    }
}

pub(super) fn calling_customers_have_a_time_zone(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = c::TIMEZONE.spec.header;
    for row in judged_customers(context.rows) {
        let calling = row.packages.iter().flatten().find(|package| package.is_calling());
        let cell = context.sheets.customers.cell(row.index, header);
        let cell = cell.trim();
        if let Some(package) = calling
            && (cell.is_empty() || cell == "REMOVE")
        {
            found.push(context.at(Code::RequiredCell, row.at(), header).with("because", format!("`{package}`")));
        }
    }
}

pub(super) fn packages_have_what_they_need_beside_them(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_customers(context.rows) {
        let packages = row.packages.as_deref().unwrap_or_default();
        for package in packages {
            let bases: Vec<Package> = package.needs_any_of().collect();
            if !bases.is_empty() && !bases.iter().any(|base| packages.contains(base)) {
                let finding = context.at(Code::PackageNeedsAnother, row.at(), c::PACKAGES.spec.header);
                found.push(finding.value(package.name()).with("suggestion", listed(&bases)));
            }
        }
    }
}

pub(super) fn limits_are_on_packages_that_can_have_one(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_customers(context.rows) {
        let (Some(limits), Some(packages)) = (&row.limits, &row.packages) else { continue };
        for package in limits.keys() {
            let reason = if !packages.contains(package) {
                "the customer does not have it"
            } else if !package.has_limit() {
                "Webex takes no limit for it"
            } else {
                continue;
            };
            let finding = context.at(Code::LimitNotPossible, row.at(), c::PACKAGE_LIMITS.spec.header);
            found.push(finding.value(package.name()).with("reason", reason));
        }
    }
}

/// Package names for a message.
pub(super) fn listed(packages: &[Package]) -> String {
    packages.iter().map(|package| format!("`{package}`")).collect::<Vec<_>>().join(", ")
}
