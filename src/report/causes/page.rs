//! Causes on the terminal.

use std::fmt::Display;

use super::{Cause, CauseExample, Causes};
use crate::report::printable;
use crate::text::{Lang, phrase, say};

/// Causes that are drawn.
const DRAWN_MAX: usize = 5;

/// How many causes are drawn, and where the others are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The first few; the report of the run holds them all.
    Reported,
    /// The first few of a check, which writes no report.
    Checked,
    /// All of them.
    Whole,
}

/// The few things to mend, each with its effect, a few cells and its cure. Nothing where nothing is in the way.
pub fn causes_page(causes: &Causes, shown: Shown, lang: Lang) -> String {
    if causes.list.is_empty() {
        return String::new();
    }
    let bad = causes.rows - causes.well;
    let gaps: [(&str, &dyn Display); 3] = [("causes", &causes.list.len()), ("bad", &bad), ("rows", &causes.rows)];
    let words = match causes.list.len() {
        1 => "{bad} of {rows|* row|* rows} {bad|is|are} not well, and 1 cause is behind {bad|it|them}:",
        _ => {
            "{bad} of {rows|* row|* rows} {bad|is|are} not well, and {causes} causes are behind {bad|it|them}, the largest first:"
        }
    };
    let mut page = say(lang, words, &gaps) + "\n";
    let most = if shown == Shown::Whole { causes.list.len() } else { DRAWN_MAX };
    for (number, cause) in (1..).zip(&causes.list).take(most) {
        page.push_str(&drawn(number, cause, lang));
    }
    let more = causes.list.len().saturating_sub(most);
    if more > 0 {
        let words = match shown {
            Shown::Checked => "and {count|* more cause|* more causes}; `turnup check --all` names them all",
            _ => "and {count|* more cause|* more causes}; the report lists them all",
        };
        page.push_str(&(say(lang, words, &[("count", &more)]) + "\n"));
    }
    page
}

fn drawn(number: usize, cause: &Cause, lang: Lang) -> String {
    let codes = if cause.codes.is_empty() { String::new() } else { format!(" [{}]", cause.codes.join(" ")) };
    let mut text = format!("{number}. {}: {}{codes}\n", printable(&cause.title), printable(&cause.message));
    text.push_str(&format!("   {}{}\n", effect(cause, lang), examples(cause, lang)));
    text.push_str(&format!("   {}: {}\n", phrase(lang, "cure"), printable(&cause.fix)));
    text
}

/// How many rows, and what passes then.
fn effect(cause: &Cause, lang: Lang) -> String {
    let share = percent(cause.share, lang);
    let gaps: [(&str, &dyn Display); 3] = [("rows", &cause.rows), ("blocked", &cause.blocked), ("share", &share)];
    let words = match (cause.rows, cause.blocked) {
        (1, 0) => "1 row; with it mended {share} of all rows pass",
        (1, _) => "1 row and {blocked} behind it; with it mended {share} of all rows pass",
        (_, 0) => "{rows} rows; with them mended {share} of all rows pass",
        (0, _) => "{blocked|* row|* rows} behind it; with it mended {share} of all rows pass",
        _ => "{rows} rows and {blocked} behind them; with them mended {share} of all rows pass",
    };
    say(lang, words, &gaps)
}

/// Where it is to be seen, but for what title and message have told.
fn examples(cause: &Cause, lang: Lang) -> String {
    let with_rows = cause.examples.iter().filter(|example| example.row.is_some()).take(3);
    let named: Vec<String> = with_rows.map(|example| seen(example, cause)).filter(|seen| !seen.is_empty()).collect();
    if named.is_empty() {
        return String::new();
    }
    let words = if cause.rows > named.len() { " (such as {rows})" } else { " ({rows})" };
    say(lang, words, &[("rows", &named.join(", "))])
}

fn seen(example: &CauseExample, cause: &Cause) -> String {
    let is_told = |word: &str| {
        let quoted = format!("`{word}`");
        cause.title.contains(&quoted) || cause.message.contains(&quoted)
    };
    let place = format!("{}:{}", example.file, example.row.unwrap_or_default());
    let place = if cause.rows <= 1 && cause.title.ends_with(&place) { String::new() } else { place };
    let column = example.column.as_deref().filter(|column| !is_told(column)).unwrap_or_default();
    let value = Some(example.value.as_str()).filter(|value| !value.is_empty() && !is_told(value));
    let value = value.map(|value| format!("`{}`", printable(value).replace(['\n', '\t'], " "))).unwrap_or_default();
    [place.as_str(), column, &value].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A part of the whole, with the comma or point of the language; never rounded up to the whole.
pub fn percent(share: f64, lang: Lang) -> String {
    let tenths = (share * 1000.0).round();
    let tenths = if share < 1.0 { tenths.min(999.0) } else { tenths };
    let text = if tenths >= 1000.0 { "100".to_owned() } else { format!("{:.1}", tenths / 10.0) };
    let text = text.strip_suffix(".0").map(str::to_owned).unwrap_or(text);
    match lang {
        Lang::En => format!("{text} %"),
        Lang::PtBr => format!("{} %", text.replace('.', ",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_never_up_to_the_whole() {
        for (share, text) in [(11.0 / 19.0, "57.9 %"), (0.5, "50 %"), (0.9999, "99.9 %"), (1.0, "100 %"), (0.0, "0 %")]
        {
            assert_eq!(percent(share, Lang::En), text);
        }
        assert_eq!(percent(17.0 / 19.0, Lang::PtBr), "89,5 %");
    }
}
