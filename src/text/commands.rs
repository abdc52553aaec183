//! Commands that texts name: each is told with the folder that was named, so that it can be typed as it stands.

use std::borrow::Cow;
use std::path::Path;

/// How a text names a command.
const BEGIN: &str = "`turnup ";
/// Commands that take the folder as their first argument.
const DIR: [&str; 15] = [
    "activate", "check", "compare", "doctor", "export", "fix", "nightly", "plan", "remind", "resume", "retry",
    "review", "run", "runs", "status",
];
/// Commands that take it behind `-C`.
const BEHIND: [&str; 4] = ["approve", "report", "undo", "why"];

/// The text with the folder in every command that takes one and names none. The folder one stands in needs no name.
pub fn in_folder<'t>(text: &'t str, folder: &Path) -> Cow<'t, str> {
    if folder == Path::new(".") || folder.as_os_str().is_empty() || !text.contains(BEGIN) {
        return Cow::Borrowed(text);
    }
    let folder = quoted(&folder.display().to_string());
    let mut parts = text.split(BEGIN);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        whole.push_str(BEGIN);
        match part.split_once('`') {
            Some((command, rest)) => whole.extend([&*placed(command, &folder), "`", rest]),
            None => whole.push_str(part),
        }
    }
    Cow::Owned(whole)
}

/// A command without `turnup`, with its folder.
fn placed<'t>(command: &'t str, folder: &str) -> Cow<'t, str> {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    let has_place = rest.split(' ').any(|word| word == "-C");
    match () {
        () if DIR.contains(&name) && (rest.is_empty() || rest.starts_with('-')) && !has_place => {
            Cow::Owned(format!("{name} {folder} {rest}").trim_end().to_owned())
        }
        () if BEHIND.contains(&name) && !has_place => {
            // They name a run or a row, but for the report, which is of the latest run then.
            let rest = if rest.is_empty() && matches!(name, "approve" | "undo") { "RUN" } else { rest };
            Cow::Owned(format!(
                "{}{} -C {folder}",
                name,
                if rest.is_empty() { String::new() } else { format!(" {rest}") }
            ))
        }
        () => Cow::Borrowed(command),
    }
}

/// A word as a shell understands it.
pub fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:@%,~=".contains(c);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_as_it_is_told() {
        for (text, folder, expected) in [
            ("`turnup resume` goes on", ".", "`turnup resume` goes on"),
            ("`turnup resume` goes on", "work", "`turnup resume work` goes on"),
            ("`turnup run --plan a.plan` runs it", "work", "`turnup run work --plan a.plan` runs it"),
            ("`turnup check work --all`", "work", "`turnup check work --all`"),
            ("`turnup check` and `turnup why a.csv:3`", "w", "`turnup check w` and `turnup why a.csv:3 -C w`"),
            ("`turnup approve R1` or `turnup approve`", "w", "`turnup approve R1 -C w` or `turnup approve RUN -C w`"),
            ("`turnup report` shows it", "w", "`turnup report -C w` shows it"),
            ("run `turnup login`; `turnup columns`", "w", "run `turnup login`; `turnup columns`"),
            ("`turnup run`", "my work", "`turnup run 'my work'`"),
            ("`turnup run`", "it's", "`turnup run 'it'\\''s'`"),
            ("an open `turnup run", "w", "an open `turnup run"),
        ] {
            let told = in_folder(text, Path::new(folder));
            assert_eq!(told, expected);
            assert_eq!(in_folder(&told, Path::new(folder)), expected, "once is enough");
        }
    }
}
