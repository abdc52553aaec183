//! What the help pages of the smaller commands teach by example; those with a file of their own have theirs there.

pub const INIT: &str = "\
Examples:
  turnup init work          settings, templates and three blank CSV sheets
  turnup init work --xlsx   one workbook in place of the three sheets";

pub const CHECK: &str = "\
Examples:
  turnup check work                               the mistakes at their places, nothing sent
  turnup check work --all                         all of them, where there are very many
  turnup check work --wave 3                      of one wave, as `run --wave` judges it
  turnup check work --online                      which of them stand in Webex, and Cisco's precheck
  turnup check work --format csv > findings.csv   for a spreadsheet";

pub const FIX: &str = "\
Examples:
  turnup fix work           the repairs as a list, nothing written
  turnup fix work --apply   the repaired sheets in work/fixed; yours stay as they are";

pub const PLAN: &str = "\
Examples:
  turnup plan work                               changes, calls, time, licences and who gets mail
  turnup plan work --out friday.plan             kept, for `turnup run work --plan friday.plan`
  turnup plan work --format html > friday.html   a page for whoever has to agree";

pub const RESUME: &str = "\
Examples:
  turnup resume work                 goes on where the latest run left off; nothing is made twice
  turnup resume work --until 06:00   and leaves off again at six in the morning";

pub const APPROVE: &str = "\
Examples:
  turnup runs work                               the parked run and its id
  turnup approve 20261122T220000Z-1a2b -C work   shows it, asks on a terminal, and lets it go";

pub const REPORT: &str = "\
Examples:
  turnup report -C work                       the latest run: causes, and the folder of its files
  turnup report 20261122T220000Z-1a2b -C work --format csv
                                              one line for every row of that run
  turnup report -C work --customer acme-001   the evidence for that customer alone, over all runs";

pub const STATUS: &str = "\
Examples:
  turnup status work            one line for every customer, over all runs
  turnup status work --wave 3   is that wave ready?

Exit codes: 0 every customer is ready, 3 not all are, 4 something failed.";

pub const RUNS: &str = "\
Examples:
  turnup runs work                 the runs of the folder, with what became of their rows
  turnup runs work --format json   the same for a program";

pub const WHY: &str = "\
Examples:
  turnup why users.csv:418 -C work   the story of that row, as the spreadsheet counts rows
  turnup why customers.csv:2 -C work --run 20261122T220000Z-1a2b
                                     as it was in the sheets of that run";

pub const EXPORT: &str = "\
Examples:
  turnup export work                          what stands in Webex, as three sheets in work/export
  turnup export work --out of-today           into another folder
  turnup export work --out of-today --force   replaces the sheets that are there";

pub const COMPARE: &str = "\
Examples:
  turnup compare work                what stands otherwise in Webex than known or wanted
  turnup compare work --budget 200   200 requests at most; the next time begins with the rest
  turnup compare work --accept       what stands there becomes what is known, so that the next
                                     run puts back what the sheets say";

pub const TEMPLATE: &str = "\
Examples:
  turnup template add -C work              the questions of Partner Hub's wizard, one by one
  turnup template list work                the names that the `template` column may say
  turnup template show retail-br -C work   everything that is known of one";

pub const TEMPLATE_ADD: &str = "\
Examples:
  turnup template add -C work   asks, shows a summary, and writes it when you agree
  turnup template add -C work --name retail-br --provisioning-id ID
                                without questions; --help names a flag for each";

pub const TEMPLATE_LIST: &str = "\
Examples:
  turnup template list work                 one line for each
  turnup template list work --format json   for a program";

pub const TEMPLATE_SHOW: &str = "\
Examples:
  turnup template show retail-br -C work   as the customers sheet names it";

pub const EXPLAIN: &str = "\
Examples:
  turnup explain C202                cause, example and cure of a code of `check` or of a report
  turnup explain C202 --lang pt-BR   in Portuguese";

pub const COLUMNS: &str = "\
Examples:
  turnup columns                         every column of the three sheets, and what belongs there
  turnup columns --schema > check.json   the JSON Schema of `check --format json`";

pub const SIMULATE: &str = "\
Examples:
  turnup simulate --port 4010 --state webex.json   remembers; prints the URL for --api-url
  turnup simulate --rate 10 --latency-ms 200       slow, and 429 above ten requests a second
  turnup simulate --faults 7                       faults drawn from a seed: the same ones each time";

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory, Parser};

    use crate::cli::Cli;

    /// Every command with a help page of its own, by what is typed before `--help`.
    fn pages(command: &Command, typed: &str, found: &mut Vec<(String, String)>) {
        let typed = format!("{typed} {}", command.get_name()).trim_start().to_owned();
        found.push((typed.clone(), command.get_after_help().map(ToString::to_string).unwrap_or_default()));
        for below in command.get_subcommands() {
            pages(below, &typed, found);
        }
    }

    /// What is typed of an example: without what it says of it, and without what the shell does with it.
    fn typed(line: &str) -> Vec<String> {
        let command = line.trim_start().split("  ").next().unwrap_or_default();
        let command = command.split(['<', '>']).next().unwrap_or_default();
        command.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect()
    }

    #[test]
    fn every_command_has_examples_and_each_of_them_can_be_typed() {
        let mut found = Vec::new();
        pages(&Cli::command(), "", &mut found);
        assert!(found.len() > 30, "{found:?}");
        for (command, text) in found {
            let mut lines = text.lines().skip_while(|line| *line != "Examples:").take_while(|line| !line.is_empty());
            assert!(lines.next().is_some(), "`{command} --help` has no examples");
            let examples: Vec<&str> = lines.clone().filter(|line| line.starts_with("  turnup ")).collect();
            assert!(!examples.is_empty(), "`{command} --help` has no examples");
            assert!(
                lines.all(|line| line.chars().count() <= 100),
                "an example of `{command} --help` is too wide:\n{text}"
            );
            let is_own = |line: &&str| command == "turnup" || typed(line).join(" ").starts_with(&command);
            assert!(examples.iter().any(is_own), "no example of `{command} --help` is one of it:\n{text}");
            for line in examples {
                if let Err(error) = Cli::try_parse_from(typed(line)) {
                    panic!("an example of `{command} --help` is refused: {line}\n{error}");
                }
            }
        }
    }

    #[test]
    fn a_wrong_flag_in_an_example_is_found() {
        assert_eq!(
            typed("  turnup check work --format csv > a.csv  for a program").join("|"),
            "turnup|check|work|--format|csv"
        );
        assert!(Cli::try_parse_from(typed("  turnup check work --formatt csv   every mistake")).is_err());
    }
}
