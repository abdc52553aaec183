//! What a wanted object changes of what is known: nothing, values that a call can set, or values that cannot be
//! changed at all. Which of them a column is stands in [`COLUMNS`], for every column of the three sheets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::known::{Confirmed, NOTES, WAITING};
use super::step::{Action, Change, Source, Stage};

/// A value that differs from what was confirmed and that turnup cannot change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Immovable {
    pub source: Source,
    /// The canonical column.
    pub column: String,
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub why: Why,
    /// Who or what stands in the way, for the reasons that have one.
    #[serde(default)]
    pub by: String,
}

/// Why a value cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    #[default]
    NoCall,
    Template,
    Country,
    Attached,
    HeadquartersName,
    OrganizationLanguage,
    OtherCustomer,
    CallingLocation,
    NumberInUse,
    NumbersStay,
    MainNumberStays,
    NotEmpty,
    NoClearing,
    LineNeeded,
    FullAdministrator,
    AdministratorPackage,
    PackageHeld,
    ExtensionCircle,
    NumberCircle,
    /// Another person has the number or extension and keeps it.
    LineHeld,
    /// The number stands in another location.
    Elsewhere,
}

impl Why {
    /// The reason, for people.
    pub const fn because(self) -> &'static str {
        match self {
            Self::NoCall => "Webex has no call for it",
            Self::Template => "the template of a customer is chosen once",
            Self::Country => "the country decides where the data lies",
            Self::Attached => "a customer is attached to an organisation when it is created, or never",
            Self::HeadquartersName => "turnup knows the headquarters by this name",
            Self::OrganizationLanguage => "the language of an organisation is chosen once",
            Self::OtherCustomer => "a person stays with the customer",
            Self::CallingLocation => "the location of a calling user stays, and with it the emergency address",
            Self::NumberInUse => "numbers that are live and in use stay live",
            Self::NumbersStay => "turnup takes no number out of a location",
            Self::MainNumberStays => "a location keeps a main number until it has another one",
            Self::NotEmpty => "it cannot be empty",
            Self::NoClearing => "Cisco describes no call that clears it",
            Self::LineNeeded => "a calling user needs a number or an extension",
            Self::FullAdministrator => "a full administrator is never made less",
            Self::AdministratorPackage => "the package of a full administrator is never made smaller",
            Self::PackageHeld => "a user still has the package",
            Self::ExtensionCircle => "extensions that change places need a free one in between",
            Self::NumberCircle => "numbers that change places need an extension, or a free number in between",
            Self::LineHeld => "somebody else has it",
            Self::Elsewhere => "it stands in another location",
        }
    }

    /// What can be done, for people.
    pub const fn cure(self) -> &'static str {
        match self {
            Self::MainNumberStays => "name another number",
            Self::LineNeeded => "name an extension or another number",
            Self::PackageHeld => "give those users another package in a run of its own first",
            Self::ExtensionCircle => "give one of them a free extension in a run of its own first",
            Self::NumberCircle => "give one of them an extension, or a free number, in a run of its own first",
            Self::Attached => {
                "leave the cell blank, or take the customer away first and make it again in that organisation"
            }
            _ => "change it in Control Hub",
        }
    }
}

/// The kinds of request that change something that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Means {
    Customer,
    Location,
    CallingLocation,
    Numbers,
    NumberState,
    Pstn,
    EmergencyAddress,
    EmergencyCallback,
    Package,
    Person,
    Role,
}

impl Means {
    /// The request, as Cisco's description writes it.
    pub const fn request(self) -> &'static str {
        match self {
            Self::Customer => "PUT /wholesale/customers/{customerId}",
            Self::Location => "PUT /locations/{locationId}",
            Self::CallingLocation => "PUT /telephony/config/locations/{locationId}",
            Self::Numbers => "POST /telephony/config/locations/{locationId}/numbers",
            Self::NumberState => "PUT /telephony/config/locations/{locationId}/numbers",
            Self::Pstn => "PUT /telephony/pstn/locations/{locationId}/connection",
            Self::EmergencyAddress => "PUT /telephony/pstn/locations/{locationId}/emergencyAddresses/{addressId}",
            Self::EmergencyCallback => "PUT /telephony/config/locations/{locationId}/features/emergencyCallbackNumber",
            Self::Package => "PUT /wholesale/subscribers/{subscriberId}",
            Self::Person => "PUT /people/{personId}",
            Self::Role => "PATCH /identity/scim/{orgId}/v2/Users/{userId}",
        }
    }
}

/// How the value of a column changes once the object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    By(Means),
    /// It can be set where it has no value yet, and never again.
    Once(Means, Why),
    /// Not at all; a value that turnup never noted is taken for the one that stands.
    Kept(Why),
    /// Not at all, nor can it be set later.
    Never(Why),
    /// It says which object is meant: another value is another object.
    Key,
    /// It speaks to turnup and stands nowhere in Webex.
    Control,
}

/// One column of the sheets, by the stage that carries it out.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub stage: Stage,
    /// The canonical header.
    pub header: &'static str,
    pub way: Way,
    /// Why `REMOVE` is refused; none where it clears the value.
    pub keeps: Option<Why>,
}

const fn column(stage: Stage, header: &'static str, way: Way, keeps: Option<Why>) -> Column {
    Column { stage, header, way, keeps }
}

/// Every column of the three sheets: which request changes it, or why it cannot be changed. The headquarters in a
/// customer's row is a location, and has numbers, like any other.
pub const COLUMNS: &[Column] = {
    use Stage::{Customers, Locations, Numbers, Roles, Users};
    use Way::{By, Control, Kept, Key, Never, Once};
    const NOT_EMPTY: Option<Why> = Some(Why::NotEmpty);
    &[
        column(Customers, "external_id", Key, NOT_EMPTY),
        column(Customers, "name", Never(Why::NoCall), NOT_EMPTY),
        column(Customers, "admin_email", Never(Why::NoCall), NOT_EMPTY),
        column(Customers, "template", Never(Why::Template), NOT_EMPTY),
        column(Customers, "packages", By(Means::Customer), NOT_EMPTY),
        column(Customers, "package_limits", By(Means::Customer), Some(Why::NoClearing)),
        column(Customers, "supported_location", Control, None),
        column(Customers, "address_line1", By(Means::Customer), NOT_EMPTY),
        column(Customers, "address_line2", By(Means::Customer), None),
        column(Customers, "city", By(Means::Customer), NOT_EMPTY),
        column(Customers, "state", By(Means::Customer), None),
        column(Customers, "postal_code", By(Means::Customer), None),
        column(Customers, "country", Never(Why::Country), NOT_EMPTY),
        column(Customers, "location_name", Kept(Why::HeadquartersName), Some(Why::HeadquartersName)),
        column(Customers, "language", Kept(Why::OrganizationLanguage), Some(Why::OrganizationLanguage)),
        column(Customers, "org_id", Never(Why::Attached), Some(Why::Attached)),
        column(Customers, "wave", Control, None),
        column(Customers, "action", Control, None),
        column(Locations, "customer_external_id", Key, NOT_EMPTY),
        column(Locations, "name", Key, NOT_EMPTY),
        column(Locations, "address_line1", By(Means::Location), NOT_EMPTY),
        column(Locations, "address_line2", By(Means::Location), None),
        column(Locations, "city", By(Means::Location), NOT_EMPTY),
        column(Locations, "state", By(Means::Location), None),
        column(Locations, "postal_code", By(Means::Location), None),
        column(Locations, "country", Never(Why::Country), NOT_EMPTY),
        column(Locations, "timezone", By(Means::Location), NOT_EMPTY),
        column(Locations, "language", By(Means::Location), NOT_EMPTY),
        column(Locations, "announcement_language", By(Means::CallingLocation), NOT_EMPTY),
        column(Locations, "action", Control, None),
        column(Numbers, "numbers", By(Means::Numbers), Some(Why::NumbersStay)),
        column(Numbers, "number_state", By(Means::NumberState), NOT_EMPTY),
        column(Numbers, "main_number", By(Means::CallingLocation), Some(Why::MainNumberStays)),
        column(Numbers, "pstn_connection", By(Means::Pstn), Some(Why::NoClearing)),
        column(Numbers, "emergency_location_id", By(Means::CallingLocation), Some(Why::NoClearing)),
        column(Numbers, "emergency_address", By(Means::EmergencyAddress), Some(Why::NoClearing)),
        column(Numbers, "emergency_callback", By(Means::EmergencyCallback), Some(Why::NoClearing)),
        column(Users, "customer_external_id", Never(Why::OtherCustomer), NOT_EMPTY),
        column(Users, "first_name", By(Means::Person), NOT_EMPTY),
        column(Users, "last_name", By(Means::Person), NOT_EMPTY),
        column(Users, "email", Key, NOT_EMPTY),
        column(Users, "package", By(Means::Package), NOT_EMPTY),
        column(Users, "location", Once(Means::Package, Why::CallingLocation), Some(Why::CallingLocation)),
        column(Users, "phone_number", By(Means::Person), None),
        column(Users, "extension", By(Means::Person), None),
        column(Users, "action", Control, None),
        column(Roles, "role", By(Means::Role), None),
    ]
};

fn rule(stage: Stage, header: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.stage == stage && column.header == header)
}

/// The kind of request that changes a column; none where there is no such request.
pub fn means(stage: Stage, header: &str) -> Option<Means> {
    match rule(stage, header)?.way {
        Way::By(means) | Way::Once(means, _) => Some(means),
        Way::Kept(_) | Way::Never(_) | Way::Key | Way::Control => None,
    }
}

/// What is to be done, value by value.
#[derive(Debug)]
pub(super) struct Diff {
    pub action: Action,
    pub changes: Vec<Change>,
    pub immovable: Vec<Obstacle>,
    /// Every value that holds once it is done.
    pub fields: BTreeMap<String, String>,
}

/// A value that cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub column: String,
    pub from: String,
    pub to: String,
    pub why: Why,
    pub by: String,
}

impl Obstacle {
    pub fn of(self, source: Source) -> Immovable {
        let Self { column, from, to, why, by } = self;
        Immovable { source, column, from, to, why, by }
    }
}

/// Compares wanted values with the confirmed ones. A blank leaves a value alone; a removed column clears it.
pub(super) fn diff(
    stage: Stage,
    wanted: BTreeMap<String, String>,
    removed: &[&str],
    known: Option<&Confirmed>,
) -> Diff {
    let Some(known) = known else {
        let values = wanted.iter().filter(|(column, _)| !NOTES.contains(&column.as_str()));
        let set = |(column, to): (&String, &String)| Change { column: column.clone(), from: None, to: to.clone() };
        let changes = values.map(set).collect();
        return Diff { action: Action::Create, changes, immovable: Vec::new(), fields: wanted };
    };
    let mut diff =
        Diff { action: Action::Unchanged, changes: Vec::new(), immovable: Vec::new(), fields: known.fields.clone() };
    // Notes are what the plan says now, and are compared with nothing.
    diff.fields.retain(|column, _| !NOTES.contains(&column.as_str()));
    let is_removed = |column: &str| removed.contains(&column);
    for (column, to) in wanted.into_iter().filter(|(column, _)| !is_removed(column)) {
        diff.set(stage, column, to);
    }
    for column in removed.iter().filter(|column| rule(stage, column).is_some()) {
        diff.clear(stage, column);
    }
    if known.waits() {
        diff.wait(known);
    } else if !diff.changes.is_empty() {
        diff.action = Action::Update;
    } else if known.stands_with_errors() {
        diff.wait(known);
    }
    diff
}

impl Diff {
    /// It is followed up, whether anything changes or not; what it waits for goes with it.
    fn wait(&mut self, known: &Confirmed) {
        self.action = Action::Waiting;
        for note in WAITING {
            self.fields.extend(known.fields.get(note).map(|text| (note.to_owned(), text.clone())));
        }
    }

    fn set(&mut self, stage: Stage, column: String, to: String) {
        if NOTES.contains(&column.as_str()) {
            self.fields.insert(column, to);
            return;
        }
        let from = self.fields.get(&column).cloned().unwrap_or_default();
        if from == to {
            return;
        }
        match rule(stage, &column).map(|rule| rule.way) {
            Some(Way::By(_)) => self.change(column, from, to),
            Some(Way::Once(..)) if from.is_empty() => self.change(column, from, to),
            Some(Way::Kept(_)) if from.is_empty() => drop(self.fields.insert(column, to)),
            Some(Way::Once(_, why) | Way::Kept(why) | Way::Never(why)) => self.refuse(&column, &to, why),
            Some(Way::Key | Way::Control) | None => self.refuse(&column, &to, Why::NoCall),
        }
    }

    fn clear(&mut self, stage: Stage, column: &str) {
        let from = self.fields.get(column).cloned().unwrap_or_default();
        if from.is_empty() {
            return;
        }
        match rule(stage, column).and_then(|rule| rule.keeps) {
            Some(why) => self.refuse(column, "", why),
            None => self.change(column.to_owned(), from, String::new()),
        }
    }

    fn change(&mut self, column: String, from: String, to: String) {
        if to.is_empty() {
            self.fields.remove(&column);
        } else {
            self.fields.insert(column.clone(), to.clone());
        }
        self.changes.push(Change { column, from: Some(from), to });
    }

    /// Notes that a value stays as it is, and why.
    fn refuse(&mut self, column: &str, to: &str, why: Why) {
        let from = self.fields.get(column).cloned().unwrap_or_default();
        self.immovable.push(Obstacle { column: column.to_owned(), from, to: to.to_owned(), why, by: String::new() });
    }

    /// Takes a change back that may not be, and says why, and who or what stands in the way.
    pub fn turn_down(&mut self, column: &str, why: Why, by: String) {
        let Some(position) = self.changes.iter().position(|change| change.column == column) else { return };
        let Change { column, from, to } = self.changes.remove(position);
        let from = from.unwrap_or_default();
        self.fields.insert(column.clone(), from.clone());
        self.immovable.push(Obstacle { column, from, to, why, by });
        if self.changes.is_empty() && self.action == Action::Update {
            self.action = Action::Unchanged;
        }
    }

    /// The change of a column, if there is one.
    pub fn changed(&self, column: &str) -> Option<&Change> {
        self.changes.iter().find(|change| change.column == column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect()
    }

    fn shown(stage: Stage, wanted: &[(&str, &str)], removed: &[&str], known: &[(&str, &str)]) -> String {
        let known = Confirmed { fields: fields(known), ids: BTreeMap::new() };
        let diff = diff(stage, fields(wanted), removed, Some(&known));
        let changes = diff.changes.iter().map(|change| format!(" {}={}", change.column, change.to));
        let kept = diff.immovable.iter().map(|obstacle| format!(" !{}:{:?}", obstacle.column, obstacle.why));
        diff.action.word().to_owned() + &changes.chain(kept).collect::<String>()
    }

    #[test]
    fn values_are_compared_one_by_one() {
        use Stage::{Customers, Locations, Numbers, Roles, Users};
        let ana = [("package", "webex_calling"), ("location", "Lisboa"), ("extension", "1001"), ("first_name", "Ana")];
        let mia = [("package", "webex_meetings")];
        let role = [("role", "user_admin")];
        let acme = [("packages", "a;b"), ("name", "Acme"), ("address_line2", "2nd floor")];
        let site = [("timezone", "Europe/Lisbon"), ("main_number", "+1")];
        #[expect(clippy::type_complexity, reason = "a table of cases")]
        let cases: &[(Stage, &[(&str, &str)], &[&str], &[(&str, &str)], &str)] = &[
            (Users, &[("package", "webex_calling")], &[], &ana, "unchanged"),
            (Users, &[], &[], &ana, "unchanged"),
            (Users, &[("package", "webex_suite")], &[], &ana, "update package=webex_suite"),
            (Users, &[("first_name", "Anna"), ("extension", "9")], &[], &ana, "update extension=9 first_name=Anna"),
            (Users, &[("location", "Porto")], &[], &ana, "unchanged !location:CallingLocation"),
            (Users, &[("location", "Porto")], &[], &mia, "update location=Porto"),
            (Users, &[("phone_number", "+1")], &[], &ana, "update phone_number=+1"),
            (Users, &[], &["extension"], &ana, "update extension="),
            (Users, &[], &["phone_number"], &ana, "unchanged"),
            (Users, &[], &["location"], &ana, "unchanged !location:CallingLocation"),
            (Users, &[("customer_external_id", "b")], &[], &ana, "unchanged !customer_external_id:OtherCustomer"),
            (Roles, &[("role", "full_admin")], &[], &role, "update role=full_admin"),
            (Roles, &[], &["role"], &role, "update role="),
            (Customers, &[("packages", "a")], &[], &acme, "update packages=a"),
            (Customers, &[("name", "Acme B.V.")], &[], &acme, "unchanged !name:NoCall"),
            (Customers, &[("org_id", "x")], &[], &acme, "unchanged !org_id:Attached"),
            (Customers, &[("location_name", "HQ")], &[], &acme, "unchanged"),
            (Customers, &[], &["address_line2"], &acme, "update address_line2="),
            (Customers, &[], &["address_line2", "nonsense"], &site, "unchanged"),
            (Locations, &[("timezone", "UTC")], &[], &site, "update timezone=UTC"),
            (Locations, &[("timezone", "UTC")], &["timezone"], &site, "unchanged !timezone:NotEmpty"),
            (Locations, &[("country", "ES")], &[], &[("country", "PT")], "unchanged !country:Country"),
            (Numbers, &[], &["main_number"], &site, "unchanged !main_number:MainNumberStays"),
        ];
        for (stage, wanted, removed, known, told) in cases {
            assert_eq!(shown(*stage, wanted, removed, known), *told, "{wanted:?} {removed:?}");
        }
    }

    #[test]
    fn what_a_row_leaves_blank_stays_known() {
        let known = Confirmed { fields: fields(&[("extension", "1"), ("package", "p")]), ids: BTreeMap::new() };
        let diff = diff(Stage::Users, fields(&[("package", "q")]), &[], Some(&known));
        assert_eq!(diff.fields, fields(&[("extension", "1"), ("package", "q")]));
    }
}
