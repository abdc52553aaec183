//! `turnup remind`: who waits for whom, and the mail in which Webex asks a person for consent, once more.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::inputs::Inputs;
use super::provider::{self, Provider};
use super::window::Windows;
use super::{Confirmation, Console, checked, exit, guard, known, place, standing};
use crate::api::{Client, Failure, Weight, calls};
use crate::journal::Sqlite;
use crate::plan::{self, Action, Known, Step, WAITS_FOR, WAITS_SINCE};
use crate::report;
use crate::settings::{Settings, Typed};
use crate::text::{Lang, phrase, retold, say};
use crate::workspace::Workspace;

/// The version of what machines read.
const SCHEMA: &str = "turnup.remind/1";
/// So many mails a person gets at most, and so many hours apart at least.
const MAILS_MAX: usize = 3;
const HOURS_BETWEEN: i64 = 72;
/// What a mail helps against.
const CONSENT: &str = "pending_user_migration";

/// How those who wait are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemindFormat {
    Text,
    Json,
}

/// What is done about one that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Mail {
    /// May be sent.
    Due,
    Sent,
    /// It may have been sent; it counts.
    InDoubt,
    Refused,
    /// The last one is not long ago.
    TooSoon,
    /// There were enough of them.
    Enough,
    /// The window of the customer's wave is closed.
    OutsideWindow,
    /// Webex has no mail for it.
    None,
}

/// One that waits for somebody else.
#[derive(Debug, Serialize)]
struct Waiting {
    step: String,
    customer: String,
    waits_for: String,
    since: String,
    /// When it was sent again, in RFC 3339.
    mails: Vec<String>,
    mail: Mail,
    /// Why it was refused, or is in doubt.
    reason: Option<String>,
    #[serde(skip)]
    subscriber_id: Option<String>,
}

/// `turnup remind`: lists who waits; with a confirmation given, has Webex send the consent mail again where it may.
///
/// # Errors
/// When sheets, journal or the record of mails cannot be read or written, or nobody can be asked.
pub async fn remind(
    folder: &Path,
    typed: &Typed,
    confirmation: Confirmation,
    format: RemindFormat,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let Some((workspace, settings)) = guard::entered(folder, typed, console)? else { return Ok(exit::REJECTED) };
    provider::look_at_faults(&settings)?;
    let is_sending = confirmation == Confirmation::Given && workspace.has_state();
    let _claim = is_sending.then(|| workspace.claim(&console.clock.who())).transpose()?;
    let inputs = Inputs::read(workspace.root(), &settings.reading)?;
    let closed = match Windows::read(&workspace, settings.lang, &console.clock)?.closed_customers(&inputs) {
        Ok(closed) => closed,
        Err((words, code)) => {
            console.refuse(&words);
            return Ok(code);
        }
    };
    let mut mails = Mails::read(&workspace)?;
    let now = console.clock.moment();
    let mut all = waiting(&inputs, &settings, &known(&workspace)?, (&mails, &closed), now);
    if is_sending && all.iter().any(|one| one.mail == Mail::Due) {
        let log = Sqlite::open(&workspace.journal())?;
        guard::same_provider(&log, &settings)?;
        place::settle(&workspace, &log, &settings, console)?;
        provider::look(&settings)?;
        let provider = Provider::connect(&workspace, &settings, &console.clock.run_id()).await?;
        for one in all.iter_mut().filter(|one| one.mail == Mail::Due) {
            if *console.interrupt.borrow() {
                break;
            }
            mails.send(one, &workspace, &provider.client(), &console.clock.now()).await?;
        }
    }
    match format {
        RemindFormat::Text => console.print_words(&as_text(&all, settings.lang)),
        RemindFormat::Json => console.print(&(json!({ "schema": SCHEMA, "waiting": all }).to_string() + "\n")),
    }
    let is_bad = all.iter().any(|one| matches!(one.mail, Mail::Refused | Mail::InDoubt));
    Ok(if is_bad { exit::FAILED } else { exit::WELL })
}

/// What waits of that which the sheets still ask for, the longest first.
fn waiting(
    inputs: &Inputs,
    settings: &Settings,
    known: &Known,
    (mails, closed): (&Mails, &HashSet<String>),
    now: Timestamp,
) -> Vec<Waiting> {
    let standing = standing(known);
    let plan = plan::plan(&checked(inputs, settings, &standing).batch(), known);
    let of = |step: &Step| {
        let noted = |note: &str| step.fields.get(note).unwrap_or_default().to_owned();
        let made = known.waiting(&step.id)?;
        let mut one = Waiting {
            step: step.id.to_string(),
            customer: step.work.customer().to_owned(),
            waits_for: noted(WAITS_FOR),
            since: noted(WAITS_SINCE),
            mails: mails.of(step.id.as_str()),
            mail: Mail::None,
            reason: None,
            subscriber_id: made.ids.get("subscriber_id").cloned(),
        };
        one.mail = mail(&one, closed, now);
        Some(one)
    };
    let mut all: Vec<Waiting> =
        plan.steps.iter().filter(|step| step.action == Action::Waiting).filter_map(of).collect();
    all.sort_by(|a, b| (&a.since, &a.step).cmp(&(&b.since, &b.step)));
    all
}

fn mail(one: &Waiting, closed: &HashSet<String>, now: Timestamp) -> Mail {
    // What cannot be read was not long ago.
    let hours = |at: &String| at.parse::<Timestamp>().map_or(0, |at| now.duration_since(at).as_hours());
    // Webex has sent the first one when the waiting began.
    let last = one.mails.last().unwrap_or(&one.since);
    match () {
        () if one.waits_for != CONSENT || one.subscriber_id.is_none() => Mail::None,
        () if one.mails.len() >= MAILS_MAX => Mail::Enough,
        () if hours(last) < HOURS_BETWEEN => Mail::TooSoon,
        () if closed.contains(&one.customer) => Mail::OutsideWindow,
        () => Mail::Due,
    }
}

/// When mails were sent again, by step.
struct Mails(BTreeMap<String, Vec<String>>);

impl Mails {
    /// A record that cannot be read stops: nobody is to get more mails than they should.
    fn read(workspace: &Workspace) -> anyhow::Result<Self> {
        let path = workspace.reminders();
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self(BTreeMap::new())),
            read => read,
        };
        let words = || format!("cannot read `{}`, which says who was reminded when; mend or remove it", path.display());
        Ok(Self(serde_json::from_str(&text.with_context(words)?).with_context(words)?))
    }

    fn of(&self, step: &str) -> Vec<String> {
        self.0.get(step).cloned().unwrap_or_default()
    }

    fn write(&self, workspace: &Workspace) -> anyhow::Result<()> {
        report::write_atomically(&workspace.reminders(), &serde_json::to_vec(&self.0)?)
    }

    /// Has a mail sent. It is on disk before, so that a crash makes nobody get one more; what certainly had no effect is
    /// taken back.
    async fn send(
        &mut self,
        one: &mut Waiting,
        workspace: &Workspace,
        client: &Client,
        now: &str,
    ) -> anyhow::Result<()> {
        let Some(id) = &one.subscriber_id else { return Ok(()) };
        let before = one.mails.clone();
        one.mails.push(now.to_owned());
        self.0.insert(one.step.clone(), one.mails.clone());
        self.write(workspace)?;
        let Err(failure) = client.send(Weight::Once, calls::resend_consent_mail(id)).await else {
            one.mail = Mail::Sent;
            return Ok(());
        };
        one.reason = Some(failure.to_string());
        one.mail = if matches!(failure, Failure::Rejected(_)) { Mail::Refused } else { Mail::InDoubt };
        if matches!(failure, Failure::Rejected(_) | Failure::NotSent | Failure::Environment(_)) {
            one.mails.clone_from(&before);
            self.0.insert(one.step.clone(), before);
            self.write(workspace)?;
        }
        match failure {
            Failure::Environment(why) => Err(anyhow::anyhow!("{why}")),
            _ => Ok(()),
        }
    }
}

/// The steps of which only mails of before that time are remembered, and that are not known any more.
pub(super) fn old_mails(workspace: &Workspace, known: &Known, before: Timestamp) -> anyhow::Result<Vec<String>> {
    let is_old = |mails: &[String]| mails.iter().all(|at| at.parse::<Timestamp>().is_ok_and(|at| at < before));
    let is_due = |(step, mails): &(String, Vec<String>)| {
        is_old(mails) && known.made(&plan::StepId::from(step.clone())).is_none()
    };
    Ok(Mails::read(workspace)?.0.into_iter().filter(is_due).map(|(step, _)| step).collect())
}

/// Forgets the mails of these steps.
pub(super) fn forget_mails(workspace: &Workspace, steps: &[String]) -> anyhow::Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let mut mails = Mails::read(workspace)?;
    mails.0.retain(|step, _| !steps.contains(step));
    mails.write(workspace)
}

fn as_text(all: &[Waiting], lang: Lang) -> String {
    if all.is_empty() {
        return format!("{}\n", phrase(lang, "nobody waits for anything"));
    }
    let line = |one: &Waiting| {
        let id = plan::StepId::from(one.step.clone());
        let since = one.since.get(..16).unwrap_or(&one.since).replace('T', " ");
        let gaps: [(&str, &dyn Display); 5] = [
            ("thing", &report::thing_words(&id, lang)),
            ("customer", &one.customer),
            ("what", &report::wait_cause(&one.waits_for, lang)),
            ("since", &since),
            ("mail", &mail_words(one, lang)),
        ];
        let words = if id.stage() == Some(plan::Stage::Customers) {
            "{thing} waits for {what} since {since}: {mail}"
        } else {
            "{thing} of {customer} waits for {what} since {since}: {mail}"
        };
        report::printable(&say(lang, words, &gaps)) + "\n"
    };
    all.iter().map(line).collect()
}

fn mail_words(one: &Waiting, lang: Lang) -> String {
    let words = match one.mail {
        Mail::Due => "`turnup remind --yes` has Webex send the consent mail again",
        Mail::Sent => "Webex sends the consent mail again",
        Mail::InDoubt => "no answer came, so the mail counts as sent ({reason})",
        Mail::Refused => "Webex sends no mail ({reason}); the next run sees how it stands",
        Mail::TooSoon => "the last mail is less than 3 days old",
        Mail::Enough => "3 mails were sent again, so ask the person by telephone",
        Mail::OutsideWindow => "the window of its wave is closed (waves.csv says when)",
        Mail::None => "Webex has no call that hastens it",
    };
    say(lang, words, &[("reason", &retold(lang, one.reason.as_deref().unwrap_or_default()))])
}
