//! The journal in a SQLite file beside the workspace. Every append is one synced transaction.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::{Entry, Event, Left, Log, Record, RunHead};
use crate::plan::{Confirmed, Known, Plan, Step, StepId};

/// The format of the file; a newer one is refused in words.
const FORMAT: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, head TEXT NOT NULL, immovable TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS steps (run TEXT NOT NULL, position INTEGER NOT NULL, step TEXT NOT NULL,
    PRIMARY KEY (run, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY, run TEXT NOT NULL, step TEXT NOT NULL,
    at TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_run ON events (run, sequence);
CREATE TABLE IF NOT EXISTS left_off (run TEXT PRIMARY KEY, how TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (step TEXT PRIMARY KEY, first_run TEXT NOT NULL, confirmed TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS paces (provider TEXT NOT NULL, bucket TEXT NOT NULL, per_second REAL NOT NULL,
    PRIMARY KEY (provider, bucket)) WITHOUT ROWID;
";

/// A journal file.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    /// Opens a journal file, and makes it if it is not there.
    ///
    /// # Errors
    /// When the file cannot be opened, is no journal, or is of a newer turnup.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let connection = Connection::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
        Self::prepare(connection)
            .map_err(|error| anyhow!("the journal `{}` cannot be used: {}", path.display(), cure(&error)))
    }

    fn prepare(connection: Connection) -> anyhow::Result<Self> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if format > FORMAT {
            bail!("it was written by a newer turnup (format {format}, this one knows {FORMAT}); use that version");
        }
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "user_version", FORMAT)?;
        Ok(Self { connection })
    }

    fn select_known(&self, query: &str, run: &str) -> anyhow::Result<Known> {
        let mut select = self.connection.prepare(query)?;
        let mut rows = select.query([run])?;
        let mut known = Vec::new();
        while let Some(row) = rows.next()? {
            let confirmed: Confirmed =
                serde_json::from_str(&row.get::<_, String>(1)?).context("the known state is damaged")?;
            known.push((StepId::from(row.get::<_, String>(0)?), confirmed));
        }
        Ok(known.into_iter().collect())
    }

    fn head(&self, run: &str) -> anyhow::Result<Option<RunHead>> {
        let head: Option<String> =
            self.connection.query_row("SELECT head FROM runs WHERE run = ?1", [run], |row| row.get(0)).optional()?;
        head.map(|text| serde_json::from_str(&text).context("a run's head is damaged")).transpose()
    }
}

/// What SQLite says, with what can be done about it.
fn cure(error: &anyhow::Error) -> String {
    let code = error.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    match code {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            "it is damaged; put a copy of it back, or move it away to begin anew (what stands in Webex is then found and \
             adopted)"
                .to_owned()
        }
        Some(ErrorCode::DiskFull) => "the disk is full; make room and try again".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program holds it; close that first".to_owned(),
        _ => format!("{error:#}"),
    }
}

impl Log for Sqlite {
    fn begin(&mut self, head: &RunHead, plan: &Plan) -> anyhow::Result<()> {
        let transaction = self.connection.transaction()?;
        let (head_text, immovable) = (serde_json::to_string(head)?, serde_json::to_string(&plan.immovable)?);
        transaction.execute("INSERT INTO runs VALUES (?1, ?2, ?3)", params![head.run, head_text, immovable])?;
        {
            let mut insert = transaction.prepare("INSERT INTO steps VALUES (?1, ?2, ?3)")?;
            for (position, step) in plan.steps.iter().enumerate() {
                insert.execute(params![head.run, i64::try_from(position)?, serde_json::to_string(step)?])?;
            }
        }
        transaction.commit().context("the plan cannot be stored")
    }

    fn append(&mut self, run: &str, entries: &[Entry]) -> anyhow::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO events (run, step, at, event) VALUES (?1, ?2, ?3, ?4)")?;
            let mut confirm = transaction.prepare_cached(
                "INSERT INTO known VALUES (?1, ?2, ?3) ON CONFLICT (step) DO UPDATE SET confirmed = excluded.confirmed",
            )?;
            for entry in entries {
                let event = serde_json::to_string(&entry.event)?;
                insert.execute(params![run, entry.step.as_str(), entry.at, event])?;
                if let Event::Finished { confirmed: Some(confirmed), .. } = &entry.event {
                    confirm.execute(params![entry.step.as_str(), run, serde_json::to_string(confirmed)?])?;
                }
            }
        }
        transaction.commit().context("the journal cannot be written")
    }

    fn finish(&mut self, run: &str, finished: &str, exit: u8) -> anyhow::Result<()> {
        let mut head = self.head(run)?.with_context(|| format!("there is no run `{run}`"))?;
        head.finished = Some(finished.to_owned());
        head.exit = Some(exit);
        let text = serde_json::to_string(&head)?;
        self.connection.execute("UPDATE runs SET head = ?2 WHERE run = ?1", params![run, text])?;
        Ok(())
    }

    fn leave(&mut self, run: &str, left: &Left) -> anyhow::Result<()> {
        let text = serde_json::to_string(left)?;
        self.connection
            .execute("INSERT OR REPLACE INTO left_off VALUES (?1, ?2)", params![run, text])
            .context("the journal cannot be written")?;
        Ok(())
    }

    fn left(&self, run: &str) -> anyhow::Result<Option<Left>> {
        let text: Option<String> =
            self.connection.query_row("SELECT how FROM left_off WHERE run = ?1", [run], |row| row.get(0)).optional()?;
        text.map(|text| serde_json::from_str(&text).context("how a run left off is damaged")).transpose()
    }

    fn runs(&self) -> anyhow::Result<Vec<RunHead>> {
        let mut select = self.connection.prepare("SELECT head FROM runs ORDER BY rowid")?;
        let heads = select.query_map([], |row| row.get::<_, String>(0))?;
        heads.map(|text| serde_json::from_str(&text?).context("a run's head is damaged")).collect()
    }

    fn replay(&self, run: &str) -> anyhow::Result<(Plan, HashMap<StepId, Record>)> {
        let immovable: Option<String> = self
            .connection
            .query_row("SELECT immovable FROM runs WHERE run = ?1", [run], |row| row.get(0))
            .optional()?;
        let Some(immovable) = immovable else { bail!("there is no run `{run}`; `turnup runs` lists them") };
        let immovable = serde_json::from_str(&immovable).context("a stored plan is damaged")?;
        let mut select = self.connection.prepare("SELECT step FROM steps WHERE run = ?1 ORDER BY position")?;
        let steps = select.query_map([run], |row| row.get::<_, String>(0))?;
        let steps: Vec<Step> = steps
            .map(|text| serde_json::from_str(&text?).context("a stored step is damaged"))
            .collect::<Result<_, _>>()?;
        let mut records: HashMap<StepId, Record> = HashMap::new();
        let mut select =
            self.connection.prepare("SELECT step, at, event FROM events WHERE run = ?1 ORDER BY sequence")?;
        let mut rows = select.query([run])?;
        while let Some(row) = rows.next()? {
            let (step, at, event): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let event: Event = serde_json::from_str(&event).context("a stored event is damaged")?;
            records.entry(StepId::from(step)).or_default().apply(&at, &event)?;
        }
        Ok((Plan { steps, immovable }, records))
    }

    fn known(&self) -> anyhow::Result<Known> {
        self.select_known("SELECT step, confirmed FROM known WHERE ?1 = ?1", "")
    }

    fn known_before(&self, run: &str) -> anyhow::Result<Known> {
        let earlier = "SELECT run FROM runs WHERE rowid < (SELECT rowid FROM runs WHERE run = ?1)";
        self.select_known(&format!("SELECT step, confirmed FROM known WHERE first_run IN ({earlier})"), run)
    }

    fn learned(&self, provider: &str) -> anyhow::Result<Vec<(String, f64)>> {
        let mut select =
            self.connection.prepare("SELECT bucket, per_second FROM paces WHERE provider = ?1 ORDER BY bucket")?;
        let paces = select.query_map([provider], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(paces.collect::<Result<_, _>>()?)
    }

    fn learn(&mut self, provider: &str, paces: &[(String, f64)]) -> anyhow::Result<()> {
        let transaction = self.connection.transaction()?;
        for (bucket, pace) in paces {
            transaction.execute("INSERT OR REPLACE INTO paces VALUES (?1, ?2, ?3)", params![provider, bucket, pace])?;
        }
        transaction.commit().context("the learnt paces cannot be written")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::journal::{Call, Ending, Memory};

    fn head(run: &str) -> RunHead {
        RunHead {
            run: run.to_owned(),
            started: "2026-11-22T10:00:00Z".to_owned(),
            finished: None,
            exit: None,
            digest: String::new(),
            tool_version: String::new(),
            hold_back: "row".to_owned(),
            provider: String::new(),
            by: String::new(),
        }
    }

    #[test]
    fn what_was_written_is_read_back_after_reopening() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("state.db");
        let step = StepId::user("ana@acme.pt");
        let entry = |event| Entry { step: step.clone(), at: "2026-11-22T10:00:00Z".to_owned(), event };
        let confirmed = Confirmed::default();
        let entries = [
            entry(Event::Started),
            entry(Event::Intent { call: Call::CreateSubscriber }),
            entry(Event::Answered { call: Call::CreateSubscriber, ids: BTreeMap::default(), tracking_id: None }),
            entry(Event::Finished { ending: Ending::Created, reason: None, confirmed: Some(confirmed.clone()) }),
        ];
        {
            let mut log = Sqlite::open(&path).expect("a new journal");
            log.begin(&head("r1"), &Plan::default()).expect("a new run");
            log.append("r1", &entries).expect("entries");
            log.finish("r1", "2026-11-22T10:01:00Z", 0).expect("an end");
        }
        let log = Sqlite::open(&path).expect("the journal again");
        let (_, records) = log.replay("r1").expect("a replay");
        assert_eq!(records[&step].ending(), Some(Ending::Created));
        assert_eq!(records[&step].attempts, 1);
        assert_eq!(log.known().expect("known").get(&step), Some(&confirmed));
        assert_eq!(log.runs().expect("runs")[0].exit, Some(0));
    }

    #[test]
    fn a_learnt_pace_is_remembered_for_its_provider() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("state.db");
        let pace = |bucket: &str, rate| (bucket.to_owned(), rate);
        for (log, reopened) in [
            (Box::new(Sqlite::open(&path).expect("a journal")) as Box<dyn Log>, true),
            (Box::new(Memory::default()), false),
        ] {
            let mut log = log;
            log.learn("webexapis.com", &[pace("all", 4.0), pace("people", 2.5)]).expect("paces");
            log.learn("webexapis.com", &[pace("all", 5.5)]).expect("a pace");
            if reopened {
                log = Box::new(Sqlite::open(&path).expect("the journal again"));
            }
            assert_eq!(log.learned("webexapis.com").expect("paces"), [pace("all", 5.5), pace("people", 2.5)]);
            assert_eq!(log.learned("the simulator").expect("paces"), []);
        }
    }

    #[test]
    fn a_newer_journal_is_refused_in_words() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("state.db");
        let connection = Connection::open(&path).expect("a file");
        connection.pragma_update(None, "user_version", 99).expect("a version");
        drop(connection);
        let refusal = format!("{:#}", Sqlite::open(&path).expect_err("it is newer"));
        assert!(refusal.contains("newer turnup"), "{refusal}");
    }
}
