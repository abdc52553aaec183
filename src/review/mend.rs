//! Changing cells of a row: checked at each change, kept, taken back.

use std::sync::Arc;

use axum::http::StatusCode;

use super::desk::Desk;
use super::rows::{Changed, address, changed, findings, row_named};
use super::{Ask, Reply};
use crate::pipeline::RunListed;
use crate::text::say;

/// Tells what the row would be with the cells of the form; nothing is kept.
pub(super) fn check(desk: &Arc<Desk>, listed: &RunListed, at: (&str, &str), ask: &Ask) -> anyhow::Result<Reply> {
    let told = desk.told(listed)?;
    let row = row_named(&told, at)?;
    let (_, mut edits) = desk.draft(&listed.head.run, &told)?;
    for (column, now) in changed(&told, row, &edits, ask)?.cells {
        edits.insert((row.sheet, row.index, column), now);
    }
    let (_, tried) = desk.tried(&told, &edits, &[row])?;
    Ok(Reply::Fragment(findings(&tried, &told, row, desk.lang)))
}

/// Keeps the cells of the form, and leads back to the row or on to sending.
pub(super) fn save(desk: &Arc<Desk>, listed: &RunListed, at: (&str, &str), ask: &Ask) -> anyhow::Result<Reply> {
    let run = &listed.head.run;
    let told = desk.told(listed)?;
    let row = row_named(&told, at)?;
    let mut refused = Ok(None);
    desk.redraft(run, &told, |draft, edits| match changed(&told, row, edits, ask) {
        Ok(Changed { cells, .. }) if cells.is_empty() => {}
        Ok(Changed { overtaken: Some(at), .. }) => {
            let header = told.sheets().get(row.sheet).header.get(at).map_or("", |header| header.trim());
            let words =
                "`{column}` was changed by {by} since this page was shown, so nothing was kept; look at it again";
            let by = draft.by_of(row, at).unwrap_or_default();
            refused = Ok(Some(say(desk.lang, words, &[("column", &header), ("by", &by)])));
        }
        Ok(Changed { cells, .. }) => {
            draft.change(cells.into_iter().map(|(column, now)| (row, column, now)), &desk.me());
        }
        Err(error) => refused = Err(error),
    })?;
    Ok(match refused? {
        Some(words) => Reply::Refused(StatusCode::CONFLICT, words),
        None if ask.form.get("then") == "send" => Reply::See(format!("/runs/{run}/send")),
        None => Reply::See(address(run, &told, row)),
    })
}

/// Takes the last change back, and leads back to where the button stood.
pub(super) fn undo(desk: &Arc<Desk>, listed: &RunListed, ask: &Ask) -> anyhow::Result<Reply> {
    let run = &listed.head.run;
    let told = desk.told(listed)?;
    let (seen, mut overtaken) = (ask.form.number("changes"), None);
    desk.redraft(run, &told, |draft, _| {
        if seen.is_some_and(|seen| seen != draft.len()) {
            overtaken = Some(draft.last_by().unwrap_or_default().to_owned());
        } else {
            draft.undo();
        }
    })?;
    if let Some(by) = overtaken {
        let words = "cells were changed by {by} since this page was shown, so nothing was taken back; look at it again";
        return Ok(Reply::Refused(StatusCode::CONFLICT, say(desk.lang, words, &[("by", &by)])));
    }
    let home = format!("/runs/{run}");
    let back = ask.form.get("back");
    // Only within the run: a form must not lead anywhere else.
    let is_ours = back.strip_prefix(&home).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    Ok(Reply::See(if is_ours { back.to_owned() } else { home }))
}
