//! What the API says of emergency addresses and callback numbers.

use serde::Deserialize;
use serde_json::Value;

use super::answers::{LocationAddress, null_as_default};

/// An address as the look-up for emergencies answers it, with what it has put right.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SuggestedAddress {
    #[serde(flatten)]
    pub address: LocationAddress,
    #[serde(default, deserialize_with = "null_as_default")]
    pub errors: Vec<AddressError>,
}

impl SuggestedAddress {
    /// In one line.
    pub fn line(&self) -> String {
        let LocationAddress { address1, address2, city, state, postal_code, country } = &self.address;
        let parts = [address1, address2, city, state, postal_code, country];
        let parts: Vec<&str> =
            parts.into_iter().flatten().map(String::as_str).filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }
}

/// What was wrong with an address.
#[derive(Debug, Clone, Deserialize)]
pub struct AddressError {
    pub code: Option<Value>,
    pub title: Option<String>,
    pub detail: Option<String>,
}

impl std::fmt::Display for AddressError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.detail.as_deref().or(self.title.as_deref());
        let code = self.code.as_ref().map(|code| code.as_str().map_or_else(|| code.to_string(), str::to_owned));
        f.write_str(text.or(code.as_deref()).unwrap_or("no reason is given"))
    }
}

/// Which number is called back after an emergency call.
#[derive(Debug, Clone, Deserialize)]
pub struct Callback {
    #[serde(default, deserialize_with = "null_as_default")]
    pub selected: String,
}

impl Callback {
    /// The location's main number, as Cisco's description names it.
    pub const MAIN_NUMBER: &str = "LOCATION_NUMBER";

    /// Is it the location's main number?
    pub fn is_main_number(&self) -> bool {
        self.selected == Self::MAIN_NUMBER
    }
}
