//! Users, one row at a time: what a row says, where the person sits, and what is wrong with it by itself.
//!
//! There may be millions, so nothing of a row is kept here. What was found is found again when somebody asks for it.

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::model::{Action, Package, Phone};
use crate::sheet::{CustomerRow, UserReader, UserRow};

use super::context::{Context, Seat, Site};
use super::numbers;
use super::rules::USER_RULES;
use super::said_once;

/// A user row beside what it belongs to.
#[derive(Debug)]
pub(super) struct Seated<'a> {
    pub row: UserRow<'a>,
    /// The first row of the customer.
    pub customer: Option<&'a CustomerRow>,
    pub seat: Seat,
    pub phone: Option<Phone>,
    /// Some cell was cleared or could not be read, so what the row lacks must be looked up in its cells.
    pub is_partial: bool,
    /// Is anybody going to read a suggestion that takes long to find?
    pub suggests: bool,
}

impl Seated<'_> {
    /// The place where the person sits, if that is certain.
    pub const fn site(&self) -> Option<Site> {
        match self.seat {
            Seat::At(site) => Some(site),
            _ => None,
        }
    }

    /// Are number and extension of use to the row? They have no effect beside a package without calling.
    pub fn is_dialled(&self) -> bool {
        self.row.package.is_none_or(Package::is_calling)
    }

    /// Is it the row of the customer's own administrator?
    pub fn is_administrator(&self) -> bool {
        let wanted = self.customer.and_then(|customer| customer.admin_email.as_ref());
        wanted.is_some_and(|wanted| self.row.email.as_deref() == Some(wanted.as_str()))
    }
}

/// Goes over the users sheet. Neighbouring rows mostly belong together, so what the last one belonged to is remembered.
pub(super) struct Pass<'c, 'a> {
    context: &'c Context<'a>,
    reader: UserReader<'a>,
    customer: Option<(Cow<'a, str>, Option<&'a CustomerRow>)>,
    /// The seats that rows of the last customer named.
    seats: Vec<(Option<Cow<'a, str>>, Seat)>,
    pub suggests: bool,
}

impl<'c, 'a> Pass<'c, 'a> {
    pub fn new(context: &'c Context<'a>, suggests: bool) -> Self {
        Self { context, reader: UserReader::new(&context.sheets.users), customer: None, seats: Vec::new(), suggests }
    }

    /// Reads a row, and adds what is wrong with it by itself to `found`.
    pub fn read(&mut self, row: usize, found: &mut Vec<Diagnostic>) -> Seated<'a> {
        let before = found.len();
        let row = self.reader.read(row, found);
        let customer = self.customer(row.customer.as_ref());
        let seat = customer.map_or(Seat::NoCustomer, |customer| self.seat(customer, row.location.as_ref()));
        let is_partial = found.len() > before || !self.reader.removed().is_empty();
        let mut seated = Seated { row, customer, seat, phone: None, is_partial, suggests: self.suggests };
        if seated.row.action != Action::Apply || self.context.sheets.users.is_swallowing(seated.row.index) {
            return seated;
        }
        if let Some(text) = seated.row.phone_number.as_deref() {
            seated.phone = numbers::user(self.context, seated.row.at(), text, seat, found);
        }
        for rule in USER_RULES {
            rule(self.context, &seated, found);
        }
        if found.len() > before + 1 {
            let own = found.split_off(before);
            found.extend(said_once(own));
        }
        seated
    }

    /// The columns of the row read last whose cell says that the value is to be cleared.
    pub fn removed(&self) -> &[&'static str] {
        self.reader.removed()
    }

    fn customer(&mut self, id: Option<&Cow<'a, str>>) -> Option<&'a CustomerRow> {
        let id = id?;
        if let Some((last, customer)) = &self.customer
            && last == id
        {
            return *customer;
        }
        let customer = self.context.customer(Some(id));
        self.customer = Some((id.clone(), customer));
        self.seats.clear();
        customer
    }

    /// The customer must be the one that was asked for last.
    fn seat(&mut self, customer: &CustomerRow, location: Option<&Cow<'a, str>>) -> Seat {
        /// Beyond so many, looking them up is quicker.
        const REMEMBERED_MAX: usize = 8;
        if let Some((_, seat)) = self.seats.iter().find(|(name, _)| name.as_ref() == location) {
            return *seat;
        }
        let seat = self.context.seat(customer, location.map(Cow::as_ref));
        if self.seats.len() < REMEMBERED_MAX {
            self.seats.push((location.cloned(), seat));
        }
        seat
    }
}
