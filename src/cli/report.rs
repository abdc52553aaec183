//! The flags of the commands that look back: `report`, `runs`, `status` and `why`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{PlanFormatArg, examples};
use crate::pipeline::{ReportFormat, ReportOrder, RunsFormat, StatusFormat, StoryFormat};

/// What `report` is told.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = examples::REPORT)]
pub struct ReportArgs {
    /// The run; the latest when left out. `turnup runs` lists them.
    run: Option<String>,
    /// What is printed; the files are made in every case.
    #[arg(long, value_enum, default_value_t)]
    format: ReportFormatArg,
    /// The evidence of one customer alone, by external id, over all runs (or of the one that is named): what was made, when,
    /// by whom, with tracking ids, and what is left to do by hand.
    #[arg(long, value_name = "EXTERNAL_ID")]
    customer: Option<String>,
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
    /// report.html.
    Html,
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
            customer: self.customer.clone(),
            format: match self.format {
                ReportFormatArg::Text => ReportFormat::Text,
                ReportFormatArg::Json => ReportFormat::Json,
                ReportFormatArg::Csv => ReportFormat::Csv,
                ReportFormatArg::Html => ReportFormat::Html,
            },
        }
    }
}

/// What `runs` is told.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = examples::RUNS)]
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

/// What `status` is told.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = examples::STATUS)]
pub struct StatusArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// Only the customers of that wave.
    #[arg(long, value_name = "N")]
    pub wave: Option<String>,
    /// How the status is written.
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormatArg,
}

impl StatusArgs {
    /// How the status is to be written.
    pub const fn format(&self) -> StatusFormat {
        match self.format {
            PlanFormatArg::Text => StatusFormat::Text,
            PlanFormatArg::Json => StatusFormat::Json,
        }
    }
}

/// What `why` is told.
#[derive(Debug, Clone, Args)]
#[command(after_help = examples::WHY)]
pub struct WhyArgs {
    /// The row, such as users.csv:418, as the spreadsheet counts.
    #[arg(value_name = "FILE:ROW")]
    pub place: String,
    /// The run whose sheets are meant; the latest when left out.
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// How the story is written.
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormatArg,
}

impl WhyArgs {
    /// How the story is to be written.
    pub const fn format(&self) -> StoryFormat {
        match self.format {
            PlanFormatArg::Text => StoryFormat::Text,
            PlanFormatArg::Json => StoryFormat::Json,
        }
    }
}
