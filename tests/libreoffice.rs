//! A thousand rejected rows, opened and saved by LibreOffice with its default settings, mended and sent back. It does to
//! numbers what it does to everybody's: nothing of that may arrive.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Bench, CUSTOMERS, LOCATIONS, Ran, Results, Simulator, outcomes, with_parts};

/// Rejected users; as many branches as there are in the locations sheet are rejected too.
const WRONG: usize = 1000;
const RIGHT: usize = 50;

/// A shop with a thousand users whose addresses are wrong, fifty that are well, and two branches with ranges of numbers whose
/// zone is wrong. Extensions and the operator's own column have zeros in front, and some cells look like days or numbers.
fn shop() -> Bench {
    let bench = Bench::small();
    let customers = CUSTOMERS.lines().take(2).collect::<Vec<_>>().join("\n");
    bench.write("work/customers.csv", &(customers + "\n"));
    let locations = LOCATIONS.trim().to_owned()
        + ",numbers\naurora,Braga,1/2,Braga,4700-001,PT,Europe/Lisbonn,+351253000100-+351253000109\n\
           aurora,Porto,Rua A 1-2,Porto,4050-509,PT,Europe/Lisbonn,+351223000100;+351223000101\n";
    bench.write("work/locations.csv", &locations);
    let mut users =
        "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role,Cost centre\n\
         aurora,Ana,Silva,ana@aurora.example,webex_suite,Headquarters,+351211000000,00000,full_admin,12E4\n"
            .to_owned();
    for n in 1..=WRONG + RIGHT {
        let at = if n <= WRONG { " at " } else { "@" };
        let odd = ["007", "12E4", "1/2", "2026-01-05", "=1+1", "-5", "1.50", "true"][n % 8];
        users += &format!(
            "aurora,João {n},O'Brien,user{n}{at}aurora.example,webex_calling,Headquarters,+35121{:07},{n:05},,{odd}\n",
            1_000_000 + n
        );
    }
    bench.write("work/users.csv", &users);
    bench
}

/// Opens a file in LibreOffice and saves it, as CSV or as a workbook.
fn saved(file: &Path, as_what: &str, folder: &Path) -> PathBuf {
    let profile = folder.join("profile");
    let run = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .args(["--headless", "--convert-to", as_what, "--outdir"])
        .arg(folder)
        .arg(file)
        .output()
        .expect("LibreOffice is there: tests/run.sh installs it, or `apt-get install libreoffice-calc`");
    let name = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
    let made = folder.join(format!("{name}.{as_what}"));
    assert!(made.exists(), "{run:?}");
    made
}

/// Mends every cell of a saved file: the text parts of a workbook, or the text of a CSV file.
fn mended(path: &Path) -> Vec<u8> {
    let mend = |text: &str| text.replace(" at aurora", "@aurora").replace("Lisbonn", "Lisbon");
    let bytes = fs::read(path).expect("it was saved");
    if path.extension().is_some_and(|extension| extension == "xlsx") {
        return with_parts(&bytes, mend);
    }
    mend(&String::from_utf8(bytes).expect("LibreOffice writes UTF-8")).into_bytes()
}

/// Everything but what was wrong, as it stands in the sheet.
fn cells(bench: &Bench, ran: &Ran) -> Vec<String> {
    let columns = ["first_name", "last_name", "phone_number", "extension", "Cost centre"];
    Results::read(bench, ran, "users.results.csv").lines(&columns)
}

struct Way {
    /// The file of the report that is opened.
    file: &'static str,
    /// What LibreOffice saves it as.
    saved_as: &'static str,
}

const WAYS: [Way; 4] = [
    Way { file: "users.rejected.csv", saved_as: "csv" },
    Way { file: "users.rejected.csv", saved_as: "xlsx" },
    Way { file: "report.xlsx", saved_as: "xlsx" },
    Way { file: "locations.rejected.csv", saved_as: "csv" },
];

fn goes_round(way: &Way) {
    let bench = shop();
    let simulator = Simulator::start(&bench, &[]);
    bench.write("work/turnup.toml", "[guards]\nmax_error_rate = 1.0\n");
    let first = Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"])).expect_code(3);
    assert_eq!(outcomes(&bench, &first)["rejected"], WRONG + 2);
    bench.write("work/turnup.toml", "");
    let before = cells(&bench, &first);
    let report = bench.path(first.report());
    let as_it_was: Vec<String> = ["users", "locations"]
        .map(|sheet| fs::read_to_string(report.join(format!("{sheet}.rejected.csv"))).expect("the report has it"))
        .into();
    let requests = simulator.requests();

    // Opened and saved, and nothing else.
    fs::create_dir(bench.path("saved")).expect("it is new");
    let saved = saved(&report.join(way.file), way.saved_as, &bench.path("saved"));
    let saved_file = saved.to_str().expect("the path is text");
    let retry = ["retry", "work", "--yes", "--from", saved_file];
    let same = Ran::of(&mut bench.against(&simulator, &retry)).expect_code(3);
    assert!(!outcomes(&bench, &same).keys().any(|outcome| outcome != "rejected"), "{same:#?}");
    for (sheet, text) in ["users", "locations"].iter().zip(&as_it_was) {
        let again = fs::read_to_string(bench.path(same.report()).join(format!("{sheet}.rejected.csv")));
        let again = again.expect("the report has it");
        if way.file == "report.xlsx" || way.file.starts_with(sheet) {
            let changed = again.lines().zip(text.lines()).find(|(again, before)| again != before);
            assert!(again == *text, "{} as {} changed {sheet}: {changed:#?}", way.file, way.saved_as);
        }
    }
    assert_eq!(simulator.each_once("subscribers"), RIGHT + 1);
    assert!(simulator.requests() - requests < 20, "nothing is sent for rows that nobody mended");

    // And mended.
    fs::write(&saved, mended(&saved)).expect("the test may write here");
    let second = Ran::of(&mut bench.against(&simulator, &retry)).expect_code(0);
    let users = if way.file.starts_with("locations") { 0 } else { WRONG };
    let branches = if way.file.starts_with("users") { 0 } else { 2 };
    assert_eq!(outcomes(&bench, &second), [("created".to_owned(), users + branches)].into());
    assert_eq!(simulator.each_once("subscribers"), RIGHT + 1 + users);
    assert_eq!(simulator.each_once("locations"), 1 + branches);
    if users > 0 {
        let mut sent = cells(&bench, &second);
        let mut wanted = before[1..=WRONG].to_vec();
        sent.sort();
        wanted.sort();
        assert_eq!(sent, wanted);
        let numbers = simulator.state()["numbers"].to_string();
        for n in 1..=WRONG + RIGHT {
            let number = format!("+35121{:07}", 1_000_000 + n);
            assert!(numbers.contains(&number), "{number}");
        }
    }
}

#[test]
fn rejected_users_go_through_libreoffice_as_csv() {
    goes_round(&WAYS[0]);
}

#[test]
fn rejected_users_go_through_libreoffice_as_a_workbook() {
    goes_round(&WAYS[1]);
}

#[test]
fn the_workbook_of_a_report_goes_through_libreoffice() {
    goes_round(&WAYS[2]);
}

#[test]
fn ranges_of_numbers_go_through_libreoffice() {
    goes_round(&WAYS[3]);
}
