//! The settings that come along with faults, each only where it is given.

use super::forms::NumberForm;
use super::ids::IdForm;
use super::latency::Jitter;
use super::pace::Limit;
use super::records::ConnectionKind;
use super::retry_after::RetryAfter;
use super::settings::{Duplicates, Settings, Shelf};
use super::sub_partners::SubPartner;

/// What faults say about the settings.
#[derive(Debug, Default)]
pub struct Presets {
    pub provision_ms: Option<u64>,
    /// The least, and what comes on top.
    pub latency: Option<(u64, Jitter)>,
    pub seed: Option<u64>,
    pub rate: Option<u32>,
    pub burst: Option<u32>,
    pub retry_after: Option<RetryAfter>,
    pub limits: Vec<Limit>,
    pub visibility_ms: Option<u64>,
    /// The least late that anything is seen, whatever is set.
    pub visibility_least_ms: u64,
    /// What comes on top of the latency that is set.
    pub jitter: Option<Jitter>,
    pub late: Vec<(Shelf, u64)>,
    pub look_up_ms: Option<u64>,
    pub number_release_ms: Option<u64>,
    pub token_requests: Option<u64>,
    pub token_ms: Option<u64>,
    pub duplicates: Option<Duplicates>,
    pub empty_pages: Option<bool>,
    pub opaque_roles: Option<bool>,
    pub sub_partners: Vec<SubPartner>,
    pub pstn: Option<ConnectionKind>,
    pub id_form: Option<IdForm>,
    pub number_form: Option<NumberForm>,
}

impl Presets {
    /// The settings as they are with these.
    pub fn apply(&self, mut settings: Settings) -> Settings {
        set(&mut settings.provision_ms, self.provision_ms);
        set(&mut settings.latency_ms, self.latency.map(|(least, _)| least));
        set(&mut settings.jitter, self.latency.map(|(_, jitter)| jitter).or(self.jitter));
        set(&mut settings.seed, self.seed);
        set(&mut settings.burst, self.burst);
        set(&mut settings.retry_after, self.retry_after.clone());
        set(&mut settings.visibility_ms, self.visibility_ms);
        set(&mut settings.look_up_ms, self.look_up_ms);
        set(&mut settings.number_release_ms, self.number_release_ms);
        set(&mut settings.duplicates, self.duplicates);
        set(&mut settings.empty_pages, self.empty_pages);
        set(&mut settings.opaque_roles, self.opaque_roles);
        set(&mut settings.pstn, self.pstn);
        set(&mut settings.forms.id, self.id_form);
        set(&mut settings.forms.number, self.number_form);
        settings.rate = self.rate.or(settings.rate);
        settings.token_life.requests = self.token_requests.or(settings.token_life.requests);
        settings.token_life.ms = self.token_ms.or(settings.token_life.ms);
        settings.visibility_ms = settings.visibility_ms.max(self.visibility_least_ms);
        settings.limits.extend(self.limits.iter().cloned());
        settings.sub_partners.extend(self.sub_partners.iter().cloned());
        settings.late.extend(self.late.iter().copied());
        settings
    }
}

fn set<T>(setting: &mut T, preset: Option<T>) {
    if let Some(preset) = preset {
        *setting = preset;
    }
}
