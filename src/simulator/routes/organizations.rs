//! Organisations, and the look that opens a new one to the partner.

use serde_json::{Value, json};

use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome, time};
use crate::simulator::ids::{self, Kind};
use crate::simulator::records::Organization;
use crate::simulator::refusal::Refusal;
use crate::simulator::router::{Route, route};
use crate::simulator::settings::Shelf;
use crate::simulator::store::Store;
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Get, "/organizations", list),
    route(Method::Get, "/organizations/{orgId}", show),
    route(Method::Delete, "/organizations/{orgId}", remove),
    route(Method::Get, "/identity/organizations/{orgId}", identity),
];

#[expect(clippy::unnecessary_wraps, reason = "every route has this signature")]
fn list(call: &mut Call<'_>) -> Outcome {
    let seen = call.world.store.organizations.all().filter(|org| call.lists(Shelf::Organizations, org.created_ms));
    let items: Vec<Value> = seen.map(view).collect();
    Ok(Answer::json(200, &json!({ "items": items })))
}

fn show(call: &mut Call<'_>) -> Outcome {
    let uuid = call.argument_id(0);
    let org = open(call, &uuid)?;
    Ok(Answer::json(200, &view(&org)))
}

fn identity(call: &mut Call<'_>) -> Outcome {
    let uuid = plain_uuid(&call.arguments[0])?;
    let org = open(call, &uuid)?;
    let mut view = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Organization"],
        "id": org.uuid,
        "displayName": org.name,
        "meta": { "created": time(org.created_ms), "lastModified": time(org.created_ms), "version": "1" },
    });
    if let Some(language) = &org.language {
        view["preferredLanguage"] = json!(language);
    }
    Ok(Answer::json(200, &view))
}

/// An organisation goes only when at most its administrator is left in it, and no wholesale mapping.
fn remove(call: &mut Call<'_>) -> Outcome {
    let uuid = call.open_org(&call.argument_id(0))?.uuid.clone();
    let store = &mut call.world.store;
    if store.people.count(By::Org, &uuid) > 1 || store.customers.count(By::Org, &uuid) > 0 {
        return Err(Refusal::new(409, "the organization has users or an active subscription"));
    }
    clear(store, &uuid);
    store.organizations.remove(&uuid);
    Ok(Answer::empty(204))
}

fn clear(store: &mut Store, org: &str) {
    let numbers: Vec<String> = store.numbers_of_org(org).map(|(number, _)| number.e164.clone()).collect();
    for e164 in &numbers {
        store.numbers.remove(e164);
    }
    let locations: Vec<String> = store.locations.by(By::Org, org).map(|location| location.uuid.clone()).collect();
    for uuid in &locations {
        store.locations.remove(uuid);
    }
    let people: Vec<String> = store.people.by(By::Org, org).map(|person| person.uuid.clone()).collect();
    for uuid in &people {
        store.people.remove(uuid);
    }
}

/// Looking at an organisation is what lets the partner in.
fn open(call: &mut Call<'_>, uuid: &str) -> Result<Organization, Refusal> {
    let age_ms = call.now_ms.saturating_sub(call.world.settings.look_up_ms);
    let found = |org: &&Organization| org.created_ms <= age_ms;
    let organizations = &mut call.world.store.organizations;
    let org = organizations.get(uuid).filter(found).ok_or_else(|| Refusal::not_found("organization"))?.clone();
    if !org.opened {
        organizations.put(Organization { opened: true, ..org.clone() });
    }
    Ok(org)
}

/// The identity API knows no encoded ids.
pub fn plain_uuid(text: &str) -> Result<String, Refusal> {
    if ids::is_uuid(text) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Refusal::new(400, "the id in the path must be a plain UUID"))
}

fn view(org: &Organization) -> Value {
    json!({
        "id": ids::public(Kind::Organization, &org.uuid),
        "displayName": org.name,
        "created": time(org.created_ms),
    })
}
