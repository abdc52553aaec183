//! The simulator behind a real port, asked by a real client.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use turnup::simulator::{Faults, Settings, Simulator, server};

use crate::desk::customer;

/// A served simulator; it ends with the test's runtime.
struct Served {
    base: String,
    client: Client,
}

impl Served {
    async fn start(faults: &str, state_file: Option<std::path::PathBuf>) -> Self {
        // A second installation fails, and the first one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let faults = Faults::parse(faults).expect("the faults of a test are well-formed");
        let text = state_file.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let simulator = Simulator::restore(Settings::default(), faults, &text).expect("the state file is whole");
        tokio::spawn(server::serve(listener, simulator, state_file));
        let client = Client::builder().no_proxy().build().expect("a plain client can be built");
        Self { base: format!("http://{address}"), client }
    }

    async fn post(&self, external_id: &str) -> reqwest::Result<reqwest::Response> {
        let body = customer(external_id, &["webex_meetings"]);
        let request = self.client.post(format!("{}/v1/wholesale/customers", self.base)).bearer_auth("token");
        request.json(&body).send().await
    }

    async fn state(&self) -> Value {
        let answer = self.client.get(format!("{}/_turnup/state", self.base)).send().await.expect("the state is told");
        answer.json().await.expect("the state is JSON")
    }
}

#[tokio::test]
async fn a_dropped_request_ends_without_an_answer() {
    let rule = |after: bool, name: &str| {
        format!(
            "[[fault]]\npath = \"/wholesale/customers\"\nbody_contains = \"{name}\"\nkind = \"drop\"\nafter = {after}\n"
        )
    };
    let served = Served::start(&(rule(false, "before") + &rule(true, "after")), None).await;
    for name in ["before", "after"] {
        let error = served.post(name).await.expect_err("the connection is cut");
        assert!(error.is_request() && error.status().is_none(), "{error:?}");
    }
    let state = served.state().await;
    assert_eq!(state["customers"].get("before"), None);
    assert_eq!(state["customers"]["after"]["copies"], 1, "it was carried out, only the answer is lost");
    assert_eq!(state["requests"]["by_route"]["POST /wholesale/customers"], json!({ "dropped": 2 }));
    let answer = served.post("later").await.expect("the next connection works");
    assert_eq!(answer.status(), 202);
    let url = answer.headers()["location"].to_str().expect("a URL is text").to_owned();
    assert!(url.starts_with(&format!("{}/v1/wholesale/customers/", served.base)), "{url}");
    let shown = served.client.get(url).bearer_auth("token").send().await.expect("the link works");
    assert_eq!(shown.status(), 200);
}

#[tokio::test]
async fn a_hanging_request_is_never_answered_and_others_are() {
    let served = Served::start("[[fault]]\npath = \"/wholesale/customers\"\nkind = \"hang\"\nafter = true", None).await;
    let hanging = tokio::time::timeout(Duration::from_millis(300), served.post("acme")).await;
    assert!(hanging.is_err(), "{hanging:?}");
    assert_eq!(served.state().await["customers"]["acme"]["copies"], 1);
    assert_eq!(served.post("beta").await.expect("it is answered").status(), 202);
}

#[tokio::test]
async fn what_was_answered_is_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("simulator.json");
    let served = Served::start("", Some(path.clone())).await;
    served.post("acme").await.expect("it is answered");
    let again = Served::start("", Some(path.clone())).await;
    assert_eq!(again.state().await["customers"]["acme"]["copies"], 1);
    let file = std::fs::read_to_string(&path).expect("the file is there");
    assert!(file.starts_with("{\"counter\":") || file.starts_with("{\"format\":"), "{file}");
    assert!(file.contains("\"format\":\"turnup.simulator/1\""), "{file}");
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_bad_request() {
    let served = Served::start("", None).await;
    let line = format!("{}/wholesale/customers", served.base);
    let answer = served.client.post(&line).bearer_auth("token").body("{").send().await.expect("it is answered");
    assert_eq!(answer.status(), 400);
    assert!(answer.headers().contains_key("trackingid"));
    let answer = served.client.get(&line).send().await.expect("it is answered");
    assert_eq!(answer.status(), 401);
}
