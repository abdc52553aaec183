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

/// Every command with what it takes, and the options that are its own.
fn commands() -> String {
    use clap::CommandFactory;
    let mut text = "| command | what | options of its own |\n|---|---|---|\n".to_owned();
    for command in turnup::cli::Cli::command().get_subcommands() {
        let mut typed = format!("turnup {}", command.get_name());
        for argument in command.get_positionals() {
            let name = argument.get_value_names().unwrap_or_default().first().map_or("", |name| name.as_str());
            typed.push_str(&if argument.is_required_set() { format!(" {name}") } else { format!(" [{name}]") });
        }
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        if !names.is_empty() {
            typed.push_str(&format!(" {}", names.join("\\|")));
        }
        let what = command.get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("| `{typed}` | {what} | {} |\n", own_options(command)));
    }
    text
}

/// What hardly any other command has; the help pages tell the rest.
fn own_options(command: &clap::Command) -> String {
    const SHARED: [&str; 5] = ["yes", "encoding", "hold-back", "strict", "until"];
    let names: Vec<String> = command
        .get_arguments()
        .filter(|argument| argument.get_help_heading().is_none() && !argument.is_hide_set())
        .filter_map(|argument| argument.get_long())
        .filter(|name| !SHARED.contains(name))
        .map(|name| format!("`--{name}`"))
        .collect();
    names.join(" ")
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
    for (name, table) in [("commands", commands()), ("columns", columns()), ("changes", changes()), ("codes", codes())]
    {
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

/// The lines of a file below the project's folder.
fn text_of(path: &str) -> String {
    std::fs::read_to_string(project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// As GitHub makes the anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars()
        .filter(|it| it.is_alphanumeric() || " -_".contains(*it))
        .map(|it| if it == ' ' { '-' } else { it })
        .collect()
}

/// What stands behind every `](` of a text, up to the bracket.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
}

#[test]
fn every_link_of_the_readme_leads_somewhere_and_every_chapter_is_in_its_contents() {
    let readme = text_of("README.md");
    let mut headings: Vec<String> = Vec::new();
    let mut is_code = false;
    for line in readme.lines() {
        is_code ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if !is_code && heading.len() < line.len() {
            headings.push(anchor(heading.trim()));
        }
    }
    for link in links(&readme) {
        match link.strip_prefix('#') {
            Some(name) => assert!(headings.iter().any(|heading| heading == name), "no chapter is called `#{name}`"),
            None => assert!(project().join(link).exists(), "`{link}` is not there"),
        }
    }
    for heading in &headings[1..] {
        assert!(readme.contains(&format!("](#{heading})")), "the contents do not name `#{heading}`");
    }
}

/// The text between two words.
fn chapter<'a>(readme: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = readme.split_once(from).unwrap_or_else(|| panic!("there is no `{from}`"));
    rest.split_once(to).unwrap_or_else(|| panic!("there is no `{to}` behind `{from}`")).0
}

#[test]
fn every_path_that_the_readme_names_exists() {
    for named in text_of("README.md").split('`').skip(1).step_by(2) {
        let is_path = ["src", "tests", "samples"].iter().any(|top| named.starts_with(&format!("{top}/")));
        if is_path && !named.contains(['*', '<', ' ']) && !named.contains(".turnup") && !named.contains("/reports") {
            assert!(project().join(named).exists(), "the README names `{named}`, which is not there");
        }
    }
}

#[test]
fn every_module_has_its_paragraph_in_the_tree() {
    let readme = text_of("README.md");
    let tree = chapter(&readme, "### The tree", "### Where do I add");
    for entry in std::fs::read_dir(project().join("src")).expect("the sources are there") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert!(tree.contains(&format!("`src/{name}`")), "the tree does not tell what `src/{name}` is");
    }
}

#[test]
fn every_promise_names_a_command_that_is_there() {
    let readme = text_of("README.md");
    let table = chapter(&readme, "### Promises", "## Reference");
    let mut count = 0;
    for line in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise")) {
        let command = line.split('`').rev().nth(1).unwrap_or_default();
        let command = if line.matches('`').count() > 2 { line.split('`').nth(1).unwrap_or_default() } else { command };
        let path = match command.split_whitespace().collect::<Vec<_>>()[..] {
            ["cargo", "test", "--test", name] | ["TURNUP_OPENAPI=DIR", "cargo", "test", "--test", name] => {
                format!("tests/{name}.rs")
            }
            ["cargo", "bench", "--bench", name, ..] => format!("tests/bench/{name}.rs"),
            ["sh" | "node", script] => script.to_owned(),
            _ => panic!("`{command}` is no command that proves: {line}"),
        };
        assert!(project().join(&path).exists(), "{path} is not there: {line}");
        count += 1;
    }
    assert!(count > 20, "{count} promises were read");
}

#[test]
fn the_readme_tells_every_result_exit_code_and_table_of_the_journal() {
    let readme = text_of("README.md");
    for outcome in turnup::report::Outcome::ALL {
        assert!(readme.contains(&format!("`{}`", outcome.word())), "it does not tell of `{}`", outcome.word());
    }
    let codes = chapter(&readme, "### Exit codes", "### Result files");
    for number in 0..=turnup::pipeline::exit::LOCKED {
        assert!(codes.contains(&format!("\n| {number} |")), "the exit code {number} is not told");
    }
    let tables = chapter(&readme, "### The journal", "### Keeping and removing");
    for table in text_of("src/journal/sqlite/schema.rs").split("CREATE TABLE IF NOT EXISTS ").skip(1) {
        let (name, rest) = table.split_once(" (").expect("a table has columns");
        let columns = rest.split(',').map(str::trim).filter_map(|column| column.split_once([' ', '\n']));
        let columns = columns.map(|(name, _)| name).take_while(|name| *name != "PRIMARY");
        let columns: Vec<String> = columns
            .filter(|name| name.chars().all(|it| it.is_lowercase() || it == '_'))
            .map(|name| format!("`{name}`"))
            .collect();
        let row = format!("| `{name}` | {} |", columns.join(", "));
        assert!(tables.contains(&row), "the journal's table is told otherwise: {row}");
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

/// A heading reaches on to whatever is declared behind it.
#[test]
fn the_heading_of_the_api_stands_over_nothing_else() {
    use clap::CommandFactory;
    let cli = turnup::cli::Cli::command();
    let under = |command: &clap::Command| -> Vec<String> {
        let options = command.get_opts().filter(|option| option.get_help_heading() == Some("API"));
        options.filter_map(|option| option.get_long()).map(str::to_owned).collect()
    };
    let of_the_api = under(cli.find_subcommand("resume").expect("it asks the API"));
    assert!(of_the_api.len() > 5, "{of_the_api:?}");
    for command in cli.get_subcommands() {
        for name in under(command) {
            assert!(of_the_api.contains(&name), "`turnup {}` shows `--{name}` under `API`", command.get_name());
        }
    }
}
