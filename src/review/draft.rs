//! The cells of a run that a person has changed and not sent yet: kept beside the journal, in the order of the changes, so
//! that the last one can be taken back.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::check::RowRef;
use crate::model::SheetKind;
use crate::pipeline::Edits;
use crate::report::write_atomically;

/// One change of one cell. This is a file format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    sheet: String,
    /// The position of the row in its sheet, and of the cell in its row.
    row: usize,
    column: usize,
    now: String,
    /// Changes that were made together have the same number.
    step: usize,
    /// Whose review it was made in.
    #[serde(default)]
    by: String,
}

/// Every change of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    changes: Vec<Change>,
    /// The run that it was sent as last.
    #[serde(default)]
    pub sent: Option<String>,
}

impl Draft {
    /// Reads the draft of a run; an empty one where there is none.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        match std::fs::read(path) {
            Ok(text) => {
                serde_json::from_slice(&text).with_context(|| format!("`{}` is damaged; remove it", path.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        }
    }

    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let folder = path.parent().context("a draft stands in a folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        write_atomically(path, &serde_json::to_vec(self)?)
    }

    /// Changes cells together.
    pub fn change(&mut self, cells: impl IntoIterator<Item = (RowRef, usize, String)>, by: &str) {
        let step = self.changes.last().map_or(0, |last| last.step + 1);
        self.sent = None;
        let change = |(row, column, now): (RowRef, usize, String)| Change {
            sheet: row.sheet.name().to_owned(),
            row: row.index,
            column,
            now,
            step,
            by: by.to_owned(),
        };
        self.changes.extend(cells.into_iter().map(change));
    }

    /// Takes the last change back; says whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.changes.last().map(|last| last.step) else { return false };
        self.changes.retain(|change| change.step != step);
        true
    }

    /// How many changes there are, by which a page knows whether it is of today.
    pub const fn len(&self) -> usize {
        self.changes.len()
    }

    /// Who made the last change.
    pub fn last_by(&self) -> Option<&str> {
        self.changes.last().map(|change| change.by.as_str())
    }

    /// Who changed a cell last.
    pub fn by_of(&self, row: RowRef, column: usize) -> Option<&str> {
        let is_of =
            |change: &&Change| change.sheet == row.sheet.name() && change.row == row.index && change.column == column;
        self.changes.iter().rfind(is_of).map(|change| change.by.as_str())
    }

    /// Everybody else who has changed something, each once.
    pub fn others(&self, me: &str) -> Vec<&str> {
        let mut others: Vec<&str> = self.changes.iter().map(|change| change.by.as_str()).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|by| !by.is_empty() && *by != me);
        others
    }

    /// What stands in the changed cells now, where it is not what stood there before.
    pub fn edits(&self, was: impl Fn(RowRef, usize) -> String) -> Edits {
        let mut edits = BTreeMap::new();
        for change in &self.changes {
            let Some(sheet) = SheetKind::from_name(&change.sheet) else { continue };
            edits.insert((sheet, change.row, change.column), change.now.clone());
        }
        edits.retain(|(sheet, index, column), now| *now != was(RowRef { sheet: *sheet, index: *index }, *column));
        edits
    }
}

/// Keeps every other review of this workspace, in whatever process, from changing the draft of a run meanwhile.
pub(super) fn alone(path: &Path) -> anyhow::Result<File> {
    let path = path.with_extension("lock");
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    }
    let open = || {
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        file.lock()?;
        Ok::<File, std::io::Error>(file)
    };
    open().with_context(|| format!("cannot lock `{}`", path.display()))
}

/// The rows that have changed cells, in order.
pub(super) fn rows_of(edits: &Edits) -> Vec<RowRef> {
    let mut rows: Vec<RowRef> = edits.keys().map(|(sheet, index, _)| RowRef { sheet: *sheet, index: *index }).collect();
    rows.dedup();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_back_as_they_were_made() {
        let row = |index| RowRef { sheet: SheetKind::Users, index };
        let was = |_: RowRef, _: usize| "x".to_owned();
        let mut draft = Draft::default();
        draft.change([(row(0), 1, "a".to_owned()), (row(4), 1, "a".to_owned())], "ana");
        draft.change([(row(0), 1, "b".to_owned())], "rui");
        draft.change([(row(0), 2, "x".to_owned())], "ana");
        assert_eq!(draft.edits(was).values().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(rows_of(&draft.edits(was)).len(), 2);
        assert_eq!((draft.len(), draft.last_by(), draft.by_of(row(0), 1)), (4, Some("ana"), Some("rui")));
        assert_eq!((draft.by_of(row(4), 1), draft.by_of(row(4), 2)), (Some("ana"), None));
        assert_eq!((draft.others("ana"), draft.others("eva")), (vec!["rui"], vec!["ana", "rui"]));
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("drafts/run.json");
        draft.write(&path).expect("it can be written");
        assert_eq!(Draft::read(&path).expect("it can be read"), draft);
        assert!(draft.undo() && draft.undo());
        assert_eq!(draft.edits(was).values().collect::<Vec<_>>(), ["a", "a"]);
        assert!(draft.undo() && !draft.undo());
        assert!(draft.edits(was).is_empty());
    }
}
