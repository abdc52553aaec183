//! `turnup retry`: only the rows that did not end well, or only those of a mended file of rejected rows.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::inputs::Inputs;
use super::recorded::Recorded;
use super::told::Told;
use super::{Confirmation, Console, Order, Terminal, Until, exit, guard, mended, provision, selected};
use crate::journal::{Log, RunHead, Sqlite};
use crate::model::SheetKind;
use crate::plan::{Selection, Source};
use crate::report::{Outcome, Results};
use crate::settings::{Typed, settle};
use crate::sheet::{Sheet, Sheets, customers, locations, users};
use crate::text::{phrase, say};
use crate::workspace::Workspace;

/// What was asked of a retry.
#[derive(Debug, Clone)]
pub struct RetryOrder {
    pub confirmation: Confirmation,
    pub until: Option<Until>,
    /// The run whose rows are retried; the latest when none.
    pub run: Option<String>,
    /// The outcomes that are retried.
    pub classes: Vec<Outcome>,
    /// A mended file of rejected rows.
    pub from: Option<PathBuf>,
}

/// `turnup retry`: a run over the rows of an earlier one that did not end well.
///
/// # Errors
/// When the environment does not allow it, or there is no such run. What was sent stays recorded.
pub async fn retry(folder: &Path, typed: &Typed, order: &RetryOrder, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let lang = settings.lang;
    if order.confirmation == Confirmation::Wanted && console.terminal == Terminal::Machine {
        let words = "nobody is there to confirm the run; look at `turnup plan`, then add --yes";
        console.refuse(phrase(lang, words));
        return Ok(exit::USAGE);
    }
    if let Some(words) = guard::unreadable_settings(&settings) {
        console.refuse(&words);
        return Ok(exit::REJECTED);
    }
    if !workspace.has_state() {
        console.say(phrase(lang, "nothing has been run in this folder, so there is nothing to retry"));
        return Ok(exit::WELL);
    }
    let Some(settings) = guard::until(settings, order.until, console) else { return Ok(exit::USAGE) };
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    guard::same_provider(&log, &settings)?;
    let before = earlier(&log, order.run.as_deref())?;
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    if let Some(stopped) = recorded.settle_unfinished(order.confirmation, console).await? {
        return Ok(stopped);
    }
    let Told { inputs: kept, results, .. } = recorded.told(&before.run, settings.lang)?;
    let run = console.clock.run_id();
    let copies = workspace.inputs(&run);
    let (inputs, rows) = if let Some(file) = &order.from {
        match mended::take_over(file, &workspace, &settings, &kept, &results, &copies)? {
            Ok(taken) => taken,
            Err(words) => {
                console.refuse(&words);
                return Ok(exit::REJECTED);
            }
        }
    } else {
        let inputs = Inputs::keep(workspace.root(), &copies, &settings.reading)?;
        let rows = again(&kept.sheets, &results, &order.classes, &inputs.sheets);
        (inputs, rows)
    };
    if rows.is_empty() {
        std::fs::remove_dir_all(&copies)?;
        console.say(&say(lang, "no row of {run} is to be retried", &[("run", &before.run)]));
        return Ok(exit::WELL);
    }
    console.say(&say(lang, "retrying {count} rows of {run}", &[("count", &rows.len()), ("run", &before.run)]));
    let activates = selected::kept(&workspace.inputs(&before.run))?.activates;
    let selection = Selection { rows: Some(rows), activates, ..Selection::default() };
    let order = Order { confirmation: order.confirmation, until: None, selection, plan: None };
    provision(recorded, run, inputs, &order, None, console).await
}

/// The run whose rows are retried.
fn earlier(log: &Sqlite, wanted: Option<&str>) -> anyhow::Result<RunHead> {
    let runs = log.runs()?;
    // What was parked has sent nothing, and what was taken back is no more for the sheets to say.
    let mut runs = runs.into_iter().filter(|head| head.parked.is_none() && head.undoes.is_none());
    let found = match wanted {
        Some(wanted) => runs.find(|head| head.run == wanted),
        None => runs.next_back(),
    };
    found.with_context(|| match wanted {
        Some(wanted) => {
            format!("there is no run `{wanted}` that sent anything of the sheets; `turnup runs` lists them")
        }
        None => "nothing has been run in this folder yet".to_owned(),
    })
}

/// The rows of those outcomes, found again in today's sheets by their key.
fn again(kept: &Sheets, results: &Results, classes: &[Outcome], today: &Sheets) -> Vec<Source> {
    let mut rows = Vec::new();
    for sheet in SheetKind::ALL {
        let keys = keys(today.get(sheet));
        let troubled = results[&sheet].iter().filter(|row| classes.contains(&row.outcome));
        let found = troubled.filter_map(|row| keys.get(&key(kept.get(sheet), row.row)));
        rows.extend(found.map(|&index| Source { sheet, index }));
    }
    rows
}

/// The first row of each key.
pub(super) fn keys(sheet: &Sheet) -> HashMap<Vec<String>, usize> {
    let mut keys = HashMap::new();
    for row in 0..sheet.row_count() {
        keys.entry(key(sheet, row)).or_insert(row);
    }
    keys
}

/// What tells a row from the others of its sheet.
pub(super) fn key(sheet: &Sheet, row: usize) -> Vec<String> {
    let headers: &[&str] = match sheet.kind {
        SheetKind::Customers => &[customers::EXTERNAL_ID.spec.header],
        SheetKind::Locations => &[locations::CUSTOMER.spec.header, locations::NAME.spec.header],
        SheetKind::Users => &[users::EMAIL.spec.header],
    };
    let cell = |header: &&str| {
        let text = sheet.cell(row, header).trim().to_owned();
        if sheet.kind == SheetKind::Users { text.to_lowercase() } else { text }
    };
    headers.iter().map(cell).collect()
}
