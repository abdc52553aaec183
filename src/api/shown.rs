//! What Webex shows of customers and locations, by the columns of the sheets, and where that is something else. One
//! comparison for whoever takes over what stands, and for whoever reads it back.

use std::collections::BTreeMap;

use super::answers::{CallingLocation, Customer, Location};
use crate::plan::{AddressWork, LocationWork, is_same_value};

/// Values by column; what is not told has no entry.
pub type Fields = BTreeMap<&'static str, String>;

/// The columns of an address.
pub const ADDRESS: [&str; 6] = ["country", "city", "address_line1", "address_line2", "state", "postal_code"];

/// Sets a value, unless there is none.
pub fn set(fields: &mut Fields, column: &'static str, value: Option<&str>) {
    if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
        fields.insert(column, value.to_owned());
    }
}

/// `ll_cc` in lower case, as the sheets write it.
fn language(code: &str) -> String {
    code.to_lowercase().replace('-', "_")
}

/// What the customer and its organisation's name say.
pub fn customer(customer: &Customer, name: &str) -> Fields {
    let mut fields = Fields::new();
    let mut packages = customer.packages.clone();
    packages.sort_unstable();
    packages.dedup();
    set(&mut fields, "name", Some(name));
    set(&mut fields, "packages", Some(&packages.join(";")));
    if let Some(address) = &customer.address {
        set(&mut fields, "address_line1", address.address_line1.as_deref());
        set(&mut fields, "address_line2", address.address_line2.as_deref());
        set(&mut fields, "city", address.city.as_deref());
        set(&mut fields, "state", address.state_or_province.as_deref());
        set(&mut fields, "postal_code", address.zip_or_postal_code.as_deref());
        set(&mut fields, "country", address.country.as_deref());
    }
    fields
}

/// What the location and its calling side say.
pub fn location(location: &Location, calling: Option<&CallingLocation>) -> Fields {
    let mut fields = Fields::new();
    set(&mut fields, "timezone", location.time_zone.as_deref());
    set(&mut fields, "language", location.preferred_language.as_deref().map(language).as_deref());
    if let Some(address) = &location.address {
        set(&mut fields, "address_line1", address.address1.as_deref());
        set(&mut fields, "address_line2", address.address2.as_deref());
        set(&mut fields, "city", address.city.as_deref());
        set(&mut fields, "state", address.state.as_deref());
        set(&mut fields, "postal_code", address.postal_code.as_deref());
        set(&mut fields, "country", address.country.as_deref());
    }
    if let Some(calling) = calling {
        set(&mut fields, "announcement_language", calling.announcement_language.as_deref().map(language).as_deref());
        set(&mut fields, "emergency_location_id", calling.p_access_network_info.as_deref());
    }
    fields
}

/// Where a customer's billing address is not the wanted one, in words.
pub fn customer_difference(found: &Customer, wanted: &AddressWork) -> Option<String> {
    let shown = whole(customer(found, ""), found.address.is_some());
    differences(&address(wanted), &shown).next().map(|(_, how)| how)
}

/// Where a location is not as its row says, in words; the first of these, if there is any.
pub fn location_difference(
    found: &Location,
    calling: Option<&CallingLocation>,
    wanted: &LocationWork,
) -> Option<String> {
    location_differences(found, calling, wanted).into_iter().next().map(|(_, how)| how)
}

/// Every column in which a location is not as its row says, with the words. What only stands in for a blank cell is not
/// compared.
pub fn location_differences(
    found: &Location,
    calling: Option<&CallingLocation>,
    wanted: &LocationWork,
) -> Vec<(&'static str, String)> {
    let mut fields = address(&wanted.address);
    set(&mut fields, "timezone", Some(&wanted.timezone));
    set(&mut fields, "language", Some(&wanted.language));
    set(&mut fields, "announcement_language", Some(&wanted.announcement_language));
    fields.retain(|column, _| !wanted.assumed.iter().any(|assumed| assumed == column));
    differences(&fields, &whole(location(found, calling), found.address.is_some())).collect()
}

fn address(wanted: &AddressWork) -> Fields {
    let AddressWork { line1, line2, city, state, postal_code, country } = wanted;
    let mut fields = Fields::new();
    for (column, value) in ADDRESS.into_iter().zip([country, city, line1, line2, state, postal_code]) {
        set(&mut fields, column, Some(value));
    }
    fields
}

/// In an address that is told, what is not there is blank.
fn whole(mut fields: Fields, has_address: bool) -> Fields {
    for column in ADDRESS.into_iter().filter(|_| has_address) {
        fields.entry(column).or_default();
    }
    fields
}

/// The wanted values that are not those that are shown; what Webex does not tell says nothing.
fn differences<'a>(wanted: &'a Fields, shown: &'a Fields) -> impl Iterator<Item = (&'static str, String)> + 'a {
    let order = ADDRESS.into_iter().chain(["timezone", "language", "announcement_language"]);
    let both = order.filter_map(|column| Some((column, wanted.get(column)?, shown.get(column)?)));
    let differing = both.filter(|(column, wanted, shown)| !is_same_value(column, wanted, shown));
    differing.map(|(column, wanted, shown)| (column, format!("{column} is `{shown}` and should be `{wanted}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn wanted() -> LocationWork {
        let text = str::to_owned;
        let address = AddressWork {
            line1: text("Rua 1"),
            line2: text("2.º"),
            city: text("Porto"),
            state: String::new(),
            postal_code: text("4000-008"),
            country: text("PT"),
        };
        LocationWork {
            customer: text("c"),
            name: text("Porto"),
            headquarters: false,
            calling: true,
            address,
            timezone: text("Europe/Lisbon"),
            language: text("pt_pt"),
            announcement_language: text("pt_pt"),
            assumed: Vec::new(),
        }
    }

    #[test]
    fn every_value_of_a_location_that_stands_counts() {
        let shown = json!({
            "id": "l", "name": "Porto", "timeZone": "Europe/Lisbon", "preferredLanguage": "pt_PT",
            "address": { "address1": "RUA 1", "address2": "2.º", "city": "Porto", "postalCode": "4000 008", "country": "PT" },
        });
        let read = |shown: &Value| serde_json::from_value::<Location>(shown.clone()).expect("it is a location");
        let differs = |shown: &Value| location_difference(&read(shown), None, &wanted());
        assert_eq!(differs(&shown), None);
        for (pointer, value, expected) in [
            ("/address/address2", json!("3.º"), "address_line2 is `3.º` and should be `2.º`"),
            ("/address/address2", json!(null), "address_line2 is `` and should be `2.º`"),
            ("/address/postalCode", json!("4000-009"), "postal_code is `4000-009` and should be `4000-008`"),
            ("/timeZone", json!("Atlantic/Azores"), "timezone is `Atlantic/Azores` and should be `Europe/Lisbon`"),
            ("/preferredLanguage", json!("en_us"), "language is `en_us` and should be `pt_pt`"),
        ] {
            let mut other = shown.clone();
            *other.pointer_mut(pointer).expect("it is there") = value;
            assert_eq!(differs(&other).as_deref(), Some(expected));
        }
        // What is not told is no difference, nor what only stands in for a blank cell.
        assert_eq!(differs(&json!({ "id": "l" })), None);
        let assumed = LocationWork { assumed: vec!["language".to_owned()], language: "en_us".to_owned(), ..wanted() };
        assert_eq!(location_difference(&read(&shown), None, &assumed), None);
        let calling = json!({ "id": "l", "announcementLanguage": "es_es" });
        let calling: CallingLocation = serde_json::from_value(calling).expect("it is a location");
        let speaks = location_difference(&read(&shown), Some(&calling), &wanted());
        assert_eq!(speaks.as_deref(), Some("announcement_language is `es_es` and should be `pt_pt`"));
    }
}
