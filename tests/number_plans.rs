//! The table of number plans against the metadata inside the phone library that `Cargo.lock` names. `TURNUP_BLESS=1`
//! writes the table anew, which a new version of the library asks for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use prost::Message;
use rlibphonenumber::{PhoneMetadata, PhoneMetadataCollection, PhoneNumberDesc};

/// Kept in the order of calling codes and regions.
const TABLE: &str = "src/model/data/number_plans.csv";

/// Where cargo keeps the sources of the phone library.
fn library(root: &Path) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline"];
    let run = Command::new(cargo).args(arguments).current_dir(root).output().expect("cargo runs this test");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "cargo cannot tell the crates; `cargo fetch --locked` loads them all: {said}");
    let metadata: serde_json::Value = serde_json::from_slice(&run.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    let library = packages.iter().find(|package| package["name"] == "rlibphonenumber").expect("it is in Cargo.toml");
    let manifest = Path::new(library["manifest_path"].as_str().expect("every package has a manifest"));
    manifest.parent().expect("a manifest is in a folder").to_owned()
}

#[expect(deprecated, reason = "the fields are empty inside the library, but filled in what it decodes")]
fn parts(metadata: &PhoneMetadata) -> Vec<(&'static str, String, String)> {
    let text = |part, pattern: &str| (part, String::new(), pattern.to_owned());
    let kinds: [(&str, &Option<PhoneNumberDesc>); 11] = [
        ("general", &metadata.general_desc),
        ("premium_rate", &metadata.premium_rate),
        ("toll_free", &metadata.toll_free),
        ("shared_cost", &metadata.shared_cost),
        ("voip", &metadata.voip),
        ("personal_number", &metadata.personal_number),
        ("pager", &metadata.pager),
        ("uan", &metadata.uan),
        ("voicemail", &metadata.voicemail),
        ("fixed_line", &metadata.fixed_line),
        ("mobile", &metadata.mobile),
    ];
    let kind = |(part, desc): (&'static str, &Option<PhoneNumberDesc>)| {
        let desc = desc.as_ref()?;
        let lengths: Vec<String> = desc.possible_length.iter().map(ToString::to_string).collect();
        Some((part, lengths.join("|"), desc.national_number_pattern().to_owned()))
    };
    let mut parts =
        vec![text("prefix", metadata.national_prefix_for_parsing()), text("leading_digits", metadata.leading_digits())];
    parts.extend(kinds.into_iter().filter_map(kind));
    // Every pattern is wrapped to match a whole number.
    for (_, _, pattern) in &mut parts {
        let bare = pattern.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$")).unwrap_or(pattern);
        *pattern = bare.to_owned();
    }
    // -1 stands for a kind that the region has not.
    parts.retain(|(_, lengths, pattern)| !pattern.is_empty() && lengths != "-1");
    parts
}

fn table(metadata: &PhoneMetadataCollection) -> String {
    let mut rows: BTreeMap<(i32, String), Vec<[String; 5]>> = BTreeMap::new();
    for metadata in &metadata.metadata {
        let key = (metadata.country_code(), metadata.id.clone());
        let row = |(part, lengths, pattern): (&str, String, String)| {
            [key.0.to_string(), key.1.clone(), part.to_owned(), lengths, pattern]
        };
        rows.insert(key.clone(), parts(metadata).into_iter().map(row).collect());
    }
    let source =
        b"# The number plans of Google's libphonenumber (Apache-2.0), as the crate rlibphonenumber carries them;\n\
                   # written by tests/number_plans.rs.\n";
    let mut writer = csv::Writer::from_writer(source.to_vec());
    writer.write_record(["calling_code", "region", "part", "lengths", "pattern"]).expect("memory takes it");
    for row in rows.values().flatten() {
        writer.write_record(row).expect("memory takes it");
    }
    String::from_utf8(writer.into_inner().expect("memory takes it")).expect("patterns are ASCII")
}

#[test]
fn the_table_is_what_the_phone_library_has() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the project is"));
    let bytes = fs::read(library(&root).join("src/generated/metadata/metadata.bin"))
        .expect("the library carries its metadata; if it moved, say here where to");
    let metadata = PhoneMetadataCollection::decode(bytes.as_slice()).expect("it is the library's own form");
    let made = table(&metadata);
    assert!(made.lines().count() > 1_000, "every country has a few patterns");
    let path = root.join(TABLE);
    if std::env::var_os("TURNUP_BLESS").is_some() {
        fs::write(&path, made).expect("the test may write here");
        return;
    }
    let kept = fs::read_to_string(&path).expect("there is a table");
    assert!(kept == made, "{TABLE} differs from the library's metadata; TURNUP_BLESS=1 writes it anew");
}
