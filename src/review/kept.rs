//! What was made of the files of a workspace, kept as long as these stay as they are: a large workspace is read once and not
//! for every page.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::settings::SETTINGS;
use crate::sheet::{CORRECTIONS, WAVES};
use crate::workspace::Workspace;

/// While a run moves the journal, what took so long to make is shown for so many times as long.
const WHILE_MOVING: u32 = 10;

/// How the files were: size and time of the last change, none where there is no such file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp(Vec<Option<(u64, SystemTime)>>);

impl Stamp {
    /// The journal as it is now.
    pub fn of_journal(workspace: &Workspace) -> Self {
        let journal = workspace.journal();
        let mut beside = journal.clone().into_os_string();
        beside.push("-wal");
        Self([journal, PathBuf::from(beside)].iter().map(|path| of(path)).collect())
    }

    /// The journal, the sheets, the templates, the waves and the settings as they are now.
    pub fn of_everything(workspace: &Workspace) -> Self {
        let mut stamp = Self::of_journal(workspace);
        let names = crate::sheet::files(workspace.root()).unwrap_or_default();
        let names = names.iter().map(String::as_str).chain([SETTINGS, CORRECTIONS, WAVES]);
        let paths = names.map(|name| workspace.root().join(name)).chain([workspace.templates()]);
        stamp.0.extend(paths.map(|path| of(&path)));
        stamp
    }
}

fn of(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

/// One thing, with the stamp it was made under, when that was, and how long it took.
struct Made<T> {
    thing: Arc<T>,
    stamp: Stamp,
    at: Instant,
    took: Duration,
}

/// A thing that is made anew when its files have changed.
pub(super) struct Kept<T>(Mutex<Option<Made<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Kept<T> {
    /// The thing as the files are now. Whoever asks meanwhile waits, and has the same. The stamp is taken before the files are
    /// read, so that a change in between is seen the next time.
    pub fn get(&self, stamp: Stamp, make: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<Arc<T>> {
        self.get_while(stamp, false, make)
    }

    /// The same; while something moves the files all the time, an older one will do.
    pub fn get_while(
        &self,
        stamp: Stamp,
        is_moving: bool,
        make: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<Arc<T>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*kept
            && (made.stamp == stamp || (is_moving && made.at.elapsed() < made.took * WHILE_MOVING))
        {
            return Ok(Arc::clone(&made.thing));
        }
        let began = Instant::now();
        let thing = Arc::new(make()?);
        *kept = Some(Made { thing: Arc::clone(&thing), stamp, at: Instant::now(), took: began.elapsed() });
        Ok(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_made_anew_when_its_files_have_changed() {
        let kept = Kept::default();
        let stamp = |size| Stamp(vec![Some((size, SystemTime::UNIX_EPOCH)), None]);
        let get = |size, thing: u32| *kept.get(stamp(size), || Ok(thing)).expect("it can be made");
        assert_eq!([get(1, 1), get(1, 2), get(2, 3), get(1, 4)], [1, 1, 3, 4]);
        assert!(kept.get(stamp(9), || anyhow::bail!("no")).is_err());
        assert_eq!(get(1, 5), 4, "what could not be made changes nothing");
        let moving = |thing: u32| *kept.get_while(stamp(7), true, || Ok(thing)).expect("it can be made");
        let slow = *kept
            .get_while(stamp(6), false, || {
                std::thread::sleep(Duration::from_millis(20));
                Ok(6)
            })
            .expect("it can be made");
        assert_eq!((slow, moving(7)), (6, 6), "an older one will do for a while");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(moving(8), 8);
    }
}
