//! Secrets are blotted out of what comes back: an error, or a proxy's page, may repeat what it was sent.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

/// A shorter text is no secret, and would tear words apart.
const LENGTH_MIN: usize = 8;
/// What stands there instead.
const INSTEAD: &str = "…";

/// What is blotted out, in every form in which it may be repeated, the longest first.
#[derive(Clone, Default)]
pub(super) struct Blot(Arc<[SecretString]>);

impl Blot {
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| secret.len() >= LENGTH_MIN);
        let mut forms: Vec<String> = secrets.flat_map(forms).collect();
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        forms.dedup();
        Self(forms.into_iter().map(SecretString::from).collect())
    }

    /// The text without the secrets.
    pub fn out(&self, text: String) -> String {
        self.0
            .iter()
            .map(ExposeSecret::expose_secret)
            .fold(text, |text, secret| if text.contains(secret) { text.replace(secret, INSTEAD) } else { text })
    }
}

/// As it is, as JSON has it with either slash, and as forms and addresses have it.
fn forms(secret: &str) -> [String; 4] {
    let json = secret.replace('\\', "\\\\").replace('"', "\\\"");
    let slashed = json.replace('/', "\\/");
    [secret.to_owned(), json, slashed, url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blotted_out_in_every_form_and_nothing_else_is() {
        let blot = Blot::of(["access/+\"0123", "access/+\"0123-and-more", "short"]);
        for (text, expected) in [
            ("Bearer access/+\"0123, access/+\"0123-and-more", "Bearer …, …"),
            (r#"{"a":"access/+\"0123","b":"access\/+\"0123"}"#, r#"{"a":"…","b":"…"}"#),
            ("refresh_token=access%2F%2B%220123&x=1", "refresh_token=…&x=1"),
            ("access is short", "access is short"),
            ("", ""),
        ] {
            assert_eq!(blot.out(text.to_owned()), expected);
        }
        assert_eq!(Blot::default().out("text".to_owned()), "text");
    }
}
