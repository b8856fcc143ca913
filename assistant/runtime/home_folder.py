"""The folder of one home: which process holds it, and where its core listens."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
import tempfile
from pathlib import Path
from typing import IO, Final

SKILLS_FILE: Final = "skills.json"
"""Which skills are switched off: `skills.standing`."""
_SOCKET_PATH_LIMIT: Final = 100
"""The longest path of a socket: Linux takes 107 bytes. A deeper data folder gets its socket in a
folder of its own."""
_MEMORY: Final = Path("/dev/shm")  # noqa: S108  (a folder of our own in it, for this user alone)
_TRIAL_BYTES: Final = 65_536
"""How much is written to try a disk: a full one may still take an empty file."""


class AlreadyRunningError(RuntimeError):
    """Another core holds this home."""


def lock_home(home: Path) -> IO[str]:
    """Hold a home for this process; the lock goes with the file, or with the process.

    A home that cannot be written (a card that died, a full disk) is held all the same.

    Raises:
        AlreadyRunningError: somebody else holds it.
        OSError: neither the home nor the memory beside it can be written.
    """
    file = _lock_file(home)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise AlreadyRunningError(
            f"another Anban runs on {home}; end it first, or ask it with --live"
        ) from error
    return file


def _lock_file(home: Path) -> IO[str]:
    path = home / "core.lock"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path.open("a+", encoding="utf-8")
    except OSError:
        # Held like this by an earlier process, too: by the same file.
        if path.is_file():
            return path.open("r", encoding="utf-8")
        return (_made(spare_folder(home)) / "core.lock").open("a+", encoding="utf-8")


def run_folder(home: Path) -> Path:
    """Give the folder of files that last as long as a run: in the home, else in memory."""
    for folder in (home / "run", spare_folder(home)):
        if _takes_files(folder):
            return folder
    return home / "run"


def spare_folder(home: Path) -> Path:
    """Give this user's own folder in the machine's memory, for a home that cannot be written."""
    name = f"anban-{os.getuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    memory = _MEMORY if _MEMORY.is_dir() else _temporary()
    return memory / name


def use_spare_temporary_folder(home: Path) -> None:
    """Let temporary files of this process and its children lie in memory if the disk takes none."""
    if not _takes_files(_temporary()):
        os.environ["TMPDIR"] = str(_made(spare_folder(home)))
        tempfile.tempdir = None  # it is looked for again


def _temporary() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:  # no folder of any name takes a file
        return _MEMORY


def socket_path(home: Path) -> Path:
    """Tell where the core of a home listens, as far as one that looks for it can tell."""
    places = [place for place in _socket_places(home) if place.is_socket()]
    return next((place for place in places if _answers(place)), _socket_places(home)[0])


def new_socket_path(home: Path) -> Path:
    """Tell where the core of a home is to listen."""
    places = _socket_places(home)
    return next((place for place in places if _takes_files(place.parent)), places[0])


def _socket_places(home: Path) -> list[Path]:
    spare = spare_folder(home)
    temporary = _temporary() / spare.name
    places = [folder / "core.sock" for folder in (home / "run", temporary, spare)]
    return [place for place in places if len(os.fsencode(place)) <= _SOCKET_PATH_LIMIT]


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        try:
            peer.connect(str(path))
        except OSError:
            return False
    return True


def _made(folder: Path) -> Path:
    """Make a folder for this user alone; somebody else's of that name is refused."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else; remove it")
    return folder


def _takes_files(folder: Path) -> bool:
    """Whether a file can be written there now: neither read-only nor full."""
    trial = folder / f".trial-{os.getpid()}"
    try:
        _made(folder)
        trial.write_bytes(bytes(_TRIAL_BYTES))
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            trial.unlink()
    return True
