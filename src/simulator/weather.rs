//! Faults drawn from a seed. Which request is hit depends on the seed and on what the request is, not on
//! the order in which requests come, so that a parallel run can be repeated.

use std::collections::HashMap;

use super::chance::{fingerprint, mix};
use super::faults::{Blow, Moment, Strike, error_answer};
use super::retry_after::RetryAfter;
use crate::api::wire::{Method, Request};

/// How often in a row the same request may be hit; then it gets through.
const IN_A_ROW_MAX: u32 = 3;
/// Of how many requests the shares below are.
const OUT_OF: u64 = 1_000;
/// The longest that a slow answer takes on top.
const SLOW_MS_MAX: u64 = 500;

/// The shares of all requests that meet each kind of trouble. An absurd `Retry-After` is in none of them: it is for
/// a person to look at, so it comes from fault files only.
const READS: &[(u64, Trouble)] = &[
    (8, Trouble::Refused(429, RetryAfter::Seconds)),
    (4, Trouble::Refused(429, RetryAfter::Date)),
    (1, Trouble::Refused(429, RetryAfter::Missing)),
    (1, Trouble::Refused(429, RetryAfter::Zero)),
    (1, Trouble::Refused(429, RetryAfter::Garbage)),
    (1, Trouble::Refused(423, RetryAfter::Missing)),
    (8, Trouble::Status(503, Moment::Before)),
    (4, Trouble::Status(502, Moment::Before)),
    (2, Trouble::Status(504, Moment::Before)),
    (4, Trouble::Drop(Moment::Before)),
    (4, Trouble::Drop(Moment::After)),
    (1, Trouble::Hang(Moment::After)),
    (8, Trouble::Slow),
];
const WRITES: &[(u64, Trouble)] = &[
    (8, Trouble::Refused(429, RetryAfter::Seconds)),
    (4, Trouble::Refused(429, RetryAfter::Date)),
    (1, Trouble::Refused(429, RetryAfter::Missing)),
    (1, Trouble::Refused(429, RetryAfter::Zero)),
    (1, Trouble::Refused(429, RetryAfter::Garbage)),
    (3, Trouble::Refused(423, RetryAfter::Seconds)),
    (1, Trouble::Refused(423, RetryAfter::Missing)),
    (6, Trouble::Status(503, Moment::Before)),
    (4, Trouble::Status(502, Moment::Before)),
    (4, Trouble::Status(502, Moment::After)),
    (4, Trouble::Status(500, Moment::Before)),
    (4, Trouble::Status(500, Moment::After)),
    (2, Trouble::Status(504, Moment::After)),
    (4, Trouble::Drop(Moment::Before)),
    (6, Trouble::Drop(Moment::After)),
    (1, Trouble::Hang(Moment::Before)),
    (1, Trouble::Hang(Moment::After)),
    (8, Trouble::Slow),
];

#[derive(Debug, Clone)]
enum Trouble {
    Refused(u16, RetryAfter),
    Status(u16, Moment),
    Drop(Moment),
    Hang(Moment),
    Slow,
}

/// A source of trouble, and what each request has met so far.
#[derive(Debug)]
pub struct Weather {
    seed: u64,
    met: HashMap<u64, Met>,
}

#[derive(Debug, Default)]
struct Met {
    seen: u32,
    in_a_row: u32,
}

impl Weather {
    /// Weather that is the same for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, met: HashMap::new() }
    }

    /// What this request meets, this time.
    pub fn strike(&mut self, path: &str, request: &Request) -> Option<Strike> {
        let print = fingerprint(path, request);
        let met = self.met.entry(print).or_default();
        let draw = mix(self.seed ^ mix(print ^ u64::from(met.seen)));
        met.seen += 1;
        let shares = if request.method == Method::Get { READS } else { WRITES };
        let trouble = pick(shares, draw % OUT_OF).filter(|_| met.in_a_row < IN_A_ROW_MAX);
        met.in_a_row = if trouble.is_some() { met.in_a_row + 1 } else { 0 };
        trouble.map(|trouble| trouble.strike(draw / OUT_OF))
    }
}

impl Trouble {
    fn strike(&self, draw: u64) -> Strike {
        let (blow, moment) = match self {
            Self::Refused(status, form) => (Blow::Answer(error_answer(*status), Some(form.clone())), Moment::Before),
            Self::Status(status, moment) => (Blow::Answer(error_answer(*status), None), *moment),
            Self::Drop(moment) => (Blow::Drop, *moment),
            Self::Hang(moment) => (Blow::Hang, *moment),
            Self::Slow => (Blow::Slow(draw % SLOW_MS_MAX), Moment::Before),
        };
        Strike { blow, moment }
    }
}

fn pick(shares: &'static [(u64, Trouble)], draw: u64) -> Option<&'static Trouble> {
    let mut below = 0;
    shares.iter().find_map(|(share, trouble)| {
        below += share;
        (draw < below).then_some(trouble)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(seed: u64) -> Vec<bool> {
        let mut weather = Weather::new(seed);
        let request = |number: u32| Request::new(Method::Post, format!("/things/{number}"));
        (0..2_000).map(|number| weather.strike("/things", &request(number % 500)).is_some()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_weather() {
        assert_eq!(hits(7), hits(7));
        assert_ne!(hits(7), hits(8));
    }

    #[test]
    fn a_few_in_a_hundred_are_hit_and_nothing_for_ever() {
        let mut weather = Weather::new(1);
        let requests: Vec<Request> = (0..500).map(|n| Request::new(Method::Post, format!("/things/{n}"))).collect();
        let mut hit = 0;
        for request in &requests {
            let row: Vec<bool> = (0..8).map(|_| weather.strike(&request.path, request).is_some()).collect();
            assert!(row.windows(4).all(|four| !four.iter().all(|hit| *hit)), "{row:?}");
            hit += row.iter().filter(|hit| **hit).count();
        }
        assert!((120..400).contains(&hit), "{hit} of 4000");
    }
}
