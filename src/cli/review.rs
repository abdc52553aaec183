//! What was typed for `review`.

use std::path::PathBuf;

use clap::Args;

use super::{ApiArgs, HoldBackArgs, ReadingArgs, typed};
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup review work              prints the address of the page, which opens one browser once
  turnup review work --simulate   mended rows go to the simulated Webex";

/// The arguments of `review`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct ReviewArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// The port of this machine; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    #[command(flatten)]
    hold_back: HoldBackArgs,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

impl ReviewArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        typed(lang, &self.hold_back, &self.reading, &self.api)
    }
}
