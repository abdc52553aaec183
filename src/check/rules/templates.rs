//! Rules of what a customer's onboarding template allows.

use crate::check::context::{Context, judged_customers, judged_locations};
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::sheet::{CustomerRow, customers as c};
use crate::template::Template;

/// Judged customers with their template.
fn with_template<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (&'a CustomerRow, &'a Template)> {
    judged_customers(context.rows).filter_map(|row| Some((row, context.template(row)?)))
}

pub(super) fn templates_exist(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    if context.templates.unreadable.is_some() {
        return;
    }
    for row in judged_customers(context.rows) {
        let Some(name) = row.template.as_deref() else { continue };
        if context.templates.get(name).is_none() {
            let near = closest(name, context.templates.names());
            found.push(context.at(Code::TemplateUnknown, row.at(), c::TEMPLATE.spec.header).suggest(near));
        }
    }
}

pub(super) fn rows_leave_alone_what_the_template_owns(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for row in judged_customers(context.rows) {
        for (_, cell, place) in &row.owned_by_template {
            let name = row.template.as_deref().unwrap_or_default();
            found.push(Diagnostic::new(Code::TemplateOwns, place.clone()).value(cell).with("template", name));
        }
    }
    let header = c::PSTN.spec.header;
    for (row, template) in with_template(context).filter(|(_, template)| template.pstn_provider.is_some()) {
        if row.location.pstn.is_some() {
            found.push(context.at(Code::TemplateOwns, row.at(), header).with("template", &template.name));
        }
    }
    for row in judged_locations(context.rows).filter(|row| row.location.pstn.is_some()) {
        let template = context.customer(row.customer.as_deref()).and_then(|customer| context.template(customer));
        if let Some(template) = template.filter(|template| template.pstn_provider.is_some()) {
            found.push(context.at(Code::TemplateOwns, row.at(), header).with("template", &template.name));
        }
    }
}

pub(super) fn countries_are_the_templates(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (row, template) in with_template(context) {
        let Some(country) = &row.location.country else { continue };
        if !template.countries.is_empty() && !template.countries.contains(country) {
            let finding = context.at(Code::CountryOutsideTemplate, row.at(), c::COUNTRY.spec.header);
            found.push(finding.with("template", &template.name));
        }
    }
}

pub(super) fn locations_are_confirmed_as_supported(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = c::SUPPORTED_LOCATION.spec.header;
    for (row, template) in with_template(context) {
        let malformed =
            row.supported_location.is_none() && !context.sheets.customers.cell(row.index, header).trim().is_empty();
        let confirmed = row.supported_location.unwrap_or(template.supported_location);
        if !confirmed && !malformed {
            found.push(context.at(Code::LocationUnconfirmed, row.at(), header).with("template", &template.name));
        }
    }
}

pub(super) fn packages_are_sold_by_the_template(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (row, template) in with_template(context).filter(|(_, template)| !template.packages.is_empty()) {
        for package in row.packages.iter().flatten().filter(|package| !template.packages.contains(package)) {
            let finding = context.at(Code::PackageOutsideTemplate, row.at(), c::PACKAGES.spec.header);
            found.push(finding.value(package.name()).with("template", &template.name));
        }
    }
}
