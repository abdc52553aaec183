//! What was typed for `purge`.

use std::path::PathBuf;

use clap::Args;

use crate::pipeline::{Age, Confirmation, PurgeOrder};

const EXAMPLES: &str = "\
Examples:
  turnup purge work --older-than 90d --dry-run        what would go, and what stays
  turnup purge work --older-than 2026-08-25 --yes     does not ask

Goes: runs in the journal, with their kept inputs, reports and drafts; arrivals in the archive. Stays: the latest run,
runs that are not finished, wait for approval, made what still waits, or are taken back by one that stays; what is known
of objects that stand; your own files. Nothing that went can be read in the journal any more.";

/// The arguments of `purge`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct PurgeArgs {
    /// The workspace folder [default: .].
    pub dir: Option<PathBuf>,
    /// How old it must be: days, weeks, months or years (90d, 12w, 6mo, 2y), or a day such as 2026-08-25.
    #[arg(long, value_name = "AGE|DATE", value_parser = Age::parse)]
    older_than: Age,
    /// Only show what would go.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before removing.
    #[arg(long)]
    yes: bool,
}

impl PurgeArgs {
    /// What is to be removed.
    pub fn order(&self) -> PurgeOrder {
        let confirmation = if self.yes { Confirmation::Given } else { Confirmation::Wanted };
        PurgeOrder { older_than: self.older_than.clone(), is_dry: self.dry_run, confirmation }
    }
}
