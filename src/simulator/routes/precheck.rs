//! The checks before provisioning, which change nothing, and the rules they share with it.

use serde_json::{Value, json};

use super::subscribers::{package_of, refuse_taken};
use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome};
use crate::simulator::checker::Checker;
use crate::simulator::holds::EmailHold;
use crate::simulator::ids;
use crate::simulator::packages;
use crate::simulator::refusal::{Refusal, code};
use crate::simulator::router::{Route, route};
use crate::simulator::settings::Duplicates;
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Post, "/wholesale/customers/validate", customer),
    route(Method::Post, "/wholesale/subscribers/validate", subscriber),
];

/// The longest name of a location with calling.
pub const CALLING_NAME_CHARACTERS_MAX: usize = 80;

fn customer(call: &mut Call<'_>) -> Outcome {
    let body = call.body()?;
    let mut checker = Checker::new(body);
    checker.object("/address");
    if body.get("customerInfo").is_some() {
        let email = checker.email("/customerInfo/primaryEmail");
        if call.world.holds.email(email) == Some(EmailHold::Taken) {
            checker.complain_coded(code::EMAIL_TAKEN, format!("{email} already belongs to an existing user"));
        }
    }
    check_customer(&mut checker, body, Headquarters::Optional);
    if let Some(external_id) = checker.optional("/externalId") {
        let known = call.world.store.customers.by(By::ExternalId, external_id).any(|other| call.owns(other));
        if known && call.world.settings.duplicates == Duplicates::Refuse {
            checker.complain(format!("a customer with externalId {external_id} exists already"));
        }
    }
    checker.done()?;
    Ok(passed())
}

fn subscriber(call: &mut Call<'_>) -> Outcome {
    let body = call.body()?;
    let mut checker = Checker::new(body);
    let email = checker.email("/email");
    let customer_id = checker.optional("/customerId");
    if customer_id.is_none() && checker.optional("/provisioningId").is_none() {
        checker.complain_coded(code::MISSING, "mandatory parameter customerId or provisioningId is missing");
    }
    if body.get("package").is_some() || body.get("packages").is_some() {
        package_of(&mut checker, body);
    }
    checker.done()?;
    let org = match customer_id {
        Some(id) => {
            let customer = call.world.store.customers.get(&ids::bare(id).unwrap_or_default());
            customer
                .filter(|customer| call.owns(customer))
                .ok_or_else(|| Refusal::new(400, "there is no customer with this customerId"))?
                .org
                .clone()
        }
        None => None,
    };
    refuse_taken(call.world, email, org.as_deref())?;
    let known = call.world.store.subscribers.by(By::Email, &email.to_lowercase()).next().is_some();
    if known && call.world.settings.duplicates == Duplicates::Refuse {
        return Err(Refusal::coded(400, code::EMAIL_TAKEN, format!("{email} is a subscriber already")));
    }
    Ok(passed())
}

fn passed() -> Answer {
    let info = json!({ "infoCode": 100, "description": "Provisioning precheck validation successful" });
    Answer::json(200, &json!({ "message": "success", "info": info }))
}

/// Whether a customer that buys calling must bring its headquarters along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headquarters {
    Needed,
    Optional,
}

/// What holds for the fields of a customer that are there.
pub fn check_customer(checker: &mut Checker<'_>, body: &Value, headquarters: Headquarters) {
    if body.get("address").is_some() {
        checker.wholesale_address("/address");
    }
    if checker.optional("/customerInfo/name").is_some_and(|name| name.contains('%')) {
        checker.complain("customerInfo.name must not contain %");
    }
    let packages = checker.optional_texts("/packages").unwrap_or_default();
    check_packages(checker, &packages);
    check_limits(checker, body);
    let sells_calling = packages.iter().any(|name| packages::has_calling(name));
    let brings_location = body.pointer("/provisioningParameters/calling").is_some();
    if brings_location || (sells_calling && headquarters == Headquarters::Needed) {
        check_headquarters(checker);
    }
}

fn check_packages(checker: &mut Checker<'_>, packages: &[&str]) {
    for name in packages {
        if !packages::is_known(name) {
            checker.complain(format!("{name} is not a package"));
        }
        let needed = packages::needed_with(name);
        if !needed.is_empty() && !needed.iter().any(|base| packages.contains(base)) {
            checker.complain(format!("{name} needs one of {}", needed.join(", ")));
        }
    }
}

fn check_limits(checker: &mut Checker<'_>, body: &Value) {
    let limits = body.pointer("/provisioningParameters/packages/limits").and_then(Value::as_object);
    for (name, limit) in limits.into_iter().flatten() {
        if !packages::LIMITS.contains(&name.as_str()) {
            checker.complain(format!("{name} cannot be limited"));
        }
        if limit.as_u64().is_none_or(|limit| limit == 0) {
            checker.complain(format!("the limit of {name} must be a whole number above 0"));
        }
    }
}

fn check_headquarters(checker: &mut Checker<'_>) {
    const LOCATION: &str = "/provisioningParameters/calling/location";
    if !checker.object(LOCATION) {
        return;
    }
    for field in ["name", "timezone", "language"] {
        checker.text(&format!("{LOCATION}/{field}"));
    }
    checker.at_most(&format!("{LOCATION}/name"), CALLING_NAME_CHARACTERS_MAX);
    checker.wholesale_address(&format!("{LOCATION}/address"));
}
