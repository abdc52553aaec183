//! One readable function per command: what turnup does, in order.
//!
//! No stage calls the next one; this module calls them. Nothing is decided here that a stage could decide.

mod clock;
mod guard;
mod inputs;
mod provider;

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tokio::sync::watch;

use crate::api::Client;
use crate::check::{self, Checked, HoldBack, Standing};
use crate::diagnostic::{Code, Severity};
use crate::journal::{Log, Record, RunHead, Sqlite, State};
use crate::model::{Package, SheetKind};
use crate::plan::{self, Forecast, Known, Pace, Plan, Stage, StepId};
use crate::report::{self, FindingsFormat, PlanFormat, PlanView, RowResult, Rows};
use crate::run::progress::{Bars, Lines, Progress, Quiet};
use crate::run::{self, Finish, Job, Options, Stop};
use crate::settings::{Settings, Typed, settle};
use crate::sheet::{self, Need, Sheets};
use crate::text::{self, Lang};
use crate::workspace::Workspace;

pub use clock::Clock;
use inputs::Inputs;
use provider::Provider;

/// The exit codes that are not told by the outcomes of rows.
pub mod exit {
    /// All rows are well.
    pub const WELL: u8 = 0;
    /// The environment: disk, network, token, settings.
    pub const ENVIRONMENT: u8 = 1;
    /// Wrong usage.
    pub const USAGE: u8 = 2;
    /// Rows were rejected.
    pub const REJECTED: u8 = 3;
    /// A guard stopped it.
    pub const GUARD: u8 = 5;
    /// Interrupted; `turnup resume` goes on.
    pub const INTERRUPTED: u8 = 6;
    /// Another run holds the workspace.
    pub const LOCKED: u8 = 7;
}

/// Where a command writes and what it may ask.
pub struct Console<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// Everything else.
    pub err: &'a mut dyn Write,
    /// Is a person there to be asked, and to see bars?
    pub terminal: Terminal,
    pub colour: bool,
    pub quiet: bool,
    pub clock: Clock,
    /// Raised when the person wants the run to stop.
    pub interrupt: watch::Receiver<bool>,
}

/// Who reads along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminal {
    Person,
    Machine,
}

impl Console<'_> {
    /// Writes results; whoever closed the pipe does not want them.
    fn print(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// Says something beside the results.
    fn say(&mut self, text: &str) {
        if !self.quiet {
            let _ = writeln!(self.err, "{text}");
        }
    }
}

/// `turnup init DIR`: a new workspace with blank sheets, templates and settings.
///
/// # Errors
/// When the folder cannot be made, or holds one of the files already.
pub fn init(folder: &Path, console: &mut Console<'_>) -> anyhow::Result<u8> {
    const TEMPLATES: &str = include_str!("new_templates.toml");
    const SETTINGS: &str = include_str!("new_turnup.toml");
    let sheets = SheetKind::ALL.map(|kind| (sheet::file_name(kind), sheet::blank(kind)));
    let others = [("templates.toml", TEMPLATES), ("turnup.toml", SETTINGS)].map(|(name, text)| (name.to_owned(), text.to_owned()));
    let files: Vec<(String, String)> = sheets.into_iter().chain(others).collect();
    if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        bail!("`{}` has a {name} already; turnup overwrites nothing, so choose a new folder", folder.display());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    for (name, text) in files {
        report::write_atomically(&folder.join(&name), text.as_bytes())?;
    }
    console.say("fill in templates.toml and the three sheets, then run `turnup check`");
    console.print(&format!("{}\n", folder.display()));
    Ok(exit::WELL)
}

/// `turnup check`: every mistake of every row; nothing is sent.
///
/// # Errors
/// When a file cannot be read.
pub fn check(folder: &Path, typed: &Typed, format: FindingsFormat, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let inputs = Inputs::read(workspace.root())?;
    let checked = checked(&inputs, &settings, &known(&workspace)?);
    let blocked = checked.verdicts.blocked();
    let page = report::findings(format, &inputs.sheets, &checked.found, blocked, settings.lang, console.colour);
    console.print(&page);
    Ok(if checked.count(Severity::Error) > 0 { exit::REJECTED } else { exit::WELL })
}

/// `turnup plan`: what a run would do; nothing is sent.
///
/// # Errors
/// When a file cannot be read.
pub fn plan(folder: &Path, typed: &Typed, format: PlanFormat, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let inputs = Inputs::read(workspace.root())?;
    let known = known(&workspace)?;
    let checked = checked(&inputs, &settings, &known);
    let plan = plan::plan(&checked.batch, &known);
    let forecast = forecast(&plan, &known, &settings);
    console.print(&shown_plan(format, &inputs.sheets, &checked, &plan, &forecast));
    Ok(if checked.count(Severity::Error) > 0 || !plan.immovable.is_empty() { exit::REJECTED } else { exit::WELL })
}

/// Was the run confirmed beforehand?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// `--yes`.
    Given,
    /// A person has to be asked.
    Wanted,
}

/// `turnup run`: check, plan, provision, report.
///
/// # Errors
/// When the environment does not allow it: files, token, network, journal. What was sent stays recorded.
pub async fn run(
    folder: &Path,
    typed: &Typed,
    confirmation: Confirmation,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    if confirmation == Confirmation::Wanted && console.terminal == Terminal::Machine {
        console.say("nobody is there to confirm the run; look at `turnup plan`, then add --yes");
        return Ok(exit::USAGE);
    }
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    Inputs::look(workspace.root())?;
    if let Some(words) = guard::unreadable_settings(&settings) {
        console.say(&words);
        return Ok(exit::REJECTED);
    }
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    if let Some(stopped) = settle_unfinished(&workspace, &settings, &mut log, confirmation, console).await? {
        return Ok(stopped);
    }
    let run = console.clock.run_id();
    let copies = workspace.inputs(&run);
    let inputs = Inputs::keep(workspace.root(), &copies)?;
    let known = log.known()?;
    let checked = checked(&inputs, &settings, &known);
    if let Some(words) = guard::too_many_errors(&inputs.sheets, &checked, settings.max_error_rate) {
        console.say(&words);
        std::fs::remove_dir_all(&copies)?;
        return Ok(exit::GUARD);
    }
    let plan = plan::plan(&checked.batch, &known);
    let forecast = forecast(&plan, &known, &settings);
    console.say(&shown_plan(PlanFormat::Text, &inputs.sheets, &checked, &plan, &forecast));
    if confirmation == Confirmation::Wanted && !plan.is_idle() && !is_confirmed(console)? {
        console.say("nothing was sent");
        std::fs::remove_dir_all(&copies)?;
        return Ok(exit::WELL);
    }
    let head = head(run, &plan, &settings, &console.clock);
    log.begin(&head, &plan)?;
    carry_out(&workspace, &settings, &mut log, &head.run, Scope::Everything, console).await
}

/// `turnup resume`: goes on with the latest unfinished run, with its own plan and its own sheets.
///
/// # Errors
/// As for [`run`].
pub async fn resume(folder: &Path, typed: &Typed, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    if !workspace.has_state() {
        console.say("nothing has been run in this folder, so there is nothing to resume");
        return Ok(exit::WELL);
    }
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    let Some(head) = unfinished(&log)? else {
        console.say("every run is finished, so there is nothing to resume");
        return Ok(exit::WELL);
    };
    console.say(&format!("resuming {} of {}", head.run, head.started));
    carry_out(&workspace, &settings, &mut log, &head.run, Scope::Everything, console).await
}

/// `turnup report`: makes the report of a run again, from the journal and the kept inputs.
///
/// # Errors
/// When there is no such run, or a file cannot be written.
pub fn report(folder: &Path, typed: &Typed, run: Option<&str>, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    if !workspace.has_state() {
        bail!("nothing has been run in `{}` yet", folder.display());
    }
    let log = Sqlite::open(&workspace.journal())?;
    let runs = log.runs()?;
    let head = match run {
        Some(wanted) => runs.into_iter().find(|head| head.run == wanted),
        None => runs.into_iter().next_back(),
    };
    let head = head.context("there is no such run; `turnup runs` lists them")?;
    let (plan, records) = log.replay(&head.run)?;
    let results = hand_back(&workspace, &settings, &log, &head.run, &plan, &records, None, console)?;
    Ok(head.exit.unwrap_or_else(|| report::exit_code(&results)))
}

/// `turnup runs`: every run of the workspace, oldest first.
///
/// # Errors
/// When the journal cannot be read.
pub fn runs(folder: &Path, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let heads = if workspace.has_state() { Sqlite::open(&workspace.journal())?.runs()? } else { Vec::new() };
    for head in heads {
        let end = match (&head.finished, head.exit) {
            (Some(finished), Some(exit)) => format!("finished {finished} with exit code {exit}"),
            _ => "unfinished; `turnup resume` goes on".to_owned(),
        };
        console.print(&format!("{}  started {} by {}, {end}\n", head.run, head.started, head.by));
    }
    Ok(exit::WELL)
}

/// `turnup explain CODE`: cause, example and cure.
///
/// # Errors
/// When there is no such code.
pub fn explain(id: &str, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let Some(code) = Code::from_id(id) else {
        let known: Vec<_> = Code::ALL.iter().map(|code| code.id()).collect();
        bail!("there is no code `{id}`; the codes are {}", known.join(", "));
    };
    let entry = text::entry(Lang::default(), code.id());
    let plain = |template: &str| text::fill(template, |name| Some(format!("<{name}>")));
    console.print(&format!(
        "{} ({})\n  {}\n\ncause:   {}\nexample: {}\ncure:    {}\n",
        code.id(),
        code.severity().word(),
        plain(entry.message),
        entry.cause,
        entry.example,
        plain(entry.fix),
    ));
    Ok(exit::WELL)
}

/// `turnup columns`: every column of the three sheets.
pub fn columns(console: &mut Console<'_>) -> u8 {
    for kind in SheetKind::ALL {
        console.print(&format!("{kind}.csv\n"));
        for spec in sheet::specs(kind) {
            let mark = match spec.need {
                Need::Always => "*",
                Need::Sometimes => "?",
                Need::Never => " ",
            };
            console.print(&format!("  {:<24}{mark} {}\n", spec.header, spec.help));
            console.print(&format!("  {:<24}  example: {}\n", "", spec.example));
            if let Some(legal) = spec.legal.map(|legal| legal()).filter(|legal| legal.len() <= 20) {
                console.print(&format!("  {:<24}  one of: {}\n", "", legal.join(", ")));
            }
        }
        console.print("\n");
    }
    console.print("* required in every row    ? when the package, the country or a second location asks for it\n");
    exit::WELL
}

/// How a simulator is to behave.
#[derive(Debug, Clone, Default)]
pub struct Simulation {
    pub port: u16,
    pub latency_ms: Option<u64>,
    pub provision_ms: Option<u64>,
    pub rate: Option<u32>,
    /// A fault file, or a seed.
    pub faults: Option<String>,
    pub state: Option<PathBuf>,
}

/// `turnup simulate`: a Webex to practise against, until it is interrupted.
///
/// # Errors
/// When the port or a file cannot be had.
pub async fn simulate(simulation: &Simulation, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let served = provider::serve(simulation).await?;
    console.print(&format!("listening {}\n", served.url));
    let mut interrupt = console.interrupt.clone();
    tokio::select! {
        ended = served.task => ended.context("the simulator ended unexpectedly")??,
        _ = interrupt.wait_for(|raised| *raised) => {}
    }
    Ok(exit::WELL)
}

/// What is known from earlier runs; nothing when there were none.
fn known(workspace: &Workspace) -> anyhow::Result<Known> {
    if workspace.has_state() { Sqlite::open(&workspace.journal())?.known() } else { Ok(Known::default()) }
}

fn checked(inputs: &Inputs, settings: &Settings, known: &Known) -> Checked {
    let mut found = settings.found.clone();
    found.extend(inputs.found.iter().cloned());
    check::check(&inputs.sheets, &inputs.templates, &standing(known), settings.hold_back, found)
}

/// What the rules ask of the known state.
fn standing(known: &Known) -> Standing {
    let mut standing = Standing::default();
    for (id, confirmed) in known.iter() {
        let parts = id.parts();
        match (id.stage(), parts.as_slice()) {
            (Some(Stage::Customers), [customer]) => {
                let level = confirmed.ids.get("level").and_then(|name| Package::parse(name));
                standing.customers.insert(customer.clone(), level);
            }
            (Some(Stage::Locations), [customer, name]) => {
                standing.locations.insert((customer.clone(), name.clone()));
            }
            (Some(Stage::Users), [email]) => {
                standing.users.insert(email.clone());
            }
            _ => {}
        }
    }
    standing
}

fn forecast(plan: &Plan, known: &Known, settings: &Settings) -> Forecast {
    let client = settings.api.client;
    plan::forecast(plan, known, Pace { in_flight: client.in_flight, rate: client.rate })
}

fn shown_plan(format: PlanFormat, sheets: &Sheets, checked: &Checked, plan: &Plan, forecast: &Forecast) -> String {
    let rejected = checked.verdicts.rejected();
    report::plan(format, &PlanView { sheets, plan, forecast, rejected, blocked: checked.verdicts.blocked() })
}

fn head(run: String, plan: &Plan, settings: &Settings, clock: &Clock) -> RunHead {
    RunHead {
        run,
        started: clock.now(),
        finished: None,
        exit: None,
        digest: plan.digest(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        hold_back: settings.hold_back.word().to_owned(),
        by: clock.by(),
    }
}

fn is_confirmed(console: &mut Console<'_>) -> anyhow::Result<bool> {
    let _ = write!(console.err, "send this to Webex? [y/N] ").and_then(|()| console.err.flush());
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("the answer cannot be read")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "s" | "sim"))
}

fn unfinished(log: &Sqlite) -> anyhow::Result<Option<RunHead>> {
    Ok(log.runs()?.into_iter().next_back().filter(|head| head.finished.is_none()))
}

/// How much of a stored plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Everything,
    /// Only what was sent already: it is followed up, nothing new is begun.
    WhatWasSent,
}

/// An earlier run that was cut off is settled first; then today's sheets count.
async fn settle_unfinished(
    workspace: &Workspace,
    settings: &Settings,
    log: &mut Sqlite,
    confirmation: Confirmation,
    console: &mut Console<'_>,
) -> anyhow::Result<Option<u8>> {
    let Some(head) = unfinished(log)? else { return Ok(None) };
    console.say(&format!(
        "the run {} of {} was cut off; what it has sent is settled first, then the sheets are planned anew \
         (`turnup resume` would go on with its own plan instead)",
        head.run, head.started
    ));
    if confirmation == Confirmation::Wanted && !is_confirmed(console)? {
        console.say("nothing was sent");
        return Ok(Some(exit::WELL));
    }
    let code = carry_out(workspace, settings, log, &head.run, Scope::WhatWasSent, console).await?;
    let is_open = unfinished(log)?.is_some();
    Ok(is_open.then_some(code))
}

/// Carries out a stored plan from where its records stand, and hands back the results.
async fn carry_out(
    workspace: &Workspace,
    settings: &Settings,
    log: &mut Sqlite,
    run: &str,
    scope: Scope,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let (plan, records) = log.replay(run)?;
    let known = log.known()?;
    let (part, open) = in_scope(&plan, &records, scope);
    let (finish, requests) = if part.is_idle() {
        (Finish { records: open, stopped: None }, 0)
    } else {
        let provider = Provider::connect(workspace, settings, run).await?;
        let client = provider.client();
        let finish = provision(&part, open, &known, log, run, client.clone(), settings, console).await;
        drop(provider);
        (finish?, client.sent())
    };
    let mut all = records;
    all.extend(finish.records);
    let results = match scope {
        Scope::Everything => hand_back(workspace, settings, log, run, &plan, &all, Some(requests), console)?,
        // The results of this command are those of today's run.
        Scope::WhatWasSent => {
            let (results, words) = report_of(workspace, settings, log, run, &plan, &all, Some(requests))?;
            console.say(&words);
            results
        }
    };
    let code = match &finish.stopped {
        Some(Stop::Environment(why)) => bail!("{why}; `turnup resume` goes on where this run stands"),
        Some(Stop::Interrupted) => {
            console.say("interrupted; `turnup resume` goes on where this run stands");
            return Ok(exit::INTERRUPTED);
        }
        None => report::exit_code(&results),
    };
    log.finish(run, &console.clock.now(), code)?;
    Ok(code)
}

fn in_scope(plan: &Plan, records: &HashMap<StepId, Record>, scope: Scope) -> (Plan, HashMap<StepId, Record>) {
    let was_sent = |id: &StepId| {
        records.get(id).is_some_and(|record| matches!(record.state, State::Finished(_)) || record.attempts > 0)
    };
    let mut part = plan.clone();
    if scope == Scope::WhatWasSent {
        part.steps.retain(|step| was_sent(&step.id));
    }
    let open = records.iter().filter(|(id, _)| scope == Scope::Everything || was_sent(id));
    (part, open.map(|(id, record)| (id.clone(), record.clone())).collect())
}

#[expect(clippy::too_many_arguments, reason = "everything a run needs, named one by one")]
async fn provision(
    plan: &Plan,
    records: HashMap<StepId, Record>,
    known: &Known,
    log: &mut Sqlite,
    run: &str,
    client: Client,
    settings: &Settings,
    console: &Console<'_>,
) -> anyhow::Result<Finish> {
    let mut progress: Box<dyn Progress> = match console.terminal {
        _ if console.quiet => Box::new(Quiet),
        Terminal::Person => Box::new(Bars::new(plan)),
        Terminal::Machine => Box::new(Lines::new(plan)),
    };
    let clock = console.clock.clone();
    let options = Options {
        in_flight: settings.api.client.in_flight,
        poll: settings.api.poll,
        poll_for: settings.api.poll_for,
        grace: settings.api.grace,
        clock: std::sync::Arc::new(move || clock.now()),
    };
    let job = Job { run, plan, records, known, options };
    run::run(job, log, client, progress.as_mut(), console.interrupt.clone()).await
}

/// Writes the result files of a run and says how it went; the folder is the last line of the results.
#[expect(clippy::too_many_arguments, reason = "everything a report is made of, named one by one")]
fn hand_back(
    workspace: &Workspace,
    settings: &Settings,
    log: &Sqlite,
    run: &str,
    plan: &Plan,
    records: &HashMap<StepId, Record>,
    requests: Option<u64>,
    console: &mut Console<'_>,
) -> anyhow::Result<HashMap<SheetKind, Vec<RowResult>>> {
    let (results, words) = report_of(workspace, settings, log, run, plan, records, requests)?;
    console.print(&words);
    Ok(results)
}

/// Writes the result files of a run; returns the results, and summary and folder for people.
fn report_of(
    workspace: &Workspace,
    settings: &Settings,
    log: &Sqlite,
    run: &str,
    plan: &Plan,
    records: &HashMap<StepId, Record>,
    requests: Option<u64>,
) -> anyhow::Result<(HashMap<SheetKind, Vec<RowResult>>, String)> {
    let inputs = Inputs::read(&workspace.inputs(run)).context("the kept inputs of the run cannot be read")?;
    let head = log.runs()?.into_iter().find(|head| head.run == run);
    let hold_back = head.and_then(|head| HoldBack::parse(&head.hold_back)).unwrap_or_default();
    let settings = Settings { hold_back, ..settings.clone() };
    let checked = checked(&inputs, &settings, &log.known_before(run)?);
    let known = log.known()?;
    let rows = Rows { sheets: &inputs.sheets, checked: &checked, plan, records, known: &known, lang: settings.lang };
    let results = report::row_results(&rows);
    let folder = workspace.report(run);
    report::write_results(&folder, &inputs.sheets, &results)?;
    let summary = report::summary(&inputs.sheets, &results, requests);
    Ok((results, format!("{summary}{}\n", folder.display())))
}
