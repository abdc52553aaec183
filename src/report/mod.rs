//! Stage 5: what happened -> what people read: findings, plans, results row by row, the closing summary.
//!
//! Rendering is pure; one function writes files, whole or not at all. Nothing here decides what is done.

mod activation;
mod again;
mod causes;
mod corrected;
mod deeds;
mod emergency;
mod evidence;
mod findings;
mod foretold;
pub mod html;
mod immovable;
mod json;
mod lines;
mod next;
mod outcome;
mod plan;
mod repairs;
mod results;
mod row;
mod silence;
mod status;
mod steps;
mod story;
mod summary;
mod survey;
mod undone;
mod view;
mod waiting;
mod workbook;
mod write;

pub use activation::activation;
pub(crate) use causes::customer_of;
pub use causes::{
    Cause, CauseExample, CauseKind, Causes, Mend, Shown, causes_of_findings, causes_of_results, causes_page, percent,
    without_persons,
};
pub use corrected::tell_corrected;
pub use deeds::{code_words, event_words, reason_words, thing_words, wait_cause};
pub use evidence::{Deed, EVIDENCE_SCHEMA, Evidence, by_hand, evidence_text};
pub use findings::{CHECK_SCHEMA, FindingsFormat, findings};
pub use foretold::{Foretold, foretold, foretold_words};
pub use html::{evidence_html, plan_html, report_html};
pub use immovable::{immovable_findings, known_warnings};
pub use json::report_json;
pub use lines::report_csv;
pub use next::{next_steps, next_words};
pub use outcome::{Outcome, Rows, row_results};
pub use plan::{PlanFormat, PlanView, TO_MAKE_AGAIN, plan, range};
pub use repairs::repairs;
pub use results::{rejected_csv, results_csv};
pub use row::{RowReason, RowResult};
pub use status::{
    Administrator, CustomerStatus, Part, Standing, Status, Wait, WaveWindow, status_json, status_text, unmended_words,
    wait_words,
};
pub use story::{Chapter, RootStory, Story, story_json, story_text};
pub use summary::{counts, exit_code, summary};
pub use survey::{Survey, SurveyReason, Surveyed, UsersFound, Whereabouts, survey_text};
pub use undone::leave_out_untouched;
pub use view::{Results, RunView, StageCounts};
pub use waiting::{Awaits, ageing, waiting_csv};
pub use workbook::report_xlsx;
pub use write::{write_atomically, write_results, write_streamed};

/// Text of somebody else without control characters, so that it cannot move a terminal's cursor.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
