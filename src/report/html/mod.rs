//! Pages: one file each, no network, printable, light and dark, from a phone to a desk. All look alike.
//!
//! What comes from sheets and from Webex is text and stays text; characters that nobody sees are shown by their number.

mod charts;
mod evidence;
mod plan;
mod report;
mod rows;
mod table;

use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::text::Lang;

pub use evidence::evidence_html;
pub use plan::plan_html;
pub use report::report_html;

/// How all pages look, those of the review too.
pub const BASE: &str = include_str!("base.css");
/// How pages look that are files.
const STYLE: &str = concat!(include_str!("base.css"), include_str!("style.css"));

/// A page: nothing is fetched, and nothing runs but the script that is given here.
fn page(title: &str, lang: Lang, body: &Markup, script: Option<&str>) -> Markup {
    let allowed = script.map_or_else(|| "'none'".to_owned(), |script| format!("'{}'", hash(script)));
    let policy = format!(
        "default-src 'none'; script-src {allowed}; style-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE)
    );
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (body)
                @if let Some(script) = script { script { (PreEscaped(script)) } }
            }
        }
    }
}

/// The name of a text in a content security policy.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// Is it a character that nobody sees, or that turns the line around?
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What is shown in place of a character that nobody sees.
pub fn number_of(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Text of somebody else: isolated, in its own direction, with what is invisible shown by its number.
pub fn shown(text: &str) -> Markup {
    let mut parts: Vec<Result<&str, char>> = Vec::new();
    let mut rest = text;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_invisible(*c)) {
        parts.extend([Ok(&rest[..at]), Err(c)]);
        rest = &rest[at + c.len_utf8()..];
    }
    parts.push(Ok(rest));
    html! {
        bdi dir="auto" {
            @for part in parts {
                @match part {
                    Ok(text) => (text),
                    Err(c) => span class="inv" { (number_of(c)) },
                }
            }
        }
    }
}

/// A sentence of ours with names in backticks, which become code.
pub fn ticked(text: &str) -> Markup {
    let mut parts = text.split('`').enumerate().peekable();
    html! {
        @while let Some((at, part)) = parts.next() {
            @if at % 2 == 1 && parts.peek().is_some() { code { (shown(part)) } } @else { (shown(part)) }
        }
    }
}

/// A fragment as a sentence begins: with a capital, unless a name in backticks stands there.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A moment to the second, with its offset from UTC.
fn moment(at: &str) -> String {
    let (day, rest) = at.split_once('T').unwrap_or((at, ""));
    let time = rest.get(..8).unwrap_or(rest);
    let zone = rest.rfind(['+', '-', 'Z']).map_or("", |from| &rest[from..]);
    format!("{day} {time} {}", zone.replace("+00:00", "UTC").replace('Z', "UTC"))
}

/// A whole number with its thousands apart, as the language writes it.
pub fn grouped(number: usize, lang: Lang) -> String {
    let digits = number.to_string();
    let mark = match lang {
        Lang::En => ',',
        Lang::PtBr => '.',
    };
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_elsewhere_is_text_and_nothing_hides_in_it() {
        let table = [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a\u{202e}b", "a<span class=\"inv\">U+202E</span>b"),
            ("zero\u{200b}", "zero<span class=\"inv\">U+200B</span>"),
            ("two\nlines", "two<span class=\"inv\">U+000A</span>lines"),
            ("\"x\" & y", "&quot;x&quot; &amp; y"),
        ];
        for (text, drawn) in table {
            assert_eq!(shown(text).into_string(), format!("<bdi dir=\"auto\">{drawn}</bdi>"), "{text}");
        }
    }

    #[test]
    fn names_in_backticks_become_code() {
        let code = |name: &str| format!("<code><bdi dir=\"auto\">{name}</bdi></code>");
        assert!(ticked("template `shop` lacks").into_string().contains(&code("shop")));
        assert!(!ticked("an open ` stays").into_string().contains("<code>"));
    }

    #[test]
    fn a_policy_lets_only_its_own_script_run() {
        let page = page("t", Lang::En, &html! {}, Some("alert(1)")).into_string();
        assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"), "{page}");
        assert!(page.contains(&hash("alert(1)")) && page.contains(&hash(STYLE)));
    }

    #[test]
    fn moments_are_told_to_the_second() {
        assert_eq!(moment("2026-11-22T10:00:00.123+00:00"), "2026-11-22 10:00:00 UTC");
        assert_eq!(moment("2026-11-22T10:00:00-03:00"), "2026-11-22 10:00:00 -03:00");
        assert_eq!([moment("2026-11-22T10:00:00Z"), moment("")], ["2026-11-22 10:00:00 UTC", "  "]);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([7, 1234, 1_000_000].map(|n| grouped(n, Lang::En)), ["7", "1,234", "1,000,000"]);
        assert_eq!(grouped(12_345, Lang::PtBr), "12.345");
    }
}
