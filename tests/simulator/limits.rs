//! Limits, latencies, tokens, late sight, release of what waits, and success in part.

use serde_json::{Value, json};
use turnup::simulator::{Delivery, Settings};

use crate::desk::{Desk, customer, last_segment, location, request, subscriber, text};
use crate::{CALLING, NUMBER, OTHER, acme, refuses, seat, words};

#[test]
fn every_form_of_coming_back_is_told() {
    let forms = [
        ("seconds", Some("1")),
        ("date", Some("Fri, 15 Jan 2027 08:00:02 GMT")),
        ("missing", None),
        ("absurd", Some("999999999")),
        ("zero", Some("0")),
        ("garbage", Some("soon")),
    ];
    for (form, header) in forms {
        let file = format!("rate = 10\nburst = 2\nretry_after = \"{form}\"");
        let mut desk = Desk::with(Settings::default(), &file);
        desk.get(200, "GET /roles");
        desk.get(200, "GET /roles");
        let limited = desk.ask("GET /roles", None);
        assert_eq!((limited.status, limited.header("Retry-After")), (429, header), "{form}");
        let fault = format!("[[fault]]\npath = \"/roles\"\nkind = \"status\"\nstatus = 423\nretry_after = \"{form}\"");
        let locked = Desk::with(Settings::default(), &fault).ask("GET /roles", None);
        assert_eq!((locked.status, locked.header("Retry-After")), (423, header), "{form}");
    }
    let fault = "[[fault]]\npath = \"/roles\"\nkind = \"status\"\nstatus = 429\nretry_after = \"77\"";
    assert_eq!(Desk::with(Settings::default(), fault).ask("GET /roles", None).header("Retry-After"), Some("77"));
}

#[test]
fn weather_goes_with_a_file() {
    let hit = |file: &str| {
        let mut desk = Desk::with(Settings::default(), file);
        let mut hit = 0;
        for number in 0..400 {
            let reply = desk.send("POST /wholesale/customers", Some(customer(&format!("c{number}"), CALLING)));
            hit += usize::from(!matches!(reply.delivery, Delivery::Answer(answer) if answer.status == 202));
        }
        hit
    };
    assert_eq!(hit("duplicates = \"allow\""), 0);
    assert!((8..80).contains(&hit("duplicates = \"allow\"\nweather = 17")));
}

#[test]
fn families_are_limited_by_themselves() {
    let file = "rate = 100\n[[limit]]\nfamily = \"people\"\nrate = 1\nburst = 1\nretry_after = \"missing\"";
    let mut desk = Desk::with(Settings::default(), file);
    desk.get(200, "GET /people");
    assert_eq!(desk.ask("GET /people", None).header("Retry-After"), None);
    desk.get(200, "GET /roles");
    let state = desk.state();
    assert_eq!(state["requests"]["by_status"], json!({ "200": 2, "429": 1 }));
}

#[test]
fn latencies_are_drawn_from_what_the_file_says() {
    let delays = |file: &str| {
        let mut desk = Desk::with(Settings::default(), file);
        let delay = |_| {
            desk.now_ms += 1;
            desk.send("GET /roles", None).delay_ms
        };
        (0..200).map(delay).collect::<Vec<u64>>()
    };
    assert_eq!(delays("latency_ms = 25"), [25; 200]);
    let range = delays("latency_ms = [10, 50]");
    assert!(range.iter().all(|ms| (10..=50).contains(ms)) && range.iter().any(|ms| *ms > 40), "{range:?}");
    let tail = delays("latency_ms = { median = 20, worst = 500 }");
    assert!(tail.iter().filter(|ms| **ms <= 20).count() > 60 && tail.iter().any(|ms| *ms > 100), "{tail:?}");
    assert_eq!(delays("latency_ms = [10, 50]"), range, "the same seed gives the same latencies");
    assert_ne!(delays("seed = 8\nlatency_ms = [10, 50]"), range);
}

#[test]
fn tokens_expire_and_a_refresh_gives_new_ones() {
    let mut desk = Desk::with(Settings::default(), "token_requests = 2\ntoken_ms = 60000");
    let ask = |desk: &mut Desk, token: &str| match desk
        .simulator
        .handle(desk.now_ms, Some(token), &request("GET /roles", None))
        .delivery
    {
        Delivery::Answer(answer) => answer.status,
        other => panic!("no answer: {other:?}"),
    };
    assert_eq!([200, 200, 401], [ask(&mut desk, "a"), ask(&mut desk, "a"), ask(&mut desk, "a")]);
    let refresh = |desk: &mut Desk, form: &str| {
        let asked = request("POST /access_token", Some(json!(form)));
        match desk.simulator.handle(desk.now_ms, None, &asked).delivery {
            Delivery::Answer(answer) => {
                (answer.status, serde_json::from_str::<Value>(&answer.body).expect("answers are JSON"))
            }
            other => panic!("no answer: {other:?}"),
        }
    };
    let form = "grant_type=refresh_token&client_id=i&client_secret=s&refresh_token=r%2B1";
    let (status, body) = refresh(&mut desk, form);
    assert_eq!((status, &body["refresh_token"], &body["expires_in"]), (200, &json!("r+1"), &json!(60)));
    let token = text(&body["access_token"]);
    assert_eq!(ask(&mut desk, &token), 200);
    desk.now_ms += 60_000;
    assert_eq!(ask(&mut desk, &token), 401, "it is too old");
    for (wrong, reason) in [
        (form.replace("r%2B1", "wrong"), "not valid"),
        (form.replace("grant_type", "type"), "grant_type"),
        (form.replace("client_secret=s&", ""), "client_secret"),
    ] {
        let (status, body) = refresh(&mut desk, &wrong);
        assert!(status == 400 && text(&body["message"]).contains(reason), "{wrong}: {body}");
    }
}

#[test]
fn every_kind_of_object_can_be_seen_late() {
    let file = "visibility_ms = 300\n[late]\npeople = 500\ncalling = 700";
    let mut desk = Desk::with(Settings { provision_ms: 0, ..Settings::default() }, file);
    let made = desk.put(202, "POST /wholesale/customers", customer("acme", CALLING));
    let id = last_segment(&text(&made["url"]));
    let org = text(&desk.get(200, &format!("GET /wholesale/customers/{id}"))["orgId"]);
    desk.get(200, &format!("GET /organizations/{org}"));
    let body = subscriber(&id, "eva@acme.example", "webex_meetings", json!({}));
    desk.put(200, "POST /wholesale/subscribers", body);
    let place = text(&desk.put(201, &format!("POST /locations?orgId={org}"), location("Branch"))["id"]);
    let mut body = location("Branch");
    body["id"] = json!(place);
    desk.put(201, &format!("POST /telephony/config/locations?orgId={org}"), body);
    desk.add_numbers(&org, &place, &[NUMBER]);
    let lists = [
        ("GET /wholesale/customers?externalId=acme".to_owned(), "items", 300),
        ("GET /wholesale/subscribers?email=eva@acme.example".to_owned(), "items", 300),
        (format!("GET /locations?orgId={org}&name=Branch"), "items", 300),
        (format!("GET /telephony/config/numbers?orgId={org}&phoneNumber={NUMBER}"), "phoneNumbers", 300),
        (format!("GET /people?orgId={org}&email=eva@acme.example"), "items", 500),
        (format!("GET /identity/scim/{}/v2/Users", crate::uuid(&org)), "Resources", 500),
        (format!("GET /telephony/config/locations?orgId={org}&name=Branch"), "locations", 700),
    ];
    let began_ms = desk.now_ms;
    for (line, field, late_ms) in lists {
        desk.now_ms = began_ms + late_ms - 1;
        assert_eq!(desk.get(200, &line)[field], json!([]), "{line}");
        desk.now_ms += 1;
        assert_eq!(desk.get(200, &line)[field].as_array().map(Vec::len), Some(1), "{line}");
    }
}

#[test]
fn look_ups_by_id_can_be_late_and_changes_are_not() {
    let mut desk = Desk::with(Settings { provision_ms: 0, ..Settings::default() }, "");
    let [id, org, headquarters, _] = acme(&mut desk);
    let mut late = Desk::with(Settings { provision_ms: 0, ..Settings::default() }, "look_up_ms = 400");
    late.simulator = {
        let settings = Settings { look_up_ms: 400, ..Settings::default() };
        let none = turnup::simulator::Faults::none();
        turnup::simulator::Simulator::restore(settings, none, &desk.simulator.snapshot()).expect("a snapshot restores")
    };
    late.now_ms = desk.now_ms;
    let body = subscriber(&id, "eva@acme.example", "webex_calling", seat(&headquarters, NUMBER, "1001"));
    let made = late.put(200, "POST /wholesale/subscribers", body);
    let place = text(&late.put(201, &format!("POST /locations?orgId={org}"), location("Late"))["id"]);
    late.put(204, &format!("PUT /locations/{place}?orgId={org}"), json!({ "timeZone": "Europe/Berlin" }));
    let look_ups = [
        format!("GET /wholesale/subscribers/{}", text(&made["id"])),
        format!("GET /people/{}", text(&made["personId"])),
        format!("GET /identity/scim/{}/v2/Users/{}", crate::uuid(&org), crate::uuid(&text(&made["personId"]))),
        format!("GET /locations/{place}?orgId={org}"),
    ];
    for line in &look_ups {
        late.get(404, line);
    }
    late.now_ms += 400;
    for line in &look_ups {
        late.get(200, line);
    }
}

#[test]
fn what_waits_is_released_after_a_time_or_some_looks() {
    let file = r#"
        [[hold]]
        external_id = "timed"
        status = "pending_rpl_review"
        release_ms = 5000
        [[hold]]
        external_id = "looked"
        status = "pending_rpl_review"
        release_looks = 2
        [[hold]]
        email = "timed@acme.example"
        status = "pending_user_migration"
        release_ms = 5000
        [[hold]]
        email = "looked@acme.example"
        status = "pending_user_migration"
        release_looks = 1
    "#;
    let mut desk = Desk::with(Settings::default(), file);
    for id in ["timed", "looked"] {
        desk.put(202, "POST /wholesale/customers", customer(id, CALLING));
    }
    desk.wait();
    let status = |desk: &mut Desk, id: &str| {
        text(&desk.get(200, &format!("GET /wholesale/customers?externalId={id}"))["items"][0]["status"])
    };
    let looks = ["pending_rpl_review", "pending_rpl_review", "provisioned", "provisioned"];
    assert_eq!(looks.map(|_| status(&mut desk, "looked")), looks);
    assert_eq!(status(&mut desk, "timed"), "pending_rpl_review");
    desk.now_ms += 5_000;
    assert_eq!(status(&mut desk, "timed"), "provisioned");

    let (id, _) = desk.customer("acme", CALLING);
    for name in ["timed", "looked"] {
        let body = subscriber(&id, &format!("{name}@acme.example"), "webex_meetings", json!({}));
        desk.put(202, "POST /wholesale/subscribers", body);
    }
    let status = |desk: &mut Desk, name: &str| {
        let found = desk.get(200, &format!("GET /wholesale/subscribers?email={name}@acme.example"));
        text(&found["items"][0]["status"])
    };
    let looks = ["pending_user_migration", "provisioned"];
    assert_eq!(looks.map(|_| status(&mut desk, "looked")), looks);
    assert_eq!(status(&mut desk, "timed"), "pending_user_migration");
    desk.now_ms += 5_000;
    assert_eq!(status(&mut desk, "timed"), "provisioned");
    assert_eq!(desk.state()["people"]["timed@acme.example"]["pending"], false);
}

#[test]
fn success_can_be_partial() {
    let file = r#"
        [[hold]]
        external_id = "acme"
        status = "provisioned_with_errors"
        package = "webex_calling"
        reason = "no seats are left"
        [[hold]]
        number = "+493055555501"
        status = "in_use"
        [[hold]]
        number = "+493055555502"
        status = "unavailable"
        [[fault]]
        method = "POST"
        path = "/telephony/config/locations/*/numbers"
        kind = "partial"
        times = 2
        [[fault]]
        method = "PUT"
        path = "/telephony/config/locations/*"
        kind = "partial"
    "#;
    let mut desk = Desk::with(Settings::default(), file);
    let (id, org) = desk.customer("acme", CALLING);
    let shown = desk.get(200, &format!("GET /wholesale/customers/{id}"));
    assert_eq!(shown["status"], "provisioned_with_errors");
    let packages = &shown["resourceDetails"]["packages"];
    assert_eq!(words(packages, "status"), ["error", "provisioned"]);
    assert_eq!(packages[0]["errors"], json!([{ "description": "no seats are left" }]));

    let place = desk.headquarters(&org);
    let add = format!("POST /telephony/config/locations/{place}/numbers?orgId={org}");
    let all = json!({ "phoneNumbers": [NUMBER, "+493055555501", "+493055555502"] });
    let answer = desk.ask(&add, Some(all.clone()));
    let body: Value = serde_json::from_str(&answer.body).expect("errors are JSON");
    assert_eq!((answer.status, words(&body[0]["errors"], "errorCode")), (400, vec!["8363", "8361"]));
    assert_eq!(desk.state()["numbers"].as_object().map(serde_json::Map::len), Some(1), "the good one is added");
    desk.put(400, &add, json!({ "phoneNumbers": [NUMBER, OTHER] }));
    assert_eq!(desk.state()["numbers"].get(OTHER), None, "where nothing is wrong, the last one is left out");
    refuses(&mut desk, 400, &add, all, "8361");
    desk.put(201, &add, json!({ "phoneNumbers": [NUMBER, OTHER] }));

    let put = format!("PUT /telephony/config/locations/{place}?orgId={org}");
    let main = json!({ "callingLineId": { "phoneNumber": NUMBER, "name": "Front desk" } });
    assert_eq!(
        text(&desk.put(206, &put, main.clone())["failureReason"]),
        format!("the main number {NUMBER} could not be set")
    );
    assert_eq!(desk.state()["locations"]["acme/Headquarters"]["mainNumber"], Value::Null);
    desk.put(204, &put, main);
    assert_eq!(desk.state()["locations"]["acme/Headquarters"]["mainNumber"], NUMBER);
}

#[test]
fn a_number_that_was_only_just_freed_cannot_be_removed_yet() {
    let mut desk = Desk::with(Settings::default(), "number_release_ms = 10000");
    let [id, org, place, _] = acme(&mut desk);
    let body = subscriber(&id, "eva@acme.example", "webex_calling", seat(&place, NUMBER, "1001"));
    let person = text(&desk.put(200, "POST /wholesale/subscribers", body)["personId"]);
    desk.get(204, &format!("DELETE /people/{person}"));
    let remove = format!("DELETE /telephony/config/locations/{place}/numbers?orgId={org}");
    let early = desk.ask(&remove, Some(json!({ "phoneNumbers": [NUMBER] })));
    assert_eq!((early.status, early.header("cisco-spark-error-codes")), (502, Some("4251")));
    desk.now_ms += 10_000;
    desk.put(204, &remove, json!({ "phoneNumbers": [NUMBER] }));
}
