//! The packages of Webex for Wholesale: their names and which needs which. A table, no logic beyond it.

use Role::{Addon, Base, ContactCenter};

struct Package {
    name: &'static str,
    role: Role,
    calling: bool,
    subscriber: bool,
}

#[derive(PartialEq, Eq)]
enum Role {
    Base,
    Addon,
    ContactCenter,
}

const fn package(name: &'static str, role: Role, calling: bool, subscriber: bool) -> Package {
    Package { name, role, calling, subscriber }
}

const PACKAGES: &[Package] = &[
    package("common_area_calling", Base, true, false),
    package("webex_calling", Base, true, true),
    package("webex_meetings", Base, false, true),
    package("webex_suite", Base, true, true),
    package("webex_voice", Base, true, true),
    package("cx_essentials", Base, true, true),
    package("webex_calling_standard", Base, true, true),
    package("cisco_calling_plan", Addon, false, false),
    package("attendant_console", Addon, false, true),
    package("cx_premium_agent", ContactCenter, false, true),
    package("cx_standard_agent", ContactCenter, false, true),
    package("cx_voice_ports", ContactCenter, false, false),
    package("cx_ai_assistant", ContactCenter, false, false),
    package("webex_ai_agent", ContactCenter, false, false),
];

/// The add-ons with the packages of which they need one.
const NEEDS: &[(&str, &[&str])] = &[
    (
        "cisco_calling_plan",
        &[
            "common_area_calling",
            "webex_calling",
            "webex_suite",
            "webex_voice",
            "cx_essentials",
            "webex_calling_standard",
        ],
    ),
    ("attendant_console", &["webex_calling", "webex_suite", "webex_voice", "cx_essentials"]),
];

/// The keys that `provisioningParameters.packages.limits` may have.
pub const LIMITS: &[&str] = &[
    "webex_calling",
    "common_area_calling",
    "webex_meetings",
    "webex_suite",
    "webex_voice",
    "cx_essentials",
    "webex_calling_standard",
    "attendant_console",
];

fn find(name: &str) -> Option<&'static Package> {
    PACKAGES.iter().find(|package| package.name == name)
}

/// Whether a customer may have the package.
pub fn is_known(name: &str) -> bool {
    find(name).is_some()
}

/// Whether a subscriber may have the package.
pub fn is_for_subscribers(name: &str) -> bool {
    find(name).is_some_and(|package| package.subscriber)
}

/// Whether the old `package` field of a subscriber knows it.
pub fn is_for_old_field(name: &str) -> bool {
    find(name).is_some_and(|package| package.subscriber && package.role == Base)
}

/// Whether the package makes telephone calls.
pub fn has_calling(name: &str) -> bool {
    find(name).is_some_and(|package| package.calling)
}

/// The packages of which one must be sold with this one; empty when it stands alone.
pub fn needed_with(name: &str) -> &'static [&'static str] {
    NEEDS.iter().find(|(addon, _)| *addon == name).map_or(&[], |(_, bases)| bases)
}
