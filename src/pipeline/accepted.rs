//! `turnup compare --accept`: what was found otherwise in Webex becomes what is known, so that the next plan sees it and
//! puts back what the sheets say.

use super::{Confirmation, Console, exit, provider};
use crate::export::{self, Amended, Difference, Kind};
use crate::journal::{Ending, Entry, Event, Log, Origin, Reason, RunHead, Sqlite};
use crate::plan::{Known, Plan};
use crate::settings::Settings;
use crate::text::{phrase, say};

/// Why it is known otherwise now, in a row's story.
const GONE: &str = "`turnup compare` found it gone from Webex, and that was accepted";
const CHANGED: &str = "`turnup compare` found it otherwise in Webex, and that was accepted";

/// Takes over what was found, once somebody agreed. Returns the exit code.
pub(super) fn accept(
    log: &mut Sqlite,
    settings: &Settings,
    (known, found): (&Known, &[Difference]),
    confirmation: Confirmation,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let lang = settings.lang;
    let amended = export::accept(known, found);
    let (next, other) = left(known, found);
    let left = next + other;
    if amended.is_empty() {
        console
            .say(phrase(lang, "there is nothing to accept: only what was confirmed and stands otherwise now can be"));
        return Ok(if found.is_empty() { exit::WELL } else { exit::REJECTED });
    }
    let gone = amended.values().filter(|left| left.is_none()).count();
    let counts: [(&str, &dyn std::fmt::Display); 2] = [("objects", &amended.len()), ("gone", &gone)];
    let words = "this is about {objects|* known object|* known objects}, of which {gone|* is|* are} gone from Webex";
    console.say(&say(lang, words, &counts));
    if is_all_gone(known, &amended) {
        let words = "every customer that is known is gone from this Webex, so it is probably not the one that they were made \
                     in; look whose token this is. Nothing was accepted";
        console.refuse(phrase(lang, words));
        return Ok(exit::GUARD);
    }
    let question = phrase(lang, "take this over as what is known? nothing is sent [y/N] ");
    if confirmation == Confirmation::Wanted && !console.is_agreed(question)? {
        console.say(phrase(lang, "nothing was written"));
        return Ok(exit::REJECTED);
    }
    let accepted = amended.len();
    record(log, settings, amended, console)?;
    let words = "{accepted|* object is|* objects are} known as Webex has {accepted|it|them} now; `turnup plan` shows what puts back what the sheets say";
    console.say(&say(lang, words, &[("accepted", &accepted)]));
    if next > 0 {
        let words = "{next|* difference is|* differences are} what the sheets want and no run has had confirmed; the next run \
                     does {next|it|them}, where the rows are right";
        console.say(&say(lang, words, &[("next", &next)]));
    }
    if other > 0 {
        let words = "{left|* difference stays|* differences stay} as {left|it was|they were}: what no sheet names, and other \
                     e-mails or names are for a person to decide";
        console.say(&say(lang, words, &[("left", &other)]));
    }
    Ok(if left == 0 { exit::WELL } else { exit::REJECTED })
}

/// How many differences are not taken over: those that the next run does by itself, and those that a person decides.
fn left(known: &Known, found: &[Difference]) -> (usize, usize) {
    let left = found.iter().filter(|one| !export::is_acceptable(known, one));
    let is_wish = |one: &&Difference| matches!(one.kind, Kind::NotInWebex | Kind::NotDone | Kind::NotDeleted);
    let (next, other): (Vec<&Difference>, Vec<&Difference>) = left.partition(is_wish);
    (next.len(), other.len())
}

/// More than one customer is known, and none of them stands.
fn is_all_gone(known: &Known, amended: &Amended) -> bool {
    let is_customer = |id: &crate::plan::StepId| id.stage() == Some(crate::plan::Stage::Customers);
    let mut customers = known.iter().map(|(id, _)| id).filter(|id| is_customer(id)).peekable();
    let are_many = known.iter().filter(|(id, _)| is_customer(id)).count() > 1;
    are_many && customers.all(|id| amended.get(id).is_some_and(Option::is_none))
}

/// Writes it into the journal, as something of its own that is no run of the sheets.
fn record(log: &mut Sqlite, settings: &Settings, amended: Amended, console: &Console<'_>) -> anyhow::Result<()> {
    let (run, at) = (console.clock.run_id(), console.clock.now());
    let head = RunHead {
        run: run.clone(),
        started: at.clone(),
        digest: Plan::default().digest(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        hold_back: settings.hold_back.word().to_owned(),
        provider: provider::name(settings),
        by: console.clock.by(),
        origin: Origin::Compare,
        // It is over with its entries: a kill in between leaves nothing to resume, and nothing accepted.
        finished: Some(at.clone()),
        exit: Some(exit::WELL),
        ..RunHead::default()
    };
    let mut entries = Vec::new();
    for (step, confirmed) in amended {
        let (ending, text) = if confirmed.is_none() { (Ending::Deleted, GONE) } else { (Ending::Unchanged, CHANGED) };
        let reason = Some(Reason { text: text.to_owned(), ..Reason::default() });
        let events = [Event::Started, Event::Finished { ending, reason, confirmed }];
        entries.extend(events.map(|event| Entry { step: step.clone(), at: at.clone(), event }));
    }
    log.begin(&head, &Plan::default())?;
    log.append(&run, &entries)
}
