//! Extensions: the short numbers people dial inside a location.

use std::fmt;

/// Extensions that collide with emergency and repair services (Cisco's reference application avoids them).
pub const EMERGENCY_EXTENSIONS: [&str; 4] = ["911", "1911", "933", "611"];

/// Two to ten digits; leading zeros count. Held as a number whose first digit is a 1 in front of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Extension(u64);

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
        let mut number = 1;
        if (2..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self(text.bytes().fold(1, |number, byte| number * 10 + u64::from(byte - b'0'))));
        }
        for c in text.chars() {
            let digit = full_width(c).to_digit(10).ok_or(ExtensionProblem::Malformed)?;
            if number >= 10_u64.pow(10) {
                return Err(ExtensionProblem::Malformed);
            }
            number = number * 10 + u64::from(digit);
        }
        if number < 100 { Err(ExtensionProblem::Malformed) } else { Ok(Self(number)) }
    }

    /// The digits behind a 1, which tells `0123` and `123` apart.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A digit as typed on a keyboard of East Asia, as the digit it means.
fn full_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        _ => c,
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string()[1..])
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_judged() {
        for good in ["0123", "42", "1234567890"] {
            assert_eq!(Extension::parse(good).map(|extension| extension.to_string()), Ok(good.to_owned()));
        }
        assert_eq!(Extension::parse("１０４２"), Extension::parse("1042"));
        assert_ne!(Extension::parse("0123"), Extension::parse("123"));
        for bad in ["1", "12345678901", "12a", "1 2", "", "+12"] {
            assert_eq!(Extension::parse(bad), Err(ExtensionProblem::Malformed), "{bad}");
        }
        assert_eq!(Extension::parse("911"), Err(ExtensionProblem::Emergency));
    }
}
