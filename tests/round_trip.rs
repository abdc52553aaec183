//! Rejected rows, mended and sent back: they are found again, what a spreadsheet did to them is put right, and what they had
//! held back goes along.

mod support;

use std::fs;

use support::{Bench, CUSTOMERS, LOCATIONS, Ran, Results, Simulator, USERS, outcomes, with_parts};
use turnup::sheet::workbook;

const RUN: [&str; 3] = ["run", "work", "--yes"];
const USERS_HEADER: &str =
    "customer_external_id,first_name,last_name,email,package,phone_number,extension,role,Cost centre\n";

/// How many rows had each outcome, as a sorted text.
fn counted(bench: &Bench, ran: &Ran) -> String {
    let mut counts: Vec<_> = outcomes(bench, ran).into_iter().map(|(word, count)| format!("{word} {count}")).collect();
    counts.sort();
    counts.join(", ")
}

fn rejected(bench: &Bench, ran: &Ran, sheet: &str) -> String {
    fs::read_to_string(bench.path(ran.report()).join(format!("{sheet}.rejected.csv"))).expect("the report has it")
}

fn run(bench: &Bench, simulator: &Simulator) -> Ran {
    Ran::of(&mut bench.against(simulator, &RUN))
}

fn retry(bench: &Bench, simulator: &Simulator, file: &str) -> Ran {
    Ran::of(&mut bench.against(simulator, &["retry", "work", "--yes", "--from", file]))
}

/// One shop whose users have extensions with zeros and numbers; some of them are wrong.
fn numbered(rows: &str) -> Bench {
    let bench = Bench::small();
    bench.write("work/customers.csv", &(CUSTOMERS.lines().take(2).collect::<Vec<_>>().join("\n") + "\n"));
    bench.write(
        "work/users.csv",
        &format!(
            "{USERS_HEADER}aurora,Ana,Silva,ana@aurora.example,webex_suite,+351211000001,0001,full_admin,007\n{rows}"
        ),
    );
    bench
}

/// What LibreOffice writes on opening a CSV file and saving it, with its own defaults: numbers lose `+` and zeros, and a
/// scientific form is written out.
fn saved_by_libreoffice(text: &str) -> String {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for record in reader.records() {
        let record = record.expect("it is CSV");
        let cells = record.iter().map(|cell| match cell.parse::<f64>() {
            Ok(number) if cell.bytes().all(|byte| !byte.is_ascii_alphabetic() || byte == b'E') => number.to_string(),
            _ => cell.to_owned(),
        });
        writer.write_record(cells).expect("memory takes it");
    }
    String::from_utf8(writer.into_inner().expect("memory takes it")).expect("it was text")
}

const DAMAGED_ROWS: &str = "aurora,Rui,Reis,rui at aurora.example,webex_calling,+351211000002,0002,,010
aurora,Eva,Luz,eva@aurora.example,webex_calling,3.51211E+11,0003,,011
aurora,Leo,Dias,leo at aurora.example,webex_calling,+351211000004,0004,,012
";

#[test]
fn what_only_a_spreadsheet_changed_is_put_right() {
    for way in ["run", "retry"] {
        let bench = numbered(DAMAGED_ROWS);
        let simulator = Simulator::start(&bench, &[]);
        let first = run(&bench, &simulator).expect_code(3);
        assert_eq!(counted(&bench, &first), "created 2, rejected 3");
        let saved = saved_by_libreoffice(&rejected(&bench, &first, "users"));
        assert!(saved.contains(",351211000000,3,,11,") && !saved.contains("+351"), "{saved}");
        let mended = saved.replace("rui at", "rui@").replace("@ ", "@").replace("leo at ", "leo@");
        let second = if way == "run" {
            bench.write("work/users.csv", &mended);
            run(&bench, &simulator)
        } else {
            bench.write("users.rejected.csv", &mended);
            retry(&bench, &simulator, "users.rejected.csv")
        };
        let second = second.expect_code(3);
        assert!(second.err.contains("only a spreadsheet had changed"), "{second:#?}");
        let users = Results::read(&bench, &second, "users.results.csv");
        assert_eq!(
            users.lines(&["email", "result", "phone_number", "extension", "Cost centre", "code"]),
            [
                "rui@aurora.example created +351211000002 0002 010",
                "eva@aurora.example rejected 3.51211E+11 0003 011 C224",
                "leo@aurora.example created +351211000004 0004 012",
            ],
            "{way}"
        );
        let numbers = simulator.state()["numbers"].to_string();
        assert!(numbers.contains("351211000002") && !numbers.contains("351211000000"), "{numbers}");
    }
}

/// The header says which sheet a mended file is of, whatever it is called, and whatever a spreadsheet calls its only tab.
#[test]
fn a_mended_file_may_be_called_as_one_likes() {
    let rows = "aurora,Bia,Reis,bia at aurora,webex_suite,+351211000002,0302,,008\n";
    for (file, is_book) in [("m3.csv", false), ("customers fixed.txt", false), ("Mappe1.xlsx", true)] {
        let bench = numbered(rows);
        let simulator = Simulator::start(&bench, &[]);
        let mended = rejected(&bench, &run(&bench, &simulator).expect_code(3), "users").replace("bia at", "bia@");
        let mended = mended.replace("bia@ aurora", "bia@aurora.example");
        if is_book {
            let mut book = rust_xlsxwriter::Workbook::new();
            let tab = book.add_worksheet();
            for (row, cells) in (0..).zip(records(&mended)) {
                tab.write_row(row, 0, cells.iter().map(|cell| cell.trim_start_matches('\u{feff}'))).expect("it fits");
            }
            book.save(bench.path(file)).expect("the test may write here");
        } else {
            bench.write(file, &mended.replace(',', ";"));
        }
        let ran = retry(&bench, &simulator, file).expect_code(0);
        assert_eq!(counted(&bench, &ran), "created 1", "{file}");
    }
}

/// A spreadsheet takes zeros from mended extensions too: they come back where the cell says so, and are told where it does not.
#[test]
fn zeros_of_mended_extensions_come_back_or_are_told() {
    let rows = "aurora,Bia,Reis,bia@aurora.example,webex_caling,,0102,,1\n\
                aurora,Rui,Reis,rui@aurora.example,webex_calling,,911,,2\n\
                aurora,Eva,Reis,eva@aurora.example,webex_calling,,0104x,,3\n";
    for way in ["run", "retry"] {
        let bench = numbered(rows);
        let simulator = Simulator::start(&bench, &[]);
        let text = rejected(&bench, &run(&bench, &simulator).expect_code(3), "users");
        let mended = text.replace("caling,,", "calling,,").replace(",911,", ",0302,").replace(",0104x,", ",0104,");
        let saved = saved_by_libreoffice(&mended);
        assert!(saved.contains(",102,") && saved.contains(",302,") && saved.contains(",104,"), "{saved}");
        let second = if way == "run" {
            bench.write("work/users.csv", &saved);
            run(&bench, &simulator)
        } else {
            bench.write("users.rejected.csv", &saved);
            retry(&bench, &simulator, "users.rejected.csv")
        };
        let second = second.expect_code(0);
        assert!(second.err.contains("2 cells that only a spreadsheet had changed are what they were"), "{second:#?}");
        let words = "1 mended cell is taken as it came, such as `302` in users.csv:4";
        assert!(second.err.contains(words), "{second:#?}");
        let users = Results::read(&bench, &second, "users.results.csv");
        assert_eq!(users.lines(&["extension"]), ["0102", "302", "0104"], "{way}");
    }
}

/// A person who takes the whole number in hand is believed: nothing says that a spreadsheet took its zeros.
#[test]
fn a_mend_by_hand_is_not_overwritten() {
    let bench = numbered("aurora,Eva,Reis,eva@aurora.example,webex_calling,,0206x,,1\n");
    let simulator = Simulator::start(&bench, &[]);
    let text = rejected(&bench, &run(&bench, &simulator).expect_code(3), "users");
    bench.write("one.csv", &text.replace(",0206x,", ",206,"));
    let second = retry(&bench, &simulator, "one.csv").expect_code(0);
    assert!(!second.err.contains("only a spreadsheet had changed"), "{second:#?}");
    assert!(second.err.contains("1 mended cell is taken as it came, such as `206` in users.csv:"), "{second:#?}");
    assert_eq!(Results::read(&bench, &second, "users.results.csv").lines(&["extension"]), ["206"]);
}

#[test]
fn saving_alone_mends_nothing() {
    let bench = numbered(DAMAGED_ROWS);
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    let text = rejected(&bench, &first, "users");
    bench.write("users.rejected.csv", &saved_by_libreoffice(&text));
    let second = retry(&bench, &simulator, "users.rejected.csv").expect_code(3);
    assert_eq!(counted(&bench, &second), "rejected 3");
    assert_eq!(rejected(&bench, &second, "users"), text);
    assert_eq!(simulator.stands(), [1, 1, 1]);
}

const WRONG_CUSTOMER: &str = "Rua do Sol 3";

/// Two shops with a branch each; an address of the second is too long, and its rows wait for it.
fn with_a_wrong_customer() -> Bench {
    let bench = Bench::small();
    bench.write("work/customers.csv", &CUSTOMERS.replace(WRONG_CUSTOMER, &"Rua do Sol ".repeat(10)));
    let branch = |customer: &str| format!("{customer},Filial,Rua A 1,Braga,4700-001,PT,Europe/Lisbon\n");
    bench.write("work/locations.csv", &[LOCATIONS, &branch("aurora"), &branch("tejo")].concat());
    bench.write(
        "work/users.csv",
        &USERS
            .lines()
            .map(|line| match line.starts_with("customer") {
                true => format!("{line},location\n"),
                false if line.contains("meetings") => format!("{line},\n"),
                false => format!("{line},Headquarters\n"),
            })
            .collect::<String>(),
    );
    bench
}

#[test]
fn a_mended_customer_brings_its_branches_and_users_along() {
    for way in ["run", "retry"] {
        let bench = with_a_wrong_customer();
        let simulator = Simulator::start(&bench, &[]);
        let first = run(&bench, &simulator).expect_code(3);
        assert_eq!(counted(&bench, &first), "blocked 4, created 5, rejected 1");
        let mended = rejected(&bench, &first, "customers").replace(&"Rua do Sol ".repeat(10), WRONG_CUSTOMER);
        let second = if way == "run" {
            // Only the mended row is left in the sheet, and the rows of the other shop still name theirs.
            bench.write("work/customers.csv", &mended);
            run(&bench, &simulator).expect_code(0)
        } else {
            bench.write("customers.rejected.csv", &mended);
            retry(&bench, &simulator, "customers.rejected.csv").expect_code(0)
        };
        let wanted = if way == "run" { "created 5, unchanged 5" } else { "created 5" };
        assert_eq!(counted(&bench, &second), wanted, "{way}: {second:#?}");
        assert_eq!(simulator.stands(), [2, 4, 6]);
        let again = bench.ran(&["report", "-C", "work"]).expect_code(0);
        assert_eq!(counted(&bench, &again), wanted);
    }
}

#[test]
fn a_plan_and_a_check_see_what_a_run_would_send() {
    let bench = with_a_wrong_customer();
    let first = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(3);
    bench.write(
        "work/customers.csv",
        &rejected(&bench, &first, "customers").replace(&"Rua do Sol ".repeat(10), WRONG_CUSTOMER),
    );
    bench.ran(&["check", "work"]).expect_code(0);
    let plan = bench.ran(&["plan", "work"]).expect_code(0);
    assert!(plan.err.contains("1 row of") && plan.err.contains("goes along"), "{plan:#?}");
}

#[test]
fn rows_are_found_by_their_key_when_the_column_of_their_rows_was_sorted_alone() {
    let bench = numbered(DAMAGED_ROWS);
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    let text = rejected(&bench, &first, "users");
    // The numbers of the rows change places, and one e-mail is mended.
    let swapped = text.replace(",010,3\r", ",010,x\r").replace(",011,4\r", ",011,3\r").replace(",010,x\r", ",010,4\r");
    assert_ne!(swapped, text);
    bench.write("users.rejected.csv", &swapped.replace("3.51211E+11", "+351211000003"));
    let second = retry(&bench, &simulator, "users.rejected.csv").expect_code(3);
    let users = Results::read(&bench, &second, "users.results.csv");
    assert_eq!(
        users.lines(&["first_name", "result", "phone_number"]),
        ["Rui rejected +351211000002", "Eva created +351211000003", "Leo rejected +351211000004"]
    );
}

#[test]
fn a_mended_file_does_not_trip_the_error_rate_guard() {
    let wrong: Vec<String> = (2..=70)
        .map(|n| format!("aurora,U{n},Reis,user{n} at aurora.example,webex_calling,+3512110000{n:02},00{n:02},,{n}\n"))
        .collect();
    let bench = numbered(&wrong.concat());
    bench.write("work/turnup.toml", "[guards]\nmax_error_rate = 1.0\n");
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    bench.write("work/turnup.toml", "");
    let mended = rejected(&bench, &first, "users").replacen(" at aurora", "@aurora", 2);
    bench.write("work/users.csv", &mended);
    let second = run(&bench, &simulator).expect_code(3);
    assert_eq!(
        outcomes(&bench, &second)["rejected"],
        68,
        "one was mended in its cell, one only in its reason: {second:#?}"
    );
}

#[test]
fn a_file_that_is_open_elsewhere_or_doubled_is_named() {
    let bench = numbered(DAMAGED_ROWS);
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    let mended = rejected(&bench, &first, "users").replace(" at aurora", "@aurora");
    bench.write("users.rejected (1).csv", &mended);
    bench.write(".~lock.users.rejected (1).csv#", "");
    bench.write("work/~$users.csv", "");
    let second = retry(&bench, &simulator, "users.rejected (1).csv").expect_code(3);
    assert_eq!(counted(&bench, &second), "created 2, rejected 1");
    assert!(
        second.err.contains("F131") || second.err.contains("looks like a copy of `users.rejected.csv`"),
        "{second:#?}"
    );
    assert!(second.err.contains("LibreOffice has the file open"), "{second:#?}");
    let third = run(&bench, &simulator).expect_code(3);
    assert!(third.err.contains("`~$users.csv` says that Excel has the file open"), "{third:#?}");
}

#[test]
fn a_file_of_an_earlier_run_is_found_in_that_one() {
    let bench = numbered(DAMAGED_ROWS);
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    let text = rejected(&bench, &first, "users");
    bench.write("users.rejected.csv", &text.replace("rui at ", "rui@"));
    retry(&bench, &simulator, "users.rejected.csv").expect_code(3);
    // Another sheet has been run since.
    bench.write("work/users.csv", USERS_HEADER);
    run(&bench, &simulator).expect_code(0);
    bench.write("users.rejected.csv", &text.replace("leo at ", "leo@"));
    let ran = retry(&bench, &simulator, "users.rejected.csv").expect_code(3);
    let users = Results::read(&bench, &ran, "users.results.csv");
    assert!(users.lines(&["email", "result"]).contains(&"leo@aurora.example created".to_owned()), "{ran:#?}");
}

#[test]
fn the_workbook_of_a_report_shows_what_is_wrong_and_runs_in_place_of_the_sheets() {
    let bench = numbered(DAMAGED_ROWS);
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    let workbook = fs::read(bench.path(first.report()).join("report.xlsx")).expect("the report has it");
    let names =
        ["causes", "customers", "locations", "users", "customers results", "locations results", "users results"];
    let tabs = workbook::read(&workbook, &names).expect("it can be read");
    let told: Vec<&str> = tabs.iter().map(|tab| tab.name.as_str()).collect();
    assert_eq!(told, [names.as_slice(), &["lists"]].concat());
    let csv = |at: usize| String::from_utf8(tabs[at].csv.clone()).expect("texts are UTF-8");
    assert!(csv(0).contains("not an e-mail address") && csv(0).lines().count() > 2, "{}", csv(0));
    let rows: Vec<Vec<String>> = records(&csv(3));
    assert_eq!(rows[1][6..], ["+351211000002", "0002", "", "010", "3"]);
    assert!(tabs[3].typed.is_empty() && tabs[6].typed.is_empty(), "every cell is text");
    assert_eq!(records(&csv(6)).len(), 5);

    for file in ["customers.csv", "locations.csv", "users.csv"] {
        bench.remove(&format!("work/{file}"));
    }
    let mend = |text: &str| text.replace("rui at aurora", "rui@aurora");
    fs::write(bench.path("work/workbook.xlsx"), with_parts(&workbook, mend)).expect("the test may write here");
    let second = run(&bench, &simulator).expect_code(3);
    assert_eq!(counted(&bench, &second), "created 1, rejected 2, updated 1", "the customer goes along: {second:#?}");
    let users = Results::read(&bench, &second, "users.results.csv");
    assert_eq!(users.lines(&["phone_number", "extension"])[0], "+351211000002 0002");
}

/// A mended workbook that lost cells of several sheets: all are named, and nothing else, neither by a retry nor in place of
/// the sheets, where the rows that it left out are known.
#[test]
fn every_cell_that_a_mended_workbook_lost_is_named_and_nothing_beside() {
    let bench = numbered(
        "aurora,Bia,Reis,bia at aurora,webex_suite,,0302,,8\nwest,Rui,Sá,rui@west.example,webex_suite,,201,,9\n",
    );
    let row = CUSTOMERS.lines().nth(1).expect("a customer").replace("aurora", "west");
    let customers = bench.path("work/customers.csv");
    let text = fs::read_to_string(&customers).expect("it is there");
    let header: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
    let country = header.iter().position(|name| *name == "country").expect("a country");
    let wrong: Vec<&str> =
        row.split(',').enumerate().map(|(at, cell)| if at == country { "Portugall" } else { cell }).collect();
    fs::write(&customers, format!("{text}{}\n", wrong.join(","))).expect("the test may write here");
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    let workbook = fs::read(bench.path(first.report()).join("report.xlsx")).expect("the report has it");
    // The names become days, the first one after the header of their sheets.
    let day = |text: &str, name: &str| {
        let Some(at) = text.find(&format!("<t>{name}</t>")).filter(|_| text.contains("turnup_row")) else {
            return text.to_owned();
        };
        let from = text[..at].rfind("<c ").expect("a cell");
        let to = at + text[at..].find("</c>").expect("its end");
        let place = text[from..].split('"').nth(1).expect("its address");
        format!("{}<c r=\"{place}\" t=\"d\"><v>2026-05-01</v>{}", &text[..from], &text[to..])
    };
    let mend = |text: &str| day(&day(text, "Bia"), "Padaria Aurora");
    let lost = with_parts(&workbook, mend);
    fs::write(bench.path("m.xlsx"), &lost).expect("the test may write here");
    let ran = retry(&bench, &simulator, "m.xlsx").expect_code(3);
    let told: Vec<&str> = ran.err.lines().filter(|line| line.contains("turned this cell into a date")).collect();
    assert!(told.len() == 2 && told[0].contains("#customers") && told[1].contains("#users"), "{ran:#?}");
    assert_eq!(ran.err.matches("nothing was sent").count(), 1, "{ran:#?}");

    for file in ["customers.csv", "locations.csv", "users.csv"] {
        bench.remove(&format!("work/{file}"));
    }
    fs::write(bench.path("work/workbook.xlsx"), &lost).expect("the test may write here");
    let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(3).out;
    let codes: Vec<&str> = check.lines().skip(1).filter_map(|line| line.split(',').nth(3)).collect();
    let of_mends: Vec<&str> =
        codes.iter().copied().filter(|code| !matches!(*code, "C207" | "C202" | "F102" | "L313")).collect();
    assert_eq!(of_mends, ["C247", "C247"], "{check}");
    assert!(
        check.contains("\nworkbook.xlsx#customers,2,name,C247")
            && check.contains("\nworkbook.xlsx#users,2,first_name,C247")
    );
    let ran = run(&bench, &simulator);
    assert!(ran.code != Some(0) && ran.err.matches("turned this cell into a date").count() == 2, "{ran:#?}");
}

fn records(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    reader.records().map(|record| record.expect("it is CSV").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn wrong_cells_of_the_workbook_have_notes_and_lists_to_choose_from() {
    let bench = numbered(DAMAGED_ROWS);
    let first = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(3);
    let workbook = fs::read(bench.path(first.report()).join("report.xlsx")).expect("the report has it");
    let parts = std::cell::RefCell::new(String::new());
    with_parts(&workbook, |text| {
        parts.borrow_mut().push_str(text);
        text.to_owned()
    });
    let parts = parts.into_inner();
    for wanted in [
        "`3.51211E+11` is a number that a spreadsheet shortened",
        "<dataValidation type=\"list\"",
        "lists!$",
        "rgb=\"FFFFC7CE\"",
        "<autoFilter",
        "formatCode=\"@\"",
    ] {
        assert!(parts.contains(wanted), "{wanted}");
    }
}

#[test]
fn a_mend_is_kept_while_the_source_says_what_was_mended() {
    let bench = numbered(DAMAGED_ROWS);
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    let mended = rejected(&bench, &first, "users").replace(" at ", "@").replace("3.51211E+11", "+351211000003");
    bench.write("users.rejected.csv", &mended);
    let args = ["retry", "work", "--yes", "--keep", "--from", "users.rejected.csv"];
    let second = Ran::of(&mut bench.against(&simulator, &args)).expect_code(0);
    assert!(second.err.contains("3 mends are kept"), "{second:#?}");
    let kept = fs::read_to_string(bench.path("work/corrections.csv")).expect("it was made");
    assert!(kept.contains("user/rui at aurora.example,email,rui at aurora.example,rui@aurora.example\r\n"), "{kept}");

    // The next night the source says the same, and nothing is to be done.
    let night = run(&bench, &simulator).expect_code(0);
    assert_eq!(counted(&bench, &night), "unchanged 5");
    assert!(night.err.contains("3 cells are taken as corrections.csv says"), "{night:#?}");
    let users = Results::read(&bench, &night, "users.results.csv");
    assert_eq!(users.lines(&["email"])[1], "rui at aurora.example", "the cell as it came");
    assert!(
        users.lines(&["reason"])[1].contains("taken as `rui@aurora.example` (corrections.csv:"),
        "the report lists it"
    );
    let again = bench.ran(&["report", "-C", "work"]).expect_code(0);
    assert_eq!(Results::read(&bench, &again, "users.results.csv").lines(&["reason"]), users.lines(&["reason"]));

    // Then it is changed there.
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("the test wrote it");
    bench.write("work/users.csv", &users.replace("3.51211E+11", "+351211000009"));
    let changed = run(&bench, &simulator).expect_code(0);
    assert!(changed.err.contains("2 cells are taken as corrections.csv says, 1 of its lines"), "{changed:#?}");
    let users = Results::read(&bench, &changed, "users.results.csv");
    assert_eq!(users.lines(&["phone_number", "result"])[2], "+351211000009 updated");

    // A file that cannot be read sends nothing.
    bench.write("work/corrections.csv", "key,now\n");
    let refused = run(&bench, &simulator).expect_code(3);
    assert!(refused.err.contains("corrections.csv:1") && refused.err.contains("nothing was sent"), "{refused:#?}");
}

/// Sends the rejected rows of one sheet back, mended, from beside the workspace.
fn back(bench: &Bench, simulator: &Simulator, first: &Ran, sheet: &str, (was, now): (&str, &str)) -> Ran {
    let file = format!("{sheet}.rejected.csv");
    bench.write(&file, &rejected(bench, first, sheet).replace(was, now));
    retry(bench, simulator, &file)
}

#[test]
fn rows_that_an_earlier_run_held_back_go_along_after_another_file_was_sent_first() {
    let bench = with_a_wrong_customer();
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it was made");
    bench.write("work/users.csv", &users.replace("carla@aurora", "carla at aurora"));
    let simulator = Simulator::start(&bench, &[]);
    let first = run(&bench, &simulator).expect_code(3);
    assert_eq!(counted(&bench, &first), "blocked 4, created 4, rejected 2");
    let second = back(&bench, &simulator, &first, "users", ("carla at aurora", "carla@aurora")).expect_code(0);
    assert_eq!(counted(&bench, &second), "created 1");
    let third = back(&bench, &simulator, &first, "customers", (&"Rua do Sol ".repeat(10), WRONG_CUSTOMER));
    assert_eq!(
        counted(&bench, &third.expect_code(0)),
        "created 5",
        "the branch and three users wait since the first run"
    );
    assert_eq!(simulator.stands(), [2, 4, 6]);
    bench.ran(&["status", "work"]).expect_code(0);
}

#[test]
fn rows_that_webex_made_wait_go_along_after_another_file_was_sent_first() {
    let bench = Bench::small();
    bench.write("work/users.csv", &USERS.replace("carla@aurora", "carla at aurora"));
    let faults = "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/customers\"\nbody_contains = \"Rua do Sol 3\"\nkind = \"status\"\n\
                  status = 400\nbody = '{\"errors\":[{\"errorCode\":2220051,\"description\":\"The address is wrong\"}]}'\n";
    let simulator = Simulator::with_faults(&bench, faults);
    let first = run(&bench, &simulator).expect_code(4);
    assert_eq!(outcomes(&bench, &first)["blocked"], 3, "{first:#?}");
    back(&bench, &simulator, &first, "users", ("carla at aurora", "carla@aurora")).expect_code(0);
    let third = back(&bench, &simulator, &first, "customers", (WRONG_CUSTOMER, "Rua do Sol 4")).expect_code(0);
    assert_eq!(counted(&bench, &third), "created 4", "{third:#?}");
}

#[test]
fn rows_that_a_mended_one_needs_go_along() {
    let bench = Bench::small();
    bench.write("work/users.csv", &USERS.replace("carla@aurora", "carla at aurora"));
    let simulator = Simulator::start(&bench, &[]);
    // The customer was not part of the run, and so the user has none.
    let first =
        Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes", "--only", "users,roles"])).expect_code(3);
    let second = back(&bench, &simulator, &first, "users", ("carla at aurora", "carla@aurora")).expect_code(0);
    let customers = Results::read(&bench, &second, "customers.results.csv").lines(&["external_id", "result"]);
    assert_eq!(customers, ["aurora created"], "{second:#?}");
}
