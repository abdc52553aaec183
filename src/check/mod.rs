//! Stage 2: rows -> a batch that is proven valid.
//!
//! Checking never fails; it finds. Every rule sees every row, and no rule depends on another having run. Nothing
//! here reads a file or asks the provider; what was provisioned earlier comes in as [`Standing`].

mod batch;
mod context;
mod numbers;
mod rules;
mod verdict;

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Package, SheetKind};
use crate::sheet::{self, Sheets};
use crate::template::Templates;

pub use batch::{Batch, Sourced};
pub use crate::sheet::RowRef;
pub use verdict::{HoldBack, Verdict, Verdicts};

/// What earlier runs have provisioned, as far as the rules ask for it.
#[derive(Debug, Default)]
pub struct Standing {
    /// Customers by external id, with the level they were created with.
    pub customers: HashMap<String, Option<Package>>,
    /// Locations by customer and name.
    pub locations: HashSet<(String, String)>,
    /// Users by e-mail.
    pub users: HashSet<String>,
}

/// What checking gives back.
#[derive(Debug)]
pub struct Checked {
    /// The rows that may be provisioned.
    pub batch: Batch,
    /// Everything that was found, in the order of files and rows.
    pub found: Vec<Diagnostic>,
    /// What became of every row.
    pub verdicts: Verdicts,
}

impl Checked {
    /// How many findings of that weight there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|d| d.severity == severity).count()
    }
}

/// Checks every row of the sheets. `found_before` is what reading templates and settings has found.
pub fn check(
    sheets: &Sheets,
    templates: &Templates,
    standing: &Standing,
    hold_back: HoldBack,
    found_before: Vec<Diagnostic>,
) -> Checked {
    let (rows, cell_findings) = sheet::rows(sheets);
    let mut found = found_before;
    found.extend(sheets.found.iter().cloned());
    found.extend(cell_findings);
    let mut context = context::Context::new(sheets, &rows, templates, standing);
    found.extend(context.resolve_numbers());
    for rule in rules::RULES {
        rule(&context, &mut found);
    }
    in_reading_order(&mut found, templates);
    let verdicts = verdict::verdicts(&context, &found, hold_back);
    let batch = batch::batch(&context, &verdicts);
    Checked { batch, found, verdicts }
}

/// Settings and templates first, then sheet by sheet, row by row, from left to right.
fn in_reading_order(found: &mut [Diagnostic], templates: &Templates) {
    found.sort_by_cached_key(|d| {
        let file = match d.place.sheet.and_then(SheetKind::from_name) {
            None if d.place.file == templates.file => 1,
            None => 0,
            Some(SheetKind::Customers) => 2,
            Some(SheetKind::Locations) => 3,
            Some(SheetKind::Users) => 4,
        };
        (file, d.place.row, d.place.column_index, d.code)
    });
}
