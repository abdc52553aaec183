//! Creating or updating a customer, and waiting until Webex has it ready.

use std::time::Duration;

use tokio::time::Instant;

use super::{Done, broken, ids};
use crate::api::answers::{self, Customer, Organisation, Problem};
use crate::api::shown::customer_difference;
use crate::api::wire::Answer;
use crate::api::{Client, Failure, Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Carried, Ending, Event, Reason};
use crate::plan::{Action, BROKEN_PACKAGES, CustomerWork, is_same_value};
use crate::run::customers::find;
use crate::run::hand::{End, Hand, Ids, RELEASED, Sent, Sight, finished, refused};
use crate::run::organisation::unreadable;

/// Among the ids of a customer: that it stood there when turnup first came to it.
pub(super) const STOOD: &str = "stood";

/// How often an update is sent that meets another one under way.
const UPDATES_MAX: u32 = 5;

pub(super) async fn carry_out(hand: &mut Hand, work: &CustomerWork) -> Done {
    if hand.step.action == Action::Update {
        return update(hand, work).await;
    }
    if hand.step.action == Action::Waiting {
        return follow_up(hand, work).await;
    }
    if !hand.record.is_settled(Call::CreateCustomer) && !hand.is_in_doubt() {
        let standing = standing(hand, work).await?;
        adopt(hand, work, standing).await?;
    }
    let wanted = work.clone();
    let look = move |client| look_up(client, wanted.clone());
    let sent = hand.once(Call::CreateCustomer, Weight::Once, None, calls::create_customer(work), made, look).await?;
    if let Sent::Refused(refusal) = sent {
        // Somebody may have made the same customer in between.
        let standing = if refusal.status == 409 { find(hand.client(), &work.external_id).await? } else { None };
        if !adopt(hand, work, standing).await? {
            return Err(refused(&refusal));
        }
    }
    if !hand.record.ids.contains_key("customer_id") {
        let found = find(hand.client(), &work.external_id).await?;
        let customer = found.ok_or_else(|| {
            finished(Ending::Unconfirmed, Code::Unconfirmed, "the creation was accepted without naming the customer")
        })?;
        hand.tell(Event::Noted { ids: ids(&[("customer_id", &customer.id)]) }).await?;
    }
    begin(hand, work).await
}

/// Waits until the customer is ready, and opens its organisation.
async fn begin(hand: &mut Hand, work: &CustomerWork) -> Done {
    let reason = ready(hand, &work.external_id).await?;
    let name = open(hand).await?;
    let stood = hand.record.existing.contains(&Call::CreateCustomer);
    if let Some(name) = name.filter(|name| stood && !is_same_value("name", name, &work.name)) {
        let how = format!("name is `{name}` and should be `{}`", work.name);
        return Err(finished(Ending::Conflict, Code::Conflict, how));
    }
    let level = work.level.as_deref().unwrap_or_default();
    hand.tell(Event::Noted { ids: ids(&[("level", level)]) }).await?;
    Ok(reason)
}

/// Looks after a customer that an earlier run has made; what the row changes of it goes once it is released.
async fn follow_up(hand: &mut Hand, work: &CustomerWork) -> Done {
    if hand.step.follows_errors() {
        hand.tell(Event::Noted { ids: hand.given.own.clone() }).await?;
        return ready(hand, &work.external_id).await;
    }
    let mut remark = None;
    if !hand.record.ids.contains_key(RELEASED) {
        hand.tell(Event::Noted { ids: hand.given.own.clone() }).await?;
        remark = begin(hand, work).await?;
        hand.tell(Event::Noted { ids: ids(&[(RELEASED, "")]) }).await?;
    }
    if hand.step.changes.is_empty() { Ok(remark) } else { update(hand, work).await }
}

async fn update(hand: &mut Hand, work: &CustomerWork) -> Done {
    let customer_id = hand.id(&hand.given.own, "customer_id")?;
    let mut work = work.clone();
    work.packages.extend(others(hand, &customer_id, &work.packages).await?);
    let request = calls::update_customer(&customer_id, &work);
    hand.tell(Event::Noted { ids: hand.given.own.clone() }).await?;
    for _ in 0..UPDATES_MAX {
        let again = |_| async { Ok(Sight::Absent) };
        let call = Call::UpdateCustomer;
        match hand.once(call, Weight::Repeatable, None, request.clone(), |_| Ids::new(), again).await? {
            Sent::Done => return ready(hand, &work.external_id).await,
            // An update is under way: ours, whose answer was lost, or somebody else's.
            Sent::Refused(refusal) if refusal.status == 409 => {
                let remark = ready(hand, &work.external_id).await?;
                if is_updated(hand, &customer_id, &work).await? {
                    hand.tell(Event::Existing { call, ids: Ids::new() }).await?;
                    return Ok(remark);
                }
            }
            Sent::Refused(refusal) => return Err(refused(&refusal)),
        }
    }
    Err(finished(Ending::Failed, Code::Refused, "another update of the customer is under way again and again (409)"))
}

/// Does the customer stand as the update would leave it? Where the update is about what Webex does not show, it counts as
/// not made.
async fn is_updated(hand: &Hand, customer_id: &str, work: &CustomerWork) -> Result<bool, End> {
    const SHOWN: [&str; 6] = ["packages", "address_line1", "address_line2", "city", "state", "postal_code"];
    if !hand.step.changes.iter().all(|change| SHOWN.contains(&change.column.as_str())) {
        return Ok(false);
    }
    let answer = hand.ask(None, calls::get_customer(customer_id)).await?;
    let standing: Customer = answers::read(&answer).map_err(unreadable)?;
    Ok(difference(&standing, work).is_none())
}

/// Packages that turnup never gave to the customer, by hand perhaps: the request holds the whole list, so leaving
/// one out would take it away.
async fn others(hand: &Hand, customer_id: &str, wanted: &[String]) -> Result<Vec<String>, End> {
    let change = hand.step.changes.iter().find(|change| change.column == "packages");
    let known: Vec<&str> = change.and_then(|change| change.from.as_deref()).unwrap_or_default().split(';').collect();
    let answer = hand.ask(None, calls::get_customer(customer_id)).await?;
    let standing: Customer = answers::read(&answer).map_err(unreadable)?;
    let is_other = |name: &String| !wanted.contains(name) && !known.contains(&name.as_str());
    Ok(standing.packages.into_iter().filter(is_other).collect())
}

fn made(answer: &Answer) -> Ids {
    answers::made_id(answer).map(|id| ids(&[("customer_id", &id)])).unwrap_or_default()
}

/// The customer that stood there before this run, as the list of all customers tells; a step that was taken up before
/// looks anew.
async fn standing(hand: &Hand, work: &CustomerWork) -> Result<Option<Customer>, Failure> {
    if hand.record.attempts > 0 {
        return find(hand.client(), &work.external_id).await;
    }
    hand.shared.customers.standing(hand.client(), &work.external_id).await
}

async fn look_up(client: Client, work: CustomerWork) -> Result<Sight, Failure> {
    Ok(seen(find(&client, &work.external_id).await?, &work))
}

fn seen(found: Option<Customer>, work: &CustomerWork) -> Sight {
    let Some(customer) = found else { return Sight::Absent };
    match difference(&customer, work) {
        None => Sight::There(ids(&[("customer_id", &customer.id)])),
        Some(how) => Sight::Different(how),
    }
}

/// Takes over a customer that stands there already, if it equals what the row asks for.
async fn adopt(hand: &mut Hand, work: &CustomerWork, standing: Option<Customer>) -> Result<bool, End> {
    match seen(standing, work) {
        Sight::Absent => Ok(false),
        Sight::There(mut ids) => {
            ids.insert(STOOD.to_owned(), "before turnup made it".to_owned());
            hand.tell(Event::Existing { call: Call::CreateCustomer, ids }).await?;
            Ok(true)
        }
        Sight::Different(how) => Err(finished(Ending::Conflict, Code::Conflict, how)),
    }
}

/// How the customer that was found differs from the wanted one; only what the API shows can be compared.
fn difference(found: &Customer, wanted: &CustomerWork) -> Option<String> {
    // One organisation's id is written in several ways; one whose form nobody knows says nothing.
    let org_ids = found.org_id.as_deref().zip(wanted.org_id.as_deref());
    if let Some((found, wanted)) = org_ids
        .filter(|(one, other)| answers::uuid(one).zip(answers::uuid(other)).is_some_and(|(one, other)| one != other))
    {
        return Some(format!("org_id is `{found}` and should be `{wanted}`"));
    }
    let mut sold: Vec<&str> = found.packages.iter().map(String::as_str).collect();
    let mut asked: Vec<&str> = wanted.packages.iter().map(String::as_str).collect();
    sold.sort_unstable();
    asked.sort_unstable();
    // While it is being provisioned the packages need not be complete.
    let is_settled = matches!(found.status.as_str(), "provisioned" | "provisioned_with_errors");
    if is_settled && sold != asked {
        return Some(format!("packages are {} and should be {}", sold.join(";"), asked.join(";")));
    }
    customer_difference(found, &wanted.address)
}

/// Waits until the customer is ready; holds no slot meanwhile.
async fn ready(hand: &mut Hand, external_id: &str) -> Done {
    let customer_id = hand.id(&hand.record.ids, "customer_id")?;
    let mut sights = hand.shared.wheel.watch(customer_id, external_id);
    let begun = Instant::now();
    loop {
        let customer = match hand.parked(sights.recv()).await?.ok_or(End::LeftOff(None))? {
            Ok(customer) => customer,
            // What is accepted for long does not become visible late.
            Err(Failure::Rejected(refusal)) if refusal.status == 404 && waits_for_it(hand) => {
                return Err(hand.vanished(Code::CustomerFailed));
            }
            // A customer that was just accepted may become visible late.
            Err(Failure::Rejected(refusal)) if refusal.status == 404 && begun.elapsed() <= visible_within(hand) => {
                continue;
            }
            Err(failure) => return Err(unseen(failure)),
        };
        if let Some(done) = judged(hand, &customer, begun.elapsed()).await? {
            return Ok(done);
        }
    }
}

/// Has nobody seen it stand yet that an earlier run has made?
fn waits_for_it(hand: &Hand) -> bool {
    hand.step.action == Action::Waiting && !hand.step.follows_errors()
}

/// The customer was accepted, so trouble in looking at it is no failure of the row: what became of it is not known.
pub(super) fn unseen(failure: Failure) -> End {
    match failure {
        Failure::Environment(_) | Failure::NotSent => failure.into(),
        other => finished(Ending::Unconfirmed, Code::Unconfirmed, other.to_string()),
    }
}

fn visible_within(hand: &Hand) -> Duration {
    hand.shared.options.grace.max(hand.shared.options.poll * 2)
}

/// What the status says: ready (with or without a remark), not yet, or an end.
async fn judged(hand: &mut Hand, customer: &Customer, waited: Duration) -> Result<Option<Option<Reason>>, End> {
    match customer.status.as_str() {
        "provisioned" | "provisioned_with_errors" => {
            // The organisation may be named a moment later than the status says.
            let Some(org_id) = &customer.org_id else { return too_late(hand, customer, waited).map(|()| None) };
            hand.tell(Event::Noted { ids: ids(&[("org_id", org_id)]) }).await?;
            let broken = broken::packages(customer);
            if broken.is_some() || hand.record.ids.contains_key(BROKEN_PACKAGES) {
                let list = broken.unwrap_or_default();
                hand.tell(Event::Noted { ids: ids(&[(BROKEN_PACKAGES, &list)]) }).await?;
            }
            Ok(Some(broken::remark(customer)))
        }
        "pending_rpl_review" => Err(hand.still_waits("pending_rpl_review")),
        "error" => {
            let reason = Reason {
                code: Some(Code::CustomerFailed.id().to_owned()),
                text: words(&customer.errors),
                provider_code: customer
                    .errors
                    .iter()
                    .find_map(|error| error.error_code.as_ref())
                    .map(ToString::to_string),
                missing: vec!["customer".to_owned()],
                carried: hand.never_came().then(|| Box::new(Carried::Vanished)),
                ..Reason::default()
            };
            Err(End::Finished(Ending::Failed, Some(reason)))
        }
        _ => too_late(hand, customer, waited).map(|()| None),
    }
}

/// Not yet, unless it has been waited for long enough.
fn too_late(hand: &Hand, customer: &Customer, waited: Duration) -> Result<(), End> {
    if waited < hand.shared.options.poll_for {
        return Ok(());
    }
    let text = format!("{} s (status `{}`)", waited.as_secs(), customer.status);
    Err(finished(Ending::Unconfirmed, Code::StillProvisioning, text))
}

pub(super) fn words(errors: &[Problem]) -> String {
    let words: Vec<String> = errors
        .iter()
        .map(|error| {
            let code = error.error_code.as_ref().map(|code| format!(" (code {code})")).unwrap_or_default();
            format!("{}{code}", error.description.as_deref().unwrap_or("no description"))
        })
        .collect();
    if words.is_empty() { "Webex gives no reason".to_owned() } else { words.join("; ") }
}

/// The first access puts the organisation into the partner's managed list; without it calls into it can be refused. Tells
/// its name, if it can be had.
async fn open(hand: &mut Hand) -> Result<Option<String>, End> {
    let org_id = hand.id(&hand.record.ids, "org_id")?;
    match hand.ask(None, calls::open_organisation(&org_id)).await {
        Ok(answer) => {
            Ok(answers::read::<Organisation>(&answer).ok().and_then(|organisation| organisation.display_name))
        }
        // What matters comes next; if the organisation is closed, the calls into it will say so.
        Err(Failure::Rejected(refusal)) if matches!(refusal.status, 403 | 404) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}
