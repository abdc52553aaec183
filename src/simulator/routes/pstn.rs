//! The connection of a location to the telephone network: which there are, and which is chosen.

use serde_json::{Value, json};

use super::calling::with_calling;
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome};
use crate::simulator::checker::Checker;
use crate::simulator::ids;
use crate::simulator::records::{Connection, ConnectionKind};
use crate::simulator::refusal::{Refusal, code};
use crate::simulator::router::{Route, route};

pub const ROUTES: &[Route] = &[
    route(Method::Get, "/telephony/pstn/locations/{locationId}/connectionOptions", options),
    route(Method::Get, "/telephony/pstn/locations/{locationId}/connection", show),
    route(Method::Put, "/telephony/pstn/locations/{locationId}/connection", update),
];

/// What the provider of a connection of that kind offers.
pub fn option(kind: ConnectionKind) -> Connection {
    let name = match kind {
        ConnectionKind::LocalGateway => "Premises-based PSTN",
        ConnectionKind::NonIntegratedCcp => "Cloud Connected PSTN",
        ConnectionKind::IntegratedCcp => "Integrated Cloud Connected PSTN",
        ConnectionKind::CiscoPstn => "Cisco PSTN",
    };
    Connection { id: ids::fixed(name), display_name: name.to_owned(), kind, route: None }
}

fn options(call: &mut Call<'_>) -> Outcome {
    let (_, calling) = with_calling(call)?;
    let offered = |kind: &ConnectionKind| kind.is_open() || *kind == calling.connection.kind;
    let items: Vec<Value> =
        ConnectionKind::ALL.into_iter().filter(offered).map(|kind| summary(&option(kind))).collect();
    Ok(Answer::json(200, &json!({ "items": items })))
}

fn show(call: &mut Call<'_>) -> Outcome {
    let (_, calling) = with_calling(call)?;
    let mut view = summary(&calling.connection);
    view["pstnConnectionType"] = json!(calling.connection.kind.word());
    if let Some((kind, id)) = &calling.connection.route {
        view["routeType"] = json!(kind);
        view["routeId"] = json!(id);
    }
    Ok(Answer::json(200, &view))
}

fn update(call: &mut Call<'_>) -> Outcome {
    let (mut location, mut calling) = with_calling(call)?;
    let mut checker = Checker::new(call.body()?);
    let [id, route_type, route_id] =
        ["/id", "/premiseRouteType", "/premiseRouteId"].map(|field| checker.optional(field));
    checker.done()?;
    calling.connection = match (id, route_type, route_id) {
        (Some(id), None, None) => by_id(id)?,
        (None, Some(kind @ ("TRUNK" | "ROUTE_GROUP")), Some(id)) => {
            let route = Some((kind.to_owned(), id.to_owned()));
            Connection { route, ..option(ConnectionKind::LocalGateway) }
        }
        _ => {
            let message = "give id, or premiseRouteType (TRUNK or ROUTE_GROUP) with premiseRouteId";
            return Err(Refusal::coded(400, code::MISSING, message));
        }
    };
    location.calling = Some(calling);
    call.world.store.locations.put(location);
    Ok(Answer::empty(204))
}

fn by_id(id: &str) -> Result<Connection, Refusal> {
    let chosen = ConnectionKind::ALL.into_iter().map(option).find(|option| option.id == id);
    let chosen = chosen.ok_or_else(|| Refusal::new(400, "id is not one of the connection options"))?;
    match chosen.kind {
        ConnectionKind::NonIntegratedCcp => Ok(chosen),
        ConnectionKind::LocalGateway => Err(Refusal::new(400, "a local gateway needs a trunk or a route group")),
        kind => Err(Refusal::new(400, format!("a connection of type {} cannot be set here", kind.word()))),
    }
}

fn summary(connection: &Connection) -> Value {
    let services = if connection.kind.is_open() { json!([]) } else { json!(["GEOGRAPHIC_NUMBERS"]) };
    json!({ "id": connection.id, "displayName": connection.display_name, "pstnServices": services })
}
