//! What a page shows of a workspace: runs, how far one has come, one told in full, and what its rows would be with some
//! cells changed. Nothing here writes or sends.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Context;

use super::held::Held;
use super::inputs::{Inputs, TEMPLATES};
use super::recorded::Recorded;
use super::told::Told;
use super::{approve, checked, forecast, known, learnt, standing, story};
use crate::check::{Checked, RowRef, Standing, Verdict};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::journal::{Call, Ending, Left, Log, Record, RunHead, Sqlite, State, Stored, Which};
use crate::model::SheetKind;
use crate::plan::{self, Action, Forecast, Known, Plan, Selection, Source, Stage, Step};
use crate::report::{self, Outcome, Results, RunView, Story};
use crate::settings::Settings;
use crate::sheet::{self, Sheet, Sheets};
use crate::template;
use crate::workspace::Workspace;

/// Where a run stands as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunStanding {
    Finished,
    /// A process works on it.
    UnderWay,
    /// It was cut off, or left off.
    Unfinished,
    /// It waits for a person's approval.
    Parked,
    /// It waited for approval, and a later run took its place.
    Superseded,
}

/// One run in a list.
#[derive(Debug, Clone)]
pub struct RunListed {
    pub head: RunHead,
    pub left: Option<Left>,
    pub standing: RunStanding,
}

/// Every run of a workspace, the latest first.
///
/// # Errors
/// When the journal cannot be read.
pub fn runs_listed(workspace: &Workspace) -> anyhow::Result<Vec<RunListed>> {
    if !workspace.has_state() {
        return Ok(Vec::new());
    }
    let log = Sqlite::open(&workspace.journal())?;
    let (heads, all) = (log.runs()?, log.heads()?);
    let is_held = workspace.holder().is_some();
    let standing = |head: &RunHead| match () {
        () if head.finished.is_some() => RunStanding::Finished,
        () if head.parked.is_some() && approve::waits(&all, &head.run) => RunStanding::Parked,
        () if head.parked.is_some() => RunStanding::Superseded,
        () if is_held
            && heads.iter().rfind(|other| other.parked.is_none()).is_some_and(|last| last.run == head.run) =>
        {
            RunStanding::UnderWay
        }
        () => RunStanding::Unfinished,
    };
    let listed =
        |head: &RunHead| Ok(RunListed { head: head.clone(), left: log.left(&head.run)?, standing: standing(head) });
    heads.iter().rev().map(listed).collect()
}

/// A run with everything that is told of it.
pub struct RunTold(Told);

impl RunTold {
    pub(super) const fn new(told: Told) -> Self {
        Self(told)
    }

    pub(super) const fn told(&self) -> &Told {
        &self.0
    }

    /// What reports are made from.
    pub fn view(&self) -> RunView<'_> {
        self.0.view()
    }

    pub fn sheets(&self) -> &Sheets {
        &self.0.inputs.sheets
    }

    pub const fn results(&self) -> &Results {
        &self.0.results
    }
}

/// Tells a run from the journal and the inputs that were kept with it.
///
/// # Errors
/// When the journal or the inputs cannot be read.
pub fn run_told(workspace: &Workspace, settings: &Settings, run: &str) -> anyhow::Result<RunTold> {
    let mut log = Sqlite::open(&workspace.journal())?;
    let recorded = Recorded { workspace, settings, log: &mut log };
    Ok(RunTold(recorded.told(run, settings.lang)?))
}

/// Everything that is recorded of a row of a run.
///
/// # Errors
/// When the journal cannot be read.
pub fn story_of(workspace: &Workspace, told: &RunTold, row: RowRef) -> anyhow::Result<Story> {
    story::story(&Sqlite::open(&workspace.journal())?, &told.0, row)
}

/// How far a stage of a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageProgress {
    /// Steps that make a call.
    pub all: u64,
    pub well: u64,
    pub waiting: u64,
    pub troubled: u64,
    pub under_way: u64,
}

impl StageProgress {
    pub const fn done(self) -> u64 {
        self.well + self.waiting + self.troubled
    }
}

/// What steps under way wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// Webex sets up a customer.
    SetUp,
    /// The answer to a request.
    Answer(Call),
    /// A look-up that tells what became of a request without answer.
    LookUp(Call),
    /// Its turn.
    Turn,
}

/// How far a run has come, and what it waits for.
#[derive(Debug, Clone, Default)]
pub struct RunProgress {
    pub stages: BTreeMap<Stage, StageProgress>,
    /// With a customer or a person as an example.
    pub awaited: BTreeMap<Awaited, (usize, String)>,
}

/// Counts the steps of a run by where they stand.
///
/// # Errors
/// When the journal cannot be read.
pub fn run_progress(workspace: &Workspace, run: &str) -> anyhow::Result<RunProgress> {
    let mut progress = RunProgress::default();
    Sqlite::open(&workspace.journal())?.walk(run, Which::All, &mut |Stored { step, record, .. }| {
        progress.take(&step, &record);
        Ok(())
    })?;
    Ok(progress)
}

impl RunProgress {
    fn take(&mut self, step: &Step, record: &Record) {
        if step.action == Action::Unchanged {
            return;
        }
        let stage = self.stages.entry(step.stage).or_default();
        stage.all += 1;
        let awaited = match record.state {
            State::Pending => return,
            State::Finished(Ending::Waiting) => {
                stage.waiting += 1;
                return;
            }
            State::Finished(ending) => {
                *if ending.is_good() { &mut stage.well } else { &mut stage.troubled } += 1;
                return;
            }
            State::Sending(call) => Awaited::Answer(call),
            State::Doubtful(call) => Awaited::LookUp(call),
            State::Running if record.done.contains(&Call::CreateCustomer) => Awaited::SetUp,
            State::Running => Awaited::Turn,
        };
        stage.under_way += 1;
        let (count, _) = self.awaited.entry(awaited).or_insert_with(|| (0, step.work.customer().to_owned()));
        *count += 1;
    }

    /// Done and all, over all stages.
    pub fn total(&self) -> (u64, u64) {
        (self.stages.values().map(|stage| stage.done()).sum(), self.stages.values().map(|stage| stage.all).sum())
    }
}

/// Cells that were changed by hand: sheet, row and column by position, and what stands there now.
pub type Edits = BTreeMap<(SheetKind, usize, usize), String>;

/// What the rows of a run would be with some cells changed.
#[derive(Debug, Default)]
pub struct Tried {
    /// The rows that were asked for, with verdict and findings.
    pub rows: BTreeMap<RowRef, (Verdict, Vec<Diagnostic>)>,
    /// Rows that were right and collide with a changed one now.
    pub harmed: Vec<RowRef>,
    /// Rows that go along: the changes release them, or need them.
    pub released: Vec<Source>,
    /// What sending the clean ones among them would do.
    pub plan: Plan,
}

impl Tried {
    /// Does nothing stand in the way of the row?
    pub fn is_clean(&self, row: RowRef) -> bool {
        self.rows.get(&row).is_some_and(|(verdict, _)| *verdict == Verdict::Clean)
    }
}

/// What was confirmed so far and what the pace was; read once for many looks.
pub struct Ground {
    known: Known,
    standing: Standing,
    held: Held,
    learnt: Vec<(String, f64)>,
}

/// Reads what was confirmed so far.
///
/// # Errors
/// When the journal cannot be read.
pub fn ground(workspace: &Workspace, settings: &Settings) -> anyhow::Result<Ground> {
    let known = known(workspace)?;
    let standing = standing(&known);
    let held = if workspace.has_state() { Held::read(&Sqlite::open(&workspace.journal())?)? } else { Held::default() };
    Ok(Ground { standing, known, held, learnt: learnt(workspace, settings)? })
}

/// Checks a run's sheets with some cells changed exactly as the command line does, and tells what becomes of some rows.
/// Planned is what has to do with these: other customers change nothing for them.
///
/// # Errors
/// When the templates cannot be read.
pub fn tried(
    workspace: &Workspace,
    settings: &Settings,
    ground: &Ground,
    (told, edits): (&RunTold, &Edits),
    asked: &[RowRef],
) -> anyhow::Result<Tried> {
    let inputs = edited_inputs(workspace, settings, told, edits)?;
    let known = &ground.known;
    let mut checked = checked(&inputs, settings, &ground.standing);
    let batch = checked.batch_around(asked);
    let all = plan::plan(&batch, known);
    checked.add(report::immovable_findings(&inputs.sheets, &all));
    checked.add(report::known_warnings(&inputs.sheets, &batch, known, &all));
    let rows = findings_of_rows(&checked, asked);
    let harmed = harmed(&checked, told, edits);
    let clean: Vec<Source> = rows.iter().filter(|(_, (verdict, _))| *verdict == Verdict::Clean).map(source).collect();
    let released = ground.held.along(&told.0, &all, &clean, &HashSet::new());
    let mut selection = Selection { rows: Some([clean, released.clone()].concat()), ..Selection::default() };
    let wanted: HashSet<Source> = selection.rows.iter().flatten().copied().collect();
    let is_picked = move |source: Source| wanted.contains(&source);
    let plan = plan::restrict(all, &mut selection, is_picked);
    Ok(Tried { rows, harmed, released, plan })
}

/// What sending a plan would take.
pub fn forecast_of(settings: &Settings, ground: &Ground, plan: &Plan) -> Forecast {
    forecast(plan, &ground.known, settings, &ground.learnt)
}

/// Rows that are looked at in search of collisions; nobody mends more at a time.
const HARMED_MAX: usize = 200;

/// Rows that were not rejected, and are now since they collide with a changed row. The first of two equal rows stands, so the
/// other one has the finding.
fn harmed(checked: &Checked<'_>, told: &RunTold, edits: &Edits) -> Vec<RowRef> {
    let sheets = checked.sheets();
    let edited: HashSet<(SheetKind, usize)> = edits.keys().map(|(sheet, row, _)| (*sheet, *row)).collect();
    let is_edited = |place: &Place| {
        let sheet = place.sheet.and_then(SheetKind::from_name);
        let row = sheet.zip(place.row).and_then(|(sheet, row)| Some((sheet, sheets.get(sheet).row_of(row)?)));
        row.is_some_and(|row| edited.contains(&row))
    };
    let kinds: HashSet<SheetKind> = edited.iter().map(|(sheet, _)| *sheet).collect();
    let rows = SheetKind::ALL.into_iter().filter(|kind| kinds.contains(kind)).flat_map(|kind| {
        let results = told.results().get(&kind).into_iter().flatten();
        results.filter(|result| result.outcome != Outcome::Rejected).map(move |result| (kind, result.row))
    });
    let rows = rows.filter(|row| !edited.contains(row)).map(|(sheet, index)| RowRef { sheet, index });
    let wrong = rows.filter(|row| checked.verdict(*row) == Verdict::Rejected).take(HARMED_MAX);
    let rows = findings_of_rows(checked, &wrong.collect::<Vec<_>>()).into_iter();
    let collides = |found: &Diagnostic| found.related.iter().any(is_edited);
    rows.filter(|(_, (_, found))| found.iter().any(collides)).map(|(row, _)| row).collect()
}

fn source((row, _): (&RowRef, &(Verdict, Vec<Diagnostic>))) -> Source {
    Source { sheet: row.sheet, index: row.index }
}

/// The verdicts of rows, and everything that is found about them.
fn findings_of_rows(checked: &Checked<'_>, rows: &[RowRef]) -> BTreeMap<RowRef, (Verdict, Vec<Diagnostic>)> {
    let mut before: HashMap<(&str, u32), Vec<&Diagnostic>> = HashMap::new();
    for found in checked.found_before_users() {
        if let (Some(sheet), Some(row)) = (found.place.sheet, found.place.row) {
            before.entry((sheet, row)).or_default().push(found);
        }
    }
    let of = |&row: &RowRef| {
        let place = checked.sheets().get(row.sheet).place(row.index, None);
        let found = if row.sheet == SheetKind::Users {
            checked.of_user(row.index)
        } else {
            let at = place.sheet.zip(place.row);
            at.and_then(|at| before.get(&at)).into_iter().flatten().copied().cloned().collect()
        };
        let verdict = match checked.verdict(row) {
            // What is added after the verdicts, such as a value that cannot be changed, keeps a row out too.
            Verdict::Clean if found.iter().any(|found| found.severity == Severity::Error) => Verdict::Rejected,
            verdict => verdict,
        };
        (row, (verdict, found))
    };
    rows.iter().map(of).collect()
}

/// The sheets of a run with some cells changed, with the templates of today.
fn edited_inputs(workspace: &Workspace, settings: &Settings, told: &RunTold, edits: &Edits) -> anyhow::Result<Inputs> {
    let path = workspace.root().join(TEMPLATES);
    let text = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let (templates, found) = template::read(TEMPLATES, &String::from_utf8_lossy(&text));
    let sheets = told.sheets().clone();
    let (rows, of_cells) = sheet::rows(&sheets);
    let found = [found, of_cells].concat();
    // What was kept of earlier mends is in the sheets already.
    let inputs = Inputs { sheets, rows, templates, found, corrections: Vec::new(), waves: Vec::new() };
    let reading = sheet::Options { encoding: None, ..settings.reading.clone() };
    Ok(inputs.with(&edited_texts(told.sheets(), edits), &[], &reading))
}

/// The sheets that have changed cells, as CSV.
pub(super) fn edited_texts(sheets: &Sheets, edits: &Edits) -> Vec<(SheetKind, String)> {
    let of = |kind: SheetKind| {
        let cells = edits.iter().filter(|((sheet, ..), _)| *sheet == kind);
        let cells: BTreeMap<(usize, usize), String> =
            cells.map(|((_, row, column), now)| ((*row, *column), now.clone())).collect();
        (!cells.is_empty()).then(|| (kind, sheet::edited(sheets.get(kind), &cells)))
    };
    SheetKind::ALL.into_iter().filter_map(of).collect()
}

/// A sheet of a run with its changed cells.
pub fn edited_sheet(told: &RunTold, edits: &Edits, kind: SheetKind) -> Sheet {
    let text = edited_texts(told.sheets(), edits).into_iter().find(|(other, _)| *other == kind);
    let read = |(kind, text): (SheetKind, String)| {
        let options = sheet::Options::default();
        sheet::parse(kind, &sheet::file_name(kind), text.into_bytes(), &options, &mut Vec::new())
    };
    text.map_or_else(|| told.sheets().get(kind).clone(), read)
}

/// What a run of today's sheets would do.
pub struct Preview {
    pub plan: Plan,
    pub forecast: Forecast,
    pub rejected: usize,
    pub blocked: usize,
    /// Names of customers by their key.
    pub names: BTreeMap<String, String>,
}

/// Plans a run of today's sheets; nothing is sent.
///
/// # Errors
/// When a file cannot be read.
pub fn preview(workspace: &Workspace, settings: &Settings, ground: &Ground) -> anyhow::Result<Preview> {
    let inputs = Inputs::read(workspace.root(), &settings.reading)?;
    let checked = checked(&inputs, settings, &ground.standing);
    let plan = plan::plan(&checked.batch(), &ground.known);
    let forecast = forecast(&plan, &ground.known, settings, &ground.learnt);
    let sheet = &inputs.sheets.customers;
    let (id, name) = (sheet::customers::EXTERNAL_ID.spec.header, sheet::customers::NAME.spec.header);
    let cell = |row: usize, header: &str| sheet.cell(row, header).trim().to_owned();
    let names = (0..sheet.row_count()).map(|row| (cell(row, id), cell(row, name))).collect();
    let (rejected, blocked) = (checked.verdicts.rejected(), checked.verdicts.blocked());
    Ok(Preview { plan, forecast, rejected, blocked, names })
}
