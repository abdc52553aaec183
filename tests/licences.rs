//! Every crate that turnup is built from, in any configuration and on any system: where it comes from, and under which
//! terms. Reads what cargo resolved; asks no network.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Terms that ask for no more than a notice. `BSL-1.0` is Boost's; the Business Source License is `BUSL-1.1`.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// A second TLS, HTTP or SQLite stack.
const BANNED: &[&str] =
    &["aws-lc-rs", "aws-lc-sys", "native-tls", "oauth2", "openssl", "openssl-sys", "sqlx", "sqlx-core"];

/// Large, or with state of their own: two versions would be two runtimes, two pools, two sets of types.
const ONCE: &[&str] = &[
    "axum",
    "clap",
    "http",
    "hyper",
    "regex",
    "reqwest",
    "ring",
    "rusqlite",
    "rustls",
    "serde",
    "serde_json",
    "tokio",
    "toml",
    "tracing",
];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

struct Crate {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Every crate reachable from turnup, all features and all systems, turnup itself left out.
fn crates() -> Vec<Crate> {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--all-features"];
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest say where the project is");
    let run = Command::new(cargo).args(arguments).current_dir(root).output();
    let run = run.expect("cargo runs this test, so cargo is there");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "cargo cannot tell the crates; `cargo fetch --locked` loads them all: {said}");
    reachable(&serde_json::from_slice(&run.stdout).expect("cargo writes JSON"))
}

fn reachable(metadata: &Value) -> Vec<Crate> {
    let edges: BTreeMap<&str, Vec<&str>> = list(&metadata["resolve"]["nodes"])
        .map(|node| (text(&node["id"]), list(&node["dependencies"]).map(text).collect()))
        .collect();
    let root = text(&metadata["resolve"]["root"]);
    let mut seen = BTreeSet::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(&edges[id]);
        }
    }
    let packages = list(&metadata["packages"])
        .filter(|package| text(&package["id"]) != root && seen.contains(text(&package["id"])));
    packages.map(read).collect()
}

fn read(package: &Value) -> Crate {
    let maybe = |key: &str| package[key].as_str().map(str::to_owned);
    Crate {
        name: text(&package["name"]).to_owned(),
        version: text(&package["version"]).to_owned(),
        license: maybe("license"),
        source: maybe("source"),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What is wrong with one crate.
fn faults(one: &Crate) -> Vec<String> {
    let name = format!("{} {}", one.name, one.version);
    let mut faults = Vec::new();
    match one.license.as_deref().map(|license| (license, is_allowed(license))) {
        None => faults.push(format!("{name} names no licence")),
        Some((license, Err(why))) => faults.push(format!("{name}: cannot read `{license}`: {why}")),
        Some((license, Ok(false))) => faults.push(format!("{name}: `{license}` is not among the allowed terms")),
        Some((_, Ok(true))) => {}
    }
    if one.source.as_deref() != Some(REGISTRY) {
        faults.push(format!("{name} does not come from crates.io but from {:?}", one.source));
    }
    if BANNED.contains(&one.name.as_str()) {
        faults.push(format!("{name} is banned"));
    }
    faults
}

/// Crates of `ONCE` that stand in the graph twice.
fn doubled(crates: &[Crate]) -> Vec<String> {
    let versions =
        |name: &str| crates.iter().filter(|one| one.name == name).map(|one| one.version.as_str()).collect::<Vec<_>>();
    let twice = ONCE.iter().map(|name| (name, versions(name))).filter(|(_, versions)| versions.len() > 1);
    twice.map(|(name, versions)| format!("{name} is there as {}", versions.join(" and "))).collect()
}

/// Can an SPDX expression be satisfied with allowed terms alone? `/` is the old way to write `OR`.
fn is_allowed(expression: &str) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let allowed = either(&mut rest)?;
    if let Some(word) = rest.first() { Err(format!("`{word}` was not expected")) } else { Ok(allowed) }
}

/// `AND` binds closer than `OR`.
fn either(rest: &mut &[&str]) -> Result<bool, String> {
    let mut allowed = both(rest)?;
    while skip(rest, "OR") {
        allowed |= both(rest)?;
    }
    Ok(allowed)
}

fn both(rest: &mut &[&str]) -> Result<bool, String> {
    let mut allowed = term(rest)?;
    while skip(rest, "AND") {
        allowed &= term(rest)?;
    }
    Ok(allowed)
}

fn term(rest: &mut &[&str]) -> Result<bool, String> {
    if skip(rest, "(") {
        let allowed = either(rest)?;
        return if skip(rest, ")") { Ok(allowed) } else { Err("a parenthesis stays open".to_owned()) };
    }
    let name = identifier(rest)?;
    if skip(rest, "WITH") {
        let exception = identifier(rest)?;
        return Ok(ALLOWED.contains(&format!("{name} WITH {exception}").as_str()));
    }
    Ok(ALLOWED.contains(&name))
}

fn skip(rest: &mut &[&str], word: &str) -> bool {
    let is_next = rest.first() == Some(&word);
    if is_next {
        *rest = &rest[1..];
    }
    is_next
}

fn identifier<'a>(rest: &mut &[&'a str]) -> Result<&'a str, String> {
    match rest.split_first() {
        Some((name, tail)) if !matches!(*name, "AND" | "OR" | "WITH" | "(" | ")") => {
            *rest = tail;
            Ok(name)
        }
        found => Err(format!("a licence was expected, not {}", found.map_or("the end", |(word, _)| word))),
    }
}

#[test]
fn every_crate_is_free_and_from_the_registry() {
    let crates = crates();
    for expected in ["serde", "tokio", "proptest", "ring", "windows-sys"] {
        assert!(crates.iter().any(|one| one.name == expected), "{expected} was not seen, so others may be missing too");
    }
    let faults: Vec<String> = crates.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(doubled(&crates), [""; 0]);
}

#[test]
fn expressions_are_read() {
    let allowed = [
        "MIT",
        "MIT OR GPL-3.0-only",
        "MPL-2.0/MIT",
        "Apache-2.0 / GPL-2.0",
        "GPL-3.0-only OR MIT AND ISC",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "((MIT))",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        "BSL-1.0",
    ];
    let refused = [
        "MPL-2.0",
        "MIT AND MPL-2.0",
        "BUSL-1.1",
        "AGPL-3.0-only OR LGPL-2.1-or-later",
        "(GPL-2.0 OR MPL-2.0) AND MIT",
        "MIT AND GPL-2.0 OR MPL-2.0",
        "GPL-2.0 WITH Classpath-exception-2.0",
        "MIT WITH LLVM-exception",
        "mit",
    ];
    let broken = ["", "MIT OR", "(MIT", "MIT)", "MIT Apache-2.0", "AND MIT", "MIT WITH", "()"];
    assert!(allowed.iter().all(|text| is_allowed(text) == Ok(true)), "{:?}", allowed.map(is_allowed));
    assert!(refused.iter().all(|text| is_allowed(text) == Ok(false)), "{:?}", refused.map(is_allowed));
    assert!(broken.iter().all(|text| is_allowed(text).is_err()), "{:?}", broken.map(is_allowed));
}

#[test]
fn each_fault_is_named() {
    let one = |name: &str, license: Option<&str>, source: Option<&str>| Crate {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        license: license.map(str::to_owned),
        source: source.map(str::to_owned),
    };
    assert_eq!(faults(&one("a", Some("MIT"), Some(REGISTRY))), [""; 0]);
    assert_eq!(faults(&one("a", None, Some(REGISTRY))), ["a 1.0.0 names no licence"]);
    assert_eq!(
        faults(&one("a", Some("MPL-2.0"), Some(REGISTRY))),
        ["a 1.0.0: `MPL-2.0` is not among the allowed terms"]
    );
    assert_eq!(faults(&one("oauth2", Some("MIT"), Some(REGISTRY))), ["oauth2 1.0.0 is banned"]);
    assert_eq!(faults(&one("a", Some("MIT"), Some("git+https://example.org/a"))).len(), 1);
    assert_eq!(faults(&one("a", Some("MIT"), None)).len(), 1);
    let twice =
        [one("tokio", None, None), one("bit-set", None, None), one("tokio", None, None), one("bit-set", None, None)];
    assert_eq!(doubled(&twice), ["tokio is there as 1.0.0 and 1.0.0"]);
}

#[test]
fn only_what_is_reachable_counts() {
    let metadata = serde_json::json!({
        "resolve": { "root": "t", "nodes": [
            { "id": "t", "dependencies": ["a"] }, { "id": "a", "dependencies": ["b", "a"] },
            { "id": "b", "dependencies": [] }, { "id": "c", "dependencies": [] },
        ]},
        "packages": [{ "id": "t", "name": "t" }, { "id": "a", "name": "a" }, { "id": "b", "name": "b" }, { "id": "c", "name": "c" }],
    });
    assert_eq!(reachable(&metadata).iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}
