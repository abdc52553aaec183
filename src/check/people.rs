//! What is kept of every user row, so that a million fit into little memory: what it belongs to, and what it shares
//! with others.

use std::collections::HashMap;
use std::hash::Hasher;

use rayon::prelude::*;
use rustc_hash::FxHasher;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Action, Extension, Package, Phone, SheetKind};
use crate::sheet::{RowRef, UserReader, customers as c, users as u};

use super::context::{Context, Site};
use super::repeats::{Bits, repeated};
use super::tally::Tally;
use super::users::{Pass, Seated};

/// Rows that one thread takes at a time.
const ROWS_AT_A_TIME: usize = 16_384;

/// No customer, no site.
const NONE: u32 = u32::MAX;
/// Marks a site as a branch.
const BRANCH: u32 = 1 << 31;

/// One user row in short.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a row, one byte each")]
pub(super) struct Record {
    /// A hash of the e-mail; 0 for none.
    email: u64,
    /// The digits of the number; 0 for none.
    phone: u64,
    /// The extension as a number of its own kind; 0 for none.
    extension: u64,
    customer: u32,
    site: u32,
    package: Option<Package>,
    /// It creates or updates.
    pub is_judged: bool,
    pub is_deleted: bool,
    pub has_finding: bool,
    pub has_error: bool,
    pub is_administrator: bool,
    is_dialled: bool,
}

impl Record {
    const fn empty() -> Self {
        Self {
            email: 0,
            phone: 0,
            extension: 0,
            customer: NONE,
            site: NONE,
            package: None,
            is_judged: true,
            is_deleted: false,
            has_finding: false,
            has_error: false,
            is_administrator: false,
            is_dialled: false,
        }
    }

    fn of(seated: &Seated<'_>) -> Self {
        let site = seated.site().map_or(NONE, |site| match site {
            Site::Headquarters(index) => short(index),
            Site::Branch(index) => short(index) | BRANCH,
        });
        Self {
            email: seated.row.email.as_deref().map_or(0, hash),
            phone: seated.phone.map_or(0, Phone::digits),
            extension: seated.row.extension.map_or(0, Extension::number),
            customer: seated.customer.map_or(NONE, |customer| short(customer.index)),
            site,
            package: seated.row.package,
            is_judged: seated.row.action == Action::Apply,
            is_deleted: seated.row.action == Action::Delete,
            is_administrator: seated.is_administrator(),
            is_dialled: seated.is_dialled(),
            ..Self::empty()
        }
    }

    /// The first row of its customer.
    pub const fn customer(&self) -> Option<usize> {
        if self.customer == NONE { None } else { Some(self.customer as usize) }
    }

    /// Where the person sits, if that is certain.
    pub const fn site(&self) -> Option<Site> {
        match self.site {
            NONE => None,
            site if site & BRANCH == 0 => Some(Site::Headquarters(site as usize)),
            site => Some(Site::Branch((site & !BRANCH) as usize)),
        }
    }

    /// Does the row speak of a person: does it create, update or delete?
    pub const fn is_meant(&self) -> bool {
        self.is_judged || self.is_deleted
    }

    /// Does the person get a package with calling?
    pub fn is_calling(&self) -> bool {
        self.package.is_some_and(Package::is_calling)
    }
}

fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

/// Never 0, which stands for none.
fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish().max(1)
}

/// What a row shares with another one although it must not.
#[derive(Debug, Clone, Copy)]
struct Cross {
    row: u32,
    kind: Kind,
    /// The first row with the same value; how many there are by then, for a limit.
    other: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Email,
    Phone,
    Extension,
    Limit,
}

impl Kind {
    const fn code(self) -> Code {
        match self {
            Self::Email => Code::EmailTwice,
            Self::Phone => Code::NumberTwice,
            Self::Extension => Code::ExtensionTwice,
            Self::Limit => Code::LimitExceeded,
        }
    }
}

/// All user rows in short.
#[derive(Debug, Default)]
pub(super) struct People {
    pub records: Vec<Record>,
    /// In order of rows.
    crosses: Vec<Cross>,
    /// Rows whose e-mail is that of a customer's administrator, or has the same hash: hash and row, in order.
    administrators: Vec<(u64, u32)>,
    pub tally: Tally,
}

impl People {
    /// Reads and judges every user row.
    pub fn new(context: &Context<'_>) -> Self {
        let count = context.sheets.users.row_count();
        // Filled side by side, since that is when the system hands out the memory.
        let mut records: Vec<Record> = (0..count).into_par_iter().map(|_| Record::empty()).collect();
        let tally = records
            .par_chunks_mut(ROWS_AT_A_TIME)
            .enumerate()
            .map(|(chunk, records)| read(context, chunk * ROWS_AT_A_TIME, records))
            .reduce(Tally::default, |a, b| a.plus(&b));
        let mut people = Self { records, crosses: Vec::new(), administrators: Vec::new(), tally };
        people.administrators = people.with_addresses_of_administrators(context);
        people.cross(context);
        people
    }

    fn cross(&mut self, context: &Context<'_>) {
        let records = &self.records;
        let count = records.len();
        let is_dialled = |record: &Record| record.is_judged && record.is_dialled;
        let emails = || {
            let keys = || keyed(records, |record| (record.is_meant() && record.email != 0).then_some(record.email));
            emails_twice(context, &repeated(count, keys))
        };
        let phones = || {
            let keys = || keyed(records, |r| (is_dialled(r) && r.phone != 0).then_some(r.phone));
            twice(&repeated(count, keys), Kind::Phone)
        };
        let extensions = || {
            let counts = |r: &Record| is_dialled(r) && r.extension != 0 && r.site != NONE;
            let keys = || keyed(records, |r| counts(r).then_some((r.site, r.extension)));
            twice(&repeated(count, keys), Kind::Extension)
        };
        let (mut crosses, (phones, extensions)) = rayon::join(emails, || rayon::join(phones, extensions));
        crosses.extend(phones);
        crosses.extend(extensions);
        self.beyond_limits(context, &mut crosses);
        crosses.par_sort_unstable_by_key(|cross| (cross.row, cross.kind));
        for cross in &crosses {
            let code = cross.kind.code();
            let record = &mut self.records[cross.row as usize];
            record.has_finding = true;
            // The first row with an address stands, so a later one neither is the administrator nor holds anybody back.
            record.is_administrator &= cross.kind != Kind::Email;
            record.has_error |= context.rulebook.severity(code) == Severity::Error;
            self.tally.add(code);
        }
        self.crosses = crosses;
    }

    /// The rows that rules about administrators may ask for.
    fn with_addresses_of_administrators(&self, context: &Context<'_>) -> Vec<(u64, u32)> {
        let customers = &context.rows.customers;
        let mut wanted = Bits::of(customers.len());
        for email in customers.iter().filter_map(|row| row.admin_email.as_ref()) {
            wanted.add(hash(email.as_str()));
        }
        let rows = keyed(&self.records, |record| (record.email != 0).then_some(record.email));
        let mut found: Vec<(u64, u32)> = rows.filter(|(email, _)| wanted.may_have(*email)).collect();
        found.sort_unstable();
        found
    }

    fn beyond_limits(&self, context: &Context<'_>, crosses: &mut Vec<Cross>) {
        let customers = &context.rows.customers;
        if customers.iter().all(|customer| customer.limits.is_none()) {
            return;
        }
        let mut counts: HashMap<(usize, Package), u32> = HashMap::new();
        for (row, record) in self.records.iter().enumerate().filter(|(_, record)| record.is_judged) {
            let (Some(customer), Some(package)) = (record.customer(), record.package) else { continue };
            let Some(&limit) = customers[customer].limits.as_ref().and_then(|limits| limits.get(&package)) else {
                continue;
            };
            let count = counts.entry((customer, package)).or_default();
            *count += 1;
            if *count > limit {
                crosses.push(Cross { row: short(row), kind: Kind::Limit, other: *count });
            }
        }
    }

    /// The first row with the e-mail of a customer's administrator, left out ones only if asked for.
    pub fn first(&self, context: &Context<'_>, wanted: &str, with_skipped: bool) -> Option<usize> {
        let hash = hash(wanted);
        let from = self.administrators.partition_point(|(other, _)| *other < hash);
        let alike = self.administrators[from..].iter().take_while(|(other, _)| *other == hash);
        alike
            .map(|(_, row)| *row as usize)
            .filter(|row| with_skipped || self.records[*row].is_judged)
            .find(|row| email(context, *row).as_deref() == Some(wanted))
    }

    /// What the row shares with others although it must not.
    pub fn shared(&self, context: &Context<'_>, row: usize, found: &mut Vec<Diagnostic>) {
        let from = self.crosses.partition_point(|cross| (cross.row as usize) < row);
        let own = self.crosses[from..].iter().take_while(|cross| cross.row as usize == row);
        found.extend(own.map(|cross| self.drawn(context, cross)));
    }

    fn drawn(&self, context: &Context<'_>, cross: &Cross) -> Diagnostic {
        let at = |row: u32| RowRef { sheet: SheetKind::Users, index: row as usize };
        let (row, code) = (at(cross.row), cross.kind.code());
        let header = match cross.kind {
            Kind::Email => u::EMAIL.spec.header,
            Kind::Phone => u::PHONE_NUMBER.spec.header,
            Kind::Extension => u::EXTENSION.spec.header,
            Kind::Limit => {
                let record = &self.records[row.index];
                let (customer, package) = (record.customer(), record.package);
                let customer = customer.map(|customer| &context.rows.customers[customer]);
                let limit = customer.zip(package).and_then(|(c, package)| c.limits.as_ref()?.get(&package));
                let finding = context.at(code, row, u::PACKAGE.spec.header).value(package.map_or("", Package::name));
                let finding = finding.with("count", cross.other).with("limit", limit.copied().unwrap_or_default());
                return match customer {
                    Some(customer) => finding.related(context.place(customer.at(), c::PACKAGE_LIMITS.spec.header)),
                    None => finding,
                };
            }
        };
        context.at(code, row, header).related(context.place(at(cross.other), header))
    }
}

/// Reads rows one after the other, and counts what was found.
fn read(context: &Context<'_>, from: usize, records: &mut [Record]) -> Tally {
    let mut tally = Tally::default();
    let mut pass = Pass::new(context, false);
    let mut found = Vec::new();
    for (at, record) in records.iter_mut().enumerate() {
        let seated = pass.read(from + at, &mut found);
        *record = Record::of(&seated);
        record.has_finding = !found.is_empty();
        for finding in found.drain(..) {
            tally.add(finding.code);
            record.has_error |= context.rulebook.severity(finding.code) == Severity::Error;
        }
    }
    tally
}

/// The keys that rows have, with the rows.
fn keyed<'r, K>(records: &'r [Record], key: impl Fn(&Record) -> Option<K> + 'r) -> impl Iterator<Item = (K, u32)> + 'r {
    records.iter().zip(0_u32..).filter_map(move |(record, row)| Some((key(record)?, row)))
}

/// Rows whose key an earlier row has.
fn twice<K: PartialEq>(sorted: &[(K, u32)], kind: Kind) -> Vec<Cross> {
    let mut crosses = Vec::new();
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        let first = group[0].1;
        crosses.extend(group[1..].iter().map(|(_, row)| Cross { row: *row, kind, other: first }));
    }
    crosses
}

/// Rows whose e-mail an earlier row has. Equal hashes are only a hint.
fn emails_twice(context: &Context<'_>, sorted: &[(u64, u32)]) -> Vec<Cross> {
    let mut crosses = Vec::new();
    for group in sorted.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let mut first = HashMap::new();
        for (_, row) in group {
            let other = *first.entry(email(context, *row as usize)).or_insert(*row);
            if other != *row {
                crosses.push(Cross { row: *row, kind: Kind::Email, other });
            }
        }
    }
    crosses
}

fn email(context: &Context<'_>, row: usize) -> Option<String> {
    let row = UserReader::new(&context.sheets.users).read(row, &mut Vec::new());
    row.email.map(std::borrow::Cow::into_owned)
}
