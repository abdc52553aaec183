//! The ceiling on changes, and `turnup approve`, which lets a run go that was parked under it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::inputs::Inputs;
use super::recorded::{Recorded, Scope, unfinished};
use super::window::Windows;
use super::{Confirmation, Console, Terminal, exit, forecast, guard, place, provider, saved};
use crate::journal::{Log, RunHead, Sqlite};
use crate::model::SheetKind;
use crate::plan::{Action, Known, Plan, Step, Work};
use crate::report::{self, PlanFormat, PlanView};
use crate::settings::{Settings, Typed, settle};
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// What the files of a parked run were, kept with it.
const FILES: &str = "parked.json";

/// What becomes of a run with regard to the ceiling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ceiling {
    /// It may go.
    Free,
    /// A person was asked and did not mean it.
    Stopped,
    /// Nobody is there to be asked: it waits, for as long as nothing moves.
    Parked(String),
}

/// Changes and deletions of what is known beyond the ceiling need a person who types how many they are; `--yes` is
/// no such person. Creations do not count.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn ceiling(
    plan: &Plan,
    known: &Known,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<Ceiling> {
    let changes = plan.steps.iter().filter(|step| is_change(step)).count();
    let is_few = changes <= settings.max_changes || changes as f64 <= settings.max_change_rate * known.len() as f64;
    if is_few {
        return Ok(Ceiling::Free);
    }
    let lang = settings.lang;
    let words = "{changes|* change or deletion|* changes and deletions} of {known|* known object|* known objects} {changes|is|are} more than `max_changes` and `max_change_rate` under `[guards]` allow";
    console.refuse(&say(lang, words, &[("changes", &changes), ("known", &known.len())]));
    if console.terminal == Terminal::Machine {
        return Ok(Ceiling::Parked(known.digest()));
    }
    let answer = console.ask(&say(lang, "type {changes} to go on: ", &[("changes", &changes)]))?;
    let is_meant = answer.is_some_and(|answer| answer.trim() == changes.to_string());
    Ok(if is_meant { Ceiling::Free } else { Ceiling::Stopped })
}

fn is_change(step: &Step) -> bool {
    match step.action {
        // Whose number goes on is changed by a step of its own, or was deleted before.
        _ if matches!(step.work, Work::Release(_)) => false,
        Action::Update | Action::Delete => true,
        Action::Waiting => !step.changes.is_empty(),
        Action::Create | Action::Unchanged => false,
    }
}

/// Says of a run that is parked how many rows of which sheet change and go, and how many take no part: who reads of it in
/// the morning has not seen its plan.
pub(super) fn say_what_waits(
    parked: Option<&String>,
    plan: &Plan,
    (rejected, blocked): (usize, usize),
    lang: Lang,
    console: &mut Console<'_>,
) {
    if parked.is_none() {
        return;
    }
    let mut told = Vec::new();
    for sheet in SheetKind::ALL {
        let steps = plan.steps.iter().filter(|step| step.source.sheet == sheet && is_change(step));
        let (gone, changed): (Vec<&Step>, Vec<&Step>) = steps.partition(|step| step.action == Action::Delete);
        let rows = |steps: &[&Step]| steps.iter().map(|step| step.source.index).collect::<BTreeSet<_>>().len();
        let columns: BTreeSet<&str> =
            changed.iter().flat_map(|step| &step.changes).map(|change| change.column.as_str()).collect();
        let columns = columns.into_iter().collect::<Vec<_>>().join(", ");
        let words =
            ["{sheet}: {count|* row changes|* rows change}{columns: (*)}", "{sheet}: {count|* row goes|* rows go}"];
        for (words, count) in words.into_iter().zip([rows(&changed), rows(&gone)]).filter(|(_, count)| *count > 0) {
            let gaps: [(&str, &dyn std::fmt::Display); 3] =
                [("sheet", &sheet.name()), ("count", &count), ("columns", &columns)];
            told.push(say(lang, words, &gaps));
        }
    }
    console.note(&say(lang, "what would change or go: {what}", &[("what", &told.join("; "))]));
    if rejected + blocked > 0 {
        let words =
            "{rejected|* row is|* rows are} rejected and {blocked} held back by another row; they take no part in it";
        console.note(&say(lang, words, &[("rejected", &rejected), ("blocked", &blocked)]));
    }
}

/// Is it the latest run, and does it wait for approval?
pub(super) fn waits(heads: &[RunHead], run: &str) -> bool {
    heads.last().is_some_and(|last| last.run == run && last.parked.is_some())
}

/// The run that waits already with the same plan over what was known then: whoever was told of it can still approve it.
pub(super) fn parked_before(
    log: &Sqlite,
    known: Option<&String>,
    plan: &Plan,
    lang: Lang,
) -> anyhow::Result<Option<String>> {
    let Some(known) = known else { return Ok(None) };
    let last = log.heads()?.pop();
    let same = last.filter(|last| last.parked.as_ref() == Some(known) && last.digest == plan.digest());
    Ok(same.map(|head| parked_words(&head, lang)))
}

/// Lets a parked run go exactly as it was parked.
///
/// # Errors
/// When there is no such run, or as for a run.
pub async fn approve(
    folder: &Path,
    typed: &Typed,
    run: &str,
    confirmation: Confirmation,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let lang = settings.lang;
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    let heads = log.heads()?;
    let head = heads.iter().find(|head| head.run == run).context("there is no such run; `turnup runs` lists them")?;
    let Some(parked) = &head.parked else {
        let is_open = unfinished(&log)?.is_some_and(|open| open.run == run);
        let words = if is_open {
            "the run {run} does not wait for approval: it was begun and is not over; `turnup resume` goes on where it stands"
        } else {
            "the run {run} does not wait for approval: it is over; `turnup report {run}` tells what came of it"
        };
        console.refuse(&say(lang, words, &[("run", &run)]));
        return Ok(exit::USAGE);
    };
    if head.provider != provider::name(&settings) {
        bail!("the run was planned against {}; give the same --api-url or --simulate as then", head.provider);
    }
    guard::same_provider(&log, &settings)?;
    place::settle(&workspace, &log, &settings, console)?;
    if !waits(&heads, run) || log.known()?.digest() != *parked {
        let words = "what is known has moved since {run} was parked, so it is not let go; run again";
        let words = say(lang, words, &[("run", &run)]);
        let newer = heads.last().filter(|last| last.run != run && last.parked.is_some());
        let newer = newer.map(|newer| {
            let words = "{run} takes its place and waits for approval: `turnup approve {run}`";
            say(lang, words, &[("run", &newer.run)])
        });
        console.refuse(&newer.unwrap_or(words));
        return Ok(exit::GUARD);
    }
    if let Some(file) = changed(&workspace, run)? {
        let words =
            "`{file}` has changed since {run} was parked, so it is not let go; look at `turnup plan`, then run again";
        console.refuse(&say(lang, words, &[("file", &file.display()), ("run", &run)]));
        return Ok(exit::GUARD);
    }
    let windows = Windows::read(&workspace, lang, &console.clock)?;
    if let Some((words, code)) = windows.refusal(&workspace, &settings, &log, run)? {
        console.refuse(&words);
        return Ok(code);
    }
    provider::look(&settings)?;
    console.say(&say(lang, "{run} goes exactly as it was parked", &[("run", &run)]));
    let (plan, _) = log.replay(run)?;
    show(&workspace, &settings, &log, (run, &plan), console)?;
    // A script that names the run is its word; a person who has seen it is asked.
    let is_asked = confirmation == Confirmation::Wanted && console.terminal == Terminal::Person;
    if is_asked && !console.is_confirmed(&settings)? {
        console.say(phrase(lang, "nothing was sent"));
        return Ok(exit::WELL);
    }
    log.amend(&RunHead { parked: None, ..head.clone() })?;
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    recorded.carry_doubts(run, &plan, &console.clock.now())?;
    recorded.carry_out(run, Scope::Everything, console).await
}

/// Shows a parked plan as it was shown when it was parked.
fn show(
    workspace: &Workspace,
    settings: &Settings,
    log: &Sqlite,
    (run, plan): (&str, &Plan),
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let kept = workspace.inputs(run);
    let settings = settings.as_kept(&kept)?;
    let inputs = Inputs::read(&kept, &settings.reading)
        .context("the inputs that were kept with the run cannot be read, so it is not let go")?;
    let known = log.known()?;
    let forecast = forecast(plan, &known, &settings, &log.learned(&provider::name(&settings))?);
    let view = PlanView::alone(&inputs.sheets, plan, &forecast, settings.lang);
    console.say(&report::plan(PlanFormat::Text, &view));
    Ok(())
}

/// Keeps with a parked run what its files were, and says how it goes on.
pub(super) fn park(
    head: &RunHead,
    workspace: &Workspace,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let files = serde_json::to_vec(&saved::fingerprints(workspace.root())?)?;
    fs::write(workspace.inputs(&head.run).join(FILES), files)
        .context("what the run was asked to do cannot be kept with it")?;
    console.refuse(&parked_words(head, settings.lang));
    Ok(exit::GUARD)
}

/// The run that waits for approval, with the file that has changed since and so is in its way.
pub(super) fn changed_since(workspace: &Workspace, run: &str) -> anyhow::Result<Option<PathBuf>> {
    let is_kept = workspace.inputs(run).is_dir();
    if is_kept { changed(workspace, run) } else { Ok(None) }
}

/// The first file that is not what it was when the run was parked: somebody has mended it, or other sheets have come.
fn changed(workspace: &Workspace, run: &str) -> anyhow::Result<Option<PathBuf>> {
    let kept = workspace.inputs(run);
    let then: BTreeMap<String, String> = match fs::read(kept.join(FILES)) {
        Ok(text) => serde_json::from_slice(&text).context("what the run was asked to do is damaged")?,
        // Its copies are all that is left of them.
        Err(_) => saved::fingerprints(&kept)?,
    };
    // Sheets that are gone, or doubled, have changed too.
    let now = saved::fingerprints(workspace.root()).unwrap_or_default();
    let changed = then.keys().chain(now.keys()).find(|name| then.get(*name) != now.get(*name));
    Ok(changed.map(|name| workspace.root().join(name)))
}

fn parked_words(head: &RunHead, lang: Lang) -> String {
    let words = "nobody is there to confirm that, so {run} is parked with its plan and its sheets; `turnup approve {run}` lets \
                 it go, a new run takes its place";
    say(lang, words, &[("run", &head.run)])
}

/// Says that today's run takes the place of one that waits.
pub(super) fn say_superseded(heads: &[RunHead], settings: &Settings, console: &mut Console<'_>) {
    if let Some(parked) = heads.last().filter(|head| head.parked.is_some()) {
        let words = "{run} waited for approval; today's sheets take its place, so it can no longer be approved";
        console.note(&say(settings.lang, words, &[("run", &parked.run)]));
    }
}

/// What `turnup runs` says of a parked run.
pub(super) fn told(heads: &[RunHead], head: &RunHead, lang: Lang) -> String {
    let words = if waits(heads, &head.run) {
        "waits for approval; `turnup approve {run}` lets it go"
    } else {
        "never approved; a later run took its place"
    };
    say(lang, words, &[("run", &head.run)])
}
