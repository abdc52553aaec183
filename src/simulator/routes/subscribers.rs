//! Wholesale subscribers: the package that a user holds, and the person that comes with it.

use serde_json::{Value, json};

use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome, World, time};
use crate::simulator::checker::Checker;
use crate::simulator::holds::EmailHold;
use crate::simulator::ids::{self, Kind};
use crate::simulator::packages;
use crate::simulator::paging;
use crate::simulator::records::{Customer, Person, Subscriber};
use crate::simulator::refusal::{Refusal, code};
use crate::simulator::router::{Route, route};
use crate::simulator::seats::{self, Seat};
use crate::simulator::settings::{Duplicates, Shelf};
use crate::simulator::table::By;

pub const ROUTES: &[Route] = &[
    route(Method::Get, "/wholesale/subscribers", list),
    route(Method::Post, "/wholesale/subscribers", create),
    route(Method::Get, "/wholesale/subscribers/{subscriberId}", show),
    route(Method::Put, "/wholesale/subscribers/{subscriberId}", update),
    route(Method::Delete, "/wholesale/subscribers/{subscriberId}", remove),
    route(Method::Post, "/subscribers/{subscriberId}/emails/consentMove", resend_consent),
];

/// The role that the first administrator of an organisation gets by itself.
const FULL_ADMIN: &str = "id_full_admin";

fn list(call: &mut Call<'_>) -> Outcome {
    count_looks(call);
    let subscribers = &call.world.store.subscribers;
    let email = call.query("email").map(str::to_lowercase);
    let customer = customer_filter(call);
    let chosen: Vec<&Subscriber> = match (&email, &customer) {
        (Some(email), _) => subscribers.by(By::Email, email).collect(),
        (None, Some(customer)) => subscribers.by(By::Customer, customer).collect(),
        (None, None) => subscribers.all().collect(),
    };
    let person = call.query_id("personId");
    let status = call.query("status");
    let items: Vec<&Subscriber> = chosen
        .into_iter()
        .filter(|subscriber| call.lists(Shelf::Subscribers, subscriber.created_ms))
        .filter(|subscriber| call.owns_customer(&subscriber.customer))
        .filter(|subscriber| customer.as_ref().is_none_or(|customer| *customer == subscriber.customer))
        .filter(|subscriber| person.as_ref().is_none_or(|person| !subscriber.pending && *person == subscriber.person))
        .filter(|subscriber| status.is_none_or(|status| status == status_word(subscriber)))
        .collect();
    paging::answer(call, &paging::WHOLESALE, "items", &items, |subscriber| view(call.world, subscriber), None)
}

/// A list looks at everything that waits.
fn count_looks(call: &mut Call<'_>) {
    if !call.world.holds.counts_looks() {
        return;
    }
    let email = call.query("email");
    let waits = |subscriber: &&Subscriber| {
        subscriber.pending && email.is_none_or(|email| email.eq_ignore_ascii_case(&subscriber.email))
    };
    let waiting: Vec<String> = call.world.store.subscribers.all().filter(waits).map(|it| it.uuid.clone()).collect();
    for uuid in waiting {
        call.world.look_at_subscriber(&uuid, call.now_ms);
    }
}

/// The bare id of the wanted customer, by either of its two names.
fn customer_filter(call: &Call<'_>) -> Option<String> {
    call.query_id("customerId").or_else(|| {
        let external_id = call.query("externalCustomerId")?;
        let customer = call.world.store.customers.by(By::ExternalId, external_id).find(|customer| call.owns(customer));
        Some(customer.map_or_else(String::new, |customer| customer.uuid.clone()))
    })
}

fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.body()?;
    let mut checker = Checker::new(body);
    let customer_id = checker.text("/customerId");
    let email = checker.email("/email");
    let package = package_of(&mut checker, body);
    checker.object("/provisioningParameters");
    for field in ["firstName", "lastName", "primaryPhoneNumber", "extension", "locationId"] {
        checker.optional(&format!("/provisioningParameters/{field}"));
    }
    checker.done()?;
    let customer = ready_customer(call, customer_id)?;
    may_sell(call.world, &customer, &package)?;
    let org = customer.org.clone().unwrap_or_default();
    refuse_taken(call.world, email, Some(&org))?;
    refuse_twin(call.world, &customer, email)?;
    let person = person_for(call, &org, email, &package)?;
    let subscriber = subscribe(call, &customer, person, package);
    let status = if subscriber.pending { 202 } else { 200 };
    let mut answer = Answer::json(status, &view(call.world, &subscriber));
    let path = format!("/wholesale/subscribers/{}", ids::public(Kind::Subscriber, &subscriber.uuid));
    answer.headers.push(("Location".to_owned(), call.url(&path)));
    Ok(answer)
}

/// The one package that the body names, in either of the two fields.
pub fn package_of(checker: &mut Checker<'_>, body: &Value) -> String {
    let (old, new) = (checker.optional("/package"), checker.optional_texts("/packages"));
    let name = match (old, new) {
        (Some(_), Some(_)) => {
            checker.complain("give package or packages, not both");
            return String::new();
        }
        (Some(name), None) if packages::is_for_old_field(name) => return name.to_owned(),
        (Some(name), None) => name,
        (None, Some(names)) if names.len() == 1 => names[0],
        (None, names) => {
            checker.complain_coded(
                if names.is_none() { code::MISSING } else { code::SIZE },
                "packages must hold exactly one package",
            );
            return String::new();
        }
    };
    if body.get("package").is_some() || !packages::is_for_subscribers(name) {
        checker.complain(format!("{name} is not a package for subscribers"));
    }
    name.to_owned()
}

fn ready_customer(call: &Call<'_>, id: &str) -> Result<Customer, Refusal> {
    let customer = call.world.store.customers.get(&ids::bare(id).unwrap_or_default());
    let customer = customer
        .filter(|customer| call.owns(customer))
        .ok_or_else(|| Refusal::new(400, "there is no customer with this customerId"))?;
    if !customer.status.is_ready() {
        return Err(Refusal::new(409, format!("the customer is {}", customer.status.word())));
    }
    Ok(customer.clone())
}

fn may_sell(world: &World, customer: &Customer, package: &str) -> Result<(), Refusal> {
    if !customer.packages.iter().any(|sold| sold == package) {
        return Err(Refusal::new(400, format!("{package} is not among the customer's packages")));
    }
    let held = world.store.subscribers.count(By::Package, &format!("{}/{package}", customer.uuid));
    let limit = customer.limits[package].as_u64();
    if limit.is_some_and(|limit| u64::try_from(held).unwrap_or(u64::MAX) >= limit) {
        return Err(Refusal::new(400, format!("the customer's limit for {package} is reached")));
    }
    Ok(())
}

/// An address belongs to one organisation in all of Webex.
pub fn refuse_taken(world: &World, email: &str, org: Option<&str>) -> Result<(), Refusal> {
    let held = world.holds.email(email) == Some(EmailHold::Taken);
    let mut owners = world.store.people.by(By::Email, &email.to_lowercase());
    if held || owners.any(|person| Some(person.org.as_str()) != org) {
        return Err(Refusal::coded(400, code::EMAIL_TAKEN, format!("{email} already belongs to an existing user")));
    }
    Ok(())
}

fn refuse_twin(world: &World, customer: &Customer, email: &str) -> Result<(), Refusal> {
    let mut twins = world.store.subscribers.by(By::Email, &email.to_lowercase());
    if world.settings.duplicates == Duplicates::Refuse && twins.any(|twin| twin.customer == customer.uuid) {
        return Err(Refusal::new(409, format!("{email} is a subscriber of the customer already")));
    }
    Ok(())
}

/// The person who will hold the package: one who lost an earlier one, or a new one.
fn person_for(call: &mut Call<'_>, org: &str, email: &str, package: &str) -> Result<Person, Refusal> {
    let parameters = &call.body()?["provisioningParameters"];
    let known = person_without_package(call.world, email);
    let has_calling = known.as_ref().is_some_and(|person| person.location.is_some());
    let wants_seat = packages::has_calling(package) && !has_calling;
    let seat = match seats::held(call.world, org, email).filter(|_| wants_seat) {
        // Whoever has calling keeps what they have, and nothing is said of it.
        Some(held) => Some(held),
        None if wants_seat => Some(seats::claim(call.world, org, email, parameters)?),
        None => None,
    };
    let mut person = match known {
        Some(person) => person,
        None => new_person(call, org, email, parameters),
    };
    if let Some(seat) = seat {
        sit(&mut person, seat);
    }
    Ok(person)
}

fn person_without_package(world: &World, email: &str) -> Option<Person> {
    let mut people = world.store.people.by(By::Email, &email.to_lowercase());
    people.find(|person| world.store.subscriber_of(person).is_none()).cloned()
}

fn new_person(call: &mut Call<'_>, org: &str, email: &str, parameters: &Value) -> Person {
    let text = |name: &str| parameters[name].as_str().unwrap_or_default().to_owned();
    let (first_name, last_name) = (text("firstName"), text("lastName"));
    let full_name = format!("{first_name} {last_name}").trim().to_owned();
    let store = &mut call.world.store;
    let is_first = store.people.by(By::Org, org).next().is_none();
    let leads = store.organizations.get(org).is_some_and(|org| org.primary_email.eq_ignore_ascii_case(email));
    Person {
        uuid: store.mint(&format!("person/{email}")),
        org: org.to_owned(),
        email: email.to_owned(),
        display_name: if full_name.is_empty() { email.to_owned() } else { full_name },
        first_name,
        last_name,
        location: None,
        number: None,
        alternates: Vec::new(),
        extension: None,
        roles: if is_first && leads { vec![FULL_ADMIN.to_owned()] } else { Vec::new() },
        pending: call.world.holds.consent(email).is_some(),
        created_ms: call.now_ms,
        changed_ms: call.now_ms,
    }
}

fn sit(person: &mut Person, seat: Seat) {
    person.location = Some(seat.location);
    person.number = seat.number;
    person.extension = seat.extension;
}

fn subscribe(call: &mut Call<'_>, customer: &Customer, person: Person, package: String) -> Subscriber {
    let store = &mut call.world.store;
    let subscriber = Subscriber {
        uuid: store.mint(&format!("subscriber/{}", person.email)),
        customer: customer.uuid.clone(),
        person: person.uuid.clone(),
        email: person.email.clone(),
        package,
        pending: person.pending,
        created_ms: call.now_ms,
        changed_ms: call.now_ms,
    };
    store.people.put(person);
    store.subscribers.put(subscriber.clone());
    subscriber
}

fn show(call: &mut Call<'_>) -> Outcome {
    let uuid = find(call)?.uuid;
    call.world.look_at_subscriber(&uuid, call.now_ms);
    let subscriber = find(call)?;
    Ok(Answer::json(200, &view(call.world, &subscriber)))
}

fn update(call: &mut Call<'_>) -> Outcome {
    let body = call.body()?;
    let mut subscriber = find(call)?;
    let mut checker = Checker::new(body);
    let package = package_of(&mut checker, body);
    checker.done()?;
    let customer = ready_customer(call, &ids::public(Kind::Enterprise, &subscriber.customer))?;
    if package != subscriber.package {
        may_sell(call.world, &customer, &package)?;
    }
    let person = call.world.store.people.get(&subscriber.person).cloned();
    let mut person = person.ok_or_else(|| Refusal::not_found("person"))?;
    if packages::has_calling(&package) && person.location.is_none() {
        let seat = seats::claim(call.world, &person.org, &person.email, &body["provisioningParameters"])?;
        sit(&mut person, seat);
        person.changed_ms = call.now_ms;
        call.world.store.people.put(person);
    } else if !packages::has_calling(&package) && person.location.is_some() {
        // Without calling there is nothing to call from.
        (person.location, person.number, person.extension) = (None, None, None);
        person.alternates.clear();
        person.changed_ms = call.now_ms;
        call.world.store.people.put(person);
    }
    subscriber.package = package;
    call.world.store.subscribers.put(subscriber.clone());
    Ok(Answer::json(200, &view(call.world, &subscriber)))
}

/// Only the mapping goes; the person stays, and so does the claim on the address. Unless set otherwise, calling goes with
/// the package, so the seat is free again and its number stays with the location.
fn remove(call: &mut Call<'_>) -> Outcome {
    let subscriber = find(call)?;
    call.world.store.subscribers.remove(&subscriber.uuid);
    let person = call.world.store.people.get(&subscriber.person).filter(|person| person.location.is_some()).cloned();
    if let Some(person) = person.filter(|_| !call.world.settings.persons_keep_calling) {
        let person = Person { location: None, number: None, extension: None, changed_ms: call.now_ms, ..person };
        call.world.store.people.put(person);
    }
    Ok(Answer::empty(204))
}

fn resend_consent(call: &mut Call<'_>) -> Outcome {
    if find(call)?.pending {
        return Ok(Answer::empty(204));
    }
    Err(Refusal::new(409, "the subscriber does not wait for consent"))
}

fn find(call: &Call<'_>) -> Result<Subscriber, Refusal> {
    let subscriber = call.world.store.subscribers.get(&call.argument_id(0));
    subscriber
        .filter(|subscriber| call.finds(subscriber.created_ms) && call.owns_customer(&subscriber.customer))
        .cloned()
        .ok_or_else(|| Refusal::not_found("subscriber"))
}

const fn status_word(subscriber: &Subscriber) -> &'static str {
    if subscriber.pending { "pending_user_migration" } else { "provisioned" }
}

fn view(world: &World, subscriber: &Subscriber) -> Value {
    let customer = world.store.customers.get(&subscriber.customer);
    let mut view = json!({
        "id": ids::public(Kind::Subscriber, &subscriber.uuid),
        "email": subscriber.email,
        "customerId": ids::public(Kind::Enterprise, &subscriber.customer),
        "externalCustomerId": customer.map_or("", |customer| customer.external_id.as_str()),
        "packages": [subscriber.package],
        "status": status_word(subscriber),
        "created": time(subscriber.created_ms),
        "lastStatusChange": time(subscriber.changed_ms),
    });
    if packages::is_for_old_field(&subscriber.package) {
        view["package"] = json!(subscriber.package);
    }
    if !subscriber.pending {
        view["personId"] = json!(ids::public(Kind::People, &subscriber.person));
    }
    view
}
