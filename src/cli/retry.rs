//! What was typed for `retry`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ApiArgs, HoldBackArgs, ReadingArgs, UntilArgs, typed};
use crate::pipeline::{Confirmation, RetryOrder};
use crate::report::Outcome;
use crate::settings::Typed;
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup retry work                    every row of the latest run that did not end well
  turnup retry work --class failed     only rows that failed
  turnup retry work --from reports/20261122T220000Z-1a2b/users.rejected.csv
                                       only that file's rows, mended, and those they held back";

/// The arguments of `retry`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct RetryArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// The run whose rows are done again; the latest when left out.
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Only rows with this outcome; may be given several times [default: all of them].
    #[arg(long, value_enum, value_delimiter = ',', conflicts_with = "from")]
    class: Vec<ClassArg>,
    /// A mended file of rejected rows; rows may be sorted, and some may be left out.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Keep the mends of that file in corrections.csv, so that later runs do them again while the sheet still says what was
    /// mended.
    #[arg(long, requires = "from")]
    keep: bool,
    /// Do not ask before sending.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    until: UntilArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Outcomes that can be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum ClassArg {
    Failed,
    Incomplete,
    Conflict,
    Unconfirmed,
    Blocked,
    NotReached,
    Waiting,
}

impl From<ClassArg> for Outcome {
    fn from(class: ClassArg) -> Self {
        match class {
            ClassArg::Failed => Self::Failed,
            ClassArg::Incomplete => Self::Incomplete,
            ClassArg::Conflict => Self::Conflict,
            ClassArg::Unconfirmed => Self::Unconfirmed,
            ClassArg::Blocked => Self::Blocked,
            ClassArg::NotReached => Self::NotReached,
            ClassArg::Waiting => Self::Waiting,
        }
    }
}

impl RetryArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        typed(lang, &HoldBackArgs::default(), &ReadingArgs::default(), &self.api)
    }

    /// What concerns this retry alone.
    pub fn order(&self) -> RetryOrder {
        let all = ClassArg::value_variants();
        let classes = if self.class.is_empty() { all } else { &self.class };
        RetryOrder {
            confirmation: if self.yes { Confirmation::Given } else { Confirmation::Wanted },
            until: self.until.until,
            run: self.run.clone(),
            classes: classes.iter().map(|class| (*class).into()).collect(),
            from: self.from.clone(),
            keeps: self.keep,
        }
    }
}
