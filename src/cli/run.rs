//! What was typed for `run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ApiArgs, HoldBackArgs, ReadingArgs, typed};
use crate::pipeline::{Confirmation, Order, Origin, Selection, Stage, Until};
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup run work                       asks before it sends
  turnup run work --yes --until 06:00   begins nothing new after six (exit code 5)
  turnup run work --wave 3              one wave: its first customer, then the others
  turnup run work --only users,roles    customers and locations stand already
  turnup run work --plan friday.plan    what `turnup plan work --out friday.plan` saved
  turnup run work --simulate --yes      the same against a simulated Webex";

/// The arguments of `run`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// Do not ask before sending.
    #[arg(long)]
    yes: bool,
    /// Run this saved plan exactly as it is; refused when anything it was made from has moved since.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["only", "wave", "hold_back", "strict", "encoding"])]
    plan: Option<PathBuf>,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    until: UntilArgs,
    #[command(flatten)]
    hold_back: HoldBackArgs,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

impl RunArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        self.select.on(typed(lang, &self.hold_back, &self.reading, &self.api))
    }

    /// What concerns this run alone.
    pub fn order(&self) -> Order {
        let confirmation = if self.yes { Confirmation::Given } else { Confirmation::Wanted };
        let (until, selection) = (self.until.until, self.select.selection());
        Order { confirmation, until, selection, plan: self.plan.clone(), origin: Origin::Run, night: None }
    }
}

/// What of the sheets is done.
#[derive(Debug, Clone, Default, Args)]
pub struct SelectArgs {
    /// Only these stages, such as `customers,locations`; what they need must be there already or be among them.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STAGES")]
    only: Vec<StageArg>,
    /// Only customers whose `wave` column says so; a customer with a mistake stays out whole, and the first one goes
    /// ahead of the others.
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StageArg {
    Customers,
    Locations,
    Numbers,
    Users,
    Roles,
}

impl From<StageArg> for Stage {
    fn from(stage: StageArg) -> Self {
        match stage {
            StageArg::Customers => Self::Customers,
            StageArg::Locations => Self::Locations,
            StageArg::Numbers => Self::Numbers,
            StageArg::Users => Self::Users,
            StageArg::Roles => Self::Roles,
        }
    }
}

impl SelectArgs {
    /// What is asked for.
    pub fn selection(&self) -> Selection {
        let only = self.only.iter().map(|stage| (*stage).into()).collect();
        Selection { only, wave: self.wave.clone(), ..Selection::default() }
    }

    /// What it means for the settings.
    pub fn on(&self, typed: Typed) -> Typed {
        Typed { is_wave: self.wave.is_some(), ..typed }
    }
}

/// When to leave off.
#[derive(Debug, Clone, Default, Args)]
pub struct UntilArgs {
    /// Begin nothing new from then on: the next 06:00 of this machine's clock, or a moment such as
    /// 2026-11-23T06:00:00-03:00; `turnup resume` does the rest.
    #[arg(long, value_name = "TIME", value_parser = Until::parse)]
    pub until: Option<Until>,
}
