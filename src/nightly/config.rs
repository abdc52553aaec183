//! What a settings file may say of nights: where new sheets arrive, when to leave off, whom to tell.

use std::path::PathBuf;

/// What one settings file says; none where it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Where new sheets arrive, below the workspace.
    pub inbox: Option<String>,
    /// From then on nothing new is begun, such as `06:00`.
    pub until: Option<String>,
    /// How long a night waits for another run to end.
    pub wait_minutes: Option<u64>,
    /// The share of rows that a sheet may lose from one night to the next.
    pub max_shrink: Option<f64>,
    /// How long a file must not have grown.
    pub settle_seconds: Option<u64>,
    /// A program that puts new sheets into its working folder, which is the inbox.
    pub command: Option<Vec<String>>,
    pub notify: Notify,
    /// Where metrics are written for a collector of text files.
    pub textfile: Option<PathBuf>,
}

/// Whom to tell, and about what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notify {
    /// `always`, or `trouble`: anything but exit code 0.
    pub when: Option<String>,
    pub mail_to: Option<String>,
    pub mail_from: Option<String>,
    /// Is the mail to bring the sheets of rejected rows and the workbook? They name persons.
    pub mail_sheets: bool,
    /// `smtps://host`, `smtp://host` (which then asks for TLS), or `smtp://127.0.0.1:PORT` in the clear.
    pub smtp: Option<String>,
    pub smtp_user: Option<String>,
    pub smtp_password_file: Option<PathBuf>,
    pub webhook: Option<String>,
    pub webhook_secret_file: Option<PathBuf>,
}

impl Config {
    /// What only the user's own settings may say, since it takes results elsewhere or runs a program.
    pub fn wants_trust(&self) -> Option<&'static str> {
        let says = [
            (self.command.is_some(), "nightly.command"),
            (self.notify != Notify::default(), "notify"),
            (self.textfile.is_some(), "metrics.textfile"),
        ];
        says.into_iter().find_map(|(is_said, key)| is_said.then_some(key))
    }

    /// The same, with what another file says where this one says nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            inbox: self.inbox.or(other.inbox),
            until: self.until.or(other.until),
            wait_minutes: self.wait_minutes.or(other.wait_minutes),
            max_shrink: self.max_shrink.or(other.max_shrink),
            settle_seconds: self.settle_seconds.or(other.settle_seconds),
            command: self.command.or(other.command),
            notify: if self.notify == Notify::default() { other.notify } else { self.notify },
            textfile: self.textfile.or(other.textfile),
        }
    }
}
