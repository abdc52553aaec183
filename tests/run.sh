#!/bin/sh
# Builds and tests everything from a fresh clone. What is missing is installed, and said; what cannot be installed ends
# the script with a sentence.
set -eu
cd "$(dirname "$0")/.."
exec </dev/null
export DEBIAN_FRONTEND=noninteractive
PATH="$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin"
export PATH

fail() {
    echo "tests/run.sh: $1" >&2
    exit 1
}

# need NAME 'test command' 'install command' 'what it is for'
need() {
    if sh -c "$2" >/dev/null 2>&1; then
        return
    fi
    echo "tests/run.sh: installing $1, needed for $4"
    sh -c "$3" || fail "could not install $1, needed for $4; the command was: $3"
    sh -c "$2" >/dev/null 2>&1 || fail "$1, needed for $4, is still missing after: $3"
}

cargo --version >/dev/null 2>&1 || fail "Rust is missing: install it from https://rustup.rs and run this again"

need "a C compiler" \
    "command -v cc" \
    "apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev" \
    "SQLite and the cryptography of TLS"
need "cargo-nextest" \
    "cargo nextest --version" \
    "cargo install cargo-nextest --locked" \
    "running the tests"

need "groff" \
    "command -v groff" \
    "apt-get update && apt-get install --yes --no-install-recommends groff-base" \
    "reading the pages of the manual"
need "dpkg-deb" \
    "command -v dpkg-deb" \
    "apt-get update && apt-get install --yes --no-install-recommends dpkg" \
    "building the Debian package"

need "systemd-analyze" \
    "command -v systemd-analyze" \
    "apt-get update && apt-get install --yes --no-install-recommends systemd" \
    "judging the units that \`turnup schedule\` makes"

need "LibreOffice Calc" \
    "command -v soffice" \
    "apt-get update && apt-get install --yes --no-install-recommends libreoffice-calc" \
    "opening and saving rejected rows as people do"
need "Node.js with npm" \
    "node --version && npm --version" \
    "apt-get update && apt-get install --yes --no-install-recommends nodejs npm" \
    "the tests of the pages"
need "chromium" \
    "command -v chromium" \
    "apt-get update && apt-get install --yes --no-install-recommends chromium" \
    "the tests of the pages"
need "playwright-core and axe-core" \
    "npm ls --prefix tests/review" \
    "npm ci --prefix tests/review --no-audit --no-fund --silent" \
    "the tests of the pages"

# All of them, also those that only other systems build: the test of the licences reads every one, without network.
cargo fetch --locked || fail "could not fetch the crates that Cargo.lock names"

cargo build --locked --all-targets
cargo nextest run --locked --no-fail-fast
cargo test --locked --doc

# What is measured needs a release build and a quiet machine: answers.mjs and speed.mjs are left to whoever has these.
# pictures.mjs is no test: it makes the pictures of the README again.
for pages in tests/review/*.mjs; do
    case "$pages" in */browser.mjs | */answers.mjs | */speed.mjs | */pictures.mjs) continue ;; esac
    node "$pages" || fail "a test of the pages failed: $pages"
done
