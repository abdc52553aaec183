//! A newer token for a refresh token, and whoever keeps what is given. Several processes may share one login, and where
//! the endpoint gives a new refresh token each time, only one of them may spend the old one.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use super::endpoint::{Form, Unissued};
use super::token::Token;

/// How long another process that renews the same login is waited for, and how often that is looked at.
const HELD_MAX: Duration = Duration::from_mins(3);
const HELD_LOOK: Duration = Duration::from_millis(50);

/// What the token endpoint wants for a new token (`webex-api.md` 1.2).
#[derive(Clone)]
pub struct Refresh {
    pub client_id: String,
    pub client_secret: SecretString,
    pub refresh_token: SecretString,
    /// Who keeps what is given; none where it lives as long as the process.
    pub keeper: Option<Arc<dyn Keeper>>,
    /// What helps when the refresh token is not accepted any more, in words.
    pub cure: String,
}

/// What the token endpoint gives.
#[derive(Clone)]
pub struct Grant {
    pub access: Token,
    pub refresh_token: SecretString,
    /// How long the access token is good; none where that is not said.
    pub good_for: Option<Duration>,
}

/// Nobody else has what is kept while this lives.
pub type Held = Box<dyn Send>;

/// Keeps what the token endpoint gives for later runs, and knows what other processes were given.
pub trait Keeper: Send + Sync {
    /// What is kept now.
    fn kept(&self) -> Option<Grant>;

    /// Keeps it.
    ///
    /// # Errors
    /// In words, when it cannot be kept.
    fn keep(&self, grant: &Grant) -> Result<(), String>;

    /// Takes it for this process alone; none while another one has it.
    fn hold(&self) -> Option<Held> {
        Some(Box::new(()))
    }
}

/// What the token endpoint answers.
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
}

impl Refresh {
    /// A newer token: what another process was given meanwhile, else what the token endpoint gives.
    pub(super) async fn renewed<F, E>(
        &mut self,
        old: Option<&Token>,
        exchange: E,
    ) -> Result<(Token, Option<Duration>), String>
    where
        E: Fn(Form) -> F,
        F: Future<Output = Result<String, Unissued>>,
    {
        let _held = self.held().await;
        if let Some(taken) = self.taken(old) {
            return Ok(taken);
        }
        let grant = match self.exchanged(&exchange).await {
            // Where nothing can be locked, another process may have spent it in between.
            Err(Unissued::Refused(_)) if self.is_another_kept() => {
                if let Some(taken) = self.taken(old) {
                    return Ok(taken);
                }
                self.exchanged(&exchange).await
            }
            exchanged => exchanged,
        };
        let grant = grant.map_err(|why| self.words(why))?;
        if let Some(Err(why)) = self.keeper.as_ref().map(|keeper| keeper.keep(&grant)) {
            tracing::error!("the renewed token cannot be kept, so later runs may need `turnup login`: {why}");
        }
        self.refresh_token = grant.refresh_token;
        Ok((grant.access, grant.good_for))
    }

    /// Waits until no other process renews the same login; none where there is nothing to wait for, or no end of it.
    async fn held(&self) -> Option<Held> {
        let keeper = self.keeper.as_ref()?;
        let since = Instant::now();
        loop {
            if let Some(held) = keeper.hold() {
                return Some(held);
            }
            if since.elapsed() >= HELD_MAX {
                tracing::warn!(
                    "another process has been renewing the same login for long; it is not waited for any more"
                );
                return None;
            }
            tokio::time::sleep(HELD_LOOK).await;
        }
    }

    /// What is kept is what counts; its access token too, where it is another one and still good.
    fn taken(&mut self, old: Option<&Token>) -> Option<(Token, Option<Duration>)> {
        let kept = self.keeper.as_ref()?.kept()?;
        self.refresh_token = kept.refresh_token;
        let is_other = old.is_none_or(|old| old.expose() != kept.access.expose());
        let is_good = kept.good_for.is_some_and(|good_for| !good_for.is_zero());
        (is_other && is_good).then_some((kept.access, kept.good_for))
    }

    fn is_another_kept(&self) -> bool {
        let kept = self.keeper.as_ref().and_then(|keeper| keeper.kept());
        kept.is_some_and(|kept| kept.refresh_token.expose_secret() != self.refresh_token.expose_secret())
    }

    fn words(&self, why: Unissued) -> String {
        let cannot = "the token has expired and cannot be refreshed";
        match why {
            Unissued::Refused(why) => format!("{cannot}: {why}; {}", self.cure),
            Unissued::Failed(why) => format!("{cannot}: {why}"),
        }
    }

    async fn exchanged<F, E>(&self, exchange: &E) -> Result<Grant, Unissued>
    where
        E: Fn(Form) -> F,
        F: Future<Output = Result<String, Unissued>>,
    {
        let form = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", self.client_id.clone()),
            ("client_secret", self.client_secret.expose_secret().to_owned()),
            ("refresh_token", self.refresh_token.expose_secret().to_owned()),
        ];
        let body = exchange(form).await?;
        let failed = |why: &str| Unissued::Failed(why.to_owned());
        let issued: Issued = serde_json::from_str(&body).map_err(|_| failed("the token endpoint names no token"))?;
        let newer = issued.refresh_token.filter(|token| !token.trim().is_empty());
        Ok(Grant {
            access: Token::new(&issued.access_token).map_err(failed)?,
            refresh_token: newer.map_or_else(|| self.refresh_token.clone(), SecretString::from),
            good_for: issued.expires_in.map(Duration::from_secs),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// An endpoint that takes each refresh token once.
    #[derive(Default)]
    struct Rotating {
        given: Mutex<usize>,
        refused: Mutex<usize>,
    }

    impl Rotating {
        async fn answer(&self, form: Form) -> Result<String, Unissued> {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let mut given = self.given.lock().expect("no test panics in it");
            if form[3].1 != format!("r{given}") {
                *self.refused.lock().expect("no test panics in it") += 1;
                return Err(Unissued::Refused("invalid_grant (400)".to_owned()));
            }
            *given += 1;
            Ok(format!("{{\"access_token\":\"a{given}\",\"refresh_token\":\"r{given}\",\"expires_in\":3600}}"))
        }
    }

    /// Keeps in memory for two; locks, where it can.
    struct Shared {
        grant: Mutex<Grant>,
        locks: Option<Arc<AtomicBool>>,
    }

    struct Unlock(Arc<AtomicBool>);

    impl Drop for Unlock {
        fn drop(&mut self) {
            self.0.store(false, Ordering::SeqCst);
        }
    }

    impl Keeper for Shared {
        fn kept(&self) -> Option<Grant> {
            Some(self.grant.lock().expect("no test panics in it").clone())
        }

        fn keep(&self, grant: &Grant) -> Result<(), String> {
            *self.grant.lock().expect("no test panics in it") = grant.clone();
            Ok(())
        }

        fn hold(&self) -> Option<Held> {
            let Some(lock) = &self.locks else { return Some(Box::new(())) };
            (!lock.swap(true, Ordering::SeqCst)).then(|| -> Held { Box::new(Unlock(lock.clone())) })
        }
    }

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    fn token(text: &str) -> Token {
        Token::new(text).expect("a good token")
    }

    fn refresh(keeper: Option<Arc<dyn Keeper>>) -> Refresh {
        let cure = "run `turnup login --integration` again".to_owned();
        Refresh { client_id: "c".to_owned(), client_secret: secret("s"), refresh_token: secret("r0"), keeper, cure }
    }

    /// Two processes whose access token has ended, the other one a moment later; tells what each has then.
    async fn both(locks: Option<Arc<AtomicBool>>) -> ([String; 2], usize, String) {
        let ended = Grant { access: token("a0"), refresh_token: secret("r0"), good_for: Some(Duration::ZERO) };
        let shared = Arc::new(Shared { grant: Mutex::new(ended), locks });
        let (endpoint, old) = (Rotating::default(), token("a0"));
        let (mut one, mut other) = (refresh(Some(shared.clone())), refresh(Some(shared.clone())));
        let later = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            other.renewed(Some(&old), |form| endpoint.answer(form)).await
        };
        let renewed = tokio::join!(one.renewed(Some(&old), |form| endpoint.answer(form)), later);
        let access = |renewed: Result<(Token, _), String>| renewed.expect("it is renewed").0.expose().to_owned();
        let refused = *endpoint.refused.lock().expect("no test panics in it");
        let kept = shared.kept().expect("it is kept").refresh_token.expose_secret().to_owned();
        ([access(renewed.0), access(renewed.1)], refused, kept)
    }

    #[tokio::test(start_paused = true)]
    async fn two_processes_that_share_a_login_spend_a_refresh_token_once() {
        let locks = Some(Arc::new(AtomicBool::new(false)));
        let one_for_both = ["a1".to_owned(), "a1".to_owned()];
        assert_eq!(both(locks).await, (one_for_both.clone(), 0, "r1".to_owned()));
        // Without a lock the second one is refused, looks again and takes what the first one was given.
        assert_eq!(both(None).await, (one_for_both, 1, "r1".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_that_is_never_given_back_is_not_waited_for_without_end() {
        let ended = Grant { access: token("a0"), refresh_token: secret("r0"), good_for: Some(Duration::ZERO) };
        let locks = Some(Arc::new(AtomicBool::new(true)));
        let mut refresh = refresh(Some(Arc::new(Shared { grant: Mutex::new(ended), locks })));
        let endpoint = Rotating::default();
        let renewed = refresh.renewed(Some(&token("a0")), |form| endpoint.answer(form)).await;
        assert_eq!(renewed.expect("it is renewed").0.expose(), "a1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_names_the_cure_and_a_failure_does_not() {
        for (why, told) in [
            (Unissued::Refused("no (400)".to_owned()), "no (400); run `turnup login --integration` again"),
            (Unissued::Failed("down".to_owned()), "down"),
        ] {
            let renewed = refresh(None).renewed(None, |_| async { Err(why.clone()) }).await;
            let words = format!("the token has expired and cannot be refreshed: {told}");
            assert_eq!(renewed.err(), Some(words));
        }
    }
}
