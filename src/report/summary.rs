//! The closing summary on the terminal.

use std::collections::{BTreeMap, HashMap};

use super::outcome::{Outcome, RowResult};
use super::printable;
use crate::model::SheetKind;
use crate::sheet::Sheets;

/// Rows that are named in the summary; the files hold them all.
const NAMED_MAX: usize = 5;

/// How many rows of a sheet had each outcome; outcomes of no row are left out.
pub fn counts(results: &HashMap<SheetKind, Vec<RowResult>>) -> BTreeMap<SheetKind, BTreeMap<Outcome, usize>> {
    let count = |rows: &Vec<RowResult>| {
        let mut counts = BTreeMap::new();
        for row in rows {
            *counts.entry(row.outcome).or_default() += 1;
        }
        counts
    };
    results.iter().map(|(kind, rows)| (*kind, count(rows))).collect()
}

/// One line per sheet, then the first rows that did not go well, each with reason and cure.
pub fn summary(sheets: &Sheets, results: &HashMap<SheetKind, Vec<RowResult>>, requests: Option<u64>) -> String {
    let mut text = String::new();
    for (kind, counts) in counts(results) {
        let total: usize = counts.values().sum();
        let parts: Vec<_> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        let parts = if parts.is_empty() { "no rows".to_owned() } else { parts.join(", ") };
        text.push_str(&format!("{:<10} {total:>6}  {parts}\n", kind.name()));
    }
    if let Some(requests) = requests {
        text.push_str(&format!("{requests} requests\n"));
    }
    let mut named = 0;
    let mut unnamed = 0;
    for kind in SheetKind::ALL {
        for (index, row) in results[&kind].iter().enumerate().filter(|(_, row)| is_root(row)) {
            if named == NAMED_MAX {
                unnamed += 1;
                continue;
            }
            named += 1;
            let place = sheets.get(kind).place(index, None);
            let reason = printable(&row.reason);
            text.push_str(&format!("{place} {}: {reason}\n    cure: {}\n", row.outcome, printable(&row.fix)));
        }
    }
    if unnamed > 0 {
        text.push_str(&format!("and {unnamed} more; the result files name every row\n"));
    }
    text
}

/// Rows that a person has to look at; blocked rows go with the row that blocks them.
const fn is_root(row: &RowResult) -> bool {
    matches!(
        row.outcome,
        Outcome::Rejected | Outcome::Failed | Outcome::Incomplete | Outcome::Conflict | Outcome::Unconfirmed
    )
}
