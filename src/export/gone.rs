//! Is what a list lacks really gone? A list may be short for a moment, and what is forgotten is never looked for again, so
//! each object is asked for by its id.

use super::compare::{Difference, Kind};
use crate::api::wire::Request;
use crate::api::{Client, Failure, Weight, calls};
use crate::plan::{Known, Stage, StepId};

/// The differences without those of objects that are only missing from a list, and how many these are: they stand, or
/// nobody could say.
///
/// # Errors
/// When nobody can be asked any more.
pub async fn surely_gone(
    client: &Client,
    known: &Known,
    found: Vec<Difference>,
) -> anyhow::Result<(Vec<Difference>, usize)> {
    let (mut sure, mut doubtful) = (Vec::new(), 0);
    for one in found {
        let is_whole = matches!(one.kind, Kind::Gone | Kind::Attached | Kind::CallingOff) && one.column.is_none();
        if !is_whole || one.steps.is_empty() || is_gone(client, known, &one).await? {
            sure.push(one);
        } else {
            doubtful += 1;
        }
    }
    Ok((sure, doubtful))
}

/// Does Webex know none of them by its id?
async fn is_gone(client: &Client, known: &Known, one: &Difference) -> anyhow::Result<bool> {
    // Numbers go with the calling of their location.
    for step in one.steps.iter().filter(|step| step.stage() != Some(Stage::Numbers)) {
        let Some(request) = by_id(known, step, one.kind) else { return Ok(false) };
        match client.send(Weight::Repeatable, request).await {
            Err(Failure::Rejected(refusal)) if refusal.status == 404 => {}
            Err(Failure::Environment(why)) => anyhow::bail!(why),
            Ok(_) | Err(_) => return Ok(false),
        }
    }
    Ok(true)
}

/// Asks for an object by the id that it was made under; none where no id is known.
fn by_id(known: &Known, step: &StepId, kind: Kind) -> Option<Request> {
    let id = |name: &str| known.get(step)?.ids.get(name).cloned();
    match step.stage()? {
        Stage::Customers => Some(calls::get_customer(&id("customer_id")?)),
        Stage::Locations => {
            let customer = step.parts().first().cloned()?;
            let org_id = known.get(&StepId::customer(&customer))?.ids.get("org_id")?;
            let ask = if kind == Kind::CallingOff { calls::get_calling_location } else { calls::get_location };
            Some(ask(org_id, &id("location_id")?))
        }
        Stage::Users => Some(calls::get_subscriber(&id("subscriber_id")?)),
        _ => None,
    }
}
