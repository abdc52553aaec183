//! A part of a plan: some stages, some rows. What it needs must be known or be part of it.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::build::Plan;
use super::id::StepId;
use super::step::{Action, Source, Stage, Step};
use super::work::{Work, expand};

/// What a run was asked to do, where not everything was. Kept with the run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Selection {
    /// Only these stages; empty means all.
    #[serde(default)]
    pub only: Vec<Stage>,
    /// Only customers of this wave.
    #[serde(default)]
    pub wave: Option<String>,
    /// Staged numbers are brought live, and nothing else is done.
    #[serde(default)]
    pub activates: bool,
    /// Only these rows; the others are none of its business.
    #[serde(default)]
    pub rows: Option<Vec<Source>>,
    /// Waves whose customers were left out, since their window was closed.
    #[serde(default)]
    pub closed: Vec<Closed>,
    /// Steps that need something which is neither known nor part of the plan.
    #[serde(default)]
    pub lacking: Vec<Lack>,
}

/// A wave that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub wave: String,
    /// Its window, in its zone and in UTC.
    pub window: String,
}

/// A step that cannot go, since what it needs is neither known nor part of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    pub step: StepId,
    pub need: StepId,
    /// The row that would make it.
    pub source: Source,
}

impl Selection {
    /// Is it everything?
    pub const fn is_all(&self) -> bool {
        let has_part = self.wave.is_some() || self.rows.is_some() || !self.closed.is_empty();
        !self.activates && self.only.is_empty() && !has_part
    }

    /// Is any stage of that row's sheet asked for?
    pub fn touches(&self, source: Source) -> bool {
        use crate::model::SheetKind;
        let stages: &[Stage] = match source.sheet {
            SheetKind::Customers => &[Stage::Customers, Stage::Locations, Stage::Numbers],
            SheetKind::Locations => &[Stage::Locations, Stage::Numbers],
            SheetKind::Users => &[Stage::Users, Stage::Roles],
        };
        self.only.is_empty() || stages.iter().any(|stage| self.only.contains(stage))
    }
}

/// The part of a plan that was asked for: these stages of these rows. Fills in what it lacks.
pub fn restrict(plan: Plan, selection: &mut Selection, is_picked: impl Fn(Source) -> bool) -> Plan {
    let stage_goes = |stage: Stage| selection.only.is_empty() || selection.only.contains(&stage);
    let mut goes: Vec<bool> = plan.steps.iter().map(|step| stage_goes(step.stage) && is_picked(step.source)).collect();
    let positions: HashMap<&StepId, usize> =
        plan.steps.iter().enumerate().map(|(position, step)| (&step.id, position)).collect();
    if selection.rows.is_some() {
        take_numbers_along(&plan, &positions, &mut goes);
    }
    let outside = plan.steps.iter().zip(&goes).filter(|(_, goes)| !**goes).map(|(step, _)| step);
    let pending = numbers_to_come(outside);
    let lacking = plan.steps.iter().zip(&goes).filter(|(step, goes)| **goes && step.action != Action::Unchanged);
    let lacking = lacking.filter_map(|(step, _)| lack(&plan, &positions, &goes, &pending, step)).collect();
    let ids: HashSet<StepId> =
        plan.steps.iter().zip(&goes).filter(|(_, goes)| **goes).map(|(step, _)| step.id.clone()).collect();
    let mut marks = goes.into_iter();
    let mut part = plan;
    part.steps.retain(|_| marks.next().unwrap_or_default());
    for step in &mut part.steps {
        step.needs.retain(|need| ids.contains(need));
    }
    part.immovable.retain(|value| is_picked(value.source) && selection.touches(value.source));
    selection.lacking = lacking;
    part
}

/// A row that is retried may want a number that its location has not yet.
fn take_numbers_along(plan: &Plan, positions: &HashMap<&StepId, usize>, goes: &mut [bool]) {
    for position in 0..plan.steps.len() {
        if !goes[position] {
            continue;
        }
        for &need in plan.steps[position].needs.iter().filter_map(|need| positions.get(need)) {
            goes[need] |= plan.steps[need].stage == Stage::Numbers;
        }
    }
}

/// The first need of a step that is neither known nor part of the plan.
fn lack(
    plan: &Plan,
    positions: &HashMap<&StepId, usize>,
    goes: &[bool],
    pending: &HashSet<String>,
    step: &Step,
) -> Option<Lack> {
    let is_missed = |need: &&Step| match (&step.work, &need.work) {
        (Work::User(user), Work::Numbers(_)) => user.phone_number.as_ref().is_some_and(|n| pending.contains(n)),
        _ => matches!(need.action, Action::Create | Action::Waiting) && !need.follows_errors(),
    };
    let outside = step.needs.iter().filter_map(|need| positions.get(need)).filter(|&&need| !goes[need]);
    let need = outside.map(|&need| &plan.steps[need]).find(is_missed)?;
    Some(Lack { step: step.id.clone(), need: need.id.clone(), source: need.source })
}

/// Numbers that some steps would add.
fn numbers_to_come<'a>(steps: impl Iterator<Item = &'a Step>) -> HashSet<String> {
    let added = steps.filter(|step| step.action != Action::Unchanged).filter_map(|step| match &step.work {
        Work::Numbers(numbers) => Some(expand(&numbers.add)),
        _ => None,
    });
    added.flatten().collect()
}
