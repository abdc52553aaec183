//! Where help is sent when somebody calls for it, and the number on which it calls back. There is no way to
//! read an address back: who sets it must remember.

use serde_json::{Value, json};

use super::calling::with_calling;
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome, World};
use crate::simulator::checker::Checker;
use crate::simulator::holds::AddressHold;
use crate::simulator::ids::{self, Kind};
use crate::simulator::records::{Callback, Calling, EmergencyAddress, Location, Number, Person};
use crate::simulator::refusal::Refusal;
use crate::simulator::router::{Route, route};
use crate::simulator::seats;

pub const ROUTES: &[Route] = &[
    route(Method::Post, "/telephony/pstn/locations/{locationId}/emergencyAddress/lookup", look_up),
    route(Method::Post, "/telephony/pstn/locations/{locationId}/emergencyAddress", add),
    route(Method::Put, "/telephony/pstn/locations/{locationId}/emergencyAddresses/{addressId}", update),
    route(Method::Put, "/telephony/pstn/numbers/{phoneNumber}/emergencyAddress", of_number),
    route(Method::Get, CALLBACK, show_callback),
    route(Method::Put, CALLBACK, update_callback),
];

const CALLBACK: &str = "/telephony/config/locations/{locationId}/features/emergencyCallbackNumber";
const FIELDS: [&str; 6] = ["address1", "address2", "city", "state", "postalCode", "country"];
const MINUTES: std::ops::RangeInclusive<u64> = 10..=1440;

fn look_up(call: &mut Call<'_>) -> Outcome {
    with_calling(call)?;
    let sent = sent_address(call.body()?)?;
    let verdict = Verdict::of(call.world, &sent);
    let addresses: Vec<Value> = match verdict {
        Verdict::Unknown => Vec::new(),
        Verdict::Good => vec![sent],
        Verdict::Corrected(mut suggestion, fields) => {
            let error = |field: &&str| json!({ "code": "ADDRESS_CORRECTED", "title": "address corrected", "detail": format!("{field} was corrected") });
            suggestion["errors"] = fields.iter().map(error).collect();
            vec![suggestion]
        }
    };
    Ok(Answer::json(200, &json!({ "addresses": addresses })))
}

/// What the directory of addresses thinks of one.
enum Verdict {
    Good,
    Corrected(Value, Vec<&'static str>),
    Unknown,
}

impl Verdict {
    /// Blanks and the case of the country are always put right; the rest is as the fault file says.
    fn of(world: &World, sent: &Value) -> Self {
        let mut right = sent.clone();
        for field in FIELDS {
            if let Some(text) = sent[field].as_str() {
                right[field] = json!(text.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        right["country"] = json!(text(&right, "country").to_uppercase());
        match world.holds.address(text(&right, "address1")) {
            Some(AddressHold::Unknown) => return Self::Unknown,
            Some(AddressHold::Corrected(suggestion)) => right["address1"] = json!(suggestion),
            None => {}
        }
        let corrected: Vec<&str> = FIELDS.into_iter().filter(|field| right[field] != sent[field]).collect();
        if corrected.is_empty() { Self::Good } else { Self::Corrected(right, corrected) }
    }
}

fn text<'a>(address: &'a Value, field: &str) -> &'a str {
    address[field].as_str().unwrap_or_default()
}

/// The fields of an address that were sent, and nothing else.
fn sent_address(body: &Value) -> Result<Value, Refusal> {
    let mut checker = Checker::new(body);
    checker.text("/address1");
    checker.text("/city");
    checker.country("/country");
    let optional = FIELDS.map(|field| (field, checker.optional(&format!("/{field}"))));
    checker.done()?;
    let given = optional.into_iter().filter_map(|(field, value)| Some((field.to_owned(), json!(value?))));
    Ok(Value::Object(given.collect()))
}

/// An address that may be set: one that the look-up leaves as it is.
fn good_address(call: &Call<'_>, body: &Value) -> Result<Value, Refusal> {
    let address = sent_address(body)?;
    match Verdict::of(call.world, &address) {
        Verdict::Good => Ok(address),
        Verdict::Corrected(..) => Err(Refusal::new(400, "the emergency address must be corrected first: look it up")),
        Verdict::Unknown => Err(Refusal::new(400, "the emergency address could not be found")),
    }
}

/// A location has one emergency address; adding it once more changes nothing, another one takes its place.
fn add(call: &mut Call<'_>) -> Outcome {
    let (mut location, _) = with_calling(call)?;
    let address = good_address(call, call.body()?)?;
    let same = location.emergency.as_ref().filter(|emergency| emergency.address == address);
    let uuid = match same {
        Some(emergency) => emergency.uuid.clone(),
        None => call.world.store.mint(&format!("emergency/{}", location.uuid)),
    };
    let answer = Answer::json(201, &json!({ "id": ids::public(Kind::EmergencyAddress, &uuid) }));
    location.emergency = Some(EmergencyAddress { uuid, address });
    call.world.store.locations.put(location);
    Ok(answer)
}

fn update(call: &mut Call<'_>) -> Outcome {
    let (mut location, _) = with_calling(call)?;
    let uuid = call.argument_id(1);
    let known = location.emergency.as_ref().is_some_and(|emergency| emergency.uuid == uuid);
    if !known {
        return Err(Refusal::not_found("emergency address"));
    }
    let address = good_address(call, call.body()?)?;
    location.emergency = Some(EmergencyAddress { uuid, address });
    call.world.store.locations.put(location);
    Ok(Answer::empty(204))
}

/// An address of its own for one number; an empty one leaves it with the location's.
fn of_number(call: &mut Call<'_>) -> Outcome {
    let org = call.org()?;
    let e164 = seats::normal(&call.arguments[0]);
    let number = call.world.store.numbers.get(&e164).cloned();
    let in_org =
        |number: &Number| call.world.store.locations.get(&number.location).is_some_and(|location| location.org == org);
    let number = number.filter(in_org).ok_or_else(|| Refusal::not_found("phone number"))?;
    let wanted = call.body()?.get("emergencyAddress").and_then(Value::as_object).filter(|fields| !fields.is_empty());
    let emergency = wanted.map(|fields| good_address(call, &Value::Object(fields.clone()))).transpose()?;
    call.world.store.numbers.put(Number { emergency, ..number });
    Ok(Answer::empty(204))
}

fn show_callback(call: &mut Call<'_>) -> Outcome {
    let (location, calling) = with_calling(call)?;
    Ok(Answer::json(200, &callback_view(call.world, &location, &calling)))
}

fn update_callback(call: &mut Call<'_>) -> Outcome {
    let (mut location, mut calling) = with_calling(call)?;
    let body = call.body()?;
    let mut checker = Checker::new(body);
    let selected = checker.text("/selected");
    if !["LOCATION_NUMBER", "LOCATION_MEMBER_NUMBER"].contains(&selected) {
        checker.complain("selected must be LOCATION_NUMBER or LOCATION_MEMBER_NUMBER");
    }
    let of_member = selected == "LOCATION_MEMBER_NUMBER";
    let member = if of_member { Some(checker.text("/locationMemberId")) } else { None };
    let minutes = body.get("elinExpiryTimeMinutes").map(Value::as_u64);
    if minutes.is_some_and(|minutes| minutes.is_none_or(|minutes| !MINUTES.contains(&minutes))) {
        checker.complain("elinExpiryTimeMinutes must be from 10 to 1440");
    }
    checker.done()?;
    let member = member.map(|id| member_of(call.world, &location, id)).transpose()?;
    calling.callback = Callback { member, minutes: minutes.flatten().unwrap_or(calling.callback.minutes) };
    location.calling = Some(calling);
    call.world.store.locations.put(location);
    Ok(Answer::empty(204))
}

/// Only who has a number can be called back.
fn member_of(world: &World, location: &Location, id: &str) -> Result<String, Refusal> {
    let person = world.store.people.get(&ids::bare(id).unwrap_or_default());
    let here = |person: &&Person| person.location.as_ref() == Some(&location.uuid) && person.number.is_some();
    let person = person.filter(here);
    person
        .map(|person| person.uuid.clone())
        .ok_or_else(|| Refusal::new(400, "locationMemberId is nobody in the location who has a number"))
}

/// The member whose number is called back, while there is one.
pub fn member<'a>(world: &'a World, calling: &Calling) -> Option<&'a Person> {
    world.store.people.get(calling.callback.member.as_ref()?)
}

/// The word for what is chosen.
pub fn selected(calling: &Calling) -> &'static str {
    if calling.callback.member.is_some() { "LOCATION_MEMBER_NUMBER" } else { "LOCATION_NUMBER" }
}

fn callback_view(world: &World, location: &Location, calling: &Calling) -> Value {
    let main_number = calling.main_number.as_deref();
    let mut of_location = level(world, main_number, "LOCATION_NUMBER");
    of_location["name"] = json!(location.name);
    let person = member(world, calling);
    let mut of_member = level(world, person.and_then(|person| person.number.as_deref()), "LOCATION_MEMBER_NUMBER");
    if let Some(person) = person {
        of_member["firstName"] = json!(person.first_name);
        of_member["lastName"] = json!(person.last_name);
        of_member["memberId"] = json!(ids::public(Kind::People, &person.uuid));
        of_member["memberType"] = json!("PEOPLE");
    }
    json!({
        "locationInfo": of_location,
        "locationMemberInfo": of_member,
        "selected": selected(calling),
        "elinExpiryTimeMinutes": calling.callback.minutes,
    })
}

fn level(world: &World, number: Option<&str>, level: &str) -> Value {
    let found = number.and_then(|e164| world.store.numbers.get(e164));
    let quality = match found {
        Some(number) if number.active && world.store.owner(&number.e164).is_some() => "RECOMMENDED",
        Some(number) if number.active => "NOT_RECOMMENDED",
        _ => "INVALID",
    };
    let mut view = json!({
        "effectiveLevel": if found.is_some() { level } else { "NONE" },
        "effectiveValue": number.unwrap_or_default(),
        "quality": quality,
    });
    if let Some(number) = number {
        view["phoneNumber"] = json!(number);
    }
    view
}
