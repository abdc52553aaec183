//! A mended file of rejected rows, taken over into the sheets of the run that rejected them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::guard;
use super::inputs::{Inputs, TEMPLATES};
use super::mends::{self, Mends};
use super::recorded::Recorded;
use super::retry::{key, keys};
use super::told::Told;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::SheetKind;
use crate::plan::Source;
use crate::report::Results;
use crate::settings::{SETTINGS, Settings};
use crate::sheet::{self, Columns, Mended, ROW_COLUMN, Restored, Sheet, Sheets};
use crate::text::{Lang, phrase, say};

/// The rows of one sheet that came back, and where they came from.
struct Part {
    sheet: Sheet,
    places: Vec<usize>,
}

/// Mended cells from which a spreadsheet may have taken zeros, by sheet and row.
pub(super) type Doubtful = Vec<(SheetKind, usize, String)>;

/// What a retry does with a mended file.
pub(super) struct TakenOver {
    pub inputs: Inputs,
    /// The rows that came back.
    pub rows: Vec<Source>,
    /// Rows of the other sheets whose cells are other ones today.
    pub changed: HashSet<Source>,
    pub restored: Vec<(SheetKind, Restored)>,
    pub doubtful: Doubtful,
    pub mends: Mends,
}

/// The sheets of a mended file; or why they cannot be taken.
pub(super) fn read(file: &Path, settings: &Settings) -> anyhow::Result<Result<Vec<Sheet>, String>> {
    let (shown, lang) = (file.display(), settings.lang);
    let mut found = Vec::new();
    let mut sheets = sheet::read_back(file, &settings.reading, &mut found)?;
    if let Some(wrong) = found.iter().find(|found| guard::UNREADABLE.contains(&found.code)) {
        let gaps: [(&str, &dyn std::fmt::Display); 3] =
            [("place", &wrong.place), ("message", &wrong.message(lang)), ("fix", &wrong.fix(lang))];
        return Ok(Err(say(lang, "{place}: {message}; {fix}; nothing was sent", &gaps)));
    }
    if sheets.is_empty() {
        let words = "neither its header nor its name says which sheet `{file}` is of; keep the columns as they came, or call it \
                     users.rejected.csv, or likewise for locations or customers";
        return Ok(Err(say(lang, words, &[("file", &shown)])));
    }
    sheets.retain(|sheet| sheet.row_count() > 0);
    if sheets.is_empty() {
        let words = "`{file}` has no row that can be read; it should be the file of rejected rows, mended";
        return Ok(Err(say(lang, words, &[("file", &shown)])));
    }
    Ok(Ok(sheets))
}

/// Puts the rows of a mended file into the places they came from, and keeps the sheets that come of it.
pub(super) fn take_over(
    file: &Path,
    mended: Vec<Sheet>,
    recorded: &Recorded<'_>,
    told: &Told,
    copies: &Path,
) -> anyhow::Result<Result<TakenOver, String>> {
    let (workspace, settings) = (recorded.workspace, recorded.settings);
    let kept = &told.inputs;
    let mut parts = HashMap::new();
    for sheet in mended {
        match places(file, &sheet, &kept.sheets, settings.lang) {
            Ok(places) => drop(parts.insert(sheet.kind, Part { sheet, places })),
            Err(words) => return Ok(Err(words)),
        }
    }
    let (mut restored, mut doubtful, mut texts, mut lost) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut changed = HashSet::new();
    // Sheets of today that cannot be read say nothing; those of the run are kept with it.
    let sent = mends::sent(workspace, &*recorded.log)?;
    let today = Inputs::read_as_sent(workspace.root(), &settings.reading, sent).ok().map(|today| today.sheets);
    for kind in SheetKind::ALL {
        let wrong = wrong_cells(&told.results, kind);
        let was_wrong = |place: usize, header: &str| wrong.contains(&(place, header));
        let taken = parts.get(&kind).map(|Part { sheet, places }| Mended { sheet, places, was_wrong: &was_wrong });
        if taken.is_none() {
            let (text, rows) = as_today(kept.sheets.get(kind), today.as_ref());
            texts.push((kind, text));
            changed.extend(rows.into_iter().map(|index| Source { sheet: kind, index }));
            continue;
        }
        let rewritten = sheet::rewritten(kept.sheets.get(kind), taken);
        if let Some(Part { sheet, places }) = parts.get(&kind) {
            let place_of = |row: usize| places.get(row).copied();
            lost.extend(sheet::lost_cells(sheet, kept.sheets.get(kind), &place_of, &rewritten.restored));
        }
        texts.push((kind, rewritten.text));
        restored.extend(rewritten.restored.into_iter().map(|cell| (kind, cell)));
        doubtful.extend(rewritten.doubtful.into_iter().map(|(row, cell)| (kind, row, cell)));
    }
    if let Some(words) = say_lost(&lost, settings.lang) {
        return Ok(Err(words));
    }
    fs::create_dir_all(copies).with_context(|| format!("cannot make the folder `{}`", copies.display()))?;
    for name in [TEMPLATES, SETTINGS].into_iter().filter(|name| workspace.root().join(name).exists()) {
        fs::copy(workspace.root().join(name), copies.join(name))
            .with_context(|| format!("cannot keep `{name}` with the run"))?;
    }
    for (kind, text) in texts {
        let path = copies.join(sheet::file_name(kind));
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let reading = sheet::Options { encoding: None, ..settings.reading.clone() };
    let inputs = Inputs::read(copies, &reading)?;
    let mut mends = Mends::default();
    for (&kind, part) in &parts {
        mends.add(kept.sheets.get(kind), inputs.sheets.get(kind), part.places.iter().map(|&row| (row, row)));
        if let Some(today) = today.as_ref().map(|today| today.get(kind)) {
            let back: HashSet<_> = part.places.iter().map(|&row| key(inputs.sheets.get(kind), row)).collect();
            mends.add_sent(today, |row| back.contains(&key(today, row)));
        }
    }
    let rows: Vec<Source> = parts.iter().flat_map(|(&kind, part)| sources(kind, &part.places)).collect();
    Ok(Ok(TakenOver { inputs, rows, changed, restored, doubtful, mends }))
}

/// A sheet of a run as CSV, with the cells that its rows have today, and the rows that have others: what a row that came back
/// needs of another sheet may have been mended there.
fn as_today(kept: &Sheet, today: Option<&Sheets>) -> (String, BTreeSet<usize>) {
    let Some(today) = today.map(|today| today.get(kept.kind)) else {
        return (sheet::rewritten(kept, None).text, BTreeSet::new());
    };
    let columns = Columns::new(kept, today);
    let (mut rows_of, mut edits) = (HashMap::new(), BTreeMap::new());
    for row in 0..today.row_count() {
        // Of rows with the same key nobody knows which is meant.
        rows_of.entry(key(today, row)).and_modify(|of| *of = None).or_insert(Some(row));
    }
    for row in 0..kept.row_count() {
        let Some(&Some(now)) = rows_of.get(&key(kept, row)) else { continue };
        let (before, after) = (kept.cells(row), today.cells(now));
        for at in 0..kept.header.len() {
            let Some(cell) = columns.in_back(at).map(|at| after.get(at).unwrap_or_default()) else { continue };
            if before.get(at).unwrap_or_default() != cell {
                edits.insert((row, at), cell.into_owned());
            }
        }
    }
    (sheet::edited(kept, &edits), edits.into_keys().map(|(row, _)| row).collect())
}

fn sources(sheet: SheetKind, places: &[usize]) -> impl Iterator<Item = Source> + '_ {
    places.iter().map(move |&index| Source { sheet, index })
}

/// The cells that had to be mended, by row and canonical header.
pub(super) fn wrong_cells(results: &Results, kind: SheetKind) -> HashSet<(usize, &str)> {
    let of = |row: &'_ crate::report::RowResult| row.row;
    let cells = results[&kind].iter().flat_map(|row| {
        let columns = row.reasons.iter().filter_map(|reason| reason.column.as_deref());
        columns.map(move |column| (of(row), column))
    });
    cells.collect()
}

/// Where each mended row came from: by the row it says it was, if it is like that one, else by its key.
fn places(file: &Path, mended: &Sheet, kept: &Sheets, lang: Lang) -> Result<Vec<usize>, String> {
    let kept = kept.get(mended.kind);
    let (columns, keys) = (Columns::new(kept, mended), keys(kept));
    let (mut places, mut taken) = (Vec::new(), HashSet::new());
    for row in 0..mended.row_count() {
        let place = place_before(kept, mended, row, &columns)
            .or_else(|| keys.get(&key(mended, row)).copied())
            .filter(|place| taken.insert(*place));
        let Some(place) = place else {
            let words = "row {row} of `{file}` was in no sheet of that run, or is there twice; keep the column {column}, or \
                         run the whole sheet";
            let number = mended.number(row).unwrap_or_default();
            return Err(say(lang, words, &[("row", &number), ("file", &file.display()), ("column", &ROW_COLUMN)]));
        };
        places.push(place);
    }
    Ok(places)
}

/// The row that a row says it was, if it is like that one: the column may have been sorted alone.
pub(super) fn place_before(kept: &Sheet, back: &Sheet, row: usize, columns: &Columns) -> Option<usize> {
    let place = kept.row_of(back.number_before(row)?)?;
    columns.is_same_row(&kept.cells(place), &back.cells(row)).then_some(place)
}

/// Says of the cells of a mended workbook from which nothing can be read why, and that nothing was sent.
pub(super) fn say_lost(lost: &[Diagnostic], lang: Lang) -> Option<String> {
    let line = |wrong: &Diagnostic| format!("{}: {}; {}\n", wrong.place, wrong.message(lang), wrong.fix(lang));
    let lines: String = lost.iter().map(line).collect();
    (!lines.is_empty()).then(|| lines + phrase(lang, "nothing was sent"))
}

/// Says which cells only a spreadsheet had changed.
pub(super) fn say_restored(restored: &[(SheetKind, Restored)], kept: &Sheets, lang: Lang) -> Option<String> {
    let (kind, first) = restored.first()?;
    let words = "{count|* cell|* cells} that only a spreadsheet had changed {count|is what it was|are what they were}, such as `{came}`, which is `{was}` in {place}";
    let place = kept.get(*kind).place(first.row, None);
    let gaps: [(&str, &dyn std::fmt::Display); 4] =
        [("count", &restored.len()), ("came", &first.came), ("was", &first.was), ("place", &place)];
    Some(say(lang, words, &gaps))
}

/// Says which mended cells may have begun with zeros that a spreadsheet took.
pub(super) fn say_doubtful(doubtful: &Doubtful, kept: &Sheets, lang: Lang) -> Option<String> {
    let (kind, row, cell) = doubtful.first()?;
    let words = "{count|* mended cell is|* mended cells are} taken as {count|it|they} came, such as `{cell}` in {place}, though a \
                 spreadsheet may have taken zeros from {count|it|them}; if zeros belong in front, write them in the sheet with \
                 the column as text, then run again";
    let place = kept.get(*kind).place(*row, None);
    Some(say(lang, words, &[("count", &doubtful.len()), ("cell", cell), ("place", &place)]))
}

/// Says how many cells kept mends have changed, and how many mends no longer apply.
pub(super) fn say_corrected(inputs: &Inputs, lang: Lang) -> Option<String> {
    let count: usize = SheetKind::ALL.into_iter().map(|kind| inputs.sheets.get(kind).corrected_count()).sum();
    let stopped = inputs.sheets.found.iter().filter(|found| found.code == Code::CorrectionStopped).count();
    let words = "{count|* cell is|* cells are} taken as corrections.csv says, {stopped} of its lines no longer {stopped|applies|apply}";
    (count + stopped > 0).then(|| say(lang, words, &[("count", &count), ("stopped", &stopped)]))
}
