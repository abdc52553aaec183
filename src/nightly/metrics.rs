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

/// Writes the file in one go, so that a collector never reads half of it.
pub fn write(path: &Path, workspace: &Workspace, night: &Night, now: f64) -> anyhow::Result<()> {
    let before = fs::read_to_string(path).unwrap_or_default();
    let text = text(workspace, night, now, last_success(&before))?;
    let beside = path.with_extension("new");
    fs::write(&beside, text).with_context(|| format!("cannot write `{}`", beside.display()))?;
    fs::rename(&beside, path).with_context(|| format!("cannot write `{}`", path.display()))
}

fn last_success(before: &str) -> Option<f64> {
    let line = before.lines().find(|line| line.starts_with(LAST_SUCCESS))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

fn text(workspace: &Workspace, night: &Night, now: f64, last_success: Option<f64>) -> anyhow::Result<String> {
    let mut registry = Registry::default();
    let labels = vec![("workspace".to_owned(), workspace.root().display().to_string())];
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
