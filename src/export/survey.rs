//! Which customers of the sheets stand in Webex already, and which of their users: read by lists, nothing is changed.

use std::collections::{HashMap, HashSet};

use anyhow::bail;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::picture::key;
use super::reader::{Budget, Halt, Reader};
use crate::api::answers::{Customer, Subscriber};
use crate::api::{Client, Failure, calls, pages};

/// So many customers are looked up one by one; for more of them the list of all is cheaper.
const LOOK_UPS_MAX: usize = 25;
/// The names under which lists of customers and of users come.
const CUSTOMERS: &[&str] = &["items", "customers"];
const SUBSCRIBERS: &[&str] = &["items", "subscribers"];

/// A customer of the sheets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    pub external_id: String,
    /// The organisation that it is to be attached to.
    pub org_id: Option<String>,
    /// Does a row name users of it?
    pub has_users: bool,
}

/// Why something was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRead {
    /// The budget of requests was used up.
    OverBudget,
    /// Webex did not answer, or not in a way that can be understood.
    Failed(String),
}

/// What the partner's lists say of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// It is not among the partner's customers.
    Absent,
    Present(Listing),
    NotRead(NotRead),
}

/// A customer that is among the partner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The id that Webex gave it.
    pub id: String,
    /// Its status in Webex's word.
    pub status: String,
    /// The external id under which it is listed, when that is another one.
    pub other_id: Option<String>,
    /// The e-mails of its users, in lower case.
    pub emails: Result<HashSet<String>, NotRead>,
}

/// Looks for customers among the partner's, and for the users of those that are there, in the order of `sought`.
///
/// # Errors
/// When nobody can be asked: no network, no token.
pub async fn survey(client: &Client, budget: &Budget, sought: &[Sought]) -> anyhow::Result<Vec<Listed>> {
    let is_list_needed = sought.len() > LOOK_UPS_MAX || sought.iter().any(|one| one.org_id.is_some());
    let list = if is_list_needed { Some(whole_list(client, budget).await?) } else { None };
    let looked = sought.iter().map(|one| async {
        let found = match &list {
            Some(Ok(list)) => Ok(list.find(one).cloned()),
            Some(Err(why)) => Err(why.clone()),
            None => one_of(client, budget, &one.external_id).await?,
        };
        listed(client, budget, one, found).await
    });
    // Many are looked up beside each other, and handed back in their order.
    let looked: Vec<_> = looked.collect();
    stream::iter(looked).buffered(client.in_flight().max(1)).try_collect().await
}

/// The partner's customers, by what a row may name.
struct List {
    by_id: HashMap<String, Customer>,
    by_org: HashMap<String, Customer>,
}

impl List {
    fn find(&self, one: &Sought) -> Option<&Customer> {
        let by_org = || one.org_id.as_deref().and_then(|org| self.by_org.get(&key(org)));
        self.by_id.get(&one.external_id).or_else(by_org)
    }
}

async fn whole_list(client: &Client, budget: &Budget) -> anyhow::Result<Result<List, NotRead>> {
    let Some(reader) = Reader::with(client, budget, 0) else { return Ok(Err(NotRead::OverBudget)) };
    let list = match pages::counted::<Customer, _>(&reader, calls::list_customers, CUSTOMERS).await {
        Ok(list) => list,
        Err(halt) => return Ok(Err(not_read(halt)?)),
    };
    let by_org = list.iter().filter_map(|one| Some((key(one.org_id.as_deref()?), one.clone()))).collect();
    let by_id = list.into_iter().filter_map(|one| Some((one.external_id.clone()?, one))).collect();
    Ok(Ok(List { by_id, by_org }))
}

async fn one_of(
    client: &Client,
    budget: &Budget,
    external_id: &str,
) -> anyhow::Result<Result<Option<Customer>, NotRead>> {
    let Some(reader) = Reader::with(client, budget, 0) else { return Ok(Err(NotRead::OverBudget)) };
    let found = pages::linked::<Customer, _>(&reader, calls::find_customer(external_id), CUSTOMERS).await;
    // A server that passes the filter over lists others, too.
    let is_it = |one: &Customer| one.external_id.as_deref() == Some(external_id);
    match found {
        Ok(found) => Ok(Ok(found.into_iter().find(is_it))),
        Err(halt) => Ok(Err(not_read(halt)?)),
    }
}

async fn listed(
    client: &Client,
    budget: &Budget,
    one: &Sought,
    found: Result<Option<Customer>, NotRead>,
) -> anyhow::Result<Listed> {
    let customer = match found {
        Err(why) => return Ok(Listed::NotRead(why)),
        Ok(None) => return Ok(Listed::Absent),
        Ok(Some(customer)) => customer,
    };
    let emails = if one.has_users { emails(client, budget, &customer.id).await? } else { Ok(HashSet::new()) };
    let other_id = customer.external_id.filter(|id| *id != one.external_id);
    Ok(Listed::Present(Listing { id: customer.id, status: customer.status, other_id, emails }))
}

async fn emails(
    client: &Client,
    budget: &Budget,
    customer_id: &str,
) -> anyhow::Result<Result<HashSet<String>, NotRead>> {
    let Some(reader) = Reader::with(client, budget, 0) else { return Ok(Err(NotRead::OverBudget)) };
    let at = |start| calls::list_subscribers(customer_id, start);
    match pages::counted::<Subscriber, _>(&reader, at, SUBSCRIBERS).await {
        Ok(users) => Ok(Ok(users.into_iter().map(|user| user.email.to_lowercase()).collect())),
        Err(halt) => Ok(Err(not_read(halt)?)),
    }
}

/// What one customer's look-up has come to; without a network or a token nothing is worth asking.
fn not_read(halt: Halt) -> anyhow::Result<NotRead> {
    match halt {
        Halt::OverBudget => Ok(NotRead::OverBudget),
        Halt::Failed(Failure::Environment(why)) => bail!("{why}"),
        Halt::Failed(failure) => Ok(NotRead::Failed(failure.to_string())),
    }
}
