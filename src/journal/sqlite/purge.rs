//! Removing runs for good: what they did is forgotten, what stands stays known, and nothing of them can be read in the
//! file any more.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, ensure};
use rusqlite::{Transaction, params};
use serde::Deserialize;

use super::Sqlite;
use crate::journal::RunHead;
use crate::plan::{Confirmed, Stage, StepId};

/// What is remembered of a run that was removed: nothing of any person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purged {
    pub run: String,
    /// When it began, and when it was removed; RFC 3339 with offset.
    pub started: String,
    pub at: String,
    /// Which Webex it talked to, and whether it sent anything there.
    pub provider: String,
    pub has_sent: bool,
}

impl Sqlite {
    /// Removes runs with everything that is recorded of them. Objects that stand stay known.
    ///
    /// # Errors
    /// When the file cannot be read or written; then nothing is removed.
    pub fn purge(&mut self, runs: &[String], at: &str) -> anyhow::Result<()> {
        // What is removed is overwritten at once, and nothing of it goes into files of the system.
        self.connection.pragma_update(None, "secure_delete", true)?;
        self.connection.pragma_update(None, "temp_store", "MEMORY")?;
        let heads = super::Log::runs(self)?;
        let transaction = self.connection.transaction()?;
        transaction
            .execute_batch("CREATE TEMP TABLE out (run TEXT PRIMARY KEY, before TEXT NOT NULL) WITHOUT ROWID")?;
        let before = befores(&heads, runs);
        for head in heads.iter().filter(|head| before.contains_key(&head.run)) {
            transaction.execute("INSERT INTO out VALUES (?1, ?2)", params![head.run, before[&head.run]])?;
            remember(&transaction, head, at)?;
        }
        settle_gone(&transaction, &heads, &before)?;
        for table in ["known", "gone"] {
            transaction.execute_batch(&format!(
                "UPDATE {table} SET first_run = (SELECT before FROM out WHERE out.run = first_run)
                 WHERE first_run IN (SELECT run FROM out)"
            ))?;
        }
        for table in ["events", "snapshots", "steps", "left_off", "runs"] {
            transaction.execute_batch(&format!("DELETE FROM {table} WHERE run IN (SELECT run FROM out)"))?;
        }
        transaction.execute_batch("DROP TABLE out")?;
        transaction.commit().context("the runs cannot be removed from the journal")
    }

    /// Packs the file, so that nothing that was removed can be read in it or beside it.
    ///
    /// # Errors
    /// When there is no room for the packed file, or somebody else reads in it.
    pub fn scrub(&self) -> anyhow::Result<()> {
        self.connection.pragma_update(None, "temp_store", "MEMORY")?;
        self.connection.execute_batch("VACUUM").context("the journal cannot be packed")?;
        let is_busy: bool = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        ensure!(!is_busy, "the journal is read by another program, so it cannot be packed");
        Ok(())
    }

    /// Was something removed without the file being packed since?
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_waste(&self) -> anyhow::Result<bool> {
        let pages: i64 = self.connection.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
        Ok(pages > 0)
    }

    /// Every run that was removed, in no order that means anything.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn purged(&self) -> anyhow::Result<Vec<Purged>> {
        let mut select = self.connection.prepare("SELECT run, started, at, provider, has_sent FROM purged")?;
        let rows = select.query_map([], |row| {
            let (run, started, at) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Purged { run, started, at, provider: row.get(3)?, has_sent: row.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The runs that made what still waits for somebody else.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn runs_of_waiting(&self) -> anyhow::Result<HashSet<String>> {
        let waiting =
            "SELECT DISTINCT first_run FROM known WHERE json_extract(confirmed, '$.fields.waits_for') IS NOT NULL";
        let mut select = self.connection.prepare(waiting)?;
        let runs = select.query_map([], |row| row.get(0))?;
        Ok(runs.collect::<Result<_, _>>()?)
    }
}

/// For each run that goes, the run before it that stays; nothing where none does. What it was the first to confirm or to
/// delete counts as that one's, so that every run that stays knows what it knew before.
fn befores(heads: &[RunHead], runs: &[String]) -> HashMap<String, String> {
    let (mut before, mut last) = (HashMap::new(), String::new());
    for head in heads {
        if runs.contains(&head.run) {
            before.insert(head.run.clone(), last.clone());
        } else {
            last.clone_from(&head.run);
        }
    }
    before
}

fn remember(transaction: &Transaction<'_>, head: &RunHead, at: &str) -> anyhow::Result<()> {
    let sent = "SELECT EXISTS (SELECT 1 FROM snapshots WHERE run = ?1 AND json_extract(record, '$.attempts') > 0)";
    let has_sent: bool = transaction.query_row(sent, [&head.run], |row| row.get(0))?;
    let insert = "INSERT OR REPLACE INTO purged VALUES (?1, ?2, ?3, ?4, ?5)";
    transaction.execute(insert, params![head.run, head.started, at, head.provider, has_sent])?;
    Ok(())
}

/// An object that is gone, with who confirmed it first and who deleted it.
struct Gone {
    step: StepId,
    first: String,
    by: String,
    confirmed: Confirmed,
}

/// What the runs deleted that go: its values are removed, and its key too where no run that stays names it. That it is
/// gone is remembered for those, and the organisation that a customer left.
fn settle_gone(
    transaction: &Transaction<'_>,
    heads: &[RunHead],
    before: &HashMap<String, String>,
) -> anyhow::Result<()> {
    let place: HashMap<&str, usize> = heads.iter().enumerate().map(|(at, head)| (head.run.as_str(), at)).collect();
    let gone = gone_in(transaction, before)?;
    let first_named = first_named(transaction, &gone, before, &place)?;
    for one in gone {
        let remove = "DELETE FROM gone WHERE step = ?1 AND gone_run = ?2";
        transaction.execute(remove, params![one.step.as_str(), one.by])?;
        let named = first_named.get(&one.step);
        let Some(kept) = kept(&one, named.map(|first| *first < place[one.by.as_str()])) else { continue };
        let of_run = &before[&one.by];
        // Of two deletions the later one counts, and the organisation that the earlier one left.
        let insert = "INSERT INTO gone VALUES (?1, ?2, ?3, ?4) ON CONFLICT (step, gone_run) DO UPDATE SET confirmed =
            CASE WHEN json_extract(excluded.confirmed, '$.ids.org_id') IS NULL THEN confirmed ELSE excluded.confirmed END";
        let confirmed = serde_json::to_string(&kept)?;
        transaction.execute(insert, params![one.step.as_str(), one.first, of_run, confirmed])?;
    }
    Ok(())
}

/// What is kept of an object that is gone: all of it where a run from before its end stays and names it, as that run's
/// report asks for it.
fn kept(gone: &Gone, is_named_before: Option<bool>) -> Option<Confirmed> {
    let organisation = gone.confirmed.ids.get("org_id").filter(|_| gone.step.stage() == Some(Stage::Customers));
    let mut bare = Confirmed::default();
    bare.ids.extend(organisation.map(|id| ("org_id".to_owned(), id.clone())));
    match is_named_before {
        Some(true) => Some(gone.confirmed.clone()),
        Some(false) => Some(bare),
        None => organisation.map(|_| bare),
    }
}

fn gone_in(transaction: &Transaction<'_>, before: &HashMap<String, String>) -> anyhow::Result<Vec<Gone>> {
    let mut select = transaction.prepare(
        "SELECT step, first_run, gone_run, confirmed FROM gone JOIN runs ON runs.run = gone_run ORDER BY runs.rowid",
    )?;
    let mut rows = select.query([])?;
    let mut gone = Vec::new();
    while let Some(row) = rows.next()? {
        let by: String = row.get(2)?;
        if before.contains_key(&by) {
            let step = StepId::from(row.get::<_, String>(0)?);
            let confirmed = serde_json::from_str(row.get_ref(3)?.as_str()?).context("the known state is damaged")?;
            gone.push(Gone { step, first: row.get(1)?, by, confirmed });
        }
    }
    Ok(gone)
}

/// The place of the first run that stays and has a step of that key in its plan.
fn first_named(
    transaction: &Transaction<'_>,
    gone: &[Gone],
    before: &HashMap<String, String>,
    place: &HashMap<&str, usize>,
) -> anyhow::Result<HashMap<StepId, usize>> {
    #[derive(Deserialize)]
    struct Named {
        id: StepId,
    }
    let asked: HashSet<&StepId> = gone.iter().map(|one| &one.step).collect();
    let mut found: HashMap<StepId, usize> = HashMap::new();
    if asked.is_empty() {
        return Ok(found);
    }
    let mut select = transaction.prepare("SELECT run, step FROM steps")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let run = row.get_ref(0)?.as_str()?;
        let Some(at) = place.get(run).filter(|_| !before.contains_key(run)) else { continue };
        let Named { id } = serde_json::from_str(row.get_ref(1)?.as_str()?).context("a stored step is damaged")?;
        if asked.contains(&id) {
            found.entry(id).and_modify(|first| *first = (*first).min(*at)).or_insert(*at);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Ending, Entry, Event, Log};
    use crate::model::SheetKind;
    use crate::plan::{Action, Calls, Fields, Plan, RoleWork, Source, Step, Work};

    /// A run that has these steps, each with how it ended.
    fn ran(log: &mut Sqlite, run: &str, steps: &[(StepId, Ending)]) {
        let step = |id: &StepId| Step {
            id: id.clone(),
            stage: id.stage().unwrap_or(Stage::Roles),
            action: Action::Create,
            needs: Vec::new(),
            source: Source { sheet: SheetKind::Users, index: 0 },
            fields: Fields::default(),
            changes: Vec::new(),
            calls: Calls::default(),
            work: Work::Role(RoleWork {
                customer: "acme".to_owned(),
                email: String::new(),
                role: String::new(),
                remove: None,
            }),
        };
        let started = format!("2026-11-22T10:00:00+00:00 of {run}");
        let head = RunHead { run: run.to_owned(), started, provider: "webex".to_owned(), ..RunHead::default() };
        let plan = Plan { steps: steps.iter().map(|(id, _)| step(id)).collect(), immovable: Vec::new() };
        log.begin(&head, &plan).expect("a new run");
        for (id, ending) in steps {
            let mut confirmed = Confirmed::default();
            confirmed.fields.insert("admin_email".to_owned(), format!("secret-of-{run}"));
            confirmed.ids.insert("org_id".to_owned(), "org-1".to_owned());
            let confirmed = (*ending == Ending::Created).then_some(confirmed);
            let events = [Event::Started, Event::Finished { ending: *ending, reason: None, confirmed }];
            let entries = events.map(|event| Entry { step: id.clone(), at: String::new(), event });
            log.append(run, &entries).expect("entries");
        }
        log.finish(run, "2026-11-22T10:01:00+00:00", 0).expect("an end");
    }

    fn bytes(folder: &std::path::Path) -> Vec<u8> {
        let files = std::fs::read_dir(folder).expect("a folder").flatten();
        files.flat_map(|file| std::fs::read(file.path()).expect("a file")).collect()
    }

    fn has(bytes: &[u8], text: &str) -> bool {
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    }

    #[test]
    fn what_is_removed_cannot_be_read_and_what_stands_stays_known() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut log = Sqlite::open(&folder.path().join("state.db")).expect("a journal");
        let (acme, gone, named, never) = (
            StepId::customer("acme"),
            StepId::user("gone@acme.pt"),
            StepId::user("named@acme.pt"),
            StepId::user("never@acme.pt"),
        );
        let left = StepId::customer("left");
        let all = [&acme, &gone, &named, &left].map(|id| (id.clone(), Ending::Created));
        ran(&mut log, "r1", &all);
        ran(&mut log, "r2", &[&gone, &named, &left].map(|id| (id.clone(), Ending::Deleted)));
        ran(&mut log, "r3", &[(never, Ending::Failed), (acme.clone(), Ending::Created)]);
        ran(&mut log, "r4", &[(acme.clone(), Ending::Unchanged), (named.clone(), Ending::Deleted)]);
        let known_before = log.known_before("r4").expect("known");
        log.purge(&["r1".to_owned(), "r2".to_owned(), "r3".to_owned()], "today").expect("they go");
        log.scrub().expect("it is packed");
        let left_over = bytes(folder.path());
        for text in ["gone@acme.pt", "never@acme.pt", "secret-of-r1"] {
            assert!(!has(&left_over, text), "{text}");
        }
        assert!(has(&left_over, "named@acme.pt"), "a run that stays names it");
        let known = log.known().expect("known");
        assert!(known.get(&acme).is_some() && known.is_gone(&named) && !known.is_gone(&gone));
        assert_eq!(known.organisation_left("left"), Some("org-1"));
        let after = log.known_before("r4").expect("known");
        assert!(after.get(&acme).is_some() && after.is_gone(&named), "what a run knew it still knows");
        assert_eq!(after.len(), known_before.len());
        assert_eq!(log.runs().expect("runs").len(), 1);
        let purged = log.purged().expect("they are remembered");
        let told: Vec<_> = purged.iter().map(|one| (one.run.as_str(), one.at.as_str(), one.has_sent)).collect();
        assert_eq!(told, [("r1", "today", false), ("r2", "today", false), ("r3", "today", false)]);
        assert!(!log.has_waste().expect("it can be read") && log.damage().expect("it can be read").is_none());
    }

    #[test]
    fn a_run_from_before_that_stays_knows_what_it_knew() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut log = Sqlite::open(&folder.path().join("state.db")).expect("a journal");
        let (early, late, gone) = (StepId::customer("early"), StepId::customer("late"), StepId::user("gone@acme.pt"));
        ran(&mut log, "r1", &[&early, &gone].map(|id| (id.clone(), Ending::Created)));
        ran(&mut log, "r2", &[&gone].map(|id| (id.clone(), Ending::Unchanged)));
        ran(&mut log, "r3", &[(late.clone(), Ending::Created), (gone.clone(), Ending::Deleted)]);
        ran(&mut log, "r4", &[(late.clone(), Ending::Unchanged)]);
        let told = |log: &Sqlite| {
            ["r2", "r4"].map(|run| {
                let known = log.known_before(run).expect("known");
                [&early, &late, &gone].map(|id| (known.get(id).is_some(), known.is_gone(id)))
            })
        };
        let before = told(&log);
        assert_eq!(before[0], [(true, false), (false, false), (true, false)]);
        log.purge(&["r1".to_owned(), "r3".to_owned()], "today").expect("they go");
        assert_eq!(told(&log), before);
        log.purge(&["r2".to_owned()], "later").expect("it goes");
        assert_eq!(told(&log)[1][..2], before[1][..2]);
        log.scrub().expect("it is packed");
        assert!(!has(&bytes(folder.path()), "gone@acme.pt"));
    }
}
