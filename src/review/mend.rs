//! Changing cells of a row: checked at each change, kept, taken back.

use std::sync::Arc;

use super::desk::Desk;
use super::rows::{address, changed, findings, row_named};
use super::{Ask, Reply};
use crate::pipeline::{self, RunListed};

/// Tells what the row would be with the cells of the form; nothing is kept.
pub(super) fn check(desk: &Arc<Desk>, listed: &RunListed, at: (&str, &str), ask: &Ask) -> anyhow::Result<Reply> {
    let told = desk.told(listed)?;
    let row = row_named(&told, at)?;
    let (_, mut edits) = desk.draft(&listed.head.run, &told)?;
    for (column, now) in changed(&told, row, &edits, ask)? {
        edits.insert((row.sheet, row.index, column), now);
    }
    let workspace = desk.workspace()?;
    let tried = pipeline::tried(&workspace, &desk.settings(&workspace)?, &told, &edits, &[row])?;
    Ok(Reply::Fragment(findings(&tried, &told, row, desk.lang)))
}

/// Keeps the cells of the form.
pub(super) fn save(desk: &Arc<Desk>, listed: &RunListed, at: (&str, &str), ask: &Ask) -> anyhow::Result<Reply> {
    let run = &listed.head.run;
    let told = desk.told(listed)?;
    let row = row_named(&told, at)?;
    // A form holds every cell of its row: where another tab has changed that row meanwhile, the last word counts.
    let mut kept = Ok(());
    desk.redraft(run, &told, |draft, edits| match changed(&told, row, edits, ask) {
        Ok(changed) if changed.is_empty() => {}
        Ok(changed) => draft.change(changed.into_iter().map(|(column, now)| (row, column, now))),
        Err(error) => kept = Err(error),
    })?;
    kept?;
    Ok(Reply::See(address(run, &told, row)))
}

/// Takes the last change back, and leads back to where the button stood.
pub(super) fn undo(desk: &Arc<Desk>, listed: &RunListed, ask: &Ask) -> anyhow::Result<Reply> {
    let run = &listed.head.run;
    let told = desk.told(listed)?;
    desk.redraft(run, &told, |draft, _| {
        draft.undo();
    })?;
    let home = format!("/runs/{run}");
    let back = ask.form.get("back");
    // Only within the run: a form must not lead anywhere else.
    let is_ours = back.strip_prefix(&home).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    Ok(Reply::See(if is_ours { back.to_owned() } else { home }))
}
