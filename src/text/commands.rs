//! Commands that texts name: each is told with the folder that was named, and with `--simulate` where that is what was done,
//! so that it can be typed as it stands.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Commands that take the folder as their first argument.
const DIR: [&str; 15] = [
    "activate", "check", "compare", "doctor", "export", "fix", "nightly", "plan", "remind", "resume", "retry",
    "review", "run", "runs", "status",
];
/// Commands that take it behind `-C`.
const BEHIND: [&str; 5] = ["approve", "report", "template add", "undo", "why"];

/// Commands that go to Webex.
const SENDING: [&str; 12] = [
    "activate", "approve", "compare", "export", "nightly", "plan", "remind", "resume", "retry", "review", "run", "undo",
];

/// What the commands are typed for that a text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Here {
    /// The folder as it was named; the one that somebody stands in needs no name.
    pub folder: PathBuf,
    /// Practising: what goes to Webex takes `--simulate`.
    pub simulates: bool,
}

impl Here {
    /// Commands of that folder, which go to Webex itself.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), simulates: false }
    }

    /// The text with the folder in every command that takes one and names none, and with `--simulate` where it is practised.
    pub fn told<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.marked(text, ["`turnup ", "`"], str::to_owned)
    }

    /// The same of a page, where commands stand as code.
    pub fn in_page<'t>(&self, page: &'t str) -> Cow<'t, str> {
        let escaped = |folder: &str| folder.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.marked(page, ["<code><bdi dir=\"auto\">turnup ", "</bdi></code>"], escaped)
    }

    /// The same of a text in which commands stand between those marks.
    fn marked<'t>(&self, text: &'t str, [begin, end]: [&str; 2], written: impl Fn(&str) -> String) -> Cow<'t, str> {
        let needs_no_name = self.folder == Path::new(".") || self.folder.as_os_str().is_empty();
        let folder = (!needs_no_name).then(|| written(&quoted(&self.folder.display().to_string())));
        if (folder.is_none() && !self.simulates) || !text.contains(begin) {
            return Cow::Borrowed(text);
        }
        let mut parts = text.split(begin);
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            whole.push_str(begin);
            match part.split_once(end) {
                Some((command, rest)) => {
                    let placed = folder.as_ref().map_or(Cow::Borrowed(command), |folder| placed(command, folder));
                    let told = if self.simulates { simulated(placed) } else { placed };
                    whole.extend([&*told, end, rest]);
                }
                None => whole.push_str(part),
            }
        }
        Cow::Owned(whole)
    }
}

/// A command without `turnup`, with its folder.
fn placed<'t>(command: &'t str, folder: &str) -> Cow<'t, str> {
    let (name, rest) = match command.strip_prefix("template add") {
        Some(rest) => ("template add", rest.trim_start()),
        None => command.split_once(' ').unwrap_or((command, "")),
    };
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

/// A command without `turnup`, for the simulator.
fn simulated(command: Cow<'_, str>) -> Cow<'_, str> {
    let mut words = command.split(' ');
    let is_sent = words.next().is_some_and(|name| SENDING.contains(&name)) || command.contains(" --online");
    if is_sent && words.all(|word| word != "--simulate") {
        Cow::Owned(format!("{command} --simulate"))
    } else {
        command
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
            ("`turnup template add` asks", "w", "`turnup template add -C w` asks"),
            ("an open `turnup run", "w", "an open `turnup run"),
        ] {
            let here = Here::new(Path::new(folder));
            let told = here.told(text);
            assert_eq!(told, expected);
            assert_eq!(here.told(&told), expected, "once is enough");
        }
    }

    #[test]
    fn a_page_names_the_folder_too() {
        let here = Here::new(Path::new("a & b"));
        let code = |text: &str| format!("see <code><bdi dir=\"auto\">{text}</bdi></code>, `turnup check`");
        let page = code("turnup why users.csv:3") + &code("users.csv");
        let told = here.in_page(&page);
        assert_eq!(told, code("turnup why users.csv:3 -C 'a &amp; b'") + &code("users.csv"));
        assert_eq!(here.in_page(&told), told, "once is enough");
    }

    #[test]
    fn what_is_practised_goes_on_being_practised() {
        for (text, folder, expected) in [
            ("`turnup resume` goes on", ".", "`turnup resume --simulate` goes on"),
            ("`turnup retry --from FILE`", "w", "`turnup retry w --from FILE --simulate`"),
            ("`turnup check` or `turnup undo R`", "w", "`turnup check w` or `turnup undo R -C w --simulate`"),
        ] {
            let here = Here { folder: folder.into(), simulates: true };
            let told = here.told(text);
            assert_eq!(told, expected);
            assert_eq!(here.told(&told), expected, "once is enough");
        }
    }
}
