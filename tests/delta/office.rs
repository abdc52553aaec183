//! A partner's sheets of two days, what they ask for, and whether it is so.

use serde_json::{Value, json};
use turnup::check::{HoldBack, Material, Rulebook, Standing, check};
use turnup::model::{Package, SheetKind};
use turnup::plan::{Known, Plan, plan};
use turnup::sheet::{self, Sheets, parse};
use turnup::template;

const TEMPLATES: &str = "[templates.eu]\nprovisioning_id = \"Zj\"\nsupported_location = true\n";

const CUSTOMERS: &str = "external_id,name,admin_email,template,packages,package_limits,address_line1,address_line2,city,postal_code,\
country,location_name,timezone,language,announcement_language,numbers,main_number,emergency_address,emergency_callback,emergency_location_id\n";
const LOCATIONS: &str = "customer_external_id,name,address_line1,address_line2,city,postal_code,country,timezone,language,\
announcement_language,numbers,main_number,emergency_address,emergency_callback,emergency_location_id\n";
const USERS: &str = "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role\n";

/// The three sheets of one day.
#[derive(Clone)]
pub struct Day {
    pub customers: String,
    pub locations: String,
    pub users: String,
}

impl Day {
    pub fn new(customers: &str, locations: &str, users: &str) -> Self {
        Self {
            customers: CUSTOMERS.to_owned() + customers,
            locations: LOCATIONS.to_owned() + locations,
            users: USERS.to_owned() + users,
        }
    }

    /// The plan of the day against what is known, with the ids of findings that are no news.
    pub fn planned(&self, known: &Known) -> Plan {
        let mut found = Vec::new();
        let mut read = |kind: SheetKind, text: &str| {
            parse(kind, &format!("{kind}.csv"), text.as_bytes().into(), &sheet::Options::default(), &mut found)
        };
        let (customers, locations, users) = (
            read(SheetKind::Customers, &self.customers),
            read(SheetKind::Locations, &self.locations),
            read(SheetKind::Users, &self.users),
        );
        let sheets = Sheets { customers, locations, users, found };
        let (templates, template_findings) = template::read("templates.toml", TEMPLATES);
        let (rows, of_cells) = sheet::rows(&sheets);
        let mut standing = Standing::default();
        standing.customers.extend(known.iter().filter_map(|(id, confirmed)| {
            let level = confirmed.ids.get("level").and_then(|name| Package::parse(name));
            Some((id.as_str().strip_prefix("customer/")?.to_owned(), level))
        }));
        standing.users.extend(known.iter().filter_map(|(id, _)| id.as_str().strip_prefix("user/").map(str::to_owned)));
        let rulebook = Rulebook::default();
        let material =
            Material { sheets: &sheets, rows: &rows, templates: &templates, standing: &standing, rulebook: &rulebook };
        let checked = check(&material, HoldBack::Row, [template_findings, of_cells].concat());
        let errors: Vec<_> = checked.findings().into_iter().filter(|d| d.severity.word() == "error").collect();
        assert!(errors.is_empty(), "the sheets are clean: {errors:?}");
        plan(&checked.batch(), known)
    }

    /// What of the sheets is not so in the simulated Webex.
    pub fn differences(&self, state: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        for row in rows(&self.customers) {
            customer(&row, state, &mut wrong);
        }
        for row in rows(&self.locations) {
            let key = format!("{}/{}", row.cell("customer_external_id"), row.cell("name"));
            location(&row, &state["locations"][&key], &mut wrong);
        }
        for row in rows(&self.users) {
            user(&row, state, &mut wrong);
        }
        wrong
    }
}

struct Row {
    header: csv::StringRecord,
    cells: csv::StringRecord,
}

impl Row {
    fn cell(&self, column: &str) -> &str {
        let at = self.header.iter().position(|name| name == column).expect("the sheet has the column");
        &self.cells[at]
    }

    /// Notes a value that is not the wanted one. A blank asks for nothing, `REMOVE` for none.
    fn compare(&self, column: &str, found: &Value, wrong: &mut Vec<String>) {
        let wanted = match self.cell(column) {
            "" => return,
            "REMOVE" => Value::Null,
            text => json!(text),
        };
        let found = if *found == json!("") { &Value::Null } else { found };
        if *found != wanted {
            wrong.push(format!("{column} of {:?} is {found}", self.cells.iter().take(4).collect::<Vec<_>>()));
        }
    }
}

fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    reader.records().map(|cells| Row { header: header.clone(), cells: cells.expect("good cells") }).collect()
}

fn customer(row: &Row, state: &Value, wrong: &mut Vec<String>) {
    let id = row.cell("external_id");
    let customer = &state["customers"][id];
    let mut packages: Vec<&str> =
        customer["packages"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    packages.sort_unstable();
    let mut wanted: Vec<&str> = row.cell("packages").split(';').collect();
    wanted.sort_unstable();
    if packages != wanted {
        wrong.push(format!("packages of {id} are {packages:?}"));
    }
    for pair in row.cell("package_limits").split(';').filter_map(|pair| pair.split_once('=')) {
        if customer["limits"][pair.0].as_u64() != pair.1.parse().ok() {
            wrong.push(format!("limits of {id} are {}", customer["limits"]));
        }
    }
    let address = &customer["address"];
    row.compare("address_line1", &address["addressLine1"], wrong);
    row.compare("address_line2", &address["addressLine2"], wrong);
    row.compare("city", &address["city"], wrong);
    row.compare("postal_code", &address["zipOrPostalCode"], wrong);
    if packages.iter().any(|package| *package != "webex_meetings") {
        location(row, &state["locations"][format!("{id}/{}", row.cell("location_name"))], wrong);
    }
}

fn location(row: &Row, location: &Value, wrong: &mut Vec<String>) {
    row.compare("address_line1", &location["address"]["address1"], wrong);
    row.compare("address_line2", &location["address"]["address2"], wrong);
    row.compare("city", &location["address"]["city"], wrong);
    row.compare("postal_code", &location["address"]["postalCode"], wrong);
    row.compare("timezone", &location["timeZone"], wrong);
    row.compare("language", &location["preferredLanguage"], wrong);
    row.compare("announcement_language", &location["announcementLanguage"], wrong);
    row.compare("main_number", &location["mainNumber"], wrong);
    row.compare("emergency_location_id", &location["accessNetwork"], wrong);
    if row.cell("emergency_address") == "yes" {
        row.compare("address_line1", &location["emergencyAddress"]["address1"], wrong);
        row.compare("address_line2", &location["emergencyAddress"]["address2"], wrong);
    }
    if row.cell("emergency_callback") == "main_number" && location["callbackNumber"]["selected"] != "LOCATION_NUMBER" {
        wrong.push(format!("{} is called back", location["callbackNumber"]));
    }
}

fn user(row: &Row, state: &Value, wrong: &mut Vec<String>) {
    let email = row.cell("email");
    let subscriber = &state["subscribers"][email];
    if subscriber["copies"] != 1 {
        wrong.push(format!("{email} has {} copies", subscriber["copies"]));
    }
    for (column, name) in [
        ("first_name", "firstName"),
        ("last_name", "lastName"),
        ("package", "package"),
        ("location", "location"),
        ("phone_number", "number"),
        ("extension", "extension"),
    ] {
        row.compare(column, &subscriber[name], wrong);
    }
    let roles: Vec<&str> = state["roles"][email].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let is_so = match row.cell("role") {
        "" => true,
        "REMOVE" => roles.is_empty(),
        role => roles == [format!("id_{role}")],
    };
    if !is_so {
        wrong.push(format!("roles of {email} are {roles:?}"));
    }
}

/// The first day: nothing stands yet.
pub fn first_day() -> Day {
    Day::new(
        "c-1,Aurora,ana@aurora.example,eu,webex_calling;webex_meetings,,Rua Um 1,Piso 2,Lisboa,1100-148,PT,Sede,Europe/Lisbon,pt_pt,\
         pt_pt,+351211234500-+351211234504,+351211234500,yes,,95547321\n\
         c-2,Boreal,bea@boreal.example,eu,webex_meetings,,Rua Dois 2,,Porto,4000-008,PT,,Europe/Lisbon,pt_pt,,,,,,\n",
        "c-1,Evora,Rua Quatro 4,,Evora,7000-001,PT,Europe/Lisbon,pt_pt,pt_pt,+351266123400,+351266123400,yes,main_number,\n\
         c-1,Braga,Rua Cinco 5,Piso 1,Braga,4700-001,PT,Europe/Lisbon,,,,,yes,,\n",
        "c-1,Ana,Silva,ana@aurora.example,webex_calling,Sede,+351211234510,1000,full_admin\n\
         c-1,Um,Troca,u1@aurora.example,webex_calling,Sede,+351211234511,2001,\n\
         c-1,Dois,Troca,u2@aurora.example,webex_calling,Sede,+351211234512,2002,\n\
         c-1,Tres,Larga,u3@aurora.example,webex_calling,Sede,+351211234513,2003,\n\
         c-1,Quatro,Pega,u4@aurora.example,webex_calling,Sede,,2004,\n\
         c-1,Cinco,Cresce,u5@aurora.example,webex_meetings,,,,\n\
         c-1,Seis,Encolhe,u6@aurora.example,webex_calling,Evora,+351266123416,2006,\n\
         c-1,Oito,Perde,u8@aurora.example,webex_calling,Sede,,2008,user_admin\n\
         c-1,Nove,Ganha,u9@aurora.example,webex_calling,Sede,,2009,\n\
         c-1,Dez,Muda,u10@aurora.example,webex_calling,Sede,,2010,readonly_admin\n\
         c-1,Onze,Fica,u11@aurora.example,webex_calling,Braga,+351253123421,2011,\n\
         c-1,Doze,SemRamal,u12@aurora.example,webex_calling,Braga,+351253123422,2012,\n\
         c-1,Treze,Cede,u13@aurora.example,webex_calling,Sede,,2013,\n\
         c-1,Catorze,Herda,u14@aurora.example,webex_calling,Sede,,2014,\n\
         c-2,Bea,Lima,bea@boreal.example,webex_meetings,,,,full_admin\n\
         c-2,Rui,Lima,rui@boreal.example,webex_meetings,,,,\n",
    )
}

/// The second day: nearly every kind of change, and some rows that are left out or say nothing new.
pub fn second_day() -> Day {
    Day::new(
        "c-1,Aurora,ana@aurora.example,eu,webex_calling;webex_meetings;webex_suite,webex_calling=50,Rua Nova 9,REMOVE,Lisboa,1100-150,PT,\
         Sede,Atlantic/Azores,en_gb,en_gb,+351211234500-+351211234505,+351211234505,yes,main_number,95547322\n\
         c-2,Boreal,bea@boreal.example,eu,webex_meetings,,Rua Dois 3,,Porto,4000-008,PT,,Europe/Lisbon,,,,,,,\n",
        "c-1,Evora,Rua Quatro 5,Piso 3,Evora,7000-001,PT,Atlantic/Madeira,,es_es,+351266123400-+351266123401,+351266123401,,,73310\n\
         c-1,Braga,Rua Cinco 5,REMOVE,Braga,4700-001,PT,Europe/Lisbon,,,,,,,\n",
        "c-1,Ana,Sousa,ana@aurora.example,webex_suite,Sede,+351211234510,1000,full_admin\n\
         c-1,Um,Troca,u1@aurora.example,webex_calling,Sede,+351211234512,2001,\n\
         c-1,Dois,Troca,u2@aurora.example,webex_suite,Sede,+351211234511,2102,\n\
         c-1,Tres,Larga,u3@aurora.example,webex_calling,Sede,REMOVE,2003,\n\
         c-1,Quatro,Pega,u4@aurora.example,webex_calling,Sede,+351211234513,2004,\n\
         c-1,Cinco,Cresce,u5@aurora.example,webex_calling,Evora,+351266123415,2005,\n\
         c-1,Seis,Encolhe,u6@aurora.example,webex_meetings,,,,\n\
         c-1,Sete,Novo,u7@aurora.example,webex_calling,Evora,+351266123416,2006,\n\
         c-1,Oito,Perde,u8@aurora.example,webex_calling,Sede,,2008,REMOVE\n\
         c-1,Nove,Ganha,u9@aurora.example,webex_calling,Sede,,2009,device_admin\n\
         c-1,Dez,Muda,u10@aurora.example,webex_calling,Sede,,2010,user_admin\n\
         c-1,Onze,Fica,u11@aurora.example,webex_calling,Braga,,2011,\n\
         c-1,Doze,SemRamal,u12@aurora.example,webex_calling,Braga,+351253123422,REMOVE,\n\
         c-1,Treze,Cede,u13@aurora.example,webex_calling,Sede,,2113,\n\
         c-1,Catorze,Herda,u14@aurora.example,webex_calling,Sede,,2013,\n\
         c-2,Bea,Lima,bea@boreal.example,webex_meetings,,,,full_admin\n",
    )
}
