//! What refusals tell of a limit that nobody published. Pure: time is passed in.
//!
//! A limit that lets bursts pass says little until the burst is used up. From the first refusal to the moment it is
//! heard of, requests go on leaving; what of them is accepted has been let through at the very rate of the limit. That is
//! the estimate. Where there is too little of it, the pace is lowered by a share. A quiet time raises it again: soon to
//! where the limit was met, and slowly beyond.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How far back answers are remembered.
const MEMORY: Duration = Duration::from_secs(1);
/// Fewest answers, and fewest of them refused, that an estimate is made of.
const ANSWERS_MIN: usize = 6;
/// Fewest moments of which it is known that the limit had room again.
const TELLING_MIN: usize = 3;
const REFUSED_SHARE_MIN: f64 = 0.3;
/// What of an estimate is used, so that its error does not run into the limit at once.
const ESTIMATE_SHARE: f64 = 0.95;
/// What is left of the pace when no estimate can be made, and when it was nearly right.
const BLIND_SHARE: f64 = 0.6;
const NEAR_SHARE: f64 = 0.95;
/// The slowest pace that is learnt, in requests per second.
const RATE_MIN: f64 = 0.5;
/// How long nothing must be refused before the pace grows, and by which share it grows in a second.
const QUIET: Duration = Duration::from_secs(2);
const GROWTH: f64 = 0.02;
/// So near to where the limit was met, it grows more slowly: bursts are let pass, so going too far shows late.
const NEAR: f64 = 0.97;
const GROWTH_NEAR: f64 = 0.005;
/// After a longer quiet time it grows faster: the limit has moved, or was never there.
const LONG_QUIET: Duration = Duration::from_secs(30);
const GROWTH_LATER: f64 = 0.03;

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    Accepted,
    Refused,
}

#[derive(Debug, Clone, Copy)]
struct Answered {
    sent: Instant,
    heard: Heard,
}

/// Refusals that belong together.
#[derive(Debug, Clone, Copy)]
struct Episode {
    /// When the earliest request that was refused had left.
    from: Instant,
    /// When the first refusal was heard of, and nothing left any more.
    to: Instant,
    /// Nothing had been refused for a good while, so the pace was nearly right.
    was_quiet: bool,
}

/// Learns the pace of one bucket.
#[derive(Debug)]
pub(super) struct Learner {
    rate: Option<f64>,
    /// Where the limit was met last, as far as it is known.
    met: f64,
    /// The user's; never exceeded.
    ceiling: Option<f64>,
    answered: VecDeque<Answered>,
    episode: Option<Episode>,
    quiet_since: Instant,
    grown_at: Instant,
}

impl Learner {
    pub fn new(ceiling: Option<f64>, learnt: Option<f64>, now: Instant) -> Self {
        let met = learnt.unwrap_or_default();
        Self { rate: learnt, met, ceiling, answered: VecDeque::new(), episode: None, quiet_since: now, grown_at: now }
    }

    /// The pace that was learnt, if anything was refused, in this run or before it.
    pub const fn learnt(&self) -> Option<f64> {
        self.rate
    }

    /// The pace to keep.
    pub fn rate(&self) -> Option<f64> {
        match (self.rate, self.ceiling) {
            (Some(rate), Some(ceiling)) => Some(rate.min(ceiling)),
            (rate, ceiling) => rate.or(ceiling),
        }
    }

    /// Takes in how a request was answered that had left at `sent`.
    pub fn heard(&mut self, sent: Instant, now: Instant, heard: Heard) {
        self.answered.push_back(Answered { sent, heard });
        let kept_from = self.episode.map_or(now, |episode| episode.from).checked_sub(MEMORY);
        while self.answered.front().is_some_and(|first| kept_from.is_some_and(|from| first.sent < from)) {
            self.answered.pop_front();
        }
        if heard == Heard::Refused {
            let was_quiet = self.rate.is_some() && now.saturating_duration_since(self.quiet_since) >= QUIET;
            self.quiet_since = now;
            let episode = self.episode.get_or_insert(Episode { from: sent, to: now, was_quiet });
            if sent <= episode.to {
                episode.from = episode.from.min(sent);
            }
        }
    }

    /// Draws the conclusion of an episode, when requests may leave again.
    pub fn conclude(&mut self, now: Instant) {
        let Some(episode) = self.episode.take() else { return };
        let kept = self.rate();
        let (estimate, refused_share) = self.let_through(episode);
        let lowered = match (estimate, kept.or_else(|| self.throughput_before(episode.from))) {
            // A pace that was kept and yet refused was too high, whatever is estimated.
            (Some(estimate), _) => (estimate * ESTIMATE_SHARE).min(kept.unwrap_or(f64::INFINITY) * NEAR_SHARE),
            (None, Some(before)) if episode.was_quiet || refused_share < REFUSED_SHARE_MIN => before * NEAR_SHARE,
            (None, Some(before)) => before * BLIND_SHARE,
            (None, None) => return,
        };
        self.met = estimate.into_iter().chain(kept).fold(f64::INFINITY, f64::min);
        self.rate = Some(lowered.max(RATE_MIN));
        self.quiet_since = now;
        self.grown_at = now;
        self.answered.clear();
    }

    /// Requests per second that were accepted in the time before, as long as anything is remembered.
    fn throughput_before(&self, moment: Instant) -> Option<f64> {
        let accepted = self.answered.iter().filter(|a| a.heard == Heard::Accepted && a.sent < moment);
        let (first, last) = (accepted.clone().map(|a| a.sent).min()?, accepted.clone().map(|a| a.sent).max()?);
        let seconds = last.duration_since(first).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "answers of a second or two")]
        let spans = accepted.count().saturating_sub(1) as f64;
        (spans >= 2.0 && seconds > 0.0).then(|| spans / seconds)
    }

    /// The rate at which requests passed while others were refused, and the share that was refused.
    fn let_through(&self, episode: Episode) -> (Option<f64>, f64) {
        let within = self.answered.iter().filter(|a| a.sent >= episode.from && a.sent <= episode.to);
        let mut within: Vec<Answered> = within.copied().collect();
        within.sort_unstable_by_key(|answered| answered.sent);
        let refused = within.iter().filter(|answered| answered.heard == Heard::Refused).count();
        #[expect(clippy::cast_precision_loss, reason = "answers of a second or two")]
        let share = refused as f64 / within.len().max(1) as f64;
        let is_telling = within.len() >= ANSWERS_MIN && share >= REFUSED_SHARE_MIN;
        (is_telling.then(|| rate_of_passing(&within)).flatten(), share)
    }

    /// The episode that is going on turned out to be another lane's: here nothing was refused.
    pub fn forget_episode(&mut self) {
        self.episode = None;
        self.answered.clear();
    }

    /// Raises the pace after a quiet time. Only a pace that is made use of says anything about the limit.
    pub fn grow(&mut self, now: Instant) {
        let Some(rate) = self.rate else { return };
        let quiet = now.saturating_duration_since(self.quiet_since);
        if quiet < QUIET {
            self.grown_at = now;
            return;
        }
        let share = match quiet {
            _ if quiet >= LONG_QUIET => GROWTH_LATER,
            _ if rate >= self.met * NEAR => GROWTH_NEAR,
            _ => GROWTH,
        };
        let passed = now.saturating_duration_since(self.grown_at).min(MEMORY);
        self.rate = Some(rate * (1.0 + share * passed.as_secs_f64()));
        self.grown_at = now;
    }
}

/// Requests per second that passed while others were refused. A request that passed right after one that was refused
/// tells when the limit had room again: between the two.
fn rate_of_passing(answered: &[Answered]) -> Option<f64> {
    let (mut passed, mut line) = (0u32, Line::default());
    let first = answered.first()?.sent;
    for pair in answered.windows(2) {
        if pair[1].heard == Heard::Refused {
            continue;
        }
        passed += 1;
        if pair[0].heard == Heard::Refused {
            let between = pair[0].sent + pair[1].sent.duration_since(pair[0].sent) / 2;
            line.add(between.duration_since(first).as_secs_f64(), f64::from(passed));
        }
    }
    line.slope(TELLING_MIN)
}

/// A line through points, the one that fits best: no single point counts for much.
#[derive(Debug, Default)]
struct Line(Vec<(f64, f64)>);

impl Line {
    fn add(&mut self, seconds: f64, count: f64) {
        self.0.push((seconds, count));
    }

    /// Counts per second, when there are so many points at least. The counts are certain and the moments are not.
    fn slope(&self, points_min: usize) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "answers of a second or two")]
        let number = self.0.len() as f64;
        let (seconds, counts) = self.0.iter().fold((0.0, 0.0), |sums, point| (sums.0 + point.0, sums.1 + point.1));
        let (mut together, mut spread) = (0.0, 0.0);
        for (at, count) in &self.0 {
            let off = count - counts / number;
            together += off * (at - seconds / number);
            spread += off * off;
        }
        (self.0.len() >= points_min && together > 0.0).then(|| spread / together)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A limit with a burst, asked at a steady pace until the first refusal is heard of; the pace that is learnt.
    fn learnt(limit: f64, burst: f64, asked: f64, latency_ms: u64) -> f64 {
        let start = Instant::now();
        let mut learner = Learner::new(None, None, start);
        let (mut tokens, mut at) = (burst, 0.0);
        let latency = Duration::from_millis(latency_ms);
        let mut on_the_way = VecDeque::new();
        let mut heard_at: Option<Instant> = None;
        loop {
            let sent = start + Duration::from_secs_f64(at);
            if heard_at.is_some_and(|heard| sent > heard) {
                break;
            }
            tokens = (tokens + limit / asked).min(burst);
            let heard = if tokens >= 1.0 { Heard::Accepted } else { Heard::Refused };
            tokens -= if heard == Heard::Accepted { 1.0 } else { 0.0 };
            if heard == Heard::Refused && heard_at.is_none() {
                heard_at = Some(sent + latency);
            }
            on_the_way.push_back((sent, heard));
            at += 1.0 / asked;
        }
        for (sent, heard) in on_the_way {
            learner.heard(sent, sent + latency, heard);
        }
        let later = start + Duration::from_secs_f64(at) + Duration::from_secs(1);
        learner.conclude(later);
        learner.learnt().expect("something was refused")
    }

    #[test]
    fn one_episode_tells_the_limit() {
        for (limit, burst, asked, latency_ms) in
            [(300.0, 30.0, 770.0, 26), (300.0, 30.0, 1500.0, 26), (100.0, 10.0, 400.0, 60), (50.0, 1.0, 200.0, 100)]
        {
            let rate = learnt(limit, burst, asked, latency_ms);
            assert!((limit * 0.85..=limit * 1.02).contains(&rate), "{rate} for {limit}");
        }
    }

    #[test]
    fn a_pace_that_was_nearly_right_is_lowered_a_little() {
        let rate = learnt(300.0, 5.0, 310.0, 26);
        assert!((270.0..300.0).contains(&rate), "{rate}");
    }

    #[test]
    fn a_quiet_time_raises_the_pace_and_the_ceiling_stays() {
        let start = Instant::now();
        let mut learner = Learner::new(Some(120.0), Some(100.0), start);
        for second in 0..2 {
            learner.grow(start + Duration::from_secs(second));
        }
        assert_eq!(learner.rate(), Some(100.0));
        for second in 2..200 {
            learner.grow(start + Duration::from_secs(second));
        }
        assert_eq!(learner.rate(), Some(120.0));
        assert!(learner.learnt() > Some(120.0));
    }
}
