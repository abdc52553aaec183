//! What the pages share: the folder, the door, runs that were told already, and the run that was started from here. Every
//! answer is read from the files of the workspace, so a run in another process is seen like one of ours.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::door::Door;
use super::draft::{self, Draft};
use super::kept::{Kept, Stamp};
use crate::check::RowRef;
use crate::pipeline::{
    self, Clock, Console, Edits, Ground, Order, Preview, RunListed, RunStanding, RunTold, SendOrder, Terminal, Tried,
};
use crate::report::Status;
use crate::settings::{Settings, Typed, settle};
use crate::text::{self, Here, Lang};
use crate::workspace::Workspace;

/// Runs that are kept told; another one takes the place of the oldest.
const TOLD_MAX: usize = 3;

/// What is to be carried out.
pub(super) enum Task {
    Send(SendOrder),
    /// A run of today's sheets.
    Run(Order),
}

/// The last thing that was started from here.
#[derive(Debug, Clone, Default)]
pub(super) struct Job {
    /// The run that it was to be, where that is known beforehand.
    pub run: Option<String>,
    pub is_begun: bool,
    /// What it said so far.
    pub said: String,
    /// How it ended; none while it is under way.
    pub exit: Option<u8>,
}

/// Told runs by name and the state they were told in.
type Runs = Vec<(String, Option<String>, Arc<RunTold>)>;

/// What the pages share.
pub(super) struct Desk {
    pub folder: PathBuf,
    pub typed: Typed,
    pub clock: Clock,
    pub door: Door,
    pub lang: Lang,
    told: Mutex<Runs>,
    ground: Kept<Ground>,
    preview: Kept<Preview>,
    status: Kept<Status>,
    /// Held while a draft is read, changed and written: two tabs may keep something at the same moment. A file keeps other
    /// processes out.
    drafting: Mutex<()>,
    job: Arc<Mutex<Job>>,
    stop: watch::Receiver<bool>,
}

impl Desk {
    pub fn new(
        folder: PathBuf,
        (typed, lang): (Typed, Lang),
        clock: Clock,
        door: Door,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            folder,
            typed,
            clock,
            door,
            lang,
            told: Mutex::default(),
            ground: Kept::default(),
            preview: Kept::default(),
            status: Kept::default(),
            drafting: Mutex::default(),
            job: Arc::default(),
            stop,
        }
    }

    /// Whose review this is, as others read it beside a change.
    pub fn me(&self) -> String {
        format!("{}:{}", self.clock.by(), self.door.port())
    }

    /// What the commands that pages name are typed for; nobody types them here.
    pub fn here(&self) -> Here {
        let folder = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        Here { folder, simulates: self.typed.simulate }
    }

    pub fn workspace(&self) -> anyhow::Result<Workspace> {
        Workspace::open(&self.folder)
    }

    /// Settings as they are now: somebody may have changed the file.
    pub fn settings(&self, workspace: &Workspace) -> anyhow::Result<Settings> {
        settle(&self.typed, workspace)
    }

    /// Raised when the review is to end.
    pub fn stop(&self) -> watch::Receiver<bool> {
        self.stop.clone()
    }

    pub fn runs(&self) -> anyhow::Result<Vec<RunListed>> {
        pipeline::runs_listed(&self.workspace()?)
    }

    /// The run of that name.
    pub fn run(&self, name: &str) -> anyhow::Result<Option<RunListed>> {
        Ok(self.runs()?.into_iter().find(|listed| listed.head.run == name))
    }

    /// What was confirmed so far.
    pub fn ground(&self, workspace: &Workspace, settings: &Settings) -> anyhow::Result<Arc<Ground>> {
        self.ground.get(Stamp::of_journal(workspace), || pipeline::ground(workspace, settings))
    }

    /// What the next run of today's sheets would do.
    pub fn preview(&self, workspace: &Workspace, settings: &Settings) -> anyhow::Result<Arc<Preview>> {
        let stamp = Stamp::of_everything(workspace);
        self.preview.get(stamp, || pipeline::preview(workspace, settings, &*self.ground(workspace, settings)?))
    }

    /// Where every customer stands; while a run is under way, where it stood a little before.
    pub fn status(&self, workspace: &Workspace, settings: &Settings) -> anyhow::Result<Arc<Status>> {
        let (stamp, is_moving) = (Stamp::of_everything(workspace), workspace.holder().is_some());
        self.status.get_while(stamp, is_moving, || pipeline::status_of(workspace, settings, &self.clock))
    }

    /// What rows of a run would be with some cells changed.
    pub fn tried(&self, told: &RunTold, edits: &Edits, rows: &[RowRef]) -> anyhow::Result<(Settings, Tried)> {
        let workspace = self.workspace()?;
        let settings = self.settings(&workspace)?;
        let ground = self.ground(&workspace, &settings)?;
        let tried = pipeline::tried(&workspace, &settings, &ground, (told, edits), rows)?;
        Ok((settings, tried))
    }

    /// Makes what the first pages need before somebody asks for it, in the order in which they are opened. What cannot be made
    /// says why on its page.
    pub fn warm_up(&self) {
        let make = || {
            let workspace = self.workspace()?;
            let settings = self.settings(&workspace)?;
            self.status(&workspace, &settings)?;
            let latest = self.runs()?.into_iter().find(|listed| listed.standing == RunStanding::Finished);
            latest.map(|listed| self.told(&listed)).transpose()?;
            self.preview(&workspace, &settings).map(drop)
        };
        drop::<anyhow::Result<()>>(make());
    }

    /// A run told in full; kept as long as nothing moves it.
    pub fn told(&self, listed: &RunListed) -> anyhow::Result<Arc<RunTold>> {
        let run = &listed.head.run;
        let state = (listed.standing == RunStanding::Finished).then(|| listed.head.finished.clone()).flatten();
        let mut kept = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., told)) = kept.iter().find(|(name, of, _)| name == run && of.is_some() && *of == state) {
            return Ok(Arc::clone(told));
        }
        let workspace = self.workspace()?;
        let told = Arc::new(pipeline::run_told(&workspace, &self.settings(&workspace)?, run)?);
        kept.retain(|(name, ..)| name != run);
        if kept.len() >= TOLD_MAX {
            kept.remove(0);
        }
        kept.push((run.clone(), state, Arc::clone(&told)));
        Ok(told)
    }

    /// Changes the draft of a run, with all that was kept in it so far.
    pub fn redraft(&self, run: &str, told: &RunTold, change: impl FnOnce(&mut Draft, &Edits)) -> anyhow::Result<()> {
        let _one_at_a_time = self.drafting.lock().unwrap_or_else(PoisonError::into_inner);
        let _alone = draft::alone(&self.workspace()?.draft(run))?;
        let (mut draft, edits) = self.draft(run, told)?;
        let before = draft.clone();
        change(&mut draft, &edits);
        if draft == before { Ok(()) } else { draft.write(&self.workspace()?.draft(run)) }
    }

    /// The draft of a run, and what it comes to.
    pub fn draft(&self, run: &str, told: &RunTold) -> anyhow::Result<(Draft, Edits)> {
        let draft = Draft::read(&self.workspace()?.draft(run))?;
        let edits = draft.edits(|row, column| {
            told.sheets().get(row.sheet).cells(row.index).get(column).unwrap_or_default().into_owned()
        });
        Ok((draft, edits))
    }

    /// The run that a draft was sent as, where one came of it: a lock or a guard may have kept it from beginning.
    pub fn sent_as(&self, draft: &Draft) -> anyhow::Result<Option<String>> {
        let Some(sent) = &draft.sent else { return Ok(None) };
        Ok(self.run(sent)?.map(|listed| listed.head.run))
    }

    pub fn job(&self) -> Job {
        self.job.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until what was started from here has left off.
    pub async fn left_off(&self) {
        const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(50);
        loop {
            let job = self.job();
            if !job.is_begun || job.exit.is_some() {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Starts something that sends; says no while the last one is under way.
    pub fn start(&self, run: Option<String>, task: Task) -> anyhow::Result<bool> {
        let mut job = self.job.lock().unwrap_or_else(PoisonError::into_inner);
        if job.is_begun && job.exit.is_none() {
            return Ok(false);
        }
        *job = Job { run, is_begun: true, said: String::new(), exit: None };
        drop(job);
        let (folder, typed, clock) = (self.folder.clone(), self.typed.clone(), self.clock.clone());
        let (interrupt, job, lang) = (self.stop(), Arc::clone(&self.job), self.lang);
        let runtime = Handle::try_current().context("the review runs in a runtime")?;
        // What a command says goes to writers that belong to one thread.
        tokio::task::spawn_blocking(move || {
            let (mut out, mut err) = (Vec::new(), Said(Arc::clone(&job)));
            let here = std::cell::RefCell::new(Here { folder: folder.clone(), simulates: typed.simulate });
            let mut console = Console {
                out: &mut out,
                err: &mut err,
                terminal: Terminal::Machine,
                colour: false,
                quiet: false,
                clock,
                interrupt,
                here: &here,
                heard: Vec::new(),
            };
            let ended = runtime.block_on(async {
                match task {
                    Task::Send(order) => pipeline::send(&folder, &typed, order, &mut console).await,
                    Task::Run(order) => pipeline::run(&folder, &typed, &order, &mut console).await,
                }
            });
            let mut job = job.lock().unwrap_or_else(PoisonError::into_inner);
            let locked = |error: &anyhow::Error| error.downcast_ref::<pipeline::Locked>().is_some();
            let exit = match ended {
                Ok(exit) => exit,
                Err(error) => {
                    job.said.push_str(&(text::error(lang, error.chain()) + "\n"));
                    if locked(&error) { pipeline::exit::LOCKED } else { pipeline::exit::ENVIRONMENT }
                }
            };
            job.exit = Some(exit);
        });
        Ok(true)
    }
}

/// Collects what a command says.
struct Said(Arc<Mutex<Job>>);

/// More than a command ever says; what comes then is left out.
const SAID_BYTES_MAX: usize = 1 << 16;

impl std::io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut job = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if job.said.len() < SAID_BYTES_MAX {
            job.said.push_str(&String::from_utf8_lossy(bytes));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
