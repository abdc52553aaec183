//! How often each code was found.

use crate::diagnostic::Code;

/// Counts per code; small, whatever is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally([u32; Code::ALL.len()]);

impl Default for Tally {
    fn default() -> Self {
        Self([0; Code::ALL.len()])
    }
}

impl Tally {
    pub const fn add(&mut self, code: Code) {
        self.0[code as usize] += 1;
    }

    pub const fn of(&self, code: Code) -> usize {
        self.0[code as usize] as usize
    }

    /// Both counts together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine += theirs);
        self
    }
}
