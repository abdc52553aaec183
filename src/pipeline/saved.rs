//! Saved plans: what a person has looked at, run exactly as it was saved, or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::inputs;
use super::selected::Selected;
use super::{Clock, Order};
use crate::check::HoldBack;
use crate::plan::{Known, Plan, Selection, fingerprint};
use crate::settings::{SETTINGS, Settings, Typed};
use crate::text::{phrase, say};
use crate::workspace::Workspace;

/// The form of the file; another one is refused in words.
const SCHEMA: &str = "turnup.saved-plan/1";

/// A plan with everything that it was made from, as fingerprints.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SavedPlan {
    schema: String,
    tool_version: String,
    /// RFC 3339 with offset.
    saved: String,
    by: String,
    hold_back: String,
    encoding: Option<String>,
    pub selection: Selection,
    /// The fingerprint of each file that was read.
    inputs: BTreeMap<String, String>,
    rules: String,
    known: String,
    digest: String,
    plan: Plan,
}

impl SavedPlan {
    /// Saves a plan in a file for its owner alone.
    pub fn write(
        path: &Path,
        workspace: &Workspace,
        settings: &Settings,
        (selected, plan, known): (&Selected, &Plan, &Known),
        clock: &Clock,
    ) -> anyhow::Result<()> {
        let saved = Self {
            schema: SCHEMA.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            saved: clock.now(),
            by: clock.by(),
            hold_back: settings.hold_back.word().to_owned(),
            encoding: settings.reading.encoding.map(|encoding| encoding.name().to_owned()),
            selection: selected.selection.clone(),
            inputs: fingerprints(workspace.root())?,
            rules: rules(workspace.root())?,
            known: known.digest(),
            digest: plan.digest(),
            plan: plan.clone(),
        };
        for_me_alone(path, &serde_json::to_vec(&saved)?)
            .with_context(|| format!("the plan cannot be saved as `{}`", path.display()))
    }

    /// Reads a saved plan.
    ///
    /// # Errors
    /// When it cannot be read, is none, or is of another form.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let bytes = fs::read(path).with_context(|| format!("cannot read the saved plan `{shown}`"))?;
        let form: Option<String> = serde_json::from_slice::<serde_json::Value>(&bytes)
            .ok()
            .and_then(|value| value["schema"].as_str().map(str::to_owned));
        match form.as_deref() {
            Some(SCHEMA) => {}
            Some(other) => {
                bail!("`{shown}` is a plan of the form `{other}`, and this turnup knows `{SCHEMA}`; save it anew")
            }
            None => bail!("`{shown}` is no saved plan; `turnup plan --out FILE` saves one"),
        }
        let saved: Self = serde_json::from_slice(&bytes)
            .with_context(|| format!("the saved plan `{shown}` is damaged; save it anew"))?;
        if saved.plan.digest() != saved.digest {
            bail!("the saved plan `{shown}` was changed after it was saved; save it anew");
        }
        Ok(saved)
    }

    /// How it was planned, in place of what is typed.
    pub fn typed(&self, typed: &Typed) -> Typed {
        Typed { hold_back: HoldBack::parse(&self.hold_back), encoding: self.encoding.clone(), ..typed.clone() }
    }

    /// Says what has moved since it was saved; nothing when it can be run exactly as it was.
    pub fn moved(
        &self,
        copies: &Path,
        plan: &Plan,
        known: &Known,
        settings: &Settings,
    ) -> anyhow::Result<Option<String>> {
        let lang = settings.lang;
        let now = fingerprints(copies)?;
        let differs = |name: &&String| self.inputs.get(*name) != now.get(*name);
        let what = match self.inputs.keys().chain(now.keys()).find(differs) {
            Some(file) => say(lang, "`{file}` has changed", &[("file", file)]),
            None if self.tool_version != env!("CARGO_PKG_VERSION") => {
                phrase(lang, "turnup is another version").to_owned()
            }
            None if self.rules != rules(copies)? => say(lang, "`{file}` has changed", &[("file", &SETTINGS)]),
            None if self.known != known.digest() => phrase(lang, "another run has changed what is known").to_owned(),
            None if self.digest != plan.digest() => phrase(lang, "the rules have changed").to_owned(),
            None => return Ok(None),
        };
        let words =
            "{what} since the plan was saved ({saved}), so nothing was sent; look at `turnup plan` and save it anew";
        Ok(Some(say(lang, words, &[("what", &what), ("saved", &self.saved)])))
    }
}

/// What a run with a saved plan is asked to do.
pub(super) fn order(order: &Order, saved: Option<&SavedPlan>) -> Order {
    let selection = saved.map_or_else(|| order.selection.clone(), |saved| saved.selection.clone());
    Order { selection, ..order.clone() }
}

/// The fingerprint of each file of a folder that a run reads.
pub(super) fn fingerprints(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let names = inputs::names(folder)?;
    names.into_iter().map(|name| Ok((name.clone(), of_file(&folder.join(name))?))).collect()
}

fn rules(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join(SETTINGS);
    if path.exists() { of_file(&path) } else { Ok(String::new()) }
}

fn of_file(path: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(fingerprint([bytes.as_slice()]))
}

/// Writes a file that only its owner can read, whole or not at all.
fn for_me_alone(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    // What an earlier attempt left behind.
    let _ = fs::remove_file(&fresh);
    let write = || {
        let mut file = options.open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&fresh)))
}
