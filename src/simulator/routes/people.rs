//! The people of an organisation, and the numbers they have.

use serde_json::{Value, json};

use super::customers::licence;
use super::roles;
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome, World, partner_org, time};
use crate::simulator::checker::Checker;
use crate::simulator::ids::{self, Kind};
use crate::simulator::paging;
use crate::simulator::records::{Number, Person};
use crate::simulator::refusal::{Refusal, code};
use crate::simulator::router::{Route, route};
use crate::simulator::seats;
use crate::simulator::settings::Shelf;
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Get, "/people", list),
    route(Method::Get, "/people/me", me),
    route(Method::Get, "/people/{personId}", show),
    route(Method::Put, "/people/{personId}", update),
    route(Method::Delete, "/people/{personId}", remove),
    route(Method::Put, "/telephony/config/people/{personId}/numbers", change_numbers),
];

fn list(call: &mut Call<'_>) -> Outcome {
    let org = call.org()?;
    let people = &call.world.store.people;
    let in_org: Vec<&Person> = match call.query("email") {
        Some(email) => people.by(By::Email, &email.to_lowercase()).filter(|person| person.org == org).collect(),
        None => people.by(By::Org, &org).collect(),
    };
    let name = call.query("displayName").map(str::to_lowercase);
    let location = call.query_id("locationId");
    let ids: Option<Vec<_>> = call.query("id").map(|ids| ids.split(',').filter_map(ids::bare).collect());
    let items: Vec<&Person> = in_org
        .into_iter()
        .filter(|person| !person.pending && call.lists(Shelf::People, person.created_ms))
        .filter(|person| name.as_ref().is_none_or(|name| person.display_name.to_lowercase().starts_with(name)))
        .filter(|person| location.is_none() || person.location == location)
        .filter(|person| ids.as_ref().is_none_or(|ids| ids.contains(&person.uuid)))
        .collect();
    let show = |person: &&Person| view(call.world, person, wants_calling(call));
    paging::answer(call, &paging::PEOPLE, "items", &items, show, None)
}

fn wants_calling(call: &Call<'_>) -> CallingData {
    if call.query("callingData") == Some("true") { CallingData::Shown } else { CallingData::Hidden }
}

/// Whoever the token is of: always the partner's administrator, who is in no list.
#[expect(clippy::unnecessary_wraps, reason = "every route has this signature")]
fn me(call: &mut Call<'_>) -> Outcome {
    let org = partner_org();
    Ok(Answer::json(
        200,
        &json!({
            "id": ids::public(Kind::People, &ids::fixed("partner/administrator")),
            "emails": ["administrator@partner.example"],
            "displayName": "Partner Administrator",
            "firstName": "Partner",
            "lastName": "Administrator",
            "orgId": ids::public(Kind::Organization, &org),
            "roles": [roles::id(&call.world.settings, "id_full_admin")],
            "type": "person",
            "created": time(call.now_ms),
        }),
    ))
}

fn show(call: &mut Call<'_>) -> Outcome {
    let person = call.person()?;
    Ok(Answer::json(200, &view(call.world, &person, wants_calling(call))))
}

/// The whole person is replaced: what the body leaves out goes. Only the location of a calling user stays.
fn update(call: &mut Call<'_>) -> Outcome {
    let mut person = call.person()?;
    let mut checker = Checker::new(call.body()?);
    checker.text("/displayName").clone_into(&mut person.display_name);
    checker.optional("/firstName").unwrap_or_default().clone_into(&mut person.first_name);
    checker.optional("/lastName").unwrap_or_default().clone_into(&mut person.last_name);
    person.roles = wanted_roles(&mut checker);
    let location = checker.optional("/locationId").map(|id| ids::bare(id).unwrap_or_default());
    let extension = checker.optional("/extension").filter(|text| !text.is_empty()).map(str::to_owned);
    let numbers = wanted_numbers(call.body()?);
    checker.done()?;
    move_seat(call.world, &mut person, location, numbers, extension)?;
    person.changed_ms = call.now_ms;
    call.world.store.people.put(person.clone());
    Ok(Answer::json(200, &view(call.world, &person, wants_calling(call))))
}

fn wanted_roles(checker: &mut Checker<'_>) -> Vec<String> {
    let wanted = checker.optional_texts("/roles").unwrap_or_default();
    let mut roles = Vec::new();
    for id in wanted {
        match ids::bare(id).as_deref().and_then(roles::known) {
            Some(role) if roles.iter().any(|known| known == role) => {}
            Some(role) => roles.push(role.to_owned()),
            None => checker.complain(format!("{id} is not a role")),
        }
    }
    roles
}

/// The numbers that ring at the person, the primary one first.
fn wanted_numbers(body: &Value) -> Vec<String> {
    let numbers = body["phoneNumbers"].as_array().into_iter().flatten().filter(|number| number["type"] == "work");
    let mut work: Vec<_> = numbers.filter_map(|number| Some((number["value"].as_str()?, &number["primary"]))).collect();
    work.sort_by_key(|(_, primary)| **primary != true);
    work.into_iter().map(|(number, _)| seats::normal(number)).collect()
}

fn move_seat(
    world: &World,
    person: &mut Person,
    location: Option<String>,
    numbers: Vec<String>,
    extension: Option<String>,
) -> Result<(), Refusal> {
    if location.is_some() && person.location.is_some() && location != person.location {
        return Err(Refusal::new(400, "the location of a calling user cannot be changed"));
    }
    let Some(seat) = person.location.clone().or(location) else { return Ok(()) };
    if world.store.locations.get(&seat).is_none_or(|location| location.org != person.org) {
        return Err(Refusal::new(400, "locationId is not a location of the organization"));
    }
    if numbers.is_empty() && extension.is_none() {
        return Err(Refusal::new(400, "a calling user needs a phone number, an extension or both"));
    }
    for number in &numbers {
        seats::number_is_free(world, number, &seat, &person.email)?;
    }
    if let Some(extension) = &extension {
        seats::extension_is_free(world, extension, &seat, &person.email)?;
    }
    let mut numbers = numbers.into_iter();
    person.location = Some(seat);
    person.number = numbers.next();
    person.alternates = numbers.collect();
    person.extension = extension;
    Ok(())
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let person = call.person()?;
    if let Some(subscriber) = call.world.store.subscriber_of(&person).map(|sub| sub.uuid.clone()) {
        call.world.store.subscribers.remove(&subscriber);
    }
    call.world.store.people.remove(&person.uuid);
    for e164 in person.number.iter().chain(&person.alternates) {
        if let Some(number) = call.world.store.numbers.get(e164).cloned() {
            call.world.store.numbers.put(Number { freed_ms: Some(call.now_ms), ..number });
        }
    }
    Ok(Answer::empty(204))
}

fn change_numbers(call: &mut Call<'_>) -> Outcome {
    call.org()?;
    let mut person = call.person()?;
    let location = person.location.clone().ok_or_else(|| Refusal::new(400, "the person has no calling"))?;
    let changes = call.body()?["phoneNumbers"].as_array().filter(|changes| !changes.is_empty());
    let changes =
        changes.ok_or_else(|| Refusal::coded(400, code::MISSING, "mandatory parameter phoneNumbers is missing"))?;
    let changes: Vec<Change<'_>> = changes.iter().map(Change::read).collect::<Result<_, _>>()?;
    // What the person gives up can be taken in the same request, in whatever order it is listed.
    let (given_up, taken): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.action == "DELETE");
    for change in given_up {
        change.give_up(&mut person)?;
    }
    for change in taken {
        change.take(call.world, &mut person, &location)?;
    }
    person.changed_ms = call.now_ms;
    call.world.store.people.put(person);
    Ok(Answer::empty(204))
}

/// One number that a person gets or gives up.
struct Change<'a> {
    number: String,
    action: &'a str,
    primary: bool,
    extension: Option<&'a str>,
}

impl<'a> Change<'a> {
    fn read(change: &'a Value) -> Result<Self, Refusal> {
        let mut checker = Checker::new(change);
        let number = seats::normal(checker.text("/directNumber"));
        let action = checker.text("/action");
        if !["ADD", "DELETE"].contains(&action) {
            checker.complain(format!("action {action} is not known"));
        }
        let extension = checker.optional("/extension").filter(|text| !text.is_empty());
        let primary = change["primary"].as_bool();
        if primary.is_none() {
            checker.complain_coded(code::MISSING, "mandatory parameter primary is missing");
        }
        checker.done()?;
        Ok(Self { number, action, primary: primary.unwrap_or_default(), extension })
    }

    fn give_up(self, person: &mut Person) -> Result<(), Refusal> {
        if person.number.as_ref() == Some(&self.number) {
            person.number = None;
        } else if person.alternates.contains(&self.number) {
            person.alternates.retain(|number| *number != self.number);
        } else {
            return Err(Refusal::new(400, format!("{} is not a number of the person", self.number)));
        }
        Ok(())
    }

    /// A new primary number makes the one before an alternate; only who gives it up is rid of it.
    fn take(self, world: &World, person: &mut Person, location: &str) -> Result<(), Refusal> {
        seats::number_is_free(world, &self.number, location, &person.email)?;
        if let Some(extension) = self.extension {
            seats::extension_is_free(world, extension, location, &person.email)?;
            person.extension = Some(extension.to_owned());
        }
        person.alternates.retain(|number| *number != self.number);
        if self.primary || person.number.is_none() {
            let before = person.number.replace(self.number.clone()).filter(|before| *before != self.number);
            person.alternates.extend(before);
        } else if person.number.as_ref() != Some(&self.number) {
            person.alternates.push(self.number);
        }
        Ok(())
    }
}

/// Whether a person's telephone data is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallingData {
    Shown,
    Hidden,
}

fn view(world: &World, person: &Person, calling: CallingData) -> Value {
    let package = world.store.subscriber_of(person).map(|subscriber| subscriber.package.as_str());
    let roles: Vec<String> = person.roles.iter().map(|role| roles::id(&world.settings, role)).collect();
    let mut view = json!({
        "id": ids::public(Kind::People, &person.uuid),
        "emails": [person.email],
        "displayName": person.display_name,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "orgId": ids::public(Kind::Organization, &person.org),
        "roles": roles,
        "licenses": package.map(|package| licence(&person.org, package)).into_iter().collect::<Vec<_>>(),
        "created": time(person.created_ms),
        "lastModified": time(person.changed_ms),
        "status": "unknown",
        "type": "person",
    });
    if calling == CallingData::Shown {
        add_calling(&mut view, person);
    }
    view
}

fn add_calling(view: &mut Value, person: &Person) {
    if let Some(location) = &person.location {
        view["locationId"] = json!(ids::public(Kind::Location, location));
    }
    if let Some(extension) = &person.extension {
        view["extension"] = json!(extension);
    }
    let number = person.number.iter().map(|e164| json!({ "type": "work", "value": e164, "primary": true }));
    let alternates = person.alternates.iter().map(|e164| json!({ "type": "work", "value": e164, "primary": false }));
    let extension = person.extension.as_ref().map(|text| json!({ "type": "work_extension", "value": text }));
    view["phoneNumbers"] = number.chain(alternates).chain(extension).collect();
}
