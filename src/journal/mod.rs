//! The record of runs: what was meant, what was answered, and what follows from it.
//!
//! Intent is written and synced before a request leaves. State is derived from events by one function, [`State::next`],
//! live and on replay alike. Nothing here sends anything or knows a token.

mod amend;
mod event;
mod left;
mod made;
mod memory;
mod record;
mod sqlite;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::plan::{Confirmed, Immovable, Known, Plan, Source, Step, StepId};

pub use amend::{CALLING_TAKEN, DOUBTED, SILENCED, TAKEN};
pub use event::{Call, Carried, Ending, Entry, Event, Reason};
pub use left::{Halt, Left, Share};
pub use made::made;
pub use memory::Memory;
pub use record::{IllegalMove, Record, State};
pub use sqlite::{Place, Purged, Sqlite, place_id};

/// What a run was: the command that began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// `turnup run`, the same from the review, and whatever journals before did not tell apart.
    #[default]
    Run,
    Retry,
    Activate,
    Undo,
    Nightly,
    /// Rows that were mended in the review.
    Review,
    /// `turnup compare --accept`: nothing was sent, and what is known was set right.
    Compare,
}

impl Origin {
    /// The word for people and programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Retry => "retry",
            Self::Activate => "activate",
            Self::Undo => "undo",
            Self::Nightly => "nightly",
            Self::Review => "review",
            Self::Compare => "compare",
        }
    }
}

/// What is known of a run as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunHead {
    /// `YYYYMMDDTHHMMSSZ-xxxx`.
    pub run: String,
    /// RFC 3339 with offset.
    pub started: String,
    /// RFC 3339 with offset; none while it runs or after it was cut off.
    pub finished: Option<String>,
    pub exit: Option<u8>,
    pub digest: String,
    pub tool_version: String,
    /// How much is held back for one mistake: `row`, `customer` or `all`.
    pub hold_back: String,
    /// Which Webex it talks to: a host, `this machine` or `the simulator`.
    pub provider: String,
    /// Who ran it, as `user@host`.
    pub by: String,
    /// The run that it takes back.
    #[serde(default)]
    pub undoes: Option<String>,
    /// What began it.
    #[serde(default)]
    pub origin: Origin,
    /// What the night that began it had come to before: new sheets did not come or were not taken, so its exit code is this
    /// at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub night: Option<u8>,
    /// What was known, as a digest, while it waits for a person's approval.
    #[serde(default)]
    pub parked: Option<String>,
    /// What was foretold of it.
    #[serde(default)]
    pub forecast: Option<Forecasted>,
    /// What it took, when it was carried out in one go.
    #[serde(default)]
    pub took: Option<Took>,
}

impl RunHead {
    /// Was it a run of sheets? What `turnup compare` took over is recorded like one, and has neither plan nor rows.
    pub fn has_rows(&self) -> bool {
        self.origin != Origin::Compare
    }
}

/// A forecast, as it is kept with the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecasted {
    pub least_ms: u64,
    pub most_ms: u64,
    pub calls: u64,
    /// Has the run begun? What is resumed is not held against its forecast.
    #[serde(default)]
    pub is_begun: bool,
}

/// What carrying out a run took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Took {
    pub ms: u64,
    pub requests: u64,
}

/// Which steps of a stored plan are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those that make calls and did not end well yet.
    Open,
    /// Those to which something happened.
    Moved,
}

/// A step of a stored plan, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its place in the plan.
    pub position: usize,
    pub step: Step,
    pub record: Record,
}

/// Takes steps one by one, so that nobody has to hold them all.
pub type Taker<'a> = dyn FnMut(Stored) -> anyhow::Result<()> + 'a;

/// Takes entries one by one, with the run that each belongs to.
pub type EntryTaker<'a> = dyn FnMut(&str, Entry) -> anyhow::Result<()> + 'a;

/// Is a step in that state still to be looked after when its run is resumed?
const fn is_open(state: State) -> bool {
    !matches!(state, State::Finished(ending) if ending.is_good())
}

/// Where runs are recorded.
///
/// Beside the events stands a snapshot of every step they moved, written with them. It says nothing that the events do
/// not say; it is there so that nobody has to replay a million of them to go on with ten.
pub trait Log: Send {
    /// Stores a new run with its plan.
    ///
    /// # Errors
    /// When the store refuses it.
    fn begin(&mut self, head: &RunHead, plan: &Plan) -> anyhow::Result<()>;

    /// Stores entries of a run in order; when it returns, a power cut cannot take them back.
    ///
    /// # Errors
    /// When the store refuses them; then none of them is stored.
    fn append(&mut self, run: &str, entries: &[Entry]) -> anyhow::Result<()>;

    /// Marks a run as finished.
    ///
    /// # Errors
    /// When the store refuses it.
    fn finish(&mut self, run: &str, finished: &str, exit: u8) -> anyhow::Result<()>;

    /// Notes how a run left off; it stays unfinished.
    ///
    /// # Errors
    /// When the store refuses it.
    fn leave(&mut self, run: &str, left: &Left) -> anyhow::Result<()>;

    /// How a run left off the last time, if it did.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn left(&self, run: &str) -> anyhow::Result<Option<Left>>;

    /// Stores what is known of a run anew.
    ///
    /// # Errors
    /// When the store refuses it.
    fn amend(&mut self, head: &RunHead) -> anyhow::Result<()>;

    /// Every run of sheets, oldest first; what `turnup compare` took over is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn runs(&self) -> anyhow::Result<Vec<RunHead>>;

    /// The plan of a run and the records of its steps, replayed from their events.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    fn replay(&self, run: &str) -> anyhow::Result<(Plan, HashMap<StepId, Record>)>;

    /// Hands over the steps of a run with their snapshots, in the order of the plan.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged, or the taker fails.
    fn walk(&self, run: &str, which: Which, take: &mut Taker<'_>) -> anyhow::Result<()>;

    /// One step of the plan of a run.
    ///
    /// # Errors
    /// When the store cannot be read or has no such step.
    fn step(&self, run: &str, position: usize) -> anyhow::Result<Step>;

    /// The step of a run with that key, if the run moved it or was to.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn find(&self, run: &str, step: &StepId) -> anyhow::Result<Option<Step>>;

    /// The snapshot of a step; none when nothing happened to it in that run.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn snapshot(&self, run: &str, step: &StepId) -> anyhow::Result<Option<Record>>;

    /// The steps that come from one row of a run.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    fn steps_of(&self, run: &str, source: Source) -> anyhow::Result<Vec<Step>> {
        let mut steps = Vec::new();
        self.walk(run, Which::All, &mut |stored| {
            if stored.step.source == source {
                steps.push(stored.step);
            }
            Ok(())
        })?;
        Ok(steps)
    }

    /// Hands over everything that happened to some steps, over all runs, in order.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged, or the taker fails.
    fn entries_of(&self, steps: &HashSet<StepId>, take: &mut EntryTaker<'_>) -> anyhow::Result<()>;

    /// The values of a run's rows that cannot be changed.
    ///
    /// # Errors
    /// When the store cannot be read or there is no such run.
    fn immovable(&self, run: &str) -> anyhow::Result<Vec<Immovable>>;

    /// What was last confirmed of one object.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn confirmed(&self, step: &StepId) -> anyhow::Result<Option<Confirmed>>;

    /// The keys of everything that was confirmed and whose key begins so.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn known_under(&self, prefix: &str) -> anyhow::Result<Vec<StepId>>;

    /// What was last confirmed, over all runs.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn known(&self) -> anyhow::Result<Known>;

    /// What had been confirmed before a run began.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn known_before(&self, run: &str) -> anyhow::Result<Known>;

    /// The paces that were learnt of a provider, by the name of their bucket.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn learned(&self, provider: &str) -> anyhow::Result<Vec<(String, f64)>>;

    /// Remembers paces of a provider, requests per second by the name of their bucket; others stay.
    ///
    /// # Errors
    /// When the store refuses them.
    fn learn(&mut self, provider: &str, paces: &[(String, f64)]) -> anyhow::Result<()>;
}
