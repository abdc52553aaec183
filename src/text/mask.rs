//! What names a person is made unreadable: e-mails and telephone numbers, as far as they are told by their form.

/// Digits in a row from which on they may be a telephone number; a plus in front makes it one sooner.
const DIGITS_MIN: usize = 9;
const DIGITS_MIN_PLUS: usize = 6;

/// The text with every e-mail as `a…@a….example`, and every telephone number by its last two digits.
pub(crate) fn masked(text: &str) -> String {
    let numbers = without_numbers(text);
    if numbers.contains('@') || numbers.contains("%40") { without_emails(&numbers) } else { numbers }
}

fn without_emails(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, sign)) = next_sign(rest) {
        let (before, behind) = (&rest[..at], &rest[at + sign.len()..]);
        let local = &before[before.len() - trailing(before, is_local)..];
        let domain = &behind[..leading(behind, is_domain)];
        masked.push_str(&before[..before.len() - local.len()]);
        if local.is_empty() || domain.is_empty() {
            masked.push_str(local);
            masked.push_str(sign);
            rest = behind;
            continue;
        }
        masked.extend(local.chars().next());
        masked.push_str("…@");
        masked.extend(domain.chars().next());
        masked.push('…');
        if let Some(dot) = domain.trim_end_matches('.').rfind('.') {
            masked.push_str(&domain[dot..]);
        }
        rest = &behind[domain.len()..];
    }
    masked + rest
}

/// Where the next `@` is, as it is or as addresses write it.
fn next_sign(text: &str) -> Option<(usize, &'static str)> {
    ["@", "%40"].into_iter().filter_map(|sign| Some((text.find(sign)?, sign))).min()
}

fn is_local(letter: char) -> bool {
    // Addresses may hold `/` and `=` too, but where lines are logged these stand between things.
    letter.is_alphanumeric() || "!#$&'*+-?^_`{|}~.".contains(letter)
}

fn is_domain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '.')
}

/// How many bytes at the beginning are of that kind.
fn leading(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !is(letter)).unwrap_or(text.len())
}

/// How many bytes at the end are of that kind.
fn trailing(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.len() - text.char_indices().rfind(|(_, letter)| !is(*letter)).map_or(0, |(at, letter)| at + letter.len_utf8())
}

fn without_numbers(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let digits = &from[..leading(from, |letter| letter.is_ascii_digit())];
        let behind = &from[digits.len()..];
        masked.push_str(before);
        // `%2B` is a plus, and its digit is none of the number.
        let is_escape = before.ends_with('%') && digits.starts_with('2') && behind.starts_with(['B', 'b']);
        let is_plus = before.ends_with('+') || masked.to_ascii_uppercase().ends_with("%2B");
        let is_letter = |letter: char| letter.is_alphanumeric();
        let is_word = before.ends_with(is_letter) || behind.starts_with(is_letter);
        let is_number = if is_plus { digits.len() >= DIGITS_MIN_PLUS } else { digits.len() >= DIGITS_MIN && !is_word };
        if is_escape || !is_number {
            masked.push_str(digits);
        } else {
            masked.push('…');
            masked.push_str(&digits[digits.len() - 2..]);
        }
        rest = behind;
        if is_escape {
            masked.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_person_is_masked_and_nothing_else() {
        for (text, wanted) in [
            ("user/ana.silva@aurora.example", "user/a…@a….example"),
            ("email=ana%40aurora.com.br&max=10", "email=a…@a….br&max=10"),
            ("for ana+x@a.pt, rui@b.pt.", "for a…@a….pt, r…@b….pt."),
            ("joão@é.example", "j…@é….example"),
            ("<a@b>", "<a…@b…>"),
            ("@ and a@ and @b", "@ and a@ and @b"),
            ("number +351211234500", "number +…00"),
            ("tel:%2B351211234500", "tel:%2B…00"),
            ("351211234500", "…00"),
            ("turnup_20261122T100000Z-1a2b-17", "turnup_20261122T100000Z-1a2b-17"),
            ("2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.123456789Z"),
            ("127.0.0.1:40123 in 12345678 ms", "127.0.0.1:40123 in 12345678 ms"),
            ("Y2lzY29zcGFyazovL3VzL09SRw0123456789ab", "Y2lzY29zcGFyazovL3VzL09SRw0123456789ab"),
            ("", ""),
            ("%2", "%2"),
            ("%40", "%40"),
        ] {
            assert_eq!(masked(text), wanted, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let once = masked(&text);
            proptest::prop_assert!(!once.contains("ana@aurora"));
        }
    }
}
