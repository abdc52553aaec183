//! What to mend: failures and findings of many rows, clustered by the few things behind them.
//!
//! One data structure for the terminal, `report.json`, the pages and the workbook. It is the same for the same rows,
//! whatever the number of threads, and grows with the number of causes, not with that of findings.

mod cluster;
mod effect;
mod page;
mod persons;
mod problem;
mod words;

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::outcome::Outcome;
use super::row::RowResult;
use crate::check::{Checked, HoldBack, RowRef, Verdict};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::SheetKind;
use crate::text::Lang;

use cluster::Clusters;
use effect::{Held, Root, weighed};
use problem::Problem;

pub use page::{Shown, causes_page, percent};
pub use persons::without_persons;
pub(crate) use problem::customer_of;

/// Everything that is in the way of the rows of a run or of a check, the largest effect first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Causes {
    /// Rows that take part: all but those that are left out.
    pub rows: usize,
    /// Those of them that are well as they stand, waiting ones included.
    pub well: usize,
    pub list: Vec<Cause>,
    /// What is wrong with each row itself: the row and a position in the list, in order.
    own: Vec<(RowRef, u32)>,
}

/// What is to be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// One onboarding template.
    Template,
    /// One location.
    Location,
    /// One customer.
    Customer,
    /// One value that stands in many rows.
    Value,
    /// One column whose values are wrong in one way.
    Column,
    /// One cell.
    Cell,
    /// One row that others wait for.
    Row,
    /// A file as a whole: its header, its encoding, the settings.
    File,
    /// What Webex answered, at more than one customer.
    Webex,
    /// The run itself left off.
    Run,
}

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cause {
    /// Names the cause within its report, and stays the same when the report is made again.
    pub id: String,
    pub kind: CauseKind,
    /// turnup's codes, then the provider's.
    pub codes: Vec<String>,
    /// What it is about, such as "template `retail-br`".
    pub title: String,
    /// What is wrong, in the words of its first row.
    pub message: String,
    pub fix: String,
    /// Where it is mended.
    pub mend: Mend,
    /// Rows that it concerns themselves.
    pub rows: usize,
    /// Rows that wait for those.
    pub blocked: usize,
    /// Rows that are well once this and every cause before it is mended.
    pub passing: usize,
    /// The same as a part of all rows that take part, from 0 to 1.
    pub share: f64,
    /// The first few cells.
    pub examples: Vec<CauseExample>,
}

/// Where a cause is mended; what does not apply is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Mend {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The value that stands there now, where all of its rows have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// One of the rows that a cause concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseExample {
    pub file: String,
    pub sheet: Option<&'static str>,
    pub row: Option<u32>,
    pub column: Option<String>,
    /// As a spreadsheet names it, such as `G418`.
    pub cell: Option<String>,
    pub value: String,
}

impl CauseExample {
    fn new(place: &Place, value: &str) -> Self {
        Self {
            file: place.file.to_string(),
            sheet: place.sheet,
            row: place.row,
            column: place.column.as_deref().map(str::to_owned),
            cell: place.cell(),
            value: value.to_owned(),
        }
    }
}

impl Causes {
    /// The causes that concern a row itself, as positions in the list.
    pub fn of_row(&self, row: RowRef) -> impl Iterator<Item = usize> {
        let from = self.own.partition_point(|(other, _)| *other < row);
        self.own[from..].iter().take_while(move |(other, _)| *other == row).map(|(_, cause)| *cause as usize)
    }

    /// The rows that a cause of the list concerns itself.
    pub fn members(&self, cause: usize) -> impl Iterator<Item = RowRef> {
        self.own.iter().filter(move |(_, of)| *of as usize == cause).map(|(row, _)| *row)
    }

    /// The part of all rows that is well as it stands.
    pub fn well_share(&self) -> f64 {
        share(self.well, self.rows)
    }
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
fn share(part: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { part as f64 / all as f64 }
}

/// What to mend after a check.
pub fn causes_of_findings(checked: &Checked<'_>, hold_back: HoldBack, lang: Lang) -> Causes {
    let sheets = checked.sheets();
    let mut clusters = Clusters::default();
    let make = |found: &[Diagnostic]| {
        let mut part = Clusters::default();
        for finding in found.iter().filter(|finding| finding.severity == Severity::Error) {
            let row = problem::row_of(&finding.place, sheets);
            part.add(row, &Problem::of_finding(finding, row, sheets, lang));
        }
        part
    };
    let take = |part: Clusters| {
        clusters.merge(part);
        ControlFlow::<()>::Continue(())
    };
    let _: ControlFlow<()> = checked.each_block(make, take);
    let mut held = Held::default();
    let mut well = 0;
    for kind in SheetKind::ALL {
        let rows = (0..sheets.get(kind).row_count()).map(|index| RowRef { sheet: kind, index });
        for row in rows.filter(|row| checked.is_picked(*row)) {
            match checked.verdict(row) {
                Verdict::Clean => well += 1,
                Verdict::Skipped => {}
                Verdict::Rejected => held.rejected(row),
                Verdict::Blocked(place) => held.add(Root::of_place(&place, sheets)),
            }
        }
    }
    weighed(checked, clusters, &held, well, hold_back, lang)
}

/// What to mend after a run, from the results of its rows.
pub fn causes_of_results(
    checked: &Checked<'_>,
    results: &HashMap<SheetKind, Vec<RowResult>>,
    hold_back: HoldBack,
    lang: Lang,
) -> Causes {
    let sheets = checked.sheets();
    let mut clusters = Clusters::default();
    for finding in checked.found_before_users().iter().filter(|finding| finding.severity == Severity::Error) {
        if problem::row_of(&finding.place, sheets).is_none() {
            clusters.add(None, &Problem::of_finding(finding, None, sheets, lang));
        }
    }
    let mut held = Held::default();
    let mut well = 0;
    for kind in SheetKind::ALL {
        for result in results.get(&kind).into_iter().flatten() {
            let row = RowRef { sheet: kind, index: result.row };
            match result.outcome {
                Outcome::Skipped => {}
                outcome if outcome <= Outcome::Waiting => well += 1,
                _ => add_result(row, result, checked, &mut clusters, &mut held),
            }
        }
    }
    weighed(checked, clusters, &held, well, hold_back, lang)
}

/// Takes in one row that is not well.
fn add_result(row: RowRef, result: &RowResult, checked: &Checked<'_>, clusters: &mut Clusters, held: &mut Held) {
    let sheets = checked.sheets();
    if result.outcome == Outcome::Rejected {
        held.rejected(row);
    }
    for reason in &result.reasons {
        clusters.add(Some(row), &Problem::of_reason(reason, row, sheets));
    }
    match &result.root {
        Some(root) if result.reasons.is_empty() => held.add(Root::of_place(root, sheets)),
        None if result.reasons.is_empty() => clusters.add(Some(row), &Problem::of_silence(result, row, sheets)),
        _ => {}
    }
}
