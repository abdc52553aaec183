//! What a wanted object changes of what is known: nothing, values that a call can set, or values that cannot be
//! changed at all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::known::{Confirmed, NOTES};
use super::step::{Action, Change, Source, Stage};

/// A value that differs from what was confirmed and that turnup cannot change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Immovable {
    pub source: Source,
    /// The canonical column.
    pub column: String,
    pub from: String,
    pub to: String,
}

/// The columns of each stage that a call can change afterwards. Everything else is fixed once the object stands,
/// or not carried out by this version.
const CHANGEABLE: &[(Stage, &[&str])] = &[
    (Stage::Customers, &["packages", "package_limits"]),
    (Stage::Locations, &[]),
    (Stage::Numbers, &["numbers", "number_state", "main_number", "pstn_connection", "emergency_location_id"]),
    (Stage::Users, &["package"]),
    (Stage::Roles, &["role"]),
];

fn is_changeable(stage: Stage, column: &str) -> bool {
    CHANGEABLE.iter().any(|(of, columns)| *of == stage && columns.contains(&column))
}

/// What is to be done, value by value.
#[derive(Debug)]
pub(super) struct Diff {
    pub action: Action,
    pub changes: Vec<Change>,
    /// Column, known value, wanted value.
    pub immovable: Vec<(String, String, String)>,
}

/// Compares wanted values with the confirmed ones. A blank leaves a value alone; a removed column clears it.
pub(super) fn diff(
    stage: Stage,
    wanted: &BTreeMap<String, String>,
    removed: &[&str],
    known: Option<&Confirmed>,
) -> Diff {
    let Some(known) = known else {
        let sets = wanted.iter().filter(|(column, _)| !NOTES.contains(&column.as_str()));
        let sets = sets.map(|(column, to)| Change { column: column.clone(), from: None, to: to.clone() });
        return Diff { action: Action::Create, changes: sets.collect(), immovable: Vec::new() };
    };
    let mut diff = Diff { action: Action::Unchanged, changes: Vec::new(), immovable: Vec::new() };
    let cleared = removed.iter().map(|column| ((*column).to_owned(), String::new()));
    let wanted = wanted.iter().filter(|(column, _)| !NOTES.contains(&column.as_str()));
    for (column, to) in wanted.map(|(column, to)| (column.clone(), to.clone())).chain(cleared) {
        let from = known.fields.get(&column).cloned().unwrap_or_default();
        if from == to {
            continue;
        }
        if is_changeable(stage, &column) && !to.is_empty() {
            diff.changes.push(Change { column, from: Some(from), to });
        } else {
            diff.immovable.push((column, from, to));
        }
    }
    if !diff.changes.is_empty() {
        diff.action = Action::Update;
    }
    diff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect()
    }

    fn shown(wanted: &[(&str, &str)], removed: &[&str], known: &[(&str, &str)]) -> String {
        let known = Confirmed { fields: fields(known), ids: BTreeMap::new() };
        let diff = diff(Stage::Users, &fields(wanted), removed, Some(&known));
        let changes: Vec<_> = diff.changes.iter().map(|c| format!("{}->{}", c.column, c.to)).collect();
        let fixed: Vec<_> = diff.immovable.iter().map(|(column, ..)| column.clone()).collect();
        format!("{} {changes:?} {fixed:?}", diff.action.word())
    }

    #[test]
    fn values_are_compared_one_by_one() {
        let known = [("package", "webex_calling"), ("location", "Lisboa"), ("extension", "1001")];
        assert_eq!(shown(&[("package", "webex_calling")], &[], &known), "unchanged [] []");
        assert_eq!(shown(&[("package", "webex_suite")], &[], &known), "update [\"package->webex_suite\"] []");
        assert_eq!(shown(&[("location", "Porto")], &[], &known), "unchanged [] [\"location\"]");
        assert_eq!(shown(&[], &["extension"], &known), "unchanged [] [\"extension\"]");
        assert_eq!(shown(&[], &["phone_number"], &known), "unchanged [] []");
    }
}
