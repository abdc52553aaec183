//! The samples hold what they promise: `samples/broken` has one folder per code, `samples/acme` works end to end.
//!
//! A broken folder holds `expect.csv` (what `turnup check FOLDER --format csv` prints) and `expect.exit`. A folder
//! with `expect.run.csv` and `expect.run.exit` is also run, as a copy, against the simulator: with its `faults.toml`
//! when there is one, and after a run of the sheets in `earlier/` when there are any.
//!
//! `TURNUP_BLESS=1 cargo test --test samples` writes what the program says into the expect files; read the difference
//! before it is kept.

#[path = "samples/acme.rs"]
mod acme;
#[path = "samples/broken.rs"]
mod broken;
#[path = "samples/turnup.rs"]
mod turnup;
