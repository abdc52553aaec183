//! The cells of one sheet -> CSV, and which of them hold no text. Cells pass by one at a time; no grid is made of them.

use std::io::BufRead;

use super::book::Formats;
use super::limits::Limits;
use super::problem::{Damage, Excess, WorkbookProblem};
use super::rich::{Rich, unescaped};
use super::strings::Strings;
use super::table::Table;
use super::value;
use super::xml::{Tag, Token, Xml};
use super::{CellKind, TypedCell};

/// Reads the cells of a sheet into a table.
pub(super) struct Cells<'a> {
    pub strings: &'a Strings,
    pub formats: &'a Formats,
    pub limits: &'a Limits,
    pub table: &'a mut Table,
    pub typed: Vec<TypedCell>,
}

/// Where the next cell stands.
struct Cell {
    /// As the spreadsheet shows it; 0 before the first.
    row: u32,
    /// From 0; the next one where the file does not say.
    column: u32,
    style: usize,
    kind: Stored,
    has_formula: bool,
    /// The value as it is stored.
    value: String,
    inline: Rich,
    reads: Reads,
}

/// How a value is stored (`t`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    Number,
    Shared,
    Inline,
    /// The text that a formula gave.
    Formula,
    Boolean,
    Error,
    Date,
}

/// What text belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Nothing,
    Value,
    Inline,
}

impl Cells<'_> {
    /// Reads to the end of the file, so that its check sum is looked at.
    pub fn read<R: BufRead>(&mut self, xml: Xml<R>) -> Result<(), WorkbookProblem> {
        self.read_within(xml, u64::MAX)
    }

    /// Reads to the end of the file, or of that many bytes of it.
    pub fn read_within<R: BufRead>(&mut self, mut xml: Xml<R>, most: u64) -> Result<(), WorkbookProblem> {
        let mut cell = Cell {
            row: 0,
            column: 0,
            style: 0,
            kind: Stored::Number,
            has_formula: false,
            value: String::new(),
            inline: Rich::new(self.limits.text),
            reads: Reads::Nothing,
        };
        let mut is_inside = false;
        loop {
            let at = xml.at();
            if at > most {
                return Ok(());
            }
            let place = |damage: Fault, xml: &Xml<R>| damage.at(xml.part(), at);
            match xml.next()? {
                Token::Start(tag) if tag.name() == "sheetData" => is_inside = true,
                Token::Start(tag) if is_inside => {
                    if let Err(fault) = cell.start(&tag, self.limits) {
                        return Err(place(fault, &xml));
                    }
                }
                Token::Text(text) => cell.push(&text, self.limits)?,
                Token::Character(character) => cell.push(character.encode_utf8(&mut [0; 4]), self.limits)?,
                Token::End(tag) => match tag.name() {
                    "sheetData" => is_inside = false,
                    "c" if is_inside => {
                        if let Err(fault) = self.take(&mut cell) {
                            return Err(place(fault, &xml));
                        }
                    }
                    name => cell.end(name),
                },
                Token::Start(_) | Token::Other => {}
                Token::Close => return Ok(()),
            }
        }
    }

    /// Puts a cell that was read whole into the table.
    fn take(&mut self, cell: &mut Cell) -> Result<(), Fault> {
        let (row, column) = (cell.row, cell.column);
        cell.column += 1;
        let stored = cell.value.trim_matches([' ', '\t', '\n', '\r']);
        if cell.has_formula && stored.is_empty() && cell.kind == Stored::Number {
            self.table.count(self.limits)?;
            self.note(row, column, CellKind::FormulaWithoutValue);
            return Ok(());
        }
        let (text, kind) = match cell.kind {
            Stored::Inline => return self.put(row, column, &cell.inline.text),
            Stored::Formula => return self.put(row, column, &unescaped(&cell.value)),
            _ if stored.is_empty() => return Ok(()),
            Stored::Shared => {
                let strings = self.strings;
                let text = stored.parse().ok().and_then(|index| strings.get(index)).ok_or(Fault::Shared)?;
                return self.put(row, column, text);
            }
            Stored::Number if self.formats.is_date(cell.style) => match value::day(stored, self.formats.from_1904) {
                Some(day) => (day, CellKind::Date),
                None => (value::number(stored), CellKind::Number),
            },
            Stored::Number => {
                let number = value::number(stored);
                match self.formats.padding(cell.style).and_then(|padding| padding.shown(&number)) {
                    // All its digits are there, and stand as a text would.
                    Some(shown) => return self.put(row, column, &shown),
                    None => (number, CellKind::Number),
                }
            }
            Stored::Boolean => {
                let is_true = stored == "1" || stored.eq_ignore_ascii_case("true");
                (if is_true { "TRUE" } else { "FALSE" }.to_owned(), CellKind::Boolean)
            }
            Stored::Error => (stored.to_owned(), CellKind::Error),
            Stored::Date => (stored.to_owned(), CellKind::Date),
        };
        self.note(row, column, kind);
        self.put(row, column, &text)
    }

    fn note(&mut self, row: u32, column: u32, kind: CellKind) {
        self.typed.push(TypedCell { row, column, kind });
    }

    fn put(&mut self, row: u32, column: u32, text: &str) -> Result<(), Fault> {
        Ok(self.table.put(row, column, text, self.limits)?)
    }
}

impl Cell {
    fn start(&mut self, tag: &Tag<'_>, limits: &Limits) -> Result<(), Fault> {
        match tag.name() {
            "row" => self.start_row(tag, limits),
            "c" => self.start_cell(tag, limits),
            "v" => {
                self.value.clear();
                self.reads = Reads::Value;
                Ok(())
            }
            "f" => {
                self.has_formula = true;
                Ok(())
            }
            "is" => {
                self.inline.clear();
                self.reads = Reads::Inline;
                Ok(())
            }
            _ => {
                if self.reads == Reads::Inline {
                    self.inline.start(tag);
                }
                Ok(())
            }
        }
    }

    fn start_row(&mut self, tag: &Tag<'_>, limits: &Limits) -> Result<(), Fault> {
        let row = match tag.get("r") {
            Some(row) => row.parse().map_err(|_| Fault::Address)?,
            None => self.row + 1,
        };
        if row <= self.row {
            return Err(Fault::Address);
        }
        if row > limits.rows {
            return Err(Fault::Excess(Excess::Rows(limits.rows)));
        }
        (self.row, self.column) = (row, 0);
        Ok(())
    }

    fn start_cell(&mut self, tag: &Tag<'_>, limits: &Limits) -> Result<(), Fault> {
        let (mut column, mut row) = (Some(self.column), self.row);
        (self.style, self.kind) = (0, Stored::Number);
        tag.for_each(|name, value| match name {
            "r" => (column, row) = address(value).map_or((None, row), |(column, row)| (Some(column), row)),
            "s" => self.style = value.parse().unwrap_or(0),
            "t" => self.kind = Stored::from_word(value),
            _ => {}
        });
        let column = column.filter(|column| *column >= self.column && row == self.row && row > 0);
        self.column = column.ok_or(Fault::Address)?;
        if self.column >= limits.columns {
            return Err(Fault::Excess(Excess::Columns(limits.columns)));
        }
        self.has_formula = false;
        self.value.clear();
        self.inline.clear();
        self.reads = Reads::Nothing;
        Ok(())
    }

    fn push(&mut self, text: &str, limits: &Limits) -> Result<(), WorkbookProblem> {
        match self.reads {
            Reads::Nothing => Ok(()),
            Reads::Value if self.value.len() + text.len() > limits.text => Err(Excess::Text(limits.text).into()),
            Reads::Value => {
                self.value.push_str(text);
                Ok(())
            }
            Reads::Inline => self.inline.push(text),
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "v" | "is" => self.reads = Reads::Nothing,
            name if self.reads == Reads::Inline => self.inline.end(name),
            _ => {}
        }
    }
}

impl Stored {
    /// What the attribute `t` says (ECMA-376 part 1, 18.18.11).
    fn from_word(word: &str) -> Self {
        match word {
            "s" => Self::Shared,
            "inlineStr" => Self::Inline,
            "str" => Self::Formula,
            "b" => Self::Boolean,
            "e" => Self::Error,
            "d" => Self::Date,
            _ => Self::Number,
        }
    }
}

/// Column (from 0) and row (from 1) of an address such as `XFD1048576`.
fn address(text: &str) -> Option<(u32, u32)> {
    let text = text.trim_matches('$');
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    // More letters than any spreadsheet has would overflow.
    let name = text.get(..letters).filter(|name| (1..=5).contains(&name.len()))?;
    let column = name.bytes().fold(0, |column, b| column * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
    Some((column - 1, text[letters..].parse().ok()?))
}

/// What is wrong with a cell, before it is said in which part.
enum Fault {
    Address,
    Shared,
    Excess(Excess),
}

impl Fault {
    fn at(self, part: String, at: u64) -> WorkbookProblem {
        match self {
            Self::Address => Damage::Address { part, at }.into(),
            Self::Shared => Damage::SharedText { part, at }.into(),
            Self::Excess(excess) => excess.into(),
        }
    }
}

impl From<Excess> for Fault {
    fn from(excess: Excess) -> Self {
        Self::Excess(excess)
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_are_read() {
        for (text, found) in [
            ("A1", Some((0, 1))),
            ("xfd1048576", Some((16_383, 1_048_576))),
            ("AAAAAA1", None),
            ("A", None),
            ("1", None),
            ("A-1", None),
            ("A99999999999", None),
            ("é1", None),
            ("", None),
        ] {
            assert_eq!(address(text), found, "{text}");
        }
    }
}
