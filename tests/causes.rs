//! Causes: many findings and failures become the few things that are to be mended.

mod support;

use std::fmt::Write;

use support::{Bench, CUSTOMERS, Simulator, USERS};
use turnup::check::{self, HoldBack, Material, Rulebook, Standing};
use turnup::model::SheetKind;
use turnup::report::{Cause, Causes, causes_of_findings};
use turnup::sheet::{self, Sheets};
use turnup::template;
use turnup::text::Lang;

const TEMPLATES: &str = "[templates.shop]
provisioning_id = \"ZDczN2FlYTUtNzQ4Yi00MGM2LWE1N2EtYjAwZmM5NjI1Yzdm\"
countries = [\"PT\"]
supported_location = true

[templates.empty]
country = \"PT\"
";

const CUSTOMER_HEADER: &str =
    "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,timezone,action\n";
const LOCATION_HEADER: &str = "customer_external_id,name,address_line1,city,postal_code,country,timezone\n";
const USER_HEADER: &str = "customer_external_id,first_name,last_name,email,package,extension\n";

/// The causes of three sheets, given without their headers.
fn causes(customers: &str, locations: &str, users: &str, hold_back: HoldBack) -> Causes {
    let mut found = Vec::new();
    let mut sheet = |kind: SheetKind, header: &str, rows: &str| {
        let text = format!("{header}{rows}").into_bytes();
        sheet::parse(kind, &sheet::file_name(kind), text, &sheet::Options::default(), &mut found)
    };
    let (customers, locations, users) = (
        sheet(SheetKind::Customers, CUSTOMER_HEADER, customers),
        sheet(SheetKind::Locations, LOCATION_HEADER, locations),
        sheet(SheetKind::Users, USER_HEADER, users),
    );
    let sheets = Sheets { customers, locations, users, found };
    let (templates, mut found) = template::read("templates.toml", TEMPLATES);
    let (rows, of_cells) = sheet::rows(&sheets);
    found.extend(of_cells);
    let (standing, rulebook) = (Standing::default(), Rulebook::default());
    let material =
        Material { sheets: &sheets, rows: &rows, templates: &templates, standing: &standing, rulebook: &rulebook };
    let checked = check::check(&material, hold_back, found);
    causes_of_findings(&checked, hold_back, Lang::En)
}

/// A customer with its administrator, and some more users.
fn family(id: &str, template: &str, country: &str, users: usize) -> (String, String) {
    let customer = format!(
        "{id},{id},admin@{id}.example,{template},webex_calling,Rua 1,Lisboa,1100-148,{country},Europe/Lisbon,\n"
    );
    let mut rows = String::new();
    for number in 0..users {
        let email = if number == 0 { format!("admin@{id}.example") } else { format!("u{number}@{id}.example") };
        let _ = writeln!(rows, "{id},U,N,{email},webex_calling,{}", 2000 + number);
    }
    (customer, rows)
}

/// One line for a cause.
fn line(cause: &Cause) -> String {
    let Cause { title, codes, rows, blocked, passing, .. } = cause;
    format!("{title} [{}] {rows} + {blocked} -> {passing}", codes.join(" "))
}

fn lines(causes: &Causes) -> Vec<String> {
    causes.list.iter().map(line).collect()
}

#[test]
fn one_template_one_value_and_one_column_are_three_causes() {
    let (acme, acme_users) = family("acme", "shop", "PT", 5);
    let (bela, bela_users) = family("bela", "empty", "PT", 4);
    let (cais, cais_users) = family("cais", "empty", "PT", 3);
    let (doca, doca_users) = family("doca", "shop", "Portugall", 3);
    let (elo, elo_users) = family("elo", "shop", "Portugall", 2);
    let acme_users = acme_users.replace("u1@", "u1 at ").replace("u2@", "u2 at ");
    let causes = causes(
        &[acme, bela, cais, doca, elo].concat(),
        "",
        &[acme_users, bela_users, cais_users, doca_users, elo_users].concat(),
        HoldBack::Row,
    );
    assert_eq!((causes.rows, causes.well), (22, 4));
    assert_eq!(
        lines(&causes),
        [
            "template `empty` [T402] 2 + 7 -> 4",
            "template `empty` [T405] 2 + 7 -> 13",
            "`Portugall` in column `country` of customers.csv [C207] 2 + 5 -> 20",
            "column `email` of users.csv [C202] 2 + 0 -> 22",
        ]
    );
    let mend = &causes.list[0].mend;
    assert_eq!((mend.file.as_str(), mend.row, mend.template.as_deref()), ("templates.toml", Some(6), Some("empty")));
    let cells: Vec<_> = causes.list[3].examples.iter().map(|example| example.cell.as_deref()).collect();
    assert_eq!(cells, [Some("D3"), Some("D4")]);
    assert!((causes.list[3].share - 1.0).abs() < f64::EPSILON);
}

#[test]
fn a_row_with_two_mistakes_passes_with_the_later_one() {
    let (acme, users) = family("acme", "shop", "PT", 4);
    let users = users.replace("u1@acme", "u1 acme").replace("u2@acme", "u2 acme").replace("2002", "20 02 x");
    let causes = causes(&acme, "", &users, HoldBack::Row);
    assert_eq!(
        lines(&causes),
        ["column `email` of users.csv [C202] 2 + 0 -> 4", "cell `extension` of users.csv:4 [C205] 1 + 0 -> 5"]
    );
}

#[test]
fn a_customer_that_is_held_back_whole_passes_with_its_last_mistake() {
    let (acme, users) = family("acme", "shop", "PT", 6);
    let users = users.replace("u1@acme", "u1 acme").replace("u2@acme", "u2 acme").replace("2003", "20 03 x");
    let causes = causes(&acme, "", &users, HoldBack::Customer);
    let passing: Vec<usize> = causes.list.iter().map(|cause| cause.passing).collect();
    assert_eq!((causes.rows, causes.well, passing), (7, 0, vec![2, 7]));
}

#[test]
fn a_row_that_is_left_out_on_purpose_can_be_the_cause() {
    let (acme, users) = family("acme", "shop", "PT", 3);
    let causes = causes(&acme.replace(",\n", ",skip\n"), "", &users, HoldBack::Row);
    assert_eq!(lines(&causes), ["customers.csv:2 [] 0 + 3 -> 3"]);
    assert!(causes.list[0].message.contains("left out on purpose"), "{:?}", causes.list[0]);
}

#[test]
fn a_missing_column_is_one_cause_for_all_rows_of_its_sheet() {
    let (acme, users) = family("acme", "shop", "PT", 3);
    let bench = Bench::empty();
    bench.write("work/templates.toml", TEMPLATES);
    bench.write("work/customers.csv", &format!("{CUSTOMER_HEADER}{acme}"));
    bench.write("work/locations.csv", LOCATION_HEADER);
    bench.write("work/users.csv", &format!("{}{users}", USER_HEADER.replace("email", "mail_x")));
    let check = bench.ran(&["check", "work"]).expect_code(3).out;
    assert!(check.contains("1. users.csv: ") && check.contains("[F101]\n   3 rows;"), "{check}");
}

#[test]
fn many_different_values_do_not_make_a_long_list() {
    let (acme, users) = family("acme", "shop", "PT", 200);
    let users: String = users
        .lines()
        .enumerate()
        .map(|(at, row)| {
            if at == 0 { format!("{row}\n") } else { format!("{}\n", row.replace("webex_calling", &format!("p{at}"))) }
        })
        .collect();
    let causes = causes(&acme, "", &users, HoldBack::Row);
    assert_eq!(causes.list.len(), 1, "{:#?}", lines(&causes));
    assert_eq!((causes.list[0].rows, causes.list[0].examples.len()), (199, 5));
    assert_eq!(causes.list.last().map(|cause| cause.passing), Some(201));
}

#[test]
fn a_run_tells_its_causes_with_what_waits_behind_them() {
    let bench = Bench::small();
    let more: String = (0..20)
        .fold(String::new(), |rows, n| rows + &format!("tejo,U,N{n},u{n}@tejo.example,webex_calling,3{n:03},\n"));
    bench.write("work/users.csv", &format!("{USERS}{more}"));
    bench.write("work/customers.csv", &CUSTOMERS.replace("1200-451,PT", "1200-451,Portugall"));
    let run = bench.ran(&["run", "work", "--yes", "--simulate"]);
    assert!(
        run.out.contains("1. cell `country` of customers.csv:3: ") && run.out.contains("1 row and 23 behind it"),
        "{}",
        run.out
    );
    assert!(run.out.contains("100 % of all rows pass"), "{}", run.out);
}

#[test]
fn one_answer_to_many_rows_is_one_cause() {
    let faults = "[[fault]]\nmethod = \"POST\"\npath = \"/wholesale/subscribers\"\nkind = \"status\"\nstatus = 400\n\
                  body = '{\"errors\":[{\"errorCode\":2220051,\"description\":\"License 4711 is used up\"}]}'\n";
    let bench = Bench::small();
    let simulator = Simulator::with_faults(&bench, faults);
    let run = support::Ran::of(&mut bench.against(&simulator, &["run", "work", "--yes"]));
    let causes: Vec<&str> = run.out.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
    assert!(causes.iter().any(|line| line.starts_with("1. ") && line.contains("[R601")), "{}", run.out);
    assert!(!run.out.contains("\n3. "), "{}", run.out);
}
