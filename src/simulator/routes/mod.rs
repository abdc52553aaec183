//! The operations of the API, split by area. A route checks, changes the store and answers; it never
//! looks at faults, tokens or the clock.

mod calling;
mod customers;
pub mod emergency;
mod extensions;
mod jobs;
mod locations;
mod numbers;
mod organizations;
mod people;
mod precheck;
pub mod pstn;
pub mod roles;
mod scim;
mod subscribers;
pub mod token;

use super::router::Route;

/// Every operation; where two templates fit a path, the earlier one wins.
pub const TABLES: &[&[Route]] = &[
    token::ROUTES,
    precheck::ROUTES,
    customers::ROUTES,
    subscribers::ROUTES,
    organizations::ROUTES,
    locations::ROUTES,
    jobs::ROUTES,
    calling::ROUTES,
    pstn::ROUTES,
    emergency::ROUTES,
    numbers::ROUTES,
    extensions::ROUTES,
    people::ROUTES,
    roles::ROUTES,
    scim::ROUTES,
];
