//! How names are compared: Unicode NFC, outer white space gone; folded where case does not matter.

use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

/// The text in Unicode NFC without outer white space (no-break spaces included).
pub fn normalise(text: &str) -> String {
    let trimmed = text.trim();
    match is_nfc_quick(trimmed.chars()) {
        unicode_normalization::IsNormalized::Yes => trimmed.to_owned(),
        _ => trimmed.nfc().collect(),
    }
}

/// The text for a comparison that ignores case.
pub fn fold(text: &str) -> String {
    normalise(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decomposed_name_equals_its_composed_form() {
        assert_eq!(normalise("Joa\u{303}o"), "João");
        assert_eq!(normalise("\u{a0}Lisboa "), "Lisboa");
        assert_eq!(fold("LISBOA"), fold("lisboa"));
    }
}
