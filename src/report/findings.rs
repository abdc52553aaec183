//! What a check found: drawn for people, or as CSV and JSON for machines.

use std::collections::BTreeMap;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use super::printable;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::SheetKind;
use crate::sheet::Sheets;
use crate::text::Lang;

/// Findings of one code that are drawn; the rest is counted.
const DRAWN_PER_CODE_MAX: usize = 10;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FindingsFormat {
    #[default]
    Text,
    Json,
    Csv,
}

/// Everything a format needs.
#[derive(Debug, Clone, Copy)]
struct FindingsView<'a> {
    pub sheets: &'a Sheets,
    pub found: &'a [Diagnostic],
    pub blocked: usize,
    pub lang: Lang,
    pub colour: bool,
}

/// Writes findings in a format.
pub fn findings(
    format: FindingsFormat,
    sheets: &Sheets,
    found: &[Diagnostic],
    blocked: usize,
    lang: Lang,
    colour: bool,
) -> String {
    let view = FindingsView { sheets, found, blocked, lang, colour };
    match format {
        FindingsFormat::Text => text(&view),
        FindingsFormat::Json => json(&view),
        FindingsFormat::Csv => csv(&view),
    }
}

fn text(view: &FindingsView<'_>) -> String {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut drawn = String::new();
    for finding in view.found {
        let count = seen.entry(finding.code.id()).or_default();
        *count += 1;
        if *count <= DRAWN_PER_CODE_MAX {
            drawn.push_str(&draw(view, finding));
            drawn.push_str("\n\n");
        }
    }
    for (code, count) in seen.iter().filter(|(_, count)| **count > DRAWN_PER_CODE_MAX) {
        let more = count - DRAWN_PER_CODE_MAX;
        drawn.push_str(&format!("{more} more with code {code}; `turnup check --format csv` lists them all\n"));
    }
    drawn.push_str(&closing(view));
    drawn
}

/// One finding as a compiler draws it.
fn draw(view: &FindingsView<'_>, finding: &Diagnostic) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Notice => Level::NOTE,
    };
    let message = printable(&finding.message(view.lang));
    let fix = printable(&finding.fix(view.lang));
    let origin = origin(&finding.place);
    let source = source(view.sheets, finding);
    let title = level.primary_title(message).id(finding.code.id());
    let group = match &source {
        Some((line, span)) => title.element(
            Snippet::source(line.as_str())
                .path(origin.as_str())
                .line_start(finding.place.row.and_then(|row| usize::try_from(row).ok()).unwrap_or(1))
                .annotation(
                    AnnotationKind::Primary
                        .span(span.clone())
                        .label(finding.place.column.as_deref().unwrap_or_default()),
                ),
        ),
        None => title.element(Origin::path(origin.as_str())),
    };
    let help = Group::with_title(Level::HELP.secondary_title(fix));
    let renderer = if view.colour { Renderer::styled() } else { Renderer::plain() };
    without_text_position(&renderer.render(&[group, help]), &origin)
}

/// The renderer adds line and column as a text editor counts them; a spreadsheet's own address stands there already.
fn without_text_position(drawn: &str, origin: &str) -> String {
    let Some((before, after)) = drawn.split_once(origin) else { return drawn.to_owned() };
    format!("{before}{origin}{}", after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()))
}

/// `users.csv:418 G`: file, row and column as a spreadsheet shows them.
fn origin(place: &Place) -> String {
    let letters = place.cell().map(|cell| cell.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned());
    match letters {
        Some(letters) => format!("{place} {letters}"),
        None => place.to_string(),
    }
}

/// The row's own text and the span of the wrong part in it, in bytes.
fn source(sheets: &Sheets, finding: &Diagnostic) -> Option<(String, std::ops::Range<usize>)> {
    let sheet = sheets.get(SheetKind::from_name(finding.place.sheet?)?);
    let column = usize::try_from(finding.place.column_index?).ok()?;
    let index = sheet.rows.binary_search_by_key(&finding.place.row?, |row| row.number).ok()?;
    let mut line = String::new();
    let mut span = None;
    let last = sheet.rows[index].cells.len().max(column + 1);
    for position in 0..last {
        if position > 0 {
            line.push(char::from(sheet.delimiter));
        }
        let cell = printable(sheet.rows[index].cells.get(position).unwrap_or_default()).replace(['\n', '\t'], " ");
        if position == column {
            span = Some(marked(&cell, line.len(), finding.span));
        }
        line.push_str(&cell);
    }
    span.map(|span| (line, span))
}

/// The bytes of a span of characters inside a cell that begins at `start`; the whole cell without one.
fn marked(cell: &str, start: usize, span: Option<(u32, u32)>) -> std::ops::Range<usize> {
    let byte = |chars: u32| cell.char_indices().nth(chars as usize).map_or(cell.len(), |(at, _)| at);
    match span {
        Some((from, to)) => start + byte(from)..start + byte(to),
        None => start..start + cell.len(),
    }
}

fn closing(view: &FindingsView<'_>) -> String {
    let count = |severity| view.found.iter().filter(|d| d.severity == severity).count();
    let rows: Vec<String> =
        SheetKind::ALL.into_iter().map(|kind| format!("{} {kind}", view.sheets.get(kind).rows.len())).collect();
    format!(
        "checked {}: {} errors, {} warnings, {} notices; {} rows held back by another row\n",
        rows.join(", "),
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Notice),
        view.blocked,
    )
}

/// The columns of the CSV form; other programs read it.
const CSV_HEADER: [&str; 8] = ["file", "row", "column", "code", "severity", "value", "message", "fix"];

fn csv(view: &FindingsView<'_>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |record: [&str; 8]| writer.write_record(record).expect("memory takes every record");
    write(CSV_HEADER);
    for finding in view.found {
        let row = finding.place.row.map(|row| row.to_string()).unwrap_or_default();
        write([
            &finding.place.file,
            &row,
            finding.place.column.as_deref().unwrap_or_default(),
            finding.code.id(),
            finding.severity.word(),
            &finding.value,
            &finding.message(view.lang),
            &finding.fix(view.lang),
        ]);
    }
    let bytes = writer.into_inner().expect("memory takes every record");
    String::from_utf8(bytes).expect("every field was text")
}

#[derive(Serialize)]
struct Page<'a> {
    schema: &'static str,
    counts: BTreeMap<&'static str, usize>,
    rows: BTreeMap<&'static str, usize>,
    blocked: usize,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    file: &'a str,
    sheet: Option<&'a str>,
    row: Option<u32>,
    column: Option<&'a str>,
    cell: Option<String>,
    span: Option<[u32; 2]>,
    value: &'a str,
    message: String,
    fix: String,
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    file: &'a str,
    sheet: Option<&'a str>,
    row: Option<u32>,
    column: Option<&'a str>,
}

fn json(view: &FindingsView<'_>) -> String {
    let mut counts: BTreeMap<&str, usize> = [("error", 0), ("warning", 0), ("notice", 0)].into();
    for finding in view.found {
        *counts.entry(finding.severity.word()).or_default() += 1;
    }
    let rows = SheetKind::ALL.into_iter().map(|kind| (kind.name(), view.sheets.get(kind).rows.len())).collect();
    let findings = view.found.iter().map(|finding| Finding {
        code: finding.code.id(),
        severity: finding.severity.word(),
        file: &finding.place.file,
        sheet: finding.place.sheet,
        row: finding.place.row,
        column: finding.place.column.as_deref(),
        cell: finding.place.cell(),
        span: finding.span.map(|(from, to)| [from, to]),
        value: &finding.value,
        message: finding.message(view.lang),
        fix: finding.fix(view.lang),
        related: finding.related.iter().map(related).collect(),
    });
    let page = Page { schema: "turnup.check/1", counts, rows, blocked: view.blocked, findings: findings.collect() };
    serde_json::to_string(&page).expect("texts and numbers can be written") + "\n"
}

fn related(place: &Place) -> Related<'_> {
    Related { file: &place.file, sheet: place.sheet, row: place.row, column: place.column.as_deref() }
}
