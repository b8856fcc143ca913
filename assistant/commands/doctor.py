"""`anban doctor`: looks at everything that Anban needs, and says what is wrong and what to do."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from assistant import packs
from assistant.channels.installed import load_channels
from assistant.commands.help_at_hand import needs, print_needs
from assistant.commands.selftest import named, print_last, table_of
from assistant.commands.told import told
from assistant.commands.words import words_of
from assistant.console.check import check_page
from assistant.demo.scratch import cache_folder
from assistant.dialogue import (
    DialogueError,
    Outcome,
    Wanted,
    found,
    installed_skills,
    is_trained,
    lost,
    usable,
)
from assistant.ear.check import check_microphone
from assistant.mouth.check import check_mouth
from assistant.robot.check import robot_finding
from assistant.runtime.home_folder import run_folder, socket_path
from assistant.runtime.link import Link, LinkError
from assistant.safety import prepare
from assistant.selftest.machine import look_at_disk, look_at_memory
from assistant.senses.camera_check import camera_finding
from assistant.senses.check import radar_finding
from assistant.sensors.outside import look_at
from assistant.sensors.service import problems_of
from assistant.sensors.service import usable as usable_sensors
from assistant.services import CheckDevices, GetChildren, GetTroubles
from assistant.services.errors import ServiceError
from assistant.services.findings import CheckResult, Verdict
from assistant.settings import LANGUAGES, Settings, home_folder, read, settings_file
from assistant.store import StoreError
from models import ModelError, find, verify
from skills.loading import declared, load_skills
from skills.settings import problems_in
from skills.standing import Standings, Why

_QUIET_DBFS: Final = -60.0


async def examine() -> int:
    """Tell who can be called, then look at every part; gives 1 if something is broken."""
    console = Console()
    home = home_folder()
    settings, findings = _settings(home)
    words = words_of()
    help_at_hand = list(needs(home, settings, words))
    print_needs(console, help_at_hand, words)
    with console.status(told("looking")) as status:
        for name, check in _checks(home, settings):
            status.update(told(name))
            findings += await asyncio.to_thread(lambda check=check: list(check()))  # type: ignore[misc]
        status.update(told("devices"))
        findings += await _running(home, settings)
    console.print(table_of(findings, f"Anban on Python {sys.version.split()[0]}"))
    print_last(console, home)
    verdicts = {*(need.verdict for need in help_at_hand), *(each.verdict for each in findings)}
    return 1 if Verdict.BROKEN in verdicts else 0


def _checks(
    home: Path, settings: Settings
) -> Iterator[tuple[str, Callable[[], Iterator[CheckResult]]]]:
    yield "disk", lambda: iter([look_at_disk(home)])
    yield "writing", lambda: _writing(home)
    yield "memory", lambda: iter([look_at_memory(home)])
    yield "speech models", lambda: _models(home, settings)
    yield "languages", _languages
    yield "skills", lambda: _skills(home)
    yield "channels", _channels
    yield "dialogue", lambda: _dialogue(home, settings)
    yield "microphone", lambda: _microphone(settings)
    yield "voice and speaker", lambda: _mouth(settings)
    yield "the family's page", lambda: _page(settings)
    yield "loopback", _loopback


def _settings(home: Path) -> tuple[Settings, list[CheckResult]]:
    path = settings_file(home)
    known = read(path)
    if known.problems:
        broken = [CheckResult("settings", Verdict.BROKEN, problem) for problem in known.problems]
        return known.settings, broken
    there = str(path) if path.exists() else f"defaults; `anban setup` writes {path}"
    return known.settings, [CheckResult("settings", Verdict.WELL, there)]


def _writing(home: Path) -> Iterator[CheckResult]:
    if run_folder(home).is_relative_to(home):
        yield CheckResult("writing", Verdict.WELL, f"{home} takes files")
    else:
        detail = f"{home} takes no files: read-only, full, or another user's; Anban runs in memory"
        yield CheckResult("writing", Verdict.BROKEN, detail)


def _models(home: Path, settings: Settings) -> Iterator[CheckResult]:
    for lang in LANGUAGES:
        part = f"hearing {packs.facts(lang).name}"
        try:
            chosen = settings.models.vosk.get(lang)
            found = find(lang, home / "models", Path(chosen) if chosen else None)
            verify(found.path)
        except ModelError as error:
            yield CheckResult(part, _lacking(lang, settings), str(error))
            continue
        if found.understands_people:
            yield CheckResult(part, Verdict.WELL, f"{found.kind} model in {found.path}")
        else:
            detail = f"only the tiny model, which understands no people; `anban models pull {lang}`"
            yield CheckResult(part, Verdict.POOR, detail)


def _lacking(lang: str, settings: Settings) -> Verdict:
    """What it is to this home if a language cannot be heard or understood."""
    return Verdict.BROKEN if lang in {settings.language, *packs.whole()} else Verdict.POOR


def _languages() -> Iterator[CheckResult]:
    """Those of packs, and what is left out of them: of a whole one nothing is."""
    added = [lang for lang in packs.codes() if lang not in packs.whole()]
    for lang in added:  # all its data, which takes seconds
        prepare(lang)
    for problem in packs.problems():
        yield CheckResult("languages", Verdict.BROKEN, problem)
    if added:
        yield CheckResult("languages", Verdict.WELL, f"in part: {', '.join(added)}")


def _skills(home: Path) -> Iterator[CheckResult]:
    off = Standings(home).off()
    loaded, broken = load_skills(off=off)
    for name, why in off.items():
        verdict = Verdict.WELL if why is Why.BY_HAND else Verdict.POOR
        detail = f"{name} is switched off ({why}); on again: anban skills enable {name}"
        yield CheckResult("skills", verdict, detail)
    for each in broken:
        yield CheckResult("skills", Verdict.POOR, f"{each.name} is left out: {each.reason}")
    others = [*(each.name for each in broken), *off]
    for problem in problems_in(settings_file(home), declared(loaded), others):
        yield CheckResult("skills", Verdict.BROKEN, problem)
    if loaded:
        names = ", ".join(item.skill.name for item in loaded)
        yield CheckResult("skills", Verdict.WELL, names)
    else:
        yield CheckResult("skills", Verdict.BROKEN, "none is installed; `make setup` installs ours")


def _channels() -> Iterator[CheckResult]:
    """Those of other packages."""
    openers, failed = load_channels()
    for each in failed:
        yield CheckResult("channels", Verdict.BROKEN, f"{each.scheme} is left out: {each.reason}")
    if openers:
        yield CheckResult("channels", Verdict.WELL, f"added: {', '.join(sorted(openers))}")


def _dialogue(home: Path, settings: Settings) -> Iterator[CheckResult]:
    for lang in LANGUAGES:
        part = f"understanding {packs.facts(lang).name}"
        try:
            trained = is_trained(cache_folder(home) / "rasa", lang, settings.dialogue.confidence)
        except DialogueError as error:
            yield CheckResult(part, _lacking(lang, settings), str(error))
            continue
        if trained:
            yield CheckResult(part, Verdict.WELL, "trained")
        else:
            yield CheckResult(part, Verdict.POOR, _why_untrained(home, settings, lang))


def _why_untrained(home: Path, settings: Settings, lang: str) -> str:
    skills, _ = usable(installed_skills())
    known = found(Wanted(cache_folder(home) / "rasa", skills, settings.dialogue.confidence), lang)
    if known is not None and known.vital_losses:
        return f"as before: {lost([Outcome(None, known)])}"
    return "not trained yet; done at the first start, or now by `anban train`"


def _microphone(settings: Settings) -> Iterator[CheckResult]:
    check = check_microphone(settings.ear.device)
    if not check.ok:
        remedy = "connect or choose one: `anban setup`, step 3"
        yield CheckResult("microphone", Verdict.BROKEN, f"{check.problem}; {remedy}")
    elif check.level_dbfs is None:
        yield CheckResult(
            "microphone", Verdict.POOR, f"{check.device}: digital silence; is it muted?"
        )
    elif check.level_dbfs < _QUIET_DBFS:
        detail = (
            f"{check.device}: {check.level_dbfs:.0f} dBFS, very quiet; say something and try again"
        )
        yield CheckResult("microphone", Verdict.POOR, detail)
    else:
        yield CheckResult(
            "microphone", Verdict.WELL, f"{check.device}: {check.level_dbfs:.0f} dBFS"
        )


def _mouth(settings: Settings) -> Iterator[CheckResult]:
    check = check_mouth(settings.mouth.device, settings.language)
    voices = ", ".join(sorted(check.voice_seconds)) or "none"
    if check.ok:
        yield CheckResult("speaking", Verdict.WELL, f"{check.device}; voices: {voices}")
    else:
        yield CheckResult("speaking", Verdict.BROKEN, "; ".join(check.problems))


def _page(settings: Settings) -> Iterator[CheckResult]:
    check = check_page(settings.console)
    yield CheckResult(
        "family's page", Verdict.WELL if check.is_well else Verdict.POOR, check.detail
    )


def _loopback() -> Iterator[CheckResult]:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            yield CheckResult("loopback", Verdict.WELL, "ports can be opened on 127.0.0.1")
    except OSError as error:
        yield CheckResult(
            "loopback", Verdict.BROKEN, f"no port can be opened on 127.0.0.1: {error}"
        )


async def _running(home: Path, settings: Settings) -> list[CheckResult]:
    """The Anban that runs, and the devices: it holds their ports, so it is asked where it runs."""
    try:
        async with Link("doctor", (), socket_path(home)) as link:
            state = await link.request(GetChildren())
            troubles = await link.request(GetTroubles())
            devices = await link.request(CheckDevices())
    except (LinkError, ServiceError, TimeoutError):
        stopped = CheckResult("running", Verdict.POOR, "no; start it with `anban run`")
        return [*await asyncio.to_thread(lambda: list(_devices(settings))), stopped]
    broken = [f"{named(name)} ({why})" for name, why in troubles.items()]
    if broken:
        detail = f"not ready: {', '.join(broken)}; see its log"
        return [*devices, CheckResult("running", Verdict.BROKEN, detail)]
    return [
        *devices,
        CheckResult("running", Verdict.WELL, f"ready: {words_of()('and').join(map(named, state))}"),
    ]


def _camera(settings: Settings) -> CheckResult:
    from assistant.commands.camera import kept_privacy  # noqa: PLC0415

    try:
        is_private = kept_privacy()
    except StoreError as error:
        return CheckResult("camera", Verdict.POOR, str(error))
    return camera_finding(settings.camera, is_private=is_private)


def _devices(settings: Settings) -> Iterator[CheckResult]:
    if settings.radar.port:
        yield radar_finding(settings.radar)
    if settings.camera.source:
        yield _camera(settings)
    if settings.robot.port:
        yield robot_finding(settings.robot)
    for name, sensor in usable_sensors(settings).items():
        yield look_at(name, sensor)
    for problem in problems_of(settings)[1]:
        yield CheckResult("sensor_settings", Verdict.BROKEN, problem)
