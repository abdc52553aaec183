//! How much memory a large run takes, and whether it grows on the way.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::say;
use crate::generator::{Shape, write};
use crate::webex::Webex;

const CUSTOMERS: usize = 2_000;
const USERS: usize = 100_000;
/// In MiB.
const MEMORY_MAX: f64 = 300.0;
/// Most that memory may grow between the first and the last quarter of the sending, as a ratio.
const GROWTH_MAX: f64 = 1.1;
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks that are shown.
const SHOWN: usize = 20;

/// One look at the process: seconds since its start, MiB, steps that were over.
type Look = (f64, f64);

pub fn is_flat() -> bool {
    let folder = workspace();
    let webex = Webex::start(&["--latency-ms", "0", "--provision-ms", "50"]);
    let mut turnup = Command::new(env!("CARGO_BIN_EXE_turnup"))
        .arg("run")
        .arg(&folder)
        .args(["--yes", "--quiet", "--max-in-flight", "64", "--api-url", &webex.url])
        .env("TURNUP_TOKEN", "token")
        .env("XDG_CONFIG_HOME", &folder)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("turnup starts");
    let begun = Instant::now();
    let (mut looks, mut peak): (Vec<Look>, f64) = (Vec::new(), 0.0);
    let status = loop {
        if let Some(status) = turnup.try_wait().expect("it can be asked") {
            break status;
        }
        if let Some((now, highest)) = memory_of(turnup.id()) {
            looks.push((begun.elapsed().as_secs_f64(), now));
            peak = peak.max(highest);
        }
        std::thread::sleep(LOOK_EVERY);
    };
    say(&format!("{CUSTOMERS} customers, {} locations, {USERS} users; {status}", 3 * CUSTOMERS));
    say("  seconds       MiB");
    for (seconds, now) in looks.iter().step_by(looks.len().div_ceil(SHOWN).max(1)) {
        say(&format!("{seconds:>9.1} {now:>9.1}"));
    }
    let quarter = looks.len() / 4;
    let highest = |looks: &[Look]| looks.iter().map(|(_, now)| *now).fold(0.0, f64::max);
    // The report, at the end, is made when nothing is sent any more.
    let (early, late) = (highest(&looks[quarter..2 * quarter]), highest(&looks[2 * quarter..3 * quarter]));
    let growth = late / early;
    say(&format!(
        "peak {peak:.0} MiB (target {MEMORY_MAX:.0}); {early:.0} MiB in the second quarter of the time, {late:.0} in the \
         third: {growth:.2} times (target {GROWTH_MAX})"
    ));
    status.success() && peak <= MEMORY_MAX && growth <= GROWTH_MAX
}

fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-memory");
    let _ = std::fs::remove_dir_all(&folder);
    let shape = Shape { users: USERS, mistakes_per_mille: 0, seed: 1 };
    write(&folder, shape, USERS / CUSTOMERS).expect("the bench may write here");
    folder
}

/// What a process holds now, and what it held at most, in MiB; none once it is over.
fn memory_of(process: u32) -> Option<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
    };
    Some((of("VmRSS:")?, of("VmHWM:")?))
}
