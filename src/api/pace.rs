//! When the next request may leave: a ceiling on the rate, and a pause when the provider asks for one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// One bucket for all requests of a run.
#[derive(Debug)]
pub(super) struct Pace {
    /// The shortest time between two requests; zero without a ceiling.
    interval: Duration,
    times: Mutex<Times>,
}

#[derive(Debug)]
struct Times {
    /// The earliest moment for the next request.
    next: Instant,
    /// Nothing leaves before, since the provider said so.
    parked_until: Instant,
}

impl Pace {
    /// At most that many requests per second; no ceiling when none.
    pub fn new(rate: Option<f64>) -> Self {
        let interval =
            rate.filter(|rate| *rate > 0.0).map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        let now = Instant::now();
        Self { interval, times: Mutex::new(Times { next: now, parked_until: now }) }
    }

    fn times(&self) -> std::sync::MutexGuard<'_, Times> {
        // Two instants cannot be left half changed, so a poisoned lock is as good as any.
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the provider wants no requests.
    pub async fn unparked(&self) {
        loop {
            let until = self.times().parked_until;
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// Is a pause going on?
    pub fn is_parked(&self) -> bool {
        self.times().parked_until > Instant::now()
    }

    /// Waits for this request's turn under the ceiling.
    pub async fn turn(&self) {
        if self.interval.is_zero() {
            return;
        }
        let at = {
            let mut times = self.times();
            let at = times.next.max(Instant::now());
            times.next = at + self.interval;
            at
        };
        tokio::time::sleep_until(at).await;
    }

    /// Lets nothing leave for that long.
    pub fn park(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut times = self.times();
        times.parked_until = times.parked_until.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_ceiling_spaces_requests_evenly() {
        let pace = Pace::new(Some(10.0));
        let start = Instant::now();
        for _ in 0..11 {
            pace.turn().await;
        }
        assert_eq!(start.elapsed().as_millis(), 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_kept_to_its_end() {
        let pace = Pace::new(None);
        let start = Instant::now();
        pace.park(Duration::from_secs(7));
        pace.park(Duration::from_secs(3));
        assert!(pace.is_parked());
        pace.unparked().await;
        assert_eq!(start.elapsed(), Duration::from_secs(7));
    }
}
