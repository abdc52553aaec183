//! People, and telephone numbers in the form in which they can be compared.

use serde::{Deserialize, Deserializer};

use super::answers::{Number, null_as_default};

/// A person, with what calling knows of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub emails: Vec<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub roles: Vec<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub phone_numbers: Vec<PersonNumber>,
    pub extension: Option<String>,
    pub location_id: Option<String>,
}

/// One number of a person.
#[derive(Debug, Clone, Deserialize)]
pub struct PersonNumber {
    #[serde(rename = "type", default, deserialize_with = "null_as_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "number")]
    pub value: String,
    pub primary: Option<bool>,
}

/// The numbers that ring at a person, the primary one first.
pub fn work_numbers(all: &[PersonNumber]) -> Vec<&str> {
    let mut work: Vec<_> = all.iter().filter(|number| number.kind == "work" && !number.value.is_empty()).collect();
    work.sort_by_key(|number| number.primary != Some(true));
    work.into_iter().map(|number| number.value.as_str()).collect()
}

/// What a person calls from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seat<'a> {
    pub location_id: Option<&'a str>,
    pub number: Option<&'a str>,
    pub extension: Option<&'a str>,
}

impl<'a> Seat<'a> {
    /// What the person shows, or else their line in the list of numbers.
    pub fn of(person: &'a Person, line: Option<&'a Number>) -> Self {
        let number = work_numbers(&person.phone_numbers).first().copied();
        let of_line = |text: fn(&'a Number) -> Option<&'a str>| line.and_then(text);
        Self {
            location_id: (person.location_id.as_deref())
                .or_else(|| of_line(|line| line.location.as_ref().map(|place| place.id.as_str()))),
            number: number.or_else(|| of_line(|line| line.phone_number.as_deref())),
            extension: person.extension.as_deref().or_else(|| of_line(|line| line.extension.as_deref())),
        }
    }
}

/// A telephone number; Webex writes it with blanks or dashes in places.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(perhaps_number(from)?.unwrap_or_default())
}

pub(super) fn perhaps_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(|text| plain_number(&text)))
}

/// An international number without what is only there for the eye; any other text as it stands.
fn plain_number(text: &str) -> String {
    let is_for_the_eye =
        |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}');
    let plain: String = text.chars().filter(|c| !is_for_the_eye(*c)).collect();
    let is_number = plain.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number && !text.contains("(0)") { plain } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_lose_what_is_only_there_for_the_eye() {
        assert_eq!(plain_number("+1 408 526 7209"), "+14085267209");
        assert_eq!(plain_number("+351-21.123 (45)10"), "+351211234510");
        for text in ["+44 (0)20 1234", "21 123 45 10", "sip:ana@acme.pt", ""] {
            assert_eq!(plain_number(text), text);
        }
        let numbers = json!([
            { "type": "work", "value": "+1" }, { "type": "mobile", "value": "+2" }, { "type": "work", "value": null },
            { "type": "work", "value": "+3 4", "primary": true },
        ]);
        let numbers: Vec<PersonNumber> = serde_json::from_value(numbers).expect("it has the form of an answer");
        assert_eq!(work_numbers(&numbers), ["+34", "+1"]);
    }
}
