//! `turnup why`: one row's whole story; and `turnup report --customer`: one customer's evidence.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

use super::inputs::Inputs;
use super::mended::place_before;
use super::recorded::Recorded;
use super::retry::key;
use super::told::Told;
use super::{Console, exit, history, provider, status_of};
use crate::check::RowRef;
use crate::diagnostic::Place;
use crate::journal::{Log, RunHead, Sqlite, Stored, Which};
use crate::model::SheetKind;
use crate::plan::{Source, StepId};
use crate::report::{self, Chapter, Deed, Evidence, Outcome, RootStory, RowResult, Story};
use crate::settings::{Settings, Typed, settle};
use crate::sheet::{Columns, Sheet, Sheets, users as u};
use crate::text::{Lang, say};
use crate::workspace::Workspace;

/// How a story or evidence is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoryFormat {
    #[default]
    Text,
    Json,
}

/// Roots that are followed; a chain is never longer than customer, administrator, template.
const ROOTS_MAX: usize = 5;

/// `turnup why FILE:ROW`: everything that is recorded of one row.
///
/// # Errors
/// When there is no such run, or the journal cannot be read.
pub fn why(
    folder: &Path,
    typed: &Typed,
    place: &str,
    run: Option<&str>,
    format: StoryFormat,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let lang = if format == StoryFormat::Json { Lang::En } else { settings.lang };
    if !workspace.has_state() {
        bail!("nothing has been run in `{}` yet, so no row has a story", folder.display());
    }
    let mut log = Sqlite::open(&workspace.journal())?;
    provider::go_on_practising(&log, console)?;
    let head = history::wanted(&log, run)?;
    let recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    let mut told = recorded.told(&head.run, lang)?;
    let mut row = row_of(place, &told.inputs.sheets);
    if run.is_none()
        && let Some((of, at)) = of_the_sheet(&recorded, &told, place)?
    {
        if of != told.head.run {
            told = recorded.told(&of, lang)?;
        }
        let file = Arc::clone(&told.inputs.sheets.get(at.sheet).file);
        let number = told.inputs.sheets.get(at.sheet).number(at.index).unwrap_or_default();
        let words = "in the latest run rejected rows lay in the place of `{file}`; of what stands in {place} now, row {row} of the run {run} tells";
        let gaps: [(&str, &dyn std::fmt::Display); 4] =
            [("file", &file), ("place", &place), ("row", &number), ("run", &of)];
        console.say(&say(settings.lang, words, &gaps));
        row = Some(at);
    }
    let Some(row) = row else {
        let words =
            "there is no row `{place}` in the run {run}; name one such as users.csv:418, as the spreadsheet counts";
        console.refuse(&say(settings.lang, words, &[("place", &place), ("run", &head.run)]));
        return Ok(exit::USAGE);
    };
    let story = story(&log, &told, row)?;
    match format {
        StoryFormat::Text => console.print_words(&report::story_text(&story, lang)),
        StoryFormat::Json => console.print(&report::story_json(&story)?),
    }
    Ok(exit::WELL)
}

/// Where a row of today's sheet stands in the runs, if rejected rows lay in the place of the sheet in that one: their places
/// are others. None where they are the same.
fn of_the_sheet(recorded: &Recorded<'_>, told: &Told, place: &str) -> anyhow::Result<Option<(String, RowRef)>> {
    let (workspace, settings) = (recorded.workspace, recorded.settings);
    let Ok(today) = Inputs::read(workspace.root(), &settings.reading) else { return Ok(None) };
    let Some(row) = row_of(place, &today.sheets) else { return Ok(None) };
    let sheet = today.sheets.get(row.sheet);
    if sheet.is_back() || !told.inputs.sheets.get(row.sheet).is_back() {
        return Ok(None);
    }
    for head in recorded.searched()? {
        let folder = workspace.inputs(&head.run);
        if !folder.is_dir() {
            continue;
        }
        let kept = Inputs::read(&folder, &settings.as_kept(&folder)?.reading)?;
        if let Some(index) = same_row(sheet, row.index, kept.sheets.get(row.sheet)) {
            return Ok(Some((head.run, RowRef { index, ..row })));
        }
    }
    Ok(None)
}

/// The row of another file that has the key of a row, or that came from its place and is like it.
fn same_row(sheet: &Sheet, row: usize, other: &Sheet) -> Option<usize> {
    let (wanted, columns) = (key(sheet, row), Columns::new(sheet, other));
    let mut rows = 0..other.row_count();
    let by_key = rows.clone().find(|&at| key(other, at) == wanted);
    by_key.or_else(|| rows.find(|&at| place_before(sheet, other, at, &columns) == Some(row)))
}

/// The row that is meant by `users.csv:418`, `users:418` or `workbook.xlsx#users:418`.
fn row_of(place: &str, sheets: &Sheets) -> Option<RowRef> {
    let (file, number) = place.rsplit_once(':')?;
    let number = number.trim().parse().ok()?;
    let is_meant = |kind: &SheetKind| *sheets.get(*kind).file == *file || kind.name() == file;
    let sheet = SheetKind::ALL.into_iter().find(is_meant)?;
    Some(RowRef { sheet, index: sheets.get(sheet).row_of(number)? })
}

/// Everything that is recorded of a row.
pub(super) fn story(log: &Sqlite, told: &Told, row: RowRef) -> anyhow::Result<Story> {
    let sheet = told.inputs.sheets.get(row.sheet);
    let result = result_of(told, row);
    let headers = sheet.header.iter().cloned();
    let cells = headers.zip(sheet.cells(row.index).iter().map(std::borrow::Cow::into_owned)).collect();
    let causes = told.causes.of_row(row).filter_map(|cause| told.causes.list.get(cause)).cloned().collect();
    let mut roots = Vec::new();
    let mut next = result.as_ref().and_then(|result| result.root.clone());
    while let Some(place) = next.take().filter(|_| roots.len() < ROOTS_MAX) {
        let result = place_row(&place, &told.inputs.sheets).and_then(|row| result_of(told, row));
        next = result.as_ref().and_then(|result| result.root.clone());
        roots.push(RootStory { place: place.to_string(), result });
    }
    Ok(Story {
        file: sheet.file.to_string(),
        row: sheet.number(row.index).unwrap_or_default(),
        run: told.head.run.clone(),
        cells,
        result,
        roots,
        causes,
        chapters: chapters(log, &steps(log, told, row)?)?,
    })
}

fn place_row(place: &Place, sheets: &Sheets) -> Option<RowRef> {
    let sheet = SheetKind::from_name(place.sheet?)?;
    Some(RowRef { sheet, index: sheets.get(sheet).row_of(place.row?)? })
}

fn result_of(told: &Told, row: RowRef) -> Option<RowResult> {
    told.results.get(&row.sheet)?.iter().find(|result| result.row == row.index).cloned()
}

/// The keys of a row: those of its steps, and those that its e-mail would have.
fn steps(log: &Sqlite, told: &Told, row: RowRef) -> anyhow::Result<HashSet<StepId>> {
    let source = Source { sheet: row.sheet, index: row.index };
    // A rejected person was in no plan of that run, so that there is nothing to look for.
    let is_planned =
        row.sheet != SheetKind::Users || result_of(told, row).is_none_or(|result| result.outcome != Outcome::Rejected);
    let steps = if is_planned { log.steps_of(&told.head.run, source)? } else { Vec::new() };
    let mut keys: HashSet<StepId> = steps.into_iter().map(|step| step.id).collect();
    if row.sheet == SheetKind::Users {
        let email = told.inputs.sheets.users.cell(row.index, u::EMAIL.spec.header).trim().to_lowercase();
        if !email.is_empty() {
            keys.extend([StepId::user(&email), StepId::role(&email), StepId::release(&email)]);
        }
    }
    Ok(keys)
}

/// What happened to some steps, run by run.
fn chapters(log: &Sqlite, steps: &HashSet<StepId>) -> anyhow::Result<Vec<Chapter>> {
    let heads: HashMap<String, RunHead> = log.heads()?.into_iter().map(|head| (head.run.clone(), head)).collect();
    let mut chapters: Vec<Chapter> = Vec::new();
    log.entries_of(steps, &mut |run, entry| {
        if let Some(chapter) = chapters.iter_mut().find(|chapter| chapter.head.run == run) {
            chapter.entries.push(entry);
        } else {
            let head = heads.get(run).cloned().unwrap_or_default();
            chapters.push(Chapter { head, entries: vec![entry] });
        }
        Ok(())
    })?;
    Ok(chapters)
}

/// The evidence for one customer, over all runs or of one; none when neither sheet nor journal knows it.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn evidence(
    workspace: &Workspace,
    settings: &Settings,
    log: &Sqlite,
    (customer, run): (&str, Option<&str>),
    console: &Console<'_>,
) -> anyhow::Result<Option<Evidence>> {
    let lang = settings.lang;
    let runs: Vec<RunHead> = log.runs()?.into_iter().filter(|head| run.is_none_or(|run| head.run == run)).collect();
    let mut steps = HashSet::new();
    for head in &runs {
        log.walk(&head.run, Which::Moved, &mut |Stored { step, .. }| {
            if step.work.customer() == customer {
                steps.insert(step.id);
            }
            Ok(())
        })?;
    }
    let heads: HashMap<&str, &RunHead> = runs.iter().map(|head| (head.run.as_str(), head)).collect();
    let mut deeds = Vec::new();
    log.entries_of(&steps, &mut |run, entry| {
        deeds.extend(heads.get(run).and_then(|head| Deed::of(&entry, head, lang)));
        Ok(())
    })?;
    // Sheets that cannot be read any more take nothing away from what was done.
    let status = status_of(workspace, settings, &console.clock).ok();
    let status = status.and_then(|status| status.customers.into_iter().find(|known| known.customer == customer));
    let known = log.confirmed(&StepId::customer(customer)).context("the journal cannot be read")?;
    if deeds.is_empty() && status.is_none() && known.is_none() {
        return Ok(None);
    }
    let known = known.unwrap_or_default();
    let field = |name: &str| known.fields.get(name).cloned();
    let packages = field("packages");
    Ok(Some(Evidence {
        schema: report::EVIDENCE_SCHEMA,
        customer: customer.to_owned(),
        name: field("name").or_else(|| status.as_ref().map(|status| status.name.clone())).unwrap_or_default(),
        customer_id: known.ids.get("customer_id").cloned(),
        org_id: known.ids.get("org_id").cloned(),
        template: field("template"),
        by_hand: report::by_hand(status.as_ref(), packages.as_deref().unwrap_or_default(), lang),
        packages,
        written: console.clock.now(),
        written_by: console.clock.by(),
        status,
        deeds,
    }))
}
