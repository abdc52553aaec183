//! How a run left off before its plan was done. These types are a file format.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// So many of so many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Share {
    pub failed: u64,
    pub of: u64,
}

impl Share {
    /// Is it more than that part of the whole?
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
    pub fn exceeds(self, rate: f64) -> bool {
        self.failed as f64 > rate * self.of as f64
    }
}

/// Why nothing more was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Halt {
    /// A person asked for it.
    Interrupted,
    /// Nothing could go on: no token, no network, no disk.
    Environment,
    /// The time that was given was over.
    Deadline,
    /// Too many rows failed over all.
    ErrorRate { rows: Share },
    /// Too many rows of the first customers of a wave failed.
    Canary { rows: Share },
    /// Too many rows of single customers failed; the others are done.
    Customers,
}

/// How a run left off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// RFC 3339 with offset.
    pub at: String,
    pub exit: u8,
    pub halt: Halt,
    /// Customers that were stopped before, by external id.
    #[serde(default)]
    pub customers: BTreeMap<String, Share>,
}
