//! The pictures of the README. Those of terminals are drawn here, from what the program says on a terminal of a fixed
//! width; `TURNUP_BLESS=1 cargo test --test pictures` writes them. Those of pages are made by
//! `node tests/review/pictures.mjs`; here their sizes and words are looked at.

mod support;
#[path = "pictures/svg.rs"]
mod svg;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;
use support::Bench;

const COLUMNS: usize = 122;
const BYTES_MAX: usize = 200 * 1024;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A copy of the shops whose sheets have mistakes.
fn shops() -> Bench {
    let bench = Bench::bare();
    fs::create_dir(bench.path("mend")).expect("the folder is new");
    for name in ["customers.csv", "locations.csv", "users.csv", "templates.toml"] {
        fs::copy(project("samples/mistakes").join(name), bench.path("mend").join(name)).expect("the sample has it");
    }
    bench
}

/// What a person sees who types this on a terminal; the moving bars are left out.
fn screen(bench: &Bench, typed: &str) -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_turnup")).parent().expect("a binary lies in a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("script");
    command.args(["-qec", &format!("stty cols {COLUMNS}; {typed} 2>/dev/null"), "/dev/null"]).env_clear();
    command.env("PATH", path).env("HOME", bench.path("home")).env("TERM", "xterm-256color");
    command.env("TURNUP_NOW", "2026-11-23T22:00:00Z");
    command.current_dir(bench.path("")).stdin(Stdio::null());
    let said = command.output().expect("`script` of bsdutils gives a terminal; install bsdutils");
    String::from_utf8(said.stdout).expect("turnup writes UTF-8").replace('\r', "")
}

/// The paragraphs that hold one of these words; three dots stand for those between.
fn with_paragraphs(screen: &str, words: &[&str]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for paragraph in screen.split("\n\n") {
        if words.iter().any(|word| paragraph.contains(word)) {
            kept.push(paragraph);
        } else if kept.last() != Some(&"…") {
            kept.push("…");
        }
    }
    kept.join("\n\n")
}

/// Without what differs from run to run: how long it took, how often a look-up was made again, and the end of its name.
fn at_rest(screen: &str) -> String {
    let with = |text: &str, pattern: &str, words: &str| {
        Regex::new(pattern).expect("it is well-formed").replace_all(text, words).into_owned()
    };
    let screen = with(screen, r"it took \d+ s and \d+ requests: (.*) \d+", "it took 1 s and 31 requests: $1 21");
    let screen = with(&screen, r"(?m)^\d+ requests$", "31 requests");
    with(&screen, r"Z-[0-9a-f]{4}\b", "Z-4a1c")
}

/// Up to the first line that begins so; three dots and the last line stand for the rest.
fn up_to(screen: &str, begin: &str) -> String {
    let kept: Vec<&str> = screen.lines().take_while(|line| !line.starts_with(begin)).collect();
    format!("{}\n…\n{}", kept.join("\n"), screen.lines().last().unwrap_or_default())
}

fn drawn(name: &str, pages: &[(&str, String)]) {
    let (now, file) = (svg::picture(pages, COLUMNS), project(&format!("samples/pictures/{name}.svg")));
    if std::env::var_os("TURNUP_BLESS").is_some() {
        fs::write(&file, &now).expect("the picture can be written");
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    let hint = "TURNUP_BLESS=1 cargo test --test pictures draws it again";
    assert!(committed == now, "{name}.svg shows what was; {hint}\n{pages:#?}");
}

#[test]
fn a_check_is_as_in_the_picture() {
    let typed = "turnup check mend";
    let screen = screen(&shops(), typed);
    let page = with_paragraphs(&screen, &["C224", "L305", "checked "]);
    drawn("check", &[(typed, up_to(&page, "3. "))]);
}

#[test]
fn a_plan_and_its_run_are_as_in_the_picture() {
    let bench = shops();
    let [plan, run] = ["turnup plan mend", "turnup run mend --simulate --yes"];
    let pages = [(plan, screen(&bench, plan)), (run, up_to(&at_rest(&screen(&bench, run)), "2. "))];
    drawn("run", &pages);
}

#[test]
fn every_picture_is_shown_with_words_and_of_a_good_size() {
    let readme = fs::read_to_string(project("README.md")).expect("there is a README");
    let words = Regex::new(r#"!\[([^\]]+)\]\(([^)]+)\)|src="([^"]+)" alt="([^"]+)""#).expect("it is well-formed");
    let shown: Vec<(String, String)> = words
        .captures_iter(&readme)
        .map(|found| {
            let part = |at: usize| found.get(at).map_or("", |part| part.as_str()).to_owned();
            if part(1).is_empty() { (part(3), part(4)) } else { (part(2), part(1)) }
        })
        .collect();
    assert_eq!(readme.matches("<img ").count() + readme.matches("![").count(), shown.len(), "each picture has words");
    for (path, words) in &shown {
        assert!(project(path).is_file() && words.split(' ').count() >= 8, "{path}: {words}");
    }
    for entry in fs::read_dir(project("samples/pictures")).expect("the pictures are there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        assert!(readme.contains(&format!("samples/pictures/{name}")), "{name} is shown nowhere");
        let bytes = fs::read(&path).expect("it can be read");
        assert!(bytes.len() < BYTES_MAX, "{name} is {} bytes", bytes.len());
        if path.extension().is_some_and(|extension| extension == "png") {
            assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{name} is no PNG");
            let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
            assert!(
                (600..=2600).contains(&side(16)) && (300..=2600).contains(&side(20)),
                "{name}: {} x {}",
                side(16),
                side(20)
            );
        }
    }
}
