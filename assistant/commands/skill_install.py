"""`anban skills install` and `remove`: a skill's package into this environment, by uv.

The set-up made the environment with uv and leaves pip out of it; the uv it used is on no path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import typer

_UV_NOTED: Final = Path(__file__).parents[2] / ".cache" / "make" / "uv"
"""Where the set-up notes which uv it used."""


def install(project: Path) -> int:
    """Install a project's folder, such that a change of its files needs no new installation."""
    if not (project / "pyproject.toml").is_file():
        typer.echo(f"{project} has no pyproject.toml; `anban skills new NAME` makes one.", err=True)
        return 1
    return _pip("install", "--editable", str(project))


def remove(name: str) -> int:
    """Uninstall the package of a skill."""
    from importlib.metadata import entry_points  # noqa: PLC0415

    from assistant.dialogue.sources import DISTRIBUTION, GROUP  # noqa: PLC0415

    found = [point for point in entry_points(group=GROUP) if point.name == name]
    packages = sorted({point.dist.name for point in found if point.dist is not None})
    if not packages:
        typer.echo(f"No skill {name} is installed.", err=True)
        return 1
    if DISTRIBUTION in packages:
        typer.echo(f"The skill {name} comes with Anban and stays.", err=True)
        return 1
    return _pip("uninstall", *packages)


def _pip(*arguments: str) -> int:
    uv = _uv()
    if uv is None:
        typer.echo(
            "uv is not here. Put it on the PATH (https://docs.astral.sh/uv), or run `make setup` "
            "in Anban's folder.",
            err=True,
        )
        return 1
    verb, *rest = arguments
    done = subprocess.run([uv, "pip", verb, "--python", sys.executable, *rest], check=False)
    if done.returncode == 0:
        typer.echo("Done. `anban train`, and start Anban anew if it runs.")
    return done.returncode


def _uv() -> str | None:
    """The uv on the path, else the one of the set-up."""
    if found := shutil.which("uv"):
        return found
    try:
        noted = _UV_NOTED.read_text("utf-8").strip()
    except OSError:
        return None
    return noted if noted and os.access(noted, os.X_OK) else None
