//! The simulator from outside: requests in, answers and state out. Nothing here looks into it.

#[path = "simulator/changes.rs"]
mod changes;
#[path = "simulator/desk.rs"]
mod desk;
#[path = "simulator/emergency.rs"]
mod emergency;
#[path = "simulator/limits.rs"]
mod limits;
#[path = "simulator/socket.rs"]
mod socket;
#[path = "simulator/sub_partners.rs"]
mod sub_partners;

use desk::{Desk, customer, location, request, subscriber, text, uuid};
use serde_json::{Value, json};
use turnup::simulator::{Delivery, Duplicates, Faults, Reply, Settings, Simulator};

const CALLING: &[&str] = &["webex_calling", "webex_meetings"];
const NUMBER: &str = "+493012345601";
const OTHER: &str = "+493012345602";

/// A customer with a branch and three numbers: customer id, organisation, headquarters, branch.
fn acme(desk: &mut Desk) -> [String; 4] {
    let (id, org) = desk.customer("acme", CALLING);
    let headquarters = desk.headquarters(&org);
    let branch = desk.branch(&org, "Branch");
    desk.add_numbers(&org, &headquarters, &[NUMBER, OTHER]);
    desk.add_numbers(&org, &branch, &["+4922812345601"]);
    [id, org, headquarters, branch]
}

fn seat(location: &str, number: &str, extension: &str) -> Value {
    let mut seat = json!({ "firstName": "Eva", "lastName": "Boss" });
    for (name, value) in [("locationId", location), ("primaryPhoneNumber", number), ("extension", extension)] {
        if !value.is_empty() {
            seat[name] = json!(value);
        }
    }
    seat
}

#[test]
fn a_customer_goes_the_whole_way() {
    let mut desk = Desk::new();
    let made = desk.ask("POST /wholesale/customers", Some(customer("acme", CALLING)));
    assert_eq!(made.status, 202);
    let url = made.header("Location").expect("an accepted customer has a Location").to_owned();
    assert!(url.starts_with("https://webexapis.com/v1/wholesale/customers/"), "{url}");
    let path = format!("GET /wholesale/customers/{}", desk::last_segment(&url));
    let young = desk.get(200, &path);
    assert_eq!(young["status"], "provisioning");
    assert_eq!(young.get("orgId"), None);
    desk.now_ms += 199;
    assert_eq!(desk.get(200, &path)["status"], "provisioning");
    desk.now_ms += 1;
    let grown = desk.get(200, &path);
    assert_eq!(grown["status"], "provisioned");
    let org = text(&grown["orgId"]);
    desk.get(403, &format!("GET /locations?orgId={org}"));
    desk.get(200, &format!("GET /identity/organizations/{}", uuid(&org)));
    let headquarters = desk.headquarters(&org);
    desk.add_numbers(&org, &headquarters, &[NUMBER]);
    let line = format!("/telephony/config/locations/{headquarters}?orgId={org}");
    desk.put(204, &format!("PUT {line}"), json!({ "callingLineId": { "phoneNumber": NUMBER } }));
    let boss =
        subscriber(&text(&grown["id"]), "boss@acme.example", "webex_calling", seat(&headquarters, NUMBER, "1001"));
    desk.put(200, "POST /wholesale/subscribers", boss);

    let state = desk.state();
    assert_eq!(state["customers"]["acme"]["status"], "provisioned");
    assert_eq!(state["locations"]["acme/Headquarters"]["mainNumber"], NUMBER);
    assert_eq!(state["locations"]["acme/Headquarters"]["headquarters"], true);
    assert_eq!(state["numbers"][NUMBER]["owner"], "boss@acme.example");
    assert_eq!(state["subscribers"]["boss@acme.example"]["extension"], "1001");
    assert_eq!(state["roles"], json!({ "boss@acme.example": ["id_full_admin"] }));
    assert_eq!(state["requests"]["by_route"]["POST /wholesale/customers"], json!({ "202": 1 }));
    assert_eq!(state["requests"]["by_route"]["GET /wholesale/customers/{customerId}"], json!({ "200": 3 }));
}

#[test]
fn every_answer_can_be_tracked_and_needs_a_token() {
    let mut desk = Desk::new();
    assert!(desk.ask("GET /roles", None).header("Trackingid").is_some());
    for bearer in [None, Some(""), Some("wrong")] {
        let reply = desk.simulator.handle(0, bearer, &request("GET /roles", None));
        let Delivery::Answer(answer) = reply.delivery else { panic!("no answer") };
        let body: Value = serde_json::from_str(&answer.body).expect("errors are JSON");
        assert_eq!(answer.status, 401);
        assert_eq!(body["trackingId"].as_str(), answer.header("trackingid"));
    }
}

#[test]
fn unknown_paths_and_wrong_methods_are_told_apart() {
    let mut desk = Desk::new();
    desk.get(404, "GET /nothing");
    desk.get(405, "PATCH /wholesale/customers");
    desk.get(200, "GET /v1/wholesale/customers");
    desk.get(404, "GET /v1wholesale/customers");
}

#[test]
fn customers_that_cisco_refuses_are_refused() {
    let long = "x".repeat(51);
    let long_name = "x".repeat(81);
    #[rustfmt::skip]
    let wrong = [
        ("/provisioningId", Value::Null, "provisioningId is missing"),
        ("/externalId", json!(""), "externalId is missing"),
        ("/externalId", json!(7), "externalId must be a string"),
        ("/packages", json!([]), "packages is missing"),
        ("/packages", json!(["webex_gold"]), "webex_gold is not a package"),
        ("/packages", json!(["webex_meetings", "attendant_console"]), "attendant_console needs one of"),
        ("/packages", json!(["webex_meetings", "cisco_calling_plan"]), "cisco_calling_plan needs one of"),
        ("/address", Value::Null, "address is missing"),
        ("/address/addressLine1", json!(long), "addressLine1 is longer than 50 characters"),
        ("/address/addressLine2", json!(long), "addressLine2 is longer than 50 characters"),
        ("/address/city", Value::Null, "city is missing"),
        ("/address/country", json!("GER"), "two-letter"),
        ("/customerInfo/name", json!("50 % GmbH"), "must not contain %"),
        ("/customerInfo/primaryEmail", json!("boss"), "is not an e-mail address"),
        ("/provisioningParameters", json!({}), "calling.location is missing"),
        ("/provisioningParameters/calling/location/name", json!(long_name), "longer than 80"),
        ("/provisioningParameters/calling/location/timezone", Value::Null, "timezone is missing"),
        ("/provisioningParameters/calling/location/address/addressLine1", json!(long), "longer than 50"),
        ("/provisioningParameters/packages", json!({ "limits": { "webex_calling": 0 } }), "above 0"),
        ("/provisioningParameters/packages", json!({ "limits": { "webex_gold": 1 } }), "cannot be limited"),
    ];
    let mut desk = Desk::new();
    for (pointer, value, reason) in wrong {
        let mut body = customer("acme", CALLING);
        set(&mut body, pointer, value);
        refuses(&mut desk, 400, "POST /wholesale/customers", body, reason);
    }
    refuses(&mut desk, 400, "POST /wholesale/customers", json!("text"), "must be a JSON object");
    assert_eq!(desk.state()["customers"], json!({}));
}

fn set(body: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    body.pointer_mut(parent).expect("the parent is there")[name] = value;
}

fn refuses(desk: &mut Desk, status: u16, line: &str, body: Value, reason: &str) {
    let answer = desk.ask(line, Some(body));
    assert_eq!(answer.status, status, "{line} {reason}: {}", answer.body);
    assert!(answer.body.contains(reason), "{line}: {reason} is not in {}", answer.body);
}

#[test]
fn add_ons_go_with_their_base() {
    let mut desk = Desk::new();
    desk.customer("plan", &["webex_voice", "attendant_console", "cisco_calling_plan"]);
    desk.customer("meet", &["webex_meetings"]);
    assert_eq!(desk.state()["locations"].as_object().map(serde_json::Map::len), Some(1), "only calling builds a place");
}

#[test]
fn subscribers_that_cisco_refuses_are_refused() {
    let mut desk = Desk::new();
    let [id, org, headquarters, branch] = acme(&mut desk);
    let (meeting, _) = desk.customer("meet", &["webex_meetings"]);
    desk.put(
        200,
        "POST /wholesale/subscribers",
        subscriber(&id, "boss@acme.example", "webex_calling", seat(&headquarters, NUMBER, "1001")),
    );
    let good = |name: &str, value: Value| {
        let mut body = subscriber(&id, "eva@acme.example", "webex_calling", seat(&headquarters, OTHER, "1002"));
        body[name] = value;
        body
    };
    #[rustfmt::skip]
    let wrong = [
        (400, good("customerId", json!("")), "customerId is missing"),
        (400, good("customerId", json!("nobody")), "no customer"),
        (400, good("customerId", json!(meeting)), "not among the customer's packages"),
        (400, good("email", Value::Null), "email is missing"),
        (400, good("packages", json!(["webex_calling", "webex_meetings"])), "exactly one package"),
        (400, good("packages", Value::Null), "must be a list"),
        (400, good("packages", json!([])), "exactly one package"),
        (400, good("packages", json!(["common_area_calling"])), "not a package for subscribers"),
        (400, good("packages", json!(["webex_suite"])), "not among the customer's packages"),
        (400, good("package", json!("webex_calling")), "not both"),
        (400, good("provisioningParameters", Value::Null), "provisioningParameters is missing"),
        (400, good("provisioningParameters", seat(&headquarters, "", "")), "extension or both"),
        (400, good("provisioningParameters", seat("", OTHER, "1002")), "locationId is missing"),
        (400, good("provisioningParameters", seat("nowhere", OTHER, "1002")), "not a calling location"),
        (400, good("provisioningParameters", seat(&branch, OTHER, "1002")), "not a number of the location"),
        (400, good("provisioningParameters", seat(&headquarters, NUMBER, "1002")), "8363"),
        (400, good("provisioningParameters", seat(&headquarters, OTHER, "1001")), "4202"),
        (400, good("provisioningParameters", seat(&headquarters, OTHER, "x")), "2 to 10 digits"),
        (409, good("email", json!("Boss@Acme.example")), "already"),
        (400, subscriber(&meeting, "boss@acme.example", "webex_meetings", json!({})), "10022"),
    ];
    for (status, body, reason) in wrong {
        refuses(&mut desk, status, "POST /wholesale/subscribers", body, reason);
    }
    desk.put(202, "POST /wholesale/customers", customer("young", CALLING));
    let young = text(&desk.get(200, "GET /wholesale/customers?externalId=young")["items"][0]["id"]);
    let body = subscriber(&young, "eva@young.example", "webex_meetings", json!({}));
    refuses(&mut desk, 409, "POST /wholesale/subscribers", body, "provisioning");
    desk.put(
        200,
        "POST /wholesale/subscribers",
        subscriber(&id, "eva@acme.example", "webex_calling", seat(&branch, "", "1001")),
    );
    assert_eq!(desk.state()["roles"], json!({ "boss@acme.example": ["id_full_admin"] }));
    desk.get(200, &format!("GET /people?orgId={org}"));
}

#[test]
fn locations_that_cisco_refuses_are_refused() {
    let mut desk = Desk::new();
    let [_, org, headquarters, _] = acme(&mut desk);
    let line = format!("POST /locations?orgId={org}");
    for (pointer, value, reason) in [
        ("/name", Value::Null, "name is missing"),
        ("/announcementLanguage", Value::Null, "announcementLanguage is missing"),
        ("/address/state", Value::Null, "state is missing"),
        ("/address/postalCode", Value::Null, "postalCode is missing"),
        ("/address/country", json!("D"), "two-letter"),
    ] {
        let mut body = location("Second");
        set(&mut body, pointer, value);
        refuses(&mut desk, 400, &line, body, reason);
    }
    refuses(&mut desk, 409, &line, location("branch"), "exists already");
    let long = "x".repeat(81);
    let made = desk.put(201, &line, location(&long));
    let mut body = location(&long);
    body["id"] = made["id"].clone();
    let enable = format!("POST /telephony/config/locations?orgId={org}");
    refuses(&mut desk, 400, &enable, body.clone(), "longer than 80");
    desk.get(404, &format!("GET /telephony/config/locations/{}?orgId={org}", text(&made["id"])));
    body["name"] = json!("short");
    body["id"] = json!(headquarters);
    refuses(&mut desk, 409, &enable, body, "enabled for the location already");
    desk.get(409, &format!("DELETE /locations/{headquarters}?orgId={org}"));
    desk.get(204, &format!("DELETE /locations/{}?orgId={org}", text(&made["id"])));
}

#[test]
fn without_an_org_the_partner_is_meant() {
    let mut desk = Desk::new();
    let [_, _, headquarters, _] = acme(&mut desk);
    assert_eq!(desk.get(200, "GET /locations")["items"], json!([]));
    desk.get(404, &format!("GET /locations/{headquarters}"));
    desk.put(201, "POST /locations", location("Astray"));
    assert_eq!(desk.state()["locations"]["partner/Astray"]["copies"], 1);
}

#[test]
fn numbers_that_cisco_refuses_are_refused() {
    let mut desk = Desk::new();
    let [id, org, headquarters, branch] = acme(&mut desk);
    let at = |location: &str| format!("/telephony/config/locations/{location}/numbers?orgId={org}");
    desk.add_numbers(&org, &headquarters, &[NUMBER]);
    let answer = desk.ask(&format!("POST {}", at(&branch)), Some(json!({ "phoneNumbers": [NUMBER, "+4930999999"] })));
    let body: Value = serde_json::from_str(&answer.body).expect("errors are JSON");
    assert_eq!((answer.status, &body[0]["errors"][0]["number"]), (400, &json!(NUMBER)));
    assert_eq!(body[0]["errors"][0]["errorCode"], "8363");
    assert_eq!(desk.state()["numbers"].get("+4930999999"), None, "all or nothing");
    let main = json!({ "callingLineId": { "phoneNumber": NUMBER } });
    refuses(
        &mut desk,
        400,
        &format!("PUT /telephony/config/locations/{branch}?orgId={org}"),
        main.clone(),
        "not a number",
    );
    desk.put(204, &format!("PUT /telephony/config/locations/{headquarters}?orgId={org}"), main);
    desk.put(
        200,
        "POST /wholesale/subscribers",
        subscriber(&id, "boss@acme.example", "webex_calling", seat(&headquarters, OTHER, "")),
    );
    let some = |numbers: &[&str]| json!({ "phoneNumbers": numbers });
    let delete = format!("DELETE {}", at(&headquarters));
    refuses(&mut desk, 400, &delete, some(&[NUMBER]), "main number");
    refuses(&mut desk, 400, &delete, some(&[OTHER]), "assigned");
    refuses(&mut desk, 400, &delete, some(&["+1", "+2", "+3", "+4", "+5", "+6"]), "at most 5");
    let gone = desk.ask(&delete, Some(some(&["+4930777777"])));
    assert_eq!((gone.status, gone.header("cisco-spark-error-codes")), (502, Some("4251")));
    desk.put(204, &format!("DELETE {}", at(&branch)), some(&["+4922812345601"]));
    let off = json!({ "phoneNumbers": [OTHER], "action": "DEACTIVATE" });
    refuses(&mut desk, 400, &format!("PUT {}", at(&headquarters)), off, "assigned");
}

#[test]
fn an_integrated_provider_takes_no_numbers() {
    let mut desk = Desk::with(Settings::default(), "pstn = \"INTEGRATED_CCP\"");
    let (_, org) = desk.customer("acme", CALLING);
    let headquarters = desk.headquarters(&org);
    let connection = format!("/telephony/pstn/locations/{headquarters}/connection?orgId={org}");
    let shown = desk.get(200, &format!("GET {connection}"));
    assert_eq!(shown["pstnConnectionType"], "INTEGRATED_CCP");
    let line = format!("POST /telephony/config/locations/{headquarters}/numbers?orgId={org}");
    refuses(&mut desk, 400, &line, json!({ "phoneNumbers": [NUMBER] }), "INTEGRATED_CCP");
    let put = format!("PUT {connection}");
    refuses(&mut desk, 400, &put, json!({ "id": shown["id"] }), "cannot be set");
    refuses(&mut desk, 400, &put, json!({ "id": "nothing" }), "not one of");
    desk.put(204, &put, json!({ "premiseRouteType": "ROUTE_GROUP", "premiseRouteId": "rg" }));
    desk.put(201, &line, json!({ "phoneNumbers": [NUMBER], "state": "INACTIVE" }));
    assert_eq!(desk.state()["numbers"][NUMBER]["state"], "INACTIVE");
}

#[test]
fn validation_tells_what_is_wrong_with_each() {
    let mut desk = Desk::new();
    let [id, org, headquarters, branch] = acme(&mut desk);
    desk.put(
        200,
        "POST /wholesale/subscribers",
        subscriber(&id, "boss@acme.example", "webex_calling", seat(&headquarters, "", "1001")),
    );
    let line = format!("POST /telephony/config/actions/validateNumbers/invoke?orgId={org}");
    let body = desk.put(200, &line, json!({ "phoneNumbers": [NUMBER, "12", "+4930555555", "+4930555555"] }));
    assert_eq!(words(&body["numbers"], "state"), ["Duplicate", "Invalid", "Available", "Duplicate In List"]);
    let extensions = json!({ "extensions": ["1001", "911", "a", "1002", "1002"] });
    let line = format!("POST /telephony/config/locations/{headquarters}/actions/validateExtensions/invoke?orgId={org}");
    let body = desk.put(200, &line, extensions.clone());
    assert_eq!(
        words(&body["extensionStatus"], "state"),
        ["DUPLICATE", "INVALID", "INVALID", "VALID", "DUPLICATE_IN_LIST"]
    );
    let line = format!("POST /telephony/config/locations/{branch}/actions/validateExtensions/invoke?orgId={org}");
    assert_eq!(words(&desk.put(200, &line, extensions)["extensionStatus"], "state")[0], "VALID");
}

fn words<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().into_iter().flatten().filter_map(|item| item[field].as_str()).collect()
}

#[test]
fn lists_come_in_pages_that_link_to_each_other() {
    let mut desk = Desk::new();
    for number in 0..5 {
        desk.customer(&format!("c{number}"), &["webex_meetings"]);
    }
    let mut line = "GET /v1/wholesale/customers?max=2&status=provisioned".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = desk.ask(&line, None);
        let page: Value = serde_json::from_str(&answer.body).expect("a list is JSON");
        seen.extend(words(&page["items"], "externalId").into_iter().map(str::to_owned));
        let Some(next) = answer.header("Link") else { break };
        let url = next.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).expect("a next link");
        let path = url.strip_prefix("https://webexapis.com/v1").expect("links are absolute");
        line = format!("GET {path}");
    }
    assert_eq!(seen, ["c0", "c1", "c2", "c3", "c4"]);
    desk.get(400, "GET /wholesale/customers?max=many");
}

#[test]
fn packages_limits_and_updates_of_a_customer_are_kept() {
    let mut desk = Desk::new();
    let mut body = customer("acme", CALLING);
    body["provisioningParameters"]["packages"] = json!({ "limits": { "webex_meetings": 1 } });
    let made = desk.put(202, "POST /wholesale/customers", body);
    let path = format!("/wholesale/customers/{}", desk::last_segment(&text(&made["url"])));
    refuses(&mut desk, 409, &format!("PUT {path}"), json!({ "packages": CALLING }), "provisioning");
    desk.wait();
    let id = desk::last_segment(&path);
    desk.put(200, "POST /wholesale/subscribers", subscriber(&id, "a@acme.example", "webex_meetings", json!({})));
    let second = subscriber(&id, "b@acme.example", "webex_meetings", json!({}));
    refuses(&mut desk, 400, "POST /wholesale/subscribers", second.clone(), "limit");
    desk.put(202, &format!("PUT {path}"), json!({ "packages": ["webex_suite"] }));
    assert_eq!(desk.get(200, &format!("GET {path}"))["status"], "updating");
    refuses(&mut desk, 409, "POST /wholesale/subscribers", second, "updating");
    desk.wait();
    assert_eq!(desk.get(200, &format!("GET {path}"))["packages"], json!(["webex_suite"]));
    desk.get(202, &format!("DELETE {path}"));
    assert_eq!(desk.get(200, &format!("GET {path}"))["status"], "deleting");
    desk.wait();
    desk.get(404, &format!("GET {path}"));
    assert_eq!(desk.state()["subscribers"], json!({}));
    assert_eq!(desk.state()["locations"]["acme/Headquarters"]["calling"], true, "the organisation survives");
}

#[test]
fn a_meeting_user_can_be_given_calling_once() {
    let mut desk = Desk::new();
    let [id, org, headquarters, branch] = acme(&mut desk);
    let made =
        desk.put(200, "POST /wholesale/subscribers", subscriber(&id, "eva@acme.example", "webex_meetings", json!({})));
    let path = format!("/wholesale/subscribers/{}", text(&made["id"]));
    let calling = |parameters: Value| json!({ "packages": ["webex_calling"], "provisioningParameters": parameters });
    refuses(&mut desk, 400, &format!("PUT {path}"), calling(json!({})), "extension or both");
    desk.put(200, &format!("PUT {path}"), calling(seat(&headquarters, OTHER, "1002")));
    desk.put(200, &format!("PUT {path}"), calling(seat(&branch, "", "7777")));
    let people = desk.get(200, &format!("GET /people?orgId={org}&email=EVA@acme.example&callingData=true"));
    assert_eq!(people["items"][0]["extension"], "1002", "the seat of a calling user is ignored, not refused");
    desk.get(204, &format!("DELETE {path}"));
    desk.get(404, &format!("GET {path}"));
    desk.get(200, &format!("GET /people/{}", text(&people["items"][0]["id"])));
    let without_seat = subscriber(&id, "eva@acme.example", "webex_calling", json!({}));
    refuses(&mut desk, 400, "POST /wholesale/subscribers", without_seat, "extension or both");
    let with_seat = subscriber(&id, "eva@acme.example", "webex_calling", seat(&headquarters, OTHER, "1002"));
    desk.put(200, "POST /wholesale/subscribers", with_seat);
    assert_eq!(desk.state()["subscribers"]["eva@acme.example"]["number"], OTHER, "the location had kept it");
}

#[test]
fn roles_and_numbers_of_people_change() {
    let mut desk = Desk::new();
    let [id, org, headquarters, _] = acme(&mut desk);
    let made = desk.put(
        200,
        "POST /wholesale/subscribers",
        subscriber(&id, "eva@acme.example", "webex_calling", seat(&headquarters, NUMBER, "")),
    );
    let person = text(&made["personId"]);
    let user = format!("/identity/scim/{}/v2/Users/{}", uuid(&org), uuid(&person));
    let patch = |op: &str, role: &str| {
        let operation = json!({ "op": op, "path": "roles", "value": [{ "value": role }] });
        json!({ "schemas": ["p"], "Operations": [operation] })
    };
    for (op, role, expected) in [
        ("add", "id_user_admin", json!(["id_user_admin"])),
        ("add", "id_user_admin", json!(["id_user_admin"])),
        ("replace", "id_full_admin", json!(["id_full_admin"])),
        ("remove", "id_full_admin", Value::Null),
        ("add", "id_device_admin", json!(["id_device_admin"])),
    ] {
        desk.put(200, &format!("PATCH {user}"), patch(op, role));
        assert_eq!(desk.state()["roles"]["eva@acme.example"], expected, "{op} {role}");
    }
    refuses(&mut desk, 400, &format!("PATCH {user}"), patch("add", "location_full_admin"), "not known");
    refuses(&mut desk, 400, &format!("PATCH /identity/scim/{org}/v2/Users/{person}"), patch("add", "x"), "plain UUID");
    let found =
        desk.get(200, &format!("GET /identity/scim/{}/v2/Users?filter=userName eq \"eva@acme.example\"", uuid(&org)));
    assert_eq!(found["Resources"][0]["id"], uuid(&person));
    let put = format!("PUT /people/{person}");
    refuses(&mut desk, 400, &put, json!({ "roles": [] }), "displayName is missing");
    desk.put(
        200,
        &put,
        json!({ "displayName": "Eva", "extension": "12", "roles": ["Y2lzY29zcGFyazovL3VzL1JPTEUvaWRfdXNlcl9hZG1pbg"] }),
    );
    assert_eq!(desk.state()["roles"]["eva@acme.example"], json!(["id_user_admin"]));
    let change =
        json!({ "phoneNumbers": [{ "primary": true, "action": "ADD", "directNumber": OTHER, "extension": "55" }] });
    desk.put(204, &format!("PUT /telephony/config/people/{person}/numbers?orgId={org}"), change);
    let state = desk.state();
    assert_eq!(state["numbers"][OTHER]["owner"], "eva@acme.example");
    assert_eq!(state["subscribers"]["eva@acme.example"]["extension"], "55");
}

#[test]
fn held_objects_wait_until_the_hold_is_lifted() {
    let holds = r#"
        [[hold]]
        external_id = "slow"
        status = "pending_rpl_review"
        [[hold]]
        external_id = "broken"
        status = "error"
        [[hold]]
        external_id = "half"
        status = "provisioned_with_errors"
        [[hold]]
        email = "free@half.example"
        status = "pending_user_migration"
        [[hold]]
        email = "Other@half.example"
        status = "taken"
    "#;
    let mut desk = Desk::with(Settings::default(), holds);
    for id in ["slow", "broken"] {
        desk.put(202, "POST /wholesale/customers", customer(id, CALLING));
    }
    let (half, _) = desk.customer("half", CALLING);
    let free = desk.put(
        202,
        "POST /wholesale/subscribers",
        subscriber(&half, "free@half.example", "webex_meetings", json!({})),
    );
    assert_eq!((&free["status"], free.get("personId")), (&json!("pending_user_migration"), None));
    desk.get(204, &format!("POST /subscribers/{}/emails/consentMove", text(&free["id"])));
    let other = subscriber(&half, "other@half.example", "webex_meetings", json!({}));
    refuses(&mut desk, 400, "POST /wholesale/subscribers", other.clone(), "\"errorCode\":10022");
    let asked = json!({ "email": "other@half.example", "customerId": half });
    refuses(&mut desk, 400, "POST /wholesale/subscribers/validate", asked, "10022");
    let statuses =
        |desk: &mut Desk| ["slow", "broken", "half"].map(|id| text(&desk.state()["customers"][id]["status"]));
    assert_eq!(statuses(&mut desk), ["pending_rpl_review", "error", "provisioned_with_errors"]);

    let text_of_state = desk.simulator.snapshot();
    let lifted = Simulator::restore(Settings::default(), Faults::none(), &text_of_state).expect("a snapshot restores");
    desk.simulator = lifted;
    assert_eq!(statuses(&mut desk)[0], "provisioned");
    assert_eq!(desk.state()["subscribers"]["free@half.example"]["status"], "provisioned");
    desk.put(200, "POST /wholesale/subscribers", other);
}

#[test]
fn faults_hit_what_they_name() {
    let faults = r#"
        latency_ms = 5
        [[fault]]
        method = "POST"
        path = "/wholesale/customers"
        body_contains = "acme"
        skip = 1
        kind = "status"
        status = 502
        after = true
        body = "<html>bad gateway</html>"
        [[fault]]
        path = "/wholesale/customers/*"
        times = 2
        kind = "status"
        status = 429
        retry_after = "Wed, 21 Oct 2026 07:28:00 GMT"
        [[fault]]
        path = "/roles"
        kind = "slow"
        ms = 70
        [[fault]]
        path = "/organizations"
        kind = "hang"
    "#;
    let mut desk = Desk::with(Settings { duplicates: Duplicates::Allow, ..Settings::default() }, faults);
    desk.put(202, "POST /wholesale/customers", customer("acme", CALLING));
    desk.put(202, "POST /wholesale/customers", customer("beta", CALLING));
    let hit = desk.ask("POST /wholesale/customers", Some(customer("acme", CALLING)));
    assert_eq!((hit.status, hit.body.as_str()), (502, "<html>bad gateway</html>"));
    assert_eq!(desk.state()["customers"]["acme"]["copies"], 2, "the request was carried out");
    desk.put(202, "POST /wholesale/customers", customer("acme", CALLING));
    for _ in 0..2 {
        let limited = desk.ask("GET /v1/wholesale/customers/x", None);
        assert_eq!((limited.status, limited.header("retry-after")), (429, Some("Wed, 21 Oct 2026 07:28:00 GMT")));
    }
    desk.get(404, "GET /wholesale/customers/x");
    assert_eq!(desk.send("GET /roles", None).delay_ms, 75);
    assert_eq!(desk.send("GET /roles", None).delay_ms, 5);
    assert_eq!(desk.send("GET /organizations", None), Reply { delivery: Delivery::Hang, delay_ms: 5 });
    assert_eq!(desk.state()["requests"]["by_route"]["GET /organizations"], json!({ "hung": 1 }));
}

#[test]
fn a_wrong_fault_file_says_what_is_wrong() {
    #[rustfmt::skip]
    let wrong = [
        ("[[fault]]\npath = \"/x\"\nkind = \"status\"", "fault 1: `kind = \"status\"` needs `status`"),
        ("[[fault]]\npath = \"/x\"\nkind = \"slow\"", "fault 1: `kind = \"slow\"` needs `ms`"),
        ("[[fault]]\npath = \"x\"\nkind = \"drop\"", "fault 1: `path` must begin with a slash, not `x`"),
        ("[[fault]]\npath = \"/x\"\nkind = \"drop\"\nstatus = 500", "go with `kind = \"status\"` only"),
        ("[[fault]]\npath = \"/x\"\nkind = \"boom\"", "boom"),
        ("[[hold]]\nstatus = \"error\"", "hold 1: give `external_id`, `email`, `address` or `number`"),
        ("[[hold]]\nexternal_id = \"a\"\nstatus = \"taken\"", "hold 1: a customer is held as"),
        ("[[hold]]\nemail = \"a\"\nstatus = \"error\"", "hold 1: an e-mail is held as"),
        ("[[hold]]\naddress = \"a\"\nstatus = \"corrected\"", "hold 1: an address is held as"),
        ("[[hold]]\nnumber = \"+1\"\nstatus = \"gone\"", "hold 1: a number is held as"),
        ("[[hold]]\nemail = \"a\"\nstatus = \"taken\"\nrelease_ms = 1", "go with what waits only"),
        ("[[hold]]\nexternal_id = \"a\"\nstatus = \"error\"\npackage = \"x\"", "go with `provisioned_with_errors` only"),
        ("[[hold]]\nemail = \"a\"\nstatus = \"taken\"\nsuggestion = \"x\"", "goes with `corrected` only"),
        ("[[fault]]\npath = \"/roles\"\nkind = \"partial\"", "fault 1: only `POST /telephony"),
        ("[[limit]]\nfamily = \"cats\"\nrate = 1", "limit 1: `cats` is no family"),
        ("[[limit]]\nrate = 0", "limit 1: `rate` must be above 0"),
        ("rate = 1\nretry_after = \"often\"", "`retry_after` of a limit is"),
        ("latency_ms = [5, 1]", "must go from less to more"),
        ("[late]\ncats = 1", "late: `cats` is no kind"),
        ("[late]\npeople = \"x\"", "late: `people` must be milliseconds"),
        ("[[hold]]\nemail = \"a\"\nstatus = \"has_calling\"", "hold 1: `has_calling` needs the `extension`"),
        ("[[hold]]\nemail = \"a\"\nstatus = \"taken\"\nextension = \"7\"", "go with `has_calling` only"),
        ("id_form = \"bold\"", "`id_form` is `padded`, `upper`, not `bold`"),
        ("number_form = \"bold\"", "`number_form` is `spaced`, not `bold`"),
        ("colour = \"red\"", "colour"),
    ];
    for (file, reason) in wrong {
        let error = Faults::parse(file).expect_err("the file is wrong");
        assert!(error.contains(reason), "{reason} is not in: {error}");
    }
}

#[test]
fn the_fault_file_of_the_readme_is_a_good_one() {
    let readme = include_str!("../README.md");
    let (_, practise) = readme.split_once("\n## Practise\n").expect("the README tells how to practise");
    let (_, file) = practise.split_once("```toml\n").expect("it shows a fault file");
    let (file, _) = file.split_once("```").expect("the file ends");
    Faults::parse(file).expect("the file is a good one");
}

#[test]
fn weather_never_keeps_a_patient_client_from_its_goal() {
    let outcome = |seed: u64| {
        let mut desk = Desk::over(Simulator::new(Settings::default(), Faults::from_seed(seed)));
        let mut ends = Vec::new();
        for number in 0..300 {
            let body = customer(&format!("c{number}"), CALLING);
            let done = (0..4).any(|_| {
                let reply = desk.send("POST /wholesale/customers", Some(body.clone()));
                let status = match reply.delivery {
                    Delivery::Answer(answer) => answer.status,
                    Delivery::Drop | Delivery::Hang => 0,
                };
                ends.push(status);
                status == 202 || status == 409
            });
            assert!(done, "customer {number} of seed {seed}");
        }
        ends
    };
    assert_eq!(outcome(7), outcome(7));
    let ends = outcome(8);
    assert!((5..60).contains(&(ends.len() - 300)), "{} of {} failed", ends.len() - 300, ends.len());
}

#[test]
fn copies_are_counted_when_duplicates_are_allowed() {
    let mut desk = Desk::with(Settings::default(), "duplicates = \"allow\"");
    let [id, org, headquarters, _] = acme(&mut desk);
    desk.put(201, &format!("POST /locations?orgId={org}"), location("Branch"));
    for _ in 0..3 {
        let body = subscriber(&id, "eva@acme.example", "webex_calling", seat(&headquarters, NUMBER, "1001"));
        desk.put(200, "POST /wholesale/subscribers", body);
    }
    let state = desk.state();
    assert_eq!(state["locations"]["acme/Branch"]["copies"], 2);
    assert_eq!(state["subscribers"]["eva@acme.example"]["copies"], 3);
    let mut strict = Desk::new();
    strict.put(202, "POST /wholesale/customers", customer("acme", CALLING));
    strict.put(409, "POST /wholesale/customers", customer("acme", CALLING));
}

#[test]
fn a_young_object_is_not_in_lists_yet() {
    let mut desk = Desk::with(Settings { visibility_ms: 500, ..Settings::default() }, "");
    let made = desk.put(202, "POST /wholesale/customers", customer("acme", CALLING));
    let look = "GET /wholesale/customers?externalId=acme";
    desk.now_ms += 499;
    assert_eq!(desk.get(200, look)["items"], json!([]));
    desk.get(200, &format!("GET /wholesale/customers/{}", desk::last_segment(&text(&made["url"]))));
    desk.now_ms += 1;
    assert_eq!(words(&desk.get(200, look)["items"], "externalId"), ["acme"]);
}

#[test]
fn above_the_rate_requests_are_refused_with_whole_seconds() {
    let mut desk = Desk::with(Settings { rate: Some(10), ..Settings::default() }, "");
    for _ in 0..30 {
        desk.get(200, "GET /roles");
    }
    let limited = desk.ask("GET /roles", None);
    assert_eq!((limited.status, limited.header("Retry-After")), (429, Some("1")));
    desk.now_ms += 100;
    desk.get(200, "GET /roles");
    assert_eq!(desk.state()["requests"]["by_route"]["GET /roles"], json!({ "200": 31, "429": 1 }));
}

#[test]
fn the_state_file_survives_a_torn_last_line() {
    let mut desk = Desk::new();
    let mut file = desk.simulator.snapshot();
    desk.simulator.take_changes();
    let [id, ..] = acme(&mut desk);
    let body = subscriber(&id, "eva@acme.example", "webex_meetings", json!({}));
    let made = desk.put(200, "POST /wholesale/subscribers", body);
    file += &(desk.simulator.take_changes().join("\n") + "\n");
    assert_eq!(desk.simulator.take_changes(), Vec::<String>::new());
    let before = without_requests(desk.state());
    desk.get(204, &format!("DELETE /wholesale/subscribers/{}", text(&made["id"])));
    let torn = &desk.simulator.take_changes()[0];
    for cut in [0, 1, torn.len() / 2, torn.len() - 1] {
        let text = format!("{file}{}", &torn[..cut]);
        let mut again =
            Desk::over(Simulator::restore(Settings::default(), Faults::none(), &text).expect("torn is fine"));
        assert_eq!(without_requests(again.state()), before, "cut after {cut}");
    }
    let whole =
        Simulator::restore(Settings::default(), Faults::none(), &format!("{file}{torn}\n")).expect("it is whole");
    assert_eq!(without_requests(Desk::over(whole).state())["subscribers"], json!({}));
    let short = desk.simulator.snapshot();
    assert!(short.len() < file.len());
    let broken = short.replacen("{\"put\"", "{put", 1);
    let error = Simulator::restore(Settings::default(), Faults::none(), &broken).expect_err("the middle is damaged");
    assert!(error.starts_with("line 2 is not JSON"), "{error}");
    let error = Simulator::restore(Settings::default(), Faults::none(), "{}\n").expect_err("there is no head");
    assert!(error.contains("not a state file"), "{error}");
}

fn without_requests(mut state: Value) -> Value {
    state["requests"] = Value::Null;
    state
}
