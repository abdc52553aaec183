//! The vocabulary: what a customer, a location, a user, a package or a phone number is.
//!
//! Values that were made here are well-formed by themselves. Nothing here reads a file, asks a clock or knows
//! which row a value came from; whether values fit each other is decided in `check`.

mod address;
mod email;
mod entity;
mod extension;
mod ids;
mod key;
mod number_plan;
mod package;
mod phone;
mod sheet_kind;
mod tables;
mod words;

pub use address::{ADDRESS_LINE_CHARS_MAX, Address};
pub use email::{Email, EmailProblem};
pub use entity::{Customer, Location, NumberState, PstnConnection, Role, User};
pub use extension::{EMERGENCY_EXTENSIONS, Extension, ExtensionProblem};
pub use ids::may_be_organisation;
pub use key::{fold, normalise};
pub use package::{Package, PackageKind};
pub use phone::{NumberRange, Phone, PhoneProblem, PhoneReading, RANGE_NUMBERS_MAX, RangeProblem};
pub use sheet_kind::SheetKind;
pub use tables::{Country, Language, Tables, Zone};
pub use words::{Action, PackageLimits};
