//! What can be set about a simulated Webex. Values only.

use super::forms::Forms;
use super::latency::Jitter;
use super::pace::{BURST, Limit};
use super::records::ConnectionKind;
use super::retry_after::RetryAfter;
use super::sub_partners::SubPartner;
use super::tokens::Life;

/// What happens when something is created that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// The second one is refused with 409.
    #[default]
    Refuse,
    /// A second object is made, so that tests can count copies.
    Allow,
}

/// The kinds of object that lists show late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    Customers,
    Subscribers,
    Organizations,
    Locations,
    Calling,
    Numbers,
    People,
}

impl Shelf {
    /// Every kind with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Customers, "customers"),
        (Self::Subscribers, "subscribers"),
        (Self::Organizations, "organizations"),
        (Self::Locations, "locations"),
        (Self::Calling, "calling"),
        (Self::Numbers, "numbers"),
        (Self::People, "people"),
    ];
}

/// How the simulated Webex behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a job of a customer runs.
    pub provision_ms: u64,
    /// How long every answer takes at least.
    pub latency_ms: u64,
    /// What comes on top.
    pub jitter: Jitter,
    /// What everything that looks drawn depends on.
    pub seed: u64,
    /// Requests per second over all; `None` is no limit.
    pub rate: Option<u32>,
    /// How many requests may come at once after a quiet time, for `rate`.
    pub burst: u32,
    /// How a refusal for `rate` tells when to come back.
    pub retry_after: RetryAfter,
    /// Limits beside `rate`.
    pub limits: Vec<Limit>,
    /// How old an object must be to appear in lists.
    pub visibility_ms: u64,
    /// The same for single kinds of object.
    pub late: Vec<(Shelf, u64)>,
    /// How old an object must be to be found by its id.
    pub look_up_ms: u64,
    /// How long the number of a deleted person cannot be removed.
    pub number_release_ms: u64,
    /// How long access tokens are good.
    pub token_life: Life,
    pub duplicates: Duplicates,
    /// Does a person whose subscriber is deleted keep location and number? Cisco does not say.
    pub persons_keep_calling: bool,
    /// Whether the ids of roles say nothing of the role by themselves.
    pub opaque_roles: bool,
    /// Whether every list begins with a page that its filter left empty.
    pub empty_pages: bool,
    /// The partner's sub-partners; without any, whoever is named is one.
    pub sub_partners: Vec<SubPartner>,
    /// The connection that new locations get.
    pub pstn: ConnectionKind,
    pub forms: Forms,
    /// What absolute links begin with.
    pub base_url: String,
}

impl Settings {
    /// How old an object of that kind must be to appear in lists.
    pub fn visibility_of(&self, kind: Shelf) -> u64 {
        let own = self.late.iter().find(|(late, _)| *late == kind);
        own.map_or(self.visibility_ms, |(_, ms)| *ms)
    }

    /// Every limit, that over all requests first.
    pub fn all_limits(&self) -> Vec<Limit> {
        let global = |rate| Limit { family: None, rate, burst: self.burst, retry_after: self.retry_after.clone() };
        self.rate.map(global).into_iter().chain(self.limits.iter().cloned()).collect()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            provision_ms: 200,
            latency_ms: 0,
            jitter: Jitter::None,
            seed: 0,
            rate: None,
            burst: BURST,
            retry_after: RetryAfter::Seconds,
            limits: Vec::new(),
            visibility_ms: 0,
            late: Vec::new(),
            look_up_ms: 0,
            number_release_ms: 0,
            token_life: Life::default(),
            duplicates: Duplicates::Refuse,
            persons_keep_calling: false,
            opaque_roles: false,
            empty_pages: false,
            sub_partners: Vec::new(),
            pstn: ConnectionKind::NonIntegratedCcp,
            forms: Forms::default(),
            base_url: "https://webexapis.com/v1".to_owned(),
        }
    }
}
