//! The token endpoint: what its answers mean, and how often it is asked.

use std::future::Future;
use std::time::Duration;

use super::answers;
use super::sort::retry_after;
use super::transport::Lost;
use super::wire::Answer;

/// How often it is asked for one token.
const TRIES_MAX: u32 = 5;
/// The first pause between two tries; doubles from there.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
/// Longest `Retry-After` that is waited for: every request of the run waits with it.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(1);

/// What is sent for a newer token.
pub(super) type Form = Vec<(&'static str, String)>;

/// Why there is no newer token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unissued {
    /// What was sent is not accepted, however often.
    Refused(String),
    /// It cannot be had now, or makes no sense.
    Failed(String),
}

enum Verdict {
    Given(String),
    Never(Unissued),
    /// Worth another try, after so long if that was said.
    Later(String, Option<Duration>),
}

/// Asks until there is a verdict, a few times at most. A lost answer is asked for again: where a refresh token is good
/// for once only, there is nothing more to lose.
pub(super) async fn patiently<F>(ask: impl Fn() -> F) -> Result<String, Unissued>
where
    F: Future<Output = Result<Answer, Lost>>,
{
    let (mut tries, mut pause) = (0, PAUSE_FIRST);
    loop {
        tries += 1;
        let (why, wanted) = match verdict(ask().await) {
            Verdict::Given(body) => return Ok(body),
            Verdict::Never(why) => return Err(why),
            Verdict::Later(why, wanted) => (why, wanted),
        };
        if tries >= TRIES_MAX {
            return Err(Unissued::Failed(why));
        }
        let wait = wanted.unwrap_or_default().max(pause);
        if wait > RETRY_AFTER_MAX {
            return Err(Unissued::Failed(format!("{why} (asked to wait {} s)", wait.as_secs())));
        }
        tracing::warn!(seconds = wait.as_secs_f64(), "the token endpoint is asked again: {why}");
        tokio::time::sleep(wait).await;
        pause *= 2;
    }
}

fn verdict(heard: Result<Answer, Lost>) -> Verdict {
    let answer = match heard {
        Ok(answer) => answer,
        Err(Lost::NeverArrived(why) | Lost::Unanswered(why)) => return Verdict::Later(why, None),
    };
    let why = || format!("the token endpoint answers: {}", answers::refusal(&answer));
    match answer.status {
        200..=299 => Verdict::Given(answer.body),
        400 | 401 | 403 => Verdict::Never(Unissued::Refused(why())),
        408 | 429 | 500..=599 => Verdict::Later(why(), retry_after(&answer)),
        _ => Verdict::Never(Unissued::Failed(why())),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;
    use tokio::time::Instant;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "answers stand beside losses")]
    fn status(status: u16) -> Result<Answer, Lost> {
        Ok(Answer::json(status, &json!({ "message": "words" })))
    }

    #[expect(clippy::unnecessary_wraps, reason = "answers stand beside losses")]
    fn throttled(seconds: &str) -> Result<Answer, Lost> {
        let mut answer = Answer::json(429, &json!({ "message": "words" }));
        answer.headers.push(("Retry-After".to_owned(), seconds.to_owned()));
        Ok(answer)
    }

    fn cut() -> Result<Answer, Lost> {
        Err(Lost::Unanswered("cut".to_owned()))
    }

    /// What comes of these answers, how many of them were asked for, and how long that took.
    async fn asked(answers: Vec<Result<Answer, Lost>>) -> (Result<String, Unissued>, usize, u128) {
        let (count, since) = (answers.len(), Instant::now());
        let answers = RefCell::new(answers.into_iter());
        let given = patiently(|| async { answers.borrow_mut().next().expect("no more is asked for") }).await;
        (given, count - answers.borrow().len(), since.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_waited_for_and_what_does_not_is_told_at_once() {
        let good = || status(200);
        let body = Ok(json!({ "message": "words" }).to_string());
        let failed = |words: &str| Err(Unissued::Failed(words.to_owned()));
        let refused = |words: &str| Err(Unissued::Refused(words.to_owned()));
        let never = || Err(Lost::NeverArrived("refused".to_owned()));
        for (answers, expected) in [
            (vec![good()], (body.clone(), 1, 0)),
            (vec![status(503), good()], (body.clone(), 2, 500)),
            (vec![throttled("1"), throttled("30"), good()], (body.clone(), 3, 31_000)),
            (vec![cut(), never(), status(500), good()], (body.clone(), 4, 3_500)),
            (vec![status(503); 6], (failed("the token endpoint answers: words (503)"), 5, 7_500)),
            (vec![cut(); 6], (failed("cut"), 5, 7_500)),
            (
                vec![throttled("61"), good()],
                (failed("the token endpoint answers: words (429) (asked to wait 61 s)"), 1, 0),
            ),
            (vec![status(400), good()], (refused("the token endpoint answers: words (400)"), 1, 0)),
            (vec![status(401), good()], (refused("the token endpoint answers: words (401)"), 1, 0)),
            (vec![status(403), good()], (refused("the token endpoint answers: words (403)"), 1, 0)),
            (vec![status(307), good()], (failed("the token endpoint answers: words (307)"), 1, 0)),
        ] {
            assert_eq!(asked(answers.clone()).await, expected, "{answers:?}");
        }
    }
}
