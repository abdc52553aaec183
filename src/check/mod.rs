//! Stage 2: rows -> a batch that is proven valid.
//!
//! Checking never fails; it finds. Every rule sees every row, and no rule depends on another having run. Nothing
//! here reads a file or asks the provider; what was provisioned earlier comes in as [`Standing`].
//!
//! Customers and locations are held as rows, and what is found about them as findings. Of users only a short record is
//! held: findings about them are counted, and drawn again from the sheet when somebody asks for them.

mod batch;
mod checked;
mod claims;
mod context;
mod numbers;
mod people;
mod picked;
mod repeats;
mod rulebook;
mod rules;
mod tally;
mod users;
mod verdict;

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::Package;
use crate::sheet::{Rows, Sheets};
use crate::template::Templates;

pub use crate::sheet::RowRef;
pub use batch::{Batch, Deleted, Deletion, Sourced};
pub use checked::Checked;
pub use picked::Picked;
pub use rulebook::{Lists, Rulebook};
pub use verdict::{HoldBack, Verdict, Verdicts};

/// What earlier runs have provisioned, as far as the rules ask for it.
#[derive(Debug, Default)]
pub struct Standing {
    /// Customers by external id, with the level they were created with.
    pub customers: HashMap<String, Option<Package>>,
    /// Locations by customer and name.
    pub locations: HashSet<(String, String)>,
    /// Users by e-mail.
    pub users: HashSet<String>,
}

/// Everything that is judged, and what it is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    pub sheets: &'a Sheets,
    /// What [`sheet::rows`] read from the sheets.
    pub rows: &'a Rows,
    pub templates: &'a Templates,
    pub standing: &'a Standing,
    pub rulebook: &'a Rulebook,
}

/// Checks every row of the sheets. `found_before` is what reading templates, settings and cells has found.
pub fn check<'a>(material: &Material<'a>, hold_back: HoldBack, found_before: Vec<Diagnostic>) -> Checked<'a> {
    let mut found = found_before;
    found.extend(material.sheets.found.iter().cloned());
    let mut context = context::Context::new(material);
    found.extend(context.resolve_numbers());
    let people = people::People::new(&context);
    for rule in rules::RULES {
        rule(&context, &mut found);
    }
    for rule in rules::ADMINISTRATOR_RULES {
        rule(&context, &people, &mut found);
    }
    Checked::new(context, people, said_once(found), hold_back)
}

/// That a cell is stored as a number, and may have lost something, is no finding of its own where it is known what was lost.
fn said_once(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    const KNOWN: [Code; 4] = [Code::PhoneLostPlus, Code::PhoneLostZero, Code::PhoneAmbiguous, Code::PostalCodeLostZero];
    let is_stored = |finding: &Diagnostic| finding.code == Code::StoredAsNumber;
    if found.iter().any(is_stored) {
        let known: HashSet<Place> = found.iter().filter(|d| KNOWN.contains(&d.code)).map(|d| d.place.clone()).collect();
        found.retain(|finding| !is_stored(finding) || !known.contains(&finding.place));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SheetKind;
    use crate::sheet;

    const CUSTOMER: &str = "external_id,name,admin_email,template,packages,supported_location,address_line1,city,postal_code,\
                            country,timezone,numbers,action\n";
    const LOCATION: &str = "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers,action\n";
    const USER: &str =
        "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,action\n";
    const ACME: &str =
        "a,Acme,ana@a.example,t,webex_calling;webex_meetings,yes,Rua A,Lisboa,1100-148,PT,Europe/Lisbon,,\n";
    const PORTO: &str = "a,Porto,Rua B,Porto,4050-163,PT,Europe/Lisbon,,\n";
    const ANA: &str = "a,Ana,Silva,ana@a.example,webex_calling,Headquarters,,2001,\n";

    /// Findings and rows held back, as `place code` and `place < root`.
    fn told(customers: &str, locations: &str, users: &str) -> Vec<String> {
        told_after(customers, locations, users, Vec::new())
    }

    fn told_after(customers: &str, locations: &str, users: &str, found_before: Vec<Diagnostic>) -> Vec<String> {
        let mut found = Vec::new();
        let options = sheet::Options::default();
        let mut sheet = |kind: SheetKind, text: &str| {
            sheet::parse(kind, &sheet::file_name(kind), text.into(), &options, &mut found)
        };
        let (customers, locations, users) = (
            sheet(SheetKind::Customers, &format!("{CUSTOMER}{customers}")),
            sheet(SheetKind::Locations, locations),
            sheet(SheetKind::Users, &format!("{USER}{users}")),
        );
        let sheets = Sheets { customers, locations, users, found };
        let (templates, _) = crate::template::read("templates.toml", "[templates.t]\nprovisioning_id = \"x\"\n");
        let (rows, of_cells) = sheet::rows(&sheets);
        let (standing, rulebook) = (Standing::default(), Rulebook::default());
        let material =
            Material { sheets: &sheets, rows: &rows, templates: &templates, standing: &standing, rulebook: &rulebook };
        let checked = check(&material, HoldBack::Row, [found_before, of_cells].concat());
        let mut told: Vec<String> = checked.findings().iter().map(|d| format!("{} {}", d.place, d.code)).collect();
        for kind in SheetKind::ALL {
            for index in 0..sheets.get(kind).row_count() {
                if let Verdict::Blocked(root) = checked.verdict(RowRef { sheet: kind, index }) {
                    told.push(format!("{} < {root}", sheets.get(kind).place(index, None)));
                }
            }
        }
        told
    }

    #[test]
    fn good_rows_have_no_finding() {
        assert_eq!(told(ACME, &format!("{LOCATION}{PORTO}"), ANA), Vec::<String>::new());
    }

    #[test]
    fn a_row_that_is_left_out_stands_for_no_other() {
        let left_out = ACME.replace(",\n", ",skip\n");
        assert_eq!(told(&format!("{left_out}{ACME}"), LOCATION, ANA), Vec::<String>::new());
    }

    #[test]
    fn nobody_is_seated_while_the_branches_cannot_be_read() {
        let rui = "a,Rui,Abrantes,rui@a.example,webex_meetings,,,,\n";
        assert_eq!(
            told(ACME, "", &format!("{ANA}{rui}")),
            ["locations.csv F105", "users.csv:2 < locations.csv", "users.csv:3 < locations.csv"]
        );
    }

    #[test]
    fn settings_that_cannot_be_read_hold_everything_back() {
        let place = Place { row: Some(2), ..Place::file(&"turnup.toml".into(), None) };
        let found = vec![Diagnostic::new(Code::SettingsMalformed, place)];
        let told = told_after(ACME, LOCATION, ANA, found);
        assert_eq!(told, ["turnup.toml:2 F111", "customers.csv:2 < turnup.toml:2", "users.csv:2 < turnup.toml:2"]);
    }

    #[test]
    fn rows_that_stand_twice_are_found_once() {
        let acme = ACME.replace("Lisbon,", "Lisbon,+351211234500");
        assert_eq!(told(&format!("{acme}{acme}"), LOCATION, ANA), ["customers.csv:3 L301"]);
        let porto = PORTO.replace("Lisbon,", "Lisbon,+351221234500");
        assert_eq!(told(ACME, &format!("{LOCATION}{porto}{porto}"), ANA), ["locations.csv:3 L302"]);
    }

    #[test]
    fn every_wrong_part_of_a_list_is_found() {
        let wrong = ACME.replace("webex_calling;webex_meetings", "webex_calling;webex_caling;x");
        let found = ["customers.csv:2 C214", "customers.csv:2 C214", "users.csv:2 < customers.csv:2"];
        assert_eq!(told(&wrong, LOCATION, ANA), found);
    }

    #[test]
    fn cells_without_effect_collide_with_nothing() {
        let rui = "a,Rui,Abrantes,rui@a.example,webex_meetings,,,2001,\n";
        assert_eq!(told(ACME, LOCATION, &format!("{ANA}{rui}")), ["users.csv:3 P509"]);
    }

    #[test]
    fn a_required_cell_cannot_be_cleared() {
        assert_eq!(told(ACME, LOCATION, &ANA.replace("Silva", "REMOVE")), ["users.csv:2 C201"]);
    }

    #[test]
    fn an_open_quote_is_the_only_finding_of_its_row() {
        let open = "a,Rui,Abrantes,rui@a.example,webex_calling,Headquarters,,2002,\"\na,b,c\n";
        assert_eq!(told(ACME, LOCATION, &format!("{ANA}{open}")), ["users.csv:3 F107"]);
    }
}
