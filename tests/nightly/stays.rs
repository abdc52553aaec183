//! Sheets that a night does not run stay in the inbox, and no copy of them is left anywhere.

use std::fs;

use super::support::{Bench, CUSTOMERS, LOCATIONS, Ran, Simulator, USERS, Working};
use super::{configure, deliver, first_night, inbox, night};

/// The customers in a wave.
fn customers_of_wave() -> String {
    let mut rows: Vec<String> = CUSTOMERS.lines().map(|row| format!("{row},north")).collect();
    rows[0] = CUSTOMERS.lines().next().expect("a header").to_owned() + ",wave";
    rows.join("\n") + "\n"
}

/// Nothing was taken, put away or changed, and it is said where the sheets are.
fn stay(bench: &Bench, ran: &Ran, words: &str) {
    let said = format!("the sheets stay in the inbox `{}` (customers.csv, ", bench.path("work/inbox").display());
    assert!(ran.err.contains(words), "{words}: {ran:#?}");
    assert!(ran.err.lines().last().is_some_and(|last| last.contains(&said)), "{ran:#?}");
    assert_eq!(inbox(bench).len(), 3, "{words}");
    for name in ["work/archive", "work/reports", "work/.turnup/night", "work/.turnup/state.db"] {
        assert!(!bench.path(name).exists(), "{name} after {words}");
    }
    assert!(SHEETS.iter().all(|name| !bench.path(&format!("work/{name}")).exists()), "{words}");
}

const SHEETS: [&str; 3] = ["customers.csv", "locations.csv", "users.csv"];

#[test]
fn sheets_that_a_night_would_not_run_stay_in_the_inbox() {
    let bench = first_night();
    configure(&bench, "");
    deliver(&bench, &[("customers.csv", &customers_of_wave())]);
    let simulator = Simulator::start(&bench, &[]);
    let tried =
        |code, more: &[&str], words: &str| stay(&bench, &night(&bench, &simulator, more).expect_code(code), words);
    tried(2, &["--wave", "south"], "no customer has the wave `south`");
    let over = jiff::Timestamp::now() - jiff::Span::new().seconds(1);
    tried(5, &["--until", &over.to_string()], "the time was over before the run could begin");

    let templates = fs::read_to_string(bench.path("work/templates.toml")).expect("it has templates");
    bench.remove("work/templates.toml");
    tried(1, &[], &format!("`{}` has no templates.toml", bench.work().display()));
    // The cure that it names is one: it makes the file.
    let work = bench.work().display().to_string();
    let cure = format!("turnup template add -C {work}");
    tried(1, &[], &format!("`{cure}` asks for one and makes the file"));
    let add = ["template", "add", "-C", &work, "--name", "retail", "--provisioning-id", "ZjViMzYx", "--country", "PT"];
    bench.ran(&add).expect_code(0);
    let made = fs::read_to_string(bench.path("work/templates.toml")).expect("it was made");
    assert!(made.contains("[templates.retail]"), "{made}");
    bench.write("work/templates.toml", "[templates.");
    tried(3, &[], &format!("turnup: {work}/templates.toml:1: the file is not valid TOML"));
    bench.write("work/templates.toml", &templates);

    for (name, text) in [("corrections.csv", "a,b\n1,2\n"), ("waves.csv", "wave\nnorth\n")] {
        bench.write(&format!("work/{name}"), text);
        tried(3, &[], &format!("{}:1: this cannot be used as", bench.work().join(name).display()));
        bench.remove(&format!("work/{name}"));
    }
    bench.write("work/turnup.toml", "[guards]\nmax_changes = \"many\"\n");
    tried(3, &[], &format!("turnup: {work}/turnup.toml:2: the settings cannot be read"));
    bench.remove("work/turnup.toml");

    bench.write("work/waves.csv", "wave,opens_at,closes_at,timezone\nnorth,2020-01-01 20:00,2020-01-02 06:00,UTC\n");
    for more in [&["--wave", "north"][..], &[]] {
        tried(5, more, "it is over; nothing was sent");
    }
    let ran = night(&bench, &simulator, &["--lang", "pt-BR"]).expect_code(5);
    assert!(ran.err.contains("as planilhas ficam na caixa de entrada"), "{ran:#?}");
    bench.write("work/waves.csv", "wave,opens_at,closes_at,timezone\nnorth,2020-01-01 20:00,2099-01-02 06:00,UTC\n");
    assert_eq!(simulator.each_once("customers"), 0);
    night(&bench, &simulator, &["--wave", "north"]).expect_code(0);
    assert_eq!((simulator.each_once("customers"), inbox(&bench).len()), (2, 0));
}

/// The same sheets once more, in a night that runs nothing: they are not put away either, and what stood is not run.
#[test]
fn the_same_sheets_again_stay_too_where_nothing_is_run() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    deliver(&bench, &[("users.csv", USERS)]);
    let before = simulator.requests();
    let ran = night(&bench, &simulator, &["--wave", "south"]).expect_code(2);
    assert!(ran.err.ends_with("(users.csv); the next night takes them once nothing stands in the way\n"), "{ran:#?}");
    assert_eq!((inbox(&bench), simulator.requests()), (vec!["users.csv".to_owned()], before));
    assert_eq!(fs::read_dir(bench.path("work/archive")).expect("the first night's").count(), 1);
}

/// A night that was killed while it looked at the inbox, and one that cannot even look at it to the end.
#[test]
fn no_copy_of_a_sheet_is_left_however_a_night_ends() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    let beside = bench.path("work/.turnup/night");
    fs::create_dir_all(&beside).expect("a folder");
    fs::write(beside.join("users.csv"), USERS).expect("a file");
    // A workbook beside other sheets is an error.
    deliver(&bench, &[("workbook.xlsx", "no workbook")]);
    let ran = night(&bench, &simulator, &[]).expect_code(1);
    assert!(ran.err.contains("the inbox holds `workbook.xlsx` and other sheets"), "{ran:#?}");
    assert!(ran.err.contains("no sheet was taken from the inbox"), "{ran:#?}");
    assert!(!beside.exists());
    bench.remove("work/inbox/workbook.xlsx");
    // Folders where files are meant.
    fs::create_dir(bench.path("work/corrections.csv")).expect("the folder is new");
    let ran = night(&bench, &simulator, &[]).expect_code(1);
    assert!(ran.err.contains("corrections.csv` is no file"), "{ran:#?}");
    assert_eq!((beside.exists(), inbox(&bench).len()), (false, 3));
    fs::remove_dir(bench.path("work/corrections.csv")).expect("it is empty");
    // A leftover goes also where nothing has come.
    for name in SHEETS {
        bench.remove(&format!("work/inbox/{name}"));
    }
    fs::create_dir_all(&beside).expect("a folder");
    fs::write(beside.join("users.csv"), USERS).expect("a file");
    night(&bench, &simulator, &[]).expect_code(3);
    assert!(!beside.exists());
    deliver(&bench, &[("customers.csv", CUSTOMERS), ("locations.csv", LOCATIONS), ("users.csv", USERS)]);
    night(&bench, &simulator, &[]).expect_code(0);
    assert!(!beside.exists());
}

/// What was sent before a crash is looked after all the same.
#[test]
fn a_run_that_was_cut_off_is_settled_although_the_new_sheets_stay() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &["--latency-ms", "300"]);
    let working = Working::start(&mut bench.against(&simulator, &["nightly", "work"]));
    simulator.await_objects("customers", 1);
    working.signal("KILL");
    drop(working);
    bench.write("work/waves.csv", "wave,opens_at,closes_at,timezone\nnorth,2020-01-01 20:00,2020-01-02 06:00,UTC\n");
    deliver(&bench, &[("customers.csv", &customers_of_wave())]);
    let ran = night(&bench, &simulator, &["--wave", "north"]).expect_code(5);
    assert!(ran.err.contains("was cut off; what it has sent is settled first"), "{ran:#?}");
    assert_eq!(inbox(&bench), ["customers.csv"]);
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    assert!(runs.contains("cut off; what it had sent was settled ") && !runs.contains("unfinished"), "{runs}");
}

/// Only sheets that were taken and never run are said to be run now: not those that came once more and were put away.
#[test]
fn what_was_not_run_yet_is_told_by_what_was_run() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    // A night that fails once it has looked at the inbox: what a run keeps cannot be written.
    let (inputs, aside) = (bench.path("work/.turnup/inputs"), bench.path("aside"));
    let failing = || {
        fs::rename(&inputs, &aside).expect("it can be moved");
        fs::write(&inputs, "").expect("a file");
        let ran = night(&bench, &simulator, &[]).expect_code(1);
        fs::remove_file(&inputs).expect("the file");
        fs::rename(&aside, &inputs).expect("it can be moved back");
        ran
    };
    let words = "that an earlier night took from the inbox (archive/";
    deliver(&bench, &[("users.csv", USERS)]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let ran = failing();
    assert!(ran.err.contains("is the same as last time") && !ran.err.contains(words), "{ran:#?}");
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    assert!(!ran.err.contains(words), "they were run days ago: {ran:#?}");

    // New ones are taken, and then come once more; both nights fail, and so the third one runs them.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for _ in 0..2 {
        deliver(&bench, &[("users.csv", &USERS.replace("Carla,Dias", "Carla,Lopes"))]);
        failing();
        assert_eq!(inbox(&bench), [""; 0]);
    }
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    let places = fs::read_dir(bench.path("work/archive")).expect("an archive").map(|entry| entry.expect("a folder"));
    let mut names: Vec<String> = places.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names.len(), 4);
    assert!(ran.err.contains(&format!("{words}{})", names[2])) && ran.out.contains("1 updated"), "{names:?} {ran:#?}");
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    assert!(!ran.err.contains(words), "{ran:#?}");
}

/// A table of something else under a sheet's name is told as that, with its place; so is one that stands and is none.
#[test]
fn a_table_of_something_else_is_told_as_no_sheet_where_it_is() {
    let bench = first_night();
    configure(&bench, "");
    let simulator = Simulator::start(&bench, &[]);
    night(&bench, &simulator, &[]).expect_code(0);
    let foreign = "Branch,Street,City,Opening hours\nTejo Centro,Rua Augusta 100,Lisboa,9-17\n";
    deliver(&bench, &[("users.csv", foreign)]);
    let ran = night(&bench, &simulator, &[]).expect_code(3);
    let words = format!(
        "{}: this is no users sheet: its first line names none of the columns of one; put the users sheet in its place",
        bench.path("work/inbox/users.csv").display()
    );
    assert!(ran.err.contains(&words) && !ran.err.contains("is missing"), "{ran:#?}");
    assert_eq!(inbox(&bench), ["users.csv"]);
    // The one that stands is broken by hand, and what comes is another sheet.
    bench.write("work/users.csv", foreign);
    bench.remove("work/inbox/users.csv");
    let branch = format!("{LOCATIONS}tejo,Porto,Rua das Flores 1,Porto,4050-262,PT,Europe/Lisbon\n");
    for locations in [LOCATIONS, &branch] {
        deliver(&bench, &[("locations.csv", locations)]);
        let ran = night(&bench, &simulator, &["--inbox", "work/inbox"]).expect_code(3);
        let words = format!("turnup: {}: this is no users sheet", bench.path("work/users.csv").display());
        assert!(ran.err.contains(&words), "{ran:#?}");
        assert_eq!(inbox(&bench), ["locations.csv"]);
    }
}
