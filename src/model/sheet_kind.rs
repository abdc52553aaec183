//! The three sheets an operator fills in.

use std::fmt;

/// One of the three sheets; also the order in which they are read and reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SheetKind {
    Customers,
    Locations,
    Users,
}

impl SheetKind {
    /// Every sheet, in order.
    pub const ALL: [Self; 3] = [Self::Customers, Self::Locations, Self::Users];

    /// The name used for files, workbook tabs and machine output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Locations => "locations",
            Self::Users => "users",
        }
    }

    /// The sheet of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for SheetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
