"""`anban update`: a new version beside the old one, tried out, chosen; and back again."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from assistant.commands import service_unit
from assistant.commands.told import told
from assistant.commands.words import words_of
from assistant.runtime import versions
from assistant.runtime.home_folder import AlreadyRunningError, lock_home, socket_path
from assistant.runtime.link import Link, LinkError
from assistant.runtime.typed_path import typed_path
from assistant.services import RunSelftest
from assistant.services.errors import ServiceError
from assistant.services.findings import CheckResult
from assistant.settings import home_folder

FREE_BYTES: Final = 5_000_000_000
"""A version with its two environments has 3.5 GB; the rest is for what is unpacked on the way."""
_PROJECT: Final = "anban"
_FETCHING: Final = "anban-update-"
"""How the folder of a version begins that is being fetched."""
_UNFINISHED: Final = ".anban-unfinished"
"""A file of ours in a folder that an update makes, until its version is chosen."""
_NOT_COPIED: Final = ("cache", "models", "run", "versions", "core.lock")
"""What of the data folder a trial of the new version does without."""
_NOT_OF_A_VERSION: Final = (".venv", ".git", ".cache", ".tools", "__pycache__", "node_modules")
_TRIALS: Final = (
    ("--version",),
    ("skills", "check"),
    ("reminders", "today"),  # opens the database, so its tables are brought up to date
    ("train",),  # else the first start would be without the dialogue for minutes
)
_TRIAL_SECONDS: Final = 1_800.0
_TEST_SECONDS: Final = 180.0
_LOOK_SECONDS: Final = 1.0
_GONE_SECONDS: Final = 30.0
"""How long nobody holds the home until it is given up that the new version comes."""
_NO_DATA_YET: Final = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
)
"""Never started, or not to be read by anybody: the new version says what is wrong with it."""

Installer = Callable[[Path], None]
"""Makes the environments of a version in its folder; raises UpdateError."""


class UpdateError(RuntimeError):
    """The new version is not chosen; the message says why, and that the old one goes on."""


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
        _say(words("update_refused", why=told(str(error))))
        return 1
    return _accompany(home, before)


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
    _say(words("update_fetches", source=source))
    with tempfile.TemporaryDirectory(prefix=_FETCHING, dir=place) as fetched:
        (Path(fetched) / _UNFINISHED).touch()
        folder = _fetched(source, kind, Path(fetched))
        version = version_in(folder)
        if not is_sure and not _agrees(words("update_agree", version=version)):
            raise UpdateError("it was not agreed to; --yes asks nothing")
        (folder / _UNFINISHED).touch()
        new = place / f"anban-{version}-{time.strftime('%Y%m%d-%H%M%S')}"
        folder.replace(new)
    try:
        _say(words("update_installs", place=new))
        install(new)
        _say(words("update_tries"))
        _try_out(new, home)
        before = _self_test(home)
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
        _say(words("update_refused", why=told(str(error))))
        return 1
    _say(words("update_back", place=trial.old))
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


def kind_of(source: str) -> str:
    """Tell what a source is: folder, archive or git; raises UpdateError."""
    path = typed_path(source) if source else None
    if path is not None:
        if path.is_dir() and (path / "pyproject.toml").is_file():
            return "folder"
        if path.is_file():
            return "archive"
        if path.is_dir():
            return "git"
    if "://" in source or source.startswith("git@"):
        return "git"
    raise UpdateError(f"{source} is no folder of Anban, no archive and no git address")


def version_in(folder: Path) -> str:
    """Read which version of Anban lies in a folder; raises UpdateError."""
    file = folder / "pyproject.toml"
    try:
        if file.is_symlink() or not file.is_file():  # it may lead anywhere, or never end
            raise FileNotFoundError
        project = tomllib.loads(file.read_text("utf-8"))["project"]
        name, version = project["name"], str(project["version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UpdateError("this is no version of Anban: it has no pyproject.toml") from error
    if name != _PROJECT or not (folder / "assistant/cli.py").is_file():
        raise UpdateError(f"this is no version of Anban, but {name}")
    return "".join(sign for sign in version if sign.isalnum() or sign in ".+-") or "0"


# ------------------------------------------------------------------------------- the steps


def _fetched(source: str, kind: str, into: Path) -> Path:
    """Fetch a version below a folder; gives its own folder.

    Raises:
        UpdateError: it cannot be fetched, or is no version of Anban.
    """
    folder = into / "version"
    try:
        if kind == "git":
            _run(["git", "clone", "--quiet", "--depth", "1", "--", source, str(folder)], into)
        elif kind == "folder":
            ignored = shutil.ignore_patterns(*_NOT_OF_A_VERSION)
            shutil.copytree(Path(source).expanduser(), folder, symlinks=True, ignore=ignored)
        else:
            _unpack(Path(source).expanduser(), folder)
    except (OSError, shutil.Error, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UpdateError(f"{source} cannot be read: {error}") from error
    # Archives of releases have one folder around everything; a link would lead out of it.
    inside = [each for each in folder.iterdir() if each.is_dir() and not each.is_symlink()]
    if not (folder / "pyproject.toml").exists() and len(inside) == 1:
        return inside[0]
    return folder


def _unpack(archive: Path, folder: Path) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            for each in opened.infolist():
                # zipfile cuts names that lead out of the folder, and says where it put them.
                put = Path(opened.extract(each, folder))
                if (mode := each.external_attr >> 16) & 0o111 and put.is_file():
                    put.chmod(mode & 0o777 | 0o600)  # it forgets what may be run
    else:  # tar strips what leads out of the folder; Python's own does so from 3.11.4 on only
        folder.mkdir()
        as_ours = ("--no-same-owner", "--no-same-permissions")
        _run(["tar", "-x", *as_ours, "-f", str(archive.absolute())], folder)


def _make(folder: Path) -> None:
    """Install what a version needs, beside the old one's; shows what it does."""
    done = subprocess.run(["make", "setup"], cwd=folder, env=_environment(), check=False)
    if done.returncode:
        raise UpdateError(f"`make setup` ended with status {done.returncode}")


def _try_out(new: Path, home: Path) -> None:
    """Let the new version work on a copy of the data; raises UpdateError."""
    with tempfile.TemporaryDirectory(prefix="anban-trial-") as folder:
        copy = Path(folder) / "home"
        _copy_home(home, copy)
        for arguments in _TRIALS:
            _say(f"  anban {' '.join(arguments)}")
            program = str(versions.program_of(new))
            _run([program, *arguments], copy, {"ANBAN_HOME": str(copy), versions.CHOSEN: str(new)})


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


def _run(command: list[str], folder: Path, extra: dict[str, str] | None = None) -> None:
    """Run one step; raises UpdateError with its last words."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment() | (extra or {}),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TRIAL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UpdateError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise UpdateError(f"{' '.join(command[:3])} failed: {' '.join(last)}")


def _environment() -> dict[str, str]:
    """Without what belongs to this version."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {versions.CHOSEN, versions.TYPED, "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    }


# -------------------------------------------------------------------------------- afterwards


def _accompany(home: Path, before: frozenset[str] | None) -> int:
    """Wait until the new version works, and go back if it does not; the exit status."""
    from assistant.commands.setup_terminal import command  # noqa: PLC0415

    words = words_of()
    if before is None:
        _say(words("update_not_running"))
        return 0
    _say(words("update_waits"))
    since, starts = time.monotonic(), 0
    for seen in _until_settled(home):
        if seen.problem:
            _say(words("update_went_back", why=told(seen.problem)))
            return 1
        if seen.is_confirmed:
            break
        if seen.starts != starts or _is_held(home):
            since, starts = time.monotonic(), seen.starts
        elif time.monotonic() - since >= _GONE_SECONDS and _leave(home):
            _say(words("update_gone", command=command("run")))
            return 1
    try:
        after = _self_test(home)
    except UpdateError as error:  # it runs, and somebody needs it just now
        _say(words("update_untested", why=told(str(error))))
        return 0
    worse = sorted((after or frozenset()) - before)
    trial = versions.trial_of(home)
    if worse and trial is not None:
        versions.go_back(home, trial, "; ".join(worse))
        _say(words("update_went_back", why=told("; ".join(worse))))
        return 1
    _say(words("update_done"))
    _remove_older(home)
    return 0


def _is_held(home: Path) -> bool:
    """Whether an Anban runs on a home."""
    try:
        lock_home(home).close()
    except AlreadyRunningError:
        return True
    return False


def _leave(home: Path) -> bool:
    """Go back from a version that nobody starts again, as if it was started by hand."""
    with contextlib.suppress(AlreadyRunningError), lock_home(home):
        trial = versions.trial_of(home)
        if trial is not None and not trial.is_confirmed:
            versions.go_back(home, trial, "it ended, and nothing started it again")
            return True
    return False


def _until_settled(home: Path) -> Iterator[versions.Trial]:
    """Give the trial, again and again, until it is over; an alarm that is open keeps it waiting."""
    while True:
        trial = versions.trial_of(home)
        if trial is None:
            return
        yield trial
        if trial.is_confirmed:
            return
        time.sleep(_LOOK_SECONDS)


def _self_test(home: Path) -> frozenset[str] | None:
    """What is not well with the Anban that runs; None: none runs.

    Raises:
        UpdateError: it is no moment for a change.
    """

    async def ask() -> tuple[CheckResult, ...]:
        async with Link("selftest", (), socket_path(home)) as link:
            return await link.request(RunSelftest(with_chime=False), _TEST_SECONDS)

    try:
        findings = asyncio.run(ask())
    except LinkError:
        return None
    except (ServiceError, TimeoutError) as error:
        raise UpdateError(str(error) or "the self-test took too long") from error
    return frozenset(f"{each.part} {each.subject}".strip() for each in findings if not each.is_well)


def _made(home: Path) -> list[Path]:
    trial = versions.trial_of(home)
    return [Path(folder) for folder in trial.made] if trial is not None else []


def _remove_older(home: Path) -> None:
    """Remove what earlier updates made, but for what runs and what ran before."""
    trial = versions.trial_of(home)
    if trial is None:
        return
    spared = {Path(each).resolve() for each in (trial.old, trial.new, versions.own_folder())}
    for folder in map(Path, trial.made):
        if folder.resolve() not in spared and not _starts_the_service(folder):
            shutil.rmtree(folder, ignore_errors=True)
    left = tuple(folder for folder in trial.made if Path(folder).exists())
    versions.keep(home, replace(trial, made=left))


def _starts_the_service(folder: Path) -> bool:
    """Whether the unit that is installed begins in a version's folder."""
    try:
        unit = service_unit.UNIT_FILE.read_text("utf-8", "replace")
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return f"{folder}/".replace("%", "%%") in unit


def _agrees(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stdout.write(question + " [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "是", "好"}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
