//! Rules of rows that delete.

use crate::check::context::{Context, Site, judged_locations};
use crate::check::people::People;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Action, SheetKind, fold};
use crate::sheet::{LocationRow, RowRef, customers as c, locations as l, users as u};

/// Is the location that a row deletes the headquarters of a customer of the sheet?
pub(super) fn deletes_headquarters(context: &Context<'_>, row: &LocationRow) -> bool {
    let Some(customer) = context.customer(row.customer.as_deref()) else { return false };
    let sells_calling = customer.packages.is_none() || Context::sells_calling(customer);
    sells_calling && row.name.as_deref().is_some_and(|name| fold(name) == fold(Context::headquarters_name(customer)))
}

pub(super) fn headquarters_go_with_their_customer(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let deleting = context.rows.locations.iter().filter(|row| row.action == Action::Delete);
    for row in deleting.filter(|row| deletes_headquarters(context, row)) {
        let finding = context.at(Code::NotYetDone, row.at(), c::ACTION.spec.header);
        found.push(finding.with("cure", "a headquarters goes with its customer; take the row out of the sheet"));
    }
}

/// A customer or a location cannot go while another row still creates or updates something in it.
pub(super) fn what_goes_is_named_by_no_row_that_stays(
    context: &Context<'_>,
    people: &People,
    found: &mut Vec<Diagnostic>,
) {
    let rows = context.rows;
    let mut staying = Staying::new(context);
    for row in judged_locations(rows) {
        if let Some(customer) = context.customer(row.customer.as_deref()) {
            staying.customer(customer.index, row.at());
        }
    }
    for (index, record) in people.records.iter().enumerate().filter(|(_, record)| record.is_judged) {
        let at = RowRef { sheet: SheetKind::Users, index };
        if let Some(customer) = record.customer() {
            staying.customer(customer, at);
        }
        if let Some(Site::Branch(branch)) = record.site() {
            staying.branch(branch, at);
        }
    }
    let mut say = |row: RowRef, named: Option<(RowRef, usize)>| {
        let Some((first, count)) = named else { return };
        let header = if first.sheet == SheetKind::Users { u::CUSTOMER.spec.header } else { l::CUSTOMER.spec.header };
        let finding = context.at(Code::DeletedButNamed, row, c::ACTION.spec.header);
        found.push(finding.with("count", count).related(context.place(first, header)));
    };
    for row in rows.customers.iter().filter(|row| row.action == Action::Delete) {
        say(row.at(), staying.customers[row.index]);
    }
    for row in rows.locations.iter().filter(|row| row.action == Action::Delete) {
        say(row.at(), staying.branches[row.index]);
    }
}

/// The first row that stays of every customer and branch that goes, and how many there are.
struct Staying<'c, 'a> {
    context: &'c Context<'a>,
    customers: Vec<Option<(RowRef, usize)>>,
    branches: Vec<Option<(RowRef, usize)>>,
}

impl<'c, 'a> Staying<'c, 'a> {
    fn new(context: &'c Context<'a>) -> Self {
        let (customers, branches) = (context.rows.customers.len(), context.rows.locations.len());
        Self { context, customers: vec![None; customers], branches: vec![None; branches] }
    }

    fn customer(&mut self, index: usize, row: RowRef) {
        if self.context.rows.customers[index].action == Action::Delete {
            self.customers[index].get_or_insert((row, 0)).1 += 1;
        }
    }

    fn branch(&mut self, index: usize, row: RowRef) {
        if self.context.rows.locations[index].action == Action::Delete {
            self.branches[index].get_or_insert((row, 0)).1 += 1;
        }
    }
}
