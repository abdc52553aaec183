//! The natural key of a step: it survives re-sorted rows and edited files.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::step::Stage;

/// Such as `location/acme-001/Lisboa`; `/` and `%` inside a part are percent-encoded.
///
/// Shared: the steps of a customer's thousand users all need the same few steps.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepId(Arc<str>);

impl Serialize for StepId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for StepId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::from)
    }
}

impl StepId {
    /// A customer, by external id.
    pub fn customer(external_id: &str) -> Self {
        Self(format!("customer/{}", encoded(external_id)).into())
    }

    /// A location, by customer and name.
    pub fn location(customer: &str, name: &str) -> Self {
        Self(format!("location/{}/{}", encoded(customer), encoded(name)).into())
    }

    /// The numbers of a location.
    pub fn numbers(customer: &str, location: &str) -> Self {
        Self(format!("numbers/{}/{}", encoded(customer), encoded(location)).into())
    }

    /// A person, by e-mail in lower case.
    pub fn user(email: &str) -> Self {
        Self(format!("user/{}", encoded(email)).into())
    }

    /// A person's number that somebody else waits for.
    pub fn release(email: &str) -> Self {
        Self(format!("release/{}", encoded(email)).into())
    }

    /// The administrator role of a person.
    pub fn role(email: &str) -> Self {
        Self(format!("role/{}", encoded(email)).into())
    }

    /// How the keys of what goes with it begin, when it is deleted: a customer's locations and their numbers.
    pub fn prefixes_below(&self) -> Vec<String> {
        match (self.stage(), self.0.split_once('/')) {
            (Some(Stage::Customers), Some((_, customer))) => {
                ["location", "numbers"].map(|word| format!("{word}/{customer}/")).to_vec()
            }
            _ => Vec::new(),
        }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The stage its first part names.
    pub fn stage(&self) -> Option<Stage> {
        let (first, _) = self.0.split_once('/')?;
        Stage::ALL.into_iter().find(|stage| stage.step_word() == first)
    }

    /// The parts behind the stage, decoded.
    pub fn parts(&self) -> Vec<String> {
        self.0.split('/').skip(1).map(|part| part.replace("%2F", "/").replace("%25", "%")).collect()
    }
}

impl From<String> for StepId {
    fn from(key: String) -> Self {
        Self(key.into())
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn encoded(part: &str) -> String {
    part.replace('%', "%25").replace('/', "%2F")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_in_a_name_makes_no_new_part() {
        let id = StepId::location("a/b", "100%");
        assert_eq!(id.as_str(), "location/a%2Fb/100%25");
        assert_eq!(id.parts(), ["a/b", "100%"]);
        assert_eq!(id.stage(), Some(Stage::Locations));
    }
}
