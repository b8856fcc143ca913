"""What a home is asked, in which order.

A front goes through `STEPS`: it asks each question, and does what the names between them say.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from importlib.metadata import entry_points
from typing import Any, Final

from assistant.language import Anchor, Habits
from assistant.packs import codes, facts
from assistant.settings import Settings
from assistant.setup import checks, sound
from assistant.setup.checks import Check
from assistant.setup.model import model_of
from assistant.setup.place import Place
from assistant.setup.questions import Choice, Kind, Question, Step
from assistant.setup.settings_file import setting
from assistant.setup.sound import Direction
from assistant.store import StoreError

HABITS_FIELD: Final = "habits"
"""The field of the elder's profile that holds the usual times."""
PAGE_LISTENS: Final = "0.0.0.0:8095"


def _setting(key: str, check: Check, **more: Any) -> Question:
    return Question(
        key,
        check,
        present=lambda place: setting(place.settings, key),
        keep=lambda place, value: place.keep({key: value}),
        **more,
    )


def languages(_: Place) -> Sequence[Choice]:
    """List the languages, each by its own name."""
    return [Choice(code, facts(code).name) for code in codes()]


def _habit(anchor: Anchor) -> Question:
    name = anchor.value

    def present(place: Place) -> str:
        kept = place.profile.get(HABITS_FIELD)
        at = kept.get(name) if isinstance(kept, dict) else None
        return str(at)[:5] if at else ""

    def keep(place: Place, value: str) -> None:
        kept = place.profile.get(HABITS_FIELD)
        known = kept if isinstance(kept, dict) else {}
        place.profile.set(HABITS_FIELD, {**known, name: value})
        place.note(f"times.{name}")

    usual = getattr(Habits(), name)
    return Question(
        f"times.{name}",
        checks.clock(usual),
        present,
        keep,
        suggest=lambda _: f"{usual:%H:%M}",
        is_needed=True,
    )


def _elder_lacks(place: Place) -> list[str]:
    lacking = [] if place.settings.elder_name else ["elder_name"]
    try:
        kept = place.profile.get(HABITS_FIELD)
    except StoreError:  # told where the times are asked for
        kept = None
    known = kept if isinstance(kept, dict) else {}
    times = [f"times.{each.value}" for each in Anchor if not known.get(each.value)]
    return [*lacking, *(["times"] if len(times) == len(Anchor) else times)]


def home_url() -> str:
    """Give the page's address in the home's own network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; the kernel says which way it would go
            host = probe.getsockname()[0]
        except OSError:
            host = f"{socket.gethostname()}.local"
    return f"http://{host}:{PAGE_LISTENS.rpartition(':')[2]}"


def _keep_url(place: Place, value: str) -> None:
    listens = place.settings.console.listen or PAGE_LISTENS
    place.keep({"console.url": value, "console.listen": listens if value else ""}, "console.url")


def _device(direction: Direction) -> Question:
    choices = partial(sound.devices, direction)
    return Question(
        direction.setting,
        checks.one_of(choices),
        present=partial(sound.present, direction),
        keep=partial(sound.keep, direction),
        kind=Kind.CHOICE,
        choices=choices,
        is_asked=lambda place: sound.is_there(direction, place),
        is_needed=True,
    )


def _number(key: str, **more: Any) -> Question:
    section, _, name = key.partition(".")
    (bounds,) = [f.metadata for f in fields(getattr(Settings(), section)) if f.name == name]
    return _setting(key, checks.number(bounds["low"], bounds["high"]), is_needed=True, **more)


def _protocols(_: Place) -> Sequence[Choice]:
    from perception.radar import PROTOCOLS  # noqa: PLC0415  (numpy)

    return [Choice(name, name) for name in PROTOCOLS]


def _is_set(*keys: str) -> Callable[[Place], bool]:
    return lambda place: all(setting(place.settings, key) for key in keys)


def _drivers(_: Place) -> Sequence[Choice]:
    from robot_io.driver import ENTRY_POINT_GROUP  # noqa: PLC0415

    return [Choice(name, name) for name in sorted(entry_points(group=ENTRY_POINT_GROUP).names)]


def _has_devices(place: Place) -> bool:
    return any(setting(place.settings, key) for key in ("radar.port", "robot.port", "modem.port"))


def _has_people(place: Place) -> bool:
    return bool(place.people.all)


PHONE: Final = (
    _setting("phone.account", checks.sip_account),
    _setting("phone.username", checks.line, is_asked=_is_set("phone.account")),
    _setting("phone.password", checks.secret, kind=Kind.SECRET, is_asked=_is_set("phone.account")),
    _setting("phone.provider", checks.domain, is_asked=_is_set("phone.account")),
)
"""Calls over the internet, asked once somebody is to be rung."""
MODEM: Final = (
    _setting("modem.port", checks.line),
    _setting("modem.pin", checks.secret, kind=Kind.SECRET, is_asked=_is_set("modem.port")),
)
"""Calls and text messages by a stick with a SIM card."""

RADAR: Final = (
    _setting("radar.port", checks.line),
    _setting(
        "radar.protocol",
        checks.one_of(_protocols),
        kind=Kind.CHOICE,
        choices=_protocols,
        is_asked=_is_set("radar.port"),
    ),
    _setting("radar.place", checks.words, is_asked=_is_set("radar.port")),
    _number("radar.height_metres", is_asked=_is_set("radar.port")),
    _number("radar.tilt_degrees", is_asked=_is_set("radar.port")),
)
"""Asked once a radar was found, or is known already."""
CAMERA: Final = (
    _setting("camera.source", checks.camera),
    _setting("camera.place", checks.line, is_asked=_is_set("camera.source")),
)
"""Asked once a camera was found, or is known already."""
ROBOT: Final = (
    _setting("robot.port", checks.line),
    _setting(
        "robot.driver",
        checks.one_of(_drivers),
        kind=Kind.CHOICE,
        choices=_drivers,
        is_asked=_is_set("robot.port"),
        is_needed=True,
    ),
)
"""The same for a robot."""


def _keep_language(place: Place, value: str) -> None:
    place.keep({"language": value})
    place.profile.speak(value)


LANGUAGE: Final = Question(
    "language",
    checks.one_of(languages),
    present=lambda place: place.settings.language,
    keep=_keep_language,
    kind=Kind.CHOICE,
    choices=languages,
    is_needed=True,
)

STEPS: Final = (
    Step("language", (LANGUAGE,)),
    Step(
        "elder",
        (
            _setting("elder_name", checks.name),
            _setting("emergency.phone", checks.telephone),
            *map(_habit, Anchor),
            "clock",
        ),
        lambda place: not _elder_lacks(place),
        _elder_lacks,
    ),
    Step(
        "sound",
        (
            _device(sound.SPEAKER),
            "tone",
            _device(sound.MICROPHONE),
            "hear",
            _setting("ear.wake_required", checks.yes_or_no, kind=Kind.YES_NO),
        ),
        lambda place: not sound.lacking(place),
        sound.lacking,
    ),
    Step("model", ("model",), lambda place: model_of(place) is not None),
    Step(
        "page",
        (
            Question(
                "console.url",
                checks.page_url,
                present=lambda place: place.settings.console.url,
                keep=_keep_url,
                suggest=lambda _: home_url(),
            ),
            "page",
        ),
        lambda place: (
            _is_set("console.url", "console.listen")(place) and place.seen.get("console.url", True)
        ),
    ),
    Step("people", ("people",), _has_people),
    Step(
        "helper",
        (
            _setting("emergency.address", checks.words),
            _setting("emergency.door_code", checks.line),
            _setting("emergency.health", checks.words),
            _setting("emergency.number", checks.short_number),
        ),
        _is_set("emergency.address", "emergency.door_code"),
    ),
    Step("medicines", ("medicines",), lambda place: place.has_medicines(), is_optional=True),
    Step("devices", ("devices",), _has_devices, is_optional=True),
)
"""Every step, in its order."""
