//! Live state -> the same sheets; and what stands otherwise in Webex than turnup knows it.
//!
//! Everything is read by lists, one organisation beside the other, and nothing is written anywhere. A customer is read
//! whole or not at all.

mod accept;
mod chosen;
mod compare;
mod gone;
mod live;
mod look;
mod numbers;
mod picture;
mod reader;
mod rows;
mod survey;
mod wishes;

pub use accept::{Amended, accept, is_acceptable};
pub use compare::{Difference, Kind, Wanted, compare, sizes};
pub use gone::surely_gone;
pub use live::{Reading, Unread, customers, estimate, read};
pub use picture::{Fields, Person, Picture, Site};
pub use reader::Budget;
pub use rows::{Exported, Notice, Notices, export};
pub use survey::{Listed, Listing, NotRead, Sought, survey};
pub use wishes::wishes;
