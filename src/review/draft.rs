//! The cells of a run that a person has changed and not sent yet: kept beside the journal, in the order of the changes, so
//! that the last one can be taken back.

use std::collections::BTreeMap;
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
    pub fn change(&mut self, cells: impl IntoIterator<Item = (RowRef, usize, String)>) {
        let step = self.changes.last().map_or(0, |last| last.step + 1);
        self.sent = None;
        let change = |(row, column, now): (RowRef, usize, String)| Change {
            sheet: row.sheet.name().to_owned(),
            row: row.index,
            column,
            now,
            step,
        };
        self.changes.extend(cells.into_iter().map(change));
    }

    /// Takes the last change back; says whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.changes.last().map(|last| last.step) else { return false };
        self.changes.retain(|change| change.step != step);
        true
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
        draft.change([(row(0), 1, "a".to_owned()), (row(4), 1, "a".to_owned())]);
        draft.change([(row(0), 1, "b".to_owned())]);
        draft.change([(row(0), 2, "x".to_owned())]);
        assert_eq!(draft.edits(was).values().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(rows_of(&draft.edits(was)).len(), 2);
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
