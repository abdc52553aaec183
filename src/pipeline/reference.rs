//! The commands that need no workspace: a new one, and what there is to know.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use super::{Console, exit};
use crate::diagnostic::Code;
use crate::model::SheetKind;
use crate::report;
use crate::settings::{Typed, language};
use crate::sheet::{self, Need};
use crate::text::{self, Lang, phrase};

/// `turnup init DIR`: a new workspace with blank sheets (or one workbook), templates and settings.
///
/// # Errors
/// When the folder cannot be made, or holds one of the files already.
pub fn init(folder: &Path, is_workbook: bool, typed: &Typed, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let lang = language(typed);
    let (templates, settings) = match lang {
        Lang::En => (include_str!("new_templates.toml"), include_str!("new_turnup.toml")),
        Lang::PtBr => (include_str!("new_templates.pt_br.toml"), include_str!("new_turnup.pt_br.toml")),
    };
    // The mark lets Excel see that it is UTF-8.
    let csv = |kind| (sheet::file_name(kind), format!("\u{feff}{}", sheet::blank(kind)).into_bytes());
    let mut files: Vec<(String, Vec<u8>)> = if is_workbook {
        let workbook = sheet::blank_workbook(lang).context("the workbook cannot be made")?;
        vec![(sheet::WORKBOOK.to_owned(), workbook)]
    } else {
        SheetKind::ALL.map(csv).into()
    };
    files.extend(
        [("templates.toml", templates), ("turnup.toml", settings)].map(|(name, text)| (name.into(), text.into())),
    );
    if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        bail!("`{}` has a {name} already; turnup overwrites nothing, so choose a new folder", folder.display());
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    for (name, bytes) in files {
        report::write_atomically(&folder.join(&name), &bytes)?;
    }
    folder.clone_into(&mut console.here.borrow_mut().folder);
    console.say(phrase(lang, "fill in templates.toml and the three sheets, then run `turnup check`"));
    console.print(&format!("{}\n", folder.display()));
    Ok(exit::WELL)
}

/// `turnup explain CODE`: cause, example and cure.
///
/// # Errors
/// When there is no such code.
pub fn explain(id: &str, typed: &Typed, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let Some(code) = Code::from_id(id) else {
        bail!("there is no code `{id}`; the codes are\n{}", all_codes());
    };
    let lang = language(typed);
    let entry = text::entry(lang, code.id());
    let plain = |template: &str| text::fill(template, |name| Some(format!("<{name}>")));
    console.print(&format!(
        "{} ({})\n  {}\n\n{:<9}{}\n{:<9}{}\n{:<9}{}\n",
        code.id(),
        phrase(lang, code.severity().word()),
        plain(entry.message),
        format!("{}:", phrase(lang, "cause")),
        entry.cause,
        format!("{}:", phrase(lang, "example")),
        entry.example,
        format!("{}:", phrase(lang, "cure")),
        plain(entry.fix),
    ));
    Ok(exit::WELL)
}

/// Every code, a few on a line and each family on lines of its own.
fn all_codes() -> String {
    const IN_A_LINE: usize = 12;
    let ids: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    let families = ids.chunk_by(|one, next| one.as_bytes().first() == next.as_bytes().first());
    let lines = families.flat_map(|family| family.chunks(IN_A_LINE)).map(|line| format!("  {}", line.join(" ")));
    lines.collect::<Vec<_>>().join("\n")
}

/// `turnup columns --schema`: the JSON Schema of `check --format json`.
pub fn check_schema(console: &mut Console<'_>) -> u8 {
    console.print(report::CHECK_SCHEMA);
    exit::WELL
}

/// Prints a text as it is.
pub fn hand_out(text: &str, console: &mut Console<'_>) -> u8 {
    console.print(text);
    exit::WELL
}

/// Writes files into a folder, which is made where it is missing.
///
/// # Errors
/// When the folder cannot be written.
pub fn put_down(folder: &Path, files: Vec<(String, Vec<u8>)>) -> anyhow::Result<u8> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(exit::WELL)
}

/// `turnup columns`: every column of the three sheets.
pub fn columns(typed: &Typed, console: &mut Console<'_>) -> u8 {
    let lang = language(typed);
    for kind in SheetKind::ALL {
        console.print(&format!("{kind}.csv\n"));
        for spec in sheet::specs(kind) {
            let mark = match spec.need {
                Need::Always => "*",
                Need::Sometimes => "?",
                Need::Never => " ",
            };
            console.print(&format!("  {:<24}{mark} {}\n", spec.header, phrase(lang, spec.help)));
            console.print(&format!("  {:<24}  {}: {}\n", "", phrase(lang, "example"), spec.example));
            if let Some(legal) = spec.legal.map(|legal| legal()).filter(|legal| legal.len() <= 20) {
                console.print(&format!("  {:<24}  {}: {}\n", "", phrase(lang, "one of"), legal.join(", ")));
            }
        }
        console.print("\n");
    }
    let marks = "* required in every row    ? when the package, the country or a second location asks for it";
    console.print(&format!("{}\n", phrase(lang, marks)));
    exit::WELL
}
