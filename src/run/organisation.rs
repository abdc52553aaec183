//! What is learnt of a customer's organisation once, and asked for by many steps.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::api::answers::{self, Location, NumberVerdict, Subscriber};
use crate::api::{Client, Failure, Refusal, Weight, calls};
use crate::plan::{Plan, Work, expand};

/// Numbers asked about in one validation. Cisco publishes no figure.
const NUMBERS_PER_VALIDATION: usize = 1000;
/// Pages of one list at most: a list that never ends is a fault of the server.
const PAGES_MAX: usize = 1000;

/// The organisations of a run, by the customer's external id.
#[derive(Debug)]
pub(super) struct Organisations {
    /// Numbers that the plan adds, so that one validation serves all locations of a customer.
    numbers: HashMap<String, Vec<String>>,
    entered: Mutex<HashMap<String, Arc<Organisation>>>,
}

impl Organisations {
    pub fn new(plan: &Plan) -> Self {
        let mut numbers: HashMap<String, Vec<String>> = HashMap::new();
        for step in &plan.steps {
            if let Work::Numbers(work) = &step.work {
                numbers.entry(work.customer.clone()).or_default().extend(work.add.iter().cloned());
            }
        }
        Self { numbers, entered: Mutex::default() }
    }

    pub fn enter(&self, customer: &str) -> Arc<Organisation> {
        // The map only ever gains entries, so a poisoned lock is as good as any.
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = || self.numbers.get(customer).cloned().unwrap_or_default();
        let organisation = entered.entry(customer.to_owned()).or_insert_with(|| Arc::new(Organisation::new(numbers())));
        Arc::clone(organisation)
    }
}

/// One customer's organisation.
#[derive(Debug)]
pub(super) struct Organisation {
    numbers: Vec<String>,
    locations: OnceCell<Vec<Location>>,
    subscribers: OnceCell<HashMap<String, Subscriber>>,
    verdicts: OnceCell<HashMap<String, NumberVerdict>>,
}

impl Organisation {
    fn new(numbers: Vec<String>) -> Self {
        Self { numbers, locations: OnceCell::new(), subscribers: OnceCell::new(), verdicts: OnceCell::new() }
    }

    /// The locations as they stood at the first look.
    pub async fn locations(&self, client: &Client, org_id: &str) -> Result<&[Location], Failure> {
        let list = self.locations.get_or_try_init(|| fresh_locations(client, org_id)).await?;
        Ok(list)
    }

    /// The users as they stood at the first look, by e-mail.
    pub async fn subscribers(
        &self,
        client: &Client,
        customer_id: &str,
    ) -> Result<&HashMap<String, Subscriber>, Failure> {
        let list = || async {
            let mut by_email = HashMap::new();
            for _ in 0..PAGES_MAX {
                let answer =
                    client.send(Weight::Repeatable, calls::list_subscribers(customer_id, by_email.len())).await?;
                let page: Vec<Subscriber> = answers::list(&answer, &["items"]).map_err(unreadable)?;
                let before = by_email.len();
                by_email.extend(page.into_iter().map(|subscriber| (subscriber.email.to_lowercase(), subscriber)));
                if by_email.len() == before {
                    return Ok(by_email);
                }
            }
            Err(unreadable("the list of users does not end".to_owned()))
        };
        self.subscribers.get_or_try_init(list).await
    }

    /// What the validation says of every number that the plan adds for this customer.
    pub async fn verdicts(&self, client: &Client, org_id: &str) -> Result<&HashMap<String, NumberVerdict>, Failure> {
        let validate = || async {
            let mut verdicts = HashMap::new();
            for batch in expand(&self.numbers).chunks(NUMBERS_PER_VALIDATION) {
                let answer = client.send(Weight::Repeatable, calls::validate_numbers(org_id, batch)).await?;
                let page: Vec<NumberVerdict> =
                    answers::list(&answer, &["numbers", "phoneNumbers"]).map_err(unreadable)?;
                verdicts.extend(page.into_iter().map(|verdict| (verdict.number.clone(), verdict)));
            }
            Ok(verdicts)
        };
        self.verdicts.get_or_try_init(validate).await
    }
}

/// The locations as they stand now.
pub(super) async fn fresh_locations(client: &Client, org_id: &str) -> Result<Vec<Location>, Failure> {
    let answer = client.send(Weight::Repeatable, calls::list_locations(org_id)).await?;
    let mut locations: Vec<Location> = answers::list(&answer, &["items"]).map_err(unreadable)?;
    let mut answer = answer;
    for _ in 0..PAGES_MAX {
        let Some(next) = answers::next_page(&answer, "/locations") else { return Ok(locations) };
        answer = client.send(Weight::Repeatable, next).await?;
        locations.extend(answers::list::<Location>(&answer, &["items"]).map_err(unreadable)?);
    }
    Err(unreadable("the list of locations does not end".to_owned()))
}

/// The numbers of a location as they stand now.
pub(super) async fn numbers_of(client: &Client, org_id: &str, location_id: &str) -> Result<Vec<String>, Failure> {
    let mut numbers: Vec<String> = Vec::new();
    for _ in 0..PAGES_MAX {
        let answer = client.send(Weight::Repeatable, calls::list_numbers(org_id, location_id, numbers.len())).await?;
        let page: Vec<answers::Number> = answers::list(&answer, &["phoneNumbers", "items"]).map_err(unreadable)?;
        let count = numbers.len();
        numbers.extend(page.into_iter().map(|number| number.phone_number));
        // A page may be shorter than asked for, so only a page without anything new is the end.
        numbers.sort();
        numbers.dedup();
        if numbers.len() == count {
            return Ok(numbers);
        }
    }
    Err(unreadable("the list of numbers does not end".to_owned()))
}

/// An answer that came but cannot be understood: no use repeating, nothing to conclude.
pub(super) fn unreadable(why: String) -> Failure {
    Failure::Rejected(Refusal { status: 200, code: None, text: why, tracking_id: None })
}
