//! What a command reads: the sheets and the templates of a folder. A run keeps them, so that its report can be made
//! again.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::diagnostic::{Code, Diagnostic};
use crate::model::SheetKind;
use crate::settings::{KEPT_ENCODING, SETTINGS};
use crate::sheet::{self, CORRECTIONS, Correction, Rows, Sheets, WAVES, Wave};
use crate::template::{self, Templates};

/// The file of the onboarding templates.
pub(super) const TEMPLATES: &str = "templates.toml";

/// Sheets with their rows, and templates; what was found while reading templates and cells.
pub(super) struct Inputs {
    pub sheets: Sheets,
    pub rows: Rows,
    pub templates: Templates,
    pub found: Vec<Diagnostic>,
    /// Mends that were kept; they are done in the sheets.
    pub corrections: Vec<Correction>,
    /// The windows of waves; none where a run's own inputs are read.
    pub waves: Vec<Wave>,
}

impl Inputs {
    /// Reads the sheets and templates of a folder.
    pub fn read(folder: &Path, options: &sheet::Options) -> anyhow::Result<Self> {
        Self::read_as_sent(folder, options, Vec::new())
    }

    /// The same with the cells that were mended and sent since, as far as the sheets still say what was mended.
    pub fn read_as_sent(folder: &Path, options: &sheet::Options, sent: Vec<Correction>) -> anyhow::Result<Self> {
        Self::look(folder)?;
        let mut sheets = sheet::read(folder, options)?;
        let mut of_corrections = Vec::new();
        let corrections = corrections(folder, &mut of_corrections)?;
        let all =
            if sent.is_empty() { corrections.clone() } else { sheet::with_corrections(sent, corrections.clone()) };
        sheet::correct(&mut sheets, &all.iter().collect::<Vec<_>>());
        // What is in no file of the user is no finding about it.
        sheets.found.retain(|found| found.related.iter().all(|place| place.row != Some(0)));
        let path = folder.join(TEMPLATES);
        let text = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let (templates, mut found) = template::read(TEMPLATES, &String::from_utf8_lossy(&text));
        let (rows, of_cells) = sheet::rows(&sheets);
        found.extend(of_cells);
        found.extend(of_corrections);
        found.extend(beside(folder)?);
        let waves = waves_of(folder, &mut found)?;
        found.extend(sheet::without_window(&rows, &sheets, &waves));
        Ok(Self { sheets, rows, templates, found, corrections, waves })
    }

    /// The same with other texts in place of sheets, and cells of them from which nothing can be read.
    pub fn with(mut self, texts: &[(SheetKind, String)], lost: &[Diagnostic], options: &sheet::Options) -> Self {
        for (kind, text) in texts {
            self.sheets.found.retain(|found| found.place.sheet != Some(kind.name()));
            let name = sheet::file_name(*kind);
            let mut read = sheet::parse(*kind, &name, text.clone().into_bytes(), options, &mut self.sheets.found);
            read.mark_lost(lost);
            match kind {
                SheetKind::Customers => self.sheets.customers = read,
                SheetKind::Locations => self.sheets.locations = read,
                SheetKind::Users => self.sheets.users = read,
            }
        }
        let is_read = |one: &&Correction| texts.iter().any(|(kind, _)| one.is_of(*kind));
        sheet::correct(&mut self.sheets, &self.corrections.iter().filter(is_read).collect::<Vec<_>>());
        let (rows, of_cells) = sheet::rows(&self.sheets);
        self.found.retain(|found| found.place.sheet.is_none() || is_beside(found));
        self.found.extend(of_cells);
        self.found.extend(sheet::without_window(&rows, &self.sheets, &self.waves));
        Self { rows, ..self }
    }

    /// What programs and sync folders left beside the sheets.
    pub fn found_beside(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().filter(|found| is_beside(found))
    }

    /// Copies the inputs first and reads the copies, so that what is kept is what was read; and with it how it was read.
    pub fn keep(folder: &Path, copies: &Path, options: &sheet::Options) -> anyhow::Result<Self> {
        fs::create_dir_all(copies).with_context(|| format!("cannot make the folder `{}`", copies.display()))?;
        for name in names(folder)? {
            let (from, to) = (folder.join(&name), copies.join(&name));
            fs::copy(&from, &to).with_context(|| format!("cannot copy `{}` to `{}`", from.display(), to.display()))?;
        }
        if folder.join(SETTINGS).exists() {
            fs::copy(folder.join(SETTINGS), copies.join(SETTINGS)).context("cannot keep the settings with the run")?;
        }
        if let Some(encoding) = options.encoding {
            fs::write(copies.join(KEPT_ENCODING), encoding.name()).context("cannot keep the encoding with the run")?;
        }
        let mut kept = Self::read(copies, options)?;
        kept.found.extend(beside(folder)?);
        // Windows are those of the day, so they are no part of what is kept.
        kept.waves = waves_of(folder, &mut kept.found)?;
        kept.found.extend(sheet::without_window(&kept.rows, &kept.sheets, &kept.waves));
        Ok(kept)
    }

    /// Says at once when a folder cannot be worked in.
    pub fn look(folder: &Path) -> anyhow::Result<()> {
        let names = names(folder)?;
        has_templates(folder)?;
        names.iter().try_for_each(|name| can_be_read(&folder.join(name)))
    }
}

/// Says at once when a folder names no templates.
pub(super) fn has_templates(folder: &Path) -> anyhow::Result<()> {
    if !folder.join(TEMPLATES).exists() {
        bail!(
            "`{}` has no {TEMPLATES}; every customer is made from a template, and this file names them; \
             `turnup template add` asks for one and makes the file",
            folder.display()
        );
    }
    Ok(())
}

/// The mends that were kept, if there are any.
pub(super) fn corrections(folder: &Path, found: &mut Vec<Diagnostic>) -> anyhow::Result<Vec<Correction>> {
    let path = folder.join(CORRECTIONS);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(sheet::corrections(bytes, found))
}

/// The windows of waves, if there are any.
pub(super) fn waves_of(folder: &Path, found: &mut Vec<Diagnostic>) -> anyhow::Result<Vec<Wave>> {
    let path = folder.join(WAVES);
    if !path.exists() {
        return Ok(Vec::new());
    }
    can_be_read(&path)?;
    let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(sheet::waves(bytes, found))
}

fn beside(folder: &Path) -> anyhow::Result<Vec<Diagnostic>> {
    Ok(sheet::files(folder)?.iter().flat_map(|name| sheet::beside(&folder.join(name))).collect())
}

const fn is_beside(found: &Diagnostic) -> bool {
    matches!(found.code, Code::FileOpenElsewhere | Code::FileDoubled)
}

/// The files that a run reads.
pub(super) fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = sheet::files(folder)?;
    names.push(TEMPLATES.to_owned());
    if folder.join(CORRECTIONS).exists() {
        names.push(CORRECTIONS.to_owned());
    }
    Ok(names)
}

/// A pipe or a device is refused before it is opened, since reading it may never end.
pub(super) fn can_be_read(path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        bail!("`{shown}` is no file; put the file of that name in its place");
    }
    fs::File::open(path).map(drop).with_context(|| format!("cannot read `{shown}`; allow yourself to read it"))
}
