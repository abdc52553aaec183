//! Everything that the simulated Webex holds. The store keeps objects findable; whether a change is
//! allowed is decided by the routes before they come here.

use super::ids;
use super::records::{Customer, Location, Number, Organization, Person, Subscriber};
use super::table::{By, Record, Table};

/// The tables, and the counter that new ids are made of.
#[derive(Debug, Default)]
pub struct Store {
    pub customers: Table<Customer>,
    pub organizations: Table<Organization>,
    pub locations: Table<Location>,
    pub numbers: Table<Number>,
    pub people: Table<Person>,
    pub subscribers: Table<Subscriber>,
    pub(super) counter: u64,
}

impl Store {
    /// An id for a new object.
    pub fn mint(&mut self, natural_key: &str) -> String {
        self.counter += 1;
        ids::mint(self.counter, natural_key)
    }

    /// Never gives an id out again that was seen in a state file.
    pub fn skip_past(&mut self, key: &str) {
        self.counter = self.counter.max(ids::counter_of(key).unwrap_or(0));
    }

    /// The numbers of all locations of an organisation.
    pub fn numbers_of_org<'a>(&'a self, org: &str) -> impl Iterator<Item = (&'a Number, &'a Location)> + use<'a> {
        self.locations
            .by(By::Org, org)
            .flat_map(|location| self.numbers.by(By::Location, &location.uuid).map(move |number| (number, location)))
    }

    /// Who has the number.
    pub fn owner(&self, e164: &str) -> Option<&Person> {
        self.people.by(By::Number, e164).next()
    }

    /// The live subscriber of a person.
    pub fn subscriber_of(&self, person: &Person) -> Option<&Subscriber> {
        self.subscribers.by(By::Email, &person.email.to_lowercase()).find(|sub| sub.person == person.uuid)
    }

    /// The partner's name of the customer that an organisation belongs, or belonged, to.
    pub fn external_id(&self, org: &str) -> &str {
        self.organizations.get(org).map_or("", |org| org.external_id.as_str())
    }
}

impl Record for Customer {
    const WORD: &'static str = "customer";

    fn key(&self) -> &str {
        &self.uuid
    }

    fn links(&self) -> Vec<(By, String)> {
        let due = self.due_ms.map(|due_ms| (By::Due, format!("{due_ms:020}")));
        let org = self.org.clone().map(|org| (By::Org, org));
        [Some((By::ExternalId, self.external_id.clone())), org, due].into_iter().flatten().collect()
    }
}

impl Record for Organization {
    const WORD: &'static str = "organization";

    fn key(&self) -> &str {
        &self.uuid
    }

    fn links(&self) -> Vec<(By, String)> {
        Vec::new()
    }
}

impl Record for Location {
    const WORD: &'static str = "location";

    fn key(&self) -> &str {
        &self.uuid
    }

    fn links(&self) -> Vec<(By, String)> {
        vec![(By::Org, self.org.clone())]
    }
}

impl Record for Number {
    const WORD: &'static str = "number";

    fn key(&self) -> &str {
        &self.e164
    }

    fn links(&self) -> Vec<(By, String)> {
        vec![(By::Location, self.location.clone())]
    }
}

impl Record for Person {
    const WORD: &'static str = "person";

    fn key(&self) -> &str {
        &self.uuid
    }

    fn links(&self) -> Vec<(By, String)> {
        let mut links = vec![(By::Org, self.org.clone()), (By::Email, self.email.to_lowercase())];
        links.extend(self.number.iter().chain(&self.alternates).map(|number| (By::Number, number.clone())));
        if let (Some(location), Some(extension)) = (&self.location, &self.extension) {
            links.push((By::Extension, format!("{location}/{extension}")));
        }
        links
    }
}

impl Record for Subscriber {
    const WORD: &'static str = "subscriber";

    fn key(&self) -> &str {
        &self.uuid
    }

    fn links(&self) -> Vec<(By, String)> {
        vec![
            (By::Customer, self.customer.clone()),
            (By::Package, format!("{}/{}", self.customer, self.package)),
            (By::Email, self.email.to_lowercase()),
        ]
    }
}
