//! Reports of runs, made at the end of a run and again from the journal at any time later.

mod support;

use serde_json::Value;
use support::{Bench, Ran, Simulator, USERS, Working};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A run in which one user is rejected.
fn ran() -> (Bench, Ran) {
    let bench = Bench::small();
    bench.write("work/users.csv", &USERS.replace("carla@aurora", "carla aurora"));
    let run = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(3);
    (bench, run)
}

#[test]
fn report_json_has_every_row_with_its_cells_reasons_and_causes() {
    let (bench, run) = ran();
    let text = std::fs::read_to_string(bench.path(run.report()).join("report.json")).expect("it is there");
    let report = json(&text);
    assert_eq!((report["schema"].as_str(), report["exit"].as_u64()), (Some("turnup.report/1"), Some(3)));
    assert!(report["started"].is_string() && report["finished"].is_string(), "{report}");
    assert_eq!(report["counts"]["users"], json(r#"{"created":5,"rejected":1}"#));
    assert_eq!(report["stages"]["users"], json(r#"{"created":5}"#));
    assert_eq!(report["causes"][0]["id"], "C202/users/email");
    assert_eq!(report["causes"][0]["mend"]["value"], "carla aurora.example");
    let columns: Vec<_> = report["sheets"]["users"]["columns"].as_array().expect("a list").iter().collect();
    assert_eq!((columns[3]["header"].as_str(), columns[3]["column"].as_str()), (Some("email"), Some("email")));
    let rows = report["rows"].as_array().expect("a list");
    assert_eq!(rows.len(), 8);
    let carla = rows.iter().find(|row| row["result"] == "rejected").expect("one is rejected");
    assert_eq!((carla["file"].as_str(), carla["row"].as_u64()), (Some("users.csv"), Some(4)));
    assert_eq!(carla["cells"][3], "carla aurora.example");
    assert_eq!(carla["codes"], json(r#"["C202"]"#));
    assert_eq!(carla["reasons"][0]["column"], "email");
    assert_eq!(carla["causes"], json("[0]"));
}

#[test]
fn a_report_is_the_same_when_it_is_made_again() {
    let (bench, run) = ran();
    let folder = bench.path(run.report());
    let files = ["report.json", "users.results.csv", "users.rejected.csv", "customers.results.csv"];
    let read = || files.map(|file| std::fs::read_to_string(folder.join(file)).expect("it is there"));
    let first = read();
    std::fs::remove_dir_all(&folder).expect("it may be removed");
    let again = bench.ran(&["report", "-C", "work"]).expect_code(3);
    assert_eq!(read(), first);
    assert!(again.out.contains("cell `email` of users.csv:4"), "{}", again.out);
}

#[test]
fn what_programs_read_of_a_report_is_in_english() {
    let (bench, _) = ran();
    let json = |lang| bench.ran(&["report", "-C", "work", "--format", "json", "--lang", lang]).expect_code(3).out;
    assert_eq!(json("en"), json("pt-BR"));
    let csv = bench.ran(&["report", "-C", "work", "--format", "csv"]).expect_code(3).out;
    assert!(csv.contains("\r\nusers.csv,4,aurora,rejected,C202,"), "{csv}");
}

#[test]
fn runs_are_listed_for_programs() {
    let (bench, run) = ran();
    let listed = json(&bench.ran(&["runs", "work", "--format", "json"]).expect_code(0).out);
    assert_eq!(listed["schema"], "turnup.runs/1");
    let [only] = listed["runs"].as_array().expect("a list").as_slice() else { panic!("{listed}") };
    assert_eq!((only["state"].as_str(), only["exit"].as_u64()), (Some("finished"), Some(3)));
    assert!(run.report().ends_with(only["run"].as_str().expect("a name")));
    let none = json(&Bench::small().ran(&["runs", "work", "--format", "json"]).expect_code(0).out);
    assert_eq!(none["runs"], json("[]"));
}

#[test]
fn a_run_that_was_killed_has_a_report() {
    let bench = Bench::small();
    let faults = "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nkind = \"hang\"\n";
    let simulator = Simulator::with_faults(&bench, faults);
    let working = Working::start(&mut bench.against(&simulator, &["run", "work", "--yes"]));
    simulator.await_objects("customers", 2);
    std::thread::sleep(std::time::Duration::from_millis(300));
    working.signal("KILL");
    working.end();
    let told = bench.ran(&["report", "-C", "work"]).expect_code(6);
    assert!(told.err.contains("`turnup resume work` goes on"), "{}", told.err);
    let report = json(&bench.ran(&["report", "-C", "work", "--format", "json"]).expect_code(6).out);
    assert!(report["finished"].is_null() && report["exit"].is_null());
    assert_eq!(report["rows"].as_array().map(Vec::len), Some(8));
    assert_eq!(report["counts"]["customers"]["created"], 2, "{}", report["counts"]);
    let listed = json(&bench.ran(&["runs", "work", "--format", "json"]).out);
    assert_eq!(listed["runs"][0]["state"], "unfinished");
}

#[test]
fn the_page_holds_what_sheets_say_as_text_and_fetches_nothing() {
    let bench = Bench::small();
    bench.write("work/users.csv", &USERS.replace("Carla,Dias", "</script><img src=x>,\"=HYPERLINK(\"\"x\"\")\""));
    let run = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    let page = std::fs::read_to_string(bench.path(run.report()).join("report.html")).expect("it is there");
    assert!(page.contains("default-src 'none'; script-src 'sha256-"), "{}", &page[..600]);
    assert!(!page.contains("<img") && page.matches("</script>").count() == 2, "the data and the script end once each");
    assert!(page.contains("\\u003c/script>\\u003cimg src=x>"), "it is there as text");
    for fetching in ["src=\"", "href=\"http", "url(", "@import", "onclick", "style=\""] {
        assert!(!page.contains(fetching), "{fetching}");
    }
    let printed = bench.ran(&["report", "-C", "work", "--format", "html", "--lang", "pt-BR"]).expect_code(0).out;
    assert!(printed.contains("<html lang=\"pt-BR\">") && printed.contains("Todas as 8 linhas estão bem"), "{printed}");
}

#[test]
fn plans_and_evidence_are_pages_too() {
    let (bench, _) = ran();
    let plan = bench.ran(&["plan", "work", "--format", "html"]).expect_code(3).out;
    assert!(plan.contains("script-src 'none'") && plan.contains("<h1>No request would be made</h1>"), "{plan}");
    let evidence = bench.ran(&["report", "-C", "work", "--customer", "aurora", "--format", "html"]).expect_code(0).out;
    assert!(evidence.contains("TURNUP_") && evidence.contains("Left to do by hand"), "{evidence}");
}
