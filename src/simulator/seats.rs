//! A place to make calls from: location, number and extension of one person, and whether they may have it.
//! Only looks; the routes do the changing.

use serde_json::Value;

use super::call::World;
use super::ids;
use super::records::{Location, Person};
use super::refusal::{Refusal, code};
use super::table::By;

/// What a person calls from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub location: String,
    pub number: Option<String>,
    pub extension: Option<String>,
}

/// The seat that `provisioningParameters` ask for, if that person of the organisation may have it.
pub fn claim(world: &World, org: &str, email: &str, parameters: &Value) -> Result<Seat, Refusal> {
    let text = |name: &str| parameters[name].as_str().filter(|text| !text.is_empty());
    let number = text("primaryPhoneNumber").map(normal);
    let extension = text("extension").map(str::to_owned);
    if number.is_none() && extension.is_none() {
        let message = "a calling package needs primaryPhoneNumber, extension or both";
        return Err(Refusal::coded(400, code::MISSING, message));
    }
    let location = location(world, org, text("locationId"))?;
    if let Some(number) = &number {
        number_is_free(world, number, &location.uuid, email)?;
    }
    if let Some(extension) = &extension {
        extension_is_free(world, extension, &location.uuid, email)?;
    }
    Ok(Seat { location: location.uuid.clone(), number, extension })
}

/// What the person calls from already.
pub fn held(world: &World, org: &str, email: &str) -> Option<Seat> {
    let hold = world.holds.seat(email)?;
    let mut with_calling = world.store.locations.by(By::Org, org).filter(|location| location.calling.is_some());
    let is_it = |location: &&Location| hold.location.as_ref().is_none_or(|name| *name == location.name);
    let location = with_calling.find(is_it)?.uuid.clone();
    Some(Seat { location, number: None, extension: Some(hold.extension.clone()) })
}

/// The named location, or the only one with calling.
fn location<'a>(world: &'a World, org: &str, id: Option<&str>) -> Result<&'a Location, Refusal> {
    let mut with_calling = world.store.locations.by(By::Org, org).filter(|location| location.calling.is_some());
    let Some(id) = id else {
        return match (with_calling.next(), with_calling.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(Refusal::coded(400, code::MISSING, "mandatory parameter locationId is missing")),
        };
    };
    let uuid = ids::bare(id).unwrap_or_default();
    let named = with_calling.find(|location| location.uuid == uuid);
    named.ok_or_else(|| Refusal::new(400, "locationId is not a calling location of this customer"))
}

/// The number must be in the location and belong to nobody else.
pub fn number_is_free(world: &World, e164: &str, location: &str, email: &str) -> Result<(), Refusal> {
    let there = world.store.numbers.get(e164).is_some_and(|number| number.location == location);
    if !there {
        return Err(Refusal::new(400, format!("{e164} is not a number of the location")));
    }
    if world.store.people.by(By::Number, e164).any(|owner| is_other(owner, email)) {
        return Err(Refusal::coded(400, code::NUMBER_IN_USE, format!("{e164} belongs to another user")));
    }
    Ok(())
}

/// The extension must be well-formed and unused in the location.
pub fn extension_is_free(world: &World, extension: &str, location: &str, email: &str) -> Result<(), Refusal> {
    if !is_extension(extension) {
        return Err(Refusal::new(400, format!("extension {extension} must have 2 to 10 digits")));
    }
    let entry = format!("{location}/{extension}");
    if world.store.people.by(By::Extension, &entry).any(|owner| is_other(owner, email)) {
        let message = format!("extension {extension} is taken in the location");
        return Err(Refusal::coded(400, code::EXTENSION_IN_USE, message));
    }
    Ok(())
}

/// Copies of one person may share; that happens only when duplicates are allowed.
fn is_other(owner: &Person, email: &str) -> bool {
    !owner.email.eq_ignore_ascii_case(email)
}

/// Whether the text can be an extension.
pub fn is_extension(text: &str) -> bool {
    (2..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number without the dashes that Webex tolerates.
pub fn normal(number: &str) -> String {
    number.chars().filter(|character| !matches!(character, '-' | ' ' | '(' | ')' | '.')).collect()
}

/// Whether the text is a number in E.164 form.
pub fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}
