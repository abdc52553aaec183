//! `turnup retry`: only the rows that did not end well, or only those of a mended file of rejected rows.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::inputs::Inputs;
use super::recorded::{RUNS_SEARCHED_MAX, Recorded};
use super::told::Told;
use super::{
    Confirmation, Console, Order, Origin, Terminal, Until, exit, guard, held, mended, place, provider, provision,
    selected,
};
use crate::diagnostic::Diagnostic;
use crate::journal::{Log, RunHead, Sqlite};
use crate::model::SheetKind;
use crate::plan::{Selection, Source};
use crate::report::{Outcome, Results};
use crate::settings::Typed;
use crate::sheet::{self, Sheet, Sheets, customers, locations, users};
use crate::text::{Lang, phrase, say};

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
    /// The mends are kept, and done again on later nights.
    pub keeps: bool,
}

/// `turnup retry`: a run over the rows of an earlier one that did not end well.
///
/// # Errors
/// When the environment does not allow it, or there is no such run. What was sent stays recorded.
pub async fn retry(folder: &Path, typed: &Typed, order: &RetryOrder, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let Some((workspace, settings)) = guard::entered(folder, typed, console)? else { return Ok(exit::REJECTED) };
    let lang = settings.lang;
    if !workspace.has_state() {
        console.say(phrase(lang, "nothing has been run in this folder, so there is nothing to retry"));
        return Ok(exit::WELL);
    }
    let Some(settings) = guard::until(settings, order.until, console) else { return Ok(exit::USAGE) };
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    guard::same_provider(&log, &settings)?;
    place::settle(&workspace, &log, &settings, console)?;
    let candidates = candidates(&log, order.run.as_deref(), order.from.as_deref())?;
    if order.confirmation == Confirmation::Wanted && console.terminal == Terminal::Machine {
        console.refuse(&guard::unconfirmed(&workspace, &settings, &Selection::default())?);
        return Ok(exit::USAGE);
    }
    provider::look_at_faults(&settings)?;
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    if let Some(stopped) = recorded.settle_unfinished(order.confirmation, console).await? {
        return Ok(stopped);
    }
    let run = console.clock.run_id();
    let copies = workspace.inputs(&run);
    let found = match &order.from {
        Some(file) => sent_back(&recorded, &candidates, (file, order.keeps), &copies, console)?,
        None => troubled(&recorded, &candidates[0], &order.classes, &copies, console)?,
    };
    let Some((before, inputs, rows)) = found else { return Ok(exit::REJECTED) };
    if rows.is_empty() {
        std::fs::remove_dir_all(&copies)?;
        console.say(&say(lang, "no row of {run} is to be retried", &[("run", &before)]));
        return Ok(exit::WELL);
    }
    console.say(&say(lang, "retrying {count|* row|* rows} of {run}", &[("count", &rows.len()), ("run", &before)]));
    let activates = selected::kept(&workspace.inputs(&before))?.activates;
    let selection = Selection { rows: Some(rows), activates, ..Selection::default() };
    let order = Order {
        confirmation: order.confirmation,
        until: None,
        selection,
        plan: None,
        origin: Origin::Retry,
        night: None,
    };
    provision(recorded, run, inputs, &order, None, console).await
}

/// The run, what is read for its retry, and the rows of that.
type Again = (String, Inputs, Vec<Source>);

/// The rows of a run that ended so, as they are in today's sheets.
fn troubled(
    recorded: &Recorded<'_>,
    before: &RunHead,
    classes: &[Outcome],
    copies: &Path,
    console: &mut Console<'_>,
) -> anyhow::Result<Option<Again>> {
    let lang = recorded.settings.lang;
    let Told { inputs: kept, results, .. } = recorded.told(&before.run, lang)?;
    let rejected = results.values().flatten().filter(|row| row.outcome == Outcome::Rejected).count();
    if rejected > 0 {
        let words = "{count|* row was rejected and is|* rows were rejected and are} not retried as {count|it is|they are}; mend the cells in the \
                     sheets and `turnup run`, or mend the `*.rejected.csv` files of {folder} and send them with `turnup retry --from FILE`";
        let folder = recorded.workspace.report(&before.run);
        console.say(&say(lang, words, &[("count", &rejected), ("folder", &folder.display())]));
    }
    let inputs = Inputs::keep(recorded.workspace.root(), copies, &recorded.settings.reading)?;
    let rows = again(&kept.sheets, &results, classes, &inputs.sheets);
    Ok(Some((before.run.clone(), inputs, rows)))
}

/// The rows of a mended file, taken over into the sheets of the run that they came from; says why where that cannot be.
fn sent_back(
    recorded: &Recorded<'_>,
    candidates: &[RunHead],
    (file, keeps): (&Path, bool),
    copies: &Path,
    console: &mut Console<'_>,
) -> anyhow::Result<Option<Again>> {
    let settings = recorded.settings;
    for finding in sheet::beside(file) {
        console.say(&finding_line(&finding, settings.lang));
    }
    let mended = match mended::read(file, settings)? {
        Ok(mended) => mended,
        Err(words) => {
            console.refuse(&words);
            return Ok(None);
        }
    };
    let mut first = None;
    for head in candidates.iter().take(RUNS_SEARCHED_MAX) {
        let told = recorded.told(&head.run, settings.lang)?;
        match mended::take_over(file, mended.clone(), recorded, &told, copies)? {
            Ok(taken) => {
                if let Some(words) = mended::say_restored(&taken.restored, &told.inputs.sheets, settings.lang) {
                    console.say(&words);
                }
                if let Some(words) = mended::say_doubtful(&taken.doubtful, &told.inputs.sheets, settings.lang) {
                    console.say(&words);
                }
                if let Some(words) = taken.mends.write(recorded.workspace, copies, keeps, settings.lang)? {
                    console.say(&words);
                }
                let rows = held::with_those_along(recorded, &told, &taken.inputs, (&taken.rows, &taken.changed))?;
                return Ok(Some((head.run.clone(), taken.inputs, rows)));
            }
            Err(words) => drop(first.get_or_insert(words)),
        }
    }
    console.refuse(&first.unwrap_or_default());
    Ok(None)
}

/// A finding in one line.
pub(super) fn finding_line(found: &Diagnostic, lang: Lang) -> String {
    format!("{}: {} ({})", found.place, found.message(lang), found.fix(lang))
}

/// The runs whose rows may be meant, the latest first: the one that is named, or that the file lies in the report of, or all.
fn candidates(log: &Sqlite, wanted: Option<&str>, from: Option<&Path>) -> anyhow::Result<Vec<RunHead>> {
    // What was parked has sent nothing, and what was taken back is no more for the sheets to say.
    let mut runs: Vec<RunHead> =
        log.runs()?.into_iter().rev().filter(|head| head.parked.is_none() && head.undoes.is_none()).collect();
    let folder = from.and_then(|file| file.canonicalize().ok()?.parent()?.file_name()?.to_str().map(str::to_owned));
    if let Some(wanted) = wanted {
        runs.retain(|head| head.run == wanted);
    } else if runs.iter().any(|head| Some(&head.run) == folder.as_ref()) {
        runs.retain(|head| Some(&head.run) == folder.as_ref());
    }
    if runs.is_empty() {
        match wanted {
            Some(wanted) => {
                bail!("there is no run `{wanted}` that sent anything of the sheets; `turnup runs` lists them")
            }
            None => bail!("nothing has been run in this folder yet"),
        }
    }
    Ok(runs)
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
