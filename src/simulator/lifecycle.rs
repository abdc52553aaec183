//! The background jobs of customers: what happens when one ends. Time comes in; nothing waits here.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::call::World;
use super::holds::EmailHold;
use super::packages;
use super::records::{
    Calling, Connection, ConnectionKind, Customer, Location, Organization, Person, Status, Subscriber,
};
use super::routes::pstn;
use super::table::By;

impl World {
    /// Ends every job whose time has come, and every wait.
    pub fn settle(&mut self, now_ms: u64) {
        while let Some(customer) = self.due(now_ms) {
            match customer.status {
                Status::Deleting => self.forget(&customer),
                _ => self.finish(customer, now_ms),
            }
        }
        for subscriber in self.consented(now_ms) {
            self.consent(subscriber, now_ms);
        }
    }

    /// Lets go of what was held in an earlier life of the simulator and is not held any more.
    pub fn lift_holds(&mut self) {
        let waits = |customer: &&Customer| {
            let hold = self.holds.customer(&customer.external_id);
            customer.status.is_held() && hold.is_none_or(|hold| hold.status != customer.status)
        };
        let waiting: Vec<Customer> = self.store.customers.all().filter(waits).cloned().collect();
        for customer in waiting {
            self.store.customers.put(Customer { due_ms: Some(0), ..customer });
        }
        let pending = |subscriber: &&Subscriber| subscriber.pending && self.holds.email(&subscriber.email).is_none();
        let pending: Vec<Subscriber> = self.store.subscribers.all().filter(pending).cloned().collect();
        for subscriber in pending {
            let since_ms = subscriber.changed_ms;
            self.consent(subscriber, since_ms);
        }
    }

    /// Counts a look at a customer; the review of one that was looked at often enough ends.
    pub fn look_at_customer(&mut self, uuid: &str, now_ms: u64) {
        let Some(customer) = self.store.customers.get(uuid) else { return };
        let hold = self.holds.customer(&customer.external_id);
        let looks = hold.filter(|_| customer.status.is_held()).and_then(|it| it.release.after_looks);
        if looks.is_some_and(|looks| seen_enough(&mut self.looks, uuid, looks)) {
            let customer = Customer { due_ms: Some(now_ms), ..customer.clone() };
            self.store.customers.put(customer);
            self.settle(now_ms);
        }
    }

    /// Counts a look at a subscriber; the owner of an address that was looked at often enough consents.
    pub fn look_at_subscriber(&mut self, uuid: &str, now_ms: u64) {
        let Some(subscriber) = self.store.subscribers.get(uuid).filter(|subscriber| subscriber.pending) else { return };
        let looks = self.holds.consent(&subscriber.email).and_then(|release| release.after_looks);
        if looks.is_some_and(|looks| seen_enough(&mut self.looks, uuid, looks)) {
            let subscriber = subscriber.clone();
            self.consent(subscriber, now_ms);
        }
    }

    /// The subscribers whose owners have thought about it long enough.
    fn consented(&self, now_ms: u64) -> Vec<Subscriber> {
        let waits = self.holds.emails.iter().filter_map(|(email, hold)| match hold {
            EmailHold::PendingMigration(release) => Some((email, release.after_ms?)),
            EmailHold::Taken => None,
        });
        let of = |(email, after_ms): (&String, u64)| {
            let held = self.store.subscribers.by(By::Email, &email.to_lowercase());
            held.filter(move |subscriber| subscriber.pending && subscriber.created_ms + after_ms <= now_ms)
        };
        waits.flat_map(of).cloned().collect()
    }

    fn consent(&mut self, subscriber: Subscriber, now_ms: u64) {
        if let Some(person) = self.store.people.get(&subscriber.person).cloned() {
            self.store.people.put(Person { pending: false, ..person });
        }
        self.store.subscribers.put(Subscriber { pending: false, changed_ms: now_ms, ..subscriber });
    }

    fn due(&self, now_ms: u64) -> Option<Customer> {
        let (_, customer) = self.store.customers.first(By::Due)?;
        customer.due_ms.is_some_and(|due_ms| due_ms <= now_ms).then(|| customer.clone())
    }

    /// Only the mapping goes: the organisation and its people stay.
    fn forget(&mut self, customer: &Customer) {
        let subscribers: Vec<String> =
            self.store.subscribers.by(By::Customer, &customer.uuid).map(|sub| sub.uuid.clone()).collect();
        for uuid in subscribers {
            self.store.subscribers.remove(&uuid);
        }
        self.store.customers.remove(&customer.uuid);
    }

    fn finish(&mut self, mut customer: Customer, now_ms: u64) {
        let hold = self.holds.customer(&customer.external_id);
        // A review that ends, ends well, and what is mended is mended.
        let hold = hold.filter(|hold| !customer.status.is_held() || hold.status != customer.status);
        customer.status = hold.map_or(Status::Provisioned, |hold| hold.status);
        let waits = hold.filter(|hold| hold.status.is_held());
        customer.due_ms = waits.and_then(|hold| Some(now_ms + hold.release.after_ms?));
        if customer.status.is_ready() {
            customer.stands = true;
            let org = self.organization_of(&customer, now_ms);
            self.build_headquarters(&customer, &org, now_ms);
            customer.org = Some(org);
        }
        self.store.customers.put(customer);
    }

    fn organization_of(&mut self, customer: &Customer, now_ms: u64) -> String {
        if let Some(org) = &customer.org {
            return org.clone();
        }
        let uuid = self.store.mint(&format!("organization/{}", customer.external_id));
        self.store.organizations.put(Organization {
            uuid: uuid.clone(),
            name: customer.name.clone(),
            external_id: customer.external_id.clone(),
            primary_email: customer.primary_email.clone(),
            language: customer.language.clone(),
            opened: false,
            created_ms: now_ms,
        });
        uuid
    }

    fn build_headquarters(&mut self, customer: &Customer, org: &str, now_ms: u64) {
        let sells_calling = customer.packages.iter().any(|name| packages::has_calling(name));
        let Some(wanted) = customer.headquarters.as_ref().filter(|_| sells_calling) else { return };
        if self.store.locations.by(By::Org, org).any(|location| location.headquarters) {
            return;
        }
        let connection = self.default_connection();
        let uuid = self.store.mint(&format!("headquarters/{org}"));
        let text = |pointer: &str| wanted.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        self.store.locations.put(Location {
            uuid,
            org: org.to_owned(),
            name: text("/name"),
            headquarters: true,
            time_zone: text("/timezone"),
            preferred_language: text("/language"),
            announcement_language: text("/language"),
            address: location_address(&wanted["address"]),
            latitude: None,
            longitude: None,
            notes: None,
            emergency: None,
            calling: Some(Calling {
                connection,
                line_name: text("/name"),
                access_network: text("/emergencyLocationIdentifier"),
                enabled_ms: now_ms,
                ..Calling::default()
            }),
            created_ms: now_ms,
        });
    }

    /// The connection that a location has before anybody chooses one.
    pub fn default_connection(&self) -> Connection {
        pstn::option(self.settings.pstn)
    }
}

/// Whether this look is one more than it takes.
fn seen_enough(looks: &mut HashMap<String, u32>, uuid: &str, enough: u32) -> bool {
    let seen = looks.entry(uuid.to_owned()).or_default();
    *seen += 1;
    *seen > enough
}

/// The same address in the words of the locations API.
fn location_address(wholesale: &Value) -> Value {
    let text = |name: &str| wholesale[name].as_str().unwrap_or_default();
    let mut address = json!({
        "address1": text("addressLine1"), "city": text("city"), "state": text("stateOrProvince"),
        "postalCode": text("zipOrPostalCode"), "country": text("country"),
    });
    if !text("addressLine2").is_empty() {
        address["address2"] = json!(text("addressLine2"));
    }
    address
}

impl ConnectionKind {
    /// Every kind, in the order in which options are listed.
    pub const ALL: [Self; 4] = [Self::NonIntegratedCcp, Self::LocalGateway, Self::IntegratedCcp, Self::CiscoPstn];
}
