//! What a run made, read from its records: what it only found, and what it was refused, is not its own.

use std::collections::{HashMap, HashSet};

use super::{Call, Record};
use crate::plan::{Action, Effect, Made, NUMBERS_PER_REQUEST, Plan, Stage, Step, StepId, Work, expand};

/// What a run made, step by step. `touched` are the steps of which a later run has changed anything.
pub fn made<'p>(plan: &'p Plan, records: &HashMap<StepId, Record>, touched: &HashSet<StepId>) -> Vec<Made<'p>> {
    let effects = plan.steps.iter().filter_map(|step| {
        let what = effect(step, records.get(&step.id)?)?;
        Some(Made { step, what, is_touched: touched.contains(&step.id) })
    });
    effects.collect()
}

fn effect(step: &Step, record: &Record) -> Option<Effect> {
    if record.done.is_empty() {
        return None;
    }
    let creation = match step.stage {
        Stage::Customers => Call::CreateCustomer,
        Stage::Locations => Call::CreateLocation,
        Stage::Users => Call::CreateSubscriber,
        Stage::Roles => Call::GrantRole,
        Stage::Numbers => return Some(numbers(step, record)),
    };
    let is_made = step.action == Action::Create && record.done.contains(&creation);
    Some(if is_made { Effect::Object } else { Effect::Change })
}

/// The numbers that the run added; those that stood before or were refused are not its own.
fn numbers(step: &Step, record: &Record) -> Effect {
    let Work::Numbers(work) = &step.work else { return Effect::Change };
    let mut added = Vec::new();
    for (at, batch) in expand(&work.add).chunks(NUMBERS_PER_REQUEST).enumerate() {
        let call = Call::AddNumbers(u32::try_from(at).unwrap_or(u32::MAX));
        let is_foreign = |number: &String| {
            ["refused", "stood"].iter().any(|what| record.ids.contains_key(&format!("{what}:{number}")))
        };
        if record.done.contains(&call) {
            added.extend(batch.iter().filter(|number| !is_foreign(number)).cloned());
        }
    }
    if added.is_empty() { Effect::Change } else { Effect::Numbers(added) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SheetKind;
    use crate::plan::{Calls, Fields, NumbersWork, RoleWork, Source};

    fn step(id: StepId, stage: Stage, action: Action, work: Work) -> Step {
        let source = Source { sheet: SheetKind::Users, index: 0 };
        let (needs, fields, changes, calls) = (Vec::new(), Fields::default(), Vec::new(), Calls::default());
        Step { id, stage, action, needs, source, fields, changes, calls, work }
    }

    fn role(action: Action) -> Step {
        let text = str::to_owned;
        let work = RoleWork { customer: text("a"), email: text("x@a"), role: text("id_user_admin"), remove: None };
        step(StepId::role("x@a"), Stage::Roles, action, Work::Role(work))
    }

    fn numbers(add: &[&str]) -> Step {
        let add = add.iter().map(|number| (*number).to_owned()).collect();
        let work = NumbersWork { customer: "a".to_owned(), location: "L".to_owned(), add, ..NumbersWork::default() };
        step(StepId::numbers("a", "L"), Stage::Numbers, Action::Create, Work::Numbers(work))
    }

    fn record(done: &[Call], existing: &[Call], ids: &[&str]) -> Record {
        let ids = ids.iter().map(|id| ((*id).to_owned(), String::new())).collect();
        Record {
            done: done.iter().copied().collect(),
            existing: existing.iter().copied().collect(),
            ids,
            ..Record::default()
        }
    }

    /// What a run with that one step made.
    fn told(step: &Step, record: &Record) -> Option<Effect> {
        let plan = Plan { steps: vec![step.clone()], ..Plan::default() };
        let records = HashMap::from([(step.id.clone(), record.clone())]);
        made(&plan, &records, &HashSet::new()).pop().map(|made| made.what)
    }

    #[test]
    fn what_was_found_or_never_done_is_not_made() {
        let grant = [Call::GrantRole];
        assert_eq!(told(&role(Action::Create), &record(&[], &[], &[])), None);
        assert_eq!(told(&role(Action::Create), &record(&[], &grant, &[])), None, "it stood there before");
        assert_eq!(told(&role(Action::Create), &record(&grant, &[], &[])), Some(Effect::Object));
        assert_eq!(told(&role(Action::Update), &record(&grant, &[], &[])), Some(Effect::Change));
    }

    #[test]
    fn numbers_that_stood_or_were_refused_are_not_the_runs_own() {
        let step = numbers(&["+351211234500-+351211234502"]);
        let (first, main) = (Call::AddNumbers(0), Call::SetMainNumber);
        let own = |numbers: &[&str]| Some(Effect::Numbers(numbers.iter().map(|n| (*n).to_owned()).collect()));
        let all = ["+351211234500", "+351211234501", "+351211234502"];
        assert_eq!(told(&step, &record(&[first], &[], &[])), own(&all));
        let foreign = ["stood:+351211234500", "refused:+351211234502"];
        assert_eq!(told(&step, &record(&[first], &[], &foreign)), own(&all[1..2]));
        assert_eq!(told(&step, &record(&[main], &[first], &[])), Some(Effect::Change), "only the main number was set");
    }

    #[test]
    fn only_batches_that_went_through_count() {
        let last = 351_211_230_000 + NUMBERS_PER_REQUEST;
        let step = numbers(&[&format!("+351211230000-+{last}")]);
        let only = vec![format!("+{last}")];
        assert_eq!(told(&step, &record(&[Call::AddNumbers(1)], &[], &[])), Some(Effect::Numbers(only)));
    }

    #[test]
    fn what_a_later_run_touched_is_marked() {
        let step = role(Action::Create);
        let plan = Plan { steps: vec![step.clone()], ..Plan::default() };
        let records = HashMap::from([(step.id.clone(), record(&[Call::GrantRole], &[], &[]))]);
        assert!(made(&plan, &records, &HashSet::from([step.id.clone()]))[0].is_touched);
    }
}
