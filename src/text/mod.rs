//! The words people read, per language. Templates with `{gaps}`; nothing here decides anything.

mod columns;
mod commands;
mod countries;
mod en;
mod mask;
mod pages;
mod phrases;
mod pt_br;
mod retold;

use std::borrow::Cow;
use std::cell::Cell;
use std::error::Error;
use std::fmt::Display;

pub use commands::{Here, quoted};
pub(crate) use mask::masked;

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    En,
    PtBr,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::PtBr];

    /// The language of a tag such as `pt-BR`, or of a locale such as `pt_BR.UTF-8`; any Portuguese is that of Brazil.
    pub fn parse(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "pt" => Some(Self::PtBr),
            _ => None,
        }
    }

    /// The tag of the language (BCP 47), such as `pt-BR`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::PtBr => "pt-BR",
        }
    }
}

/// The words of one diagnostic code.
#[derive(Debug)]
pub struct Entry {
    /// The stable id, such as `C202`.
    pub id: &'static str,
    /// What is wrong, with `{gaps}`.
    pub message: &'static str,
    /// How it is mended, with `{gaps}`.
    pub fix: &'static str,
    /// Why the rule exists.
    pub cause: &'static str,
    /// A bad cell and a good one.
    pub example: &'static str,
}

/// The words of one code, in the order in which the tables have them.
const fn words(
    id: &'static str,
    message: &'static str,
    fix: &'static str,
    cause: &'static str,
    example: &'static str,
) -> Entry {
    Entry { id, message, fix, cause, example }
}

/// The words of a code.
///
/// # Panics
/// When the id has no words, which a test excludes for every code.
pub fn entry(lang: Lang, id: &str) -> &'static Entry {
    let table = match lang {
        Lang::En => en::ENTRIES,
        Lang::PtBr => pt_br::ENTRIES,
    };
    table.iter().find(|entry| entry.id == id).expect("every code has words in every language, which a test holds")
}

/// What an English phrase is in a language; itself where it is in no table, as names and words of Webex are.
pub fn phrase(lang: Lang, english: &str) -> &str {
    let found = match lang {
        Lang::En => None,
        Lang::PtBr => tables().find(|(known, _)| *known == english),
    };
    found.map_or(english, |(_, words)| words)
}

/// Every English phrase that other languages have words for.
pub fn translated() -> impl Iterator<Item = &'static str> {
    tables().map(|(english, _)| *english)
}

fn tables() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    phrases::PHRASES.iter().chain(pages::PAGES).chain(columns::COLUMNS).chain(retold::RETOLD)
}

/// A phrase with its gaps filled.
pub fn say(lang: Lang, english: &str, gaps: &[(&str, &dyn Display)]) -> String {
    fill(phrase(lang, english), |name| gaps.iter().find(|(gap, _)| *gap == name).map(|(_, value)| value.to_string()))
}

/// What was said in English before anybody knew who reads it, such as the reason that a journal holds: a phrase, or a phrase
/// whose gaps are filled. Texts of others, such as answers of Webex, stay as they are.
pub fn retold(lang: Lang, english: &str) -> Cow<'_, str> {
    if lang == Lang::En || english.is_empty() {
        return Cow::Borrowed(english);
    }
    if let Some((_, words)) = tables().find(|(known, _)| *known == english) {
        return Cow::Borrowed(words);
    }
    let filled = retold::RETOLD.iter().chain(retold::SYSTEM).filter_map(|(known, words)| {
        let gaps = gaps_of(known, english)?;
        let said = english.len() - gaps.iter().map(|(_, value)| value.len()).sum::<usize>();
        Some((said, words, gaps))
    });
    // The more of it is known, the surer.
    if let Some((_, words, gaps)) = filled.max_by_key(|(said, ..)| *said) {
        return Cow::Owned(refilled(lang, words, &gaps));
    }
    let parts: Vec<_> = english.split("; ").collect();
    if parts.len() < 2 { Cow::Borrowed(english) } else { Cow::Owned(each(lang, &parts, "; ")) }
}

/// The name of a country, of which the tables have the English one.
pub fn country(lang: Lang, english: &str) -> &str {
    let found = match lang {
        Lang::En => None,
        Lang::PtBr => countries::COUNTRIES.iter().find(|(known, _)| *known == english),
    };
    found.map_or(english, |(_, words)| words)
}

/// An error with everything behind it, on one line.
pub fn error<'a>(lang: Lang, chain: impl Iterator<Item = &'a (dyn Error + 'static)>) -> String {
    let mut causes: Vec<String> = Vec::new();
    for cause in chain.map(ToString::to_string) {
        // Some errors say what is behind them, too.
        if causes.last().is_none_or(|last| !last.ends_with(&cause)) {
            causes.push(cause);
        }
    }
    let parts: Vec<&str> = causes.iter().flat_map(|cause| apart(lang, cause)).collect();
    each(lang, &parts, ": ")
}

/// A cause whole where it is known, and otherwise what stands before and behind its colons.
fn apart(lang: Lang, cause: &str) -> Vec<&str> {
    if retold(lang, cause) == cause { cause.split(": ").collect() } else { vec![cause] }
}

fn each(lang: Lang, parts: &[impl AsRef<str>], between: &str) -> String {
    parts.iter().map(|part| retold(lang, part.as_ref())).collect::<Vec<_>>().join(between)
}

/// Gaps whose values are words of ours themselves, and are told again in turn.
const TOLD_AGAIN: &[&str] =
    &["why", "wrong", "failure", "what", "last", "call", "init", "words", "before", "now", "refusal"];

/// The words with the values of the English text; gaps without a name take theirs in their order.
fn refilled(lang: Lang, words: &str, gaps: &[(&str, &str)]) -> String {
    let unnamed = Cell::new(0);
    fill(words, |name| {
        let value = if name.is_empty() {
            let values = gaps.iter().filter(|(gap, _)| gap.is_empty());
            let at = unnamed.replace(unnamed.get() + 1);
            values.map(|(_, value)| *value).nth(at)
        } else {
            gaps.iter().find(|(gap, _)| *gap == name).map(|(_, value)| *value)
        }?;
        Some(if TOLD_AGAIN.contains(&name) { retold(lang, value).into_owned() } else { value.to_owned() })
    })
}

/// The values of a template's gaps in a text that was made from it, if it was.
fn gaps_of<'a>(template: &'a str, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (before, mut rest) = template.split_once('{')?;
    let mut text = text.strip_prefix(before)?;
    let mut gaps = Vec::new();
    loop {
        let (gap, after) = rest.split_once('}')?;
        let name = gap.split(':').next().unwrap_or_default();
        let (literal, next) = match after.split_once('{') {
            Some((literal, next)) => (literal, Some(next)),
            None => (after, None),
        };
        let at = match next {
            None if !text.ends_with(literal) => return None,
            None => text.len() - literal.len(),
            Some(_) => text.find(literal)?,
        };
        gaps.push((name, &text[..at]));
        text = &text[at + literal.len()..];
        match next {
            Some(next) => rest = next,
            None => return Some(gaps),
        }
    }
}

/// Fills the gaps of a template.
///
/// `{name}` is replaced by its value, or by nothing. `{name:words}` is replaced by the words, with the value for
/// every `*` in them, when there is a value; otherwise by nothing. `{name|* row|* rows}` is for counts: the first
/// words are those of one, the second those of any other number.
pub fn fill(template: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((gap, tail)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let (name, words) = gap.split_at(gap.find([':', '|']).unwrap_or(gap.len()));
        if let Some(value) = lookup(name).filter(|value| !value.is_empty()) {
            filled.push_str(&worded(words, &value).replace('*', &value));
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

/// What stands behind the name of a gap: the words for its value.
fn worded<'a>(words: &'a str, value: &str) -> &'a str {
    let Some(forms) = words.strip_prefix('|') else { return words.strip_prefix(':').unwrap_or("*") };
    let (one, other) = forms.split_once('|').unwrap_or((forms, forms));
    if value == "1" { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of a template's gaps, sorted.
    fn gaps(template: &str) -> Vec<String> {
        let mut gaps: Vec<String> = template
            .split('{')
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('}')?.0.split([':', '|']).next()?.to_owned()))
            .collect();
        gaps.sort();
        // Words may agree with a count more often in one language than in another.
        gaps.dedup();
        gaps
    }

    #[test]
    fn every_language_has_the_same_codes_with_the_same_gaps() {
        assert_eq!(en::ENTRIES.len(), pt_br::ENTRIES.len());
        for (english, other) in en::ENTRIES.iter().zip(pt_br::ENTRIES) {
            assert_eq!(english.id, other.id);
            for (english, other) in [(english.message, other.message), (english.fix, other.fix)] {
                assert_eq!(gaps(english), gaps(other), "{english}");
            }
        }
        for (english, other) in tables() {
            assert_eq!(gaps(english), gaps(other), "{english}");
        }
    }

    #[test]
    fn what_was_said_in_english_is_told_again() {
        let told = |english: &str| retold(Lang::PtBr, english).into_owned();
        assert_eq!(told("cannot copy `a` to `b`"), "não é possível copiar `a` para `b`");
        assert_eq!(told("name is `A` and should be `B`"), "name é `A` e deveria ser `B`");
        assert_eq!(told("6 attempts to create the user were in vain, the last with: no answer"), {
            "6 tentativas de criar o usuário foram em vão, a última com: nenhuma resposta"
        });
        assert_eq!(told("no answer in time; no answer"), "nenhuma resposta a tempo; nenhuma resposta");
        let shut = "Permission denied (os error 13)";
        let errors = ["cannot read `x`", &format!("inside: {shut}"), shut];
        let errors = errors.map(std::io::Error::other);
        let chain = errors.iter().map(|error| error as &(dyn Error + 'static));
        assert_eq!(
            super::error(Lang::PtBr, chain),
            "não é possível ler `x`: inside: permissão negada (erro 13 do sistema)"
        );
        // What others have said stays as it is, and so does everything in English.
        assert_eq!(told("firstName is not allowed (400)"), "firstName is not allowed (400)");
        assert_eq!(retold(Lang::En, shut), shut);
    }

    #[test]
    fn a_phrase_stands_in_its_table_once() {
        let all: Vec<&str> = translated().collect();
        for (at, english) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(english), "{english}");
        }
    }

    #[test]
    fn languages_are_told_by_tag_and_by_locale() {
        for tag in ["pt", "pt-BR", "PT_br", "pt_BR.UTF-8", "pt_PT@euro"] {
            assert_eq!(Lang::parse(tag), Some(Lang::PtBr), "{tag}");
        }
        assert_eq!(Lang::parse("en_GB.UTF-8"), Some(Lang::En));
        assert_eq!(Lang::parse("C.UTF-8"), None);
    }

    #[test]
    fn gaps_are_filled_once() {
        let lookup = |name: &str| (name == "value").then(|| "{x}".to_owned());
        assert_eq!(fill("`{value}` and {none}!", lookup), "`{x}` and !");
        assert_eq!(fill("a{value:, or `*`?}{none:, or `*`?} {", lookup), "a, or `{x}`? {");
    }

    #[test]
    fn one_of_a_thing_is_not_said_as_many() {
        let counted = |count: usize| {
            let words = "{count|* row is|* rows are} there, look at {count|it|them}: {count}";
            say(Lang::En, words, &[("count", &count)])
        };
        assert_eq!(counted(1), "1 row is there, look at it: 1");
        assert_eq!(counted(0), "0 rows are there, look at them: 0");
        assert_eq!(counted(21), "21 rows are there, look at them: 21");
    }

    #[test]
    fn counts_that_are_said_have_words_for_one() {
        let one = ["row", "rows", "customers", "requests", "calls", "cells", "causes", "errors", "differences"];
        // What is told again has no forms.
        for (english, _) in tables().filter(|told| !retold::RETOLD.contains(told)) {
            for word in one {
                let bare = format!("}} {word}");
                let is_large = || LARGE.iter().any(|words| english.contains(words));
                assert!(!english.contains(&bare) || is_large(), "say `{{n|* x|* {word}}}`: {english}");
            }
        }
    }

    /// Counts that a guard, a limit or the code around keeps above one.
    const LARGE: &[&str] = &[
        "{failed} of {of} rows",
        "{rejected} of {rows} rows have",
        "{most} of {total} rows",
        "more than {rows} rows",
        "with them mended",
        "{causes} causes are behind",
    ];
}
