//! `turnup check --online`: which customers and users stand in Webex already, and Cisco's own precheck for the rows that
//! are clean. Nothing is made or changed by it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::inputs::Inputs;
use super::{Console, exit, provider};
use crate::diagnostic::{Code, Diagnostic};
use crate::export::{self, Budget, Listed, Listing, NotRead, Sought};
use crate::model::{Action, SheetKind};
use crate::plan::{Known, Plan, Source, StepId};
use crate::report::{self, FindingsFormat, Survey, SurveyReason, Surveyed, UsersFound, Whereabouts};
use crate::run::{self, There, Verdict};
use crate::settings::Settings;
use crate::sheet::{Sheets, UserReader, customers, locations, users};
use crate::text::{Lang, phrase};
use crate::workspace::Workspace;

/// Who is asked about the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Nobody; the rules decide.
    Nobody,
    /// Webex too, with so many requests at most.
    Webex { budget: u64 },
}

/// What Webex has said.
pub(super) struct Answered {
    pub findings: Vec<Diagnostic>,
    pub survey: Survey,
}

/// Asks where the customers of the sheets stand, and Cisco's precheck about the rows that a plan would create.
pub(super) async fn asked(
    (workspace, settings): (&Workspace, &Settings),
    inputs: &Inputs,
    (plan, known): (&Plan, &Known),
    budget: u64,
    run: &str,
) -> anyhow::Result<Answered> {
    provider::look(settings)?;
    let learnt = super::learnt(workspace, settings)?;
    let provider = provider::Provider::taught(workspace, settings, run, &learnt).await?;
    let (client, budget) = (provider.client(), Budget::of(budget));
    let wanted = wanted(inputs);
    let sought: Vec<Sought> = wanted.iter().map(Wanted::sought).collect();
    let listed = export::survey(&client, &budget, &sought).await?;
    let there = there(&wanted, &listed);
    let said = run::precheck(plan, known, &there, &client, client.in_flight() * 2, budget.left()).await?;
    let findings = findings(&inputs.sheets, &said);
    let judge = Judge { plan: planned(plan), said: said.into_iter().collect(), known };
    let customers = wanted.iter().zip(&listed).map(|(one, listed)| judge.customer(one, listed)).collect();
    Ok(Answered { findings, survey: Survey { customers, requests: client.sent() } })
}

/// Shows the survey where programs that read findings do not trip over it.
pub(super) fn show(survey: Option<&Survey>, format: FindingsFormat, lang: Lang, console: &mut Console<'_>) {
    let Some(survey) = survey else { return };
    match format {
        FindingsFormat::Text | FindingsFormat::Whole => console.print_words(&report::survey_text(survey, lang)),
        FindingsFormat::Csv => console.say(report::survey_text(survey, lang).trim_end()),
        FindingsFormat::Json => {}
    }
}

/// Says that somebody did not want to wait for the answers.
pub(super) fn interrupted(lang: Lang, console: &mut Console<'_>) -> u8 {
    console.refuse(phrase(lang, "interrupted; nothing was written"));
    exit::INTERRUPTED
}

/// What the lists show, under its own external id.
fn there(wanted: &[Wanted], listed: &[Listed]) -> There {
    let mut there = There::default();
    for (one, listed) in wanted.iter().zip(listed) {
        let Listed::Present(listing @ Listing { other_id: None, .. }) = listed else { continue };
        there.customers.insert(one.external_id.clone(), listing.id.clone());
        let emails = listing.emails.iter().flatten().map(|email| (one.external_id.clone(), email.clone()));
        there.users.extend(emails);
    }
    there
}

/// A finding for every row that Cisco's precheck complains of, at the cell that names it.
fn findings(sheets: &Sheets, said: &[(Source, Verdict)]) -> Vec<Diagnostic> {
    let finding = |(source, verdict): &(Source, Verdict)| {
        let header = match source.sheet {
            SheetKind::Customers => customers::EXTERNAL_ID.spec.header,
            SheetKind::Locations => locations::NAME.spec.header,
            SheetKind::Users => users::EMAIL.spec.header,
        };
        let (code, reason) = match verdict {
            Verdict::Welcome => return None,
            Verdict::Refused(reason) | Verdict::Taken(reason) => (Code::PrecheckRefused, reason),
            Verdict::Unanswered(reason) => (Code::PrecheckUnanswered, reason),
        };
        let sheet = sheets.get(source.sheet);
        let found = Diagnostic::new(code, sheet.place(source.index, Some(header)));
        Some(found.value(sheet.cell(source.index, header)).with("reason", reason))
    };
    said.iter().filter_map(finding).collect()
}

/// A customer that the sheets want, and its users.
struct Wanted {
    row: usize,
    external_id: String,
    org_id: Option<String>,
    /// Its administrator's e-mail, in lower case.
    administrator: Option<String>,
    /// The rows of its users, by e-mail.
    users: BTreeMap<String, usize>,
}

impl Wanted {
    fn sought(&self) -> Sought {
        let (external_id, org_id) = (self.external_id.clone(), self.org_id.clone());
        Sought { external_id, org_id, has_users: !self.users.is_empty() }
    }
}

/// The customers that the sheets want, in the order of their rows; the first row of an external id stands for it.
fn wanted(inputs: &Inputs) -> Vec<Wanted> {
    let (mut wanted, mut at) = (Vec::new(), HashMap::new());
    for row in inputs.rows.customers.iter().filter(|row| row.action == Action::Apply) {
        let Some(id) = row.external_id.clone().filter(|id| !at.contains_key(id)) else { continue };
        at.insert(id.clone(), wanted.len());
        wanted.push(Wanted {
            row: row.index,
            external_id: id,
            org_id: row.org_id.clone(),
            administrator: row.admin_email.as_ref().map(|email| email.as_str().to_lowercase()),
            users: BTreeMap::new(),
        });
    }
    let sheet = &inputs.sheets.users;
    let (mut reader, mut found) = (UserReader::new(sheet), Vec::new());
    for index in 0..sheet.row_count() {
        let row = reader.read(index, &mut found);
        found.clear();
        let customer = row.customer.and_then(|id| at.get(id.as_ref()).copied());
        if let (Action::Apply, Some(customer), Some(email)) = (row.action, customer, row.email) {
            wanted[customer].users.entry(email.into_owned()).or_insert(index);
        }
    }
    wanted
}

/// The rows that a plan has a step for: the clean ones.
fn planned(plan: &Plan) -> HashSet<Source> {
    plan.steps.iter().map(|step| step.source).collect()
}

/// Puts together what the lists and the precheck say.
struct Judge<'a> {
    plan: HashSet<Source>,
    said: HashMap<Source, Verdict>,
    known: &'a Known,
}

impl Judge<'_> {
    fn customer(&self, one: &Wanted, listed: &Listed) -> Surveyed {
        let (at, why) = match listed {
            Listed::Present(listing) => (Whereabouts::Existing, Some(status(listing))),
            Listed::NotRead(why) => (Whereabouts::Unknown, Some(not_read(why))),
            Listed::Absent => self.absent(one),
        };
        let mut users = UsersFound::default();
        for (email, row) in &one.users {
            users.count(self.user(email, *row, listed));
        }
        Surveyed { customer: one.external_id.clone(), at, why, users }
    }

    /// What is true of a customer that is not among the partner's.
    fn absent(&self, one: &Wanted) -> (Whereabouts, Option<SurveyReason>) {
        let source = Source { sheet: SheetKind::Customers, index: one.row };
        if self.known.get(&StepId::customer(&one.external_id)).is_some() {
            return (Whereabouts::Unknown, Some(SurveyReason::Gone));
        }
        if one.org_id.is_some() {
            return (Whereabouts::Elsewhere, Some(SurveyReason::Attaches));
        }
        match self.said.get(&source) {
            // The customer's own precheck may pass the administrator over, whom a row of the users names.
            Some(Verdict::Welcome) if self.is_administrator_taken(one) => {
                (Whereabouts::Elsewhere, Some(SurveyReason::AdministratorTaken))
            }
            Some(Verdict::Welcome) => (Whereabouts::New, None),
            Some(Verdict::Taken(_)) => (Whereabouts::Elsewhere, Some(SurveyReason::AdministratorTaken)),
            Some(Verdict::Refused(why)) => (Whereabouts::Unknown, Some(SurveyReason::Refused(why.clone()))),
            Some(Verdict::Unanswered(why)) => (Whereabouts::Unknown, Some(SurveyReason::Unanswered(why.clone()))),
            None if self.plan.contains(&source) => (Whereabouts::Unknown, Some(SurveyReason::OverBudget)),
            None => (Whereabouts::Unknown, Some(SurveyReason::NotAsked)),
        }
    }

    fn is_administrator_taken(&self, one: &Wanted) -> bool {
        let row = one.administrator.as_ref().and_then(|email| one.users.get(email));
        let verdict = row.and_then(|row| self.said.get(&Source { sheet: SheetKind::Users, index: *row }));
        matches!(verdict, Some(Verdict::Taken(_)))
    }

    fn user(&self, email: &str, row: usize, listed: &Listed) -> Whereabouts {
        let emails = match listed {
            Listed::Present(listing) => listing.emails.as_ref().ok(),
            Listed::Absent => None,
            Listed::NotRead(_) => return Whereabouts::Unknown,
        };
        if emails.is_some_and(|emails| emails.contains(email)) {
            return Whereabouts::Existing;
        }
        // Whose users could not be read may have this one.
        if matches!(listed, Listed::Present(_)) && emails.is_none() {
            return Whereabouts::Unknown;
        }
        match self.said.get(&Source { sheet: SheetKind::Users, index: row }) {
            Some(Verdict::Welcome) => Whereabouts::New,
            Some(Verdict::Taken(_)) => Whereabouts::Elsewhere,
            _ => Whereabouts::Unknown,
        }
    }
}

fn status(listing: &Listing) -> SurveyReason {
    match &listing.other_id {
        Some(id) => SurveyReason::OtherId(id.clone(), listing.status.clone()),
        None => SurveyReason::Status(listing.status.clone()),
    }
}

fn not_read(why: &NotRead) -> SurveyReason {
    match why {
        NotRead::OverBudget => SurveyReason::OverBudget,
        NotRead::Failed(why) => SurveyReason::Unanswered(why.clone()),
    }
}
