//! What the next run of today's sheets would do, customer by customer; and its beginning.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use maud::{Markup, html};

use super::desk::{Desk, Task};
use super::page::{Part, cell, count, shown, ticked};
use super::sending::{goes_to, will_happen};
use super::{Ask, Reply};
use crate::pipeline::{Confirmation, Order, Origin, Preview, Selection};
use crate::plan::{Action, Step};
use crate::report::thing_words;
use crate::text::{Lang, phrase, say};

/// Customers, and changes of one customer, that are listed.
const CUSTOMERS_SHOWN: usize = 200;
const CHANGES_SHOWN: usize = 50;

/// What the next run would do.
pub(super) fn show(desk: &Arc<Desk>) -> anyhow::Result<Reply> {
    let lang = desk.lang;
    let workspace = desk.workspace()?;
    let settings = desk.settings(&workspace)?;
    let preview = desk.preview(&workspace, &settings)?;
    let title = phrase(lang, "What the next run would do");
    let is_idle = preview.plan.is_idle();
    let body = html! {
        h1 { (title) }
        p class="lead" { (phrase(lang, "Today's sheets against everything that is known. Nothing was sent for this page.")) }
        (will_happen(&preview.plan, Some(&preview.forecast), lang))
        @if preview.rejected + preview.blocked > 0 {
            p class="note wait" {
                (ticked(&say(lang, "{rejected|* row is|* rows are} rejected and {blocked} held back by another row; `turnup check` says why",
                    &[("rejected", &count(preview.rejected, lang)), ("blocked", &count(preview.blocked, lang))])))
            }
        }
        (desk.said(None))
        @if let Some(holder) = workspace.holder() {
            p class="note wait" { (phrase(lang, "A run is under way in this folder")) ": " (shown(&holder)) " " a href="/runs" { (phrase(lang, "Runs")) } }
        } @else if !is_idle {
            form method="post" action="/plan" class="actions" {
                (desk.csrf())
                input type="hidden" name="seen" value=(preview.plan.digest());
                button { (say(lang, "Run this against {webex}", &[("webex", &goes_to(&settings, lang))])) }
            }
        }
        (customers(&preview, lang))
    };
    Ok(desk.page(Part::Plan, title, &body))
}

/// What changes, customer by customer.
fn customers(preview: &Preview, lang: Lang) -> Markup {
    let mut by_customer: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
    for step in preview.plan.steps.iter().filter(|step| step.action != Action::Unchanged) {
        by_customer.entry(step.work.customer()).or_default().push(step);
    }
    html! {
        @if !by_customer.is_empty() {
            section aria-labelledby="customers" {
                h2 id="customers" { (phrase(lang, "Customer by customer")) }
                @for (id, steps) in by_customer.iter().take(CUSTOMERS_SHOWN) {
                    details class="customer" {
                        summary {
                            b { (shown(preview.names.get(*id).map_or(*id, String::as_str))) } " " span class="meta" { (cell(id)) } " "
                            @for (action, of) in actions(steps) { span class="badge quiet" { (count(of, lang)) " " (phrase(lang, action)) } " " }
                        }
                        ul class="plain" {
                            @for step in steps.iter().take(CHANGES_SHOWN) { li { (one(step, lang)) } }
                            @if steps.len() > CHANGES_SHOWN { li { (say(lang, "and {count} more", &[("count", &count(steps.len() - CHANGES_SHOWN, lang))])) } }
                        }
                    }
                }
                @if by_customer.len() > CUSTOMERS_SHOWN {
                    p { (say(lang, "and {count} more", &[("count", &count(by_customer.len() - CUSTOMERS_SHOWN, lang))])) }
                }
            }
        }
    }
}

fn actions(steps: &[&Step]) -> BTreeMap<&'static str, usize> {
    let mut actions = BTreeMap::new();
    for step in steps {
        *actions.entry(step.action.word()).or_default() += 1;
    }
    actions
}

/// One step: what it is about, and what an update changes.
fn one(step: &Step, lang: Lang) -> Markup {
    html! {
        (phrase(lang, step.action.word())) " " b { (shown(&thing_words(&step.id, lang))) }
        @for change in &step.changes {
            " · " (shown(&change.column)) ": " @if let Some(from) = &change.from { del { (cell(from)) } " " } ins { (cell(&change.to)) }
        }
    }
}

/// Runs what was seen.
pub(super) fn run(desk: &Arc<Desk>, ask: &Ask) -> anyhow::Result<Reply> {
    let lang = desk.lang;
    let workspace = desk.workspace()?;
    let preview = desk.preview(&workspace, &desk.settings(&workspace)?)?;
    if ask.form.get("seen") != preview.plan.digest() {
        let words = "something has changed since that page was shown, so nothing was sent; look at it again";
        return Ok(Reply::Refused(StatusCode::CONFLICT, phrase(lang, words).to_owned()));
    }
    let (confirmation, origin) = (Confirmation::Given, Origin::Run);
    let order = Order { confirmation, until: None, selection: Selection::default(), plan: None, origin, night: None };
    if !desk.start(None, Task::Run(order))? {
        let words = "another run that was started here is still under way; wait for it";
        return Ok(Reply::Refused(StatusCode::CONFLICT, phrase(lang, words).to_owned()));
    }
    Ok(Reply::See("/runs".to_owned()))
}
