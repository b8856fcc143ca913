"""Dependencies point down: which rooms may import which others of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"assistant", "skills", "perception", "robot_io", "models", "tests", "benchmarks"}
# room: what of ours it may import beside itself
FLOORS = {
    "assistant/events": (),
    "assistant/language": (),
    "assistant/findings.py": (),
    "assistant/chime.py": (),
    "assistant/faults.py": (),
    "assistant/privacy.py": (),
    "assistant/tasks.py": ("assistant.faults",),
    "assistant/settings.py": ("assistant.settings_reading",),
    "assistant/settings_reading.py": (),
    "assistant/safety": ("assistant.language", "assistant.phrases"),
    "assistant/phrases": ("assistant.language",),
    "assistant/store": ("assistant.faults",),
    "assistant/dialogue": ("assistant.privacy", "assistant.settings"),
    "assistant/care/attempt.py": ("assistant.care.channels.api",),
    "assistant/care/record_writer.py": ("assistant.faults", "assistant.store"),
    "assistant/care/channels": (
        "assistant.privacy",
        "assistant.private_files",
        "assistant.tasks",
    ),
    "assistant/care/simulators": ("assistant.care.channels", "assistant.tasks"),
    "assistant/link.py": ("assistant.events", "assistant.settings"),
    "perception": (),
    "robot_io": (),
    "models": (),
    "skills": (
        "assistant.dialogue.sources",
        "assistant.events",
        "assistant.faults",
        "assistant.language",
        "assistant.link",
        "assistant.privacy",
        "assistant.settings",
    ),
}


def imports(room: str) -> Iterator[tuple[str, str]]:
    """Every import of ours in a room's files, at any depth: the file and the module."""
    path = ROOT / room
    for file in [path] if path.suffix else sorted(path.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Import(names=names):
                    modules = [each.name for each in names]
                case ast.ImportFrom(module=str(module)):
                    modules = [module]
                case _:
                    continue
            for module in modules:
                if module.partition(".")[0] in OURS:
                    yield file.relative_to(ROOT).as_posix(), module


@pytest.mark.parametrize("room", FLOORS)
def test_a_room_imports_only_from_below(room: str) -> None:
    own = room.removesuffix(".py").replace("/", ".")
    found = list(imports(room))
    allowed = (own, *FLOORS[room])
    assert [
        (file, module)
        for file, module in found
        if not any(module == each or module.startswith(f"{each}.") for each in allowed)
    ] == []
