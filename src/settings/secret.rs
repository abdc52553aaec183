//! Secrets in files of the user's: read only where nobody else can.

use std::path::Path;

use anyhow::{Context, bail};
use secrecy::SecretString;

/// A secret in a file of the user's that nobody else may read.
///
/// # Errors
/// When it cannot be read, or others can read it too.
pub fn secret_of_file(path: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the file `{}`", path.display()))?;
    refuse_if_open_to_others(path)?;
    Ok(SecretString::from(text.trim().to_owned()))
}

/// The mode of a file, where it lets others than its owner in.
#[cfg(unix)]
pub fn open_to_others(path: &Path) -> std::io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// The mode of a file, where it lets others than its owner in; not known here.
#[cfg(not(unix))]
pub fn open_to_others(path: &Path) -> std::io::Result<Option<u32>> {
    std::fs::metadata(path).map(|_| None)
}

/// Says what is to be done about a secret that others can read.
pub(super) fn refuse_if_open_to_others(path: &Path) -> anyhow::Result<()> {
    if let Some(mode) = open_to_others(path)? {
        let shown = path.display();
        bail!(
            "the file `{shown}` holds a secret and can be read by others (mode {mode:o}); run `chmod 600 {shown}` and get a new one"
        );
    }
    Ok(())
}
