//! What comes next after a run: for the end of its output, for its page, and for the mail of a night.

use std::collections::HashSet;
use std::fmt::Display;

use super::outcome::Outcome;
use super::view::RunView;
use crate::text::{phrase, quoted, say};

/// What a person does next, in the order in which it is done.
pub fn next_steps(view: &RunView<'_>) -> Vec<String> {
    let outcomes: HashSet<Outcome> = view.results.values().flatten().map(|row| row.outcome).collect();
    let has = |wanted: &[Outcome]| wanted.iter().any(|outcome| outcomes.contains(outcome));
    let mut steps: Vec<String> = Vec::new();
    let mut step = |words: &str| steps.push(words.to_owned());
    if view.head.finished.is_none() {
        step(phrase(view.lang, "go on with the run where it stands: `turnup resume`"));
    }
    if has(&[Outcome::Rejected]) {
        let words = "mend the rows in `{files}` and send them back with `turnup retry --from FILE`, or mend the sheets and `turnup run{wave: --wave *}`";
        let files = view.report.join("*.rejected.csv");
        let wave = view.wave.map(quoted).unwrap_or_default();
        let gaps: [(&str, &dyn Display); 2] = [("files", &files.display()), ("wave", &wave)];
        step(&say(view.lang, words, &gaps));
    }
    if has(&[Outcome::Failed, Outcome::Incomplete, Outcome::Unconfirmed]) {
        step(phrase(view.lang, "once the causes are mended, do again what did not end well: `turnup retry`"));
    }
    if has(&[Outcome::Conflict]) {
        let words =
            "decide what is right where another object stands in the place of a row: `turnup why FILE:ROW` tells which";
        step(phrase(view.lang, words));
    }
    if has(&[Outcome::Waiting]) {
        step(phrase(view.lang, "what waits is followed up by the next `turnup run`; nothing is made twice"));
    }
    steps.into_iter().map(|words| view.here.told(&words).into_owned()).collect()
}

/// The same at the end of a run's output, with the commands that show who waits and what is wrong in this folder.
pub fn next_words(view: &RunView<'_>) -> Vec<String> {
    let lang = view.lang;
    let mut words: Vec<String> =
        next_steps(view).iter().map(|step| say(lang, "next: {step}", &[("step", step)])).collect();
    let any = |outcome: Outcome| view.results.values().flatten().any(|row| row.outcome == outcome);
    if any(Outcome::Rejected) {
        let text = "next: `turnup review` shows the rows on a page, where they can be mended and sent back";
        words.insert(0, view.here.told(phrase(lang, text)).into_owned());
    }
    if any(Outcome::Waiting) {
        let text = "next: `turnup remind` lists who waits for whom";
        words.push(view.here.told(phrase(lang, text)).into_owned());
    }
    words
}
