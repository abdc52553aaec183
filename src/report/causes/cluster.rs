//! Problems that are mended together.

use std::collections::HashMap;

use super::problem::{Problem, Scope};
use super::{CauseExample, CauseKind};
use crate::check::RowRef;
use crate::diagnostic::Code;
use crate::model::SheetKind;

/// Cells that are named.
const EXAMPLES_MAX: usize = 5;
/// Values and customers that are told apart within one code and column while problems are gathered.
const APART_MAX: usize = 1000;

/// What all rows of a cluster have, or that they differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Shared {
    #[default]
    Nothing,
    One(String),
    Many,
}

impl Shared {
    pub fn of(text: Option<&str>) -> Self {
        text.map_or(Self::Many, |text| Self::One(text.trim().to_owned()))
    }

    fn take(&mut self, text: Option<&str>) {
        match self {
            Self::Nothing => *self = Self::of(text),
            Self::One(known) if text.is_some_and(|text| text.trim() == known) => {}
            Self::One(_) => *self = Self::Many,
            Self::Many => {}
        }
    }

    fn merge(&mut self, other: Self) {
        match (&*self, other) {
            (Self::Nothing, other) => *self = other,
            (_, Self::Nothing) => {}
            (mine, other) if *mine == other => {}
            _ => *self = Self::Many,
        }
    }

    pub fn one(&self) -> Option<&str> {
        match self {
            Self::One(text) => Some(text),
            _ => None,
        }
    }
}

/// One cluster.
#[derive(Debug)]
pub(super) struct Cluster {
    pub scope: Scope,
    pub code: Option<Code>,
    pub provider_code: Option<String>,
    pub message: String,
    pub fix: String,
    pub file: Shared,
    pub column: Shared,
    pub value: Shared,
    pub template: Shared,
    pub customer: Shared,
    pub location: Shared,
    /// The rows that it concerns, in order.
    pub rows: Vec<RowRef>,
    /// Places that are no rows, such as `templates.toml:12`, by which other rows name it.
    pub elsewhere: Vec<String>,
    /// The sheets that it concerns as a whole.
    pub whole: Vec<SheetKind>,
    pub examples: Vec<CauseExample>,
    /// Decided elsewhere: others wait for a row that has no problem of its own.
    pub kind: Option<CauseKind>,
}

impl Cluster {
    pub fn new(problem: &Problem<'_>) -> Self {
        Self {
            scope: problem.scope,
            code: problem.code,
            provider_code: problem.provider_code.map(str::to_owned),
            message: problem.message(),
            fix: problem.fix(),
            ..Self::empty()
        }
    }

    /// A cluster of nothing.
    pub const fn empty() -> Self {
        Self {
            scope: Scope::Run,
            code: None,
            provider_code: None,
            message: String::new(),
            fix: String::new(),
            file: Shared::Nothing,
            column: Shared::Nothing,
            value: Shared::Nothing,
            template: Shared::Nothing,
            customer: Shared::Nothing,
            location: Shared::Nothing,
            rows: Vec::new(),
            elsewhere: Vec::new(),
            whole: Vec::new(),
            examples: Vec::new(),
            kind: None,
        }
    }

    fn add(&mut self, row: Option<RowRef>, problem: &Problem<'_>) {
        self.file.take(Some(&problem.place.file));
        self.column.take(problem.place.column.as_deref());
        self.value.take(Some(problem.value));
        self.template.take(problem.template.as_deref());
        self.customer.take(problem.customer.as_deref());
        self.location.take(problem.location.as_deref());
        match row {
            Some(row) if self.rows.last() == Some(&row) => return,
            Some(row) => self.rows.push(row),
            None => {
                self.elsewhere.push(problem.place.to_string());
                self.whole.extend(problem.place.sheet.and_then(SheetKind::from_name));
            }
        }
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(CauseExample::new(&problem.place, problem.value));
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.file.merge(other.file);
        self.column.merge(other.column);
        self.value.merge(other.value);
        self.template.merge(other.template);
        self.customer.merge(other.customer);
        self.location.merge(other.location);
        self.rows.extend(other.rows);
        self.elsewhere.extend(other.elsewhere);
        self.whole.extend(other.whole);
        let room = EXAMPLES_MAX.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }
}

/// A code with the column or file, and what sets one cluster apart from others of them.
pub(super) type Key = (String, String);

/// Sets the cluster apart that holds what is not told apart.
pub(super) const OTHERS: &str = "*";

enum Place {
    Known(usize),
    New(Key),
}

/// All clusters, in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    pub list: Vec<(Key, Cluster)>,
    at: HashMap<Key, usize>,
    /// How many are told apart within a code and column.
    apart: HashMap<String, usize>,
}

impl Clusters {
    /// Takes in a problem of a row, or of a file or template.
    pub fn add(&mut self, row: Option<RowRef>, problem: &Problem<'_>) {
        match self.place_of(problem.key()) {
            Place::Known(at) => self.list[at].1.add(row, problem),
            Place::New(key) => {
                let mut cluster = Cluster::new(problem);
                cluster.add(row, problem);
                self.insert(key, cluster);
            }
        }
    }

    /// Takes in clusters that were found behind these.
    pub fn merge(&mut self, other: Self) {
        for (key, cluster) in other.list {
            self.take(key, cluster);
        }
    }

    /// Takes in a cluster as it is.
    pub fn take(&mut self, key: Key, cluster: Cluster) {
        match self.place_of(key) {
            Place::Known(at) => self.list[at].1.merge(cluster),
            Place::New(key) => self.insert(key, cluster),
        }
    }

    fn place_of(&self, key: Key) -> Place {
        if let Some(at) = self.at.get(&key) {
            return Place::Known(*at);
        }
        if self.apart.get(&key.0).is_none_or(|apart| *apart < APART_MAX) {
            return Place::New(key);
        }
        let others = (key.0, OTHERS.to_owned());
        self.at.get(&others).map_or(Place::New(others), |at| Place::Known(*at))
    }

    fn insert(&mut self, key: Key, cluster: Cluster) {
        *self.apart.entry(key.0.clone()).or_default() += 1;
        self.at.insert(key.clone(), self.list.len());
        self.list.push((key, cluster));
    }
}
