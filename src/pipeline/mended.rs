//! A mended file of rejected rows, taken over into the sheets of the run that rejected them.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::inputs::{Inputs, TEMPLATES};
use super::retry::{key, keys};
use crate::model::SheetKind;
use crate::plan::Source;
use crate::report::Outcome;
use crate::report::Results;
use crate::settings::{SETTINGS, Settings};
use crate::sheet::{self, Mended, ROW_COLUMN, Sheet, Sheets};
use crate::text::{Lang, say};
use crate::workspace::Workspace;

/// The inputs of a retry and its rows; or why the file cannot be taken over.
type Taken = Result<(Inputs, Vec<Source>), String>;

/// Puts the rows of a mended file into the places they came from, and keeps the sheets that come of it.
pub(super) fn take_over(
    file: &Path,
    workspace: &Workspace,
    settings: &Settings,
    kept: &Inputs,
    results: &Results,
    copies: &Path,
) -> anyhow::Result<Taken> {
    let (kind, mended) = match read(file, settings)? {
        Ok(read) => read,
        Err(words) => return Ok(Err(words)),
    };
    let places = match places(file, kind, &mended, &kept.sheets, results, settings.lang) {
        Ok(places) => places,
        Err(words) => return Ok(Err(words)),
    };
    let was_wrong = |place: usize, header: &str| {
        let own = results[&kind].iter().find(|result| result.row == place);
        own.is_some_and(|result| result.reason.contains(&format!("{}: ", header.trim())))
    };
    fs::create_dir_all(copies).with_context(|| format!("cannot make the folder `{}`", copies.display()))?;
    for name in [TEMPLATES, SETTINGS].into_iter().filter(|name| workspace.root().join(name).exists()) {
        fs::copy(workspace.root().join(name), copies.join(name))
            .with_context(|| format!("cannot keep `{name}` with the run"))?;
    }
    for sheet in SheetKind::ALL {
        let taken = Mended { sheet: &mended, places: &places, was_wrong: &was_wrong };
        let text = sheet::rewritten(kept.sheets.get(sheet), (sheet == kind).then_some(taken));
        let path = copies.join(sheet::file_name(sheet));
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let reading = sheet::Options { encoding: None, ..settings.reading.clone() };
    let inputs = Inputs::read(copies, &reading)?;
    let mut rows: Vec<Source> = places.iter().map(|&index| Source { sheet: kind, index }).collect();
    rows.extend(released(&kept.sheets, kind, &places, results));
    Ok(Ok((inputs, rows)))
}

/// Which sheet the file is of, and its rows.
fn read(file: &Path, settings: &Settings) -> anyhow::Result<Result<(SheetKind, Sheet), String>> {
    let shown = file.display().to_string();
    let bytes = fs::read(file).with_context(|| format!("cannot read `{shown}`"))?;
    let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let Some(kind) = SheetKind::ALL.into_iter().find(|kind| name.starts_with(kind.name())) else {
        let words = "`{file}` does not say which sheet it is of; call it users.rejected.csv, or likewise for locations or \
                     customers";
        return Ok(Err(say(settings.lang, words, &[("file", &shown)])));
    };
    let mut found = Vec::new();
    let sheet = sheet::parse(kind, &shown, bytes, &settings.reading, &mut found);
    if sheet.row_count() == 0 {
        let words = "`{file}` has no row that can be read; it should be the file of rejected rows, mended";
        return Ok(Err(say(settings.lang, words, &[("file", &shown)])));
    }
    Ok(Ok((kind, sheet)))
}

/// Where each mended row came from: by the row it says it was, if that one had to be mended, else by its key.
fn places(
    file: &Path,
    kind: SheetKind,
    mended: &Sheet,
    kept: &Sheets,
    results: &Results,
    lang: Lang,
) -> Result<Vec<usize>, String> {
    let keys = keys(kept.get(kind));
    let numbers = mended.header.iter().position(|header| header.trim() == ROW_COLUMN);
    let mut places = Vec::new();
    for row in 0..mended.row_count() {
        let said = numbers.and_then(|at| mended.cells(row).get(at)).and_then(|cell| cell.trim().parse().ok());
        let by_number = said.and_then(|number: u32| kept.get(kind).row_of(number));
        let had_to_be = by_number
            .filter(|&place| results[&kind].iter().any(|result| result.row == place && result.needs_mending()));
        let by_key = || keys.get(&key(mended, row)).copied();
        let place = had_to_be.or_else(by_key).filter(|place| !places.contains(place));
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

/// The rows that the mended ones had held back.
fn released<'a>(
    kept: &'a Sheets,
    kind: SheetKind,
    places: &'a [usize],
    results: &'a Results,
) -> impl Iterator<Item = Source> + 'a {
    let roots: Vec<String> = places.iter().map(|&row| kept.get(kind).place(row, None).to_string()).collect();
    let of = move |sheet: SheetKind| {
        let held = results[&sheet].iter().filter(|row| row.outcome == Outcome::Blocked);
        let roots = roots.clone();
        held.filter(move |row| roots.contains(&row.blocked_by)).map(move |row| Source { sheet, index: row.row })
    };
    SheetKind::ALL.into_iter().flat_map(of)
}
