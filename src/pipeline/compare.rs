//! `turnup compare`: what stands otherwise in Webex than turnup knows it, and than the sheets say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::export::{names, refuse_unread, unless_interrupted};
use super::inputs::Inputs;
use super::provider::{self, Provider};
use super::recorded::unfinished;
use super::{Confirmation, Console, Terminal, accepted, checked, exit, guard, known, place, standing};
use crate::api::Client;
use crate::export::{self, Budget, Difference, Kind, Reading, Wanted};
use crate::journal::Sqlite;
use crate::model::{Action, SheetKind};
use crate::plan::{self, Known};
use crate::report;
use crate::settings::{Settings, Typed};
use crate::sheet::UserReader;
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// The version of what machines read.
const SCHEMA: &str = "turnup.compare/1";
/// The name of a headquarters that no row names.
const HEADQUARTERS: &str = "Headquarters";

/// How differences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareFormat {
    Text,
    Json,
}

/// What `turnup compare` is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompareOrder {
    /// Requests at most.
    pub budget: u64,
    pub format: CompareFormat,
    /// Is what was found taken over as what is known, and who agreed to it?
    pub accept: Option<Confirmation>,
}

/// `turnup compare`: reads within a budget and names every difference; nothing is changed in Webex.
///
/// # Errors
/// When nobody can be asked, or the sheets cannot be read.
pub async fn compare(
    folder: &Path,
    typed: &Typed,
    order: CompareOrder,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let Some((workspace, settings)) = guard::entered(folder, typed, console)? else { return Ok(exit::REJECTED) };
    let CompareOrder { budget, format, accept } = order;
    if accept == Some(Confirmation::Wanted) && console.terminal == Terminal::Machine {
        let words = "nobody is there to confirm that this is accepted; look at `turnup compare`, then add --yes";
        console.refuse(phrase(settings.lang, words));
        return Ok(exit::USAGE);
    }
    // Nobody else may change what is known while it is compared and set right.
    let accepts = accept.is_some() && workspace.has_state();
    let _claim = accepts.then(|| workspace.claim(&console.clock.who())).transpose()?;
    let inputs = Inputs::read(workspace.root(), &settings.reading)?;
    provider::look(&settings)?;
    let mut log = workspace.has_state().then(|| Sqlite::open(&workspace.journal())).transpose()?;
    if let Some(log) = &log {
        guard::same_provider(log, &settings)?;
        if accepts && !may_accept(&workspace, log, &settings, console)? {
            return Ok(exit::GUARD);
        }
    }
    let (known, wanted) = (known(&workspace)?, wanted(&inputs));
    let provider = Provider::connect(&workspace, &settings, &console.clock.run_id()).await?;
    let client = provider.client();
    let mut stamps = Stamps::read(&workspace);
    let looked = look(&client, budget, &known, &wanted, &stamps);
    let Some(looked) = unless_interrupted(console.interrupt.clone(), looked).await? else {
        console.refuse(phrase(settings.lang, "interrupted; nothing was written"));
        return Ok(exit::INTERRUPTED);
    };
    let Some((standing, reading)) = looked else {
        let words =
            "{budget|* request is|* requests are} not even enough for the list of customers; give --budget more";
        console.refuse(&say(settings.lang, words, &[("budget", &budget)]));
        return Ok(exit::GUARD);
    };
    stamps.stamp(&reading, &console.clock.now());
    stamps.write(&workspace)?;
    let mut found = export::compare(&known, &wanted, &standing, &reading.pictures);
    found.extend(wishes(&inputs, &settings, &known, &found));
    found.sort_unstable();
    match format {
        CompareFormat::Json => console.print(&as_json(&found, &reading, client.sent())),
        CompareFormat::Text => console.print_words(&as_text(&found, &reading, client.sent(), settings.lang)),
    }
    refuse_unread(&reading.unread, settings.lang, console);
    refuse_unseen(&reading, budget, settings.lang, console);
    if let (Some(confirmation), Some(log)) = (accept, &mut log) {
        let taking = take_over(&client, log, &settings, (&known, found), confirmation, console);
        return Ok(ended(&reading, taking.await?));
    }
    if found.iter().any(|one| export::is_acceptable(&known, one)) {
        let words = "`turnup compare --accept` takes over what stands in Webex as what is known; the next run then \
                     puts back what the sheets say";
        console.say(phrase(settings.lang, words));
    }
    Ok(ended(&reading, if found.is_empty() { exit::WELL } else { exit::REJECTED }))
}

/// Was the budget too small for every customer? Then nobody knows whether there are differences.
fn is_unseen(reading: &Reading) -> bool {
    reading.pictures.is_empty() && !reading.over_budget.is_empty()
}

fn refuse_unseen(reading: &Reading, budget: u64, lang: Lang, console: &mut Console<'_>) {
    if is_unseen(reading) {
        let words = "none of {count|* customer|* customers} could be looked at with {budget|* request|* requests}, so whether \
                     anything was changed is not known; give --budget more";
        console.refuse(&say(lang, words, &[("count", &reading.over_budget.len()), ("budget", &budget)]));
    }
}

/// The exit code: what stopped it is told before what could not be read, and that before differences.
fn ended(reading: &Reading, code: u8) -> u8 {
    match code {
        exit::GUARD | exit::INTERRUPTED => code,
        _ if is_unseen(reading) => exit::GUARD,
        _ if !reading.unread.is_empty() => exit::FAILED,
        _ => code,
    }
}

/// Takes over what was found, once what is gone was asked for by its id. Returns the exit code.
async fn take_over(
    client: &Client,
    log: &mut Sqlite,
    settings: &Settings,
    (known, found): (&Known, Vec<Difference>),
    confirmation: Confirmation,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let sure = export::surely_gone(client, known, found);
    let Some((sure, doubtful)) = unless_interrupted(console.interrupt.clone(), sure).await? else {
        console.refuse(phrase(settings.lang, "interrupted; nothing was written"));
        return Ok(exit::INTERRUPTED);
    };
    let code = accepted::accept(log, settings, (known, &sure), confirmation, console)?;
    if doubtful == 0 {
        return Ok(code);
    }
    let words = "{count|* object or value is|* objects or values are} missing from a list and {count|was|were} found when asked for once more, \
                 or could not be looked up; nothing was accepted of {count|it|them}, so compare again later";
    console.refuse(&say(settings.lang, words, &[("count", &doubtful)]));
    Ok(code.max(exit::FAILED))
}

/// May what is known be set right? Not while a run is open, whose requests may still take effect.
fn may_accept(
    workspace: &Workspace,
    log: &Sqlite,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<bool> {
    place::settle(workspace, log, settings, console)?;
    let Some(open) = unfinished(log)? else { return Ok(true) };
    let words = "the run {run} is not finished; `turnup resume` first";
    console.refuse(&say(settings.lang, words, &[("run", &open.run)]));
    Ok(false)
}

/// The customers that stand, and those that were looked at: whom turnup or a sheet knows, the one whose last look is
/// longest ago first. None when the budget does not even hold the list.
async fn look(
    client: &Client,
    budget: u64,
    known: &Known,
    wanted: &Wanted,
    stamps: &Stamps,
) -> anyhow::Result<Option<(BTreeSet<String>, Reading)>> {
    let budget = Budget::of(budget);
    let Some((customers, mut unread)) = export::customers(client, &budget).await? else { return Ok(None) };
    let ids = customers.iter().filter_map(|customer| customer.external_id.clone());
    let standing = ids.chain(unread.iter().map(|unread| unread.customer.clone())).collect();
    let known_sizes = export::sizes(known);
    let is_ours = |id: &str| known_sizes.contains_key(id) || wanted.customers.contains_key(id);
    unread.retain(|unread| is_ours(&unread.customer));
    let mut chosen: Vec<_> = customers
        .into_iter()
        .filter_map(|customer| {
            let id = customer.external_id.clone().filter(|id| is_ours(id))?;
            let (users, sites) = known_sizes.get(&id).copied().unwrap_or_default();
            Some((stamps.of(&id), id, (customer, export::estimate(users, sites))))
        })
        .collect();
    chosen.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
    let chosen = chosen.into_iter().map(|(_, _, customer)| customer).collect();
    let mut reading = export::read(client, &budget, chosen, client.in_flight()).await?;
    reading.unread.splice(0..0, unread);
    Ok(Some((standing, reading)))
}

/// What the sheets name. A row that is to be skipped or deleted names its object, and does not want it.
fn wanted(inputs: &Inputs) -> Wanted {
    let mut wanted = Wanted::default();
    for row in &inputs.rows.customers {
        let Some(id) = row.external_id.clone() else { continue };
        let headquarters = row.location_name.clone().unwrap_or_else(|| HEADQUARTERS.to_owned());
        wanted.customers.insert(id, (row.action == Action::Apply, headquarters));
    }
    for row in &inputs.rows.locations {
        if let (Some(customer), Some(name)) = (row.customer.clone(), row.name.clone()) {
            wanted.locations.insert((customer, name), row.action == Action::Apply);
        }
    }
    let sheet = &inputs.sheets.users;
    let (mut reader, mut found) = (UserReader::new(sheet), Vec::new());
    for index in 0..sheet.row_count() {
        let row = reader.read(index, &mut found);
        found.clear();
        if let (Some(email), Some(customer)) = (row.email, row.customer) {
            wanted.users.insert(email.into_owned(), (row.action == Action::Apply, customer.into_owned()));
        }
    }
    wanted
}

/// What the sheets want and no run has had confirmed; rows that a check rejects are its business.
fn wishes(inputs: &Inputs, settings: &Settings, known: &Known, found: &[Difference]) -> Vec<Difference> {
    let standing = standing(known);
    let checked = checked(inputs, settings, &standing);
    export::wishes(&plan::plan(&checked.batch(), known), known, found)
}

/// When each customer was last looked at, so that those for whom a budget was too small come first the next time.
#[derive(Debug, Default)]
struct Stamps(BTreeMap<String, String>);

impl Stamps {
    /// What cannot be read is as good as nothing: it only decides who comes first.
    fn read(workspace: &Workspace) -> Self {
        let text = std::fs::read_to_string(workspace.compared()).unwrap_or_default();
        Self(serde_json::from_str(&text).unwrap_or_default())
    }

    fn of(&self, customer: &str) -> String {
        self.0.get(customer).cloned().unwrap_or_default()
    }

    fn stamp(&mut self, reading: &Reading, now: &str) {
        for picture in &reading.pictures {
            self.0.insert(picture.external_id.clone(), now.to_owned());
        }
    }

    /// Where nothing was ever run, nothing is to be kept either.
    fn write(&self, workspace: &Workspace) -> anyhow::Result<()> {
        if !workspace.has_state() {
            return Ok(());
        }
        report::write_atomically(&workspace.compared(), &serde_json::to_vec(&self.0)?)
    }
}

fn as_json(found: &[Difference], reading: &Reading, requests: u64) -> String {
    let difference = |one: &Difference| {
        json!({
            "kind": one.kind.word(),
            "customer": one.customer,
            "sheet": one.sheet.name(),
            "key": one.key,
            "column": one.column,
            "known": one.known,
            "found": one.found,
        })
    };
    let unread = |one: &export::Unread| json!({ "customer": one.customer, "reason": one.reason });
    let page = json!({
        "schema": SCHEMA,
        "differences": found.iter().map(difference).collect::<Vec<Value>>(),
        "compared": reading.pictures.len(),
        "not_looked_at": reading.over_budget,
        "unreadable": reading.unread.iter().map(unread).collect::<Vec<Value>>(),
        "requests": requests,
    });
    format!("{page:#}\n")
}

fn as_text(found: &[Difference], reading: &Reading, requests: u64, lang: Lang) -> String {
    let mut text = String::new();
    for one in found {
        text.push_str(&report::printable(&line(one, lang)));
        text.push('\n');
    }
    if !reading.over_budget.is_empty() {
        let words = "not looked at, since the budget is used up: {which}; they come first the next time";
        text.push_str(&say(lang, words, &[("which", &names(&reading.over_budget, lang))]));
        text.push('\n');
    }
    let words = "{differences|* difference|* differences}; {customers|* customer|* customers} compared with {requests|* request|* requests}";
    let (differences, customers) = (found.len(), reading.pictures.len());
    let counts: [(&str, &dyn std::fmt::Display); 3] =
        [("differences", &differences), ("customers", &customers), ("requests", &requests)];
    text + &say(lang, words, &counts) + "\n"
}

fn line(one: &Difference, lang: Lang) -> String {
    let words = match (one.kind, one.column.is_some()) {
        (Kind::Changed, _) if one.found.as_deref() == Some("") => {
            "{sheet} {key}: `{column}` was confirmed as `{known}` and is blank now"
        }
        (Kind::Changed, _) => "{sheet} {key}: `{column}` was confirmed as `{known}` and is `{found}`",
        (Kind::Gone, false) if one.found.is_some() => {
            "{sheet} {key}: the one that was confirmed is gone from Webex; another one has its key, in the organisation {found}"
        }
        (Kind::Attached, _) => {
            "{sheet} {key}: it was untied from the partner and attached again, so Webex has it under another id: {found}"
        }
        (Kind::Gone, false) => "{sheet} {key}: it was confirmed, and is gone from Webex",
        (Kind::Gone, true) => "{sheet} {key}: `{column}` {known} was confirmed, and is gone from Webex",
        (Kind::CallingOff, _) if one.sheet == SheetKind::Customers => {
            "{sheet} {key}: calling of the headquarters is switched off in Webex"
        }
        (Kind::CallingOff, _) => "{sheet} {key}: its calling is switched off in Webex",
        (Kind::NotInSheets, false) => "{sheet} {key}: it stands in Webex and in no sheet",
        (Kind::NotInSheets, true) => "{sheet} {key}: `{column}` {found} stands in Webex and was never confirmed",
        (Kind::NotInWebex, _) => "{sheet} {key}: a sheet wants it, and Webex does not have it",
        (Kind::NotDone, true) => {
            "{sheet} {key}: the sheet wants `{column}` to be `{found}`, and no run has had that confirmed"
        }
        (Kind::NotDone, false) => "{sheet} {key}: the sheet wants it, and no run has had it confirmed",
        (Kind::NotDeleted, _) => "{sheet} {key}: the sheet wants it deleted, and no run has",
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (known, found, column) = (text(&one.known), text(&one.found), one.column.unwrap_or_default());
    let gaps: [(&str, &dyn std::fmt::Display); 5] =
        [("sheet", &one.sheet), ("key", &one.key), ("column", &column), ("known", &known), ("found", &found)];
    say(lang, words, &gaps)
}
