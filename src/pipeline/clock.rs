//! The time and who is here, as journals and reports write them. `TURNUP_NOW` fixes the time for rehearsals.

use std::hash::{BuildHasher, RandomState};

use anyhow::Context;
use jiff::{Timestamp, Zoned};

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

    fn zoned(&self) -> Zoned {
        self.fixed.clone().unwrap_or_else(Zoned::now)
    }

    /// RFC 3339 with offset, to the millisecond.
    pub fn now(&self) -> String {
        self.zoned().strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }

    /// A new run's id: `YYYYMMDDTHHMMSSZ-xxxx`.
    pub fn run_id(&self) -> String {
        let random = RandomState::new().hash_one(std::process::id()) & 0xffff;
        format!("{}-{random:04x}", self.zoned().timestamp().strftime("%Y%m%dT%H%M%SZ"))
    }

    /// `user@host`.
    pub fn by(&self) -> String {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        format!("{user}@{}", if host.trim().is_empty() { "unknown" } else { host.trim() })
    }

    /// Who works here, for whoever finds the workspace locked.
    pub fn who(&self) -> String {
        format!("process {} of {} since {}", std::process::id(), self.by(), self.now())
    }
}
