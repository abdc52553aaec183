//! Every request that turnup makes. Calls into a customer's organisation always name it: without `orgId` they would
//! write into the partner's own.

use serde_json::{Map, Value, json};

use super::wire::{Method, Request};
use crate::plan::{AddressWork, CustomerWork, LocationWork, PstnWork, SiteWork, UserWork};

/// Most entries of a list that one request asks for.
const PAGE_SIZE: &str = "100";

fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~=".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The fields of an object, without those that are null or empty texts.
fn filled(fields: Value) -> Value {
    match fields {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null() && value != "");
            Value::Object(kept.collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// The address as the wholesale calls write it.
fn wholesale_address(address: &AddressWork) -> Value {
    filled(json!({
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "city": address.city,
        "stateOrProvince": address.state,
        "zipOrPostalCode": address.postal_code,
        "country": address.country,
    }))
}

/// The address as the locations calls write it: state and postal code are always there, if only empty.
fn location_address(address: &AddressWork) -> Value {
    let mut fields = json!({
        "address1": address.line1,
        "city": address.city,
        "state": address.state,
        "postalCode": address.postal_code,
        "country": address.country,
    });
    if !address.line2.is_empty() {
        fields["address2"] = json!(address.line2);
    }
    fields
}

fn site(site: &SiteWork) -> Value {
    filled(json!({
        "name": site.name,
        "address": wholesale_address(&site.address),
        "timezone": site.timezone,
        "language": site.language,
        "emergencyLocationIdentifier": site.emergency_location_id,
    }))
}

/// `ll` or `ll_CC`, as the customer's own language is written.
fn customer_language(code: &str) -> String {
    code.split_once('_').map_or_else(|| code.to_owned(), |(ll, cc)| format!("{ll}_{}", cc.to_uppercase()))
}

fn provisioning_parameters(customer: &CustomerWork) -> Value {
    let mut parameters = Map::new();
    if let Some(headquarters) = &customer.headquarters {
        parameters.insert("calling".to_owned(), json!({ "location": site(headquarters) }));
    }
    if let Some(zone) = customer.headquarters.as_ref().map(|site| &site.timezone)
        && customer.packages.iter().any(|package| package == "webex_meetings" || package == "webex_suite")
    {
        parameters.insert("meetings".to_owned(), json!({ "timezone": zone }));
    }
    if !customer.limits.is_empty() {
        parameters.insert("packages".to_owned(), json!({ "limits": customer.limits }));
    }
    Value::Object(parameters)
}

/// Looks a customer up by its external id.
pub fn find_customer(external_id: &str) -> Request {
    Request::new(Method::Get, "/wholesale/customers").with_query("externalId", external_id)
}

/// Creates a customer; answered 202, the customer is ready later.
pub fn create_customer(customer: &CustomerWork) -> Request {
    Request::new(Method::Post, "/wholesale/customers").with_body(customer_body(customer))
}

/// Asks whether a customer could be created; nothing is made. The precheck knows no language.
pub fn precheck_customer(customer: &CustomerWork) -> Request {
    let mut body = customer_body(customer);
    if let Some(info) = body["customerInfo"].as_object_mut() {
        info.remove("language");
    }
    Request::new(Method::Post, "/wholesale/customers/validate").with_body(body)
}

fn customer_body(customer: &CustomerWork) -> Value {
    let mut body = json!({
        "provisioningId": customer.provisioning_id,
        "packages": customer.packages,
        "externalId": customer.external_id,
        "address": wholesale_address(&customer.address),
        "customerInfo": {
            "name": customer.name,
            "primaryEmail": customer.admin_email,
            "language": customer_language(&customer.language),
        },
    });
    if let Some(org_id) = &customer.org_id {
        body["orgId"] = json!(org_id);
    }
    let parameters = provisioning_parameters(customer);
    if parameters.as_object().is_some_and(|fields| !fields.is_empty()) {
        body["provisioningParameters"] = parameters;
    }
    body
}

/// Sets a customer's packages to exactly this list: one that is left out is removed.
pub fn update_customer(customer_id: &str, customer: &CustomerWork) -> Request {
    let mut body = json!({
        "packages": customer.packages,
        "externalId": customer.external_id,
        "address": wholesale_address(&customer.address),
    });
    let parameters = provisioning_parameters(customer);
    if parameters.as_object().is_some_and(|fields| !fields.is_empty()) {
        body["provisioningParameters"] = parameters;
    }
    Request::new(Method::Put, format!("/wholesale/customers/{}", segment(customer_id))).with_body(body)
}

/// Reads a customer.
pub fn get_customer(customer_id: &str) -> Request {
    Request::new(Method::Get, format!("/wholesale/customers/{}", segment(customer_id)))
}

/// Opens a customer's organisation to the partner's token.
pub fn open_organisation(org_id: &str) -> Request {
    Request::new(Method::Get, format!("/organizations/{}", segment(org_id)))
}

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

/// Looks whether calling is enabled for a location: 404 means it is not.
pub fn get_calling_location(org_id: &str, location_id: &str) -> Request {
    Request::new(Method::Get, format!("/telephony/config/locations/{}", segment(location_id)))
        .with_query("orgId", org_id)
}

/// Enables calling for a location.
pub fn enable_calling(org_id: &str, location_id: &str, location: &LocationWork) -> Request {
    let mut body = location_body(location);
    body["id"] = json!(location_id);
    Request::new(Method::Post, "/telephony/config/locations").with_query("orgId", org_id).with_body(body)
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
        .with_query("max", super::answers::NUMBERS_PAGE.to_string())
        .with_query("start", start.to_string())
}

/// Adds numbers to a location.
pub fn add_numbers(org_id: &str, location_id: &str, numbers: &[String], active: bool) -> Request {
    let state = if active { "ACTIVE" } else { "INACTIVE" };
    Request::new(Method::Post, format!("/telephony/config/locations/{}/numbers", segment(location_id)))
        .with_query("orgId", org_id)
        .with_body(json!({ "phoneNumbers": numbers, "state": state }))
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

/// Lists a customer's users from a position on.
pub fn list_subscribers(customer_id: &str, offset: usize) -> Request {
    Request::new(Method::Get, "/wholesale/subscribers")
        .with_query("customerId", customer_id)
        .with_query("max", PAGE_SIZE)
        .with_query("offset", offset.to_string())
}

/// Looks a user of a customer up by e-mail.
pub fn find_subscriber(customer_id: &str, email: &str) -> Request {
    Request::new(Method::Get, "/wholesale/subscribers").with_query("customerId", customer_id).with_query("email", email)
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

/// Gives a person an administrator role; a role that is there already stays as it is.
pub fn grant_role(org_uuid: &str, person_uuid: &str, role: &str) -> Request {
    Request::new(Method::Patch, format!("/identity/scim/{}/v2/Users/{}", segment(org_uuid), segment(person_uuid)))
        .with_body(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "add", "path": "roles", "value": [{ "value": role, "type": "cirole" }] }],
        }))
}
