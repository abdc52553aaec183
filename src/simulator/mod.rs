//! A Webex in memory: the API that a provisioning client needs, with state, rules and faults.
//!
//! The core is a function from a request and a time to an answer. It opens no socket, reads no clock and
//! starts no thread; [`server`] puts it behind a port. It is not a proof of what Cisco does: where Cisco
//! is silent, it does what a careful client should be able to bear.

mod call;
mod checker;
mod faults;
mod ids;
mod ledger;
mod lifecycle;
mod line;
mod overview;
mod pace;
mod packages;
mod paging;
mod percent;
mod records;
mod refusal;
mod router;
mod routes;
mod seats;
pub mod server;
mod settings;
mod store;
mod table;
mod tally;
mod weather;

use self::call::{Call, Outcome, World, partner_org};
pub use self::faults::Faults;
use self::faults::{Blow, Moment, Strike};
use self::pace::Bucket;
pub use self::records::ConnectionKind;
use self::records::Organization;
use self::refusal::Refusal;
use self::router::Found;
pub use self::settings::{Duplicates, Settings};
use self::store::Store;
use self::tally::Tally;
use crate::api::wire::{Answer, Method, Request};

/// Where the state is told, without a token and without being counted.
const STATE_PATH: &str = "/_turnup/state";

/// What becomes of a request, and how long that takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub delivery: Delivery,
    pub delay_ms: u64,
}

/// How a request ends for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    Answer(Answer),
    /// The connection is cut without an answer.
    Drop,
    /// No answer ever comes.
    Hang,
}

/// A Webex that remembers.
#[derive(Debug)]
pub struct Simulator {
    world: World,
    faults: Faults,
    bucket: Option<Bucket>,
    tally: Tally,
}

impl Simulator {
    /// An empty Webex.
    pub fn new(settings: Settings, faults: Faults) -> Self {
        Self::with_store(settings, faults, Store::default())
    }

    /// A Webex that goes on where the state file ends.
    pub fn restore(settings: Settings, faults: Faults, text: &str) -> Result<Self, String> {
        let mut simulator = Self::with_store(settings, faults, ledger::restore(text)?);
        simulator.world.lift_holds();
        Ok(simulator)
    }

    fn with_store(settings: Settings, mut faults: Faults, mut store: Store) -> Self {
        if store.organizations.get(&partner_org()).is_none() {
            store.organizations.put(partner());
        }
        let settings = faults.apply_presets(settings);
        let bucket = settings.rate.map(Bucket::new);
        let holds = std::mem::take(&mut faults.holds);
        Self { world: World { store, settings, holds }, faults, bucket, tally: Tally::default() }
    }

    /// The lines that the state file lacks since the last call; a new file begins with [`Self::snapshot`].
    pub fn take_changes(&mut self) -> Vec<String> {
        ledger::changes(&mut self.world.store)
    }

    /// A whole, compact state file.
    pub fn snapshot(&self) -> String {
        ledger::snapshot(&self.world.store)
    }

    /// What absolute links in answers begin with.
    pub fn set_base_url(&mut self, base_url: impl Into<String>) {
        self.world.settings.base_url = base_url.into();
    }

    /// Takes one request at a time of day, with the bearer token that came with it.
    pub fn handle(&mut self, now_ms: u64, bearer: Option<&str>, request: &Request) -> Reply {
        self.world.settle(now_ms);
        let (prefix, path) = split_prefix(&request.path);
        if path == STATE_PATH && request.method == Method::Get {
            let state = overview::overview(&self.world, &self.tally);
            return Reply { delivery: Delivery::Answer(Answer::json(200, &state)), delay_ms: 0 };
        }
        let found = router::find(routes::TABLES, request.method, path);
        let tracking_id = self.tally.next_tracking_id();
        let visit = Visit { now_ms, bearer, prefix, path, request, found: &found, tracking_id: &tracking_id };
        let mut reply = self.visit(&visit);
        if let Delivery::Answer(answer) = &mut reply.delivery {
            answer.headers.push(("Trackingid".to_owned(), tracking_id.clone()));
        }
        self.tally.count(request.method, &found, &reply.delivery);
        reply
    }

    fn visit(&mut self, visit: &Visit<'_>) -> Reply {
        if let Err(refusal) = self.admit(visit) {
            return self.reply(refusal.answer(visit.tracking_id));
        }
        match self.faults.strike(visit.path, visit.request, visit.now_ms) {
            None => {
                let answer = self.answer(visit);
                self.reply(answer)
            }
            Some(strike) => self.struck(visit, strike),
        }
    }

    /// Nothing of what is refused here was looked at, let alone done.
    fn admit(&mut self, visit: &Visit<'_>) -> Result<(), Refusal> {
        if visit.bearer.is_none_or(|token| token.is_empty() || token == "wrong") {
            return Err(Refusal::new(401, "the request requires a valid access token"));
        }
        let wait = self.bucket.as_mut().map_or(Ok(()), |bucket| bucket.take(visit.now_ms));
        wait.map_err(|seconds| Refusal::new(429, "too many requests").with_header("Retry-After", seconds.to_string()))
    }

    fn struck(&mut self, visit: &Visit<'_>, strike: Strike) -> Reply {
        if let Blow::Slow(ms) = strike.blow {
            let answer = self.answer(visit);
            let reply = self.reply(answer);
            return Reply { delay_ms: reply.delay_ms + ms, ..reply };
        }
        if strike.moment == Moment::After {
            self.answer(visit);
        }
        let delivery = match strike.blow {
            Blow::Answer(answer) => Delivery::Answer(answer),
            Blow::Drop => Delivery::Drop,
            Blow::Hang | Blow::Slow(_) => Delivery::Hang,
        };
        Reply { delivery, delay_ms: self.world.settings.latency_ms }
    }

    fn answer(&mut self, visit: &Visit<'_>) -> Answer {
        self.route(visit).unwrap_or_else(|refusal| refusal.answer(visit.tracking_id))
    }

    fn route(&mut self, visit: &Visit<'_>) -> Outcome {
        match visit.found {
            Found::Unknown => Err(Refusal::not_found("the requested resource")),
            Found::WrongMethod(_) => Err(Refusal::new(405, "the method is not allowed here")),
            Found::Route(route, arguments) => (route.handler)(&mut Call {
                world: &mut self.world,
                now_ms: visit.now_ms,
                request: visit.request,
                arguments: arguments.clone(),
                prefix: visit.prefix,
            }),
        }
    }

    fn reply(&self, answer: Answer) -> Reply {
        Reply { delivery: Delivery::Answer(answer), delay_ms: self.world.settings.latency_ms }
    }
}

/// One request with all that is known about it from outside.
struct Visit<'a> {
    now_ms: u64,
    bearer: Option<&'a str>,
    prefix: &'static str,
    path: &'a str,
    request: &'a Request,
    found: &'a Found,
    tracking_id: &'a str,
}

/// Clients may or may not count `/v1` to the base address.
fn split_prefix(path: &str) -> (&'static str, &str) {
    match path.strip_prefix("/v1") {
        Some(rest) if rest.starts_with('/') => ("/v1", rest),
        _ => ("", path),
    }
}

fn partner() -> Organization {
    Organization {
        uuid: partner_org(),
        name: "Partner".to_owned(),
        external_id: "partner".to_owned(),
        primary_email: String::new(),
        language: None,
        opened: true,
        created_ms: 0,
    }
}
