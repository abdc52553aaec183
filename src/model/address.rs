//! Postal addresses of customers and locations.

/// Longest address line the provisioning API takes, in characters (prose of Cisco's OpenAPI file).
pub const ADDRESS_LINE_CHARS_MAX: usize = 50;

/// A postal address. `state` and `postal_code` are empty where the country has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub state: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
}
