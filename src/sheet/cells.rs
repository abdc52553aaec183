//! The cells of one row, read through typed columns; every reading records its own finding.

use std::borrow::Cow;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Email, normalise};

use super::columns::{Column, Problem, Spec, TextColumn};
use super::damage::{DIGITS_KEPT, before_mojibake, has_lost_letter, is_error, is_scientific};
use super::split::{CellAt, row_cells};
use super::workbook::CellKind;
use super::{Sheet, Use};

/// The word that clears a value in an update (Control Hub's convention).
const CLEARING_WORD: &str = "REMOVE";

/// The cells of a row, being read. Moves from row to row, so that good rows ask for no memory.
pub(super) struct Cells<'a> {
    pub sheet: &'a Sheet,
    pub row: usize,
    at: Vec<CellAt>,
    /// The whole row is printable ASCII, so that of each cell only the ends must be looked at.
    is_ascii: bool,
    pub found: Vec<Diagnostic>,
    /// Columns whose cell says that the value is to be cleared.
    pub removed: Vec<&'static str>,
}

impl<'a> Cells<'a> {
    pub const fn new(sheet: &'a Sheet) -> Self {
        Self { sheet, row: 0, at: Vec::new(), is_ascii: false, found: Vec::new(), removed: Vec::new() }
    }

    /// Turns to a row, and forgets what was found in the one before.
    pub fn turn_to(&mut self, row: usize) {
        self.row = row;
        self.found.clear();
        self.removed.clear();
        self.at.clear();
        if let Some(at) = self.sheet.rows.get(row) {
            let start = at.start as usize;
            let end = row_cells(&self.sheet.text, start, self.sheet.dialect, &mut self.at);
            self.is_ascii = is_printable(&self.sheet.text.as_bytes()[start..end]);
        }
        if self.at.len() > self.sheet.header.len() {
            self.surplus();
        }
    }

    /// Finds filled cells beyond the header.
    fn surplus(&mut self) {
        let expected = self.sheet.header.len();
        if (expected..self.at.len()).any(|at| !self.raw(at).trim().is_empty()) {
            let place = self.sheet.place(self.row, None);
            let found = Diagnostic::new(Code::TooManyCells, place).with("found", self.at.len());
            self.found.push(found.with("expected", expected));
        }
    }

    fn raw(&self, at: usize) -> Cow<'a, str> {
        let cell = self.at.get(at).map(|cell| cell.text(&self.sheet.text, self.sheet.dialect));
        cell.unwrap_or_default()
    }

    /// The cells filled under headers that only a template may set: setting, cell, position.
    pub fn owned_by_template(&self) -> Vec<(&'static str, String, usize)> {
        let owned = self.sheet.uses.iter().enumerate().filter_map(|(at, used)| match used {
            Use::OwnedByTemplate(setting) => Some((*setting, self.raw(at).into_owned(), at)),
            _ => None,
        });
        owned.filter(|(_, cell, _)| !cell.trim().is_empty()).collect()
    }

    /// Reads a cell that every row must fill.
    pub fn need<T>(&mut self, column: &Column<T>) -> Option<T> {
        let text = self.needed(&column.spec)?;
        self.read(column, &text)
    }

    /// Reads a cell that may be blank.
    pub fn maybe<T>(&mut self, column: &Column<T>) -> Option<T> {
        let text = self.filled(&column.spec)?;
        self.read(column, &text)
    }

    /// Reads a text that every row must have.
    pub fn need_text(&mut self, column: &TextColumn) -> Option<Cow<'a, str>> {
        self.needed(&column.spec)
    }

    /// Reads a text that may be blank.
    pub fn maybe_text(&mut self, column: &TextColumn) -> Option<Cow<'a, str>> {
        self.filled(&column.spec)
    }

    /// Reads an e-mail that every row must have, in lower case; one that is plain is not copied.
    pub fn need_email(&mut self, column: &Column<Email>) -> Option<Cow<'a, str>> {
        let text = self.needed(&column.spec)?;
        if Email::is_plain(&text) {
            return Some(text);
        }
        self.read(column, &text).map(|email| Cow::Owned(email.to_string()))
    }

    fn needed(&mut self, spec: &Spec) -> Option<Cow<'a, str>> {
        self.sheet.positions.of(spec)?;
        match self.text(spec) {
            Ok(text) if text.is_empty() || text == CLEARING_WORD => {
                let place = self.sheet.place(self.row, Some(spec.header));
                self.found.push(Diagnostic::new(Code::RequiredCell, place).value(text));
                None
            }
            read => read.ok(),
        }
    }

    fn filled(&mut self, spec: &Spec) -> Option<Cow<'a, str>> {
        let text = self.text(spec).ok()?;
        if text == CLEARING_WORD {
            self.removed.push(spec.header);
            return None;
        }
        if text.is_empty() { None } else { Some(text) }
    }

    fn read<T>(&mut self, column: &Column<T>, text: &str) -> Option<T> {
        match (column.parse)(text) {
            Ok(parsed) => {
                for problem in parsed.notices {
                    self.push(column.spec.header, text, problem);
                }
                Some(parsed.value)
            }
            Err(mut problem) => {
                let others = std::mem::take(&mut problem.others);
                for problem in std::iter::once(problem).chain(others) {
                    self.push(column.spec.header, text, problem);
                }
                None
            }
        }
    }

    fn push(&mut self, header: &'static str, text: &str, problem: Problem) {
        let place = self.sheet.place(self.row, Some(header));
        let value = problem.part.as_deref().unwrap_or(text);
        let mut found = Diagnostic::new(problem.code, place).value(value).suggest(problem.suggestion.as_deref());
        found.args.extend(problem.args);
        let raw = self.sheet.cell(self.row, header);
        if let Some(at) = raw.find(value) {
            let from = raw[..at].chars().count();
            found = found.span(from, from + value.chars().count());
        }
        self.found.push(found);
    }

    /// The cell without what spreadsheets and typists wrap around it. Fails when a spreadsheet left no value in it, which
    /// is found.
    fn text(&mut self, spec: &Spec) -> Result<Cow<'a, str>, Unreadable> {
        let Some(at) = self.sheet.positions.of(spec) else { return Ok(Cow::Borrowed("")) };
        match self.usual(at) {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.text_of_unusual(spec, at),
        }
    }

    /// A cell that is what it seems to be, as nearly all are: letters and digits of ASCII that begin with no sign of a
    /// spreadsheet and end with no blank.
    fn usual(&self, at: usize) -> Option<&'a str> {
        if !self.sheet.typed.is_empty() {
            return None;
        }
        let Some(cell) = self.at.get(at) else { return Some("") };
        let raw = cell.plain(&self.sheet.text)?;
        let bytes = raw.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return Some("") };
        let is_usual = match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'+' => *last != b' ' && (self.is_ascii || is_printable(bytes)),
            b'0'..=b'9' => bytes.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        is_usual.then_some(raw)
    }

    fn text_of_unusual(&mut self, spec: &Spec, at: usize) -> Result<Cow<'a, str>, Unreadable> {
        let raw = self.raw(at);
        let is_plain =
            matches!(raw, Cow::Borrowed(raw) if has_plain_ends(raw) && (self.is_ascii || is_of_letters(raw)));
        let text = if is_plain { raw } else { self.tidied(spec, &raw) };
        if self.is_lost(spec, at, &text) || self.damage(spec, &text, is_plain) { Err(Unreadable) } else { Ok(text) }
    }

    /// A cell that has more than plain letters, as it is meant; says what was done where that is worth a word.
    fn tidied(&mut self, spec: &Spec, raw: &str) -> Cow<'a, str> {
        let bare = unwrapped(raw);
        let text = without_odd_blanks(&normalise(&bare));
        let place = || self.sheet.place(self.row, Some(spec.header));
        if text.chars().any(char::is_control) {
            let found = Diagnostic::new(Code::ControlCharacter, place()).value(raw);
            self.found.push(found);
        } else if !text.is_empty() && (bare.trim().len() != bare.len() || has_odd_blanks(bare.trim())) {
            let found = Diagnostic::new(Code::SpacesRemoved, place()).value(raw).with("text", &text);
            self.found.push(found);
        }
        Cow::Owned(text)
    }

    /// Finds what a workbook kept in place of a text; true when nothing can be read from it any more.
    fn is_lost(&mut self, spec: &Spec, at: usize, text: &str) -> bool {
        let Some(kind) = self.sheet.typed(self.row, at) else { return false };
        let (code, is_lost) = match lost(kind, text) {
            Some(code) => (code, true),
            None if kind == CellKind::Number && spec.is_of_digits() => (Code::StoredAsNumber, false),
            None => return false,
        };
        let place = self.sheet.place(self.row, Some(spec.header));
        self.found.push(Diagnostic::new(code, place).value(text));
        is_lost
    }

    /// Finds what a spreadsheet or a wrong encoding did to a cell; true when nothing can be read from it any more.
    fn damage(&mut self, spec: &Spec, text: &str, is_plain: bool) -> bool {
        let (code, before) = if text.starts_with('#') && is_error(text) {
            (Code::SpreadsheetError, None)
        } else if text.starts_with(|c: char| c.is_ascii_digit()) && is_scientific(text) {
            (Code::Scientific, None)
        } else if is_plain {
            return false;
        } else if let Some(before) = before_mojibake(text) {
            (Code::Mojibake, Some(before))
        } else if has_lost_letter(text) {
            (Code::Mojibake, None)
        } else {
            return false;
        };
        let place = self.sheet.place(self.row, Some(spec.header));
        self.found.push(Diagnostic::new(code, place).value(text).suggest(before.as_deref()));
        code != Code::Mojibake
    }
}

/// Why nothing can be read any more from what a workbook kept in place of a text.
pub(super) fn lost(kind: CellKind, text: &str) -> Option<Code> {
    match kind {
        CellKind::Number if is_cut(text) => Some(Code::DigitsLost),
        CellKind::Date => Some(Code::DateCell),
        CellKind::FormulaWithoutValue => Some(Code::FormulaWithoutValue),
        _ => None,
    }
}

/// Has the number more digits than a spreadsheet keeps?
fn is_cut(number: &str) -> bool {
    number.len() > DIGITS_KEPT && number.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit())
}

/// Nothing can be read from the cell, and that is found.
struct Unreadable;

/// Does nothing stand around the text that is not meant?
fn has_plain_ends(raw: &str) -> bool {
    match raw.as_bytes() {
        [] => true,
        [first, .., last] => !matches!(first, b' ' | b'\'' | b'=') && *last != b' ',
        [only] => !matches!(only, b' ' | b'\'' | b'='),
    }
}

/// Is every byte a sign of ASCII that can be seen, or a space?
fn is_printable(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, byte| all & (byte.wrapping_sub(b' ') <= b'~' - b' '))
}

/// Is there nothing in the text but signs of ASCII and letters of western Europe? Such a text is normalised already, and
/// no wrong encoding makes one.
fn is_of_letters(raw: &str) -> bool {
    // U+00C0 to U+00FF.
    let is_letter = |c: char| matches!(c, ' '..='~' | '\u{c0}'..='\u{ff}');
    is_printable(raw.as_bytes()) || raw.chars().all(is_letter)
}

/// Without the usual ways to keep a spreadsheet from touching a cell: `="…"`, and one leading apostrophe.
fn unwrapped(raw: &str) -> Cow<'_, str> {
    if let Some(inner) = raw.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return Cow::Owned(inner.replace("\"\"", "\""));
    }
    match raw.strip_prefix('\'') {
        Some(rest) if !is_dutch(rest) => Cow::Borrowed(rest),
        _ => Cow::Borrowed(raw),
    }
}

/// Does the apostrophe belong to a word, as in `'s-Hertogenbosch` and `'t Hooft`?
fn is_dutch(rest: &str) -> bool {
    matches!(rest.as_bytes(), [b's' | b't' | b'n', b'-' | b' ', ..])
}

/// Blanks that look like a space or like nothing at all, and come along when text is copied from web pages; also those that
/// turn a text round.
const fn is_odd_blank(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{3000}')
        || is_invisible(c)
}

const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

fn has_odd_blanks(text: &str) -> bool {
    text.chars().any(is_odd_blank)
}

fn without_odd_blanks(text: &str) -> String {
    if !has_odd_blanks(text) {
        return text.to_owned();
    }
    let spaced = text.chars().filter(|c| !is_invisible(*c)).map(|c| if is_odd_blank(c) { ' ' } else { c });
    spaced.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_a_spreadsheet_away_is_no_part_of_the_text() {
        for (raw, text) in [
            ("=\"0123\"", "0123"),
            ("'0123", "0123"),
            ("'=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
            ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
            ("O'Brien", "O'Brien"),
            ("'s-Hertogenbosch", "'s-Hertogenbosch"),
            ("'t Hooft", "'t Hooft"),
        ] {
            assert_eq!(unwrapped(raw), text);
        }
    }

    #[test]
    fn odd_blanks_are_blanks_or_nothing() {
        assert_eq!(without_odd_blanks("Ana\u{a0}Silva\u{200b}"), "Ana Silva");
        assert_eq!(without_odd_blanks("\u{feff}Ana"), "Ana");
    }
}
