//! Pictures -> rows of the three sheets. What Webex does not tell stays blank, unless an earlier run knows it.

use std::collections::{BTreeMap, BTreeSet};

use super::chosen::Chosen;
use super::numbers::cell;
use super::picture::{Fields, Person, Picture, Site, key};
use crate::api::answers::PstnConnection;
use crate::model::{NumberState, Role, SheetKind, fold};
use crate::plan::{Confirmed, Known, StepId};

/// What a reader of the sheets should know, because Webex does not tell it or a sheet cannot say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// Which template a customer was made with.
    TemplateUnknown,
    /// Who a customer's first administrator is.
    AdministratorUnknown,
    /// Which of several locations is the headquarters.
    HeadquartersUncertain,
    /// The headquarters has another address than its customer.
    HeadquartersElsewhere,
    /// Some numbers of a location are live and some are not.
    NumbersMixed,
    /// A connection that cannot be chosen over the API.
    ConnectionFixed,
    /// A connection that the runs of this folder left to Webex.
    ConnectionNotChosen,
    /// Somebody else's number than the main number is called back after an emergency call.
    CallbackElsewhere,
    /// A location without calling, which a run would enable.
    CallingOff,
    /// Somebody whose name is not told, because they have not consented yet.
    NameUnknown,
    /// Roles that the column cannot hold.
    RolesBeside,
    /// Persons of the organisation who have no package.
    WithoutPackage,
}

/// Where each notice holds, and what is said there.
pub type Notices = BTreeMap<Notice, Vec<String>>;

/// The rows of the three sheets.
#[derive(Debug, Default)]
pub struct Exported {
    pub customers: Vec<Fields>,
    pub locations: Vec<Fields>,
    pub users: Vec<Fields>,
    pub notices: Notices,
}

impl Exported {
    /// The rows of a sheet, in their order.
    pub fn rows(&self, kind: SheetKind) -> &[Fields] {
        match kind {
            SheetKind::Customers => &self.customers,
            SheetKind::Locations => &self.locations,
            SheetKind::Users => &self.users,
        }
    }

    pub(super) fn notice(&mut self, notice: Notice, what: String) {
        self.notices.entry(notice).or_default().push(what);
    }
}

/// Writes customers as rows. `template` names the template that a customer must have been made with, if that is certain.
pub fn export(pictures: &[Picture], known: &Known, template: impl Fn(&Picture) -> Option<String>) -> Exported {
    let mut exported = Exported::default();
    for picture in pictures {
        exported.customer(picture, known, &template);
        for person in &picture.people {
            exported.person(picture, person);
        }
        if !picture.without_package.is_empty() {
            let words = format!("{}: {}", picture.external_id, picture.without_package.join(", "));
            exported.notice(Notice::WithoutPackage, words);
        }
    }
    exported
}

impl Exported {
    fn customer(&mut self, picture: &Picture, known: &Known, template: &impl Fn(&Picture) -> Option<String>) {
        let id = &picture.external_id;
        let confirmed = known.get(&StepId::customer(id));
        let earlier = |column: &str| confirmed.and_then(|confirmed| confirmed.fields.get(column)).cloned();
        let mut row = picture.fields.clone();
        row.insert("external_id", id.clone());
        match earlier("template").or_else(|| template(picture)) {
            Some(template) => drop(row.insert("template", template)),
            None => self.notice(Notice::TemplateUnknown, id.clone()),
        }
        match earlier("admin_email").or_else(|| only_administrator(picture)) {
            Some(email) => drop(row.insert("admin_email", email)),
            None => self.notice(Notice::AdministratorUnknown, id.clone()),
        }
        // Nobody is a customer of this folder whose location was not confirmed as supported.
        row.extend(confirmed.map(|_| ("supported_location", "yes".to_owned())));
        for column in ["package_limits", "org_id"] {
            row.extend(earlier(column).map(|value| (column, value)));
        }
        let (headquarters, is_certain) = headquarters(picture, known);
        let taken: BTreeSet<&str> =
            picture.people.iter().filter_map(|person| Some(person.fields.get("phone_number")?.as_str())).collect();
        if let Some(site) = headquarters {
            if !is_certain {
                self.notice(Notice::HeadquartersUncertain, format!("{id}: {}", site.name));
            }
            self.headquarters(picture, &mut row, site, &taken, &Chosen::at(picture, known, site));
        }
        self.customers.push(row);
        for site in picture.sites.iter().filter(|site| headquarters.is_none_or(|one| one.id != site.id)) {
            let mut row = site.fields.clone();
            row.insert("customer_external_id", id.clone());
            row.insert("name", site.name.clone());
            self.site(picture, &mut row, site, &taken, &Chosen::at(picture, known, site));
            self.locations.push(row);
        }
    }

    /// The headquarters stands in the customer's row, whose address counts for both.
    fn headquarters(
        &mut self,
        picture: &Picture,
        row: &mut Fields,
        site: &Site,
        taken: &BTreeSet<&str>,
        chosen: &Chosen<'_>,
    ) {
        row.insert("location_name", site.name.clone());
        let is_elsewhere = row.contains_key("address_line1") && !stands_at(site, row);
        if is_elsewhere {
            self.notice(Notice::HeadquartersElsewhere, format!("{}/{}", picture.external_id, site.name));
        }
        let has_address = row.contains_key("address_line1");
        for (column, value) in &site.fields {
            if !has_address || !ADDRESS.contains(column) {
                row.insert(column, value.clone());
            }
        }
        self.site(picture, row, site, taken, chosen);
    }

    /// What a headquarters and a branch have in common beside their address.
    fn site(&mut self, picture: &Picture, row: &mut Fields, site: &Site, taken: &BTreeSet<&str>, chosen: &Chosen<'_>) {
        let at = || format!("{}/{}", picture.external_id, site.name);
        let is_spare = |number: &&str| !taken.contains(number) && site.main_number.as_deref() != Some(number);
        let spare = cell(site.numbers.keys().map(String::as_str).filter(is_spare));
        let cells = [("numbers", Some(spare)), ("main_number", site.main_number.clone())];
        row.extend(cells.into_iter().filter_map(|(column, value)| Some((column, value.filter(|v| !v.is_empty())?))));
        let asleep: Vec<&str> =
            site.numbers.iter().filter(|(_, is_live)| !**is_live).map(|(number, _)| number.as_str()).collect();
        if !asleep.is_empty() && asleep.len() == site.numbers.len() {
            row.insert("number_state", NumberState::Inactive.word().to_owned());
        } else if !asleep.is_empty() {
            self.notice(Notice::NumbersMixed, format!("{}: {}", at(), cell(asleep.into_iter())));
        }
        self.choices(row, site, &at(), chosen);
        if !site.has_calling && sells_calling(picture) {
            self.notice(Notice::CallingOff, at());
        }
    }

    fn person(&mut self, picture: &Picture, person: &Person) {
        let mut row = person.fields.clone();
        row.insert("customer_external_id", picture.external_id.clone());
        row.insert("email", person.email.clone());
        if !row.contains_key("first_name") || !row.contains_key("last_name") {
            self.notice(Notice::NameUnknown, person.email.clone());
        }
        if !person.other_roles.is_empty() {
            self.notice(Notice::RolesBeside, format!("{}: {}", person.email, person.other_roles.join(", ")));
        }
        self.users.push(row);
    }
}

const ADDRESS: [&str; 6] = ["address_line1", "address_line2", "city", "state", "postal_code", "country"];

fn sells_calling(picture: &Picture) -> bool {
    let packages = picture.fields.get("packages").map(String::as_str).unwrap_or_default();
    packages.split(';').filter_map(crate::model::Package::parse).any(crate::model::Package::is_calling)
}

/// The cell that chooses a connection; the name of one that cannot be chosen over the API.
pub(super) fn connection(found: &PstnConnection) -> Result<String, String> {
    let name = if found.display_name.is_empty() { &found.id } else { &found.display_name };
    match (found.route_type.as_deref(), found.route_id.as_deref(), found.pstn_connection_type.as_deref()) {
        (Some("TRUNK"), Some(id), _) => Ok(format!("trunk:{id}")),
        (Some("ROUTE_GROUP"), Some(id), _) => Ok(format!("route_group:{id}")),
        (_, _, Some("NON_INTEGRATED_CCP")) => Ok(name.clone()),
        _ => Err(name.clone()),
    }
}

/// The only full administrator among a customer's users; of several, Webex does not tell who was the first.
fn only_administrator(picture: &Picture) -> Option<String> {
    let is_full = |person: &&Person| person.fields.get("role").is_some_and(|role| role == Role::FullAdmin.word());
    let mut full = picture.people.iter().filter(is_full);
    let only = full.next()?;
    full.next().is_none().then(|| only.email.clone())
}

fn stands_at(site: &Site, address: &Fields) -> bool {
    let is_equal = |column: &str| match (site.fields.get(column), address.get(column)) {
        (Some(one), Some(other)) => fold(one) == fold(other),
        (one, other) => one.is_none() && other.is_none(),
    };
    ADDRESS.iter().all(|column| is_equal(column))
}

/// Which location is the headquarters, and whether that is certain: an earlier run knows, or there is only one, or only
/// one stands at the customer's address.
fn headquarters<'a>(picture: &'a Picture, known: &Known) -> (Option<&'a Site>, bool) {
    let was_made_with_it = |site: &&Site| {
        let confirmed: Option<&Confirmed> = known.get(&StepId::location(&picture.external_id, &site.name));
        confirmed.is_some_and(|confirmed| {
            confirmed.ids.contains_key("made") && confirmed.ids.get("location_id").is_some_and(|id| key(id) == site.id)
        })
    };
    if let Some(site) = picture.sites.iter().find(was_made_with_it) {
        return (Some(site), true);
    }
    let mut there = picture.sites.iter().filter(|site| stands_at(site, &picture.fields));
    match (picture.sites.as_slice(), there.next(), there.next()) {
        ([only], _, _) | (_, Some(only), None) => (Some(only), true),
        (sites, first, _) => (picture.site_named("Headquarters").or(first).or(sites.first()), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&'static str, &str)]) -> Fields {
        pairs.iter().map(|(column, value)| (*column, (*value).to_owned())).collect()
    }

    fn site(name: &str, street: &str, numbers: &[(&str, bool)]) -> Site {
        Site {
            id: name.to_owned(),
            name: name.to_owned(),
            fields: fields(&[("address_line1", street), ("city", "Lisboa"), ("timezone", "Europe/Lisbon")]),
            has_calling: true,
            numbers: numbers.iter().map(|(number, is_live)| ((*number).to_owned(), *is_live)).collect(),
            main_number: None,
            connection: None,
            callback: None,
        }
    }

    fn picture(sites: Vec<Site>) -> Picture {
        Picture {
            id: "c".to_owned(),
            org_id: "o".to_owned(),
            external_id: "aurora".to_owned(),
            fields: fields(&[
                ("name", "Aurora"),
                ("packages", "webex_calling"),
                ("address_line1", "Rua A"),
                ("city", "Lisboa"),
            ]),
            sites,
            people: Vec::new(),
            without_package: Vec::new(),
        }
    }

    fn exported(picture: Picture) -> Exported {
        export(&[picture], &Known::default(), |_| Some("shop".to_owned()))
    }

    #[test]
    fn the_headquarters_is_the_one_at_the_customers_address() {
        let told = |sites: &[(&str, &str)]| {
            let sites = sites.iter().map(|(name, street)| site(name, street, &[])).collect();
            let exported = exported(picture(sites));
            let name = exported.customers[0].get("location_name").cloned().unwrap_or_default();
            (name, exported.notices.contains_key(&Notice::HeadquartersUncertain))
        };
        assert_eq!(told(&[("Porto", "Rua B")]), ("Porto".to_owned(), false));
        assert_eq!(told(&[("Faro", "Rua B"), ("Sede", "rua a")]), ("Sede".to_owned(), false));
        assert_eq!(told(&[("Faro", "Rua B"), ("Headquarters", "Rua C")]), ("Headquarters".to_owned(), true));
        assert_eq!(told(&[("Faro", "Rua B"), ("Porto", "Rua C")]), ("Faro".to_owned(), true));
        assert_eq!(told(&[]), (String::new(), false));
    }

    #[test]
    fn numbers_of_users_are_not_told_twice_and_states_are_not_mixed() {
        let numbers = [("+351211234500", false), ("+351211234501", false), ("+351211234502", false)];
        let mut sede = site("Sede", "Rua A", &numbers);
        sede.main_number = Some("+351211234500".to_owned());
        let mut asleep = picture(vec![sede.clone()]);
        asleep.people.push(Person {
            email: "ana@aurora.example".to_owned(),
            subscriber_id: "s".to_owned(),
            person_id: Some("p".to_owned()),
            fields: fields(&[("phone_number", "+351211234501"), ("role", "full_admin")]),
            other_roles: vec!["id_sales_admin".to_owned()],
        });
        let row = exported(asleep);
        let cells = |exported: &Exported, column: &str| exported.customers[0].get(column).cloned().unwrap_or_default();
        assert_eq!(cells(&row, "numbers"), "+351211234502");
        assert_eq!(cells(&row, "number_state"), "inactive");
        assert_eq!(cells(&row, "admin_email"), "ana@aurora.example");
        let notices: Vec<_> = row.notices.keys().copied().collect();
        assert_eq!(notices, [Notice::NameUnknown, Notice::RolesBeside]);
        sede.numbers.insert("+351211234501".to_owned(), true);
        let mixed = exported(picture(vec![sede]));
        assert_eq!(cells(&mixed, "number_state"), "");
        assert!(
            mixed.notices.contains_key(&Notice::NumbersMixed)
                && mixed.notices.contains_key(&Notice::AdministratorUnknown)
        );
    }

    #[test]
    fn a_connection_is_told_only_if_it_can_be_chosen() {
        let told = |kind: &str, route: Option<&str>| {
            connection(&PstnConnection {
                id: "i".to_owned(),
                display_name: "Acme".to_owned(),
                pstn_connection_type: Some(kind.to_owned()),
                route_type: route.map(str::to_owned),
                route_id: route.map(|_| "r".to_owned()),
            })
        };
        assert_eq!(told("NON_INTEGRATED_CCP", None), Ok("Acme".to_owned()));
        assert_eq!(told("LOCAL_GATEWAY", Some("TRUNK")), Ok("trunk:r".to_owned()));
        assert_eq!(told("LOCAL_GATEWAY", None), Err("Acme".to_owned()));
        assert_eq!(told("CISCO_PSTN", None), Err("Acme".to_owned()));
    }
}
