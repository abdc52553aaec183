//! Everything that is told of one run; what every form of its report is made from.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::causes::Causes;
use super::outcome::Outcome;
use super::row::RowResult;
use crate::journal::{Left, RunHead};
use crate::model::SheetKind;
use crate::plan::Stage;
use crate::sheet::Sheets;
use crate::text::{Here, Lang};

/// The results of a run's rows, sheet by sheet.
pub type Results = HashMap<SheetKind, Vec<RowResult>>;
/// How many steps of a stage had each outcome.
pub type StageCounts = BTreeMap<Stage, BTreeMap<Outcome, usize>>;

/// One run, told.
#[derive(Clone, Copy)]
pub struct RunView<'a> {
    pub head: &'a RunHead,
    /// How it left off, if it did.
    pub left: Option<&'a Left>,
    pub sheets: &'a Sheets,
    pub results: &'a Results,
    pub stages: &'a StageCounts,
    pub causes: &'a Causes,
    /// What the commands that it names are typed for.
    pub here: &'a Here,
    /// Where the report of the run lies.
    pub report: &'a Path,
    /// The wave that was asked for.
    pub wave: Option<&'a str>,
    pub lang: Lang,
}
