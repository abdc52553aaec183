//! The work of the bench: twenty customers with their branches, people and administrators.

use std::fs;
use std::path::Path;

use super::{BRANCHES, CUSTOMERS, USERS_PER_CUSTOMER};

pub const TEMPLATES: &str = "[templates.pt]\nprovisioning_id = \"abc\"\ncountry = \"PT\"\nsupported_location = true\n";

/// Sheets of twenty customers whose names begin with a prefix: customers, locations, users.
pub fn sheets(prefix: usize) -> [String; 3] {
    let address = "Rua Um 1,Lisboa,1100-148,PT,Europe/Lisbon";
    let mut customers =
        "external_id,name,admin_email,template,packages,address_line1,city,postal_code,country,timezone,\
                         numbers,main_number\n"
            .to_owned();
    let mut locations =
        "customer_external_id,name,address_line1,city,postal_code,country,timezone,numbers,main_number\n".to_owned();
    let mut users = "customer_external_id,first_name,last_name,email,package,location,extension,role\n".to_owned();
    for customer in 0..CUSTOMERS {
        let id = format!("c{prefix}-{customer:02}");
        let number = |place: usize| format!("+35121{prefix}{:06}", customer * 10 + place);
        let email = |user: usize| format!("u{user:02}@{id}.example");
        customers +=
            &format!("{id},Company {id},{},pt,webex_calling,{address},{},{}\n", email(0), number(0), number(0));
        for branch in 1..=BRANCHES {
            locations += &format!("{id},Branch {branch},{address},{},{}\n", number(branch), number(branch));
        }
        for user in 0..USERS_PER_CUSTOMER {
            let place = match user % (BRANCHES + 1) {
                0 => "Headquarters".to_owned(),
                branch => format!("Branch {branch}"),
            };
            let role = if user == 0 { "full_admin" } else { "" };
            users += &format!("{id},Ana,Silva,{},webex_calling,{place},{},{role}\n", email(user), 2000 + user);
        }
    }
    [customers, locations, users]
}

/// A workspace of them.
pub fn write(folder: &Path, prefix: usize) {
    let [customers, locations, users] = sheets(prefix);
    let files = [("customers.csv", customers), ("locations.csv", locations), ("users.csv", users)];
    for (name, text) in files.into_iter().chain([("templates.toml", TEMPLATES.to_owned())]) {
        fs::write(folder.join(name), text).expect("the bench may write here");
    }
}
