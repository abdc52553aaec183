//! The flags of the commands that read back: `export` and `compare`.

use std::path::PathBuf;

use clap::Args;

use super::{ApiArgs, PlanFormatArg, ReadingArgs, examples};
use crate::pipeline::{CompareFormat, CompareOrder, Confirmation, Overwriting};

/// What `export` is told.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = examples::EXPORT)]
pub struct ExportArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// The folder for the three sheets [default: `export` in the workspace].
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Replace sheets that are there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    pub api: ApiArgs,
}

impl ExportArgs {
    /// May sheets that are there be replaced?
    pub const fn overwriting(&self) -> Overwriting {
        if self.force { Overwriting::Allowed } else { Overwriting::Refused }
    }
}

/// What `compare` is told.
#[derive(Debug, Clone, Args)]
#[command(after_help = examples::COMPARE)]
pub struct CompareArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// Requests at most, repetitions not counted; customers that do not fit are named, and come first the next time.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    budget: u64,
    /// How differences are written.
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormatArg,
    /// Take over what stands in Webex as what is known, so that the next run puts back what the sheets say; nothing is sent.
    #[arg(long)]
    accept: bool,
    /// Do not ask before taking it over.
    #[arg(long, requires = "accept")]
    yes: bool,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub api: ApiArgs,
}

impl CompareArgs {
    /// What is to be done.
    pub fn order(&self) -> CompareOrder {
        let confirmation = if self.yes { Confirmation::Given } else { Confirmation::Wanted };
        let format = match self.format {
            PlanFormatArg::Text => CompareFormat::Text,
            PlanFormatArg::Json => CompareFormat::Json,
        };
        CompareOrder { budget: self.budget, format, accept: self.accept.then_some(confirmation) }
    }
}
