//! One wheel for all customers that Webex is preparing: it turns when the first of them is due, and where many are due
//! one list tells of all of them. Nobody holds a slot while the wheel stands still.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::customers::{Ends, list};
use super::organisation::unreadable;
use crate::api::answers::{self, Customer, uuid};
use crate::api::{Client, Failure, Weight, calls};

/// The wait between two looks at a customer grows up to this many times the first.
const GROWTH_MAX: u32 = 3;
/// From so many customers on a list is asked for.
const LIST_FROM: usize = 3;

/// What the wheel sees of a customer.
pub(super) type Sight = Result<Customer, Failure>;

/// Where steps have their customers watched.
#[derive(Debug)]
pub(super) struct Wheel {
    watches: UnboundedSender<(String, String, UnboundedSender<Sight>)>,
}

impl Wheel {
    /// A wheel, and the future that turns it until it is dropped.
    pub fn new(client: Client, first: Duration) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (watches, taken) = unbounded_channel();
        let turning = Turning { client, first, taken, watched: Vec::new(), pages: 1 };
        (Self { watches }, turning.turn())
    }

    /// Every look at a customer from now on, until the receiver is dropped.
    pub fn watch(&self, customer_id: String, external_id: &str) -> UnboundedReceiver<Sight> {
        let (sights, seen) = unbounded_channel();
        // When nobody turns the wheel any more the receiver says so.
        let _ = self.watches.send((customer_id, external_id.to_owned(), sights));
        seen
    }
}

struct Watched {
    customer_id: String,
    /// The UUID inside the id, since one object's id is written in several ways.
    key: String,
    external_id: String,
    sights: UnboundedSender<Sight>,
    since: Instant,
    due: Instant,
    wait: Duration,
}

fn key(customer_id: &str) -> String {
    uuid(customer_id).unwrap_or_else(|| customer_id.to_owned())
}

struct Turning {
    client: Client,
    first: Duration,
    taken: UnboundedReceiver<(String, String, UnboundedSender<Sight>)>,
    watched: Vec<Watched>,
    /// Pages that the list of all customers had when it was last read.
    pages: usize,
}

impl Turning {
    async fn turn(mut self) {
        loop {
            let due = self.watched.iter().map(|watched| watched.due).min();
            tokio::select! {
                taken = self.taken.recv() => match taken {
                    Some((customer_id, external_id, sights)) => {
                        let (key, due) = (key(&customer_id), Instant::now() + self.first);
                        let (since, wait) = (Instant::now(), self.first);
                        self.watched.push(Watched { customer_id, key, external_id, sights, since, due, wait });
                    }
                    None => return,
                },
                () = at(due) => self.look().await,
            }
            self.watched.retain(|watched| !watched.sights.is_closed());
        }
    }

    /// Looks at every customer that is due, or as good as due, and at those that a list tells of on the way.
    async fn look(&mut self) {
        let until = Instant::now() + self.first / 2;
        let mut looked_at: HashSet<usize> = HashSet::new();
        let due = |watched: &Watched| watched.due <= until;
        let count = self.watched.iter().filter(|watched| due(watched)).count();
        let listed = if count >= LIST_FROM.max(self.pages) { self.list(count).await } else { HashMap::new() };
        for (position, customer) in listed {
            self.measure(position, &customer);
            let _ = self.watched[position].sights.send(Ok(customer));
            looked_at.insert(position);
        }
        let is_open = |position: &usize| due(&self.watched[*position]) && !looked_at.contains(position);
        let open: Vec<usize> = (0..self.watched.len()).filter(is_open).collect();
        let looks = open.iter().map(|&position| look_at(&self.client, &self.watched[position].customer_id));
        for (&position, sight) in open.iter().zip(join_all(looks).await) {
            if let Ok(customer) = &sight {
                self.measure(position, customer);
            }
            let _ = self.watched[position].sights.send(sight);
        }
        looked_at.extend(open);
        let now = Instant::now();
        for position in looked_at {
            let watched = &mut self.watched[position];
            watched.wait = (watched.wait * 3 / 2).min(self.first * GROWTH_MAX);
            watched.due = now + watched.wait;
        }
    }

    /// How long Webex took is what the next forecast reckons with.
    fn measure(&self, position: usize, customer: &Customer) {
        if customer.status == "provisioned" {
            self.client.prepared(self.watched[position].since.elapsed());
        }
    }

    /// What one list tells, by position. Trouble with the list is nothing to conclude from.
    async fn list(&mut self, pages_max: usize) -> HashMap<usize, Customer> {
        let Ok(listing) = list(&self.client, pages_max, Ends::Probable).await else { return HashMap::new() };
        self.pages = listing.customers.len().div_ceil(calls::PAGE_ENTRIES).max(1);
        if !listing.is_whole {
            // It is longer than what it would save.
            self.pages += 1;
        }
        let tells = |customer: &Customer| match customer.status.as_str() {
            "provisioned" => customer.org_id.is_some(),
            // What went wrong may stand in the customer's own answer only.
            "provisioned_with_errors" | "error" => false,
            _ => true,
        };
        let by_key: HashMap<&str, usize> =
            self.watched.iter().enumerate().map(|(position, watched)| (watched.key.as_str(), position)).collect();
        let by_name: HashMap<&str, usize> = self
            .watched
            .iter()
            .enumerate()
            .map(|(position, watched)| (watched.external_id.as_str(), position))
            .collect();
        let placed = listing.customers.into_iter().filter(tells).filter_map(|customer| {
            let named = || by_name.get(customer.external_id.as_deref()?);
            let position = by_key.get(key(&customer.id).as_str()).or_else(named).copied()?;
            Some((position, customer))
        });
        placed.collect()
    }
}

async fn look_at(client: &Client, customer_id: &str) -> Sight {
    let answer = client.send(Weight::Repeatable, calls::get_customer(customer_id)).await?;
    answers::read::<Customer>(&answer).map_err(unreadable)
}

/// Ends at that moment; never without one.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
