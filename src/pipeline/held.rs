//! Rows that go along with mended ones: those that these had held back, in whichever run, and those that they need.

use std::collections::{HashMap, HashSet};

use super::recorded::Recorded;
use super::told::Told;
use super::{Inputs, checked, standing};
use crate::check::{Checked, Picked, RowRef, Verdict};
use crate::journal::{Ending, Log, State, Which};
use crate::model::SheetKind;
use crate::plan::{self, Action, Plan, Source, StepId};

/// Steps that runs have held back, by the step at fault.
#[derive(Debug, Default)]
pub(super) struct Held(HashMap<StepId, HashSet<StepId>>);

impl Held {
    /// Reads what the runs of a journal say.
    pub fn read(log: &dyn Log) -> anyhow::Result<Self> {
        let mut held: HashMap<StepId, HashSet<StepId>> = HashMap::new();
        for head in log.runs()?.iter().filter(|head| head.parked.is_none() && head.undoes.is_none()) {
            log.walk(&head.run, Which::Open, &mut |stored| {
                let is_blocked = stored.record.state == State::Finished(Ending::Blocked);
                let by = stored.record.reason.and_then(|reason| reason.blocked_by).filter(|_| is_blocked);
                if let Some(by) = by {
                    held.entry(by).or_default().insert(stored.step.id);
                }
                Ok(())
            })?;
        }
        Ok(Self(held))
    }

    /// The rows that go along with mended ones, besides these: what checking the sheets that they came from had held back,
    /// what any run had held back, and what they need. What stands already is left alone, unless the run itself told of it or
    /// it has changed since.
    pub fn along(&self, told: &Told, plan: &Plan, back: &[Source], changed: &HashSet<Source>) -> Vec<Source> {
        let mut rows: HashSet<Source> = back.iter().copied().collect();
        rows.extend(released(told, back));
        let open = |action: Action| action != Action::Unchanged;
        let of_back = plan.steps.iter().filter(|step| back.contains(&step.source));
        let held: HashSet<&StepId> = of_back.filter_map(|step| self.0.get(&step.id)).flatten().collect();
        rows.extend(
            plan.steps.iter().filter(|step| open(step.action) && held.contains(&step.id)).map(|step| step.source),
        );
        let positions: HashMap<&StepId, usize> =
            plan.steps.iter().enumerate().map(|(at, step)| (&step.id, at)).collect();
        // What a row needs is itself a row with needs.
        let mut looked_at: Vec<usize> =
            (0..plan.steps.len()).filter(|&at| rows.contains(&plan.steps[at].source)).collect();
        let mut seen: HashSet<usize> = looked_at.iter().copied().collect();
        while let Some(at) = looked_at.pop() {
            if !open(plan.steps[at].action) {
                continue;
            }
            for &need in plan.steps[at].needs.iter().filter_map(|need| positions.get(need)) {
                let is_needed = match plan.steps[need].action {
                    Action::Create | Action::Waiting => true,
                    Action::Update => changed.contains(&plan.steps[need].source),
                    Action::Unchanged | Action::Delete => false,
                };
                if is_needed && seen.insert(need) {
                    rows.insert(plan.steps[need].source);
                    looked_at.push(need);
                }
            }
        }
        let back: HashSet<Source> = back.iter().copied().collect();
        let mut along: Vec<Source> = rows.into_iter().filter(|row| !back.contains(row)).collect();
        along.sort_unstable_by_key(|row| (row.sheet, row.index));
        along
    }
}

/// The rows that are sent, with those that go along, in the order of the sheets.
pub(super) fn with_those_along(
    recorded: &Recorded<'_>,
    told: &Told,
    inputs: &Inputs,
    (back, changed): (&[Source], &HashSet<Source>),
) -> anyhow::Result<Vec<Source>> {
    let known = recorded.log.known()?;
    let standing = standing(&known);
    let plan = plan::plan(&checked(inputs, recorded.settings, &standing).batch(), &known);
    let mut rows = Held::read(&*recorded.log)?.along(told, &plan, back, changed);
    rows.extend(back);
    rows.sort_unstable_by_key(|row| (row.sheet, row.index));
    rows.dedup();
    Ok(rows)
}

/// The rows that others had held back, or a part of them: by what the run told of its rows, and by what checking its sheets
/// says of those that it was not asked for.
pub(super) fn released(told: &Told, roots: &[Source]) -> Vec<Source> {
    let kept = &told.inputs.sheets;
    let roots: HashSet<String> =
        roots.iter().map(|root| kept.get(root.sheet).place(root.index, None).to_string()).collect();
    let of = |sheet: SheetKind| {
        let held = told.results[&sheet].iter().filter(|row| roots.contains(&row.blocked_by));
        held.map(move |row| Source { sheet, index: row.row })
    };
    let outside = told.held_outside.iter().filter(|(_, by)| roots.contains(by)).map(|(row, _)| *row);
    SheetKind::ALL.into_iter().flat_map(of).chain(outside).collect()
}

/// The rows that a run was not asked for and that checking its sheets holds back, with the row at fault.
pub(super) fn held_outside(checked: &Checked<'_>, picked: &Picked) -> Vec<(Source, String)> {
    let of = |sheet: SheetKind| {
        let all = (0..checked.sheets().get(sheet).row_count()).map(move |index| RowRef { sheet, index });
        all.filter(|row| !picked.has(*row)).filter_map(|row| match checked.verdict(row) {
            Verdict::Blocked(by) => Some((Source { sheet: row.sheet, index: row.index }, by.to_string())),
            _ => None,
        })
    };
    SheetKind::ALL.into_iter().flat_map(of).collect()
}
