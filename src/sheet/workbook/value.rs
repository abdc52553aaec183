//! What the number in a cell was when it was typed: digits, or a date.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};

/// From here on a number is written with an exponent; no telephone number or id is as long.
const PLAIN_BELOW: f64 = 1e21;
/// Nearer to 0 than this, a number is written with an exponent.
const PLAIN_FROM: f64 = 1e-9;
const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// The text of a number as it is stored in a workbook: all digits of whole numbers, no exponent, and the fewest
/// digits that mean the same fraction, since a typed `1.1` is stored as `1.1000000000000001`.
pub(super) fn number(stored: &str) -> String {
    let digits = stored.strip_prefix('-').unwrap_or(stored);
    let is_whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if is_whole && !digits.starts_with('0') && digits.len() <= 21 {
        return stored.to_owned();
    }
    let Ok(value) = stored.parse::<f64>() else { return stored.to_owned() };
    let is_plain = value == 0.0 || (PLAIN_FROM..PLAIN_BELOW).contains(&value.abs());
    match value {
        _ if !value.is_finite() => stored.to_owned(),
        // Without the sign of a negative zero.
        0.0 => "0".to_owned(),
        _ if is_plain => value.to_string(),
        _ => format!("{value:E}"),
    }
}

/// The ISO 8601 text of a day counted as a workbook does, with the time where it has one; nothing when it is no day
/// that a spreadsheet can show.
pub(super) fn day(stored: &str, from_1904: bool) -> Option<String> {
    const DAYS_MAX: f64 = 2_958_466.0;
    let value = stored.parse::<f64>().ok().filter(|value| (0.0..DAYS_MAX).contains(value))?;
    #[expect(clippy::cast_possible_truncation, reason = "the value is within the days of a spreadsheet")]
    let (days, seconds) = (value.trunc() as i64, (value.fract() * SECONDS_OF_A_DAY).round() as i64);
    let time = |days: i64| -> Option<DateTime> {
        let midnight = jiff::civil::time(0, 0, 0, 0);
        let at = epoch(days, from_1904).to_datetime(midnight);
        at.checked_add(days.days()).ok()?.checked_add(seconds.seconds()).ok()
    };
    // Lotus 1-2-3 took 1900 for a leap year, and everybody after it kept that day.
    if days == 60 && !from_1904 {
        return Some("1900-02-29".to_owned());
    }
    let at = time(days)?;
    Some(match (days, seconds) {
        (0, _) if !from_1904 => at.time().to_string(),
        (_, 0) => at.date().to_string(),
        _ => at.to_string(),
    })
}

/// The day before day 1.
fn epoch(days: i64, from_1904: bool) -> Date {
    match (from_1904, days < 60) {
        (true, _) => date(1904, 1, 1),
        (false, true) => date(1899, 12, 31),
        (false, false) => date(1899, 12, 30),
    }
}

/// Does a number format show a day or a time? Quoted text, escaped characters and what stands in brackets do not count,
/// except the brackets of elapsed time.
pub(super) fn is_date_format(code: &str) -> bool {
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => drop(characters.by_ref().find(|c| *c == '"')),
            '\\' | '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                if !inside.is_empty() && inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's')) {
                    return true;
                }
            }
            'G' | 'g' if characters.as_str().to_ascii_lowercase().starts_with("eneral") => {
                characters.by_ref().take("eneral".len()).for_each(drop);
            }
            ';' => return false,
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return true,
            _ => {}
        }
    }
    false
}

/// How a whole number is shown that has a place for every digit, such as `0000` or `00000-000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Padding {
    shown: std::sync::Arc<[Shown]>,
    /// Zero has a form of its own, such as none at all.
    has_own_zero: bool,
}

/// One character of a number format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Digit,
    Literal(char),
}

impl Padding {
    /// Reads a number format; none for all that shows anything else than a digit in every place, with what stands between
    /// the digits of numbers people dial and of postal codes.
    pub fn of(code: &str) -> Option<Self> {
        const PLACES_MAX: usize = 40;
        let sections: Vec<&str> = code.split(';').collect();
        let has_own_zero = sections.get(2).is_some_and(|zero| *zero != sections[0]);
        let (code, is_quoted) = (sections[0], &mut false);
        // The language of a format changes nothing of its zeros.
        let code = match code.strip_prefix("[$-") {
            Some(rest) => rest.split_once(']')?.1,
            None => code,
        };
        let mut shown = Vec::new();
        let mut characters = code.chars();
        while let Some(character) = characters.next() {
            shown.push(match character {
                '"' => {
                    *is_quoted = !*is_quoted;
                    continue;
                }
                '\\' if !*is_quoted => literal(characters.next()?)?,
                '0' if !*is_quoted => Shown::Digit,
                other => literal(other)?,
            });
        }
        let digits = shown.iter().filter(|shown| **shown == Shown::Digit).count();
        let is_padding = digits >= 2 || digits == 1 && shown.len() > 1;
        (is_padding && !*is_quoted && shown.len() <= PLACES_MAX).then(|| Self { shown: shown.into(), has_own_zero })
    }

    /// A whole number as the spreadsheet shows it; nothing for any other, and for one whose digits are not all there.
    pub fn shown(&self, number: &str) -> Option<String> {
        const DIGITS_KEPT: usize = 15;
        let is_zero = number.bytes().all(|byte| byte == b'0');
        if is_zero && self.has_own_zero {
            return None;
        }
        if number.is_empty() || number.len() > DIGITS_KEPT || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let places = self.shown.iter().filter(|shown| **shown == Shown::Digit).count();
        let digits = format!("{number:0>places$}");
        // Digits without a place of their own stand at the first one.
        let (mut first, mut rest) =
            (Some(&digits[..=digits.len() - places]), digits[digits.len() - places + 1..].chars());
        let mut text = String::new();
        for shown in self.shown.iter() {
            match (shown, first.take()) {
                (Shown::Literal(character), kept) => {
                    first = kept;
                    text.push(*character);
                }
                (Shown::Digit, Some(digits)) => text.push_str(digits),
                (Shown::Digit, None) => text.extend(rest.next()),
            }
        }
        Some(text)
    }
}

fn literal(character: char) -> Option<Shown> {
    matches!(character, '-' | ' ' | '(' | ')' | '+' | '\u{a0}').then_some(Shown::Literal(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_place_for_every_digit_are_read_as_they_are_shown() {
        for (code, number, shown) in [
            ("0000", "42", Some("0042")),
            ("0000", "0", Some("0000")),
            ("0000", "12345", Some("12345")),
            ("00000", "1100", Some("01100")),
            ("00000-000", "1310100", Some("01310-100")),
            ("00000\\-000", "1310100", Some("01310-100")),
            ("\"+\"0", "351211234567", Some("+351211234567")),
            ("\\+000", "351211234567", Some("+351211234567")),
            ("+(000) 000", "351211", Some("+(351) 211")),
            ("[$-816]0000;[Red]-0000", "42", Some("0042")),
            ("0000", "1.5", None),
            ("0000", "-42", None),
            ("0000;-0000;;@", "0", None),
            ("0000;-0000;;@", "42", Some("0042")),
            ("0000", "1234567890123456", None),
        ] {
            let padding = Padding::of(code).unwrap_or_else(|| panic!("{code} is one"));
            assert_eq!(padding.shown(number).as_deref(), shown, "{code} {number}");
        }
        for code in [
            "General", "0", "0.00", "#,##0", "00.0", "0%", "0\" kg\"", "@", "", "\"00", "####", "00E+00", "[Red]00",
            "00,",
        ] {
            assert_eq!(Padding::of(code), None, "{code}");
        }
    }

    #[test]
    fn numbers_are_what_was_typed() {
        for (stored, typed) in [
            ("351211234567", "351211234567"),
            ("3.51211234567E+11", "351211234567"),
            ("3.5121123456700000E16", "35121123456700000"),
            ("35121123456700000", "35121123456700000"),
            ("123456789012345678901", "123456789012345678901"),
            ("1E20", "100000000000000000000"),
            ("1E21", "1E21"),
            ("123.0", "123"),
            ("0123", "123"),
            ("1.1000000000000001", "1.1"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("1E-3", "0.001"),
            ("1.5E-12", "1.5E-12"),
            ("-5", "-5"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0", "0"),
            ("NaN", "NaN"),
            ("x", "x"),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(number(stored), typed, "{stored}");
        }
    }

    #[test]
    fn days_are_told_as_iso() {
        for (stored, told) in [
            ("46307", "2026-10-12"),
            ("46307.395833333336", "2026-10-12T09:30:00"),
            ("1", "1900-01-01"),
            ("59", "1900-02-28"),
            ("60", "1900-02-29"),
            ("61", "1900-03-01"),
            ("0.5", "12:00:00"),
            ("2958465", "9999-12-31"),
        ] {
            assert_eq!(day(stored, false).as_deref(), Some(told), "{stored}");
        }
        assert_eq!(day("44845", true).as_deref(), Some("2026-10-12"));
        assert_eq!(day("2958465.9999999999", false), None);
        for stored in ["-1", "2958466", "1e300", "NaN", "", "x"] {
            assert_eq!(day(stored, false), None, "{stored}");
        }
    }

    #[test]
    fn formats_of_dates_are_known() {
        for code in ["yyyy-mm-dd", "d/m/yy;@", "[$-409]mmm", "[h]:mm", "\"am \"dd", "0\\ h"] {
            assert!(is_date_format(code), "{code}");
        }
        for code in ["General", "0.00E+00", "#,##0 \"days\"", "[Red]0", "0_d", "@", "\"x", "\\", "[", "0;[$-409]d"] {
            assert!(!is_date_format(code), "{code}");
        }
    }
}
