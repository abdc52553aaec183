//! Every way to tell a client how long to wait: well, in two forms, and badly, in four.

use std::time::{Duration, UNIX_EPOCH};

use crate::api::wire::Answer;

/// What the `Retry-After` of an answer looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RetryAfter {
    /// Whole seconds.
    #[default]
    Seconds,
    /// An HTTP date, with the server's own `Date` beside it.
    Date,
    /// No header at all.
    Missing,
    /// Longer than anybody should wait.
    Absurd,
    /// Not at all, though the answer is a refusal.
    Zero,
    /// Neither a number nor a date.
    Garbage,
    /// This text.
    Literal(String),
}

/// More than thirty years.
const ABSURD_SECONDS: &str = "999999999";

impl RetryAfter {
    /// The form of that name.
    pub fn named(word: &str) -> Option<Self> {
        let forms = [
            ("seconds", Self::Seconds),
            ("date", Self::Date),
            ("missing", Self::Missing),
            ("absurd", Self::Absurd),
            ("zero", Self::Zero),
            ("garbage", Self::Garbage),
        ];
        forms.into_iter().find(|(name, _)| *name == word).map(|(_, form)| form)
    }

    /// Puts the header on an answer that is to be tried again after so many seconds.
    pub fn put_on(&self, answer: &mut Answer, seconds: u64, now_ms: u64) {
        let mut put = |name: &str, value: String| answer.headers.push((name.to_owned(), value));
        match self {
            Self::Seconds => put("Retry-After", seconds.to_string()),
            Self::Missing => {}
            Self::Absurd => put("Retry-After", ABSURD_SECONDS.to_owned()),
            Self::Zero => put("Retry-After", "0".to_owned()),
            Self::Garbage => put("Retry-After", "soon".to_owned()),
            Self::Literal(text) => put("Retry-After", text.clone()),
            Self::Date => {
                // Dates have whole seconds: one more, so that never less than asked for is waited.
                put("Retry-After", date(now_ms / 1_000 + seconds + 1));
                put("Date", date(now_ms / 1_000));
            }
        }
    }
}

fn date(seconds: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}
