//! A settings file -> settings and findings. The same keys for the user's own file and the workspace's.

mod profiles;

use std::path::PathBuf;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::check::{HoldBack, Rulebook};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, closest};
use crate::model::{Package, SheetKind, Tables};
use crate::nightly;
use crate::plan::Prices;
use crate::settings::profile::Profiles;
use crate::sheet::{self, Mapping};
use crate::text::Lang;

/// What a settings file says; none where it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileSettings {
    pub api_url: Option<String>,
    pub max_in_flight: Option<usize>,
    pub rate: Option<f64>,
    pub poll_ms: Option<u64>,
    pub poll_for_ms: Option<u64>,
    pub timeout_ms: Option<u64>,
    pub grace_ms: Option<u64>,
    pub hold_back: Option<HoldBack>,
    pub max_error_rate: Option<f64>,
    pub max_failure_rate: Option<f64>,
    pub failure_rows_min: Option<u64>,
    pub customer_rows_min: Option<u64>,
    pub canary: Option<u64>,
    pub max_changes: Option<u64>,
    pub max_change_rate: Option<f64>,
    pub sub_partner: Option<String>,
    pub sub_partner_admin: Option<String>,
    pub token_file: Option<PathBuf>,
    /// The profile that is used, unless another one is named.
    pub profile: Option<String>,
    /// `[profiles.NAME]`.
    pub profiles: Profiles,
    pub lang: Option<Lang>,
    /// `[nightly]`, `[notify]` and `[metrics]`.
    pub night: nightly::Config,
    /// `[columns.SHEET]`: headers of the user's own.
    pub mapping: Mapping,
    /// `[severity]` and `[lists]`.
    pub rulebook: Rulebook,
    /// `[prices]`.
    pub prices: Prices,
}

/// Every key, as `section.key`.
pub const KEYS: [&str; 35] = [
    "api.url",
    "api.max_in_flight",
    "api.rate",
    "api.poll_ms",
    "api.poll_for_ms",
    "api.timeout_ms",
    "api.grace_ms",
    "api.sub_partner",
    "api.sub_partner_admin",
    "run.hold_back",
    "guards.max_error_rate",
    "guards.max_failure_rate",
    "guards.failure_rows_min",
    "guards.customer_rows_min",
    "guards.canary",
    "guards.max_changes",
    "guards.max_change_rate",
    "token.file",
    "text.lang",
    "nightly.inbox",
    "nightly.until",
    "nightly.wait_minutes",
    "nightly.max_shrink",
    "nightly.settle_seconds",
    "nightly.command",
    "notify.when",
    "notify.mail_to",
    "notify.mail_from",
    "notify.mail_sheets",
    "notify.smtp",
    "notify.smtp_user",
    "notify.smtp_password_file",
    "notify.webhook",
    "notify.webhook_secret_file",
    "metrics.textfile",
];

/// Sections whose keys are not turnup's own: columns, codes, lists, packages, names of profiles.
pub const SECTIONS: [&str; 5] = ["columns", "severity", "lists", "prices", "profiles"];

/// Reads a settings file.
pub fn read(file: &str, text: &str) -> (FileSettings, Vec<Diagnostic>) {
    let mut reader = Reader { file: file.into(), text, settings: FileSettings::default(), found: Vec::new() };
    match DeTable::parse(text) {
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            let place = reader.place(start, None);
            reader.found.push(Diagnostic::new(Code::SettingsMalformed, place).with("reason", error.message()));
        }
        Ok(document) => {
            for (section, value) in document.get_ref() {
                reader.section(section, value);
            }
        }
    }
    (reader.settings, reader.found)
}

struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    settings: FileSettings,
    found: Vec<Diagnostic>,
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

impl Reader<'_> {
    fn place(&self, offset: usize, column: Option<&str>) -> Place {
        Place::in_text(&self.file, self.text, offset, column)
    }

    /// A finding about a value, with its text as it stands in the file.
    fn wrong(&mut self, path: &str, value: &Spanned<DeValue<'_>>, reason: &str) {
        let place = self.place(value.span().start, Some(path));
        let shown = self.text.get(value.span()).unwrap_or_default();
        self.found.push(Diagnostic::new(Code::SettingsMalformed, place).value(shown).with("reason", reason));
    }

    fn section(&mut self, section: &Key<'_>, value: &Spanned<DeValue<'_>>) {
        let known = KEYS.iter().any(|key| key.split('.').next() == Some(section.get_ref()));
        match value.get_ref().as_table() {
            Some(table) if section.get_ref() == "columns" => self.columns(table),
            Some(table) if section.get_ref() == "severity" => self.severities(table),
            Some(table) if section.get_ref() == "lists" => self.lists(table),
            Some(table) if section.get_ref() == "prices" => self.prices(table),
            Some(table) if section.get_ref() == "profiles" => self.profiles(table),
            None if section.get_ref() == "profile" => self.profile(value),
            Some(table) if known => {
                for (key, value) in table {
                    let path = format!("{}.{}", section.get_ref(), key.get_ref());
                    if !self.set(&path, value) {
                        self.unknown(key, &path);
                    }
                }
            }
            _ => self.unknown(section, section.get_ref()),
        }
    }

    fn unknown(&mut self, key: &Key<'_>, path: &str) {
        let place = self.place(key.span().start, Some(path));
        let near = closest(path, KEYS.into_iter().chain(SECTIONS));
        self.found.push(Diagnostic::new(Code::UnknownSetting, place).value(path).suggest(near));
    }

    /// `[columns.users]`, `email = "Correio"`: the header that stands for a column.
    fn columns(&mut self, sheets: &DeTable<'_>) {
        for (sheet, columns) in sheets {
            let path = format!("columns.{}", sheet.get_ref());
            let (Some(kind), Some(table)) = (SheetKind::from_name(sheet.get_ref()), columns.get_ref().as_table())
            else {
                self.unknown(sheet, &path);
                continue;
            };
            for (column, header) in table {
                let path = format!("{path}.{}", column.get_ref());
                let place = self.place(column.span().start, Some(&path));
                let Some(text) = self.text(&path, header) else { continue };
                if !self.settings.mapping.add(kind, column.get_ref(), &text, place) {
                    let near = closest(column.get_ref(), sheet::specs(kind).iter().map(|spec| spec.header));
                    let near = near.map(|near| format!("columns.{kind}.{near}"));
                    let place = self.place(column.span().start, Some(&path));
                    let finding = Diagnostic::new(Code::UnknownSetting, place).value(&path);
                    self.found.push(finding.suggest(near.as_deref()));
                }
            }
        }
    }

    /// `[severity]`, `C226 = "error"`: how much a finding weighs.
    fn severities(&mut self, codes: &DeTable<'_>) {
        for (id, word) in codes {
            let path = format!("severity.{}", id.get_ref());
            let Some(code) = Code::from_id(id.get_ref()) else {
                self.unknown(id, &path);
                continue;
            };
            let Some(severity) = word.get_ref().as_str().and_then(Severity::parse) else {
                self.wanted(&path, word, "\"error\", \"warning\" or \"notice\"");
                continue;
            };
            if !self.settings.rulebook.weigh(code, severity) {
                self.wrong(&path, word, &format!("rows with {code} cannot be sent, so it stays an error"));
            }
        }
    }

    /// `[lists]`, `countries = ["PT", "BR"]`: what counts as listed.
    fn lists(&mut self, lists: &DeTable<'_>) {
        for (name, value) in lists {
            let path = format!("lists.{}", name.get_ref());
            let items = value.get_ref().as_array().map(|items| {
                items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
            });
            let Some(Some(items)) = items else {
                self.wanted(&path, value, "a list of texts, such as [\"PT\", \"BR\"]");
                continue;
            };
            let wrong = |item: &String| match name.get_ref().as_ref() {
                "countries" => Tables::get().country(item).is_none().then_some("code of a country, such as PT"),
                "timezones" => jiff::tz::TimeZone::get(item).is_err().then_some("time zone, such as Europe/Lisbon"),
                _ => None,
            };
            if let Some((item, what)) = items.iter().find_map(|item| Some((item, wrong(item)?))) {
                self.wrong(&path, value, &format!("`{item}` is no {what}"));
                continue;
            }
            let lists = &mut self.settings.rulebook.lists;
            match name.get_ref().as_ref() {
                "countries" => lists.countries = Some(items.into_iter().collect()),
                "timezones" => lists.timezones = Some(items.into_iter().collect()),
                "languages" => {
                    let locale = |item: String| item.to_lowercase().replace('-', "_");
                    lists.languages = Some(items.into_iter().map(locale).collect());
                }
                "consumer_domains" => {
                    lists.consumer_domains = Some(items.into_iter().map(|item| item.to_lowercase()).collect());
                }
                _ => self.unknown(name, &path),
            }
        }
    }

    /// `[prices]`, `currency = "EUR"`, `webex_calling = 9.90`: a month of one licence.
    fn prices(&mut self, prices: &DeTable<'_>) {
        for (name, value) in prices {
            let path = format!("prices.{}", name.get_ref());
            if name.get_ref() == "currency" {
                self.settings.prices.currency = self.text(&path, value).unwrap_or_default();
                continue;
            }
            let Some(package) = Package::parse(name.get_ref()) else {
                self.unknown(name, &path);
                continue;
            };
            let Some(price) = self.number(&path, value) else { continue };
            let thousandths = (price * 1000.0).round();
            if !(0.0..=1e12).contains(&thousandths) {
                self.wrong(&path, value, "a price is a number from 0 on");
                continue;
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it was just held against both ends"
            )]
            self.settings.prices.monthly.insert(package.to_string(), thousandths as u64);
        }
    }

    /// Takes one value over; false when there is no such key.
    fn set(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> bool {
        match path {
            "api.url" => self.settings.api_url = self.text(path, value),
            "api.max_in_flight" => {
                self.settings.max_in_flight = self.whole(path, value).and_then(|n| usize::try_from(n).ok());
            }
            "api.rate" => self.settings.rate = self.number(path, value),
            "api.poll_ms" => self.settings.poll_ms = self.whole(path, value),
            "api.poll_for_ms" => self.settings.poll_for_ms = self.whole(path, value),
            "api.timeout_ms" => self.settings.timeout_ms = self.whole(path, value),
            "api.grace_ms" => self.settings.grace_ms = self.whole(path, value),
            "api.sub_partner" => self.settings.sub_partner = self.text(path, value),
            "api.sub_partner_admin" => self.settings.sub_partner_admin = self.text(path, value),
            "run.hold_back" => self.settings.hold_back = self.hold_back(path, value),
            "guards.max_error_rate" => self.settings.max_error_rate = self.share(path, value),
            "guards.max_failure_rate" => self.settings.max_failure_rate = self.share(path, value),
            "guards.failure_rows_min" => self.settings.failure_rows_min = self.whole(path, value),
            "guards.customer_rows_min" => self.settings.customer_rows_min = self.whole(path, value),
            "guards.canary" => self.settings.canary = self.whole(path, value),
            "guards.max_changes" => self.settings.max_changes = self.whole(path, value),
            "guards.max_change_rate" => self.settings.max_change_rate = self.share(path, value),
            "token.file" => self.settings.token_file = self.text(path, value).map(PathBuf::from),
            "text.lang" => {
                if let Some(tag) = self.text(path, value) {
                    self.settings.lang = Lang::parse(&tag);
                    if self.settings.lang.is_none() {
                        self.wanted(path, value, "\"en\" or \"pt-BR\"");
                    }
                }
            }
            _ => return self.set_night(path, value),
        }
        true
    }

    /// The same for what concerns nights.
    fn set_night(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> bool {
        match path {
            "nightly.inbox" => self.settings.night.inbox = self.text(path, value),
            "nightly.until" => self.settings.night.until = self.text(path, value),
            "nightly.wait_minutes" => self.settings.night.wait_minutes = self.whole(path, value),
            "nightly.max_shrink" => self.settings.night.max_shrink = self.share(path, value),
            "nightly.settle_seconds" => self.settings.night.settle_seconds = self.whole(path, value),
            "nightly.command" => self.settings.night.command = self.texts(path, value),
            "notify.when" => {
                let when = self.text(path, value);
                if when.as_deref().is_some_and(|when| !matches!(when, "always" | "trouble")) {
                    self.wanted(path, value, "\"always\" or \"trouble\"");
                }
                self.settings.night.notify.when = when;
            }
            "notify.mail_to" => self.settings.night.notify.mail_to = self.text(path, value),
            "notify.mail_from" => self.settings.night.notify.mail_from = self.text(path, value),
            "notify.mail_sheets" => {
                self.settings.night.notify.mail_sheets = self.is(path, value).unwrap_or_default();
            }
            "notify.smtp" => self.settings.night.notify.smtp = self.text(path, value),
            "notify.smtp_user" => self.settings.night.notify.smtp_user = self.text(path, value),
            "notify.smtp_password_file" => {
                self.settings.night.notify.smtp_password_file = self.text(path, value).map(PathBuf::from);
            }
            "notify.webhook" => self.settings.night.notify.webhook = self.text(path, value),
            "notify.webhook_secret_file" => {
                self.settings.night.notify.webhook_secret_file = self.text(path, value).map(PathBuf::from);
            }
            "metrics.textfile" => self.settings.night.textfile = self.text(path, value).map(PathBuf::from),
            _ => return false,
        }
        true
    }

    fn texts(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
        let items = value.get_ref().as_array().and_then(|items| {
            items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
        });
        if items.is_none() {
            self.wanted(path, value, "a list of texts, such as [\"fetch-sheets\", \"--today\"]");
        }
        items
    }

    fn wanted(&mut self, path: &str, value: &Spanned<DeValue<'_>>, what: &str) {
        self.wrong(path, value, &format!("`{path}` must be {what}"));
    }

    fn text(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wanted(path, value, "a text in quotes");
        }
        text
    }

    fn number(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.wanted(path, value, "a number");
        }
        number
    }

    fn share(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<f64> {
        let share = self.number(path, value)?;
        if (0.0..=1.0).contains(&share) {
            return Some(share);
        }
        self.wrong(path, value, &format!("`{path}` is a share between 0 and 1"));
        None
    }

    fn is(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let is = value.get_ref().as_bool();
        if is.is_none() {
            self.wanted(path, value, "true or false");
        }
        is
    }

    fn whole(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<u64> {
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        if number.is_none() {
            self.wanted(path, value, "a whole number");
        }
        number
    }

    fn hold_back(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<HoldBack> {
        let read = value.get_ref().as_str().and_then(HoldBack::parse);
        if read.is_none() {
            self.wanted(path, value, "\"row\", \"customer\" or \"all\"");
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        read("turnup.toml", text).1.iter().map(|d| format!("{} {} {}", d.place, d.code, d.value)).collect()
    }

    #[test]
    fn every_key_can_be_set() {
        for key in KEYS {
            let (section, name) = key.split_once('.').expect("keys have two parts");
            let value = match key {
                "api.url" | "api.sub_partner" | "api.sub_partner_admin" | "token.file" => "\"x\"",
                "run.hold_back" => "\"all\"",
                "notify.when" => "\"trouble\"",
                "notify.mail_sheets" => "true",
                "nightly.command" => "[\"x\"]",
                "nightly.wait_minutes" | "nightly.max_shrink" | "nightly.settle_seconds" => "1",
                night if ["nightly.", "notify.", "metrics."].iter().any(|section| night.starts_with(section)) => {
                    "\"x\""
                }
                "text.lang" => "\"pt-BR\"",
                _ => "1",
            };
            let (settings, found) = read("turnup.toml", &format!("[{section}]\n{name} = {value}\n"));
            assert!(found.is_empty() && settings != FileSettings::default(), "{key}: {found:?}");
        }
    }

    #[test]
    fn prices_are_read_to_the_thousandth() {
        let text = "[prices]\ncurrency = \"EUR\"\nwebex_calling = 9.905\nwebex_suite = 14\n";
        let (settings, found) = read("turnup.toml", text);
        assert!(found.is_empty(), "{found:?}");
        let monthly: Vec<(&str, u64)> =
            settings.prices.monthly.iter().map(|(package, price)| (package.as_str(), *price)).collect();
        assert_eq!(
            (settings.prices.currency.as_str(), monthly),
            ("EUR", vec![("webex_calling", 9905), ("webex_suite", 14000)])
        );
        let wrong = "[prices]\nwebex_call = 1\nwebex_suite = -1\nwebex_voice = \"x\"\n";
        let codes: Vec<&str> = read("turnup.toml", wrong).1.iter().map(|found| found.code.id()).collect();
        assert_eq!(codes, ["F110", "F111", "F111"]);
    }

    #[test]
    fn columns_severities_and_lists_are_the_users_say() {
        let text =
            "[columns.users]\nemail = \"Correio\"\n[severity]\nC226 = \"error\"\n[lists]\ncountries = [\"PT\"]\n";
        let (settings, found) = read("turnup.toml", text);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(settings.rulebook.severity(Code::PersonNameUnusual), Severity::Error);
        assert_eq!(settings.rulebook.lists.countries.map(|list| list.len()), Some(1));
        assert_ne!(settings.mapping, Mapping::default());
        assert_eq!(findings("[columns.users]\nemial = \"x\"\n"), ["turnup.toml:2 F110 columns.users.emial"]);
        assert_eq!(findings("[columns.user]\nemail = \"x\"\n"), ["turnup.toml:1 F110 columns.user"]);
        assert_eq!(findings("[severity]\nC202 = \"notice\"\n"), ["turnup.toml:2 F111 \"notice\""]);
        assert_eq!(findings("[severity]\nC999 = \"notice\"\n"), ["turnup.toml:2 F110 severity.C999"]);
        assert_eq!(findings("[lists]\ncountries = [\"XX\"]\n"), ["turnup.toml:2 F111 [\"XX\"]"]);
    }

    #[test]
    fn mistakes_are_found_at_their_line() {
        assert_eq!(findings("[guards]\nmax_error_rte = 1\n"), ["turnup.toml:2 F110 guards.max_error_rte"]);
        assert_eq!(findings("[api]\nrate = \"fast\"\n"), ["turnup.toml:2 F111 \"fast\""]);
        assert_eq!(findings("[api\n"), ["turnup.toml:1 F111 "]);
        assert_eq!(findings("[nonsense]\na = 1\n"), ["turnup.toml:1 F110 nonsense"]);
    }
}
