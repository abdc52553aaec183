//! `samples/acme`: clean, runs end to end, and then stands in Webex exactly as the sheets say. The sheets are read here
//! a second time, by other means than the program's.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::turnup::{PROGRAM, copy, exit, records, results, sample, stdout, turnup};

type Row = HashMap<String, String>;
type State = BTreeMap<String, Value>;

#[test]
fn acme_has_no_finding() {
    let output = turnup(&["check", "--format", "csv"], &sample("acme"));
    assert_eq!((stdout(&output).lines().count(), exit(&output).as_str()), (1, "0\n"), "{}", stdout(&output));
}

#[test]
fn acme_is_made_once_and_stands_as_the_sheets_say() {
    let folder = copy(&sample("acme"));
    let first = turnup(&["run", "--simulate", "--yes"], folder.path());
    assert_eq!(exit(&first), "0\n", "{}", stdout(&first));
    assert_eq!(results(&first, |result, _| result != "created").lines().count(), 1);
    let second = turnup(&["run", "--simulate", "--yes"], folder.path());
    assert_eq!(exit(&second), "0\n", "{}", stdout(&second));
    assert_eq!(results(&second, |result, _| result != "unchanged").lines().count(), 1);
    assert!(stdout(&second).lines().any(|line| line == "0 requests"), "{}", stdout(&second));

    let found = state(folder.path());
    for (part, wanted) in wanted(folder.path()) {
        same(part, &wanted, &found[part]);
    }
}

/// A simulator that ends with the test.
struct Simulator(Child);

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What stands in the simulated Webex of that workspace.
fn state(folder: &Path) -> Value {
    let kept = folder.join(".turnup").join("simulator.json");
    let mut command = Command::new(PROGRAM);
    command.args(["simulate", "--port", "0", "--state"]).arg(kept).stdout(Stdio::piped());
    let mut simulator = Simulator(command.spawn().expect("the program starts"));
    let mut line = String::new();
    let out = simulator.0.stdout.take().expect("it is piped");
    BufReader::new(out).read_line(&mut line).expect("the simulator says where it listens");
    let url = line.trim().strip_prefix("listening ").unwrap_or_else(|| panic!("the simulator said `{line}`"));
    let url = format!("{url}/_turnup/state");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(async move {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client can be made");
        let answer = client.get(url).bearer_auth("any").send().await.expect("the simulator answers");
        answer.json().await.expect("the state is JSON")
    })
}

/// Compares what stands with what is wanted, field by field of the wanted; tells every difference.
fn same(part: &str, wanted: &State, found: &Value) {
    let found = found.as_object().expect("every part of the state is a table");
    let mut wrong: Vec<String> = Vec::new();
    for (key, value) in wanted {
        let Some(there) = found.get(key) else {
            wrong.push(format!("- {key}"));
            continue;
        };
        match value.as_object() {
            Some(fields) => {
                let differing = fields.iter().filter(|(field, value)| filled(&there[field.as_str()]) != **value);
                wrong.extend(
                    differing.map(|(field, value)| {
                        format!("{key} {field}: wanted {value}, found {}", there[field.as_str()])
                    }),
                );
            }
            None if value != there => wrong.push(format!("{key}: wanted {value}, found {there}")),
            None => {}
        }
    }
    wrong.extend(found.keys().filter(|key| !wanted.contains_key(*key)).map(|key| format!("+ {key}")));
    assert!(wrong.is_empty(), "{part}:\n{}", wrong.join("\n"));
}

/// The cell; an empty one is as good as the other value.
fn cell<'a>(row: &'a Row, header: &str, or: &'a str) -> &'a str {
    row.get(header).map(String::as_str).filter(|cell| !cell.is_empty()).unwrap_or(or)
}

fn list(row: &Row, header: &str) -> Vec<String> {
    let mut items: Vec<String> =
        cell(row, header, "").split(';').filter(|item| !item.is_empty()).map(str::to_owned).collect();
    items.sort();
    items
}

/// The state as the sheets say it should be, part by part.
fn wanted(folder: &Path) -> Vec<(&'static str, State)> {
    let [customers, locations, users] =
        ["customers", "locations", "users"].map(|sheet| records(&folder.join(format!("{sheet}.csv"))));
    let sites: Vec<Site> = customers.iter().map(headquarters).chain(locations.iter().map(branch)).collect();
    vec![
        ("customers", customers.iter().map(customer).collect()),
        ("locations", sites.iter().map(|site| location(site, &users)).collect()),
        ("numbers", numbers(&sites, &users)),
        ("subscribers", users.iter().map(|user| subscriber(user, &sites)).collect()),
        ("roles", users.iter().filter_map(role).collect()),
    ]
}

/// A headquarters or a branch.
struct Site<'a> {
    customer: &'a str,
    name: &'a str,
    headquarters: bool,
    row: &'a Row,
}

fn headquarters(row: &Row) -> Site<'_> {
    Site { customer: &row["external_id"], name: cell(row, "location_name", "Headquarters"), headquarters: true, row }
}

fn branch(row: &Row) -> Site<'_> {
    Site { customer: &row["customer_external_id"], name: &row["name"], headquarters: false, row }
}

fn customer(row: &Row) -> (String, Value) {
    let (language, region) = row["language"].split_once('_').expect("acme names every language with its country");
    let limits = cell(row, "package_limits", "").split(';').filter_map(|limit| limit.split_once('='));
    let limits = limits.map(|(package, limit)| (package, limit.parse::<u32>().expect("a limit is a number")));
    let value = json!({
        "name": row["name"],
        "primaryEmail": row["admin_email"],
        "language": format!("{language}_{}", region.to_uppercase()),
        "packages": row["packages"].split(';').collect::<Vec<_>>(),
        "limits": limits.collect::<BTreeMap<_, _>>(),
        "address": address(row, ["addressLine1", "addressLine2", "city", "stateOrProvince", "zipOrPostalCode", "country"]),
        "status": "provisioned",
        "copies": 1,
    });
    (row["external_id"].clone(), value)
}

/// The address under the names of one of the two APIs, without what is blank.
fn address(row: &Row, names: [&str; 6]) -> Value {
    let headers = ["address_line1", "address_line2", "city", "state", "postal_code", "country"];
    let filled = names.into_iter().zip(headers.map(|header| row[header].as_str())).filter(|(_, cell)| !cell.is_empty());
    filled.map(|(name, cell)| (name.to_owned(), json!(cell))).collect::<serde_json::Map<_, _>>().into()
}

/// A table without its blank texts.
fn filled(value: &Value) -> Value {
    let Some(table) = value.as_object() else { return value.clone() };
    table
        .iter()
        .filter(|(_, value)| *value != "")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Every number of a site: its list, its main number, and those of its people.
fn numbers_of(site: &Site<'_>, users: &[Row]) -> Vec<String> {
    let listed = list(site.row, "numbers");
    let mut numbers: Vec<String> = listed.iter().flat_map(|item| expanded(item)).collect();
    numbers.extend(list(site.row, "main_number"));
    let own = users.iter().filter(|user| user["customer_external_id"] == site.customer && sits(user, site));
    numbers.extend(own.flat_map(|user| list(user, "phone_number")));
    numbers.sort();
    numbers.dedup();
    numbers
}

/// Does the user of that customer sit there? Who can be dialled and says nothing sits in the headquarters.
fn sits(user: &Row, site: &Site<'_>) -> bool {
    let is_dialled = ["phone_number", "extension"].into_iter().any(|header| !user[header].is_empty());
    is_dialled && (user["location"] == site.name || (user["location"].is_empty() && site.headquarters))
}

fn expanded(item: &str) -> Vec<String> {
    let digits = |number: &str| number.trim_start_matches('+').parse::<u64>().expect("a number has digits only");
    let (first, last) = item.split_once("-+").unwrap_or((item, item));
    (digits(first)..=digits(last)).map(|number| format!("+{number}")).collect()
}

fn location(site: &Site<'_>, users: &[Row]) -> (String, Value) {
    let main = cell(site.row, "main_number", "");
    let value = json!({
        "headquarters": site.headquarters,
        "calling": true,
        "timeZone": site.row["timezone"],
        "address": address(site.row, ["address1", "address2", "city", "state", "postalCode", "country"]),
        "mainNumber": if main.is_empty() { Value::Null } else { json!(main) },
        "numbers": numbers_of(site, users).len(),
        "copies": 1,
    });
    (format!("{}/{}", site.customer, site.name), value)
}

fn numbers(sites: &[Site<'_>], users: &[Row]) -> State {
    let owner =
        |number: &str| users.iter().find(|user| user["phone_number"] == number).map(|user| user["email"].as_str());
    let of_site = |site: &Site<'_>| {
        let state = cell(site.row, "number_state", "active").to_uppercase();
        let value = |number: &str| {
            json!({
                "customer": site.customer, "location": site.name, "state": state, "owner": owner(number),
                "main": cell(site.row, "main_number", "") == number,
            })
        };
        numbers_of(site, users).into_iter().map(|number| (number.clone(), value(&number))).collect::<Vec<_>>()
    };
    sites.iter().flat_map(of_site).collect()
}

fn subscriber(user: &Row, sites: &[Site<'_>]) -> (String, Value) {
    let of_user = |header| Some(user[header].as_str()).filter(|cell| !cell.is_empty());
    let site = sites.iter().find(|site| site.customer == user["customer_external_id"] && sits(user, site));
    let value = json!({
        "customer": user["customer_external_id"],
        "package": user["package"],
        "location": site.map(|site| site.name),
        "number": of_user("phone_number"),
        "extension": of_user("extension"),
        "firstName": user["first_name"],
        "lastName": user["last_name"],
        "status": "provisioned",
        "copies": 1,
    });
    (user["email"].clone(), value)
}

/// The role of a user as SCIM names it.
fn role(user: &Row) -> Option<(String, Value)> {
    let role = Some(&user["role"]).filter(|role| !role.is_empty())?;
    Some((user["email"].clone(), json!([format!("id_{role}")])))
}
