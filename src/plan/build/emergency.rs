//! What a location's row, or its template, wants for emergency calls.

use std::collections::BTreeMap;

use super::Builder;
use super::fields::set;
use crate::model::Location;
use crate::plan::diff::{Immovable, Why};
use crate::plan::id::StepId;
use crate::plan::known::{EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, MADE_BY};
use crate::plan::step::Source;
use crate::plan::work::AddressWork;

/// What is to hold for emergency calls.
#[derive(Debug, Default)]
pub(super) struct Help {
    /// The address that is to be registered.
    pub address: Option<AddressWork>,
    /// Is the main number to be called back?
    pub callback: bool,
    /// The columns that hold only for a location that the run makes.
    pub if_made: Vec<String>,
}

impl Help {
    pub fn is_none(&self) -> bool {
        self.address.is_none() && !self.callback
    }

    /// The values that hold once it is done.
    pub fn set(&self, fields: &mut BTreeMap<String, String>) {
        set(fields, EMERGENCY_ADDRESS, &self.address.as_ref().map(AddressWork::line).unwrap_or_default());
        set(fields, EMERGENCY_CALLBACK, if self.callback { "main_number" } else { "" });
    }
}

impl Builder<'_> {
    pub(super) fn help(&mut self, source: Source, [removed, blank]: [&[&'static str]; 2], location: &Location) -> Help {
        let mut help = Help::default();
        let cells =
            [(EMERGENCY_ADDRESS, location.emergency_address), (EMERGENCY_CALLBACK, location.emergency_callback)];
        for (column, cell) in cells {
            let is_blank = blank.contains(&column) && !removed.contains(&column);
            let cell = if removed.contains(&column) { None } else { cell };
            let is_wanted =
                if is_blank { self.by_default(location, column, cell, &mut help) } else { cell == Some(true) };
            if cell == Some(false) {
                self.keep_help(source, location, column);
            }
            match column {
                EMERGENCY_ADDRESS if is_wanted => help.address = Some(self.address_of(location, removed)),
                EMERGENCY_CALLBACK => help.callback = is_wanted,
                _ => {}
            }
        }
        help
    }

    /// A blank keeps what was asked for before. A template speaks for the locations that turnup makes: nobody else can
    /// have chosen anything there.
    fn by_default(&self, location: &Location, column: &str, template: Option<bool>, help: &mut Help) -> bool {
        let numbers = self.known.get(&StepId::numbers(&location.customer, &location.name));
        if numbers.is_some_and(|known| known.fields.contains_key(column)) {
            return true;
        }
        let known = self.known.get(&StepId::location(&location.customer, &location.name));
        if template == Some(true) && known.is_none() {
            help.if_made.push(column.to_owned());
        }
        template == Some(true) && known.is_none_or(|known| known.ids.contains_key(MADE_BY))
    }

    /// What is set cannot be taken away again.
    fn keep_help(&mut self, source: Source, location: &Location, column: &str) {
        let numbers = self.known.get(&StepId::numbers(&location.customer, &location.name));
        let Some(from) = numbers.and_then(|known| known.fields.get(column)).cloned() else { return };
        let (column, to, by) = (column.to_owned(), "no".to_owned(), String::new());
        self.plan.immovable.push(Immovable { source, column, from, to, why: Why::NoClearing, by });
    }

    /// The location's own address, with what stands where the row leaves a part blank.
    fn address_of(&self, location: &Location, removed: &[&str]) -> AddressWork {
        let mut address = AddressWork::from(&location.address);
        let known = self.known.get(&StepId::location(&location.customer, &location.name));
        let parts = [
            ("address_line2", &mut address.line2),
            ("state", &mut address.state),
            ("postal_code", &mut address.postal_code),
        ];
        for (column, part) in parts {
            let standing = known.and_then(|known| known.fields.get(column));
            if let Some(standing) = standing.filter(|_| part.is_empty() && !removed.contains(&column)) {
                part.clone_from(standing);
            }
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Batch;
    use crate::model::{Address, SheetKind};
    use crate::plan::known::{Confirmed, Known};

    const HELP: [&str; 2] = [EMERGENCY_ADDRESS, EMERGENCY_CALLBACK];

    /// A branch whose cells, or whose template, say so.
    fn branch(address: Option<bool>, callback: Option<bool>) -> Location {
        let text = str::to_owned;
        let postal =
            Address { line1: text("Rua Um 1"), city: text("Lisboa"), country: text("PT"), ..Address::default() };
        Location {
            customer: text("a"),
            name: text("Porto"),
            address: postal,
            timezone: text("Europe/Lisbon"),
            language: text("pt_pt"),
            announcement_language: text("pt_pt"),
            numbers: Vec::new(),
            number_state: None,
            main_number: None,
            pstn: None,
            emergency_location_id: None,
            emergency_address: address,
            emergency_callback: callback,
        }
    }

    /// A branch that is known, with whatever was noted and set of it.
    fn known(ids: &[(&str, &str)], set: &[(&str, &str)]) -> Known {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let location = Confirmed { fields: map(&[("address_line2", "2.\u{ba}")]), ids: map(ids) };
        let numbers = Confirmed { fields: map(set), ids: map(&[]) };
        let all = [(StepId::location("a", "Porto"), location), (StepId::numbers("a", "Porto"), numbers)];
        all.into_iter().collect()
    }

    /// What is wanted, for whom alone, and what cannot be.
    fn told(location: &Location, known: &Known, removed: &[&'static str], blank: &[&'static str]) -> String {
        let batch = Batch::default();
        let mut builder = Builder::new(&batch, known);
        let help = builder.help(Source { sheet: SheetKind::Locations, index: 0 }, [removed, blank], location);
        let address = help.address.map(|address| format!("register {}", address.line()));
        let callback = help.callback.then(|| "call back".to_owned());
        let if_made = (!help.if_made.is_empty()).then(|| format!("if made: {}", help.if_made.join(" ")));
        let refused = builder.plan.immovable.iter().map(|value| format!("{} stays {:?}", value.column, value.why));
        address.into_iter().chain(callback).chain(if_made).chain(refused).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_row_speaks_for_itself_whoever_made_the_location() {
        let wants = branch(Some(true), Some(true));
        assert_eq!(told(&wants, &Known::default(), &[], &[]), "register Rua Um 1, Lisboa, PT; call back");
        // What stands where the row leaves a part blank belongs to the address.
        assert_eq!(told(&wants, &known(&[], &[]), &[], &[]), "register Rua Um 1, 2.\u{ba}, Lisboa, PT; call back");
        assert_eq!(told(&branch(None, None), &known(&[], &[]), &[], &HELP), "");
    }

    #[test]
    fn a_template_speaks_only_for_locations_that_turnup_makes() {
        let by_template = branch(Some(true), Some(true));
        let new = told(&by_template, &Known::default(), &[], &HELP);
        assert_eq!(new, "register Rua Um 1, Lisboa, PT; call back; if made: emergency_address emergency_callback");
        let adopted = known(&[("location_id", "l")], &[]);
        assert_eq!(told(&by_template, &adopted, &[], &HELP), "", "somebody may have chosen otherwise there");
        let made = known(&[("location_id", "l"), (MADE_BY, "turnup")], &[]);
        assert_eq!(told(&by_template, &made, &[], &HELP), "register Rua Um 1, 2.\u{ba}, Lisboa, PT; call back");
        // A row that asks is obeyed, also where the location was taken over.
        assert_eq!(told(&by_template, &adopted, &[], &[EMERGENCY_ADDRESS]), "call back");
    }

    #[test]
    fn a_blank_keeps_what_was_asked_for() {
        let set = known(&[], &[(EMERGENCY_ADDRESS, "Rua Um 1, Lisboa, PT"), (EMERGENCY_CALLBACK, "main_number")]);
        assert_eq!(told(&branch(None, None), &set, &[], &HELP), "register Rua Um 1, 2.\u{ba}, Lisboa, PT; call back");
    }

    #[test]
    fn what_is_set_is_not_taken_away() {
        let set = known(&[], &[(EMERGENCY_ADDRESS, "Rua Um 1, Lisboa, PT"), (EMERGENCY_CALLBACK, "main_number")]);
        let refused = "emergency_address stays NoClearing; emergency_callback stays NoClearing";
        assert_eq!(told(&branch(Some(false), Some(false)), &set, &[], &[]), refused);
        let never = known(&[], &[]);
        assert_eq!(told(&branch(Some(false), Some(false)), &never, &[], &[]), "", "`no` where nothing is set is fine");
        // A removed cell wants nothing by itself, whatever the template says; that it is refused, the diff says.
        assert_eq!(told(&branch(Some(true), Some(true)), &set, &HELP, &HELP), "");
        for column in HELP {
            let confirmed = set.get(&StepId::numbers("a", "Porto")).expect("it is known");
            let wanted = confirmed.fields.clone();
            let diff = crate::plan::diff::diff(crate::plan::Stage::Numbers, wanted, &[column], Some(confirmed));
            assert!(diff.changes.is_empty(), "{column}: {:?}", diff.changes);
            let why: Vec<Why> = diff.immovable.iter().map(|obstacle| obstacle.why).collect();
            assert_eq!(why, [Why::NoClearing], "{column}");
        }
    }
}
