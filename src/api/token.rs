//! The bearer token, which nothing but the transport ever sees.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

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
