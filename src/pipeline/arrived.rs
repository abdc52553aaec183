//! Sheets that have just arrived, looked at before they take the place of others.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::inputs::{Inputs, TEMPLATES};
use super::selected::Selected;
use super::{Selection, checked, guard, known, standing};
use crate::report;
use crate::settings::Settings;
use crate::sheet::CORRECTIONS;
use crate::text::{self, say};
use crate::workspace::Workspace;

/// Causes that are told of sheets that are not taken.
const CAUSES_TOLD: usize = 3;

/// Why the sheets of a folder are probably the wrong ones for a workspace: more of their rows have mistakes than a run would
/// let pass. None where they may be taken.
///
/// # Errors
/// When a file or the journal cannot be read.
pub fn probably_wrong(
    folder: &Path,
    workspace: &Workspace,
    settings: &Settings,
    wave: Option<&str>,
) -> anyhow::Result<Option<String>> {
    // A workspace without templates says so itself.
    if !workspace.templates().exists() {
        return Ok(None);
    }
    for name in [TEMPLATES, CORRECTIONS].into_iter().filter(|name| workspace.root().join(name).exists()) {
        let copied = fs::copy(workspace.root().join(name), folder.join(name));
        copied.with_context(|| format!("cannot copy `{name}` to `{}`", folder.display()))?;
    }
    let inputs = match Inputs::read(folder, &settings.reading) {
        Ok(inputs) => inputs,
        Err(error) => {
            // The folder is nobody's business: the sheets would stand in that of the workspace.
            let why = text::error(settings.lang, error.chain());
            let why = why.replace(&folder.display().to_string(), &workspace.root().display().to_string());
            let words = "the new sheets cannot stand together with those that are there: {why}; they were not taken";
            return Ok(Some(say(settings.lang, words, &[("why", &why)])));
        }
    };
    let known = known(workspace)?;
    let standing = standing(&known);
    let mut checked = checked(&inputs, settings, &standing);
    let selected = Selected::new(Selection { wave: wave.map(str::to_owned), ..Selection::default() }, &checked);
    let Some((rejected, rows)) = guard::wrong_rows(&selected, &checked, settings) else { return Ok(None) };
    if let Some(picked) = selected.picked() {
        checked.narrow(picked.clone());
    }
    // It is told in a mail.
    let causes = report::causes_of_findings(&checked, settings.hold_back, settings.lang).without_persons();
    let told = causes.list.iter().take(CAUSES_TOLD).map(|cause| {
        say(settings.lang, "{count|* row|* rows}: {message}", &[("count", &cause.rows), ("message", &cause.message)])
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
    Ok(Some(say(settings.lang, words, &gaps)))
}
