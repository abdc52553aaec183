//! What may be written in a journal. These types are a file format.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::{Confirmed, StepId};

/// A request that changes something. The natural key of the step and this word together name one intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    CreateCustomer,
    UpdateCustomer,
    CreateLocation,
    EnableCalling,
    ConnectPstn,
    /// The batch of that position.
    AddNumbers(u32),
    SetMainNumber,
    /// Brings the batch of that position live.
    ActivateNumbers(u32),
    /// Takes the batch of that position out of service.
    DeactivateNumbers(u32),
    SetEmergencyAddress,
    /// Chooses the number that is called back after an emergency call.
    SetCallback,
    CreateSubscriber,
    ChangePackage,
    GrantRole,
    RevokeRole,
    DeleteSubscriber,
    /// The batch of that position.
    RemoveNumbers(u32),
    DisableCalling,
    DeleteLocation,
    DeleteCustomer,
    UpdateLocation,
    SetAnnouncements,
    /// Names, number and extension, which one request sets.
    UpdatePerson,
    ReleaseNumber,
}

impl Call {
    /// What it does, for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::CreateCustomer => "create the customer",
            Self::UpdateCustomer => "update the customer",
            Self::CreateLocation => "create the location",
            Self::EnableCalling => "enable calling",
            Self::ConnectPstn => "connect the PSTN",
            Self::AddNumbers(_) => "add numbers",
            Self::SetMainNumber => "set the main number",
            Self::ActivateNumbers(_) => "bring numbers live",
            Self::DeactivateNumbers(_) => "take numbers out of service",
            Self::SetEmergencyAddress => "set the emergency address",
            Self::SetCallback => "set the emergency callback number",
            Self::CreateSubscriber => "create the user",
            Self::ChangePackage => "change the package",
            Self::GrantRole => "grant the role",
            Self::RevokeRole => "take the role back",
            Self::DeleteSubscriber => "delete the user",
            Self::RemoveNumbers(_) => "remove numbers",
            Self::DisableCalling => "disable calling",
            Self::DeleteLocation => "delete the location",
            Self::DeleteCustomer => "delete the customer",
            Self::UpdateLocation => "update the location",
            Self::SetAnnouncements => "set the announcement language",
            Self::UpdatePerson => "update the person",
            Self::ReleaseNumber => "release the number",
        }
    }

    /// What is missing when it did not happen, for the results.
    pub const fn thing(self) -> &'static str {
        match self {
            Self::CreateCustomer => "customer",
            Self::UpdateCustomer => "packages",
            Self::CreateLocation => "location",
            Self::EnableCalling => "calling",
            Self::ConnectPstn => "PSTN connection",
            Self::AddNumbers(_) => "numbers",
            Self::SetMainNumber => "main number",
            Self::ActivateNumbers(_) => "numbers live",
            Self::DeactivateNumbers(_) => "numbers out of service",
            Self::SetEmergencyAddress => "emergency address",
            Self::SetCallback => "emergency callback number",
            Self::CreateSubscriber => "user",
            Self::ChangePackage => "package",
            Self::GrantRole => "role",
            Self::RevokeRole => "removal of the role",
            Self::DeleteSubscriber => "removal of the user",
            Self::RemoveNumbers(_) => "removal of the numbers",
            Self::DisableCalling => "removal of calling",
            Self::DeleteLocation => "removal of the location",
            Self::DeleteCustomer => "removal of the customer",
            Self::UpdateLocation => "location data",
            Self::SetAnnouncements => "announcement language",
            Self::UpdatePerson => "person",
            Self::ReleaseNumber => "release of the number",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Created,
    Updated,
    Unchanged,
    /// An equal object stood there before turnup sent anything.
    AlreadyThere,
    /// It is gone, whoever took it away; it is known no more.
    Deleted,
    /// Somebody else has to act first: a compliance review, a person's consent.
    Waiting,
    Failed,
    /// Another object stands in its place.
    Conflict,
    /// A request went out, its answer never came, and looking it up failed.
    Unconfirmed,
    /// A step that it needs did not succeed.
    Blocked,
}

impl Ending {
    /// May steps that need this one go on?
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Unchanged | Self::AlreadyThere | Self::Deleted)
    }
}

/// What became of an object that an earlier run has seen wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carried {
    /// It still waits, since then: RFC 3339 with offset.
    Since(String),
    /// It is no longer there, or never came to be.
    Vanished,
}

/// Why a step ended as it did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reason {
    /// turnup's code, such as `R601`.
    pub code: Option<String>,
    /// What fills the gap of its message, mostly the provider's own words.
    pub text: String,
    /// The provider's own error code.
    pub provider_code: Option<String>,
    /// What the provider logs the answer under.
    pub tracking_id: Option<String>,
    /// The step that stands in the way.
    pub blocked_by: Option<StepId>,
    /// What was to be done and is not.
    pub missing: Vec<String>,
    /// What became of an object that waited before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Box<Carried>>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub also: Option<Box<Self>>,
}

impl Reason {
    /// The same with something else to say.
    #[must_use]
    pub fn and(mut self, other: Option<Self>) -> Self {
        match self.also.take() {
            Some(also) => self.also = Some(Box::new(also.and(other))),
            None => self.also = other.map(Box::new),
        }
        self
    }

    /// Everything there is to say.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |reason| reason.also.as_deref())
    }
}

/// One thing that happened to a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The step was taken up.
    Started,
    /// A request is about to leave. Synced before it does.
    Intent { call: Call },
    /// The request took effect.
    Answered { call: Call, ids: BTreeMap<String, String>, tracking_id: Option<String> },
    /// The request was refused and had no effect.
    Refused { call: Call, tracking_id: Option<String> },
    /// The request never took effect: the run left off before it was sent, or Webex could not be reached.
    Recalled { call: Call },
    /// No answer came; the request may have taken effect.
    Lost { call: Call, why: String },
    /// A look-up found what the request in doubt had made.
    Found { call: Call, ids: BTreeMap<String, String> },
    /// A look-up showed that the request in doubt had no effect.
    Absent { call: Call },
    /// An equal object stood there before anything was sent.
    Existing { call: Call, ids: BTreeMap<String, String> },
    /// Something was learnt that later requests need.
    Noted { ids: BTreeMap<String, String> },
    /// The step is over.
    Finished {
        ending: Ending,
        reason: Option<Reason>,
        /// What is known of the object from now on.
        confirmed: Option<Confirmed>,
    },
}

impl Event {
    /// Is the object known no more from now on?
    pub fn forgets(&self) -> bool {
        match self {
            Self::Finished { ending: Ending::Deleted, .. } => true,
            Self::Finished { reason: Some(reason), .. } => reason.carried.as_deref() == Some(&Carried::Vanished),
            _ => false,
        }
    }
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub step: StepId,
    /// RFC 3339 with offset.
    pub at: String,
    pub event: Event,
}
