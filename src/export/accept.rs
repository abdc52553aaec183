//! What is known once it was taken over as it stands in Webex: what is gone is known no more, and a value that was changed
//! there is known as it is. The next plan then sets right what the sheets want otherwise.

use std::collections::BTreeMap;

use super::compare::{Difference, Kind};
use crate::model::SheetKind;
use crate::plan::{CALLING, Confirmed, EMERGENCY_CALLBACK, Known, NAMED, OFF, Stage, StepId, without};

/// What is known of each object from now on; none of what is gone.
pub type Amended = BTreeMap<StepId, Option<Confirmed>>;

/// Can the difference be taken over? What is not about an object that was confirmed cannot, nor can another key: under
/// another e-mail or name the row would be somebody else. What was added to somebody by hand can, so that it is told once.
pub fn is_acceptable(known: &Known, one: &Difference) -> bool {
    let is_key =
        matches!((one.sheet, one.column), (SheetKind::Users, Some("email")) | (SheetKind::Locations, Some("name")));
    let is_added = one.kind == Kind::NotInSheets && one.sheet == SheetKind::Users && one.column.is_some();
    (is_added || matches!(one.kind, Kind::Changed | Kind::Gone | Kind::Attached | Kind::CallingOff))
        && !is_key
        && !one.steps.is_empty()
        && is_known_place(known, one)
}

/// A person's location under a name that nothing is known of is one that somebody made: no row can name it. Whoever lost
/// calling sits nowhere.
fn is_known_place(known: &Known, one: &Difference) -> bool {
    let is_place = (one.sheet, one.column) == (SheetKind::Users, Some("location"));
    let is_known = |name: &str| name.is_empty() || known.get(&StepId::location(&one.customer, name)).is_some();
    !is_place || one.found.as_deref().is_some_and(is_known)
}

/// What is known of every object of which some differences were found, once they are taken over.
pub fn accept(known: &Known, found: &[Difference]) -> Amended {
    let mut amended = Amended::new();
    for one in found.iter().filter(|one| is_acceptable(known, one)) {
        for step in &one.steps {
            if (one.kind == Kind::Gone && one.column.is_none()) || is_numbers_of(one, step) {
                amended.extend(with_it(step, known).into_iter().map(|gone| (gone, None)));
                continue;
            }
            let before = amended.remove(step).unwrap_or_else(|| known.get(step).cloned());
            // A role that was given by hand was never known.
            let before = before.or_else(|| (one.kind == Kind::NotInSheets).then(Confirmed::default));
            amended.insert(step.clone(), before.map(|before| changed(before, one)));
        }
    }
    // A role without its value is none.
    for (step, left) in &mut amended {
        left.take_if(|left| step.stage() == Some(Stage::Roles) && !left.fields.contains_key("role"));
    }
    amended
}

/// An object that is gone, with what is known of it under other keys.
fn with_it(gone: &StepId, known: &Known) -> Vec<StepId> {
    let parts = gone.parts();
    let mut all = match (gone.stage(), parts.as_slice()) {
        (Some(Stage::Customers), [customer]) => {
            let is_theirs = |confirmed: &Confirmed| confirmed.fields.get("customer_external_id") == Some(customer);
            let users = known.iter().filter(|(id, of)| id.stage() == Some(Stage::Users) && is_theirs(of));
            users.flat_map(|(id, _)| with_it(id, known)).collect()
        }
        (Some(Stage::Locations), [customer, name]) => vec![StepId::numbers(customer, name)],
        (Some(Stage::Users), [email]) => vec![StepId::role(email)],
        _ => Vec::new(),
    };
    all.retain(|id| known.get(id).is_some());
    all.push(gone.clone());
    all
}

/// Numbers that went with the calling of their location?
fn is_numbers_of(one: &Difference, step: &StepId) -> bool {
    one.kind == Kind::CallingOff && step.stage() == Some(Stage::Numbers)
}

/// What is known of an object once it is as it was found.
fn changed(mut known: Confirmed, one: &Difference) -> Confirmed {
    let found = one.found.as_deref().unwrap_or_default();
    let (values, name, value) = match (one.kind, one.column) {
        (_, Some(column)) => return with_column(known, column, one),
        (Kind::Attached, None) => (&mut known.ids, "customer_id", found),
        (_, None) => (&mut known.fields, CALLING, OFF),
    };
    values.insert(name.to_owned(), value.to_owned());
    known
}

/// The same with a column as it was found.
fn with_column(mut known: Confirmed, column: &str, one: &Difference) -> Confirmed {
    let found = one.found.as_deref().unwrap_or_default();
    match column {
        "numbers" => {
            let gone = list(one.known.as_deref().unwrap_or_default());
            known.with_numbers(|number| gone.iter().any(|gone| gone == number), &[])
        }
        "number_state" => in_state(known, found),
        // Rows go on naming the headquarters as it is known.
        "location_name" => {
            known.ids.insert(NAMED.to_owned(), found.to_owned());
            known
        }
        // What Webex tells of them is told in words; how they are is not known.
        "pstn_connection" | EMERGENCY_CALLBACK => known.without(&[column]),
        _ if found.is_empty() => known.without(&[column]),
        _ => {
            known.fields.insert(column.to_owned(), found.to_owned());
            known
        }
    }
}

/// The same with some numbers in another state: `inactive: NUMBERS`.
fn in_state(mut known: Confirmed, found: &str) -> Confirmed {
    let (state, numbers) = found.split_once(": ").unwrap_or_default();
    let numbers = list(numbers);
    if state == "inactive" {
        return known.with_numbers(|_| false, &numbers);
    }
    let staged = crate::plan::staged_numbers(&known).into_iter().collect::<Vec<_>>().join(";");
    let left = without(&staged, |number| numbers.iter().any(|live| live == number));
    if left.is_empty() {
        return known.all_live();
    }
    known.fields.insert(crate::plan::STAGED_NUMBERS.to_owned(), left);
    known
}

/// Every number of a cell.
fn list(cell: &str) -> Vec<String> {
    let items: Vec<String> = cell.split(';').filter(|item| !item.is_empty()).map(str::to_owned).collect();
    crate::plan::expand(&items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmed(values: &[(&str, &str)]) -> Confirmed {
        let fields = values.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect();
        Confirmed { fields, ids: BTreeMap::new() }
    }

    fn difference(step: StepId, kind: Kind, column: Option<&'static str>, known: &str, found: &str) -> Difference {
        let (sheet, text) = (SheetKind::Users, |text: &str| Some(text.to_owned()));
        let (known, found) = (text(known), text(found));
        Difference {
            customer: "a".to_owned(),
            sheet,
            key: String::new(),
            kind,
            column,
            known,
            found,
            steps: vec![step],
        }
    }

    #[test]
    fn what_is_gone_goes_with_what_belongs_to_it_and_values_are_as_found() {
        let (ana, rui, numbers) = (StepId::user("ana@a"), StepId::user("rui@a"), StepId::numbers("a", "Sede"));
        let user = confirmed(&[
            ("customer_external_id", "a"),
            ("extension", "1"),
            ("location", "Sede"),
            ("phone_number", "+351211234501"),
        ]);
        let known: Known = [
            (StepId::customer("a"), confirmed(&[("name", "A")])),
            (ana.clone(), user.clone()),
            (StepId::role("ana@a"), confirmed(&[("role", "full_admin")])),
            (rui.clone(), user),
            (StepId::role("rui@a"), confirmed(&[("role", "user_admin")])),
            (numbers.clone(), confirmed(&[("numbers", "+351211234500-+351211234502"), ("number_state", "active")])),
        ]
        .into_iter()
        .collect();
        let changed = Kind::Changed;
        let found = [
            difference(ana.clone(), Kind::Gone, None, "", ""),
            difference(rui.clone(), changed, Some("extension"), "1", "2"),
            difference(rui.clone(), changed, Some("phone_number"), "+351211234501", ""),
            difference(rui.clone(), changed, Some("location"), "Sede", ""),
            difference(ana.clone(), changed, Some("location"), "Sede", "Elsewhere"),
            difference(rui.clone(), changed, Some("email"), "rui@a", "rui.pinto@a"),
            difference(StepId::role("rui@a"), changed, Some("role"), "user_admin", ""),
            difference(numbers.clone(), Kind::Gone, Some("numbers"), "+351211234501", ""),
            difference(numbers.clone(), changed, Some("number_state"), "active", "inactive: +351211234502"),
            difference(StepId::user("new@a"), Kind::NotInWebex, None, "", ""),
        ];
        let amended = accept(&known, &found);
        let gone: Vec<&str> = amended.iter().filter(|(_, left)| left.is_none()).map(|(id, _)| id.as_str()).collect();
        assert_eq!(gone, ["role/ana@a", "role/rui@a", "user/ana@a"]);
        let fields = |id: &StepId| amended[id].clone().expect("it stands").fields;
        let expected = confirmed(&[("customer_external_id", "a"), ("extension", "2")]);
        assert_eq!(fields(&rui), expected.fields);
        let left = fields(&numbers);
        assert_eq!((&*left["numbers"], &*left["staged_numbers"]), ("+351211234500;+351211234502", "+351211234502"));
        assert_eq!((&*left["number_state"], &*left["number_state_asked"]), ("inactive", "active"));
        let whole = accept(&known, &[difference(StepId::customer("a"), Kind::Gone, None, "", "")]);
        assert_eq!(whole.len(), 5, "a customer takes its users along: {whole:?}");
    }
}
