//! The steps of locations and of their numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{location_fields, set};
use super::{Builder, Draft, of_stage};
use crate::model::{Location, Phone};
use crate::plan::id::StepId;
use crate::plan::step::{Source, Stage};
use crate::plan::work::{LocationWork, NumbersWork, PstnWork, Work, expand, numbers_of, ranges};

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

    fn location_numbers(
        &mut self,
        source: Source,
        removed: &[&'static str],
        location: &'a Location,
        headquarters: bool,
    ) {
        let id = StepId::numbers(&location.customer, &location.name);
        let mut own: BTreeSet<Phone> = numbers_of(&location.numbers).collect();
        own.extend(location.main_number);
        let mut wanted = own.clone();
        let of_users = self.numbers.get(&(location.customer.as_str(), location.name.as_str()));
        wanted.extend(of_users.into_iter().flatten().copied());
        let emergency_location_id = location.emergency_location_id.clone().filter(|_| !headquarters);
        if wanted.is_empty() && location.pstn.is_none() && emergency_location_id.is_none() {
            return;
        }
        let known = self.known.get(&id);
        let standing: BTreeSet<Phone> = known
            .and_then(|known| known.fields.get("numbers"))
            .map(|list| expand(&list.split(';').map(str::to_owned).collect::<Vec<_>>()))
            .into_iter()
            .flatten()
            .filter_map(|number| Phone::from_e164(&number))
            .collect();
        let known_main = known.and_then(|known| known.fields.get("main_number"));
        let known_pstn = known.and_then(|known| known.fields.get("pstn_connection"));
        let known_emergency = known.and_then(|known| known.fields.get("emergency_location_id"));
        let main = location.main_number.map(|number| number.to_string());
        let pstn = location.pstn.as_ref().map(PstnWork::from);
        let add: BTreeSet<Phone> = wanted.difference(&standing).copied().collect();
        let all: BTreeSet<Phone> = wanted.union(&standing).copied().collect();
        let mut fields = BTreeMap::new();
        set(&mut fields, "numbers", &ranges(&all).join(";"));
        set(&mut fields, "number_state", location.number_state.word());
        set(&mut fields, "main_number", main.as_deref().unwrap_or_default());
        set(&mut fields, "pstn_connection", &pstn.as_ref().map(PstnWork::cell).unwrap_or_default());
        set(&mut fields, "emergency_location_id", emergency_location_id.as_deref().unwrap_or_default());
        let work = NumbersWork {
            customer: location.customer.clone(),
            location: location.name.clone(),
            own: ranges(&add.intersection(&own).copied().collect()),
            add: ranges(&add),
            active: location.number_state == crate::model::NumberState::Active,
            main: main.filter(|main| Some(main) != known_main),
            pstn: pstn.filter(|pstn| Some(&pstn.cell()) != known_pstn),
            emergency_location_id: emergency_location_id.filter(|id| Some(id) != known_emergency),
        };
        self.push(Draft {
            id,
            stage: Stage::Numbers,
            source,
            needs: vec![StepId::location(&location.customer, &location.name)],
            fields,
            removed: of_stage(removed, Stage::Numbers),
            work: Work::Numbers(work),
        });
    }
}
