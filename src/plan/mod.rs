//! Stage 3: batch + known state -> ordered steps.
//!
//! Pure: the same batch and the same known state always give the same plan. A plan says what would be done, never
//! how a request looks.

mod build;
mod diff;
mod digest;
mod fields;
mod forecast;
mod id;
mod known;
mod leaderless;
mod prices;
mod selection;
mod step;
mod twins;
mod undo;
mod work;

pub use build::{NUMBERS_PER_REQUEST, Plan, activation, live_and_staged, plan, staged_numbers};
pub use diff::{COLUMNS, Column, Immovable, Means, Way, Why, means};
pub use digest::fingerprint;
pub use fields::Fields;
pub use forecast::{Ends, Forecast, Licence, Pace, Preparation, forecast};
pub use id::StepId;
pub use known::{
    BROKEN_PACKAGES, CALLING, Confirmed, EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, Known, MADE_BY, NAMED,
    NUMBER_STATE_ASKED, OFF, STAGED_NUMBERS, STANDS_WITH_ERRORS, WAITS_FOR, WAITS_SINCE, WAITS_WITH, is_same_value,
    left_alone, left_organisations, sells_calling,
};
pub use leaderless::{Leaderless, leaderless};
pub use prices::{Amount, Cost, Prices, money};
pub use selection::{Closed, Lack, Selection, restrict};
pub use step::{Action, Calls, Change, Source, Stage, Step};
pub use twins::{Twin, twins};
pub use undo::{Effect, Kept, Made, Undo, undo};
pub use work::{
    AddressWork, CustomerWork, LocationWork, NumbersWork, PstnWork, ReleaseWork, RemovalWork, Removed, RoleWork,
    SiteWork, UserWork, Work, expand, without,
};
