//! Changing a person: package, names, number and extension, and nothing else of them.

use serde_json::{Map, Value, json};

use super::{Done, role, user};
use crate::api::answers::{self, PersonNumber, Subscriber, is_same_id};
use crate::api::wire::Answer;
use crate::api::{Client, Failure, Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event, Reason, TAKEN};
use crate::model::Package;
use crate::plan::{Change, Means, ReleaseWork, Stage, UserWork, means};
use crate::run::hand::{End, Hand, Ids, Sent, Sight, UNSET, finished, refused};
use crate::run::organisation::{in_organisation, person_named, unreadable};

/// What a person is replaced with, as Cisco describes the request; everything else is told, but not taken.
const REPLACED: [&str; 16] = [
    "emails",
    "extension",
    "locationId",
    "displayName",
    "firstName",
    "lastName",
    "avatar",
    "orgId",
    "roles",
    "licenses",
    "department",
    "manager",
    "managerId",
    "title",
    "addresses",
    "siteUrls",
];

/// Before a column, with the value that Webex showed last.
const SEEN: &str = "seen:";

pub(super) async fn update(hand: &mut Hand, work: &UserWork, location_id: Option<&str>) -> Done {
    let package = hand.step.changes.iter().find(|change| change.column == "package").cloned();
    let calling = |name: &str| Package::parse(name).is_some_and(Package::is_calling);
    let begins =
        package.as_ref().is_some_and(|change| !change.from.as_deref().is_some_and(calling) && calling(&change.to));
    // A location that was found missing is asked for in the same way.
    let begins = begins || hand.step.changes.iter().any(|change| change.column == "location");
    if package.is_some() || begins {
        change_package(hand, work, location_id.filter(|_| begins), package.as_ref()).await?;
    }
    if hand.step.changes.iter().any(|change| means(Stage::Users, &change.column) == Some(Means::Person)) || begins {
        let sought = Sought::new(hand, work, location_id.filter(|_| begins)).await?;
        change_person(hand, &sought).await?;
    }
    Ok(None)
}

/// Number, extension and location are only taken when calling begins with the new package.
async fn change_package(
    hand: &mut Hand,
    work: &UserWork,
    location_id: Option<&str>,
    change: Option<&Change>,
) -> Result<(), End> {
    let subscriber_id = hand.id(&hand.given.own, "subscriber_id")?;
    let request = calls::change_package(&subscriber_id, work, location_id);
    let again = |_| async { Ok(Sight::Absent) };
    match hand.once(Call::ChangePackage, Weight::Repeatable, None, request, package_seen, again).await? {
        Sent::Done => {}
        Sent::Refused(refusal) => return Err(refused(&refusal)),
    }
    let Some(change) = change.filter(|change| is_denied(hand, change)) else { return Ok(()) };
    // The answer may be older than the change.
    hand.park(hand.shared.options.grace).await?;
    let customer_id = hand.id(&hand.given.customer, "customer_id")?;
    if let Some(found) = user::find(hand.client(), &customer_id, &work.email).await? {
        hand.tell(Event::Noted { ids: package_of(&found) }).await?;
    }
    denied(hand, std::slice::from_ref(change)).await?.map_or(Ok(()), Err)
}

/// What an answer tells of the package, for the step alone.
fn package_seen(answer: &Answer) -> Ids {
    answers::read::<Subscriber>(answer).map(|subscriber| package_of(&subscriber)).unwrap_or_default()
}

fn package_of(subscriber: &Subscriber) -> Ids {
    subscriber.package().map(|package| (format!("{SEEN}package"), package.to_owned())).into_iter().collect()
}

/// Which person, and what is to be true of them.
#[derive(Debug, Clone)]
struct Sought {
    org_id: String,
    person_id: String,
    changes: Vec<Change>,
    /// Where the person must sit, when calling has just begun.
    location_id: Option<String>,
}

impl Sought {
    async fn new(hand: &mut Hand, work: &UserWork, location_id: Option<&str>) -> Result<Self, End> {
        let org_id = hand.id(&hand.given.customer, "org_id")?;
        let person_id = match hand.given.own.get("person_id") {
            Some(person_id) => person_id.clone(),
            None => role::find(hand, &org_id, &work.email).await?,
        };
        let is_persons = |change: &&Change| means(Stage::Users, &change.column) == Some(Means::Person);
        let changes = hand.step.changes.iter().filter(is_persons).cloned().collect();
        Ok(Self { org_id, person_id, changes, location_id: location_id.map(str::to_owned) })
    }

    async fn person(&self, client: &Client) -> Result<Value, Failure> {
        let request = calls::get_person(&self.person_id);
        let answer = in_organisation(client, Weight::Repeatable, &self.org_id, request).await?;
        answers::read(&answer).map_err(unreadable)
    }

    /// The changes that are not true of the person yet.
    fn open(&self, person: &Value) -> Vec<Change> {
        let differs = |change: &&Change| value(person, &change.column) != change.to;
        self.changes.iter().filter(differs).cloned().collect()
    }

    fn is_elsewhere(&self, person: &Value) -> bool {
        let both = person["locationId"].as_str().zip(self.location_id.as_deref());
        both.is_some_and(|(found, wanted)| !is_same_id(found, wanted))
    }
}

/// Reads the person and sends back what differs from the row, and everything else as it stands.
async fn change_person(hand: &mut Hand, sought: &Sought) -> Result<(), End> {
    let person = sought.person(hand.client()).await?;
    if sought.is_elsewhere(&person) {
        let words = "the person had calling already, in another location, which cannot be changed";
        return Err(finished(Ending::Conflict, Code::Conflict, words));
    }
    let (releases, sets): (Vec<Change>, Vec<Change>) =
        sought.changes.iter().cloned().partition(|change| change.column == "phone_number" && change.to.is_empty());
    if !sets.is_empty() {
        let sought = Sought { changes: sets, ..sought.clone() };
        set(hand, &sought, &person).await?;
    }
    // The number goes last: by then the extension is there.
    if !releases.is_empty() {
        let number = value(&person, "phone_number");
        release(hand, &sought.org_id, &sought.person_id, &number).await?;
    }
    Ok(())
}

async fn set(hand: &mut Hand, sought: &Sought, person: &Value) -> Result<(), End> {
    if !hand.is_in_doubt() && !hand.record.is_settled(Call::UpdatePerson) && sought.open(person).is_empty() {
        return hand.tell(Event::Existing { call: Call::UpdatePerson, ids: Ids::new() }).await;
    }
    let request = calls::update_person(&sought.person_id, replaced(person, &sought.changes));
    let org_id = sought.org_id.clone();
    let wanted = sought.clone();
    let look = move |client| look_up(client, wanted.clone());
    match hand.once(Call::UpdatePerson, Weight::Repeatable, Some(&org_id), request, seen, look).await? {
        Sent::Done => taken(hand, sought).await,
        // It may have been carried out in part.
        Sent::Refused(refusal) => {
            let open = sought.open(&sought.person(hand.client()).await?);
            if open.is_empty() {
                return hand.tell(Event::Existing { call: Call::UpdatePerson, ids: Ids::new() }).await;
            }
            Err(with_open(refused(&refusal), &open))
        }
    }
}

async fn look_up(client: Client, sought: Sought) -> Result<Sight, Failure> {
    let person = sought.person(&client).await?;
    Ok(if sought.open(&person).is_empty() { Sight::There(Ids::new()) } else { Sight::Absent })
}

/// Webex answers with the person as it stands then; what it did not take is told, and is to be changed by the next run.
async fn taken(hand: &mut Hand, sought: &Sought) -> Result<(), End> {
    let open: Vec<Change> = sought.changes.iter().filter(|change| is_denied(hand, change)).cloned().collect();
    denied(hand, &open).await?.map_or(Ok(()), |end| Err(with_open(end, &open)))
}

/// What Webex was last seen to have in the column of a change.
fn last_seen(hand: &Hand, change: &Change) -> Option<String> {
    hand.record.ids.get(&format!("{SEEN}{}", change.column)).cloned()
}

/// Does Webex show another value than it was sent?
fn is_denied(hand: &Hand, change: &Change) -> bool {
    last_seen(hand, change).is_some_and(|found| found != change.to)
}

/// Notes changes that Webex did not take, so that the next run sends them again; says how the step ends then.
async fn denied(hand: &mut Hand, changes: &[Change]) -> Result<Option<End>, End> {
    let open: Vec<&Change> = changes.iter().filter(|change| is_denied(hand, change)).collect();
    let Some(first) = open.first() else { return Ok(None) };
    let (found, wanted) = (last_seen(hand, first).unwrap_or_default(), &first.to);
    let words = format!("{} is still `{found}` and should be `{wanted}`", first.column);
    let unset = open.iter().map(|change| (format!("{UNSET}{}", change.column), words.clone()));
    hand.tell(Event::Noted { ids: unset.collect() }).await?;
    Ok(Some(finished(Ending::Conflict, Code::Conflict, words)))
}

/// Names what is still to be done.
fn with_open(end: End, open: &[Change]) -> End {
    match end {
        End::Finished(ending, Some(reason)) => {
            let missing = open.iter().map(|change| change.column.clone()).collect();
            End::Finished(ending, Some(Reason { missing, ..reason }))
        }
        other => other,
    }
}

/// What an answer tells of the person, for the step alone.
fn seen(answer: &Answer) -> Ids {
    let Ok(person) = answers::read::<Value>(answer) else { return Ids::new() };
    let columns = ["first_name", "last_name", "phone_number", "extension"];
    columns.into_iter().map(|column| (format!("{SEEN}{column}"), value(&person, column))).collect()
}

/// Takes a number from a person for whom another one waits, once what takes its place is there.
pub(super) async fn give_up(hand: &mut Hand, work: &ReleaseWork) -> Done {
    let is_refused = |number: &String| hand.given.numbers.get(&format!("refused:{number}"));
    if let Some(why) = work.next.as_ref().and_then(is_refused) {
        return Err(finished(Ending::Failed, Code::NumberRefused, why.clone()));
    }
    let org_id = hand.id(&hand.given.customer, "org_id")?;
    let person_id = match hand.given.user.get("person_id") {
        Some(person_id) => person_id.clone(),
        None if work.gone => match person_named(hand.client(), &org_id, &work.email).await? {
            Some(person) => person.id,
            None => return nobody(hand).await,
        },
        None => role::find(hand, &org_id, &work.email).await?,
    };
    let answer = hand.ask(Some(&org_id), calls::get_person(&person_id)).await?;
    let person: Value = answers::read(&answer).map_err(unreadable)?;
    let number = Some(work.number.as_str()).filter(|number| work_numbers(&person).iter().any(|held| held == number));
    match release(hand, &org_id, &person_id, number.unwrap_or_default()).await {
        // Somebody else's request for the number will tell whether it is free.
        Err(End::Finished(Ending::Failed, _)) if work.gone && !hand.is_in_doubt() => return Ok(None),
        released => released?,
    }
    hand.tell(Event::Noted { ids: Ids::from([(format!("{TAKEN}{}", work.number), String::new())]) }).await?;
    Ok(None)
}

/// Nobody is there who could have the number.
async fn nobody(hand: &mut Hand) -> Done {
    let (call, ids) = (Call::ReleaseNumber, Ids::new());
    if hand.is_in_doubt() {
        hand.tell(Event::Found { call, ids }).await?;
    } else if !hand.record.is_settled(call) {
        hand.tell(Event::Existing { call, ids }).await?;
    }
    Ok(None)
}

/// Takes a number from a person, who may not have it any more.
async fn release(hand: &mut Hand, org_id: &str, person_id: &str, number: &str) -> Result<(), End> {
    if number.is_empty() {
        if !hand.is_in_doubt() && !hand.record.is_settled(Call::ReleaseNumber) {
            hand.tell(Event::Existing { call: Call::ReleaseNumber, ids: Ids::new() }).await?;
        }
        if !hand.is_in_doubt() {
            return Ok(());
        }
    }
    let request = calls::release_number(org_id, person_id, number);
    let (org, person, gone) = (org_id.to_owned(), person_id.to_owned(), number.to_owned());
    let look = move |client| is_gone(client, org.clone(), person.clone(), gone.clone());
    match hand.once(Call::ReleaseNumber, Weight::Repeatable, Some(org_id), request, |_| Ids::new(), &look).await? {
        Sent::Done => Ok(()),
        // Repeated after trouble, it is refused when the first time went well.
        Sent::Refused(refusal) => match look(hand.client().clone()).await? {
            Sight::There(ids) => hand.tell(Event::Existing { call: Call::ReleaseNumber, ids }).await,
            _ => Err(refused(&refusal)),
        },
    }
}

async fn is_gone(client: Client, org_id: String, person_id: String, number: String) -> Result<Sight, Failure> {
    let answer = in_organisation(&client, Weight::Repeatable, &org_id, calls::get_person(&person_id)).await?;
    let person: Value = answers::read(&answer).map_err(unreadable)?;
    let has_it = work_numbers(&person).contains(&number);
    Ok(if has_it { Sight::Absent } else { Sight::There(Ids::new()) })
}

/// What the person has in a column of the users sheet; empty for nothing.
fn value(person: &Value, column: &str) -> String {
    let text = |name: &str| person[name].as_str().unwrap_or_default().to_owned();
    match column {
        "first_name" => text("firstName"),
        "last_name" => text("lastName"),
        "extension" => text("extension"),
        "phone_number" => work_numbers(person).into_iter().next().unwrap_or_default(),
        _ => String::new(),
    }
}

/// The numbers that ring at the person, the primary one first.
fn work_numbers(person: &Value) -> Vec<String> {
    let all = person["phoneNumbers"].as_array().into_iter().flatten();
    let numbers: Vec<PersonNumber> = all.filter_map(|number| serde_json::from_value(number.clone()).ok()).collect();
    answers::work_numbers(&numbers).into_iter().map(str::to_owned).collect()
}

/// The person as they stand, with the changes.
fn replaced(person: &Value, changes: &[Change]) -> Value {
    let kept = REPLACED.into_iter().filter_map(|name| Some((name.to_owned(), person.get(name)?.clone())));
    let mut body: Map<String, Value> = kept.filter(|(_, value)| !value.is_null()).collect();
    let login = match &person["loginEnabled"] {
        Value::String(word) => word.parse().ok(),
        other => other.as_bool(),
    };
    body.extend(login.map(|enabled| ("loginEnabled".to_owned(), json!(enabled))));
    let mut numbers = work_numbers(person);
    for change in changes {
        match change.column.as_str() {
            "first_name" => drop(body.insert("firstName".to_owned(), json!(change.to))),
            "last_name" => drop(body.insert("lastName".to_owned(), json!(change.to))),
            "extension" if change.to.is_empty() => drop(body.remove("extension")),
            "extension" => drop(body.insert("extension".to_owned(), json!(change.to))),
            _ => {
                // The primary number makes room; the others stay.
                numbers = numbers.into_iter().skip(1).filter(|number| *number != change.to).collect();
                numbers.insert(0, change.to.clone());
            }
        }
    }
    let numbers: Vec<Value> = numbers.iter().map(|number| json!({ "type": "work", "value": number })).collect();
    body.insert("phoneNumbers".to_owned(), Value::Array(numbers));
    body.insert("displayName".to_owned(), json!(display_name(person, &body)));
    Value::Object(body)
}

/// A display name that was made of both names goes with them; one that somebody chose stays.
fn display_name(person: &Value, body: &Map<String, Value>) -> String {
    let joined = |first: Option<&Value>, last: Option<&Value>| {
        let text = |name: Option<&Value>| name.and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{} {}", text(first), text(last)).trim().to_owned()
    };
    let shown = person["displayName"].as_str().unwrap_or_default();
    let is_chosen = !shown.is_empty() && shown != joined(person.get("firstName"), person.get("lastName"));
    if is_chosen { shown.to_owned() } else { joined(body.get("firstName"), body.get("lastName")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(column: &str, to: &str) -> Change {
        Change { column: column.to_owned(), from: Some("x".to_owned()), to: to.to_owned() }
    }

    #[test]
    fn everything_else_of_a_person_stays() {
        let person = json!({
            "id": "P", "emails": ["a@b.example"], "displayName": "Ana Silva", "firstName": "Ana", "lastName": "Silva",
            "phoneNumbers": [
                { "type": "work_extension", "value": "81001" },
                { "type": "work", "value": "+351211234599" },
                { "type": "work", "value": "+351 21 123 45 10", "primary": true },
            ],
            "extension": "1001", "locationId": "L", "orgId": "O", "roles": ["R"], "licenses": ["C"], "title": "Boss",
            "department": null, "created": "2026", "status": "active", "loginEnabled": "true",
        });
        let body = replaced(&person, &[change("last_name", "Sousa"), change("extension", "")]);
        assert_eq!(
            body,
            json!({
                "emails": ["a@b.example"], "displayName": "Ana Sousa", "firstName": "Ana", "lastName": "Sousa",
                "phoneNumbers": [
                    { "type": "work", "value": "+351211234510" }, { "type": "work", "value": "+351211234599" },
                ],
                "locationId": "L", "orgId": "O",
                "roles": ["R"], "licenses": ["C"], "title": "Boss", "loginEnabled": true,
            })
        );
    }

    #[test]
    fn a_new_number_takes_the_place_of_the_primary_one() {
        let numbers = json!([{ "type": "work", "value": "+1" }, { "type": "work", "value": "+2", "primary": true }]);
        let body = replaced(&json!({ "phoneNumbers": numbers }), &[change("phone_number", "+3")]);
        assert_eq!(body["phoneNumbers"], json!([{ "type": "work", "value": "+3" }, { "type": "work", "value": "+1" }]));
    }

    #[test]
    fn a_location_is_known_in_every_form_of_its_id() {
        let id = "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OLzUyY2Y1NzZkLTYwYTgtNDA3YS1iMjJjLTQ2N2M1MTU5MTkwOA";
        let sought = Sought {
            org_id: "O".to_owned(),
            person_id: "P".to_owned(),
            changes: Vec::new(),
            location_id: Some(id.to_owned()),
        };
        for same in [id, &format!("{id}=="), "52CF576D-60A8-407A-B22C-467C51591908"] {
            assert!(!sought.is_elsewhere(&json!({ "locationId": same })), "{same}");
        }
        assert!(sought.is_elsewhere(&json!({ "locationId": "52cf576d-60a8-407a-b22c-467c51591909" })));
        assert!(!sought.is_elsewhere(&json!({})));
    }

    #[test]
    fn a_display_name_that_somebody_chose_stays() {
        let person = json!({ "displayName": "Nita", "firstName": "Ana", "lastName": "Silva" });
        assert_eq!(replaced(&person, &[change("first_name", "Anna")])["displayName"], "Nita");
        assert_eq!(replaced(&json!({}), &[change("first_name", "Anna")])["displayName"], "Anna");
    }
}
