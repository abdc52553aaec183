//! Identifiers as Webex writes them: base64url of `ciscospark://us/<TYPE>/<uuid>`.
//!
//! Inside the simulator an object is known by its bare UUID; this module is the only place where that
//! becomes a public id or comes back from one. It never draws random numbers.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// The TYPE word of a public id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A wholesale customer.
    Enterprise,
    /// A wholesale subscriber.
    Subscriber,
    /// A Webex organisation.
    Organization,
    /// A person in an organisation.
    People,
    /// A location of an organisation.
    Location,
    /// An administrator role.
    Role,
    /// A licence that a package gives.
    License,
    /// The place where help is sent.
    EmergencyAddress,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Enterprise => "ENTERPRISE",
            Self::Subscriber => "SUBSCRIBER",
            Self::Organization => "ORGANIZATION",
            Self::People => "PEOPLE",
            Self::Location => "LOCATION",
            Self::Role => "ROLE",
            Self::License => "LICENSE",
            Self::EmergencyAddress => "EMERGENCY_ADDRESS",
        }
    }
}

/// The public id of an object.
pub fn public(kind: Kind, uuid: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("ciscospark://us/{}/{uuid}", kind.word()))
}

/// The bare id inside a public one, in lower case. Padding and bare UUIDs are accepted too, as Webex does.
pub fn bare(text: &str) -> Option<String> {
    if is_uuid(text) {
        return Some(text.to_ascii_lowercase());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    let uri = String::from_utf8(bytes).ok()?;
    let (_, last) = uri.strip_prefix("ciscospark://")?.rsplit_once('/')?;
    Some(last.to_ascii_lowercase())
}

/// How ids are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdForm {
    #[default]
    Plain,
    /// With `=` at the end.
    Padded,
    /// With the UUID in upper case.
    Upper,
}

/// A public id in that form; none for any other text.
pub fn in_form(text: &str, form: IdForm) -> Option<String> {
    let uri = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (kind, uuid) = uri.strip_prefix("ciscospark://us/")?.split_once('/').filter(|(_, last)| is_uuid(last))?;
    match form {
        IdForm::Plain => None,
        IdForm::Padded => Some(URL_SAFE.encode(&uri)),
        IdForm::Upper => Some(URL_SAFE_NO_PAD.encode(format!("ciscospark://us/{kind}/{}", uuid.to_uppercase()))),
    }
}

/// Whether the text is a bare UUID.
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A new UUID. The counter leads, so that the order of ids is the order of creation.
pub fn mint(counter: u64, natural_key: &str) -> String {
    let hash = hex(natural_key);
    format!("{counter:08x}-{}-4{}-8{}-{}", &hash[..4], &hash[4..7], &hash[7..10], &hash[10..22])
}

/// The counter that [`mint`] put into a UUID.
pub fn counter_of(uuid: &str) -> Option<u64> {
    is_uuid(uuid).then(|| u64::from_str_radix(&uuid[..8], 16).ok()).flatten()
}

/// A UUID that depends on the text alone.
pub fn fixed(text: &str) -> String {
    mint(0, text)
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        hex.push(char::from(HEX[usize::from(byte >> 4)]));
        hex.push(char::from(HEX[usize::from(byte & 15)]));
        hex
    })
}

const HEX: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_leads_back_to_its_uuid() {
        let uuid = mint(42, "acme");
        assert!(is_uuid(&uuid), "{uuid}");
        assert_eq!(counter_of(&uuid), Some(42));
        let id = public(Kind::Location, &uuid);
        assert_eq!(bare(&id), Some(uuid.clone()));
        assert_eq!(bare(&format!("{id}==")), Some(uuid.clone()));
        assert_eq!(bare(&uuid.to_uppercase()), Some(uuid));
        assert_eq!(bare("nonsense"), None);
    }
}
