//! A customer as it stands in Webex, in the words of the sheets' columns.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::numbers::e164;
use crate::api::answers::{self, Customer, Location, Number, PstnConnection, Seat, Subscriber, id_key, plain_id};
use crate::api::emergency::Callback;
use crate::api::shown;
use crate::model::{Country, Package, Role, Tables, fold};

/// Values by column.
pub type Fields = shown::Fields;

/// What was read of a customer.
#[derive(Debug, Clone)]
pub struct Picture {
    pub external_id: String,
    /// As Webex names the customer, and its organisation.
    pub id: String,
    pub org_id: String,
    /// Of the customers sheet: `name`, `packages` and the address.
    pub fields: Fields,
    /// Sorted by name.
    pub sites: Vec<Site>,
    /// Sorted by e-mail.
    pub people: Vec<Person>,
    /// E-mails of persons of the organisation who have no package of this customer.
    pub without_package: Vec<String>,
}

/// A location, the headquarters among them: which one it is, Webex does not tell.
#[derive(Debug, Clone)]
pub struct Site {
    pub id: String,
    pub name: String,
    /// Time zone, languages, emergency id, address.
    pub fields: Fields,
    /// Is calling enabled?
    pub has_calling: bool,
    /// Every number of the location, and whether it is live.
    pub numbers: BTreeMap<String, bool>,
    pub main_number: Option<String>,
    pub connection: Option<PstnConnection>,
    /// Whose number is called back after an emergency call; none where Webex does not tell it.
    pub callback: Option<Callback>,
}

/// Somebody with a package.
#[derive(Debug, Clone)]
pub struct Person {
    pub email: String,
    pub subscriber_id: String,
    pub person_id: Option<String>,
    pub fields: Fields,
    /// Roles beside the one in the column, and roles that the column does not know.
    pub other_roles: Vec<String>,
}

/// What the lists of one organisation said.
pub(super) struct Lists {
    pub name: String,
    pub subscribers: Vec<Subscriber>,
    pub people: Vec<answers::Person>,
    pub locations: Vec<Location>,
    pub lines: Vec<Number>,
    /// What calling says of its locations, by the plain id.
    pub calling: HashMap<String, Telephony>,
}

/// What calling says of one location.
pub(super) struct Telephony {
    pub location: answers::CallingLocation,
    pub connection: Option<PstnConnection>,
    pub callback: Option<Callback>,
}

/// An id in the one form in which ids can be compared.
pub(super) fn key(id: &str) -> String {
    id_key(id)
}

pub(super) use crate::api::shown::set;

/// The lists of an organisation, by what connects them: large organisations are read in one go each.
struct Index<'a> {
    people: HashMap<String, &'a answers::Person>,
    people_by_email: HashMap<String, &'a answers::Person>,
    /// The primary line of each person.
    line_of: HashMap<String, &'a Number>,
    lines_at: HashMap<String, Vec<&'a Number>>,
}

impl<'a> Index<'a> {
    fn new(lists: &'a Lists) -> Self {
        let people = lists.people.iter().map(|person| (key(&person.id), person)).collect();
        let emails =
            |person: &'a answers::Person| person.emails.iter().map(move |email| (email.to_lowercase(), person));
        let people_by_email = lists.people.iter().flat_map(emails).collect();
        let (mut line_of, mut lines_at) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for line in &lists.lines {
            if let Some(location) = &line.location {
                lines_at.entry(key(&location.id)).or_default().push(line);
            }
            if let Some(owner) = line.first_line_of() {
                line_of.entry(owner).or_insert(line);
            }
        }
        Self { people, people_by_email, line_of, lines_at }
    }

    /// The person of a subscriber, whose e-mail may have another case.
    fn person_of(&self, subscriber: &Subscriber) -> Option<&'a answers::Person> {
        let by_id = subscriber.person_id.as_deref().and_then(|id| self.people.get(&key(id)));
        by_id.or_else(|| self.people_by_email.get(&subscriber.email.to_lowercase())).copied()
    }
}

impl Picture {
    pub(super) fn new(external_id: &str, customer: &Customer, lists: &Lists) -> Self {
        let index = Index::new(lists);
        let mut sites: Vec<Site> = lists.locations.iter().map(|location| site(location, lists, &index)).collect();
        sites.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        let of = |subscriber: &Subscriber| person(subscriber, &sites, &index);
        let mut people: Vec<Person> = lists.subscribers.iter().map(of).collect();
        people.sort_by(|one, other| one.email.cmp(&other.email));
        Self {
            external_id: external_id.to_owned(),
            id: customer.id.clone(),
            org_id: customer.org_id.clone().unwrap_or_default(),
            fields: shown::customer(customer, &lists.name),
            without_package: without_package(&lists.people, &people),
            sites,
            people,
        }
    }

    /// The location of that name.
    pub(super) fn site_named(&self, name: &str) -> Option<&Site> {
        self.sites.iter().find(|site| fold(&site.name) == fold(name))
    }
}

fn country(fields: &Fields) -> Option<&'static Country> {
    fields.get("country").and_then(|code| Tables::get().country(code))
}

fn site(location: &Location, lists: &Lists, index: &Index<'_>) -> Site {
    let (id, calling) = (key(&location.id), lists.calling.get(&key(&location.id)));
    let fields = shown::location(location, calling.map(|calling| &calling.location));
    let land = country(&fields);
    let lines = index.lines_at.get(&id).into_iter().flatten();
    let number = |line: &&Number| Some((e164(line.phone_number.as_deref()?, land), line.is_live()));
    let main = calling.and_then(|calling| calling.location.main_number());
    Site {
        name: location.name.clone(),
        has_calling: calling.is_some(),
        numbers: lines.filter_map(number).collect(),
        main_number: main.map(|main| e164(main, land)),
        connection: calling.and_then(|calling| calling.connection.clone()),
        callback: calling.and_then(|calling| calling.callback.clone()),
        fields,
        id,
    }
}

fn person(subscriber: &Subscriber, sites: &[Site], index: &Index<'_>) -> Person {
    let mut fields = Fields::new();
    let mut other_roles = Vec::new();
    set(&mut fields, "package", subscriber.package());
    let found = index.person_of(subscriber);
    if let Some(person) = found {
        set(&mut fields, "first_name", person.first_name.as_deref());
        set(&mut fields, "last_name", person.last_name.as_deref());
        other_roles = roles(&mut fields, &person.roles);
        if subscriber.package().and_then(Package::parse).is_some_and(Package::is_calling) {
            seat(&mut fields, person, sites, index.line_of.get(&key(&person.id)).copied());
        }
    }
    Person {
        email: subscriber.email.to_lowercase(),
        subscriber_id: key(&subscriber.id),
        person_id: found.map(|person| key(&person.id)),
        fields,
        other_roles,
    }
}

/// Where a calling user sits, with number and extension.
fn seat(fields: &mut Fields, person: &answers::Person, sites: &[Site], line: Option<&Number>) {
    let seat = Seat::of(person, line);
    let site = seat.location_id.and_then(|place| sites.iter().find(|site| site.id == key(place)));
    let land = site.and_then(|site| country(&site.fields));
    set(fields, "location", site.map(|site| site.name.as_str()));
    set(fields, "phone_number", seat.number.map(|number| e164(number, land)).as_deref());
    set(fields, "extension", seat.extension);
}

/// Sets the role that goes furthest; hands back the others, by the names that Webex has for them.
fn roles(fields: &mut Fields, ids: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ids.iter().map(|id| plain_id(id).unwrap_or_else(|| id.clone())).collect();
    let first = Role::ALL.into_iter().find(|role| names.iter().any(|name| name == role.scim_value()));
    if let Some(role) = first {
        set(fields, "role", Some(role.word()));
        names.retain(|name| name != role.scim_value());
    }
    names.sort_unstable();
    names
}

fn without_package(all: &[answers::Person], holders: &[Person]) -> Vec<String> {
    let holders: HashSet<&str> = holders.iter().filter_map(|person| person.person_id.as_deref()).collect();
    let others = all.iter().filter(|person| !holders.contains(key(&person.id).as_str()));
    let mut emails: Vec<String> =
        others.map(|person| person.emails.first().unwrap_or(&person.id).to_lowercase()).collect();
    emails.sort_unstable();
    emails
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
        serde_json::from_value(value).expect("it has the form of an answer")
    }

    /// An organisation that was made by hand: numbers with dashes, a second number, a person without a package, one who
    /// has not consented yet, and one whose number only the list of numbers tells.
    fn by_hand() -> Lists {
        let line = |number: &str, state: &str, kind: &str, owner: Option<&str>| {
            let owner = owner.map(|id| json!({ "id": id, "type": "PEOPLE" }));
            json!({
                "phoneNumber": number, "state": state, "phoneNumberType": kind, "owner": owner, "extension": "1001",
                "location": { "id": "l1", "name": "Sede" },
            })
        };
        let calling: answers::CallingLocation = read(json!({
            "id": "l1", "name": "Sede", "announcementLanguage": "pt_PT", "pAccessNetworkInfo": "49893310",
            "callingLineId": { "name": "Sede", "phoneNumber": "+351 211 234 500" },
        }));
        Lists {
            name: "Aurora".to_owned(),
            subscribers: read(json!([
                { "id": "s1", "email": "Ana@Aurora.example", "personId": "p1", "packages": ["webex_calling"] },
                { "id": "s2", "email": "rui@aurora.example", "personId": "p2", "package": "webex_suite" },
                { "id": "s3", "email": "late@aurora.example", "status": "pending_user_migration", "package": "webex_calling" },
                { "id": "s4", "email": "eva@aurora.example", "personId": "p4", "packages": ["webex_meetings"] },
            ])),
            people: read(json!([
                {
                    "id": "p1", "emails": ["ana@aurora.example"], "firstName": "Ana", "lastName": "Silva", "locationId": "l1",
                    "extension": "1000", "roles": ["Y2lzY29zcGFyazovL3VzL1JPTEUvaWRfdXNlcl9hZG1pbg", "unknown"],
                    "phoneNumbers": [
                        { "type": "mobile", "value": "+351911111111" },
                        { "type": "work", "value": "+351211234502" },
                        { "type": "work", "value": "+351-211-234-501", "primary": true },
                    ],
                },
                { "id": "p2", "emails": ["rui@aurora.example"], "firstName": "Rui", "lastName": "Pinto" },
                { "id": "p4", "emails": ["eva@aurora.example"], "firstName": "Eva", "lastName": "Melo", "locationId": "l1" },
                { "id": "p5", "emails": ["guest@aurora.example"], "firstName": "No", "lastName": "Package" },
            ])),
            locations: read(json!([{
                "id": "l1", "name": "Sede", "timeZone": "Europe/Lisbon", "preferredLanguage": "pt_PT",
                "address": { "address1": "Rua A", "city": "Lisboa", "state": "", "postalCode": "1100-148", "country": "PT" },
            }])),
            lines: read(json!([
                line("+351211234500", "ACTIVE", "PRIMARY", None),
                line("+351211234501", "ACTIVE", "PRIMARY", Some("p1")),
                line("+351211234502", "INACTIVE", "ALTERNATE", Some("p1")),
                line("+351211234503", "ACTIVE", "PRIMARY", Some("p2")),
            ])),
            calling: HashMap::from([(
                "l1".to_owned(),
                Telephony {
                    location: calling,
                    connection: None,
                    callback: Some(read(json!({ "selected": "LOCATION_NUMBER" }))),
                },
            )]),
        }
    }

    fn shown(fields: &Fields) -> String {
        fields.iter().map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_was_made_by_hand_is_told_in_the_words_of_the_sheets() {
        let customer = read(json!({
            "id": "c", "externalId": "aurora", "packages": ["webex_suite", "webex_calling", "webex_suite"],
            "address": { "addressLine1": "Rua A", "city": "Lisboa", "zipOrPostalCode": "1100-148", "country": "PT" },
        }));
        let picture = Picture::new("aurora", &customer, &by_hand());
        assert_eq!(
            shown(&picture.fields),
            "address_line1=Rua A city=Lisboa country=PT name=Aurora packages=webex_calling;webex_suite postal_code=1100-148"
        );
        let [site] = picture.sites.as_slice() else { panic!("one location: {picture:?}") };
        assert_eq!(
            shown(&site.fields),
            "address_line1=Rua A announcement_language=pt_pt city=Lisboa country=PT emergency_location_id=49893310 \
             language=pt_pt postal_code=1100-148 timezone=Europe/Lisbon"
        );
        assert_eq!(site.main_number.as_deref(), Some("+351211234500"));
        assert!(site.callback.as_ref().is_some_and(Callback::is_main_number));
        let asleep: Vec<&str> =
            site.numbers.iter().filter(|(_, is_live)| !**is_live).map(|(number, _)| number.as_str()).collect();
        assert_eq!((site.numbers.len(), asleep), (4, vec!["+351211234502"]));
        let people: Vec<String> =
            picture.people.iter().map(|person| format!("{}: {}", person.email, shown(&person.fields))).collect();
        let expected = [
            "ana@aurora.example: extension=1000 first_name=Ana last_name=Silva location=Sede package=webex_calling \
             phone_number=+351211234501 role=user_admin",
            "eva@aurora.example: first_name=Eva last_name=Melo package=webex_meetings",
            "late@aurora.example: package=webex_calling",
            "rui@aurora.example: extension=1001 first_name=Rui last_name=Pinto location=Sede package=webex_suite \
             phone_number=+351211234503",
        ];
        assert_eq!(people, expected);
        assert_eq!(picture.people[0].other_roles, ["unknown"]);
        assert_eq!(picture.without_package, ["guest@aurora.example"]);
    }
}
