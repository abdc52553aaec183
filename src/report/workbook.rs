//! `report.xlsx`: what to mend, the rejected rows ready to be mended and sent back, and the results.
//!
//! Rows go to disk as they are written, so a large report takes little memory; every cell is text, so that a spreadsheet
//! keeps what stands in it.

use std::borrow::Cow;
use std::cell::Cell as StdCell;
use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Note, Workbook, Worksheet,
};

use super::causes::Cause;
use super::outcome::Outcome;
use super::results::{REASON_COLUMN, header_cell, kept_columns, reason};
use super::row::{RowReason, RowResult};
use super::view::RunView;
use crate::model::SheetKind;
use crate::sheet::{CAUSES, Choices, RESULT_COLUMNS, ROW_COLUMN, Sheet, Use, results_tab, set_up};
use crate::text::{Lang, phrase, say};

/// Rejected rows of a sheet, and results of all sheets together, that the workbook holds; the CSV files hold them all.
const ROWS_MAX: usize = 100_000;
/// Notes in the workbook, which spreadsheets draw slowly.
const NOTES_MAX: usize = 5_000;
/// UTF-16 units that a cell of a spreadsheet can hold.
const CELL_UNITS_MAX: usize = 32_767;
/// Widths of columns, in characters.
const WIDTH: u32 = 18;
/// Columns of the sheets are as wide as what stands in them, within these bounds, by so many rows.
const WIDTH_MIN: usize = 12;
const WIDTH_MAX: usize = 40;
const ROWS_MEASURED: usize = 500;
const WIDTH_OF_WORDS: u32 = 60;
/// Room for the text of a note, in pixels.
const NOTE_WIDTH: u32 = 320;
const NOTE_HEIGHT: u32 = 110;

const RED: Color = Color::RGB(0xFF_C7_CE);
const GREEN: Color = Color::RGB(0xC6_EF_CE);
const YELLOW: Color = Color::RGB(0xFF_EB_9C);
const GREY: Color = Color::RGB(0xED_ED_ED);

/// The workbook of a run; what is too large for memory lies in the folder while it is made.
///
/// # Errors
/// When the folder takes no more.
pub fn report_xlsx(view: &RunView<'_>, folder: &Path) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(folder)?.set_properties(&properties(view)?);
    let pages = Pages { view: *view, lang: view.lang, styles: Styles::new(), notes_left: StdCell::new(NOTES_MAX) };
    let left_out: Vec<String> = SheetKind::ALL.into_iter().filter_map(|kind| pages.left_out(kind)).collect();
    pages.causes(workbook.add_worksheet_with_constant_memory()?, &left_out)?;
    let choices = Choices::of_all_columns(view.lang);
    for kind in SheetKind::ALL {
        pages
            .rejected(workbook.add_worksheet_with_constant_memory()?, kind, &choices)
            .with_context(|| format!("the rejected rows of `{kind}`"))?;
    }
    if pages.has_results() {
        for kind in SheetKind::ALL {
            pages.results(workbook.add_worksheet_with_constant_memory()?, kind)?;
        }
    }
    choices.write(workbook.add_worksheet())?;
    Ok(workbook.save_to_buffer()?)
}

/// The run's own time, so that the workbook is the same when it is made again.
fn properties(view: &RunView<'_>) -> anyhow::Result<DocProperties> {
    let made = view.head.started.get(..19).and_then(|started| ExcelDateTime::parse_from_str(started).ok());
    let made = made.map_or_else(|| ExcelDateTime::from_ymd(2026, 1, 1), Ok)?;
    Ok(DocProperties::new().set_author("turnup").set_title(&view.head.run).set_creation_datetime(&made))
}

/// How cells look.
struct Styles {
    text: Format,
    words: Format,
    header: Format,
    bad: Format,
    number: Format,
    share: Format,
    outcomes: HashMap<Outcome, Format>,
}

impl Styles {
    fn new() -> Self {
        let text = Format::new().set_num_format("@").set_align(FormatAlign::Top);
        let colour = |outcome: Outcome| match outcome {
            Outcome::Created | Outcome::Updated | Outcome::AlreadyThere | Outcome::Unchanged | Outcome::Deleted => {
                GREEN
            }
            Outcome::Waiting | Outcome::Blocked | Outcome::NotReached => YELLOW,
            Outcome::Skipped => GREY,
            _ => RED,
        };
        Self {
            words: text.clone().set_text_wrap(),
            header: text.clone().set_bold().set_background_color(GREY).set_border_bottom(FormatBorder::Thin),
            bad: text.clone().set_background_color(RED),
            number: Format::new().set_align(FormatAlign::Top),
            share: Format::new().set_num_format("0.0%").set_align(FormatAlign::Top),
            outcomes: Outcome::ALL.map(|outcome| (outcome, text.clone().set_background_color(colour(outcome)))).into(),
            text,
        }
    }
}

struct Pages<'a> {
    view: RunView<'a>,
    lang: Lang,
    styles: Styles,
    notes_left: StdCell<usize>,
}

impl Pages<'_> {
    /// The first sheet: what to mend, the largest effect first.
    fn causes(&self, sheet: &mut Worksheet, left_out: &[String]) -> anyhow::Result<()> {
        let lang = self.lang;
        set_up(sheet, CAUSES)?;
        sheet.set_print_fit_to_pages(1, 0);
        let headers = [
            (phrase(lang, "cause"), 34),
            (phrase(lang, "what is wrong"), WIDTH_OF_WORDS),
            (phrase(lang, "cure"), WIDTH_OF_WORDS),
            (phrase(lang, "rows"), 8),
            (phrase(lang, "rows behind it"), 14),
            (phrase(lang, "passes once mended"), 21),
            (phrase(lang, "codes"), 12),
            (phrase(lang, "such as"), WIDTH_OF_WORDS),
        ];
        for (column, (header, width)) in (0..).zip(headers) {
            sheet.set_column_width(column, width)?;
            sheet.write_string_with_format(0, column, header, &self.styles.header)?;
        }
        for (row, cause) in (1..).zip(&self.view.causes.list) {
            self.cause(sheet, row, cause)?;
        }
        let mut row = u32::try_from(self.view.causes.list.len())? + 1;
        if row == 1 {
            sheet.write_string_with_format(row, 0, phrase(lang, "nothing is to be mended"), &self.styles.words)?;
            row += 1;
        }
        let results = (!self.has_results()).then(|| {
            let words = "the results have more than {rows} rows; the files `*.results.csv` hold them";
            say(lang, words, &[("rows", &ROWS_MAX)])
        });
        for (row, words) in (row + 1..).zip(left_out.iter().chain(&results)) {
            sheet.write_string_with_format(row, 0, words, &self.styles.text)?;
        }
        Ok(())
    }

    fn cause(&self, sheet: &mut Worksheet, row: u32, cause: &Cause) -> anyhow::Result<()> {
        let examples: Vec<String> = cause
            .examples
            .iter()
            .filter_map(|example| {
                let place = format!("{}:{}", example.file, example.row?);
                Some(if example.value.is_empty() { place } else { format!("{place} `{}`", example.value) })
            })
            .collect();
        let words = [&cause.title, &cause.message, &cause.fix];
        for (column, words) in (0..).zip(words) {
            sheet.write_string_with_format(row, column, shortened(words), &self.styles.words)?;
        }
        #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
        for (column, count) in (3..).zip([cause.rows, cause.blocked]) {
            sheet.write_number_with_format(row, column, count as f64, &self.styles.number)?;
        }
        sheet.write_number_with_format(row, 5, cause.share, &self.styles.share)?;
        sheet.write_string_with_format(row, 6, cause.codes.join(" "), &self.styles.words)?;
        sheet.write_string_with_format(row, 7, shortened(&examples.join("\n")), &self.styles.words)?;
        Ok(())
    }

    /// The rows to mend, as `*.rejected.csv` has them, with what is wrong at its cell.
    fn rejected(&self, sheet: &mut Worksheet, kind: SheetKind, choices: &Choices) -> anyhow::Result<()> {
        let input = self.view.sheets.get(kind);
        let kept = kept_columns(input);
        set_up(sheet, kind.name())?;
        sheet.set_print_fit_to_pages(1, 0);
        let rows: Vec<&RowResult> = self.rejected_rows(kind).take(ROWS_MAX).collect();
        let widths = widths(input, &kept, rows.iter().map(|result| result.row));
        let last = u32::try_from(rows.len())?.max(1);
        let headers = kept.iter().map(|&at| header_cell(input, at));
        let headers = [Cow::Borrowed(REASON_COLUMN)].into_iter().chain(headers).chain([Cow::Borrowed(ROW_COLUMN)]);
        for (column, header) in (0..).zip(headers) {
            let width = match usize::from(column).checked_sub(1) {
                None => WIDTH_OF_WORDS,
                Some(at) => widths.get(at).copied().unwrap_or(WIDTH),
            };
            sheet.set_column_format(column, &self.styles.text)?.set_column_width(column, width)?;
            sheet.write_string_with_format(0, column, &*header, &self.styles.header)?;
        }
        for (column, &at) in (1..).zip(&kept) {
            if let Some(Use::Column(spec)) = input.uses.get(at)
                && let Some(validation) = choices.validation(spec)?
            {
                sheet.add_data_validation(1, column, last, column, &validation)?;
            }
        }
        sheet.autofilter(0, 0, last, u16::try_from(kept.len() + 1)?)?;
        for (row, result) in (1..).zip(rows) {
            self.rejected_row(sheet, row, input, &kept, result)?;
        }
        Ok(())
    }

    fn rejected_row(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        input: &Sheet,
        kept: &[usize],
        result: &RowResult,
    ) -> anyhow::Result<()> {
        sheet.write_string_with_format(row, 0, shortened(&reason(result)), &self.styles.text)?;
        let cells = input.cells(result.row);
        for (column, &at) in (1..).zip(kept) {
            let cell = cells.get(at).unwrap_or_default();
            let wrong: Vec<&RowReason> = result.reasons.iter().filter(|reason| is_about(reason, input, at)).collect();
            let format = if wrong.is_empty() { &self.styles.text } else { &self.styles.bad };
            if !cell.is_empty() || !wrong.is_empty() {
                sheet.write_string_with_format(row, column, &*cell, format)?;
            }
            if !wrong.is_empty() && self.notes_left.get() > 0 {
                self.notes_left.set(self.notes_left.get() - 1);
                let lines: Vec<String> =
                    wrong.iter().map(|reason| format!("{}\n{}", reason.message, reason.fix)).collect();
                let note = Note::new(shortened(&lines.join("\n\n"))).add_author_prefix(false).set_author("turnup");
                sheet.insert_note(row, column, &note.set_width(NOTE_WIDTH).set_height(NOTE_HEIGHT))?;
            }
        }
        let number = input.number(result.row).unwrap_or_default().to_string();
        let column = u16::try_from(kept.len() + 1)?;
        sheet.write_string_with_format(row, column, number, &self.styles.text)?;
        Ok(())
    }

    /// The rows to mend that a spreadsheet can hold.
    fn rejected_rows(&self, kind: SheetKind) -> impl Iterator<Item = &RowResult> {
        let input = self.view.sheets.get(kind);
        let fits = |result: &&RowResult| input.cells(result.row).iter().all(|cell| fits_a_cell(&cell));
        self.all_rejected(kind).filter(fits)
    }

    fn all_rejected(&self, kind: SheetKind) -> impl Iterator<Item = &RowResult> {
        self.view.results.get(&kind).into_iter().flatten().filter(|result| result.needs_mending())
    }

    /// Says that not all rejected rows of a sheet are in the workbook.
    fn left_out(&self, kind: SheetKind) -> Option<String> {
        let (all, shown) = (self.all_rejected(kind).count(), self.rejected_rows(kind).take(ROWS_MAX).count());
        let words = "{count|* rejected row|* rejected rows} of {sheet} {count|is|are} not in this workbook; `{sheet}.rejected.csv` holds them all";
        (all > shown).then(|| say(self.lang, words, &[("count", &(all - shown)), ("sheet", &kind)]))
    }

    fn has_results(&self) -> bool {
        self.view.results.values().map(Vec::len).sum::<usize>() <= ROWS_MAX
    }

    /// Every row as it came, with what became of it.
    fn results(&self, sheet: &mut Worksheet, kind: SheetKind) -> anyhow::Result<()> {
        let input = self.view.sheets.get(kind);
        let kept = kept_columns(input);
        set_up(sheet, &results_tab(kind))?;
        sheet.set_print_fit_to_pages(1, 0);
        let widths = widths(input, &kept, self.view.results[&kind].iter().map(|result| result.row));
        let headers = kept.iter().map(|&at| header_cell(input, at)).chain(RESULT_COLUMNS.map(Cow::Borrowed));
        for (column, header) in (0..).zip(headers) {
            sheet.set_column_width(column, widths.get(usize::from(column)).copied().unwrap_or(WIDTH))?;
            sheet.write_string_with_format(0, column, &*header, &self.styles.header)?;
        }
        let result_column = u16::try_from(kept.len())?;
        let rows = &self.view.results[&kind];
        let last = u32::try_from(rows.len())?;
        sheet.autofilter(0, 0, last.max(1), result_column + u16::try_from(RESULT_COLUMNS.len())? - 1)?;
        for (row, result) in (1..).zip(rows) {
            let own = kept.iter().map(|&at| input.came(result.row, at));
            for (column, cell) in (0..).zip(own.chain(result.columns())) {
                let is_outcome = column == result_column;
                let format = if is_outcome { &self.styles.outcomes[&result.outcome] } else { &self.styles.text };
                if !cell.is_empty() {
                    sheet.write_string_with_format(row, column, shortened(&cell), format)?;
                }
            }
        }
        Ok(())
    }
}

/// How wide columns are for what stands in the first rows and in their headers, in characters.
fn widths(input: &Sheet, kept: &[usize], rows: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut widest: Vec<usize> = kept.iter().map(|&at| header_cell(input, at).chars().count()).collect();
    for row in rows.take(ROWS_MEASURED) {
        let cells = input.cells(row);
        for (wide, &at) in widest.iter_mut().zip(kept) {
            *wide = (*wide).max(cells.get(at).map_or(0, |cell| cell.chars().take(WIDTH_MAX).count()));
        }
    }
    // A filter's button stands beside the header.
    let width = |wide: usize| u32::try_from((wide + 3).clamp(WIDTH_MIN, WIDTH_MAX)).unwrap_or(WIDTH);
    widest.into_iter().map(width).collect()
}

/// Is it the cell at that position that is wrong?
fn is_about(reason: &RowReason, sheet: &Sheet, at: usize) -> bool {
    let Some(column) = reason.column.as_deref() else { return false };
    match sheet.uses.get(at) {
        Some(Use::Column(spec)) => spec.header == column,
        Some(Use::OwnedByTemplate(setting)) => *setting == column,
        _ => sheet.header.get(at).is_some_and(|header| header == column),
    }
}

fn fits_a_cell(text: &str) -> bool {
    text.len() <= CELL_UNITS_MAX || text.encode_utf16().count() <= CELL_UNITS_MAX
}

/// As much of a text as a cell can hold; only what is not read again is shortened.
fn shortened(text: &str) -> Cow<'_, str> {
    if fits_a_cell(text) {
        return Cow::Borrowed(text);
    }
    // A character takes two units at most.
    Cow::Owned(text.chars().take(CELL_UNITS_MAX / 2 - 1).chain(['…']).collect())
}
