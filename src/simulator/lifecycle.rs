//! The background jobs of customers: what happens when one ends. Time comes in; nothing waits here.

use serde_json::{Value, json};

use super::call::World;
use super::packages;
use super::records::{Calling, Connection, ConnectionKind, Customer, Location, Organization, Status};
use super::routes::pstn;
use super::table::By;

impl World {
    /// Ends every job whose time has come.
    pub fn settle(&mut self, now_ms: u64) {
        while let Some(customer) = self.due(now_ms) {
            match customer.status {
                Status::Deleting => self.forget(&customer),
                _ => self.finish(customer, now_ms),
            }
        }
    }

    /// Lets go of what was held in an earlier life of the simulator and is not held any more.
    pub fn lift_holds(&mut self) {
        let waits = |customer: &&Customer| customer.status == Status::PendingRplReview;
        let waiting: Vec<Customer> = self.store.customers.all().filter(waits).cloned().collect();
        for customer in waiting {
            self.store.customers.put(Customer { due_ms: Some(0), ..customer });
        }
        let pending: Vec<_> = self.store.subscribers.all().filter(|sub| sub.pending).cloned().collect();
        for mut subscriber in pending {
            if self.holds.email(&subscriber.email).is_some() {
                continue;
            }
            subscriber.pending = false;
            if let Some(person) = self.store.people.get(&subscriber.person).cloned() {
                self.store.people.put(super::records::Person { pending: false, ..person });
            }
            self.store.subscribers.put(subscriber);
        }
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
        customer.due_ms = None;
        customer.status = self.holds.customer(&customer.external_id).unwrap_or(Status::Provisioned);
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
            calling: Some(Calling { connection, line_name: text("/name"), ..Calling::default() }),
            created_ms: now_ms,
        });
    }

    /// The connection that a location has before anybody chooses one.
    pub fn default_connection(&self) -> Connection {
        pstn::option(self.settings.pstn)
    }
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
