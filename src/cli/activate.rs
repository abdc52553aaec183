//! What is typed behind `turnup activate`.

use std::path::PathBuf;

use clap::Args;

use super::{ApiArgs, HoldBackArgs, ReadingArgs, typed};
use crate::pipeline::Confirmation;
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup activate work                 shows what goes live, and asks
  turnup activate work --wave 3 --yes  one wave, without asking";

/// The arguments of `activate`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct ActivateArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// Only customers whose `wave` column says so.
    #[arg(long, value_name = "WAVE")]
    pub wave: Option<String>,
    /// Do not ask before sending.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

impl ActivateArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        typed(lang, &HoldBackArgs::default(), &self.reading, &self.api)
    }

    /// Was it confirmed beforehand?
    pub const fn confirmation(&self) -> Confirmation {
        if self.yes { Confirmation::Given } else { Confirmation::Wanted }
    }
}
