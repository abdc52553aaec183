//! Headers of the user's own: which of them stands for which column. Saved in `turnup.toml`.

use crate::diagnostic::Place;
use crate::model::SheetKind;

use super::columns::{Spec, specs};
use super::header::bare;

/// One line of the mapping: a column, and the header that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapped {
    sheet: SheetKind,
    column: &'static str,
    header: String,
    /// Where the mapping says so.
    place: Place,
}

/// Headers that a partner's own layout has for turnup's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(Vec<Mapped>);

impl Mapping {
    /// Lets a header stand for a column; false when the sheet has no such column.
    #[must_use]
    pub fn add(&mut self, sheet: SheetKind, column: &str, header: &str, place: Place) -> bool {
        let Some(spec) = specs(sheet).iter().find(|spec| bare(spec.header) == bare(column)) else { return false };
        self.0.push(Mapped { sheet, column: spec.header, header: header.to_owned(), place });
        true
    }

    /// The column that a header stands for.
    pub(super) fn column(&self, sheet: SheetKind, header: &str) -> Option<&'static Spec> {
        let header = bare(header);
        let mapped = self.of(sheet).find(|mapped| bare(&mapped.header) == header)?;
        specs(sheet).iter().copied().find(|spec| spec.header == mapped.column)
    }

    /// What is mapped in a sheet: column, header, place.
    pub(super) fn lines(&self, sheet: SheetKind) -> impl Iterator<Item = (&'static str, &str, &Place)> {
        self.of(sheet).map(|mapped| (mapped.column, mapped.header.as_str(), &mapped.place))
    }

    fn of(&self, sheet: SheetKind) -> impl Iterator<Item = &Mapped> {
        self.0.iter().filter(move |mapped| mapped.sheet == sheet)
    }
}
