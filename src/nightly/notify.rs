//! Telling people and programs how a night went: a mail, and a signed message to a web address. Both hold counts, causes
//! and a path, and name nobody; sheets come with a mail only where they are asked for.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use hmac::{Hmac, KeyInit, Mac};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

use super::{Night, Notify};
use crate::api::is_loopback;
use crate::pipeline::{OpenRun, exit};
use crate::report::Outcome;
use crate::settings::secret_of_file;
use crate::text::{Here, Lang, masked, phrase, say};
use crate::workspace::Workspace;

/// How long a mail or a message may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// As much of sheets as a mail brings: most servers take ten megabytes, and a mail makes four bytes of three.
const MAIL_BYTES_MAX: usize = 8 << 20;
/// The header that holds `sha256=` and the HMAC of the body in hexadecimal.
const SIGNATURE: &str = "x-turnup-signature";

/// Sends everything that is asked for; tells what was tried and how it ended.
pub async fn all(
    notify: &Notify,
    workspace: &Workspace,
    night: &Night,
    now: &str,
    lang: Lang,
) -> Vec<(&'static str, anyhow::Result<()>)> {
    let mut tried = Vec::new();
    if notify.mail_to.is_some() {
        tried.push(("mail", in_time(mail(notify, workspace, night, lang)).await));
    }
    if let Some(address) = &notify.webhook {
        let body = message(workspace, night, now).to_string();
        tried.push(("webhook", in_time(post(notify, address, body)).await));
    }
    tried
}

async fn in_time(sending: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::time::timeout(PATIENCE, sending).await.context("no answer in half a minute")?
}

/// The verdict in a few words, for a subject.
fn verdict(night: &Night, lang: Lang) -> &'static str {
    let english = match night.exit {
        _ if night.is_test => "a test",
        exit::REJECTED if night.is_carried_on => "a night that was cut off was carried on",
        exit::GUARD if matches!(night.open, Some(OpenRun::Parked(_))) => "parked until somebody approves it",
        exit::REJECTED if night.is_untaken => "no new sheet was taken",
        exit::WELL => "all well",
        exit::REJECTED => "something needs a look",
        exit::FAILED => "some rows failed",
        exit::GUARD => "stopped by a guard or the deadline",
        exit::INTERRUPTED => "interrupted",
        exit::LOCKED => "another run did not end",
        _ => "could not run",
    };
    phrase(lang, english)
}

/// Outcomes of rows that a person should look at.
const TO_LOOK_AT: [Outcome; 8] = [
    Outcome::Rejected,
    Outcome::Blocked,
    Outcome::Failed,
    Outcome::Incomplete,
    Outcome::Conflict,
    Outcome::Unconfirmed,
    Outcome::NotReached,
    Outcome::Waiting,
];

/// How many rows are not as they should be; none where all are.
fn rows(night: &Night, lang: Lang) -> Option<String> {
    let counts = night.report.as_ref()?["counts"].as_object()?;
    let of = |outcome: Outcome| counts.values().filter_map(|sheet| sheet[outcome.word()].as_u64()).sum::<u64>();
    let told = TO_LOOK_AT.into_iter().map(|outcome| (outcome.word(), of(outcome))).filter(|(_, count)| *count > 0);
    let told: Vec<String> = told.map(|(outcome, count)| format!("{count} {outcome}")).collect();
    (!told.is_empty()).then(|| say(lang, "rows to look at: {what}", &[("what", &told.join(", "))]))
}

/// What matters most stands first: why a night stopped, or else what came, then what is to be done.
fn told(night: &Night, lang: Lang) -> Vec<String> {
    let (findings, rows, heard) = (night.findings.iter().cloned(), rows(night, lang), night.heard.iter().cloned());
    if night.exit <= exit::FAILED {
        findings.chain(rows).chain(heard).collect()
    } else {
        heard.chain(findings).chain(rows).collect()
    }
}

/// What there is to read, for people.
fn words(notify: &Notify, workspace: &Workspace, night: &Night, lang: Lang) -> String {
    let mut words = String::new();
    let here = Here::new(&absolute_root(workspace));
    for line in told(night, lang) {
        let line = here.told(&line);
        words += &if notify.mail_sheets { line.into_owned() } else { plain(&line, night) };
        words += "\n\n";
    }
    if night.is_test {
        return words;
    }
    if night.is_untaken && !night.summary.is_empty() {
        words += phrase(lang, "No new sheet was taken. What follows is what stands of sheets that were taken before:");
        words += "\n\n";
    }
    words += &night.summary;
    let folder = absolute(&workspace.root().display().to_string());
    words += &format!("\n{}: {}\n{}: {folder}\n", phrase(lang, "exit code"), night.exit, phrase(lang, "folder"));
    words
}

async fn mail(notify: &Notify, workspace: &Workspace, night: &Night, lang: Lang) -> anyhow::Result<()> {
    let to = notify.mail_to.as_deref().unwrap_or_default();
    let from = notify.mail_from.as_deref().context("`mail_from` under `[notify]` must say who sends the mail")?;
    let name = workspace.root().canonicalize().unwrap_or_else(|_| workspace.root().to_owned());
    let name = name.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let subject =
        say(lang, "turnup {workspace}: {verdict}", &[("workspace", &name), ("verdict", &verdict(night, lang))]);
    let plain = words(notify, workspace, night, lang);
    let mut message = Message::builder().from(from.parse().context("`mail_from` is no mail address")?).subject(subject);
    for address in to.split([',', ';']).map(str::trim).filter(|address| !address.is_empty()) {
        message =
            message.to(address.parse().with_context(|| format!("`{address}` in `mail_to` is no mail address"))?);
    }
    let mut parts = MultiPart::mixed().multipart(MultiPart::alternative_plain_html(plain.clone(), html(&plain)));
    for (name, bytes) in sheets(notify, night)? {
        parts = parts.singlepart(Attachment::new(name).body(bytes, ContentType::parse("application/octet-stream")?));
    }
    let message = message.multipart(parts)?;
    mailer(notify)?.send(message).await.context("the mail server does not take it")?;
    Ok(())
}

/// A text without what names persons. Who runs turnup, and where, is a user of a machine, not a mail address.
fn plain(text: &str, night: &Night) -> String {
    match night.holder.as_deref().filter(|holder| !holder.is_empty()) {
        Some(holder) => text.split(holder).map(masked).collect::<Vec<_>>().join(holder),
        None => masked(text),
    }
}

/// The sheets of the run that are asked for, by name: the rejected rows and the workbook, as far as they may be sent.
fn sheets(notify: &Notify, night: &Night) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let Some(folder) = night.summary.lines().last().filter(|_| notify.mail_sheets && night.report.is_some()) else {
        return Ok(Vec::new());
    };
    let mut sheets = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot open the folder `{folder}`"))? {
        let path = entry?.path();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if !name.ends_with(".rejected.csv") && name != "report.xlsx" {
            continue;
        }
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        // A header alone is no row.
        let has_rows = name == "report.xlsx" || bytes.split(|byte| *byte == b'\n').nth(2).is_some();
        if has_rows {
            sheets.push((name, bytes));
        }
    }
    sheets.sort();
    let mut left = MAIL_BYTES_MAX;
    sheets.retain(|(_, bytes)| {
        let fits = bytes.len() <= left;
        left -= if fits { bytes.len() } else { 0 };
        fits
    });
    Ok(sheets)
}

/// The same words, for readers that show HTML.
fn html(plain: &str) -> String {
    let escaped = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!doctype html><html><body><pre style=\"font: 14px/1.5 ui-monospace, Consolas, monospace\">{escaped}</pre></body></html>"
    )
}

/// The mail server: over TLS from the first byte, or with TLS asked for; in the clear only to this machine.
fn mailer(notify: &Notify) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    type Smtp = AsyncSmtpTransport<Tokio1Executor>;
    let text = notify.smtp.as_deref().unwrap_or("smtp://127.0.0.1:25");
    let url = Url::parse(text).with_context(|| format!("`smtp` under `[notify]` is no address: `{text}`"))?;
    let host = url.host_str().context("`smtp` under `[notify]` names no host")?;
    let mut builder = match url.scheme() {
        "smtps" => Smtp::relay(host)?,
        "smtp" if is_loopback(&url) => Smtp::builder_dangerous(host),
        "smtp" => Smtp::starttls_relay(host)?,
        _ => bail!("`smtp` under `[notify]` must begin with smtp:// or smtps://"),
    };
    if let Some(port) = url.port() {
        builder = builder.port(port);
    }
    if let (Some(user), Some(path)) = (&notify.smtp_user, &notify.smtp_password_file) {
        let password = secret_of_file(path)?;
        builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    Ok(builder.timeout(Some(PATIENCE)).build())
}

/// A path that says the same to whoever works elsewhere.
fn absolute(path: &str) -> String {
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| path.display().to_string())
}

/// The workspace for whoever works elsewhere.
fn absolute_root(workspace: &Workspace) -> PathBuf {
    absolute(&workspace.root().display().to_string()).into()
}

/// What programs read.
fn message(workspace: &Workspace, night: &Night, now: &str) -> Value {
    let of = |key: &str| night.report.as_ref().map_or(Value::Null, |report| report[key].clone());
    let told = night.findings.iter().chain(&night.heard);
    let here = Here::new(&absolute_root(workspace));
    let findings: Vec<_> = told.map(|words| plain(&here.told(words), night)).collect();
    let run = match (&night.open, of("run")) {
        (Some(OpenRun::Parked(run) | OpenRun::CutOff(run)), Value::Null) => Value::from(run.as_str()),
        (_, run) => run,
    };
    let causes = of("causes").as_array().map_or(0, Vec::len);
    json!({
        "schema": "turnup.night/1",
        "workspace": absolute(&workspace.root().display().to_string()),
        "at": now,
        "exit": night.exit,
        "verdict": verdict(night, Lang::En),
        "findings": findings,
        "run": run,
        "counts": of("counts"),
        "causes": causes,
        "folder": night.report.as_ref().and(night.summary.lines().last()).map(absolute),
        "seconds": night.seconds,
    })
}

async fn post(notify: &Notify, address: &str, body: String) -> anyhow::Result<()> {
    let url = Url::parse(address).context("`webhook` under `[notify]` is no address")?;
    if url.scheme() != "https" && !is_loopback(&url) {
        bail!("`webhook` under `[notify]` would be sent in the clear; write https");
    }
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
    let mut request = client.build()?.post(url).header("content-type", "application/json");
    if let Some(path) = &notify.webhook_secret_file {
        request = request.header(SIGNATURE, signature(secret_of_file(path)?.expose_secret(), &body)?);
    }
    let answer = request.body(body).send().await.map_err(reqwest::Error::without_url)?;
    if !answer.status().is_success() {
        bail!("it was answered {}", answer.status());
    }
    Ok(())
}

fn signature(secret: &str, body: &str) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).context("the secret of the webhook is empty")?;
    mac.update(body.as_bytes());
    let bytes = mac.finalize().into_bytes();
    let mut signature = "sha256=".to_owned();
    for byte in bytes {
        write!(signature, "{byte:02x}")?;
    }
    Ok(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_others_check_it() {
        // RFC 4231, test case 2.
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", "what do ya want for nothing?").expect("a signature"), expected);
    }
}
