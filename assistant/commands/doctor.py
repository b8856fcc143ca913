"""`anban doctor`: looks at everything that Anban needs, and says what is wrong and what to do."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.commands.scratch import cache_folder
from assistant.console.check import check_page
from assistant.core import socket_path
from assistant.dialogue import DialogueError, is_trained
from assistant.ear.check import check_microphone
from assistant.link import Link, LinkError
from assistant.mouth.check import check_mouth
from assistant.settings import LANGUAGES, Settings, SettingsError, home_folder, load, settings_file
from models import ModelError, find, verify

_LEAST_FREE_BYTES: Final = 500_000_000
_QUIET_DBFS: Final = -60.0


class Verdict(StrEnum):
    """How a part is."""

    WELL = "well"
    POOR = "poor"
    """It works, but not as it should."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part."""

    part: str
    verdict: Verdict
    detail: str
    """What is, and where it is not well, what to do."""


async def examine() -> int:
    """Look at every part, print a table; 1 where something is broken."""
    console = Console()
    findings = []
    home = home_folder()
    with console.status("looking") as status:
        settings, finding = _settings(home)
        findings.append(finding)
        for name, check in _checks(home, settings):
            status.update(name)
            findings += await asyncio.to_thread(lambda check=check: list(check()))  # type: ignore[misc]
        findings.append(await _running(home))
    console.print(_table(findings))
    return 1 if any(finding.verdict is Verdict.BROKEN for finding in findings) else 0


def _checks(
    home: Path, settings: Settings
) -> Iterator[tuple[str, Callable[[], Iterator[Finding]]]]:
    yield "disk", lambda: _disk(home)
    yield "memory", lambda: _database(home)
    yield "speech models", lambda: _models(home, settings)
    yield "dialogue", lambda: _dialogue(home, settings)
    yield "microphone", lambda: _microphone(settings)
    yield "voice and speaker", lambda: _mouth(settings)
    yield "the family's page", lambda: _page(settings)
    yield "loopback", _loopback


def _settings(home: Path) -> tuple[Settings, Finding]:
    path = settings_file(home)
    try:
        settings = load(path)
    except SettingsError as error:
        return Settings(), Finding("settings", Verdict.BROKEN, str(error))
    there = str(path) if path.exists() else f"defaults; `anban setup` writes {path}"
    return settings, Finding("settings", Verdict.WELL, there)


def _disk(home: Path) -> Iterator[Finding]:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place}"
    if free < _LEAST_FREE_BYTES:
        yield Finding("disk", Verdict.BROKEN, f"{detail}; make room, alarms must be recorded")
    else:
        yield Finding("disk", Verdict.WELL, detail)


def _models(home: Path, settings: Settings) -> Iterator[Finding]:
    for lang in LANGUAGES:
        part = f"hearing {lang}"
        try:
            chosen = settings.models.vosk.get(lang)
            found = find(lang, home / "models", Path(chosen) if chosen else None)
            verify(found.path)
        except ModelError as error:
            yield Finding(part, Verdict.BROKEN, str(error))
            continue
        if found.understands_people:
            yield Finding(part, Verdict.WELL, f"{found.kind} model in {found.path}")
        else:
            detail = f"only the tiny model, which understands no people; `anban models pull {lang}`"
            yield Finding(part, Verdict.POOR, detail)


def _dialogue(home: Path, settings: Settings) -> Iterator[Finding]:
    for lang in LANGUAGES:
        part = f"understanding {lang}"
        try:
            trained = is_trained(cache_folder(home) / "rasa", lang, settings.dialogue.confidence)
        except DialogueError as error:
            yield Finding(part, Verdict.BROKEN, str(error))
            continue
        if trained:
            yield Finding(part, Verdict.WELL, "trained")
        else:
            detail = "not trained yet; done at the first start, or now by `anban train`"
            yield Finding(part, Verdict.POOR, detail)


def _microphone(settings: Settings) -> Iterator[Finding]:
    check = check_microphone(settings.ear.device)
    if not check.ok:
        yield Finding("microphone", Verdict.BROKEN, check.problem)
    elif check.level_dbfs is None:
        yield Finding("microphone", Verdict.POOR, f"{check.device}: digital silence; is it muted?")
    elif check.level_dbfs < _QUIET_DBFS:
        detail = (
            f"{check.device}: {check.level_dbfs:.0f} dBFS, very quiet; say something and try again"
        )
        yield Finding("microphone", Verdict.POOR, detail)
    else:
        yield Finding("microphone", Verdict.WELL, f"{check.device}: {check.level_dbfs:.0f} dBFS")


def _mouth(settings: Settings) -> Iterator[Finding]:
    check = check_mouth(settings.mouth.device, settings.language)
    voices = ", ".join(sorted(check.voice_seconds)) or "none"
    if check.ok:
        yield Finding("speaking", Verdict.WELL, f"{check.device}; voices: {voices}")
    else:
        yield Finding("speaking", Verdict.BROKEN, "; ".join(check.problems))


def _page(settings: Settings) -> Iterator[Finding]:
    check = check_page(settings.console)
    yield Finding("family's page", Verdict.WELL if check.is_well else Verdict.POOR, check.detail)


def _loopback() -> Iterator[Finding]:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            yield Finding("loopback", Verdict.WELL, "ports can be opened on 127.0.0.1")
    except OSError as error:
        yield Finding("loopback", Verdict.BROKEN, f"no port can be opened on 127.0.0.1: {error}")


def _database(home: Path) -> Iterator[Finding]:
    path = home / "anban.sqlite"
    if not path.exists():
        yield Finding("memory", Verdict.WELL, "none yet; made at the first start")
        return
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            (verdict,) = database.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict == "ok":
        yield Finding("memory", Verdict.WELL, str(path))
    else:
        detail = f"{path}: {verdict}; at the next start it is set aside and a new one begun"
        yield Finding("memory", Verdict.BROKEN, detail)


async def _running(home: Path) -> Finding:
    try:
        async with Link("doctor", (), socket_path(home)) as link:
            state = await link.request("home.children")
    except (LinkError, TimeoutError):
        return Finding("running", Verdict.POOR, "no; start it with `anban run`")
    broken = [name for name, well in state.items() if not well]
    if broken:
        return Finding("running", Verdict.BROKEN, f"not ready: {', '.join(broken)}; see its log")
    return Finding("running", Verdict.WELL, f"ready: {', '.join(state)}")


def _table(findings: list[Finding]) -> Table:
    colours = {Verdict.WELL: "green", Verdict.POOR: "yellow", Verdict.BROKEN: "red"}
    table = Table("part", "", "what was found", title=f"Anban on Python {sys.version.split()[0]}")
    for finding in findings:
        colour = colours[finding.verdict]
        table.add_row(finding.part, f"[{colour}]{finding.verdict}[/]", escape(finding.detail))
    return table
