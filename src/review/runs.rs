//! The list of runs, and one run: how far it has come, what became of its rows, what is to be mended.

use std::sync::Arc;

use maud::{Markup, html};

use super::desk::Desk;
use super::draft::{self, Draft};
use super::form::query;
use super::page::{Part, count, moment, outcome_words, percent, shown, ticked, tone};
use super::rows::is_edited;
use super::{Reply, live, rows_words};
use crate::model::SheetKind;
use crate::pipeline::{Origin, RunListed, RunStanding, RunTold, exit};
use crate::report::{self, Cause, Causes};
use crate::text::{self, Lang, phrase, say};

/// Causes that are shown before the others are folded away.
const CAUSES_SHOWN: usize = 5;

/// Where a run stands, in words, with its colour.
pub(super) fn standing(listed: &RunListed, lang: Lang) -> (&'static str, &'static str) {
    let (english, tone) = match (&listed.standing, listed.head.exit) {
        (RunStanding::UnderWay, _) => ("under way", "wait"),
        (RunStanding::Unfinished, _) | (RunStanding::Finished, Some(exit::INTERRUPTED)) => ("cut off", "fail"),
        (RunStanding::Parked, _) => ("waits for approval", "wait"),
        (RunStanding::Superseded, _) => ("was not approved", "quiet"),
        (RunStanding::Finished, Some(exit::WELL)) if listed.head.night.is_some() => ("no new sheet was taken", "wait"),
        (RunStanding::Finished, Some(exit::WELL)) if is_retry(listed) => ("its rows are well", "good"),
        (RunStanding::Finished, Some(exit::WELL)) => ("all well", "good"),
        (RunStanding::Finished, Some(exit::REJECTED)) => ("rows to mend", "fail"),
        (RunStanding::Finished, Some(exit::GUARD)) => ("stopped before its end", "wait"),
        (RunStanding::Finished, _) => ("rows failed", "fail"),
    };
    (phrase(lang, english), tone)
}

/// Every run, the latest first.
pub(super) fn list(desk: &Desk) -> anyhow::Result<Reply> {
    let lang = desk.lang;
    let runs = desk.runs()?;
    let title = phrase(lang, "Runs");
    let body = html! {
        h1 { (title) }
        @if runs.is_empty() {
            p class="lead" { (phrase(lang, "Nothing has been run in this folder yet.")) }
            p { a class="button" href="/plan" { (phrase(lang, "See what the next run would do")) } }
        } @else {
            div class="scroll" tabindex="0" role="region" aria-label=(title) {
                table class="cards" {
                    thead { tr {
                        @for head in ["run", "standing", "started", "finished", "by", "sent to"] {
                            th scope="col" { (phrase(lang, head)) }
                        }
                    } }
                    tbody { @for listed in &runs { (line(listed, lang)) } }
                }
            }
        }
    };
    Ok(desk.page(Part::Runs, title, &body))
}

/// Was it a run of some rows, to which others belong?
fn is_retry(listed: &RunListed) -> bool {
    matches!(listed.head.origin, Origin::Retry | Origin::Review)
}

/// The run whose rows this one sent again, where it is known: the rows that were not sent are told there.
fn sent_again(desk: &Desk, listed: &RunListed) -> anyhow::Result<Option<String>> {
    if !is_retry(listed) {
        return Ok(None);
    }
    let workspace = desk.workspace()?;
    let run = &listed.head.run;
    let earlier: Vec<RunListed> = desk.runs()?.into_iter().skip_while(|other| other.head.run != *run).skip(1).collect();
    for other in &earlier {
        if Draft::read(&workspace.draft(&other.head.run))?.sent.as_ref() == Some(run) {
            return Ok(Some(other.head.run.clone()));
        }
    }
    let is_of_all = |other: &&RunListed| {
        other.standing == RunStanding::Finished && matches!(other.head.origin, Origin::Run | Origin::Nightly)
    };
    let is_by_command = listed.head.origin == Origin::Retry;
    Ok(earlier.iter().find(is_of_all).filter(|_| is_by_command).map(|other| other.head.run.clone()))
}

fn line(listed: &RunListed, lang: Lang) -> Markup {
    let (words, tone) = standing(listed, lang);
    let head = &listed.head;
    html! {
        tr {
            th scope="row" data-label=(phrase(lang, "run")) { a href={ "/runs/" (head.run) } { (head.run) } }
            td data-label=(phrase(lang, "standing")) { span class={ "badge " (tone) } { (words) } }
            td data-label=(phrase(lang, "started")) { (moment(&head.started)) }
            td data-label=(phrase(lang, "finished")) { @if let Some(at) = &head.finished { (moment(at)) } @else { "–" } }
            td data-label=(phrase(lang, "by")) { (shown(&head.by)) }
            td data-label=(phrase(lang, "sent to")) { (shown(&text::retold(lang, &head.provider))) }
        }
    }
}

/// What is shown of a run that is not in the journal: it may be about to begin.
pub(super) fn absent(desk: &Desk, run: &str) -> Reply {
    let (lang, job) = (desk.lang, desk.job());
    if !job.is_begun || job.run.as_deref() != Some(run) {
        return Reply::Missing;
    }
    let title = say(lang, "Run {run}", &[("run", &run)]);
    let is_over = job.exit.is_some();
    let body = html! {
        h1 { (title) }
        @if is_over {
            p class="lead" { (phrase(lang, "Nothing was sent.")) }
            (desk.said(Some(run)))
            p { a class="button" href="/runs" { (phrase(lang, "Back to the runs")) } }
        } @else {
            div data-live={ "/runs/" (run) "/events" } {
                p class="lead" role="status" { (phrase(lang, "The run is about to begin.")) }
            }
            p { a href={ "/runs/" (run) } { (phrase(lang, "Look again")) } }
        }
    };
    desk.page(Part::Runs, &title, &body)
}

/// One run.
pub(super) fn show(desk: &Arc<Desk>, listed: &RunListed) -> anyhow::Result<Reply> {
    let (lang, head) = (desk.lang, &listed.head);
    let title = say(lang, "Run {run}", &[("run", &head.run)]);
    let (words, tone) = standing(listed, lang);
    let told = desk.told(listed);
    let sent_again = sent_again(desk, listed)?;
    let body = html! {
        (crumbs(lang, &[("/runs", phrase(lang, "Runs"))], &head.run))
        h1 { (title) " " span class={ "badge large " (tone) } { (words) } }
        p class="meta" {
            (phrase(lang, "started")) " " (moment(&head.started)) " " (phrase(lang, "by")) " " (shown(&head.by))
            @if let Some(at) = &head.finished { ", " (phrase(lang, "finished")) " " (moment(at)) }
            ", " (phrase(lang, "sent to")) " " (shown(&text::retold(lang, &head.provider)))
        }
        (how_it_goes_on(desk, listed))
        @if let Some(run) = &sent_again {
            p class="note wait" {
                (phrase(lang, "Only some rows were sent here. What else is to be mended is told on the page of run")) " "
                a href={ "/runs/" (run) } { (run) }
            }
        }
        @if listed.standing == RunStanding::UnderWay { (live::section(desk, listed)?) }
        (desk.said(Some(&head.run)))
        @match &told {
            Ok(told) => {
                (draft(desk, listed, told)?)
                // Before it is over, rows that are on their way would look as if they had failed.
                @if listed.standing != RunStanding::UnderWay {
                    (outcomes(listed, told, lang))
                    (causes(listed, told.view().causes, &mended(desk, listed, told)?, lang))
                }
            }
            Err(error) => { p class="note fail" { (shown(&text::error(lang, error.chain()))) } }
        }
    };
    Ok(desk.page(Part::Runs, &title, &body))
}

/// The way back.
pub(super) fn crumbs(lang: Lang, links: &[(&str, &str)], here: &str) -> Markup {
    html! {
        nav class="crumbs" aria-label=(phrase(lang, "where you are")) {
            ol {
                @for (to, words) in links { li { a href=(to) { (shown(words)) } } }
                li aria-current="page" { (ticked(here)) }
            }
        }
    }
}

fn how_it_goes_on(desk: &Desk, listed: &RunListed) -> Markup {
    let words = match listed.standing {
        RunStanding::Unfinished => {
            "This run was cut off. `turnup resume` goes on where it stands; a new run settles first what it had sent."
        }
        RunStanding::Parked => {
            "This run changes or deletes more than the guards allow, so it waits for a person: `turnup approve` lets it go."
        }
        _ => return html! {},
    };
    let words = phrase(desk.lang, words);
    // The approval names its run.
    let words = words.replace("`turnup approve`", &format!("`turnup approve {}`", listed.head.run));
    html! { p class="note wait" { (ticked(&words)) } }
}

/// What was mended and not sent yet.
fn draft(desk: &Desk, listed: &RunListed, told: &RunTold) -> anyhow::Result<Markup> {
    let (lang, run) = (desk.lang, &listed.head.run);
    let (draft, edits) = desk.draft(run, told)?;
    let (cells, sent) = (edits.len(), desk.sent_as(&draft)?);
    Ok(html! {
        @if let Some(sent) = sent.as_ref().filter(|_| cells > 0) {
            (sent_words(sent, lang))
        } @else if cells > 0 {
            div class="note act" {
                p { (say(lang, "{count|* cell is|* cells are} mended and not sent yet.", &[("count", &count(cells, lang))])) }
                a class="button" href={ "/runs/" (run) "/send" } { (phrase(lang, "Look at them and send")) }
            }
        }
    })
}

/// Which run the mended rows were sent as.
pub(super) fn sent_words(run: &str, lang: Lang) -> Markup {
    html! {
        p class="note good" { (phrase(lang, "The mended rows were sent as run")) " " a href={ "/runs/" (run) } { (run) } }
    }
}

/// What became of the rows, sheet by sheet.
fn outcomes(listed: &RunListed, told: &RunTold, lang: Lang) -> Markup {
    let counts = report::counts(told.results());
    let base = format!("/runs/{}/rows", listed.head.run);
    html! {
        section aria-labelledby="outcomes" {
            h2 id="outcomes" { (phrase(lang, "What became of the rows")) }
            div class="panels" {
                @for kind in SheetKind::ALL {
                    @let of = counts.get(&kind).cloned().unwrap_or_default();
                    @let total: usize = of.values().sum();
                    div class="panel" {
                        h3 { a href={ (base) "?" (query(&[("sheet", kind.name())])) } { (phrase(lang, kind.name())) }
                            " " span class="total" { (count(total, lang)) } }
                        @if total > 0 {
                            svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                                @for (from, width, tone) in parts(&of, total) {
                                    rect class=(tone) x=(from) y="0" width=(width) height="6" {}
                                }
                            }
                        }
                        ul class="counts" {
                            @for (outcome, rows) in &of {
                                li {
                                    a href={ (base) "?" (query(&[("sheet", kind.name()), ("outcome", outcome.word())])) } {
                                        span class={ "dot " (tone(*outcome)) } aria-hidden="true" {}
                                        span { (outcome_words(*outcome, lang)) } " " b { (count(*rows, lang)) }
                                    }
                                }
                            }
                            @if of.is_empty() { li class="meta" { (phrase(lang, "no rows")) } }
                        }
                    }
                }
            }
        }
    }
}

/// Where each part of a bar begins, how wide it is, and its colour.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
fn parts(of: &std::collections::BTreeMap<report::Outcome, usize>, total: usize) -> Vec<(f64, f64, &'static str)> {
    let mut from = 0.0;
    let mut part = |(outcome, rows): (&report::Outcome, &usize)| {
        let width = *rows as f64 * 100.0 / total as f64;
        from += width;
        (from - width, width, tone(*outcome))
    };
    of.iter().map(&mut part).collect()
}

/// How many rows of each cause are clean with what was changed; none where nobody has changed a cell.
fn mended(desk: &Desk, listed: &RunListed, told: &RunTold) -> anyhow::Result<Vec<usize>> {
    let (_, edits) = desk.draft(&listed.head.run, told)?;
    let rows = draft::rows_of(&edits);
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (_, tried) = desk.tried(told, &edits, &rows)?;
    let causes = told.view().causes;
    let clean = |at: usize| causes.members(at).filter(|row| is_edited(&edits, *row) && tried.is_clean(*row)).count();
    Ok((0..causes.list.len()).map(clean).collect())
}

/// What is to be mended, the largest effect first, and what is mended already at the end.
fn causes(listed: &RunListed, causes: &Causes, mended: &[usize], lang: Lang) -> Markup {
    let shown_of = causes.list.len().min(CAUSES_SHOWN);
    let of = |at: usize| mended.get(at).copied().unwrap_or_default();
    let mut all: Vec<(usize, &Cause)> = causes.list.iter().enumerate().collect();
    all.sort_by_key(|(at, cause)| of(*at) >= cause.rows.max(1));
    html! {
        section aria-labelledby="causes" {
            h2 id="causes" { (phrase(lang, "What to mend")) }
            @if causes.list.is_empty() {
                p class="lead" { (phrase(lang, if is_retry(listed) { "Nothing of what this run sent." } else { "Nothing: every row that takes part is well." })) }
            } @else {
                p { (say(lang, "{share} of all rows are well as they stand. Each cause says what passes once it and those before it are mended.",
                    &[("share", &percent(causes.well_share(), lang))])) }
                ol class="causes" { @for (at, cause) in all.iter().take(shown_of) { (card(listed, (*at, cause), of(*at), lang)) } }
                @if causes.list.len() > shown_of {
                    details {
                        summary { (say(lang, "{count|* more cause|* more causes}", &[("count", &count(causes.list.len() - shown_of, lang))])) }
                        ol class="causes" start=(shown_of + 1) {
                            @for (at, cause) in all.iter().skip(shown_of) { (card(listed, (*at, cause), of(*at), lang)) }
                        }
                    }
                }
            }
        }
    }
}

fn card(listed: &RunListed, (at, cause): (usize, &Cause), clean: usize, lang: Lang) -> Markup {
    html! {
        li class="cause" {
            h3 {
                a href={ "/runs/" (listed.head.run) "/causes/" (at) } { (ticked(&cause.title)) }
                @if clean > 0 { " " span class="badge good" { (clean_words(clean, cause.rows, lang)) } }
            }
            p { (ticked(&cause.message)) }
            p class="fix" { (ticked(&cause.fix)) }
            @if clean >= cause.rows.max(1) { p class="effect" { b { (rows_words(lang, cause.rows)) } } } @else { (effect(cause, lang)) }
        }
    }
}

/// How many rows of a cause are clean with what was changed.
pub(super) fn clean_words(clean: usize, rows: usize, lang: Lang) -> String {
    let gaps: [(&str, &dyn std::fmt::Display); 2] = [("clean", &count(clean, lang)), ("rows", &count(rows, lang))];
    say(lang, "{clean} of {rows|* row|* rows} {clean|is|are} clean now.", &gaps)
}

/// How many rows a cause concerns, and what passes with it mended.
pub(super) fn effect(cause: &Cause, lang: Lang) -> Markup {
    html! {
        p class="effect" {
            b { (rows_words(lang, cause.rows)) }
            @if cause.blocked > 0 { ", " (say(lang, "{count} held back by {rows|it|them}", &[("count", &count(cause.blocked, lang)), ("rows", &cause.rows)])) }
            " · " (say(lang, "{share} of all rows pass with it mended", &[("share", &percent(cause.share, lang))]))
            @for code in &cause.codes { " " code { (shown(code)) } }
        }
    }
}
