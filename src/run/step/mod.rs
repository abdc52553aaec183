//! What is done for each kind of step, in the order in which the provider wants it.

mod broken;
mod customer;
mod emergency;
mod kept;
mod location;
mod numbers;
mod partial;
mod person;
mod remove;
mod role;
mod seat;
mod standing;
mod switch;
mod user;

use super::hand::{End, Hand, Ids};
use crate::journal::{Call, Ending, Reason};
use crate::plan::{Action, BROKEN_PACKAGES, CALLING, Change, Means, Stage, Step, Work, means};

/// Carries out one step from start to end.
pub(super) async fn carry_out(mut hand: Hand) {
    if let Some(end) = broken::in_the_way(&hand) {
        return hand.over(end).await;
    }
    let work = hand.step.work.clone();
    let end = match &work {
        Work::Customer(work) => customer::carry_out(&mut hand, work).await,
        Work::Location(work) => location::carry_out(&mut hand, work).await,
        Work::Numbers(work) => numbers::carry_out(&mut hand, work).await,
        Work::User(work) => user::carry_out(&mut hand, work).await,
        Work::Role(work) => role::carry_out(&mut hand, work).await,
        Work::Release(work) => person::give_up(&mut hand, work).await,
        Work::Removal(work) => remove::carry_out(&mut hand, work).await,
    };
    let end = match end {
        Ok(reason) => End::Finished(good_ending(&hand), reason),
        Err(end) => end,
    };
    let end = with_missing(&hand, end);
    hand.over(end).await;
}

/// Created or updated if anything was sent or found to have been sent; else an equal object stood there.
fn good_ending(hand: &Hand) -> Ending {
    let made = !hand.record.done.is_empty() || hand.record.ids.contains_key("made");
    match (hand.step.action, made) {
        // What was wanted for the first time, and stood there.
        (Action::Update, false) if hand.record.attempts == 0 && !hand.record.existing.is_empty() => {
            Ending::AlreadyThere
        }
        (Action::Update, _) => Ending::Updated,
        (Action::Delete, _) => Ending::Deleted,
        // It is as it was, or Webex has mended it.
        (Action::Waiting, _) if hand.step.follows_errors() => {
            let is_sound = hand.record.ids.get(BROKEN_PACKAGES).is_none_or(String::is_empty);
            if is_sound { Ending::Updated } else { Ending::Unchanged }
        }
        // What stood and waited with a change is changed once it is released; anything else is made.
        (Action::Waiting, _) if hand.stood() => Ending::Updated,
        (Action::Waiting, _) | (_, true) => Ending::Created,
        (_, false) => Ending::AlreadyThere,
    }
}

/// Names what was to be done and is not, when the step did not end well.
fn with_missing(hand: &Hand, end: End) -> End {
    match end {
        End::Finished(ending, Some(mut reason)) if !ending.is_good() && reason.missing.is_empty() => {
            reason.missing = missing(hand);
            End::Finished(ending, Some(reason))
        }
        other => other,
    }
}

fn missing(hand: &Hand) -> Vec<String> {
    if matches!(hand.step.action, Action::Update | Action::Waiting) && hand.step.stage != Stage::Numbers {
        let open = hand.step.changes.iter().filter(|change| !is_done(hand, change));
        return open.map(|change| change.column.clone()).collect();
    }
    let wanted: Vec<Call> = match &hand.step.work {
        Work::Customer(_) => vec![Call::CreateCustomer],
        Work::Location(work) if work.headquarters => Vec::new(),
        Work::Location(work) if work.calling => vec![Call::CreateLocation, Call::EnableCalling],
        Work::Location(_) => vec![Call::CreateLocation],
        Work::Numbers(work) => {
            let steps = [
                (work.pstn.is_some(), Call::ConnectPstn),
                (work.emergency_address.is_some(), Call::SetEmergencyAddress),
                (work.emergency_callback, Call::SetCallback),
                (!work.deactivate.is_empty(), Call::DeactivateNumbers(0)),
                (!work.activate.is_empty(), Call::ActivateNumbers(0)),
                (!work.add.is_empty(), Call::AddNumbers(0)),
                (work.main.is_some() || work.emergency_location_id.is_some(), Call::SetMainNumber),
            ];
            steps.into_iter().filter(|(wanted, _)| *wanted).map(|(_, call)| call).collect()
        }
        Work::User(_) => vec![Call::CreateSubscriber],
        Work::Role(_) => vec![Call::GrantRole],
        Work::Release(_) => vec![Call::ReleaseNumber],
        Work::Removal(work) => remove::calls(work),
    };
    let open = wanted.into_iter().filter(|call| !hand.record.is_settled(*call));
    open.map(|call| call.thing().to_owned()).collect()
}

/// Has the request that carries a change taken effect?
pub(super) fn is_done(hand: &Hand, change: &Change) -> bool {
    if hand.unset().any(|(column, _)| column == change.column) {
        return false;
    }
    request_of(hand.step.stage, change).is_some_and(|call| hand.record.is_settled(call))
}

/// The columns of a change whose new value is on its way with a request, and of which nobody can tell afterwards from the
/// outside whether it came. Of packages, those that turnup gave must stay known, so that it can take them away; a role that
/// is given must, so that none is downgraded.
pub(super) fn doubted(step: &Step, call: Call) -> impl Iterator<Item = &str> {
    let is_set = matches!(
        call,
        Call::UpdateCustomer
            | Call::UpdateLocation
            | Call::SetAnnouncements
            | Call::SetMainNumber
            | Call::ConnectPstn
            | Call::ChangePackage
    );
    let changes = step.changes.iter().filter(move |_| is_set && step.action == Action::Update);
    let of_call = changes.filter(move |change| request_of(step.stage, change) == Some(call));
    of_call.map(|change| change.column.as_str()).filter(|column| *column != "packages")
}

/// The request that carries a change.
fn request_of(stage: Stage, change: &Change) -> Option<Call> {
    if stage == Stage::Locations && change.column == CALLING {
        return Some(Call::EnableCalling);
    }
    Some(match means(stage, &change.column) {
        Some(Means::Customer) => Call::UpdateCustomer,
        Some(Means::Location) => Call::UpdateLocation,
        Some(Means::CallingLocation) if stage == Stage::Numbers => Call::SetMainNumber,
        Some(Means::CallingLocation) => Call::SetAnnouncements,
        Some(Means::Package) => Call::ChangePackage,
        Some(Means::Person) if change.column == "phone_number" && change.to.is_empty() => Call::ReleaseNumber,
        Some(Means::Person) => Call::UpdatePerson,
        Some(Means::Role) if change.to.is_empty() => Call::RevokeRole,
        Some(Means::Role) => Call::GrantRole,
        Some(Means::EmergencyAddress) => Call::SetEmergencyAddress,
        Some(Means::EmergencyCallback) => Call::SetCallback,
        Some(Means::Pstn) => Call::ConnectPstn,
        Some(Means::Numbers | Means::NumberState) | None => return None,
    })
}

/// What a step that went well has to say all the same.
type Done = Result<Option<Reason>, End>;

fn ids(pairs: &[(&str, &str)]) -> Ids {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
