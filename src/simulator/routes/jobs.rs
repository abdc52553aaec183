//! Taking calling away from a location: the check before it, and the job, which ends at once.

use serde_json::{Value, json};

use super::calling::with_calling;
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome, World};
use crate::simulator::checker::Checker;
use crate::simulator::ids::{self, Kind};
use crate::simulator::records::Location;
use crate::simulator::refusal::Refusal;
use crate::simulator::router::{Route, route};
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Post, "/telephony/config/locations/{locationId}/actions/precheckForDeletion/invoke", precheck),
    route(Method::Post, "/telephony/config/jobs/locations/deleteCallingLocation", start),
    route(Method::Get, "/telephony/config/jobs/locations/deleteCallingLocation/{jobId}", show),
    route(Method::Get, "/telephony/config/jobs/locations/deleteCallingLocation/{jobId}/errors", errors),
];

struct Blocking {
    last_location: bool,
    users: usize,
}

impl Blocking {
    fn find(world: &World, location: &Location) -> Self {
        let with_calling = world.store.locations.by(By::Org, &location.org).filter(|other| other.calling.is_some());
        let people = world.store.people.by(By::Org, &location.org);
        let users = people.filter(|person| person.location.as_ref() == Some(&location.uuid)).count();
        Self { last_location: with_calling.count() == 1, users }
    }

    const fn blocks(&self) -> bool {
        self.last_location || self.users > 0
    }
}

fn precheck(call: &mut Call<'_>) -> Outcome {
    let (location, _) = with_calling(call)?;
    let blocking = Blocking::find(call.world, &location);
    let numbers_present = call.world.store.numbers.count(By::Location, &location.uuid) > 0;
    Ok(Answer::json(
        200,
        &json!({
            "locationDeleteStatus": if blocking.blocks() { "BLOCKED" } else { "UNBLOCKED" },
            "blocking": { "lastLocation": blocking.last_location, "usersInUseCount": blocking.users },
            "nonBlocking": { "numbersPresent": numbers_present },
            "blockingUnlessForced": { "nonUserEntitiesInUse": false, "trunksCount": 0 },
        }),
    ))
}

fn start(call: &mut Call<'_>) -> Outcome {
    let org = call.org()?;
    let mut checker = Checker::new(call.body()?);
    let id = checker.text("/locationId");
    checker.done()?;
    let location = call.world.store.locations.get(&ids::bare(id).unwrap_or_default()).cloned();
    let location = location.filter(|location| location.org == org && location.calling.is_some());
    let location = location.ok_or_else(|| Refusal::not_found("calling location"))?;
    if Blocking::find(call.world, &location).blocks() {
        return Err(Refusal::new(409, "calling cannot be disabled: it is the last location, or users are in it"));
    }
    let store = &mut call.world.store;
    let numbers: Vec<String> =
        store.numbers.by(By::Location, &location.uuid).map(|number| number.e164.clone()).collect();
    for e164 in &numbers {
        store.numbers.remove(e164);
    }
    let location = Location { calling: None, emergency: None, ..location };
    store.locations.put(location.clone());
    Ok(Answer::json(202, &view(&location)))
}

/// A job is known by its location; it is over when the location has no calling.
fn show(call: &mut Call<'_>) -> Outcome {
    let location = call.location()?;
    if location.calling.is_some() {
        return Err(Refusal::not_found("job"));
    }
    Ok(Answer::json(200, &view(location)))
}

fn errors(call: &mut Call<'_>) -> Outcome {
    call.location()?;
    Ok(Answer::json(200, &json!({ "items": [] })))
}

fn view(location: &Location) -> Value {
    json!({
        "name": "disablecallinglocation",
        "id": ids::public(Kind::Location, &location.uuid),
        "locationName": location.name,
        "latestExecutionStatus": "COMPLETED",
        "latestExecutionExitCode": "COMPLETED",
    })
}
