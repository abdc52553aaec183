//! The ways in which an answer gets lost, as lines of a fault file, and the writes that a simulated Webex has seen.
#![allow(dead_code, reason = "each test file uses its own share")]

use std::collections::BTreeSet;

use serde_json::Value;

/// How an answer gets lost, and how the simulator counts it: the work is done and the connection cut, a gateway fails,
/// nobody answers; or the work was never done.
pub const LOSSES: [(&str, &str); 9] = [
    ("kind = \"drop\"\nafter = true", "dropped"),
    ("kind = \"status\"\nstatus = 500\nafter = true", "500"),
    ("kind = \"status\"\nstatus = 502\nafter = true\nbody = \"<html>bad gateway</html>\"", "502"),
    ("kind = \"status\"\nstatus = 504\nafter = true\nbody = \"\"", "504"),
    ("kind = \"hang\"\nafter = true", "hung"),
    ("kind = \"drop\"", "dropped"),
    ("kind = \"status\"\nstatus = 500", "500"),
    ("kind = \"status\"\nstatus = 503", "503"),
    ("kind = \"hang\"", "hung"),
];

/// A rule of a fault file.
pub fn rule(method: &str, path: &str, times: u64, loss: &str) -> String {
    format!("[[fault]]\nmethod = \"{method}\"\npath = \"{path}\"\ntimes = {times}\n{loss}\n")
}

/// The same for a route as the simulator names it, such as `PUT /people/{personId}`.
pub fn rule_of(route: &str, times: u64, loss: &str) -> String {
    let (method, template) = route.split_once(' ').expect("a route has a method");
    let star = |segment| if str::starts_with(segment, '{') { "*" } else { segment };
    rule(method, &template.split('/').map(star).collect::<Vec<_>>().join("/"), times, loss)
}

/// The routes by which something was written. Look-ups that need a body are none.
pub fn writes(state: &Value) -> BTreeSet<String> {
    let routes = state["requests"]["by_route"].as_object().into_iter().flatten().map(|(route, _)| route.clone());
    routes
        .filter(|route| !route.starts_with("GET ") && !route.ends_with("/invoke") && !route.ends_with("/lookup"))
        .collect()
}

/// How often requests of a route ended so.
pub fn ended(state: &Value, route: &str, end: &str) -> u64 {
    state["requests"]["by_route"][route][end].as_u64().unwrap_or_default()
}
