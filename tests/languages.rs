//! Messages in another language: chosen by flag, environment, settings or locale; what programs read stays as it is.

mod support;

use support::{Bench, Ran};

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
    let plan = |lang| said(&bench, &["plan", "work", "--format", "json", "--lang", lang], &[]);
    assert_eq!(plan("en"), plan("pt-BR"));
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

/// The tables themselves say nothing.
fn is_table(path: &std::path::Path) -> bool {
    ["text/phrases.rs", "text/pages.rs", "text/columns.rs"].iter().any(|table| path.ends_with(table))
}

/// The texts of the sources, with strings that go over several lines put together.
fn sources(folder: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("it is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !is_table(&path) {
            let source = std::fs::read_to_string(&path).expect("sources are text");
            let mut lines = source.split("\\\n");
            text.push_str(lines.next().unwrap_or_default());
            lines.for_each(|line| text.push_str(line.trim_start()));
        }
    }
}

#[test]
fn every_phrase_that_is_translated_is_said_somewhere() {
    let mut said = String::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut said);
    let unsaid: Vec<&str> = turnup::text::translated()
        .filter(|phrase| !said.contains(&format!("\"{}\"", phrase.replace('"', "\\\""))))
        .collect();
    assert!(unsaid.is_empty(), "the English of these has changed, or they are not needed any more: {unsaid:#?}");
}
