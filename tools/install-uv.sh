#!/usr/bin/env bash
# Prints a uv that works; from the package index into .tools where none is on the path.
set -euo pipefail
cd "$(dirname "$0")/.."

# Asked inside dialogue/: a pyenv shim answers there only if its Python 3.10 has uv, too.
found=$(command -v uv || true)
if [ -n "$found" ] && (cd dialogue && "$found" --version >/dev/null 2>&1); then
    echo "$found"
    exit 0
fi
uv=.tools/uv/bin/uv
# One that does not answer was copied here from another folder or machine.
if ! "$uv" --version >/dev/null 2>&1; then
    echo "== uv, into .tools" >&2
    rm -rf .tools/uv
    if ! python3 -m venv .tools/uv >&2 ||
        ! .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv >&2; then
        echo "uv could not be installed. Put one of your own on the PATH, or:" >&2
        cat tools/behind-a-wall.txt >&2
        exit 1
    fi
fi
echo "$PWD/$uv"
