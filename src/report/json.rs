//! `report.json`: a run and its rows for programs, in the same words whatever language a person has chosen.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::causes::Cause;
use super::foretold::{Foretold, foretold};
use super::outcome::Outcome;
use super::results::kept_columns;
use super::row::RowResult;
use super::summary::counts;
use super::view::{RunView, StageCounts};
use crate::check::RowRef;
use crate::journal::Left;
use crate::model::SheetKind;
use crate::sheet::{Sheet, Use};

/// The version of the form.
const SCHEMA: &str = "turnup.report/1";

/// Sheet or stage, outcome, count.
type Counts = BTreeMap<&'static str, BTreeMap<&'static str, usize>>;

/// What stands before the rows.
#[derive(Serialize)]
struct Head<'a> {
    schema: &'static str,
    run: &'a str,
    started: &'a str,
    finished: Option<&'a str>,
    exit: Option<u8>,
    by: &'a str,
    provider: &'a str,
    tool_version: &'a str,
    hold_back: &'a str,
    undoes: Option<&'a str>,
    forecast: Option<Foretold>,
    left: Option<&'a Left>,
    counts: Counts,
    stages: Counts,
    /// Rows that take part, and those of them that are well.
    taking_part: usize,
    well: usize,
    causes: &'a [Cause],
    sheets: BTreeMap<&'static str, SheetHead<'a>>,
}

#[derive(Serialize)]
struct SheetHead<'a> {
    file: &'a str,
    columns: Vec<Column<'a>>,
}

/// A column of the input: its header as it stands there, and which of turnup's columns it is.
#[derive(Serialize)]
struct Column<'a> {
    header: &'a str,
    column: Option<&'static str>,
}

#[derive(Serialize)]
struct Line<'a> {
    sheet: &'static str,
    file: &'a str,
    row: u32,
    /// In the order of the sheet's columns, as they stand in the file.
    cells: Vec<std::borrow::Cow<'a, str>>,
    result: &'static str,
    codes: &'a [String],
    reason: &'a str,
    fix: &'a str,
    reasons: Vec<Reason<'a>>,
    /// The positions of its own causes.
    causes: Vec<usize>,
    blocked_by: &'a str,
    done: &'a [String],
    missing: &'a [String],
    webex_id: &'a str,
    attempts: u32,
    tracking_id: &'a str,
    finished_at: &'a str,
}

#[derive(Serialize)]
struct Reason<'a> {
    code: Option<&'static str>,
    provider_code: Option<&'a str>,
    column: Option<&'a str>,
    value: &'a str,
    message: &'a str,
    fix: &'a str,
}

/// Writes the report row by row: a million of them need no more memory than a few.
///
/// # Errors
/// When it cannot be written.
pub fn report_json(view: &RunView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let head = serde_json::to_string(&head(view))?;
    write!(out, "{},\"rows\":[", head.strip_suffix('}').unwrap_or(&head))?;
    let mut comma: &[u8] = b"\n";
    for kind in SheetKind::ALL {
        let sheet = view.sheets.get(kind);
        let kept = kept_columns(sheet);
        for result in view.results.get(&kind).into_iter().flatten() {
            out.write_all(comma)?;
            serde_json::to_writer(&mut *out, &row(view, sheet, &kept, result))?;
            comma = b",\n";
        }
    }
    out.write_all(b"]}\n")
}

fn head<'a>(view: &RunView<'a>) -> Head<'a> {
    let sheets = SheetKind::ALL.into_iter().map(|kind| (kind.name(), sheet_head(view.sheets.get(kind))));
    Head {
        schema: SCHEMA,
        run: &view.head.run,
        started: &view.head.started,
        finished: view.head.finished.as_deref(),
        exit: view.head.exit,
        by: &view.head.by,
        provider: &view.head.provider,
        tool_version: &view.head.tool_version,
        hold_back: &view.head.hold_back,
        undoes: view.head.undoes.as_deref(),
        forecast: foretold(view.head),
        left: view.left,
        counts: counts(view.results).into_iter().map(|(kind, counts)| (kind.name(), words(&counts))).collect(),
        stages: of_stages(view.stages),
        taking_part: view.causes.rows,
        well: view.causes.well,
        causes: &view.causes.list,
        sheets: sheets.collect(),
    }
}

fn of_stages(stages: &StageCounts) -> Counts {
    stages.iter().map(|(stage, counts)| (stage.name(), words(counts))).collect()
}

fn words(counts: &BTreeMap<Outcome, usize>) -> BTreeMap<&'static str, usize> {
    counts.iter().map(|(outcome, count)| (outcome.word(), *count)).collect()
}

fn sheet_head(sheet: &Sheet) -> SheetHead<'_> {
    let column = |at: usize| Column {
        header: sheet.header.get(at).map(String::as_str).unwrap_or_default(),
        column: match sheet.uses.get(at) {
            Some(Use::Column(spec)) => Some(spec.header),
            _ => None,
        },
    };
    SheetHead { file: &sheet.file, columns: kept_columns(sheet).into_iter().map(column).collect() }
}

fn row<'a>(view: &RunView<'a>, sheet: &'a Sheet, kept: &[usize], result: &'a RowResult) -> Line<'a> {
    let cells = sheet.cells(result.row);
    let reason = |reason: &'a super::row::RowReason| Reason {
        code: reason.code.map(crate::diagnostic::Code::id),
        provider_code: reason.provider_code.as_deref(),
        column: reason.column.as_deref(),
        value: &reason.value,
        message: &reason.message,
        fix: &reason.fix,
    };
    Line {
        sheet: sheet.kind.name(),
        file: &sheet.file,
        row: sheet.number(result.row).unwrap_or_default(),
        cells: kept.iter().map(|&at| cells.get(at).unwrap_or_default()).collect(),
        result: result.outcome.word(),
        codes: &result.codes,
        reason: &result.reason,
        fix: &result.fix,
        reasons: result.reasons.iter().map(reason).collect(),
        causes: view.causes.of_row(RowRef { sheet: sheet.kind, index: result.row }).collect(),
        blocked_by: &result.blocked_by,
        done: &result.done,
        missing: &result.missing,
        webex_id: &result.webex_id,
        attempts: result.attempts,
        tracking_id: &result.tracking_id,
        finished_at: &result.finished_at,
    }
}
