//! Access tokens: which are accepted, for how long, and how a new one is had. Any token but `wrong` is good at
//! first; where tokens are set to expire, each does so by itself.

use std::collections::HashMap;

/// The word that is never accepted, as access token and as refresh token.
const WRONG: &str = "wrong";

/// After what a token is not accepted any more; never, when neither is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Life {
    pub requests: Option<u64>,
    pub ms: Option<u64>,
}

/// The tokens that were seen and given out.
#[derive(Debug, Default)]
pub struct Tokens {
    used: HashMap<String, Use>,
    given: u64,
}

#[derive(Debug)]
struct Use {
    since_ms: u64,
    requests: u64,
}

impl Tokens {
    /// Whether the token is still good; counts the request.
    pub fn accept(&mut self, life: Life, token: Option<&str>, now_ms: u64) -> bool {
        let Some(token) = token.filter(|token| !token.is_empty() && *token != WRONG) else { return false };
        if life == Life::default() {
            return true;
        }
        let used = self.used.entry(token.to_owned()).or_insert(Use { since_ms: now_ms, requests: 0 });
        let age_ms = now_ms.saturating_sub(used.since_ms);
        let fresh = life.requests.is_none_or(|most| used.requests < most) && life.ms.is_none_or(|most| age_ms < most);
        used.requests += u64::from(fresh);
        fresh
    }

    /// A token that nobody has used yet, for a refresh token that is good.
    pub fn give(&mut self, refresh_token: &str) -> Option<String> {
        if refresh_token.is_empty() || refresh_token == WRONG {
            return None;
        }
        self.given += 1;
        Some(format!("access-{}", self.given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_end_after_requests_or_time_each_by_itself() {
        let mut tokens = Tokens::default();
        let few = Life { requests: Some(2), ms: None };
        assert_eq!([0, 0, 0].map(|now| tokens.accept(few, Some("a"), now)), [true, true, false]);
        let short = Life { requests: None, ms: Some(100) };
        assert_eq!([0, 99, 100].map(|now| tokens.accept(short, Some("b"), now)), [true, true, false]);
        let new = tokens.give("refresh").expect("a good refresh token gives a token");
        assert!(tokens.accept(few, Some(&new), 0));
        assert_eq!(tokens.give("wrong"), None);
        assert!(!tokens.accept(Life::default(), Some("wrong"), 0) && !tokens.accept(Life::default(), None, 0));
    }
}
