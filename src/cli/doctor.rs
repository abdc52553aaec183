//! What was typed for `doctor`.

use std::path::PathBuf;

use clap::Args;

use super::{ApiArgs, HoldBackArgs, PlanFormatArg, ReadingArgs, typed};
use crate::nightly::DoctorOrder;
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup doctor work            settings, token, clock, disk, modes, journal, Webex; changes nothing
  turnup doctor work --notify   also sends a mail and a message to try them

Exit code 0 when nothing is to be done, 1 otherwise. What a token may write cannot be seen without writing.";

/// The arguments of `doctor`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct DoctorArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// Send the mail and the message of `[notify]` to try them.
    #[arg(long)]
    notify: bool,
    /// How it is written.
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormatArg,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

impl DoctorArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        typed(lang, &HoldBackArgs::default(), &ReadingArgs::default(), &self.api)
    }

    /// What concerns this look alone.
    pub const fn order(&self) -> DoctorOrder {
        DoctorOrder { notify: self.notify, json: matches!(self.format, PlanFormatArg::Json) }
    }
}
