//! What somebody meets who knows only the README: what is said where they stumble.

mod support;

use std::process::Command;

use support::{Bench, CUSTOMERS, Ran, Results, Simulator, USERS, outcomes};

/// Some rows with a column `action`, filled in where a name says so.
fn with_actions(sheet: &str, actions: &[(&str, &str)]) -> String {
    let action = |line: &str| {
        let found = actions.iter().find(|(name, _)| line.contains(&format!(",{name},")));
        found.map_or("", |(_, action)| action).to_owned()
    };
    let rows = sheet.lines().skip(1).map(|line| format!("{line},{}\n", action(line)));
    format!("{},action\n{}", sheet.lines().next().unwrap_or_default(), rows.collect::<String>())
}

#[test]
fn the_last_administrator_of_a_customer_does_not_go_unnoticed() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let ran = |args: &[&str]| Ran::of(&mut bench.against(&simulator, args));
    // Carla is an administrator without being the one of the customer's row.
    let people =
        USERS.replace("carla@aurora.example,webex_calling,1003,", "carla@aurora.example,webex_suite,1003,full_admin");
    bench.write("work/users.csv", &people);
    ran(&["run", "work", "--yes"]).expect_code(0);
    let with = |actions: &[(&str, &str)]| {
        bench.write("work/users.csv", &with_actions(&people, actions));
        let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(0);
        let lines = check.out.lines().filter(|line| line.contains(",L326,"));
        lines.map(|line| line.split(',').take(2).collect::<Vec<_>>().join(":")).collect::<Vec<_>>()
    };
    assert!(with(&[]).is_empty() && with(&[("Ana", "delete")]).is_empty(), "Carla stays");
    assert!(with(&[("Bruno", "delete"), ("Sara", "delete")]).is_empty(), "they administer nothing");
    assert_eq!(with(&[("Ana", "delete"), ("Carla", "delete")]), ["users.csv:4"], "once for each customer");
    assert_eq!(with(&[("Ana", "delete"), ("Rui", "delete"), ("Carla", "delete")]), ["users.csv:4", "users.csv:5"]);
    // The customer goes too, and needs none any more.
    bench.write("work/customers.csv", &with_actions(CUSTOMERS, &[("Livraria Tejo", "delete")]));
    let gone = [("Rui", "delete"), ("Sara", "delete"), ("Tiago", "delete")];
    assert!(with(&gone).is_empty());
}

#[test]
fn a_plan_names_the_customer_that_is_left_without_an_administrator() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let ran = |args: &[&str]| Ran::of(&mut bench.against(&simulator, args));
    ran(&["run", "work", "--yes"]).expect_code(0);
    bench.write("work/users.csv", &with_actions(USERS, &[("Rui", "delete")]));
    let words = "with `rui@tejo.example` the customer `tejo` loses the last administrator that turnup knows of";
    let plan = bench.ran(&["plan", "work"]).expect_code(0);
    assert!(plan.out.contains(words), "{}", plan.out);
    // Somebody else is made one, and so all is well.
    let made = with_actions(USERS, &[("Rui", "delete")])
        .replace("webex_calling,1002,,\ntejo,Tiago", "webex_calling,1002,full_admin,\ntejo,Tiago");
    bench.write("work/users.csv", &made);
    let plan = bench.ran(&["plan", "work"]).expect_code(0);
    assert!(!plan.out.contains(words), "{}", plan.out);
    bench.write("work/users.csv", &with_actions(USERS, &[("Rui", "delete")]));
    let run = ran(&["run", "work", "--yes"]).expect_code(0);
    assert!(run.err.contains(words), "{}", run.err);
}

/// The id that `org_id` has to hold, as a text names it.
fn named_organisation(text: &str) -> String {
    let (_, behind) = text.split_once(" write ").unwrap_or_else(|| panic!("no organisation is named: {text}"));
    behind.split_once(" into the column `org_id`").map_or("", |(id, _)| id).to_owned()
}

/// The id of the latest run.
fn latest_run(bench: &Bench) -> String {
    let runs = bench.ran(&["runs", "work"]).expect_code(0).out;
    runs.lines().last().and_then(|line| line.split(' ').next()).unwrap_or_default().to_owned()
}

#[test]
fn a_customer_that_was_taken_away_is_made_again_by_what_the_cure_says() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let ran = |args: &[&str]| Ran::of(&mut bench.against(&simulator, args));
    let numbers =
        |rows: &str| rows.replace("timezone\n", "timezone,numbers\n").replace("/Lisbon\n", "/Lisbon,+351211234510\n");
    let shop: Vec<&str> = CUSTOMERS.lines().take(2).collect();
    let shop = numbers(&(shop.join("\n") + "\n"));
    let people = USERS.lines().take(4).collect::<Vec<_>>().join("\n");
    bench.write("work/customers.csv", &shop);
    bench.write("work/users.csv", &people);
    ran(&["run", "work", "--yes"]).expect_code(0);
    bench.write("work/customers.csv", &with_actions(&shop, &[("Padaria Aurora", "delete")]));
    bench.write(
        "work/users.csv",
        &with_actions(&people, &[("Ana", "delete"), ("Bruno", "delete"), ("Carla", "delete")]),
    );
    ran(&["run", "work", "--yes"]).expect_code(0);
    bench.write("work/customers.csv", &shop);
    bench.write("work/users.csv", &people);
    let again = ran(&["run", "work", "--yes"]).expect_code(4);
    let users = Results::read(&bench, &again, "users.results.csv").lines(&["code", "fix"]);
    let customer = Results::read(&bench, &again, "customers.results.csv").lines(&["code", "fix"]);
    let organisation = named_organisation(&users[0]);
    assert!(users[0].starts_with("R605;10022 ") && !organisation.is_empty(), "{users:?}");
    assert!(customer[0].starts_with("R607"), "{customer:?}");
    assert_eq!(named_organisation(&customer[0]), organisation);
    let undo = format!("turnup undo {}", latest_run(&bench));
    assert!(users[0].contains(&undo) && customer[0].contains(&undo), "{users:?} {customer:?}");
    // Who runs it once more, or takes it back, is told the same organisation, not the empty one that was made since.
    let once_more = ran(&["run", "work", "--yes"]).expect_code(4);
    let users = Results::read(&bench, &once_more, "users.results.csv").lines(&["fix"]);
    assert_eq!(named_organisation(&users[0]), organisation);
    assert!(users[0].contains("take back the run that made it again, whole"), "{users:?}");
    let undone = ran(&["undo", undo.rsplit(' ').next().unwrap_or_default(), "-C", "work", "--yes"]).expect_code(0);
    assert!(undone.err.contains(&format!("needs {organisation} in the column `org_id`")), "{}", undone.err);
    let plan = bench.ran(&["plan", "work"]).expect_code(0);
    assert!(plan.out.contains(&format!("needs {organisation} in the column `org_id`")), "{}", plan.out);
    let named = shop.replace("numbers\n", "numbers,org_id\n").replace("4510\n", &format!("4510,{organisation}\n"));
    bench.write("work/customers.csv", &named);
    let made = ran(&["run", "work", "--yes"]).expect_code(0);
    assert_eq!(outcomes(&bench, &made), [("created".to_owned(), 4)].into());
}

#[test]
fn a_retry_says_what_is_wrong_with_the_row_that_the_others_wait_for() {
    let bench = Bench::small();
    bench.write("work/customers.csv", &CUSTOMERS.replacen("1100-053,PT", "1100-053,Portugall", 1));
    let simulator = Simulator::start(&bench, &[]);
    let ran = |args: &[&str]| Ran::of(&mut bench.against(&simulator, args));
    ran(&["run", "work", "--yes"]).expect_code(3);
    let again = ran(&["retry", "work", "--yes"]).expect_code(3);
    let unmended =
        "1 row was rejected and is not retried as it is; mend the cells in the sheets and `turnup run work`, or mend";
    assert!(again.err.contains(unmended), "{}", again.err);
    let wrong = "`Portugall` is not a country code; did you mean `PT`?";
    let cause = format!("1. cell `country` of customers.csv:2: {wrong} [C207]\n   3 rows behind it;");
    assert!(again.out.contains(&cause), "{}", again.out);
    let users = Results::read(&bench, &again, "users.results.csv").lines(&["result", "blocked_by", "reason"]);
    let said = format!("blocked customers.csv:2 customers.csv:2 stands in the way: country: {wrong}");
    assert_eq!(users, vec![said; 3]);
}

#[test]
fn a_check_says_how_to_see_all_that_it_found() {
    let bench = Bench::small();
    let mut wrong = USERS.to_owned();
    for (at, cell) in ["a,webex_caling", "b,webex_calling,9", "c,webex_calling,1002,chief"].iter().enumerate() {
        wrong += &format!("tejo,P{at},Q,{cell}\n");
    }
    for n in 0..12 {
        wrong += &format!("tejo,R{n},Q,r{n}@tejo.example,webex_caling,,\n");
    }
    bench.write("work/users.csv", &wrong);
    bench.write("work/customers.csv", &CUSTOMERS.replacen("1200-451,PT,Europe/Lisbon", "1200-451,,Europe/Lisboa", 1));
    let few = bench.ran(&["check", "work"]).expect_code(3).out;
    assert!(few.contains("more with code C214; `turnup check work --all` or `--format csv` lists them all"), "{few}");
    let last = few.lines().last().unwrap_or_default();
    assert!(last.starts_with("and ") && last.ends_with("`turnup check work --all` names them all"), "{last}");
    let all = bench.ran(&["check", "work", "--all"]).expect_code(3).out;
    assert_eq!(all.matches("error[C214]").count(), 13, "{all}");
    assert!(!all.contains("--all") && all.contains("\n6. "), "{all}");
}

/// Under cron and in containers nothing says who works, but the system knows.
#[test]
fn who_ran_it_is_known_without_the_environment() {
    let bench = Bench::small();
    let mut run = bench.turnup(&["run", "work", "--simulate", "--yes"]);
    Ran::of(run.env_remove("USER").env("LOGNAME", "")).expect_code(0);
    let listed = bench.ran(&["runs", "work"]).expect_code(0).out;
    let id = Command::new("id").arg("-u").output().expect("`id` is there").stdout;
    let id = String::from_utf8(id).expect("a number").trim().to_owned();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let own = accounts.lines().find(|line| line.split(':').nth(2) == Some(&id));
    let name = own.and_then(|line| line.split(':').next()).map_or(format!("uid-{id}"), str::to_owned);
    assert!(listed.contains(&format!(" by {name}@")), "{listed}");
}

#[test]
fn a_new_folder_says_at_each_step_what_comes_next() {
    let bench = Bench::empty();
    let made = bench.ran(&["init", "new"]).expect_code(0);
    assert!(made.err.contains("then run `turnup check new`"), "{made:?}");
    let checked = bench.ran(&["check", "new"]).expect_code(0);
    assert!(
        checked.err.contains("the sheets have no rows yet") && checked.err.contains("`turnup check new`"),
        "{checked:?}"
    );
    let filled = bench.ran(&["check", "new", "--lang", "pt-BR"]).expect_code(0);
    assert!(filled.err.contains("as planilhas ainda não têm linhas"), "{filled:?}");
}

/// The cases of the README's table that somebody meets who types something wrong, or whose file cannot be understood.
#[test]
fn exit_codes_are_those_of_the_readme() {
    let bench = Bench::small();
    bench.ran(&["run", "work", "--simulate", "--yes"]).expect_code(0);
    let cases: [(&[&str], i32); 13] = [
        (&["explain", "X999"], 1),
        (&["report", "NOPE", "-C", "work"], 1),
        (&["login", "--show"], 1),
        (&["frob"], 2),
        (&["run", "work", "--simulate"], 2),
        (&["run", "work", "--simulate", "--yes", "--wave", "7"], 2),
        (&["run", "work", "--simulate", "--yes", "--until", "2020-01-01T00:00:00Z"], 2),
        (&["status", "work", "--wave", "7"], 2),
        (&["why", "users.csv:99", "-C", "work"], 2),
        (&["report", "--customer", "nobody", "-C", "work"], 2),
        (&["approve", &latest_run(&bench), "-C", "work", "--yes", "--simulate"], 2),
        (&["retry", "work", "--from", "work/templates.toml", "--simulate", "--yes"], 3),
        (&["retry", "work", "--simulate", "--yes"], 0),
    ];
    for (args, code) in cases {
        assert_eq!(bench.ran(args).code, Some(code), "{args:?}");
    }
    for (file, text) in [("corrections.csv", "a,b\n1,2\n"), ("waves.csv", "a,b\n1,2\n"), ("turnup.toml", "[run\n")] {
        bench.write(&format!("work/{file}"), text);
        let ran = bench.ran(&["run", "work", "--simulate", "--yes"]);
        assert_eq!(ran.code, Some(3), "{file}: {ran:?}");
        assert!(ran.out.is_empty(), "nothing was run: {ran:?}");
        bench.remove(&format!("work/{file}"));
    }
    let table = include_str!("../README.md");
    let rows = (0..=7).filter(|code| table.contains(&format!("\n| {code} | ")));
    assert_eq!(rows.count(), 8);
}

#[test]
fn a_copy_of_another_sheet_is_the_only_finding() {
    let bench = Bench::small();
    bench.write("work/customers.csv", USERS);
    let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(3).out;
    let found: Vec<&str> = check.lines().skip(1).collect();
    let words = "this looks like the users sheet, not like the customers sheet";
    assert!(found.len() == 1 && found[0].contains(",F119,error,") && found[0].contains(words), "{check}");
    assert!(found[0].contains("call it `users.csv` and put the customers sheet in its place"), "{check}");
    let run = bench.ran(&["run", "work", "--simulate", "--yes"]).expect_code(3);
    assert!(run.err.contains(words) && run.err.contains("nothing was sent"), "{}", run.err);
}

/// A sheet that is nearly called as it should be is named with the cure, in both languages.
#[test]
fn a_sheet_that_is_nearly_called_like_one_is_named() {
    let bench = Bench::small();
    for (file, cure, em_portugues) in [
        ("Users.csv", "call it users.csv", "chame-o de users.csv"),
        ("usuarios.txt", "call it users.csv", "chame-o de users.csv"),
        ("people.csv", "call it users.csv", "chame-o de users.csv"),
        (
            "users.ods",
            "open it and save it as users.xlsx or users.csv",
            "abra-o e salve-o como users.xlsx ou users.csv",
        ),
    ] {
        bench.remove("work/users.csv");
        bench.write(&format!("work/{file}"), USERS);
        let ran = bench.ran(&["check", "work"]).expect_code(1);
        let words =
            format!("has no users.csv; a sheet with nothing but its header is fine; `{file}` lies there: {cure}");
        assert!(ran.err.contains(&words), "{}", ran.err);
        let ran = bench.ran(&["check", "work", "--lang", "pt-BR"]).expect_code(1);
        assert!(ran.err.contains(&format!("`{file}` está lá: {em_portugues}")), "{}", ran.err);
        bench.remove(&format!("work/{file}"));
        bench.write("work/users.csv", USERS);
    }
}

/// Bytes that are no text have no columns that could be missing.
#[test]
fn a_file_that_is_no_text_is_no_sheet() {
    let bench = Bench::small();
    let noise: Vec<u8> = (1..3000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    for bytes in [noise, vec![0; 4096]] {
        std::fs::write(bench.path("work/users.csv"), bytes).expect("the test may write here");
        let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(3).out;
        let found: Vec<&str> = check.lines().skip(1).collect();
        let words = "this is data that is no text (a damaged file, or one of another program), not CSV text";
        assert!(found.len() == 1 && found[0].contains(",F113,error,") && found[0].contains(words), "{check}");
    }
    // A stray character is a mistake of its cell.
    bench.write("work/users.csv", &USERS.replacen("Ana,", "An\u{7}a,", 1));
    let check = bench.ran(&["check", "work", "--format", "csv"]).expect_code(3).out;
    assert!(check.lines().skip(1).all(|line| line.contains(",C229,")), "{check}");
}

#[test]
fn a_plan_says_where_headquarters_are_counted() {
    let bench = Bench::small();
    let plan = bench.ran(&["plan", "work"]).expect_code(0).out;
    let words =
        "locations: 2 headquarters, which are rows of the customers sheet, and 0 branches of the locations sheet";
    assert!(plan.contains(words), "{plan}");
    let page = bench.ran(&["plan", "work", "--format", "html"]).expect_code(0).out;
    assert!(page.contains("Locations: 2 headquarters"), "{page}");
}
