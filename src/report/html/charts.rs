//! Charts as inline SVG: bars of parts, each with a text alternative.

use std::collections::BTreeMap;
use std::fmt::Display;

use maud::{Markup, html};

use super::{grouped, shown};
use crate::report::Outcome;
use crate::text::{Lang, phrase, say};

/// What outcomes come to, for the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Good,
    Wait,
    Mend,
    Fail,
    Held,
    Out,
}

impl Group {
    pub const ALL: [Self; 6] = [Self::Good, Self::Wait, Self::Mend, Self::Fail, Self::Held, Self::Out];

    pub const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Created | Outcome::Updated | Outcome::AlreadyThere | Outcome::Unchanged | Outcome::Deleted => {
                Self::Good
            }
            Outcome::Waiting => Self::Wait,
            Outcome::Rejected => Self::Mend,
            Outcome::Failed | Outcome::Incomplete | Outcome::Conflict | Outcome::Unconfirmed => Self::Fail,
            Outcome::Blocked | Outcome::NotReached => Self::Held,
            Outcome::Skipped => Self::Out,
        }
    }

    /// The class of its colour.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Wait => "wait",
            Self::Mend => "mend",
            Self::Fail => "fail",
            Self::Held => "held",
            Self::Out => "out",
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::Good => "well",
            Self::Wait => "waiting for somebody",
            Self::Mend => "to be mended",
            Self::Fail => "gone wrong in Webex",
            Self::Held => "held back",
            Self::Out => "left out",
        }
    }
}

/// How many of each group.
pub(super) type Parts = BTreeMap<Group, usize>;

pub(super) fn parts(counts: &BTreeMap<Outcome, usize>) -> Parts {
    let mut parts = Parts::new();
    for (outcome, count) in counts {
        *parts.entry(Group::of(*outcome)).or_default() += count;
    }
    parts
}

/// Wide enough that every part of a thousand has a unit.
const WIDTH: f64 = 1000.0;
/// The least that the eye can find.
const LEAST: f64 = 4.0;
const GAP: f64 = 2.0;

/// One bar of parts that sums up to the whole of it.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn bar(parts: &Parts, what: &str, class: &str, lang: Lang) -> Markup {
    let all: usize = parts.values().sum();
    let room = WIDTH - GAP * parts.len().saturating_sub(1) as f64;
    let wide: Vec<f64> = parts.values().map(|count| (room * *count as f64 / all.max(1) as f64).max(LEAST)).collect();
    let scale = room / wide.iter().sum::<f64>().max(1.0);
    let mut from = 0.0;
    let mut drawn = Vec::new();
    for ((group, count), wide) in parts.iter().zip(wide) {
        drawn.push((*group, *count, from, wide * scale));
        from += wide * scale + GAP;
    }
    html! {
        svg class=(class) viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" aria-label=(told(parts, what, lang)) {
            @if all == 0 { rect class="rest" x="0" y="0" width="1000" height="14" {} }
            @for (group, count, from, wide) in drawn {
                rect class=(group.class()) x=(format!("{from:.1}")) y="0" width=(format!("{wide:.1}")) height="14" {
                    title { (phrase(lang, group.words())) ": " (grouped(count, lang)) }
                }
            }
        }
    }
}

/// A bar in words.
fn told(parts: &Parts, what: &str, lang: Lang) -> String {
    let parts = parts.iter().map(|(group, count)| format!("{} {}", grouped(*count, lang), phrase(lang, group.words())));
    format!("{what}: {}", parts.collect::<Vec<_>>().join(", "))
}

/// How much of the whole, as a bar.
pub(super) fn share_bar(share: f64, told: &str) -> Markup {
    html! {
        svg class="bar" viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" aria-label=(told) {
            rect class="rest" x="0" y="4" width="1000" height="6" {}
            rect class="accent" x="0" y="4" width=(format!("{:.1}", share.clamp(0.0, 1.0) * WIDTH)) height="6" {}
        }
    }
}

/// What the colours mean, with counts.
pub(super) fn legend(parts: &Parts, lang: Lang) -> Markup {
    html! {
        ul class="legend" {
            @for (group, count) in parts {
                li class=(group.class()) {
                    span class="dot" aria-hidden="true" {}
                    span class="name" { b { (grouped(*count, lang)) } " " (phrase(lang, group.words())) }
                }
            }
        }
    }
}

/// Bars of things, one below the other.
pub(super) fn chart(lines: &[(String, Parts)], lang: Lang) -> Markup {
    html! {
        div class="chart" {
            @for (name, parts) in lines {
                div class="line" {
                    span class="label" title=(name) { (shown(name)) }
                    (bar(parts, name, "bar", lang))
                    span class="sum" { (sum(parts, lang)) }
                }
            }
        }
    }
}

/// So many of so many are well.
fn sum(parts: &Parts, lang: Lang) -> String {
    let all: usize = parts.values().sum();
    let good = parts.get(&Group::Good).copied().unwrap_or_default();
    let (good, all) = (grouped(good, lang), grouped(all, lang));
    let gaps: [(&str, &dyn Display); 2] = [("good", &good), ("all", &all)];
    say(lang, "{good} of {all}", &gaps)
}
