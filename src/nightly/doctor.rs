//! `turnup doctor`: what was looked at, on a page or for programs, and whether mails and messages arrive.

use std::path::Path;

use anyhow::Context;
use serde_json::json;

use super::{Night, notify};
use crate::pipeline::{Checkup, Console, examine, exit};
use crate::settings::Typed;
use crate::text::{self, Here, Lang, phrase};

/// What was asked of `doctor`.
#[derive(Debug, Clone, Copy, Default)]
pub struct DoctorOrder {
    /// Send a mail and a message to try them.
    pub notify: bool,
    /// For programs.
    pub json: bool,
}

/// `turnup doctor`: exit code 0 when nothing is to be done, 1 otherwise.
///
/// # Errors
/// When the results cannot be written.
pub async fn doctor(folder: &Path, typed: &Typed, order: DoctorOrder, console: &mut Console<'_>) -> anyhow::Result<u8> {
    // What programs read is in one language.
    let english = order.json.then(|| Typed { lang: Some(Lang::En), ..typed.clone() });
    let mut examined = examine(folder, english.as_ref().unwrap_or(typed), console).await;
    let lang = examined.lang;
    if let Some((workspace, settings)) = examined.place.as_ref().filter(|_| order.notify) {
        let words = phrase(lang, "this is a test of `turnup doctor --notify`; nothing was run").to_owned();
        let night = Night { findings: vec![words], is_test: true, ..Night::default() };
        let told = notify::all(&settings.night.notify, workspace, &night, &console.clock.now(), lang).await;
        if told.is_empty() {
            let cure = phrase(lang, "say `mail_to` or `webhook` under `[notify]` in your own settings");
            let found = phrase(lang, "nobody is to be told").to_owned();
            examined.checkups.push(Checkup::ill("notify", found, cure));
        }
        examined.checkups.extend(told.into_iter().map(|(what, sent)| match sent {
            Ok(()) => Checkup::well(what, phrase(lang, "it was sent").to_owned()),
            Err(error) => {
                let cure = phrase(lang, "mend what it names, then look again");
                Checkup::ill(what, text::error(lang, error.chain()), cure)
            }
        }));
    }
    let page = if order.json {
        for_programs(&examined.checkups)
    } else {
        page(&examined.checkups, lang, &console.here.borrow())
    };
    console
        .out
        .write_all(page.as_bytes())
        .and_then(|()| console.out.flush())
        .context("the results cannot be written")?;
    let is_well = examined.checkups.iter().all(|checkup| checkup.cure.is_none());
    Ok(if is_well { exit::WELL } else { exit::ENVIRONMENT })
}

fn page(checkups: &[Checkup], lang: Lang, here: &Here) -> String {
    let mut page = String::new();
    let width = checkups.iter().map(|checkup| phrase(lang, checkup.what).chars().count()).fold(8, usize::max);
    let margin = "!! ".len() + width + 1;
    for Checkup { what, found, cure } in checkups {
        let mark = if cure.is_some() { "!!" } else { "ok" };
        let what = phrase(lang, what);
        page += &format!("{mark} {what:<width$} {found}\n");
        if let Some(cure) = cure {
            let cure = here.told(cure);
            page += &format!("{:margin$}{}: {cure}\n", "", phrase(lang, "cure"));
        }
    }
    page
}

fn for_programs(checkups: &[Checkup]) -> String {
    let one = |checkup: &Checkup| json!({ "what": checkup.what, "found": checkup.found, "cure": checkup.cure });
    let all: Vec<_> = checkups.iter().map(one).collect();
    format!("{:#}\n", json!({ "schema": "turnup.doctor/1", "checkups": all }))
}
