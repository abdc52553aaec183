//! Guards: what stops a run before it does harm.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use anyhow::anyhow;

use super::inputs::Inputs;
use super::retry::finding_line;
use super::selected::Selected;
use super::{Console, Until, checked, exit, provider};
use crate::check::{Checked, Standing};
use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::journal::{Log, Purged, Sqlite, Which};
use crate::model::SheetKind;
use crate::plan::Selection;
use crate::settings::{Settings, Typed, settle};
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// Cells with damaged text that are named before a run; they are mostly of one export.
const DAMAGED_SAID_MAX: usize = 3;
/// Fewer rows than this are never judged by their share of mistakes.
const ROWS_MIN: usize = 50;

/// Takes the deadline over and says when it is; none, in words, when it is over already.
pub(super) fn until(settings: Settings, until: Option<Until>, console: &mut Console<'_>) -> Option<Settings> {
    let Some(until) = until else { return Some(settings) };
    let lang = settings.lang;
    let Some(deadline) = console.clock.deadline(until) else {
        console.refuse(phrase(lang, "the time of `--until` is over already, so nothing was sent; name a later one"));
        return None;
    };
    let minutes = deadline.left.as_secs().div_ceil(60);
    let gaps: [(&str, &dyn std::fmt::Display); 4] =
        [("at", &deadline.at()), ("zone", &deadline.zone()), ("hours", &(minutes / 60)), ("minutes", &(minutes % 60))];
    console.say(&say(lang, "nothing is begun from {at} on ({zone}; in {hours} h {minutes} min)", &gaps));
    Some(Settings { until: Some(Instant::now() + deadline.left), ..settings })
}

/// What is said when nobody is there to confirm a run: that its wave does not exist, if so, or else what is missing.
pub(super) fn unconfirmed(workspace: &Workspace, settings: &Settings, selection: &Selection) -> anyhow::Result<String> {
    if selection.wave.is_some() {
        let inputs = Inputs::read(workspace.root(), &settings.reading)?;
        let standing = Standing::default();
        let checked = checked(&inputs, settings, &standing);
        if let Some(words) = Selected::new(selection.clone(), &checked).nobody(&checked, settings.lang) {
            return Ok(words);
        }
    }
    let words = if selection.activates {
        "nobody is there to confirm that numbers go live; add --yes"
    } else {
        "nobody is there to confirm the run; look at `turnup plan`, then add --yes"
    };
    Ok(phrase(settings.lang, words).to_owned())
}

/// What a run writes besides what its steps write, in bytes.
const ROOM_MIN: u64 = 128 << 10;
/// What one step writes at most: its plan, its events with the log in front of the database, its rows in the results.
const ROOM_PER_STEP: u64 = 6 << 10;

/// Makes sure before anything is sent that what comes of so many steps can be written down.
///
/// # Errors
/// When the disk has no room for it.
pub(super) fn room(workspace: &Workspace, steps: u64) -> anyhow::Result<()> {
    workspace.make_sure_of_room(ROOM_MIN + steps * ROOM_PER_STEP)
}

/// Findings that leave a sheet without rows or without some of them, without a mend that was meant, or without any template.
pub(super) const UNREADABLE: [Code; 12] = [
    Code::TemplatesMalformed,
    Code::CorrectionsMalformed,
    Code::WavesMalformed,
    Code::NotText,
    Code::EmptyFile,
    Code::FileKind,
    Code::WorkbookTooLarge,
    Code::WorkbookBroken,
    Code::SheetMissing,
    Code::WrongSheet,
    Code::ForeignSheet,
    Code::SheetLeftOut,
];

/// How many of how many rows have mistakes of their own, where that are so many that the file is probably the wrong one.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
pub(super) fn wrong_rows(selected: &Selected, checked: &Checked<'_>, settings: &Settings) -> Option<(usize, usize)> {
    // Who sends rejected rows back has the right file, however many of them are still wrong.
    let is_back = SheetKind::ALL.into_iter().any(|kind| checked.sheets().get(kind).is_back());
    if is_back || selected.selection.rows.is_some() {
        return None;
    }
    let (rows, (rejected, _)) = (selected.row_count(checked), selected.wrong(checked));
    let is_wrong = rows >= ROWS_MIN && rejected as f64 > settings.max_error_rate * rows as f64;
    is_wrong.then_some((rejected, rows))
}

/// Says why the file is probably the wrong one: too many of its rows have mistakes of their own.
pub(super) fn too_many_errors(selected: &Selected, checked: &Checked<'_>, settings: &Settings) -> Option<String> {
    let (rejected, rows) = wrong_rows(selected, checked, settings)?;
    let words = "{rejected} of {rows} rows have mistakes, more than {percent} %: these are probably the wrong files, so \
                 nothing was sent; `turnup check` shows the mistakes, `max_error_rate` under `[guards]` in turnup.toml \
                 sets the limit";
    let percent = format!("{:.0}", settings.max_error_rate * 100.0);
    Some(say(settings.lang, words, &[("rejected", &rejected), ("rows", &rows), ("percent", &percent)]))
}

/// Says which sheet could not be read at all: it has no rows that could tell, so the run must.
pub(super) fn unreadable_sheet(checked: &Checked<'_>, workspace: &Workspace, lang: Lang) -> Option<String> {
    unreadable(checked).map(|wrong| in_the_way(wrong, workspace, lang))
}

/// The first file that could not be read.
pub(super) fn unreadable<'c>(checked: &'c Checked<'_>) -> Option<&'c Diagnostic> {
    checked.found_before_users().iter().find(|found| UNREADABLE.contains(&found.code))
}

/// Why nothing of the sheets may be sent, and the exit code for it.
pub(super) fn of_sheets(
    selected: &Selected,
    checked: &Checked<'_>,
    (workspace, settings): (&Workspace, &Settings),
) -> Option<(String, u8)> {
    let of = |words: Option<String>, code: u8| words.map(|words| (words, code));
    of(unreadable_sheet(checked, workspace, settings.lang), exit::REJECTED)
        .or_else(|| of(selected.nobody(checked, settings.lang), exit::USAGE))
        .or_else(|| of(too_many_errors(selected, checked, settings), exit::GUARD))
}

/// What this folder's journal knows, it knows of one Webex. Against another one it would call everything unchanged.
///
/// # Errors
/// When earlier runs went elsewhere and something came of them.
pub(super) fn same_provider(log: &Sqlite, settings: &Settings) -> anyhow::Result<()> {
    let now = provider::name(settings);
    let is_elsewhere = |purged: &Purged| purged.has_sent && purged.provider != now;
    if let Some(purged) = log.purged()?.into_iter().find(is_elsewhere) {
        return Err(elsewhere(&purged.provider, &now));
    }
    let Some(earlier) = log.runs()?.into_iter().find(|head| head.provider != now) else { return Ok(()) };
    let mut has_sent = false;
    log.walk(&earlier.run, Which::All, &mut |stored| {
        has_sent |= stored.record.attempts > 0;
        Ok(())
    })?;
    if has_sent { Err(elsewhere(&earlier.provider, &now)) } else { Ok(()) }
}

fn elsewhere(before: &str, now: &str) -> anyhow::Error {
    anyhow!(
        "the runs of this folder went to {before}, and this one would go to {now}; give the same --api-url or --simulate as \
         before, or copy the sheets and templates into a new folder"
    )
}

/// Opens a workspace for a command that asks or sends. Where a setting cannot be read it says so and gives nothing: no
/// default stands in where a ceiling or a guard was meant.
pub(super) fn entered(
    folder: &Path,
    typed: &Typed,
    console: &mut Console<'_>,
) -> anyhow::Result<Option<(Workspace, Settings)>> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    Ok(are_readable(&settings, &workspace, console).then_some((workspace, settings)))
}

/// Can every setting be read? Says it where one cannot.
pub(super) fn are_readable(settings: &Settings, workspace: &Workspace, console: &mut Console<'_>) -> bool {
    let wrong = unreadable_settings(settings, workspace);
    if let Some(words) = &wrong {
        console.refuse(words);
    }
    wrong.is_none()
}

/// Says which setting cannot be read: nothing is sent under a default where a ceiling or a guard was meant.
pub(super) fn unreadable_settings(settings: &Settings, workspace: &Workspace) -> Option<String> {
    let wrong = settings.found.iter().find(|found| found.severity == Severity::Error)?;
    Some(in_the_way(wrong, workspace, settings.lang))
}

/// Names whose accents a wrong encoding has damaged are sent as they are, so a person should hear of them before.
pub(super) fn damaged_text(checked: &Checked<'_>, lang: Lang) -> Vec<String> {
    let mut said = Vec::new();
    let all = checked.count_of(Code::Mojibake);
    if all == 0 {
        return said;
    }
    let make = |found: &[Diagnostic]| {
        let damaged = found.iter().filter(|found| found.code == Code::Mojibake);
        damaged.take(DAMAGED_SAID_MAX).map(|found| finding_line(found, lang)).collect::<Vec<_>>()
    };
    let _: ControlFlow<()> = checked.each_block(make, |lines: Vec<String>| {
        said.extend(lines.into_iter().take(DAMAGED_SAID_MAX - said.len()));
        if said.len() < DAMAGED_SAID_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if all > said.len() {
        let words = "{count} more with code {code}; `turnup check --all` or `--format csv` lists them all";
        said.push(say(lang, words, &[("count", &(all - said.len())), ("code", &Code::Mojibake)]));
    }
    said
}

/// A finding that lets nothing be sent, in a line.
pub(super) fn in_the_way(wrong: &Diagnostic, workspace: &Workspace, lang: Lang) -> String {
    let (message, fix) = (wrong.message(lang), wrong.fix(lang));
    let place = place_in(workspace, &wrong.place);
    let gaps: [(&str, &dyn std::fmt::Display); 3] = [("place", &place), ("message", &message), ("fix", &fix)];
    say(lang, "{place}: {message}; {fix}; nothing was sent", &gaps)
}

/// A place in a file of the workspace: whoever named it from elsewhere, such as a night, finds the file by its whole path.
pub(super) fn place_in(workspace: &Workspace, place: &Place) -> String {
    if workspace.root().is_absolute() {
        workspace.root().join(place.to_string()).display().to_string()
    } else {
        place.to_string()
    }
}
