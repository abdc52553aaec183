//! Requests about locations and what connects them to the telephone network.

use serde_json::{Map, Value, json};

use super::{filled, location_address, segment};
use crate::api::wire::{Method, Request};
use crate::plan::{AddressWork, LocationWork, PstnWork};

/// Lists the locations of an organisation.
pub fn list_locations(org_id: &str) -> Request {
    Request::new(Method::Get, "/locations").with_query("orgId", org_id)
}

fn location_body(location: &LocationWork) -> Value {
    json!({
        "name": location.name,
        "timeZone": location.timezone,
        "preferredLanguage": location.language,
        "announcementLanguage": location.announcement_language,
        "address": location_address(&location.address),
    })
}

/// Creates a branch, without calling yet.
pub fn create_location(org_id: &str, location: &LocationWork) -> Request {
    Request::new(Method::Post, "/locations").with_query("orgId", org_id).with_body(location_body(location))
}

/// Which values of a location are to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LocationParts {
    pub timezone: bool,
    pub language: bool,
    pub address: bool,
}

/// Changes some values of a location; an address is always replaced as a whole.
pub fn update_location(org_id: &str, location_id: &str, location: &LocationWork, parts: LocationParts) -> Request {
    let mut body = Map::new();
    if parts.timezone {
        body.insert("timeZone".to_owned(), json!(location.timezone));
    }
    if parts.language {
        body.insert("preferredLanguage".to_owned(), json!(location.language));
    }
    if parts.address {
        body.insert("address".to_owned(), location_address(&location.address));
    }
    Request::new(Method::Put, format!("/locations/{}", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(Value::Object(body))
}

/// Sets the language of a location's announcements.
pub fn set_announcement_language(org_id: &str, location_id: &str, language: &str) -> Request {
    Request::new(Method::Put, format!("/telephony/config/locations/{}", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(json!({ "announcementLanguage": language }))
}

/// Reads a location.
pub fn get_location(org_id: &str, location_id: &str) -> Request {
    Request::new(Method::Get, format!("/locations/{}", segment(location_id))).with_query("orgId", org_id)
}

/// Looks whether calling is enabled for a location: 404 means it is not.
pub fn get_calling_location(org_id: &str, location_id: &str) -> Request {
    Request::new(Method::Get, format!("/telephony/config/locations/{}", segment(location_id)))
        .with_query("orgId", org_id)
}

/// Lists the locations of an organisation that have calling, from a position on.
pub fn list_calling_locations(org_id: &str, start: usize) -> Request {
    Request::new(Method::Get, "/telephony/config/locations")
        .with_query("orgId", org_id)
        .with_query("start", start.to_string())
}

/// Enables calling for a location.
pub fn enable_calling(org_id: &str, location_id: &str, location: &LocationWork) -> Request {
    let mut body = location_body(location);
    body["id"] = json!(location_id);
    Request::new(Method::Post, "/telephony/config/locations").with_query("orgId", org_id).with_body(body)
}

/// Sets a location's main number and its SIP header value for emergency calls.
pub fn update_calling_location(
    org_id: &str,
    location_id: &str,
    main_number: Option<&str>,
    emergency_location_id: Option<&str>,
) -> Request {
    let mut body = Map::new();
    if let Some(number) = main_number {
        body.insert("callingLineId".to_owned(), json!({ "phoneNumber": number }));
    }
    if let Some(id) = emergency_location_id {
        body.insert("pAccessNetworkInfo".to_owned(), json!(id));
    }
    Request::new(Method::Put, format!("/telephony/config/locations/{}", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(Value::Object(body))
}

/// Lists what may connect a location to the telephone network.
pub fn list_pstn_options(org_id: &str, location_id: &str) -> Request {
    Request::new(Method::Get, format!("/telephony/pstn/locations/{}/connectionOptions", segment(location_id)))
        .with_query("orgId", org_id)
}

/// Reads what connects a location to the telephone network.
pub fn get_pstn_connection(org_id: &str, location_id: &str) -> Request {
    Request::new(Method::Get, format!("/telephony/pstn/locations/{}/connection", segment(location_id)))
        .with_query("orgId", org_id)
}

/// Connects a location; `pstn` names an option by its id.
pub fn connect_pstn(org_id: &str, location_id: &str, pstn: &PstnWork) -> Request {
    let body = match pstn {
        PstnWork::Option(id) => json!({ "id": id }),
        PstnWork::Trunk(id) => json!({ "premiseRouteType": "TRUNK", "premiseRouteId": id }),
        PstnWork::RouteGroup(id) => json!({ "premiseRouteType": "ROUTE_GROUP", "premiseRouteId": id }),
    };
    Request::new(Method::Put, format!("/telephony/pstn/locations/{}/connection", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(body)
}

/// Asks whether an address can be registered for emergencies; nothing is changed by it.
pub fn look_up_emergency_address(org_id: &str, location_id: &str, address: &AddressWork) -> Request {
    emergency_address(Method::Post, "emergencyAddress/lookup", org_id, location_id, address)
}

/// Registers the address of a location for emergencies.
pub fn add_emergency_address(org_id: &str, location_id: &str, address: &AddressWork) -> Request {
    emergency_address(Method::Post, "emergencyAddress", org_id, location_id, address)
}

/// Registers another address in place of one that was registered.
pub fn replace_emergency_address(org_id: &str, location_id: &str, id: &str, address: &AddressWork) -> Request {
    let last = format!("emergencyAddresses/{}", segment(id));
    emergency_address(Method::Put, &last, org_id, location_id, address)
}

fn emergency_address(method: Method, last: &str, org_id: &str, location_id: &str, address: &AddressWork) -> Request {
    Request::new(method, format!("/telephony/pstn/locations/{}/{last}", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(filled(location_address(address)))
}

fn callback(method: Method, org_id: &str, location_id: &str) -> Request {
    let path = format!("/telephony/config/locations/{}/features/emergencyCallbackNumber", segment(location_id));
    Request::new(method, path).with_query("orgId", org_id)
}

/// Reads which number is called back after an emergency call.
pub fn get_callback(org_id: &str, location_id: &str) -> Request {
    callback(Method::Get, org_id, location_id)
}

/// Has the location's main number called back.
pub fn set_callback(org_id: &str, location_id: &str) -> Request {
    let body = json!({ "selected": crate::api::emergency::Callback::MAIN_NUMBER });
    callback(Method::Put, org_id, location_id).with_body(body)
}
