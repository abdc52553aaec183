//! Which customers stand already: learnt from one list where a run makes many, from a look-up each where it makes few.

use std::collections::{HashMap, HashSet};

use tokio::sync::OnceCell;

use crate::api::answers::{self, Customer};
use crate::api::pages::{self, next_page, unreadable};
use crate::api::{Client, Failure, Weight, calls};

/// From so many new customers on a list is asked for.
const LIST_FROM: usize = 3;
/// New customers that pay for one more page: a partner with very many customers is not listed whole for a few new ones.
const CUSTOMERS_PER_PAGE: usize = 4;

/// The customers that stood at the first look.
#[derive(Debug)]
pub(super) struct Customers {
    /// Pages that the list may take; none when every customer is looked up by itself.
    pages: usize,
    standing: OnceCell<Standing>,
}

/// Customers by external id, and whether these are all.
#[derive(Debug)]
struct Standing {
    customers: HashMap<String, Customer>,
    is_whole: bool,
}

/// A list of customers, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub customers: Vec<Customer>,
    pub is_whole: bool,
}

impl Customers {
    /// Of a run that makes so many.
    pub fn new(new: usize) -> Self {
        let pages = if new < LIST_FROM { 0 } else { new.div_ceil(CUSTOMERS_PER_PAGE) };
        Self { pages, standing: OnceCell::new() }
    }

    /// The customer with that external id, as it stood when it was first asked for any.
    pub async fn standing(&self, client: &Client, external_id: &str) -> Result<Option<Customer>, Failure> {
        if self.pages > 0 {
            let standing = self.standing.get_or_try_init(|| self.list(client)).await?;
            let found = standing.customers.get(external_id);
            if found.is_some() || standing.is_whole {
                return Ok(found.cloned());
            }
        }
        find(client, external_id).await
    }

    async fn list(&self, client: &Client) -> Result<Standing, Failure> {
        let Listing { customers, is_whole } = list(client, self.pages, Ends::Certain).await?;
        let named = |customer: Customer| customer.external_id.clone().map(|id| (id, customer));
        Ok(Standing { customers: customers.into_iter().filter_map(named).collect(), is_whole })
    }
}

/// When a list without links is taken for read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// At a page that brings nothing new: a page may be shorter than asked for.
    Certain,
    /// At a short page: whoever is missing is looked up.
    Probable,
}

/// Reads the list of customers, at most so many pages of it.
pub(super) async fn list(client: &Client, pages: usize, ends: Ends) -> Result<Listing, Failure> {
    let mut listing = Listing::default();
    let mut seen: HashSet<String> = HashSet::new();
    let mut request = calls::list_customers(0);
    for _ in 0..pages {
        let answer = client.send(Weight::Repeatable, request).await.map_err(no_such_api)?;
        let page: Vec<Customer> = answers::list(&answer, &["items", "customers"]).map_err(unreadable)?;
        let (length, before) = (page.len(), seen.len());
        for customer in page {
            if seen.insert(customer.id.clone()) {
                listing.customers.push(customer);
            }
        }
        let next = next_page(&answer, "/wholesale/customers").map_err(unreadable)?;
        let has_new = seen.len() > before;
        let is_end = match ends {
            Ends::Certain => !has_new,
            Ends::Probable => !has_new || length < calls::PAGE_ENTRIES,
        };
        if next.is_none() && is_end {
            listing.is_whole = true;
            return Ok(listing);
        }
        request = next.unwrap_or_else(|| calls::list_customers(seen.len()));
    }
    Ok(listing)
}

/// The customer with exactly that external id.
pub(super) async fn find(client: &Client, external_id: &str) -> Result<Option<Customer>, Failure> {
    let first = calls::find_customer(external_id);
    let customers: Vec<Customer> = pages::linked(client, first, &["items", "customers"]).await.map_err(no_such_api)?;
    // A server that does not know the filter answers with everything.
    Ok(customers.into_iter().find(|customer| customer.external_id.as_deref() == Some(external_id)))
}

/// Where even the list of customers does not exist, there is no Webex.
fn no_such_api(failure: Failure) -> Failure {
    match failure {
        Failure::Rejected(refusal) if matches!(refusal.status, 404 | 405) => Failure::Environment(format!(
            "the API URL leads to no Webex: it has no list of customers ({refusal}); check --api-url or `api.url`"
        )),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::api::wire::{Answer, Request};
    use crate::api::{ClientSettings, Transport};

    /// A Webex whose lists are empty and name a next page.
    fn pointing_at(next: &'static str) -> Client {
        let transport = Transport::Function(Arc::new(move |_: Request| {
            Box::pin(async move {
                let mut answer = Answer::json(200, &json!({ "items": [] }));
                answer.headers.push(("Link".to_owned(), format!("<{next}>; rel=\"next\"")));
                Ok(answer)
            })
        }));
        let settings = ClientSettings { in_flight: Some(1), rate: None, backoff: Duration::from_millis(1) };
        Client::new(transport, settings, "test")
    }

    #[tokio::test]
    async fn a_list_whose_next_page_is_elsewhere_tells_of_nobody_absent() {
        for next in ["https://x.example/v1/other?a=1", "https://x.example/v1/wholesale/customers/7?a=1", "nonsense"] {
            let failure = find(&pointing_at(next), "c-1").await.expect_err("nothing can be concluded");
            assert!(failure.to_string().contains(&format!("`{next}`, which is not this list")), "{failure}");
        }
    }
}
