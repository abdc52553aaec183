//! What a check found: drawn for people, or as CSV and JSON for machines.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::{ControlFlow, Range};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use super::printable;
use super::survey::{Survey, survey_json};
use crate::check::Checked;
use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::model::SheetKind;
use crate::sheet::Sheets;
use crate::text::{Lang, phrase, say};

/// Findings of one code that are drawn; the rest is counted.
const DRAWN_PER_CODE_MAX: usize = 10;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FindingsFormat {
    #[default]
    Text,
    /// The text with every finding, however many there are.
    Whole,
    Json,
    Csv,
}

impl FindingsFormat {
    /// Is it read by people, in their language?
    pub const fn is_for_people(self) -> bool {
        matches!(self, Self::Text | Self::Whole)
    }
}

/// Everything a format needs.
#[derive(Clone, Copy)]
struct FindingsView<'a> {
    checked: &'a Checked<'a>,
    sheets: &'a Sheets,
    /// What Webex was asked about the customers, if it was.
    survey: Option<&'a Survey>,
    lang: Lang,
    colour: bool,
}

/// Writes findings in a format, as they are found: a million of them need no more memory than a few.
///
/// # Errors
/// When they cannot be written.
pub fn findings(
    format: FindingsFormat,
    checked: &Checked<'_>,
    survey: Option<&Survey>,
    lang: Lang,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    // Programs read the same words whatever language a person has chosen.
    let lang = if format.is_for_people() { lang } else { Lang::En };
    let view = FindingsView { checked, sheets: checked.sheets(), survey, lang, colour };
    match format {
        FindingsFormat::Text => text(&view, DRAWN_PER_CODE_MAX, out),
        FindingsFormat::Whole => text(&view, usize::MAX, out),
        FindingsFormat::Json => json(&view, out),
        FindingsFormat::Csv => csv(&view, out),
    }
}

/// The first few findings of every code, and how many more there are.
fn text(view: &FindingsView<'_>, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let counts = Code::ALL.iter().map(|code| (*code, view.checked.count_of(*code))).filter(|(_, count)| *count > 0);
    let counts: BTreeMap<Code, usize> = counts.collect();
    let mut open: usize = counts.values().map(|count| (*count).min(most)).sum();
    let mut drawn: BTreeMap<Code, usize> = BTreeMap::new();
    let take = |block: Vec<Diagnostic>| {
        for finding in block {
            let seen = drawn.entry(finding.code).or_default();
            *seen += 1;
            if *seen <= most {
                if let Err(error) = writeln!(out, "{}\n", draw(view, &finding)) {
                    return ControlFlow::Break(Err(error));
                }
                open -= 1;
            }
        }
        if open == 0 { ControlFlow::Break(Ok(())) } else { ControlFlow::Continue(()) }
    };
    if let ControlFlow::Break(ended) = view.checked.each_block(|found| first_few(found, most), take) {
        ended?;
    }
    for (code, count) in counts.iter().filter(|(_, count)| **count > most) {
        let more = count - most;
        let words = "{count} more with code {code}; `turnup check --all` or `--format csv` lists them all";
        writeln!(out, "{}", say(view.lang, words, &[("count", &more), ("code", code)]))?;
    }
    out.write_all(closing(view).as_bytes())
}

/// The first few findings of every code.
fn first_few(found: &[Diagnostic], most: usize) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<Code, usize> = BTreeMap::new();
    let mut is_wanted = |finding: &&Diagnostic| {
        let count = seen.entry(finding.code).or_default();
        *count += 1;
        *count <= most
    };
    found.iter().filter(&mut is_wanted).cloned().collect()
}

/// One finding as a compiler draws it.
fn draw(view: &FindingsView<'_>, finding: &Diagnostic) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR.with_name(phrase(view.lang, "error")),
        Severity::Warning => Level::WARNING.with_name(phrase(view.lang, "warning")),
        Severity::Notice => Level::NOTE.with_name(phrase(view.lang, "note")),
    };
    let (note, help) =
        (Level::NOTE.with_name(phrase(view.lang, "note")), Level::HELP.with_name(phrase(view.lang, "help")));
    let message = printable(&finding.message(view.lang));
    let fix = printable(&finding.fix(view.lang));
    let origin = origin(&finding.place);
    let source = source(view.sheets, &finding.place, finding.span);
    let title = level.primary_title(message).id(finding.code.id());
    let group = match &source {
        Some((line, span)) => title.element(
            Snippet::source(line.as_str()).path(origin.as_str()).line_start(line_number(&finding.place)).annotation(
                AnnotationKind::Primary.span(span.clone()).label(finding.place.column.as_deref().unwrap_or_default()),
            ),
        ),
        None => title.element(Origin::path(origin.as_str())),
    };
    let others: Vec<(usize, String, Option<Source>)> = finding.related.iter().map(|place| other(view, place)).collect();
    let mut groups = vec![group];
    groups.extend(others.iter().filter_map(|(number, origin, source)| {
        let (line, span) = source.as_ref()?;
        let snippet = Snippet::source(line.as_str()).path(origin.as_str()).line_start(*number);
        let snippet = snippet.annotation(AnnotationKind::Context.span(span.clone()));
        Some(
            Group::with_title(note.clone().secondary_title(phrase(view.lang, "it goes with this row")))
                .element(snippet),
        )
    }));
    groups.push(Group::with_title(help.secondary_title(fix)));
    let renderer = if view.colour { Renderer::styled() } else { Renderer::plain() };
    let mut drawn = renderer.render(&groups);
    for origin in others.iter().map(|(_, origin, _)| origin).chain([&origin]) {
        drawn = without_text_position(&drawn, origin);
    }
    drawn
}

/// A row as one line, and the bytes of it that are marked.
type Source = (String, Range<usize>);

fn line_number(place: &Place) -> usize {
    place.row.and_then(|row| usize::try_from(row).ok()).unwrap_or(1)
}

/// Where the other row of a duplicate or a link stands, and its text.
fn other(view: &FindingsView<'_>, place: &Place) -> (usize, String, Option<Source>) {
    (line_number(place), origin(place), source(view.sheets, place, None))
}

/// The renderer adds line and column as a text editor counts them; a spreadsheet's own address stands there already.
fn without_text_position(drawn: &str, origin: &str) -> String {
    let Some((before, after)) = drawn.split_once(origin) else { return drawn.to_owned() };
    format!("{before}{origin}{}", after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()))
}

/// `users.csv:418 G`, or `workbook.xlsx Users!G418`: file, row and column as a spreadsheet shows them.
pub(super) fn origin(place: &Place) -> String {
    let cell = place.cell();
    if let Some((book, tab)) = place.file.rsplit_once('#') {
        let row = place.row.map(|row| format!("row {row}"));
        return match cell.map(|cell| format!("{tab}!{cell}")).or(row.map(|row| format!("{tab}, {row}"))) {
            Some(address) => format!("{book} {address}"),
            None => format!("{book} {tab}"),
        };
    }
    match cell.map(|cell| cell.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()) {
        Some(letters) => format!("{place} {letters}"),
        None => place.to_string(),
    }
}

/// The row's own text and the span of the wrong part in it, in bytes.
fn source(sheets: &Sheets, place: &Place, wrong: Option<(u32, u32)>) -> Option<Source> {
    let sheet = sheets.get(SheetKind::from_name(place.sheet?)?);
    let column = usize::try_from(place.column_index?).ok()?;
    let cells = sheet.cells(sheet.row_of(place.row?)?);
    let mut line = String::new();
    let mut span = None;
    for position in 0..cells.len().max(column + 1) {
        if position > 0 {
            line.push(char::from(sheet.delimiter()));
        }
        let cell = printable(&cells.get(position).unwrap_or_default()).replace(['\n', '\t'], " ");
        if position == column {
            span = Some(marked(&cell, line.len(), wrong));
        }
        line.push_str(&cell);
    }
    span.map(|span| (line, span))
}

/// The bytes of a span of characters inside a cell that begins at `start`; the whole cell without one.
fn marked(cell: &str, start: usize, span: Option<(u32, u32)>) -> Range<usize> {
    let byte = |chars: u32| cell.char_indices().nth(chars as usize).map_or(cell.len(), |(at, _)| at);
    match span {
        Some((from, to)) => start + byte(from)..start + byte(to),
        None => start..start + cell.len(),
    }
}

fn closing(view: &FindingsView<'_>) -> String {
    let rows = |kind| view.checked.row_count(kind);
    let words = "checked {customers|* customer|* customers}, {locations|* location|* locations}, {users|* user|* users}: {errors|* error|* errors}, {warnings|* warning|* warnings}, {notices|* notice|* notices}; {blocked|* row|* rows} held back by another row";
    let count = |severity| view.checked.count(severity);
    let gaps: [(&str, &dyn std::fmt::Display); 7] = [
        ("customers", &rows(SheetKind::Customers)),
        ("locations", &rows(SheetKind::Locations)),
        ("users", &rows(SheetKind::Users)),
        ("errors", &count(Severity::Error)),
        ("warnings", &count(Severity::Warning)),
        ("notices", &count(Severity::Notice)),
        ("blocked", &view.checked.blocked()),
    ];
    say(view.lang, words, &gaps) + "\n"
}

/// The columns of the CSV form; other programs read it.
const CSV_HEADER: &str = "file,row,column,code,severity,value,message,fix\n";

fn csv(view: &FindingsView<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(CSV_HEADER.as_bytes())?;
    write_blocks(view, |found| csv_lines(found, view.lang), out)
}

/// Makes text of all findings, block by block, and writes it.
fn write_blocks(
    view: &FindingsView<'_>,
    make: impl Fn(&[Diagnostic]) -> Vec<u8> + Sync,
    out: &mut dyn Write,
) -> io::Result<()> {
    let take = |bytes: Vec<u8>| match out.write_all(&bytes) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    };
    match view.checked.each_block(make, take) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

fn csv_lines(found: &[Diagnostic], lang: Lang) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for finding in found {
        let row = finding.place.row.map(|row| row.to_string()).unwrap_or_default();
        let record: [&str; 8] = [
            &finding.place.file,
            &row,
            finding.place.column.as_deref().unwrap_or_default(),
            finding.code.id(),
            finding.severity.word(),
            &finding.value,
            &finding.message(lang),
            &finding.fix(lang),
        ];
        writer.write_record(record).expect("memory takes every record");
    }
    writer.into_inner().expect("memory takes every record")
}

/// What stands before the findings of the JSON form.
#[derive(Serialize)]
struct Head {
    schema: &'static str,
    counts: BTreeMap<&'static str, usize>,
    rows: BTreeMap<&'static str, usize>,
    blocked: usize,
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

/// The JSON Schema of the JSON form.
pub const CHECK_SCHEMA: &str = include_str!("check.schema.json");

/// The version of the JSON form.
const SCHEMA: &str = "turnup.check/1";

fn json(view: &FindingsView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let severities = [Severity::Error, Severity::Warning, Severity::Notice];
    let counts = severities.map(|severity| (severity.word(), view.checked.count(severity))).into();
    let rows = SheetKind::ALL.into_iter().map(|kind| (kind.name(), view.checked.row_count(kind))).collect();
    let head = Head { schema: SCHEMA, counts, rows, blocked: view.checked.blocked() };
    let head = serde_json::to_string(&head)?;
    write!(out, "{},\"findings\":[", head.trim_end_matches('}'))?;
    let mut is_first = true;
    let take = |block: Vec<u8>| {
        let comma: &[u8] = if is_first || block.is_empty() { b"" } else { b"," };
        is_first &= block.is_empty();
        match out.write_all(comma).and_then(|()| out.write_all(&block)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    };
    if let ControlFlow::Break(error) = view.checked.each_block(|found| json_list(found, view.lang), take) {
        return Err(error);
    }
    match view.survey {
        Some(survey) => writeln!(out, "],\"survey\":{}}}", survey_json(survey)?),
        None => out.write_all(b"]}\n"),
    }
}

/// Findings as JSON objects with commas between them.
fn json_list(found: &[Diagnostic], lang: Lang) -> Vec<u8> {
    let findings: Vec<Finding<'_>> = found.iter().map(|finding| in_json(finding, lang)).collect();
    let list = serde_json::to_vec(&findings).expect("texts and numbers can be written");
    list[1..list.len() - 1].to_vec()
}

fn in_json(finding: &Diagnostic, lang: Lang) -> Finding<'_> {
    Finding {
        code: finding.code.id(),
        severity: finding.severity.word(),
        file: &finding.place.file,
        sheet: finding.place.sheet,
        row: finding.place.row,
        column: finding.place.column.as_deref(),
        cell: finding.place.cell(),
        span: finding.span.map(|(from, to)| [from, to]),
        value: &finding.value,
        message: finding.message(lang),
        fix: finding.fix(lang),
        related: finding.related.iter().map(related).collect(),
    }
}

fn related(place: &Place) -> Related<'_> {
    Related { file: &place.file, sheet: place.sheet, row: place.row, column: place.column.as_deref() }
}
