//! Rules of addresses, for headquarters and branches alike.

use regex::Regex;

use crate::check::context::{Context, judged_customers, judged_locations};
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::model::{ADDRESS_LINE_CHARS_MAX, Country, Language, SheetKind, Tables};
use crate::sheet::{LocationFields, RowRef, customers as c};

/// The address of every judged customer and location.
fn addresses<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (RowRef, &'a LocationFields)> {
    let customers = judged_customers(context.rows).map(|row| (row.at(), &row.location));
    customers.chain(judged_locations(context.rows).map(|row| (row.at(), &row.location)))
}

/// The addresses whose country is known.
fn in_countries<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (RowRef, &'a LocationFields, &'static Country)> {
    addresses(context).filter_map(|(row, fields)| {
        let country = Tables::get().country(fields.country.as_deref()?)?;
        Some((row, fields, country))
    })
}

pub(super) fn lines_are_short_enough(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (row, fields) in addresses(context) {
        for (line, header) in [(&fields.line1, c::LINE1.spec.header), (&fields.line2, c::LINE2.spec.header)] {
            let length = line.as_deref().map_or(0, |line| line.chars().count());
            if length > ADDRESS_LINE_CHARS_MAX {
                let finding = context.at(Code::AddressLineTooLong, row, header).span(ADDRESS_LINE_CHARS_MAX, length);
                found.push(finding.with("length", length).with("limit", ADDRESS_LINE_CHARS_MAX));
            }
        }
    }
}

pub(super) fn states_are_there_where_the_country_has_them(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = c::STATE.spec.header;
    for (row, fields, country) in in_countries(context) {
        match fields.state.as_deref() {
            None if country.state_required => {
                found.push(context.at(Code::StateRequired, row, header).with("country", &country.name));
            }
            Some(state) if !country.state_codes.is_empty() && !is_state(state, country) => {
                let near = state_code(state, country);
                let finding = context.at(Code::StateUnusual, row, header).with("country", &country.name);
                found.push(finding.suggest(near.as_deref()));
            }
            _ => {}
        }
    }
}

fn is_state(state: &str, country: &Country) -> bool {
    let code = state.strip_prefix(&format!("{}-", country.code)).unwrap_or(state);
    let iso = format!("{}-{code}", country.code);
    country.state_codes.iter().any(|known| known == code)
        || subdivisions(country).iter().any(|subdivision| subdivision.code == iso)
}

/// The code of a state that is written with its name.
fn state_code(name: &str, country: &Country) -> Option<String> {
    let wanted = name.to_lowercase();
    let named = subdivisions(country).iter().find(|subdivision| subdivision.name.to_lowercase() == wanted)?;
    named.code.split_once('-').map(|(_, code)| code.to_owned())
}

fn subdivisions(country: &Country) -> &'static [rust_iso3166::iso3166_2::Subdivision] {
    rust_iso3166::iso3166_2::SUBDIVISION_COUNTRY_MAP.get(country.code.as_str()).copied().unwrap_or_default()
}

pub(super) fn postal_codes_are_there_where_the_country_has_them(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let header = c::POSTAL_CODE.spec.header;
    let mut patterns = std::collections::HashMap::new();
    for (row, fields, country) in in_countries(context) {
        match fields.postal_code.as_deref() {
            None if country.postal_required => {
                found.push(context.at(Code::PostalCodeRequired, row, header).with("country", &country.name));
            }
            Some(code) if !country.postal_pattern.is_empty() => {
                let pattern = patterns
                    .entry(country.code.as_str())
                    .or_insert_with(|| Regex::new(&format!("^(?i:{})$", country.postal_pattern)).ok());
                let fits = |code: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(code));
                if fits(code) {
                    continue;
                }
                let with_zero = format!("0{code}");
                let lost_zero = code.starts_with(|c: char| c.is_ascii_digit()) && fits(&with_zero);
                let code = if lost_zero { Code::PostalCodeLostZero } else { Code::PostalCodeUnusual };
                let finding = context.at(code, row, header).with("country", &country.name);
                found.push(finding.suggest(lost_zero.then_some(with_zero.as_str())));
            }
            _ => {}
        }
    }
}

/// The rows with calling: every location, and the customers that have a headquarters.
fn is_calling(context: &Context<'_>, row: RowRef) -> bool {
    row.sheet != SheetKind::Customers || Context::sells_calling(&context.rows.customers[row.index])
}

pub(super) fn countries_are_listed(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let own = context.rulebook.lists.countries.as_ref();
    for (row, _, country) in in_countries(context) {
        let is_listed = match own {
            Some(own) => own.contains(&country.code),
            None => country.calling || !is_calling(context, row),
        };
        if !is_listed {
            let finding = context.at(Code::CountryUnlisted, row, c::COUNTRY.spec.header);
            found.push(finding.with("country", &country.name));
        }
    }
}

pub(super) fn time_zones_are_listed(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let own = context.rulebook.lists.timezones.as_ref();
    for (row, fields) in addresses(context) {
        let Some(zone) = fields.timezone.as_deref() else { continue };
        if own.map_or_else(|| Tables::get().zone(zone).is_some(), |own| own.contains(zone)) {
            continue;
        }
        let near = match own {
            Some(own) => closest(zone, own.iter().map(String::as_str)),
            None => closest(zone, Tables::get().zones().map(|zone| zone.name.as_str())),
        };
        found.push(context.at(Code::ZoneUnlisted, row, c::TIMEZONE.spec.header).suggest(near));
    }
}

pub(super) fn languages_are_listed(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (row, fields) in addresses(context) {
        let cells = [
            (fields.language.as_deref(), c::LANGUAGE.spec.header, Language::for_email as fn(&Language) -> bool),
            (
                fields.announcement_language.as_deref(),
                c::ANNOUNCEMENT_LANGUAGE.spec.header,
                Language::for_announcements,
            ),
        ];
        for (language, header, is_offered) in cells {
            let Some(code) = language else { continue };
            let offered = Tables::get().languages().iter().filter(|language| is_offered(language));
            let shipped = || offered.map(|language| language.code.as_str()).collect();
            let own = context.rulebook.lists.languages.as_ref();
            let listed: Vec<&str> = own.map_or_else(shipped, |own| own.iter().map(String::as_str).collect());
            let is_listed = |known: &&str| *known == code || known.split('_').next() == Some(code);
            if !listed.iter().any(is_listed) {
                found.push(context.at(Code::LanguageUnlisted, row, header).suggest(closest(code, listed)));
            }
        }
    }
}
