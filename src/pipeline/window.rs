//! The windows of waves: nothing is sent to a customer outside the window of its wave.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;

use super::inputs::{Inputs, waves_of};
use super::selected::Selected;
use super::{Clock, Console, exit, guard};
use crate::check::Checked;
use crate::diagnostic::{Diagnostic, Severity};
use crate::journal::{Log, Which};
use crate::plan::{Action, Closed, Plan};
use crate::settings::Settings;
use crate::sheet::{Phase, Wave};
use crate::text::{Lang, say};
use crate::workspace::Workspace;

/// The windows as the workspace has them now.
pub(super) struct Windows {
    workspace: Workspace,
    waves: Vec<Wave>,
    broken: Option<Diagnostic>,
    now: Timestamp,
    lang: Lang,
}

/// What stands in the way of a run, and its exit code.
pub(super) type Refusal = (String, u8);

impl Windows {
    /// Reads `waves.csv` of the workspace, if there is one.
    pub fn read(workspace: &Workspace, lang: Lang, clock: &Clock) -> anyhow::Result<Self> {
        let mut found = Vec::new();
        let waves = waves_of(workspace.root(), &mut found)?;
        let broken = found.into_iter().find(|found| found.severity == Severity::Error);
        Ok(Self { workspace: workspace.clone(), waves, broken, now: clock.moment(), lang })
    }

    fn wave(&self, name: &str) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.is_called(name))
    }

    /// The wave of that name, if its window is closed now.
    fn closed(&self, name: &str) -> Option<&Wave> {
        self.wave(name).filter(|wave| wave.phase(self.now) != Phase::Open)
    }

    /// The window in words: in its zone and in UTC, and when it opens.
    fn words(&self, wave: &Wave) -> String {
        let gaps: [(&str, &dyn Display); 3] =
            [("wave", &wave.name), ("window", &wave.window()), ("left", &wave.opens_in(self.now))];
        let words = match wave.phase(self.now) {
            Phase::Before => "the window of wave `{wave}` is {window}: it opens in {left}",
            Phase::Open | Phase::Over => "the window of wave `{wave}` is {window}: it is over",
        };
        say(self.lang, words, &gaps)
    }

    /// Says why nothing is sent: a file that cannot be understood.
    fn unreadable(&self) -> Option<Refusal> {
        let words = guard::in_the_way(self.broken.as_ref()?, &self.workspace, self.lang);
        Some((words, exit::REJECTED))
    }

    fn outside(&self, waves: &[&Wave]) -> Refusal {
        let windows: Vec<String> = waves.iter().map(|wave| self.words(wave)).collect();
        let words = "{windows}; nothing was sent (waves.csv says when)";
        (say(self.lang, words, &[("windows", &windows.join("; "))]), exit::GUARD)
    }

    /// Takes the rows of closed waves out of a new run, and says so; refuses a run of which nothing would be left.
    pub fn narrow(&self, selected: &mut Selected, checked: &Checked<'_>, console: &mut Console<'_>) -> Option<Refusal> {
        if let Some(refusal) = self.unreadable() {
            return Some(refusal);
        }
        if let Some(wave) = selected.selection.wave.as_deref().and_then(|wave| self.closed(wave)) {
            return Some(self.outside(&[wave]));
        }
        let named = checked.waves().into_iter().filter_map(|name| Some((name, self.closed(name)?)));
        let closed: Vec<(Closed, &Wave)> =
            named.map(|(name, wave)| (Closed { wave: name.to_owned(), window: wave.window() }, wave)).collect();
        let before = selected.row_count(checked);
        let left_out = selected.leave_out(checked, closed.iter().map(|(closed, _)| closed.clone()));
        if left_out.is_empty() {
            return None;
        }
        let waves: Vec<&Wave> =
            closed.iter().filter(|(one, _)| left_out.contains(one)).map(|(_, wave)| *wave).collect();
        if selected.row_count(checked) == 0 && before > 0 {
            return Some(self.outside(&waves));
        }
        for wave in waves {
            let words = "{window}; its rows are left out";
            console.note(&say(self.lang, words, &[("window", &self.words(wave))]));
        }
        None
    }

    /// Says how many staged numbers wait for the window of their wave; refuses an activation of which nothing is left.
    pub fn staged(&self, numbers: usize, plan: &Plan, console: &mut Console<'_>) -> Option<Refusal> {
        if numbers == 0 {
            return None;
        }
        let words = "{count|* staged number waits for the window of its wave|* staged numbers wait for the windows of their waves} (waves.csv says when)";
        let words = say(self.lang, words, &[("count", &numbers)]);
        if plan.is_idle() {
            let words = say(self.lang, "{why}; nothing was sent", &[("why", &words)]);
            return Some((words, exit::GUARD));
        }
        console.note(&words);
        None
    }

    /// The waves of the customers that something is to be done at.
    fn meant(&self, customers: impl Iterator<Item = String>, of: &HashMap<String, String>) -> Vec<&Wave> {
        let mut meant = BTreeMap::new();
        for wave in customers.filter_map(|customer| self.wave(of.get(&customer)?)) {
            meant.insert(wave.name.as_str(), wave);
        }
        meant.into_values().collect()
    }

    /// The closed waves in which a plan has something to do.
    fn closed_in(&self, plan: &Plan, inputs: &Inputs) -> Vec<&Wave> {
        let steps = plan.steps.iter().filter(|step| step.action != Action::Unchanged);
        let mut waves = self.meant(steps.map(|step| step.work.customer().to_owned()), &wave_by_customer(inputs));
        waves.retain(|wave| wave.phase(self.now) != Phase::Open);
        waves
    }

    /// Says why a saved plan is not run: it holds customers whose wave is closed.
    pub fn refusal_of_plan(&self, plan: &Plan, inputs: &Inputs) -> Option<Refusal> {
        let closed = self.closed_in(plan, inputs);
        (!closed.is_empty()).then(|| self.outside(&closed))
    }

    /// The customers to whom nothing is sent now; refuses when that cannot be told.
    pub fn closed_customers(&self, inputs: &Inputs) -> Result<HashSet<String>, Refusal> {
        if let Some(refusal) = self.unreadable() {
            return Err(refusal);
        }
        let mut waves = wave_by_customer(inputs);
        waves.retain(|_, wave| self.closed(wave).is_some());
        Ok(waves.into_keys().collect())
    }

    /// Says what of a plan could not be sent now.
    pub fn say_closed(&self, plan: &Plan, inputs: &Inputs, console: &mut Console<'_>) {
        for wave in self.closed_in(plan, inputs) {
            console.say(&self.words(wave));
        }
    }

    /// The waves that a recorded run still has something to do in.
    fn of_run(
        &self,
        workspace: &Workspace,
        settings: &Settings,
        log: &dyn Log,
        run: &str,
    ) -> anyhow::Result<Vec<&Wave>> {
        // What is taken back keeps to no window.
        let is_undo = log.runs()?.iter().any(|head| head.run == run && head.undoes.is_some());
        if self.waves.is_empty() || is_undo {
            return Ok(Vec::new());
        }
        let kept = workspace.inputs(run);
        let inputs = Inputs::read(&kept, &settings.as_kept(&kept)?.reading)
            .context("the inputs that were kept with the run cannot be read, so its waves are not known")?;
        let mut customers = Vec::new();
        log.walk(run, Which::Open, &mut |stored| {
            customers.push(stored.step.work.customer().to_owned());
            Ok(())
        })?;
        Ok(self.meant(customers.into_iter(), &wave_by_customer(&inputs)))
    }

    /// Says why a recorded run does not go on now.
    pub fn refusal(
        &self,
        workspace: &Workspace,
        settings: &Settings,
        log: &dyn Log,
        run: &str,
    ) -> anyhow::Result<Option<Refusal>> {
        if let Some(refusal) = self.unreadable() {
            return Ok(Some(refusal));
        }
        let mut waves = self.of_run(workspace, settings, log, run)?;
        waves.retain(|wave| wave.phase(self.now) != Phase::Open);
        Ok((!waves.is_empty()).then(|| self.outside(&waves)))
    }

    /// When a run leaves off since the first of its windows closes; says so.
    pub fn closing(
        &self,
        workspace: &Workspace,
        settings: &Settings,
        log: &dyn Log,
        run: &str,
        console: &mut Console<'_>,
    ) -> anyhow::Result<Option<Instant>> {
        let waves = self.of_run(workspace, settings, log, run)?;
        let Some(first) = waves.into_iter().min_by_key(|wave| wave.closes.timestamp()) else { return Ok(None) };
        let left = first.closes.timestamp().as_duration() - self.now.as_duration();
        let left = Duration::try_from(left).unwrap_or_default();
        let closes = Instant::now() + left;
        if settings.until.is_none_or(|until| closes < until) {
            let words = "nothing is begun from {at} on, when the window of wave `{wave}` closes";
            let at = first.closes.strftime("%Y-%m-%d %H:%M %:z").to_string();
            console.say(&say(self.lang, words, &[("at", &at), ("wave", &first.name)]));
        }
        Ok(Some(closes))
    }
}

/// The wave that each customer's row names.
fn wave_by_customer(inputs: &Inputs) -> HashMap<String, String> {
    let rows = inputs.rows.customers.iter();
    rows.filter_map(|row| Some((row.external_id.clone()?, row.wave.clone()?))).collect()
}
