//! A client's desk in front of the simulator: asks, moves the clock, and knows the bodies that are right.
#![allow(dead_code, reason = "each test crate uses its own part")]

use serde_json::{Value, json};
use turnup::api::wire::{Answer, Method, Request};
use turnup::simulator::{Delivery, Faults, Reply, Settings, Simulator};

pub struct Desk {
    pub simulator: Simulator,
    pub now_ms: u64,
    /// Every request that was answered.
    pub log: Vec<(Request, Answer)>,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(Settings::default(), "")
    }

    pub fn with(settings: Settings, faults: &str) -> Self {
        Self::over(Simulator::new(settings, Faults::parse(faults).expect("the faults of a test are well-formed")))
    }

    pub fn over(simulator: Simulator) -> Self {
        Self { simulator, now_ms: 1_800_000_000_000, log: Vec::new() }
    }

    pub fn send(&mut self, line: &str, body: Option<Value>) -> Reply {
        let request = request(line, body);
        let reply = self.simulator.handle(self.now_ms, Some("token"), &request);
        if let Delivery::Answer(answer) = &reply.delivery {
            self.log.push((request, answer.clone()));
        }
        reply
    }

    pub fn ask(&mut self, line: &str, body: Option<Value>) -> Answer {
        match self.send(line, body).delivery {
            Delivery::Answer(answer) => answer,
            other => panic!("{line} was not answered: {other:?}"),
        }
    }

    /// Asks, expects that status, and gives the body.
    pub fn get(&mut self, status: u16, line: &str) -> Value {
        self.expect(status, line, None)
    }

    pub fn put(&mut self, status: u16, line: &str, body: Value) -> Value {
        self.expect(status, line, Some(body))
    }

    fn expect(&mut self, status: u16, line: &str, body: Option<Value>) -> Value {
        let answer = self.ask(line, body);
        assert_eq!(answer.status, status, "{line}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap_or(Value::Null)
    }

    pub fn wait(&mut self) {
        self.now_ms += 1_000;
    }

    pub fn state(&mut self) -> Value {
        self.get(200, "GET /_turnup/state")
    }

    /// A provisioned customer whose organisation is open: its id and the organisation's.
    pub fn customer(&mut self, external_id: &str, packages: &[&str]) -> (String, String) {
        let made = self.put(202, "POST /wholesale/customers", customer(external_id, packages));
        let id = last_segment(made["url"].as_str().expect("an accepted customer has a url"));
        self.wait();
        let org = text(&self.get(200, &format!("GET /wholesale/customers/{id}"))["orgId"]);
        self.get(200, &format!("GET /organizations/{org}"));
        (id, org)
    }

    pub fn headquarters(&mut self, org: &str) -> String {
        let locations = self.get(200, &format!("GET /locations?orgId={org}&name=Headquarters"));
        text(&locations["items"][0]["id"])
    }

    /// A branch with calling.
    pub fn branch(&mut self, org: &str, name: &str) -> String {
        let made = self.put(201, &format!("POST /locations?orgId={org}"), location(name));
        let id = text(&made["id"]);
        let mut body = location(name);
        body["id"] = json!(id);
        self.put(201, &format!("POST /telephony/config/locations?orgId={org}"), body);
        id
    }

    pub fn add_numbers(&mut self, org: &str, location: &str, numbers: &[&str]) {
        let line = format!("POST /telephony/config/locations/{location}/numbers?orgId={org}");
        self.put(201, &line, json!({ "phoneNumbers": numbers }));
    }
}

pub fn request(line: &str, body: Option<Value>) -> Request {
    let (method, target) = line.split_once(' ').expect("a line is a method and a path");
    let method = match method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        other => panic!("{other} is no method"),
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request::new(method, path);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        request = request.with_query(name, value);
    }
    request.body = body;
    request
}

pub fn customer(external_id: &str, packages: &[&str]) -> Value {
    json!({
        "provisioningId": "cHJvdmlzaW9uaW5n",
        "externalId": external_id,
        "packages": packages,
        "address": wholesale_address(),
        "customerInfo": {
            "name": format!("{external_id} GmbH"),
            "primaryEmail": format!("boss@{external_id}.example"),
            "language": "de",
        },
        "provisioningParameters": {
            "calling": { "location": {
                "name": "Headquarters",
                "address": wholesale_address(),
                "timezone": "Europe/Berlin",
                "language": "de_de",
            } },
        },
    })
}

pub fn wholesale_address() -> Value {
    json!({
        "addressLine1": "Hauptstr. 1", "addressLine2": "Hof", "city": "Berlin",
        "zipOrPostalCode": "10115", "country": "DE",
    })
}

pub fn location(name: &str) -> Value {
    json!({
        "name": name, "timeZone": "Europe/Berlin", "preferredLanguage": "de_de", "announcementLanguage": "de_de",
        "address": { "address1": "Nebenstr. 2", "city": "Bonn", "state": "", "postalCode": "", "country": "DE" },
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the parameters are always made on the spot")]
pub fn subscriber(customer: &str, email: &str, package: &str, parameters: Value) -> Value {
    json!({ "customerId": customer, "email": email, "packages": [package], "provisioningParameters": parameters })
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

pub fn last_segment(url: &str) -> String {
    url.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The UUID inside a public id.
pub fn uuid(id: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(id).expect("public ids are base64url");
    last_segment(&String::from_utf8(bytes).expect("public ids hold text"))
}
