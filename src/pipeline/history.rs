//! `turnup report` and `turnup runs`: looking back at what was recorded.

use std::fmt::Display;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Serialize;

use super::recorded::Recorded;
use super::told::Persons;
use super::{Console, approve, exit, left, provider, story};
use crate::journal::{Left, Log, Origin, RunHead, Sqlite};
use crate::report::{self, Outcome};
use crate::settings::{Settings, Typed, language_in, settle};
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

const NO_SUCH_RUN: &str = "there is no such run; `turnup runs` lists them";

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportFormat {
    #[default]
    Text,
    Json,
    Csv,
    Html,
}

/// Which report is wanted.
#[derive(Debug, Clone, Default)]
pub struct ReportOrder {
    /// The latest run when none is named.
    pub run: Option<String>,
    pub format: ReportFormat,
    /// The evidence of that customer alone, over all runs or of the named one.
    pub customer: Option<String>,
}

/// `turnup report`: makes the report of a run again, from the journal and the kept inputs.
///
/// # Errors
/// When there is no such run, or a file cannot be written.
pub fn report(folder: &Path, typed: &Typed, order: &ReportOrder, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    if !workspace.has_state() {
        bail!("nothing has been run in `{}` yet", folder.display());
    }
    let mut log = Sqlite::open(&workspace.journal())?;
    provider::go_on_practising(&log, console)?;
    if let Some(customer) = &order.customer {
        return evidence(&workspace, &settings, &log, (customer, order), console);
    }
    let head = wanted(&log, order.run.as_deref())?;
    let recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    let told = recorded.told(&head.run, settings.lang)?;
    let words = recorded.hand_back(&told, None, Persons::Named)?;
    if head.finished.is_none() {
        console.say(&unfinished(&told.head, told.left.as_ref(), settings.lang));
    }
    match order.format {
        ReportFormat::Text => console.print_words(&words),
        // What programs read is in one language.
        ReportFormat::Csv => {
            let english = recorded.in_english(&told)?;
            console.stream(|out| report::report_csv(&english.as_ref().unwrap_or(&told).view(), out))?;
        }
        ReportFormat::Html => console.print_page(&report::report_html(&told.view())),
        ReportFormat::Json => {
            let english = recorded.in_english(&told)?;
            console.stream(|out| report::report_json(&english.as_ref().unwrap_or(&told).view(), out))?;
        }
    }
    let is_open = || told.results.values().flatten().any(|row| row.outcome == Outcome::NotReached);
    Ok(match (head.exit, &told.left) {
        (Some(exit), _) => exit,
        (None, Some(left)) => left.exit,
        (None, None) if head.parked.is_some() => exit::GUARD,
        (None, None) if is_open() => exit::INTERRUPTED,
        (None, None) => report::exit_code(&told.results),
    })
}

/// `turnup report --customer`: what was done for one customer.
fn evidence(
    workspace: &Workspace,
    settings: &Settings,
    log: &Sqlite,
    (customer, order): (&str, &ReportOrder),
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    if let Some(run) = &order.run {
        wanted(log, Some(run))?;
    }
    let lang = if order.format == ReportFormat::Json { Lang::En } else { settings.lang };
    let settings = Settings { lang, ..settings.clone() };
    let asked = (customer, order.run.as_deref());
    let Some(evidence) = story::evidence(workspace, &settings, log, asked, console)? else {
        let words = "neither the sheets nor the journal know a customer `{customer}`; name its external_id";
        console.refuse(&say(lang, words, &[("customer", &customer)]));
        return Ok(exit::USAGE);
    };
    match order.format {
        ReportFormat::Text => console.print_words(&report::evidence_text(&evidence, lang)),
        ReportFormat::Json => console.print(&(serde_json::to_string(&evidence)? + "\n")),
        ReportFormat::Html => console.print_page(&report::evidence_html(&evidence, lang)),
        ReportFormat::Csv => {
            console.refuse(phrase(lang, "the evidence of a customer is written as text, html or json"));
            return Ok(exit::USAGE);
        }
    }
    Ok(exit::WELL)
}

/// The run of that name, or the latest; says so when it was removed.
pub(super) fn wanted(log: &Sqlite, name: Option<&str>) -> anyhow::Result<RunHead> {
    let runs = log.runs()?;
    let Some(name) = name else { return runs.into_iter().next_back().context(NO_SUCH_RUN) };
    if let Some(head) = runs.into_iter().find(|head| head.run == name) {
        return Ok(head);
    }
    if log.heads()?.iter().any(|head| head.run == name) {
        bail!(
            "{name} is what `turnup compare` took over; it sent nothing and has no rows, so there is nothing to tell or to take back"
        );
    }
    if let Some(purged) = log.purged()?.into_iter().find(|purged| purged.run == name) {
        bail!(
            "the run {name} of {} was removed by `turnup purge` on {}, so nothing of it can be told or taken back",
            purged.started,
            purged.at
        );
    }
    bail!(NO_SUCH_RUN)
}

/// Says of a run that is not finished why it is not.
fn unfinished(head: &RunHead, left: Option<&Left>, lang: Lang) -> String {
    match left {
        _ if head.parked.is_some() => {
            say(lang, "the run waits for approval; `turnup approve {run}` lets it go", &[("run", &head.run)])
        }
        Some(left) => left::words(left, lang),
        None => {
            let words = "the run {run} is under way or was cut off, so its report is what it came to so far; `turnup resume` \
                         goes on with one that was cut off";
            say(lang, words, &[("run", &head.run)])
        }
    }
}

/// How runs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunsFormat {
    #[default]
    Text,
    Json,
}

/// One run for programs.
#[derive(Serialize)]
struct Listed<'a> {
    run: &'a str,
    started: &'a str,
    finished: Option<&'a str>,
    exit: Option<u8>,
    /// The exit code of the night that it belongs to, where new sheets did not come or were not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    night_exit: Option<u8>,
    /// `finished`, `unfinished`, `parked`, or `superseded` where it was parked and a later run took its place.
    state: &'static str,
    by: &'a str,
    provider: &'a str,
    tool_version: &'a str,
    hold_back: &'a str,
    /// The command that began it.
    what: &'static str,
    undoes: Option<&'a str>,
    left: Option<Left>,
    /// Where its files are.
    folder: String,
}

#[derive(Serialize)]
struct Listing<'a> {
    schema: &'static str,
    runs: Vec<Listed<'a>>,
}

/// `turnup runs`: every run of the workspace, oldest first.
///
/// # Errors
/// When the journal cannot be read.
pub fn runs(folder: &Path, typed: &Typed, format: RunsFormat, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let lang = language_in(typed, &workspace);
    let log = workspace.has_state().then(|| Sqlite::open(&workspace.journal())).transpose()?;
    if let Some(log) = &log {
        provider::go_on_practising(log, console)?;
    }
    let heads = log.as_ref().map(Sqlite::heads).transpose()?.unwrap_or_default();
    let left = |head: &RunHead| log.as_ref().map_or(Ok(None), |log| log.left(&head.run));
    let holder = workspace.holder();
    match format {
        RunsFormat::Text => {
            for head in &heads {
                console.print_words(&line(&heads, head, (left(head)?.as_ref(), holder.as_deref()), lang));
            }
            say_purged(log.as_ref(), lang, console)?;
        }
        RunsFormat::Json => {
            let listed = heads.iter().map(|head| Ok(listed(&workspace, &heads, head, left(head)?)));
            let listing = Listing { schema: "turnup.runs/1", runs: listed.collect::<anyhow::Result<_>>()? };
            console.print(&(serde_json::to_string(&listing)? + "\n"));
        }
    }
    Ok(exit::WELL)
}

/// Runs that were removed are in no list, but that there were some is no secret.
fn say_purged(log: Option<&Sqlite>, lang: Lang, console: &mut Console<'_>) -> anyhow::Result<()> {
    let purged = log.map(Sqlite::purged).transpose()?.unwrap_or_default();
    if let Some(last) = purged.iter().map(|purged| &purged.at).max() {
        let words = "{count|* run was|* runs were} removed by `turnup purge`, the last time on {at}";
        console.say(&say(lang, words, &[("count", &purged.len()), ("at", last)]));
    }
    Ok(())
}

/// A run in one line, with how it left off and who works in the folder in this moment.
fn line(heads: &[RunHead], head: &RunHead, (left, holder): (Option<&Left>, Option<&str>), lang: Lang) -> String {
    let end = match (&head.finished, head.exit) {
        // Nothing but the settling of a run that left off or was cut off ends so.
        (Some(finished), Some(exit::INTERRUPTED)) => {
            let left = left.map(|left| left::in_brackets(left, lang));
            let left = left.unwrap_or_else(|| phrase(lang, "cut off").to_owned());
            let words = "{left}; what it had sent was settled {finished}";
            say(lang, words, &[("left", &left), ("finished", finished)])
        }
        (Some(finished), Some(exit)) => {
            let words =
                "finished {finished} with exit code {exit}{night:; its night with *, since no new sheet was taken}";
            let night = night_exit(head).map(|code| code.to_string()).unwrap_or_default();
            say(lang, words, &[("finished", finished), ("exit", &exit), ("night", &night)])
        }
        _ if head.parked.is_some() => approve::told(heads, head, lang),
        // Whoever works in the folder works on the run that is not over.
        _ if holder.is_some() => say(lang, "under way now{holder: (*)}", &[("holder", &holder.unwrap_or_default())]),
        _ => {
            let left = left.map(|left| left::in_brackets(left, lang)).unwrap_or_default();
            say(lang, "unfinished{left: (*)}; `turnup resume` goes on", &[("left", &left)])
        }
    };
    let is_untold = head.night.is_some() && night_exit(head).is_none();
    let end = if is_untold { end + phrase(lang, "; no new sheet was taken in its night") } else { end };
    let of = head.undoes.as_ref().map(|run| say(lang, " of {run}", &[("run", run)])).unwrap_or_default();
    let what = format!("{}{of}", what(head).word());
    let gaps: [(&str, &dyn Display); 3] = [("started", &head.started), ("by", &head.by), ("end", &end)];
    format!("{}  {what:<8} {}\n", head.run, say(lang, "started {started} by {by}, {end}", &gaps))
}

/// The exit code of the night that a run belongs to, where it is not the run's own.
fn night_exit(head: &RunHead) -> Option<u8> {
    head.night.filter(|night| head.exit.is_some_and(|exit| exit < *night))
}

/// What a run was. Journals of earlier versions do not say it, but a run that takes one back was always marked.
const fn what(head: &RunHead) -> Origin {
    if head.undoes.is_some() { Origin::Undo } else { head.origin }
}

fn listed<'a>(workspace: &Workspace, heads: &[RunHead], head: &'a RunHead, left: Option<Left>) -> Listed<'a> {
    let parked = head.parked.as_ref().map(|_| exit::GUARD);
    let ends_with = head.exit.or(left.as_ref().map(|left| left.exit)).or(parked);
    Listed {
        run: &head.run,
        started: &head.started,
        finished: head.finished.as_deref(),
        exit: head.exit,
        night_exit: head.night.map(|night| ends_with.map_or(night, |exit| exit.max(night))),
        state: match () {
            () if head.finished.is_some() => "finished",
            () if head.parked.is_none() => "unfinished",
            () if approve::waits(heads, &head.run) => "parked",
            () => "superseded",
        },
        by: &head.by,
        provider: &head.provider,
        tool_version: &head.tool_version,
        hold_back: &head.hold_back,
        what: what(head).word(),
        undoes: head.undoes.as_deref(),
        left,
        folder: workspace.report(&head.run).display().to_string(),
    }
}
