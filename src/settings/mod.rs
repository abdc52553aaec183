//! What was typed and configured, and what it means: flags > environment > the user's file > the workspace's file >
//! default.
//!
//! Secrets go only where the user said: API host and token sources come from flags, the environment or the user's own
//! file. A workspace may name only Cisco's host or this machine, and can neither name a token nor a command.

mod credentials;
mod file;
mod profile;
mod secret;
mod token;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::api::{BaseUrl, Behalf, ClientSettings};
use crate::check::{HoldBack, Rulebook};
use crate::diagnostic::Diagnostic;
use crate::nightly;
use crate::plan::Prices;
use crate::run::Limits;
use crate::sheet;
use crate::text::Lang;
use crate::workspace::Workspace;
use profile::Profile;

pub use credentials::{App, Credentials, Form, MemoryKeeper};
pub use file::{FileSettings, KEYS, SECTIONS, read};
pub use profile::config_folder;
pub use secret::{open_to_others, secret_of_file};
pub use token::{Origin, TokenFiles, find_token};

/// The settings file of a workspace, and of what a run keeps.
pub const SETTINGS: &str = "turnup.toml";
/// The user's own settings file, in the configuration folder.
const USER_SETTINGS: &str = "config.toml";
/// The file beside kept sheets that names their encoding, where it was named by hand.
pub const KEPT_ENCODING: &str = "encoding";
/// Cisco's API.
const API_URL: &str = "https://webexapis.com/v1";
/// First wait between two looks at a customer.
const POLL_MS: u64 = 5_000;
const POLL_MS_SIMULATED: u64 = 50;
/// How long Webex may take for a customer.
const POLL_FOR_MS: u64 = 15 * 60 * 1000;
const TIMEOUT_MS: u64 = 30_000;
/// How late a created object may become visible.
const GRACE_MS: u64 = 2_000;
const GRACE_MS_SIMULATED: u64 = 300;
/// Share of rows with mistakes from which on a file is probably the wrong one.
const MAX_ERROR_RATE: f64 = 0.2;
/// Share of rows that may fail while a run is under way, from how many rows on it is judged over all and at one customer.
const MAX_FAILURE_RATE: f64 = 0.2;
const FAILURE_ROWS_MIN: u64 = 50;
const CUSTOMER_ROWS_MIN: u64 = 10;
/// Customers of a wave that go first.
const CANARY: u64 = 1;
/// Changes and deletions that never need a person's word, so that small workspaces are not bothered.
const MAX_CHANGES: u64 = 25;
/// Share of the known objects that may be changed or deleted without one (Okta's habit).
const MAX_CHANGE_RATE: f64 = 0.2;
/// Requests per second that make sense: one in a quarter of an hour, up to more than one machine sends.
const RATES: std::ops::RangeInclusive<f64> = 0.001..=100_000.0;
/// Most requests under way that may be asked for.
const IN_FLIGHT_MAX: usize = 1_000;

/// What was typed that concerns the API. None means that nothing was said.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub api_url: Option<String>,
    pub simulate: bool,
    /// The folder goes on although it is a copy of another one.
    pub this_copy: bool,
    pub max_in_flight: Option<usize>,
    pub rate: Option<f64>,
    pub poll_ms: Option<u64>,
    pub timeout_ms: Option<u64>,
    pub grace_ms: Option<u64>,
    /// The profile of the user's own settings.
    pub profile: Option<String>,
    /// On whose behalf, and the sub-partner's administrator.
    pub sub_partner: Option<String>,
    pub sub_partner_admin: Option<String>,
    pub hold_back: Option<HoldBack>,
    /// Is it a run of one wave? Then a customer with a mistake stays out whole, if nothing else is said.
    pub is_wave: bool,
    /// The language of messages.
    pub lang: Option<Lang>,
    /// The encoding of the sheets.
    pub encoding: Option<String>,
    /// Faults of the embedded simulator: a file, or a seed.
    pub faults: Option<String>,
}

/// How requests are made.
#[derive(Debug, Clone)]
pub struct Api {
    /// None means the embedded simulator.
    pub base: Option<BaseUrl>,
    pub client: ClientSettings,
    pub poll: Duration,
    pub poll_for: Duration,
    pub timeout: Duration,
    pub grace: Duration,
    /// The sub-partner on whose behalf; none for the partner's own.
    pub behalf: Option<Behalf>,
}

/// Everything that is set.
#[derive(Debug, Clone)]
pub struct Settings {
    pub api: Api,
    pub hold_back: HoldBack,
    pub max_error_rate: f64,
    /// How many rows may fail while a run is under way.
    pub limits: Limits,
    /// How many customers of a wave go first.
    pub canary: usize,
    /// So many changes and deletions of known objects never need a person's word.
    pub max_changes: usize,
    /// Nor does this share of all that is known.
    pub max_change_rate: f64,
    /// From then on nothing new is begun; told by each command, not by a file.
    pub until: Option<Instant>,
    pub lang: Lang,
    /// How the sheets are read.
    pub reading: sheet::Options,
    pub rulebook: Rulebook,
    /// What licences cost, for forecasts.
    pub prices: Prices,
    /// What was found in the workspace's settings file.
    pub found: Vec<Diagnostic>,
    /// Faults of the embedded simulator: a file, or a seed.
    pub faults: Option<String>,
    /// The profile that is used; none where it is the one that everybody has.
    pub profile: Option<String>,
    /// Where the token may come from.
    pub token: TokenFiles,
    /// The folder goes on although it is a copy of another one.
    pub this_copy: bool,
    /// What nights are like.
    pub night: nightly::Config,
}

/// Puts everything together.
///
/// # Errors
/// When a value makes no sense, or a workspace wants something that is not for it to say.
pub fn settle(typed: &Typed, workspace: &Workspace) -> anyhow::Result<Settings> {
    let (theirs, found) = read_if_there(&workspace.settings(), SETTINGS)?;
    if let Some(key) = theirs.night.wants_trust() {
        bail!("the workspace's turnup.toml says `{key}`; only your own settings may, so remove it there");
    }
    if theirs.token_file.is_some() {
        bail!(
            "the workspace's turnup.toml names a token file; only your own settings may, so remove `[token]` from it"
        );
    }
    if !theirs.profiles.is_empty() {
        bail!(
            "the workspace's turnup.toml says what a profile holds; it may only name one of yours, with `profile = \"NAME\"`, \
             so remove `[profiles]` from it"
        );
    }
    put_together(typed, theirs, found)
}

/// The user's own settings, where there is no workspace.
///
/// # Errors
/// As for [`settle`].
pub fn settle_alone(typed: &Typed) -> anyhow::Result<Settings> {
    put_together(typed, FileSettings::default(), Vec::new())
}

fn put_together(typed: &Typed, theirs: FileSettings, found: Vec<Diagnostic>) -> anyhow::Result<Settings> {
    let (folder, user) = (config_folder(), user_file()?);
    let chosen = profile::choose(typed.profile.as_deref(), theirs.profile.as_deref(), &user, folder.as_deref())?;
    let token = profile::token_files(&chosen, &user, folder.as_deref());
    let hold_back = if typed.is_wave { HoldBack::Customer } else { HoldBack::default() };
    let encoding = typed.encoding.as_deref().map(encoding).transpose()?;
    Ok(Settings {
        api: api(typed, &chosen.profile, &user, &theirs)?,
        hold_back: typed.hold_back.or(user.hold_back).or(theirs.hold_back).unwrap_or(hold_back),
        max_error_rate: user.max_error_rate.or(theirs.max_error_rate).unwrap_or(MAX_ERROR_RATE),
        limits: limits(&user, &theirs),
        canary: usize::try_from(user.canary.or(theirs.canary).unwrap_or(CANARY)).unwrap_or(usize::MAX),
        max_changes: usize::try_from(user.max_changes.or(theirs.max_changes).unwrap_or(MAX_CHANGES))
            .unwrap_or(usize::MAX),
        max_change_rate: user.max_change_rate.or(theirs.max_change_rate).unwrap_or(MAX_CHANGE_RATE),
        until: None,
        lang: typed.lang.or(user.lang).or(theirs.lang).unwrap_or_else(of_locale),
        reading: sheet::Options { encoding, mapping: or_else(theirs.mapping, user.mapping) },
        rulebook: or_else(theirs.rulebook, user.rulebook),
        prices: or_else(theirs.prices, user.prices),
        found,
        faults: typed.faults.clone(),
        profile: chosen.name,
        this_copy: typed.this_copy,
        token,
        night: user.night.or(theirs.night),
    })
}

/// How requests are made.
fn api(typed: &Typed, profile: &Profile, user: &FileSettings, theirs: &FileSettings) -> anyhow::Result<Api> {
    let own = profile.api_url.as_ref().or(user.api_url.as_ref());
    let base = if typed.simulate { None } else { Some(base(typed.api_url.as_ref().or(own), theirs)?) };
    let simulated = |real, simulated| if typed.simulate { simulated } else { real };
    let in_flight = typed.max_in_flight.or(profile.max_in_flight).or(user.max_in_flight).or(theirs.max_in_flight);
    if let Some(in_flight) = in_flight.filter(|in_flight| !(1..=IN_FLIGHT_MAX).contains(in_flight)) {
        bail!("{in_flight} requests in flight make no sense; choose between 1 and {IN_FLIGHT_MAX}");
    }
    let rate = typed.rate.or(profile.rate).or(user.rate).or(theirs.rate);
    if rate.is_some_and(|rate| !RATES.contains(&rate)) {
        bail!("a rate must be a number above 0: requests per second, from {} to {}", RATES.start(), RATES.end());
    }
    let millis = |typed: Option<u64>, user: Option<u64>, theirs: Option<u64>, default: u64| {
        Duration::from_millis(typed.or(user).or(theirs).unwrap_or(default))
    };
    let poll = millis(typed.poll_ms, user.poll_ms, theirs.poll_ms, simulated(POLL_MS, POLL_MS_SIMULATED));
    Ok(Api {
        base,
        client: ClientSettings {
            in_flight,
            rate,
            backoff: (poll / 10).clamp(Duration::from_millis(20), Duration::from_secs(1)),
        },
        poll: poll.max(Duration::from_millis(1)),
        poll_for: millis(None, user.poll_for_ms, theirs.poll_for_ms, POLL_FOR_MS),
        timeout: millis(typed.timeout_ms, user.timeout_ms, theirs.timeout_ms, TIMEOUT_MS).max(Duration::from_millis(1)),
        grace: millis(typed.grace_ms, user.grace_ms, theirs.grace_ms, simulated(GRACE_MS, GRACE_MS_SIMULATED)),
        behalf: behalf(typed, profile, user, theirs)?,
    })
}

/// The sub-partner that was named, and its administrator where that one is named too.
fn behalf(
    typed: &Typed,
    profile: &Profile,
    user: &FileSettings,
    theirs: &FileSettings,
) -> anyhow::Result<Option<Behalf>> {
    let org_id = typed.sub_partner.as_ref().or(profile.sub_partner.as_ref()).or(user.sub_partner.as_ref());
    let admin = typed.sub_partner_admin.as_ref().or(profile.sub_partner_admin.as_ref());
    let admin_email = admin.or(user.sub_partner_admin.as_ref()).or(theirs.sub_partner_admin.as_ref()).cloned();
    let Some(org_id) = org_id.or(theirs.sub_partner.as_ref()).filter(|id| !id.is_empty()) else {
        if admin_email.is_some() {
            bail!("an administrator of a sub-partner is named, but no sub-partner; say --sub-partner ORG_ID too");
        }
        return Ok(None);
    };
    if !org_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        bail!("the id of a sub-partner's organisation has no blanks; take it as Webex writes it");
    }
    Ok(Some(Behalf { org_id: org_id.clone(), admin_email }))
}

fn limits(user: &FileSettings, theirs: &FileSettings) -> Limits {
    Limits {
        rate: user.max_failure_rate.or(theirs.max_failure_rate).unwrap_or(MAX_FAILURE_RATE),
        rows_min: user.failure_rows_min.or(theirs.failure_rows_min).unwrap_or(FAILURE_ROWS_MIN),
        customer_rows_min: user.customer_rows_min.or(theirs.customer_rows_min).unwrap_or(CUSTOMER_ROWS_MIN),
    }
}

impl Settings {
    /// The same settings, but for how sheets are read and judged: that is taken from a folder where a run kept what it
    /// read, so that its report comes out the same on any later day.
    ///
    /// # Errors
    /// When something in the folder cannot be read.
    pub fn as_kept(&self, folder: &Path) -> anyhow::Result<Self> {
        let (theirs, found) = read_if_there(&folder.join(SETTINGS), SETTINGS)?;
        let user = user_file()?;
        let name = match std::fs::read_to_string(folder.join(KEPT_ENCODING)) {
            Ok(name) => Some(name),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).context("the encoding that was kept with the run cannot be read"),
        };
        let encoding = name.as_deref().map(encoding).transpose()?;
        Ok(Self {
            reading: sheet::Options { encoding, mapping: or_else(theirs.mapping, user.mapping) },
            rulebook: or_else(theirs.rulebook, user.rulebook),
            found,
            ..self.clone()
        })
    }
}

/// The language of messages where there is no workspace: what was typed, else the user's own, else the locale's.
pub fn language(typed: &Typed) -> Lang {
    typed.lang.or_else(|| user_file().ok().and_then(|user| user.lang)).unwrap_or_else(of_locale)
}

/// The language of messages in a workspace, also where its settings cannot be read.
pub fn language_in(typed: &Typed, workspace: &Workspace) -> Lang {
    settle(typed, workspace).map_or_else(|_| language(typed), |settings| settings.lang)
}

/// Variables that a scheduled night needs as much as whoever asks for it, beside the language. Secrets are none of them.
const CARRIED: [&str; 5] =
    ["TURNUP_API_URL", "TURNUP_PROFILE", "TURNUP_SUB_PARTNER", "TURNUP_SUB_PARTNER_ADMIN", "TURNUP_ENCODING"];

/// What neither systemd nor cron would hand on to a night: the language, and those variables that are set.
pub fn carried(typed: &Typed) -> Vec<(String, String)> {
    let lang = language(typed);
    let lang = (lang != Lang::default()).then(|| ("TURNUP_LANG".to_owned(), lang.tag().to_owned()));
    // A line break would end the line; a password in an address is nobody's to write down.
    let is_plain = |name: &str, value: &str| {
        !value.is_empty() && !value.contains(['\n', '\r']) && (name != "TURNUP_API_URL" || !value.contains('@'))
    };
    let set = |name: &str| std::env::var(name).ok().filter(|value| is_plain(name, value));
    lang.into_iter().chain(CARRIED.into_iter().filter_map(|name| Some((name.to_owned(), set(name)?)))).collect()
}

/// The language of the locale, as the C library looks it up.
fn of_locale() -> Lang {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set);
    locale.and_then(|locale| Lang::parse(&locale)).unwrap_or_default()
}

/// What the workspace says, or else what the user says.
fn or_else<T: Default + PartialEq>(theirs: T, users: T) -> T {
    if theirs == T::default() { users } else { theirs }
}

fn encoding(name: &str) -> anyhow::Result<&'static sheet::Encoding> {
    sheet::encoding(name).with_context(|| {
        format!("no encoding is called `{name}`; use a name such as utf-8, windows-1252, iso-8859-15 or utf-16le")
    })
}

/// The API's base: what the user said, else what the workspace says if that is harmless, else Cisco's.
fn base(own: Option<&String>, theirs: &FileSettings) -> anyhow::Result<BaseUrl> {
    if let Some(url) = own {
        return BaseUrl::parse(url);
    }
    let Some(url) = &theirs.api_url else { return BaseUrl::parse(API_URL) };
    let base = BaseUrl::parse(url).context("the API URL in the workspace's turnup.toml cannot be used")?;
    if !base.is_harmless() {
        bail!(
            "the workspace's turnup.toml names the API host `{url}`; a workspace may name only Cisco's own host or this \
             machine, so that it cannot take your token elsewhere; if you mean it, say it with --api-url"
        );
    }
    Ok(base)
}

/// The user's own settings: `$XDG_CONFIG_HOME/turnup/config.toml`, else below `~/.config`.
fn user_file() -> anyhow::Result<FileSettings> {
    let Some(path) = config_folder().map(|folder| folder.join(USER_SETTINGS)) else {
        return Ok(FileSettings::default());
    };
    let shown = path.display().to_string();
    let (settings, found) = read_if_there(&path, &shown)?;
    if let Some(first) = found.first() {
        bail!("{}: {}; {}", first.place, first.message(Lang::default()), first.fix(Lang::default()));
    }
    Ok(settings)
}

fn read_if_there(path: &Path, shown: &str) -> anyhow::Result<(FileSettings, Vec<Diagnostic>)> {
    // Reading a pipe or a device may never end.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        bail!("`{}` is no file; remove it, or put the settings in its place", path.display());
    }
    match std::fs::read(path) {
        Ok(bytes) => Ok(read(shown, &String::from_utf8_lossy(&bytes))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Default::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}
