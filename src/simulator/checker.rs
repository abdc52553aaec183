//! Reads fields out of a request body and notes everything that is wrong with them, so that one refusal
//! names every mistake. It never looks at the store.

use serde_json::Value;

use super::refusal::{Reason, Refusal, code};

/// A body under examination. Fields are named by JSON pointer.
pub struct Checker<'a> {
    body: &'a Value,
    found: Vec<Reason>,
}

impl<'a> Checker<'a> {
    /// Begins with a body that nothing has been found in yet.
    pub fn new(body: &'a Value) -> Self {
        Self { body, found: Vec::new() }
    }

    /// Notes a mistake that has no published code.
    pub fn complain(&mut self, message: impl Into<String>) {
        self.found.push((None, message.into()));
    }

    /// Notes a mistake that has one.
    pub fn complain_coded(&mut self, code: u32, message: impl Into<String>) {
        self.found.push((Some(code), message.into()));
    }

    /// A text that must be there and say something.
    pub fn text(&mut self, pointer: &str) -> &'a str {
        match self.optional(pointer) {
            Some(text) if !text.trim().is_empty() => text,
            _ => {
                self.missing(pointer);
                ""
            }
        }
    }

    /// A text that must be there but may be empty.
    pub fn text_or_empty(&mut self, pointer: &str) -> &'a str {
        self.optional(pointer).unwrap_or_else(|| {
            self.missing(pointer);
            ""
        })
    }

    /// A text that may be left out.
    pub fn optional(&mut self, pointer: &str) -> Option<&'a str> {
        match self.body.pointer(pointer) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.complain(format!("{} must be a string", name(pointer)));
                None
            }
        }
    }

    /// A list of texts that must be there and hold something.
    pub fn texts(&mut self, pointer: &str) -> Vec<&'a str> {
        let texts = self.optional_texts(pointer).unwrap_or_default();
        if texts.is_empty() {
            self.missing(pointer);
        }
        texts
    }

    /// A list of texts that may be left out.
    pub fn optional_texts(&mut self, pointer: &str) -> Option<Vec<&'a str>> {
        let items = self.body.pointer(pointer)?.as_array();
        let texts: Option<Vec<&str>> = items.and_then(|items| items.iter().map(Value::as_str).collect());
        if texts.is_none() {
            self.complain(format!("{} must be a list of strings", name(pointer)));
        }
        texts
    }

    /// An object that must be there.
    pub fn object(&mut self, pointer: &str) -> bool {
        let found = self.body.pointer(pointer).is_some_and(Value::is_object);
        if !found {
            self.missing(pointer);
        }
        found
    }

    /// A text of at most so many characters.
    pub fn at_most(&mut self, pointer: &str, characters_max: usize) {
        let long = self.body.pointer(pointer).and_then(Value::as_str).map_or(0, |text| text.chars().count());
        if long > characters_max {
            self.complain_coded(code::SIZE, format!("{} is longer than {characters_max} characters", name(pointer)));
        }
    }

    /// A two-letter country.
    pub fn country(&mut self, pointer: &str) {
        let country = self.text(pointer);
        let two_letters = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !country.is_empty() && !two_letters {
            self.complain_coded(code::SIZE, format!("{} must be a two-letter ISO 3166-1 code", name(pointer)));
        }
    }

    /// Something that can be an e-mail address.
    pub fn email(&mut self, pointer: &str) -> &'a str {
        let email = self.text(pointer);
        let fits = email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.contains('.') && !host.contains('@') && !email.contains(char::is_whitespace)
        });
        if !email.is_empty() && !fits {
            self.complain(format!("{} is not an e-mail address", name(pointer)));
        }
        email
    }

    /// A wholesale address: billing or headquarters.
    pub fn wholesale_address(&mut self, pointer: &str) {
        if !self.object(pointer) {
            return;
        }
        self.text(&format!("{pointer}/addressLine1"));
        for line in ["addressLine1", "addressLine2"] {
            self.at_most(&format!("{pointer}/{line}"), ADDRESS_LINE_CHARACTERS_MAX);
        }
        self.text(&format!("{pointer}/city"));
        self.country(&format!("{pointer}/country"));
        for field in ["addressLine2", "stateOrProvince", "zipOrPostalCode"] {
            self.optional(&format!("{pointer}/{field}"));
        }
    }

    /// The address of a location: every field is there, state and postal code may be empty.
    pub fn location_address(&mut self) {
        if !self.object("/address") {
            return;
        }
        self.text("/address/address1");
        self.optional("/address/address2");
        self.text("/address/city");
        self.text_or_empty("/address/state");
        self.text_or_empty("/address/postalCode");
        self.country("/address/country");
    }

    /// The refusal with all that was found, if anything was.
    pub fn done(self) -> Result<(), Refusal> {
        if self.found.is_empty() { Ok(()) } else { Err(Refusal::bad(self.found)) }
    }

    fn missing(&mut self, pointer: &str) {
        self.complain_coded(code::MISSING, format!("mandatory parameter {} is missing", name(pointer)));
    }
}

/// Cisco's limit for a line of a wholesale address.
const ADDRESS_LINE_CHARACTERS_MAX: usize = 50;

fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
