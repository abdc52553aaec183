//! Finding the headquarters, and making a branch: the common location first, then calling on it. Changing either.

use tokio::time::Instant;

use super::numbers::Place;
use super::{Done, ids, partial};
use crate::api::answers::{self, Location};
use crate::api::calls::LocationParts;
use crate::api::wire::{Answer, Request};
use crate::api::{Client, Failure, Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event};
use crate::model::fold;
use crate::plan::{Action, LocationWork};
use crate::run::hand::{End, Hand, Ids, Sent, Sight, finished, refused};
use crate::run::organisation::{fresh_locations, in_organisation};

pub(super) async fn carry_out(hand: &mut Hand, work: &LocationWork) -> Done {
    let org_id = hand.id(&hand.given.customer, "org_id")?;
    if hand.step.action == Action::Update {
        return update(hand, work, &org_id).await;
    }
    if work.headquarters {
        return headquarters(hand, work, &org_id).await;
    }
    if !hand.record.is_settled(Call::CreateLocation) && !hand.is_in_doubt() {
        let organisation = hand.organisation(&work.customer);
        let standing = organisation.locations(hand.client(), &org_id).await?;
        adopt(hand, work, named(standing, &work.name)).await?;
    }
    create(hand, work, &org_id).await?;
    if work.calling {
        enable_calling(hand, work, &org_id).await?;
    }
    Ok(None)
}

pub(super) fn named<'a>(locations: &'a [Location], name: &str) -> Option<&'a Location> {
    locations.iter().find(|location| fold(&location.name) == fold(name))
}

/// The headquarters was made with the customer; it may become visible late.
async fn headquarters(hand: &mut Hand, work: &LocationWork, org_id: &str) -> Done {
    let organisation = hand.organisation(&work.customer);
    let is_new = hand.given.customer_is_new;
    let begun = Instant::now();
    let mut locations = organisation.locations(hand.client(), org_id).await?.to_vec();
    loop {
        if let Some(found) = named(&locations, &work.name).or_else(|| organisation.only_other(&locations)) {
            let mut learnt = ids(&[("location_id", &found.id)]);
            if is_new {
                learnt.extend(ids(&[("made", "with the customer")]));
            }
            hand.tell(Event::Noted { ids: learnt }).await?;
            return Ok(None);
        }
        let options = &hand.shared.options;
        if begun.elapsed() > options.grace.max(options.poll * 2) {
            let text = format!("no location is called `{}`", work.name);
            return Err(finished(Ending::Failed, Code::HeadquartersMissing, text));
        }
        hand.park(options.poll).await?;
        locations = fresh_locations(hand.client(), org_id).await?;
    }
}

/// Takes over a branch that stands there already, if it equals what the row asks for.
async fn adopt(hand: &mut Hand, work: &LocationWork, standing: Option<&Location>) -> Result<(), End> {
    let Some(found) = standing else { return Ok(()) };
    if let Some(how) = difference(found, work) {
        return Err(finished(Ending::Conflict, Code::Conflict, how));
    }
    hand.tell(Event::Existing { call: Call::CreateLocation, ids: ids(&[("location_id", &found.id)]) }).await
}

fn difference(found: &Location, wanted: &LocationWork) -> Option<String> {
    let address = found.address.clone().unwrap_or_default();
    let pairs = [
        ("country", address.country.as_deref(), &wanted.address.country),
        ("city", address.city.as_deref(), &wanted.address.city),
        ("address_line1", address.address1.as_deref(), &wanted.address.line1),
        ("timezone", found.time_zone.as_deref(), &wanted.timezone),
    ];
    let differing = pairs.into_iter().find(|(_, found, wanted)| found.is_some_and(|found| fold(found) != fold(wanted)));
    differing.map(|(what, found, wanted)| format!("{what} is `{}` and should be `{wanted}`", found.unwrap_or_default()))
}

async fn create(hand: &mut Hand, work: &LocationWork, org_id: &str) -> Result<(), End> {
    let request = calls::create_location(org_id, work);
    let (org, wanted) = (org_id.to_owned(), work.clone());
    let look = move |client| look_up(client, org.clone(), wanted.clone());
    match hand.once(Call::CreateLocation, Weight::Once, Some(org_id), request, made, look).await? {
        Sent::Done => {}
        Sent::Refused(refusal) if refusal.status == 409 => {
            let standing = fresh_locations(hand.client(), org_id).await?;
            adopt(hand, work, named(&standing, &work.name)).await?;
            if !hand.record.is_settled(Call::CreateLocation) {
                return Err(refused(&refusal));
            }
        }
        Sent::Refused(refusal) => return Err(refused(&refusal)),
    }
    if !hand.record.ids.contains_key("location_id") {
        let standing = fresh_locations(hand.client(), org_id).await?;
        let found = named(&standing, &work.name).ok_or_else(|| {
            finished(Ending::Unconfirmed, Code::Unconfirmed, "the creation was accepted without naming the location")
        })?;
        hand.tell(Event::Noted { ids: ids(&[("location_id", &found.id)]) }).await?;
    }
    Ok(())
}

fn made(answer: &Answer) -> Ids {
    answers::made_id(answer).map(|id| ids(&[("location_id", &id)])).unwrap_or_default()
}

async fn look_up(client: Client, org_id: String, work: LocationWork) -> Result<Sight, Failure> {
    let standing = fresh_locations(&client, &org_id).await?;
    Ok(match named(&standing, &work.name) {
        None => Sight::Absent,
        Some(found) => match difference(found, &work) {
            None => Sight::There(ids(&[("location_id", &found.id)])),
            Some(how) => Sight::Different(how),
        },
    })
}

async fn enable_calling(hand: &mut Hand, work: &LocationWork, org_id: &str) -> Result<(), End> {
    let location_id = hand.id(&hand.record.ids, "location_id")?;
    let stood_before = hand.record.existing.contains(&Call::CreateLocation);
    if stood_before
        && !hand.is_in_doubt()
        && !hand.record.is_settled(Call::EnableCalling)
        && let Sight::There(ids) = calling(hand.client().clone(), org_id.to_owned(), location_id.clone()).await?
    {
        hand.tell(Event::Existing { call: Call::EnableCalling, ids }).await?;
    }
    let request = calls::enable_calling(org_id, &location_id, work);
    let (org, location) = (org_id.to_owned(), location_id.clone());
    let look = move |client| calling(client, org.clone(), location.clone());
    match hand.once(Call::EnableCalling, Weight::Once, Some(org_id), request, |_| Ids::new(), look).await? {
        Sent::Done => Ok(()),
        Sent::Refused(refusal) if refusal.status == 409 => {
            match calling(hand.client().clone(), org_id.to_owned(), location_id).await? {
                Sight::There(ids) => hand.tell(Event::Existing { call: Call::EnableCalling, ids }).await,
                _ => Err(refused(&refusal)),
            }
        }
        Sent::Refused(refusal) => Err(refused(&refusal)),
    }
}

/// Is calling enabled for the location?
pub(super) async fn calling(client: Client, org_id: String, location_id: String) -> Result<Sight, Failure> {
    let request = calls::get_calling_location(&org_id, &location_id);
    match in_organisation(&client, Weight::Repeatable, &org_id, request).await {
        Ok(_) => Ok(Sight::There(Ids::new())),
        Err(Failure::Rejected(refusal)) if refusal.status == 404 => Ok(Sight::Absent),
        Err(failure) => Err(failure),
    }
}

/// Sends what the row changes; the rest of the location stays.
async fn update(hand: &mut Hand, work: &LocationWork, org_id: &str) -> Done {
    let location_id = hand.id(&hand.given.own, "location_id")?;
    let changes = |columns: &[&str]| hand.step.changes.iter().any(|change| columns.contains(&change.column.as_str()));
    let parts = LocationParts {
        timezone: changes(&["timezone"]),
        language: changes(&["language"]),
        address: changes(&["address_line1", "address_line2", "city", "state", "postal_code"]),
    };
    let speaks = changes(&["announcement_language"]);
    if parts != LocationParts::default() {
        let request = calls::update_location(org_id, &location_id, work, parts);
        set(hand, Call::UpdateLocation, org_id, request).await?;
    }
    if speaks {
        let request = calls::set_announcement_language(org_id, &location_id, &work.announcement_language);
        set(hand, Call::SetAnnouncements, org_id, request).await?;
        let place = Place { org_id: org_id.to_owned(), location_id };
        partial::look(hand, &place, &[("announcement_language", Some(&work.announcement_language))]).await?;
    }
    Ok(partial::open(hand))
}

/// Sends what sets values to what they shall be; a second time changes nothing.
async fn set(hand: &mut Hand, call: Call, org_id: &str, request: Request) -> Result<(), End> {
    let again = |_| async { Ok(Sight::Absent) };
    match hand.once(call, Weight::Repeatable, Some(org_id), request, partial::noted, again).await? {
        Sent::Done => Ok(()),
        Sent::Refused(refusal) => Err(refused(&refusal)),
    }
}
