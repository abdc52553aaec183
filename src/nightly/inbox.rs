//! New sheets: are they there, whole, new, and as large as usual? And how they take the place of the old ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::SheetKind;
use crate::pipeline::{Console, Objection, exit, objection};
use crate::settings::Settings;
use crate::sheet::{self, WORKBOOK};
use crate::workspace::Workspace;

/// A sheet that shrinks is only suspicious when it had so many rows.
const ROWS_MIN: usize = 20;
/// How many times a growing file is looked at.
const LOOKS: u32 = 5;

/// How much of the name of a run, or of a folder of the archive, tells the second at which it was made.
const SECOND: usize = "20261122T220000Z".len();

/// Marks sheets in the archive that were not taken, since they were the same again.
const AGAIN: &str = ".same-again";

/// What the inbox holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// New sheets, by name.
    New(Vec<String>),
    /// Nothing that is called like a sheet; files that are called otherwise.
    Nothing(Vec<String>),
    /// Byte for byte what was taken last time.
    SameAgain(Vec<String>),
    /// Somebody is still writing it.
    Growing(String),
    /// It bears the name of one that is not whole yet.
    Partial(String),
    /// A sheet that no row can be read from: its columns are missing, or it is no sheet. The inbox stays as it is.
    Unreadable(Box<Diagnostic>),
    /// More of the rows have mistakes than a run lets pass, or they cannot stand with those that are there, in words; the
    /// inbox stays as it is.
    Wrong(String),
    /// No run of these sheets would be let go tonight, in words and with its exit code; the inbox stays as it is.
    Refused { names: Vec<String>, words: String, exit: u8 },
    /// A sheet lost too many rows, or all of a few; the inbox stays as it is.
    Shrunk { sheet: SheetKind, rows: usize, before: usize },
}

impl Arrival {
    /// The same when the time of the night is over: what could have been run stays where it is.
    pub fn too_late(self, words: &str) -> Self {
        match self {
            Self::New(names) | Self::SameAgain(names) => {
                Self::Refused { names, words: words.to_owned(), exit: exit::GUARD }
            }
            other => other,
        }
    }
}

/// Removes what a night left behind that was killed while it looked at the inbox.
pub fn sweep(workspace: &Workspace) -> anyhow::Result<()> {
    Beside(workspace.night()).clear()
}

/// Looks at the inbox; waits for files that are still being written.
pub async fn look(
    inbox: &Path,
    workspace: &Workspace,
    settings: &Settings,
    (settle, max_shrink, wave): (Duration, f64, Option<&str>),
    console: &Console<'_>,
) -> anyhow::Result<Arrival> {
    let beside = Beside(workspace.night());
    if let Some(growing) = growing(inbox, settle).await? {
        return Ok(growing);
    }
    let names = sheets(inbox)?;
    if names.is_empty() {
        return Ok(Arrival::Nothing(files(inbox)?.into_keys().collect()));
    }
    let is_same = |name: &String| -> anyhow::Result<bool> {
        let before = workspace.root().join(name);
        Ok(before.exists() && read(&inbox.join(name))? == read(&before)?)
    };
    let is_same = names.iter().map(is_same).collect::<anyhow::Result<Vec<bool>>>()?.into_iter().all(|same| same);
    if !is_same {
        beside_each_other(inbox, &names, workspace, &beside.0)?;
        if let Some(unusual) = unusual(&beside.0, workspace, settings, max_shrink) {
            return Ok(unusual);
        }
    }
    let folder = if is_same { workspace.root() } else { &beside.0 };
    Ok(match objection((folder, inbox), workspace, settings, wave, console)? {
        Some(Objection::Sheets(words)) => Arrival::Wrong(words),
        Some(Objection::Run(words, exit)) => Arrival::Refused { names, words, exit },
        None if is_same => Arrival::SameAgain(names),
        None => Arrival::New(names),
    })
}

/// The folder in which old and new sheets are looked at side by side: copies that name persons, which are gone however
/// that ends.
struct Beside(PathBuf);

impl Beside {
    fn clear(&self) -> anyhow::Result<()> {
        let cannot = || format!("cannot remove the folder `{}`, where copies of sheets are", self.0.display());
        if self.0.exists() { fs::remove_dir_all(&self.0).with_context(cannot) } else { Ok(()) }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.clear();
    }
}

/// Is a file called like a sheet?
fn is_sheet(name: &str) -> bool {
    let (stem, ending) = name.rsplit_once('.').unwrap_or_default();
    name == WORKBOOK || (matches!(ending, "csv" | "xlsx") && SheetKind::from_name(stem).is_some())
}

/// The sheets of a folder that may be taken.
fn sheets(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names: Vec<String> = files(folder)?.into_keys().filter(|name| is_sheet(name)).collect();
    names.sort();
    Ok(names)
}

/// Files that a browser or a sync folder doubled, with the sheet that each is a copy of.
pub fn doubled(inbox: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let copy = |name: String| Some((name.clone(), sheet::original(&name).filter(|of| is_sheet(of))?));
    Ok(files(inbox)?.into_keys().filter_map(copy).collect())
}

type Looks = BTreeMap<String, (u64, Option<SystemTime>)>;

/// Every file with its size and when it was written.
fn files(folder: &Path) -> anyhow::Result<Looks> {
    let shown = folder.display();
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read the inbox `{shown}`"))? {
        let entry = entry?;
        // A link could lead to somebody else's file.
        let metadata = fs::symlink_metadata(entry.path())?;
        if metadata.is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.insert(name, (metadata.len(), metadata.modified().ok()));
        }
    }
    Ok(files)
}

/// A file that grows, or that bears the name of one that is not whole yet.
async fn growing(inbox: &Path, settle: Duration) -> anyhow::Result<Option<Arrival>> {
    let is_partial = |name: &String| {
        [".part", ".filepart", ".tmp", ".crdownload"].iter().any(|ending| name.to_lowercase().ends_with(ending))
            || name.starts_with("~$")
            || name.starts_with(".~lock.")
    };
    let mut before = files(inbox)?;
    for _ in 0..LOOKS {
        tokio::time::sleep(settle).await;
        let now = files(inbox)?;
        let moved = now.iter().find(|(name, look)| is_partial(name) || before.get(*name) != Some(look));
        let Some((name, _)) = moved else { return Ok(None) };
        let name = name.clone();
        before = now;
        if is_partial(&name) {
            return Ok(Some(Arrival::Partial(name)));
        }
        if before.is_empty() {
            return Ok(Some(Arrival::Growing(name)));
        }
    }
    Ok(before.into_keys().next().map(Arrival::Growing))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Makes a folder with the sheets as they would stand once the new ones are taken.
fn beside_each_other(inbox: &Path, names: &[String], workspace: &Workspace, beside: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(beside).with_context(|| format!("cannot make the folder `{}`", beside.display()))?;
    for name in sheets(workspace.root())? {
        copy(&workspace.root().join(&name), &beside.join(&name))?;
    }
    replace(inbox, names, beside)
}

/// Looks at the sheets as they would stand: can they be read, and how many rows have they?
fn unusual(beside: &Path, workspace: &Workspace, settings: &Settings, max_shrink: f64) -> Option<Arrival> {
    let old = sheet::read(workspace.root(), &settings.reading).ok();
    let new = sheet::read(beside, &settings.reading).ok()?;
    // What is wrong with the whole file, or swallows the rest of it.
    let is_wrong = |found: &&Diagnostic| {
        let is_of_file = found.place.row.is_none_or(|row| row <= 1) || found.code == Code::UnclosedQuote;
        found.severity == Severity::Error && is_of_file
    };
    if let Some(wrong) = new.found.iter().find(is_wrong) {
        return Some(Arrival::Unreadable(Box::new(wrong.clone())));
    }
    let old = old?;
    for kind in SheetKind::ALL {
        let (rows, before) = (new.get(kind).row_count(), old.get(kind).row_count());
        #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
        let is_shrunk = before >= ROWS_MIN && (rows as f64) < before as f64 * (1.0 - max_shrink);
        let is_emptied = rows == 0 && before > 0 && max_shrink < 1.0;
        if is_shrunk || is_emptied {
            return Some(Arrival::Shrunk { sheet: kind, rows, before });
        }
    }
    None
}

/// Copies by way of a second file, so that nobody ever sees half of one.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let whole = || format!("cannot copy `{}` to `{}`", from.display(), to.display());
    let beside = to.with_extension("new");
    fs::copy(from, &beside).with_context(whole)?;
    fs::rename(&beside, to).with_context(whole)
}

/// Puts sheets into a folder, in place of those of the same kind.
fn replace(inbox: &Path, names: &[String], folder: &Path) -> anyhow::Result<()> {
    let is_whole = names.iter().any(|name| name == WORKBOOK);
    if is_whole && names.len() > 1 {
        bail!("the inbox holds `{WORKBOOK}` and other sheets; leave one of them, so that it is clear which counts");
    }
    let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
    for old in sheets(folder)? {
        let is_replaced = is_whole || old == WORKBOOK || names.iter().any(|name| stem(name) == stem(&old));
        if is_replaced && !names.contains(&old) {
            fs::remove_file(folder.join(&old)).with_context(|| format!("cannot replace `{old}`"))?;
        }
    }
    names.iter().try_for_each(|name| copy(&inbox.join(name), &folder.join(name)))
}

/// Takes new sheets: they are kept in the archive, take the place of the old ones, and leave the inbox last, so that a
/// night that ends in between finds them there again. What they replace is kept with the run that read it.
pub fn take(inbox: &Path, names: &[String], workspace: &Workspace, stamp: &str) -> anyhow::Result<()> {
    archive(inbox, names, workspace, stamp)?;
    replace(inbox, names, workspace.root())?;
    names.iter().try_for_each(|name| remove(&inbox.join(name)))
}

/// The place in the archive of the latest sheets that were taken, where they still stand and no run of sheets has begun
/// since: a night ended in between.
pub fn taken_and_not_run(workspace: &Workspace, latest_run: Option<&str>) -> Option<String> {
    let archives = fs::read_dir(workspace.archives()).ok()?.filter_map(Result::ok);
    let taken = archives.filter(|entry| !entry.path().join(AGAIN).exists());
    let latest = taken.map(|entry| entry.file_name().to_string_lossy().into_owned()).max()?;
    let second = |stamp: &str| stamp.get(..SECOND).unwrap_or(stamp).to_owned();
    if latest_run.is_some_and(|run| second(run) >= second(&latest)) {
        return None;
    }
    let names = sheets(&workspace.archive(&latest)).ok()?;
    let stands = |name: &String| {
        let now = read(&workspace.root().join(name)).ok();
        now.is_some() && now == read(&workspace.archive(&latest).join(name)).ok()
    };
    names.iter().all(stands).then_some(latest)
}

/// Puts sheets away that need not be taken, since they are the same again.
pub fn put_away(inbox: &Path, names: &[String], workspace: &Workspace, stamp: &str) -> anyhow::Result<()> {
    archive(inbox, names, workspace, stamp)?;
    let mark = workspace.archive(stamp).join(AGAIN);
    fs::write(&mark, "").with_context(|| format!("cannot write `{}`", mark.display()))?;
    names.iter().try_for_each(|name| remove(&inbox.join(name)))
}

fn archive(inbox: &Path, names: &[String], workspace: &Workspace, stamp: &str) -> anyhow::Result<()> {
    let archive = workspace.archive(stamp);
    fs::create_dir_all(&archive).with_context(|| format!("cannot make the folder `{}`", archive.display()))?;
    names.iter().try_for_each(|name| copy(&inbox.join(name), &archive.join(name)))
}

fn remove(path: &Path) -> anyhow::Result<()> {
    fs::remove_file(path).with_context(|| format!("cannot take `{}` out of the inbox", path.display()))
}
