//! The step of a location's numbers: what is added, what goes live, and what stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::set;
use super::{Builder, Draft};
use crate::model::{Location, NumberState, Phone};
use crate::plan::diff::{Immovable, Why};
use crate::plan::id::StepId;
use crate::plan::known::{Confirmed, EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, NUMBER_STATE_ASKED, STAGED_NUMBERS};
use crate::plan::step::{Source, Stage};
use crate::plan::work::{NumbersWork, PstnWork, Work, expand, numbers_of, ranges};

impl<'a> Builder<'a> {
    pub(super) fn location_numbers(
        &mut self,
        source: Source,
        [removed, blank]: [&[&'static str]; 2],
        location: &'a Location,
        headquarters: bool,
    ) {
        let id = StepId::numbers(&location.customer, &location.name);
        let mut own: BTreeSet<Phone> = numbers_of(&location.numbers).collect();
        own.extend(location.main_number);
        let mut wanted = own.clone();
        let of_users = self.numbers.get(&(location.customer.as_str(), location.name.as_str()));
        wanted.extend(of_users.into_iter().flatten().copied());
        let known = self.known.get(&id);
        let standing = Standing::new(known);
        let emergency_location_id = location.emergency_location_id.clone();
        let help = self.help(source, [removed, blank], location);
        let is_idle = wanted.is_empty() && standing.staged.is_empty() && help.is_none();
        if known.is_none() && is_idle && location.pstn.is_none() && emergency_location_id.is_none() {
            return;
        }
        let after = standing.with(&wanted, location.number_state);
        if !after.deactivate.is_empty() && self.is_in_use(location, &after.deactivate) {
            let (from, to) = ("active".to_owned(), "inactive".to_owned());
            let (why, by) = (Why::NumberInUse, String::new());
            self.plan.immovable.push(Immovable { source, column: "number_state".to_owned(), from, to, why, by });
        }
        let main = location.main_number.map(|number| number.to_string());
        let pstn = location.pstn.as_ref().map(PstnWork::from);
        let mut fields = after.fields();
        set(&mut fields, "main_number", main.as_deref().unwrap_or_default());
        set(&mut fields, "pstn_connection", &pstn.as_ref().map(PstnWork::cell).unwrap_or_default());
        set(&mut fields, "emergency_location_id", emergency_location_id.as_deref().unwrap_or_default());
        help.set(&mut fields);
        let of = |column: &str| known.and_then(|known| known.fields.get(column));
        // A blank cell leaves a value alone, so it is still known.
        for column in ["main_number", "pstn_connection", "emergency_location_id", EMERGENCY_ADDRESS, EMERGENCY_CALLBACK]
        {
            let standing = of(column).filter(|_| !fields.contains_key(column)).cloned();
            set(&mut fields, column, &standing.unwrap_or_default());
        }
        let work = NumbersWork {
            customer: location.customer.clone(),
            location: location.name.clone(),
            own: ranges(&after.add.intersection(&own).copied().collect()),
            add: ranges(&after.add),
            active: after.asked == NumberState::Active,
            activate: ranges(&after.activate),
            deactivate: ranges(&after.deactivate),
            main: main.filter(|main| Some(main) != of("main_number")),
            pstn: pstn.filter(|pstn| Some(&pstn.cell()) != of("pstn_connection")),
            emergency_location_id: emergency_location_id.filter(|id| Some(id) != of("emergency_location_id")),
            headquarters,
            emergency_callback: help.callback && of(EMERGENCY_CALLBACK).is_none(),
            emergency_address: help.address.filter(|address| of(EMERGENCY_ADDRESS) != Some(&address.line())),
            if_made: help.if_made,
        };
        self.push(Draft {
            id,
            stage: Stage::Numbers,
            source,
            needs: vec![StepId::location(&location.customer, &location.name)],
            fields,
            removed,
            work: Work::Numbers(work),
        });
    }

    /// Is one of the numbers somebody's, or the main number? Such a number cannot be taken out of service.
    fn is_in_use(&self, location: &Location, numbers: &BTreeSet<Phone>) -> bool {
        let place = (location.customer.as_str(), location.name.as_str());
        let of_users = self.numbers.get(&place).into_iter().flatten().copied();
        let is_here = |known: &&Confirmed| {
            let is = |column: &str, wanted: &str| known.fields.get(column).is_some_and(|value| value == wanted);
            is("customer_external_id", place.0) && is("location", place.1)
        };
        let known_users = self.known.iter().filter(|(id, _)| id.stage() == Some(Stage::Users)).map(|(_, known)| known);
        let of_known = known_users.filter(is_here).filter_map(|known| known.fields.get("phone_number"));
        let known_main = self.known.get(&StepId::numbers(place.0, place.1));
        let known_main = known_main.and_then(|known| known.fields.get("main_number"));
        let texts = of_known.chain(known_main).filter_map(|number| Phone::from_e164(number));
        of_users.chain(location.main_number).chain(texts).any(|number| numbers.contains(&number))
    }
}

/// What is known of a location's numbers.
#[derive(Debug, Default)]
pub(super) struct Standing {
    all: BTreeSet<Phone>,
    /// Those that wait for porting day.
    pub staged: BTreeSet<Phone>,
    /// What the sheet said last.
    asked: Option<NumberState>,
}

/// How many of a location's known numbers are live, and how many wait for porting day.
pub fn live_and_staged(known: &Confirmed) -> (usize, usize) {
    let standing = Standing::new(Some(known));
    (standing.all.len() - standing.staged.len(), standing.staged.len())
}

/// The known numbers of a location that wait for porting day.
pub fn staged_numbers(known: &Confirmed) -> BTreeSet<String> {
    Standing::new(Some(known)).staged.iter().map(ToString::to_string).collect()
}

/// What becomes of a location's numbers.
#[derive(Debug)]
struct After {
    all: BTreeSet<Phone>,
    add: BTreeSet<Phone>,
    activate: BTreeSet<Phone>,
    deactivate: BTreeSet<Phone>,
    staged: BTreeSet<Phone>,
    asked: NumberState,
}

impl Standing {
    pub fn new(known: Option<&Confirmed>) -> Self {
        let Some(known) = known else { return Self::default() };
        let list = |column: &str| {
            let items = known.fields.get(column).map(|list| list.split(';').map(str::to_owned).collect::<Vec<_>>());
            let numbers = items.map(|items| expand(&items)).into_iter().flatten();
            numbers.filter_map(|number| Phone::from_e164(&number)).collect::<BTreeSet<Phone>>()
        };
        let word = |column: &str| known.fields.get(column).and_then(|word| NumberState::parse(word));
        let all = list("numbers");
        let staged = match word("number_state") {
            Some(NumberState::Inactive) if known.fields.contains_key(STAGED_NUMBERS) => {
                list(STAGED_NUMBERS).intersection(&all).copied().collect()
            }
            // Confirmed before some of a location's numbers could be live and others not.
            Some(NumberState::Inactive) => all.clone(),
            _ => BTreeSet::new(),
        };
        Self { all, staged, asked: word(NUMBER_STATE_ASKED).or_else(|| word("number_state")) }
    }

    /// `inactive` is about numbers that are added: what was brought live on porting day stays live while the sheet
    /// stays as it was. Only a cell that was `active` and says `inactive` now takes numbers out of service.
    fn with(&self, wanted: &BTreeSet<Phone>, cell: Option<NumberState>) -> After {
        let asked = cell.or(self.asked).unwrap_or_default();
        let add: BTreeSet<Phone> = wanted.difference(&self.all).copied().collect();
        let all: BTreeSet<Phone> = wanted.union(&self.all).copied().collect();
        let is_taken_back = asked == NumberState::Inactive && self.asked == Some(NumberState::Active);
        let none = BTreeSet::new;
        let (activate, deactivate, staged) = match asked {
            NumberState::Active => (self.staged.clone(), none(), none()),
            NumberState::Inactive if is_taken_back => {
                (none(), self.all.difference(&self.staged).copied().collect(), all.clone())
            }
            NumberState::Inactive => (none(), none(), self.staged.union(&add).copied().collect()),
        };
        After { all, add, activate, deactivate, staged, asked }
    }
}

impl After {
    fn fields(&self) -> BTreeMap<String, String> {
        let state = match self.staged.is_empty() {
            true if self.all.is_empty() => self.asked,
            true => NumberState::Active,
            false => NumberState::Inactive,
        };
        let mut fields = BTreeMap::new();
        set(&mut fields, "numbers", &ranges(&self.all).join(";"));
        set(&mut fields, "number_state", state.word());
        set(&mut fields, STAGED_NUMBERS, &ranges(&self.staged).join(";"));
        if state != self.asked {
            set(&mut fields, NUMBER_STATE_ASKED, self.asked.word());
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(numbers: &[u32]) -> BTreeSet<Phone> {
        numbers.iter().filter_map(|number| Phone::from_e164(&format!("+35121123450{number}"))).collect()
    }

    fn shown(numbers: &BTreeSet<Phone>) -> String {
        numbers.iter().map(|number| number.to_string().pop().unwrap_or_default()).collect()
    }

    /// The fields that a run leaves, for the next one.
    fn known(after: &After) -> Confirmed {
        Confirmed { fields: after.fields(), ids: BTreeMap::new() }
    }

    fn step(known: Option<&Confirmed>, wanted: &[u32], cell: &str) -> After {
        Standing::new(known).with(&phones(wanted), NumberState::parse(cell))
    }

    /// What is added, activated, deactivated, and staged afterwards.
    fn told(after: &After) -> [String; 4] {
        [&after.add, &after.activate, &after.deactivate, &after.staged].map(shown)
    }

    #[test]
    fn staged_numbers_go_live_when_the_sheet_says_active() {
        let staged = step(None, &[1, 2], "inactive");
        assert_eq!(told(&staged), ["12", "", "", "12"]);
        let same = step(Some(&known(&staged)), &[1, 2], "");
        assert_eq!(told(&same), ["", "", "", "12"], "a blank leaves the state alone");
        let live = step(Some(&known(&staged)), &[1, 2, 3], "active");
        assert_eq!(told(&live), ["3", "12", "", ""]);
        assert_eq!(told(&step(Some(&known(&live)), &[1, 2, 3], "active")), ["", "", "", ""]);
    }

    #[test]
    fn a_cell_that_turns_inactive_takes_numbers_out_of_service() {
        let live = step(None, &[1, 2], "");
        assert_eq!(told(&live), ["12", "", "", ""]);
        assert_eq!(told(&step(Some(&known(&live)), &[1, 2], "inactive")), ["", "", "12", "12"]);
    }

    #[test]
    fn numbers_that_were_activated_stay_live_while_the_sheet_still_says_inactive() {
        let staged = step(None, &[1, 2], "inactive");
        let mut activated = known(&staged);
        activated.fields.remove(STAGED_NUMBERS);
        activated.fields.insert("number_state".to_owned(), "active".to_owned());
        activated.fields.insert(NUMBER_STATE_ASKED.to_owned(), "inactive".to_owned());
        let later = step(Some(&activated), &[1, 2, 3], "inactive");
        assert_eq!(told(&later), ["3", "", "", "3"]);
        assert_eq!(told(&step(Some(&known(&later)), &[1, 2, 3], "inactive")), ["", "", "", "3"]);
        assert_eq!(told(&step(Some(&activated), &[1, 2], "inactive")), ["", "", "", ""]);
    }

    #[test]
    fn what_was_staged_before_lists_were_kept_is_all_staged() {
        let mut old = known(&step(None, &[1, 2], "inactive"));
        old.fields.remove(STAGED_NUMBERS);
        assert_eq!(told(&step(Some(&old), &[1, 2], "active")), ["", "12", "", ""]);
    }
}
