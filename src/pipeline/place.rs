//! One state per workspace: a folder that was copied, moved, or is worked in from another machine is noticed before
//! anything is sent.

use anyhow::bail;

use super::{Clock, Console};
use crate::journal::{Sqlite, place_id};
use crate::settings::Settings;
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// How a folder stands to what its journal says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stay {
    /// It never was used, or is where it was.
    Here,
    /// It stood there before, and nothing does now.
    Moved(String),
    /// It was worked in on that machine.
    OtherHost(String),
    /// The folder that it is a copy of still stands.
    Copied(String),
}

impl Stay {
    /// Looks where the journal belongs.
    pub fn look(workspace: &Workspace, log: &Sqlite, host: &str) -> anyhow::Result<Self> {
        let (Some(place), here) = (log.place()?, workspace.absolute()?) else { return Ok(Self::Here) };
        if place.host != host {
            return Ok(Self::OtherHost(place.host));
        }
        if place.folder == here {
            return Ok(Self::Here);
        }
        let other = workspace.other_journal(&place.folder);
        // The same file by another way is no copy; another journal in its place is another workspace.
        let is_copied = other.is_some_and(|journal| place_id(&journal).is_none_or(|id| id == place.id));
        Ok(if is_copied { Self::Copied(place.folder) } else { Self::Moved(place.folder) })
    }

    /// What there is to say, and what is to be done.
    pub fn words(&self, lang: Lang) -> Option<(String, &'static str)> {
        match self {
            Self::Here => None,
            Self::Moved(from) => {
                let words = "this folder was moved; its journal was used in `{folder}` before, where it is no more";
                Some((say(lang, words, &[("folder", from)]), "nothing is to be done if that was meant"))
            }
            Self::OtherHost(host) => {
                let words = "the runs of this folder were made on `{host}` so far, not on this machine";
                let cure =
                    "make sure that nobody runs it there any more: two machines would provision the same customers";
                Some((say(lang, words, &[("host", host)]), cure))
            }
            Self::Copied(from) => {
                let words =
                    "this folder is a copy of `{folder}`, which still stands: both would provision the same customers";
                let cure = "go on there; or add --this-copy here, and never run the other one again; or remove `.turnup` here \
                            to begin anew";
                Some((say(lang, words, &[("folder", from)]), cure))
            }
        }
    }
}

/// What there is to say of a folder on a share.
pub(super) fn share_words(workspace: &Workspace, lang: Lang) -> Option<(String, &'static str)> {
    let words = "this folder is on a share ({kind}), where lock and journal are not safe from other machines";
    let cure = "work in a folder on a disk of this machine";
    workspace.share().map(|kind| (say(lang, words, &[("kind", &kind)]), cure))
}

/// What there is to say of where a folder is, before a command takes it as it is; for those who are told in the morning.
pub fn place_words(workspace: &Workspace, lang: Lang, clock: &Clock) -> Vec<String> {
    let log = workspace.has_state().then(|| Sqlite::open(&workspace.journal()).ok()).flatten();
    let stay = log.and_then(|log| Stay::look(workspace, &log, &clock.host()).ok());
    let all = stay.and_then(|stay| stay.words(lang)).into_iter().chain(share_words(workspace, lang));
    all.map(|(found, cure)| format!("{found}; {}", phrase(lang, cure))).collect()
}

/// Takes the folder as the one that goes on, and tells what is not as it was.
///
/// # Errors
/// When it is a copy and nobody said that the copy is to go on.
pub(super) fn settle(
    workspace: &Workspace,
    log: &Sqlite,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let host = console.clock.host();
    let stay = refuse_copy(workspace, log, settings, &host)?;
    let is_copied = matches!(stay, Stay::Copied(_));
    let line = |(found, cure): (String, &'static str)| format!("{found}; {}", phrase(settings.lang, cure));
    let told = stay.words(settings.lang).map(line);
    for words in told.into_iter().filter(|_| !is_copied).chain(share_words(workspace, settings.lang).map(line)) {
        console.refuse(&words);
    }
    log.settle_at(&workspace.absolute()?, &host, is_copied)
}

/// How the folder stands to its journal; nothing is written.
///
/// # Errors
/// When it is a copy and nobody said that the copy is to go on.
pub(super) fn refuse_copy(
    workspace: &Workspace,
    log: &Sqlite,
    settings: &Settings,
    host: &str,
) -> anyhow::Result<Stay> {
    let stay = Stay::look(workspace, log, host)?;
    let is_refused = matches!(stay, Stay::Copied(_)) && !settings.this_copy;
    if let Some((found, cure)) = stay.words(settings.lang).filter(|_| is_refused) {
        bail!("{found}; {}", phrase(settings.lang, cure));
    }
    Ok(stay)
}
