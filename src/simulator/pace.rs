//! The rate limit: a token bucket over all requests. It never waits; it only tells how long to.

/// How many requests may come at once after a quiet time.
const BURST: f64 = 30.0;

/// Tokens that requests are paid with.
#[derive(Debug)]
pub struct Bucket {
    per_second: f64,
    tokens: f64,
    filled_ms: u64,
}

impl Bucket {
    /// A full bucket that gains `rate` tokens in a second.
    pub fn new(rate: u32) -> Self {
        Self { per_second: f64::from(rate.max(1)), tokens: BURST, filled_ms: 0 }
    }

    /// Takes a token, or says after how many whole seconds there will be one.
    pub fn take(&mut self, now_ms: u64) -> Result<(), u64> {
        let passed_ms = now_ms.saturating_sub(self.filled_ms);
        let gained = std::time::Duration::from_millis(passed_ms).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(BURST);
        self.filled_ms = self.filled_ms.max(now_ms);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        let wait = std::time::Duration::from_secs_f64((1.0 - self.tokens) / self.per_second);
        Err(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_served_and_then_the_rate_holds() {
        let mut bucket = Bucket::new(2);
        assert_eq!((0..30).filter(|_| bucket.take(1_000).is_ok()).count(), 30);
        assert_eq!(bucket.take(1_000), Err(1));
        assert_eq!(bucket.take(1_499), Err(1));
        assert_eq!(bucket.take(1_501), Ok(()));
    }
}
