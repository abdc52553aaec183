//! Every column of the three sheets: one typed handle each.
//!
//! A cell can only be read through its handle, and the same handle feeds the blank sheets, `turnup columns` and
//! the documentation, so a column cannot exist in one and be missing from another.

#![expect(clippy::doc_markdown, reason = "the help of a column is for operators first")]
#![allow(clippy::wildcard_imports, reason = "each sheet's columns are written in the words above them")]

use crate::diagnostic::Code;
use crate::model::{
    Action, Email, EmailProblem, Extension, ExtensionProblem, NumberState, Package, PackageLimits, PstnConnection,
    Role, SheetKind, Tables,
};

/// Must a cell be filled?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// In every row.
    Always,
    /// When the package, the country or a second location asks for it.
    Sometimes,
    Never,
}

impl Need {
    /// The word in documentation.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Always => "required",
            Self::Sometimes => "sometimes",
            Self::Never => "optional",
        }
    }
}

/// What is said of a column wherever it appears.
#[derive(Debug)]
pub struct Spec {
    /// The canonical header.
    pub header: &'static str,
    pub need: Need,
    /// Other headers that mean the same; compared without case, blanks, `_` and `-`.
    pub aliases: &'static [&'static str],
    pub example: &'static str,
    pub help: &'static str,
    /// The legal values, where they are a list.
    pub legal: Option<fn() -> Vec<String>>,
    slot: usize,
}

/// Columns of digits, which a spreadsheet damages when it takes them for numbers.
const OF_DIGITS: [&str; 5] = ["postal_code", "numbers", "main_number", "phone_number", "extension"];

impl Spec {
    /// Do the cells hold digits that are no quantity, so that a leading zero or `+` counts?
    pub fn is_of_digits(&self) -> bool {
        OF_DIGITS.contains(&self.header)
    }
}

/// A column whose cells mean a `T`.
#[derive(Debug)]
pub struct Column<T: 'static> {
    pub spec: Spec,
    pub(super) parse: fn(&str) -> Result<Parsed<T>, Problem>,
}

/// A column whose cells are any text.
#[derive(Debug)]
pub struct TextColumn {
    pub spec: Spec,
}

/// Every header, once. A column's place in this list tells where a sheet keeps its position.
pub const HEADERS: [&str; 36] = [
    "external_id",
    "name",
    "admin_email",
    "template",
    "packages",
    "package_limits",
    "supported_location",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "postal_code",
    "country",
    "location_name",
    "timezone",
    "language",
    "announcement_language",
    "numbers",
    "number_state",
    "main_number",
    "pstn_connection",
    "emergency_location_id",
    "org_id",
    "wave",
    "action",
    "customer_external_id",
    "first_name",
    "last_name",
    "email",
    "package",
    "location",
    "phone_number",
    "extension",
    "role",
    "emergency_address",
    "emergency_callback",
];

/// The place of a header in the list; a header that is not in it does not compile.
const fn slot(header: &str) -> usize {
    let mut at = 0;
    while at < HEADERS.len() {
        if is_same(HEADERS[at].as_bytes(), header.as_bytes()) {
            return at;
        }
        at += 1;
    }
    panic!("the header is missing in HEADERS")
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Which cell of a row belongs to which column.
#[derive(Debug, Clone)]
pub(super) struct Positions([u16; HEADERS.len()]);

impl Positions {
    const NONE: u16 = u16::MAX;

    pub const fn none() -> Self {
        Self([Self::NONE; HEADERS.len()])
    }

    /// Remembers where a column stands; cells beyond the most that a spreadsheet has are not read.
    pub fn set(&mut self, spec: &Spec, position: usize) {
        self.0[spec.slot] = u16::try_from(position).unwrap_or(Self::NONE);
    }

    pub fn of(&self, spec: &Spec) -> Option<usize> {
        let position = self.0[spec.slot];
        (position != Self::NONE).then_some(usize::from(position))
    }

    pub fn of_header(&self, header: &str) -> Option<usize> {
        let slot = HEADERS.iter().position(|known| *known == header)?;
        (self.0[slot] != Self::NONE).then_some(usize::from(self.0[slot]))
    }
}

/// What a cell means, and what had to be repaired to see it.
#[derive(Debug)]
pub(super) struct Parsed<T> {
    pub value: T,
    pub notices: Vec<Problem>,
}

/// What is wrong with one cell.
#[derive(Debug)]
pub(super) struct Problem {
    pub code: Code,
    /// The part of the cell that is wrong; the whole cell when none.
    pub part: Option<String>,
    pub suggestion: Option<String>,
    pub args: Vec<(&'static str, String)>,
    /// What else is wrong with it.
    pub others: Vec<Self>,
}

impl Problem {
    const fn new(code: Code) -> Self {
        Self { code, part: None, suggestion: None, args: Vec::new(), others: Vec::new() }
    }

    fn part(code: Code, part: &str) -> Self {
        Self { part: Some(part.to_owned()), ..Self::new(code) }
    }

    fn near(mut self, wanted: &str, known: &[String]) -> Self {
        let near = crate::diagnostic::closest(wanted, known.iter().map(String::as_str));
        self.suggestion = near.map(str::to_owned);
        self
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the result of a parse function")]
const fn good<T>(value: T) -> Result<Parsed<T>, Problem> {
    Ok(Parsed { value, notices: Vec::new() })
}

fn email(cell: &str) -> Result<Parsed<Email>, Problem> {
    let email = Email::parse(cell).map_err(|problem| match problem {
        EmailProblem::Malformed => Problem::new(Code::EmailMalformed),
        EmailProblem::TooLong => Problem::new(Code::EmailTooLong),
    })?;
    let notices = if email.as_str() == cell { vec![] } else { vec![Problem::new(Code::EmailLowered)] };
    Ok(Parsed { value: email, notices })
}

/// The parts of a `;` list, without blanks around them and without empty ones.
fn items(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn package_of(name: &str) -> Result<Package, Problem> {
    Package::parse(name).ok_or_else(|| {
        let problem = Problem::part(Code::PackageUnknown, name);
        // Several names with commas between them: the delimiter of the file must not stand inside a cell.
        if name.contains(',') {
            return Problem { suggestion: Some(name.replace(", ", ";").replace(',', ";")), ..problem };
        }
        problem.near(name, &package_names())
    })
}

fn package(cell: &str) -> Result<Parsed<Package>, Problem> {
    if let Some(package) = Package::parse(cell) {
        return good(package);
    }
    if items(cell).nth(1).is_some() {
        return Err(Problem::new(Code::OnePackagePerUser));
    }
    package_of(cell).and_then(good)
}

fn packages(cell: &str) -> Result<Parsed<Vec<Package>>, Problem> {
    let mut packages = Vec::new();
    let mut problems = Vec::new();
    for name in items(cell) {
        match package_of(name) {
            Ok(package) if packages.contains(&package) => {}
            Ok(package) => packages.push(package),
            Err(problem) => problems.push(problem),
        }
    }
    good_unless(problems, packages)
}

/// The value, unless one of its parts is wrong; then every part that is.
fn good_unless<T>(mut problems: Vec<Problem>, value: T) -> Result<Parsed<T>, Problem> {
    if problems.is_empty() {
        return good(value);
    }
    let first = problems.remove(0);
    Err(Problem { others: problems, ..first })
}

fn limits(cell: &str) -> Result<Parsed<PackageLimits>, Problem> {
    let mut limits = PackageLimits::new();
    let mut problems = Vec::new();
    for item in items(cell) {
        match limit(item) {
            Ok((package, limit)) if limits.insert(package, limit).is_none() => {}
            Ok(_) => problems.push(Problem::part(Code::LimitsMalformed, item)),
            Err(problem) => problems.push(problem),
        }
    }
    good_unless(problems, limits)
}

/// `package=number`.
fn limit(item: &str) -> Result<(Package, u32), Problem> {
    let malformed = || Problem::part(Code::LimitsMalformed, item);
    let (name, limit) = item.split_once('=').ok_or_else(malformed)?;
    let limit = limit.trim().parse().ok().filter(|limit| *limit > 0).ok_or_else(malformed)?;
    Ok((package_of(name.trim())?, limit))
}

fn confirmation(cell: &str) -> Result<Parsed<bool>, Problem> {
    match cell.to_lowercase().as_str() {
        "yes" | "true" | "y" | "sim" | "x" | "1" => good(true),
        "no" | "false" | "n" | "não" | "nao" | "0" => good(false),
        _ => Err(Problem::new(Code::SupportedLocationWord)),
    }
}

fn emergency_address(cell: &str) -> Result<Parsed<bool>, Problem> {
    confirmation(cell).map_err(|_| emergency_problem(&["yes", "no"]))
}

fn emergency_callback(cell: &str) -> Result<Parsed<bool>, Problem> {
    match cell.to_lowercase().replace([' ', '-'], "_").as_str() {
        "main_number" => good(true),
        "no" | "não" | "nao" => good(false),
        _ => Err(emergency_problem(&["main_number", "no"])),
    }
}

fn emergency_problem(words: &[&str]) -> Problem {
    Problem { args: vec![("legal", words.join(", "))], ..Problem::new(Code::EmergencyWord) }
}

/// Likeness from which on a country's name is offered: `Brasil` is Brazil, but `Alemanha` is not Albania.
const COUNTRY_LIKENESS_MIN: f64 = 0.9;

fn country(cell: &str) -> Result<Parsed<String>, Problem> {
    let code = cell.to_uppercase();
    if Tables::get().country(&code).is_some() && rust_iso3166::from_alpha2(&code).is_some() {
        return good(code);
    }
    let by_name = Tables::get().countries().find(|country| country.name.eq_ignore_ascii_case(cell));
    let by_alpha3 = rust_iso3166::from_alpha3(&code).map(|country| country.alpha2.to_owned());
    let like = || {
        let names = Tables::get().countries().map(|country| country.name.as_str());
        let near = crate::diagnostic::closest_from(COUNTRY_LIKENESS_MIN, cell, names)?;
        Tables::get().countries().find(|country| country.name == near)
    };
    let mut problem = Problem::new(Code::CountryUnknown);
    problem.suggestion = by_name.or_else(like).map(|country| country.code.clone()).or(by_alpha3);
    if code == "UK" {
        problem.suggestion = Some("GB".to_owned());
    }
    Err(problem)
}

fn zone(cell: &str) -> Result<Parsed<String>, Problem> {
    let tables = Tables::get();
    if tables.zone(cell).is_some() {
        return good(cell.to_owned());
    }
    if let Ok(zone) = jiff::tz::TimeZone::get(cell) {
        return good(zone.iana_name().unwrap_or(cell).to_owned());
    }
    let names: Vec<String> = tables.zones().map(|zone| zone.name.clone()).collect();
    Err(Problem::new(Code::ZoneUnknown).near(cell, &names))
}

/// `ll` or `ll_cc`; whether it is listed is judged by a rule.
fn locale(cell: &str) -> Result<Parsed<String>, Problem> {
    let code = cell.to_lowercase().replace('-', "_");
    let letters = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_lowercase());
    let shaped = code.split_once('_').map_or_else(|| letters(&code), |(ll, cc)| letters(ll) && letters(cc));
    if shaped { good(code) } else { Err(Problem::new(Code::LanguageMalformed)) }
}

fn number_list(cell: &str) -> Result<Parsed<Vec<String>>, Problem> {
    good(items(cell).map(str::to_owned).collect())
}

fn number_state(cell: &str) -> Result<Parsed<NumberState>, Problem> {
    let words = NumberState::WORDS.map(str::to_owned);
    NumberState::parse(cell).map_or_else(|| Err(Problem::new(Code::NumberStateUnknown).near(cell, &words)), good)
}

fn pstn(cell: &str) -> Result<Parsed<PstnConnection>, Problem> {
    PstnConnection::parse(cell).map_or_else(|| Err(Problem::new(Code::PstnMalformed)), good)
}

fn extension(cell: &str) -> Result<Parsed<Extension>, Problem> {
    match Extension::parse(cell) {
        Ok(extension) => good(extension),
        Err(ExtensionProblem::Malformed) => Err(Problem::new(Code::ExtensionMalformed)),
        Err(ExtensionProblem::Emergency) => Err(Problem::new(Code::ExtensionEmergency)),
    }
}

fn role(cell: &str) -> Result<Parsed<Role>, Problem> {
    let words = Role::ALL.map(|role| role.word().to_owned());
    Role::parse(cell).map_or_else(|| Err(Problem::new(Code::RoleUnknown).near(cell, &words)), good)
}

fn action(cell: &str) -> Result<Parsed<Action>, Problem> {
    let words = Action::WORDS.map(str::to_owned);
    Action::parse(cell).map_or_else(|| Err(Problem::new(Code::ActionUnknown).near(cell, &words)), good)
}

fn package_names() -> Vec<String> {
    Package::all().map(|package| package.name().to_owned()).collect()
}

fn customer_packages() -> Vec<String> {
    Package::all().filter(|package| package.for_customers()).map(|package| package.name().to_owned()).collect()
}

fn user_packages() -> Vec<String> {
    Package::all().filter(|package| package.for_users()).map(|package| package.name().to_owned()).collect()
}

fn country_codes() -> Vec<String> {
    let mut codes: Vec<_> = Tables::get().countries().map(|country| country.code.clone()).collect();
    codes.sort();
    codes
}

fn roles() -> Vec<String> {
    Role::ALL.map(|role| role.word().to_owned()).to_vec()
}

fn actions() -> Vec<String> {
    Action::WORDS.map(str::to_owned).to_vec()
}

fn number_states() -> Vec<String> {
    NumberState::WORDS.map(str::to_owned).to_vec()
}

macro_rules! column {
    ($name:ident: Text, $header:literal, $need:ident, [$($alias:literal),*], $example:literal, $help:literal) => {
        #[doc = $help]
        pub const $name: TextColumn = TextColumn { spec: column!(@spec $header, $need, [$($alias),*], $example, $help) };
    };
    ($name:ident: $type:ty, $header:literal, $need:ident, $parse:expr, [$($alias:literal),*], $example:literal, $help:literal $(, $legal:expr)?) => {
        #[doc = $help]
        pub const $name: Column<$type> = Column {
            spec: column!(@spec $header, $need, [$($alias),*], $example, $help $(, $legal)?),
            parse: $parse,
        };
    };
    (@spec $header:literal, $need:ident, [$($alias:literal),*], $example:literal, $help:literal $(, $legal:expr)?) => {
        Spec {
            header: $header,
            need: Need::$need,
            aliases: &[$($alias),*],
            example: $example,
            help: $help,
            legal: column!(@legal $($legal)?),
            slot: slot($header),
        }
    };
    (@legal) => { None };
    (@legal $legal:expr) => { Some($legal) };
}

/// Columns that both a headquarters and a branch have.
mod place {
    use super::*;

    column!(LINE1: Text, "address_line1", Always, ["street", "street_address", "address1", "address", "endereco", "endereço"], "Rua Augusta 24", "First line of the address; at most 50 characters.");
    column!(LINE2: Text, "address_line2", Never, ["address2", "complemento"], "3.º andar", "Second line of the address; at most 50 characters.");
    column!(CITY: Text, "city", Always, ["town", "cidade", "localidade"], "Lisboa", "City.");
    column!(STATE: Text, "state", Sometimes, ["state_or_province", "province", "estado", "uf"], "SP", "State or province as ISO 3166-2 code without the country; needed where the country's addresses have one.");
    column!(POSTAL_CODE: Text, "postal_code", Sometimes, ["zip", "zip_code", "zip_or_postal_code", "postcode", "cep", "codigo_postal"], "1100-053", "Postal code; needed where the country's addresses have one.");
    column!(COUNTRY: String, "country", Always, country, ["country_code", "country_region", "pais", "país"], "PT", "Country as ISO 3166-1 alpha-2 code.", country_codes);
    column!(LANGUAGE: String, "language", Never, locale, ["preferred_language", "email_language", "idioma"], "pt_pt", "Language of e-mails and screens, ll or ll_cc; blank takes the customer's, then the template's default, then en_us.");
    column!(ANNOUNCEMENT_LANGUAGE: String, "announcement_language", Never, locale, ["idioma_de_anuncios"], "pt_pt", "Language of announcements; blank takes `language`.");
    column!(NUMBERS: Vec<String>, "numbers", Never, number_list, ["phone_numbers", "numeros", "números"], "+351211234500-+351211234509;+351211234600", "Spare numbers of the location: a `;` list of E.164 numbers and +first-+last ranges.");
    column!(NUMBER_STATE: NumberState, "number_state", Never, number_state, ["estado_dos_numeros"], "inactive", "`active` (default), or `inactive` to stage the numbers until porting day.", number_states);
    column!(MAIN_NUMBER: Text, "main_number", Never, ["numero_principal", "main_phone_number"], "+351211234500", "The location's main number; joins its numbers by itself.");
    column!(PSTN: PstnConnection, "pstn_connection", Never, pstn, ["pstn", "connection"], "Acme SIP Trunk", "What connects the location to the telephone network: an option's id or exact display name, trunk:ID or route_group:ID; blank takes what the organisation has.");
    column!(EMERGENCY_LOCATION_ID: Text, "emergency_location_id", Never, ["emergency_location_identifier"], "95547321", "SIP header value for emergency calls, where the country asks for it.");
    column!(EMERGENCY_ADDRESS: bool, "emergency_address", Never, emergency_address, ["endereco_de_emergencia", "e911_address"], "yes", "`yes` registers the location's own address for emergency calls, if Webex's look-up leaves it as it is; blank takes the template's `emergency_address`.", || vec!["yes".to_owned(), "no".to_owned()]);
    column!(EMERGENCY_CALLBACK: bool, "emergency_callback", Never, emergency_callback, ["numero_de_retorno", "ecbn"], "main_number", "`main_number`: after an emergency call the location's main number is called back; blank takes the template's `emergency_callback`.", || vec!["main_number".to_owned(), "no".to_owned()]);
}

/// The columns of `customers`.
pub mod customers {
    use super::*;

    pub use super::place::{
        ANNOUNCEMENT_LANGUAGE, CITY, COUNTRY, EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, EMERGENCY_LOCATION_ID, LANGUAGE,
        LINE1, LINE2, MAIN_NUMBER, NUMBER_STATE, NUMBERS, POSTAL_CODE, PSTN, STATE,
    };

    column!(EXTERNAL_ID: Text, "external_id", Always, ["customer_external_id", "external_customer_id", "id_externo", "customer_id"], "acme-001", "Your own key for the customer; unique, and never changed.");
    column!(NAME: Text, "name", Always, ["company_name", "customer_name", "legal_organization_name", "nome", "empresa", "razao_social"], "Padaria Aurora", "Company name; no `%`.");
    column!(ADMIN_EMAIL: Email, "admin_email", Always, email, ["administrator_email", "primary_email", "email_do_administrador"], "ana@aurora.example", "E-mail of the customer's first administrator; should also be a row of the users sheet.");
    column!(TEMPLATE: Text, "template", Always, ["onboarding_template", "modelo"], "retail-br", "Name of the onboarding template in templates.toml.");
    column!(PACKAGES: Vec<Package>, "packages", Always, packages, ["pacotes"], "webex_calling;webex_meetings", "Packages sold to the customer, joined by `;`.", customer_packages);
    column!(PACKAGE_LIMITS: PackageLimits, "package_limits", Never, limits, ["limits", "limites"], "webex_calling=50", "How many of a package the customer may hold: package=number, joined by `;`.");
    column!(SUPPORTED_LOCATION: bool, "supported_location", Sometimes, confirmation, ["supported_location_confirmation", "localizacao_suportada"], "yes", "Partner Hub's tick box that the location is supported; needed here or in the template.", || vec!["yes".to_owned()]);
    column!(LOCATION_NAME: Text, "location_name", Never, ["headquarters", "headquarters_name", "sede"], "Headquarters", "Name of the headquarters location; blank means `Headquarters`.");
    column!(TIMEZONE: String, "timezone", Sometimes, zone, ["time_zone", "fuso_horario"], "America/Sao_Paulo", "IANA time zone of the headquarters; needed when a calling package is sold.");
    column!(ORG_ID: Text, "org_id", Never, ["organization_id", "organisation_id"], "Y2lzY29zcGFyazov…", "Id of an existing Webex organisation to attach to; blank makes a new one.");
    column!(WAVE: Text, "wave", Never, ["onda"], "1", "The wave the customer is moved in.");
    column!(ACTION: Action, "action", Never, action, ["acao", "ação"], "skip", "Blank creates or updates; `delete` takes it away, `skip` leaves the row out.", actions);

    /// In the order of the blank sheet.
    pub const SPECS: &[&Spec] = &[
        &EXTERNAL_ID.spec,
        &NAME.spec,
        &ADMIN_EMAIL.spec,
        &TEMPLATE.spec,
        &PACKAGES.spec,
        &PACKAGE_LIMITS.spec,
        &SUPPORTED_LOCATION.spec,
        &LINE1.spec,
        &LINE2.spec,
        &CITY.spec,
        &STATE.spec,
        &POSTAL_CODE.spec,
        &COUNTRY.spec,
        &LOCATION_NAME.spec,
        &TIMEZONE.spec,
        &LANGUAGE.spec,
        &ANNOUNCEMENT_LANGUAGE.spec,
        &NUMBERS.spec,
        &NUMBER_STATE.spec,
        &MAIN_NUMBER.spec,
        &PSTN.spec,
        &EMERGENCY_LOCATION_ID.spec,
        &ORG_ID.spec,
        &WAVE.spec,
        &ACTION.spec,
        &EMERGENCY_ADDRESS.spec,
        &EMERGENCY_CALLBACK.spec,
    ];
}

/// The columns of `locations`.
pub mod locations {
    use super::*;

    pub use super::customers::ACTION;
    pub use super::place::{
        ANNOUNCEMENT_LANGUAGE, CITY, COUNTRY, EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, EMERGENCY_LOCATION_ID, LANGUAGE,
        LINE1, LINE2, MAIN_NUMBER, NUMBER_STATE, NUMBERS, POSTAL_CODE, PSTN, STATE,
    };

    column!(CUSTOMER: Text, "customer_external_id", Always, ["external_id", "customer", "external_customer_id", "cliente"], "acme-001", "The customer's `external_id`.");
    column!(NAME: Text, "name", Always, ["location_name", "location", "nome", "local"], "Filial Campinas", "Name of the branch; unique within the customer, at most 80 characters.");
    column!(TIMEZONE: String, "timezone", Always, zone, ["time_zone", "fuso_horario"], "Europe/Lisbon", "IANA time zone of the branch.");

    /// In the order of the blank sheet.
    pub const SPECS: &[&Spec] = &[
        &CUSTOMER.spec,
        &NAME.spec,
        &LINE1.spec,
        &LINE2.spec,
        &CITY.spec,
        &STATE.spec,
        &POSTAL_CODE.spec,
        &COUNTRY.spec,
        &TIMEZONE.spec,
        &LANGUAGE.spec,
        &ANNOUNCEMENT_LANGUAGE.spec,
        &NUMBERS.spec,
        &NUMBER_STATE.spec,
        &MAIN_NUMBER.spec,
        &PSTN.spec,
        &EMERGENCY_LOCATION_ID.spec,
        &ACTION.spec,
        &EMERGENCY_ADDRESS.spec,
        &EMERGENCY_CALLBACK.spec,
    ];
}

/// The columns of `users`.
pub mod users {
    use super::*;

    pub use super::customers::ACTION;
    pub use super::locations::CUSTOMER;

    column!(FIRST_NAME: Text, "first_name", Always, ["given_name", "nome", "primeiro_nome"], "João", "Given name.");
    column!(LAST_NAME: Text, "last_name", Always, ["surname", "family_name", "sobrenome", "apelido"], "O'Brien", "Family name.");
    column!(EMAIL: Email, "email", Always, email, ["e-mail", "user_id_email_(required)", "user_id", "user_id_email", "mail"], "joao@aurora.example", "The person's e-mail; their identity in Webex, so unique.");
    column!(PACKAGE: Package, "package", Always, package, ["pacote"], "webex_calling", "The one package the person gets.", user_packages);
    column!(LOCATION: Text, "location", Sometimes, ["location_name", "local", "localizacao"], "Filial Campinas", "Name of the location of a calling user; blank means the headquarters while the customer has no branch.");
    column!(PHONE_NUMBER: Text, "phone_number", Sometimes, ["phone", "number", "telefone", "numero"], "+551135550101", "The person's number in E.164; a calling user needs it, an extension, or both.");
    column!(EXTENSION: Extension, "extension", Sometimes, extension, ["ext", "ramal", "extensao"], "1042", "Two to ten digits; a calling user needs it, a number, or both.");
    column!(ROLE: Role, "role", Never, role, ["administrator_role", "admin_role", "papel", "funcao"], "full_admin", "Administrator role.", roles);

    /// In the order of the blank sheet.
    pub const SPECS: &[&Spec] = &[
        &CUSTOMER.spec,
        &FIRST_NAME.spec,
        &LAST_NAME.spec,
        &EMAIL.spec,
        &PACKAGE.spec,
        &LOCATION.spec,
        &PHONE_NUMBER.spec,
        &EXTENSION.spec,
        &ROLE.spec,
        &ACTION.spec,
    ];
}

/// The columns of a sheet, in order.
pub const fn specs(kind: SheetKind) -> &'static [&'static Spec] {
    match kind {
        SheetKind::Customers => customers::SPECS,
        SheetKind::Locations => locations::SPECS,
        SheetKind::Users => users::SPECS,
    }
}
