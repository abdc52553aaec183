//! Text as a templates file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use turnup::template;

fuzz_target!(|text: &str| {
    let (templates, found) = template::read("templates.toml", text);
    let lines = u32::try_from(text.lines().count()).expect("inputs are short");
    for finding in found {
        assert!(finding.place.row.is_none_or(|row| row <= lines + 1));
    }
    assert!(templates.unreadable.is_none() || templates.names().next().is_none());
});
