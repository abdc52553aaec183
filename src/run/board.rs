//! Which steps may start, in which order, and what the end of one means for the others. Pure: no clock, no I/O.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use crate::journal::{Ending, Event, IllegalMove, Reason, Record, State};
use crate::plan::{Action, Known, Plan, RemovalWork, Removed, Step, StepId, Work};

/// The steps of a run and where they stand.
pub(super) struct Board<'a> {
    plan: &'a Plan,
    records: Vec<Record>,
    /// Steps that need this one.
    dependents: Vec<Vec<usize>>,
    /// How many needs are not met yet.
    unmet: Vec<usize>,
    /// Startable steps: the longest remaining chain first, then in the order of the plan.
    ready: BinaryHeap<(usize, Reverse<usize>)>,
    chain: Vec<usize>,
    positions: HashMap<&'a StepId, usize>,
}

/// Events that follow from another one, by the position of their step.
pub(super) type Follows = Vec<(usize, Event)>;

/// What a step is given of the steps it builds on.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub customer: BTreeMap<String, String>,
    pub location: BTreeMap<String, String>,
    pub numbers: BTreeMap<String, String>,
    pub user: BTreeMap<String, String>,
    /// What is known of the object itself.
    pub own: BTreeMap<String, String>,
    /// Was the customer made in this run, so that nothing of ours can stand in it yet?
    pub customer_is_new: bool,
    /// Was the location made in this run, by the run itself or with its new customer?
    pub location_is_new: bool,
}

impl<'a> Board<'a> {
    pub fn new(plan: &'a Plan, mut earlier: HashMap<StepId, Record>) -> anyhow::Result<Self> {
        let positions: HashMap<&StepId, usize> =
            plan.steps.iter().enumerate().map(|(position, step)| (&step.id, position)).collect();
        let records: Vec<Record> = plan.steps.iter().map(|step| earlier.remove(&step.id).unwrap_or_default()).collect();
        let mut board = Self {
            plan,
            dependents: vec![Vec::new(); plan.steps.len()],
            unmet: vec![0; plan.steps.len()],
            ready: BinaryHeap::new(),
            chain: vec![1; plan.steps.len()],
            records,
            positions,
        };
        for (position, step) in plan.steps.iter().enumerate() {
            for need in step.needs.iter().filter_map(|need| board.positions.get(need).copied()) {
                board.dependents[need].push(position);
                board.unmet[position] += usize::from(!board.is_good(need));
            }
        }
        board.measure_chains()?;
        for position in 0..plan.steps.len() {
            board.offer(position);
        }
        Ok(board)
    }

    /// The number of steps on the longest way that begins here. Steps only need steps of the plan, and a need never
    /// leads back, or no order would exist.
    fn measure_chains(&mut self) -> anyhow::Result<()> {
        let mut open: Vec<usize> = self.dependents.iter().map(Vec::len).collect();
        let mut leaves: Vec<usize> = (0..open.len()).filter(|&position| open[position] == 0).collect();
        let mut seen = 0;
        while let Some(position) = leaves.pop() {
            seen += 1;
            for need in &self.plan.steps[position].needs {
                let Some(&need) = self.positions.get(need) else { continue };
                self.chain[need] = self.chain[need].max(self.chain[position] + 1);
                open[need] -= 1;
                if open[need] == 0 {
                    leaves.push(need);
                }
            }
        }
        anyhow::ensure!(seen == self.plan.steps.len(), "the plan is damaged: its steps need each other in a circle");
        Ok(())
    }

    fn is_good(&self, position: usize) -> bool {
        self.plan.steps[position].action == Action::Unchanged
            || self.records[position].ending().is_some_and(Ending::is_good)
    }

    fn offer(&mut self, position: usize) {
        let is_open =
            self.records[position].ending().is_none() && self.plan.steps[position].action != Action::Unchanged;
        if is_open && self.unmet[position] == 0 {
            self.ready.push((self.chain[position], Reverse(position)));
        }
    }

    /// The next step to start; none when everything that may start has started.
    pub fn decide(&mut self) -> Option<usize> {
        while let Some((_, Reverse(position))) = self.ready.pop() {
            if self.records[position].ending().is_none() {
                return Some(position);
            }
        }
        None
    }

    pub fn step(&self, position: usize) -> &'a Step {
        &self.plan.steps[position]
    }

    pub fn record(&self, position: usize) -> &Record {
        &self.records[position]
    }

    /// Offers a step again that was not begun when it was decided.
    pub fn put_back(&mut self, position: usize) {
        self.offer(position);
    }

    /// Does no other open step of the same row come behind it?
    pub fn is_last_of_row(&self, position: usize) -> bool {
        let source = self.step(position).source;
        let behind = self.plan.steps.iter().skip(position + 1).take_while(|next| next.source == source);
        behind.into_iter().all(|next| next.action == Action::Unchanged)
    }

    /// Blocks what an earlier attempt left behind a step that ended badly.
    pub fn block_at_start(&self) -> Follows {
        let ended =
            (0..self.records.len()).filter(|&position| self.records[position].ending().is_some_and(|e| !e.is_good()));
        ended.flat_map(|position| self.block_dependents(position)).collect()
    }

    /// Moves a step, and says what follows for the steps that need it; none when the event is of no consequence.
    pub fn apply(&mut self, position: usize, at: &str, event: &Event) -> Result<Option<Follows>, IllegalMove> {
        if let (Event::Finished { ending: Ending::Blocked | Ending::Waiting, .. }, Some(_)) =
            (event, self.records[position].ending())
        {
            // Two needs of one step can fail in one group; the first one counts.
            return Ok(None);
        }
        self.records[position].apply(at, event)?;
        let Some(ending) = self.records[position].ending() else { return Ok(Some(Vec::new())) };
        if !ending.is_good() {
            return Ok(Some(self.block_dependents(position)));
        }
        for dependent in self.dependents[position].clone() {
            self.unmet[dependent] -= 1;
            self.offer(dependent);
        }
        Ok(Some(Vec::new()))
    }

    /// A row behind a waiting one waits too; behind anything else that is not good it is blocked.
    fn block_dependents(&self, position: usize) -> Follows {
        let record = &self.records[position];
        let waits = record.ending() == Some(Ending::Waiting);
        let root = record.reason.as_ref().and_then(|reason| reason.blocked_by.clone());
        let reason = Reason {
            text: record.reason.as_ref().map(|reason| reason.text.clone()).filter(|_| waits).unwrap_or_default(),
            blocked_by: Some(root.unwrap_or_else(|| self.plan.steps[position].id.clone())),
            ..Reason::default()
        };
        let ending = if waits { Ending::Waiting } else { Ending::Blocked };
        let finished = Event::Finished { ending, reason: Some(reason), confirmed: None };
        let open = self.dependents[position].iter().filter(|&&d| self.records[d].state == State::Pending);
        open.map(|&dependent| (dependent, finished.clone())).collect()
    }

    /// What a step needs to know of the steps it builds on: what this run learnt, else what was confirmed earlier.
    pub fn given(&self, position: usize, known: &Known) -> Given {
        let step = &self.plan.steps[position];
        let ids = |id: &StepId| {
            let mut ids = known.get(id).map(|confirmed| confirmed.ids.clone()).unwrap_or_default();
            if let Some(&position) = self.positions.get(id) {
                ids.extend(self.records[position].ids.clone());
            }
            ids
        };
        let (customer, location, email) = match &step.work {
            Work::Customer(work) => (&work.external_id, None, None),
            Work::Location(work) => (&work.customer, None, None),
            Work::Numbers(work) => (&work.customer, Some(&work.location), None),
            Work::User(work) => (&work.customer, work.location.as_ref(), None),
            Work::Role(work) => (&work.customer, None, Some(&work.email)),
            Work::Removal(work) => of_removal(work),
            Work::Release(work) => (&work.customer, work.location.as_ref(), Some(&work.email)),
        };
        let customer_id = StepId::customer(customer);
        let is_new = |id: &StepId| self.positions.get(id).is_some_and(|&position| is_made(&self.records[position]));
        let location_id = location.map(|name| StepId::location(customer, name));
        Given {
            customer: ids(&customer_id),
            location: location_id.as_ref().map(ids).unwrap_or_default(),
            numbers: location.map(|name| ids(&StepId::numbers(customer, name))).unwrap_or_default(),
            user: email.map(|email| ids(&StepId::user(email))).unwrap_or_default(),
            own: known.get(&step.id).map(|confirmed| confirmed.ids.clone()).unwrap_or_default(),
            customer_is_new: is_new(&customer_id),
            location_is_new: is_new(&customer_id) && location_id.as_ref().is_some_and(is_new),
        }
    }

    /// The records of every step that anything happened to.
    pub fn into_records(self) -> HashMap<StepId, Record> {
        let steps = self.plan.steps.iter().zip(self.records);
        steps
            .filter(|(_, record)| record.state != State::Pending)
            .map(|(step, record)| (step.id.clone(), record))
            .collect()
    }
}

/// Customer, location and person that a removal is about.
fn of_removal(work: &RemovalWork) -> (&String, Option<&String>, Option<&String>) {
    static NOT_SAID: String = String::new();
    let customer = work.customer.as_ref().unwrap_or(&NOT_SAID);
    match &work.what {
        Removed::Customer => (customer, None, None),
        Removed::Location { name } | Removed::Numbers { location: name, .. } => (customer, Some(name), None),
        Removed::User { email } | Removed::Role { email, .. } => (customer, None, Some(email)),
    }
}

/// Was the object made in this run, rather than found?
fn is_made(record: &Record) -> bool {
    record.ending() == Some(Ending::Created) && record.existing.is_empty()
}
