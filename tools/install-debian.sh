#!/usr/bin/env bash
# Installs the Debian packages that are missing; asks for nothing where none is.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
while read -r package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done < tools/debian-packages.txt
[ ${#missing[@]} -gt 0 ] || exit 0

echo "== Debian packages: ${missing[*]}"
if ! command -v apt-get >/dev/null; then
    echo "This is not Debian: install the counterparts of these packages, then: touch .cache/make/debian" >&2
    exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "As root, run: apt-get install ${missing[*]}   and then this again." >&2
        exit 1
    fi
    as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
