//! Sub-partners do not see each other's customers, on any route that takes them.

use serde_json::{Value, json};

use super::desk::{Desk, customer, subscriber, text};
use turnup::simulator::Settings;

const NORTH: &str = "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE";
/// The same organisation, as a bare UUID in another case.
const NORTH_TOO: &str = "96ABC2AA-3DCC-11E5-A152-FE34819CDC9A";
const SOUTH: &str = "11111111-2222-4333-8444-555555555555";

fn of(line: &str, org: &str) -> String {
    let sign = if line.contains('?') { '&' } else { '?' };
    if org.is_empty() { line.to_owned() } else { format!("{line}{sign}onBehalfOfSubPartnerOrgId={org}") }
}

/// A customer of a sub-partner with one subscriber: both ids.
fn made(desk: &mut Desk, org: &str, external_id: &str, email: &str) -> (String, String) {
    let answer = desk.put(202, &of("POST /wholesale/customers", org), customer(external_id, &["webex_meetings"]));
    let url = text(&answer["url"]);
    let id = url.rsplit('/').next().expect("a path ends").split('?').next().expect("a segment").to_owned();
    desk.wait();
    let user = subscriber(&id, email, "webex_meetings", json!({}));
    let user = desk.put(200, &of("POST /wholesale/subscribers", org), user);
    (id, text(&user["id"]))
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().expect("a list").iter().map(|item| text(&item["id"])).collect()
}

#[test]
fn every_route_that_takes_a_sub_partner_shows_it_its_own_alone() {
    let mut desk = Desk::new();
    let (id, user) = made(&mut desk, NORTH, "acme", "eva@acme.example");
    // The same external id is another customer elsewhere.
    let (other, _) = made(&mut desk, SOUTH, "acme", "eva@other.example");
    for stranger in [SOUTH, ""] {
        for line in [
            format!("GET /wholesale/customers/{id}"),
            format!("DELETE /wholesale/customers/{id}"),
            format!("GET /wholesale/subscribers/{user}"),
            format!("DELETE /wholesale/subscribers/{user}"),
        ] {
            desk.get(404, &of(&line, stranger));
        }
        let body = json!({ "packages": ["webex_meetings"] });
        desk.put(404, &of(&format!("PUT /wholesale/customers/{id}"), stranger), body.clone());
        desk.put(404, &of(&format!("PUT /wholesale/subscribers/{user}"), stranger), body);
        desk.put(404, &of(&format!("POST /subscribers/{user}/emails/consentMove"), stranger), json!({}));
        let more = subscriber(&id, "new@acme.example", "webex_meetings", json!({}));
        desk.put(400, &of("POST /wholesale/subscribers", stranger), more);
        let asked = json!({ "email": "new@acme.example", "customerId": id });
        desk.put(400, &of("POST /wholesale/subscribers/validate", stranger), asked);
        for list in ["GET /wholesale/customers", "GET /wholesale/customers?externalId=acme"] {
            assert!(!ids(&desk.get(200, &of(list, stranger))).contains(&id), "{list} {stranger}");
        }
        for list in ["GET /wholesale/subscribers".to_owned(), format!("GET /wholesale/subscribers?customerId={id}")] {
            assert!(!ids(&desk.get(200, &of(&list, stranger))).contains(&user), "{list} {stranger}");
        }
    }
    assert_eq!(ids(&desk.get(200, &of("GET /wholesale/customers", SOUTH))), [other]);
    // The owner is let in, whichever way its id is written.
    for own in [NORTH, NORTH_TOO] {
        assert_eq!(ids(&desk.get(200, &of("GET /wholesale/customers?externalId=acme", own))), [id.as_str()]);
        assert_eq!(ids(&desk.get(200, &of("GET /wholesale/subscribers", own))), [user.as_str()]);
        desk.get(200, &of(&format!("GET /wholesale/customers/{id}"), own));
        let asked = json!({ "email": "new@acme.example", "customerId": id });
        desk.put(200, &of("POST /wholesale/subscribers/validate", own), asked);
    }
    let twin = customer("acme", &["webex_meetings"]);
    desk.put(409, &of("POST /wholesale/customers", NORTH_TOO), twin.clone());
    desk.put(400, &of("POST /wholesale/customers/validate", NORTH_TOO), twin.clone());
    desk.put(200, "POST /wholesale/customers/validate", twin);
    desk.get(204, &of(&format!("DELETE /wholesale/subscribers/{user}"), NORTH));
    desk.get(202, &of(&format!("DELETE /wholesale/customers/{id}"), NORTH));
}

#[test]
fn strangers_are_refused_and_suspended_ones_may_only_delete() {
    let faults =
        format!("[[sub_partner]]\norg_id = \"{NORTH}\"\n[[sub_partner]]\norg_id = \"{SOUTH}\"\nsuspended = true\n");
    let mut desk = Desk::with(Settings::default(), &faults);
    let (id, _) = made(&mut desk, NORTH, "acme", "eva@acme.example");
    desk.put(403, &of("POST /wholesale/customers", SOUTH), customer("b", &["webex_meetings"]));
    desk.get(200, &of("GET /wholesale/customers", SOUTH));
    desk.get(404, &of("DELETE /wholesale/customers/unknown", SOUTH));
    for stranger in ["00000000-2222-4333-8444-555555555555", "no-id"] {
        desk.get(404, &of("GET /wholesale/customers", stranger));
        desk.put(404, &of("POST /wholesale/customers", stranger), customer("b", &["webex_meetings"]));
    }
    // Others pass the parameter over.
    desk.get(200, &of("GET /organizations", "no-id"));
    desk.get(200, &of(&format!("GET /wholesale/customers/{id}"), NORTH));
}
