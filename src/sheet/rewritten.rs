//! A sheet written anew as CSV, with some rows from a mended file: every row keeps its number.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Sheet;
use super::damage::is_damaged;

/// Rows of a mended file, and the rows whose place they take.
#[derive(Clone, Copy)]
pub struct Mended<'a> {
    pub sheet: &'a Sheet,
    pub places: &'a [usize],
    /// Had the cell of that row and header to be mended? Then it is taken over whatever it is.
    pub was_wrong: &'a dyn Fn(usize, &str) -> bool,
}

/// A sheet as CSV. A cell that was right, and that only a spreadsheet's known damage changed, keeps what it was.
pub fn rewritten(sheet: &Sheet, mended: Option<Mended<'_>>) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(&sheet.header).expect("memory takes every record");
    let by_row: HashMap<usize, usize> =
        mended.iter().flat_map(|mended| mended.places.iter().enumerate().map(|(row, &place)| (place, row))).collect();
    // The header may not be the first row either, but rows count from it as they stand.
    let mut next = 2;
    for row in 0..sheet.row_count() {
        let number = sheet.number(row).unwrap_or(next);
        while next < number {
            writer.write_record([""]).expect("memory takes every record");
            next += 1;
        }
        next += 1;
        let mut cells: Vec<String> = sheet.cells(row).iter().map(Cow::into_owned).collect();
        if let (Some(mended), Some(&of)) = (mended, by_row.get(&row)) {
            overlay(&mut cells, &sheet.header, mended, of);
        }
        writer.write_record(&cells).expect("memory takes every record");
    }
    let bytes = writer.into_inner().expect("memory takes every record");
    String::from_utf8(bytes).expect("every cell was text")
}

/// Takes the cells of a mended row over, column by column.
fn overlay(cells: &mut Vec<String>, header: &[String], mended: Mended<'_>, row: usize) {
    let values = mended.sheet.cells(row);
    for (at, name) in header.iter().enumerate() {
        let Some(from) = mended.sheet.header.iter().position(|other| other.trim() == name.trim()) else { continue };
        let after = values.get(from).unwrap_or_default();
        if cells.len() <= at {
            cells.resize(at + 1, String::new());
        }
        if (mended.was_wrong)(mended.places[row], name) || !is_damaged(&cells[at], &after) {
            cells[at] = after.into_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SheetKind;
    use crate::sheet::{Options, parse};

    const HEADER: &str = "customer_external_id,first_name,last_name,email,package,extension\n";

    fn sheet(text: &str) -> Sheet {
        parse(SheetKind::Users, "users.csv", text.into(), &Options::default(), &mut Vec::new())
    }

    #[test]
    fn rows_keep_their_numbers_and_cells_that_were_right_keep_their_zeros() {
        let kept = sheet(&format!(
            "{HEADER}\na,Ana,\"Lima\nDias\",ana at a,webex_calling,0012\n\n\na,Rui,Reis,rui@a,x,0013\n"
        ));
        let mended = sheet("extension,turnup_row,email,unheard\n12,3,ana@a.example,y\n");
        for (was_wrong, extension) in [(false, "0012"), (true, "12")] {
            let was_wrong = |_: usize, header: &str| was_wrong || header == "email";
            let taken = Mended { sheet: &mended, places: &[0], was_wrong: &was_wrong };
            let again = sheet(&rewritten(&kept, Some(taken)));
            let told = |row: usize, header| (kept.number(row), again.number(row), again.cell(row, header).into_owned());
            assert_eq!(told(0, "email"), (Some(3), Some(3), "ana@a.example".to_owned()));
            assert_eq!(told(0, "last_name").2, "Lima\nDias");
            assert_eq!(told(0, "extension").2, extension);
            assert_eq!(told(1, "email"), (Some(6), Some(6), "rui@a".to_owned()));
        }
    }
}
