//! The texts that cells share: one buffer and where each of them ends.

use super::bundle::Bundle;
use super::limits::Limits;
use super::problem::{Excess, WorkbookProblem};
use super::rich::Rich;
use super::xml::Token;

/// All shared texts of a workbook.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Reads the table of shared texts.
    pub fn read(bundle: &mut Bundle<'_>, part: &str, limits: &Limits) -> Result<Self, WorkbookProblem> {
        let mut strings = Self::default();
        let mut xml = bundle.large(part)?;
        let mut rich = Rich::new(limits.text);
        loop {
            match xml.next()? {
                Token::Start(tag) if tag.name() == "si" => rich.clear(),
                Token::Start(tag) => rich.start(&tag),
                Token::Text(text) => rich.push(&text)?,
                Token::Character(character) => rich.push(character.encode_utf8(&mut [0; 4]))?,
                Token::End(tag) if tag.name() == "si" => strings.push(&rich.text, limits)?,
                Token::End(tag) => rich.end(tag.name()),
                Token::Other => {}
                Token::Close => return Ok(strings),
            }
        }
    }

    fn push(&mut self, text: &str, limits: &Limits) -> Result<(), WorkbookProblem> {
        let end = self.text.len() + text.len();
        if end > limits.shared || self.ends.len() >= limits.shared_count {
            return Err(Excess::SharedTexts(limits.shared).into());
        }
        self.ends.push(u32::try_from(end).map_err(|_| Excess::SharedTexts(limits.shared))?);
        self.text.push_str(text);
        Ok(())
    }

    /// The text of that number, the first being 0.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = usize::try_from(*self.ends.get(index)?).ok()?;
        let before = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(usize::try_from(before).ok()?..end)
    }
}
