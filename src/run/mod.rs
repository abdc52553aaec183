//! Stage 4: a plan -> events.
//!
//! A graph, not barriers: a step starts when what it needs is done. One loop owns the board and the journal; steps
//! run beside it, own nothing that is shared, and tell the loop what happened. An intent is on disk before its
//! request leaves.

mod board;
mod confirm;
mod customers;
mod guard;
mod hand;
mod organisation;
mod past;
mod precheck;
pub mod progress;
mod roll;
mod step;
mod wheel;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tracing::Instrument;

use crate::api::Client;
use crate::journal::{Entry, Event, Log, Share, State, Stored, Which};
use crate::plan::{Action, Source, Stage, Step};

use board::Board;
use customers::Customers;
use guard::Watch;
use hand::{Hand, Shared};
use organisation::Organisations;
use past::{AtHand, Past};
use progress::Progress;
use wheel::Wheel;

pub use guard::{Guards, Limits};
pub use precheck::{There, Verdict, precheck};

/// Events that are written in one synced transaction at most.
const GROUP_MAX: usize = 512;

/// How long steps may take to leave off once the run is being stopped. Whatever is still under way then is cut; its
/// intent is on disk, so it is looked up when the run is resumed.
const LEAVE_OFF_MAX: Duration = Duration::from_secs(10);

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Everything,
    /// What was sent is followed up; nothing new is sent that changes anything.
    SettleOnly,
}

/// How a run behaves.
#[derive(Clone)]
pub struct Options {
    pub mode: Mode,
    /// The first wait between two looks at a customer that is being provisioned; grows threefold.
    pub poll: Duration,
    /// How long Webex may take for a customer before the run gives up waiting for it.
    pub poll_for: Duration,
    /// How late a created object may become visible.
    pub grace: Duration,
    pub guards: Guards,
    /// The time for the journal, RFC 3339 with offset.
    pub clock: Arc<dyn Fn() -> String + Send + Sync>,
}

/// What ends a run before its plan is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// A person asked for it.
    Interrupted,
    /// The time that was given is over.
    Deadline,
    /// Too many rows failed.
    ErrorRate(Share),
    /// Too many rows of the first customers of a wave failed.
    Canary(Share),
    /// Nothing can go on: no token, no network.
    Environment(String),
}

/// What a run leaves.
#[derive(Debug)]
pub struct Finish {
    pub stopped: Option<Stop>,
    /// Customers of which too many rows failed; the rest of them was not begun.
    pub held: BTreeMap<String, Share>,
}

/// What a step tells the loop.
#[expect(clippy::large_enum_variant, reason = "nearly every message is an event")]
enum Message {
    /// Something happened; whoever needs to know that it is on disk waits for the acknowledgement.
    Event { position: usize, event: Event, written: Option<oneshot::Sender<()>> },
    /// The step waits for the provider and holds nothing.
    Parked,
    /// It goes on.
    Unparked,
    /// The step is over, or leaves off to be taken up again later.
    Over { stopped: Option<Stop> },
}

/// Carries out the plan of a run, from where the journal says that it stands. Only what is open is looked at.
///
/// # Errors
/// When the journal cannot be written; what was sent before stays recorded.
pub async fn run(
    job: Job<'_>,
    log: &mut dyn Log,
    client: Client,
    progress: &mut dyn Progress,
    interrupt: watch::Receiver<bool>,
) -> anyhow::Result<Finish> {
    let Loaded { board, follows, customers, organisations } = load(&job, log, progress)?;
    let (sender, receiver) = mpsc::channel(4 * GROUP_MAX);
    let (stopping, stop_seen) = watch::channel(false);
    let watch = Watch::new(&job.options.guards);
    let (wheel, turning) = Wheel::new(client.clone(), job.options.poll);
    let mut wheels = JoinSet::new();
    // It looks for many steps at one time.
    wheels.spawn(turning.instrument(tracing::error_span!("wheel", run = job.run, step = "looks at what waits")));
    let shared = Arc::new(Shared {
        client,
        customers,
        organisations,
        wheel,
        options: job.options.clone(),
        started: tokio::time::Instant::now(),
        stopping: stop_seen,
    });
    let engine = Engine {
        run: job.run,
        options: job.options,
        board,
        at_hand: AtHand::default(),
        watch,
        log,
        shared,
        sender,
        receiver,
        stopping,
        interrupt,
        hands: JoinSet::new(),
        _wheels: wheels,
        under_way: 0,
        parked: 0,
        stopped: None,
        cut_at: None,
    };
    engine.drive(follows, progress).await
}

/// What the journal says of a run's open steps.
struct Loaded {
    board: Board,
    follows: board::Follows,
    customers: Customers,
    organisations: Organisations,
}

fn load(job: &Job<'_>, log: &dyn Log, progress: &mut dyn Progress) -> anyhow::Result<Loaded> {
    let (mut builder, mut organisations) = (board::Builder::default(), Organisations::default());
    let mut new_customers = 0;
    log.walk(job.run, Which::Open, &mut |stored| {
        if job.options.mode == Mode::SettleOnly && !was_sent(&stored) {
            return Ok(());
        }
        let step = &stored.step;
        new_customers += usize::from(step.stage == Stage::Customers && step.action == Action::Create);
        organisations.expect(step, |prefix| log.known_under(prefix))?;
        builder.add(stored)
    })?;
    progress.begin(&builder.totals);
    let (board, follows) = builder.build()?;
    Ok(Loaded { board, follows, customers: Customers::new(new_customers), organisations })
}

/// Was anything of a step sent, or did it come to an end? The rest of an old run is no longer wanted.
pub fn was_sent(stored: &Stored) -> bool {
    matches!(stored.record.state, State::Finished(_)) || stored.record.attempts > 0
}

/// What is to be carried out.
pub struct Job<'a> {
    /// The run whose plan the journal holds.
    pub run: &'a str,
    pub options: Options,
}

struct Engine<'a> {
    run: &'a str,
    options: Options,
    board: Board,
    at_hand: AtHand,
    watch: Watch,
    log: &'a mut dyn Log,
    shared: Arc<Shared>,
    sender: mpsc::Sender<Message>,
    receiver: mpsc::Receiver<Message>,
    stopping: watch::Sender<bool>,
    interrupt: watch::Receiver<bool>,
    hands: JoinSet<()>,
    /// Turns until the engine is dropped.
    _wheels: JoinSet<()>,
    /// Steps that were started and are not over.
    under_way: usize,
    /// Those of them that wait for the provider.
    parked: usize,
    stopped: Option<Stop>,
    /// When whatever is still under way is cut.
    cut_at: Option<tokio::time::Instant>,
}

impl Engine<'_> {
    async fn drive(mut self, follows: board::Follows, progress: &mut dyn Progress) -> anyhow::Result<Finish> {
        if self.options.guards.until.is_some_and(|until| until <= tokio::time::Instant::now()) {
            self.stop(Stop::Deadline);
        }
        self.write(follows, progress)?;
        loop {
            self.start_steps(progress)?;
            if self.under_way == 0 {
                if self.others_follow() {
                    continue;
                }
                break;
            }
            tokio::select! {
                message = self.receiver.recv() => {
                    let first = message.context("the loop holds a sender of its own channel")?;
                    self.take(first, progress)?;
                    // One round can end many steps, and each keeps its memory until it is let go.
                    self.let_go()?;
                }
                () = interrupted(&mut self.interrupt), if self.stopped.is_none() => self.stop(Stop::Interrupted),
                () = moment(self.options.guards.until), if self.stopped.is_none() => self.stop(Stop::Deadline),
                Some(ended) = self.hands.join_next() => ended.context("a step ended unexpectedly")?,
                () = moment(self.cut_at) => {
                    self.hands.abort_all();
                    progress.end();
                    return Ok(self.finish());
                }
            }
        }
        while let Some(ended) = self.hands.join_next().await {
            ended.context("a step ended unexpectedly")?;
        }
        progress.end();
        Ok(self.finish())
    }

    fn finish(self) -> Finish {
        Finish { stopped: self.stopped, held: self.watch.into_stopped() }
    }

    /// The first customers of a wave are through: the others follow, unless too much went wrong.
    fn others_follow(&mut self) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        match self.watch.after_canary() {
            Ok(later) => {
                let any = !later.is_empty();
                for position in later {
                    self.board.put_back(position);
                }
                any
            }
            Err(rows) => {
                self.stop(Stop::Canary(rows));
                false
            }
        }
    }

    /// Lets go of the steps that are over.
    fn let_go(&mut self) -> anyhow::Result<()> {
        while let Some(ended) = self.hands.try_join_next() {
            ended.context("a step ended unexpectedly")?;
        }
        Ok(())
    }

    /// Starts what is ready, as long as there is room: waiting steps take none.
    fn start_steps(&mut self, progress: &mut dyn Progress) -> anyhow::Result<()> {
        // Twice as many as may be under way, so that intents are on disk ahead of their slot.
        let room = 2 * self.shared.client.in_flight();
        let mut begun = Vec::new();
        while self.stopped.is_none() && self.under_way - self.parked < room {
            let Some(place) = self.board.decide() else { break };
            let past = Past { log: &*self.log, run: self.run };
            let step = past.log.step(self.run, self.board.position(place))?;
            if !self.watch.lets(place, &step) {
                continue;
            }
            begun.push((place, Event::Started));
            let record = past.log.snapshot(self.run, &step.id)?.unwrap_or_default();
            let given = past.given(&step, &mut self.at_hand)?;
            self.board.take_up(place, step.clone(), record.clone());
            let span = span(self.run, &step);
            let hand = Hand::new(step, place, record, given, Arc::clone(&self.shared), self.sender.clone());
            self.hands.spawn(step::carry_out(hand).instrument(span));
            self.under_way += 1;
        }
        self.write(begun, progress)
    }

    /// Takes one message and everything that has come with it, and writes it in one group.
    fn take(&mut self, first: Message, progress: &mut dyn Progress) -> anyhow::Result<()> {
        let mut events = Vec::new();
        let mut waiting = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Event { position, event, written } => {
                    events.push((position, event));
                    waiting.extend(written);
                }
                Message::Parked => self.parked += 1,
                Message::Unparked => self.parked -= 1,
                Message::Over { stopped } => {
                    self.under_way -= 1;
                    if let Some(stop) = stopped {
                        self.stop(stop);
                    }
                }
            }
            next = if events.len() < GROUP_MAX { self.receiver.try_recv().ok() } else { None };
        }
        self.write(events, progress)?;
        for written in waiting {
            // A step that went away no longer needs to know.
            let _ = written.send(());
        }
        Ok(())
    }

    fn stop(&mut self, stop: Stop) {
        if self.stopped.is_none() {
            self.stopped = Some(stop);
            self.stopping.send_replace(true);
            self.cut_at = Some(tokio::time::Instant::now() + LEAVE_OFF_MAX);
            self.shared.client.leave_off();
        }
    }

    /// Moves the board, then writes the events, and what follows from them, in one synced transaction.
    fn write(&mut self, events: Vec<(usize, Event)>, progress: &mut dyn Progress) -> anyhow::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let at = (self.options.clock)();
        let mut entries = Vec::with_capacity(events.len());
        let mut queue: std::collections::VecDeque<_> = events.into();
        let mut too_many = None;
        while let Some((place, event)) = queue.pop_front() {
            let step = match self.board.under_way(place) {
                Some(step) => step,
                None => Arc::new(self.log.step(self.run, self.board.position(place))?),
            };
            let Some(follows) = self.board.apply(place, &step.id, &at, &event)? else { continue };
            queue.extend(follows);
            if let Event::Finished { ending, .. } = &event {
                too_many = too_many.or(self.watch.heard(&step, *ending, self.board.is_last_of_row(place)));
            }
            progress.event(&step, &event);
            entries.push(Entry { step: step.id.clone(), at: at.clone(), event });
        }
        let log = &mut *self.log;
        let run = self.run;
        blocking(|| log.append(run, &entries)).context("the journal cannot be written, so nothing more is sent")?;
        if let Some(rows) = too_many {
            self.stop(Stop::ErrorRate(rows));
        }
        Ok(())
    }
}

/// What is logged of a step bears its name, and the row that it comes from.
fn span(run: &str, step: &Step) -> tracing::Span {
    let Source { sheet, index } = step.source;
    tracing::error_span!("step", run, step = step.id.as_str(), sheet = %sheet, row = index + 1)
}

/// Ends when the flag is raised; never when nobody is left to raise it.
async fn interrupted(flag: &mut watch::Receiver<bool>) {
    if flag.wait_for(|raised| *raised).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Ends at that moment; never without one.
async fn moment(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Lets other tasks go on while the disk works, where the runtime has threads for them.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}
