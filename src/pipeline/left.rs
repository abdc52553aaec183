//! How a run left off before its plan was done: for the journal, and for whoever waits for it.

use std::collections::BTreeMap;

use super::exit;
use crate::journal::{Halt, Left, Share};
use crate::run::{Finish, Stop};
use crate::text::{Lang, phrase, say};

/// What a run that is not done leaves in the journal; none when it is done.
pub(super) fn left(finish: &Finish, at: String) -> Option<Left> {
    let customers = finish.held.clone();
    let (exit, halt) = match &finish.stopped {
        Some(Stop::Interrupted) => (exit::INTERRUPTED, Halt::Interrupted),
        Some(Stop::Environment(_)) => (exit::ENVIRONMENT, Halt::Environment),
        Some(Stop::Deadline) => (exit::GUARD, Halt::Deadline),
        Some(Stop::ErrorRate(rows)) => (exit::GUARD, Halt::ErrorRate { rows: *rows }),
        Some(Stop::Canary(rows)) => (exit::GUARD, Halt::Canary { rows: *rows }),
        None if !customers.is_empty() => (exit::GUARD, Halt::Customers),
        None => return None,
    };
    Some(Left { at, exit, halt, customers })
}

/// How it left off, in a line about the run.
pub(super) fn in_brackets(left: &Left, lang: Lang) -> String {
    let why = match left.halt {
        Halt::Interrupted => "interrupted",
        Halt::Environment => "cut off",
        Halt::Deadline => "its time was over",
        Halt::ErrorRate { .. } => "too many rows failed",
        Halt::Canary { .. } => "the wave's first customers did not go well",
        Halt::Customers => "too many rows of some customers failed",
    };
    let words = "left off {at} with exit code {exit}: {why}";
    say(lang, words, &[("at", &left.at), ("exit", &left.exit), ("why", &phrase(lang, why))])
}

/// Why it left off, and how it goes on.
pub(super) fn words(left: &Left, lang: Lang) -> String {
    match &left.halt {
        Halt::Interrupted => phrase(lang, "interrupted; `turnup resume` goes on where this run stands").to_owned(),
        Halt::Environment => phrase(lang, "the run was cut off; `turnup resume` goes on where it stands").to_owned(),
        Halt::Deadline => {
            phrase(lang, "the time is over, so nothing more was begun; `turnup resume` goes on where this run stands")
                .to_owned()
        }
        Halt::ErrorRate { rows } => of_rows(
            lang,
            "{failed} of {of} rows failed, which is too many, so nothing more was begun; mend what is named, then run \
             again; `turnup resume` goes on with the sheets as they were (`max_failure_rate` under `[guards]` in turnup.toml sets the limit)",
            *rows,
        ),
        Halt::Canary { rows } => of_rows(
            lang,
            "{failed} of {of} rows of the wave's first customers failed, so the others were not begun; mend what is named, \
             then run again; `turnup resume` begins the others all the same, with the sheets as they were",
            *rows,
        ),
        Halt::Customers => held(lang, &left.customers),
    }
}

fn of_rows(lang: Lang, words: &str, rows: Share) -> String {
    say(lang, words, &[("failed", &rows.failed), ("of", &rows.of)])
}

fn held(lang: Lang, customers: &BTreeMap<String, Share>) -> String {
    let names: Vec<_> = customers.iter().map(|(name, rows)| format!("{name} ({}/{})", rows.failed, rows.of)).collect();
    let words = "too many rows failed at {customers}, so the rest there was not begun; mend what is named, then run again; \
                 `turnup resume` goes on with the sheets as they were";
    say(lang, words, &[("customers", &names.join(", "))])
}
