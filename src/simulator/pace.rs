//! The rate limits: token buckets over all requests and over families of them. They never wait; they only tell
//! how long to.

use std::time::Duration;

use super::retry_after::RetryAfter;

/// How many requests may come at once after a quiet time, unless said otherwise.
pub const BURST: u32 = 30;

/// Operations that Webex may count together. Which ones it does is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Customers,
    Subscribers,
    Organizations,
    Locations,
    Numbers,
    People,
    Scim,
    Roles,
}

impl Family {
    /// Every family with its name.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Customers, "customers"),
        (Self::Subscribers, "subscribers"),
        (Self::Organizations, "organizations"),
        (Self::Locations, "locations"),
        (Self::Numbers, "numbers"),
        (Self::People, "people"),
        (Self::Scim, "scim"),
        (Self::Roles, "roles"),
    ];

    /// The family of a path, if it has one.
    pub fn of(path: &str) -> Option<Self> {
        let is_under =
            |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let numbers = path.starts_with("/telephony/") && path.to_ascii_lowercase().contains("numbers");
        let families = [
            (Self::Customers, is_under("/wholesale/customers")),
            (Self::Subscribers, is_under("/wholesale/subscribers") || is_under("/subscribers")),
            (Self::Organizations, is_under("/organizations") || is_under("/identity/organizations")),
            (Self::Scim, is_under("/identity/scim")),
            (Self::People, is_under("/people") || is_under("/telephony/config/people")),
            (Self::Numbers, numbers),
            (Self::Locations, is_under("/locations") || is_under("/telephony")),
            (Self::Roles, is_under("/roles")),
        ];
        families.into_iter().find(|(_, fits)| *fits).map(|(family, _)| family)
    }
}

/// One limit: requests per second, how many at once, and how a refusal tells when to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// `None` counts all requests.
    pub family: Option<Family>,
    pub rate: u32,
    pub burst: u32,
    pub retry_after: RetryAfter,
}

/// All limits with what they have left.
#[derive(Debug, Default)]
pub struct Limits(Vec<(Limit, Bucket)>);

impl Limits {
    /// Full buckets.
    pub fn new(limits: Vec<Limit>) -> Self {
        let full = |limit: Limit| {
            let bucket = Bucket::new(limit.rate, limit.burst);
            (limit, bucket)
        };
        Self(limits.into_iter().map(full).collect())
    }

    /// Takes a token of every bucket that counts the path, or none and says which refuses and after how many whole
    /// seconds it would not.
    pub fn take(&mut self, path: &str, now_ms: u64) -> Result<(), (RetryAfter, u64)> {
        let family = Family::of(path);
        let mut counting: Vec<_> =
            self.0.iter_mut().filter(|(limit, _)| limit.family.is_none() || limit.family == family).collect();
        for (limit, bucket) in &mut counting {
            bucket.look(now_ms).map_err(|seconds| (limit.retry_after.clone(), seconds))?;
        }
        for (_, bucket) in counting {
            bucket.tokens -= 1.0;
        }
        Ok(())
    }
}

/// Tokens that requests are paid with.
#[derive(Debug)]
struct Bucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled_ms: u64,
}

impl Bucket {
    fn new(rate: u32, burst: u32) -> Self {
        let burst = f64::from(burst.max(1));
        Self { per_second: f64::from(rate.max(1)), burst, tokens: burst, filled_ms: 0 }
    }

    /// Fills up, and says after how many whole seconds there will be a token if there is none.
    fn look(&mut self, now_ms: u64) -> Result<(), u64> {
        let passed_ms = now_ms.saturating_sub(self.filled_ms);
        let gained = Duration::from_millis(passed_ms).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.filled_ms = self.filled_ms.max(now_ms);
        if self.tokens >= 1.0 {
            return Ok(());
        }
        let wait = Duration::from_secs_f64((1.0 - self.tokens) / self.per_second);
        Err(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(family: Option<Family>, rate: u32, burst: u32) -> Limit {
        Limit { family, rate, burst, retry_after: RetryAfter::Seconds }
    }

    #[test]
    fn a_burst_is_served_and_then_the_rate_holds() {
        let mut limits = Limits::new(vec![limit(None, 2, BURST)]);
        assert_eq!((0..40).filter(|_| limits.take("/roles", 1_000).is_ok()).count(), 30);
        assert_eq!(limits.take("/roles", 1_000), Err((RetryAfter::Seconds, 1)));
        assert_eq!(limits.take("/roles", 1_499), Err((RetryAfter::Seconds, 1)));
        assert_eq!(limits.take("/roles", 1_501), Ok(()));
    }

    #[test]
    fn a_family_has_its_own_bucket_and_a_refusal_costs_the_others_nothing() {
        let mut limits = Limits::new(vec![limit(None, 1, 5), limit(Some(Family::People), 1, 2)]);
        assert_eq!((0..9).filter(|_| limits.take("/people/x", 0).is_ok()).count(), 2);
        assert_eq!((0..9).filter(|_| limits.take("/roles", 0).is_ok()).count(), 3);
    }

    #[test]
    fn every_path_has_its_family() {
        let cases = [
            ("/wholesale/customers/x", Some(Family::Customers)),
            ("/wholesale/subscribers", Some(Family::Subscribers)),
            ("/subscribers/x/emails/consentMove", Some(Family::Subscribers)),
            ("/identity/organizations/x", Some(Family::Organizations)),
            ("/identity/scim/x/v2/Users", Some(Family::Scim)),
            ("/telephony/config/people/x/numbers", Some(Family::People)),
            ("/telephony/config/locations/x/numbers", Some(Family::Numbers)),
            ("/telephony/config/actions/validateNumbers/invoke", Some(Family::Numbers)),
            ("/telephony/config/locations/x", Some(Family::Locations)),
            ("/telephony/pstn/locations/x/connection", Some(Family::Locations)),
            ("/roles", Some(Family::Roles)),
            ("/access_token", None),
        ];
        for (path, family) in cases {
            assert_eq!(Family::of(path), family, "{path}");
        }
    }
}
