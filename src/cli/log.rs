//! What was typed about the log, before or behind any command.

use clap::{Args, ValueEnum};

use crate::log::{Form, Order, filter};

/// What is logged on standard error, and how.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// Log on standard error: error, warn, info, debug, trace, or such as `turnup=debug` [default: error].
    #[arg(long, value_name = "LEVEL", global = true, env = "TURNUP_LOG", value_parser = filter)]
    log: Option<String>,
    /// How the log is written; JSON lines have timestamp, level, run, step, `tracking_id`, target, message and fields.
    #[arg(long, global = true, env = "TURNUP_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
    /// Log e-mails and telephone numbers as they are, in place of masked ones
    #[arg(long, global = true)]
    log_personal: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum LogFormat {
    #[default]
    Text,
    Json,
}

impl LogArgs {
    /// What is to be logged, and how.
    pub fn order(&self) -> Order {
        let form = match self.log_format {
            LogFormat::Text => Form::Text,
            LogFormat::Json => Form::Json,
        };
        Order { filter: self.log.clone(), form, shows_personal: self.log_personal }
    }
}
