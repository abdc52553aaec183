//! A journal in memory, for tests and for measuring what the real one costs.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Context;

use super::{Entry, EntryTaker, Event, Left, Log, Record, RunHead, State, Stored, Taker, Which, amend, is_open};
use crate::plan::{Action, Confirmed, Immovable, Known, Plan, Step, StepId};

/// Keeps everything until it is dropped.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    runs: Vec<(RunHead, Plan)>,
    entries: Vec<(String, Entry)>,
    left: HashMap<String, Left>,
    snapshots: HashMap<String, HashMap<StepId, Record>>,
    /// With the run that confirmed the object first.
    known: HashMap<StepId, (String, Confirmed)>,
    /// What was deleted, with the run that confirmed it first and the one that deleted it.
    gone: Vec<(StepId, String, String, Confirmed)>,
    /// By provider and bucket.
    paces: BTreeMap<(String, String), f64>,
}

impl Memory {
    /// An empty journal of somebody who knows that already, from runs that are long forgotten.
    pub fn remembering(known: &Known) -> Self {
        let known = known.iter().map(|(id, confirmed)| (id.clone(), (String::new(), confirmed.clone())));
        Self { known: known.collect(), ..Self::default() }
    }

    /// The same journal as it was before the entries from `count` on were written: what a crash there leaves.
    #[must_use]
    pub fn cut_at(&self, count: usize) -> Self {
        let mut cut = Self { runs: self.runs.clone(), paces: self.paces.clone(), ..Self::default() };
        for (run, entry) in self.entries.iter().take(count) {
            cut.push(run, entry).expect("what was written follows on what was written before");
        }
        cut
    }

    /// How many entries were written.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Was nothing written?
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn push(&mut self, run: &str, entry: &Entry) -> anyhow::Result<()> {
        let of_run = self.snapshots.entry(run.to_owned()).or_default();
        of_run.entry(entry.step.clone()).or_default().apply(&entry.at, &entry.event)?;
        if entry.event.forgets() {
            self.forget(run, &entry.step);
        } else if let Event::Finished { confirmed: Some(confirmed), .. } = &entry.event {
            let first = self.known.get(&entry.step).map_or_else(|| run.to_owned(), |(first, _)| first.clone());
            self.known.insert(entry.step.clone(), (first, confirmed.clone()));
        }
        for target in amend::targets(&entry.step, &entry.event) {
            let Some((first, confirmed)) = self.known.remove(&target) else { continue };
            if let Some(left) = amend::amended(confirmed, &entry.event) {
                self.known.insert(target, (first, left));
            }
        }
        self.entries.push((run.to_owned(), entry.clone()));
        Ok(())
    }

    fn plan(&self, run: &str) -> anyhow::Result<&Plan> {
        let (_, plan) = self.runs.iter().find(|(head, _)| head.run == run).context("no such run")?;
        Ok(plan)
    }

    fn forget(&mut self, run: &str, step: &StepId) {
        let below = step.prefixes_below();
        let is_out = |id: &StepId| id == step || below.iter().any(|prefix| id.as_str().starts_with(prefix));
        let out: Vec<StepId> = self.known.keys().filter(|id| is_out(id)).cloned().collect();
        // Deleting what was never known is remembered too, so that it is not looked for again.
        if !out.contains(step) {
            self.gone.push((step.clone(), run.to_owned(), run.to_owned(), Confirmed::default()));
        }
        for id in out {
            if let Some((first, confirmed)) = self.known.remove(&id) {
                self.gone.push((id, first, run.to_owned(), confirmed));
            }
        }
    }
}

/// What was deleted, with the run that deleted it.
fn deleted((id, _, run, confirmed): &(StepId, String, String, Confirmed)) -> (String, StepId, Confirmed) {
    (run.clone(), id.clone(), confirmed.clone())
}

impl Log for Memory {
    fn begin(&mut self, head: &RunHead, plan: &Plan) -> anyhow::Result<()> {
        self.runs.push((head.clone(), plan.clone()));
        Ok(())
    }

    fn append(&mut self, run: &str, entries: &[Entry]) -> anyhow::Result<()> {
        for entry in entries {
            self.push(run, entry)?;
        }
        Ok(())
    }

    fn finish(&mut self, run: &str, finished: &str, exit: u8) -> anyhow::Result<()> {
        for (head, _) in self.runs.iter_mut().filter(|(head, _)| head.run == run) {
            head.finished = Some(finished.to_owned());
            head.exit = Some(exit);
        }
        Ok(())
    }

    fn leave(&mut self, run: &str, left: &Left) -> anyhow::Result<()> {
        self.left.insert(run.to_owned(), left.clone());
        Ok(())
    }

    fn left(&self, run: &str) -> anyhow::Result<Option<Left>> {
        Ok(self.left.get(run).cloned())
    }

    fn amend(&mut self, head: &RunHead) -> anyhow::Result<()> {
        for (old, _) in self.runs.iter_mut().filter(|(old, _)| old.run == head.run) {
            old.clone_from(head);
        }
        Ok(())
    }

    fn runs(&self) -> anyhow::Result<Vec<RunHead>> {
        Ok(self.runs.iter().map(|(head, _)| head).filter(|head| head.has_rows()).cloned().collect())
    }

    fn replay(&self, run: &str) -> anyhow::Result<(Plan, HashMap<StepId, Record>)> {
        let plan = self.plan(run)?;
        let mut records: HashMap<StepId, Record> = HashMap::new();
        for (_, entry) in self.entries.iter().filter(|(of, _)| of == run) {
            records.entry(entry.step.clone()).or_default().apply(&entry.at, &entry.event)?;
        }
        Ok((plan.clone(), records))
    }

    fn walk(&self, run: &str, which: Which, take: &mut Taker<'_>) -> anyhow::Result<()> {
        for (position, step) in self.plan(run)?.steps.iter().enumerate() {
            let record = self.snapshot(run, &step.id)?.unwrap_or_default();
            let is_wanted = match which {
                Which::All => true,
                Which::Open => step.action != Action::Unchanged && is_open(record.state),
                Which::Moved => record.state != State::Pending,
            };
            if is_wanted {
                take(Stored { position, step: step.clone(), record })?;
            }
        }
        Ok(())
    }

    fn step(&self, run: &str, position: usize) -> anyhow::Result<Step> {
        self.plan(run)?.steps.get(position).cloned().context("no such step")
    }

    fn find(&self, run: &str, step: &StepId) -> anyhow::Result<Option<Step>> {
        Ok(self.plan(run)?.steps.iter().find(|planned| planned.id == *step).cloned())
    }

    fn snapshot(&self, run: &str, step: &StepId) -> anyhow::Result<Option<Record>> {
        Ok(self.snapshots.get(run).and_then(|records| records.get(step)).cloned())
    }

    fn entries_of(&self, steps: &HashSet<StepId>, take: &mut EntryTaker<'_>) -> anyhow::Result<()> {
        self.entries
            .iter()
            .filter(|(_, entry)| steps.contains(&entry.step))
            .try_for_each(|(run, entry)| take(run, entry.clone()))
    }

    fn immovable(&self, run: &str) -> anyhow::Result<Vec<Immovable>> {
        Ok(self.plan(run)?.immovable.clone())
    }

    fn confirmed(&self, step: &StepId) -> anyhow::Result<Option<Confirmed>> {
        Ok(self.known.get(step).map(|(_, confirmed)| confirmed.clone()))
    }

    fn known_under(&self, prefix: &str) -> anyhow::Result<Vec<StepId>> {
        Ok(self.known.keys().filter(|id| id.as_str().starts_with(prefix)).cloned().collect())
    }

    fn known(&self) -> anyhow::Result<Known> {
        let known: Known = self.known.iter().map(|(id, (_, confirmed))| (id.clone(), confirmed.clone())).collect();
        Ok(known.with_gone(self.gone.iter().map(deleted)))
    }

    fn known_before(&self, run: &str) -> anyhow::Result<Known> {
        let earlier: Vec<&str> =
            self.runs.iter().map(|(head, _)| head.run.as_str()).take_while(|earlier| *earlier != run).collect();
        let is_earlier = |run: &str| earlier.contains(&run);
        let known = self.known.iter().filter(|(_, (first, _))| is_earlier(first));
        let since = self.gone.iter().filter(|(_, first, gone, _)| is_earlier(first) && !is_earlier(gone));
        let since = since.map(|(id, _, _, confirmed)| (id.clone(), confirmed.clone()));
        let known: Known = since.chain(known.map(|(id, (_, confirmed))| (id.clone(), confirmed.clone()))).collect();
        let before = self.gone.iter().filter(|(_, _, gone, _)| is_earlier(gone));
        Ok(known.with_gone(before.map(deleted)))
    }

    fn learned(&self, provider: &str) -> anyhow::Result<Vec<(String, f64)>> {
        let of_provider = self.paces.iter().filter(|((of, _), _)| of == provider);
        Ok(of_provider.map(|((_, bucket), pace)| (bucket.clone(), *pace)).collect())
    }

    fn learn(&mut self, provider: &str, paces: &[(String, f64)]) -> anyhow::Result<()> {
        for (bucket, pace) in paces {
            self.paces.insert((provider.to_owned(), bucket.clone()), *pace);
        }
        Ok(())
    }
}
