//! `turnup activate`: porting day.

use std::path::Path;

use super::{Confirmation, Console, Order, Origin, Selection, Stage, exit, run};
use crate::check::HoldBack;
use crate::settings::{Typed, settle};
use crate::text::phrase;
use crate::workspace::Workspace;

/// `turnup activate`: brings the staged numbers of all customers live, or of one wave; a run of its own.
///
/// # Errors
/// As for [`run`].
pub async fn activate(
    folder: &Path,
    typed: &Typed,
    wave: Option<&str>,
    confirmation: Confirmation,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let settings = settle(typed, &workspace)?;
    if !workspace.has_state() {
        console.say(phrase(settings.lang, "nothing has been run in this folder, so no number is staged"));
        return Ok(exit::WELL);
    }
    // A mistake in another row is no reason to leave a customer without telephones.
    let typed = Typed { hold_back: Some(HoldBack::Row), ..typed.clone() };
    let wave = wave.map(str::to_owned);
    let selection = Selection { only: vec![Stage::Numbers], wave, activates: true, ..Selection::default() };
    let order = Order { confirmation, until: None, selection, plan: None, origin: Origin::Activate, night: None };
    run(folder, &typed, &order, console).await
}
