//! One readable function per command: what turnup does, in order.
//!
//! No stage calls the next one; this module calls them. Nothing is decided here that a stage could decide.

mod accepted;
mod activate;
mod approve;
mod arrived;
mod clock;
mod compare;
mod console;
mod doctor;
mod earlier;
mod export;
mod fix;
mod foreseen;
mod guard;
mod held;
mod history;
mod inputs;
mod left;
mod login;
mod look;
mod mended;
mod mends;
mod never_told;
mod online;
mod open_run;
mod place;
mod provider;
mod purge;
mod recorded;
mod reference;
mod remind;
mod retry;
mod saved;
mod selected;
mod send;
mod sent_back;
mod silence;
mod status;
mod story;
mod template;
mod told;
mod undo;
mod window;

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::check::{self, Checked, Material, Standing};
use crate::diagnostic::Severity;
use crate::journal::{Log, RunHead, Sqlite};
use crate::plan::{self, Forecast, Known, Plan};
use crate::report::{self, FindingsFormat, PlanFormat, PlanView, Shown};
use crate::settings::{Settings, Typed, settle};
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

pub use crate::journal::Origin;
pub use crate::plan::{Selection, Stage};
pub use crate::workspace::Locked;
pub use activate::activate;
use approve::Ceiling;
pub use approve::approve;
pub use arrived::{Objection, objection};
pub use clock::{Clock, Until};
pub use compare::{CompareFormat, CompareOrder, compare};
pub use console::{Confirmation, Console, Here, Terminal, leaving_off, why_not};
pub use doctor::{Checkup, Examined, examine};
use earlier::{known, learnt, standing};
pub use export::{Overwriting, export};
pub use fix::fix;
use foreseen::forecast;
pub use history::{ReportFormat, ReportOrder, RunsFormat, report, runs};
use inputs::Inputs;
pub use login::{LoginOrder, login};
pub use look::{
    Awaited, Edits, Ground, Preview, RunListed, RunProgress, RunStanding, RunTold, StageProgress, Tried, edited_sheet,
    forecast_of, ground, preview, run_progress, run_told, runs_listed, story_of, tried,
};
pub use online::Asking;
pub use open_run::{OpenRun, latest_run_of_sheets, open_run};
pub use place::place_words;
pub use provider::Simulation;
pub use purge::{Age, PurgeOrder, purge};
use recorded::{Recorded, Scope, forecasted, unfinished};
pub use reference::{check_schema, columns, explain, hand_out, init, put_down};
pub use remind::{RemindFormat, remind};
pub use retry::{RetryOrder, retry};
use saved::SavedPlan;
use selected::Selected;
pub use send::{SendOrder, send};
pub use status::{StatusFormat, status, status_of};
pub use story::{StoryFormat, why};
pub use template::{Answer, add_template, list_templates, show_template};
pub use undo::undo;
use window::Windows;

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
    /// Something failed remotely.
    pub const FAILED: u8 = 4;
    /// A guard stopped it.
    pub const GUARD: u8 = 5;
    /// Interrupted; `turnup resume` goes on.
    pub const INTERRUPTED: u8 = 6;
    /// Another run holds the workspace.
    pub const LOCKED: u8 = 7;
}

/// `turnup check`: every mistake of every row; nothing is sent, unless Webex is to be asked, which only reads.
///
/// # Errors
/// When a file cannot be read, or nobody can be asked.
pub async fn check(
    folder: &Path,
    typed: &Typed,
    (asking, wave): (Asking, Option<&str>),
    format: FindingsFormat,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let inputs = sent_back::read(&workspace, &settings, console)?;
    let known = known(&workspace)?;
    let standing = standing(&known);
    let mut checked = checked(&inputs, &settings, &standing);
    let mut selected = Selected::new(Selection { wave: wave.map(str::to_owned), ..Selection::default() }, &checked);
    if let Some(words) = selected.nobody(&checked, settings.lang) {
        console.refuse(&words);
        return Ok(exit::USAGE);
    }
    let mut survey = None;
    if asking != Asking::Nobody || known.iter().next().is_some() {
        let plan = selected.plan(&checked, &known);
        checked.add(report::immovable_findings(&inputs.sheets, &plan));
        checked.add(report::known_warnings(&inputs.sheets, &checked.batch(), &known, &plan));
        if let Asking::Webex { budget } = asking {
            let run = console.clock.run_id();
            let asked = online::asked((&workspace, &settings), &inputs, (&plan, &known), budget, &run);
            let Some(answered) = export::unless_interrupted(console.interrupt.clone(), asked).await? else {
                return Ok(online::interrupted(settings.lang, console));
            };
            checked.add(answered.findings);
            survey = Some(answered.survey);
        }
    }
    if let Some(picked) = selected.picked() {
        checked.narrow(picked.clone());
    }
    let (lang, colour) = (settings.lang, console.colour);
    let write = |out: &mut dyn std::io::Write| report::findings(format, &checked, survey.as_ref(), lang, colour, out);
    if format.is_for_people() {
        console.stream_words(write)?;
    } else {
        console.stream(write)?;
    }
    online::show(survey.as_ref(), format, lang, console);
    if format.is_for_people() && inputs.sheets.row_count() == 0 {
        let words = "the sheets have no rows yet: fill in templates.toml and the sheets, where `turnup columns` tells what each \
                     column wants, then `turnup check` again";
        console.say(phrase(lang, words));
    }
    if format.is_for_people() && checked.count(Severity::Error) > 0 {
        let causes = report::causes_of_findings(&checked, settings.hold_back, lang);
        let shown = if format == FindingsFormat::Whole { Shown::Whole } else { Shown::Checked };
        console.print_words(&report::causes_page(&causes, shown, lang));
    }
    Ok(if checked.count(Severity::Error) > 0 { exit::REJECTED } else { exit::WELL })
}

/// `turnup plan`: what a run would do; nothing is sent.
///
/// # Errors
/// When a file cannot be read.
pub fn plan(
    folder: &Path,
    typed: &Typed,
    selection: &Selection,
    out: Option<&Path>,
    format: PlanFormat,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let inputs = sent_back::read(&workspace, &settings, console)?;
    let known = known(&workspace)?;
    let standing = standing(&known);
    let checked = checked(&inputs, &settings, &standing);
    let mut selected = Selected::new(selection.clone(), &checked);
    if let Some(words) = selected.nobody(&checked, settings.lang) {
        console.refuse(&words);
        return Ok(exit::USAGE);
    }
    let plan = selected.plan(&checked, &known);
    let forecast = forecast(&plan, &known, &settings, &learnt(&workspace, &settings)?);
    let shown = shown_plan(format, &checked, &known, &selected, &plan, &forecast, settings.lang);
    match format {
        PlanFormat::Text => console.print_words(&shown),
        PlanFormat::Html => console.print_page(&shown),
        PlanFormat::Json => console.print(&shown),
    }
    Windows::read(&workspace, settings.lang, &console.clock)?.say_closed(&plan, &inputs, console);
    if let Some(path) = out {
        SavedPlan::write(path, &workspace, &settings, (&selected, &plan, &known), &console.clock)?;
        let words = "saved as {file}; `turnup run --plan {file}` runs it as it is";
        console.say(&say(settings.lang, words, &[("file", &path.display())]));
    }
    let is_wrong = match selected.picked() {
        Some(_) => selected.wrong(&checked) != (0, 0),
        None => checked.count(Severity::Error) > 0,
    };
    Ok(if is_wrong || !plan.immovable.is_empty() { exit::REJECTED } else { exit::WELL })
}

/// What was asked of a run.
#[derive(Debug, Clone)]
pub struct Order {
    pub confirmation: Confirmation,
    /// From then on nothing new is begun.
    pub until: Option<Until>,
    /// What of it is to be done.
    pub selection: Selection,
    /// A saved plan, which is run as it is.
    pub plan: Option<PathBuf>,
    /// What the run is called afterwards.
    pub origin: Origin,
    /// What a night has come to before it runs the sheets that stand.
    pub night: Option<u8>,
}

/// `turnup run`: check, plan, provision, report.
///
/// # Errors
/// When the environment does not allow it: files, token, network, journal. What was sent stays recorded.
pub async fn run(folder: &Path, typed: &Typed, order: &Order, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let saved = order.plan.as_deref().map(SavedPlan::read).transpose()?;
    let settings = settle(&saved.as_ref().map_or_else(|| typed.clone(), |saved| saved.typed(typed)), &workspace)?;
    let confirmation = order.confirmation;
    Inputs::look(workspace.root())?;
    if confirmation == Confirmation::Wanted && console.terminal == Terminal::Machine {
        console.refuse(&guard::unconfirmed(&workspace, &settings, &order.selection)?);
        return Ok(exit::USAGE);
    }
    if !guard::are_readable(&settings, &workspace, console) {
        return Ok(exit::REJECTED);
    }
    provider::look_at_faults(&settings)?;
    let Some(settings) = guard::until(settings, order.until, console) else { return Ok(exit::USAGE) };
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    guard::same_provider(&log, &settings)?;
    place::settle(&workspace, &log, &settings, console)?;
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    if let Some(stopped) = recorded.settle_unfinished(confirmation, console).await? {
        return Ok(stopped);
    }
    let run = console.clock.run_id();
    let inputs = sent_back::keep(&recorded, &workspace.inputs(&run), console)?;
    provision(recorded, run, inputs, &saved::order(order, saved.as_ref()), saved.as_ref(), console).await
}

/// The rest of a new run, whose inputs are kept: check, plan, confirm, carry out. What is refused leaves no run behind.
async fn provision(
    mut recorded: Recorded<'_>,
    run: String,
    inputs: Inputs,
    order: &Order,
    saved: Option<&SavedPlan>,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let (workspace, settings, confirmation) = (recorded.workspace, recorded.settings, order.confirmation);
    let (copies, persons) = (workspace.inputs(&run), told::Persons::of(order.origin, settings));
    let known = recorded.log.known()?;
    let standing = standing(&known);
    let checked = checked(&inputs, settings, &standing);
    let corrected = mended::say_corrected(&inputs, settings.lang).into_iter();
    for words in corrected.chain(guard::damaged_text(&checked, settings.lang)) {
        console.say(&persons.plain(&words));
    }
    let mut selected = Selected::new(order.selection.clone(), &checked);
    let windows = Windows::read(workspace, settings.lang, &console.clock)?;
    let mut in_the_way = guard::of_sheets(&selected, &checked, (workspace, settings));
    if in_the_way.is_none() && saved.is_none() {
        in_the_way = windows.narrow(&mut selected, &checked, console);
    }
    if let Some((words, code)) = in_the_way {
        return refused(&words, code, &copies, console);
    }
    let plan = selected.plan(&checked, &known);
    let moved = saved.map(|saved| saved.moved(&copies, &plan, &known, settings)).transpose()?.flatten();
    let closed = saved.and_then(|_| windows.refusal_of_plan(&plan, &inputs));
    let closed = closed.or_else(|| windows.staged(selected.staged_behind_windows(&checked, &known), &plan, console));
    if let Some((words, code)) = closed.or(moved.map(|words| (words, exit::GUARD))) {
        return refused(&words, code, &copies, console);
    }
    let forecast = forecast(&plan, &known, settings, &recorded.log.learned(&provider::name(settings))?);
    let shown = shown_plan(PlanFormat::Text, &checked, &known, &selected, &plan, &forecast, settings.lang);
    console.say(&persons.plain(&shown));
    let parked = match let_go(&plan, &known, settings, confirmation, console) {
        Ok(Ceiling::Free) => None,
        Ok(Ceiling::Parked(digest)) => Some(digest),
        ended => {
            std::fs::remove_dir_all(&copies)?;
            return ended.map(|_| given_up(confirmation, settings.lang, console));
        }
    };
    approve::say_what_waits(parked.as_ref(), &plan, selected.wrong(&checked), settings.lang, console);
    guard::room(workspace, plan.open_steps()).inspect_err(|_| drop(std::fs::remove_dir_all(&copies)))?;
    if let Some(words) = approve::parked_before(recorded.log, parked.as_ref(), &plan, settings.lang)? {
        return refused(&words, exit::GUARD, &copies, console);
    }
    selected.keep(&copies)?;
    let before = recorded.log.runs()?;
    let begun_by = RunHead { parked, origin: order.origin, night: order.night, ..RunHead::default() };
    let head = head(run, (&plan, &forecast), settings, begun_by, &console.clock);
    recorded.log.begin(&head, &plan).with_context(|| {
        format!(
            "nothing was sent, since `{}` cannot be written; make room on the disk, then run again",
            workspace.journal().display()
        )
    })?;
    approve::say_superseded(&before, settings, console);
    if head.parked.is_some() {
        return approve::park(&head, workspace, settings, console);
    }
    let doubts = recorded.carry_doubts(&head.run, &plan, &console.clock.now())?;
    recorded.log.append(&head.run, &selected.lacking(&doubts, &head.started, settings.lang))?;
    // From here on the journal holds what the run needs, and a large plan is not held twice.
    drop((plan, forecast, checked));
    drop((inputs, known, standing));
    recorded.carry_out(&head.run, Scope::Everything, console).await
}

/// Says that nothing was sent, since somebody did not want it, or could not be asked. Returns the exit code.
fn given_up(confirmation: Confirmation, lang: Lang, console: &mut Console<'_>) -> u8 {
    console.say(phrase(lang, "nothing was sent"));
    if confirmation == Confirmation::Wanted { exit::WELL } else { exit::GUARD }
}

/// Says why a run is not begun, and forgets it.
fn refused(words: &str, code: u8, copies: &Path, console: &mut Console<'_>) -> anyhow::Result<u8> {
    console.refuse(words);
    std::fs::remove_dir_all(copies)?;
    Ok(code)
}

/// May the plan be sent? Asks whoever has to be asked.
fn let_go(
    plan: &Plan,
    known: &Known,
    settings: &Settings,
    confirmation: Confirmation,
    console: &mut Console<'_>,
) -> anyhow::Result<Ceiling> {
    if plan.is_idle() {
        return Ok(Ceiling::Free);
    }
    provider::look(settings)?;
    if confirmation == Confirmation::Wanted && !console.is_confirmed(settings)? {
        return Ok(Ceiling::Stopped);
    }
    approve::ceiling(plan, known, settings, console)
}

/// `turnup resume`: goes on with the latest unfinished run, with its own plan and its own sheets.
///
/// # Errors
/// As for [`run`].
pub async fn resume(
    folder: &Path,
    typed: &Typed,
    until: Option<Until>,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let Some(settings) = guard::until(settings, until, console) else { return Ok(exit::USAGE) };
    if !guard::are_readable(&settings, &workspace, console) {
        return Ok(exit::REJECTED);
    }
    provider::look_at_faults(&settings)?;
    if !workspace.has_state() {
        let words = "nothing has been run in this folder, so there is nothing to resume";
        console.say(phrase(settings.lang, words));
        return Ok(exit::WELL);
    }
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    let Some(head) = unfinished(&log)? else {
        let words = "every run is finished, so there is nothing to resume; `turnup run` does what is left";
        console.say(phrase(settings.lang, words));
        return Ok(exit::WELL);
    };
    guard::same_provider(&log, &settings)?;
    place::settle(&workspace, &log, &settings, console)?;
    let windows = Windows::read(&workspace, settings.lang, &console.clock)?;
    if let Some((words, code)) = windows.refusal(&workspace, &settings, &log, &head.run)? {
        console.refuse(&words);
        return Ok(code);
    }
    let words = "resuming {run} of {started} with the sheets of that day";
    console.say(&say(settings.lang, words, &[("run", &head.run), ("started", &head.started)]));
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    recorded.carry_out(&head.run, Scope::Everything, console).await
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

fn checked<'a>(inputs: &'a Inputs, settings: &'a Settings, standing: &'a Standing) -> Checked<'a> {
    let mut found = settings.found.clone();
    found.extend(inputs.found.iter().cloned());
    let Inputs { sheets, rows, templates, .. } = inputs;
    let material = Material { sheets, rows, templates, standing, rulebook: &settings.rulebook };
    check::check(&material, settings.hold_back, found)
}

fn shown_plan(
    format: PlanFormat,
    checked: &Checked<'_>,
    known: &Known,
    selected: &Selected,
    plan: &Plan,
    forecast: &Forecast,
    lang: Lang,
) -> String {
    let (rejected, blocked) = selected.wrong(checked);
    let warnings = report::known_warnings(checked.sheets(), &checked.batch(), known, plan);
    let left_alone = plan::left_alone(plan, known);
    let sheets = checked.sheets();
    let left_organisations = plan::left_organisations(plan, known);
    let (warnings, left_organisations) = (&warnings, &left_organisations);
    let (wave, is_first) = (selected.selection.wave.as_deref(), known.is_new());
    let view = PlanView {
        sheets,
        plan,
        forecast,
        rejected,
        blocked,
        is_retry: selected.selection.rows.is_some(),
        wave,
        warnings,
        left_organisations,
        left_alone,
        is_first,
        lang,
    };
    if selected.selection.activates { report::activation(&view) } else { report::plan(format, &view) }
}

fn head(
    run: String,
    (plan, forecast): (&Plan, &Forecast),
    settings: &Settings,
    begun_by: RunHead,
    clock: &Clock,
) -> RunHead {
    RunHead {
        run,
        started: clock.now(),
        forecast: Some(forecasted(forecast)),
        digest: plan.digest(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        hold_back: settings.hold_back.word().to_owned(),
        provider: provider::name(settings),
        by: clock.by(),
        ..begun_by
    }
}
