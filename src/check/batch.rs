//! The rows that may be provisioned, as values of the model.

use std::collections::HashSet;

use crate::model::{Action, Address, Customer, Email, Location, SheetKind, User};
use crate::sheet::{CustomerRow, LocationFields, LocationRow, RowRef};
use crate::template::Template;

use super::checked::Checked;
use super::context::{Context, Site};
use super::people::Record;
use super::users::{Pass, Seated};

/// What e-mails and announcements are in when neither row, customer nor template says.
const LANGUAGE_DEFAULT: &str = "en_us";

/// A value, the row it came from, and the columns whose cell says `REMOVE`.
#[derive(Debug, Clone)]
pub struct Sourced<T> {
    pub row: RowRef,
    pub value: T,
    pub removed: Vec<&'static str>,
    /// Columns whose cell is blank, so that the value is only what stands in for it.
    pub blank: Vec<&'static str>,
}

/// A row that deletes.
#[derive(Debug, Clone)]
pub struct Deletion {
    pub row: RowRef,
    pub what: Deleted,
}

/// What a row deletes, by its natural key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deleted {
    Customer { external_id: String },
    Location { customer: String, name: String },
    User { customer: Option<String>, email: String },
}

/// Rows that passed every check. Holding one is the proof; nothing downstream checks them again.
#[derive(Debug, Default)]
pub struct Batch {
    customers: Vec<Sourced<Customer>>,
    locations: Vec<Sourced<Location>>,
    users: Vec<Sourced<User>>,
    deletions: Vec<Deletion>,
}

impl Batch {
    /// The customers, in the order of their rows.
    pub fn customers(&self) -> &[Sourced<Customer>] {
        &self.customers
    }

    /// The branches, in the order of their rows.
    pub fn locations(&self) -> &[Sourced<Location>] {
        &self.locations
    }

    /// The users, in the order of their rows.
    pub fn users(&self) -> &[Sourced<User>] {
        &self.users
    }

    /// What is to go, in the order of the rows, sheet by sheet.
    pub fn deletions(&self) -> &[Deletion] {
        &self.deletions
    }
}

/// Takes the clean rows over into the model.
pub(super) fn batch(checked: &Checked<'_>) -> Batch {
    batch_of(checked, |_| true)
}

/// The same for the customers of some rows alone: what other customers have changes nothing for them.
pub(super) fn batch_around(checked: &Checked<'_>, rows: &[RowRef]) -> Batch {
    let context = &checked.context;
    let customer = |row: &RowRef| match row.sheet {
        SheetKind::Customers => context.rows.customers.iter().find(|customer| customer.index == row.index),
        SheetKind::Locations => {
            let location = context.rows.locations.iter().find(|location| location.index == row.index);
            context.customer(location.and_then(|location| location.customer.as_deref()))
        }
        SheetKind::Users => {
            let at = checked.people.records.get(row.index).and_then(Record::customer);
            at.and_then(|at| context.rows.customers.get(at))
        }
    };
    // Rows may name a customer that stands in several rows; its first one counts.
    let named = |row: &RowRef| Some(context.customer(customer(row)?.external_id.as_deref())?.index);
    let wanted: HashSet<usize> = rows.iter().filter_map(named).collect();
    batch_of(checked, |customer| customer.is_none_or(|customer| wanted.contains(&customer)))
}

/// The rows of some customers, which are named by the position of their row; none where a row names no customer.
fn batch_of(checked: &Checked<'_>, is_wanted: impl Fn(Option<usize>) -> bool) -> Batch {
    let context = &checked.context;
    let goes = |row: RowRef, action| action == Action::Apply && checked.verdicts.is_clean(row);
    let of = |id: Option<&str>| is_wanted(context.customer(id).map(|customer| customer.index));
    let customers = context.rows.customers.iter().filter(|row| goes(row.at(), row.action));
    let customers = customers.filter(|row| of(row.external_id.as_deref()));
    let locations = context.rows.locations.iter().filter(|row| goes(row.at(), row.action));
    let locations = locations.filter(|row| of(row.customer.as_deref()));
    let (users, mut of_users) = users(checked, &is_wanted);
    let mut deletions = deletions(checked);
    deletions.append(&mut of_users);
    Batch {
        customers: customers
            .filter_map(|row| sourced(row.at(), &row.removed, blank(&row.location), customer(context, row)))
            .collect(),
        locations: locations
            .filter_map(|row| sourced(row.at(), &row.removed, blank(&row.location), branch(context, row)))
            .collect(),
        users,
        deletions,
    }
}

/// The clean rows of customers and locations that delete.
fn deletions(checked: &Checked<'_>) -> Vec<Deletion> {
    let context = &checked.context;
    let goes = |row: RowRef, action| action == Action::Delete && checked.verdicts.is_clean(row);
    let customers = context.rows.customers.iter().filter(|row| goes(row.at(), row.action)).filter_map(|row| {
        Some(Deletion { row: row.at(), what: Deleted::Customer { external_id: row.external_id.clone()? } })
    });
    let locations = context.rows.locations.iter().filter(|row| goes(row.at(), row.action)).filter_map(|row| {
        let what = Deleted::Location { customer: row.customer.clone()?, name: row.name.clone()? };
        Some(Deletion { row: row.at(), what })
    });
    customers.chain(locations).collect()
}

/// Reads the clean users once more; only they are held as values. Those that go are told apart.
fn users(checked: &Checked<'_>, is_wanted: impl Fn(Option<usize>) -> bool) -> (Vec<Sourced<User>>, Vec<Deletion>) {
    let clean = |index: &usize| checked.verdicts.is_clean(RowRef { sheet: SheetKind::Users, index: *index });
    let mut pass = Pass::new(&checked.context, false);
    let mut found = Vec::new();
    let mut gone = Vec::new();
    let mut read = |index| {
        let seated = pass.read(index, &mut found);
        found.clear();
        if seated.row.action == Action::Delete {
            gone.extend(deleted_user(&seated));
        }
        let value = user(&checked.context, &seated).filter(|_| seated.row.action == Action::Apply);
        sourced(seated.row.at(), pass.removed(), Vec::new(), value)
    };
    let records = checked.people.records.iter().enumerate().filter(|(_, record)| is_wanted(record.customer()));
    let users = records.map(|(index, _)| index).filter(clean).filter_map(&mut read).collect();
    (users, gone)
}

fn deleted_user(seated: &Seated<'_>) -> Option<Deletion> {
    let customer = seated.row.customer.as_deref().map(str::to_owned);
    let email = Email::parse(seated.row.email.as_deref()?).ok()?.to_string();
    Some(Deletion { row: seated.row.at(), what: Deleted::User { customer, email } })
}

fn sourced<T>(row: RowRef, removed: &[&'static str], blank: Vec<&'static str>, value: Option<T>) -> Option<Sourced<T>> {
    value.map(|value| Sourced { row, value, removed: removed.to_vec(), blank })
}

/// The blank columns of a location that something stands in for.
fn blank(fields: &LocationFields) -> Vec<&'static str> {
    let columns = [
        (fields.language.is_none(), "language"),
        (fields.announcement_language.is_none(), "announcement_language"),
        (fields.number_state.is_none(), "number_state"),
        (fields.emergency_address.is_none(), "emergency_address"),
        (fields.emergency_callback.is_none(), "emergency_callback"),
    ];
    columns.into_iter().filter(|(is_blank, _)| *is_blank).map(|(_, column)| column).collect()
}

fn customer(context: &Context<'_>, row: &CustomerRow) -> Option<Customer> {
    let external_id = row.external_id.clone()?;
    let headquarters = Context::sells_calling(row).then(|| {
        let name = Context::headquarters_name(row).to_owned();
        location(context, Site::Headquarters(row.index), row, external_id.clone(), name)
    });
    Some(Customer {
        name: row.name.clone()?,
        admin_email: row.admin_email.clone()?,
        template: row.template.clone()?,
        provisioning_id: context.template(row)?.provisioning_id.clone(),
        packages: row.packages.clone()?,
        limits: row.limits.clone().unwrap_or_default(),
        language: language(context, &row.location, row),
        org_id: row.org_id.clone(),
        address: address(&row.location)?,
        headquarters: match headquarters {
            Some(headquarters) => Some(headquarters?),
            None => None,
        },
        external_id,
    })
}

fn branch(context: &Context<'_>, row: &LocationRow) -> Option<Location> {
    let customer = context.customer(row.customer.as_deref())?;
    location(context, Site::Branch(row.index), customer, row.customer.clone()?, row.name.clone()?)
}

/// The row's language, else the customer's, else the template's.
fn language(context: &Context<'_>, fields: &LocationFields, customer: &CustomerRow) -> String {
    let template = context.template(customer).and_then(|template| template.default_language.clone());
    let own = fields.language.clone().or_else(|| customer.location.language.clone());
    own.or(template).unwrap_or_else(|| LANGUAGE_DEFAULT.to_owned())
}

fn location(
    context: &Context<'_>,
    site: Site,
    customer: &CustomerRow,
    customer_id: String,
    name: String,
) -> Option<Location> {
    let fields = context.site(site);
    let numbers = context.numbers.site(site);
    let language = language(context, fields, customer);
    let of_template = |default: fn(&Template) -> bool| context.template(customer).filter(|t| default(t)).map(|_| true);
    Some(Location {
        customer: customer_id,
        name,
        address: address(fields)?,
        timezone: fields.timezone.clone()?,
        announcement_language: fields.announcement_language.clone().unwrap_or_else(|| language.clone()),
        language,
        numbers: numbers.listed.clone(),
        number_state: fields.number_state,
        main_number: numbers.main,
        pstn: fields.pstn.clone(),
        emergency_location_id: fields.emergency_location_id.clone(),
        emergency_address: fields.emergency_address.or_else(|| of_template(|t| t.emergency_address)),
        // A default is for the locations that have a main number.
        emergency_callback: (fields.emergency_callback)
            .or_else(|| numbers.main.and_then(|_| of_template(|t| t.emergency_callback))),
    })
}

fn address(fields: &LocationFields) -> Option<Address> {
    Some(Address {
        line1: fields.line1.clone()?,
        line2: fields.line2.clone().unwrap_or_default(),
        city: fields.city.clone()?,
        state: fields.state.clone().unwrap_or_default(),
        postal_code: fields.postal_code.clone().unwrap_or_default(),
        country: fields.country.clone()?,
    })
}

fn user(context: &Context<'_>, seated: &Seated<'_>) -> Option<User> {
    let row = &seated.row;
    let package = row.package?;
    let calling = package.is_calling();
    let location = match seated.site() {
        Some(Site::Headquarters(index)) => Some(Context::headquarters_name(&context.rows.customers[index]).to_owned()),
        Some(Site::Branch(index)) => context.rows.locations[index].name.clone(),
        None => None,
    };
    Some(User {
        customer: row.customer.as_deref()?.to_owned(),
        first_name: row.first_name.as_deref()?.to_owned(),
        last_name: row.last_name.as_deref()?.to_owned(),
        email: Email::parse(row.email.as_deref()?).ok()?,
        package,
        location: location.filter(|_| calling),
        phone_number: seated.phone.filter(|_| calling),
        extension: row.extension.filter(|_| calling),
        role: row.role,
    })
}
