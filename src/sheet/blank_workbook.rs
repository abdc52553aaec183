//! A blank workbook with the three sheets, made from the columns that the reader knows. Every cell is formatted as
//! text, so that a spreadsheet keeps what is typed.

use std::collections::BTreeMap;

use anyhow::Context;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula,
    Note, Workbook, Worksheet,
};

use crate::model::{SheetKind, Tables};
use crate::text::{Lang, phrase};

use super::columns::{Need, Spec, specs};

/// The sheets of a workbook that turnup makes for people and never reads.
pub const OWN_SHEETS: [&str; 6] = [EXAMPLES, LISTS, CAUSES, "customers results", "locations results", "users results"];

/// The sheet of a report that says what to mend.
pub const CAUSES: &str = "causes";

/// The sheet of a report that has the results of a sheet.
pub fn results_tab(kind: SheetKind) -> String {
    format!("{kind} results")
}

const EXAMPLES: &str = "examples";
const LISTS: &str = "lists";
/// The last row of a spreadsheet, from 0.
const LAST_ROW: u32 = (1 << 20) - 1;
/// Widths of columns, in characters.
const WIDTH_MIN: usize = 12;
const WIDTH_MAX: usize = 40;
/// What the format calls a sheet of A4 paper.
const A4: u8 = 9;
/// Room for the text of a header's note, in pixels.
const NOTE_WIDTH: u32 = 320;
const NOTE_HEIGHT: u32 = 130;

/// A workbook with the sheets `customers`, `locations` and `users`, blank below their headers, and [`OWN_SHEETS`]. The
/// same bytes every time.
///
/// # Errors
/// When the writer refuses a name or a text, which no column has.
pub fn blank_workbook(lang: Lang) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_author("turnup").set_creation_datetime(&made));
    let choices = Choices::of_all_columns(lang);
    for kind in SheetKind::ALL {
        blank_sheet(workbook.add_worksheet(), kind, &choices, lang).with_context(|| format!("the sheet `{kind}`"))?;
    }
    examples(workbook.add_worksheet())?;
    choices.write(workbook.add_worksheet())?;
    Ok(workbook.save_to_buffer()?)
}

fn blank_sheet(sheet: &mut Worksheet, kind: SheetKind, choices: &Choices, lang: Lang) -> anyhow::Result<()> {
    set_up(sheet, kind.name())?;
    for (column, spec) in (0..).zip(specs(kind)) {
        sheet.set_column_format(column, &text())?.set_column_width(column, width([spec.header, spec.example]))?;
        sheet.write_string_with_format(0, column, spec.header, &header(spec.need))?;
        let [need, help, example] = [spec.need.word(), spec.help, "Example"].map(|words| phrase(lang, words));
        let note = format!("{}: {need}\n\n{help}\n\n{example}: {}", spec.header, spec.example);
        let note = Note::new(note).add_author_prefix(false).set_author("turnup");
        sheet.insert_note(0, column, &note.set_width(NOTE_WIDTH).set_height(NOTE_HEIGHT))?;
        if let Some(validation) = choices.validation(spec)? {
            sheet.add_data_validation(1, column, LAST_ROW, column, &validation)?;
        }
    }
    Ok(())
}

/// What all sheets of a workbook share: the header stays in sight, also on paper, where the page lies across and every page
/// begins with the first column.
///
/// # Errors
/// When the writer refuses the name.
pub fn set_up(sheet: &mut Worksheet, name: &str) -> anyhow::Result<()> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?.set_repeat_columns(0, 0)?;
    sheet.set_landscape().set_paper_size(A4);
    Ok(())
}

/// Whatever is typed stays as it was typed.
fn text() -> Format {
    Format::new().set_num_format("@")
}

fn header(need: Need) -> Format {
    let colour = match need {
        Need::Always => 0xF8_CB_AD,
        Need::Sometimes => 0xFF_E6_99,
        Need::Never => 0xED_ED_ED,
    };
    text()
        .set_bold()
        .set_background_color(colour)
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
}

/// Wide enough for all of them, within reason.
fn width<'a>(texts: impl IntoIterator<Item = &'a str>) -> u32 {
    let longest = texts.into_iter().map(|text| text.chars().count()).max().unwrap_or(0);
    u32::try_from((longest + 3).clamp(WIDTH_MIN, WIDTH_MAX)).unwrap_or(u32::MAX)
}

/// The values that cells can be chosen from. They stand on a sheet of their own, since a list inside a cell's rule may
/// have 255 characters.
pub struct Choices {
    /// The values by the header of their column on that sheet.
    lists: BTreeMap<&'static str, Vec<String>>,
    lang: Lang,
}

impl Choices {
    /// The values of all columns that have some.
    pub fn of_all_columns(lang: Lang) -> Self {
        let mut lists: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for kind in SheetKind::ALL {
            let listed = specs(kind).iter().filter_map(|spec| Some((spec.header, values(spec)?)));
            lists.extend(listed);
        }
        Self { lists, lang }
    }

    /// The rule for the cells of a column. What stands in no list is only warned of where the list is whole, and never
    /// refused: a cell may also hold `REMOVE`, and turnup says more than a spreadsheet can.
    ///
    /// # Errors
    /// When the writer refuses the words, which it never does.
    pub fn validation(&self, spec: &Spec) -> anyhow::Result<Option<DataValidation>> {
        let Some((column, values)) = (0..)
            .zip(&self.lists)
            .find_map(|(column, (header, values))| Some((column, values)).filter(|_| *header == spec.header))
        else {
            return Ok(None);
        };
        let letter = rust_xlsxwriter::utility::column_number_to_name(column);
        let range = format!("={LISTS}!${letter}$2:${letter}${}", values.len() + 1);
        let rule = DataValidation::new()
            .allow_list_formula(Formula::new(range))
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_message(phrase(self.lang, "This is not in the list of values that turnup knows."))?;
        Ok(Some(rule.show_error_message(spec.legal.is_some() && !takes_more_than_listed(spec))))
    }

    /// Writes the sheet of lists.
    ///
    /// # Errors
    /// When the writer refuses a value, which no column has.
    pub fn write(&self, sheet: &mut Worksheet) -> anyhow::Result<()> {
        set_up(sheet, LISTS)?;
        // Hundreds of values that nobody wants on paper.
        sheet.set_print_area(0, 0, 0, 0)?;
        for (column, (name, values)) in (0..).zip(&self.lists) {
            let texts = values.iter().map(String::as_str).chain([*name]);
            sheet.set_column_format(column, &text())?.set_column_width(column, width(texts))?;
            sheet.write_string_with_format(0, column, *name, &header(Need::Never))?;
            for (row, value) in (1..).zip(values) {
                sheet.write_string_with_format(row, column, value, &text())?;
            }
        }
        Ok(())
    }
}

/// The values to choose from, sorted where nothing else orders them.
fn values(spec: &Spec) -> Option<Vec<String>> {
    let tables = Tables::get();
    let mut values: Vec<String> = match (spec.header, spec.legal) {
        (_, Some(legal)) => return Some(legal()),
        ("timezone", None) => tables.zones().map(|zone| zone.name.clone()).collect(),
        ("language", None) => codes(crate::model::Language::for_email),
        ("announcement_language", None) => codes(crate::model::Language::for_announcements),
        _ => return None,
    };
    values.sort();
    Some(values)
}

fn codes(is_listed: fn(&crate::model::Language) -> bool) -> Vec<String> {
    let listed = Tables::get().languages().iter().filter(|language| is_listed(language));
    listed.map(|language| language.code.clone()).collect()
}

/// Lists of packages, and every word for yes.
fn takes_more_than_listed(spec: &Spec) -> bool {
    matches!(spec.header, "packages" | "supported_location")
}

/// The filled cells of a row, each with the header of its column.
type ExampleRow = &'static [(&'static str, &'static str)];

/// One customer with a branch and three persons, so that every kind of row is seen filled.
const EXAMPLE_ROWS: &[(SheetKind, &[ExampleRow])] = &[
    (
        SheetKind::Customers,
        &[&[
            ("external_id", "acme-001"),
            ("name", "Padaria Aurora"),
            ("admin_email", "ana@aurora.example"),
            ("template", "retail-br"),
            ("packages", "webex_calling;webex_suite;webex_meetings"),
            ("package_limits", "webex_calling=50"),
            ("supported_location", "yes"),
            ("address_line1", "Rua das Palmeiras, 210"),
            ("address_line2", "Loja 1"),
            ("city", "São Paulo"),
            ("state", "SP"),
            ("postal_code", "05422-030"),
            ("country", "BR"),
            ("location_name", "Matriz"),
            ("timezone", "America/Sao_Paulo"),
            ("language", "pt_br"),
            ("announcement_language", "pt_br"),
            ("numbers", "+551155550180-+551155550199;+551155550250"),
            ("main_number", "+551155550100"),
            ("wave", "1"),
        ]],
    ),
    (
        SheetKind::Locations,
        &[&[
            ("customer_external_id", "acme-001"),
            ("name", "Filial Campinas"),
            ("address_line1", "Rua Barão do Trigo, 77"),
            ("city", "Campinas"),
            ("state", "SP"),
            ("postal_code", "13024-500"),
            ("country", "BR"),
            ("timezone", "America/Sao_Paulo"),
            ("language", "pt_br"),
            ("numbers", "+551935550150-+551935550159"),
            ("number_state", "inactive"),
            ("main_number", "+551935550100"),
        ]],
    ),
    (
        SheetKind::Users,
        &[
            &[
                ("customer_external_id", "acme-001"),
                ("first_name", "Ana"),
                ("last_name", "Nogueira"),
                ("email", "ana@aurora.example"),
                ("package", "webex_suite"),
                ("location", "Matriz"),
                ("phone_number", "+551155550110"),
                ("extension", "0110"),
                ("role", "full_admin"),
            ],
            &[
                ("customer_external_id", "acme-001"),
                ("first_name", "João"),
                ("last_name", "O'Brien"),
                ("email", "joao@aurora.example"),
                ("package", "webex_calling"),
                ("location", "Filial Campinas"),
                ("extension", "2115"),
            ],
            &[
                ("customer_external_id", "acme-001"),
                ("first_name", "Inês"),
                ("last_name", "Falcão"),
                ("email", "ines@aurora.example"),
                ("package", "webex_meetings"),
            ],
        ],
    ),
];

/// Writes the sheet of examples: for each sheet its name, its header and filled rows, with a blank row between.
fn examples(sheet: &mut Worksheet) -> anyhow::Result<()> {
    sheet.set_name(EXAMPLES)?;
    let columns = SheetKind::ALL.map(|kind| specs(kind).len()).into_iter().max().unwrap_or(0);
    for column in 0..u16::try_from(columns)? {
        sheet.set_column_format(column, &text())?.set_column_width(column, 24)?;
    }
    let mut row = 0;
    for (kind, rows) in EXAMPLE_ROWS {
        sheet.write_string_with_format(row, 0, kind.name(), &text().set_bold().set_font_size(14))?;
        for (column, spec) in (0..).zip(specs(*kind)) {
            sheet.write_string_with_format(row + 1, column, spec.header, &header(spec.need))?;
            for (below, cells) in (row + 2..).zip(*rows) {
                if let Some((_, value)) = cells.iter().find(|(header, _)| *header == spec.header) {
                    sheet.write_string_with_format(below, column, *value, &text())?;
                }
            }
        }
        row += u32::try_from(rows.len())? + 3;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Options, Sheets, UserReader, parse, rows, workbook};

    const THREE: [&str; 3] = ["customers", "locations", "users"];

    #[test]
    fn it_reads_back_as_three_blank_sheets_without_findings() {
        let tabs = workbook::read(&blank_workbook(Lang::En).expect("it can be made"), &THREE).expect("it can be read");
        let names: Vec<&str> = tabs.iter().map(|tab| tab.name.as_str()).collect();
        assert_eq!(names, ["customers", "locations", "users", "examples", "lists"]);
        for (kind, tab) in SheetKind::ALL.into_iter().zip(tabs) {
            let typed = tab.typed.len();
            let mut found = Vec::new();
            let sheet = parse(kind, super::super::WORKBOOK, tab.csv, &Options::default(), &mut found);
            assert_eq!((sheet.uses.len(), sheet.row_count(), typed), (specs(kind).len(), 0, 0), "{kind}");
            assert!(found.is_empty() && !tab.is_hidden, "{kind}: {found:?}");
        }
    }

    #[test]
    fn its_own_sheets_hold_text_only_and_what_can_be_chosen() {
        let tabs = workbook::read(&blank_workbook(Lang::En).expect("it can be made"), &[EXAMPLES, LISTS])
            .expect("it can be read");
        let csv = |name: &str| {
            let tab = tabs.iter().find(|tab| tab.name == name).expect("it is one of its own sheets");
            assert!(tab.typed.is_empty(), "{name}");
            String::from_utf8(tab.csv.clone()).expect("texts are UTF-8")
        };
        let lists = csv(LISTS);
        assert!(lists.contains("Europe/Lisbon") && lists.contains("webex_calling") && lists.contains("pt_br"));
        let longest = values(&crate::sheet::locations::TIMEZONE.spec).expect("there are zones").len();
        assert_eq!(
            lists.lines().count(),
            longest.max(values(&crate::sheet::locations::COUNTRY.spec).map_or(0, |c| c.len())) + 1
        );
        assert!(csv(EXAMPLES).contains("+551155550110,0110,full_admin"));
    }

    #[test]
    fn it_is_the_same_every_time() {
        assert_eq!(
            blank_workbook(Lang::En).expect("it can be made"),
            blank_workbook(Lang::En).expect("it can be made")
        );
    }

    #[test]
    fn every_example_cell_has_a_column_and_can_be_read() {
        let mut found = Vec::new();
        let mut sheets = EXAMPLE_ROWS.iter().map(|(kind, rows)| {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(specs(*kind).iter().map(|spec| spec.header)).expect("memory takes it");
            for cells in *rows {
                let known = cells.iter().filter(|(header, _)| specs(*kind).iter().any(|spec| spec.header == *header));
                assert_eq!(known.count(), cells.len(), "{kind}");
                let value =
                    |spec: &&Spec| cells.iter().find(|(header, _)| *header == spec.header).map_or("", |cell| cell.1);
                writer.write_record(specs(*kind).iter().map(value)).expect("memory takes it");
            }
            parse(*kind, "examples", writer.into_inner().expect("memory takes it"), &Options::default(), &mut found)
        });
        let mut sheet = || sheets.next().expect("there are examples of every sheet");
        let (customers, locations, users) = (sheet(), sheet(), sheet());
        drop(sheets);
        let sheets = Sheets { customers, locations, users, found };
        let (_, mut found) = rows(&sheets);
        let mut reader = UserReader::new(&sheets.users);
        assert!(sheets.users.row_count() > 0);
        for row in 0..sheets.users.row_count() {
            reader.read(row, &mut found);
        }
        assert!(sheets.found.is_empty() && found.is_empty(), "{:?} {found:?}", sheets.found);
    }
}
