//! Finding the headquarters, and making a branch: the common location first, then calling on it. Changing either.

use tokio::time::Instant;

use super::customer::STOOD;
use super::numbers::Place;
use super::{Done, ids, partial};
use crate::api::answers::{self, CallingLocation, Location};
use crate::api::calls::LocationParts;
use crate::api::shown::{ADDRESS, location_difference, location_differences};
use crate::api::wire::{Answer, Request};
use crate::api::{Client, Failure, Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event};
use crate::model::fold;
use crate::plan::{Action, CALLING, LocationWork, NAMED, is_same_value};
use crate::run::hand::{End, Hand, Ids, Sent, Sight, finished, refused};
use crate::run::organisation::{fresh_locations, in_organisation, unreadable};

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
    // The headquarters of an organisation that stood before may have stood too. Any other was made with its customer,
    // perhaps in an earlier run that was cut off before it came here.
    let is_new = !stood(hand, work);
    let begun = Instant::now();
    let mut locations = organisation.locations(hand.client(), org_id).await?.to_vec();
    loop {
        if let Some(found) = named(&locations, &work.name).or_else(|| organisation.only_other(&locations)) {
            let found = found.clone();
            let mut learnt = ids(&[("location_id", &found.id)]);
            if is_new {
                learnt.extend(ids(&[("made", "with the customer")]));
            }
            if !is_same_value("name", &work.name, &found.name) {
                learnt.extend(ids(&[(NAMED, &found.name)]));
            }
            hand.tell(Event::Noted { ids: learnt }).await?;
            return bring_up(hand, work, org_id, &found).await;
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
    if let Some(how) = location_difference(found, None, work) {
        return Err(finished(Ending::Conflict, Code::Conflict, how));
    }
    hand.tell(Event::Existing { call: Call::CreateLocation, ids: ids(&[("location_id", &found.id)]) }).await
}

/// Makes a headquarters what its row says. One that was made with a customer of ours is changed where the row has changed
/// since, and where it speaks otherwise than the creation could say; one that stood before must be as the row says.
async fn bring_up(hand: &mut Hand, work: &LocationWork, org_id: &str, found: &Location) -> Done {
    let location_id = hand.id(&hand.record.ids, "location_id")?;
    let stood = stood(hand, work);
    let differences = if hand.given.customer_is_new && !stood {
        Vec::from_iter(work.speaks_otherwise().then_some(("announcement_language", String::new())))
    } else {
        let calling = calling_side(hand, work, org_id, &location_id).await?;
        location_differences(found, calling.as_ref(), work)
    };
    if let Some((_, how)) = differences.first().filter(|_| stood) {
        return Err(finished(Ending::Conflict, Code::Conflict, how.clone()));
    }
    let is_open = |call: Call, columns: &[&str]| {
        let differs = differences.iter().any(|(column, _)| columns.contains(column));
        differs || (hand.is_in_doubt() && !hand.is_past(call))
    };
    let parts = LocationParts {
        timezone: is_open(Call::UpdateLocation, &["timezone"]),
        language: is_open(Call::UpdateLocation, &["language"]),
        address: is_open(Call::UpdateLocation, &ADDRESS),
    };
    let speaks = is_open(Call::SetAnnouncements, &["announcement_language"]);
    if parts != LocationParts::default() {
        let request = calls::update_location(org_id, &location_id, work, parts);
        set(hand, Call::UpdateLocation, org_id, request).await?;
    }
    if speaks { announce(hand, work, org_id, location_id).await } else { Ok(None) }
}

/// Did the customer, or its organisation, stand before turnup came to it?
fn stood(hand: &Hand, work: &LocationWork) -> bool {
    hand.organisation(&work.customer).is_attached() || hand.given.customer.contains_key(STOOD)
}

/// What calling says of a location that stands, where the row says something of it.
async fn calling_side(
    hand: &Hand,
    work: &LocationWork,
    org_id: &str,
    location_id: &str,
) -> Result<Option<CallingLocation>, End> {
    if work.assumed.iter().any(|column| column == "announcement_language") {
        return Ok(None);
    }
    match hand.ask(Some(org_id), calls::get_calling_location(org_id, location_id)).await {
        Ok(answer) => Ok(Some(answers::read(&answer).map_err(unreadable)?)),
        Err(Failure::Rejected(refusal)) if refusal.status == 404 => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// Sets the language of the announcements.
async fn announce(hand: &mut Hand, work: &LocationWork, org_id: &str, location_id: String) -> Done {
    let request = calls::set_announcement_language(org_id, &location_id, &work.announcement_language);
    set(hand, Call::SetAnnouncements, org_id, request).await?;
    let place = Place { org_id: org_id.to_owned(), location_id };
    partial::look(hand, &place, &[("announcement_language", Some(&work.announcement_language))]).await?;
    Ok(partial::open(hand))
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
        Some(found) => match location_difference(found, None, &work) {
            None => Sight::There(ids(&[("location_id", &found.id)])),
            Some(how) => Sight::Different(how),
        },
    })
}

async fn enable_calling(hand: &mut Hand, work: &LocationWork, org_id: &str) -> Result<(), End> {
    let location_id = hand.id(&hand.record.ids, "location_id")?;
    let stood_before = hand.record.existing.contains(&Call::CreateLocation);
    if stood_before && !hand.is_in_doubt() && !hand.record.is_settled(Call::EnableCalling) {
        let request = calls::get_calling_location(org_id, &location_id);
        match hand.ask(Some(org_id), request).await {
            Ok(answer) => {
                let found: CallingLocation = answers::read(&answer).map_err(unreadable)?;
                if let Some(how) = location_difference(&Location::default(), Some(&found), work) {
                    return Err(finished(Ending::Conflict, Code::Conflict, how));
                }
                hand.tell(Event::Existing { call: Call::EnableCalling, ids: Ids::new() }).await?;
            }
            Err(Failure::Rejected(refusal)) if refusal.status == 404 => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    switch_on(hand, work, org_id, location_id).await
}

/// Switches calling on again that somebody switched off; perhaps somebody has meanwhile.
async fn enable_again(hand: &mut Hand, work: &LocationWork, org_id: &str, location_id: &str) -> Result<(), End> {
    if !hand.is_in_doubt() && !hand.record.is_settled(Call::EnableCalling) {
        let (org, location) = (org_id.to_owned(), location_id.to_owned());
        if let Sight::There(ids) = calling(hand.client().clone(), org, location).await? {
            return hand.tell(Event::Existing { call: Call::EnableCalling, ids }).await;
        }
    }
    switch_on(hand, work, org_id, location_id.to_owned()).await
}

async fn switch_on(hand: &mut Hand, work: &LocationWork, org_id: &str, location_id: String) -> Result<(), End> {
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
    if changes(&[CALLING]) {
        enable_again(hand, work, org_id, &location_id).await?;
    }
    if parts != LocationParts::default() {
        let request = calls::update_location(org_id, &location_id, work, parts);
        set(hand, Call::UpdateLocation, org_id, request).await?;
    }
    if speaks {
        return announce(hand, work, org_id, location_id).await;
    }
    Ok(None)
}

/// Sends what sets values to what they shall be; a second time changes nothing.
async fn set(hand: &mut Hand, call: Call, org_id: &str, request: Request) -> Result<(), End> {
    let again = |_| async { Ok(Sight::Absent) };
    match hand.once(call, Weight::Repeatable, Some(org_id), request, partial::noted, again).await? {
        Sent::Done => Ok(()),
        Sent::Refused(refusal) => Err(refused(&refusal)),
    }
}
