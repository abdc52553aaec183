//! Rules of the users sheet.

use std::collections::HashMap;

use crate::check::context::{Context, Seat, judged_users};
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::model::Package;
use crate::sheet::{customers as c, locations as l, users as u};

use super::customers::listed;
use super::locations::unlinked;

/// Longest part of a calling user's name, and the characters it should not have (help.webex.com/v71ztb, an older copy).
const NAME_CHARS_MAX: usize = 30;
const NAME_CHARS_UNUSUAL: [char; 8] = ['%', '#', '<', '>', '\\', '/', '"', '`'];

pub(super) fn emails_are_unique(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = u::EMAIL.spec.header;
    let mut seen = HashMap::new();
    for row in judged_users(context.rows) {
        let Some(email) = &row.email else { continue };
        if let Some(first) = seen.get(email) {
            found.push(context.at(Code::EmailTwice, row.at(), header).related(context.place(*first, header)));
        } else {
            seen.insert(email, row.at());
        }
    }
}

pub(super) fn customers_exist(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_users(context.rows) {
        if let Some(id) = &row.customer
            && let Some(finding) = unlinked(context, row.at(), id)
        {
            found.push(finding);
        }
    }
}

pub(super) fn locations_exist(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = u::LOCATION.spec.header;
    let unreadable = context.sheets.locations.position(l::NAME.spec.header).is_none();
    for row in judged_users(context.rows) {
        let is_calling = row.package.is_some_and(|package| package.is_calling() && package.for_users());
        let Some(customer) = context.customer(row.customer.as_ref()) else { continue };
        match context.seat(row) {
            Seat::Unknown if !unreadable => {
                let near = closest(row.location.as_deref().unwrap_or_default(), context.location_names(customer));
                let id = customer.external_id.as_deref().unwrap_or_default();
                let finding = context.at(Code::LocationUnlinked, row.at(), header).with("customer", id).suggest(near);
                found.push(finding.with("names", quoted(&context.location_names(customer))));
            }
            Seat::Unsaid if is_calling => {
                let names = quoted(&context.location_names(customer));
                let id = customer.external_id.as_deref().unwrap_or_default();
                let finding = context.at(Code::LocationNeeded, row.at(), header).with("customer", id);
                found.push(finding.with("suggestion", names));
            }
            _ => {}
        }
    }
}

/// Names for a message; a long list is cut.
fn quoted(names: &[&str]) -> String {
    const NAMES_MAX: usize = 8;
    let shown: Vec<_> = names.iter().take(NAMES_MAX).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > NAMES_MAX { ", …" } else { "" };
    shown.join(", ") + more
}

pub(super) fn packages_are_for_users(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_users(context.rows) {
        if let Some(package) = row.package.filter(|package| !package.for_users()) {
            let finding = context.at(Code::PackageNotForUsers, row.at(), u::PACKAGE.spec.header);
            found.push(finding.value(package.name()));
        }
    }
}

pub(super) fn packages_were_sold_to_the_customer(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_users(context.rows) {
        let Some(package) = row.package.filter(|package| package.for_users()) else { continue };
        let Some(customer) = context.customer(row.customer.as_ref()) else { continue };
        let Some(sold) = customer.packages.as_deref().filter(|sold| !sold.contains(&package)) else { continue };
        let choices: Vec<_> = sold.iter().copied().filter(|package| package.for_users()).collect();
        let finding = context.at(Code::PackageNotSold, row.at(), u::PACKAGE.spec.header).value(package.name());
        found.push(
            finding
                .with("customer", customer.external_id.as_deref().unwrap_or_default())
                .with("suggestion", listed(&choices))
                .related(context.place(customer.at(), c::PACKAGES.spec.header)),
        );
    }
}

pub(super) fn calling_users_can_be_dialled(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let blank = |row: usize, header| context.sheets.users.cell(row, header).trim().is_empty();
    for row in judged_users(context.rows) {
        let Some(package) = row.package.filter(|package| package.is_calling() && package.for_users()) else {
            continue;
        };
        if blank(row.index, u::PHONE_NUMBER.spec.header) && blank(row.index, u::EXTENSION.spec.header) {
            let finding = context.at(Code::NumberOrExtensionNeeded, row.at(), u::PHONE_NUMBER.spec.header);
            found.push(finding.with("package", package));
        }
    }
}

pub(super) fn cells_have_an_effect(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let headers = [u::LOCATION.spec.header, u::PHONE_NUMBER.spec.header, u::EXTENSION.spec.header];
    for row in judged_users(context.rows) {
        let Some(package) = row.package.filter(|package| !package.is_calling() && package.for_users()) else {
            continue;
        };
        for header in headers {
            if !context.sheets.users.cell(row.index, header).trim().is_empty() {
                found.push(context.at(Code::CallingCellIgnored, row.at(), header).with("package", package));
            }
        }
    }
}

pub(super) fn names_are_usual(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_users(context.rows).filter(|row| row.package.is_some_and(Package::is_calling)) {
        let names = [(&row.first_name, u::FIRST_NAME.spec.header), (&row.last_name, u::LAST_NAME.spec.header)];
        for (name, header) in names {
            let Some(name) = name else { continue };
            let reason = if name.chars().count() > NAME_CHARS_MAX {
                "it is longer than 30 characters"
            } else if name.contains(NAME_CHARS_UNUSUAL) {
                "it has an unusual character"
            } else {
                continue;
            };
            found.push(context.at(Code::PersonNameUnusual, row.at(), header).with("reason", reason));
        }
    }
}

pub(super) fn administrators_have_the_customers_level(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_users(context.rows) {
        let Some(customer) = context.customer(row.customer.as_ref()) else { continue };
        let is_administrator = row.role.is_some() || (row.email.is_some() && row.email == customer.admin_email);
        let (Some(package), Some(level)) = (row.package, context.level(customer)) else { continue };
        if is_administrator && package.rank() < level.rank() {
            let finding = context.at(Code::AdministratorLevel, row.at(), u::PACKAGE.spec.header);
            let place = context.place(customer.at(), c::PACKAGES.spec.header);
            found.push(finding.value(package.name()).with("package", level).related(place));
        }
    }
}
