//! The steps of Partner Hub's template wizard as data, and a template that is being put together from the answers.

use std::collections::BTreeMap;

use toml::Value;

use super::read;
use crate::diagnostic::Severity;
use crate::model::Package;

/// One question of the wizard.
#[derive(Debug)]
pub struct Question {
    /// The key of the templates file; `name` is that of the table.
    pub key: &'static str,
    /// What is asked, in English.
    pub ask: &'static str,
    /// What should be known before it is answered, in English; may be empty.
    pub advice: &'static str,
    pub is_required: bool,
}

const fn question(key: &'static str, ask: &'static str, advice: &'static str) -> Question {
    Question { key, ask, advice, is_required: false }
}

/// The questions in the order of Partner Hub's own pages: primary settings, authentication, PSTN, common and calling
/// settings, and what Partner Hub hands out at the end.
pub const QUESTIONS: [Question; 15] = [
    Question {
        is_required: true,
        ..question("name", "Template name", "what the column `template` of the customers sheet will say")
    },
    question(
        "country",
        "Country or region",
        "two letters, such as BR; it decides the data region, which cannot be moved later",
    ),
    question("countries", "Countries its customers may be in", "joined by `;`; blank takes the country above"),
    question("service_provider_admin", "Service provider admin", "the e-mail of a partner administrator"),
    question("default_language", "Default e-mail language", "such as pt_br"),
    question("subscription", "Wholesale subscription", "such as Sub23452345"),
    question(
        "authentication",
        "Authentication",
        "`webex`, `saml:` with the entity id of your identity provider, or `oidc:` with its registered name; later changes reach \
         new customers only",
    ),
    question(
        "pstn_provider",
        "Cloud connected PSTN provider",
        "Cisco recommends to leave this blank and to choose the provider per location",
    ),
    question("packages", "Packages it may sell", "joined by `;`, such as webex_calling;webex_suite; blank means any"),
    question(
        "supported_location",
        "Is every location confirmed as supported?",
        "yes or no; Partner Hub's tick box for all its customers",
    ),
    question("email", "E-mail settings", "key=value, joined by `;`; kept as a note of what Partner Hub says"),
    question("calling", "Calling settings", "key=value, joined by `;`; kept as a note of what Partner Hub says"),
    question(
        "emergency_address",
        "Is every location's address registered for emergency calls?",
        "yes or no; for locations that turnup makes, unless a row says no",
    ),
    question(
        "emergency_callback",
        "What is called back after an emergency call?",
        "`main_number`, or blank for what Webex does; for locations that turnup makes, unless a row says no",
    ),
    Question {
        is_required: true,
        ..question(
            "provisioning_id",
            "Provisioning ID",
            "shown by Partner Hub in the settings of the finished template",
        )
    },
];

/// A template that is being put together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What was answered, as it is shown in a review, by key.
    answers: BTreeMap<&'static str, String>,
}

impl Draft {
    /// Takes an answer; a blank one clears it.
    ///
    /// # Errors
    /// Why it cannot be an answer, in English.
    pub fn answer(&mut self, question: &Question, text: &str) -> Result<(), String> {
        let text = text.trim();
        if text.is_empty() {
            self.answers.remove(question.key);
            return if question.is_required { Err("this cannot be left blank".to_owned()) } else { Ok(()) };
        }
        if text.chars().any(char::is_control) {
            return Err("it has a control character".to_owned());
        }
        let mut trial = Self::default();
        trial.answers.insert("name", "x".to_owned());
        trial.answers.insert("provisioning_id", "x".to_owned());
        trial.answers.insert(question.key, text.to_owned());
        let (_, found) = read("templates.toml", &trial.to_toml());
        if let Some(wrong) = found.iter().find(|finding| finding.severity == Severity::Error) {
            let reason = wrong.args.iter().find(|(name, _)| *name == "reason").map(|(_, reason)| reason.clone());
            return Err(reason.unwrap_or_else(|| wrong.code.id().to_owned()));
        }
        self.answers.insert(question.key, text.to_owned());
        Ok(())
    }

    /// What was answered to a question.
    pub fn get(&self, question: &Question) -> Option<&str> {
        self.answers.get(question.key).map(String::as_str)
    }

    /// The template's name.
    pub fn name(&self) -> &str {
        self.answers.get("name").map_or("", String::as_str)
    }

    /// The required questions without an answer.
    pub fn lacking(&self) -> impl Iterator<Item = &'static Question> {
        QUESTIONS.iter().filter(|question| question.is_required && self.get(question).is_none())
    }

    /// The template as a table of the templates file.
    pub fn to_toml(&self) -> String {
        let name = self.name();
        let is_bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let name = if is_bare { name.to_owned() } else { Value::from(name).to_string() };
        let mut text = format!("[templates.{name}]\n");
        for question in QUESTIONS.iter().filter(|question| question.key != "name") {
            if let Some(answer) = self.get(question) {
                text.push_str(&format!("{} = {}\n", question.key, value(question.key, answer)));
            }
        }
        text
    }
}

/// An answer as a value of the templates file; what cannot be understood stays text, and reading refuses it.
fn value(key: &str, answer: &str) -> Value {
    let items = || answer.split([';', ',']).map(str::trim).filter(|item| !item.is_empty());
    let inner = |kind: &str, key: &str, text: &str| {
        let table = toml::Table::from_iter([(key.to_owned(), Value::from(text.trim()))]);
        Value::Table(toml::Table::from_iter([(kind.to_owned(), Value::Table(table))]))
    };
    match key {
        "countries" => items().map(str::to_uppercase).collect::<Vec<_>>().into(),
        "country" => answer.to_uppercase().into(),
        "packages" => items()
            .map(|name| Package::parse(name).map_or_else(|| name.to_owned(), |package| package.name().to_owned()))
            .collect::<Vec<_>>()
            .into(),
        "emergency_callback" if matches!(answer.to_lowercase().as_str(), "yes" | "y" | "sim" | "s") => {
            "main_number".into()
        }
        "supported_location" | "emergency_address" => match answer.to_lowercase().as_str() {
            "yes" | "y" | "true" | "sim" | "s" => true.into(),
            "no" | "n" | "false" | "não" | "nao" => false.into(),
            _ => answer.into(),
        },
        "authentication" => match answer.split_once(':') {
            Some(("saml", id)) if !id.trim().is_empty() => inner("partner_saml", "idp_entity_id", id),
            Some(("oidc", name)) => inner("partner_oidc", "idp_name", name),
            _ => answer.into(),
        },
        "email" | "calling" => settings(answer).map_or_else(|| answer.into(), Value::Table),
        _ => answer.into(),
    }
}

/// `key=value; key=value` as a table.
fn settings(answer: &str) -> Option<toml::Table> {
    let setting = |item: &str| {
        let (key, text) = item.split_once('=')?;
        let (key, text) = (key.trim(), text.trim());
        let value = match text {
            "true" | "yes" | "on" => true.into(),
            "false" | "no" | "off" => false.into(),
            _ => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        };
        (!key.is_empty()).then(|| (key.to_owned(), value))
    };
    answer.split(';').filter(|item| !item.trim().is_empty()).map(setting).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str) -> &'static Question {
        QUESTIONS.iter().find(|question| question.key == key).expect("it is a question")
    }

    fn answered(answers: &[(&str, &str)]) -> Result<Draft, String> {
        let mut draft = Draft::default();
        answers.iter().try_for_each(|(key, text)| draft.answer(of(key), text))?;
        Ok(draft)
    }

    #[test]
    fn answers_become_a_template_that_reads_back() {
        let draft = answered(&[
            ("name", "Retail \"BR\""),
            ("country", "br"),
            ("service_provider_admin", "ops@partner.example"),
            ("authentication", "oidc:acme_idp"),
            ("packages", "Webex Calling; webex_suite"),
            ("supported_location", "sim"),
            ("emergency_address", "yes"),
            ("emergency_callback", "main_number"),
            ("calling", "dial_plan=on; digits=4; note=as agreed"),
            ("provisioning_id", "ZjViMzYx"),
        ]);
        let draft = draft.expect("these are answers");
        assert_eq!(draft.lacking().count(), 0);
        let (templates, found) = read("templates.toml", &draft.to_toml());
        assert!(found.is_empty(), "{found:?}");
        let template = templates.get("Retail \"BR\"").expect("it is there");
        assert_eq!((template.country.as_deref(), template.countries.as_slice()), (Some("BR"), &["BR".to_owned()][..]));
        assert_eq!(
            template.packages.iter().map(|package| package.name()).collect::<Vec<_>>(),
            ["webex_calling", "webex_suite"]
        );
        assert!(template.supported_location && template.emergency_address && template.emergency_callback);
        for setting in ["digits = 4", "dial_plan = true", "note = \"as agreed\""] {
            assert!(draft.to_toml().contains(setting), "{}", draft.to_toml());
        }
    }

    #[test]
    fn what_is_no_answer_is_refused_with_a_reason() {
        for (key, text) in [
            ("name", " "),
            ("country", "Brasil"),
            ("countries", "BR;XX"),
            ("service_provider_admin", "ops"),
            ("authentication", "saml"),
            ("authentication", "oidc:no blanks"),
            ("packages", "webex_caling"),
            ("supported_location", "perhaps"),
            ("emergency_address", "perhaps"),
            ("emergency_callback", "somebody"),
            ("email", "on"),
            ("provisioning_id", ""),
            ("subscription", "a\u{7}b"),
        ] {
            let refused = answered(&[(key, text)]).expect_err(&format!("{key} = {text}"));
            assert!(refused.len() > 5, "{refused}");
        }
    }

    #[test]
    fn every_question_but_the_name_is_a_key_of_the_file() {
        for question in QUESTIONS.iter().filter(|question| question.key != "name") {
            assert!(super::super::KEYS.contains(&question.key), "{}", question.key);
        }
        // What notes hold is nobody's to ask.
        let asked = |key: &&str| QUESTIONS.iter().any(|question| question.key == *key);
        assert!(super::super::KEYS.iter().filter(|key| **key != "notes").all(asked), "each key is asked");
    }
}
