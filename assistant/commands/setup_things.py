"""What set-up tries and brings: sound, the speech model, medicines, and what is plugged in."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

import tzlocal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.commands.reminder_list import opened_copy
from assistant.commands.reminder_lists import add, fault_of, is_by_meals, look_through, read
from assistant.commands.setup_hearing import words_in
from assistant.commands.setup_home import runs
from assistant.commands.setup_terminal import EMPTIES, BackError, Terminal, command
from assistant.runtime.typed_path import typed_path
from assistant.setup import NotUsableError, Question, checks, ports, sound
from assistant.setup.model import model_of
from assistant.setup.ports import Found, What
from assistant.setup.settings_file import setting
from assistant.setup.steps import CAMERA, MODEM, RADAR, ROBOT
from models import ModelError, fetchable, pull

_SENTENCE_SECONDS: Final = 5.0
_QUIET_DBFS: Final = -45.0
"""Speech from across a room is louder at a microphone that is fit for it."""
_SILENT_DBFS: Final = -65.0
_LOUD_DBFS: Final = -6.0
"""A tenth of a second of speech this loud is clipped."""
_BAR: Final = 30
_LISTS: Final = (".csv", ".tsv", ".txt")
_COLUMNS: Final = ("amount", "times", "rrule", "food")
"""What is asked of a medicine, as a list calls it."""
_FLOOR_DBFS: Final = -70.0


# ------------------------------------------------------------------------------------ clock


def look_at_clock(front: Terminal) -> None:
    """Ask whether the machine's clock is right: reminders come by it."""
    now = datetime.now(tzlocal.get_localzone())
    asked = front.words("ask_clock", now=f"{now:%H:%M}", zone=str(now.tzinfo))
    if not front.confirm(asked, default=True):
        front.say("clock_wrong")
        front.copy("sudo timedatectl set-timezone Asia/Shanghai")
        front.copy("sudo timedatectl set-ntp true")


# ------------------------------------------------------------------------------------ sound


def sound_tone(front: Terminal) -> None:
    """Sound a chime, and ask whether it was heard."""
    if not front.place.seen.get(sound.SPEAKER.setting, True):
        front.say("no_speaker_found")
        return
    while True:
        settings = front.place.settings
        with front.console.status(front.words("sounding")):
            problem = sound.tone(settings.mouth.device, settings.mouth.volume)
        front.place.seen[sound.SPEAKER.setting] = not problem
        if problem:
            front.say("no_sound", problem=problem)
            return
        if not front.is_person or front.confirm(front.words("ask_heard_tone"), default=True):
            return
        front.place.seen[sound.SPEAKER.setting] = False
        front.say("tone_hints")
        if not front.confirm(front.words("ask_again"), default=True):
            return


def try_hearing(front: Terminal) -> None:
    """Hear a sentence, show how loud it is, and what was understood."""
    if not front.place.seen.get(sound.MICROPHONE.setting, True):
        front.say("no_microphone_found")
        return
    while True:
        front.ask(front.words("ask_sentence"))
        loudest = _heard(front)
        front.place.seen[sound.MICROPHONE.setting] = loudest is not None and loudest > _SILENT_DBFS
        if loudest is None:
            return
        front.say(_verdict(loudest), dbfs=f"{loudest:.0f}")
        if not front.is_person or not front.confirm(front.words("ask_again"), default=False):
            return


def _heard(front: Terminal) -> float | None:
    """Listen, and show it; the loudest tenth of a second, or None if nothing can be heard."""
    device, loudest = front.place.settings.ear.device, _FLOOR_DBFS
    with tempfile.TemporaryDirectory(prefix="anban-") as folder:
        file = Path(folder) / "sentence"  # erased with the folder
        # Nobody is to speak before it listens.
        with front.console.status(front.words("opening")) as status:
            for heard in sound.listen(device, _SENTENCE_SECONDS, file):
                if isinstance(heard, str):
                    status.stop()
                    front.say("no_microphone", problem=heard)
                    return None
                level = _FLOOR_DBFS if heard.dbfs is None else heard.dbfs
                loudest = max(loudest, level)
                share = min(max((level - _FLOOR_DBFS) / -_FLOOR_DBFS, 0.0), 1.0)
                status.update(f"{front.words('speak_now')} {'█' * round(share * _BAR)}")
        if loudest > _QUIET_DBFS:
            with front.console.status(front.words("understanding")):
                words = words_in(file, front.place)
            if words is not None:
                front.say("understood" if words else "not_understood", words=words)
    return loudest


def _verdict(loudest: float) -> str:
    if loudest <= _SILENT_DBFS:
        return "level_silent"
    if loudest <= _QUIET_DBFS:
        return "level_quiet"
    return "level_loud" if loudest >= _LOUD_DBFS else "level_well"


# ------------------------------------------------------------------------------------ model


def pull_model(front: Terminal) -> None:
    """Fetch the speech model that understands people, if it is not there."""
    place = front.place
    lang = place.settings.language
    if model_of(place) is not None:
        front.say("model_there")
        return
    try:
        size = fetchable(lang).bytes
    except ModelError as error:
        front.refuse(error)
        return
    front.say("model_what", megabytes=f"{size / 1e6:.0f}")
    if not front.confirm(front.words("ask_model"), default=True):
        _later(front, lang)
        return
    columns = (TextColumn("{task.description}"), BarColumn(20), DownloadColumn())
    try:
        with Progress(*columns, TimeRemainingColumn(compact=True), console=front.console) as shown:
            task = shown.add_task(front.words("pulling"), total=size)
            pull(
                lang,
                place.folder / "models",
                lambda here, total: shown.update(task, completed=here, total=total),
            )
    except ModelError as error:
        front.refuse(error)
        _later(front, lang)
    else:
        place.note("model")
        front.say("model_ready")


def _later(front: Terminal, lang: str) -> None:
    front.say("model_later")
    front.copy(command("models", "pull", lang))
    front.say("model_offline")
    front.copy(command("models", "pull", lang, "--from", "FILE"))


# -------------------------------------------------------------------------------- medicines


def ask_medicines(front: Terminal) -> None:
    """Take medicines one by one, or from a list."""
    kept = asyncio.run(_titles())
    if kept:
        front.say("medicines_now", names="、".join(kept))
    while True:
        typed = front.ask(front.words("ask_medicine"), why=front.words("why_medicine"))
        if not typed:
            return
        try:
            checks.words(typed, front.place)
        except NotUsableError as error:
            front.refuse(error)
            continue
        file = typed_path(typed)
        if file is not None and file.is_file():
            _import(front, file)
        elif typed.lower().endswith(_LISTS):
            front.say("no_such_file", file=typed)
        else:  # such as Co-codamol 30/500
            with contextlib.suppress(BackError):
                _ask_medicine(front, typed)


def _import(front: Terminal, file: Path) -> None:
    try:
        if asyncio.run(look_through(file, is_asked_next=True)) == 0 and front.confirm(
            front.words("ask_import"), default=True
        ):
            asyncio.run(read(file))
            front.place.note("medicines")
    except OSError as error:
        front.say("secret_file_unread", file=file, why=error.strerror)


async def _titles() -> list[str]:
    async with opened_copy() as api:
        return [each.title for each in await api.all()]


def _ask_medicine(front: Terminal, title: str) -> None:
    """Ask how much and when, until it can be kept or is given up."""
    cells = {"title": title, "kind": "medicine"}
    while True:
        _ask_columns(front, title, cells)
        if asyncio.run(add(cells, is_check=False)) == 0:
            front.place.note("medicines")
            return
        if not front.confirm(front.words("ask_medicine_again", title=title), default=True):
            return


def _ask_columns(front: Terminal, title: str, cells: dict[str, str]) -> None:
    """Ask for one column after the other; what cannot be read is asked again at once.

    Raises:
        BackError: another medicine is meant.
    """
    at = 0
    while at < len(_COLUMNS):
        column = _COLUMNS[at]
        if column == "food" and asyncio.run(is_by_meals(cells)):
            return
        before = cells.get(column, "")
        try:
            typed = front.ask(
                front.words(f"ask_medicine_{column}", title=title),
                before,
                front.words(f"why_medicine_{column}"),
            )
        except BackError:
            if not at:
                raise
            at -= 1
            continue
        value = "" if typed == EMPTIES else typed or before
        if column == "amount" and value.isdecimal():
            front.refuse(NotUsableError("bad_amount", f"{value}{front.words('tablet')}"))
        elif fault := asyncio.run(fault_of({**cells, column: value}, column)):
            front.show(fault, "yellow", indent=2)
            cells.pop(column, None)
        else:
            cells[column] = value
            at += 1


# ---------------------------------------------------------------------------------- devices


def ask_devices(front: Terminal) -> None:
    """Look at the serial ports and cameras, and set up what is found or known."""
    known = {
        key: str(setting(front.place.settings, key))
        for key in ("radar.port", "robot.port", "modem.port")
    }
    _ask_camera(front)
    found = [port for port in ports.ports() if port not in known.values()]
    if not found and not any(known.values()):
        front.say("no_ports")
    for port in found:
        with front.console.status(front.words("looking_at", port=port)):
            _take(front, ports.look(port))
    if any(known.values()) and runs(front.place.folder):
        front.say("ports_in_use")
    is_all = front.confirm(front.words("ask_by_hand"), default=False)
    sections = (
        ("radar.port", RADAR),
        ("robot.port", ROBOT),
        ("modem.port", MODEM),
        ("camera.source", CAMERA),
    )
    for key, questions in sections:
        if is_all or setting(front.place.settings, key):
            _ask_all(front, questions)


def _ask_camera(front: Terminal) -> None:
    """Offer the first camera that is plugged in, if none is known."""
    found = [] if setting(front.place.settings, "camera.source") else ports.cameras()
    if found:
        front.say("found_camera", port=found[0])
        if front.confirm(front.words("ask_use_camera"), default=False):
            front.place.keep({"camera.source": found[0]})


def _take(front: Terminal, found: Found) -> None:
    """Tell what was found, and use it if that is wanted."""
    front.say(f"found_{found.what}", port=found.port, detail=found.detail)
    values: dict[str, str] = {}
    match found.what:
        case What.RADAR:
            values = {"radar.port": found.port, "radar.protocol": found.detail}
        case What.ROBOT:
            values = {"robot.port": found.port, "robot.driver": "anban"}
        case What.MODEM:
            values = {"modem.port": found.port}
    if values and front.confirm(front.words("ask_use"), default=True):
        front.place.keep(values)


def _ask_all(front: Terminal, questions: tuple[Question, ...]) -> None:
    for question in questions:
        front.question(question)
