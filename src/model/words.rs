//! Small closed vocabularies that appear in cells.

use std::collections::BTreeMap;

use super::package::Package;

/// What the `action` column asks for. Blank means create or update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Action {
    #[default]
    Apply,
    Delete,
    Skip,
}

impl Action {
    /// The words that may stand in the cell.
    pub const WORDS: [&str; 2] = ["delete", "skip"];

    /// Reads the word, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "delete" => Some(Self::Delete),
            "skip" => Some(Self::Skip),
            _ => None,
        }
    }
}

/// How many of a package a customer may hold at most.
pub type PackageLimits = BTreeMap<Package, u32>;
