//! Taking away: what is not there counts as gone, what is busy is waited for, and nothing is forced.

use std::collections::HashSet;

use tokio::time::Instant;

use super::{Done, customer, ids, kept, location};
use crate::api::answers::{self, Customer, Person, RemovalCheck, RemovalJob, Subscriber, is_same_id, uuid};
use crate::api::pages;
use crate::api::wire::{Answer, Request};
use crate::api::{Client, Failure, Refusal, Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{CALLING_TAKEN, Call, Ending, Event, Reason, State, TAKEN};
use crate::plan::{RemovalWork, Removed, expand};
use crate::run::customers::find;
use crate::run::hand::{End, Hand, Ids, Sent, Sight, finished, finished_by, refused};
use crate::run::organisation::{connection_of, fresh_locations, number_lines, person_named, unreadable};

/// Numbers that one request takes away (`webex-api.md` 6.1).
const NUMBERS_PER_REMOVAL: usize = 5;
/// The wait between two looks grows up to this many times the first.
const POLL_GROWTH_MAX: u32 = 3;

const NOT_THERE: &str = "it was not there any more";
const PERSON_STAYS: &str = "the person stays in Webex, and the e-mail stays taken";
const ORGANISATION_STAYS: &str =
    "the organisation stays in Webex, with its headquarters, its persons and their e-mails";
/// The e-mails of its users belong to the organisation, so a new one cannot have them (`webex-api.md` 2.6, 4).
const TO_MAKE_AGAIN: &str = "to make the customer again, write the organisation's id into its column `org_id`";
const MAIN_NUMBER_STAYS: &str = "the main number stays with the location";
const NUMBERS_IN_USE: &str = "these numbers stay with the organisation";
const NUMBERS_STAY: &str = "the numbers stay: the location's PSTN connection takes no changes over the API";

pub(super) async fn carry_out(hand: &mut Hand, work: &RemovalWork) -> Done {
    if !hand.given.own.is_empty() {
        hand.tell(Event::Noted { ids: hand.given.own.clone() }).await?;
    }
    let done = match &work.what {
        Removed::Customer => remove_customer(hand, work).await,
        Removed::Location { name } => remove_location(hand, work, name).await,
        Removed::Numbers { location, only, with_customer } => {
            let held = remove_numbers(hand, work, location, only.as_deref()).await;
            if *with_customer { still_used(held) } else { held }
        }
        Removed::User { email } => remove_user(hand, work, email).await,
        Removed::Role { email, role } => revoke(hand, work, email, role).await,
    }?;
    // What was in doubt is not there, so it took effect.
    if let State::Doubtful(call) = hand.record.state {
        hand.tell(Event::Found { call, ids: Ids::new() }).await?;
    }
    Ok(done)
}

/// The requests that a removal is made of.
pub(super) fn calls(work: &RemovalWork) -> Vec<Call> {
    match work.what {
        Removed::Customer => vec![Call::DeleteCustomer],
        Removed::Location { .. } => vec![Call::DisableCalling, Call::DeleteLocation],
        Removed::Numbers { .. } => vec![Call::RemoveNumbers(0)],
        Removed::User { .. } => vec![Call::DeleteSubscriber],
        Removed::Role { .. } => vec![Call::RevokeRole],
    }
}

/// What a good end has to say all the same.
fn said(words: &[&str]) -> Option<Reason> {
    let text = words.join("; ");
    (!text.is_empty()).then(|| Reason { text, ..Reason::default() })
}

fn not_there() -> Option<Reason> {
    said(&[NOT_THERE])
}

fn no_ids(_: &Answer) -> Ids {
    Ids::new()
}

/// Did a request of ours take it away, or was it gone?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    ByUs,
    Before,
}

/// Sends a deletion until the object is gone. Busy ones are waited for as long as a new customer would be.
async fn delete<F, S>(
    hand: &mut Hand,
    call: Call,
    org_id: Option<&str>,
    request: Request,
    ids: fn(&Answer) -> Ids,
    look: F,
) -> Result<Gone, End>
where
    F: Fn(Client) -> S,
    S: Future<Output = Result<Sight, Failure>>,
{
    let (begun, visible) = (Instant::now(), visible(hand));
    let look = |client: Client| {
        let looked = look(client);
        async move { Ok(trusted(looked.await?, visible)) }
    };
    loop {
        match hand.once(call, Weight::Repeatable, org_id, request.clone(), ids, &look).await? {
            Sent::Done => return Ok(Gone::ByUs),
            Sent::Refused(refusal) if matches!(refusal.status, 404 | 410) && Instant::now() < visible => {
                hand.park(visible.saturating_duration_since(Instant::now())).await?;
            }
            Sent::Refused(refusal) if matches!(refusal.status, 404 | 410) => return Ok(Gone::Before),
            Sent::Refused(refusal) if refusal.status == 409 && begun.elapsed() < hand.shared.options.poll_for => {
                hand.park(hand.shared.options.poll).await?;
            }
            Sent::Refused(refusal) => return Err(held(&refusal)),
        }
    }
}

/// From then on everything that earlier runs made is visible: what is not seen before may be on its way.
fn visible(hand: &Hand) -> Instant {
    hand.shared.started + hand.shared.options.grace
}

/// What a look says that found nothing, as far as that can be trusted yet.
fn trusted(sight: Sight, visible: Instant) -> Sight {
    match sight {
        Sight::There(_) if Instant::now() < visible => Sight::Absent,
        sight => sight,
    }
}

/// Webex does not let it go.
fn held(refusal: &Refusal) -> End {
    match refusal.status {
        403 => refused(refusal),
        _ => finished_by(Ending::Failed, Code::NotLetGo, refusal),
    }
}

async fn remove_user(hand: &mut Hand, work: &RemovalWork, email: &str) -> Done {
    let customer_id = hand.given.customer.get("customer_id").cloned();
    if !hand.record.ids.contains_key("subscriber_id") {
        let Some(found) = find_user(hand.client(), customer_id.as_deref(), email).await? else {
            return Ok(not_there());
        };
        let elsewhere = found.external_customer_id.as_ref().zip(work.customer.as_ref()).filter(|(of, row)| of != row);
        if let Some((of, _)) = elsewhere {
            return Err(finished(Ending::Conflict, Code::Conflict, format!("it belongs to the customer `{of}`")));
        }
        hand.tell(Event::Noted { ids: ids(&[("subscriber_id", &found.id)]) }).await?;
    }
    let subscriber_id = hand.id(&hand.record.ids, "subscriber_id")?;
    let address = email.to_owned();
    let look = move |client: Client| {
        let (customer_id, address) = (customer_id.clone(), address.clone());
        async move {
            let found = find_user(&client, customer_id.as_deref(), &address).await?;
            Ok(if found.is_some() { Sight::Absent } else { Sight::There(Ids::new()) })
        }
    };
    let request = calls::delete_subscriber(&subscriber_id);
    match delete(hand, Call::DeleteSubscriber, None, request, no_ids, look).await? {
        Gone::ByUs => Ok(said(&[PERSON_STAYS])),
        Gone::Before => Ok(said(&[NOT_THERE, PERSON_STAYS])),
    }
}

async fn find_user(client: &Client, customer_id: Option<&str>, email: &str) -> Result<Option<Subscriber>, Failure> {
    let request = match customer_id {
        Some(customer_id) => calls::find_subscriber(customer_id, email),
        None => calls::find_subscriber_anywhere(email),
    };
    let users: Vec<Subscriber> = pages::linked(client, request, &["items"]).await?;
    Ok(users.into_iter().find(|user| user.email.eq_ignore_ascii_case(email)))
}

async fn revoke(hand: &mut Hand, work: &RemovalWork, email: &str, role: &str) -> Done {
    let Some(org_id) = organisation(hand, work).await? else { return Ok(not_there()) };
    let person_id = match hand.given.user.get("person_id") {
        Some(person_id) => person_id.clone(),
        None => match find_person(hand, &org_id, email).await? {
            Some(person) => person.id,
            None => return Ok(not_there()),
        },
    };
    let unknown =
        || finished(Ending::Failed, Code::Unconfirmed, "Webex names the person or the organisation in an unknown form");
    let (org, person) = (uuid(&org_id).ok_or_else(unknown)?, uuid(&person_id).ok_or_else(unknown)?);
    let request = calls::revoke_role(&org, &person, role);
    let again = |_| async { Ok(Sight::Absent) };
    match delete(hand, Call::RevokeRole, Some(&org_id), request, no_ids, again).await? {
        Gone::ByUs => Ok(None),
        Gone::Before => Ok(not_there()),
    }
}

async fn find_person(hand: &Hand, org_id: &str, email: &str) -> Result<Option<Person>, End> {
    Ok(person_named(hand.client(), org_id, email).await?)
}

/// The customer's organisation; none when the customer is not there.
async fn organisation(hand: &mut Hand, work: &RemovalWork) -> Result<Option<String>, End> {
    if let Some(org_id) = hand.given.customer.get("org_id").or_else(|| hand.record.ids.get("org_id")) {
        return Ok(Some(org_id.clone()));
    }
    let Some(external_id) = &work.customer else { return Ok(None) };
    let Some(found) = find(hand.client(), external_id).await? else { return Ok(None) };
    let words = || format!("its customer has no organisation yet (status `{}`)", found.status);
    let org_id = found.org_id.clone().ok_or_else(|| finished(Ending::Failed, Code::NotLetGo, words()))?;
    hand.tell(Event::Noted { ids: ids(&[("org_id", &org_id)]) }).await?;
    Ok(Some(org_id))
}

/// Organisation and location; none when either is not there.
struct Place {
    org_id: String,
    location_id: String,
}

async fn place(hand: &mut Hand, work: &RemovalWork, name: &str) -> Result<Option<Place>, End> {
    let Some(org_id) = organisation(hand, work).await? else { return Ok(None) };
    if let Some(location_id) = hand.given.location.get("location_id").or_else(|| hand.record.ids.get("location_id")) {
        return Ok(Some(Place { org_id, location_id: location_id.clone() }));
    }
    let standing = fresh_locations(hand.client(), &org_id).await?;
    let Some(found) = location::named(&standing, name) else { return Ok(None) };
    hand.tell(Event::Noted { ids: ids(&[("location_id", &found.id)]) }).await?;
    Ok(Some(Place { org_id, location_id: found.id.clone() }))
}

/// Removes numbers a few at a time, all but the main number, which only goes with calling.
async fn remove_numbers(hand: &mut Hand, work: &RemovalWork, name: &str, only: Option<&[String]>) -> Done {
    let Some(place) = place(hand, work, name).await? else { return Ok(not_there()) };
    // When the whole location is to go, nothing of it goes before Webex agrees.
    if only.is_none() && hand.record.attempts == 0 && !may_go(hand, &place).await? {
        return Ok(None);
    }
    match connection_of(hand.client(), &place.org_id, &place.location_id).await {
        Ok(connection) if !connection.takes_numbers() => return Ok(said(&[NUMBERS_STAY])),
        Ok(_) => {}
        Err(Failure::Rejected(refusal)) if matches!(refusal.status, 400 | 404 | 405) => {}
        Err(failure) => return Err(failure.into()),
    }
    let wanted: Option<HashSet<String>> = only.map(|only| expand(only).into_iter().collect());
    let mut tried = HashSet::new();
    let mut keeps_main = false;
    loop {
        let lines = match number_lines(hand.client(), &place.org_id, &place.location_id).await {
            Ok(lines) => lines,
            Err(Failure::Rejected(refusal)) if refusal.status == 404 => return Ok(not_there()),
            Err(failure) => return Err(failure.into()),
        };
        let mut open = Vec::new();
        for line in lines {
            let Some(number) = line.phone_number else { continue };
            if wanted.as_ref().is_some_and(|wanted| !wanted.contains(&number)) || tried.contains(&number) {
                continue;
            }
            if line.main_number { keeps_main = true } else { open.push(number) }
        }
        if open.is_empty() {
            break;
        }
        for batch in open.chunks(NUMBERS_PER_REMOVAL) {
            remove_batch(hand, &place, batch).await?;
        }
        tried.extend(open);
    }
    let held = kept::held_numbers(&hand.record.ids);
    if !held.is_empty() {
        return Err(finished(Ending::Failed, Code::NotLetGo, held));
    }
    Ok(said(if keeps_main && only.is_some() { &[MAIN_NUMBER_STAYS] } else { &[] }))
}

/// Numbers that are still used stay with the organisation, which must not keep the customer from going.
fn still_used(held: Done) -> Done {
    match held {
        Err(End::Finished(Ending::Failed, Some(reason))) if reason.code.as_deref() == Some(Code::NotLetGo.id()) => {
            Ok(said(&[NUMBERS_IN_USE, &reason.text]))
        }
        other => other,
    }
}

async fn remove_batch(hand: &mut Hand, place: &Place, batch: &[String]) -> Result<(), End> {
    // What is in doubt is the batch after those that are done, whichever numbers it held: those that still stand are
    // removed again.
    let done = hand.record.done.iter().filter(|call| matches!(call, Call::RemoveNumbers(_))).count();
    let call = Call::RemoveNumbers(u32::try_from(done).unwrap_or(u32::MAX));
    let taken = batch.iter().map(|number| (format!("{TAKEN}{number}"), String::new()));
    hand.tell(Event::Noted { ids: taken.collect() }).await?;
    let request = calls::remove_numbers(&place.org_id, &place.location_id, batch);
    let (org, at, wanted) = (place.org_id.clone(), place.location_id.clone(), batch.to_vec());
    let visible = visible(hand);
    let look = move |client: Client| {
        let (org, at, wanted) = (org.clone(), at.clone(), wanted.clone());
        async move {
            let standing = number_lines(&client, &org, &at).await?;
            let some =
                standing.iter().filter_map(|line| line.phone_number.as_ref()).any(|number| wanted.contains(number));
            let sight = if some { Sight::Absent } else { Sight::There(Ids::new()) };
            Ok(trusted(sight, visible))
        }
    };
    // A number that is gone is answered as trouble of the server (`webex-api.md` 6.5), so a removal whose answer was lost
    // is looked up before it is sent again.
    let Sent::Refused(refusal) = hand.once(call, Weight::Once, Some(&place.org_id), request, no_ids, look).await?
    else {
        return Ok(());
    };
    if refusal.status == 403 {
        return Err(refused(&refusal));
    }
    // They may be gone and still be shown for a while.
    hand.park(hand.shared.options.grace).await?;
    let standing = number_lines(hand.client(), &place.org_id, &place.location_id).await?;
    let left = standing.into_iter().filter_map(|line| line.phone_number).filter(|number| batch.contains(number));
    let ids: Ids = left.map(|number| (format!("refused:{number}"), format!("{number}: {refusal}"))).collect();
    if ids.is_empty() { Ok(()) } else { hand.tell(Event::Noted { ids }).await }
}

async fn remove_location(hand: &mut Hand, work: &RemovalWork, name: &str) -> Done {
    let Some(place) = place(hand, work, name).await? else { return Ok(not_there()) };
    disable_calling(hand, &place, name).await?;
    let (org, at) = (place.org_id.clone(), place.location_id.clone());
    let look = move |client: Client| {
        let (org, at) = (org.clone(), at.clone());
        async move {
            let standing = fresh_locations(&client, &org).await?;
            let is_there = standing.iter().any(|location| is_same_id(&location.id, &at));
            Ok(if is_there { Sight::Absent } else { Sight::There(Ids::new()) })
        }
    };
    let request = calls::delete_location(&place.org_id, &place.location_id);
    match delete(hand, Call::DeleteLocation, Some(&place.org_id), request, no_ids, look).await? {
        Gone::ByUs => Ok(None),
        Gone::Before => Ok(not_there()),
    }
}

/// Takes calling from the location, if it has it: asks first, then a job does it.
async fn disable_calling(hand: &mut Hand, place: &Place, name: &str) -> Result<(), End> {
    // The later request of this step can only be in doubt when calling is off.
    if matches!(hand.record.state, State::Doubtful(Call::DeleteLocation)) {
        return Ok(());
    }
    if hand.record.is_settled(Call::DisableCalling) {
        return calling_off(hand, place).await;
    }
    if !hand.is_in_doubt() && !may_go(hand, place).await? {
        return Ok(());
    }
    let (org, at) = (place.org_id.clone(), place.location_id.clone());
    let look = move |client: Client| is_without_calling(client, org.clone(), at.clone());
    hand.tell(Event::Noted { ids: ids(&[(CALLING_TAKEN, "")]) }).await?;
    let request = calls::disable_calling(&place.org_id, &place.location_id, name);
    let job = |answer: &Answer| answers::made_id(answer).map(|id| ids(&[("job_id", &id)])).unwrap_or_default();
    if delete(hand, Call::DisableCalling, Some(&place.org_id), request, job, look).await? == Gone::Before {
        return Ok(());
    }
    calling_off(hand, place).await
}

/// What Webex says beforehand; false when there is no calling to take away.
async fn may_go(hand: &Hand, place: &Place) -> Result<bool, End> {
    let request = calls::precheck_removal(&place.org_id, &place.location_id);
    let answer = match hand.ask(Some(&place.org_id), request).await {
        Ok(answer) => answer,
        Err(Failure::Rejected(refusal)) if refusal.status == 404 => return Ok(false),
        Err(failure) => return Err(failure.into()),
    };
    let check: RemovalCheck = answers::read(&answer).map_err(unreadable)?;
    match check.location_delete_status.as_str() {
        "BLOCKED" | "FORCE_REQUIRED" => Err(finished(Ending::Failed, Code::NotLetGo, check.reasons())),
        _ => Ok(true),
    }
}

async fn is_without_calling(client: Client, org_id: String, location_id: String) -> Result<Sight, Failure> {
    Ok(match location::calling(client, org_id, location_id).await? {
        Sight::There(_) => Sight::Absent,
        _ => Sight::There(Ids::new()),
    })
}

/// Waits for the job; without its id, until the location has no calling.
async fn calling_off(hand: &mut Hand, place: &Place) -> Result<(), End> {
    let begun = Instant::now();
    loop {
        if let Some(job_id) = hand.record.ids.get("job_id").cloned() {
            match hand.ask(Some(&place.org_id), calls::get_removal_job(&place.org_id, &job_id)).await {
                Ok(answer) => {
                    let job: RemovalJob = answers::read(&answer).map_err(unreadable)?;
                    if let Some(ended) = ended(&job) {
                        return ended;
                    }
                }
                Err(Failure::Rejected(refusal)) if refusal.status == 404 => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        let sight = is_without_calling(hand.client().clone(), place.org_id.clone(), place.location_id.clone()).await?;
        if matches!(sight, Sight::There(_)) {
            return Ok(());
        }
        if begun.elapsed() >= hand.shared.options.poll_for {
            let words = format!("{} s (calling of the location)", begun.elapsed().as_secs());
            return Err(finished(Ending::Unconfirmed, Code::StillDeleting, words));
        }
        hand.park(hand.shared.options.poll).await?;
    }
}

/// How the job ended, if it did.
fn ended(job: &RemovalJob) -> Option<Result<(), End>> {
    let (status, code) = (job.latest_execution_status.as_str(), job.latest_execution_exit_code.as_str());
    match status {
        "COMPLETED" if matches!(code, "COMPLETED" | "") => Some(Ok(())),
        "COMPLETED" | "FAILED" | "STOPPED" | "ABANDONED" => {
            let words = format!("the job that takes calling away ended with {status} ({code})");
            Some(Err(finished(Ending::Failed, Code::NotLetGo, words)))
        }
        _ => None,
    }
}

async fn remove_customer(hand: &mut Hand, work: &RemovalWork) -> Done {
    let external_id = work.customer.clone().unwrap_or_default();
    if !hand.record.ids.contains_key("customer_id") {
        let Some(found) = find(hand.client(), &external_id).await? else { return Ok(not_there()) };
        hand.tell(Event::Noted { ids: ids(&[("customer_id", &found.id)]) }).await?;
    }
    let customer_id = hand.id(&hand.record.ids, "customer_id")?;
    if !hand.record.is_settled(Call::DeleteCustomer) {
        let id = customer_id.clone();
        let look = move |client: Client| is_leaving(client, id.clone());
        let request = calls::delete_customer(&customer_id);
        if delete(hand, Call::DeleteCustomer, None, request, no_ids, look).await? == Gone::Before {
            return Ok(left_behind(hand, Some(NOT_THERE)));
        }
    }
    gone(hand, &customer_id).await
}

/// What stays of a customer that is gone, and what it takes to make it again.
fn left_behind(hand: &Hand, first: Option<&str>) -> Option<Reason> {
    let org_id = hand.record.ids.get("org_id").map(|org_id| format!("org_id {org_id}"));
    let again = org_id.as_deref().map(|org_id| [TO_MAKE_AGAIN, org_id]);
    let words: Vec<&str> = first.into_iter().chain([ORGANISATION_STAYS]).chain(again.into_iter().flatten()).collect();
    said(&words)
}

/// Gone, or on its way: either way the request took effect.
async fn is_leaving(client: Client, customer_id: String) -> Result<Sight, Failure> {
    let status = status_of(&client, &customer_id).await?;
    Ok(match status {
        Some(customer) if customer.status != "deleting" => Sight::Absent,
        _ => Sight::There(Ids::new()),
    })
}

async fn status_of(client: &Client, customer_id: &str) -> Result<Option<Customer>, Failure> {
    match client.send(Weight::Repeatable, calls::get_customer(customer_id)).await {
        Ok(answer) => answers::read(&answer).map(Some).map_err(unreadable),
        Err(Failure::Rejected(refusal)) if matches!(refusal.status, 404 | 410) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Waits until the customer is gone; holds no slot in between.
async fn gone(hand: &mut Hand, customer_id: &str) -> Done {
    let first = hand.shared.options.poll;
    let begun = Instant::now();
    let mut pause = first;
    loop {
        hand.park(pause).await?;
        pause = (pause * 3 / 2).min(first * POLL_GROWTH_MAX);
        let customer = match status_of(hand.client(), customer_id).await {
            Ok(None) => return Ok(left_behind(hand, None)),
            Ok(Some(customer)) => customer,
            Err(failure @ (Failure::Environment(_) | Failure::NotSent)) => return Err(failure.into()),
            Err(failure) => return Err(finished(Ending::Unconfirmed, Code::Unconfirmed, failure.to_string())),
        };
        if begun.elapsed() >= hand.shared.options.poll_for {
            let words = format!(
                "{} s (status `{}`, {})",
                begun.elapsed().as_secs(),
                customer.status,
                customer::words(&customer.errors)
            );
            return Err(finished(Ending::Unconfirmed, Code::StillDeleting, words));
        }
    }
}
