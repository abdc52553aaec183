//! turnup turns spreadsheets into working Webex for Wholesale customers.

pub mod api;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod journal;
pub mod model;
pub mod pipeline;
pub mod plan;
pub mod report;
pub mod run;
pub mod settings;
pub mod sheet;
pub mod simulator;
pub mod template;
pub mod text;
pub mod workspace;
