//! What has to be done first, where the next run alone brings a customer no further.

use std::collections::{HashMap, HashSet};

use crate::check::{Checked, RowRef, Verdict};
use crate::journal::{Log, Sqlite, Stored, Which};
use crate::model::SheetKind;
use crate::pipeline::OpenRun;
use crate::plan::{self, Known, Plan, Source};
use crate::report;
use crate::sheet::{Phase, Wave};
use crate::text::{Lang, say};

/// What stands between a customer and the next run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hold {
    /// A run of it waits for `turnup approve`.
    Parked { run: String },
    /// A run of it left off.
    Unfinished { run: String },
    /// A run of it goes on in this moment, in the hands of whom the lock names.
    UnderWay { run: String, holder: String },
    /// It was deleted, and its organisation still holds the e-mails.
    Organisation { org_id: String },
    /// Cells of its sheets lack what was mended and sent.
    Unmended { cells: usize },
    /// A row of another customer, or a file, has a mistake.
    Root { place: String },
    /// The window of its wave is yet to open; how long it is until then.
    Before { wave: String, left: String },
    /// The window of its wave is over.
    Over { wave: String },
}

impl Hold {
    /// In words that go on after "waits for".
    pub fn words(&self, lang: Lang) -> String {
        match self {
            Self::Parked { run } => say(lang, "approval: `turnup approve {run}`", &[("run", run)]),
            Self::Unfinished { run } => {
                say(lang, "the run {run}, which is not over (`turnup resume` goes on with it)", &[("run", run)])
            }
            Self::UnderWay { run, holder } => {
                let words = "the run {run}, which is under way now{holder: (*)}";
                say(lang, words, &[("run", run), ("holder", holder)])
            }
            Self::Organisation { org_id } => {
                let words = "its organisation in the column `org_id`, since it was deleted and its users' e-mails stay there: \
                             {org_id}";
                say(lang, words, &[("org_id", org_id)])
            }
            Self::Unmended { cells } => {
                let words = "its sheets: {cells|* cell lacks|* cells lack} what was mended and sent";
                say(lang, words, &[("cells", cells)])
            }
            Self::Root { place } => say(lang, "what is wrong in {place}", &[("place", place)]),
            Self::Before { wave, left } => {
                say(lang, "the window of wave `{wave}`, which opens in {left}", &[("wave", wave), ("left", left)])
            }
            Self::Over { wave } => {
                say(lang, "a new window in waves.csv: that of wave `{wave}` is over", &[("wave", wave)])
            }
        }
    }
}

/// All holds, by customer.
#[derive(Default)]
pub(super) struct Holds {
    /// The run that is not over, and the customers that it has still to do something for.
    open_run: Option<OpenRun>,
    /// Who works in the folder in this moment.
    holder: Option<String>,
    of_open_run: HashSet<String>,
    organisations: HashMap<String, String>,
    unmended: HashMap<String, usize>,
    roots: HashMap<String, String>,
}

impl Holds {
    /// Gathers what the plan, what is known and the sheets say.
    pub fn of(checked: &Checked<'_>, plan: &Plan, known: &Known) -> Self {
        let organisations = plan::left_organisations(plan, known).into_iter().collect();
        let mut holds = Self { organisations, ..Self::default() };
        let open = plan.steps.iter().filter(|step| step.action != plan::Action::Unchanged);
        let open: HashSet<Source> = open.map(|step| step.source).collect();
        let sheets = checked.sheets();
        for kind in SheetKind::ALL {
            for index in sheets.get(kind).corrected_since() {
                // Of a user that stands already nothing depends.
                if kind == SheetKind::Users && !open.contains(&Source { sheet: kind, index }) {
                    continue;
                }
                let customer = report::customer_of(RowRef { sheet: kind, index }, sheets);
                *holds.unmended.entry(customer).or_default() += 1;
            }
            for index in 0..sheets.get(kind).row_count() {
                let row = RowRef { sheet: kind, index };
                if let Verdict::Blocked(root) = checked.verdict(row) {
                    holds.roots.entry(report::customer_of(row, sheets)).or_insert_with(|| root.to_string());
                }
            }
        }
        holds
    }

    /// Takes the run that is not over, and who works on it in this moment.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn take_open_run(
        &mut self,
        log: &Sqlite,
        open_run: Option<OpenRun>,
        holder: Option<String>,
    ) -> anyhow::Result<()> {
        let Some(OpenRun::Parked(run) | OpenRun::CutOff(run)) = &open_run else { return Ok(()) };
        log.walk(run, Which::Open, &mut |Stored { step, .. }| {
            self.of_open_run.insert(step.work.customer().to_owned());
            Ok(())
        })?;
        (self.open_run, self.holder) = (open_run, holder);
        Ok(())
    }

    /// The approval that a customer waits for.
    pub fn approval(&self, customer: &str) -> Option<Hold> {
        match &self.open_run {
            Some(OpenRun::Parked(run)) if self.of_open_run.contains(customer) => {
                Some(Hold::Parked { run: run.clone() })
            }
            _ => None,
        }
    }

    /// The run of a customer that left off, or that goes on in this moment.
    pub fn unfinished(&self, customer: &str) -> Option<Hold> {
        match &self.open_run {
            Some(OpenRun::CutOff(run)) if self.of_open_run.contains(customer) => {
                let run = run.clone();
                Some(match self.holder.clone() {
                    Some(holder) => Hold::UnderWay { run, holder },
                    None => Hold::Unfinished { run },
                })
            }
            _ => None,
        }
    }

    /// The organisation that a deleted customer left, and that it needs to be made again.
    pub fn organisation(&self, customer: &str) -> Option<Hold> {
        self.organisations.get(customer).map(|org_id| Hold::Organisation { org_id: org_id.clone() })
    }

    /// What has to be done before a run can do what is open of a customer; none where the next one does.
    pub fn before_next(&self, customer: &str, wave: Option<&Wave>, now: jiff::Timestamp) -> Option<Hold> {
        if let Some(unfinished) = self.unfinished(customer) {
            return Some(unfinished);
        }
        if let Some(organisation) = self.organisation(customer) {
            return Some(organisation);
        }
        if let Some(cells) = self.unmended.get(customer) {
            return Some(Hold::Unmended { cells: *cells });
        }
        if let Some(place) = self.roots.get(customer) {
            return Some(Hold::Root { place: place.clone() });
        }
        let wave = wave?;
        match wave.phase(now) {
            Phase::Before => Some(Hold::Before { wave: wave.name.clone(), left: wave.opens_in(now) }),
            Phase::Over => Some(Hold::Over { wave: wave.name.clone() }),
            Phase::Open => None,
        }
    }
}
