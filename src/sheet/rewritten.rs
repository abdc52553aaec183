//! Sheets written anew as CSV, with what came back in a mended file: every row keeps its number.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::touched::{has_lost_zeros, is_fragile, is_touched, keeps_what_it_was, may_have_had_zeros, with_its_zeros};
use super::{RowCells, Sheet, Use};

/// Rows of a mended file, and the rows whose place they take.
#[derive(Clone, Copy)]
pub struct Mended<'a> {
    pub sheet: &'a Sheet,
    pub places: &'a [usize],
    /// Had the cell of that row and header to be mended?
    pub was_wrong: &'a dyn Fn(usize, &str) -> bool,
}

/// A cell that only a spreadsheet had changed, so that it is again what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The row of the sheet it came from.
    pub row: usize,
    pub header: String,
    /// What it is again.
    pub was: String,
    /// What came back.
    pub came: String,
}

/// A sheet as CSV, and what was put right in it.
#[derive(Debug, Default)]
pub struct Rewritten {
    pub text: String,
    pub restored: Vec<Restored>,
    /// Mended cells, by row, from which a spreadsheet may have taken zeros: nobody knows whether they began with some.
    pub doubtful: Vec<(usize, String)>,
}

/// What a spreadsheet did to each column.
#[derive(Debug)]
struct Came {
    /// Some cell came back with its `+` and its zeros.
    whole: Vec<bool>,
    /// Some cell came back without its zeros.
    lost: Vec<bool>,
}

/// What becomes of a cell that came back otherwise.
enum Taken {
    /// What the person wrote, or what it was before a spreadsheet took its zeros.
    As(String),
    /// A spreadsheet alone changed it.
    Before,
}

impl Came {
    /// Takes a cell of that column over.
    fn taken(&self, at: usize, before: &str, after: &str, was_wrong: bool) -> Taken {
        if keeps_what_it_was(before, after, was_wrong, self.whole[at]) {
            return Taken::Before;
        }
        // Only a spreadsheet that took zeros elsewhere in the column is sure to have taken them here.
        let is_sure = self.lost[at] && !self.whole[at];
        let digits = if is_sure { with_its_zeros(before, after) } else { None };
        Taken::As(digits.unwrap_or_else(|| after.to_owned()))
    }

    /// Was a cell mended of which nobody knows whether zeros were taken from it?
    fn is_doubtful(&self, at: usize, before: &str, now: &str) -> bool {
        let may_be_lost = self.lost[at] || with_its_zeros(before, now).is_some();
        may_be_lost && !self.whole[at] && may_have_had_zeros(now)
    }
}

/// Which column of a file that came back is which of the sheet it came from.
#[derive(Debug)]
pub struct Columns {
    /// The column of the file, for each of the sheet.
    pub(super) of: Vec<Option<usize>>,
}

impl Columns {
    /// Finds the columns by their headers; of those with the same header the first is the first, and so on.
    pub fn new(sheet: &Sheet, back: &Sheet) -> Self {
        let is_of_sheet = |at: usize| !matches!(back.uses.get(at), Some(Use::Report));
        let mut free: Vec<usize> = (0..back.header.len()).filter(|&at| is_of_sheet(at)).collect();
        let of = (0..sheet.width()).map(|at| {
            let name = sheet.header.get(at).map_or("", |header| plain(header));
            let found = free.iter().position(|&other| plain(&back.header[other]) == name)?;
            Some(free.remove(found))
        });
        Self { of: of.collect() }
    }

    /// Where a column of the sheet stands in the file that came back.
    pub fn in_back(&self, at: usize) -> Option<usize> {
        self.of.get(at).copied().flatten()
    }

    /// Is that the same row, but for what was mended in it and what a spreadsheet did to it? Most of its cells are.
    pub fn is_same_row(&self, cells: &RowCells<'_>, back: &RowCells<'_>) -> bool {
        let (mut filled, mut same) = (0, 0);
        for (at, from) in self.of.iter().enumerate() {
            let before = cells.get(at).unwrap_or_default();
            let Some(after) = from.and_then(|from| back.get(from)) else { continue };
            if !before.trim().is_empty() {
                filled += 1;
                same += usize::from(before == after || is_touched(&before, &after));
            }
        }
        2 * same > filled
    }

    /// Did the cells of a column come back with their `+` and their zeros?
    fn came(&self, sheet: &Sheet, back: &Sheet, places: impl Iterator<Item = (usize, usize)>) -> Came {
        let (mut whole, mut lost) = (vec![false; self.of.len()], vec![false; self.of.len()]);
        for (row, place) in places {
            let (before, after) = (sheet.cells(place), back.cells(row));
            for (at, from) in self.of.iter().enumerate() {
                let cell = before.get(at).unwrap_or_default();
                let Some(now) = from.and_then(|from| after.get(from)).filter(|_| is_fragile(&cell)) else { continue };
                whole[at] |= now == cell;
                lost[at] |= has_lost_zeros(&cell, &now);
            }
        }
        Came { whole, lost }
    }
}

/// A header without what keeps it from being a formula.
fn plain(header: &str) -> &str {
    let header = header.trim();
    header.strip_prefix('\'').unwrap_or(header)
}

/// A sheet as CSV, mended. A cell that only a spreadsheet's known damage changed keeps what it was.
pub fn rewritten(sheet: &Sheet, mended: Option<Mended<'_>>) -> Rewritten {
    let mut writer = Records::new(&sheet.header);
    let (mut restored, mut doubtful) = (Vec::new(), Vec::new());
    let columns = mended.map(|mended| Columns::new(sheet, mended.sheet));
    let pairs = || mended.iter().flat_map(|mended| mended.places.iter().enumerate().map(|(row, &place)| (row, place)));
    let by_place: HashMap<usize, usize> = pairs().map(|(row, place)| (place, row)).collect();
    let came = mended.zip(columns.as_ref()).map(|(mended, columns)| columns.came(sheet, mended.sheet, pairs()));
    for row in 0..sheet.row_count() {
        let mut cells: Vec<String> = sheet.cells(row).iter().map(Cow::into_owned).collect();
        if let (Some(mended), Some(columns), Some(how)) = (mended, &columns, &came)
            && let Some(&of) = by_place.get(&row)
        {
            let wrong = |header: &str| (mended.was_wrong)(row, header);
            let after = mended.sheet.cells(of);
            let before = cells.clone();
            for (at, came) in overlay(&mut cells, sheet, (columns, how), &after, &wrong) {
                restored.push(Restored { row, header: header(sheet, at), was: cells[at].clone(), came });
            }
            let is_doubtful = |at: &usize| {
                let was = before.get(*at).map_or("", String::as_str);
                was != cells[*at] && how.is_doubtful(*at, was, &cells[*at])
            };
            doubtful
                .extend((0..columns.of.len().min(cells.len())).filter(is_doubtful).map(|at| (row, cells[at].clone())));
        }
        writer.row(sheet.number(row), &cells);
    }
    Rewritten { text: writer.finish(), restored, doubtful }
}

/// A sheet as CSV with some cells changed by hand, by row and column; what a person typed is taken as it is.
pub fn edited(sheet: &Sheet, edits: &BTreeMap<(usize, usize), String>) -> String {
    let mut writer = Records::new(&sheet.header);
    for row in 0..sheet.row_count() {
        let mut changed = edits.range((row, 0)..=(row, usize::MAX)).peekable();
        // Most rows of a large sheet are as they were.
        if changed.peek().is_none()
            && sheet.delimiter() == b','
            && let Some((plain, _)) = sheet.plain_row(row)
        {
            writer.plain(sheet.number(row), plain);
            continue;
        }
        let mut cells: Vec<String> = sheet.cells(row).iter().map(Cow::into_owned).collect();
        for ((_, at), now) in changed {
            if cells.len() <= *at {
                cells.resize(at + 1, String::new());
            }
            cells[*at].clone_from(now);
        }
        writer.row(sheet.number(row), &cells);
    }
    writer.finish()
}

/// A file that came back in place of a sheet, as CSV: its cells put right by the rows they came from, and rows of the sheet
/// added below, which it left out.
pub fn completed(
    back: &Sheet,
    sheet: &Sheet,
    places: &[Option<usize>],
    was_wrong: &dyn Fn(usize, &str) -> bool,
    added: &[usize],
) -> Rewritten {
    let columns = Columns::new(sheet, back);
    let mut writer = Records::new(&back.header);
    let (mut restored, mut doubtful) = (Vec::new(), Vec::new());
    let pairs = places.iter().enumerate().filter_map(|(row, place)| Some((row, (*place)?)));
    let how = columns.came(sheet, back, pairs);
    for row in 0..back.row_count() {
        let mut cells: Vec<String> = back.cells(row).iter().map(Cow::into_owned).collect();
        if let Some(place) = places.get(row).copied().flatten() {
            let before = sheet.cells(place);
            for (at, from) in columns.of.iter().enumerate() {
                let Some(cell) = from.and_then(|from| cells.get_mut(from)) else { continue };
                let was = before.get(at).unwrap_or_default();
                if *cell == was {
                    continue;
                }
                let now = match how.taken(at, &was, cell, was_wrong(place, name(sheet, at))) {
                    Taken::Before => was.clone().into_owned(),
                    Taken::As(now) => now,
                };
                if *cell != now {
                    let came = std::mem::replace(cell, now.clone());
                    restored.push(Restored { row: place, header: header(sheet, at), was: now, came });
                } else if how.is_doubtful(at, &was, cell) {
                    doubtful.push((place, now));
                }
            }
        }
        writer.row(back.number(row), &cells);
    }
    for &place in added {
        let mut cells = vec![String::new(); back.header.len()];
        for (at, from) in columns.of.iter().enumerate() {
            if let Some(from) = from {
                cells[*from] = sheet.cells(place).get(at).unwrap_or_default().into_owned();
            }
        }
        writer.row(None, &cells);
    }
    Rewritten { text: writer.finish(), restored, doubtful }
}

pub(super) fn header(sheet: &Sheet, at: usize) -> String {
    sheet.header.get(at).cloned().unwrap_or_default()
}

/// The column's own name; nothing for a column that is not read.
fn name(sheet: &Sheet, at: usize) -> &'static str {
    match sheet.uses.get(at) {
        Some(Use::Column(spec)) => spec.header,
        _ => "",
    }
}

/// Takes the cells of a mended row over, column by column; returns what came of those that keep what they were.
fn overlay(
    cells: &mut Vec<String>,
    sheet: &Sheet,
    (columns, how): (&Columns, &Came),
    after: &RowCells<'_>,
    was_wrong: &dyn Fn(&str) -> bool,
) -> Vec<(usize, String)> {
    let mut kept = Vec::new();
    for (at, from) in columns.of.iter().enumerate() {
        let Some(from) = from else { continue };
        let now = after.get(*from).unwrap_or_default();
        if cells.len() <= at {
            if now.is_empty() {
                continue;
            }
            cells.resize(at + 1, String::new());
        }
        if cells[at] == now {
            continue;
        }
        if let Taken::As(taken) = how.taken(at, &cells[at], &now, was_wrong(name(sheet, at))) {
            cells[at] = taken;
        }
        if cells[at] != now {
            kept.push((at, now.into_owned()));
        }
    }
    kept
}

/// Records whose place in the file is the number of their row.
struct Records {
    text: String,
    next: u32,
}

impl Records {
    fn new(header: &[String]) -> Self {
        // The header may not be the first row of its file, but rows count from it as they stand.
        let mut records = Self { text: "\u{feff}".to_owned(), next: 2 };
        records.record(header);
        records
    }

    fn row(&mut self, number: Option<u32>, cells: &[String]) {
        self.turn_to(number);
        self.record(cells);
    }

    /// A row that is written as it stands in its file.
    fn plain(&mut self, number: Option<u32>, row: &str) {
        self.turn_to(number);
        self.text.push_str(row);
        self.text.push('\n');
    }

    /// Writes the blank rows before the one of that number.
    fn turn_to(&mut self, number: Option<u32>) {
        let number = number.unwrap_or(self.next);
        while self.next < number {
            self.text.push_str("\"\"\n");
            self.next += 1;
        }
        self.next += 1;
    }

    fn record(&mut self, cells: &[String]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            if cell.contains([',', '"', '\r', '\n']) {
                self.text.push('"');
                self.text.push_str(&cell.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(cell);
            }
        }
        if cells.iter().all(String::is_empty) && cells.len() <= 1 {
            self.text.push_str("\"\"");
        }
        self.text.push('\n');
    }

    fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SheetKind;
    use crate::sheet::workbook::TypedCell;
    use crate::sheet::{Options, lost_cells, parse};

    const HEADER: &str = "customer_external_id,first_name,last_name,email,package,extension\n";

    fn sheet(text: &str) -> Sheet {
        parse(SheetKind::Users, "users.csv", text.into(), &Options::default(), &mut Vec::new())
    }

    fn kept() -> Sheet {
        sheet(&format!(
            "{HEADER}a,Ana,\"Lima\nDias\",ana at a,webex_calling,0012\n\n\na,Rui,Reis,rui@a,x,0013\na,Eva,Sol,eva at a,x,0014\n"
        ))
    }

    #[test]
    fn rows_keep_their_numbers_and_cells_that_only_a_spreadsheet_changed_keep_what_they_were() {
        let kept = kept();
        let mended = sheet("extension,turnup_row,email,unheard\n12,2,ana@a.example,y\n14,6,eva@a.example,z\n");
        let was_wrong = |_: usize, header: &str| header == "email";
        let taken = Mended { sheet: &mended, places: &[0, 2], was_wrong: &was_wrong };
        let rewritten = rewritten(&kept, Some(taken));
        let again = sheet(&rewritten.text);
        let told = |row: usize, header| (kept.number(row), again.number(row), again.cell(row, header).into_owned());
        assert_eq!(told(0, "email"), (Some(2), Some(2), "ana@a.example".to_owned()));
        assert_eq!(told(0, "last_name").2, "Lima\nDias");
        assert_eq!((told(0, "extension").2, told(2, "extension").2), ("0012".to_owned(), "0014".to_owned()));
        assert_eq!(told(1, "email"), (Some(5), Some(5), "rui@a".to_owned()));
        let restored: Vec<_> = rewritten.restored.iter().map(|cell| (cell.row, cell.came.as_str())).collect();
        assert_eq!(restored, [(0, "12"), (2, "14")]);
    }

    #[test]
    fn a_column_that_came_back_whole_was_changed_by_a_person() {
        let kept = kept();
        let mended = sheet("turnup_row,extension\n2,0012\n6,14\n");
        for (wrong, extension) in [(true, "14"), (false, "0014")] {
            let was_wrong = move |row: usize, header: &str| wrong && row == 2 && header == "extension";
            let taken = Mended { sheet: &mended, places: &[0, 2], was_wrong: &was_wrong };
            let again = sheet(&rewritten(&kept, Some(taken)).text);
            assert_eq!(again.cell(2, "extension"), extension);
        }
    }

    #[test]
    fn zeros_that_a_spreadsheet_took_from_mended_cells_come_back_where_that_is_sure() {
        let kept = sheet("email,first_name,extension\nana@a,Ana,0102\nrui@a,Rui,911\nze@a,Ze,0104x\n");
        let back = sheet("turnup_row,email,extension\n2,ana@a.example,102\n3,rui@a,302\n4,ze@a,104\n");
        let was_wrong = |row: usize, header: &str| (row, header) != (0, "extension");
        let taken = Mended { sheet: &back, places: &[0, 1, 2], was_wrong: &was_wrong };
        let places = [Some(0), Some(1), Some(2)];
        for done in [rewritten(&kept, Some(taken)), completed(&back, &kept, &places, &was_wrong, &[])] {
            let again = sheet(&done.text);
            let extensions: Vec<_> = (0..3).map(|row| again.cell(row, "extension").into_owned()).collect();
            assert_eq!(extensions, ["0102", "302", "0104"]);
            let restored: Vec<_> = done.restored.iter().map(|cell| (cell.row, cell.was.as_str())).collect();
            assert_eq!(restored, [(0, "0102"), (2, "0104")]);
            assert_eq!(done.doubtful, [(1, "302".to_owned())]);
        }
        // Where no other cell has lost its zeros, what came is what the person wrote.
        let kept = sheet("email,first_name,extension\nana@a,Ana,102\nrui@a,Rui,911\nze@a,Ze,0104x\n");
        let back = sheet("turnup_row,email,extension\n2,ana@a.example,102\n4,ze@a,104\n");
        let taken = Mended { sheet: &back, places: &[0, 2], was_wrong: &was_wrong };
        for done in [rewritten(&kept, Some(taken)), completed(&back, &kept, &[Some(0), Some(2)], &was_wrong, &[])] {
            assert!(done.text.contains(",104\n") && done.restored.is_empty(), "{done:?}");
            assert_eq!(done.doubtful, [(2, "104".to_owned())]);
        }
        // In a column that came back whole, what the person wrote is what is there; an untouched cell is what it was.
        let kept = sheet("email,first_name,extension\nana@a,Ana,0102\nrui@a,Rui,911\nze@a,Ze,0104\n");
        let back = sheet("turnup_row,email,extension\n2,ana@a.example,102\n3,rui@a,302\n4,ze@a,0104\n");
        let done = completed(&back, &kept, &places, &was_wrong, &[]);
        assert_eq!((done.restored.len(), done.doubtful.len()), (1, 0));
        assert!(done.text.contains(",0102\n") && done.text.contains(",302\n"), "{}", done.text);
    }

    #[test]
    fn a_file_in_place_of_a_sheet_is_put_right_and_completed() {
        let kept = kept();
        let back = sheet(&format!(
            "reason,{},turnup_row\n,a,Ana,\"Lima\nDias\",ana@a.example,webex_calling,12,3\n",
            HEADER.trim()
        ));
        let done = completed(&back, &kept, &[Some(0)], &|_, _| true, &[1]);
        let again = sheet(&done.text);
        let told = |row| (again.cell(row, "email").into_owned(), again.cell(row, "extension").into_owned());
        assert_eq!(told(0), ("ana@a.example".to_owned(), "0012".to_owned()));
        assert_eq!(told(1), ("rui@a".to_owned(), "0013".to_owned()));
        assert_eq!((done.restored.len(), again.row_count()), (1, 2));
    }

    #[test]
    fn what_a_workbook_lost_is_found_before_it_becomes_text() {
        use super::super::workbook::CellKind;
        let kept = sheet("email,first_name,extension\nana@a,Ana,1/2\nrui@a,Rui,\neva@a,Eva,3\n");
        let mut back = sheet(
            "turnup_row,email,first_name,extension\n2,ana@a,2026-05-01,2026-02-01\n3,rui@a,Rui,\n4,eva@a,12345678901234560,3\n",
        );
        let cells = [(2, 2, CellKind::Date), (2, 3, CellKind::Date), (3, 3, CellKind::FormulaWithoutValue)];
        let numbers = [(4, 2, CellKind::Number), (4, 3, CellKind::Number)];
        let typed = cells.into_iter().chain(numbers).map(|(row, column, kind)| TypedCell { row, column, kind });
        back.typed = typed.collect();
        let done = completed(&back, &kept, &[Some(0), Some(1), Some(2)], &|_, _| true, &[]);
        let told: Vec<String> = lost_cells(&back, &kept, &Some, &done.restored)
            .iter()
            .map(|found| format!("{} {} {}", found.code, found.place, found.value))
            .collect();
        assert_eq!(told, ["C247 users.csv:2 2026-05-01", "C248 users.csv:3 ", "C242 users.csv:4 12345678901234560"]);
    }

    #[test]
    fn what_a_person_typed_is_taken_as_it_is() {
        let kept = kept();
        let edits = BTreeMap::from([((0, 5), "12".to_owned()), ((2, 3), "eva@a.example".to_owned())]);
        let again = sheet(&edited(&kept, &edits));
        assert_eq!((again.cell(0, "extension"), again.cell(1, "extension")), ("12".into(), "0013".into()));
        assert_eq!((again.cell(2, "email"), again.number(2)), ("eva@a.example".into(), kept.number(2)));
    }

    #[test]
    fn a_row_is_known_by_most_of_its_cells() {
        let kept = kept();
        let back = sheet(
            "reason,customer_external_id,first_name,last_name,email,package,extension,turnup_row\n,a,Ana,\"Lima\nDias\",ana@a.example,webex_suite,12,3\n,b,Leo,Dias,leo@a,webex_suite,15,3\n",
        );
        let columns = Columns::new(&kept, &back);
        assert!(columns.is_same_row(&kept.cells(0), &back.cells(0)));
        assert!(!columns.is_same_row(&kept.cells(0), &back.cells(1)));
    }
}
