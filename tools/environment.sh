#!/usr/bin/env bash
# Makes .venv hold what the given lock file names, and Anban itself.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 # this folder's name may hold any letter
uv=$(cat .cache/make/uv)
wanted='>=3.11,<3.14' # as in pyproject.toml

if [ ! -x .venv/bin/python ] &&
    ! "$uv" venv --no-project --allow-existing --python "$wanted" .venv; then
    cat >&2 <<'END'
Anban needs Python 3.11, 3.12 or 3.13, and none was found nor could be fetched. Debian 12 and 13 and
Ubuntu 24.04 have one (apt-get install python3); elsewhere put one on the PATH and run make again.
END
    exit 1
fi
# With bytecode: the service may not write into this folder, and would compile anew at each start.
if ! "$uv" pip install --compile-bytecode --python .venv/bin/python --require-hashes -r "$1" ||
    ! "$uv" pip install --quiet --python .venv/bin/python --no-deps -e .; then
    cat tools/behind-a-wall.txt >&2
    exit 1
fi

# The path of this folder as seen from there. Python 3.11 reads these files in the locale's encoding,
# so with LC_ALL=C it would not start at all if the folder's own name had a letter beyond ASCII.
for each in .venv/lib/python3.*/site-packages/_editable_impl_anban.pth; do
    echo ../../../.. >"$each"
done
.venv/bin/python -m compileall -q assistant perception robot_io sensor_io skills
