//! `turnup fix`: what is certain is repaired, in a copy.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, bail};

use super::inputs::{Inputs, TEMPLATES};
use super::{Console, checked, exit, known, standing};
use crate::check::Checked;
use crate::diagnostic::Diagnostic;
use crate::model::SheetKind;
use crate::report;
use crate::settings::{SETTINGS, Typed, settle};
use crate::sheet::{self, Repair, Sheets};
use crate::workspace::Workspace;

/// The folder of the copy, below the workspace.
const COPY: &str = "fixed";

/// Shows the repairs that are certain; writes a copy of the workspace with them if asked to.
///
/// # Errors
/// When a file cannot be read or written, or the copy of an earlier time is still there.
pub fn fix(folder: &Path, typed: &Typed, applies: bool, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    let inputs = Inputs::read(workspace.root(), &settings.reading)?;
    let standing = standing(&known(&workspace)?);
    let checked = checked(&inputs, &settings, &standing);
    let repairs = repairs(&checked);
    let applies = applies && !repairs.is_empty();
    if applies {
        write_copy(workspace.root(), &inputs.sheets, &repairs)?;
    }
    console.print_words(&report::repairs(&repairs, applies, settings.lang));
    if applies {
        console.print(&format!("{}\n", workspace.root().join(COPY).display()));
    }
    Ok(exit::WELL)
}

/// Everything that can be repaired for certain, in reading order.
fn repairs(checked: &Checked<'_>) -> Vec<Repair> {
    let sheets = checked.sheets();
    let of_block = |found: &[Diagnostic]| {
        let cells = found.chunk_by(|a, b| a.place == b.place);
        let repair = |found: &[Diagnostic]| {
            let kind = SheetKind::from_name(found.first()?.place.sheet?)?;
            sheet::repair(sheets.get(kind), found)
        };
        cells.filter_map(repair).collect::<Vec<Repair>>()
    };
    let mut all = Vec::new();
    let take = |repairs: Vec<Repair>| -> ControlFlow<()> {
        all.extend(repairs);
        ControlFlow::Continue(())
    };
    let _: ControlFlow<()> = checked.each_block(of_block, take);
    all
}

/// Writes the sheets as CSV, templates and settings into a folder of their own: a workspace to be looked at.
fn write_copy(root: &Path, sheets: &Sheets, repairs: &[Repair]) -> anyhow::Result<()> {
    let copy = root.join(COPY);
    if copy.exists() {
        bail!("`{}` is there already; turnup overwrites nothing, so move it away first", copy.display());
    }
    fs::create_dir_all(&copy).with_context(|| format!("cannot make the folder `{}`", copy.display()))?;
    for kind in SheetKind::ALL {
        let own: Vec<Repair> = repairs.iter().filter(|repair| repair.sheet == kind).cloned().collect();
        // The mark lets Excel see that it is UTF-8.
        let text = format!("\u{feff}{}", sheet::repaired(sheets.get(kind), &own));
        report::write_atomically(&copy.join(sheet::file_name(kind)), text.as_bytes())?;
    }
    for name in [TEMPLATES, SETTINGS].into_iter().filter(|name| root.join(name).exists()) {
        fs::copy(root.join(name), copy.join(name)).with_context(|| format!("cannot copy {name}"))?;
    }
    Ok(())
}
