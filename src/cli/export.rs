//! The flags of the commands that read back: `export` and `compare`.

use std::path::PathBuf;

use clap::Args;

use super::{ApiArgs, PlanFormatArg, ReadingArgs, examples};
use crate::pipeline::{CompareFormat, Overwriting};

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
    pub budget: u64,
    /// How differences are written.
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormatArg,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub api: ApiArgs,
}

impl CompareArgs {
    /// How differences are to be written.
    pub const fn format(&self) -> CompareFormat {
        match self.format {
            PlanFormatArg::Text => CompareFormat::Text,
            PlanFormatArg::Json => CompareFormat::Json,
        }
    }
}
