//! The gates of a request, in order: pause, slot, pace, token, send, sort. Repeats what is safe to repeat.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::behalf::Behalf;
use super::pace::{self, Flight, Lanes, Pace, Slot};
use super::sort::{Failure, Refusal, Sorted, sort};
use super::transport::{Lost, Transport};
use super::wire::{Answer, Request};

/// Tries of a request that is safe to repeat, before the server counts as being in trouble.
const TRIES_MAX: u32 = 8;
/// Longest wait between two tries.
const BACKOFF_MAX: Duration = Duration::from_secs(20);
/// Longest `Retry-After` that is believed.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);
/// What is waited instead of a longer one.
const RETRY_AFTER_BOUND: Duration = Duration::from_mins(1);
/// How often one request is sent again after a `Retry-After` that is not believed.
const UNBELIEVED_MAX: u32 = 3;
/// Pause after a 429 that does not say how long (`wxc_sdk` waits as long).
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(5);
/// How often one request is put off by 429 or 423.
const THROTTLES_MAX: u32 = 1000;
/// How often one request may be refused for its token, each time with a newer one.
const RENEWALS_MAX: u32 = 3;
/// How long an unreachable server is waited for, once it has answered in this run.
const OUTAGE_MAX: Duration = Duration::from_mins(2);
/// The same before it has answered at all: a wrong address should be told at once.
const FIRST_CONTACT_MAX: Duration = Duration::from_secs(3);

/// The names under which runs remember the seconds that an answer takes, and how many requests may be under way.
pub const LATENCY: &str = "latency";
pub const IN_FLIGHT: &str = "in_flight";
/// How long new customers took, on average and at most.
pub const PREPARATION: &str = "preparation";
pub const PREPARATION_MOST: &str = "preparation_most";

/// What a repetition would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Nothing: a look-up, or a write that sets the same value again.
    Repeatable,
    /// Make a second object.
    Once,
}

/// How a client behaves.
#[derive(Debug, Clone, Copy)]
pub struct ClientSettings {
    /// Requests under way at one time; none when the client finds out how many the server answers without haste.
    pub in_flight: Option<usize>,
    /// Requests per second; none without a ceiling.
    pub rate: Option<f64>,
    /// The first wait before a repetition; doubles from there.
    pub backoff: Duration,
}

/// Sends requests. Cheap to clone; clones share slots, pace and counters.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    settings: ClientSettings,
    behalf: Option<Behalf>,
    flight: Flight,
    pace: Pace,
    sent: AtomicU64,
    throttled: AtomicU64,
    prepared: Mutex<Prepared>,
    has_answered: AtomicBool,
    /// Raised when nothing is to be waited for any more.
    leaving: watch::Sender<bool>,
    /// Distinguishes the tracking ids of this run from those of others.
    tracking: String,
}

/// What was seen of new customers.
#[derive(Debug, Clone, Copy, Default)]
struct Prepared {
    count: u32,
    seconds: f64,
    most: f64,
}

impl Client {
    /// A client over a transport. `tracking` begins the tracking id of every request.
    pub fn new(transport: Transport, settings: ClientSettings, tracking: &str) -> Self {
        Self::taught(transport, settings, tracking, &[])
    }

    /// A client that keeps to the pace that earlier runs were taught from the start.
    pub fn taught(transport: Transport, settings: ClientSettings, tracking: &str, learnt: &[(String, f64)]) -> Self {
        Self::on_behalf(transport, settings, None, tracking, learnt)
    }

    /// The same on a sub-partner's behalf.
    pub fn on_behalf(
        transport: Transport,
        settings: ClientSettings,
        behalf: Option<Behalf>,
        tracking: &str,
        learnt: &[(String, f64)],
    ) -> Self {
        let shared = Shared {
            transport,
            settings,
            behalf,
            flight: Flight::new(settings.in_flight),
            pace: Pace::new(settings.rate, learnt),
            sent: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            prepared: Mutex::default(),
            has_answered: AtomicBool::new(false),
            leaving: watch::Sender::new(false),
            tracking: tracking.to_owned(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// How many requests have left so far, repetitions included.
    pub fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// How many requests may be under way now.
    pub fn in_flight(&self) -> usize {
        self.shared.flight.limit()
    }

    /// The pace that refusals have taught, by the name of the limit, in requests per second.
    pub fn learnt(&self) -> Vec<(String, f64)> {
        self.shared.pace.learnt()
    }

    /// What forecasts are made with: how long answers take, and how many may be under way, by name.
    pub fn measured(&self) -> Vec<(String, f64)> {
        let Some(latency) = self.shared.flight.latency() else { return Vec::new() };
        #[expect(clippy::cast_precision_loss, reason = "a few hundred slots")]
        let in_flight = self.in_flight() as f64;
        let mut measured = vec![(LATENCY.to_owned(), latency), (IN_FLIGHT.to_owned(), in_flight)];
        let prepared = *self.shared.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if prepared.count > 0 {
            let mean = prepared.seconds / f64::from(prepared.count);
            measured.extend([(PREPARATION.to_owned(), mean), (PREPARATION_MOST.to_owned(), prepared.most)]);
        }
        measured
    }

    /// Notes how long Webex took to prepare a customer.
    pub fn prepared(&self, time: Duration) {
        let mut prepared = self.shared.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        prepared.count = prepared.count.saturating_add(1);
        prepared.seconds += time.as_secs_f64();
        prepared.most = prepared.most.max(time.as_secs_f64());
    }

    /// How many were answered 429 or 423.
    pub fn throttled(&self) -> u64 {
        self.shared.throttled.load(Ordering::Relaxed)
    }

    /// Ends every wait for a pause, a slot or another try; what has left still gets its answer.
    pub fn leave_off(&self) {
        self.shared.leaving.send_replace(true);
    }

    /// Sends a request until it has a verdict.
    ///
    /// # Errors
    /// Why it did not succeed, sorted by what must be done.
    pub async fn send(&self, weight: Weight, request: Request) -> Result<Answer, Failure> {
        let mut patience = Patience::new(self.shared.settings.backoff);
        let lanes = Lanes::of(&request);
        let request = self.shared.behalf.iter().fold(request, |request, behalf| behalf.of(request));
        loop {
            let through = self.unless_leaving(self.gates(&lanes)).await.map_err(|left| patience.left_off(left))?;
            let (slot, token) = through.map_err(Failure::Environment)?;
            let (sent, carried) = self.carry(slot, &lanes, request.clone()).await;
            let sorted = sort(weight, carried);
            if !matches!(sorted, Sorted::Unreached(_)) {
                patience.reached();
            }
            if !matches!(sorted, Sorted::Unreached(_) | Sorted::Lost(_)) {
                self.shared.has_answered.store(true, Ordering::Relaxed);
            }
            match sorted {
                Sorted::Good(answer) => return Ok(answer),
                Sorted::Rejected(refusal) => return Err(Failure::Rejected(refusal)),
                Sorted::Lost(why) => return Err(Failure::Lost(why)),
                Sorted::Unauthorised(refusal) => self.renew(&mut patience, token, &refusal).await?,
                Sorted::Throttled(pause, refusal) => self.throttle(&mut patience, &lanes, sent, pause, refusal)?,
                Sorted::Busy(pause, refusal) => {
                    self.shared.throttled.fetch_add(1, Ordering::Relaxed);
                    self.unless_leaving(patience.put_off(pause, refusal)).await??;
                }
                Sorted::Again(pause, refusal) => self.unless_leaving(patience.after(pause, refusal)).await??,
                Sorted::Unreached(why) => {
                    let known = self.shared.has_answered.load(Ordering::Relaxed);
                    let limit = if known { OUTAGE_MAX } else { FIRST_CONTACT_MAX };
                    self.unless_leaving(patience.unreached(&why, limit)).await??;
                }
            }
        }
    }

    /// Waits, unless the run leaves off. What waits has not left, or is safe to repeat, so it may be dropped.
    async fn unless_leaving<T>(&self, wait: impl Future<Output = T>) -> Result<T, Failure> {
        let mut leaving = self.shared.leaving.subscribe();
        tokio::select! {
            biased;
            done = wait => Ok(done),
            _ = leaving.wait_for(|leaving| *leaving) => Err(Failure::Environment("the run leaves off".to_owned())),
        }
    }

    /// Pause, slot, pace, token. A pause parks the requests, not the slots; while a token is renewed, nothing leaves
    /// with the old one.
    async fn gates(&self, lanes: &Lanes) -> Result<(Slot<'_>, u64), String> {
        let shared = &self.shared;
        loop {
            shared.pace.unparked(lanes).await;
            let slot = shared.flight.slot().await;
            if shared.pace.parked_until(lanes).is_some() {
                continue;
            }
            shared.pace.turn(lanes, shared.flight.spread()).await;
            if shared.pace.parked_until(lanes).is_none() {
                return Ok((slot, shared.transport.token().await?));
            }
        }
    }

    /// Sends it; the slot is held until the answer is there. Tells when it left.
    async fn carry(&self, _slot: Slot<'_>, lanes: &Lanes, request: Request) -> (Instant, Result<Answer, Lost>) {
        let shared = &self.shared;
        let number = shared.sent.fetch_add(1, Ordering::Relaxed);
        let tracking_id = format!("{}-{number}", shared.tracking);
        tracing::debug!(tracking_id, method = %request.method, path = %request.path, "sending");
        let (kind, sent) = (pace::kind(&request), Instant::now());
        let carried = shared.transport.carry(request, &tracking_id).await;
        heard(&tracking_id, sent, &carried);
        if let Ok(answer) = &carried
            && answer.status != 429
        {
            shared.pace.accepted(lanes, sent);
            shared.flight.answered(kind, sent.elapsed());
        }
        (sent, carried)
    }

    /// Gets a new token for a request that was refused for its old one: one for all that wait.
    async fn renew(&self, patience: &mut Patience, old: u64, refusal: &Refusal) -> Result<(), Failure> {
        patience.renewals += 1;
        if patience.renewals > RENEWALS_MAX {
            return Err(unauthorised(refusal));
        }
        match self.unless_leaving(self.shared.transport.renew(old)).await? {
            Ok(true) => Ok(()),
            Ok(false) => Err(unauthorised(refusal)),
            Err(why) => Err(Failure::Environment(format!("Webex does not accept the token: {refusal}; {why}"))),
        }
    }

    /// Parks what shares the limit.
    fn throttle(
        &self,
        patience: &mut Patience,
        lanes: &Lanes,
        sent: Instant,
        pause: Option<Duration>,
        refusal: Refusal,
    ) -> Result<(), Failure> {
        self.shared.throttled.fetch_add(1, Ordering::Relaxed);
        patience.throttles += 1;
        let asked = pause.unwrap_or(RETRY_AFTER_DEFAULT);
        let pause = patience.believed(asked).filter(|_| patience.throttles <= THROTTLES_MAX);
        let Some(pause) = pause else { return Err(patience.given_up(too_long(asked, refusal))) };
        tracing::info!(seconds = pause.as_secs_f64(), "Webex asks for a pause");
        self.shared.pace.refused(lanes, sent, pause);
        Ok(())
    }
}

/// Logs how a request ended; what an answer says stays out of it, since it may name persons.
fn heard(tracking_id: &str, sent: Instant, carried: &Result<Answer, Lost>) {
    let milliseconds = u64::try_from(sent.elapsed().as_millis()).unwrap_or(u64::MAX);
    match carried {
        Ok(answer) => {
            let webex_id = answer.header("trackingid").unwrap_or_default();
            tracing::debug!(tracking_id, status = answer.status, milliseconds, webex_id, "answered");
        }
        Err(lost) => tracing::warn!(tracking_id, milliseconds, ?lost, "no answer"),
    }
}

/// Nobody waits that long; a later run may.
fn too_long(pause: Duration, refusal: Refusal) -> Refusal {
    let text = format!("{} (it asks to wait for {} s)", refusal.text, pause.as_secs());
    Refusal { text, ..refusal }
}

fn unauthorised(refusal: &Refusal) -> Failure {
    Failure::Environment(format!(
        "Webex does not accept the token: {refusal}; run `turnup login` again, or put a new one into \
         TURNUP_TOKEN or the file that TURNUP_TOKEN_FILE names"
    ))
}

/// How long one request is repeated.
struct Patience {
    tries: u32,
    throttles: u32,
    unbelieved: u32,
    /// Was it sent again although the time before may have taken effect?
    is_in_doubt: bool,
    renewals: u32,
    backoff: Duration,
    first_backoff: Duration,
    unreached_since: Option<Instant>,
}

impl Patience {
    const fn new(backoff: Duration) -> Self {
        Self {
            tries: 0,
            throttles: 0,
            unbelieved: 0,
            is_in_doubt: false,
            renewals: 0,
            backoff,
            first_backoff: backoff,
            unreached_since: None,
        }
    }

    /// A request that was only ever put off has not taken effect; one that is being repeated may have.
    fn left_off(&self, failure: Failure) -> Failure {
        if self.is_in_doubt { failure } else { Failure::NotSent }
    }

    /// It was put off too often. Nothing was changed, unless it was repeated after trouble.
    fn given_up(&self, refusal: Refusal) -> Failure {
        if self.is_in_doubt { Failure::Trouble(refusal) } else { Failure::Rejected(refusal) }
    }

    /// How long to wait where the server asks for so much; none when it has asked for what nobody believes too often.
    fn believed(&mut self, asked: Duration) -> Option<Duration> {
        if asked <= RETRY_AFTER_MAX {
            return Some(asked);
        }
        self.unbelieved += 1;
        let (asked, instead) = (asked.as_secs(), RETRY_AFTER_BOUND.as_secs());
        tracing::warn!(
            asked,
            instead,
            "Webex asks for a pause that is not believed; the seconds that are waited instead"
        );
        (self.unbelieved <= UNBELIEVED_MAX).then_some(RETRY_AFTER_BOUND)
    }

    /// Waits until what the request is about may be free.
    async fn put_off(&mut self, pause: Option<Duration>, refusal: Refusal) -> Result<(), Failure> {
        if let Some(asked) = pause {
            let Some(pause) = self.believed(asked) else { return Err(self.given_up(too_long(asked, refusal))) };
            self.backoff = pause.max(self.first_backoff);
        }
        self.tries += 1;
        if self.tries >= TRIES_MAX {
            return Err(self.given_up(refusal));
        }
        self.wait().await;
        Ok(())
    }

    fn reached(&mut self) {
        if self.unreached_since.take().is_some() {
            self.backoff = self.first_backoff;
        }
    }

    async fn again(&mut self, refusal: Refusal) -> Result<(), Failure> {
        self.is_in_doubt = true;
        self.tries += 1;
        if self.tries >= TRIES_MAX {
            return Err(Failure::Trouble(refusal));
        }
        self.wait().await;
        Ok(())
    }

    /// The same, not sooner than the server says.
    async fn after(&mut self, pause: Option<Duration>, refusal: Refusal) -> Result<(), Failure> {
        if let Some(asked) = pause {
            let Some(pause) = self.believed(asked) else { return Err(Failure::Trouble(too_long(asked, refusal))) };
            self.backoff = self.backoff.max(pause);
        }
        self.again(refusal).await
    }

    async fn unreached(&mut self, why: &str, limit: Duration) -> Result<(), Failure> {
        let since = *self.unreached_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= limit {
            let words = format!("Webex cannot be reached: {why}; check the network, the proxy and the API URL");
            return Err(Failure::Environment(words));
        }
        self.wait().await;
        Ok(())
    }

    async fn wait(&mut self) {
        tokio::time::sleep(self.backoff).await;
        self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
    }
}
