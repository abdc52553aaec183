//! `turnup undo`: a reviewed plan of its own that takes back what one run made.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::history::wanted;
use super::inputs::Inputs;
use super::recorded::{Recorded, Scope, unfinished};
use super::{Confirmation, Console, Origin, Terminal, exit, forecast, guard, head, place, provider};
use crate::journal::{Ending, Log, Record, RunHead, Sqlite, State, made};
use crate::plan::{self, Action, Kept, Known, Removed, StepId, Undo, Work};
use crate::report::{self, PlanFormat, PlanView};
use crate::settings::{Typed, settle};
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// What is said of a run that is not over before something is taken back.
const SETTLED: &str =
    "the run {run} of {started} {how}; what it has sent is settled first, then what it made is taken back";

/// Takes back what a run made, and nothing that stood before.
///
/// # Errors
/// When there is no such run, or the environment does not allow it.
pub async fn undo(
    folder: &Path,
    typed: &Typed,
    run: &str,
    confirmation: Confirmation,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let lang = settings.lang;
    anyhow::ensure!(workspace.has_state(), "there is no such run; `turnup runs` lists them");
    let _claim = workspace.claim(&console.clock.who())?;
    let mut log = Sqlite::open(&workspace.journal())?;
    guard::same_provider(&log, &settings)?;
    place::settle(&workspace, &log, &settings, console)?;
    wanted(&log, Some(run))?;
    provider::look_at_faults(&settings)?;
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    if let Some(open) = unfinished(recorded.log)?
        && recorded.open(&open.run, Scope::WhatWasSent)? > 0
    {
        // Nobody can say yet what there is to take back.
        if is_unconfirmed(confirmation, lang, console) {
            return Ok(exit::USAGE);
        }
        if let Some(stopped) = recorded.settle(SETTLED, confirmation, console).await? {
            return Ok(stopped);
        }
    }
    let known = log.known()?;
    let (stored, records) = log.replay(run)?;
    let touched = touched_since(&log, &log.runs()?, run)?;
    let undo = plan::undo(&made(&stored, &records, &touched), &known);
    let inputs = Inputs::read(&workspace.inputs(run), &settings.as_kept(&workspace.inputs(run))?.reading)
        .context("the inputs that were kept with the run are gone, so it cannot be taken back row by row")?;
    let forecast = forecast(&undo.plan, &known, &settings, &log.learned(&provider::name(&settings))?);
    let view = PlanView::alone(&inputs.sheets, &undo.plan, &forecast, lang);
    // Told before the question, or else at the end, where it is read.
    let again = again_words(&undo, &known, lang);
    let before = if confirmation == Confirmation::Wanted { again.as_str() } else { "" };
    console.say(&(report::plan(PlanFormat::Text, &view) + &kept_words(&undo, lang) + before));
    if undo.plan.is_idle() {
        console.say(phrase(lang, "there is nothing to take back"));
        return Ok(exit::WELL);
    }
    if is_unconfirmed(confirmation, lang, console) {
        return Ok(exit::USAGE);
    }
    provider::look(&settings)?;
    if confirmation == Confirmation::Wanted && !console.is_confirmed(&settings)? {
        console.say(phrase(lang, "nothing was sent"));
        return Ok(exit::WELL);
    }
    // What is left of a run that was not over is not done any more, now that somebody wants it.
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    if let Some(stopped) = recorded.settle(SETTLED, Confirmation::Given, console).await? {
        return Ok(stopped);
    }
    let begun_by = RunHead { undoes: Some(run.to_owned()), origin: Origin::Undo, ..RunHead::default() };
    let new = head(console.clock.run_id(), (&undo.plan, &forecast), &settings, begun_by, &console.clock);
    copy_inputs(&workspace.inputs(run), &workspace.inputs(&new.run))?;
    log.begin(&new, &undo.plan)?;
    let mut recorded = Recorded { workspace: &workspace, settings: &settings, log: &mut log };
    let code = recorded.carry_out(&new.run, Scope::Everything, console).await?;
    if !again.is_empty() && confirmation == Confirmation::Given {
        console.say(again.trim_start());
    }
    Ok(code)
}

/// What it takes to make customers again that go: their organisations stay, and with them the e-mails of their users.
fn again_words(undo: &Undo, known: &Known, lang: Lang) -> String {
    let mut text = String::new();
    for step in undo.plan.steps.iter().filter(|step| step.action == Action::Delete) {
        let Work::Removal(removal) = &step.work else { continue };
        let (Removed::Customer, Some(customer)) = (&removal.what, &removal.customer) else { continue };
        let Some(org_id) = known.organisation_of_users(customer) else { continue };
        let gaps: [(&str, &dyn std::fmt::Display); 2] = [("customer", customer), ("org_id", &org_id)];
        text.push_str(&report::printable(&format!("\n{}", say(lang, report::TO_MAKE_AGAIN, &gaps))));
    }
    text
}

/// Says so where somebody has to confirm and nobody can.
fn is_unconfirmed(confirmation: Confirmation, lang: Lang, console: &mut Console<'_>) -> bool {
    let nobody = confirmation == Confirmation::Wanted && console.terminal == Terminal::Machine;
    if nobody {
        console.refuse(phrase(lang, "nobody is there to confirm that the run is taken back; add --yes"));
    }
    nobody
}

/// The steps of which a later run has changed anything, or may have.
fn touched_since(log: &Sqlite, heads: &[RunHead], run: &str) -> anyhow::Result<HashSet<StepId>> {
    let mut touched = HashSet::new();
    for later in heads.iter().skip_while(|head| head.run != run).skip(1).filter(|head| head.undoes.is_none()) {
        let (_, records) = log.replay(&later.run)?;
        touched.extend(records.into_iter().filter(|(_, record)| may_have_changed(record)).map(|(id, _)| id));
    }
    Ok(touched)
}

/// Did a request take effect, or may one whose answer never came?
fn may_have_changed(record: &Record) -> bool {
    let is_in_doubt = matches!(
        record.state,
        State::Sending(_) | State::Doubtful(_) | State::Finished(Ending::Unconfirmed | Ending::Conflict)
    );
    !record.done.is_empty() || (is_in_doubt && record.attempts > 0)
}

/// What stays and why, and what no API takes back.
fn kept_words(undo: &Undo, lang: Lang) -> String {
    let mut text = String::new();
    for (id, kept) in &undo.kept {
        let words = match kept {
            Kept::Changed => "{id} stays: it stood before the run, and what the run changed of it is not taken back",
            Kept::Touched => "{id} stays: a later run has changed it",
            Kept::InUse => "{id} stays: something that stays is in it",
        };
        text.push_str(&report::printable(&(say(lang, words, &[("id", id)]) + "\n")));
    }
    let never = "mails that Webex has sent and numbers that were ordered cannot be taken back; organisations, persons and \
                 their e-mails stay in Webex";
    text + phrase(lang, never)
}

/// The sheets of the run, whose rows the results speak of.
fn copy_inputs(from: &Path, to: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot copy `{}` to `{}`", from.display(), to.display());
    fs::create_dir_all(to).with_context(failed)?;
    for entry in fs::read_dir(from).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        fs::copy(entry.path(), to.join(entry.file_name())).with_context(failed)?;
    }
    Ok(())
}
