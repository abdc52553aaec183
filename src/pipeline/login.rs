//! `turnup login`: stores what tokens are made of, in the user's own configuration folder, for the user alone.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context, anyhow};
use secrecy::SecretString;
use serde_json::Value;

use super::{Console, exit};
use crate::api::{Client, Failure, Renewal, Token, Tokens, Transport, Weight, calls};
use crate::settings::{App, Credentials, Form, MemoryKeeper, Origin, Settings, Typed, settle_alone};
use crate::text::{Lang, phrase, retold, say};

/// What was asked of `login`.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoginOrder {
    pub form: Form,
    /// Store it without asking Webex.
    pub offline: bool,
    /// Only tell what is stored.
    pub show: bool,
    /// Somebody typed a secret where others can see it.
    pub is_on_the_command_line: bool,
}

/// More than this is no secret.
const INPUT_BYTES_MAX: u64 = 64 << 10;

/// `turnup login`: asks, tries, stores.
///
/// # Errors
/// When Webex does not accept it, or it cannot be stored; nothing is stored then.
pub async fn login(typed: &Typed, order: &LoginOrder, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let settings = settle_alone(typed)?;
    let lang = settings.lang;
    if order.is_on_the_command_line {
        let words = "a token is never typed on the command line, where others can see it; get a new one, and pipe it in or type it \
                     when it is asked for";
        console.refuse(phrase(lang, words));
        return Ok(exit::USAGE);
    }
    let path = settings.token.login.as_deref();
    let path = path.context("there is no home folder to keep a login in; set HOME or XDG_CONFIG_HOME")?;
    if order.show {
        return show(path, &settings, console);
    }
    let given = match given(order.form, lang, console).await? {
        Ok(given) => given,
        Err(words) => {
            console.refuse(&words);
            return Ok(exit::USAGE);
        }
    };
    let mut credentials = credentials(order.form, given)?;
    if !order.offline {
        let (tried, who) = tried(credentials, &settings).await?;
        credentials = tried;
        console.say(&match who {
            Ok(who) => say(lang, "Webex accepts it, as {who}", &[("who", &who)]),
            Err(refusal) => {
                let words = "Webex accepts it, but does not tell whose it is: {why}";
                say(lang, words, &[("why", &retold(lang, &refusal.to_string()))])
            }
        });
    }
    credentials.write(path)?;
    console.say(&say(lang, "stored in {file}, which only you can read", &[("file", &path.display())]));
    if let Some(before) = before(&settings) {
        let words = "but {source} is set too and goes before it";
        console.say(&say(lang, words, &[("source", &before)]));
    }
    Ok(exit::WELL)
}

/// What goes before a login.
fn before(settings: &Settings) -> Option<String> {
    match settings.token.origin()? {
        Origin::Environment => Some("TURNUP_TOKEN".to_owned()),
        Origin::RefreshToken => Some("TURNUP_REFRESH_TOKEN".to_owned()),
        Origin::File(path) | Origin::Credential(path) => Some(path.display().to_string()),
        Origin::Login(_) => None,
    }
}

/// Tells what is stored, secrets by their ends only.
fn show(path: &Path, settings: &Settings, console: &mut Console<'_>) -> anyhow::Result<u8> {
    if !path.exists() {
        let words = "nothing is stored for the profile {profile}; run `turnup login`";
        let profile = settings.profile.as_deref().unwrap_or("default");
        console.refuse(&say(settings.lang, words, &[("profile", &profile)]));
        return Ok(exit::ENVIRONMENT);
    }
    let told = Credentials::read(path)?.told();
    let mut page = format!("{}\n", path.display());
    for (key, value) in told {
        page += &format!("  {key:<14} {value}\n");
    }
    console.print(&page);
    Ok(exit::WELL)
}

/// What is asked for, and whether it may be seen.
const fn questions(form: Form) -> &'static [(&'static str, bool)] {
    match form {
        Form::Token => &[("access token", false)],
        Form::Integration | Form::ServiceApp => {
            &[("client id", true), ("client secret", false), ("refresh token", false)]
        }
    }
}

/// What was typed or piped in; why it is not what was asked for, in words.
async fn given(form: Form, lang: Lang, console: &mut Console<'_>) -> anyhow::Result<Result<Vec<String>, String>> {
    let questions = questions(form);
    let given = if std::io::stdin().is_terminal() { typed_in(questions, lang, console).await? } else { piped()? };
    if given.len() == questions.len() {
        return Ok(Ok(given));
    }
    let names: Vec<&str> = questions.iter().map(|(name, _)| phrase(lang, name)).collect();
    let words = "wanted, each on a line of its own: {names}; what came has {count} lines";
    Ok(Err(say(lang, words, &[("names", &names.join(", ")), ("count", &given.len())])))
}

async fn typed_in(
    questions: &[(&'static str, bool)],
    lang: Lang,
    console: &mut Console<'_>,
) -> anyhow::Result<Vec<String>> {
    let mut given = Vec::new();
    for (name, is_open) in questions {
        let prompt = format!("{}: ", phrase(lang, name));
        let answer = if *is_open { console.ask(&prompt)? } else { console.ask_secret(&prompt).await? };
        let Some(answer) = answer.map(|answer| answer.trim().to_owned()).filter(|answer| !answer.is_empty()) else {
            break;
        };
        given.push(answer);
    }
    Ok(given)
}

fn piped() -> anyhow::Result<Vec<String>> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(INPUT_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|_| anyhow!("what was piped in cannot be read as text"))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn credentials(form: Form, given: Vec<String>) -> anyhow::Result<Credentials> {
    let mut given = given.into_iter();
    let mut next = || given.next().unwrap_or_default();
    Ok(match form {
        Form::Token => {
            let access = Token::new(&next()).map_err(|wrong| anyhow!(wrong))?;
            Credentials::new(form, Some(access), None)
        }
        Form::Integration | Form::ServiceApp => {
            let client_id = next();
            let (client_secret, refresh_token) = (SecretString::from(next()), SecretString::from(next()));
            Credentials::new(form, None, Some(App { client_id, client_secret, refresh_token }))
        }
    })
}

/// Asks Webex whose token it is; tells the credentials with whatever was renewed, and who it is, or why that is not told.
async fn tried(
    credentials: Credentials,
    settings: &Settings,
) -> anyhow::Result<(Credentials, Result<String, Failure>)> {
    let keeper = Arc::new(MemoryKeeper(Mutex::new(credentials.clone())));
    let cure = "look whether the three belong together, or get a new refresh token".to_owned();
    let tokens = match (credentials.tokens(Some(keeper.clone()), cure), &credentials.access) {
        (Some(tokens), _) => tokens,
        (None, Some(access)) => Tokens::new(access.clone(), Renewal::None),
        (None, None) => return Err(anyhow!("there is neither a token nor a way to one")),
    };
    let base = settings.api.base.clone().context("a login is for Webex, not for the simulator")?;
    let transport = Transport::http(base, tokens, settings.api.timeout)?;
    let client = Client::new(transport, settings.api.client, "turnup_login");
    match client.send(Weight::Repeatable, calls::who_am_i()).await {
        Ok(answer) => Ok((keeper.credentials(), Ok(name(&answer.body)))),
        // It was let in; only this is not for it to see.
        Err(refused @ Failure::Rejected(_)) => Ok((keeper.credentials(), Err(refused))),
        Err(failure) => Err(anyhow!("{failure}; nothing was stored")),
    }
}

/// The name and the mail address of whoever the token is of.
fn name(body: &str) -> String {
    let person: Value = serde_json::from_str(body).unwrap_or_default();
    let name = person["displayName"].as_str().unwrap_or("?");
    person["emails"][0].as_str().map_or_else(|| name.to_owned(), |email| format!("{name} <{email}>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_it_is_is_named() {
        for (body, expected) in [
            (r#"{"displayName":"Ana","emails":["ana@p.example"]}"#, "Ana <ana@p.example>"),
            (r#"{"displayName":"Bot"}"#, "Bot"),
            ("nonsense", "?"),
        ] {
            assert_eq!(name(body), expected);
        }
    }
}
