//! Where every customer stands, over all runs: one line each, by wave.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

use super::printable;
use crate::text::{Lang, phrase, say};

/// Where a customer stands; the worst that is true of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its row wants it away, and it is gone.
    Deleted,
    /// Everything that its rows say stands.
    Ready,
    /// Something was not sent yet.
    Open,
    /// Somebody else has to act first.
    Waiting,
    /// Rows have mistakes.
    Rejected,
    /// Something failed, is in conflict or unconfirmed.
    Failed,
}

impl Standing {
    /// The word for people and machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Ready => "ready",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }
}

/// What a customer waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wait {
    pub standing: Standing,
    /// In words; the word of Webex, or a code, stands in them.
    pub what: String,
    /// Since when, where something was recorded.
    pub since: Option<String>,
    /// Rows or steps that it concerns.
    pub count: usize,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Part {
    pub done: usize,
    pub all: usize,
}

/// The administrator of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Administrator {
    pub email: String,
    /// Is the person provisioned?
    pub stands: bool,
}

/// One customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerStatus {
    pub customer: String,
    pub name: String,
    pub wave: Option<String>,
    pub standing: Standing,
    /// The largest first.
    pub waits: Vec<Wait>,
    pub users: Part,
    pub numbers_live: usize,
    pub numbers_staged: usize,
    pub administrator: Option<Administrator>,
    /// The emergency address, or what stands for it.
    pub emergency: Option<String>,
    /// Who looks after the customer: the sheet's column `owner`, or who ran it last.
    pub owner: Option<String>,
    pub org_id: Option<String>,
    /// The run that had to do with it last.
    pub last_run: Option<String>,
}

/// All customers, by wave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// In order of waves, then of the sheet; without a wave last.
    pub customers: Vec<CustomerStatus>,
    /// Rows that belong to no customer.
    pub strays: usize,
    /// Cells of the sheets that say what was mended and sent since.
    pub unmended: usize,
    /// What stands in the way of every run, in words: files that cannot be understood, rejected rows in a sheet's place.
    pub in_the_way: Vec<String>,
    /// The windows of waves, as waves.csv has them.
    pub windows: Vec<WaveWindow>,
}

/// When the customers of a wave may be worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaveWindow {
    pub wave: String,
    pub owner: Option<String>,
    /// RFC 3339 with the offset of its zone.
    pub opens_at: String,
    pub closes_at: String,
    pub timezone: String,
    /// `before`, `open` or `over`.
    pub phase: &'static str,
    /// In its zone and in UTC, for people.
    #[serde(skip)]
    pub words: String,
    /// How long until it opens; empty once it has.
    #[serde(skip)]
    pub left: String,
}

impl WaveWindow {
    fn line(&self, lang: Lang) -> String {
        let is = |phase: &'static str| if self.phase == phase { phase } else { "" };
        let gaps: [(&str, &dyn Display); 5] = [
            ("window", &self.words),
            ("left", &self.left),
            ("open", &is("open")),
            ("over", &is("over")),
            ("owner", &self.owner.as_deref().unwrap_or_default()),
        ];
        let words = "window {window}{left:, opens in *}{open:, open now}{over:, over}{owner:; * answers for it}";
        format!("  {}\n", printable(&say(lang, words, &gaps)))
    }
}

impl Status {
    /// The exit code: 0 when every customer is ready, or deleted as its row says, 4 when something failed, 3 otherwise.
    pub fn exit_code(&self) -> u8 {
        let worst = self.customers.iter().map(|customer| customer.standing).max();
        match worst {
            Some(Standing::Deleted | Standing::Ready) if self.strays == 0 && self.in_the_way.is_empty() => 0,
            Some(Standing::Failed) => 4,
            _ => 3,
        }
    }

    fn window(&self, wave: &str) -> Option<&WaveWindow> {
        self.windows.iter().find(|window| window.wave.eq_ignore_ascii_case(wave.trim()))
    }

    /// The windows of waves that no customer is in.
    fn windows_of_nobody(&self) -> impl Iterator<Item = &WaveWindow> {
        let is_named = |window: &WaveWindow| {
            let waves = self.customers.iter().filter_map(|customer| customer.wave.as_deref());
            waves.into_iter().any(|wave| window.wave.eq_ignore_ascii_case(wave.trim()))
        };
        self.windows.iter().filter(move |window| !is_named(window))
    }

    /// Customers by wave, those without one last.
    pub fn waves(&self) -> Vec<(Option<&str>, Vec<&CustomerStatus>)> {
        let mut waves: Vec<(Option<&str>, Vec<&CustomerStatus>)> = Vec::new();
        for customer in &self.customers {
            let wave = customer.wave.as_deref();
            match waves.last_mut() {
                Some((last, of)) if *last == wave => of.push(customer),
                _ => waves.push((wave, vec![customer])),
            }
        }
        waves
    }
}

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    ready: bool,
    waves: Vec<WaveJson<'a>>,
    /// Windows of waves that no customer is in.
    windows_of_nobody: Vec<&'a WaveWindow>,
    strays: usize,
    unmended: usize,
    in_the_way: &'a [String],
    customers: &'a [CustomerStatus],
}

#[derive(Serialize)]
struct WaveJson<'a> {
    wave: Option<&'a str>,
    customers: usize,
    counts: BTreeMap<&'static str, usize>,
    window: Option<&'a WaveWindow>,
}

/// The status for programs.
pub fn status_json(status: &Status) -> String {
    let wave = |(wave, of): (Option<&'_ str>, Vec<&CustomerStatus>)| {
        let mut counts = BTreeMap::new();
        for customer in &of {
            *counts.entry(customer.standing.word()).or_default() += 1;
        }
        (wave.map(str::to_owned), of.len(), counts)
    };
    let waves: Vec<_> = status.waves().into_iter().map(wave).collect();
    let waves = waves.iter().map(|(wave, customers, counts)| WaveJson {
        wave: wave.as_deref(),
        customers: *customers,
        counts: counts.clone(),
        window: wave.as_deref().and_then(|wave| status.window(wave)),
    });
    let json = Json {
        schema: "turnup.status/1",
        ready: status.exit_code() == 0,
        waves: waves.collect(),
        windows_of_nobody: status.windows_of_nobody().collect(),
        strays: status.strays,
        unmended: status.unmended,
        in_the_way: &status.in_the_way,
        customers: &status.customers,
    };
    serde_json::to_string(&json).unwrap_or_default() + "\n"
}

/// The status for people: one line for a customer, under a line for its wave.
pub fn status_text(status: &Status, lang: Lang) -> String {
    let mut text = String::new();
    if status.customers.is_empty() {
        text.push_str(phrase(lang, "no customers"));
        text.push('\n');
    }
    let lines: Vec<Vec<String>> = status.customers.iter().map(|customer| columns(customer, lang)).collect();
    let widths: Vec<usize> =
        (0..COLUMNS).map(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or_default()).collect();
    let mut lines = lines.iter();
    for (wave, of) in status.waves() {
        let count = |standing: Standing| of.iter().filter(|customer| customer.standing == standing).count();
        let (ready, deleted) = (count(Standing::Ready), count(Standing::Deleted));
        let (name, all) = (wave.unwrap_or_default(), of.len() - deleted);
        let deleted = if deleted > 0 { deleted.to_string() } else { String::new() };
        let gaps: [(&str, &dyn Display); 4] =
            [("wave", &name), ("ready", &ready), ("all", &all), ("deleted", &deleted)];
        let words = if wave.is_some() {
            "wave {wave}: {ready} of {all|* customer|* customers} ready{deleted:, * deleted}"
        } else {
            "without a wave: {ready} of {all|* customer|* customers} ready{deleted:, * deleted}"
        };
        text.push_str(&(say(lang, words, &gaps) + "\n"));
        text.extend(wave.and_then(|wave| status.window(wave)).map(|window| window.line(lang)));
        for line in lines.by_ref().take(of.len()) {
            let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            text.push_str(&format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end()));
        }
    }
    for window in status.windows_of_nobody() {
        text.push_str(&(say(lang, "wave {wave}: no customers", &[("wave", &window.wave)]) + "\n"));
        text.push_str(&window.line(lang));
    }
    for words in &status.in_the_way {
        text.push_str(&format!("{}\n", printable(words)));
    }
    if status.strays > 0 {
        text.push_str(
            &(say(lang, "{count|* row belongs|* rows belong} to no customer", &[("count", &status.strays)]) + "\n"),
        );
    }
    if status.unmended > 0 {
        text.push_str(&(unmended_words(status, lang) + "\n"));
    }
    text
}

/// Cells that still say what was mended, and what to do about them.
pub fn unmended_words(status: &Status, lang: Lang) -> String {
    let words = "{count|* cell|* cells} of the sheets still {count|says|say} what was mended and sent since; the next run of the sheets rejects {count|its row|their rows}, so mend {count|it|them} there too, or keep mends with `turnup retry --from FILE --keep`";
    say(lang, words, &[("count", &status.unmended)])
}

/// What a line of the text consists of.
const COLUMNS: usize = 8;

fn columns(customer: &CustomerStatus, lang: Lang) -> Vec<String> {
    let none = || "-".to_owned();
    let users = format!("{}/{}", customer.users.done, customer.users.all);
    let numbers: [(&str, &dyn Display); 2] = [("live", &customer.numbers_live), ("staged", &customer.numbers_staged)];
    let administrator = customer.administrator.as_ref().map_or_else(none, |administrator| {
        let words = if administrator.stands { "{email}" } else { "{email} (not yet)" };
        say(lang, words, &[("email", &administrator.email)])
    });
    let cells = [
        customer.customer.clone(),
        phrase(lang, customer.standing.word()).to_owned(),
        say(lang, "users {users}", &[("users", &users)]),
        say(lang, "numbers {live} live, {staged} staged", &numbers),
        administrator,
        say(lang, "emergency {address}", &[("address", &customer.emergency.clone().unwrap_or_else(none))]),
        customer.owner.clone().unwrap_or_else(none),
        customer.waits.iter().map(|wait| wait_words(wait, lang)).collect::<Vec<_>>().join("; "),
    ];
    cells.iter().map(|cell| printable(cell).replace(['\n', '\t'], " ")).collect()
}

/// What is waited for and since when, in one phrase.
pub fn wait_words(wait: &Wait, lang: Lang) -> String {
    let what = if wait.count > 1 { format!("{} × {}", wait.count, wait.what) } else { wait.what.clone() };
    match &wait.since {
        // The day and the minute are enough for a line.
        Some(since) => {
            let since = since.get(..16).unwrap_or(since).replace('T', " ");
            say(lang, "{what} since {since}", &[("what", &what), ("since", &since)])
        }
        None => what,
    }
}
