//! Packages: what is sold to a customer and given to a user.

use std::fmt;

use super::tables::{PackageRow, Tables};

/// A package of the table; cheap to copy, ordered as the table is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Package(u8);

/// What sort of thing a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackageKind {
    User,
    Workspace,
    Addon,
    ContactCenter,
}

impl Package {
    /// The package of that name, whatever its case and with `-` or blanks for `_`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::named(text).or_else(|| Self::named(&Self::folded(text)))
    }

    fn named(name: &str) -> Option<Self> {
        let index = Tables::get().packages.iter().position(|row| row.name == name)?;
        u8::try_from(index).ok().map(Self)
    }

    fn folded(text: &str) -> String {
        text.trim().chars().map(|c| if c == ' ' || c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
    }

    /// Every package, in table order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Tables::get().packages.len()).filter_map(|index| u8::try_from(index).ok().map(Self))
    }

    fn row(self) -> &'static PackageRow {
        &Tables::get().packages[usize::from(self.0)]
    }

    /// The name on the wire and in the sheets.
    pub fn name(self) -> &'static str {
        &self.row().name
    }

    /// What sort of package it is.
    pub fn kind(self) -> PackageKind {
        self.row().kind
    }

    /// May it stand in a customer's `packages`?
    pub fn for_customers(self) -> bool {
        self.row().customer
    }

    /// May it be a user's package?
    pub fn for_users(self) -> bool {
        self.row().user
    }

    /// Does it bring Webex Calling, so that a location and a number or extension are needed?
    pub fn is_calling(self) -> bool {
        self.row().calling
    }

    /// May a limit be set on it?
    pub fn has_limit(self) -> bool {
        self.row().limit
    }

    /// The packages of which it needs at least one beside it; empty when it stands alone.
    pub fn needs_any_of(self) -> impl Iterator<Item = Self> {
        self.row().needs_any_of.iter().filter_map(|name| Self::parse(name))
    }

    /// The assumed level, higher is more; none for add-ons and workspaces.
    pub fn rank(self) -> Option<u8> {
        self.row().rank
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        assert_eq!(Package::parse(" Webex-Calling ").map(Package::name), Some("webex_calling"));
        assert_eq!(Package::parse("webex"), None);
    }

    #[test]
    fn every_dependency_names_a_package() {
        for package in Package::all() {
            assert_eq!(package.needs_any_of().count(), package.row().needs_any_of.len(), "{package}");
        }
    }
}
