//! What earlier runs have left behind in the journal, as checks, plans and forecasts ask for it.

use super::provider;
use crate::check::Standing;
use crate::journal::{Log, Sqlite};
use crate::model::Package;
use crate::plan::{Known, Stage};
use crate::settings::Settings;
use crate::workspace::Workspace;

/// What is known from earlier runs; nothing when there were none.
pub(super) fn known(workspace: &Workspace) -> anyhow::Result<Known> {
    if workspace.has_state() { Sqlite::open(&workspace.journal())?.known() } else { Ok(Known::default()) }
}

/// What the rules ask of the known state.
pub(super) fn standing(known: &Known) -> Standing {
    let mut standing = Standing::default();
    for (id, confirmed) in known.iter() {
        let parts = id.parts();
        match (id.stage(), parts.as_slice()) {
            (Some(Stage::Customers), [customer]) => {
                let level = confirmed.ids.get("level").and_then(|name| Package::parse(name));
                standing.customers.insert(customer.clone(), level);
            }
            (Some(Stage::Locations), [customer, name]) => {
                standing.locations.insert((customer.clone(), name.clone()));
            }
            (Some(Stage::Users), [email]) => {
                standing.users.insert(email.clone());
            }
            _ => {}
        }
    }
    standing
}

/// What earlier runs have learnt of the Webex that a run would talk to.
pub(super) fn learnt(workspace: &Workspace, settings: &Settings) -> anyhow::Result<Vec<(String, f64)>> {
    let webex = provider::name(settings);
    if workspace.has_state() { Sqlite::open(&workspace.journal())?.learned(&webex) } else { Ok(Vec::new()) }
}
