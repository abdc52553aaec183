//! Where the token comes from: the environment, a file of the user's, a systemd credential, or what `turnup login`
//! stored. Never a flag, never the workspace.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use secrecy::SecretString;

use super::credentials::{Credentials, FileKeeper, Form};
use super::secret::refuse_if_open_to_others;
use crate::api::{Keeper, Refresh, Renewal, Token, Tokens};

/// The name of the systemd credential.
const CREDENTIAL: &str = "turnup-token";

/// The files that a token may come from, as the user's own settings have them.
#[derive(Debug, Clone, Default)]
pub struct TokenFiles {
    /// What the settings name.
    pub named: Option<PathBuf>,
    /// What `turnup login` writes.
    pub login: Option<PathBuf>,
    /// The profile, where it is not the one that everybody has.
    pub profile: Option<String>,
}

/// Where a token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// `TURNUP_TOKEN`.
    Environment,
    /// `TURNUP_CLIENT_ID`, `TURNUP_CLIENT_SECRET` and `TURNUP_REFRESH_TOKEN`.
    RefreshToken,
    /// `TURNUP_TOKEN_FILE`, or a file that the settings name.
    File(PathBuf),
    /// A systemd credential, which nobody can write.
    Credential(PathBuf),
    /// What `turnup login` stored.
    Login(PathBuf),
}

impl TokenFiles {
    /// What `turnup login` is told besides.
    fn of_profile(&self) -> String {
        self.profile.as_ref().map(|name| format!(" --profile {name}")).unwrap_or_default()
    }

    /// Where the token comes from: the first of these that is there.
    pub fn origin(&self) -> Option<Origin> {
        if given("TURNUP_TOKEN").is_some() {
            return Some(Origin::Environment);
        }
        let named = std::env::var_os("TURNUP_TOKEN_FILE").filter(|path| !path.is_empty()).map(PathBuf::from);
        let credential = || {
            let folder = std::env::var_os("CREDENTIALS_DIRECTORY")?;
            Some(Path::new(&folder).join(CREDENTIAL)).filter(|path| path.exists())
        };
        let file = || named.or_else(|| self.named.clone()).map(Origin::File);
        let refresh = || from_environment_refresh().map(|_| Origin::RefreshToken);
        let login = || self.login.clone().filter(|path| path.exists()).map(Origin::Login);
        file().or_else(refresh).or_else(|| credential().map(Origin::Credential)).or_else(login)
    }
}

/// Finds the token, and where a newer one comes from before it ends.
///
/// # Errors
/// When there is none, or its file is open to others.
pub fn find_token(files: &TokenFiles) -> anyhow::Result<Tokens> {
    match files.origin() {
        Some(Origin::Environment) => {
            let text = given("TURNUP_TOKEN").unwrap_or_default();
            let token = Token::new(&text).map_err(|wrong| anyhow!("TURNUP_TOKEN: {wrong}"))?;
            Ok(Tokens::new(token, from_environment_refresh().map_or(Renewal::None, Renewal::Refresh)))
        }
        Some(Origin::RefreshToken) => {
            let refresh = from_environment_refresh().context("the refresh token of the environment is gone")?;
            Ok(Tokens::refreshed(None, refresh))
        }
        Some(Origin::Credential(path)) => of_file(&path, None, |_| new_in(&path)),
        Some(Origin::File(path)) => of_file(&path, Some(Arc::new(FileKeeper(path.clone()))), |_| new_in(&path)),
        Some(Origin::Login(path)) => {
            let again = |form| format!("run `turnup login{}{}` again", flag(form), files.of_profile());
            of_file(&path, Some(Arc::new(FileKeeper(path.clone()))), again)
        }
        None => bail!(
            "there is no token: run `turnup login{}`, or set TURNUP_TOKEN, or TURNUP_TOKEN_FILE to a file that only you can \
             read; `--simulate` needs none",
            files.of_profile()
        ),
    }
}

fn given(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.trim().is_empty())
}

/// What a refresh needs, where the environment gives all of it.
fn from_environment_refresh() -> Option<Refresh> {
    Some(Refresh {
        client_id: given("TURNUP_CLIENT_ID")?,
        client_secret: SecretString::from(given("TURNUP_CLIENT_SECRET")?),
        refresh_token: SecretString::from(given("TURNUP_REFRESH_TOKEN")?),
        keeper: None,
        cure: "put a new one into TURNUP_REFRESH_TOKEN, or unset it and run `turnup login`".to_owned(),
    })
}

/// The tokens of a file: a plain token, or what `turnup login` writes.
fn of_file(path: &Path, keeper: Option<Arc<dyn Keeper>>, cure: impl FnOnce(Form) -> String) -> anyhow::Result<Tokens> {
    let text = read(path)?;
    if Credentials::is_meant(&text) {
        let credentials = Credentials::read(path)?;
        if let Some(tokens) = credentials.tokens(keeper, cure(credentials.form)) {
            return Ok(tokens);
        }
    }
    let token = plain(path, &text)?;
    // Whatever keeps the file fresh may have written a newer one.
    let path = path.to_owned();
    let again = move || read(&path).and_then(|text| plain(&path, &text)).map_err(|error| format!("{error:#}"));
    Ok(Tokens::new(token, from_environment_refresh().map_or_else(|| Renewal::Again(Arc::new(again)), Renewal::Refresh)))
}

/// The cure where the file goes before a login.
fn new_in(path: &Path) -> String {
    format!("put a new refresh token into `{}`, or take the file away and run `turnup login`", path.display())
}

/// How `turnup login` is told what comes.
const fn flag(form: Form) -> &'static str {
    match form {
        Form::Token => "",
        Form::Integration => " --integration",
        Form::ServiceApp => " --service-app",
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the token file `{shown}`"))?;
    refuse_if_open_to_others(path)?;
    Ok(text)
}

/// The access token of a file.
fn plain(path: &Path, text: &str) -> anyhow::Result<Token> {
    let shown = path.display();
    if Credentials::is_meant(text) {
        let credentials = Credentials::parse(text).with_context(|| format!("`{shown}`"))?;
        return credentials.access.with_context(|| format!("`{shown}`: `access_token` is missing"));
    }
    Token::new(text).map_err(|wrong| anyhow!("`{shown}`: {wrong}"))
}
