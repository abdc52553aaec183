//! Evenly spaced turns under a rate, and a pause when the provider asks for one. Pure: time is passed in.

use std::time::Duration;

use tokio::time::Instant;

/// How far turns that were not taken may be caught up with: enough for a hiccup of this machine, too little for a burst.
const CREDIT: Duration = Duration::from_millis(60);

/// When the next request may leave.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Requests per second; none without a limit.
    rate: Option<f64>,
    /// When the turn after the last one is due.
    next: Instant,
    /// Nothing leaves before, since the provider said so.
    parked_until: Instant,
}

impl Bucket {
    pub fn new(rate: Option<f64>, now: Instant) -> Self {
        Self { rate: rate.filter(|rate| *rate > 0.0), next: now, parked_until: now }
    }

    pub const fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// From now on at most so many requests a second.
    pub fn set_rate(&mut self, rate: f64) {
        self.rate = Some(rate);
    }

    /// Takes the next turn; tells when it is.
    pub fn turn(&mut self, now: Instant) -> Instant {
        let Some(rate) = self.rate else { return now.max(self.parked_until) };
        let earliest = now.checked_sub(CREDIT).unwrap_or(now).max(self.parked_until);
        let turn = self.next.max(earliest);
        self.next = turn + Duration::from_secs_f64(1.0 / rate);
        turn.max(now)
    }

    /// Lets nothing leave for that long.
    pub fn park(&mut self, now: Instant, pause: Duration) {
        self.parked_until = self.parked_until.max(now + pause);
        self.next = self.next.max(self.parked_until);
    }

    /// Ends a pause that turned out to be another bucket's.
    pub fn unpark(&mut self, now: Instant) {
        self.parked_until = now;
        self.next = now;
    }

    pub const fn parked_until(&self) -> Instant {
        self.parked_until
    }

    pub fn is_parked(&self, now: Instant) -> bool {
        self.parked_until > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn turns_are_spaced_evenly() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Some(10.0), start);
        let turns: Vec<u128> = (0..11).map(|_| (bucket.turn(start) - start).as_millis()).collect();
        assert_eq!(turns, (0..11).map(|turn| turn * 100).collect::<Vec<_>>());
    }

    #[test]
    fn a_pause_is_kept_to_its_end_and_no_burst_follows() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Some(10.0), start);
        bucket.park(start, Duration::from_secs(7));
        bucket.park(start, Duration::from_secs(3));
        let later = start + Duration::from_secs(7);
        assert!(bucket.is_parked(start) && !bucket.is_parked(later));
        let turns: Vec<u128> = (0..3).map(|_| (bucket.turn(later) - start).as_millis()).collect();
        assert_eq!(turns, [7000, 7100, 7200]);
    }

    proptest! {
        /// Whenever requests come, and however the rate moves below it: no second sees more than the ceiling allows.
        #[test]
        fn the_ceiling_holds(
            ceiling in 1.0f64..500.0,
            steps in prop::collection::vec((0u64..40, 0u8..20, 0.2f64..1.0), 1..400),
        ) {
            let start = Instant::now();
            let mut bucket = Bucket::new(Some(ceiling), start);
            let (mut now, mut turns) = (start, Vec::new());
            for (passed, kind, share) in steps {
                now += Duration::from_millis(passed);
                match kind {
                    0 => bucket.park(now, Duration::from_millis(passed * 10)),
                    1 => bucket.set_rate(ceiling * share),
                    _ => turns.push(bucket.turn(now)),
                }
            }
            turns.sort();
            let window = Duration::from_secs(1);
            for (position, first) in turns.iter().enumerate() {
                let count = turns[position..].iter().take_while(|turn| **turn < *first + window).count();
                #[expect(clippy::cast_precision_loss, reason = "at most 400")]
                let count = count as f64;
                prop_assert!(count <= ceiling * (window + CREDIT).as_secs_f64() + 1.0, "{count} in a second of {ceiling}");
            }
        }
    }
}
