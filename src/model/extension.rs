//! Extensions: the short numbers people dial inside a location.

use std::fmt;

/// Extensions that collide with emergency and repair services (Cisco's reference application avoids them).
pub const EMERGENCY_EXTENSIONS: [&str; 4] = ["911", "1911", "933", "611"];

/// Fewest and most digits an organisation can be set to.
const DIGITS: std::ops::RangeInclusive<usize> = 2..=10;

/// Two to ten digits; leading zeros count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Extension(String);

/// Why a text is not an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtensionProblem {
    Malformed,
    Emergency,
}

impl Extension {
    /// Reads an extension.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, ExtensionProblem> {
        if EMERGENCY_EXTENSIONS.contains(&text) {
            return Err(ExtensionProblem::Emergency);
        }
        let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits_only && DIGITS.contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ExtensionProblem::Malformed)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_judged() {
        assert!(Extension::parse("0123").is_ok());
        for bad in ["1", "12345678901", "12a", "1 2", "", "+12"] {
            assert_eq!(Extension::parse(bad), Err(ExtensionProblem::Malformed), "{bad}");
        }
        assert_eq!(Extension::parse("911"), Err(ExtensionProblem::Emergency));
    }
}
