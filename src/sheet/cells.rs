//! The cells of one row, read through typed columns; every reading records its own finding.

use std::borrow::Cow;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::normalise;

use super::columns::{Column, Problem};
use super::{Sheet, Use};

/// The word that clears a value in an update (Control Hub's convention).
const CLEARING_WORD: &str = "REMOVE";

/// One row, being read.
pub(super) struct Cells<'a> {
    pub sheet: &'a Sheet,
    pub row: usize,
    pub found: Vec<Diagnostic>,
    /// Columns whose cell says that the value is to be cleared.
    pub removed: Vec<&'static str>,
}

impl<'a> Cells<'a> {
    pub fn new(sheet: &'a Sheet, row: usize) -> Self {
        let mut cells = Self { sheet, row, found: Vec::new(), removed: Vec::new() };
        cells.shape();
        cells
    }

    /// Finds cells beyond the header, and cells under a header that only a template may set.
    fn shape(&mut self) {
        let Some(row) = self.sheet.rows.get(self.row) else { return };
        let expected = self.sheet.header.len();
        if row.cells.iter().skip(expected).any(|cell| !cell.trim().is_empty()) {
            let place = self.sheet.place(self.row, None);
            let found = Diagnostic::new(Code::TooManyCells, place).with("found", row.cells.len());
            self.found.push(found.with("expected", expected));
        }
    }

    /// The cells filled under headers that only a template may set: setting, cell, position.
    pub fn owned_by_template(&self) -> Vec<(&'static str, String, usize)> {
        let cell = |at: usize| self.sheet.rows.get(self.row).and_then(|row| row.cells.get(at)).unwrap_or_default();
        let owned = self.sheet.uses.iter().enumerate().filter_map(|(at, used)| match used {
            Use::OwnedByTemplate(setting) if !cell(at).trim().is_empty() => Some((*setting, cell(at).to_owned(), at)),
            _ => None,
        });
        owned.collect()
    }

    /// Reads a cell that every row must fill.
    pub fn need<T>(&mut self, column: &Column<T>) -> Option<T> {
        self.sheet.position(column.spec.header)?;
        let text = self.text(column.spec.header);
        if text.is_empty() || text == CLEARING_WORD {
            let place = self.sheet.place(self.row, Some(column.spec.header));
            self.found.push(Diagnostic::new(Code::RequiredCell, place).value(text));
            return None;
        }
        self.read(column, &text)
    }

    /// Reads a cell that may be blank.
    pub fn maybe<T>(&mut self, column: &Column<T>) -> Option<T> {
        let text = self.text(column.spec.header);
        if text == CLEARING_WORD {
            self.removed.push(column.spec.header);
            return None;
        }
        if text.is_empty() { None } else { self.read(column, &text) }
    }

    fn read<T>(&mut self, column: &Column<T>, text: &str) -> Option<T> {
        match (column.parse)(text) {
            Ok(parsed) => {
                for problem in parsed.notices {
                    self.push(column.spec.header, text, problem);
                }
                Some(parsed.value)
            }
            Err(mut problem) => {
                let others = std::mem::take(&mut problem.others);
                for problem in std::iter::once(problem).chain(others) {
                    self.push(column.spec.header, text, problem);
                }
                None
            }
        }
    }

    fn push(&mut self, header: &'static str, text: &str, problem: Problem) {
        let place = self.sheet.place(self.row, Some(header));
        let value = problem.part.as_deref().unwrap_or(text);
        let mut found = Diagnostic::new(problem.code, place).value(value).suggest(problem.suggestion.as_deref());
        found.args.extend(problem.args);
        let raw = self.sheet.cell(self.row, header);
        if let Some(at) = raw.find(value) {
            let from = raw[..at].chars().count();
            found = found.span(from, from + value.chars().count());
        }
        self.found.push(found);
    }

    /// The cell without what spreadsheets and typists wrap around it; says so where that is worth a word.
    fn text(&mut self, header: &'static str) -> String {
        let raw = self.sheet.cell(self.row, header);
        let bare = unwrapped(raw);
        let text = normalise(&bare);
        if text.chars().any(char::is_control) {
            let place = self.sheet.place(self.row, Some(header));
            self.found.push(Diagnostic::new(Code::ControlCharacter, place).value(raw));
        } else if bare.trim().len() != bare.len() && !text.is_empty() {
            let place = self.sheet.place(self.row, Some(header));
            self.found.push(Diagnostic::new(Code::SpacesRemoved, place).value(raw).with("text", &text));
        }
        text
    }
}

/// Without one leading apostrophe and without `="…"`, the usual ways to keep a spreadsheet from touching a cell.
fn unwrapped(raw: &str) -> Cow<'_, str> {
    if let Some(inner) = raw.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return Cow::Owned(inner.replace("\"\"", "\""));
    }
    Cow::Borrowed(raw.strip_prefix('\'').unwrap_or(raw))
}
