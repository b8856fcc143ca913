#!/usr/bin/env bash
# Makes .venv hold what the given lock file names, and Anban itself.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(cat .cache/make/uv)

[ -x .venv/bin/python ] || "$uv" venv --no-project --python 3.11 .venv
"$uv" pip install --python .venv/bin/python --require-hashes -r "$1"
"$uv" pip install --quiet --python .venv/bin/python --no-deps -e .
