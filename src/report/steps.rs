//! What single steps come to: their outcomes, and the words for what they were to make.

use super::outcome::Outcome;
use super::silence::stage_thing;
use crate::journal::{Call, Ending, Record, State};
use crate::model::SheetKind;
use crate::plan::{Action, Stage, Step};

/// How a step ended, as the outcome of a row.
pub(super) fn step_outcome(step: &Step, record: Option<&Record>) -> Outcome {
    let Some(record) = record.filter(|_| step.action != Action::Unchanged) else {
        return if step.action == Action::Unchanged { Outcome::Unchanged } else { Outcome::NotReached };
    };
    match record.state {
        State::Finished(ending) => match ending {
            Ending::Created => Outcome::Created,
            Ending::Updated => Outcome::Updated,
            Ending::Unchanged => Outcome::Unchanged,
            Ending::AlreadyThere => Outcome::AlreadyThere,
            Ending::Deleted => Outcome::Deleted,
            Ending::Waiting => Outcome::Waiting,
            Ending::Failed => Outcome::Failed,
            Ending::Conflict => Outcome::Conflict,
            Ending::Unconfirmed => Outcome::Unconfirmed,
            Ending::Blocked => Outcome::Blocked,
        },
        State::Sending(_) | State::Doubtful(_) => Outcome::Unconfirmed,
        State::Pending | State::Running => Outcome::NotReached,
    }
}

/// What a step's outcome says of its row: a role or a number that comes or goes changes whom or what it belongs to, and
/// makes or deletes neither; one that stands already leaves it as it is.
pub(super) fn as_part_of_row(step: &Step, outcome: Outcome) -> Outcome {
    let own = match step.source.sheet {
        SheetKind::Customers => Stage::Customers,
        SheetKind::Locations => Stage::Locations,
        SheetKind::Users => Stage::Users,
    };
    match outcome {
        Outcome::Created | Outcome::Deleted if step.stage != own => Outcome::Updated,
        Outcome::AlreadyThere if step.stage != own => Outcome::Unchanged,
        outcome => outcome,
    }
}

/// A row of several steps takes the worst of their outcomes.
pub(super) const fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Unconfirmed => 10,
        Outcome::Failed => 9,
        Outcome::Conflict => 8,
        Outcome::Waiting => 7,
        Outcome::Blocked => 6,
        Outcome::NotReached => 5,
        Outcome::Deleted => 4,
        Outcome::Created => 3,
        Outcome::Updated => 2,
        Outcome::AlreadyThere => 1,
        _ => 0,
    }
}

pub(super) const fn id_key(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Customers => Some("customer_id"),
        Stage::Locations => Some("location_id"),
        Stage::Users => Some("subscriber_id"),
        Stage::Numbers | Stage::Roles => None,
    }
}

/// What is missing when a step was not reached.
pub(super) const fn step_thing(step: &Step) -> &'static str {
    if !matches!(step.action, Action::Delete) {
        return stage_thing(step.stage);
    }
    match step.stage {
        Stage::Customers => "removal of the customer",
        Stage::Locations => "removal of the location",
        Stage::Numbers => "removal of the numbers",
        Stage::Users => "removal of the user",
        Stage::Roles => "removal of the role",
    }
}

/// What is missing of a step that was taken up and never ended: where its object is made, what follows on that.
pub(super) fn unended(step: &Step, record: &Record) -> Option<&'static str> {
    let thing = step_thing(step);
    match step.stage {
        _ if record.done.iter().all(|call| call.thing() != thing) => Some(thing),
        Stage::Customers => Some("provisioning"),
        _ => None,
    }
}

pub(super) fn things<'a>(calls: impl Iterator<Item = &'a Call>) -> Vec<String> {
    let mut things: Vec<String> = calls.map(|call| call.thing().to_owned()).collect();
    things.dedup();
    things
}
