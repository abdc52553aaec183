//! Validation of extensions, for an organisation and for one location of it. Changes nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::calling::with_calling;
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome, World};
use crate::simulator::checker::Checker;
use crate::simulator::refusal::code;
use crate::simulator::router::{Route, route};
use crate::simulator::seats;
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Post, "/telephony/config/actions/validateExtensions/invoke", in_org),
    route(Method::Post, "/telephony/config/locations/{locationId}/actions/validateExtensions/invoke", in_location),
];

/// Dialled in an emergency; nobody may have it.
const EMERGENCY: &str = "911";

/// The same extension may be used in two locations, so the organisation sees form and repetition only.
fn in_org(call: &mut Call<'_>) -> Outcome {
    call.org()?;
    validate(call, None)
}

fn in_location(call: &mut Call<'_>) -> Outcome {
    let (location, _) = with_calling(call)?;
    validate(call, Some(&location.uuid))
}

fn validate(call: &Call<'_>, location: Option<&str>) -> Outcome {
    let mut checker = Checker::new(call.body()?);
    let extensions = checker.texts("/extensions");
    checker.done()?;
    let mut seen = BTreeSet::new();
    let mut all_well = true;
    let mut verdict = |extension: &str| {
        let problem = problem(call.world, extension, location, !seen.insert(extension.to_owned()));
        all_well &= problem.is_none();
        match problem {
            None => json!({ "extension": extension, "state": "VALID" }),
            Some((state, code, message)) => {
                json!({ "extension": extension, "state": state, "errorCode": code, "message": message })
            }
        }
    };
    let verdicts: Vec<Value> = extensions.into_iter().map(&mut verdict).collect();
    let status = if all_well { "OK" } else { "ERRORS" };
    Ok(Answer::json(200, &json!({ "status": status, "extensionStatus": verdicts })))
}

fn problem(
    world: &World,
    extension: &str,
    location: Option<&str>,
    repeated: bool,
) -> Option<(&'static str, u32, &'static str)> {
    if extension == EMERGENCY {
        return Some(("INVALID", code::EXTENSION_EMERGENCY, "the extension is an emergency number"));
    }
    if !seats::is_extension(extension) {
        return Some(("INVALID", code::EXTENSION_NOT_DIGITS, "the extension must have 2 to 10 digits"));
    }
    if repeated {
        return Some(("DUPLICATE_IN_LIST", code::EXTENSION_TWICE, "the extension is twice in the list"));
    }
    let taken = location
        .is_some_and(|location| world.store.people.count(By::Extension, &format!("{location}/{extension}")) > 0);
    taken.then_some(("DUPLICATE", code::EXTENSION_IN_USE, "the extension belongs to a user"))
}
