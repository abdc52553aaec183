//! Which steps may start, in which order, and what the end of one means for the others. No clock, no I/O: what it holds
//! of a step that nobody works on is a few bytes, the rest stays in the journal.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::Arc;

use anyhow::Context;

use crate::diagnostic::Code;
use crate::journal::{Ending, Event, IllegalMove, Reason, Record, State, Stored};
use crate::plan::{Removed, Source, Stage, Step, StepId, Work};

/// The open steps of a run and where they stand.
#[derive(Debug, Default)]
pub(super) struct Board {
    places: Vec<Place>,
    /// Steps that need others, in the order of what they need: see `Place::dependents`.
    dependents: Vec<u32>,
    /// Startable steps: the longest remaining chain first, then in the order of the plan.
    ready: BinaryHeap<(u32, Reverse<usize>)>,
    /// Steps that somebody works on.
    under_way: HashMap<usize, (Arc<Step>, Record)>,
}

/// One step, in few bytes: a plan may hold a million of them.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Where it stands in the plan.
    position: u32,
    /// How many needs are not met yet.
    unmet: u32,
    /// The number of steps on the longest way that begins here.
    chain: u32,
    /// Where its part of `Board::dependents` begins; it ends where the next one's begins.
    dependents: u32,
    state: State,
    /// Does another open step of the same row come behind it?
    has_more_of_row: bool,
    /// Does it take a customer away, so that it goes on without what stays with the organisation?
    leaves_organisation: bool,
}

/// Events that follow from another one, by the place of their step.
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
    /// The same of the location.
    pub location_is_new: bool,
    /// Was the location made in this run, whoever made the customer?
    pub location_is_made: bool,
}

/// Takes the steps in, one by one, and makes a board of them.
#[derive(Debug, Default)]
pub(super) struct Builder {
    places: Vec<Place>,
    /// Every key that was heard of, as a step or as a need.
    names: HashMap<StepId, u32>,
    /// The place of each name, for those that are on the board.
    place_of: Vec<Option<u32>>,
    /// Who needs whom: place, name.
    needs: Vec<(u32, u32)>,
    /// The row of the latest step.
    row: Option<Source>,
    /// What ended badly before, with what its record says of it.
    ended: Vec<(usize, StepId, Record)>,
    /// How many steps of each stage are still to be done.
    pub totals: BTreeMap<Stage, u64>,
}

impl Builder {
    /// Takes an open step in.
    pub fn add(&mut self, stored: Stored) -> anyhow::Result<()> {
        let Stored { position, step, record } = stored;
        let place = narrow(self.places.len())?;
        let name = self.name(step.id.clone())?;
        self.place_of[name as usize] = Some(place);
        for need in step.needs {
            let need = self.name(need)?;
            self.needs.push((place, need));
        }
        if let (Some(last), true) = (self.places.last_mut(), self.row == Some(step.source)) {
            last.has_more_of_row = true;
        }
        self.row = Some(step.source);
        self.places.push(Place {
            position: narrow(position)?,
            unmet: 0,
            chain: 1,
            dependents: 0,
            state: record.state,
            has_more_of_row: false,
            leaves_organisation: matches!(&step.work, Work::Removal(removal) if removal.what == Removed::Customer),
        });
        match record.ending() {
            Some(_) => self.ended.push((place as usize, step.id, record)),
            None => *self.totals.entry(step.stage).or_default() += 1,
        }
        Ok(())
    }

    fn name(&mut self, id: StepId) -> anyhow::Result<u32> {
        let next = narrow(self.place_of.len())?;
        let name = *self.names.entry(id).or_insert(next);
        if name == next {
            self.place_of.push(None);
        }
        Ok(name)
    }

    /// The board, and what follows for the steps behind those that an earlier attempt left in a bad end. A need that is
    /// not on the board is met: it ended well, or was well before.
    pub fn build(self) -> anyhow::Result<(Board, Follows)> {
        let Self { places, place_of, needs, ended, .. } = self;
        let needs: Vec<(u32, u32)> =
            needs.into_iter().filter_map(|(place, name)| Some((place, place_of[name as usize]?))).collect();
        let mut board = Board { places, ..Board::default() };
        board.link(&needs)?;
        board.measure_chains(&needs)?;
        for place in 0..board.places.len() {
            board.offer(place);
        }
        let mut follows = Follows::new();
        for (place, id, record) in &ended {
            follows.extend(board.behind(*place, id, record));
        }
        Ok((board, follows))
    }
}

/// Room for four thousand million steps is enough.
fn narrow(number: usize) -> anyhow::Result<u32> {
    u32::try_from(number).context("the plan has too many steps")
}

impl Board {
    /// Writes down who waits for whom. Each need of these is open, so each is unmet.
    fn link(&mut self, needs: &[(u32, u32)]) -> anyhow::Result<()> {
        let mut counts = vec![0u32; self.places.len()];
        for &(place, need) in needs {
            self.places[place as usize].unmet += 1;
            counts[need as usize] += 1;
        }
        let mut begin = 0;
        for (place, count) in self.places.iter_mut().zip(&mut counts) {
            place.dependents = begin;
            begin = begin.checked_add(*count).context("the plan has too many needs")?;
            *count = place.dependents;
        }
        self.dependents = vec![0; needs.len()];
        for &(place, need) in needs {
            let at = &mut counts[need as usize];
            self.dependents[*at as usize] = place;
            *at += 1;
        }
        Ok(())
    }

    /// The number of steps on the longest way that begins at each. A need never leads back, or no order would exist.
    fn measure_chains(&mut self, needs: &[(u32, u32)]) -> anyhow::Result<()> {
        let mut open: Vec<usize> = (0..self.places.len()).map(|place| self.dependents_of(place).len()).collect();
        let mut leaves: Vec<usize> = (0..open.len()).filter(|&place| open[place] == 0).collect();
        let mut seen = 0;
        while let Some(place) = leaves.pop() {
            seen += 1;
            // Needs are in the order of the steps that have them.
            let first = needs.partition_point(|(of, _)| (*of as usize) < place);
            for (_, need) in needs[first..].iter().take_while(|(of, _)| *of as usize == place) {
                let need = *need as usize;
                self.places[need].chain = self.places[need].chain.max(self.places[place].chain + 1);
                open[need] -= 1;
                if open[need] == 0 {
                    leaves.push(need);
                }
            }
        }
        anyhow::ensure!(seen == self.places.len(), "the plan is damaged: its steps need each other in a circle");
        Ok(())
    }

    fn dependents_of(&self, place: usize) -> &[u32] {
        let end = self.places.get(place + 1).map_or(self.dependents.len(), |next| next.dependents as usize);
        &self.dependents[self.places[place].dependents as usize..end]
    }

    fn offer(&mut self, place: usize) {
        let Place { state, unmet, chain, .. } = self.places[place];
        if unmet == 0 && state.ending().is_none() {
            self.ready.push((chain, Reverse(place)));
        }
    }

    /// The next step to start; none when everything that may start has started.
    pub fn decide(&mut self) -> Option<usize> {
        while let Some((_, Reverse(place))) = self.ready.pop() {
            if self.places[place].state.ending().is_none() {
                return Some(place);
            }
        }
        None
    }

    /// Offers a step again that was not begun when it was decided.
    pub fn put_back(&mut self, place: usize) {
        self.offer(place);
    }

    /// Does no other open step of the same row come behind it?
    pub fn is_last_of_row(&self, place: usize) -> bool {
        !self.places[place].has_more_of_row
    }

    /// Where a step stands in the plan.
    pub fn position(&self, place: usize) -> usize {
        self.places[place].position as usize
    }

    /// Notes that somebody works on a step from now on.
    pub fn take_up(&mut self, place: usize, step: Step, record: Record) {
        self.under_way.insert(place, (Arc::new(step), record));
    }

    /// The step, while somebody works on it.
    pub fn under_way(&self, place: usize) -> Option<Arc<Step>> {
        self.under_way.get(&place).map(|(step, _)| Arc::clone(step))
    }

    /// Moves a step, and says what follows for the steps that need it; none when the event is of no consequence.
    pub fn apply(
        &mut self,
        place: usize,
        id: &StepId,
        at: &str,
        event: &Event,
    ) -> Result<Option<Follows>, IllegalMove> {
        if let (Event::Finished { ending: Ending::Blocked | Ending::Waiting, .. }, Some(_)) =
            (event, self.places[place].state.ending())
        {
            // Two needs of one step can fail in one group; the first one counts.
            return Ok(None);
        }
        let mut untouched = Record { state: self.places[place].state, ..Record::default() };
        let record = self.under_way.get_mut(&place).map_or(&mut untouched, |(_, record)| record);
        record.apply(at, event)?;
        self.places[place].state = record.state;
        let Some(ending) = record.ending() else { return Ok(Some(Vec::new())) };
        // Nobody works on it any more, so nothing of it is kept but how it ended.
        let record = self.under_way.remove(&place).map_or(untouched, |(_, record)| record);
        if !ending.is_good() {
            return Ok(Some(self.behind(place, id, &record)));
        }
        for dependent in self.dependents_of(place).to_vec() {
            self.meet(dependent as usize);
        }
        Ok(Some(Vec::new()))
    }

    /// One need less of a step is open.
    fn meet(&mut self, place: usize) {
        self.places[place].unmet -= 1;
        self.offer(place);
    }

    /// A row behind a waiting one waits too; behind anything else that is not good it is blocked. A customer goes all the
    /// same without what Webex does not let go and what is blocked behind that: it stays with the organisation.
    fn behind(&mut self, place: usize, id: &StepId, record: &Record) -> Follows {
        let open: Vec<usize> = self.dependents_of(place).iter().map(|&dependent| dependent as usize).collect();
        let (leaving, held): (Vec<usize>, Vec<usize>) = open
            .into_iter()
            .filter(|&dependent| self.places[dependent].state.ending().is_none())
            .partition(|&dependent| self.places[dependent].leaves_organisation && may_stay(id, record));
        for dependent in leaving {
            self.meet(dependent);
        }
        let waits = record.ending() == Some(Ending::Waiting);
        let root = record.reason.as_ref().and_then(|reason| reason.blocked_by.clone());
        let reason = Reason {
            text: record.reason.as_ref().map(|reason| reason.text.clone()).filter(|_| waits).unwrap_or_default(),
            blocked_by: Some(root.unwrap_or_else(|| id.clone())),
            carried: record.reason.as_ref().and_then(|reason| reason.carried.clone()).filter(|_| waits),
            ..Reason::default()
        };
        let ending = if waits { Ending::Waiting } else { Ending::Blocked };
        let finished = Event::Finished { ending, reason: Some(reason), confirmed: None };
        let open = held.into_iter().filter(|&dependent| self.places[dependent].state == State::Pending);
        open.map(|dependent| (dependent, finished.clone())).collect()
    }
}

/// May a customer leave that behind? What is blocked is, when what blocks it is: the customer needs both.
fn may_stay(id: &StepId, record: &Record) -> bool {
    let of_a_place = matches!(id.stage(), Some(Stage::Locations | Stage::Numbers));
    let code = record.reason.as_ref().and_then(|reason| reason.code.as_deref());
    of_a_place && (record.ending() == Some(Ending::Blocked) || code == Some(Code::NotLetGo.id()))
}
