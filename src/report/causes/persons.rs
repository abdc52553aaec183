//! Causes for places where nobody may read of persons: mails, and what a night prints into somebody's log.

use super::{Cause, Causes};
use crate::sheet::HEADERS;
use crate::text::masked;

/// Columns whose values name no person; those of all others are left out.
const OPEN: [&str; 20] = [
    "action",
    "announcement_language",
    "country",
    "customer_external_id",
    "emergency_address",
    "emergency_callback",
    "external_id",
    "language",
    "location",
    "location_name",
    "number_state",
    "package",
    "packages",
    "pstn_connection",
    "role",
    "state",
    "supported_location",
    "template",
    "timezone",
    "wave",
];
/// Files that turnup reads, by the names that it gives them.
const FILES: [&str; 8] = [
    "customers.csv",
    "locations.csv",
    "users.csv",
    "workbook.xlsx",
    "templates.toml",
    "turnup.toml",
    "corrections.csv",
    "waves.csv",
];
/// Settings and keys of templates that words to mend name.
const SETTINGS: [&str; 18] = [
    "authentication",
    "canary",
    "countries",
    "customer_rows_min",
    "default_language",
    "failure_rows_min",
    "hold_back",
    "max_change_rate",
    "max_changes",
    "max_error_rate",
    "max_failure_rate",
    "max_in_flight",
    "provisioning_id",
    "pstn_provider",
    "service_provider_admin",
    "sub_partner",
    "subscription",
    "templates",
];
/// Sections of settings.
const SECTIONS: [&str; 8] = ["api", "columns", "guards", "lists", "nightly", "run", "severity", "token"];
/// Options that words to mend name.
const OPTIONS: [&str; 4] = ["encoding", "simulate", "wave", "yes"];
/// What stands for a value that is left out.
const LEFT_OUT: &str = "…";

impl Causes {
    /// The same causes without a value that may name a person.
    #[must_use]
    pub fn without_persons(&self) -> Self {
        Self { list: self.list.iter().map(impersonal).collect(), ..self.clone() }
    }
}

fn impersonal(cause: &Cause) -> Cause {
    let mut cause = cause.clone();
    let columns =
        cause.examples.iter().filter_map(|example| example.column.as_deref()).chain(cause.mend.column.as_deref());
    let mut columns = columns.peekable();
    let is_open = columns.peek().is_some() && columns.all(|column| OPEN.contains(&column));
    if is_open {
        return cause;
    }
    let values: Vec<String> =
        cause.examples.iter().map(|example| example.value.clone()).chain(cause.mend.value.take()).collect();
    for value in values.iter().filter(|value| !value.is_empty()) {
        cause.title = cause.title.replace(&format!("`{value}`"), &format!("`{LEFT_OUT}`"));
    }
    cause.title = masked(&cause.title);
    cause.message = masked(&without_quoted(&cause.message));
    cause.fix = without_quoted(&cause.fix);
    for example in &mut cause.examples {
        example.value.clear();
    }
    cause
}

/// A text without what stands between backticks, which are values; commands and codes stay.
/// Lines of a plan, or about cells, without a value that may name a person. A value that follows the name of an open column
/// stays, and so does the one that takes its place.
pub fn without_persons(text: &str) -> String {
    masked(&text.split_inclusive('\n').map(without_values).collect::<String>())
}

fn without_values(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut column = "";
    for (at, part) in line.split('`').enumerate() {
        let is_quoted = at % 2 == 1;
        if !is_quoted && part != " -> " {
            column = part.split_whitespace().next_back().unwrap_or_default();
        }
        let is_kept = !is_quoted || is_kept(part) || OPEN.contains(&column);
        plain.push_str(if at == 0 { "" } else { "`" });
        plain.push_str(if is_kept { part } else { LEFT_OUT });
    }
    plain
}

/// Commands and options, columns, files and settings of turnup, and signs name no person.
fn is_kept(quoted: &str) -> bool {
    quoted.starts_with("turnup ")
        || quoted.strip_prefix("--").is_some_and(|option| OPTIONS.contains(&option))
        || quoted.strip_prefix('[').and_then(|name| name.strip_suffix(']')).is_some_and(|name| SECTIONS.contains(&name))
        || HEADERS.contains(&quoted)
        || quoted.rsplit('/').next().is_some_and(|name| FILES.contains(&name))
        || SETTINGS.contains(&quoted)
        || !quoted.contains(char::is_alphanumeric)
}

fn without_quoted(text: &str) -> String {
    let mut parts = text.split('`');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    let mut is_quoted = true;
    for part in parts {
        plain.push('`');
        plain.push_str(if is_quoted && !is_kept(part) { LEFT_OUT } else { part });
        is_quoted = !is_quoted;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::causes::{CauseExample, CauseKind, Mend};

    fn cause(column: Option<&str>, value: &str, message: &str) -> Cause {
        let example = CauseExample {
            file: "users.csv".to_owned(),
            sheet: Some("users"),
            row: Some(6),
            column: column.map(str::to_owned),
            cell: None,
            value: value.to_owned(),
        };
        Cause {
            id: "1".to_owned(),
            kind: CauseKind::Value,
            codes: Vec::new(),
            title: format!("`{value}` in column `email` of users.csv"),
            message: message.to_owned(),
            fix: format!("write it again as `{value}2`; `turnup columns` tells"),
            mend: Mend { value: Some(value.to_owned()), ..Mend::default() },
            rows: 1,
            blocked: 0,
            passing: 1,
            share: 1.0,
            examples: vec![example],
        }
    }

    #[test]
    fn no_value_of_a_person_is_left() {
        let told = |cause: &Cause| {
            let one = impersonal(cause);
            format!("{} | {} | {} | {:?}{:?}", one.title, one.message, one.fix, one.mend.value, one.examples[0].value)
        };
        assert_eq!(
            told(&cause(Some("email"), "ana at a.example", "`ana at a.example` is not an e-mail address")),
            "`…` in column `email` of users.csv | `…` is not an e-mail address | write it again as `…`; `turnup columns` tells | None\"\""
        );
        let own = "write `Y2lz` into the column `org_id`, or `ana` into `max_changes` under `[guards]` of `turnup.toml`, expected `]`";
        assert_eq!(
            impersonal(&cause(None, "x", own)).message,
            "write `…` into the column `org_id`, or `…` into `max_changes` under `[guards]` of `turnup.toml`, expected `]`"
        );
        let like_ours = impersonal(&cause(None, "x", "`[Ana]`, `--Ana` and `ana/users` are none of `--wave`"));
        assert_eq!(like_ours.message, "`…`, `…` and `…` are none of `--wave`");
        let webex = told(&cause(None, "x", "10022 of ana.prado@a.example, +351211234567"));
        assert!(!webex.contains("prado") && !webex.contains("211234567"), "{webex}");
        let package = cause(Some("package"), "webex_caling", "`webex_caling` is not a package");
        assert_eq!(impersonal(&package), package);
    }

    #[test]
    fn a_plan_keeps_what_names_nobody() {
        let text = "update user/ana@tejo.example: last_name `Dias` -> `Lopes`, package `webex_suite` -> `webex_calling`\n\
                    users.csv:3: `Zé` is damaged; `turnup check` says more\n";
        let plain = "update user/a…@t….example: last_name `…` -> `…`, package `webex_suite` -> `webex_calling`\n\
                     users.csv:3: `…` is damaged; `turnup check` says more\n";
        assert_eq!(without_persons(text), plain);
    }
}
