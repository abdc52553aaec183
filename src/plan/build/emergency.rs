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
