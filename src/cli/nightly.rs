//! What was typed for `nightly` and `schedule`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{ApiArgs, HoldBackArgs, ReadingArgs, UntilArgs, typed};
use crate::nightly::{Kind, NightOrder, Timetable};
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup nightly work --until 06:00     takes what is in work/inbox, until six in the morning
  turnup nightly work --simulate        rehearses a night
  turnup nightly work --anyway          takes sheets although they lost many rows

Exit codes are those of `run`; 3 also when no new sheets are there, or the same ones again; 5 when they lost too many
rows; 7 when another run did not end in time.";

/// The arguments of `nightly`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct NightlyArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// Where new sheets arrive [default: the folder `inbox` of the workspace].
    #[arg(long, value_name = "FOLDER")]
    inbox: Option<PathBuf>,
    #[command(flatten)]
    until: UntilArgs,
    /// How long to wait for another run to end, in minutes [default: 10].
    #[arg(long, value_name = "MINUTES")]
    wait: Option<u64>,
    /// Take new sheets although they lost many rows since the last night.
    #[arg(long)]
    anyway: bool,
    /// Only customers whose `wave` column says so, within its window.
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,
    #[command(flatten)]
    hold_back: HoldBackArgs,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

impl NightlyArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        Typed { is_wave: self.wave.is_some(), ..typed(lang, &self.hold_back, &self.reading, &self.api) }
    }

    /// What concerns this night alone.
    pub fn order(&self) -> NightOrder {
        let wait = self.wait.map(Duration::from_mins);
        let (inbox, wave) = (self.inbox.clone(), self.wave.clone());
        NightOrder { inbox, until: self.until.until, wait, anyway: self.anyway, wave }
    }
}

const SCHEDULE_EXAMPLES: &str = "\
Examples:
  turnup schedule work --at 22:00 --zone America/Sao_Paulo   prints a service and its timer
  turnup schedule work --install /etc/systemd/system         writes them; says how to start them
  turnup schedule work --cron                                a line for `crontab -e`";

/// The arguments of `schedule`.
#[derive(Debug, Clone, Args)]
#[command(after_help = SCHEDULE_EXAMPLES)]
pub struct ScheduleArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// When nights begin.
    #[arg(long, value_name = "HH:MM", default_value = "22:00", value_parser = time)]
    at: jiff::civil::Time,
    /// The time zone of that, such as `America/Sao_Paulo` [default: that of the machine].
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<String>,
    /// Begin up to so many minutes later, drawn anew each night.
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u32).range(..=720))]
    jitter: u32,
    /// A line for a crontab.
    #[arg(long, conflicts_with = "install")]
    cron: bool,
    /// Write the units into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub install: Option<PathBuf>,
}

impl ScheduleArgs {
    /// Who starts the nights.
    pub const fn kind(&self) -> Kind {
        if self.cron { Kind::Cron } else { Kind::Systemd }
    }

    /// When they begin, and with which variables.
    pub fn timetable(&self, environment: Vec<(String, String)>) -> Timetable {
        Timetable { at: self.at, zone: self.zone.clone(), jitter_minutes: self.jitter, environment }
    }
}

fn time(text: &str) -> Result<jiff::civil::Time, String> {
    text.parse().map_err(|_| "write a time of day such as 22:00".to_owned())
}

fn zone(name: &str) -> Result<String, String> {
    let known = jiff::tz::TimeZone::get(name).map_err(|_| "write an IANA name such as America/Sao_Paulo".to_owned());
    known.map(|_| name.to_owned())
}
