//! `templates.toml` -> templates and findings.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Authentication, KEYS, Template, Templates};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, closest};
use crate::model::{Email, Package, Tables};

/// Reads the text of a templates file.
pub fn read(file: &str, text: &str) -> (Templates, Vec<Diagnostic>) {
    let mut reader = Reader { file: file.into(), text, found: Vec::new() };
    let mut templates = Templates { file: Arc::clone(&reader.file), by_name: BTreeMap::default(), unreadable: None };
    match DeTable::parse(text) {
        Err(error) => {
            let place = reader.place(error.span().map_or(0, |span| span.start), None);
            templates.unreadable = Some(place.clone());
            reader.found.push(Diagnostic::new(Code::TemplatesMalformed, place).with("reason", error.message()));
        }
        Ok(document) => {
            for (key, value) in document.get_ref() {
                if key.get_ref() == "templates" {
                    reader.templates(value, &mut templates);
                } else {
                    reader.unknown(key, &["templates"]);
                }
            }
        }
    }
    (templates, reader.found)
}

struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    found: Vec<Diagnostic>,
}

/// A value under its key, in one template's table.
struct Setting<'a> {
    template: &'a str,
    key: &'static str,
    value: &'a Spanned<DeValue<'a>>,
}

impl Reader<'_> {
    fn place(&self, offset: usize, column: Option<&str>) -> Place {
        Place::in_text(&self.file, self.text, offset, column)
    }

    fn unknown(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let place = self.place(key.span().start, Some(key.get_ref()));
        let near = closest(key.get_ref(), known.iter().copied());
        self.found.push(Diagnostic::new(Code::UnknownTemplateKey, place).value(key.get_ref().as_ref()).suggest(near));
    }

    fn templates(&mut self, value: &Spanned<DeValue<'_>>, templates: &mut Templates) {
        let Some(table) = value.get_ref().as_table() else {
            let place = self.place(value.span().start, Some("templates"));
            self.found.push(
                Diagnostic::new(Code::TemplatesMalformed, place).with("reason", "`templates` is not a table of tables"),
            );
            return;
        };
        for (name, value) in table {
            let before = self.found.len();
            let place = self.place(name.span().start, None);
            let mut template = self.template(name.get_ref(), value, place);
            template.broken =
                self.found[before..].iter().find(|d| d.severity == Severity::Error).map(|d| d.place.clone());
            templates.by_name.insert(template.name.clone(), template);
        }
    }

    fn template(&mut self, name: &str, value: &Spanned<DeValue<'_>>, place: Place) -> Template {
        let mut template = Template {
            name: name.to_owned(),
            provisioning_id: String::new(),
            subscription: None,
            country: None,
            countries: Vec::new(),
            service_provider_admin: None,
            default_language: None,
            authentication: Authentication::default(),
            pstn_provider: None,
            packages: Vec::new(),
            supported_location: false,
            emergency_address: false,
            emergency_callback: false,
            place,
            broken: None,
        };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(&Setting { template: name, key: "templates", value }, "a template is a table");
            return template;
        };
        for (key, value) in table {
            match KEYS.into_iter().find(|known| key.get_ref() == known) {
                Some(key) => self.setting(&Setting { template: name, key, value }, &mut template),
                None => self.unknown(key, &KEYS),
            }
        }
        if template.countries.is_empty() {
            template.countries.extend(template.country.clone());
        }
        if template.provisioning_id.trim().is_empty() {
            let mut at = template.place.clone();
            at.column = Some("provisioning_id".into());
            self.found.push(Diagnostic::new(Code::TemplateIncomplete, at).value(name));
        }
        template
    }

    fn setting(&mut self, setting: &Setting<'_>, template: &mut Template) {
        match setting.key {
            "provisioning_id" => template.provisioning_id = self.text(setting).unwrap_or_default(),
            "subscription" => template.subscription = self.text(setting),
            "country" => template.country = self.text(setting).and_then(|code| self.country(setting, &code)),
            "countries" => {
                let codes = self.list(setting);
                template.countries = codes.iter().filter_map(|code| self.country(setting, code)).collect();
            }
            "service_provider_admin" => template.service_provider_admin = self.email(setting),
            "default_language" => template.default_language = self.text(setting).map(|code| code.to_lowercase()),
            "authentication" => template.authentication = self.authentication(setting).unwrap_or_default(),
            "pstn_provider" => {
                template.pstn_provider = self.text(setting);
                let place = self.place(setting.value.span().start, Some(setting.key));
                let found = Diagnostic::new(Code::TemplateNamesPstn, place).value(self.shown(setting));
                self.found.push(found.with("template", setting.template));
            }
            "packages" => {
                let names = self.list(setting);
                template.packages = names.iter().filter_map(|name| self.package(setting, name)).collect();
            }
            "supported_location" => template.supported_location = self.flag(setting),
            "emergency_address" => template.emergency_address = self.flag(setting),
            "emergency_callback" => {
                template.emergency_callback = setting.value.get_ref().as_str() == Some("main_number");
                if !template.emergency_callback {
                    self.wrong(setting, "\"main_number\" is wanted");
                }
            }
            "email" | "calling" if !setting.value.get_ref().is_table() => {
                self.wrong(setting, "a table of settings is wanted, such as { key = true }");
            }
            _ => {}
        }
    }

    /// The value's text as it stands in the file.
    fn shown(&self, setting: &Setting<'_>) -> &str {
        self.text.get(setting.value.span()).unwrap_or_default()
    }

    fn wrong(&mut self, setting: &Setting<'_>, reason: &str) {
        let place = self.place(setting.value.span().start, Some(setting.key));
        self.found.push(
            Diagnostic::new(Code::TemplateValue, place)
                .value(self.shown(setting))
                .with("key", setting.key)
                .with("template", setting.template)
                .with("reason", reason),
        );
    }

    fn text(&mut self, setting: &Setting<'_>) -> Option<String> {
        let text = setting.value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(setting, "a text in quotes is wanted");
        }
        text
    }

    fn flag(&mut self, setting: &Setting<'_>) -> bool {
        let flag = setting.value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(setting, "true or false is wanted");
        }
        flag.unwrap_or_default()
    }

    fn list(&mut self, setting: &Setting<'_>) -> Vec<String> {
        let texts = setting.value.get_ref().as_array().and_then(|items| {
            items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.wrong(setting, "a list of texts is wanted");
        }
        texts.unwrap_or_default()
    }

    fn country(&mut self, setting: &Setting<'_>, code: &str) -> Option<String> {
        let code = code.to_uppercase();
        if Tables::get().country(&code).is_none() {
            self.wrong(setting, "a two-letter ISO 3166 country code is wanted");
            return None;
        }
        Some(code)
    }

    fn email(&mut self, setting: &Setting<'_>) -> Option<String> {
        let email = Email::parse(&self.text(setting)?);
        if email.is_err() {
            self.wrong(setting, "an e-mail address is wanted");
        }
        email.ok().map(|email| email.to_string())
    }

    fn package(&mut self, setting: &Setting<'_>, name: &str) -> Option<Package> {
        let package = Package::parse(name);
        if package.is_none() {
            self.wrong(setting, &format!("`{name}` is not a package"));
        }
        package
    }

    /// `"webex"`, `{ partner_saml = { idp_entity_id = "…" } }` or `{ partner_oidc = { idp_name = "…" } }`.
    fn authentication(&mut self, setting: &Setting<'_>) -> Option<Authentication> {
        let inner = |kind: &str, key: &str| {
            let value = setting.value.get_ref().as_table()?.get(kind)?.get_ref().as_table()?.get(key)?;
            value.get_ref().as_str().map(str::to_owned)
        };
        let read = if setting.value.get_ref().as_str() == Some("webex") {
            Some(Authentication::Webex)
        } else if let Some(idp_entity_id) = inner("partner_saml", "idp_entity_id") {
            Some(Authentication::PartnerSaml { idp_entity_id })
        } else {
            inner("partner_oidc", "idp_name")
                .filter(|name| is_oidc_name(name))
                .map(|idp_name| Authentication::PartnerOidc { idp_name })
        };
        if read.is_none() {
            self.wrong(
                setting,
                "\"webex\", { partner_saml = { idp_entity_id = \"…\" } } or { partner_oidc = { idp_name = \"…\" } } is \
                 wanted",
            );
        }
        read
    }
}

/// Letters, digits and `-_~.`, at most 128 (Cisco's rule for names of OpenID Connect providers).
fn is_oidc_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_~.".contains(c);
    (1..=128).contains(&name.len()) && name.chars().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let (_, found) = read("templates.toml", text);
        found.iter().map(|d| format!("{} {} {}", d.place, d.code, d.value)).collect()
    }

    #[test]
    fn a_good_template_is_read_whole() {
        let text = "[templates.eu]\nprovisioning_id = \"x\"\ncountry = \"pt\"\npackages = [\"webex_calling\"]\n\
                    authentication = { partner_oidc = { idp_name = \"acme\" } }\nsupported_location = true\n";
        let (templates, found) = read("templates.toml", text);
        assert!(found.is_empty(), "{found:?}");
        let template = templates.get("eu").expect("it is there");
        assert_eq!(template.countries, ["PT"]);
        assert_eq!(template.authentication, Authentication::PartnerOidc { idp_name: "acme".to_owned() });
        assert!(template.supported_location);
    }

    #[test]
    fn mistakes_are_found_at_their_line() {
        assert_eq!(findings("[templates.eu]\nprovisioning_id = Zj\n"), ["templates.toml:2 F108 "]);
        assert_eq!(findings("[templates.eu]\n"), ["templates.toml:1 T402 eu"]);
        assert_eq!(
            findings("[templates.eu]\nprovisioning_id = \"x\"\ncountries = \"BR\"\nprovisionin_id = \"x\"\n"),
            ["templates.toml:3 T407 \"BR\"", "templates.toml:4 F109 provisionin_id"]
        );
        assert_eq!(
            findings("[templates.eu]\nprovisioning_id = \"x\"\nauthentication = \"saml\"\npstn_provider = \"A\"\n"),
            ["templates.toml:3 T407 \"saml\"", "templates.toml:4 T406 \"A\""]
        );
    }
}
