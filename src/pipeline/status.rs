//! `turnup status`: where every customer stands, over all runs; the exit code is the go or no-go.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use super::inputs::Inputs;
use super::{Clock, Console, checked, exit, mends, standing};
use crate::check::{Checked, RowRef, Verdict};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::journal::{Ending, Log, Reason, Record, Sqlite, State, Stored, Which};
use crate::model::SheetKind;
use crate::plan::{
    self, Action, BROKEN_PACKAGES, Confirmed, EMERGENCY_ADDRESS, Known, Plan, Stage, Step, StepId, WAITS_SINCE,
};
use crate::report::{self, Administrator, CustomerStatus, Part, Standing, Status, Wait, WaveWindow};
use crate::settings::{Settings, Typed, settle};
use crate::sheet::{Phase, Sheets, Wave, customers as c};
use crate::text::{self, Lang, phrase, say};
use crate::workspace::Workspace;

/// How the status is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusFormat {
    #[default]
    Text,
    Json,
}

/// The column of the customers sheet that says who looks after a customer. It goes nowhere else.
const OWNER: &str = "owner";

/// `turnup status`: one line for a customer.
///
/// # Errors
/// When the sheets or the journal cannot be read.
pub fn status(
    folder: &Path,
    typed: &Typed,
    wave: Option<&str>,
    format: StatusFormat,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let lang = if format == StatusFormat::Json { Lang::En } else { settle(typed, &workspace)?.lang };
    let settings = Settings { lang, ..settle(typed, &workspace)? };
    let mut status = status_of(&workspace, &settings, &console.clock)?;
    if let Some(wave) = wave {
        let is_in = |of: Option<&str>| of.is_some_and(|of| of.trim().eq_ignore_ascii_case(wave.trim()));
        status.customers.retain(|customer| is_in(customer.wave.as_deref()));
        status.strays = 0;
        status.windows.retain(|window| is_in(Some(&window.wave)));
        if status.customers.is_empty() {
            console.refuse(&say(lang, "no customer has the wave `{wave}`", &[("wave", &wave)]));
            return Ok(exit::USAGE);
        }
    }
    console.print(&match format {
        StatusFormat::Text => report::status_text(&status, lang),
        StatusFormat::Json => report::status_json(&status),
    });
    Ok(status.exit_code())
}

/// Where every customer of a workspace stands: its sheets of today against everything that was recorded.
///
/// # Errors
/// When the sheets or the journal cannot be read.
pub fn status_of(workspace: &Workspace, settings: &Settings, clock: &Clock) -> anyhow::Result<Status> {
    let log = workspace.has_state().then(|| Sqlite::open(&workspace.journal())).transpose()?;
    let sent = log.as_ref().map(|log| mends::sent(workspace, log)).transpose()?.unwrap_or_default();
    let inputs = Inputs::read_as_sent(workspace.root(), &settings.reading, sent)?;
    let known = log.as_ref().map(Log::known).transpose()?.unwrap_or_default();
    let stands = standing(&known);
    let checked = checked(&inputs, settings, &stands);
    let plan = plan::plan(&checked.batch(), &known);
    let mut board = Board::new(&checked, &known, settings.lang);
    board.take_plan(&plan);
    board.take_verdicts();
    board.take_findings();
    if let Some(log) = &log {
        board.take_runs(log)?;
    }
    let unmended = SheetKind::ALL.into_iter().map(|kind| inputs.sheets.get(kind).corrected_since_count()).sum();
    let windows = inputs.waves.iter().map(|wave| window_of(wave, clock)).collect();
    Ok(Status { unmended, windows, ..board.status(&inputs.waves) })
}

fn window_of(wave: &Wave, clock: &Clock) -> WaveWindow {
    let phase = wave.phase(clock.moment());
    let told = |at: &jiff::Zoned| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    WaveWindow {
        wave: wave.name.clone(),
        owner: (!wave.owner.is_empty()).then(|| wave.owner.clone()),
        opens_at: told(&wave.opens),
        closes_at: told(&wave.closes),
        timezone: wave.opens.time_zone().iana_name().unwrap_or_default().to_owned(),
        phase: match phase {
            Phase::Before => "before",
            Phase::Open => "open",
            Phase::Over => "over",
        },
        words: wave.window(),
        left: if phase == Phase::Before { wave.opens_in(clock.moment()) } else { String::new() },
    }
}

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
    /// Emergency identifiers that were confirmed, each once.
    emergency: Vec<String>,
    /// Locations, and those of them whose emergency address is registered.
    sites: Part,
    last: Option<(String, String)>,
}

struct Board<'a> {
    checked: &'a Checked<'a>,
    known: &'a Known,
    lang: Lang,
    by_customer: HashMap<String, Gathered>,
    /// Steps that are still to be done, with their customer; and what was last recorded of them.
    open: HashMap<StepId, Open>,
    strays: usize,
}

struct Open {
    customer: String,
    told: Option<Told>,
}

/// What the journal says of a step that is not done.
struct Told {
    standing: Standing,
    what: String,
    since: Option<String>,
    ending: Option<Ending>,
    /// An older run said something else, so that nothing older counts.
    is_settled: bool,
}

impl<'a> Board<'a> {
    fn new(checked: &'a Checked<'a>, known: &'a Known, lang: Lang) -> Self {
        let by_customer = ids(checked).map(|(_, id)| (id, Gathered::default())).collect();
        let mut board = Self { checked, known, lang, by_customer, open: HashMap::new(), strays: 0 };
        board.take_known();
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
        for step in &plan.steps {
            let customer = step.work.customer();
            let is_user = step.stage == Stage::Users && step.source.sheet == SheetKind::Users;
            if step.action == Action::Unchanged {
                if is_user && let Some(gathered) = self.by_customer.get_mut(customer) {
                    gathered.users.done += 1;
                }
            } else {
                let told = step.follows_errors().then(|| self.with_errors(step));
                self.open.insert(step.id.clone(), Open { customer: customer.to_owned(), told });
            }
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
            is_settled: true,
        }
    }

    /// How many users there are, and rows that wait for others.
    fn take_verdicts(&mut self) {
        let sheets = self.checked.sheets();
        for kind in SheetKind::ALL {
            for index in 0..sheets.get(kind).row_count() {
                let row = RowRef { sheet: kind, index };
                let verdict = self.checked.verdict(row);
                if verdict == Verdict::Skipped {
                    continue;
                }
                match self.by_customer.get_mut(&report::customer_of(row, sheets)) {
                    Some(gathered) => {
                        gathered.users.all += usize::from(kind == SheetKind::Users);
                        gathered.open += usize::from(verdict != Verdict::Clean);
                    }
                    None => self.strays += 1,
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

    /// What the journal says of what is not done, the latest run first; and who ran a customer last.
    fn take_runs(&mut self, log: &Sqlite) -> anyhow::Result<()> {
        let runs = log.runs()?;
        for head in runs.iter().rev().filter(|head| head.parked.is_none()) {
            log.walk(&head.run, Which::Open, &mut |stored| {
                self.take_open(&stored);
                Ok(())
            })?;
            log.walk(&head.run, Which::Moved, &mut |Stored { step, .. }| {
                if let Some(gathered) = self.by_customer.get_mut(step.work.customer()) {
                    gathered.last.get_or_insert_with(|| (head.run.clone(), head.by.clone()));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn take_open(&mut self, stored: &Stored) {
        let Stored { step, record, .. } = stored;
        let Some(open) = self.open.get_mut(&step.id) else { return };
        match &mut open.told {
            None => open.told = told(step, record, self.lang),
            Some(told) if !told.is_settled && told.ending == record.ending() => {
                told.since = record.finished_at.clone().or(told.since.take());
            }
            Some(told) => told.is_settled = true,
        }
    }

    fn status(mut self, waves: &[Wave]) -> Status {
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
        Status { customers, strays: self.strays, unmended: 0, windows: Vec::new() }
    }

    fn customer(&self, row: usize, id: &str, waves: &[Wave]) -> CustomerStatus {
        let sheet = &self.checked.sheets().customers;
        let cell = |header: &str| Some(sheet.cell(row, header).trim().to_owned()).filter(|cell| !cell.is_empty());
        let gathered = &self.by_customer[id];
        let waits = self.waits(gathered);
        let of_wave = cell(c::WAVE.spec.header).and_then(|name| waves.iter().find(|wave| wave.is_called(&name)));
        let of_wave = of_wave.map(|wave| wave.owner.clone()).filter(|owner| !owner.is_empty());
        CustomerStatus {
            customer: id.to_owned(),
            name: cell(c::NAME.spec.header).unwrap_or_default(),
            wave: cell(c::WAVE.spec.header),
            standing: waits.iter().map(|wait| wait.standing).max().unwrap_or(Standing::Ready),
            waits,
            users: gathered.users,
            numbers_live: gathered.numbers.0,
            numbers_staged: gathered.numbers.1,
            administrator: cell(c::ADMIN_EMAIL.spec.header).map(|email| {
                let email = email.to_lowercase();
                Administrator { stands: self.known.get(&StepId::user(&email)).is_some(), email }
            }),
            emergency: emergency(gathered, self.lang),
            owner: self.owner(row).or(of_wave).or_else(|| gathered.last.as_ref().map(|(_, by)| by.clone())),
            org_id: self.known.get(&StepId::customer(id)).and_then(|known| known.ids.get("org_id").cloned()),
            last_run: gathered.last.as_ref().map(|(run, _)| run.clone()),
        }
    }

    fn waits(&self, gathered: &Gathered) -> Vec<Wait> {
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
        if waits.is_empty() && gathered.open > 0 {
            let what = phrase(self.lang, "the next run").to_owned();
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
    let registered = (done > 0)
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

/// What the record of a step that is not done says; none where it says nothing of its own.
fn told(step: &Step, record: &Record, lang: Lang) -> Option<Told> {
    let (standing, what) = match record.state {
        State::Pending | State::Running | State::Finished(Ending::Blocked) => return None,
        State::Finished(Ending::Waiting) => (Standing::Waiting, waiting(record.reason.as_ref()?, lang)?),
        State::Finished(ending) if ending.is_good() => {
            let lacking = record.reason.as_ref().filter(|reason| !reason.missing.is_empty())?;
            (Standing::Failed, failure(step, Some(lacking), lang))
        }
        State::Sending(_) | State::Doubtful(_) => {
            (Standing::Failed, phrase(lang, "an answer of Webex is outstanding").to_owned())
        }
        State::Finished(_) => (Standing::Failed, failure(step, record.reason.as_ref(), lang)),
    };
    let (since, ending) = (record.finished_at.clone(), record.ending());
    Some(Told { standing, what, since, ending, is_settled: false })
}

/// What is waited for, with the word of Webex; none for what waits behind another row.
fn waiting(reason: &Reason, lang: Lang) -> Option<String> {
    if reason.blocked_by.is_some() {
        return None;
    }
    Some(report::wait_cause(&reason.text, lang).to_owned())
}

/// Why it failed, in the words of its code.
fn failure(step: &Step, reason: Option<&Reason>, lang: Lang) -> String {
    let Some(reason) = reason else { return step.id.to_string() };
    match reason.code.as_deref().and_then(Code::from_id) {
        Some(code) => {
            let message = text::entry(lang, code.id()).message;
            let message =
                text::fill(message, |name| (name == "reason").then(|| text::retold(lang, &reason.text).into_owned()));
            format!("{message} ({code})")
        }
        None => text::retold(lang, &reason.text).into_owned(),
    }
}
