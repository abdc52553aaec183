//! The simulator's answers, and the requests of this test, against Cisco's API description. The
//! description is not part of the project, so this test runs only when asked for:
//! `TURNUP_OPENAPI=folder cargo test --test contract`.

#[path = "contract/checker.rs"]
mod checker;
#[path = "simulator/desk.rs"]
mod desk;
#[path = "delta/office.rs"]
#[allow(dead_code, reason = "the state is compared by the tests of changes")]
mod office;
#[path = "flow/world.rs"]
mod world;

use checker::Contract;
use desk::{Desk, customer, subscriber, text, uuid, wholesale_address};
use serde_json::json;
use std::collections::HashMap;
use tokio::runtime::Builder;
use turnup::journal::{Log, Memory};
use turnup::plan::Known;
use turnup::simulator::{Faults, Settings, Simulator};
use world::Webex;

/// What the description holds and a provisioning client does not need.
const NOT_SERVED: &[&str] = &[
    "DELETE /wholesale/billing/reports/{id}",
    "GET /licenses",
    "GET /telephony/config/people/primary/availableNumbers",
    "GET /wholesale/billing/reports",
    "GET /wholesale/billing/reports/{id}",
    "GET /wholesale/subPartners",
    "PATCH /licenses/users",
    "POST /applications/{applicationId}/token",
    "POST /people",
    "POST /wholesale/billing/reports",
];

#[test]
fn everything_that_is_said_is_allowed() {
    let contract = Contract::load();
    let mut desk = Desk::new();
    provision(&mut desk);
    let found: Vec<String> = desk.log.iter().flat_map(|(request, answer)| contract.check(request, answer)).collect();
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    let mut unused = contract.unused(desk.log.iter().map(|(request, _)| request));
    unused.sort_unstable();
    assert_eq!(unused, NOT_SERVED);
}

#[test]
fn refusals_have_the_shape_of_errors() {
    let contract = Contract::load();
    let mut desk = Desk::with(
        Settings { rate: Some(1), ..Settings::default() },
        "[[fault]]\npath = \"/roles\"\nkind = \"status\"\nstatus = 503",
    );
    let (id, org) = desk.customer("acme", &["webex_calling"]);
    let headquarters = desk.headquarters(&org);
    desk.put(400, "POST /wholesale/customers", json!({}));
    desk.put(409, "POST /wholesale/customers", customer("acme", &["webex_calling"]));
    desk.put(400, "POST /wholesale/subscribers", subscriber(&id, "x@y.zz", "webex_calling", json!({})));
    desk.get(404, "GET /wholesale/customers/unknown");
    desk.get(503, "GET /roles");
    desk.put(
        400,
        &format!("POST /telephony/config/locations/{headquarters}/numbers?orgId={org}"),
        json!({ "phoneNumbers": ["12"] }),
    );
    for _ in 0..40 {
        desk.ask("GET /roles", None);
    }
    assert_eq!(desk.log.last().map(|(_, answer)| answer.status), Some(429));
    let found: Vec<String> =
        desk.log.iter().flat_map(|(request, answer)| contract.check_answer(request, answer)).collect();
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

/// What a run says to Webex: first into an empty one, under faults, then once more without a memory of its own, so
/// that everything is found and adopted; and in the end everything is deleted.
#[test]
fn everything_that_a_run_says_is_allowed() {
    let contract = Contract::load();
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let faults = if seed == 0 { Faults::none() } else { Faults::from_seed(seed) };
        let webex = Webex::new(Simulator::new(Settings::default(), faults));
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(async {
            let (known, began) = (Known::default(), tokio::time::Instant::now());
            let plan = world::planned(&known);
            let client = world::client(&webex, began);
            let said = turnup::run::precheck(&plan, &known, &Default::default(), &client, 4, usize::MAX).await;
            let is_welcome = |(_, verdict): &(_, turnup::run::Verdict)| *verdict == turnup::run::Verdict::Welcome;
            assert!(seed > 0 || said.is_ok_and(|said| said.iter().all(is_welcome)), "the small partner is welcome");
            let mut log = Memory::default();
            for _ in 0..2 {
                log = Memory::default();
                log.begin(&world::head(), &plan).expect("memory takes it");
                let finish = world::attempt(&webex, began, &plan, HashMap::new(), &mut log, &known).await;
                let finish = finish.expect("nothing stops it");
                assert_eq!(world::faults_of(&webex, &plan, &finish.records), Vec::<String>::new(), "seed {seed}");
            }
            let pictures = read_back(&world::client(&webex, began)).await;
            assert!(seed > 0 || pictures.is_some_and(|pictures| pictures == 3), "everybody is read back");
            let known = log.known().expect("memory can be read");
            let plan = world::planned_of(world::TEMPLATES, world::ALL_GO, &known);
            log.begin(&world::head_of("d"), &plan).expect("memory takes it");
            let finish = world::attempt_of("d", &webex, began, &plan, HashMap::new(), &mut log, &known).await;
            assert!(finish.is_ok(), "nothing stops it");
            assert_eq!(webex.state()["customers"], json!({}), "seed {seed}");
        });
        let traffic = webex.traffic.lock().expect("no test panics in it");
        let mut found: Vec<String> =
            traffic.iter().flat_map(|(request, answer)| contract.check(request, answer)).collect();
        // Gateways answer for every operation; the description names them at most of them.
        found.retain(|wrong| !wrong.ends_with(": 502 is not declared"));
        assert!(found.is_empty(), "seed {seed}: {} violations:\n{}", found.len(), found.join("\n"));
        seen.extend(traffic.iter().map(|(request, _)| request.method));
    }
    assert_eq!(seen.len(), 5, "a run reads, creates, sets, patches and deletes: {seen:?}");
}

/// Reads everything back, as `export` and `compare` do; tells how many customers could be read.
async fn read_back(client: &turnup::api::Client) -> Option<usize> {
    let no_limit = turnup::export::Budget::default();
    let (customers, _) = turnup::export::customers(client, &no_limit).await.ok()??;
    let customers = customers.into_iter().map(|customer| (customer, 0)).collect();
    let reading = turnup::export::read(client, &no_limit, customers, 4).await.ok()?;
    Some(reading.pictures.len())
}

/// What a second day changes is said in Cisco's words too.
#[test]
fn everything_that_a_change_says_is_allowed() {
    let contract = Contract::load();
    let webex = Webex::new(Simulator::new(Settings::default(), Faults::none()));
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let (mut known, began) = (Known::default(), tokio::time::Instant::now());
        for day in [office::first_day(), office::second_day()] {
            let plan = day.planned(&known);
            let mut log = Memory::remembering(&known);
            log.begin(&world::head(), &plan).expect("memory takes it");
            world::attempt(&webex, began, &plan, HashMap::new(), &mut log, &known).await.expect("nothing stops it");
            known = log.known().expect("memory can be read");
        }
    });
    let traffic = webex.traffic.lock().expect("no test panics in it");
    assert!(traffic.iter().any(|(request, _)| request.path.ends_with("/numbers") && request.path.contains("/people/")));
    let found: Vec<String> = traffic.iter().flat_map(|(request, answer)| contract.check(request, answer)).collect();
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_wrong_request_and_a_wrong_answer_are_found() {
    let contract = Contract::load();
    let request = desk::request("POST /wholesale/customers?colour=red", Some(json!({ "externalId": 1 })));
    let mut answer = turnup::api::wire::Answer::json(202, &json!({ "url": 1, "shape": "round" }));
    let found = contract.check(&request, &answer).join("\n");
    for expected in ["no parameter colour", "\"provisioningId\" is a required property", "at `/url`", "'shape'"] {
        assert!(found.contains(expected), "{expected} is not in:\n{found}");
    }
    answer.status = 299;
    assert_eq!(contract.check_answer(&request, &answer), ["POST /wholesale/customers: 299 is not declared"]);
    assert_eq!(contract.check_request(&desk::request("GET /nothing", None)), ["GET /nothing does not exist"]);
}

/// A customer's whole life.
fn provision(desk: &mut Desk) {
    let packages = ["webex_calling", "webex_meetings"];
    desk.put(
        200,
        "POST /wholesale/customers/validate",
        json!({
            "address": wholesale_address(), "customerInfo": { "primaryEmail": "boss@acme.example" },
        }),
    );
    desk.get(200, "GET /wholesale/customers?externalId=acme");
    let (id, org) = desk.customer("acme", &packages);
    desk.get(200, "GET /wholesale/customers?status=provisioned&max=10");
    desk.get(200, "GET /organizations");
    desk.get(200, "GET /people/me");
    desk.get(200, &format!("GET /identity/organizations/{}", uuid(&org)));
    let headquarters = desk.headquarters(&org);
    let branch = desk.branch(&org, "Branch");
    let spare = desk.branch(&org, "Spare");
    place(desk, &org, &headquarters);
    numbers(desk, &org, &headquarters);
    people(desk, &id, &org, &headquarters);
    leave(desk, &id, &org, &[branch, spare]);
}

fn place(desk: &mut Desk, org: &str, location: &str) {
    desk.get(200, &format!("GET /locations/{location}?orgId={org}"));
    desk.put(204, &format!("PUT /locations/{location}?orgId={org}"), json!({ "timeZone": "Europe/Berlin" }));
    desk.get(200, &format!("GET /telephony/config/locations?orgId={org}"));
    let options = desk.get(200, &format!("GET /telephony/pstn/locations/{location}/connectionOptions?orgId={org}"));
    let connection = format!("/telephony/pstn/locations/{location}/connection?orgId={org}");
    desk.put(204, &format!("PUT {connection}"), json!({ "premiseRouteType": "TRUNK", "premiseRouteId": "trunk" }));
    desk.get(200, &format!("GET {connection}"));
    desk.put(204, &format!("PUT {connection}"), json!({ "id": options["items"][0]["id"] }));
    desk.get(200, &format!("GET {connection}"));
}

fn numbers(desk: &mut Desk, org: &str, location: &str) {
    let numbers = ["+493012345601", "+493012345602", "+493012345603"];
    let validate = format!("POST /telephony/config/actions/validateNumbers/invoke?orgId={org}");
    desk.put(200, &validate, json!({ "phoneNumbers": numbers }));
    desk.add_numbers(org, location, &numbers);
    desk.put(200, &validate, json!({ "phoneNumbers": ["+493012345601", "12", "+493012345699", "+493012345699"] }));
    let path = format!("/telephony/config/locations/{location}/numbers?orgId={org}");
    desk.put(204, &format!("PUT {path}"), json!({ "phoneNumbers": [numbers[2]], "action": "DEACTIVATE" }));
    desk.put(204, &format!("PUT {path}"), json!({ "phoneNumbers": [numbers[2]] }));
    desk.put(204, &format!("DELETE {path}"), json!({ "phoneNumbers": [numbers[2]] }));
    let config = format!("/telephony/config/locations/{location}?orgId={org}");
    desk.put(204, &format!("PUT {config}"), json!({ "callingLineId": { "name": "Acme", "phoneNumber": numbers[0] } }));
    desk.put(200, &format!("PUT {config}"), json!({ "routingPrefix": "81" }));
    desk.get(200, &format!("GET {config}"));
    desk.get(200, &format!("GET /telephony/config/numbers?orgId={org}&available=true"));
    desk.get(200, &format!("GET /telephony/config/locations/{location}/availableNumbers?orgId={org}"));
    let extensions = json!({ "extensions": ["1001", "1001", "911", "x"] });
    desk.put(200, &format!("POST /telephony/config/actions/validateExtensions/invoke?orgId={org}"), extensions.clone());
    let line = format!("POST /telephony/config/locations/{location}/actions/validateExtensions/invoke?orgId={org}");
    desk.put(200, &line, extensions);
}

fn people(desk: &mut Desk, customer: &str, org: &str, location: &str) {
    desk.put(
        200,
        "POST /wholesale/subscribers/validate",
        json!({ "email": "boss@acme.example", "customerId": customer }),
    );
    let seat = json!({
        "firstName": "Eva", "lastName": "Boss", "locationId": location,
        "primaryPhoneNumber": "+493012345601", "extension": "1001",
    });
    let boss =
        desk.put(200, "POST /wholesale/subscribers", subscriber(customer, "boss@acme.example", "webex_calling", seat));
    let guest = desk.put(
        200,
        "POST /wholesale/subscribers",
        subscriber(customer, "guest@acme.example", "webex_meetings", json!({})),
    );
    let guest_line = format!("/wholesale/subscribers/{}", text(&guest["id"]));
    let seat = json!({ "extension": "1002", "locationId": location });
    let change = json!({ "packages": ["webex_calling"], "provisioningParameters": seat });
    desk.put(200, &format!("PUT {guest_line}"), change);
    desk.get(200, &format!("GET {guest_line}"));
    desk.get(200, &format!("GET /wholesale/subscribers?customerId={customer}&max=100&offset=0"));
    let person = text(&boss["personId"]);
    desk.get(200, &format!("GET /people?orgId={org}&email=boss@acme.example&callingData=true"));
    let shown = desk.get(200, &format!("GET /people/{person}?callingData=true"));
    desk.put(
        200,
        &format!("PUT /people/{person}?callingData=true"),
        json!({
            "displayName": "Eva B.", "roles": shown["roles"], "extension": shown["extension"],
            "phoneNumbers": [{ "type": "work", "value": "+493012345601" }],
        }),
    );
    let numbers = json!({ "phoneNumbers": [{ "primary": true, "action": "ADD", "directNumber": "+493012345602" }] });
    desk.put(204, &format!("PUT /telephony/config/people/{person}/numbers?orgId={org}"), numbers);
    desk.get(200, &format!("GET /telephony/config/numbers?orgId={org}"));
    emergency(desk, org, location, &person);
    roles(desk, org, &person);
    desk.get(204, &format!("DELETE {guest_line}"));
    desk.get(204, &format!("DELETE /people/{}", text(&guest["personId"])));
}

fn emergency(desk: &mut Desk, org: &str, location: &str, person: &str) {
    let address =
        json!({ "address1": "Am Hof 2", "city": "Berlin", "state": "", "postalCode": "10115", "country": "DE" });
    let path = format!("/telephony/pstn/locations/{location}/emergencyAddress");
    let crooked = json!({ "address1": "Am  Hof 2", "city": "Berlin", "country": "de" });
    desk.put(200, &format!("POST {path}/lookup?orgId={org}"), crooked.clone());
    desk.put(400, &format!("POST {path}?orgId={org}"), crooked);
    let made = desk.put(201, &format!("POST {path}?orgId={org}"), address.clone());
    desk.put(204, &format!("PUT {path}es/{}?orgId={org}", text(&made["id"])), address.clone());
    let number = format!("PUT /telephony/pstn/numbers/+493012345602/emergencyAddress?orgId={org}");
    desk.put(204, &number, json!({ "emergencyAddress": address }));
    desk.put(204, &number, json!({ "emergencyAddress": {} }));
    let callback = format!("/telephony/config/locations/{location}/features/emergencyCallbackNumber?orgId={org}");
    desk.get(200, &format!("GET {callback}"));
    let member =
        json!({ "selected": "LOCATION_MEMBER_NUMBER", "locationMemberId": person, "elinExpiryTimeMinutes": 90 });
    desk.put(204, &format!("PUT {callback}"), member);
    desk.get(200, &format!("GET {callback}"));
    let form = "grant_type=refresh_token&client_id=i&client_secret=s&refresh_token=r";
    desk.put(200, "POST /access_token", json!(form));
    desk.put(400, "POST /access_token", json!("grant_type=password"));
}

fn roles(desk: &mut Desk, org: &str, person: &str) {
    let roles = desk.get(200, "GET /roles");
    desk.get(200, &format!("GET /roles/{}", text(&roles["items"][0]["id"])));
    let users = format!("/identity/scim/{}/v2/Users", uuid(org));
    desk.get(200, &format!("GET {users}?filter=userName eq \"boss@acme.example\""));
    desk.get(200, &format!("GET {users}/{}", uuid(person)));
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "add", "path": "roles", "value": [{ "value": "id_user_admin", "type": "cirole" }] }],
    });
    desk.put(200, &format!("PATCH {users}/{}", uuid(person)), patch);
}

fn leave(desk: &mut Desk, customer: &str, org: &str, branches: &[String]) {
    for branch in branches {
        desk.get(
            200,
            &format!("POST /telephony/config/locations/{branch}/actions/precheckForDeletion/invoke?orgId={org}"),
        );
        let jobs = "/telephony/config/jobs/locations/deleteCallingLocation";
        let job = desk.put(202, &format!("POST {jobs}?orgId={org}"), json!({ "locationId": branch }));
        desk.get(200, &format!("GET {jobs}/{}?orgId={org}", text(&job["id"])));
        desk.get(200, &format!("GET {jobs}/{}/errors?orgId={org}", text(&job["id"])));
        desk.get(204, &format!("DELETE /locations/{branch}?orgId={org}"));
    }
    let path = format!("/wholesale/customers/{customer}");
    desk.put(202, &format!("PUT {path}"), json!({ "packages": ["webex_calling"] }));
    desk.get(200, &format!("GET {path}"));
    desk.wait();
    desk.get(200, &format!("GET {path}?includePackageLicenseInfo=true"));
    desk.get(202, &format!("DELETE {path}"));
    desk.get(200, &format!("GET {path}"));
    desk.wait();
    desk.get(404, &format!("GET {path}"));
    consent(desk);
    desk.get(204, &format!("DELETE /organizations/{org}"));
}

/// A user with a free account, who must agree to being moved; held in a simulator of its own.
fn consent(desk: &mut Desk) {
    let mut other =
        Desk::with(Settings::default(), "[[hold]]\nemail = \"free@beta.example\"\nstatus = \"pending_user_migration\"");
    let (id, _) = other.customer("beta", &["webex_meetings"]);
    let made = other.put(
        202,
        "POST /wholesale/subscribers",
        subscriber(&id, "free@beta.example", "webex_meetings", json!({})),
    );
    other.get(204, &format!("POST /subscribers/{}/emails/consentMove", text(&made["id"])));
    desk.log.append(&mut other.log);
}
