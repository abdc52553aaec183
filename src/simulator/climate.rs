//! What a seed makes of Webex as a whole, besides the weather that hits single requests: how late things are seen,
//! how answers are delayed, and which operations are limited.

use super::chance::mix;
use super::latency::Jitter;
use super::pace::{Family, Limit};
use super::presets::Presets;
use super::retry_after::RetryAfter;

/// The latest that something is seen in a list; below the shortest grace that a client should have.
const VISIBILITY_MS_MAX: u64 = 200;
/// Fast enough that a run is not made of waiting.
const LIMIT_PER_SECOND: u32 = 60;
const LIMIT_BURST: u32 = 20;

/// The settings that go with a seed.
pub fn climate(seed: u64) -> Presets {
    let draw = |which: u64| mix(mix(seed) ^ which);
    let visibility = if draw(1).is_multiple_of(2) { 0 } else { draw(2) % (VISIBILITY_MS_MAX + 1) };
    let jitter = match draw(3) % 4 {
        0 => Some(Jitter::Uniform { most_ms: 40 }),
        1 => Some(Jitter::LongTail { median_ms: 10, worst_ms: 400 }),
        _ => None,
    };
    let limit = draw(4).is_multiple_of(4).then(|| Limit {
        family: Some(family(draw(5))),
        rate: LIMIT_PER_SECOND,
        burst: LIMIT_BURST,
        retry_after: if draw(6).is_multiple_of(2) { RetryAfter::Seconds } else { RetryAfter::Date },
    });
    Presets {
        seed: Some(seed),
        visibility_least_ms: visibility,
        jitter,
        limits: limit.into_iter().collect(),
        ..Presets::default()
    }
}

fn family(draw: u64) -> Family {
    let at = usize::try_from(draw % Family::ALL.len() as u64).unwrap_or_default();
    Family::ALL[at].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_climate_and_seeds_differ() {
        let words = |seed| format!("{:?}", climate(seed));
        assert_eq!(words(7), words(7));
        let climates: Vec<Presets> = (0..200).map(climate).collect();
        let count = |test: &dyn Fn(&Presets) -> bool| climates.iter().filter(|it| test(it)).count();
        assert!((60..140).contains(&count(&|it| it.visibility_least_ms > 0)));
        assert!((60..140).contains(&count(&|it| it.jitter.is_some())));
        assert!((25..80).contains(&count(&|it| !it.limits.is_empty())));
    }
}
