//! The rows of a run, filtered and searched page by page; and one row: its cells to be mended, what is found about them, and
//! its whole story.

use std::sync::Arc;

use anyhow::Context;
use maud::{Markup, html};

use super::causes::state;
use super::desk::Desk;
use super::draft::Draft;
use super::form::query;
use super::page::{Part, badge, cell, count, is_invisible, moment, outcome_words, shown, ticked};
use super::runs::{crumbs, sent_words};
use super::{Ask, Reply, rows_words};
use crate::check::{RowRef, Verdict};
use crate::diagnostic::Severity;
use crate::model::SheetKind;
use crate::pipeline::{self, Edits, RunListed, RunTold, Tried};
use crate::report::{self, Outcome, RowResult, Story};
use crate::sheet::{Sheet, Use, customers as c, locations as l, users as u};
use crate::text::{Lang, phrase, say};

/// Rows on one page.
const ROWS_PER_PAGE: usize = 50;

/// What is looked for.
struct Filter {
    sheet: Option<SheetKind>,
    outcome: Option<Outcome>,
    cause: Option<usize>,
    text: String,
    page: usize,
}

impl Filter {
    fn of(ask: &Ask) -> Self {
        let outcome = ask.query.get("outcome");
        Self {
            sheet: SheetKind::from_name(ask.query.get("sheet")),
            outcome: Outcome::ALL.into_iter().find(|known| known.word() == outcome),
            cause: ask.query.number("cause"),
            text: ask.query.get("q").trim().to_owned(),
            page: ask.query.number("page").unwrap_or(1).max(1),
        }
    }

    fn query(&self, page: usize) -> String {
        let (cause, page) = (self.cause.map(|cause| cause.to_string()).unwrap_or_default(), page.to_string());
        query(&[
            ("sheet", self.sheet.map_or("", SheetKind::name)),
            ("outcome", self.outcome.map_or("", Outcome::word)),
            ("cause", &cause),
            ("q", &self.text),
            ("page", if page == "1" { "" } else { &page }),
        ])
    }

    /// The rows that are meant, in the order of reports.
    fn rows<'a>(&self, told: &'a RunTold) -> Vec<(RowRef, &'a RowResult)> {
        let sought = self.text.to_lowercase();
        let members = self.cause.map(|cause| told.view().causes.members(cause).collect::<Vec<_>>());
        let mut found = Vec::new();
        for kind in SheetKind::ALL.into_iter().filter(|kind| self.sheet.is_none_or(|sheet| sheet == *kind)) {
            let sheet = told.sheets().get(kind);
            for result in told.results().get(&kind).into_iter().flatten() {
                let row = RowRef { sheet: kind, index: result.row };
                let is_meant = self.outcome.is_none_or(|outcome| outcome == result.outcome)
                    && members.as_ref().is_none_or(|members| members.binary_search(&row).is_ok())
                    && (sought.is_empty() || has(sheet, result, &sought));
                if is_meant {
                    found.push((row, result));
                }
            }
        }
        found
    }
}

fn has(sheet: &Sheet, result: &RowResult, sought: &str) -> bool {
    sheet.cells(result.row).iter().any(|cell| cell.to_lowercase().contains(sought))
        || result.reason.to_lowercase().contains(sought)
        || result.codes.iter().any(|code| code.to_lowercase() == sought)
}

/// Whose row it is: the customer, then the name and the key of the thing itself.
pub(super) fn who(sheet: &Sheet, row: usize) -> (String, String) {
    let cell = |header: &str| sheet.cell(row, header).trim().to_owned();
    match sheet.kind {
        SheetKind::Customers => (cell(c::EXTERNAL_ID.spec.header), cell(c::NAME.spec.header)),
        SheetKind::Locations => (cell(l::CUSTOMER.spec.header), cell(l::NAME.spec.header)),
        SheetKind::Users => {
            let name = format!("{} {}", cell(u::FIRST_NAME.spec.header), cell(u::LAST_NAME.spec.header));
            (cell(u::CUSTOMER.spec.header), format!("{} {}", name.trim(), cell(u::EMAIL.spec.header)))
        }
    }
}

/// `/runs/RUN/rows/SHEET/ROW`.
pub(super) fn address(run: &str, told: &RunTold, row: RowRef) -> String {
    format!("/runs/{run}/rows/{}/{}", row.sheet, told.sheets().get(row.sheet).number(row.index).unwrap_or_default())
}

/// The rows that are looked for.
pub(super) fn list(desk: &Desk, listed: &RunListed, ask: &Ask) -> anyhow::Result<Reply> {
    let (lang, run) = (desk.lang, &listed.head.run);
    let told = desk.told(listed)?;
    let filter = Filter::of(ask);
    let rows = filter.rows(&told);
    let pages = rows.len().div_ceil(ROWS_PER_PAGE).max(1);
    let page = filter.page.min(pages);
    let (_, edits) = desk.draft(run, &told)?;
    let here = phrase(lang, "Rows");
    let title = format!("{here} · {run}");
    let body = html! {
        (crumbs(lang, &[("/runs", phrase(lang, "Runs")), (&format!("/runs/{run}"), run)], here))
        h1 { (here) }
        (search(&filter, run, told.view().causes.list.get(filter.cause.unwrap_or(usize::MAX)).map(|c| c.title.as_str()), lang))
        p class="meta" role="status" { (rows_words(lang, rows.len())) }
        @if rows.is_empty() {
            p class="lead" { (phrase(lang, "No row is like that.")) }
        } @else {
            table class="cards rows" {
                thead { tr {
                    @for head in ["row", "customer", "who or what", "outcome", "reason and cure"] {
                        th scope="col" { (phrase(lang, head)) }
                    }
                } }
                tbody {
                    @for (row, result) in rows.iter().skip((page - 1) * ROWS_PER_PAGE).take(ROWS_PER_PAGE) {
                        (line((run, &told), *row, result, is_edited(&edits, *row), lang))
                    }
                }
            }
            (pager(&filter, run, page, pages, lang))
        }
    };
    Ok(desk.page(Part::Runs, &title, &body))
}

pub(super) fn is_edited(edits: &Edits, row: RowRef) -> bool {
    edits.range((row.sheet, row.index, 0)..=(row.sheet, row.index, usize::MAX)).next().is_some()
}

fn line((run, told): (&str, &RunTold), row: RowRef, result: &RowResult, is_edited: bool, lang: Lang) -> Markup {
    let sheet = told.sheets().get(row.sheet);
    let (customer, what) = who(sheet, row.index);
    html! {
        tr {
            th scope="row" data-label=(phrase(lang, "row")) {
                a href=(address(run, told, row)) { (shown(&sheet.place(row.index, None).to_string())) }
            }
            td data-label=(phrase(lang, "customer")) { (cell(&customer)) }
            td data-label=(phrase(lang, "who or what")) { (cell(&what)) }
            td data-label=(phrase(lang, "outcome")) {
                (badge(result.outcome, lang))
                @if is_edited { " " span class="badge edit" { (phrase(lang, "mended")) } }
            }
            td data-label=(phrase(lang, "reason and cure")) {
                @if result.reason.is_empty() { (cell("")) } @else { (ticked(&result.reason)) }
                @if !result.fix.is_empty() { p class="fix" { (ticked(&result.fix)) } }
            }
        }
    }
}

fn search(filter: &Filter, run: &str, cause: Option<&str>, lang: Lang) -> Markup {
    html! {
        form class="filter" method="get" action={ "/runs/" (run) "/rows" } role="search" {
            div { label for="q" { (phrase(lang, "search")) }
                input id="q" name="q" type="search" value=(filter.text) autocomplete="off"; }
            div { label for="sheet" { (phrase(lang, "sheet")) }
                select id="sheet" name="sheet" {
                    option value="" { (phrase(lang, "all")) }
                    @for kind in SheetKind::ALL {
                        option value=(kind.name()) selected[filter.sheet == Some(kind)] { (phrase(lang, kind.name())) }
                    }
                } }
            div { label for="outcome" { (phrase(lang, "outcome")) }
                select id="outcome" name="outcome" {
                    option value="" { (phrase(lang, "all")) }
                    @for outcome in Outcome::ALL {
                        option value=(outcome.word()) selected[filter.outcome == Some(outcome)] { (outcome_words(outcome, lang)) }
                    }
                } }
            @if let (Some(at), Some(title)) = (filter.cause, cause) {
                div class="check" {
                    input id="cause" type="checkbox" name="cause" value=(at) checked;
                    label for="cause" { (phrase(lang, "only of the cause")) " " (shown(title)) }
                }
            }
            button { (phrase(lang, "Show")) }
        }
    }
}

fn pager(filter: &Filter, run: &str, page: usize, pages: usize, lang: Lang) -> Markup {
    let to = |page: usize| format!("/runs/{run}/rows?{}", filter.query(page));
    html! {
        @if pages > 1 {
            nav class="pager" aria-label=(phrase(lang, "pages")) {
                @if page > 1 { a class="button quiet" rel="prev" href=(to(page - 1)) { (phrase(lang, "Back")) } }
                span { (say(lang, "page {page} of {pages}", &[("page", &count(page, lang)), ("pages", &count(pages, lang))])) }
                @if page < pages { a class="button quiet" rel="next" href=(to(page + 1)) { (phrase(lang, "Next")) } }
            }
        }
    }
}

/// The row that an address names.
pub(super) fn named(told: &RunTold, sheet: &str, row: &str) -> Option<RowRef> {
    let sheet = SheetKind::from_name(sheet)?;
    Some(RowRef { sheet, index: told.sheets().get(sheet).row_of(row.parse().ok()?)? })
}

/// One row.
pub(super) fn show(desk: &Arc<Desk>, listed: &RunListed, sheet: &str, row: &str) -> anyhow::Result<Reply> {
    let (lang, run) = (desk.lang, &listed.head.run);
    let told = desk.told(listed)?;
    let Some(row) = named(&told, sheet, row) else { return Ok(Reply::Missing) };
    let place = told.sheets().get(row.sheet).place(row.index, None).to_string();
    let result = told.results().get(&row.sheet).and_then(|all| all.iter().find(|result| result.row == row.index));
    let (draft, edits) = desk.draft(run, &told)?;
    // In a large workspace both take their time.
    let workspace = desk.workspace()?;
    let (tried, story) = std::thread::scope(|scope| {
        let story = scope.spawn(|| pipeline::story_of(&workspace, &told, row));
        (desk.tried(&told, &edits, &[row]), story.join())
    });
    let ((_, tried), story) = (tried?, story.map_err(|_| anyhow::anyhow!("the story of the row cannot be told"))??);
    let links = [
        ("/runs".to_owned(), phrase(lang, "Runs").to_owned()),
        (format!("/runs/{run}"), run.clone()),
        (format!("/runs/{run}/rows?sheet={}", row.sheet), phrase(lang, "Rows").to_owned()),
    ];
    let links: Vec<(&str, &str)> = links.iter().map(|(to, words)| (to.as_str(), words.as_str())).collect();
    let (customer, what) = who(told.sheets().get(row.sheet), row.index);
    let is_mended = is_edited(&edits, row);
    let sent = if is_mended { desk.sent_as(&draft)? } else { None };
    let body = html! {
        (crumbs(lang, &links, &place))
        h1 {
            (shown(&place))
            @if is_mended { " " (state(&tried, row, lang)) } @else if let Some(result) = result { " " (badge(result.outcome, lang)) }
        }
        p class="lead" { (shown(&what)) @if row.sheet != SheetKind::Customers { " · " (shown(&customer)) } }
        @if let Some(sent) = &sent { (sent_words(sent, lang)) }
        @match result {
            Some(result) if is_mended => details {
                summary { (phrase(lang, "Before it was mended")) ": " (badge(result.outcome, lang)) }
                (became(result, lang))
            },
            Some(result) => (became(result, lang)),
            None => {},
        }
        (editor(desk, (run, &told), row, (&edits, &tried)))
        @if !edits.is_empty() { (undo(desk, (run, &draft), &address(run, &told, row))) }
        (told_story(&story, lang))
    };
    Ok(desk.page(Part::Runs, &place, &body))
}

/// What became of it in the run.
fn became(result: &RowResult, lang: Lang) -> Markup {
    let (done, missing) = (result.done.join(", "), result.missing.join(", "));
    let facts = [
        ("reason", &result.reason),
        ("cure", &result.fix),
        ("waits for", &result.blocked_by),
        ("what is done", &done),
        ("what is missing", &missing),
        ("id at Webex", &result.webex_id),
        ("tracking id", &result.tracking_id),
    ];
    html! {
        dl class="facts" {
            @for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
                dt { (phrase(lang, name)) } dd { (ticked(value)) }
            }
        }
    }
}

/// The cells of the row, to be mended.
fn editor(desk: &Desk, (run, told): (&str, &RunTold), row: RowRef, (edits, tried): (&Edits, &Tried)) -> Markup {
    let lang = desk.lang;
    let sheet = told.sheets().get(row.sheet);
    let cells = sheet.cells(row.index);
    let to = address(run, told, row);
    let columns = (0..sheet.header.len()).filter(|at| !matches!(sheet.uses.get(*at), Some(Use::Report)));
    html! {
        section aria-labelledby="cells" {
            h2 id="cells" { (phrase(lang, "Cells")) }
            form method="post" action=(to) class="editor" data-check={ (to) "/check" } {
                (desk.csrf())
                div id="findings" role="status" aria-live="polite" { (findings(tried, told, row, lang)) }
                div class="fields" {
                    @for at in columns {
                        @let was = cells.get(at).unwrap_or_default();
                        @let now = edits.get(&(row.sheet, row.index, at)).map_or(&*was, String::as_str);
                        (field(sheet, at, (&was, now), is_wrong(tried, row, at), lang))
                    }
                }
                div class="actions" {
                    button { (phrase(lang, "Keep the changes")) }
                    button class="quiet" name="then" value="send" { (phrase(lang, "Keep, and go on to sending")) }
                }
            }
        }
    }
}

/// The button that takes the last change back.
pub(super) fn undo(desk: &Desk, (run, draft): (&str, &Draft), back: &str) -> Markup {
    let lang = desk.lang;
    let other = draft.last_by().filter(|by| !by.is_empty() && *by != desk.me());
    html! {
        form method="post" action={ "/runs/" (run) "/undo" } class="actions" {
            (desk.csrf())
            input type="hidden" name="back" value=(back);
            input type="hidden" name="changes" value=(draft.len());
            button class="quiet" {
                @if let Some(by) = other { (say(lang, "Take back the last change of {by}", &[("by", &by)])) }
                @else { (phrase(lang, "Take the last change back")) }
            }
        }
    }
}

fn field(sheet: &Sheet, at: usize, (was, now): (&str, &str), is_wrong: bool, lang: Lang) -> Markup {
    let header = sheet.header.get(at).map_or("", |header| header.trim());
    let (id, note) = (format!("c{at}"), format!("n{at}"));
    html! {
        div class="field" {
            label for=(id) { (cell(header)) }
            input type="hidden" name={ "w" (at) } value=(now);
            input id=(id) name=(id) value=(now) dir="auto" autocomplete="off" spellcheck="false" data-column=(at)
                aria-invalid=[is_wrong.then_some("true")] aria-describedby=[(was != now || now.contains(is_invisible)).then_some(&note)];
            @if was != now || now.contains(is_invisible) {
                p class="was" id=(note) {
                    @if was != now { (phrase(lang, "was")) ": " (cell(was)) }
                    @else { (phrase(lang, "with what hides in it")) ": " (shown(now)) }
                }
            }
        }
    }
}

fn is_wrong(tried: &Tried, row: RowRef, at: usize) -> bool {
    tried.rows.get(&row).is_some_and(|(_, found)| {
        found.iter().any(|found| {
            found.severity == Severity::Error && found.place.column_index.is_some_and(|column| column as usize == at)
        })
    })
}

/// Rows that were right and collide with a changed one.
pub(super) fn harmed(tried: &Tried, told: &RunTold, lang: Lang) -> Markup {
    html! {
        @if !tried.harmed.is_empty() {
            p class="verdict fail" {
                (phrase(lang, "With these changes another row is wrong, so nothing is sent")) ":"
                @for row in tried.harmed.iter().take(5) { " " (shown(&told.sheets().get(row.sheet).place(row.index, None).to_string())) }
            }
        }
    }
}

/// What is found about a row now.
pub(super) fn findings(tried: &Tried, told: &RunTold, row: RowRef, lang: Lang) -> Markup {
    let Some((verdict, found)) = tried.rows.get(&row) else { return html! {} };
    html! {
        (harmed(tried, told, lang))
        @match verdict {
            Verdict::Clean if !tried.harmed.is_empty() => {},
            Verdict::Clean => p class="verdict good" data-clean="yes" { (phrase(lang, "The row is clean and can be sent.")) },
            Verdict::Rejected => p class="verdict fail" { (phrase(lang, "The row cannot be sent like this.")) },
            Verdict::Skipped => p class="verdict quiet" { (phrase(lang, "The row is left out on purpose.")) },
            Verdict::Blocked(root) => p class="verdict wait" {
                (phrase(lang, "The row itself is right; it waits for")) " " (shown(&root.to_string()))
            },
        }
        @if !found.is_empty() {
            ul class="findings" {
                @for finding in found {
                    @let bad = finding.severity == Severity::Error;
                    li class=(if bad { "fail" } else { "wait" }) data-wrong=[finding.place.column_index.filter(|_| bad)] {
                        code { (finding.code.id()) } " "
                        @if let Some(column) = &finding.place.column { b { (shown(column)) } ": " }
                        (ticked(&finding.message(lang)))
                        p class="fix" { (ticked(&finding.fix(lang))) }
                    }
                }
            }
        }
    }
}

/// Everything that is recorded of the row.
fn told_story(story: &Story, lang: Lang) -> Markup {
    html! {
        section aria-labelledby="story" {
            h2 id="story" { (phrase(lang, "Its story")) }
            @for root in &story.roots {
                p { (phrase(lang, "waits for")) " " (shown(&root.place)) @if let Some(result) = &root.result { ": " (ticked(&result.reason)) } }
            }
            @if story.chapters.is_empty() { p { (phrase(lang, "nothing was ever sent for it")) } }
            @for chapter in &story.chapters {
                h3 { a href={ "/runs/" (chapter.head.run) } { (chapter.head.run) } }
                ol class="story" {
                    @for entry in &chapter.entries {
                        li { (moment(&entry.at)) " " b { (shown(&report::thing_words(&entry.step, lang))) } " "
                            (shown(&report::event_words(&entry.event, lang))) }
                    }
                }
            }
        }
    }
}

/// What a form changed in a row.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// The columns from left to right, with what stands in them now.
    pub cells: Vec<(usize, String)>,
    /// A column of them that somebody else has changed since the form was shown.
    pub overtaken: Option<usize>,
}

/// The columns that a form changed; a form holds every cell of its row, and what stood in them when it was shown.
pub(super) fn changed(told: &RunTold, row: RowRef, edits: &Edits, ask: &Ask) -> anyhow::Result<Changed> {
    let sheet = told.sheets().get(row.sheet);
    let cells = sheet.cells(row.index);
    let mut changed = Changed::default();
    for at in 0..sheet.header.len() {
        let Some(now) = ask.form.given(&format!("c{at}")) else { continue };
        let was = cells.get(at).unwrap_or_default();
        let before = edits.get(&(row.sheet, row.index, at)).map_or(&*was, String::as_str);
        let shown = ask.form.given(&format!("w{at}")).unwrap_or(before);
        anyhow::ensure!(
            now.len() <= CELL_BYTES_MAX,
            "a cell of more than {CELL_BYTES_MAX} bytes is no cell of a sheet"
        );
        if now != shown && now != before {
            changed.overtaken = changed.overtaken.or(Some(at).filter(|_| before != shown));
            changed.cells.push((at, now.to_owned()));
        }
    }
    Ok(changed)
}

/// As much as a cell of Excel takes.
const CELL_BYTES_MAX: usize = 32_767;

/// The row that an address names, or that there is none.
pub(super) fn row_named(told: &RunTold, (sheet, row): (&str, &str)) -> anyhow::Result<RowRef> {
    named(told, sheet, row).context("there is no such row in the run")
}
