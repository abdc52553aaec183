//! Rows that a run has finished which another one had begun and was cut off at: no report has ever said that what they
//! are about was made.

use std::collections::HashSet;

use super::recorded::Recorded;
use crate::journal::{Ending, Log, State, Stored, Which};
use crate::model::SheetKind;
use crate::plan::{Action, Source, Stage, Step, StepId};
use crate::report::{Outcome, Results, RowResult};

impl Recorded<'_> {
    /// Tells rows as created, and not as updated, whose own object was made by a run that was cut off before the row was
    /// done.
    pub(super) fn tell_made(&self, run: &str, results: &mut Results) -> anyhow::Result<()> {
        let updated = |(&sheet, rows): (&SheetKind, &Vec<RowResult>)| {
            let rows = rows.iter().filter(|row| row.outcome == Outcome::Updated);
            rows.map(|row| Source { sheet, index: row.row }).collect::<Vec<_>>()
        };
        let updated: HashSet<Source> = results.iter().flat_map(updated).collect();
        if updated.is_empty() {
            return Ok(());
        }
        let made = self.made_and_not_told(run)?;
        if made.is_empty() {
            return Ok(());
        }
        let mut created = HashSet::new();
        self.log.walk(run, Which::All, &mut |Stored { step, .. }| {
            if is_own(&step) && updated.contains(&step.source) && made.contains(&step.id) {
                created.insert(step.source);
            }
            Ok(())
        })?;
        for (&sheet, rows) in results {
            for row in rows.iter_mut().filter(|row| created.contains(&Source { sheet, index: row.row })) {
                row.outcome = Outcome::Created;
            }
        }
        Ok(())
    }

    /// What the runs right before have made that were cut off, where the rest of its row was never begun or done there.
    fn made_and_not_told(&self, run: &str) -> anyhow::Result<HashSet<StepId>> {
        let (mut made, mut told) = (HashSet::new(), HashSet::new());
        let heads = self.log.runs()?;
        let before = heads.iter().rev().skip_while(|head| head.run != run).skip(1);
        for head in before.filter(|head| head.parked.is_none()) {
            let mut open = HashSet::new();
            self.log.walk(&head.run, Which::Open, &mut |Stored { step, record, .. }| {
                if !matches!(record.state, State::Finished(_)) {
                    open.insert(step.source);
                }
                Ok(())
            })?;
            if open.is_empty() || head.undoes.is_some() {
                break;
            }
            self.log.walk(&head.run, Which::All, &mut |Stored { step, record, .. }| {
                if !is_own(&step) || step.action == Action::Delete {
                    return Ok(());
                }
                let is_made = record.state == State::Finished(Ending::Created);
                match open.contains(&step.source) {
                    true if is_made && !told.contains(&step.id) => drop(made.insert(step.id)),
                    true => {}
                    false => drop(told.insert(step.id)),
                }
                Ok(())
            })?;
        }
        Ok(made)
    }
}

/// Does a step make what its row is about, and not a part of it?
const fn is_own(step: &Step) -> bool {
    matches!(
        (step.source.sheet, step.stage),
        (SheetKind::Customers, Stage::Customers)
            | (SheetKind::Locations, Stage::Locations)
            | (SheetKind::Users, Stage::Users)
    )
}
