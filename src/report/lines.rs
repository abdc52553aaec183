//! `report --format csv`: one line for every row of all three sheets.

use std::borrow::Cow;
use std::io::{self, Write};

use super::causes::customer_of;
use super::view::RunView;
use crate::check::RowRef;
use crate::model::SheetKind;
use crate::sheet::{BOM, CsvText, RESULT_COLUMNS};

/// Writes the header and a line for every row: where it stands, whose it is, what became of it.
///
/// # Errors
/// When it cannot be written.
pub fn report_csv(view: &RunView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut file = CsvText::new(b',');
    file.row(["file", "row", "customer"].into_iter().chain(RESULT_COLUMNS).map(Cow::Borrowed));
    for kind in SheetKind::ALL {
        let sheet = view.sheets.get(kind);
        for result in view.results.get(&kind).into_iter().flatten() {
            let row = RowRef { sheet: kind, index: result.row };
            let number = sheet.number(result.row).unwrap_or_default().to_string();
            let place = [Cow::Borrowed(&*sheet.file), Cow::Owned(number), Cow::Owned(customer_of(row, view.sheets))];
            file.row(place.into_iter().chain(result.columns()));
        }
    }
    out.write_all(BOM.as_bytes())?;
    out.write_all(file.finish().as_bytes())
}
