//! `turnup doctor`: looks whether a night could begin: settings, token, clock, disk, file modes, journal, Webex. Each
//! problem comes with its cure.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::Context;

use super::provider::Provider;
use super::{Console, OpenRun, approve, guard, inputs, open_run, place};
use crate::api::{Failure, Weight, calls};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::journal::Sqlite;
use crate::settings::{Settings, Typed, find_token, open_to_others, settle};
use crate::template;
use crate::text::{self, Lang, phrase, retold, say};
use crate::workspace::Workspace;

/// How far the clock may be off before times in journals and tokens mislead.
const SKEW_MAX: Duration = Duration::from_mins(2);
/// Steps that there should be room for.
const STEPS: u64 = 1_000;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// What was looked at, in one word of English.
    pub what: &'static str,
    /// What was found.
    pub found: String,
    /// What is to be done; none where all is well.
    pub cure: Option<String>,
}

impl Checkup {
    /// All is well.
    pub const fn well(what: &'static str, found: String) -> Self {
        Self { what, found, cure: None }
    }

    /// Something is to be done.
    pub fn ill(what: &'static str, found: String, cure: &str) -> Self {
        Self { what, found, cure: Some(cure.to_owned()) }
    }
}

/// What `doctor` found, and the settings where they can be used at all.
pub struct Examined {
    pub checkups: Vec<Checkup>,
    pub lang: Lang,
    pub place: Option<(Workspace, Settings)>,
}

/// Looks at everything, and goes on after what is wrong.
pub async fn examine(folder: &Path, typed: &Typed, console: &Console<'_>) -> Examined {
    let lang = crate::settings::language(typed);
    let settled = Workspace::open(folder).and_then(|workspace| Ok((settle(typed, &workspace)?, workspace)));
    let (settings, workspace) = match settled {
        Ok(settled) => settled,
        Err(error) => {
            let cure = phrase(lang, "mend what it names, then look again");
            return Examined {
                checkups: vec![Checkup::ill("settings", text::error(lang, error.chain()), cure)],
                lang,
                place: None,
            };
        }
    };
    let lang = settings.lang;
    let mut checkups = vec![of_settings(&workspace, &settings)];
    checkups.extend(of_files(&workspace, lang));
    checkups.extend(of_state(&workspace, lang));
    checkups.extend(of_runs(&workspace, lang));
    checkups.extend(of_place(&workspace, lang, &console.clock.host()));
    checkups.extend(of_webex(&workspace, &settings, console).await);
    Examined { checkups, lang, place: Some((workspace, settings)) }
}

fn of_settings(workspace: &Workspace, settings: &Settings) -> Checkup {
    let lang = settings.lang;
    match guard::unreadable_settings(settings, workspace) {
        Some(words) => Checkup::ill("settings", words, phrase(lang, "mend what it names, then look again")),
        None => Checkup::well("settings", phrase(lang, "they can be used").to_owned()),
    }
}

/// The files that every run needs besides its sheets, whatever sheets a night brings.
fn of_files(workspace: &Workspace, lang: Lang) -> Vec<Checkup> {
    let missing = (!workspace.templates().exists()).then(|| {
        let found = phrase(
            lang,
            "there is no templates.toml; every customer is made from a template, and this file names them",
        );
        let cure = phrase(lang, "`turnup template add` asks for one and makes the file");
        Checkup::ill("templates", found.to_owned(), cure)
    });
    let are_read = BESIDE.into_iter().filter(|(name, _)| missing.is_none() || *name != "templates");
    let mut broken: Vec<Checkup> = are_read
        .filter_map(|(name, read)| match read(workspace.root()) {
            Ok(found) => found.map(|found| {
                let place = guard::place_in(workspace, &found.place);
                let found_words =
                    say(lang, "{place}: {message}", &[("place", &place), ("message", &found.message(lang))]);
                Checkup::ill(name, found_words, &found.fix(lang))
            }),
            Err(error) => {
                let cure = phrase(lang, "mend what it names, then look again");
                Some(Checkup::ill(name, text::error(lang, error.chain()), cure))
            }
        })
        .collect();
    broken.extend(missing);
    if !broken.is_empty() {
        return broken;
    }
    vec![Checkup::well("files", phrase(lang, "what stands beside the sheets can be read").to_owned())]
}

/// Reads a file of a folder; tells what lets nothing of it be used.
type Beside = fn(&Path) -> anyhow::Result<Option<Diagnostic>>;

const BESIDE: [(&str, Beside); 3] = [
    ("templates", |folder| {
        let path = folder.join(inputs::TEMPLATES);
        inputs::can_be_read(&path)?;
        let text = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let (_, found) = template::read(inputs::TEMPLATES, &String::from_utf8_lossy(&text));
        Ok(found.into_iter().find(|found| found.code == Code::TemplatesMalformed))
    }),
    ("corrections", |folder| {
        let mut found = Vec::new();
        inputs::corrections(folder, &mut found)?;
        Ok(found.into_iter().find(|found| found.severity == Severity::Error))
    }),
    ("waves", |folder| {
        let mut found = Vec::new();
        inputs::waves_of(folder, &mut found)?;
        Ok(found.into_iter().find(|found| found.severity == Severity::Error))
    }),
];

/// The state folder, where there is one: who can look in, whether it is whole, and whether there is room.
fn of_state(workspace: &Workspace, lang: Lang) -> Vec<Checkup> {
    if !workspace.has_state() {
        return vec![Checkup::well("journal", phrase(lang, "nothing has been run in this folder").to_owned())];
    }
    let mut checkups = Vec::new();
    let journal = workspace.journal();
    if let Some(folder) = journal.parent()
        && let Ok(Some(mode)) = open_to_others(folder)
    {
        let found = say(
            lang,
            "others can look into {folder} (mode {mode})",
            &[("folder", &folder.display()), ("mode", &format!("{mode:o}"))],
        );
        checkups.push(Checkup::ill("modes", found, &format!("chmod 700 {}", folder.display())));
    }
    checkups.push(match Sqlite::open(&journal).and_then(|journal| journal.damage()) {
        Ok(None) => Checkup::well("journal", phrase(lang, "it is whole").to_owned()),
        Ok(Some(why)) => {
            let cure =
                "put a copy of it back, or move it away to begin anew; what stands in Webex is then found and adopted";
            Checkup::ill("journal", retold(lang, &why).into_owned(), phrase(lang, cure))
        }
        Err(error) => {
            let cure = phrase(lang, "mend what it names, then look again");
            Checkup::ill("journal", text::error(lang, error.chain()), cure)
        }
    });
    checkups.push(match guard::room(workspace, STEPS) {
        Ok(()) => Checkup::well("disk", phrase(lang, "there is room for a run").to_owned()),
        Err(error) => Checkup::ill("disk", text::error(lang, error.chain()), phrase(lang, "make room on the disk")),
    });
    checkups
}

/// The latest run: does it wait for approval, or was it cut off? One that is under way is neither.
fn of_runs(workspace: &Workspace, lang: Lang) -> Option<Checkup> {
    if !workspace.has_state() || workspace.holder().is_some() {
        return None;
    }
    // A journal that cannot be opened has a line of its own.
    let (run, found, cure) = match open_run(workspace).ok()? {
        None => {
            return Some(Checkup::well("run", phrase(lang, "no run waits for approval or was cut off").to_owned()));
        }
        Some(OpenRun::Parked(run)) if approve::changed_since(workspace, &run).is_ok_and(|file| file.is_some()) => {
            let words = "{run} waits for approval, but its files have changed since";
            (run, words, "it cannot be let go any more; `turnup run` takes its place")
        }
        Some(OpenRun::Parked(run)) => {
            (run, "{run} waits for approval", "`turnup approve {run}` lets it go, a new run takes its place")
        }
        Some(OpenRun::CutOff(run)) => {
            (run, "{run} was cut off", "`turnup resume` goes on with it; the next run or night settles it, too")
        }
    };
    let told = |words: &str| say(lang, words, &[("run", &run)]);
    Some(Checkup::ill("run", told(found), &told(cure)))
}

/// Where the folder is: on a disk of this machine, and where its journal was before?
fn of_place(workspace: &Workspace, lang: Lang, host: &str) -> Vec<Checkup> {
    // A journal that cannot be opened has a line of its own.
    let log = workspace.has_state().then(|| Sqlite::open(&workspace.journal()).ok()).flatten();
    let stay = log.and_then(|log| place::Stay::look(workspace, &log, host).ok());
    let mut found: Vec<_> = stay.and_then(|stay| stay.words(lang)).into_iter().collect();
    found.extend(place::share_words(workspace, lang));
    if found.is_empty() {
        return vec![Checkup::well("place", phrase(lang, "the folder is where its journal belongs").to_owned())];
    }
    found.into_iter().map(|(found, cure)| Checkup::ill("place", found, phrase(lang, cure))).collect()
}

/// Token, Webex, clock and what the token may read. What it may write cannot be seen without writing.
async fn of_webex(workspace: &Workspace, settings: &Settings, console: &Console<'_>) -> Vec<Checkup> {
    let lang = settings.lang;
    if settings.api.base.is_some()
        && let Err(error) = find_token(&settings.token)
    {
        return vec![Checkup::ill("token", text::error(lang, error.chain()), phrase(lang, "run `turnup login`"))];
    }
    let provider = match Provider::connect(workspace, settings, &console.clock.run_id()).await {
        Ok(provider) => provider,
        Err(error) => {
            let cure = phrase(lang, "mend what it names, then look again");
            return vec![Checkup::ill("webex", text::error(lang, error.chain()), cure)];
        }
    };
    let client = provider.client();
    let mut checkups = Vec::new();
    match client.send(Weight::Repeatable, calls::who_am_i()).await {
        Ok(answer) => {
            checkups.push(Checkup::well("token", phrase(lang, "Webex accepts it").to_owned()));
            checkups.extend(answer.header("date").and_then(|date| of_clock(date, SystemTime::now(), lang)));
        }
        Err(Failure::Rejected(refusal)) => {
            checkups.push(Checkup::well("token", retold(lang, &refusal.to_string()).into_owned()));
        }
        Err(failure) => {
            let why = failure.to_string();
            let cure = if why.contains("login") {
                "run `turnup login`; look at the network, the proxy and the API URL"
            } else {
                "look at the network, the proxy and the API URL"
            };
            return vec![Checkup::ill("webex", retold(lang, &why).into_owned(), phrase(lang, cure))];
        }
    }
    let reads = [
        ("spark-admin:wholesale_customers_read", calls::list_customers(0)),
        ("spark-admin:wholesale_subscribers_read", calls::find_subscriber_anywhere("nobody@turnup.invalid")),
    ];
    for (scope, request) in reads {
        checkups.push(match client.send(Weight::Repeatable, request).await {
            Ok(_) => Checkup::well("scope", say(lang, "{scope} is there", &[("scope", &scope)])),
            Err(failure) => {
                let why = failure.to_string();
                let found =
                    say(lang, "{scope} may be missing: {why}", &[("scope", &scope), ("why", &retold(lang, &why))]);
                Checkup::ill(
                    "scope",
                    found,
                    phrase(lang, "give the integration that scope, then run `turnup login` again"),
                )
            }
        });
    }
    checkups
}

/// How far the clock is off from the time that Webex tells.
fn of_clock(date: &str, now: SystemTime, lang: Lang) -> Option<Checkup> {
    let theirs = httpdate::parse_http_date(date).ok()?;
    let skew = now.duration_since(theirs).unwrap_or_else(|error| error.duration());
    let found = say(lang, "it differs from Webex's by {seconds} s", &[("seconds", &skew.as_secs())]);
    Some(if skew > SKEW_MAX {
        Checkup::ill("clock", found, phrase(lang, "let the machine take its time from the network (NTP)"))
    } else {
        Checkup::well("clock", found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_far_off_is_named() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let at = httpdate::parse_http_date(date).expect("a date");
        for (now, is_well) in [
            (at, true),
            (at + Duration::from_secs(119), true),
            (at + Duration::from_secs(121), false),
            (at - Duration::from_secs(121), false),
        ] {
            let checkup = of_clock(date, now, Lang::En).expect("a time was told");
            assert_eq!(checkup.cure.is_none(), is_well, "{checkup:?}");
        }
        assert_eq!(of_clock("nonsense", at, Lang::En), None);
    }
}
