//! The steps of locations.

use super::fields::location_fields;
use super::{Builder, Draft, of_stage};
use crate::model::Location;
use crate::plan::id::StepId;
use crate::plan::step::{Source, Stage};
use crate::plan::work::{LocationWork, Work};

impl<'a> Builder<'a> {
    pub(super) fn location(
        &mut self,
        source: Source,
        removed: &[&'static str],
        location: &'a Location,
        headquarters: bool,
    ) {
        let mut needs = vec![StepId::customer(&location.customer)];
        // No branch is made before the headquarters is known, so that one is never taken for the other.
        if !headquarters {
            needs.extend(self.headquarters.get(location.customer.as_str()).cloned());
        }
        let calling = headquarters || self.sells_calling(&location.customer);
        self.push(Draft {
            id: StepId::location(&location.customer, &location.name),
            stage: Stage::Locations,
            source,
            needs,
            fields: location_fields(location),
            removed: of_stage(removed, Stage::Locations),
            work: Work::Location(LocationWork::new(location, headquarters, calling)),
        });
        if calling {
            self.location_numbers(source, removed, location, headquarters);
        }
    }
}
