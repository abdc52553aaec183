//! How good the forecast of a run was.

use std::fmt::Display;

use serde::Serialize;

use super::plan::{duration, range};
use crate::journal::RunHead;
use crate::text::{Lang, say};

/// Of runs that take longer it is told by how much they were beside their forecast.
const SECONDS_JUDGED: f64 = 10.0;

/// The forecast of a run, held against what it took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Foretold {
    pub least_seconds: f64,
    pub most_seconds: f64,
    pub requests: u64,
    pub took_seconds: f64,
    pub sent: u64,
    /// How far beyond the range it ended, as a share of the nearer end; below 0 where it was faster, 0 within.
    pub error: f64,
    /// The same of the requests, as a share of those that were foretold.
    pub requests_error: f64,
}

/// Of a run that was carried out in one go; one that was resumed has waited for somebody.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of a run, and its requests")]
pub fn foretold(head: &RunHead) -> Option<Foretold> {
    let (forecast, took) = (head.forecast?, head.took?);
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let (least, most, took_seconds) = (seconds(forecast.least_ms), seconds(forecast.most_ms), seconds(took.ms));
    let error = match took_seconds {
        took if took < least => (took - least) / least,
        took if took > most && most > 0.0 => (took - most) / most,
        _ => 0.0,
    };
    let requests_error = if forecast.calls == 0 { 0.0 } else { took.requests as f64 / forecast.calls as f64 - 1.0 };
    let (requests, sent) = (forecast.calls, took.requests);
    Some(Foretold { least_seconds: least, most_seconds: most, requests, took_seconds, sent, error, requests_error })
}

/// The same as a line for people; nothing where no request was foretold.
pub fn foretold_words(head: &RunHead, lang: Lang) -> Option<String> {
    let told = foretold(head).filter(|told| told.requests > 0)?;
    let took = duration(told.took_seconds);
    // What reads alike is not called wrong.
    let reads_alike = [told.least_seconds, told.most_seconds].into_iter().any(|end| duration(end) == took);
    // Of a run of a few seconds a factor says nothing.
    let is_short = told.took_seconds < SECONDS_JUDGED && told.most_seconds < SECONDS_JUDGED;
    let judged = match told.error {
        _ if reads_alike => say(lang, "as foretold", &[]),
        error if is_short && error < 0.0 => say(lang, "faster than its least", &[]),
        error if is_short && error > 0.0 => say(lang, "slower than its most", &[]),
        error if error < 0.0 => {
            // As it is shown, in whole seconds.
            let times = told.least_seconds / told.took_seconds.max(1.0);
            say(lang, "faster than its least, by a factor of {times}", &[("times", &factor(times, lang))])
        }
        error if error > 0.0 => {
            let times = told.took_seconds / told.most_seconds;
            say(lang, "slower than its most, by a factor of {times}", &[("times", &factor(times, lang))])
        }
        _ => say(lang, "as foretold", &[]),
    };
    let range = range(told.least_seconds, told.most_seconds, lang);
    let words = "the forecast was {range} and {calls|* request|* requests}; it took {took} and {sent|* request|* requests}: {judged}";
    let gaps: [(&str, &dyn Display); 5] =
        [("range", &range), ("calls", &told.requests), ("took", &took), ("sent", &told.sent), ("judged", &judged)];
    Some(say(lang, words, &gaps))
}

/// How many times, with a decimal where it matters.
fn factor(times: f64, lang: Lang) -> String {
    let text = if times < 10.0 { format!("{times:.1}") } else { format!("{times:.0}") };
    match lang {
        Lang::En => text,
        Lang::PtBr => text.replace('.', ","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Forecasted, Took};

    fn head(ms: u64, requests: u64) -> RunHead {
        let forecast = Some(Forecasted { least_ms: 10_000, most_ms: 20_000, calls: 100, is_begun: true });
        RunHead { forecast, took: Some(Took { ms, requests }), ..RunHead::default() }
    }

    #[test]
    fn the_error_is_what_lies_beyond_the_range() {
        let error = |ms: u64| format!("{:.1}", foretold(&head(ms, 110)).expect("both are known").error);
        assert_eq!([8_000, 10_000, 15_000, 20_000, 30_000].map(error), ["-0.2", "0.0", "0.0", "0.0", "0.5"]);
        let words = foretold_words(&head(30_000, 110), Lang::En).expect("it is told");
        assert_eq!(
            words,
            "the forecast was 10 s to 20 s and 100 requests; it took 30 s and 110 requests: slower than its most, by a factor of 1.5"
        );
        let faster = |lang| foretold_words(&head(600, 100), lang).unwrap_or_default();
        assert!(faster(Lang::En).ends_with("faster than its least, by a factor of 10"));
        assert!(faster(Lang::PtBr).ends_with("mais rápido que o mínimo, por um fator de 10"));
        assert!(foretold_words(&head(12_000, 100), Lang::En).is_some_and(|words| words.ends_with(": as foretold")));
        let shortly = RunHead {
            forecast: Some(Forecasted { least_ms: 100, most_ms: 400, calls: 9, is_begun: true }),
            ..head(900, 9)
        };
        assert!(foretold_words(&shortly, Lang::En).is_some_and(|words| words.ends_with(": as foretold")));
        let brief = RunHead { took: Some(Took { ms: 2_000, requests: 9 }), ..shortly };
        assert!(
            foretold_words(&brief, Lang::En).is_some_and(|words| words.ends_with("9 requests: slower than its most"))
        );
        assert_eq!(foretold(&RunHead { took: None, ..head(1, 1) }), None, "what was resumed is not held against it");
    }
}
