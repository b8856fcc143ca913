#!/usr/bin/env bash
# Resolves the dependencies of both environments anew, with hashes and without addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(tools/install-uv.sh)

compile() { "$uv" pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate "$@"; }
compile --python-version 3.11 pyproject.toml -o requirements.lock
compile --python-version 3.11 --extra plot -c requirements.lock pyproject.toml -o requirements-plot.lock
compile --python-version 3.11 --extra dev -c requirements-plot.lock pyproject.toml -o requirements-dev.lock
cd dialogue
compile --python-version 3.10 requirements.in -o requirements.lock
