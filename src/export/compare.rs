//! What stands otherwise in Webex than turnup last had it confirmed, and than the sheets say. Only what Webex tells is
//! compared, and only columns that were confirmed: what was never set by turnup is nobody's change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::numbers::cell;
use super::picture::{Fields, Person, Picture, Site, key};
use super::rows::connection;
use crate::model::{NumberState, SheetKind, fold, normalise};
use crate::plan::{Confirmed, Known, Stage, StepId, expand};

/// What kind of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A value is another one than was confirmed.
    Changed,
    /// It was confirmed, and is there no more.
    Gone,
    /// It stands in Webex, and no sheet names it.
    NotInSheets,
    /// A sheet wants it, and it was never there.
    NotInWebex,
}

impl Kind {
    /// The word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::NotInSheets => "not_in_sheets",
            Self::NotInWebex => "not_in_webex",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The customer it belongs to.
    pub customer: String,
    pub sheet: SheetKind,
    /// The natural key: an external id, `external id/location`, or an e-mail.
    pub key: String,
    pub kind: Kind,
    /// The canonical column; none when it is about the object as a whole.
    pub column: Option<&'static str>,
    pub known: Option<String>,
    pub found: Option<String>,
}

/// What the sheets name. Of each object: is it wanted, or only not to be touched or to go?
#[derive(Debug, Default)]
pub struct Wanted {
    /// By external id; with the name of the headquarters.
    pub customers: BTreeMap<String, (bool, String)>,
    /// Branches, by customer and name.
    pub locations: BTreeMap<(String, String), bool>,
    /// By e-mail; with the customer.
    pub users: BTreeMap<String, (bool, String)>,
}

/// Everything that is known of one customer.
#[derive(Default)]
struct Remembered<'a> {
    customer: Option<&'a Confirmed>,
    locations: BTreeMap<String, &'a Confirmed>,
    numbers: BTreeMap<String, &'a Confirmed>,
    users: BTreeMap<String, &'a Confirmed>,
}

fn remembered(known: &Known) -> HashMap<String, Remembered<'_>> {
    let mut all: HashMap<String, Remembered<'_>> = HashMap::new();
    for (id, confirmed) in known.iter() {
        let parts = id.parts();
        match (id.stage(), parts.as_slice()) {
            (Some(Stage::Customers), [customer]) => all.entry(customer.clone()).or_default().customer = Some(confirmed),
            (Some(Stage::Locations), [customer, name]) => {
                all.entry(customer.clone()).or_default().locations.insert(name.clone(), confirmed);
            }
            (Some(Stage::Numbers), [customer, name]) => {
                all.entry(customer.clone()).or_default().numbers.insert(name.clone(), confirmed);
            }
            (Some(Stage::Users), [email]) => {
                let customer = confirmed.fields.get("customer_external_id").cloned().unwrap_or_default();
                all.entry(customer).or_default().users.insert(email.clone(), confirmed);
            }
            _ => {}
        }
    }
    all
}

/// How many users and locations each customer is known to have: what reading it will take.
pub fn sizes(known: &Known) -> HashMap<String, (usize, usize)> {
    let sizes = remembered(known).into_iter().map(|(id, of)| (id, (of.users.len(), of.locations.len())));
    sizes.collect()
}

/// Every difference, sorted. `standing` are all customers that stand in Webex; `pictures` those that were looked at.
pub fn compare(known: &Known, wanted: &Wanted, standing: &BTreeSet<String>, pictures: &[Picture]) -> Vec<Difference> {
    let all = remembered(known);
    let mut found = Vec::new();
    for id in standing.iter().filter(|id| !wanted.customers.contains_key(*id)) {
        found.push(whole(id, SheetKind::Customers, id, Kind::NotInSheets));
    }
    let wants = |id: &str| wanted.customers.get(id).is_some_and(|(is_wanted, _)| *is_wanted);
    for (id, _) in all.iter().filter(|(id, of)| of.customer.is_some() && !standing.contains(*id)) {
        found.push(whole(id, SheetKind::Customers, id, Kind::Gone));
    }
    let is_known = |id: &str| all.get(id).is_some_and(|of| of.customer.is_some());
    for id in wanted.customers.keys().filter(|id| wants(id) && !is_known(id) && !standing.contains(*id)) {
        found.push(whole(id, SheetKind::Customers, id, Kind::NotInWebex));
    }
    let nothing = Remembered::default();
    for picture in pictures {
        let of = all.get(&picture.external_id).unwrap_or(&nothing);
        let mut look = Look { picture, of, known, wanted, found: &mut found };
        look.customer();
        look.sites();
        look.people();
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn whole(customer: &str, sheet: SheetKind, key: &str, kind: Kind) -> Difference {
    Difference {
        customer: customer.to_owned(),
        sheet,
        key: key.to_owned(),
        kind,
        column: None,
        known: None,
        found: None,
    }
}

/// One customer being looked at.
struct Look<'a> {
    picture: &'a Picture,
    of: &'a Remembered<'a>,
    known: &'a Known,
    wanted: &'a Wanted,
    found: &'a mut Vec<Difference>,
}

/// Where a location stands in the sheets.
struct Place {
    sheet: SheetKind,
    key: String,
}

impl Look<'_> {
    fn whole(&mut self, sheet: SheetKind, key: &str, kind: Kind) {
        self.found.push(whole(&self.picture.external_id, sheet, key, kind));
    }

    fn value(&mut self, place: &Place, kind: Kind, column: &'static str, known: &str, found: &str) {
        let text = |text: &str| Some(text.to_owned());
        let (known, found) = (text(known), text(found));
        let (customer, key) = (self.picture.external_id.clone(), place.key.clone());
        self.found.push(Difference { customer, sheet: place.sheet, key, kind, column: Some(column), known, found });
    }

    /// Every column that was confirmed and that Webex tells.
    fn fields(&mut self, place: &Place, columns: &[&'static str], known: &Confirmed, found: &Fields) {
        for &column in columns {
            let Some(before) = known.fields.get(column) else { continue };
            let now = found.get(column).map(String::as_str).unwrap_or_default();
            if !is_same(column, before, now) {
                self.value(place, Kind::Changed, column, before, now);
            }
        }
    }

    fn customer(&mut self) {
        let Some(known) = self.of.customer else { return };
        let place = Place { sheet: SheetKind::Customers, key: self.picture.external_id.clone() };
        self.fields(&place, CUSTOMER, known, &self.picture.fields);
    }

    fn headquarters_name(&self) -> Option<&str> {
        self.wanted.customers.get(&self.picture.external_id).map(|(_, name)| name.as_str())
    }

    fn place(&self, name: &str, known: Option<&Confirmed>) -> Place {
        let id = &self.picture.external_id;
        let is_headquarters = self.headquarters_name().is_some_and(|headquarters| fold(headquarters) == fold(name))
            || known.is_some_and(|known| known.ids.contains_key("made"));
        if is_headquarters {
            return Place { sheet: SheetKind::Customers, key: id.clone() };
        }
        Place { sheet: SheetKind::Locations, key: format!("{id}/{name}") }
    }

    /// The location as it is known: by its id, or by its name.
    fn site_of(&self, name: &str, known: &Confirmed) -> Option<&Site> {
        let id = known.ids.get("location_id").map(|id| key(id));
        let by_id = self.picture.sites.iter().find(|site| Some(&site.id) == id.as_ref());
        by_id.or_else(|| self.picture.site_named(name))
    }

    fn sites(&mut self) {
        let (mut seen, picture) = (BTreeSet::new(), self.picture);
        for (name, known) in &self.of.locations {
            let place = self.place(name, Some(known));
            let Some(site) = self.site_of(name, known).cloned() else {
                self.whole(place.sheet, &place.key, Kind::Gone);
                continue;
            };
            seen.insert(site.id.clone());
            if place.sheet == SheetKind::Locations && !is_same("name", name, &site.name) {
                self.value(&place, Kind::Changed, "name", name, &site.name);
            }
            self.fields(&place, SITE, known, &site.fields);
            let numbers = self.of.numbers.get(name).copied();
            self.numbers(&place, &site, numbers);
        }
        let id = &picture.external_id;
        let named = |site: &Site| {
            self.headquarters_name().is_some_and(|name| fold(name) == fold(&site.name))
                || self.wanted.locations.keys().any(|(customer, name)| customer == id && fold(name) == fold(&site.name))
        };
        let strangers = picture.sites.iter().filter(|site| !seen.contains(&site.id) && !named(site));
        let strangers: Vec<String> = strangers.map(|site| format!("{id}/{}", site.name)).collect();
        let wanted = self.wanted.locations.iter().filter(|((customer, _), is_wanted)| customer == id && **is_wanted);
        let is_missing = |name: &str| !self.of.locations.contains_key(name) && picture.site_named(name).is_none();
        let missing: Vec<String> =
            wanted.filter(|((_, name), _)| is_missing(name)).map(|((_, name), _)| format!("{id}/{name}")).collect();
        for (kind, keys) in [(Kind::NotInSheets, strangers), (Kind::NotInWebex, missing)] {
            for key in keys {
                self.whole(SheetKind::Locations, &key, kind);
            }
        }
    }

    fn numbers(&mut self, place: &Place, site: &Site, known: Option<&Confirmed>) {
        let confirmed = |column: &str| known.and_then(|known| known.fields.get(column)).cloned().unwrap_or_default();
        let listed = confirmed("numbers");
        let items: Vec<String> = listed.split(';').filter(|item| !item.is_empty()).map(str::to_owned).collect();
        let before: BTreeSet<String> = expand(&items).into_iter().collect();
        let gone = before.iter().filter(|number| !site.numbers.contains_key(*number));
        let gone = cell(gone.map(String::as_str));
        if !gone.is_empty() {
            self.value(place, Kind::Gone, "numbers", &gone, "");
        }
        let more = site.numbers.keys().filter(|number| !before.contains(*number));
        let more = cell(more.map(String::as_str));
        if !more.is_empty() {
            self.value(place, Kind::NotInSheets, "numbers", "", &more);
        }
        let Some(known) = known else { return };
        let mut found = Fields::new();
        found.extend(site.main_number.clone().map(|main| ("main_number", main)));
        self.fields(place, &["main_number"], known, &found);
        // Webex leaves it out where it does not tell it.
        if site.fields.contains_key("emergency_location_id") {
            self.fields(place, &["emergency_location_id"], known, &site.fields);
        }
        self.number_state(place, site, known, &before);
        self.connection(place, site, known);
    }

    /// The state that was confirmed, against those of the numbers that were.
    fn number_state(&mut self, place: &Place, site: &Site, known: &Confirmed, confirmed: &BTreeSet<String>) {
        let Some(before) = known.fields.get("number_state").and_then(|word| NumberState::parse(word)) else { return };
        let is_live = before == NumberState::Active;
        let states = site.numbers.iter().filter(|(number, _)| confirmed.contains(*number));
        let other: Vec<&str> =
            states.filter(|(_, state)| **state != is_live).map(|(number, _)| number.as_str()).collect();
        if !other.is_empty() {
            let now = if is_live { NumberState::Inactive } else { NumberState::Active };
            let found = format!("{}: {}", now.word(), cell(other.into_iter()));
            self.value(place, Kind::Changed, "number_state", before.word(), &found);
        }
    }

    /// A connection may be named by its id or by its name.
    fn connection(&mut self, place: &Place, site: &Site, known: &Confirmed) {
        let Some(before) = known.fields.get("pstn_connection") else { return };
        let now =
            site.connection.as_ref().map(|found| connection(found).unwrap_or_else(|name| name)).unwrap_or_default();
        let is_its_id = site.connection.as_ref().is_some_and(|found| &found.id == before);
        if !is_its_id && *before != now {
            self.value(place, Kind::Changed, "pstn_connection", before, &now);
        }
    }

    fn people(&mut self) {
        let mut seen = BTreeSet::new();
        for (email, known) in &self.of.users {
            let place = Place { sheet: SheetKind::Users, key: email.clone() };
            let Some(person) = self.person_of(email, known).cloned() else {
                self.whole(SheetKind::Users, email, Kind::Gone);
                continue;
            };
            seen.insert(person.email.clone());
            if person.email != *email {
                self.value(&place, Kind::Changed, "email", email, &person.email);
            }
            self.fields(&place, &["package"], known, &person.fields);
            // Who has not consented yet is no person of the organisation, so nothing else is told.
            if person.person_id.is_some() {
                self.fields(&place, PERSON, known, &person.fields);
                if let Some(role) = self.known.get(&StepId::role(email)) {
                    self.fields(&place, &["role"], role, &person.fields);
                }
            }
        }
        let people = &self.picture.people;
        for person in people.iter().filter(|person| !seen.contains(&person.email)) {
            if !self.wanted.users.contains_key(&person.email) {
                self.whole(SheetKind::Users, &person.email, Kind::NotInSheets);
            }
        }
        let emails: BTreeSet<&str> = people.iter().map(|person| person.email.as_str()).collect();
        for (email, (is_wanted, customer)) in &self.wanted.users {
            let is_ours = *is_wanted && *customer == self.picture.external_id;
            if is_ours && !self.of.users.contains_key(email) && !emails.contains(email.as_str()) {
                self.whole(SheetKind::Users, email, Kind::NotInWebex);
            }
        }
    }

    fn person_of(&self, email: &str, known: &Confirmed) -> Option<&Person> {
        let id = |name: &str| known.ids.get(name).map(|id| key(id));
        let (subscriber, person) = (id("subscriber_id"), id("person_id"));
        let people = &self.picture.people;
        let by_id = people.iter().find(|found| {
            Some(&found.subscriber_id) == subscriber.as_ref() || (person.is_some() && found.person_id == person)
        });
        by_id.or_else(|| people.iter().find(|found| found.email == email))
    }
}

const CUSTOMER: &[&str] =
    &["name", "packages", "address_line1", "address_line2", "city", "state", "postal_code", "country"];
const SITE: &[&str] = &[
    "address_line1",
    "address_line2",
    "city",
    "state",
    "postal_code",
    "country",
    "timezone",
    "language",
    "announcement_language",
];
const PERSON: &[&str] = &["first_name", "last_name", "location", "phone_number", "extension"];

/// Names and addresses are compared as people read them; where case says nothing, it does not count.
fn is_same(column: &str, known: &str, found: &str) -> bool {
    if matches!(column, "name" | "first_name" | "last_name") {
        return normalise(known) == normalise(found);
    }
    fold(known) == fold(found)
}
