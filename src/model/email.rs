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
        let Some((local, domain)) = text.split_once('@') else { return false };
        let is_word = |word: &str| {
            let bytes = word.as_bytes();
            let letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            let inner = |byte: &u8| letter(byte) || *byte == b'-';
            (1..=LABEL_BYTES_MAX).contains(&bytes.len())
                && bytes.iter().all(inner)
                && bytes.first().is_some_and(letter)
                && bytes.last().is_some_and(letter)
        };
        local.len() <= LOCAL_PART_CHARS_MAX
            && text.len() <= ADDRESS_CHARS_MAX
            && local.split(['.', '_']).all(is_word)
            && domain.contains('.')
            && domain.split('.').all(is_word)
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
