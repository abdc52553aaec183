//! What licences cost a month, by the user's own price list; turnup knows no prices.

use std::collections::{BTreeMap, BTreeSet};

use super::forecast::Licence;

/// Thousandths of the currency, so that sums are exact.
pub type Amount = u64;

/// The user's price list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prices {
    pub currency: String,
    /// A month of one licence, by package.
    pub monthly: BTreeMap<String, Amount>,
}

/// What the licences of a plan's customers cost a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    pub currency: String,
    pub before: Amount,
    pub after: Amount,
    /// Packages that are sold and have no price.
    pub unpriced: BTreeSet<String>,
}

impl Prices {
    /// Prices licences; nothing without a price list.
    pub fn cost(&self, licences: &[Licence]) -> Option<Cost> {
        if self.monthly.is_empty() {
            return None;
        }
        let (currency, unpriced) = (self.currency.clone(), BTreeSet::new());
        let mut cost = Cost { currency, before: 0, after: 0, unpriced };
        for licence in licences.iter().filter(|licence| licence.before + licence.after > 0) {
            match self.monthly.get(&licence.package) {
                Some(price) => {
                    cost.before = cost.before.saturating_add(price.saturating_mul(licence.before));
                    cost.after = cost.after.saturating_add(price.saturating_mul(licence.after));
                }
                None => drop(cost.unpriced.insert(licence.package.clone())),
            }
        }
        Some(cost)
    }
}

/// An amount with two decimals.
pub fn money(amount: Amount) -> String {
    let hundredths = amount.saturating_add(5) / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_and_what_has_no_price_is_named() {
        let licence = |package: &str, before, after| Licence {
            customer: "a".to_owned(),
            package: package.to_owned(),
            before,
            after,
            limit: None,
        };
        let licences = [licence("webex_calling", 1, 3), licence("webex_suite", 0, 2), licence("webex_voice", 1, 1)];
        let monthly = [("webex_calling", 9_990), ("webex_suite", 14_505)];
        let monthly = monthly.into_iter().map(|(package, price)| (package.to_owned(), price)).collect();
        let cost = Prices { currency: "EUR".to_owned(), monthly }.cost(&licences).expect("there are prices");
        assert_eq!((money(cost.before), money(cost.after)), ("9.99".to_owned(), "58.98".to_owned()));
        assert_eq!(cost.unpriced, BTreeSet::from(["webex_voice".to_owned()]));
        assert_eq!(Prices::default().cost(&licences), None);
    }
}
