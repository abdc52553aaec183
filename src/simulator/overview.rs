//! The state for people and tests, by natural key: no ids need to be known to ask what stands.

use serde_json::{Map, Value, json};

use super::call::{World, partner_org};
use super::ids::{self, Kind};
use super::records::{Calling, Customer, Location, Number, Organization, Person, Subscriber};
use super::routes::emergency;
use super::tally::Tally;

/// Everything that stands. Objects of the same natural key are one entry that counts its copies.
pub fn overview(world: &World, tally: &Tally) -> Value {
    let store = &world.store;
    json!({
        "customers": entries(store.customers.all().map(|it| (it.external_id.clone(), customer(it)))),
        "locations": entries(store.locations.all().map(|it| (location_key(world, it), location(world, it)))),
        "numbers": entries(store.numbers.all().map(|it| (it.e164.clone(), number(world, it)))),
        "subscribers": entries(store.subscribers.all().map(|it| (it.email.clone(), subscriber(world, it)))),
        "people": entries(store.people.all().map(|it| (it.email.clone(), person(world, it)))),
        "organizations": entries(store.organizations.all().filter(|it| it.uuid != partner_org()).map(organization)),
        "roles": entries(store.people.all().filter(|it| !it.roles.is_empty()).map(roles)),
        "requests": tally.view(),
    })
}

fn entries(pairs: impl Iterator<Item = (String, Value)>) -> Value {
    let mut entries = Map::new();
    for (key, value) in pairs {
        match entries.get_mut(&key) {
            None => {
                entries.insert(key, value);
            }
            Some(first) => {
                if let Some(copies) = first["copies"].as_u64() {
                    first["copies"] = json!(copies + 1);
                }
            }
        }
    }
    Value::Object(entries)
}

fn customer(customer: &Customer) -> Value {
    let org = customer.org.as_ref().filter(|_| customer.stands);
    json!({
        "id": ids::public(Kind::Enterprise, &customer.uuid),
        "orgId": org.map(|org| ids::public(Kind::Organization, org)),
        "name": customer.name,
        "primaryEmail": customer.primary_email,
        "language": customer.language,
        "status": customer.status.word(),
        "packages": customer.packages,
        "address": customer.address,
        "provisioningId": customer.provisioning_id,
        "limits": customer.limits,
        "copies": 1,
    })
}

fn location_key(world: &World, location: &Location) -> String {
    let external_id = if location.org == partner_org() { "partner" } else { world.store.external_id(&location.org) };
    format!("{external_id}/{}", location.name)
}

fn location(world: &World, location: &Location) -> Value {
    let calling = location.calling.as_ref();
    let connection = calling.map(|calling| {
        let connection = &calling.connection;
        let (route_type, route_id) = connection.route.clone().unzip();
        json!({
            "id": connection.id, "displayName": connection.display_name,
            "pstnConnectionType": connection.kind.word(), "routeType": route_type, "routeId": route_id,
        })
    });
    json!({
        "id": ids::public(Kind::Location, &location.uuid),
        "headquarters": location.headquarters,
        "calling": calling.is_some(),
        "timeZone": location.time_zone,
        "preferredLanguage": location.preferred_language,
        "announcementLanguage": location.announcement_language,
        "address": location.address,
        "mainNumber": calling.and_then(|calling| calling.main_number.as_ref()),
        "connection": connection,
        "emergencyAddress": location.emergency.as_ref().map(|emergency| &emergency.address),
        "accessNetwork": calling.map(|calling| &calling.access_network),
        "callbackNumber": calling.map(|calling| callback(world, calling)),
        "numbers": world.store.numbers.count(super::table::By::Location, &location.uuid),
        "copies": 1,
    })
}

fn number(world: &World, number: &Number) -> Value {
    let location = world.store.locations.get(&number.location);
    let main_number = location.and_then(|location| location.calling.as_ref()?.main_number.as_ref());
    json!({
        "customer": location.map(|location| world.store.external_id(&location.org)),
        "location": location.map(|location| location.name.as_str()),
        "state": if number.active { "ACTIVE" } else { "INACTIVE" },
        "owner": world.store.owner(&number.e164).map(|owner| owner.email.as_str()),
        "main": main_number == Some(&number.e164),
        "emergencyAddress": number.emergency,
    })
}

fn callback(world: &World, calling: &Calling) -> Value {
    let member = emergency::member(world, calling);
    json!({
        "selected": emergency::selected(calling),
        "member": member.map(|person| person.email.as_str()),
        "minutes": calling.callback.minutes,
    })
}

fn subscriber(world: &World, subscriber: &Subscriber) -> Value {
    let person = world.store.people.get(&subscriber.person);
    let customer = world.store.customers.get(&subscriber.customer);
    let location = person.and_then(|person| world.store.locations.get(person.location.as_ref()?));
    json!({
        "customer": customer.map(|customer| customer.external_id.as_str()),
        "package": subscriber.package,
        "location": location.map(|location| location.name.as_str()),
        "number": person.and_then(|person| person.number.as_ref()),
        "extension": person.and_then(|person| person.extension.as_ref()),
        "firstName": person.map(|person| person.first_name.as_str()),
        "lastName": person.map(|person| person.last_name.as_str()),
        "status": if subscriber.pending { "pending_user_migration" } else { "provisioned" },
        "copies": 1,
    })
}

/// A person outlives the subscriber that came with it.
fn person(world: &World, person: &Person) -> Value {
    let location = person.location.as_ref().and_then(|location| world.store.locations.get(location));
    json!({
        "customer": world.store.external_id(&person.org),
        "firstName": person.first_name,
        "lastName": person.last_name,
        "displayName": person.display_name,
        "location": location.map(|location| location.name.as_str()),
        "number": person.number,
        "alternates": person.alternates,
        "extension": person.extension,
        "roles": person.roles,
        "pending": person.pending,
        "subscribed": world.store.subscriber_of(person).is_some(),
        "copies": 1,
    })
}

/// An organisation outlives its customer.
fn organization(org: &Organization) -> (String, Value) {
    let view = json!({
        "id": ids::public(Kind::Organization, &org.uuid),
        "name": org.name,
        "opened": org.opened,
        "copies": 1,
    });
    (org.external_id.clone(), view)
}

fn roles(person: &Person) -> (String, Value) {
    (person.email.clone(), json!(person.roles))
}
