//! What is made from the command line itself: completions of shells, and pages of the manual.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
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
    let commands = cli.get_subcommands().filter(|command| command.get_name() != "help").cloned();
    let pages: Vec<_> = std::iter::once(cli.clone()).chain(commands).map(clap_mangen::Man::new).collect();
    let drawn = pages.into_iter().map(|page| {
        let mut text = Vec::new();
        // Memory takes everything.
        let _ = page.render(&mut text);
        (page.get_filename(), text)
    });
    drawn.collect()
}
