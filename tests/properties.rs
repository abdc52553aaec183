//! No input panics, and what is said of it points into it: arbitrary bytes as sheets, templates, settings and numbers.

use proptest::prelude::*;
use turnup::check::{HoldBack, Material, Rulebook, Standing, check};
use turnup::diagnostic::Severity;
use turnup::model::{Email, Extension, NumberRange, Phone, SheetKind, Tables};
use turnup::plan::{Known, plan};
use turnup::report::{FindingsFormat, findings};
use turnup::sheet::{Options, Sheets, blank, parse, rows};
use turnup::text::Lang;
use turnup::{settings, template};

const TEMPLATES: &str = "[templates.eu]\nprovisioning_id = \"x\"\nsupported_location = true\n";

/// Pieces that sheets are made of, so that arbitrary text gets past the header now and then.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("c1".to_owned()),
        Just("eu".to_owned()),
        Just("PT".to_owned()),
        Just("webex_calling;webex_meetings".to_owned()),
        Just("webex_calling".to_owned()),
        Just("ana@acme.pt".to_owned()),
        Just("+351211234567".to_owned()),
        Just("+351211234500-+351211234509".to_owned()),
        Just("5.51199E+12".to_owned()),
        Just("Europe/Lisbon".to_owned()),
        Just("REMOVE".to_owned()),
        Just("\"".to_owned()),
        any::<String>(),
    ]
}

fn sheet_text(kind: SheetKind) -> impl Strategy<Value = Vec<u8>> {
    let columns = turnup::sheet::specs(kind).len();
    let rows = prop::collection::vec(prop::collection::vec(cell(), 0..columns + 2), 0..6);
    let like_a_sheet = rows.prop_map(move |rows| {
        let lines = rows.into_iter().map(|row| row.join(",") + "\n");
        (blank(kind) + &lines.collect::<String>()).into_bytes()
    });
    prop_oneof![4 => like_a_sheet, 1 => prop::collection::vec(any::<u8>(), 0..300)]
}

/// Reads, checks, plans and writes three sheets, and looks at what must always hold.
fn is_sound(texts: &[Vec<u8>; 3]) -> Result<(), TestCaseError> {
    let (mut found, options) = (Vec::new(), Options::default());
    let mut read =
        |kind: SheetKind, text: &[u8]| parse(kind, &format!("{kind}.csv"), text.to_vec(), &options, &mut found);
    let customers = read(SheetKind::Customers, &texts[0]);
    let locations = read(SheetKind::Locations, &texts[1]);
    let users = read(SheetKind::Users, &texts[2]);
    let sheets = Sheets { customers, locations, users, found };
    let (templates, _) = template::read("templates.toml", TEMPLATES);
    let (rows, of_cells) = rows(&sheets);
    let (standing, rulebook) = (Standing::default(), Rulebook::default());
    let material =
        Material { sheets: &sheets, rows: &rows, templates: &templates, standing: &standing, rulebook: &rulebook };
    let checked = check(&material, HoldBack::Row, of_cells);
    let verdicts = &checked.verdicts;
    let judged = verdicts.clean() + verdicts.rejected() + verdicts.blocked() + verdicts.skipped();
    prop_assert_eq!(judged, sheets.row_count());
    let steps = plan(&checked.batch(), &Known::default()).steps;
    let ids: std::collections::HashSet<_> = steps.iter().map(|step| &step.id).collect();
    prop_assert_eq!(ids.len(), steps.len(), "every step has a key of its own");
    let findings_drawn = checked.findings();
    for weight in [Severity::Error, Severity::Warning, Severity::Notice] {
        let drawn = findings_drawn.iter().filter(|finding| finding.severity == weight).count();
        prop_assert_eq!(drawn, checked.count(weight), "what is counted is drawn");
    }
    for finding in &findings_drawn {
        let sheet = finding.place.sheet.and_then(SheetKind::from_name).map(|kind| sheets.get(kind));
        if let (Some(sheet), Some(row)) = (sheet, finding.place.row) {
            let is_of_the_header = sheet.number(0).is_none_or(|first| row < first);
            prop_assert!(sheet.row_of(row).is_some() || is_of_the_header, "{finding:?}");
        }
    }
    for format in [FindingsFormat::Text, FindingsFormat::Json, FindingsFormat::Csv] {
        let mut page = Vec::new();
        findings(format, &checked, None, Lang::En, false, &mut page)?;
        prop_assert!(!page.is_empty());
        if format == FindingsFormat::Json {
            serde_json::from_slice::<serde_json::Value>(&page).expect("the JSON form is JSON");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_sheets_can_be_checked_planned_and_reported(
        customers in sheet_text(SheetKind::Customers),
        locations in sheet_text(SheetKind::Locations),
        users in sheet_text(SheetKind::Users),
    ) {
        is_sound(&[customers, locations, users])?;
    }

    #[test]
    fn row_numbers_rise(text in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b','), Just(b'"'), any::<u8>()], 0..200)) {
        let sheet = parse(SheetKind::Users, "users.csv", text, &Options::default(), &mut Vec::new());
        let numbers: Vec<_> = (0..sheet.row_count()).map(|row| sheet.number(row)).collect();
        prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn any_templates_and_settings_can_be_read(text in any::<String>()) {
        template::read("templates.toml", &text);
        settings::read("turnup.toml", &text);
        template::read("templates.toml", &format!("[templates.x]\n{text}"));
        settings::read("turnup.toml", &format!("[api]\n{text}"));
    }

    #[test]
    fn any_text_can_be_tried_as_a_value(text in any::<String>()) {
        let _ = Email::parse(&text);
        let _ = Extension::parse(&text);
        let _ = Phone::read(&text, Tables::get().country("BR"));
        let _ = NumberRange::parse(&text);
        if let Some(phone) = Phone::from_e164(&text) {
            prop_assert_eq!(phone.to_string(), text);
        }
    }
}
