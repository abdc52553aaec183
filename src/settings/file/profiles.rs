//! `profile` and `[profiles.NAME]` of a settings file.

use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Key, Reader};
use crate::diagnostic::closest;
use crate::diagnostic::{Code, Diagnostic};
use crate::settings::profile::{Profile, is_name};

/// The keys of one profile.
const KEYS: [&str; 6] = ["api_url", "max_in_flight", "rate", "token_file", "sub_partner", "sub_partner_admin"];

impl Reader<'_> {
    /// `profile = "north"`.
    pub(super) fn profile(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(name) = self.text("profile", value) else { return };
        if is_name(&name) {
            self.settings.profile = Some(name);
        } else {
            self.wrong("profile", value, "the name of a profile has letters, digits, `-` and `_`");
        }
    }

    /// `[profiles.north]`, `api_url = "…"`.
    pub(super) fn profiles(&mut self, profiles: &DeTable<'_>) {
        for (name, value) in profiles {
            let path = format!("profiles.{}", name.get_ref());
            match value.get_ref().as_table() {
                Some(table) if is_name(name.get_ref()) => {
                    let mut profile = Profile::default();
                    for (key, value) in table {
                        self.profile_key(&path, &mut profile, key, value);
                    }
                    self.settings.profiles.insert(name.get_ref().to_string(), profile);
                }
                _ => self.unknown(name, &path),
            }
        }
    }

    fn profile_key(&mut self, path: &str, profile: &mut Profile, key: &Key<'_>, value: &Spanned<DeValue<'_>>) {
        let full = format!("{path}.{}", key.get_ref());
        match key.get_ref().as_ref() {
            "api_url" => profile.api_url = self.text(&full, value),
            "max_in_flight" => {
                profile.max_in_flight = self.whole(&full, value).and_then(|count| usize::try_from(count).ok());
            }
            "rate" => profile.rate = self.number(&full, value),
            "token_file" => profile.token_file = self.text(&full, value).map(PathBuf::from),
            "sub_partner" => profile.sub_partner = self.text(&full, value),
            "sub_partner_admin" => profile.sub_partner_admin = self.text(&full, value),
            other => {
                let near = closest(other, KEYS).map(|near| format!("{path}.{near}"));
                let place = self.place(key.span().start, Some(&full));
                self.found.push(Diagnostic::new(Code::UnknownSetting, place).value(&full).suggest(near.as_deref()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::file::read;

    #[test]
    fn profiles_are_read_and_mistakes_are_found_at_their_line() {
        let text = "profile = \"north\"\n[profiles.north]\napi_url = \"x\"\nmax_in_flight = 4\nrate = 2.5\n\
                    token_file = \"t\"\nsub_partner = \"s\"\nsub_partner_admin = \"a@b.pt\"\n[profiles.south-2]\n";
        let (settings, found) = read("config.toml", text);
        assert!(found.is_empty(), "{found:?}");
        let north = &settings.profiles["north"];
        assert_eq!((north.max_in_flight, north.rate, north.sub_partner.as_deref()), (Some(4), Some(2.5), Some("s")));
        assert_eq!((settings.profile.as_deref(), settings.profiles.len()), (Some("north"), 2));
        for (text, expected) in [
            ("profile = \"../x\"\n", "config.toml:1 F111"),
            ("profile = 1\n", "config.toml:1 F111"),
            ("[profiles.\"a/b\"]\n", "config.toml:1 F110"),
            ("[profiles.a]\napi_ulr = \"x\"\n", "config.toml:2 F110"),
            ("[profiles.a]\nrate = \"x\"\n", "config.toml:2 F111"),
            ("profiles = 1\n", "config.toml:1 F110"),
        ] {
            let found = read("config.toml", text).1;
            let found: Vec<String> = found.iter().map(|found| format!("{} {}", found.place, found.code)).collect();
            assert_eq!(found, [expected], "{text}");
        }
    }
}
