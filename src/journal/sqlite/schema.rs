//! The tables of a journal file, and how an older file becomes a newer one.

use anyhow::{Context, bail};
use rusqlite::Connection;

use super::snapshots;

/// The format of the file; a newer one is refused in words.
///
/// 1: events alone. 2: a snapshot of every step beside them.
pub(super) const FORMAT: i64 = 2;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, head TEXT NOT NULL, immovable TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS steps (run TEXT NOT NULL, position INTEGER NOT NULL, step TEXT NOT NULL,
    PRIMARY KEY (run, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY, run TEXT NOT NULL, step TEXT NOT NULL,
    at TEXT NOT NULL, event TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS left_off (run TEXT PRIMARY KEY, how TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (step TEXT PRIMARY KEY, first_run TEXT NOT NULL, confirmed TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gone (step TEXT NOT NULL, first_run TEXT NOT NULL, gone_run TEXT NOT NULL,
    confirmed TEXT NOT NULL, PRIMARY KEY (step, gone_run)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS paces (provider TEXT NOT NULL, bucket TEXT NOT NULL, per_second REAL NOT NULL,
    PRIMARY KEY (provider, bucket)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, folder TEXT NOT NULL,
    host TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS purged (run TEXT PRIMARY KEY, started TEXT NOT NULL, at TEXT NOT NULL,
    provider TEXT NOT NULL, has_sent INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (run TEXT NOT NULL, step TEXT NOT NULL, position INTEGER,
    is_open INTEGER NOT NULL, record TEXT, PRIMARY KEY (run, step)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS open_snapshots ON snapshots (run, position) WHERE is_open = 1;
-- Events are read in whole runs, and rarely; their order is the order of the file.
DROP INDEX IF EXISTS events_by_run;
";

/// A journal that grew is cut back to this many bytes when it is folded into the file.
const JOURNAL_BYTES_MAX: i64 = 16 << 20;

/// Sets the connection up and brings the file to today's format.
pub(super) fn prepare(connection: &mut Connection) -> anyhow::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Folded in every four mebibytes, so that no single commit has to wait for a large one.
    connection.pragma_update(None, "wal_autocheckpoint", 1000)?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_BYTES_MAX)?;
    connection.set_prepared_statement_cache_capacity(32);
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format > FORMAT {
        bail!("it was written by a newer turnup (format {format}, this one knows {FORMAT}); use that version");
    }
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    if format == 1 {
        snapshots::rebuild_all(&transaction)?;
    }
    if format != FORMAT {
        transaction.pragma_update(None, "user_version", FORMAT)?;
    }
    transaction.commit().context("it cannot be brought to today's format")
}
