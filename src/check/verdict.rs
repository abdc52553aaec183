//! What becomes of every row: clean, rejected for its own cells, or blocked by another row.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::model::{Action, Package, SheetKind};
use crate::sheet::{RowRef, UserRow, locations as l};

use super::context::{Context, Seat, Site};

/// How much is held back for one mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HoldBack {
    /// The row and what depends on it.
    #[default]
    Row,
    /// Everything of the customer.
    Customer,
    /// Everything.
    All,
}

impl HoldBack {
    /// The word for people and files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Customer => "customer",
            Self::All => "all",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "row" => Some(Self::Row),
            "customer" => Some(Self::Customer),
            "all" => Some(Self::All),
            _ => None,
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Verdict {
    #[default]
    Clean,
    /// `action` says so.
    Skipped,
    /// Its own cells must change.
    Rejected,
    /// Nothing is wrong with it, but with what it needs; the root is named.
    Blocked(Place),
}

/// The verdict of every row, by the position of the row in its sheet.
#[derive(Debug, Default)]
pub struct Verdicts {
    customers: Vec<Verdict>,
    locations: Vec<Verdict>,
    users: Vec<Verdict>,
}

impl Verdicts {
    /// The verdict of a row.
    pub fn get(&self, row: RowRef) -> &Verdict {
        &self.sheet(row.sheet)[row.index]
    }

    /// The verdicts of a sheet, row by row.
    pub fn sheet(&self, sheet: SheetKind) -> &[Verdict] {
        match sheet {
            SheetKind::Customers => &self.customers,
            SheetKind::Locations => &self.locations,
            SheetKind::Users => &self.users,
        }
    }

    fn sheet_mut(&mut self, sheet: SheetKind) -> &mut Vec<Verdict> {
        match sheet {
            SheetKind::Customers => &mut self.customers,
            SheetKind::Locations => &mut self.locations,
            SheetKind::Users => &mut self.users,
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Verdict> {
        SheetKind::ALL.into_iter().flat_map(|sheet| self.sheet(sheet))
    }

    /// How many rows wait for another row.
    pub fn blocked(&self) -> usize {
        self.iter().filter(|verdict| matches!(verdict, Verdict::Blocked(_))).count()
    }

    /// How many rows have mistakes of their own.
    pub fn rejected(&self) -> usize {
        self.iter().filter(|verdict| matches!(verdict, Verdict::Rejected)).count()
    }

    /// How many rows are left out on purpose.
    pub fn skipped(&self) -> usize {
        self.iter().filter(|verdict| matches!(verdict, Verdict::Skipped)).count()
    }

    /// How many rows may go.
    pub fn clean(&self) -> usize {
        self.iter().filter(|verdict| matches!(verdict, Verdict::Clean)).count()
    }
}

/// Judges every row.
pub(super) fn verdicts(context: &Context<'_>, found: &[Diagnostic], hold_back: HoldBack) -> Verdicts {
    let mut verdicts = own(context, found);
    block(context, &mut verdicts);
    match hold_back {
        HoldBack::Row => {}
        HoldBack::Customer => hold_customers(context, &mut verdicts),
        HoldBack::All => hold_all(found, &mut verdicts),
    }
    // With settings that cannot be read nothing is sent: a default in their place is not what was asked for.
    if let Some(finding) = found.iter().find(|d| d.code == Code::SettingsMalformed) {
        hold(&finding.place, &mut verdicts);
    }
    verdicts
}

/// Rejected or skipped by what stands in the row itself.
fn own(context: &Context<'_>, found: &[Diagnostic]) -> Verdicts {
    let skipped = |action| if action == Action::Skip { Verdict::Skipped } else { Verdict::Clean };
    let mut verdicts = Verdicts {
        customers: context.rows.customers.iter().map(|row| skipped(row.action)).collect(),
        locations: context.rows.locations.iter().map(|row| skipped(row.action)).collect(),
        users: context.rows.users.iter().map(|row| skipped(row.action)).collect(),
    };
    let numbers: HashMap<(SheetKind, u32), usize> = SheetKind::ALL
        .into_iter()
        .flat_map(|sheet| {
            let rows = context.sheets.get(sheet).rows.iter().enumerate();
            rows.map(move |(index, row)| ((sheet, row.number), index))
        })
        .collect();
    for finding in found.iter().filter(|d| d.severity == Severity::Error) {
        let Some(sheet) = finding.place.sheet.and_then(SheetKind::from_name) else { continue };
        let row = finding.place.row.and_then(|number| numbers.get(&(sheet, number)));
        match row {
            Some(&index) => verdicts.sheet_mut(sheet)[index] = Verdict::Rejected,
            // An error of the header or of the whole file leaves no row understood.
            None => verdicts.sheet_mut(sheet).fill(Verdict::Rejected),
        }
    }
    verdicts
}

/// Clean rows whose template, customer, location or administrator is not clean.
fn block(context: &Context<'_>, verdicts: &mut Verdicts) {
    for row in &context.rows.customers {
        if let Some(place) = broken_template(context, row.index)
            && verdicts.customers[row.index] == Verdict::Clean
        {
            verdicts.customers[row.index] = Verdict::Blocked(place);
        }
    }
    for row in &context.rows.locations {
        if verdicts.locations[row.index] == Verdict::Clean
            && let Some(root) = customer_root(context, verdicts, row.customer.as_ref())
        {
            verdicts.locations[row.index] = Verdict::Blocked(root);
        }
    }
    let roots: Vec<Option<Place>> = context.rows.users.iter().map(|row| user_root(context, verdicts, row)).collect();
    for (verdict, root) in verdicts.users.iter_mut().zip(roots) {
        if let (Verdict::Clean, Some(root)) = (&*verdict, root) {
            *verdict = Verdict::Blocked(root);
        }
    }
    block_behind_administrators(context, verdicts);
}

fn broken_template(context: &Context<'_>, customer: usize) -> Option<Place> {
    let row = &context.rows.customers[customer];
    context.templates.unreadable.clone().or_else(|| context.template(row)?.broken.clone())
}

/// What holds a row back, seen from the row that it needs: the root of a blocked row is handed on.
fn root(verdict: &Verdict, place: Place, stands_already: bool) -> Option<Place> {
    match verdict {
        Verdict::Clean => None,
        Verdict::Skipped if stands_already => None,
        Verdict::Skipped | Verdict::Rejected => Some(place),
        Verdict::Blocked(root) => Some(root.clone()),
    }
}

fn customer_root(context: &Context<'_>, verdicts: &Verdicts, id: Option<&String>) -> Option<Place> {
    let Some(customer) = context.customer(id) else {
        // Only an unreadable customers sheet leaves a link without a finding of its own.
        return Some(Place::file(&context.sheets.customers.file, Some(SheetKind::Customers.name())));
    };
    let place = context.sheets.customers.place(customer.index, None);
    let stands = id.is_some_and(|id| context.standing.customers.contains_key(id));
    root(&verdicts.customers[customer.index], place, stands)
}

fn user_root(context: &Context<'_>, verdicts: &Verdicts, user: &UserRow) -> Option<Place> {
    customer_root(context, verdicts, user.customer.as_ref()).or_else(|| {
        let locations = &context.sheets.locations;
        let is_calling = user.package.is_some_and(Package::is_calling);
        let columns = [l::CUSTOMER.spec.header, l::NAME.spec.header];
        if is_calling && columns.into_iter().any(|header| locations.position(header).is_none()) {
            // Without the branches nobody can say where a person sits, and that cannot be changed later.
            return Some(Place::file(&locations.file, Some(SheetKind::Locations.name())));
        }
        let Seat::At(Site::Branch(branch)) = context.seat(user) else { return None };
        let row = &context.rows.locations[branch];
        let key = row.customer.clone().zip(row.name.clone());
        let stands = key.is_some_and(|key| context.standing.locations.contains(&key));
        root(&verdicts.locations[branch], context.sheets.locations.place(branch, None), stands)
    })
}

/// The first user assigned to a new customer becomes its administrator, so nobody goes before the administrator.
fn block_behind_administrators(context: &Context<'_>, verdicts: &mut Verdicts) {
    let mut held: HashMap<&str, Place> = HashMap::new();
    for user in &context.rows.users {
        let (Some(id), Some(email)) = (&user.customer, &user.email) else { continue };
        let is_administrator =
            context.customer(Some(id)).is_some_and(|customer| customer.admin_email.as_ref() == Some(email));
        let is_new = !context.standing.customers.contains_key(id);
        let stands = context.standing.users.contains(email.as_str());
        let place = context.sheets.users.place(user.index, None);
        if is_administrator
            && is_new
            && let Some(place) = root(&verdicts.users[user.index], place, stands)
        {
            held.entry(id).or_insert(place);
        }
    }
    for user in &context.rows.users {
        if let Some(root) = user.customer.as_deref().and_then(|id| held.get(id))
            && verdicts.users[user.index] == Verdict::Clean
        {
            verdicts.users[user.index] = Verdict::Blocked(root.clone());
        }
    }
}

/// Every row with the customer it belongs to.
fn families<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (RowRef, Option<&'a str>)> {
    let rows = context.rows;
    let customers = rows.customers.iter().map(|row| (row.at(), row.external_id.as_deref()));
    let locations = rows.locations.iter().map(|row| (row.at(), row.customer.as_deref()));
    let users = rows.users.iter().map(|row| (row.at(), row.customer.as_deref()));
    customers.chain(locations).chain(users)
}

fn hold_customers(context: &Context<'_>, verdicts: &mut Verdicts) {
    let mut roots: HashMap<&str, Place> = HashMap::new();
    for (row, customer) in families(context) {
        if let (Some(customer), Verdict::Rejected) = (customer, verdicts.get(row)) {
            let place = context.sheets.get(row.sheet).place(row.index, None);
            roots.entry(customer).or_insert(place);
        }
    }
    for (row, customer) in families(context) {
        let verdict = &mut verdicts.sheet_mut(row.sheet)[row.index];
        if let Some(root) = customer.and_then(|customer| roots.get(customer))
            && *verdict == Verdict::Clean
        {
            *verdict = Verdict::Blocked(root.clone());
        }
    }
}

fn hold_all(found: &[Diagnostic], verdicts: &mut Verdicts) {
    let Some(first) = found.iter().find(|d| d.severity == Severity::Error) else {
        return;
    };
    hold(&first.place, verdicts);
}

/// Holds back every row that is still clean.
fn hold(root: &Place, verdicts: &mut Verdicts) {
    for sheet in SheetKind::ALL {
        for verdict in verdicts.sheet_mut(sheet).iter_mut().filter(|verdict| **verdict == Verdict::Clean) {
            *verdict = Verdict::Blocked(root.clone());
        }
    }
}
