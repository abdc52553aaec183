//! The evidence for one customer: what was made for it, when, by whom, under which tracking ids; and what is left to do.

use std::fmt::Display;

use serde::Serialize;

use super::deeds::thing_words;
use super::printable;
use super::status::{CustomerStatus, Standing, wait_words};
use crate::journal::{Entry, Event, RunHead};
use crate::text::{Lang, phrase, say};

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// RFC 3339 with offset.
    pub at: String,
    /// What was done, such as "create the user".
    pub what: String,
    /// To what, such as "user ana@acme.example".
    pub thing: String,
    /// Who did it, as `user@host`.
    pub by: String,
    pub run: String,
    pub tracking_id: Option<String>,
    /// An equal object stood there already, so nothing was sent.
    pub stood: bool,
}

impl Deed {
    /// What an entry of the journal proves; most prove nothing.
    pub fn of(entry: &Entry, head: &RunHead, lang: Lang) -> Option<Self> {
        let (call, tracking_id, stood) = match &entry.event {
            Event::Answered { call, tracking_id, .. } => (call, tracking_id.clone(), false),
            Event::Found { call, .. } => (call, None, false),
            Event::Existing { call, .. } => (call, None, true),
            _ => return None,
        };
        Some(Self {
            at: entry.at.clone(),
            what: phrase(lang, call.words()).to_owned(),
            thing: thing_words(&entry.step, lang),
            by: head.by.clone(),
            run: head.run.clone(),
            tracking_id,
            stood,
        })
    }
}

/// The evidence for one customer.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    pub schema: &'static str,
    pub customer: String,
    pub name: String,
    pub customer_id: Option<String>,
    pub org_id: Option<String>,
    pub template: Option<String>,
    pub packages: Option<String>,
    /// When this was written, and by whom.
    pub written: String,
    pub written_by: String,
    /// Where it stands by today's sheets, where they name it.
    pub status: Option<CustomerStatus>,
    pub deeds: Vec<Deed>,
    /// What nobody but a person can do.
    pub by_hand: Vec<String>,
}

/// The version of the JSON form.
pub const EVIDENCE_SCHEMA: &str = "turnup.evidence/1";

/// What a person still has to do for a customer; turnup makes none of it.
pub fn by_hand(status: Option<&CustomerStatus>, packages: &str, lang: Lang) -> Vec<String> {
    let mut list = Vec::new();
    if let Some(status) = status {
        if status.numbers_staged > 0 {
            let words = "bring {count|* staged number|* staged numbers} live on porting day: turnup activate";
            list.push(say(lang, words, &[("count", &status.numbers_staged)]));
        }
        let open = status.waits.iter().filter(|wait| wait.standing != Standing::Ready);
        list.extend(open.map(|wait| say(lang, "see to: {what}", &[("what", &wait_words(wait, lang))])));
    }
    if status.is_some_and(|status| status.standing == Standing::Deleted) {
        let words = "the organisation and its persons stay in Webex, outside this partner: close or hand over in Control Hub what nobody needs";
        list.push(phrase(lang, words).to_owned());
        return list;
    }
    let mut fixed = vec!["devices: add phones and adapters, and hand out activation codes"];
    if packages.contains("common_area_calling") {
        fixed.push("common-area phones: the customer has the package; make the workspaces and their phones");
    } else {
        fixed.push("common-area phones: none are sold to this customer; nothing is made for them");
    }
    fixed.push("hunt groups, call queues, auto attendants and paging groups");
    fixed.push("schedules, announcements, voicemail and call forwarding");
    fixed.push("a test call in, a test call out, and an emergency call as the country's rules allow");
    list.extend(fixed.into_iter().map(|words| phrase(lang, words).to_owned()));
    list
}

/// The evidence as a page of text that can be printed.
pub fn evidence_text(evidence: &Evidence, lang: Lang) -> String {
    let none = "-";
    let title: [(&str, &dyn Display); 2] = [("customer", &evidence.customer), ("name", &printable(&evidence.name))];
    let mut text = say(lang, "evidence for customer {customer}, {name}", &title) + "\n";
    let written: [(&str, &dyn Display); 2] = [("at", &evidence.written), ("by", &evidence.written_by)];
    text.push_str(&(say(lang, "written {at} by {by}", &written) + "\n\n"));
    let facts = [
        ("organisation id", evidence.org_id.as_deref()),
        ("customer id", evidence.customer_id.as_deref()),
        ("onboarding template", evidence.template.as_deref()),
        ("packages sold", evidence.packages.as_deref()),
    ];
    for (name, value) in facts {
        text.push_str(&format!("{}: {}\n", phrase(lang, name), printable(value.unwrap_or(none))));
    }
    if let Some(status) = &evidence.status {
        text.push_str(&status_lines(status, lang));
    }
    text.push_str(&format!("\n{}\n", phrase(lang, "what was done")));
    for deed in &evidence.deeds {
        text.push_str(&deed_line(deed, lang));
    }
    if evidence.deeds.is_empty() {
        text.push_str(&format!("  {}\n", phrase(lang, "nothing yet")));
    }
    text.push_str(&format!("\n{}\n", phrase(lang, "left to do by hand")));
    for task in &evidence.by_hand {
        text.push_str(&format!("  [ ] {}\n", printable(task)));
    }
    text
}

fn status_lines(status: &CustomerStatus, lang: Lang) -> String {
    let administrator = status.administrator.as_ref().map_or("-", |administrator| administrator.email.as_str());
    let users = format!("{}/{}", status.users.done, status.users.all);
    let numbers: [(&str, &dyn Display); 2] = [("live", &status.numbers_live), ("staged", &status.numbers_staged)];
    let numbers = say(lang, "{live} live, {staged} staged", &numbers);
    let emergency = status.emergency.as_deref().unwrap_or("-");
    let lines = [
        ("standing", phrase(lang, status.standing.word())),
        ("administrator", administrator),
        ("users done", users.as_str()),
        ("phone numbers", numbers.as_str()),
        ("emergency address", emergency),
        ("looked after by", status.owner.as_deref().unwrap_or("-")),
    ];
    lines
        .iter()
        .map(|(name, value)| format!("{}: {}\n", phrase(lang, name), printable(value)))
        .collect::<Vec<_>>()
        .concat()
}

fn deed_line(deed: &Deed, lang: Lang) -> String {
    let what =
        if deed.stood { say(lang, "{what}: stood there already", &[("what", &deed.what)]) } else { deed.what.clone() };
    let tracking = match &deed.tracking_id {
        Some(id) => format!(", {}", say(lang, "tracking id {id}", &[("id", id)])),
        None => String::new(),
    };
    format!("  {}  {}: {what} ({}, {}{})\n", deed.at, deed.thing, deed.by, deed.run, printable(&tracking))
}
