//! Sorting answers: the one place that reads status codes.

use std::fmt;
use std::time::Duration;

use super::answers;
use super::client::Weight;
use super::transport::Lost;
use super::wire::Answer;

/// An answer that says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// The provider's own error code, if it names one.
    pub code: Option<String>,
    /// The provider's own words.
    pub text: String,
    pub tracking_id: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.text, self.status)?;
        if let Some(code) = &self.code {
            write!(f, ", code {code}")?;
        }
        f.write_str(")")
    }
}

/// Why a request did not succeed, sorted by what must be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No use repeating.
    Rejected(Refusal),
    /// It may have happened; ask before anything is sent again.
    Lost(String),
    /// The server failed again and again, though repeating is safe.
    Trouble(Refusal),
    /// Nothing can go on: no token, no network.
    Environment(String),
    /// The run leaves off, and the request has certainly not taken effect: it never left, or was put off.
    NotSent,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(refusal) | Self::Trouble(refusal) => write!(f, "{refusal}"),
            Self::Lost(why) | Self::Environment(why) => f.write_str(why),
            Self::NotSent => f.write_str("the run leaves off before it was sent"),
        }
    }
}

/// What is to be done with what came back.
#[derive(Debug)]
pub(super) enum Sorted {
    Good(Answer),
    /// Not processed; wait that long, as the answer says, and send it again.
    Throttled(Option<Duration>, Refusal),
    /// Not processed, since something else works on this very object; only this request waits.
    Busy(Option<Duration>, Refusal),
    /// Safe to send again after a while, which the answer may name.
    Again(Option<Duration>, Refusal),
    /// It never left this machine.
    Unreached(String),
    /// The token is not accepted.
    Unauthorised(Refusal),
    Rejected(Refusal),
    Lost(String),
}

/// Sorts an answer or its absence (`webex-api.md` 8.3).
pub(super) fn sort(weight: Weight, carried: Result<Answer, Lost>) -> Sorted {
    let answer = match carried {
        Ok(answer) => answer,
        Err(Lost::NeverArrived(why)) => return Sorted::Unreached(why),
        Err(Lost::Unanswered(why)) if weight == Weight::Once => return Sorted::Lost(why),
        Err(Lost::Unanswered(why)) => {
            return Sorted::Again(None, Refusal { status: 0, code: None, text: why, tracking_id: None });
        }
    };
    match answer.status {
        200..=299 => Sorted::Good(answer),
        401 => Sorted::Unauthorised(answers::refusal(&answer)),
        423 => Sorted::Busy(retry_after(&answer), answers::refusal(&answer)),
        429 => Sorted::Throttled(retry_after(&answer), answers::refusal(&answer)),
        408 | 500 | 502 | 503 | 504 if weight == Weight::Once => Sorted::Lost(answers::refusal(&answer).to_string()),
        503 => Sorted::Again(retry_after(&answer), answers::refusal(&answer)),
        408 | 500 | 502 | 504 => Sorted::Again(None, answers::refusal(&answer)),
        _ => Sorted::Rejected(answers::refusal(&answer)),
    }
}

/// `Retry-After` in seconds, also parts of one, or as an HTTP date.
pub(super) fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = answer.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        let is_span = seconds.is_finite() && seconds >= 0.0;
        return is_span.then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    // The server's own clock, where it tells it, makes the span exact.
    let now = answer.header("date").and_then(|date| httpdate::parse_http_date(date).ok());
    Some(at.duration_since(now.unwrap_or_else(std::time::SystemTime::now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(weight: Weight, status: u16) -> String {
        let words = format!("{:?}", sort(weight, Ok(Answer::empty(status))));
        words.split(['(', ' ']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn every_status_is_sorted_by_what_must_be_done() {
        let cases = [
            (200, "Good", "Good"),
            (204, "Good", "Good"),
            (302, "Rejected", "Rejected"),
            (400, "Rejected", "Rejected"),
            (401, "Unauthorised", "Unauthorised"),
            (403, "Rejected", "Rejected"),
            (409, "Rejected", "Rejected"),
            (423, "Busy", "Busy"),
            (429, "Throttled", "Throttled"),
            (500, "Again", "Lost"),
            (503, "Again", "Lost"),
        ];
        for (status, repeatable, once) in cases {
            assert_eq!(sorted(Weight::Repeatable, status), repeatable, "{status}");
            assert_eq!(sorted(Weight::Once, status), once, "{status}");
        }
    }

    #[test]
    fn an_unavailable_server_says_when_to_come_back() {
        let mut answer = Answer::empty(503);
        answer.headers = vec![("Retry-After".to_owned(), "3".to_owned())];
        let sorted = sort(Weight::Repeatable, Ok(answer.clone()));
        assert!(matches!(sorted, Sorted::Again(Some(pause), _) if pause == Duration::from_secs(3)), "{sorted:?}");
        answer.status = 502;
        assert!(matches!(sort(Weight::Repeatable, Ok(answer)), Sorted::Again(None, _)));
    }

    #[test]
    fn retry_after_is_read_in_every_form() {
        let with = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut answer = Answer::empty(429);
        assert_eq!(retry_after(&answer), None);
        answer.headers = vec![with("Retry-After", "7")];
        assert_eq!(retry_after(&answer), Some(Duration::from_secs(7)));
        answer.headers =
            vec![with("retry-after", "Sun, 22 Nov 2026 10:00:09 GMT"), with("date", "Sun, 22 Nov 2026 10:00:00 GMT")];
        assert_eq!(retry_after(&answer), Some(Duration::from_secs(9)));
    }
}
