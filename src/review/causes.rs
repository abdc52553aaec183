//! One cause: what is wrong, the rows behind it, and one value for all of them.

use std::sync::Arc;

use maud::{Markup, html};

use super::desk::Desk;
use super::page::{Part, cell, count, shown, ticked};
use super::rows::{address, is_edited, undo, who};
use super::runs::{clean_words, crumbs, effect};
use super::{Ask, Reply, rows_words};
use crate::check::RowRef;
use crate::pipeline::{Edits, RunListed, RunTold, Tried};
use crate::report::Cause;
use crate::sheet::{Sheet, Use};
use crate::text::{Lang, phrase, say};

/// Rows of a cause that are listed here; the list of rows has them all.
const ROWS_SHOWN: usize = 50;

/// The cause that an address names, with the rows that it concerns.
fn named<'a>(told: &'a RunTold, at: &str) -> Option<(usize, &'a Cause, Vec<RowRef>)> {
    let at: usize = at.parse().ok()?;
    let cause = told.view().causes.list.get(at)?;
    Some((at, cause, told.view().causes.members(at).collect()))
}

/// The column that a cause is about, where all of its rows are of one sheet.
fn column(cause: &Cause, rows: &[RowRef], told: &RunTold) -> Option<usize> {
    let first = rows.first()?;
    let name = cause.mend.column.as_deref().or_else(|| cause.examples.first()?.column.as_deref())?;
    rows.iter().all(|row| row.sheet == first.sheet).then(|| told.sheets().get(first.sheet).position(name)).flatten()
}

/// One cause.
pub(super) fn show(desk: &Arc<Desk>, listed: &RunListed, at: &str) -> anyhow::Result<Reply> {
    let (lang, run) = (desk.lang, &listed.head.run);
    let told = desk.told(listed)?;
    let Some((at, cause, rows)) = named(&told, at) else { return Ok(Reply::Missing) };
    let (draft, edits) = desk.draft(run, &told)?;
    // Of the others nobody has changed a cell, so that they are as they were.
    let shown_or_edited = |(at, row): &(usize, &RowRef)| *at < ROWS_SHOWN || is_edited(&edits, **row);
    let asked: Vec<RowRef> = rows.iter().enumerate().filter(shown_or_edited).map(|(_, row)| *row).collect();
    let (_, tried) = desk.tried(&told, &edits, &asked)?;
    let clean = rows.iter().filter(|row| tried.is_clean(**row)).count();
    let here = format!("/runs/{run}/causes/{at}");
    let body = html! {
        (crumbs(lang, &[("/runs", phrase(lang, "Runs")), (&format!("/runs/{run}"), run)], &cause.title))
        h1 { (ticked(&cause.title)) }
        p class="lead" { (ticked(&cause.message)) }
        p class="fix" { (ticked(&cause.fix)) }
        (effect(cause, lang))
        @if clean > 0 {
            div class="note good" role="status" {
                p { (clean_words(clean, rows.len(), lang)) }
                a class="button" href={ "/runs/" (run) "/send" } { (phrase(lang, "Look at them and send")) }
            }
        }
        (bulk(desk, &here, (cause, &told), &rows))
        @if !edits.is_empty() { (undo(desk, (run, &draft), &here)) }
        @if !rows.is_empty() { (members((run, &told, at), &rows, (&edits, &tried), column(cause, &rows, &told), lang)) }
    };
    Ok(desk.page(Part::Runs, &cause.title, &body))
}

/// One value for all rows of the cause.
fn bulk(desk: &Desk, here: &str, (cause, told): (&Cause, &RunTold), rows: &[RowRef]) -> Markup {
    let lang = desk.lang;
    let Some(first) = rows.first() else {
        let words =
            "This is not mended in a cell. Mend the file that it names, then look at what the next run would do.";
        return html! {
            p class="note wait" { (phrase(lang, words)) " " a href="/plan" { (phrase(lang, "Next run")) } }
        };
    };
    if rows.iter().any(|row| row.sheet != first.sheet) {
        return html! { p class="note wait" { (phrase(lang, "The rows are of several sheets; mend them one by one.")) } };
    }
    let sheet = told.sheets().get(first.sheet);
    let wanted = column(cause, rows, told);
    let header = |at: usize| sheet.header.get(at).map_or("", |header| header.trim());
    if rows.len() > 1 && wanted.is_some_and(|at| OF_ONE_ROW.iter().any(|name| sheet.position(name) == Some(at))) {
        let words = "Each of these rows needs a value of its own, so mend them one by one.";
        return html! { p class="note wait" { (phrase(lang, words)) } };
    }
    let was = wanted.map(|at| same(sheet, rows, at)).unwrap_or_default();
    let form = html! {
        form method="post" action=(here) class="filter" {
            (desk.csrf())
            div { label for="column" { (phrase(lang, "column")) }
                select id="column" name="column" {
                    @for (at, _) in sheet.header.iter().enumerate().filter(|(at, _)| !matches!(sheet.uses.get(*at), Some(Use::Report))) {
                        option value=(at) selected[wanted == Some(at)] { (header(at)) }
                    }
                } }
            div { label for="now" { (say(lang, "what shall stand there in {rows}", &[("rows", &rows_words(lang, rows.len()))])) }
                input id="now" name="now" dir="auto" autocomplete="off" spellcheck="false" aria-describedby=[was.as_ref().map(|_| "now-is")]; }
            button { (phrase(lang, "Change them all")) }
        }
    };
    html! {
        section aria-labelledby="bulk" {
            h2 id="bulk" { (phrase(lang, "Mend all of them")) }
            @if let Some(was) = &was {
                (form)
                p class="meta" id="now-is" { (phrase(lang, "now stands there")) ": " (cell(was)) }
            } @else {
                p { (phrase(lang, "These rows do not say the same, so it is seldom right to write one value into all of them.")) }
                details { summary { (phrase(lang, "One value for all of them")) } (form) }
            }
        }
    }
}

/// Columns that tell one row from the others, or one person.
const OF_ONE_ROW: [&str; 10] = [
    "external_id",
    "name",
    "admin_email",
    "first_name",
    "last_name",
    "email",
    "phone_number",
    "extension",
    "numbers",
    "main_number",
];

/// The value that stands in that column of all rows, if it is one.
fn same(sheet: &Sheet, rows: &[RowRef], at: usize) -> Option<String> {
    let of = |row: &RowRef| sheet.cells(row.index).get(at).unwrap_or_default().into_owned();
    let first = of(rows.first()?);
    rows.iter().all(|row| of(row) == first).then_some(first)
}

/// The rows behind the cause, with what becomes of them.
fn members(
    (run, told, at): (&str, &RunTold, usize),
    rows: &[RowRef],
    (edits, tried): (&Edits, &Tried),
    column: Option<usize>,
    lang: Lang,
) -> Markup {
    html! {
        section aria-labelledby="members" {
            h2 id="members" { (rows_words(lang, rows.len())) }
            table class="cards mends" {
                thead { tr { @for head in ["row", "customer", "who or what", "cell", "now"] { th scope="col" { (phrase(lang, head)) } } } }
                tbody {
                    @for row in rows.iter().take(ROWS_SHOWN) {
                        @let sheet = told.sheets().get(row.sheet);
                        @let (customer, what) = who(sheet, row.index);
                        @let was = column.and_then(|at| sheet.cells(row.index).get(at)).unwrap_or_default();
                        @let now = column.and_then(|at| edits.get(&(row.sheet, row.index, at)));
                        tr {
                            th scope="row" data-label=(phrase(lang, "row")) {
                                a href=(address(run, told, *row)) { (shown(&sheet.place(row.index, None).to_string())) }
                            }
                            td data-label=(phrase(lang, "customer")) { (cell(&customer)) }
                            td data-label=(phrase(lang, "who or what")) { (cell(&what)) }
                            td data-label=(phrase(lang, "cell")) {
                                @if let Some(now) = now { del { (cell(&was)) } " " ins { (cell(now)) } } @else { (cell(&was)) }
                            }
                            td data-label=(phrase(lang, "now")) { (state(tried, *row, lang)) }
                        }
                    }
                }
            }
            @if rows.len() > ROWS_SHOWN {
                p { a href={ "/runs/" (run) "/rows?cause=" (at) } { (say(lang, "{count|the row|all * rows}", &[("count", &count(rows.len(), lang))])) } }
            }
        }
    }
}

/// Is the row clean with what was changed?
pub(super) fn state(tried: &Tried, row: RowRef, lang: Lang) -> Markup {
    use crate::check::Verdict;
    let (words, tone) = match tried.rows.get(&row).map(|(verdict, _)| verdict) {
        Some(Verdict::Clean) => ("clean", "good"),
        Some(Verdict::Blocked(_)) => ("held back", "wait"),
        Some(Verdict::Skipped) => ("left out", "quiet"),
        Some(Verdict::Rejected) | None => ("to mend", "fail"),
    };
    html! { span class={ "badge " (tone) } { (phrase(lang, words)) } }
}

/// Puts one value into a column of all rows of the cause.
pub(super) fn mend(desk: &Arc<Desk>, listed: &RunListed, at: &str, ask: &Ask) -> anyhow::Result<Reply> {
    let run = &listed.head.run;
    let told = desk.told(listed)?;
    let Some((at, _, rows)) = named(&told, at) else { return Ok(Reply::Missing) };
    let width = rows.first().map_or(0, |row| told.sheets().get(row.sheet).header.len());
    let is_one_sheet = rows.iter().all(|row| Some(row.sheet) == rows.first().map(|row| row.sheet));
    if let Some(column) = ask.form.number("column").filter(|column| *column < width && is_one_sheet) {
        let now = ask.form.get("now");
        desk.redraft(run, &told, |draft, _| {
            draft.change(rows.iter().map(|row| (*row, column, now.to_owned())), &desk.me());
        })?;
    }
    Ok(Reply::See(format!("/runs/{run}/causes/{at}")))
}
