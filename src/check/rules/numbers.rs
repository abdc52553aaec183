//! Rules of numbers and extensions.

use std::collections::HashMap;

use crate::check::context::{Context, Seat, Site, judged_customers, judged_locations, judged_users};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{NumberRange, Package, Phone, SheetKind};
use crate::sheet::{RowRef, UserRow, customers as c, users as u};

/// Numbers that a row says belong to a site.
struct Claim {
    range: NumberRange,
    site: Site,
    row: RowRef,
    header: &'static str,
}

fn sites(context: &Context<'_>) -> impl Iterator<Item = Site> {
    let headquarters = judged_customers(context.rows).map(|row| Site::Headquarters(row.index));
    let branches = judged_locations(context.rows).map(|row| Site::Branch(row.index));
    // A location that stands there twice has a finding of its own.
    headquarters.chain(branches).filter(|site| context.is_first(*site))
}

/// Are number and extension of use to the row? They have no effect beside a package without calling.
fn is_dialled(row: &UserRow) -> bool {
    row.package.is_none_or(Package::is_calling)
}

/// Judged users with a number, and where they sit.
fn seated<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (&'a UserRow, Phone, Option<Site>)> {
    judged_users(context.rows).filter(|row| is_dialled(row)).filter_map(|row| {
        let phone = context.numbers.users[row.index]?;
        let site = match context.seat(row) {
            Seat::At(site) => Some(site),
            _ => None,
        };
        Some((row, phone, site))
    })
}

fn claims(context: &Context<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for site in sites(context) {
        let numbers = context.numbers.site(site);
        let mut claim = |range, header| claims.push(Claim { range, site, row: site.row(), header });
        numbers.listed.iter().for_each(|range| claim(*range, c::NUMBERS.spec.header));
        numbers.main.into_iter().for_each(|phone| claim(NumberRange::one(phone), c::MAIN_NUMBER.spec.header));
    }
    for (row, phone, site) in seated(context) {
        if let Some(site) = site {
            let range = NumberRange::one(phone);
            claims.push(Claim { range, site, row: row.at(), header: u::PHONE_NUMBER.spec.header });
        }
    }
    claims
}

pub(super) fn numbers_ring_at_one_person(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = u::PHONE_NUMBER.spec.header;
    let mut seen: HashMap<Phone, RowRef> = HashMap::new();
    for (row, phone, _) in seated(context) {
        if let Some(first) = seen.get(&phone) {
            found.push(context.at(Code::NumberTwice, row.at(), header).related(context.place(*first, header)));
        } else {
            seen.insert(phone, row.at());
        }
    }
}

/// Sweeps over the claims in order of their first number; a claim that meets one of another site is found on the
/// later row. Two users with one number are the business of [`numbers_ring_at_one_person`].
pub(super) fn numbers_are_in_one_location(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut claims = claims(context);
    claims.sort_by_key(|claim| (claim.range, claim.row));
    let mut reaching: Option<&Claim> = None;
    for claim in &claims {
        if let Some(other) = reaching.filter(|other| other.range.last() >= claim.range.first()) {
            let both_users = other.row.sheet == SheetKind::Users && claim.row.sheet == SheetKind::Users;
            if other.site != claim.site && !both_users {
                let (first, later) = if other.row < claim.row { (other, claim) } else { (claim, other) };
                let shown = if later.range.first() == later.range.last() { later } else { first };
                let number = shown.range.first().max(first.range.first()).max(later.range.first());
                let finding = context.at(Code::NumberInTwoLocations, later.row, later.header).value(number.to_string());
                found.push(finding.related(context.place(first.row, first.header)));
            }
        }
        if reaching.is_none_or(|other| other.range.last() < claim.range.last()) {
            reaching = Some(claim);
        }
    }
}

pub(super) fn numbers_are_of_the_locations_country(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for claim in claims(context) {
        let Some(country) = context.country(claim.site) else { continue };
        let number = claim.range.first();
        if !number.is_of(country) {
            let finding = context.at(Code::NumberOfOtherCountry, claim.row, claim.header).value(number.to_string());
            found.push(finding.with("country", &country.name));
        }
    }
}

pub(super) fn people_have_personal_numbers(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (row, phone, _) in seated(context) {
        if !phone.may_be_personal() {
            found.push(context.at(Code::NumberNotPersonal, row.at(), u::PHONE_NUMBER.spec.header));
        }
    }
}

pub(super) fn extensions_are_unique_within_the_location(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = u::EXTENSION.spec.header;
    let mut seen = HashMap::new();
    for row in judged_users(context.rows).filter(|row| is_dialled(row)) {
        let (Some(extension), Seat::At(site)) = (&row.extension, context.seat(row)) else { continue };
        if let Some(first) = seen.get(&(site, extension)) {
            found.push(context.at(Code::ExtensionTwice, row.at(), header).related(context.place(*first, header)));
        } else {
            seen.insert((site, extension), row.at());
        }
    }
}
