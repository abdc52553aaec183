//! How long answers take: always as long, somewhere in a range, or mostly short with a long tail.

use super::chance::{fingerprint, mix};
use crate::api::wire::Request;

/// What a latency is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Jitter {
    /// Nothing on top.
    #[default]
    None,
    /// Up to so many milliseconds on top, each as likely.
    Uniform { most_ms: u64 },
    /// Half of the answers take less than the median on top, a quarter up to twice as much, an eighth up to four
    /// times, and so on to the worst.
    LongTail { median_ms: u64, worst_ms: u64 },
}

impl Jitter {
    /// What comes on top for this request at this time.
    pub fn draw(self, seed: u64, path: &str, request: &Request, now_ms: u64) -> u64 {
        if self == Self::None {
            return 0;
        }
        self.of(mix(seed ^ mix(fingerprint(path, request) ^ mix(now_ms))))
    }

    fn of(self, draw: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::Uniform { most_ms } => draw % most_ms.saturating_add(1),
            Self::LongTail { median_ms, worst_ms } => {
                let doublings = draw.trailing_ones().min(30);
                let top = median_ms.saturating_mul(1 << doublings).max(1);
                (top / 2 + (draw >> 32) % (top / 2 + 1)).min(worst_ms)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(jitter: Jitter) -> Vec<u64> {
        let mut drawn: Vec<u64> = (0..10_000).map(|number| jitter.of(mix(number))).collect();
        drawn.sort_unstable();
        drawn
    }

    #[test]
    fn a_range_is_used_evenly_and_kept() {
        let drawn = sorted(Jitter::Uniform { most_ms: 40 });
        assert_eq!((drawn[0], drawn[9_999]), (0, 40));
        assert!((18..=22).contains(&drawn[5_000]), "{}", drawn[5_000]);
    }

    #[test]
    fn a_long_tail_has_its_median_and_its_worst() {
        let drawn = sorted(Jitter::LongTail { median_ms: 20, worst_ms: 2_000 });
        assert!((15..=25).contains(&drawn[5_000]), "{}", drawn[5_000]);
        assert!(drawn[9_900] > 400, "one in a hundred is slow: {}", drawn[9_900]);
        assert_eq!(drawn[9_999], 2_000);
    }

    #[test]
    fn the_same_seed_gives_the_same_latency() {
        let request = Request::new(crate::api::wire::Method::Get, "/roles");
        let draw = |seed, now| Jitter::Uniform { most_ms: 1_000_000 }.draw(seed, "/roles", &request, now);
        assert_eq!(draw(1, 5), draw(1, 5));
        assert!(draw(1, 5) != draw(2, 5) && draw(1, 5) != draw(1, 6));
    }
}
