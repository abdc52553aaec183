//! Is what a list lacks really gone? A list may be short for a moment, and what is forgotten is never looked for again, so
//! each object is asked for by its id, and numbers are looked for once more: at their location, and at the person.

use std::collections::{HashMap, HashSet};

use super::compare::{Difference, Kind};
use super::numbers::{cell, e164};
use super::picture::key;
use crate::api::answers::{self, Number, Person, Seat};
use crate::api::pages::{self, Ask, Inside};
use crate::api::wire::Request;
use crate::api::{Client, Failure, Weight, calls};
use crate::model::{SheetKind, Tables};
use crate::plan::{Known, Stage, StepId, expand};

/// The differences without what is only missing from a list, and in how many something is: it stands, or nobody could say.
///
/// # Errors
/// When nobody can be asked any more.
pub async fn surely_gone(
    client: &Client,
    known: &Known,
    found: Vec<Difference>,
) -> anyhow::Result<(Vec<Difference>, usize)> {
    let (mut sure, mut doubtful) = (Vec::new(), 0);
    let mut again = Again { client, known, lines: HashMap::new() };
    for one in found {
        let is_whole = matches!(one.kind, Kind::Gone | Kind::Attached | Kind::CallingOff) && one.column.is_none();
        let column = one.column.unwrap_or_default();
        let is_lost = one.sheet == SheetKind::Users && one.found.as_deref() == Some("");
        let left = match one.kind {
            _ if one.steps.is_empty() => Some(one.clone()),
            _ if is_whole => is_gone(client, known, &one).await?.then(|| one.clone()),
            Kind::Gone if column == "numbers" => again.without_found(&one).await?,
            Kind::Changed if is_lost && matches!(column, "location" | "phone_number" | "extension") => {
                again.is_without(&one, column).await?.then(|| one.clone())
            }
            _ => Some(one.clone()),
        };
        doubtful += usize::from(left.as_ref() != Some(&one));
        sure.extend(left);
    }
    Ok((sure, doubtful))
}

/// Does Webex know none of them by its id?
async fn is_gone(client: &Client, known: &Known, one: &Difference) -> anyhow::Result<bool> {
    // Numbers go with the calling of their location.
    for step in one.steps.iter().filter(|step| step.stage() != Some(Stage::Numbers)) {
        let Some(request) = by_id(known, step, one.kind) else { return Ok(false) };
        match client.send(Weight::Repeatable, request).await {
            Err(Failure::Rejected(refusal)) if refusal.status == 404 => {}
            answered => return told(answered).map(|_| false),
        }
    }
    Ok(true)
}

/// Asks for an object by the id that it was made under; none where no id is known.
fn by_id(known: &Known, step: &StepId, kind: Kind) -> Option<Request> {
    let id = |name: &str| id(known, step, name);
    match step.stage()? {
        Stage::Customers => Some(calls::get_customer(&id("customer_id")?)),
        Stage::Locations => {
            let customer = step.parts().first().cloned()?;
            let org_id = known.get(&StepId::customer(&customer))?.ids.get("org_id")?;
            let ask = if kind == Kind::CallingOff { calls::get_calling_location } else { calls::get_location };
            Some(ask(org_id, &id("location_id")?))
        }
        Stage::Users => Some(calls::get_subscriber(&id("subscriber_id")?)),
        _ => None,
    }
}

fn id(known: &Known, step: &StepId, name: &str) -> Option<String> {
    known.get(step)?.ids.get(name).cloned()
}

/// What was answered; none where Webex did not say it.
fn told<T>(answered: Result<T, Failure>) -> anyhow::Result<Option<T>> {
    match answered {
        Ok(answer) => Ok(Some(answer)),
        Err(Failure::Environment(why)) => anyhow::bail!(why),
        Err(_) => Ok(None),
    }
}

/// Looks a second time for numbers. What a location has is asked for once.
struct Again<'a> {
    client: &'a Client,
    known: &'a Known,
    /// By location; none where it could not be read.
    lines: HashMap<StepId, Option<Vec<Number>>>,
}

impl Again<'_> {
    /// The numbers of a location with what is said of them.
    async fn lines(&mut self, customer: &str, location: &str) -> anyhow::Result<Option<&[Number]>> {
        let place = StepId::location(customer, location);
        if !self.lines.contains_key(&place) {
            let ids = id(self.known, &StepId::customer(customer), "org_id").zip(id(self.known, &place, "location_id"));
            let list = match ids {
                Some((org_id, location_id)) => {
                    let inside = Inside { client: self.client, org_id: &org_id };
                    let at = |start| calls::list_numbers(&org_id, &location_id, start);
                    told(pages::counted(&inside, at, &["phoneNumbers", "items"]).await)?
                }
                None => None,
            };
            self.lines.insert(place.clone(), list);
        }
        Ok(self.lines.get(&place).and_then(Option::as_deref))
    }

    /// The same without the numbers that stand at the location all the same; none where all do, or nobody could say.
    async fn without_found(&mut self, one: &Difference) -> anyhow::Result<Option<Difference>> {
        let Some([customer, location]) = one.steps.first().and_then(|step| <[String; 2]>::try_from(step.parts()).ok())
        else {
            return Ok(None);
        };
        let place = self.known.get(&StepId::location(&customer, &location));
        let country = place.and_then(|known| known.fields.get("country")).and_then(|code| Tables::get().country(code));
        let Some(lines) = self.lines(&customer, &location).await? else { return Ok(None) };
        let numbers = lines.iter().filter_map(|line| line.phone_number.as_deref());
        let standing: HashSet<String> = numbers.map(|number| e164(number, country)).collect();
        let items: Vec<String> = one.known.iter().flat_map(|list| list.split(';')).map(str::to_owned).collect();
        let numbers = expand(&items);
        let gone: Vec<&str> = numbers.iter().filter(|number| !standing.contains(*number)).map(String::as_str).collect();
        if gone.len() == numbers.len() {
            return Ok(Some(one.clone()));
        }
        let left = Difference { known: Some(cell(gone.iter().copied())), ..one.clone() };
        Ok((!gone.is_empty()).then_some(left))
    }

    /// The person's own record; where no id is known, the one with their e-mail.
    async fn person(&self, org_id: &str, user: &StepId) -> anyhow::Result<Option<Person>> {
        let inside = Inside { client: self.client, org_id };
        if let Some(person_id) = id(self.known, user, "person_id") {
            let asked = inside.ask(calls::get_person(&person_id)).await;
            return Ok(told(asked)?.and_then(|answer| answers::read(&answer).ok()));
        }
        let email = user.parts().concat();
        let people: Vec<Person> =
            told(pages::linked(&inside, calls::find_person(org_id, &email), &["items"]).await)?.unwrap_or_default();
        let is_it = |person: &Person| person.emails.iter().any(|known| known.eq_ignore_ascii_case(&email));
        Ok(people.into_iter().find(is_it))
    }

    /// Do neither the person's own record nor the numbers of their location tell their number, extension or location?
    async fn is_without(&mut self, one: &Difference, column: &str) -> anyhow::Result<bool> {
        let Some(user) = one.steps.first() else { return Ok(false) };
        let org_id = id(self.known, &StepId::customer(&one.customer), "org_id");
        let Some(org_id) = org_id else { return Ok(false) };
        let Some(person) = self.person(&org_id, user).await? else { return Ok(false) };
        let fields = self.known.get(user).map(|known| &known.fields);
        let location = fields.and_then(|fields| fields.get("location")).cloned().unwrap_or_default();
        let Some(lines) = self.lines(&one.customer, &location).await? else { return Ok(false) };
        let line = lines.iter().find(|line| line.first_line_of().is_some_and(|owner| owner == key(&person.id)));
        let seat = Seat::of(&person, line);
        Ok(match column {
            "location" => seat.location_id.is_none(),
            "extension" => seat.extension.is_none(),
            _ => seat.number.is_none(),
        })
    }
}
