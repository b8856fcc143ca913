"""Dependencies point down: which rooms may import which others of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"assistant", "simulators", "skills", "perception", "robot_io", "models", "tests"}
OURS |= {"anban_testing", "benchmarks", "sensor_io"}
SINGLE_FILES = {"assistant/__init__.py", "assistant/cli.py"}
"""What of `assistant/` is no room."""

# The ground: what anybody above may use.
_DATA = ("assistant.events", "assistant.language", "assistant.packs", "assistant.settings")
_GROUND = (*_DATA, "assistant.runtime", "assistant.services", "assistant.store")
_HOME = (*_GROUND, "assistant.home")
_REACHING = (*_HOME, "assistant.channels", "assistant.people")

# room: what of ours it may import beside itself; lower floors first
FLOORS: dict[str, tuple[str, ...]] = {
    "assistant/events": (),
    "assistant/packs": (),
    "assistant/language": ("assistant.packs",),
    "assistant/settings": ("assistant.packs", "sensor_io.facts"),
    "assistant/phrases": ("assistant.language", "assistant.packs"),
    "assistant/safety": ("assistant.language", "assistant.packs", "assistant.phrases"),
    "assistant/services": _DATA,
    "assistant/runtime": ("assistant.events", "assistant.services", "assistant.settings"),
    "assistant/store": ("assistant.runtime.faults", "assistant.services"),
    "assistant/dialogue": (
        "assistant.packs",
        "assistant.runtime.privacy",
        "assistant.settings",
    ),
    # A speech model is of a language: which there are is all it knows of ours.
    "models": ("assistant.packs",),
    "perception": (),
    "robot_io": (),
    "sensor_io": (),
    # Children: they know the core by its events alone.
    "assistant/ear": (
        "assistant.events",
        "assistant.runtime",
        "assistant.services",
        "assistant.settings",
        "models",
    ),
    "assistant/mouth": (
        "assistant.events",
        "assistant.language",
        "assistant.packs",
        "assistant.runtime",
        "assistant.services",
    ),
    "assistant/senses": (
        "assistant.events",
        "assistant.runtime",
        "assistant.services",
        "assistant.settings",
        "perception",
    ),
    "skills": (
        "assistant.dialogue.held_out",
        "assistant.dialogue.sources",
        "assistant.events",
        "assistant.language",
        "assistant.packs",
        "assistant.runtime.child",
        "assistant.runtime.faults",
        "assistant.runtime.home_folder",
        "assistant.runtime.link",
        "assistant.runtime.private_files",
        "assistant.runtime.tasks",
        "assistant.services",
        "assistant.settings",
        "assistant.store.errors",
        "assistant.store.schema",
        "assistant.store.skill_tables",
    ),
    # What features share.
    "assistant/home": (*_GROUND, "assistant.phrases", "assistant.safety", "perception.events"),
    "assistant/people": (
        "assistant.events",
        "assistant.runtime.private_files",
        "assistant.settings",
    ),
    "assistant/channels": (
        "assistant.mouth.synthesizer",
        "assistant.packs",
        "assistant.runtime.privacy",
        "assistant.runtime.private_files",
        "assistant.runtime.tasks",
    ),
    "simulators": ("assistant.channels", "assistant.runtime.tasks"),
    # Features.
    "assistant/conversation": (*_HOME, "assistant.dialogue", "assistant.safety"),
    "assistant/robot": (*_HOME, "perception.events", "robot_io"),
    "assistant/sensors": (*_HOME, "sensor_io"),
    "assistant/calls": _REACHING,
    "assistant/pendants": (*_HOME, "assistant.channels"),
    "assistant/console": (
        *_DATA,
        "assistant.runtime",
        "assistant.services",
        "assistant.channels",
        "assistant.pendants",
    ),
    "assistant/alarm": (
        *_REACHING,
        "assistant.phrases",
        "assistant.safety",
        "perception.events",
    ),
    "assistant/reminders": _REACHING,
    "assistant/medicines": (*_HOME, "assistant.reminders"),
    "assistant/selftest": (*_REACHING, "assistant.reminders"),
    "assistant/drill": (
        *_REACHING,
        "assistant.alarm",
        "assistant.phrases",
        "assistant.selftest",
    ),
    # Composition.
    "assistant/core": (
        *_REACHING,
        "assistant.alarm",
        "assistant.calls",
        "assistant.console",
        "assistant.conversation",
        "assistant.drill",
        "assistant.medicines",
        "assistant.pendants",
        "assistant.reminders",
        "assistant.robot",
        "assistant.safety",
        "assistant.selftest",
        "assistant.sensors",
    ),
    "assistant/demo": (
        *_REACHING,
        "assistant.conversation",
        "assistant.core",
        "assistant.reminders",
        "simulators",
    ),
    "assistant/setup": (
        *_REACHING,
        "assistant.console",
        "assistant.ear",
        "assistant.mouth",
        "models",
        "perception.camera.source",
        "perception.radar",
        "perception.sensor",
        "robot_io",
    ),
    "assistant/commands": ("assistant", "models", "perception", "sensor_io", "skills"),
    # Beside the product: what tests of skills and robots are written with.  Nobody imports it.
    "anban_testing": (
        *_REACHING,
        "assistant.calls",
        "assistant.conversation",
        "assistant.core",
        "assistant.dialogue",
        "assistant.medicines",
        "assistant.reminders",
        "assistant.robot",
        "assistant.safety",
        "robot_io",
        "skills",
    ),
}


def room_of(file: str) -> str:
    """The room in which a file stands: `assistant/NAME`, or a folder beside it."""
    parts = file.split("/")
    return "/".join(parts[:2]) if parts[0] == "assistant" else parts[0]


def files() -> Iterator[str]:
    for folder in sorted(OURS - {"tests", "benchmarks"}):
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix()


def imports(file: str) -> Iterator[str]:
    """Every import of ours in a file, at any depth."""
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                modules = [each.name for each in names]
            case ast.ImportFrom(module="assistant", names=names):
                modules = [f"assistant.{each.name}" for each in names]
            case ast.ImportFrom(module=str(module)):
                modules = [module]
            case _:
                continue
        for module in modules:
            if module.partition(".")[0] in OURS:
                yield module


@pytest.mark.parametrize("room", FLOORS)
def test_a_room_imports_only_from_below(room: str) -> None:
    allowed = (room.replace("/", "."), *FLOORS[room])
    assert [
        (file, module)
        for file in files()
        if room_of(file) == room
        for module in imports(file)
        if not any(module == each or module.startswith(f"{each}.") for each in allowed)
    ] == []


@pytest.mark.parametrize("room", FLOORS)
def test_a_room_may_import_only_what_it_does(room: str) -> None:
    """A permission that nobody uses any more is taken back."""
    used = {module for file in files() if room_of(file) == room for module in imports(file)}
    shared = {*_GROUND, *_HOME, *_REACHING}
    assert [
        each
        for each in FLOORS[room]
        if each not in shared and not any(f"{module}.".startswith(f"{each}.") for module in used)
    ] == []


def test_every_room_has_its_floor() -> None:
    rooms = {room_of(file) for file in files()} - SINGLE_FILES
    assert rooms == set(FLOORS)


def test_no_circle_of_rooms() -> None:
    graph: dict[str, set[str]] = {}
    for file in files():
        if file not in SINGLE_FILES:
            graph.setdefault(room_of(file), set()).update(
                room
                for room in (room_of(module.replace(".", "/")) for module in imports(file))
                if room not in {room_of(file), "assistant"}
            )
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, with the circle
    assert set(order) == set(FLOORS)
