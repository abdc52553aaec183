//! What is made from the command line itself: completions of shells, and pages of the manual.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use super::Cli;

const NAME: &str = "turnup";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  turnup completions bash > /etc/bash_completion.d/turnup
  turnup completions zsh > ~/.zfunc/_turnup
  turnup completions fish > ~/.config/fish/completions/turnup.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  turnup man /usr/local/share/man/man1   turnup.1, turnup-run.1 and so on";

/// The arguments of `completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The arguments of `man`.
#[derive(Debug, Clone, Args)]
#[command(after_help = MAN_EXAMPLES)]
pub struct ManArgs {
    /// The folder for the pages; made where it is missing.
    pub dir: PathBuf,
}

/// The script that completes the command line in a shell.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// A page of the manual for turnup and one for each of its commands: the name of the file, and its text.
pub fn man() -> Vec<(String, Vec<u8>)> {
    let mut cli = Cli::command();
    cli.build();
    let mut pages = Vec::new();
    add_pages(&cli, &mut pages);
    pages
}

fn add_pages(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) {
    let page = clap_mangen::Man::new(command.clone().after_help(None::<&'static str>));
    let mut text = Vec::new();
    // Memory takes everything.
    let _ = page.render(&mut text);
    text.extend(command.get_after_help().map(|help| sections(&help.to_string())).unwrap_or_default().into_bytes());
    pages.push((page.get_filename(), text));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        add_pages(below, pages);
    }
}

/// What stands below the flags on a help page, as the manual writes it: examples keep their lines.
fn sections(help: &str) -> String {
    let mut text = String::new();
    for paragraph in help.split("\n\n") {
        match paragraph.split_once(":\n") {
            Some((head, lines)) if !head.contains('\n') => {
                text.push_str(&format!(".SH {}\n.nf\n{}\n.fi\n", head.to_uppercase(), as_it_stands(lines)));
            }
            _ => text.push_str(&format!(".PP\n{}\n", as_it_stands(paragraph))),
        }
    }
    text
}

/// Lines in which the manual's own marks mean nothing.
fn as_it_stands(text: &str) -> String {
    let line = |line: &str| {
        let plain = line.replace('\\', "\\e").replace('-', "\\-");
        if plain.starts_with(['.', '\'']) { format!("\\&{plain}") } else { plain }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_manual_keeps_the_lines_of_its_examples() {
        let pages = man();
        let page = |name: &str| {
            let (_, text) = pages.iter().find(|(file, _)| file == name).expect("there is such a page");
            String::from_utf8_lossy(text).into_owned()
        };
        let text = page("turnup-run.1");
        assert!(text.contains(".SH EXAMPLES\n.nf\n  turnup run work   "), "{text}");
        assert!(text.ends_with(".fi\n") && !text.contains("EXTRA"), "{text}");
        assert!(page("turnup-template-add.1").contains("\n  turnup template add \\-C work   "));
        assert!(page("turnup.1").contains(".SH EXIT CODES\n.nf\n  0  all well"));
    }

    #[test]
    fn marks_of_the_manual_mean_nothing_in_what_is_said() {
        assert_eq!(sections("A:\n.b \\ -c\n\n'd:\ne"), ".SH A\n.nf\n\\&.b \\e \\-c\n.fi\n.SH 'D\n.nf\ne\n.fi\n");
        assert_eq!(sections("'d."), ".PP\n\\&'d.\n");
    }
}
