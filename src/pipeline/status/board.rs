//! Gathers, customer by customer, what sheets, plan and journal say.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use super::hold::Holds;
use super::told::{Told, told};
use crate::check::{Checked, RowRef, Verdict};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::journal::{Ending, Log, RunHead, Sqlite, Stored, Which};
use crate::model::{self, SheetKind};
use crate::pipeline::OpenRun;
use crate::plan::{
    self, Action, BROKEN_PACKAGES, Confirmed, EMERGENCY_ADDRESS, Known, Plan, Stage, Step, StepId, WAITS_SINCE, Work,
};
use crate::report::{self, Administrator, CustomerStatus, Part, Standing, Status, Wait};
use crate::sheet::{Sheets, Wave, customers as c, users as u};
use crate::text::{Lang, phrase, say};

/// The column of the customers sheet that says who looks after a customer. It goes nowhere else.
const OWNER: &str = "owner";

/// What is gathered of one customer.
#[derive(Default)]
struct Gathered {
    users: Part,
    /// By what is waited for, with since when.
    waits: BTreeMap<(Standing, String), (Option<String>, usize)>,
    /// Codes of mistakes, with how many there are.
    mistakes: BTreeMap<&'static str, usize>,
    open: usize,
    /// Live and staged.
    numbers: (usize, usize),
    /// Emergency addresses that are asked for and not registered yet.
    asked: usize,
    /// Emergency identifiers that were confirmed, each once.
    emergency: Vec<String>,
    /// Locations, and those of them whose emergency address is registered.
    sites: Part,
    last: Option<(String, String)>,
}

pub(super) struct Board<'a> {
    checked: &'a Checked<'a>,
    known: &'a Known,
    lang: Lang,
    now: jiff::Timestamp,
    holds: Holds,
    by_customer: HashMap<String, Gathered>,
    /// Steps that are still to be done, with their customer; and what was last recorded of them.
    open: HashMap<StepId, Open>,
    /// Users that are not there yet, or do not work yet.
    undone: HashSet<StepId>,
    strays: usize,
    /// Customers that were deleted by a run that was looked at: what older runs say of them is over.
    gone: HashSet<String>,
}

struct Open {
    customer: String,
    told: Option<Told>,
    /// What happened last is known, so nothing older counts.
    is_settled: bool,
}

impl<'a> Board<'a> {
    /// The board by sheets, plan and what is known; what the runs say is taken by [`Board::take_runs`].
    pub fn new(checked: &'a Checked<'a>, plan: &Plan, known: &'a Known, lang: Lang, now: jiff::Timestamp) -> Self {
        let by_customer = ids(checked).map(|(_, id)| (id, Gathered::default())).collect();
        let holds = Holds::of(checked, plan, known);
        let (open, undone) = (HashMap::new(), HashSet::new());
        let mut board =
            Self { checked, known, lang, now, holds, by_customer, open, undone, strays: 0, gone: HashSet::new() };
        board.take_known();
        board.take_plan(plan);
        board.take_verdicts();
        board.take_findings();
        board
    }

    /// Numbers and emergency identifiers of all locations.
    fn take_known(&mut self) {
        let mut known: Vec<(&StepId, &Confirmed)> =
            self.known.iter().filter(|(id, _)| matches!(id.stage(), Some(Stage::Locations | Stage::Numbers))).collect();
        known.sort_unstable_by_key(|(id, _)| *id);
        for (id, confirmed) in known {
            let parts = id.parts();
            let Some(gathered) = parts.first().and_then(|customer| self.by_customer.get_mut(customer)) else {
                continue;
            };
            if id.stage() == Some(Stage::Numbers) {
                let (live, staged) = plan::live_and_staged(confirmed);
                gathered.numbers = (gathered.numbers.0 + live, gathered.numbers.1 + staged);
            }
            gathered.sites.all += usize::from(id.stage() == Some(Stage::Locations));
            let is_registered = confirmed.fields.get(EMERGENCY_ADDRESS).is_some_and(|address| !address.is_empty());
            gathered.sites.done += usize::from(is_registered);
            let emergency = confirmed.fields.get(c::EMERGENCY_LOCATION_ID.spec.header);
            let emergency = emergency.filter(|value| !value.is_empty() && !gathered.emergency.contains(value));
            gathered.emergency.extend(emergency.cloned());
        }
    }

    /// What stands as the sheets say, and what does not yet.
    fn take_plan(&mut self, plan: &Plan) {
        let sheets = self.checked.sheets();
        for finding in report::immovable_findings(sheets, plan) {
            if let Some(customer) = customer_of(&finding, sheets) {
                self.mistake(&customer, finding.code);
            }
        }
        for step in plan.steps.iter().filter(|step| step.action != Action::Unchanged) {
            let customer = step.work.customer();
            if step.stage == Stage::Users
                && (step.follows_errors() || matches!(step.action, Action::Create | Action::Waiting))
            {
                self.undone.insert(step.id.clone());
            }
            if let Work::Numbers(work) = &step.work
                && work.emergency_address.is_some()
                && let Some(gathered) = self.by_customer.get_mut(customer)
            {
                gathered.asked += 1;
            }
            let told = step.follows_errors().then(|| self.with_errors(step));
            let is_settled = told.is_some();
            self.open.insert(step.id.clone(), Open { customer: customer.to_owned(), told, is_settled });
        }
    }

    /// What a customer waits for that stands with errors; no run has more to say.
    fn with_errors(&self, step: &Step) -> Told {
        let known = self.known.get(&step.id).and_then(|known| known.ids.get(BROKEN_PACKAGES));
        let packages = known.map(|list| list.replace(';', ", ")).unwrap_or_default();
        let words = "packages with errors: {packages} (provisioned_with_errors)";
        Told {
            standing: Standing::Failed,
            what: say(self.lang, words, &[("packages", &packages)]),
            since: step.fields.get(WAITS_SINCE).map(str::to_owned),
            ending: None,
        }
    }

    /// How many users there are to be and how many are there, each once; and rows that wait for others.
    fn take_verdicts(&mut self) {
        let sheets = self.checked.sheets();
        let mut seen = HashSet::new();
        // A customer that is skipped takes its rows along.
        let customers = &sheets.customers;
        let named =
            (0..customers.row_count()).map(|row| customers.cell(row, c::EXTERNAL_ID.spec.header).trim().to_owned());
        let named: HashSet<String> = named.collect();
        for kind in SheetKind::ALL {
            for index in 0..sheets.get(kind).row_count() {
                let row = RowRef { sheet: kind, index };
                let verdict = self.checked.verdict(row);
                if verdict == Verdict::Skipped {
                    continue;
                }
                let customer = report::customer_of(row, sheets);
                let Some(gathered) = self.by_customer.get_mut(&customer) else {
                    self.strays += usize::from(!named.contains(&customer));
                    continue;
                };
                gathered.open += usize::from(verdict != Verdict::Clean);
                if kind == SheetKind::Users && !is_deletion(sheets, row) {
                    let id = StepId::user(&sheets.users.cell(index, u::EMAIL.spec.header).trim().to_lowercase());
                    gathered.users.all += 1;
                    // Somebody who stands at another customer is not there at this one.
                    let stands =
                        self.known.get(&id).is_some_and(|known| known.customer().is_none_or(|of| of == customer));
                    let is_there = stands && !self.undone.contains(&id);
                    gathered.users.done += usize::from(is_there && seen.insert(id));
                }
            }
        }
    }

    /// Rows with mistakes, by code.
    fn take_findings(&mut self) {
        let sheets = self.checked.sheets();
        let make = |found: &[Diagnostic]| {
            let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
            let of_customers = errors.filter_map(|finding| Some((customer_of(finding, sheets)?, finding.code)));
            of_customers.collect::<Vec<(String, Code)>>()
        };
        let checked = self.checked;
        let take = |found: Vec<(String, Code)>| {
            for (customer, code) in found {
                self.mistake(&customer, code);
            }
            ControlFlow::<()>::Continue(())
        };
        let _: ControlFlow<()> = checked.each_block(make, take);
    }

    fn mistake(&mut self, customer: &str, code: Code) {
        if let Some(gathered) = self.by_customer.get_mut(customer) {
            *gathered.mistakes.entry(code.id()).or_default() += 1;
        }
    }

    /// What the journal says of what is not done, the latest run first; who ran a customer last; and the run that is not
    /// over, with who works on it in this moment.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn take_runs(&mut self, log: &Sqlite, open_run: Option<OpenRun>, holder: Option<String>) -> anyhow::Result<()> {
        for head in log.runs()?.iter().rev().filter(|head| head.parked.is_none()) {
            let mut gone = HashSet::new();
            log.walk(&head.run, Which::Moved, &mut |stored| {
                if stored.step.stage == Stage::Customers && stored.record.ending() == Some(Ending::Deleted) {
                    gone.insert(stored.step.work.customer().to_owned());
                }
                self.take_moved(&stored, head);
                Ok(())
            })?;
            self.gone.extend(gone);
        }
        self.holds.take_open_run(log, open_run, holder)
    }

    fn take_moved(&mut self, Stored { step, record, .. }: &Stored, head: &RunHead) {
        if let Some(gathered) = self.by_customer.get_mut(step.work.customer()) {
            gathered.last.get_or_insert_with(|| (head.run.clone(), head.by.clone()));
        }
        if self.gone.contains(step.work.customer()) {
            return;
        }
        let Some(open) = self.open.get_mut(&step.id).filter(|open| !open.is_settled) else { return };
        match (told(step, record, self.lang), &mut open.told) {
            (Some(newest), told @ None) => *told = Some(newest),
            // It came to the same before: since then.
            (Some(_), Some(told)) if told.ending == record.ending() => {
                told.since = record.finished_at.clone().or(told.since.take());
            }
            (Some(_), Some(_)) => open.is_settled = true,
            (None, _) => open.is_settled = record.ending().is_some_and(Ending::is_good),
        }
    }

    /// Where every customer stands.
    pub fn status(mut self, waves: &[Wave]) -> Status {
        for open in std::mem::take(&mut self.open).into_values() {
            let Some(gathered) = self.by_customer.get_mut(&open.customer) else { continue };
            match open.told {
                Some(told) => {
                    let (since, count) = gathered.waits.entry((told.standing, told.what)).or_default();
                    *count += 1;
                    *since = [since.take(), told.since].into_iter().flatten().min();
                }
                None => gathered.open += 1,
            }
        }
        let mut customers: Vec<CustomerStatus> =
            ids(self.checked).map(|(row, id)| self.customer(row, &id, waves)).collect();
        customers.sort_by_cached_key(|customer| wave_order(customer.wave.as_deref()));
        Status { customers, strays: self.strays, unmended: 0, in_the_way: Vec::new(), windows: Vec::new() }
    }

    fn customer(&self, row: usize, id: &str, waves: &[Wave]) -> CustomerStatus {
        let sheet = &self.checked.sheets().customers;
        let cell = |header: &str| Some(sheet.cell(row, header).trim().to_owned()).filter(|cell| !cell.is_empty());
        let gathered = &self.by_customer[id];
        let wave = cell(c::WAVE.spec.header).and_then(|name| waves.iter().find(|wave| wave.is_called(&name)));
        let of_wave = wave.map(|wave| wave.owner.clone()).filter(|owner| !owner.is_empty());
        let waits = self.waits(id, gathered, wave);
        let is_gone = self.known.get(&StepId::customer(id)).is_none()
            && is_deletion(self.checked.sheets(), RowRef { sheet: SheetKind::Customers, index: row });
        let at_rest = if is_gone { Standing::Deleted } else { Standing::Ready };
        CustomerStatus {
            customer: id.to_owned(),
            name: cell(c::NAME.spec.header).unwrap_or_default(),
            wave: cell(c::WAVE.spec.header),
            standing: waits.iter().map(|wait| wait.standing).max().unwrap_or(at_rest),
            waits,
            users: gathered.users,
            numbers_live: gathered.numbers.0,
            numbers_staged: gathered.numbers.1,
            administrator: cell(c::ADMIN_EMAIL.spec.header).filter(|_| !is_gone).map(|email| {
                let email = email.to_lowercase();
                Administrator { stands: self.known.get(&StepId::user(&email)).is_some(), email }
            }),
            emergency: emergency(gathered, self.lang),
            owner: self.owner(row).or(of_wave).or_else(|| gathered.last.as_ref().map(|(_, by)| by.clone())),
            org_id: self.known.get(&StepId::customer(id)).and_then(|known| known.ids.get("org_id").cloned()),
            last_run: gathered.last.as_ref().map(|(run, _)| run.clone()),
        }
    }

    fn waits(&self, customer: &str, gathered: &Gathered, wave: Option<&Wave>) -> Vec<Wait> {
        let wait = |((standing, what), (since, count)): (&(Standing, String), &(Option<String>, usize))| Wait {
            standing: *standing,
            what: what.clone(),
            since: since.clone(),
            count: *count,
        };
        let mut waits: Vec<Wait> = gathered.waits.iter().map(wait).collect();
        if !gathered.mistakes.is_empty() {
            let codes: Vec<&str> = gathered.mistakes.keys().copied().collect();
            let what = say(self.lang, "mistakes to mend ({codes})", &[("codes", &codes.join(", "))]);
            let count = gathered.mistakes.values().sum();
            waits.push(Wait { standing: Standing::Rejected, what, since: None, count });
        }
        if let Some(approval) = self.holds.approval(customer) {
            let what = approval.words(self.lang);
            waits.push(Wait { standing: Standing::Waiting, what, since: None, count: 1 });
        }
        // A failure of a customer that is made again comes of its organisation, and so will the next one.
        if let Some(organisation) = self.holds.organisation(customer).filter(|_| !waits.is_empty()) {
            let what = organisation.words(self.lang);
            waits.push(Wait { standing: Standing::Open, what, since: None, count: 1 });
        }
        if let Some(unfinished) = self.holds.unfinished(customer).filter(|_| !waits.is_empty()) {
            let what = unfinished.words(self.lang);
            waits.push(Wait { standing: Standing::Open, what, since: None, count: 1 });
        }
        if waits.is_empty() && gathered.open > 0 {
            let hold = self.holds.before_next(customer, wave, self.now);
            let what = hold.map_or_else(|| phrase(self.lang, "the next run").to_owned(), |hold| hold.words(self.lang));
            waits.push(Wait { standing: Standing::Open, what, since: None, count: 1 });
        }
        waits.sort_by_key(|wait| (std::cmp::Reverse(wait.standing), std::cmp::Reverse(wait.count)));
        waits
    }

    /// Who looks after the customer, where the sheet has a column that says so.
    fn owner(&self, row: usize) -> Option<String> {
        let sheet = &self.checked.sheets().customers;
        let at = sheet.header.iter().position(|header| header.trim().eq_ignore_ascii_case(OWNER))?;
        let owner = sheet.cells(row).get(at)?.trim().to_owned();
        (!owner.is_empty()).then_some(owner)
    }
}

/// What is known of emergency calls: how many locations have a registered address, and identifiers.
fn emergency(gathered: &Gathered, lang: Lang) -> Option<String> {
    let Part { done, all } = gathered.sites;
    let all = all.max(gathered.asked);
    let registered = (done + gathered.asked > 0)
        .then(|| say(lang, "registered at {done} of {all|* location|* locations}", &[("done", &done), ("all", &all)]));
    let known: Vec<String> = registered.into_iter().chain(gathered.emergency.iter().cloned()).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

/// The customers of the sheet that are meant, each once, with the row.
fn ids<'c>(checked: &'c Checked<'_>) -> impl Iterator<Item = (usize, String)> + 'c {
    let sheet = &checked.sheets().customers;
    let mut seen = HashSet::new();
    (0..sheet.row_count()).filter_map(move |row| {
        let id = sheet.cell(row, c::EXTERNAL_ID.spec.header).trim().to_owned();
        let is_meant = checked.verdict(RowRef { sheet: SheetKind::Customers, index: row }) != Verdict::Skipped;
        (is_meant && !id.is_empty() && seen.insert(id.clone())).then_some((row, id))
    })
}

/// Does the row want its object away?
fn is_deletion(sheets: &Sheets, row: RowRef) -> bool {
    let cell = sheets.get(row.sheet).cell(row.index, u::ACTION.spec.header);
    model::Action::parse(cell.trim()) == Some(model::Action::Delete)
}

/// The customer of the row that a finding is about.
fn customer_of(finding: &Diagnostic, sheets: &Sheets) -> Option<String> {
    let sheet = SheetKind::from_name(finding.place.sheet?)?;
    let index = sheets.get(sheet).row_of(finding.place.row?)?;
    Some(report::customer_of(RowRef { sheet, index }, sheets))
}

/// Waves by number where they are numbers, then by name; none last.
fn wave_order(wave: Option<&str>) -> (bool, u64, String) {
    let number = wave.and_then(|wave| wave.trim().parse().ok()).unwrap_or(u64::MAX);
    (wave.is_none(), number, wave.unwrap_or_default().trim().to_lowercase())
}
