//! The provider seam: typed requests and answers, and a client that paces, retries and sorts.
//!
//! Everything above [`Transport`] is the same code against Webex and against the simulator. Nothing here decides
//! what is to be done; nothing here writes a journal.

pub mod answers;
mod behalf;
mod blot;
pub mod calls;
mod client;
pub mod emergency;
mod endpoint;
mod foreign;
mod pace;
pub mod pages;
mod person;
mod refresh;
pub mod roles;
pub mod shown;
mod sort;
mod token;
mod transport;
pub mod wire;

pub use behalf::Behalf;
pub use client::{Client, ClientSettings, IN_FLIGHT, LATENCY, PREPARATION, PREPARATION_MOST, Weight};
pub use pace::ALL;
pub use refresh::{Grant, Held, Keeper, Refresh};
pub use sort::{Failure, Refusal};
pub use token::{Renewal, Token, Tokens};
pub use transport::{BaseUrl, Carried, Lost, Transport, is_loopback};
