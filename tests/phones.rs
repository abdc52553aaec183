//! Numbers as people type them, against what Google's own phone library says of them (`tests/fixtures/make_phones.sh`).

use std::collections::BTreeSet;

use turnup::model::{Phone, PhoneReading, Tables};

/// Most differences, as a share of all numbers.
const DIFFERENCES_MAX: f64 = 0.005;
/// Fewest numbers and countries that make the comparison worth something.
const NUMBERS_MIN: usize = 3_000;
const COUNTRIES_MIN: usize = 60;

#[test]
fn numbers_are_judged_as_googles_library_judges_them() {
    let mut reader = csv::Reader::from_reader(include_bytes!("fixtures/phones.csv").as_slice());
    let (mut numbers, mut countries, mut differences) = (0_u32, BTreeSet::new(), Vec::new());
    for line in reader.deserialize() {
        let (country, text, wanted): (String, String, String) = line.expect("the fixture is CSV");
        let read = Phone::read(&text, Tables::get().country(&country));
        let read = read.map_or_else(
            |_| String::new(),
            |reading| match reading {
                PhoneReading::AsIs(phone)
                | PhoneReading::Tidied(phone)
                | PhoneReading::National(phone)
                | PhoneReading::LostPlus(phone)
                | PhoneReading::LostZero(phone) => phone.to_string(),
            },
        );
        if read != wanted {
            differences.push(format!("{country} `{text}`: `{read}`, Google says `{wanted}`"));
        }
        numbers += 1;
        countries.insert(country);
    }
    assert!(numbers as usize >= NUMBERS_MIN && countries.len() >= COUNTRIES_MIN, "{numbers} of {}", countries.len());
    let share = f64::from(u32::try_from(differences.len()).expect("there are few numbers")) / f64::from(numbers);
    assert!(share <= DIFFERENCES_MAX, "{} of {numbers}:\n{}", differences.len(), differences.join("\n"));
}
