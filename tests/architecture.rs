//! The shape of the project, checked on its own source: who may use whom, where each outside crate lives, what pure
//! modules never touch, and how long a function may be. Reads source as text; knows nothing of types.

#[path = "architecture/scan.rs"]
mod scan;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path as FilePath;

use scan::{Path, functions, paths, tokens};

/// Left may use right, nothing else. `settings` reads the config structs that every module owns for itself. Tests
/// inside `src` follow the same table; a test that needs more belongs into `tests`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("model", &[]),
    ("workspace", &[]),
    ("log", &["text"]),
    ("diagnostic", &["text"]),
    ("template", &["model", "diagnostic"]),
    ("sheet", &["template", "model", "diagnostic", "text"]),
    ("check", &["sheet", "template", "model", "diagnostic"]),
    ("plan", &["check", "model", "diagnostic"]),
    ("journal", &["plan", "model", "diagnostic"]),
    ("api", &["plan", "model", "diagnostic"]),
    ("simulator", &["api::wire", "model"]),
    ("run", &["plan", "journal", "api", "model", "diagnostic"]),
    ("export", &["api", "plan", "sheet", "model"]),
    // The verdicts of `check` are outcomes too: rejected and blocked rows have no step in any plan.
    ("report", &["journal", "plan", "check", "sheet", "diagnostic", "model", "text"]),
    ("settings", ANY),
    ("pipeline", STAGES_AND_SETTINGS),
    ("review", PIPELINE_AND_BELOW),
    ("nightly", PIPELINE_AND_BELOW),
    ("cluster", PIPELINE_AND_BELOW),
    // Hands on what was typed, in the words of those who take it.
    ("cli", &["settings", "pipeline", "nightly", "check", "report", "text", "log"]),
    ("main", &["cli", "settings", "pipeline", "review", "nightly", "cluster", "simulator", "log"]),
    // Lists the modules and says how they fit together.
    ("lib", &[]),
];

const ANY: &[&str] = &["*"];

const STAGES_AND_SETTINGS: &[&str] = &[
    "text",
    "model",
    "diagnostic",
    "template",
    "sheet",
    "check",
    "plan",
    "journal",
    "api",
    "simulator",
    "run",
    "export",
    "report",
    "settings",
    "workspace",
];

const PIPELINE_AND_BELOW: &[&str] = &[
    "pipeline",
    "text",
    "model",
    "diagnostic",
    "template",
    "sheet",
    "check",
    "plan",
    "journal",
    "api",
    "simulator",
    "run",
    "export",
    "report",
    "settings",
    "workspace",
];

/// Modules that are functions from values to values: no clock, no files, no environment, no threads.
const PURE: &[&str] = &["model", "diagnostic", "text", "template", "check", "plan"];

const NEVER_IN_PURE: &[&str] =
    &["anyhow", "tokio", "std::fs", "std::env", "std::net", "std::process", "std::thread", "std::time::Instant"];

/// Where an outside crate, or a door to the outside world, may be used: a module, or one file of it.
const HOMES: &[(&str, &[&str])] = &[
    ("axum", &["simulator", "review"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli/pages"]),
    ("clap_mangen", &["cli/pages"]),
    // The embedded tables of `model` are comma-separated text.
    ("regex_automata", &["model/number_plan"]),
    ("rust_xlsxwriter", &["sheet/blank_workbook", "report/workbook"]),
    ("quick_xml", &["sheet/workbook"]),
    ("zip", &["sheet/workbook"]),
    ("itoa", &["model"]),
    ("getrandom", &["review/door"]),
    ("memchr", &["sheet"]),
    ("encoding_rs", &["sheet"]),
    ("chardetng", &["sheet"]),
    ("csv", &["sheet", "report", "model/tables"]),
    ("indicatif", &["run/progress"]),
    ("maud", &["report/html", "review"]),
    ("rayon", &["sheet", "check", "report/results"]),
    ("reqwest", &["api", "nightly/notify"]),
    ("lettre", &["nightly/notify"]),
    ("prometheus_client", &["nightly/metrics"]),
    ("rusqlite", &["journal/sqlite"]),
    ("tracing_subscriber", &["log"]),
    ("tokio", &["main", "run", "api", "simulator", "review", "pipeline", "nightly"]),
    // The clock of rehearsals, and who is at the keyboard.
    ("std::env", &["main", "settings", "pipeline/clock"]),
    ("std::fs", FILES),
    // The time of day; `Instant` measures spans and is free. `jiff` may carry times anywhere, and tell them here.
    ("std::time::SystemTime", CLOCK),
];

const FILES: &[&str] = &[
    "sheet",
    "journal",
    "simulator/server",
    "export",
    "report",
    "workspace",
    "settings",
    "pipeline",
    "review",
    "nightly",
    "cluster",
];

const CLOCK: &[&str] =
    &["main", "settings", "pipeline", "review", "nightly", "cluster", "simulator/server", "api/sort"];

/// Macros that have no place, and the only file name that may have them.
const BANNED_MACROS: &[(&str, Option<&str>)] = &[
    ("todo", None),
    ("unimplemented", None),
    ("dbg", None),
    ("print", Some("print.rs")),
    ("println", Some("print.rs")),
    ("eprint", Some("print.rs")),
    ("eprintln", Some("print.rs")),
];

const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 500;

/// Tables may be long; logic may not.
const TABLES: &[(&str, &str)] = &[
    ("src/text/en.rs", "every sentence that turnup says"),
    ("src/text/pt_br.rs", "every sentence that turnup says, in Portuguese"),
    ("src/text/phrases.rs", "every phrase, in Portuguese"),
    ("src/text/pages.rs", "every phrase of the review, in Portuguese"),
    ("src/text/retold.rs", "every error and every reason, in Portuguese"),
    ("src/sheet/columns.rs", "every column of every sheet"),
];

/// A file of this project: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The path below `src` that a place in `HOMES` names: `run/progress`, or `plan` for `plan/mod.rs`.
    fn place(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let bare = inside.strip_suffix(".rs").unwrap_or(inside);
        bare.strip_suffix("/mod").unwrap_or(bare)
    }

    fn module(&self) -> &str {
        self.place().split('/').next().unwrap_or_default()
    }

    /// How many modules deep its items are; `main` and `lib` are the root.
    fn depth(&self) -> usize {
        if matches!(self.place(), "main" | "lib") { 0 } else { self.place().split('/').count() }
    }

    fn is_in(&self, home: &str) -> bool {
        self.place().strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Every Rust file below a folder of the project, in order of its path.
fn sources(folder: &str) -> Vec<Source> {
    // Asked at run time: two clones that share a target folder share this binary too.
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest say where the project is");
    let root = FilePath::new(&root);
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is part of the project") {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside =
                    path.strip_prefix(root).expect("it is below the root").to_string_lossy().replace('\\', "/");
                found.push(Source { path: inside, text: fs::read_to_string(&path).expect("source is text") });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// What a path of ours names, from the root of the crate; `None` for paths of others and within a module.
fn inside<'a>(source: &Source, path: &Path<'a>) -> Option<Vec<&'a str>> {
    let supers = path.segments.iter().skip_while(|part| **part == "self").take_while(|part| **part == "super").count();
    let from_root = supers > 0 && supers >= source.depth() + path.nesting;
    match path.segments[0] {
        "crate" | "turnup" => Some(path.segments[1..].to_vec()),
        _ if from_root => {
            Some(path.segments.iter().filter(|part| !matches!(**part, "self" | "super")).copied().collect())
        }
        _ => None,
    }
}

/// Does a path lead to what a rule names? A glob or a bare parent leads to everything below it.
fn reaches(path: &[&str], rule: &str) -> bool {
    let mut parts = path.iter();
    rule.split("::").all(|wanted| parts.next().is_none_or(|part| *part == wanted || *part == "*"))
}

/// Is a path within what the table grants?
fn is_granted(target: &[&str], granted: &[&str]) -> bool {
    let within = |grant: &str| grant.split("::").eq(target.iter().copied().take(grant.split("::").count()));
    granted.iter().any(|grant| *grant == "*" || within(grant))
}

fn directions(source: &Source) -> Vec<String> {
    let module = source.module();
    let Some((_, granted)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
        return vec![format!("`{module}` is not in the table of allowed directions ({})", source.path)];
    };
    let tokens = tokens(&source.text);
    let used = paths(&tokens);
    let ours = used.iter().filter_map(|path| Some((path, inside(source, path)?)));
    let wrong = ours.filter(|(_, target)| target.first() != Some(&module) && !is_granted(target, granted));
    wrong.map(|(path, target)| forbidden(module, &target, granted, source, path.line)).collect()
}

fn forbidden(module: &str, target: &[&str], granted: &[&str], source: &Source, line: usize) -> String {
    let top = target.first().copied().unwrap_or("crate");
    let only = granted.iter().find(|grant| grant.split("::").next() == Some(top));
    let only = only.map_or(String::new(), |grant| format!(" other than `{grant}`"));
    format!("`{module}` must not use `{top}`{only} ({}:{line})", source.path)
}

fn homes(source: &Source) -> Vec<String> {
    let tokens = tokens(&source.text);
    let mut wrong = Vec::new();
    for path in paths(&tokens) {
        let strays = HOMES
            .iter()
            .filter(|(guest, homes)| reaches(&path.segments, guest) && !homes.iter().any(|home| source.is_in(home)));
        wrong.extend(strays.map(|(guest, homes)| {
            format!("`{guest}` is at home in {}, not in {}:{}", homes.join(", "), source.path, path.line)
        }));
        let tells_time = matches!(path.segments[..], [.., "Timestamp" | "Zoned", "now"]);
        if tells_time && !CLOCK.iter().any(|home| source.is_in(home)) {
            wrong.push(format!("the time of day is passed in, not asked for in {}:{}", source.path, path.line));
        }
        let is_pace = source.place() == "api/pace" && path.segments[0] == "tokio";
        if is_pace && !matches!(path.segments[1..], ["time" | "test", ..]) {
            wrong.push(format!("the pace needs tokio's time and nothing else of it ({}:{})", source.path, path.line));
        }
    }
    wrong
}

fn purity(source: &Source) -> Vec<String> {
    if !PURE.contains(&source.module()) {
        return Vec::new();
    }
    let (module, tokens) = (source.module(), tokens(&source.text));
    let mut wrong = Vec::new();
    for path in paths(&tokens) {
        let doors = NEVER_IN_PURE.iter().filter(|door| reaches(&path.segments, door));
        wrong.extend(
            doors.map(|door| format!("`{module}` is pure and must not use `{door}` ({}:{})", source.path, path.line)),
        );
        if path.segments.last() == Some(&"now") {
            wrong.push(format!("`{module}` is pure and must not read a clock ({}:{})", source.path, path.line));
        }
    }
    wrong
}

fn manners(source: &Source) -> Vec<String> {
    let tokens = tokens(&source.text);
    let texts = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let mut wrong = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let banned = BANNED_MACROS.iter().any(|(name, home)| *name == token.text && *home != Some(file));
        if banned && texts(at + 1) == "!" && texts(at + 2) != "=" {
            wrong.push(format!("`{}!` has no place in {}:{}", token.text, source.path, token.line));
        }
        let mut attribute = tokens[at..].iter().take_while(|token| token.text != "]");
        if token.text == "#" && attribute.any(|token| token.text == "ignore") {
            wrong.push(format!("a test that is ignored is no test ({}:{})", source.path, token.line));
        }
        if token.text == "extern" && texts(at + 1) == "crate" {
            wrong.push(format!("`extern crate` hides a name from this test ({}:{})", source.path, token.line));
        }
    }
    wrong
}

fn lengths(source: &Source) -> Vec<String> {
    let tokens = tokens(&source.text);
    let long = functions(&tokens).into_iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
    let long = long.map(|f| {
        format!("`{}` has {} lines, {FUNCTION_LINES_MAX} are the most ({}:{})", f.name, f.lines, source.path, f.line)
    });
    long.collect()
}

fn file_length(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let is_table = TABLES.iter().any(|(path, _)| *path == source.path);
    if is_table || lines <= FILE_LINES_MAX {
        return Vec::new();
    }
    vec![format!("{} has {lines} lines, {FILE_LINES_MAX} are the most for logic", source.path)]
}

fn introduction(source: &Source) -> Vec<String> {
    // A single line is a stand-in for a module to come.
    if source.text.starts_with("//!") || source.text.lines().count() < 2 {
        return Vec::new();
    }
    vec![format!("{} must open with `//!`: what it is, and what it never does", source.path)]
}

/// `lib.rs` lists modules and does nothing else.
fn list_of_modules(source: &Source) -> Vec<String> {
    let tokens = tokens(&source.text);
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let (mut at, mut wrong) = (0, Vec::new());
    while at < words.len() {
        match &words[at..] {
            ["pub", "mod", _, ";", ..] => at += 4,
            ["mod", _, ";", ..] => at += 3,
            ["#", rest @ ..] => at += 2 + rest.iter().position(|word| *word == "]").unwrap_or(rest.len()),
            _ => {
                wrong.push(format!("{}:{} is more than a list of modules", source.path, tokens[at].line));
                break;
            }
        }
    }
    wrong
}

fn assert_all(folders: &[&str], rule: fn(&Source) -> Vec<String>) {
    let mut wrong: Vec<String> =
        folders.iter().flat_map(|folder| sources(folder)).flat_map(|file| rule(&file)).collect();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn modules_use_only_what_the_table_allows() {
    assert_all(&["src"], directions);
}

#[test]
fn outside_crates_stay_at_home() {
    assert_all(&["src"], homes);
}

#[test]
fn pure_modules_touch_nothing() {
    assert_all(&["src"], purity);
}

#[test]
fn nothing_is_unfinished_or_printed_on_the_way() {
    assert_all(&["src", "tests"], manners);
}

#[test]
fn functions_fit_on_a_screen() {
    assert_all(&["src", "tests"], lengths);
}

#[test]
fn files_of_logic_are_short() {
    assert_all(&["src"], file_length);
}

#[test]
fn every_file_says_what_it_is() {
    assert_all(&["src", "tests"], introduction);
}

#[test]
fn the_library_is_a_list_of_modules() {
    let library = sources("src").into_iter().filter(|source| source.path == "src/lib.rs");
    assert_eq!(library.flat_map(|source| list_of_modules(&source)).collect::<Vec<_>>(), [""; 0]);
}

/// A scanner gone blind would find nothing wrong, so it must find what is known to stand there.
#[test]
fn the_scanner_sees_the_tree() {
    let tree = sources("src");
    let uses = |module: &str| -> BTreeSet<String> {
        let files = tree.iter().filter(|source| source.module() == module);
        let targets = files.flat_map(|source| {
            let tokens = tokens(&source.text);
            let ours =
                paths(&tokens).into_iter().filter_map(|path| inside(source, &path)?.first().map(ToString::to_string));
            ours.collect::<Vec<_>>()
        });
        targets.filter(|target| target != module).collect()
    };
    assert!(uses("plan").contains("check"));
    assert!(uses("check").is_superset(&["sheet", "template", "model", "diagnostic"].map(str::to_owned).into()));
    assert_eq!(uses("model"), BTreeSet::new());
    let count: usize = tree.iter().map(|source| functions(&tokens(&source.text)).len()).sum();
    assert!(count > tree.len(), "{count} functions in {} files", tree.len());
}

/// A name that is no dependency, or a file that is gone, would be a rule about nothing.
#[test]
fn the_tables_name_what_exists() {
    let manifest: toml::Table = include_str!("../Cargo.toml").parse().expect("the manifest is TOML");
    let dependencies = manifest["dependencies"].as_table().expect("there are dependencies");
    let guests = HOMES.iter().filter_map(|(guest, _)| guest.split("::").next()).filter(|guest| *guest != "std");
    let unknown = guests.filter(|guest| !dependencies.contains_key(*guest));
    let unknown: Vec<&str> = unknown.filter(|guest| !dependencies.contains_key(&guest.replace('_', "-"))).collect();
    assert_eq!(unknown, [""; 0]);
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(module, _)| *module).collect();
    let named = MAY_USE.iter().flat_map(|(_, granted)| *granted).filter_map(|grant| grant.split("::").next());
    assert_eq!(named.filter(|name| *name != "*" && !known.contains(name)).collect::<Vec<_>>(), [""; 0]);
    let tree = sources("src");
    assert!(TABLES.iter().all(|(path, _)| tree.iter().any(|source| source.path == *path)), "a table is gone");
}

/// Each rule, shown something wrong.
mod the_rules_can_fail {
    use super::*;

    fn check(rule: fn(&Source) -> Vec<String>, path: &str, text: &str, expected: &[&str]) {
        let found = rule(&Source { path: path.to_owned(), text: text.to_owned() });
        assert_eq!(found, expected, "{path}: {text}");
    }

    #[test]
    fn on_directions() {
        let build = "src/plan/build.rs";
        check(directions, build, "use crate::check::Batch;\nuse crate::plan::Step;", &[]);
        check(directions, build, "\nuse crate::api::Client;", &["`plan` must not use `api` (src/plan/build.rs:2)"]);
        check(directions, build, "use crate::{model, run as r};", &["`plan` must not use `run` (src/plan/build.rs:1)"]);
        check(directions, build, "fn f() { crate::run::run() }", &["`plan` must not use `run` (src/plan/build.rs:1)"]);
        check(directions, build, "use super::super::run;", &["`plan` must not use `run` (src/plan/build.rs:1)"]);
        check(directions, build, "mod tests { use super::super::run; }", &[]);
        check(directions, build, "use crate::*;", &["`plan` must not use `*` (src/plan/build.rs:1)"]);
        check(directions, build, "use crate as us;", &["`plan` must not use `crate` (src/plan/build.rs:1)"]);
        check(
            directions,
            "src/plan/mod.rs",
            "#[cfg(test)] mod tests { use crate::run; }",
            &["`plan` must not use `run` (src/plan/mod.rs:1)"],
        );
        check(
            directions,
            "src/diagnostic.rs",
            "use super::model;",
            &["`diagnostic` must not use `model` (src/diagnostic.rs:1)"],
        );
    }

    #[test]
    fn on_parts_of_a_module_and_on_strangers() {
        let ids = "src/simulator/ids.rs";
        check(directions, ids, "use crate::api::wire::Answer;", &[]);
        check(
            directions,
            ids,
            "use crate::api::{Client, wire};",
            &["`simulator` must not use `api` other than `api::wire` (src/simulator/ids.rs:1)"],
        );
        check(directions, "src/main.rs", "use turnup::{cli, settings};", &[]);
        check(directions, "src/main.rs", "turnup::plan::plan()", &["`main` must not use `plan` (src/main.rs:1)"]);
        check(directions, "src/settings.rs", "use crate::report::Config;", &[]);
        check(directions, "src/utils.rs", "", &["`utils` is not in the table of allowed directions (src/utils.rs)"]);
    }

    #[test]
    fn on_homes() {
        check(homes, "src/journal/sqlite.rs", "use rusqlite::Connection;", &[]);
        check(
            homes,
            "src/journal/mod.rs",
            "use rusqlite::Connection;",
            &["`rusqlite` is at home in journal/sqlite, not in src/journal/mod.rs:1"],
        );
        check(
            homes,
            "src/model/phone.rs",
            "fn f() { csv::Reader::new() }",
            &["`csv` is at home in sheet, report, model/tables, not in src/model/phone.rs:1"],
        );
        check(
            homes,
            "src/run/mod.rs",
            "use std::env;",
            &["`std::env` is at home in main, settings, pipeline/clock, not in src/run/mod.rs:1"],
        );
        check(homes, "src/run/mod.rs", "use std::time::{Duration, Instant};", &[]);
        assert_eq!(homes(&source("src/run/mod.rs", "use std::time::*;")).len(), 1);
        assert_eq!(homes(&source("src/run/mod.rs", "use std::time::{Duration, SystemTime};")).len(), 1);
        check(
            homes,
            "src/run/mod.rs",
            "use jiff::Zoned; fn f() {\nZoned::now() }",
            &["the time of day is passed in, not asked for in src/run/mod.rs:2"],
        );
        assert_eq!(homes(&source("src/api/client.rs", "use tokio::sync::Notify;")).len(), 0);
        assert_eq!(homes(&source("src/api/pace.rs", "use tokio::sync::Notify;")).len(), 1);
    }

    #[test]
    fn on_purity() {
        check(
            purity,
            "src/check/mod.rs",
            "use std::fs;",
            &["`check` is pure and must not use `std::fs` (src/check/mod.rs:1)"],
        );
        check(
            purity,
            "src/plan/build.rs",
            "fn f() -> anyhow::Result<()> {}",
            &["`plan` is pure and must not use `anyhow` (src/plan/build.rs:1)"],
        );
        check(
            purity,
            "src/plan/build.rs",
            "fn f() { Zoned::now() }",
            &["`plan` is pure and must not read a clock (src/plan/build.rs:1)"],
        );
        check(purity, "src/run/mod.rs", "use std::fs; fn f() { Instant::now() }", &[]);
    }

    #[test]
    fn on_manners() {
        check(manners, "src/a.rs", "fn f() { todo != 1; \"todo!()\"; ignore }", &[]);
        check(manners, "src/a.rs", "fn f() { todo!() }", &["`todo!` has no place in src/a.rs:1"]);
        check(manners, "src/a.rs", "fn f() {\nprintln!(\"x\") }", &["`println!` has no place in src/a.rs:2"]);
        check(manners, "src/cli/print.rs", "fn f() { println!() }", &[]);
        for attribute in ["#[ignore]", "#[ignore = \"slow\"]", "#[cfg_attr(unix, ignore)]"] {
            assert_eq!(manners(&source("src/a.rs", &format!("{attribute} fn f() {{}}"))).len(), 1, "{attribute}");
        }
        check(
            manners,
            "src/a.rs",
            "extern crate csv as c;",
            &["`extern crate` hides a name from this test (src/a.rs:1)"],
        );
    }

    #[test]
    fn on_lengths() {
        let long = |lines: usize| format!("\nfn long() {{{}}}\nfn short() {{}}", "\n".repeat(lines - 1));
        check(lengths, "src/a.rs", &long(70), &[]);
        check(lengths, "src/a.rs", &long(71), &["`long` has 71 lines, 70 are the most (src/a.rs:2)"]);
        check(file_length, "src/a.rs", &"\n".repeat(500), &[]);
        check(file_length, "src/a.rs", &"\n".repeat(501), &["src/a.rs has 501 lines, 500 are the most for logic"]);
        check(file_length, "src/text/en.rs", &"\n".repeat(501), &[]);
    }

    #[test]
    fn on_introductions_and_the_list_of_modules() {
        check(introduction, "src/a.rs", "//! What it is.\n", &[]);
        assert_eq!(introduction(&source("src/a.rs", "use std::io;\nfn f() {}\n")).len(), 1);
        check(list_of_modules, "src/lib.rs", "//! x\n#![forbid(a)]\npub mod a;\n#[cfg(feature = \"b\")]\nmod b;", &[]);
        check(
            list_of_modules,
            "src/lib.rs",
            "pub mod a;\npub use a::B;",
            &["src/lib.rs:2 is more than a list of modules"],
        );
    }

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }
}
