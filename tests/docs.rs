//! The README equals the tables of the program. `TURNUP_BLESS=1` writes them into it.

use std::path::PathBuf;

use turnup::diagnostic::Code;
use turnup::model::SheetKind;
use turnup::plan::{COLUMNS, Stage, Way};
use turnup::sheet::{Need, specs};
use turnup::text::{Lang, entry};

fn readme() -> PathBuf {
    project().join("README.md")
}

fn project() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the project is"))
}

fn columns() -> String {
    let mut text = String::new();
    for kind in SheetKind::ALL {
        text.push_str(&format!("**{kind}.csv**\n\n| column | | what |\n|---|---|---|\n"));
        for spec in specs(kind) {
            let mark = match spec.need {
                Need::Always => "*",
                Need::Sometimes => "?",
                Need::Never => "",
            };
            text.push_str(&format!("| `{}` | {mark} | {} |\n", spec.header, spec.help));
        }
        text.push('\n');
    }
    text
}

/// What changes each column once its object stands.
fn changes() -> String {
    let mut text = "| stage | column | changed by | `REMOVE` |\n|---|---|---|---|\n".to_owned();
    for column in COLUMNS {
        let way = match column.way {
            Way::By(means) => format!("`{}`", means.request()),
            Way::Once(means, why) => {
                format!("`{}` where it has none yet; else not: {}", means.request(), why.because())
            }
            Way::Kept(why) | Way::Never(why) => format!("not: {}", why.because()),
            Way::Key => "not: another one is another object".to_owned(),
            Way::Control => "stands nowhere in Webex".to_owned(),
        };
        let removed = match (column.way, column.keeps) {
            (Way::Control, _) => "",
            (_, Some(why)) => why.because(),
            (_, None) => "clears it",
        };
        text.push_str(&format!("| {} | `{}` | {way} | {removed} |\n", column.stage.name(), column.header));
    }
    text
}

#[test]
fn every_column_of_the_sheets_says_what_changes_it() {
    let stages: [&[Stage]; 3] = [
        &[Stage::Customers, Stage::Locations, Stage::Numbers],
        &[Stage::Locations, Stage::Numbers],
        &[Stage::Users, Stage::Roles],
    ];
    for (kind, stages) in SheetKind::ALL.into_iter().zip(stages) {
        for spec in specs(kind) {
            let told = COLUMNS.iter().any(|column| stages.contains(&column.stage) && column.header == spec.header);
            assert!(told, "nothing says what changes `{}` of {kind}", spec.header);
        }
    }
}

fn codes() -> String {
    let mut text = "| code | | why |\n|---|---|---|\n".to_owned();
    for code in Code::ALL {
        let cause = entry(Lang::En, code.id()).cause;
        text.push_str(&format!("| {} | {} | {cause} |\n", code.id(), code.severity().word()));
    }
    text
}

#[test]
fn the_readme_equals_the_tables() {
    let before = std::fs::read_to_string(readme()).expect("there is a README");
    let mut after = before.clone();
    for (name, table) in [("columns", columns()), ("changes", changes()), ("codes", codes())] {
        let (head, rest) = after.split_once(&format!("<!-- {name} -->")).expect("the README marks the table");
        let (_, tail) = rest.split_once(&format!("<!-- /{name} -->")).expect("the README marks its end");
        after = format!("{head}<!-- {name} -->\n\n{}\n\n<!-- /{name} -->{tail}", table.trim_end());
    }
    if std::env::var_os("TURNUP_BLESS").is_some() {
        std::fs::write(readme(), &after).expect("the README can be written");
    } else {
        assert!(
            before == after,
            "the README's tables are out of date; TURNUP_BLESS=1 cargo test --test docs writes them"
        );
    }
}

#[test]
fn the_readme_names_every_command_and_setting() {
    use clap::CommandFactory;
    let readme = std::fs::read_to_string(readme()).expect("there is a README");
    for command in turnup::cli::Cli::command().get_subcommands() {
        let name = command.get_name();
        assert!(readme.contains(&format!("turnup {name}")), "the README does not name `turnup {name}`");
    }
    for section in turnup::settings::SECTIONS {
        assert!(readme.contains(&format!("`[{section}")), "the README does not name the section `{section}`");
    }
    for key in turnup::settings::KEYS {
        assert!(readme.contains(key), "the README does not name the setting `{key}`");
    }
}

/// It is shorter than the README in English, and names no command, code or outcome that is none.
#[test]
fn the_readme_in_portuguese_names_every_command_and_none_that_is_none() {
    use clap::CommandFactory;
    let text =
        std::fs::read_to_string(project().join("samples/README.pt-BR.md")).expect("it stands beside the samples");
    let cli = turnup::cli::Cli::command();
    let names: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    for name in &names {
        assert!(text.contains(&format!("turnup {name}")), "it does not name `turnup {name}`");
    }
    for line in text.lines().filter(|line| line.starts_with("turnup ")) {
        let typed = line.split('#').next().unwrap_or_default().split_whitespace();
        let parsed = turnup::cli::Cli::command().try_get_matches_from(typed);
        assert!(parsed.is_ok(), "{line}: {:?}", parsed.err());
    }
    for named in text.split("`turnup ").skip(1) {
        let command = named.split([' ', '`']).next().unwrap_or_default();
        assert!(names.contains(&command), "`turnup {command}` is no command");
    }
    for outcome in turnup::report::Outcome::ALL {
        assert!(text.contains(&format!("`{}`", outcome.word())), "it does not tell of `{}`", outcome.word());
    }
}
