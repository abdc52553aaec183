//! The bearer token, which only the transport and whoever keeps it ever see, and where a newer one comes from before it
//! ends or when it was refused.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::blot::Blot;
use super::endpoint::{Form, Unissued};
use super::refresh::Refresh;

/// How long before its end a token is renewed, at most.
const AHEAD_MAX: Duration = Duration::from_mins(5);
/// After how long that is tried again when it failed.
const AGAIN_AFTER: Duration = Duration::from_secs(30);

/// A bearer token. It has no text form on purpose.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Takes a token over; blanks around it are dropped.
    ///
    /// # Errors
    /// When it is empty or holds characters that no token has.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err("the token is empty");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the token holds blanks or characters that no token has");
        }
        Ok(Self(SecretString::from(text.to_owned())))
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The secret itself, for whoever keeps it.
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Where a newer token comes from.
#[derive(Clone, Default)]
pub enum Renewal {
    /// From nowhere.
    #[default]
    None,
    /// From where the first one came, such as a file that something else keeps fresh.
    Again(Arc<dyn Fn() -> Result<Token, String> + Send + Sync>),
    /// From the token endpoint.
    Refresh(Refresh),
}

impl Renewal {
    /// What blots out the token, and what newer ones are had with.
    fn blot(&self, token: Option<&Token>) -> Blot {
        let lasting = match self {
            Self::Refresh(refresh) => vec![&refresh.client_secret, &refresh.refresh_token],
            Self::None | Self::Again(_) => Vec::new(),
        };
        Blot::of(token.map(Token::secret).into_iter().chain(lasting).map(ExposeSecret::expose_secret))
    }
}

/// The token that requests carry, renewed once for all of them. Clones share it.
#[derive(Clone)]
pub struct Tokens {
    current: Arc<Mutex<Current>>,
    renewal: Arc<tokio::sync::Mutex<Renewal>>,
}

#[derive(Clone)]
struct Current {
    number: u64,
    /// None before the first one was asked for.
    token: Option<Token>,
    /// When a newer one is to be had, before this one ends.
    due: Option<Instant>,
    /// What no answer may repeat.
    blot: Blot,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}

impl Tokens {
    /// A token, and where a newer one comes from.
    pub fn new(first: Token, renewal: Renewal) -> Self {
        Self::begun(Some(first), None, renewal)
    }

    /// A token that is good for so long, if there is one yet, and how to get newer ones.
    pub fn refreshed(first: Option<(Token, Option<Duration>)>, refresh: Refresh) -> Self {
        let due = first.as_ref().map_or_else(|| Some(Instant::now()), |(_, good_for)| good_for.and_then(due));
        let token = first.map(|(token, _)| token);
        Self::begun(token, due, Renewal::Refresh(refresh))
    }

    fn begun(token: Option<Token>, due: Option<Instant>, renewal: Renewal) -> Self {
        let current = Current { number: 0, blot: renewal.blot(token.as_ref()), token, due };
        Self { current: Arc::new(Mutex::new(current)), renewal: Arc::new(tokio::sync::Mutex::new(renewal)) }
    }

    fn look(&self) -> Current {
        // It is replaced as a whole, so a poisoned lock is as good as any.
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, current: Current) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = current;
    }

    /// What a request carries now, and what its answer must not repeat.
    pub(super) fn current(&self) -> (Option<Token>, Blot) {
        let current = self.look();
        (current.token, current.blot)
    }

    /// The number of the token that requests carry now. Waits while a newer one is being asked for, and asks for it
    /// when this one is about to end: what leaves with an old token only comes back.
    pub(super) async fn ready<F, E>(&self, exchange: E) -> Result<u64, String>
    where
        E: Fn(Form) -> F,
        F: Future<Output = Result<String, Unissued>>,
    {
        let current = self.look();
        if current.due.is_some_and(|due| Instant::now() >= due) {
            // Rare and large, so it is not a part of every request.
            match Box::pin(self.renew(current.number, exchange)).await {
                Err(why) if current.token.is_some() => {
                    tracing::warn!("the token is used up to its end: {why}");
                    self.put_off(current.number);
                }
                renewed => drop(renewed?),
            }
        } else {
            drop(self.renewal.lock().await);
        }
        Ok(self.look().number)
    }

    /// Goes on with an old token for a while.
    fn put_off(&self, number: u64) {
        let current = self.look();
        if current.number == number {
            self.replace(Current { due: Some(Instant::now() + AGAIN_AFTER), ..current });
        }
    }

    /// Gets a newer token than the numbered one. Whoever comes while somebody else is at it takes what that brings.
    pub(super) async fn renew<F, E>(&self, old: u64, exchange: E) -> Result<bool, String>
    where
        E: Fn(Form) -> F,
        F: Future<Output = Result<String, Unissued>>,
    {
        let mut renewal = self.renewal.lock().await;
        let known = self.look();
        if known.number != old {
            return Ok(true);
        }
        let (fresh, good_for) = match &mut *renewal {
            Renewal::None => return Ok(false),
            Renewal::Again(read) => (read()?, None),
            Renewal::Refresh(refresh) => refresh.renewed(known.token.as_ref(), exchange).await?,
        };
        let is_newer = known.token.is_none_or(|known| known.expose() != fresh.expose());
        let due = good_for.and_then(due);
        let blot = renewal.blot(Some(&fresh));
        self.replace(Current { number: old + u64::from(is_newer), token: Some(fresh), due, blot });
        Ok(is_newer)
    }
}

/// When a token that is good for so long is renewed: before its end, by a tenth of its life or five minutes.
fn due(good_for: Duration) -> Option<Instant> {
    Instant::now().checked_add(good_for.saturating_sub(AHEAD_MAX.min(good_for / 10)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::refresh::{Grant, Keeper};

    fn token(text: &str) -> Token {
        Token::new(text).expect("a good token")
    }

    fn refresh(keeper: Option<Arc<dyn Keeper>>) -> Refresh {
        Refresh {
            client_id: "c".to_owned(),
            client_secret: SecretString::from("s".to_owned()),
            refresh_token: SecretString::from("r1".to_owned()),
            keeper,
            cure: "log in again".to_owned(),
        }
    }

    /// A token endpoint that counts, and gives tokens that are good for an hour.
    #[derive(Clone, Default)]
    struct Endpoint(Arc<Mutex<Vec<String>>>);

    impl Endpoint {
        async fn answer(self, form: Form) -> Result<String, Unissued> {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let mut asked = self.0.lock().expect("no test panics in it");
            asked.push(form[3].1.clone());
            let n = asked.len();
            Ok(format!("{{\"access_token\":\"new{n}\",\"refresh_token\":\"r{}\",\"expires_in\":3600}}", n + 1))
        }

        fn asked(&self) -> Vec<String> {
            self.0.lock().expect("no test panics in it").clone()
        }
    }

    async fn ready(tokens: &Tokens, endpoint: &Endpoint) -> (u64, String) {
        let number = tokens.ready(|form| endpoint.clone().answer(form)).await.expect("there is a token");
        (number, tokens.current().0.expect("there is a token").expose().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn one_refresh_serves_everybody_who_waits() {
        let tokens = Tokens::new(token("old"), Renewal::Refresh(refresh(None)));
        let endpoint = Endpoint::default();
        let renewals = (0..20).map(|_| tokens.renew(0, |form| endpoint.clone().answer(form)));
        let renewed = futures_util::future::join_all(renewals).await;
        assert!(renewed.iter().all(|renewed| *renewed == Ok(true)));
        assert_eq!(endpoint.asked(), ["r1"]);
        assert_eq!(ready(&tokens, &endpoint).await, (1, "new1".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_sent_while_a_token_is_renewed_waits_for_it() {
        let tokens = Tokens::new(token("old"), Renewal::Refresh(refresh(None)));
        let endpoint = Endpoint::default();
        let renewal = tokens.renew(0, |form| endpoint.clone().answer(form));
        let later = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            ready(&tokens, &endpoint).await
        };
        let (renewed, later) = tokio::join!(renewal, later);
        assert_eq!((renewed, later), (Ok(true), (1, "new1".to_owned())));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_before_it_ends() {
        let first = Some((token("old"), Some(Duration::from_secs(1_000))));
        let (tokens, endpoint) = (Tokens::refreshed(first, refresh(None)), Endpoint::default());
        assert_eq!(ready(&tokens, &endpoint).await.1, "old");
        tokio::time::advance(Duration::from_secs(899)).await;
        assert_eq!(ready(&tokens, &endpoint).await.1, "old");
        tokio::time::advance(Duration::from_secs(1)).await;
        let all = futures_util::future::join_all((0..20).map(|_| ready(&tokens, &endpoint))).await;
        assert!(all.iter().all(|one| *one == (1, "new1".to_owned())), "{all:?}");
        // An hour, and five minutes at most ahead of its end.
        tokio::time::advance(Duration::from_mins(55)).await;
        assert_eq!(ready(&tokens, &endpoint).await, (2, "new2".to_owned()));
        assert_eq!(endpoint.asked(), ["r1", "r2"]);
    }

    #[tokio::test(start_paused = true)]
    async fn where_there_is_no_token_yet_one_is_asked_for() {
        let (tokens, endpoint) = (Tokens::refreshed(None, refresh(None)), Endpoint::default());
        assert_eq!(ready(&tokens, &endpoint).await, (1, "new1".to_owned()));
        let tokens = Tokens::refreshed(None, refresh(None));
        assert_eq!(
            tokens.ready(|_| async { Err(Unissued::Failed("down".to_owned())) }).await,
            Err("the token has expired and cannot be refreshed: down".to_owned())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_cannot_be_renewed_ahead_is_used_up() {
        let first = Some((token("old"), Some(Duration::from_secs(1_000))));
        let tokens = Tokens::refreshed(first, refresh(None));
        tokio::time::advance(Duration::from_secs(950)).await;
        let tries = Arc::new(Mutex::new(0));
        for _ in 0..5 {
            let down = |_| async {
                *tries.lock().expect("no test panics in it") += 1;
                Err(Unissued::Failed("down".to_owned()))
            };
            assert_eq!(tokens.ready(down).await, Ok(0));
        }
        assert_eq!(*tries.lock().expect("no test panics in it"), 1);
    }

    /// Keeps in memory what is given, beside what another process may have put there.
    struct Memory(Mutex<Option<Grant>>);

    impl Keeper for Memory {
        fn kept(&self) -> Option<Grant> {
            self.0.lock().expect("no test panics in it").clone()
        }

        fn keep(&self, grant: &Grant) -> Result<(), String> {
            *self.0.lock().expect("no test panics in it") = Some(grant.clone());
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_given_is_kept_and_what_another_process_was_given_is_taken() {
        let memory = Arc::new(Memory(Mutex::new(None)));
        let (one, other) = (refresh(Some(memory.clone())), refresh(Some(memory.clone())));
        let endpoint = Endpoint::default();
        let one = Tokens::refreshed(Some((token("old"), None)), one);
        let other = Tokens::refreshed(Some((token("old"), None)), other);
        assert_eq!(one.renew(0, |form| endpoint.clone().answer(form)).await, Ok(true));
        assert_eq!(memory.kept().map(|kept| kept.refresh_token.expose_secret().to_owned()).as_deref(), Some("r2"));
        assert_eq!(other.renew(0, |form| endpoint.clone().answer(form)).await, Ok(true));
        assert_eq!((ready(&other, &endpoint).await.1.as_str(), endpoint.asked().len()), ("new1", 1));
        assert_eq!(other.renew(1, |form| endpoint.clone().answer(form)).await, Ok(true));
        assert_eq!(endpoint.asked(), ["r1", "r2"]);
    }

    #[tokio::test]
    async fn the_same_token_again_is_none() {
        let read: Arc<dyn Fn() -> Result<Token, String> + Send + Sync> = Arc::new(|| Ok(token("old")));
        for renewal in [Renewal::Again(read), Renewal::None] {
            let tokens = Tokens::new(token("old"), renewal);
            assert_eq!(tokens.renew(0, |_| async { Err(Unissued::Failed(String::new())) }).await, Ok(false));
        }
    }
}
