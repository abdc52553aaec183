//! Customers, locations and users as the rest of the program speaks of them.

use super::address::Address;
use super::email::Email;
use super::extension::Extension;
use super::package::Package;
use super::phone::{NumberRange, Phone};
use super::words::PackageLimits;

/// A customer whose row passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub external_id: String,
    pub name: String,
    pub admin_email: Email,
    /// The name of its onboarding template.
    pub template: String,
    /// The template's Provisioning ID.
    pub provisioning_id: String,
    pub packages: Vec<Package>,
    pub limits: PackageLimits,
    /// Language of the organisation, `ll` or `ll_cc` in lower case.
    pub language: String,
    /// An existing organisation to attach to.
    pub org_id: Option<String>,
    pub address: Address,
    /// The headquarters; none when no calling package is sold.
    pub headquarters: Option<Location>,
}

/// A location: the headquarters of a customer row, or a branch of a location row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub customer: String,
    pub name: String,
    pub address: Address,
    /// IANA name.
    pub timezone: String,
    pub language: String,
    pub announcement_language: String,
    /// Numbers named by the row itself; users' numbers join in the plan.
    pub numbers: Vec<NumberRange>,
    /// None leaves numbers as they are; new ones are active then.
    pub number_state: Option<NumberState>,
    pub main_number: Option<Phone>,
    pub pstn: Option<PstnConnection>,
    /// SIP header value for emergency calls.
    pub emergency_location_id: Option<String>,
    /// Is its own address to be registered for emergencies? Nothing where neither the row nor its template says.
    pub emergency_address: Option<bool>,
    /// Is its main number to be called back after an emergency call? Nothing where neither says.
    pub emergency_callback: Option<bool>,
}

/// A person who gets a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub customer: String,
    pub first_name: String,
    pub last_name: String,
    pub email: Email,
    pub package: Package,
    /// The location's name; none for packages without calling.
    pub location: Option<String>,
    pub phone_number: Option<Phone>,
    pub extension: Option<Extension>,
    pub role: Option<Role>,
}

/// Whether numbers can be called at once or wait for porting day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberState {
    #[default]
    Active,
    Inactive,
}

impl NumberState {
    /// The words that may stand in the cell.
    pub const WORDS: [&str; 2] = ["active", "inactive"];

    /// Reads the word, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "active" => Some(Self::Active),
            "inactive" => Some(Self::Inactive),
            _ => None,
        }
    }

    /// The word in the sheet.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

/// What connects a location to the public telephone network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PstnConnection {
    /// The id or the exact display name of one of the location's options.
    Option(String),
    Trunk(String),
    RouteGroup(String),
}

impl PstnConnection {
    /// Reads the cell; none when `trunk:` or `route_group:` names nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let named = |id: &str| (!id.trim().is_empty()).then(|| id.trim().to_owned());
        match text.split_once(':') {
            Some((kind, id)) if kind.eq_ignore_ascii_case("trunk") => named(id).map(Self::Trunk),
            Some((kind, id)) if kind.eq_ignore_ascii_case("route_group") => named(id).map(Self::RouteGroup),
            _ => named(text).map(Self::Option),
        }
    }
}

/// An administrator's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    FullAdmin,
    UserAdmin,
    ReadonlyAdmin,
    DeviceAdmin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::FullAdmin, Self::UserAdmin, Self::ReadonlyAdmin, Self::DeviceAdmin];

    /// The word in the sheet.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FullAdmin => "full_admin",
            Self::UserAdmin => "user_admin",
            Self::ReadonlyAdmin => "readonly_admin",
            Self::DeviceAdmin => "device_admin",
        }
    }

    /// The value that the SCIM call takes.
    pub const fn scim_value(self) -> &'static str {
        match self {
            Self::FullAdmin => "id_full_admin",
            Self::UserAdmin => "id_user_admin",
            Self::ReadonlyAdmin => "id_readonly_admin",
            Self::DeviceAdmin => "id_device_admin",
        }
    }

    /// Reads the word, whatever its case and with blanks or `-` for `_`.
    pub fn parse(text: &str) -> Option<Self> {
        let wanted = text.to_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|role| role.word() == wanted)
    }
}
