"""`anban skills install` and `remove`: a package into this environment and out of it, by uv.

The set-up made the environment with uv and leaves pip out of it; the uv it used is on no path.
Whatever package brings something of Anban's is installed so: skills, channels, sensors, drivers.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import shutil
import site
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final

import typer

from assistant.commands.told import told
from assistant.commands.words import words_of
from assistant.dialogue.sources import DISTRIBUTION, GROUP

_UV_NOTED: Final = Path(__file__).parents[2] / ".cache" / "make" / "uv"
"""Where the set-up notes which uv it used."""
_KINDS: Final = (
    GROUP,
    "anban.channels",
    "anban.sensors",
    "anban.robots",
    "anban.robot_simulators",
)
"""The groups of entry points in which Anban looks."""


def install(project: Path) -> int:
    """Install a project's folder, such that a change of its files needs no new installation.

    Looked at before, for what would not be used, and after, as a home would load it.
    """
    words = words_of()
    try:
        about = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    except OSError:
        typer.echo(words("install_no_project", project=project), err=True)
        return 1
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        typer.echo(words("install_no_toml", project=project, reason=error), err=True)
        return 1
    package, brings = _brings(about)
    if refused := _refused(package, brings):
        typer.echo(refused, err=True)
        return 1
    if failed := _pip("install", "--editable", str(project)):
        return failed
    named = ", ".join(f"{name} ({group})" for group, names in brings.items() for name in names)
    typer.echo(words("install_done", package=package, brings=named or package))
    skills = brings.get(GROUP, ())
    broken = _broken(skills)
    for name, reason in broken.items():
        about_it = {"skill": name, "package": package, "reason": told(reason)}
        typer.echo(words("install_broken", **about_it), err=True)
    if broken:
        return 1
    typer.echo(words("install_train" if skills else "install_restart"))
    return 0


def remove(name: str, *, forgets: bool = False) -> int:
    """Uninstall a package, by its own name or that of what it brings.

    Args:
        name: Of the package, or of a skill, channel, sensor or driver.
        forgets: Delete what the skills of the package kept, too.
    """
    words = words_of()
    points = [point for group in _KINDS for point in entry_points(group=group)]
    found = [p for p in points if p.name == name or _same(_package(p), name)]
    added = sorted({_package(point) for point in found} - {DISTRIBUTION})
    if any(_package(point) == DISTRIBUTION for point in found):
        typer.echo(words("remove_ours", name=name), err=True)
        for package in added:
            typer.echo(words("remove_which", name=name, packages=package), err=True)
        return 1
    if not added:
        others = sorted({_package(point) for point in points} - {DISTRIBUTION, ""})
        names = ", ".join(others) or words("remove_no_package")
        typer.echo(words("remove_unknown", name=name, packages=names), err=True)
        return 1
    if len(added) > 1:
        typer.echo(words("remove_which", name=name, packages=", ".join(added)), err=True)
        return 1
    skills = sorted({p.name for p in points if p.group == GROUP and _package(p) == added[0]})
    for skill in skills if forgets else ():  # first, for it is refused while Anban runs
        asyncio.run(_forget(skill))
    if failed := _pip("uninstall", added[0]):
        return failed
    typer.echo(words("remove_done", package=added[0]))
    for skill in skills:
        typer.echo(words("remove_forgot" if forgets else "remove_keeps", skill=skill))
    typer.echo(words("install_train" if skills else "install_restart"))
    return 0


def forget(skill: str) -> int:
    """Delete what a skill kept that is not installed any more."""
    words = words_of()
    if not re.fullmatch(r"[a-z][a-z0-9]*", skill):
        typer.echo(words("forget_no_name", name=skill), err=True)
        return 1
    if any(point.name == skill for point in entry_points(group=GROUP)):
        typer.echo(words("forget_installed", skill=skill), err=True)
        return 1
    asyncio.run(_forget(skill))
    typer.echo(words("remove_forgot", skill=skill))
    return 0


async def _forget(skill: str) -> None:
    """Delete what a skill kept; raises AlreadyRunningError while Anban runs, StoreError."""
    from assistant.runtime.home_folder import lock_home  # noqa: PLC0415
    from assistant.settings import home_folder  # noqa: PLC0415
    from assistant.store import Database, KeyedValues  # noqa: PLC0415

    home = home_folder()
    with lock_home(home):
        file = home / "anban.sqlite"
        if file.exists():
            database = Database(file)
            await database.open()
            try:
                kept = KeyedValues.of_skill(database, skill)
                for key in await kept.all():
                    await kept.delete(key)
            finally:
                await database.close()
        for left in (home / "skill-tables").glob(f"{skill}.sqlite*"):
            left.unlink()


def _brings(about: Mapping[str, Any]) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Give the package's name, and what it brings for Anban by the group of entry points."""
    project = about.get("project")
    project = project if isinstance(project, dict) else {}
    groups = project.get("entry-points")
    groups = groups if isinstance(groups, dict) else {}
    found = {kind: tuple(groups[kind]) for kind in _KINDS if isinstance(groups.get(kind), dict)}
    return str(project.get("name", "")), {kind: names for kind, names in found.items() if names}


def _refused(package: str, brings: Mapping[str, tuple[str, ...]]) -> str:
    """Say why nothing of this package would be used; empty: something would."""
    words = words_of()
    if not brings:
        return words("install_nothing", groups=", ".join(_KINDS))
    for group, names in brings.items():
        for name in names:
            having = [_package(p) for p in entry_points(group=group) if p.name == name]
            if DISTRIBUTION in having:
                return words("install_ours", name=name)
            for other in having:
                if not _same(other, package):
                    return words("install_twice", name=name, package=other)
    return ""


def _broken(skills: tuple[str, ...]) -> dict[str, str]:
    """Load new skills as a home would, and give the reasons of those that cannot be used."""
    if not skills:
        return {}
    from skills.listing import quietly  # noqa: PLC0415
    from skills.loading import load_skills  # noqa: PLC0415

    site.addsitedir(sysconfig.get_path("purelib"))  # what was installed since this process began
    importlib.invalidate_caches()
    with quietly():
        _, broken = load_skills()
    return {each.name: each.reason for each in broken if each.name.partition(" ")[0] in skills}


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""


def _same(package: str, name: str) -> bool:
    """Whether two names are of one package, by the rule of the package index (PEP 503)."""
    one, other = (re.sub(r"[-_.]+", "-", each).lower() for each in (package, name))
    return bool(one) and one == other


def _pip(verb: str, *arguments: str) -> int:
    uv = _uv()
    if uv is None:
        typer.echo(words_of()("install_no_uv"), err=True)
        return 1
    command = [uv, "pip", verb, "--python", sys.executable, *arguments]
    return subprocess.run(command, check=False).returncode


def _uv() -> str | None:
    """The uv on the path, else the one of the set-up."""
    if found := shutil.which("uv"):
        return found
    try:
        noted = _UV_NOTED.read_text("utf-8").strip()
    except OSError:
        return None
    return noted if noted and os.access(noted, os.X_OK) else None
