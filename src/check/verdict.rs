//! What becomes of every row: clean, rejected for its own cells, or blocked by another row.

use rayon::prelude::*;

use crate::diagnostic::{Code, Place, Severity};
use crate::model::{Action, SheetKind};
use crate::sheet::{RowRef, Sheets, locations as l};

use super::checked::Checked;
use super::context::{Context, Site};
use super::people::Record;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// `action` says so.
    Skipped,
    /// Its own cells must change.
    Rejected,
    /// Nothing is wrong with it, but with what it needs; the root is named.
    Blocked(Place),
}

/// The same in few bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Clean,
    Skipped,
    Rejected,
    Blocked(Root),
}

/// What a blocked row waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Row(SheetKind, u32),
    Sheet(SheetKind),
    /// A template or a setting, by its position among those that were named.
    Elsewhere(u32),
}

impl Root {
    fn row(row: RowRef) -> Self {
        u32::try_from(row.index).map_or(Self::Sheet(row.sheet), |index| Self::Row(row.sheet, index))
    }
}

/// The verdict of every row, by the position of the row in its sheet.
#[derive(Debug, Default)]
pub struct Verdicts {
    customers: Vec<Mark>,
    locations: Vec<Mark>,
    users: Vec<Mark>,
    elsewhere: Vec<Place>,
}

impl Verdicts {
    /// The verdict of a row.
    pub(super) fn verdict(&self, row: RowRef, sheets: &Sheets) -> Verdict {
        match self.sheet(row.sheet)[row.index] {
            Mark::Clean => Verdict::Clean,
            Mark::Skipped => Verdict::Skipped,
            Mark::Rejected => Verdict::Rejected,
            Mark::Blocked(Root::Row(sheet, index)) => Verdict::Blocked(sheets.get(sheet).place(index as usize, None)),
            Mark::Blocked(Root::Sheet(sheet)) => {
                Verdict::Blocked(Place::file(&sheets.get(sheet).file, Some(sheet.name())))
            }
            Mark::Blocked(Root::Elsewhere(at)) => Verdict::Blocked(self.elsewhere[at as usize].clone()),
        }
    }

    /// May the row go?
    pub(super) fn is_clean(&self, row: RowRef) -> bool {
        self.sheet(row.sheet)[row.index] == Mark::Clean
    }

    fn sheet(&self, sheet: SheetKind) -> &[Mark] {
        match sheet {
            SheetKind::Customers => &self.customers,
            SheetKind::Locations => &self.locations,
            SheetKind::Users => &self.users,
        }
    }

    fn sheet_mut(&mut self, sheet: SheetKind) -> &mut Vec<Mark> {
        match sheet {
            SheetKind::Customers => &mut self.customers,
            SheetKind::Locations => &mut self.locations,
            SheetKind::Users => &mut self.users,
        }
    }

    fn count(&self, is_wanted: fn(&Mark) -> bool) -> usize {
        let of = |sheet| self.sheet(sheet).iter().filter(|mark| is_wanted(mark)).count();
        SheetKind::ALL.into_iter().map(of).sum()
    }

    /// How many rows wait for another row.
    pub fn blocked(&self) -> usize {
        self.count(|mark| matches!(mark, Mark::Blocked(_)))
    }

    /// How many rows have mistakes of their own.
    pub fn rejected(&self) -> usize {
        self.count(|mark| *mark == Mark::Rejected)
    }

    /// How many rows are left out on purpose.
    pub fn skipped(&self) -> usize {
        self.count(|mark| *mark == Mark::Skipped)
    }

    /// How many rows may go.
    pub fn clean(&self) -> usize {
        self.count(|mark| *mark == Mark::Clean)
    }

    fn elsewhere(&mut self, place: Place) -> Root {
        let at = self.elsewhere.iter().position(|known| *known == place).unwrap_or_else(|| {
            self.elsewhere.push(place);
            self.elsewhere.len() - 1
        });
        Root::Elsewhere(u32::try_from(at).unwrap_or_default())
    }

    /// Holds a row back if it is still clean.
    fn hold(&mut self, row: RowRef, root: Root) {
        let mark = &mut self.sheet_mut(row.sheet)[row.index];
        if *mark == Mark::Clean {
            *mark = Mark::Blocked(root);
        }
    }

    /// Holds back every row that is still clean.
    fn hold_all(&mut self, root: Root) {
        for sheet in SheetKind::ALL {
            for mark in self.sheet_mut(sheet).iter_mut().filter(|mark| **mark == Mark::Clean) {
                *mark = Mark::Blocked(root);
            }
        }
    }
}

/// Judges every row.
pub(super) fn verdicts(checked: &Checked<'_>, hold_back: HoldBack) -> Verdicts {
    let mut verdicts = own(checked);
    block(checked, &mut verdicts);
    match hold_back {
        HoldBack::Row => {}
        HoldBack::Customer => hold_customers(checked, &mut verdicts),
        HoldBack::All => {
            if let Some(first) = checked.first_error() {
                let root = root_of(checked, &mut verdicts, first.place);
                verdicts.hold_all(root);
            }
        }
    }
    // With settings that cannot be read nothing is sent: a default in their place is not what was asked for.
    if let Some(finding) = checked.found_before_users().iter().find(|d| d.code == Code::SettingsMalformed) {
        let root = verdicts.elsewhere(finding.place.clone());
        verdicts.hold_all(root);
    }
    verdicts
}

/// The row of a place, or the place itself.
fn root_of(checked: &Checked<'_>, verdicts: &mut Verdicts, place: Place) -> Root {
    let sheet = place.sheet.and_then(SheetKind::from_name);
    let row = sheet.zip(place.row).and_then(|(sheet, number)| {
        let index = checked.sheets().get(sheet).row_of(number)?;
        Some(RowRef { sheet, index })
    });
    row.map_or_else(|| verdicts.elsewhere(place), Root::row)
}

/// Rejected or skipped by what stands in the row itself.
fn own(checked: &Checked<'_>) -> Verdicts {
    let context = &checked.context;
    let skipped = |action| if action == Action::Skip { Mark::Skipped } else { Mark::Clean };
    let user = |record: &Record| match record {
        record if record.has_error => Mark::Rejected,
        record if record.is_meant() => Mark::Clean,
        _ => Mark::Skipped,
    };
    let mut verdicts = Verdicts {
        customers: context.rows.customers.iter().map(|row| skipped(row.action)).collect(),
        locations: context.rows.locations.iter().map(|row| skipped(row.action)).collect(),
        users: checked.people.records.par_iter().map(user).collect(),
        elsewhere: Vec::new(),
    };
    for finding in checked.found_before_users().iter().filter(|d| d.severity == Severity::Error) {
        let Some(sheet) = finding.place.sheet.and_then(SheetKind::from_name) else { continue };
        match finding.place.row.and_then(|number| context.sheets.get(sheet).row_of(number)) {
            Some(index) => verdicts.sheet_mut(sheet)[index] = Mark::Rejected,
            // An error of the header or of the whole file leaves no row understood.
            None => verdicts.sheet_mut(sheet).fill(Mark::Rejected),
        }
    }
    verdicts
}

/// Clean rows whose template, customer, location or administrator is not clean.
fn block(checked: &Checked<'_>, verdicts: &mut Verdicts) {
    let context = &checked.context;
    for row in context.rows.customers.iter().filter(|row| row.action == Action::Apply) {
        if let Some(place) = broken_template(context, row.index) {
            let root = verdicts.elsewhere(place);
            verdicts.hold(row.at(), root);
        }
    }
    // Whoever goes needs nothing of the others.
    for row in context.rows.locations.iter().filter(|row| row.action == Action::Apply) {
        let customer = context.customer(row.customer.as_deref()).map(|customer| customer.index);
        if let Some(root) = customer_root(context, verdicts, customer) {
            verdicts.hold(row.at(), root);
        }
    }
    let columns = [l::CUSTOMER.spec.header, l::NAME.spec.header];
    let branches_unread = columns.into_iter().any(|header| context.sheets.locations.position(header).is_none());
    let mut users = std::mem::take(&mut verdicts.users);
    users
        .par_iter_mut()
        .zip(&checked.people.records)
        .filter(|(mark, record)| **mark == Mark::Clean && !record.is_deleted)
        .for_each(|(mark, record)| {
            if let Some(root) = user_root(context, verdicts, record, branches_unread) {
                *mark = Mark::Blocked(root);
            }
        });
    verdicts.users = users;
    block_behind_administrators(checked, verdicts);
}

fn broken_template(context: &Context<'_>, customer: usize) -> Option<Place> {
    let row = &context.rows.customers[customer];
    context.templates.unreadable.clone().or_else(|| context.template(row)?.broken.clone())
}

/// What holds a row back, seen from the row that it needs: the root of a blocked row is handed on.
fn root(verdicts: &Verdicts, row: RowRef, stands_already: impl FnOnce() -> bool) -> Option<Root> {
    match verdicts.sheet(row.sheet)[row.index] {
        Mark::Clean => None,
        Mark::Skipped if stands_already() => None,
        Mark::Skipped | Mark::Rejected => Some(Root::row(row)),
        Mark::Blocked(root) => Some(root),
    }
}

fn customer_root(context: &Context<'_>, verdicts: &Verdicts, customer: Option<usize>) -> Option<Root> {
    // Only an unreadable customers sheet leaves a link without a finding of its own.
    let Some(customer) = customer else { return Some(Root::Sheet(SheetKind::Customers)) };
    let row = &context.rows.customers[customer];
    root(verdicts, row.at(), || row.external_id.as_ref().is_some_and(|id| context.standing.customers.contains_key(id)))
}

fn user_root(context: &Context<'_>, verdicts: &Verdicts, user: &Record, branches_unread: bool) -> Option<Root> {
    customer_root(context, verdicts, user.customer()).or_else(|| {
        if user.is_calling() && branches_unread {
            // Without the branches nobody can say where a person sits, and that cannot be changed later.
            return Some(Root::Sheet(SheetKind::Locations));
        }
        let Some(Site::Branch(branch)) = user.site() else { return None };
        let row = &context.rows.locations[branch];
        root(verdicts, row.at(), || {
            let key = row.customer.clone().zip(row.name.clone());
            key.is_some_and(|key| context.standing.locations.contains(&key))
        })
    })
}

/// The first user assigned to a new customer becomes its administrator, so nobody goes before the administrator.
fn block_behind_administrators(checked: &Checked<'_>, verdicts: &mut Verdicts) {
    let context = &checked.context;
    let mut held: Vec<Option<Root>> = vec![None; context.rows.customers.len()];
    for (index, record) in checked.people.records.iter().enumerate().filter(|(_, record)| record.is_administrator) {
        let Some(customer) = record.customer() else { continue };
        let row = &context.rows.customers[customer];
        let is_known = row.external_id.as_ref().is_some_and(|id| context.standing.customers.contains_key(id));
        let stands = || row.admin_email.as_ref().is_some_and(|email| context.standing.users.contains(email.as_str()));
        if !is_known && held[customer].is_none() {
            held[customer] = root(verdicts, RowRef { sheet: SheetKind::Users, index }, stands);
        }
    }
    if held.iter().all(Option::is_none) {
        return;
    }
    for (index, record) in checked.people.records.iter().enumerate().filter(|(_, record)| !record.is_deleted) {
        if let Some(root) = record.customer().and_then(|customer| held[customer]) {
            verdicts.hold(RowRef { sheet: SheetKind::Users, index }, root);
        }
    }
}

/// Every row with the first row of the customer it belongs to.
pub(super) fn families<'c>(checked: &'c Checked<'_>) -> impl Iterator<Item = (RowRef, Option<usize>)> + 'c {
    let context = &checked.context;
    let first = |id: Option<&str>| context.customer(id).map(|customer| customer.index);
    let customers = context.rows.customers.iter().map(move |row| (row.at(), first(row.external_id.as_deref())));
    let locations = context.rows.locations.iter().map(move |row| (row.at(), first(row.customer.as_deref())));
    let users = checked.people.records.iter().enumerate();
    let users = users.map(|(index, record)| (RowRef { sheet: SheetKind::Users, index }, record.customer()));
    customers.chain(locations).chain(users)
}

fn hold_customers(checked: &Checked<'_>, verdicts: &mut Verdicts) {
    let mut roots: Vec<Option<Root>> = vec![None; checked.context.rows.customers.len()];
    for (row, customer) in families(checked) {
        if let (Some(customer), Mark::Rejected) = (customer, verdicts.sheet(row.sheet)[row.index]) {
            roots[customer].get_or_insert(Root::row(row));
        }
    }
    for (row, customer) in families(checked) {
        if let Some(root) = customer.and_then(|customer| roots[customer]) {
            verdicts.hold(row, root);
        }
    }
}
