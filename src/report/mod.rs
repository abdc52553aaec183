//! Stage 5: what happened -> what people read: findings, plans, results row by row, the closing summary.
//!
//! Rendering is pure; one function writes files, whole or not at all. Nothing here decides what is done.

mod activation;
mod findings;
mod immovable;
mod outcome;
mod plan;
mod repairs;
mod results;
mod silence;
mod steps;
mod summary;
mod undone;
mod write;

pub use activation::activation;
pub use findings::{CHECK_SCHEMA, FindingsFormat, findings};
pub use immovable::{immovable_findings, twin_findings};
pub use outcome::{Outcome, RowResult, Rows, row_results};
pub use plan::{PlanFormat, PlanView, plan};
pub use repairs::repairs;
pub use results::{rejected_csv, results_csv};
pub use summary::{counts, exit_code, summary};
pub use undone::leave_out_untouched;
pub use write::{write_atomically, write_results};

/// Text of somebody else without control characters, so that it cannot move a terminal's cursor.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
