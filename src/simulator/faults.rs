//! What goes wrong on purpose: rules and holds from a fault file, or weather from a seed. Deciding is all that
//! happens here; the simulator carries it out.

use super::climate::climate;
use super::fault_file;
use super::holds::Holds;
use super::presets::Presets;
use super::retry_after::RetryAfter;
use super::settings::Settings;
use super::weather::Weather;
use crate::api::wire::{Answer, Request};

/// Everything that is to go wrong, and the settings that come along with it.
#[derive(Debug, Default)]
pub struct Faults {
    pub(super) rules: Vec<Rule>,
    weather: Option<Weather>,
    pub(super) holds: Holds,
    /// In the order in which they take hold.
    pub(super) presets: Vec<Presets>,
}

/// What happens to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strike {
    pub blow: Blow,
    pub moment: Moment,
}

/// How a request is hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blow {
    /// This answer instead of the real one, with that word about coming back.
    Answer(Answer, Option<RetryAfter>),
    /// The connection is cut.
    Drop,
    /// No answer ever.
    Hang,
    /// The real answer, but later.
    Slow(u64),
    /// Only a part is carried out, where the route knows parts.
    Partial,
}

/// Whether the request is carried out although its answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

impl Faults {
    /// No faults at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reproducible bad weather: a few requests in a hundred fail, and trying again always helps. What is new is
    /// seen late, answers take their time, and some operations are limited.
    pub fn from_seed(seed: u64) -> Self {
        Self { weather: Some(Weather::new(seed)), presets: vec![climate(seed)], ..Self::default() }
    }

    /// Reads a fault file.
    pub fn parse(text: &str) -> Result<Self, String> {
        fault_file::parse(text)
    }

    /// The settings with what the faults say about them.
    pub fn apply_presets(&self, settings: Settings) -> Settings {
        self.presets.iter().fold(settings, |settings, presets| presets.apply(settings))
    }

    /// What happens to this request. Counts it, so ask once per request.
    pub fn strike(&mut self, path: &str, request: &Request) -> Option<Strike> {
        let hit = self.rules.iter_mut().find_map(|rule| rule.strike(path, request));
        hit.or_else(|| self.weather.as_mut()?.strike(path, request))
    }
}

/// Which requests are hit, and how.
#[derive(Debug)]
pub struct Rule {
    pub method: Option<String>,
    pub path: String,
    pub body_contains: Option<String>,
    pub skip: u64,
    /// How many more are hit; `None` is no end.
    pub left: Option<u64>,
    pub strike: Strike,
}

impl Rule {
    fn strike(&mut self, path: &str, request: &Request) -> Option<Strike> {
        if self.left == Some(0) || !self.matches(path, request) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.left = self.left.map(|left| left - 1);
        Some(self.strike.clone())
    }

    fn matches(&self, path: &str, request: &Request) -> bool {
        let body = || request.body.as_ref().map(ToString::to_string).unwrap_or_default();
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(request.method.as_str()))
            && fits(&self.path, path)
            && self.body_contains.as_ref().is_none_or(|text| body().contains(text))
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    pattern.split('/').all(|wanted| segments.next().is_some_and(|segment| wanted == "*" || wanted == segment))
        && segments.next().is_none()
}

/// The plain error of a gateway.
pub fn error_answer(status: u16) -> Answer {
    let message = format!("simulated failure {status}");
    let errors = serde_json::json!([{ "description": message }]);
    let body = serde_json::json!({ "message": message, "errors": errors, "trackingId": "TURNUP_FAULT" });
    Answer::json(status, &body)
}
