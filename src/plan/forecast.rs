//! What a plan will cost: requests, time, licences.

use std::collections::{BTreeMap, HashSet};

use super::build::Plan;
use super::known::Known;
use super::step::{Action, Calls, Stage};
use super::work::Work;

/// Seconds one request is assumed to take until a run has measured it.
const LATENCY_SECONDS: f64 = 0.3;
/// Seconds Webex is assumed to take for a new customer (Cisco's own tools wait between 2 and 5 minutes).
const PROVISIONING_SECONDS: f64 = 120.0;

/// How fast requests may leave.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub in_flight: f64,
    /// Seconds that an answer takes, when a run has measured it.
    pub latency: Option<f64>,
    /// Requests per second; none without a ceiling.
    pub rate: Option<f64>,
}

/// Licences of one package at one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    pub customer: String,
    pub package: String,
    pub before: u64,
    pub after: u64,
    pub limit: Option<u32>,
}

/// What a plan will cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub calls: Calls,
    pub seconds: f64,
    /// What the time is spent on.
    pub bottleneck: &'static str,
    pub licences: Vec<Licence>,
    /// Numbers that can be called as soon as the run ends.
    pub numbers_live: u64,
    /// Persons who may get a mail from Webex.
    pub people: u64,
}

/// Forecasts a plan. Times are assumptions, named above, until runs have measured them.
pub fn forecast(plan: &Plan, known: &Known, pace: Pace) -> Forecast {
    let mut calls = Calls::default();
    for step in &plan.steps {
        calls.read += step.calls.read;
        calls.write += step.calls.write;
    }
    let (seconds, bottleneck) = duration(plan, calls, pace);
    let creations = || plan.steps.iter().filter(|step| step.action != Action::Unchanged);
    let numbers_live = creations().map(|step| match &step.work {
        Work::Numbers(numbers) => {
            let added = if numbers.active { super::expand(&numbers.add).len() } else { 0 };
            (added + super::expand(&numbers.activate).len()) as u64
        }
        _ => 0,
    });
    let people = creations().filter(|step| step.stage == Stage::Users && step.action == Action::Create).count() as u64;
    Forecast { calls, seconds, bottleneck, licences: licences(plan, known), numbers_live: numbers_live.sum(), people }
}

#[expect(clippy::cast_precision_loss, reason = "a forecast of more than 2^52 calls is no forecast")]
fn duration(plan: &Plan, calls: Calls, pace: Pace) -> (f64, &'static str) {
    let total = calls.total() as f64;
    let in_flight = total * pace.latency.unwrap_or(LATENCY_SECONDS) / pace.in_flight.max(1.0);
    let by_rate = pace.rate.map_or(0.0, |rate| total / rate);
    let new_customers = plan.steps.iter().any(|s| s.stage == Stage::Customers && s.action != Action::Unchanged);
    let chain = if new_customers { PROVISIONING_SECONDS } else { 0.0 };
    if total == 0.0 {
        (0.0, "nothing")
    } else if by_rate > in_flight {
        (by_rate + chain, "rate limit")
    } else if chain > in_flight {
        (in_flight + chain, "provisioning of customers")
    } else {
        (in_flight + chain, "requests in flight")
    }
}

fn licences(plan: &Plan, known: &Known) -> Vec<Licence> {
    let mut counts: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    let changing: HashSet<_> = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Update | Action::Delete))
        .map(|step| &step.id)
        .collect();
    for (id, confirmed) in known.iter().filter(|(id, _)| id.stage() == Some(Stage::Users)) {
        let customer = confirmed.fields.get("customer_external_id");
        if let (Some(customer), Some(package)) = (customer, confirmed.fields.get("package")) {
            let count = counts.entry((customer.clone(), package.clone())).or_default();
            count.0 += 1;
            count.1 += u64::from(!changing.contains(id));
        }
    }
    let mut limits = BTreeMap::new();
    for step in &plan.steps {
        match &step.work {
            Work::Customer(customer) => {
                limits.insert(&customer.external_id, &customer.limits);
            }
            Work::User(user) if matches!(step.action, Action::Create | Action::Update | Action::Waiting) => {
                counts.entry((user.customer.clone(), user.package.clone())).or_default().1 += 1;
            }
            _ => {}
        }
    }
    counts
        .into_iter()
        .map(|((customer, package), (before, after))| {
            let limit = limits.get(&customer).and_then(|limits| limits.get(&package)).copied();
            Licence { customer, package, before, after, limit }
        })
        .collect()
}
