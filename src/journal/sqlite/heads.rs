//! What is known of runs as a whole.

use anyhow::Context;
use rusqlite::OptionalExtension;

use super::Sqlite;
use crate::journal::RunHead;

impl Sqlite {
    /// Everything that was recorded, oldest first: runs of sheets, and what `turnup compare` took over.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn heads(&self) -> anyhow::Result<Vec<RunHead>> {
        let mut select = self.connection.prepare("SELECT head FROM runs ORDER BY rowid")?;
        let heads = select.query_map([], |row| row.get::<_, String>(0))?;
        heads.map(|text| serde_json::from_str(&text?).context("a run's head is damaged")).collect()
    }

    pub(super) fn head(&self, run: &str) -> anyhow::Result<Option<RunHead>> {
        let head: Option<String> =
            self.connection.query_row("SELECT head FROM runs WHERE run = ?1", [run], |row| row.get(0)).optional()?;
        head.map(|text| serde_json::from_str(&text).context("a run's head is damaged")).transpose()
    }
}
