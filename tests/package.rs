//! The Debian package: it is built by the script of the project, unpacked, and what is in it works.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn packed(folder: &Path) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/package.sh");
    let output = ran(Command::new("sh")
        .env("TURNUP_PACK_FAST", "yes")
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_turnup"))
        .arg(folder));
    let text = String::from_utf8(output.stdout).expect("a path");
    PathBuf::from(text.lines().last().expect("the last line names the package"))
}

#[test]
fn the_package_holds_a_program_that_works_its_manual_and_completions() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let package = packed(folder.path());
    let root = folder.path().join("root");
    ran(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&root));

    let version = ran(Command::new(root.join("usr/bin/turnup")).arg("--version"));
    let version = String::from_utf8(version.stdout).expect("text");
    assert_eq!(version.trim(), format!("turnup {}", env!("CARGO_PKG_VERSION")));
    let field = ran(Command::new("dpkg-deb").arg("-f").arg(&package).arg("Version"));
    assert_eq!(String::from_utf8_lossy(&field.stdout).trim(), env!("CARGO_PKG_VERSION"));

    let script = root.join("usr/share/bash-completion/completions/turnup");
    let completes = "source \"$0\"; complete -p turnup >&2 || exit 1; COMP_WORDS=(turnup nig); COMP_CWORD=1; \
                     _turnup turnup nig turnup; echo \"${COMPREPLY[@]}\"";
    let words = ran(Command::new("bash").args(["-c", completes]).arg(&script));
    let words = String::from_utf8(words.stdout).expect("text");
    assert_eq!(words.lines().last(), Some("nightly"), "{words}");
    for file in ["zsh/vendor-completions/_turnup", "fish/vendor_completions.d/turnup.fish", "doc/turnup/copyright"] {
        assert!(root.join("usr/share").join(file).metadata().is_ok_and(|file| file.len() > 500), "{file}");
    }
    for page in ["turnup", "turnup-run", "turnup-nightly"] {
        let pages = root.join(format!("usr/share/man/man1/{page}.1.gz"));
        let drawn = "gzip -dc \"$0\" | groff -man -Tutf8 -ww -P-cbou";
        let drawn = ran(Command::new("bash").args(["-o", "pipefail", "-c", drawn]).arg(&pages));
        assert_eq!(String::from_utf8_lossy(&drawn.stderr), "", "{page}: groff warns of nothing");
        assert!(String::from_utf8_lossy(&drawn.stdout).contains("SYNOPSIS"), "{page}");
    }
}

#[test]
fn the_same_program_makes_the_same_package() {
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let read = |folder: &Path| std::fs::read(packed(folder)).expect("it was built");
    assert!(read(one.path()) == read(other.path()), "the packages differ");
}
