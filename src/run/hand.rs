//! A hand carries out one step: it sends requests and tells the loop what happened. It makes every write once,
//! whatever breaks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::board::Given;
use super::customers::Customers;
use super::organisation::{Organisation, Organisations, in_organisation};
use super::past::ATTACHED;
use super::step::doubted;
use super::wheel::Wheel;
use super::{Message, Mode, Options, Stop};
use crate::api::wire::{Answer, Request};
use crate::api::{Client, Failure, Refusal, Weight};
use crate::diagnostic::Code;
use crate::journal::{Call, Carried, DOUBTED, Ending, Event, Reason, Record};
use crate::plan::{Action, Step, WAITS_FOR, WAITS_SINCE};

/// How often a request whose answer was lost is sent again, after look-ups that found nothing.
const SENDS_MAX: u32 = 6;
/// Looks at the provider within the grace, when something may have become visible late.
pub(super) const LOOKS_PER_GRACE: u32 = 4;

/// Before a number that was not taken, with the reason.
pub(super) const REFUSED: &str = "refused:";
/// That the numbers of a location were only verified, since its connection takes none over the API.
pub(super) const AS_FOUND: &str = "as_found";
/// Before something that was not done, with the reason; empty once it is.
pub(super) const OPEN: &str = "open:";
/// Before a number that did not go live, with the reason.
pub(super) const STAGED: &str = "staged:";

/// Before a column that a request left as it was, with Webex's reason.
pub(super) const UNSET: &str = "unset:";

/// Before a column that Webex left as it was, with the value that stands.
pub(super) const FOUND: &str = "found:";

/// That the object, which an earlier run has made, was released and waits no more.
pub(super) const RELEASED: &str = "released:";

pub(super) type Ids = BTreeMap<String, String>;

/// What all hands of a run share; nothing of it is state of the run.
pub(super) struct Shared {
    pub client: Client,
    pub customers: Customers,
    pub organisations: Organisations,
    pub wheel: Wheel,
    pub options: Options,
    /// When this process began to run. The grace is trusted to cover what an earlier one had sent and the server was
    /// still working on.
    pub started: Instant,
    pub stopping: watch::Receiver<bool>,
}

/// One step being carried out.
pub(super) struct Hand {
    pub step: Step,
    pub given: Given,
    /// The hand's own copy, kept in step with the board's by the same events.
    pub record: Record,
    pub shared: Arc<Shared>,
    position: usize,
    sender: mpsc::Sender<Message>,
    /// When the request that is in doubt may last have been on its way.
    lost_at: Option<Instant>,
}

/// Why a step ends before its last line.
#[derive(Debug)]
pub(super) enum End {
    /// It is over.
    Finished(Ending, Option<Reason>),
    /// The run stops; the step is taken up again later.
    LeftOff(Option<Stop>),
}

/// What a look-up for a write in doubt says.
pub(super) enum Sight {
    There(Ids),
    Absent,
    /// Something else stands in its place.
    Different(String),
}

/// How a write went.
pub(super) enum Sent {
    /// It is done, now or before.
    Done,
    /// The provider said no; nothing was changed.
    Refused(Refusal),
}

impl Hand {
    pub fn new(
        step: Step,
        position: usize,
        record: Record,
        given: Given,
        shared: Arc<Shared>,
        sender: mpsc::Sender<Message>,
    ) -> Self {
        let mut record = record;
        let was_in_doubt = record.state.in_doubt().is_some();
        let lost_at = was_in_doubt.then_some(shared.started);
        // The loop has told the board the same.
        let _ = record.apply("", &Event::Started);
        Self { step, given, record, shared, position, sender, lost_at }
    }

    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    pub fn organisation(&self, customer: &str) -> Arc<Organisation> {
        self.shared.organisations.enter(customer, self.given.customer.contains_key(ATTACHED))
    }

    /// Tells the loop and moves the own record alike.
    pub async fn tell(&mut self, event: Event) -> Result<(), End> {
        self.moved(&event)?;
        let message = Message::Event { position: self.position, event, written: None };
        self.sender.send(message).await.map_err(|_| End::LeftOff(None))
    }

    /// Tells the loop and waits until it is on disk.
    async fn tell_and_wait(&mut self, event: Event) -> Result<(), End> {
        self.moved(&event)?;
        let (written, on_disk) = oneshot::channel();
        let message = Message::Event { position: self.position, event, written: Some(written) };
        self.sender.send(message).await.map_err(|_| End::LeftOff(None))?;
        on_disk.await.map_err(|_| End::LeftOff(None))
    }

    fn moved(&mut self, event: &Event) -> Result<(), End> {
        self.record.apply("", event).map_err(|wrong| End::LeftOff(Some(Stop::Environment(wrong.to_string()))))
    }

    /// Says that the step is over, or leaves off.
    pub async fn over(mut self, end: End) {
        let stopped = match end {
            End::Finished(ending, reason) => {
                let code = reason.as_ref().and_then(|reason| reason.code.as_deref());
                tracing::info!(?ending, code, attempts = self.record.attempts, "the step is over");
                let confirmed = self.known_from_now_on(ending, reason.as_ref());
                // When the loop is gone, so is the run.
                let _ = self.tell(Event::Finished { ending, reason, confirmed }).await;
                None
            }
            End::LeftOff(stop) => stop,
        };
        let _ = self.sender.send(Message::Over { stopped }).await;
    }

    /// A row that an earlier run has begun still waits for that.
    pub fn still_waits(&self, what: &str) -> End {
        let since = self.step.fields.get(WAITS_SINCE).filter(|_| !self.record.ids.contains_key(RELEASED));
        let carried = since.map(|since| Box::new(Carried::Since(since.to_owned())));
        End::Finished(Ending::Waiting, Some(Reason { text: what.to_owned(), carried, ..Reason::default() }))
    }

    /// Has it waited ever since it was made?
    pub fn never_came(&self) -> bool {
        self.step.action == Action::Waiting && !self.stood() && !self.record.ids.contains_key(RELEASED)
    }

    /// What an earlier run has made is no longer there. It is known no more, so the next run makes it anew.
    pub fn vanished(&self, code: Code) -> End {
        let noted = |note: &str| self.step.fields.get(note).unwrap_or_default().to_owned();
        let text = format!("it waited for {} since {} and is no longer there", noted(WAITS_FOR), noted(WAITS_SINCE));
        let code = Some(code.id().to_owned());
        let carried = Some(Box::new(Carried::Vanished));
        End::Finished(Ending::Failed, Some(Reason { code, text, carried, ..Reason::default() }))
    }

    /// The columns that a request left as they were, with the reason.
    pub fn unset(&self) -> impl Iterator<Item = (&str, &String)> {
        self.record.ids.iter().filter_map(|(key, why)| Some((key.strip_prefix(UNSET)?, why)))
    }

    /// Why a number was not taken, if it was not.
    pub fn refused_number(&self, number: &str) -> Option<&String> {
        self.record.ids.get(&format!("{REFUSED}{number}"))
    }

    /// The numbers, or columns, of which something was noted.
    pub fn noted<'a>(&'a self, what: &'a str) -> impl Iterator<Item = &'a str> {
        self.record.ids.keys().filter_map(move |key| key.strip_prefix(what))
    }

    /// An id that an earlier step or this one has learnt.
    pub fn id(&self, from: &Ids, key: &str) -> Result<String, End> {
        from.get(key).cloned().ok_or_else(|| {
            finished(Ending::Failed, Code::Unconfirmed, format!("`{key}` of {} is not known", self.step.id))
        })
    }

    /// A look-up, or a write that may be repeated. A 403 opens the organisation once and tries again.
    pub async fn ask(&self, org_id: Option<&str>, request: Request) -> Result<Answer, Failure> {
        self.send(Weight::Repeatable, org_id, request).await
    }

    async fn send(&self, weight: Weight, org_id: Option<&str>, request: Request) -> Result<Answer, Failure> {
        match org_id {
            Some(org_id) => in_organisation(self.client(), weight, org_id, request).await,
            None => self.client().send(weight, request).await,
        }
    }

    /// Leaves off when the run is being stopped.
    pub fn check_stopping(&self) -> Result<(), End> {
        if *self.shared.stopping.borrow() { Err(End::LeftOff(None)) } else { Ok(()) }
    }

    /// Sleeps without holding room for other steps, and leaves off when the run is being stopped.
    pub async fn park(&self, time: Duration) -> Result<(), End> {
        self.parked(tokio::time::sleep(time)).await
    }

    /// Waits for something without holding room for other steps, and leaves off when the run is being stopped.
    pub async fn parked<T>(&self, wait: impl Future<Output = T>) -> Result<T, End> {
        let _ = self.sender.send(Message::Parked).await;
        let mut stopping = self.shared.stopping.clone();
        let waited = tokio::select! {
            come = wait => Ok(come),
            _ = stopping.wait_for(|stopping| *stopping) => Err(End::LeftOff(None)),
        };
        let _ = self.sender.send(Message::Unparked).await;
        waited
    }

    /// Makes a write happen once. A write in doubt is looked up before anything is sent again; a look-up that fails
    /// leaves it in doubt.
    pub async fn once<F, S>(
        &mut self,
        call: Call,
        weight: Weight,
        org_id: Option<&str>,
        request: Request,
        ids: fn(&Answer) -> Ids,
        look: F,
    ) -> Result<Sent, End>
    where
        F: Fn(Client) -> S,
        S: Future<Output = Result<Sight, Failure>>,
    {
        let mut last = String::new();
        for _ in 0..SENDS_MAX {
            // What is in doubt is a later request of this step, when this one is settled.
            if !self.record.is_settled(call) && self.is_in_doubt() {
                self.settle(call, &look).await?;
            }
            if self.record.is_settled(call) {
                return Ok(Sent::Done);
            }
            self.check_stopping()?;
            // An old run is only settled: whether this is still wanted, today's sheets say.
            if self.shared.options.mode == Mode::SettleOnly {
                return Err(End::LeftOff(None));
            }
            self.doubt(call).await?;
            self.tell_and_wait(Event::Intent { call }).await?;
            match self.send(weight, org_id, request.clone()).await {
                Ok(answer) => {
                    let tracking_id = crate::api::answers::tracking_id(&answer);
                    self.tell(Event::Answered { call, ids: ids(&answer), tracking_id }).await?;
                    return Ok(Sent::Done);
                }
                Err(Failure::Rejected(refusal)) => {
                    self.tell(Event::Refused { call, tracking_id: refusal.tracking_id.clone() }).await?;
                    return Ok(Sent::Refused(refusal));
                }
                Err(Failure::NotSent) => {
                    self.tell(Event::Recalled { call }).await?;
                    return Err(End::LeftOff(None));
                }
                Err(Failure::Environment(why)) => {
                    // What must not be sent twice is not sent again by itself, so it took no effect.
                    if weight == Weight::Once {
                        self.tell(Event::Recalled { call }).await?;
                    }
                    return Err(End::LeftOff(Some(Stop::Environment(why))));
                }
                Err(Failure::Trouble(refusal)) => {
                    self.tell(Event::Lost { call, why: refusal.to_string() }).await?;
                    return Err(finished_by(Ending::Unconfirmed, Code::ServerTrouble, &refusal));
                }
                Err(Failure::Lost(why)) => {
                    self.lost_at = Some(Instant::now());
                    last.clone_from(&why);
                    self.tell(Event::Lost { call, why }).await?;
                }
            }
        }
        self.settle(call, &look).await?;
        if self.record.is_settled(call) {
            return Ok(Sent::Done);
        }
        let words = format!("{SENDS_MAX} attempts to {call} were in vain, the last with: {last}", call = call.words());
        Err(finished(Ending::Failed, Code::ServerTrouble, words))
    }

    /// What the request changes is known no more until its answer comes.
    async fn doubt(&mut self, call: Call) -> Result<(), End> {
        let doubted = doubted(&self.step, call).map(|column| (format!("{DOUBTED}{column}"), String::new()));
        let ids: Ids = doubted.collect();
        if ids.is_empty() { Ok(()) } else { self.tell(Event::Noted { ids }).await }
    }

    pub const fn is_in_doubt(&self) -> bool {
        self.record.state.in_doubt().is_some()
    }

    /// Is another request of the step in doubt? Requests go one after the other and the earlier ones are settled first, so
    /// this one was dealt with before.
    pub fn is_past(&self, call: Call) -> bool {
        self.record.state.in_doubt().is_some_and(|sent| sent != call)
    }

    /// Looks a write in doubt up until it is found, or the grace for late visibility is over.
    async fn settle<F, S>(&mut self, call: Call, look: &F) -> Result<(), End>
    where
        F: Fn(Client) -> S,
        S: Future<Output = Result<Sight, Failure>>,
    {
        let grace = self.shared.options.grace;
        let trusted_from = self.lost_at.unwrap_or(self.shared.started) + grace;
        loop {
            self.check_stopping()?;
            let looked_at = Instant::now();
            match look(self.client().clone()).await {
                Ok(Sight::There(ids)) => return self.tell(Event::Found { call, ids }).await,
                Ok(Sight::Absent) if looked_at >= trusted_from => return self.tell(Event::Absent { call }).await,
                Ok(Sight::Absent) => {
                    let rest = trusted_from.saturating_duration_since(Instant::now());
                    let pause = (grace / LOOKS_PER_GRACE).max(Duration::from_millis(5)).min(rest);
                    self.park(pause + Duration::from_millis(1)).await?;
                }
                Ok(Sight::Different(how)) => return Err(finished(Ending::Conflict, Code::Conflict, how)),
                Err(failure @ (Failure::Environment(_) | Failure::NotSent)) => return Err(failure.into()),
                Err(failure) => return Err(finished(Ending::Unconfirmed, Code::Unconfirmed, failure.to_string())),
            }
        }
    }
}

/// A step that ends with one of turnup's codes and some words.
pub(super) fn finished(ending: Ending, code: Code, text: impl Into<String>) -> End {
    let reason = Reason { code: Some(code.id().to_owned()), text: text.into(), ..Reason::default() };
    End::Finished(ending, Some(reason))
}

/// A step that ends with what the provider said.
pub(super) fn finished_by(ending: Ending, code: Code, refusal: &Refusal) -> End {
    let reason = Reason {
        code: Some(code.id().to_owned()),
        text: refusal.to_string(),
        provider_code: refusal.code.clone(),
        tracking_id: refusal.tracking_id.clone(),
        ..Reason::default()
    };
    End::Finished(ending, Some(reason))
}

/// A step that ends since the provider refused it, with the code that tells what to do.
pub(super) fn refused(refusal: &Refusal) -> End {
    /// The provider's code for an e-mail of another organisation (example in Cisco's OpenAPI file).
    const EMAIL_TAKEN: &str = "10022";
    let code = match (refusal.status, refusal.code.as_deref()) {
        (_, Some(EMAIL_TAKEN)) => Code::EmailTaken,
        (403, _) => Code::Forbidden,
        // It was put off for longer than anybody waits, or answered well in a form that nobody can read.
        (423 | 429 | 200..=299, _) => Code::ServerTrouble,
        _ => Code::Refused,
    };
    finished_by(Ending::Failed, code, refusal)
}

/// A look-up that did not succeed ends the step, or the run.
impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Environment(why) => Self::LeftOff(Some(Stop::Environment(why))),
            Failure::NotSent => Self::LeftOff(None),
            Failure::Rejected(refusal) => refused(&refusal),
            Failure::Trouble(refusal) => finished_by(Ending::Failed, Code::ServerTrouble, &refusal),
            Failure::Lost(why) => finished(Ending::Failed, Code::ServerTrouble, why),
        }
    }
}
