//! The closing summary on the terminal.

use std::collections::{BTreeMap, HashMap};

use super::outcome::{Outcome, RowResult};
use super::printable;
use crate::diagnostic::Place;
use crate::model::SheetKind;
use crate::sheet::Sheets;
use crate::text::{Lang, phrase, say};

/// Rows that are named in the summary; the files hold them all.
const NAMED_MAX: usize = 5;
/// Kinds of trouble that a row is compared with; beyond them it counts as one of its own.
const KINDS_COMPARED_MAX: usize = 50;

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
pub fn summary(
    sheets: &Sheets,
    results: &HashMap<SheetKind, Vec<RowResult>>,
    requests: Option<u64>,
    lang: Lang,
) -> String {
    let mut text = String::new();
    for (kind, counts) in counts(results) {
        let total: usize = counts.values().sum();
        let parts: Vec<_> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        let parts = if parts.is_empty() { phrase(lang, "no rows").to_owned() } else { parts.join(", ") };
        text.push_str(&format!("{:<10} {total:>6}  {parts}\n", kind.name()));
    }
    if let Some(requests) = requests {
        text.push_str(&(say(lang, "{count} requests", &[("count", &requests)]) + "\n"));
    }
    text.push_str(&roots(sheets, results, lang));
    text.push_str(&behind(results, lang));
    text
}

/// The rows that did not go well, alike ones together, each kind with reason and cure.
fn roots(sheets: &Sheets, results: &HashMap<SheetKind, Vec<RowResult>>, lang: Lang) -> String {
    let mut kinds: Vec<(&RowResult, Place, usize)> = Vec::new();
    for kind in SheetKind::ALL {
        for row in results[&kind].iter().filter(|row| is_root(row)) {
            let alike = |(known, ..): &(&RowResult, Place, usize)| {
                (known.outcome, &known.reason, &known.fix) == (row.outcome, &row.reason, &row.fix)
            };
            match kinds.iter().take(KINDS_COMPARED_MAX).position(alike) {
                Some(at) => kinds[at].2 += 1,
                None => kinds.push((row, sheets.get(kind).place(row.row, None), 0)),
            }
        }
    }
    let mut text = String::new();
    for (row, place, more) in kinds.iter().take(NAMED_MAX) {
        let more = if *more == 0 { String::new() } else { say(lang, " and {count} more rows", &[("count", more)]) };
        let (reason, fix) = (printable(&row.reason), printable(&row.fix));
        let cure = phrase(lang, "cure");
        text.push_str(&format!("{place}{more} {}: {reason}\n    {cure}: {fix}\n", row.outcome));
    }
    let unnamed: usize = kinds.iter().skip(NAMED_MAX).map(|(_, _, more)| more + 1).sum();
    if unnamed > 0 {
        text.push_str(&say(lang, "and {count} more; the result files name every row", &[("count", &unnamed)]));
        text.push('\n');
    }
    text
}

/// How many rows each root holds back, the most first.
fn behind(results: &HashMap<SheetKind, Vec<RowResult>>, lang: Lang) -> String {
    let mut held: BTreeMap<&str, (usize, &RowResult)> = BTreeMap::new();
    for row in results.values().flatten().filter(|row| row.outcome == Outcome::Blocked) {
        held.entry(&row.blocked_by).or_insert((0, row)).0 += 1;
    }
    let mut held: Vec<_> = held.into_iter().collect();
    held.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let mut text = String::new();
    for (_, (count, row)) in held.iter().take(NAMED_MAX) {
        let (reason, fix) = (printable(&row.reason), printable(&row.fix));
        let blocked = say(lang, "{count} rows are blocked: {reason}", &[("count", count), ("reason", &reason)]);
        text.push_str(&format!("{blocked}\n    {}: {fix}\n", phrase(lang, "cure")));
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

/// The exit code that the outcomes of all rows ask for; stops come before it.
pub fn exit_code(results: &HashMap<SheetKind, Vec<RowResult>>) -> u8 {
    let any = |wanted: &[Outcome]| results.values().flatten().any(|row| wanted.contains(&row.outcome));
    if any(&[Outcome::Failed, Outcome::Incomplete, Outcome::Conflict, Outcome::Unconfirmed]) {
        4
    } else if any(&[Outcome::Rejected, Outcome::Blocked]) {
        3
    } else {
        0
    }
}
