//! What is learnt of a customer's organisation once, and asked for by many steps.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::roll::{Roll, people_of};
use crate::api::answers::{self, Location, Number, NumberVerdict, Person, PstnConnection, Subscriber};
use crate::api::pages::{self, Inside};
use crate::api::{Client, Failure, Weight, calls};
use crate::model::fold;
use crate::plan::{Action, Step, StepId, Work, expand};

pub(super) use crate::api::pages::{in_organisation, unreadable};

/// Numbers asked about in one validation. Cisco publishes no figure.
const NUMBERS_PER_VALIDATION: usize = 1000;

/// From so many people who wait on, the list of all of them is asked for.
const LIST_FROM: usize = 3;

/// The organisations of a run, by the customer's external id.
#[derive(Debug, Default)]
pub(super) struct Organisations {
    /// Numbers that the plan adds, so that one validation serves all locations of a customer.
    numbers: HashMap<String, Vec<String>>,
    /// The names of each customer's branches, so that none of them is taken for the headquarters.
    branches: HashMap<String, HashSet<String>>,
    /// How many people wait who were made earlier.
    waiting: HashMap<String, usize>,
    /// How many users with calling are made or released.
    callers: HashMap<String, usize>,
    entered: Mutex<HashMap<String, Arc<Organisation>>>,
}

impl Organisations {
    /// Takes note of a step that is to be carried out, and of the branches that stand beside a headquarters.
    pub fn expect(
        &mut self,
        step: &Step,
        known_under: impl FnOnce(&str) -> anyhow::Result<Vec<StepId>>,
    ) -> anyhow::Result<()> {
        if let (Work::User(work), Action::Create | Action::Waiting) = (&step.work, step.action) {
            *self.callers.entry(work.customer.clone()).or_default() += usize::from(work.location.is_some());
        }
        match &step.work {
            Work::Numbers(work) => {
                self.numbers.entry(work.customer.clone()).or_default().extend(work.add.iter().cloned());
            }
            Work::Location(work) if work.headquarters => {
                let known = known_under(StepId::location(&work.customer, "").as_str())?;
                let names = known.into_iter().filter(|id| *id != step.id).filter_map(|id| id.parts().pop());
                self.branches.entry(work.customer.clone()).or_default().extend(names.map(|name| fold(&name)));
            }
            Work::Location(work) => {
                self.branches.entry(work.customer.clone()).or_default().insert(fold(&work.name));
            }
            Work::User(work) if step.action == Action::Waiting => {
                *self.waiting.entry(work.customer.clone()).or_default() += 1;
            }
            _ => {}
        }
        Ok(())
    }

    /// The organisation of a customer, which is attached to one that stood before, or not.
    pub fn enter(&self, customer: &str, is_attached: bool) -> Arc<Organisation> {
        // The map only ever gains entries, so a poisoned lock is as good as any.
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || Organisation {
            numbers: self.numbers.get(customer).cloned().unwrap_or_default(),
            branches: self.branches.get(customer).cloned().unwrap_or_default(),
            is_attached,
            waiting: self.waiting.get(customer).copied().unwrap_or_default(),
            roll: Roll::new(self.callers.get(customer).copied().unwrap_or_default()),
            ..Organisation::default()
        };
        let organisation = entered.entry(customer.to_owned()).or_insert_with(|| Arc::new(make()));
        Arc::clone(organisation)
    }
}

/// One customer's organisation.
#[derive(Debug, Default)]
pub(super) struct Organisation {
    numbers: Vec<String>,
    branches: HashSet<String>,
    is_attached: bool,
    /// How many people wait who were made earlier.
    waiting: usize,
    locations: OnceCell<Vec<Location>>,
    subscribers: OnceCell<HashMap<String, Subscriber>>,
    people: OnceCell<HashMap<String, Person>>,
    roll: Roll,
    verdicts: OnceCell<HashMap<String, NumberVerdict>>,
    default_connection: OnceCell<PstnConnection>,
}

impl Organisation {
    /// The one location that is no branch of ours, whatever Webex made of its name. An organisation that stood before
    /// may hold others, so there nothing is concluded.
    pub fn only_other<'a>(&self, locations: &'a [Location]) -> Option<&'a Location> {
        let mut others = locations.iter().filter(|location| !self.branches.contains(&fold(&location.name)));
        let only = others.next().filter(|_| !self.is_attached);
        if others.next().is_none() { only } else { None }
    }

    /// The locations as they stood at the first look.
    pub async fn locations(&self, client: &Client, org_id: &str) -> Result<&[Location], Failure> {
        let list = self.locations.get_or_try_init(|| fresh_locations(client, org_id)).await?;
        Ok(list)
    }

    /// The users as they stood at the first look, by e-mail.
    pub async fn subscribers(
        &self,
        client: &Client,
        customer_id: &str,
    ) -> Result<&HashMap<String, Subscriber>, Failure> {
        let list = || async {
            let at = |offset| calls::list_subscribers(customer_id, offset);
            let list: Vec<Subscriber> = pages::counted(client, at, &["items"]).await?;
            Ok(list.into_iter().map(|subscriber| (subscriber.email.to_lowercase(), subscriber)).collect())
        };
        self.subscribers.get_or_try_init(list).await
    }

    /// The people as they stood at the first look, by e-mail, with number, extension, location and roles.
    pub async fn people(&self, client: &Client, org_id: &str) -> Result<&HashMap<String, Person>, Failure> {
        self.people.get_or_try_init(|| people_of(client, org_id)).await
    }

    /// The people as they stand once the users of this run are made.
    pub const fn roll(&self) -> &Roll {
        &self.roll
    }

    /// What the validation says of every number that the plan adds for this customer.
    pub async fn verdicts(&self, client: &Client, org_id: &str) -> Result<&HashMap<String, NumberVerdict>, Failure> {
        let validate = || async {
            let mut verdicts = HashMap::new();
            for batch in expand(&self.numbers).chunks(NUMBERS_PER_VALIDATION) {
                let answer =
                    in_organisation(client, Weight::Repeatable, org_id, calls::validate_numbers(org_id, batch)).await?;
                let page: Vec<NumberVerdict> =
                    answers::list(&answer, &["numbers", "phoneNumbers"]).map_err(unreadable)?;
                verdicts.extend(page.into_iter().map(|verdict| (verdict.number.clone(), verdict)));
            }
            Ok(verdicts)
        };
        self.verdicts.get_or_try_init(validate).await
    }

    /// Do so many people wait that one list tells of them sooner than a look-up for each?
    pub const fn has_many_waiting(&self) -> bool {
        self.waiting >= LIST_FROM
    }

    /// Did the organisation stand before its customer was made, with locations of its own?
    pub const fn is_attached(&self) -> bool {
        self.is_attached
    }

    /// What connects a new location that names no connection of its own: what the organisation has by default. Read at
    /// one such location, it holds for all of them.
    pub async fn default_connection(
        &self,
        client: &Client,
        org_id: &str,
        location_id: &str,
    ) -> Result<&PstnConnection, Failure> {
        self.default_connection.get_or_try_init(|| connection_of(client, org_id, location_id)).await
    }
}

/// The person with that e-mail, if there is one in the organisation.
pub(super) async fn person_named(client: &Client, org_id: &str, email: &str) -> Result<Option<Person>, Failure> {
    let first = calls::find_person(org_id, email);
    let people: Vec<Person> = pages::linked(&Inside { client, org_id }, first, &["items"]).await?;
    let is_it = |person: &Person| person.emails.iter().any(|known| known.eq_ignore_ascii_case(email));
    Ok(people.into_iter().find(is_it))
}

/// What a location may be connected with.
pub(super) async fn pstn_options(
    client: &Client,
    org_id: &str,
    location_id: &str,
) -> Result<Vec<PstnConnection>, Failure> {
    pages::linked(&Inside { client, org_id }, calls::list_pstn_options(org_id, location_id), &["items"]).await
}

/// What connects a location to the telephone network.
pub(super) async fn connection_of(client: &Client, org_id: &str, location_id: &str) -> Result<PstnConnection, Failure> {
    let request = calls::get_pstn_connection(org_id, location_id);
    let answer = in_organisation(client, Weight::Repeatable, org_id, request).await?;
    answers::read(&answer).map_err(unreadable)
}

/// The locations as they stand now.
pub(super) async fn fresh_locations(client: &Client, org_id: &str) -> Result<Vec<Location>, Failure> {
    pages::linked(&Inside { client, org_id }, calls::list_locations(org_id), &["items"]).await
}

/// The numbers of a location as they stand now.
pub(super) async fn numbers_of(client: &Client, org_id: &str, location_id: &str) -> Result<Vec<String>, Failure> {
    let numbers = numbers_with_state(client, org_id, location_id).await?;
    Ok(numbers.into_iter().map(|(number, _)| number).collect())
}

/// The numbers of a location as they stand now, and whether each is live.
pub(super) async fn numbers_with_state(
    client: &Client,
    org_id: &str,
    location_id: &str,
) -> Result<Vec<(String, bool)>, Failure> {
    let numbers = number_lines(client, org_id, location_id).await?;
    let with_state = numbers.into_iter().filter_map(|number| {
        let is_live = number.is_live();
        Some((number.phone_number?, is_live))
    });
    Ok(with_state.collect())
}

/// The numbers of a location with everything that is said of them.
pub(super) async fn number_lines(client: &Client, org_id: &str, location_id: &str) -> Result<Vec<Number>, Failure> {
    let at = |start| calls::list_numbers(org_id, location_id, start);
    pages::counted(&Inside { client, org_id }, at, &["phoneNumbers", "items"]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locations(names: &[&str]) -> Vec<Location> {
        let location =
            |name: &&str| Location { id: (*name).to_owned(), name: (*name).to_owned(), ..Location::default() };
        names.iter().map(location).collect()
    }

    #[test]
    fn a_branch_is_never_taken_for_the_headquarters() {
        let ours = Organisation { branches: HashSet::from([fold("Porto")]), ..Organisation::default() };
        let only = |names: &[&str]| ours.only_other(&locations(names)).map(|location| location.id.clone());
        assert_eq!(only(&["Main Office"]).as_deref(), Some("Main Office"));
        assert_eq!(only(&["porto", "Main Office"]).as_deref(), Some("Main Office"));
        assert_eq!(only(&["Porto"]), None);
        assert_eq!(only(&["Main Office", "Old Office"]), None);
        let attached = Organisation { is_attached: true, ..Organisation::default() };
        assert!(attached.only_other(&locations(&["Old Office"])).is_none());
    }
}
