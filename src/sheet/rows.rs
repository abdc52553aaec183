//! What the rows of the three sheets mean, cell by cell. Nothing is said yet of how they fit together.

use rayon::prelude::*;

use crate::diagnostic::{Code, Diagnostic, Place};
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

/// A row of `users`.
#[derive(Debug, Clone)]
pub struct UserRow {
    pub index: usize,
    pub action: Action,
    pub customer: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<Email>,
    pub package: Option<Package>,
    pub location: Option<String>,
    /// As written; read as a number once the location's country is known.
    pub phone_number: Option<String>,
    pub extension: Option<Extension>,
    pub role: Option<Role>,
    pub removed: Vec<&'static str>,
}

/// All rows; `rows.users[i].index == i` in every sheet.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub customers: Vec<CustomerRow>,
    pub locations: Vec<LocationRow>,
    pub users: Vec<UserRow>,
}

/// Reads every cell of every row; one run shows every mistake.
pub fn rows(sheets: &Sheets) -> (Rows, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let rows = Rows {
        customers: each(&sheets.customers, &mut found, customer),
        locations: each(&sheets.locations, &mut found, location),
        users: each(&sheets.users, &mut found, user),
    };
    // What stands in a row that swallowed the rest of its file means nothing.
    let unclosed = || sheets.found.iter().filter(|d| d.code == Code::UnclosedQuote);
    found.retain(|d| !unclosed().any(|quote| quote.place.file == d.place.file && quote.place.row == d.place.row));
    (rows, found)
}

fn each<T: Send>(sheet: &Sheet, found: &mut Vec<Diagnostic>, read: fn(&mut Cells<'_>) -> (T, Action)) -> Vec<T> {
    let rows: Vec<(T, Vec<Diagnostic>)> = (0..sheet.rows.len())
        .into_par_iter()
        .map(|row| {
            let mut cells = Cells::new(sheet, row);
            let (value, action) = read(&mut cells);
            // A row that is left out is not judged either.
            let found = if action == Action::Skip { Vec::new() } else { cells.found };
            (value, found)
        })
        .collect();
    let unpack = |(value, mut of_row): (T, Vec<Diagnostic>)| {
        found.append(&mut of_row);
        value
    };
    rows.into_iter().map(unpack).collect()
}

fn action(cells: &mut Cells<'_>) -> Action {
    let action = cells.maybe(&c::ACTION).unwrap_or_default();
    if action == Action::Delete {
        let place = cells.sheet.place(cells.row, Some(c::ACTION.spec.header));
        let cure = "remove it in Control Hub, and take the row out of the sheet";
        cells.found.push(Diagnostic::new(Code::NotYetDone, place).value("delete").with("suggestion", cure));
    }
    action
}

fn fields(cells: &mut Cells<'_>) -> LocationFields {
    LocationFields {
        line1: cells.need(&c::LINE1),
        line2: cells.maybe(&c::LINE2),
        city: cells.need(&c::CITY),
        state: cells.maybe(&c::STATE),
        postal_code: cells.maybe(&c::POSTAL_CODE),
        country: cells.need(&c::COUNTRY),
        timezone: None,
        language: cells.maybe(&c::LANGUAGE),
        announcement_language: cells.maybe(&c::ANNOUNCEMENT_LANGUAGE),
        numbers: cells.maybe(&c::NUMBERS).unwrap_or_default(),
        number_state: cells.maybe(&c::NUMBER_STATE),
        main_number: cells.maybe(&c::MAIN_NUMBER),
        pstn: cells.maybe(&c::PSTN),
        emergency_location_id: cells.maybe(&c::EMERGENCY_LOCATION_ID),
    }
}

fn customer(cells: &mut Cells<'_>) -> (CustomerRow, Action) {
    let owned = cells.owned_by_template();
    let action = action(cells);
    let timezone = cells.maybe(&c::TIMEZONE);
    let row = CustomerRow {
        index: cells.row,
        action,
        external_id: cells.need(&c::EXTERNAL_ID),
        name: cells.need(&c::NAME),
        admin_email: cells.need(&c::ADMIN_EMAIL),
        template: cells.need(&c::TEMPLATE),
        packages: cells.need(&c::PACKAGES),
        limits: cells.maybe(&c::PACKAGE_LIMITS),
        supported_location: cells.maybe(&c::SUPPORTED_LOCATION),
        location_name: cells.maybe(&c::LOCATION_NAME),
        location: LocationFields { timezone, ..fields(cells) },
        org_id: cells.maybe(&c::ORG_ID),
        wave: cells.maybe(&c::WAVE),
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
        customer: cells.need(&l::CUSTOMER),
        name: cells.need(&l::NAME),
        location: LocationFields { timezone: cells.need(&l::TIMEZONE), ..fields(cells) },
        removed: std::mem::take(&mut cells.removed),
    };
    (row, action)
}

fn user(cells: &mut Cells<'_>) -> (UserRow, Action) {
    let action = action(cells);
    let row = UserRow {
        index: cells.row,
        action,
        customer: cells.need(&u::CUSTOMER),
        first_name: cells.need(&u::FIRST_NAME),
        last_name: cells.need(&u::LAST_NAME),
        email: cells.need(&u::EMAIL),
        package: cells.need(&u::PACKAGE),
        location: cells.maybe(&u::LOCATION),
        phone_number: cells.maybe(&u::PHONE_NUMBER),
        extension: cells.maybe(&u::EXTENSION),
        role: cells.maybe(&u::ROLE),
        removed: std::mem::take(&mut cells.removed),
    };
    (row, action)
}
