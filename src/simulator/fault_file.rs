//! Reads a fault file. What its keys do is told in the README, under "Practise".

use serde::Deserialize;

use super::faults::{Blow, Faults, Moment, Rule, Strike, error_answer};
use super::forms::NumberForm;
use super::holds::{AddressHold, CustomerHold, EmailHold, Holds, NumberHold, Release, SeatHold};
use super::ids::IdForm;
use super::latency::Jitter;
use super::pace::{BURST, Family, Limit};
use super::presets::Presets;
use super::records::{ConnectionKind, Status};
use super::retry_after::RetryAfter;
use super::settings::{Duplicates, Shelf};
use super::sub_partners::{SubPartner, key};
use crate::api::wire::Answer;

/// The faults of a file, or what is wrong with it.
pub fn parse(text: &str) -> Result<Faults, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut faults = file.weather.map_or_else(Faults::none, Faults::from_seed);
    faults.presets.push(file.presets()?);
    for (index, hold) in file.hold.iter().enumerate() {
        hold.add_to(&mut faults.holds).map_err(|error| format!("hold {}: {error}", index + 1))?;
    }
    for (index, rule) in file.fault.into_iter().enumerate() {
        faults.rules.push(rule.read().map_err(|error| format!("fault {}: {error}", index + 1))?);
    }
    Ok(faults)
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fault: Vec<RuleLine>,
    #[serde(default)]
    hold: Vec<HoldLine>,
    #[serde(default)]
    sub_partner: Vec<SubPartnerLine>,
    #[serde(default)]
    limit: Vec<LimitLine>,
    #[serde(default)]
    late: toml::Table,
    provision_ms: Option<u64>,
    latency_ms: Option<Latency>,
    seed: Option<u64>,
    weather: Option<u64>,
    rate: Option<u32>,
    burst: Option<u32>,
    retry_after: Option<String>,
    visibility_ms: Option<u64>,
    look_up_ms: Option<u64>,
    number_release_ms: Option<u64>,
    token_requests: Option<u64>,
    token_ms: Option<u64>,
    duplicates: Option<DuplicatesWord>,
    empty_pages: Option<bool>,
    opaque_roles: Option<bool>,
    pstn: Option<ConnectionKind>,
    id_form: Option<String>,
    number_form: Option<String>,
}

impl File {
    fn presets(&self) -> Result<Presets, String> {
        let limit =
            |(index, line): (usize, &LimitLine)| line.read().map_err(|error| format!("limit {}: {error}", index + 1));
        Ok(Presets {
            provision_ms: self.provision_ms,
            latency: self.latency_ms.map(Latency::read).transpose()?,
            seed: self.seed,
            rate: self.rate.map(above_zero).transpose()?,
            burst: self.burst,
            retry_after: self.retry_after.as_deref().map(form).transpose()?,
            limits: self.limit.iter().enumerate().map(limit).collect::<Result<_, _>>()?,
            visibility_ms: self.visibility_ms,
            late: self.late.iter().map(late).collect::<Result<_, _>>()?,
            look_up_ms: self.look_up_ms,
            number_release_ms: self.number_release_ms,
            token_requests: self.token_requests,
            token_ms: self.token_ms,
            duplicates: self.duplicates.map(Into::into),
            empty_pages: self.empty_pages,
            opaque_roles: self.opaque_roles,
            sub_partners: self.sub_partner.iter().map(SubPartnerLine::read).collect(),
            pstn: self.pstn,
            id_form: self.id_form.as_deref().map(|word| one_of("id_form", word, &ID_FORMS)).transpose()?,
            number_form: self
                .number_form
                .as_deref()
                .map(|word| one_of("number_form", word, &NUMBER_FORMS))
                .transpose()?,
            ..Presets::default()
        })
    }
}

/// A sub-partner of the partner; `suspended` ones may only delete.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubPartnerLine {
    org_id: String,
    #[serde(default)]
    suspended: bool,
}

impl SubPartnerLine {
    fn read(&self) -> SubPartner {
        SubPartner { org: key(&self.org_id), suspended: self.suspended }
    }
}

const ID_FORMS: [(IdForm, &str); 2] = [(IdForm::Padded, "padded"), (IdForm::Upper, "upper")];
const NUMBER_FORMS: [(NumberForm, &str); 1] = [(NumberForm::Spaced, "spaced")];

fn one_of<T: Copy>(key: &str, word: &str, all: &[(T, &'static str)]) -> Result<T, String> {
    let known = all.iter().find(|(_, name)| *name == word).map(|(value, _)| *value);
    known.ok_or_else(|| format!("`{key}` is {}, not `{word}`", names(all)))
}

fn above_zero(rate: u32) -> Result<u32, String> {
    if rate > 0 { Ok(rate) } else { Err("`rate` must be above 0".to_owned()) }
}

fn form(word: &str) -> Result<RetryAfter, String> {
    let known = "`seconds`, `date`, `missing`, `absurd`, `zero` or `garbage`";
    RetryAfter::named(word).ok_or_else(|| format!("`retry_after` of a limit is {known}, not `{word}`"))
}

fn late((word, value): (&String, &toml::Value)) -> Result<(Shelf, u64), String> {
    let known = Shelf::ALL.into_iter().find(|(_, name)| name == word);
    let (shelf, _) = known.ok_or_else(|| format!("late: `{word}` is no kind of object; use {}", names(&Shelf::ALL)))?;
    let ms = value.as_integer().and_then(|ms| u64::try_from(ms).ok());
    ms.map(|ms| (shelf, ms)).ok_or_else(|| format!("late: `{word}` must be milliseconds"))
}

fn names<T>(all: &[(T, &'static str)]) -> String {
    all.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `25`, `[10, 50]`, or `{ median = 20, worst = 2000 }`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Latency {
    Fixed(u64),
    Range([u64; 2]),
    LongTail { median: u64, worst: u64 },
}

impl Latency {
    fn read(self) -> Result<(u64, Jitter), String> {
        match self {
            Self::Fixed(ms) => Ok((ms, Jitter::None)),
            Self::Range([from, to]) if from <= to => Ok((from, Jitter::Uniform { most_ms: to - from })),
            Self::LongTail { median, worst } if median <= worst => {
                Ok((0, Jitter::LongTail { median_ms: median, worst_ms: worst }))
            }
            Self::Range(_) | Self::LongTail { .. } => Err("`latency_ms` must go from less to more".to_owned()),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitLine {
    family: Option<String>,
    rate: u32,
    burst: Option<u32>,
    retry_after: Option<String>,
}

impl LimitLine {
    fn read(&self) -> Result<Limit, String> {
        let family = |word: &str| {
            let known = Family::ALL.into_iter().find(|(_, name)| *name == word);
            let unknown = || format!("`{word}` is no family; use {}", names(&Family::ALL));
            known.map(|(family, _)| family).ok_or_else(unknown)
        };
        Ok(Limit {
            family: self.family.as_deref().map(family).transpose()?,
            rate: above_zero(self.rate)?,
            burst: self.burst.unwrap_or(BURST),
            retry_after: self.retry_after.as_deref().map_or(Ok(RetryAfter::Seconds), form)?,
        })
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
    Partial,
}

/// The operations that can be carried out in part.
const WITH_PARTS: [(&str, &str); 2] =
    [("POST", "/telephony/config/locations/*/numbers"), ("PUT", "/telephony/config/locations/*")];

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
            KindWord::Status => self.status_answer(),
            KindWord::Partial => self.partial(),
        }
    }

    fn partial(&self) -> Result<Blow, String> {
        let method = self.method.as_deref().unwrap_or_default().to_uppercase();
        if WITH_PARTS.contains(&(method.as_str(), self.path.as_str())) {
            return Ok(Blow::Partial);
        }
        let known = WITH_PARTS.map(|(method, path)| format!("{method} {path}")).join("` and `");
        Err(format!("only `{known}` can be carried out in part"))
    }

    fn status_answer(&self) -> Result<Blow, String> {
        let status = self.status.ok_or("`kind = \"status\"` needs `status`")?;
        if !(200..=599).contains(&status) {
            return Err(format!("`status` must be from 200 to 599, not {status}"));
        }
        let mut answer = error_answer(status);
        if let Some(body) = &self.body {
            let json = serde_json::from_str::<serde_json::Value>(body).is_ok();
            let content_type = if json { "application/json" } else { "text/html" };
            answer = Answer::empty(status);
            answer.headers.push(("content-type".to_owned(), content_type.to_owned()));
            answer.body.clone_from(body);
        }
        let named = |text: &str| RetryAfter::named(text).unwrap_or_else(|| RetryAfter::Literal(text.to_owned()));
        Ok(Blow::Answer(answer, self.retry_after.as_deref().map(named)))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldLine {
    external_id: Option<String>,
    email: Option<String>,
    /// The first line of an emergency address.
    address: Option<String>,
    number: Option<String>,
    status: String,
    suggestion: Option<String>,
    package: Option<String>,
    reason: Option<String>,
    extension: Option<String>,
    location: Option<String>,
    release_ms: Option<u64>,
    release_looks: Option<u32>,
}

impl HoldLine {
    fn add_to(&self, holds: &mut Holds) -> Result<(), String> {
        match (&self.external_id, &self.email, &self.address, &self.number) {
            (Some(id), None, None, None) => holds.customers.push((id.clone(), self.of_customer()?)),
            (None, Some(email), None, None) if self.status == "has_calling" => {
                holds.seats.push((email.clone(), self.seat()?));
            }
            (None, Some(email), None, None) => holds.emails.push((email.clone(), self.of_email()?)),
            (None, None, Some(line), None) => holds.addresses.push((line.clone(), self.of_address()?)),
            (None, None, None, Some(number)) => holds.numbers.push((number.clone(), self.of_number()?)),
            _ => return Err("give `external_id`, `email`, `address` or `number`, one of the four".to_owned()),
        }
        self.check_extras()
    }

    /// Every extra key goes with one status only.
    fn check_extras(&self) -> Result<(), String> {
        let ends = ["pending_rpl_review", "pending_user_migration", "provisioned_with_errors"];
        let waits = ends.contains(&self.status.as_str());
        if !waits && (self.release_ms.is_some() || self.release_looks.is_some()) {
            return Err("`release_ms` and `release_looks` go with what waits only".to_owned());
        }
        if self.status != "provisioned_with_errors" && (self.package.is_some() || self.reason.is_some()) {
            return Err("`package` and `reason` go with `provisioned_with_errors` only".to_owned());
        }
        if self.status != "has_calling" && (self.extension.is_some() || self.location.is_some()) {
            return Err("`extension` and `location` go with `has_calling` only".to_owned());
        }
        if self.status != "corrected" && self.suggestion.is_some() {
            return Err("`suggestion` goes with `corrected` only".to_owned());
        }
        Ok(())
    }

    const fn release(&self) -> Release {
        Release { after_ms: self.release_ms, after_looks: self.release_looks }
    }

    fn of_customer(&self) -> Result<CustomerHold, String> {
        let held = [Status::PendingRplReview, Status::Error, Status::ProvisionedWithErrors];
        let status = held.into_iter().find(|status| status.word() == self.status);
        let status = status.ok_or_else(|| {
            let known = "`pending_rpl_review`, `error` or `provisioned_with_errors`";
            format!("a customer is held as {known}, not `{}`", self.status)
        })?;
        let (package, reason) = (self.package.clone(), self.reason.clone());
        Ok(CustomerHold { status, release: self.release(), package, reason })
    }

    fn of_email(&self) -> Result<EmailHold, String> {
        match self.status.as_str() {
            "pending_user_migration" => Ok(EmailHold::PendingMigration(self.release())),
            "taken" => Ok(EmailHold::Taken),
            word => {
                let known = "`pending_user_migration`, `has_calling` or `taken`";
                Err(format!("an e-mail is held as {known}, not `{word}`"))
            }
        }
    }

    fn seat(&self) -> Result<SeatHold, String> {
        let extension = self.extension.clone().ok_or("`has_calling` needs the `extension` that the person has")?;
        Ok(SeatHold { extension, location: self.location.clone() })
    }

    fn of_address(&self) -> Result<AddressHold, String> {
        match (self.status.as_str(), &self.suggestion) {
            ("unknown", None) => Ok(AddressHold::Unknown),
            ("corrected", Some(suggestion)) => Ok(AddressHold::Corrected(suggestion.clone())),
            _ => Err("an address is held as `unknown`, or as `corrected` with a `suggestion`".to_owned()),
        }
    }

    fn of_number(&self) -> Result<NumberHold, String> {
        match self.status.as_str() {
            "in_use" => Ok(NumberHold::InUse),
            "unavailable" => Ok(NumberHold::Unavailable),
            word => Err(format!("a number is held as `in_use` or `unavailable`, not `{word}`")),
        }
    }
}
