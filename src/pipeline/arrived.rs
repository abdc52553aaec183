//! Sheets that have just arrived, looked at before they take the place of others: whatever would let nothing of them be sent
//! is found here, so that sheets that nobody runs stay where they are.

use std::fs;
use std::io::sink;
use std::path::Path;

use anyhow::Context;

use super::inputs::{Inputs, TEMPLATES, can_be_read, has_templates};
use super::mended::say_lost;
use super::selected::Selected;
use super::window::Windows;
use super::{Console, Selection, checked, exit, guard, known, place, provider, sent_back, standing};
use crate::check::Checked;
use crate::journal::Sqlite;
use crate::plan::Known;
use crate::report;
use crate::settings::Settings;
use crate::sheet::{CORRECTIONS, WAVES};
use crate::text::{self, Lang, say};
use crate::workspace::Workspace;

/// Causes that are told of sheets that are not taken.
const CAUSES_TOLD: usize = 3;

/// Why sheets that arrived are not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// They are probably the wrong ones; those that stand go on.
    Sheets(String),
    /// A run of them would be refused: in words, with its exit code.
    Run(String, u8),
}

/// Looks whether a run of the sheets in a folder, as they would stand in the workspace, would be let go at all. The new
/// ones of them lie in the inbox.
///
/// # Errors
/// When a file cannot be copied, or the journal cannot be read.
pub fn objection(
    (folder, inbox): (&Path, &Path),
    workspace: &Workspace,
    settings: &Settings,
    wave: Option<&str>,
    console: &Console<'_>,
) -> anyhow::Result<Option<Objection>> {
    let of_error = |error: &anyhow::Error| Objection::Run(text::error(settings.lang, error.chain()), exit::ENVIRONMENT);
    if let Err(error) = can_run(workspace, settings, console) {
        return Ok(Some(of_error(&error)));
    }
    if let Some(words) = guard::unreadable_settings(settings, workspace) {
        return Ok(Some(Objection::Run(words, exit::REJECTED)));
    }
    for name in [TEMPLATES, CORRECTIONS, WAVES].into_iter().filter(|name| workspace.root().join(name).exists()) {
        let (from, to) = (workspace.root().join(name), folder.join(name));
        if let Err(error) = can_be_read(&from) {
            return Ok(Some(of_error(&error)));
        }
        if from != to {
            fs::copy(from, to).with_context(|| format!("cannot copy `{name}` to `{}`", folder.display()))?;
        }
    }
    let (mut out, mut err) = (sink(), sink());
    let mut muted = console.muted(&mut out, &mut err);
    let read = Inputs::read(folder, &settings.reading);
    let read = read.and_then(|inputs| sent_back::mended(workspace, settings, inputs, &mut muted));
    let (inputs, lost) = match read {
        Ok(read) => read,
        Err(error) => return Ok(Some(cannot_stand(&error, folder, workspace, settings.lang))),
    };
    if let Some(words) = say_lost(&lost, settings.lang) {
        return Ok(Some(Objection::Run(words, exit::ENVIRONMENT)));
    }
    let known = known(workspace)?;
    let standing = standing(&known);
    let mut checked = checked(&inputs, settings, &standing);
    let mut selected = Selected::new(Selection { wave: wave.map(str::to_owned), ..Selection::default() }, &checked);
    if let Some(refused) = refused(workspace, settings, &selected, &checked) {
        return Ok(Some(refused));
    }
    if let Some(counts) = guard::wrong_rows(&selected, &checked, settings) {
        if let Some(picked) = selected.picked() {
            checked.narrow(picked.clone());
        }
        return Ok(Some(Objection::Sheets(probably_wrong(counts, &checked, settings, (inbox, workspace)))));
    }
    let windows = Windows::read(workspace, settings.lang, &console.clock)?;
    if let Some((words, code)) = windows.narrow(&mut selected, &checked, &mut muted) {
        return Ok(Some(Objection::Run(words, code)));
    }
    Ok(can_send(workspace, settings, (&mut selected, &checked, &known)).err().map(|error| of_error(&error)))
}

/// Says what lets no run of the workspace begin, whatever its sheets are.
fn can_run(workspace: &Workspace, settings: &Settings, console: &Console<'_>) -> anyhow::Result<()> {
    has_templates(workspace.root())?;
    provider::look_at_faults(settings)?;
    if workspace.has_state() {
        let log = Sqlite::open(&workspace.journal())?;
        guard::same_provider(&log, settings)?;
        place::refuse_copy(workspace, &log, settings, &console.clock.host())?;
    }
    Ok(())
}

/// Says why what is to be done could not be sent: nobody can be asked, or nothing can be written down.
fn can_send(
    workspace: &Workspace,
    settings: &Settings,
    (selected, checked, known): (&mut Selected, &Checked<'_>, &Known),
) -> anyhow::Result<()> {
    let plan = selected.plan(checked, known);
    if !plan.is_idle() {
        provider::look(settings)?;
    }
    guard::room(workspace, plan.open_steps())
}

/// The sheets would be lacking, or doubled, beside those that are there.
fn cannot_stand(error: &anyhow::Error, folder: &Path, workspace: &Workspace, lang: Lang) -> Objection {
    // The folder is nobody's business: the sheets would stand in that of the workspace.
    let why = text::error(lang, error.chain());
    let why = why.replace(&folder.display().to_string(), &workspace.root().display().to_string());
    let words = "the new sheets cannot stand together with those that are there: {why}; they were not taken";
    Objection::Sheets(say(lang, words, &[("why", &why)]))
}

/// A file beside the sheets cannot be understood, or nobody has the wave.
fn refused(
    workspace: &Workspace,
    settings: &Settings,
    selected: &Selected,
    checked: &Checked<'_>,
) -> Option<Objection> {
    if let Some(wrong) = guard::unreadable(checked) {
        return Some(Objection::Run(guard::in_the_way(wrong, workspace, settings.lang), exit::REJECTED));
    }
    selected.nobody(checked, settings.lang).map(|words| Objection::Run(words, exit::USAGE))
}

/// More of the rows have mistakes than a run would let pass.
fn probably_wrong(
    (rejected, rows): (usize, usize),
    checked: &Checked<'_>,
    settings: &Settings,
    (inbox, workspace): (&Path, &Workspace),
) -> String {
    // It is told in a mail.
    let causes = report::causes_of_findings(checked, settings.hold_back, settings.lang).without_persons();
    let told = causes.list.iter().take(CAUSES_TOLD).map(|cause| {
        let words = "{count|* row|* rows}{place: (such as *)}{column: in column `*`}: {message}";
        let example = cause.examples.iter().find(|example| example.row.is_some());
        let place = example.map_or_else(String::new, |example| {
            // A workbook is named with its sheet.
            let file = example.file.split('#').next().unwrap_or_default();
            let folder = if inbox.join(file).exists() { inbox } else { workspace.root() };
            format!("{}:{}", folder.join(&example.file).display(), example.row.unwrap_or_default())
        });
        let column = example.and_then(|example| example.column.clone()).unwrap_or_default();
        let gaps: [(&str, &dyn std::fmt::Display); 4] =
            [("count", &cause.rows), ("place", &place), ("column", &column), ("message", &cause.message)];
        say(settings.lang, words, &gaps)
    });
    let words = "{rejected} of {rows|* row|* rows} of the new sheets have mistakes, more than {percent} %: they are probably the wrong \
                 files, so they were not taken and stay where they are; the most frequent mistakes: {causes}; \
                 `max_error_rate` under `[guards]` in turnup.toml sets the limit";
    let percent = format!("{:.0}", settings.max_error_rate * 100.0);
    let gaps: [(&str, &dyn std::fmt::Display); 4] = [
        ("rejected", &rejected),
        ("rows", &rows),
        ("percent", &percent),
        ("causes", &told.collect::<Vec<_>>().join("; ")),
    ];
    say(settings.lang, words, &gaps)
}
