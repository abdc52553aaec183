//! What `turnup login` stores: one file per profile in the user's own configuration folder, for the user alone. The same
//! form may stand in a token file or a systemd credential.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use super::secret::refuse_if_open_to_others;
use crate::api::{Grant, Held, Keeper, Refresh, Token, Tokens};

/// Fewer characters than this of a secret are not told in part.
const TELLING_MIN: usize = 16;
/// So many of the last ones are told.
const TOLD: usize = 4;

/// What kind of credentials they are. An integration and a service app renew their tokens alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    #[default]
    Token,
    Integration,
    ServiceApp,
}

impl Form {
    const ALL: [Self; 3] = [Self::Token, Self::Integration, Self::ServiceApp];

    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Integration => "integration",
            Self::ServiceApp => "service_app",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.word() == word)
    }
}

/// What a newer token is asked for with.
#[derive(Clone)]
pub struct App {
    pub client_id: String,
    pub client_secret: SecretString,
    pub refresh_token: SecretString,
}

/// Everything that is stored.
#[derive(Clone)]
pub struct Credentials {
    pub form: Form,
    pub access: Option<Token>,
    /// When the access token ends; none where nobody said so.
    pub ends: Option<Timestamp>,
    pub app: Option<App>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({})", self.form.word())
    }
}

impl Credentials {
    /// A token, or what newer ones are asked for with.
    pub const fn new(form: Form, access: Option<Token>, app: Option<App>) -> Self {
        Self { form, access, ends: None, app }
    }

    /// Is it a file of credentials? Otherwise it is a plain token.
    pub(super) fn is_meant(text: &str) -> bool {
        text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("form"))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// When something is missing; no value is told.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        // What TOML says of a mistake may hold a piece of a secret.
        let table: toml::Table = text.parse().map_err(|_| anyhow!("it is no file that `turnup login` wrote"))?;
        let text = |key: &str| table.get(key).and_then(toml::Value::as_str);
        let wanted = |key: &str| text(key).with_context(|| format!("`{key}` is missing"));
        let form = Form::parse(wanted("form")?).context("`form` must be token, integration or service_app")?;
        let access = text("access_token").map(Token::new).transpose().map_err(|wrong| anyhow!(wrong))?;
        let ends = text("ends").map(str::parse).transpose().context("`ends` must be a time")?;
        let app = match form {
            Form::Token if access.is_none() => bail!("`access_token` is missing"),
            Form::Token => None,
            Form::Integration | Form::ServiceApp => Some(App {
                client_id: wanted("client_id")?.to_owned(),
                client_secret: SecretString::from(wanted("client_secret")?.to_owned()),
                refresh_token: SecretString::from(wanted("refresh_token")?.to_owned()),
            }),
        };
        Ok(Self { form, access, ends, app })
    }

    /// Reads a file that nobody else may read.
    ///
    /// # Errors
    /// When it cannot be read, or is open to others.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
        refuse_if_open_to_others(path)?;
        Self::parse(&text).with_context(|| format!("`{shown}` cannot be used; run `turnup login` again"))
    }

    fn text(&self) -> String {
        let mut text = "# Written by `turnup login`, for you alone.\n".to_owned();
        let mut line = |key: &str, value: &str| text += &format!("{key} = {}\n", toml::Value::from(value));
        line("form", self.form.word());
        if let Some(access) = &self.access {
            line("access_token", access.secret().expose_secret());
        }
        if let Some(ends) = self.ends {
            line("ends", &ends.to_string());
        }
        if let Some(app) = &self.app {
            line("client_id", &app.client_id);
            line("client_secret", app.client_secret.expose_secret());
            line("refresh_token", app.refresh_token.expose_secret());
        }
        text
    }

    /// Writes the file: by way of a second one, so that it is never half there, and readable for nobody else at any
    /// time.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let cannot = || format!("cannot write `{}`", path.display());
        let folder = path.parent().context("a file stands in a folder")?;
        make_private(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        // Left by a process of the same number that was stopped.
        let _ = std::fs::remove_file(&beside);
        let written = private_file(&beside).and_then(|mut file| {
            file.write_all(self.text().as_bytes())?;
            file.sync_all()
        });
        let put = written.and_then(|()| std::fs::rename(&beside, path));
        if put.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        put.with_context(cannot)
    }

    /// The same with what the token endpoint gave.
    fn with(mut self, grant: &Grant) -> Self {
        self.access = Some(grant.access.clone());
        self.ends = grant.good_for.and_then(|good_for| {
            Timestamp::now().checked_add(SignedDuration::try_from(good_for).unwrap_or(SignedDuration::MAX)).ok()
        });
        if let Some(app) = &mut self.app {
            app.refresh_token = grant.refresh_token.clone();
        }
        self
    }

    /// How long the access token is still good; none where nobody said so.
    fn good_for(&self) -> Option<Duration> {
        let left = self.ends?.duration_since(Timestamp::now());
        Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
    }

    fn grant(&self) -> Option<Grant> {
        let app = self.app.as_ref()?;
        let access = self.access.clone()?;
        Some(Grant { access, refresh_token: app.refresh_token.clone(), good_for: self.good_for() })
    }

    /// The tokens that requests carry and how newer ones are had, kept by `keeper`; none where there is only a token.
    /// `cure` is what helps when newer ones are refused.
    pub fn tokens(&self, keeper: Option<std::sync::Arc<dyn Keeper>>, cure: String) -> Option<Tokens> {
        let app = self.app.as_ref()?;
        let refresh = Refresh {
            client_id: app.client_id.clone(),
            client_secret: app.client_secret.clone(),
            refresh_token: app.refresh_token.clone(),
            keeper,
            cure,
        };
        Some(Tokens::refreshed(self.access.clone().map(|token| (token, self.good_for())), refresh))
    }

    /// What is there, one line each, secrets by their ends only.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        let mut told = vec![("form", self.form.word().to_owned())];
        if let Some(app) = &self.app {
            told.push(("client_id", app.client_id.clone()));
            told.push(("client_secret", masked(&app.client_secret)));
            told.push(("refresh_token", masked(&app.refresh_token)));
        }
        told.extend(self.access.as_ref().map(|access| ("access_token", masked(access.secret()))));
        told.extend(self.ends.map(|ends| ("ends", ends.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())));
        told
    }
}

/// The last characters of a long secret, so that two can be told apart; nothing of a short one.
fn masked(secret: &SecretString) -> String {
    let characters: Vec<char> = secret.expose_secret().chars().collect();
    let told = if characters.len() < TELLING_MIN { &[][..] } else { &characters[characters.len() - TOLD..] };
    format!("…{}", told.iter().collect::<String>())
}

/// Keeps renewed tokens in a file that `turnup login` wrote.
pub struct FileKeeper(pub PathBuf);

impl Keeper for FileKeeper {
    fn kept(&self) -> Option<Grant> {
        Credentials::read(&self.0).ok()?.grant()
    }

    fn keep(&self, grant: &Grant) -> Result<(), String> {
        let kept = Credentials::read(&self.0).map(|kept| kept.with(grant));
        kept.and_then(|kept| kept.write(&self.0)).map_err(|error| format!("{error:#}"))
    }

    /// The lock is a file beside it, since the file itself is replaced. Where nothing can be locked, nothing is.
    fn hold(&self) -> Option<Held> {
        let mut beside = self.0.clone().into_os_string();
        beside.push(".lock");
        let file = match lock_file(Path::new(&beside)) {
            Ok(file) => file,
            Err(error) => {
                tracing::debug!(%error, "the login cannot be locked");
                return Some(Box::new(()));
            }
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            _ => Some(Box::new(file)),
        }
    }
}

/// Keeps them in memory until it is decided whether they are stored at all.
pub struct MemoryKeeper(pub std::sync::Mutex<Credentials>);

impl MemoryKeeper {
    /// What is to be stored now.
    pub fn credentials(&self) -> Credentials {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl Keeper for MemoryKeeper {
    fn kept(&self) -> Option<Grant> {
        None
    }

    fn keep(&self, grant: &Grant) -> Result<(), String> {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *kept = kept.clone().with(grant);
        Ok(())
    }
}

/// A file that is there only to be locked.
fn lock_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A new file that only the owner can open.
fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A folder that only the owner can look into.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "form = \"integration\"\nclient_id = \"C1\"\nclient_secret = \"secret-\\\"with\\\" quotes\"\n\
                       refresh_token = \"refresh-0123456789-abcd\"\naccess_token = \"short\"\nends = \"2026-01-02T03:04:05Z\"\n";

    #[test]
    fn what_is_written_can_be_read() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("turnup/credentials/default.toml");
        let credentials = Credentials::parse(APP).expect("it is whole");
        credentials.write(&path).expect("it can be written");
        let read = Credentials::read(&path).expect("it can be read");
        assert_eq!(read.text(), credentials.text());
        assert_eq!(
            read.app.map(|app| app.client_secret.expose_secret().to_owned()).as_deref(),
            Some("secret-\"with\" quotes")
        );
        let entries = std::fs::read_dir(path.parent().expect("it has one")).expect("it is there").count();
        assert_eq!(entries, 1, "nothing is left beside it");
    }

    #[test]
    fn secrets_are_told_by_their_ends_only() {
        let told = Credentials::parse(APP).expect("it is whole").told();
        let value = |key: &str| told.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str());
        assert_eq!(value("refresh_token"), Some("…abcd"));
        assert_eq!(value("access_token"), Some("…"));
        assert_eq!(value("ends"), Some("2026-01-02T03:04:05Z"));
    }

    #[test]
    fn what_is_missing_is_named_without_telling_the_rest() {
        for (text, wrong) in [
            ("access_token = \"canary\"", "`form` is missing"),
            ("form = \"canary\"", "`form` must be token, integration or service_app"),
            ("form = \"token\"", "`access_token` is missing"),
            (
                "form = \"token\"\naccess_token = \"canary canary\"",
                "the token holds blanks or characters that no token has",
            ),
            ("form = \"integration\"\nclient_id = \"canary\"", "`client_secret` is missing"),
            ("form = canary", "it is no file that `turnup login` wrote"),
        ] {
            let error = format!("{:#}", Credentials::parse(text).expect_err(text));
            assert!(error.contains(wrong) && !error.contains("canary"), "{text}: {error}");
        }
    }

    #[test]
    fn a_plain_token_is_no_file_of_credentials() {
        assert!(Credentials::is_meant(APP));
        for plain in ["abc", "abc=", "YWJj.ZGVm==\n", "", "form"] {
            assert!(!Credentials::is_meant(plain), "{plain}");
        }
    }

    #[test]
    fn a_login_is_held_by_one_at_a_time_and_where_it_cannot_be_by_all() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (one, other) = (FileKeeper(folder.path().join("a.toml")), FileKeeper(folder.path().join("a.toml")));
        let held = one.hold().expect("nobody has it");
        assert!(other.hold().is_none());
        assert!(FileKeeper(folder.path().join("b.toml")).hold().is_some(), "it is another login");
        drop(held);
        assert!(other.hold().is_some());
        let nowhere = FileKeeper(folder.path().join("nowhere/a.toml"));
        let held = nowhere.hold();
        assert!(held.is_some() && nowhere.hold().is_some());
    }

    #[test]
    fn what_another_process_was_given_is_kept_too() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("default.toml");
        Credentials::parse(APP).expect("it is whole").write(&path).expect("it can be written");
        let keeper = FileKeeper(path);
        assert_eq!(keeper.kept().and_then(|grant| grant.good_for), Some(Duration::ZERO), "it has ended");
        let grant = Grant {
            access: Token::new("new").expect("a token"),
            refresh_token: SecretString::from("newer".to_owned()),
            good_for: Some(Duration::from_hours(1)),
        };
        keeper.keep(&grant).expect("it can be written");
        let kept = keeper.kept().expect("it is kept");
        assert_eq!((kept.access.secret().expose_secret(), kept.refresh_token.expose_secret()), ("new", "newer"));
        assert!(kept.good_for.is_some_and(|left| left > Duration::from_mins(59)));
    }
}
