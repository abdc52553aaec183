//! The rows of a run that takes another one back: those of which nothing was made are left out.

use std::collections::{HashMap, HashSet};

use super::outcome::Outcome;
use super::row::RowResult;
use crate::model::SheetKind;
use crate::plan::Source;

/// Rows without a step took no part.
pub fn leave_out_untouched(results: &mut HashMap<SheetKind, Vec<RowResult>>, touched: &HashSet<Source>) {
    for (&sheet, rows) in results {
        for row in rows.iter_mut().filter(|row| !touched.contains(&Source { sheet, index: row.row })) {
            *row = RowResult { row: row.row, ..RowResult::new(Outcome::Skipped) };
        }
    }
}
