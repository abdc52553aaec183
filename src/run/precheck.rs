//! Cisco's own precheck of what a plan would create. Nothing is made by it, and nothing is written down.

use std::collections::HashMap;

use anyhow::bail;
use futures_util::{StreamExt, stream};

use crate::api::{Client, Failure, Weight, answers, calls, wire::Request};
use crate::plan::{Action, Known, Plan, Source, StepId, Work};

/// What Webex would not take, or did not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Complaint {
    /// It would refuse the row.
    Refused(String),
    /// It did not answer.
    Unanswered(String),
}

/// Asks for every customer and user that the plan would create; hands back the rows with a complaint, in their order.
///
/// # Errors
/// When nobody can be asked: no network, no token.
pub async fn precheck(
    plan: &Plan,
    known: &Known,
    client: &Client,
    in_flight: usize,
) -> anyhow::Result<Vec<(Source, Complaint)>> {
    let asked = questions(plan, known).into_iter().map(|(source, request)| async move {
        let complaint = match client.send(Weight::Repeatable, request).await {
            Ok(answer) => Ok(answers::precheck(&answer).map(Complaint::Refused)),
            Err(Failure::Rejected(refusal)) => Ok(Some(Complaint::Refused(refusal.to_string()))),
            Err(Failure::Environment(why)) => Err(why),
            Err(other) => Ok(Some(Complaint::Unanswered(other.to_string()))),
        };
        (source, complaint)
    });
    let mut answered = stream::iter(asked).buffer_unordered(in_flight);
    let mut complaints = Vec::new();
    while let Some((source, complaint)) = answered.next().await {
        match complaint {
            Ok(complaint) => complaints.extend(complaint.map(|complaint| (source, complaint))),
            Err(why) => bail!("{why}"),
        }
    }
    complaints.sort_by_key(|(source, _)| (source.sheet, source.index));
    Ok(complaints)
}

fn questions(plan: &Plan, known: &Known) -> Vec<(Source, Request)> {
    let is_new = |action| action == Action::Create;
    let mut templates = HashMap::new();
    for step in plan.steps.iter().filter(|step| is_new(step.action)) {
        if let Work::Customer(customer) = &step.work {
            templates.insert(customer.external_id.as_str(), customer);
        }
    }
    let question = |work: &Work| match work {
        Work::Customer(customer) => Some(calls::precheck_customer(customer)),
        Work::User(user) => {
            if let Some(customer) = templates.get(user.customer.as_str()) {
                return Some(calls::precheck_subscriber_of_new(&user.email, customer));
            }
            let customer = known.get(&StepId::customer(&user.customer))?;
            Some(calls::precheck_subscriber(&user.email, customer.ids.get("customer_id")?))
        }
        Work::Location(_) | Work::Numbers(_) | Work::Role(_) | Work::Release(_) | Work::Removal(_) => None,
    };
    let new = plan.steps.iter().filter(|step| is_new(step.action));
    new.filter_map(|step| Some((step.source, question(&step.work)?))).collect()
}
