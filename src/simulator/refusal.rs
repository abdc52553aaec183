//! How the simulator says no, in the shape that Webex gives its errors.

use serde_json::{Value, json};

use crate::api::wire::Answer;

/// The published error codes that the simulator uses.
pub mod code {
    /// A mandatory parameter is missing.
    pub const MISSING: u32 = 1001;
    /// A parameter has the wrong size.
    pub const SIZE: u32 = 1002;
    /// The e-mail address belongs to somebody already.
    pub const EMAIL_TAKEN: u32 = 10022;
    /// Webex Calling is in maintenance.
    pub const MAINTENANCE: u32 = 2560;
    /// Numbers: twice in the request, not usable, malformed, in use.
    pub const NUMBER_TWICE: u32 = 8360;
    pub const NUMBER_UNAVAILABLE: u32 = 8361;
    pub const NUMBER_INVALID: u32 = 8362;
    pub const NUMBER_IN_USE: u32 = 8363;
    /// Extensions: used by a person, not digits, an emergency number, twice in the request.
    pub const EXTENSION_IN_USE: u32 = 4202;
    pub const EXTENSION_NOT_DIGITS: u32 = 4910;
    pub const EXTENSION_EMERGENCY: u32 = 4911;
    pub const EXTENSION_TWICE: u32 = 9498;
}

/// One reason of a refusal; many have no published code.
pub type Reason = (Option<u32>, String);

/// An answer other than success.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    status: u16,
    message: String,
    reasons: Vec<Reason>,
    headers: Vec<(&'static str, String)>,
    /// The telephony list form: `(number, code, message)`; it replaces the usual body.
    numbers: Vec<(String, u32, String)>,
}

impl Refusal {
    /// A refusal whose only reason is its message.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        let message = message.into();
        let reasons = vec![(None, message.clone())];
        Self { status, message, reasons, headers: Vec::new(), numbers: Vec::new() }
    }

    /// A bad request for several reasons at once.
    pub fn bad(reasons: Vec<Reason>) -> Self {
        let message = reasons.first().map_or("bad request", |(_, text)| text.as_str()).to_owned();
        Self { reasons, ..Self::new(400, message) }
    }

    /// The same with a published code.
    pub fn coded(status: u16, code: u32, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { reasons: vec![(Some(code), message.clone())], ..Self::new(status, message) }
    }

    /// Nothing of that kind has that id.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, format!("{what} could not be found"))
    }

    /// The top-level array with which telephony refuses numbers.
    pub fn numbers(refused: Vec<(String, u32, String)>) -> Self {
        Self { numbers: refused, ..Self::new(400, "the numbers cannot be added") }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer that tells it.
    pub fn answer(&self, tracking_id: &str) -> Answer {
        let body = if self.numbers.is_empty() { self.body(tracking_id) } else { self.number_body() };
        let mut answer = Answer::json(self.status, &body);
        answer.headers.extend(self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        answer
    }

    fn body(&self, tracking_id: &str) -> Value {
        let error = |(code, description): &Reason| match code {
            Some(code) => json!({ "errorCode": code, "description": description }),
            None => json!({ "description": description }),
        };
        let errors: Vec<Value> = self.reasons.iter().map(error).collect();
        json!({ "message": self.message, "errors": errors, "trackingId": tracking_id })
    }

    fn number_body(&self) -> Value {
        let error = |(number, code, message): &(String, u32, String)| {
            json!({
                "number": number, "errorType": "ERROR", "errorCode": code.to_string(),
                "errorMessage": message, "errorTitle": "number not added",
            })
        };
        json!([{ "errors": self.numbers.iter().map(error).collect::<Vec<_>>() }])
    }
}
