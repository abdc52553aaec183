//! What spreadsheets and wrong encodings do to a cell, and how it is recognised.

use encoding_rs::WINDOWS_1252;
use memchr::memchr2;

/// The digits of a number that a spreadsheet keeps; it puts zeros in place of the others.
pub const DIGITS_KEPT: usize = 15;

/// Errors that spreadsheets leave in a cell, in English and Portuguese.
const ERRORS: [&str; 12] = [
    "#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#N/D", "#VALOR!", "#NOME?", "#NÚM!",
];

/// Is it an error of a spreadsheet in place of a value? `#####` is a column that was too narrow.
pub(super) fn is_error(text: &str) -> bool {
    text.starts_with('#')
        && (ERRORS.contains(&text.to_uppercase().as_str()) || text.len() > 2 && text.chars().all(|c| c == '#'))
}

/// Is it a long number as a spreadsheet shows it, such as `1.23457E+11`?
pub(super) fn is_scientific(text: &str) -> bool {
    let Some(at) = memchr2(b'E', b'e', text.as_bytes()) else { return false };
    let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
    let Some(exponent) = exponent.strip_prefix('+') else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(exponent) && digits(&mantissa.replacen(['.', ','], "", 1))
}

/// What the text was before UTF-8 was read as Windows-1252, if that is what happened: `JosÃ©` was `José`.
///
/// Proven by the bytes: they are UTF-8 again when the text is written in Windows-1252, which real words never are.
pub(super) fn before_mojibake(text: &str) -> Option<String> {
    let mut before = once(text)?;
    // It may have happened twice.
    while let Some(earlier) = once(&before) {
        before = earlier;
    }
    Some(before)
}

fn once(text: &str) -> Option<String> {
    // The first byte of two, three or four in UTF-8, as Windows-1252 shows it.
    if !text.chars().any(|c| ('\u{c2}'..='\u{f4}').contains(&c)) {
        return None;
    }
    let (bytes, _, had_errors) = WINDOWS_1252.encode(text);
    if had_errors { None } else { String::from_utf8(bytes.into_owned()).ok() }
}

/// Was a letter lost for good, so that only the mark for "not a letter" is left?
pub(super) fn has_lost_letter(text: &str) -> bool {
    text.contains('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mojibake_is_undone_and_words_are_left_alone() {
        assert_eq!(before_mojibake("JosÃ©").as_deref(), Some("José"));
        assert_eq!(before_mojibake("MÃ¼ller").as_deref(), Some("Müller"));
        assert_eq!(before_mojibake("JosÃƒÂ©").as_deref(), Some("José"));
        assert_eq!(before_mojibake("â€œAurora â€").as_deref(), None);
        for word in ["José", "Conceição", "SÃO JOÃO", "Ångström", "Ünal", "李", "Ana", "IRMÃ", "Łódź", "Â"]
        {
            assert_eq!(before_mojibake(word), None, "{word}");
        }
    }

    #[test]
    fn marks_of_spreadsheets_are_known() {
        assert!(is_error("#REF!") && is_error("#n/d") && is_error("########"));
        assert!(!is_error("#1 Bakery") && !is_error("##"));
        assert!(is_scientific("1.23457E+11") && is_scientific("5,51199E+12"));
        assert!(!is_scientific("2E10") && !is_scientific("E+1") && !is_scientific("1.2.3E+4"));
    }
}
