//! What the simulated Webex remembers, one type per kind of object. These are also the records of the
//! state file. Nothing here decides anything.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far the background job of a customer has come; the words are Cisco's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Provisioning,
    Updating,
    Deleting,
    PendingRplReview,
    Provisioned,
    ProvisionedWithErrors,
    Error,
}

impl Status {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Updating => "updating",
            Self::Deleting => "deleting",
            Self::PendingRplReview => "pending_rpl_review",
            Self::Provisioned => "provisioned",
            Self::ProvisionedWithErrors => "provisioned_with_errors",
            Self::Error => "error",
        }
    }

    /// Whether it may end by itself, when nobody holds it any more.
    pub const fn is_held(self) -> bool {
        matches!(self, Self::PendingRplReview | Self::ProvisionedWithErrors)
    }

    /// Whether subscribers may be added and the customer may be changed.
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Provisioned | Self::ProvisionedWithErrors)
    }
}

/// A wholesale customer: the partner's contract about an organisation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Customer {
    pub uuid: String,
    pub external_id: String,
    /// The organisation of the sub-partner that it was made for.
    #[serde(default)]
    pub sub_partner: Option<String>,
    pub provisioning_id: String,
    /// The organisation that the customer asked to be attached to, or the one that was made for it.
    pub org: Option<String>,
    pub name: String,
    pub primary_email: String,
    pub language: Option<String>,
    pub address: Value,
    pub packages: Vec<String>,
    pub limits: Value,
    /// The wanted headquarters, as in the request; it becomes a location when the job ends.
    pub headquarters: Option<Value>,
    pub status: Status,
    /// Whether the organisation may be shown: it stands since the first job ended well.
    pub stands: bool,
    /// When the running job ends.
    pub due_ms: Option<u64>,
    pub created_ms: u64,
}

/// A Webex organisation. It outlives its customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organization {
    pub uuid: String,
    pub name: String,
    pub external_id: String,
    pub primary_email: String,
    pub language: Option<String>,
    /// Whether the partner has looked at the organisation once; before, everything else is forbidden.
    pub opened: bool,
    pub created_ms: u64,
}

/// A place of an organisation, with or without calling.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Location {
    pub uuid: String,
    pub org: String,
    pub name: String,
    pub headquarters: bool,
    pub time_zone: String,
    pub preferred_language: String,
    pub announcement_language: String,
    pub address: Value,
    pub latitude: Option<String>,
    pub longitude: Option<String>,
    pub notes: Option<String>,
    pub calling: Option<Calling>,
    #[serde(default)]
    pub emergency: Option<EmergencyAddress>,
    pub created_ms: u64,
}

/// The calling side of a location.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Calling {
    pub main_number: Option<String>,
    pub line_name: String,
    pub external_caller_id_name: String,
    pub outside_dial_digit: String,
    pub enforce_outside_dial_digit: bool,
    pub routing_prefix: String,
    pub connection: Connection,
    /// SIP header value for emergency calls.
    #[serde(default)]
    pub access_network: String,
    #[serde(default)]
    pub callback: Callback,
    #[serde(default)]
    pub enabled_ms: u64,
}

/// Where help is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyAddress {
    pub uuid: String,
    pub address: Value,
}

/// Who is called back after an emergency call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Callback {
    /// A person of the location; `None` is the main number.
    pub member: Option<String>,
    /// How long a caller stays known by that number.
    pub minutes: u64,
}

impl Default for Callback {
    fn default() -> Self {
        Self { member: None, minutes: 60 }
    }
}

/// How the location reaches the telephone network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub id: String,
    pub display_name: String,
    pub kind: ConnectionKind,
    /// Type and id of the trunk or route group, for a local gateway.
    pub route: Option<(String, String)>,
}

/// The kinds of connection; the words are Cisco's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConnectionKind {
    LocalGateway,
    #[default]
    NonIntegratedCcp,
    IntegratedCcp,
    CiscoPstn,
}

impl ConnectionKind {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::LocalGateway => "LOCAL_GATEWAY",
            Self::NonIntegratedCcp => "NON_INTEGRATED_CCP",
            Self::IntegratedCcp => "INTEGRATED_CCP",
            Self::CiscoPstn => "CISCO_PSTN",
        }
    }

    /// Whether the API may choose this kind and add numbers behind it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::LocalGateway | Self::NonIntegratedCcp)
    }
}

/// A telephone number of a location.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Number {
    pub e164: String,
    pub location: String,
    pub active: bool,
    pub toll_free: bool,
    /// Where help is sent when this number calls for it; `None` is the location's address.
    #[serde(default)]
    pub emergency: Option<Value>,
    /// When the person who had it went.
    #[serde(default)]
    pub freed_ms: Option<u64>,
    pub created_ms: u64,
}

/// A person of an organisation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    pub uuid: String,
    pub org: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub display_name: String,
    pub location: Option<String>,
    pub number: Option<String>,
    /// Further numbers, which ring at the same person.
    #[serde(default)]
    pub alternates: Vec<String>,
    pub extension: Option<String>,
    pub roles: Vec<String>,
    /// Has not consented to the move yet, so the organisation does not see them.
    pub pending: bool,
    pub created_ms: u64,
    pub changed_ms: u64,
}

/// A wholesale subscriber: the package that a person of a customer holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subscriber {
    pub uuid: String,
    pub customer: String,
    pub person: String,
    pub email: String,
    pub package: String,
    /// Waits for the user's consent to be moved.
    pub pending: bool,
    pub created_ms: u64,
    pub changed_ms: u64,
}
