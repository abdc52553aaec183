//! Emergency addresses and callback numbers.

use serde_json::{Value, json};
use turnup::simulator::Settings;

use crate::desk::{Desk, subscriber, text};
use crate::{CALLING, NUMBER, OTHER, acme, refuses, seat};

fn address(line: &str) -> Value {
    json!({ "address1": line, "city": "Berlin", "state": "", "postalCode": "10115", "country": "DE" })
}

const HOLDS: &str = r#"
    [[hold]]
    address = "Hauptstr 1"
    status = "corrected"
    suggestion = "Hauptstr. 1"
    [[hold]]
    address = "Nowhere 7"
    status = "unknown"
"#;

#[test]
fn the_look_up_suggests_and_only_what_it_agrees_with_is_set() {
    let mut desk = Desk::with(Settings::default(), HOLDS);
    let (_, org) = desk.customer("acme", CALLING);
    let place = desk.headquarters(&org);
    let line = format!("POST /telephony/pstn/locations/{place}/emergencyAddress?orgId={org}");
    let look = line.replace('?', "/lookup?");
    assert_eq!(desk.put(200, &look, address("Hauptstr. 1"))["addresses"], json!([address("Hauptstr. 1")]));
    for (line, corrected) in [("Hauptstr 1", "Hauptstr. 1"), ("  Am  Hof 2", "Am Hof 2")] {
        let found = &desk.put(200, &look, address(line))["addresses"][0];
        assert_eq!((&found["address1"], &found["errors"][0]["code"]), (&json!(corrected), &json!("ADDRESS_CORRECTED")));
    }
    assert_eq!(desk.put(200, &look, address("nowhere 7"))["addresses"], json!([]));
    refuses(&mut desk, 400, &look, json!({ "address1": "Am Hof 2", "country": "Germany" }), "city is missing");
    refuses(&mut desk, 400, &line, address("Hauptstr 1"), "must be corrected");
    refuses(&mut desk, 400, &line, address("Nowhere 7"), "could not be found");

    let id = text(&desk.put(201, &line, address("Hauptstr. 1"))["id"]);
    assert_eq!(text(&desk.put(201, &line, address("Hauptstr. 1"))["id"]), id, "the same address is the same one");
    let put = format!("PUT /telephony/pstn/locations/{place}/emergencyAddresses/{id}?orgId={org}");
    desk.put(204, &put, address("Am Hof 2"));
    refuses(&mut desk, 404, &put.replace(&id, "other"), address("Am Hof 2"), "emergency address");
    assert_eq!(desk.state()["locations"]["acme/Headquarters"]["emergencyAddress"], address("Am Hof 2"));
}

#[test]
fn a_number_can_have_an_address_of_its_own() {
    let mut desk = Desk::new();
    let [_, org, ..] = acme(&mut desk);
    let put = format!("PUT /telephony/pstn/numbers/{NUMBER}/emergencyAddress?orgId={org}");
    desk.put(204, &put, json!({ "emergencyAddress": address("Am Hof 2") }));
    assert_eq!(desk.state()["numbers"][NUMBER]["emergencyAddress"]["address1"], "Am Hof 2");
    desk.put(204, &put, json!({ "emergencyAddress": {} }));
    assert_eq!(desk.state()["numbers"][NUMBER]["emergencyAddress"], Value::Null);
    refuses(&mut desk, 404, &put.replace(NUMBER, "+4930000"), json!({}), "phone number");
}

#[test]
fn the_callback_number_is_the_main_one_or_a_members() {
    let mut desk = Desk::new();
    let [id, org, place, _] = acme(&mut desk);
    let path = format!("/telephony/config/locations/{place}/features/emergencyCallbackNumber?orgId={org}");
    let get = format!("GET {path}");
    let put = format!("PUT {path}");
    assert_eq!(desk.get(200, &get)["locationInfo"]["quality"], "INVALID", "there is no main number yet");
    let main = json!({ "callingLineId": { "phoneNumber": NUMBER } });
    desk.put(204, &format!("PUT /telephony/config/locations/{place}?orgId={org}"), main);
    let shown = desk.get(200, &get);
    assert_eq!((&shown["selected"], &shown["elinExpiryTimeMinutes"]), (&json!("LOCATION_NUMBER"), &json!(60)));
    assert_eq!(shown["locationInfo"]["effectiveValue"], NUMBER);

    let eva = subscriber(&id, "eva@acme.example", "webex_calling", seat(&place, OTHER, "1001"));
    let eva = text(&desk.put(200, "POST /wholesale/subscribers", eva)["personId"]);
    let member = |who: &str| json!({ "selected": "LOCATION_MEMBER_NUMBER", "locationMemberId": who });
    refuses(&mut desk, 400, &put, json!({ "selected": "LOCATION_MEMBER_NUMBER" }), "locationMemberId is missing");
    refuses(&mut desk, 400, &put, json!({ "selected": "NONE" }), "selected must be");
    refuses(&mut desk, 400, &put, member("nobody"), "nobody in the location");
    for minutes in [9, 1441] {
        let body = json!({ "selected": "LOCATION_NUMBER", "elinExpiryTimeMinutes": minutes });
        refuses(&mut desk, 400, &put, body, "from 10 to 1440");
    }
    desk.put(204, &put, member(&eva));
    let shown = desk.get(200, &get);
    assert_eq!(shown["locationMemberInfo"]["effectiveValue"], OTHER);
    assert_eq!(shown["locationMemberInfo"]["quality"], "RECOMMENDED");
    let told = json!({ "selected": "LOCATION_MEMBER_NUMBER", "member": "eva@acme.example", "minutes": 60 });
    assert_eq!(desk.state()["locations"]["acme/Headquarters"]["callbackNumber"], told);
}
