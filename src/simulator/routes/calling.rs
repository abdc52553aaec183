//! Calling on a location: switched on here, and its main number.

use serde_json::{Value, json};

use super::locations::chosen;
use super::precheck::CALLING_NAME_CHARACTERS_MAX;
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Extent, Outcome};
use crate::simulator::checker::Checker;
use crate::simulator::ids::{self, Kind};
use crate::simulator::paging;
use crate::simulator::records::{Calling, Location};
use crate::simulator::refusal::Refusal;
use crate::simulator::router::{Route, route};
use crate::simulator::seats;
use crate::simulator::settings::Shelf;

pub const ROUTES: &[Route] = &[
    route(Method::Get, "/telephony/config/locations", list),
    route(Method::Post, "/telephony/config/locations", enable),
    route(Method::Get, "/telephony/config/locations/{locationId}", show),
    route(Method::Put, "/telephony/config/locations/{locationId}", update),
];

fn list(call: &mut Call<'_>) -> Outcome {
    let org = call.org()?;
    let locations = chosen(call, &org).into_iter();
    let items: Vec<_> = locations
        .filter_map(|location| Some((location, location.calling.as_ref()?)))
        .filter(|(_, calling)| call.lists(Shelf::Calling, calling.enabled_ms))
        .collect();
    paging::answer(
        call,
        &paging::CALLING,
        "locations",
        &items,
        |(location, calling)| list_view(location, calling),
        None,
    )
}

fn enable(call: &mut Call<'_>) -> Outcome {
    let org = call.org()?;
    let body = call.body()?;
    let mut checker = Checker::new(body);
    let id = checker.text("/id");
    let name = checker.text("/name");
    checker.at_most("/name", CALLING_NAME_CHARACTERS_MAX);
    checker.text("/timeZone");
    checker.text("/preferredLanguage");
    let announcements = checker.text("/announcementLanguage");
    checker.location_address();
    checker.done()?;
    let location = call.world.store.locations.get(&ids::bare(id).unwrap_or_default()).cloned();
    let mut location = location.filter(|location| location.org == org).ok_or_else(|| Refusal::not_found("location"))?;
    if location.calling.is_some() {
        return Err(Refusal::new(409, "calling is enabled for the location already"));
    }
    announcements.clone_into(&mut location.announcement_language);
    let connection = call.world.default_connection();
    location.calling =
        Some(Calling { connection, line_name: name.to_owned(), enabled_ms: call.now_ms, ..Calling::default() });
    let answer = Answer::json(201, &json!({ "id": ids::public(Kind::Location, &location.uuid) }));
    call.world.store.locations.put(location);
    Ok(answer)
}

/// The location of the path and its calling side, which must be switched on.
pub fn with_calling(call: &Call<'_>) -> Result<(Location, Calling), Refusal> {
    let location = call.location()?.clone();
    let calling = location.calling.clone().filter(|calling| call.finds(calling.enabled_ms));
    let calling = calling.ok_or_else(|| Refusal::not_found("calling location"))?;
    Ok((location, calling))
}

fn show(call: &mut Call<'_>) -> Outcome {
    let (location, calling) = with_calling(call)?;
    Ok(Answer::json(200, &view(&location, &calling)))
}

fn update(call: &mut Call<'_>) -> Outcome {
    let (mut location, mut calling) = with_calling(call)?;
    let mut checker = Checker::new(call.body()?);
    let main_number = checker.optional("/callingLineId/phoneNumber").map(seats::normal);
    if call.extent == Extent::Part && main_number.is_none() {
        return Ok(Answer::json(206, &json!({ "failureReason": "the location could not be changed now" })));
    }
    if let Some(language) = checker.optional("/announcementLanguage") {
        language.clone_into(&mut location.announcement_language);
    }
    let old_prefix = calling.routing_prefix.clone();
    change(&mut checker, &mut calling);
    checker.done()?;
    if let Some(number) = main_number {
        let known = call.world.store.numbers.get(&number).is_some_and(|number| number.location == location.uuid);
        if !known {
            return Err(Refusal::new(400, format!("{number} is not a number of the location")));
        }
        if call.extent == Extent::Part {
            return Ok(without_number(call, location, calling, &number));
        }
        calling.main_number = Some(number);
    }
    let job = (calling.routing_prefix != old_prefix).then(|| call.world.store.mint(&calling.routing_prefix));
    location.calling = Some(calling);
    call.world.store.locations.put(location);
    Ok(job.map_or(Answer::empty(204), |job| Answer::json(200, &json!({ "batchJobId": job }))))
}

/// Everything but the main number is taken over, and the answer says so in words only.
fn without_number(call: &mut Call<'_>, location: Location, calling: Calling, number: &str) -> Answer {
    call.world.store.locations.put(Location { calling: Some(calling), ..location });
    Answer::json(206, &json!({ "failureReason": format!("the main number {number} could not be set") }))
}

fn change(checker: &mut Checker<'_>, calling: &mut Calling) {
    let fields = [
        ("/callingLineId/name", &mut calling.line_name),
        ("/externalCallerIdName", &mut calling.external_caller_id_name),
        ("/outsideDialDigit", &mut calling.outside_dial_digit),
        ("/routingPrefix", &mut calling.routing_prefix),
        ("/pAccessNetworkInfo", &mut calling.access_network),
    ];
    for (pointer, field) in fields {
        if let Some(value) = checker.optional(pointer) {
            value.clone_into(field);
        }
    }
    if !calling.routing_prefix.bytes().all(|byte| byte.is_ascii_digit()) || calling.routing_prefix.len() > 7 {
        checker.complain("routingPrefix must have at most 7 digits");
    }
}

fn list_view(location: &Location, calling: &Calling) -> Value {
    json!({
        "id": ids::public(Kind::Location, &location.uuid),
        "name": location.name,
        "outsideDialDigit": calling.outside_dial_digit,
        "enforceOutsideDialDigit": calling.enforce_outside_dial_digit,
        "routingPrefix": calling.routing_prefix,
        "callingLineId": { "name": calling.line_name, "phoneNumber": calling.main_number },
        "e911SetupRequired": false,
    })
}

/// Cisco's schema wants a route and a caller number even where there is none; see the contract test.
fn view(location: &Location, calling: &Calling) -> Value {
    let (route_type, route_id) =
        calling.connection.route.clone().unwrap_or_else(|| ("TRUNK".to_owned(), calling.connection.id.clone()));
    let mut view = json!({
        "id": ids::public(Kind::Location, &location.uuid),
        "name": location.name,
        "announcementLanguage": location.announcement_language,
        "callingLineId": {
            "name": calling.line_name,
            "phoneNumber": calling.main_number.as_deref().unwrap_or_default(),
        },
        "connection": { "type": route_type, "id": route_id },
        "externalCallerIdName": calling.external_caller_id_name,
        "userLimit": 15000,
        "outsideDialDigit": calling.outside_dial_digit,
        "enforceOutsideDialDigit": calling.enforce_outside_dial_digit,
        "routingPrefix": calling.routing_prefix,
        "defaultDomain": "calling.example.com",
    });
    if !calling.access_network.is_empty() {
        view["pAccessNetworkInfo"] = json!(calling.access_network);
    }
    view
}
