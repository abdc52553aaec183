//! The text of a cell or of a shared text: runs of formatted text put together, without what tells how it is spoken.

use super::problem::{Excess, WorkbookProblem};
use super::xml::Tag;

/// Puts a text together from the elements in it.
#[derive(Debug)]
pub(super) struct Rich {
    pub text: String,
    /// Where the run that is read began.
    run: Option<usize>,
    keeps_space: bool,
    /// Inside the spelling of how a text is spoken (`rPh`), which is no part of it.
    is_spoken: bool,
    most: usize,
}

impl Rich {
    /// For texts of at most so many bytes.
    pub const fn new(most: usize) -> Self {
        Self { text: String::new(), run: None, keeps_space: false, is_spoken: false, most }
    }

    /// Forgets the text before.
    pub fn clear(&mut self) {
        self.text.clear();
        self.run = None;
        self.is_spoken = false;
    }

    pub fn start(&mut self, tag: &Tag<'_>) {
        match tag.name() {
            "rPh" => self.is_spoken = true,
            "t" if !self.is_spoken => {
                self.run = Some(self.text.len());
                self.keeps_space = tag.get("space").is_some_and(|space| space == "preserve");
            }
            _ => {}
        }
    }

    pub fn push(&mut self, text: &str) -> Result<(), WorkbookProblem> {
        if self.run.is_some() {
            if self.text.len() + text.len() > self.most {
                return Err(Excess::Text(self.most).into());
            }
            self.text.push_str(text);
        }
        Ok(())
    }

    pub fn end(&mut self, name: &str) {
        match name {
            "rPh" => self.is_spoken = false,
            "t" => {
                if let Some(run) = self.run.take() {
                    let raw = self.text.split_off(run);
                    let kept = if self.keeps_space { &raw[..] } else { raw.trim_matches([' ', '\t', '\n', '\r']) };
                    self.text.push_str(&unescaped(kept));
                }
            }
            _ => {}
        }
    }
}

/// Characters that XML cannot hold stand as `_xHHHH_`, and `_x005F_` for the `_` of a text that looks so itself
/// (ECMA-376 part 1, 22.9.2.19).
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        if let Some(character) = character(escape) {
            plain.push(character);
            rest = &escape["_xHHHH_".len()..];
        } else {
            plain.push_str("_x");
            rest = &escape["_x".len()..];
        }
    }
    plain + rest
}

/// The character that `_xHHHH_` at the beginning of the text stands for.
fn character(escape: &str) -> Option<char> {
    let digits = escape.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let is_closed = escape.as_bytes().get(6) == Some(&b'_');
    char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| is_closed)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters_are_read() {
        for (raw, plain) in [
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x000d_", "\r"),
            ("_x12_ _x00Z0_ _x", "_x12_ _x00Z0_ _x"),
            ("_xD800_", "_xD800_"),
            ("_x+123_", "_x+123_"),
            ("_x00é_", "_x00é_"),
            ("", ""),
        ] {
            assert_eq!(unescaped(raw), plain, "{raw}");
        }
    }
}
