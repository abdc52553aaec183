//! A blank workbook, made from the columns that the reader knows: text cells, drop-downs, notes, and examples.

use rust_xlsxwriter::{Color, DataValidation, ExcelDateTime, Format, Formula, Note, Workbook, Worksheet, XlsxError};

use crate::model::SheetKind;

use super::columns::{Need, Spec, specs};

/// The tab with the legal values of long lists, and the one with filled rows.
pub(super) const LISTS: &str = "lists";
pub(super) const EXAMPLES: &str = "examples";
/// The last row of a sheet, counted from 0.
const LAST_ROW: u32 = 1_048_575;
/// Width of a column, in characters.
const WIDTH: f64 = 22.0;

/// A workbook with the three sheets, their headers and nothing below; `examples` shows how rows are filled.
///
/// # Errors
/// When the writer refuses it, which the columns as they are do not cause.
pub fn blank_workbook() -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same bytes for the same columns.
    let properties = rust_xlsxwriter::DocProperties::new();
    book.set_properties(&properties.set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
    let mut lists = Vec::new();
    for kind in SheetKind::ALL {
        let tab = book.add_worksheet().set_name(kind.name())?;
        tab.set_freeze_panes(1, 0)?;
        for (column, spec) in (0..).zip(specs(kind)) {
            head(tab, 0, column, spec)?;
            if let Some(legal) = spec.legal {
                let values = legal();
                let at = lists.iter().position(|known| *known == values).unwrap_or_else(|| {
                    lists.push(values);
                    lists.len() - 1
                });
                choose(tab, column, at, lists[at].len(), spec)?;
            }
        }
    }
    let tab = book.add_worksheet().set_name(EXAMPLES)?;
    for (block, kind) in (0..).zip(SheetKind::ALL) {
        let row = block * 4;
        tab.write_string_with_format(row, 0, kind.name(), &Format::new().set_bold())?;
        for (column, spec) in (0..).zip(specs(kind)) {
            head(tab, row + 1, column, spec)?;
            tab.write_string(row + 2, column, spec.example)?;
        }
    }
    let tab = book.add_worksheet().set_name(LISTS)?;
    for (column, values) in (0..).zip(&lists) {
        for (row, value) in (0..).zip(values) {
            tab.write_string(row, column, value)?;
        }
    }
    book.save_to_buffer()
}

/// A header with its note; everything below it is text, so that no zero and no `+` is lost.
fn head(tab: &mut Worksheet, row: u32, column: u16, spec: &Spec) -> Result<(), XlsxError> {
    let (colour, need) = match spec.need {
        Need::Always => (Color::RGB(0x00FF_E699), "Required."),
        Need::Sometimes => (Color::RGB(0x00FF_F2CC), "Required for some rows."),
        Need::Never => (Color::RGB(0x00ED_EDED), "Optional."),
    };
    let bold = Format::new().set_bold().set_background_color(colour).set_num_format("@");
    tab.set_column_width(column, WIDTH)?;
    tab.set_column_format(column, &Format::new().set_num_format("@"))?;
    tab.write_string_with_format(row, column, spec.header, &bold)?;
    let note = format!("{need} {}\nExample: {}", spec.help, spec.example);
    tab.insert_note(row, column, &Note::new(note).set_author("turnup"))?;
    Ok(())
}

/// Lets cells below a header be chosen from a column of the lists. Other values may be typed: lists and several values
/// in one cell are judged by `turnup check`.
fn choose(tab: &mut Worksheet, column: u16, list: usize, count: usize, spec: &Spec) -> Result<(), XlsxError> {
    let letter = rust_xlsxwriter::utility::column_number_to_name(u16::try_from(list).unwrap_or_default());
    let range = Formula::new(format!("={LISTS}!${letter}$1:${letter}${count}"));
    let choice = DataValidation::new().allow_list_formula(range).show_error_message(false);
    let choice = choice.set_input_title(spec.header)?.set_input_message("Choose from the list, or type.")?;
    tab.add_data_validation(1, column, LAST_ROW, column, &choice)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::workbook::read;

    #[test]
    fn it_reads_back_as_the_blank_sheets() {
        let bytes = blank_workbook().expect("the columns fit");
        let tabs = read(&bytes, |_| true).expect("it is a workbook");
        let names: Vec<_> = tabs.iter().map(|tab| tab.name.as_str()).collect();
        assert_eq!(names, ["customers", "locations", "users", EXAMPLES, LISTS]);
        for (tab, kind) in tabs.iter().zip(SheetKind::ALL) {
            let cells = tab.cells.as_ref().expect("it was wanted");
            assert_eq!(cells.csv, super::super::blank(kind).trim_end());
        }
        assert_eq!(bytes, blank_workbook().expect("the columns fit"), "the same bytes each time");
    }
}
