//! Before mended rows are sent: what was changed, what would happen, and the person's word; or a file in place of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use maud::{Markup, html};

use super::causes::state;
use super::desk::{Desk, Task};
use super::draft::rows_of;
use super::page::{Part, cell, count, number, shown, ticked};
use super::rows::{address, harmed, undo};
use super::runs::crumbs;
use super::{Ask, Reply, rows_words};
use crate::check::RowRef;
use crate::model::SheetKind;
use crate::pipeline::{self, Edits, RunListed, RunTold, SendOrder, Tried};
use crate::plan::{Action, Forecast, Plan, Source, Stage, fingerprint};
use crate::report::{self, Outcome, RowResult};
use crate::settings::Settings;
use crate::text::{Lang, phrase, quoted, say};

/// Changed cells that are listed.
const CELLS_SHOWN: usize = 200;

/// What a person has seen and agrees to.
fn seen(edits: &Edits, plan: &Plan) -> String {
    let cells = edits.iter().map(|((sheet, row, column), now)| format!("{sheet}/{row}/{column}/{now}\n"));
    fingerprint(cells.chain([plan.digest()]))
}

/// Which Webex it goes to, in words.
pub(super) fn goes_to(settings: &Settings, lang: Lang) -> String {
    match &settings.api.base {
        Some(base) => base.host(),
        None => phrase(lang, "the simulator").to_owned(),
    }
}

/// The page before sending.
pub(super) fn confirm(desk: &Arc<Desk>, listed: &RunListed) -> anyhow::Result<Reply> {
    let (lang, run) = (desk.lang, &listed.head.run);
    let told = desk.told(listed)?;
    let (draft, edits) = desk.draft(run, &told)?;
    let (settings, tried) = desk.tried(&told, &edits, &rows_of(&edits))?;
    let ground = desk.ground(&desk.workspace()?, &settings)?;
    let forecast = pipeline::forecast_of(&settings, &ground, &tried.plan);
    let rows = rows_of(&edits);
    let clean = rows.iter().filter(|row| tried.is_clean(**row)).count();
    let title = phrase(lang, "Send the mended rows");
    let body = html! {
        (crumbs(lang, &[("/runs", phrase(lang, "Runs")), (&format!("/runs/{run}"), run)], title))
        h1 { (title) }
        @if edits.is_empty() {
            p class="lead" { (phrase(lang, "No cell of this run was changed, so there is nothing to send.")) }
            p { a class="button" href={ "/runs/" (run) } { (phrase(lang, "Back to the run")) } }
        } @else {
            p class="lead" { (say(lang, "{clean} of {rows|* mended row|* mended rows} {clean|is|are} clean.", &[("clean", &count(clean, lang)), ("rows", &count(rows.len(), lang))])) }
            (harmed(&tried, &told, lang))
            @for by in draft.others(&desk.me()) { p class="note wait" { (say(lang, "Cells of this run were changed by {by} too.", &[("by", &by)])) } }
            @if clean < rows.len() { p class="note wait" { (phrase(lang, "Rows that are not clean are not sent; they stay here to be mended.")) } }
            @if let Some(sent) = desk.sent_as(&draft)? { p class="note good" { (phrase(lang, "The mended rows were sent as run")) " " a href={ "/runs/" (sent) } { (sent) } } }
            section aria-labelledby="will" {
                h2 id="will" { (phrase(lang, "What will happen")) }
                (will_happen(&tried.plan, Some(&forecast), lang))
                @if !tried.released.is_empty() {
                    p { (say(lang, "{rows} that they need or had held back go along.", &[("rows", &rows_words(lang, tried.released.len()))])) }
                }
            }
            div class="sendoff" {
                form method="post" action={ "/runs/" (run) "/send" } {
                    (desk.csrf())
                    input type="hidden" name="seen" value=(seen(&edits, &tried.plan));
                    p class="check" {
                        input id="keep" type="checkbox" name="keep" value="yes";
                        label for="keep" { (ticked(phrase(lang, "Keep the mends in `corrections.csv`: later runs do them again while the source still says what was mended"))) }
                    }
                    button disabled[clean == 0 || !tried.harmed.is_empty()] {
                        (send_words(clean, tried.released.len(), &goes_to(&settings, lang), lang))
                    }
                }
                form method="post" action={ "/runs/" (run) "/save" } {
                    (desk.csrf())
                    button class="quiet" { (phrase(lang, "Save as mended files instead")) }
                }
                (undo(desk, (run, &draft), &format!("/runs/{run}/send")))
            }
            (changes((run, &told), (&edits, &tried), lang))
        }
    };
    Ok(desk.page(Part::Runs, title, &body))
}

/// How many rows go: those that were mended, and those that had waited for them.
fn send_words(clean: usize, released: usize, webex: &str, lang: Lang) -> String {
    let words = match released {
        0 => "Send {rows} to {webex}",
        _ => "Send {rows} and {released} that they had held back to {webex}",
    };
    let (rows, released) = (rows_words(lang, clean), rows_words(lang, released));
    say(lang, words, &[("rows", &rows), ("released", &released), ("webex", &webex)])
}

/// What a plan does, stage by stage, and to people and money.
pub(super) fn will_happen(plan: &Plan, forecast: Option<&Forecast>, lang: Lang) -> Markup {
    let mut totals: BTreeMap<(Stage, &str), usize> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.action != Action::Unchanged) {
        *totals.entry((step.stage, step.action.word())).or_default() += 1;
    }
    html! {
        @if totals.is_empty() {
            p { (phrase(lang, "No request would be made.")) }
        } @else {
            ul class="counts wide" {
                @for ((stage, action), rows) in &totals {
                    li { b { (count(*rows, lang)) } " " (phrase(lang, stage.name())) ": " (phrase(lang, action)) }
                }
            }
        }
        @if let Some(forecast) = forecast.filter(|forecast| forecast.calls.total() > 0) {
            p {
                (say(lang, "{calls|* request|* requests}, {time}.", &[("calls", &number(forecast.calls.total(), lang)), ("time", &report::range(forecast.least, forecast.most, lang))])) " "
                (say(lang, "{numbers|* number goes|* numbers go} live, {people|* person|* persons} may get a mail from Webex, {packages|* package becomes|* packages become} billable",
                    &[("numbers", &number(forecast.numbers_live, lang)), ("people", &number(forecast.people, lang)), ("packages", &number(forecast.people, lang))])) "."
            }
        }
    }
}

/// The changed cells.
fn changes((run, told): (&str, &RunTold), (edits, tried): (&Edits, &Tried), lang: Lang) -> Markup {
    html! {
        section aria-labelledby="changes" {
            h2 id="changes" { (phrase(lang, "Changed cells")) }
            table class="cards" {
                thead { tr { @for head in ["row", "column", "was", "is", "now"] { th scope="col" { (phrase(lang, head)) } } } }
                tbody {
                    @for ((kind, index, at), now) in edits.iter().take(CELLS_SHOWN) {
                        @let row = RowRef { sheet: *kind, index: *index };
                        @let sheet = told.sheets().get(*kind);
                        @let was = sheet.cells(*index).get(*at).unwrap_or_default();
                        tr {
                            th scope="row" data-label=(phrase(lang, "row")) {
                                a href=(address(run, told, row)) { (shown(&sheet.place(*index, None).to_string())) }
                            }
                            td data-label=(phrase(lang, "column")) { (cell(sheet.header.get(*at).map_or("", |header| header.trim()))) }
                            td data-label=(phrase(lang, "was")) { del { (cell(&was)) } }
                            td data-label=(phrase(lang, "is")) { ins { (cell(now)) } }
                            td data-label=(phrase(lang, "now")) { (state(tried, row, lang)) }
                        }
                    }
                }
            }
            @if edits.len() > CELLS_SHOWN { p { (say(lang, "and {count} more", &[("count", &count(edits.len() - CELLS_SHOWN, lang))])) } }
        }
    }
}

/// Sends what was seen, and nothing else.
pub(super) fn send(desk: &Arc<Desk>, listed: &RunListed, ask: &Ask) -> anyhow::Result<Reply> {
    let (lang, from) = (desk.lang, &listed.head.run);
    let told = desk.told(listed)?;
    let (_, edits) = desk.draft(from, &told)?;
    let (_, tried) = desk.tried(&told, &edits, &rows_of(&edits))?;
    if ask.form.get("seen") != seen(&edits, &tried.plan) || !tried.harmed.is_empty() {
        let words = "something has changed since that page was shown, so nothing was sent; look at it again";
        return Ok(Reply::Refused(StatusCode::CONFLICT, phrase(lang, words).to_owned()));
    }
    let clean = rows_of(&edits).into_iter().filter(|row| tried.is_clean(*row));
    let rows: Vec<Source> = clean.map(|row| Source { sheet: row.sheet, index: row.index }).collect();
    let run = desk.clock.run_id();
    let sent = edits.clone();
    let keeps = !ask.form.get("keep").is_empty();
    let order = SendOrder { from: from.clone(), run: run.clone(), edits, rows, keeps };
    if !desk.start(Some(run.clone()), Task::Send(order))? {
        let words = "another run that was started here is still under way; wait for it";
        return Ok(Reply::Refused(StatusCode::CONFLICT, phrase(lang, words).to_owned()));
    }
    // What was changed since is not sent.
    desk.redraft(from, &told, |draft, now| {
        if *now == sent {
            draft.sent = Some(run.clone());
        }
    })?;
    Ok(Reply::See(format!("/runs/{run}")))
}

/// Writes the mended rows as files that `retry --from` takes.
pub(super) fn save(desk: &Arc<Desk>, listed: &RunListed) -> anyhow::Result<Reply> {
    let (lang, run) = (desk.lang, &listed.head.run);
    let told = desk.told(listed)?;
    let (_, edits) = desk.draft(run, &told)?;
    let folder = desk.workspace()?.report(run);
    std::fs::create_dir_all(&folder)?;
    let mut files = Vec::new();
    for kind in SheetKind::ALL {
        let rows = mended_rows(&told, &edits, kind);
        if rows.is_empty() {
            continue;
        }
        let path = folder.join(format!("{kind}.mended.csv"));
        let sheet = pipeline::edited_sheet(&told, &edits, kind);
        report::write_streamed(&path, |out| report::rejected_csv(&sheet, &rows, out))?;
        let path = std::path::absolute(&path).unwrap_or(path);
        files.push(quoted(&path.display().to_string()));
    }
    let here = desk.here();
    let command = |file: &String| here.told(&format!("`turnup retry --from {file}`")).trim_matches('`').to_owned();
    let title = phrase(lang, "Saved");
    let body = html! {
        (crumbs(lang, &[("/runs", phrase(lang, "Runs")), (&format!("/runs/{run}"), run)], title))
        h1 { (title) }
        p class="lead" { (phrase(lang, "The mended rows are in these files; the command below sends one of them.")) }
        @for file in &files { pre { (shown(&command(file))) } }
        p { a class="button" href={ "/runs/" (run) "/send" } { (phrase(lang, "Back")) } }
    };
    Ok(desk.page(Part::Runs, title, &body))
}

/// The results of the rows of a sheet that have changed cells.
fn mended_rows(told: &RunTold, edits: &Edits, kind: SheetKind) -> Vec<RowResult> {
    let changed: Vec<usize> = rows_of(edits).into_iter().filter(|row| row.sheet == kind).map(|row| row.index).collect();
    let of = told.results().get(&kind).into_iter().flatten().filter(|result| changed.contains(&result.row));
    // Whatever became of it, it is one of the rows to send.
    of.map(|result| RowResult { outcome: Outcome::Rejected, ..result.clone() }).collect()
}
