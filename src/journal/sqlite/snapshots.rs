//! Where every step of a run stands, beside the events that say so.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, bail};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::journal::{Entry, EntryTaker, Event, Record, Stored, Taker, Which, is_open};
use crate::plan::{Action, Plan, Source, Step, StepId};

/// Stores the steps of a new run; those that make calls are open.
pub(super) fn begin(transaction: &Transaction<'_>, run: &str, plan: &Plan) -> anyhow::Result<()> {
    let mut insert = transaction.prepare_cached("INSERT INTO steps VALUES (?1, ?2, ?3)")?;
    let mut open = transaction.prepare_cached(OPEN)?;
    for (position, step) in plan.steps.iter().enumerate() {
        let position = i64::try_from(position)?;
        insert.execute(params![run, position, serde_json::to_string(step)?])?;
        if step.action != Action::Unchanged {
            open.execute(params![run, step.id.as_str(), position])?;
        }
    }
    Ok(())
}

const OPEN: &str = "INSERT INTO snapshots VALUES (?1, ?2, ?3, 1, NULL)";

/// Moves the snapshots of some steps, each once, however often it was moved.
pub(super) fn advance(transaction: &Transaction<'_>, run: &str, entries: &[Entry]) -> anyhow::Result<()> {
    let mut moved: HashMap<&StepId, Record> = HashMap::with_capacity(entries.len());
    for entry in entries {
        if !moved.contains_key(&entry.step) {
            moved.insert(&entry.step, read(transaction, run, &entry.step)?.unwrap_or_default());
        }
        if let Some(record) = moved.get_mut(&entry.step) {
            record.apply(&entry.at, &entry.event)?;
        }
    }
    for (step, record) in moved {
        write(transaction, run, step, &record)?;
    }
    Ok(())
}

fn write(connection: &Connection, run: &str, step: &StepId, record: &Record) -> anyhow::Result<()> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO snapshots VALUES (?1, ?2, NULL, ?3, ?4)
         ON CONFLICT (run, step) DO UPDATE SET is_open = excluded.is_open, record = excluded.record",
    )?;
    upsert.execute(params![run, step.as_str(), is_open(record.state), serde_json::to_string(record)?])?;
    Ok(())
}

/// The snapshot of one step.
pub(super) fn read(connection: &Connection, run: &str, step: &StepId) -> anyhow::Result<Option<Record>> {
    let mut select = connection.prepare_cached("SELECT record FROM snapshots WHERE run = ?1 AND step = ?2")?;
    let text: Option<Option<String>> = select.query_row([run, step.as_str()], |row| row.get(0)).optional()?;
    text.flatten().as_deref().map(parsed).transpose()
}

fn parsed(record: &str) -> anyhow::Result<Record> {
    serde_json::from_str(record).context("a stored snapshot is damaged")
}

/// Hands over steps with their snapshots, in the order of the plan.
pub(super) fn walk(connection: &Connection, run: &str, which: Which, take: &mut Taker<'_>) -> anyhow::Result<()> {
    let mut select = connection.prepare_cached(match which {
        Which::All => "SELECT position, step, NULL FROM steps WHERE run = ?1 ORDER BY position",
        // What the steps say is fetched by position, so that the file is read in order and only where it must be.
        Which::Open => {
            "SELECT o.position, (SELECT s.step FROM steps s WHERE s.run = ?1 AND s.position = o.position), o.record
             FROM snapshots o WHERE o.run = ?1 AND o.is_open = 1 AND o.position IS NOT NULL ORDER BY o.position"
        }
        Which::Moved => {
            "SELECT o.position, (SELECT s.step FROM steps s WHERE s.run = ?1 AND s.position = o.position), o.record
             FROM snapshots o WHERE o.run = ?1 AND o.record IS NOT NULL AND o.position IS NOT NULL ORDER BY o.position"
        }
    })?;
    let mut rows = select.query([run])?;
    while let Some(row) = rows.next()? {
        let position = usize::try_from(row.get::<_, i64>(0)?).context("a stored step is damaged")?;
        let step: Step = serde_json::from_str(row.get_ref(1)?.as_str()?).context("a stored step is damaged")?;
        let record = match which {
            Which::All => read(connection, run, &step.id)?,
            Which::Open | Which::Moved => row.get_ref(2)?.as_str_or_null()?.map(parsed).transpose()?,
        };
        take(Stored { position, step, record: record.unwrap_or_default() })?;
    }
    Ok(())
}

/// One step of a stored plan.
pub(super) fn step(connection: &Connection, run: &str, position: usize) -> anyhow::Result<Step> {
    let mut select = connection.prepare_cached("SELECT step FROM steps WHERE run = ?1 AND position = ?2")?;
    let text: Option<String> = select.query_row(params![run, i64::try_from(position)?], |row| row.get(0)).optional()?;
    let Some(text) = text else { bail!("the plan of `{run}` is damaged: its step {position} is missing") };
    serde_json::from_str(&text).context("a stored step is damaged")
}

/// The steps that come from one row. Most are passed over by their text alone.
pub(super) fn steps_of(connection: &Connection, run: &str, source: Source) -> anyhow::Result<Vec<Step>> {
    let mut select =
        connection.prepare_cached("SELECT step FROM steps WHERE run = ?1 AND instr(step, ?2) ORDER BY position")?;
    let needle = format!("\"source\":{}", serde_json::to_string(&source)?);
    let mut rows = select.query([run, &needle])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let step: Step = serde_json::from_str(row.get_ref(0)?.as_str()?).context("a stored step is damaged")?;
        if step.source == source {
            steps.push(step);
        }
    }
    Ok(steps)
}

/// Has anything ever happened to a step? Every event of a step leaves its snapshot in the run.
fn has_moved(connection: &Connection, step: &StepId) -> anyhow::Result<bool> {
    // Run by run, since snapshots are found by run and step.
    let any =
        "SELECT EXISTS (SELECT 1 FROM runs CROSS JOIN snapshots ON snapshots.run = runs.run AND snapshots.step = ?1)";
    Ok(connection.prepare_cached(any)?.query_row([step.as_str()], |row| row.get(0))?)
}

/// Everything that happened to some steps, in order. The file is read through, and only their events are taken apart.
pub(super) fn entries_of(
    connection: &Connection,
    steps: &HashSet<StepId>,
    take: &mut EntryTaker<'_>,
) -> anyhow::Result<()> {
    let wanted: HashMap<&str, &StepId> = steps.iter().map(|step| (step.as_str(), step)).collect();
    if !steps.iter().map(|step| has_moved(connection, step)).collect::<anyhow::Result<Vec<bool>>>()?.contains(&true) {
        return Ok(());
    }
    let mut select = connection.prepare("SELECT run, step, at, event FROM events ORDER BY sequence")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let Some(step) = wanted.get(row.get_ref(1)?.as_str()?) else { continue };
        let event: Event = serde_json::from_str(row.get_ref(3)?.as_str()?).context("a stored event is damaged")?;
        let entry = Entry { step: (*step).clone(), at: row.get(2)?, event };
        take(row.get_ref(0)?.as_str()?, entry)?;
    }
    Ok(())
}

/// Where every step stands, by its events alone.
pub(super) fn replayed(connection: &Connection, run: &str) -> anyhow::Result<HashMap<StepId, Record>> {
    let mut records: HashMap<StepId, Record> = HashMap::new();
    let mut select = connection.prepare("SELECT step, at, event FROM events WHERE run = ?1 ORDER BY sequence")?;
    let mut rows = select.query([run])?;
    while let Some(row) = rows.next()? {
        let step = StepId::from(row.get::<_, String>(0)?);
        let event: Event = serde_json::from_str(row.get_ref(2)?.as_str()?).context("a stored event is damaged")?;
        records.entry(step).or_default().apply(row.get_ref(1)?.as_str()?, &event)?;
    }
    Ok(records)
}

/// Makes the snapshots of every run anew, from plans and events.
pub(super) fn rebuild_all(transaction: &Transaction<'_>) -> anyhow::Result<()> {
    transaction.execute("DELETE FROM snapshots", [])?;
    let mut select = transaction.prepare("SELECT run FROM runs")?;
    let runs: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for run in runs {
        let mut open = transaction.prepare_cached(OPEN)?;
        walk(transaction, &run, Which::All, &mut |stored| {
            if stored.step.action != Action::Unchanged {
                open.execute(params![run, stored.step.id.as_str(), i64::try_from(stored.position)?])?;
            }
            Ok(())
        })?;
        for (step, record) in replayed(transaction, &run)? {
            write(transaction, &run, &step, &record)?;
        }
    }
    Ok(())
}
