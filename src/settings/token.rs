//! Where the token comes from: the environment, a file of the user's, a systemd credential. Never a flag, never the
//! workspace.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};

use secrecy::SecretString;

use crate::api::{Refresh, Renewal, Token, Tokens};

/// The name of the systemd credential.
const CREDENTIAL: &str = "turnup-token";

/// Finds the token, and where a newer one comes from when it expires; `user_file` is what the user's own settings name.
///
/// # Errors
/// When there is none, or its file is open to others.
pub fn find_token(user_file: Option<&Path>) -> anyhow::Result<Tokens> {
    let refresh = from_environment_refresh();
    let from_environment = std::env::var("TURNUP_TOKEN").ok().filter(|text| !text.trim().is_empty());
    if let Some(text) = from_environment {
        let token = Token::new(&text).map_err(|wrong| anyhow!("TURNUP_TOKEN: {wrong}"))?;
        return Ok(Tokens::new(token, refresh.map_or(Renewal::None, Renewal::Refresh)));
    }
    let named = std::env::var_os("TURNUP_TOKEN_FILE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let credential = || std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| Path::new(&folder).join(CREDENTIAL));
    let path = named.or_else(|| user_file.map(Path::to_owned)).or_else(|| credential().filter(|path| path.exists()));
    let Some(path) = path else {
        bail!(
            "there is no token: set TURNUP_TOKEN, or TURNUP_TOKEN_FILE to a file that only you can read; \
             `--simulate` needs none"
        );
    };
    let token = from_file(&path)?;
    // Whatever keeps the file fresh may have written a newer one.
    let again = move || from_file(&path).map_err(|error| format!("{error:#}"));
    Ok(Tokens::new(token, refresh.map_or_else(|| Renewal::Again(Arc::new(again)), Renewal::Refresh)))
}

/// What a refresh needs, where the environment gives all of it.
fn from_environment_refresh() -> Option<Refresh> {
    let given = |name: &str| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
    Some(Refresh {
        client_id: given("TURNUP_CLIENT_ID")?,
        client_secret: SecretString::from(given("TURNUP_CLIENT_SECRET")?),
        refresh_token: SecretString::from(given("TURNUP_REFRESH_TOKEN")?),
        keeper: None,
    })
}

/// A secret in a file of the user's that nobody else may read.
///
/// # Errors
/// When it cannot be read, or others can read it too.
pub fn secret_of_file(path: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the file `{}`", path.display()))?;
    refuse_if_open_to_others(path)?;
    Ok(SecretString::from(text.trim().to_owned()))
}

fn from_file(path: &Path) -> anyhow::Result<Token> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the token file `{shown}`"))?;
    refuse_if_open_to_others(path)?;
    Token::new(&text).map_err(|wrong| anyhow!("`{shown}`: {wrong}"))
}

#[cfg(unix)]
fn refuse_if_open_to_others(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let shown = path.display();
        bail!(
            "the file `{shown}` holds a secret and can be read by others (mode {mode:o}); run `chmod 600 {shown}` and get a new one"
        );
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems can refuse")]
fn refuse_if_open_to_others(_: &Path) -> anyhow::Result<()> {
    Ok(())
}
