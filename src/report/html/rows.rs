//! The rows of a run as data for the table of its page: short, since a page of a hundred thousand goes by mail.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::charts::Group;
use crate::check::RowRef;
use crate::model::SheetKind;
use crate::report::causes::customer_of;
use crate::report::results::kept_columns;
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
    /// Texts that stand in many rows, each once.
    texts: Vec<String>,
    rows: Vec<Row>,
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
    columns: Vec<&'a str>,
}

/// Sheet, row, customer, name, outcome, codes, reason, cure, blocked by, tracking id, causes, cells.
#[derive(Serialize)]
struct Row(
    usize,
    u32,
    usize,
    String,
    usize,
    usize,
    usize,
    usize,
    usize,
    String,
    Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")] Vec<String>,
);

/// Texts by number.
#[derive(Default)]
struct Texts {
    list: Vec<String>,
    at: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        if let Some(at) = self.at.get(text) {
            return *at;
        }
        let at = self.list.len();
        self.list.push(text.to_owned());
        self.at.insert(text.to_owned(), at);
        at
    }
}

/// The rows as JSON that may stand in a page: nothing in it can end the element that holds it.
pub(super) fn rows_json(view: &RunView<'_>) -> String {
    let total: usize = view.results.values().map(Vec::len).sum();
    let mut texts = Texts::default();
    let sheets: Vec<&Sheet> = SheetKind::ALL.into_iter().map(|kind| view.sheets.get(kind)).collect();
    let kept: Vec<Vec<usize>> = sheets.iter().map(|sheet| kept_columns(sheet)).collect();
    let rows = chosen(view, total).into_iter().map(|(at, result)| {
        row(view, (at, sheets[at]), result, &mut texts, if total <= WITH_CELLS_MAX { &kept[at] } else { &[] })
    });
    let rows = rows.collect();
    let column = |sheet: &'_ Sheet, at: usize| sheet.header.get(at).cloned().unwrap_or_default();
    let headers: Vec<Vec<String>> =
        sheets.iter().zip(&kept).map(|(sheet, kept)| kept.iter().map(|at| column(sheet, *at)).collect()).collect();
    let sheets = sheets.iter().zip(&headers);
    let data = Data {
        words: words(view.lang),
        outcomes: Outcome::ALL
            .iter()
            .enumerate()
            .map(|(order, outcome)| outcome_data(*outcome, order, view.lang))
            .collect(),
        sheets: sheets
            .map(|(sheet, headers)| SheetData {
                file: &sheet.file,
                columns: headers.iter().map(String::as_str).collect(),
            })
            .collect(),
        texts: texts.list,
        rows,
    };
    serde_json::to_string(&data).unwrap_or_default().replace('<', "\\u003c")
}

/// The rows that go along: all, or those that are not well first.
fn chosen<'a>(view: &RunView<'a>, total: usize) -> Vec<(usize, &'a RowResult)> {
    let all = || {
        let of =
            |(at, kind): (usize, SheetKind)| view.results.get(&kind).into_iter().flatten().map(move |row| (at, row));
        SheetKind::ALL.into_iter().enumerate().flat_map(of)
    };
    if total <= ROWS_MAX {
        return all().collect();
    }
    let is_well = |(_, row): &(usize, &RowResult)| matches!(Group::of(row.outcome), Group::Good | Group::Out);
    let mut chosen: Vec<_> = all().filter(|row| !is_well(row)).take(ROWS_MAX).collect();
    let room = ROWS_MAX - chosen.len();
    chosen.extend(all().filter(is_well).take(room));
    chosen.sort_by_key(|(at, row)| (*at, row.row));
    chosen
}

fn row(view: &RunView<'_>, (at, sheet): (usize, &Sheet), result: &RowResult, texts: &mut Texts, kept: &[usize]) -> Row {
    let place = RowRef { sheet: sheet.kind, index: result.row };
    let is_good = Group::of(result.outcome) == Group::Good;
    let cells = sheet.cells(result.row);
    Row(
        at,
        sheet.number(result.row).unwrap_or_default(),
        texts.number(&customer_of(place, view.sheets)),
        name(sheet, result.row),
        result.outcome as usize,
        texts.number(&result.codes.join(" ")),
        texts.number(&result.reason),
        texts.number(&result.fix),
        texts.number(&result.blocked_by),
        if is_good { String::new() } else { result.tracking_id.clone() },
        view.causes.of_row(place).collect(),
        kept.iter().map(|&at| cells.get(at).unwrap_or_default().into_owned()).collect(),
    )
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

fn outcome_data(outcome: Outcome, order: usize, lang: Lang) -> OutcomeData<'static> {
    OutcomeData { word: outcome_word(outcome, lang), group: Group::of(outcome).class(), order }
}

/// The word of an outcome for people.
fn outcome_word(outcome: Outcome, lang: Lang) -> &'static str {
    phrase(lang, outcome.said())
}

fn words(lang: Lang) -> BTreeMap<&'static str, &'static str> {
    [
        ("customer", "Customer"),
        ("name", "Name"),
        ("cure", "Cure"),
        ("cells", "The row as it came"),
        ("tracking", "Tracking id"),
        ("showing", "{from} to {to} of {count} rows"),
        ("page", "Page {page} of {pages}"),
    ]
    .into_iter()
    .map(|(key, english)| (key, phrase(lang, english)))
    .collect()
}
