//! A plan for people and for machines.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

use super::immovable::immovable_finding;
use super::printable;
use crate::check::RowRef;
use crate::diagnostic::Diagnostic;
use crate::model::SheetKind;
use crate::plan::{Action, Forecast, NUMBER_STATE_ASKED, Plan, Stage, Step, WAITS_FOR, WAITS_SINCE, Work, money};
use crate::sheet::Sheets;
use crate::text::{self, Lang, phrase, say};

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlanFormat {
    #[default]
    Text,
    Json,
    Html,
}

/// Everything a format needs.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    pub sheets: &'a Sheets,
    pub plan: &'a Plan,
    pub forecast: &'a Forecast,
    pub rejected: usize,
    pub blocked: usize,
    /// Is it about rows that came back mended?
    pub is_retry: bool,
    /// The wave that was asked for.
    pub wave: Option<&'a str>,
    /// What a person should look at before it is sent.
    pub warnings: &'a [Diagnostic],
    /// New customers without `org_id` that were deleted before, and the organisations that they left.
    pub left_organisations: &'a [(String, String)],
    /// Known objects that no step is about.
    pub left_alone: usize,
    /// Is nothing known of Webex yet, so that what stands there is only found by the run?
    pub is_first: bool,
    /// The language of the form for people.
    pub lang: Lang,
}

impl<'a> PlanView<'a> {
    /// A plan that stands already, of which nothing but itself is told.
    pub const fn alone(sheets: &'a Sheets, plan: &'a Plan, forecast: &'a Forecast, lang: Lang) -> Self {
        Self {
            sheets,
            plan,
            forecast,
            rejected: 0,
            blocked: 0,
            is_retry: false,
            wave: None,
            left_alone: 0,
            is_first: false,
            left_organisations: &[],
            warnings: &[],
            lang,
        }
    }
}

/// Writes a plan in a format.
pub fn plan(format: PlanFormat, view: &PlanView<'_>) -> String {
    match format {
        PlanFormat::Text => text(view),
        PlanFormat::Json => json(view),
        PlanFormat::Html => super::html::plan_html(view),
    }
}

#[derive(Serialize, Default, Clone, Copy)]
pub(super) struct Totals {
    pub create: u64,
    pub update: u64,
    pub unchanged: u64,
    pub delete: u64,
    waiting: u64,
}

/// What each stage does, and the requests it takes.
pub(super) fn totals(plan: &Plan) -> BTreeMap<Stage, (Totals, u64)> {
    let mut totals: BTreeMap<Stage, (Totals, u64)> =
        Stage::ALL.into_iter().map(|stage| (stage, Default::default())).collect();
    for step in &plan.steps {
        let (total, calls) = totals.entry(step.stage).or_default();
        *calls += step.calls.total();
        // Who gives a number up is counted by their own row.
        if matches!(step.work, Work::Release(_)) {
            continue;
        }
        match step.action {
            Action::Create => total.create += 1,
            Action::Update => total.update += 1,
            Action::Unchanged => total.unchanged += 1,
            Action::Delete => total.delete += 1,
            Action::Waiting => total.waiting += 1,
        }
    }
    totals
}

/// A row of the table; columns are as wide as the words of a language need.
fn cells(columns: [&str; 7], heads: [&str; 7]) -> String {
    const WIDTHS: [usize; 7] = [10, 8, 8, 10, 8, 8, 8];
    let mut line = String::new();
    for (at, (cell, (head, least))) in columns.into_iter().zip(heads.into_iter().zip(WIDTHS)).enumerate() {
        let width = least.max(head.chars().count());
        line += &if at == 0 { format!("{cell:<width$}") } else { format!(" {cell:>width$}") };
    }
    line + "\n"
}

fn text(view: &PlanView<'_>) -> String {
    let lang = view.lang;
    let heads = ["stage", "create", "update", "unchanged", "delete", "waiting", "calls"].map(|word| phrase(lang, word));
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| phrase(lang, stage.name())).collect();
    let longest = stages.iter().copied().max_by_key(|name| name.chars().count()).unwrap_or_default();
    let widest = [longest, heads[1], heads[2], heads[3], heads[4], heads[5], heads[6]];
    let mut text = cells(heads, widest);
    for (stage, (total, calls)) in totals(view.plan) {
        let counts = [total.create, total.update, total.unchanged, total.delete, total.waiting].map(|n| n.to_string());
        let [create, update, unchanged, delete, waiting] = counts.each_ref().map(String::as_str);
        let calls = calls.to_string();
        text += &cells([phrase(lang, stage.name()), create, update, unchanged, delete, waiting, &calls], widest);
    }
    if let Some(words) = headquarters(view) {
        text += &(words + "\n");
    }
    let forecast = view.forecast;
    if forecast.calls.total() == 0 {
        text.push_str(&format!("\n{}\n", phrase(view.lang, idle_words(view))));
        return text + &remarks(view) + &updates(view);
    }
    text.push_str(&format!("\n{}\n", outlook(view)));
    text + &remarks(view) + &updates(view)
}

/// Why there are more locations than rows in their sheet: a headquarters stands in the row of its customer.
pub(super) fn headquarters(view: &PlanView<'_>) -> Option<String> {
    let locations = || view.plan.steps.iter().filter(|step| step.stage == Stage::Locations);
    let count = locations().filter(|step| step.source.sheet == SheetKind::Customers).count();
    let branches = locations().count() - count;
    let words = "locations: {count} headquarters, which are rows of the customers sheet, and {branches|* branch|* branches} of the \
                 locations sheet; numbers are counted by location";
    (count > 0).then(|| say(view.lang, words, &[("count", &count), ("branches", &branches)]))
}

/// What it takes, and what will happen to people and money.
fn outlook(view: &PlanView<'_>) -> String {
    let (forecast, lang) = (view.forecast, view.lang);
    let calls = "{calls|* call|* calls} ({read|* that reads|* that read}, {write|* that writes|* that write}), {time}; the time goes into: {bottleneck}";
    let gaps: [(&str, &dyn Display); 5] = [
        ("calls", &forecast.calls.total()),
        ("read", &forecast.calls.read),
        ("write", &forecast.calls.write),
        ("time", &range(forecast.least, forecast.most, lang)),
        ("bottleneck", &phrase(lang, forecast.bottleneck)),
    ];
    let mut lines = vec![say(lang, calls, &gaps)];
    if let Some(ends) = &forecast.ends {
        let words = "begun now, it is done between {from} and {to} ({zone})";
        let gaps: [(&str, &dyn Display); 3] = [("from", &ends.from), ("to", &ends.to), ("zone", &ends.zone)];
        lines.push(say(lang, words, &gaps));
    }
    let live = "{numbers|* number goes|* numbers go} live, {people|* person|* persons} may get a mail from Webex, {packages|* package becomes|* packages become} billable";
    let packages: u64 = forecast.licences.iter().map(|licence| licence.after.saturating_sub(licence.before)).sum();
    let gaps: [(&str, &dyn Display); 3] =
        [("numbers", &forecast.numbers_live), ("people", &forecast.people), ("packages", &packages)];
    lines.push(say(lang, live, &gaps));
    if view.is_first && view.plan.steps.iter().any(|step| step.action == Action::Create) {
        lines.push(phrase(lang, TAKEN_OVER).to_owned());
    }
    lines.extend(licences(view));
    lines.extend(cost(view));
    printable(&lines.join("\n"))
}

/// What a folder without a run cannot tell, such as one with sheets of `turnup export`.
pub(super) const TAKEN_OVER: &str = "no run of this folder knows yet what stands in Webex: it is looked up first, and what equals its row is taken over \
     as it is, without mail or new licence, so these are the most; `turnup check --online` asks beforehand";

/// Licences by package, over all customers of the plan and those that are known.
fn licences(view: &PlanView<'_>) -> Option<String> {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for licence in &view.forecast.licences {
        let (before, after) = sums.entry(&licence.package).or_default();
        *before += licence.before;
        *after += licence.after;
    }
    let moved = sums.iter().filter(|(_, (before, after))| before != after);
    let moved: Vec<String> = moved.map(|(package, (before, after))| format!("{package} {before} -> {after}")).collect();
    let words = "licences: {which}";
    (!moved.is_empty()).then(|| say(view.lang, words, &[("which", &moved.join(", "))]))
}

/// What the licences cost a month, by the user's own price list.
pub(super) fn cost(view: &PlanView<'_>) -> Option<String> {
    let cost = view.forecast.cost.as_ref()?;
    let gaps: [(&str, &dyn Display); 3] =
        [("before", &money(cost.before)), ("after", &money(cost.after)), ("currency", &cost.currency)];
    let mut text = say(view.lang, "a month, by your price list: {before} -> {after} {currency}", &gaps);
    if !cost.unpriced.is_empty() {
        let which: Vec<&str> = cost.unpriced.iter().map(String::as_str).collect();
        text += &say(view.lang, "; without {which}, of which it has no price", &[("which", &which.join(", "))]);
    }
    Some(text)
}

/// From the least to the most, as a person says it.
pub fn range(least: f64, most: f64, lang: Lang) -> String {
    let (least, most) = (duration(least), duration(most));
    if least == most {
        return say(lang, "about {time}", &[("time", &most)]);
    }
    say(lang, "{least} to {most}", &[("least", &least), ("most", &most)])
}

/// What it takes to make a customer that was deleted and whose organisation stays.
pub const TO_MAKE_AGAIN: &str = "the organisation of {customer} stays in Webex, and its users' e-mails belong to it: a run that is to make the customer \
     again needs {org_id} in the column `org_id`, or Webex refuses those users";

/// What Cisco asks for before an organisation is attached; there is no status that tells of it.
const ATTACHED: &str = "{customer} is attached to an organisation that stands: its administrator has to consent if it has 100 users or more, or \
     a verified or claimed domain, and the template must allow admin-invite e-mails; Webex tells no state of that";

/// What is said where no request would be made. Rows that take no part are no reason to call all of it done.
fn idle_words(view: &PlanView<'_>) -> &'static str {
    if is_all_done(view) {
        "nothing to do: no request would be made"
    } else {
        "no request would be made, but not everything is as the sheets say"
    }
}

/// Does every row that takes part stand as it says, and does every row take part?
pub(super) fn is_all_done(view: &PlanView<'_>) -> bool {
    view.rejected + view.blocked == 0 && view.plan.immovable.is_empty()
}

/// How many rows take no part.
pub(super) fn left_out(view: &PlanView<'_>) -> String {
    if view.rejected + view.blocked == 0 {
        return String::new();
    }
    // The sheets that are checked are not those that came back.
    let words = if view.is_retry {
        "{rejected|* row is|* rows are} still rejected and {blocked} held back by another row; the results say why"
    } else {
        "{rejected|* row is|* rows are} rejected and {blocked} held back by another row; `turnup check{wave: --wave *}` says why"
    };
    let wave = view.wave.map(text::quoted).unwrap_or_default();
    say(view.lang, words, &[("rejected", &view.rejected), ("blocked", &view.blocked), ("wave", &wave)]) + "\n"
}

/// What a person should know besides: rows that take no part, and what changes.
pub(super) fn remarks(view: &PlanView<'_>) -> String {
    let mut text = left_out(view);
    let live =
        view.plan.steps.iter().filter(|step| step.fields.get(NUMBER_STATE_ASKED).is_some_and(|w| w == "inactive"));
    let live = live.count();
    if live > 0 {
        let words = "{count|* location says|* locations say} `inactive`, but {count|its|their} numbers were brought live; they stay live";
        text.push_str(&(say(view.lang, words, &[("count", &live)]) + "\n"));
    }
    for value in &view.plan.immovable {
        let source = RowRef { sheet: value.source.sheet, index: value.source.index };
        let row = view.sheets.get(source.sheet).place(source.index, None);
        let message = immovable_finding(view.sheets, source, value).message(view.lang);
        let words = "{row} is left out: {message}";
        text.push_str(&printable(&(say(view.lang, words, &[("row", &row), ("message", &message)]) + "\n")));
    }
    for warning in view.warnings {
        let words = (warning.message(view.lang), warning.fix(view.lang));
        text.push_str(&printable(&format!("{}: {}; {}\n", warning.place, words.0, words.1)));
    }
    for step in view.plan.steps.iter().filter(|step| step.action == Action::Create) {
        if let Work::Customer(work) = &step.work
            && work.org_id.is_some()
        {
            text.push_str(&printable(&(say(view.lang, ATTACHED, &[("customer", &work.external_id)]) + "\n")));
        }
    }
    for (customer, org_id) in view.left_organisations {
        let gaps: [(&str, &dyn Display); 2] = [("customer", customer), ("org_id", org_id)];
        text.push_str(&printable(&(say(view.lang, TO_MAKE_AGAIN, &gaps) + "\n")));
    }
    if view.left_alone > 0 {
        let words = "{count|* known object has|* known objects have} no row that takes part; {count|it stays as it is|they stay as they are}";
        text.push_str(&(say(view.lang, words, &[("count", &view.left_alone)]) + "\n"));
    }
    text + &carried_over(view)
}

/// Updates value by value.
fn updates(view: &PlanView<'_>) -> String {
    let mut text = String::new();
    for step in view.plan.steps.iter().filter(|step| !step.changes.is_empty()) {
        if let Some(words) = given_up(step, view.lang) {
            text.push_str(&printable(&(words + "\n")));
            continue;
        }
        let changes: Vec<_> = step
            .changes
            .iter()
            .map(|change| {
                let (from, to) = (shortened(change.from.as_deref().unwrap_or_default()), shortened(&change.to));
                format!("{} `{from}` -> `{to}`", change.column)
            })
            .collect();
        let words = say(view.lang, "update {id}: {changes}", &[("id", &step.id), ("changes", &changes.join(", "))]);
        text.push_str(&printable(&(words + "\n")));
    }
    text + &deletions(view)
}

/// A number that goes on from one person to another.
pub(super) fn given_up(step: &Step, lang: Lang) -> Option<String> {
    let Work::Release(work) = &step.work else { return None };
    let words = "{email} gives up {number}, which goes on to somebody else";
    Some(say(lang, words, &[("email", &work.email), ("number", &work.number)]))
}

/// What earlier runs have made and somebody else has to let go.
fn carried_over(view: &PlanView<'_>) -> String {
    let mut text = String::new();
    for step in view.plan.steps.iter().filter(|step| step.action == Action::Waiting) {
        let noted = |note: &str| step.fields.get(note).unwrap_or_default().to_owned();
        let (what, since) = (noted(WAITS_FOR), noted(WAITS_SINCE));
        let words = "carried over {id}: {what} since {since}";
        let words = say(view.lang, words, &[("id", &step.id), ("what", &what), ("since", &since)]);
        text.push_str(&printable(&(words + "\n")));
    }
    text
}

/// What goes, and what survives it.
fn deletions(view: &PlanView<'_>) -> String {
    let gone = view.plan.steps.iter().filter(|step| step.action == Action::Delete);
    let mut text = String::new();
    for step in gone {
        text.push_str(&printable(&(say(view.lang, "delete {id}", &[("id", &step.id)]) + "\n")));
    }
    if !text.is_empty() {
        let stays = "what goes is the tie to the partner: organisations, persons and their e-mails stay in Webex; a deleted \
                     user's number stays in Webex too";
        text.push_str(phrase(view.lang, stays));
        text.push('\n');
    }
    text
}

/// A long value by its beginning; the JSON form holds it whole.
fn shortened(value: &str) -> String {
    const CHARS_MAX: usize = 60;
    match value.char_indices().nth(CHARS_MAX) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

/// Seconds as a person says them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a forecast is a small positive number")]
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.ceil() as u64;
    match whole {
        0..=99 => format!("{whole} s"),
        100..=5999 => format!("{} min", whole.div_ceil(60)),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[derive(Serialize)]
struct Page<'a> {
    schema: &'static str,
    digest: String,
    steps: Vec<StepLine<'a>>,
    totals: BTreeMap<&'static str, Totals>,
    calls: CallsLine,
    seconds: f64,
    bottleneck: &'a str,
    licences: Vec<LicenceLine<'a>>,
    rejected: usize,
    blocked: usize,
}

#[derive(Serialize)]
struct StepLine<'a> {
    id: &'a str,
    stage: &'static str,
    action: &'static str,
    needs: Vec<&'a str>,
    file: &'a str,
    row: Option<u32>,
    changes: Vec<ChangeLine<'a>>,
    calls: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_since: Option<&'a str>,
}

#[derive(Serialize)]
struct ChangeLine<'a> {
    column: &'a str,
    from: Option<&'a str>,
    to: &'a str,
}

#[derive(Serialize)]
struct CallsLine {
    read: u64,
    write: u64,
}

#[derive(Serialize)]
struct LicenceLine<'a> {
    customer: &'a str,
    package: &'a str,
    before: u64,
    after: u64,
    limit: Option<u32>,
}

fn json(view: &PlanView<'_>) -> String {
    let steps = view.plan.steps.iter().map(|step| {
        let sheet = view.sheets.get(step.source.sheet);
        let sets = step.fields.iter().filter(|_| step.action == Action::Create);
        let sets = sets.map(|(column, to)| ChangeLine { column, from: None, to });
        let changes = step.changes.iter();
        let changes = changes.map(|c| ChangeLine { column: &c.column, from: c.from.as_deref(), to: &c.to });
        StepLine {
            id: step.id.as_str(),
            stage: step.stage.name(),
            action: step.action.word(),
            needs: step.needs.iter().map(crate::plan::StepId::as_str).collect(),
            file: &sheet.file,
            row: sheet.number(step.source.index),
            changes: sets.chain(changes).collect(),
            calls: step.calls.total(),
            waits_for: step.fields.get(WAITS_FOR),
            waits_since: step.fields.get(WAITS_SINCE),
        }
    });
    let licences = view.forecast.licences.iter().map(|licence| LicenceLine {
        customer: &licence.customer,
        package: &licence.package,
        before: licence.before,
        after: licence.after,
        limit: licence.limit,
    });
    let page = Page {
        schema: "turnup.plan/1",
        digest: view.plan.digest(),
        steps: steps.collect(),
        totals: totals(view.plan).into_iter().map(|(stage, (total, _))| (stage.name(), total)).collect(),
        calls: CallsLine { read: view.forecast.calls.read, write: view.forecast.calls.write },
        seconds: view.forecast.seconds,
        bottleneck: view.forecast.bottleneck,
        licences: licences.collect(),
        rejected: view.rejected,
        blocked: view.blocked,
    };
    serde_json::to_string(&page).expect("texts and numbers can be written") + "\n"
}
