//! The rows that take part in a run, where not all do.

use std::collections::BTreeSet;

use super::checked::Checked;
use super::verdict::{Verdict, families};
use crate::model::SheetKind;
use crate::sheet::{RowRef, Sheets};

/// Rows by the position in their sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    sheets: [Vec<bool>; 3],
}

impl Picked {
    /// These rows of the sheets.
    pub fn new(sheets: &Sheets, rows: impl IntoIterator<Item = RowRef>) -> Self {
        let mut picked = Self { sheets: SheetKind::ALL.map(|kind| vec![false; sheets.get(kind).row_count()]) };
        for row in rows {
            if let Some(mark) = picked.sheets[row.sheet as usize].get_mut(row.index) {
                *mark = true;
            }
        }
        picked
    }

    /// Does the row take part?
    pub fn has(&self, row: RowRef) -> bool {
        self.sheets[row.sheet as usize].get(row.index).is_some_and(|mark| *mark)
    }

    /// All of them, sheet by sheet, in the order of their rows.
    pub fn rows(&self) -> impl Iterator<Item = RowRef> + '_ {
        let of = |sheet: SheetKind| {
            let marks = self.sheets[sheet as usize].iter().enumerate().filter(|(_, mark)| **mark);
            marks.map(move |(index, _)| RowRef { sheet, index })
        };
        SheetKind::ALL.into_iter().flat_map(of)
    }
}

impl Checked<'_> {
    /// The rows of the customers whose `wave` cell says so.
    pub fn of_wave(&self, wave: &str) -> Picked {
        let customers = &self.context.rows.customers;
        let is_in = |customer: usize| customers[customer].wave.as_deref().is_some_and(|cell| same_wave(cell, wave));
        let rows = families(self).filter(|(_, customer)| customer.is_some_and(is_in)).map(|(row, _)| row);
        Picked::new(self.sheets(), rows)
    }

    /// Every wave that a customer names.
    pub fn waves(&self) -> BTreeSet<&str> {
        self.context.rows.customers.iter().filter_map(|row| row.wave.as_deref()).map(str::trim).collect()
    }

    /// How many of these rows have mistakes of their own, and how many are held back by another row.
    pub fn wrong_among(&self, picked: &Picked) -> (usize, usize) {
        let mut counts = (0, 0);
        for row in picked.rows() {
            match self.verdict(row) {
                Verdict::Rejected => counts.0 += 1,
                Verdict::Blocked(_) => counts.1 += 1,
                Verdict::Clean | Verdict::Skipped => {}
            }
        }
        counts
    }
}

fn same_wave(cell: &str, wave: &str) -> bool {
    cell.trim().eq_ignore_ascii_case(wave.trim())
}
