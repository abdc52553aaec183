//! The known state: what turnup last had confirmed, by natural key.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::build::{Plan, digest};
use super::id::StepId;
use super::step::{Action, Stage};
use super::work::{Work, without};
use crate::model::{Package, fold, normalise};

/// The numbers of a location that wait for porting day, where not all of them are live.
pub const STAGED_NUMBERS: &str = "staged_numbers";
/// What the sheet's `number_state` said last, where it is not how the numbers are.
pub const NUMBER_STATE_ASKED: &str = "number_state_asked";
/// The address that was registered for emergencies; the column says only that it is.
pub const EMERGENCY_ADDRESS: &str = "emergency_address";
/// Which number is called back after an emergency call.
pub const EMERGENCY_CALLBACK: &str = "emergency_callback";
/// Among the ids of a location: that it was made by turnup.
pub const MADE_BY: &str = "made_by";
/// Among the ids of a headquarters: its name in Webex, where that is another one than its row's.
pub const NAMED: &str = "named";
/// Among what is known of a location whose calling is known to be switched off: `off`. Where it says nothing, a location
/// of a customer with calling has it.
pub const CALLING: &str = "calling";
/// The value of [`CALLING`].
pub const OFF: &str = "off";
/// What is known beside the columns; nothing is compared with it.
pub const NOTES: [&str; 6] = [STAGED_NUMBERS, NUMBER_STATE_ASKED, CALLING, WAITS_FOR, WAITS_SINCE, WAITS_WITH];
/// What an object waits for that turnup has made and that somebody else has to let go.
pub const WAITS_FOR: &str = "waits_for";
/// Since when; RFC 3339 with offset.
pub const WAITS_SINCE: &str = "waits_since";
/// The columns of an object that stood already, whose change it waits with; `;` between them.
pub const WAITS_WITH: &str = "waits_with";
/// What a customer waits for that stands, though Webex could not provision all of its packages. It is looked at in every
/// run until it is sound; what does not need those packages goes on.
pub const STANDS_WITH_ERRORS: &str = "provisioned_with_errors";
/// Among the ids of such a customer: the packages; `;` between them.
pub const BROKEN_PACKAGES: &str = "broken_packages";
/// All that is noted of waiting.
pub(super) const WAITING: [&str; 3] = [WAITS_FOR, WAITS_SINCE, WAITS_WITH];

/// What was confirmed of one object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Confirmed {
    /// Values by column, normalised.
    pub fields: BTreeMap<String, String>,
    /// What the provider calls it: `customer_id`, `org_id`, `location_id`, `subscriber_id`, `person_id`.
    pub ids: BTreeMap<String, String>,
}

/// Everything that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    standing: HashMap<StepId, Confirmed>,
    /// Made by turnup, and not released yet: nothing can be done with them.
    waiting: HashMap<StepId, Confirmed>,
    /// What was deleted, with what it left behind.
    gone: HashMap<StepId, Remains>,
}

/// What stays in Webex of something that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Remains {
    /// The organisation of a customer.
    organisation: Option<String>,
    /// The number of a user, and the customer in whose organisation the person stays.
    number: Option<Legacy>,
}

/// A number that a deleted user may still hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legacy {
    pub customer: String,
    pub number: String,
}

impl Remains {
    fn of(id: &StepId, confirmed: &mut Confirmed) -> Self {
        let mut field = |column: &str| confirmed.fields.remove(column);
        match id.stage() {
            Some(Stage::Customers) => Self { organisation: confirmed.ids.remove("org_id"), number: None },
            Some(Stage::Users) => {
                let both = field("customer_external_id").zip(field("phone_number"));
                Self { organisation: None, number: both.map(|(customer, number)| Legacy { customer, number }) }
            }
            _ => Self::default(),
        }
    }

    fn or(self, earlier: Self) -> Self {
        Self { organisation: self.organisation.or(earlier.organisation), number: self.number.or(earlier.number) }
    }
}

impl Known {
    /// What is known of an object.
    pub fn get(&self, id: &StepId) -> Option<&Confirmed> {
        self.standing.get(id)
    }

    /// Every object, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&StepId, &Confirmed)> {
        self.standing.iter()
    }

    /// What turnup has made of an object that waits for somebody else.
    pub fn waiting(&self, id: &StepId) -> Option<&Confirmed> {
        self.waiting.get(id)
    }

    /// What is known of an object that stands or waits.
    pub fn made(&self, id: &StepId) -> Option<&Confirmed> {
        self.get(id).or_else(|| self.waiting(id))
    }

    /// How many objects stand.
    pub fn len(&self) -> usize {
        self.standing.len()
    }

    /// Does nothing stand?
    pub fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    /// Was nothing ever made or found, not even what is gone again?
    pub fn is_new(&self) -> bool {
        self.standing.is_empty() && self.waiting.is_empty() && self.gone.is_empty()
    }

    /// `sha256:…` over every object; moves when anything that is known moves.
    pub fn digest(&self) -> String {
        let mut all: Vec<(&StepId, &Confirmed)> = self.standing.iter().chain(&self.waiting).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        digest(all.into_iter())
    }

    /// Was the object deleted, and not made again since?
    pub fn is_gone(&self, id: &StepId) -> bool {
        self.gone.contains_key(id) && self.made(id).is_none()
    }

    /// The organisation that a customer left which was deleted and not made again: it stays in Webex, and the e-mails of
    /// its users belong to it.
    pub fn organisation_left(&self, external_id: &str) -> Option<&str> {
        let id = StepId::customer(external_id);
        self.organisation_before(external_id).filter(|_| self.made(&id).is_none())
    }

    /// The users who were deleted and not made again, with the number that each had: where the number stays is not said
    /// (`webex-api.md` 3.1).
    pub fn legacies(&self) -> impl Iterator<Item = (&StepId, &Legacy)> {
        let left = self.gone.iter().filter_map(|(id, remains)| Some((id, remains.number.as_ref()?)));
        left.filter(|(id, _)| self.made(id).is_none())
    }

    /// The same of a customer that may have been made again since, in another organisation.
    pub fn organisation_before(&self, external_id: &str) -> Option<&str> {
        let id = StepId::customer(external_id);
        let left = self.gone.get(&id)?.organisation.as_deref()?;
        let now = self.made(&id).and_then(|made| made.ids.get("org_id"));
        Some(left).filter(|left| now.is_none_or(|now| now != left))
    }

    /// The organisation that the e-mails of a customer's users belong to once it goes: its own where it has users, else one
    /// that it left before.
    pub fn organisation_of_users(&self, external_id: &str) -> Option<&str> {
        let own = self.made(&StepId::customer(external_id)).and_then(|made| made.ids.get("org_id"));
        let is_user =
            |id: &StepId, known: &Confirmed| id.stage() == Some(Stage::Users) && known.customer() == Some(external_id);
        let has_users = || self.standing.iter().chain(&self.waiting).any(|(id, known)| is_user(id, known));
        match self.organisation_before(external_id) {
            Some(before) if !has_users() => Some(before),
            _ => own.map(String::as_str),
        }
    }

    /// Every customer that left an organisation, with that organisation.
    pub fn organisations_before(&self) -> HashMap<String, String> {
        let customers = self.gone.keys().filter(|id| id.stage() == Some(Stage::Customers));
        let left = customers.filter_map(|id| {
            let customer = id.parts().concat();
            let organisation = self.organisation_before(&customer)?.to_owned();
            Some((customer, organisation))
        });
        left.collect()
    }

    /// The same with objects that were deleted, each with the run that deleted it, in the order of these runs.
    #[must_use]
    pub fn with_gone(mut self, gone: impl IntoIterator<Item = (String, StepId, Confirmed)>) -> Self {
        let mut gone: Vec<(String, StepId, Confirmed)> = gone.into_iter().collect();
        let is_customer = |id: &StepId| id.stage() == Some(Stage::Customers);
        // Customers go after their users.
        gone.sort_by(|(one, id, _), (other, of, _)| (one, is_customer(id)).cmp(&(other, is_customer(of))));
        let mut peopled: HashSet<String> = HashSet::new();
        for (_, id, mut confirmed) in gone {
            if id.stage() == Some(Stage::Users) {
                peopled.extend(confirmed.customer().map(str::to_owned));
            }
            let has_users = is_customer(&id) && peopled.remove(&id.parts().concat());
            let mut remains = Remains::of(&id, &mut confirmed);
            let known = self.gone.entry(id).or_default();
            // An organisation without users owns no e-mails, so one that had some counts.
            remains.organisation = remains.organisation.filter(|_| has_users || known.organisation.is_none());
            // Deleted once more without being known, it has left what it left the first time.
            *known = remains.or(std::mem::take(known));
        }
        self
    }
}

impl FromIterator<(StepId, Confirmed)> for Known {
    fn from_iter<I: IntoIterator<Item = (StepId, Confirmed)>>(entries: I) -> Self {
        let (waiting, standing) = entries.into_iter().partition(|(_, confirmed)| confirmed.waits());
        Self { standing, waiting, gone: HashMap::new() }
    }
}

impl Confirmed {
    /// The customer of a user.
    pub fn customer(&self) -> Option<&str> {
        self.fields.get("customer_external_id").map(String::as_str)
    }

    /// Does the object wait for somebody else, so that nothing can be done with it?
    pub fn waits(&self) -> bool {
        self.fields.contains_key(WAITS_FOR) && !self.stands_with_errors()
    }

    /// Is one of the packages of a customer with calling?
    pub fn sells_calling(&self) -> bool {
        self.fields.get("packages").is_some_and(|packages| sells_calling(packages))
    }

    /// Is it a location whose calling is known to be switched off?
    pub fn is_without_calling(&self) -> bool {
        self.fields.get(CALLING).is_some_and(|state| state == OFF)
    }

    /// Is it a customer that stands with errors?
    pub fn stands_with_errors(&self) -> bool {
        self.fields.get(WAITS_FOR).is_some_and(|what| what == STANDS_WITH_ERRORS)
    }

    /// The same of a customer that stands with errors; nothing when it has no broken packages.
    #[must_use]
    pub fn with_errors(mut self, since: impl FnOnce() -> String) -> Self {
        self.ids.retain(|key, value| key != BROKEN_PACKAGES || !value.is_empty());
        if self.ids.contains_key(BROKEN_PACKAGES) {
            self.waiting(STANDS_WITH_ERRORS, since()).changed(&[])
        } else {
            self
        }
    }

    /// The same of an object that waits.
    #[must_use]
    pub fn waiting(mut self, what: &str, since: String) -> Self {
        self.fields.insert(WAITS_FOR.to_owned(), what.to_owned());
        self.fields.insert(WAITS_SINCE.to_owned(), since);
        self
    }

    /// The same of an object that stood before the change it waits with.
    #[must_use]
    pub fn changed(mut self, columns: &[&str]) -> Self {
        self.fields.insert(WAITS_WITH.to_owned(), columns.join(";"));
        self
    }

    /// The same of an object that nobody holds back any more.
    #[must_use]
    pub fn released(mut self) -> Self {
        self.fields.retain(|column, _| !WAITING.contains(&column.as_str()));
        self
    }

    /// The same of an object whose change came to nothing: how it stands in those columns is not known any more.
    #[must_use]
    pub fn without(mut self, columns: &[&str]) -> Self {
        self.fields.retain(|column, _| !columns.contains(&column.as_str()));
        self
    }

    /// The same with no number staged, whatever the sheet says.
    #[must_use]
    pub fn all_live(mut self) -> Self {
        self.fields.remove(STAGED_NUMBERS);
        match self.fields.get_mut("number_state") {
            Some(state) if state == "inactive" => {
                let asked = std::mem::replace(state, "active".to_owned());
                self.fields.entry(NUMBER_STATE_ASKED.to_owned()).or_insert(asked);
            }
            _ => {}
        }
        self
    }

    /// The same with one column as it was before a change that did not take.
    #[must_use]
    pub fn as_before(mut self, column: &str, before: Option<&str>) -> Self {
        match before.filter(|before| !before.is_empty()) {
            Some(before) => self.fields.insert(column.to_owned(), before.to_owned()),
            None => self.fields.remove(column),
        };
        self
    }

    /// Takes a main number that was refused out again: what stood before it stands on.
    #[must_use]
    pub fn with_main_number(self, is_refused: impl Fn(&str) -> bool, before: Option<&str>) -> Self {
        let column = "main_number";
        let is_out = self.fields.get(column).is_some_and(|number| is_refused(number));
        if is_out { self.as_before(column, before) } else { self }
    }

    /// Takes numbers that were not added, and numbers that did not go live, into account.
    #[must_use]
    pub fn with_numbers(mut self, is_refused: impl Fn(&str) -> bool, still_staged: &[String]) -> Self {
        for column in ["numbers", STAGED_NUMBERS] {
            if let Some(list) = self.fields.get_mut(column) {
                *list = without(list, &is_refused);
            }
        }
        let still: Vec<String> = still_staged.iter().filter(|number| !is_refused(number)).cloned().collect();
        if !still.is_empty() {
            let known = self.fields.remove(STAGED_NUMBERS).unwrap_or_default();
            let all: Vec<String> =
                known.split(';').filter(|item| !item.is_empty()).map(str::to_owned).chain(still).collect();
            self.fields.insert(STAGED_NUMBERS.to_owned(), without(&all.join(";"), |_| false));
            if let Some(state) = self.fields.insert("number_state".to_owned(), "inactive".to_owned()) {
                self.fields.entry(NUMBER_STATE_ASKED.to_owned()).or_insert(state);
            }
        }
        self.fields.retain(|column, list| column != STAGED_NUMBERS || !list.is_empty());
        self
    }
}

/// Is one of these packages, with `;` between them, one with calling?
pub fn sells_calling(packages: &str) -> bool {
    packages.split(';').filter_map(Package::parse).any(Package::is_calling)
}

/// How many known customers, locations and users no step of a plan is about, and whose customer does not go either. Nothing
/// happens to them.
pub fn left_alone(plan: &Plan, known: &Known) -> usize {
    let planned: HashSet<&StepId> = plan.steps.iter().map(|step| &step.id).collect();
    let customers = plan.steps.iter().filter(|step| step.stage == Stage::Customers && step.action == Action::Delete);
    let going: HashSet<&str> = customers.map(|step| step.work.customer()).collect();
    let is_alone = |(id, confirmed): &(&StepId, &Confirmed)| {
        let goes = match id.stage() {
            Some(Stage::Customers) => false,
            Some(Stage::Locations) => id.parts().first().is_some_and(|customer| going.contains(customer.as_str())),
            Some(Stage::Users) => confirmed.customer().is_some_and(|customer| going.contains(customer)),
            _ => return false,
        };
        !goes && !planned.contains(id)
    };
    known.iter().filter(is_alone).count()
}

/// The customers that a plan makes without naming an organisation, although they were deleted and left one.
pub fn left_organisations(plan: &Plan, known: &Known) -> Vec<(String, String)> {
    let left = plan.steps.iter().filter(|step| step.action == Action::Create).filter_map(|step| match &step.work {
        Work::Customer(work) if work.org_id.is_none() => {
            Some((work.external_id.clone(), known.organisation_left(&work.external_id)?.to_owned()))
        }
        _ => None,
    });
    left.collect()
}

/// Are two values of a column one and the same? Names and addresses are compared as people read them; where case, blanks
/// or punctuation say nothing, they do not count.
pub fn is_same_value(column: &str, known: &str, found: &str) -> bool {
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let same = |plain: &dyn Fn(&str) -> String| plain(known) == plain(found);
    match column {
        "name" | "first_name" | "last_name" => same(&|text| normalise(&spaced(text))),
        "language" | "announcement_language" => same(&|code| fold(code).replace('-', "_")),
        "postal_code" => same(&|code| fold(code).chars().filter(|c| c.is_alphanumeric()).collect()),
        _ => same(&|text| fold(&spaced(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_people_read_them() {
        for (column, one, other, same) in [
            ("name", "Padaria  Aurora", "Padaria Aurora ", true),
            ("name", "padaria aurora", "Padaria Aurora", false),
            ("address_line2", "3.º  esq.", "3.º Esq.", true),
            ("address_line2", "3.º esq.", "4.º esq.", false),
            ("postal_code", "1100 053", "1100-053", true),
            ("postal_code", "1100-053", "1100-054", false),
            ("language", "pt_pt", "pt-PT", true),
            ("announcement_language", "pt_pt", "pt_br", false),
            ("timezone", "Europe/Lisbon", "europe/lisbon", true),
        ] {
            assert_eq!(is_same_value(column, one, other), same, "{column}: {one} {other}");
        }
    }
}
