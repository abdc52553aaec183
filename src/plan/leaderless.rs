//! Customers whose last administrator goes. Nobody of such a customer can administer it any more.

use std::collections::{HashMap, HashSet};

use super::id::StepId;
use super::known::Known;
use super::step::{Source, Stage};
use crate::check::{Batch, Deleted};
use crate::model::Role;

/// A row that takes a customer its last administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaderless {
    pub source: Source,
    pub customer: String,
    /// The e-mail of the one who goes last.
    pub email: String,
}

/// Customers that stay while every administrator goes that turnup knows of; in the order of the rows. Administrators are
/// who stands in `admin_email` and who has the role of a full administrator.
pub fn leaderless(batch: &Batch, known: &Known) -> Vec<Leaderless> {
    let leaving = leaving(batch, known);
    if leaving.is_empty() {
        return Vec::new();
    }
    let leaders = Leaders::new(batch, known);
    let emails: HashSet<&str> = leaving.iter().map(|user| user.email.as_str()).collect();
    let mut staying: HashMap<&str, Staying> = HashMap::new();
    for user in &leaving {
        staying.entry(&user.customer).or_default();
    }
    let users = known.iter().filter(|(id, _)| id.stage() == Some(Stage::Users));
    for (id, confirmed) in users {
        let customer = confirmed.fields.get("customer_external_id");
        if let Some((customer, staying)) = customer.and_then(|of| Some((of, staying.get_mut(of.as_str())?))) {
            let email = id.parts().concat();
            staying.add(&email, &emails, leaders.has(customer, &email));
        }
    }
    for user in batch.users() {
        let (customer, email) = (user.value.customer.as_str(), user.value.email.as_str());
        if let Some(staying) = staying.get_mut(customer) {
            let leads = user.value.role == Some(Role::FullAdmin) || leaders.has(customer, email);
            staying.add(email, &emails, leads);
        }
    }
    let mut last: HashMap<&str, &Leaderless> = HashMap::new();
    for user in &leaving {
        let Staying { somebody, leader } = staying[user.customer.as_str()];
        if !leader && (!somebody || leaders.has(&user.customer, &user.email)) {
            last.insert(&user.customer, user);
        }
    }
    let mut found: Vec<Leaderless> = last.into_values().cloned().collect();
    found.sort_by_key(|user| user.source.index);
    found
}

/// The users who go by a row of their own, in the order of the rows, and whose customer stays.
fn leaving(batch: &Batch, known: &Known) -> Vec<Leaderless> {
    let going = batch.deletions().iter().filter_map(|deletion| match &deletion.what {
        Deleted::Customer { external_id } => Some(external_id),
        _ => None,
    });
    let going: HashSet<&String> = going.collect();
    let users = batch.deletions().iter().filter_map(|deletion| match &deletion.what {
        Deleted::User { customer, email } => {
            let recorded = || known.made(&StepId::user(email))?.fields.get("customer_external_id").cloned();
            let customer = customer.clone().or_else(recorded).filter(|customer| !going.contains(customer))?;
            Some(Leaderless { source: deletion.row.into(), customer, email: email.clone() })
        }
        _ => None,
    });
    users.collect()
}

/// Who of a customer stays.
#[derive(Debug, Clone, Copy, Default)]
struct Staying {
    somebody: bool,
    leader: bool,
}

impl Staying {
    fn add(&mut self, email: &str, leaving: &HashSet<&str>, leads: bool) {
        if !leaving.contains(email) {
            self.somebody = true;
            self.leader |= leads;
        }
    }
}

/// Who administers.
struct Leaders<'a> {
    known: &'a Known,
    /// What today's sheet says in `admin_email`.
    said: HashMap<&'a str, &'a str>,
}

impl<'a> Leaders<'a> {
    fn new(batch: &'a Batch, known: &'a Known) -> Self {
        let said = batch.customers().iter().map(|row| (row.value.external_id.as_str(), row.value.admin_email.as_str()));
        Self { known, said: said.collect() }
    }

    fn has(&self, customer: &str, email: &str) -> bool {
        let field = |id: StepId, column: &str| self.known.get(&id)?.fields.get(column).map(String::as_str);
        let role = field(StepId::role(email), "role").and_then(Role::parse);
        // Who was made with the customer counts: a later word of the sheet changes nothing in Webex.
        let leads = field(StepId::customer(customer), "admin_email").or_else(|| self.said.get(customer).copied());
        role == Some(Role::FullAdmin) || leads == Some(email)
    }
}
