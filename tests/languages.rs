//! Messages in another language: chosen by flag, environment, settings or locale; what programs read stays as it is.

#[path = "languages/sentences.rs"]
mod sentences;
mod support;

use sentences::sentences;
use support::{Bench, Ran};
use turnup::text::{Lang, retold, translated};

/// A workspace with one wrong e-mail.
fn wrong() -> Bench {
    let bench = Bench::small();
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &users.replacen('@', " at ", 1));
    bench
}

fn said(bench: &Bench, args: &[&str], environment: &[(&str, &str)]) -> String {
    let mut command = bench.turnup(args);
    command.envs(environment.iter().copied());
    Ran::of(&mut command).out
}

const CHECK: [&str; 2] = ["check", "work"];

#[test]
fn the_language_is_chosen_by_flag_environment_settings_or_locale() {
    let bench = wrong();
    let is_portuguese = |page: &str| page.contains("não é um endereço de e-mail") && page.contains("verificado:");
    let is_english = |page: &str| page.contains("is not an e-mail address") && page.contains("checked ");
    assert!(is_english(&said(&bench, &CHECK, &[])));
    assert!(is_portuguese(&said(&bench, &["check", "work", "--lang", "pt-BR"], &[])));
    assert!(is_portuguese(&said(&bench, &CHECK, &[("TURNUP_LANG", "pt")])));
    assert!(is_portuguese(&said(&bench, &CHECK, &[("LANG", "pt_BR.UTF-8")])));
    assert!(is_english(&said(&bench, &CHECK, &[("LANG", "pt_BR.UTF-8"), ("LC_ALL", "C")])));
    bench.write("work/turnup.toml", "[text]\nlang = \"pt-BR\"\n");
    assert!(is_portuguese(&said(&bench, &CHECK, &[])));
    assert!(is_english(&said(&bench, &["check", "work", "--lang", "en"], &[])));
    bench.ran(&["check", "work", "--lang", "xx"]).expect_code(2);
    bench.write("work/turnup.toml", "[text]\nlang = \"klingon\"\n");
    assert!(said(&bench, &CHECK, &[]).contains("F111"));
}

#[test]
fn what_programs_read_is_the_same_in_every_language() {
    let bench = wrong();
    for format in ["csv", "json"] {
        let read = |lang| said(&bench, &["check", "work", "--format", format, "--lang", lang], &[]);
        assert_eq!(read("en"), read("pt-BR"));
    }
    bench.ran(&["run", "work", "--simulate", "--yes"]);
    for command in [
        &["plan", "work", "--format", "json"][..],
        &["status", "work", "--format", "json"],
        &["runs", "work", "--format", "json"],
        &["report", "-C", "work", "--format", "json"],
        &["report", "-C", "work", "--format", "csv"],
        &["why", "users.csv:2", "-C", "work", "--format", "json"],
        &["doctor", "work", "--simulate", "--format", "json"],
        &["remind", "work", "--simulate", "--format", "json"],
    ] {
        let read = |lang| {
            let told = said(&bench, &[command, &["--lang", lang]].concat(), &[]);
            // Clocks are compared to the second, and a second may go by.
            told.replace("from Webex's by 1 s", "from Webex's by 0 s")
        };
        assert_eq!(read("en"), read("pt-BR"), "{command:?}");
    }
}

#[test]
fn a_run_speaks_the_language_too() {
    let bench = wrong();
    let run = bench.ran(&["run", "work", "--yes", "--simulate", "--lang", "pt-BR"]).expect_code(3);
    assert!(run.err.contains("etapa") && run.err.contains("linha é rejeitada"), "{}", run.err);
    assert!(run.out.contains("solução: escreva-o como nome@empresa.example"), "{}", run.out);
    let explained = bench.ran(&["explain", "C202", "--lang", "pt-BR"]).expect_code(0).out;
    assert!(explained.starts_with("C202 (erro)\n") && explained.contains("causa:   O e-mail"), "{explained}");
}

#[test]
fn runs_columns_and_progress_speak_the_language_too() {
    let bench = Bench::small();
    let portuguese = |args: &[&str]| bench.ran(&[args, &["--lang", "pt-BR"]].concat()).expect_code(0);
    let run = portuguese(&["run", "work", "--yes", "--simulate"]);
    assert!(run.err.contains("andamento: clientes 2/2, "), "{}", run.err);
    let runs = portuguese(&["runs", "work"]).out;
    assert!(runs.contains("iniciada") && runs.contains("com código de saída 0"), "{runs}");
    let columns = portuguese(&["columns"]).out;
    assert!(columns.contains("Função de administrador.") && columns.contains("um destes: full_admin, "), "{columns}");
    let new = portuguese(&["init", "new"]).err;
    assert!(new.contains("preencha templates.toml"), "{new}");
}

/// Words that English sentences hardly do without and Portuguese ones do not have.
const ENGLISH: &[&str] = &[
    "the", "is", "are", "was", "were", "and", "with", "that", "this", "has", "have", "been", "which", "be", "cannot",
    "it", "of", "there", "nothing", "does", "they", "them", "their", "what", "when", "where", "only", "wait", "waits",
    "other", "until", "because", "but", "not", "began", "begun", "by", "between", "before", "after", "should", "would",
    "can", "must", "says", "said", "sent", "kept", "made", "needs", "found", "missing", "without", "started",
    "finished", "row", "rows", "error", "warning", "notice", "cure", "reason", "help", "progress", "example", "about",
    "faster", "slower", "left",
];

/// Lines that hold an English word beside commands and cells in backticks, quoted lines of sheets, names and addresses.
fn english_lines(page: &str) -> Vec<&str> {
    let is_quoted =
        |line: &str| line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).starts_with('|');
    let has_english = |line: &&str| {
        let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        outside.split_whitespace().any(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            ENGLISH.contains(&word)
        })
    };
    // What a step learnt has names, as fields have.
    page.lines().filter(|line| !is_quoted(line) && !line.contains(" anotado: ")).filter(has_english).collect()
}

#[test]
fn no_command_falls_back_into_english() {
    let bench = wrong();
    let mut pages = String::new();
    let mut say = |args: &[&str]| {
        let ran = bench.ran(&[args, &["--lang", "pt-BR"]].concat());
        let english: Vec<_> =
            english_lines(&ran.out).into_iter().chain(english_lines(&ran.err)).map(str::to_owned).collect();
        if !english.is_empty() {
            pages.push_str(&format!("turnup {}: {english:#?}\n", args.join(" ")));
        }
        ran.out
    };
    say(&["init", "new"]);
    say(&["init", "new"]);
    for command in ["check", "fix", "status", "runs", "resume", "activate", "doctor", "report", "approve"] {
        say(&[command, if matches!(command, "report" | "approve") { "nobody" } else { "work" }]);
    }
    say(&["check", "nowhere"]);
    say(&["check", "work", "--encoding", "klingon"]);
    say(&["plan", "work", "--simulate"]);
    say(&["plan", "work", "--simulate", "--out", "work/it.plan"]);
    say(&["run", "work", "--simulate"]);
    say(&["run", "work", "--yes"]);
    say(&["run", "work", "--yes", "--simulate", "--wave", "99"]);
    say(&["run", "work", "--yes", "--simulate", "--plan", "work/users.csv"]);
    say(&["run", "work", "--yes", "--simulate"]);
    say(&["run", "work", "--yes", "--simulate"]);
    say(&["run", "work", "--yes", "--simulate", "--plan", "work/it.plan"]);
    let runs = say(&["runs", "work"]);
    let first = runs.split_whitespace().next().expect("there is a run").to_owned();
    for sheet in ["customers", "locations", "users"] {
        say(&["why", &format!("{sheet}.csv:2"), "-C", "work"]);
        say(&["why", &format!("{sheet}.csv:999"), "-C", "work"]);
    }
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("it is there");
    let customer = customers.lines().nth(1).and_then(|line| line.split(',').next()).expect("there is one").to_owned();
    for args in [
        &["report", "-C", "work"][..],
        &["report", "-C", "work", "--customer", &customer],
        &["report", "-C", "work", "--customer", "nobody"],
        &["status", "work"],
        &["check", "work", "--online", "--simulate"],
        &["export", "work", "--simulate"],
        &["export", "work", "--simulate"],
        &["compare", "work", "--simulate"],
        &["remind", "work", "--simulate"],
        &["retry", "work", "--simulate"],
        &["retry", "work", "--simulate", "--from", "work/nothing.csv", "--yes"],
        &["activate", "work", "--simulate", "--yes"],
        &["doctor", "work", "--simulate", "--notify"],
        &["purge", "work", "--older-than", "0d", "--dry-run"],
        &["nightly", "work", "--simulate"],
        &["nightly", "work"],
        &["schedule", "work", "--install", "units"],
        &["template", "show", "nobody", "-C", "work"],
        &["template", "list", "work"],
        &["approve", &first, "-C", "work", "--simulate"],
        &["undo", &first, "-C", "work", "--simulate"],
        &["undo", &first, "-C", "work", "--simulate", "--yes"],
        &["undo", "nobody", "-C", "work", "--simulate"],
        &["explain", "L320"],
        &["explain", "X999"],
        &["columns"],
        &["runs", "work"],
    ] {
        say(args);
    }
    assert!(pages.is_empty(), "{pages}");
}

/// The tables themselves say nothing.
fn is_table(path: &std::path::Path) -> bool {
    ["phrases.rs", "pages.rs", "columns.rs", "retold.rs"].iter().any(|table| path.ends_with(format!("text/{table}")))
}

/// Every source, with its path below `src`.
fn sources() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it is a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !is_table(&path) {
                let inside = path.strip_prefix(&root).expect("it is below").to_string_lossy().into_owned();
                found.push((inside, std::fs::read_to_string(&path).expect("sources are text")));
            }
        }
    }
    found
}

/// What stays in English, by the beginning of its path and of its words: help pages, log lines, what programs read, and the
/// simulated Webex, which says what Webex says.
const IN_ENGLISH: &[(&str, &str)] = &[
    ("cli/", ""),
    ("log/", ""),
    ("simulator/", ""),
    ("text/", ""),
    // What a journal is asked.
    ("journal/sqlite/", "SELECT "),
    ("journal/sqlite/", "INSERT "),
    ("journal/sqlite/", "CREATE "),
    ("journal/sqlite/", "\nCREATE "),
    // Notes in files that other programs read.
    ("nightly/schedule.rs", ""),
    ("nightly/metrics.rs", ""),
    ("settings/credentials.rs", "# Written by "),
    ("report/html/mod.rs", "default-src "),
    ("review/mod.rs", "default-src "),
    // Names of tabs, of titles, of classes, and what a journal keeps beside an id.
    ("sheet/blank_workbook.rs", "customers results"),
    ("sheet/blank_workbook.rs", "locations results"),
    ("sheet/blank_workbook.rs", "users results"),
    ("review/mod.rs", "turnup review"),
    ("review/runs.rs", "badge "),
    ("report/html/report.rs", "bar "),
    ("run/step/customer.rs", "before turnup made it"),
    ("run/step/location.rs", "with the customer"),
    ("run/step/numbers.rs", "before the run"),
    // Commands, and marks in the names of files.
    ("review/sending.rs", "turnup retry "),
    ("nightly/mod.rs", "systemctl "),
    ("sheet/beside.rs", ""),
    // What never happens, and log lines.
    ("api/client.rs", "Webex asks for a pause"),
    ("api/pace/mod.rs", "the limit is of these requests only"),
    ("journal/memory.rs", ""),
    ("pipeline/export.rs", "there is no limit"),
    ("plan/step.rs", "no sheet is called"),
    ("review/desk.rs", "the review runs in a runtime"),
    ("review/draft.rs", "a draft stands in a folder"),
    ("review/live.rs", "not yet"),
    ("run/hand.rs", "the step is over"),
    ("run/mod.rs", "looks at what waits"),
    ("run/mod.rs", "the loop holds a sender"),
    ("settings/credentials.rs", "a file stands in a folder"),
    ("sheet/columns.rs", "the header is missing in HEADERS"),
    ("sheet/file.rs", "there are three sheets"),
];

#[test]
fn every_sentence_has_its_words_in_portuguese() {
    let mut missing = Vec::new();
    for (path, source) in sources() {
        for said in sentences(&source) {
            let is_english = IN_ENGLISH.iter().any(|(at, words)| path.starts_with(at) && said.starts_with(words));
            if !is_english && retold(Lang::PtBr, &said) == said {
                missing.push(format!("{path}: {said}"));
            }
        }
    }
    assert!(missing.is_empty(), "say these in Portuguese too, in a table of src/text: {missing:#?}");
}

#[test]
fn every_phrase_that_is_translated_is_said_somewhere() {
    let mut said = String::new();
    for (_, source) in sources() {
        let mut lines = source.split("\\\n");
        said.push_str(lines.next().unwrap_or_default());
        lines.for_each(|line| said.push_str(line.trim_start()));
    }
    let unsaid: Vec<&str> = translated()
        .filter(|phrase| !said.contains(&format!("\"{}\"", phrase.replace('"', "\\\"").replace('\n', "\\n"))))
        .collect();
    assert!(unsaid.is_empty(), "the English of these has changed, or they are not needed any more: {unsaid:#?}");
}
