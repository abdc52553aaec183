//! E-mail addresses. An e-mail is a person's identity in Webex, compared without case.

use std::fmt;

use email_address::{EmailAddress, Options};

/// Longest part before the `@` (Control Hub's user CSV reference).
const LOCAL_PART_CHARS_MAX: usize = 64;
/// Longest calling user name (Cisco's audit-event code WXC-4900).
const ADDRESS_CHARS_MAX: usize = 161;

/// Longest part of a domain name between two dots (RFC 1035).
const LABEL_BYTES_MAX: usize = 63;

/// A well-formed e-mail address in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

/// Why a text is not an e-mail address that Webex takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailProblem {
    Malformed,
    TooLong,
}

impl Email {
    /// Reads an address; the case is folded, nothing else is changed.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, EmailProblem> {
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        let local_chars = text.rsplit_once('@').map_or(0, |(local, _)| local.chars().count());
        if local_chars > LOCAL_PART_CHARS_MAX || text.chars().count() > ADDRESS_CHARS_MAX {
            return Err(EmailProblem::TooLong);
        }
        if text.contains(['"', '\\']) || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(EmailProblem::Malformed);
        }
        EmailAddress::parse_with_options(text, options).map_err(|_| EmailProblem::Malformed)?;
        Ok(Self(text.to_lowercase()))
    }

    /// Is the text surely an address in lower case? Says no to many that are good; those are for [`Self::parse`].
    pub fn is_plain(text: &str) -> bool {
        let mut local = None;
        let mut has_dot = false;
        // The bytes of the word so far, and the one before.
        let (mut word, mut before) = (0, b'.');
        for (at, &byte) in text.as_bytes().iter().enumerate() {
            let ends_word = match byte {
                b'a'..=b'z' | b'0'..=b'9' => false,
                b'-' if word > 0 => false,
                b'.' => {
                    has_dot |= local.is_some();
                    true
                }
                b'_' if local.is_none() => true,
                b'@' if local.is_none() => {
                    local = Some(at);
                    true
                }
                _ => return false,
            };
            if ends_word && (word == 0 || before == b'-') {
                return false;
            }
            word = if ends_word { 0 } else { word + 1 };
            if word > LABEL_BYTES_MAX {
                return false;
            }
            before = byte;
        }
        let ends_well = has_dot && word > 0 && before != b'-' && text.len() <= ADDRESS_CHARS_MAX;
        ends_well && local.is_some_and(|local| local <= LOCAL_PART_CHARS_MAX)
    }

    /// The address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_plain_address_is_an_address(text in "[a-z0-9._@-]{1,30}", local in "[a-z._-]{1,8}", domain in "[a-z.-]{1,8}") {
            for text in [text, format!("{local}@{domain}.example")] {
                if Email::is_plain(&text) {
                    assert_eq!(Email::parse(&text).map(|email| email.to_string()), Ok(text));
                }
            }
        }
    }

    #[test]
    fn usual_addresses_are_plain() {
        for usual in ["ana@acme.pt", "ana.silva_2@mail.acme-group.example"] {
            assert!(Email::is_plain(usual), "{usual}");
        }
    }

    #[test]
    fn addresses_are_judged() {
        assert_eq!(Email::parse("Ana@Acme.PT").map(|e| e.to_string()), Ok("ana@acme.pt".to_owned()));
        for bad in
            ["", "ana", "ana@", "@acme.pt", "ana@acme", "ana acme@x.pt", "a@b@c.pt", "<ana@acme.pt>", "\"a b\"@c.pt"]
        {
            assert_eq!(Email::parse(bad), Err(EmailProblem::Malformed), "{bad}");
        }
        assert_eq!(Email::parse(&format!("{}@acme.pt", "a".repeat(65))), Err(EmailProblem::TooLong));
    }
}
