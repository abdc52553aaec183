//! Where help is sent when somebody calls for it from a location, and the number on which it calls back.

use super::ids;
use super::numbers::Place;
use crate::api::answers;
use crate::api::emergency::{Callback, SuggestedAddress};
use crate::api::wire::Answer;
use crate::api::{Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event, Reason};
use crate::plan::{AddressWork, EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, NumbersWork};
use crate::run::hand::{End, Hand, Ids, OPEN, Sent, Sight, refused};
use crate::run::organisation::unreadable;

/// The id of the location's emergency address; there is no way to read it back.
const ADDRESS_ID: &str = "emergency_address_id";

/// Registers the location's own address, if the look-up leaves it as it is. What was not done is noted; the rest of the
/// location does not wait for it.
pub(super) async fn register(hand: &mut Hand, place: &Place, work: &NumbersWork) -> Result<(), End> {
    let call = Call::SetEmergencyAddress;
    let Some(address) = &work.emergency_address else { return Ok(()) };
    if is_left_alone(hand, work, EMERGENCY_ADDRESS) || hand.record.is_settled(call) {
        return Ok(());
    }
    if !hand.is_in_doubt()
        && let Some(why) = objection(hand, place, address).await?
    {
        return note(hand, call, why).await;
    }
    let request = match hand.given.own.get(ADDRESS_ID) {
        Some(id) => calls::replace_emergency_address(&place.org_id, &place.location_id, id, address),
        None => calls::add_emergency_address(&place.org_id, &place.location_id, address),
    };
    // It cannot be read back, and setting the same one again changes nothing.
    let again = |_| async { Ok(Sight::Absent) };
    let sent = hand.once(call, Weight::Once, Some(&place.org_id), request, made, again).await;
    said(hand, call, EMERGENCY_ADDRESS, sent).await
}

/// Notes what became of a request. One whose answer does not come is not waited for, and the next run sends it again: it
/// sets what is wanted, and a second time changes nothing.
async fn said(hand: &mut Hand, call: Call, column: &str, sent: Result<Sent, End>) -> Result<(), End> {
    match sent {
        Ok(Sent::Done) => done(hand, call, column, "set").await,
        Ok(Sent::Refused(refusal)) => note(hand, call, answered(refused(&refusal))?).await,
        Err(End::Finished(Ending::Failed | Ending::Unconfirmed, Some(reason)))
            if reason.code.as_deref() == Some(Code::ServerTrouble.id()) =>
        {
            if hand.is_in_doubt() {
                hand.tell(Event::Absent { call }).await?;
            }
            note(hand, call, reason.text).await
        }
        Err(end) => Err(end),
    }
}

/// What only the template asks for is for new locations: in one that stood there, somebody may have chosen otherwise.
fn is_left_alone(hand: &Hand, work: &NumbersWork, column: &str) -> bool {
    !hand.given.location_is_made && work.if_made.iter().any(|name| name == column)
}

fn made(answer: &Answer) -> Ids {
    answers::made_id(answer).map(|id| ids(&[(ADDRESS_ID, &id)])).unwrap_or_default()
}

/// Makes the location's main number the one that is called back; one that is already is only verified.
pub(super) async fn call_back(hand: &mut Hand, place: &Place, work: &NumbersWork) -> Result<(), End> {
    let call = Call::SetCallback;
    if !work.emergency_callback || is_left_alone(hand, work, EMERGENCY_CALLBACK) || hand.record.is_settled(call) {
        return Ok(());
    }
    if !hand.is_in_doubt() {
        match hand.ask(Some(&place.org_id), calls::get_callback(&place.org_id, &place.location_id)).await {
            Ok(answer) if answers::read::<Callback>(&answer).map_err(unreadable)?.is_main_number() => {
                hand.tell(Event::Existing { call, ids: Ids::new() }).await?;
                return done(hand, call, EMERGENCY_CALLBACK, "verified").await;
            }
            Ok(_) => {}
            Err(failure) => return note(hand, call, answered(failure.into())?).await,
        }
    }
    let request = calls::set_callback(&place.org_id, &place.location_id);
    let again = |_| async { Ok(Sight::Absent) };
    let sent = hand.once(call, Weight::Repeatable, Some(&place.org_id), request, |_| Ids::new(), again).await;
    said(hand, call, EMERGENCY_CALLBACK, sent).await
}

/// What is not done, for the results.
pub(super) fn open(hand: &Hand) -> Option<Reason> {
    let reasons = [(Call::SetEmergencyAddress, Code::EmergencyAddress), (Call::SetCallback, Code::EmergencyCallback)];
    let open = reasons.into_iter().filter_map(|(call, code)| {
        let text = hand.record.ids.get(&key(call)).filter(|text| !text.is_empty())?.clone();
        let missing = vec![call.thing().to_owned()];
        Some(Reason { code: Some(code.id().to_owned()), text, missing, ..Reason::default() })
    });
    open.reduce(|one, other| one.and(Some(other)))
}

fn key(call: Call) -> String {
    format!("{OPEN}{}", call.thing())
}

async fn note(hand: &mut Hand, call: Call, why: String) -> Result<(), End> {
    hand.tell(Event::Noted { ids: Ids::from([(key(call), why)]) }).await
}

async fn done(hand: &mut Hand, call: Call, column: &str, how: &str) -> Result<(), End> {
    hand.tell(Event::Noted { ids: Ids::from([(key(call), String::new()), (column.to_owned(), how.to_owned())]) }).await
}

/// What the look-up has against the address; nothing when it leaves it as it is.
async fn objection(hand: &Hand, place: &Place, address: &AddressWork) -> Result<Option<String>, End> {
    let request = calls::look_up_emergency_address(&place.org_id, &place.location_id, address);
    let answer = match hand.ask(Some(&place.org_id), request).await {
        Ok(answer) => answer,
        Err(failure) => return answered(failure.into()).map(Some),
    };
    match answers::list::<SuggestedAddress>(&answer, &["addresses"]) {
        Ok(found) => Ok(judged(&found)),
        Err(why) => answered(unreadable(why).into()).map(Some),
    }
}

fn judged(found: &[SuggestedAddress]) -> Option<String> {
    let Some(best) = found.first() else { return Some("Webex does not find it".to_owned()) };
    if best.errors.is_empty() {
        return None;
    }
    let why: Vec<String> = best.errors.iter().map(ToString::to_string).collect();
    Some(format!("Webex suggests `{}` ({})", best.line(), why.join("; ")))
}

/// What the provider said, where it said no or cannot: numbers and users do not wait for that. A run that ends ends the
/// step.
fn answered(end: End) -> Result<String, End> {
    match end {
        End::Finished(Ending::Failed, Some(reason)) => Ok(reason.text),
        end => Err(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_comes_back_unchanged_is_good() {
        let found = |body: &str| judged(&serde_json::from_str::<Vec<SuggestedAddress>>(body).expect("a list"));
        assert_eq!(found(r#"[{"address1":"Rua Um 1","meta":{},"country":"PT"}]"#), None);
        assert_eq!(found(r#"[{"address1":"Rua Um 1","errors":null}]"#), None);
        assert_eq!(found("[]").as_deref(), Some("Webex does not find it"));
        let corrected = r#"[{"address1":"1 Main St","city":"Chicago","state":"IL","postalCode":"60607","country":"US",
            "errors":[{"code":"E1","title":"street","detail":"the street type is missing"},{"code":"E2"}]}]"#;
        let words = "Webex suggests `1 Main St, Chicago, IL, 60607, US` (the street type is missing; E2)";
        assert_eq!(found(corrected).as_deref(), Some(words));
    }
}
