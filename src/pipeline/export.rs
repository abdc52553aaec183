//! `turnup export`: what stands in Webex, as the three sheets.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tokio::sync::watch;

use super::inputs::TEMPLATES;
use super::provider::{self, Provider};
use super::{Console, exit, guard};
use crate::api::Client;
use crate::export::{self, Budget, Exported, Notice, Picture, Reading, Unread};
use crate::journal::{Log, Sqlite};
use crate::model::{Package, SheetKind};
use crate::plan::Known;
use crate::report;
use crate::settings::{Settings, Typed};
use crate::sheet::{self, BOM, CsvText};
use crate::template::{self, Template, Templates};
use crate::text::{Lang, phrase, retold, say};
use crate::workspace::Workspace;

/// The folder of the workspace that the sheets are written into.
const FOLDER: &str = "export";
/// Names that one line holds; the others are counted.
const NAMES_SHOWN: usize = 5;

/// May files that are there be replaced?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwriting {
    Refused,
    Allowed,
}

/// `turnup export`: live state -> the same sheets; nothing is changed in Webex.
///
/// # Errors
/// When nobody can be asked, or a file cannot be written or would be overwritten.
pub async fn export(
    folder: &Path,
    typed: &Typed,
    out: Option<&Path>,
    overwriting: Overwriting,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let Some((workspace, settings)) = guard::entered(folder, typed, console)? else { return Ok(exit::REJECTED) };
    let out = out.map_or_else(|| workspace.root().join(FOLDER), PathBuf::from);
    refuse_to_overwrite(&out, overwriting)?;
    provider::look(&settings)?;
    let templates = templates(&workspace)?;
    let known = known_of_this_webex(&workspace, &settings, console)?;
    let provider = Provider::connect(&workspace, &settings, &console.clock.run_id()).await?;
    let client = provider.client();
    let interrupt = console.interrupt.clone();
    let Some(reading) = unless_interrupted(interrupt, everything(&client)).await? else {
        console.refuse(phrase(settings.lang, "interrupted; nothing was written"));
        return Ok(exit::INTERRUPTED);
    };
    let exported = export::export(&reading.pictures, &known, |picture| fitting(&templates, picture));
    write(&out, &exported)?;
    tell(&exported, settings.lang, console);
    refuse_unread(&reading.unread, settings.lang, console);
    let counts: [(&str, &dyn std::fmt::Display); 4] = [
        ("customers", &exported.customers.len()),
        ("locations", &exported.locations.len()),
        ("users", &exported.users.len()),
        ("requests", &client.sent()),
    ];
    let words = "exported: {customers|* customer|* customers}, {locations|* branch|* branches}, {users|* user|* users}; {requests|* request|* requests}";
    console.print(&format!("{}\n{}\n", say(settings.lang, words, &counts), out.display()));
    Ok(if reading.unread.is_empty() { exit::WELL } else { exit::FAILED })
}

/// Runs something that only reads, until a person wants it to stop.
pub(super) async fn unless_interrupted<T>(
    mut interrupt: watch::Receiver<bool>,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<Option<T>> {
    let interrupted = async {
        if interrupt.wait_for(|raised| *raised).await.is_err() {
            // Nobody can interrupt any more.
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        done = work => done.map(Some),
        () = interrupted => Ok(None),
    }
}

async fn everything(client: &Client) -> anyhow::Result<Reading> {
    let no_limit = Budget::default();
    let (customers, unread) = export::customers(client, &no_limit).await?.context("there is no limit")?;
    let customers = customers.into_iter().map(|customer| (customer, 0)).collect();
    let mut reading = export::read(client, &no_limit, customers, client.in_flight()).await?;
    reading.unread.splice(0..0, unread);
    Ok(reading)
}

fn refuse_to_overwrite(out: &Path, overwriting: Overwriting) -> anyhow::Result<()> {
    if std::fs::symlink_metadata(out).is_ok_and(|metadata| metadata.is_symlink()) {
        bail!("`{}` is a link; name the folder itself with --out", out.display());
    }
    let there = SheetKind::ALL.map(|kind| out.join(sheet::file_name(kind))).into_iter().find(|path| path.exists());
    match there {
        Some(path) if overwriting == Overwriting::Refused => {
            bail!("`{}` is there already; name another folder with --out, or replace it with --force", path.display())
        }
        _ => Ok(()),
    }
}

/// The templates of the workspace; none when it has no such file.
fn templates(workspace: &Workspace) -> anyhow::Result<Templates> {
    let path = workspace.templates();
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    };
    Ok(template::read(TEMPLATES, &String::from_utf8_lossy(&text)).0)
}

/// What earlier runs had confirmed, if they went to this Webex.
fn known_of_this_webex(workspace: &Workspace, settings: &Settings, console: &mut Console<'_>) -> anyhow::Result<Known> {
    if !workspace.has_state() {
        return Ok(Known::default());
    }
    let log = Sqlite::open(&workspace.journal())?;
    if guard::same_provider(&log, settings).is_err() {
        let words = "the runs of this folder went to another Webex, so nothing is filled in from them";
        console.say(phrase(settings.lang, words));
        return Ok(Known::default());
    }
    log.known()
}

/// The only template of the file that a customer of that country with those packages can have been made with.
fn fitting(templates: &Templates, picture: &Picture) -> Option<String> {
    let country = picture.fields.get("country")?;
    let packages: Vec<Package> = picture.fields.get("packages")?.split(';').filter_map(Package::parse).collect();
    let fits = |template: &&Template| {
        let sells = |package: &Package| template.packages.is_empty() || template.packages.contains(package);
        (template.countries.is_empty() || template.countries.contains(country)) && packages.iter().all(sells)
    };
    let mut fitting = templates.iter().filter(fits);
    let only = fitting.next()?;
    fitting.next().is_none().then(|| only.name.clone())
}

fn write(out: &Path, exported: &Exported) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder `{}`", out.display()))?;
    for kind in SheetKind::ALL {
        let columns: Vec<&'static str> = sheet::specs(kind).iter().map(|spec| spec.header).collect();
        let mut file = CsvText::new(b',');
        file.row(columns.iter().map(|column| Cow::Borrowed(*column)));
        for row in exported.rows(kind) {
            file.row(columns.iter().map(|column| Cow::Borrowed(row.get(column).map_or("", String::as_str))));
        }
        report::write_atomically(&out.join(sheet::file_name(kind)), [BOM, &file.finish()].concat().as_bytes())?;
    }
    Ok(())
}

/// Says what the sheets do not, or not for certain.
fn tell(exported: &Exported, lang: Lang, console: &mut Console<'_>) {
    let words = "Webex does not tell `wave`, so it is blank; nor `supported_location`, `package_limits` and `org_id`, which are \
                 filled only with what a run of this folder had confirmed";
    console.say(phrase(lang, words));
    let words = "Webex does not tell which address is registered for emergency calls: `emergency_address` says `yes` only where a \
                 run of this folder has registered it, and a blank registers nothing";
    console.say(phrase(lang, words));
    for (notice, places) in &exported.notices {
        let words = match notice {
            Notice::TemplateUnknown => "`template` is blank where it is not certain: {which}",
            Notice::AdministratorUnknown => {
                "`admin_email` is blank where there is not exactly one full administrator: {which}"
            }
            Notice::HeadquartersUncertain => {
                "Webex does not tell which location is the headquarters, so look at `location_name`: {which}"
            }
            Notice::HeadquartersElsewhere => {
                "the headquarters has another address than its customer, whose address was taken: {which}"
            }
            Notice::NumbersMixed => {
                "some numbers are live and these are not, which `number_state` cannot say, so it is blank: {which}"
            }
            Notice::ConnectionFixed => {
                "`pstn_connection` is blank where the connection cannot be chosen over the API: {which}"
            }
            Notice::ConnectionNotChosen => {
                "`pstn_connection` is blank where the runs of this folder left the connection to Webex; there stands: {which}"
            }
            Notice::CallbackElsewhere => {
                "after an emergency call somebody else's number than the main number is called back, which \
                 `emergency_callback` cannot say, so it is blank: {which}"
            }
            Notice::CallingOff => "calling is not enabled here, and a run with these sheets would enable it: {which}",
            Notice::NameUnknown => "Webex does not tell the name, perhaps since they have not consented yet: {which}",
            Notice::RolesBeside => "these roles have no place in `role`: {which}",
            Notice::WithoutPackage => "these persons have no package, so no sheet holds them: {which}",
        };
        console.say(&say(lang, words, &[("which", &names(places, lang))]));
    }
}

/// The first few names, and how many more there are.
pub(super) fn names(all: &[String], lang: Lang) -> String {
    let shown: Vec<String> = all.iter().take(NAMES_SHOWN).map(|name| report::printable(name)).collect();
    let mut text = shown.join("; ");
    if all.len() > NAMES_SHOWN {
        text.push_str(&say(lang, " and {count} more", &[("count", &(all.len() - NAMES_SHOWN))]));
    }
    text
}

/// Names every customer that could not be read; `--quiet` does not silence it.
pub(super) fn refuse_unread(unread: &[Unread], lang: Lang, console: &mut Console<'_>) {
    for Unread { customer, reason } in unread {
        let (customer, reason) = (report::printable(customer), report::printable(&retold(lang, reason)));
        let words = "the customer `{customer}` was not read: {reason}";
        console.refuse(&say(lang, words, &[("customer", &customer), ("reason", &reason)]));
    }
}
