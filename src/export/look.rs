//! One customer looked at: what is known of it and what the sheets say, against what stands.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{Difference, Kind, Remembered, Wanted, whole};
use super::numbers::cell;
use super::picture::{Fields, Person, Picture, Site, key};
use super::rows::connection;
use crate::api::answers::is_same_id;
use crate::model::{NumberState, Role, SheetKind, fold};
use crate::plan::{
    Confirmed, EMERGENCY_CALLBACK, Known, NAMED, StepId, expand, is_same_value, sells_calling, staged_numbers,
};

/// One customer being looked at.
pub(super) struct Look<'a> {
    pub picture: &'a Picture,
    pub of: &'a Remembered<'a>,
    pub known: &'a Known,
    pub wanted: &'a Wanted,
    /// The users that a sheet wants for this customer.
    pub wanted_users: &'a [&'a str],
    pub found: &'a mut Vec<Difference>,
}

/// Where a location stands in the sheets.
#[derive(Clone)]
struct Place {
    sheet: SheetKind,
    key: String,
    /// What is known of it.
    step: StepId,
}

impl Place {
    /// The same row, of which another object is looked at.
    fn of(&self, step: StepId) -> Self {
        Self { step, ..self.clone() }
    }
}

impl Look<'_> {
    fn whole(&mut self, sheet: SheetKind, key: &str, kind: Kind) {
        self.found.push(whole(&self.picture.external_id, sheet, key, kind));
    }

    /// What was confirmed and is there no more.
    fn gone(&mut self, place: &Place) {
        let steps = vec![place.step.clone()];
        let gone = whole(&self.picture.external_id, place.sheet, &place.key, Kind::Gone);
        self.found.push(Difference { steps, ..gone });
    }

    fn value(&mut self, place: &Place, kind: Kind, column: &'static str, known: &str, found: &str) {
        let text = |text: &str| Some(text.to_owned());
        let (known, found) = (text(known), text(found));
        let (customer, key) = (self.picture.external_id.clone(), place.key.clone());
        let (sheet, column, steps) = (place.sheet, Some(column), vec![place.step.clone()]);
        self.found.push(Difference { customer, sheet, key, kind, column, known, found, steps });
    }

    /// Every column that was confirmed and that Webex tells.
    fn fields(&mut self, place: &Place, columns: &[&'static str], known: &Confirmed, found: &Fields) {
        for &column in columns {
            let Some(before) = known.fields.get(column) else { continue };
            let now = found.get(column).map(String::as_str).unwrap_or_default();
            if !is_same_value(column, before, now) {
                self.value(place, Kind::Changed, column, before, now);
            }
        }
    }

    /// Columns that no run had confirmed, and that somebody has filled since.
    fn added(&mut self, place: &Place, columns: &[&'static str], known: Option<&Confirmed>, found: &Fields) {
        for &column in columns {
            if let (None, Some(now)) = (known.and_then(|known| known.fields.get(column)), found.get(column)) {
                self.value(place, Kind::NotInSheets, column, "", now);
            }
        }
    }

    /// Who stands in `admin_email` got the role from Webex with the customer.
    fn leads_by_itself(&self, email: &str, person: &Person) -> bool {
        let leader = self.of.customer.and_then(|known| known.fields.get("admin_email"));
        let is_full = person.fields.get("role").is_some_and(|role| role == Role::FullAdmin.word());
        is_full && leader.is_some_and(|leader| leader == email)
    }

    /// False when it is another one than was confirmed, and so is everything in it.
    pub fn customer(&mut self) -> bool {
        let Some(known) = self.of.customer else { return true };
        let id = self.picture.external_id.clone();
        let place = Place { sheet: SheetKind::Customers, step: StepId::customer(&id), key: id };
        if is_other(known, "customer_id", &key(&self.picture.id)) {
            let is_elsewhere = is_other(known, "org_id", &key(&self.picture.org_id));
            self.another(&place, is_elsewhere);
            if is_elsewhere {
                return false;
            }
        }
        self.fields(&place, CUSTOMER, known, &self.picture.fields);
        true
    }

    /// Another customer has the external id: in another organisation it is somebody made anew, in its own it is the same
    /// one, untied and attached again.
    fn another(&mut self, place: &Place, is_elsewhere: bool) {
        let gone = (Kind::Gone, &self.picture.org_id);
        let (kind, found) = if is_elsewhere { gone } else { (Kind::Attached, &self.picture.id) };
        let (found, steps) = (Some(found.clone()), vec![place.step.clone()]);
        let whole = whole(&self.picture.external_id, place.sheet, &place.key, kind);
        self.found.push(Difference { found, steps, ..whole });
    }

    fn headquarters_name(&self) -> Option<&str> {
        self.wanted.customers.get(&self.picture.external_id).map(|(_, name)| name.as_str())
    }

    fn place(&self, name: &str, known: Option<&Confirmed>) -> Place {
        let id = &self.picture.external_id;
        let step = StepId::location(id, name);
        let is_headquarters = self.headquarters_name().is_some_and(|headquarters| fold(headquarters) == fold(name))
            || known.is_some_and(|known| known.ids.contains_key("made"));
        if is_headquarters {
            return Place { sheet: SheetKind::Customers, key: id.clone(), step };
        }
        Place { sheet: SheetKind::Locations, key: format!("{id}/{name}"), step }
    }

    /// The location as it is known: by its id, or by its name.
    fn site_of(&self, name: &str, known: &Confirmed) -> Option<&Site> {
        let id = known.ids.get("location_id").map(|id| key(id));
        let by_id = self.picture.sites.iter().find(|site| Some(&site.id) == id.as_ref());
        by_id.or_else(|| self.picture.site_named(name))
    }

    pub fn sites(&mut self) {
        let (mut seen, picture) = (BTreeSet::new(), self.picture);
        for (name, known) in &self.of.locations {
            let place = self.place(name, Some(known));
            let Some(site) = self.site_of(name, known).cloned() else {
                self.gone(&place);
                continue;
            };
            if place.sheet == SheetKind::Customers || self.names_branch(name) {
                seen.insert(site.id.clone());
            }
            // Another one under the same name: the one that was made is there no more.
            if is_other(known, "location_id", &site.id) {
                self.gone(&place);
                continue;
            }
            // A headquarters may be known to have another name in Webex than in its row.
            let named = known.ids.get(NAMED).unwrap_or(name);
            if !is_same_value("name", named, &site.name) {
                let column = if place.sheet == SheetKind::Locations { "name" } else { "location_name" };
                self.value(&place, Kind::Changed, column, named, &site.name);
            }
            if !site.has_calling {
                self.without_calling(&place, known, &site, name);
                continue;
            }
            self.fields(&place, SITE, known, &site.fields);
            let numbers = self.of.numbers.get(name).copied();
            self.numbers(&place.of(StepId::numbers(&picture.external_id, name)), &site, numbers);
        }
        let id = &picture.external_id;
        let branches = self.branches();
        let named = |site: &Site| {
            self.headquarters_name().is_some_and(|name| fold(name) == fold(&site.name))
                || branches.iter().any(|(name, _)| fold(name) == fold(&site.name))
        };
        let is_stranger = |site: &&Site| self.is_in_sheets() && !seen.contains(&site.id) && !named(site);
        let strangers = picture.sites.iter().filter(is_stranger);
        let strangers: Vec<String> = strangers.map(|site| format!("{id}/{}", site.name)).collect();
        let is_missing = |name: &str| !self.of.locations.contains_key(name) && picture.site_named(name).is_none();
        let missing = branches.iter().filter(|(name, is_wanted)| *is_wanted && is_missing(name));
        let missing: Vec<String> = missing.map(|(name, _)| format!("{id}/{name}")).collect();
        for (kind, keys) in [(Kind::NotInSheets, strangers), (Kind::NotInWebex, missing)] {
            for key in keys {
                self.whole(SheetKind::Locations, &key, kind);
            }
        }
    }

    /// A location that has no calling, perhaps since somebody switched it off: numbers, connection and announcements went
    /// with it. A customer without packages that call has it nowhere, and is told as such.
    fn without_calling(&mut self, place: &Place, known: &Confirmed, site: &Site, name: &str) {
        let columns: Vec<_> = SITE.iter().copied().filter(|column| *column != "announcement_language").collect();
        self.fields(place, &columns, known, &site.fields);
        let numbers = StepId::numbers(&self.picture.external_id, name);
        let is_known = known.is_without_calling() && !self.of.numbers.contains_key(name);
        let sells_it = self.picture.fields.get("packages").is_some_and(|packages| sells_calling(packages));
        if is_known || !sells_it || !self.of.customer.is_some_and(Confirmed::sells_calling) {
            return;
        }
        let mut off = whole(&self.picture.external_id, place.sheet, &place.key, Kind::CallingOff);
        off.steps = vec![place.step.clone()];
        off.steps.extend(self.of.numbers.contains_key(name).then_some(numbers));
        self.found.push(off);
    }

    /// Of a customer that no sheet names, the customer alone is told.
    fn is_in_sheets(&self) -> bool {
        self.wanted.customers.contains_key(&self.picture.external_id)
    }

    fn names_branch(&self, name: &str) -> bool {
        self.wanted.locations.contains_key(&(self.picture.external_id.clone(), name.to_owned()))
    }

    /// The customer's branches that a sheet names, and whether they are wanted.
    fn branches(&self) -> Vec<(&str, bool)> {
        let id = &self.picture.external_id;
        let from = self.wanted.locations.range((id.clone(), String::new())..);
        let ours = from.take_while(|((customer, _), _)| customer == id);
        ours.map(|((_, name), is_wanted)| (name.as_str(), *is_wanted)).collect()
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
        // The number of somebody who is known is told with them.
        let known_users = self.of.users.values().filter_map(|user| user.fields.get("phone_number"));
        let people = self.picture.people.iter().filter(|person| self.of.users.contains_key(&person.email));
        let numbers = people.filter_map(|person| person.fields.get("phone_number"));
        let held: BTreeSet<&String> = known_users.chain(numbers).collect();
        let more = site.numbers.keys().filter(|number| !before.contains(*number) && !held.contains(number));
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
        self.callback(place, site, known);
    }

    /// Only where a run had the main number confirmed, and Webex tells whose it is now.
    fn callback(&mut self, place: &Place, site: &Site, known: &Confirmed) {
        let Some(before) = known.fields.get(EMERGENCY_CALLBACK) else { return };
        if site.callback.as_ref().is_some_and(|callback| !callback.is_main_number()) {
            self.value(place, Kind::Changed, EMERGENCY_CALLBACK, before, "somebody else's number");
        }
    }

    /// The state in which each number was confirmed, against the one in which it stands.
    fn number_state(&mut self, place: &Place, site: &Site, known: &Confirmed, confirmed: &BTreeSet<String>) {
        if !known.fields.contains_key("number_state") {
            return;
        }
        let staged = staged_numbers(known);
        for (before, now) in
            [(NumberState::Active, NumberState::Inactive), (NumberState::Inactive, NumberState::Active)]
        {
            let is_other = |(number, is_live): &(&String, &bool)| {
                let is_of_these =
                    confirmed.contains(*number) && staged.contains(*number) == (before == NumberState::Inactive);
                is_of_these && **is_live == (now == NumberState::Active)
            };
            let other: Vec<&str> = site.numbers.iter().filter(is_other).map(|(number, _)| number.as_str()).collect();
            if !other.is_empty() {
                let found = format!("{}: {}", now.word(), cell(other.into_iter()));
                self.value(place, Kind::Changed, "number_state", before.word(), &found);
            }
        }
    }

    /// A connection may be named by its id or by its name.
    fn connection(&mut self, place: &Place, site: &Site, known: &Confirmed) {
        let Some(before) = known.fields.get("pstn_connection") else { return };
        let now =
            site.connection.as_ref().map(|found| connection(found).unwrap_or_else(|name| name)).unwrap_or_default();
        let is_its_id = site.connection.as_ref().is_some_and(|found| is_same_id(&found.id, before));
        if !is_its_id && *before != now {
            self.value(place, Kind::Changed, "pstn_connection", before, &now);
        }
    }

    /// The names under which locations are known that have another one in Webex: whoever sits there has not moved.
    fn renamed(&self) -> BTreeMap<String, String> {
        let known = self.of.locations.iter();
        let renamed = known.filter_map(|(name, known)| Some((self.site_of(name, known)?.name.clone(), name.clone())));
        renamed.collect()
    }

    pub fn people(&mut self) {
        let (mut seen, places) = (BTreeSet::new(), self.renamed());
        for (email, known) in &self.of.users {
            let place = Place { sheet: SheetKind::Users, key: email.clone(), step: StepId::user(email) };
            let Some(mut person) = self.person_of(email, known).cloned() else {
                self.gone(&place);
                continue;
            };
            // Under another e-mail it is still the person of the sheet.
            if self.wanted.users.contains_key(email) {
                seen.insert(person.email.clone());
            }
            // Somebody made again by hand: the one that was made is there no more.
            if is_other(known, "subscriber_id", &person.subscriber_id) {
                self.gone(&place);
                continue;
            }
            if person.email != *email {
                self.value(&place, Kind::Changed, "email", email, &person.email);
            }
            self.fields(&place, &["package"], known, &person.fields);
            if let Some(name) = person.fields.get_mut("location") {
                *name = places.get(name).cloned().unwrap_or_else(|| name.clone());
            }
            // Who has not consented yet is no person of the organisation, so nothing else is told.
            if person.person_id.is_some() {
                self.fields(&place, PERSON, known, &person.fields);
                self.added(&place, &["location", "phone_number", "extension"], Some(known), &person.fields);
                let (place, role) = (place.of(StepId::role(email)), self.known.get(&StepId::role(email)));
                if let Some(role) = role {
                    self.fields(&place, &["role"], role, &person.fields);
                } else if !self.leads_by_itself(email, &person) {
                    self.added(&place, &["role"], role, &person.fields);
                }
            }
        }
        let people = &self.picture.people;
        for person in people.iter().filter(|person| !seen.contains(&person.email)) {
            if self.is_in_sheets() && !self.wanted.users.contains_key(&person.email) {
                self.whole(SheetKind::Users, &person.email, Kind::NotInSheets);
            }
        }
        let emails: BTreeSet<&str> = people.iter().map(|person| person.email.as_str()).collect();
        for &email in self.wanted_users {
            if !self.of.users.contains_key(email) && !emails.contains(email) {
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

/// Is it known under another id?
fn is_other(known: &Confirmed, name: &str, found: &str) -> bool {
    known.ids.get(name).is_some_and(|id| key(id) != *found)
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
