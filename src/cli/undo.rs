//! What was typed for `undo`.

use clap::Args;

use super::{ApiArgs, HoldBackArgs, ReadingArgs, typed};
use crate::pipeline::Confirmation;
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup undo 20261122T100000Z-1a2b -C work         shows what would go, and asks
  turnup undo 20261122T100000Z-1a2b -C work --yes   does not ask";

/// The arguments of `undo`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct UndoArgs {
    /// The run; `turnup runs` lists them.
    pub run: String,
    /// Do not ask before sending.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

impl UndoArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        typed(lang, &HoldBackArgs::default(), &ReadingArgs::default(), &self.api)
    }

    /// Was it confirmed beforehand?
    pub const fn confirmation(&self) -> Confirmation {
        if self.yes { Confirmation::Given } else { Confirmation::Wanted }
    }
}
