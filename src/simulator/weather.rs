//! Faults drawn from a seed. Which request is hit depends on the seed and on what the request is, not on
//! the order in which requests come, so that a parallel run can be repeated.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, UNIX_EPOCH};

use super::faults::{Blow, Moment, Strike, error_answer};
use crate::api::wire::{Method, Request};

/// How often in a row the same request may be hit; then it gets through.
const IN_A_ROW_MAX: u32 = 3;
/// Of how many requests the shares below are.
const OUT_OF: u64 = 1_000;
/// The longest that a slow answer takes on top.
const SLOW_MS_MAX: u64 = 500;

/// The shares of all requests that meet each kind of trouble.
const READS: &[(u64, Trouble)] = &[
    (10, Trouble::TooMany),
    (4, Trouble::TooManyUntil),
    (8, Trouble::Status(503, Moment::Before)),
    (4, Trouble::Status(502, Moment::Before)),
    (4, Trouble::Drop(Moment::Before)),
    (4, Trouble::Drop(Moment::After)),
    (10, Trouble::Slow),
];
const WRITES: &[(u64, Trouble)] = &[
    (10, Trouble::TooMany),
    (4, Trouble::TooManyUntil),
    (8, Trouble::Status(503, Moment::Before)),
    (4, Trouble::Status(502, Moment::Before)),
    (4, Trouble::Status(502, Moment::After)),
    (4, Trouble::Status(500, Moment::Before)),
    (4, Trouble::Status(500, Moment::After)),
    (4, Trouble::Locked),
    (4, Trouble::Drop(Moment::Before)),
    (6, Trouble::Drop(Moment::After)),
    (10, Trouble::Slow),
];

#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// 429 with seconds.
    TooMany,
    /// 429 with a date.
    TooManyUntil,
    /// 423 with seconds.
    Locked,
    Status(u16, Moment),
    Drop(Moment),
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
    pub fn strike(&mut self, path: &str, request: &Request, now_ms: u64) -> Option<Strike> {
        let print = fingerprint(path, request);
        let met = self.met.entry(print).or_default();
        let draw = mix(self.seed ^ mix(print ^ u64::from(met.seen)));
        met.seen += 1;
        let shares = if request.method == Method::Get { READS } else { WRITES };
        let trouble = pick(shares, draw % OUT_OF).filter(|_| met.in_a_row < IN_A_ROW_MAX);
        met.in_a_row = if trouble.is_some() { met.in_a_row + 1 } else { 0 };
        trouble.map(|trouble| trouble.strike(draw / OUT_OF, now_ms))
    }
}

impl Trouble {
    fn strike(self, draw: u64, now_ms: u64) -> Strike {
        let (blow, moment) = match self {
            Self::TooMany => (refused(429, "1".to_owned()), Moment::Before),
            Self::TooManyUntil => (refused(429, date_after(now_ms)), Moment::Before),
            Self::Locked => (refused(423, "1".to_owned()), Moment::Before),
            Self::Status(status, moment) => (Blow::Answer(error_answer(status)), moment),
            Self::Drop(moment) => (Blow::Drop, moment),
            Self::Slow => (Blow::Slow(draw % SLOW_MS_MAX), Moment::Before),
        };
        Strike { blow, moment }
    }
}

fn pick(shares: &[(u64, Trouble)], draw: u64) -> Option<Trouble> {
    let mut below = 0;
    shares.iter().find_map(|(share, trouble)| {
        below += share;
        (draw < below).then_some(*trouble)
    })
}

fn refused(status: u16, retry_after: String) -> Blow {
    let mut answer = error_answer(status);
    answer.headers.push(("Retry-After".to_owned(), retry_after));
    Blow::Answer(answer)
}

/// A date has whole seconds only, so this one lies one to two seconds ahead.
fn date_after(now_ms: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now_ms / 1_000 + 2))
}

fn fingerprint(path: &str, request: &Request) -> u64 {
    // `DefaultHasher::new` has fixed keys, so the print is the same in every process of one build.
    let mut hasher = DefaultHasher::new();
    request.method.hash(&mut hasher);
    path.hash(&mut hasher);
    request.query.hash(&mut hasher);
    request.body.as_ref().map(ToString::to_string).hash(&mut hasher);
    hasher.finish()
}

/// Spreads a number over all 64 bits (the finaliser of `SplitMix64`).
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(seed: u64) -> Vec<bool> {
        let mut weather = Weather::new(seed);
        let request = |number: u32| Request::new(Method::Post, format!("/things/{number}"));
        (0..2_000).map(|number| weather.strike("/things", &request(number % 500), 0).is_some()).collect()
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
            let row: Vec<bool> = (0..8).map(|_| weather.strike(&request.path, request, 0).is_some()).collect();
            assert!(row.windows(4).all(|four| !four.iter().all(|hit| *hit)), "{row:?}");
            hit += row.iter().filter(|hit| **hit).count();
        }
        assert!((120..400).contains(&hit), "{hit} of 4000");
    }
}
