//! Figures of a night for Prometheus, as a file for the collector of text files.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use anyhow::Context;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Night;
use crate::pipeline::exit;
use crate::workspace::Workspace;

type Labels = Vec<(String, String)>;
type Number = Gauge<f64, AtomicU64>;

/// When a night last went well.
const LAST_SUCCESS: &str = "turnup_last_success_timestamp_seconds";

/// Writes the file in one go, so that a collector never reads half of it. What other workspaces wrote there stays.
pub fn write(path: &Path, workspace: &Workspace, night: &Night, now: f64) -> anyhow::Result<()> {
    let before = fs::read_to_string(path).unwrap_or_default();
    let name = std::path::absolute(workspace.root()).unwrap_or_else(|_| workspace.root().to_owned());
    let name = name.display().to_string();
    let (own, others): (Vec<&str>, Vec<&str>) =
        before.lines().filter(|line| !line.starts_with('#')).partition(|line| is_of(line, &name));
    let text = together(&text(&name, night, now, last_success(&own))?, &others);
    let beside = path.with_extension("new");
    fs::write(&beside, text).with_context(|| format!("cannot write `{}`", beside.display()))?;
    fs::rename(&beside, path).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Does a line tell of this workspace?
fn is_of(line: &str, workspace: &str) -> bool {
    let escaped = workspace.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    line.contains(&format!("workspace=\"{escaped}\""))
}

fn last_success(own: &[&str]) -> Option<f64> {
    let line = own.iter().find(|line| line.starts_with(LAST_SUCCESS))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// Lines of one figure stand together, whichever workspace they tell of.
fn together(own: &str, others: &[&str]) -> String {
    let name_of = |line: &str| line.split(['{', ' ']).next().unwrap_or_default().to_owned();
    let mut others: Vec<&str> = others.iter().copied().filter(|line| line.contains("workspace=\"/")).collect();
    let mut text = String::new();
    let mut push = |line: &str| text += &format!("{line}\n");
    for line in own.lines() {
        if line == "# EOF" {
            others.drain(..).for_each(&mut push);
        }
        push(line);
        if let Some(name) = line.strip_prefix("# TYPE ").map(&name_of) {
            others.iter().filter(|other| name_of(other) == name).copied().for_each(&mut push);
            others.retain(|other| name_of(other) != name);
        }
    }
    text
}

fn text(workspace: &str, night: &Night, now: f64, last_success: Option<f64>) -> anyhow::Result<String> {
    let mut registry = Registry::default();
    let labels = vec![("workspace".to_owned(), workspace.to_owned())];
    let mut add = |name: &str, help: &str, values: Vec<(Labels, f64)>| {
        let family = Family::<Labels, Number>::default();
        for (more, value) in values {
            family.get_or_create(&[labels.clone(), more].concat()).set(value);
        }
        registry.register(name, help, family);
    };
    let one = |value: f64| vec![(Vec::new(), value)];
    add("turnup_last_run_timestamp_seconds", "When the last night ended", one(now));
    let success = if night.exit == exit::WELL { Some(now) } else { last_success };
    add(LAST_SUCCESS, "When a night last ended well", success.map(one).unwrap_or_default());
    add("turnup_exit_code", "Exit code of the last night", one(f64::from(night.exit)));
    add("turnup_duration_seconds", "How long the last night took", one(night.seconds));
    add("turnup_rows", "Rows of the last night by sheet and outcome", rows(night));
    let mut text = String::new();
    encode(&mut text, &registry).context("the metrics cannot be put into words")?;
    Ok(text)
}

fn rows(night: &Night) -> Vec<(Labels, f64)> {
    let counts = night.report.as_ref().and_then(|report| report["counts"].as_object());
    let of = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut rows = Vec::new();
    for (sheet, outcomes) in counts.into_iter().flatten() {
        for (outcome, count) in outcomes.as_object().into_iter().flatten() {
            let labels = vec![of("sheet", sheet), of("outcome", outcome)];
            rows.push((labels, count.as_f64().unwrap_or_default()));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_workspace_keeps_its_own_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("turnup.prom");
        let places = ["a", "b"].map(|name| folder.path().join(name));
        let of = |place: &Path, exit: u8, now: f64| {
            fs::create_dir_all(place).expect("a folder");
            let workspace = Workspace::open(place).expect("a workspace");
            write(&path, &workspace, &Night { exit, ..Night::default() }, now).expect("it is written");
        };
        of(&places[0], 0, 10.0);
        of(&places[1], 5, 20.0);
        of(&places[1], 3, 30.0);
        let text = fs::read_to_string(&path).expect("it is there");
        let lines = |name: &str| text.lines().filter(|line| line.starts_with(name)).collect::<Vec<_>>();
        let (a, b) = (places[0].display().to_string(), places[1].display().to_string());
        assert_eq!(lines(LAST_SUCCESS), [format!("{LAST_SUCCESS}{{workspace=\"{a}\"}} 10.0")], "{text}");
        let mut codes = lines("turnup_exit_code{");
        codes.sort_unstable();
        let expected = [(&a, "0.0"), (&b, "3.0")];
        let expected = expected.map(|(place, code)| format!("turnup_exit_code{{workspace=\"{place}\"}} {code}"));
        assert_eq!(codes, expected, "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
