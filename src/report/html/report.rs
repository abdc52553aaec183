//! The page of one run: how it went, what to mend, what waits and what comes next, and every row.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use maud::{Markup, PreEscaped, html};

use super::charts::{Group, Parts, bar, chart, legend, parts, share_bar};
use super::rows::{PageRows, rows_json};
use super::table::table;
use super::{capital, grouped, moment, page, shown, ticked};
use crate::check::RowRef;
use crate::model::SheetKind;
use crate::plan::Stage;
use crate::report::causes::{customer_of, percent};
use crate::report::deeds::wait_cause;
use crate::report::plan;
use crate::report::summary::counts;
use crate::report::view::RunView;
use crate::report::{Cause, Outcome, next_steps};
use crate::text::{Lang, phrase, say};

/// What makes the table of rows move.
const SCRIPT: &str = include_str!("table.js");
/// Customers that have a bar; the table holds them all.
const CUSTOMERS_MAX: usize = 20;
/// Causes that have a card; `report.json` lists them all.
const CAUSES_MAX: usize = 30;

/// The page of a run.
pub fn report_html(view: &RunView<'_>) -> String {
    let lang = view.lang;
    let rows = PageRows::of(view);
    let title = say(lang, "Report of run {run}", &[("run", &view.head.run)]);
    let body = html! {
        a class="skip" href="#main" { (phrase(lang, "To the content")) }
        div class="wrap" {
            (head(view))
            main id="main" {
                (overview(view))
                (causes(view))
                (next(view))
                (charts(view))
                (table(view, &rows))
            }
            footer { p { (say(lang, "Written by turnup {version}; nothing on this page was fetched from a network.", &[("version", &view.head.tool_version)])) } }
        }
        script type="application/json" id="rows" { (PreEscaped(rows_json(view, &rows))) }
    };
    page(&title, lang, &body, Some(SCRIPT)).into_string()
}

fn head(view: &RunView<'_>) -> Markup {
    let (head, lang) = (view.head, view.lang);
    html! {
        header class="top" {
            p class="eyebrow" { (phrase(lang, "turnup report")) }
            h1 { (verdict(view)) }
            p { span class="mono" { (shown(&head.run)) } " · " (moment(&head.started)) " · " (shown(&head.by)) " · " (shown(phrase(lang, &head.provider))) }
        }
    }
}

/// How the run went, in one sentence.
fn verdict(view: &RunView<'_>) -> String {
    let (lang, causes) = (view.lang, view.causes);
    let bad = causes.rows - causes.well;
    if view.head.finished.is_none() {
        return phrase(lang, "The run is not finished").to_owned();
    }
    if causes.rows == 0 {
        return phrase(lang, "No row took part").to_owned();
    }
    if bad == 0 {
        return say(lang, "{rows|The only row is|All * rows are} well", &[("rows", &grouped(causes.rows, lang))]);
    }
    let (bad, rows) = (grouped(bad, lang), grouped(causes.rows, lang));
    let gaps: [(&str, &dyn Display); 2] = [("bad", &bad), ("rows", &rows)];
    say(lang, "{bad} of {rows|* row|* rows} {bad|is|are} not well", &gaps)
}

/// All outcomes of all sheets.
pub(super) fn all(view: &RunView<'_>) -> BTreeMap<Outcome, usize> {
    let mut all = BTreeMap::new();
    for (outcome, count) in counts(view.results).into_values().flatten() {
        *all.entry(outcome).or_default() += count;
    }
    all
}

fn overview(view: &RunView<'_>) -> Markup {
    let (lang, all) = (view.lang, all(view));
    let parts = parts(&all);
    let of = |group: Group| parts.get(&group).copied().unwrap_or_default();
    let bad = of(Group::Mend) + of(Group::Fail);
    let total: usize = parts.values().sum();
    html! {
        section class="panel" aria-label=(phrase(lang, "Overview")) {
            dl class="figures" {
                div { dt { (phrase(lang, "Rows")) } dd { (grouped(total, lang)) } }
                div { dt { (phrase(lang, "Well")) } dd class="good" { (grouped(of(Group::Good), lang)) } }
                div { dt { (phrase(lang, "To look at")) } dd class=(if bad > 0 { "fail" } else { "" }) { (grouped(bad, lang)) } }
                div { dt { (phrase(lang, "Held back")) } dd { (grouped(of(Group::Held), lang)) } }
                div { dt { (phrase(lang, "Waiting for somebody")) } dd class=(if of(Group::Wait) > 0 { "wait" } else { "" }) { (grouped(of(Group::Wait), lang)) } }
                @if let Some(took) = duration(view) { div { dt { (phrase(lang, "Took")) } dd { (took) } } }
            }
            (bar(&parts, phrase(lang, "All rows"), "bar tall", lang))
            (legend(&parts, lang))
        }
    }
}

/// How long the run took.
fn duration(view: &RunView<'_>) -> Option<String> {
    let at = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let (from, to) = (at(&view.head.started)?, at(view.head.finished.as_deref()?)?);
    Some(plan::duration(to.duration_since(from).as_secs_f64().max(0.0)))
}

fn causes(view: &RunView<'_>) -> Markup {
    let (lang, list) = (view.lang, &view.causes.list);
    if list.is_empty() {
        return html! {};
    }
    let gaps: [(&str, &dyn Display); 2] = [("count", &list.len()), ("share", &percent(view.causes.well_share(), lang))];
    let more = list.len().saturating_sub(CAUSES_MAX);
    html! {
        section aria-labelledby="causes" {
            h2 id="causes" { (phrase(lang, "What to mend")) }
            p class="soft" { (say(lang, "{share} of the rows are well as they stand. Causes: {count}, the largest effect first.", &gaps)) }
            ol class="causes" {
                @for (at, cause) in list.iter().enumerate().take(CAUSES_MAX) { (card(at, cause, lang)) }
            }
            @if more > 0 { p class="soft" { (say(lang, "and {count|* more cause|* more causes}; report.json lists them all", &[("count", &more)])) } }
        }
    }
}

fn card(at: usize, cause: &Cause, lang: Lang) -> Markup {
    let share = percent(cause.share, lang);
    let then = say(lang, "{share} of all rows pass then", &[("share", &share)]);
    html! {
        li class="panel cause" {
            div class="body" {
                h3 { (ticked(&capital(&cause.title))) @if !cause.codes.is_empty() { span class="tags" { @for code in &cause.codes { span class="tag" { (shown(code)) } } } } }
                p { (ticked(&capital(&cause.message))) }
                p class="cure" { (ticked(&capital(&cause.fix))) }
                p class="examples" { (examples(cause)) }
                button type="button" class="link scripted" data-cause=(at) { (phrase(lang, "Show these rows")) }
            }
            div class="effect" {
                div class="n" { (grouped(cause.rows + cause.blocked, lang)) }
                p { (effect(cause, lang)) }
                (share_bar(cause.share, &then))
                p { (then) }
            }
        }
    }
}

fn effect(cause: &Cause, lang: Lang) -> String {
    let (rows, blocked) = (grouped(cause.rows, lang), grouped(cause.blocked, lang));
    let gaps: [(&str, &dyn Display); 2] = [("rows", &rows), ("blocked", &blocked)];
    let words = match (cause.rows, cause.blocked) {
        (1, 0) => "row",
        (_, 0) => "rows",
        (0, _) => "rows that wait behind it",
        (1, _) => "rows: one, and {blocked} behind it",
        _ => "rows: {rows}, and {blocked} behind them",
    };
    say(lang, words, &gaps)
}

/// A few of its rows, with their values where they differ.
fn examples(cause: &Cause) -> Markup {
    let named = cause.examples.iter().filter(|example| example.row.is_some()).take(3);
    html! {
        @for (at, example) in named.enumerate() {
            @if at > 0 { ", " }
            span class="mono" { (shown(&format!("{}:{}", example.file, example.row.unwrap_or_default()))) }
            @if !example.value.is_empty() && cause.mend.value.is_none() { " " code { (shown(&example.value)) } }
        }
        @if cause.rows > 3 { "\u{a0}…" }
    }
}

/// What is waited for, and what comes next.
fn next(view: &RunView<'_>) -> Markup {
    let lang = view.lang;
    let (waiting, steps) = (waiting(view), next_steps(view));
    html! {
        section aria-labelledby="next" {
            h2 id="next" { (phrase(lang, "What waits, and what comes next")) }
            div class="panel next" {
                @if steps.is_empty() && waiting.is_empty() { (phrase(lang, "Nothing: every row is as the sheets say.")) }
                @if !steps.is_empty() { div {
                    h3 { (phrase(lang, "What comes next")) }
                    ol class="steps" { @for step in &steps { li { (ticked(&capital(step))) } } }
                } }
                @if !waiting.is_empty() { div {
                    h3 { (phrase(lang, "Waiting for somebody")) }
                    ul class="steps" { @for (what, count) in &waiting { li { (ticked(&capital(what))) " " span class="soft" { "(" (grouped(*count, lang)) ")" } } } }
                } }
            }
        }
    }
}

/// What rows wait for, the most first.
fn waiting(view: &RunView<'_>) -> Vec<(String, usize)> {
    let mut waiting: HashMap<&str, usize> = HashMap::new();
    for row in view.results.values().flatten().filter(|row| row.outcome == Outcome::Waiting) {
        *waiting.entry(&row.reason).or_default() += 1;
    }
    let mut waiting: Vec<(String, usize)> =
        waiting.into_iter().map(|(what, count)| (wait_cause(what, view.lang).to_owned(), count)).collect();
    waiting.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    waiting
}

fn charts(view: &RunView<'_>) -> Markup {
    let lang = view.lang;
    let stages: Vec<(String, Parts)> = Stage::ALL
        .into_iter()
        .filter_map(|stage| Some((phrase(lang, stage.title()).to_owned(), parts(view.stages.get(&stage)?))))
        .collect();
    let (customers, more) = by_customer(view);
    html! {
        section aria-labelledby="how" {
            h2 id="how" { (phrase(lang, "How it went")) }
            div class="grid2" {
                div class="panel" {
                    h3 { (phrase(lang, "By stage")) }
                    p class="soft" { (phrase(lang, "Steps that are well, of all steps that the run was to do.")) }
                    @if stages.is_empty() { p { (phrase(lang, "The run had no steps.")) } }
                    (chart(&stages, lang))
                }
                div class="panel" {
                    h3 { (phrase(lang, "By customer")) }
                    p class="soft" { (phrase(lang, "Rows that are well, of all rows; customers with most to look at first.")) }
                    (chart(&customers, lang))
                    @if more > 0 { p class="soft" { (say(lang, "and {count|* more customer|* more customers}; the table below has them all", &[("count", &more)])) } }
                }
            }
        }
    }
}

/// The rows of every customer, those with most to look at first; and how many customers have no bar.
fn by_customer(view: &RunView<'_>) -> (Vec<(String, Parts)>, usize) {
    let mut customers: BTreeMap<String, Parts> = BTreeMap::new();
    for kind in SheetKind::ALL {
        for result in view.results.get(&kind).into_iter().flatten() {
            let customer = customer_of(RowRef { sheet: kind, index: result.row }, view.sheets);
            *customers.entry(customer).or_default().entry(Group::of(result.outcome)).or_default() += 1;
        }
    }
    let bad = |parts: &Parts| {
        let not_well = parts.iter().filter(|(group, _)| !matches!(group, Group::Good | Group::Out));
        not_well.map(|(_, count)| *count).sum::<usize>()
    };
    let mut customers: Vec<(String, Parts)> = customers.into_iter().collect();
    customers.sort_by_key(|(_, parts)| std::cmp::Reverse(bad(parts)));
    let more = customers.len().saturating_sub(CUSTOMERS_MAX);
    customers.truncate(CUSTOMERS_MAX);
    (customers, more)
}
