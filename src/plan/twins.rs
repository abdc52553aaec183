//! People who seem to be known under another e-mail. A new e-mail is a new person, who is billed.

use std::collections::{HashMap, HashSet};

use super::id::StepId;
use super::known::Known;
use super::step::{Source, Stage};
use crate::check::Batch;
use crate::model::fold;

/// A new person with the name and the line of a known one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    pub source: Source,
    /// The e-mail of the row.
    pub email: String,
    /// The e-mail under which the person is known.
    pub known: String,
}

/// Rows whose e-mail is unknown, but whose name and number, or name and extension at the same customer, are those of a
/// known person; in the order of the rows.
pub fn twins(batch: &Batch, known: &Known) -> Vec<Twin> {
    let is_new = |email: &str| known.made(&StepId::user(email)).is_none();
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (position, user) in batch.users().iter().enumerate().filter(|(_, user)| is_new(user.value.email.as_str())) {
        by_name.entry(name(&user.value.first_name, &user.value.last_name)).or_default().push(position);
    }
    let new = || by_name.values().flatten().map(|position| &batch.users()[*position].value);
    let lines: HashSet<String> = new()
        .flat_map(|user| [user.phone_number.map(|phone| phone.to_string()), user.extension.map(|own| own.to_string())])
        .flatten()
        .collect();
    let mut twins = Vec::new();
    for (id, confirmed) in known.iter() {
        let text = |column: &str| confirmed.fields.get(column).map(String::as_str);
        // Names are compared where a line is the same; of very many known persons that is hardly anybody.
        let has_line = ["phone_number", "extension"].into_iter().filter_map(text).any(|line| lines.contains(line));
        if !has_line || id.stage() != Some(Stage::Users) {
            continue;
        }
        let full = name(text("first_name").unwrap_or_default(), text("last_name").unwrap_or_default());
        for position in by_name.get(&full).into_iter().flatten() {
            let sourced = &batch.users()[*position];
            let user = &sourced.value;
            let number = user.phone_number.map(|phone| phone.to_string());
            let extension = user.extension.map(|extension| extension.to_string());
            let same_number = number.is_some() && number.as_deref() == text("phone_number");
            let same_customer = text("customer_external_id") == Some(user.customer.as_str());
            let same_extension = extension.is_some() && extension.as_deref() == text("extension");
            if same_number || (same_customer && same_extension) {
                let (source, email) = (sourced.row.into(), user.email.to_string());
                twins.push(Twin { source, email, known: id.parts().concat() });
            }
        }
    }
    twins.sort_by(|a, b| (a.source.index, &a.known).cmp(&(b.source.index, &b.known)));
    twins
}

fn name(first: &str, last: &str) -> String {
    fold(&format!("{first} {last}"))
}
