//! The ZIP bundle that a workbook is: finds files in it and unfolds them piece by piece, never more than the limits
//! allow. Sizes that the bundle states are not believed.

use std::collections::HashMap;
use std::io::{BufReader, Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::limits::Limits;
use super::problem::{Damage, Exceeded, Excess, WorkbookProblem};
use super::xml::Xml;

/// The signature of one entry in a bundle's directory.
const ENTRY: &[u8] = b"PK\x01\x02";
/// Bytes that are unfolded at one time.
const PIECE_BYTES: usize = 1 << 16;

/// A file of the bundle, unfolded while it is read.
pub(super) type Unfolded<'b, 'a> = BufReader<Unfolding<'b, 'a>>;

/// A bundle that was opened, and how much more may be unfolded from it.
pub(super) struct Bundle<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Names as the parts of an Open Packaging bundle are compared: without case.
    names: HashMap<String, usize>,
    limits: &'a Limits,
    left: u64,
}

impl<'a> Bundle<'a> {
    /// Reads the directory.
    pub fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, WorkbookProblem> {
        // Counted before the directory is read, since reading it holds every entry in memory.
        if bytes.windows(ENTRY.len()).filter(|window| *window == ENTRY).nth(limits.parts).is_some() {
            return Err(Excess::Parts(limits.parts).into());
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Damage::Directory)?;
        let names = (0..archive.len()).filter_map(|index| Some((plain(&archive.name_for_index(index)?.ok()?), index)));
        let names = names.collect();
        Ok(Self { archive, names, limits, left: limits.unfolded })
    }

    /// The names of its files, without case.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    pub fn has(&self, part: &str) -> bool {
        self.names.contains_key(&plain(part))
    }

    /// A small file as it is, cut at `most` bytes; nothing when it is not there or cannot be unfolded.
    pub fn beginning(&mut self, part: &str, most: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(file) = self.names.get(&plain(part)).and_then(|index| self.archive.by_index(*index).ok()) {
            // What was unfolded before an error is all there is to know.
            let _ = file.take(most).read_to_end(&mut bytes);
        }
        bytes
    }

    /// Unfolds a sheet or the shared texts.
    pub fn large(&mut self, part: &str) -> Result<Xml<Unfolded<'_, 'a>>, WorkbookProblem> {
        let limits = self.limits;
        self.unfold(part, limits.unfolded, Excess::Unfolded(limits.unfolded))
    }

    /// Unfolds one of the files that say how the others are to be read.
    pub fn settings(&mut self, part: &str) -> Result<Xml<Unfolded<'_, 'a>>, WorkbookProblem> {
        let limits = self.limits;
        self.unfold(part, limits.settings, Excess::Settings(limits.settings))
    }

    fn unfold(&mut self, part: &str, most: u64, excess: Excess) -> Result<Xml<Unfolded<'_, 'a>>, WorkbookProblem> {
        let missing = || Damage::Missing { part: shown(part) };
        let index = *self.names.get(&plain(part)).ok_or_else(missing)?;
        if self.archive.by_index_raw(index).is_ok_and(|file| file.encrypted()) {
            return Err(WorkbookProblem::Encrypted);
        }
        let packed = || Damage::Packed { part: shown(part) };
        let file = self.archive.by_index(index).map_err(|_| packed())?;
        let by_ratio = file.compressed_size().saturating_mul(self.limits.ratio);
        let by_ratio = by_ratio.saturating_add(self.limits.unfolded_free);
        let (own, excess) = if by_ratio < most { (by_ratio, Excess::Ratio(self.limits.ratio)) } else { (most, excess) };
        let unfolding =
            Unfolding { file, own, excess, left: &mut self.left, at_end: Excess::Unfolded(self.limits.unfolded) };
        Ok(Xml::new(BufReader::with_capacity(PIECE_BYTES, unfolding), shown(part), self.limits))
    }
}

/// A file of the bundle while it is unfolded.
pub(super) struct Unfolding<'b, 'a> {
    file: ZipFile<'b, Cursor<&'a [u8]>>,
    /// Bytes that may still come of this file, and what is said when there are more.
    own: u64,
    excess: Excess,
    /// Bytes that may still come of the whole bundle, and what is said when there are more.
    left: &'b mut u64,
    at_end: Excess,
}

impl Read for Unfolding<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        let taken = u64::try_from(count).unwrap_or(u64::MAX);
        self.own = self.own.checked_sub(taken).ok_or_else(|| Exceeded::io(self.excess))?;
        *self.left = self.left.checked_sub(taken).ok_or_else(|| Exceeded::io(self.at_end))?;
        Ok(count)
    }
}

/// A part's name for comparing. Some programs write `\` and a leading `/`.
fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// A part's name for people; a hostile one may be long, or hold anything.
fn shown(part: &str) -> String {
    const CHARACTERS_MAX: usize = 80;
    part.chars().filter(|character| !character.is_control()).take(CHARACTERS_MAX).collect()
}
