//! What stands otherwise in Webex than turnup last had it confirmed, and than the sheets say. Only what Webex tells is
//! compared, and only columns that were confirmed: what was never set by turnup is nobody's change, but for what a person was
//! given beside it (role, number, extension).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::look::Look;
use super::picture::Picture;
use crate::model::SheetKind;
use crate::plan::{Confirmed, Known, Stage, StepId};

/// What kind of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A value is another one than was confirmed.
    Changed,
    /// It was confirmed, and is there no more.
    Gone,
    /// A customer was untied and attached again, so it has another id.
    Attached,
    /// Calling of a location is switched off.
    CallingOff,
    /// It stands in Webex, and no sheet names it.
    NotInSheets,
    /// A sheet wants it, and it was never there.
    NotInWebex,
    /// A sheet wants something else of it, and no run had that confirmed.
    NotDone,
    /// A sheet wants it deleted, and no run has.
    NotDeleted,
}

impl Kind {
    /// The word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Attached => "attached_again",
            Self::CallingOff => "calling_off",
            Self::NotInSheets => "not_in_sheets",
            Self::NotInWebex => "not_in_webex",
            Self::NotDone => "not_done",
            Self::NotDeleted => "not_deleted",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The customer it belongs to.
    pub customer: String,
    pub sheet: SheetKind,
    /// The natural key: an external id, `external id/location`, or an e-mail.
    pub key: String,
    pub kind: Kind,
    /// The canonical column; none when it is about the object as a whole.
    pub column: Option<&'static str>,
    pub known: Option<String>,
    pub found: Option<String>,
    /// Of what is known, the objects that it speaks of; none where nothing was confirmed.
    pub steps: Vec<StepId>,
}

/// What the sheets name. Of each object: is it wanted, or only not to be touched or to go?
#[derive(Debug, Default)]
pub struct Wanted {
    /// By external id; with the name of the headquarters.
    pub customers: BTreeMap<String, (bool, String)>,
    /// Branches, by customer and name.
    pub locations: BTreeMap<(String, String), bool>,
    /// By e-mail; with the customer.
    pub users: BTreeMap<String, (bool, String)>,
}

/// Everything that is known of one customer.
#[derive(Default)]
pub(super) struct Remembered<'a> {
    pub customer: Option<&'a Confirmed>,
    pub locations: BTreeMap<String, &'a Confirmed>,
    pub numbers: BTreeMap<String, &'a Confirmed>,
    pub users: BTreeMap<String, &'a Confirmed>,
}

fn remembered(known: &Known) -> HashMap<String, Remembered<'_>> {
    let mut all: HashMap<String, Remembered<'_>> = HashMap::new();
    for (id, confirmed) in known.iter() {
        let parts = id.parts();
        match (id.stage(), parts.as_slice()) {
            (Some(Stage::Customers), [customer]) => all.entry(customer.clone()).or_default().customer = Some(confirmed),
            (Some(Stage::Locations), [customer, name]) => {
                all.entry(customer.clone()).or_default().locations.insert(name.clone(), confirmed);
            }
            (Some(Stage::Numbers), [customer, name]) => {
                all.entry(customer.clone()).or_default().numbers.insert(name.clone(), confirmed);
            }
            (Some(Stage::Users), [email]) => {
                let customer = confirmed.fields.get("customer_external_id").cloned().unwrap_or_default();
                all.entry(customer).or_default().users.insert(email.clone(), confirmed);
            }
            _ => {}
        }
    }
    all
}

/// How many users and locations each customer is known to have: what reading it will take.
pub fn sizes(known: &Known) -> HashMap<String, (usize, usize)> {
    let sizes = remembered(known).into_iter().map(|(id, of)| (id, (of.users.len(), of.locations.len())));
    sizes.collect()
}

/// Every difference, sorted. `standing` are all customers that stand in Webex; `pictures` those that were looked at.
pub fn compare(known: &Known, wanted: &Wanted, standing: &BTreeSet<String>, pictures: &[Picture]) -> Vec<Difference> {
    let all = remembered(known);
    let mut found = Vec::new();
    for id in standing.iter().filter(|id| !wanted.customers.contains_key(*id)) {
        found.push(whole(id, SheetKind::Customers, id, Kind::NotInSheets));
    }
    let wants = |id: &str| wanted.customers.get(id).is_some_and(|(is_wanted, _)| *is_wanted);
    for (id, _) in all.iter().filter(|(id, of)| of.customer.is_some() && !standing.contains(*id)) {
        let steps = vec![StepId::customer(id)];
        found.push(Difference { steps, ..whole(id, SheetKind::Customers, id, Kind::Gone) });
    }
    let is_known = |id: &str| all.get(id).is_some_and(|of| of.customer.is_some());
    for id in wanted.customers.keys().filter(|id| wants(id) && !is_known(id) && !standing.contains(*id)) {
        found.push(whole(id, SheetKind::Customers, id, Kind::NotInWebex));
    }
    let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
    for (email, (_, customer)) in wanted.users.iter().filter(|(_, (is_wanted, _))| *is_wanted) {
        users.entry(customer).or_default().push(email);
    }
    let nothing = Remembered::default();
    for picture in pictures {
        let id = picture.external_id.as_str();
        let of = all.get(id).unwrap_or(&nothing);
        let wanted_users = users.get(id).map(Vec::as_slice).unwrap_or_default();
        let mut look = Look { picture, of, known, wanted, wanted_users, found: &mut found };
        if look.customer() {
            look.sites();
            look.people();
        }
    }
    found.sort_unstable();
    // What one row says of two objects, such as the address of a customer and of its headquarters, is told once.
    found.dedup_by(|other, one| {
        let is_same =
            Difference { steps: Vec::new(), ..other.clone() } == Difference { steps: Vec::new(), ..one.clone() };
        if is_same {
            one.steps.append(&mut other.steps);
        }
        is_same
    });
    found
}

pub(super) fn whole(customer: &str, sheet: SheetKind, key: &str, kind: Kind) -> Difference {
    Difference {
        customer: customer.to_owned(),
        sheet,
        key: key.to_owned(),
        kind,
        column: None,
        known: None,
        found: None,
        steps: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::answers::PstnConnection;
    use crate::api::emergency::Callback;
    use crate::export::picture::{Fields, Person, Site};
    use crate::plan::StepId;

    fn fields(pairs: &[(&'static str, &str)]) -> Fields {
        pairs.iter().map(|(column, value)| (*column, (*value).to_owned())).collect()
    }

    fn confirmed(values: &[(&str, &str)], ids: &[(&str, &str)]) -> Confirmed {
        let texts = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Confirmed { fields: texts(values), ids: texts(ids) }
    }

    fn site(id: &str, name: &str, zone: &str, numbers: &[(&str, bool)]) -> Site {
        Site {
            id: id.to_owned(),
            name: name.to_owned(),
            fields: fields(&[("timezone", zone), ("language", "pt_pt")]),
            has_calling: true,
            numbers: numbers.iter().map(|(number, is_live)| ((*number).to_owned(), *is_live)).collect(),
            main_number: Some("+351211234500".to_owned()),
            connection: Some(PstnConnection {
                id: "c".to_owned(),
                display_name: "Acme".to_owned(),
                pstn_connection_type: Some("NON_INTEGRATED_CCP".to_owned()),
                route_type: None,
                route_id: None,
            }),
            callback: Some(Callback { selected: "LOCATION_MEMBER_NUMBER".to_owned() }),
        }
    }

    fn person(email: &str, id: &str, values: &[(&'static str, &str)]) -> Person {
        let (subscriber_id, person_id) = (format!("s-{id}"), Some(format!("p-{id}")));
        Person { email: email.to_owned(), subscriber_id, person_id, fields: fields(values), other_roles: Vec::new() }
    }

    fn known() -> Known {
        let numbers = [
            ("numbers", "+351211234500-+351211234502"),
            ("number_state", "active"),
            ("main_number", "+351211234500"),
            ("pstn_connection", "c"),
            ("emergency_callback", "main_number"),
        ];
        let user = |id: &str, last: &str| {
            let values = [("customer_external_id", "a"), ("last_name", last), ("package", "webex_calling")];
            confirmed(&values, &[("subscriber_id", &format!("s-{id}"))])
        };
        let all = [
            (StepId::customer("a"), confirmed(&[("name", "Aurora"), ("packages", "webex_calling")], &[])),
            (StepId::customer("b"), confirmed(&[("name", "Boreal")], &[])),
            (StepId::location("a", "Sede"), confirmed(&[("timezone", "Europe/Lisbon"), ("language", "pt_PT")], &[])),
            (StepId::location("a", "Porto"), confirmed(&[("timezone", "Europe/Lisbon")], &[("location_id", "l2")])),
            (StepId::numbers("a", "Sede"), confirmed(&numbers, &[])),
            (StepId::user("ana@a.example"), user("ana", "Silva")),
            (StepId::role("ana@a.example"), confirmed(&[("role", "full_admin")], &[])),
            (StepId::user("rui@a.example"), user("rui", "Pinto")),
            (StepId::user("gone@a.example"), user("gone", "Melo")),
        ];
        all.into_iter().collect()
    }

    fn wanted() -> Wanted {
        let mut wanted = Wanted::default();
        wanted.customers.insert("a".to_owned(), (true, "Sede".to_owned()));
        wanted.customers.insert("b".to_owned(), (true, "Headquarters".to_owned()));
        wanted.customers.insert("new".to_owned(), (true, "Headquarters".to_owned()));
        for (name, is_wanted) in [("Porto", true), ("Faro", true), ("Braga", false)] {
            wanted.locations.insert(("a".to_owned(), name.to_owned()), is_wanted);
        }
        for (email, is_wanted) in [("ana", true), ("rui", true), ("gone", true), ("eva", true), ("leaves", false)] {
            wanted.users.insert(format!("{email}@a.example"), (is_wanted, "a".to_owned()));
        }
        wanted
    }

    fn picture() -> Picture {
        let numbers = [("+351211234500", true), ("+351211234501", false), ("+351211234509", true)];
        Picture {
            external_id: "a".to_owned(),
            id: "c-a".to_owned(),
            org_id: "o-a".to_owned(),
            fields: fields(&[("name", "Aurora Lda"), ("packages", "webex_calling")]),
            sites: vec![
                site("l1", "Sede", "Europe/Lisbon", &numbers),
                site("l2", "Porto Norte", "Europe/Lisbon", &[]),
                site("l3", "Évora", "Europe/Lisbon", &[]),
            ],
            people: vec![
                person(
                    "ana@a.example",
                    "ana",
                    &[("last_name", "Silva"), ("package", "webex_suite"), ("role", "user_admin")],
                ),
                person("hand@a.example", "hand", &[("package", "webex_calling")]),
                person("rui.pinto@a.example", "rui", &[("last_name", "Pinto"), ("package", "webex_calling")]),
            ],
            without_package: Vec::new(),
        }
    }

    #[test]
    fn every_kind_of_difference_is_told_once() {
        let standing = BTreeSet::from(["a".to_owned(), "by-hand".to_owned()]);
        let found = compare(&known(), &wanted(), &standing, &[picture()]);
        let told: Vec<String> = found
            .iter()
            .map(|one| {
                let text = |value: &Option<String>| value.clone().unwrap_or_default();
                let column = one.column.unwrap_or_default();
                let line = [one.sheet.name(), &one.key, one.kind.word(), column, &text(&one.known), &text(&one.found)];
                line.join(" ").trim_end().to_owned()
            })
            .collect();
        let expected = [
            "customers a changed emergency_callback main_number somebody else's number",
            "customers a changed name Aurora Aurora Lda",
            "customers a changed number_state active inactive: +351211234501",
            "customers a gone numbers +351211234502",
            "customers a not_in_sheets numbers  +351211234509",
            "locations a/Faro not_in_webex",
            "locations a/Porto changed name Porto Porto Norte",
            "locations a/Évora not_in_sheets",
            "users ana@a.example changed package webex_calling webex_suite",
            "users ana@a.example changed role full_admin user_admin",
            "users eva@a.example not_in_webex",
            "users gone@a.example gone",
            "users hand@a.example not_in_sheets",
            "users rui@a.example changed email rui@a.example rui.pinto@a.example",
            "customers b gone",
            "customers by-hand not_in_sheets",
            "customers new not_in_webex",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_customer_that_no_sheet_names_is_told_alone() {
        let standing = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        let found = compare(&known(), &Wanted::default(), &standing, &[picture()]);
        let strangers: Vec<&str> = found
            .iter()
            .filter(|one| one.kind == Kind::NotInSheets && one.column.is_none())
            .map(|one| one.key.as_str())
            .collect();
        assert_eq!(strangers, ["a", "b"]);
    }
}
