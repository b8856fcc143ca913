"""`anban update`: a new version beside the old one, tried out, chosen; and back again."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from assistant.commands import update_afterwards
from assistant.commands.told import told
from assistant.commands.update_source import UpdateError, environment, fetched, kind_of, version_in
from assistant.commands.update_trial import try_out
from assistant.commands.words import say, words_of
from assistant.runtime import versions
from assistant.runtime.typed_path import typed_path
from assistant.settings import home_folder

FREE_BYTES: Final = 5_000_000_000
"""A version with its two environments has 3.5 GB; the rest is for what is unpacked on the way."""
_FETCHING: Final = "anban-update-"
"""How the folder of a version begins that is being fetched."""
_UNFINISHED: Final = ".anban-unfinished"
"""A file of ours in a folder that an update makes, until its version is chosen."""
_NO_DATA_YET: Final = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
)
"""Never started, or not to be read by anybody: the new version says what is wrong with it."""

Installer = Callable[[Path], None]
"""Makes the environments of a version in its folder; raises UpdateError."""


def update_from(source: str, *, is_sure: bool, install: Installer | None = None) -> int:
    """Fetch, install, try out and choose a new version; the exit status.

    Whatever fails or is broken off before the last step leaves the old version as it was.
    """
    words = words_of()
    home = home_folder()
    place = versions.own_folder().parent
    try:
        with _alone(home):
            before = _update(source, home, place, install or _make, is_sure=is_sure)
    except (UpdateError, OSError, sqlite3.Error) as error:
        say(words("update_refused", why=told(str(error))))
        return 1
    return update_afterwards.accompany(home, before)


def _update(
    source: str, home: Path, place: Path, install: Installer, *, is_sure: bool
) -> frozenset[str] | None:
    """Do all of it; gives what was not well before, None: no Anban runs.

    Raises:
        UpdateError, OSError, sqlite3.Error: nothing has changed.
    """
    words = words_of()
    _remove_unfinished(place, source)
    _need_peace(home)
    _need_room(place)
    kind = kind_of(source)
    say(words("update_fetches", source=source))
    with tempfile.TemporaryDirectory(prefix=_FETCHING, dir=place) as below:
        (Path(below) / _UNFINISHED).touch()
        folder = fetched(source, kind, Path(below))
        version = version_in(folder)
        if not is_sure and not _agrees(words("update_agree", version=version)):
            raise UpdateError("it was not agreed to; --yes asks nothing")
        (folder / _UNFINISHED).touch()
        new = place / f"anban-{version}-{time.strftime('%Y%m%d-%H%M%S')}"
        folder.replace(new)
    try:
        say(words("update_installs", place=new))
        install(new)
        say(words("update_tries"))
        try_out(new, home)
        before = update_afterwards.self_test(home)
        _need_peace(home)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    (new / _UNFINISHED).unlink()
    versions.switch(home, new, [*_made(home), new])
    return before


def go_back(*, is_sure: bool) -> int:
    """Choose the version of before; the exit status."""
    words, home = words_of(), home_folder()
    trial = versions.trial_of(home)
    try:
        if trial is None or not versions.program_of(Path(trial.old)).exists():
            raise UpdateError("there is no version to go back to")
        _need_peace(home)
        copied_at = versions.restored_from(home, trial)
        if copied_at is not None and not is_sure:
            at = time.strftime("%Y-%m-%d %H:%M", time.localtime(copied_at))
            if not _agrees(words("update_agree_back", at=at)):
                raise UpdateError("it was not agreed to; --yes asks nothing")
            _need_peace(home)
        versions.go_back(home, trial)
    except (UpdateError, OSError) as error:
        say(words("update_refused", why=told(str(error))))
        return 1
    say(words("update_back", place=trial.old))
    return 0


# --------------------------------------------------------------------------- what must be so


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the right to change the version; raises UpdateError, OSError."""
    folder = home / "versions"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "update.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UpdateError("another update is under way") from error
        yield


def _remove_unfinished(place: Path, source: str) -> None:
    """Remove what an update left that was broken off; never what it is to come from now."""
    path = typed_path(source)
    for folder in place.glob("anban-*"):
        is_source = path is not None and path.resolve().is_relative_to(folder.resolve())
        if (folder / _UNFINISHED).is_file() and not is_source:
            shutil.rmtree(folder, ignore_errors=True)


def _need_peace(home: Path) -> None:
    """Never while somebody may need help.

    Raises:
        UpdateError: an alarm is open, or whether one is cannot be told.
    """
    database = home / "anban.sqlite"
    if not database.exists():
        return
    try:
        with contextlib.closing(
            sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM alarm WHERE state NOT IN ('closed', 'cancelled')"
            ).fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _NO_DATA_YET:
            return
        why = f"whether an alarm is open cannot be told ({error}); try again in a minute"
        raise UpdateError(why) from error
    if count:
        raise UpdateError("an alarm is open; nothing is changed while somebody may need help")


def _need_room(place: Path) -> None:
    free = shutil.disk_usage(place).free
    if free < FREE_BYTES:
        raise UpdateError(
            f"{place} has {free / 1e9:.1f} GB free; a new version needs {FREE_BYTES / 1e9:.0f} GB"
        )


# ------------------------------------------------------------------------------- the steps


def _make(folder: Path) -> None:
    """Install what a version needs, beside the old one's; shows what it does."""
    done = subprocess.run(["make", "setup"], cwd=folder, env=environment(), check=False)
    if done.returncode:
        raise UpdateError(f"`make setup` ended with status {done.returncode}")


def _made(home: Path) -> list[Path]:
    trial = versions.trial_of(home)
    return [Path(folder) for folder in trial.made] if trial is not None else []


def _agrees(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stdout.write(question + " [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "是", "好"}
