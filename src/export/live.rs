//! Reading customers: one after the other begins, many are under way, and each is read whole or not at all.

use std::collections::HashMap;

use anyhow::bail;
use futures_util::{StreamExt, future, stream};

use super::picture::{Lists, Picture, Telephony, key};
use super::reader::{Budget, Halt, Reader};
use crate::api::answers::{self, CallingLocation, Customer, Location, Organisation, Subscriber};
use crate::api::pages::{self, Ask, unreadable};
use crate::api::roles::name_roles;
use crate::api::wire::Request;
use crate::api::{Client, Failure, calls};
use crate::model::Package;

/// Locations of one organisation that are asked about at one time.
const SITES_AT_ONCE: usize = 8;
/// Requests of a customer beside those that depend on its size: the organisation, its locations, and the end of the
/// lists of users, calling locations and numbers.
const REQUESTS_MIN: u64 = 9;
/// Requests that only one location takes: itself, what connects it, and whom an emergency call is called back at.
const REQUESTS_PER_SITE: u64 = 3;
/// Users on one page.
const USERS_PER_PAGE: u64 = 100;

/// A customer that was not read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub customer: String,
    pub reason: String,
}

/// What was read, sorted by external id.
#[derive(Debug, Default)]
pub struct Reading {
    pub pictures: Vec<Picture>,
    pub unread: Vec<Unread>,
    /// Those for which the budget was too small.
    pub over_budget: Vec<String>,
}

/// Every customer of the partner that can be read, and those that cannot; none when the budget is too small for the list.
///
/// # Errors
/// When the list cannot be had.
pub async fn customers(client: &Client, budget: &Budget) -> anyhow::Result<Option<(Vec<Customer>, Vec<Unread>)>> {
    let Some(reader) = Reader::with(client, budget, 0) else { return Ok(None) };
    let list = pages::counted::<Customer, _>(&reader, calls::list_customers, &["items", "customers"]).await;
    let list = match list {
        Ok(list) => list,
        Err(Halt::OverBudget) => return Ok(None),
        Err(Halt::Failed(failure)) => bail!("the list of customers cannot be read: {failure}"),
    };
    let (mut good, mut unread) = (Vec::new(), Vec::new());
    for customer in list {
        match obstacle(&customer) {
            None => good.push(customer),
            Some(reason) => {
                let name = customer.external_id.filter(|id| !id.is_empty()).unwrap_or(customer.id);
                unread.push(Unread { customer: name, reason });
            }
        }
    }
    good.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    Ok(Some((good, unread)))
}

/// What keeps a customer from being read.
fn obstacle(customer: &Customer) -> Option<String> {
    if customer.external_id.as_deref().is_none_or(|id| id.trim().is_empty()) {
        return Some("it has no external id, by which a sheet could name it".to_owned());
    }
    if !matches!(customer.status.as_str(), "provisioned" | "provisioned_with_errors") {
        return Some(format!("its status is `{}`", customer.status));
    }
    customer.org_id.is_none().then(|| "Webex does not name its organisation".to_owned())
}

/// Requests that a customer of this size takes.
pub fn estimate(users: usize, sites: usize) -> u64 {
    let pages = (users as u64).div_ceil(USERS_PER_PAGE) * 2;
    REQUESTS_MIN + pages + sites as u64 * REQUESTS_PER_SITE
}

/// Reads customers, so many at one time; each comes with the requests that are set aside for it.
///
/// # Errors
/// When nobody can be asked: no network, no token.
pub async fn read(
    client: &Client,
    budget: &Budget,
    customers: Vec<(Customer, u64)>,
    at_once: usize,
) -> anyhow::Result<Reading> {
    let mut reading = Reading::default();
    let mut open = customers;
    loop {
        let before = reading.pictures.len();
        open = pass(client, budget, open, at_once, &mut reading).await?;
        // What was set aside for others and not used may be enough for those who did not fit.
        if open.is_empty() || reading.pictures.len() == before {
            break;
        }
    }
    reading.over_budget = open.into_iter().filter_map(|(customer, _)| customer.external_id).collect();
    reading.pictures.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    reading.unread.sort_by(|one, other| one.customer.cmp(&other.customer));
    reading.over_budget.sort_unstable();
    Ok(reading)
}

/// Reads what fits into the budget; hands back what does not, in its order.
async fn pass(
    client: &Client,
    budget: &Budget,
    customers: Vec<(Customer, u64)>,
    at_once: usize,
    reading: &mut Reading,
) -> anyhow::Result<Vec<(Customer, u64)>> {
    let one = |(place, (customer, requests)): (usize, (Customer, u64))| async move {
        let external_id = customer.external_id.clone().unwrap_or_default();
        let picture = match Reader::with(client, budget, requests) {
            Some(reader) => Box::pin(picture(reader, &external_id, &customer)).await,
            None => Err(Halt::OverBudget),
        };
        (place, (customer, requests), picture)
    };
    let mut under_way = stream::iter(customers.into_iter().enumerate().map(one)).buffer_unordered(at_once.max(1));
    let mut left = Vec::new();
    while let Some((place, customer, picture)) = under_way.next().await {
        match picture {
            Ok(picture) => reading.pictures.push(picture),
            Err(Halt::OverBudget) => left.push((place, customer)),
            Err(Halt::Failed(Failure::Environment(why))) => bail!("{why}"),
            Err(Halt::Failed(failure)) => {
                let customer = customer.0.external_id.unwrap_or_default();
                reading.unread.push(Unread { customer, reason: failure.to_string() });
            }
        }
    }
    left.sort_by_key(|(place, _)| *place);
    Ok(left.into_iter().map(|(_, customer)| customer).collect())
}

async fn picture(mut reader: Reader<'_>, external_id: &str, customer: &Customer) -> Result<Picture, Halt> {
    let org_id = customer.org_id.as_deref().unwrap_or_default();
    reader.enter(org_id);
    // This look also opens the organisation to the partner's token.
    let organisation: Organisation = one(&reader, calls::open_organisation(org_id)).await?;
    let has_calling = customer.packages.iter().filter_map(|name| Package::parse(name)).any(Package::is_calling);
    let subscribers = |offset| calls::list_subscribers(&customer.id, offset);
    let (subscribers, mut people, locations, sites, lines) = Box::pin(future::try_join5(
        pages::counted::<Subscriber, _>(&reader, subscribers, &["items"]),
        pages::linked::<answers::Person, _>(&reader, calls::list_people(org_id), &["items"]),
        pages::linked::<Location, _>(&reader, calls::list_locations(org_id), &["items"]),
        calling_locations(&reader, org_id, has_calling),
        lines(&reader, org_id, has_calling),
    ))
    .await?;
    name_roles(&reader, &mut people).await;
    let name = organisation.display_name.unwrap_or_default();
    let calling = calling(&reader, org_id, sites).await?;
    Ok(Picture::new(external_id, customer, &Lists { name, subscribers, people, locations, lines, calling }))
}

async fn one<T: serde::de::DeserializeOwned>(reader: &Reader<'_>, request: Request) -> Result<T, Halt> {
    let answer = reader.ask(request).await?;
    Ok(answers::read(&answer).map_err(unreadable)?)
}

/// The same of what need not be there.
async fn perhaps<T: serde::de::DeserializeOwned>(reader: &Reader<'_>, request: Request) -> Result<Option<T>, Halt> {
    match one(reader, request).await {
        Ok(found) => Ok(Some(found)),
        Err(Halt::Failed(Failure::Rejected(refusal))) if matches!(refusal.status, 400 | 404 | 405) => Ok(None),
        Err(halt) => Err(halt),
    }
}

/// Where no calling is sold, calling has nothing to tell.
async fn calling_locations(reader: &Reader<'_>, org_id: &str, has_calling: bool) -> Result<Vec<CallingLocation>, Halt> {
    if !has_calling {
        return Ok(Vec::new());
    }
    pages::counted(reader, |start| calls::list_calling_locations(org_id, start), &["locations"]).await
}

async fn lines(reader: &Reader<'_>, org_id: &str, has_calling: bool) -> Result<Vec<answers::Number>, Halt> {
    if !has_calling {
        return Ok(Vec::new());
    }
    pages::counted(reader, |start| calls::list_organisation_numbers(org_id, start), &["phoneNumbers", "items"]).await
}

/// What only each location itself tells: the language of its announcements, what connects it, and whose number is called
/// back after an emergency call.
async fn calling(
    reader: &Reader<'_>,
    org_id: &str,
    sites: Vec<CallingLocation>,
) -> Result<HashMap<String, Telephony>, Halt> {
    let one = |listed: CallingLocation| async move {
        let location = one(reader, calls::get_calling_location(org_id, &listed.id)).await?;
        // A location that is not connected yet has nothing to show.
        let connection = perhaps(reader, calls::get_pstn_connection(org_id, &listed.id)).await?;
        let callback = perhaps(reader, calls::get_callback(org_id, &listed.id)).await?;
        Ok::<_, Halt>((key(&listed.id), Telephony { location, connection, callback }))
    };
    let mut under_way = stream::iter(sites.into_iter().map(one)).buffer_unordered(SITES_AT_ONCE);
    let mut calling = HashMap::new();
    while let Some(answered) = under_way.next().await {
        let (id, told) = answered?;
        calling.insert(id, told);
    }
    Ok(calling)
}
