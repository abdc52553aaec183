//! Porting day: everything that is staged goes live, and nothing else is touched.

use super::numbers::Standing;
use super::{Plan, batches_of};
use crate::check::Batch;
use crate::model::Location;
use crate::plan::id::StepId;
use crate::plan::known::Known;
use crate::plan::step::{Action, Calls, Change, Source, Stage, Step};
use crate::plan::work::{NumbersWork, Work, ranges};

/// Plans to bring live the staged numbers of all locations in the batch.
pub fn activation(batch: &Batch, known: &Known) -> Plan {
    let headquarters = batch.customers().iter();
    let headquarters = headquarters.filter_map(|sourced| Some((sourced.row, sourced.value.headquarters.as_ref()?)));
    let branches = batch.locations().iter().map(|sourced| (sourced.row, &sourced.value));
    let steps = headquarters.chain(branches).filter_map(|(row, location)| step(row.into(), location, known));
    Plan { steps: steps.collect(), ..Plan::default() }
}

fn step(source: Source, location: &Location, known: &Known) -> Option<Step> {
    let id = StepId::numbers(&location.customer, &location.name);
    let known = known.get(&id)?;
    let activate = ranges(&Standing::new(Some(known)).staged);
    if activate.is_empty() {
        return None;
    }
    let change =
        Change { column: "number_state".to_owned(), from: Some("inactive".to_owned()), to: "active".to_owned() };
    // Whether the connection lets them be touched is looked up first.
    let calls = Calls { read: 1, write: batches_of(&activate) };
    let work = NumbersWork {
        customer: location.customer.clone(),
        location: location.name.clone(),
        active: true,
        activate,
        ..NumbersWork::default()
    };
    Some(Step {
        id,
        stage: Stage::Numbers,
        action: Action::Update,
        needs: Vec::new(),
        source,
        fields: known.clone().all_live().fields.into(),
        changes: vec![change],
        calls,
        work: Work::Numbers(work),
    })
}
