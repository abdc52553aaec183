#!/bin/sh
# Builds a Debian package around a turnup that was built before: the program, its manual, completions and licence.
# package.sh BINARY FOLDER: the package's path is the last line printed.
set -eu

[ $# -eq 2 ] || { echo "usage: package.sh BINARY FOLDER" >&2; exit 2; }
binary=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
cd "$(dirname "$0")/.."
for tool in dpkg-deb dpkg gzip; do
    command -v "$tool" >/dev/null || { echo "package.sh: $tool is missing; on Debian it comes with dpkg and gzip" >&2; exit 1; }
done

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
architecture=$(dpkg --print-architecture)
# Whoever packs the same program again gets the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Cargo.toml)}
export SOURCE_DATE_EPOCH

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
install -D -m 755 "$binary" "$root/usr/bin/turnup"
"$binary" man "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*.1
for shell in bash:bash-completion/completions/turnup zsh:zsh/vendor-completions/_turnup fish:fish/vendor_completions.d/turnup.fish; do
    file="$root/usr/share/${shell#*:}"
    mkdir -p "$(dirname "$file")"
    "$binary" completions "${shell%%:*}" >"$file"
done
install -D -m 644 LICENSE "$root/usr/share/doc/turnup/copyright"
mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<CONTROL
Package: turnup
Version: $version
Architecture: $architecture
Maintainer: the turnup authors <turnup@localhost>
Section: admin
Priority: optional
Depends: libc6, libgcc-s1, ca-certificates
Description: provisions Webex for Wholesale customers from spreadsheets
 turnup finds every mistake of the sheets before anything is sent, provisions
 what is right in parallel, makes nothing twice whatever breaks, and hands back
 one result for every row.
CONTROL
find "$root" -type d -exec chmod 755 {} +
find "$root/usr/share" -type f -exec chmod 644 {} +
# A test packs a large debugging build and does not wait for its compression.
package="$out/turnup_${version}_${architecture}.deb"
dpkg-deb --root-owner-group ${TURNUP_PACK_FAST:+-Znone} --build "$root" "$package" >/dev/null
echo "$package"
