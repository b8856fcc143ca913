#!/usr/bin/env bash
# Rasa's environment: Python 3.10, found or fetched by uv, which is run inside dialogue/.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 # this folder's name may hold any letter
uv=$(cat .cache/make/uv)
cd dialogue

if [ ! -x .venv/bin/python ] &&
    ! "$uv" venv --no-project --allow-existing --python "${UV_PYTHON:-3.10}" .venv; then
    cat >&2 <<'END'
Rasa 3.6 needs Python 3.10, and none was found nor could be fetched. No Debian of today has one, so
uv fetches it from GitHub, which some networks do not reach. Ways out, then run make again:
  - a mirror of uv's Pythons:        export UV_PYTHON_INSTALL_MIRROR=ADDRESS
  - a Python 3.10 of your own:       export UV_PYTHON=/path/to/python3.10
    (from pyenv or conda, for instance: pyenv install 3.10)
  - another machine of the same kind that has it: copy its ~/.local/share/uv/python here
END
    exit 1
fi
# UV_PYTHON may be any; what the lock needs is asked of what was made.
version=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$version" != 3.10 ]; then
    echo "dialogue/.venv has Python $version, and Rasa 3.6 needs 3.10: remove that folder, let" \
        "UV_PYTHON name a Python 3.10 and run make again." >&2
    exit 1
fi
# With bytecode: Rasa imports 5,000 modules, in 5 s with it and in 19 s without.
if ! "$uv" pip install --compile-bytecode --python .venv/bin/python --require-hashes \
    -r requirements.lock; then
    cat ../tools/behind-a-wall.txt >&2
    exit 1
fi
