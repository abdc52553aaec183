//! Requests that take something away. What goes, goes by id; the provider's own person and organisation stay.

use serde_json::json;

use super::segment;
use crate::api::wire::{Method, Request};

/// Deletes a customer: only the tie between partner and organisation goes. Answered 202, gone later.
pub fn delete_customer(customer_id: &str) -> Request {
    Request::new(Method::Delete, format!("/wholesale/customers/{}", segment(customer_id)))
}

/// Deletes a user: only the tie between customer and person goes.
pub fn delete_subscriber(subscriber_id: &str) -> Request {
    Request::new(Method::Delete, format!("/wholesale/subscribers/{}", segment(subscriber_id)))
}

/// Looks a user up by e-mail among all customers.
pub fn find_subscriber_anywhere(email: &str) -> Request {
    Request::new(Method::Get, "/wholesale/subscribers").with_query("email", email)
}

/// Takes an administrator role away; one that is not there changes nothing.
pub fn revoke_role(org_uuid: &str, person_uuid: &str, role: &str) -> Request {
    Request::new(Method::Patch, format!("/identity/scim/{}/v2/Users/{}", segment(org_uuid), segment(person_uuid)))
        .with_body(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "remove", "path": format!("roles[value eq \"{role}\"]") }],
        }))
}

/// Removes numbers from a location, five at most, and never its main number.
pub fn remove_numbers(org_id: &str, location_id: &str, numbers: &[String]) -> Request {
    Request::new(Method::Delete, format!("/telephony/config/locations/{}/numbers", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(json!({ "phoneNumbers": numbers }))
}

/// Asks whether calling could be taken from a location; nothing is changed by it.
pub fn precheck_removal(org_id: &str, location_id: &str) -> Request {
    let path = format!("/telephony/config/locations/{}/actions/precheckForDeletion/invoke", segment(location_id));
    Request::new(Method::Post, path).with_query("orgId", org_id)
}

/// Starts the job that takes calling from a location; never by force.
pub fn disable_calling(org_id: &str, location_id: &str, name: &str) -> Request {
    Request::new(Method::Post, "/telephony/config/jobs/locations/deleteCallingLocation")
        .with_query("orgId", org_id)
        .with_body(json!({ "locationId": location_id, "locationName": name, "forceDelete": false }))
}

/// Looks at that job.
pub fn get_removal_job(org_id: &str, job_id: &str) -> Request {
    Request::new(Method::Get, format!("/telephony/config/jobs/locations/deleteCallingLocation/{}", segment(job_id)))
        .with_query("orgId", org_id)
}

/// Deletes a location, which must have no calling any more.
pub fn delete_location(org_id: &str, location_id: &str) -> Request {
    Request::new(Method::Delete, format!("/locations/{}", segment(location_id))).with_query("orgId", org_id)
}
