//! Unattended use: a night takes new sheets, runs them, leaves off in time, and tells in the morning.

mod config;
mod doctor;
mod inbox;
mod metrics;
mod notify;
mod received;
mod schedule;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::pipeline::{
    Confirmation, Console, Locked, OpenRun, Order, Origin, Selection, Terminal, Until, exit, latest_run_of_sheets,
    open_run, place_words, run,
};
use crate::settings::{Settings, Typed, language, settle};
use crate::sheet;
use crate::text::{self, Lang, phrase, say};
use crate::workspace::{Claim, Workspace};
use inbox::Arrival;
use received::received;

pub use config::{Config, Notify};
pub use doctor::{DoctorOrder, doctor};
pub use schedule::{Kind, Timetable, Unit, schedule};

/// Where new sheets arrive, unless the settings say otherwise.
const INBOX: &str = "inbox";
const WAIT_MINUTES: u64 = 10;
const MAX_SHRINK: f64 = 0.4;
const SETTLE_SECONDS: u64 = 2;
/// How long a program may take that brings new sheets.
const COMMAND_MAX: Duration = Duration::from_mins(30);
const TIME_OVER: &str = "the time was over before the run could begin, so nothing was sent";
/// How often it is looked whether another run has ended.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What was asked of a night.
#[derive(Debug, Clone, Default)]
pub struct NightOrder {
    pub inbox: Option<PathBuf>,
    pub until: Option<Until>,
    pub wait: Option<Duration>,
    /// Take new sheets although they lost many rows.
    pub anyway: bool,
    /// Only customers of this wave.
    pub wave: Option<String>,
}

/// What a night came to.
#[derive(Debug, Default)]
struct Night {
    exit: u8,
    /// The sheets that stood before were run, since no new one was taken.
    is_untaken: bool,
    /// What there is to say beside the run, in the language of reports.
    findings: Vec<String>,
    /// What the run itself refused or noted: why it stopped, what comes next.
    heard: Vec<String>,
    /// Who works in the folder, where and since when, if that is what stopped the night.
    holder: Option<String>,
    /// The run that was parked, cut off or carried on tonight.
    open: Option<OpenRun>,
    /// An earlier run that was cut off was settled and its sheets carried on with.
    is_carried_on: bool,
    /// The sheets that were taken, and from where.
    taken: Option<String>,
    /// Nothing was run: it is only tried whether this arrives.
    is_test: bool,
    /// The summary of the run, its folder last; empty when nothing was run.
    summary: String,
    seconds: f64,
    /// `report.json` of the run, when there is one.
    report: Option<Value>,
}

/// `turnup nightly`: new sheets, check, run, report, notification.
///
/// # Errors
/// [`Locked`] when another run does not end in time; otherwise when the environment does not allow it. Whoever is to be
/// told is told of errors too.
pub async fn nightly(
    folder: &Path,
    typed: &Typed,
    order: &NightOrder,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    // Whoever reads of the night in the morning stands elsewhere.
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    console.here.borrow_mut().folder.clone_from(&folder);
    let workspace = Workspace::open(&folder)?;
    let settings = settle(typed, &workspace)?;
    let begun = Instant::now();
    let mut night = Night::default();
    let spent = spend(&mut night, (&workspace, &settings), typed, order, console).await;
    if let Err(error) = &spent {
        night.holder = error.downcast_ref::<Locked>().map(|locked| locked.holder.clone());
        night.exit = if night.holder.is_some() { exit::LOCKED } else { exit::ENVIRONMENT };
        let taken = night.taken.clone().or_else(|| {
            let words = "no sheet was taken from the inbox";
            night.findings.is_empty().then(|| phrase(settings.lang, words).to_owned())
        });
        night.findings.insert(0, text::error(settings.lang, error.chain()));
        if let Some(words) = &taken {
            console.refuse(words);
        }
        night.findings.extend(taken);
    }
    night.seconds = begun.elapsed().as_secs_f64();
    tell(&workspace, &settings, &night, console).await;
    spent.map(|()| night.exit)
}

/// What was found stays found when an error ends the night.
async fn spend(
    night: &mut Night,
    (workspace, settings): (&Workspace, &Settings),
    typed: &Typed,
    order: &NightOrder,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let config = &settings.night;
    let until = order.until.map(Ok).or_else(|| config.until.as_deref().map(Until::parse)).transpose();
    let until = until.map_err(|wrong| anyhow::anyhow!("`until` under `[nightly]`: {wrong}"))?;
    // Waiting and fetching take their time, and six in the morning must not become that of tomorrow.
    let until = until.map(|until| console.clock.moment_of(until));
    refuse_wrong_folder(workspace, config, order)?;
    if !take_in(night, (workspace, settings), order, until, console).await? {
        return Ok(());
    }
    if is_over(until, console) {
        let words = phrase(settings.lang, TIME_OVER);
        console.refuse(words);
        night.findings.push(words.to_owned());
        night.exit = exit::GUARD;
        return Ok(());
    }
    // Somebody else may have begun while the inbox was looked at.
    drop(claim(workspace, wait(config, order), console).await?);
    // The run says it too, but only those who look at its output would hear it.
    let of_place = place_words(workspace, settings.lang, &console.clock);
    let code = night.exit;
    let before = (night.is_untaken && code != exit::WELL).then_some(code);
    let earlier = open_run(workspace)?;
    let ran = captured(night, workspace, typed, (until, order.wave.clone(), before), console).await;
    look_back(night, earlier.as_ref(), open_run(workspace)?, settings.lang);
    let (ran, summary) = ran?;
    night.findings.extend(of_place.into_iter().filter(|words| !night.heard.contains(words)));
    let report = summary.lines().last().map(|folder| Path::new(folder).join("report.json"));
    let report = report.and_then(|path| std::fs::read(path).ok());
    night.report = report.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    night.exit = worse(ran, code);
    night.summary = summary;
    say_once_more(night, settings.lang, console);
    Ok(())
}

/// Looks into the inbox and takes what can be run. Is there anything to run?
async fn take_in(
    night: &mut Night,
    (workspace, settings): (&Workspace, &Settings),
    order: &NightOrder,
    until: Option<Until>,
    console: &mut Console<'_>,
) -> anyhow::Result<bool> {
    let (config, lang) = (&settings.night, settings.lang);
    let claim = claim(workspace, wait(config, order), console).await?;
    inbox::sweep(workspace)?;
    let inbox = inbox_folder(workspace, config, order)?;
    if let Some(command) = &config.command {
        fetch(command, &inbox, left(until, console).unwrap_or(COMMAND_MAX)).await?;
    }
    let settle = Duration::from_secs(config.settle_seconds.unwrap_or(SETTLE_SECONDS));
    let max_shrink = if order.anyway { 1.0 } else { config.max_shrink.unwrap_or(MAX_SHRINK) };
    let look = (settle, max_shrink, order.wave.as_deref());
    let arrival = inbox::look(&inbox, workspace, settings, look, console).await?;
    let arrival = if is_over(until, console) { arrival.too_late(phrase(lang, TIME_OVER)) } else { arrival };
    let unrun = inbox::taken_and_not_run(workspace, latest_run_of_sheets(workspace)?.as_deref());
    let (findings, code) = received(&arrival, &inbox, workspace, lang, console)?;
    drop(claim);
    (night.exit, night.is_untaken) = (code, !matches!(arrival, Arrival::New(_)));
    if let Arrival::New(names) = &arrival {
        let words = "the new sheets ({files}) were taken from `{inbox}`; the next night goes on with them";
        let gaps: [(&str, &dyn std::fmt::Display); 2] = [("files", &names.join(", ")), ("inbox", &inbox.display())];
        night.taken = Some(say(lang, words, &gaps));
    }
    for words in &findings {
        console.refuse(words);
    }
    night.findings.extend(findings);
    let open = open_run(workspace)?;
    if matches!(arrival, Arrival::Refused { .. }) && !matches!(open, Some(OpenRun::CutOff(_))) {
        look_back(night, open.as_ref(), open.clone(), lang);
        for words in &night.heard {
            console.refuse(words);
        }
        return Ok(false);
    }
    // Nothing has come, and nothing ever has: there is nothing to run.
    if !night.findings.is_empty() && sheet::files(workspace.root()).is_err() {
        return Ok(false);
    }
    if let Some(at) = unrun.filter(|_| night.is_untaken && !is_over(until, console)) {
        let words = "the sheets that an earlier night took from the inbox (archive/{at}) had not been run yet; they are run now";
        let words = say(lang, words, &[("at", &at)]);
        console.refuse(&words);
        night.heard.push(words);
    }
    Ok(true)
}

/// How long to wait for another run to end.
fn wait(config: &Config, order: &NightOrder) -> Duration {
    order.wait.unwrap_or_else(|| Duration::from_mins(config.wait_minutes.unwrap_or(WAIT_MINUTES)))
}

fn is_over(until: Option<Until>, console: &Console<'_>) -> bool {
    until.is_some_and(|until| console.clock.deadline(until).is_none())
}

/// What became of a run that was not over before tonight, and which one is not over now.
fn look_back(night: &mut Night, earlier: Option<&OpenRun>, now: Option<OpenRun>, lang: Lang) {
    let is_same = earlier == now.as_ref();
    let told = match earlier {
        Some(OpenRun::CutOff(run)) if is_same => {
            Some((run, "the run {run} was cut off and is not over; `turnup resume` goes on where it stands"))
        }
        Some(OpenRun::CutOff(run)) if night.is_untaken => {
            night.is_carried_on = true;
            Some((run, "the run {run} was cut off; what it had sent was settled, and its sheets were carried on with"))
        }
        Some(OpenRun::CutOff(run)) => {
            Some((run, "the run {run} was cut off; what it had sent was settled before tonight's sheets were run"))
        }
        Some(OpenRun::Parked(run)) if is_same && !night.heard.iter().any(|words| words.contains(run)) => {
            Some((run, "{run} still waits for approval; `turnup approve {run}` lets it go"))
        }
        Some(OpenRun::Parked(_)) | None => None,
    };
    night.heard.extend(told.map(|(run, words)| say(lang, words, &[("run", run)])));
    night.open = now;
}

/// A folder that was never meant for turnup is left as it is.
fn refuse_wrong_folder(workspace: &Workspace, config: &Config, order: &NightOrder) -> anyhow::Result<()> {
    let root = workspace.root();
    let inbox = root.join(config.inbox.as_deref().unwrap_or(INBOX));
    let is_meant = workspace.has_state()
        || workspace.templates().exists()
        || workspace.settings().exists()
        || sheet::files(root).is_ok()
        || (order.inbox.is_none() && inbox.exists());
    if !is_meant {
        let folder = root.display();
        let typed = text::quoted(&folder.to_string());
        bail!(
            "`{folder}` holds no sheets, no templates.toml and no turnup.toml, and turnup was never used there; name the \
             folder of the workspace, or begin one with `turnup init {typed}`"
        );
    }
    Ok(())
}

/// Behind the results of a whole run nobody remembers what was said before them.
fn say_once_more(night: &Night, lang: Lang, console: &mut Console<'_>) {
    if night.findings.is_empty() || (night.summary.is_empty() && night.heard.is_empty()) {
        return;
    }
    let words = "the night ends with exit code {exit}: {findings}";
    let gaps: [(&str, &dyn std::fmt::Display); 2] = [("exit", &night.exit), ("findings", &night.findings.join("; "))];
    let mut words = say(lang, words, &gaps);
    if night.is_untaken && !night.summary.is_empty() {
        words += phrase(lang, "; the results are those of sheets that were taken before");
    } else if let Some(OpenRun::Parked(run)) = night.open.as_ref().filter(|_| night.is_untaken) {
        let more = "; {run}, which waits for approval, is of sheets that were taken before";
        words += &say(lang, more, &[("run", run)]);
    }
    console.refuse(&words);
}

/// How long a night has left; none where it has all the time.
fn left(until: Option<Until>, console: &Console<'_>) -> Option<Duration> {
    until.map(|until| console.clock.deadline(until).map_or(Duration::ZERO, |deadline| deadline.left.min(COMMAND_MAX)))
}

/// Waits for another run to end.
async fn claim(workspace: &Workspace, wait: Duration, console: &Console<'_>) -> anyhow::Result<Claim> {
    let until = Instant::now() + wait;
    loop {
        match workspace.claim(&console.clock.who()) {
            Err(error) if error.downcast_ref::<Locked>().is_some() && Instant::now() < until => {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            claimed => return claimed,
        }
    }
}

/// The inbox; a workspace may name only a folder of its own.
fn inbox_folder(workspace: &Workspace, config: &Config, order: &NightOrder) -> anyhow::Result<PathBuf> {
    if let Some(folder) = &order.inbox {
        // Who reads of it in the morning stands elsewhere.
        return Ok(std::path::absolute(folder).unwrap_or_else(|_| folder.clone()));
    }
    let name = config.inbox.as_deref().unwrap_or(INBOX);
    let is_below = Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if !is_below {
        bail!("`inbox` under `[nightly]` names `{name}`; it must be a folder below the workspace, or use --inbox");
    }
    let folder = workspace.root().join(name);
    if folder.is_symlink() {
        bail!("the inbox `{}` is a link; put a folder in its place, or use --inbox", folder.display());
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the inbox `{}`", folder.display()))?;
    Ok(folder)
}

/// Lets the user's program put new sheets into the inbox.
async fn fetch(command: &[String], inbox: &Path, within: Duration) -> anyhow::Result<()> {
    let [program, arguments @ ..] = command else { return Ok(()) };
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .current_dir(inbox)
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("`{program}`, which brings new sheets, cannot be started"))?;
    let ended = tokio::time::timeout(within, child.wait()).await;
    let ended = ended.with_context(|| {
        format!("`{program}`, which brings new sheets, has not ended in time; nothing was taken from the inbox")
    })?;
    let status = ended.with_context(|| format!("`{program}`, which brings new sheets, was lost"))?;
    if !status.success() {
        bail!("`{program}`, which brings new sheets, ended with {status}; nothing was taken from the inbox");
    }
    Ok(())
}

/// Runs today's sheets; tells the exit code and the summary, which goes on to the console too.
async fn captured(
    night: &mut Night,
    workspace: &Workspace,
    typed: &Typed,
    (until, wave, before): (Option<Until>, Option<String>, Option<u8>),
    console: &mut Console<'_>,
) -> anyhow::Result<(u8, String)> {
    let (confirmation, origin) = (Confirmation::Given, Origin::Nightly);
    let selection = Selection { wave, ..Selection::default() };
    let order = Order { confirmation, until, selection, plan: None, origin, night: before };
    let mut summary = Vec::new();
    let mut beside = Console {
        out: &mut summary,
        err: &mut *console.err,
        terminal: Terminal::Machine,
        colour: false,
        quiet: console.quiet,
        clock: console.clock.clone(),
        interrupt: console.interrupt.clone(),
        here: console.here,
        heard: Vec::new(),
    };
    let ran = run(workspace.root(), typed, &order, &mut beside).await;
    night.heard.append(&mut beside.heard);
    let summary = String::from_utf8_lossy(&summary).into_owned();
    console
        .out
        .write_all(summary.as_bytes())
        .and_then(|()| console.out.flush())
        .context("the results cannot be written")?;
    Ok((ran?, summary))
}

/// The exit code that tells more: 6, 5, 4, 3, 0 in this order.
fn worse(one: u8, other: u8) -> u8 {
    one.max(other)
}

/// Writes metrics and tells whoever is to be told. What cannot be told never fails a night.
async fn tell(workspace: &Workspace, settings: &Settings, night: &Night, console: &mut Console<'_>) {
    let now = console.clock.now();
    if let Some(path) = &settings.night.textfile
        && let Err(error) = metrics::write(path, workspace, night, console.clock.seconds())
    {
        let words = phrase(settings.lang, "the metrics cannot be written");
        console.refuse(&format!("{words}: {}", text::error(settings.lang, error.chain())));
    }
    let notify = &settings.night.notify;
    let wants = notify.when.as_deref() != Some("trouble") || night.exit != exit::WELL;
    if !wants {
        return;
    }
    for (what, told) in notify::all(notify, workspace, night, &now, settings.lang).await {
        if let Err(error) = told {
            let words = "the {what} cannot be sent: {why}";
            let (what, why) = (phrase(settings.lang, what), text::error(settings.lang, error.chain()));
            console.refuse(&say(settings.lang, words, &[("what", &what), ("why", &why)]));
        }
    }
}

/// Prints what has to be installed, or writes it into a folder and says what comes next.
///
/// # Errors
/// When a file cannot be written.
pub fn hand_over(
    units: &[Unit],
    folder: Option<&Path>,
    typed: &Typed,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let Some(folder) = folder else {
        for unit in units {
            write!(console.out, "# {}\n{}\n", unit.name, unit.text).context("the results cannot be written")?;
        }
        return Ok(exit::WELL);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    for unit in units {
        let path = folder.join(&unit.name);
        std::fs::write(&path, &unit.text).with_context(|| format!("cannot write `{}`", path.display()))?;
        writeln!(console.out, "{}", path.display()).context("the results cannot be written")?;
    }
    let timer = units.last().map_or("", |unit| unit.name.as_str());
    let words = "next: {command}";
    let command = format!("systemctl daemon-reload && systemctl enable --now {timer}");
    console.say(&say(language(typed), words, &[("command", &command)]));
    Ok(exit::WELL)
}
