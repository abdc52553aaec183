//! When the next request may leave: under the user's ceiling, under what refusals have taught, and never while the
//! provider wants a pause.
//!
//! One limit stands for all requests, until answers show that a kind of request or one organisation has a limit of its
//! own: then that lane is paced by itself, and the others go on.

mod bucket;
mod flight;
mod learning;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::wire::Request;
use bucket::Bucket;
use learning::{Heard, Learner};

pub(super) use flight::{Flight, Slot};

/// The name under which the pace of all requests is remembered.
pub const ALL: &str = "all";
/// Requests of other lanes that must be accepted, and requests of one lane that must be refused meanwhile, to tell that
/// the limit is that lane's own.
const OTHERS_ACCEPTED_MIN: usize = 4;
const OWN_REFUSED_MIN: usize = 3;

/// What requests have in common that a limit may be about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Kind(&'static str),
    Organisation(String),
}

/// The kinds of requests, by the beginning of their path.
const KINDS: &[&str] = &[
    "/wholesale/customers",
    "/wholesale/subscribers",
    "/locations",
    "/telephony/config",
    "/telephony/pstn",
    "/people",
    "/identity",
    "/organizations",
];

/// The kind of a request.
pub(super) fn kind(request: &Request) -> &'static str {
    KINDS.iter().find(|kind| request.path.starts_with(*kind)).copied().unwrap_or("other")
}

/// The lanes that a request belongs to.
#[derive(Debug, Clone)]
pub(super) struct Lanes([Option<Key>; 2]);

impl Lanes {
    pub fn of(request: &Request) -> Self {
        let org = request.query.iter().find(|(name, _)| name == "orgId").map(|(_, id)| Key::Organisation(id.clone()));
        Self([Some(Key::Kind(kind(request))), org])
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.iter().flatten()
    }
}

/// One limit: what may leave now, and what is learnt of it.
#[derive(Debug)]
struct Lane {
    bucket: Bucket,
    learner: Learner,
}

impl Lane {
    fn new(ceiling: Option<f64>, learnt: Option<f64>, now: Instant) -> Self {
        let learner = Learner::new(ceiling, learnt, now);
        Self { bucket: Bucket::new(learner.rate(), now), learner }
    }

    fn turn(&mut self, now: Instant) -> Instant {
        if !self.bucket.is_parked(now) {
            self.learner.conclude(now);
        }
        self.learner.grow(now);
        if let Some(rate) = self.learner.rate()
            && self.bucket.rate() != Some(rate)
        {
            self.bucket.set_rate(rate);
        }
        self.bucket.turn(now)
    }
}

/// What was answered since all requests were parked.
#[derive(Debug, Default)]
struct Evidence {
    refused: HashMap<Key, usize>,
    all_refused: usize,
    accepted: HashMap<Key, usize>,
    all_accepted: usize,
    /// When the first refused request had left: what left before says nothing.
    from: Option<Instant>,
    pause: Duration,
}

#[derive(Debug)]
struct State {
    all: Lane,
    own: HashMap<Key, Lane>,
    evidence: Evidence,
    /// When the last request left that no pace was known for.
    last: Instant,
}

/// The pace of all requests of a run.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
}

impl Pace {
    /// At most `ceiling` requests per second; none when there is no ceiling. `learnt` is what earlier runs were taught.
    pub fn new(ceiling: Option<f64>, learnt: &[(String, f64)]) -> Self {
        let now = Instant::now();
        let of = |name: &str| learnt.iter().find(|(known, _)| known == name).map(|(_, rate)| *rate);
        let own = KINDS.iter().filter_map(|kind| Some((Key::Kind(kind), Lane::new(None, Some(of(kind)?), now))));
        let state = State {
            all: Lane::new(ceiling, of(ALL), now),
            own: own.collect(),
            evidence: Evidence::default(),
            last: now,
        };
        Self { state: Mutex::new(state) }
    }

    /// What was learnt, by name; limits of single organisations are not kept.
    pub fn learnt(&self) -> Vec<(String, f64)> {
        let state = self.state();
        let own = state.own.iter().filter_map(|(key, lane)| match key {
            Key::Kind(kind) => Some(((*kind).to_owned(), lane.learner.learnt()?)),
            Key::Organisation(_) => None,
        });
        state.all.learner.learnt().map(|rate| (ALL.to_owned(), rate)).into_iter().chain(own).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Numbers and instants cannot be left half changed, so a poisoned lock is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the provider wants none of these requests.
    pub async fn unparked(&self, lanes: &Lanes) {
        while let Some(until) = self.parked_until(lanes) {
            sleep_until(until).await;
        }
    }

    /// When a pause that is going on for these lanes ends.
    pub fn parked_until(&self, lanes: &Lanes) -> Option<Instant> {
        let state = self.state();
        let now = Instant::now();
        let own = lanes.keys().filter_map(|key| state.own.get(key));
        let until = own.chain([&state.all]).map(|lane| lane.bucket.parked_until()).max()?;
        (until > now).then_some(until)
    }

    /// Waits for this request's turn; where no pace is known, requests leave so far apart as `spread` says.
    pub async fn turn(&self, lanes: &Lanes, spread: Duration) {
        let now = Instant::now();
        let at = {
            let mut state = self.state();
            let of_all = state.all.turn(now);
            let own = lanes.keys().filter_map(|key| Some(state.own.get_mut(key)?.turn(now)));
            let own = own.fold(of_all, Instant::max);
            if state.all.learner.rate().is_some() { own } else { state.spread(own, spread) }
        };
        if at > now {
            sleep_until(at).await;
        }
    }

    /// A request that left at `sent` was taken.
    pub fn accepted(&self, lanes: &Lanes, sent: Instant) {
        let mut state = self.state();
        let now = Instant::now();
        state.all.learner.heard(sent, now, Heard::Accepted);
        for key in lanes.keys() {
            if let Some(lane) = state.own.get_mut(key) {
                lane.learner.heard(sent, now, Heard::Accepted);
            }
        }
        state.accepted_meanwhile(lanes, sent);
        state.tell_apart(now);
    }

    /// A request that left at `sent` was refused, and a pause was asked for.
    pub fn refused(&self, lanes: &Lanes, sent: Instant, pause: Duration) {
        let mut state = self.state();
        let now = Instant::now();
        let mut is_own = false;
        for key in lanes.keys() {
            if let Some(lane) = state.own.get_mut(key) {
                lane.learner.heard(sent, now, Heard::Refused);
                lane.bucket.park(now, pause);
                is_own = true;
            }
        }
        if is_own {
            return;
        }
        state.all.learner.heard(sent, now, Heard::Refused);
        state.all.bucket.park(now, pause);
        state.refused_meanwhile(lanes, sent, now, pause);
        state.tell_apart(now);
    }
}

impl State {
    fn spread(&mut self, at: Instant, spread: Duration) -> Instant {
        self.last = at.max(self.last + spread);
        self.last
    }

    fn refused_meanwhile(&mut self, lanes: &Lanes, sent: Instant, now: Instant, pause: Duration) {
        let evidence = &mut self.evidence;
        if evidence.from.is_none() || now.saturating_duration_since(sent) > pause.max(Duration::from_secs(5)) {
            *evidence = Evidence { from: Some(sent), ..Evidence::default() };
        }
        evidence.pause = evidence.pause.max(pause);
        evidence.all_refused += 1;
        for key in lanes.keys() {
            *evidence.refused.entry(key.clone()).or_default() += 1;
        }
    }

    fn accepted_meanwhile(&mut self, lanes: &Lanes, sent: Instant) {
        let evidence = &mut self.evidence;
        if evidence.from.is_some_and(|from| sent >= from) {
            evidence.all_accepted += 1;
            for key in lanes.keys() {
                *evidence.accepted.entry(key.clone()).or_default() += 1;
            }
        }
    }

    /// Where every refusal is one lane's and others were taken meanwhile, the limit is that lane's: it gets a pace of
    /// its own, and everything else goes on.
    fn tell_apart(&mut self, now: Instant) {
        let evidence = &self.evidence;
        if evidence.all_refused < OWN_REFUSED_MIN {
            return;
        }
        let taken = |key: &Key| evidence.accepted.get(key).copied().unwrap_or_default();
        let is_own = |key: &&Key| {
            let refused = evidence.refused[*key];
            refused == evidence.all_refused
                && evidence.all_accepted - taken(key) >= OTHERS_ACCEPTED_MIN.max(refused)
                && taken(key) < refused
        };
        let Some(key) = evidence.refused.keys().find(is_own).cloned() else { return };
        let pause = self.all.bucket.parked_until().saturating_duration_since(now);
        let mut lane = Lane::new(None, None, now);
        // What the lane's own pace is, its own next refusals tell.
        lane.bucket.park(now, pause);
        self.all.learner.forget_episode();
        self.all.bucket.unpark(now);
        tracing::info!(?key, "the limit is of these requests only");
        self.own.insert(key, lane);
        self.evidence = Evidence::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::Method;

    fn lanes(path: &str) -> Lanes {
        Lanes::of(&Request::new(Method::Get, path).with_query("orgId", "o"))
    }

    #[tokio::test(start_paused = true)]
    async fn the_ceiling_spaces_requests_evenly() {
        let pace = Pace::new(Some(10.0), &[]);
        let start = Instant::now();
        for _ in 0..11 {
            pace.turn(&lanes("/people"), Duration::ZERO).await;
        }
        assert_eq!(start.elapsed().as_millis(), 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_kept_to_its_end() {
        let (pace, people) = (Pace::new(None, &[]), lanes("/people"));
        let start = Instant::now();
        pace.refused(&people, start, Duration::from_secs(7));
        pace.refused(&people, start, Duration::from_secs(3));
        assert!(pace.parked_until(&lanes("/locations")).is_some());
        pace.unparked(&people).await;
        assert_eq!(start.elapsed(), Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lane_that_alone_is_refused_waits_alone() {
        let (pace, people, users) = (Pace::new(None, &[]), lanes("/people"), lanes("/wholesale/subscribers"));
        let start = Instant::now();
        for _ in 0..OWN_REFUSED_MIN {
            pace.refused(&users, start, Duration::from_secs(7));
        }
        assert!(pace.parked_until(&people).is_some(), "nothing is known yet");
        for _ in 0..OTHERS_ACCEPTED_MIN {
            pace.accepted(&people, start);
        }
        assert_eq!(pace.parked_until(&people), None);
        assert!(pace.parked_until(&users).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_learnt_is_kept_to_from_the_start() {
        let pace = Pace::new(Some(100.0), &[("all".to_owned(), 10.0), ("/people".to_owned(), 5.0)]);
        let start = Instant::now();
        for _ in 0..6 {
            pace.turn(&lanes("/people"), Duration::ZERO).await;
        }
        assert_eq!(start.elapsed().as_millis(), 1000);
        assert_eq!(pace.learnt().len(), 2);
    }
}
