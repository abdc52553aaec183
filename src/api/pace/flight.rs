//! How many requests may be under way at one time: so many as the user says, or else as many as the server answers
//! without becoming slower.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

/// Requests under way at the beginning (`wxc_sdk` sends as many), and at most, when the user does not say.
const START: usize = 10;
const MAX: usize = 100;
/// Answers of one kind that tell how fast the server is when it is asked little.
const FIRST_ANSWERS: u32 = 8;
/// How near answers must come to that for more to be sent, and below which less is sent.
const GOOD: f64 = 0.7;
const BAD: f64 = 0.4;
/// How much one answer counts.
const WEIGHT: f64 = 0.1;
/// What of the time that each slot would take its turn in lies between two requests at least, so that they leave
/// evenly and not in the bunches that answers come in; and at most, whatever an answer takes.
const SPREAD_SHARE: f64 = 0.8;
const SPREAD_MAX: Duration = Duration::from_millis(5);

/// The slots of a client.
#[derive(Debug)]
pub(in crate::api) struct Flight {
    slots: Semaphore,
    state: Mutex<State>,
    is_fixed: bool,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Slots that are to vanish when they are given back.
    owed: usize,
    /// The first answers of each kind of request: how many, and how long they took together.
    first: HashMap<&'static str, (u32, Duration)>,
    /// How near answers come to them; 1 is as fast as they were.
    nearness: f64,
    answers: usize,
    /// Nothing was too much yet, so the limit grows fast.
    is_starting: bool,
    /// Seconds that answers take lately.
    latency: f64,
}

/// The right to have one request under way.
#[derive(Debug)]
pub(in crate::api) struct Slot<'a>(&'a Flight);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.owed > 0 {
            state.owed -= 1;
        } else {
            self.0.slots.add_permits(1);
        }
    }
}

impl Flight {
    /// So many slots, or a number that is found out.
    pub fn new(fixed: Option<usize>) -> Self {
        let limit = fixed.unwrap_or(START).max(1);
        let state =
            State { limit, owed: 0, first: HashMap::new(), nearness: 1.0, answers: 0, is_starting: true, latency: 0.0 };
        Self { slots: Semaphore::new(limit), state: Mutex::new(state), is_fixed: fixed.is_some() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Numbers cannot be left half changed, so a poisoned lock is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests may be under way now.
    pub fn limit(&self) -> usize {
        self.state().limit
    }

    /// How long after another request the next one should leave, where nothing else says.
    pub fn spread(&self) -> Duration {
        let state = self.state();
        #[expect(clippy::cast_precision_loss, reason = "a few hundred slots")]
        let share = state.latency * SPREAD_SHARE / state.limit as f64;
        Duration::from_secs_f64(share).min(SPREAD_MAX)
    }

    /// Seconds that answers take lately, once there were any.
    pub fn latency(&self) -> Option<f64> {
        Some(self.state().latency).filter(|latency| *latency > 0.0)
    }

    /// Waits for a slot.
    pub async fn slot(&self) -> Slot<'_> {
        let permit = self.slots.acquire().await.expect("the semaphore is never closed");
        permit.forget();
        Slot(self)
    }

    /// Takes in how long an answer took.
    pub fn answered(&self, kind: &'static str, took: Duration) {
        let mut state = self.state();
        state.took(took);
        if self.is_fixed {
            return;
        }
        let before = state.limit;
        state.answered(kind, took);
        let after = state.limit;
        if after > before {
            // What was owed is paid first.
            let paid = state.owed.min(after - before);
            state.owed -= paid;
            self.slots.add_permits(after - before - paid);
        }
        state.owed += before.saturating_sub(after);
    }
}

impl State {
    fn took(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let weight = if self.latency > 0.0 { WEIGHT } else { 1.0 };
        self.latency += weight * (seconds - self.latency);
    }

    fn answered(&mut self, kind: &'static str, took: Duration) {
        let (count, together) = self.first.entry(kind).or_default();
        if *count < FIRST_ANSWERS {
            *count += 1;
            *together += took;
        }
        let nearness = (*together / *count).as_secs_f64() / took.as_secs_f64().max(f64::EPSILON);
        self.nearness += WEIGHT * (nearness - self.nearness);
        self.answers += 1;
        if self.answers < self.limit {
            return;
        }
        self.answers = 0;
        if self.nearness >= GOOD {
            let more = if self.is_starting { self.limit / 2 } else { 1 };
            self.limit = (self.limit + more.max(1)).min(MAX);
        } else if self.nearness < BAD {
            self.is_starting = false;
            self.limit = (self.limit * 9 / 10).max(START / 2);
        } else {
            self.is_starting = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(flight: &Flight, answers: usize, took_ms: u64) -> usize {
        for _ in 0..answers {
            flight.answered("users", Duration::from_millis(took_ms));
        }
        flight.limit()
    }

    #[tokio::test]
    async fn the_number_follows_the_latency() {
        let flight = Flight::new(None);
        assert_eq!(after(&flight, 10, 25), 15);
        assert_eq!(after(&flight, 1000, 26), MAX);
        let held = flight.slot().await;
        assert!(after(&flight, 3000, 250) < 20);
        drop(held);
        let mut slots = Vec::new();
        while let Ok(permit) = flight.slots.try_acquire() {
            slots.push(permit);
        }
        assert!(slots.len() <= MAX);
    }

    #[tokio::test]
    async fn what_the_user_says_stays() {
        let flight = Flight::new(Some(7));
        assert_eq!(after(&flight, 1000, 25), 7);
    }
}
