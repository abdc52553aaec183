//! Requests about customers and their organisations.

use serde_json::{Map, Value, json};

use super::{filled, segment, wholesale_address};
use crate::api::wire::{Method, Request};
use crate::plan::{CustomerWork, SiteWork};

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

/// Lists the customers from a position on.
pub fn list_customers(offset: usize) -> Request {
    Request::new(Method::Get, "/wholesale/customers")
        .with_query("max", super::PAGE_ENTRIES.to_string())
        .with_query("offset", offset.to_string())
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
