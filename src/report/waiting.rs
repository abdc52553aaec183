//! Rows that wait for somebody else: who, for what, since when; and how many of them have grown old.

use std::borrow::Cow;
use std::fmt::Display;
use std::io;

use jiff::Timestamp;

use super::causes::customer_of;
use super::outcome::Outcome;
use super::row::RowResult;
use super::view::RunView;
use crate::check::RowRef;
use crate::journal::{Carried, Ending, Record};
use crate::model::SheetKind;
use crate::sheet::{BOM, CsvText, users};
use crate::text::{Lang, phrase, say};

/// What a row waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaits {
    /// The word of Webex.
    pub what: String,
    /// RFC 3339 with offset.
    pub since: String,
}

impl Awaits {
    /// What a step of the row waits for, if it does: since an earlier run, or since this one.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let reason = record.reason.as_ref().filter(|_| record.ending() == Some(Ending::Waiting))?;
        let since = match reason.carried.as_deref() {
            Some(Carried::Since(since)) => since.clone(),
            Some(Carried::Vanished) | None => record.finished_at.clone()?,
        };
        Some(Self { what: reason.text.clone(), since })
    }

    /// Whole days until then.
    fn days(&self, until: Option<Timestamp>) -> Option<i64> {
        let since: Timestamp = self.since.parse().ok()?;
        Some((until?.duration_since(since).as_hours() / 24).max(0))
    }

    /// Who has to do what.
    fn cure(&self, lang: Lang) -> &'static str {
        let words = match self.what.as_str() {
            "pending_user_migration" => {
                "ask the person to open the mail from Webex and consent; the next run follows it up"
            }
            "pending_rpl_review" => "Cisco reviews the customer, so nothing is to be done; the next run follows it up",
            _ => "nothing to mend; the next run follows it up",
        };
        phrase(lang, words)
    }
}

const HEADER: [&str; 8] = ["sheet", "row", "customer_external_id", "email", "waits_for", "since", "days", "what_to_do"];

/// `waiting.csv`: the rows that wait, sheet by sheet; the header alone where none does.
///
/// # Errors
/// When the writer refuses.
pub fn waiting_csv(view: &RunView<'_>, out: &mut (dyn io::Write + Send)) -> io::Result<()> {
    let until = ended(view);
    let mut file = CsvText::new(view.sheets.get(SheetKind::Customers).delimiter());
    file.row(HEADER.into_iter().map(Cow::Borrowed));
    for (kind, result, awaits) in waiting(view) {
        let (sheet, row) = (view.sheets.get(kind), RowRef { sheet: kind, index: result.row });
        let email = match kind {
            SheetKind::Users => sheet.cell(result.row, users::EMAIL.spec.header),
            SheetKind::Customers | SheetKind::Locations => Cow::Borrowed(""),
        };
        let cells = [
            Cow::Borrowed(kind.name()),
            Cow::Owned(sheet.number(result.row).unwrap_or_default().to_string()),
            Cow::Owned(customer_of(row, view.sheets)),
            email,
            Cow::Borrowed(awaits.what.as_str()),
            Cow::Borrowed(awaits.since.as_str()),
            Cow::Owned(awaits.days(until).map(|days| days.to_string()).unwrap_or_default()),
            Cow::Borrowed(awaits.cure(view.lang)),
        ];
        file.row(cells.into_iter());
    }
    out.write_all(BOM.as_bytes())?;
    out.write_all(file.finish().as_bytes())
}

/// How many rows have waited for longer than 3, 7 and 14 days, in one line; none where none has.
pub fn ageing(view: &RunView<'_>) -> Option<String> {
    let until = ended(view);
    let days: Vec<i64> = waiting(view).filter_map(|(.., awaits)| awaits.days(until)).collect();
    let longer = |than: i64| days.iter().filter(|days| **days >= than).count();
    let (three, seven, fourteen) = (longer(3), longer(7), longer(14));
    let words = "{three|* row waits|* rows wait} for longer than 3 days, {seven} of them longer than 7 and {fourteen} longer than 14; `waiting.csv` names them";
    let gaps: [(&str, &dyn Display); 3] = [("three", &three), ("seven", &seven), ("fourteen", &fourteen)];
    (three > 0).then(|| say(view.lang, words, &gaps))
}

fn waiting<'a>(view: &RunView<'a>) -> impl Iterator<Item = (SheetKind, &'a RowResult, &'a Awaits)> {
    let results = view.results;
    let of = move |kind| results.get(&kind).into_iter().flatten().map(move |result| (kind, result));
    let rows = SheetKind::ALL.into_iter().flat_map(of).filter(|(_, result)| result.outcome == Outcome::Waiting);
    rows.filter_map(|(kind, result)| Some((kind, result, result.awaits.as_deref()?)))
}

/// When the run ended, as far as it did: days are counted up to then, so that a report made again says the same.
fn ended(view: &RunView<'_>) -> Option<Timestamp> {
    let of_rows = || waiting(view).filter_map(|(_, result, _)| result.finished_at.parse().ok()).max();
    view.head.finished.as_deref().and_then(|finished| finished.parse().ok()).or_else(of_rows)
}
