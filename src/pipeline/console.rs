//! Where a command writes, and whom it may ask.

use std::cell::RefCell;
use std::io::{Sink, Write};

use anyhow::Context;
use tokio::sync::watch;

use super::Clock;
use super::silence::Silence;
use crate::settings::{Settings, Typed, language, language_in};
pub use crate::text::Here;
use crate::text::{self, phrase};
use crate::workspace::Workspace;

/// Where a command writes and what it may ask.
pub struct Console<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// Everything else.
    pub err: &'a mut dyn Write,
    /// Is a person there to be asked, and to see bars?
    pub terminal: Terminal,
    pub colour: bool,
    pub quiet: bool,
    pub clock: Clock,
    /// Raised when the person wants the run to stop.
    pub interrupt: watch::Receiver<bool>,
    /// What the commands that are told are typed for.
    pub here: &'a RefCell<Here>,
    /// What was refused or noted: whoever reads of a night in the morning hears it, too.
    pub heard: Vec<String>,
}

/// Why a command could not go on, in the language of the folder that it was given.
pub fn why_not(error: &anyhow::Error, here: &Here, typed: &Typed) -> String {
    let lang = match Workspace::open(&here.folder) {
        Ok(workspace) => language_in(typed, &workspace),
        Err(_) => language(typed),
    };
    here.told(&text::error(lang, error.chain())).into_owned()
}

/// What is said to whoever interrupts a command.
pub fn leaving_off(typed: &Typed) -> &'static str {
    phrase(language(typed), "leaving off after what is under way; once more ends it at once")
}

/// Who reads along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminal {
    Person,
    Machine,
}

impl Console<'_> {
    /// The same console for whoever only tries what could be said: nobody hears it.
    pub(super) fn muted<'m>(&'m self, out: &'m mut Sink, err: &'m mut Sink) -> Console<'m> {
        Console {
            out,
            err,
            terminal: Terminal::Machine,
            colour: false,
            quiet: true,
            clock: self.clock.clone(),
            interrupt: self.interrupt.clone(),
            here: self.here,
            heard: Vec::new(),
        }
    }

    /// Writes results; whoever closed the pipe does not want them.
    pub(super) fn print(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// Writes results for people, with the folder in every command that they name.
    pub(super) fn print_words(&mut self, text: &str) {
        let text = self.here.borrow().told(text).into_owned();
        self.print(&text);
    }

    /// Writes a page, with the folder in every command that it names.
    pub(super) fn print_page(&mut self, page: &str) {
        let page = self.here.borrow().in_page(page).into_owned();
        self.print(&page);
    }

    /// Writes results as they are made.
    pub(super) fn stream(&mut self, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> anyhow::Result<()> {
        let mut out = std::io::BufWriter::with_capacity(1 << 16, &mut *self.out);
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written.context("the results cannot be written"),
        }
    }

    /// Writes results for people as they are made, with the folder in every command that they name.
    pub(super) fn stream_words(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> anyhow::Result<()> {
        let here = self.here.borrow().clone();
        self.stream(|out| {
            let mut placed = Placed { out, here, line: Vec::new() };
            write(&mut placed)?;
            placed.flush()
        })
    }

    /// Says something beside the results.
    pub fn say(&mut self, text: &str) {
        if !self.quiet {
            let _ = writeln!(self.err, "{}", self.here.borrow().told(text));
        }
    }

    /// Says why a command did not do what was asked; `--quiet` does not silence it.
    pub fn refuse(&mut self, text: &str) {
        let _ = writeln!(self.err, "turnup: {}", self.here.borrow().told(text));
        self.heard.push(text.to_owned());
    }

    /// Says something that also whoever was not there must hear.
    pub(super) fn note(&mut self, text: &str) {
        self.say(text);
        self.heard.push(text.to_owned());
    }

    /// Asks the person for a line; none when there is nobody any more.
    pub(super) fn ask(&mut self, prompt: &str) -> anyhow::Result<Option<String>> {
        let _ = write!(self.err, "{prompt}").and_then(|()| self.err.flush());
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer).context("the answer cannot be read")?;
        Ok((read > 0).then_some(answer))
    }

    /// Asks the person for something that nobody may read along; none when there is nobody any more, or nothing is to
    /// be waited for.
    pub(super) async fn ask_secret(&mut self, prompt: &str) -> anyhow::Result<Option<String>> {
        let _ = write!(self.err, "{prompt}").and_then(|()| self.err.flush());
        let silence = Silence::begin().context("this terminal would show the secret; pipe it into the command")?;
        let mut interrupt = self.interrupt.clone();
        let reading = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|read| (read > 0).then_some(line))
        });
        let line = tokio::select! {
            read = reading => read.context("the answer is lost")?.context("the answer cannot be read")?,
            _ = interrupt.wait_for(|raised| *raised) => None,
        };
        drop(silence);
        let _ = writeln!(self.err);
        Ok(line)
    }

    /// Asks the person whether the run may send, and says to whom.
    pub(super) fn is_confirmed(&mut self, settings: &Settings) -> anyhow::Result<bool> {
        let question = match settings.api.base {
            Some(_) => "send this to Webex? [y/N] ",
            None => "send this to the simulator? [y/N] ",
        };
        self.is_agreed(phrase(settings.lang, question))
    }

    /// Asks the person something whose answer is no unless it is yes.
    pub(super) fn is_agreed(&mut self, question: &str) -> anyhow::Result<bool> {
        let answer = self.ask(question)?.unwrap_or_default();
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "s" | "sim"))
    }
}

/// Makes the commands of a text such that they can be typed as they stand, line by line.
struct Placed<'w> {
    out: &'w mut dyn Write,
    here: Here,
    /// What is not a whole line yet.
    line: Vec<u8>,
}

impl Write for Placed<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(line);
            if line.ends_with(b"\n") {
                self.flush()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match str::from_utf8(&line) {
            Ok(text) => self.out.write_all(self.here.told(text).as_bytes()),
            Err(_) => self.out.write_all(&line),
        }
    }
}

/// Was the run confirmed beforehand?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// `--yes`.
    Given,
    /// A person has to be asked.
    Wanted,
}
