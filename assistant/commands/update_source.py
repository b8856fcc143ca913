"""What an update comes from: recognised, fetched, unpacked."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
import zipfile
from pathlib import Path
from typing import Final

from assistant.runtime import versions
from assistant.runtime.typed_path import typed_path

_PROJECT: Final = "anban"
_NOT_OF_A_VERSION: Final = (".venv", ".git", ".cache", ".tools", "__pycache__", "node_modules")
_STEP_SECONDS: Final = 1_800.0


class UpdateError(RuntimeError):
    """The new version is not chosen; the message says why, and that the old one goes on."""


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


def fetched(source: str, kind: str, into: Path) -> Path:
    """Fetch a version below a folder; gives its own folder.

    Raises:
        UpdateError: it cannot be fetched, or is no version of Anban.
    """
    folder = into / "version"
    try:
        if kind == "git":
            run(["git", "clone", "--quiet", "--depth", "1", "--", source, str(folder)], into)
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
        run(["tar", "-x", *as_ours, "-f", str(archive.absolute())], folder)


def run(command: list[str], folder: Path, extra: dict[str, str] | None = None) -> None:
    """Run one step; raises UpdateError with its last words."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment() | (extra or {}),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_STEP_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UpdateError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise UpdateError(f"{' '.join(command[:3])} failed: {' '.join(last)}")


def environment() -> dict[str, str]:
    """Without what belongs to this version."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {versions.CHOSEN, versions.TYPED, "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    }
