//! What the rows of the three sheets mean, cell by cell. Nothing is said yet of how they fit together.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Action, Email, Extension, NumberState, Package, PackageLimits, PstnConnection, Role, SheetKind};

use super::cells::Cells;
use super::columns::{customers as c, locations as l, users as u};
use super::{Sheet, Sheets};

/// A row of a sheet: which sheet, and the position among its rows (not the number a spreadsheet shows).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowRef {
    pub sheet: SheetKind,
    pub index: usize,
}

/// What a headquarters and a branch have in common.
#[derive(Debug, Clone, Default)]
pub struct LocationFields {
    pub line1: Option<String>,
    pub line2: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
    pub timezone: Option<String>,
    pub language: Option<String>,
    pub announcement_language: Option<String>,
    /// As written; read as numbers once the country is known.
    pub numbers: Vec<String>,
    pub number_state: Option<NumberState>,
    pub main_number: Option<String>,
    pub pstn: Option<PstnConnection>,
    pub emergency_location_id: Option<String>,
    pub emergency_address: Option<bool>,
    pub emergency_callback: Option<bool>,
}

/// A row of `customers`.
#[derive(Debug, Clone)]
pub struct CustomerRow {
    pub index: usize,
    pub action: Action,
    pub external_id: Option<String>,
    pub name: Option<String>,
    pub admin_email: Option<Email>,
    pub template: Option<String>,
    pub packages: Option<Vec<Package>>,
    pub limits: Option<PackageLimits>,
    pub supported_location: Option<bool>,
    pub location_name: Option<String>,
    pub location: LocationFields,
    pub org_id: Option<String>,
    pub wave: Option<String>,
    /// Cells under headers that only a template may set: setting, cell, place.
    pub owned_by_template: Vec<(&'static str, String, Place)>,
    pub removed: Vec<&'static str>,
}

/// A row of `locations`.
#[derive(Debug, Clone)]
pub struct LocationRow {
    pub index: usize,
    pub action: Action,
    pub customer: Option<String>,
    pub name: Option<String>,
    pub location: LocationFields,
    pub removed: Vec<&'static str>,
}

/// A row of `users`, as long as somebody looks at it: there may be millions, so its texts stay in the sheet.
#[derive(Debug, Clone)]
pub struct UserRow<'a> {
    pub index: usize,
    pub action: Action,
    pub customer: Option<Cow<'a, str>>,
    pub first_name: Option<Cow<'a, str>>,
    pub last_name: Option<Cow<'a, str>>,
    /// In lower case.
    pub email: Option<Cow<'a, str>>,
    pub package: Option<Package>,
    pub location: Option<Cow<'a, str>>,
    /// As written; read as a number once the location's country is known.
    pub phone_number: Option<Cow<'a, str>>,
    pub extension: Option<Extension>,
    pub role: Option<Role>,
}

/// The rows of customers and locations; users are read one at a time. `rows.customers[i].index == i`, and so below.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub customers: Vec<CustomerRow>,
    pub locations: Vec<LocationRow>,
}

/// Reads every cell of every customer and location; one run shows every mistake.
pub fn rows(sheets: &Sheets) -> (Rows, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let rows = Rows {
        customers: each(&sheets.customers, &mut found, customer),
        locations: each(&sheets.locations, &mut found, location),
    };
    (rows, found)
}

fn each<T>(sheet: &Sheet, found: &mut Vec<Diagnostic>, read: fn(&mut Cells<'_>) -> (T, Action)) -> Vec<T> {
    let mut cells = Cells::new(sheet);
    let mut one = |row| {
        cells.turn_to(row);
        let (value, action) = read(&mut cells);
        keep_of_keys(&mut cells, action);
        if is_judged(sheet, row, action) {
            found.append(&mut cells.found);
        }
        value
    };
    (0..sheet.row_count()).map(&mut one).collect()
}

/// A row that is left out is not judged; and what stands in a row that swallowed the rest of its file means nothing.
fn is_judged(sheet: &Sheet, row: usize, action: Action) -> bool {
    action != Action::Skip && !sheet.is_swallowing(row)
}

/// A row that deletes needs nothing but the cells that tell what.
fn keep_of_keys(cells: &mut Cells<'_>, action: Action) {
    if action != Action::Delete {
        return;
    }
    let keys: &[&str] = match cells.sheet.kind {
        SheetKind::Customers => &[c::EXTERNAL_ID.spec.header],
        SheetKind::Locations => &[l::CUSTOMER.spec.header, l::NAME.spec.header],
        SheetKind::Users => &[u::EMAIL.spec.header],
    };
    let of_row = |column: &str| keys.contains(&column) || column == c::ACTION.spec.header;
    cells.found.retain(|found| found.place.column.as_deref().is_none_or(of_row));
    cells.removed.clear();
}

/// Reads users one at a time.
pub struct UserReader<'a> {
    cells: Cells<'a>,
}

impl<'a> UserReader<'a> {
    /// A reader of the users sheet.
    pub const fn new(sheet: &'a Sheet) -> Self {
        Self { cells: Cells::new(sheet) }
    }

    /// Reads one row. What is wrong with its cells is added to `found`.
    pub fn read(&mut self, row: usize, found: &mut Vec<Diagnostic>) -> UserRow<'a> {
        let cells = &mut self.cells;
        cells.turn_to(row);
        let user = user(cells);
        keep_of_keys(cells, user.action);
        if is_judged(cells.sheet, row, user.action) {
            found.append(&mut cells.found);
        }
        user
    }

    /// The columns of the row read last whose cell says that the value is to be cleared.
    pub fn removed(&self) -> &[&'static str] {
        &self.cells.removed
    }
}

fn action(cells: &mut Cells<'_>) -> Action {
    cells.maybe(&c::ACTION).unwrap_or_default()
}

fn fields(cells: &mut Cells<'_>) -> LocationFields {
    LocationFields {
        line1: cells.need_text(&c::LINE1).map(Cow::into_owned),
        line2: cells.maybe_text(&c::LINE2).map(Cow::into_owned),
        city: cells.need_text(&c::CITY).map(Cow::into_owned),
        state: cells.maybe_text(&c::STATE).map(Cow::into_owned),
        postal_code: cells.maybe_text(&c::POSTAL_CODE).map(Cow::into_owned),
        country: cells.need(&c::COUNTRY),
        timezone: None,
        language: cells.maybe(&c::LANGUAGE),
        announcement_language: cells.maybe(&c::ANNOUNCEMENT_LANGUAGE),
        numbers: cells.maybe(&c::NUMBERS).unwrap_or_default(),
        number_state: cells.maybe(&c::NUMBER_STATE),
        main_number: cells.maybe_text(&c::MAIN_NUMBER).map(Cow::into_owned),
        pstn: cells.maybe(&c::PSTN),
        emergency_location_id: cells.maybe_text(&c::EMERGENCY_LOCATION_ID).map(Cow::into_owned),
        emergency_address: cells.maybe(&c::EMERGENCY_ADDRESS),
        emergency_callback: cells.maybe(&c::EMERGENCY_CALLBACK),
    }
}

fn customer(cells: &mut Cells<'_>) -> (CustomerRow, Action) {
    let owned = cells.owned_by_template();
    let action = action(cells);
    let timezone = cells.maybe(&c::TIMEZONE);
    let row = CustomerRow {
        index: cells.row,
        action,
        external_id: cells.need_text(&c::EXTERNAL_ID).map(Cow::into_owned),
        name: cells.need_text(&c::NAME).map(Cow::into_owned),
        admin_email: cells.need(&c::ADMIN_EMAIL),
        template: cells.need_text(&c::TEMPLATE).map(Cow::into_owned),
        packages: cells.need(&c::PACKAGES),
        limits: cells.maybe(&c::PACKAGE_LIMITS),
        supported_location: cells.maybe(&c::SUPPORTED_LOCATION),
        location_name: cells.maybe_text(&c::LOCATION_NAME).map(Cow::into_owned),
        location: LocationFields { timezone, ..fields(cells) },
        org_id: cells.maybe_text(&c::ORG_ID).map(Cow::into_owned),
        wave: cells.maybe_text(&c::WAVE).map(Cow::into_owned),
        owned_by_template: owned
            .into_iter()
            .map(|(setting, cell, at)| {
                let mut place = cells.sheet.place(cells.row, None);
                place.column = Some(setting.into());
                place.column_index = u32::try_from(at).ok();
                (setting, cell, place)
            })
            .collect(),
        removed: std::mem::take(&mut cells.removed),
    };
    (row, action)
}

fn location(cells: &mut Cells<'_>) -> (LocationRow, Action) {
    let action = action(cells);
    let row = LocationRow {
        index: cells.row,
        action,
        customer: cells.need_text(&l::CUSTOMER).map(Cow::into_owned),
        name: cells.need_text(&l::NAME).map(Cow::into_owned),
        location: LocationFields { timezone: cells.need(&l::TIMEZONE), ..fields(cells) },
        removed: std::mem::take(&mut cells.removed),
    };
    (row, action)
}

fn user<'a>(cells: &mut Cells<'a>) -> UserRow<'a> {
    UserRow {
        index: cells.row,
        action: action(cells),
        customer: cells.need_text(&u::CUSTOMER),
        first_name: cells.need_text(&u::FIRST_NAME),
        last_name: cells.need_text(&u::LAST_NAME),
        email: cells.need_email(&u::EMAIL),
        package: cells.need(&u::PACKAGE),
        location: cells.maybe_text(&u::LOCATION),
        phone_number: cells.maybe_text(&u::PHONE_NUMBER),
        extension: cells.maybe(&u::EXTENSION),
        role: cells.maybe(&u::ROLE),
    }
}
