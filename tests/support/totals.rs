//! What came of many tries, for people and for `tests/prove.sh`: `kills 200: rows 12345, missing 0, ...`.

/// Counts over all tries, and what was wrong, one line each.
#[derive(Debug, Default)]
pub struct Totals {
    /// Seeds, or kills.
    pub tries: u64,
    pub rows: usize,
    pub missing: usize,
    pub duplicates: usize,
    pub without_one_outcome: usize,
    pub bad: Vec<String>,
}

impl Totals {
    /// In one line that begins with what was tried.
    pub fn line(&self, what: &str) -> String {
        format!(
            "{what} {}: rows {}, missing {}, duplicates {}, rows without exactly one outcome {}",
            self.tries, self.rows, self.missing, self.duplicates, self.without_one_outcome
        )
    }

    pub fn say(&mut self, seed: u64, fault: impl std::fmt::Display) {
        self.bad.push(format!("seed {seed}: {fault}"));
    }
}
