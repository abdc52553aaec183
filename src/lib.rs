//! turnup turns spreadsheets into working Webex for Wholesale customers.
//!
//! # The flow
//!
//! ```text
//! files ─read─▶ Sheets ─▶ Rows ─check─▶ Batch ─plan─▶ Plan ─┐
//!                 │                │          ▲             ├─▶ Board ⇄ run ⇄ api ─▶ Event ─▶ journal
//!                 └── Diagnostics ─┘    known state ◀───────┘     │                   └────▶ progress
//!                          │                                      ▼
//!                          └────────────────────────────────▶ report ─▶ csv, xlsx, text, json ─▶ review
//! ```
//!
//! Data moves one way; the only loop is inside [`run`]. No stage calls the next one: [`pipeline`] calls them in order,
//! one readable function per command.
//!
//! | stage | module | from | to |
//! |---|---|---|---|
//! | 1 | [`sheet`], [`template`] | files | rows as they stand, and what cells mean |
//! | 2 | [`check`] | rows | a batch that is proven valid, and findings |
//! | 3 | [`plan`] | batch + known state | steps by natural key, with what each needs |
//! | 4 | [`run`] | plan | events, through [`api`] and into the [`journal`] |
//! | 5 | [`report`] | outcomes | one result for every row |
//!
//! [`nightly`] calls the pipeline unattended: it takes new sheets, and tells in the morning.
//!
//! The way back is short: [`export`] reads what stands in Webex into the same rows, and compares it with what is known.
//!
//! [`review`] shows all of it on a page of this machine: rows are mended there under the same checks, and sent through the
//! same functions.
//!
//! [`model`] is the vocabulary, [`diagnostic`] a finding, [`text`] its words, [`workspace`] the folder, [`settings`]
//! what was configured, [`cli`] what was typed, [`log`] what those are told who look closely, [`simulator`] a Webex in
//! memory.
//!
//! # Three kinds of wrong
//!
//! - A *finding* ([`diagnostic::Diagnostic`]) is the operator's input: collected, never thrown; exit code 3.
//! - A *failure* ([`api::Failure`]) is the provider's answer for one row: recorded, and the run goes on; exit code 4.
//! - A *fault* (`anyhow::Error`) is our environment: it stops the run in one sentence; exit code 1.
//!
//! # Effectively once
//!
//! A step is known by its natural key ([`plan::StepId`]), never by a row number. Before a request that makes something
//! leaves, its intent is on disk. A request whose answer never came is *in doubt*: it is looked up by natural key,
//! again and again until nothing can become visible late any more, before it is sent once more. A look-up that fails
//! leaves it in doubt. Live run and recovery move through the same function, [`journal::State::next`].
//!
//! # Two seams
//!
//! [`api::Transport`] is cut at the HTTP message, so that pace, retry and sorting are the same code against Webex and
//! against the simulator. [`journal::Log`] is a trait: SQLite on disk, memory in tests. Everything else is plain
//! functions over values. Who may use whom is held by `tests/architecture.rs`.

pub mod api;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod export;
pub mod journal;
pub mod log;
pub mod model;
pub mod nightly;
pub mod pipeline;
pub mod plan;
pub mod report;
pub mod review;
pub mod run;
pub mod settings;
pub mod sheet;
pub mod simulator;
pub mod template;
pub mod text;
pub mod workspace;
