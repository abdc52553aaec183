//! The bearer token, which nothing but the transport ever sees, and where a newer one comes from when it has expired.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

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

/// What the token endpoint wants for a new token (`webex-api.md` 1.2).
#[derive(Clone)]
pub struct Refresh {
    pub client_id: String,
    pub client_secret: SecretString,
    pub refresh_token: SecretString,
}

/// The token that requests carry, renewed once for all of them. Clones share it.
#[derive(Clone)]
pub struct Tokens {
    current: Arc<Mutex<(u64, Token)>>,
    renewal: Arc<tokio::sync::Mutex<Renewal>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}

/// What the token endpoint answers.
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    refresh_token: Option<String>,
}

impl Tokens {
    /// A token, and where a newer one comes from.
    pub fn new(first: Token, renewal: Renewal) -> Self {
        Self { current: Arc::new(Mutex::new((0, first))), renewal: Arc::new(tokio::sync::Mutex::new(renewal)) }
    }

    fn numbered(&self) -> (u64, Token) {
        // It is replaced as a whole, so a poisoned lock is as good as any.
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn current(&self) -> Token {
        self.numbered().1
    }

    pub(super) fn number(&self) -> u64 {
        self.numbered().0
    }

    /// Gets a newer token than the numbered one. Whoever comes while somebody else is at it takes what that brings.
    pub(super) async fn renew<F, E>(&self, old: u64, exchange: E) -> Result<bool, String>
    where
        E: FnOnce(Vec<(&'static str, String)>) -> F,
        F: Future<Output = Result<String, String>>,
    {
        let mut renewal = self.renewal.lock().await;
        let (number, known) = self.numbered();
        if number != old {
            return Ok(true);
        }
        let fresh = match &mut *renewal {
            Renewal::None => return Ok(false),
            Renewal::Again(read) => read()?,
            Renewal::Refresh(refresh) => refresh.exchanged(exchange).await?,
        };
        if fresh.expose() == known.expose() {
            return Ok(false);
        }
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = (number + 1, fresh);
        Ok(true)
    }
}

impl Refresh {
    async fn exchanged<F, E>(&mut self, exchange: E) -> Result<Token, String>
    where
        E: FnOnce(Vec<(&'static str, String)>) -> F,
        F: Future<Output = Result<String, String>>,
    {
        let form = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", self.client_id.clone()),
            ("client_secret", self.client_secret.expose_secret().to_owned()),
            ("refresh_token", self.refresh_token.expose_secret().to_owned()),
        ];
        let failed = |why: String| format!("the token has expired and cannot be refreshed: {why}");
        let body = exchange(form).await.map_err(failed)?;
        let issued: Issued =
            serde_json::from_str(&body).map_err(|_| failed("the token endpoint names no token".to_owned()))?;
        if let Some(newer) = issued.refresh_token {
            self.refresh_token = SecretString::from(newer);
        }
        Token::new(&issued.access_token).map_err(|why| failed(why.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Token {
        Token::new(text).expect("a good token")
    }

    #[tokio::test]
    async fn one_refresh_serves_everybody_who_waits() {
        let refresh = Refresh {
            client_id: "c".to_owned(),
            client_secret: SecretString::from("s".to_owned()),
            refresh_token: SecretString::from("r1".to_owned()),
        };
        let tokens = Tokens::new(token("old"), Renewal::Refresh(refresh));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let renewals = (0..20).map(|_| {
            let (tokens, asked) = (tokens.clone(), Arc::clone(&asked));
            async move {
                let exchange = |form: Vec<(&'static str, String)>| async move {
                    asked.lock().expect("no test panics in it").push(form[3].1.clone());
                    tokio::task::yield_now().await;
                    Ok("{\"access_token\":\"new\",\"refresh_token\":\"r2\"}".to_owned())
                };
                tokens.renew(0, exchange).await
            }
        });
        let renewed = futures_util::future::join_all(renewals).await;
        assert!(renewed.iter().all(|renewed| *renewed == Ok(true)));
        assert_eq!(*asked.lock().expect("no test panics in it"), ["r1"]);
        assert_eq!((tokens.number(), tokens.current().expose()), (1, "new"));
    }

    #[tokio::test]
    async fn the_same_token_again_is_none() {
        let read: Arc<dyn Fn() -> Result<Token, String> + Send + Sync> = Arc::new(|| Ok(token("old")));
        let tokens = Tokens::new(token("old"), Renewal::Again(read));
        assert_eq!(tokens.renew(0, |_| async { Err(String::new()) }).await, Ok(false));
        assert_eq!(
            Tokens::new(token("old"), Renewal::None).renew(0, |_| async { Err(String::new()) }).await,
            Ok(false)
        );
    }
}
