//! What lies beside a file: the mark of a program that has it open, and copies that a sync folder or a browser made.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, Place};

/// Names of copies that sync folders make, in lower case: English and Portuguese.
const COPY_WORDS: [&str; 5] = ["conflicted copy", "cópia em conflito", "conflicting copy", "copy", "cópia"];

/// Finds the program that has a file open, and its doubles. A folder that cannot be listed has none.
pub fn beside(path: &Path) -> Vec<Diagnostic> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut others: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    others.sort();
    let place = || Place::file(&name.into(), None);
    let mut found = Vec::new();
    for other in &others {
        if let Some(program) = opened_by(name, other) {
            found.push(Diagnostic::new(Code::FileOpenElsewhere, place()).value(other).with("program", program));
        } else if original(other).is_some_and(|of| of == name) {
            found.push(Diagnostic::new(Code::FileDoubled, place()).value(other).with("original", name));
        }
    }
    if let Some(of) = original(name) {
        found.push(Diagnostic::new(Code::FileDoubled, place()).value(name).with("original", of));
    }
    found
}

/// The program that a lock file tells of. Excel leaves the first two letters of longer names out.
fn opened_by(name: &str, other: &str) -> Option<&'static str> {
    if other.strip_prefix(".~lock.").and_then(|rest| rest.strip_suffix('#')) == Some(name) {
        return Some("LibreOffice");
    }
    let rest = other.strip_prefix("~$")?;
    let is_cut = name.char_indices().nth(2).is_some_and(|(at, _)| &name[at..] == rest);
    (rest == name || is_cut).then_some("Excel")
}

/// The name that a copy was made of: `users (1).csv`, `users - Copy.csv`, `users (Ana's conflicted copy 2026-11-25).csv`,
/// `users-ANA-PC.csv` is none, since a name may be meant so.
pub fn original(name: &str) -> Option<String> {
    let (stem, extension) = name.rsplit_once('.')?;
    let of = |stem: &str| Some(format!("{}.{extension}", stem.trim_end())).filter(|_| !stem.trim().is_empty());
    if let Some(open) = stem.strip_suffix(')').and_then(|rest| rest.rfind('(')) {
        let inside = stem[open + 1..stem.len() - 1].to_lowercase();
        let is_number = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || COPY_WORDS.iter().any(|word| inside.contains(word)) {
            return of(&stem[..open]);
        }
    }
    let (before, last) = stem.rsplit_once(" - ")?;
    let last = last.to_lowercase();
    if COPY_WORDS.contains(&last.as_str()) { of(before) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_known_by_their_names() {
        for copy in [
            "users.rejected (1).csv",
            "users.rejected (Ana's conflicted copy 2026-11-25).csv",
            "users.rejected (cópia em conflito de Ana 2026-11-25).csv",
            "users.rejected - Copy.csv",
            "users.rejected - Cópia.csv",
        ] {
            assert_eq!(original(copy).as_deref(), Some("users.rejected.csv"), "{copy}");
        }
        for name in ["users.csv", "users (old).csv", "users (2.csv", "(1).csv", "users", ".csv", "users - new.csv"] {
            assert_eq!(original(name), None, "{name}");
        }
    }

    #[test]
    fn locks_are_known_by_their_names() {
        assert_eq!(opened_by("users.csv", ".~lock.users.csv#"), Some("LibreOffice"));
        assert_eq!(opened_by("users.csv", "~$users.csv"), Some("Excel"));
        assert_eq!(opened_by("workbook.xlsx", "~$rkbook.xlsx"), Some("Excel"));
        for other in ["users.csv", "~$x.csv", ".~lock.users.csv", ".~lock.locations.csv#", "~$", "~$é"] {
            assert_eq!(opened_by("users.csv", other), None, "{other}");
        }
    }

    #[test]
    fn what_lies_beside_a_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for name in ["users.csv", "users (1).csv", ".~lock.users.csv#", "locations.csv"] {
            std::fs::write(folder.path().join(name), "").expect("the test may write here");
        }
        let found = |name: &str| -> Vec<(Code, String)> {
            beside(&folder.path().join(name)).into_iter().map(|found| (found.code, found.value)).collect()
        };
        let (open, double) = (Code::FileOpenElsewhere, Code::FileDoubled);
        assert_eq!(found("users.csv"), [(open, ".~lock.users.csv#".to_owned()), (double, "users (1).csv".to_owned())]);
        assert_eq!(found("users (1).csv"), [(double, "users (1).csv".to_owned())]);
        assert_eq!(found("locations.csv"), []);
        assert_eq!(found("nowhere/users.csv"), []);
    }
}
