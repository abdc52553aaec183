//! What every page is made of: the frame, foreign text shown as text, badges, tables, paging. Pure.

use maud::{DOCTYPE, Markup, html};

use crate::report::Outcome;
use crate::report::html::{grouped, number_of};
use crate::text::{Lang, phrase};

pub(super) use crate::report::html::{is_invisible, shown, ticked};
pub(super) use crate::report::percent;

/// Which part of the review a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Customers,
    Runs,
    Plan,
    None,
}

/// What a page is told before its body.
pub(super) struct Frame<'a> {
    pub lang: Lang,
    pub title: &'a str,
    pub part: Part,
    pub csrf: &'a str,
    pub folder: &'a str,
}

/// A whole page.
pub(super) fn page(frame: &Frame<'_>, body: &Markup) -> String {
    let lang = frame.lang;
    let link = |part: Part, to: &str, words: &str| {
        html! { a href=(to) aria-current=[(frame.part == part).then_some("page")] { (phrase(lang, words)) } }
    };
    let markup = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="csrf" content=(frame.csrf);
                title { (visible(frame.title)) " · turnup" }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/style.css";
                script src="/assets/review.js" defer {}
            }
            body {
                a class="skip" href="#main" { (phrase(lang, "skip to the content")) }
                header class="top" {
                    div class="wide" {
                        a class="brand" href="/" { "turnup" }
                        nav aria-label=(phrase(lang, "parts of the review")) {
                            (link(Part::Customers, "/", "Customers"))
                            (link(Part::Runs, "/runs", "Runs"))
                            (link(Part::Plan, "/plan", "Next run"))
                        }
                        span class="folder" { (shown(frame.folder)) }
                    }
                }
                main id="main" class="wide" tabindex="-1" { (body) }
            }
        }
    };
    markup.into_string()
}

/// A cell; a blank one says so to those who do not see it.
pub(super) fn cell(text: &str) -> Markup {
    if text.is_empty() {
        html! { span class="blank" aria-hidden="true" { "–" } }
    } else {
        shown(text)
    }
}

/// Text of somebody else where no markup may stand, as in a title.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if is_invisible(c) { number_of(c) } else { c.to_string() }).collect()
}

/// The colour family of an outcome.
pub(super) const fn tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Created | Outcome::Updated | Outcome::AlreadyThere | Outcome::Deleted => "good",
        Outcome::Unchanged | Outcome::Skipped => "quiet",
        Outcome::Waiting | Outcome::NotReached | Outcome::Blocked => "wait",
        Outcome::Rejected | Outcome::Incomplete | Outcome::Conflict | Outcome::Failed | Outcome::Unconfirmed => "fail",
    }
}

/// An outcome in words for people.
pub(super) fn outcome_words(outcome: Outcome, lang: Lang) -> &'static str {
    let english = match outcome {
        Outcome::Created => "created",
        Outcome::Updated => "updated",
        Outcome::AlreadyThere => "already there",
        Outcome::Unchanged => "unchanged",
        Outcome::Deleted => "deleted",
        Outcome::Waiting => "waiting",
        Outcome::Skipped => "left out",
        Outcome::Rejected => "rejected",
        Outcome::Blocked => "held back",
        Outcome::NotReached => "not reached",
        Outcome::Incomplete => "incomplete",
        Outcome::Conflict => "in conflict",
        Outcome::Failed => "failed",
        Outcome::Unconfirmed => "unconfirmed",
    };
    phrase(lang, english)
}

pub(super) fn badge(outcome: Outcome, lang: Lang) -> Markup {
    html! { span class={ "badge " (tone(outcome)) } { (outcome_words(outcome, lang)) } }
}

/// A moment for people; the exact one stands in the markup.
pub(super) fn moment(text: &str) -> Markup {
    let short: String = text.chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect();
    html! { time datetime=(text) { (short) } }
}

/// A number with its thousands apart, as the report writes it.
pub(super) fn number(value: u64, lang: Lang) -> String {
    grouped(usize::try_from(value).unwrap_or(usize::MAX), lang)
}

pub(super) fn count(value: usize, lang: Lang) -> String {
    grouped(value, lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_what_hides_in_it() {
        assert_eq!(visible("a\u{feff}"), "aU+FEFF");
    }
}
