//! Text as settings with a mapping, severities and lists, and a sheet read by it: settings before the first zero byte,
//! the sheet behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use turnup::model::SheetKind;
use turnup::settings;
use turnup::sheet::{self, Options};

fuzz_target!(|text: &str| {
    let (toml, csv) = text.split_once('\0').unwrap_or((text, "email,E-mail\na@b.example,c\n"));
    let (file, _) = settings::read("turnup.toml", toml);
    let options = Options { mapping: file.mapping, ..Options::default() };
    let mut found = Vec::new();
    for kind in SheetKind::ALL {
        let sheet = sheet::parse(kind, &sheet::file_name(kind), csv.into(), &options, &mut found);
        assert_eq!(sheet.header.len(), sheet.uses.len());
    }
});
