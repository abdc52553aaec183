#!/bin/sh
# Fuzzes everything that reads what somebody else wrote: `sh tests/fuzz.sh [SECONDS]`, 3600 in all unless said otherwise.
# Coverage-guided (libFuzzer), beginning with the sheets of samples and fixtures; two targets run side by side. Says how many
# executions there were, and fails when one crashed; the input is kept in target/fuzz.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${1:-3600}
targets="sheets findings workbook templates mapping"
work="$root/target/fuzz"
each=$((seconds / 5))
host=$(rustc -vV | sed -n 's/^host: //p')
mkdir -p "$work"

if ! command -v c++ >/dev/null 2>&1; then
    echo "fuzz.sh: installing a C++ compiler, which libFuzzer is built with"
    apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends g++
fi

# The flags of cargo-fuzz without a sanitizer, which needs no other compiler than the one of the project: turnup has no
# unsafe code. Naming the target keeps them away from build scripts.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
 -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing" \
    cargo build --release --locked --target "$host" --target-dir "$work/build" --manifest-path "$root/tests/fuzz/Cargo.toml"

seed() {
    mkdir -p "$work/corpus/$1" "$work/crashes/$1"
    case $1 in
        sheets | findings) find "$root/samples" "$root/tests/fixtures" -name '*.csv' -size -60k ;;
        workbook) find "$root/samples" "$root/tests/fixtures" -name '*.xlsx' -size -60k ;;
        templates) find "$root/samples" -name 'templates.toml' ;;
        mapping) find "$root/samples" -name 'turnup.toml' ;;
    esac | while read -r file; do
        cp "$file" "$work/corpus/$1/$(printf '%s' "$file" | cksum | cut -d' ' -f1)"
    done
}

fuzz() {
    "$work/build/$host/release/$1" -max_total_time="$each" -max_len=20000 -timeout=20 -rss_limit_mb=2048 \
        -artifact_prefix="$work/crashes/$1/" -print_final_stats=1 "$work/corpus/$1" >"$work/$1.log" 2>&1 ||
        touch "$work/crashes/$1/failed"
}

for target in $targets; do
    rm -f "$work/crashes/$target/failed"
    seed "$target"
done
set -- $targets
while [ $# -gt 0 ]; do
    fuzz "$1" &
    shift
    if [ $# -gt 0 ]; then
        fuzz "$1" &
        shift
    fi
    wait
done

failed=0
total=0
for target in $targets; do
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log")
    echo "$target: ${count:-0} executions in $each s"
    total=$((total + ${count:-0}))
    if [ -e "$work/crashes/$target/failed" ]; then
        echo "$target crashed; its input is in target/fuzz/crashes/$target, the story in target/fuzz/$target.log"
        failed=1
    fi
done
echo "$total executions in all"
exit $failed
