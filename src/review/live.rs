//! A run while it is under way: counted from the journal every second and told to the browser as events, whichever process
//! works on it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use maud::{Markup, html};

use super::desk::Desk;
use super::page::{number, shown};
use crate::pipeline::{self, Awaited, RunListed, RunProgress, RunStanding};
use crate::text::{self, Lang, phrase, say};

/// How often a run is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A look may take a tenth of the time, so that a run of a million steps is not slowed down.
const LOOK_SHARE: u32 = 10;
/// The pace is that of the last so many looks.
const SAMPLES_MAX: usize = 30;

/// What is remembered between two looks.
struct Watch {
    desk: Arc<Desk>,
    run: String,
    samples: Vec<(Instant, u64)>,
    wait: Duration,
    is_over: bool,
}

/// The events of a run, until it is over or the review ends.
pub(super) fn events(desk: &Arc<Desk>, run: &str) -> Response {
    let watch = Watch {
        desk: Arc::clone(desk),
        run: run.to_owned(),
        samples: Vec::new(),
        wait: Duration::ZERO,
        is_over: false,
    };
    let events = stream::unfold(watch, |watch| async move {
        if watch.is_over {
            return None;
        }
        let mut stop = watch.desk.stop();
        tokio::select! {
            () = tokio::time::sleep(watch.wait) => {}
            _ = stop.wait_for(|raised| *raised) => return None,
        }
        let looked = tokio::task::spawn_blocking(move || look(watch)).await.ok()?;
        Some((Ok::<Event, Infallible>(looked.0), looked.1))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// Looks at the run once.
fn look(mut watch: Watch) -> (Event, Watch) {
    let began = Instant::now();
    let event = match watch.desk.run(&watch.run) {
        Ok(Some(listed)) if is_moving(&listed, &watch) => match progress_of(&watch.desk, &watch.run) {
            Ok(progress) => {
                watch.sample(began, progress.total().0);
                Event::default()
                    .event("progress")
                    .data(shown_progress(&progress, watch.pace(), watch.desk.lang).into_string())
            }
            Err(error) => Event::default().event("trouble").data(text::error(watch.desk.lang, error.chain())),
        },
        // It may be about to begin, as long as it was started from here and has not ended.
        Ok(None) if watch.desk.job().run.as_deref() == Some(&watch.run) && watch.desk.job().exit.is_none() => {
            Event::default().comment("not yet")
        }
        _ => {
            watch.is_over = true;
            Event::default().event("over").data("over")
        }
    };
    watch.wait = LOOK_EVERY.max(began.elapsed() * LOOK_SHARE);
    (event, watch)
}

fn is_moving(listed: &RunListed, watch: &Watch) -> bool {
    let job = watch.desk.job();
    let is_ours = job.run.as_deref() == Some(&watch.run) && job.exit.is_none() && job.is_begun;
    listed.standing == RunStanding::UnderWay || is_ours
}

fn progress_of(desk: &Desk, run: &str) -> anyhow::Result<RunProgress> {
    pipeline::run_progress(&desk.workspace()?, run)
}

impl Watch {
    fn sample(&mut self, at: Instant, done: u64) {
        self.samples.push((at, done));
        if self.samples.len() > SAMPLES_MAX {
            self.samples.remove(0);
        }
    }

    /// Steps per second; none before there are two looks.
    #[expect(clippy::cast_precision_loss, reason = "step counts are far below 2^52")]
    fn pace(&self) -> Option<f64> {
        let ((from, before), (to, after)) = (self.samples.first()?, self.samples.last()?);
        let seconds = to.duration_since(*from).as_secs_f64();
        (seconds > 0.0).then(|| after.saturating_sub(*before) as f64 / seconds)
    }
}

/// The part of a page that follows a run.
pub(super) fn section(desk: &Desk, listed: &RunListed) -> anyhow::Result<Markup> {
    let lang = desk.lang;
    let progress = progress_of(desk, &listed.head.run)?;
    Ok(html! {
        section class="live" aria-labelledby="live" {
            h2 id="live" { (phrase(lang, "Under way")) }
            div data-live={ "/runs/" (listed.head.run) "/events" } data-over=(phrase(lang, "The run is over; this page shows what came of it.")) {
                div data-progress { (shown_progress(&progress, None, lang)) }
                p class="visually-hidden" role="status" {}
            }
            noscript { p { (phrase(lang, "Load the page again to see how far it has come.")) } }
        }
    })
}

/// Bars, pace, time that is left, and what the run waits for.
fn shown_progress(progress: &RunProgress, pace: Option<f64>, lang: Lang) -> Markup {
    let (done, all) = progress.total();
    html! {
        p class="figures" {
            span { b { (number(done, lang)) } " / " (number(all, lang)) " " (phrase(lang, "steps")) }
            @if let Some(pace) = pace { span { b { (format!("{pace:.1}")) } " " (phrase(lang, "steps per second")) } }
            @if let Some(left) = left(done, all, pace) { span { (phrase(lang, "about")) " " b { (duration(left)) } " " (phrase(lang, "left")) } }
        }
        div class="stages" {
            @for (stage, of) in &progress.stages {
                @let words = phrase(lang, stage.name());
                div class="stage" {
                    span { (words) }
                    progress max=(of.all) value=(of.done()) aria-label=(words) { (of.done()) " / " (of.all) }
                    span class="num" { (number(of.done(), lang)) " / " (number(of.all, lang)) }
                    @if of.troubled > 0 { span class="badge fail" { (number(of.troubled, lang)) " " (phrase(lang, "not done")) } }
                    @if of.waiting > 0 { span class="badge wait" { (number(of.waiting, lang)) " " (phrase(lang, "waiting")) } }
                }
            }
        }
        @if !progress.awaited.is_empty() {
            h3 { (phrase(lang, "What it waits for")) }
            ul class="plain" {
                @for (awaited, (count, example)) in &progress.awaited {
                    li { (awaited_words(*awaited, *count, lang)) " " span class="meta" { "(" (shown(example)) @if *count > 1 { ", …" } ")" } }
                }
            }
        }
    }
}

fn awaited_words(awaited: Awaited, count: usize, lang: Lang) -> String {
    let of = |words: &str, call: &str| say(lang, words, &[("count", &count), ("call", &phrase(lang, call))]);
    match awaited {
        Awaited::SetUp => of("{count|* customer|* customers} that Webex sets up", ""),
        Awaited::Answer(call) => of("{count|* answer|* answers} of Webex: {call}", call.words()),
        Awaited::LookUp(call) => {
            of("{count|* look-up|* look-ups} after an answer that never came: {call}", call.words())
        }
        Awaited::Turn => of(
            "{count|* step that looks around or waits for its turn|* steps that look around or wait for their turn}",
            "",
        ),
    }
}

/// Seconds that are left at that pace.
#[expect(clippy::cast_precision_loss, reason = "step counts are far below 2^52")]
fn left(done: u64, all: u64, pace: Option<f64>) -> Option<f64> {
    let pace = pace.filter(|pace| *pace > 0.0)?;
    (all > done).then(|| (all - done) as f64 / pace)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time that is shown to a second")]
pub(super) fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil().clamp(0.0, 1e9) as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_a_person_would() {
        assert_eq!([0.2, 59.0, 61.0, 7322.0].map(duration), ["1 s", "59 s", "1 min 01 s", "2 h 02 min"]);
        assert_eq!(left(5, 10, Some(2.0)), Some(2.5));
        assert_eq!((left(10, 10, Some(2.0)), left(0, 10, None), left(0, 10, Some(0.0))), (None, None, None));
    }
}
