//! Every mistake of a generated workspace is found at its row and column, and nothing else.

#[path = "bench/generator.rs"]
mod generator;

use std::process::Command;

use generator::{Shape, Truth, write};

#[test]
fn what_is_wrong_is_found_and_nothing_else() {
    for seed in 0..3 {
        let folder = tempfile::tempdir().expect("the test may write here");
        let shape = Shape { users: 10_000, mistakes_per_mille: 50, seed };
        let mut truth = write(folder.path(), shape, 500).expect("the test may write here");
        truth.sort();
        assert!(truth.len() > 400, "one row in twenty is wrong");
        let run = Command::new(env!("CARGO_BIN_EXE_turnup"))
            .args(["check", "--format", "csv"])
            .arg(folder.path())
            .output()
            .expect("turnup runs");
        let mut reader = csv::Reader::from_reader(run.stdout.as_slice());
        let mut found: Vec<(String, usize, String, String)> = reader
            .records()
            .map(|record| {
                let record = record.expect("the findings are CSV");
                let row = record[1].parse().expect("every finding has a row");
                (record[0].to_owned(), row, record[2].to_owned(), record[3].to_owned())
            })
            .collect();
        found.sort();
        let wanted: Vec<_> = truth
            .iter()
            .map(|Truth { row, column, code }| ("users.csv".to_owned(), *row, (*column).to_owned(), (*code).to_owned()))
            .collect();
        let missing: Vec<_> = wanted.iter().filter(|mistake| !found.contains(mistake)).take(10).collect();
        let strange: Vec<_> = found.iter().filter(|finding| !wanted.contains(finding)).take(10).collect();
        assert!(missing.is_empty() && strange.is_empty(), "not found: {missing:#?}\nnot made: {strange:#?}");
        assert_eq!(found.len(), wanted.len());
    }
}
