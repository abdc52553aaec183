//! What is typed behind `turnup remind`.

use std::path::PathBuf;

use clap::Args;

use super::{ApiArgs, HoldBackArgs, PlanFormatArg, ReadingArgs, typed};
use crate::pipeline::{Confirmation, RemindFormat};
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup remind work         who waits for whom, since when; nothing is sent
  turnup remind work --yes   Webex sends its consent mails again, at most 3 and 3 days apart";

/// The arguments of `remind`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct RemindArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// Have the consent mails sent.
    #[arg(long)]
    yes: bool,
    /// How those who wait are listed.
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormatArg,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

impl RemindArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        typed(lang, &HoldBackArgs::default(), &self.reading, &self.api)
    }

    /// Was it confirmed beforehand?
    pub const fn confirmation(&self) -> Confirmation {
        if self.yes { Confirmation::Given } else { Confirmation::Wanted }
    }

    /// How those who wait are to be listed.
    pub const fn format(&self) -> RemindFormat {
        match self.format {
            PlanFormatArg::Text => RemindFormat::Text,
            PlanFormatArg::Json => RemindFormat::Json,
        }
    }
}
