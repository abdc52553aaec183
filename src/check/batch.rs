//! The rows that may be provisioned, as values of the model.

use crate::model::{Action, Address, Customer, Location, NumberState, SheetKind, User};
use crate::sheet::{CustomerRow, LocationFields, LocationRow, RowRef, UserRow};

use super::context::{Context, Seat, Site};
use super::verdict::{Verdict, Verdicts};

/// What e-mails and announcements are in when neither row, customer nor template says.
const LANGUAGE_DEFAULT: &str = "en_us";

/// A value, the row it came from, and the columns whose cell says `REMOVE`.
#[derive(Debug, Clone)]
pub struct Sourced<T> {
    pub row: RowRef,
    pub value: T,
    pub removed: Vec<&'static str>,
}

/// Rows that passed every check. Holding one is the proof; nothing downstream checks them again.
#[derive(Debug, Default)]
pub struct Batch {
    customers: Vec<Sourced<Customer>>,
    locations: Vec<Sourced<Location>>,
    users: Vec<Sourced<User>>,
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
}

/// Takes the clean rows over into the model.
pub(super) fn batch(context: &Context<'_>, verdicts: &Verdicts) -> Batch {
    let clean = |sheet, index| *verdicts.get(RowRef { sheet, index }) == Verdict::Clean;
    let rows = context.rows;
    Batch {
        customers: rows
            .customers
            .iter()
            .filter(|row| clean(SheetKind::Customers, row.index) && row.action == Action::Apply)
            .filter_map(|row| sourced(row.at(), &row.removed, customer(context, row)?))
            .collect(),
        locations: rows
            .locations
            .iter()
            .filter(|row| clean(SheetKind::Locations, row.index) && row.action == Action::Apply)
            .filter_map(|row| sourced(row.at(), &row.removed, branch(context, row)?))
            .collect(),
        users: rows
            .users
            .iter()
            .filter(|row| clean(SheetKind::Users, row.index) && row.action == Action::Apply)
            .filter_map(|row| sourced(row.at(), &row.removed, user(context, row)?))
            .collect(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it ends a filter_map")]
fn sourced<T>(row: RowRef, removed: &[&'static str], value: T) -> Option<Sourced<T>> {
    Some(Sourced { row, value, removed: removed.to_vec() })
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
    let customer = context.customer(row.customer.as_ref())?;
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
    Some(Location {
        customer: customer_id,
        name,
        address: address(fields)?,
        timezone: fields.timezone.clone()?,
        announcement_language: fields.announcement_language.clone().unwrap_or_else(|| language.clone()),
        language,
        numbers: numbers.listed.clone(),
        number_state: fields.number_state.unwrap_or(NumberState::Active),
        main_number: numbers.main,
        pstn: fields.pstn.clone(),
        emergency_location_id: fields.emergency_location_id.clone(),
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

fn user(context: &Context<'_>, row: &UserRow) -> Option<User> {
    let package = row.package?;
    let calling = package.is_calling();
    let location = match context.seat(row) {
        Seat::At(Site::Headquarters(index)) => {
            Some(Context::headquarters_name(&context.rows.customers[index]).to_owned())
        }
        Seat::At(Site::Branch(index)) => context.rows.locations[index].name.clone(),
        _ => None,
    };
    Some(User {
        customer: row.customer.clone()?,
        first_name: row.first_name.clone()?,
        last_name: row.last_name.clone()?,
        email: row.email.clone()?,
        package,
        location: location.filter(|_| calling),
        phone_number: context.numbers.users[row.index].filter(|_| calling),
        extension: row.extension.clone().filter(|_| calling),
        role: row.role,
    })
}
