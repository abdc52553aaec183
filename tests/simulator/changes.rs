//! What changing and deleting leaves: numbers of people, full replacements, and who outlives whom.

use serde_json::{Value, json};
use turnup::simulator::Settings;

use crate::desk::{Desk, subscriber, text};
use crate::{CALLING, NUMBER, OTHER, acme, refuses, seat};

/// Eva, who has a number and an extension at the headquarters: her person's id.
fn eva(desk: &mut Desk, customer: &str, place: &str) -> String {
    let body = subscriber(customer, "eva@acme.example", "webex_calling", seat(place, NUMBER, "1001"));
    text(&desk.put(200, "POST /wholesale/subscribers", body)["personId"])
}

fn change(action: &str, number: &str, primary: bool) -> Value {
    json!({ "primary": primary, "action": action, "directNumber": number })
}

#[test]
fn a_person_keeps_a_number_until_it_is_given_up() {
    let mut desk = Desk::new();
    let [id, org, place, _] = acme(&mut desk);
    let put = format!("PUT /telephony/config/people/{}/numbers?orgId={org}", eva(&mut desk, &id, &place));
    let all = |changes: &[Value]| json!({ "phoneNumbers": changes });
    desk.put(204, &put, all(&[change("ADD", OTHER, true)]));
    let person = |desk: &mut Desk| desk.state()["people"]["eva@acme.example"].clone();
    assert_eq!(
        (person(&mut desk)["number"].clone(), person(&mut desk)["alternates"].clone()),
        (json!(OTHER), json!([NUMBER]))
    );
    assert_eq!(desk.state()["numbers"][NUMBER]["owner"], "eva@acme.example");
    let listed = desk.get(200, &format!("GET /telephony/config/numbers?orgId={org}&phoneNumber={NUMBER}"));
    assert_eq!(listed["phoneNumbers"][0]["phoneNumberType"], "ALTERNATE");

    desk.put(204, &put, all(&[change("ADD", NUMBER, true), change("DELETE", OTHER, true)]));
    assert_eq!(
        (person(&mut desk)["number"].clone(), person(&mut desk)["alternates"].clone()),
        (json!(NUMBER), json!([]))
    );
    assert_eq!(desk.state()["numbers"][OTHER]["owner"], Value::Null);
    refuses(&mut desk, 400, &put, all(&[change("DELETE", OTHER, false)]), "not a number of the person");
    refuses(&mut desk, 400, &put, all(&[change("MOVE", OTHER, false)]), "action MOVE is not known");
    refuses(&mut desk, 400, &put, all(&[json!({ "action": "ADD", "directNumber": OTHER })]), "primary is missing");
    refuses(&mut desk, 400, &put, all(&[change("ADD", "+4922812345601", false)]), "not a number of the location");
    refuses(&mut desk, 400, &put, all(&[]), "phoneNumbers is missing");
}

#[test]
fn putting_a_person_replaces_all_of_it() {
    let mut desk = Desk::new();
    let [id, org, place, branch] = acme(&mut desk);
    let person = eva(&mut desk, &id, &place);
    let put = format!("PUT /people/{person}?callingData=true");
    let shown = desk.get(200, &format!("GET /people/{person}?callingData=true"));
    let mut body = json!({ "displayName": "Eva B.", "roles": shown["roles"], "extension": "1001" });
    desk.put(200, &put, body.clone());
    let state = desk.state();
    let told = &state["people"]["eva@acme.example"];
    assert_eq!((&told["number"], &told["firstName"], &told["extension"]), (&Value::Null, &json!(""), &json!("1001")));
    assert_eq!(state["numbers"][NUMBER]["owner"], Value::Null, "what the body leaves out goes");
    body["extension"] = Value::Null;
    refuses(&mut desk, 400, &put, body.clone(), "extension or both");
    body["locationId"] = json!(branch);
    refuses(&mut desk, 400, &put, body.clone(), "cannot be changed");
    body["locationId"] = json!(place);
    body["phoneNumbers"] =
        json!([{ "type": "work", "value": OTHER }, { "type": "work", "value": NUMBER, "primary": true }]);
    let shown = desk.put(200, &put, body);
    assert_eq!(shown["phoneNumbers"][0], json!({ "type": "work", "value": NUMBER, "primary": true }));
    desk.get(200, &format!("GET /people?orgId={org}"));
}

#[test]
fn roles_are_added_and_removed_one_by_one() {
    let mut desk = Desk::new();
    let [id, org, place, _] = acme(&mut desk);
    let person = eva(&mut desk, &id, &place);
    let patch = format!("PATCH /identity/scim/{}/v2/Users/{}", crate::uuid(&org), crate::uuid(&person));
    let operations = |all: Value| json!({ "schemas": ["p"], "Operations": all });
    let role = |op: &str, name: &str| json!({ "op": op, "path": "roles", "value": [{ "value": name }] });
    desk.put(200, &patch, operations(json!([role("add", "id_user_admin"), role("add", "id_device_admin")])));
    let by_path = json!({ "op": "remove", "path": "roles[value eq \"id_user_admin\"]" });
    desk.put(200, &patch, operations(json!([by_path])));
    assert_eq!(desk.state()["roles"]["eva@acme.example"], json!(["id_device_admin"]));
    desk.put(200, &patch, operations(json!([role("remove", "id_device_admin"), role("remove", "id_device_admin")])));
    assert_eq!(desk.state()["roles"].get("eva@acme.example"), None);
}

#[test]
fn an_integrated_providers_numbers_are_not_switched_or_removed() {
    let mut desk = Desk::with(Settings::default(), "pstn = \"CISCO_PSTN\"");
    let (_, org) = desk.customer("acme", CALLING);
    let place = desk.headquarters(&org);
    for verb in ["POST", "PUT", "DELETE"] {
        let line = format!("{verb} /telephony/config/locations/{place}/numbers?orgId={org}");
        refuses(&mut desk, 400, &line, json!({ "phoneNumbers": [NUMBER] }), "CISCO_PSTN");
    }
}

#[test]
fn numbers_are_switched_off_and_on() {
    let mut desk = Desk::new();
    let [_, org, place, _] = acme(&mut desk);
    let put = format!("PUT /telephony/config/locations/{place}/numbers?orgId={org}");
    for (action, state) in [("DEACTIVATE", "INACTIVE"), ("ACTIVATE", "ACTIVE")] {
        desk.put(204, &put, json!({ "phoneNumbers": [OTHER], "action": action }));
        assert_eq!(desk.state()["numbers"][OTHER]["state"], state);
    }
    refuses(&mut desk, 400, &put, json!({ "phoneNumbers": [OTHER], "action": "PORT" }), "action PORT is not known");
    refuses(&mut desk, 400, &put, json!({ "phoneNumbers": ["+4930000000"] }), "not a number of the location");
}

/// Subscriber, person, numbers, calling, location, customer, organisation: each goes only when its turn has come.
#[test]
fn everything_is_taken_down_in_order_and_the_rest_survives() {
    let mut desk = Desk::new();
    let [id, org, place, branch] = acme(&mut desk);
    let body = subscriber(&id, "ina@acme.example", "webex_calling", seat(&branch, "", "1001"));
    let made = desk.put(200, "POST /wholesale/subscribers", body);
    let (subscriber, person) = (text(&made["id"]), text(&made["personId"]));
    let job = format!("POST /telephony/config/jobs/locations/deleteCallingLocation?orgId={org}");
    refuses(&mut desk, 409, &job, json!({ "locationId": branch }), "users are in it");

    desk.get(204, &format!("DELETE /wholesale/subscribers/{subscriber}"));
    assert_eq!(desk.state()["people"]["ina@acme.example"]["subscribed"], false, "the person stays");
    desk.get(409, &format!("DELETE /locations/{branch}?orgId={org}"));
    // Calling goes with the package, so nobody is in the branch any more.
    desk.put(202, &job, json!({ "locationId": branch }));
    desk.get(204, &format!("DELETE /people/{person}"));
    assert_eq!(desk.state()["people"].get("ina@acme.example"), None);
    desk.get(204, &format!("DELETE /locations/{branch}?orgId={org}"));
    refuses(&mut desk, 409, &job, json!({ "locationId": place }), "last location");
    desk.get(409, &format!("DELETE /organizations/{org}"));

    desk.put(202, &format!("PUT /wholesale/customers/{id}"), json!({ "packages": ["webex_calling"] }));
    desk.wait();
    assert_eq!(desk.state()["customers"]["acme"]["packages"], json!(["webex_calling"]), "a full list");
    desk.get(202, &format!("DELETE /wholesale/customers/{id}"));
    desk.wait();
    let state = desk.state();
    assert_eq!((state["customers"].get("acme"), &state["organizations"]["acme"]["copies"]), (None, &json!(1)));
    desk.get(204, &format!("DELETE /organizations/{org}"));
}
