//! A customer as it stands in Webex, in the words of the sheets' columns.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::numbers::e164;
use crate::api::answers::{self, Customer, Location, Number, PstnConnection, Subscriber, plain_id, uuid};
use crate::model::{Country, Package, Role, Tables, fold};

/// Values by column.
pub type Fields = BTreeMap<&'static str, String>;

/// What was read of a customer.
#[derive(Debug, Clone)]
pub struct Picture {
    pub external_id: String,
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
    pub calling: HashMap<String, (answers::CallingLocation, Option<PstnConnection>)>,
}

/// An id in the one form in which ids can be compared.
pub(super) fn key(id: &str) -> String {
    uuid(id).unwrap_or_else(|| id.to_owned())
}

pub(super) fn set(fields: &mut Fields, column: &'static str, value: Option<&str>) {
    if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
        fields.insert(column, value.to_owned());
    }
}

/// `ll_cc` in lower case, as the sheets write it.
fn language(code: &str) -> String {
    code.to_lowercase().replace('-', "_")
}

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
            let is_primary = line.phone_number_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("PRIMARY"));
            if let Some(owner) = line.owner.as_ref().and_then(|owner| owner.id.as_deref()).filter(|_| is_primary) {
                line_of.entry(key(owner)).or_insert(line);
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
            fields: customer_fields(customer, &lists.name),
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

fn customer_fields(customer: &Customer, name: &str) -> Fields {
    let mut fields = Fields::new();
    let mut packages = customer.packages.clone();
    packages.sort_unstable();
    packages.dedup();
    set(&mut fields, "name", Some(name));
    set(&mut fields, "packages", Some(&packages.join(";")));
    if let Some(address) = &customer.address {
        set(&mut fields, "address_line1", address.address_line1.as_deref());
        set(&mut fields, "address_line2", address.address_line2.as_deref());
        set(&mut fields, "city", address.city.as_deref());
        set(&mut fields, "state", address.state_or_province.as_deref());
        set(&mut fields, "postal_code", address.zip_or_postal_code.as_deref());
        set(&mut fields, "country", address.country.as_deref());
    }
    fields
}

fn country(fields: &Fields) -> Option<&'static Country> {
    fields.get("country").and_then(|code| Tables::get().country(code))
}

fn site(location: &Location, lists: &Lists, index: &Index<'_>) -> Site {
    let (id, calling) = (key(&location.id), lists.calling.get(&key(&location.id)));
    let fields = site_fields(location, calling.map(|(calling, _)| calling));
    let land = country(&fields);
    let lines = index.lines_at.get(&id).into_iter().flatten();
    let number = |line: &&Number| Some((e164(line.phone_number.as_deref()?, land), line.is_live()));
    let main = calling.and_then(|(calling, _)| calling.main_number());
    Site {
        name: location.name.clone(),
        has_calling: calling.is_some(),
        numbers: lines.filter_map(number).collect(),
        main_number: main.map(|main| e164(main, land)),
        connection: calling.and_then(|(_, connection)| connection.clone()),
        fields,
        id,
    }
}

fn site_fields(location: &Location, calling: Option<&answers::CallingLocation>) -> Fields {
    let mut fields = Fields::new();
    set(&mut fields, "timezone", location.time_zone.as_deref());
    set(&mut fields, "language", location.preferred_language.as_deref().map(language).as_deref());
    if let Some(address) = &location.address {
        set(&mut fields, "address_line1", address.address1.as_deref());
        set(&mut fields, "address_line2", address.address2.as_deref());
        set(&mut fields, "city", address.city.as_deref());
        set(&mut fields, "state", address.state.as_deref());
        set(&mut fields, "postal_code", address.postal_code.as_deref());
        set(&mut fields, "country", address.country.as_deref());
    }
    if let Some(calling) = calling {
        set(&mut fields, "announcement_language", calling.announcement_language.as_deref().map(language).as_deref());
        set(&mut fields, "emergency_location_id", calling.p_access_network_info.as_deref());
    }
    fields
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
    let place = person.location_id.as_deref().or_else(|| Some(line?.location.as_ref()?.id.as_str()));
    let site = place.and_then(|place| sites.iter().find(|site| site.id == key(place)));
    let mut work: Vec<_> = person.phone_numbers.iter().filter(|number| number.kind == "work").collect();
    work.sort_by_key(|number| number.primary != Some(true));
    let number = work.first().map(|number| number.value.as_str());
    let number = number.or_else(|| line?.phone_number.as_deref());
    let land = site.and_then(|site| country(&site.fields));
    set(fields, "location", site.map(|site| site.name.as_str()));
    set(fields, "phone_number", number.map(|number| e164(number, land)).as_deref());
    set(fields, "extension", person.extension.as_deref().or_else(|| line?.extension.as_deref()));
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
