//! E-mail addresses. An e-mail is a person's identity in Webex, compared without case.

use std::fmt;

use email_address::{EmailAddress, Options};

/// Longest part before the `@` (Control Hub's user CSV reference).
const LOCAL_PART_CHARS_MAX: usize = 64;
/// Longest calling user name (Cisco's audit-event code WXC-4900).
const ADDRESS_CHARS_MAX: usize = 161;

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
