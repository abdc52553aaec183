//! The roll of an organisation's people: one list for many users, read after the last of them was made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OnceCell};
use tokio::time::Instant;

use crate::api::answers::{Number, Person, id_key};
use crate::api::pages::{self, Inside};
use crate::api::roles::name_roles;
use crate::api::{Client, Failure, calls};

/// So many who wait are enough for a list of their own.
const WAITING_MAX: usize = 1000;

/// Who waits for the next list.
#[derive(Debug, Default)]
pub(super) struct Roll {
    /// How many users are to come in this run, as far as the plan says.
    expected: usize,
    turnout: Mutex<Turnout>,
    moved: Notify,
    /// The latest list, and whoever reads the next one.
    latest: tokio::sync::Mutex<Option<Arc<Muster>>>,
}

#[derive(Debug, Default)]
struct Turnout {
    come: usize,
    /// How many of them were there when the latest list was asked for.
    called: usize,
}

/// The people as one list showed them.
#[derive(Debug)]
pub(super) struct Muster {
    begun: Instant,
    people: Result<HashMap<String, Person>, String>,
    lines: OnceCell<HashMap<String, Number>>,
}

impl Roll {
    pub fn new(expected: usize) -> Self {
        Self { expected, ..Self::default() }
    }

    /// Says that one more is there.
    pub fn arrive(&self) {
        self.turnout().come += 1;
        self.moved.notify_waiters();
    }

    fn turnout(&self) -> std::sync::MutexGuard<'_, Turnout> {
        // Two counts are good whatever happened to whoever held them.
        self.turnout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A list that was asked for after this moment. It is not asked for before everybody is there, or nobody has come for
    /// a while: some never come, and some wait for those who are here.
    pub async fn call(&self, client: &Client, org_id: &str, quiet: Duration) -> Result<Arc<Muster>, Failure> {
        let since = Instant::now();
        self.gather(quiet).await;
        let mut latest = self.latest.lock().await;
        if let Some(muster) = latest.as_ref().filter(|muster| muster.begun >= since) {
            return Ok(Arc::clone(muster));
        }
        let begun = Instant::now();
        {
            let mut turnout = self.turnout();
            turnout.called = turnout.come;
        }
        let people = match people_of(client, org_id).await {
            Ok(people) => Ok(people),
            Err(failure @ (Failure::Environment(_) | Failure::NotSent)) => return Err(failure),
            // Whoever waited with this one would hear the same.
            Err(failure) => Err(failure.to_string()),
        };
        let muster = Arc::new(Muster { begun, people, lines: OnceCell::new() });
        *latest = Some(Arc::clone(&muster));
        Ok(muster)
    }

    async fn gather(&self, quiet: Duration) {
        loop {
            let moved = self.moved.notified();
            {
                let turnout = self.turnout();
                if turnout.come >= self.expected || turnout.come - turnout.called >= WAITING_MAX {
                    return;
                }
            }
            if tokio::time::timeout(quiet, moved).await.is_err() {
                return;
            }
        }
    }
}

impl Muster {
    /// The people by e-mail, or why they could not be read.
    pub fn people(&self) -> Result<&HashMap<String, Person>, &str> {
        self.people.as_ref().map_err(String::as_str)
    }

    /// The line of a person: the list of numbers may tell what the list of people leaves out.
    pub async fn line(&self, client: &Client, org_id: &str, person: &Person) -> Result<Option<&Number>, Failure> {
        let lines = || async {
            let at = |start| calls::list_organisation_numbers(org_id, start);
            let all: Vec<Number> = pages::counted(&Inside { client, org_id }, at, &["phoneNumbers", "items"]).await?;
            let mut lines = HashMap::new();
            for line in all {
                if let Some(owner) = line.first_line_of() {
                    lines.entry(owner).or_insert(line);
                }
            }
            Ok(lines)
        };
        Ok(self.lines.get_or_try_init(lines).await?.get(&id_key(&person.id)))
    }
}

/// The people as they stand now, by e-mail, with number, extension, location and roles.
pub(super) async fn people_of(client: &Client, org_id: &str) -> Result<HashMap<String, Person>, Failure> {
    let first = calls::list_people(org_id);
    let mut list: Vec<Person> = pages::linked(&Inside { client, org_id }, first, &["items"]).await?;
    name_roles(client, &mut list).await;
    let by_email = |person: Person| {
        let emails: Vec<String> = person.emails.iter().map(|email| email.to_lowercase()).collect();
        emails.into_iter().map(move |email| (email, person.clone()))
    };
    Ok(list.into_iter().flat_map(by_email).collect())
}
