//! Numbers as the sheets write them.

use std::collections::BTreeSet;

use crate::model::{Country, Phone, PhoneReading, RANGE_NUMBERS_MAX};

/// A number in E.164, also where Webex shows it in another form; as it stands when it is none.
pub(super) fn e164(text: &str, country: Option<&Country>) -> String {
    if let Some(phone) = Phone::from_e164(text) {
        return phone.to_string();
    }
    match Phone::read(text, country) {
        Ok(
            PhoneReading::AsIs(phone)
            | PhoneReading::Tidied(phone)
            | PhoneReading::National(phone)
            | PhoneReading::LostPlus(phone)
            | PhoneReading::LostZero(phone),
        ) => phone.to_string(),
        Err(_) => text.to_owned(),
    }
}

/// Numbers as a `;` list with `+first-+last` ranges, none longer than a sheet may hold; what is no number comes last.
pub(super) fn cell<'a>(numbers: impl Iterator<Item = &'a str>) -> String {
    let (mut phones, mut others) = (BTreeSet::new(), BTreeSet::new());
    for number in numbers {
        match Phone::from_e164(number) {
            Some(phone) => drop(phones.insert(phone)),
            None => drop(others.insert(number.to_owned())),
        }
    }
    let mut ranges: Vec<(Phone, Phone)> = Vec::new();
    for phone in phones {
        match ranges.last_mut() {
            Some((first, last)) if follows(*first, *last, phone) => *last = phone,
            _ => ranges.push((phone, phone)),
        }
    }
    let shown = ranges.into_iter().map(
        |(first, last)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        },
    );
    shown.chain(others).collect::<Vec<_>>().join(";")
}

fn follows(first: Phone, last: Phone, next: Phone) -> bool {
    last.digits() + 1 == next.digits()
        && next.digits() - first.digits() < RANGE_NUMBERS_MAX
        && first.to_string().len() == next.to_string().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_ranges_that_a_sheet_may_hold() {
        let numbers = ["+351211234502", "+351211234500", "+351211234501", "x", "+351211234510"];
        assert_eq!(cell(numbers.into_iter()), "+351211234500-+351211234502;+351211234510;x");
        let many: Vec<String> = (0..=RANGE_NUMBERS_MAX).map(|n| format!("+{}", 351_211_200_000 + n)).collect();
        let cell = cell(many.iter().map(String::as_str));
        assert_eq!(cell, "+351211200000-+351211209999;+351211210000");
    }

    #[test]
    fn other_forms_of_a_number_become_e164() {
        assert_eq!(e164("+1-240-555-1212", None), "+12405551212");
        assert_eq!(e164("12", None), "12");
    }
}
