//! What was deleted: it is known no more, but what was known of it is kept, since reports of earlier runs ask for it.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::plan::{Confirmed, StepId};

/// Moves an object, and what goes with it, from what is known to what is gone.
pub(super) fn forget(transaction: &Transaction<'_>, run: &str, step: &StepId) -> rusqlite::Result<()> {
    let known = transaction.query_row("SELECT 1 FROM known WHERE step = ?1", [step.as_str()], |_| Ok(())).optional()?;
    if known.is_none() {
        // Deleting what was never known is remembered too, so that it is not looked for again.
        let gone = "INSERT OR REPLACE INTO gone VALUES (?1, ?2, ?2, '{\"fields\":{},\"ids\":{}}')";
        transaction.execute(gone, params![step.as_str(), run])?;
    }
    let mut ranges = vec![(step.as_str().to_owned(), step.as_str().to_owned())];
    // `/` ends the beginning of a key, and `0` follows on it.
    let below = step.prefixes_below().into_iter();
    ranges.extend(below.map(|from| (from.clone(), format!("{}0", from.trim_end_matches('/')))));
    for (from, to) in ranges {
        let those = "FROM known WHERE step = ?1 OR (step > ?1 AND step < ?2)";
        let gone = format!("INSERT OR REPLACE INTO gone SELECT step, first_run, ?3, confirmed {those}");
        transaction.execute(&gone, params![from, to, run])?;
        transaction.execute(&format!("DELETE {those}"), params![from, to])?;
    }
    Ok(())
}

/// What is gone, with the run that deleted it and what was known of it.
pub(super) fn select(
    connection: &Connection,
    condition: &str,
    run: &str,
) -> anyhow::Result<Vec<(String, StepId, Confirmed)>> {
    let mut select = connection.prepare(&format!("SELECT gone_run, step, confirmed FROM gone WHERE {condition}"))?;
    let rows = select.query_map([run], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?;
    let mut gone = Vec::new();
    for row in rows {
        let (run, step, confirmed) = row?;
        gone.push((run, StepId::from(step), serde_json::from_str(&confirmed)?));
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use crate::journal::{Ending, Entry, Event, Log, Memory, RunHead, Sqlite};
    use crate::plan::{Confirmed, Plan, StepId};

    fn began(log: &mut dyn Log, run: &str) {
        let head = RunHead {
            run: run.to_owned(),
            started: String::new(),
            finished: None,
            exit: None,
            digest: String::new(),
            tool_version: String::new(),
            hold_back: String::new(),
            provider: String::new(),
            by: String::new(),
            ..RunHead::default()
        };
        log.begin(&head, &Plan::default()).expect("a new run");
    }

    fn ended(log: &mut dyn Log, run: &str, step: &StepId, ending: Ending) {
        let confirmed = (ending == Ending::Created).then(Confirmed::default);
        let events = [Event::Started, Event::Finished { ending, reason: None, confirmed }];
        let entries = events.map(|event| Entry { step: step.clone(), at: String::new(), event });
        log.append(run, &entries).expect("entries");
    }

    #[test]
    fn what_is_deleted_is_known_no_more_but_was_known_before() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let sqlite = Sqlite::open(&folder.path().join("state.db")).expect("a journal");
        let logs: [Box<dyn Log>; 2] = [Box::new(sqlite), Box::new(Memory::default())];
        for mut log in logs {
            let (customer, user) = (StepId::customer("acme"), StepId::user("ana@acme.pt"));
            let (own, other) = (StepId::location("acme", "Évora"), StepId::location("acme-2", "Porto"));
            began(log.as_mut(), "r1");
            for step in [&customer, &user, &own, &other] {
                ended(log.as_mut(), "r1", step, Ending::Created);
            }
            began(log.as_mut(), "r2");
            ended(log.as_mut(), "r2", &customer, Ending::Deleted);
            ended(log.as_mut(), "r2", &StepId::user("nobody@acme.pt"), Ending::Deleted);
            let known = log.known().expect("it can be read");
            let told = |id: &StepId| (known.get(id).is_some(), known.is_gone(id));
            assert_eq!(
                [&customer, &own, &other, &user].map(told),
                [(false, true), (false, true), (true, false), (true, false)]
            );
            assert!(known.is_gone(&StepId::user("nobody@acme.pt")));
            let before = log.known_before("r2").expect("it can be read");
            assert!([&customer, &own, &other, &user].iter().all(|id| before.get(id).is_some() && !before.is_gone(id)));
            began(log.as_mut(), "r3");
            ended(log.as_mut(), "r3", &customer, Ending::Created);
            let known = log.known().expect("it can be read");
            assert!(known.get(&customer).is_some() && !known.is_gone(&customer), "it was made again");
            assert!(log.known_before("r3").expect("it can be read").is_gone(&customer));
        }
    }
}
