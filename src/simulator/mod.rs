//! A Webex in memory: the API that a provisioning client needs, with state, rules and faults.
//!
//! The core is a function from a request and a time to an answer. It opens no socket, reads no clock and
//! starts no thread; [`server`] puts it behind a port. It is not a proof of what Cisco does: where Cisco
//! is silent, it does what a careful client should be able to bear.

mod call;
mod chance;
mod checker;
mod climate;
mod fault_file;
mod faults;
mod forms;
mod holds;
mod ids;
mod latency;
mod ledger;
mod lifecycle;
mod line;
mod overview;
mod pace;
mod packages;
mod paging;
mod percent;
mod presets;
mod records;
mod refusal;
mod retry_after;
mod router;
mod routes;
mod seats;
pub mod server;
mod settings;
mod store;
mod sub_partners;
mod table;
mod tally;
mod tokens;
mod weather;

use self::call::{Call, Extent, Outcome, World, partner_org};
pub use self::faults::Faults;
use self::faults::{Blow, Moment, Strike};
pub use self::forms::{Forms, NumberForm};
pub use self::ids::IdForm;
pub use self::latency::Jitter;
use self::pace::Limits;
pub use self::pace::{Family, Limit};
pub use self::records::ConnectionKind;
use self::records::Organization;
use self::refusal::Refusal;
pub use self::retry_after::RetryAfter;
use self::router::Found;
pub use self::settings::{Duplicates, Settings, Shelf};
use self::store::Store;
use self::tally::Tally;
pub use self::tokens::Life;
use crate::api::wire::{Answer, Method, Request};

/// Where the state is told, without a token and without being counted.
const STATE_PATH: &str = "/_turnup/state";

/// When to come back after a refusal that was drawn or ordered.
const STRUCK_SECONDS: u64 = 1;

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
    limits: Limits,
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
        let limits = Limits::new(settings.all_limits());
        let holds = std::mem::take(&mut faults.holds);
        Self { world: World::new(store, settings, holds), faults, limits, tally: Tally::default() }
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
            if request.method == Method::Get {
                self.world.settings.forms.put_on(answer);
            }
            answer.headers.push(("Trackingid".to_owned(), tracking_id.clone()));
        }
        self.tally.count(now_ms, request.method, &found, &reply.delivery);
        reply
    }

    fn visit(&mut self, visit: &Visit<'_>) -> Reply {
        if let Err(answer) = self.admit(visit) {
            return self.reply(visit, answer);
        }
        match self.faults.strike(visit.path, visit.request) {
            None => {
                let answer = self.answer(visit, Extent::Whole);
                self.reply(visit, answer)
            }
            Some(strike) => self.struck(visit, strike),
        }
    }

    /// Nothing of what is refused here was looked at, let alone done.
    fn admit(&mut self, visit: &Visit<'_>) -> Result<(), Answer> {
        let life = self.world.settings.token_life;
        if visit.path != routes::token::PATH && !self.world.tokens.accept(life, visit.bearer, visit.now_ms) {
            let refusal = Refusal::new(401, "the request requires a valid access token");
            return Err(refusal.answer(visit.tracking_id));
        }
        self.limits.take(visit.path, visit.now_ms).map_err(|(form, seconds)| {
            let mut answer = Refusal::new(429, "too many requests").answer(visit.tracking_id);
            form.put_on(&mut answer, seconds, visit.now_ms);
            answer
        })
    }

    fn struck(&mut self, visit: &Visit<'_>, strike: Strike) -> Reply {
        if strike.moment == Moment::After {
            self.answer(visit, Extent::Whole);
        }
        let delivery = match strike.blow {
            Blow::Slow(ms) => {
                let answer = self.answer(visit, Extent::Whole);
                let reply = self.reply(visit, answer);
                return Reply { delay_ms: reply.delay_ms + ms, ..reply };
            }
            Blow::Partial => {
                let answer = self.answer(visit, Extent::Part);
                return self.reply(visit, answer);
            }
            Blow::Answer(mut answer, form) => {
                if let Some(form) = form {
                    form.put_on(&mut answer, STRUCK_SECONDS, visit.now_ms);
                }
                Delivery::Answer(answer)
            }
            Blow::Drop => Delivery::Drop,
            Blow::Hang => Delivery::Hang,
        };
        Reply { delivery, delay_ms: self.delay_ms(visit) }
    }

    fn answer(&mut self, visit: &Visit<'_>, extent: Extent) -> Answer {
        self.route(visit, extent).unwrap_or_else(|refusal| refusal.answer(visit.tracking_id))
    }

    fn route(&mut self, visit: &Visit<'_>, extent: Extent) -> Outcome {
        match visit.found {
            Found::Unknown => Err(Refusal::not_found("the requested resource")),
            Found::WrongMethod(_) => Err(Refusal::new(405, "the method is not allowed here")),
            Found::Route(route, arguments) => {
                sub_partners::admit(&self.world.settings.sub_partners, visit.path, visit.request)?;
                (route.handler)(&mut Call {
                    world: &mut self.world,
                    now_ms: visit.now_ms,
                    request: visit.request,
                    arguments: arguments.clone(),
                    prefix: visit.prefix,
                    extent,
                })
            }
        }
    }

    fn reply(&self, visit: &Visit<'_>, answer: Answer) -> Reply {
        Reply { delivery: Delivery::Answer(answer), delay_ms: self.delay_ms(visit) }
    }

    fn delay_ms(&self, visit: &Visit<'_>) -> u64 {
        let settings = &self.world.settings;
        settings.latency_ms + settings.jitter.draw(settings.seed, visit.path, visit.request, visit.now_ms)
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
