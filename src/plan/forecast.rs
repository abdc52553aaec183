//! What a plan will cost: requests, time, licences.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::build::Plan;
use super::id::StepId;
use super::known::Known;
use super::prices::Cost;
use super::step::{Action, Calls, Stage, Step};
use super::work::Work;

/// Seconds one request is assumed to take until a run has measured it, at best and at worst.
const LATENCY_SECONDS: [f64; 2] = [0.1, 0.6];
/// Seconds Webex is assumed to take for a new customer (Cisco's own tools wait between 2 and 5 minutes).
const PROVISIONING_SECONDS: [f64; 2] = [30.0, 300.0];
/// What was measured is not met to the point: so much of it may be missing, or too much.
const SPREAD: [f64; 2] = [0.8, 1.25];
/// Looks at a new customer grow apart up to this many times the first wait.
const POLLS_LATE: f64 = 3.0;
/// Rounds over the steps after which their chains count as known; none is longer.
const CHAIN_ROUNDS_MAX: usize = 16;

/// How long Webex took to prepare customers: on average, and at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preparation {
    pub mean: f64,
    pub most: f64,
}

/// How fast requests may leave.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Requests under way at one time, at worst and at best.
    pub in_flight: [f64; 2],
    /// Seconds that an answer takes, when a run has measured it.
    pub latency: Option<f64>,
    /// Requests per second; none without a ceiling.
    pub rate: Option<f64>,
    /// What a run has measured of new customers.
    pub preparation: Option<Preparation>,
    /// Seconds between two looks at a new customer.
    pub poll: f64,
}

/// When a run that began now would be done, as the clock on the wall shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    pub from: String,
    pub to: String,
    pub zone: String,
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
    /// What is most likely, between the least and the most.
    pub seconds: f64,
    pub least: f64,
    pub most: f64,
    /// Told by whoever has a clock.
    pub ends: Option<Ends>,
    /// What the time is spent on.
    pub bottleneck: &'static str,
    pub licences: Vec<Licence>,
    /// Numbers that can be called as soon as the run ends.
    pub numbers_live: u64,
    /// Persons who may get a mail from Webex.
    pub people: u64,
    /// By the user's price list, if there is one.
    pub cost: Option<Cost>,
}

/// Forecasts a plan. Times are assumptions, named above, until runs have measured them.
pub fn forecast(plan: &Plan, known: &Known, pace: Pace) -> Forecast {
    let mut calls = Calls::default();
    for step in &plan.steps {
        calls.read += step.calls.read;
        calls.write += step.calls.write;
    }
    let Duration { seconds, least, most, bottleneck } = duration(plan, calls, pace);
    let creations = || plan.steps.iter().filter(|step| step.action != Action::Unchanged);
    let numbers_live = creations().map(|step| match &step.work {
        Work::Numbers(numbers) => {
            let added = if numbers.active { super::expand(&numbers.add).len() } else { 0 };
            (added + super::expand(&numbers.activate).len()) as u64
        }
        _ => 0,
    });
    let people = creations().filter(|step| step.stage == Stage::Users && step.action == Action::Create);
    let (numbers_live, people) = (numbers_live.sum(), people.count() as u64 + administrators(plan));
    let licences = licences(plan, known);
    Forecast { calls, seconds, least, most, ends: None, bottleneck, licences, numbers_live, people, cost: None }
}

/// First administrators of new customers who are no users of the plan.
fn administrators(plan: &Plan) -> u64 {
    let users: HashSet<&StepId> = plan.steps.iter().map(|step| &step.id).collect();
    let new = plan.steps.iter().filter(|step| step.action == Action::Create).filter_map(|step| match &step.work {
        Work::Customer(work) if work.org_id.is_none() => Some(StepId::user(&work.admin_email)),
        _ => None,
    });
    new.filter(|user| !users.contains(user)).count() as u64
}

/// How long it takes, and what the time is spent on.
struct Duration {
    seconds: f64,
    least: f64,
    most: f64,
    bottleneck: &'static str,
}

/// Nothing is faster than its work or its longest chain, and whoever begins what can begin takes no longer than both
/// one after the other.
#[expect(clippy::cast_precision_loss, reason = "a forecast of more than 2^52 calls is no forecast")]
fn duration(plan: &Plan, calls: Calls, pace: Pace) -> Duration {
    let total = calls.total() as f64;
    if total == 0.0 {
        return Duration { seconds: 0.0, least: 0.0, most: 0.0, bottleneck: "nothing" };
    }
    let latency = pace.latency.map_or(LATENCY_SECONDS, |latency| SPREAD.map(|share| latency * share));
    let prepared = pace.preparation.map(|measured| [measured.mean * SPREAD[0], measured.most * SPREAD[1]]);
    let prepared = prepared.unwrap_or(PROVISIONING_SECONDS);
    let by_rate = pace.rate.map_or(0.0, |rate| total / rate);
    let slots = [total * latency[0] / pace.in_flight[1].max(1.0), total * latency[1] / pace.in_flight[0].max(1.0)];
    let chains = [chain(plan, latency[0], prepared[0]), chain(plan, latency[1], prepared[1] + pace.poll * POLLS_LATE)];
    let least = slots[0].max(by_rate * SPREAD[0]).max(chains[0]);
    let most = slots[1].max(by_rate * SPREAD[1]) + chains[1];
    let middle = |pair: [f64; 2]| f64::midpoint(pair[0], pair[1]);
    let bottleneck = match (middle(slots), middle(chains)) {
        (slots, chain) if by_rate > slots.max(chain) => "rate limit",
        (slots, chain) if chain > slots && prepares(plan, |action| action != Action::Delete) => {
            "provisioning of customers"
        }
        (slots, chain) if chain > slots && prepares(plan, |_| true) => "removal of customers",
        _ => "requests in flight",
    };
    let seconds = middle(slots).max(by_rate).max(middle(chains)).clamp(least, most);
    Duration { seconds, least, most, bottleneck }
}

fn is_prepared(step: &Step) -> bool {
    step.stage == Stage::Customers && step.action != Action::Unchanged
}

/// Does a step wait until Webex is ready with a customer?
fn prepares(plan: &Plan, is_meant: impl Fn(Action) -> bool) -> bool {
    plan.steps.iter().any(|step| is_prepared(step) && is_meant(step.action))
}

/// The longest chain of steps that wait for each other, in seconds. Steps mostly stand behind what they need, so that one
/// round over them tells it, and the next that nothing moves.
#[expect(clippy::cast_precision_loss, reason = "a step takes a handful of calls")]
fn chain(plan: &Plan, latency: f64, prepared: f64) -> f64 {
    let places: HashMap<&StepId, usize> = plan.steps.iter().enumerate().map(|(at, step)| (&step.id, at)).collect();
    let mut ends = vec![0.0_f64; plan.steps.len()];
    for _ in 0..CHAIN_ROUNDS_MAX {
        let mut has_moved = false;
        for (at, step) in plan.steps.iter().enumerate() {
            let own = step.calls.total() as f64 * latency + if is_prepared(step) { prepared } else { 0.0 };
            let begin = step.needs.iter().filter_map(|need| places.get(need)).map(|&at| ends[at]).fold(0.0, f64::max);
            has_moved |= begin + own > ends[at];
            ends[at] = ends[at].max(begin + own);
        }
        if !has_moved {
            break;
        }
    }
    ends.into_iter().fold(0.0, f64::max)
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
