//! `turnup purge`: removes what runs of long ago keep of persons, and nothing that later runs need.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::{Clock, Confirmation, Console, Terminal, approve, exit, remind};
use crate::journal::{Log, RunHead, Sqlite};
use crate::settings::{Typed, settle};
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// How old something must be to be removed.
#[derive(Debug, Clone)]
pub enum Age {
    /// So long ago, such as 90 days.
    Span(Span),
    /// Before the first moment of that day.
    Day(Date),
    Moment(Timestamp),
}

impl Age {
    /// Reads `90d`, `12w`, `6mo`, `2y`, a day such as `2026-08-25`, or RFC 3339.
    ///
    /// # Errors
    /// In words, when it is none of them. Hours and minutes are none, since `6m` is meant as months more often.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(Self::Moment(moment));
        }
        if let Ok(day) = Date::strptime("%Y-%m-%d", text) {
            return Ok(Self::Day(day));
        }
        let is_in_days = |span: &Span| {
            let hours = i64::from(span.get_hours());
            let parts = [hours, span.get_minutes(), span.get_seconds(), span.get_milliseconds()];
            !span.is_negative() && parts == [0; 4] && span.get_microseconds() == 0 && span.get_nanoseconds() == 0
        };
        text.parse::<Span>().ok().filter(is_in_days).map(Self::Span).ok_or_else(|| {
            "write days, weeks, months or years (90d, 12w, 6mo, 2y), or a day such as 2026-08-25".to_owned()
        })
    }

    /// The moment before which things are old enough; none where it is still to come.
    fn before(&self, clock: &Clock) -> Option<Timestamp> {
        let now = clock.zoned();
        let before = match self {
            Self::Span(span) => now.checked_sub(*span).ok()?.timestamp(),
            Self::Day(day) => day.to_zoned(now.time_zone().clone()).ok()?.timestamp(),
            Self::Moment(moment) => *moment,
        };
        (before <= now.timestamp()).then_some(before)
    }
}

/// What is to be removed.
#[derive(Debug, Clone)]
pub struct PurgeOrder {
    pub older_than: Age,
    /// Only show it.
    pub is_dry: bool,
    pub confirmation: Confirmation,
}

/// Removes what is older than that, after it was shown and agreed to.
///
/// # Errors
/// When another run works in the folder, or a file cannot be read or removed.
pub fn purge(folder: &Path, typed: &Typed, order: &PurgeOrder, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let lang = settle(typed, &workspace)?.lang;
    let Some(before) = order.older_than.before(&console.clock) else {
        console.refuse(phrase(lang, "that day is still to come, so everything would be older; name one that is over"));
        return Ok(exit::USAGE);
    };
    if !order.is_dry && order.confirmation == Confirmation::Wanted && console.terminal == Terminal::Machine {
        let words = "nobody is there to confirm that this is removed; look at it with --dry-run, then add --yes";
        console.refuse(phrase(lang, words));
        return Ok(exit::USAGE);
    }
    let _claim = (!order.is_dry).then(|| workspace.claim(&console.clock.who())).transpose()?;
    let mut log = workspace.has_state().then(|| Sqlite::open(&workspace.journal())).transpose()?;
    let due = Due::find(&workspace, log.as_ref(), before)?;
    console.print(&due.words(before, lang));
    if due.is_empty() {
        // A purge that was cut off may have left what it removed in free pages.
        if let Some(log) = log.filter(|log| !order.is_dry && log.has_waste().unwrap_or(true)) {
            log.scrub()?;
        }
        return Ok(exit::WELL);
    }
    let is_meant = !order.is_dry
        && (order.confirmation == Confirmation::Given
            || console.is_agreed(phrase(lang, "remove this for good? [y/N] "))?);
    if !is_meant {
        console.say(phrase(lang, "nothing was removed"));
        return Ok(exit::WELL);
    }
    due.remove(&workspace, log.as_mut(), &console.clock.now())?;
    console.say(phrase(lang, "it is removed; copies of this folder, backups and what was mailed are yours to remove"));
    Ok(exit::WELL)
}

/// Why a run stays that is old enough to go, or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Goes,
    Younger,
    Latest,
    Unfinished,
    Parked,
    /// What it made waits for somebody else.
    Waits,
    /// That run takes it back, and stays.
    TakenBackBy(String),
}

/// What becomes of every run.
fn verdicts(heads: &[RunHead], waiting: &HashSet<String>, before: Timestamp) -> Vec<Verdict> {
    let last = heads.iter().rposition(RunHead::has_rows);
    let last_begun = heads.iter().rposition(|head| head.has_rows() && head.parked.is_none());
    let of = |(at, head): (usize, &RunHead)| match () {
        () if Some(at) == last || Some(at) == last_begun => Verdict::Latest,
        () if ended(head).is_none_or(|ended| ended >= before) => Verdict::Younger,
        () if head.finished.is_none() && head.parked.is_none() => Verdict::Unfinished,
        () if approve::waits(heads, &head.run) => Verdict::Parked,
        () if waiting.contains(&head.run) => Verdict::Waits,
        () => Verdict::Goes,
    };
    let mut verdicts: Vec<Verdict> = heads.iter().enumerate().map(of).collect();
    // A run that takes another one back is later than it, so one look from the end is enough.
    for at in (0..heads.len()).rev() {
        let Some(undoes) = heads[at].undoes.as_ref().filter(|_| verdicts[at] != Verdict::Goes) else { continue };
        let undone = heads.iter().position(|head| head.run == *undoes);
        if let Some(undone) = undone.filter(|undone| verdicts[*undone] == Verdict::Goes) {
            verdicts[undone] = Verdict::TakenBackBy(heads[at].run.clone());
        }
    }
    verdicts
}

/// When a run was over, or else when it began; none where that cannot be read.
fn ended(head: &RunHead) -> Option<Timestamp> {
    head.finished.as_ref().unwrap_or(&head.started).parse().ok()
}

/// When something was made that bears the name of a run.
fn stamp(name: &str) -> Option<Timestamp> {
    let (time, part) = name.split_once("Z-")?;
    let is_part = part.len() == 4 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
    let time = DateTime::strptime("%Y%m%dT%H%M%S", time).ok().filter(|_| is_part)?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A file or folder that goes.
#[derive(Debug)]
struct Item {
    path: PathBuf,
    at: Timestamp,
    bytes: u64,
}

/// Files of one kind that go.
struct Pile {
    words: &'static str,
    items: Vec<Item>,
}

/// What goes, and which runs stay.
struct Due {
    runs: Vec<RunHead>,
    stays: Vec<(RunHead, Verdict)>,
    piles: Vec<Pile>,
    /// The steps whose mails are forgotten.
    mails: Vec<String>,
    journal_bytes: u64,
}

impl Due {
    fn find(workspace: &Workspace, log: Option<&Sqlite>, before: Timestamp) -> anyhow::Result<Self> {
        let heads = log.map(Sqlite::heads).transpose()?.unwrap_or_default();
        let waiting = log.map(Sqlite::runs_of_waiting).transpose()?.unwrap_or_default();
        let verdicts = verdicts(&heads, &waiting, before);
        let stands: HashMap<String, bool> =
            heads.iter().map(|head| head.run.clone()).zip(verdicts.iter().map(|is| *is == Verdict::Goes)).collect();
        // What no run of the journal belongs to goes by its name.
        let of_run = |name: &str| stamp(name).filter(|at| stands.get(name).copied().unwrap_or(*at < before));
        let (runs, stays): (Vec<_>, Vec<_>) =
            heads.into_iter().zip(verdicts).partition(|(_, verdict)| *verdict == Verdict::Goes);
        let piles = [
            ("{count|* kept input|* kept inputs}", workspace.inputs_of_all_runs(), &of_run as &dyn Fn(&str) -> _),
            ("{count|* report|* reports}", workspace.reports(), &of_run),
            ("{count|* draft|* drafts} of the review", workspace.drafts(), &of_run),
            ("{count|* arrival|* arrivals} in the archive", workspace.archives(), &|name: &str| {
                stamp(name).filter(|at| *at < before)
            }),
        ];
        let piles = piles.into_iter().map(|(words, folder, is_due)| Ok(Pile { words, items: items(&folder, is_due)? }));
        let mut piles: Vec<Pile> = piles.collect::<anyhow::Result<_>>()?;
        let words = "{count|* sheet|* sheets} of a night that was cut off";
        piles.push(Pile { words, items: left_over(&workspace.night(), before)? });
        let known = log.map(Log::known).transpose()?.unwrap_or_default();
        Ok(Self {
            runs: runs.into_iter().map(|(head, _)| head).collect(),
            stays,
            piles,
            mails: remind::old_mails(workspace, &known, before)?,
            journal_bytes: fs::metadata(workspace.journal()).map_or(0, |metadata| metadata.len()),
        })
    }

    fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.mails.is_empty() && self.piles.iter().all(|pile| pile.items.is_empty())
    }

    /// What goes and what stays, for people.
    fn words(&self, before: Timestamp, lang: Lang) -> String {
        let mut text = say(lang, "older than {moment} (UTC):", &[("moment", &before.strftime("%Y-%m-%d %H:%M"))]);
        let goes = phrase(lang, "goes");
        let times = |all: &mut dyn Iterator<Item = Timestamp>| {
            let all: Vec<Timestamp> = all.collect();
            let day = |at: Option<&Timestamp>| at.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
            let (from, to) = (day(all.iter().min()), day(all.iter().max()));
            say(lang, "of {from} to {to}", &[("from", &from), ("to", &to)])
        };
        if !self.runs.is_empty() {
            let words = say(lang, "{count|* run|* runs} in the journal", &[("count", &self.runs.len())]);
            text += &format!("\n  {goes}: {words} {}", times(&mut self.runs.iter().filter_map(ended)));
        }
        for pile in self.piles.iter().filter(|pile| !pile.items.is_empty()) {
            let words = say(lang, pile.words, &[("count", &pile.items.len())]);
            let size = size(pile.items.iter().map(|item| item.bytes).sum());
            text += &format!("\n  {goes}: {words} {}, {size}", times(&mut pile.items.iter().map(|item| item.at)));
        }
        if !self.mails.is_empty() {
            let words = "whom Webex was asked to send its mail again, for {count|* person|* persons}";
            text += &format!("\n  {goes}: {}", say(lang, words, &[("count", &self.mails.len())]));
        }
        if self.is_empty() {
            text += &format!("\n  {}", phrase(lang, "nothing goes"));
        }
        text + &self.stays_words(lang) + "\n"
    }

    fn stays_words(&self, lang: Lang) -> String {
        let stays = phrase(lang, "stays");
        let of_run = |(head, verdict): &(RunHead, Verdict)| {
            let why = match verdict {
                Verdict::Younger | Verdict::Goes => return None,
                Verdict::Latest => phrase(lang, "the latest").to_owned(),
                Verdict::Unfinished => phrase(lang, "not finished").to_owned(),
                Verdict::Parked => phrase(lang, "waits for approval").to_owned(),
                Verdict::Waits => phrase(lang, "what it made waits for somebody else").to_owned(),
                Verdict::TakenBackBy(run) => say(lang, "{run} takes it back", &[("run", run)]),
            };
            Some(format!("\n  {stays}: {} ({why})", head.run))
        };
        let mut text: String = self.stays.iter().filter_map(of_run).collect();
        let younger = self.stays.iter().filter(|(_, verdict)| *verdict == Verdict::Younger).count();
        if younger > 0 {
            let words = say(lang, "{count|* run that is|* runs that are} younger", &[("count", &younger)]);
            text += &format!("\n  {stays}: {words}");
        }
        let words = "what is known of objects that stand, since later runs compare with it; your own sheets, `fixed` and \
                     `export`; what the simulator holds";
        let size = size(self.journal_bytes);
        let journal = say(lang, "the journal takes {size} now", &[("size", &size)]);
        text + &format!("\n  {stays}: {}; {journal}", phrase(lang, words))
    }

    /// The journal first: what is left of files when this is cut off goes by its name the next time.
    fn remove(&self, workspace: &Workspace, log: Option<&mut Sqlite>, now: &str) -> anyhow::Result<()> {
        if let Some(log) = log {
            let runs: Vec<String> = self.runs.iter().map(|head| head.run.clone()).collect();
            log.purge(&runs, now)?;
            log.scrub().with_context(|| {
                let words = "the runs are removed, but their bytes may still be in";
                format!("{words} `{}`; mend what is named, then purge again", workspace.journal().display())
            })?;
        }
        for item in self.piles.iter().flat_map(|pile| &pile.items) {
            let is_folder = fs::symlink_metadata(&item.path).is_ok_and(|metadata| metadata.is_dir());
            let removed = if is_folder { fs::remove_dir_all(&item.path) } else { fs::remove_file(&item.path) };
            removed.with_context(|| format!("cannot remove `{}`", item.path.display()))?;
        }
        remind::forget_mails(workspace, &self.mails)
    }
}

/// What of a folder is due by its name, with its time.
fn items(folder: &Path, is_due: &dyn Fn(&str) -> Option<Timestamp>) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    for path in entries(folder)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(at) = is_due(name.strip_suffix(".json").unwrap_or(name)) {
            let bytes = bytes(&path)?;
            items.push(Item { path, at, bytes });
        }
    }
    Ok(items)
}

/// What a night has left behind and nobody has written since.
fn left_over(folder: &Path, before: Timestamp) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    for path in entries(folder)? {
        let written = fs::symlink_metadata(&path).and_then(|metadata| metadata.modified());
        let written = written.with_context(|| format!("cannot look at `{}`", path.display()))?;
        let at = Timestamp::try_from(written).ok();
        if let Some(at) = at.filter(|at| *at < before) {
            let bytes = bytes(&path)?;
            items.push(Item { path, at, bytes });
        }
    }
    Ok(items)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let failed = || format!("cannot read the folder `{}`", folder.display());
    let entries = fs::read_dir(folder).with_context(failed)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>().with_context(failed)?;
    paths.sort();
    Ok(paths)
}

/// How much a file takes, or a folder with all that is in it; what a link leads to does not count.
fn bytes(path: &Path) -> anyhow::Result<u64> {
    let metadata = fs::symlink_metadata(path).with_context(|| format!("cannot look at `{}`", path.display()))?;
    if metadata.is_dir() { entries(path)?.iter().map(|path| bytes(path)).sum() } else { Ok(metadata.len()) }
}

fn size(bytes: u64) -> String {
    if bytes < 1 << 20 {
        format!("{} KiB", bytes.div_ceil(1 << 10))
    } else {
        format!("{} MiB", bytes.div_ceil(1 << 20))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(day: u8, change: impl Fn(&mut RunHead)) -> RunHead {
        let at = format!("2026-01-{day:02}T10:00:00+00:00");
        let mut head = RunHead {
            run: format!("r{day}"),
            started: at.clone(),
            finished: Some(at),
            exit: Some(0),
            ..RunHead::default()
        };
        change(&mut head);
        head
    }

    fn told(heads: &[RunHead], waiting: &[&str], before: &str) -> Vec<Verdict> {
        let waiting = waiting.iter().map(|run| (*run).to_owned()).collect();
        verdicts(heads, &waiting, format!("{before}T00:00:00Z").parse().expect("a time"))
    }

    #[test]
    fn what_is_needed_stays_however_old_it_is() {
        let plain = |day| head(day, |_| ());
        let parked = |day| {
            head(day, |head| {
                head.parked = Some("sha256:1".to_owned());
                head.finished = None;
            })
        };
        let undo = |day, of: &str| head(day, |head| head.undoes = Some(of.to_owned()));
        let open = |day| head(day, |head| head.finished = None);
        let (goes, younger) = (|| Verdict::Goes, || Verdict::Younger);
        for (heads, waiting, wanted) in [
            (
                vec![plain(1), plain(2), plain(3), plain(20)],
                &[] as &[&str],
                vec![goes(), goes(), goes(), Verdict::Latest],
            ),
            (vec![plain(1), plain(2)], &[], vec![goes(), Verdict::Latest]),
            (vec![plain(1), plain(2), parked(3)], &[], vec![goes(), Verdict::Latest, Verdict::Latest]),
            (vec![plain(1), parked(2), plain(3)], &[], vec![goes(), goes(), Verdict::Latest]),
            (vec![open(1), plain(2), plain(20)], &[], vec![Verdict::Unfinished, goes(), Verdict::Latest]),
            (vec![plain(1), plain(2), plain(3)], &["r1"], vec![Verdict::Waits, goes(), Verdict::Latest]),
            (
                vec![plain(1), undo(2, "r1"), plain(3), undo(20, "r3"), plain(21)],
                &[],
                vec![goes(), goes(), Verdict::TakenBackBy("r20".to_owned()), younger(), Verdict::Latest],
            ),
            (
                vec![plain(1), undo(2, "r1"), undo(20, "r2")],
                &[],
                vec![Verdict::TakenBackBy("r2".to_owned()), Verdict::TakenBackBy("r20".to_owned()), Verdict::Latest],
            ),
            (vec![], &[], vec![]),
        ] {
            assert_eq!(told(&heads, waiting, "2026-01-10"), wanted, "{heads:?}");
        }
    }

    #[test]
    fn ages_are_spans_of_days_or_points_in_time() {
        for text in ["90d", "90 days", "12w", "6mo", "2y", "1y 6mo", "0d", "2026-08-25", "2026-08-25T10:00:00Z"] {
            assert!(Age::parse(text).is_ok(), "{text}");
        }
        for text in ["", "90", "d", "6m", "12h", "1d 3h", "-3d", "3d ago", "yesterday", "2026-13-01", "25.08.2026"] {
            assert!(Age::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_names_of_runs_have_a_time() {
        let at = stamp("20261122T100000Z-1a2b").map(|at| at.to_string());
        assert_eq!(at.as_deref(), Some("2026-11-22T10:00:00Z"));
        for name in
            ["", "notes", "20261122T100000Z", "20261122T100000Z-", "20261122T100000Z-1a2bx", "20269922T100000Z-1a2b"]
        {
            assert_eq!(stamp(name), None, "{name}");
        }
    }
}
