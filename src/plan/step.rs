//! One step of a plan: what is to be done to one object, why, and after what.

use serde::{Deserialize, Serialize};

use super::fields::Fields;
use super::id::StepId;
use super::known::{STANDS_WITH_ERRORS, WAITS_FOR};
use super::work::Work;
use crate::model::SheetKind;

/// The stages that plans, progress and reports speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Customers,
    Locations,
    Numbers,
    Users,
    Roles,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 5] = [Self::Customers, Self::Locations, Self::Numbers, Self::Users, Self::Roles];

    /// The name for people and machines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Locations => "locations",
            Self::Numbers => "numbers",
            Self::Users => "users",
            Self::Roles => "roles",
        }
    }

    /// The name as a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Customers => "Customers",
            Self::Locations => "Locations",
            Self::Numbers => "Numbers",
            Self::Users => "Users",
            Self::Roles => "Roles",
        }
    }

    /// The first part of its steps' keys.
    pub const fn step_word(self) -> &'static str {
        match self {
            Self::Customers => "customer",
            Self::Locations => "location",
            Self::Numbers => "numbers",
            Self::Users => "user",
            Self::Roles => "role",
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update,
    /// Every value equals what was last confirmed; no call is made.
    Unchanged,
    Delete,
    /// Made by an earlier run, and held back by somebody else since: followed up, and never made again. What the row
    /// changes of it is done once it is released.
    Waiting,
}

impl Action {
    /// The word for people and machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::Delete => "delete",
            Self::Waiting => "waiting",
        }
    }
}

/// One value that a step sets or changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The canonical column.
    pub column: String,
    /// What was last confirmed; none for a creation.
    pub from: Option<String>,
    pub to: String,
}

/// How many requests a step takes when nothing goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Calls {
    pub read: u64,
    pub write: u64,
}

impl Calls {
    /// Both together.
    pub const fn total(self) -> u64 {
        self.read + self.write
    }
}

/// The row a step comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    #[serde(with = "sheet_name")]
    pub sheet: SheetKind,
    /// The position among the sheet's rows that are not blank.
    pub index: usize,
}

mod sheet_name {
    use super::SheetKind;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
    pub fn serialize<S: Serializer>(kind: &SheetKind, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(kind.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SheetKind, D::Error> {
        let name = String::deserialize(from)?;
        SheetKind::from_name(&name).ok_or_else(|| D::Error::custom(format!("no sheet is called `{name}`")))
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub id: StepId,
    pub stage: Stage,
    pub action: Action,
    /// What must be done before, as far as it is part of the plan.
    pub needs: Vec<StepId>,
    pub source: Source,
    /// The values it makes true, by column; what later plans are compared with.
    pub fields: Fields,
    /// What an update changes. A creation sets all of its fields, so they are not said twice.
    pub changes: Vec<Change>,
    pub calls: Calls,
    pub work: Work,
}

impl Step {
    /// Does it look after a customer that stands with errors, and change nothing of it?
    pub fn follows_errors(&self) -> bool {
        self.action == Action::Waiting && self.fields.get(WAITS_FOR) == Some(STANDS_WITH_ERRORS)
    }
}
