//! What the user lays down about the rules: how much a finding weighs, and lists of his own.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Severity};

/// Errors that may weigh less: the row can be understood and sent all the same.
const MAY_WEIGH_LESS: &[Code] = &[
    Code::StateRequired,
    Code::PostalCodeRequired,
    Code::AddressLineTooLong,
    Code::PercentInName,
    Code::LocationNameTooLong,
    Code::PostalCodeLostZero,
    Code::CountryOutsideTemplate,
    Code::LocationUnconfirmed,
    Code::PackageOutsideTemplate,
    Code::PackageNotSold,
    Code::PackageNeedsAnother,
    Code::AdministratorLevel,
    Code::LimitExceeded,
    Code::LimitNotPossible,
    Code::NumberNotPersonal,
    Code::NumberOrExtensionNeeded,
];

/// Which values count as listed. A list of the user's own is the last word: what it lacks is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists {
    /// ISO 3166-1 alpha-2 codes in upper case.
    pub countries: Option<BTreeSet<String>>,
    /// IANA names.
    pub timezones: Option<BTreeSet<String>>,
    /// Locales in lower case with `_`.
    pub languages: Option<BTreeSet<String>>,
    /// Mail domains of the public, in lower case.
    pub consumer_domains: Option<BTreeSet<String>>,
}

/// The user's say about the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rulebook {
    severities: BTreeMap<Code, Severity>,
    pub lists: Lists,
}

impl Rulebook {
    /// Lets a finding weigh something else; false when that would send rows that cannot be understood.
    #[must_use]
    pub fn weigh(&mut self, code: Code, severity: Severity) -> bool {
        let lighter = code.severity() == Severity::Error && severity != Severity::Error;
        if lighter && !MAY_WEIGH_LESS.contains(&code) {
            return false;
        }
        self.severities.insert(code, severity);
        true
    }

    /// How much a finding weighs here.
    pub fn severity(&self, code: Code) -> Severity {
        let listed = match code {
            Code::CountryUnlisted => self.lists.countries.is_some(),
            Code::ZoneUnlisted => self.lists.timezones.is_some(),
            Code::LanguageUnlisted => self.lists.languages.is_some(),
            _ => false,
        };
        let usual = if listed { Severity::Error } else { code.severity() };
        self.severities.get(&code).copied().unwrap_or(usual)
    }

    /// Gives findings the weight they have here.
    pub(super) fn apply(&self, found: &mut [Diagnostic]) {
        for finding in found {
            finding.severity = self.severity(finding.code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_understood_stays_an_error() {
        let mut rulebook = Rulebook::default();
        assert!(!rulebook.weigh(Code::EmailMalformed, Severity::Warning));
        assert!(!rulebook.weigh(Code::TooManyCells, Severity::Warning), "its cells may all have moved");
        assert!(rulebook.weigh(Code::PersonNameUnusual, Severity::Error));
        assert!(rulebook.weigh(Code::AdministratorLevel, Severity::Warning));
        assert_eq!(rulebook.severity(Code::EmailMalformed), Severity::Error);
        assert_eq!(rulebook.severity(Code::PersonNameUnusual), Severity::Error);
    }

    #[test]
    fn a_list_of_the_users_own_is_the_last_word() {
        let mut rulebook = Rulebook::default();
        assert_eq!(rulebook.severity(Code::ZoneUnlisted), Severity::Warning);
        rulebook.lists.timezones = Some(BTreeSet::from(["Europe/Lisbon".to_owned()]));
        assert_eq!(rulebook.severity(Code::ZoneUnlisted), Severity::Error);
    }
}
