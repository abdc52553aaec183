//! Requests about users, persons and their roles.

use serde_json::{Value, json};

use super::{PAGE_ENTRIES, filled, segment};
use crate::api::wire::{Method, Request};
use crate::plan::{CustomerWork, UserWork};

/// Lists a customer's users from a position on.
pub fn list_subscribers(customer_id: &str, offset: usize) -> Request {
    Request::new(Method::Get, "/wholesale/subscribers")
        .with_query("customerId", customer_id)
        .with_query("max", PAGE_ENTRIES.to_string())
        .with_query("offset", offset.to_string())
}

/// Looks a user of a customer up by e-mail.
pub fn find_subscriber(customer_id: &str, email: &str) -> Request {
    Request::new(Method::Get, "/wholesale/subscribers").with_query("customerId", customer_id).with_query("email", email)
}

/// Has the mail sent again in which a person is asked for consent (`webex-api.md` 3.1; the path has no `/wholesale`).
pub fn resend_consent_mail(subscriber_id: &str) -> Request {
    Request::new(Method::Post, format!("/subscribers/{}/emails/consentMove", segment(subscriber_id)))
}

/// Creates a user.
pub fn create_subscriber(customer_id: &str, user: &UserWork, location_id: Option<&str>) -> Request {
    let parameters = filled(json!({
        "firstName": user.first_name,
        "lastName": user.last_name,
        "primaryPhoneNumber": user.phone_number,
        "extension": user.extension,
        "locationId": location_id,
    }));
    Request::new(Method::Post, "/wholesale/subscribers").with_body(json!({
        "customerId": customer_id,
        "email": user.email,
        "packages": [user.package],
        "provisioningParameters": parameters,
    }))
}

/// Asks whether a person could be made a user of a customer; nothing is made.
pub fn precheck_subscriber(email: &str, customer_id: &str) -> Request {
    let body = json!({ "email": email, "customerId": customer_id });
    Request::new(Method::Post, "/wholesale/subscribers/validate").with_body(body)
}

/// The same for a customer that is not there yet.
pub fn precheck_subscriber_of_new(email: &str, customer: &CustomerWork) -> Request {
    let body = json!({
        "email": email,
        "provisioningId": customer.provisioning_id,
        "customerInfo": { "primaryEmail": customer.admin_email },
    });
    Request::new(Method::Post, "/wholesale/subscribers/validate").with_body(body)
}

/// Changes a user's package; number, extension and location are sent when calling begins with it.
pub fn change_package(subscriber_id: &str, user: &UserWork, location_id: Option<&str>) -> Request {
    let mut body = json!({ "packages": [user.package] });
    if let Some(location_id) = location_id {
        body["provisioningParameters"] = filled(json!({
            "primaryPhoneNumber": user.phone_number,
            "extension": user.extension,
            "locationId": location_id,
        }));
    }
    Request::new(Method::Put, format!("/wholesale/subscribers/{}", segment(subscriber_id))).with_body(body)
}

/// Looks a person up by e-mail, with number, extension and location.
pub fn find_person(org_id: &str, email: &str) -> Request {
    Request::new(Method::Get, "/people")
        .with_query("orgId", org_id)
        .with_query("email", email)
        .with_query("callingData", "true")
}

/// Lists the people of an organisation, with number, extension, location and roles.
pub fn list_people(org_id: &str) -> Request {
    Request::new(Method::Get, "/people")
        .with_query("orgId", org_id)
        .with_query("callingData", "true")
        .with_query("max", PAGE_ENTRIES.to_string())
}

/// Lists the administrator roles.
pub fn list_roles() -> Request {
    Request::new(Method::Get, "/roles")
}

/// Reads whose token it is.
pub fn who_am_i() -> Request {
    Request::new(Method::Get, "/people/me")
}

/// Reads a user.
pub fn get_subscriber(subscriber_id: &str) -> Request {
    Request::new(Method::Get, format!("/wholesale/subscribers/{}", segment(subscriber_id)))
}

/// Reads a person, with number, extension and location.
pub fn get_person(person_id: &str) -> Request {
    Request::new(Method::Get, format!("/people/{}", segment(person_id))).with_query("callingData", "true")
}

/// Replaces a person as a whole, so `body` must hold everything that is to stay.
pub fn update_person(person_id: &str, body: Value) -> Request {
    Request::new(Method::Put, format!("/people/{}", segment(person_id)))
        .with_query("callingData", "true")
        .with_body(body)
}

/// Takes a number away from a person; it stays with the location.
pub fn release_number(org_id: &str, person_id: &str, number: &str) -> Request {
    Request::new(Method::Put, format!("/telephony/config/people/{}/numbers", segment(person_id)))
        .with_query("orgId", org_id)
        .with_body(json!({ "phoneNumbers": [{ "primary": true, "action": "DELETE", "directNumber": number }] }))
}

/// Gives a person an administrator role, takes one away, or both in this order. A role that is there already stays as
/// it is.
pub fn change_role(org_uuid: &str, person_uuid: &str, add: Option<&str>, remove: Option<&str>) -> Request {
    let add = add.map(|role| json!({ "op": "add", "path": "roles", "value": [{ "value": role, "type": "cirole" }] }));
    let remove = remove.map(|role| json!({ "op": "remove", "path": format!("roles[value eq \"{role}\"]") }));
    Request::new(Method::Patch, format!("/identity/scim/{}/v2/Users/{}", segment(org_uuid), segment(person_uuid)))
        .with_body(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": add.into_iter().chain(remove).collect::<Vec<_>>(),
        }))
}
