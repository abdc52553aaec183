//! What was confirmed of single objects.

use rusqlite::{OptionalExtension, Transaction, params};

use super::gone;
use crate::journal::amend::{amended, targets};
use crate::journal::{Entry, Event};

/// Takes in what an entry says of what is known: that it is confirmed, that it is gone, or that it is doubtful.
pub(super) fn take(transaction: &Transaction<'_>, run: &str, entry: &Entry) -> anyhow::Result<()> {
    match &entry.event {
        event if event.forgets() => Ok(gone::forget(transaction, run, &entry.step)?),
        Event::Finished { confirmed: Some(confirmed), .. } => {
            let mut confirm = transaction.prepare_cached(
                "INSERT INTO known VALUES (?1, ?2, ?3) ON CONFLICT (step) DO UPDATE SET confirmed = excluded.confirmed",
            )?;
            confirm.execute(params![entry.step.as_str(), run, serde_json::to_string(confirmed)?])?;
            Ok(())
        }
        _ => amend(transaction, entry),
    }
}

fn amend(transaction: &Transaction<'_>, entry: &Entry) -> anyhow::Result<()> {
    for object in targets(&entry.step, &entry.event) {
        let select = "SELECT confirmed FROM known WHERE step = ?1";
        let text: Option<String> = transaction.query_row(select, [object.as_str()], |row| row.get(0)).optional()?;
        let Some(text) = text else { continue };
        match amended(serde_json::from_str(&text)?, &entry.event) {
            Some(left) => {
                let update = "UPDATE known SET confirmed = ?2 WHERE step = ?1";
                transaction.execute(update, params![object.as_str(), serde_json::to_string(&left)?])?
            }
            None => transaction.execute("DELETE FROM known WHERE step = ?1", [object.as_str()])?,
        };
    }
    Ok(())
}
