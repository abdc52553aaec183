//! The flags of the commands that look back: `report` and `runs`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::PlanFormatArg;
use crate::pipeline::{ReportFormat, ReportOrder, RunsFormat};

/// What `report` is told.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportArgs {
    /// The run; the latest when left out. `turnup runs` lists them.
    run: Option<String>,
    /// What is printed; the files are made in every case.
    #[arg(long, value_enum, default_value_t)]
    format: ReportFormatArg,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ReportFormatArg {
    /// A summary with causes, and the folder of the files.
    #[default]
    Text,
    /// report.json.
    Json,
    /// One line for every row of all three sheets.
    Csv,
}

impl ReportArgs {
    /// The folder that was typed where other commands have theirs.
    pub fn named_folder(&self) -> Option<PathBuf> {
        self.run.as_ref().map(PathBuf::from).filter(|path| path.is_dir())
    }

    /// Which report is wanted.
    pub fn order(&self) -> ReportOrder {
        ReportOrder {
            run: self.run.clone().filter(|_| self.named_folder().is_none()),
            format: match self.format {
                ReportFormatArg::Text => ReportFormat::Text,
                ReportFormatArg::Json => ReportFormat::Json,
                ReportFormatArg::Csv => ReportFormat::Csv,
            },
        }
    }
}

/// What `runs` is told.
#[derive(Debug, Clone, Default, Args)]
pub struct RunsArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// How runs are listed.
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormatArg,
}

impl RunsArgs {
    /// How runs are to be listed.
    pub const fn format(&self) -> RunsFormat {
        match self.format {
            PlanFormatArg::Text => RunsFormat::Text,
            PlanFormatArg::Json => RunsFormat::Json,
        }
    }
}
