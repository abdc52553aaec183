//! What can be set about a simulated Webex. Values only.

use super::records::ConnectionKind;

/// What happens when something is created that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// The second one is refused with 409.
    #[default]
    Refuse,
    /// A second object is made, so that tests can count copies.
    Allow,
}

/// How the simulated Webex behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a job of a customer runs.
    pub provision_ms: u64,
    /// How long every answer takes.
    pub latency_ms: u64,
    /// Requests per second over all; `None` is no limit.
    pub rate: Option<u32>,
    /// How old an object must be to appear in lists.
    pub visibility_ms: u64,
    pub duplicates: Duplicates,
    /// The connection that new locations get.
    pub pstn: ConnectionKind,
    /// What absolute links begin with.
    pub base_url: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            provision_ms: 200,
            latency_ms: 0,
            rate: None,
            visibility_ms: 0,
            duplicates: Duplicates::Refuse,
            pstn: ConnectionKind::NonIntegratedCcp,
            base_url: "https://webexapis.com/v1".to_owned(),
        }
    }
}
