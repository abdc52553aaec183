//! Files of rejected rows that lie mended in place of sheets: their cells are put right by the run they came from, and the
//! rows that they need, or had held back, go along.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use super::Console;
use super::held::released;
use super::inputs::Inputs;
use super::mended::{place_before, say_doubtful, say_lost, say_restored, wrong_cells};
use super::mends::Mends;
use super::recorded::Recorded;
use super::retry::{finding_line, key};
use super::told::Told;
use crate::diagnostic::Diagnostic;
use crate::journal::Sqlite;
use crate::model::SheetKind;
use crate::plan::Source;
use crate::settings::{KEPT_ENCODING, Settings};
use crate::sheet::{self, Columns, Sheets};
use crate::text::say;
use crate::workspace::Workspace;

/// The inputs of a folder with what came back mended put right; nothing of it is written.
pub(super) fn read(workspace: &Workspace, settings: &Settings, console: &mut Console<'_>) -> anyhow::Result<Inputs> {
    let inputs = Inputs::read(workspace.root(), &settings.reading)?;
    Ok(mended(workspace, settings, inputs, console)?.0)
}

/// Inputs with what came back mended put right, and the cells from which nothing can be read.
pub(super) fn mended(
    workspace: &Workspace,
    settings: &Settings,
    inputs: Inputs,
    console: &mut Console<'_>,
) -> anyhow::Result<(Inputs, Vec<Diagnostic>)> {
    if !is_back(&inputs.sheets) || !workspace.has_state() {
        return Ok((inputs, Vec::new()));
    }
    let mut log = Sqlite::open(&workspace.journal())?;
    let recorded = Recorded { workspace, settings, log: &mut log };
    let PutRight { texts, lost, .. } = put_right(&recorded, &inputs, console)?;
    Ok((inputs.with(&texts, &lost, &as_text(settings)), lost))
}

/// Keeps the inputs of a run, with what came back mended put right in the copies.
pub(super) fn keep(recorded: &Recorded<'_>, copies: &Path, console: &mut Console<'_>) -> anyhow::Result<Inputs> {
    let (workspace, settings) = (recorded.workspace, recorded.settings);
    let inputs = Inputs::keep(workspace.root(), copies, &settings.reading)?;
    for finding in inputs.found_beside() {
        console.say(&finding_line(finding, settings.lang));
    }
    let PutRight { texts, lost, origin } = put_right(recorded, &inputs, console)?;
    if let Some(words) = say_lost(&lost, settings.lang) {
        fs::remove_dir_all(copies)?;
        bail!(words);
    }
    if texts.is_empty() {
        return Ok(inputs);
    }
    // A workbook has all three, so they all become files of their own.
    for name in sheet::files(copies)? {
        fs::remove_file(copies.join(name))?;
    }
    if settings.reading.encoding.is_some() {
        fs::remove_file(copies.join(KEPT_ENCODING))?;
    }
    for kind in SheetKind::ALL {
        let put_right = texts.iter().find(|(other, _)| *other == kind).map(|(_, text)| text.clone());
        let text = put_right.unwrap_or_else(|| sheet::rewritten(inputs.sheets.get(kind), None).text);
        let path = copies.join(sheet::file_name(kind));
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let inputs = Inputs::read(copies, &as_text(settings))?;
    if let Some(origin) = origin {
        origin.mends(&inputs.sheets).write(workspace, copies, false, settings.lang)?;
    }
    Ok(inputs)
}

/// What turnup writes is UTF-8, whatever the sheets were.
fn as_text(settings: &Settings) -> sheet::Options {
    sheet::Options { encoding: None, ..settings.reading.clone() }
}

fn is_back(sheets: &Sheets) -> bool {
    SheetKind::ALL.into_iter().any(|kind| sheets.get(kind).is_back())
}

/// What comes of sheets that came back.
#[derive(Default)]
struct PutRight {
    /// The texts of the sheets that have changed.
    texts: Vec<(SheetKind, String)>,
    /// Cells of a workbook from which nothing can be read.
    lost: Vec<Diagnostic>,
    origin: Option<Origin>,
}

/// Where rows came from that lie in the place of their sheet.
struct Origin {
    /// The sheets of that run.
    sheets: Sheets,
    /// For each row of a sheet that came back, the row it was.
    places: [(SheetKind, Vec<Option<usize>>); 3],
}

impl Origin {
    /// What was mended in them, so that the rows count as sent once the sheet is back in its place.
    fn mends(&self, now: &Sheets) -> Mends {
        let mut mends = Mends::default();
        for (kind, places) in &self.places {
            let rows = places.iter().enumerate().filter_map(|(row, place)| Some(((*place)?, row)));
            mends.add(self.sheets.get(*kind), now.get(*kind), rows);
        }
        mends
    }
}

fn put_right(recorded: &Recorded<'_>, inputs: &Inputs, console: &mut Console<'_>) -> anyhow::Result<PutRight> {
    if !is_back(&inputs.sheets) {
        return Ok(PutRight::default());
    }
    let lang = recorded.settings.lang;
    let Some((run, told)) = origin(recorded, &inputs.sheets)? else { return Ok(PutRight::default()) };
    let kept = &told.inputs.sheets;
    let places = SheetKind::ALL.map(|kind| (kind, places(kept, &inputs.sheets, kind)));
    let roots: Vec<Source> = places
        .iter()
        .flat_map(|(sheet, places)| places.iter().flatten().map(|&index| Source { sheet: *sheet, index }))
        .collect();
    let held = released(&told, &roots);
    let (mut texts, mut restored, mut along, mut lost) = (Vec::new(), Vec::new(), 0, Vec::new());
    let mut doubtful = Vec::new();
    for (kind, places) in &places {
        let (back, before) = (inputs.sheets.get(*kind), kept.get(*kind));
        if !back.is_back() {
            lost.extend(sheet::lost_cells(back, back, &|_| None, &[]));
            continue;
        }
        let left_out = left_out(kept, &inputs.sheets, *kind, &held, places);
        along += left_out.len();
        let wrong = wrong_cells(&told.results, *kind);
        let was_wrong = |place: usize, header: &str| wrong.contains(&(place, header));
        let done = sheet::completed(back, before, places, &was_wrong, &left_out);
        let place_of = |row: usize| places.get(row).copied().flatten();
        lost.extend(sheet::lost_cells(back, before, &place_of, &done.restored));
        restored.extend(done.restored.into_iter().map(|cell| (*kind, cell)));
        doubtful.extend(done.doubtful.into_iter().map(|(row, cell)| (*kind, row, cell)));
        texts.push((*kind, done.text));
    }
    if !lost.is_empty() {
        return Ok(PutRight { texts, lost, origin: None });
    }
    if let Some(words) = say_restored(&restored, kept, lang) {
        console.say(&words);
    }
    if let Some(words) = say_doubtful(&doubtful, kept, lang) {
        console.say(&words);
    }
    if along > 0 {
        let words = "{count|* row|* rows} of {run} {count|goes|go} along: mended rows need {count|it|them} or had held {count|it|them} back";
        console.say(&say(lang, words, &[("count", &along), ("run", &run)]));
    }
    let origin = Some(Origin { sheets: told.inputs.sheets, places });
    Ok(PutRight { texts, lost, origin })
}

/// The rows of the sheet as it was that a file in its place left out: all customers and locations, since others name them, and
/// of the users those that a mended row had held back.
fn left_out(kept: &Sheets, now: &Sheets, kind: SheetKind, held: &[Source], places: &[Option<usize>]) -> Vec<usize> {
    let (before, back) = (kept.get(kind), now.get(kind));
    let is_there: HashSet<usize> = places.iter().flatten().copied().collect();
    let keys: HashSet<Vec<String>> = (0..back.row_count()).map(|row| key(back, row)).collect();
    let held: HashSet<usize> = held.iter().filter(|row| row.sheet == kind).map(|row| row.index).collect();
    let is_wanted = |row: &usize| kind != SheetKind::Users || held.contains(row);
    let all = (0..before.row_count()).filter(is_wanted);
    all.filter(|row| !is_there.contains(row) && !keys.contains(&key(before, *row))).collect()
}

fn places(kept: &Sheets, now: &Sheets, kind: SheetKind) -> Vec<Option<usize>> {
    let (before, back) = (kept.get(kind), now.get(kind));
    if !back.is_back() {
        return Vec::new();
    }
    let columns = Columns::new(before, back);
    (0..back.row_count()).map(|row| place_before(before, back, row, &columns)).collect()
}

/// The latest run that most of the rows came from.
fn origin(recorded: &Recorded<'_>, now: &Sheets) -> anyhow::Result<Option<(String, Told)>> {
    for head in recorded.searched()? {
        let folder = recorded.workspace.inputs(&head.run);
        if !folder.is_dir() {
            continue;
        }
        let kept = Inputs::read(&folder, &recorded.settings.as_kept(&folder)?.reading)?;
        let found: Vec<Option<usize>> =
            SheetKind::ALL.into_iter().flat_map(|kind| places(&kept.sheets, now, kind)).collect();
        if 2 * found.iter().flatten().count() > found.len() {
            return Ok(Some((head.run.clone(), recorded.told(&head.run, recorded.settings.lang)?)));
        }
    }
    Ok(None)
}
