//! Administrator roles: a fixed list.

use serde_json::{Value, json};

use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome};
use crate::simulator::ids::{self, Kind};
use crate::simulator::refusal::Refusal;
use crate::simulator::router::{Route, route};
use crate::simulator::settings::Settings;

pub const ROUTES: &[Route] = &[route(Method::Get, "/roles", list), route(Method::Get, "/roles/{roleId}", show)];

const ROLES: &[(&str, &str)] = &[
    ("id_full_admin", "Full Administrator"),
    ("id_user_admin", "User Administrator"),
    ("id_readonly_admin", "Read-only Administrator"),
    ("id_device_admin", "Device Administrator"),
];

/// The role, if there is one of that name, or with that bare id.
pub fn known(name: &str) -> Option<&'static str> {
    ROLES.iter().find(|(role, _)| *role == name || ids::fixed(role) == name).map(|(role, _)| *role)
}

/// The id that a role has in answers.
pub fn id(settings: &Settings, role: &str) -> String {
    if settings.opaque_roles { ids::public(Kind::Role, &ids::fixed(role)) } else { ids::public(Kind::Role, role) }
}

#[expect(clippy::unnecessary_wraps, reason = "every route has this signature")]
fn list(call: &mut Call<'_>) -> Outcome {
    let items: Vec<Value> = ROLES.iter().map(|role| view(&call.world.settings, role)).collect();
    Ok(Answer::json(200, &json!({ "items": items })))
}

fn show(call: &mut Call<'_>) -> Outcome {
    let wanted = call.argument_id(0);
    let role = ROLES.iter().find(|(role, _)| known(&wanted) == Some(*role));
    let shown = role.map(|role| Answer::json(200, &view(&call.world.settings, role)));
    shown.ok_or_else(|| Refusal::not_found("role"))
}

fn view(settings: &Settings, (role, name): &(&str, &str)) -> Value {
    json!({ "id": id(settings, role), "name": name })
}
