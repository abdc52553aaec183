//! A run that is not over: it waits for approval, or was cut off.

use super::approve::waits;
use super::recorded::unfinished;
use crate::journal::{Log, Origin, RunHead, Sqlite};
use crate::workspace::Workspace;

/// The latest run, while it is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenRun {
    /// It waits for `turnup approve`, and has sent nothing.
    Parked(String),
    /// It left off before its plan was done.
    CutOff(String),
}

/// Looks which run is not over; nothing is written.
///
/// # Errors
/// When the journal cannot be read.
pub fn open_run(workspace: &Workspace) -> anyhow::Result<Option<OpenRun>> {
    if !workspace.has_state() || !workspace.journal().exists() {
        return Ok(None);
    }
    let log = Sqlite::open(&workspace.journal())?;
    let heads = log.heads()?;
    if let Some(last) = heads.last().filter(|last| waits(&heads, &last.run)) {
        return Ok(Some(OpenRun::Parked(last.run.clone())));
    }
    Ok(unfinished(&log)?.map(|head| OpenRun::CutOff(head.run)))
}

/// The latest run of the sheets of a workspace, whatever became of it; sending mended rows or taking a run back is none.
///
/// # Errors
/// When the journal cannot be read.
pub fn latest_run_of_sheets(workspace: &Workspace) -> anyhow::Result<Option<String>> {
    if !workspace.has_state() {
        return Ok(None);
    }
    let heads = Sqlite::open(&workspace.journal())?.runs()?;
    let is_of_sheets = |head: &RunHead| head.undoes.is_none() && matches!(head.origin, Origin::Run | Origin::Nightly);
    Ok(heads.into_iter().rfind(is_of_sheets).map(|head| head.run))
}
