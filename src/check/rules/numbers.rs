//! Rules of the numbers of customers and locations.

use crate::check::context::Context;
use crate::diagnostic::{Code, Diagnostic};

/// A claim that meets one of another site is found on the later row.
pub(super) fn numbers_are_in_one_location(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (other, claim) in context.claims.meeting() {
        let (first, later) = if other.row < claim.row { (other, claim) } else { (claim, other) };
        let number = first.range.first().max(later.range.first());
        let finding = context.at(Code::NumberInTwoLocations, later.row, later.header).value(number.to_string());
        found.push(finding.related(context.place(first.row, first.header)));
    }
}

pub(super) fn numbers_are_of_the_locations_country(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for claim in context.claims.iter() {
        let Some(country) = context.country(claim.site) else { continue };
        let number = claim.range.first();
        if !number.is_of(country) {
            let finding = context.at(Code::NumberOfOtherCountry, claim.row, claim.header).value(number.to_string());
            found.push(finding.with("country", &country.name));
        }
    }
}
