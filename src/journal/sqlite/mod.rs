//! The journal in a SQLite file beside the workspace. Every append is one synced transaction.

mod gone;
mod heads;
mod known;
mod place;
mod purge;
mod schema;
mod snapshots;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::{Entry, EntryTaker, Left, Log, Record, RunHead, Taker, Which};
use crate::plan::{Confirmed, Immovable, Known, Plan, Source, Step, StepId};

pub use place::{Place, place_id};
pub use purge::Purged;

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
            .map_err(|error| anyhow!("the journal `{}` cannot be used: {why}", path.display(), why = cure(&error)))
    }

    fn prepare(mut connection: Connection) -> anyhow::Result<Self> {
        schema::prepare(&mut connection)?;
        Ok(Self { connection })
    }

    /// What SQLite finds wrong with the file; none when it is whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn damage(&self) -> anyhow::Result<Option<String>> {
        let found: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok((found != "ok").then_some(found))
    }

    /// Makes every snapshot anew from plans and events, for a journal whose snapshots are not to be trusted.
    ///
    /// # Errors
    /// When the file is damaged or cannot be written.
    pub fn rebuild(&mut self) -> anyhow::Result<()> {
        let transaction = self.connection.transaction()?;
        snapshots::rebuild_all(&transaction)?;
        transaction.commit().context("the snapshots cannot be written")
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
        snapshots::begin(&transaction, &head.run, plan)?;
        transaction.commit().context("the plan cannot be stored")
    }

    fn append(&mut self, run: &str, entries: &[Entry]) -> anyhow::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO events (run, step, at, event) VALUES (?1, ?2, ?3, ?4)")?;
            for entry in entries {
                let event = serde_json::to_string(&entry.event)?;
                insert.execute(params![run, entry.step.as_str(), entry.at, event])?;
                known::take(&transaction, run, entry)?;
            }
        }
        snapshots::advance(&transaction, run, entries)?;
        transaction.commit().context("the journal cannot be written")
    }

    fn finish(&mut self, run: &str, finished: &str, exit: u8) -> anyhow::Result<()> {
        let mut head = self.head(run)?.with_context(|| format!("there is no run `{run}`"))?;
        head.finished = Some(finished.to_owned());
        head.exit = Some(exit);
        self.amend(&head)
    }

    fn amend(&mut self, head: &RunHead) -> anyhow::Result<()> {
        let text = serde_json::to_string(head)?;
        self.connection.execute("UPDATE runs SET head = ?2 WHERE run = ?1", params![head.run, text])?;
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
        Ok(self.heads()?.into_iter().filter(RunHead::has_rows).collect())
    }

    fn replay(&self, run: &str) -> anyhow::Result<(Plan, HashMap<StepId, Record>)> {
        let immovable = self.immovable(run)?;
        let mut steps = Vec::new();
        snapshots::walk(&self.connection, run, Which::All, &mut |stored| {
            steps.push(stored.step);
            Ok(())
        })?;
        Ok((Plan { steps, immovable }, snapshots::replayed(&self.connection, run)?))
    }

    fn walk(&self, run: &str, which: Which, take: &mut Taker<'_>) -> anyhow::Result<()> {
        snapshots::walk(&self.connection, run, which, take)
    }

    fn step(&self, run: &str, position: usize) -> anyhow::Result<Step> {
        snapshots::step(&self.connection, run, position)
    }

    fn find(&self, run: &str, step: &StepId) -> anyhow::Result<Option<Step>> {
        let mut select =
            self.connection.prepare_cached("SELECT position FROM snapshots WHERE run = ?1 AND step = ?2")?;
        let position: Option<Option<i64>> = select.query_row([run, step.as_str()], |row| row.get(0)).optional()?;
        position.flatten().map(|position| self.step(run, usize::try_from(position)?)).transpose()
    }

    fn snapshot(&self, run: &str, step: &StepId) -> anyhow::Result<Option<Record>> {
        snapshots::read(&self.connection, run, step)
    }

    fn steps_of(&self, run: &str, source: Source) -> anyhow::Result<Vec<Step>> {
        snapshots::steps_of(&self.connection, run, source)
    }

    fn entries_of(&self, steps: &HashSet<StepId>, take: &mut EntryTaker<'_>) -> anyhow::Result<()> {
        snapshots::entries_of(&self.connection, steps, take)
    }

    fn immovable(&self, run: &str) -> anyhow::Result<Vec<Immovable>> {
        let mut select = self.connection.prepare_cached("SELECT immovable FROM runs WHERE run = ?1")?;
        let immovable: Option<String> = select.query_row([run], |row| row.get(0)).optional()?;
        let Some(immovable) = immovable else { bail!("there is no run `{run}`; `turnup runs` lists them") };
        serde_json::from_str(&immovable).context("a stored plan is damaged")
    }

    fn confirmed(&self, step: &StepId) -> anyhow::Result<Option<Confirmed>> {
        let mut select = self.connection.prepare_cached("SELECT confirmed FROM known WHERE step = ?1")?;
        let text: Option<String> = select.query_row([step.as_str()], |row| row.get(0)).optional()?;
        text.map(|text| serde_json::from_str(&text).context("the known state is damaged")).transpose()
    }

    fn known_under(&self, prefix: &str) -> anyhow::Result<Vec<StepId>> {
        // Every key that begins with the prefix sorts between it and the prefix with the highest character behind it.
        let mut select =
            self.connection.prepare_cached("SELECT step FROM known WHERE step >= ?1 AND step < ?1 || char(1114111)")?;
        let keys = select.query_map([prefix], |row| row.get::<_, String>(0))?;
        keys.map(|key| Ok(StepId::from(key?))).collect()
    }

    fn known(&self) -> anyhow::Result<Known> {
        let known = self.select_known("SELECT step, confirmed FROM known WHERE ?1 = ?1", "")?;
        Ok(known.with_gone(gone::select(&self.connection, "?1 = ?1", "")?))
    }

    fn known_before(&self, run: &str) -> anyhow::Result<Known> {
        // What was done by runs that were removed before every other one is known without their name.
        let earlier = "SELECT run FROM runs WHERE rowid < (SELECT rowid FROM runs WHERE run = ?1) UNION ALL SELECT ''";
        let since = format!(
            "SELECT step, confirmed FROM gone WHERE first_run IN ({earlier}) AND gone_run NOT IN ({earlier}) UNION ALL \
             SELECT step, confirmed FROM known WHERE first_run IN ({earlier})"
        );
        let known = self.select_known(&since, run)?;
        Ok(known.with_gone(gone::select(&self.connection, &format!("gone_run IN ({earlier})"), run)?))
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
    use proptest::prelude::*;

    use crate::journal::{Call, Ending, Event, Memory, Reason, Stored};
    use crate::model::SheetKind;
    use crate::plan::{Action, Calls, Fields, RoleWork, Stage, Work};

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
            ..RunHead::default()
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

    /// The tables of format 1, as turnup 0.1 made them.
    const FORMAT_1: &str = "
        CREATE TABLE runs (run TEXT PRIMARY KEY, head TEXT NOT NULL, immovable TEXT NOT NULL);
        CREATE TABLE steps (run TEXT NOT NULL, position INTEGER NOT NULL, step TEXT NOT NULL,
            PRIMARY KEY (run, position)) WITHOUT ROWID;
        CREATE TABLE events (sequence INTEGER PRIMARY KEY, run TEXT NOT NULL, step TEXT NOT NULL,
            at TEXT NOT NULL, event TEXT NOT NULL);
        CREATE INDEX events_by_run ON events (run, sequence);
        CREATE TABLE known (step TEXT PRIMARY KEY, first_run TEXT NOT NULL, confirmed TEXT NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 1;
        INSERT INTO runs SELECT * FROM newer.runs;
        INSERT INTO steps SELECT * FROM newer.steps;
        INSERT INTO events SELECT * FROM newer.events;
        INSERT INTO known SELECT * FROM newer.known;";

    const STEPS: usize = 5;

    fn role(number: usize) -> Step {
        let email = format!("person{number}@acme.pt");
        Step {
            id: StepId::role(&email),
            stage: Stage::Roles,
            action: if number == 0 { Action::Unchanged } else { Action::Create },
            needs: Vec::new(),
            source: Source { sheet: SheetKind::Users, index: number },
            fields: Fields::default(),
            changes: Vec::new(),
            calls: Calls::default(),
            work: Work::Role(RoleWork {
                customer: "acme".to_owned(),
                email,
                role: "id_full_admin".to_owned(),
                remove: None,
            }),
        }
    }

    fn events() -> Vec<Event> {
        let call = Call::GrantRole;
        let ids = BTreeMap::from([("person_id".to_owned(), "p".to_owned())]);
        let finished = |ending, confirmed| Event::Finished { ending, reason: Some(Reason::default()), confirmed };
        vec![
            Event::Started,
            Event::Intent { call },
            Event::Answered { call, ids: ids.clone(), tracking_id: Some("t".to_owned()) },
            Event::Refused { call, tracking_id: None },
            Event::Lost { call, why: "no answer".to_owned() },
            Event::Found { call, ids: ids.clone() },
            Event::Absent { call },
            Event::Existing { call: Call::AddNumbers(3), ids: ids.clone() },
            Event::Noted { ids },
            finished(Ending::Created, Some(Confirmed::default())),
            finished(Ending::Failed, None),
            finished(Ending::Blocked, None),
        ]
    }

    /// Legal entries out of random ones, in groups.
    fn groups(picks: &[(usize, usize, bool)]) -> Vec<Vec<Entry>> {
        let (events, mut records) = (events(), vec![Record::default(); STEPS]);
        let mut groups = vec![Vec::new()];
        for &(step, event, ends_group) in picks {
            if records[step].apply("", &events[event]).is_ok() {
                let entry = Entry { step: role(step).id, at: format!("at {event}"), event: events[event].clone() };
                groups.last_mut().expect("there is always one").push(entry);
            }
            if ends_group {
                groups.push(Vec::new());
            }
        }
        groups
    }

    fn snapshots_of(log: &dyn Log) -> HashMap<StepId, Record> {
        let mut records = HashMap::new();
        let mut take = |stored: Stored| {
            records.extend(log.snapshot("r1", &stored.step.id)?.map(|record| (stored.step.id, record)));
            Ok(())
        };
        log.walk("r1", Which::All, &mut take).expect("a walk");
        records
    }

    /// The snapshots are what the events say, and the open steps those that did not end well.
    fn assert_is_true(log: &dyn Log, how: &str) {
        let (plan, replayed) = log.replay("r1").expect("a replay");
        assert_eq!(snapshots_of(log), replayed, "{how}");
        let is_open = |step: &&Step| {
            let ending = replayed.get(&step.id).and_then(Record::ending);
            step.action != Action::Unchanged && !ending.is_some_and(Ending::is_good)
        };
        let wanted: Vec<_> = plan.steps.iter().filter(is_open).cloned().collect();
        let mut open = Vec::new();
        let mut take = |stored: Stored| {
            assert_eq!(stored.record, replayed.get(&stored.step.id).cloned().unwrap_or_default(), "{how}");
            assert_eq!(log.step("r1", stored.position).expect("a step"), stored.step, "{how}");
            open.push(stored.step);
            Ok(())
        };
        log.walk("r1", Which::Open, &mut take).expect("a walk");
        assert_eq!(open, wanted, "{how}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn the_snapshot_equals_the_replay(picks in prop::collection::vec((0..STEPS, 0usize..12, any::<bool>()), 0..120)) {
            let folder = tempfile::tempdir().expect("a folder can be made");
            let (path, old) = (folder.path().join("state.db"), folder.path().join("old.db"));
            let plan = Plan { steps: (0..STEPS).map(role).collect(), immovable: Vec::new() };
            let mut log = Sqlite::open(&path).expect("a new journal");
            let mut memory = Memory::default();
            log.begin(&head("r1"), &plan).expect("a new run");
            memory.begin(&head("r1"), &plan).expect("a new run");
            for group in groups(&picks) {
                log.append("r1", &group).expect("entries");
                memory.append("r1", &group).expect("entries");
            }
            assert_is_true(&log, "as written");
            assert_is_true(&memory, "in memory");
            prop_assert_eq!(snapshots_of(&log), snapshots_of(&memory));
            log.connection.execute("UPDATE snapshots SET record = NULL, is_open = 0", []).expect("harm");
            log.rebuild().expect("snapshots anew");
            assert_is_true(&log, "rebuilt");
            let older = Connection::open(&old).expect("a file");
            older.execute("ATTACH ?1 AS newer", [path.to_str()]).expect("both files");
            older.execute_batch(FORMAT_1).expect("a journal of format 1");
            drop(older);
            assert_is_true(&Sqlite::open(&old).expect("an older journal"), "brought up from format 1");
            assert_is_true(&Sqlite::open(&old).expect("the same again"), "opened again");
        }
    }

    #[test]
    fn a_group_with_an_event_that_cannot_follow_leaves_no_trace() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut log = Sqlite::open(&folder.path().join("state.db")).expect("a new journal");
        log.begin(&head("r1"), &Plan { steps: vec![role(1)], immovable: Vec::new() }).expect("a new run");
        let entry = |event| Entry { step: role(1).id, at: String::new(), event };
        let wrong = [entry(Event::Started), entry(Event::Absent { call: Call::GrantRole })];
        assert!(log.append("r1", &wrong).is_err());
        assert_eq!(log.replay("r1").expect("a replay").1, HashMap::new());
        assert_eq!(log.snapshot("r1", &role(1).id).expect("a snapshot"), None);
    }

    #[test]
    fn known_keys_are_found_by_their_beginning() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut log = Sqlite::open(&folder.path().join("state.db")).expect("a new journal");
        let steps = ["Évora", "Zurich", "\u{1f3d4} Alm"].map(|name| StepId::location("acme", name));
        let others = [StepId::location("acme-2", "Porto"), StepId::customer("acme")];
        for step in steps.iter().chain(&others) {
            let finished =
                Event::Finished { ending: Ending::Created, reason: None, confirmed: Some(Confirmed::default()) };
            let entries =
                [Event::Started, finished].map(|event| Entry { step: step.clone(), at: String::new(), event });
            log.append("r1", &entries).expect("entries");
        }
        let mut found = log.known_under("location/acme/").expect("keys");
        found.sort();
        let mut wanted = steps.to_vec();
        wanted.sort();
        assert_eq!(found, wanted);
    }
}
