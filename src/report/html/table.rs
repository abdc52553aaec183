//! The table of a run's rows. The first of them stand in the page, for whoever has no scripts, prints, or has only just
//! opened it; the script turns the leaves, filters and sorts.

use std::cmp::Reverse;
use std::fmt::Display;

use maud::{Markup, html};

use super::charts::{Group, parts};
use super::report::all;
use super::rows::{PageRow, PageRows, ROWS_MAX, outcome_word};
use super::{grouped, shown, ticked};
use crate::model::SheetKind;
use crate::report::causes::customer_of;
use crate::report::view::RunView;
use crate::text::{Lang, phrase, say};

/// Rows on a leaf of the table; the script has the same number.
const PAGE_ROWS: usize = 50;

/// The rows of the run, those that need a person first.
pub(super) fn table(view: &RunView<'_>, page: &PageRows<'_>) -> Markup {
    let (lang, rows) = (view.lang, page.rows.len());
    let total: usize = view.results.values().map(Vec::len).sum();
    let (most, total_words) = (grouped(ROWS_MAX, lang), grouped(total, lang));
    let gaps: [(&str, &dyn Display); 2] = [("most", &most), ("total", &total_words)];
    html! {
        section aria-labelledby="rows-title" {
            h2 id="rows-title" tabindex="-1" { (phrase(lang, "Every row")) }
            @if total > ROWS_MAX {
                div class="panel notice" { p { (say(lang, "This page holds {most} of {total} rows, those that are not well first. The files *.results.csv beside it are complete.", &gaps)) } }
            }
            noscript { p class="panel notice" { (phrase(lang, "Scripts are off here, so the table shows its first rows only. The files *.results.csv beside this page hold every row.")) } }
            (filters(view))
            div class="count" {
                div class="pager" {
                    p id="told" role="status" aria-live="polite" { (told(rows, lang)) }
                    button type="button" id="clear" class="link scripted" { (phrase(lang, "Clear the filters")) }
                }
                div class="pager scripted" {
                    button type="button" id="before" disabled { (phrase(lang, "Previous")) }
                    span id="page" class="soft" { (leaf(rows, lang)) }
                    button type="button" id="after" disabled[rows <= PAGE_ROWS] { (phrase(lang, "Next")) }
                }
            }
            div class="panel table" { div class="scroll" tabindex="0" role="group" aria-label=(phrase(lang, "Rows of the run")) { (grid(view, page)) } }
        }
    }
}

fn told(rows: usize, lang: Lang) -> String {
    let (from, to) = (grouped(rows.min(1), lang), grouped(rows.min(PAGE_ROWS), lang));
    let count = grouped(rows, lang);
    say(lang, "rows {from} to {to} of {count}", &[("from", &from), ("to", &to), ("count", &count)])
}

fn leaf(rows: usize, lang: Lang) -> String {
    let pages = grouped(rows.div_ceil(PAGE_ROWS).max(1), lang);
    say(lang, "Page {page} of {pages}", &[("page", &"1"), ("pages", &pages)])
}

fn grid(view: &RunView<'_>, page: &PageRows<'_>) -> Markup {
    let lang = view.lang;
    let columns = [
        ("place", "Row"),
        ("customer", "Customer"),
        ("name", "Name"),
        ("result", "Result"),
        ("reason", "Reason and cure"),
    ];
    html! {
        table class="cards rows" {
            thead { tr {
                @for (key, name) in columns {
                    th scope="col" aria-sort=(if key == "result" { "descending" } else { "none" }) { button type="button" data-sort=(key) { (phrase(lang, name)) } }
                }
            } }
            tbody id="body" { @for row in first(&page.rows) { (line(view, page, row)) } }
        }
    }
}

/// The rows of the first leaf, in the order in which the script would show them.
fn first<'a, 'b>(rows: &'b [PageRow<'a>]) -> impl Iterator<Item = &'b PageRow<'a>> {
    let mut order: Vec<&PageRow<'_>> = rows.iter().collect();
    order.sort_by_key(|row| Reverse(row.result.outcome));
    order.into_iter().take(PAGE_ROWS)
}

/// One row, as the script draws it too.
fn line(view: &RunView<'_>, page: &PageRows<'_>, row: &PageRow<'_>) -> Markup {
    let (lang, result) = (view.lang, row.result);
    let customer = customer_of(row.place(), view.sheets);
    html! {
        tr {
            th scope="row" class="place mono" { (shown(&format!("{}:{}", row.sheet.file, row.number()))) }
            td data-label=(phrase(lang, "Customer")) { (shown(&customer)) }
            td data-label=(phrase(lang, "Name")) { (shown(&row.name())) }
            td {
                span class={ "state " (Group::of(result.outcome).class()) } { span class="dot" aria-hidden="true" {} (outcome_word(result.outcome, lang)) }
                @if !result.codes.is_empty() { div class="soft mono" { (shown(&result.codes.join(" "))) } }
            }
            td class="reason" {
                @if !result.reason.is_empty() { p { (ticked(&result.reason)) } }
                @if !result.fix.is_empty() { p { (phrase(lang, "Cure")) ": " (ticked(&result.fix)) } }
                @if !row.tracking().is_empty() { p class="soft" { (phrase(lang, "Tracking id")) ": " span class="mono" { (shown(row.tracking())) } } }
                @if page.has_cells() { (cells(page, row, lang)) }
            }
        }
    }
}

/// The row's own cells, folded away.
fn cells(page: &PageRows<'_>, row: &PageRow<'_>, lang: Lang) -> Markup {
    let cells = page.columns(row.sheet).into_iter().zip(page.cells(row));
    html! {
        details {
            summary { (phrase(lang, "The row as it came")) }
            dl class="cells" { @for (column, cell) in cells.filter(|(_, cell)| !cell.is_empty()) { dt { (shown(&column)) } dd { (shown(&cell)) } } }
        }
    }
}

fn filters(view: &RunView<'_>) -> Markup {
    let (lang, parts) = (view.lang, parts(&all(view)));
    html! {
        div class="filters scripted" role="search" {
            label class="wide" { (phrase(lang, "Search")) input type="search" id="search" autocomplete="off" spellcheck="false"; }
            label { (phrase(lang, "Sheet")) select id="sheet" {
                option value="" { (phrase(lang, "All sheets")) }
                @for (at, kind) in SheetKind::ALL.into_iter().enumerate() { option value=(at) { (&view.sheets.get(kind).file) } }
            } }
            label { (phrase(lang, "Result")) select id="group" {
                option value="" { (phrase(lang, "All results")) }
                @for group in Group::ALL.into_iter().filter(|group| parts.contains_key(group)) { option value=(group.class()) { (phrase(lang, group.words())) } }
            } }
            label class="wide" { (phrase(lang, "Cause")) select id="cause" {
                option value="" { (phrase(lang, "All causes")) }
                @for (at, cause) in view.causes.list.iter().enumerate() { option value=(at) { (at + 1) ". " (cause.title.replace('`', "")) } }
            } }
        }
    }
}
