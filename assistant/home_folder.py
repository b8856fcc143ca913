"""The folder of one home: which process holds it, and where its core listens."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO, Final

_SOCKET_PATH_LIMIT: Final = 100
"""Linux takes 107 bytes; a deeper data folder gets its socket in a folder of its own."""


class AlreadyRunningError(RuntimeError):
    """Another core holds this home."""


def lock_home(home: Path) -> IO[str]:
    """Hold a home for this process; the lock goes with the file, or with the process.

    Raises:
        AlreadyRunningError: somebody else holds it.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (home / "core.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise AlreadyRunningError(
            f"another Anban runs on {home}; end it first, or ask it with --live"
        ) from error
    return file


def socket_path(home: Path) -> Path:
    """Where the core of a home listens."""
    path = home / "run" / "core.sock"
    if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT:
        return path
    name = f"anban-{os.getuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    return Path(tempfile.gettempdir()) / name / "core.sock"
