//! What comes next after a run: for the end of its output, for its page, and for the mail of a night.

use std::collections::HashSet;
use std::path::Path;

use super::outcome::Outcome;
use super::view::RunView;
use crate::text::{in_folder, phrase, say};

/// What a person does next, in the order in which it is done.
pub fn next_steps(view: &RunView<'_>) -> Vec<String> {
    let outcomes: HashSet<Outcome> = view.results.values().flatten().map(|row| row.outcome).collect();
    let has = |wanted: &[Outcome]| wanted.iter().any(|outcome| outcomes.contains(outcome));
    let mut steps = Vec::new();
    if view.head.finished.is_none() {
        steps.push("go on with the run where it stands: `turnup resume`");
    }
    if has(&[Outcome::Rejected]) {
        steps.push("mend the rows in `*.rejected.csv` and send them back with `turnup retry --from FILE`, or mend the sheets and `turnup run`");
    }
    if has(&[Outcome::Failed, Outcome::Incomplete, Outcome::Unconfirmed]) {
        steps.push("once the causes are mended, do again what did not end well: `turnup retry`");
    }
    if has(&[Outcome::Conflict]) {
        steps.push(
            "decide what is right where another object stands in the place of a row: `turnup why FILE:ROW` tells which",
        );
    }
    if has(&[Outcome::Waiting]) {
        steps.push("what waits is followed up by the next `turnup run`; nothing is made twice");
    }
    let folder = Path::new(view.folder);
    steps.into_iter().map(|words| in_folder(phrase(view.lang, words), folder).into_owned()).collect()
}

/// The same at the end of a run's output, with the commands that show who waits and what is wrong in this folder.
pub fn next_words(view: &RunView<'_>) -> Vec<String> {
    let (lang, folder) = (view.lang, Path::new(view.folder));
    let mut words: Vec<String> =
        next_steps(view).iter().map(|step| say(lang, "next: {step}", &[("step", step)])).collect();
    let any = |outcome: Outcome| view.results.values().flatten().any(|row| row.outcome == outcome);
    if any(Outcome::Rejected) {
        let text = "next: `turnup review` shows the rows on a page, where they can be mended and sent back";
        words.insert(0, in_folder(phrase(lang, text), folder).into_owned());
    }
    if any(Outcome::Waiting) {
        let text = "next: `turnup remind` lists who waits for whom";
        words.push(in_folder(phrase(lang, text), folder).into_owned());
    }
    words
}
