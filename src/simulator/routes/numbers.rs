//! Telephone numbers of locations: added, switched, removed, validated and listed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::calling::with_calling;
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Extent, Outcome, World};
use crate::simulator::checker::Checker;
use crate::simulator::holds::NumberHold;
use crate::simulator::ids::{self, Kind};
use crate::simulator::paging;
use crate::simulator::records::{Calling, Location, Number, Person};
use crate::simulator::refusal::{Refusal, code};
use crate::simulator::router::{Route, route};
use crate::simulator::seats;
use crate::simulator::settings::Shelf;
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Post, "/telephony/config/locations/{locationId}/numbers", add),
    route(Method::Put, "/telephony/config/locations/{locationId}/numbers", switch),
    route(Method::Delete, "/telephony/config/locations/{locationId}/numbers", remove),
    route(Method::Get, "/telephony/config/locations/{locationId}/availableNumbers", available),
    route(Method::Post, "/telephony/config/actions/validateNumbers/invoke", validate),
    route(Method::Get, "/telephony/config/numbers", list),
];

/// Cisco's limits for one request.
const REMOVED_MAX: usize = 5;
const DEACTIVATED_MAX: usize = 500;
const MOBILE_MAX: usize = 20;

fn add(call: &mut Call<'_>) -> Outcome {
    let (location, calling) = with_calling(call)?;
    let mut checker = Checker::new(call.body()?);
    let numbers = wanted(&mut checker);
    let number_type = checker.optional("/numberType").unwrap_or("DID");
    let state = checker.optional("/state").unwrap_or("ACTIVE");
    if number_type == "MOBILE" && numbers.len() > MOBILE_MAX {
        checker.complain(format!("at most {MOBILE_MAX} mobile numbers can be added at once"));
    }
    if !["DID", "TOLLFREE", "MOBILE"].contains(&number_type) || !["ACTIVE", "INACTIVE"].contains(&state) {
        checker.complain("numberType or state is not known");
    }
    checker.done()?;
    refuse_closed(&calling)?;
    let mut refused = unusable(call.world, &numbers, &location);
    let part = call.extent == Extent::Part;
    if part && refused.is_empty() {
        refused.extend(numbers.last().map(|e164| unavailable(e164)));
    }
    if !part && !refused.is_empty() {
        return Err(Refusal::numbers(refused));
    }
    for e164 in numbers.into_iter().filter(|e164| refused.iter().all(|(bad, ..)| bad != e164)) {
        if call.world.store.numbers.get(&e164).is_none() {
            call.world.store.numbers.put(Number {
                e164,
                location: location.uuid.clone(),
                active: state == "ACTIVE",
                toll_free: number_type == "TOLLFREE",
                emergency: None,
                freed_ms: None,
                created_ms: call.now_ms,
            });
        }
    }
    if refused.is_empty() { Ok(Answer::empty(201)) } else { Err(Refusal::numbers(refused)) }
}

fn wanted(checker: &mut Checker<'_>) -> Vec<String> {
    checker.texts("/phoneNumbers").into_iter().map(seats::normal).collect()
}

/// Behind an integrated provider the numbers are the provider's business.
fn refuse_closed(calling: &Calling) -> Result<(), Refusal> {
    if calling.connection.kind.is_open() {
        return Ok(());
    }
    let kind = calling.connection.kind.word();
    Err(Refusal::new(400, format!("numbers cannot be changed in a location with {kind}")))
}

/// The numbers that cannot be added, each with its code and reason. One refuses the whole request, unless a fault
/// has it carried out in part.
fn unusable(world: &World, numbers: &[String], location: &Location) -> Vec<(String, u32, String)> {
    let problem = |e164: &String| {
        if !seats::is_e164(e164) {
            return Some((e164.clone(), code::NUMBER_INVALID, format!("DN is not valid : {e164}")));
        }
        let elsewhere = world.store.numbers.get(e164).is_some_and(|number| number.location != location.uuid);
        match world.holds.number(e164) {
            Some(NumberHold::Unavailable) => Some(unavailable(e164)),
            None if !elsewhere => None,
            None | Some(NumberHold::InUse) => {
                Some((e164.clone(), code::NUMBER_IN_USE, format!("DN is in use : {e164}")))
            }
        }
    };
    numbers.iter().filter_map(problem).collect()
}

fn unavailable(e164: &str) -> (String, u32, String) {
    (e164.to_owned(), code::NUMBER_UNAVAILABLE, format!("DN is unavailable : {e164}"))
}

fn switch(call: &mut Call<'_>) -> Outcome {
    let (location, calling) = with_calling(call)?;
    refuse_closed(&calling)?;
    let mut checker = Checker::new(call.body()?);
    let numbers = wanted(&mut checker);
    let activate = match checker.optional("/action") {
        None | Some("ACTIVATE") => true,
        Some("DEACTIVATE") => false,
        Some(other) => {
            checker.complain(format!("action {other} is not known"));
            false
        }
    };
    if !activate && numbers.len() > DEACTIVATED_MAX {
        checker.complain(format!("at most {DEACTIVATED_MAX} numbers can be deactivated at once"));
    }
    for e164 in &numbers {
        if !is_in(call.world, e164, &location) {
            checker.complain(format!("{e164} is not a number of the location"));
        } else if !activate && call.world.store.owner(e164).is_some() {
            checker.complain(format!("{e164} is assigned and cannot be deactivated"));
        }
    }
    checker.done()?;
    for e164 in numbers {
        if let Some(number) = call.world.store.numbers.get(&e164).cloned() {
            call.world.store.numbers.put(Number { active: activate, ..number });
        }
    }
    Ok(Answer::empty(204))
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let (location, calling) = with_calling(call)?;
    refuse_closed(&calling)?;
    let mut checker = Checker::new(call.body()?);
    let numbers = wanted(&mut checker);
    if numbers.len() > REMOVED_MAX {
        checker.complain_coded(code::SIZE, format!("at most {REMOVED_MAX} numbers can be removed at once"));
    }
    for e164 in &numbers {
        if calling.main_number.as_ref() == Some(e164) {
            checker.complain(format!("{e164} is the main number of the location"));
        } else if call.world.store.owner(e164).is_some() {
            checker.complain(format!("{e164} is assigned and cannot be removed"));
        }
    }
    checker.done()?;
    let settled_ms = call.now_ms.saturating_sub(call.world.settings.number_release_ms);
    let is_free = |e164: &String| {
        let number = call.world.store.numbers.get(e164).filter(|number| number.location == location.uuid);
        number.is_some_and(|number| number.freed_ms.is_none_or(|freed_ms| freed_ms <= settled_ms))
    };
    if !numbers.iter().all(is_free) {
        // So does the real one, with this header, for a number that is not there or was only just freed.
        return Err(Refusal::new(502, "the number cannot be removed").with_header("cisco-spark-error-codes", "4251"));
    }
    for e164 in &numbers {
        call.world.store.numbers.remove(e164);
    }
    Ok(Answer::empty(204))
}

fn is_in(world: &World, e164: &str, location: &Location) -> bool {
    world.store.numbers.get(e164).is_some_and(|number| number.location == location.uuid)
}

fn validate(call: &mut Call<'_>) -> Outcome {
    call.org()?;
    let mut checker = Checker::new(call.body()?);
    let numbers = wanted(&mut checker);
    checker.done()?;
    let mut seen = BTreeSet::new();
    let mut all_well = true;
    let mut verdict = |e164: &String| {
        let problem = if !seats::is_e164(e164) {
            Some(("Invalid", code::NUMBER_INVALID, "DN is not valid"))
        } else if !seen.insert(e164.clone()) {
            Some(("Duplicate In List", code::NUMBER_TWICE, "DN is twice in the list"))
        } else {
            let stands = call.world.store.numbers.get(e164).is_some();
            match call.world.holds.number(e164) {
                Some(NumberHold::Unavailable) => Some(("Unavailable", code::NUMBER_UNAVAILABLE, "DN is unavailable")),
                None if !stands => None,
                None | Some(NumberHold::InUse) => Some(("Duplicate", code::NUMBER_IN_USE, "DN is in use")),
            }
        };
        all_well &= problem.is_none();
        let (state, detail) = match problem {
            Some((state, code, text)) => (state, json!([format!("[Error {code}] {text} : {e164}")])),
            None => ("Available", json!([])),
        };
        json!({ "number": e164, "state": state, "tollFreeNumber": false, "detail": detail })
    };
    let verdicts: Vec<Value> = numbers.iter().map(&mut verdict).collect();
    let status = if all_well { "OK" } else { "ERRORS" };
    Ok(Answer::json(200, &json!({ "status": status, "numbers": verdicts })))
}

/// A line of the list: a number, or a person who has an extension only.
struct Line<'a> {
    number: Option<&'a Number>,
    location: &'a Location,
    owner: Option<&'a Person>,
}

fn list(call: &mut Call<'_>) -> Outcome {
    let org = call.org()?;
    let world = &*call.world;
    let lines: Vec<Line<'_>> = lines(call, &org).into_iter().filter(|line| is_asked_for(call, line)).collect();
    let count = counts(&lines);
    paging::answer(call, &paging::CALLING, "phoneNumbers", &lines, |line| view(world, line), Some(("count", count)))
}

fn lines<'a>(call: &'a Call<'_>, org: &str) -> Vec<Line<'a>> {
    let store = &call.world.store;
    let exact = call.query("phoneNumber").and_then(|e164| store.numbers.get(&seats::normal(e164)));
    if let Some(number) = exact {
        let location = store.locations.get(&number.location).filter(|location| location.org == org);
        let line = |location| Line { number: Some(number), location, owner: store.owner(&number.e164) };
        return location.map(line).into_iter().filter(|_| call.lists(Shelf::Numbers, number.created_ms)).collect();
    }
    let numbers = store.numbers_of_org(org).filter(|(number, _)| call.lists(Shelf::Numbers, number.created_ms));
    let with_number =
        numbers.map(|(number, location)| Line { number: Some(number), location, owner: store.owner(&number.e164) });
    let extension_only = store.people.by(By::Org, org).filter(|person| {
        person.number.is_none()
            && person.extension.is_some()
            && !person.pending
            && call.lists(Shelf::People, person.created_ms)
    });
    let without_number = extension_only.filter_map(|person| {
        let location = store.locations.get(person.location.as_ref()?)?;
        Some(Line { number: None, location, owner: Some(person) })
    });
    with_number.chain(without_number).collect()
}

fn is_asked_for(call: &Call<'_>, line: &Line<'_>) -> bool {
    let is = |name: &str, test: &dyn Fn(&str) -> bool| call.query(name).is_none_or(test);
    let state = if line.number.is_none_or(|number| number.active) { "ACTIVE" } else { "INACTIVE" };
    is("locationId", &|id| ids::bare(id).as_deref() == Some(&line.location.uuid))
        && is("phoneNumber", &|part| {
            line.number.is_some_and(|number| number.e164.contains(part.trim_start_matches('+')))
        })
        && is("available", &|word| (word == "true") == line.owner.is_none())
        && is("ownerType", &|word| line.owner.is_some() && word == "PEOPLE")
        && is("ownerId", &|id| line.owner.is_some_and(|owner| ids::bare(id).as_deref() == Some(&owner.uuid)))
        && is("extension", &|text| line.owner.and_then(|owner| owner.extension.as_deref()) == Some(text))
        && is("numberType", &|word| (word == "EXTENSION") == line.number.is_none())
        && is("state", &|word| word == state)
}

fn counts(lines: &[Line<'_>]) -> Value {
    let count = |test: &dyn Fn(&Line<'_>) -> bool| lines.iter().filter(|line| test(line)).count();
    json!({
        "assigned": count(&|line| line.owner.is_some()),
        "unAssigned": count(&|line| line.owner.is_none()),
        "inActive": count(&|line| line.number.is_some_and(|number| !number.active)),
        "extensionOnly": count(&|line| line.number.is_none()),
        "tollFreeNumbers": count(&|line| line.number.is_some_and(|number| number.toll_free)),
        "total": lines.len(),
    })
}

fn view(world: &World, line: &Line<'_>) -> Value {
    let main_number = line.location.calling.as_ref().and_then(|calling| calling.main_number.as_ref());
    let mut view = json!({
        "state": if line.number.is_none_or(|number| number.active) { "ACTIVE" } else { "INACTIVE" },
        "phoneNumberType": phone_number_type(line),
        "mainNumber": line.number.is_some_and(|number| main_number == Some(&number.e164)),
        "includedTelephonyTypes": "PSTN_NUMBER",
        "tollFreeNumber": line.number.is_some_and(|number| number.toll_free),
        "isServiceNumber": false,
        "location": { "id": ids::public(Kind::Location, &line.location.uuid), "name": line.location.name },
    });
    if let Some(number) = line.number {
        view["phoneNumber"] = json!(number.e164);
    }
    if let Some(owner) = line.owner.filter(|owner| world.store.people.get(&owner.uuid).is_some()) {
        view["owner"] = owner_view(owner);
        if let Some(extension) = &owner.extension {
            view["extension"] = json!(extension);
        }
    }
    view
}

/// Only the first number of a person is the primary one.
fn phone_number_type(line: &Line<'_>) -> &'static str {
    let is_alternate = |owner: &Person| line.number.is_some_and(|number| owner.alternates.contains(&number.e164));
    if line.owner.is_some_and(is_alternate) { "ALTERNATE" } else { "PRIMARY" }
}

fn owner_view(owner: &Person) -> Value {
    json!({
        "id": ids::public(Kind::People, &owner.uuid), "type": "PEOPLE",
        "firstName": owner.first_name, "lastName": owner.last_name,
    })
}

fn available(call: &mut Call<'_>) -> Outcome {
    let (location, calling) = with_calling(call)?;
    let store = &call.world.store;
    let numbers = store.numbers.by(By::Location, &location.uuid);
    let free =
        numbers.filter(|number| call.lists(Shelf::Numbers, number.created_ms) && store.owner(&number.e164).is_none());
    let one = |number: &&Number| {
        json!({
            "phoneNumber": number.e164,
            "state": if number.active { "ACTIVE" } else { "INACTIVE" },
            "isMainNumber": calling.main_number.as_ref() == Some(&number.e164),
            "tollFreeNumber": number.toll_free,
            "telephonyType": "PSTN_NUMBER",
            "isServiceNumber": false,
        })
    };
    let free: Vec<&Number> = free.collect();
    paging::answer(call, &paging::CALLING, "phoneNumbers", &free, one, None)
}
