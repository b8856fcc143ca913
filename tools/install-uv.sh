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
if [ ! -x .tools/uv/bin/uv ]; then
    echo "== uv, into .tools" >&2
    python3 -m venv .tools/uv >&2
    .tools/uv/bin/pip install --quiet --disable-pip-version-check uv >&2
fi
echo "$PWD/.tools/uv/bin/uv"
