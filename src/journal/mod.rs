//! The record of runs: what was meant, what was answered, and what follows from it.
//!
//! Intent is written and synced before a request leaves. State is derived from events by one function, [`State::next`],
//! live and on replay alike. Nothing here sends anything or knows a token.

mod event;
mod left;
mod memory;
mod record;
mod sqlite;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::plan::{Known, Plan, StepId};

pub use event::{Call, Ending, Entry, Event, Reason};
pub use left::{Halt, Left, Share};
pub use memory::Memory;
pub use record::{IllegalMove, Record, State};
pub use sqlite::Sqlite;

/// What is known of a run as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// Where runs are recorded.
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

    /// Every run, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn runs(&self) -> anyhow::Result<Vec<RunHead>>;

    /// The plan of a run and the records of its steps, replayed from their events.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    fn replay(&self, run: &str) -> anyhow::Result<(Plan, HashMap<StepId, Record>)>;

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
