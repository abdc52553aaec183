//! The steps of locations.

use super::fields::location_fields;
use super::{Builder, Draft};
use crate::model::Location;
use crate::plan::id::StepId;
use crate::plan::step::{Source, Stage};
use crate::plan::work::{LocationWork, Work};

impl<'a> Builder<'a> {
    pub(super) fn location(
        &mut self,
        source: Source,
        [removed, blank]: [&[&'static str]; 2],
        location: &'a Location,
        headquarters: bool,
    ) {
        let mut needs = vec![StepId::customer(&location.customer)];
        // No branch is made before the headquarters is known, so that one is never taken for the other.
        if !headquarters {
            needs.extend(self.headquarters.get(location.customer.as_str()).cloned());
        }
        let calling = headquarters || self.sells_calling(&location.customer);
        let id = StepId::location(&location.customer, &location.name);
        let mut fields = location_fields(location);
        // A value that only stands in for a blank cell changes nothing of a location that is known.
        if self.known.get(&id).is_some() {
            fields.retain(|column, _| !blank.contains(&column.as_str()));
        }
        self.push(Draft {
            id,
            stage: Stage::Locations,
            source,
            needs,
            fields,
            removed,
            work: Work::Location(LocationWork::new(location, headquarters, calling, blank)),
        });
        if calling {
            self.location_numbers(source, [removed, blank], location, headquarters);
        }
    }
}
