//! What a run was asked to do, where not everything was: found in the sheets, and kept with the run.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::check::{Checked, Picked, RowRef};
use crate::journal::{Ending, Entry, Event, Log, Reason, Stored, Which};
use crate::model::SheetKind;
use crate::plan::{self, Action, Closed, Known, Plan, Selection, StepId};
use crate::text::{Lang, say};

/// The file beside the kept sheets.
const KEPT: &str = "selection.json";

/// A selection, and the rows that it comes to.
pub(super) struct Selected {
    pub selection: Selection,
    /// None means all rows.
    picked: Option<Picked>,
}

impl Selected {
    /// Finds the rows of a selection.
    pub fn new(selection: Selection, checked: &Checked<'_>) -> Self {
        let rows = selection.rows.iter().flatten();
        let rows = rows.map(|source| RowRef { sheet: source.sheet, index: source.index });
        let picked = match &selection.wave {
            Some(wave) => Some(checked.of_wave(wave)),
            None => selection.rows.is_some().then(|| Picked::new(checked.sheets(), rows)),
        };
        let picked =
            if selection.closed.is_empty() { picked } else { Some(outside(picked, &selection.closed, checked)) };
        Self { selection, picked }
    }

    /// Leaves out the rows of waves; tells which of these had any.
    pub fn leave_out(&mut self, checked: &Checked<'_>, closed: impl Iterator<Item = Closed>) -> Vec<Closed> {
        let is_in = |row| self.picked.as_ref().is_none_or(|picked| picked.has(row));
        let closed: Vec<Closed> = closed.filter(|closed| checked.of_wave(&closed.wave).rows().any(is_in)).collect();
        if !closed.is_empty() {
            *self = Self::new(Selection { closed: closed.clone(), ..self.selection.clone() }, checked);
        }
        closed
    }

    /// Plans what was asked for.
    pub fn plan(&mut self, checked: &Checked<'_>, known: &Known) -> Plan {
        let make = if self.selection.activates { plan::activation } else { plan::plan };
        let plan = make(&checked.batch(), known);
        if self.selection.is_all() {
            return plan;
        }
        let picked = self.picked.as_ref();
        let is_picked = |source: plan::Source| {
            picked.is_none_or(|picked| picked.has(RowRef { sheet: source.sheet, index: source.index }))
        };
        plan::restrict(plan, &mut self.selection, is_picked)
    }

    /// How many numbers are staged at customers of closed waves, where staged numbers are to go live.
    pub fn staged_behind_windows(&self, checked: &Checked<'_>, known: &Known) -> usize {
        if !self.selection.activates || self.selection.closed.is_empty() {
            return 0;
        }
        let is_left_out = |step: &&plan::Step| {
            let row = RowRef { sheet: step.source.sheet, index: step.source.index };
            self.picked.as_ref().is_some_and(|picked| !picked.has(row))
        };
        let all = plan::activation(&checked.batch(), known);
        let numbers = all.steps.iter().filter(is_left_out).map(|step| match &step.work {
            plan::Work::Numbers(work) => plan::expand(&work.activate).len(),
            _ => 0,
        });
        numbers.sum()
    }

    pub const fn picked(&self) -> Option<&Picked> {
        self.picked.as_ref()
    }

    /// How many of its rows have mistakes of their own, and how many are held back by another row.
    pub fn wrong(&self, checked: &Checked<'_>) -> (usize, usize) {
        match &self.picked {
            Some(picked) => checked.wrong_among(picked),
            None => (checked.verdicts.rejected(), checked.verdicts.blocked()),
        }
    }

    /// How many rows it has.
    pub fn row_count(&self, checked: &Checked<'_>) -> usize {
        self.picked.as_ref().map_or_else(|| checked.sheets().row_count(), |picked| picked.rows().count())
    }

    /// Says that no customer has that wave, and which there are.
    pub fn nobody(&self, checked: &Checked<'_>, lang: Lang) -> Option<String> {
        let wave = self.selection.wave.as_ref()?;
        if self.picked.as_ref().is_some_and(|picked| picked.rows().next().is_some()) {
            return None;
        }
        let waves: Vec<String> = checked.waves().into_iter().map(|wave| format!("`{wave}`")).collect();
        let words = "no customer has the wave `{wave}`, so nothing was sent; the column `wave` names {waves}";
        let waves = if waves.is_empty() { "-".to_owned() } else { waves.join(", ") };
        Some(say(lang, words, &[("wave", wave), ("waves", &waves)]))
    }

    /// Keeps it with the run.
    pub fn keep(&self, copies: &Path) -> anyhow::Result<()> {
        if self.selection.is_all() {
            return Ok(());
        }
        let text = serde_json::to_vec(&self.selection)?;
        fs::write(copies.join(KEPT), text).context("what the run was asked to do cannot be kept with it")
    }

    /// What was kept with a run.
    pub fn kept(copies: &Path, checked: &Checked<'_>) -> anyhow::Result<Self> {
        Ok(Self::new(kept(copies)?, checked))
    }

    /// The steps that cannot go, since what they need is neither known nor part of the run. What is in doubt is looked up
    /// all the same.
    pub fn lacking(&self, doubts: &HashSet<StepId>, at: &str, lang: Lang) -> Vec<Entry> {
        let entry = |lack: &plan::Lack| {
            let words = "`{need}` is neither known nor part of this run";
            let reason = Reason {
                text: say(lang, words, &[("need", &lack.need)]),
                blocked_by: Some(lack.need.clone()),
                ..Reason::default()
            };
            let event = Event::Finished { ending: Ending::Blocked, reason: Some(reason), confirmed: None };
            Entry { step: lack.step.clone(), at: at.to_owned(), event }
        };
        self.selection.lacking.iter().filter(|lack| !doubts.contains(&lack.step)).map(entry).collect()
    }
}

/// The rows that are left without those of closed waves.
fn outside(picked: Option<Picked>, closed: &[Closed], checked: &Checked<'_>) -> Picked {
    let waves: Vec<Picked> = closed.iter().map(|closed| checked.of_wave(&closed.wave)).collect();
    let sheets = checked.sheets();
    let picked = picked.unwrap_or_else(|| {
        let of = |sheet| (0..sheets.get(sheet).row_count()).map(move |index| RowRef { sheet, index });
        Picked::new(sheets, SheetKind::ALL.into_iter().flat_map(of))
    });
    Picked::new(sheets, picked.rows().filter(|row| !waves.iter().any(|wave| wave.has(*row))))
}

/// What a run was asked to do.
pub(super) fn kept(copies: &Path) -> anyhow::Result<Selection> {
    match fs::read(copies.join(KEPT)) {
        Ok(text) => serde_json::from_slice(&text).context("what the run was asked to do is damaged"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Selection::default()),
        Err(error) => Err(error).context("what the run was asked to do cannot be read"),
    }
}

/// The customers of a wave that go first: the first so many that have something to do.
pub(super) fn canary(copies: &Path, log: &dyn Log, run: &str, count: usize) -> anyhow::Result<HashSet<String>> {
    let mut canary = HashSet::new();
    if kept(copies)?.wave.is_none() {
        return Ok(canary);
    }
    log.walk(run, Which::All, &mut |Stored { step, .. }| {
        if step.action != Action::Unchanged && canary.len() < count {
            canary.insert(step.work.customer().to_owned());
        }
        Ok(())
    })?;
    Ok(canary)
}
