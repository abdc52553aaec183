//! Why numbers that were to be removed stay.

use std::collections::BTreeMap;

use crate::run::hand::Ids;

/// Why numbers were not let go: each reason once, with its numbers where it does not name them itself.
pub(super) fn held_numbers(ids: &Ids) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, why) in ids {
        let Some(number) = key.strip_prefix("refused:") else { continue };
        let reason = why.strip_prefix(number).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(why);
        reasons.entry(reason).or_default().push(number);
    }
    let told = reasons.into_iter().map(|(reason, numbers)| {
        if numbers.iter().all(|number| reason.contains(number)) {
            return reason.to_owned();
        }
        format!("{}: {reason}", numbers.join(", "))
    });
    told.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_told_once_with_its_numbers() {
        let told = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(number, why)| (format!("refused:{number}"), format!("{number}: {why}")));
            held_numbers(&pairs.collect())
        };
        let both = "DN is in use : +1; DN is in use : +2 (400)";
        assert_eq!(told(&[("+1", both), ("+2", both)]), both);
        assert_eq!(told(&[("+1", "in use"), ("+2", "in use"), ("+3", "not now")]), "+1, +2: in use; +3: not now");
        assert_eq!(told(&[]), "");
    }
}
