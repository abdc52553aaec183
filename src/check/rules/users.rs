//! Rules about one user row by itself.

use crate::check::context::{Context, Seat};
use crate::check::users::Seated;
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::model::{Action, Package, Tables};
use crate::sheet::{customers as c, locations as l, users as u};

use super::customers::listed;
use super::locations::unlinked;

/// Longest part of a calling user's name, and the characters it should not have (help.webex.com/v71ztb, an older copy).
const NAME_CHARS_MAX: usize = 30;
const NAME_CHARS_UNUSUAL: &[u8; 8] = b"%#<>\\/\"`";

pub(super) fn customers_exist(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    if let (Some(id), None) = (user.row.customer.as_deref(), user.customer) {
        found.extend(unlinked(context, user.row.at(), id, user.suggests));
    }
}

pub(super) fn locations_exist(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    let Some(customer) = user.customer else { return };
    let header = u::LOCATION.spec.header;
    let id = customer.external_id.as_deref().unwrap_or_default();
    let is_calling = user.row.package.is_some_and(|package| package.is_calling() && package.for_users());
    match user.seat {
        Seat::Unknown if context.sheets.locations.position(l::NAME.spec.header).is_some() => {
            let names = context.location_names(customer);
            let finding = context.at(Code::LocationUnlinked, user.row.at(), header).with("customer", id);
            let near = closest(user.row.location.as_deref().unwrap_or_default(), names.iter().copied());
            found.push(finding.suggest(near).with("names", quoted(&names)));
        }
        Seat::Unsaid if is_calling => {
            let finding = context.at(Code::LocationNeeded, user.row.at(), header).with("customer", id);
            found.push(finding.with("suggestion", quoted(&context.location_names(customer))));
        }
        _ => {}
    }
}

/// Names for a message; a long list is cut.
fn quoted(names: &[&str]) -> String {
    const NAMES_MAX: usize = 8;
    let shown: Vec<_> = names.iter().take(NAMES_MAX).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > NAMES_MAX { ", …" } else { "" };
    shown.join(", ") + more
}

pub(super) fn packages_are_for_users(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(package) = user.row.package.filter(|package| !package.for_users()) {
        let finding = context.at(Code::PackageNotForUsers, user.row.at(), u::PACKAGE.spec.header);
        found.push(finding.value(package.name()));
    }
}

pub(super) fn packages_were_sold_to_the_customer(
    context: &Context<'_>,
    user: &Seated<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let (Some(package), Some(customer)) = (user.row.package, user.customer) else { return };
    let Some(sold) = customer.packages.as_deref() else { return };
    if !package.for_users() || sold.contains(&package) {
        return;
    }
    let choices: Vec<_> = sold.iter().copied().filter(|package| package.for_users()).collect();
    let finding = context.at(Code::PackageNotSold, user.row.at(), u::PACKAGE.spec.header).value(package.name());
    found.push(
        finding
            .with("customer", customer.external_id.as_deref().unwrap_or_default())
            .with("suggestion", listed(&choices))
            .related(context.place(customer.at(), c::PACKAGES.spec.header)),
    );
}

pub(super) fn calling_users_can_be_dialled(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    let row = &user.row;
    let Some(package) = row.package.filter(|package| package.is_calling() && package.for_users()) else { return };
    if row.phone_number.is_some() || row.extension.is_some() {
        return;
    }
    // Blank cells leave a person's number and extension alone.
    if row.email.as_deref().is_some_and(|email| context.standing.users.contains(email)) {
        return;
    }
    let headers = [u::PHONE_NUMBER.spec.header, u::EXTENSION.spec.header];
    if !user.is_partial || headers.into_iter().all(|header| is_blank(context, user, header)) {
        let finding = context.at(Code::NumberOrExtensionNeeded, row.at(), u::PHONE_NUMBER.spec.header);
        found.push(finding.with("package", package));
    }
}

fn is_blank(context: &Context<'_>, user: &Seated<'_>, header: &'static str) -> bool {
    context.sheets.users.is_blank(user.row.index, header)
}

pub(super) fn cells_have_an_effect(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    let row = &user.row;
    let Some(package) = row.package.filter(|package| !package.is_calling() && package.for_users()) else { return };
    let is_read = row.location.is_some() || row.phone_number.is_some() || row.extension.is_some();
    if !is_read && !user.is_partial {
        return;
    }
    for header in [u::LOCATION.spec.header, u::PHONE_NUMBER.spec.header, u::EXTENSION.spec.header] {
        if !is_blank(context, user, header) {
            found.push(context.at(Code::CallingCellIgnored, row.at(), header).with("package", package));
        }
    }
}

pub(super) fn names_are_usual(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    let row = &user.row;
    if !row.package.is_some_and(Package::is_calling) {
        return;
    }
    for (name, header) in [(&row.first_name, u::FIRST_NAME.spec.header), (&row.last_name, u::LAST_NAME.spec.header)] {
        let Some(name) = name.as_deref() else { continue };
        let reason = if name.len() > NAME_CHARS_MAX && name.chars().count() > NAME_CHARS_MAX {
            "it is longer than 30 characters"
        } else if name.bytes().any(|byte| NAME_CHARS_UNUSUAL.contains(&byte)) {
            "it has an unusual character"
        } else {
            continue;
        };
        found.push(context.at(Code::PersonNameUnusual, row.at(), header).with("reason", reason));
    }
}

pub(super) fn addresses_belong_to_a_company(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    let Some(email) = user.row.email.as_deref() else { return };
    let Some((_, domain)) = email.rsplit_once('@') else { return };
    let lists = &context.rulebook.lists;
    let is_consumer = match &lists.consumer_domains {
        Some(own) => own.contains(domain),
        None => Tables::get().is_consumer_domain(domain),
    };
    if is_consumer && user.row.action != Action::Delete && !context.standing.users.contains(email) {
        found.push(context.at(Code::ConsentLikely, user.row.at(), u::EMAIL.spec.header).with("domain", domain));
    }
}

pub(super) fn administrators_have_the_customers_level(
    context: &Context<'_>,
    user: &Seated<'_>,
    found: &mut Vec<Diagnostic>,
) {
    if user.row.role.is_none() && !user.is_administrator() {
        return;
    }
    let (Some(package), Some(customer)) = (user.row.package, user.customer) else { return };
    let Some(level) = context.level(customer).filter(|level| package.rank() < level.rank()) else { return };
    let finding = context.at(Code::AdministratorLevel, user.row.at(), u::PACKAGE.spec.header);
    let place = context.place(customer.at(), c::PACKAGES.spec.header);
    found.push(finding.value(package.name()).with("package", level).related(place));
}

/// A number that another location says is its own. Two users with one number are found by comparing users.
pub(super) fn numbers_are_in_one_location(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(phone), Some(site), true) = (user.phone, user.site(), user.is_dialled()) else { return };
    if let Some(claim) = context.claims.holding(phone).filter(|claim| claim.site != site) {
        let finding = context.at(Code::NumberInTwoLocations, user.row.at(), u::PHONE_NUMBER.spec.header);
        found.push(finding.value(phone.to_string()).related(context.place(claim.row, claim.header)));
    }
}

pub(super) fn numbers_are_of_the_locations_country(
    context: &Context<'_>,
    user: &Seated<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let (Some(phone), Some(site), true) = (user.phone, user.site(), user.is_dialled()) else { return };
    if let Some(country) = context.country(site).filter(|country| !phone.is_of(country)) {
        let finding = context.at(Code::NumberOfOtherCountry, user.row.at(), u::PHONE_NUMBER.spec.header);
        found.push(finding.value(phone.to_string()).with("country", &country.name));
    }
}

pub(super) fn people_have_personal_numbers(context: &Context<'_>, user: &Seated<'_>, found: &mut Vec<Diagnostic>) {
    if user.is_dialled() && user.phone.is_some_and(|phone| !phone.may_be_personal()) {
        found.push(context.at(Code::NumberNotPersonal, user.row.at(), u::PHONE_NUMBER.spec.header));
    }
}
