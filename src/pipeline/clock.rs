//! The time and who is here, as journals and reports write them. `TURNUP_NOW` fixes the time for rehearsals.

use std::hash::{BuildHasher, RandomState};

use anyhow::Context;
use jiff::civil::Time;
use jiff::{Timestamp, Zoned};

use crate::plan::Ends;

/// A time up to which a run may begin things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The next time that the clock on the wall shows this.
    Daily(Time),
    Moment(Timestamp),
}

impl Until {
    /// Reads `06:00`, or RFC 3339 such as `2026-11-23T06:00:00-03:00`.
    ///
    /// # Errors
    /// In words, when it is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_short = text.len() == 5 || text.len() == 8;
        match (text.parse::<Time>(), text.parse::<Timestamp>()) {
            (Ok(time), _) if is_short && text.contains(':') => Ok(Self::Daily(time)),
            (_, Ok(moment)) => Ok(Self::Moment(moment)),
            _ => Err("write a time of day such as 06:00, or a moment such as 2026-11-23T06:00:00-03:00".to_owned()),
        }
    }
}

/// The moment at which a run leaves off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    at: Zoned,
    pub left: std::time::Duration,
}

impl Deadline {
    /// Such as `2026-11-23 06:00 -03:00`.
    pub fn at(&self) -> String {
        self.at.strftime("%Y-%m-%d %H:%M %:z").to_string()
    }

    /// The time zone it is told in.
    pub fn zone(&self) -> String {
        let name = self.at.time_zone().iana_name();
        name.map_or_else(|| self.at.strftime("%Z").to_string(), str::to_owned)
    }
}

/// Tells the time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    fixed: Option<Zoned>,
}

impl Clock {
    /// The clock of this machine, or the fixed time that `TURNUP_NOW` names (RFC 3339).
    ///
    /// # Errors
    /// When `TURNUP_NOW` is no time.
    pub fn from_environment() -> anyhow::Result<Self> {
        let Some(text) = std::env::var("TURNUP_NOW").ok().filter(|text| !text.is_empty()) else {
            return Ok(Self::default());
        };
        let at: Timestamp = text
            .parse()
            .with_context(|| format!("TURNUP_NOW is `{text}`; write a time such as 2026-11-22T22:00:00Z"))?;
        Ok(Self { fixed: Some(at.to_zoned(jiff::tz::TimeZone::UTC)) })
    }

    /// Now, in the zone of this machine.
    pub(super) fn zoned(&self) -> Zoned {
        self.fixed.clone().unwrap_or_else(Zoned::now)
    }

    /// When that will be; none when it is over already.
    pub fn deadline(&self, until: Until) -> Option<Deadline> {
        let now = self.zoned();
        let at = match until {
            Until::Moment(moment) => moment.to_zoned(now.time_zone().clone()),
            Until::Daily(time) => {
                let today = now.with().time(time).build().ok()?;
                if today > now { today } else { now.tomorrow().ok()?.with().time(time).build().ok()? }
            }
        };
        let left = std::time::Duration::try_from(now.duration_until(&at)).ok().filter(|left| !left.is_zero())?;
        Some(Deadline { at, left })
    }

    /// When something that takes so many seconds from now would be done, at least and at most.
    pub fn ends(&self, least: f64, most: f64) -> Option<Ends> {
        let now = self.zoned();
        let after = |seconds: f64| now.checked_add(jiff::SignedDuration::try_from_secs_f64(seconds.ceil()).ok()?).ok();
        let shown = |at: &Zoned| {
            let form = if at.date() == now.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
            at.strftime(form).to_string()
        };
        let (from, to) = (after(least)?, after(most)?);
        let name = now.time_zone().iana_name();
        let zone = name.map_or_else(|| now.strftime("%:z").to_string(), str::to_owned);
        Some(Ends { from: shown(&from), to: shown(&to), zone })
    }

    /// The same time of day as a moment, so that it is not the next day's once it has passed.
    pub fn moment_of(&self, until: Until) -> Until {
        self.deadline(until).map_or(until, |deadline| Until::Moment(deadline.at.timestamp()))
    }

    /// Now.
    pub fn moment(&self) -> Timestamp {
        self.zoned().timestamp()
    }

    /// RFC 3339 with offset, to the millisecond.
    pub fn now(&self) -> String {
        self.zoned().strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }

    /// Seconds since 1970.
    pub fn seconds(&self) -> f64 {
        self.zoned().timestamp().as_duration().as_secs_f64()
    }

    /// A new run's id: `YYYYMMDDTHHMMSSZ-xxxx`.
    pub fn run_id(&self) -> String {
        let now = self.zoned().timestamp();
        let part = match self.fixed {
            // All ids of a clock that stands still would be one.
            Some(_) => RandomState::new().hash_one(std::process::id()) & 0xffff,
            None => part_of_second(now),
        };
        format!("{}-{part:04x}", now.strftime("%Y%m%dT%H%M%SZ"))
    }

    /// `user@host`.
    pub fn by(&self) -> String {
        let said = ["USER", "LOGNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
        let user = said.map(|name| name.trim().to_owned()).find(|name| !name.is_empty());
        format!("{}@{}", user.or_else(account).unwrap_or_else(|| "unknown".to_owned()), self.host())
    }

    /// The name of this machine.
    pub fn host(&self) -> String {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        if host.trim().is_empty() { "unknown".to_owned() } else { host.trim().to_owned() }
    }

    /// Who works here, for whoever finds the workspace locked.
    pub fn who(&self) -> String {
        format!("process {} of {} since {}", std::process::id(), self.by(), self.now())
    }
}

/// The account that the process runs under, where the environment does not name it, as under cron or in a container: its name
/// in the system's list, or its number.
fn account() -> Option<String> {
    #[cfg(unix)]
    {
        let id = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").ok()?);
        let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        Some(name_of(id, &accounts).unwrap_or_else(|| format!("uid-{id}")))
    }
    #[cfg(not(unix))]
    None
}

/// The name of an account in the text of `/etc/passwd`.
#[cfg(unix)]
fn name_of(id: u32, accounts: &str) -> Option<String> {
    let fields = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut names = fields.filter(|fields| fields.get(2).is_some_and(|field| field.parse() == Ok(id)));
    names.next().map(|fields| fields[0].to_owned()).filter(|name| !name.is_empty())
}

/// How much of the second is over, in 65,536 parts: ids of one second sort as their runs began.
fn part_of_second(now: Timestamp) -> u64 {
    u64::from(now.subsec_nanosecond().unsigned_abs()) * 0x1_0000 / 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `--until` comes to at a time of a zone.
    fn told(now: &str, until: &str) -> String {
        let clock = Clock { fixed: Some(now.parse().expect("a time with its zone")) };
        match Until::parse(until).map(|until| clock.deadline(until)) {
            Ok(Some(deadline)) => format!("{} {} {}", deadline.at(), deadline.zone(), deadline.left.as_secs()),
            Ok(None) => "over".to_owned(),
            Err(_) => "unreadable".to_owned(),
        }
    }

    #[test]
    fn a_time_of_day_is_the_next_such_moment() {
        let night = "2026-11-22T22:00:00[America/Sao_Paulo]";
        assert_eq!(told(night, "06:00"), "2026-11-23 06:00 -03:00 America/Sao_Paulo 28800");
        assert_eq!(told(night, "22:30"), "2026-11-22 22:30 -03:00 America/Sao_Paulo 1800");
        assert_eq!(told(night, "22:00"), "2026-11-23 22:00 -03:00 America/Sao_Paulo 86400");
        assert_eq!(told(night, "22:00:05"), "2026-11-22 22:00 -03:00 America/Sao_Paulo 5");
        // The clock goes back in between, so the night has an hour more.
        assert_eq!(told("2026-10-24T22:00:00[Europe/Lisbon]", "06:00"), "2026-10-25 06:00 +00:00 Europe/Lisbon 32400");
    }

    #[test]
    #[cfg(unix)]
    fn accounts_are_known_by_their_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nbroken\nturnup:x:1001:1001::/home/turnup:/bin/sh\n";
        assert_eq!(name_of(1001, accounts).as_deref(), Some("turnup"));
        assert_eq!((name_of(7, accounts), name_of(7, "")), (None, None));
    }

    #[test]
    fn a_moment_that_has_passed_is_not_tomorrow() {
        let at = |now: &str| Clock { fixed: Some(now.parse().expect("a time with its zone")) };
        let until = Until::parse("06:00").expect("a time of day");
        let (evening, morning) = (at("2026-11-22T22:00:00[UTC]"), at("2026-11-23T06:01:00[UTC]"));
        assert!(morning.deadline(until).is_some(), "the next six o'clock");
        assert_eq!(morning.deadline(evening.moment_of(until)), None);
    }

    #[test]
    fn a_moment_is_told_in_the_zone_of_the_clock() {
        let night = "2026-11-22T22:00:00[UTC]";
        assert_eq!(told(night, "2026-11-23T06:00:00-03:00"), "2026-11-23 09:00 +00:00 UTC 39600");
        assert_eq!(told(night, "2026-11-22T21:00:00Z"), "over");
        for unreadable in ["", "6", "24:30", "noon", "06h00", "2026-11-23", "2026-11-23T06:00:00"] {
            assert_eq!(told(night, unreadable), "unreadable", "{unreadable}");
        }
    }
}
