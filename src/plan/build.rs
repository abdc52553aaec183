//! Batch -> steps.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::diff::{Diff, Immovable, diff};
use super::id::StepId;
use super::known::Known;
use super::step::{Action, Calls, Source, Stage, Step};
use super::work::{
    AddressWork, CustomerWork, LocationWork, NumbersWork, PstnWork, RoleWork, UserWork, Work, expand, numbers_of,
    ranges,
};
use crate::check::{Batch, Sourced};
use crate::model::{Customer, Location, Package, Phone, User};

/// Numbers sent in one request. Cisco publishes no figure for direct numbers.
pub const NUMBERS_PER_REQUEST: usize = 500;

/// Ordered steps, and the values that cannot be changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Their rows take no part in the plan.
    pub immovable: Vec<Immovable>,
}

impl Plan {
    /// `sha256:…` over all steps; moves when inputs, rules or known state move.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for step in &self.steps {
            hash.update(serde_json::to_vec(step).expect("steps are texts, numbers and maps with text keys"));
        }
        let mut digest = "sha256:".to_owned();
        for byte in hash.finalize() {
            write!(digest, "{byte:02x}").expect("a text takes every write");
        }
        digest
    }

    /// Does any step make a call?
    pub fn is_idle(&self) -> bool {
        self.steps.iter().all(|step| step.action == Action::Unchanged)
    }
}

/// Plans a batch against what is known.
pub fn plan(batch: &Batch, known: &Known) -> Plan {
    let mut builder = Builder {
        batch,
        known,
        numbers: HashMap::new(),
        administrators: HashMap::new(),
        headquarters: HashMap::new(),
        plan: Plan::default(),
    };
    builder.gather();
    for customer in batch.customers() {
        builder.customer(customer);
    }
    for location in batch.locations() {
        builder.location(location.row.into(), &location.removed, &location.value, false);
    }
    for user in batch.users() {
        builder.user(user);
    }
    builder.finish()
}

struct Builder<'a> {
    batch: &'a Batch,
    known: &'a Known,
    /// Numbers of users, by customer and location.
    numbers: HashMap<(&'a str, &'a str), BTreeSet<Phone>>,
    /// The step of each customer's administrator.
    administrators: HashMap<&'a str, StepId>,
    /// The step of each customer's headquarters.
    headquarters: HashMap<&'a str, StepId>,
    plan: Plan,
}

/// A step before it is compared with what is known.
struct Draft<'a> {
    id: StepId,
    stage: Stage,
    source: Source,
    needs: Vec<StepId>,
    fields: BTreeMap<String, String>,
    removed: &'a [&'static str],
    work: Work,
}

impl<'a> Builder<'a> {
    fn gather(&mut self) {
        for sourced in self.batch.users() {
            if self.is_immovable(sourced) {
                continue;
            }
            let user = &sourced.value;
            if let (Some(location), Some(number)) = (&user.location, user.phone_number) {
                self.numbers.entry((&user.customer, location)).or_default().insert(number);
            }
        }
        let emails: BTreeSet<&str> = self.batch.users().iter().map(|user| user.value.email.as_str()).collect();
        for customer in self.batch.customers() {
            let email = customer.value.admin_email.as_str();
            if emails.contains(email) {
                self.administrators.insert(&customer.value.external_id, StepId::user(email));
            }
        }
    }

    /// Does the row want something that cannot be changed? Then its number goes nowhere either.
    fn is_immovable(&self, sourced: &Sourced<User>) -> bool {
        let known = self.known.get(&StepId::user(sourced.value.email.as_str()));
        let removed = of_stage(&sourced.removed, Stage::Users);
        known.is_some() && !diff(Stage::Users, &user_fields(&sourced.value), removed, known).immovable.is_empty()
    }

    fn push(&mut self, draft: Draft<'_>) {
        let Diff { action, changes, immovable } =
            diff(draft.stage, &draft.fields, draft.removed, self.known.get(&draft.id));
        let source = draft.source;
        self.plan.immovable.extend(immovable.into_iter().map(|(column, from, to)| Immovable {
            source,
            column,
            from,
            to,
        }));
        let calls = calls(action, &draft.work);
        self.plan.steps.push(Step {
            id: draft.id,
            stage: draft.stage,
            action,
            needs: draft.needs,
            source,
            fields: draft.fields,
            changes,
            calls,
            work: draft.work,
        });
    }

    fn customer(&mut self, sourced: &'a Sourced<Customer>) {
        let customer = &sourced.value;
        let id = StepId::customer(&customer.external_id);
        self.push(Draft {
            id,
            stage: Stage::Customers,
            source: sourced.row.into(),
            needs: Vec::new(),
            fields: customer_fields(customer),
            removed: of_stage(&sourced.removed, Stage::Customers),
            work: Work::Customer(Box::new(CustomerWork::new(customer))),
        });
        if let Some(headquarters) = &customer.headquarters {
            let id = StepId::location(&customer.external_id, &headquarters.name);
            self.headquarters.insert(&customer.external_id, id);
            self.location(sourced.row.into(), &[], headquarters, true);
        }
    }

    fn location(&mut self, source: Source, removed: &[&'static str], location: &'a Location, headquarters: bool) {
        let mut needs = vec![StepId::customer(&location.customer)];
        // No branch is made before the headquarters is known, so that one is never taken for the other.
        if !headquarters {
            needs.extend(self.headquarters.get(location.customer.as_str()).cloned());
        }
        let calling = headquarters || self.sells_calling(&location.customer);
        self.push(Draft {
            id: StepId::location(&location.customer, &location.name),
            stage: Stage::Locations,
            source,
            needs,
            fields: location_fields(location),
            removed: of_stage(removed, Stage::Locations),
            work: Work::Location(LocationWork::new(location, headquarters, calling)),
        });
        if calling {
            self.location_numbers(source, removed, location, headquarters);
        }
    }

    fn location_numbers(
        &mut self,
        source: Source,
        removed: &[&'static str],
        location: &'a Location,
        headquarters: bool,
    ) {
        let id = StepId::numbers(&location.customer, &location.name);
        let mut own: BTreeSet<Phone> = numbers_of(&location.numbers).collect();
        own.extend(location.main_number);
        let mut wanted = own.clone();
        let of_users = self.numbers.get(&(location.customer.as_str(), location.name.as_str()));
        wanted.extend(of_users.into_iter().flatten().copied());
        let emergency_location_id = location.emergency_location_id.clone().filter(|_| !headquarters);
        if wanted.is_empty() && location.pstn.is_none() && emergency_location_id.is_none() {
            return;
        }
        let known = self.known.get(&id);
        let standing: BTreeSet<Phone> = known
            .and_then(|known| known.fields.get("numbers"))
            .map(|list| expand(&list.split(';').map(str::to_owned).collect::<Vec<_>>()))
            .into_iter()
            .flatten()
            .filter_map(|number| Phone::from_e164(&number))
            .collect();
        let known_main = known.and_then(|known| known.fields.get("main_number"));
        let known_pstn = known.and_then(|known| known.fields.get("pstn_connection"));
        let known_emergency = known.and_then(|known| known.fields.get("emergency_location_id"));
        let main = location.main_number.map(|number| number.to_string());
        let pstn = location.pstn.as_ref().map(PstnWork::from);
        let add: BTreeSet<Phone> = wanted.difference(&standing).copied().collect();
        let all: BTreeSet<Phone> = wanted.union(&standing).copied().collect();
        let mut fields = BTreeMap::new();
        set(&mut fields, "numbers", &ranges(&all).join(";"));
        set(&mut fields, "number_state", location.number_state.word());
        set(&mut fields, "main_number", main.as_deref().unwrap_or_default());
        set(&mut fields, "pstn_connection", &pstn.as_ref().map(PstnWork::cell).unwrap_or_default());
        set(&mut fields, "emergency_location_id", emergency_location_id.as_deref().unwrap_or_default());
        let work = NumbersWork {
            customer: location.customer.clone(),
            location: location.name.clone(),
            own: ranges(&add.intersection(&own).copied().collect()),
            add: ranges(&add),
            active: location.number_state == crate::model::NumberState::Active,
            main: main.filter(|main| Some(main) != known_main),
            pstn: pstn.filter(|pstn| Some(&pstn.cell()) != known_pstn),
            emergency_location_id: emergency_location_id.filter(|id| Some(id) != known_emergency),
        };
        self.push(Draft {
            id,
            stage: Stage::Numbers,
            source,
            needs: vec![StepId::location(&location.customer, &location.name)],
            fields,
            removed: of_stage(removed, Stage::Numbers),
            work: Work::Numbers(work),
        });
    }

    fn user(&mut self, sourced: &'a Sourced<User>) {
        let user = &sourced.value;
        let id = StepId::user(user.email.as_str());
        let mut needs = vec![StepId::customer(&user.customer)];
        if let Some(location) = &user.location {
            needs.push(StepId::location(&user.customer, location));
            needs.extend(user.phone_number.map(|_| StepId::numbers(&user.customer, location)));
        }
        needs.extend(self.administrators.get(user.customer.as_str()).filter(|first| **first != id).cloned());
        self.push(Draft {
            id: id.clone(),
            stage: Stage::Users,
            source: sourced.row.into(),
            needs,
            fields: user_fields(user),
            removed: of_stage(&sourced.removed, Stage::Users),
            work: Work::User(UserWork::new(user)),
        });
        if let Some(role) = user.role {
            let role_work = RoleWork {
                customer: user.customer.clone(),
                email: user.email.to_string(),
                role: role.scim_value().to_owned(),
            };
            self.push(Draft {
                id: StepId::role(user.email.as_str()),
                stage: Stage::Roles,
                source: sourced.row.into(),
                needs: vec![id],
                fields: BTreeMap::from([("role".to_owned(), role.word().to_owned())]),
                removed: of_stage(&sourced.removed, Stage::Roles),
                work: Work::Role(role_work),
            });
        }
    }

    fn sells_calling(&self, customer: &str) -> bool {
        let in_batch = self.batch.customers().iter().find(|sourced| sourced.value.external_id == customer);
        in_batch.map_or_else(
            || {
                let packages =
                    self.known.get(&StepId::customer(customer)).and_then(|known| known.fields.get("packages"));
                packages.is_some_and(|list| list.split(';').filter_map(Package::parse).any(Package::is_calling))
            },
            |sourced| sourced.value.headquarters.is_some(),
        )
    }

    /// Rows with a value that cannot be changed take no part; needs that are no part of the plan are known already.
    fn finish(mut self) -> Plan {
        let out: BTreeSet<(&str, usize)> =
            self.plan.immovable.iter().map(|i| (i.source.sheet.name(), i.source.index)).collect();
        self.plan.steps.retain(|step| !out.contains(&(step.source.sheet.name(), step.source.index)));
        let ids: std::collections::HashSet<StepId> = self.plan.steps.iter().map(|step| step.id.clone()).collect();
        for step in &mut self.plan.steps {
            step.needs.retain(|need| ids.contains(need));
        }
        self.plan
    }
}

impl From<crate::check::RowRef> for Source {
    fn from(row: crate::check::RowRef) -> Self {
        Self { sheet: row.sheet, index: row.index }
    }
}

/// The removed columns that a stage is about.
fn of_stage<'a>(removed: &'a [&'static str], stage: Stage) -> &'a [&'static str] {
    let is_numbers = |column: &&str| ["numbers", "main_number", "pstn_connection", "number_state"].contains(column);
    match stage {
        // A row feeds several stages; a removed column is judged once, by the stage that would send it.
        Stage::Numbers if removed.iter().any(is_numbers) => removed,
        Stage::Roles if removed.contains(&"role") => removed,
        Stage::Numbers | Stage::Roles => &[],
        _ => removed,
    }
}

fn set(fields: &mut BTreeMap<String, String>, column: &str, value: &str) {
    if !value.is_empty() {
        fields.insert(column.to_owned(), value.to_owned());
    }
}

fn set_address(fields: &mut BTreeMap<String, String>, address: &AddressWork) {
    set(fields, "address_line1", &address.line1);
    set(fields, "address_line2", &address.line2);
    set(fields, "city", &address.city);
    set(fields, "state", &address.state);
    set(fields, "postal_code", &address.postal_code);
    set(fields, "country", &address.country);
}

fn customer_fields(customer: &Customer) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut packages: Vec<_> = customer.packages.iter().map(|package| package.name()).collect();
    packages.sort_unstable();
    let limits: Vec<_> = customer.limits.iter().map(|(package, limit)| format!("{package}={limit}")).collect();
    set(&mut fields, "name", &customer.name);
    set(&mut fields, "admin_email", customer.admin_email.as_str());
    set(&mut fields, "template", &customer.template);
    set(&mut fields, "packages", &packages.join(";"));
    set(&mut fields, "package_limits", &limits.join(";"));
    set(&mut fields, "org_id", customer.org_id.as_deref().unwrap_or_default());
    set_address(&mut fields, &(&customer.address).into());
    fields
}

fn location_fields(location: &Location) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    set(&mut fields, "timezone", &location.timezone);
    set(&mut fields, "language", &location.language);
    set(&mut fields, "announcement_language", &location.announcement_language);
    set_address(&mut fields, &(&location.address).into());
    fields
}

fn user_fields(user: &User) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    set(&mut fields, "customer_external_id", &user.customer);
    set(&mut fields, "first_name", &user.first_name);
    set(&mut fields, "last_name", &user.last_name);
    set(&mut fields, "package", user.package.name());
    set(&mut fields, "location", user.location.as_deref().unwrap_or_default());
    set(&mut fields, "phone_number", &user.phone_number.map(|phone| phone.to_string()).unwrap_or_default());
    set(&mut fields, "extension", &user.extension.map(|extension| extension.to_string()).unwrap_or_default());
    fields
}

/// Requests a step takes when nothing goes wrong (`webex-api.md`, whole flow).
fn calls(action: Action, work: &Work) -> Calls {
    if action == Action::Unchanged {
        return Calls::default();
    }
    match work {
        // Look-up, one poll, opening the organisation; and the creation itself.
        Work::Customer(_) => Calls { read: 3, write: 1 },
        Work::Location(location) if location.headquarters => Calls { read: 1, write: 0 },
        Work::Location(location) => Calls { read: 0, write: if location.calling { 2 } else { 1 } },
        Work::Numbers(numbers) => {
            let adds = expand(&numbers.add).len();
            let batches = adds.div_ceil(NUMBERS_PER_REQUEST) as u64;
            let sets = u64::from(numbers.main.is_some() || numbers.emergency_location_id.is_some());
            let connects = u64::from(numbers.pstn.is_some());
            Calls { read: batches.min(1) * 2 + connects, write: batches + sets + connects }
        }
        Work::User(_) | Work::Role(_) => Calls { read: 0, write: 1 },
    }
}
