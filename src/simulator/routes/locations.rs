//! Locations as places; their calling side is another area.

use serde_json::{Value, json};

use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome};
use crate::simulator::checker::Checker;
use crate::simulator::ids::{self, Kind};
use crate::simulator::paging;
use crate::simulator::records::Location;
use crate::simulator::refusal::Refusal;
use crate::simulator::router::{Route, route};
use crate::simulator::settings::{Duplicates, Shelf};
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Get, "/locations", list),
    route(Method::Post, "/locations", create),
    route(Method::Get, "/locations/{locationId}", show),
    route(Method::Put, "/locations/{locationId}", update),
    route(Method::Delete, "/locations/{locationId}", remove),
];

/// The longest name of a location without calling.
const NAME_CHARACTERS_MAX: usize = 256;

fn list(call: &mut Call<'_>) -> Outcome {
    let org = call.org()?;
    paging::answer(call, &paging::LOCATIONS, "items", &chosen(call, &org), |location| view(location), None)
}

/// The locations that the filters of the call leave; a name fits when it is part of the location's.
pub fn chosen<'a>(call: &'a Call<'_>, org: &str) -> Vec<&'a Location> {
    let name = call.query("name").map(str::to_lowercase);
    let id = call.query_id("id");
    let locations = call.world.store.locations.by(By::Org, org);
    locations
        .filter(|location| call.lists(Shelf::Locations, location.created_ms))
        .filter(|location| name.as_ref().is_none_or(|name| location.name.to_lowercase().contains(name)))
        .filter(|location| id.as_ref().is_none_or(|id| *id == location.uuid))
        .collect()
}

fn create(call: &mut Call<'_>) -> Outcome {
    let org = call.org()?;
    let body = call.body()?;
    let mut checker = Checker::new(body);
    let name = checker.text("/name");
    checker.at_most("/name", NAME_CHARACTERS_MAX);
    for field in ["timeZone", "preferredLanguage", "announcementLanguage"] {
        checker.text(&format!("/{field}"));
    }
    for field in ["latitude", "longitude", "notes"] {
        checker.optional(&format!("/{field}"));
    }
    checker.location_address();
    checker.done()?;
    refuse_twin(call, &org, name, None)?;
    let location = new_location(call, org, body);
    let answer = Answer::json(201, &json!({ "id": ids::public(Kind::Location, &location.uuid) }));
    call.world.store.locations.put(location);
    Ok(answer)
}

fn refuse_twin(call: &Call<'_>, org: &str, name: &str, itself: Option<&str>) -> Result<(), Refusal> {
    let is_twin = |location: &Location| {
        location.name.to_lowercase() == name.to_lowercase() && Some(location.uuid.as_str()) != itself
    };
    let twin = call.world.store.locations.by(By::Org, org).any(is_twin);
    if twin && call.world.settings.duplicates == Duplicates::Refuse {
        return Err(Refusal::new(409, format!("a location named {name} exists already")));
    }
    Ok(())
}

fn new_location(call: &mut Call<'_>, org: String, body: &Value) -> Location {
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let name = text("name").unwrap_or_default();
    Location {
        uuid: call.world.store.mint(&format!("location/{org}/{name}")),
        org,
        name,
        headquarters: false,
        time_zone: text("timeZone").unwrap_or_default(),
        preferred_language: text("preferredLanguage").unwrap_or_default(),
        announcement_language: text("announcementLanguage").unwrap_or_default(),
        address: body["address"].clone(),
        latitude: text("latitude"),
        longitude: text("longitude"),
        notes: text("notes"),
        calling: None,
        emergency: None,
        created_ms: call.now_ms,
    }
}

fn show(call: &mut Call<'_>) -> Outcome {
    Ok(Answer::json(200, &view(call.location()?)))
}

fn update(call: &mut Call<'_>) -> Outcome {
    let mut location = call.location()?.clone();
    let body = call.body()?;
    let mut checker = Checker::new(body);
    let [name, time_zone, language] = ["/name", "/timeZone", "/preferredLanguage"].map(|field| checker.optional(field));
    checker.at_most("/name", NAME_CHARACTERS_MAX);
    if body.get("address").is_some() {
        checker.location_address();
    }
    checker.done()?;
    if let Some(name) = name {
        refuse_twin(call, &location.org, name, Some(&location.uuid))?;
        name.clone_into(&mut location.name);
    }
    if let Some(time_zone) = time_zone {
        time_zone.clone_into(&mut location.time_zone);
    }
    if let Some(language) = language {
        language.clone_into(&mut location.preferred_language);
    }
    if let Some(address) = body.get("address") {
        location.address = address.clone();
    }
    call.world.store.locations.put(location);
    Ok(Answer::empty(204))
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let location = call.location()?.clone();
    if location.calling.is_some() {
        return Err(Refusal::new(409, "calling must be disabled before the location can be deleted"));
    }
    call.world.store.locations.remove(&location.uuid);
    Ok(Answer::empty(204))
}

fn view(location: &Location) -> Value {
    let mut view = json!({
        "id": ids::public(Kind::Location, &location.uuid),
        "name": location.name,
        "orgId": ids::public(Kind::Organization, &location.org),
        "timeZone": location.time_zone,
        "preferredLanguage": location.preferred_language,
        "address": location.address,
    });
    let notes = [("latitude", &location.latitude), ("longitude", &location.longitude), ("notes", &location.notes)];
    for (name, value) in notes {
        if let Some(value) = value {
            view[name] = json!(value);
        }
    }
    view
}
