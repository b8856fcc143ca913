#!/usr/bin/env bash
# Forgets what was made in another folder: an environment that was moved or copied with its checkout
# keeps running the code of the old one. Rasa's holds none of ours and stays.
set -euo pipefail
cd "$(dirname "$0")/.."
made=.cache/make
[ -d "$made" ] || exit 0

here=$(pwd -P)
there=$(cat "$made/folder" 2>/dev/null || echo "$here")
if [ "$there" != "$here" ]; then
    echo "== this checkout came from $there: its environment is made anew" >&2
    rm -rf .venv "$made/uv" "$made/runtime" "$made/dev"
fi
[ -s "$made/folder" ] && [ "$there" = "$here" ] || echo "$here" >"$made/folder"
