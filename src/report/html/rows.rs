//! The rows of a run as data for the table of its page: short, since a page of a hundred thousand goes by mail.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::charts::Group;
use crate::check::RowRef;
use crate::model::SheetKind;
use crate::report::causes::customer_of;
use crate::report::results::{header_cell, kept_columns};
use crate::report::view::RunView;
use crate::report::{Outcome, RowResult};
use crate::sheet::{Sheet, customers as c, locations as l, users as u};
use crate::text::{Lang, phrase};

/// Rows that a page holds; beyond them the CSV files are complete.
pub(super) const ROWS_MAX: usize = 100_000;
/// Rows up to which their cells go along too; a larger page would take long to open.
const WITH_CELLS_MAX: usize = 20_000;

#[derive(Serialize)]
struct Data<'a> {
    words: BTreeMap<&'static str, &'a str>,
    outcomes: Vec<OutcomeData<'a>>,
    sheets: Vec<SheetData<'a>>,
    /// Texts that stand in many rows, each once; the first is empty.
    texts: Vec<String>,
    /// The causes that rows have together; the first is none.
    causes: Vec<Vec<usize>>,
    rows: Columns<'a>,
}

#[derive(Serialize)]
struct OutcomeData<'a> {
    word: &'a str,
    group: &'static str,
    order: usize,
}

#[derive(Serialize)]
struct SheetData<'a> {
    file: &'a str,
    columns: Vec<String>,
    /// How many of the rows are of it; they stand sheet by sheet.
    rows: usize,
}

/// The rows column by column: a browser reads long lists of numbers much faster than many short lists.
#[derive(Default, Serialize)]
struct Columns<'a> {
    number: Vec<u32>,
    name: Vec<String>,
    outcome: Vec<usize>,
    customer: Vec<usize>,
    codes: Vec<usize>,
    reason: Vec<usize>,
    cure: Vec<usize>,
    blocked_by: Vec<usize>,
    tracking: Vec<usize>,
    causes: Vec<usize>,
    /// What stands in the place of [`VALUE`] in the reason.
    value: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cells: Vec<Vec<String>>,
}

/// Stands in a reason where the row's own value does, so that one text serves many rows.
const VALUE: &str = "\u{1}";

/// Things by number, each once.
struct Numbered<T> {
    list: Vec<T>,
    at: HashMap<T, usize>,
}

impl<T: Clone + Default + Eq + std::hash::Hash> Numbered<T> {
    /// The first is an empty one.
    fn new() -> Self {
        Self { list: vec![T::default()], at: HashMap::from([(T::default(), 0)]) }
    }

    fn number(&mut self, thing: T) -> usize {
        *self.at.entry(thing).or_insert_with_key(|thing| {
            self.list.push(thing.clone());
            self.list.len() - 1
        })
    }
}

/// The rows as JSON that may stand in a page: nothing in it can end the element that holds it.
pub(super) fn rows_json(view: &RunView<'_>, page: &PageRows<'_>) -> String {
    let (mut texts, mut causes) = (Numbered::<String>::new(), Numbered::<Vec<usize>>::new());
    let mut columns = Columns::default();
    for row in &page.rows {
        let (result, place) = (row.result, row.place());
        let (reason, value) = parted(result);
        columns.number.push(row.number());
        columns.name.push(row.name());
        columns.outcome.push(result.outcome as usize);
        columns.customer.push(texts.number(customer_of(place, view.sheets)));
        columns.codes.push(texts.number(result.codes.join(" ")));
        columns.reason.push(texts.number(reason));
        columns.cure.push(texts.number(result.fix.clone()));
        columns.blocked_by.push(texts.number(result.blocked_by.clone()));
        columns.tracking.push(texts.number(row.tracking().to_owned()));
        columns.causes.push(causes.number(view.causes.of_row(place).collect()));
        columns.value.push(value);
        if page.has_cells() {
            columns.cells.push(page.cells(row));
        }
    }
    let data = Data {
        words: words(view.lang),
        outcomes: outcomes(view.lang),
        sheets: SheetKind::ALL.into_iter().map(|kind| sheet_data(view.sheets.get(kind), page)).collect(),
        texts: texts.list,
        causes: causes.list,
        rows: columns,
    };
    serde_json::to_string(&data).unwrap_or_default().replace('<', "\\u003c")
}

/// The reason of a row without the value in it, and the value; whole where there is none.
fn parted(result: &RowResult) -> (String, &str) {
    let value = result.reasons.first().map_or("", |reason| reason.value.as_str());
    let is_apt = !value.is_empty() && !result.reason.contains(VALUE) && result.reason.contains(value);
    if is_apt { (result.reason.replacen(value, VALUE, 1), value) } else { (result.reason.clone(), "") }
}

fn sheet_data<'a>(sheet: &'a Sheet, page: &PageRows<'_>) -> SheetData<'a> {
    let rows = page.rows.iter().filter(|row| row.sheet.kind == sheet.kind).count();
    SheetData { file: &sheet.file, columns: page.columns(sheet), rows }
}

/// The rows of the page, sheet by sheet.
pub(super) struct PageRows<'a> {
    pub rows: Vec<PageRow<'a>>,
    /// The columns whose cells go along, in the order of the sheets.
    kept: [Vec<usize>; SheetKind::ALL.len()],
}

impl<'a> PageRows<'a> {
    /// All rows of a run, or those that are not well first.
    pub fn of(view: &RunView<'a>) -> Self {
        let kept = SheetKind::ALL.map(|kind| kept_columns(view.sheets.get(kind)));
        Self { rows: chosen(view), kept }
    }

    /// Do their cells go along?
    pub const fn has_cells(&self) -> bool {
        self.rows.len() <= WITH_CELLS_MAX
    }

    /// The columns of a sheet as its header calls them.
    pub fn columns(&self, sheet: &Sheet) -> Vec<String> {
        self.kept[sheet.kind as usize].iter().map(|at| header_cell(sheet, *at).into_owned()).collect()
    }

    /// The cells of a row in these columns.
    pub fn cells(&self, row: &PageRow<'_>) -> Vec<String> {
        let cells = row.sheet.cells(row.result.row);
        self.kept[row.sheet.kind as usize].iter().map(|at| cells.get(*at).unwrap_or_default().into_owned()).collect()
    }
}

/// A row of the page.
#[derive(Clone, Copy)]
pub(super) struct PageRow<'a> {
    pub sheet: &'a Sheet,
    pub result: &'a RowResult,
}

impl PageRow<'_> {
    pub const fn place(&self) -> RowRef {
        RowRef { sheet: self.sheet.kind, index: self.result.row }
    }

    pub fn number(&self) -> u32 {
        self.sheet.number(self.result.row).unwrap_or_default()
    }

    pub fn name(&self) -> String {
        name(self.sheet, self.result.row)
    }

    /// The tracking id, where somebody may want to ask Cisco about the row.
    pub fn tracking(&self) -> &str {
        if Group::of(self.result.outcome) == Group::Good { "" } else { &self.result.tracking_id }
    }
}

/// The rows that go along: all, or those that are not well first.
fn chosen<'a>(view: &RunView<'a>) -> Vec<PageRow<'a>> {
    let of = |kind: SheetKind| {
        let sheet = view.sheets.get(kind);
        view.results.get(&kind).into_iter().flatten().map(move |result| PageRow { sheet, result })
    };
    let all = || SheetKind::ALL.into_iter().flat_map(of);
    if all().count() <= ROWS_MAX {
        return all().collect();
    }
    let is_well = |row: &PageRow<'_>| matches!(Group::of(row.result.outcome), Group::Good | Group::Out);
    let mut chosen: Vec<_> = all().filter(|row| !is_well(row)).take(ROWS_MAX).collect();
    let room = ROWS_MAX - chosen.len();
    chosen.extend(all().filter(is_well).take(room));
    chosen.sort_by_key(PageRow::place);
    chosen
}

/// How a person knows the row: the name, and the e-mail of a user.
fn name(sheet: &Sheet, row: usize) -> String {
    let cell = |header: &str| sheet.cell(row, header).trim().to_owned();
    match sheet.kind {
        SheetKind::Customers => cell(c::NAME.spec.header),
        SheetKind::Locations => cell(l::NAME.spec.header),
        SheetKind::Users => {
            let (first, last) = (cell(u::FIRST_NAME.spec.header), cell(u::LAST_NAME.spec.header));
            let name = [first, last].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            let email = cell(u::EMAIL.spec.header);
            if name.is_empty() || email.is_empty() { format!("{name}{email}") } else { format!("{name}, {email}") }
        }
    }
}

fn outcomes(lang: Lang) -> Vec<OutcomeData<'static>> {
    let data = |(order, outcome): (usize, Outcome)| OutcomeData {
        word: outcome_word(outcome, lang),
        group: Group::of(outcome).class(),
        order,
    };
    Outcome::ALL.into_iter().enumerate().map(data).collect()
}

/// The word of an outcome for people.
pub(super) fn outcome_word(outcome: Outcome, lang: Lang) -> &'static str {
    phrase(lang, outcome.said())
}

fn words(lang: Lang) -> BTreeMap<&'static str, &'static str> {
    [
        ("customer", "Customer"),
        ("name", "Name"),
        ("cure", "Cure"),
        ("cells", "The row as it came"),
        ("tracking", "Tracking id"),
        ("showing", "rows {from} to {to} of {count}"),
        ("page", "Page {page} of {pages}"),
    ]
    .into_iter()
    .map(|(key, english)| (key, phrase(lang, english)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::RowReason;

    #[test]
    fn one_text_serves_the_rows_that_differ_in_their_value_only() {
        let row = |reason: &str, value: &str| {
            let mut result = RowResult::new(Outcome::Rejected);
            reason.clone_into(&mut result.reason);
            let value = value.to_owned();
            let (column, template, provider_code) = (None, None, None);
            let (message, fix) = (String::new(), String::new());
            result.reasons.push(RowReason { code: None, provider_code, column, value, template, message, fix });
            let (text, value) = parted(&result);
            (text, value.to_owned())
        };
        let table = [
            ("email: `a@` is none; a@ again", "a@", ("email: `\u{1}` is none; a@ again", "a@")),
            ("the row is empty", "", ("the row is empty", "")),
            ("no value here", "b@", ("no value here", "")),
            ("a \u{1} of its own, b@", "b@", ("a \u{1} of its own, b@", "")),
        ];
        for (reason, value, (text, kept)) in table {
            assert_eq!(row(reason, value), (text.to_owned(), kept.to_owned()), "{reason}");
        }
        let mut texts = Numbered::<String>::new();
        let numbers = ["", "a", "b", "a"].map(|text| texts.number(text.to_owned()));
        assert_eq!((numbers, texts.list.len()), ([0, 1, 2, 1], 3));
    }
}
