//! What was typed for `login`.

use clap::Args;

use crate::pipeline::LoginOrder;
use crate::settings::{Form, Typed};
use crate::text::Lang;

const EXAMPLES: &str = "\
Examples:
  turnup login                          asks for an access token, and shows nothing of it
  turnup login --integration            client id, client secret and refresh token of an integration
  turnup login --service-app < app.txt  the same of a service app, three lines from a file
  turnup login --profile north          for one of several partners
  turnup login --show                   what is stored; secrets by their last characters only

A token is never typed on the command line, where others on this machine can see it.";

/// The arguments of `login`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "flags are booleans")]
pub struct LoginArgs {
    /// An integration: client id, client secret and refresh token; access tokens are renewed by turnup.
    #[arg(long, conflicts_with = "service_app")]
    integration: bool,
    /// A service app: client id, client secret and refresh token.
    #[arg(long)]
    service_app: bool,
    /// Store it without asking Webex whether it is good.
    #[arg(long)]
    offline: bool,
    /// Tell what is stored.
    #[arg(long, conflicts_with_all = ["integration", "service_app", "offline"])]
    show: bool,
    /// The profile that it is for [default: `profile` of your settings].
    #[arg(long, value_name = "NAME", env = "TURNUP_PROFILE")]
    profile: Option<String>,
    /// The base of the API [default: Cisco's own, `https://webexapis.com/v1`].
    #[arg(long, value_name = "URL", env = "TURNUP_API_URL", hide_env_values = true)]
    api_url: Option<String>,
    /// Caught so that it is not repeated on the screen.
    #[arg(hide = true)]
    secrets: Vec<String>,
}

impl LoginArgs {
    /// What concerns the settings.
    pub fn typed(&self, lang: Option<Lang>) -> Typed {
        let profile = self.profile.clone().filter(|name| !name.is_empty());
        Typed { lang, profile, api_url: self.api_url.clone(), ..Typed::default() }
    }

    /// What concerns this login alone.
    pub const fn order(&self) -> LoginOrder {
        let form = match (self.integration, self.service_app) {
            (true, _) => Form::Integration,
            (false, true) => Form::ServiceApp,
            (false, false) => Form::Token,
        };
        LoginOrder { form, offline: self.offline, show: self.show, is_on_the_command_line: !self.secrets.is_empty() }
    }
}
