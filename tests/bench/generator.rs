//! Workspaces of any size with known mistakes, the same for the same seed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use turnup::diagnostic::Code;

const BRANCHES: usize = 3;

/// How large, and how wrong.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub users: usize,
    /// Mistakes per thousand users.
    pub mistakes_per_mille: u64,
    pub seed: u64,
}

/// A mistake that was made on purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Truth {
    /// As a spreadsheet numbers it.
    pub row: usize,
    pub column: &'static str,
    pub code: &'static str,
}

/// Where customers are: country, city, postal code, time zone, and the beginning of numbers that seven digits complete.
const LANDS: [[&str; 5]; 5] = [
    ["PT", "Lisboa", "1100-148", "Europe/Lisbon", "+35121"],
    ["GB", "London", "EC1A 1BB", "Europe/London", "+44207"],
    ["DE", "Berlin", "10115", "Europe/Berlin", "+49303"],
    ["FR", "Paris", "75001", "Europe/Paris", "+3314"],
    ["NL", "Amsterdam", "1012 AB", "Europe/Amsterdam", "+3120"],
];
const FIRST_NAMES: [&str; 8] = ["João", "Marie", "O'Brien", "Jürgen", "李", "Inês", "Anneke", "Charlotte"];
const LAST_NAMES: [&str; 8] =
    ["Silva", "Müller", "Conceição", "van den Berg", "Lefèvre", "Smith", "Östlund", "Fonseca"];

/// A small generator of numbers (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        of[usize::try_from(self.roll(N as u64)).expect("it is less than N")]
    }
}

/// One user's cells.
#[derive(Clone)]
struct User {
    customer: String,
    first_name: String,
    last_name: String,
    email: String,
    package: &'static str,
    location: String,
    phone: String,
    extension: String,
    role: &'static str,
}

/// Writes a workspace into a folder; returns the mistakes, in the order of rows.
pub fn write(folder: &Path, shape: Shape, users_per_customer: usize) -> io::Result<Vec<Truth>> {
    fs::create_dir_all(folder)?;
    let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let lands: Vec<String> = LANDS.iter().map(|land| format!("\"{}\"", land[0])).collect();
    let templates = format!("[templates.standard]\nprovisioning_id = \"abc\"\ncountries = [{}]\n", lands.join(", "));
    fs::write(folder.join("templates.toml"), templates)?;
    let (mut customers, mut locations) = (file("customers.csv")?, file("locations.csv")?);
    let mut users = file("users.csv")?;
    let address = "address_line1,city,postal_code,country,timezone";
    writeln!(customers, "external_id,name,admin_email,template,packages,supported_location,{address}")?;
    writeln!(locations, "customer_external_id,name,{address}")?;
    writeln!(users, "customer_external_id,first_name,last_name,email,package,location,phone_number,extension,role")?;
    let mut dice = Dice(shape.seed);
    let mut truth = Vec::new();
    let mut clean: Option<User> = None;
    for index in 0..shape.users {
        let (customer, member) = (index / users_per_customer, index % users_per_customer);
        let [country, city, postal, zone, numbers] = LANDS[customer % LANDS.len()];
        let id = format!("customer-{customer:06}");
        if member == 0 {
            let place = format!("Main Road {customer},{city},{postal},{country},{zone}");
            let packages = "standard,webex_calling;webex_meetings,yes";
            writeln!(customers, "{id},Company {customer},{},{packages},{place}", email(index, customer))?;
            for branch in 0..BRANCHES {
                writeln!(locations, "{id},Branch {branch},{place}")?;
            }
            clean = None;
        }
        let is_calling = member % 3 != 2 || member == 0;
        let text = |calling: bool, text: String| if calling { text } else { String::new() };
        let mut user = User {
            customer: id,
            first_name: dice.pick(FIRST_NAMES).to_owned(),
            last_name: dice.pick(LAST_NAMES).to_owned(),
            email: email(index, customer),
            package: if is_calling { "webex_calling" } else { "webex_meetings" },
            location: text(is_calling, format!("Branch {}", member % BRANCHES)),
            phone: text(is_calling, format!("{numbers}{index:07}")),
            extension: text(is_calling, format!("{}", 2000 + member)),
            role: if member == 0 { "full_admin" } else { "" },
        };
        let is_wrong = member > 0 && dice.roll(1000) < shape.mistakes_per_mille;
        if is_wrong && is_calling {
            let (column, code) = spoil(&mut user, &mut dice, index, clean.as_ref());
            truth.push(Truth { row: index + 2, column, code: code.id() });
        } else if is_wrong {
            user.email = user.email.replace('@', "");
            truth.push(Truth { row: index + 2, column: "email", code: Code::EmailMalformed.id() });
        } else if is_calling && member > 0 {
            clean = Some(user.clone());
        }
        let User { customer, first_name, last_name, email, package, location, phone, extension, role } = user;
        writeln!(users, "{customer},{first_name},{last_name},{email},{package},{location},{phone},{extension},{role}")?;
    }
    for mut file in [customers, locations, users] {
        file.flush()?;
    }
    Ok(truth)
}

fn email(index: usize, customer: usize) -> String {
    format!("person.number{index:08}@company-{customer:06}.example")
}

/// Makes one mistake in the row of a calling user; tells its column and what is found.
fn spoil(user: &mut User, dice: &mut Dice, index: usize, clean: Option<&User>) -> (&'static str, Code) {
    match (dice.roll(20), clean) {
        (0, Some(clean)) => {
            user.email.clone_from(&clean.email);
            ("email", Code::EmailTwice)
        }
        (1, Some(clean)) => {
            user.phone.clone_from(&clean.phone);
            ("phone_number", Code::NumberTwice)
        }
        (2, Some(clean)) => {
            (user.location, user.extension) = (clean.location.clone(), clean.extension.clone());
            ("extension", Code::ExtensionTwice)
        }
        (3, _) => {
            user.phone = format!("+999{index:08}");
            ("phone_number", Code::PhoneNotInPlan)
        }
        (4, _) => {
            user.phone = format!("+5411{:08}", 40_000_000 + index);
            ("phone_number", Code::NumberOfOtherCountry)
        }
        (5, _) => {
            "3.51211E+11".clone_into(&mut user.phone);
            ("phone_number", Code::Scientific)
        }
        (6, _) => {
            user.package = "webex_caling";
            ("package", Code::PackageUnknown)
        }
        (7, _) => {
            "Nowhere".clone_into(&mut user.location);
            ("location", Code::LocationUnlinked)
        }
        (8, _) => {
            user.customer = format!("nobody-{index}");
            ("customer_external_id", Code::CustomerUnlinked)
        }
        (9, _) => {
            user.first_name.clear();
            ("first_name", Code::RequiredCell)
        }
        (kind, _) => spoil_more(user, kind),
    }
}

/// Mistakes within one cell.
fn spoil_more(user: &mut User, kind: u64) -> (&'static str, Code) {
    match kind {
        10 => {
            user.role = "boss";
            ("role", Code::RoleUnknown)
        }
        11 => {
            user.last_name.insert(0, ' ');
            ("last_name", Code::SpacesRemoved)
        }
        12 => {
            user.email = user.email.replace("person", "Person");
            ("email", Code::EmailLowered)
        }
        13 => {
            user.phone.remove(0);
            ("phone_number", Code::PhoneLostPlus)
        }
        14 => {
            user.package = "webex_suite";
            ("package", Code::PackageNotSold)
        }
        15 => {
            user.phone.clear();
            user.extension.clear();
            ("phone_number", Code::NumberOrExtensionNeeded)
        }
        16 => {
            user.first_name.push('\u{7}');
            ("first_name", Code::ControlCharacter)
        }
        17 => {
            "JosÃ©".clone_into(&mut user.first_name);
            ("first_name", Code::Mojibake)
        }
        18 => {
            "#REF!".clone_into(&mut user.extension);
            ("extension", Code::SpreadsheetError)
        }
        19 => {
            "a name with more than thirty letters".clone_into(&mut user.last_name);
            ("last_name", Code::PersonNameUnusual)
        }
        _ => {
            user.email = user.email.replace('@', "");
            ("email", Code::EmailMalformed)
        }
    }
}
