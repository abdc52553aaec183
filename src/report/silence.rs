//! Words for rows whose steps were never ended: the run left off before.

use super::outcome::{Outcome, Rows};
use super::row::RowResult;
use crate::journal::{Halt, Left, Share};
use crate::plan::Stage;
use crate::text::{Lang, phrase, retold, say};

/// Says of a row that was not reached, or not to its end, why it was not.
pub(super) fn explain(result: &mut RowResult, rows: &Rows<'_>, customer: &str) {
    let (left, lang) = (rows.left, rows.lang);
    result.reason = match result.outcome {
        Outcome::NotReached if rows.is_parked => {
            phrase(lang, "the run waits for approval, so nothing of it was sent").to_owned()
        }
        Outcome::NotReached => halt(left, customer, lang),
        Outcome::Incomplete => {
            let words = "the run ended before all of it was done{missing:; missing: *}";
            let ended = say(lang, words, &[("missing", &things(&result.missing, lang))]);
            match left.and_then(|left| why(left, customer, lang)) {
                Some(why) => format!("{ended} ({why})"),
                None => ended,
            }
        }
        Outcome::Unconfirmed => phrase(lang, "the run ended while an answer was outstanding").to_owned(),
        _ => return,
    };
    let is_of_failures = left.is_some_and(|left| {
        left.customers.contains_key(customer) || matches!(left.halt, Halt::ErrorRate { .. } | Halt::Canary { .. })
    });
    if rows.is_parked {
        result.fix = say(lang, "`turnup approve {run}` lets it go", &[("run", &rows.run)]);
        return;
    }
    let fix = if is_of_failures && result.outcome != Outcome::Unconfirmed {
        "mend what had failed before, then run again; what stands is kept, the rest is made"
    } else {
        "run again; what stands is kept, the rest is made"
    };
    phrase(lang, fix).clone_into(&mut result.fix);
}

/// What a row has or lacks, in a list for people.
pub(super) fn things(things: &[String], lang: Lang) -> String {
    things.iter().map(|thing| retold(lang, thing)).collect::<Vec<_>>().join(", ")
}

fn halt(left: Option<&Left>, customer: &str, lang: Lang) -> String {
    let why = left.and_then(|left| why(left, customer, lang));
    why.unwrap_or_else(|| phrase(lang, "the run ended before this row was reached").to_owned())
}

fn why(left: &Left, customer: &str, lang: Lang) -> Option<String> {
    let of_rows = |words, rows: &Share| Some(say(lang, words, &[("failed", &rows.failed), ("of", &rows.of)]));
    if let Some(rows) = left.customers.get(customer) {
        return of_rows("{failed} of {of} rows of this customer had failed, so the rest of it was not begun", rows);
    }
    match &left.halt {
        Halt::Deadline => Some(phrase(lang, "the time was over before this row was reached").to_owned()),
        Halt::ErrorRate { rows } => {
            of_rows("{failed} of {of} rows had failed, so the run was stopped before this row was reached", rows)
        }
        Halt::Canary { rows } => of_rows(
            "{failed} of {of} rows of the wave's first customers had failed, so the others were not begun",
            rows,
        ),
        Halt::Interrupted | Halt::Environment | Halt::Customers => None,
    }
}

/// What a step of that stage makes, for people.
pub(super) const fn stage_thing(stage: Stage) -> &'static str {
    match stage {
        Stage::Customers => "customer",
        Stage::Locations => "location",
        Stage::Numbers => "numbers",
        Stage::Users => "user",
        Stage::Roles => "role",
    }
}
