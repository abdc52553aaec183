//! The closing summary on the terminal.

use std::collections::{BTreeMap, HashMap};

use super::causes::{Causes, Shown, causes_page};
use super::outcome::Outcome;
use super::row::RowResult;
use crate::model::SheetKind;
use crate::text::{Lang, phrase, say};

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

/// One line per sheet, then the few things to mend, each with effect and cure.
pub fn summary(
    results: &HashMap<SheetKind, Vec<RowResult>>,
    causes: &Causes,
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
        text.push_str(&(say(lang, "{count|* request|* requests}", &[("count", &requests)]) + "\n"));
    }
    text + &causes_page(causes, Shown::Reported, lang)
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
