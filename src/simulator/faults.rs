//! What goes wrong on purpose: rules and holds from a TOML file, or weather from a seed.
//! Deciding is all that happens here; the simulator carries it out.

use serde::Deserialize;

use super::records::{ConnectionKind, Status};
use super::settings::{Duplicates, Settings};
use super::weather::Weather;
use crate::api::wire::{Answer, Request};

/// Everything that is to go wrong, and the settings that a fault file may bring along.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<Rule>,
    weather: Option<Weather>,
    pub(super) holds: Holds,
    presets: Presets,
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
    /// This answer instead of the real one.
    Answer(Answer),
    /// The connection is cut.
    Drop,
    /// No answer ever.
    Hang,
    /// The real answer, but later.
    Slow(u64),
}

/// Whether the request is carried out although its answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

/// Objects that do not simply succeed.
#[derive(Debug, Default)]
pub struct Holds {
    customers: Vec<(String, Status)>,
    emails: Vec<(String, EmailHold)>,
    addresses: Vec<(String, AddressHold)>,
}

/// What is the matter with an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailHold {
    /// Its owner must consent to being moved.
    PendingMigration,
    /// It belongs to another organisation.
    Taken,
}

/// What is the matter with the first line of an emergency address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressHold {
    /// There is no such street.
    Unknown,
    /// The street is written another way.
    Corrected(String),
}

impl Holds {
    /// How the job of that customer ends, when not well.
    pub fn customer(&self, external_id: &str) -> Option<Status> {
        self.customers.iter().find(|(id, _)| id == external_id).map(|(_, status)| *status)
    }

    /// What the directory of streets says about the first line of an address, when it is not simply right.
    pub fn address(&self, line: &str) -> Option<&AddressHold> {
        self.addresses.iter().find(|(held, _)| held.eq_ignore_ascii_case(line)).map(|(_, hold)| hold)
    }

    /// What is the matter with that address.
    pub fn email(&self, email: &str) -> Option<EmailHold> {
        self.emails.iter().find(|(held, _)| held.eq_ignore_ascii_case(email)).map(|(_, hold)| *hold)
    }
}

impl Faults {
    /// No faults at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reproducible bad weather: a few requests in a hundred fail, and trying again always helps.
    pub fn from_seed(seed: u64) -> Self {
        Self { weather: Some(Weather::new(seed)), ..Self::default() }
    }

    /// Reads a fault file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let presets = file.presets();
        let mut holds = Holds::default();
        for (index, hold) in file.hold.iter().enumerate() {
            hold.add_to(&mut holds).map_err(|error| format!("hold {}: {error}", index + 1))?;
        }
        let read_rule =
            |(index, rule): (usize, RuleLine)| rule.read().map_err(|error| format!("fault {}: {error}", index + 1));
        let rules: Result<Vec<Rule>, String> = file.fault.into_iter().enumerate().map(read_rule).collect();
        Ok(Self { rules: rules?, weather: None, holds, presets })
    }

    /// The settings with what the fault file says about them.
    pub fn apply_presets(&self, settings: Settings) -> Settings {
        let presets = &self.presets;
        Settings {
            provision_ms: presets.provision_ms.unwrap_or(settings.provision_ms),
            latency_ms: presets.latency_ms.unwrap_or(settings.latency_ms),
            visibility_ms: presets.visibility_ms.unwrap_or(settings.visibility_ms),
            duplicates: presets.duplicates.unwrap_or(settings.duplicates),
            pstn: presets.pstn.unwrap_or(settings.pstn),
            ..settings
        }
    }

    /// What happens to this request. Counts it, so ask once per request.
    pub fn strike(&mut self, path: &str, request: &Request, now_ms: u64) -> Option<Strike> {
        let hit = self.rules.iter_mut().find_map(|rule| rule.strike(path, request));
        hit.or_else(|| self.weather.as_mut()?.strike(path, request, now_ms))
    }
}

#[derive(Debug)]
struct Rule {
    method: Option<String>,
    path: String,
    body_contains: Option<String>,
    skip: u64,
    /// How many more are hit; `None` is no end.
    left: Option<u64>,
    strike: Strike,
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

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fault: Vec<RuleLine>,
    #[serde(default)]
    hold: Vec<HoldLine>,
    provision_ms: Option<u64>,
    latency_ms: Option<u64>,
    visibility_ms: Option<u64>,
    duplicates: Option<DuplicatesWord>,
    pstn: Option<ConnectionKind>,
}

/// The settings that a fault file may bring along.
#[derive(Debug, Default)]
struct Presets {
    provision_ms: Option<u64>,
    latency_ms: Option<u64>,
    visibility_ms: Option<u64>,
    duplicates: Option<Duplicates>,
    pstn: Option<ConnectionKind>,
}

impl File {
    fn presets(&self) -> Presets {
        Presets {
            provision_ms: self.provision_ms,
            latency_ms: self.latency_ms,
            visibility_ms: self.visibility_ms,
            duplicates: self.duplicates.map(Into::into),
            pstn: self.pstn,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DuplicatesWord {
    Refuse,
    Allow,
}

impl From<DuplicatesWord> for Duplicates {
    fn from(word: DuplicatesWord) -> Self {
        match word {
            DuplicatesWord::Refuse => Self::Refuse,
            DuplicatesWord::Allow => Self::Allow,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleLine {
    method: Option<String>,
    path: String,
    body_contains: Option<String>,
    #[serde(default)]
    skip: u64,
    #[serde(default = "once")]
    times: u64,
    kind: KindWord,
    status: Option<u16>,
    retry_after: Option<String>,
    body: Option<String>,
    #[serde(default)]
    after: bool,
    ms: Option<u64>,
}

const fn once() -> u64 {
    1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindWord {
    Status,
    Drop,
    Hang,
    Slow,
}

impl RuleLine {
    fn read(self) -> Result<Rule, String> {
        if !self.path.starts_with('/') {
            return Err(format!("`path` must begin with a slash, not `{}`", self.path));
        }
        let blow = self.blow()?;
        let moment = if self.after { Moment::After } else { Moment::Before };
        Ok(Rule {
            method: self.method,
            path: self.path,
            body_contains: self.body_contains,
            skip: self.skip,
            left: (self.times > 0).then_some(self.times),
            strike: Strike { blow, moment },
        })
    }

    fn blow(&self) -> Result<Blow, String> {
        let of_status = self.status.is_some() || self.retry_after.is_some() || self.body.is_some();
        if self.kind != KindWord::Status && of_status {
            return Err("`status`, `retry_after` and `body` go with `kind = \"status\"` only".to_owned());
        }
        if self.kind != KindWord::Slow && self.ms.is_some() {
            return Err("`ms` goes with `kind = \"slow\"` only".to_owned());
        }
        match self.kind {
            KindWord::Drop => Ok(Blow::Drop),
            KindWord::Hang => Ok(Blow::Hang),
            KindWord::Slow => self.ms.map(Blow::Slow).ok_or_else(|| "`kind = \"slow\"` needs `ms`".to_owned()),
            KindWord::Status => self.status_answer().map(Blow::Answer),
        }
    }

    fn status_answer(&self) -> Result<Answer, String> {
        let status = self.status.ok_or("`kind = \"status\"` needs `status`")?;
        if !(200..=599).contains(&status) {
            return Err(format!("`status` must be from 200 to 599, not {status}"));
        }
        let mut answer = error_answer(status);
        if let Some(body) = &self.body {
            let json = serde_json::from_str::<serde_json::Value>(body).is_ok();
            let content_type = if json { "application/json" } else { "text/html" };
            answer.headers = vec![("content-type".to_owned(), content_type.to_owned())];
            answer.body.clone_from(body);
        }
        answer.headers.extend(self.retry_after.clone().map(|after| ("Retry-After".to_owned(), after)));
        Ok(answer)
    }
}

/// The plain error of a gateway.
pub(super) fn error_answer(status: u16) -> Answer {
    let message = format!("simulated failure {status}");
    let errors = serde_json::json!([{ "description": message }]);
    let body = serde_json::json!({ "message": message, "errors": errors, "trackingId": "TURNUP_FAULT" });
    Answer::json(status, &body)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldLine {
    external_id: Option<String>,
    email: Option<String>,
    /// The first line of an emergency address.
    address: Option<String>,
    suggestion: Option<String>,
    status: String,
}

impl HoldLine {
    fn add_to(&self, holds: &mut Holds) -> Result<(), String> {
        match (&self.external_id, &self.email, &self.address) {
            (Some(id), None, None) => holds.customers.push((id.clone(), customer_status(&self.status)?)),
            (None, Some(email), None) => holds.emails.push((email.clone(), email_status(&self.status)?)),
            (None, None, Some(line)) => holds.addresses.push((line.clone(), self.correction()?)),
            _ => return Err("give `external_id`, `email` or `address`, one of the three".to_owned()),
        }
        Ok(())
    }

    fn correction(&self) -> Result<AddressHold, String> {
        match (self.status.as_str(), &self.suggestion) {
            ("unknown", None) => Ok(AddressHold::Unknown),
            ("corrected", Some(suggestion)) => Ok(AddressHold::Corrected(suggestion.clone())),
            _ => Err("an address is held as `unknown`, or as `corrected` with a `suggestion`".to_owned()),
        }
    }
}

fn customer_status(word: &str) -> Result<Status, String> {
    [Status::PendingRplReview, Status::Error, Status::ProvisionedWithErrors]
        .into_iter()
        .find(|status| status.word() == word)
        .ok_or_else(|| {
            format!("a customer is held as `pending_rpl_review`, `error` or `provisioned_with_errors`, not `{word}`")
        })
}

fn email_status(word: &str) -> Result<EmailHold, String> {
    match word {
        "pending_user_migration" => Ok(EmailHold::PendingMigration),
        "taken" => Ok(EmailHold::Taken),
        _ => Err(format!("an e-mail is held as `pending_user_migration` or `taken`, not `{word}`")),
    }
}
