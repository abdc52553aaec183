//! Sending the rows of a run that were mended cell by cell, as a run of its own; the same as `retry` with a mended file.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use super::inputs::{Inputs, TEMPLATES};
use super::look::{Edits, RunTold, edited_texts};
use super::mends::Mends;
use super::recorded::Recorded;
use super::{Confirmation, Console, Order, Origin, exit, guard, held, place, provision, selected};
use crate::journal::Sqlite;
use crate::model::SheetKind;
use crate::plan::{Selection, Source};
use crate::settings::{SETTINGS, Settings, Typed};
use crate::sheet;
use crate::text::{phrase, say};
use crate::workspace::Workspace;

/// Which rows of a run are sent again, with which cells changed.
#[derive(Debug, Clone)]
pub struct SendOrder {
    /// The run that they come from.
    pub from: String,
    /// The run that they become.
    pub run: String,
    pub edits: Edits,
    /// Rows that are sent, besides those that they had held back.
    pub rows: Vec<Source>,
    /// Their mends are kept, and done again on later nights.
    pub keeps: bool,
}

/// Sends mended rows and what they had held back, as a new run that was confirmed before.
///
/// # Errors
/// As for a run. What was sent stays recorded.
pub async fn send(folder: &Path, typed: &Typed, order: SendOrder, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let Some((workspace, settings)) = guard::entered(folder, typed, console)? else { return Ok(exit::REJECTED) };
    let lang = settings.lang;
    if !workspace.has_state() {
        bail!("nothing has been run in `{}` yet", folder.display());
    }
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    guard::same_provider(&log, &settings)?;
    place::settle(&workspace, &log, &settings, console)?;
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    if let Some(stopped) = recorded.settle_unfinished(Confirmation::Given, console).await? {
        return Ok(stopped);
    }
    let told = RunTold::new(recorded.told(&order.from, lang)?);
    let inputs = keep(&workspace, &settings, &told, &order)?;
    let rows = held::with_those_along(&recorded, told.told(), &inputs, (&order.rows, &HashSet::new()))?;
    if rows.is_empty() {
        fs::remove_dir_all(workspace.inputs(&order.run))?;
        console.say(phrase(lang, "nothing was sent"));
        return Ok(exit::WELL);
    }
    let (mends, copies) = (mends(&told, &inputs, &order.rows), workspace.inputs(&order.run));
    if let Some(words) = mends.write(&workspace, &copies, order.keeps, lang)? {
        console.say(&words);
    }
    console.say(&say(lang, "retrying {count|* row|* rows} of {run}", &[("count", &rows.len()), ("run", &order.from)]));
    let activates = selected::kept(&workspace.inputs(&order.from))?.activates;
    let selection = Selection { rows: Some(rows), activates, ..Selection::default() };
    let (confirmation, origin) = (Confirmation::Given, Origin::Review);
    let run = Order { confirmation, until: None, selection, plan: None, origin, night: None };
    provision(recorded, order.run, inputs, &run, None, console).await
}

/// What was changed in the rows that are sent.
fn mends(told: &RunTold, inputs: &Inputs, rows: &[Source]) -> Mends {
    let mut mends = Mends::default();
    for kind in SheetKind::ALL {
        let places: Vec<usize> = rows.iter().filter(|row| row.sheet == kind).map(|row| row.index).collect();
        if !places.is_empty() {
            mends.add(told.sheets().get(kind), inputs.sheets.get(kind), places.into_iter().map(|row| (row, row)));
        }
    }
    mends
}

/// Keeps the sheets of the earlier run with the changed cells, and the templates and settings of today.
fn keep(workspace: &Workspace, settings: &Settings, told: &RunTold, order: &SendOrder) -> anyhow::Result<Inputs> {
    let copies = workspace.inputs(&order.run);
    fs::create_dir_all(&copies).with_context(|| format!("cannot make the folder `{}`", copies.display()))?;
    for name in [TEMPLATES, SETTINGS].into_iter().filter(|name| workspace.root().join(name).exists()) {
        fs::copy(workspace.root().join(name), copies.join(name))
            .with_context(|| format!("cannot keep `{name}` with the run"))?;
    }
    let changed = edited_texts(told.sheets(), &order.edits);
    for kind in SheetKind::ALL {
        let text = changed.iter().find(|(other, _)| *other == kind).map(|(_, text)| text.clone());
        let text = text.unwrap_or_else(|| sheet::rewritten(told.sheets().get(kind), None).text);
        let path = copies.join(sheet::file_name(kind));
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Inputs::read(&copies, &sheet::Options { encoding: None, ..settings.reading.clone() })
}
