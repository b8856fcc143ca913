"""Unpacking an archive that may be hostile."""

import errno
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from models.errors import ArchiveError, NoSpaceError, PullError
from models.folder import is_model

# The largest official model unpacks to about 3 GB in a few dozen files.
UNPACKED_LIMIT_BYTES = 8 << 30
MEMBER_LIMIT = 10_000
_COPY_BYTES = 1 << 20


def unpack(archive: Path, into: Path, *, limit_bytes: int = UNPACKED_LIMIT_BYTES) -> Path:
    """Unpack a zip into an empty folder and return the model's folder in it.

    Nothing is written outside `into`, no links, and no more than `limit_bytes`, whatever the
    archive says of itself.

    Raises:
        ArchiveError: not a zip, damaged, too large, a name that leads outside, no model in it.
        NoSpaceError: it would not fit on the disk.
    """
    try:
        with zipfile.ZipFile(archive) as source:
            members = source.infolist()
            _check(archive, members, limit_bytes)
            needed = sum(member.file_size for member in members)
            if needed > shutil.disk_usage(into).free:
                raise NoSpaceError(f"{into} has no room for {needed / 1e6:.0f} MB: make room there")
            left = limit_bytes
            for member in members:
                left = _write(source, member, into, left)
    except PullError:
        raise
    # Names that no file system takes: too long, half a character, a file that is a folder as well.
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise NoSpaceError(f"{into} has no room left: make room there") from error
        raise ArchiveError(f"{archive} cannot be unpacked: {error}") from error
    # zipfile raises RuntimeError on encrypted members, zlib.error on damaged ones.
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise ArchiveError(f"{archive} cannot be unpacked: {error}") from error
    return _model_in(archive, into)


def _check(archive: Path, members: list[zipfile.ZipInfo], limit_bytes: int) -> None:
    if len(members) > MEMBER_LIMIT:
        raise ArchiveError(f"{archive} holds {len(members):,} files: that is no speech model")
    if sum(member.file_size for member in members) > limit_bytes:
        raise ArchiveError(f"{archive} would unpack to more than {limit_bytes:,} bytes")
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if not name.parts and member.filename.endswith("/"):
            continue  # "./": the folder itself
        if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise ArchiveError(f"{archive} wants to write to {member.filename!r}: not unpacked")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise ArchiveError(f"{archive} holds a link or device, {member.filename!r}")


def _write(source: zipfile.ZipFile, member: zipfile.ZipInfo, into: Path, left: int) -> int:
    """Write one member; return how many bytes may still be written."""
    target = into.joinpath(*PurePosixPath(member.filename.replace("\\", "/")).parts)
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return left
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open(member) as content, target.open("wb") as file:
        while chunk := content.read(_COPY_BYTES):
            left -= len(chunk)
            if left < 0:
                raise ArchiveError(f"{member.filename!r} unpacks to more than it says")
            file.write(chunk)
    return left


def _model_in(archive: Path, into: Path) -> Path:
    for folder in (into, *(path for path in sorted(into.iterdir()) if path.is_dir())):
        if is_model(folder):
            return folder
    raise ArchiveError(f"{archive} holds no Vosk model")
