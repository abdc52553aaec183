//! Mends of rows that were sent again. They lie with the inputs of their run, so that it is known later what became of a row
//! whose sheet still has the mistake. Where they are to be kept for later runs, they stand in `corrections.csv` as soon as
//! the run is let go: what nobody confirmed changes no later night.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use super::inputs::corrections;
use crate::journal::Log;
use crate::report::write_atomically;
use crate::sheet::{self, CORRECTIONS, Columns, Correction, Sheet};
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// The file of a run's mends, beside its inputs.
const SENT: &str = "mends.csv";
/// The same where they are to be kept, until the run is let go.
const WAITING: &str = "mends-to-keep.csv";

/// What a person changed, cell by cell, and how many of these cells have no key of their own.
#[derive(Debug, Default)]
pub(super) struct Mends {
    pub list: Vec<Correction>,
    /// What earlier runs have sent of the same rows, and nobody has kept.
    before: Vec<Correction>,
    pub unkeyed: usize,
}

impl Mends {
    /// Takes in what was changed in rows of a sheet, as it was in the source: the row as it was, and as it is now.
    pub fn add(&mut self, kept: &Sheet, now: &Sheet, rows: impl Iterator<Item = (usize, usize)>) {
        let columns = Columns::new(kept, now);
        let rows_of = rows_by_key(kept);
        for (row, row_now) in rows {
            let (before, after, key) = (kept.cells(row), now.cells(row_now), sheet::row_key(kept, row));
            let key = own_key(kept, row, &rows_of[&key]);
            for position in 0..kept.header.len() {
                let Some(at) = columns.in_back(position) else { continue };
                let cell = after.get(at).unwrap_or_default();
                if before.get(position).unwrap_or_default() == cell {
                    continue;
                }
                let Some(column) = sheet::column_name(kept, position) else { continue };
                let Some(key) = key.clone() else {
                    self.unkeyed += 1;
                    continue;
                };
                let column = column.to_owned();
                let (was, now) = (kept.came(row, position).into_owned(), cell.into_owned());
                self.list.push(Correction { key, column, was, now, line: 0 });
            }
        }
        self.list.sort_by(|a, b| (&a.key, &a.column).cmp(&(&b.key, &b.column)));
    }

    /// Takes in what earlier runs have sent of rows, where today's sheet still says what was mended.
    pub fn add_sent(&mut self, today: &Sheet, is_meant: impl Fn(usize) -> bool) {
        let mut rows: Vec<usize> = today.corrected_since().filter(|&row| is_meant(row)).collect();
        rows.dedup();
        if rows.is_empty() {
            return;
        }
        let rows_of = rows_by_key(today);
        for row in rows {
            let Some(key) = own_key(today, row, &rows_of[&sheet::row_key(today, row)]) else { continue };
            let cells = today.corrected(row).iter().filter(|cell| cell.line == 0);
            self.before.extend(cells.map(|cell| Correction {
                key: key.clone(),
                column: cell.column.to_string(),
                was: cell.was.clone(),
                now: cell.now.clone(),
                line: 0,
            }));
        }
    }

    /// Writes them beside the inputs of their run; where they are to be kept, also for that. Says how many cannot be.
    ///
    /// # Errors
    /// When what is kept already cannot be understood, or the disk refuses it.
    pub fn write(
        &self,
        workspace: &Workspace,
        copies: &Path,
        keeps: bool,
        lang: Lang,
    ) -> anyhow::Result<Option<String>> {
        if !self.list.is_empty() {
            let text = sheet::corrections_text(&self.list);
            write_atomically(&copies.join(SENT), text.as_bytes())?;
        }
        let all = sheet::with_corrections(self.before.clone(), self.list.clone());
        if keeps && all.is_empty() && self.unkeyed == 0 {
            return Ok(Some(phrase(lang, "these rows bring no mend that is not kept already").to_owned()));
        }
        if keeps && !all.is_empty() {
            let mut found = Vec::new();
            corrections(workspace.root(), &mut found)?;
            if let Some(wrong) = found.first() {
                fs::remove_dir_all(copies)?;
                bail!("{}: {}; mend it first, then retry", wrong.place, wrong.message(lang));
            }
            write_atomically(&copies.join(WAITING), sheet::corrections_text(&all).as_bytes())?;
        }
        let words = "{count|* mend|* mends} cannot be kept, since {count|its row is|their rows are} twice in the sheet with the same cells; remove one of the two there";
        Ok((keeps && self.unkeyed > 0).then(|| say(lang, words, &[("count", &self.unkeyed)])))
    }
}

/// The rows of each key, as they came.
fn rows_by_key(sheet: &Sheet) -> HashMap<String, Vec<usize>> {
    let mut rows_of: HashMap<String, Vec<usize>> = HashMap::new();
    for row in 0..sheet.row_count() {
        rows_of.entry(sheet::row_key(sheet, row)).or_default().push(row);
    }
    rows_of
}

/// The key of a row; with its mark where others have the key too, and none where one of these has the very same cells.
fn own_key(kept: &Sheet, row: usize, same: &[usize]) -> Option<String> {
    if same.len() == 1 {
        return Some(sheet::row_key(kept, row));
    }
    let key = sheet::marked_key(kept, row);
    let is_alone = same.iter().filter(|other| sheet::marked_key(kept, **other) == key).count() == 1;
    is_alone.then_some(key)
}

/// Everything that was mended and sent in earlier runs, as the sheets had it before the first mend.
///
/// # Errors
/// When the journal or a file cannot be read.
pub(super) fn sent(workspace: &Workspace, log: &dyn Log) -> anyhow::Result<Vec<Correction>> {
    let mut all = Vec::new();
    for head in log.runs()?.iter().filter(|head| head.parked.is_none()) {
        let path = workspace.inputs(&head.run).join(SENT);
        if path.exists() {
            let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
            all = sheet::with_corrections(all, sheet::corrections(bytes, &mut Vec::new()));
        }
    }
    // They stand in no row of `corrections.csv`.
    for one in &mut all {
        one.line = 0;
    }
    Ok(all)
}

/// Keeps the mends that were asked for with a run, which is let go now; says so.
///
/// # Errors
/// When a file cannot be read or written.
pub(super) fn keep(workspace: &Workspace, run: &str, lang: Lang) -> anyhow::Result<Option<String>> {
    let waiting = workspace.inputs(run).join(WAITING);
    if !waiting.exists() {
        return Ok(None);
    }
    let bytes = fs::read(&waiting).with_context(|| format!("cannot read `{}`", waiting.display()))?;
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    let more = sheet::corrections(bytes, &mut found);
    let kept = corrections(workspace.root(), &mut wrong)?;
    if let Some(wrong) = wrong.first() {
        // It was whole when the run was planned. The run goes on; the mends are not lost.
        let words = "{place}: {message}; the mends of this run wait in `{file}`";
        let gaps: [(&str, &dyn std::fmt::Display); 3] =
            [("place", &wrong.place), ("message", &wrong.message(lang)), ("file", &waiting.display())];
        return Ok(Some(say(lang, words, &gaps)));
    }
    let count = more.len();
    let text = sheet::corrections_text(&sheet::with_corrections(kept, more));
    write_atomically(&workspace.root().join(CORRECTIONS), text.as_bytes())?;
    fs::remove_file(&waiting).with_context(|| format!("cannot remove `{}`", waiting.display()))?;
    let words =
        "{count|* mend is|* mends are} kept in corrections.csv and done again while the source says what was mended";
    Ok(Some(say(lang, words, &[("count", &count)])))
}
