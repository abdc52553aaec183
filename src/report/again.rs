//! What it takes to make a customer again that was deleted: e-mails and numbers belong to the organisation that it left.

use std::fmt;

use super::outcome::Rows;
use crate::plan::{Action, Stage, Step, StepId};
use crate::text;

/// What helps besides where a customer was deleted before: its organisation stays, with its e-mails and numbers.
const IN_WHAT_IT_LEFT: &str = "; or, since {customer} was taken away before and its organisation stays in Webex with e-mails and numbers: {undo}write \
     {org_id} into the column `org_id` of its row, and run again";

/// What else helps where the customer was deleted before. What stands in another organisation goes first.
pub(super) fn in_what_it_left(rows: &Rows<'_>, step: &Step) -> anyhow::Result<String> {
    let (lang, customer) = (rows.lang, step.work.customer());
    let Some(org_id) = rows.organisations.get(customer) else { return Ok(String::new()) };
    let made = rows.log.find(rows.run, &StepId::customer(customer))?;
    let undo = match step.stage {
        Stage::Customers => String::new(),
        _ if made.is_some_and(|step| step.action == Action::Create) => text::say(
            lang,
            "take the whole run back, with what it made for others too (`turnup undo {run}`), ",
            &[("run", &rows.run)],
        ),
        _ => text::phrase(lang, "take back the run that made it again, whole (`turnup undo`), ").to_owned(),
    };
    let gaps: [(&str, &dyn fmt::Display); 3] = [("customer", &customer), ("org_id", org_id), ("undo", &undo)];
    Ok(text::say(lang, IN_WHAT_IT_LEFT, &gaps))
}
