//! The words people read, per language. Templates with `{gaps}`; nothing here decides anything.

mod en;

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    En,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 1] = [Self::En];
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

/// The words of a code.
///
/// # Panics
/// When the id has no words, which a test excludes for every code.
pub fn entry(lang: Lang, id: &str) -> &'static Entry {
    let table = match lang {
        Lang::En => en::ENTRIES,
    };
    table.iter().find(|entry| entry.id == id).expect("every code has words in every language, which a test holds")
}

/// Fills the gaps of a template.
///
/// `{name}` is replaced by its value, or by nothing. `{name:words}` is replaced by the words, with the value for
/// every `*` in them, when there is a value; otherwise by nothing.
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
        let (name, words) = gap.split_once(':').unwrap_or((gap, "*"));
        if let Some(value) = lookup(name).filter(|value| !value.is_empty()) {
            filled.push_str(&words.replace('*', &value));
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_once() {
        let lookup = |name: &str| (name == "value").then(|| "{x}".to_owned());
        assert_eq!(fill("`{value}` and {none}!", lookup), "`{x}` and !");
        assert_eq!(fill("a{value:, or `*`?}{none:, or `*`?} {", lookup), "a, or `{x}`? {");
    }
}
