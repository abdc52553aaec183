//! The values that a row makes true, by column: what plans compare with the known state.

use std::collections::BTreeMap;

use crate::model::{Customer, Location, User};
use crate::plan::work::AddressWork;

pub(super) fn set(fields: &mut BTreeMap<String, String>, column: &str, value: &str) {
    if !value.is_empty() {
        fields.insert(column.to_owned(), value.to_owned());
    }
}

pub(super) fn set_address(fields: &mut BTreeMap<String, String>, address: &AddressWork) {
    set(fields, "address_line1", &address.line1);
    set(fields, "address_line2", &address.line2);
    set(fields, "city", &address.city);
    set(fields, "state", &address.state);
    set(fields, "postal_code", &address.postal_code);
    set(fields, "country", &address.country);
}

pub(super) fn customer_fields(customer: &Customer) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut packages: Vec<_> = customer.packages.iter().map(|package| package.name()).collect();
    packages.sort_unstable();
    let limits: Vec<_> = customer.limits.iter().map(|(package, limit)| format!("{package}={limit}")).collect();
    set(&mut fields, "name", &customer.name);
    set(&mut fields, "admin_email", customer.admin_email.as_str());
    set(&mut fields, "template", &customer.template);
    set(&mut fields, "packages", &packages.join(";"));
    set(&mut fields, "package_limits", &limits.join(";"));
    set(&mut fields, "org_id", customer.org_id.as_deref().unwrap_or_default());
    match &customer.headquarters {
        Some(headquarters) => set(&mut fields, "location_name", &headquarters.name),
        // With a headquarters, the language is a value of that location.
        None => set(&mut fields, "language", &customer.language),
    }
    set_address(&mut fields, &(&customer.address).into());
    fields
}

pub(super) fn location_fields(location: &Location) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    set(&mut fields, "timezone", &location.timezone);
    set(&mut fields, "language", &location.language);
    set(&mut fields, "announcement_language", &location.announcement_language);
    set_address(&mut fields, &(&location.address).into());
    fields
}

pub(super) fn user_fields(user: &User) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    set(&mut fields, "customer_external_id", &user.customer);
    set(&mut fields, "first_name", &user.first_name);
    set(&mut fields, "last_name", &user.last_name);
    set(&mut fields, "package", user.package.name());
    set(&mut fields, "location", user.location.as_deref().unwrap_or_default());
    set(&mut fields, "phone_number", &user.phone_number.map(|phone| phone.to_string()).unwrap_or_default());
    set(&mut fields, "extension", &user.extension.map(|extension| extension.to_string()).unwrap_or_default());
    fields
}
