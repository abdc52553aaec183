//! Cisco's own precheck of what a plan would create. Nothing is made by it, and nothing is written down.

use std::collections::{HashMap, HashSet};

use anyhow::bail;
use futures_util::{StreamExt, stream};

use crate::api::{Client, Failure, Weight, answers, calls, wire::Request};
use crate::plan::{Action, Known, Plan, Source, StepId, Work};

/// The code with which Webex says that somebody has this e-mail already (`webex-api.md` 8.2).
const EMAIL_TAKEN: &str = "10022";

/// What Webex says of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It would take it.
    Welcome,
    /// It would refuse it.
    Refused(String),
    /// It would refuse it, since somebody has its e-mail already.
    Taken(String),
    /// It did not answer.
    Unanswered(String),
}

/// What stands already, and is therefore no creation: a run takes it over.
#[derive(Debug, Clone, Default)]
pub struct There {
    /// The ids that Webex gave to customers, by external id.
    pub customers: HashMap<String, String>,
    /// Users by the external id of their customer and their e-mail.
    pub users: HashSet<(String, String)>,
}

/// Asks for the customers and users that the plan would create, customers first and so many at most; what is there
/// already is not asked about. Hands back what is said of each row, in their order.
///
/// # Errors
/// When nobody can be asked: no network, no token.
pub async fn precheck(
    plan: &Plan,
    known: &Known,
    there: &There,
    client: &Client,
    in_flight: usize,
    at_most: usize,
) -> anyhow::Result<Vec<(Source, Verdict)>> {
    let mut questions = questions(plan, known, there);
    questions.sort_by_key(|(source, _)| (source.sheet, source.index));
    questions.truncate(at_most);
    let asked = questions.into_iter().map(|(source, request)| async move {
        let verdict = match client.send(Weight::Repeatable, request).await {
            Ok(answer) => Ok(answers::precheck(&answer).map_or(Verdict::Welcome, Verdict::Refused)),
            Err(Failure::Rejected(refusal)) if refusal.code.as_deref() == Some(EMAIL_TAKEN) => {
                Ok(Verdict::Taken(refusal.to_string()))
            }
            Err(Failure::Rejected(refusal)) => Ok(Verdict::Refused(refusal.to_string())),
            Err(Failure::Environment(why)) => Err(why),
            Err(other) => Ok(Verdict::Unanswered(other.to_string())),
        };
        (source, verdict)
    });
    let mut answered = stream::iter(asked).buffer_unordered(in_flight);
    let mut said = Vec::new();
    while let Some((source, verdict)) = answered.next().await {
        match verdict {
            Ok(verdict) => said.push((source, verdict)),
            Err(why) => bail!("{why}"),
        }
    }
    said.sort_by_key(|(source, _)| (source.sheet, source.index));
    Ok(said)
}

fn questions(plan: &Plan, known: &Known, there: &There) -> Vec<(Source, Request)> {
    let is_new = |action| action == Action::Create;
    let mut templates = HashMap::new();
    for step in plan.steps.iter().filter(|step| is_new(step.action)) {
        if let Work::Customer(customer) = &step.work {
            templates.insert(customer.external_id.as_str(), customer);
        }
    }
    let question = |work: &Work| match work {
        Work::Customer(customer) if there.customers.contains_key(&customer.external_id) => None,
        Work::Customer(customer) => Some(calls::precheck_customer(customer)),
        Work::User(user) if there.users.contains(&(user.customer.clone(), user.email.clone())) => None,
        Work::User(user) => {
            if let Some(customer_id) = there.customers.get(&user.customer) {
                return Some(calls::precheck_subscriber(&user.email, customer_id));
            }
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
