//! Where a journal belongs: a folder of a machine, and an id that copies share until somebody says which one goes on.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::Sqlite;

/// Where the runs of a journal were carried out last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Drawn when the journal was first used, and again when a copy is to go on by itself.
    pub id: String,
    pub folder: String,
    pub host: String,
}

impl Sqlite {
    /// Where it belongs; none before its first run, and in journals of before.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn place(&self) -> anyhow::Result<Option<Place>> {
        Ok(place(&self.connection)?)
    }

    /// Says where it belongs from now on; the id stays, or is drawn anew.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn settle_at(&self, folder: &str, host: &str, is_new: bool) -> anyhow::Result<()> {
        let insert = "INSERT INTO place VALUES (1, lower(hex(randomblob(16))), ?1, ?2) ON CONFLICT (one) DO UPDATE SET
            id = CASE WHEN ?3 THEN excluded.id ELSE id END, folder = excluded.folder, host = excluded.host";
        self.connection.execute(insert, params![folder, host, is_new])?;
        Ok(())
    }
}

/// The id of another journal, which is only read; none where it cannot be read or has none.
pub fn place_id(journal: &Path) -> Option<String> {
    let connection = Connection::open_with_flags(journal, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    Some(place(&connection).ok()??.id)
}

fn place(connection: &Connection) -> rusqlite::Result<Option<Place>> {
    let of_row = |row: &rusqlite::Row<'_>| Ok(Place { id: row.get(0)?, folder: row.get(1)?, host: row.get(2)? });
    connection.query_row("SELECT id, folder, host FROM place", [], of_row).optional()
}
