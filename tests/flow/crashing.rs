//! A journal that stops taking entries: what a crash at that entry leaves.

use std::collections::{HashMap, HashSet};

use turnup::journal::{Entry, EntryTaker, Left, Log, Memory, Record, RunHead, Taker, Which};
use turnup::plan::{Confirmed, Immovable, Known, Plan, Step, StepId};

/// A journal whose disk is full after so many entries: what a crash there leaves.
pub struct Crashing {
    pub inner: Memory,
    pub entries_left: usize,
}

impl Log for Crashing {
    fn begin(&mut self, head: &RunHead, plan: &Plan) -> anyhow::Result<()> {
        self.inner.begin(head, plan)
    }

    fn append(&mut self, run: &str, entries: &[Entry]) -> anyhow::Result<()> {
        anyhow::ensure!(self.entries_left >= entries.len(), "crash");
        self.entries_left -= entries.len();
        self.inner.append(run, entries)
    }

    fn finish(&mut self, run: &str, finished: &str, exit: u8) -> anyhow::Result<()> {
        self.inner.finish(run, finished, exit)
    }

    fn leave(&mut self, run: &str, left: &Left) -> anyhow::Result<()> {
        self.inner.leave(run, left)
    }

    fn left(&self, run: &str) -> anyhow::Result<Option<Left>> {
        self.inner.left(run)
    }

    fn amend(&mut self, head: &RunHead) -> anyhow::Result<()> {
        self.inner.amend(head)
    }

    fn runs(&self) -> anyhow::Result<Vec<RunHead>> {
        self.inner.runs()
    }

    fn replay(&self, run: &str) -> anyhow::Result<(Plan, HashMap<StepId, Record>)> {
        self.inner.replay(run)
    }

    fn walk(&self, run: &str, which: Which, take: &mut Taker<'_>) -> anyhow::Result<()> {
        self.inner.walk(run, which, take)
    }

    fn step(&self, run: &str, position: usize) -> anyhow::Result<Step> {
        self.inner.step(run, position)
    }

    fn find(&self, run: &str, step: &StepId) -> anyhow::Result<Option<Step>> {
        self.inner.find(run, step)
    }

    fn snapshot(&self, run: &str, step: &StepId) -> anyhow::Result<Option<Record>> {
        self.inner.snapshot(run, step)
    }

    fn entries_of(&self, steps: &HashSet<StepId>, take: &mut EntryTaker<'_>) -> anyhow::Result<()> {
        self.inner.entries_of(steps, take)
    }

    fn immovable(&self, run: &str) -> anyhow::Result<Vec<Immovable>> {
        self.inner.immovable(run)
    }

    fn confirmed(&self, step: &StepId) -> anyhow::Result<Option<Confirmed>> {
        self.inner.confirmed(step)
    }

    fn known_under(&self, prefix: &str) -> anyhow::Result<Vec<StepId>> {
        self.inner.known_under(prefix)
    }

    fn known(&self) -> anyhow::Result<Known> {
        self.inner.known()
    }

    fn known_before(&self, run: &str) -> anyhow::Result<Known> {
        self.inner.known_before(run)
    }

    fn learned(&self, provider: &str) -> anyhow::Result<Vec<(String, f64)>> {
        self.inner.learned(provider)
    }

    fn learn(&mut self, provider: &str, paces: &[(String, f64)]) -> anyhow::Result<()> {
        self.inner.learn(provider, paces)
    }
}
