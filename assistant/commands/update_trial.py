"""A new version tried out on a copy of the data, before it is chosen."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from assistant.commands.update_source import run
from assistant.commands.words import say
from assistant.runtime import versions

_NOT_COPIED: Final = ("cache", "models", "run", "versions", "core.lock")
"""What of the data folder a trial of the new version does without."""
_TRIALS: Final = (
    ("--version",),
    ("skills", "check"),
    ("reminders", "today"),  # opens the database, so its tables are brought up to date
    ("train",),  # else the first start would be without the dialogue for minutes
)


def try_out(new: Path, home: Path) -> None:
    """Let the new version work on a copy of the data; raises UpdateError."""
    with tempfile.TemporaryDirectory(prefix="anban-trial-") as folder:
        copy = Path(folder) / "home"
        _copy_home(home, copy)
        for arguments in _TRIALS:
            say(f"  anban {' '.join(arguments)}")
            program = str(versions.program_of(new))
            run([program, *arguments], copy, {"ANBAN_HOME": str(copy), versions.CHOSEN: str(new)})


def _copy_home(home: Path, copy: Path) -> None:
    if not home.exists():
        copy.mkdir()
        return
    ignored = shutil.ignore_patterns(*_NOT_COPIED, "anban.sqlite*")
    shutil.copytree(home, copy, symlinks=True, ignore=ignored)
    database = home / "anban.sqlite"
    if database.exists():
        with (
            contextlib.closing(sqlite3.connect(database)) as source,
            contextlib.closing(sqlite3.connect(copy / database.name)) as target,
        ):
            source.backup(target)
    # What is trained for the new version is of use once it runs; models are only read.
    (home / "cache").mkdir(exist_ok=True)
    for name in ("cache", "models"):
        if (home / name).exists():
            (copy / name).symlink_to(home / name)
