//! Objects that do not simply succeed: customers under review, users who must consent, numbers and streets that
//! somebody else knows better. Values only; routes and jobs ask.

use super::records::Status;

/// Everything that is held.
#[derive(Debug, Default)]
pub struct Holds {
    pub(super) customers: Vec<(String, CustomerHold)>,
    pub(super) emails: Vec<(String, EmailHold)>,
    pub(super) seats: Vec<(String, SeatHold)>,
    pub(super) addresses: Vec<(String, AddressHold)>,
    pub(super) numbers: Vec<(String, NumberHold)>,
}

/// How the job of a customer ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerHold {
    pub status: Status,
    pub release: Release,
    /// The package that fails; the last one when none is named.
    pub package: Option<String>,
    /// Why, in the words of the package's `errors`; Cisco's own warning about maintenance when nothing is said.
    pub reason: Option<String>,
}

/// When something that waits goes on; never, when neither is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Release {
    /// So long after it began to wait.
    pub after_ms: Option<u64>,
    /// After it was looked at so often.
    pub after_looks: Option<u32>,
}

/// What is the matter with an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailHold {
    /// Its owner must consent to being moved.
    PendingMigration(Release),
    /// It belongs to another organisation.
    Taken,
}

/// What somebody calls from already, before they become a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatHold {
    pub extension: String,
    /// The name of the location; the first with calling when none is named.
    pub location: Option<String>,
}

/// What is the matter with the first line of an emergency address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressHold {
    /// There is no such street.
    Unknown,
    /// The street is written another way.
    Corrected(String),
}

/// What is the matter with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberHold {
    /// Another organisation has it.
    InUse,
    /// It cannot be had at all.
    Unavailable,
}

impl Holds {
    /// How the job of that customer ends, when not well.
    pub fn customer(&self, external_id: &str) -> Option<&CustomerHold> {
        self.customers.iter().find(|(id, _)| id == external_id).map(|(_, hold)| hold)
    }

    /// Whether looking at what waits makes it go on.
    pub fn counts_looks(&self) -> bool {
        let of_email = |hold: &EmailHold| matches!(hold, EmailHold::PendingMigration(it) if it.after_looks.is_some());
        self.customers.iter().any(|(_, hold)| hold.release.after_looks.is_some())
            || self.emails.iter().any(|(_, hold)| of_email(hold))
    }

    /// What is the matter with that e-mail address.
    pub fn email(&self, email: &str) -> Option<EmailHold> {
        self.emails.iter().find(|(held, _)| held.eq_ignore_ascii_case(email)).map(|(_, hold)| *hold)
    }

    /// When the owner of that address consents, if anything is the matter with it at all.
    pub fn consent(&self, email: &str) -> Option<Release> {
        match self.email(email)? {
            EmailHold::PendingMigration(release) => Some(release),
            EmailHold::Taken => None,
        }
    }

    /// What the owner of that address calls from already.
    pub fn seat(&self, email: &str) -> Option<&SeatHold> {
        self.seats.iter().find(|(held, _)| held.eq_ignore_ascii_case(email)).map(|(_, seat)| seat)
    }

    /// What the directory of streets says about the first line of an address, when it is not simply right.
    pub fn address(&self, line: &str) -> Option<&AddressHold> {
        self.addresses.iter().find(|(held, _)| held.eq_ignore_ascii_case(line)).map(|(_, hold)| hold)
    }

    /// What is the matter with that number.
    pub fn number(&self, e164: &str) -> Option<NumberHold> {
        self.numbers.iter().find(|(held, _)| held == e164).map(|(_, hold)| *hold)
    }
}
