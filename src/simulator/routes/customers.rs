//! Wholesale customers: made, changed and deleted by jobs that end later. Prechecks live next door.

use serde_json::{Value, json};

use super::precheck::{Headquarters, check_customer};
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome, World};
use crate::simulator::checker::Checker;
use crate::simulator::ids::{self, Kind};
use crate::simulator::packages;
use crate::simulator::paging;
use crate::simulator::records::{Customer, Status};
use crate::simulator::refusal::{Refusal, code};
use crate::simulator::router::{Route, route};
use crate::simulator::settings::{Duplicates, Shelf};
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Get, "/wholesale/customers", list),
    route(Method::Post, "/wholesale/customers", create),
    route(Method::Get, "/wholesale/customers/{customerId}", show),
    route(Method::Put, "/wholesale/customers/{customerId}", update),
    route(Method::Delete, "/wholesale/customers/{customerId}", remove),
];

fn list(call: &mut Call<'_>) -> Outcome {
    count_looks(call);
    let customers = &call.world.store.customers;
    let chosen: Vec<&Customer> = match call.query("externalId") {
        Some(external_id) => customers.by(By::ExternalId, external_id).collect(),
        None => customers.all().collect(),
    };
    let org = call.query_id("orgId");
    let statuses: Vec<&str> =
        call.request.query.iter().filter(|(name, _)| name == "status").map(|(_, v)| &**v).collect();
    let asked_for = |status: Status| {
        statuses.is_empty() || statuses.iter().any(|list| list.split(',').any(|word| word == status.word()))
    };
    let behalf = call.behalf();
    let items: Vec<&Customer> = chosen
        .into_iter()
        .filter(|customer| customer.sub_partner == behalf)
        .filter(|customer| call.lists(Shelf::Customers, customer.created_ms) && asked_for(customer.status))
        .filter(|customer| org.is_none() || (customer.stands && customer.org == org))
        .collect();
    paging::answer(call, &paging::WHOLESALE, "items", &items, |customer| view(call.world, customer, false), None)
}

/// A list looks at everything that waits.
fn count_looks(call: &mut Call<'_>) {
    if !call.world.holds.counts_looks() {
        return;
    }
    let external_id = call.query("externalId");
    let waits =
        |customer: &&Customer| customer.status.is_held() && external_id.is_none_or(|id| id == customer.external_id);
    let waiting: Vec<String> = call.world.store.customers.all().filter(waits).map(|it| it.uuid.clone()).collect();
    for uuid in waiting {
        call.world.look_at_customer(&uuid, call.now_ms);
    }
}

fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.body()?;
    let mut checker = Checker::new(body);
    checker.text("/provisioningId");
    checker.text("/externalId");
    checker.texts("/packages");
    checker.object("/address");
    if body.get("orgId").is_none() {
        checker.text("/customerInfo/name");
        checker.email("/customerInfo/primaryEmail");
    }
    check_customer(&mut checker, body, Headquarters::Needed);
    checker.done()?;

    let external_id = text(body, "/externalId");
    let taken = call.world.store.customers.by(By::ExternalId, &external_id).any(|other| call.owns(other));
    if taken && call.world.settings.duplicates == Duplicates::Refuse {
        return Err(Refusal::new(409, format!("a customer with externalId {external_id} exists already")));
    }
    let customer = new_customer(call, body, external_id)?;
    let answer = accepted(call, &customer.uuid);
    call.world.store.customers.put(customer);
    Ok(answer)
}

fn new_customer(call: &mut Call<'_>, body: &Value, external_id: String) -> Result<Customer, Refusal> {
    let org = body.get("orgId").and_then(Value::as_str).map(|org| ids::bare(org).unwrap_or_default());
    let attached = match &org {
        Some(uuid) => {
            let found = call.world.store.organizations.get(uuid).cloned();
            Some(found.ok_or_else(|| Refusal::new(400, "there is no organization with this orgId"))?)
        }
        None => None,
    };
    let info = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let name = info("/customerInfo/name").or_else(|| attached.as_ref().map(|org| org.name.clone()));
    let email = info("/customerInfo/primaryEmail").or_else(|| attached.as_ref().map(|org| org.primary_email.clone()));
    Ok(Customer {
        uuid: call.world.store.mint(&format!("customer/{external_id}")),
        external_id,
        sub_partner: call.behalf(),
        provisioning_id: text(body, "/provisioningId"),
        org,
        name: name.unwrap_or_default(),
        primary_email: email.unwrap_or_default(),
        language: info("/customerInfo/language"),
        address: body["address"].clone(),
        packages: package_names(body),
        limits: body.pointer("/provisioningParameters/packages/limits").cloned().unwrap_or_else(|| json!({})),
        headquarters: body.pointer("/provisioningParameters/calling/location").cloned(),
        status: Status::Provisioning,
        stands: false,
        due_ms: Some(call.now_ms + call.world.settings.provision_ms),
        created_ms: call.now_ms,
    })
}

fn show(call: &mut Call<'_>) -> Outcome {
    let licences = call.query("includePackageLicenseInfo") == Some("true");
    let uuid = find(call)?.uuid;
    call.world.look_at_customer(&uuid, call.now_ms);
    let customer = find(call)?;
    Ok(Answer::json(200, &view(call.world, &customer, licences)))
}

fn update(call: &mut Call<'_>) -> Outcome {
    let body = call.body()?;
    let mut customer = find(call)?;
    let mut checker = Checker::new(body);
    checker.texts("/packages");
    let has_one = customer.headquarters.is_some();
    check_customer(&mut checker, body, if has_one { Headquarters::Optional } else { Headquarters::Needed });
    checker.done()?;
    if !customer.status.is_ready() {
        return Err(Refusal::new(409, format!("the customer is {} and cannot be changed now", customer.status.word())));
    }
    rename(call, &mut customer, body)?;
    change(&mut customer, body);
    customer.status = Status::Updating;
    customer.due_ms = Some(call.now_ms + call.world.settings.provision_ms);
    let answer = accepted(call, &customer.uuid);
    call.world.store.customers.put(customer);
    Ok(answer)
}

fn rename(call: &mut Call<'_>, customer: &mut Customer, body: &Value) -> Result<(), Refusal> {
    let Some(external_id) = body.get("externalId").and_then(Value::as_str) else { return Ok(()) };
    if external_id == customer.external_id {
        return Ok(());
    }
    let store = &mut call.world.store;
    if store.customers.by(By::ExternalId, external_id).any(|other| other.sub_partner == customer.sub_partner) {
        return Err(Refusal::new(409, format!("a customer with externalId {external_id} exists already")));
    }
    external_id.clone_into(&mut customer.external_id);
    if let Some(mut org) = customer.org.as_ref().and_then(|org| store.organizations.get(org)).cloned() {
        external_id.clone_into(&mut org.external_id);
        store.organizations.put(org);
    }
    Ok(())
}

/// `packages` is the whole wanted list: what is left out goes.
fn change(customer: &mut Customer, body: &Value) {
    customer.packages = package_names(body);
    if let Some(address) = body.get("address") {
        customer.address = address.clone();
    }
    if let Some(limits) = body.pointer("/provisioningParameters/packages/limits") {
        customer.limits = limits.clone();
    }
    if let Some(location) = body.pointer("/provisioningParameters/calling/location") {
        customer.headquarters.get_or_insert_with(|| location.clone());
    }
}

fn remove(call: &mut Call<'_>) -> Outcome {
    let mut customer = find(call)?;
    if customer.status != Status::Deleting {
        customer.status = Status::Deleting;
        customer.due_ms = Some(call.now_ms + call.world.settings.provision_ms);
        call.world.store.customers.put(customer);
    }
    Ok(Answer::empty(202))
}

fn find(call: &Call<'_>) -> Result<Customer, Refusal> {
    let customer = call.world.store.customers.get(&call.argument_id(0));
    customer
        .filter(|customer| call.finds(customer.created_ms) && call.owns(customer))
        .cloned()
        .ok_or_else(|| Refusal::not_found("customer"))
}

fn accepted(call: &Call<'_>, uuid: &str) -> Answer {
    let url = call.url(&format!("/wholesale/customers/{}", ids::public(Kind::Enterprise, uuid)));
    let mut answer = Answer::json(202, &json!({ "url": url }));
    answer.headers.push(("Location".to_owned(), url));
    answer
}

fn package_names(body: &Value) -> Vec<String> {
    let names = body["packages"].as_array().into_iter().flatten().filter_map(Value::as_str);
    names.fold(Vec::new(), |mut unique, name| {
        if !unique.iter().any(|known| known == name) {
            unique.push(name.to_owned());
        }
        unique
    })
}

fn text(body: &Value, pointer: &str) -> String {
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The customer as Webex shows it; the organisation only once it stands.
fn view(world: &World, customer: &Customer, licences: bool) -> Value {
    let mut view = json!({
        "id": ids::public(Kind::Enterprise, &customer.uuid),
        "externalId": customer.external_id,
        "address": customer.address,
        "status": customer.status.word(),
        "packages": customer.packages,
        "resourceDetails": { "packages": package_views(world, customer, licences) },
    });
    if let Some(org) = customer.org.as_ref().filter(|_| customer.stands) {
        view["orgId"] = json!(ids::public(Kind::Organization, org));
    }
    if customer.status == Status::Error {
        view["errors"] = json!([{ "description": "the provisioning job failed" }]);
    }
    if customer.status == Status::ProvisionedWithErrors {
        view["errors"] = json!([failure(world, customer)]);
    }
    view
}

const MAINTENANCE: &str = "Webex Calling is in maintenance; a package could not be provisioned";

/// Why a package of the customer failed, in the words of the fault file or in Cisco's.
fn failure(world: &World, customer: &Customer) -> Value {
    let reason = world.holds.customer(&customer.external_id).and_then(|hold| hold.reason.as_ref());
    reason.map_or_else(
        || json!({ "errorCode": code::MAINTENANCE, "description": MAINTENANCE }),
        |reason| json!({ "description": reason }),
    )
}

/// The package that fails when one does.
fn failing<'a>(world: &'a World, customer: &'a Customer) -> Option<&'a String> {
    let named = world.holds.customer(&customer.external_id).and_then(|hold| hold.package.as_ref());
    named.or_else(|| customer.packages.last())
}

fn package_views(world: &World, customer: &Customer, licences: bool) -> Vec<Value> {
    let failing = failing(world, customer);
    let maintained = world.holds.customer(&customer.external_id).is_none_or(|hold| hold.reason.is_none());
    let one = |name: &String| {
        let status = match customer.status {
            Status::Provisioned => "provisioned",
            Status::ProvisionedWithErrors if failing != Some(name) => "provisioned",
            Status::ProvisionedWithErrors | Status::Error => "error",
            Status::Deleting => "deleting",
            Status::Provisioning | Status::Updating | Status::PendingRplReview => "provisioning",
        };
        let mut view = json!({ "name": name, "status": status });
        if status == "error" && customer.stands {
            // Maintenance is only a warning; the package has failed all the same.
            view[if maintained { "warnings" } else { "errors" }] = json!([failure(world, customer)]);
        }
        if licences && status == "provisioned" {
            view["licenseIds"] = json!([licence(customer.org.as_deref().unwrap_or_default(), name)]);
        }
        view
    };
    customer.packages.iter().map(one).collect()
}

/// The licence that a package gives in an organisation.
pub fn licence(org: &str, package: &str) -> String {
    let kind = if packages::has_calling(package) { "calling" } else { "other" };
    ids::public(Kind::License, &ids::fixed(&format!("{org}/{kind}/{package}")))
}
