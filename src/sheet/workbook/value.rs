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

#[cfg(test)]
mod tests {
    use super::*;

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
