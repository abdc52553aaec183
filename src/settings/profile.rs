//! Profiles: several partners in one installation. A profile is a name in the user's own settings, and what is said there
//! under it; a workspace may choose one by its name, and say nothing of what it holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::file::FileSettings;
use super::token::TokenFiles;

/// The profile that is used where nobody names one.
pub const DEFAULT: &str = "default";
/// Longest name.
const NAME_MAX: usize = 64;

/// What the user's settings say under `[profiles.NAME]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    pub api_url: Option<String>,
    pub max_in_flight: Option<usize>,
    pub rate: Option<f64>,
    pub token_file: Option<PathBuf>,
    pub sub_partner: Option<String>,
    pub sub_partner_admin: Option<String>,
}

/// The profiles of a settings file, by name.
pub type Profiles = BTreeMap<String, Profile>;

/// Can a profile be called so? It becomes the name of a file.
pub fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The profile that was chosen: by flag or environment, else by the workspace, else by the user's settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// None where it is the one that everybody has.
    pub name: Option<String>,
    pub profile: Profile,
}

/// Chooses the profile.
///
/// # Errors
/// When a name is none, or the user has no such profile.
pub fn choose(
    typed: Option<&str>,
    theirs: Option<&str>,
    user: &FileSettings,
    folder: Option<&Path>,
) -> anyhow::Result<Chosen> {
    let name = typed.or(theirs).or(user.profile.as_deref()).filter(|name| *name != DEFAULT);
    let Some(name) = name else {
        let profile = user.profiles.get(DEFAULT).cloned().unwrap_or_default();
        return Ok(Chosen { name: None, profile });
    };
    if !is_name(name) {
        bail!("`{name}` cannot be the name of a profile; use letters, digits, `-` and `_`");
    }
    let has_login = folder.is_some_and(|folder| login_file(folder, Some(name)).exists());
    let profile = match user.profiles.get(name) {
        Some(profile) => profile.clone(),
        // Whoever types a name may be about to log in under it.
        None if has_login || typed.is_some() => Profile::default(),
        None => bail!(
            "the profile `{name}` is not known here; add `[profiles.{name}]` to your own config.toml, or run `turnup \
             login --profile {name}`"
        ),
    };
    Ok(Chosen { name: Some(name.to_owned()), profile })
}

/// Where `turnup login` stores what belongs to a profile.
pub fn login_file(folder: &Path, name: Option<&str>) -> PathBuf {
    folder.join("credentials").join(format!("{}.toml", name.unwrap_or(DEFAULT)))
}

/// The files that the token of a profile may come from. What the settings name for everybody is of no profile of its own.
pub fn token_files(chosen: &Chosen, user: &FileSettings, folder: Option<&Path>) -> TokenFiles {
    let shared = user.token_file.clone().filter(|_| chosen.name.is_none());
    TokenFiles {
        named: chosen.profile.token_file.clone().or(shared),
        login: folder.map(|folder| login_file(folder, chosen.name.as_deref())),
        profile: chosen.name.clone(),
    }
}

/// The user's own configuration folder: `$XDG_CONFIG_HOME/turnup`, else `~/.config/turnup`.
pub fn config_folder() -> Option<PathBuf> {
    let below_home =
        || std::env::home_dir().filter(|home| !home.as_os_str().is_empty()).map(|home| home.join(".config"));
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    config.or_else(below_home).map(|folder| folder.join("turnup"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> FileSettings {
        let text =
            "profile = \"north\"\n[profiles.north]\nrate = 2\n[profiles.south]\nrate = 3\n[token]\nfile = \"t\"\n";
        let (settings, found) = super::super::file::read("config.toml", text);
        assert!(found.is_empty(), "{found:?}");
        settings
    }

    #[test]
    fn a_flag_goes_before_the_workspace_and_that_before_the_users_default() {
        let user = user();
        for (typed, theirs, name, rate) in [
            (None, None, Some("north"), Some(2.0)),
            (None, Some("south"), Some("south"), Some(3.0)),
            (Some("north"), Some("south"), Some("north"), Some(2.0)),
            (Some("default"), Some("south"), None, None),
            (Some("new"), None, Some("new"), None),
        ] {
            let chosen = choose(typed, theirs, &user, None).expect("a profile");
            assert_eq!((chosen.name.as_deref(), chosen.profile.rate), (name, rate), "{typed:?} {theirs:?}");
        }
    }

    #[test]
    fn a_workspace_names_only_what_the_user_has() {
        for name in ["nowhere", "../south", "a/b", "", "a b", "é"] {
            assert!(choose(None, Some(name), &user(), None).is_err(), "{name}");
        }
        assert!(choose(Some("../x"), None, &user(), None).is_err());
    }

    #[test]
    fn a_token_for_everybody_is_of_no_profile() {
        let (user, folder) = (user(), Path::new("/c"));
        let files =
            |typed| token_files(&choose(Some(typed), None, &user, None).expect("a profile"), &user, Some(folder));
        assert_eq!(files("default").named, Some(PathBuf::from("t")));
        assert_eq!(files("south").named, None);
        assert_eq!(files("south").login, Some(PathBuf::from("/c/credentials/south.toml")));
        assert_eq!(files("default").login, Some(PathBuf::from("/c/credentials/default.toml")));
    }
}
