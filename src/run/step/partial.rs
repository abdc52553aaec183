//! A request of which Webex says that it did it in part (206): what stands afterwards is read, and what did not take is
//! named. Nothing is sent here.

use super::numbers::Place;
use super::{customer, ids};
use crate::api::answers::{self, CallingLocation};
use crate::api::wire::Answer;
use crate::api::{Failure, calls};
use crate::diagnostic::Code;
use crate::journal::{Event, Reason};
use crate::model::fold;
use crate::run::hand::{End, Hand, Ids, UNSET};
use crate::run::organisation::unreadable;

/// The answer that says so (`webex-api.md` 5.2).
const PARTIAL_CONTENT: u16 = 206;
/// Where such an answer is noted, with Webex's reason.
const PART: &str = "part:";

/// What is noted of an answer to a change of a location's calling.
pub(super) fn noted(answer: &Answer) -> Ids {
    if answer.status == PARTIAL_CONTENT { ids(&[(PART, &answers::refusal(answer).to_string())]) } else { Ids::new() }
}

/// After such an answer: looks once at the location, and notes of each column that is not as wanted why it is not.
/// Whatever cannot be seen counts as not set, so that the next run sets it again.
pub(super) async fn look(hand: &mut Hand, place: &Place, wanted: &[(&str, Option<&str>)]) -> Result<(), End> {
    let Some(why) = hand.record.ids.get(PART).cloned() else { return Ok(()) };
    let found = location(hand, place).await;
    let is_set = |column: &str, value: &str| found.as_ref().is_ok_and(|found| shows(found, column, value));
    let unset = wanted.iter().filter_map(|(column, value)| Some((column, (*value)?)));
    let unset = unset.filter(|(column, value)| !is_set(column, value));
    let unset: Ids = unset.map(|(column, _)| (format!("{UNSET}{column}"), why.clone())).collect();
    hand.tell(Event::Noted { ids: unset }).await?;
    found.map(|_| ()).map_err(customer::unseen)
}

async fn location(hand: &Hand, place: &Place) -> Result<CallingLocation, Failure> {
    let request = calls::get_calling_location(&place.org_id, &place.location_id);
    let answer = hand.ask(Some(&place.org_id), request).await?;
    answers::read(&answer).map_err(unreadable)
}

fn shows(found: &CallingLocation, column: &str, wanted: &str) -> bool {
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>();
    match column {
        "main_number" => found.main_number().is_some_and(|number| digits(number) == digits(wanted)),
        "emergency_location_id" => found.p_access_network_info.as_deref() == Some(wanted),
        _ => found.announcement_language.as_deref().is_some_and(|language| fold(language) == fold(wanted)),
    }
}

/// What is not set, for the results.
pub(super) fn open(hand: &Hand) -> Option<Reason> {
    let unset: Vec<(&str, &String)> = hand.unset().collect();
    let (_, why) = unset.first()?;
    let thing = |column: &str| match column {
        "emergency_location_id" => "emergency identifier".to_owned(),
        column => column.replace('_', " "),
    };
    let missing = unset.iter().map(|(column, _)| thing(column)).collect();
    Some(Reason { code: Some(Code::Refused.id().to_owned()), text: (*why).clone(), missing, ..Reason::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_location_shows_is_compared_as_it_may_be_written() {
        let shown =
            json!({ "id": "l", "announcementLanguage": "pt_PT", "callingLineId": { "phoneNumber": "+351 21 1" } });
        let found: CallingLocation = serde_json::from_value(shown).expect("it is a location");
        for (column, value, is_shown) in [
            ("main_number", "+351211", true),
            ("main_number", "+351212", false),
            ("announcement_language", "pt_pt", true),
            ("announcement_language", "es_es", false),
            // Webex leaves it out where it does not tell it.
            ("emergency_location_id", "DE;1", false),
        ] {
            assert_eq!(shows(&found, column, value), is_shown, "{column} {value}");
        }
    }

    #[test]
    fn the_reason_of_a_part_is_read() {
        let answer = Answer::json(206, &json!({ "failureReason": "main number not set" }));
        assert_eq!(noted(&answer)[PART], "main number not set (206)");
        assert_eq!(noted(&Answer::empty(204)), Ids::new());
    }
}
