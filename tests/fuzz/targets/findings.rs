//! Text as the users sheet of a good workspace: every finding is found, drawn with its span, and written in every form.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use turnup::check::{self, HoldBack, Material, Rulebook, Standing};
use turnup::model::SheetKind;
use turnup::report::{self, FindingsFormat};
use turnup::sheet::{self, Options, Sheets};
use turnup::template::{self, Templates};
use turnup::text::Lang;

const CUSTOMERS: &str = include_str!("../../../samples/acme/customers.csv");
const LOCATIONS: &str = include_str!("../../../samples/acme/locations.csv");
static TEMPLATES: LazyLock<Templates> =
    LazyLock::new(|| template::read("templates.toml", include_str!("../../../samples/acme/templates.toml")).0);

fuzz_target!(|bytes: &[u8]| {
    let mut found = Vec::new();
    let mut sheet = |kind: SheetKind, bytes: &[u8]| {
        sheet::parse(kind, &sheet::file_name(kind), bytes.to_vec(), &Options::default(), &mut found)
    };
    let (customers, locations) =
        (sheet(SheetKind::Customers, CUSTOMERS.as_bytes()), sheet(SheetKind::Locations, LOCATIONS.as_bytes()));
    let users = sheet(SheetKind::Users, bytes);
    let sheets = Sheets { customers, locations, users, found };
    let (rows, found) = sheet::rows(&sheets);
    let (standing, rulebook) = (Standing::default(), Rulebook::default());
    let material =
        Material { sheets: &sheets, rows: &rows, templates: &TEMPLATES, standing: &standing, rulebook: &rulebook };
    let checked = check::check(&material, HoldBack::Row, found);
    for finding in checked.findings() {
        let (from, to) = finding.span.unwrap_or_default();
        assert!(from <= to);
    }
    for (format, lang) in
        [(FindingsFormat::Text, Lang::PtBr), (FindingsFormat::Csv, Lang::En), (FindingsFormat::Json, Lang::En)]
    {
        report::findings(format, &checked, None, lang, false, &mut Vec::new()).expect("memory takes everything");
    }
});
