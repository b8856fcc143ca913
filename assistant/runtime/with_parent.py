"""Child processes that die with the process that started them, even by kill -9."""

from __future__ import annotations

import os
from typing import Final

_ONLY_UNDER_ITS_PARENT: Final = '[ "$PPID" = "$0" ] && exec "$@"'
"""A shell's command that begins nothing if the parent ended before the kernel was asked to tell of
its end (prctl(2))."""


def with_parent(*command: str) -> tuple[str, ...]:
    """Give the command line that runs `command` as a child of this process, no longer than it."""
    tied = ("setpriv", "--pdeathsig", "KILL", "--")
    return (*tied, "sh", "-c", _ONLY_UNDER_ITS_PARENT, str(os.getpid()), *command)
