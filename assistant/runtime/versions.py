"""Which version of Anban a home runs: chosen by one link, tried at its start, and left again.

A new version lies beside the old one, in a folder of its own with environments of its own.
`versions/current` in the data folder is a link to the one that is to run; it is replaced in one
step. Whichever `anban` is started looks there first and hands over, so that units, paths and
habits stay as they are. Until it has run for a minute the new version is on trial: after three
starts that did not get so far, the old one runs again by itself.

At the first start of a trial, when nobody has it open, the database is copied as it was. Whoever
goes back gets that copy only if the new version changed the form of the tables; otherwise the
database stays, with all that was written since. The copy is of one change of version alone: with
the next change it goes, else a database of months ago would come in the place of the living one.

Every step leaves a home that starts, wherever the power goes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final

from assistant.runtime.home_folder import AlreadyRunningError, lock_home

log = logging.getLogger(__name__)

CHOSEN: Final = "ANBAN_VERSION"
"""Names the folder that was handed over to; whatever its value, nothing is handed over again."""
TYPED: Final = "ANBAN_TYPED"
"""Names the program that was started before anything was handed over: the one that stays."""
TRIES: Final = 3
"""How often a version on trial may begin without having run for `TRIAL_SECONDS`."""
TRIAL_SECONDS: Final = 60.0
_OWN: Final = Path(__file__).resolve().parents[2]
_DATABASE: Final = "anban.sqlite"
_BESIDE: Final = ("-wal", "-shm")
"""What SQLite keeps beside a database; the two belong together."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the last change of version was."""

    old: str
    """The folder that ran before."""
    new: str
    """The folder that was chosen."""
    starts: int = 0
    """How often it was started."""
    is_confirmed: bool = False
    """Whether it ran for a while."""
    must_restore: bool = False
    """Whether the next start has to look whether the database fits; it was gone back."""
    problem: str = ""
    """Why it was gone back by itself; empty: it was not."""
    has_copy: bool = False
    """Whether the copy of the database was made for this change, and is the old one's."""
    made: tuple[str, ...] = ()
    """Every folder that `anban update` made and that may be there still."""


def own_folder() -> Path:
    """The folder from which this program runs."""
    return _OWN


def program_of(folder: Path) -> Path:
    """The `anban` of a version's folder."""
    return folder / ".venv/bin/anban"


def typed() -> Path:
    """The `anban` that was started; versions that it handed over to come and go."""
    return Path(os.environ.get(TYPED) or sys.argv[0])


def chosen(home: Path) -> Path | None:
    """The folder that is to run in a home; None: whichever is started."""
    link = _folder(home) / "current"
    try:
        folder = link.readlink()
    except OSError:
        return None
    # A version that was removed by hand must not keep the home from starting.
    return folder if os.access(program_of(folder), os.X_OK) else None


def trial_of(home: Path) -> Trial | None:
    """What the last change of version was; None: there was none that can be read."""
    try:
        data = json.loads((_folder(home) / "trial.json").read_text("utf-8"))
        known = {each.name for each in fields(Trial)}
        kept = {name: value for name, value in data.items() if name in known}
        trial = Trial(**{**kept, "made": tuple(data.get("made", ()))})
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    if "has_copy" not in data:  # written by an Anban that did not say so
        return replace(trial, has_copy=bool(trial.starts or trial.is_confirmed))
    return trial


def is_outdated(home: Path) -> bool:
    """Whether another version than this one was chosen, and this one is to make room for it."""
    folder = chosen(home)
    runs = os.environ.get(CHOSEN)
    return folder is not None and folder != _OWN and (runs is None or Path(runs) == _OWN)


# ------------------------------------------------------------------------------- changing


def switch(home: Path, new: Path, made: Sequence[Path] = ()) -> None:
    """Choose a version; whatever runs in the home makes room for it when it has nothing to do.

    Raises:
        OSError: the home cannot be written; nothing has changed.
    """
    known = tuple(str(folder) for folder in made)
    old, before, has_copy = chosen(home) or _OWN, trial_of(home), False
    if before is not None and Path(before.new) == old:
        if before.must_restore:  # gone back from, but it runs still: the database is its own
            old = Path(before.old)
        elif not before.is_confirmed:  # it may never have run: the one before it did
            old, has_copy = Path(before.old), before.has_copy
    keep(home, Trial(str(old), str(new), has_copy=has_copy, made=known))
    if not has_copy:
        _drop_copy(home)
    _point(home, new)


def go_back(home: Path, trial: Trial, problem: str = "") -> Trial:
    """Choose the version of before; its next start looks whether the database fits it.

    Without a problem somebody wished it, and it is on trial, too. After one it is not: two versions
    that both do not run would change places for ever.
    """
    back = replace(
        trial,
        old=trial.new,
        new=trial.old,
        starts=0,
        is_confirmed=bool(problem),
        # One that never ran has changed nothing; one that was not left yet has its own database.
        must_restore=trial.has_copy and not trial.must_restore,
        problem=problem,
    )
    keep(home, back)
    _point(home, Path(back.new))
    return back


def restored_from(home: Path, trial: Trial) -> float | None:
    """When the copy was made that going back would put in the database's place; None: it stays."""
    copy = _folder(home) / _DATABASE
    if trial.must_restore or not trial.has_copy or not _differs(home):
        return None
    return copy.stat().st_mtime


def confirm(home: Path) -> None:
    """Say that the version that runs does its work, so the trial is over."""
    trial = trial_of(home)
    if trial is not None and not trial.is_confirmed and Path(trial.new) == _OWN:
        keep(home, replace(trial, is_confirmed=True))


def keep(home: Path, trial: Trial) -> None:
    """Write the state in one step; raises OSError."""
    folder = _folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = folder / "trial.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump(asdict(trial), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / "trial.json")


def _point(home: Path, folder: Path) -> None:
    new = _folder(home) / "current.new"
    new.unlink(missing_ok=True)
    new.symlink_to(folder)
    new.replace(_folder(home) / "current")


# ------------------------------------------------------------------------------- starting


def hand_over(home: Path, arguments: Sequence[str]) -> None:
    """Become the version that was chosen; returns if that is this one.

    Called before anything else is done. What goes wrong here is told to the log, and this version
    goes on: an old Anban is better than none.
    """
    if CHOSEN in os.environ:
        return
    try:
        is_run = "run" in arguments
        settle(home, is_run=is_run)
        if is_run or not _never_ran(home):
            become_chosen(home, arguments)
    except OSError as error:
        log.error("the version that was chosen cannot be started (%s); this one goes on", error)


def make_room(home: Path, arguments: Sequence[str]) -> None:
    """Hand over to the version that was chosen while this one ran; returns if that cannot be.

    The one that cannot be started is not chosen any more.
    """
    try:
        settle(home, is_run=True)
        become_chosen(home, arguments)
    except OSError as error:
        log.error("the version that was chosen cannot be started (%s); this one goes on", error)
        trial = trial_of(home)
        if trial is not None and Path(trial.new) == chosen(home):
            with contextlib.suppress(OSError):
                go_back(home, trial, str(error))
                settle(home, is_run=True)  # this one goes on for months, and writes


def become_chosen(home: Path, arguments: Sequence[str]) -> None:
    """Put the chosen version in the place of this process; returns if that is this one.

    Raises:
        OSError: it cannot be started.
    """
    folder = chosen(home)
    if folder is None or folder == _OWN:
        return
    program = str(program_of(folder))
    os.environ[CHOSEN] = str(folder)
    os.environ.setdefault(TYPED, str(_program_here()))
    try:
        os.execv(program, [program, *arguments])  # noqa: S606  (no shell is wanted)
    except OSError:
        del os.environ[CHOSEN]
        raise


def _program_here() -> Path:
    here = Path(sys.argv[0]).absolute()
    return here if here.name == "anban" else Path(sys.executable).with_name("anban")


def _never_ran(home: Path) -> bool:
    """Whether the version that was chosen waits for its first start, when the data is copied.

    Until then no other command of it may bring the tables up to date.
    """
    trial = trial_of(home)
    return trial is not None and not trial.is_confirmed and trial.starts == 0


def settle(home: Path, *, is_run: bool) -> None:
    """Do what a start has to do about a change of version, if nobody runs in the home yet.

    Raises:
        OSError: the home cannot be written.
    """
    trial = trial_of(home)
    if trial is None or (trial.is_confirmed and not trial.must_restore):
        return
    try:
        lock = lock_home(home)
    except AlreadyRunningError:
        return  # this start will be refused, and says nothing of the version
    with lock:
        if trial.must_restore:
            trial = _gone_back(home, trial)
        if trial.is_confirmed or not is_run or Path(trial.new) != chosen(home):
            return  # chosen otherwise, or not yet
        if trial.starts >= TRIES:
            _gone_back(home, go_back(home, trial, f"it did not run for {TRIAL_SECONDS:.0f} s"))
            return
        if not trial.has_copy:
            try:
                _copy(home)
            except (OSError, sqlite3.Error) as error:
                # Nothing was changed yet, so nothing has to be restored.
                _point(home, Path(trial.old))
                go_back(home, trial, f"the data could not be copied: {error}")
                return
        keep(home, replace(trial, starts=trial.starts + 1, has_copy=True))


def _gone_back(home: Path, trial: Trial) -> Trial:
    """Give the version that was gone back to a database that it can read."""
    _point(home, Path(trial.new))  # the power may have gone before
    _restore(home)
    settled = replace(trial, must_restore=False, has_copy=False)
    keep(home, settled)
    _drop_copy(home)  # it is of no use to the one that was left: that gets a copy of its own
    return settled


# ------------------------------------------------------------------------------- the data


def _copy(home: Path) -> None:
    """Copy the database as it is; raises OSError, sqlite3.Error."""
    source, target = home / _DATABASE, _folder(home) / _DATABASE
    if not source.exists():
        target.unlink(missing_ok=True)
        return
    new = target.with_suffix(".new")
    for end in ("", "-journal", *_BESIDE):  # of a copy that was broken off
        new.with_name(new.name + end).unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(source)) as database,
        contextlib.closing(sqlite3.connect(new)) as copy,
    ):
        database.backup(copy)
    _sync(new)
    new.replace(target)
    _sync(target.parent)


def _restore(home: Path) -> None:
    """Put the copy in the place of a database whose tables have another form now.

    What the newer version wrote stays beside it; raises OSError.
    """
    database, copy = home / _DATABASE, _folder(home) / _DATABASE
    if not _differs(home):
        return
    if database.exists():
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(database)) as connection,
        ):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        aside = database.with_name(f"{_DATABASE}.newer-{time.strftime('%Y%m%d-%H%M%S')}")
        for end in _BESIDE:
            beside = database.with_name(database.name + end)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + end))
        database.replace(aside)
        log.warning("the tables are of a newer version; they are kept as %s", aside)
    new = database.with_suffix(".restored")
    shutil.copyfile(copy, new)
    _sync(new)
    new.replace(database)
    _sync(home)


def _differs(home: Path) -> bool:
    """Whether there is a copy whose tables have another form than the database's."""
    copy = _folder(home) / _DATABASE
    return copy.exists() and _form(home / _DATABASE) != _form(copy)


def _drop_copy(home: Path) -> None:
    for end in ("", *_BESIDE):
        (_folder(home) / f"{_DATABASE}{end}").unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Let it be on the disk before the next step; raises OSError."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _form(database: Path) -> str:
    """How the tables of a database are built; empty if it cannot be read."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            rows = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    except sqlite3.Error:
        return ""
    return "\n".join(str(row[0]) for row in rows)


def _folder(home: Path) -> Path:
    return home / "versions"
