//! What a workbook says of itself: its sheets, which cells are dates, and where each part stands in the bundle.

use std::collections::{HashMap, HashSet};

use super::bundle::Bundle;
use super::limits::Limits;
use super::problem::{Damage, Excess, WorkbookProblem};
use super::value::{Padding, is_date_format};
use super::xml::Token;

/// The beginning of the workbook where the bundle does not say it.
const WORKBOOK: &str = "xl/workbook.xml";

/// What a workbook says of itself.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub tabs: Vec<TabPart>,
    /// Where the shared texts are.
    pub strings: Option<String>,
    pub formats: Formats,
}

/// One tab.
#[derive(Debug)]
pub(super) struct TabPart {
    pub name: String,
    pub is_hidden: bool,
    /// Where its cells are; none for a tab that is a chart.
    pub part: Option<String>,
}

/// How numbers are to be understood.
#[derive(Debug, Default)]
pub(super) struct Formats {
    /// By the number of the cell's style: is it a date?
    dates: Vec<bool>,
    /// By the number of the cell's style: how its whole numbers are shown, where that is with zeros in front.
    padded: HashMap<usize, Padding>,
    /// Days are counted from 1904, as old Macintosh workbooks do.
    pub from_1904: bool,
}

impl Formats {
    /// Is a number of that style a date?
    pub fn is_date(&self, style: usize) -> bool {
        self.dates.get(style).copied().unwrap_or(false)
    }

    /// How whole numbers of that style are shown, where that is with zeros in front.
    pub fn padding(&self, style: usize) -> Option<&Padding> {
        self.padded.get(&style)
    }
}

/// One line of a `.rels` file.
struct Relation {
    id: String,
    /// The last word of its type.
    kind: String,
    /// The part in the bundle.
    target: String,
}

impl Book {
    /// Reads everything but cells and shared texts.
    pub fn read(bundle: &mut Bundle<'_>, limits: &Limits) -> Result<Self, WorkbookProblem> {
        let root = relations(bundle, "")?;
        let workbook = root.into_iter().find(|relation| relation.kind == "officeDocument");
        let workbook = workbook.map_or_else(|| WORKBOOK.to_owned(), |relation| relation.target);
        let mut book = Self::default();
        let tabs = book.list(bundle, &workbook)?;
        if tabs.len() > limits.tabs {
            return Err(Excess::Tabs(limits.tabs).into());
        }
        let relations = relations(bundle, &workbook)?;
        let by_kind = |kind: &str| relations.iter().find(|relation| relation.kind == kind);
        book.strings = by_kind("sharedStrings").map(|relation| relation.target.clone());
        if let Some(styles) = by_kind("styles").filter(|relation| bundle.has(&relation.target)) {
            book.formats.read(bundle, &styles.target)?;
        }
        let by_id: HashMap<&str, &Relation> =
            relations.iter().map(|relation| (relation.id.as_str(), relation)).collect();
        for (mut tab, id) in tabs {
            let relation = by_id.get(id.as_str());
            let relation = relation.ok_or_else(|| Damage::Missing { part: tab.name.chars().take(80).collect() })?;
            tab.part = (relation.kind == "worksheet").then(|| relation.target.clone());
            book.tabs.push(tab);
        }
        Ok(book)
    }

    /// The tabs, each with the id of its relation.
    fn list(&mut self, bundle: &mut Bundle<'_>, part: &str) -> Result<Vec<(TabPart, String)>, WorkbookProblem> {
        let mut tabs = Vec::new();
        let mut xml = bundle.settings(part)?;
        loop {
            match xml.next()? {
                Token::Start(tag) if tag.name() == "workbookPr" => {
                    self.formats.from_1904 = tag.get("date1904").is_some_and(|word| word == "1" || word == "true");
                }
                Token::Start(tag) if tag.name() == "sheet" => {
                    let is_hidden = tag.get("state").is_some_and(|state| state != "visible");
                    let name = tag.get("name").unwrap_or_default();
                    tabs.push((TabPart { name, is_hidden, part: None }, tag.get("id").unwrap_or_default()));
                }
                Token::Close => return Ok(tabs),
                _ => {}
            }
        }
    }
}

/// What a part is related to; the bundle itself has no name. A part without relations is legal.
fn relations(bundle: &mut Bundle<'_>, part: &str) -> Result<Vec<Relation>, WorkbookProblem> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let path = resolved(folder, &format!("_rels/{file}.rels"));
    let mut relations = Vec::new();
    if !bundle.has(&path) {
        return Ok(relations);
    }
    let mut xml = bundle.settings(&path)?;
    loop {
        match xml.next()? {
            Token::Start(tag) if tag.name() == "Relationship" => {
                let kind = tag.get("Type").unwrap_or_default();
                relations.push(Relation {
                    id: tag.get("Id").unwrap_or_default(),
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    target: resolved(folder, &tag.get("Target").unwrap_or_default()),
                });
            }
            Token::Close => return Ok(relations),
            _ => {}
        }
    }
}

/// A target as seen from a folder of the bundle.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let from = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in from.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            _ => path.push(step),
        }
    }
    path.join("/")
}

impl Formats {
    /// Reads for every style of cells whether a number in it is a date, or shown with zeros in front.
    fn read(&mut self, bundle: &mut Bundle<'_>, part: &str) -> Result<(), WorkbookProblem> {
        let mut own: HashSet<u32> = HashSet::new();
        let mut redefined: HashSet<u32> = HashSet::new();
        let mut padding: HashMap<u32, Padding> = HashMap::new();
        let mut is_inside = false;
        let mut xml = bundle.settings(part)?;
        loop {
            match xml.next()? {
                Token::Start(tag) => match tag.name() {
                    "cellXfs" => is_inside = true,
                    "numFmt" => {
                        let id = tag.get("numFmtId").and_then(|id| id.parse().ok());
                        if let (Some(id), Some(code)) = (id, tag.get("formatCode")) {
                            redefined.insert(id);
                            if is_date_format(&code) {
                                own.insert(id);
                            } else if let Some(read) = Padding::of(&code) {
                                padding.insert(id, read);
                            }
                        }
                    }
                    "xf" if is_inside => {
                        let id = tag.get("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                        if let Some(padding) = padding.get(&id) {
                            self.padded.insert(self.dates.len(), padding.clone());
                        }
                        self.dates.push(own.contains(&id) || (!redefined.contains(&id) && is_built_in_date(id)));
                    }
                    _ => {}
                },
                Token::End(tag) if tag.name() == "cellXfs" => is_inside = false,
                Token::Close => return Ok(()),
                _ => {}
            }
        }
    }
}

/// The built-in formats of dates and times; 27 to 36 and 50 to 58 are those of East Asia (ECMA-376 part 1, 18.8.30).
const fn is_built_in_date(format: u32) -> bool {
    matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn targets_are_seen_from_the_folder_of_the_part() {
        for (folder, target, part) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "..\\xl\\styles.xml", "xl/styles.xml"),
            ("", "../../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(resolved(folder, target), part);
        }
    }
}
