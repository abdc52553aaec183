//! One outcome for every row, from verdicts, findings and the records of its steps.

use std::collections::HashMap;
use std::fmt;

use super::again;
use super::emergency::Help;
use super::immovable::immovable_finding;
use super::row::{RowReason, RowResult};
use super::silence;
use super::steps::{as_part_of_row, id_key, rank, step_outcome, step_thing, things, unended};
use super::view::{Results, StageCounts};
use super::waiting::Awaits;
use crate::check::{Checked, Picked, RowRef, Verdict};
use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::journal::{Carried, Ending, Left, Log, Reason, Record, State, Stored, Which};
use crate::model::SheetKind;
use crate::plan::{Action, Immovable, Selection, Source, Stage, Step, StepId};
use crate::sheet::Sheets;
use crate::text::{self, Lang};

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    Created,
    Updated,
    AlreadyThere,
    Unchanged,
    Deleted,
    Waiting,
    Skipped,
    Rejected,
    Blocked,
    NotReached,
    Incomplete,
    Conflict,
    Failed,
    Unconfirmed,
}

impl Outcome {
    /// Every outcome, in the order of reports.
    pub const ALL: [Self; 14] = [
        Self::Created,
        Self::Updated,
        Self::AlreadyThere,
        Self::Unchanged,
        Self::Deleted,
        Self::Waiting,
        Self::Skipped,
        Self::Rejected,
        Self::Blocked,
        Self::NotReached,
        Self::Incomplete,
        Self::Conflict,
        Self::Failed,
        Self::Unconfirmed,
    ];

    /// The word for people and machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::AlreadyThere => "already_there",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Waiting => "waiting",
            Self::Skipped => "skipped",
            Self::Rejected => "rejected",
            Self::Blocked => "blocked",
            Self::NotReached => "not_reached",
            Self::Incomplete => "incomplete",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

impl Outcome {
    /// The word in a sentence or on a page.
    pub const fn said(self) -> &'static str {
        match self {
            Self::AlreadyThere => "already there",
            Self::NotReached => "not reached",
            other => other.word(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What outcomes are made of.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub sheets: &'a Sheets,
    pub checked: &'a Checked<'a>,
    /// The journal and the run, whose steps are looked at one by one.
    pub log: &'a dyn Log,
    pub run: &'a str,
    /// How the run left off, if it did.
    pub left: Option<&'a Left>,
    /// What the run was asked to do, and the rows of it; none means all.
    pub selection: &'a Selection,
    pub picked: Option<&'a Picked>,
    /// Customers that were deleted before, with the organisations that they left: e-mails and numbers belong to these.
    pub organisations: &'a HashMap<String, String>,
    /// Does the run wait for approval, so that it has sent nothing?
    pub is_parked: bool,
    pub lang: Lang,
}

/// The outcome of every row of a sheet, in the order of its rows; and how the steps of each stage ended.
///
/// # Errors
/// When the journal cannot be read.
pub fn row_results(rows: &Rows<'_>) -> anyhow::Result<(Results, StageCounts)> {
    let mut index = Index::new(rows)?;
    rows.log.walk(rows.run, Which::All, &mut |stored| index.add(&stored))?;
    let mut sheet = |kind: SheetKind| {
        let all = (0..rows.sheets.get(kind).row_count()).map(|index| RowRef { sheet: kind, index });
        // Of a run over single rows, the others are no result.
        let told = all.filter(|row| rows.selection.rows.is_none() || rows.picked.is_none_or(|picked| picked.has(*row)));
        told.map(|row| RowResult { row: row.index, ..index.row(row) }).collect()
    };
    let results = SheetKind::ALL.into_iter().map(|kind| (kind, sheet(kind))).collect();
    Ok((results, index.stages))
}

struct Index<'a> {
    rows: &'a Rows<'a>,
    findings: HashMap<(&'static str, u32), Vec<&'a Diagnostic>>,
    /// What the steps of a row come to.
    told: HashMap<RowRef, RowResult>,
    /// What was done for emergency calls, for the rows of locations.
    help: HashMap<RowRef, Help>,
    /// The customers of rows, where some were stopped.
    customers: HashMap<RowRef, String>,
    /// The rows of steps that stand in the way of others.
    roots: HashMap<StepId, Option<RowRef>>,
    immovable: HashMap<RowRef, Vec<Immovable>>,
    /// The rows of waves that were left out, with the position of the wave.
    closed: HashMap<RowRef, usize>,
    stages: StageCounts,
}

const fn row_of(source: Source) -> RowRef {
    RowRef { sheet: source.sheet, index: source.index }
}

impl<'a> Index<'a> {
    fn new(rows: &'a Rows<'a>) -> anyhow::Result<Self> {
        let mut index = Self {
            rows,
            findings: HashMap::new(),
            told: HashMap::new(),
            help: HashMap::new(),
            customers: HashMap::new(),
            roots: HashMap::new(),
            immovable: HashMap::new(),
            closed: HashMap::new(),
            stages: StageCounts::new(),
        };
        for (at, closed) in rows.selection.closed.iter().enumerate() {
            index.closed.extend(rows.checked.of_wave(&closed.wave).rows().map(|row| (row, at)));
        }
        for finding in rows.checked.found_before_users().iter().filter(|finding| finding.severity == Severity::Error) {
            if let Some(sheet) = finding.place.sheet {
                index.findings.entry((sheet, finding.place.row.unwrap_or_default())).or_default().push(finding);
            }
        }
        for immovable in rows.log.immovable(rows.run)? {
            index.immovable.entry(row_of(immovable.source)).or_default().push(immovable);
        }
        for lack in &rows.selection.lacking {
            index.roots.insert(lack.need.clone(), Some(row_of(lack.source)));
        }
        Ok(index)
    }

    /// Takes one step of the run in; nothing of it is kept but what its row says.
    fn add(&mut self, stored: &Stored) -> anyhow::Result<()> {
        let Stored { step, record, .. } = stored;
        let row = row_of(step.source);
        let record = Some(record).filter(|record| record.state != State::Pending);
        let outcome = step_outcome(step, record);
        *self.stages.entry(step.stage).or_default().entry(outcome).or_default() += 1;
        let outcome = as_part_of_row(step, outcome);
        let mut result = self.told.remove(&row).unwrap_or_else(|| RowResult::new(outcome));
        if rank(outcome) >= rank(result.outcome) {
            result.outcome = outcome;
        }
        if self.rows.left.is_some_and(|left| !left.customers.is_empty()) {
            self.customers.entry(row).or_insert_with(|| step.work.customer().to_owned());
        }
        if let Some(record) = record.filter(|_| Help::is_in(step)) {
            self.help.entry(row).or_default().add(step, record);
        }
        self.add_step(&mut result, step, record)?;
        self.told.insert(row, result);
        Ok(())
    }

    fn row(&mut self, row: RowRef) -> RowResult {
        if let Some(reason) = self.outside(row) {
            return RowResult { reason, ..RowResult::new(Outcome::Skipped) };
        }
        match self.rows.checked.verdict(row) {
            Verdict::Skipped => RowResult::new(Outcome::Skipped),
            Verdict::Rejected => self.rejected(row),
            Verdict::Blocked(root) => self.blocked(&root),
            Verdict::Clean => match self.immovable.get(&row) {
                Some(values) => self.immovable(row, values),
                None => self.carried_out(row),
            },
        }
    }

    /// Says why the row is none that the run was asked to do.
    fn outside(&self, row: RowRef) -> Option<String> {
        let (selection, lang) = (self.rows.selection, self.rows.lang);
        if let Some(wave) = &selection.wave
            && self.rows.picked.is_some_and(|picked| !picked.has(row))
        {
            return Some(text::say(lang, "outside the wave `{wave}` of this run", &[("wave", wave)]));
        }
        if let Some(closed) = self.closed.get(&row).and_then(|&at| selection.closed.get(at)) {
            let words = "outside the window of wave `{wave}` ({window})";
            return Some(text::say(lang, words, &[("wave", &closed.wave), ("window", &closed.window)]));
        }
        let has_part = self.told.contains_key(&row) || self.immovable.contains_key(&row);
        let is_asked = match self.rows.checked.verdict(row) {
            Verdict::Skipped => true,
            Verdict::Clean => has_part,
            Verdict::Rejected | Verdict::Blocked(_) => selection.touches(Source { sheet: row.sheet, index: row.index }),
        };
        if selection.only.is_empty() || is_asked {
            return None;
        }
        let only: Vec<_> = selection.only.iter().map(|stage| stage.name()).collect();
        Some(text::say(lang, "outside this run, which was for {only} alone", &[("only", &only.join(", "))]))
    }

    /// A row behind another one. What is wrong with a template or a setting is no row's own, so it is told here.
    fn blocked(&self, root: &Place) -> RowResult {
        let mut result = RowResult::blocked(root, self.rows.lang);
        let is_root = |found: &&Diagnostic| found.severity == Severity::Error && found.place == *root;
        if root.sheet.is_none()
            && let Some(found) = self.rows.checked.found_before_users().iter().find(is_root)
        {
            result.reason = format!("{}: {}", result.reason, found.message(self.rows.lang));
            result.fix =
                text::say(self.rows.lang, "{fix}; this row goes with it", &[("fix", &found.fix(self.rows.lang))]);
        }
        if let Some(row) = self.untold(root) {
            let found = self.said(&self.rows.checked.errors_of(row).iter().collect::<Vec<_>>());
            if !found.reason.is_empty() {
                result.reason = format!("{}: {}", result.reason, found.reason);
                result.fix = text::say(self.rows.lang, "{fix}; this row goes with it", &[("fix", &found.fix)]);
            }
        }
        result
    }

    /// The row of a root of which the run has no result, since it was not asked for that row.
    fn untold(&self, root: &Place) -> Option<RowRef> {
        let sheet = root.sheet.and_then(SheetKind::from_name)?;
        let row = RowRef { sheet, index: self.rows.sheets.get(sheet).row_of(root.row?)? };
        let is_told = self.rows.selection.rows.is_none() || self.rows.picked.is_none_or(|picked| picked.has(row));
        (!is_told).then_some(row)
    }

    /// All reasons of a row at once, or else those of its file.
    fn rejected(&self, row: RowRef) -> RowResult {
        if row.sheet == SheetKind::Users {
            let mut own = self.rows.checked.of_user(row.index);
            own.retain(|finding| finding.severity == Severity::Error);
            if !own.is_empty() {
                return self.said(&own.iter().collect::<Vec<_>>());
            }
        }
        let sheet = self.rows.sheets.get(row.sheet);
        let number = sheet.number(row.index).unwrap_or_default();
        if let Some(own) = self.findings.get(&(row.sheet.name(), number)) {
            return self.said(own);
        }
        // The whole file or its header is at fault.
        let of_sheet = self.findings.iter().filter(|((name, _), _)| *name == row.sheet.name());
        let of_file = of_sheet.filter(|((_, number), _)| sheet.row_of(*number).is_none());
        self.said(&of_file.flat_map(|(_, found)| found.iter().copied()).collect::<Vec<_>>())
    }

    fn said(&self, found: &[&Diagnostic]) -> RowResult {
        let lang = self.rows.lang;
        let reasons = found.iter().map(|finding| match finding.place.column.as_deref() {
            Some(column) => format!("{column}: {}", finding.message(lang)),
            None => finding.message(lang),
        });
        let mut result = RowResult::new(Outcome::Rejected);
        result.reason = reasons.collect::<Vec<_>>().join("; ");
        let mut fixes: Vec<String> = found.iter().map(|finding| finding.fix(lang)).collect();
        fixes.dedup();
        result.fix = fixes.join("; ");
        result.codes = found.iter().map(|finding| finding.code.id().to_owned()).collect();
        result.codes.dedup();
        result.reasons = found.iter().map(|finding| RowReason::of(finding, lang)).collect();
        result
    }

    fn immovable(&self, row: RowRef, values: &[Immovable]) -> RowResult {
        let found: Vec<Diagnostic> =
            values.iter().map(|value| immovable_finding(self.rows.sheets, row, value)).collect();
        self.said(&found.iter().collect::<Vec<_>>())
    }

    fn carried_out(&mut self, row: RowRef) -> RowResult {
        let mut result = self.told.remove(&row).unwrap_or_else(|| RowResult::new(Outcome::Unchanged));
        if result.outcome <= Outcome::Unchanged
            && let Some(words) = self.help.get(&row).and_then(|help| help.words(self.rows.lang))
        {
            join(&mut result.reason, &words);
        }
        // What was begun and then came to nothing is missing, not done.
        result.done.retain(|thing| !result.missing.contains(thing));
        let stands = !result.done.is_empty();
        let is_partial =
            matches!(result.outcome, Outcome::Failed | Outcome::Conflict | Outcome::Blocked | Outcome::NotReached);
        let lacks = result.outcome <= Outcome::Deleted && !result.missing.is_empty();
        if (is_partial && stands) || lacks {
            result.outcome = Outcome::Incomplete;
        }
        if result.reason.is_empty() {
            let customer = self.customers.get(&row).map(String::as_str).unwrap_or_default();
            silence::explain(&mut result, self.rows, customer);
        } else if result.outcome == Outcome::Waiting {
            let words = "nothing to mend; the next run follows it up";
            text::phrase(self.rows.lang, words).clone_into(&mut result.fix);
        }
        if result.outcome != Outcome::Incomplete {
            result.done.clear();
            if result.outcome <= Outcome::Deleted {
                result.missing.clear();
            }
        }
        result
    }

    fn add_step(&mut self, result: &mut RowResult, step: &Step, record: Option<&Record>) -> anyhow::Result<()> {
        if result.webex_id.is_empty()
            && let Some(key) = id_key(step.stage)
        {
            result.webex_id = match record.and_then(|record| record.ids.get(key)) {
                Some(id) => id.clone(),
                None => {
                    self.rows.log.confirmed(&step.id)?.and_then(|mut known| known.ids.remove(key)).unwrap_or_default()
                }
            };
        }
        let Some(record) = record else {
            if step.action != Action::Unchanged {
                result.missing.push(step_thing(step).to_owned());
            }
            return Ok(());
        };
        result.attempts += record.attempts;
        // A customer whose provisioning failed does not stand, though its creation was accepted.
        if step.stage != Stage::Customers || record.ending() != Some(Ending::Failed) {
            result.done.extend(things(record.done.iter()));
        }
        if let Some(finished) = &record.finished_at
            && *finished > result.finished_at
        {
            result.finished_at.clone_from(finished);
        }
        if let Some(tracking_id) = &record.tracking_id {
            result.tracking_id.clone_from(tracking_id);
        }
        if let Some(awaits) = Awaits::of(record)
            && result.awaits.as_ref().is_none_or(|known| awaits.since < known.since)
        {
            result.awaits = Some(Box::new(awaits));
        }
        self.add_reason(result, step, record)
    }

    fn add_reason(&mut self, result: &mut RowResult, step: &Step, record: &Record) -> anyhow::Result<()> {
        let Some(reason) = &record.reason else {
            if record.ending().is_none() {
                result.missing.extend(unended(step, record).map(str::to_owned));
            }
            return Ok(());
        };
        if reason.tracking_id.is_some() {
            result.tracking_id = reason.tracking_id.clone().unwrap_or_default();
        }
        let root = match &reason.blocked_by {
            Some(id) => self.root(id)?,
            None => None,
        };
        if let Some(root) = root {
            let own_row = row_of(step.source);
            result.missing.push(step_thing(step).to_owned());
            if root != own_row && result.blocked_by.is_empty() {
                let place = self.rows.sheets.get(root.sheet).place(root.index, None);
                let words = RowResult::blocked(&place, self.rows.lang);
                (result.root, result.blocked_by) = (words.root, words.blocked_by);
                if reason.text.is_empty() {
                    join(&mut result.reason, &words.reason);
                    join(&mut result.fix, &words.fix);
                } else {
                    join(&mut result.reason, &self.plainly(reason));
                    if record.ending() == Some(Ending::Blocked) {
                        join(&mut result.fix, &words.fix);
                    }
                }
            }
            return Ok(());
        }
        reason.all().try_for_each(|reason| self.add_words(result, step, reason))
    }

    fn add_words(&self, result: &mut RowResult, step: &Step, reason: &Reason) -> anyhow::Result<()> {
        let open = reason.missing.iter().filter(|thing| !result.missing.contains(*thing));
        result.missing.extend(open.cloned().collect::<Vec<_>>());
        match reason.code.as_deref().and_then(Code::from_id) {
            Some(code) => {
                let lang = self.rows.lang;
                let entry = text::entry(lang, code.id());
                let lookup = |name: &str| (name == "reason").then(|| text::retold(lang, &reason.text).into_owned());
                let (message, mut fix) = (text::fill(entry.message, lookup), text::fill(entry.fix, lookup));
                if matches!(code, Code::EmailTaken | Code::NumberRefused) {
                    fix += &again::in_what_it_left(self.rows, step)?;
                }
                join(&mut result.reason, &message);
                join(&mut result.fix, &fix);
                result.reasons.push(RowReason {
                    code: Some(code),
                    provider_code: reason.provider_code.clone(),
                    column: None,
                    value: String::new(),
                    template: None,
                    message,
                    fix,
                });
                result.codes.push(code.id().to_owned());
                result.codes.extend(reason.provider_code.clone());
            }
            // What a good step has to say is a phrase of ours, or several.
            None => {
                join(&mut result.reason, &self.plainly(reason));
            }
        }
        Ok(())
    }

    /// A reason that has no code, and since when it holds.
    fn plainly(&self, reason: &Reason) -> String {
        let lang = self.rows.lang;
        let what = text::retold(lang, &reason.text);
        match reason.carried.as_deref() {
            Some(Carried::Since(since)) => {
                text::say(lang, "{what} since {since}", &[("what", &what), ("since", since)])
            }
            Some(Carried::Vanished) | None => what.into_owned(),
        }
    }

    /// The row of a step that stands in the way.
    fn root(&mut self, id: &StepId) -> anyhow::Result<Option<RowRef>> {
        if let Some(known) = self.roots.get(id) {
            return Ok(*known);
        }
        let row = self.rows.log.find(self.rows.run, id)?.map(|step| row_of(step.source));
        self.roots.insert(id.clone(), row);
        Ok(row)
    }
}

fn join(text: &mut String, more: &str) {
    if text.contains(more) {
        return;
    }
    if !text.is_empty() {
        text.push_str("; ");
    }
    text.push_str(more);
}
