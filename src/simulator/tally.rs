//! Counts the requests of this process by route and outcome. Kept apart from the state: a restart
//! begins at nought.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Delivery;
use super::router::Found;
use crate::api::wire::Method;

/// How many requests came, and how they ended.
#[derive(Debug, Default)]
pub struct Tally {
    tracked: u64,
    total: u64,
    /// When the first and the last request came.
    first_ms: Option<u64>,
    last_ms: u64,
    by_status: BTreeMap<String, u64>,
    by_route: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Tally {
    /// The id under which support would find the next request.
    pub fn next_tracking_id(&mut self) -> String {
        self.tracked += 1;
        format!("TURNUP_{:08x}", self.tracked)
    }

    /// Counts one finished request.
    pub fn count(&mut self, now_ms: u64, method: Method, found: &Found, delivery: &Delivery) {
        self.first_ms.get_or_insert(now_ms);
        self.last_ms = now_ms;
        let template = match found {
            Found::Route(route, _) => route.template,
            Found::WrongMethod(template) => template,
            Found::Unknown => "(unknown)",
        };
        let end = match delivery {
            Delivery::Answer(answer) => answer.status.to_string(),
            Delivery::Drop => "dropped".to_owned(),
            Delivery::Hang => "hung".to_owned(),
        };
        self.total += 1;
        *self.by_status.entry(end.clone()).or_default() += 1;
        *self.by_route.entry(format!("{method} {template}")).or_default().entry(end).or_default() += 1;
    }

    /// The counts as JSON.
    pub fn view(&self) -> Value {
        json!({ "total": self.total, "first_ms": self.first_ms, "last_ms": self.last_ms, "by_status": self.by_status, "by_route": self.by_route })
    }
}
