#!/usr/bin/env bash
# Resolves the dependencies of both environments, with hashes and without addresses: for x86-64 and
# ARM64, and for every Python that each supports. Versions that still fit stay as they are;
# `tools/lock.sh --upgrade` takes the newest.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(cat .cache/make/uv)
options=(--quiet --universal --generate-hashes --no-header --no-annotate "$@")

"$uv" pip compile "${options[@]}" pyproject.toml -o requirements.lock
"$uv" pip compile "${options[@]}" --extra plot -c requirements.lock pyproject.toml \
    -o requirements-plot.lock
"$uv" pip compile "${options[@]}" --extra dev -c requirements-plot.lock pyproject.toml \
    -o requirements-dev.lock
cd dialogue
"$uv" pip compile "${options[@]}" --python-version 3.10 requirements.in -o requirements.lock
