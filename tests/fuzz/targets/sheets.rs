//! Bytes as a CSV file of every kind: encoding, dialect, header, cells.
#![no_main]

use libfuzzer_sys::fuzz_target;
use turnup::model::SheetKind;
use turnup::sheet::{self, Options, Sheets, UserReader};

fuzz_target!(|bytes: &[u8]| {
    let mut found = Vec::new();
    let options = Options::default();
    let [customers, locations, users] =
        SheetKind::ALL.map(|kind| sheet::parse(kind, &sheet::file_name(kind), bytes.to_vec(), &options, &mut found));
    let sheets = Sheets { customers, locations, users, found };
    let (_, mut found) = sheet::rows(&sheets);
    let mut reader = UserReader::new(&sheets.users);
    for row in 0..sheets.users.row_count() {
        reader.read(row, &mut found);
        assert!(!sheets.users.cells(row).is_empty(), "a row that counts has cells");
    }
    assert_eq!(sheet::repaired(&sheets.users, &[]).len(), sheet::repaired(&sheets.locations, &[]).len());
});
