//! One XML file of the bundle, tag by tag. Well-formed UTF-8 without a document type, or an error; no tag, text or
//! depth is larger than the limits allow.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesEnd, BytesStart, Event};

use super::limits::Limits;
use super::problem::{Damage, Exceeded, Excess, WorkbookProblem};

/// A file that is read tag by tag.
pub(super) struct Xml<R> {
    reader: Reader<Metered<R>>,
    buffer: Vec<u8>,
    part: String,
    depth: usize,
    depth_max: usize,
}

/// What comes next in the file. An element without content has an end of its own, too.
pub(super) enum Token<'a> {
    Start(Tag<'a>),
    End(EndTag<'a>),
    Text(Cow<'a, str>),
    /// A character that was written as a reference.
    Character(char),
    /// Comments, instructions, the declaration.
    Other,
    Close,
}

/// The beginning of an element.
pub(super) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// Its name without prefix: some programs write `<x:row>`.
    pub fn name(&self) -> &str {
        self.0.name().local_name().into_inner()
    }

    /// The value of an attribute, by its name without prefix.
    pub fn get(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        // Looking for doubled ones takes a time that grows with the square of their number.
        let attribute = attributes
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.local_name().into_inner() == name)?;
        Some(quick_xml::escape::unescape(&attribute.value).ok()?.into_owned())
    }

    /// Calls `each` with the name and the raw value of every attribute.
    pub fn for_each(&self, mut each: impl FnMut(&str, &str)) {
        let mut attributes = self.0.attributes();
        for attribute in attributes.with_checks(false).flatten() {
            each(attribute.key.local_name().into_inner(), &attribute.value);
        }
    }
}

/// The end of an element.
pub(super) struct EndTag<'a>(BytesEnd<'a>);

impl EndTag<'_> {
    /// Its name without prefix.
    pub fn name(&self) -> &str {
        self.0.name().local_name().into_inner()
    }
}

impl<R: BufRead> Xml<R> {
    pub fn new(inner: R, part: String, limits: &Limits) -> Self {
        let mut reader = Reader::from_reader(Metered { inner, taken: 0, most: limits.text });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), part, depth: 0, depth_max: limits.depth }
    }

    /// The file's name in the bundle.
    pub fn part(&self) -> String {
        self.part.clone()
    }

    /// How many bytes of it were read.
    pub fn at(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// What comes next. The end of the file is only told when every element was closed.
    pub fn next(&mut self) -> Result<Token<'_>, WorkbookProblem> {
        self.buffer.clear();
        self.reader.get_mut().taken = 0;
        let at = self.reader.buffer_position();
        let part = &self.part;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| problem(part, at, &error))?;
        Ok(match event {
            Event::Start(start) => {
                self.depth += 1;
                if self.depth > self.depth_max {
                    return Err(Damage::Depth { part: part.clone() }.into());
                }
                Token::Start(Tag(start))
            }
            Event::End(end) => {
                self.depth = self.depth.saturating_sub(1);
                Token::End(EndTag(end))
            }
            Event::Text(text) => Token::Text(text.xml10_content()),
            Event::CData(text) => Token::Text(text.xml10_content()),
            Event::GeneralRef(reference) => {
                let entity = || Damage::Entity { part: part.clone() };
                let character = reference.resolve_char_ref().map_err(|_| entity())?;
                Token::Character(character.or_else(|| predefined(&reference)).ok_or_else(entity)?)
            }
            Event::DocType(_) => return Err(Damage::DocumentType { part: part.clone() }.into()),
            Event::Eof if self.depth > 0 => return Err(Damage::Xml { part: part.clone(), at }.into()),
            Event::Eof => Token::Close,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Token::Other,
        })
    }
}

fn problem(part: &str, at: u64, error: &quick_xml::Error) -> WorkbookProblem {
    let part = part.to_owned();
    match error {
        quick_xml::Error::Io(error) => match Exceeded::inside(error) {
            Some(excess) => excess.into(),
            None => Damage::Packed { part }.into(),
        },
        _ => Damage::Xml { part, at }.into(),
    }
}

/// The five entities that every XML file has.
fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Counts what one tag or text takes, since the parser holds it whole.
pub(super) struct Metered<R> {
    inner: R,
    taken: usize,
    most: usize,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let count = available.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > self.most {
            return Err(Exceeded::io(Excess::Text(self.most)));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.taken += count;
        self.inner.consume(count);
    }
}
