//! One kind of object: rows by key, the indexes that the rows ask for, and which rows changed.
//! It knows nothing of telephony and never refuses a row.

use std::collections::{BTreeMap, BTreeSet};

/// The ways to look rows up other than by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    ExternalId,
    Org,
    Customer,
    /// `<customer>/<package>`.
    Package,
    Location,
    Email,
    Number,
    /// `<location>/<extension>`.
    Extension,
    /// The padded time at which a job ends.
    Due,
}

/// A row of a [`Table`].
pub trait Record {
    /// The word for this kind in the state file.
    const WORD: &'static str;
    /// What the row is known by.
    fn key(&self) -> &str;
    /// Under which entries of which indexes the row is to be found.
    fn links(&self) -> Vec<(By, String)>;
}

/// Rows in the order of their keys, which is the order of their creation.
#[derive(Debug)]
pub struct Table<T> {
    rows: BTreeMap<String, T>,
    links: BTreeMap<By, BTreeMap<String, BTreeSet<String>>>,
    dirty: BTreeSet<String>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), links: BTreeMap::new(), dirty: BTreeSet::new() }
    }
}

impl<T: Record> Table<T> {
    /// The row of that key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.rows.get(key)
    }

    /// Every row.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    /// The rows of one index entry.
    pub fn by<'a>(&'a self, by: By, entry: &str) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let keys = self.links.get(&by).and_then(|entries| entries.get(entry));
        keys.into_iter().flatten().filter_map(|key| self.rows.get(key))
    }

    /// How many rows one index entry has.
    pub fn count(&self, by: By, entry: &str) -> usize {
        self.links.get(&by).and_then(|entries| entries.get(entry)).map_or(0, BTreeSet::len)
    }

    /// The row that comes first in an index, with its entry.
    pub fn first(&self, by: By) -> Option<(&str, &T)> {
        let (entry, keys) = self.links.get(&by)?.first_key_value()?;
        Some((entry, self.rows.get(keys.first()?)?))
    }

    /// Inserts the row or replaces the one of the same key.
    pub fn put(&mut self, row: T) {
        self.unlink(row.key());
        for (by, entry) in row.links() {
            self.links.entry(by).or_default().entry(entry).or_default().insert(row.key().to_owned());
        }
        self.dirty.insert(row.key().to_owned());
        self.rows.insert(row.key().to_owned(), row);
    }

    /// Takes the row out.
    pub fn remove(&mut self, key: &str) {
        self.unlink(key);
        if self.rows.remove(key).is_some() {
            self.dirty.insert(key.to_owned());
        }
    }

    /// The keys that changed since the last call, with their rows; `None` is a row that is gone.
    pub fn take_dirty(&mut self) -> impl Iterator<Item = (String, Option<&T>)> {
        let dirty = std::mem::take(&mut self.dirty);
        let rows = &self.rows;
        dirty.into_iter().map(|key| {
            let row = rows.get(&key);
            (key, row)
        })
    }

    fn unlink(&mut self, key: &str) {
        let Some(old) = self.rows.get(key) else { return };
        for (by, entry) in old.links() {
            let Some(entries) = self.links.get_mut(&by) else { continue };
            if let Some(keys) = entries.get_mut(&entry) {
                keys.remove(key);
                if keys.is_empty() {
                    entries.remove(&entry);
                }
            }
        }
    }
}
