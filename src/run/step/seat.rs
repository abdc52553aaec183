//! What Webex shows of a user, against what the row says.

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use super::Done;
use crate::api::Failure;
use crate::api::answers::{Number, Person, Seat, is_same_id};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event, Reason};
use crate::plan::{UserWork, is_same_value};
use crate::run::hand::{End, FOUND, Hand, LOOKS_PER_GRACE, finished};
use crate::run::organisation::Organisation;

/// A value that is not what the row wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    column: &'static str,
    /// Empty where Webex shows none.
    found: String,
    wanted: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, found, wanted } = self;
        match found.as_str() {
            "" => write!(f, "{column} is missing and should be `{wanted}`"),
            found => write!(f, "{column} is `{found}` and should be `{wanted}`"),
        }
    }
}

/// All of them, for people.
pub(super) fn words(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Every value of the row that Webex shows otherwise. Whoever is not shown at all has no place to call from.
fn compare(
    person: Option<&Person>,
    line: Option<&Number>,
    work: &UserWork,
    location_id: Option<&str>,
) -> Vec<Difference> {
    let seat = person.map(|person| Seat::of(person, line)).unwrap_or_default();
    let first = person.and_then(|person| person.first_name.as_deref());
    let last = person.and_then(|person| person.last_name.as_deref());
    let names = [("first_name", first, Some(work.first_name.as_str())), ("last_name", last, Some(&work.last_name))];
    let of_calling = [
        ("phone_number", seat.number, work.phone_number.as_deref()),
        ("extension", seat.extension, work.extension.as_deref()),
        ("location", seat.location_id, location_id),
    ];
    // A name that is not told may be the right one.
    let told = names.into_iter().filter(|(_, found, _)| found.is_some());
    let all = told.chain(of_calling.into_iter().filter(|_| work.location.is_some()));
    let differing = all.filter_map(|(column, found, wanted)| {
        let (found, wanted) = (found.unwrap_or_default(), wanted.filter(|wanted| !wanted.is_empty())?);
        let is_same =
            if column == "location" { is_same_id(found, wanted) } else { is_same_value(column, wanted, found) };
        (!is_same).then(|| Difference { column, found: found.to_owned(), wanted: wanted.to_owned() })
    });
    differing.collect()
}

fn is_any_missing(differences: &[Difference]) -> bool {
    differences.iter().any(|difference| difference.found.is_empty())
}

/// What differs at a user who stood there before. The first look is enough, but for what may become visible late.
pub(super) async fn standing(
    hand: &mut Hand,
    work: &UserWork,
    location_id: Option<&str>,
) -> Result<Vec<Difference>, End> {
    let org_id = hand.id(&hand.given.customer, "org_id")?;
    let organisation = hand.organisation(&work.customer);
    let people = organisation.people(hand.client(), &org_id).await.map_err(unsure)?;
    let found = compare(people.get(&work.email), None, work, location_id);
    if is_any_missing(&found) {
        return certain(hand, work, location_id).await;
    }
    organisation.roll().arrive();
    Ok(by_name(hand, &organisation, work, &org_id, found).await)
}

/// What differs after the grace: a list may show late what was just made.
async fn certain(hand: &mut Hand, work: &UserWork, location_id: Option<&str>) -> Result<Vec<Difference>, End> {
    let org_id = hand.id(&hand.given.customer, "org_id")?;
    let organisation = hand.organisation(&work.customer);
    let (begun, grace) = (Instant::now(), hand.shared.options.grace);
    organisation.roll().arrive();
    loop {
        let is_last = begun.elapsed() >= grace;
        let found = look(hand, &organisation, work, &org_id, location_id).await?;
        if is_last || found.is_empty() {
            return Ok(by_name(hand, &organisation, work, &org_id, found).await);
        }
        hand.park(grace / LOOKS_PER_GRACE).await?;
    }
}

async fn look(
    hand: &Hand,
    organisation: &Arc<Organisation>,
    work: &UserWork,
    org_id: &str,
    location_id: Option<&str>,
) -> Result<Vec<Difference>, End> {
    let quiet = hand.shared.options.grace / LOOKS_PER_GRACE;
    let client = hand.client();
    let muster = hand.parked(organisation.roll().call(client, org_id, quiet)).await?.map_err(unsure)?;
    let people = muster.people().map_err(|why| finished(Ending::Unconfirmed, Code::Unconfirmed, why))?;
    let person = people.get(&work.email);
    let found = compare(person, None, work, location_id);
    match person {
        // The list of numbers may tell what the list of people leaves out.
        Some(person) if is_any_missing(&found) => {
            let line = muster.line(client, org_id, person).await.map_err(unsure)?;
            Ok(compare(Some(person), line, work, location_id))
        }
        _ => Ok(found),
    }
}

fn unsure(failure: Failure) -> End {
    match failure {
        Failure::Environment(_) | Failure::NotSent => failure.into(),
        other => finished(Ending::Unconfirmed, Code::Unconfirmed, other.to_string()),
    }
}

/// The same with the names of locations, as the sheets have them, where Webex tells them.
async fn by_name(
    hand: &Hand,
    organisation: &Organisation,
    work: &UserWork,
    org_id: &str,
    mut found: Vec<Difference>,
) -> Vec<Difference> {
    let Some(place) = found.iter_mut().find(|difference| difference.column == "location") else { return found };
    place.wanted = work.location.clone().unwrap_or_default();
    if !place.found.is_empty()
        && let Ok(locations) = organisation.locations(hand.client(), org_id).await
        && let Some(location) = locations.iter().find(|location| is_same_id(&location.id, &place.found))
    {
        place.found.clone_from(&location.name);
    }
    found
}

/// Who had calling before keeps location, number and extension, and Webex says nothing of it: so what stands is compared
/// with the row. Nobody can have had it in an organisation that this run has made.
pub(super) async fn after_creation(hand: &mut Hand, work: &UserWork, location_id: Option<&str>) -> Done {
    let is_ours = hand.given.organisation_is_ours();
    let is_compared = hand.record.existing.contains(&Call::CreateSubscriber);
    if work.location.is_none() || is_ours || is_compared {
        return Ok(None);
    }
    let found = certain(hand, work, location_id).await?;
    if found.is_empty() {
        return Ok(None);
    }
    // What stands is what is known from now on, so that the next run changes it.
    let standing = found.iter().map(|difference| (format!("{FOUND}{}", difference.column), difference.found.clone()));
    hand.tell(Event::Noted { ids: standing.collect() }).await?;
    Ok(Some(Reason {
        code: Some(Code::Conflict.id().to_owned()),
        text: words(&found),
        missing: found.into_iter().map(|difference| difference.column.to_owned()).collect(),
        ..Reason::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const UUID: &str = "52cf576d-60a8-407a-b22c-467c51591908";
    const ID: &str = "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OLzUyY2Y1NzZkLTYwYTgtNDA3YS1iMjJjLTQ2N2M1MTU5MTkwOA";

    fn work(location: Option<&str>) -> UserWork {
        UserWork {
            customer: "c".to_owned(),
            email: "ana@acme.pt".to_owned(),
            first_name: "Ana".to_owned(),
            last_name: "Silva".to_owned(),
            package: "webex_calling".to_owned(),
            location: location.map(str::to_owned),
            phone_number: Some("+351291555013".to_owned()),
            extension: Some("1000".to_owned()),
        }
    }

    fn person(changes: &Value) -> Person {
        let mut person = json!({
            "id": "P", "firstName": "Ana", "lastName": "Silva", "locationId": ID, "extension": "1000",
            "phoneNumbers": [
                { "type": "work", "value": "+351291555099" },
                { "type": "work", "value": "+35 129 155 5013", "primary": true },
            ],
        });
        for (key, value) in changes.as_object().expect("an object") {
            person[key] = value.clone();
        }
        serde_json::from_value(person).expect("it has the form of an answer")
    }

    #[test]
    fn another_form_is_no_difference_and_another_value_is() {
        let other = json!([{ "type": "work", "value": "+35 129 155 5099", "primary": true }]);
        for (changes, expected) in [
            (json!({}), ""),
            (json!({ "locationId": format!("{ID}==") }), ""),
            (json!({ "locationId": UUID.to_uppercase() }), ""),
            (json!({ "firstName": null }), ""),
            (json!({ "lastName": "Sousa" }), "last_name is `Sousa` and should be `Silva`"),
            (json!({ "phoneNumbers": other }), "phone_number is `+351291555099` and should be `+351291555013`"),
            (json!({ "phoneNumbers": [] }), "phone_number is missing and should be `+351291555013`"),
            (json!({ "extension": null }), "extension is missing and should be `1000`"),
        ] {
            let found = compare(Some(&person(&changes)), None, &work(Some("Sede")), Some(ID));
            assert_eq!(words(&found), expected);
        }
        assert_eq!(compare(None, None, &work(Some("Sede")), Some(ID)).len(), 3, "nobody is no calling user");
        assert_eq!(compare(None, None, &work(None), None), []);
    }

    #[test]
    fn the_list_of_numbers_tells_what_the_list_of_people_leaves_out() {
        let bare = person(&json!({ "phoneNumbers": [], "extension": null, "locationId": null }));
        let line = json!({ "phoneNumber": "+351291555013", "extension": "1000", "location": { "id": ID } });
        let line: Number = serde_json::from_value(line).expect("it has the form of an answer");
        assert_eq!(compare(Some(&bare), Some(&line), &work(Some("Sede")), Some(ID)), []);
        let without = compare(Some(&bare), None, &work(Some("Sede")), Some(ID));
        assert_eq!(without.len(), 3, "{without:?}");
        let meets = compare(Some(&person(&json!({ "firstName": "Anna" }))), None, &work(None), None);
        assert_eq!(words(&meets), "first_name is `Anna` and should be `Ana`");
    }
}
