//! One row's whole story: what became of it, why, and everything that happened to it in every run.

use std::fmt::Display;

use serde::Serialize;

use super::causes::{Cause, percent};
use super::deeds::{event_words, thing_words};
use super::printable;
use super::row::RowResult;
use super::silence::things;
use crate::journal::{Entry, RunHead};
use crate::text::{Lang, phrase, say};

/// What one run did about a row.
#[derive(Debug, Clone)]
pub struct Chapter {
    pub head: RunHead,
    pub entries: Vec<Entry>,
}

/// A row that the told one waits for.
#[derive(Debug, Clone)]
pub struct RootStory {
    pub place: String,
    pub result: Option<RowResult>,
}

/// One row's story.
#[derive(Debug, Clone)]
pub struct Story {
    pub file: String,
    pub row: u32,
    /// The run whose result is told.
    pub run: String,
    /// Headers and cells as they stood in that run.
    pub cells: Vec<(String, String)>,
    pub result: Option<RowResult>,
    /// What it waits for, root by root.
    pub roots: Vec<RootStory>,
    pub causes: Vec<Cause>,
    /// Oldest first.
    pub chapters: Vec<Chapter>,
}

/// A story for people.
pub fn story_text(story: &Story, lang: Lang) -> String {
    let place = format!("{}:{}", story.file, story.row);
    let mut text = say(lang, "{place} in run {run}", &[("place", &place), ("run", &story.run)]) + "\n";
    for (header, cell) in story.cells.iter().filter(|(_, cell)| !cell.is_empty()) {
        text.push_str(&format!("  {}: {}\n", printable(header), one_line(cell)));
    }
    match &story.result {
        Some(result) => text.push_str(&result_text(result, lang)),
        None => text.push_str(&format!("{}\n", phrase(lang, "the row took no part in this run"))),
    }
    for root in &story.roots {
        text.push_str(&say(lang, "what it waits for: {place}", &[("place", &root.place)]));
        text.push('\n');
        if let Some(result) = &root.result {
            text.push_str(&result_text(result, lang));
        }
    }
    for cause in &story.causes {
        let share = percent(cause.share, lang);
        let gaps: [(&str, &dyn Display); 4] = [
            ("title", &printable(&cause.title)),
            ("rows", &cause.rows),
            ("blocked", &cause.blocked),
            ("share", &share),
        ];
        let words = "cause: {title}, which concerns {rows|* row|* rows} and holds back {blocked}; {share} of all rows pass with it mended";
        text.push_str(&(say(lang, words, &gaps) + "\n"));
    }
    text.push_str(&chapters_text(story, lang));
    text
}

fn chapters_text(story: &Story, lang: Lang) -> String {
    if story.chapters.is_empty() {
        return format!("{}\n", phrase(lang, "nothing was ever sent for it"));
    }
    let mut text = String::new();
    for Chapter { head, entries } in &story.chapters {
        let gaps: [(&str, &dyn Display); 3] = [("run", &head.run), ("started", &head.started), ("by", &head.by)];
        text.push_str(&(say(lang, "run {run}, started {started} by {by}", &gaps) + "\n"));
        for entry in entries {
            let (thing, words) = (thing_words(&entry.step, lang), event_words(&entry.event, lang));
            text.push_str(&format!("  {}  {thing}: {words}\n", entry.at));
        }
    }
    text
}

fn result_text(result: &RowResult, lang: Lang) -> String {
    let codes = if result.codes.is_empty() { String::new() } else { format!(" [{}]", result.codes.join(" ")) };
    let mut text = format!("  {}: {}{codes}\n", phrase(lang, "what became of it"), result.outcome);
    let finished = one_line(&result.finished_at);
    let (done, missing) = (things(&result.done, lang), things(&result.missing, lang));
    let lines: [(&str, &str); 6] = [
        ("reason", &result.reason),
        ("cure", &result.fix),
        ("what is done", &done),
        ("what is missing", &missing),
        ("tracking id", &result.tracking_id),
        ("finished", &finished),
    ];
    for (name, value) in lines.into_iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format!("  {}: {}\n", phrase(lang, name), one_line(value)));
    }
    text
}

fn one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    file: &'a str,
    row: u32,
    run: &'a str,
    cells: Vec<[&'a str; 2]>,
    result: Option<ResultJson<'a>>,
    waits_for: Vec<RootJson<'a>>,
    causes: &'a [Cause],
    runs: Vec<ChapterJson<'a>>,
}

#[derive(Serialize)]
struct ResultJson<'a> {
    result: &'static str,
    codes: &'a [String],
    reason: &'a str,
    fix: &'a str,
    done: &'a [String],
    missing: &'a [String],
    webex_id: &'a str,
    attempts: u32,
    tracking_id: &'a str,
    finished_at: &'a str,
}

#[derive(Serialize)]
struct RootJson<'a> {
    place: &'a str,
    result: Option<ResultJson<'a>>,
}

#[derive(Serialize)]
struct ChapterJson<'a> {
    run: &'a str,
    started: &'a str,
    by: &'a str,
    entries: Vec<EntryJson<'a>>,
}

#[derive(Serialize)]
struct EntryJson<'a> {
    at: &'a str,
    step: &'a str,
    #[serde(flatten)]
    event: &'a crate::journal::Event,
    words: String,
}

/// A story for programs.
///
/// # Errors
/// Never in practice: texts and numbers can be written.
pub fn story_json(story: &Story) -> serde_json::Result<String> {
    let runs = story.chapters.iter().map(|chapter| ChapterJson {
        run: &chapter.head.run,
        started: &chapter.head.started,
        by: &chapter.head.by,
        entries: chapter.entries.iter().map(entry_json).collect(),
    });
    let json = Json {
        schema: "turnup.why/1",
        file: &story.file,
        row: story.row,
        run: &story.run,
        cells: story.cells.iter().map(|(header, cell)| [header.as_str(), cell.as_str()]).collect(),
        result: story.result.as_ref().map(result_json),
        waits_for: story
            .roots
            .iter()
            .map(|root| RootJson { place: &root.place, result: root.result.as_ref().map(result_json) })
            .collect(),
        causes: &story.causes,
        runs: runs.collect(),
    };
    Ok(serde_json::to_string(&json)? + "\n")
}

fn entry_json(entry: &Entry) -> EntryJson<'_> {
    let words = event_words(&entry.event, Lang::En);
    EntryJson { at: &entry.at, step: entry.step.as_str(), event: &entry.event, words }
}

fn result_json(result: &RowResult) -> ResultJson<'_> {
    ResultJson {
        result: result.outcome.word(),
        codes: &result.codes,
        reason: &result.reason,
        fix: &result.fix,
        done: &result.done,
        missing: &result.missing,
        webex_id: &result.webex_id,
        attempts: result.attempts,
        tracking_id: &result.tracking_id,
        finished_at: &result.finished_at,
    }
}
