#!/bin/sh
# Proves what no single run of the tests can: 10,000 seeds of the whole engine on a clock that jumps, and 200 real kills
# of the real binary under faults. Prints the totals of each in one line; ends with an error unless every count is 0.
# TURNUP_SEEDS and TURNUP_KILLS set other numbers.
set -eu
cd "$(dirname "$0")/.."
exec </dev/null
PATH="$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin"
export PATH
export TURNUP_SEEDS="${TURNUP_SEEDS:-10000}" TURNUP_KILLS="${TURNUP_KILLS:-200}"

good=yes
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# prove TARGET TEST WORD: runs one test and prints its line of totals; all that it said, when it failed.
prove() {
    if cargo test --release --locked --test "$1" -- --exact "$2" --nocapture >"$log" 2>&1; then
        ended=well
    else
        ended=badly
    fi
    line=$(grep "^$3 [0-9]*: rows " "$log" || true)
    case "$ended:$line" in
    *": rows "[1-9]*", missing 0, duplicates 0, rows without exactly one outcome 0") [ "$ended" = well ] || good=no ;;
    *) good=no ;;
    esac
    [ -z "$line" ] || echo "$line"
    [ "$ended" = well ] || cat "$log" >&2
}

prove flow whatever_breaks_everything_is_made_once seeds
prove crash killed_at_random_moments_nothing_is_missing_and_nothing_is_made_twice kills
[ "$good" = yes ] || {
    echo "tests/prove.sh: not everything was made exactly once" >&2
    exit 1
}
