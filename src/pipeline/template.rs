//! `turnup template`: the onboarding templates of a workspace.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::json;

use super::inputs::TEMPLATES;
use super::{Console, Terminal, exit};
use crate::diagnostic::{Diagnostic, Severity, closest};
use crate::report;
use crate::settings::{Settings, Typed, settle};
use crate::template::{self, Authentication, Draft, QUESTIONS, Question, Template, Templates};
use crate::text::{Lang, phrase, say};
use crate::workspace::Workspace;

/// An answer given beforehand: the question's key, and the text.
pub type Answer = (&'static str, String);

/// `turnup template add`: walks the wizard, or takes all answers from the command line; appends to templates.toml.
///
/// # Errors
/// When templates.toml cannot be read or written, or the person left the wizard.
pub fn add_template(folder: &Path, typed: &Typed, answers: &[Answer], console: &mut Console<'_>) -> anyhow::Result<u8> {
    let file = File::open(folder, typed)?;
    let lang = file.settings.lang;
    let mut draft = Draft::default();
    for question in &QUESTIONS {
        let Some((_, text)) = answers.iter().find(|(key, _)| *key == question.key) else { continue };
        if let Err(reason) = draft.answer(question, text) {
            console.refuse(&format!("`{text}`: {} ({})", phrase(lang, &reason), flag(question)));
            return Ok(exit::USAGE);
        }
    }
    if draft.lacking().next().is_some() {
        if console.terminal == Terminal::Machine {
            let lacking: Vec<String> = draft.lacking().map(flag).collect();
            let words = "nobody is there to be asked; give {flags}";
            console.refuse(&say(lang, words, &[("flags", &lacking.join(", "))]));
            return Ok(exit::USAGE);
        }
        let given: Vec<&str> = answers.iter().map(|(key, _)| *key).collect();
        draft = walk(draft, &given, &file.templates, lang, &mut |text| console.ask(text))?;
    }
    if let Some(reason) = taken(&file.templates, &draft, lang) {
        console.refuse(&reason);
        return Ok(exit::USAGE);
    }
    file.append(&draft)?;
    let words = "added to {file}; the customers sheet names it as `{name}` in the column `template`";
    console.say(&say(lang, words, &[("file", &file.path.display()), ("name", &draft.name())]));
    console.print(&draft.to_toml());
    Ok(exit::WELL)
}

/// The flag that answers a question.
fn flag(question: &Question) -> String {
    format!("--{}", question.key.replace('_', "-"))
}

/// `turnup template list`: every template of the workspace.
///
/// # Errors
/// When templates.toml cannot be read.
pub fn list_templates(folder: &Path, typed: &Typed, as_json: bool, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let file = File::open(folder, typed)?;
    if as_json {
        let list: Vec<_> = file.templates.iter().map(in_json).collect();
        console.print(&format!("{}\n", json!({ "schema": "turnup.templates/1", "templates": list })));
    } else {
        for template in file.templates.iter() {
            let countries = if template.countries.is_empty() { "*".to_owned() } else { template.countries.join(",") };
            console.print(&format!("{:<24} {countries:<12} {}\n", template.name, packages(template)));
        }
    }
    Ok(file.told(console))
}

/// `turnup template show NAME`: one template, with everything that is known of it.
///
/// # Errors
/// When templates.toml cannot be read, or has no such template.
pub fn show_template(folder: &Path, typed: &Typed, name: &str, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let file = File::open(folder, typed)?;
    let Some(template) = file.templates.get(name) else {
        match closest(name, file.templates.names()) {
            Some(near) => bail!("no template is called `{name}`; did you mean `{near}`?"),
            None => bail!("no template is called `{name}`"),
        }
    };
    let shown = in_json(template);
    for key in QUESTIONS.iter().map(|question| question.key) {
        let text = match &shown[key] {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(items) => {
                items.iter().filter_map(|item| item.as_str()).collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        };
        console.print(&format!("{key:<24} {text}\n"));
    }
    Ok(file.told(console))
}

fn packages(template: &Template) -> String {
    template.packages.iter().map(|package| package.name()).collect::<Vec<_>>().join(", ")
}

fn in_json(template: &Template) -> serde_json::Value {
    let authentication = match &template.authentication {
        Authentication::Webex => "webex".to_owned(),
        Authentication::PartnerSaml { idp_entity_id } => format!("saml:{idp_entity_id}"),
        Authentication::PartnerOidc { idp_name } => format!("oidc:{idp_name}"),
    };
    json!({
        "name": template.name,
        "provisioning_id": template.provisioning_id,
        "subscription": template.subscription,
        "country": template.country,
        "countries": template.countries,
        "service_provider_admin": template.service_provider_admin,
        "default_language": template.default_language,
        "authentication": authentication,
        "pstn_provider": template.pstn_provider,
        "packages": template.packages.iter().map(|package| package.name()).collect::<Vec<_>>(),
        "supported_location": template.supported_location,
        "emergency_address": template.emergency_address,
        "emergency_callback": template.emergency_callback.then_some("main_number"),
    })
}

/// The templates file of a workspace.
struct File {
    path: PathBuf,
    text: String,
    templates: Templates,
    found: Vec<Diagnostic>,
    settings: Settings,
}

impl File {
    /// Reads it; one that is not there has no templates.
    fn open(folder: &Path, typed: &Typed) -> anyhow::Result<Self> {
        let workspace = Workspace::open(folder)?;
        let settings = settle(typed, &workspace)?;
        let path = workspace.root().join(TEMPLATES);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        };
        let (templates, found) = template::read(TEMPLATES, &text);
        Ok(Self { path, text, templates, found, settings })
    }

    /// Says what is wrong with the file, and tells the exit code.
    fn told(&self, console: &mut Console<'_>) -> u8 {
        let lang = self.settings.lang;
        for found in &self.found {
            console.say(&format!("{}: {}: {}", found.place, found.message(lang), found.fix(lang)));
        }
        let has_error = self.found.iter().any(|found| found.severity == Severity::Error);
        if has_error { exit::REJECTED } else { exit::WELL }
    }

    /// Appends a template; what stands in the file stays byte for byte.
    fn append(&self, draft: &Draft) -> anyhow::Result<()> {
        if let Some(place) = &self.templates.unreadable {
            bail!("{place}: the file is not valid TOML, so nothing is added to it; mend it first");
        }
        let gap = if self.text.is_empty() || self.text.ends_with("\n\n") {
            ""
        } else if self.text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        let text = format!("{}{gap}{}", self.text, draft.to_toml());
        let (after, _) = template::read(TEMPLATES, &text);
        if after.get(draft.name()).is_none_or(|added| added.broken.is_some()) {
            bail!("the template cannot be added to `{}`; add it by hand:\n{}", self.path.display(), draft.to_toml());
        }
        report::write_atomically(&self.path, text.as_bytes())
    }
}

/// Why a name cannot be given to a new template.
fn taken(templates: &Templates, draft: &Draft, lang: Lang) -> Option<String> {
    let words = "there is a template `{name}` already; choose another name, or change it in templates.toml";
    templates.get(draft.name()).map(|_| say(lang, words, &[("name", &draft.name())]))
}

type Ask<'a> = &'a mut dyn FnMut(&str) -> anyhow::Result<Option<String>>;

/// Asks what was not given, shows everything for review with a chance to change it, and asks for the Provisioning ID last,
/// since Partner Hub tells it last.
fn walk(mut draft: Draft, given: &[&str], templates: &Templates, lang: Lang, ask: Ask<'_>) -> anyhow::Result<Draft> {
    let (last, pages) = QUESTIONS.split_last().expect("there are questions");
    for question in pages.iter().filter(|question| !given.contains(&question.key)) {
        put(&mut draft, question, templates, lang, ask)?;
    }
    loop {
        let mut text = format!("\n{}\n", phrase(lang, "Review"));
        for (number, question) in (1..).zip(pages) {
            let answer = draft.get(question).unwrap_or("-");
            text.push_str(&format!("{number:>3}  {:<44} {answer}\n", phrase(lang, question.ask)));
        }
        text.push_str(phrase(lang, "number to change, Enter if all is right: "));
        let chosen = heard(ask(&text)?)?;
        if chosen.trim().is_empty() {
            break;
        }
        let at = chosen.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        if let Some(question) = at.and_then(|at| pages.get(at)) {
            put(&mut draft, question, templates, lang, ask)?;
        }
    }
    if draft.get(last).is_none() {
        put(&mut draft, last, templates, lang, ask)?;
    }
    Ok(draft)
}

/// Asks until the answer is one.
fn put(draft: &mut Draft, question: &Question, templates: &Templates, lang: Lang, ask: Ask<'_>) -> anyhow::Result<()> {
    let shown = draft.get(question).map(|answer| format!(" [{answer}]")).unwrap_or_default();
    let mut text = format!("\n{}\n  {}\n{shown}> ", phrase(lang, question.ask), phrase(lang, question.advice));
    loop {
        let answer = heard(ask(&text)?)?;
        let is_kept = answer.trim().is_empty() && draft.get(question).is_some();
        let answered = if is_kept { Ok(()) } else { draft.answer(question, &answer) };
        let refused =
            answered.err().map(|reason| phrase(lang, &reason).to_owned()).or_else(|| taken(templates, draft, lang));
        match refused {
            None => return Ok(()),
            Some(reason) => text = format!("  {reason}\n> "),
        }
    }
}

fn heard(answer: Option<String>) -> anyhow::Result<String> {
    answer.context("the wizard was left before its end; nothing was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(given: &[(&'static str, &str)], said: &[&str]) -> anyhow::Result<(Draft, String)> {
        let mut draft = Draft::default();
        for (key, text) in given {
            let question = QUESTIONS.iter().find(|question| question.key == *key).expect("it is a question");
            draft.answer(question, text).map_err(anyhow::Error::msg)?;
        }
        let keys: Vec<&str> = given.iter().map(|(key, _)| *key).collect();
        let (templates, _) = template::read(TEMPLATES, "[templates.old]\nprovisioning_id = \"x\"\n");
        let mut said = said.iter();
        let mut page = String::new();
        let draft = walk(draft, &keys, &templates, Lang::En, &mut |text| {
            page.push_str(text);
            Ok(said.next().map(|line| (*line).to_owned()))
        })?;
        assert_eq!(said.next(), None, "everything was heard");
        Ok((draft, page))
    }

    #[test]
    fn the_wizard_asks_again_and_lets_change_what_was_said() {
        let (draft, page) = walked(
            &[("packages", "webex_calling")],
            &[
                "old",
                "new",
                "Brasil",
                "BR",
                "",
                "ops@partner.example",
                "pt_br",
                "",
                "webex",
                "",
                "yes",
                "",
                "",
                "",
                "yes",
                "2",
                "PT",
                "99",
                "",
                "",
                "abc",
            ],
        )
        .expect("all is answered");
        let wanted = "[templates.new]\ncountry = \"PT\"\nservice_provider_admin = \"ops@partner.example\"\ndefault_language = \
                      \"pt_br\"\nauthentication = \"webex\"\npackages = [\"webex_calling\"]\nsupported_location = true\n\
                      emergency_callback = \"main_number\"\nprovisioning_id = \"abc\"\n";
        assert_eq!(draft.to_toml(), wanted);
        for words in [
            "there is a template `old` already",
            "country code is wanted",
            "Cisco recommends",
            "cannot be left blank",
            "Review",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }

    #[test]
    fn a_wizard_that_is_left_writes_nothing() {
        assert!(walked(&[], &["new", "BR"]).is_err());
    }
}
