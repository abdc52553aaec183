//! The page of a plan: what a run would do, before anything is sent.

use std::fmt::Display;

use maud::{Markup, html};

use super::{capital, grouped, page, shown, ticked};
use crate::plan::{Action, Licence, Step, Work};
use crate::report::deeds::thing_words;
use crate::report::plan::{PlanView, Totals, cost, headquarters, is_all_done, range, remarks, totals};
use crate::text::{Lang, phrase, say};

/// Changes and licences that are listed; the JSON form has them all.
const LISTED_MAX: usize = 500;

/// The page of a plan.
pub fn plan_html(view: &PlanView<'_>) -> String {
    let lang = view.lang;
    let body = html! {
        a class="skip" href="#main" { (phrase(lang, "To the content")) }
        div class="wrap" {
            header class="top" {
                p class="eyebrow" { (phrase(lang, "turnup plan")) }
                h1 { (verdict(view)) }
                p class="mono" { (view.plan.digest()) }
            }
            main id="main" {
                (figures(view))
                (stages(view))
                (remarked(view))
                (changes(view))
                (licences(&view.forecast.licences, lang))
            }
            footer { p { (phrase(lang, "Nothing was sent. The forecast is a reckoning, not a promise.")) } }
        }
    };
    page(phrase(lang, "turnup plan"), lang, &body, None).into_string()
}

fn verdict(view: &PlanView<'_>) -> String {
    let calls = view.forecast.calls.total();
    if calls == 0 {
        let words = if is_all_done(view) { "Nothing to do" } else { "No request would be made" };
        return phrase(view.lang, words).to_owned();
    }
    let time = range(view.forecast.least, view.forecast.most, view.lang);
    say(view.lang, "{calls|* request|* requests}, {time}", &[("calls", &calls as &dyn Display), ("time", &time)])
}

fn figures(view: &PlanView<'_>) -> Markup {
    let (lang, forecast) = (view.lang, view.forecast);
    let figure = |name: &str, count: u64| {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        html! { div { dt { (phrase(lang, name)) } dd { (grouped(count, lang)) } } }
    };
    html! {
        section class="panel" aria-label=(phrase(lang, "Overview")) {
            dl class="figures" {
                (figure("Requests that read", forecast.calls.read))
                (figure("Requests that write", forecast.calls.write))
                (figure("Numbers that go live", forecast.numbers_live))
                (figure("Persons who may get a mail", forecast.people))
                (figure("Rejected rows", view.rejected as u64))
                (figure("Rows held back", view.blocked as u64))
            }
            @if forecast.calls.total() > 0 {
                p class="soft" { (phrase(lang, "The time goes into")) ": " (phrase(lang, forecast.bottleneck)) }
                @if let Some(cost) = cost(view) { p class="soft" { (shown(&capital(&cost))) } }
            }
        }
    }
}

fn stages(view: &PlanView<'_>) -> Markup {
    let lang = view.lang;
    let cell = |count: u64| {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        html! { td class="num" { @if count == 0 { span class="soft" { "–" } } @else { (grouped(count, lang)) } } }
    };
    html! {
        section aria-labelledby="stages" {
            h2 id="stages" { (phrase(lang, "By stage")) }
            div class="panel table" { div class="scroll" tabindex="0" role="group" aria-labelledby="stages" { table {
                thead { tr {
                    th scope="col" { (phrase(lang, "Stage")) }
                    @for name in ["Create", "Change", "As it is", "Delete", "Requests"] { th scope="col" class="num" { (phrase(lang, name)) } }
                } }
                tbody {
                    @for (stage, (Totals { create, update, unchanged, delete, .. }, calls)) in totals(view.plan) {
                        tr {
                            th scope="row" { (phrase(lang, stage.title())) }
                            (cell(create)) (cell(update)) (cell(unchanged)) (cell(delete)) (cell(calls))
                        }
                    }
                }
            } } }
            @if let Some(words) = headquarters(view) { p class="soft" { (shown(&capital(&words))) } }
        }
    }
}

/// What a person should know besides the changes.
fn remarked(view: &PlanView<'_>) -> Markup {
    let remarks = remarks(view);
    html! {
        @if !remarks.is_empty() {
            section aria-labelledby="remarks" {
                h2 id="remarks" { (phrase(view.lang, "To know")) }
                div class="panel" { ul class="steps" { @for line in remarks.lines() { li { (ticked(&capital(line))) } } } }
            }
        }
    }
}

/// Updates value by value, and what goes.
fn changes(view: &PlanView<'_>) -> Markup {
    let lang = view.lang;
    let touched = || view.plan.steps.iter().filter(|step| matches!(step.action, Action::Update | Action::Delete));
    let more = touched().count().saturating_sub(LISTED_MAX);
    html! {
        @if touched().next().is_some() {
            section aria-labelledby="changes" {
                h2 id="changes" { (phrase(lang, "What changes and what goes")) }
                div class="panel table" { div class="scroll" tabindex="0" role="group" aria-labelledby="changes" { table class="cards" {
                    thead { tr { @for name in ["Row", "Object", "Column", "Is now", "Becomes"] { th scope="col" { (phrase(lang, name)) } } } }
                    tbody { @for step in touched().take(LISTED_MAX) { (changed(view, step)) } }
                } } }
                @if more > 0 { p class="soft" { (say(lang, "and {count} more; the JSON form lists them all", &[("count", &more)])) } }
            }
        }
    }
}

fn changed(view: &PlanView<'_>, step: &Step) -> Markup {
    let lang = view.lang;
    let place = view.sheets.get(step.source.sheet).place(step.source.index, None).to_string();
    let line = |column: Markup, from: Markup, to: Markup| {
        html! { tr {
            th scope="row" class="place mono" { (shown(&place)) }
            td data-label=(phrase(lang, "Object")) { (shown(&thing_words(&step.id, lang))) br; span class="soft" { (shown(step.work.customer())) } }
            td class="place" data-label=(phrase(lang, "Column")) { (column) }
            td data-label=(phrase(lang, "Is now")) { (from) }
            td data-label=(phrase(lang, "Becomes")) { (to) }
        } }
    };
    if step.action == Action::Delete {
        return line(
            html! {},
            html! {},
            html! { span class="state fail" { span class="dot" aria-hidden="true" {} (phrase(lang, "deleted")) } },
        );
    }
    if let Work::Release(work) = &step.work {
        let goes_on = phrase(lang, "goes on to somebody else");
        return line(html! { code { "phone_number" } }, listed(&work.number), html! { (goes_on) });
    }
    html! {
        @for change in &step.changes {
            (line(html! { code { (shown(&change.column)) } }, listed(change.from.as_deref().unwrap_or_default()), listed(&change.to)))
        }
    }
}

/// A value; lists may be broken behind each of their parts.
fn listed(value: &str) -> Markup {
    shown(&value.replace(';', "; "))
}

fn licences(licences: &[Licence], lang: Lang) -> Markup {
    let moved: Vec<&Licence> = licences.iter().filter(|licence| licence.before != licence.after).collect();
    let more = moved.len().saturating_sub(LISTED_MAX);
    let count = |count: u64| grouped(usize::try_from(count).unwrap_or(usize::MAX), lang);
    html! {
        @if !moved.is_empty() {
            section aria-labelledby="licences" {
                h2 id="licences" { (phrase(lang, "Licences")) }
                div class="panel table" { div class="scroll" tabindex="0" role="group" aria-labelledby="licences" { table {
                    thead { tr {
                        th scope="col" { (phrase(lang, "Customer")) }
                        th scope="col" { (phrase(lang, "Package")) }
                        @for name in ["Before", "After", "Limit"] { th scope="col" class="num" { (phrase(lang, name)) } }
                    } }
                    tbody { @for licence in moved.iter().take(LISTED_MAX) { tr {
                        th scope="row" { (shown(&licence.customer)) }
                        td { (shown(&licence.package)) }
                        td class="num" { (count(licence.before)) }
                        td class="num" { (count(licence.after)) }
                        td class="num" { @if let Some(limit) = licence.limit { (count(u64::from(limit))) } @else { span class="soft" { "–" } } }
                    } } }
                } } }
                @if more > 0 { p class="soft" { (say(lang, "and {count} more; the JSON form lists them all", &[("count", &more)])) } }
            }
        }
    }
}
