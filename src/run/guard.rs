//! The guards of a running run: when too many rows fail, over all or at one customer, nothing more is begun; the first
//! customers of a wave go ahead of the others. Pure: it counts what it is told.

use std::collections::{BTreeMap, HashMap, HashSet};

use tokio::time::Instant;

use crate::journal::{Ending, Share};
use crate::plan::{Source, Step};

/// When a run is stopped before its plan is done.
#[derive(Debug, Clone, Default)]
pub struct Guards {
    /// From then on nothing new is begun.
    pub until: Option<Instant>,
    /// None lets everything fail.
    pub limits: Option<Limits>,
    /// Customers that go first, by external id; the others follow if these go well.
    pub canary: HashSet<String>,
}

/// How many rows may fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The share of rows that may fail.
    pub rate: f64,
    /// Fewer rows than this are not judged over all.
    pub rows_min: u64,
    /// Fewer rows than this are not judged at one customer.
    pub customer_rows_min: u64,
}

/// What is counted of the rows of this attempt; what an earlier one has seen was for a person to judge.
#[derive(Debug)]
pub(super) struct Watch {
    limits: Option<Limits>,
    canary: HashSet<String>,
    /// Steps that wait for the canary, by position.
    later: Vec<usize>,
    all: Share,
    first: Share,
    customers: HashMap<String, Share>,
    /// Rows that have failed already: each counts once.
    failed: HashSet<Source>,
    held: BTreeMap<String, Share>,
    /// Those of them that had something left to do.
    stopped: BTreeMap<String, Share>,
}

impl Watch {
    pub fn new(guards: &Guards) -> Self {
        Self {
            limits: guards.limits,
            canary: guards.canary.clone(),
            later: Vec::new(),
            all: Share::default(),
            first: Share::default(),
            customers: HashMap::new(),
            failed: HashSet::new(),
            held: BTreeMap::new(),
            stopped: BTreeMap::new(),
        }
    }

    /// May the step be begun now? One that may later is kept for then.
    pub fn lets(&mut self, position: usize, step: &Step) -> bool {
        let customer = step.work.customer();
        if let Some(rows) = self.held.get(customer) {
            self.stopped.entry(customer.to_owned()).or_insert(*rows);
            return false;
        }
        if self.canary.is_empty() || self.canary.contains(customer) {
            return true;
        }
        self.later.push(position);
        false
    }

    /// Takes in how a step ended; says when too many rows have failed over all.
    pub fn heard(&mut self, step: &Step, ending: Ending, is_last_of_row: bool) -> Option<Share> {
        let has_failed = matches!(ending, Ending::Failed | Ending::Conflict | Ending::Unconfirmed);
        let counts = match ending {
            // Nothing was tried, or somebody else has to act first.
            Ending::Blocked | Ending::Waiting => false,
            _ if has_failed => self.failed.insert(step.source),
            _ => is_last_of_row && !self.failed.contains(&step.source),
        };
        if !counts {
            return None;
        }
        let customer = step.work.customer();
        let own = self.customers.entry(customer.to_owned()).or_default();
        let of_canary = self.canary.contains(customer).then_some(&mut self.first);
        for share in [&mut self.all, &mut *own].into_iter().chain(of_canary) {
            share.of += 1;
            share.failed += u64::from(has_failed);
        }
        let limits = self.limits?;
        if own.of >= limits.customer_rows_min && own.exceeds(limits.rate) {
            self.held.entry(customer.to_owned()).or_insert(*own);
        }
        (self.all.of >= limits.rows_min && self.all.exceeds(limits.rate)).then_some(self.all)
    }

    /// Called when nothing is under way any more: the steps that waited for the canary, or what was wrong with it.
    pub fn after_canary(&mut self) -> Result<Vec<usize>, Share> {
        if self.canary.is_empty() {
            return Ok(Vec::new());
        }
        self.canary.clear();
        match self.limits {
            Some(limits) if self.first.exceeds(limits.rate) && !self.later.is_empty() => Err(self.first),
            _ => Ok(std::mem::take(&mut self.later)),
        }
    }

    /// The customers that were stopped before all of them was done.
    pub fn into_stopped(self) -> BTreeMap<String, Share> {
        self.stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SheetKind;
    use crate::plan::{Action, Calls, Fields, Stage, StepId, UserWork, Work};

    fn step(customer: &str, row: usize) -> Step {
        let email = format!("u{row}@{customer}.example");
        let work = UserWork {
            customer: customer.to_owned(),
            email: email.clone(),
            first_name: String::new(),
            last_name: String::new(),
            package: String::new(),
            location: None,
            phone_number: None,
            extension: None,
        };
        Step {
            id: StepId::user(&email),
            stage: Stage::Users,
            action: Action::Create,
            needs: Vec::new(),
            source: Source { sheet: SheetKind::Users, index: row },
            fields: Fields::default(),
            changes: Vec::new(),
            calls: Calls::default(),
            work: Work::User(work),
        }
    }

    /// What a watch says after each of these rows: `f` fails, `g` goes well, `b` is blocked; the customer before it.
    fn told(rows: &str, rows_min: u64, customer_rows_min: u64) -> (Option<usize>, Vec<String>) {
        let limits = Limits { rate: 0.2, rows_min, customer_rows_min };
        let mut watch = Watch::new(&Guards { limits: Some(limits), ..Guards::default() });
        let mut stopped = None;
        for (row, word) in rows.split(' ').enumerate() {
            let (customer, how) = word.split_at(1);
            let ending = match how {
                "f" => Ending::Failed,
                "b" => Ending::Blocked,
                _ => Ending::Created,
            };
            if watch.heard(&step(customer, row), ending, true).is_some() {
                stopped.get_or_insert(row);
            }
        }
        for customer in ["a", "b"] {
            watch.lets(0, &step(customer, 0));
        }
        (stopped, watch.into_stopped().into_keys().collect())
    }

    #[test]
    fn too_many_failed_rows_stop_the_run_or_one_customer() {
        let none = Vec::<String>::new();
        assert_eq!(told("ag ag af ag ag", 5, 10), (None, none.clone()), "a fifth is allowed");
        assert_eq!(told("ag ag af ag af", 5, 10), (Some(4), none.clone()));
        assert_eq!(told("af af af af", 5, 10), (None, none.clone()), "too few to judge");
        assert_eq!(told("af ab ab ab ab ab", 5, 10), (None, none.clone()), "blocked rows were not tried");
        assert_eq!(told("af bg bg bg af bg bg bg bg bg", 10, 2), (None, vec!["a".to_owned()]));
    }

    #[test]
    fn a_row_of_several_steps_counts_once() {
        let limits = Limits { rate: 0.2, rows_min: 1, customer_rows_min: 9 };
        let mut watch = Watch::new(&Guards { limits: Some(limits), ..Guards::default() });
        let row = step("a", 0);
        assert_eq!(watch.heard(&row, Ending::Created, false), None);
        assert_eq!(watch.heard(&row, Ending::Failed, true), Some(Share { failed: 1, of: 1 }));
        assert_eq!(watch.heard(&row, Ending::Failed, true), None, "it is counted already");
    }

    #[test]
    fn the_others_wait_for_the_canary_and_follow_if_it_goes_well() {
        let limits = Limits { rate: 0.2, rows_min: 50, customer_rows_min: 10 };
        let guards = Guards { limits: Some(limits), canary: HashSet::from(["a".to_owned()]), ..Guards::default() };
        for (ending, follows) in [(Ending::Created, Ok(vec![7])), (Ending::Failed, Err(Share { failed: 1, of: 1 }))] {
            let mut watch = Watch::new(&guards);
            assert!(watch.lets(0, &step("a", 0)) && !watch.lets(7, &step("b", 1)));
            watch.heard(&step("a", 0), ending, true);
            assert_eq!(watch.after_canary(), follows);
            assert!(watch.lets(7, &step("b", 1)));
        }
    }
}
