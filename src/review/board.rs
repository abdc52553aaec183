//! The customers' board: where every customer stands, over all runs, by wave.

use std::collections::HashMap;

use maud::{Markup, html};

use super::desk::Desk;
use super::page::{Part, cell, count, shown, ticked};
use super::rows::{address as row_address, who};
use super::{Ask, Reply};
use crate::check::RowRef;
use crate::model::SheetKind;
use crate::pipeline::{Origin, RunListed, RunStanding};
use crate::report::{CustomerStatus, Standing, unmended_words, wait_words};
use crate::text::{Lang, phrase, say};

/// Customers on the page; the filter finds the others.
const CUSTOMERS_SHOWN: usize = 500;

/// Every customer.
pub(super) fn show(desk: &Desk, ask: &Ask) -> anyhow::Result<Reply> {
    let lang = desk.lang;
    let workspace = desk.workspace()?;
    let status = desk.status(&workspace, &desk.settings(&workspace)?)?;
    let (sought, wanted) = (ask.query.get("q").trim().to_lowercase(), ask.query.get("standing"));
    let is_meant = |customer: &&CustomerStatus| {
        (wanted.is_empty() || customer.standing.word() == wanted)
            && (sought.is_empty()
                || [&customer.customer, &customer.name].iter().any(|text| text.to_lowercase().contains(&sought)))
    };
    let found: Vec<&CustomerStatus> = status.customers.iter().filter(is_meant).collect();
    let unsent = unsent(desk, &found)?;
    let title = phrase(lang, "Customers");
    let body = html! {
        h1 { (title) }
        ul class="counts wide" {
            @for standing in STANDINGS {
                @let of = status.customers.iter().filter(|customer| customer.standing == standing).count();
                @if of > 0 || standing != Standing::Deleted { li { a href={ "/?standing=" (standing.word()) } {
                    span class={ "dot " (tone(standing)) } aria-hidden="true" {} (words(standing, lang)) " " b { (count(of, lang)) }
                } } }
            }
        }
        form class="filter" method="get" action="/" role="search" {
            div { label for="q" { (phrase(lang, "search")) } input id="q" name="q" type="search" value=(ask.query.get("q")) autocomplete="off"; }
            div { label for="standing" { (phrase(lang, "standing")) }
                select id="standing" name="standing" {
                    option value="" { (phrase(lang, "all")) }
                    @for standing in STANDINGS { option value=(standing.word()) selected[wanted == standing.word()] { (words(standing, lang)) } }
                } }
            button { (phrase(lang, "Show")) }
        }
        @for words in &status.in_the_way { p class="note fail" { (ticked(words)) } }
        @if status.unmended > 0 { p class="note wait" { (ticked(&unmended_words(&status, lang))) } }
        @if status.strays > 0 {
            p class="note wait" { (ticked(&say(lang, "{count|* row belongs|* rows belong} to no customer; `turnup check` names {count|it|them}", &[("count", &count(status.strays, lang))]))) }
        }
        @if found.is_empty() { p class="lead" { (phrase(lang, "No customer is like that.")) } } @else { (table(desk, &found, &unsent)) }
        @if found.len() > CUSTOMERS_SHOWN { p { (say(lang, "and {count} more", &[("count", &count(found.len() - CUSTOMERS_SHOWN, lang))])) } }
    };
    Ok(desk.page(Part::Customers, title, &body))
}

/// The pages of customers of which nothing was ever sent: their row in the latest run of all sheets, which says why.
fn unsent(desk: &Desk, found: &[&CustomerStatus]) -> anyhow::Result<HashMap<String, String>> {
    if found.iter().take(CUSTOMERS_SHOWN).all(|customer| customer.last_run.is_some()) {
        return Ok(HashMap::new());
    }
    let of_all = |listed: &RunListed| {
        listed.standing == RunStanding::Finished && matches!(listed.head.origin, Origin::Run | Origin::Nightly)
    };
    let Some(listed) = desk.runs()?.into_iter().find(of_all) else { return Ok(HashMap::new()) };
    let told = desk.told(&listed)?;
    let customers = &told.sheets().customers;
    let rows = told.results().get(&SheetKind::Customers).into_iter().flatten().map(|result| result.row);
    let page = |index: usize| {
        let row = RowRef { sheet: SheetKind::Customers, index };
        (who(customers, index).0, row_address(&listed.head.run, &told, row))
    };
    // Of several rows with one id the first stands.
    Ok(rows.map(page).collect::<Vec<_>>().into_iter().rev().collect())
}

const STANDINGS: [Standing; 6] =
    [Standing::Failed, Standing::Rejected, Standing::Waiting, Standing::Open, Standing::Ready, Standing::Deleted];

const fn tone(standing: Standing) -> &'static str {
    match standing {
        Standing::Ready => "good",
        Standing::Open | Standing::Deleted => "quiet",
        Standing::Waiting => "wait",
        Standing::Rejected | Standing::Failed => "fail",
    }
}

fn words(standing: Standing, lang: Lang) -> &'static str {
    let english = match standing {
        Standing::Deleted => "deleted",
        Standing::Ready => "ready",
        Standing::Open => "not sent yet",
        Standing::Waiting => "waiting",
        Standing::Rejected => "rejected",
        Standing::Failed => "failed",
    };
    phrase(lang, english)
}

fn table(desk: &Desk, customers: &[&CustomerStatus], unsent: &HashMap<String, String>) -> Markup {
    let lang = desk.lang;
    html! {
        table class="cards board" {
            thead { tr {
                @for head in ["customer", "wave", "standing", "what it waits for", "users", "numbers", "administrator", "emergency address", "owner"] {
                    th scope="col" { (phrase(lang, head)) }
                }
            } }
            tbody { @for customer in customers.iter().take(CUSTOMERS_SHOWN) { (line(desk, customer, unsent)) } }
        }
    }
}

fn line(desk: &Desk, customer: &CustomerStatus, unsent: &HashMap<String, String>) -> Markup {
    let lang = desk.lang;
    html! {
        tr {
            th scope="row" data-label=(phrase(lang, "customer")) {
                @match (&customer.last_run, unsent.get(&customer.customer)) {
                    (Some(run), _) => a href={ "/runs/" (run) } { (shown(&customer.name)) },
                    (None, Some(page)) => a href=(page) { (shown(if customer.name.is_empty() { &customer.customer } else { &customer.name })) },
                    (None, None) => (cell(&customer.name)),
                }
                span class="meta" { (cell(&customer.customer)) }
            }
            td data-label=(phrase(lang, "wave")) { (cell(customer.wave.as_deref().unwrap_or_default())) }
            td data-label=(phrase(lang, "standing")) { span class={ "badge " (tone(customer.standing)) } { (words(customer.standing, lang)) } }
            td data-label=(phrase(lang, "what it waits for")) {
                @if customer.waits.is_empty() { (cell("")) }
                @for wait in customer.waits.iter().take(3) { p { (ticked(&wait_words(wait, lang))) } }
            }
            td class="num" data-label=(phrase(lang, "users")) { (count(customer.users.done, lang)) " / " (count(customer.users.all, lang)) }
            td class="num" data-label=(phrase(lang, "numbers")) {
                (count(customer.numbers_live, lang)) " " (phrase(lang, "live"))
                @if customer.numbers_staged > 0 { ", " (count(customer.numbers_staged, lang)) " " (phrase(lang, "staged")) }
            }
            td data-label=(phrase(lang, "administrator")) {
                @match &customer.administrator {
                    Some(administrator) => {
                        (address(&administrator.email))
                        @if !administrator.stands { " " span class="meta" { (phrase(lang, "not there yet")) } }
                    }
                    None => (cell("")),
                }
            }
            td data-label=(phrase(lang, "emergency address")) { (cell(customer.emergency.as_deref().unwrap_or_default())) }
            td data-label=(phrase(lang, "owner")) { (cell(customer.owner.as_deref().unwrap_or_default())) }
        }
    }
}

/// An e-mail address, which a narrow column may break behind its `@`.
fn address(email: &str) -> Markup {
    html! {
        @match email.split_once('@') {
            Some((name, domain)) => { (shown(name)) "@" wbr; (shown(domain)) }
            None => (shown(email)),
        }
    }
}
