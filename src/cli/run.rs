//! What was typed for `run`.

use std::path::PathBuf;

use clap::Args;

use super::{ApiArgs, HoldBackArgs, ReadingArgs, typed};
use crate::pipeline::{Confirmation, Order, Until};
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup run work                     asks before it sends
  turnup run work --yes --until 06:00 begins nothing new from six in the morning on (exit code 5)
  turnup run work --simulate --yes    the same against a simulated Webex";

/// The arguments of `run`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// Do not ask before sending.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    until: UntilArgs,
    #[command(flatten)]
    hold_back: HoldBackArgs,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    api: ApiArgs,
}

impl RunArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        typed(lang, &self.hold_back, &self.reading, &self.api)
    }

    /// What concerns this run alone.
    pub const fn order(&self) -> Order {
        let confirmation = if self.yes { Confirmation::Given } else { Confirmation::Wanted };
        Order { confirmation, until: self.until.until }
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
