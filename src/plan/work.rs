//! What a step carries: the values its requests are made of, as plain texts. Plans are stored with the run, so
//! these types are a file format; they mirror the model on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use serde::{Deserialize, Serialize};

use super::diff::Diff;
use super::step::Action;
use crate::model::{Address, Customer, Location, NumberRange, Phone, PstnConnection, Role, User};

/// The values of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Work {
    /// Boxed, because it is twice as large as the others and rare among them.
    Customer(Box<CustomerWork>),
    Location(LocationWork),
    Numbers(NumbersWork),
    User(UserWork),
    Role(RoleWork),
    Removal(RemovalWork),
    Release(ReleaseWork),
}

/// A postal address; empty texts where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AddressWork {
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub state: String,
    pub postal_code: String,
    pub country: String,
}

impl AddressWork {
    /// In one line.
    pub(super) fn line(&self) -> String {
        let parts = [&self.line1, &self.line2, &self.city, &self.state, &self.postal_code, &self.country];
        let parts: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }
}

impl From<&Address> for AddressWork {
    fn from(address: &Address) -> Self {
        Self {
            line1: address.line1.clone(),
            line2: address.line2.clone(),
            city: address.city.clone(),
            state: address.state.clone(),
            postal_code: address.postal_code.clone(),
            country: address.country.clone(),
        }
    }
}

/// The headquarters as the customer's creation asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteWork {
    pub name: String,
    pub address: AddressWork,
    pub timezone: String,
    pub language: String,
    pub emergency_location_id: Option<String>,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerWork {
    pub external_id: String,
    pub name: String,
    pub admin_email: String,
    pub provisioning_id: String,
    pub packages: Vec<String>,
    pub limits: BTreeMap<String, u32>,
    pub language: String,
    pub org_id: Option<String>,
    pub address: AddressWork,
    pub headquarters: Option<SiteWork>,
    /// The highest level among its packages for persons.
    pub level: Option<String>,
}

/// A headquarters, which the customer's creation made, or a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationWork {
    pub customer: String,
    pub name: String,
    pub headquarters: bool,
    /// Is calling to be enabled for the branch?
    pub calling: bool,
    pub address: AddressWork,
    pub timezone: String,
    pub language: String,
    pub announcement_language: String,
    /// The columns of which the row says nothing: their values only stand in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
}

impl LocationWork {
    /// Does the headquarters speak another language than the customer's creation gives it?
    pub fn speaks_otherwise(&self) -> bool {
        let says = !self.assumed.iter().any(|column| column == "announcement_language");
        self.headquarters && says && self.announcement_language != self.language
    }
}

/// What connects a location to the telephone network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PstnWork {
    Option(String),
    Trunk(String),
    RouteGroup(String),
}

/// The numbers of a location, its main number and its connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NumbersWork {
    pub customer: String,
    pub location: String,
    /// Numbers to add, as E.164 numbers and `+first-+last` ranges.
    pub add: Vec<String>,
    /// Those of them that the location's own row names; the others are users'.
    pub own: Vec<String>,
    pub active: bool,
    /// Numbers that stand and are to be brought live.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activate: Vec<String>,
    /// Numbers that stand and are to be taken out of service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deactivate: Vec<String>,
    /// The main number to set.
    pub main: Option<String>,
    pub pstn: Option<PstnWork>,
    /// Is it the headquarters, which is made with its emergency id?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub headquarters: bool,
    /// SIP header value for emergency calls.
    pub emergency_location_id: Option<String>,
    /// The location's own address, to be registered for emergencies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_address: Option<AddressWork>,
    /// Is the main number to be called back after an emergency call?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emergency_callback: bool,
    /// Which of the two only the template asks for: that is for a location that this run makes, not for one it finds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub if_made: Vec<String>,
}

/// A person with a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserWork {
    pub customer: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub package: String,
    pub location: Option<String>,
    pub phone_number: Option<String>,
    pub extension: Option<String>,
}

/// An administrator role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleWork {
    pub customer: String,
    pub email: String,
    /// As SCIM names it, such as `id_full_admin`; empty when one is only taken away.
    pub role: String,
    /// The role that it takes the place of, as SCIM names it.
    #[serde(default)]
    pub remove: Option<String>,
}

/// A number that a person gives up, because another person is to have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseWork {
    pub customer: String,
    pub email: String,
    pub number: String,
    pub location: Option<String>,
    /// The number that the person gets in its place.
    pub next: Option<String>,
    /// Is the user deleted, in this run or in an earlier one? Then the person may be gone too or have the number no more,
    /// and a refusal is no obstacle: whoever gets the number hears whether it is free.
    #[serde(default)]
    pub gone: bool,
}

impl Work {
    /// The same with what the row leaves blank, or what must be known to change it.
    pub(super) fn completed(mut self, diff: &Diff) -> Self {
        if !matches!(diff.action, Action::Update | Action::Waiting) {
            return self;
        }
        let text = |column: &str| diff.fields.get(column).cloned().unwrap_or_default();
        match &mut self {
            Self::Customer(work) => {
                work.address.complete(text);
                work.limits = limits(&text("package_limits"));
            }
            Self::Location(work) => {
                work.address.complete(text);
                // Of a location that was taken over, what a blank cell left alone is not known, and what stands in Webex stays.
                let values = [
                    ("timezone", &mut work.timezone),
                    ("language", &mut work.language),
                    ("announcement_language", &mut work.announcement_language),
                ];
                for (column, value) in values {
                    *value = Some(text(column)).filter(|known| !known.is_empty()).unwrap_or_else(|| mem::take(value));
                }
            }
            Self::User(work) => {
                work.phone_number = Some(text("phone_number")).filter(|number| !number.is_empty());
                work.extension = Some(text("extension")).filter(|extension| !extension.is_empty());
            }
            Self::Role(work) => {
                let before = diff.changed("role").and_then(|change| Role::parse(change.from.as_deref()?));
                work.remove = before.map(|role| role.scim_value().to_owned());
            }
            Self::Numbers(_) | Self::Release(_) | Self::Removal(_) => {}
        }
        self
    }
}

impl AddressWork {
    fn complete(&mut self, text: impl Fn(&str) -> String) {
        self.line2 = text("address_line2");
        self.state = text("state");
        self.postal_code = text("postal_code");
    }
}

/// The limits of packages, as the sheet writes them.
fn limits(cell: &str) -> BTreeMap<String, u32> {
    let pairs = cell.split(';').filter_map(|pair| pair.split_once('='));
    pairs.filter_map(|(package, limit)| Some((package.to_owned(), limit.parse().ok()?))).collect()
}

/// An object that is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalWork {
    /// Of which customer; none where neither row nor journal says.
    pub customer: Option<String>,
    pub what: Removed,
}

/// What is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removed {
    /// The customer; its organisation stays.
    Customer,
    /// A branch.
    Location { name: String },
    /// Numbers of a location, as E.164 numbers and `+first-+last` ranges; all but its main number where none are named.
    Numbers {
        location: String,
        only: Option<Vec<String>>,
        /// Does the customer go too? Then numbers that somebody still uses stay with its organisation.
        #[serde(default)]
        with_customer: bool,
    },
    /// The user; the person stays.
    User { email: String },
    /// A role, as SCIM names it.
    Role { email: String, role: String },
}

impl Work {
    /// The external id of the customer it is about.
    pub fn customer(&self) -> &str {
        match self {
            Self::Customer(work) => &work.external_id,
            Self::Location(work) => &work.customer,
            Self::Numbers(work) => &work.customer,
            Self::User(work) => &work.customer,
            Self::Role(work) => &work.customer,
            Self::Removal(work) => work.customer.as_deref().unwrap_or_default(),
            Self::Release(work) => &work.customer,
        }
    }
}

impl CustomerWork {
    pub(super) fn new(customer: &Customer) -> Self {
        let level =
            customer.packages.iter().filter(|package| package.rank().is_some()).max_by_key(|package| package.rank());
        Self {
            external_id: customer.external_id.clone(),
            name: customer.name.clone(),
            admin_email: customer.admin_email.to_string(),
            provisioning_id: customer.provisioning_id.clone(),
            packages: customer.packages.iter().map(ToString::to_string).collect(),
            limits: customer.limits.iter().map(|(package, limit)| (package.to_string(), *limit)).collect(),
            language: customer.language.clone(),
            org_id: customer.org_id.clone(),
            address: (&customer.address).into(),
            headquarters: customer.headquarters.as_ref().map(|location| SiteWork {
                name: location.name.clone(),
                address: (&location.address).into(),
                timezone: location.timezone.clone(),
                language: location.language.clone(),
                emergency_location_id: location.emergency_location_id.clone(),
            }),
            level: level.as_ref().map(ToString::to_string),
        }
    }
}

impl LocationWork {
    pub(super) fn new(location: &Location, headquarters: bool, calling: bool, blank: &[&'static str]) -> Self {
        Self {
            customer: location.customer.clone(),
            name: location.name.clone(),
            headquarters,
            calling,
            address: (&location.address).into(),
            timezone: location.timezone.clone(),
            language: location.language.clone(),
            announcement_language: location.announcement_language.clone(),
            assumed: blank.iter().filter(|column| column.ends_with("language")).map(|&c| c.to_owned()).collect(),
        }
    }
}

impl UserWork {
    pub(super) fn new(user: &User) -> Self {
        Self {
            customer: user.customer.clone(),
            email: user.email.to_string(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            package: user.package.to_string(),
            location: user.location.clone(),
            phone_number: user.phone_number.map(|phone| phone.to_string()),
            extension: user.extension.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&PstnConnection> for PstnWork {
    fn from(pstn: &PstnConnection) -> Self {
        match pstn {
            PstnConnection::Option(name) => Self::Option(name.clone()),
            PstnConnection::Trunk(id) => Self::Trunk(id.clone()),
            PstnConnection::RouteGroup(id) => Self::RouteGroup(id.clone()),
        }
    }
}

impl PstnWork {
    /// As the sheet writes it.
    pub fn cell(&self) -> String {
        match self {
            Self::Option(name) => name.clone(),
            Self::Trunk(id) => format!("trunk:{id}"),
            Self::RouteGroup(id) => format!("route_group:{id}"),
        }
    }
}

/// Sorted numbers as single numbers and `+first-+last` ranges of one length.
pub(super) fn ranges(numbers: &BTreeSet<Phone>) -> Vec<String> {
    let mut ranges: Vec<(Phone, Phone)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((first, last))
                if last.digits() + 1 == number.digits() && first.to_string().len() == number.to_string().len() =>
            {
                *last = number;
            }
            _ => ranges.push((number, number)),
        }
    }
    let shown = ranges.into_iter().map(
        |(first, last)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        },
    );
    shown.collect()
}

/// The numbers that a list of numbers and ranges stands for. Ranges longer than the sheet allows come from joining
/// neighbours, so both ends are simply counted through.
pub fn expand(list: &[String]) -> Vec<String> {
    let mut numbers = Vec::new();
    for item in list {
        let ends =
            item.split_once("-+").map(|(from, to)| (Phone::from_e164(from), Phone::from_e164(&format!("+{to}"))));
        match ends {
            Some((Some(from), Some(to))) => {
                numbers.extend((from.digits()..=to.digits()).map(|digits| format!("+{digits}")));
            }
            _ => numbers.push(item.clone()),
        }
    }
    numbers
}

/// A list of numbers and ranges without some of its numbers, in the one way lists are compared in.
pub fn without(list: &str, is_out: impl Fn(&str) -> bool) -> String {
    let items: Vec<String> = list.split(';').map(str::to_owned).collect();
    let kept = expand(&items).into_iter().filter(|number| !is_out(number));
    ranges(&kept.filter_map(|number| Phone::from_e164(&number)).collect()).join(";")
}

/// Every number of some ranges.
pub(super) fn numbers_of(ranges: &[NumberRange]) -> impl Iterator<Item = Phone> {
    ranges.iter().flat_map(|range| range.numbers())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_numbers_are_two_ways_to_write_the_same() {
        let numbers = ["+351211234500", "+351211234501", "+351211234502", "+351211234510"];
        let set = numbers.iter().filter_map(|text| Phone::from_e164(text)).collect();
        let list = ranges(&set);
        assert_eq!(list, ["+351211234500-+351211234502", "+351211234510"]);
        assert_eq!(expand(&list), numbers);
        let left = without(&list.join(";"), |number| number == "+351211234501");
        assert_eq!(left, "+351211234500;+351211234502;+351211234510");
    }
}
