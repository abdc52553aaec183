//! The known state: what turnup last had confirmed, by natural key.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::id::StepId;

/// What was confirmed of one object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Confirmed {
    /// Values by column, normalised.
    pub fields: BTreeMap<String, String>,
    /// What the provider calls it: `customer_id`, `org_id`, `location_id`, `subscriber_id`, `person_id`.
    pub ids: BTreeMap<String, String>,
}

/// Everything that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known(HashMap<StepId, Confirmed>);

impl Known {
    /// What is known of an object.
    pub fn get(&self, id: &StepId) -> Option<&Confirmed> {
        self.0.get(id)
    }

    /// Every object, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&StepId, &Confirmed)> {
        self.0.iter()
    }
}

impl FromIterator<(StepId, Confirmed)> for Known {
    fn from_iter<I: IntoIterator<Item = (StepId, Confirmed)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
