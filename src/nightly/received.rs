//! What becomes of what arrived in a night: it is taken, or the night says why it is not.

use std::path::Path;

use super::inbox::{self, Arrival};
use super::worse;
use crate::pipeline::{Console, exit};
use crate::text::{Lang, say};
use crate::workspace::Workspace;

/// Takes what arrived; says what is not as usual.
pub fn received(
    arrival: &Arrival,
    inbox: &Path,
    workspace: &Workspace,
    lang: Lang,
    console: &Console<'_>,
) -> anyhow::Result<(Vec<String>, u8)> {
    let (finding, code) = taken(arrival, inbox, workspace, lang, console)?;
    let mut findings: Vec<String> = finding.into_iter().collect();
    if let Arrival::Refused { names, .. } = arrival {
        let words = "the sheets stay in the inbox `{inbox}` ({files}); the next night takes them once nothing stands in the way";
        let gaps: [(&str, &dyn std::fmt::Display); 2] = [("inbox", &inbox.display()), ("files", &names.join(", "))];
        findings.push(say(lang, words, &gaps));
    }
    for (copy, of) in inbox::doubled(inbox)? {
        let words = "`{file}` in `{inbox}` is called like a doubled download of `{of}`, so it was not taken; if it is the newest one, name it `{of}`, else remove it";
        let gaps: [(&str, &dyn std::fmt::Display); 3] = [("file", &copy), ("inbox", &inbox.display()), ("of", &of)];
        findings.push(say(lang, words, &gaps));
    }
    // What refuses a run tells more than that no sheet was taken.
    let is_refused = matches!(arrival, Arrival::Refused { .. });
    let code = if findings.is_empty() || is_refused { code } else { worse(code, exit::REJECTED) };
    Ok((findings, code))
}

/// Takes new sheets; says why none was taken.
fn taken(
    arrival: &Arrival,
    inbox: &Path,
    workspace: &Workspace,
    lang: Lang,
    console: &Console<'_>,
) -> anyhow::Result<(Option<String>, u8)> {
    let stamp = console.clock.run_id();
    let shown = inbox.display();
    Ok(match arrival {
        Arrival::New(names) => {
            inbox::take(inbox, names, workspace, &stamp)?;
            (None, exit::WELL)
        }
        Arrival::Nothing(others) => {
            let words = "no new sheet is in `{inbox}`{others: (only *, whose name is no sheet's)}; what waits and what was not \
                         finished is carried on with";
            (Some(say(lang, words, &[("inbox", &shown), ("others", &others.join(", "))])), exit::REJECTED)
        }
        Arrival::SameAgain(names) => {
            inbox::put_away(inbox, names, workspace, &stamp)?;
            let words = "{files} in `{inbox}` is the same as last time, byte for byte; look whether the export ran";
            (Some(say(lang, words, &[("files", &names.join(", ")), ("inbox", &shown)])), exit::REJECTED)
        }
        Arrival::Growing(name) => {
            let words = "`{file}` in `{inbox}` is still being written, so no file was taken from there; let the night begin later";
            (Some(say(lang, words, &[("file", name), ("inbox", &shown)])), exit::REJECTED)
        }
        Arrival::Partial(name) => {
            let words = "`{file}` in `{inbox}` is called like a file that is not whole yet, so no file was taken from there; let the night begin once it is whole, or remove it";
            (Some(say(lang, words, &[("file", name), ("inbox", &shown)])), exit::REJECTED)
        }
        Arrival::Unreadable(wrong) => {
            // A new sheet may also be refused for what is wrong with one that stands.
            let file = wrong.place.file.split('#').next().unwrap_or_default();
            let is_new = inbox.join(file).exists();
            let folder = if is_new { inbox } else { workspace.root() };
            let place = folder.join(wrong.place.to_string()).display().to_string();
            let words = "{place}: {message}; {fix}; the new sheets were not taken";
            let gaps: [(&str, &dyn std::fmt::Display); 3] =
                [("place", &place), ("message", &wrong.message(lang)), ("fix", &wrong.fix(lang))];
            (Some(say(lang, words, &gaps)), exit::REJECTED)
        }
        Arrival::Refused { words, exit, .. } => (Some(words.clone()), *exit),
        Arrival::Wrong(words) => (Some(words.clone()), exit::GUARD),
        Arrival::Shrunk { sheet, rows, before } => {
            let words = "the new {sheet} sheet has {rows|* row|* rows} and the last one had {before}, so it was not taken; if that is right, `turnup nightly --anyway` takes it";
            let gaps: [(&str, &dyn std::fmt::Display); 3] = [("sheet", sheet), ("rows", rows), ("before", before)];
            (Some(say(lang, words, &gaps)), exit::GUARD)
        }
    })
}
