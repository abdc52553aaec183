//! One id or number has several forms, and which one an answer has is Webex's business: whoever looks something up may
//! find it written otherwise than the answer that made it.

use serde_json::Value;

use super::ids::{self, IdForm};
use super::seats;
use crate::api::wire::Answer;

/// How the answers to look-ups write ids and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forms {
    pub id: IdForm,
    pub number: NumberForm,
}

/// How the numbers of people are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberForm {
    /// `+14085267209`
    #[default]
    Plain,
    /// `+14 085 267 209`, as in the example of Cisco's OpenAPI file.
    Spaced,
}

impl Forms {
    /// The same answer, written in these forms.
    pub fn put_on(self, answer: &mut Answer) {
        if self == Self::default() {
            return;
        }
        if let Ok(mut body) = serde_json::from_str::<Value>(&answer.body) {
            self.rewrite("", &mut body);
            answer.body = body.to_string();
        }
    }

    fn rewrite(self, key: &str, value: &mut Value) {
        match value {
            Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| self.rewrite(key, value)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.rewrite(key, item)),
            // Only the numbers of people are so called.
            Value::String(text) if key == "value" && self.number == NumberForm::Spaced && seats::is_e164(text) => {
                *text = spaced(text);
            }
            Value::String(text) => {
                if let Some(other) = ids::in_form(text, self.id) {
                    *text = other;
                }
            }
            _ => {}
        }
    }
}

fn spaced(e164: &str) -> String {
    let split = |(at, c): (usize, char)| (at > 0 && at.is_multiple_of(3)).then_some(' ').into_iter().chain([c]);
    e164.chars().enumerate().flat_map(split).collect()
}

#[cfg(test)]
mod tests {
    use super::super::ids::Kind;
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_written_in_other_forms() {
        let id = ids::public(Kind::Location, &ids::fixed("sede"));
        let person = json!({ "locationId": id, "phoneNumbers": [{ "type": "work", "value": "+351291555013" }] });
        let written = |forms: Forms| {
            let mut answer = Answer::json(200, &person);
            forms.put_on(&mut answer);
            let body: Value = serde_json::from_str(&answer.body).expect("it is JSON");
            let text = |value: &Value| value.as_str().expect("it is text").to_owned();
            (text(&body["locationId"]), text(&body["phoneNumbers"][0]["value"]))
        };
        assert_eq!(written(Forms::default()), (id.clone(), "+351291555013".to_owned()));
        let padded = Forms { id: IdForm::Padded, number: NumberForm::Spaced };
        assert_eq!(written(padded), (format!("{id}=="), "+35 129 155 501 3".to_owned()));
        let (upper, _) = written(Forms { id: IdForm::Upper, ..Forms::default() });
        assert!(upper != id && ids::bare(&upper) == ids::bare(&id), "{upper}");
    }
}
