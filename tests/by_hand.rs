//! What somebody changed by hand in Webex: `compare` names it, `compare --accept` takes it over, and the next run does what
//! the sheets say.

mod support;

use serde_json::{Value, json};
use support::{Bench, LOCATIONS, Ran, Simulator, USERS};

/// Runs a command against the simulator.
fn ran(bench: &Bench, simulator: &Simulator, args: &[&str]) -> Ran {
    Ran::of(&mut bench.against(simulator, args))
}

/// Two shops, the first with a branch that has numbers; all of it stands.
fn provisioned() -> (Bench, Simulator) {
    let bench = Bench::small();
    let locations = LOCATIONS.replace("timezone\n", "timezone,numbers,main_number\n");
    let branch =
        "aurora,Porto,Rua do Norte 8,Porto,4000-008,PT,Europe/Lisbon,+351221000010-+351221000012,+351221000010\n";
    bench.write("work/locations.csv", &(locations + branch));
    let of_aurora = |line: &str| {
        let location = match line.starts_with("aurora,") {
            _ if line.starts_with("customer") => "location",
            true => "Headquarters",
            false => "",
        };
        format!("{line},{location}\n")
    };
    bench.write("work/users.csv", &USERS.lines().map(of_aurora).collect::<String>());
    let simulator = Simulator::start(&bench, &[]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    ran(&bench, &simulator, &["compare", "work"]).expect_code(0);
    (bench, simulator)
}

/// An id of something that stands, such as `customers/aurora/orgId`.
fn id(simulator: &Simulator, kind: &str, key: &str, name: &str) -> String {
    simulator.state()[kind][key][name].as_str().unwrap_or_else(|| panic!("{kind} {key} stands")).to_owned()
}

/// Everything that stands, without what was asked.
fn standing(simulator: &Simulator) -> Value {
    let mut state = simulator.state();
    state.as_object_mut().expect("the state is an object").remove("requests");
    state
}

/// What `compare` says on its two streams.
fn told(bench: &Bench, simulator: &Simulator, code: i32, args: &[&str]) -> String {
    let args: Vec<&str> = ["compare", "work"].iter().chain(args).copied().collect();
    let Ran { out, err, .. } = ran(bench, simulator, &args).expect_code(code);
    out + &err
}

#[test]
fn calling_that_was_switched_off_is_named_and_switched_on_again() {
    let (bench, simulator) = provisioned();
    let before = standing(&simulator);
    let (org, porto) =
        (id(&simulator, "customers", "aurora", "orgId"), id(&simulator, "locations", "aurora/Porto", "id"));
    let off = json!({ "locationId": porto, "locationName": "Porto" });
    simulator.asked("POST", &format!("/telephony/config/jobs/locations/deleteCallingLocation?orgId={org}"), &off);
    let found = told(&bench, &simulator, 3, &[]);
    assert!(
        found.starts_with("locations aurora/Porto: its calling is switched off in Webex\n1 difference;"),
        "{found}"
    );
    let accepted = told(&bench, &simulator, 0, &["--accept", "--yes"]);
    assert!(accepted.contains("2 known objects"), "{accepted}");
    let plan = ran(&bench, &simulator, &["plan", "work"]).out;
    assert!(plan.contains("update location/aurora/Porto: calling `off` -> `on`"), "{plan}");
    let wanted = told(&bench, &simulator, 3, &[]);
    assert!(wanted.contains("locations aurora/Porto: the sheet wants `calling` to be `on`, and no run"), "{wanted}");
    assert!(!wanted.contains("switched off"), "it is known: {wanted}");
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert_eq!(standing(&simulator), before, "calling, numbers and the main number stand again");
    told(&bench, &simulator, 0, &[]);
    let idle = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert!(idle.out.contains("0 requests"), "{}", idle.out);
    // What the sheets want besides is no matter for a person: the next run does it.
    simulator.asked("POST", &format!("/telephony/config/jobs/locations/deleteCallingLocation?orgId={org}"), &off);
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &users.replace("Sara,Melo", "Sara,Mello"));
    let accepted = told(&bench, &simulator, 3, &["--accept", "--yes"]);
    assert!(accepted.contains("1 difference is what the sheets want and no run has had confirmed"), "{accepted}");
    assert!(!accepted.contains("for a person to decide"), "{accepted}");
}

/// A list of locations with calling may be short for a moment, so each is asked for by its id.
#[test]
fn calling_that_only_a_list_lacks_is_not_accepted_as_off() {
    let bench = Bench::small();
    let run = ["run", "work", "--yes", "--simulate"];
    bench.ran(&run).expect_code(0);
    let short = "[[fault]]\nmethod = \"GET\"\npath = \"/telephony/config/locations\"\ntimes = 0\nkind = \"status\"\nstatus = 200\nbody = '{\"locations\":[]}'\n";
    bench.write("short.toml", short);
    let short = bench.path("short.toml").display().to_string();
    let compare = ["compare", "work", "--simulate", "--faults", &short];
    let found = bench.ran(&compare).expect_code(3);
    assert!(found.out.contains("customers aurora: calling of the headquarters is switched off"), "{found:#?}");
    let accepted = bench.ran(&[&compare[..], &["--accept", "--yes"]].concat()).expect_code(4);
    assert!(
        accepted.err.contains("2 objects or values are missing from a list and were found when asked for once more"),
        "{accepted:#?}"
    );
    let unchanged = bench.ran(&run).expect_code(0);
    assert!(unchanged.out.contains("0 requests"), "{unchanged:#?}");
}

/// Takes on the work of an administrator who adds to a person what no sheet says.
fn changed(simulator: &Simulator, org: &str, email: &str, change: impl Fn(&mut Value)) {
    let mut person = simulator.only(&format!("/people?orgId={org}&email={email}&callingData=true"));
    change(&mut person);
    let id = person["id"].as_str().expect("the person stands").to_owned();
    simulator.asked("PUT", &format!("/people/{id}?callingData=true"), &person);
}

fn role(simulator: &Simulator, name: &str) -> Value {
    let roles = simulator.asked("GET", "/roles", &Value::Null);
    let listed = roles["items"].as_array().expect("a list").iter().find(|role| role["name"] == name);
    listed.unwrap_or_else(|| panic!("{name}: {roles}"))["id"].clone()
}

#[test]
fn what_was_added_to_somebody_is_named_once_and_left_alone() {
    let (bench, simulator) = provisioned();
    let (org, porto) =
        (id(&simulator, "customers", "aurora", "orgId"), id(&simulator, "locations", "aurora/Headquarters", "id"));
    let number = json!({ "phoneNumbers": ["+351211000099"], "state": "ACTIVE" });
    simulator.asked("POST", &format!("/telephony/config/locations/{porto}/numbers?orgId={org}"), &number);
    let tejo = id(&simulator, "customers", "tejo", "orgId");
    changed(&simulator, &tejo, "sara@tejo.example", |person| {
        person["roles"] = json!([role(&simulator, "Full Administrator")]);
    });
    changed(&simulator, &org, "carla@aurora.example", |person| {
        person["phoneNumbers"] = json!([{ "type": "work", "value": "+351211000099", "primary": true }]);
        person["roles"] = json!([role(&simulator, "User Administrator")]);
    });
    let before = standing(&simulator);
    let found = told(&bench, &simulator, 3, &[]);
    let expected = "users carla@aurora.example: `phone_number` +351211000099 stands in Webex and was never confirmed
users carla@aurora.example: `role` user_admin stands in Webex and was never confirmed
users sara@tejo.example: `role` full_admin stands in Webex and was never confirmed
3 differences;";
    assert!(found.starts_with(expected), "{found}");

    let accepted = told(&bench, &simulator, 0, &["--accept", "--yes"]);
    assert!(accepted.contains("3 objects are known as Webex has them"), "{accepted}");
    told(&bench, &simulator, 0, &[]);
    // The sheet is silent, so nothing is done about it.
    let idle = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert!(idle.out.contains("0 requests") && standing(&simulator) == before, "{}", idle.out);

    // What a sheet says of it counts: it is cleared or replaced, but a full administrator is never made less.
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    let users =
        users.replace("sara@tejo.example,webex_calling,1002,,", "sara@tejo.example,webex_calling,1002,user_admin,");
    let users = users.replace("1003,,Headquarters", "1003,REMOVE,Headquarters,REMOVE");
    bench.write("work/users.csv", &users.replace("role,location\n", "role,location,phone_number\n"));
    let refused = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(3);
    assert!(refused.out.contains("C239") && refused.out.contains("1 updated"), "{}", refused.out);
    let roles = simulator.state()["roles"].clone();
    assert_eq!(roles["sara@tejo.example"], json!(["id_full_admin"]), "{roles}");
    assert_eq!(roles["carla@aurora.example"], Value::Null, "{roles}");
    let carla = simulator.only(&format!("/people?orgId={org}&email=carla@aurora.example&callingData=true"));
    assert!(!carla["phoneNumbers"].to_string().contains("+351211000099"), "{carla}");
}

/// Unties aurora from the partner and ties it again, to its own organisation or to a new one.
fn untie(simulator: &Simulator, is_attached: bool) {
    let customer = id(simulator, "customers", "aurora", "id");
    let org = id(simulator, "customers", "aurora", "orgId");
    simulator.asked("DELETE", &format!("/wholesale/customers/{customer}"), &Value::Null);
    let is_untied = || simulator.state()["customers"].get("aurora").is_none();
    support::eventually("the customer is untied", is_untied);
    let address =
        json!({ "addressLine1": "Rua Augusta 24", "city": "Lisboa", "zipOrPostalCode": "1100-053", "country": "PT" });
    let mut body = json!({
        "provisioningId": "Zj", "packages": ["webex_calling", "webex_suite"], "externalId": "aurora", "address": address,
        "provisioningParameters": { "calling": { "location": {
            "name": "Headquarters", "address": address, "timezone": "Europe/Lisbon", "language": "pt_PT",
        } } },
    });
    if is_attached {
        body["orgId"] = json!(org);
    } else {
        body["customerInfo"] = json!({ "name": "Padaria Aurora", "primaryEmail": "ana@aurora.example" });
    }
    simulator.asked("POST", "/wholesale/customers", &body);
    let is_ready = || simulator.state()["customers"]["aurora"]["status"] == "provisioned";
    support::eventually("it is tied again", is_ready);
}

#[test]
fn a_customer_that_was_untied_and_attached_again_is_known_under_its_new_id() {
    let (bench, simulator) = provisioned();
    let before = id(&simulator, "customers", "aurora", "id");
    untie(&simulator, true);
    let now = id(&simulator, "customers", "aurora", "id");
    assert_ne!(before, now);
    let found = told(&bench, &simulator, 3, &[]);
    let line = format!(
        "customers aurora: it was untied from the partner and attached again, so Webex has it under another id: {now}\n"
    );
    assert!(found.starts_with(&line), "{found}");
    told(&bench, &simulator, 0, &["--accept", "--yes"]);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    told(&bench, &simulator, 0, &[]);
    let customers = std::fs::read_to_string(bench.path("work/customers.csv")).expect("it is there");
    bench.write(
        "work/customers.csv",
        &customers.replace("webex_calling;webex_suite", "webex_calling;webex_suite;webex_meetings"),
    );
    let changed = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert!(changed.out.contains("1 updated"), "{}", changed.out);
}

#[test]
fn a_customer_that_was_made_anew_in_another_organisation_is_another_one() {
    let (bench, simulator) = provisioned();
    let before = id(&simulator, "customers", "aurora", "orgId");
    untie(&simulator, false);
    let now = id(&simulator, "customers", "aurora", "orgId");
    assert_ne!(before, now);
    let found = told(&bench, &simulator, 3, &[]);
    let line = format!(
        "customers aurora: the one that was confirmed is gone from Webex; another one has its key, in the organisation {now}\n"
    );
    assert!(found.starts_with(&line) && found.contains("\n1 difference;"), "{found}");
    told(&bench, &simulator, 0, &["--accept", "--yes"]);
    // What stands is taken over, and what it lacks is made; the e-mails stay with the organisation that they belong to.
    let after = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(4);
    assert!(after.out.contains("1 already_there") && after.out.contains("[R605 10022]"), "{after:#?}");
}

#[test]
fn a_headquarters_that_was_renamed_is_named_once_and_nobody_has_moved() {
    let (bench, simulator) = provisioned();
    let org = id(&simulator, "customers", "aurora", "orgId");
    let place = id(&simulator, "locations", "aurora/Headquarters", "id");
    simulator.asked("PUT", &format!("/locations/{place}?orgId={org}"), &json!({ "name": "Sede" }));
    let found = told(&bench, &simulator, 3, &[]);
    let line = "customers aurora: `location_name` was confirmed as `Headquarters` and is `Sede`\n1 difference;";
    assert!(found.starts_with(line), "{found}");
    told(&bench, &simulator, 0, &["--accept", "--yes"]);
    told(&bench, &simulator, 0, &[]);
    let idle = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert!(idle.out.contains("0 requests"), "{}", idle.out);
    // Its people are changed as before, and another name is another difference.
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &users.replace("1002,,Headquarters", "1012,,Headquarters"));
    let changed = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert!(changed.out.contains("1 updated"), "{}", changed.out);
    simulator.asked("PUT", &format!("/locations/{place}?orgId={org}"), &json!({ "name": "Padaria" }));
    let again = told(&bench, &simulator, 3, &[]);
    assert!(again.starts_with("customers aurora: `location_name` was confirmed as `Sede` and is `Padaria`"), "{again}");
}

#[test]
fn whoever_sits_at_a_branch_that_was_renamed_has_not_moved() {
    let (bench, simulator) = provisioned();
    let users = std::fs::read_to_string(bench.path("work/users.csv")).expect("it is there");
    bench.write("work/users.csv", &(users + "aurora,Dora,Lima,dora@aurora.example,webex_calling,1004,,Porto\n"));
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    let org = id(&simulator, "customers", "aurora", "orgId");
    let porto = id(&simulator, "locations", "aurora/Porto", "id");
    simulator.asked("PUT", &format!("/locations/{porto}?orgId={org}"), &json!({ "name": "Porto Norte" }));
    let found = told(&bench, &simulator, 3, &[]);
    let line = "locations aurora/Porto: `name` was confirmed as `Porto` and is `Porto Norte`\n1 difference;";
    assert!(found.starts_with(line), "{found}");
}

/// A person and a branch with numbers, all in the simulated Webex of the folder.
fn with_numbers() -> Bench {
    let bench = Bench::small();
    let customers = support::CUSTOMERS.replace("timezone\n", "timezone,numbers\n");
    let with_numbers = |line: &str| {
        let numbers = if line.starts_with("aurora,") { ",+351211000010-+351211000012" } else { "," };
        let numbers = if line.starts_with("external_id") { "" } else { numbers };
        format!("{line}{numbers}\n")
    };
    bench.write("work/customers.csv", &customers.lines().map(with_numbers).collect::<String>());
    let users = USERS.replace("extension,role", "extension,role,phone_number").replace("1002,\ntejo", "1002,,\ntejo");
    bench.write("work/users.csv", &users.replace("webex_calling,1003,\n", "webex_calling,1003,,+351211000042\n"));
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    bench
}

/// What `compare --accept` says while some lists are answered so.
fn accepted(bench: &Bench, code: i32, faults: &[(&str, u32, &str)]) -> String {
    let fault = |(path, times, body): &(&str, u32, &str)| {
        format!(
            "[[fault]]\nmethod = \"GET\"\npath = \"{path}\"\ntimes = {times}\nkind = \"status\"\nstatus = 200\nbody = '{body}'\n"
        )
    };
    bench.write("short.toml", &faults.iter().map(fault).collect::<String>());
    let short = bench.path("short.toml").display().to_string();
    let Ran { out, err, .. } =
        bench.ran(&["compare", "work", "--simulate", "--faults", &short, "--accept", "--yes"]).expect_code(code);
    out + &err
}

/// The list of numbers, or of people, may be short for a moment: what a second look finds is not forgotten.
#[test]
fn numbers_that_only_a_short_list_lacks_are_not_accepted_as_gone() {
    let bench = with_numbers();
    let doubt = |count: &str| format!("{count} missing from a list and");
    // Both customers' numbers are asked for once; the second look at the location is whole again.
    let numbers = ("/telephony/config/numbers", 2, "{\"phoneNumbers\":[]}");
    let told = accepted(&bench, 4, &[numbers]);
    assert!(told.contains("`numbers` +351211000010-+351211000012;+351211000042 was confirmed, and is gone"), "{told}");
    assert!(told.contains(&doubt("1 object or value is")) && told.contains("nothing to accept"), "{told}");

    // The people are told without their numbers, too.
    let simulator = Simulator::start(&bench, &["--state", "work/.turnup/simulator.json"]);
    let org = id(&simulator, "customers", "aurora", "orgId");
    let mut people = simulator.asked("GET", &format!("/people?orgId={org}&callingData=true"), &Value::Null);
    for person in people["items"].as_array_mut().expect("a list") {
        person["phoneNumbers"] = json!([]);
    }
    drop(simulator);
    let told = accepted(&bench, 4, &[numbers, ("/people", 2, &people.to_string())]);
    assert!(
        told.contains("carla@aurora.example: `phone_number` was confirmed as `+351211000042` and is blank now"),
        "{told}"
    );
    assert!(told.contains(&doubt("2 objects or values are")), "{told}");
    let idle = bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    assert!(idle.out.contains("0 requests"), "{}", idle.out);

    // What is really gone is, and the next run puts it back.
    let simulator = Simulator::start(&bench, &["--state", "work/.turnup/simulator.json"]);
    let place = id(&simulator, "locations", "aurora/Headquarters", "id");
    changed(&simulator, &org, "carla@aurora.example", |person| person["phoneNumbers"] = json!([]));
    let gone = json!({ "phoneNumbers": ["+351211000011", "+351211000042"] });
    simulator.asked("DELETE", &format!("/telephony/config/locations/{place}/numbers?orgId={org}"), &gone);
    drop(simulator);
    let told = accepted(&bench, 0, &[]);
    assert!(told.contains("2 objects are known as Webex has them"), "{told}");
    bench.ran(&["run", "work", "--yes", "--simulate"]).expect_code(0);
    bench.ran(&["compare", "work", "--simulate"]).expect_code(0);
}

/// Nothing is changed by hand here: a branch has no calling while its customer has none, and gets it with the customer.
#[test]
fn a_branch_gets_calling_when_its_customer_does() {
    let bench = Bench::small();
    let simulator = Simulator::start(&bench, &[]);
    let locations = LOCATIONS.to_owned() + "tejo,Porto,Rua do Norte 8,Porto,4000-008,PT,Europe/Lisbon\n";
    bench.write("work/locations.csv", &locations);
    let customers = support::CUSTOMERS.replace("webex_calling;webex_meetings", "webex_meetings");
    bench.write("work/customers.csv", &customers);
    let users: Vec<&str> = USERS.lines().filter(|line| !line.contains("sara@")).collect();
    let users = users.join("\n") + "\n";
    let users = users.replace("rui@tejo.example,webex_calling,1001", "rui@tejo.example,webex_meetings,");
    bench.write("work/users.csv", &users);
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    told(&bench, &simulator, 0, &[]);

    bench.write("work/customers.csv", support::CUSTOMERS);
    let numbers = locations.replace("timezone\n", "timezone,numbers\n").replace("Lisbon\n", "Lisbon,+351221000010\n");
    bench.write("work/locations.csv", &numbers);
    let plan = ran(&bench, &simulator, &["plan", "work"]).out;
    assert!(plan.contains("update location/tejo/Porto: calling `off` -> `on`"), "{plan}");
    ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    told(&bench, &simulator, 0, &[]);
    let idle = ran(&bench, &simulator, &["run", "work", "--yes"]).expect_code(0);
    assert!(idle.out.contains("0 requests"), "{}", idle.out);
}
