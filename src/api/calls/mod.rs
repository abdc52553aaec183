//! Every request that turnup makes. Calls into a customer's organisation always name it: without `orgId` they would
//! write into the partner's own.

mod customers;
mod locations;
mod numbers;
mod people;
mod removals;

use serde_json::{Map, Value, json};

use crate::plan::AddressWork;

/// Most entries of a list that one request asks for.
pub const PAGE_ENTRIES: usize = 100;

pub use customers::*;
pub use locations::*;
pub use numbers::*;
pub use people::*;
pub use removals::*;

fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~=".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The fields of an object, without those that are null or empty texts.
fn filled(fields: Value) -> Value {
    match fields {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null() && value != "");
            Value::Object(kept.collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// The address as the wholesale calls write it.
fn wholesale_address(address: &AddressWork) -> Value {
    filled(json!({
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "city": address.city,
        "stateOrProvince": address.state,
        "zipOrPostalCode": address.postal_code,
        "country": address.country,
    }))
}

/// The address as the locations calls write it: state and postal code are always there, if only empty.
fn location_address(address: &AddressWork) -> Value {
    let mut fields = json!({
        "address1": address.line1,
        "city": address.city,
        "state": address.state,
        "postalCode": address.postal_code,
        "country": address.country,
    });
    if !address.line2.is_empty() {
        fields["address2"] = json!(address.line2);
    }
    fields
}
