//! Progress for people: bars on a terminal, plain lines elsewhere, nothing when asked for quiet.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::journal::{Ending, Event};
use crate::plan::{Stage, Step};

/// Plain lines come no faster than this.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Hears what happens to the steps of a run.
pub trait Progress {
    /// How many steps of each stage there are to do.
    fn begin(&mut self, totals: &BTreeMap<Stage, u64>);
    /// Something happened to a step.
    fn event(&mut self, step: &Step, event: &Event);
    /// Nothing more will happen.
    fn end(&mut self);
}

/// Says nothing.
#[derive(Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&mut self, _: &BTreeMap<Stage, u64>) {}
    fn event(&mut self, _: &Step, _: &Event) {}
    fn end(&mut self) {}
}

/// What progress is told with, in the language of who reads it.
#[derive(Debug, Clone)]
pub struct Words {
    /// What begins a line.
    pub progress: &'static str,
    /// What stands behind the count of steps that did not go well.
    pub not_done: &'static str,
    pub stages: BTreeMap<Stage, &'static str>,
}

impl Words {
    fn stage(&self, stage: Stage) -> &'static str {
        self.stages.get(&stage).copied().unwrap_or_else(|| stage.name())
    }
}

/// One bar per stage, on standard error.
#[derive(Debug)]
pub struct Bars {
    bars: BTreeMap<Stage, (ProgressBar, u64)>,
    words: Words,
}

impl Bars {
    /// Bars with those words.
    pub const fn new(words: Words) -> Self {
        Self { bars: BTreeMap::new(), words }
    }
}

impl Progress for Bars {
    fn begin(&mut self, totals: &BTreeMap<Stage, u64>) {
        let all = MultiProgress::new();
        let style = ProgressStyle::with_template("{prefix:>11} {bar:32} {pos:>6}/{len} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bars = totals.iter().map(|(stage, total)| {
            let bar = all.add(ProgressBar::new(*total).with_style(style.clone()).with_prefix(self.words.stage(*stage)));
            bar.tick();
            (*stage, (bar, 0))
        });
        self.bars = bars.collect();
    }

    fn event(&mut self, step: &Step, event: &Event) {
        let Event::Finished { ending, .. } = event else { return };
        let Some((bar, troubled)) = self.bars.get_mut(&step.stage) else { return };
        bar.inc(1);
        if !ending.is_good() && *ending != Ending::Waiting {
            *troubled += 1;
            bar.set_message(format!("{troubled} {}", self.words.not_done));
        }
    }

    fn end(&mut self) {
        for (bar, _) in self.bars.values() {
            bar.abandon();
        }
        // What is said next begins on a line of its own.
        let _ = writeln!(std::io::stderr());
    }
}

/// A line now and then, on standard error.
#[derive(Debug)]
pub struct Lines {
    stages: BTreeMap<Stage, (u64, u64)>,
    said: Instant,
    words: Words,
}

impl Lines {
    /// Lines with those words.
    pub fn new(words: Words) -> Self {
        Self { stages: BTreeMap::new(), said: Instant::now(), words }
    }

    fn say(&mut self) {
        let stage = |stage: &Stage| self.words.stage(*stage);
        let parts: Vec<_> =
            self.stages.iter().map(|(of, (done, total))| format!("{} {done}/{total}", stage(of))).collect();
        if !parts.is_empty() {
            // Progress is a courtesy; a closed pipe must not end a run.
            let _ = writeln!(std::io::stderr(), "{}: {}", self.words.progress, parts.join(", "));
        }
        self.said = Instant::now();
    }
}

impl Progress for Lines {
    fn begin(&mut self, totals: &BTreeMap<Stage, u64>) {
        self.stages = totals.iter().map(|(stage, total)| (*stage, (0, *total))).collect();
    }

    fn event(&mut self, step: &Step, event: &Event) {
        if !matches!(event, Event::Finished { .. }) {
            return;
        }
        if let Some((done, _)) = self.stages.get_mut(&step.stage) {
            *done += 1;
        }
        if self.said.elapsed() >= LINE_INTERVAL {
            self.say();
        }
    }

    fn end(&mut self) {
        self.say();
    }
}
