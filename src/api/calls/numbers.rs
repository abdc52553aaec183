//! Requests about the numbers of locations.

use serde_json::json;

use super::segment;
use crate::api::wire::{Method, Request};

/// Asks whether numbers can be added to an organisation.
pub fn validate_numbers(org_id: &str, numbers: &[String]) -> Request {
    Request::new(Method::Post, "/telephony/config/actions/validateNumbers/invoke")
        .with_query("orgId", org_id)
        .with_body(json!({ "phoneNumbers": numbers }))
}

/// Lists the numbers of a location from a position on.
pub fn list_numbers(org_id: &str, location_id: &str, start: usize) -> Request {
    Request::new(Method::Get, "/telephony/config/numbers")
        .with_query("orgId", org_id)
        .with_query("locationId", location_id)
        .with_query("max", crate::api::answers::NUMBERS_PAGE.to_string())
        .with_query("start", start.to_string())
}

/// Lists the numbers of a whole organisation from a position on.
pub fn list_organisation_numbers(org_id: &str, start: usize) -> Request {
    Request::new(Method::Get, "/telephony/config/numbers")
        .with_query("orgId", org_id)
        .with_query("max", crate::api::answers::NUMBERS_PAGE.to_string())
        .with_query("start", start.to_string())
}

/// Adds numbers to a location.
pub fn add_numbers(org_id: &str, location_id: &str, numbers: &[String], active: bool) -> Request {
    let state = if active { "ACTIVE" } else { "INACTIVE" };
    Request::new(Method::Post, format!("/telephony/config/locations/{}/numbers", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(json!({ "phoneNumbers": numbers, "state": state }))
}

/// Brings numbers of a location live, or takes them out of service.
pub fn switch_numbers(org_id: &str, location_id: &str, numbers: &[String], active: bool) -> Request {
    let action = if active { "ACTIVATE" } else { "DEACTIVATE" };
    Request::new(Method::Put, format!("/telephony/config/locations/{}/numbers", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(json!({ "phoneNumbers": numbers, "action": action }))
}
