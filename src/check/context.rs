//! What the rules see: the rows, and who belongs to whom.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::{Action, Country, Package, SheetKind, Tables};
use crate::sheet::{CustomerRow, LocationFields, LocationRow, RowRef, Rows, Sheets, UserRow};
use crate::template::{Template, Templates};

use super::claims::Claims;
use super::numbers::{Resolved, resolve};
use super::{Material, Rulebook, Standing};

/// The name a headquarters gets when the row gives none.
pub(super) const HEADQUARTERS: &str = "Headquarters";

/// A place where calling users can be: a headquarters (a customer row) or a branch (a location row).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Site {
    Headquarters(usize),
    Branch(usize),
}

impl Site {
    pub const fn row(self) -> RowRef {
        match self {
            Self::Headquarters(index) => RowRef { sheet: SheetKind::Customers, index },
            Self::Branch(index) => RowRef { sheet: SheetKind::Locations, index },
        }
    }
}

/// Where a user row says the person sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seat {
    At(Site),
    /// A name that the customer has not.
    Unknown,
    /// Blank, but the customer has several locations.
    Unsaid,
    /// The customer itself is not known.
    NoCustomer,
}

pub(super) struct Context<'a> {
    pub sheets: &'a Sheets,
    pub rows: &'a Rows,
    pub templates: &'a Templates,
    pub standing: &'a Standing,
    pub rulebook: &'a Rulebook,
    /// The first row of every external id.
    customers: HashMap<&'a str, usize>,
    /// The first row of every branch, by customer and name.
    branches: HashMap<(&'a str, &'a str), usize>,
    /// The names of every customer's branches, in the order of their rows.
    names: HashMap<&'a str, Vec<&'a str>>,
    countries: [Vec<Option<&'static Country>>; 2],
    pub numbers: Resolved,
    /// Who says that a number is whose, among customers and locations.
    pub claims: Claims,
}

impl<'a> Context<'a> {
    pub fn new(material: &Material<'a>) -> Self {
        let Material { sheets, rows, templates, standing, rulebook } = *material;
        let mut context = Self {
            sheets,
            rows,
            templates,
            standing,
            rulebook,
            customers: HashMap::new(),
            branches: HashMap::new(),
            names: HashMap::new(),
            countries: [
                rows.customers.iter().map(|row| country_of(&row.location)).collect(),
                rows.locations.iter().map(|row| country_of(&row.location)).collect(),
            ],
            numbers: Resolved::default(),
            claims: Claims::default(),
        };
        // A row that is left out is meant only where no other has the same key.
        for row in meant_customers(rows).chain(skipped(&rows.customers, |row| row.action)) {
            if let Some(id) = &row.external_id {
                context.customers.entry(id).or_insert(row.index);
            }
        }
        for row in meant_locations(rows).chain(skipped(&rows.locations, |row| row.action)) {
            if let (Some(customer), Some(name)) = (&row.customer, &row.name)
                && let Entry::Vacant(first) = context.branches.entry((customer, name))
            {
                first.insert(row.index);
                // Nobody can be meant to sit where nothing will be.
                if row.action == Action::Delete {
                    continue;
                }
                context.names.entry(customer).or_default().push(name);
            }
        }
        context
    }

    /// Reads all numbers of customers and locations now that the countries are known.
    pub fn resolve_numbers(&mut self) -> Vec<Diagnostic> {
        let (numbers, found) = resolve(self);
        self.numbers = numbers;
        self.claims = Claims::new(self);
        found
    }

    /// The first row of that external id.
    pub fn customer(&self, id: Option<&str>) -> Option<&'a CustomerRow> {
        self.customers.get(id?).map(|&index| &self.rows.customers[index])
    }

    /// Every external id of the customers sheet.
    pub fn customer_ids(&self) -> impl Iterator<Item = &'a str> {
        self.customers.keys().copied()
    }

    pub fn template(&self, row: &CustomerRow) -> Option<&'a Template> {
        self.templates.get(row.template.as_deref()?)
    }

    pub fn headquarters_name(row: &CustomerRow) -> &str {
        row.location_name.as_deref().unwrap_or(HEADQUARTERS)
    }

    /// Does the customer have a package with calling, so that it has a headquarters location?
    pub fn sells_calling(row: &CustomerRow) -> bool {
        row.packages.iter().flatten().any(|package| package.is_calling())
    }

    pub fn branch(&self, customer: &str, name: &str) -> Option<usize> {
        self.branches.get(&(customer, name)).copied()
    }

    /// Is it the first row of that customer, or of that branch?
    pub fn is_first(&self, site: Site) -> bool {
        match site {
            Site::Headquarters(index) => {
                let id = self.rows.customers[index].external_id.as_deref();
                self.customer(id).is_none_or(|first| first.index == index)
            }
            Site::Branch(index) => {
                let row = &self.rows.locations[index];
                let first =
                    row.customer.as_deref().zip(row.name.as_deref()).and_then(|(id, name)| self.branch(id, name));
                first.is_none_or(|first| first == index)
            }
        }
    }

    pub fn has_branches(&self, customer: &str) -> bool {
        self.names.contains_key(customer)
    }

    /// The names of a customer's locations, the headquarters first.
    pub fn location_names(&self, customer: &'a CustomerRow) -> Vec<&'a str> {
        let branches = customer.external_id.as_deref().and_then(|id| self.names.get(id));
        std::iter::once(Self::headquarters_name(customer)).chain(branches.into_iter().flatten().copied()).collect()
    }

    /// Where a user of the customer sits. A blank means the headquarters while the customer has no branch.
    pub fn seat(&self, customer: &CustomerRow, location: Option<&str>) -> Seat {
        let id = customer.external_id.as_deref().unwrap_or_default();
        match location {
            None if self.has_branches(id) => Seat::Unsaid,
            None => Seat::At(Site::Headquarters(customer.index)),
            Some(name) if name == Self::headquarters_name(customer) => Seat::At(Site::Headquarters(customer.index)),
            Some(name) => self.branch(id, name).map_or(Seat::Unknown, |index| Seat::At(Site::Branch(index))),
        }
    }

    pub fn site(&self, site: Site) -> &'a LocationFields {
        match site {
            Site::Headquarters(index) => &self.rows.customers[index].location,
            Site::Branch(index) => &self.rows.locations[index].location,
        }
    }

    pub fn country(&self, site: Site) -> Option<&'static Country> {
        match site {
            Site::Headquarters(index) => self.countries[0][index],
            Site::Branch(index) => self.countries[1][index],
        }
    }

    pub fn place(&self, row: RowRef, header: &'static str) -> Place {
        self.sheets.get(row.sheet).place(row.index, Some(header))
    }

    /// A finding at a cell, with the cell's own text as value.
    pub fn at(&self, code: Code, row: RowRef, header: &'static str) -> Diagnostic {
        let value = self.sheets.get(row.sheet).cell(row.index, header);
        Diagnostic::new(code, self.place(row, header)).value(value.trim())
    }

    /// The highest level among the packages for persons, as the customer had them when it was created.
    pub fn level(&self, customer: &CustomerRow) -> Option<Package> {
        let known = customer.external_id.as_ref().and_then(|id| self.standing.customers.get(id));
        known.copied().unwrap_or_else(|| highest(customer.packages.as_deref().unwrap_or_default()))
    }
}

fn country_of(fields: &LocationFields) -> Option<&'static Country> {
    Tables::get().country(fields.country.as_deref()?)
}

/// The package of the highest rank.
pub(super) fn highest(packages: &[Package]) -> Option<Package> {
    packages.iter().copied().filter(|package| package.rank().is_some()).max_by_key(|package| package.rank())
}

/// Rows whose cells are to be judged: those that create or update.
pub(super) fn judged_customers(rows: &Rows) -> impl Iterator<Item = &CustomerRow> {
    rows.customers.iter().filter(|row| row.action == Action::Apply)
}

pub(super) fn judged_locations(rows: &Rows) -> impl Iterator<Item = &LocationRow> {
    rows.locations.iter().filter(|row| row.action == Action::Apply)
}

/// Rows that speak of an object: everything but `skip`.
pub(super) fn meant_customers(rows: &Rows) -> impl Iterator<Item = &CustomerRow> {
    rows.customers.iter().filter(|row| row.action != Action::Skip)
}

pub(super) fn meant_locations(rows: &Rows) -> impl Iterator<Item = &LocationRow> {
    rows.locations.iter().filter(|row| row.action != Action::Skip)
}

fn skipped<T>(rows: &[T], action: fn(&T) -> Action) -> impl Iterator<Item = &T> {
    rows.iter().filter(move |row| action(row) == Action::Skip)
}

impl CustomerRow {
    pub(super) const fn at(&self) -> RowRef {
        RowRef { sheet: SheetKind::Customers, index: self.index }
    }
}

impl LocationRow {
    pub(super) const fn at(&self) -> RowRef {
        RowRef { sheet: SheetKind::Locations, index: self.index }
    }
}

impl UserRow<'_> {
    pub(super) const fn at(&self) -> RowRef {
        RowRef { sheet: SheetKind::Users, index: self.index }
    }
}
