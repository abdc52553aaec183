//! Numbers as they are written -> numbers, with the country of the location they belong to.

use rayon::prelude::*;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Action, Country, NumberRange, Phone, PhoneProblem, PhoneReading, RANGE_NUMBERS_MAX, RangeProblem};
use crate::sheet::{DIGITS_KEPT, LocationFields, RowRef, customers, users};

use super::context::{Context, Seat, Site};

/// The numbers of a headquarters or a branch.
#[derive(Debug, Clone, Default)]
pub(super) struct SiteNumbers {
    pub listed: Vec<NumberRange>,
    pub main: Option<Phone>,
}

/// All numbers that could be read, by the position of their row.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub customers: Vec<SiteNumbers>,
    pub locations: Vec<SiteNumbers>,
}

impl Resolved {
    pub fn site(&self, site: Site) -> &SiteNumbers {
        match site {
            Site::Headquarters(index) => &self.customers[index],
            Site::Branch(index) => &self.locations[index],
        }
    }
}

/// Reads every number cell of customers and locations.
pub(super) fn resolve(context: &Context<'_>) -> (Resolved, Vec<Diagnostic>) {
    let rows = context.rows;
    let mut found = Vec::new();
    let resolved = Resolved {
        customers: each(context, &mut found, &rows.customers, |reader, row| {
            reader.site(row.action, row.at(), Site::Headquarters(row.index), &row.location)
        }),
        locations: each(context, &mut found, &rows.locations, |reader, row| {
            reader.site(row.action, row.at(), Site::Branch(row.index), &row.location)
        }),
    };
    (resolved, found)
}

/// Reads the numbers of rows side by side: ranges are slow.
fn each<R: Sync, T: Send>(
    context: &Context<'_>,
    found: &mut Vec<Diagnostic>,
    rows: &[R],
    read: impl Fn(&mut Reader<'_>, &R) -> T + Sync,
) -> Vec<T> {
    let read_one = |row| {
        let mut of_row = Vec::new();
        let value = read(&mut Reader { context, found: &mut of_row }, row);
        (value, of_row)
    };
    let read: Vec<(T, Vec<Diagnostic>)> = rows.par_iter().map(read_one).collect();
    let unpack = |(value, mut of_row): (T, Vec<Diagnostic>)| {
        found.append(&mut of_row);
        value
    };
    read.into_iter().map(unpack).collect()
}

/// Reads a user's number with the country of the place where the person sits.
pub(super) fn user(
    context: &Context<'_>,
    row: RowRef,
    text: &str,
    seat: Seat,
    found: &mut Vec<Diagnostic>,
) -> Option<Phone> {
    let country = match seat {
        Seat::At(site) => context.country(site),
        _ => None,
    };
    Reader { context, found }.phone(row, users::PHONE_NUMBER.spec.header, text, country)
}

struct Reader<'a> {
    context: &'a Context<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn site(&mut self, action: Action, row: RowRef, site: Site, fields: &LocationFields) -> SiteNumbers {
        if action != Action::Apply {
            return SiteNumbers::default();
        }
        let country = self.context.country(site);
        let mut listed: Vec<_> = fields.numbers.iter().filter_map(|item| self.item(row, item, country)).collect();
        listed.sort_unstable();
        listed.dedup();
        let main = fields.main_number.as_deref();
        let main = main.and_then(|text| self.phone(row, customers::MAIN_NUMBER.spec.header, text, country));
        SiteNumbers { listed, main }
    }

    /// One item of a `numbers` cell: a number or a range.
    fn item(&mut self, row: RowRef, item: &str, country: Option<&Country>) -> Option<NumberRange> {
        let header = customers::NUMBERS.spec.header;
        if !NumberRange::is_meant(item, country) {
            return self.phone(row, header, item, country).map(NumberRange::one);
        }
        match NumberRange::parse(item) {
            Ok(range) => Some(range),
            Err(problem) => {
                let code = match problem {
                    RangeProblem::Malformed | RangeProblem::Backwards => Code::RangeMalformed,
                    RangeProblem::TooMany => Code::RangeTooLarge,
                    RangeProblem::NotInPlan => Code::PhoneNotInPlan,
                };
                self.push(code, row, header, item, None);
                None
            }
        }
    }

    fn phone(&mut self, row: RowRef, header: &'static str, text: &str, country: Option<&Country>) -> Option<Phone> {
        let (phone, code) = match Phone::read(text, country) {
            Ok(PhoneReading::AsIs(phone)) => return Some(phone),
            Ok(PhoneReading::Tidied(phone)) => (Some(phone), Code::PhoneTidied),
            Ok(PhoneReading::National(phone)) => (Some(phone), Code::PhoneNational),
            Ok(PhoneReading::LostPlus(phone)) => (Some(phone), Code::PhoneLostPlus),
            Ok(PhoneReading::LostZero(phone)) => (Some(phone), Code::PhoneLostZero),
            Err(PhoneProblem::TooLong) if is_cut(text) => (None, Code::DigitsLost),
            Err(PhoneProblem::Scientific) => (None, Code::Scientific),
            Err(PhoneProblem::Ambiguous(plus, national)) => {
                self.push(Code::PhoneAmbiguous, row, header, text, None);
                let args = [("plus", plus.to_string()), ("national", national.to_string())];
                self.found.last_mut().expect("it was just pushed").args.extend(args);
                return None;
            }
            Err(PhoneProblem::NotInPlan) => (None, Code::PhoneNotInPlan),
            Err(PhoneProblem::Malformed | PhoneProblem::TooLong) => (None, Code::PhoneMalformed),
            // The row already has a finding about its country, its location or its customer.
            Err(PhoneProblem::NeedsCountry) => return None,
        };
        self.push(code, row, header, text, phone.map(|phone| (phone, country)));
        phone
    }

    fn push(
        &mut self,
        code: Code,
        row: RowRef,
        header: &'static str,
        text: &str,
        read: Option<(Phone, Option<&Country>)>,
    ) {
        let raw = self.context.sheets.get(row.sheet).cell(row.index, header);
        let mut found = self.context.at(code, row, header).value(text).with("limit", RANGE_NUMBERS_MAX);
        if let Some((phone, country)) = read {
            found = found.with("phone", phone).with("country", country.map_or("", |country| country.name.as_str()));
        }
        if let Some(at) = raw.find(text) {
            let from = raw[..at].chars().count();
            found = found.span(from, from + text.chars().count());
        }
        self.found.push(found);
    }
}

/// Digits beyond those that a spreadsheet keeps, with zeros in their place.
fn is_cut(text: &str) -> bool {
    let digits = text.trim_start_matches('+');
    digits.bytes().all(|b| b.is_ascii_digit()) && digits.bytes().skip(DIGITS_KEPT).all(|b| b == b'0')
}
