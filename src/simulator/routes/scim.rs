//! Users as the identity service shows them, and the patch that gives them roles. Ids are plain UUIDs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::organizations::plain_uuid;
use super::roles;
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome, time};
use crate::simulator::checker::Checker;
use crate::simulator::records::Person;
use crate::simulator::refusal::Refusal;
use crate::simulator::router::{Route, route};
use crate::simulator::settings::Shelf;
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Get, "/identity/scim/{orgId}/v2/Users", list),
    route(Method::Get, "/identity/scim/{orgId}/v2/Users/{userId}", show),
    route(Method::Patch, "/identity/scim/{orgId}/v2/Users/{userId}", patch),
];

/// How many users a page has, unless asked for fewer.
const PAGE_MAX: usize = 100;

fn list(call: &mut Call<'_>) -> Outcome {
    let org = call.open_org(&plain_uuid(&call.arguments[0])?)?.uuid.clone();
    let filter = call.query("filter").map(Filter::parse).transpose()?;
    let start = count(call, "startIndex", 1)?.max(1);
    let size = count(call, "count", PAGE_MAX)?.min(PAGE_MAX);
    let found: Vec<&Person> = candidates(call, &org, filter.as_ref());
    let page: Vec<Value> =
        found.iter().skip(start - 1).take(size).map(|person| view(person, &call.url(&path(person)))).collect();
    Ok(Answer::json(
        200,
        &json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": found.len(),
            "itemsPerPage": page.len(),
            "startIndex": start,
            "Resources": page,
        }),
    ))
}

fn candidates<'a>(call: &'a Call<'_>, org: &str, filter: Option<&Filter>) -> Vec<&'a Person> {
    let people = &call.world.store.people;
    let found: Vec<&Person> = match filter {
        None => people.by(By::Org, org).collect(),
        Some(Filter::Email(email)) => people.by(By::Email, email).collect(),
        Some(Filter::Id(id)) => people.get(id).into_iter().collect(),
    };
    let shown = |person: &&Person| person.org == org && !person.pending && call.lists(Shelf::People, person.created_ms);
    found.into_iter().filter(shown).collect()
}

/// The filters that a client needs to find one user.
enum Filter {
    Email(String),
    Id(String),
}

impl Filter {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let parts = text.split_once(" eq ").or_else(|| text.split_once(" EQ "));
        let (name, value) = parts.map_or(("", ""), |(name, value)| (name.trim(), value.trim().trim_matches('"')));
        match name {
            "userName" | "emails" | "emails.value" => Ok(Self::Email(value.to_lowercase())),
            "id" => Ok(Self::Id(value.to_lowercase())),
            _ => Err(Refusal::new(400, "the filter is not understood: use userName eq \"…\"")),
        }
    }
}

fn count(call: &Call<'_>, name: &str, default: usize) -> Result<usize, Refusal> {
    let parse = |text: &str| text.parse().map_err(|_| Refusal::new(400, format!("{name} must be a whole number")));
    call.query(name).map_or(Ok(default), parse)
}

fn show(call: &mut Call<'_>) -> Outcome {
    let person = find(call)?;
    Ok(Answer::json(200, &view(&person, &call.url(&path(&person)))))
}

fn find(call: &Call<'_>) -> Result<Person, Refusal> {
    let org = call.open_org(&plain_uuid(&call.arguments[0])?)?.uuid.clone();
    let person = call.world.store.people.get(&plain_uuid(&call.arguments[1])?);
    let person = person.filter(|person| person.org == org && !person.pending && call.finds(person.created_ms)).cloned();
    person.ok_or_else(|| Refusal::not_found("user"))
}

fn patch(call: &mut Call<'_>) -> Outcome {
    let mut person = find(call)?;
    let body = call.body()?;
    let mut checker = Checker::new(body);
    checker.texts("/schemas");
    let operations = body["Operations"].as_array().filter(|operations| !operations.is_empty());
    if operations.is_none() {
        checker.complain("Operations must be a list that holds something");
    }
    checker.done()?;
    for operation in operations.into_iter().flatten() {
        apply(&mut person, operation)?;
    }
    person.changed_ms = call.now_ms;
    call.world.store.people.put(person.clone());
    Ok(Answer::json(200, &view(&person, &call.url(&path(&person)))))
}

/// Carries one operation on `roles` out; giving what is there already changes nothing.
fn apply(person: &mut Person, operation: &Value) -> Result<(), Refusal> {
    let path = operation["path"].as_str().unwrap_or_default();
    let named = path.strip_prefix("roles[value eq \"").and_then(|rest| rest.strip_suffix("\"]"));
    if path != "roles" && named.is_none() {
        return Err(Refusal::new(400, "only the path roles can be patched here"));
    }
    let listed = operation["value"].as_array().into_iter().flatten();
    let given: Vec<&str> = named.into_iter().chain(listed.filter_map(|role| role["value"].as_str())).collect();
    let known: Option<BTreeSet<String>> = given.iter().map(|name| roles::known(name).map(str::to_owned)).collect();
    let named = known.ok_or_else(|| Refusal::new(400, "the role is not known or cannot be set here"))?;
    let held: BTreeSet<String> = person.roles.iter().cloned().collect();
    let roles: BTreeSet<String> = match operation["op"].as_str().map(str::to_lowercase).as_deref() {
        Some("add") => held.union(&named).cloned().collect(),
        Some("replace") => named,
        Some("remove") if named.is_empty() => BTreeSet::new(),
        Some("remove") => held.difference(&named).cloned().collect(),
        _ => return Err(Refusal::new(400, "op must be add, replace or remove")),
    };
    person.roles = roles.into_iter().collect();
    Ok(())
}

fn path(person: &Person) -> String {
    format!("/identity/scim/{}/v2/Users/{}", person.org, person.uuid)
}

fn view(person: &Person, url: &str) -> Value {
    let roles: Vec<Value> = person.roles.iter().map(|role| json!({ "value": role, "type": "cirole" })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": person.uuid,
        "userName": person.email,
        "active": true,
        "roles": roles,
        "name": { "givenName": person.first_name, "familyName": person.last_name },
        "displayName": person.display_name,
        "emails": [{ "value": person.email, "type": "work", "primary": true }],
        "userType": "user",
        "meta": {
            "resourceType": "User",
            "organizationID": person.org,
            "created": time(person.created_ms),
            "lastModified": time(person.changed_ms),
            "version": "1",
            "location": url,
        },
    })
}
