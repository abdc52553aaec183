//! `turnup check --online`: Cisco's own precheck for the rows that are clean.

use super::inputs::Inputs;
use super::{Console, provider};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::SheetKind;
use crate::plan::{Known, Plan, Source};
use crate::run::{self, Complaint};
use crate::settings::Settings;
use crate::sheet::{Sheets, customers, locations, users};
use crate::workspace::Workspace;

/// Who is asked about the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Nobody; the rules decide.
    Nobody,
    /// Webex too, for the rows that are clean.
    Webex,
}

/// What Cisco's precheck says of the rows that a plan would create.
pub(super) async fn asked(
    workspace: &Workspace,
    settings: &Settings,
    inputs: &Inputs,
    plan: &Plan,
    known: &Known,
    console: &Console<'_>,
) -> anyhow::Result<Vec<Diagnostic>> {
    provider::look(settings)?;
    let provider = provider::Provider::connect(workspace, settings, &console.clock.run_id()).await?;
    let client = provider.client();
    let complaints = run::precheck(plan, known, &client, client.in_flight() * 2).await?;
    Ok(findings(&inputs.sheets, &complaints))
}

/// A finding for every row that Cisco's precheck complains of, at the cell that names it.
fn findings(sheets: &Sheets, complaints: &[(Source, Complaint)]) -> Vec<Diagnostic> {
    let finding = |(source, complaint): &(Source, Complaint)| {
        let header = match source.sheet {
            SheetKind::Customers => customers::EXTERNAL_ID.spec.header,
            SheetKind::Locations => locations::NAME.spec.header,
            SheetKind::Users => users::EMAIL.spec.header,
        };
        let (code, reason) = match complaint {
            Complaint::Refused(reason) => (Code::PrecheckRefused, reason),
            Complaint::Unanswered(reason) => (Code::PrecheckUnanswered, reason),
        };
        let sheet = sheets.get(source.sheet);
        let found = Diagnostic::new(code, sheet.place(source.index, Some(header)));
        found.value(sheet.cell(source.index, header)).with("reason", reason)
    };
    complaints.iter().map(finding).collect()
}
