//! Bytes as an XLSX workbook.
#![no_main]

use libfuzzer_sys::fuzz_target;
use turnup::sheet::workbook;

fuzz_target!(|bytes: &[u8]| {
    workbook::kind(bytes);
    for names in [&[][..], &["customers", "locations", "users"]] {
        for tab in workbook::read(bytes, names).into_iter().flatten() {
            assert!(std::str::from_utf8(&tab.csv).is_ok());
            assert!(tab.typed.is_sorted_by_key(|cell| (cell.row, cell.column)));
        }
    }
});
