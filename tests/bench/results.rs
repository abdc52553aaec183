//! How long writing the result files of a million rows takes, beside copying their sheets with the csv crate.
//!
//! `cargo bench --bench results`; `-- --quick` takes a tenth of the rows. It fails where the target is missed. The copy is not
//! synced and the result files are, and they hold about three times as many bytes; both are told beside the ratio.

mod generator;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::time::Instant;

use generator::{Shape, write};
use turnup::model::SheetKind;
use turnup::report::{Outcome, RowResult, write_results};
use turnup::sheet::{self, Options, Sheets};

const USERS_PER_CUSTOMER: usize = 500;
/// Pairs, in turns.
const TURNS: usize = 7;
/// Most times that writing may take what copying takes.
const RATIO_MAX: f64 = 3.0;
/// Of so many rows one is rejected, and one is held back.
const REJECTED_EVERY: usize = 200;
const BLOCKED_EVERY: usize = 97;

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let is_met = is_fast(if is_quick { 100_000 } else { 1_000_000 });
    std::process::exit(i32::from(!is_met));
}

fn say(text: &str) {
    writeln!(stdout(), "{text}").expect("somebody reads along");
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// The yardstick: every record of every sheet is read and written again.
fn copy(from: &Path, to: &Path) -> f64 {
    let begun = Instant::now();
    for kind in SheetKind::ALL {
        let name = sheet::file_name(kind);
        let mut reader = csv::Reader::from_path(from.join(&name)).expect("the sheet is there");
        let mut writer = csv::Writer::from_path(to.join(&name)).expect("the bench may write here");
        writer.write_byte_record(reader.byte_headers().expect("there is a header")).expect("the bench may write here");
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).expect("the sheet is CSV") {
            writer.write_byte_record(&record).expect("the bench may write here");
        }
        writer.flush().expect("the bench may write here");
    }
    begun.elapsed().as_secs_f64()
}

/// What a run that went well for nearly all rows has to say of them.
fn results(sheets: &Sheets) -> HashMap<SheetKind, Vec<RowResult>> {
    let of = |kind: SheetKind| (0..sheets.get(kind).row_count()).map(|row| result(kind, row)).collect();
    SheetKind::ALL.into_iter().map(|kind| (kind, of(kind))).collect()
}

fn result(kind: SheetKind, row: usize) -> RowResult {
    let blank = RowResult { row, ..RowResult::new(Outcome::Created) };
    if row % REJECTED_EVERY == 1 {
        RowResult {
            outcome: Outcome::Rejected,
            codes: vec!["R301".to_owned(), "R402".to_owned()],
            reason: format!(
                "email: `person{row} at example` is no e-mail address; package: `webex_caling` is no package"
            ),
            fix: "write it as name@company.example; choose one of the packages; did you mean `webex_calling`?"
                .to_owned(),
            ..blank
        }
    } else if row.is_multiple_of(BLOCKED_EVERY) && kind == SheetKind::Users {
        let by = format!("customers.csv:{}", row / USERS_PER_CUSTOMER + 2);
        RowResult { outcome: Outcome::Blocked, reason: format!("{by} stands in the way"), blocked_by: by, ..blank }
    } else {
        RowResult {
            webex_id: format!("Y2lzY29zcGFyazovL3VzL1NVQlNDUklCRVIvZDg4ZDNlYjctYzVjYS00{row:022}"),
            attempts: 1,
            tracking_id: format!("ROUTER_65F1A2B3-04C5-01BB-6E7F-{row:012}"),
            finished_at: "2026-11-22T10:00:00.123456789+00:00".to_owned(),
            ..blank
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn mebibytes(folder: &Path) -> f64 {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let sizes = entries.map(|entry| entry.and_then(|entry| entry.metadata()).expect("the file is there").len());
    sizes.sum::<u64>() as f64 / f64::from(1 << 20)
}

fn is_fast(users: usize) -> bool {
    let (input, copied, written) =
        (folder(&format!("results-{users}")), folder("results-copied"), folder("results-written"));
    if !input.join("made").exists() {
        let shape = Shape { users, mistakes_per_mille: 5, seed: 1 };
        write(&input, shape, USERS_PER_CUSTOMER).expect("the bench may write here");
        File::create(input.join("made")).expect("the bench may write here");
    }
    for folder in [&copied, &written] {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).expect("the bench may write here");
    }
    let sheets = sheet::read(&input, &Options::default()).expect("the sheets can be read");
    let results = results(&sheets);
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        let plain = copy(&input, &copied);
        let begun = Instant::now();
        write_results(&written, &sheets, &results).expect("the bench may write here");
        pairs.push((plain, begun.elapsed().as_secs_f64()));
    }
    let (plain, own) = (median(pairs.iter().map(|pair| pair.0)), median(pairs.iter().map(|pair| pair.1)));
    let ratios = || pairs.iter().map(|pair| pair.1 / pair.0);
    let ratio = median(ratios());
    let (best, worst) = (ratios().fold(f64::MAX, f64::min), ratios().fold(0.0, f64::max));
    let verdict = if ratio <= RATIO_MAX { "held" } else { "MISSED" };
    say(&format!("{users} users, {TURNS} pairs in turns, medians:"));
    say(&format!(
        "  copy {plain:.3} s ({:.0} MiB), results {own:.3} s ({:.0} MiB)",
        mebibytes(&copied),
        mebibytes(&written)
    ));
    say(&format!("  {ratio:.2} times, from {best:.2} to {worst:.2} (target {RATIO_MAX}: {verdict})"));
    ratio <= RATIO_MAX
}
