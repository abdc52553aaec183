//! Creating a user with a package.

use super::{Done, ids, person, seat};
use crate::api::answers::{self, Subscriber};
use crate::api::pages;
use crate::api::wire::Answer;
use crate::api::{Client, Failure, Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event};
use crate::plan::{Action, UserWork};
use crate::run::hand::{End, Hand, Ids, RELEASED, Sent, Sight, finished, refused};

/// The status of a person who has to consent to the move of a free account.
const WAITING_FOR_CONSENT: &str = "pending_user_migration";

pub(super) async fn carry_out(hand: &mut Hand, work: &UserWork) -> Done {
    if let Some(why) =
        work.phone_number.as_ref().and_then(|number| hand.given.numbers.get(&format!("refused:{number}")))
    {
        return Err(finished(Ending::Failed, Code::NumberRefused, why.clone()));
    }
    let customer_id = hand.id(&hand.given.customer, "customer_id")?;
    let location_id = match work.location {
        Some(_) => Some(hand.id(&hand.given.location, "location_id")?),
        None => None,
    };
    if hand.step.action == Action::Update {
        return person::update(hand, work, location_id.as_deref()).await;
    }
    if hand.step.action == Action::Waiting {
        return follow_up(hand, work, &customer_id, location_id.as_deref()).await;
    }
    // Nobody can be in a customer that this run has made, but those whom this run has created.
    if !hand.given.customer_is_new && !hand.record.is_settled(Call::CreateSubscriber) && !hand.is_in_doubt() {
        let organisation = hand.organisation(&work.customer);
        let standing = organisation.subscribers(hand.client(), &customer_id).await?.get(&work.email).cloned();
        adopt(hand, work, location_id.as_deref(), standing).await?;
    }
    let request = calls::create_subscriber(&customer_id, work, location_id.as_deref());
    let (customer, wanted) = (customer_id.clone(), work.clone());
    let look = move |client| look_up(client, customer.clone(), wanted.clone());
    if let Sent::Refused(refusal) = hand.once(Call::CreateSubscriber, Weight::Once, None, request, made, look).await? {
        let standing = if refusal.status == 409 { find(hand.client(), &customer_id, &work.email).await? } else { None };
        let stood = standing.is_some();
        adopt(hand, work, location_id.as_deref(), standing).await?;
        if !stood {
            return Err(refused(&refusal));
        }
    }
    if !hand.record.ids.contains_key("subscriber_id")
        && let Some(found) = find(hand.client(), &customer_id, &work.email).await?
    {
        hand.tell(Event::Noted { ids: learnt(&found) }).await?;
    }
    waits_for_consent(hand)?;
    seat::after_creation(hand, work, location_id.as_deref()).await
}

fn waits_for_consent(hand: &Hand) -> Done {
    if hand.record.ids.get("status").is_some_and(|status| status == WAITING_FOR_CONSENT) {
        return Err(hand.still_waits(WAITING_FOR_CONSENT));
    }
    Ok(None)
}

/// Looks after a person whom an earlier run has made; what the row changes goes once they have consented.
async fn follow_up(hand: &mut Hand, work: &UserWork, customer_id: &str, location_id: Option<&str>) -> Done {
    if !hand.record.ids.contains_key(RELEASED) {
        hand.tell(Event::Noted { ids: hand.given.own.clone() }).await?;
        let organisation = hand.organisation(&work.customer);
        let found = if organisation.has_many_waiting() {
            organisation.subscribers(hand.client(), customer_id).await?.get(&work.email).cloned()
        } else {
            find(hand.client(), customer_id, &work.email).await?
        };
        let found = found.ok_or_else(|| hand.vanished(Code::Refused))?;
        hand.tell(Event::Noted { ids: learnt(&found) }).await?;
        waits_for_consent(hand)?;
        hand.tell(Event::Noted { ids: ids(&[(RELEASED, "")]) }).await?;
    }
    if !hand.step.changes.is_empty() {
        person::update(hand, work, location_id).await?;
    }
    seat::after_creation(hand, work, location_id).await
}

fn learnt(subscriber: &Subscriber) -> Ids {
    let mut learnt = ids(&[("subscriber_id", &subscriber.id), ("status", &subscriber.status)]);
    learnt.extend(subscriber.person_id.clone().map(|id| ("person_id".to_owned(), id)));
    learnt
}

/// What the answer to a creation says. A 202 means that the person has to consent first, whatever the body says.
fn made(answer: &Answer) -> Ids {
    let named = || answers::made_id(answer).map(|id| ids(&[("subscriber_id", &id)])).unwrap_or_default();
    let read = answers::read::<Subscriber>(answer);
    let mut learnt = read.map_or_else(|_| named(), |subscriber| learnt(&subscriber));
    if answer.status == 202 {
        learnt.extend(ids(&[("status", WAITING_FOR_CONSENT)]));
    }
    learnt
}

pub(super) async fn find(client: &Client, customer_id: &str, email: &str) -> Result<Option<Subscriber>, Failure> {
    let first = calls::find_subscriber(customer_id, email);
    let subscribers: Vec<Subscriber> = pages::linked(client, first, &["items"]).await?;
    Ok(subscribers.into_iter().find(|subscriber| subscriber.email.eq_ignore_ascii_case(email)))
}

/// The user that a lost request has made. The request set everything at once, so the package tells.
async fn look_up(client: Client, customer_id: String, work: UserWork) -> Result<Sight, Failure> {
    Ok(match find(&client, &customer_id, &work.email).await? {
        None => Sight::Absent,
        Some(found) => match package_difference(&found, &work) {
            None => Sight::There(learnt(&found)),
            Some(how) => Sight::Different(how),
        },
    })
}

fn package_difference(found: &Subscriber, wanted: &UserWork) -> Option<String> {
    let package = found.package().filter(|package| *package != wanted.package)?;
    Some(format!("package is `{package}` and should be `{}`", wanted.package))
}

/// Takes over a user who stands there already, if package, names, location, number and extension are the wanted ones.
async fn adopt(
    hand: &mut Hand,
    work: &UserWork,
    location_id: Option<&str>,
    standing: Option<Subscriber>,
) -> Result<(), End> {
    let Some(found) = standing else { return Ok(()) };
    let mut difference = package_difference(&found, work);
    // Whoever has not consented yet is no person of the organisation.
    if difference.is_none() && found.status != WAITING_FOR_CONSENT {
        let differences = seat::standing(hand, work, location_id).await?;
        difference = (!differences.is_empty()).then(|| seat::words(&differences));
    }
    match difference {
        Some(how) => Err(finished(Ending::Conflict, Code::Conflict, how)),
        None => hand.tell(Event::Existing { call: Call::CreateSubscriber, ids: learnt(&found) }).await,
    }
}
