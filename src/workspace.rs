//! The folder that is worked in: where its files are, who works in it, and whether it may be trusted with state.
//!
//! Nothing here reads a sheet or knows what a run is.

mod share;

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A folder with sheets, templates and settings.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

/// Another run holds the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Who, where and since when, as the holder wrote it.
    pub holder: String,
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "another run works in this folder: {}; wait for it, or stop it", self.holder)
    }
}

impl std::error::Error for Locked {}

/// The right to change the workspace's state; given up when dropped.
#[derive(Debug)]
pub struct Claim {
    #[expect(dead_code, reason = "holding the file is holding the lock")]
    file: File,
}

impl Workspace {
    /// A folder that exists, whose state may be trusted.
    ///
    /// # Errors
    /// When it does not exist, is none, or its state leads elsewhere or is another user's.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        let shown = root.display();
        let metadata = fs::metadata(root).with_context(|| {
            format!(
                "cannot open the folder `{shown}`; name the one that holds the sheets, or make it with `turnup init {shown}`"
            )
        })?;
        if !metadata.is_dir() {
            bail!("`{shown}` is not a folder; name the folder that holds the sheets");
        }
        let workspace = Self { root: root.to_owned() };
        workspace.refuse_foreign_state()?;
        Ok(workspace)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The onboarding templates.
    pub fn templates(&self) -> PathBuf {
        self.root.join("templates.toml")
    }

    /// The settings of this work.
    pub fn settings(&self) -> PathBuf {
        self.root.join("turnup.toml")
    }

    /// Where turnup keeps its own state.
    fn state(&self) -> PathBuf {
        self.root.join(".turnup")
    }

    /// The journal.
    pub fn journal(&self) -> PathBuf {
        self.state().join("state.db")
    }

    /// What `--simulate` remembers.
    pub fn simulator(&self) -> PathBuf {
        self.state().join("simulator.json")
    }

    /// When `compare` last looked at each customer.
    pub fn compared(&self) -> PathBuf {
        self.state().join("compared.json")
    }

    /// When Webex was asked to send whom its consent mail again.
    pub fn reminders(&self) -> PathBuf {
        self.state().join("reminders.json")
    }

    /// The inputs of a run, kept so that its report can be made again.
    pub fn inputs(&self, run: &str) -> PathBuf {
        self.inputs_of_all_runs().join(run)
    }

    /// Where inputs are kept.
    pub fn inputs_of_all_runs(&self) -> PathBuf {
        self.state().join("inputs")
    }

    /// Where a night puts old and new sheets side by side.
    pub fn night(&self) -> PathBuf {
        self.state().join("night")
    }

    /// What arrived in a night.
    pub fn archive(&self, stamp: &str) -> PathBuf {
        self.archives().join(stamp)
    }

    /// Where everything is kept that arrived in nights.
    pub fn archives(&self) -> PathBuf {
        self.root.join("archive")
    }

    /// What a run hands back.
    pub fn report(&self, run: &str) -> PathBuf {
        self.reports().join(run)
    }

    /// What all runs have handed back.
    pub fn reports(&self) -> PathBuf {
        self.root.join("reports")
    }

    /// The folder, from the root and without links.
    ///
    /// # Errors
    /// When it is gone.
    pub fn absolute(&self) -> anyhow::Result<String> {
        let folder = self.root.canonicalize().with_context(|| format!("cannot open `{}`", self.root.display()))?;
        Ok(folder.display().to_string())
    }

    /// The journal of another folder, if one stands there that is not this one by another way.
    pub fn other_journal(&self, folder: &str) -> Option<PathBuf> {
        let other = Self { root: PathBuf::from(folder) }.journal().canonicalize().ok()?;
        (!is_one_file(&other, &self.journal())).then_some(other)
    }

    /// The kind of share that the folder is on; none on a disk of this machine, or where that cannot be told.
    pub fn share(&self) -> Option<String> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        share::share_of(&mounts, &self.root.canonicalize().ok()?)
    }

    /// Is there any state from an earlier run?
    pub fn has_state(&self) -> bool {
        self.journal().exists()
    }

    /// Makes sure that so many bytes can still be written below the state folder. They are taken and given back.
    ///
    /// # Errors
    /// When there is no room for them.
    pub fn make_sure_of_room(&self, bytes: u64) -> anyhow::Result<()> {
        let path = self.state().join("room");
        let taken = File::create(&path).and_then(|file| take(&file, bytes));
        let given_back = fs::remove_file(&path);
        taken.and(given_back).with_context(|| {
            format!(
                "nothing was sent, since there is no room for {} KiB below `{}`, where what is sent is written down; make \
                 room on the disk, then run again",
                bytes >> 10,
                self.state().display()
            )
        })
    }

    /// Takes the workspace's state for this process alone.
    ///
    /// # Errors
    /// [`Locked`] when another process has it; otherwise when the state folder cannot be made or must not be trusted.
    pub fn claim(&self, who: &str) -> anyhow::Result<Claim> {
        self.make_state()?;
        let path = self.state().join("lock");
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot open `{}`", path.display()))?;
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The holder's words are a courtesy; without them the lock is still held.
                let _ = file.read_to_string(&mut holder);
                return Err(Locked { holder: holder.trim().to_owned() }.into());
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock `{}`", path.display()));
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{who}"))
            .with_context(|| format!("cannot write `{}`; make room on the disk, then run again", path.display()))?;
        Ok(Claim { file })
    }

    /// The cells of a run that were edited on the review page and not sent yet.
    pub fn draft(&self, run: &str) -> PathBuf {
        self.drafts().join(format!("{run}.json"))
    }

    /// Where drafts of the review are.
    pub fn drafts(&self) -> PathBuf {
        self.state().join("drafts")
    }

    /// The page that leads a browser to the review, for its owner alone.
    pub fn door(&self) -> PathBuf {
        self.state().join("review.html")
    }

    /// Who works in the folder now, as the holder wrote it; none when nobody does.
    pub fn holder(&self) -> Option<String> {
        let mut file = File::open(self.state().join("lock")).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                Some(holder.trim().to_owned())
            }
            _ => None,
        }
    }

    /// A folder from somebody else must not make turnup write to another place, or believe what it did not write.
    fn refuse_foreign_state(&self) -> anyhow::Result<()> {
        let state = self.state();
        refuse_link(&state)?;
        refuse_link(&self.reports())?;
        refuse_link(&self.archives())?;
        if !state.is_dir() {
            return Ok(());
        }
        refuse_other_owner(&state)?;
        let entries = fs::read_dir(&state).with_context(|| format!("cannot read the folder `{}`", state.display()))?;
        for entry in entries {
            refuse_link(&entry?.path())?;
        }
        Ok(())
    }

    fn make_state(&self) -> anyhow::Result<()> {
        let state = self.state();
        fs::create_dir_all(&state).with_context(|| format!("cannot make the folder `{}`", state.display()))?;
        private(&state)
    }
}

/// Takes the lock. Whoever only looks whether it is held has it for a moment, so one look is not enough.
fn try_lock(file: &File) -> Result<(), TryLockError> {
    const LOOKS: usize = 5;
    const BETWEEN: std::time::Duration = std::time::Duration::from_millis(20);
    for _ in 1..LOOKS {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(BETWEEN),
            decided => return decided,
        }
    }
    file.try_lock()
}

/// Takes so many bytes of the disk at once; where a file system cannot do that, it is tried with zeros.
#[cfg(target_os = "linux")]
fn take(file: &File, bytes: u64) -> std::io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match fallocate(file, FallocateFlags::empty(), 0, bytes) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => fill(file, bytes),
        taken => Ok(taken?),
    }
}

#[cfg(not(target_os = "linux"))]
fn take(file: &File, bytes: u64) -> std::io::Result<()> {
    fill(file, bytes)
}

/// Writes zeros, as far as that takes no long time.
fn fill(mut file: &File, bytes: u64) -> std::io::Result<()> {
    const BLOCK: usize = 1 << 13;
    const FILLED_MAX: u64 = 64 << 20;
    let mut left = bytes.min(FILLED_MAX);
    while left > 0 {
        let block = usize::try_from(left).map_or(BLOCK, |left| left.min(BLOCK));
        file.write_all(&[0; BLOCK][..block])?;
        left -= block as u64;
    }
    file.sync_all()
}

/// Do two paths lead to one file?
#[cfg(unix)]
fn is_one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let key = |path: &Path| fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
    key(one).is_some_and(|one| Some(one) == key(other))
}

#[cfg(not(unix))]
fn is_one_file(one: &Path, other: &Path) -> bool {
    other.canonicalize().is_ok_and(|other| other == one)
}

fn refuse_link(path: &Path) -> anyhow::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        bail!("`{}` is a link; turnup keeps its files in the workspace itself, so remove the link", path.display());
    }
    Ok(())
}

/// Only the owner's state is trusted.
#[cfg(unix)]
fn refuse_other_owner(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(folder)?;
    let me = fs::metadata("/proc/self").map_or_else(|_| metadata.uid(), |process| process.uid());
    if metadata.uid() != me {
        bail!(
            "`{}` belongs to another user, so its state is not trusted; copy the sheets into a folder of your own",
            folder.display()
        );
    }
    Ok(())
}

/// Only the owner may look in.
#[cfg(unix)]
fn private(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(folder)?.permissions().mode() & 0o777 != 0o700 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems can refuse")]
fn refuse_other_owner(_: &Path) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems can refuse")]
fn private(_: &Path) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_process_at_a_time_has_the_state() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let workspace = Workspace::open(folder.path()).expect("it exists");
        let claim = workspace.claim("ana@host since 10:00").expect("nobody else has it");
        let locked = workspace.claim("rui@host").expect_err("it is taken");
        assert_eq!(locked.downcast_ref::<Locked>().map(|l| l.holder.as_str()), Some("ana@host since 10:00"));
        assert_eq!(workspace.holder().as_deref(), Some("ana@host since 10:00"));
        drop(claim);
        assert_eq!(workspace.holder(), None);
        assert!(workspace.claim("rui@host").is_ok());
    }
}
