//! The partner's onboarding templates, mirrored from Partner Hub in `templates.toml`.
//!
//! There is no API that lists templates, so this file is what turnup knows of them. Reading it never fails;
//! it finds. Nothing here reads a sheet.

mod read;
mod wizard;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Place;
use crate::model::Package;

pub use read::read;
pub use wizard::{Draft, QUESTIONS, Question};

/// The settings a template owns; a row that sets one of them is refused.
pub const OWNED_SETTINGS: [&str; 6] =
    ["provisioning_id", "subscription", "service_provider_admin", "authentication", "email", "calling"];

/// Every key a template table may hold.
pub const KEYS: [&str; 15] = [
    "provisioning_id",
    "subscription",
    "country",
    "countries",
    "service_provider_admin",
    "default_language",
    "authentication",
    "pstn_provider",
    "packages",
    "supported_location",
    "emergency_address",
    "emergency_callback",
    "email",
    "calling",
    "notes",
];

/// How people of a customer sign in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Authentication {
    #[default]
    Webex,
    PartnerSaml {
        idp_entity_id: String,
    },
    PartnerOidc {
        idp_name: String,
    },
}

/// One onboarding template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub name: String,
    pub provisioning_id: String,
    pub subscription: Option<String>,
    pub country: Option<String>,
    /// Countries its customers may be in; empty means any.
    pub countries: Vec<String>,
    pub service_provider_admin: Option<String>,
    pub default_language: Option<String>,
    pub authentication: Authentication,
    pub pstn_provider: Option<String>,
    /// What may be sold with it; empty means anything.
    pub packages: Vec<Package>,
    /// The Partner Hub tick box, set for every customer of the template.
    pub supported_location: bool,
    /// Are the addresses of its customers' locations registered for emergencies, unless a row says no?
    pub emergency_address: bool,
    /// Are their main numbers called back after an emergency call, unless a row says no?
    pub emergency_callback: bool,
    pub place: Place,
    /// Where its first error stands; customers of such a template are held back.
    pub broken: Option<Place>,
}

/// All templates of a workspace, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    pub file: Arc<str>,
    by_name: BTreeMap<String, Template>,
    /// The file itself could not be read as TOML, so nothing can be said of any template.
    pub unreadable: Option<Place>,
}

impl Templates {
    /// The template of exactly that name.
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.by_name.get(name)
    }

    /// Every name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Every template, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Template> {
        self.by_name.values()
    }
}
