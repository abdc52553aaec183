//! What spreadsheets change in a cell by themselves when a file is opened and saved, told from what a person does.
//!
//! Only what a spreadsheet writes counts: it never adds a `+` or a leading zero, so a cell that has gained one was mended.

use super::damage::{DIGITS_KEPT, before_mojibake, is_scientific};

/// Is the second text what a spreadsheet makes of the first by itself? The `+` and the leading zeros of a number lost, a
/// long number in scientific form or written out from it, a day or a time in another form, letters that an old encoding
/// lacks or has read wrongly, and what keeps a cell from being a formula.
pub(super) fn is_touched(before: &str, after: &str) -> bool {
    let (before, after) = (bare(before), bare(after));
    before == after
        || is_same_number(&before, &after)
        || is_same_day(&before, &after)
        || is_same_word(&before, &after)
        || has_lost_letters(&before, &after)
        || before_mojibake(&after).is_some_and(|meant| meant == before)
}

/// Does a spreadsheet change such a cell whenever it takes it for a number?
pub(super) fn is_fragile(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (digits.len() != text.len() || digits.len() > 1 && digits.starts_with('0'))
}

/// Without the apostrophe that keeps a cell from being a formula, and with the line ends and edges of spreadsheets.
fn bare(text: &str) -> String {
    let text = text.strip_prefix('\'').unwrap_or(text);
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

/// A number as it is shown.
struct Shown {
    value: f64,
    /// What a last digit that is one higher adds.
    unit: f64,
    is_scientific: bool,
    digits: usize,
}

impl Shown {
    /// Reads digits with at most one decimal mark and an exponent.
    fn read(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['E', 'e']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent.parse::<i32>().ok()?)),
            None => (text, None),
        };
        let (sign, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (-1.0, rest),
            None => (1.0, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, part) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(part) {
            return None;
        }
        let scale = exponent.unwrap_or(0).checked_sub(i32::try_from(part.len()).ok()?)?;
        let digits = format!("{whole}{part}");
        let value = format!("{digits}e{scale}").parse::<f64>().ok()? * sign;
        let unit = format!("1e{scale}").parse::<f64>().ok()?;
        let shown = digits.trim_start_matches('0').trim_end_matches('0').len();
        Some(Self { value, unit, is_scientific: exponent.is_some(), digits: shown })
    }
}

fn is_same_number(before: &str, after: &str) -> bool {
    let unsigned = after.strip_prefix('-').unwrap_or(after);
    let gains = after.starts_with('+') || unsigned.len() > 1 && unsigned.starts_with('0') && !has_mark(unsigned, 1);
    if gains {
        return false;
    }
    let (Some(was), Some(is)) = (Shown::read(before), Shown::read(after)) else { return false };
    let distance = (was.value - is.value).abs();
    if is.is_scientific {
        // The last digit that is shown was rounded.
        return distance <= is.unit * 0.500_001;
    }
    let is_cut = was.digits > DIGITS_KEPT && is.digits <= DIGITS_KEPT;
    if is_cut && !was.is_scientific {
        let kept = 10_f64.powi(i32::try_from(before.trim_start_matches(['+', '0']).len()).unwrap_or(i32::MAX));
        return distance < kept * 1e-14;
    }
    // More digits than a spreadsheet keeps were typed by a person.
    is.digits <= DIGITS_KEPT && was.value.total_cmp(&is.value).is_eq()
}

fn has_mark(text: &str, at: usize) -> bool {
    matches!(text.as_bytes().get(at), Some(b'.' | b','))
}

fn is_same_word(before: &str, after: &str) -> bool {
    ["true", "false"].iter().any(|word| before.eq_ignore_ascii_case(word) && after.eq_ignore_ascii_case(word))
}

/// Letters that the encoding of an old CSV file lacks come out as `?`.
fn has_lost_letters(before: &str, after: &str) -> bool {
    let is_one = |(was, is): (char, char)| was == is || is == '?' && !was.is_ascii();
    before.chars().count() == after.chars().count() && before.chars().zip(after.chars()).all(is_one)
}

/// What a text says as a day: numbers and the names of months, in order.
enum Part {
    Number(u32),
    Month(u32),
}

const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb", "fev"],
    &["mar"],
    &["apr", "abr"],
    &["may", "mai"],
    &["jun"],
    &["jul"],
    &["aug", "ago"],
    &["sep", "set"],
    &["oct", "out"],
    &["nov"],
    &["dec", "dez"],
];

/// Reads `1/2`, `2026-02-01`, `03-Apr`, `MAR1`, `10:30` as what spreadsheets take for days and times.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let length = match (digits, letters) {
            (0, 0) if rest.starts_with(['/', '-', '.', ' ', ':', ',']) => 1,
            (0, 0) => return None,
            (0, letters) => {
                parts.push(Part::Month(month(&rest[..letters])?));
                letters
            }
            (digits, _) => {
                parts.push(Part::Number(rest[..digits].parse().ok().filter(|number| *number < 10_000)?));
                digits
            }
        };
        rest = &rest[length..];
    }
    (2..=3).contains(&parts.len()).then_some(parts)
}

fn month(word: &str) -> Option<u32> {
    let word = word.to_ascii_lowercase();
    let at = MONTHS.iter().position(|names| names.iter().any(|name| word.len() < 10 && word.starts_with(name)))?;
    u32::try_from(at + 1).ok()
}

/// The day and month that the parts may mean, whatever their order; a year counts where both name one.
fn days(parts: &[Part]) -> Vec<(u32, u32, Option<u32>)> {
    let number = |part: &Part| match part {
        Part::Number(number) | Part::Month(number) => *number,
    };
    let is_year = |number: u32| number > 31;
    match parts {
        [Part::Month(month), Part::Number(day)] | [Part::Number(day), Part::Month(month)] => vec![(*day, *month, None)],
        [one, other] => {
            let (one, other) = (number(one), number(other));
            vec![(one, other, None), (other, one, None), (1, one, Some(other % 100)), (1, other, Some(one % 100))]
        }
        [one, two, three] => {
            let (one, two, three) = (number(one), number(two), number(three));
            let all = [(three, two, one), (one, two, three), (two, one, three), (two, three, one)];
            let days = all.into_iter().filter(|(day, month, _)| !is_year(*day) && *month <= 12);
            days.map(|(day, month, year)| (day, month, Some(year % 100))).collect()
        }
        _ => Vec::new(),
    }
}

fn is_same_day(before: &str, after: &str) -> bool {
    // The midnight that a workbook adds to a day.
    let after = after.strip_suffix("T00:00:00").or_else(|| after.strip_suffix(" 00:00:00")).unwrap_or(after);
    if before.contains(':') || after.contains(':') {
        return is_same_time(before, after);
    }
    let (Some(was), Some(is)) = (parts(before), parts(after)) else { return false };
    // A number alone is never taken for a day, so something must stand between two.
    let (was, is) = (days(&was), days(&is));
    was.iter().any(|(day, month, year)| {
        let year_fits = |other: &Option<u32>| year.is_none() || other.is_none() || year == other;
        is.iter().any(|(other, its_month, its_year)| day == other && month == its_month && year_fits(its_year))
    })
}

/// `9:30` comes back as `09:30`, `09:30:00` or with its half of the day.
fn is_same_time(before: &str, after: &str) -> bool {
    let read = |text: &str| -> Option<Vec<u32>> {
        let bare = text.trim_end_matches(" AM").trim_end_matches(" PM");
        let mut numbers: Vec<u32> = bare.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        numbers.resize(3, 0);
        if text.ends_with(" PM") && numbers[0] < 12 {
            numbers[0] += 12;
        }
        Some(numbers)
    };
    read(before).is_some_and(|was| read(after).is_some_and(|is| was == is))
}

/// Whether a cell of a file that came back keeps what it was: a spreadsheet changed it, and no person.
///
/// A cell that had to be mended, in a column whose other cells came back with their `+` and zeros, was changed by a person.
/// What came out of a scientific form is never believed: nobody knows its digits.
pub(super) fn keeps_what_it_was(before: &str, after: &str, had_to_be_mended: bool, column_is_whole: bool) -> bool {
    is_touched(before, after) && (!(had_to_be_mended && column_is_whole) || is_scientific(bare(before).as_str()))
}

/// The digits of a cell that a person mended by taking away what stood between or behind them, before a spreadsheet took its
/// zeros: `0104x` that comes back as `104` was mended to `0104`.
pub(super) fn with_its_zeros(before: &str, after: &str) -> Option<String> {
    let digits: String = before.chars().filter(char::is_ascii_digit).collect();
    let is_it = digits.starts_with('0') && digits.len() < before.len() && digits.trim_start_matches('0') == after;
    (is_it && !after.is_empty() && !before.contains(['+', '.', ','])).then_some(digits)
}

/// A number that begins with zeros, and what came back of it without them.
pub(super) fn has_lost_zeros(before: &str, after: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number(before) && before.starts_with('0') && before != after && is_number(after) && is_touched(before, after)
}

/// May a spreadsheet have taken zeros from it?
pub(super) fn may_have_had_zeros(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_do_is_known() {
        for (before, after) in [
            // What LibreOffice made of them on opening and saving.
            ("+351211234567", "351211234567"),
            ("0012", "12"),
            ("00", "0"),
            ("5.51132E+11", "551132000000"),
            ("12E4", "120000"),
            ("1E5", "100000"),
            ("1.50", "1.5"),
            ("1.0", "1"),
            ("true", "TRUE"),
            ("'+16175234000-+16175234009", "+16175234000-+16175234009"),
            ("=1+1", "'=1+1"),
            ("l1\r\nl2", "l1\nl2"),
            (" lead", "lead"),
            ("João", "JoÃ£o"),
            // What Excel does besides.
            ("+351211234567", "3.51211E+11"),
            ("351211999999", "3.51212E+11"),
            ("12345678901234567890", "12345678901234500000"),
            ("12345678901234567890", "1.23457E+19"),
            ("1.5", "1,5"),
            ("3-4", "03-Apr"),
            ("3-4", "04-Mar"),
            ("1/2", "2026-01-02"),
            ("1/2", "01/02/26"),
            ("1/2", "2026-02-01T00:00:00"),
            ("2026-01-05", "05/01/2026"),
            ("MAR1", "01-Mar"),
            ("SEPT2", "2-Sep"),
            ("10:30", "10:30:00"),
            ("9:30", "09:30:00 AM"),
            ("Łódź", "?ód?"),
        ] {
            assert!(is_touched(before, after), "{before} {after}");
        }
    }

    #[test]
    fn what_a_person_mends_is_known() {
        for (before, after) in [
            ("351211234567", "+351211234567"),
            ("12", "0012"),
            ("1100", "01100"),
            ("+351211234567", "+351211234568"),
            ("+351211234567", "351211234568"),
            ("5.51132E+11", "+551132123456"),
            ("5.51132E+11", "551132123456"),
            ("12345678901234567", "12345678901234568"),
            ("12", ""),
            ("", "12"),
            ("ana", "3.51211E+11"),
            ("ana at a.example", "ana@a.example"),
            ("Rua A", "Rua B"),
            ("1/2", "1/3"),
            ("Rua 1-2", "Rua 3-4"),
            ("true", "false"),
            ("José", "Jose"),
            ("10:30", "10:31"),
            ("webex_caling", "webex_calling"),
        ] {
            assert!(!is_touched(before, after), "{before} {after}");
        }
    }

    #[test]
    fn zeros_that_a_spreadsheet_took_from_a_mend_are_known_where_its_digits_stood_there_before() {
        let known = |before, after| with_its_zeros(before, after);
        assert_eq!(known("0104x", "104").as_deref(), Some("0104"));
        assert_eq!(known("01 04", "104").as_deref(), Some("0104"));
        for (before, after) in
            [("911", "302"), ("0104x", "105"), ("0104", "104"), ("x", ""), ("00x", ""), ("+0104", "104")]
        {
            assert_eq!(known(before, after), None, "{before} {after}");
        }
        assert!(has_lost_zeros("0102", "102") && !has_lost_zeros("0102", "0102") && !has_lost_zeros("+01", "1"));
        assert!(may_have_had_zeros("302") && !may_have_had_zeros("0302") && !may_have_had_zeros("x"));
    }

    #[test]
    fn a_cell_that_had_to_be_mended_is_believed_where_its_column_came_back_whole() {
        assert!(keeps_what_it_was("0012", "12", false, true));
        assert!(keeps_what_it_was("0012", "12", true, false));
        assert!(!keeps_what_it_was("0012", "12", true, true));
        assert!(keeps_what_it_was("5.51132E+11", "551132000000", true, true));
        assert!(is_fragile("+351211234567") && is_fragile("0012") && is_fragile("00"));
        assert!(!is_fragile("0") && !is_fragile("12") && !is_fragile("+") && !is_fragile("a0"));
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(before: String, after: String, digits in "[-+0-9.,eE:/ ]{0,12}", other in "[-+0-9.,eE:/ ]{0,12}") {
            is_touched(&before, &after);
            is_touched(&digits, &other);
        }
    }
}
