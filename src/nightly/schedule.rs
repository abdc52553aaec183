//! When nights begin, in words for systemd or cron.

use std::fmt::Write;
use std::path::Path;

/// Who starts the nights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Systemd,
    Cron,
}

/// When.
#[derive(Debug, Clone)]
pub struct Timetable {
    /// `HH:MM`.
    pub at: jiff::civil::Time,
    /// IANA name; that of the machine otherwise.
    pub zone: Option<String>,
    /// So many minutes later at most, drawn anew each night, so that not everybody begins at once.
    pub jitter_minutes: u32,
    /// Variables with their values: neither systemd nor cron hands on those of whoever asked.
    pub environment: Vec<(String, String)>,
}

/// One file to be written, or lines to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub name: String,
    pub text: String,
}

/// What has to be installed so that a workspace has its nights. They run as the owner of its folder, whose state is nobody
/// else's to trust.
pub fn schedule(kind: Kind, program: &Path, workspace: &Path, owner: u32, timetable: &Timetable) -> Vec<Unit> {
    let name = workspace.file_name().map_or_else(|| "work".to_owned(), |name| name.to_string_lossy().into_owned());
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect();
    match kind {
        Kind::Systemd => vec![
            Unit { name: format!("turnup-{name}.service"), text: service(program, workspace, owner, timetable) },
            Unit { name: format!("turnup-{name}.timer"), text: timer(workspace, timetable) },
        ],
        Kind::Cron => vec![Unit { name: format!("turnup-{name}"), text: crontab(program, workspace, timetable) }],
    }
}

/// A path for a line of a unit: quoted, and `%` and `$` stand for themselves.
fn unit_path(path: &Path) -> String {
    quoted(&path.display().to_string()).replace('$', "$$")
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    format!("\"{text}\"")
}

/// What the process may not do. It needs its workspace, the network and its token.
const HARDENING: &[&str] = &[
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectControlGroups=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "RemoveIPC=yes",
    "CapabilityBoundingSet=",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "UMask=0077",
];

fn service(program: &Path, workspace: &Path, owner: u32, timetable: &Timetable) -> String {
    let mut text = format!(
        "[Unit]\n\
         Description=turnup: a night of {shown}\n\
         Wants=network-online.target\n\
         After=network-online.target\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         # The owner of the folder.\n\
         User={owner}\n\
         ExecStart={program} nightly {path}\n\
         # Rejected and failed rows, and guards, are worth a mail and no alarm.\n\
         SuccessExitStatus=3 4 5\n\
         # The token, readable for root alone; the process sees a copy that is gone when it ends.\n\
         LoadCredential=turnup-token:/etc/turnup/token\n\
         ReadWritePaths={path}\n\
         TimeoutStopSec=60\n",
        shown = workspace.display().to_string().replace('%', "%%"),
        program = unit_path(program),
        path = unit_path(workspace),
    );
    for (name, value) in &timetable.environment {
        text += &format!("Environment={}\n", quoted(&format!("{name}={value}")));
    }
    for line in HARDENING {
        text += line;
        text.push('\n');
    }
    text
}

fn timer(workspace: &Path, timetable: &Timetable) -> String {
    let zone = timetable.zone.as_deref().map(|zone| format!(" {zone}")).unwrap_or_default();
    format!(
        "[Unit]\n\
         Description=turnup: when the nights of {shown} begin\n\
         \n\
         [Timer]\n\
         OnCalendar=*-*-* {at}{zone}\n\
         RandomizedDelaySec={jitter}min\n\
         # A night that was missed is made up for.\n\
         Persistent=true\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        shown = workspace.display().to_string().replace('%', "%%"),
        at = timetable.at.strftime("%H:%M:%S"),
        jitter = timetable.jitter_minutes,
    )
}

/// A line for `crontab -e`; a `%` would end it.
fn crontab(program: &Path, workspace: &Path, timetable: &Timetable) -> String {
    let word = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "'\\''").replace('%', "\\%"));
    let mut text = "# cron hands on no token: say TURNUP_TOKEN_FILE=FILE above this line\n".to_owned();
    for (name, value) in &timetable.environment {
        let _ = writeln!(text, "{name}={value}");
    }
    if let Some(zone) = &timetable.zone {
        let _ = writeln!(text, "CRON_TZ={zone}");
    }
    let sleep = match timetable.jitter_minutes {
        0 => String::new(),
        // `sh` has no random numbers of its own; the process id is random enough to spread machines.
        minutes => format!("sleep $(( $$ \\% {} )); ", u64::from(minutes) * 60),
    };
    let (minute, hour) = (timetable.at.minute(), timetable.at.hour());
    let (program, workspace) = (word(program), word(workspace));
    let _ = writeln!(text, "{minute} {hour} * * * {sleep}{program} nightly {workspace}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timetable(zone: Option<&str>, jitter_minutes: u32) -> Timetable {
        let environment = vec![("TURNUP_LANG".to_owned(), "pt-BR".to_owned())];
        Timetable { at: jiff::civil::time(22, 5, 0, 0), zone: zone.map(str::to_owned), jitter_minutes, environment }
    }

    fn units(kind: Kind, zone: Option<&str>, jitter: u32) -> Vec<Unit> {
        schedule(kind, Path::new("/usr/bin/turnup"), Path::new("/srv/50% work"), 1004, &timetable(zone, jitter))
    }

    #[test]
    fn a_unit_names_its_paths_and_its_time() {
        let [service, timer] = <[Unit; 2]>::try_from(units(Kind::Systemd, Some("America/Sao_Paulo"), 10)).expect("two");
        assert_eq!((service.name.as_str(), timer.name.as_str()), ("turnup-50--work.service", "turnup-50--work.timer"));
        assert!(
            service.text.contains("ExecStart=\"/usr/bin/turnup\" nightly \"/srv/50%% work\"\n"),
            "{}",
            service.text
        );
        assert!(service.text.contains("User=1004\n"), "{}", service.text);
        assert!(service.text.contains("Environment=\"TURNUP_LANG=pt-BR\"\n"), "{}", service.text);
        assert!(timer.text.contains("OnCalendar=*-*-* 22:05:00 America/Sao_Paulo\n"), "{}", timer.text);
        assert!(timer.text.contains("RandomizedDelaySec=10min\n"), "{}", timer.text);
    }

    #[test]
    fn a_crontab_line_keeps_its_percent_signs() {
        let [unit] = <[Unit; 1]>::try_from(units(Kind::Cron, None, 0)).expect("one");
        assert_eq!(
            unit.text.lines().nth(2).map(|line| format!("{line}\n")).as_deref(),
            Some("5 22 * * * '/usr/bin/turnup' nightly '/srv/50\\% work'\n")
        );
        let [unit] = <[Unit; 1]>::try_from(units(Kind::Cron, Some("UTC"), 2)).expect("one");
        assert_eq!(unit.text.lines().skip(1).take(2).collect::<Vec<_>>(), ["TURNUP_LANG=pt-BR", "CRON_TZ=UTC"]);
        assert!(unit.text.contains("sleep $(( $$ \\% 120 )); "), "{}", unit.text);
    }
}
