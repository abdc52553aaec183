//! A recorded run: carrying out its stored plan, and handing back what became of every row.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail};

use super::provider::{self, Provider};
use super::selected::{self};
use super::told::Persons;
use super::window::Windows;
use super::{Confirmation, Console, Terminal, exit, guard, left, mends};
use crate::api::Client;
use crate::diagnostic::Code;
use crate::journal::{
    Call, Ending, Entry, Event, Forecasted, Left, Log, Record, RunHead, Sqlite, State, Stored, Took, Which,
};
use crate::plan::{Action, Forecast, Plan, Stage, StepId};
use crate::report::{self, Outcome, Results};
use crate::run::progress::{self, Bars, Lines, Progress, Quiet};
use crate::run::{self, Finish, Guards, Job, Mode, Options, Stop};
use crate::settings::Settings;
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// The latest run, if it was cut off.
pub(super) fn unfinished(log: &Sqlite) -> anyhow::Result<Option<RunHead>> {
    // A run that waits for approval has sent nothing.
    let begun = log.runs()?.into_iter().rfind(|head| head.parked.is_none());
    Ok(begun.filter(|head| head.finished.is_none()))
}

/// How much of a stored plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Everything,
    /// Only what was sent already: it is followed up, nothing new is begun.
    WhatWasSent,
}

/// Runs that rows are looked for in, the latest first.
pub(super) const RUNS_SEARCHED_MAX: usize = 8;

/// Where a run is recorded.
pub(super) struct Recorded<'a> {
    pub workspace: &'a Workspace,
    pub settings: &'a Settings,
    pub log: &'a mut Sqlite,
}

impl Recorded<'_> {
    /// The runs that rows of sheets are looked for in, the latest first: what was parked has sent nothing, and what was taken
    /// back is no more for the sheets to say.
    pub fn searched(&self) -> anyhow::Result<impl Iterator<Item = RunHead> + use<>> {
        let heads = self.log.runs()?.into_iter().rev();
        Ok(heads.filter(|head| head.parked.is_none() && head.undoes.is_none()).take(RUNS_SEARCHED_MAX))
    }

    /// An earlier run that was cut off is settled first; then today's sheets count. Returns an exit code when it
    /// could not be settled.
    pub async fn settle_unfinished(
        &mut self,
        confirmation: Confirmation,
        console: &mut Console<'_>,
    ) -> anyhow::Result<Option<u8>> {
        let words = "the run {run} of {started} {how}; what it has sent is settled first, then the sheets are planned \
                     anew (`turnup resume` instead would have gone on with its own plan)";
        self.settle(words, confirmation, console).await
    }

    /// The same for what else follows on it, as the words say.
    pub async fn settle(
        &mut self,
        words: &str,
        confirmation: Confirmation,
        console: &mut Console<'_>,
    ) -> anyhow::Result<Option<u8>> {
        let Some(head) = unfinished(self.log)? else { return Ok(None) };
        let lang = self.settings.lang;
        let left = self.log.left(&head.run)?;
        let how = phrase(lang, if left.is_some() { "left off" } else { "was cut off" });
        console.say(&say(lang, words, &[("run", &head.run), ("started", &head.started), ("how", &how)]));
        let is_open = self.open(&head.run, Scope::WhatWasSent)? > 0;
        if is_open && confirmation == Confirmation::Wanted && !console.is_confirmed(self.settings)? {
            console.say(phrase(lang, "nothing was sent"));
            return Ok(Some(exit::WELL));
        }
        if !self.workspace.inputs(&head.run).is_dir() {
            let words =
                "the inputs that were kept with it are gone, so it has no report; what it left in doubt is looked up";
            console.refuse(phrase(lang, words));
            self.log.finish(&head.run, &console.clock.now(), exit::INTERRUPTED)?;
            return Ok(None);
        }
        let code = if left.is_some() && !is_open {
            // Everything was said of it when it left off.
            let (mut out, mut err) = (std::io::sink(), std::io::sink());
            self.carry_out(&head.run, Scope::WhatWasSent, &mut console.muted(&mut out, &mut err)).await?
        } else {
            self.carry_out(&head.run, Scope::WhatWasSent, console).await?
        };
        Ok(unfinished(self.log)?.map(|_| code))
    }

    /// Takes over what the run before left in doubt or did not finish: it is looked up for as long as it may become visible
    /// late, before the new run sends it, and what is found is turnup's own. Returns the steps that were in doubt.
    pub fn carry_doubts(&mut self, run: &str, plan: &Plan, at: &str) -> anyhow::Result<HashSet<StepId>> {
        let mut carried = HashSet::new();
        let Some(before) = self.log.runs()?.into_iter().rev().find(|head| head.run != run && head.parked.is_none())
        else {
            return Ok(carried);
        };
        let (mut doubtful, mut begun) = (HashSet::new(), HashSet::new());
        self.log.walk(&before.run, Which::Open, &mut |Stored { step, record, .. }| {
            let Some(call) = creation(step.stage) else { return Ok(()) };
            if is_doubtful(&record, call) {
                doubtful.insert(step.id);
            } else if record.done.contains(&call) {
                begun.insert(step.id);
            }
            Ok(())
        })?;
        let mut entries = Vec::new();
        for step in plan.steps.iter().filter(|step| step.action == Action::Create) {
            let Some(call) = creation(step.stage) else { continue };
            let is_doubtful = doubtful.contains(&step.id);
            if is_doubtful || begun.contains(&step.id) {
                carried.extend(is_doubtful.then(|| step.id.clone()));
                let why = if is_doubtful {
                    format!("left in doubt by {}", before.run)
                } else {
                    format!("made and not finished by {}", before.run)
                };
                let events = [Event::Started, Event::Intent { call }, Event::Lost { call, why }];
                entries.extend(events.map(|event| Entry { step: step.id.clone(), at: at.to_owned(), event }));
            }
        }
        self.log.append(run, &entries)?;
        Ok(carried)
    }

    /// Carries out a stored plan from where its records stand, and hands back the results.
    pub async fn carry_out(&mut self, run: &str, scope: Scope, console: &mut Console<'_>) -> anyhow::Result<u8> {
        if let Some(words) = mends::keep(self.workspace, run, self.settings.lang)? {
            console.say(&words);
        }
        let open = self.open(run, scope)?;
        let (is_first, begun) = (self.begins(run)?, Instant::now());
        let closing = match scope {
            Scope::Everything if open > 0 => self.closing(run, console)?,
            _ => None,
        };
        let (finish, requests) = if open == 0 {
            (Finish { stopped: None, held: BTreeMap::new() }, 0)
        } else {
            guard::room(self.workspace, open)?;
            let webex = provider::name(self.settings);
            let learnt = self.log.learned(&webex)?;
            let provider = Provider::taught(self.workspace, self.settings, run, &learnt).await?;
            let client = provider.client();
            let finish = self.provision(run, (scope, closing), client.clone(), console).await;
            let finish = finish.with_context(|| self.recorded_so_far())?;
            self.log.learn(&webex, &[client.learnt(), client.measured()].concat())?;
            (finish, client.sent())
        };
        let left = left::left(&finish, console.clock.now());
        // A guard that had nothing left to stop has stopped nothing.
        let had_more = |left: &Left| left.exit != exit::GUARD || matches!(self.open(run, scope), Ok(1..) | Err(_));
        let left = left.filter(had_more);
        if let Some(left) = &left {
            self.log.leave(run, left)?;
        }
        let mut told = self.told(run, self.settings.lang)?;
        let is_cut = scope == Scope::WhatWasSent && is_cut_short(&told.results);
        let code = if is_cut { exit::INTERRUPTED } else { report::exit_code(&told.results) };
        let finished = console.clock.now();
        let is_stopped = matches!(finish.stopped, Some(Stop::Environment(_))) || left.is_some();
        if is_first && !is_stopped && open > 0 {
            told.head.took = Some(Took { ms: milliseconds(begun.elapsed().as_secs_f64()), requests });
            self.log.amend(&told.head)?;
        }
        if !is_stopped {
            told.head.finished = Some(finished.clone());
            told.head.exit = Some(code);
        }
        let persons = Persons::of(told.head.origin, self.settings);
        let words = self.hand_back(&told, Some(requests), persons)?;
        match scope {
            Scope::Everything => console.print_words(&words),
            // The results of this command are those of today's run.
            Scope::WhatWasSent => console.say(&words),
        }
        if let Some(Stop::Environment(why)) = &finish.stopped {
            bail!("{why}; `turnup resume` goes on where this run stands");
        }
        if let Some(left) = left {
            console.refuse(&left::words(&left, self.settings.lang));
            return Ok(left.exit);
        }
        if scope == Scope::Everything && told.head.undoes.is_none() {
            for words in report::next_words(&told.view()) {
                console.note(&words);
            }
        }
        self.log.finish(run, &finished, code)?;
        Ok(code)
    }

    /// Is it the run's first time? From now on it is not: what is resumed is not held against its forecast.
    fn begins(&mut self, run: &str) -> anyhow::Result<bool> {
        let head = self.log.runs()?.into_iter().find(|head| head.run == run);
        let Some(head) = head else { return Ok(false) };
        let Some(forecast) = head.forecast.filter(|forecast| !forecast.is_begun) else { return Ok(false) };
        self.log.amend(&RunHead { forecast: Some(Forecasted { is_begun: true, ..forecast }), ..head })?;
        Ok(true)
    }

    /// What stops the run before its plan is done.
    fn guards(&self, run: &str, closing: Option<Instant>) -> anyhow::Result<Guards> {
        let until = self.settings.until.into_iter().chain(closing).min().map(Into::into);
        // What was made of a wave is taken back at once.
        let is_undo = self.log.runs()?.iter().any(|head| head.run == run && head.undoes.is_some());
        let canary = if is_undo { 0 } else { self.settings.canary };
        let canary = selected::canary(&self.workspace.inputs(run), self.log, run, canary)?;
        Ok(Guards { until, limits: Some(self.settings.limits), canary })
    }

    /// When the first window of a wave closes that the run has something to do in.
    fn closing(&self, run: &str, console: &mut Console<'_>) -> anyhow::Result<Option<Instant>> {
        let windows = Windows::read(self.workspace, self.settings.lang, &console.clock)?;
        windows.closing(self.workspace, self.settings, self.log, run, console)
    }

    /// How many steps are to be carried out.
    pub fn open(&self, run: &str, scope: Scope) -> anyhow::Result<u64> {
        let mut open = 0;
        self.log.walk(run, Which::Open, &mut |stored| {
            open += u64::from(scope == Scope::Everything || run::was_sent(&stored));
            Ok(())
        })?;
        Ok(open)
    }

    fn recorded_so_far(&self) -> String {
        let journal = self.workspace.journal();
        format!("the run stopped, recorded in `{}` so far; mend what is named, then `turnup resume`", journal.display())
    }

    async fn provision(
        &mut self,
        run: &str,
        (scope, closing): (Scope, Option<Instant>),
        client: Client,
        console: &Console<'_>,
    ) -> anyhow::Result<Finish> {
        let mut progress: Box<dyn Progress> = match console.terminal {
            _ if console.quiet => Box::new(Quiet),
            Terminal::Person => Box::new(Bars::new(progress_words(self.settings.lang))),
            Terminal::Machine => Box::new(Lines::new(progress_words(self.settings.lang))),
        };
        let (api, clock) = (&self.settings.api, console.clock.clone());
        let mode = if scope == Scope::Everything { Mode::Everything } else { Mode::SettleOnly };
        let guards = match scope {
            Scope::Everything => self.guards(run, closing)?,
            // What was sent is followed up whatever comes of it.
            Scope::WhatWasSent => Guards::default(),
        };
        let options = Options {
            mode,
            poll: api.poll,
            poll_for: api.poll_for,
            grace: api.grace,
            guards,
            clock: Arc::new(move || clock.now()),
        };
        let job = Job { run, options };
        run::run(job, self.log, client, progress.as_mut(), console.interrupt.clone()).await
    }
}

/// A forecast, as it is kept with its run.
pub(super) fn forecasted(forecast: &Forecast) -> Forecasted {
    let (least_ms, most_ms) = (milliseconds(forecast.least), milliseconds(forecast.most));
    Forecasted { least_ms, most_ms, calls: forecast.calls.total(), is_begun: false }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a run takes less than ages")]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// The request that makes the object of a step, where a second one would make a second object.
const fn creation(stage: Stage) -> Option<Call> {
    match stage {
        Stage::Customers => Some(Call::CreateCustomer),
        Stage::Locations => Some(Call::CreateLocation),
        Stage::Users => Some(Call::CreateSubscriber),
        // Numbers and roles are set, not made: a second time changes nothing.
        Stage::Numbers | Stage::Roles => None,
    }
}

/// Was the request sent, and is it still not known what became of it?
fn is_doubtful(record: &Record, call: Call) -> bool {
    let lost = match record.state {
        State::Sending(_) | State::Doubtful(_) | State::Finished(Ending::Unconfirmed) => true,
        State::Finished(Ending::Failed) => {
            let code = record.reason.as_ref().and_then(|reason| reason.code.as_deref());
            code == Some(Code::ServerTrouble.id())
        }
        _ => false,
    };
    lost && record.attempts > 0 && !record.is_settled(call)
}

fn is_cut_short(results: &Results) -> bool {
    results.values().flatten().any(|row| row.outcome == Outcome::NotReached)
}

/// What progress is told with.
fn progress_words(lang: Lang) -> progress::Words {
    let stages = Stage::ALL.into_iter().map(|stage| (stage, phrase(lang, stage.name())));
    progress::Words { progress: phrase(lang, "progress"), not_done: phrase(lang, "not done"), stages: stages.collect() }
}
