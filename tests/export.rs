//! Reading back, seen from outside: what is exported is what was provisioned, a workspace made from it changes nothing,
//! and `compare` names what was changed behind turnup's back.

mod support;

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use support::{Bench, CUSTOMERS, Ran, Simulator, USERS, copy_acme, outcomes};

/// Runs a command against the simulator.
fn ran(bench: &Bench, simulator: &Simulator, args: &[&str]) -> Ran {
    Ran::of(&mut bench.against(simulator, args))
}

/// The requests so far that were not only looks, by route.
fn writes(simulator: &Simulator) -> BTreeMap<String, u64> {
    let state = simulator.state();
    let routes = state["requests"]["by_route"].as_object().expect("routes are counted");
    let is_look = |route: &str| {
        route.starts_with("GET ")
            || route.ends_with("/invoke")
            || route.ends_with("/validate")
            || route.ends_with("/lookup")
    };
    let count = |ends: &Value| ends.as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum();
    routes.iter().filter(|(route, _)| !is_look(route)).map(|(route, ends)| (route.clone(), count(ends))).collect()
}

/// Everything that stands, without what was asked.
fn standing(simulator: &Simulator) -> Value {
    let mut state = simulator.state();
    state.as_object_mut().expect("the state is an object").remove("requests");
    state
}

/// The rows of a sheet, by column.
fn rows(bench: &Bench, file: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(bench.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.expect("rows are as wide as the header"))).collect()
}

/// Fills cells of a customers sheet that the API cannot tell, from the one that was provisioned.
fn fill_in(bench: &Bench, file: &str, from: &str) {
    let originals = rows(bench, from);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (index, mut row) in rows(bench, file).into_iter().enumerate() {
        if index == 0 {
            writer.write_record(row.keys()).expect("memory takes it");
        }
        let original = originals.iter().find(|original| original["external_id"] == row["external_id"]);
        let original = original.unwrap_or_else(|| panic!("{} was never provisioned", row["external_id"]));
        for column in ["template", "admin_email", "supported_location", "package_limits"] {
            if row[column].is_empty() {
                row.insert(column.to_owned(), original.get(column).cloned().unwrap_or_default());
            }
        }
        writer.write_record(row.values()).expect("memory takes it");
    }
    bench.write(file, &String::from_utf8(writer.into_inner().expect("memory takes it")).expect("it is text"));
}

const SHEETS: [&str; 3] = ["customers.csv", "locations.csv", "users.csv"];

/// What Webex tells of each sheet: the columns that name a row, and the others.
const TOLD: [(&str, &[&str], &[&str]); 3] = [
    (
        "customers.csv",
        &["external_id"],
        &[
            "name",
            "packages",
            "address_line1",
            "address_line2",
            "city",
            "state",
            "postal_code",
            "country",
            "timezone",
            "language",
            "numbers",
            "number_state",
            "main_number",
            "pstn_connection",
        ],
    ),
    (
        "locations.csv",
        &["customer_external_id", "name"],
        &[
            "address_line1",
            "address_line2",
            "city",
            "state",
            "postal_code",
            "country",
            "timezone",
            "language",
            "announcement_language",
            "numbers",
            "number_state",
            "main_number",
            "pstn_connection",
        ],
    ),
    (
        "users.csv",
        &["email"],
        &[
            "customer_external_id",
            "first_name",
            "last_name",
            "package",
            "location",
            "phone_number",
            "extension",
            "role",
        ],
    ),
];

/// A cell in the one form in which the same is written alike: lists sorted, ranges as numbers, no formula mark.
fn plain(column: &str, cell: &str) -> String {
    let cell = cell.strip_prefix('\'').unwrap_or(cell);
    match column {
        "packages" | "numbers" => {
            let mut items: Vec<String> = cell.split(';').filter(|item| !item.is_empty()).flat_map(numbers).collect();
            items.sort();
            items.join(";")
        }
        "email" => cell.to_lowercase(),
        _ => cell.to_owned(),
    }
}

fn numbers(item: &str) -> Vec<String> {
    let digits = |end: &str| end.trim_start_matches('+').parse::<u64>().ok();
    match item.split_once("-+").map(|(first, last)| (digits(first), digits(last))) {
        Some((Some(first), Some(last))) => (first..=last).map(|number| format!("+{number}")).collect(),
        _ => vec![item.to_owned()],
    }
}

/// What a cell says. A main number joins its location's numbers by itself, so it may stand there or not.
fn told(row: &BTreeMap<String, String>, column: &str) -> String {
    let main = row.get("main_number").filter(|_| column == "numbers").cloned().unwrap_or_default();
    let cell = plain(column, row.get(column).map_or("", String::as_str));
    cell.split(';').filter(|item| column != "numbers" || *item != main).collect::<Vec<_>>().join(";")
}

/// The cells that were filled in and did not come back, and rows that are not in both.
fn losses(bench: &Bench, original: &str, copy: &str) -> Vec<String> {
    let mut losses = Vec::new();
    for (file, keys, columns) in TOLD {
        let key = |row: &BTreeMap<String, String>| keys.iter().map(|key| plain(key, &row[*key])).collect::<Vec<_>>();
        let by_key = |folder: &str| -> BTreeMap<Vec<String>, BTreeMap<String, String>> {
            rows(bench, &format!("{folder}/{file}")).into_iter().map(|row| (key(&row), row)).collect()
        };
        let (before, after) = (by_key(original), by_key(copy));
        losses.extend(after.keys().filter(|key| !before.contains_key(*key)).map(|key| format!("{key:?} is new")));
        for (key, row) in before {
            for column in columns.iter().filter(|column| row.get(**column).is_some_and(|cell| !cell.is_empty())) {
                let (wanted, found) = (told(&row, column), after.get(&key).map(|row| told(row, column)));
                if found.as_ref() != Some(&wanted) {
                    losses.push(format!("{key:?} {column}: {wanted} came back as {found:?}"));
                }
            }
        }
    }
    losses
}

/// `samples/acme` provisioned, and a fresh workspace with nothing but the same templates.
fn provisioned() -> (Bench, Simulator) {
    let bench = Bench::acme();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    fs::create_dir(bench.path("fresh")).expect("it is new");
    fs::copy(bench.path("work/templates.toml"), bench.path("fresh/templates.toml")).expect("it can be copied");
    (bench, simulator)
}

#[test]
fn what_was_provisioned_comes_back_and_changes_nothing() {
    let (bench, simulator) = provisioned();
    let before = (writes(&simulator), standing(&simulator));
    let exported = ran(&bench, &simulator, &["export", "fresh"]).expect_code(0);
    assert_eq!(exported.report(), "fresh/export", "{exported:#?}");
    assert!(exported.err.contains("does not tell `wave`, so it is blank; nor `supported_location`"), "{exported:#?}");
    assert_eq!((writes(&simulator), standing(&simulator)), before, "reading back writes nothing");
    assert_eq!(losses(&bench, "work", "fresh/export"), [""; 0]);
    let text = fs::read_to_string(bench.path("fresh/export/users.csv")).expect("it was written");
    assert!(text.starts_with("\u{feff}customer_external_id,") && text.ends_with("\r\n"), "{text}");

    for sheet in SHEETS {
        fs::copy(bench.path(&format!("fresh/export/{sheet}")), bench.path(&format!("fresh/{sheet}"))).expect("a copy");
    }
    fill_in(&bench, "fresh/customers.csv", "work/customers.csv");
    let checked = bench.ran(&["check", "fresh"]);
    assert!(checked.code == Some(0), "{}", checked.out);
    let planned = bench.ran(&["plan", "fresh"]).out;
    let most = "what equals its row is taken over as it is, without mail or new licence, so these are the most; `turnup check fresh --online`";
    assert!(planned.contains(most), "{planned}");
    let adopted = ran(&bench, &simulator, &["run", "fresh", "--yes"]).expect_code(0);
    let results = outcomes(&bench, &adopted);
    assert_eq!(results.keys().collect::<Vec<_>>(), ["already_there"], "{results:?}");
    assert_eq!(standing(&simulator), before.1, "what stands is as it was");
    assert_eq!(writes(&simulator), before.0, "nothing was written");
    let requests = simulator.requests();
    ran(&bench, &simulator, &["run", "fresh", "--yes"]).expect_code(0);
    assert_eq!(simulator.requests(), requests, "the second night costs nothing");
    // Nothing stands there that did not come back.
    let compared = ran(&bench, &simulator, &["compare", "fresh"]).expect_code(0);
    assert!(compared.out.starts_with("0 differences"), "{}", compared.out);
}

/// Two places with numbers of their own, and what somebody chose for emergencies at one of them.
fn with_emergencies() -> Bench {
    let bench = Bench::small();
    let customers = CUSTOMERS.replace(
        "timezone\n",
        "timezone,numbers,main_number,pstn_connection,emergency_location_id,emergency_address,emergency_callback\n",
    );
    let cells = [
        ("aurora,", ",+351211000010-+351211000012,+351211000010,Cloud Connected PSTN,95547321,yes,main_number"),
        ("tejo,", ",+351211000020,+351211000020,,,,"),
    ];
    let with_cells = |line: &str| {
        let (_, more) = cells.iter().find(|(key, _)| line.starts_with(key)).copied().unwrap_or_default();
        format!("{line}{more}\n")
    };
    bench.write("work/customers.csv", &customers.lines().map(with_cells).collect::<String>());
    bench
}

/// Puts sheets that were exported in the place of those of a workspace.
fn take_over(bench: &Bench, from: &str, to: &str) {
    for sheet in SHEETS {
        fs::copy(bench.path(&format!("{from}/{sheet}")), bench.path(&format!("{to}/{sheet}"))).expect("a copy");
    }
}

#[test]
fn the_sheets_of_this_folder_come_back_and_leave_nothing_to_do() {
    for bench in [Bench::acme(), with_emergencies()] {
        let simulator = Simulator::start(&bench, &[]);
        ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
        let exported = ran(&bench, &simulator, &["export", "work"]).expect_code(0);
        assert!(exported.err.contains("left the connection to Webex; there stands:"), "{}", exported.err);
        take_over(&bench, "work/export", "work");
        let planned = ran(&bench, &simulator, &["plan", "work"]).expect_code(0);
        assert!(planned.out.contains("nothing to do: no request would be made"), "{}", planned.out);
        let compared = ran(&bench, &simulator, &["compare", "work"]).expect_code(0);
        assert!(compared.out.starts_with("0 differences"), "{}", compared.out);
    }
}

#[test]
fn what_was_chosen_for_emergencies_comes_back_and_is_taken_over_without_a_write() {
    let bench = with_emergencies();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    let before = (writes(&simulator), standing(&simulator));
    fs::create_dir(bench.path("fresh")).expect("it is new");
    fs::copy(bench.path("work/templates.toml"), bench.path("fresh/templates.toml")).expect("it can be copied");
    let exported = ran(&bench, &simulator, &["export", "fresh"]).expect_code(0);
    assert!(exported.err.contains("Webex does not tell which address is registered"), "{}", exported.err);
    let cells = |folder: &str| -> Vec<String> {
        let columns =
            ["external_id", "pstn_connection", "emergency_location_id", "emergency_address", "emergency_callback"];
        let rows = rows(&bench, &format!("{folder}/customers.csv")).into_iter();
        rows.map(|row| columns.map(|column| row[column].clone()).join("|")).collect()
    };
    let told = ["aurora|Cloud Connected PSTN|95547321||main_number", "tejo|Cloud Connected PSTN|||main_number"];
    assert_eq!(cells("fresh/export"), told, "whoever knows nothing is told everything that stands");
    take_over(&bench, "fresh/export", "fresh");
    let adopted = ran(&bench, &simulator, &["run", "fresh", "--yes"]).expect_code(0);
    assert_eq!(outcomes(&bench, &adopted).keys().collect::<Vec<_>>(), ["already_there"]);
    assert_eq!((writes(&simulator), standing(&simulator)), before, "nothing was written");
    ran(&bench, &simulator, &["export", "work"]).expect_code(0);
    let kept = ["aurora|Cloud Connected PSTN|95547321|yes|main_number", "tejo||||"];
    assert_eq!(cells("work/export"), kept, "where nobody chose, nothing is chosen");
    // In the folder that left it to Webex it may be written down all the same: it stands, so nothing is sent.
    take_over(&bench, "fresh/export", "work");
    let verified = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert_eq!(outcomes(&bench, &verified).keys().collect::<Vec<_>>(), ["unchanged"], "{}", verified.err);
    assert_eq!((writes(&simulator), standing(&simulator)), before, "nothing was written");
}

#[test]
fn somebody_elses_callback_number_is_named() {
    let bench = with_emergencies();
    let users = USERS.replace("extension,role", "phone_number,extension,role");
    // Ana, the only one with that package, has a number.
    let seated = |line: &str| match line.split_once("webex_suite,") {
        Some((before, after)) => format!("{before}webex_suite,+351211000011,{after}\n"),
        None => format!(
            "{}\n",
            line.replace("webex_calling,", "webex_calling,,").replace("webex_meetings,", "webex_meetings,,")
        ),
    };
    bench.write("work/users.csv", &users.lines().map(seated).collect::<String>());
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    let state = simulator.state();
    let org = state["customers"]["aurora"]["orgId"].as_str().expect("it stands").to_owned();
    let place = state["locations"]["aurora/Headquarters"]["id"].as_str().expect("it stands").to_owned();
    let ana = id(&simulator, &format!("/people?orgId={org}&email=ana@aurora.example"));
    let path = format!("/telephony/config/locations/{place}/features/emergencyCallbackNumber?orgId={org}");
    let member = json!({ "selected": "LOCATION_MEMBER_NUMBER", "locationMemberId": ana });
    simulator.asked("PUT", &path, &member);
    let changed = "changed | customers | aurora | emergency_callback | main_number | somebody else's number";
    assert_eq!(differences(&bench, &simulator, 3, &[]).0, [changed]);
    let exported = ran(&bench, &simulator, &["export", "work"]).expect_code(0);
    assert!(
        exported.err.contains("`emergency_callback` cannot say, so it is blank: aurora/Headquarters"),
        "{}",
        exported.err
    );
    assert_eq!(rows(&bench, "work/export/customers.csv")[0]["emergency_callback"], "");
}

#[test]
fn what_a_sheet_wants_and_no_run_has_confirmed_is_named() {
    let bench = with_emergencies();
    let simulator = Simulator::with_faults(&bench, "[[hold]]\nnumber = \"+351211000020\"\nstatus = \"in_use\"\n");
    let first = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(4);
    assert!(first.err.contains("R607") || first.out.contains("R607"), "{first:#?}");
    let refused = [
        "not_done | customers | tejo | main_number |  | +351211000020",
        "not_done | customers | tejo | numbers |  | +351211000020",
    ];
    assert_eq!(differences(&bench, &simulator, 3, &[]).0, refused, "a number that was refused was not confirmed");
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    let gone = "tejo,Tiago,Luz,tiago@tejo.example,webex_meetings,,";
    let header = users.lines().next().expect("a header").to_owned();
    let users =
        users.replace("Sara,Melo", "Sara,Mello").replace(gone, "tejo,Eva,Luz,eva@tejo.example,webex_meetings,,");
    let users = users.replace(&header, &format!("{header},action"));
    let with_action =
        |line: &str| if line == format!("{header},action") { format!("{line}\n") } else { format!("{line},\n") };
    let users: String = users.lines().map(with_action).collect();
    bench.write("work/users.csv", &format!("{users}tejo,,,tiago@tejo.example,,,,delete\n"));
    let expected = [
        refused[0],
        refused[1],
        "not_in_webex | users | eva@tejo.example | - | - | -",
        "not_done | users | sara@tejo.example | last_name | Melo | Mello",
        "not_deleted | users | tiago@tejo.example | - | - | -",
    ];
    assert_eq!(differences(&bench, &simulator, 3, &[]).0, expected);
    let told = ran(&bench, &simulator, &["compare", "work", "--lang", "pt-BR"]).expect_code(3);
    assert!(told.out.contains("a planilha quer `last_name` como `Mello`"), "{}", told.out);
}

#[test]
fn exporting_twice_gives_the_same_bytes_and_overwrites_only_when_told() {
    let (bench, simulator) = provisioned();
    ran(&bench, &simulator, &["export", "fresh"]).expect_code(0);
    let bytes = || SHEETS.map(|sheet| fs::read(bench.path(&format!("fresh/export/{sheet}"))).expect("it was written"));
    let first = bytes();
    let requests = simulator.requests();
    let refused = ran(&bench, &simulator, &["export", "fresh"]);
    assert!(refused.fault().contains("--force"), "{refused:#?}");
    assert_eq!(simulator.requests(), requests, "it is refused before anything is asked");
    ran(&bench, &simulator, &["export", "fresh", "--force"]).expect_code(0);
    assert_eq!(bytes(), first);
    ran(&bench, &simulator, &["export", "fresh", "--out", "elsewhere"]).expect_code(0);
    assert_eq!(fs::read(bench.path("elsewhere/users.csv")).expect("it was written"), first[2]);
    // Where the runs were made, the journal knows what Webex does not tell.
    ran(&bench, &simulator, &["export", "work"]).expect_code(0);
    let known = rows(&bench, "work/export/customers.csv");
    for (row, original) in known.iter().zip(rows(&bench, "work/customers.csv")) {
        for column in ["external_id", "name", "template", "admin_email", "country", "city"] {
            assert_eq!(row[column], original[column], "{column}");
        }
    }
}

#[test]
fn a_customer_that_cannot_be_read_is_named_and_left_out() {
    let bench = Bench::small();
    let faults = "[[fault]]\nmethod = \"GET\"\npath = \"/people\"\nkind = \"status\"\nstatus = 400\ntimes = 1\n";
    let simulator = Simulator::with_faults(&bench, faults);
    ran(&bench, &simulator, &["run", "work", "--yes"]);
    let exported = ran(&bench, &simulator, &["export", "work", "--max-in-flight", "1"]).expect_code(4);
    assert!(exported.err.contains("was not read"), "{exported:#?}");
    assert_eq!(rows(&bench, "work/export/customers.csv").len(), 1);
    let customers: Vec<String> =
        rows(&bench, "work/export/users.csv").into_iter().map(|row| row["customer_external_id"].clone()).collect();
    assert!(customers.iter().all(|customer| *customer == customers[0]), "{customers:?}");
}

/// The id of the only entry of a list.
fn id(simulator: &Simulator, path: &str) -> String {
    simulator.only(path)["id"].as_str().expect("there is one").to_owned()
}

/// The differences that `compare` tells, one line each.
fn differences(bench: &Bench, simulator: &Simulator, code: i32, args: &[&str]) -> (Vec<String>, Value) {
    let args: Vec<&str> = ["compare", "work", "--format", "json"].iter().chain(args).copied().collect();
    let page: Value = serde_json::from_str(&ran(bench, simulator, &args).expect_code(code).out).expect("it is JSON");
    assert_eq!(page["schema"], "turnup.compare/1");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line =
        |one: &Value| ["kind", "sheet", "key", "column", "known", "found"].map(|name| text(&one[name])).join(" | ");
    let lines = page["differences"].as_array().expect("a list").iter().map(line).collect();
    (lines, page)
}

#[test]
fn what_was_changed_behind_turnups_back_is_named() {
    let bench = Bench::acme();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    let before = (writes(&simulator), standing(&simulator));
    assert_eq!(differences(&bench, &simulator, 0, &[]).0, [""; 0]);
    assert_eq!((writes(&simulator), standing(&simulator)), before, "comparing writes nothing");
    let quiet = ran(&bench, &simulator, &["compare", "work"]).expect_code(0);
    assert!(quiet.out.starts_with("0 differences; 10 customers compared"), "{}", quiet.out);

    // A time zone is changed, a user goes, a customer is made by hand, and a sheet gets one more row.
    let state = simulator.state();
    let org = state["customers"]["acme-006"]["orgId"].as_str().expect("it stands").to_owned();
    let bristol = state["locations"]["acme-006/Bristol Surgery"]["id"].as_str().expect("it stands").to_owned();
    simulator.asked("PUT", &format!("/locations/{bristol}?orgId={org}"), &json!({ "timeZone": "Europe/Dublin" }));
    let person = "megan.treharne@larkmere-dental.example";
    let gone = id(&simulator, &format!("/wholesale/subscribers?email={person}"));
    simulator.asked("DELETE", &format!("/wholesale/subscribers/{gone}"), &json!({}));
    let by_hand = json!({
        "provisioningId": "Zj", "packages": ["webex_meetings"], "externalId": "by-hand",
        "address": { "addressLine1": "Rua A 1", "city": "Lisboa", "zipOrPostalCode": "1100-053", "country": "PT" },
        "customerInfo": { "name": "By hand", "primaryEmail": "boss@hand.example" },
    });
    simulator.asked("POST", "/wholesale/customers", &by_hand);
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write(
        "work/users.csv",
        &format!("{users}acme-006,New,Comer,new@larkmere-dental.example,webex_meetings,,,,,\n"),
    );
    std::thread::sleep(std::time::Duration::from_millis(50));

    let expected = [
        "changed | locations | acme-006/Bristol Surgery | timezone | Europe/London | Europe/Dublin",
        "gone | users | megan.treharne@larkmere-dental.example | - | - | -",
        "not_in_webex | users | new@larkmere-dental.example | - | - | -",
        "not_in_sheets | customers | by-hand | - | - | -",
    ];
    assert_eq!(differences(&bench, &simulator, 3, &[]).0, expected);
    let told = ran(&bench, &simulator, &["compare", "work", "--lang", "pt-BR"]).expect_code(3);
    assert!(told.out.contains("`timezone`") && told.out.contains("4 diferenças"), "{}", told.out);
}

/// What the lines of a plan say of a kind of row.
fn planned(bench: &Bench, simulator: &Simulator) -> String {
    let plan = ran(bench, simulator, &["plan", "work"]);
    plan.out + &plan.err
}

#[test]
fn what_compare_accepted_is_put_back_by_the_next_run() {
    let bench = Bench::acme();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    let (state, stood) = (simulator.state(), standing(&simulator));
    let org = state["customers"]["acme-006"]["orgId"].as_str().expect("it stands").to_owned();
    let bristol = state["locations"]["acme-006/Bristol Surgery"]["id"].as_str().expect("it stands").to_owned();
    simulator.asked("PUT", &format!("/locations/{bristol}?orgId={org}"), &json!({ "timeZone": "Europe/Dublin" }));
    let person = "megan.treharne@larkmere-dental.example";
    let gone = id(&simulator, &format!("/wholesale/subscribers?email={person}"));
    simulator.asked("DELETE", &format!("/wholesale/subscribers/{gone}"), &json!({}));
    std::thread::sleep(std::time::Duration::from_millis(50));

    let told = ran(&bench, &simulator, &["compare", "work"]).expect_code(3);
    assert!(told.err.contains("`turnup compare work --accept` takes over"), "{told:#?}");
    let nobody = ran(&bench, &simulator, &["compare", "work", "--accept"]).expect_code(2);
    assert!(nobody.err.contains("add --yes"), "{nobody:#?}");
    assert!(planned(&bench, &simulator).contains("nothing to do: no request"), "nothing was taken over yet");

    let written = writes(&simulator);
    let accepted = ran(&bench, &simulator, &["compare", "work", "--accept", "--yes"]).expect_code(0);
    assert!(accepted.err.contains("2 known objects, of which 1 is gone from Webex"), "{accepted:#?}");
    assert_eq!(writes(&simulator), written, "nothing is sent");
    let runs = bench.ran(&["runs", "work"]).out;
    let line = runs.lines().last().expect("it is listed");
    assert!(line.contains("  compare  "), "{runs}");
    let (id, _) = line.split_once(' ').expect("it has a name");
    let undone = ran(&bench, &simulator, &["undo", id, "-C", "work", "--yes"]).expect_code(1);
    assert!(undone.err.contains("is what `turnup compare work` took over"), "{undone:#?}");

    let plan = planned(&bench, &simulator);
    assert!(plan.contains("users             1        0") && plan.contains("Europe/Dublin"), "{plan}");
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert_eq!(standing(&simulator), stood, "all stands as before, and nothing twice");
    assert_eq!(differences(&bench, &simulator, 0, &[]).0, [""; 0]);
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    let row = users.lines().position(|line| line.contains(person)).expect("it has a row") + 1;
    let why = bench.ran(&["why", &format!("users.csv:{row}"), "-C", "work"]).out;
    assert!(why.contains("ended: deleted; `turnup compare work` found it gone from Webex"), "{why}");
    assert!(planned(&bench, &simulator).contains("nothing to do: no request"));
}

#[test]
fn the_webex_of_somebody_else_is_not_accepted() {
    let bench = Bench::acme();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    let other = Simulator::start(&bench, &[]);
    let refused = ran(&bench, &other, &["compare", "work", "--accept", "--yes"]).expect_code(5);
    assert!(refused.err.contains("look whose token this is"), "{refused:#?}");
    assert_eq!(differences(&bench, &simulator, 0, &[]).0, [""; 0], "what is known has not moved");
}

/// A list may be short for a moment: what stands is not forgotten, or no later deletion would ever find it.
#[test]
fn what_only_a_list_lacks_is_not_accepted_as_gone() {
    let bench = Bench::acme();
    let run = ["run", "work", "--yes", "--simulate"];
    bench.ran(&run).expect_code(0);
    for path in ["/wholesale/subscribers", "/wholesale/customers"] {
        let short = format!(
            "[[fault]]\nmethod = \"GET\"\npath = \"{path}\"\ntimes = 0\nkind = \"status\"\nstatus = 200\nbody = '{{\"items\":[]}}'\n"
        );
        bench.write("short.toml", &short);
        let short = bench.path("short.toml").display().to_string();
        let accepted =
            bench.ran(&["compare", "work", "--simulate", "--faults", &short, "--accept", "--yes"]).expect_code(4);
        assert!(accepted.err.contains("missing from a list"), "{accepted:#?}");
    }
    let unchanged = bench.ran(&run).expect_code(0);
    assert!(unchanged.out.contains("0 requests"), "{unchanged:#?}");
    let users = fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    let person = "megan.treharne@larkmere-dental.example";
    let header = users.lines().next().expect("a header");
    let action = header.split(',').position(|cell| cell.trim() == "action").expect("it has the column");
    let delete = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if line.contains(person) {
            cells[action] = "delete";
        }
        cells.join(",") + "\r\n"
    };
    bench.write("work/users.csv", &users.lines().map(delete).collect::<String>());
    let deleted = bench.ran(&run).expect_code(0);
    assert!(deleted.out.contains("1 deleted"), "{deleted:#?}");
}

/// Somebody deleted and made again by hand is another object: it is taken over by its e-mail, and the old id is forgotten.
#[test]
fn who_was_made_again_by_hand_is_taken_over_under_the_new_id() {
    let bench = Bench::acme();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    let person = "megan.treharne@larkmere-dental.example";
    let list = format!("/wholesale/subscribers?email={person}");
    let old = id(&simulator, &list);
    let state = simulator.state();
    let customer = state["customers"]["acme-006"]["id"].as_str().expect("it stands").to_owned();
    simulator.asked("DELETE", &format!("/wholesale/subscribers/{old}"), &json!({}));
    let body = json!({ "customerId": customer, "email": person, "package": "webex_meetings", "provisioningParameters": { "firstName": "Megan", "lastName": "Treharne" } });
    simulator.asked("POST", "/wholesale/subscribers", &body);
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_ne!(id(&simulator, &list), old);
    let accepted = ran(&bench, &simulator, &["compare", "work", "--accept", "--yes"]).expect_code(0);
    assert!(accepted.err.contains("1 is gone from Webex"), "{accepted:#?}");
    // Nobody asks for the old id any more: the new object is looked at, and what differs is told.
    let after = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(4);
    assert!(after.out.contains("1 conflict") && after.out.contains("[R603]"), "{after:#?}");
}

#[test]
fn a_budget_is_kept_and_who_did_not_fit_comes_first_the_next_time() {
    let bench = Bench::acme();
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    let mut compared = std::collections::BTreeSet::new();
    let everybody: Vec<String> =
        rows(&bench, "work/customers.csv").into_iter().map(|row| row["external_id"].clone()).collect();
    for _ in 0..10 {
        let requests = simulator.requests();
        let (_, page) = differences(&bench, &simulator, 0, &["--budget", "60"]);
        assert!(simulator.requests() - requests <= 60, "{page}");
        assert_eq!(page["requests"], simulator.requests() - requests);
        let missed: Vec<&str> =
            page["not_looked_at"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert!(!missed.is_empty() && missed.len() < everybody.len(), "{page}");
        compared.extend(everybody.iter().filter(|id| !missed.contains(&id.as_str())).cloned());
        if compared.len() == everybody.len() {
            break;
        }
    }
    assert_eq!(compared.len(), everybody.len(), "everybody has their turn: {compared:?}");
    let refused = ran(&bench, &simulator, &["compare", "work", "--budget", "1"]).expect_code(5);
    assert!(refused.err.contains("--budget"), "{refused:#?}");
    // A budget that is enough for the list alone says nothing of anybody.
    let unseen = ran(&bench, &simulator, &["compare", "work", "--budget", "3"]).expect_code(5);
    assert!(unseen.out.contains("0 customers compared") && unseen.out.contains("not looked at"), "{unseen:#?}");
    assert!(unseen.err.contains("none of 10 customers could be looked at with 3 requests"), "{unseen:#?}");
    ran(&bench, &simulator, &["compare", "work", "--budget", "3", "--accept", "--yes"]).expect_code(5);
}

#[test]
fn reading_back_speaks_portuguese_too() {
    let bench = Bench::empty();
    copy_acme(&bench.work());
    let exported = bench.ran(&["export", "work", "--simulate", "--lang", "pt-BR"]).expect_code(0);
    assert!(exported.out.starts_with("exportados: 0 clientes"), "{exported:#?}");
}
