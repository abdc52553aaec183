//! What was typed. Nothing is decided here; the words are handed on.

mod activate;
mod doctor;
mod examples;
mod export;
mod log;
mod login;
mod nightly;
mod pages;
mod purge;
mod remind;
mod report;
mod retry;
mod review;
mod run;
mod template;
mod undo;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::check::HoldBack;
use crate::pipeline::Simulation;
use crate::report::{FindingsFormat, PlanFormat};
use crate::settings::Typed;
use crate::text::Lang;

pub use activate::ActivateArgs;
pub use doctor::DoctorArgs;
pub use export::{CompareArgs, ExportArgs};
pub use log::LogArgs;
pub use login::LoginArgs;
pub use nightly::{NightlyArgs, ScheduleArgs};
pub use pages::{CompletionsArgs, ManArgs, completions, man};
pub use purge::PurgeArgs;
pub use remind::RemindArgs;
pub use report::{ReportArgs, RunsArgs, StatusArgs, WhyArgs};
pub use retry::RetryArgs;
pub use review::ReviewArgs;
pub use run::{RunArgs, SelectArgs, UntilArgs};
pub use template::{TemplateAnswers, TemplateCommand};
pub use undo::UndoArgs;

/// Turns spreadsheets into working Webex for Wholesale customers.
#[derive(Debug, Parser)]
#[command(name = "turnup", version, max_term_width = 100, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// Say nothing but results.
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// The language of messages: en or pt-BR [default: that of the locale].
    #[arg(long, value_name = "LANG", global = true, env = "TURNUP_LANG", value_parser = lang)]
    pub lang: Option<Lang>,

    /// The workspace folder, for commands whose first argument is something else.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub folder: Option<PathBuf>,

    #[command(flatten)]
    pub log: LogArgs,
}

impl Cli {
    /// Reads the command line; wrong usage ends the process with a sentence and exit code 2.
    pub fn read() -> Self {
        Self::parse()
    }
}

fn lang(tag: &str) -> Result<Lang, String> {
    Lang::parse(tag).ok_or_else(|| "the languages are en and pt-BR".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  turnup init work                   a new workspace with blank sheets
  turnup check work                  every mistake, nothing sent
  turnup run work --simulate --yes   the whole job against a simulated Webex
  turnup run work                    the real thing; asks before it sends

The token comes from `turnup login`; TURNUP_TOKEN, or a file that TURNUP_TOKEN_FILE names, goes before it.

Exit codes:
  0  all well                  4  some rows failed
  1  environment               5  stopped by a guard
  2  usage                     6  interrupted; `turnup resume` goes on
  3  rows rejected             7  another run works in the folder";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Store an access token, or what tokens are renewed with, for yourself alone.
    Login(LoginArgs),
    /// Make a new workspace with blank sheets, templates and settings.
    #[command(after_help = examples::INIT)]
    Init {
        /// The new folder.
        dir: PathBuf,
        /// One workbook with drop-downs, notes and examples in place of three CSV files.
        #[arg(long)]
        xlsx: bool,
    },
    /// Find every mistake of every row; nothing is sent.
    #[command(after_help = examples::CHECK)]
    Check {
        /// The workspace folder [default: .].
        dir: Option<PathBuf>,
        #[command(flatten)]
        hold_back: HoldBackArgs,
        #[command(flatten)]
        reading: ReadingArgs,
        /// Ask Webex which customers and users stand there already, and Cisco's own precheck about the rows that are
        /// clean; nothing is made by it.
        #[arg(long)]
        online: bool,
        /// Requests of --online at most, repetitions not counted; what does not fit is told as unknown.
        #[arg(long, value_name = "N", default_value_t = 1000, requires = "online")]
        budget: u64,
        /// How findings are written.
        #[arg(long, value_enum, default_value_t)]
        format: CheckFormat,
        /// Only the rows of customers whose `wave` column says so, judged as `plan` and `run` with that wave judge them.
        #[arg(long, value_name = "WAVE")]
        wave: Option<String>,
        /// Draw every finding and name every cause, not only the first few of each.
        #[arg(long, conflicts_with = "format")]
        all: bool,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Show repairs that are certain, such as stray blanks or a lost `+`; with --apply, write them into a copy.
    #[command(after_help = examples::FIX)]
    Fix {
        /// The workspace folder [default: .].
        dir: Option<PathBuf>,
        /// Write the repaired sheets into the folder `fixed` of the workspace.
        #[arg(long)]
        apply: bool,
        #[command(flatten)]
        reading: ReadingArgs,
    },
    /// Show what a run would do: changes, calls, time, licences; nothing is sent.
    #[command(after_help = examples::PLAN)]
    Plan {
        /// The workspace folder [default: .].
        dir: Option<PathBuf>,
        #[command(flatten)]
        select: SelectArgs,
        #[command(flatten)]
        hold_back: HoldBackArgs,
        #[command(flatten)]
        reading: ReadingArgs,
        /// Save the plan too, for `turnup run --plan FILE`.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// How the plan is written.
        #[arg(long, value_enum, default_value_t)]
        format: PageFormatArg,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Check, plan, provision and report.
    Run(RunArgs),
    /// Porting day: bring staged numbers live; asks before it sends.
    Activate(ActivateArgs),
    /// Go on with the latest unfinished run, after a crash, an interruption or a guard.
    #[command(after_help = examples::RESUME)]
    Resume {
        /// The workspace folder [default: .].
        dir: Option<PathBuf>,
        #[command(flatten)]
        until: UntilArgs,
        /// Accepted, since scripts give it everywhere: going on with a run asks nothing.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Take back what one run made, as a reviewed run of its own; what stood before stays.
    Undo(UndoArgs),
    /// Let a run go that was parked since it changes or deletes too much.
    #[command(after_help = examples::APPROVE)]
    Approve {
        /// The run; `turnup runs` lists them.
        run: String,
        /// Do not ask before sending; without a terminal nothing is asked.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Do again only what did not end well, or only the rows of a mended file.
    Retry(RetryArgs),
    /// Make the result files of a run again.
    Report(ReportArgs),
    /// Tell where every customer stands, over all runs; the exit code is the go or no-go.
    Status(StatusArgs),
    /// List who waits for whom, since when; with --yes, have Webex send its consent mails again.
    Remind(RemindArgs),
    /// List the runs of a workspace.
    Runs(RunsArgs),
    /// Serve a page of this machine over runs and rows: see, mend, send; ends with Ctrl-C.
    Review(ReviewArgs),
    /// Read what stands in Webex into the three sheets; nothing is changed.
    Export(ExportArgs),
    /// Name what stands otherwise in Webex than known or wanted; nothing is changed there.
    Compare(CompareArgs),
    /// Add, list and show the onboarding templates of a workspace.
    #[command(after_help = examples::TEMPLATE)]
    Template {
        #[command(subcommand)]
        what: TemplateCommand,
    },
    /// Tell one row's whole story: what became of it, why, and everything that was sent for it in any run.
    Why(WhyArgs),
    /// Tell cause, example and cure of a code, such as C202.
    #[command(after_help = examples::EXPLAIN)]
    Explain {
        /// The code.
        code: String,
    },
    /// List the columns of the three sheets.
    #[command(after_help = examples::COLUMNS)]
    Columns {
        /// Print the JSON Schema of `check --format json` instead.
        #[arg(long)]
        schema: bool,
    },
    /// One night: take new sheets from the inbox, run them, leave off in time, and tell.
    Nightly(NightlyArgs),
    /// Look whether a night could begin; each problem comes with its cure.
    Doctor(DoctorArgs),
    /// Remove what runs of long ago keep of persons; shows it first, and asks.
    Purge(PurgeArgs),
    /// Print or install what starts the nights: a systemd service with its timer, or a crontab line.
    Schedule(ScheduleArgs),
    /// Serve a simulated Webex on a port of this machine; prints `listening URL` first.
    Simulate(SimulateArgs),
    /// Print what completes the command line in bash, zsh, fish and other shells.
    Completions(CompletionsArgs),
    /// Write the pages of the manual into a folder.
    Man(ManArgs),
}

/// How much is held back for one mistake.
#[derive(Debug, Clone, Default, Args)]
pub struct HoldBackArgs {
    /// What is held back for one mistake: the row, its customer, or everything.
    #[arg(long, value_enum)]
    hold_back: Option<HoldBackArg>,
    /// Send nothing while one error stands; the same as `--hold-back all`.
    #[arg(long, conflicts_with = "hold_back")]
    strict: bool,
}

impl Command {
    /// What was said of the API, by commands that ask it.
    pub const fn api(&self) -> Option<&ApiArgs> {
        match self {
            Self::Check { api, .. } | Self::Plan { api, .. } | Self::Resume { api, .. } | Self::Approve { api, .. } => {
                Some(api)
            }
            Self::Run(run) => Some(&run.api),
            Self::Activate(activate) => Some(&activate.api),
            Self::Undo(undo) => Some(&undo.api),
            Self::Retry(retry) => Some(&retry.api),
            Self::Remind(remind) => Some(&remind.api),
            Self::Review(review) => Some(&review.api),
            Self::Export(export) => Some(&export.api),
            Self::Compare(compare) => Some(&compare.api),
            Self::Nightly(nightly) => Some(&nightly.api),
            Self::Doctor(doctor) => Some(&doctor.api),
            _ => None,
        }
    }
}

/// What concerns the API.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "API")]
pub struct ApiArgs {
    /// The base of the API [default: Cisco's own, `https://webexapis.com/v1`].
    #[arg(long, value_name = "URL", env = "TURNUP_API_URL", hide_env_values = true)]
    api_url: Option<String>,
    /// A profile of your own settings: its API, its login and its pace [default: `profile` of turnup.toml, else of yours].
    #[arg(long, value_name = "NAME", env = "TURNUP_PROFILE")]
    profile: Option<String>,
    /// The organisation of the sub-partner on whose behalf customers and users are made.
    #[arg(long, value_name = "ORG_ID", env = "TURNUP_SUB_PARTNER")]
    sub_partner: Option<String>,
    /// The mail address of that sub-partner's administrator, which customers then name.
    #[arg(long, value_name = "EMAIL", env = "TURNUP_SUB_PARTNER_ADMIN")]
    sub_partner_admin: Option<String>,
    /// Go on in this folder although it is a copy of another one, which must never be run again.
    #[arg(long)]
    this_copy: bool,
    /// Use the built-in simulator; its state lives in .turnup/simulator.json.
    #[arg(long, env = "TURNUP_SIMULATE", value_parser = clap::builder::FalseyValueParser::new())]
    simulate: bool,
    /// Faults of the built-in simulator: a file, or a seed.
    #[arg(long, value_name = "FILE|SEED", env = "TURNUP_FAULTS", requires = "simulate")]
    faults: Option<String>,
    /// Requests under way at one time [default: as many as are answered without delay].
    #[arg(long, value_name = "N", env = "TURNUP_MAX_IN_FLIGHT")]
    max_in_flight: Option<usize>,
    /// Requests per second at most [default: no ceiling].
    #[arg(long, value_name = "N", env = "TURNUP_RATE")]
    rate: Option<f64>,
    /// First wait between two looks at a new customer, in milliseconds [default: 5000; 50 with --simulate].
    #[arg(long, value_name = "N", env = "TURNUP_POLL_MS")]
    poll_ms: Option<u64>,
    /// How long an answer may take, in milliseconds [default: 30000].
    #[arg(long, value_name = "N", env = "TURNUP_TIMEOUT_MS")]
    timeout_ms: Option<u64>,
    /// How late a created object may become visible, in milliseconds [default: 2000; 300 with --simulate].
    #[arg(long, value_name = "N", env = "TURNUP_GRACE_MS")]
    grace_ms: Option<u64>,
}

impl ApiArgs {
    /// Is the API the built-in simulator?
    pub const fn simulates(&self) -> bool {
        self.simulate
    }
}

/// How the sheets are read.
#[derive(Debug, Clone, Default, Args)]
pub struct ReadingArgs {
    /// The encoding of the sheets, such as windows-1252; told from each file otherwise.
    #[arg(long, value_name = "NAME", env = "TURNUP_ENCODING")]
    encoding: Option<String>,
}

/// How the simulator behaves.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = examples::SIMULATE)]
pub struct SimulateArgs {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How long every answer takes, in milliseconds.
    #[arg(long, value_name = "N")]
    latency_ms: Option<u64>,
    /// How long a new customer takes to be ready, in milliseconds.
    #[arg(long, value_name = "N")]
    provision_ms: Option<u64>,
    /// Requests per second, above which 429 is answered.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// A fault file, or a seed.
    #[arg(long, value_name = "FILE|SEED")]
    faults: Option<String>,
    /// Where its state is kept; without it, it forgets.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum CheckFormat {
    #[default]
    Text,
    Json,
    Csv,
}

impl CheckFormat {
    /// The format, without bounds if all is wanted.
    pub const fn of(self, all: bool) -> FindingsFormat {
        match self {
            _ if all => FindingsFormat::Whole,
            Self::Text => FindingsFormat::Text,
            Self::Json => FindingsFormat::Json,
            Self::Csv => FindingsFormat::Csv,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum PlanFormatArg {
    #[default]
    Text,
    Json,
}

/// As [`PlanFormatArg`], and a page.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum PageFormatArg {
    #[default]
    Text,
    Json,
    Html,
}

impl From<PageFormatArg> for PlanFormat {
    fn from(format: PageFormatArg) -> Self {
        match format {
            PageFormatArg::Text => Self::Text,
            PageFormatArg::Json => Self::Json,
            PageFormatArg::Html => Self::Html,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum HoldBackArg {
    Row,
    Customer,
    All,
}

impl HoldBackArgs {
    /// What was said, if anything was.
    const fn chosen(&self) -> Option<HoldBack> {
        match (self.strict, self.hold_back) {
            (true, _) | (false, Some(HoldBackArg::All)) => Some(HoldBack::All),
            (false, Some(HoldBackArg::Row)) => Some(HoldBack::Row),
            (false, Some(HoldBackArg::Customer)) => Some(HoldBack::Customer),
            (false, None) => None,
        }
    }
}

/// Puts together what was typed.
pub fn typed(lang: Option<Lang>, hold_back: &HoldBackArgs, reading: &ReadingArgs, api: &ApiArgs) -> Typed {
    Typed {
        lang,
        api_url: api.api_url.clone(),
        simulate: api.simulate,
        this_copy: api.this_copy,
        max_in_flight: api.max_in_flight,
        rate: api.rate,
        poll_ms: api.poll_ms,
        timeout_ms: api.timeout_ms,
        grace_ms: api.grace_ms,
        hold_back: hold_back.chosen(),
        encoding: reading.encoding.clone(),
        faults: api.faults.clone(),
        profile: api.profile.clone().filter(|name| !name.is_empty()),
        sub_partner: api.sub_partner.clone(),
        sub_partner_admin: api.sub_partner_admin.clone(),
        is_wave: false,
    }
}

impl From<&SimulateArgs> for Simulation {
    fn from(typed: &SimulateArgs) -> Self {
        Self {
            port: typed.port,
            latency_ms: typed.latency_ms,
            provision_ms: typed.provision_ms,
            rate: typed.rate,
            faults: typed.faults.clone(),
            state: typed.state.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
