//! `turnup status`: where every customer stands, over all runs; the exit code is the go or no-go.

mod board;
mod hold;
mod told;

use std::path::Path;

use self::board::Board;
use super::inputs::Inputs;
use super::{Clock, Console, OpenRun, approve, checked, exit, mends, open_run, provider, standing};
use crate::diagnostic::Severity;
use crate::journal::{Log, Sqlite};
use crate::model::SheetKind;
use crate::plan;
use crate::report::{self, Status, WaveWindow};
use crate::settings::{Settings, Typed, settle};
use crate::sheet::{Phase, Wave};
use crate::text::{Lang, say};
use crate::workspace::Workspace;

/// How the status is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusFormat {
    #[default]
    Text,
    Json,
}

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
    if workspace.has_state() {
        provider::go_on_practising(&Sqlite::open(&workspace.journal())?, console)?;
    }
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
    match format {
        StatusFormat::Text => console.print_words(&report::status_text(&status, lang)),
        StatusFormat::Json => console.print(&report::status_json(&status)),
    }
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
    let mut board = Board::new(&checked, &plan, &known, settings.lang, clock.moment());
    if let Some(log) = &log {
        board.take_runs(log, going_on(workspace)?, workspace.holder())?;
    }
    let unmended = SheetKind::ALL.into_iter().map(|kind| inputs.sheets.get(kind).corrected_since().count()).sum();
    let windows = inputs.waves.iter().map(|wave| window_of(wave, clock)).collect();
    let in_the_way = in_the_way(&inputs, settings);
    Ok(Status { unmended, in_the_way, windows, ..board.status(&inputs.waves) })
}

/// The run that is not over. One that waits for approval and whose files have changed since is: the next run takes its place.
fn going_on(workspace: &Workspace) -> anyhow::Result<Option<OpenRun>> {
    let open_run = open_run(workspace)?;
    let is_moved = match &open_run {
        Some(OpenRun::Parked(run)) => approve::changed_since(workspace, run)?.is_some(),
        _ => false,
    };
    Ok(open_run.filter(|_| !is_moved))
}

/// Files that no run would go on with, and rejected rows that lie in the place of a sheet.
fn in_the_way(inputs: &Inputs, settings: &Settings) -> Vec<String> {
    let lang = settings.lang;
    let of_files = settings
        .found
        .iter()
        .chain(&inputs.found)
        .filter(|found| found.severity == Severity::Error && found.place.sheet.is_none());
    let broken = of_files.map(|found| format!("{}: {}; {}", found.place, found.message(lang), found.fix(lang)));
    let sheets = SheetKind::ALL.into_iter().map(|kind| inputs.sheets.get(kind)).filter(|sheet| sheet.is_back());
    let back = sheets.map(|sheet| {
        let words = "`{file}` is a file of rejected rows, so only these count here, and the exit code is not 0 while it is in \
                     the place of the sheet; once they are sent, put the sheet back, mended";
        say(lang, words, &[("file", &sheet.file)])
    });
    broken.chain(back).collect()
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
