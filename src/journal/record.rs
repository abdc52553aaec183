//! The state of a step, and the only way it moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::event::{Call, Ending, Event, Reason};

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not taken up yet.
    #[default]
    Pending,
    /// Taken up; no request is in doubt.
    Running,
    /// The intent is written; after a crash this means in doubt.
    Sending(Call),
    /// The answer never came.
    Doubtful(Call),
    Finished(Ending),
}

/// An event that cannot follow: a bug, or a damaged journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IllegalMove {
    pub from: State,
    pub event: String,
}

impl fmt::Display for IllegalMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot follow on {:?}", self.event, self.from)
    }
}

impl std::error::Error for IllegalMove {}

impl State {
    /// The request of which it is not known whether it took effect.
    pub const fn in_doubt(self) -> Option<Call> {
        match self {
            Self::Sending(call) | Self::Doubtful(call) => Some(call),
            _ => None,
        }
    }

    /// How the step ended, if it did.
    pub const fn ending(self) -> Option<Ending> {
        match self {
            Self::Finished(ending) => Some(ending),
            _ => None,
        }
    }

    /// The state after an event.
    ///
    /// # Errors
    /// When the event cannot follow on this state.
    pub fn next(self, event: &Event) -> Result<Self, IllegalMove> {
        match (self, event) {
            (Self::Pending, Event::Started)
            // A resumed step is taken up again; what was in doubt stays in doubt.
            | (Self::Running, Event::Started | Event::Existing { .. } | Event::Noted { .. }) => Ok(Self::Running),
            (Self::Sending(call) | Self::Doubtful(call), Event::Started | Event::Noted { .. }) => Ok(Self::Doubtful(call)),
            (Self::Running, Event::Intent { call }) => Ok(Self::Sending(*call)),
            (
                Self::Sending(sent) | Self::Doubtful(sent),
                Event::Found { call, .. } | Event::Absent { call },
            )
            | (
                Self::Sending(sent),
                Event::Answered { call, .. } | Event::Refused { call, .. } | Event::Recalled { call },
            )
                if sent == *call => Ok(Self::Running),
            (Self::Sending(sent) | Self::Doubtful(sent), Event::Lost { call, .. }) if sent == *call => {
                Ok(Self::Doubtful(sent))
            }
            (Self::Sending(_) | Self::Doubtful(_), Event::Finished { ending, .. })
                if matches!(ending, Ending::Unconfirmed | Ending::Conflict) => Ok(Self::Finished(*ending)),
            (Self::Pending, Event::Finished { ending, .. })
                if matches!(ending, Ending::Blocked | Ending::Waiting) => Ok(Self::Finished(*ending)),
            (Self::Running, Event::Finished { ending, .. }) => Ok(Self::Finished(*ending)),
            (from, event) => Err(IllegalMove { from, event: format!("{event:?}") }),
        }
    }
}

/// Everything the journal knows of one step of one run. Snapshots hold it, so it is a file format; what is empty is left
/// out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    pub state: State,
    /// Requests that took effect, by answer or by look-up.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub done: BTreeSet<Call>,
    /// Requests that were not needed, since an equal object stood there.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub existing: BTreeSet<Call>,
    /// What was learnt: ids and whatever else later requests need.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
    /// How many requests that change something were sent.
    pub attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl Record {
    /// Takes one event in.
    ///
    /// # Errors
    /// When the event cannot follow; the record is unchanged then.
    pub fn apply(&mut self, at: &str, event: &Event) -> Result<(), IllegalMove> {
        self.state = self.state.next(event)?;
        match event {
            Event::Started | Event::Absent { .. } | Event::Lost { .. } => {}
            Event::Intent { .. } => self.attempts += 1,
            Event::Recalled { .. } => self.attempts = self.attempts.saturating_sub(1),
            Event::Answered { call, ids, tracking_id } => {
                self.done.insert(*call);
                self.ids.extend(ids.clone());
                self.tracking_id.clone_from(tracking_id);
            }
            Event::Refused { tracking_id, .. } => self.tracking_id.clone_from(tracking_id),
            Event::Found { call, ids } => {
                self.done.insert(*call);
                self.ids.extend(ids.clone());
            }
            Event::Existing { call, ids } => {
                self.existing.insert(*call);
                self.ids.extend(ids.clone());
            }
            Event::Noted { ids } => self.ids.extend(ids.clone()),
            Event::Finished { reason, .. } => {
                self.finished_at = Some(at.to_owned());
                self.reason.clone_from(reason);
            }
        }
        Ok(())
    }

    /// How the step ended, if it did.
    pub const fn ending(&self) -> Option<Ending> {
        self.state.ending()
    }

    /// Does the request need no sending any more?
    pub fn is_settled(&self, call: Call) -> bool {
        self.done.contains(&call) || self.existing.contains(&call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CALL: Call = Call::CreateLocation;

    fn events() -> Vec<Event> {
        let ids = BTreeMap::new();
        let finished = |ending| Event::Finished { ending, reason: None, confirmed: None };
        vec![
            Event::Started,
            Event::Intent { call: CALL },
            Event::Answered { call: CALL, ids: ids.clone(), tracking_id: None },
            Event::Refused { call: CALL, tracking_id: None },
            Event::Lost { call: CALL, why: String::new() },
            Event::Recalled { call: CALL },
            Event::Found { call: CALL, ids: ids.clone() },
            Event::Absent { call: CALL },
            Event::Existing { call: CALL, ids: ids.clone() },
            Event::Noted { ids },
            Event::Answered { call: Call::EnableCalling, ids: BTreeMap::new(), tracking_id: None },
            finished(Ending::Created),
            finished(Ending::Unconfirmed),
            finished(Ending::Blocked),
        ]
    }

    #[test]
    fn a_lost_answer_is_looked_up_before_anything_is_sent_again() {
        let lost = State::Running
            .next(&Event::Intent { call: CALL })
            .and_then(|s| s.next(&Event::Lost { call: CALL, why: String::new() }));
        assert_eq!(lost, Ok(State::Doubtful(CALL)));
        assert!(State::Doubtful(CALL).next(&Event::Intent { call: CALL }).is_err());
        assert_eq!(State::Doubtful(CALL).next(&Event::Absent { call: CALL }), Ok(State::Running));
    }

    proptest! {
        /// Whatever happens: nothing follows on an end, and an intent follows only where nothing is in doubt.
        #[test]
        fn no_order_of_events_sends_in_doubt(picks in prop::collection::vec(0usize..14, 0..40)) {
            let events = events();
            let mut state = State::Pending;
            for pick in picks {
                let event = &events[pick];
                let Ok(next) = state.next(event) else { continue };
                prop_assert!(!matches!(state, State::Finished(_)), "{event:?} followed on {state:?}");
                if matches!(event, Event::Intent { .. }) {
                    prop_assert_eq!(state, State::Running);
                }
                if matches!(state, State::Doubtful(_)) && next == State::Running {
                    let looked_up = matches!(event, Event::Found { .. } | Event::Absent { .. });
                    prop_assert!(looked_up);
                }
                state = next;
            }
        }
    }
}
