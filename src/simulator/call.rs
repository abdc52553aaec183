//! One request on its way through a route: what came, when, and the world that it may change.

use std::collections::HashMap;

use serde_json::Value;

use super::holds::Holds;
use super::ids;
use super::percent;
use super::records::{Customer, Location, Organization, Person};
use super::refusal::Refusal;
use super::settings::{Settings, Shelf};
use super::store::Store;
use super::sub_partners;
use super::tokens::Tokens;
use crate::api::wire::Method;
use crate::api::wire::{Answer, Request};

/// What a route answers.
pub type Outcome = Result<Answer, Refusal>;

/// The state behind all requests, and the rules that stand for the run.
#[derive(Debug)]
pub struct World {
    pub store: Store,
    pub settings: Settings,
    pub holds: Holds,
    pub tokens: Tokens,
    /// How often something that waits was looked at, by its id.
    pub looks: HashMap<String, u32>,
}

impl World {
    /// A world as the store has it.
    pub fn new(store: Store, settings: Settings, holds: Holds) -> Self {
        Self { store, settings, holds, tokens: Tokens::default(), looks: HashMap::new() }
    }
}

/// How much of a request is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    Part,
}

/// One request for a route.
pub struct Call<'a> {
    pub world: &'a mut World,
    pub now_ms: u64,
    pub request: &'a Request,
    /// The variable segments of the path, decoded.
    pub arguments: Vec<String>,
    /// The path prefix that the client uses, to be repeated in links.
    pub prefix: &'static str,
    pub extent: Extent,
}

impl<'a> Call<'a> {
    /// The body, which must be a JSON object.
    pub fn body(&self) -> Result<&'a Value, Refusal> {
        let body = self.request.body.as_ref().filter(|body| body.is_object());
        body.ok_or_else(|| Refusal::new(400, "the body must be a JSON object"))
    }

    /// A query parameter; an empty one counts as not given.
    pub fn query(&self, name: &str) -> Option<&'a str> {
        let found = self.request.query.iter().find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// A query parameter that holds an id; `Some("")` is an id of nothing.
    pub fn query_id(&self, name: &str) -> Option<String> {
        self.query(name).map(|id| ids::bare(id).unwrap_or_default())
    }

    /// The organisation of the sub-partner on whose behalf the call is made; none for the partner itself.
    pub fn behalf(&self) -> Option<String> {
        self.query(sub_partners::PARAMETER).map(sub_partners::key)
    }

    /// Is it a customer of whoever is acted for?
    pub fn owns(&self, customer: &Customer) -> bool {
        customer.sub_partner == self.behalf()
    }

    /// The same for the customer of a subscriber, which may be gone.
    pub fn owns_customer(&self, uuid: &str) -> bool {
        self.world.store.customers.get(uuid).is_none_or(|customer| self.owns(customer))
    }

    /// The bare id in a variable segment of the path; an id of nothing when it is no id.
    pub fn argument_id(&self, index: usize) -> String {
        ids::bare(&self.arguments[index]).unwrap_or_default()
    }

    /// The organisation that the call is about: the one of `orgId`, or the partner's own.
    pub fn org(&self) -> Result<String, Refusal> {
        match self.query_id("orgId") {
            Some(org) => self.open_org(&org).map(|org| org.uuid.clone()),
            None => Ok(partner_org()),
        }
    }

    /// An organisation that the partner may look into.
    pub fn open_org(&self, org: &str) -> Result<&Organization, Refusal> {
        let org = self.world.store.organizations.get(org).ok_or_else(|| Refusal::not_found("organization"))?;
        if org.opened {
            return Ok(org);
        }
        Err(Refusal::new(403, "the caller has no access to this organization yet"))
    }

    /// The location of the path, within the organisation of the call.
    pub fn location(&self) -> Result<&Location, Refusal> {
        let org = self.org()?;
        let location = self.world.store.locations.get(&self.argument_id(0));
        let location = location.filter(|location| self.finds(location.created_ms));
        location.filter(|location| location.org == org).ok_or_else(|| Refusal::not_found("location"))
    }

    /// The person of the path, whose organisation must be open.
    pub fn person(&self) -> Result<Person, Refusal> {
        let person = self.world.store.people.get(&self.argument_id(0));
        let person = person
            .filter(|person| !person.pending && self.finds(person.created_ms))
            .ok_or_else(|| Refusal::not_found("person"))?;
        self.open_org(&person.org)?;
        Ok(person.clone())
    }

    /// Whether lists show an object of that kind and age.
    pub fn lists(&self, kind: Shelf, created_ms: u64) -> bool {
        self.now_ms >= created_ms.saturating_add(self.world.settings.visibility_of(kind))
    }

    /// Whether a look at the id of an object of that age finds it. Who changes it knows that it is there.
    pub fn finds(&self, created_ms: u64) -> bool {
        self.request.method != Method::Get || self.now_ms >= created_ms.saturating_add(self.world.settings.look_up_ms)
    }

    /// The address of a resource as the client may call it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.world.settings.base_url, self.prefix)
    }

    /// The address of the page of this list that begins at `start`.
    pub fn page_url(&self, parameter: &str, start: usize) -> String {
        let kept = self.request.query.iter().filter(|(name, _)| name != parameter);
        let pairs = kept.map(|(name, value)| format!("{}={}", percent::encode(name), percent::encode(value)));
        let query: Vec<String> = pairs.chain([format!("{parameter}={start}")]).collect();
        let path = self.request.path.strip_prefix(self.prefix).unwrap_or(&self.request.path);
        self.url(&format!("{path}?{}", query.join("&")))
    }
}

/// The partner's own organisation, which holds no customers' objects.
pub fn partner_org() -> String {
    ids::fixed("partner")
}

/// A time as Webex writes it.
pub fn time(ms: u64) -> String {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(ms).map(|time| format!("{time:.3}")).unwrap_or_default()
}
