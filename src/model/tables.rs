//! The tables of legal values: packages, countries, time zones and languages, embedded from `data/`.
//!
//! Every file names its source in its first lines. The files are data, not code: an entry is added there.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::package::PackageKind;

/// All tables.
#[derive(Debug)]
pub struct Tables {
    pub(super) packages: Vec<PackageRow>,
    countries: HashMap<String, Country>,
    languages: Vec<Language>,
    zones: HashMap<String, Zone>,
    consumer_domains: HashSet<String>,
}

#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one for each yes-or-no column of the data file")]
pub(super) struct PackageRow {
    pub name: String,
    #[expect(dead_code, reason = "the title is for people who read the data file")]
    title: String,
    pub kind: PackageKind,
    #[serde(deserialize_with = "yes")]
    pub customer: bool,
    #[serde(deserialize_with = "yes")]
    pub user: bool,
    #[serde(deserialize_with = "yes")]
    pub calling: bool,
    #[serde(deserialize_with = "yes")]
    pub limit: bool,
    #[serde(deserialize_with = "list")]
    pub needs_any_of: Vec<String>,
    pub rank: Option<u8>,
}

/// What is known of a country's addresses and of Webex Calling there.
#[derive(Debug, Deserialize)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// The English name.
    pub name: String,
    #[serde(deserialize_with = "listed")]
    pub calling: bool,
    #[serde(deserialize_with = "yes")]
    pub state_required: bool,
    #[serde(deserialize_with = "yes")]
    pub postal_required: bool,
    /// A regular expression for the whole postal code; empty where none is known.
    pub postal_pattern: String,
    /// The codes of its states where the country writes them as short codes.
    #[serde(deserialize_with = "list")]
    pub state_codes: Vec<String>,
    #[serde(skip)]
    calling_code: OnceLock<Option<u16>>,
}

impl Country {
    /// The phone library's region of the country.
    pub fn region(&self) -> Option<Region> {
        Region::from_code(&self.code).ok()
    }

    /// What numbers of the country begin with, according to the phone library.
    pub fn calling_code(&self) -> Option<u16> {
        *self.calling_code.get_or_init(|| {
            let code = PHONE_NUMBER_UTIL.get_country_code_for_region(self.region()?)?;
            u16::try_from(code).ok()
        })
    }
}

/// One pattern of a number plan, as Google's metadata has it.
#[derive(Debug, Deserialize)]
pub struct PlanPattern {
    pub calling_code: u16,
    /// ISO 3166-1 alpha-2; `001` for numbers of no country.
    pub region: String,
    /// `prefix`, `leading_digits`, `general`, or a kind of number.
    pub part: String,
    /// The lengths that a number may have; none means any.
    #[serde(deserialize_with = "list")]
    pub lengths: Vec<String>,
    /// A regular expression over the digits behind the calling code.
    pub pattern: String,
}

/// A locale that the e-mail or announcement lists name.
#[derive(Debug, Deserialize)]
pub struct Language {
    /// Lower case with `_`, such as `pt_br`.
    pub code: String,
    #[serde(rename = "use")]
    uses: String,
}

impl Language {
    /// May it be the language of e-mails and screens?
    pub fn for_email(&self) -> bool {
        self.uses.contains("email")
    }

    /// May it be the language of announcements?
    pub fn for_announcements(&self) -> bool {
        self.uses.contains("announcement")
    }
}

/// A time zone that Cisco's list probably knows.
#[derive(Debug, Deserialize)]
pub struct Zone {
    #[serde(rename = "zone")]
    pub name: String,
    /// ISO 3166-1 alpha-2 of the country it is listed for.
    pub country: String,
}

/// A mail domain where anybody may have an address.
#[derive(Debug, Deserialize)]
struct Domain {
    domain: String,
}

impl Tables {
    /// The embedded tables, read once.
    pub fn get() -> &'static Self {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        TABLES.get_or_init(|| Self {
            packages: read(include_str!("data/packages.csv")),
            countries: read::<Country>(include_str!("data/countries.csv"))
                .into_iter()
                .map(|country| (country.code.clone(), country))
                .collect(),
            languages: read(include_str!("data/languages.csv")),
            zones: read::<Zone>(include_str!("data/timezones.csv"))
                .into_iter()
                .map(|zone| (zone.name.clone(), zone))
                .collect(),
            consumer_domains: read::<Domain>(include_str!("data/consumer_domains.csv"))
                .into_iter()
                .map(|domain| domain.domain)
                .collect(),
        })
    }

    /// The number plans of Google's phone library, read anew each time: whoever asks compiles them.
    pub fn number_plans() -> Vec<PlanPattern> {
        read(include_str!("data/number_plans.csv"))
    }

    /// The country of that ISO 3166-1 alpha-2 code (upper case).
    pub fn country(&self, code: &str) -> Option<&Country> {
        self.countries.get(code)
    }

    /// The country's English name; the code itself where it is not known.
    pub fn country_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.country(code).map_or(code, |country| country.name.as_str())
    }

    /// Every country, in no order.
    pub fn countries(&self) -> impl Iterator<Item = &Country> {
        self.countries.values()
    }

    /// The language of that code (lower case, `_`).
    pub fn language(&self, code: &str) -> Option<&Language> {
        self.languages.iter().find(|language| language.code == code)
    }

    /// Every language.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// The listed zone of exactly that name.
    pub fn zone(&self, name: &str) -> Option<&Zone> {
        self.zones.get(name)
    }

    /// Is it a mail domain where anybody may have an address (lower case)?
    pub fn is_consumer_domain(&self, domain: &str) -> bool {
        self.consumer_domains.contains(domain)
    }

    /// Every listed zone, in no order.
    pub fn zones(&self) -> impl Iterator<Item = &Zone> {
        self.zones.values()
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Vec<T> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<Result<_, _>>()
        .expect("the embedded tables are well-formed, which a test holds")
}

fn yes<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(from)? == "yes")
}

fn listed<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(from)? == "listed")
}

fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(from)?;
    Ok(text.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tables_are_well_formed() {
        let tables = Tables::get();
        assert_eq!(tables.packages.len(), 14);
        assert!(tables.country("BR").is_some_and(|brazil| brazil.state_required && brazil.postal_required));
        assert!(tables.language("pt_br").is_some_and(|l| l.for_email() && l.for_announcements()));
        assert!(tables.zone("America/Sao_Paulo").is_some_and(|zone| zone.country == "BR"));
        assert!(tables.is_consumer_domain("gmail.com") && !tables.is_consumer_domain("acme.pt"));
        for country in tables.countries() {
            assert!(country.postal_pattern.is_empty() || regex::Regex::new(&country.postal_pattern).is_ok());
        }
    }
}
